//! Quantities that can be known, facts about them, and the closed condition language over them. The same language
//! triggers injects (read on the truth), clauses of the pre-plan (read on a post's picture) and evaluation. It is
//! small and total: it always ends and changes nothing.

use crate::base::{ids::InjectId, time::Tick};
use serde::{Deserialize, Serialize};

/// What kind of thing a quantity is about; says in which list its key is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Subject {
    City,
    Gauge,
    Levee,
    Zone,
    Facility,
    /// A fixed gas monitor of the scenario (气体监测仪).
    Monitor,
}

/// A quantity that a post may hold a belief about. One row each: subject, unit, names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Quantity {
    /// Water stage at a gauge, m (水位).
    Stage,
    /// 1 while the levee reach seeps (渗漏/管涌).
    LeveeSeep,
    /// Width of the breach in a levee reach, m; 0 when whole (溃口宽度).
    BreachWidth,
    /// Typical water depth in the wet part of a zone's streets, m (积水深度).
    ZoneDepth,
    /// AEGL level reached outdoors in a zone, 0 to 3.
    ZoneGas,
    /// People known to be trapped in a zone (被困人数).
    ZoneTrapped,
    /// People known to be seriously hurt in a zone, waiting (待救重伤员).
    ZoneHurt,
    /// Share of a zone's people reached by a warning, 0 to 1 (预警覆盖率).
    ZoneWarned,
    /// Share of a zone's people moved out, 0 to 1 (转移率).
    ZoneEvacuated,
    /// The strongest advice given to the zone: 1 be ready, 2 leave, 3 go up, 4 stay indoors, 5 all clear.
    ZoneAdvice,
    /// 1 while the zone has no power (停电).
    ZonePowerOut,
    /// 1 while a substance escapes at a site (泄漏).
    Release,
    /// People in a shelter (安置人数).
    ShelterLoad,
    /// 1 when a shelter is open.
    ShelterOpen,
    /// Patients in a hospital.
    HospitalLoad,
    /// 1 while a pump station runs.
    PumpRunning,
    /// Rain intensity, mm/h.
    Rain,
    /// Forecast rain of the next 3 h, mm.
    RainForecast,
    /// Forecast highest tide stage of the next 3 h, m (风暴潮预报).
    TideForecast,
    /// Wind speed at 10 m, m/s.
    WindSpeed,
    /// Direction the wind comes from, degrees clockwise from north.
    WindFrom,
    /// Known dead.
    Deaths,
    /// Known seriously hurt.
    Injured,
    /// People known to be trapped, whole city.
    Trapped,
    /// Flood response level in force, 0 none to 4 for level I.
    FloodLevel,
    /// Gas response level in force, 0 none to 4 for level I.
    GasLevel,
    /// Forecast depth in a zone's streets within 3 h that nine forecasts in ten stay below, m (积水预报).
    ZoneDepthForecast,
    /// Chance that a zone's streets have more than 0.3 m of water within 3 h, 0 to 1 (受淹概率).
    ZoneFloodChance,
    /// What a fixed gas monitor shows, ppm (监测仪读数).
    MonitorPpm,
    /// What a crew measured in a zone where it stood, ppm (侦检浓度).
    ZonePpm,
    /// UN number of what escapes at a site (泄漏物质).
    ReleaseSubstance,
    /// Rate at which it is said to escape, kg/s (泄漏速率).
    ReleaseRate,
    /// Diameter of the hole as reported, m (泄漏孔径).
    ReleaseHole,
    /// Initial isolation all round of the emergency guidebook, m (初始隔离距离).
    IsolateReach,
    /// Protective action downwind of the guidebook, m (防护行动距离).
    ProtectReach,
    /// How far AEGL-3, -2 and -1 of 60 min reach as computed at a post, m (研判距离).
    ReachAegl3,
    ReachAegl2,
    ReachAegl1,
    /// AEGL level that is computed for a zone, 0 to 3 (研判毒气等级).
    ZoneThreat,
    /// The same within the lines between which the wind may swing, 0 to 3 (风向不定线内等级).
    ZoneThreatLines,
    /// What is computed to harm less in a zone, as the number of an advice: leave, or stay indoors (研判避险方式).
    ZoneShelter,
}

