//! Villages and communities (村/社区): the areas that are warned and evacuated as one.
//!
//! Names and borders come from administrative areas of level 10 or 9, or from place points (each building goes to the
//! nearest), or, where a map has neither, the buildings alone are split. What holds more than 4,000 people is halved
//! across its longer side until it does not, so that a zone is what one village committee can walk.

use super::areas::Area;
use super::frame::Map;
use super::network::Net;
use super::shapes::length_m;
use super::tags::name;
use crate::base::ids::ZoneId;
use crate::base::text::Text;
use crate::place::city::{Building, Cover, RoadClass, Zone};
use crate::place::grid::Grid;
use crate::vocab::body::Point;
use std::collections::{BTreeMap, VecDeque};

/// People of the largest zone, and the fewest that make a zone of their own (assumptions; Chinese communities mostly
/// have 1,500 to 5,000).
const ZONE_MAX: u32 = 4_000;
const ZONE_MIN: u32 = 100;
/// A zone reaches this far from its buildings on the map, m (assumption).
const REACH_M: f64 = 200.0;

/// A town or sub-district that zones belong to.
pub struct Town {
    pub key: String,
    pub name: Text,
    pub at: Point,
}

/// Zones, the towns they belong to, and the zone of every cell.
pub struct Zoning {
    pub zones: Vec<Zone>,
    pub towns: Vec<Town>,
    pub zone_of_cell: Vec<u16>,
}

/// Divides the city; writes the zone of every building.
pub fn divide(
    map: &Map,
    areas: &[Area],
    net: &Net,
    cover: &[Cover],
    buildings: &mut [Building],
    city: &Text,
    log: &mut Vec<String>,
) -> Zoning {
    let grid = &map.frame.grid;
    let (names, of_building, from) = groups(map, areas, buildings);
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); names.len().max(1)];
    for (k, &group) in of_building.iter().enumerate() {
        members[group].push(k);
    }
    merge_small(&mut members, buildings);
    let towns = towns(map, city);
    let mut zones: Vec<Zone> = Vec::new();
    let mut keys: BTreeMap<String, usize> = BTreeMap::new();
    let mut street_names: BTreeMap<String, usize> = BTreeMap::new();
    for (group, list) in members.into_iter().enumerate().filter(|(_, l)| !l.is_empty()) {
        let parts = halve(list, buildings);
        let many = parts.len() > 1;
        for (k, part) in parts.into_iter().enumerate() {
            let id = ZoneId::of(zones.len());
            let centre = middle(&part, buildings);
            for &b in &part {
                buildings[b].zone = id;
            }
            let name = match names.get(group) {
                Some(n) if many => Text::new(format!("{}{}", n.zh, k + 1), format!("{} {}", n.en, k + 1)),
                Some(n) => n.clone(),
                None => street_zone_name(net, centre, id.index() + 1, &mut street_names),
            };
            let mut key = slug(&name.en).unwrap_or_else(|| format!("zone_{}", id.index() + 1));
            let seen = keys.entry(key.clone()).or_default();
            *seen += 1;
            if *seen > 1 {
                key = format!("{key}_no{seen}");
            }
            let town = nearest_town(&towns, centre);
            zones.push(Zone { key, name, town: towns[town].key.clone(), centre });
        }
    }
    log.push(format!(
        "zones: {} zones, {from}; those above {ZONE_MAX} people were halved; {} towns",
        zones.len(),
        towns.len()
    ));
    let zone_of_cell = spread(grid, cover, buildings);
    Zoning { zones, towns, zone_of_cell }
}

