//! Toxic harm of one person (毒性伤害): when an AEGL is reached, how a load towards it grows, how likely a dose kills.
//!
//! An AEGL falls with the duration along C^n t = const between its columns; so the share of the load of a level that a breath
//! adds is the time of it over the time to that level at that concentration, and a steady exposure reaches 1 at the
//! level's own duration exactly. The share is carried, not the integral of C^n: one accumulator per level, whatever n.
//!
//! ```text
//! share = integral dt/t_level(C)          Pr = a + b ln(integral C^n dt),  P = Phi(Pr - 5)
//! ```

use crate::substance::criteria::AEGL_MINUTES;
use crate::substance::{Harm, LevelPpm, Probit, ToxicThreshold};
use base::math::{exp, ln, normal_cdf, pow};

/// Points of a level's curve: minutes and ppm of the columns that are recommended.
fn columns(row: &LevelPpm) -> impl Iterator<Item = (f64, f64)> + '_ {
    AEGL_MINUTES.iter().zip(row).filter_map(|(m, c)| c.map(|c| (*m, c)))
}

/// AEGL-`level` (1 to 3) for a duration, ppm: between the columns along C^n t = const through both, held before the first and
/// beyond the last. `None` where none is recommended.
pub fn aegl_ppm(harm: &Harm, level: u8, minutes: f64) -> Option<f64> {
    let row = harm.aegl.as_ref()?.level(level);
    let mut last: Option<(f64, f64)> = None;
    for (m, c) in columns(row) {
        if minutes <= m {
            let Some((m0, c0)) = last else { return Some(c) };
            return Some(c0 * exp(ln(minutes / m0) / ln(m / m0) * ln(c / c0)));
        }
        last = Some((m, c));
    }
    last.map(|(_, c)| c)
}

/// Minutes of a steady concentration after which a level is reached; `None` when it never is.
///
/// Above the first column t = t1 (c1/C)^n; below the last t = t5 (c5/C)^n, save where the level does not fall between the last two
/// columns: such an effect follows the concentration, not the time.
pub fn minutes_to_level(harm: &Harm, level: u8, ppm: f64) -> Option<f64> {
    let row = harm.aegl.as_ref()?.level(level);
    let n = harm.load_n.as_ref().map_or(1.0, |known| known.value);
    // A value on the line counts as reached; a conversion of units may have lost its last digits.
    let c = ppm * (1.0 + 1e-9);
    if c.is_nan() || c <= 0.0 {
        return None;
    }
    let mut last: Option<(f64, f64)> = None;
    let mut flat = true;
    for (m, level_ppm) in columns(row) {
        if c >= level_ppm {
            let Some((m0, c0)) = last else { return Some(m * pow(level_ppm / c, n)) };
            let s = ln(c / c0) / ln(level_ppm / c0);
            return Some(m0 * exp(s * ln(m / m0)));
        }
        flat = last.is_none_or(|(_, c0)| level_ppm >= c0);
        last = Some((m, level_ppm));
    }
    let (m, level_ppm) = last?;
    (!flat).then(|| m * pow(level_ppm / c, n))
}

/// Share of the load towards a level that a second at a concentration adds.
pub fn load_rate_per_s(harm: &Harm, level: u8, ppm: f64) -> f64 {
    minutes_to_level(harm, level, ppm).map_or(0.0, |minutes| 1.0 / (60.0 * minutes))
}

/// Highest level (0 to 3) that a steady concentration reaches within a time.
pub fn level_reached(harm: &Harm, ppm: f64, minutes: f64) -> u8 {
    (1..=3).rev().find(|l| minutes_to_level(harm, *l, ppm).is_some_and(|m| m <= minutes * (1.0 + 1e-9))).unwrap_or(0)
}

impl Probit {
    /// What a second at a concentration adds to the dose, (mg/m3)^n min.
    pub fn dose_rate_per_s(&self, kg_m3: f64) -> f64 {
        if kg_m3 > 0.0 { pow(1e6 * kg_m3, self.n) / 60.0 } else { 0.0 }
    }
    /// Share of people who die of a dose.
    pub fn lethality(&self, dose: f64) -> f64 {
        if dose > 0.0 { normal_cdf(self.a + self.b * ln(dose) - 5.0) } else { 0.0 }
    }
    /// The dose that kills someone who stands `z` standard deviations above the median in tolerance: the probit turned round.
    pub fn fatal_dose(&self, z: f64) -> f64 {
        exp((5.0 + z - self.a) / self.b)
    }
}

