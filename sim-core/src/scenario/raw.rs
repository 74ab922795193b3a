//! What the files say, before any check. Every struct refuses unknown fields; enums are tagged from outside, so that
//! RON's own errors point at the line and column.

use crate::base::text::Text;
use crate::hazard::gas::NearSpec;
use crate::people::Behaviour;
use crate::place::city::FacilityKind;
use crate::place::synth::SynthSpec;
use crate::response::skill::Skill;
use crate::vocab::body::{Health, VehicleClass};
use crate::vocab::condition::{HazardKind, Level, Quantity};
use crate::vocab::lever::Closure;
use crate::vocab::message::Medium;
use crate::vocab::order::{Advice, Colour};
use consequence::blast::DustExplosion;
use consequence::fire::burn::BurnSpec;
use consequence::fire::store::StoreSpec;
use consequence::source::{PipeSpec, PuddleSpec, TankSpec};
use hydro::structures::order::Order;
use serde::Deserialize;

/// A pair of a time ("2h30min") and a value.
pub type RawSeries = Vec<(String, f64)>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawScenario {
    pub schema: u32,
    pub title: Text,
    pub city: RawCity,
    pub start: String,
    pub duration: String,
    pub weather: RawWeather,
    pub water: RawWater,
    pub behaviour: Behaviour,
    pub roster: String,
    pub plan: String,
    pub script: String,
    /// Fixed gas monitors.
    #[serde(default)]
    pub monitors: Vec<RawMonitor>,
    /// Engine of the near field of gas leaks.
    #[serde(default)]
    pub near_field: Option<NearSpec>,
    /// A file of substances beside the scenario, laid over the embedded table.
    #[serde(default)]
    pub substances: Option<String>,
}