/// Named groups, the group of every building, and where they come from.
fn groups(map: &Map, areas: &[Area], buildings: &[Building]) -> (Vec<Text>, Vec<usize>, String) {
    for level in ["10", "9"] {
        let admin: Vec<(&Area, Text)> = areas
            .iter()
            .filter(|a| a.tags.is("boundary", "administrative") && a.tags.is("admin_level", level))
            .filter_map(|a| name(&a.tags).map(|n| (a, n)))
            .collect();
        let holding = |b: &Building| admin.iter().position(|(a, _)| a.shape.contains(b.at));
        let found: Vec<Option<usize>> = buildings.iter().map(holding).collect();
        let inside = found.iter().flatten().count();
        let mut used: Vec<usize> = found.iter().flatten().copied().collect();
        used.sort_unstable();
        used.dedup();
        if used.len() >= 2 && inside * 2 > buildings.len() {
            let centres: Vec<Point> = admin.iter().map(|(a, _)| a.shape.centre().unwrap_or_default()).collect();
            let of = found.iter().zip(buildings).map(|(f, b)| f.unwrap_or_else(|| nearest(&centres, b.at))).collect();
            return (
                admin.into_iter().map(|(_, n)| n).collect(),
                of,
                format!("from administrative areas of level {level}"),
            );
        }
    }
    let mut places: Vec<(Text, Point)> = Vec::new();
    for kinds in [&["neighbourhood", "quarter", "suburb", "village", "hamlet"][..], &["town", "borough", "city"]] {
        // A town's own point stands for its middle when no part of it is named near there.
        for (id, tags) in &map.osm.node_tags {
            let (Some(p), true) = (map.at(*id), tags.any("place", kinds)) else { continue };
            let alone = kinds.contains(&"village") || places.iter().all(|(_, q)| q.distance_m(p) > 700.0);
            if let Some(n) = name(tags).filter(|_| map.frame.holds(p) && alone) {
                places.push((n, p));
            }
        }
    }
    if places.len() >= 2 {
        let centres: Vec<Point> = places.iter().map(|p| p.1).collect();
        let of = buildings.iter().map(|b| nearest(&centres, b.at)).collect();
        return (places.into_iter().map(|p| p.0).collect(), of, "around the place names of the map".into());
    }
    (
        Vec::new(),
        vec![0; buildings.len()],
        "split by people, because the map names no quarters; named after streets".into(),
    )
}

fn nearest(centres: &[Point], p: Point) -> usize {
    let mut best = 0;
    for k in 1..centres.len() {
        if centres[k].distance_m(p) < centres[best].distance_m(p) {
            best = k;
        }
    }
    best
}

fn people(list: &[usize], buildings: &[Building]) -> u32 {
    list.iter().map(|&b| u32::from(buildings[b].residents)).sum()
}

/// Middle of a zone: mean of its buildings, weighted by residents (and a little by being there).
fn middle(list: &[usize], buildings: &[Building]) -> Point {
    let (mut x, mut y, mut sum) = (0.0, 0.0, 0.0);
    for &b in list {
        let w = f64::from(buildings[b].residents) + 0.01;
        x += w * buildings[b].at.x;
        y += w * buildings[b].at.y;
        sum += w;
    }
    Point::new(x / sum, y / sum)
}

/// The buildings of groups with hardly any people go to the nearest larger group.
fn merge_small(members: &mut [Vec<usize>], buildings: &[Building]) {
    let strong: Vec<usize> = (0..members.len()).filter(|&g| people(&members[g], buildings) >= ZONE_MIN).collect();
    if strong.is_empty() {
        let all: Vec<usize> = (0..buildings.len()).collect();
        for list in members.iter_mut() {
            list.clear();
        }
        members[0] = all;
        return;
    }
    let centres: Vec<Point> = strong.iter().map(|&g| middle(&members[g], buildings)).collect();
    for group in 0..members.len() {
        if !strong.contains(&group) {
            for b in std::mem::take(&mut members[group]) {
                members[strong[nearest(&centres, buildings[b].at)]].push(b);
            }
        }
    }
}

/// Halves a group across its longer side until no part has too many people.
fn halve(list: Vec<usize>, buildings: &[Building]) -> Vec<Vec<usize>> {
    let total = people(&list, buildings);
    if total <= ZONE_MAX || list.len() < 2 {
        return vec![list];
    }
    let span = |f: &dyn Fn(Point) -> f64| {
        let values = list.iter().map(|&b| f(buildings[b].at));
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        high - low
    };
    let east = span(&|p| p.x) >= span(&|p| p.y);
    let along = |b: usize| if east { buildings[b].at.x } else { -buildings[b].at.y };
    let mut sorted = list;
    sorted.sort_by(|&a, &b| along(a).total_cmp(&along(b)).then(a.cmp(&b)));
    let mut sum = 0;
    let mut cut = 0;
    while cut + 1 < sorted.len() && (sum < total / 2 || cut == 0) {
        sum += u32::from(buildings[sorted[cut]].residents);
        cut += 1;
    }
    let rest = sorted.split_off(cut);
    let mut parts = halve(sorted, buildings);
    parts.extend(halve(rest, buildings));
    parts
}

