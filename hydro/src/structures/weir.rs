//! Weirs (堰) and openings: the discharge laws that gates, bridges, breaches and entrances share, and weirs themselves.
//!
//!   free weir       Q = C b h1^1.5                             C = 1.7 broad-crested (critical depth: (2/3)^1.5 sqrt(g) =
//!                                                              1.705), 1.84 sharp-crested (Cd 0.62 x 2/3 sqrt(2 g))
//!   drowned weir    Q = Qfree (1 - (h2/h1)^1.5)^0.385          Villemonte (1947), for any h2 > 0 over the crest
//!   free orifice    Q = Cd b a sqrt(2 g h1)                    a: height of the opening, Cd about 0.6
//!   drowned orifice Q = Cd b a sqrt(2 g (h1 - h2))
//!
//! h1 and h2 are the levels above the sill. The Villemonte exponents are from memory (the two-sided form is in the
//! manuals of all common packages). An opening passes the lesser of its weir and its orifice: they cross near
//! a = 2/3 h1, where a gate leaves the water.

use super::check::Check;
use super::exchange::pass;
use super::line::{Joint, Link};
use crate::flow::{Flow, G};
use base::math;
use serde::{Deserialize, Serialize};

/// Coefficient of a broad crest, m^0.5/s (usual value; the theory without losses gives 1.705).
pub const BROAD: f64 = 1.7;
/// Coefficient of a sharp crest, m^0.5/s (Rehbock's 0.611 + 0.08 h/P at h/P near 0.1, from memory).
pub const SHARP: f64 = 1.84;

/// Discharge over a weir, m3/s, from a level to another, both from the crest.
pub fn weir_m3_s(coefficient: f64, width_m: f64, h1_m: f64, h2_m: f64) -> f64 {
    if h1_m <= 0.0 || h2_m >= h1_m {
        return 0.0;
    }
    let free = coefficient * width_m * h1_m * math::sqrt(h1_m);
    if h2_m <= 0.0 {
        return free;
    }
    let s = h2_m / h1_m;
    free * math::pow(1.0 - s * math::sqrt(s), 0.385)
}

/// Discharge under a gate or deck that dips into the water, m3/s. Free below a drowned jet: the two laws are blended while
/// the tail water stands between one and one and a half openings (assumption: without it the discharge would jump).
pub fn orifice_m3_s(cd: f64, width_m: f64, opening_m: f64, h1_m: f64, h2_m: f64) -> f64 {
    if opening_m <= 0.0 || h1_m <= 0.0 || h2_m >= h1_m {
        return 0.0;
    }
    let drowned = ((h2_m - opening_m) / (0.5 * opening_m)).clamp(0.0, 1.0);
    let free = math::sqrt(2.0 * G * h1_m);
    let under = math::sqrt(2.0 * G * (h1_m - h2_m.max(0.0)));
    cd * width_m * opening_m * (free + drowned * (under - free))
}

/// An opening in a wall.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Opening {
    pub width_m: f64,
    pub sill_m: f64,
    /// Height of the opening, m.
    pub height_m: f64,
    /// Of its orifice.
    pub cd: f64,
    /// Of its weir, m^0.5/s.
    pub weir: f64,
}

impl Opening {
    /// Discharge from level `a` to level `b`, m3/s; negative when b is the higher.
    pub fn discharge_m3_s(&self, a_m: f64, b_m: f64) -> f64 {
        let (h1, h2) = (a_m.max(b_m) - self.sill_m, a_m.min(b_m) - self.sill_m);
        let over = weir_m3_s(self.weir, self.width_m, h1, h2);
        let q = over.min(orifice_m3_s(self.cd, self.width_m, self.height_m, h1, h2));
        if a_m >= b_m { q } else { -q }
    }
}

/// Shape of a crest.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Crest {
    Broad,
    Sharp,
    /// Own coefficient of Q = C b h^1.5, m^0.5/s.
    Measured(f64),
}

impl Crest {
    pub fn coefficient(self) -> f64 {
        match self {
            Crest::Broad => BROAD,
            Crest::Sharp => SHARP,
            Crest::Measured(c) => c,
        }
    }
}

/// A fixed weir.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeirSpec {
    pub name: String,
    /// Where it stands, and the wall beside it.
    pub joint: Joint,
    pub crest_m: f64,
    pub width_m: f64,
    pub crest: Crest,
}

