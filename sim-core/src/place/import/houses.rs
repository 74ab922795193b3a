//! Buildings, and the people who sleep in them.
//!
//! Outlines come from the map. What a map does not say (storeys, use) follows from the area around and from how dense
//! the town is. Where a map has streets but hardly any buildings, blocks are set along the streets, and the log says so.

use super::areas::Area;
use super::frame::Map;
use super::ground::Ground;
use super::network::Net;
use super::shapes::{Buckets, cells_near, direction, length_m, point_along, simplify, within};
use super::tags::{area_use, building_use, storeys};
use crate::base::chance::{Stream, draw};
use crate::base::ids::{NodeId, ZoneId};
use crate::base::math::sqrt;
use crate::base::time::Tick;
use crate::place::city::{Building, Cover, Link, RoadClass, Use};
use crate::place::grid::Grid;
use crate::vocab::body::Point;

/// Smaller footprints are sheds and map noise, m2 (assumption).
const SMALLEST_M2: f64 = 15.0;
/// Homes smaller than this are outhouses, m2 (assumption).
const HOME_MIN_M2: f64 = 30.0;
/// Gross floor area per resident when blocks are invented, m2 (assumption; the Chinese census of 2020 gives about 37 m2
/// of dwelling per head in cities).
const FLOOR_PER_HEAD_M2: f64 = 35.0;
/// Below this gross floor area per resident the mapped homes can not hold the town, m2 (assumption).
const CROWDED_M2: f64 = 10.0;
/// Level of the ground floor above the street, m (assumption: two steps).
const PLINTH_M: f32 = 0.3;
/// No building sleeps more.
const RESIDENTS_MAX: u32 = 60_000;
/// Most blocks that are invented.
const INVENTED_MAX: f64 = 15_000.0;

/// Buildings from the outlines of the map; zones and residents are filled in later.
pub fn from_map(map: &Map, areas: &[Area], log: &mut Vec<String>) -> Vec<Building> {
    let grid = &map.frame.grid;
    let uses: Vec<(&Area, Use, (Point, Point))> =
        areas.iter().filter_map(|a| area_use(&a.tags).map(|u| (a, u, a.shape.extent()))).collect();
    let mut drafts: Vec<(Building, Option<u8>, bool)> = Vec::new();
    let (mut small, mut outside) = (0, 0);
    for area in areas.iter().filter(|a| a.tags.get("building").is_some_and(|b| b != "no")) {
        let (footprint, Some(at)) = (area.shape.area_m2(), area.shape.centre()) else { continue };
        if footprint < SMALLEST_M2 {
            small += 1;
            continue;
        }
        if !map.frame.holds(at) {
            outside += 1;
            continue;
        }
        let own = building_use(&area.tags);
        let around = || {
            let inside =
                |(low, high): &(Point, Point)| at.x >= low.x && at.y >= low.y && at.x <= high.x && at.y <= high.y;
            uses.iter().find(|(a, _, extent)| inside(extent) && a.shape.contains(at)).map(|(_, u, _)| *u)
        };
        let purpose =
            own.map(|o| o.0).or_else(around).unwrap_or(if footprint < HOME_MIN_M2 { Use::Other } else { Use::Home });
        let outline = simplify(area.shape.ring(), 0.5);
        drafts.push((
            Building {
                at,
                footprint_m2: footprint as f32,
                storeys: own.map_or(0, |o| o.1),
                purpose,
                zone: ZoneId(0),
                plinth_m: PLINTH_M,
                node: NodeId(0),
                residents: 0,
                outline,
            },
            storeys(&area.tags),
            own.is_some(),
        ));
    }
    // A school or hospital is often only a point inside a plain outline.
    let points: Vec<Point> = drafts.iter().map(|d| d.0.at).collect();
    let buckets = Buckets::new(points, grid.width_m(), grid.height_m(), 100.0);
    let mut named = 0;
    for (id, tags) in &map.osm.node_tags {
        let Some((purpose @ (Use::School | Use::Health | Use::Public), usual)) = building_use(tags) else { continue };
        let Some(p) = map.at(*id) else { continue };
        if let Some(k) = buckets.near(p, 80.0).into_iter().find(|&k| within(&drafts[k].0.outline, p))
            && !drafts[k].2
        {
            let draft = &mut drafts[k];
            (draft.0.purpose, draft.0.storeys, draft.2) = (purpose, draft.0.storeys.max(usual), true);
            named += 1;
        }
    }
    let dense = Density::new(grid, drafts.iter().map(|d| (d.0.at, f64::from(d.0.footprint_m2))));
    let (mut told, mut guessed) = (0, 0);
    for (building, given, _) in &mut drafts {
        building.storeys = match given {
            Some(n) => {
                told += 1;
                *n
            }
            None => {
                guessed += 1;
                usual_storeys(building, dense.share_built(building.at))
            }
        };
    }
    log.push(format!(
        "buildings: {} taken ({small} below {SMALLEST_M2} m2 and {outside} outside left out); storeys of {told} from the map, of {guessed} guessed; use of {named} from points inside them",
        drafts.len()
    ));
    drafts.into_iter().map(|d| d.0).collect()
}

