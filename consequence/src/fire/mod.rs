//! Fires (火灾) and the heat that they send: pool fire (池火), jet fire (喷射火), fireball (火球), flash fire (闪火); and what heat does to
//! the tank next to them. Each fire gives the heat flux at a point beside it; layers over a city are painted from that.
//!
//! ```text
//! q = E F tau        tau = 2.02 (pw X)^-0.09 (pw Pa, X m; Bagster & Pitblado 1989, as ALOHA has it)
//! ```
//!
//! F is the largest view factor over all ways in which the receiver can face.

pub mod burn;
pub mod burning;
pub mod escalation;
pub mod fireball;
pub mod flash;
pub mod jet;
pub mod layer;
pub mod pool;
pub mod store;
pub mod view;

pub use fireball::Fireball;
pub use jet::JetFire;
pub use layer::Placed;
pub use pool::PoolFire;

use crate::source::site::saturated_water_pa;
use base::math::pow;

/// Heat flux for 60 s at which ALOHA draws its red, orange and yellow lines, W/m2: potentially lethal, second-degree burns, pain
/// (NOAA ALOHA manual, from memory).
pub const ALOHA_LEVELS_W_M2: [f64; 3] = [10_000.0, 5_000.0, 2_000.0];

/// The air that heat has to pass, and the wind that bends flames.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FireAir {
    /// At 3 m, m/s: bends pool fires (ALOHA's flame lengths follow from it).
    pub wind_3m_m_s: f64,
    /// At 10 m, m/s: bends jets, whose flames stand higher.
    pub wind_10m_m_s: f64,
    pub temperature_k: f64,
    pub pressure_pa: f64,
    /// 0 to 1.
    pub relative_humidity: f64,
}

impl FireAir {
    /// From the weather of the moment.
    pub fn of(air: &crate::weather::Air) -> FireAir {
        FireAir {
            wind_3m_m_s: air.wind_m_s(3.0),
            wind_10m_m_s: air.wind_m_s(10.0),
            temperature_k: air.temperature_k,
            pressure_pa: air.pressure_pa,
            relative_humidity: air.relative_humidity,
        }
    }
    pub fn density_kg_m3(&self) -> f64 {
        self.pressure_pa / (287.05 * self.temperature_k)
    }
    /// Share of heat that a path of air lets through; at most all.
    pub fn transmissivity(&self, path_m: f64) -> f64 {
        let vapour = self.relative_humidity * saturated_water_pa(self.temperature_k);
        let depth = (vapour * path_m).max(1e-6);
        (2.02 * pow(depth, -0.09)).min(1.0)
    }
}

/// A fire as a source of heat.
pub trait Heat {
    /// Flux on a receiver that faces the fire, W/m2, at a place beside its foot: downwind, across the wind, above the ground.
    fn heat_w_m2(&self, downwind_m: f64, crosswind_m: f64, height_m: f64) -> f64;

    /// Distance downwind, at the ground, beyond which the flux stays below a level; 0 if it never reaches it.
    fn reach_m(&self, level_w_m2: f64) -> f64 {
        let flux = |x: f64| self.heat_w_m2(x, 0.0, 0.0);
        // Outward in steps of a twentieth: flux may rise at first where the flame leans over.
        let (mut outside, mut inside) = (5_000.0, None);
        let mut x = outside;
        while x > 0.05 {
            if flux(x) >= level_w_m2 {
                inside = Some(x);
                break;
            }
            outside = x;
            x /= 1.05;
        }
        let Some(mut inside) = inside else { return 0.0 };
        for _ in 0..40 {
            let mid = 0.5 * (inside + outside);
            if flux(mid) >= level_w_m2 { inside = mid } else { outside = mid }
        }
        0.5 * (inside + outside)
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// The night of the published runs: 5 m/s at 10 m over grass is 3.97 m/s at 3 m.
    pub fn night() -> FireAir {
        FireAir {
            wind_3m_m_s: 5.0 * base::math::ln(101.0) / base::math::ln(10.03 / 0.03),
            wind_10m_m_s: 5.0,
            temperature_k: 288.15,
            pressure_pa: 101_325.0,
            relative_humidity: 0.6,
        }
    }

    #[test]
    fn wet_air_and_long_ways_let_less_heat_through() {
        // Grade: exact. By hand: pw = 0.6 x 1701 Pa at 15 C, 100 m: 2.02 x 102,000^-0.09.
        let air = night();
        let vapour: f64 = 0.6 * 610.94 * base::math::exp(17.625 * 15.0 / 258.04);
        assert!((air.transmissivity(100.0) - 2.02 * base::math::pow(vapour * 100.0, -0.09)).abs() < 1e-9);
        assert_eq!(air.transmissivity(0.0), 1.0);
        assert!(air.transmissivity(300.0) < air.transmissivity(100.0));
    }
}
