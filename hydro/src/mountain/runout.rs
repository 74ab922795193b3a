//! How far a landslide or debris flow runs and what it buries (泥石流堆积范围), from its volume alone.
//!
//! ```text
//! travel      L = 1.9 V^0.16 H^0.83                     Rickenmann 1999 (H: fall from the start to the end)
//! peak        Q = 0.1 V^0.833,  speed v = 2.1 Q^0.33 S^0.33                Mizuyama 1992; Rickenmann 1999
//! section     A = a1 V^(2/3),  plan B = a2 V^(2/3)      Griswold and Iverson 2008 (read): a1, a2 =
//!             debris flows 0.1, 20; rock avalanches 0.2, 20; lahars 0.05, 200 (the last after Iverson et al. 1998)
//! ```
//!
//! The path is the steepest descent on the grid; out of a hollow it goes over the lowest rim. It ends where its length
//! reaches L of its own fall. Like LAHARZ, the deposit fills sections across the path, each to A, from where the ground
//! turns gentle on down, until B is used up; when the path ends first, the rest backs up above.

use crate::flow::Flow;
use base::grid::Grid;
use base::math;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

/// What comes down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    DebrisFlow,
    RockAvalanche,
    Lahar,
}

impl Kind {
    /// Coefficients of section and plan (Griswold and Iverson 2008).
    fn mobility(self) -> (f64, f64) {
        match self {
            Kind::DebrisFlow => (0.1, 20.0),
            Kind::RockAvalanche => (0.2, 20.0),
            Kind::Lahar => (0.05, 200.0),
        }
    }
    pub fn section_m2(self, volume_m3: f64) -> f64 {
        self.mobility().0 * math::pow(volume_m3, 2.0 / 3.0)
    }
    pub fn plan_m2(self, volume_m3: f64) -> f64 {
        self.mobility().1 * math::pow(volume_m3, 2.0 / 3.0)
    }
}

/// Travel distance, m, of `volume_m3` that falls by `fall_m` (Rickenmann 1999).
pub fn travel_m(volume_m3: f64, fall_m: f64) -> f64 {
    1.9 * math::pow(volume_m3, 0.16) * math::pow(fall_m, 0.83)
}

/// Peak discharge of a stony debris flow, m3/s (Mizuyama et al. 1992, by way of Rickenmann 1999; from memory).
pub fn peak_m3_s(volume_m3: f64) -> f64 {
    0.1 * math::pow(volume_m3, 0.833)
}

/// Mean speed, m/s, of peak discharge `q_m3_s` down a slope (Rickenmann 1999).
pub fn speed_m_s(q_m3_s: f64, slope: f64) -> f64 {
    2.1 * math::pow(q_m3_s, 0.33) * math::pow(slope.max(0.0), 0.33)
}

/// A triangular hydrograph that begins at `start_s`, holds `volume_m3` of mixture and peaks by Mizuyama's relation a third
/// of the way (the steep front is usual; the third is an assumption): time (s), discharge (m3/s).
pub fn hydrograph(volume_m3: f64, start_s: f64) -> Vec<(f64, f64)> {
    let q = peak_m3_s(volume_m3);
    let lasts = 2.0 * volume_m3 / q;
    vec![(start_s, 0.0), (start_s + lasts / 3.0, q), (start_s + lasts, 0.0)]
}

/// The way down and what it buries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Runout {
    /// Cells from the source on.
    pub path: Vec<usize>,
    pub length_m: f64,
    pub fall_m: f64,
    /// Cells of the deposit and its depth there, m, in index order.
    pub deposit: Vec<(usize, f64)>,
    /// When the front passes each cell of the path, s after the start.
    pub arrives_s: Vec<f64>,
}

