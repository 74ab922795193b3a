//! Floor 5: files -> a checked [`Scenario`], or all the complaints at once.
//!
//! A scenario names a city, a roster, a plan and a script. Paths are relative to the file that names them. The
//! default scenario is embedded, so that the program runs without any file.

mod bind;
mod check;
pub mod raw;
mod source;

pub use source::{Source, embedded};

use crate::base::complaint::Complaints;
use crate::base::{ids::*, math, text::Text, time::Clock};
use crate::command::{PostSpec, plan::Clause};
use crate::drill::Script;
use crate::hazard::gas::monitor::MonitorSpec;
use crate::hazard::gas::{NearSpec, Table};
use crate::people::Behaviour;
use crate::place::city::City;
use crate::response::{KindSpec, UnitSpec};
use crate::vocab::substance::OwnSubstances;
use hydro::structures::StructuresSpec;
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;

/// (seconds from the start, value), times rising.
pub type Series = Vec<(f64, f64)>;

/// Weather at the start and rain over time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Weather {
    pub wind_m_s: f64,
    pub wind_from_deg: f64,
    pub cloud: f64,
    pub rain_mm_h: Series,
}

/// Water that comes from outside the grid.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Water {
    pub stage_m: Option<Series>,
    pub inflow_m3_s: Option<Series>,
    pub inner_level_m: Option<f64>,
    pub sewer_mm_h: f64,
    pub soil_mm_h: f64,
    /// Waterworks (水工程). Left out of the fingerprint where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub works: Option<StructuresSpec>,
}

/// Which posts have which duty of their own.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Duties {
    pub telemetry: Vec<PostId>,
    pub fire_calls: Option<PostId>,
    pub medical_calls: Option<PostId>,
    /// The village post of each zone, if there is one.
    pub of_zone: Vec<Option<PostId>>,
    /// Posts with a gas desk. Left out of the fingerprint where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gas_models: Vec<PostId>,
}

/// A scenario that has passed every check. Shared by all runs; nothing in it changes.
#[derive(Debug, Clone)]
pub struct Scenario {
    pub title: Text,
    pub clock: Clock,
    pub ticks: u32,
    pub city: Arc<City>,
    pub weather: Weather,
    pub water: Water,
    pub behaviour: Behaviour,
    pub kinds: Vec<KindSpec>,
    pub units: Vec<UnitSpec>,
    pub posts: Vec<PostSpec>,
    pub duties: Duties,
    pub clauses: Vec<Clause>,
    /// Fixed gas monitors (气体监测仪).
    pub monitors: Vec<MonitorSpec>,
    /// Engine of the near field of gas leaks (近场模型); none where puffs alone are asked for.
    pub near_field: Option<NearSpec>,
    /// Substances that the scenario or its script brings along, and the table of all that they may name.
    pub own_substances: Option<OwnSubstances>,
    pub substances: Table,
    pub script: Script,
    /// Fingerprint of all of the above.
    pub hash: String,
}

/// What to read, and what to put in place of what the file says.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// A scenario file or a folder that holds `scenario.ron`; the embedded default when absent.
    pub scenario: Option<std::path::PathBuf>,
    /// A city folder in place of the scenario's city.
    pub city: Option<std::path::PathBuf>,
    /// A script in place of the scenario's.
    pub script: Option<std::path::PathBuf>,
    /// Length in place of the scenario's, s.
    pub duration_s: Option<f64>,
    /// Residents of a generated city in place of the scenario's number.
    pub residents: Option<u32>,
}

impl Scenario {
    /// Reads and checks a scenario and everything it names.
    pub fn load(choice: &Choice) -> Result<Scenario, Complaints> {
        check::load(choice)
    }
    /// The embedded default: a typhoon night in a port town.
    pub fn default_drill() -> Scenario {
        Scenario::load(&Choice::default()).expect("the embedded scenario is checked by a test")
    }
    pub fn post_by_key(&self, key: &str) -> Option<PostId> {
        self.posts.iter().position(|p| p.key == key).map(PostId::of)
    }
    /// Highest value of a series between two moments.
    pub fn highest(series: &Series, from_s: f64, to_s: f64) -> f64 {
        let inside = series.iter().filter(|(t, _)| (from_s..=to_s).contains(t)).map(|(_, v)| *v);
        [math::interpolate(series, from_s), math::interpolate(series, to_s)]
            .into_iter()
            .chain(inside)
            .fold(f64::NEG_INFINITY, f64::max)
    }
    /// The area under a series of rates per hour, from one moment to another, in steps of a minute.
    pub fn integral_h(series: &Series, from_s: f64, to_s: f64) -> f64 {
        let steps = ((to_s - from_s) / 60.0).ceil().max(0.0) as u32;
        (0..steps).map(|k| math::interpolate(series, from_s + (f64::from(k) + 0.5) * 60.0) / 60.0).sum()
    }
    /// Where a file named inside another file is.
    pub fn beside(file: &Path, name: &str) -> std::path::PathBuf {
        file.parent().unwrap_or(Path::new("")).join(name)
    }
}
