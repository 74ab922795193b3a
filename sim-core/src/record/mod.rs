//! Floor 2, memory: the recording of a run. Append-only, chunked, compressed, indexed by time, in the MCAP container
//! (<https://mcap.dev>), so that common tools can open it and a file cut at any byte reads up to its last whole chunk.
//!
//! | topic | encoding | what |
//! |---|---|---|
//! | `header` | json | [`Header`]: versions, scenario hash, seed, clock |
//! | `city` | postcard | [`City`](crate::place::city::City): the map |
//! | `programme` | json | [`Programme`]: posts, units, clauses, injects, objectives |
//! | `event` | json | one [`Event`](crate::vocab::event::Event) each |
//! | `digest` | postcard | [`DigestRow`], one a tick |
//! | `tally` | json | [`Tally`], one a minute |
//! | `frame/people`, `frame/units`, `frame/roads`, `frame/layer/*` | postcard | [`frame`] |
//! | `input` | json | what seats and controllers did, as taken up |
//! | `end` | json | [`End`] |
//!
//! Nothing here knows a model: viewer, report and host read recordings without the engine's insides.

mod compare;
pub mod frame;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use compare::{Difference, compare};
pub use read::{RecordError, Recording};
pub use write::RecordWriter;

use crate::base::{ids::*, text::Text, time::Clock, time::Tick};
use crate::vocab::body::{Doing, Point};
use crate::vocab::condition::{Condition, HazardKind};
use crate::vocab::order::Task;
use crate::vocab::substance::OwnSubstances;
use serde::{Deserialize, Serialize};

/// Version of the recording's layout. A reader refuses others by name.
pub const FORMAT: u32 = 1;

/// Name of the recording in a run's folder.
pub const FILE_NAME: &str = "run.mcap";

/// First message of a recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    pub format: u32,
    /// Version of the engine that wrote it.
    pub engine: String,
    pub title: Text,
    /// Hash of scenario, script, roster, plan and city as checked.
    pub scenario_hash: String,
    pub seed: u64,
    pub tick_s: u32,
    pub clock: Clock,
    /// Ticks the run was to have.
    pub ticks: u32,
    pub residents: u64,
    /// Names of the parts of [`DigestRow`].
    pub digest_parts: Vec<String>,
    /// Every recording says so: this is an exercise (演练).
    pub exercise: bool,
}

/// A post as the report and viewer show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PostCard {
    pub key: String,
    pub name: Text,
    /// 0 city, 1 town or department, 2 village or team.
    pub tier: u8,
    pub at: Point,
}

/// A fixed gas monitor as the report and viewer show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MonitorCard {
    pub key: String,
    pub name: Text,
    pub at: Point,
    pub range_ppm: f64,
}

/// A unit as the report and viewer show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnitCard {
    pub key: String,
    pub name: Text,
    /// Key of its kind in the roster, e.g. "fire_engine".
    pub kind: String,
    pub kind_name: Text,
    pub crew: u32,
    pub base: FacilityId,
    pub post: PostId,
}

/// A clause of the pre-plan as the report shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClauseCard {
    pub id: String,
    pub title: Text,
    pub post: PostId,
    /// From the moment its condition held.
    pub within_s: f64,
    pub source: String,
}

/// What a reader of the log should find after an inject: the pattern of an event, by whom, within what time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Expected {
    /// The post sends a report to the other post.
    Report { from: PostId, to: PostId },
    /// The post gives an order with this task.
    Order { from: PostId, task: Task },
    /// Any order of this post whose task has this kind (`Task` without regard to its place).
    OrderKind { from: PostId, like: Task },
    /// The post warns the public of this hazard.
    Warning { from: PostId, hazard: HazardKind },
    /// The response level of the hazard is raised by the post.
    Level { from: PostId, hazard: HazardKind },
    /// A unit arrives for this task.
    Arrival { task: Task },
    /// The task is reported done.
    Done { task: Task },
}

/// An expected action (期望行动) of an inject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExpectedAction {
    pub title: Text,
    pub what: Expected,
    pub within_s: f64,
    pub weight: f64,
    pub clause: Option<String>,
    pub objective: String,
}

/// When an inject fires, for the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Planned {
    At(Tick),
    When(Condition),
    Manual,
}

/// An inject as the report and viewer show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InjectCard {
    pub key: String,
    pub title: Text,
    pub planned: Planned,
    pub objective: Option<String>,
    pub expect: Vec<ExpectedAction>,
    /// Where on the map, if anywhere.
    pub at: Option<Point>,
}

/// An objective of the drill (演练目标).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ObjectiveCard {
    pub key: String,
    pub title: Text,
}

/// Who takes part and what is planned. Written once, after the header.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Programme {
    pub posts: Vec<PostCard>,
    pub units: Vec<UnitCard>,
    pub clauses: Vec<ClauseCard>,
    pub injects: Vec<InjectCard>,
    pub objectives: Vec<ObjectiveCard>,
    /// Fixed gas monitors; left out where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub monitors: Vec<MonitorCard>,
    /// What is said of the engine of the near field of gas leaks and its limits; left out where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub near_field: Option<Text>,
    /// Substances that the drill brought along; left out where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub substances: Option<OwnSubstances>,
}

/// One digest per part of the state, after the tick.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestRow {
    pub tick: Tick,
    pub parts: Vec<u64>,
}

/// Counts and volumes once a minute: the curves of the report. People are counted by `Doing`, in its order.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Tally {
    pub tick: Tick,
    pub doing: [u32; Doing::ALL.len()],
    /// Living residents who have heard or seen that something is wrong.
    pub aware: u32,
    pub hurt_light: u32,
    pub hurt_serious: u32,
    pub dead: u32,
    pub dead_by_water: u32,
    pub dead_by_gas: u32,
    /// Water on the grid, m3, and what has come and gone since the start, m3.
    pub water_m3: f64,
    pub water_rain_m3: f64,
    pub water_boundary_m3: f64,
    pub water_drained_m3: f64,
    pub water_pumped_m3: f64,
    pub flooded_land_m2: f64,
    pub flooded_buildings: u32,
    /// People in buildings with more than 0.3 m of water at the door.
    pub people_in_water: u32,
    pub stage_m: Vec<f64>,
    pub breach_width_m: f64,
    pub gas_released_kg: f64,
    pub gas_airborne_kg: f64,
    /// People outdoors or indoors above each AEGL level by toxic load so far.
    pub over_aegl: [u32; 3],
    pub wind_speed_m_s: f64,
    pub wind_from_deg: f64,
    pub rain_mm_h: f64,
    pub messages_sent: u32,
    pub messages_delivered: u32,
    pub messages_lost: u32,
    pub messages_under_way: u32,
    pub orders_issued: u32,
    pub orders_done: u32,
    pub orders_failed: u32,
    pub orders_open: u32,
    pub units_busy: u32,
    pub cars_moving: u32,
    pub cars_stalled: u32,
    pub roads_closed: u32,
    pub shelter_load: Vec<u32>,
    pub hospital_load: Vec<u32>,
}

/// Last message of a complete recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct End {
    pub tick: Tick,
    /// Why it ended: "complete", "stopped".
    pub why: String,
    pub final_digest: String,
}

/// Something done from outside during the run, with the tick at which it was taken up: a run with the same inputs
/// gives the same recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Input {
    /// A controller fires an inject by hand.
    FireInject(InjectId),
    /// A seat gives an order.
    Order { from: PostId, to: PostId, task: Task, units: u32 },
}

/// An input and the tick at which it was taken up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StampedInput {
    pub tick: Tick,
    pub input: Input,
}
