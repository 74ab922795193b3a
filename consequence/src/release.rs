//! A release (泄漏): what leaves a source, where, how fast and in which state. It is the one noun that sources write and
//! clouds read: a tank, a pipe or a puddle gives a `Release`, a puff or a dense-gas model takes it.
//!
//! Rates stand in steps, held constant within each, in order and without overlap; between steps nothing leaves. A mass that
//! leaves at once is a `Burst`. Mass is counted once: the sum over steps and bursts is what left the source.

use base::complaint::Complaints;
use base::grid::Point;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// How the substance enters the air: what a dense-gas model starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Entry {
    /// Evaporates from a surface at the ground; `area_m2` is the surface's (SLAB source type 1).
    Pool,
    /// A jet along the wind at `height_m`; `area_m2` is that of the jet after it has come down to the pressure of the air, not
    /// that of the hole (type 2).
    Jet,
    /// A jet straight up (type 3).
    JetUp,
    /// A cloud at rest; `area_m2` is its ground plan (type 4 for bursts).
    Cloud,
}

/// The state of what leaves, at the pressure of the air.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Emission {
    pub entry: Entry,
    pub temperature_k: f64,
    /// Share of the mass that is vapour, 0 to 1; the rest is liquid aerosol that stays in the air.
    pub vapour_share: f64,
    /// Speed at which it leaves, m/s; 0 for pools and clouds at rest.
    pub speed_m_s: f64,
    /// Area it leaves through, m2; see [`Entry`].
    pub area_m2: f64,
    /// Width across the wind, m: the diameter of a pool or of a jet's mouth.
    pub width_m: f64,
}

/// A constant rate from `from_s` to `to_s`, in seconds after the scenario's start.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub from_s: f64,
    pub to_s: f64,
    pub rate_kg_s: f64,
    pub state: Emission,
}

impl Step {
    pub fn duration_s(&self) -> f64 {
        self.to_s - self.from_s
    }
    pub fn mass_kg(&self) -> f64 {
        self.rate_kg_s * self.duration_s()
    }
}

/// A mass that enters the air at once.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Burst {
    pub at_s: f64,
    pub mass_kg: f64,
    pub state: Emission,
}

/// All that leaves one place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Key of the substance in the table (see [`crate::substance`]).
    pub substance: String,
    pub at: Point,
    /// Height above the ground at which it leaves, m.
    pub height_m: f64,
    pub steps: Vec<Step>,
    #[serde(default)]
    pub bursts: Vec<Burst>,
}

impl Release {
    /// Mass of all steps and bursts, kg.
    pub fn total_mass_kg(&self) -> f64 {
        self.steps.iter().map(Step::mass_kg).sum::<f64>() + self.bursts.iter().map(|b| b.mass_kg).sum::<f64>()
    }

    /// Mass that left from the start up to `time_s`, kg.
    pub fn mass_until_kg(&self, time_s: f64) -> f64 {
        self.mass_between_kg(f64::NEG_INFINITY, time_s)
    }

    /// Mass that leaves in `from_s..to_s`, kg; a burst belongs to the interval that begins at its moment.
    pub fn mass_between_kg(&self, from_s: f64, to_s: f64) -> f64 {
        let steady: f64 = self.steps.iter().map(|s| s.rate_kg_s * overlap_s(s, from_s, to_s)).sum();
        let sudden: f64 = self.bursts.iter().filter(|b| b.at_s >= from_s && b.at_s < to_s).map(|b| b.mass_kg).sum();
        steady + sudden
    }

    /// Rate of the steps at a moment, kg/s (bursts have none).
    pub fn rate_kg_s(&self, time_s: f64) -> f64 {
        self.steps.iter().filter(|s| time_s >= s.from_s && time_s < s.to_s).map(|s| s.rate_kg_s).sum()
    }

    /// First moment at which anything leaves and last; `None` when nothing does.
    pub fn span_s(&self) -> Option<(f64, f64)> {
        let starts = self.steps.iter().map(|s| s.from_s).chain(self.bursts.iter().map(|b| b.at_s));
        let ends = self.steps.iter().map(|s| s.to_s).chain(self.bursts.iter().map(|b| b.at_s));
        let (from, to) = (starts.fold(f64::INFINITY, f64::min), ends.fold(f64::NEG_INFINITY, f64::max));
        (from <= to).then_some((from, to))
    }

    /// The same release in steps of one minute, as ALOHA shows it.
    pub fn in_minutes(&self) -> Release {
        self.cut(60.0)
    }

    /// The same release in steps of `every_s`, counted from time 0. Each takes the mass that leaves in it exactly, and the mean of
    /// the state weighted by mass; how it enters the air is that of the largest part. Bursts stay bursts.
    pub fn cut(&self, every_s: f64) -> Release {
        let mut steps = Vec::new();
        let from = self.steps.iter().map(|s| s.from_s).fold(f64::INFINITY, f64::min);
        let to = self.steps.iter().map(|s| s.to_s).fold(f64::NEG_INFINITY, f64::max);
        if from < to && every_s > 0.0 {
            let (first, last) = ((from / every_s).floor() as i64, (to / every_s).ceil() as i64);
            for k in first..last {
                let (a, b) = (k as f64 * every_s, (k + 1) as f64 * every_s);
                // A last or first interval that the release fills only in part keeps its own ends.
                let (a, b) = (a.max(from), b.min(to));
                if let Some(state) = mean_state(&self.steps, a, b) {
                    let mass: f64 = self.steps.iter().map(|s| s.rate_kg_s * overlap_s(s, a, b)).sum();
                    steps.push(Step { from_s: a, to_s: b, rate_kg_s: mass / (b - a), state });
                }
            }
        }
        Release { steps, ..self.clone() }
    }

