//! What is in the air: a substance of `consequence`'s table and what it does to people at a concentration, in air of 20 degrees C.
//! The embedded table is every drill's; a drill may lay a file of its own over it. Nothing about a substance is written here.

use crate::base::complaint::Complaints;
use crate::vocab::substance::OwnSubstances;
use consequence::harm::{table::DoseTable, toxic};
use consequence::substance::{ATMOSPHERE_PA, Probit, Substance, Substances};
use std::ops::Deref;
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// Temperature and pressure at which ppm are read, K and Pa: where AEGL values belong (20 to 25 degrees C).
pub const PPM_TEMPERATURE_K: f64 = 293.15;
pub const PPM_PRESSURE_PA: f64 = ATMOSPHERE_PA;

/// The table of a drill. Shared and never changed: models keep a copy of the handle.
#[derive(Debug, Clone, PartialEq)]
pub struct Table(Arc<Substances>);

impl Default for Table {
    /// The embedded table, read once.
    fn default() -> Table {
        static TABLE: OnceLock<Table> = OnceLock::new();
        TABLE.get_or_init(|| Table(Arc::new(Substances::embedded()))).clone()
    }
}

impl Deref for Table {
    type Target = Substances;
    fn deref(&self) -> &Substances {
        &self.0
    }
}

impl Table {
    /// The embedded table with a drill's own substances over it.
    pub fn with(own: Option<&OwnSubstances>) -> Table {
        own.map_or_else(Table::default, |own| Table(Arc::new(own.over_embedded())))
    }
    /// The substance of a UN number.
    pub fn by_un(&self, un: u16) -> Option<&Substance> {
        self.substances.iter().find(|s| s.un == un)
    }
    /// A substance that a release of the drill may name: it is in the table and there are levels to judge it by. Otherwise what is
    /// wrong, with near matches.
    pub fn harmful(&self, asked: &str, file: &Path) -> Result<&Substance, Complaints> {
        let found = self.get(asked, file)?;
        if found.harm.aegl.is_none() && found.harm.probit.is_none() {
            let known: Vec<&str> =
                self.substances.iter().filter(|s| s.harm.aegl.is_some()).map(|s| s.key.as_str()).collect();
            let what = format!("substance \"{asked}\" has no toxic levels in the table");
            return Err(Complaints::one(file, what, format!("those that have: {}", known.join(", "))));
        }
        Ok(found)
    }
}

/// The embedded table.
pub fn substances() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(Table::default)
}

/// The substance of the embedded table of a key, a name in either language, an alias, CAS or UN number.
pub fn substance(asked: &str) -> Option<&'static Substance> {
    substances().find(asked)
}

/// One substance in the air of a run: its row of the table, and what its concentrations mean.
#[derive(Debug, Clone)]
pub struct Toxicant {
    pub substance: Arc<Substance>,
    pub table: DoseTable,
    /// Concentration from which people notice it by smell or sting, kg/m3: the lowest AEGL of 60 minutes. Odour thresholds lie at or
    /// below it (assumption for all substances of the table).
    pub noticed_kg_m3: f64,
}

impl Toxicant {
    pub fn new(substance: &Substance) -> Toxicant {
        let noticed = (1..=3).find_map(|level| toxic::aegl_ppm(&substance.harm, level, 60.0));
        Toxicant {
            substance: Arc::new(substance.clone()),
            table: DoseTable::new(substance, PPM_TEMPERATURE_K, PPM_PRESSURE_PA),
            noticed_kg_m3: noticed
                .map_or(f64::INFINITY, |ppm| substance.kg_m3(ppm, PPM_TEMPERATURE_K, PPM_PRESSURE_PA)),
        }
    }
    pub fn key(&self) -> &str {
        &self.substance.key
    }
    pub fn probit(&self) -> Option<&Probit> {
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