impl ToxicThreshold {
    /// Share of the dangerous load that a second at a concentration adds.
    pub fn load_rate_per_s(&self, ppm: f64) -> f64 {
        if ppm > 0.0 { pow(ppm, self.n) / (60.0 * self.load_ppm_n_min) } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::substance::Substances;

    #[test]
    fn at_a_column_the_time_is_the_column_s_own() {
        // Grade: exact.
        let all = Substances::embedded();
        for s in &all.substances {
            let Some(aegl) = &s.harm.aegl else { continue };
            for level in 1..=3 {
                for (k, (m, c)) in columns(aegl.level(level)).enumerate() {
                    let t = minutes_to_level(&s.harm, level, c).expect("reached");
                    // Of equal columns the first counts.
                    let first = columns(aegl.level(level)).find(|(_, c2)| *c2 <= c).expect("itself").0;
                    assert!((t / first - 1.0).abs() < 1e-6, "{} {level} {k}: {t} {m}", s.key);
                    let back = aegl_ppm(&s.harm, level, m).expect("there");
                    assert!((back / c - 1.0).abs() < 1e-9);
                }
            }
        }
    }

    #[test]
    fn more_gas_is_never_slower_and_flat_levels_are_never_reached_below() {
        // Grade: exact.
        let all = Substances::embedded();
        for s in &all.substances {
            for level in 1..=3 {
                let mut last = f64::INFINITY;
                for k in 0..400 {
                    let ppm = 1e-3 * pow(10.0, f64::from(k) * 0.02);
                    let t = minutes_to_level(&s.harm, level, ppm).unwrap_or(f64::INFINITY);
                    assert!(t <= last * (1.0 + 1e-12), "{} {level} at {ppm}", s.key);
                    last = t;
                }
            }
        }
        let ammonia = &all.find("ammonia").expect("there").harm;
        assert_eq!(minutes_to_level(ammonia, 1, 29.0), None);
        assert!(minutes_to_level(ammonia, 3, 200.0).is_some_and(|m| m > 480.0));
        assert_eq!(minutes_to_level(&all.find("hydrogen").expect("there").harm, 1, 1e5), None);
    }

    #[test]
    fn probits_give_the_worked_shares() {
        // Grade: reference. Chlorine 200 ppm for 30 min: Pr 4.10, 0.184; ammonia 5,000 ppm for 30 min: Pr 4.11, 0.187.
        let all = Substances::embedded();
        for (key, ppm, want) in [("chlorine", 200.0, 0.184), ("ammonia", 5000.0, 0.187)] {
            let s = all.find(key).expect("there");
            let p = s.harm.probit.as_ref().expect("known").value;
            // The worked numbers convert at 25 C (24.47 L/mol).
            let dose = 1800.0 * p.dose_rate_per_s(s.kg_m3(ppm, 298.15, 101_325.0));
            let got = p.lethality(dose);
            assert!((got - want).abs() < 1e-3, "{key}: {got}");
            // The tolerance of the person who just dies at that share turns it round.
            let (mut low, mut high) = (-4.0, 4.0);
            for _ in 0..60 {
                let z = 0.5 * (low + high);
                if p.fatal_dose(z) < dose { low = z } else { high = z }
            }
            assert!((normal_cdf(low) - got).abs() < 1e-9);
        }
    }

    #[test]
    fn the_dangerous_load_of_chlorine_lies_between_the_aegl_and_the_half() {
        // Grade: behaviour. SLOT of chlorine, 1.08e5 ppm2 min, is 60 ppm for 30 min: above AEGL-3 (28), below where half die.
        let all = Substances::embedded();
        let h = &all.find("chlorine").expect("there").harm;
        let slot = h.slot.as_ref().expect("known").value;
        assert!((slot.load_rate_per_s(60.0) * 1800.0 - 1.0).abs() < 1e-9);
        assert_eq!(level_reached(h, 60.0, 30.0), 3);
        assert_eq!(level_reached(h, 20.0, 30.0), 2);
    }
}
