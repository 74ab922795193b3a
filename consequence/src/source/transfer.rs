//! How fast vapour leaves a liquid surface in a wind: Brighton (1985, 1990), as ALOHA has it (Jones et al. 2013, NOAA OR&R 43,
//! section 3.3.1, read through a public transcription).
//!
//! ```text
//! E  = Cs u* jc                              Cs = p M/(R T), saturated vapour at the surface
//! jc = -j (Pa/p) ln(1 - p/Pa)                much vapour pushes its own way up
//! j  = k/ScT (1 + n) [1/2 - atan(l/pi)/pi + (1 - g)/(l^2 + pi^2) + ((1 - g)^2 + 1 + pi^2/6) l/(l^2 + pi^2)^2]
//! l  = ln(X e^Lambda),  X = n k^2 D/(ScT z0 e^(1/n)),  Lambda = 1/n + 1 + 2 ln(1 + n) - 2 g + k/ScT (1 + n) f(Sc)
//! f  = (3.85 Sc^(1/3) - 1.3)^2 + ScT/k ln(0.13 Sc)   smooth, u* z0/nu < 0.13
//!      7.3 Re0^(1/4) sqrt(Sc) - 5 ScT                rough, u* z0/nu > 2; straight between
//! ```

use base::math::{atan2, cbrt, exp, ln, pow, sqrt};
use std::f64::consts::PI;

const KARMAN: f64 = 0.4;
/// Turbulent Schmidt number (Fackrell & Robins 1982).
const TURBULENT_SCHMIDT: f64 = 0.85;
const EULER: f64 = 0.577_215_665;
/// Kinematic viscosity of air at about 20 C, m2/s.
const VISCOSITY_M2_S: f64 = 1.5e-5;
/// Thermal diffusivity of air at about 20 C, m2/s.
const HEAT_DIFFUSIVITY_M2_S: f64 = 2.0e-5;
/// Diffusivity of water vapour in air, m2/s; others by Graham's law from it.
const WATER_DIFFUSIVITY_M2_S: f64 = 2.39e-5;
const WATER_KG_MOL: f64 = 0.018_015;
/// Roughness of the liquid's surface, m. ALOHA's rates do not change with the terrain. Thirteen of its published puddle runs (four
/// liquids, 5 to 35 C) gave 0.4 mm here, with the hourly amounts of the ten neutral ones within 2 %: a fit. (0.04 cm is also
/// what an early description of ALOHA is remembered to name; unchecked.)
pub const POOL_ROUGHNESS_M: f64 = 4.0e-4;
/// Factor of `jc` over `j` at which Brighton's model ends and the liquid boils.
pub const MOST_VOLATILE: f64 = 4.0;
/// Vapour pressure as a share of the air's at which that factor is reached: -ln(1 - x)/x = 4.
pub const BOILING_SHARE: f64 = 0.980_173;

/// Diffusivity of a vapour in air, m2/s (Graham).
pub fn diffusivity_m2_s(molar_mass_kg_mol: f64) -> f64 {
    WATER_DIFFUSIVITY_M2_S * sqrt(WATER_KG_MOL / molar_mass_kg_mol)
}

/// Mean mass transfer over a puddle, without the volatility factor.
pub fn coefficient(
    molar_mass_kg_mol: f64,
    friction_velocity_m_s: f64,
    wind_exponent: f64,
    diameter_m: f64,
    roughness_m: f64,
) -> f64 {
    let (n, st) = (wind_exponent, TURBULENT_SCHMIDT);
    let sc = VISCOSITY_M2_S / diffusivity_m2_s(molar_mass_kg_mol);
    let re0 = friction_velocity_m_s * roughness_m / VISCOSITY_M2_S;
    let lambda = 1.0 / n + 1.0 + 2.0 * ln(1.0 + n) - 2.0 * EULER + KARMAN / st * (1.0 + n) * interface(sc, re0);
    let x = n * KARMAN * KARMAN * diameter_m / (st * roughness_m * exp(1.0 / n));
    let l = lambda + ln(x);
    let q = l * l + PI * PI;
    let half = 0.5 - atan2(l, PI) / PI;
    let second = (1.0 - EULER) / q;
    let third = ((1.0 - EULER) * (1.0 - EULER) + 1.0 + PI * PI / 6.0) * l / (q * q);
    KARMAN / st * (1.0 + n) * (half + second + third)
}

/// f(Sc): the sublayer's resistance.
fn interface(sc: f64, re0: f64) -> f64 {
    let (smooth_below, rough_above) = (0.13, 2.0);
    let part = 3.85 * cbrt(sc) - 1.3;
    let smooth = part * part + TURBULENT_SCHMIDT / KARMAN * ln(0.13 * sc);
    let rough = |re: f64| 7.3 * sqrt(sqrt(re)) * sqrt(sc) - 5.0 * TURBULENT_SCHMIDT;
    if re0 <= smooth_below {
        smooth
    } else if re0 >= rough_above {
        rough(re0)
    } else {
        smooth + (re0 - smooth_below) / (rough_above - smooth_below) * (rough(rough_above) - smooth)
    }
}

/// Factor by which much vapour lifts itself: 1 for little, [`MOST_VOLATILE`] at most.
pub fn volatility(vapour_pressure_pa: f64, air_pa: f64) -> f64 {
    let x = vapour_pressure_pa / air_pa;
    if x < 1e-6 {
        1.0
    } else if x >= BOILING_SHARE {
        MOST_VOLATILE
    } else {
        -ln(1.0 - x) / x
    }
}

/// Ratio of the transfers of heat and of vapour: (diffusivity of heat / of vapour)^(2/3) (Brighton 1990).
pub fn heat_over_mass(molar_mass_kg_mol: f64) -> f64 {
    pow(HEAT_DIFFUSIVITY_M2_S / diffusivity_m2_s(molar_mass_kg_mol), 2.0 / 3.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sublayer_is_continuous_and_the_boiling_share_is_where_the_factor_is_four() {
        // Grade: exact.
        for sc in [0.8, 1.2, 2.0] {
            for at in [0.13, 2.0] {
                assert!((interface(sc, at * 0.999_999) - interface(sc, at * 1.000_001)).abs() < 1e-4);
            }
        }
        assert!((-ln(1.0 - BOILING_SHARE) / BOILING_SHARE - MOST_VOLATILE).abs() < 1e-4);
        assert!((volatility(1013.25, 101_325.0) - 1.005).abs() < 1e-4);
    }

    #[test]
    fn larger_puddles_and_heavier_vapours_lose_less_per_area() {
        // Grade: behaviour. Over 10 times the length the transfer falls by some 10 to 25 % (turbulent boundary layer: x^-0.1).
        let at = |m: f64, d: f64| coefficient(m, 0.15, 0.142, d, POOL_ROUGHNESS_M);
        let fall = at(0.078, 100.0) / at(0.078, 10.0);
        assert!((0.7..0.92).contains(&fall), "{fall}");
        assert!(at(0.1, 10.0) < at(0.03, 10.0));
    }
}
