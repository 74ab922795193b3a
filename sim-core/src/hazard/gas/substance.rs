//! Substances and what they do to people: AEGL levels, toxic load, probit. Numbers only; see docs/models/gas.md.

use crate::base::math;

/// Durations of the AEGL columns, min.
pub const AEGL_MINUTES: [f64; 5] = [10.0, 30.0, 60.0, 240.0, 480.0];

/// A toxic gas.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Substance {
    /// Key that scripts use.
    pub key: &'static str,
    /// (中文, English)
    pub names: (&'static str, &'static str),
    pub un: u16,
    pub g_mol: f64,
    /// AEGL-1, -2, -3 at 10, 30, 60, 240 and 480 min, ppm (US EPA, final values; NRC, Acute Exposure Guideline
    /// Levels for Selected Airborne Chemicals).
    pub aegl_ppm: [[f64; 5]; 3],
    /// Exponent n of the toxic load C^n t, from the AEGL documents.
    pub load_n: f64,
    /// Probit a, b, n on (mg/m3)^n min (TNO CPR 18E "Purple Book", table 5.2; planning estimates).
    pub probit: (f64, f64, f64),
}

/// The substances the model knows. Toxic-load exponents and probits were carried over from published tables without
/// a new reading of the originals: check them before a use that depends on them.
pub const SUBSTANCES: [Substance; 6] = [
    Substance {
        key: "ammonia",
        names: ("氨", "ammonia"),
        un: 1005,
        g_mol: 17.03,
        aegl_ppm: [[30.0; 5], [220.0, 220.0, 160.0, 110.0, 110.0], [2700.0, 1600.0, 1100.0, 550.0, 390.0]],
        load_n: 2.0,
        probit: (-15.6, 1.0, 2.0),
    },
    Substance {
        key: "chlorine",
        names: ("氯", "chlorine"),
        un: 1017,
        g_mol: 70.91,
        aegl_ppm: [[0.5; 5], [2.8, 2.8, 2.0, 1.0, 0.71], [50.0, 28.0, 20.0, 10.0, 7.1]],
        load_n: 2.0,
        probit: (-6.35, 0.5, 2.75),
    },
    Substance {
        key: "hydrogen_sulfide",
        names: ("硫化氢", "hydrogen sulphide"),
        un: 1053,
        g_mol: 34.08,
        aegl_ppm: [[0.75, 0.60, 0.51, 0.36, 0.33], [41.0, 32.0, 27.0, 20.0, 17.0], [76.0, 59.0, 50.0, 37.0, 31.0]],
        load_n: 4.36,
        probit: (-11.5, 1.0, 1.9),
    },
    Substance {
        key: "hydrogen_chloride",
        names: ("氯化氢", "hydrogen chloride"),
        un: 1050,
        g_mol: 36.46,
        aegl_ppm: [[1.8; 5], [100.0, 43.0, 22.0, 11.0, 11.0], [620.0, 210.0, 100.0, 26.0, 26.0]],
        load_n: 1.0,
        probit: (-37.3, 3.69, 1.0),
    },
    Substance {
        key: "hydrogen_fluoride",
        names: ("氟化氢", "hydrogen fluoride"),
        un: 1052,
        g_mol: 20.01,
        aegl_ppm: [[1.0; 5], [95.0, 34.0, 24.0, 12.0, 12.0], [170.0, 62.0, 44.0, 22.0, 22.0]],
        load_n: 2.0,
        probit: (-8.4, 1.0, 1.5),
    },
    Substance {
        key: "sulfur_dioxide",
        names: ("二氧化硫", "sulphur dioxide"),
        un: 1079,
        g_mol: 64.06,
        aegl_ppm: [[0.20; 5], [0.75; 5], [30.0, 30.0, 30.0, 19.0, 9.6]],
        load_n: 3.0,
        probit: (-19.2, 1.0, 2.4),
    },
];

/// The substance with this key.
/// Keys of all substances, in table order.
pub fn substance_keys() -> Vec<&'static str> {
    SUBSTANCES.iter().map(|s| s.key).collect()
}

pub fn substance(key: &str) -> Option<&'static Substance> {
    SUBSTANCES.iter().find(|s| s.key == key)
}

impl Substance {
    /// Concentration from which people notice it by smell or sting, kg/m3: the 60-minute AEGL-1 (discomfort). Odour
    /// thresholds lie at or below it (assumption for all substances of the table).
    pub fn noticed_kg_m3(&self) -> f64 {
        self.kg_m3(self.aegl_ppm(1, 60.0))
    }
    /// Volume share, ppm, of a concentration at 20 degrees C and 101,325 Pa (24.055 L/mol).
    pub fn ppm(&self, kg_m3: f64) -> f64 {
        kg_m3 * 1e6 * 24.055 / self.g_mol
    }
    /// The way back from [`Substance::ppm`].
    pub fn kg_m3(&self, ppm: f64) -> f64 {
        ppm * self.g_mol / (24.055 * 1e6)
    }
    /// AEGL-`level` (1 to 3) for an exposure of `minutes`, ppm. Between the columns along C^m t = const through both;
    /// held below 10 min (no shorter value is published) and above 8 h.
    pub fn aegl_ppm(&self, level: u8, minutes: f64) -> f64 {
        let row = &self.aegl_ppm[usize::from(level.clamp(1, 3)) - 1];
        if minutes <= AEGL_MINUTES[0] {
            return row[0];
        }
        for k in 0..4 {
            if minutes <= AEGL_MINUTES[k + 1] {
                let s = math::ln(minutes / AEGL_MINUTES[k]) / math::ln(AEGL_MINUTES[k + 1] / AEGL_MINUTES[k]);
                return row[k] * math::exp(s * math::ln(row[k + 1] / row[k]));
            }
        }
        row[4]
    }
}