/// "X 路社区" after the longest named main street within 500 m.
fn street_zone_name(net: &Net, centre: Point, number: usize, seen: &mut BTreeMap<String, usize>) -> Text {
    let mut lengths: BTreeMap<&str, f64> = BTreeMap::new();
    for link in
        net.links.iter().filter(|l| !l.name.is_empty() && l.class > RoadClass::Motorway && l.class < RoadClass::Service)
    {
        if link.line[0].distance_m(centre) < 500.0 {
            *lengths.entry(&link.name).or_default() += length_m(&link.line);
        }
    }
    let Some((street, _)) = lengths.into_iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(a.0))) else {
        return Text::new(format!("第{number}社区"), format!("Community {number}"));
    };
    let again = seen.entry(street.to_string()).or_default();
    *again += 1;
    match *again {
        1 => Text::new(format!("{street}社区"), format!("{street} community")),
        n => Text::new(format!("{street}第{n}社区"), format!("{street} community {n}")),
    }
}

fn towns(map: &Map, city: &Text) -> Vec<Town> {
    let mut towns = Vec::new();
    for (id, tags) in &map.osm.node_tags {
        let (Some(at), true) = (map.at(*id), tags.any("place", &["city", "town", "borough"])) else { continue };
        if let Some(name) = name(tags).filter(|_| map.frame.holds(at)) {
            towns.push(Town { key: format!("town_{}", towns.len() + 1), name, at });
        }
    }
    if towns.is_empty() {
        let grid = &map.frame.grid;
        let at = Point::new(grid.width_m() / 2.0, grid.height_m() / 2.0);
        towns.push(Town { key: "town_1".into(), name: city.clone(), at });
    }
    towns
}

fn nearest_town(towns: &[Town], p: Point) -> usize {
    nearest(&towns.iter().map(|t| t.at).collect::<Vec<_>>(), p)
}

/// "Andorra la Vella 2" as andorra_la_vella_2; `None` when nothing of it can be typed on any keyboard.
pub fn slug(name: &str) -> Option<String> {
    let mut slug = String::new();
    let mut strange = 0;
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else {
            strange += usize::from(!c.is_ascii());
            if !slug.is_empty() && !slug.ends_with('_') && c.is_ascii() {
                slug.push('_');
            }
        }
    }
    let slug = slug.trim_end_matches('_').to_string();
    let letters = slug.chars().filter(char::is_ascii_alphabetic).count();
    (letters >= 3 && strange <= letters / 2).then_some(slug)
}

/// The zone of every cell: that of the nearest building along dry cells, within reach.
fn spread(grid: &Grid, cover: &[Cover], buildings: &[Building]) -> Vec<u16> {
    let mut zone = vec![u16::MAX; grid.len()];
    let mut steps = vec![0u32; grid.len()];
    let mut open = VecDeque::new();
    for b in buildings {
        let cell = grid.nearest_cell(b.at);
        if zone[cell] == u16::MAX {
            zone[cell] = u16::try_from(b.zone.0).expect("fewer than 65535 zones");
            open.push_back(cell);
        }
    }
    let far = (REACH_M / grid.cell_m).ceil() as u32;
    while let Some(cell) = open.pop_front() {
        if steps[cell] >= far {
            continue;
        }
        for next in super::ground::neighbours(grid, cell) {
            if zone[next] == u16::MAX && cover[next] != Cover::Water {
                zone[next] = zone[cell];
                steps[next] = steps[cell] + 1;
                open.push_back(next);
            }
        }
    }
    zone
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_can_be_typed_and_names_that_can_not_have_none() {
        assert_eq!(slug("Andorra la Vella 2").as_deref(), Some("andorra_la_vella_2"));
        assert_eq!(slug("La Rousse / Saint Roman").as_deref(), Some("la_rousse_saint_roman"));
        assert_eq!(slug("淮海中路 community"), Some("community".into()));
        assert_eq!(slug("栄三丁目"), None);
    }
}