/// Storeys of a building that does not tell. Assumption: the more of the land is built on, the higher the town.
fn usual_storeys(b: &Building, share_built: f64) -> u8 {
    let by_town = if share_built > 0.28 {
        6
    } else if share_built > 0.18 {
        4
    } else {
        2
    };
    match b.purpose {
        Use::Home if b.footprint_m2 < 80.0 => by_town.min(2),
        Use::Home => b.storeys.max(by_town),
        Use::Work | Use::Health => by_town.max(3),
        Use::School | Use::Shop | Use::Public => b.storeys.max(2),
        Use::Industry | Use::Other => b.storeys.max(1),
    }
}

/// How much of the land around is built on, on squares of 100 m and their neighbours.
struct Density {
    columns: usize,
    rows: usize,
    footprint_m2: Vec<f64>,
}

impl Density {
    const SQUARE_M: f64 = 100.0;
    fn new(grid: &Grid, buildings: impl Iterator<Item = (Point, f64)>) -> Density {
        let columns = (grid.width_m() / Self::SQUARE_M).ceil() as usize;
        let rows = (grid.height_m() / Self::SQUARE_M).ceil() as usize;
        let mut density = Density { columns, rows, footprint_m2: vec![0.0; columns * rows] };
        for (p, area) in buildings {
            let (i, j) = density.square(p);
            density.footprint_m2[j * columns + i] += area;
        }
        density
    }
    fn square(&self, p: Point) -> (usize, usize) {
        let to = |v: f64, n: usize| ((v / Self::SQUARE_M).max(0.0) as usize).min(n - 1);
        (to(p.x, self.columns), to(p.y, self.rows))
    }
    fn share_built(&self, p: Point) -> f64 {
        let (i, j) = self.square(p);
        let (mut sum, mut n) = (0.0, 0.0);
        for b in j.saturating_sub(1)..=(j + 1).min(self.rows - 1) {
            for a in i.saturating_sub(1)..=(i + 1).min(self.columns - 1) {
                sum += self.footprint_m2[b * self.columns + a];
                n += 1.0;
            }
        }
        sum / (n * Self::SQUARE_M * Self::SQUARE_M)
    }
}

/// Gross floor area, m2.
fn floor_m2(b: &Building) -> f64 {
    f64::from(b.footprint_m2) * f64::from(b.storeys)
}

/// A place for an invented block beside a street.
struct Plot {
    at: Point,
    along: (f64, f64),
    weight: f64,
}

