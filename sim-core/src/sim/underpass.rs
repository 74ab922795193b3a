//! What waterworks mean to the streets: a road through an underpass (下穿通道) is closed while water stands in it.

use crate::base::ids::LinkId;
use crate::hazard::flood::Flood;
use crate::place::city::City;
use crate::vocab::body::Point;
use crate::vocab::lever::{Closure, Lever};
use hydro::structures::news::StructureNews;
use hydro::structures::storage::StorageKind;

/// Roads farther from the middle of its entrances do not run through an underpass, m (assumption: half the width of a street
/// and the error of a map).
const REACH_M: f64 = 40.0;
/// Places along a road at which its distance is taken.
const LOOKS: usize = 8;

/// What the roads have to do when a piece of news comes from the waterworks.
pub fn road_lever(city: &City, flood: &Flood, news: &StructureNews) -> Option<Lever> {
    let (name, closes) = match news {
        StructureNews::StorageImpassable { storage, .. } => (storage, true),
        StructureNews::StoragePassable { storage } => (storage, false),
        _ => return None,
    };
    let spec = &flood.structures()?.spec;
    let underpass = spec.storages.iter().find(|s| s.name == *name && s.kind == StorageKind::Underpass)?;
    let n = underpass.entrances.len() as f64;
    let sum = underpass.entrances.iter().fold((0.0, 0.0), |sum, e| (sum.0 + e.at.x, sum.1 + e.at.y));
    let link = through(city, Point::new(sum.0 / n, sum.1 / n))?;
    Some(if closes { Lever::CloseRoad { link, why: Closure::Water } } else { Lever::OpenRoad { link } })
}

/// The road nearest to a place.
fn through(city: &City, at: Point) -> Option<LinkId> {
    let distance_m = |link: &LinkId| {
        let link = &city.links[link.index()];
        let look = |k: usize| link.point_at(k as f64 / LOOKS as f64).distance_m(at);
        (0..=LOOKS).map(look).fold(f64::INFINITY, f64::min)
    };
    let nearest = (0..city.links.len()).map(LinkId::of).map(|link| (distance_m(&link), link));
    nearest.min_by(|a, b| a.0.total_cmp(&b.0)).filter(|(d, _)| *d <= REACH_M).map(|(_, link)| link)
}
