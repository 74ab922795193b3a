//! Water gauges (水位站) as posts see them: a stage that was true some minutes ago, plus what instruments do to it.
//!
//!   reading = round((stage + bias + drift t + noise) / quantum) quantum,   held between the sensor's zero and its top
//!
//! Bias and drift are drawn once for each gauge, noise for each reading. A gauge reports every `report_s`, each at its own
//! offset; a report may be lost. It fails at random (exponential waiting time) and is mended after a while; it drowns when
//! the water reaches its cabinet and then stays silent until someone replaces it. Silence is silence: whoever reads the
//! gauge learns nothing, and nothing tells him why.
//!
//! All draws are pure functions of seed, gauge and moment, so readings do not depend on who asks.

use base::chance::{Stream, draw, draw_exponential, draw_normal};
use base::complaint::Complaints;
use base::time::Tick;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Draws of this module under `Stream::Gauge`, apart from others of that stream.
const BIAS: u32 = 601;
const DRIFT: u32 = 602;
const NOISE: u32 = 603;
const LOST: u32 = 604;
const FAILS: u32 = 605;
const MENDED: u32 = 606;
const OFFSET: u32 = 607;

/// What an instrument is worth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Instrument {
    /// Standard deviation of a single reading, m. GB/T 50138 asks for 95 % within 2 cm (from memory, unchecked): 1 cm.
    pub noise_m: f64,
    /// Standard deviation between gauges of the constant error, m (same standard, systematic error 1 cm).
    pub bias_m: f64,
    /// Standard deviation between gauges of the drift, m a day (assumption: silted wells, slipped floats).
    pub drift_m_day: f64,
    /// Step of the transmitted number, m (1 cm: telemetry practice, from memory).
    pub quantum_m: f64,
    /// Time between reports, s (10 min; hydrological telemetry sends every 5 to 60 min: from memory).
    pub report_s: f64,
    /// Chance that a report never arrives (assumption).
    pub lost: f64,
    /// Mean time between failures, s (assumption: a month in storm weather). Infinite: never.
    pub mean_life_s: f64,
    /// Mean time until it is mended, s (assumption: half a day).
    pub mend_s: f64,
}

impl Default for Instrument {
    fn default() -> Self {
        Instrument {
            noise_m: 0.01,
            bias_m: 0.01,
            drift_m_day: 0.002,
            quantum_m: 0.01,
            report_s: 600.0,
            lost: 0.01,
            mean_life_s: 30.0 * 86_400.0,
            mend_s: 12.0 * 3600.0,
        }
    }
}

impl Instrument {
    /// One without fault, for comparison.
    pub fn perfect(report_s: f64) -> Instrument {
        Instrument {
            noise_m: 0.0,
            bias_m: 0.0,
            drift_m_day: 0.0,
            quantum_m: 0.0,
            report_s,
            lost: 0.0,
            mean_life_s: f64::INFINITY,
            mend_s: 0.0,
        }
    }
}

/// A gauge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GaugeSpec {
    pub name: String,
    pub cell: u32,
    /// Lowest and highest stage that the sensor can see, m.
    pub range_m: (f64, f64),
    /// Stage that drowns its cabinet, m; `None` where it stands out of reach.
    #[serde(default)]
    pub drowns_m: Option<f64>,
    #[serde(default)]
    pub instrument: Instrument,
}

/// Why a gauge is silent. For the controllers' eyes only.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Silence {
    Broken { until_s: f64 },
    Drowned,
    NoPower,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GaugeState {
    pub silence: Option<Silence>,
    /// When the next report is due.
    due_s: f64,
    /// When it next fails by itself, and how often it has.
    fails_s: f64,
    failures: u32,
}

/// A reading as it is transmitted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    pub gauge: usize,
    pub observed_s: f64,
    pub stage_m: f64,
}

/// What came of one step: readings that go out, and what controllers may want to know.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Telemetry {
    pub readings: Vec<Reading>,
    pub silenced: Vec<(usize, Silence)>,
    pub back: Vec<usize>,
}