/// Sets blocks along the streets until the homes hold `residents`, if the map's own can not. Appends to `buildings`.
pub fn invent(
    map: &Map,
    net: &Net,
    ground: &Ground,
    terrain_m: &[f32],
    residents: u32,
    buildings: &mut Vec<Building>,
    log: &mut Vec<String>,
) {
    let homes: f64 = buildings.iter().filter(|b| b.purpose == Use::Home).map(floor_m2).sum();
    let wanted = f64::from(residents) * FLOOR_PER_HEAD_M2;
    if homes >= f64::from(residents) * CROWDED_M2 {
        return;
    }
    let need = wanted - homes;
    let town = |l: &&Link| !l.bridge && !l.tunnel && (l.twin.is_none() || l.from < l.to);
    let inner = |l: &&Link| matches!(l.class, RoadClass::Residential | RoadClass::Tertiary);
    let km = net.links.iter().filter(town).filter(inner).map(|l| l.length_m).sum::<f64>() / 1000.0;
    // Many people to a street make slab blocks, few make houses (assumption).
    let slabs = f64::from(residents) > 150.0 * km;
    let (length, depth) = if slabs { (40.0, 13.0) } else { (14.0, 11.0) };
    let footprint = length * depth;
    let mut plots = find_plots(
        map,
        net,
        ground,
        terrain_m,
        buildings,
        (length, depth),
        &[RoadClass::Residential, RoadClass::Tertiary],
    );
    if plots.len() as f64 * footprint * 6.0 < need {
        let more =
            [RoadClass::Residential, RoadClass::Tertiary, RoadClass::Secondary, RoadClass::Primary, RoadClass::Service];
        plots = find_plots(map, net, ground, terrain_m, buildings, (length, depth), &more);
    }
    if plots.is_empty() {
        log.push("buildings: the map has too few, and there is no room beside its streets to invent any".into());
        return;
    }
    // One block in eight is no home: shops, workshops, offices (assumption).
    const HOMES: f64 = 0.875;
    let room = plots.len() as f64 * footprint * HOMES;
    let high = (need / (0.6 * room)).round().clamp(if slabs { 3.0 } else { 2.0 }, 33.0);
    let share = (need / (room * high)).min(INVENTED_MAX / plots.len() as f64);
    let mean = plots.iter().map(|p| p.weight).sum::<f64>() / plots.len() as f64;
    let before = buildings.len();
    for (k, plot) in plots.iter().enumerate() {
        let chance = |d: u32| draw(0, Stream::Synthesis, k as u32, Tick(0), d);
        if chance(0) >= share * plot.weight / mean {
            continue;
        }
        let ((ux, uy), (l, d)) = (plot.along, (length / 2.0, depth / 2.0));
        let corner = |a: f64, b: f64| Point::new(plot.at.x + a * ux - b * uy, plot.at.y + a * uy + b * ux);
        let purpose = match chance(1) {
            c if c < HOMES => Use::Home,
            c if c < HOMES + 0.05 => Use::Shop,
            _ => Use::Work,
        };
        // Heights vary by a third around the usual one.
        let storeys = (high * (0.67 + 0.66 * chance(2))).round().clamp(1.0, 40.0) as u8;
        buildings.push(Building {
            at: plot.at,
            footprint_m2: footprint as f32,
            storeys,
            purpose,
            zone: ZoneId(0),
            plinth_m: PLINTH_M,
            node: NodeId(0),
            residents: 0,
            outline: vec![corner(-l, -d), corner(l, -d), corner(l, d), corner(-l, d)],
        });
    }
    log.push(format!(
        "buildings: INVENTED {} blocks of {length} x {depth} m, about {high:.0} storeys, along the streets, because the map's own homes offer {:.1} m2 a head; they are not real",
        buildings.len() - before,
        homes / f64::from(residents)
    ));
}

/// Free places beside streets of the given classes: off the carriageways, other blocks, water, parks, works and slopes.
fn find_plots(
    map: &Map,
    net: &Net,
    ground: &Ground,
    terrain_m: &[f32],
    buildings: &[Building],
    (length, depth): (f64, f64),
    classes: &[RoadClass],
) -> Vec<Plot> {
    let grid = &map.frame.grid;
    let fine_m = sqrt(grid.width_m() * grid.height_m() / 4.0e7).max(4.0);
    let fine = Grid {
        nx: (grid.width_m() / fine_m).ceil() as usize,
        ny: (grid.height_m() / fine_m).ceil() as usize,
        cell_m: fine_m,
        x0: 0.0,
        y0: 0.0,
    };
    let mut taken = vec![false; fine.len()];
    for link in net.links.iter().filter(|l| l.drivable() && !l.tunnel) {
        let half = if link.class <= RoadClass::Secondary { 9.0 } else { 4.5 };
        for cell in cells_near(&fine, &link.line, half) {
            taken[cell] = true;
        }
    }
    for b in buildings {
        for cell in fine.cells_within(b.at, sqrt(f64::from(b.footprint_m2)) * 0.7) {
            taken[cell] = true;
        }
    }
    let nodes = Buckets::new(net.nodes.iter().map(|n| n.at).collect(), grid.width_m(), grid.height_m(), 300.0);
    let mut plots = Vec::new();
    for link in &net.links {
        // Of two twins the one from the lower node stands for the street.
        let once = link.twin.is_none() || link.from < link.to;
        if !once || !classes.contains(&link.class) || link.bridge || link.tunnel {
            continue;
        }
        let total = length_m(&link.line);
        let setback = depth / 2.0 + if link.class <= RoadClass::Secondary { 14.0 } else { 9.0 };
        let pitch = length + if length > 20.0 { 10.0 } else { 6.0 };
        let count = ((total - 16.0) / pitch).floor().max(0.0) as usize;
        for k in 0..count {
            let along_m = 8.0 + pitch * (k as f64 + 0.5);
            let (a, b) = (point_along(&link.line, along_m - 2.0), point_along(&link.line, along_m + 2.0));
            let Some(u) = direction(a, b) else { continue };
            for side in [1.0, -1.0] {
                let at = Point::new(a.x - side * u.1 * setback, a.y + side * u.0 * setback);
                let Some(cell) = grid.cell_at(at) else { continue };
                let free_ground = matches!(ground.cover[cell], Cover::Field | Cover::Built | Cover::Paved)
                    && !steep(grid, terrain_m, cell);
                // The corners of a house may not leave the map.
                let inside =
                    at.x > length && at.y > length && at.x < grid.width_m() - length && at.y < grid.height_m() - length;
                if !free_ground || !inside {
                    continue;
                }
                let cells = rectangle(&fine, at, u, length / 2.0, depth / 2.0);
                if cells.iter().any(|&c| taken[c]) {
                    continue;
                }
                for c in cells {
                    taken[c] = true;
                }
                plots.push(Plot { at, along: u, weight: nodes.near(at, 300.0).len().clamp(1, 60) as f64 });
            }
        }
    }
    plots
}

