//! What covers the ground, and where the beds of waters lie.
//!
//! Areas are painted from the largest to the smallest, then buildings, main roads, and water. A street keeps its cell
//! dry where a water area merely touches it; the middle line of a river or canal is water even so. Streams narrower than
//! half a cell only lower the ground. The sea is what lies to the right of a coastline (that is how it is drawn).

use super::areas::Area;
use super::frame::Map;
use super::network::Net;
use super::shapes::{cells_near, distance_to_segment};
use super::tags::{area_cover, is_water, waterway};
use crate::place::city::{Cover, RoadClass};
use crate::place::grid::Grid;
use crate::vocab::body::Point;
use std::collections::VecDeque;

/// Depth of the bed of lakes and river areas below their banks, and of the sea below its level, m (assumptions).
const AREA_DEPTH_M: f32 = 3.0;
const SEA_DEPTH_M: f32 = 5.0;

/// Cover of every cell and how far the bed lies below the bank there, m (0 on land).
pub struct Ground {
    pub cover: Vec<Cover>,
    pub depth_m: Vec<f32>,
    pub sea: Vec<bool>,
}

/// Paints the cover.
pub fn paint(map: &Map, areas: &[Area], net: &Net, log: &mut Vec<String>) -> Ground {
    let grid = &map.frame.grid;
    let mut cover = vec![Cover::Field; grid.len()];
    let mut painted: Vec<(f64, usize, Cover)> = Vec::new();
    for (k, area) in areas.iter().enumerate() {
        if let Some(what) = area_cover(&area.tags)
            && what != Cover::Water
        {
            painted.push((area.shape.area_m2(), k, what));
        }
    }
    painted.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    for &(_, k, what) in &painted {
        for cell in areas[k].shape.cells(grid) {
            cover[cell] = what;
        }
    }
    for area in areas.iter().filter(|a| a.tags.get("building").is_some_and(|b| b != "no")) {
        let middle = area.shape.centre().and_then(|p| grid.cell_at(p));
        for cell in area.shape.cells(grid).into_iter().chain(middle) {
            if cover[cell] != Cover::Industry {
                cover[cell] = Cover::Built;
            }
        }
    }
    let built = cover.iter().filter(|c| matches!(c, Cover::Built | Cover::Industry)).count();
    if built * 50 < grid.len() {
        let mut near = 0;
        for link in net.links.iter().filter(|l| matches!(l.class, RoadClass::Residential | RoadClass::Tertiary)) {
            for cell in cells_near(grid, &link.line, 40.0) {
                if cover[cell] == Cover::Field {
                    cover[cell] = Cover::Built;
                    near += 1;
                }
            }
        }
        log.push(format!("ground: the map shows hardly any built-up land; {near} cells within 40 m of town streets were taken as built-up"));
    }
    let mut road = vec![false; grid.len()];
    for link in net.links.iter().filter(|l| l.drivable() && !l.bridge && !l.tunnel) {
        for cell in grid.cells_along(&link.line) {
            road[cell] = true;
            if link.class <= RoadClass::Tertiary {
                cover[cell] = Cover::Paved;
            }
        }
    }
    let mut ground = Ground { depth_m: vec![0.0; grid.len()], sea: vec![false; grid.len()], cover };
    let mut lakes = 0;
    for area in areas.iter().filter(|a| is_water(&a.tags)) {
        lakes += 1;
        for cell in area.shape.cells(grid) {
            if !road[cell] {
                ground.cover[cell] = Cover::Water;
                ground.depth_m[cell] = AREA_DEPTH_M;
            }
        }
    }
    let (mut wide, mut narrow) = (0, 0);
    for way in &map.osm.ways {
        let Some((width_m, depth_m)) = waterway(&way.tags) else { continue };
        let line = map.line(&way.refs);
        if line.len() < 2 {
            continue;
        }
        let middle = grid.cells_along(&line);
        if width_m < 0.5 * grid.cell_m {
            narrow += usize::from(!middle.is_empty());
            for cell in middle.into_iter().filter(|&c| !road[c]) {
                ground.depth_m[cell] = ground.depth_m[cell].max(depth_m as f32);
            }
        } else {
            wide += usize::from(!middle.is_empty());
            for cell in cells_near(grid, &line, width_m / 2.0).into_iter().filter(|&c| !road[c]).chain(middle) {
                ground.cover[cell] = Cover::Water;
                ground.depth_m[cell] = ground.depth_m[cell].max(depth_m as f32);
            }
        }
    }
    paint_sea(map, &road, &mut ground, log);
    let water = ground.cover.iter().filter(|c| **c == Cover::Water).count();
    log.push(format!(
        "ground: {} land areas, {lakes} water areas, {wide} rivers and canals, {narrow} streams (bed lowered only); {water} of {} cells are water",
        painted.len(),
        grid.len()
    ));
    ground
}

