//! Harm criteria as published: AEGL, ERPG, IDLH, toxic load, probit, dangerous toxic load, ERG distances. What is done with them
//! stands in [`crate::harm`].

use super::Known;
use serde::{Deserialize, Serialize};

/// Durations of the AEGL columns, min.
pub const AEGL_MINUTES: [f64; 5] = [10.0, 30.0, 60.0, 240.0, 480.0];

/// One AEGL level at 10, 30, 60, 240 and 480 min, ppm. `None` where none is recommended (NR).
pub type LevelPpm = [Option<f64>; 5];

/// Acute exposure guideline levels (急性暴露指导水平).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aegl {
    /// Level 1: discomfort, passes.
    pub discomfort_ppm: Known<LevelPpm>,
    /// Level 2: lasting harm, or unable to escape.
    pub disabling_ppm: Known<LevelPpm>,
    /// Level 3: threat to life.
    pub lethal_ppm: Known<LevelPpm>,
    /// Final, not interim.
    pub settled: bool,
}

impl Aegl {
    /// The columns of level 1, 2 or 3.
    pub fn level(&self, level: u8) -> &LevelPpm {
        match level {
            1 => &self.discomfort_ppm.value,
            2 => &self.disabling_ppm.value,
            _ => &self.lethal_ppm.value,
        }
    }
}

/// Emergency response planning guidelines for one hour, ppm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erpg {
    pub ppm: Known<[Option<f64>; 3]>,
}

/// Pr = a + b ln(integral of C^n dt), C in mg/m3 and t in min: the share of people who die.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probit {
    pub a: f64,
    pub b: f64,
    pub n: f64,
}

/// A dangerous toxic load of the HSE: C^n t, C in ppm and t in min.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToxicThreshold {
    pub load_ppm_n_min: f64,
    pub n: f64,
}

/// What is known of the harm a substance does. Absent where none is published.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Harm {
    #[serde(default)]
    pub aegl: Option<Aegl>,
    #[serde(default)]
    pub erpg: Option<Erpg>,
    /// Immediately dangerous to life or health (NIOSH), ppm.
    #[serde(default)]
    pub idlh_ppm: Option<Known>,
    /// Exponent n of the toxic load C^n t behind the AEGL.
    #[serde(default)]
    pub load_n: Option<Known>,
    #[serde(default)]
    pub probit: Option<Known<Probit>>,
    /// SLOT: about 1 to 5 % of the exposed die.
    #[serde(default)]
    pub slot: Option<Known<ToxicThreshold>>,
    /// SLOD: half of the exposed die.
    #[serde(default)]
    pub slod: Option<Known<ToxicThreshold>>,
}

/// What a release came out of, as ERG Tables 1 and 3 part it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ErgContainer {
    /// Up to 208 L, or a small leak of a large package (Table 1).
    SmallSpill,
    /// More than 208 L (Table 1; for the six gases of Table 3 the containers below).
    LargeSpill,
    RailTankCar,
    HighwayTankTruck,
    /// Several ton cylinders.
    TonCylinders,
    /// One ton cylinder, or several small ones.
    OneTonCylinder,
}

/// One row of ERG Table 1 or 3. Wind bands: low below 10 km/h, moderate 10 to 20, high above 20; Table 1 has one
/// distance for all winds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erg {
    pub container: ErgContainer,
    /// Initial isolation in all directions (初始隔离), m.
    pub isolate_m: f64,
    /// Protective action downwind (防护行动距离) by day in low, moderate and high wind, m.
    pub protect_day_m: [f64; 3],
    pub protect_night_m: [f64; 3],
    pub source: String,
    pub confidence: super::Confidence,
}

impl Erg {
    /// Distance of protective action downwind in a wind at 10 m, by day or night, m.
    pub fn protect_m(&self, wind_10m_m_s: f64, night: bool) -> f64 {
        let km_h = 3.6 * wind_10m_m_s;
        let band = if km_h < 10.0 {
            0
        } else if km_h <= 20.0 {
            1
        } else {
            2
        };
        if night { self.protect_night_m[band] } else { self.protect_day_m[band] }
    }
}

impl super::Substance {
    /// The guidebook's row for a container: its own, else that of a large spill, else the nearest larger one that it has; for
    /// the first minutes, before anything can be computed. `None` where the guidebook has no row.
    pub fn erg_for(&self, container: ErgContainer) -> Option<&Erg> {
        use ErgContainer::*;
        let order = match container {
            SmallSpill => [SmallSpill, LargeSpill, OneTonCylinder, TonCylinders, HighwayTankTruck, RailTankCar],
            LargeSpill => [LargeSpill, HighwayTankTruck, RailTankCar, TonCylinders, OneTonCylinder, SmallSpill],
            RailTankCar => [RailTankCar, LargeSpill, HighwayTankTruck, TonCylinders, OneTonCylinder, SmallSpill],
            HighwayTankTruck => [HighwayTankTruck, LargeSpill, RailTankCar, TonCylinders, OneTonCylinder, SmallSpill],
            TonCylinders => [TonCylinders, LargeSpill, HighwayTankTruck, RailTankCar, OneTonCylinder, SmallSpill],
            OneTonCylinder => [OneTonCylinder, TonCylinders, LargeSpill, HighwayTankTruck, RailTankCar, SmallSpill],
        };
        order.iter().find_map(|wanted| self.erg.iter().find(|row| row.container == *wanted))
    }
}