impl WeirSpec {
    pub(super) fn check(&self, check: &mut Check) -> Option<Link> {
        check.of("weir", &self.name);
        check.finite("crest_m", self.crest_m);
        check.positive("width_m", self.width_m);
        check.positive("crest", self.crest.coefficient());
        self.joint.check(check)
    }
    /// Lets water over for a step; gives the volume from the first side to the second, m3.
    pub(super) fn step(&self, flow: &mut dyn Flow, link: &Link, dt_s: f64) -> f64 {
        let (c, width_m, crest_m) = (self.crest.coefficient(), self.width_m, self.crest_m);
        pass(flow, &link.a, &link.b, crest_m, dt_s, &|a, b| {
            let q = weir_m3_s(c, width_m, a.max(b) - crest_m, a.min(b) - crest_m);
            if a >= b { q } else { -q }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_weir_of_ten_metres_under_two_metres_passes_48_m3_s() {
        // Grade: reference (1.7 x 10 x 2^1.5 = 48.08; sharp 1.84 x 10 x 2^1.5 = 52.04).
        assert!((weir_m3_s(BROAD, 10.0, 2.0, -1.0) - 48.083).abs() < 1e-3);
        assert!((weir_m3_s(SHARP, 10.0, 2.0, 0.0) - 52.043).abs() < 1e-3);
    }

    #[test]
    fn a_road_under_water_passes_what_hds_5_has_in_its_example_4() {
        // Grade: reference (gravel road of 60.96 m, coefficients 2.70 and 2.92 in feet, x 0.552: 0.16 m gives 5.8 m3/s,
        // 0.45 m gives 29.7 m3/s).
        for (feet, h1_m, expected) in [(2.70, 0.16, 5.8), (2.92, 0.45, 29.7)] {
            let q = weir_m3_s(Crest::Measured(0.552 * feet).coefficient(), 60.96, h1_m, -1.0);
            assert!((q - expected).abs() < 0.06, "{q}, HDS-5 has {expected}");
        }
    }

    #[test]
    fn a_weir_drowned_to_80_percent_passes_what_villemonte_says() {
        // Grade: reference (by hand: 0.8^1.5 = 0.71554, (1 - 0.71554)^0.385 = 0.61634).
        let share = weir_m3_s(BROAD, 1.0, 1.0, 0.8) / weir_m3_s(BROAD, 1.0, 1.0, 0.0);
        assert!((share - 0.61634).abs() < 2e-4, "{share}");
        assert_eq!(weir_m3_s(BROAD, 1.0, 1.0, 1.0), 0.0);
    }

    #[test]
    fn a_gate_open_half_a_metre_under_three_metres_passes_what_the_textbook_says() {
        // Grade: reference (free: 0.6 x 4 x 0.5 x sqrt(2 g 3) = 9.206 m3/s; drowned to 2 m: x sqrt(1/3) = 5.315).
        let gate = Opening { width_m: 4.0, sill_m: 0.0, height_m: 0.5, cd: 0.6, weir: BROAD };
        assert!((gate.discharge_m3_s(3.0, 0.2) - 9.206).abs() < 2e-3, "{}", gate.discharge_m3_s(3.0, 0.2));
        assert!((gate.discharge_m3_s(2.0, 3.0) + 5.315).abs() < 2e-3, "{}", gate.discharge_m3_s(2.0, 3.0));
    }

    #[test]
    fn an_opening_that_leaves_the_water_is_a_weir_and_nothing_jumps() {
        // Grade: exact (weir limit) and behaviour (no jump, never falling with the upper level, never rising with the lower).
        let gate = Opening { width_m: 4.0, sill_m: 1.0, height_m: 2.0, cd: 0.6, weir: BROAD };
        assert_eq!(gate.discharge_m3_s(2.0, 0.0), weir_m3_s(BROAD, 4.0, 1.0, -1.0));
        let mut before = 0.0;
        for k in 0..6000 {
            let q = gate.discharge_m3_s(1.0 + f64::from(k) * 1e-3, 0.0);
            assert!(q >= before && q - before < 0.05, "{k}: {before} to {q}");
            before = q;
        }
        before = gate.discharge_m3_s(7.0, 1.0);
        for k in 0..6000 {
            let q = gate.discharge_m3_s(7.0, 1.0 + f64::from(k) * 1e-3);
            assert!(q <= before + 1e-12 && before - q < 1.5, "{k}: {before} to {q}");
            before = q;
        }
        assert!(before < 0.7, "{before}");
    }
}
