//! The lines that the ground is drawn after: bank, trunks, polders, town, small canals; and the ground itself.

use super::{Cover, Delta, Mouth, Polder, Size};
use crate::cases::noise::Noise;
use base::chance::{self, Stream};
use base::grid::{Grid, Point};
use base::math;
use base::time::Tick;
use std::f64::consts::PI;

/// Purposes of the draws.
const PLACE: u32 = 0x4445;
/// Which lines of small canals cross the open ground.
const EAST_LINES: u32 = 900;
const NORTH_LINES: u32 = 950;

/// The lines that the ground is drawn after.
pub struct Plan {
    grid: Grid,
    seed: u64,
    width_m: f64,
    height_m: f64,
    /// Trunks: y of those that run east, x of those that run north.
    east: Vec<f64>,
    north: Vec<f64>,
    town: (usize, usize, usize),
    pub street_m: f64,
    pub polders: Vec<Polder>,
}

impl Plan {
    pub fn new(grid: &Grid, size: Size, seed: u64) -> Plan {
        let (width_m, height_m) = (grid.width_m(), grid.height_m());
        let draw = |k: u32| chance::draw(seed, Stream::Synthesis, k, Tick(0), PLACE);
        let spread = |n: usize, length: f64, id: u32| -> Vec<f64> {
            (0..n)
                .map(|k| length * ((k as f64 + 0.75) / (n as f64 + 0.4) + 0.012 * (draw(id + k as u32) - 0.5)))
                .collect()
        };
        // The land's width without the river.
        let land_m = width_m - river_m(width_m);
        let mut plan = Plan {
            grid: *grid,
            seed,
            width_m,
            height_m,
            east: spread(size.rows, height_m, 100),
            north: spread(size.columns, 0.92 * land_m, 200),
            town: (size.columns - 1, size.rows / 2, size.rows.div_ceil(2)),
            street_m: 200.0,
            polders: Vec::new(),
        };
        plan.lay_polders();
        plan
    }

    /// Edge of the river at a height on the map.
    pub fn bank_x(&self, y: f64) -> f64 {
        let wave = 0.008 * self.width_m * math::sin(2.0 * PI * y / (0.36 * self.height_m));
        self.width_m - river_m(self.width_m) * (0.55 + 0.9 * y / self.height_m) + wave
    }
    pub fn sea_wall(&self) -> Vec<Point> {
        let n = (self.height_m / 200.0).ceil() as usize;
        (0..=n)
            .map(|k| {
                let y = self.height_m * k as f64 / n as f64;
                Point::new(self.bank_x(y) - Delta::FORELAND_M, y)
            })
            .collect()
    }
    /// 600 m of the wall, north of the last mouth but one.
    pub fn low_stretch_m(&self) -> (f64, f64) {
        let y = if self.east.len() > 2 {
            0.5 * (self.east[self.east.len() - 2] + self.east[self.east.len() - 1])
        } else {
            0.5 * (self.east[self.east.len() - 1] + self.height_m)
        };
        let wall = self.sea_wall();
        let mut along = 0.0;
        for pair in wall.windows(2) {
            if pair[1].y >= y {
                return (along, along + 600.0);
            }
            along += pair[0].distance_m(pair[1]);
        }
        (along, along)
    }
    /// Middle of trunk `k` that runs east, at `x`.
    fn east_y(&self, k: usize, x: f64) -> f64 {
        self.east[k] + 60.0 * math::sin(2.0 * PI * (x / 5200.0 + 0.37 * k as f64))
    }
    fn north_x(&self, k: usize, y: f64) -> f64 {
        self.north[k] + 60.0 * math::sin(2.0 * PI * (y / 4700.0 + 0.61 * k as f64))
    }
    /// Half widths of the trunks, m: every other one is a main canal.
    fn east_half_m(k: usize) -> f64 {
        if k.is_multiple_of(2) { 40.0 } else { 30.0 }
    }
    fn north_half_m(k: usize) -> f64 {
        if k.is_multiple_of(2) { 30.0 } else { 20.0 }
    }
    pub fn town_box(&self) -> (Point, Point) {
        let (column, from, to) = self.town;
        let x0 = self.north[column - 1] + 200.0;
        let y0 = if from == 0 { 300.0 } else { self.east[from - 1] + 250.0 };
        let y1 = if to < self.east.len() { self.east[to] - 250.0 } else { self.height_m - 300.0 };
        (Point::new(x0, y0), Point::new(self.north[column] - 200.0, y1))
    }
    /// Through the town, a little east of its middle, clear of the canals that run beside it.
    pub fn railway_x(&self) -> f64 {
        let (low, high) = self.town_box();
        let step = self.grid.cell_m;
        let canals = self.inner_lines(0.0, self.width_m, NORTH_LINES);
        let clear = |x: f64| canals.iter().all(|canal| (canal - x).abs() > 7.0 * step);
        let middle = ((0.45 * low.x + 0.55 * high.x) / step).round() * step;
        (0..40)
            .flat_map(|k| [middle + f64::from(k) * step, middle - f64::from(k) * step])
            .find(|&x| clear(x))
            .unwrap_or(middle)
    }

