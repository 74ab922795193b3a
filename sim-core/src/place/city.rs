//! A city: everything about the place that does not change during a run. Plain data, shared by all runs, written
//! into every recording so that a viewer needs nothing else.

use crate::base::{ids::*, text::Text};
use crate::place::grid::Grid;
use crate::vocab::body::Point;
use serde::{Deserialize, Serialize};

/// What covers the ground of a cell. Gives Manning's n to the flood and the colour to the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[repr(u8)]
pub enum Cover {
    /// River, canal, lake, sea.
    Water = 0,
    /// Roads and squares.
    Paved = 1,
    /// Built-up land.
    Built = 2,
    /// Works, port, yards.
    Industry = 3,
    #[default]
    Field = 4,
    Park = 5,
    Wood = 6,
    /// The crest and slopes of a levee (堤防).
    Levee = 7,
}

impl Cover {
    pub const ALL: [Cover; 8] = [
        Cover::Water,
        Cover::Paved,
        Cover::Built,
        Cover::Industry,
        Cover::Field,
        Cover::Park,
        Cover::Wood,
        Cover::Levee,
    ];
    pub fn from_u8(v: u8) -> Option<Cover> {
        Cover::ALL.get(v as usize).copied()
    }
    /// Manning's n, s/m^(1/3). Chow (1959) table 5-6, middle of the usual ranges; built-up land takes a higher
    /// value because buildings block the flow (assumption, common in 2D urban models: 0.05 to 0.1).
    pub fn manning_n(self) -> f64 {
        match self {
            Cover::Water => 0.028,
            Cover::Paved => 0.020,
            Cover::Built => 0.080,
            Cover::Industry => 0.060,
            Cover::Field => 0.040,
            Cover::Park => 0.035,
            Cover::Wood => 0.100,
            Cover::Levee => 0.030,
        }
    }
    /// (中文, English)
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Cover::Water => ("水域", "water"),
            Cover::Paved => ("铺装", "paved"),
            Cover::Built => ("建成区", "built-up"),
            Cover::Industry => ("工业/港区", "industry, port"),
            Cover::Field => ("农田", "fields"),
            Cover::Park => ("绿地", "parks"),
            Cover::Wood => ("林地", "wood"),
            Cover::Levee => ("堤防", "levee"),
        }
    }
}

/// How the metric grid lies on the earth. `None` in a synthetic city.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Projection {
    /// A proj4 definition, e.g. "+proj=utm +zone=32 +datum=WGS84 +units=m".
    pub proj4: String,
    /// EPSG code, where there is one.
    pub epsg: Option<u16>,
    /// What was taken off the projected coordinates to get grid coordinates, m.
    pub false_east_m: f64,
    pub false_north_m: f64,
}

/// A road node.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Node {
    pub at: Point,
}

/// Class of a road (道路等级).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum RoadClass {
    Motorway = 0,
    Trunk = 1,
    Primary = 2,
    Secondary = 3,
    Tertiary = 4,
    Residential = 5,
    Service = 6,
    /// On foot only.
    Path = 7,
}

/// A directed road link. A two-way street is two links that name each other as `twin`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Link {
    pub from: NodeId,
    pub to: NodeId,
    pub class: RoadClass,
    pub length_m: f64,
    /// Lanes in this direction.
    pub lanes: u8,
    /// Free speed of cars, m/s.
    pub speed_m_s: f64,
    pub bridge: bool,
    /// Tunnel or underpass (下穿): lowest point of the street, the first to flood.
    pub tunnel: bool,
    /// The same street in the other direction.
    pub twin: Option<LinkId>,
    /// The line of the street, from `from` to `to`, both ends included.
    pub line: Vec<Point>,
    pub name: String,
}

impl Link {
    /// Cars may use it.
    pub fn drivable(&self) -> bool {
        self.class != RoadClass::Path
    }
    /// The point a share `s` (0 to 1) of the way along.
    pub fn point_at(&self, s: f64) -> Point {
        let mut rest = s.clamp(0.0, 1.0) * self.length_m;
        for pair in self.line.windows(2) {
            let d = pair[0].distance_m(pair[1]);
            if rest <= d && d > 0.0 {
                return pair[0].toward(pair[1], rest / d);
            }
            rest -= d;
        }
        *self.line.last().expect("a link has at least two points")
    }
}

/// A village or community (村/社区): the smallest area that is warned and evacuated as one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Zone {
    /// Short name that scripts use, e.g. "old_town_2".
    pub key: String,
    pub name: Text,
    /// Key of the town or sub-district (镇/街道) it belongs to.
    pub town: String,
    pub centre: Point,
}

/// Use of a building.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Use {
    Home = 0,
    Work = 1,
    Shop = 2,
    School = 3,
    Health = 4,
    Public = 5,
    Industry = 6,
    Other = 7,
}