/// Highest AEGL level (0 to 3) that a steady concentration reaches within `minutes`.
pub fn aegl_level(substance: &Substance, kg_m3: f64, minutes: f64) -> u8 {
    let ppm = substance.ppm(kg_m3);
    // A value on the line counts as reached; the conversion may lose the last bits.
    (1..=3).rev().find(|level| ppm >= substance.aegl_ppm(*level, minutes) * (1.0 - 1e-12)).unwrap_or(0)
}

/// Minutes of a steady concentration after which AEGL-`level` is reached; `None` when it never is.
///
/// Between columns on the same line as [`Substance::aegl_ppm`]; above the 10-min value t = 10 min (AEGL/C)^n, and
/// below the 8-h value t = 480 min (AEGL/C)^n, save where the AEGL does not depend on time between 4 and 8 h: such
/// an effect follows the concentration, so it never comes below it.
pub fn minutes_to_level(substance: &Substance, level: u8, kg_m3: f64) -> Option<f64> {
    let row = &substance.aegl_ppm[usize::from(level.clamp(1, 3)) - 1];
    let ppm = substance.ppm(kg_m3) * (1.0 + 1e-12);
    if ppm <= 0.0 {
        return None;
    }
    if ppm >= row[0] {
        return Some(AEGL_MINUTES[0] * math::pow(row[0] / ppm, substance.load_n));
    }
    for k in 0..4 {
        if ppm >= row[k + 1] {
            let s = math::ln(ppm / row[k]) / math::ln(row[k + 1] / row[k]);
            return Some(AEGL_MINUTES[k] * math::exp(s * math::ln(AEGL_MINUTES[k + 1] / AEGL_MINUTES[k])));
        }
    }
    (row[4] < row[3]).then(|| AEGL_MINUTES[4] * math::pow(row[4] / ppm, substance.load_n))
}

/// How fast a person's load towards AEGL-`level` grows, 1/s: the load is 1 when the level is reached, after a steady
/// exposure at any time and concentration of the AEGL table exactly.
pub fn load_rate_per_s(substance: &Substance, level: u8, kg_m3: f64) -> f64 {
    minutes_to_level(substance, level, kg_m3).map_or(0.0, |minutes| 1.0 / (60.0 * minutes.max(1e-3)))
}

/// How fast the dose of [`death_probability`] grows, (mg/m3)^n min per s.
pub fn dose_rate_per_s(substance: &Substance, kg_m3: f64) -> f64 {
    if kg_m3 <= 0.0 { 0.0 } else { math::pow(kg_m3 * 1e6, substance.probit.2) / 60.0 }
}

/// Probability of death for a dose in (mg/m3)^n min: the probit of the substance.
pub fn death_probability(substance: &Substance, dose: f64) -> f64 {
    if dose <= 0.0 {
        return 0.0;
    }
    let (a, b, _) = substance.probit;
    math::normal_cdf(a + b * math::ln(dose) - 5.0)
}

/// Concentration indoors after `dt_s`, for one outdoors that stays at `outdoor`: dCi/dt = lambda (Co - Ci), exactly.
pub fn indoor_step(indoor: f64, outdoor: f64, air_changes_per_h: f64, dt_s: f64) -> f64 {
    outdoor + (indoor - outdoor) * math::exp(-air_changes_per_h * dt_s / 3600.0)
}

/// A person's way to the three AEGL levels and to death, fed with what they breathe.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ToxicLoad {
    /// Share of the load of AEGL-1, -2, -3; 1 is the level.
    pub share: [f64; 3],
    /// (mg/m3)^n min
    pub dose: f64,
}

impl ToxicLoad {
    pub fn breathe(&mut self, substance: &Substance, kg_m3: f64, dt_s: f64) {
        for (k, share) in self.share.iter_mut().enumerate() {
            *share += load_rate_per_s(substance, k as u8 + 1, kg_m3) * dt_s;
        }
        self.dose += dose_rate_per_s(substance, kg_m3) * dt_s;
    }
    /// Highest level reached, 0 to 3.
    pub fn level(&self) -> u8 {
        (1..=3).rev().find(|l| self.share[*l as usize - 1] >= 1.0 - 1e-9).unwrap_or(0)
    }
}
