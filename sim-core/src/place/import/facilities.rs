//! Stations, hospitals, schools, shelters, ways out: from the map, then from overlays, then made where a drill can not
//! do without and nobody told. What was made says so in its key (`_made`) and in the log.

use super::areas::Area;
use super::frame::Map;
use super::houses::Doors;
use super::network::Net;
use super::osm::Tags;
use super::overlay::{Extra, Kind};
use super::tags::name;
use super::zones::Zoning;
use crate::base::complaint::Complaints;
use crate::base::ids::{NodeId, ZoneId};
use crate::base::math::atan2;
use crate::base::text::Text;
use crate::place::city::*;
use crate::vocab::body::Point;
use std::collections::BTreeMap;

/// Usable area a sheltered person takes, m2, and the share of a park or school ground that is usable: Taicang's three
/// new emergency shelters of 2024 have 266,000 m2, 130,000 of them usable, for 32,500 people.
const SHELTER_M2: f64 = 4.0;
const SHELTER_USABLE: f64 = 0.5;
/// Smallest grounds that become a shelter, m2, and the most people one takes (assumptions).
const SCHOOL_MIN_M2: f64 = 1_500.0;
const PARK_MIN_M2: f64 = 3_000.0;
const SHELTER_MAX: f64 = 5_000.0;
/// The same thing drawn twice, as a point and as an area, lies within this, m (assumption).
const SAME_M: f64 = 100.0;
/// Exits closer together are one, m, and the most there are (assumptions).
const EXIT_APART_M: f64 = 400.0;
const EXITS_MAX: usize = 16;
/// Reach of a base station in a town, m (assumption).
const BASE_STATION_M: f64 = 700.0;
/// Beds per resident where the map has no hospital: about 7 per 1000 in China (National Health Commission, 2022: 6.9).
const BEDS_PER_HEAD: f64 = 0.0069;

/// Key stem and default names of a kind.
fn words(kind: FacilityKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        FacilityKind::FireStation => ("fire", "消防救援站", "Fire station"),
        FacilityKind::PoliceStation => ("police", "派出所", "Police station"),
        FacilityKind::Hospital => ("hospital", "医院", "Hospital"),
        FacilityKind::Shelter => ("shelter", "避难场所", "Shelter"),
        FacilityKind::PumpStation => ("pump", "排涝泵站", "Pump station"),
        FacilityKind::Sluice => ("sluice", "水闸", "Sluice"),
        FacilityKind::TankYard => ("tank", "储罐区", "Tank yard"),
        FacilityKind::CommandCentre => ("centre", "应急指挥中心", "Command centre"),
        FacilityKind::TownHall => ("town_hall", "镇政府", "Town hall"),
        FacilityKind::VillageOffice => ("village", "居委会", "Village office"),
        FacilityKind::School => ("school", "学校", "School"),
        FacilityKind::Store => ("store", "应急物资仓库", "Emergency store"),
        FacilityKind::Substation => ("substation", "变电站", "Substation"),
        FacilityKind::BaseStation => ("base_station", "通信基站", "Base station"),
        FacilityKind::FloodDepot => ("depot", "防汛抢险队驻地", "Flood depot"),
        FacilityKind::Exit => ("exit", "出城口", "Exit"),
    }
}

/// The list as it grows.
pub struct Facilities<'a> {
    map: &'a Map,
    doors: Doors,
    zoning: &'a Zoning,
    numbers: BTreeMap<FacilityKind, usize>,
    pub list: Vec<Facility>,
}

