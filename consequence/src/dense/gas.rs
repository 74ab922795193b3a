//! What a mixture of a released substance, dry air and water is like: how cold, how heavy, how much of it droplets.
//!
//! Local equilibrium: droplets and vapour have one temperature and the vapour's partial pressure is that over its liquid,
//!
//! ```text
//! h = m [cp (T - Ta) - l L(T)] + (1 - m) [cpa (T - Ta) - w Lw]      y P <= psat(T)      1/rho = sum of volumes
//! ```
//!
//! with m the released mass, l of it as droplets, w condensed water, all for each kilogram; enthalpies count from vapour and air at the
//! temperature of the surroundings, so that entrained air brings none.

use crate::substance::{ATMOSPHERE_PA, Substance};
use base::math;
use serde::{Deserialize, Serialize};

/// Gas constant, J/(mol K).
pub const GAS_J_MOL_K: f64 = 8.314_462_6;
/// Molar masses of dry air and water, kg/mol.
pub const AIR_KG_MOL: f64 = 0.028_964;
pub const WATER_KG_MOL: f64 = 0.018_015;
/// Heat capacities of dry air and of water vapour, J/(kg K), and the heat of vaporisation of water, J/kg.
const AIR_J_KG_K: f64 = 1006.0;
const STEAM_J_KG_K: f64 = 1860.0;
const WATER_LATENT_J_KG: f64 = 2.5e6;
const WATER_DENSITY_KG_M3: f64 = 1000.0;

/// The released substance as a cloud needs it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gas {
    pub molar_mass_kg_mol: f64,
    pub vapour_cp_j_kg_k: f64,
    pub liquid_cp_j_kg_k: f64,
    pub boiling_k: f64,
    pub latent_j_kg: f64,
    pub liquid_kg_m3: f64,
    /// Saturation: ln(p / 101,325 Pa) = B/(Tb + C) - B/(T + C).
    pub saturation: (f64, f64),
}

impl Gas {
    /// From the table. Where SLAB's constants are not in it, B follows from the heat of vaporisation (Clausius and
    /// Clapeyron), C is 0.
    pub fn of(s: &Substance) -> Gas {
        let molar_mass_kg_mol = s.molar_mass_kg_mol.value;
        let latent_j_kg = s.latent_heat_j_kg.value;
        let clapeyron = (latent_j_kg * molar_mass_kg_mol / GAS_J_MOL_K, 0.0);
        Gas {
            molar_mass_kg_mol,
            vapour_cp_j_kg_k: s.vapour_cp_j_kg_k.value,
            liquid_cp_j_kg_k: s.liquid_cp_j_kg_k.value,
            boiling_k: s.boiling_point_k.value,
            latent_j_kg,
            liquid_kg_m3: s.liquid_density_kg_m3.value,
            saturation: s.slab_saturation.as_ref().map_or(clapeyron, |k| k.value),
        }
    }
    pub fn saturation_pa(&self, t_k: f64) -> f64 {
        let (b, c) = self.saturation;
        // Below -C the form has no meaning (it would give a second, warm branch): nothing evaporates there.
        if t_k + c < 1.0 {
            return 0.0;
        }
        ATMOSPHERE_PA * math::exp((b / (self.boiling_k + c) - b / (t_k + c)).clamp(-200.0, 50.0))
    }
    /// Heat of vaporisation at a temperature: Kirchhoff's law from the boiling point on.
    pub fn latent_at_j_kg(&self, t_k: f64) -> f64 {
        (self.latent_j_kg - (self.liquid_cp_j_kg_k - self.vapour_cp_j_kg_k) * (t_k - self.boiling_k)).max(0.0)
    }
}

/// Saturation of water, Pa (Magnus; Alduchov & Eskridge 1996, over water also below 0 C).
fn water_saturation_pa(t_k: f64) -> f64 {
    let t = (t_k - 273.15).max(-200.0);
    610.94 * math::exp(17.625 * t / (t + 243.04))
}

/// The air that is mixed in.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Surroundings {
    pub temperature_k: f64,
    pub pressure_pa: f64,
    /// Mass of water vapour in a kilogram of the air.
    pub water: f64,
}

impl Surroundings {
    pub fn new(temperature_k: f64, pressure_pa: f64, relative_humidity: f64) -> Surroundings {
        let y = (relative_humidity * water_saturation_pa(temperature_k) / pressure_pa).clamp(0.0, 0.9);
        let water = y * WATER_KG_MOL / (y * WATER_KG_MOL + (1.0 - y) * AIR_KG_MOL);
        Surroundings { temperature_k, pressure_pa, water }
    }
    pub fn heat_j_kg_k(&self) -> f64 {
        (1.0 - self.water) * AIR_J_KG_K + self.water * STEAM_J_KG_K
    }
    pub fn density_kg_m3(&self) -> f64 {
        let moles = (1.0 - self.water) / AIR_KG_MOL + self.water / WATER_KG_MOL;
        self.pressure_pa / (moles * GAS_J_MOL_K * self.temperature_k)
    }
}