    /// At most `most` steps that follow the rate best: minutes joined so that the squared difference of the rates is least
    /// (ALOHA carries five steps into its clouds; its largest is what it calls the maximum average sustained rate).
    pub fn in_steps(&self, most: usize) -> Release {
        let longest = self.steps.iter().map(|s| s.to_s).fold(0.0, f64::max);
        // Minutes; coarser where a release lasts longer than three hours.
        let bins = self.cut(60.0 * (longest / 10_800.0).ceil().max(1.0));
        if bins.steps.len() <= most || most == 0 {
            return bins;
        }
        let edges = best_edges(&bins.steps, most);
        let steps = edges
            .windows(2)
            .filter_map(|e| {
                let (from_s, to_s) = (bins.steps[e[0]].from_s, bins.steps[e[1] - 1].to_s);
                let part = &bins.steps[e[0]..e[1]];
                let mass: f64 = part.iter().map(Step::mass_kg).sum();
                Some(Step { from_s, to_s, rate_kg_s: mass / (to_s - from_s), state: mean_state(part, from_s, to_s)? })
            })
            .collect();
        Release { steps, ..self.clone() }
    }

    /// The largest rate that lasts at least a minute, of the best five steps, kg/s: what ALOHA prints.
    pub fn most_sustained_kg_s(&self) -> f64 {
        self.in_steps(5).steps.iter().map(|s| s.rate_kg_s).fold(0.0, f64::max)
    }

    /// What is wrong with a release that came from a file or from another program.
    pub fn check(&self, file: &Path) -> Complaints {
        let mut all = Complaints::new();
        if !(self.height_m.is_finite() && self.height_m >= 0.0) {
            all.add(file, format!("height_m is {}", self.height_m), "0 or more, m above the ground");
        }
        let mut until = f64::NEG_INFINITY;
        for (k, s) in self.steps.iter().enumerate() {
            if !(s.from_s.is_finite() && s.to_s.is_finite() && s.to_s > s.from_s) {
                all.add(
                    file,
                    format!("step {k} runs from {} to {} s", s.from_s, s.to_s),
                    "it must end after it begins",
                );
            } else if s.from_s < until - 1e-9 {
                all.add(file, format!("step {k} begins at {} s, before step {} ends", s.from_s, k - 1), "");
            }
            until = until.max(s.to_s);
            if !(s.rate_kg_s.is_finite() && s.rate_kg_s >= 0.0) {
                all.add(file, format!("step {k} has a rate of {} kg/s", s.rate_kg_s), "0 or more");
            }
            check_state(&s.state, &format!("step {k}"), file, &mut all);
        }
        for (k, b) in self.bursts.iter().enumerate() {
            if !(b.mass_kg.is_finite() && b.mass_kg > 0.0 && b.at_s.is_finite()) {
                all.add(file, format!("burst {k} is {} kg at {} s", b.mass_kg, b.at_s), "a mass above 0 at a time");
            }
            check_state(&b.state, &format!("burst {k}"), file, &mut all);
        }
        if self.steps.is_empty() && self.bursts.is_empty() {
            all.add(file, "nothing is released", "give steps or bursts");
        }
        all
    }
}

fn check_state(s: &Emission, whose: &str, file: &Path, all: &mut Complaints) {
    if !(s.temperature_k.is_finite() && s.temperature_k > 0.0) {
        all.add(file, format!("{whose} has a temperature of {} K", s.temperature_k), "kelvin, above 0");
    }
    if !(0.0..=1.0).contains(&s.vapour_share) {
        all.add(file, format!("{whose} has vapour_share {}", s.vapour_share), "a share between 0 and 1");
    }
    for (name, value) in [("speed_m_s", s.speed_m_s), ("area_m2", s.area_m2), ("width_m", s.width_m)] {
        if !(value.is_finite() && value >= 0.0) {
            all.add(file, format!("{whose} has {name} {value}"), "0 or more");
        }
    }
}

fn overlap_s(step: &Step, from_s: f64, to_s: f64) -> f64 {
    (step.to_s.min(to_s) - step.from_s.max(from_s)).max(0.0)
}

