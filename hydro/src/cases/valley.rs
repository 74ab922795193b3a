//! Ground of a mountain valley that opens on a fan with a town, "Emei-like": synthetic, of the kind of the valleys at the
//! foot of Emei Shan (峨眉山): channels of 2-20 %, walls of 40-90 %, a fan of 2-3 % at the mouth. It is no map of them.
//!
//! The ground is grown from its channels. Channels are drawn first, each with a bed that falls all the way; the fan is a
//! cone from its apex. Every other cell is reached from these by the cheapest way, where a metre of way costs as much rise
//! as the slope there asks for (bank, terrace, wall, all with noise):
//!
//! ```text
//! z(cell) = min over ways of  z(channel) + integral of slope ds,   slope > 0
//! ```
//!
//! So every cell has a lower neighbour, and the ground has no pit by construction.

use super::noise::Noise;
use base::chance::{self, Stream};
use base::grid::{Grid, Point};
use base::math;
use base::time::Tick;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::f64::consts::PI;

/// How large.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    pub nx: usize,
    pub ny: usize,
    pub cell_m: f64,
    /// Length of the fan on the map, from its apex to the east rim, m.
    pub fan_m: f64,
}

impl Size {
    /// 10 x 10 km at 5 m: four million cells, of which about one in twenty gets wet: nearly all of the map is mountains.
    pub const FULL: Size = Size { nx: 2000, ny: 2000, cell_m: 5.0, fan_m: 1400.0 };
    /// 5 x 5 km at 10 m: for a quick look. A torrent is as wide as a cell.
    pub const SMALL: Size = Size { nx: 500, ny: 500, cell_m: 10.0, fan_m: 1900.0 };
    /// 3 x 3 km at 10 m: for tests.
    pub const TINY: Size = Size { nx: 300, ny: 300, cell_m: 10.0, fan_m: 1140.0 };
}

/// A channel from its head to where it ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    pub name: String,
    /// Points and bed levels, m, from the head down; about one point a cell.
    pub line: Vec<Point>,
    pub bed_m: Vec<f64>,
    pub width_m: f64,
    /// Area of the catchment above its head, km2, which is off the map or on its slopes; the same on maps of all sizes, so that
    /// floods are as deep.
    pub catchment_km2: f64,
    /// Mean slope.
    pub slope: f64,
    /// Point of the main river's line at which it joins it.
    pub joins: Option<usize>,
}

/// A bridge: the cells of the channel under it, across the flow.
#[derive(Debug, Clone, PartialEq)]
pub struct Bridge {
    pub name: String,
    pub at: Point,
    /// Ends of its line, on the banks.
    pub south: Point,
    pub north: Point,
    pub bed_m: f64,
}

/// The ground and what is on it.
#[derive(Debug, Clone)]
pub struct Valley {
    pub grid: Grid,
    pub bed_m: Vec<f64>,
    pub manning: Vec<f64>,
    pub channels: Vec<Channel>,
    pub apex: Point,
    pub bridges: Vec<Bridge>,
    /// Cells of the town's ground between houses, and cells of houses.
    pub streets: Vec<usize>,
    pub houses: Vec<usize>,
    /// Cells of the channels, whose bed is loose.
    pub loose: Vec<usize>,
    /// Number of the channel that each cell drains to; 0 is the main river, and the fan.
    pub drains_to: Vec<u8>,
}

/// The fan falls by this along its radius, rise over run.
pub const FAN_SLOPE: f64 = 0.025;
/// Where the valley opens, share of the map's height from the south; level there, m.
const APEX_Y: f64 = 0.50;
const APEX_M: f64 = 520.0;
/// The fan lies within this angle of due east, rad.
const FAN_HALF_ANGLE: f64 = 1.0;
/// Depth of the main channel below the fan, m, and of the banks of the others.
const BANK_M: f64 = 3.0;
/// A torrent is this many cells wide at least: in a brook one cell wide that crosses the grid slantwise, water turns a
/// corner in every cell.
const CELLS_ACROSS: f64 = 2.2;
/// And this wide at least, m: three cells of the whole valley.
const TORRENT_M: f64 = 16.0;
/// Channels keep this far apart, m.
const APART_M: f64 = 120.0;
/// How high a house stands above its ground, m: water goes round it.
pub const HOUSE_M: f64 = 8.0;
const PLACE: u32 = 0x564C;

