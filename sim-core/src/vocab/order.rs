//! Orders (指令): task, place, deadline, authority, and what became of them.

use crate::base::{ids::*, text::Text, time::Tick};
use crate::vocab::condition::{HazardKind, Level};
use serde::{Deserialize, Serialize};

/// What is to be done. One skill of `response` (or an act of a post) stands behind each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Task {
    /// Patrol a levee reach and strengthen what seeps (巡堤查险).
    PatrolLevee(LeveeId),
    /// Close a breach (封堵溃口).
    CloseBreach(LeveeId),
    /// Warn a zone from door to door (入户通知).
    WarnDoorToDoor(ZoneId),
    /// Move the people of a zone to shelters by bus (转移安置).
    EvacuateZone(ZoneId),
    /// Search a flooded zone by boat (水上搜救).
    RescueFromWater(ZoneId),
    /// Treat the hurt of a zone and take them to hospital (医疗转运).
    Ambulance(ZoneId),
    /// Keep people out of a radius around a site (警戒).
    Cordon { site: FacilityId, radius_m: u32 },
    /// Measure gas around a site (侦检).
    MonitorGas(FacilityId),
    /// Stop a leak (堵漏).
    StopLeak(FacilityId),
    /// Pump a zone dry with mobile pumps (强排).
    Pump(ZoneId),
    /// Open a shelter (开放避难场所).
    OpenShelter(FacilityId),
}

impl Task {
    pub fn names(&self) -> (&'static str, &'static str) {
        match self {
            Task::PatrolLevee(_) => ("巡堤查险", "patrol the levee"),
            Task::CloseBreach(_) => ("封堵溃口", "close the breach"),
            Task::WarnDoorToDoor(_) => ("入户通知", "warn from door to door"),
            Task::EvacuateZone(_) => ("转移群众", "evacuate the zone"),
            Task::RescueFromWater(_) => ("水上搜救", "rescue from water"),
            Task::Ambulance(_) => ("医疗转运", "treat and take to hospital"),
            Task::Cordon { .. } => ("设置警戒", "set a cordon"),
            Task::MonitorGas(_) => ("侦检", "monitor gas"),
            Task::StopLeak(_) => ("堵漏", "stop the leak"),
            Task::Pump(_) => ("强排积水", "pump out water"),
            Task::OpenShelter(_) => ("开放避难场所", "open the shelter"),
        }
    }
}

/// An order from one post to another (or to its own units).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    pub id: OrderId,
    pub from: PostId,
    pub to: PostId,
    pub task: Task,
    /// How many units of a fitting kind.
    pub units: u32,
    pub issued: Tick,
    /// To be started by.
    pub start_by: Tick,
    /// To be done by.
    pub done_by: Tick,
    /// The clause of the pre-plan it follows, if any.
    pub clause: Option<String>,
}

/// Why an order was refused or failed. Recordings hold the English words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Why {
    #[serde(rename = "no unit that can do this")]
    NoUnit,
    #[serde(rename = "no road leads there")]
    NoRoad,
    #[serde(rename = "no road leads on")]
    NoRoadOn,
    #[serde(rename = "roads closed")]
    RoadsClosed,
    #[serde(rename = "driven back by heat")]
    Heat,
    #[serde(rename = "driven back by gas")]
    Gas,
    #[serde(rename = "no breathing protection")]
    NoBreathing,
    #[serde(rename = "the crew was lost")]
    CrewLost,
    #[serde(rename = "not begun by its deadline")]
    NotBegun,
}

impl Why {
    pub fn names(self) -> Text {
        let (zh, en) = match self {
            Why::NoUnit => ("没有能执行的队伍", "no unit that can do this"),
            Why::NoRoad => ("没有道路可达", "no road leads there"),
            Why::NoRoadOn => ("前方无路", "no road leads on"),
            Why::RoadsClosed => ("道路中断", "roads closed"),
            Why::Heat => ("被高温逼退", "driven back by heat"),
            Why::Gas => ("被毒气逼退", "driven back by gas"),
            Why::NoBreathing => ("没有呼吸防护", "no breathing protection"),
            Why::CrewLost => ("队伍失去战力", "the crew was lost"),
            Why::NotBegun => ("逾期未开始", "not begun by its deadline"),
        };
        Text::new(zh, en)
    }
}

/// What became of an order. Every order ends as Done, Failed, Refused or Expired, or is open when the run ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderState {
    Issued,
    Received,
    Accepted,
    Refused(Why),
    Started,
    Done,
    Failed(Why),
    /// Never reached its receiver in time.
    Expired,
}

impl OrderState {
    /// How far an order has come, as a number that only grows: late news never turns a picture back.
    pub fn rank(&self) -> u8 {
        match self {
            OrderState::Issued => 0,
            OrderState::Received => 1,
            OrderState::Accepted => 2,
            OrderState::Started => 3,
            OrderState::Refused(_) | OrderState::Done | OrderState::Failed(_) | OrderState::Expired => 4,
        }
    }
    /// Nothing more will come of it.
    pub fn closed(&self) -> bool {
        self.rank() == 4
    }
}

/// Four-colour warning (四色预警). Blue is the lowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Colour {
    Blue,
    Yellow,
    Orange,
    Red,
}

impl Colour {
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Colour::Blue => ("蓝色", "blue"),
            Colour::Yellow => ("黄色", "yellow"),
            Colour::Orange => ("橙色", "orange"),
            Colour::Red => ("红色", "red"),
        }
    }
}

/// What a public warning tells people to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Advice {
    /// Be ready (准备).
    Prepare,
    /// Go to a shelter or leave (转移).
    Leave,
    /// Go to an upper floor (上楼).
    GoUp,
    /// Stay indoors, shut windows (就地避险).
    StayIndoors,
    /// The danger is over; open windows (解除).
    AllClear,
}

impl Advice {
    /// The value of `Quantity::ZoneAdvice`.
    pub fn number(self) -> f64 {
        f64::from(self as u8) + 1.0
    }
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Advice::Prepare => ("做好准备", "be ready"),
            Advice::Leave => ("立即转移", "leave now"),
            Advice::GoUp => ("上楼避险", "go upstairs"),
            Advice::StayIndoors => ("关窗留室内", "stay indoors, shut windows"),
            Advice::AllClear => ("险情解除", "all clear"),
        }
    }
}

/// A public warning (预警发布).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    pub hazard: HazardKind,
    pub colour: Colour,
    pub advice: Advice,
    pub zones: Vec<ZoneId>,
    pub by: PostId,
    pub clause: Option<String>,
}

/// A response level set by a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelSet {
    pub hazard: HazardKind,
    pub level: Level,
    pub by: PostId,
}