impl<'a> Facilities<'a> {
    pub fn new(map: &'a Map, net: &Net, zoning: &'a Zoning) -> Facilities<'a> {
        Facilities { map, doors: Doors::new(net, &map.frame.grid), zoning, numbers: BTreeMap::new(), list: Vec::new() }
    }
    fn count(&self, kind: FacilityKind) -> usize {
        self.list.iter().filter(|f| f.kind == kind).count()
    }
    fn zone_at(&self, p: Point) -> Option<ZoneId> {
        let cell = self.map.frame.grid.cell_at(p)?;
        let zone = self.zoning.zone_of_cell[cell];
        (zone != u16::MAX).then_some(ZoneId(u32::from(zone)))
    }
    fn near(&self, kind: FacilityKind, p: Point, within_m: f64) -> bool {
        self.list.iter().any(|f| f.kind == kind && f.at.distance_m(p) <= within_m)
    }
    fn next_key(&mut self, kind: FacilityKind, made: bool) -> (String, usize) {
        let number = self.numbers.entry(kind).or_default();
        *number += 1;
        (format!("{}_{number}{}", words(kind).0, if made { "_made" } else { "" }), *number)
    }
    fn add(&mut self, kind: FacilityKind, name: Option<Text>, at: Point, capacity: f64, made: bool) {
        let node = self.doors.nearest(at);
        self.add_at_node(kind, name, at, node, capacity, made);
    }
    fn add_at_node(
        &mut self,
        kind: FacilityKind,
        name: Option<Text>,
        at: Point,
        node: NodeId,
        capacity: f64,
        made: bool,
    ) {
        let (key, number) = self.next_key(kind, made);
        let (_, zh, en) = words(kind);
        let name = name.unwrap_or_else(|| Text::new(format!("{zh}{number}"), format!("{en} {number}")));
        let zone = self.zone_at(at);
        self.list.push(Facility { key, name, kind, at, node, zone, capacity });
    }

    /// Takes what the map shows.
    pub fn from_map(&mut self, areas: &[Area], residents: u32, log: &mut Vec<String>) {
        let map = self.map;
        for area in areas {
            let Some(at) = area.shape.centre().filter(|p| map.frame.holds(*p)) else { continue };
            if let Some(kind) = kind_of(&area.tags)
                && !self.near(kind, at, SAME_M)
            {
                let capacity = capacity(kind, &area.tags, Some(area));
                self.add(kind, name(&area.tags), at, capacity, false);
            }
        }
        for (id, tags) in &map.osm.node_tags {
            let Some(at) = map.at(*id).filter(|p| map.frame.holds(*p)) else { continue };
            if let Some(kind) = kind_of(tags)
                && !self.near(kind, at, SAME_M)
            {
                self.add(kind, name(tags), at, capacity(kind, tags, None), false);
            }
        }
        self.tank_yards(areas, log);
        self.shelters(areas, residents);
        let counted: Vec<String> = self.counts().into_iter().map(|(w, n)| format!("{n} {w}")).collect();
        log.push(format!(
            "facilities: from the map {}",
            if counted.is_empty() { "none".into() } else { counted.join(", ") }
        ));
    }
    fn counts(&self) -> Vec<(&'static str, usize)> {
        let mut counts: BTreeMap<FacilityKind, usize> = BTreeMap::new();
        for f in &self.list {
            *counts.entry(f.kind).or_default() += 1;
        }
        counts.into_iter().map(|(k, n)| (words(k).0, n)).collect()
    }

    /// Industrial tanks that stand together are one yard.
    fn tank_yards(&mut self, areas: &[Area], log: &mut Vec<String>) {
        let map = self.map;
        let mut tanks: Vec<(Point, Option<Text>)> = Vec::new();
        let mut works = 0;
        let mut take = |tags: &Tags, at: Option<Point>| {
            let Some(at) = at.filter(|p| map.frame.holds(*p)) else { return };
            let harmless = tags
                .any("content", &["water", "sewage", "slurry", "manure", "silage", "grain", "biomass", "hot_water"])
                || tags.any("substance", &["water", "sewage"]);
            let tells = |keys: &[&str]| {
                keys.iter().filter_map(|k| tags.get(k)).any(|v| {
                    ["chem", "oil", "gas", "fuel", "petro", "refin", "ammonia", "chlor"]
                        .iter()
                        .any(|w| v.to_lowercase().contains(w))
                })
            };
            if (tags.is("man_made", "storage_tank") || tags.any("building", &["storage_tank"])) && !harmless {
                tanks.push((at, name(tags)));
            } else if tags.is("man_made", "works") || tags.get("industrial").is_some() {
                if tells(&["product", "industrial", "works", "name"]) {
                    tanks.push((at, name(tags)))
                } else {
                    works += 1
                }
            }
        };
        for area in areas {
            take(&area.tags, area.shape.centre());
        }
        for (id, tags) in &map.osm.node_tags {
            take(tags, map.at(*id));
        }
        if works > 0 {
            log.push(format!("facilities: {works} works and industrial areas name no dangerous product and were not taken as tank yards"));
        }
        for (at, name) in tanks {
            if !self.near(FacilityKind::TankYard, at, 250.0) {
                self.add(FacilityKind::TankYard, name, at, 0.0, false);
            }
        }
    }

    /// The largest schools, parks and squares as shelters.
    fn shelters(&mut self, areas: &[Area], residents: u32) {
        let mut grounds: Vec<(f64, usize, Point)> = Vec::new();
        for (k, area) in areas.iter().enumerate() {
            let school = area.tags.any("amenity", &["school", "university", "college"]);
            let open =
                area.tags.any("leisure", &["park", "sports_centre", "stadium"]) || area.tags.is("place", "square");
            let m2 = area.shape.area_m2();
            let large = (school && m2 >= SCHOOL_MIN_M2) || (open && m2 >= PARK_MIN_M2);
            let at = area.shape.centre().filter(|p| self.map.frame.holds(*p));
            if let Some(at) = at.filter(|_| large) {
                grounds.push((m2, k, at));
            }
        }
        grounds.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let most = (residents as usize / 1_500).clamp(8, 60);
        for (m2, k, at) in grounds {
            if self.count(FacilityKind::Shelter) >= most {
                break;
            }
            if !self.near(FacilityKind::Shelter, at, 150.0) {
                let places = (m2 * SHELTER_USABLE / SHELTER_M2).floor().min(SHELTER_MAX);
                self.add(FacilityKind::Shelter, name(&areas[k].tags), at, places, false);
            }
        }
    }

    /// Merges the facilities of overlays: an entry with the key of one that is there replaces it.
    pub fn lay_over(&mut self, extras: &[Extra], complaints: &mut Complaints, log: &mut Vec<String>) {
        let mut taken = 0;
        for extra in extras {
            let Kind::Facility(kind) = extra.kind else { continue };
            let at = extra.points(&self.map.frame)[0];
            if !self.map.frame.holds(at) {
                let what =
                    format!("lies outside the area: longitude {}, latitude {}", extra.lonlat[0].0, extra.lonlat[0].1);
                complaints.add_at(&extra.file, extra.at, what, "longitude first? or a larger bbox");
                continue;
            }
            taken += 1;
            let row = extra.key.as_ref().and_then(|key| self.list.iter().position(|f| f.key == *key));
            let row = row.unwrap_or_else(|| {
                self.add(kind, None, at, usual_capacity(kind), false);
                self.list.len() - 1
            });
            let (node, zone) = (self.doors.nearest(at), self.zone_at(at));
            let facility = &mut self.list[row];
            (facility.kind, facility.at, facility.node, facility.zone) = (kind, at, node, zone);
            if let Some(key) = &extra.key {
                facility.key.clone_from(key);
            }
            if let Some(name) = &extra.name {
                facility.name = name.clone();
            }
            if let Some(capacity) = extra.capacity {
                facility.capacity = capacity;
            }
        }
        if taken > 0 {
            log.push(format!("facilities: {taken} from overlays"));
        }
    }

    /// Ways out: where main roads cross the edge of the map, or end on it.
    pub fn exits(&mut self, net: &Net, log: &mut Vec<String>) {
        if self.count(FacilityKind::Exit) > 0 {
            return;
        }
        let grid = &self.map.frame.grid;
        let centre = Point::new(grid.width_m() / 2.0, grid.height_m() / 2.0);
        let mut candidates = net.border.clone();
        candidates.extend(ends_of_main_roads(net));
        candidates.sort_by(|a, b| a.1.cmp(&b.1).then(a.0.cmp(&b.0)));
        let mut chosen: Vec<(NodeId, String)> = Vec::new();
        for lowest in [RoadClass::Secondary, RoadClass::Residential] {
            for (node, class, road) in &candidates {
                let at = net.nodes[node.index()].at;
                let apart = chosen.iter().all(|(n, _)| net.nodes[n.index()].at.distance_m(at) >= EXIT_APART_M);
                if *class <= lowest && apart && chosen.len() < EXITS_MAX {
                    chosen.push((*node, road.clone()));
                }
            }
            if !chosen.is_empty() {
                break;
            }
        }
        let made = chosen.is_empty();
        if made {
            // No road leaves the map: the outermost nodes to the four sides.
            let far: [fn(Point) -> f64; 4] = [|p| p.y, |p| p.x, |p| -p.y, |p| -p.x];
            for f in far {
                let drivable = net.links.iter().filter(|l| l.drivable()).map(|l| l.from);
                let node = drivable
                    .max_by(|a, b| f(net.nodes[a.index()].at).total_cmp(&f(net.nodes[b.index()].at)).then(b.cmp(a)));
                if let Some(node) = node.filter(|n| chosen.iter().all(|c| c.0 != *n)) {
                    let road = net.links.iter().find(|l| l.from == node).map_or(String::new(), |l| l.name.clone());
                    chosen.push((node, road));
                }
            }
        }
        for (node, road) in &chosen {
            let at = net.nodes[node.index()].at;
            let (zh, en) = heading(centre, at);
            let name = if road.is_empty() {
                Text::new(format!("{zh}出口"), format!("Exit {en}"))
            } else {
                Text::new(format!("{road}出口（{zh}）"), format!("{road}, exit {en}"))
            };
            self.add_at_node(FacilityKind::Exit, Some(name), at, *node, 0.0, made);
        }
        log.push(format!(
            "facilities: {} exits {}",
            chosen.len(),
            if made { "MADE at the outermost streets" } else { "where main roads leave the map" }
        ));
    }

    /// Makes what a drill can not do without.
    pub fn make_missing(&mut self, buildings: &[Building], zones: &[Zone], residents: u32, log: &mut Vec<String>) {
        let before = self.counts();
        let people: Vec<u32> = {
            let mut sums = vec![0; zones.len()];
            for b in buildings {
                sums[b.zone.index()] += u32::from(b.residents);
            }
            sums
        };
        let busiest =
            (0..zones.len()).max_by(|&a, &b| people[a].cmp(&people[b]).then(b.cmp(&a))).expect("a city has zones");
        let heart = spot(buildings, zones[busiest].centre, &[]);
        for (row, town) in self.zoning.towns.iter().enumerate() {
            let own = |f: &&Facility| {
                f.kind == FacilityKind::TownHall
                    && f.zone.is_some_and(|z| zones[z.index()].town == self.zoning.towns[row].key)
            };
            let alone = self.zoning.towns.len() == 1 && self.count(FacilityKind::TownHall) > 0;
            if self.list.iter().any(|f| own(&f)) || alone || !zones.iter().any(|z| z.town == town.key) {
                continue;
            }
            let mut middle = town.at;
            if !buildings.iter().any(|b| b.at.distance_m(town.at) < 500.0) {
                middle = zones.iter().find(|z| z.town == town.key).expect("checked above").centre;
            }
            let at = spot(buildings, middle, &[Use::Public, Use::Work]);
            let name = Text::new(format!("{}政府", town.name.zh), format!("{} town hall", town.name.en));
            self.add(FacilityKind::TownHall, Some(name), at, 0.0, true);
        }
        let hall = self.list.iter().filter(|f| f.kind == FacilityKind::TownHall).map(|f| f.at);
        let hall = hall.min_by(|a, b| a.distance_m(heart).total_cmp(&b.distance_m(heart))).unwrap_or(heart);
        let beds = (f64::from(residents) * BEDS_PER_HEAD).ceil().max(20.0);
        let needed = [
            (FacilityKind::CommandCentre, hall, 0.0),
            (FacilityKind::FireStation, spot(buildings, heart, &[Use::Public, Use::Work, Use::Industry]), 0.0),
            (FacilityKind::PoliceStation, spot(buildings, heart, &[Use::Public, Use::Shop]), 0.0),
            (FacilityKind::Hospital, spot(buildings, heart, &[Use::Health, Use::Public]), beds),
        ];
        for (kind, at, capacity) in needed {
            if self.count(kind) == 0 {
                self.add(kind, None, at, capacity, true);
            }
        }
        let fire = self.list.iter().find(|f| f.kind == FacilityKind::FireStation).map_or(heart, |f| f.at);
        for (kind, at) in
            [(FacilityKind::FloodDepot, fire), (FacilityKind::Store, hall), (FacilityKind::Substation, heart)]
        {
            if self.count(kind) == 0 {
                self.add(kind, None, at, 0.0, true);
            }
        }
        for (z, zone) in zones.iter().enumerate() {
            let there =
                self.list.iter().any(|f| f.kind == FacilityKind::VillageOffice && f.zone == Some(ZoneId::of(z)));
            if !there {
                let own: Vec<Building> = buildings.iter().filter(|b| b.zone.index() == z).cloned().collect();
                let at = spot(&own, zone.centre, &[Use::Public]);
                let name = Text::new(format!("{}居委会", zone.name.zh), format!("{} village office", zone.name.en));
                self.add(FacilityKind::VillageOffice, Some(name), at, 0.0, true);
                // The office is in its zone even where its building is at the edge of another's cells.
                self.list.last_mut().expect("just added").zone = Some(ZoneId::of(z));
            }
        }
        self.make_shelters(buildings, zones, &people, residents);
        if self.count(FacilityKind::BaseStation) == 0 {
            for b in buildings.iter().filter(|b| b.residents > 0) {
                if !self.near(FacilityKind::BaseStation, b.at, BASE_STATION_M) {
                    self.add(FacilityKind::BaseStation, None, b.at, 0.0, true);
                }
            }
        }
        let old: BTreeMap<&str, usize> = before.into_iter().collect();
        let made: Vec<String> = self
            .counts()
            .into_iter()
            .filter_map(|(word, n)| {
                let more = n - old.get(word).copied().unwrap_or(0);
                (more > 0).then(|| format!("{more} {word}"))
            })
            .collect();
        if !made.is_empty() {
            log.push(format!(
                "facilities: MADE because the map shows none or too few: {}; their keys end in _made",
                made.join(", ")
            ));
        }
        if self.count(FacilityKind::TankYard) == 0 || self.count(FacilityKind::PumpStation) == 0 {
            log.push("facilities: tank yards and pump stations are never made; name them in an overlay if the drill needs them".into());
        }
    }

    /// Shelters until a fifth of the residents have a place (assumption), in the zones with the most people first.
    fn make_shelters(&mut self, buildings: &[Building], zones: &[Zone], people: &[u32], residents: u32) {
        let wanted = 0.2 * f64::from(residents);
        let mut places: f64 = self.list.iter().filter(|f| f.kind == FacilityKind::Shelter).map(|f| f.capacity).sum();
        let mut order: Vec<usize> = (0..zones.len()).collect();
        order.sort_by(|&a, &b| people[b].cmp(&people[a]).then(a.cmp(&b)));
        for z in order {
            if places >= wanted && self.count(FacilityKind::Shelter) > 0 {
                return;
            }
            let at = spot(buildings, zones[z].centre, &[Use::School, Use::Public]);
            let capacity = (0.4 * f64::from(people[z])).ceil().max(100.0);
            let name = Text::new(format!("{}避难场所", zones[z].name.zh), format!("{} shelter", zones[z].name.en));
            self.add(FacilityKind::Shelter, Some(name), at, capacity, true);
            places += capacity;
        }
    }
}

