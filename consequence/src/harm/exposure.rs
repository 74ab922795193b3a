//! People and what they breathed (人员暴露): for each person the share of the load towards each AEGL level, the dose of the probit, the
//! integral of the concentration, and when each level was reached. One set of columns per substance.
//!
//! Each person has a tolerance: a fatal dose drawn once, such that the share of people who die of a dose is the probit's. So death
//! needs no draw in a step, comes at a moment, and does not come earlier or later because the step changes.

use super::Severity;
use super::table::DoseTable;
use crate::substance::Probit;
use base::chance::{Stream, draw_normal};
use base::fold;
use base::time::Tick;
use serde::{Deserialize, Serialize};

const CHUNK: usize = 4096;
/// The draw's place in its stream.
const TOLERANCE_DRAW: u32 = 0x0070_7831;
/// A moment that has not come, s.
pub const NEVER_S: u32 = u32::MAX;

/// Columns of one chunk of people.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Lungs {
    share: [Vec<f32>; 3],
    dose: Vec<f32>,
    fatal_dose: Vec<f32>,
    /// Integral of the concentration, kg s/m3.
    breathed: Vec<f32>,
    reached_s: [Vec<u32>; 3],
    died_s: Vec<u32>,
}

/// What people took in of one substance. State, for checkpoints.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Exposure {
    rows: usize,
    chunks: Vec<Lungs>,
}

/// Heads by what they reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// At or above AEGL-1, -2, -3.
    pub reached: [u64; 3],
    pub dead: u64,
}

/// One person's columns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Person {
    pub share: [f32; 3],
    pub dose: f32,
    pub breathed_kg_s_m3: f32,
    pub reached_s: [Option<u32>; 3],
    pub died_s: Option<u32>,
}

impl Exposure {
    /// `rows` people who have breathed nothing yet. Without a probit nobody dies by it.
    pub fn new(rows: usize, seed: u64, probit: Option<&Probit>) -> Exposure {
        let chunks = fold::map(rows.div_ceil(CHUNK), |c| {
            let n = CHUNK.min(rows - c * CHUNK);
            let fatal = |i: usize| match probit {
                Some(p) => {
                    let z = draw_normal(seed, Stream::Harm, (c * CHUNK + i) as u32, Tick(0), TOLERANCE_DRAW);
                    p.fatal_dose(z) as f32
                }
                None => f32::INFINITY,
            };
            Lungs {
                share: [(); 3].map(|()| vec![0.0; n]),
                dose: vec![0.0; n],
                fatal_dose: (0..n).map(fatal).collect(),
                breathed: vec![0.0; n],
                reached_s: [(); 3].map(|()| vec![NEVER_S; n]),
                died_s: vec![NEVER_S; n],
            }
        });
        Exposure { rows, chunks }
    }
    pub fn len(&self) -> usize {
        self.rows
    }
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Everyone breathes for `dt_s` from `now_s` on; `kg_m3(row)` is the mean concentration in front of their mouth, gear
    /// counted.
    pub fn breathe(&mut self, now_s: f64, dt_s: f64, table: &DoseTable, kg_m3: impl Fn(usize) -> f32 + Sync) {
        let (dt, end_s) = (dt_s as f32, (now_s + dt_s) as u32);
        fold::each(&mut self.chunks, |c, lungs| {
            for i in 0..lungs.dose.len() {
                let concentration = kg_m3(c * CHUNK + i);
                if concentration > 0.0 {
                    lungs.breathe(i, concentration, dt, end_s, table);
                }
            }
        });
    }

    pub fn person(&self, row: usize) -> Person {
        let (l, i) = (&self.chunks[row / CHUNK], row % CHUNK);
        let at = |s: u32| (s != NEVER_S).then_some(s);
        Person {
            share: [l.share[0][i], l.share[1][i], l.share[2][i]],
            dose: l.dose[i],
            breathed_kg_s_m3: l.breathed[i],
            reached_s: [at(l.reached_s[0][i]), at(l.reached_s[1][i]), at(l.reached_s[2][i])],
            died_s: at(l.died_s[i]),
        }
    }

    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for l in &self.chunks {
            for (sum, column) in tally.reached.iter_mut().zip(&l.reached_s) {
                *sum += column.iter().filter(|s| **s != NEVER_S).count() as u64;
            }
            tally.dead += l.died_s.iter().filter(|s| **s != NEVER_S).count() as u64;
        }
        tally
    }
}

impl Lungs {
    #[inline]
    fn breathe(&mut self, i: usize, kg_m3: f32, dt: f32, end_s: u32, table: &DoseTable) {
        let rates = table.rates(kg_m3);
        self.breathed[i] += kg_m3 * dt;
        for ((share, reached), rate) in self.share.iter_mut().zip(&mut self.reached_s).zip(rates.share_per_s) {
            let next = share[i] + rate * dt;
            share[i] = next;
            // Ten thousandths for what single precision lost on the way.
            if next >= 1.0 - 1e-4 && reached[i] == NEVER_S {
                reached[i] = end_s;
            }
        }
        self.dose[i] += rates.dose_per_s * dt;
        if self.dose[i] >= self.fatal_dose[i] && self.died_s[i] == NEVER_S {
            self.died_s[i] = end_s;
        }
    }
}