/// A building, seen as an upright block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Building {
    pub at: Point,
    /// Ground area, m2.
    pub footprint_m2: f32,
    pub storeys: u8,
    pub purpose: Use,
    pub zone: ZoneId,
    /// Level of the ground floor above the street, m (plinth).
    pub plinth_m: f32,
    /// Where its door meets the road network.
    pub node: NodeId,
    /// People who sleep here.
    pub residents: u16,
    /// Outline in grid coordinates for the map, not closed; empty in cities without outlines.
    pub outline: Vec<Point>,
}

/// Kinds of facilities. What they can do is in `Facility`; what a kind means to a model is matched without `_`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FacilityKind {
    /// 消防救援站
    FireStation,
    /// 派出所
    PoliceStation,
    /// 医院
    Hospital,
    /// 避难场所
    Shelter,
    /// 排涝泵站
    PumpStation,
    /// 水闸
    Sluice,
    /// 危化品储罐区
    TankYard,
    /// 政府/指挥中心
    CommandCentre,
    /// 镇政府/街道办
    TownHall,
    /// 村/社区居委会
    VillageOffice,
    /// 学校
    School,
    /// 应急物资仓库
    Store,
    /// 变电站
    Substation,
    /// 通信基站
    BaseStation,
    /// 防汛抢险队驻地
    FloodDepot,
    /// A way out of the area (出城口).
    Exit,
}

/// A facility.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facility {
    /// Short name that scripts use, e.g. "station_1".
    pub key: String,
    pub name: Text,
    pub kind: FacilityKind,
    pub at: Point,
    pub node: NodeId,
    pub zone: Option<ZoneId>,
    /// Places of a shelter, beds of a hospital, m3/s of a pump station; 0 where it has no meaning.
    pub capacity: f64,
}

/// A levee reach (堤段): a line of crests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Levee {
    pub key: String,
    pub name: Text,
    pub line: Vec<Point>,
    pub crest_m: f64,
    /// Ground level behind it: a breach goes down to here, m.
    pub toe_m: f64,
}

/// A water gauge (水位站).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gauge {
    pub key: String,
    pub name: Text,
    pub at: Point,
}

/// A city. Lists are in file order; the row is the id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct City {
    pub name: Text,
    /// Invented by the generator, or imported from real data.
    pub synthetic: bool,
    pub grid: Grid,
    pub projection: Option<Projection>,
    /// What must be said wherever the map is shown, e.g. "© OpenStreetMap contributors".
    pub attribution: Vec<String>,
    /// Bed level of every cell, m above the city's datum; levee crests included.
    pub terrain_m: Vec<f32>,
    pub cover: Vec<Cover>,
    pub nodes: Vec<Node>,
    pub links: Vec<Link>,
    pub zones: Vec<Zone>,
    pub buildings: Vec<Building>,
    pub facilities: Vec<Facility>,
    pub levees: Vec<Levee>,
    pub gauges: Vec<Gauge>,
    /// Stage of the open water at the start, m; cells of `Cover::Water` below it are filled up to it.
    pub water_level_m: f64,
    /// Zone of every cell (`u16::MAX`: none), for hazards reported by zone and for the map.
    pub zone_of_cell: Vec<u16>,
}

impl City {
    pub fn residents(&self) -> u64 {
        self.buildings.iter().map(|b| u64::from(b.residents)).sum()
    }
    pub fn facilities_of(&self, kind: FacilityKind) -> impl Iterator<Item = (FacilityId, &Facility)> {
        self.facilities.iter().enumerate().filter(move |(_, f)| f.kind == kind).map(|(i, f)| (FacilityId::of(i), f))
    }
    pub fn facility_by_key(&self, key: &str) -> Option<FacilityId> {
        self.facilities.iter().position(|f| f.key == key).map(FacilityId::of)
    }
    pub fn zone_by_key(&self, key: &str) -> Option<ZoneId> {
        self.zones.iter().position(|z| z.key == key).map(ZoneId::of)
    }
    pub fn levee_by_key(&self, key: &str) -> Option<LeveeId> {
        self.levees.iter().position(|l| l.key == key).map(LeveeId::of)
    }
    pub fn gauge_by_key(&self, key: &str) -> Option<GaugeId> {
        self.gauges.iter().position(|g| g.key == key).map(GaugeId::of)
    }
    pub fn zone_at(&self, p: Point) -> Option<ZoneId> {
        let z = self.zone_of_cell[self.grid.cell_at(p)?];
        (z != u16::MAX).then_some(ZoneId(u32::from(z)))
    }
    /// Bed level at a point, m (of the nearest cell).
    pub fn ground_m(&self, p: Point) -> f64 {
        f64::from(self.terrain_m[self.grid.nearest_cell(p)])
    }
    /// Fingerprint of everything in it.
    pub fn digest(&self) -> String {
        let bytes = postcard::to_stdvec(self).expect("a city is plain data");
        blake3::hash(&bytes).to_hex()[..16].to_string()
    }
}
