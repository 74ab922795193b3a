//! The lists from GeoJSON, checked against each other.

use super::row::{Row, rows};
use crate::base::complaint::Complaints;
use crate::base::ids::{LinkId, NodeId, ZoneId};
use crate::base::text::Text;
use crate::place::city::*;
use crate::place::grid::Grid;
use crate::vocab::body::Point;
use std::collections::BTreeMap;
use std::path::Path;

#[derive(Default)]
pub struct Lists {
    pub nodes: Vec<Node>,
    pub links: Vec<Link>,
    pub zones: Vec<Zone>,
    pub buildings: Vec<Building>,
    pub facilities: Vec<Facility>,
    pub levees: Vec<Levee>,
    pub gauges: Vec<Gauge>,
}

/// Reads all lists. Without a grid (its file is broken) places are not checked against the map.
pub fn read(dir: &Path, grid: Option<Grid>, all: &mut Complaints) -> Lists {
    let mut lists = Lists::default();
    let zones_file = dir.join("zones.geojson");
    let mut keys = Keys::default();
    for (k, mut row) in rows(&zones_file, all).into_iter().enumerate() {
        row.id(k, all);
        lists.zones.push(Zone {
            key: keys.of(&mut row, all),
            name: name(&mut row, all),
            town: row.text("town", true, all),
            centre: on_map(&row, row.point(all), grid, all),
        });
        row.done(all);
    }
    if lists.zones.len() >= usize::from(u16::MAX) {
        all.add(&zones_file, format!("has {} zones", lists.zones.len()), "at most 65534");
    }
    roads(&dir.join("roads.geojson"), grid, &mut lists, all);
    let (nodes, zones) = (lists.nodes.len(), lists.zones.len());
    for (k, mut row) in rows(&dir.join("buildings.geojson"), all).into_iter().enumerate() {
        row.id(k, all);
        let footprint_m2 = row.number("footprint_m2", 0.0, 1e7, all) as f32;
        let storeys = row.whole("storeys", 1, 200, all) as u8;
        let purpose = row.choice("purpose", Use::Other, all);
        let zone = ZoneId(row.reference("zone", "zones.geojson", zones, all));
        let plinth_m = row.number("plinth_m", -20.0, 20.0, all) as f32;
        let node = NodeId(row.reference("node", "the nodes in roads.geojson", nodes, all));
        let residents = row.whole("residents", 0, 65_535, all) as u16;
        let (at, outline) = if row.is("Point") {
            (row.point(all), Vec::new())
        } else {
            (Point::new(row.number("x", -1e9, 1e9, all), row.number("y", -1e9, 1e9, all)), row.ring(all))
        };
        row.done(all);
        let at = on_map(&row, at, grid, all);
        lists.buildings.push(Building { at, footprint_m2, storeys, purpose, zone, plinth_m, node, residents, outline });
    }
    let mut keys = Keys::default();
    for (k, mut row) in rows(&dir.join("facilities.geojson"), all).into_iter().enumerate() {
        row.id(k, all);
        lists.facilities.push(Facility {
            key: keys.of(&mut row, all),
            name: name(&mut row, all),
            kind: row.choice("kind", FacilityKind::Store, all),
            node: NodeId(row.reference("node", "the nodes in roads.geojson", nodes, all)),
            zone: row.maybe_reference("zone", "zones.geojson", zones, all).map(ZoneId),
            capacity: row.number("capacity", 0.0, 1e9, all),
            at: on_map(&row, row.point(all), grid, all),
        });
        row.done(all);
    }
    let mut keys = Keys::default();
    for (k, mut row) in rows(&dir.join("levees.geojson"), all).into_iter().enumerate() {
        row.id(k, all);
        let levee = Levee {
            key: keys.of(&mut row, all),
            name: name(&mut row, all),
            crest_m: row.number("crest_m", -500.0, 9_000.0, all),
            toe_m: row.number("toe_m", -500.0, 9_000.0, all),
            line: row.line(all),
        };
        if levee.crest_m < levee.toe_m {
            row.complain(
                all,
                format!("crest_m: {} is below toe_m: {}", levee.crest_m, levee.toe_m),
                "a crest above the ground behind it",
            );
        }
        row.done(all);
        lists.levees.push(levee);
    }
    let mut keys = Keys::default();
    for (k, mut row) in rows(&dir.join("gauges.geojson"), all).into_iter().enumerate() {
        row.id(k, all);
        lists.gauges.push(Gauge {
            key: keys.of(&mut row, all),
            name: name(&mut row, all),
            at: on_map(&row, row.point(all), grid, all),
        });
        row.done(all);
    }
    lists
}