/// A sensible place near `p`: a building of one of these uses within 600 m, else the nearest building.
fn spot(buildings: &[Building], p: Point, uses: &[Use]) -> Point {
    let nearest = |wanted: &dyn Fn(&Building) -> bool| {
        let own = buildings.iter().filter(|b| wanted(b));
        own.min_by(|a, b| a.at.distance_m(p).total_cmp(&b.at.distance_m(p))).map(|b| b.at)
    };
    nearest(&|b| uses.contains(&b.purpose) && b.at.distance_m(p) < 600.0).or_else(|| nearest(&|_| true)).unwrap_or(p)
}

/// Nodes where a main road ends with nothing behind it: the edge of an extract that follows a border.
fn ends_of_main_roads(net: &Net) -> Vec<(NodeId, RoadClass, String)> {
    let mut beside: Vec<Option<(NodeId, RoadClass, usize)>> = vec![None; net.nodes.len()];
    let mut several = vec![false; net.nodes.len()];
    for (k, link) in net.links.iter().enumerate().filter(|(_, l)| l.drivable()) {
        for (own, other) in [(link.from, link.to), (link.to, link.from)] {
            match beside[own.index()] {
                None => beside[own.index()] = Some((other, link.class, k)),
                Some((seen, _, _)) => several[own.index()] |= seen != other,
            }
        }
    }
    let end = |n: usize| beside[n].filter(|b| !several[n] && b.1 <= RoadClass::Secondary);
    (0..net.nodes.len())
        .filter_map(|n| end(n).map(|(_, class, k)| (NodeId::of(n), class, net.links[k].name.clone())))
        .collect()
}