/// Water to the right of the coastline: cells beside it are told by their nearest segment, the rest by spreading.
fn paint_sea(map: &Map, road: &[bool], ground: &mut Ground, log: &mut Vec<String>) {
    let grid = &map.frame.grid;
    let reach = 1.5 * grid.cell_m;
    // (distance, how squarely the cell lies off the segment, right side) of the nearest segment.
    let mut near: Vec<Option<(f64, f64, bool)>> = vec![None; grid.len()];
    let mut lines = 0;
    for way in map.osm.ways.iter().filter(|w| w.tags.is("natural", "coastline")) {
        let line = map.line(&way.refs);
        let mut touched = false;
        for pair in line.windows(2) {
            for cell in cells_near(grid, pair, reach) {
                touched = true;
                let p = grid.centre(cell);
                let (d, _) = distance_to_segment(p, pair[0], pair[1]);
                let cross = (pair[1].x - pair[0].x) * (p.y - pair[0].y) - (pair[1].y - pair[0].y) * (p.x - pair[0].x);
                let off = cross.abs() / pair[0].distance_m(pair[1]).max(1e-9);
                let better =
                    near[cell].is_none_or(|(best, square, _)| d < best - 1e-9 || (d < best + 1e-9 && off > square));
                if better {
                    near[cell] = Some((d, off, cross < 0.0));
                }
            }
        }
        lines += usize::from(touched);
    }
    if lines == 0 {
        return;
    }
    let mut sea: Vec<Option<bool>> = near.iter().map(|n| n.map(|(_, _, right)| right)).collect();
    let mut open: VecDeque<usize> = (0..grid.len()).filter(|&c| sea[c].is_some()).collect();
    while let Some(cell) = open.pop_front() {
        for next in neighbours(grid, cell) {
            if sea[next].is_none() {
                sea[next] = sea[cell];
                open.push_back(next);
            }
        }
    }
    let mut count = 0;
    for cell in 0..grid.len() {
        if sea[cell] == Some(true) && !road[cell] {
            ground.sea[cell] = true;
            ground.cover[cell] = Cover::Water;
            count += 1;
        }
    }
    log.push(format!("ground: {lines} coastlines; {count} cells to the right of them are sea"));
}

/// The four neighbours of a cell, in index order.
pub fn neighbours(grid: &Grid, cell: usize) -> impl Iterator<Item = usize> + use<> {
    let (i, j) = (cell % grid.nx, cell / grid.nx);
    let (nx, ny) = (grid.nx, grid.ny);
    [(0i64, -1i64), (-1, 0), (1, 0), (0, 1)].into_iter().filter_map(move |(di, dj)| {
        let (a, b) = (i as i64 + di, j as i64 + dj);
        (a >= 0 && b >= 0 && a < nx as i64 && b < ny as i64).then(|| b as usize * nx + a as usize)
    })
}

