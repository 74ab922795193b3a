//! What is in the air: a substance of `consequence`'s table and what it does to people at a concentration, in air of 20 degrees C.
//! The table is the drill's only one; nothing about a substance is written here.

use crate::base::complaint::Complaints;
use consequence::harm::{table::DoseTable, toxic};
use consequence::substance::{ATMOSPHERE_PA, Probit, Substance, Substances};
use std::path::Path;
use std::sync::OnceLock;

/// Temperature and pressure at which ppm are read, K and Pa: where AEGL values belong (20 to 25 degrees C).
pub const PPM_TEMPERATURE_K: f64 = 293.15;
pub const PPM_PRESSURE_PA: f64 = ATMOSPHERE_PA;

/// The table, read once.
pub fn substances() -> &'static Substances {
    static TABLE: OnceLock<Substances> = OnceLock::new();
    TABLE.get_or_init(Substances::embedded)
}

/// The substance of a key, a name in either language, an alias, CAS or UN number.
pub fn substance(asked: &str) -> Option<&'static Substance> {
    substances().find(asked)
}

/// A substance that a release of the drill may name: it is in the table and there are levels to judge it by. Otherwise what is wrong,
/// with near matches.
pub fn harmful(asked: &str, file: &Path) -> Result<&'static Substance, Complaints> {
    let found = substances().get(asked, file)?;
    if found.harm.aegl.is_none() && found.harm.probit.is_none() {
        let known: Vec<&str> =
            substances().substances.iter().filter(|s| s.harm.aegl.is_some()).map(|s| s.key.as_str()).collect();
        let what = format!("substance \"{asked}\" has no toxic levels in the table");
        return Err(Complaints::one(file, what, format!("those that have: {}", known.join(", "))));
    }
    Ok(found)
}

/// One substance in the air of a run: its row of the table, and what its concentrations mean.
#[derive(Debug, Clone)]
pub struct Toxicant {
    pub substance: &'static Substance,
    pub table: DoseTable,
    /// Concentration from which people notice it by smell or sting, kg/m3: the lowest AEGL of 60 minutes. Odour thresholds lie at or
    /// below it (assumption for all substances of the table).
    pub noticed_kg_m3: f64,
}

impl Toxicant {
    pub fn new(substance: &'static Substance) -> Toxicant {
        let noticed = (1..=3).find_map(|level| toxic::aegl_ppm(&substance.harm, level, 60.0));
        Toxicant {
            substance,
            table: DoseTable::new(substance, PPM_TEMPERATURE_K, PPM_PRESSURE_PA),
            noticed_kg_m3: noticed
                .map_or(f64::INFINITY, |ppm| substance.kg_m3(ppm, PPM_TEMPERATURE_K, PPM_PRESSURE_PA)),
        }
    }
    pub fn key(&self) -> &'static str {
        &self.substance.key
    }
    pub fn probit(&self) -> Option<&'static Probit> {
        self.substance.harm.probit.as_ref().map(|known| &known.value)
    }
    pub fn ppm(&self, kg_m3: f64) -> f64 {
        self.substance.ppm(kg_m3, PPM_TEMPERATURE_K, PPM_PRESSURE_PA)
    }
    pub fn kg_m3(&self, ppm: f64) -> f64 {
        self.substance.kg_m3(ppm, PPM_TEMPERATURE_K, PPM_PRESSURE_PA)
    }
    /// Highest AEGL level (0 to 3) that a steady concentration reaches within `minutes`.
    pub fn aegl_level(&self, kg_m3: f64, minutes: f64) -> u8 {
        // A value on the line counts as reached; the conversion may lose the last bits.
        toxic::level_reached(&self.substance.harm, self.ppm(kg_m3) * (1.0 + 1e-12), minutes)
    }
}