/// The gauges of a city.
#[derive(Debug, Clone, PartialEq)]
pub struct Gauges {
    specs: Vec<GaugeSpec>,
    seed: u64,
}

impl Gauges {
    pub fn new(file: &Path, specs: Vec<GaugeSpec>, cells: usize, seed: u64) -> Result<Gauges, Complaints> {
        let mut complaints = Complaints::new();
        for gauge in &specs {
            let who = format!("gauge \"{}\"", gauge.name);
            let i = &gauge.instrument;
            if gauge.cell as usize >= cells {
                complaints.add(
                    file,
                    format!("{who} stands in cell {}", gauge.cell),
                    format!("the grid has {cells} cells"),
                );
            }
            if !(gauge.range_m.0.is_finite() && gauge.range_m.1.is_finite() && gauge.range_m.0 < gauge.range_m.1) {
                complaints.add(file, format!("{who} sees stages {:?} m", gauge.range_m), "the lower one first");
            }
            if gauge.drowns_m.is_some_and(|m| !m.is_finite()) {
                complaints.add(file, format!("{who} drowns at {:?} m", gauge.drowns_m), "a stage, or None");
            }
            for (what, value) in [
                ("noise_m", i.noise_m),
                ("bias_m", i.bias_m),
                ("drift_m_day", i.drift_m_day),
                ("quantum_m", i.quantum_m),
                ("mend_s", i.mend_s),
            ] {
                if !(value.is_finite() && value >= 0.0) {
                    complaints.add(file, format!("{who}: {what} is {value}"), "0 or more");
                }
            }
            if !(i.report_s.is_finite() && i.report_s >= 1.0) {
                complaints.add(file, format!("{who}: report_s is {}", i.report_s), "1 s or more");
            }
            if !(0.0..=1.0).contains(&i.lost) {
                complaints.add(file, format!("{who}: lost is {}", i.lost), "a chance from 0 to 1");
            }
            if i.mean_life_s.is_nan() || i.mean_life_s <= 0.0 {
                complaints.add(
                    file,
                    format!("{who}: mean_life_s is {}", i.mean_life_s),
                    "more than 0, or inf for never",
                );
            }
        }
        complaints.or(Gauges { specs, seed })
    }

    pub fn specs(&self) -> &[GaugeSpec] {
        &self.specs
    }

    pub fn start(&self) -> Vec<GaugeState> {
        let state = |(g, spec): (usize, &GaugeSpec)| GaugeState {
            silence: None,
            due_s: spec.instrument.report_s * draw(self.seed, Stream::Gauge, g as u32, Tick(0), OFFSET),
            fails_s: self.next_failure_s(g, 0.0, 0),
            failures: 0,
        };
        self.specs.iter().enumerate().map(state).collect()
    }

    fn next_failure_s(&self, g: usize, now_s: f64, failures: u32) -> f64 {
        let life_s = self.specs[g].instrument.mean_life_s;
        if life_s.is_infinite() {
            return f64::INFINITY;
        }
        now_s + draw_exponential(life_s, self.seed, Stream::Gauge, g as u32, Tick(failures), FAILS)
    }

    /// What the sensor makes of a stage, before it is lost on its way.
    pub fn sense_m(&self, g: usize, stage_m: f64, now_s: f64) -> f64 {
        let (spec, at) = (&self.specs[g], Tick::at_or_after_s(now_s));
        let i = &spec.instrument;
        let normal = |tick, k| draw_normal(self.seed, Stream::Gauge, g as u32, tick, k);
        let value = stage_m
            + i.bias_m * normal(Tick(0), BIAS)
            + i.drift_m_day * normal(Tick(0), DRIFT) * now_s / 86_400.0
            + i.noise_m * normal(at, NOISE);
        let held = value.clamp(spec.range_m.0, spec.range_m.1);
        if i.quantum_m > 0.0 { (held / i.quantum_m).round() * i.quantum_m } else { held }
    }

