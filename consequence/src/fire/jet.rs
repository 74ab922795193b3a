//! Jet fire (喷射火): what comes out of a hole burns at once. An upright jet in the wind after Chamberlain (1987), a cone frustum
//! that lifts off and leans:
//!
//! ```text
//! uj = Mj sqrt(g R Tj/M), the gas expanded to the pressure of the air along its isentrope
//! Ds = sqrt(4 m/(pi rho_a uj))                 the hole that would give the same mass and momentum as air
//! LB0 = Y Ds,  0.024 (g Ds/uj^2)^(1/3) Y^(5/3) + 0.2 Y^(2/3) = (2.85/W)^(2/3)     length in still air, W the stoichiometric mass share
//! LB = LB0 (0.51 exp(-0.4 u) + 0.49),  xi = LB0 (g/(Ds uj)^2)^(1/3),  R = u/uj
//! lean = 8000 R/xi (R <= 0.05), (1726 sqrt(R - 0.026))/xi beyond, degrees;  lift b = LB sin(K a)/sin(a), K = 0.185 exp(-20 R) + 0.015
//! W2 = LB (0.18 exp(-1.5 R) + 0.31)(1 - 0.47 exp(-25 R));  W1 of the nozzle's width and density
//! f  = 0.21 c exp(-0.00323 uj) + 0.11,  c = 1, sqrt(M/21), 1.69 for M below 21, to 60, above, g/mol
//! E  = f m Hc / surface
//! ```
//!
//! Lean, widths and radiated share as ALOHA's technical documentation, section 6.4, and Chamberlain's paper give them, read through a
//! public transcription; the length in still air as TNO's Yellow Book gives it for the same model (from memory; ALOHA takes
//! LB = 105.4 Ds in any wind, which is right in a breeze and far too short in still air). A jet of gas and drops burns as a gas
//! jet of its whole mass that leaves as its vapour would, with 0.015 LB of lift (Cook et al. 1990).

use super::view::{Frustum, Surface};
use super::{FireAir, Heat};
use crate::substance::Substance;
use crate::substance::curve::GAS_CONSTANT;
use base::math::{cbrt, exp, hypot, pow, sin, sqrt};
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

const GRAVITY_M_S2: f64 = 9.80665;

/// What feeds the jet.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JetFeed {
    pub rate_kg_s: f64,
    /// Inside the tank or pipe.
    pub pressure_pa: f64,
    pub temperature_k: f64,
    /// Gas and drops together.
    pub two_phase: bool,
    /// Of the hole above the ground, m.
    pub height_m: f64,
}

/// A burning jet.
#[derive(Debug, Clone, PartialEq)]
pub struct JetFire {
    pub flame_m: f64,
    pub lean_rad: f64,
    pub lift_m: f64,
    pub widths_m: [f64; 2],
    pub jet_speed_m_s: f64,
    pub radiated_share: f64,
    pub emissive_w_m2: f64,
    air: FireAir,
    surface: Surface,
}

impl JetFire {
    /// `None` for what does not burn, or when nothing drives it out.
    pub fn new(s: &Substance, feed: &JetFeed, air: FireAir) -> Option<JetFire> {
        let heat = s.flammable.as_ref()?.heat_of_combustion_j_kg.value;
        if feed.pressure_pa <= air.pressure_pa || feed.rate_kg_s <= 0.0 {
            return None;
        }
        let g = s.heat_ratio(feed.temperature_k);
        let m = s.molar_mass();
        // Mach number after expansion from rest: 1 + (g-1)/2 Mj^2 = (P/Pa)^((g-1)/g).
        let grown = pow(feed.pressure_pa / air.pressure_pa, (g - 1.0) / g);
        let mach = sqrt(2.0 * (grown - 1.0) / (g - 1.0));
        let expanded_k = feed.temperature_k / grown;
        let speed = mach * sqrt(g * GAS_CONSTANT * expanded_k / m);
        let rho = air.density_kg_m3();
        let jet_rho = air.pressure_pa * m / (GAS_CONSTANT * expanded_k);
        let ds = sqrt(4.0 * feed.rate_kg_s / (PI * rho * speed));
        let u = air.wind_10m_m_s;
        let r = u / speed;
        let still = ds * still_length(ds, speed, s.flammable.as_ref()?.stoichiometric.value, m);
        let length = still * (0.51 * exp(-0.4 * u) + 0.49);
        let buoyancy = cbrt(GRAVITY_M_S2 / (ds * ds * speed * speed));
        let xi = still * buoyancy;
        let lean_deg = if r <= 0.05 { 8000.0 * r / xi } else { 1726.0 * sqrt(r - 0.026) / xi };
        // Beyond level the correlation has no meaning.
        let lean_rad = lean_deg.min(89.0).to_radians();
        let lift_m = if feed.two_phase {
            0.015 * length
        } else {
            let k = 0.185 * exp(-20.0 * r) + 0.015;
            if lean_rad > 1e-9 { length * sin(k * lean_rad) / sin(lean_rad) } else { k * length }
        };
        let side = lift_m * sin(lean_rad);
        let slant = sqrt(length * length - side * side) - lift_m * base::math::cos(lean_rad);
        let c = 1000.0 * exp(-100.0 * r) + 0.8;
        let narrowing = 1.0 - (1.0 - sqrt(rho / jet_rho) / 15.0) * exp(-70.0 * pow(buoyancy * ds, c));
        let lower = ds * (13.5 * exp(-6.0 * r) + 1.5) * narrowing;
        let upper = length * (0.18 * exp(-1.5 * r) + 0.31) * (1.0 - 0.47 * exp(-25.0 * r));
        let grams = 1000.0 * m;
        let carbon = if grams < 21.0 {
            1.0
        } else if grams <= 60.0 {
            sqrt(grams / 21.0)
        } else {
            1.69
        };
        let radiated_share = 0.21 * carbon * exp(-0.00323 * speed) + 0.11;
        let half = 0.5 * (upper - lower);
        let area = 0.25 * PI * (lower * lower + upper * upper)
            + 0.5 * PI * (lower + upper) * sqrt(slant * slant + half * half);
        let shape = Frustum {
            lift_m: feed.height_m + lift_m,
            length_m: slant,
            lean_rad,
            lower_width_m: lower,
            upper_width_m: upper,
            on_ground: false,
        };
        Some(JetFire {
            flame_m: length,
            lean_rad,
            lift_m,
            widths_m: [lower, upper],
            jet_speed_m_s: speed,
            radiated_share,
            emissive_w_m2: radiated_share * feed.rate_kg_s * heat / area,
            air,
            surface: shape.surface(),
        })
    }
}