impl Quantity {
    pub const ALL: [Quantity; 41] = [
        Quantity::Stage,
        Quantity::LeveeSeep,
        Quantity::BreachWidth,
        Quantity::ZoneDepth,
        Quantity::ZoneGas,
        Quantity::ZoneTrapped,
        Quantity::ZoneHurt,
        Quantity::ZoneWarned,
        Quantity::ZoneEvacuated,
        Quantity::ZoneAdvice,
        Quantity::ZonePowerOut,
        Quantity::Release,
        Quantity::ShelterLoad,
        Quantity::ShelterOpen,
        Quantity::HospitalLoad,
        Quantity::PumpRunning,
        Quantity::Rain,
        Quantity::RainForecast,
        Quantity::TideForecast,
        Quantity::WindSpeed,
        Quantity::WindFrom,
        Quantity::Deaths,
        Quantity::Injured,
        Quantity::Trapped,
        Quantity::FloodLevel,
        Quantity::GasLevel,
        Quantity::ZoneDepthForecast,
        Quantity::ZoneFloodChance,
        Quantity::MonitorPpm,
        Quantity::ZonePpm,
        Quantity::ReleaseSubstance,
        Quantity::ReleaseRate,
        Quantity::ReleaseHole,
        Quantity::IsolateReach,
        Quantity::ProtectReach,
        Quantity::ReachAegl3,
        Quantity::ReachAegl2,
        Quantity::ReachAegl1,
        Quantity::ZoneThreat,
        Quantity::ZoneThreatLines,
        Quantity::ZoneShelter,
    ];

    /// (subject, unit, 中文, English)
    pub fn row(self) -> (Subject, &'static str, &'static str, &'static str) {
        use Subject::*;
        match self {
            Quantity::Stage => (Gauge, "m", "水位", "stage"),
            Quantity::LeveeSeep => (Levee, "", "堤防渗漏", "levee seep"),
            Quantity::BreachWidth => (Levee, "m", "溃口宽度", "breach width"),
            Quantity::ZoneDepth => (Zone, "m", "积水深度", "water depth"),
            Quantity::ZoneGas => (Zone, "AEGL", "毒气等级", "gas level"),
            Quantity::ZoneTrapped => (Zone, "人", "被困人数", "people trapped"),
            Quantity::ZoneHurt => (Zone, "人", "待救重伤员", "seriously hurt, waiting"),
            Quantity::ZoneWarned => (Zone, "", "预警覆盖率", "share warned"),
            Quantity::ZoneEvacuated => (Zone, "", "转移率", "share evacuated"),
            Quantity::ZoneAdvice => (Zone, "", "避险指引", "advice in force"),
            Quantity::ZonePowerOut => (Zone, "", "停电", "power out"),
            Quantity::Release => (Facility, "", "泄漏", "release"),
            Quantity::ShelterLoad => (Facility, "人", "安置人数", "people sheltered"),
            Quantity::ShelterOpen => (Facility, "", "避难场所开放", "shelter open"),
            Quantity::HospitalLoad => (Facility, "人", "在院伤员", "patients"),
            Quantity::PumpRunning => (Facility, "", "泵站运行", "pump running"),
            Quantity::Rain => (City, "mm/h", "雨强", "rain"),
            Quantity::RainForecast => (City, "mm/3h", "未来3小时降雨", "rain forecast, 3 h"),
            Quantity::TideForecast => (City, "m", "预报高潮位", "forecast high tide"),
            Quantity::ZoneDepthForecast => (Zone, "m", "积水预报", "forecast water depth"),
            Quantity::ZoneFloodChance => (Zone, "", "受淹概率", "chance of flooding"),
            Quantity::MonitorPpm => (Monitor, "ppm", "监测浓度", "gas monitor"),
            Quantity::ZonePpm => (Zone, "ppm", "侦检浓度", "gas measured"),
            Quantity::ReleaseSubstance => (Facility, "", "泄漏物质UN编号", "UN number of what leaks"),
            Quantity::ReleaseRate => (Facility, "kg/s", "泄漏速率", "release rate"),
            Quantity::ReleaseHole => (Facility, "m", "泄漏孔径", "diameter of the hole"),
            Quantity::IsolateReach => (Facility, "m", "初始隔离距离", "initial isolation"),
            Quantity::ProtectReach => (Facility, "m", "防护行动距离", "protective action downwind"),
            Quantity::ReachAegl3 => (Facility, "m", "研判AEGL-3距离", "computed AEGL-3 distance"),
            Quantity::ReachAegl2 => (Facility, "m", "研判AEGL-2距离", "computed AEGL-2 distance"),
            Quantity::ReachAegl1 => (Facility, "m", "研判AEGL-1距离", "computed AEGL-1 distance"),
            Quantity::ZoneThreat => (Zone, "AEGL", "研判毒气等级", "computed gas level"),
            Quantity::ZoneThreatLines => (Zone, "AEGL", "风向不定线内等级", "gas level within the wind's lines"),
            Quantity::ZoneShelter => (Zone, "", "研判避险方式", "computed advice"),
            Quantity::WindSpeed => (City, "m/s", "风速", "wind speed"),
            Quantity::WindFrom => (City, "°", "风向", "wind from"),
            Quantity::Deaths => (City, "人", "死亡人数", "deaths"),
            Quantity::Injured => (City, "人", "重伤人数", "seriously hurt"),
            Quantity::Trapped => (City, "人", "被困总数", "people trapped"),
            Quantity::FloodLevel => (City, "", "防汛响应等级", "flood response level"),
            Quantity::GasLevel => (City, "", "危化品响应等级", "gas response level"),
        }
    }
    pub fn subject(self) -> Subject {
        self.row().0
    }
    pub fn unit(self) -> &'static str {
        self.row().1
    }
    /// (中文, English)
    pub fn names(self) -> (&'static str, &'static str) {
        (self.row().2, self.row().3)
    }
}