impl Valley {
    pub fn new(size: Size, seed: u64) -> Valley {
        let grid = Grid { nx: size.nx, ny: size.ny, cell_m: size.cell_m, x0: 0.0, y0: 0.0 };
        let apex = Point::new(grid.width_m() - size.fan_m, APEX_Y * grid.height_m());
        let channels = channels(&grid, apex, seed);
        let (mut bed_m, kind, drains_to) = grow(&grid, apex, &channels, seed);
        let mut manning: Vec<f64> = kind
            .iter()
            .map(|k| match k {
                // Cobbles and boulders; fields; forest and scrub (Chow 1959, middles).
                Ground::Channel => 0.045,
                Ground::Fan => 0.040,
                Ground::Slope => 0.080,
            })
            .collect();
        let bridges = bridges(&channels[0], apex);
        let (streets, houses) = town(&grid, apex, &channels[0], &kind);
        for &cell in &houses {
            bed_m[cell] += HOUSE_M;
        }
        for &cell in &streets {
            manning[cell] = 0.025;
        }
        let loose = (0..grid.len()).filter(|&c| kind[c] == Ground::Channel).collect();
        Valley { grid, bed_m, manning, channels, apex, bridges, streets, houses, loose, drains_to }
    }
    /// The main river.
    pub fn main(&self) -> &Channel {
        &self.channels[0]
    }
    /// Cells above a point of the main river's line: those that drain to the river west of it (which runs east all the
    /// way), or to a torrent that joins above.
    pub fn above(&self, point: usize) -> Vec<usize> {
        let x = self.main().line[point].x;
        let joined: Vec<bool> = self.channels.iter().map(|c| c.joins.is_none_or(|at| at < point)).collect();
        (0..self.grid.len())
            .filter(|&cell| {
                let k = usize::from(self.drains_to[cell]);
                joined[k] && (k > 0 || self.grid.centre(cell).x < x)
            })
            .collect()
    }
    /// Points of the main river's line halfway between torrents' mouths, from the head down to the apex.
    pub fn stations(&self) -> Vec<usize> {
        let end = self.main().line.partition_point(|p| p.x < self.apex.x);
        let mut mouths: Vec<usize> = self.channels.iter().filter_map(|c| c.joins).collect();
        mouths.extend([0, end]);
        mouths.sort_unstable();
        mouths.windows(2).map(|w| (w[0] + w[1]) / 2).collect()
    }
    /// The cell of the main channel nearest to `share` of its length from its head.
    pub fn along_main(&self, share: f64) -> usize {
        let line = &self.main().line;
        let k = ((line.len() - 1) as f64 * share).round() as usize;
        self.grid.nearest_cell(line[k])
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ground {
    Channel,
    Fan,
    Slope,
}

/// Level of the fan's cone at a point.
fn fan_m(apex: Point, p: Point) -> f64 {
    APEX_M - FAN_SLOPE * p.distance_m(apex)
}

fn on_fan(apex: Point, p: Point) -> bool {
    let (dx, dy) = (p.x - apex.x, p.y - apex.y);
    dx > 0.0 && math::atan2(dy.abs(), dx) < FAN_HALF_ANGLE
}

/// The main river from the west to the apex and over the fan, and its tributaries.
fn channels(grid: &Grid, apex: Point, seed: u64) -> Vec<Channel> {
    let (w, h) = (grid.width_m(), grid.height_m());
    let draw = |k: u32| chance::draw(seed, Stream::Synthesis, k, Tick(0), PLACE);
    let step = grid.cell_m;
    // The main river winds up from the apex to the west rim: slope from the fan's to 12 % at the head.
    let n = (apex.x / step) as usize;
    let y_at = |x: f64| {
        let t = (apex.x - x) / apex.x;
        apex.y + t * 0.10 * h * math::sin(2.0 * PI * (1.15 * t + 0.10)) + 0.018 * h * math::sin(9.0 * PI * t) * t
    };
    let mut up = vec![apex];
    for k in 1..=n {
        let x = (apex.x - step * k as f64).max(0.5 * step);
        up.push(Point::new(x, y_at(x)));
    }
    let mut bed = vec![APEX_M - BANK_M];
    let length: f64 = up.windows(2).map(|p| p[0].distance_m(p[1])).sum();
    let mut along = 0.0;
    for pair in up.windows(2) {
        let ds = pair[0].distance_m(pair[1]);
        along += ds;
        let t = along / length;
        bed.push(bed[bed.len() - 1] + ds * (FAN_SLOPE + 0.095 * t * t));
    }
    let upper = (up.clone(), bed.clone());
    up.reverse();
    bed.reverse();
    // Over the fan along its axis, with gentle bends, to the east rim.
    let mut x = apex.x + step;
    while x < w {
        let t = (x - apex.x) / (w - apex.x);
        let p = Point::new(x, apex.y + 0.012 * h * math::sin(3.0 * PI * t));
        // The channel is shallower as it leaves the apex: three metres to one and a half.
        let below = BANK_M * (1.0 - 0.5 * t);
        let z = (fan_m(apex, p) - below).min(bed[bed.len() - 1] - 0.008 * step);
        up.push(p);
        bed.push(z);
        x += step;
    }
    let mut channels = vec![Channel {
        name: "main river".into(),
        slope: (bed[0] - bed[bed.len() - 1]) / (length + w - apex.x),
        line: up,
        bed_m: bed,
        width_m: 26.0,
        catchment_km2: 18.0,
        joins: None,
    }];
    let points = channels[0].line.partition_point(|p| p.x < apex.x);
    // Tributaries leave the main river by turns to the north and the south.
    for k in 0..10u32 {
        let at = ((0.08 + 0.085 * f64::from(k) + 0.03 * (draw(10 + k) - 0.5)) * (upper.0.len() - 1) as f64) as usize;
        let (mouth, mouth_m) = (upper.0[at], upper.1[at]);
        let side = if k % 2 == 0 { 1.0 } else { -1.0 };
        let rim = if side > 0.0 { h - mouth.y } else { mouth.y };
        let reach = (0.45 + 0.45 * draw(30 + k)) * rim;
        // All lean upstream by about as much, so that neighbours run side by side.
        let lean = 0.15 + 0.25 * draw(50 + k);
        let slope_end = 0.12 + 0.08 * draw(70 + k);
        let (mut line, mut bed) = (vec![mouth], vec![mouth_m]);
        let m = (reach / step) as usize;
        for s in 1..=m {
            let t = s as f64 / m as f64;
            let bend = 0.04 * reach * math::sin(5.0 * PI * t + f64::from(k)) * t;
            // Upstream is to the west.
            let p = Point::new(mouth.x - lean * reach * t + bend, mouth.y + side * reach * t);
            if p.x < 2.0 * step || p.x > apex.x || p.y < 2.0 * step || p.y > h - 2.0 * step {
                break;
            }
            // It begins where it would run into another channel; its own mouth apart.
            let close = |q: &Point| q.distance_m(p) < APART_M && q.distance_m(mouth) > 2.0 * APART_M;
            if channels.iter().any(|other| other.line.iter().any(close)) {
                break;
            }
            let ds = p.distance_m(line[line.len() - 1]);
            bed.push(bed[bed.len() - 1] + ds * (0.05 + (slope_end - 0.05) * t));
            line.push(p);
        }
        let length: f64 = line.windows(2).map(|p| p[0].distance_m(p[1])).sum();
        let slope = (bed[bed.len() - 1] - bed[0]) / length.max(1.0);
        line.reverse();
        bed.reverse();
        channels.push(Channel {
            name: format!("tributary {}", k + 1),
            line,
            bed_m: bed,
            width_m: f64::max(TORRENT_M, CELLS_ACROSS * step),
            catchment_km2: 1.5 + 2.5 * draw(90 + k),
            slope,
            joins: Some(points.saturating_sub(at)),
        });
    }
    channels
}

/// Grows the ground from channels and fan: levels, kinds, and the channel that each cell drains to.
fn grow(grid: &Grid, apex: Point, channels: &[Channel], seed: u64) -> (Vec<f64>, Vec<Ground>, Vec<u8>) {
    let (w, h) = (grid.width_m(), grid.height_m());
    let (wide, near) = (Noise::new(seed, 11, 900.0, w, h), Noise::new(seed, 12, 160.0, w, h));
    let n = grid.len();
    // Level, way from the channel, kind.
    let mut z = vec![f64::INFINITY; n];
    let mut way = vec![0.0f32; n];
    let mut kind = vec![Ground::Slope; n];
    let mut drains_to = vec![0u8; n];
    for (number, channel) in channels.iter().enumerate() {
        let mut dig = |cell: usize, level: f64| {
            if level < z[cell] {
                z[cell] = level;
                kind[cell] = Ground::Channel;
                drains_to[cell] = number as u8;
            }
        };
        // A channel's bed is flat across its width.
        let half = 0.5 * channel.width_m;
        // Each cell has the level of the line's nearest point.
        let mut nearest: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
        for (p, &level) in channel.line.iter().zip(&channel.bed_m) {
            let cells = grid.cells_within(*p, half);
            for cell in cells.into_iter().chain([grid.nearest_cell(*p)]) {
                let off_m = grid.centre(cell).distance_m(*p);
                let best = nearest.entry(cell).or_insert((off_m, level));
                if off_m < best.0 {
                    *best = (off_m, level);
                }
            }
        }
        nearest.into_iter().for_each(|(cell, (_, level))| dig(cell, level));
        // Water goes over sides of cells, not over their corners: a step across a corner gets a cell beside it, at the level
        // between the two, or a brook one cell wide would be a stair of pools.
        for k in 1..channel.line.len() {
            let (a, b) = (grid.nearest_cell(channel.line[k - 1]), grid.nearest_cell(channel.line[k]));
            let (ia, ja, ib, jb) = (a % grid.nx, a / grid.nx, b % grid.nx, b / grid.nx);
            if ia != ib && ja != jb {
                dig(grid.index(ib, ja), 0.5 * (channel.bed_m[k - 1] + channel.bed_m[k]));
            }
        }
    }
    // The fan, with banks to the channel, and its own faint relief along the radius only (so that it falls everywhere).
    for cell in 0..n {
        let p = grid.centre(cell);
        if on_fan(apex, p) && kind[cell] == Ground::Slope {
            z[cell] = fan_m(apex, p);
            kind[cell] = Ground::Fan;
        }
    }
    let rank = |z: f64| (z * 1e4).round() as i64;
    let mut open: BinaryHeap<Reverse<(i64, usize)>> =
        (0..n).filter(|&c| z[c].is_finite()).map(|c| Reverse((rank(z[c]), c))).collect();
    while let Some(Reverse((level, cell))) = open.pop() {
        if level > rank(z[cell]) {
            continue;
        }
        let (i, j) = (cell % grid.nx, cell / grid.nx);
        for dj in -1..=1i64 {
            for di in -1..=1i64 {
                let (x, y) = (i as i64 + di, j as i64 + dj);
                if (di, dj) == (0, 0) || x < 0 || y < 0 || x >= grid.nx as i64 || y >= grid.ny as i64 {
                    continue;
                }
                let to = grid.index(x as usize, y as usize);
                if kind[to] != Ground::Slope {
                    continue;
                }
                let ds = grid.cell_m * if di != 0 && dj != 0 { std::f64::consts::SQRT_2 } else { 1.0 };
                let far = f64::from(way[cell]) + ds;
                let p = grid.centre(to);
                let rise = ds * wall_slope(far, wide.at(p.x, p.y), near.at(p.x, p.y));
                if z[cell] + rise < z[to] {
                    z[to] = z[cell] + rise;
                    way[to] = far as f32;
                    drains_to[to] = drains_to[cell];
                    open.push(Reverse((rank(z[to]), to)));
                }
            }
        }
    }
    (z, kind, drains_to)
}

/// Slope of the ground at `far_m` from the channel: bank, terrace, wall that eases towards the ridge.
fn wall_slope(far_m: f64, wide: f64, near: f64) -> f64 {
    if far_m < 8.0 {
        return 0.35;
    }
    let terrace = 45.0 + 35.0 * wide;
    if far_m < terrace {
        return (0.03 + 0.02 * near).max(0.01);
    }
    let ease = 1.0 / (1.0 + (far_m - terrace) / 900.0);
    ((0.45 + 0.20 * wide + 0.18 * near) * ease + 0.10).clamp(0.05, 0.9)
}

/// Three bridges over the main river: at the valley's mouth and in the town.
fn bridges(main: &Channel, apex: Point) -> Vec<Bridge> {
    let names = ["mouth bridge", "town bridge", "lower bridge"];
    [-150.0, 350.0, 900.0]
        .iter()
        .zip(names)
        .map(|(&x, name)| {
            let x = apex.x + x;
            let k = main.line.iter().position(|p| p.x >= x).unwrap_or(main.line.len() - 1);
            let at = main.line[k];
            let half = 0.5 * main.width_m + 6.0;
            Bridge {
                name: name.into(),
                at,
                south: Point::new(at.x, at.y - half),
                north: Point::new(at.x, at.y + half),
                bed_m: main.bed_m[k],
            }
        })
        .collect()
}

/// Houses in rows on both sides of the river below the apex: streets between them.
fn town(grid: &Grid, apex: Point, main: &Channel, kind: &[Ground]) -> (Vec<usize>, Vec<usize>) {
    let (mut streets, mut houses) = (Vec::new(), Vec::new());
    let river_y = |x: f64| {
        let k = main.line.partition_point(|p| p.x < x).min(main.line.len() - 1);
        main.line[k].y
    };
    for (cell, ground) in kind.iter().enumerate() {
        let p = grid.centre(cell);
        let (dx, dy) = (p.x - apex.x, p.y - apex.y);
        if *ground != Ground::Fan || !(200.0..1300.0).contains(&dx) || dy.abs() > 450.0 {
            continue;
        }
        // A road of 20 m along the river; then blocks of 30 x 20 m in a net of streets of 10 m.
        let off = (p.y - river_y(p.x)).abs();
        let within = |v: f64, pitch: f64, built: f64| (v / pitch - (v / pitch).floor()) * pitch < built;
        if off > 0.5 * main.width_m + 25.0 && within(dx, 40.0, 30.0) && within(dy + 1000.0, 30.0, 20.0) {
            houses.push(cell);
        } else {
            streets.push(cell);
        }
    }
    (streets, houses)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_fall_all_the_way_with_slopes_of_the_kind() {
        // Grade: reference. Slopes of 2 to 20 %.
        let valley = Valley::new(Size::TINY, 5);
        assert_eq!(valley.channels.len(), 11);
        for channel in &valley.channels {
            assert!(channel.bed_m.windows(2).all(|z| z[1] < z[0]), "{} falls", channel.name);
            assert!((0.015..0.20).contains(&channel.slope), "{}: {}", channel.name, channel.slope);
            assert!(channel.line.len() > 20, "{}: {}", channel.name, channel.line.len());
        }
    }

    #[test]
    fn every_cell_off_the_rim_drains() {
        // Grade: exact. Houses apart, each cell has a neighbour that is no higher.
        let valley = Valley::new(Size::TINY, 5);
        let grid = &valley.grid;
        let mut ground = valley.bed_m.clone();
        for &cell in &valley.houses {
            ground[cell] -= HOUSE_M;
        }
        let mut pits = 0;
        for j in 1..grid.ny - 1 {
            for i in 1..grid.nx - 1 {
                let here = ground[grid.index(i, j)];
                let lowest = (-1..=1i64)
                    .flat_map(|dj| (-1..=1i64).map(move |di| (di, dj)))
                    .filter(|d| *d != (0, 0))
                    .map(|(di, dj)| ground[grid.index((i as i64 + di) as usize, (j as i64 + dj) as usize)])
                    .fold(f64::INFINITY, f64::min);
                pits += usize::from(lowest > here);
            }
        }
        assert!(pits * 10_000 < grid.len(), "{pits} pits in {} cells", grid.len());
    }

    #[test]
    fn the_relief_is_that_of_mountains_and_the_town_lies_on_the_fan() {
        // Grade: behaviour.
        let valley = Valley::new(Size::TINY, 5);
        let high = valley.bed_m.iter().copied().fold(0.0, f64::max);
        assert!((700.0..2600.0).contains(&high), "highest {high} m");
        assert!(!valley.houses.is_empty() && !valley.streets.is_empty());
        assert_eq!(valley.bridges.len(), 3);
        let town: f64 = valley.streets.iter().map(|&c| valley.bed_m[c]).sum::<f64>() / valley.streets.len() as f64;
        assert!((480.0..525.0).contains(&town), "town at {town} m");
    }

    #[test]
    fn a_channel_goes_from_cell_to_cell_by_their_sides() {
        // Grade: exact. From the head of every channel its mouth is reached over sides of channel cells, never upward.
        let valley = Valley::new(Size::TINY, 5);
        let grid = &valley.grid;
        let mut loose = vec![false; grid.len()];
        valley.loose.iter().for_each(|&cell| loose[cell] = true);
        for channel in &valley.channels {
            let (head, mouth) = (channel.line[0], channel.line[channel.line.len() - 1]);
            let mut seen = vec![false; grid.len()];
            let mut front = vec![grid.nearest_cell(head)];
            seen[front[0]] = true;
            while let Some(cell) = front.pop() {
                let (i, j) = (cell % grid.nx, cell / grid.nx);
                let sides =
                    [(i > 0, -1), (i + 1 < grid.nx, 1), (j > 0, -(grid.nx as i64)), (j + 1 < grid.ny, grid.nx as i64)];
                for (_, way) in sides.into_iter().filter(|(inside, _)| *inside) {
                    let to = (cell as i64 + way) as usize;
                    if loose[to] && !seen[to] && valley.bed_m[to] <= valley.bed_m[cell] + 1e-9 {
                        seen[to] = true;
                        front.push(to);
                    }
                }
            }
            assert!(seen[grid.nearest_cell(mouth)], "{} is broken", channel.name);
        }
    }

    #[test]
    fn stations_lie_between_mouths_and_all_water_is_above_the_last() {
        // Grade: exact.
        let valley = Valley::new(Size::TINY, 5);
        let stations = valley.stations();
        assert_eq!(stations.len(), 11);
        assert!(stations.windows(2).all(|w| w[0] < w[1]));
        let joined = |s: usize| valley.channels.iter().filter_map(|c| c.joins).filter(|at| *at < s).count();
        assert_eq!(stations.iter().map(|&s| joined(s)).collect::<Vec<_>>(), (0..=10).collect::<Vec<_>>());
        let above = |s: usize| valley.above(s).len();
        assert!(stations.windows(2).all(|w| above(w[0]) < above(w[1])));
    }
}
