//! How much sediment a steep flow can carry, and how fast it takes up or lays down what is missing or too much.
//!
//! Equilibrium concentration after Takahashi (1991, 2007), as used by the Kanako models (Nakatani et al. 2008), by the slope
//! tan(theta) of the energy or the water's surface (from memory, unchecked against the book; the debris-flow branch follows
//! from a force balance and is tested as such):
//!
//! ```text
//! tan > 0.138          C = rho tan / ((sigma - rho)(tan(phi) - tan)), at most 0.9 C*      stony debris flow 石流
//! 0.03 < tan <= 0.138  C = 6.7 (the above)^2                                             immature debris flow
//! tan <= 0.03          C = (1 + 5 tan) tan/(s-1) (1 - a^2 tc/t)(1 - a sqrt(tc/t))         bed load
//! ```
//!
//! Erosion i = d_e (C - c)/(C* - C) q/d for c < C, deposition i = d_d (C - c)/C* q/d for c > C (m/s of bed, negative up).

use super::{GRAIN_KG_M3, WATER_KG_M3};
use base::complaint::Complaints;
use base::math;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Grains and the bed they lie in.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grains {
    /// Mean diameter, m.
    pub diameter_m: f64,
    /// Tangent of the angle of internal friction.
    pub tan_friction: f64,
    /// Share of the bed's volume that is grains (C*).
    pub packed: f64,
}

impl Default for Grains {
    /// Stony bed of a mountain torrent: 0.2 m, 35 degrees, 0.65 (values of the Kanako examples, from memory).
    fn default() -> Grains {
        Grains { diameter_m: 0.2, tan_friction: 0.70, packed: 0.65 }
    }
}

impl Grains {
    pub fn check(&self, file: &Path, complaints: &mut Complaints) {
        let mut within = |name: &str, value: f64, low: f64, high: f64| {
            if !(value >= low && value <= high) {
                complaints.add(file, format!("{name} of {value}"), format!("{low} to {high}"));
            }
        };
        within("diameter_m", self.diameter_m, 1e-4, 3.0);
        within("tan_friction", self.tan_friction, 0.2, 1.5);
        within("packed", self.packed, 0.3, 0.85);
    }

    /// Concentration at which a flow of depth `h_m` down a slope of tangent `slope` neither erodes nor deposits.
    pub fn equilibrium(&self, h_m: f64, slope: f64) -> f64 {
        let s = GRAIN_KG_M3 / WATER_KG_M3;
        if slope <= 0.0 {
            return 0.0;
        }
        let most = 0.9 * self.packed;
        // Beyond the slope at which a dry heap slides the balance has no solution: as much as fits.
        let debris = if slope >= self.tan_friction {
            most
        } else {
            (slope / ((s - 1.0) * (self.tan_friction - slope))).min(most)
        };
        if slope > 0.138 {
            return debris;
        }
        let immature = |slope: f64| {
            let debris = slope / ((s - 1.0) * (self.tan_friction - slope));
            (6.7 * debris * debris).min(most)
        };
        if slope > 0.03 {
            return immature(slope);
        }
        let shields = h_m * slope / ((s - 1.0) * self.diameter_m);
        const LEAST: f64 = 0.04;
        if shields <= LEAST {
            return 0.0;
        }
        let critical = LEAST * math::pow(10.0, 1.72 * slope);
        if shields <= critical {
            return 0.0;
        }
        let steep = s * slope / (s - 1.0);
        let a2 = 2.0 * (0.425 - steep) / (1.0 - steep);
        let a = math::sqrt(a2);
        let bed_load = (1.0 + 5.0 * slope) * slope / (s - 1.0)
            * (1.0 - a2 * critical / shields)
            * (1.0 - a * math::sqrt(critical / shields));
        // The branches do not meet: the lesser keeps the curve rising with the slope.
        bed_load.clamp(0.0, immature(0.03))
    }
}

/// How bed material is taken up.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Entrainment {
    /// Nothing is taken up or laid down.
    None,
    /// Takahashi: `erosion` (d_e) and `deposition` (d_d); 0.0007 and 0.05 in the Kanako models (from memory).
    Takahashi { erosion: f64, deposition: f64 },
    /// McDougall and Hungr (2005): the bed falls by `growth_per_m` h u while the concentration is below equilibrium;
    /// `growth_per_m` = ln(final volume / first volume)/length of the path. Deposition as Takahashi's with 0.05.
    Growth { growth_per_m: f64 },
    /// Egashira (2001): E = c* u tan(theta - theta_e) both ways, tan(theta_e) = (s-1)c/((s-1)c+1) tan(phi).
    Egashira,
}

impl Entrainment {
    pub const TAKAHASHI: Entrainment = Entrainment::Takahashi { erosion: 0.0007, deposition: 0.05 };

    /// Growth rate from how much a flow grew over a path (McDougall and Hungr 2005).
    pub fn growth_per_m(first_m3: f64, last_m3: f64, path_m: f64) -> f64 {
        math::ln(last_m3 / first_m3) / path_m
    }