/// A quantity of one subject; `about` is the row of the subject's list (0 for the city).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Topic {
    pub quantity: Quantity,
    pub about: u32,
}

/// A value somebody observed, and when.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    pub topic: Topic,
    pub value: f64,
    pub observed: Tick,
}

/// The hazards that have levels and colours of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum HazardKind {
    /// Flood, rain, surge (防汛).
    Flood,
    /// Toxic gas (危化品).
    Gas,
}

impl HazardKind {
    /// The quantity that holds this hazard's response level.
    pub fn level_quantity(self) -> Quantity {
        match self {
            HazardKind::Flood => Quantity::FloodLevel,
            HazardKind::Gas => Quantity::GasLevel,
        }
    }
    pub const ALL: [HazardKind; 2] = [HazardKind::Flood, HazardKind::Gas];
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            HazardKind::Flood => ("防汛", "flood"),
            HazardKind::Gas => ("危化品", "gas"),
        }
    }
}

/// Emergency response level (应急响应等级). `None` is no response; `I` is the highest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum Level {
    #[default]
    None,
    IV,
    III,
    II,
    I,
}

impl Level {
    pub const ALL: [Level; 5] = [Level::None, Level::IV, Level::III, Level::II, Level::I];

    /// 0 for none to 4 for level I: the value of `Quantity::FloodLevel` and `Quantity::GasLevel`.
    pub fn number(self) -> f64 {
        f64::from(self as u8)
    }
    pub fn from_number(v: f64) -> Level {
        Level::ALL[(v.round().clamp(0.0, 4.0)) as usize]
    }
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Level::None => ("未响应", "none"),
            Level::IV => ("Ⅳ级", "IV"),
            Level::III => ("Ⅲ级", "III"),
            Level::II => ("Ⅱ级", "II"),
            Level::I => ("Ⅰ级", "I"),
        }
    }
}

/// A condition over quantities, levels, injects and time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Condition {
    Always,
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    /// The value is known and above the bound.
    Above(Topic, f64),
    /// The value is known and below the bound.
    Below(Topic, f64),
    /// Any subject of this quantity is known to be above the bound.
    AnyAbove(Quantity, f64),
    /// The run is at least this old.
    After(Tick),
    /// The inject fired at least this many seconds ago.
    AfterInject(InjectId, f64),
    LevelAtLeast(HazardKind, Level),
}

/// What a condition is read on: the truth, or one post's picture.
pub trait Known {
    fn now(&self) -> Tick;
    /// The value, if it is known here.
    fn value(&self, topic: Topic) -> Option<f64>;
    /// The largest known value over all subjects.
    fn largest(&self, quantity: Quantity) -> Option<f64>;
    /// The response level in force as known here.
    fn level(&self, hazard: HazardKind) -> Level {
        let topic = Topic { quantity: hazard.level_quantity(), about: 0 };
        self.value(topic).map_or(Level::None, Level::from_number)
    }
    fn fired(&self, inject: InjectId) -> Option<Tick>;
}

impl Condition {
    pub fn holds(&self, known: &dyn Known) -> bool {
        match self {
            Condition::Always => true,
            Condition::All(parts) => parts.iter().all(|c| c.holds(known)),
            Condition::Any(parts) => parts.iter().any(|c| c.holds(known)),
            Condition::Not(part) => !part.holds(known),
            Condition::Above(topic, bound) => known.value(*topic).is_some_and(|v| v > *bound),
            Condition::Below(topic, bound) => known.value(*topic).is_some_and(|v| v < *bound),
            Condition::AnyAbove(quantity, bound) => known.largest(*quantity).is_some_and(|v| v > *bound),
            Condition::After(tick) => known.now() >= *tick,
            Condition::AfterInject(inject, s) => known.fired(*inject).is_some_and(|t| known.now().since_s(t) >= *s),
            Condition::LevelAtLeast(hazard, level) => known.level(*hazard) >= *level,
        }
    }
}