impl Person {
    /// Highest AEGL level reached, 0 to 3.
    pub fn level(&self) -> u8 {
        (1..=3u8).rev().find(|l| self.reached_s[usize::from(*l) - 1].is_some()).unwrap_or(0)
    }
    /// Triage: discomfort walks, lasting harm needs a hospital, danger of life is red.
    pub fn severity(&self) -> Severity {
        match (self.died_s, self.level()) {
            (Some(_), _) => Severity::Dead,
            (None, 0) => Severity::Unhurt,
            (None, 1) => Severity::Minor,
            (None, 2) => Severity::Serious,
            (None, _) => Severity::Critical,
        }
    }
    /// Has to be washed (洗消) before transport: half way to AEGL-2 or more (assumption: what harms the lungs is on the clothes).
    pub fn needs_decontamination(&self) -> bool {
        self.share[1] >= 0.5
    }
}

#[cfg(test)]
mod tests {
    use super::super::toxic;
    use super::*;
    use crate::substance::Substances;

    #[test]
    fn a_steady_exposure_reaches_each_level_at_its_own_time() {
        // Grade: exact to the step of 10 s and the table's row.
        let all = Substances::embedded();
        let s = all.find("chlorine").expect("there");
        let table = DoseTable::new(s, 293.15, 101_325.0);
        let ppm = [0.6, 2.1, 5.0, 20.0, 60.0, 400.0];
        let mut people = Exposure::new(ppm.len(), 1, None);
        for step in 0..2880 {
            let c = |i: usize| s.kg_m3(ppm[i], 293.15, 101_325.0) as f32;
            people.breathe(10.0 * f64::from(step), 10.0, &table, c);
        }
        for (i, ppm) in ppm.into_iter().enumerate() {
            let person = people.person(i);
            for level in 1..=3u8 {
                let want = toxic::minutes_to_level(&s.harm, level, ppm).map(|m| 60.0 * m).filter(|t| *t <= 28_790.0);
                let got = person.reached_s[usize::from(level) - 1].map(f64::from);
                match (got, want) {
                    (Some(got), Some(want)) => {
                        assert!(got >= 0.96 * want - 10.0 && got <= want * 1.001 + 10.0, "{ppm} {level}: {got} {want}");
                    }
                    (got, want) => assert_eq!(got.is_some(), want.is_some(), "{ppm} {level}: {got:?} {want:?}"),
                }
            }
        }
        assert_eq!(people.person(5).severity(), Severity::Critical);
        assert!(people.person(5).needs_decontamination());
    }

    #[test]
    fn of_many_the_probit_s_share_dies() {
        // Grade: exact within four standard errors. Chlorine, 200 ppm for 30 min at 20 C: 0.184 (worked example).
        let all = Substances::embedded();
        let s = all.find("chlorine").expect("there");
        let probit = s.harm.probit.as_ref().expect("known").value;
        let table = DoseTable::new(s, 293.15, 101_325.0);
        let n = 40_000;
        let mut people = Exposure::new(n, 7, Some(&probit));
        let c = s.kg_m3(200.0, 293.15, 101_325.0) as f32;
        for step in 0..180 {
            people.breathe(10.0 * f64::from(step), 10.0, &table, |_| c);
        }
        let share = people.tally().dead as f64 / n as f64;
        let want = probit.lethality(1800.0 * probit.dose_rate_per_s(f64::from(c)));
        assert!((share - want).abs() < 4.0 * (want * (1.0 - want) / n as f64).sqrt(), "{share} {want}");
        assert!((want - 0.184).abs() < 0.01);
        assert_eq!(people.tally().reached, [n as u64; 3]);
    }

    #[test]
    fn the_bits_are_the_same_on_any_number_of_threads_and_a_checkpoint_goes_on() {
        // Grade: exact.
        let all = Substances::embedded();
        let s = all.find("ammonia").expect("there");
        let probit = s.harm.probit.as_ref().map(|p| p.value);
        let table = DoseTable::new(s, 293.15, 101_325.0);
        let field = |step: usize| move |i: usize| ((i * 7 + step * 13) % 101) as f32 * 4e-5;
        let run = |threads, from: Option<Exposure>, steps: std::ops::Range<usize>| {
            fold::with_threads(threads, || {
                let mut people = from.unwrap_or_else(|| Exposure::new(10_000, 3, probit.as_ref()));
                for step in steps {
                    people.breathe(10.0 * step as f64, 10.0, &table, field(step));
                }
                people
            })
        };
        let whole = run(1, None, 0..60);
        assert_eq!(whole, run(2, None, 0..60));
        assert_eq!(whole, run(8, None, 0..60));
        let half = run(2, None, 0..30);
        let text = ron::to_string(&half).expect("written");
        let back: Exposure = ron::from_str(&text).expect("read");
        assert_eq!(whole, run(2, Some(back), 30..60));
    }
}
