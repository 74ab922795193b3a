//! Pool fire (池火): a leaning cylinder of flame over burning liquid.
//!
//! ```text
//! m" = 0.001 Hc/(L + cp (Tb - T))                                   Burgess, as ALOHA has it; or measured
//! h  = 55 D (m"/(rho sqrt(g D)))^0.67 u*^-0.21                      Thomas 1963; u* = u/(g m" D/rho)^(1/3), at least 1
//! cos(lean) = u*^-1/2                                               American Gas Association 1973
//! E  = f Hc m"/(1 + 4 h/D), f = 0.3                                 the heat that leaves, over the flame's side and top
//! E  = 140 exp(-0.12 D) + 20 (1 - exp(-0.12 D)) kW/m2               where soot hides the flame (Mudan 1984)
//! ```
//!
//! As ALOHA (Jones et al. 2013, NOAA OR&R 43, section 6.5, read through a public transcription).

use super::view::{Frustum, Surface};
use super::{FireAir, Heat};
use crate::substance::Substance;
use base::math::{atan2, cbrt, exp, hypot, pow, sqrt};
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

const GRAVITY_M_S2: f64 = 9.80665;
/// Share of the heat of combustion that is radiated (Roberts 1982; ALOHA technical documentation 6.5.1).
pub const RADIATED: f64 = 0.3;

/// How bright the flame is taken to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Brightness {
    /// A share of the burning rate, as ALOHA takes it: on the safe side for large sooty pools.
    #[default]
    Share,
    /// Hidden by soot as the pool grows wide.
    Sooty,
}

/// A burning pool.
#[derive(Debug, Clone, PartialEq)]
pub struct PoolFire {
    pub diameter_m: f64,
    pub burning_kg_m2_s: f64,
    pub flame_m: f64,
    pub lean_rad: f64,
    /// Emissive power of the flame's surface (辐射通量), W/m2.
    pub emissive_w_m2: f64,
    air: FireAir,
    surface: Surface,
}

/// Burning rate by Burgess's relation, kg/(m2 s); `None` for what does not burn.
pub fn burgess_kg_m2_s(s: &Substance, pool_k: f64) -> Option<f64> {
    let f = s.flammable.as_ref()?;
    let boiling = s.boiling_point_k.value;
    // A pool colder than the air is no colder than it boils.
    let warming = s.liquid_cp_at_j_kg_k(0.5 * (boiling + pool_k.min(boiling))) * (boiling - pool_k).max(0.0);
    Some(0.001 * f.heat_of_combustion_j_kg.value / (s.latent_heat_at_j_kg(boiling) + warming))
}

/// Burning rate of a large pool: as measured where the table has it, else by Burgess's relation.
pub fn burning_rate_kg_m2_s(s: &Substance, pool_k: f64) -> Option<f64> {
    let measured = s.flammable.as_ref()?.burning_rate_kg_m2_s.as_ref();
    measured.map(|known| known.value).or_else(|| burgess_kg_m2_s(s, pool_k))
}

impl PoolFire {
    /// A pool of a diameter that burns at a given rate; `None` for what does not burn.
    pub fn new(
        s: &Substance,
        diameter_m: f64,
        burning_kg_m2_s: f64,
        brightness: Brightness,
        air: FireAir,
    ) -> Option<PoolFire> {
        let heat = s.flammable.as_ref()?.heat_of_combustion_j_kg.value;
        let (d, m, rho) = (diameter_m, burning_kg_m2_s, air.density_kg_m3());
        let wind = air.wind_3m_m_s / cbrt(GRAVITY_M_S2 * m * d / rho);
        let flame_m = 55.0 * d * pow(m / (rho * sqrt(GRAVITY_M_S2 * d)), 0.67) * pow(wind.max(1.0), -0.21);
        let lean_rad = if wind > 1.0 { atan2(sqrt(wind - 1.0), 1.0) } else { 0.0 };
        let emissive_w_m2 = match brightness {
            Brightness::Share => RADIATED * heat * m / (1.0 + 4.0 * flame_m / d),
            Brightness::Sooty => {
                let clear = exp(-0.12 * d);
                140e3 * clear + 20e3 * (1.0 - clear)
            }
        };
        let shape =
            Frustum { lift_m: 0.0, length_m: flame_m, lean_rad, lower_width_m: d, upper_width_m: d, on_ground: true };
        let surface = shape.surface();
        Some(PoolFire { diameter_m: d, burning_kg_m2_s: m, flame_m, lean_rad, emissive_w_m2, air, surface })
    }