/// Flame length in still air over the source's width: entrained air must reach the stoichiometric share.
fn still_length(ds: f64, speed: f64, stoichiometric: f64, molar_mass: f64) -> f64 {
    let air_kg_mol = 0.028_964;
    let fuel = stoichiometric * molar_mass;
    let mass_share = fuel / (fuel + (1.0 - stoichiometric) * air_kg_mol);
    let buoyant = 0.024 * cbrt(GRAVITY_M_S2 * ds / (speed * speed));
    let enough = pow(2.85 / mass_share, 2.0 / 3.0);
    let (mut low, mut high) = (0.0, 1e5);
    for _ in 0..80 {
        let y = 0.5 * (low + high);
        let root = cbrt(y * y);
        if root * (buoyant * y + 0.2) < enough { low = y } else { high = y }
    }
    0.5 * (low + high)
}

impl Heat for JetFire {
    fn heat_w_m2(&self, downwind_m: f64, crosswind_m: f64, height_m: f64) -> f64 {
        let away = hypot(hypot(downwind_m, crosswind_m), height_m);
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
    fn the_heat_through_a_far_sphere_is_the_radiated_share() {
        // Grade: exact (2 %, for the facing of the receivers). In dry air, the flux summed over a far sphere around the flame
        // is the share of the heat of combustion that is radiated. A convex body's mean shadow is a quarter of its surface.
        let all = Substances::embedded();
        let s = all.find("propane").expect("there");
        let air = FireAir { relative_humidity: 0.0, ..night() };
        let feed =
            JetFeed { rate_kg_s: 5.0, pressure_pa: 7e5, temperature_k: 288.15, two_phase: false, height_m: 5000.0 };
        let fire = JetFire::new(s, &feed, air).expect("burns");
        let r = 2000.0;
        let (mut sum, n) = (0.0, 40);
        for i in 0..n {
            let z = -1.0 + (2.0 * f64::from(i) + 1.0) / f64::from(n);
            for j in 0..n {
                let angle = 2.0 * PI * (f64::from(j) + 0.5) / f64::from(n);
                let out = (1.0 - z * z).sqrt();
                sum += fire.heat_w_m2(r * out * angle.cos(), r * out * angle.sin(), 5000.0 + r * z) / f64::from(n * n);
            }
        }
        let want = fire.radiated_share * 5.0 * 46.3e6;
        let ratio = sum * 4.0 * PI * r * r / want;
        assert!((ratio - 1.0).abs() < 0.02, "{ratio}");
    }

    #[test]
    fn a_stronger_leak_makes_a_longer_flame_as_the_root_of_its_heat() {
        // Grade: reference. Length in still air against 0.00326 (m Hc)^0.478 (Cook et al. 1990 as TNO has it), within 30 %: the
        // scatter of measured jets about either.
        let all = Substances::embedded();
        for key in ["methane", "propane"] {
            let s = all.find(key).expect("there");
            let heat = s.flammable.as_ref().expect("burns").heat_of_combustion_j_kg.value;
            for rate in [1.0, 10.0, 50.0] {
                let feed = JetFeed {
                    rate_kg_s: rate,
                    pressure_pa: 7e5,
                    temperature_k: 288.15,
                    two_phase: false,
                    height_m: 1.0,
                };
                let fire = JetFire::new(s, &feed, FireAir { wind_10m_m_s: 0.0, ..night() }).expect("burns");
                let ratio = fire.flame_m / (0.00326 * pow(rate * heat, 0.478));
                assert!((0.7..1.3).contains(&ratio), "{key} {rate}: {ratio}");
            }
        }
        assert!(
            JetFire::new(
                all.find("chlorine").expect("there"),
                &JetFeed { rate_kg_s: 1.0, pressure_pa: 7e5, temperature_k: 288.15, two_phase: false, height_m: 1.0 },
                night()
            )
            .is_none()
        );
    }
}