/// Follows `volume_m3` from `source` down `bed_m`. The deposit begins where the slope ahead stays below `deposits_below`
/// (0.18, ten degrees, is usual for debris flows: Rickenmann 1999 gives fans of 4 to 11 degrees; from memory).
pub fn follow(grid: &Grid, bed_m: &[f64], source: usize, volume_m3: f64, kind: Kind, deposits_below: f64) -> Runout {
    let (path, along_m) = descend(grid, bed_m, source, volume_m3);
    let length_m = along_m[along_m.len() - 1];
    let fall_m = bed_m[source] - bed_m[path[path.len() - 1]];
    // Where the deposit begins: the first place from which the mean slope over ten cells on is gentle.
    let ahead = |k: usize| {
        let to = (k + 10).min(path.len() - 1);
        if to > k { (bed_m[path[k]] - bed_m[path[to]]) / (along_m[to] - along_m[k]) } else { 0.0 }
    };
    let head = (0..path.len()).find(|&k| ahead(k) < deposits_below).unwrap_or(path.len() - 1);
    let deposit = fill(grid, bed_m, &path, head, volume_m3, kind);
    let q = peak_m3_s(volume_m3);
    let mut arrives_s = vec![0.0];
    for k in 1..path.len() {
        // Speed by the mean slope about here; never slower than a walk until it stops.
        let slope = ahead(k.saturating_sub(5)).max(0.005);
        arrives_s.push(arrives_s[k - 1] + (along_m[k] - along_m[k - 1]) / speed_m_s(q, slope).max(0.5));
    }
    Runout { path, length_m, fall_m, deposit, arrives_s }
}

fn neighbours(grid: &Grid, cell: usize) -> impl Iterator<Item = (usize, f64)> + use<> {
    let grid = *grid;
    let (i, j) = ((cell % grid.nx) as isize, (cell / grid.nx) as isize);
    (-1..=1isize).flat_map(move |dj| (-1..=1isize).map(move |di| (di, dj))).filter_map(move |(di, dj)| {
        let (x, y) = (i + di, j + dj);
        let inside = (di, dj) != (0, 0) && x >= 0 && y >= 0 && x < grid.nx as isize && y < grid.ny as isize;
        let far = if di != 0 && dj != 0 { std::f64::consts::SQRT_2 } else { 1.0 };
        inside.then(|| (grid.index(x as usize, y as usize), far * grid.cell_m))
    })
}

/// A level as a whole number of tenths of a millimetre, so that it can be put in order.
fn rank(level_m: f64) -> i64 {
    (level_m * 1e4).round() as i64
}

/// Steepest descent; from a hollow on over its lowest rim. Stops at the grid's rim, at the travel distance, or where no way
/// on is lower.
fn descend(grid: &Grid, bed_m: &[f64], source: usize, volume_m3: f64) -> (Vec<usize>, Vec<f64>) {
    let (mut path, mut along) = (vec![source], vec![0.0]);
    let mut been: BTreeSet<usize> = BTreeSet::from([source]);
    loop {
        let here = path[path.len() - 1];
        let run = along[along.len() - 1];
        let fall = (bed_m[source] - bed_m[here]).max(0.0);
        if run > 2.0 * grid.cell_m && run >= travel_m(volume_m3, fall) {
            break;
        }
        let steepest =
            neighbours(grid, here).filter(|(to, _)| !been.contains(to) && bed_m[*to] < bed_m[here]).max_by(|a, b| {
                let slope = |(to, far): &(usize, f64)| (bed_m[here] - bed_m[*to]) / far;
                slope(a).total_cmp(&slope(b)).then(b.0.cmp(&a.0))
            });
        let steps = match steepest {
            Some((to, _)) => vec![to],
            None => match over_the_rim(grid, bed_m, here, &been) {
                Some(way) => way,
                None => break,
            },
        };
        for to in steps {
            let last = path[path.len() - 1];
            let (di, dj) = ((to % grid.nx).abs_diff(last % grid.nx), (to / grid.nx).abs_diff(last / grid.nx));
            let far = if di + dj == 2 { std::f64::consts::SQRT_2 } else { 1.0 };
            along.push(along[along.len() - 1] + far * grid.cell_m);
            path.push(to);
            been.insert(to);
        }
        let (i, j) = (path[path.len() - 1] % grid.nx, path[path.len() - 1] / grid.nx);
        if i == 0 || j == 0 || i + 1 == grid.nx || j + 1 == grid.ny {
            break;
        }
    }
    (path, along)
}

/// The way from the bottom of a hollow over its lowest rim to the first lower cell (flooding by level); `None` when the
/// hollow is larger than 20 000 cells or reaches the rim of the grid.
fn over_the_rim(grid: &Grid, bed_m: &[f64], from: usize, been: &BTreeSet<usize>) -> Option<Vec<usize>> {
    let mut came: BTreeMap<usize, usize> = BTreeMap::from([(from, from)]);
    let mut open = BinaryHeap::from([Reverse((rank(bed_m[from]), from))]);
    while let Some(Reverse((level, cell))) = open.pop() {
        if bed_m[cell] < bed_m[from] && !been.contains(&cell) {
            let mut way = vec![cell];
            let mut at = cell;
            while came[&at] != from {
                at = came[&at];
                way.push(at);
            }
            way.reverse();
            return Some(way);
        }
        if came.len() > 20_000 {
            return None;
        }
        for (to, _) in neighbours(grid, cell) {
            if let Entry::Vacant(fresh) = came.entry(to) {
                fresh.insert(cell);
                open.push(Reverse((level.max(rank(bed_m[to])), to)));
            }
        }
    }
    None
}