    /// A pool of an area at the temperature of the air, burning as measured or as Burgess says.
    pub fn of_area(s: &Substance, area_m2: f64, brightness: Brightness, air: FireAir) -> Option<PoolFire> {
        let rate = burning_rate_kg_m2_s(s, air.temperature_k)?;
        PoolFire::new(s, sqrt(4.0 * area_m2 / PI), rate, brightness, air)
    }

    /// The pool that a leak keeps up: it grows until it burns what comes, no wider than the bund.
    pub fn fed(
        s: &Substance,
        leak_kg_s: f64,
        bund_m2: Option<f64>,
        brightness: Brightness,
        air: FireAir,
    ) -> Option<PoolFire> {
        let rate = burning_rate_kg_m2_s(s, air.temperature_k)?;
        let area = (leak_kg_s / rate).min(bund_m2.unwrap_or(f64::INFINITY));
        PoolFire::new(s, sqrt(4.0 * area / PI), rate, brightness, air)
    }

    pub fn area_m2(&self) -> f64 {
        0.25 * PI * self.diameter_m * self.diameter_m
    }
    /// Mass burnt each second, kg/s.
    pub fn burning_kg_s(&self) -> f64 {
        self.burning_kg_m2_s * self.area_m2()
    }
    /// How long a mass lasts, s.
    pub fn lasts_s(&self, mass_kg: f64) -> f64 {
        mass_kg / self.burning_kg_s()
    }
}

impl Heat for PoolFire {
    fn heat_w_m2(&self, downwind_m: f64, crosswind_m: f64, height_m: f64) -> f64 {
        let away = hypot(hypot(downwind_m, crosswind_m), height_m);
        if hypot(downwind_m, crosswind_m) < 0.5 * self.diameter_m && height_m < self.flame_m {
            return self.emissive_w_m2;
        }
        self.emissive_w_m2
            * self.surface.view_factor([downwind_m, crosswind_m, height_m])
            * self.air.transmissivity(away)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::night;
    use super::*;
    use crate::substance::Substances;

    #[test]
    fn wind_leans_the_flame_and_calm_air_leaves_it_upright() {
        // Grade: exact. cos(lean) = u*^-1/2.
        let all = Substances::embedded();
        let s = all.find("toluene").expect("there");
        let fire = PoolFire::of_area(s, 20.0, Brightness::Share, night()).expect("burns");
        let m = fire.burning_kg_m2_s;
        let wind = night().wind_3m_m_s / (9.80665 * m * fire.diameter_m / night().density_kg_m3()).cbrt();
        assert!((fire.lean_rad.cos() - wind.powf(-0.5)).abs() < 1e-9);
        let calm =
            PoolFire::of_area(s, 20.0, Brightness::Share, FireAir { wind_3m_m_s: 0.5, ..night() }).expect("burns");
        assert_eq!(calm.lean_rad, 0.0);
        assert!(fire.heat_w_m2(20.0, 0.0, 0.0) > fire.heat_w_m2(-20.0, 0.0, 0.0));
        assert!((fire.heat_w_m2(0.0, 20.0, 0.0) - fire.heat_w_m2(0.0, -20.0, 0.0)).abs() < 1e-9);
    }

    #[test]
    fn a_fed_pool_burns_what_comes_or_fills_its_bund() {
        // Grade: exact.
        let all = Substances::embedded();
        let s = all.find("benzene").expect("there");
        let free = PoolFire::fed(s, 5.0, None, Brightness::Share, night()).expect("burns");
        assert!((free.burning_kg_s() - 5.0).abs() < 1e-9);
        let bund = PoolFire::fed(s, 5.0, Some(10.0), Brightness::Share, night()).expect("burns");
        assert!((bund.area_m2() - 10.0).abs() < 1e-9);
        assert!(PoolFire::fed(all.find("chlorine").expect("there"), 5.0, None, Brightness::Share, night()).is_none());
    }

    #[test]
    fn burgess_is_near_the_measured_rates() {
        // Grade: reference. Babrauskas's values for large pools (from memory) within a factor of 1.6: one line through all fuels
        // leaves that much; the worst is butane, of which other compilations print 0.1 and more.
        let all = Substances::embedded();
        for key in ["benzene", "propane", "butane", "methane", "acetone"] {
            let s = all.find(key).expect("there");
            let measured = s.flammable.as_ref().and_then(|f| f.burning_rate_kg_m2_s.as_ref()).expect("measured").value;
            let ratio = burgess_kg_m2_s(s, 288.15).expect("burns") / measured;
            assert!((1.0 / 1.6..1.6).contains(&ratio), "{key}: {ratio}");
        }
    }
}