/// A mixture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Mixture {
    /// Released mass in a kilogram.
    pub mass_share: f64,
    pub temperature_k: f64,
    pub density_kg_m3: f64,
    pub heat_j_kg_k: f64,
    /// Share of the released mass that is droplets.
    pub droplets: f64,
    /// Moles of the released substance, droplets counted as if vapour, in a mole.
    pub volume_share: f64,
}

/// Specific enthalpy of a substance that leaves at a temperature with a share of vapour, J/kg, against its vapour at the
/// surroundings' temperature.
pub fn source_enthalpy_j_kg(gas: &Gas, air: &Surroundings, t_k: f64, vapour_share: f64) -> f64 {
    gas.vapour_cp_j_kg_k * (t_k - air.temperature_k) - (1.0 - vapour_share) * gas.latent_at_j_kg(t_k)
}

/// Everything at a temperature: enthalpy J/kg and the mixture.
fn at(gas: &Gas, air: &Surroundings, m: f64, t_k: f64) -> (f64, Mixture) {
    let dry = (1.0 - m) * (1.0 - air.water) / AIR_KG_MOL;
    let water = (1.0 - m) * air.water / WATER_KG_MOL;
    let substance = m / gas.molar_mass_kg_mol;
    // Largest mole shares in the gas.
    let a = (gas.saturation_pa(t_k) / air.pressure_pa).min(1.0);
    let w = (water_saturation_pa(t_k) / air.pressure_pa).min(1.0);
    // All vapour, else droplets of the substance, else of water, else of both: the first that holds together.
    let all = dry + water + substance;
    let only_substance = if a < 1.0 { (dry + water) / (1.0 - a) } else { f64::INFINITY };
    let only_water = if w < 1.0 { (dry + substance) / (1.0 - w) } else { f64::INFINITY };
    let both = if a + w < 1.0 { dry / (1.0 - a - w) } else { f64::INFINITY };
    let mut vapour = substance;
    let mut steam = water;
    if a * all < substance || w * all < water {
        if a * all < substance && w * only_substance >= water {
            vapour = a * only_substance;
        } else if w * all < water && a * only_water >= substance {
            steam = w * only_water;
        } else {
            vapour = (a * both).min(substance);
            steam = (w * both).min(water);
        }
    }
    vapour = vapour.min(substance);
    steam = steam.min(water);
    let moles = dry + vapour + steam;
    let droplets = if substance > 0.0 { 1.0 - vapour / substance } else { 0.0 };
    let condensed = (water - steam) * WATER_KG_MOL;
    let heat = m * gas.vapour_cp_j_kg_k + (1.0 - m) * air.heat_j_kg_k();
    let enthalpy =
        heat * (t_k - air.temperature_k) - m * droplets * gas.latent_at_j_kg(t_k) - condensed * WATER_LATENT_J_KG;
    let volume =
        moles * GAS_J_MOL_K * t_k / air.pressure_pa + m * droplets / gas.liquid_kg_m3 + condensed / WATER_DENSITY_KG_M3;
    let mixture = Mixture {
        mass_share: m,
        temperature_k: t_k,
        density_kg_m3: 1.0 / volume,
        heat_j_kg_k: heat,
        droplets,
        volume_share: substance / all,
    };
    (enthalpy, mixture)
}

/// The mixture of a released mass share with a specific enthalpy. Where nothing condenses the enthalpy is straight in the temperature;
/// else it grows with it, and the secant rule inside a bracket finds it; `guess_k` is where to start. A pure boiling liquid has
/// many enthalpies at one temperature: there the share of droplets follows from the enthalpy.
pub fn mix(gas: &Gas, air: &Surroundings, mass_share: f64, enthalpy_j_kg: f64, guess_k: f64) -> Mixture {
    let m = mass_share.clamp(0.0, 1.0);
    let (mut low, mut high) = (20.0, 2000.0);
    let dry_k = air.temperature_k + enthalpy_j_kg / (m * gas.vapour_cp_j_kg_k + (1.0 - m) * air.heat_j_kg_k());
    if dry_k > low && dry_k < high {
        let (h, dry) = at(gas, air, m, dry_k);
        // Whatever condenses takes enthalpy away.
        if (enthalpy_j_kg - h).abs() < CLOSE_J_KG {
            return dry;
        }
    }
    let mut t = guess_k.clamp(low, high);
    let (mut h, mut mixture) = at(gas, air, m, t);
    let mut slope = {
        let side = if enthalpy_j_kg > h { 0.05 } else { -0.05 };
        (at(gas, air, m, t + side).0 - h) / side
    };
    for _ in 0..60 {
        let wanting = enthalpy_j_kg - h;
        if wanting.abs() < CLOSE_J_KG {
            return mixture;
        }
        if wanting > 0.0 {
            low = t
        } else {
            high = t
        }
        let mut next = t + wanting / slope.max(1.0);
        if !(next > low && next < high) {
            // A kink (the end of the droplets) is met by halving.
            next = 0.5 * (low + high);
        }
        let (was_t, was_h) = (t, h);
        t = next;
        (h, mixture) = at(gas, air, m, t);
        if (t - was_t).abs() < 1e-7 {
            break;
        }
        slope = (h - was_h) / (t - was_t);
    }
    let (below, above) = (at(gas, air, m, t - 1e-3), at(gas, air, m, t + 1e-3));
    let jump = above.0 - below.0;
    if jump < 1e3 {
        return mixture;
    }
    // Boiling: between the liquid side and the vapour side by enthalpy.
    let f = ((enthalpy_j_kg - below.0) / jump).clamp(0.0, 1.0);
    let (a, b) = (below.1, above.1);
    let volume = (1.0 - f) / a.density_kg_m3 + f / b.density_kg_m3;
    Mixture { density_kg_m3: 1.0 / volume, droplets: a.droplets + f * (b.droplets - a.droplets), temperature_k: t, ..b }
}

