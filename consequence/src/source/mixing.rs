//! A jet of gas and drops that draws in air until the drops are gone: how cold, how thin and how wide it is then. A dense-gas model may
//! start there; and it is a check of any that carries the drops itself.
//!
//! ```text
//! r cpa (Ta - T) = L(T) - integral of cpl from T to Ts        heat of the air evaporates what the stored heat did not
//! y p = psat(T),  y = (1/M)/(1/M + r/Ma)                      the last drop is in equilibrium with the mixture
//! u (1 + r) = u0 + r ua                                       momentum
//! ```
//!
//! per kg of substance, r kg of air. Moisture of the air is left out: its freezing warms ammonia's mixture by some 2 K at 13 %
//! humidity of 302 K (0.5 g/kg x 2.8 MJ/kg over 1 kJ/(kg K)), more in wet air.

use crate::substance::Substance;
use crate::substance::curve::GAS_CONSTANT;
use base::math::sqrt;

/// kg/mol and J/(kg K).
const AIR_KG_MOL: f64 = 0.028_964;
const AIR_CP_J_KG_K: f64 = 1005.0;

/// The jet at the end of evaporation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dried {
    pub temperature_k: f64,
    /// Of the substance by volume.
    pub mole_share: f64,
    /// Air drawn in per kg of substance.
    pub air_kg_kg: f64,
    pub density_kg_m3: f64,
    pub speed_m_s: f64,
    /// Radius of a round jet, m.
    pub radius_m: f64,
}

/// What leaves and where.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WetJet {
    pub rate_kg_s: f64,
    /// At which it was stored as a liquid.
    pub stored_k: f64,
    pub speed_m_s: f64,
    pub air_k: f64,
    pub air_pa: f64,
    /// Wind along the jet at its height.
    pub wind_m_s: f64,
}

/// `None` when the stored heat evaporates all of it before any air comes in, or the substance freezes first.
pub fn dried(s: &Substance, jet: &WetJet) -> Option<Dried> {
    // Air per kg from the equilibrium at T, and from the heat; the first falls with T, so their difference has one zero.
    let by_equilibrium = |t: f64| {
        let y = (s.vapour_pressure_pa(t) / jet.air_pa).min(1.0);
        (1.0 - y) / y * AIR_KG_MOL / s.molar_mass()
    };
    let by_heat = |t: f64| {
        let cooled = s.liquid_cp_at_j_kg_k(0.5 * (t + jet.stored_k)) * (jet.stored_k - t);
        (s.latent_heat_at_j_kg(t) - cooled) / (AIR_CP_J_KG_K * (jet.air_k - t))
    };
    let excess = |t: f64| by_equilibrium(t) - by_heat(t);
    let (mut low, mut high) = (0.7 * s.boiling_point_k.value, s.boiling_at_k(jet.air_pa));
    if by_heat(high) <= 0.0 || excess(low) < 0.0 || excess(high) > 0.0 {
        return None;
    }
    for _ in 0..60 {
        let mid = 0.5 * (low + high);
        if excess(mid) > 0.0 { low = mid } else { high = mid }
    }
    let temperature_k = 0.5 * (low + high);
    let air_kg_kg = by_equilibrium(temperature_k);
    let moles = 1.0 / s.molar_mass() + air_kg_kg / AIR_KG_MOL;
    let mole_share = 1.0 / s.molar_mass() / moles;
    let density_kg_m3 = jet.air_pa * (1.0 + air_kg_kg) / (moles * GAS_CONSTANT * temperature_k);
    let speed_m_s = (jet.speed_m_s + air_kg_kg * jet.wind_m_s) / (1.0 + air_kg_kg);
    let area = jet.rate_kg_s * (1.0 + air_kg_kg) / (density_kg_m3 * speed_m_s);
    let radius_m = sqrt(area / std::f64::consts::PI);
    Some(Dried { temperature_k, mole_share, air_kg_kg, density_kg_m3, speed_m_s, radius_m })
}

/// Desert Tortoise 1 as its equivalent source is given: 81 kg/s of ammonia stored at 21.5 C, out of a nozzle at 25.7 m/s (its mass flux
/// over the liquid's density), in air of 302 K and 90.9 kPa, 6.6 m/s at 1 m (from 7.42 at 2 m over z0 3 mm).
pub fn desert_tortoise_1() -> WetJet {
    WetJet { rate_kg_s: 81.0, stored_k: 294.65, speed_m_s: 25.7, air_k: 302.0, air_pa: 90_900.0, wind_m_s: 6.6 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::substance::Substances;

    #[test]
    fn heat_and_saturation_both_hold_at_the_end() {
        // Grade: exact. Put back into the equations.
        let all = Substances::embedded();
        for key in ["ammonia", "chlorine", "propane", "sulfur_dioxide"] {
            let s = all.find(key).expect("there");
            let jet = WetJet { stored_k: 288.15, air_k: 288.15, air_pa: 101_325.0, ..desert_tortoise_1() };
            let d = dried(s, &jet).expect("drops");
            assert!((d.mole_share * jet.air_pa / s.vapour_pressure_pa(d.temperature_k) - 1.0).abs() < 1e-9, "{key}");
            let heat = d.air_kg_kg * AIR_CP_J_KG_K * (jet.air_k - d.temperature_k)
                + s.liquid_cp_at_j_kg_k(0.5 * (d.temperature_k + 288.15)) * (288.15 - d.temperature_k);
            assert!((heat / s.latent_heat_at_j_kg(d.temperature_k) - 1.0).abs() < 1e-6, "{key}");
            assert!(d.temperature_k < s.boiling_point_k.value);
        }
    }

    #[test]
    fn a_liquid_that_is_not_superheated_has_no_such_end() {
        // Grade: behaviour. Stored far above its boiling point all of it flashes: no drops are left.
        let all = Substances::embedded();
        let s = all.find("propane").expect("there");
        let hot = WetJet { stored_k: 366.0, air_k: 310.0, air_pa: 101_325.0, ..desert_tortoise_1() };
        assert!(dried(s, &hot).is_none_or(|d| d.air_kg_kg < 3.0));
    }
}