/// Does the ground fall by more than 0.4 m a metre to a neighbour? Nobody builds there without need (assumption).
fn steep(grid: &Grid, terrain_m: &[f32], cell: usize) -> bool {
    super::ground::neighbours(grid, cell).any(|n| f64::from((terrain_m[n] - terrain_m[cell]).abs()) > 0.4 * grid.cell_m)
}

fn rectangle(fine: &Grid, at: Point, u: (f64, f64), half_length: f64, half_depth: f64) -> Vec<usize> {
    let mut cells = Vec::new();
    let steps = |half: f64| ((2.0 * half / (0.8 * fine.cell_m)).ceil() as usize).max(1);
    let (n, m) = (steps(half_length), steps(half_depth));
    for a in 0..=n {
        for b in 0..=m {
            let (s, t) =
                (half_length * (2.0 * a as f64 / n as f64 - 1.0), half_depth * (2.0 * b as f64 / m as f64 - 1.0));
            cells.extend(fine.cell_at(Point::new(at.x + s * u.0 - t * u.1, at.y + s * u.1 + t * u.0)));
        }
    }
    cells.sort_unstable();
    cells.dedup();
    cells
}

/// Spreads exactly `residents` over the homes by floor area (largest remainder). What is wrong comes back as text.
pub fn settle(buildings: &mut [Building], residents: u32, log: &mut Vec<String>) -> Result<(), String> {
    let homes: Vec<usize> = (0..buildings.len()).filter(|&k| buildings[k].purpose == Use::Home).collect();
    let total: f64 = homes.iter().map(|&k| floor_m2(&buildings[k])).sum();
    if homes.is_empty() || total <= 0.0 {
        return Err("holds no building that could be a home, and no street to set one beside".into());
    }
    if u64::from(residents) > homes.len() as u64 * u64::from(RESIDENTS_MAX) {
        return Err(format!("has {} homes, too few for {residents} residents", homes.len()));
    }
    let mut given: Vec<u32> = Vec::with_capacity(homes.len());
    let mut rests: Vec<(f64, usize)> = Vec::with_capacity(homes.len());
    for (row, &k) in homes.iter().enumerate() {
        let quota = f64::from(residents) * floor_m2(&buildings[k]) / total;
        given.push((quota.floor() as u32).min(RESIDENTS_MAX));
        rests.push((quota - quota.floor(), row));
    }
    rests.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut left = residents - given.iter().sum::<u32>().min(residents);
    while left > 0 {
        for &(_, row) in &rests {
            if left > 0 && given[row] < RESIDENTS_MAX {
                given[row] += 1;
                left -= 1;
            }
        }
    }
    for (row, &k) in homes.iter().enumerate() {
        buildings[k].residents = given[row] as u16;
    }
    log.push(format!(
        "people: {residents} residents in {} homes, {:.0} m2 of gross floor a head",
        homes.len(),
        total / f64::from(residents)
    ));
    Ok(())
}

/// Gives every building its door: the nearest node that cars reach.
pub fn find_doors(net: &Net, grid: &Grid, buildings: &mut [Building]) {
    let doors = Doors::new(net, grid);
    for b in buildings {
        b.node = doors.nearest(b.at);
    }
}

/// The nodes that cars reach.
pub struct Doors {
    ids: Vec<NodeId>,
    buckets: Buckets,
}

impl Doors {
    pub fn new(net: &Net, grid: &Grid) -> Doors {
        let mut cars = vec![false; net.nodes.len()];
        // A door on a bridge or in a tunnel only where there is none else.
        for on_ground in [true, false] {
            for link in net.links.iter().filter(|l| l.drivable() && (!on_ground || !(l.bridge || l.tunnel))) {
                cars[link.from.index()] = true;
                cars[link.to.index()] = true;
            }
            if cars.contains(&true) {
                break;
            }
        }
        let ids: Vec<NodeId> = (0..cars.len()).filter(|&k| cars[k]).map(NodeId::of).collect();
        let points = ids.iter().map(|n| net.nodes[n.index()].at).collect();
        Doors { ids, buckets: Buckets::new(points, grid.width_m(), grid.height_m(), 150.0) }
    }
    pub fn nearest(&self, p: Point) -> NodeId {
        self.ids[self.buckets.nearest(p).expect("a network with streets has doors")]
    }
}
