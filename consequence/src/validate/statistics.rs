//! How well predictions meet observations: the measures of Chang & Hanna (2004), with intervals by bootstrap.
//!
//! ```text
//! FB   = 2 (o - p)/(o + p) of the means             MG = exp(mean ln o - mean ln p)      above 1: under-predicted
//! NMSE = mean (o - p)^2 / (mean o mean p)           VG = exp(mean (ln o - ln p)^2)       FAC2: share within a factor of 2
//! ```

use super::case::{Bound, Row};
use base::chance::{Stream, draw_below};
use base::math;
use base::time::Tick;

/// One comparison: what was seen, what was computed, and the run it belongs to. Values of one run are drawn together in the bootstrap, since
/// they share their weather.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    pub run: u32,
    pub observed: f64,
    pub predicted: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Measure {
    Fb,
    Nmse,
    Mg,
    Vg,
    Fac2,
}

impl Measure {
    pub const ALL: [Measure; 5] = [Measure::Fb, Measure::Nmse, Measure::Mg, Measure::Vg, Measure::Fac2];

    pub fn name(self) -> &'static str {
        match self {
            Measure::Fb => "FB",
            Measure::Nmse => "NMSE",
            Measure::Mg => "MG",
            Measure::Vg => "VG",
            Measure::Fac2 => "FAC2",
        }
    }

    /// The measure over pairs of positive values.
    pub fn of<'a>(self, pairs: impl Iterator<Item = &'a Pair> + Clone) -> f64 {
        let n = pairs.clone().count() as f64;
        let mean = |of: &dyn Fn(&Pair) -> f64| pairs.clone().map(of).sum::<f64>() / n;
        let log = |p: &Pair| math::ln(p.observed / p.predicted);
        match self {
            Measure::Fb => {
                let (o, p) = (mean(&|p| p.observed), mean(&|p| p.predicted));
                2.0 * (o - p) / (o + p)
            }
            Measure::Nmse => {
                let apart = mean(&|p| (p.observed - p.predicted) * (p.observed - p.predicted));
                apart / (mean(&|p| p.observed) * mean(&|p| p.predicted))
            }
            Measure::Mg => math::exp(mean(&log)),
            Measure::Vg => math::exp(mean(&|p| log(p) * log(p))),
            Measure::Fac2 => mean(&|p| f64::from(p.predicted >= 0.5 * p.observed && p.predicted <= 2.0 * p.observed)),
        }
    }
}

/// Resamples of the bootstrap, and its seed: a constant, so that a table is the same on every machine.
const RESAMPLES: u32 = 1000;
const SEED: u64 = 1956;

/// The 95 % interval of a measure: whole runs are drawn with replacement.
pub fn interval(measure: Measure, pairs: &[Pair]) -> (f64, f64) {
    let mut runs: Vec<u32> = pairs.iter().map(|p| p.run).collect();
    runs.sort_unstable();
    runs.dedup();
    let groups: Vec<Vec<Pair>> = runs.iter().map(|r| pairs.iter().filter(|p| p.run == *r).copied().collect()).collect();
    let n = groups.len() as u32;
    if n == 0 {
        return (f64::NAN, f64::NAN);
    }
    let mut values: Vec<f64> = (0..RESAMPLES)
        .map(|k| {
            let drawn: Vec<Pair> = (0..n)
                .flat_map(|i| groups[draw_below(n, SEED, Stream::Gas, i, Tick(k), 0) as usize].iter().copied())
                .collect();
            measure.of(drawn.iter())
        })
        .collect();
    values.sort_by(f64::total_cmp);
    let at = |share: f64| values[((RESAMPLES - 1) as f64 * share).round() as usize];
    (at(0.025), at(0.975))
}

/// A row for one measure, with its interval in the name.
pub fn row(name: &str, measure: Measure, pairs: &[Pair], bound: Bound) -> Row {
    let (low, high) = interval(measure, pairs);
    let name = format!("{name}: {} (95 %: {low:.2} to {high:.2}, n {})", measure.name(), pairs.len());
    Row::bound(name, measure.of(pairs.iter()), bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_are_those_of_their_definitions_and_intervals_hold_them() {
        // Grade: exact.
        let pair = |run, observed, predicted| Pair { run, observed, predicted };
        let pairs = [pair(1, 2.0, 1.0), pair(1, 4.0, 4.0), pair(2, 3.0, 7.0)];
        let of = |m: Measure| m.of(pairs.iter());
        assert!((of(Measure::Fb) - 2.0 * (9.0 - 12.0) / 21.0).abs() < 1e-12);
        assert!((of(Measure::Nmse) - (17.0 / 3.0) / 12.0).abs() < 1e-12);
        assert!((of(Measure::Fac2) - 2.0 / 3.0).abs() < 1e-12);
        let logs = [2f64.ln(), 0.0, (3.0f64 / 7.0).ln()];
        assert!((of(Measure::Mg) - (logs.iter().sum::<f64>() / 3.0).exp()).abs() < 1e-12);
        assert!((of(Measure::Vg) - (logs.iter().map(|l| l * l).sum::<f64>() / 3.0).exp()).abs() < 1e-12);
        let many: Vec<Pair> = (0..200).map(|k| pair(k, 1.0, 0.6 + 0.004 * f64::from(k))).collect();
        let (low, high) = interval(Measure::Mg, &many);
        let mg = Measure::Mg.of(many.iter());
        assert!(low < mg && mg < high && high / low < 1.15, "{low} {mg} {high}");
    }
}