    pub fn check(&self, file: &Path, complaints: &mut Complaints) {
        let wrong = match *self {
            Entrainment::None | Entrainment::Egashira => None,
            Entrainment::Takahashi { erosion, deposition } => (!(0.0..=1.0).contains(&erosion)
                || !(0.0..=1.0).contains(&deposition))
            .then(|| format!("erosion {erosion}, deposition {deposition}")),
            Entrainment::Growth { growth_per_m } => {
                (!(0.0..=0.1).contains(&growth_per_m)).then(|| format!("growth_per_m of {growth_per_m}"))
            }
        };
        if let Some(wrong) = wrong {
            complaints.add(file, wrong, "0 to 1 for the coefficients, 0 to 0.1 per m for growth");
        }
    }

    /// Speed at which the bed falls (negative: rises), m/s, under a flow of depth `h_m`, speed `speed_m_s`, concentration
    /// `cv` and surface slope `slope` along it.
    pub fn bed_falls_m_s(&self, grains: &Grains, h_m: f64, speed_m_s: f64, cv: f64, slope: f64) -> f64 {
        let most = grains.equilibrium(h_m, slope);
        let per_grain = h_m * speed_m_s / grains.diameter_m;
        let deposit = |coefficient: f64| -coefficient * (cv - most) / grains.packed * per_grain;
        match *self {
            Entrainment::None => 0.0,
            Entrainment::Takahashi { erosion, deposition } => {
                if cv < most {
                    erosion * (most - cv) / (grains.packed - most) * per_grain
                } else {
                    deposit(deposition)
                }
            }
            Entrainment::Growth { growth_per_m } => {
                if cv < most {
                    growth_per_m * h_m * speed_m_s
                } else {
                    deposit(0.05)
                }
            }
            Entrainment::Egashira => {
                let heavy = (GRAIN_KG_M3 / WATER_KG_M3 - 1.0) * cv;
                let even = heavy / (heavy + 1.0) * grains.tan_friction;
                // tan(theta - theta_e)
                grains.packed * speed_m_s * (slope - even) / (1.0 + slope * even)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_debris_branch_is_the_balance_of_grain_friction_and_weight() {
        // Grade: exact. (sigma - rho) C g cos tan(phi) = ((sigma - rho) C + rho) g sin at equilibrium.
        let grains = Grains::default();
        for slope in [0.15, 0.2, 0.25] {
            let c = grains.equilibrium(1.0, slope);
            let (resists, drives) = (1650.0 * c * grains.tan_friction, (1650.0 * c + 1000.0) * slope);
            assert!((resists - drives).abs() < 1e-9 * drives, "at {slope}: {resists} against {drives}");
        }
        assert!((grains.equilibrium(1.0, 0.2) - 0.2424).abs() < 1e-4, "0.2/(1.65 x 0.5)");
        assert_eq!(grains.equilibrium(1.0, 0.6), 0.9 * 0.65);
    }

    #[test]
    fn steeper_flow_carries_more_all_the_way() {
        // Grade: behaviour.
        let grains = Grains { diameter_m: 0.05, ..Grains::default() };
        let mut last = 0.0;
        for step in 0..800 {
            let c = grains.equilibrium(1.0, f64::from(step) * 0.001);
            assert!(c >= last - 1e-12, "at {}: {c} after {last}", f64::from(step) * 0.001);
            last = c;
        }
        assert!(last > 0.5);
    }

    #[test]
    fn at_equilibrium_the_bed_rests_above_it_rises_below_it_falls() {
        // Grade: exact.
        let grains = Grains::default();
        let c = grains.equilibrium(1.5, 0.2);
        for law in [Entrainment::TAKAHASHI, Entrainment::Egashira] {
            assert!(law.bed_falls_m_s(&grains, 1.5, 4.0, c, 0.2).abs() < 1e-12, "{law:?}");
            assert!(law.bed_falls_m_s(&grains, 1.5, 4.0, 0.5 * c, 0.2) > 0.0);
            assert!(law.bed_falls_m_s(&grains, 1.5, 4.0, 1.5 * c, 0.2) < 0.0);
        }
        let still = Entrainment::TAKAHASHI.bed_falls_m_s(&grains, 1.5, 0.0, 0.3, 0.2);
        assert_eq!(still, 0.0, "water that stands moves nothing");
    }

    #[test]
    fn a_flow_that_grows_tenfold_over_a_kilometre_has_the_published_rate() {
        // Grade: reference. McDougall and Hungr (2005): E = ln(Vf/V0)/S.
        let e = Entrainment::growth_per_m(1e4, 1e5, 1000.0);
        assert!((e - 0.0023026).abs() < 1e-6);
        let falls = Entrainment::Growth { growth_per_m: e }.bed_falls_m_s(&Grains::default(), 2.0, 5.0, 0.1, 0.3);
        assert!((falls - e * 10.0).abs() < 1e-12);
    }
}