/// Edges, as indices of steps, of the `most` runs of steps whose own means leave the least squared difference of the rates:
/// the exact optimum, by dynamic programming over the runs' ends.
fn best_edges(steps: &[Step], most: usize) -> Vec<usize> {
    let n = steps.len();
    let running = |of: &dyn Fn(&Step) -> f64| {
        let mut sums = vec![0.0];
        for s in steps {
            sums.push(sums[sums.len() - 1] + of(s));
        }
        sums
    };
    let time = running(&|s| s.duration_s());
    let mass = running(&|s| s.mass_kg());
    let square = running(&|s| s.mass_kg() * s.rate_kg_s);
    let cost = |i: usize, j: usize| {
        let m = mass[j] - mass[i];
        square[j] - square[i] - m * m / (time[j] - time[i])
    };
    let mut best = vec![vec![f64::INFINITY; n + 1]; most + 1];
    let mut from = vec![vec![0; n + 1]; most + 1];
    best[0][0] = 0.0;
    for k in 1..=most {
        for j in k..=n {
            for i in k - 1..j {
                let total = best[k - 1][i] + cost(i, j);
                if total < best[k][j] {
                    (best[k][j], from[k][j]) = (total, i);
                }
            }
        }
    }
    let mut edges = vec![n];
    for k in (1..=most).rev() {
        edges.push(from[k][edges[edges.len() - 1]]);
    }
    edges.reverse();
    edges
}

/// Mean of the states between two moments, weighted by mass; `None` when nothing leaves.
fn mean_state(steps: &[Step], from_s: f64, to_s: f64) -> Option<Emission> {
    let parts: Vec<(f64, &Emission)> = steps
        .iter()
        .map(|s| (s.rate_kg_s * overlap_s(s, from_s, to_s), &s.state))
        .filter(|(mass, _)| *mass > 0.0)
        .collect();
    let total: f64 = parts.iter().map(|(mass, _)| mass).sum();
    let mean = |of: fn(&Emission) -> f64| parts.iter().map(|(mass, s)| mass * of(s)).sum::<f64>() / total;
    let largest = parts.iter().fold(parts.first()?, |best, part| if part.0 > best.0 { part } else { best });
    Some(Emission {
        entry: largest.1.entry,
        temperature_k: mean(|s| s.temperature_k),
        vapour_share: mean(|s| s.vapour_share),
        speed_m_s: mean(|s| s.speed_m_s),
        area_m2: mean(|s| s.area_m2),
        width_m: mean(|s| s.width_m),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(temperature_k: f64) -> Emission {
        Emission { entry: Entry::Pool, temperature_k, vapour_share: 1.0, speed_m_s: 0.0, area_m2: 10.0, width_m: 3.57 }
    }

    fn falling() -> Release {
        let steps = (0..7)
            .map(|k| Step {
                from_s: 25.0 * f64::from(k),
                to_s: 25.0 * f64::from(k + 1),
                rate_kg_s: 7.0 - f64::from(k),
                state: state(240.0 + f64::from(k)),
            })
            .collect();
        Release { substance: "ammonia".into(), at: Point::new(0.0, 0.0), height_m: 0.0, steps, bursts: Vec::new() }
    }

    #[test]
    fn cutting_into_minutes_or_into_five_steps_keeps_all_mass() {
        // Grade: exact.
        let release = falling();
        assert_eq!(release.total_mass_kg(), 25.0 * 28.0);
        for cut in [release.in_minutes(), release.in_steps(2), release.cut(13.0)] {
            assert!((cut.total_mass_kg() - release.total_mass_kg()).abs() < 1e-9);
            assert!(cut.check(Path::new("r")).is_empty());
            for t in [0.0, 60.0, 120.0, 175.0] {
                if cut.steps.iter().any(|s| s.from_s == t) {
                    assert!((cut.mass_until_kg(t) - release.mass_until_kg(t)).abs() < 1e-9);
                }
            }
        }
        assert_eq!(release.in_minutes().steps.len(), 3);
        assert_eq!(release.in_steps(2).steps.len(), 2);
        // Two of three minutes are joined: those that are nearest to each other.
        let mut jump = release.clone();
        jump.steps.truncate(4);
        for (k, step) in jump.steps.iter_mut().enumerate() {
            (step.from_s, step.to_s) = (60.0 * k as f64, 60.0 * (k + 1) as f64);
            step.rate_kg_s = [9.0, 2.0, 1.5, 1.0][k];
        }
        let two = jump.in_steps(2);
        assert_eq!((two.steps[0].to_s, two.steps[1].rate_kg_s), (60.0, 1.5));
        assert_eq!(jump.most_sustained_kg_s(), 9.0);
        // The first minute: 25 s at 7, 25 s at 6, 10 s at 5 kg/s.
        assert!((release.in_minutes().steps[0].rate_kg_s - 375.0 / 60.0).abs() < 1e-12);
        let mean = (175.0 * 240.0 + 150.0 * 241.0 + 50.0 * 242.0) / 375.0;
        assert!((release.in_minutes().steps[0].state.temperature_k - mean).abs() < 1e-9);
    }

    #[test]
    fn a_wrong_release_is_told_all_its_faults_at_once() {
        // Grade: behaviour.
        let mut release = falling();
        release.height_m = -1.0;
        release.steps[1].rate_kg_s = f64::NAN;
        release.steps[2].state.vapour_share = 1.2;
        release.steps[3].from_s = 10.0;
        assert_eq!(release.check(Path::new("r.ron")).0.len(), 4);
    }
}
