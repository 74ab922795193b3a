//! Whether people keep their feet in moving water.
//!
//! Xia, Falconer, Wang & Xiao (2014, J. Hydraul. Res.), fitted to flume tests of a scaled body, with Chinese body
//! constants. A body of height hp and mass m stands in water of depth hf; x = hf/hp. What is left of its weight in
//! water, as a volume, is
//!
//!   e = m/rho - (a1 x^2 + b1 x) (a2 m + b2)
//!
//! and it is toppled, or slides, from the speed
//!
//!   Ut = 3.472 x^0.188 sqrt(e) / hf          Us = 7.975 x^0.018 sqrt(e / (hp hf))
//!
//! with a1 = 0.633, b1 = 0.367, a2 = 1.015e-3 m3/kg, b2 = -4.927e-3 m3. The constants are from memory and unchecked
//! against the paper; the units close, and the speeds agree with the check values of the project's parameter notes.

use base::math;
use serde::{Deserialize, Serialize};

const WATER_KG_M3: f64 = 1000.0;

/// A body.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    pub height_m: f64,
    pub mass_kg: f64,
}

/// The adult and the child of the parameter notes.
pub const ADULT: Body = Body { height_m: 1.70, mass_kg: 60.0 };
pub const CHILD: Body = Body { height_m: 1.26, mass_kg: 25.0 };

/// How someone loses his feet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fall {
    Toppled,
    Slid,
    /// The water carries the whole weight, or is over the head.
    Afloat,
}

impl Body {
    /// Weight not borne by the water, as a volume of water, m3; 0 when afloat.
    fn excess_m3(self, depth_m: f64) -> f64 {
        let x = depth_m / self.height_m;
        let body_m3 = 1.015e-3 * self.mass_kg - 4.927e-3;
        (self.mass_kg / WATER_KG_M3 - (0.633 * x * x + 0.367 * x) * body_m3).max(0.0)
    }
    /// Speed that topples the body, m/s; infinite out of the water.
    pub fn topples_m_s(self, depth_m: f64) -> f64 {
        if depth_m <= 0.0 {
            return f64::INFINITY;
        }
        3.472 * math::pow(depth_m / self.height_m, 0.188) * math::sqrt(self.excess_m3(depth_m)) / depth_m
    }
    /// Speed at which the body slides, m/s; infinite out of the water.
    pub fn slides_m_s(self, depth_m: f64) -> f64 {
        if depth_m <= 0.0 {
            return f64::INFINITY;
        }
        7.975
            * math::pow(depth_m / self.height_m, 0.018)
            * math::sqrt(self.excess_m3(depth_m) / (self.height_m * depth_m))
    }
    /// The lower of the two, held at `MOST_M_S` in shallow water, 0 over the head.
    pub fn falls_m_s(self, depth_m: f64) -> f64 {
        if depth_m >= self.height_m {
            return 0.0;
        }
        self.topples_m_s(depth_m).min(self.slides_m_s(depth_m)).min(MOST_M_S)
    }
    /// How the body loses its feet in this water, if it does.
    pub fn fall(self, depth_m: f64, speed_m_s: f64) -> Option<Fall> {
        if depth_m <= 0.0 {
            return None;
        }
        if depth_m >= self.height_m || self.excess_m3(depth_m) <= 0.0 {
            return Some(Fall::Afloat);
        }
        (speed_m_s >= self.falls_m_s(depth_m))
            .then(|| if self.slides_m_s(depth_m) < self.topples_m_s(depth_m) { Fall::Slid } else { Fall::Toppled })
    }
}

/// Nobody stands in faster water, however shallow, m/s (AR&R project 10, Cox et al. 2010: from memory, unchecked).
pub const MOST_M_S: f64 = 3.0;

/// Hazard to people of Australian practice by height times mass (Cox, Shand & Blacka 2010, AR&R project 10): depth and
/// depth times speed up to which each can wade (from memory, unchecked).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WadeLimits {
    pub depth_m: f64,
    pub force_m2_s: f64,
}

/// Height times mass of 25 to 50 m kg.
pub const CHILD_WADES: WadeLimits = WadeLimits { depth_m: 0.5, force_m2_s: 0.4 };
/// Height times mass above 50 m kg: low hazard; 0.8 is moderate (trained people with equipment), 1.2 extreme.
pub const ADULT_WADES: WadeLimits = WadeLimits { depth_m: 1.2, force_m2_s: 0.6 };
/// Trained and equipped adults (moderate hazard): the working limit of rescuers.
pub const RESCUER_WADES: WadeLimits = WadeLimits { depth_m: 1.2, force_m2_s: 0.8 };

impl WadeLimits {
    pub fn keeps(&self, depth_m: f64, speed_m_s: f64) -> bool {
        depth_m <= self.depth_m && speed_m_s <= MOST_M_S && depth_m * speed_m_s <= self.force_m2_s
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Grade: reference (check values of the parameter notes, section 2, and of the table's row for 0.8 m).
    #[test]
    fn toppling_speeds_have_the_check_values() {
        for (body, depth, speed) in [
            (ADULT, 0.5, 1.24),
            (ADULT, 0.7, 0.90),
            (ADULT, 0.8, 0.78),
            (ADULT, 0.9, 0.68),
            (CHILD, 0.5, 0.83),
            (CHILD, 0.7, 0.58),
        ] {
            let given = body.topples_m_s(depth);
            assert!((given - speed).abs() < 0.006, "{} kg at {depth} m: {given} against {speed}", body.mass_kg);
            assert_eq!(body.falls_m_s(depth), given, "at these depths people topple before they slide");
        }
    }

    /// Grade: behaviour.
    #[test]
    fn deeper_water_fells_at_lower_speeds_until_people_float() {
        for body in [ADULT, CHILD] {
            let mut before = f64::INFINITY;
            for k in 1..40 {
                let speed = body.falls_m_s(f64::from(k) * 0.05);
                assert!(speed <= before, "{} kg at {} m", body.mass_kg, f64::from(k) * 0.05);
                before = speed;
            }
            assert_eq!(body.fall(2.0, 0.0), Some(Fall::Afloat));
            assert_eq!(body.fall(0.0, 9.0), None);
        }
        assert_eq!(ADULT.fall(0.5, 1.0), None);
        assert_eq!(CHILD.fall(0.5, 1.0), Some(Fall::Toppled));
    }

    /// Grade: reference (Cox et al. 2010 as in the parameter table).
    #[test]
    fn wading_limits_are_those_of_project_10() {
        assert!(ADULT_WADES.keeps(1.2, 0.5) && !ADULT_WADES.keeps(1.21, 0.1) && !ADULT_WADES.keeps(0.5, 1.21));
        assert!(CHILD_WADES.keeps(0.5, 0.8) && !CHILD_WADES.keeps(0.51, 0.1) && !CHILD_WADES.keeps(0.1, 3.1));
        assert!(RESCUER_WADES.keeps(0.8, 1.0) && !ADULT_WADES.keeps(0.8, 1.0));
    }
}