/// (中文, English) of the direction from the centre.
fn heading(centre: Point, p: Point) -> (&'static str, &'static str) {
    const NAMES: [(&str, &str); 8] = [
        ("东", "east"),
        ("东北", "north-east"),
        ("北", "north"),
        ("西北", "north-west"),
        ("西", "west"),
        ("西南", "south-west"),
        ("南", "south"),
        ("东南", "south-east"),
    ];
    let eighth = std::f64::consts::FRAC_PI_4;
    let turn = atan2(p.y - centre.y, p.x - centre.x) / eighth;
    NAMES[(turn.round() as i64).rem_euclid(8) as usize]
}

fn kind_of(tags: &Tags) -> Option<FacilityKind> {
    let by_amenity = match tags.get("amenity").unwrap_or("") {
        "fire_station" => Some(FacilityKind::FireStation),
        "police" => Some(FacilityKind::PoliceStation),
        "hospital" | "clinic" => Some(FacilityKind::Hospital),
        "school" | "kindergarten" | "university" | "college" => Some(FacilityKind::School),
        "townhall" => Some(FacilityKind::TownHall),
        "community_centre" => Some(FacilityKind::VillageOffice),
        _ => None,
    };
    let mast = tags.any("man_made", &["tower", "mast"]) && tags.is("tower:type", "communication");
    by_amenity.or_else(|| {
        if tags.any("healthcare", &["hospital", "clinic"]) {
            Some(FacilityKind::Hospital)
        } else if tags.is("power", "substation")
            && !tags.any("substation", &["minor_distribution", "transition", "traction"])
        {
            Some(FacilityKind::Substation)
        } else if tags.is("man_made", "communications_tower") || mast {
            Some(FacilityKind::BaseStation)
        } else if tags.is("man_made", "pumping_station") {
            Some(FacilityKind::PumpStation)
        } else if tags.any("waterway", &["sluice_gate", "lock_gate"]) {
            Some(FacilityKind::Sluice)
        } else if tags.is("emergency", "assembly_point") {
            Some(FacilityKind::Shelter)
        } else {
            None
        }
    })
}

