//! Fireball (火球) of a pressure tank that bursts in a fire (BLEVE, 沸腾液体扩展蒸气爆炸).
//!
//! ```text
//! D = 5.8 M^(1/3);  t = 0.45 M^(1/3) below 30 t, 2.6 M^(1/6) above;  E = f M Hc/(pi D^2 t)
//! F = r^2 x/(x^2 + r^2)^(3/2): a sphere that touches the ground, seen by someone who stands upright
//! ```
//!
//! All of the mass that is in the tank burns in it (ALOHA's case: the share that ALOHA puts into the ball is that which flashes
//! three times over, at most all; CCPS 1999).

use super::{FireAir, Heat};
use crate::substance::Substance;
use base::math::{cbrt, hypot, pow, sqrt};
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// Share of the heat that is radiated. All six published ALOHA distances for propane follow from 0.36 within 1 %.
pub const RADIATED: f64 = 0.36;

/// A fireball at its full size.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Fireball {
    pub mass_kg: f64,
    pub diameter_m: f64,
    pub lasts_s: f64,
    pub emissive_w_m2: f64,
    air: FireAir,
}

impl Fireball {
    /// A ball of a mass; `None` for what does not burn.
    pub fn new(s: &Substance, mass_kg: f64, air: FireAir) -> Option<Fireball> {
        Fireball::with_share(s, mass_kg, RADIATED, air)
    }

    /// With another radiated share, as 0.27 P^0.32 of the bursting pressure in MPa (Roberts 1982; from memory).
    pub fn with_share(s: &Substance, mass_kg: f64, share: f64, air: FireAir) -> Option<Fireball> {
        let heat = s.flammable.as_ref()?.heat_of_combustion_j_kg.value;
        let third = cbrt(mass_kg);
        let diameter_m = 5.8 * third;
        let lasts_s = if mass_kg < 30_000.0 { 0.45 * third } else { 2.6 * sqrt(third) };
        let emissive_w_m2 = share * mass_kg * heat / (PI * diameter_m * diameter_m * lasts_s);
        Some(Fireball { mass_kg, diameter_m, lasts_s, emissive_w_m2, air })
    }

    /// Mass in the ball of a tank that bursts at a temperature: three times what flashes, at most all (CCPS 1999, as ALOHA).
    pub fn mass_of(s: &Substance, held_kg: f64, temperature_k: f64, air_pa: f64) -> f64 {
        held_kg * (3.0 * s.flash_share(temperature_k, air_pa)).min(1.0)
    }

    /// Thermal dose of someone who stands there all the time, (kW/m2)^(4/3) s.
    pub fn dose_tdu(&self, away_m: f64) -> f64 {
        pow(self.heat_w_m2(away_m, 0.0, 0.0) / 1000.0, 4.0 / 3.0) * self.lasts_s
    }
}

impl Heat for Fireball {
    fn heat_w_m2(&self, downwind_m: f64, crosswind_m: f64, height_m: f64) -> f64 {
        let r = 0.5 * self.diameter_m;
        let x = hypot(downwind_m, crosswind_m);
        let up = r - height_m;
        let middle = hypot(x, up);
        if middle <= r {
            return self.emissive_w_m2;
        }
        // Upright at the ground; higher up, facing the middle: r^2/d^2 times the cosine of the slope.
        let view = r * r * x / (middle * middle * middle);
        self.emissive_w_m2 * view * self.air.transmissivity(middle - r)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::night;
    use super::*;
    use crate::substance::Substances;

    #[test]
    fn what_a_fireball_radiates_is_its_share_of_the_heat() {
        // Grade: exact. E pi D^2 t = f M Hc, below and above 30 t.
        let all = Substances::embedded();
        let s = all.find("propane").expect("there");
        let heat = s.flammable.as_ref().expect("burns").heat_of_combustion_j_kg.value;
        for mass in [100.0, 16_037.0, 80_000.0] {
            let f = Fireball::new(s, mass, night()).expect("burns");
            let out = f.emissive_w_m2 * PI * f.diameter_m * f.diameter_m * f.lasts_s;
            assert!((out / (0.36 * mass * heat) - 1.0).abs() < 1e-12);
        }
        // The two durations meet near 30 t: 13.98 s and 14.49 s.
        let (a, b) =
            (Fireball::new(s, 29_999.0, night()).expect("burns"), Fireball::new(s, 30_001.0, night()).expect("burns"));
        assert!((a.lasts_s / b.lasts_s - 1.0).abs() < 0.05);
    }

    #[test]
    fn a_bursting_tank_of_propane_puts_nearly_all_of_it_into_the_ball() {
        // Grade: behaviour. At 55 C more than half flashes: three times that is all.
        let all = Substances::embedded();
        let s = all.find("propane").expect("there");
        assert_eq!(Fireball::mass_of(s, 1000.0, 328.0, 101_325.0), 1000.0);
        assert_eq!(Fireball::mass_of(s, 1000.0, 220.0, 101_325.0), 0.0);
    }
}