    /// One look at all gauges; call it at least as often as they report. `stage_m` is the true level of a cell, `fed` says
    /// whether the gauge has power, `replaced` that a crew has just put a new one in place of a drowned one.
    pub fn step(
        &self,
        state: &mut [GaugeState],
        now_s: f64,
        stage_m: impl Fn(usize) -> f64,
        fed: impl Fn(usize) -> bool,
        replaced: impl Fn(usize) -> bool,
    ) -> Telemetry {
        let mut out = Telemetry::default();
        for (g, (spec, gauge)) in self.specs.iter().zip(state).enumerate() {
            let stage = stage_m(spec.cell as usize);
            let under = spec.drowns_m.is_some_and(|limit| stage >= limit);
            let before = gauge.silence;
            gauge.silence = match before {
                _ if under => Some(Silence::Drowned),
                Some(Silence::Drowned) if !replaced(g) => before,
                Some(Silence::Broken { until_s }) if now_s < until_s => before,
                _ if now_s >= gauge.fails_s => {
                    let mend_s = draw_exponential(
                        spec.instrument.mend_s,
                        self.seed,
                        Stream::Gauge,
                        g as u32,
                        Tick(gauge.failures),
                        MENDED,
                    );
                    gauge.failures += 1;
                    gauge.fails_s = self.next_failure_s(g, now_s + mend_s, gauge.failures);
                    Some(Silence::Broken { until_s: now_s + mend_s })
                }
                _ if !fed(g) => Some(Silence::NoPower),
                _ => None,
            };
            match (before, gauge.silence) {
                (None, Some(why)) => out.silenced.push((g, why)),
                (Some(_), None) => out.back.push(g),
                (None, None) | (Some(_), Some(_)) => {}
            }
            if now_s < gauge.due_s {
                continue;
            }
            while gauge.due_s <= now_s {
                gauge.due_s += spec.instrument.report_s;
            }
            let lost =
                draw(self.seed, Stream::Gauge, g as u32, Tick::at_or_after_s(now_s), LOST) < spec.instrument.lost;
            if gauge.silence.is_none() && !lost {
                out.readings.push(Reading { gauge: g, observed_s: now_s, stage_m: self.sense_m(g, stage, now_s) });
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gauge(name: &str, instrument: Instrument) -> GaugeSpec {
        GaugeSpec { name: name.into(), cell: 0, range_m: (0.0, 10.0), drowns_m: None, instrument }
    }
    fn gauges(specs: Vec<GaugeSpec>) -> Gauges {
        Gauges::new(Path::new("gauges.ron"), specs, 4, 9).unwrap()
    }

    /// Grade: exact.
    #[test]
    fn a_perfect_gauge_tells_the_truth_at_its_interval() {
        let gauges = gauges(vec![gauge("a", Instrument::perfect(600.0))]);
        let mut state = gauges.start();
        let mut readings = Vec::new();
        for k in 0..=720 {
            let s = f64::from(k) * 10.0;
            readings.extend(gauges.step(&mut state, s, |_| 3.0 + s * 1e-4, |_| true, |_| false).readings);
        }
        assert_eq!(readings.len(), 12, "two hours, every ten minutes");
        for pair in readings.windows(2) {
            assert_eq!(pair[1].observed_s - pair[0].observed_s, 600.0);
        }
        assert!(readings.iter().all(|r| r.stage_m == 3.0 + r.observed_s * 1e-4));
    }

    /// Grade: exact in distribution (four standard errors of mean and deviation over 2000 gauges).
    #[test]
    fn errors_have_the_size_that_was_asked_for() {
        let instrument =
            Instrument { noise_m: 0.03, bias_m: 0.04, drift_m_day: 0.0, quantum_m: 0.0, ..Default::default() };
        let gauges = gauges((0..2000).map(|k| gauge(&format!("g{k}"), instrument)).collect());
        let errors: Vec<f64> = (0..2000).map(|g| gauges.sense_m(g, 5.0, 3600.0) - 5.0).collect();
        let mean = errors.iter().sum::<f64>() / 2000.0;
        let sd = (errors.iter().map(|e| (e - mean) * (e - mean)).sum::<f64>() / 1999.0).sqrt();
        assert!(mean.abs() < 4.0 * 0.05 / 2000f64.sqrt(), "{mean}");
        assert!((sd - 0.05).abs() < 4.0 * 0.05 / 4000f64.sqrt(), "{sd}: noise and bias add as squares, 3-4-5");
        // The bias stays from reading to reading: two readings of a gauge share it.
        let later: Vec<f64> = (0..2000).map(|g| gauges.sense_m(g, 5.0, 7200.0) - 5.0).collect();
        let shared = errors.iter().zip(&later).map(|(a, b)| a * b).sum::<f64>() / 2000.0;
        assert!((shared - 0.04 * 0.04).abs() < 2.5e-4, "{shared}");
    }

    /// Grade: behaviour.
    #[test]
    fn a_gauge_rounds_holds_its_range_drowns_and_comes_back_only_when_replaced() {
        let mut spec = gauge(
            "low",
            Instrument {
                quantum_m: 0.01,
                noise_m: 0.0,
                bias_m: 0.0,
                drift_m_day: 0.0,
                lost: 0.0,
                mean_life_s: f64::INFINITY,
                ..Default::default()
            },
        );
        spec.drowns_m = Some(4.0);
        spec.range_m = (1.0, 3.5);
        let gauges = gauges(vec![spec]);
        assert!((gauges.sense_m(0, 2.3456, 0.0) - 2.35).abs() < 1e-12);
        assert_eq!(gauges.sense_m(0, 0.2, 0.0), 1.0, "a dry gauge shows its zero");
        assert_eq!(gauges.sense_m(0, 3.9, 0.0), 3.5);
        let mut state = gauges.start();
        let mut at = |s: f64, stage: f64, replaced: bool| gauges.step(&mut state, s, |_| stage, |_| true, |_| replaced);
        assert_eq!(at(600.0, 2.0, false).readings.len(), 1);
        let drowned = at(1200.0, 4.1, false);
        assert_eq!(drowned.silenced, vec![(0, Silence::Drowned)]);
        assert!(drowned.readings.is_empty());
        assert!(at(1800.0, 2.0, false).readings.is_empty(), "water gone, cabinet ruined");
        let back = at(2400.0, 2.0, true);
        assert_eq!((back.back, back.readings.len()), (vec![0], 1));
    }

    /// Grade: exact in distribution (availability of a renewal process, life / (life + mending); four standard errors by
    /// the number of failures).
    #[test]
    fn random_outages_have_their_share_of_time() {
        let instrument = Instrument { mean_life_s: 36_000.0, mend_s: 12_000.0, lost: 0.0, ..Default::default() };
        let gauges = gauges((0..40).map(|k| gauge(&format!("g{k}"), instrument)).collect());
        let mut state = gauges.start();
        let (mut silent, mut looks) = (0u32, 0u32);
        for k in 0..10_000 {
            gauges.step(&mut state, f64::from(k) * 60.0, |_| 2.0, |_| true, |_| false);
            // The first 20 h are left to forget that all began whole.
            if k >= 1200 {
                silent += state.iter().filter(|g| g.silence.is_some()).count() as u32;
                looks += 40;
            }
        }
        let share = f64::from(silent) / f64::from(looks);
        let failures: u32 = state.iter().map(|g| g.failures).sum();
        assert!((share - 0.25).abs() < 4.0 * 0.25 / f64::from(failures).sqrt(), "{share} after {failures} failures");
    }

    /// Grade: exact.
    #[test]
    fn bad_gauges_are_complained_about_all_at_once() {
        let mut bad = gauge("a", Instrument { noise_m: -0.1, report_s: 0.0, lost: 2.0, ..Default::default() });
        bad.cell = 77;
        bad.range_m = (3.0, 2.0);
        let complaints = Gauges::new(Path::new("gauges.ron"), vec![bad], 4, 9).unwrap_err();
        assert_eq!(complaints.0.len(), 5, "{complaints}");
    }
}