/// Capacity where an overlay gives none: assumptions.
fn usual_capacity(kind: FacilityKind) -> f64 {
    match kind {
        FacilityKind::Hospital => 100.0,
        FacilityKind::Shelter => 300.0,
        // m3/s
        FacilityKind::PumpStation => 5.0,
        _ => 0.0,
    }
}

/// Beds, places, m3/s: what the map says, or an assumption.
fn capacity(kind: FacilityKind, tags: &Tags, area: Option<&Area>) -> f64 {
    let said =
        ["capacity:beds", "beds", "capacity"].iter().filter_map(|k| tags.get(k)).find_map(|v| v.parse::<f64>().ok());
    let said = said.filter(|v| (1.0..=20_000.0).contains(v));
    match kind {
        FacilityKind::Hospital => said.unwrap_or_else(|| {
            let clinic = tags.is("amenity", "clinic") || tags.is("healthcare", "clinic");
            match area {
                _ if clinic => 10.0,
                // One bed per 100 m2 of ground (assumption).
                Some(a) => (a.shape.area_m2() / 100.0).round().clamp(20.0, 1500.0),
                None => usual_capacity(kind),
            }
        }),
        FacilityKind::Shelter => said.unwrap_or_else(|| usual_capacity(kind)),
        FacilityKind::PumpStation => usual_capacity(kind),
        _ => 0.0,
    }
}