    /// Rings in the low blocks, and one behind the sea wall.
    fn lay_polders(&mut self) {
        let inset = 120.0;
        let (columns, rows) = (self.north.len(), self.east.len());
        for r in 0..rows.saturating_sub(1) {
            for c in 0..columns.saturating_sub(1) {
                let is_town = c + 1 == self.town.0 && r + 1 >= self.town.1 && r < self.town.2;
                if is_town {
                    continue;
                }
                let (low, high) = (
                    Point::new(self.north[c] + inset, self.east[r] + inset),
                    Point::new(self.north[c + 1] - inset, self.east[r + 1] - inset),
                );
                let ring = vec![low, Point::new(high.x, low.y), high, Point::new(low.x, high.y), low];
                let name = format!("polder {}", self.polders.len() + 1);
                self.add(name, ring, low, high, false, r);
            }
        }
        // Behind the sea wall, between the first two mouths.
        let (r, c) = (0, columns - 1);
        let (y0, y1) = (self.east[r] + inset, self.east.get(r + 1).map_or(self.height_m - inset, |y| y - inset));
        let x0 = self.north[c] + inset;
        let wall = |y: f64| self.bank_x(y) - Delta::FORELAND_M - 40.0;
        let mut ring = vec![Point::new(x0, y0)];
        let n = ((y1 - y0) / 200.0).ceil() as usize;
        ring.extend((0..=n).map(|k| y0 + (y1 - y0) * k as f64 / n as f64).map(|y| Point::new(wall(y), y)));
        ring.push(Point::new(x0, y1));
        ring.push(Point::new(x0, y0));
        let high = Point::new(ring.iter().map(|p| p.x).fold(0.0, f64::max), y1);
        self.add("coastal polder".into(), ring, Point::new(x0, y0), high, true, r);
    }

    fn add(&mut self, name: String, ring: Vec<Point>, low: Point, high: Point, coastal: bool, r: usize) {
        let area_m2 = 0.5 * ring.windows(2).map(|p| p[0].x * p[1].y - p[1].x * p[0].y).sum::<f64>().abs();
        // The passage is in the south, on an inner canal that runs north: a main canal lies outside.
        let x =
            self.inner_lines(low.x, high.x, 7 * self.polders.len() as u32).first().copied().unwrap_or(low.x + 300.0);
        let passage = Point::new(x, low.y + 50.0);
        let outer = Point::new(x, self.east_y(r, x));
        self.polders.push(Polder { name, ring, low, high, coastal, inner: passage, outer, area_m2 });
    }

    /// Lines of small canals between two bounds, 0.5 to 1 km apart.
    fn inner_lines(&self, from: f64, to: f64, id: u32) -> Vec<f64> {
        let mut lines = Vec::new();
        let mut at = from + 300.0;
        let mut k = 0;
        while at < to - 250.0 {
            lines.push((at / self.grid.cell_m).floor() * self.grid.cell_m + 0.5 * self.grid.cell_m);
            k += 1;
            at += 500.0 + 500.0 * chance::draw(self.seed, Stream::Synthesis, 1000 + id * 64 + k, Tick(0), PLACE);
        }
        lines
    }

    pub fn mouths(&self) -> Vec<Mouth> {
        let names = ["Liuhe", "mouth 2", "Yanglin", "mouth 4", "Qipu"];
        (0..self.east.len())
            .map(|k| {
                // Where the canal meets the wall.
                let mut x = self.width_m;
                for _ in 0..20 {
                    x = self.bank_x(self.east_y(k, x)) - Delta::FORELAND_M;
                }
                let y = self.east_y(k, x);
                let half = Self::east_half_m(k);
                let at = |y: f64| Point::new(self.bank_x(y) - Delta::FORELAND_M, y);
                Mouth {
                    name: names.get(k).map_or_else(|| format!("mouth {}", k + 1), |n| (*n).into()),
                    south: at(y - half),
                    north: at(y + half),
                    width_m: 2.0 * half,
                    inner: Point::new(x - 100.0, self.east_y(k, x - 100.0)),
                    outer: Point::new(x + 100.0, self.east_y(k, x + 100.0)),
                }
            })
            .collect()
    }