fn roads(file: &Path, grid: Option<Grid>, lists: &mut Lists, all: &mut Complaints) {
    let before = all.0.len();
    let mut all_rows = rows(file, all);
    let nodes = all_rows.iter().filter(|r| r.peek("kind") == Some("node")).count();
    let links = all_rows.iter().filter(|r| r.peek("kind") == Some("link")).count();
    let mut lines = Vec::new();
    for row in &mut all_rows {
        row.kind_is_asked();
        match row.peek("kind") {
            Some("node") => {
                row.id(lists.nodes.len(), all);
                let at = on_map(row, row.point(all), grid, all);
                lists.nodes.push(Node { at });
            }
            Some("link") => {
                row.id(lists.links.len(), all);
                lines.push(row.line);
                lists.links.push(Link {
                    from: NodeId(row.reference("from", "the nodes", nodes, all)),
                    to: NodeId(row.reference("to", "the nodes", nodes, all)),
                    class: row.choice("class", RoadClass::Residential, all),
                    length_m: row.number("length_m", 0.0, 1e6, all),
                    lanes: row.whole("lanes", 1, 20, all) as u8,
                    speed_m_s: row.number("speed_m_s", 0.1, 60.0, all),
                    bridge: row.flag("bridge", all),
                    tunnel: row.flag("tunnel", all),
                    twin: row.maybe_reference("twin", "the links", links, all).map(LinkId),
                    name: row.text("name", true, all),
                    line: row.line(all),
                });
            }
            _ => {
                row.complain(all, "kind is neither \"node\" nor \"link\"", "one of the two");
                continue;
            }
        }
        row.done(all);
    }
    // A twin is the same street the other way.
    for (k, link) in lists.links.iter().enumerate() {
        if let Some(twin) = link.twin.and_then(|t| lists.links.get(t.index()))
            && (twin.twin != Some(LinkId::of(k)) || twin.from != link.to || twin.to != link.from)
        {
            all.add_at(
                file,
                (lines[k], 1),
                format!("twin: {} does not lead back", link.twin.map_or(0, |t| t.0)),
                "a link from this link's `to` to its `from` whose own twin is this one",
            );
        }
    }
    if links == 0 && all.0.len() == before {
        all.add(file, "has no road", "at least one link between two nodes");
    }
}

fn name(row: &mut Row, all: &mut Complaints) -> Text {
    Text::new(row.text("name_zh", false, all), row.text("name_en", false, all))
}

/// Keys of a list, each once.
#[derive(Default)]
struct Keys(BTreeMap<String, usize>);

impl Keys {
    fn of(&mut self, row: &mut Row, all: &mut Complaints) -> String {
        let key = row.text("key", false, all);
        if let Some(first) = self.0.insert(key.clone(), row.line)
            && !key.is_empty()
        {
            row.complain(all, format!("key: \"{key}\" is taken by line {first}"), "a key of its own");
        }
        key
    }
}

/// Complains of places far off the map: roads may lead a little over its edge.
fn on_map(row: &Row, at: Point, grid: Option<Grid>, all: &mut Complaints) -> Point {
    if let Some(g) = grid {
        let slack = g.width_m().max(g.height_m());
        let (x1, y1) = (g.x0 + g.width_m(), g.y0 + g.height_m());
        if at.x < g.x0 - slack || at.y < g.y0 - slack || at.x > x1 + slack || at.y > y1 + slack {
            row.complain(
                all,
                format!("lies at x {}, y {}, far off the map", at.x, at.y),
                format!("x {} to {x1}, y {} to {y1}, in metres", g.x0, g.y0),
            );
        }
    }
    at
}
