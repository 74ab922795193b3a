//! A town's roofs as the wind feels them (城市冠层): displaced origin and roughness from how densely it is built, and an
//! exponential wind between the houses.

use super::KARMAN;
use base::math;
use serde::{Deserialize, Serialize};

/// Buildings of one mean height. Equations of Macdonald, Griffiths & Hall (1998), staggered cubes, and Macdonald (2000) below
/// the roofs; from memory, unchecked:
///
/// ```text
/// d/H = 1 + A^(-lp) (lp - 1)      z0/H = (1 - d/H) exp(-[0.5 Cd/k^2 (1 - d/H) lf]^(-1/2))
/// u(z < H) = u(H) exp(9.6 lf (z/H - 1))
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Canopy {
    /// Mean height of the buildings, m.
    pub height_m: f64,
    /// Built-over share of the ground (lp).
    pub plan_density: f64,
    /// Walls seen by the wind for each area of ground (lf).
    pub frontal_density: f64,
}

/// A for staggered arrays.
const A: f64 = 4.43;
/// Drag coefficient of a building.
const DRAG: f64 = 1.2;
/// Macdonald (2000): the attenuation below the roofs for each frontal density.
const ATTENUATION: f64 = 9.6;

impl Canopy {
    pub fn displacement_m(&self) -> f64 {
        self.height_m * (1.0 + math::pow(A, -self.plan_density) * (self.plan_density - 1.0))
    }
    pub fn roughness_m(&self) -> f64 {
        let free = 1.0 - self.displacement_m() / self.height_m;
        let drag = 0.5 * DRAG / (KARMAN * KARMAN) * free * self.frontal_density;
        self.height_m * free * math::exp(-1.0 / math::sqrt(drag))
    }
    /// Wind below the roofs over wind at the roofs.
    pub fn share_below_roofs(&self, height_m: f64) -> f64 {
        math::exp(ATTENUATION * self.frontal_density * (height_m.max(0.0) / self.height_m - 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weather::Profile;

    #[test]
    fn roughness_has_its_top_at_middling_density_and_displacement_grows_to_the_roofs() {
        // Grade: reference. Macdonald's figures: z0/H peaks near lf = 0.15 to 0.25 at about 0.1; d/H reaches 1 at lp = 1.
        let town = |density: f64| Canopy { height_m: 10.0, plan_density: density, frontal_density: density };
        let ratio = |density: f64| town(density).roughness_m() / 10.0;
        let peak = (1..80).map(|k| k as f64 * 0.01).max_by(|a, b| ratio(*a).total_cmp(&ratio(*b))).unwrap();
        assert!((0.1..0.3).contains(&peak), "peak at {peak}");
        assert!((0.05..0.2).contains(&ratio(peak)), "z0/H {}", ratio(peak));
        assert!((town(1.0).displacement_m() - 10.0).abs() < 1e-12);
        assert!(town(0.2).displacement_m() < town(0.4).displacement_m());
    }

    #[test]
    fn the_wind_is_one_piece_at_the_roofs() {
        // Grade: exact.
        let town = Canopy { height_m: 12.0, plan_density: 0.3, frontal_density: 0.25 };
        let profile = Profile::through(6.0, 40.0, 0.0, 0.03, Some(town));
        let (below, above) = (profile.wind_m_s(12.0 - 1e-9), profile.wind_m_s(12.0));
        assert!((below / above - 1.0).abs() < 1e-6);
        assert!(profile.wind_m_s(1.5) < 0.5 * above && profile.wind_m_s(1.5) > 0.0);
    }
}