    /// Bed level and cover of every cell.
    pub fn ground(&self) -> (Vec<f64>, Vec<Cover>) {
        let grid = &self.grid;
        let wide = Noise::new(self.seed, 1, 2600.0, self.width_m, self.height_m);
        let near = Noise::new(self.seed, 2, 450.0, self.width_m, self.height_m);
        let fine = Noise::new(self.seed, 3, 90.0, self.width_m, self.height_m);
        let small = self.small_canals();
        let (town_low, town_high) = self.town_box();
        let rows: Vec<Vec<(f64, Cover)>> = base::fold::map(grid.ny, |j| {
            (0..grid.nx)
                .map(|i| {
                    let cell = grid.index(i, j);
                    let p = grid.centre(cell);
                    let offshore = p.x - self.bank_x(p.y);
                    if offshore > 0.0 {
                        // Flats, then the near-shore slope; the deep channel lies outside the map.
                        let deep = (offshore / 900.0).min(1.0);
                        return (1.2 - 5.2 * deep * deep * (3.0 - 2.0 * deep), Cover::River);
                    }
                    let trunk = self.trunk(p);
                    if let Some((bottom, _)) = trunk
                        && offshore <= 0.0
                    {
                        return (bottom, Cover::Canal);
                    }
                    // Low in the west, higher towards the river and in the town; what lies below the canals' usual level is
                    // behind rings.
                    let east = p.x / self.width_m;
                    let mut z = 3.10
                        + 0.75 * east * east
                        + 0.25 * wide.at(p.x, p.y)
                        + 0.15 * near.at(p.x, p.y)
                        + 0.06 * fine.at(p.x, p.y);
                    if let Some(polder) = self.polders.iter().find(|polder| polder.holds(p)) {
                        z -= if polder.coastal { 0.90 } else { 0.50 };
                    }
                    let in_town = p.x > town_low.x && p.x < town_high.x && p.y > town_low.y && p.y < town_high.y;
                    if in_town {
                        z += 0.45;
                    }
                    if small[cell] {
                        return (0.7, Cover::Canal);
                    }
                    // The foreland is washed by every tide.
                    if offshore > -Delta::FORELAND_M {
                        return (2.2, Cover::Field);
                    }
                    let cover = if in_town {
                        let on = |v: f64| (v / self.street_m).fract() * self.street_m < grid.cell_m;
                        if on(p.x) || on(p.y) { Cover::Street } else { Cover::Block }
                    } else {
                        Cover::Field
                    };
                    // Kerbs: streets lie a little lower than the blocks.
                    if cover == Cover::Street {
                        z -= 0.15;
                    }
                    (z, cover)
                })
                .collect()
        });
        rows.into_iter().flatten().unzip()
    }

    /// Bottom and depth into the trunk canal that a point lies in.
    fn trunk(&self, p: Point) -> Option<(f64, f64)> {
        for k in 0..self.east.len() {
            let off = (p.y - self.east_y(k, p.x)).abs();
            let half = Self::east_half_m(k);
            if off <= half {
                return Some((if k.is_multiple_of(2) { -0.8 } else { -0.2 }, half - off));
            }
        }
        for k in 0..self.north.len() {
            let off = (p.x - self.north_x(k, p.y)).abs();
            let half = Self::north_half_m(k);
            if off <= half {
                return Some((0.0, half - off));
            }
        }
        None
    }

    /// Cells of the small canals: in polders they end inside the ring, elsewhere they run into the trunks.
    fn small_canals(&self) -> Vec<bool> {
        let grid = &self.grid;
        let mut on = vec![false; grid.len()];
        let mut draw_line = |a: Point, b: Point| {
            for cell in grid.cells_along(&[a, b]) {
                on[cell] = true;
            }
        };
        for (k, polder) in self.polders.iter().enumerate() {
            let (low, high) = (polder.low, polder.high);
            let gap = 50.0;
            for x in self.inner_lines(low.x, high.x, 7 * k as u32) {
                draw_line(Point::new(x, low.y + gap), Point::new(x, high.y - gap));
            }
            for y in self.inner_lines(low.y, high.y, 7 * k as u32 + 3) {
                let east = if polder.coastal { self.bank_x(y) - Delta::FORELAND_M - 150.0 } else { high.x - gap };
                draw_line(Point::new(low.x + gap, y), Point::new(east, y));
            }
        }
        // Open ground: lines across the whole map, cut where polders or the town's blocks are.
        let free = |p: Point| {
            p.x < self.bank_x(p.y) - Delta::FORELAND_M - 100.0
                && !self.polders.iter().any(|polder| {
                    let margin = 60.0;
                    p.x > polder.low.x - margin
                        && p.x < polder.high.x + margin
                        && p.y > polder.low.y - margin
                        && p.y < polder.high.y + margin
                })
        };
        for (lines, along_x) in [
            (self.inner_lines(0.0, self.height_m, EAST_LINES), true),
            (self.inner_lines(0.0, self.width_m, NORTH_LINES), false),
        ] {
            for at in lines {
                let n = if along_x { grid.nx } else { grid.ny };
                for k in 0..n {
                    let s = (k as f64 + 0.5) * grid.cell_m;
                    let p = if along_x { Point::new(s, at) } else { Point::new(at, s) };
                    if let Some(cell) = grid.cell_at(p)
                        && free(p)
                    {
                        on[cell] = true;
                    }
                }
            }
        }
        on
    }
}

/// Width of the river on the map, m.
fn river_m(width_m: f64) -> f64 {
    0.085 * width_m
}
