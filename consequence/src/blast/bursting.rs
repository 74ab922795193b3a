//! Bursting tank (容器爆裂, the blast of a BLEVE): what liquid that flashes and vapour that expands push into the air.
//!
//! ```text
//! E = ml (cp (T1 - T0) - T0 cp ln(T1/T0)) + (p1 - p0) Vv/(g - 1)        T0 the boiling point at the air's pressure
//! W = 0.5 E/4.68 MJ/kg
//! ```
//!
//! The first term is the work of saturated liquid that expands without gain of entropy (enthalpy before and after, with a heat capacity
//! that does not change), the second Brode's (1959). Half of it goes into the wave, the rest into the pieces of the wall (CCPS 1999
//! gives 0.4 for walls that tear, 0.8 for brittle ones; from memory, unchecked).

use super::{Tnt, tnt::TNT_J_KG};
use crate::substance::Substance;
use base::math::ln;

/// Share of the work that becomes blast.
pub const INTO_BLAST: f64 = 0.5;

/// Work of a tank of a volume that bursts at a temperature with so much liquid in it, J.
pub fn energy_j(s: &Substance, liquid_kg: f64, volume_m3: f64, burst_k: f64, air_pa: f64) -> f64 {
    let cold_k = s.boiling_at_k(air_pa).min(burst_k);
    let cp = s.liquid_cp_at_j_kg_k(0.5 * (burst_k + cold_k));
    let flashes = liquid_kg * cp * ((burst_k - cold_k) - cold_k * ln(burst_k / cold_k));
    let vapour_m3 = (volume_m3 - liquid_kg / s.liquid_density_at_kg_m3(burst_k)).max(0.0);
    let expands = (s.vapour_pressure_pa(burst_k) - air_pa).max(0.0) * vapour_m3 / (s.heat_ratio(burst_k) - 1.0);
    flashes + expands
}

/// The charge on the ground that it is like.
pub fn charge(s: &Substance, liquid_kg: f64, volume_m3: f64, burst_k: f64, air_pa: f64) -> Tnt {
    Tnt { mass_kg: INTO_BLAST * energy_j(s, liquid_kg, volume_m3, burst_k, air_pa) / TNT_J_KG }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::substance::{ATMOSPHERE_PA, Substances};

    #[test]
    fn a_bursting_propane_tank_is_like_some_charge_and_a_cold_one_like_none() {
        // Grade: behaviour. Propane at 328 K: some 30 kJ a kilogram of liquid (between 5 and 14 % of the superheat of 270 kJ/kg, Casal
        // & Salla 2006, from memory), so that 20 t are like 50 to 100 kg of TNT, and glass breaks out to some hundred metres.
        let all = Substances::embedded();
        let s = all.find("propane").expect("there");
        let each = energy_j(s, 1000.0, 0.0, 328.0, ATMOSPHERE_PA) / 1000.0;
        assert!((13e3..45e3).contains(&each), "{each}");
        assert_eq!(energy_j(s, 1000.0, 2.0, 220.0, ATMOSPHERE_PA), 0.0);
        let full = energy_j(s, 20_000.0, 50.0, 328.0, ATMOSPHERE_PA);
        assert!(energy_j(s, 10_000.0, 50.0, 328.0, ATMOSPHERE_PA) < full);
    }
}
