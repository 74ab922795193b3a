//! Gullies (雨水口) and manholes (检查井): how street and sewer exchange water.
//!
//!   Q = n (1 - clogged) min( cw P sqrt(2g) h sqrt(d),  Co A sqrt(2g d) )
//!
//! with h the upstream head over the rim, d the difference to what lies downstream (the other level, or the rim where it
//! is lower). Over a free rim h = d and the first is the weir law P h^1.5, the second the orifice law; both go on without
//! a jump when the rim drowns. Coefficients: 0.375 = 1.66 / sqrt(2g) and 0.67 of FHWA HEC-22 for grates (from memory,
//! unchecked).

use crate::flow::G;
use serde::{Deserialize, Serialize};

/// The openings between a node and its cell.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Inlets {
    pub count: u32,
    /// Length of the rim that water falls over, each, m.
    pub perimeter_m: f64,
    /// Open area, each, m2.
    pub area_m2: f64,
    /// Weir coefficient cw.
    pub weir: f64,
    /// Orifice coefficient Co.
    pub orifice: f64,
    /// Share that leaves and litter close (堵塞), 0 to 1.
    pub clogged: f64,
}

impl Default for Inlets {
    /// One grate of 0.75 by 0.45 m against a kerb (three sides), 40 % of it open: assumption, a usual single grate.
    fn default() -> Inlets {
        Inlets { count: 1, perimeter_m: 1.65, area_m2: 0.135, weir: 0.375, orifice: 0.67, clogged: 0.0 }
    }
}

impl Inlets {
    /// A round open shaft of this area.
    pub fn shaft(area_m2: f64) -> Inlets {
        Inlets { perimeter_m: 2.0 * (std::f64::consts::PI * area_m2).sqrt(), area_m2, ..Inlets::default() }
    }
    pub fn fault(&self) -> Option<String> {
        let bad = |v: f64| !(v.is_finite() && v > 0.0);
        if self.count == 0 || bad(self.perimeter_m) || bad(self.area_m2) || bad(self.weir) || bad(self.orifice) {
            return Some("count, perimeter, area and both coefficients of an inlet must be above 0".into());
        }
        (!(0.0..=1.0).contains(&self.clogged))
            .then(|| format!("clogged is {}; it is a share from 0 to 1", self.clogged))
    }
    /// Q / sqrt(d) for an upstream head over the rim and a level difference.
    fn factor(&self, head_m: f64) -> f64 {
        let open = f64::from(self.count) * (1.0 - self.clogged) * (2.0 * G).sqrt();
        open * (self.weir * self.perimeter_m * head_m).min(self.orifice * self.area_m2)
    }
    /// Flow from a level over a rim to a lower level, m3/s.
    pub fn flow_m3_s(&self, upper_m: f64, lower_m: f64, rim_m: f64) -> f64 {
        let difference = upper_m - lower_m.max(rim_m);
        if difference <= 0.0 {
            return 0.0;
        }
        self.factor(upper_m - rim_m) * difference.sqrt()
    }
    /// The same as a conductance: Q = conductance x difference, m2/s. Differences under a tenth of a millimetre count as
    /// that much, so that it stays finite.
    pub fn conductance_m2_s(&self, upper_m: f64, lower_m: f64, rim_m: f64) -> f64 {
        let difference = (upper_m - lower_m.max(rim_m)).max(1e-4);
        self.factor((upper_m - rim_m).max(1e-4)) / difference.sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shallow_inlet_is_a_weir_and_a_deep_one_an_orifice() {
        // exact: the two laws, by hand
        let i = Inlets::default();
        let (s, l) = ((2.0 * G).sqrt(), 0.02f64);
        assert!((i.flow_m3_s(10.02, 8.0, 10.0) - 0.375 * 1.65 * s * l.powf(1.5)).abs() < 1e-12);
        assert!((i.flow_m3_s(10.5, 8.0, 10.0) - 0.67 * 0.135 * (2.0 * G * 0.5).sqrt()).abs() < 1e-12);
        assert_eq!(i.flow_m3_s(10.5, 10.5, 10.0), 0.0);
        assert_eq!(i.flow_m3_s(9.9, 8.0, 10.0), 0.0);
    }

    #[test]
    fn clogging_takes_its_share_and_levels_that_meet_pass_nothing() {
        // exact
        let clean = Inlets::default();
        let half = Inlets { clogged: 0.5, ..clean };
        assert_eq!(half.flow_m3_s(10.3, 9.0, 10.0), 0.5 * clean.flow_m3_s(10.3, 9.0, 10.0));
        assert!(clean.flow_m3_s(10.3, 10.2999, 10.0) < clean.flow_m3_s(10.3, 10.2, 10.0));
    }
}