/// An enthalpy is met when it is this near, J/kg: a millionth of a degree.
const CLOSE_J_KG: f64 = 1e-3;

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Ammonia as in SLAB's manual, example 2.
    pub(crate) const AMMONIA: Gas = Gas {
        molar_mass_kg_mol: 0.017031,
        vapour_cp_j_kg_k: 2045.9,
        liquid_cp_j_kg_k: 4611.8,
        boiling_k: 239.57,
        latent_j_kg: 1.17e6,
        liquid_kg_m3: 603.0,
        saturation: (2976.01, 0.0),
    };

    #[test]
    fn a_flashing_jet_of_ammonia_is_as_cold_and_heavy_as_the_original_has_it() {
        // Grade: reference. Rows of SLAB's example 2 (before the ground warms it): mass share, T, density, volume share.
        let air = Surroundings::new(306.2, 101_325.0, 0.213);
        let source = source_enthalpy_j_kg(&AMMONIA, &air, 239.57, 0.19);
        let pure = mix(&AMMONIA, &air, 1.0, source, 250.0);
        assert!((pure.density_kg_m3 / 4.532 - 1.0).abs() < 0.003, "{}", pure.density_kg_m3);
        for (m, t, density, volume) in [
            (0.895544, 234.4, 3.4576, 0.9358),
            (0.7361305, 228.605, 2.6382, 0.8253),
            (0.550444, 223.218, 2.1134, 0.6746),
        ] {
            let mixed = mix(&AMMONIA, &air, m, m * source, 250.0);
            assert!((mixed.temperature_k - t).abs() < 0.6, "{m}: {} K for {t}", mixed.temperature_k);
            assert!((mixed.density_kg_m3 / density - 1.0).abs() < 0.02, "{m}: {} for {density}", mixed.density_kg_m3);
            assert!((mixed.volume_share / volume - 1.0).abs() < 0.01, "{m}: {}", mixed.volume_share);
        }
    }

    #[test]
    fn mixing_keeps_the_enthalpy_and_no_droplet_survives_much_air() {
        // Grade: exact.
        let air = Surroundings::new(290.0, 101_325.0, 0.6);
        for m in [0.9, 0.4, 0.1, 0.01] {
            for h in [-6e5, -2e5, 0.0, 5e4] {
                let mixed = mix(&AMMONIA, &air, m, m * h, 280.0);
                let (back, _) = at(&AMMONIA, &air, m, mixed.temperature_k);
                assert!((back - m * h).abs() < 1.0, "{m} {h}: {back}");
            }
        }
        let thin = mix(&AMMONIA, &air, 0.01, 0.01 * source_enthalpy_j_kg(&AMMONIA, &air, 239.57, 0.19), 280.0);
        assert_eq!(thin.droplets, 0.0);
        let clean = mix(&AMMONIA, &air, 0.0, 0.0, 250.0);
        assert!((clean.temperature_k - 290.0).abs() < 1e-5);
        assert!((clean.density_kg_m3 / air.density_kg_m3() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn the_end_of_evaporation_is_where_the_trials_found_it() {
        // Grade: reference. V26: Desert Tortoise 1, 205 K (2 %) and 13 to 13.6 mol per cent (5 %). Stored at 294.7 K, its
        // tank's temperature (from memory, unchecked), into dry air of 302 K, as the published relation has it (the water of 13 % humid
        // air would condense and warm the mixture: 14.6 mol per cent). SLAB's deck has a tenth less latent heat than
        // the tables; here the table's ammonia is taken.
        let table = crate::substance::Substances::embedded();
        let ammonia = Gas::of(table.find("ammonia").expect("in the table"));
        let air = Surroundings::new(302.0, 90_900.0, 0.0);
        // Liquid at 294.7 K, flashed at constant enthalpy.
        let stored = ammonia.vapour_cp_j_kg_k * (294.7 - air.temperature_k) - ammonia.latent_at_j_kg(294.7);
        let mut m = 0.9;
        let mut mixed = mix(&ammonia, &air, m, m * stored, 240.0);
        while mixed.droplets > 0.0 {
            m -= 1e-4;
            mixed = mix(&ammonia, &air, m, m * stored, mixed.temperature_k);
        }
        assert!((mixed.temperature_k / 205.0 - 1.0).abs() < 0.02, "{} K", mixed.temperature_k);
        assert!((0.13 * 0.95..=0.136 * 1.05).contains(&mixed.volume_share), "{}", mixed.volume_share);
    }
}
