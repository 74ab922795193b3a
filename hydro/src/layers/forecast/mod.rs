//! Flood forecasts for command posts (洪水预报): a coarse run from what is believed, many times over, each time believing
//! something slightly different, and counted: how many members have water over a threshold at a place, and when.
//!
//! The forecast starts from the *picture*: last readings of the gauges, rain and stages as they were forecast, breaches
//! that are feared. It never sees the truth, so it can be wrong in four ways: the rain forecast is (`rain`), the gauges
//! are (`super::gauge`), nobody knows of a breach, and the coarse ground is not the ground (`coarse`). The spread says how
//! wrong the office thinks it may be; where it thinks too well of itself, chances of 0 and 1 will be wrong too.

pub mod coarse;
pub mod ensemble;
pub mod rain;
pub mod score;

use crate::solver::Edge;
use base::complaint::Complaints;
use rain::RainErrors;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// How a forecast is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ForecastSpec {
    /// Cells of the ground along a block's side.
    pub factor: usize,
    /// Runs; the first one is without perturbation.
    pub members: u32,
    /// How far ahead, s.
    pub ahead_s: f64,
    /// Time between looks at the places, s: the resolution of arrivals.
    pub look_s: f64,
    /// Depths whose chances are told, m, rising.
    pub thresholds_m: Vec<f64>,
    pub spread: Spread,
}

/// What the members disagree about.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Spread {
    /// What the office believes its rain forecast to be worth.
    pub rain: RainErrors,
    /// Standard deviation of forecast stages at river, lake and sea, m (assumption; the drill's tide forecast errs as
    /// much).
    pub stage_m: f64,
    /// Standard deviation of the water level at the start, m: gauges are few (assumption).
    pub start_m: f64,
    /// Sigma of the logarithm of Manning's n (0.2: n is known to a fifth; assumption).
    pub roughness: f64,
    /// Sigma of the logarithm of what sewers and ground take (assumption).
    pub losses: f64,
}

impl Default for Spread {
    fn default() -> Self {
        Spread { rain: RainErrors::default(), stage_m: 0.15, start_m: 0.10, roughness: 0.2, losses: 0.3 }
    }
}

impl Default for ForecastSpec {
    fn default() -> Self {
        ForecastSpec {
            factor: 5,
            members: 20,
            ahead_s: 6.0 * 3600.0,
            look_s: 300.0,
            thresholds_m: vec![0.1, 0.3, 0.5, 1.0],
            spread: Spread::default(),
        }
    }
}

impl ForecastSpec {
    pub fn check(&self, file: &Path) -> Complaints {
        let mut complaints = Complaints::new();
        let mut ask = |fits: bool, what: String, hint: &str| {
            if !fits {
                complaints.add(file, what, hint);
            }
        };
        ask((1..=32).contains(&self.factor), format!("forecast: factor {}", self.factor), "1 to 32 cells");
        ask((1..=1000).contains(&self.members), format!("forecast: {} members", self.members), "1 to 1000");
        for (what, s) in [("ahead_s", self.ahead_s), ("look_s", self.look_s)] {
            ask(s.is_finite() && s >= 1.0, format!("forecast: {what} is {s}"), "1 s or more");
        }
        ask(self.look_s <= self.ahead_s, format!("forecast: looks every {} s", self.look_s), "no longer than ahead_s");
        let rising = self.thresholds_m.windows(2).all(|p| p[0] < p[1]);
        let sane = !self.thresholds_m.is_empty() && self.thresholds_m.iter().all(|m| m.is_finite() && *m > 0.0);
        ask(rising && sane, format!("forecast: thresholds {:?} m", self.thresholds_m), "above 0 and rising");
        let s = &self.spread;
        for (what, value) in [
            ("stage_m", s.stage_m),
            ("start_m", s.start_m),
            ("roughness", s.roughness),
            ("losses", s.losses),
            ("rain.amount_1h", s.rain.amount_1h),
            ("rain.shift_s", s.rain.shift_s),
        ] {
            ask(value.is_finite() && value >= 0.0, format!("forecast: spread of {what} is {value}"), "0 or more");
        }
        let keep = s.rain.persistence;
        ask((0.0..1.0).contains(&keep), format!("forecast: rain.persistence is {keep}"), "0 or more, under 1");
        ask(s.rain.issue_s >= 1.0, format!("forecast: rain.issue_s is {}", s.rain.issue_s), "1 s or more");
        complaints
    }
}

/// A stage that is forecast for some cells: river, lake, sea.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    pub cells: Vec<u32>,
    /// (s, m)
    pub stage_m: Vec<(f64, f64)>,
}

/// A breach that is feared or known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feared {
    /// Cells of the ground that would fall, and to what level, m.
    pub cells: Vec<u32>,
    pub sill_m: f64,
    /// Chance that it comes within the forecast; 1 for one that is known.
    pub chance: f64,
    /// Between when and when it would come, s.
    pub opens_s: (f64, f64),
}

/// All that a forecast is made from. None of it need be true.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Picture {
    pub made_s: f64,
    /// Gauges' last readings: cell and stage, m. They set the level of rivers and canals.
    pub stages_m: Vec<(u32, f64)>,
    /// Usual levels, cell and stage, m, of waters that have no gauge.
    pub usual_m: Vec<(u32, f64)>,
    /// Water on land as reported: cell and depth, m.
    pub reports_m: Vec<(u32, f64)>,
    /// Rain as forecast, (s, mm/h).
    pub rain_mm_h: Vec<(f64, f64)>,
    pub held: Vec<Held>,
    /// Rims of the ground as forecast; walls where nothing is said.
    pub edges: Vec<Edge>,
    /// Rivers, releases and (negative) pumps as forecast: cell and (s, m3/s).
    pub inflows_m3_s: Vec<(u32, Vec<(f64, f64)>)>,
    pub feared: Vec<Feared>,
}

/// A place a post asks about: a point (one cell) or a zone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    pub name: String,
    pub cells: Vec<u32>,
    /// A zone's depth is the depth that this share of its cells exceeds; 0 for the deepest.
    #[serde(default)]
    pub share: f64,
}

/// When water comes, s since the start of the run: a tenth of the members that have it come earlier than `earliest`, half
/// earlier than `likely`, nine tenths earlier than `latest`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Arrival {
    pub earliest_s: f64,
    pub likely_s: f64,
    pub latest_s: f64,
}

/// What the forecast says of a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlaceOutlook {
    pub name: String,
    /// Share of the members over each threshold at some time.
    pub chance: Vec<f64>,
    /// First time over each threshold, among the members that get there.
    pub arrival: Vec<Option<Arrival>>,
    /// Greatest depth: a tenth, half, nine tenths of the members stay below, m.
    pub depth_m: [f64; 3],
    /// Of the run without perturbation.
    pub control_m: f64,
}

/// A forecast as issued.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outlook {
    pub made_s: f64,
    pub until_s: f64,
    pub members: u32,
    pub thresholds_m: Vec<f64>,
    pub places: Vec<PlaceOutlook>,
}

#[cfg(test)]
mod tests;
