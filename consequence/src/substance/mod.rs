//! Substances (危险化学品): physical properties, flammability, harm criteria and emergency distances, each value with its source
//! and how far it was checked. The table is data: `data/substances.ron` is embedded, and a user's file in the same form adds to it
//! or replaces entries.
//!
//! What depends on temperature stands as published correlations where there are any (see [`curve`]); where a user's substance
//! has none, [`Substance`] falls back on textbook relations and says so in `Substance::gaps`.

pub mod criteria;
pub mod curve;
pub mod property;
mod read;
pub mod table;

pub use criteria::{Aegl, Erg, ErgContainer, Erpg, Harm, LevelPpm, Probit, ToxicThreshold};
pub use curve::Curve;
pub use property::ATMOSPHERE_PA;
pub use table::{Laid, Substances};

use base::text::Text;
use serde::{Deserialize, Serialize};

/// How far a value was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Confidence {
    /// Read in, or equal to, a public transcription of the primary source.
    Verified,
    /// Read in a secondary source only.
    Secondary,
    /// Written from knowledge of the published table and not read again: read the original before a use that depends on it.
    FromMemory,
    /// Chosen, for want of a source.
    Assumed,
}

/// A value, where it is from, and how far it was checked. In files: `(239.1, "cameo", Verified)`; the source is a key of the
/// table's `sources`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "(T, String, Confidence)", into = "(T, String, Confidence)")]
#[serde(bound(serialize = "T: Serialize + Clone", deserialize = "T: Deserialize<'de>"))]
pub struct Known<T = f64> {
    pub value: T,
    pub source: String,
    pub confidence: Confidence,
}

impl<T> From<(T, String, Confidence)> for Known<T> {
    fn from((value, source, confidence): (T, String, Confidence)) -> Self {
        Known { value, source, confidence }
    }
}

impl<T> From<Known<T>> for (T, String, Confidence) {
    fn from(known: Known<T>) -> Self {
        (known.value, known.source, known.confidence)
    }
}

/// How fast flames run in a fuel: the classes of the Baker-Strehlow-Tang method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reactivity {
    Low,
    Medium,
    High,
}

/// What burns, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flammable {
    /// Lower and upper flammable limit (爆炸下限, 上限), volume share at ambient conditions.
    pub lfl: Known,
    pub ufl: Known,
    /// Heat of combustion, lower value (water stays vapour), J/kg.
    pub heat_of_combustion_j_kg: Known,
    pub reactivity: Known<Reactivity>,
    /// Volume share in air of the mixture that burns without rest.
    pub stoichiometric: Known,
    /// Measured burning rate of a large pool, kg/(m2 s); `None`: from Burgess's relation.
    #[serde(default)]
    pub burning_rate_kg_m2_s: Option<Known>,
    /// The flame is bright yellow and hides itself in soot.
    pub sooty: Known<bool>,
}

/// A substance of the table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Substance {
    pub key: String,
    pub name: Text,
    /// Other names under which people ask for it.
    #[serde(default)]
    pub aliases: Vec<String>,
    pub cas: String,
    pub un: u16,
    pub molar_mass_kg_mol: Known,
    /// Normal boiling point (at 101,325 Pa), K.
    pub boiling_point_k: Known,
    pub melting_point_k: Known,
    pub critical_temperature_k: Known,
    pub critical_pressure_pa: Known,
    /// Heat of vaporisation at the boiling point, J/kg.
    pub latent_heat_j_kg: Known,
    /// Heat capacity of the vapour at constant pressure and 298 K, J/(kg K).
    pub vapour_cp_j_kg_k: Known,
    /// Heat capacity of the liquid at the boiling point or 298 K, whichever is lower, J/(kg K).
    pub liquid_cp_j_kg_k: Known,
    /// Density of the liquid at the boiling point or 298 K, whichever is lower, kg/m3.
    pub liquid_density_kg_m3: Known,
    /// Saturation as SLAB has it: ln(p / 101,325 Pa) = B/(Tb + C) - B/(T + C), (B K, C K).
    #[serde(default)]
    pub slab_saturation: Option<Known<(f64, f64)>>,
    /// Vapour pressure, Pa.
    #[serde(default)]
    pub vapour_pressure: Option<Known<Curve>>,
    /// Heat of vaporisation, J/kg.
    #[serde(default)]
    pub latent_heat: Option<Known<Curve>>,
    /// Liquid density, kg/m3.
    #[serde(default)]
    pub liquid_density: Option<Known<Curve>>,
    /// Heat capacity of the liquid, J/(kg K).
    #[serde(default)]
    pub liquid_cp: Option<Known<Curve>>,
    /// Heat capacity of the vapour at low pressure, J/(kg K).
    #[serde(default)]
    pub vapour_cp: Option<Known<Curve>>,
    #[serde(default)]
    pub flammable: Option<Flammable>,
    #[serde(default)]
    pub harm: Harm,
    /// Initial isolation and protective-action distances of the Emergency Response Guidebook.
    #[serde(default)]
    pub erg: Vec<Erg>,
}

#[cfg(test)]
mod tests;