/// A fixed gas monitor.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawMonitor {
    pub key: String,
    pub name: Text,
    pub at: RawPlace,
    pub reads: RawReads,
    pub range_ppm: f64,
    /// Time to nine tenths of a step.
    pub t90: String,
    /// Standard deviation of a reading, share of it.
    pub noise: f64,
    /// Time between readings.
    pub every: String,
    /// From when it is silent, and for how long.
    #[serde(default)]
    pub outage: Option<(String, String)>,
    /// Posts that see its readings.
    pub to: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum RawPlace {
    /// Metres on the map.
    At { x_m: f64, y_m: f64 },
    /// So far from a facility, in a direction clockwise from north: a place on a fence, in any town.
    Beside { site: String, distance_m: f64, bearing_deg: f64 },
    /// So far from a facility on the line to another, at most to that: on the side of the fence that faces it.
    Toward { site: String, to: String, distance_m: f64 },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum RawReads {
    Substances(Vec<String>),
    /// All toxic substances of the table (a multi-gas head).
    Toxic,
}

#[derive(Debug, Deserialize)]
pub enum RawCity {
    /// Made by the generator.
    Synth(SynthSpec),
    /// A city folder, beside the scenario file or absolute.
    Folder(String),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawWeather {
    pub wind_m_s: f64,
    pub wind_from_deg: f64,
    /// Cloud cover 0 to 1.
    pub cloud: f64,
    pub rain_mm_h: RawSeries,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawWater {
    /// Stage at the open edge of the largest water body.
    pub stage_m: Option<RawStage>,
    /// Flow into the highest water on the edge, m3/s (mountain rivers).
    pub inflow_m3_s: Option<RawSeries>,
    /// Level of canals that the levees cut off.
    pub inner_level_m: Option<f64>,
    /// What sewers and soil take, mm/h.
    pub sewer_mm_h: f64,
    pub soil_mm_h: f64,
    /// A file of waterworks beside the scenario: levees on faces, gates, weirs, culverts, bridges, pumps, underpasses, polders.
    #[serde(default)]
    pub works: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum RawStage {
    Series(RawSeries),
    /// Metres above the city's water level at the start: for any town.
    AboveStart(RawSeries),
    /// Mean + amplitude cos(2π (t - high_at)/period) + surge(t).
    Tide {
        mean_m: f64,
        amplitude_m: f64,
        high_at: String,
        period: String,
        surge_m: RawSeries,
    },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRoster {
    pub schema: u32,
    pub kinds: Vec<RawKind>,
    pub units: Vec<RawUnits>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawKind {
    pub key: String,
    pub name: Text,
    pub vehicle: VehicleClass,
    pub crew: u32,
    pub carries: u32,
    pub skills: Vec<Skill>,
    pub turnout: String,
    pub protected: bool,
}

/// A group of like units, spread in turn over the facilities of a kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawUnits {
    pub kind: String,
    /// "{n}" becomes the number.
    pub name: Text,
    pub post: String,
    pub at: RawAt,
    pub count: RawCount,
}

#[derive(Debug, Deserialize)]
pub enum RawCount {
    Units(u32),
    /// So many at each facility of the kind.
    Each(u32),
    /// One for so many residents, at least one (Shanghai: an ambulance for 30,000).
    OnePer(u32),
}

#[derive(Debug, Deserialize)]
pub enum RawAt {
    Kind(FacilityKind),
    Key(String),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawPlan {
    pub schema: u32,
    pub posts: Vec<RawPost>,
    pub clauses: Vec<RawClause>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawPost {
    /// For `EachTown` and `EachZone` the posts are called "key:town" and "key:zone".
    pub key: String,
    /// "{name}" becomes the zone's or town's name.
    pub name: Text,
    pub tier: u8,
    pub at: RawSeat,
    pub superior: Option<String>,
    pub service: String,
    pub eyes: bool,
    /// Has emergency power and lines of its own.
    pub emergency_power: bool,
    /// Readings of gauges, rain and forecasts come here.
    pub telemetry: bool,
    /// Calls for help of this kind come here.
    pub calls: Vec<RawCalls>,
    /// Has a gas desk: the guidebook and a cloud model, and a weather station for it.
    #[serde(default)]
    pub gas_model: bool,
}

#[derive(Debug, Deserialize, Clone, Copy, PartialEq, Eq)]
pub enum RawCalls {
    /// 119: trapped people.
    Fire,
    /// 120: the hurt.
    Medical,
}

#[derive(Debug, Deserialize)]
pub enum RawSeat {
    Kind(FacilityKind),
    /// The first of these kinds that the city has.
    FirstOf(Vec<FacilityKind>),
    Key(String),
    EachTown,
    EachZone,
}

#[derive(Debug, Deserialize, Clone, Copy, PartialEq, Eq)]
pub enum RawEach {
    Zone,
    Town,
    Levee,
    Gauge,
    Shelter,
    TankYard,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawClause {
    pub id: String,
    pub title: Text,
    pub post: String,
    /// Makes one clause of each; "it" is the one.
    pub each: Option<RawEach>,
    pub when: RawCondition,
    #[serde(rename = "do")]
    pub act: Vec<RawAct>,
    pub within: String,
    #[serde(rename = "else")]
    pub otherwise: Vec<RawAct>,
    pub repeat: Option<String>,
    pub source: String,
}

#[derive(Debug, Deserialize, Clone)]
pub enum RawCondition {
    Always,
    All(Vec<RawCondition>),
    Any(Vec<RawCondition>),
    Not(Box<RawCondition>),
    Above(Quantity, String, f64),
    Below(Quantity, String, f64),
    AnyAbove(Quantity, f64),
    After(String),
    AfterInject(String, String),
    LevelAtLeast(HazardKind, Level),
}

#[derive(Debug, Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub enum RawArea {
    Zones(Vec<String>),
    It,
    All,
    Where(Quantity, f64),
    Near {
        site: String,
        reach_m: f64,
    },
    Downwind {
        site: String,
        reach_m: f64,
        half_angle_deg: f64,
    },
    Below(f64),
    Behind {
        levee: String,
        reach_m: f64,
    },
    Computed {
        level: u8,
        #[serde(default)]
        lines: bool,
        #[serde(default)]
        better: Option<Advice>,
    },
}

#[derive(Debug, Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub enum RawTask {
    PatrolLevee(String),
    CloseBreach(String),
    WarnDoorToDoor,
    EvacuateZone,
    RescueFromWater,
    Ambulance,
    Cordon { site: String, radius_m: u32 },
    MonitorGas(String),
    StopLeak(String),
    Pump,
    OpenShelter(String),
    OpenAllShelters,
}

#[derive(Debug, Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub enum RawAct {
    SetLevel(HazardKind, Level),
    Warn { hazard: HazardKind, colour: Colour, advice: Advice, area: RawArea },
    Order { to: String, task: RawTask, units: u32, area: RawArea, start_within: String, done_within: String },
    Report { to: Vec<String>, about: Vec<Quantity> },
    PublishClosures,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawScript {
    pub schema: u32,
    pub title: Text,
    pub objectives: Vec<RawObjective>,
    pub injects: Vec<RawInject>,
    /// Engine of the near field of gas leaks, in place of the scenario's.
    #[serde(default)]
    pub near_field: Option<NearSpec>,
    /// A file of substances beside the script, laid over the embedded table and the scenario's file.
    #[serde(default)]
    pub substances: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawObjective {
    pub key: String,
    pub title: Text,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawInject {
    pub key: String,
    pub title: Text,
    pub trigger: RawTrigger,
    pub expires: Option<String>,
    pub effects: Vec<RawLever>,
    pub messages: Vec<RawMessage>,
    pub expect: Vec<RawExpected>,
    pub objective: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum RawTrigger {
    At { time: String, jitter: String },
    When(RawCondition),
    Manual,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum RawLever {
    SeepLevee(String),
    BreachLevee {
        levee: String,
        width_max_m: f64,
        widen_m_h: f64,
    },
    SetPump {
        facility: String,
        running: bool,
    },
    /// An order to the waterworks.
    Works(Box<Order>),
    AddRain {
        mm_h: f64,
        duration: String,
    },
    ReleaseGas {
        site: String,
        substance: String,
        rate_kg_s: f64,
        duration: String,
    },
    /// A tank with a hole: how much leaves, and how, follows from it.
    LeakTank {
        site: String,
        substance: String,
        tank: Box<TankSpec>,
        /// How long nobody stops it at most.
        duration: String,
    },
    /// Liquid that was spilt evaporates.
    SpillLiquid {
        site: String,
        substance: String,
        puddle: PuddleSpec,
        /// How long nobody covers it at most.
        duration: String,
    },
    /// A pipe is broken across, or has a hole.
    LeakPipe {
        site: String,
        substance: String,
        pipe: PipeSpec,
        /// How long nobody shuts it at most.
        duration: String,
    },
    /// Liquid on the ground burns, or a jet out of a hole.
    Burn {
        site: String,
        burn: Box<BurnSpec>,
    },
    /// Dust explodes in a workshop of a site.
    ExplodeDust {
        site: String,
        dust: DustExplosion,
    },
    /// A tank stands at a site, and what becomes of it is not written here.
    PlaceTank {
        site: String,
        tank: Box<StoreSpec>,
    },
    /// Water on the heated tanks of a site, as fixed monitors give it.
    CoolTanks {
        site: String,
        water_kg_s: f64,
        duration: String,
    },
    SetWind {
        speed_m_s: f64,
        from_deg: f64,
        over: String,
    },
    /// Closes every road within the radius of a facility or zone centre.
    CloseRoads {
        around: String,
        radius_m: f64,
        why: Closure,
    },
    PowerOut {
        zone: Option<String>,
        duration: String,
    },
    MediumOut {
        zone: Option<String>,
        medium: Medium,
        duration: String,
    },
    Casualties {
        zone: String,
        people: u32,
        health: Health,
    },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawMessage {
    pub after: String,
    pub persona: String,
    pub to: String,
    pub medium: Medium,
    pub text: Text,
    pub claims: Vec<(Quantity, String, f64)>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawExpected {
    pub title: Text,
    pub what: RawPattern,
    pub within: String,
    pub weight: f64,
    pub clause: Option<String>,
    pub objective: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum RawPattern {
    Report {
        from: String,
        to: String,
    },
    Order {
        from: String,
        task: RawTask,
    },
    /// Any zone.
    OrderLike {
        from: String,
        task: RawTask,
    },
    Warning {
        from: String,
        hazard: HazardKind,
    },
    Level {
        from: String,
        hazard: HazardKind,
    },
    Arrival {
        task: RawTask,
    },
    Done {
        task: RawTask,
    },
}