/// Lowers the beds of waters into the terrain and gives the stage of the open water. `flat` says that the terrain was
/// not read from a file.
pub fn lower_beds(
    ground: &Ground,
    terrain_m: &mut [f32],
    asked_m: Option<f64>,
    flat: bool,
    log: &mut Vec<String>,
) -> f64 {
    let any_sea = ground.sea.iter().any(|s| *s);
    let mut banks: Vec<f32> = Vec::new();
    for cell in 0..terrain_m.len() {
        if ground.cover[cell] == Cover::Water && !ground.sea[cell] {
            banks.push(terrain_m[cell]);
        }
    }
    banks.sort_by(f32::total_cmp);
    let lowest = terrain_m.iter().copied().fold(f32::INFINITY, f32::min);
    let level_m = match asked_m {
        Some(level) => level,
        // Heights of SRTM and most national models count from mean sea level.
        None if any_sea && !flat => 0.0,
        // On flat ground, 1 m below the banks; in hills, 1 m below the banks of the lowest twentieth of the water.
        None if any_sea => f64::from(lowest) - 1.0,
        None => banks.get(banks.len() / 20).map_or(f64::from(lowest) - 1.0, |b| f64::from(*b) - 1.0),
    };
    for cell in 0..terrain_m.len() {
        if ground.sea[cell] {
            terrain_m[cell] = terrain_m[cell].min(level_m as f32) - SEA_DEPTH_M;
        } else {
            terrain_m[cell] -= ground.depth_m[cell];
        }
    }
    let how = match (asked_m, any_sea && !flat) {
        (Some(_), _) => "as asked",
        (None, true) => "mean sea level",
        (None, false) => "1 m below the lowest banks (assumption)",
    };
    log.push(format!(
        "ground: beds lowered by 3 m (areas, rivers), 2 m (canals), 1 m (streams), sea bed 5 m below its level (assumptions); open water stands at {level_m:.1} m, {how}"
    ));
    level_m
}

/// The cell of the largest connected water, and a few more far along it: where gauges make sense. Points of at most
/// `count` gauges, in order of distance from `centre`.
pub fn gauge_points(grid: &Grid, cover: &[Cover], centre: Point, count: usize) -> Vec<Point> {
    let mut part = vec![u32::MAX; grid.len()];
    let mut sizes: Vec<(usize, usize)> = Vec::new();
    for start in 0..grid.len() {
        if cover[start] != Cover::Water || part[start] != u32::MAX {
            continue;
        }
        let id = sizes.len() as u32;
        part[start] = id;
        let mut open = vec![start];
        let mut size = 0;
        while let Some(cell) = open.pop() {
            size += 1;
            for next in neighbours(grid, cell) {
                if cover[next] == Cover::Water && part[next] == u32::MAX {
                    part[next] = id;
                    open.push(next);
                }
            }
        }
        sizes.push((size, start));
    }
    // Big water: at least 40 cells in one piece, 2.5 ha at 25 m.
    let big: Vec<u32> = (0..sizes.len() as u32).filter(|&k| sizes[k as usize].0 >= 40).collect();
    let cells: Vec<usize> = (0..grid.len()).filter(|&c| big.contains(&part[c])).collect();
    let mut found: Vec<Point> = Vec::new();
    while found.len() < count {
        // The first is nearest to the centre, each next one farthest from those before, yet not beyond the town.
        let next = cells.iter().map(|&c| grid.centre(c)).map(|p| {
            let apart = found.iter().map(|q| q.distance_m(p)).fold(f64::INFINITY, f64::min);
            (if found.is_empty() { -p.distance_m(centre) } else { apart - 0.5 * p.distance_m(centre) }, apart, p)
        });
        let Some((_, apart, p)) = next.max_by(|a, b| a.0.total_cmp(&b.0)) else { break };
        if !found.is_empty() && apart < 500.0 {
            break;
        }
        found.push(p);
    }
    found
}
