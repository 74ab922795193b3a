//! The areas of a map: closed ways and multipolygon relations, with the tags that say what they are.

use super::frame::Map;
use super::osm::{Kind, Tags};
use super::shapes::{Shape, join_rings};
use crate::vocab::body::Point;

/// An area on the grid, at least partly inside it.
pub struct Area {
    pub tags: Tags,
    pub shape: Shape,
}

/// Keys of which one at least makes a closed way an area.
const KEYS: [&str; 13] = [
    "building",
    "landuse",
    "natural",
    "leisure",
    "amenity",
    "water",
    "place",
    "power",
    "man_made",
    "healthcare",
    "office",
    "tourism",
    "industrial",
];

/// Areas in file order (ways by id, then relations by id), and how many relations had rings that do not close.
pub fn collect(map: &Map) -> (Vec<Area>, usize) {
    let (width, height) = (map.frame.grid.width_m(), map.frame.grid.height_m());
    let touches = |shape: &Shape| {
        let (low, high) = shape.extent();
        low.x < width && low.y < height && high.x > 0.0 && high.y > 0.0
    };
    let mut areas = Vec::new();
    for way in &map.osm.ways {
        let closed = way.refs.len() >= 4 && way.refs.first() == way.refs.last();
        let water = way.tags.any("waterway", &["riverbank", "dock"]);
        let border = way.tags.is("boundary", "administrative");
        let wanted = KEYS.iter().any(|k| way.tags.get(k).is_some()) || water || border;
        if !closed || !wanted || way.tags.is("natural", "coastline") {
            continue;
        }
        let mut line = map.line(&way.refs);
        if line.len() >= 2 && line.first() == line.last() {
            line.pop();
        }
        if line.len() < 3 {
            continue;
        }
        let shape = Shape { outers: vec![line], inners: Vec::new() };
        if touches(&shape) {
            areas.push(Area { tags: way.tags.clone(), shape });
        }
    }
    let mut open_rings = 0;
    for relation in &map.osm.relations {
        if !relation.tags.any("type", &["multipolygon", "boundary"]) {
            continue;
        }
        let border = relation.tags.is("boundary", "administrative");
        let water = relation.tags.any("waterway", &["riverbank", "dock"]);
        if !border && !water && !KEYS.iter().any(|k| relation.tags.get(k).is_some()) {
            continue;
        }
        let mut shape = Shape::default();
        let mut open = 0;
        for inner in [false, true] {
            let lines: Vec<Vec<i64>> = relation
                .members
                .iter()
                .filter(|(kind, _, role)| *kind == Kind::Way && (role == "inner") == inner)
                .filter_map(|(_, id, _)| map.osm.way(*id).map(|w| w.refs.clone()))
                .collect();
            let (rings, left) = join_rings(lines);
            open += left;
            let rings: Vec<Vec<Point>> = rings.iter().map(|r| map.line(r)).filter(|r| r.len() >= 3).collect();
            if inner { shape.inners = rings } else { shape.outers = rings }
        }
        open_rings += usize::from(open > 0);
        if !shape.outers.is_empty() && touches(&shape) {
            areas.push(Area { tags: relation.tags.clone(), shape });
        }
    }
    (areas, open_rings)
}
