//! Gas monitors (气体监测仪) as posts see them: fixed on fences, and carried by crews. A sensor follows the air with a lag and says
//! what it can show:
//!
//! ```text
//! dr/dt = (c - r)/tau,  tau = t90/ln 10           reading = round((r (1 + noise N))/step) step,  0 .. range
//! ```
//!
//! c is the mean of the map's cell in which the monitor stands, of all substances that its cell answers to; below a hundredth of the range it
//! shows nothing. Above the range it shows the range: the post cannot know how much more there is.

use super::Gas;
use crate::base::chance::{Stream, draw, draw_normal};
use crate::base::{ids::PostId, math, text::Text, time::Tick};
use crate::vocab::body::Point;
use consequence::substance::Substance;
use serde::{Deserialize, Serialize};

/// Draws under `Stream::Gas`: when in its period a monitor reports, and the noise of a reading.
const OFFSET: u32 = 303;
const NOISE: u32 = 304;
/// Readings below this share of the range are shown as none (zero suppression of fixed detectors, some per cent of the range: from
/// memory, unchecked).
const DEAD_BAND: f64 = 0.01;
/// Step of the number that is transmitted, as a share of the range (assumption: a display of three digits).
const STEP: f64 = 0.001;
/// While it shows nothing a monitor reports only every so many periods: a sign that it is alive (assumption).
const QUIET_PERIODS: f64 = 10.0;
/// Standard deviation of a portable instrument's reading, share (assumption; electrochemical cells are calibrated to 10 %).
const PORTABLE_NOISE: f64 = 0.1;
/// A portable instrument shows up to so many times the IDLH, or this many ppm where there is none (assumption; usual cells: chlorine 0 to
/// 50 ppm, ammonia 0 to 1000 ppm, which are 5 and 3 times).
const PORTABLE_IDLH: f64 = 5.0;
const PORTABLE_PPM: f64 = 1000.0;

/// A fixed monitor, checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MonitorSpec {
    pub key: String,
    pub name: Text,
    pub at: Point,
    /// Keys of the substances that its cell answers to; all of the table when empty.
    pub reads: Vec<String>,
    pub range_ppm: f64,
    /// Time to nine tenths of a step, s.
    pub t90_s: f64,
    /// Standard deviation of a reading, share of it.
    pub noise: f64,
    /// Time between readings, s.
    pub every_s: f64,
    /// It is silent between these moments, s of the run.
    pub outage_s: Option<(f64, f64)>,
    /// Whom it tells.
    pub to: Vec<PostId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MonitorState {
    /// What the sensor has come to, ppm.
    pub sensed_ppm: f64,
    /// When the next reading is due, s.
    due_s: f64,
    /// The last reading showed nothing, and when it went out, s.
    quiet_since_s: Option<f64>,
}

/// A reading that goes out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    pub ppm: f64,
    /// It stands at the end of the range.
    pub full: bool,
}

impl MonitorState {
    pub fn start(spec: &MonitorSpec, row: u32, seed: u64) -> MonitorState {
        let due_s = spec.every_s * draw(seed, Stream::Gas, row, Tick(0), OFFSET);
        MonitorState { sensed_ppm: 0.0, due_s, quiet_since_s: None }
    }

    /// One tick in air of `ppm`. A reading when one is due and there is something to say.
    pub fn step(
        &mut self,
        spec: &MonitorSpec,
        row: u32,
        seed: u64,
        now_s: f64,
        dt_s: f64,
        ppm: f64,
    ) -> Option<Reading> {
        let tau_s = spec.t90_s / std::f64::consts::LN_10;
        let left = if tau_s > 0.0 { math::exp(-dt_s / tau_s) } else { 0.0 };
        self.sensed_ppm = ppm + (self.sensed_ppm - ppm) * left;
        if now_s < self.due_s {
            return None;
        }
        self.due_s += spec.every_s * (((now_s - self.due_s) / spec.every_s).floor() + 1.0);
        if spec.outage_s.is_some_and(|(from, to)| now_s >= from && now_s < to) {
            return None;
        }
        let noise = draw_normal(seed, Stream::Gas, row, Tick::at_or_after_s(now_s), NOISE);
        let reading = shown(self.sensed_ppm * (1.0 + spec.noise * noise), spec.range_ppm);
        if reading.ppm > 0.0 {
            self.quiet_since_s = None;
        } else if self.quiet_since_s.is_some_and(|since| now_s - since < QUIET_PERIODS * spec.every_s - 1e-6) {
            return None;
        } else {
            self.quiet_since_s = Some(now_s);
        }
        Some(reading)
    }
}

/// What a display makes of a value.
fn shown(ppm: f64, range_ppm: f64) -> Reading {
    if ppm < DEAD_BAND * range_ppm {
        return Reading { ppm: 0.0, full: false };
    }
    let step = STEP * range_ppm;
    Reading { ppm: ((ppm / step).round() * step).min(range_ppm), full: ppm >= range_ppm }
}

/// What is in the air at a cell of all that a monitor answers to, ppm.
pub fn in_air_ppm(spec: &MonitorSpec, gas: &Gas, cell: usize) -> f64 {
    let reads = |key: &str| spec.reads.is_empty() || spec.reads.iter().any(|k| k == key);
    let layers = gas.layers().iter().filter(|l| reads(l.toxicant.key()));
    layers.map(|l| l.toxicant.ppm(f64::from(l.kg_m3[cell]))).sum()
}