/// Fills sections across the path, each to the section area, until the plan area is used up; then lays the volume over the
/// cells in proportion to how deep they were filled.
fn fill(grid: &Grid, bed_m: &[f64], path: &[usize], head: usize, volume_m3: f64, kind: Kind) -> Vec<(usize, f64)> {
    let (section, plan) = (kind.section_m2(volume_m3), kind.plan_m2(volume_m3));
    let cells = ((plan / (grid.cell_m * grid.cell_m)).round() as usize).max(1);
    let mut depth: BTreeMap<usize, f64> = BTreeMap::new();
    'path: for k in (head..path.len()).chain((0..head).rev()) {
        // Direction of the path about here, over a few cells.
        let (from, to) = (path[k.saturating_sub(4)], path[(k + 4).min(path.len() - 1)]);
        let (a, b) = (grid.centre(from), grid.centre(to));
        let far = a.distance_m(b);
        let (dx, dy) = if far > 0.0 { ((b.x - a.x) / far, (b.y - a.y) / far) } else { (1.0, 0.0) };
        for (cell, deep) in across(grid, bed_m, path[k], (-dy, dx), section) {
            if depth.len() >= cells && !depth.contains_key(&cell) {
                break 'path;
            }
            let held = depth.entry(cell).or_insert(0.0);
            *held = held.max(deep);
        }
    }
    let filled: f64 = depth.values().sum::<f64>() * grid.cell_m * grid.cell_m;
    if filled <= 0.0 {
        return vec![(path[head], volume_m3 / (grid.cell_m * grid.cell_m))];
    }
    depth.into_iter().map(|(cell, deep)| (cell, deep * volume_m3 / filled)).collect()
}

/// The section through `cell` along `side`: raises a level until it encloses `area_m2`; cells and depths.
fn across(grid: &Grid, bed_m: &[f64], cell: usize, side: (f64, f64), area_m2: f64) -> Vec<(usize, f64)> {
    let centre = grid.centre(cell);
    let floor = bed_m[cell];
    let at = |way: f64, k: usize| {
        let step = way * grid.cell_m * k as f64;
        grid.cell_at(base::grid::Point::new(centre.x + side.0 * step, centre.y + side.1 * step))
    };
    let enclosed = |level: f64| {
        let mut held = vec![(cell, level - floor)];
        for way in [1.0, -1.0] {
            // Both arms run until the ground stands above the level; no further than 500 cells.
            for k in 1..500 {
                match at(way, k) {
                    Some(c) if bed_m[c] < level => held.push((c, level - bed_m[c])),
                    _ => break,
                }
            }
        }
        held
    };
    let area = |held: &[(usize, f64)]| held.iter().map(|(_, d)| d).sum::<f64>() * grid.cell_m;
    let (mut low, mut high) = (0.0, 1.0);
    while area(&enclosed(floor + high)) < area_m2 && high < 1000.0 {
        high *= 2.0;
    }
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if area(&enclosed(floor + middle)) < area_m2 {
            low = middle;
        } else {
            high = middle;
        }
    }
    enclosed(floor + high)
}

