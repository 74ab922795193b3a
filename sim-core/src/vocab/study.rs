//! What a post works out about a release (态势研判): from the emergency guidebook in the first minutes, from a model when it knows more. It
//! is what that post believes, drawn on a map; the truth may differ.

use crate::base::ids::*;
use crate::vocab::body::Point;
pub use consequence::puff::Caveat;
use serde::{Deserialize, Serialize};

/// What the distances stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Basis {
    /// Emergency Response Guidebook: initial isolation and protective action (应急救援指南).
    Guide,
    /// Computed with a cloud model.
    Model,
}

/// How the post comes to the rate that it computes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RateFrom {
    /// Someone on the spot named it.
    Reported,
    /// Computed from the reported hole in a supposed tank.
    Hole,
    /// Nobody knows: a supposed hole in a supposed tank.
    Supposed,
}

/// A ring of corners in whole metres of the map; the first is not repeated.
pub type Ring = Vec<(i32, i32)>;

/// One level on the map: hot, warm and cold (重危区、中危区、轻危区) for 3, 2, 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StudiedLevel {
    /// AEGL level; of the guidebook 3 is the initial isolation, 2 the protective action.
    pub level: u8,
    /// 0 for the guidebook.
    pub ppm: f64,
    pub reach_m: f64,
    /// It goes on beyond what was computed.
    pub cut: bool,
    pub rings: Vec<Ring>,
    /// Lines between which the wind may swing in 19 hours of 20 (风向不确定线).
    pub lines: Vec<Ring>,
}

/// A zone of the city in the study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StudiedZone {
    pub zone: ZoneId,
    /// Highest level that it lies in, and that it lies in between the wind's lines.
    pub level: u8,
    pub lines: u8,
    /// What is expected of those who stay and air in time, and of those who leave: shares of the AEGL loads, 1 to 3.
    pub load: Option<StayOrLeave>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StayOrLeave {
    pub stay: [f64; 3],
    pub leave: [f64; 3],
    /// Staying harms less.
    pub shelter: bool,
    /// When to open the windows, s from now.
    pub air_from_s: Option<f64>,
}

/// How tight a building is, as the post's register of houses has it (气密性档).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Tightness {
    Tight,
    Middling,
    Leaky,
}

impl Tightness {
    pub const ALL: [Tightness; 3] = [Tightness::Tight, Tightness::Middling, Tightness::Leaky];
    /// Air exchange over the city's median: one geometric deviation below, at and above it.
    pub fn factor(self) -> f64 {
        match self {
            Tightness::Tight => 0.5,
            Tightness::Middling => 1.0,
            Tightness::Leaky => 2.0,
        }
    }
}

/// What a building's people are advised to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Way {
    /// Stay, shut, fans off; air when the gas is gone.
    Stay,
    /// Leave: on foot it already harms less than staying.
    OnFoot,
    /// Leave, but only in vehicles: on foot it harms more than staying.
    ByVehicle,
}

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Why {
    /// Inside it stays below the load of AEGL-2.
    HouseHolds,
    /// It does not, but the way out costs more.
    WayThroughGas,
    /// The house fills before the gas is gone, and the way out costs less.
    HouseFills,
}

/// An assumption that turns the advice round when it is wrong by as much as it well may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Hinge {
    /// The wind swings to one of its lines.
    Wind,
    /// The leak ends after half of the time ahead.
    Duration,
    /// The house is twice as leaky, or twice as tight.
    Exchange,
    /// Nobody opens the windows when the gas is gone.
    Airing,
    /// People set out after half or double the time.
    Start,
}

/// One building in a study: shares of the AEGL loads 1 to 3 in the time ahead by what its people do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AdvisedBuilding {
    pub building: BuildingId,
    pub tightness: Tightness,
    /// It lies between the wind's lines alone, and is judged as if the middle of the cloud came.
    pub swung: bool,
    /// When AEGL-2 (60 min) is first in front of the door, s from now; `None` if not in the time ahead.
    pub arrives_s: Option<f64>,
    /// How far it is on the way out to where AEGL-2 (60 min) is not reached, m.
    pub out_m: f64,
    /// Windows shut, never aired.
    pub shut: [f32; 3],
    /// Windows shut, aired when the gas is gone.
    pub stay: [f32; 3],
    pub foot: [f32; 3],
    pub vehicle: [f32; 3],
    /// When to open the windows, s from now.
    pub air_from_s: Option<f64>,
    pub way: Way,
    pub why: Why,
    /// Empty where no single assumption turns it round.
    pub hinges: Vec<Hinge>,
}

/// A study, as it was told and recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GasStudy {
    pub post: PostId,
    pub site: FacilityId,
    pub at: Point,
    pub basis: Basis,
    /// UN number that the post believes; `None` while nobody has named the substance.
    pub un: Option<u16>,
    /// The leak is believed to go on.
    pub running: bool,
    /// Largest rate that it computes with, kg/s; 0 for the guidebook.
    pub rate_kg_s: f64,
    pub rate_from: RateFrom,
    /// Believed wind: m/s, degrees it comes from.
    pub wind: Option<(f64, f64)>,
    /// Pasquill's class of that wind, hour and sky, as a letter; empty for the guidebook.
    pub class: String,
    /// Half of the angle within which the wind stays, degrees.
    pub angle_deg: f64,
    /// Highest level first.
    pub levels: Vec<StudiedLevel>,
    pub zones: Vec<StudiedZone>,
    /// Advice by building, where AEGL-2 or its lines reach; in the order of the city's buildings. Older recordings have none.
    #[serde(default)]
    pub buildings: Vec<AdvisedBuilding>,
    /// Where its model left the range in which it was tested (适用范围). None of the guidebook, nor in older recordings.
    #[serde(default)]
    pub caveats: Vec<Caveat>,
}

impl GasStudy {
    pub fn level(&self, level: u8) -> Option<&StudiedLevel> {
        self.levels.iter().find(|l| l.level == level)
    }
}

/// Whether a point lies inside rings, by the even-odd rule.
pub fn inside(rings: &[Ring], p: Point) -> bool {
    let crosses = |ring: &Ring| {
        (0..ring.len())
            .filter(|&k| {
                let ((ax, ay), (bx, by)) = (ring[k], ring[(k + 1) % ring.len()]);
                let (ax, ay, bx, by) = (f64::from(ax), f64::from(ay), f64::from(bx), f64::from(by));
                (ay > p.y) != (by > p.y) && p.x < ax + (p.y - ay) / (by - ay) * (bx - ax)
            })
            .count()
    };
    rings.iter().map(crosses).sum::<usize>() % 2 == 1
}