/// The substance that a monitor's reading is put down to: the one of which there is most, or the first that it answers to.
pub fn named<'a>(spec: &MonitorSpec, gas: &'a Gas, cell: usize) -> Option<&'a Substance> {
    let reads = |key: &str| spec.reads.is_empty() || spec.reads.iter().any(|k| k == key);
    let layers = gas.layers().iter().filter(|l| reads(l.toxicant.key()) && l.kg_m3[cell] > 0.0);
    let most = layers.max_by(|a, b| a.kg_m3[cell].total_cmp(&b.kg_m3[cell]));
    most.map(|l| &*l.toxicant.substance).or_else(|| gas.substances().find(spec.reads.first()?))
}

/// A portable instrument at a cell: the substance of which there is most against what people notice, with an error of `normal` standard
/// deviations: UN number and ppm. `None` where it shows nothing.
pub fn portable(gas: &Gas, cell: usize, normal: f64) -> Option<(u16, f64)> {
    let strength = |l: &&super::Layer| f64::from(l.kg_m3[cell]) / l.toxicant.noticed_kg_m3;
    let layer = gas.layers().iter().max_by(|a, b| strength(a).total_cmp(&strength(b)))?;
    let row = &layer.toxicant.substance;
    let range_ppm = row.harm.idlh_ppm.as_ref().map_or(PORTABLE_PPM, |idlh| PORTABLE_IDLH * idlh.value);
    let ppm = layer.toxicant.ppm(f64::from(layer.kg_m3[cell])) * (1.0 + PORTABLE_NOISE * normal).max(0.0);
    let reading = shown(ppm, range_ppm);
    (reading.ppm > 0.0).then_some((row.un, reading.ppm))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> MonitorSpec {
        MonitorSpec {
            key: "m".into(),
            name: Text::new("监测仪", "monitor"),
            at: Point::new(0.0, 0.0),
            reads: vec!["ammonia".into()],
            range_ppm: 100.0,
            t90_s: 60.0,
            noise: 0.0,
            every_s: 60.0,
            outage_s: None,
            to: Vec::new(),
        }
    }

    fn run(spec: &MonitorSpec, air: impl Fn(f64) -> f64, until_s: f64) -> Vec<(f64, Reading)> {
        let mut state = MonitorState::start(spec, 0, 1);
        let (mut now_s, mut out) = (0.0, Vec::new());
        while now_s < until_s {
            if let Some(reading) = state.step(spec, 0, 1, now_s, 10.0, air(now_s)) {
                out.push((now_s, reading));
            }
            now_s += 10.0;
        }
        out
    }

    #[test]
    fn a_step_in_the_air_is_shown_to_nine_tenths_after_t90() {
        // Grade: exact.
        let mut state = MonitorState::start(&spec(), 0, 1);
        for k in 0..6 {
            state.step(&spec(), 0, 1, 10.0 * f64::from(k), 10.0, 50.0);
        }
        assert!((state.sensed_ppm - 45.0).abs() < 1e-9, "{}", state.sensed_ppm);
    }

    #[test]
    fn a_reading_stands_at_the_range_and_below_a_hundredth_at_nothing() {
        // Grade: exact.
        let high = run(&spec(), |_| 5000.0, 600.0);
        assert!(high.iter().skip(1).all(|(_, r)| r.ppm == 100.0 && r.full), "{high:?}");
        let low = run(&spec(), |_| 0.9, 600.0);
        assert!(low.iter().all(|(_, r)| r.ppm == 0.0 && !r.full));
        assert!(run(&spec(), |_| 1.2, 600.0).last().is_some_and(|(_, r)| (r.ppm - 1.2).abs() < 1e-9));
    }

    #[test]
    fn a_quiet_monitor_speaks_seldom_an_alarmed_one_every_period_and_a_broken_one_never() {
        // Grade: behaviour.
        let quiet = run(&spec(), |_| 0.0, 3600.0);
        assert_eq!(quiet.len(), 6, "{quiet:?}");
        let loud = run(&spec(), |t| if t > 1800.0 { 40.0 } else { 0.0 }, 3600.0);
        assert!(loud.iter().filter(|(t, _)| *t > 1860.0).count() >= 28);
        let gone = MonitorSpec { outage_s: Some((1800.0, 2400.0)), ..spec() };
        let gone = run(&gone, |_| 40.0, 3600.0);
        assert!(gone.iter().all(|(t, _)| !(1800.0..2400.0).contains(t)) && gone.len() > 45);
    }

    #[test]
    fn noise_spreads_readings_by_its_share() {
        // Grade: reference (the sample's standard deviation; 3000 readings, 5 %).
        let noisy = MonitorSpec { noise: 0.1, every_s: 10.0, t90_s: 0.0, range_ppm: 1000.0, ..spec() };
        let all: Vec<f64> = run(&noisy, |_| 200.0, 30_000.0).iter().map(|(_, r)| r.ppm).collect();
        let n = all.len() as f64;
        let mean = all.iter().sum::<f64>() / n;
        let sd = (all.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n).sqrt();
        assert!((mean - 200.0).abs() < 1.5 && (sd - 20.0).abs() < 1.0, "{mean} {sd}");
    }
}