/// Lays a deposit on the bed of a flow: water that stands there is lifted with it. Across a river it is a dam, and the lake
/// behind it grows by itself.
pub fn lay(flow: &mut (impl Flow + ?Sized), deposit: &[(usize, f64)]) {
    for &(cell, depth_m) in deposit {
        flow.set_bed_m(cell, flow.bed_m(cell) + depth_m);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relations_have_their_published_values() {
        // Grade: reference. V 10 000 m3: L = 1.9 x 4.365 x 500^0.83; Q = 215; A, B = 46.4, 9283 m2 (debris flow).
        assert!((travel_m(1e4, 500.0) / (1.9 * 4.3652 * 500f64.powf(0.83)) - 1.0).abs() < 1e-4);
        assert!((peak_m3_s(1e4) - 214.8).abs() < 0.5, "{}", peak_m3_s(1e4));
        assert!((Kind::DebrisFlow.section_m2(1e4) - 46.42).abs() < 0.01);
        assert!((Kind::DebrisFlow.plan_m2(1e4) - 9283.2).abs() < 0.1);
        assert!((Kind::Lahar.plan_m2(1e6) - 2e6).abs() < 1.0);
        // Reach angle of 1e4 m3 from 500 m: H/L, within the 11 to 20 degrees noted for channel flows.
        let angle = (500.0 / travel_m(1e4, 500.0)).atan().to_degrees();
        assert!((11.0..25.0).contains(&angle), "{angle}");
        let h = hydrograph(1e4, 60.0);
        let under: f64 = h.windows(2).map(|p| 0.5 * (p[0].1 + p[1].1) * (p[1].0 - p[0].0)).sum();
        assert!((under - 1e4).abs() < 1e-6);
    }

    /// A valley along y that falls to the south: steep to y = 1000 m, then a gentle fan; walls rise to the sides.
    fn valley() -> (Grid, Vec<f64>) {
        let grid = Grid { nx: 81, ny: 300, cell_m: 10.0, x0: 0.0, y0: 0.0 };
        let bed = (0..grid.len())
            .map(|c| {
                let p = grid.centre(c);
                let along = if p.y > 1000.0 { 50.0 + 0.35 * (p.y - 1000.0) } else { 0.05 * p.y };
                let wall = if p.y > 1000.0 { 0.4 } else { 0.02 };
                along + wall * (p.x - 405.0).abs()
            })
            .collect();
        (grid, bed)
    }

    #[test]
    fn it_runs_down_the_valley_and_lies_on_the_fan() {
        // Grade: behaviour.
        let (grid, bed) = valley();
        let source = grid.index(45, 280);
        let run = follow(&grid, &bed, source, 2e4, Kind::DebrisFlow, 0.18);
        assert!(run.length_m > 1500.0 && run.fall_m > 500.0, "{} {}", run.length_m, run.fall_m);
        assert!(run.path.windows(2).all(|p| bed[p[1]] < bed[p[0]]), "downhill all the way");
        let on_fan = run.deposit.iter().filter(|(c, _)| grid.centre(*c).y < 1050.0).count();
        assert!(on_fan * 10 > run.deposit.len() * 9, "{on_fan} of {}", run.deposit.len());
        assert!(run.arrives_s.windows(2).all(|t| t[1] > t[0]));
        let mean = run.length_m / run.arrives_s[run.arrives_s.len() - 1];
        assert!((2.0..20.0).contains(&mean), "{mean} m/s");
    }

    #[test]
    fn the_deposit_holds_the_volume_and_has_the_plan_area() {
        // Grade: exact (volume), reference (plan).
        let (grid, bed) = valley();
        for volume in [5e3, 2e4, 1e5] {
            let run = follow(&grid, &bed, grid.index(45, 280), volume, Kind::DebrisFlow, 0.18);
            let held: f64 = run.deposit.iter().map(|(_, d)| d * 100.0).sum();
            assert!((held / volume - 1.0).abs() < 1e-9);
            let plan = run.deposit.len() as f64 * 100.0 / Kind::DebrisFlow.plan_m2(volume);
            assert!((0.5..=1.02).contains(&plan), "{plan} of the plan area for {volume}");
        }
    }

    #[test]
    fn it_finds_its_way_out_of_a_hollow() {
        // Grade: behaviour.
        let (grid, mut bed) = valley();
        for j in 200..206 {
            for i in 38..44 {
                bed[grid.index(i, j)] -= 6.0;
            }
        }
        let run = follow(&grid, &bed, grid.index(40, 280), 2e4, Kind::DebrisFlow, 0.18);
        assert!(grid.centre(run.path[run.path.len() - 1]).y < 1000.0, "got past the hollow");
    }

    #[test]
    fn a_slide_across_a_river_makes_a_dam() {
        // Grade: behaviour.
        let (grid, bed) = valley();
        let run = follow(&grid, &bed, grid.index(45, 280), 1e5, Kind::DebrisFlow, 0.18);
        let mut water = crate::flow::Buckets::new(grid, bed.clone(), vec![0.5; grid.len()]);
        lay(&mut water, &run.deposit);
        let (cell, depth) = run.deposit.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        assert!((water.bed_m[cell] - bed[cell] - depth).abs() < 1e-12 && depth > 1.0);
        assert_eq!(water.depth_m[cell], 0.5, "the water was lifted, not lost");
    }
}
