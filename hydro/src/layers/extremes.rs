//! Extremes of a flood, cell by cell, gathered at looks every 10 to 60 s:
//!
//!   greatest depth d, speed v and d v; time of the greatest depth (洪峰时间);
//!   time of arrival: the first look with d over each of some thresholds (到达时间);
//!   duration: time spent over each of some thresholds (淹没历时).
//!
//! Depth is f32. Speed and d v take two bytes each, rounded up by at most 0.05 %, so that no danger is told too small.
//! Times are whole numbers of a unit in two bytes; the unit is chosen from the expected length of the run and doubled
//! when a run outlasts it, so nothing ever wraps. Cells are kept in tiles of 32 x 32 that exist only where water has been:
//! 10 bytes a cell and 2 for each threshold, 20 by default.
//!
//! An arrival is late by at most one look, a duration is off by at most one look for each time the threshold is
//! crossed, and both are rounded to the unit.

use super::building::Exposure;
use super::hazard::{self, Debris, HazardClass};
use crate::flow::Flow;
use base::complaint::Complaints;
use base::fold;
use base::grid::Grid;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Cells along a tile's side.
const SIDE: usize = 32;
const NEVER: u16 = u16::MAX;
/// Units of time that fit: the last value says "never".
const MOST: u16 = u16::MAX - 1;

/// What is watched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ExtremesSpec {
    /// Depths whose first crossing is the arrival, m. 0.05: water that is there at all (assumption); 0.1: drivers begin
    /// to mind (assumption); 0.3: roads close to cars (Pregnolato et al. 2017; AR&R small car).
    pub arrival_m: Vec<f32>,
    /// Depths over which time is counted, m. 0.15: the depth on one lane that GB 50014 allows in a design storm (from
    /// memory, unchecked); 0.5: H3, children and the elderly.
    pub duration_m: Vec<f32>,
    /// Speeds count from this depth on, m (assumption: speeds of thinner films carry nothing).
    pub film_m: f32,
    /// Expected length of the run, s: sets the unit of time.
    pub run_s: f64,
}

impl Default for ExtremesSpec {
    fn default() -> Self {
        ExtremesSpec {
            arrival_m: vec![0.05, 0.1, 0.3],
            duration_m: vec![0.15, 0.5],
            film_m: 0.01,
            run_s: 48.0 * 3600.0,
        }
    }
}

impl ExtremesSpec {
    pub fn check(&self, file: &Path) -> Complaints {
        let mut complaints = Complaints::new();
        for (what, depths) in [("arrival_m", &self.arrival_m), ("duration_m", &self.duration_m)] {
            let rising = depths.windows(2).all(|p| p[0] < p[1]);
            if !rising || depths.len() > 16 || depths.iter().any(|m| !(m.is_finite() && *m > 0.0)) {
                complaints.add(file, format!("{what} is {depths:?}"), "up to 16 depths above 0 m, rising");
            }
        }
        if !(self.film_m.is_finite() && self.film_m >= 0.0) {
            complaints.add(file, format!("film_m is {}", self.film_m), "0 m or more");
        }
        if !(self.run_s.is_finite() && self.run_s >= 0.0) {
            complaints.add(file, format!("run_s is {}", self.run_s), "0 s or more");
        }
        complaints
    }
}

/// A number in two bytes: 5 bits of exponent and 11 of mantissa, from 2^-16 to 2^16, rounded up. Packed numbers compare as
/// the numbers do.
mod packed {
    const LEAST: f32 = 1.0 / 65_536.0;
    const SHIFT: u32 = 12;
    /// Exponent of `LEAST` in an f32.
    const BASE: u32 = 127 - 16;

    pub fn of(x: f32) -> u16 {
        if x.is_nan() || x <= 0.0 {
            return 0;
        }
        let up = x.max(LEAST).to_bits() + ((1 << SHIFT) - 1);
        ((up >> SHIFT) - (BASE << (23 - SHIFT)) + 1).min(u32::from(u16::MAX)) as u16
    }

    pub fn value(packed: u16) -> f32 {
        if packed == 0 { 0.0 } else { f32::from_bits((u32::from(packed) - 1 + (BASE << (23 - SHIFT))) << SHIFT) }
    }
}

/// Extremes of the cells of one tile, row by row; a column for each threshold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Tile {
    depth_m: Vec<f32>,
    /// Packed.
    speed: Vec<u16>,
    /// Packed.
    force: Vec<u16>,
    peak: Vec<u16>,
    arrival: Vec<Vec<u16>>,
    duration: Vec<Vec<u16>>,
}

impl Tile {
    const CELLS: usize = SIDE * SIDE;

    fn new(spec: &ExtremesSpec) -> Tile {
        let all = |value: u16| vec![value; Tile::CELLS];
        Tile {
            depth_m: vec![0.0; Tile::CELLS],
            speed: all(0),
            force: all(0),
            peak: all(NEVER),
            arrival: vec![all(NEVER); spec.arrival_m.len()],
            duration: vec![all(0); spec.duration_m.len()],
        }
    }

    fn note(&mut self, k: usize, depth_m: f32, speed_m_s: f32, spec: &ExtremesSpec, now: u16, elapsed: u16) {
        if depth_m > self.depth_m[k] {
            self.depth_m[k] = depth_m;
            self.peak[k] = now;
        }
        if depth_m >= spec.film_m {
            self.speed[k] = self.speed[k].max(packed::of(speed_m_s));
            self.force[k] = self.force[k].max(packed::of(depth_m * speed_m_s));
        }
        for (arrival, threshold) in self.arrival.iter_mut().zip(&spec.arrival_m) {
            if depth_m > *threshold && arrival[k] == NEVER {
                arrival[k] = now;
            }
        }
        for (duration, threshold) in self.duration.iter_mut().zip(&spec.duration_m) {
            if depth_m > *threshold {
                duration[k] = duration[k].saturating_add(elapsed).min(MOST);
            }
        }
    }

    /// Times in a unit twice as long.
    fn halve(&mut self) {
        let stamps = self.arrival.iter_mut().chain(std::iter::once(&mut self.peak));
        for time in stamps.flatten().filter(|t| **t != NEVER) {
            *time /= 2;
        }
        for time in self.duration.iter_mut().flatten() {
            *time = time.div_ceil(2);
        }
    }
}

/// A rectangle of cells: columns `i.0..i.1`, rows `j.0..j.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patch {
    pub i: (usize, usize),
    pub j: (usize, usize),
}

/// The extremes so far: a state that belongs into a checkpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Extremes {
    spec: ExtremesSpec,
    grid: Grid,
    unit_s: f64,
    last_s: Option<f64>,
    /// Rows of tiles from south to north.
    bands: Vec<Vec<Option<Tile>>>,
}

/// A layer as it is drawn and written: one number a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Layer {
    /// 最大水深
    Depth,
    /// 最大流速
    Speed,
    /// 最大单宽流量 (depth times speed)
    Force,
    /// 洪峰时间
    PeakTime,
    /// 到达时间, by threshold
    Arrival(u8),
    /// 淹没历时, by threshold
    Duration(u8),
    /// 危险等级 H1 to H6
    Hazard,
    /// DEFRA hazard rating, an upper bound (see `Extremes::rating`)
    Rating,
}

impl Layer {
    /// 中文, English
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Layer::Depth => ("最大水深", "greatest depth"),
            Layer::Speed => ("最大流速", "greatest speed"),
            Layer::Force => ("最大水深流速积", "greatest depth x speed"),
            Layer::PeakTime => ("洪峰时间", "time of peak"),
            Layer::Arrival(_) => ("到达时间", "arrival"),
            Layer::Duration(_) => ("淹没历时", "duration"),
            Layer::Hazard => ("危险等级", "hazard class"),
            Layer::Rating => ("危险指数", "hazard rating"),
        }
    }
    pub fn unit(self) -> &'static str {
        match self {
            Layer::Depth => "m",
            Layer::Speed => "m/s",
            Layer::Force => "m2/s",
            Layer::PeakTime | Layer::Arrival(_) | Layer::Duration(_) => "s",
            Layer::Hazard | Layer::Rating => "1",
        }
    }
}

impl Extremes {
    pub fn new(grid: Grid, spec: ExtremesSpec) -> Extremes {
        assert!(spec.run_s.is_finite() && spec.run_s >= 0.0, "a run of {} s", spec.run_s);
        let (across, up) = (grid.nx.div_ceil(SIDE), grid.ny.div_ceil(SIDE));
        let unit_s = (spec.run_s / f64::from(MOST)).ceil().max(1.0);
        Extremes { spec, grid, unit_s, last_s: None, bands: vec![vec![None; across]; up] }
    }

    pub fn spec(&self) -> &ExtremesSpec {
        &self.spec
    }
    pub fn grid(&self) -> &Grid {
        &self.grid
    }
    /// To how many seconds times are rounded.
    pub fn unit_s(&self) -> f64 {
        self.unit_s
    }
    /// Bytes in use, without the allocator's own.
    pub fn bytes(&self) -> usize {
        let tiles = self.bands.iter().flatten().filter(|t| t.is_some()).count();
        let thresholds = self.spec.arrival_m.len() + self.spec.duration_m.len();
        tiles * Tile::CELLS * (size_of::<f32>() + (3 + thresholds) * size_of::<u16>())
            + self.bands.iter().map(Vec::len).sum::<usize>() * size_of::<Option<Tile>>()
    }

    /// One look at the water. `dry` may say of a patch that it is surely dry, and it is then passed over; `depth_m` is
    /// asked of all other cells, `speed_m_s` only of wet ones. What stands over a threshold is taken to have stood there
    /// since the last look. Looks must go forward in time; one at the same moment adds no duration.
    pub fn look(
        &mut self,
        now_s: f64,
        dry: impl Fn(Patch) -> bool + Sync,
        depth_m: impl Fn(usize) -> f32 + Sync,
        speed_m_s: impl Fn(usize) -> f32 + Sync,
    ) {
        let film_m = self.spec.film_m;
        self.look_rows(now_s, dry, |first, depths, speeds| {
            for (k, (depth, speed)) in depths.iter_mut().zip(speeds).enumerate() {
                *depth = depth_m(first + k);
                *speed = if *depth >= film_m { speed_m_s(first + k) } else { 0.0 };
            }
        });
    }

    /// One look at water of any kind; what it knows to be dry is passed over.
    pub fn look_at(&mut self, flow: &dyn Flow, now_s: f64) {
        let (film_m, floor_m) = (self.spec.film_m, f64::from(self.floor_m()));
        self.look_rows(
            now_s,
            |patch| flow.is_thinner(floor_m, patch.i.0..patch.i.1, patch.j.0..patch.j.1),
            |first, depths, speeds| flow.look(first, film_m, depths, speeds),
        );
    }

    /// Depth from which a cell has anything to tell, m.
    fn floor_m(&self) -> f32 {
        let depths = self.spec.arrival_m.iter().chain(&self.spec.duration_m);
        depths.copied().fold(self.spec.film_m.max(f32::MIN_POSITIVE), f32::min)
    }

    /// `row` fills in depths and speeds of the cells from its first on.
    fn look_rows(
        &mut self,
        now_s: f64,
        dry: impl Fn(Patch) -> bool + Sync,
        row: impl Fn(usize, &mut [f32], &mut [f32]) + Sync,
    ) {
        assert!(
            now_s.is_finite() && now_s >= self.last_s.unwrap_or(0.0),
            "a look at {now_s} s after {:?}",
            self.last_s
        );
        while now_s / self.unit_s > f64::from(MOST) {
            self.unit_s *= 2.0;
            fold::each(&mut self.bands, |_, band| band.iter_mut().flatten().for_each(Tile::halve));
        }
        let units = |s: f64| (s / self.unit_s).round() as u16;
        // The difference of two rounded moments: errors do not add up over many looks.
        let (now, elapsed) = (units(now_s), units(now_s) - units(self.last_s.unwrap_or(now_s)));
        let (grid, spec, floor_m) = (self.grid, &self.spec, self.floor_m());
        fold::each(&mut self.bands, |b, band| {
            let j = (b * SIDE, ((b + 1) * SIDE).min(grid.ny));
            let (mut depths, mut speeds) = ([0.0; SIDE], [0.0; SIDE]);
            for (a, tile) in band.iter_mut().enumerate() {
                let i = (a * SIDE, ((a + 1) * SIDE).min(grid.nx));
                if dry(Patch { i, j }) {
                    continue;
                }
                let (depths, speeds) = (&mut depths[..i.1 - i.0], &mut speeds[..i.1 - i.0]);
                for line in j.0..j.1 {
                    row(grid.index(i.0, line), depths, speeds);
                    for (k, (&depth, &speed)) in depths.iter().zip(&*speeds).enumerate() {
                        if depth >= floor_m {
                            let tile = tile.get_or_insert_with(|| Tile::new(spec));
                            tile.note((line - j.0) * SIDE + k, depth, speed, spec, now, elapsed);
                        }
                    }
                }
            }
        });
        self.last_s = Some(now_s);
    }

    fn at(&self, cell: usize) -> Option<(&Tile, usize)> {
        let (i, j) = (cell % self.grid.nx, cell / self.grid.nx);
        self.bands[j / SIDE][i / SIDE].as_ref().map(|tile| (tile, (j % SIDE) * SIDE + i % SIDE))
    }
    pub fn depth_m(&self, cell: usize) -> f32 {
        self.at(cell).map_or(0.0, |(tile, k)| tile.depth_m[k])
    }
    pub fn speed_m_s(&self, cell: usize) -> f32 {
        self.at(cell).map_or(0.0, |(tile, k)| packed::value(tile.speed[k]))
    }
    /// Greatest depth times speed, m2/s: of one moment, not the product of the two maxima.
    pub fn force_m2_s(&self, cell: usize) -> f32 {
        self.at(cell).map_or(0.0, |(tile, k)| packed::value(tile.force[k]))
    }
    fn time_s(&self, stamp: u16) -> Option<f64> {
        (stamp != NEVER).then(|| f64::from(stamp) * self.unit_s)
    }
    /// When the greatest depth was first seen.
    pub fn peak_s(&self, cell: usize) -> Option<f64> {
        self.at(cell).and_then(|(tile, k)| self.time_s(tile.peak[k]))
    }
    /// First look over `spec.arrival_m[threshold]`; 0 where water stood from the start, `None` where it never came.
    pub fn arrival_s(&self, cell: usize, threshold: usize) -> Option<f64> {
        self.at(cell).and_then(|(tile, k)| self.time_s(tile.arrival[threshold][k]))
    }
    /// Time spent over `spec.duration_m[threshold]`, s.
    pub fn duration_s(&self, cell: usize, threshold: usize) -> f64 {
        self.at(cell).map_or(0.0, |(tile, k)| f64::from(tile.duration[threshold][k]) * self.unit_s)
    }
    /// The worst class the cell was ever in. Only the three maxima are kept, and they suffice: a class is reached by depth,
    /// by speed or by their product, each alone, so the worst class over time is the class of the three maxima.
    pub fn class(&self, cell: usize) -> Option<HazardClass> {
        hazard::class_of(
            f64::from(self.depth_m(cell)),
            f64::from(self.speed_m_s(cell)),
            f64::from(self.force_m2_s(cell)),
        )
    }
    /// DEFRA's rating from the maxima, d v + 0.5 d + DF: never below the greatest rating of any moment, and above it
    /// only where the deepest moment was not the most forceful.
    pub fn rating(&self, cell: usize, debris: Debris) -> f64 {
        let (depth, speed) = (f64::from(self.depth_m(cell)), f64::from(self.speed_m_s(cell)));
        if depth <= 0.0 {
            return 0.0;
        }
        f64::from(self.force_m2_s(cell)) + 0.5 * depth + debris.factor(depth, speed)
    }

    /// A layer over the whole grid in row-major order from the south; NaN where water never came.
    pub fn raster(&self, layer: Layer) -> Vec<f32> {
        let wet = |cell: usize, value: f32| if self.depth_m(cell) > 0.0 { value } else { f32::NAN };
        let time = |time_s: Option<f64>| time_s.map_or(f32::NAN, |s| s as f32);
        let value = |cell: usize| match layer {
            Layer::Depth => wet(cell, self.depth_m(cell)),
            Layer::Speed => wet(cell, self.speed_m_s(cell)),
            Layer::Force => wet(cell, self.force_m2_s(cell)),
            Layer::PeakTime => time(self.peak_s(cell)),
            Layer::Arrival(k) => time(self.arrival_s(cell, usize::from(k))),
            Layer::Duration(k) => wet(cell, self.duration_s(cell, usize::from(k)) as f32),
            Layer::Hazard => self.class(cell).map_or(f32::NAN, |class| f32::from(class as u8)),
            Layer::Rating => wet(cell, self.rating(cell, Debris::Urban) as f32),
        };
        (0..self.grid.len()).map(value).collect()
    }

    /// Every layer there is, with the name of its file: "arrival_0.10m".
    pub fn layers(&self) -> Vec<(Layer, String)> {
        let plain = [
            (Layer::Depth, "depth"),
            (Layer::Speed, "speed"),
            (Layer::Force, "depth_x_speed"),
            (Layer::PeakTime, "peak_time"),
            (Layer::Hazard, "hazard_class"),
            (Layer::Rating, "hazard_rating"),
        ];
        let mut all: Vec<(Layer, String)> = plain.into_iter().map(|(layer, name)| (layer, name.into())).collect();
        let arrivals = self.spec.arrival_m.iter().enumerate();
        all.extend(arrivals.map(|(k, m)| (Layer::Arrival(k as u8), format!("arrival_{m:.2}m"))));
        let durations = self.spec.duration_m.iter().enumerate();
        all.extend(durations.map(|(k, m)| (Layer::Duration(k as u8), format!("duration_{m:.2}m"))));
        all
    }

    /// What the water did at a building that stands on this cell. `soak` is the threshold of `spec.duration_m` that tells
    /// how long it was soaked (`building::SOAK_M`), where one is kept.
    pub fn exposure(&self, cell: usize, soak: Option<usize>) -> Exposure {
        Exposure {
            depth_m: f64::from(self.depth_m(cell)),
            speed_m_s: f64::from(self.speed_m_s(cell)),
            force_m2_s: f64::from(self.force_m2_s(cell)),
            soaked_s: soak.map_or(0.0, |threshold| self.duration_s(cell, threshold)),
        }
    }

    /// Land by its worst class, H1 to H6, m2; cells wet from the start are not counted.
    pub fn class_areas_m2(&self) -> [f64; 6] {
        let mut cells = [0u64; 6];
        for cell in (0..self.grid.len()).filter(|c| self.first_s(*c) != Some(0.0)) {
            if let Some(class) = self.class(cell) {
                cells[class as usize - 1] += 1;
            }
        }
        cells.map(|n| n as f64 * self.grid.cell_m * self.grid.cell_m)
    }

    /// Arrival over the lowest threshold, which is the first of the list.
    fn first_s(&self, cell: usize) -> Option<f64> {
        if self.spec.arrival_m.is_empty() { None } else { self.arrival_s(cell, 0) }
    }

    /// Land that water deeper than `depth_m` came over, m2; cells wet from the start (rivers, lakes) are not counted.
    pub fn flooded_m2(&self, depth_m: f32) -> f64 {
        let came = |cell: usize| self.depth_m(cell) > depth_m && self.first_s(cell) != Some(0.0);
        fold::count(self.grid.len(), came) as f64 * self.grid.cell_m * self.grid.cell_m
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(nx: usize, ny: usize) -> Grid {
        Grid { nx, ny, cell_m: 10.0, x0: 0.0, y0: 0.0 }
    }

    /// A wave over one cell: 0 m until 100 s, then a triangle up to 1 m at 200 s and back to 0 m at 400 s.
    fn wave_m(s: f64) -> f64 {
        if s <= 200.0 { ((s - 100.0) / 100.0).max(0.0) } else { ((400.0 - s) / 200.0).max(0.0) }
    }

    /// Grade: exact (a triangular wave; tolerance of one look).
    #[test]
    fn a_wave_leaves_its_peak_arrival_and_duration() {
        let mut extremes = Extremes::new(grid(70, 40), ExtremesSpec::default());
        let cell = extremes.grid().index(65, 35);
        for k in 0..=60 {
            let s = f64::from(k) * 10.0;
            let speed = if (300.0..310.0).contains(&s) { 2.0 } else { 0.5 };
            extremes.look(s, |_| false, |c| if c == cell { wave_m(s) as f32 } else { 0.0 }, |_| speed);
        }
        assert_eq!(extremes.depth_m(cell), 1.0);
        assert_eq!(extremes.peak_s(cell), Some(qr(200.0, extremes.unit_s())));
        assert_eq!(extremes.speed_m_s(cell), 2.0);
        assert_eq!(extremes.force_m2_s(cell), 1.0, "0.5 m at 2 m/s is more than 1 m at 0.5 m/s");
        for (k, threshold) in extremes.spec().arrival_m.iter().copied().enumerate() {
            let exact = 100.0 + 100.0 * f64::from(threshold);
            let seen = extremes.arrival_s(cell, k).unwrap();
            assert!((exact - 2.0..=exact + 12.0).contains(&seen), "over {threshold} m at {seen} s, exactly {exact} s");
        }
        for (k, threshold) in extremes.spec().duration_m.iter().copied().enumerate() {
            let exact = 300.0 * (1.0 - f64::from(threshold));
            assert!((extremes.duration_s(cell, k) - exact).abs() <= 20.0, "over {threshold} m");
        }
        assert_eq!(extremes.arrival_s(0, 0), None);
        assert_eq!(extremes.flooded_m2(0.3), 100.0);
    }

    fn qr(s: f64, unit_s: f64) -> f64 {
        (s / unit_s).round() * unit_s
    }

    /// Grade: exact.
    #[test]
    fn land_is_counted_by_class_without_the_river_and_layers_have_files() {
        let mut extremes = Extremes::new(grid(10, 1), ExtremesSpec::default());
        let river = |c: usize| c < 2;
        extremes.look(0.0, |_| false, |c| if river(c) { 3.0 } else { 0.0 }, |_| 0.1);
        extremes.look(60.0, |_| false, |c| if river(c) { 3.5 } else { 0.1 * c as f32 - 0.01 }, |_| 0.1);
        // 0.19 and 0.29 m are H1 (at 0.1 m/s), 0.39 and 0.49 m H2, 0.59 to 0.89 m H3.
        assert_eq!(extremes.class_areas_m2(), [200.0, 200.0, 400.0, 0.0, 0.0, 0.0]);
        assert_eq!(extremes.flooded_m2(0.55), 400.0);
        let exposed = extremes.exposure(9, Some(1));
        assert_eq!((exposed.depth_m, exposed.soaked_s), (f64::from(0.1f32 * 9.0 - 0.01), 60.0));
        let names: Vec<String> = extremes.layers().into_iter().map(|(_, name)| name).collect();
        assert_eq!(names.len(), 11);
        assert!(names.contains(&"arrival_0.10m".into()) && names.contains(&"duration_0.15m".into()), "{names:?}");
        for (layer, name) in extremes.layers() {
            assert_eq!(extremes.raster(layer).len(), 10, "{name}");
        }
        assert!(extremes.raster(Layer::Arrival(2))[2].is_nan(), "0.19 m is not over 0.3 m");
    }

    /// Grade: exact.
    #[test]
    fn bad_thresholds_are_complained_about_all_at_once() {
        let bad =
            ExtremesSpec { arrival_m: vec![0.3, 0.1], duration_m: vec![f32::NAN], film_m: -1.0, run_s: f64::INFINITY };
        assert_eq!(bad.check(Path::new("flood.ron")).0.len(), 4);
        assert!(ExtremesSpec::default().check(Path::new("flood.ron")).is_empty());
    }

    /// Grade: exact.
    #[test]
    fn packed_numbers_are_never_smaller_and_hardly_larger_and_keep_their_order() {
        let (mut x, mut before) = (2e-5f32, 0);
        while x < 6e4 {
            let packed = packed::of(x);
            let value = packed::value(packed);
            assert!(value >= x && value <= x * (1.0 + 1.0 / 2048.0), "{x} became {value}");
            assert!(packed >= before);
            assert_eq!(packed::of(value), packed, "packing twice changes nothing");
            before = packed;
            x *= 1.00017;
        }
        assert_eq!((packed::of(0.0), packed::value(0)), (0, 0.0));
        assert_eq!(packed::value(packed::of(1e9)), packed::value(u16::MAX));
        assert!(packed::value(packed::of(1e-9)) > 0.0);
    }

    /// Grade: exact.
    #[test]
    fn memory_is_taken_only_where_water_has_been_and_stays_small() {
        let mut extremes = Extremes::new(grid(320, 320), ExtremesSpec::default());
        let empty = extremes.bytes();
        extremes.look(0.0, |_| false, |c| if c == 7 { 1.0 } else { 0.0 }, |_| 0.0);
        assert_eq!(extremes.bytes() - empty, 20 * 1024, "one tile");
        extremes.look(10.0, |_| false, |_| 1.0, |_| 0.0);
        let per_cell = extremes.bytes() as f64 / extremes.grid().len() as f64;
        assert!(per_cell < 20.5, "{per_cell} bytes a cell");
    }

    /// Grade: exact.
    #[test]
    fn a_run_that_outlasts_its_unit_doubles_it_and_loses_nothing_but_resolution() {
        let spec = ExtremesSpec { run_s: 1000.0, ..Default::default() };
        let mut extremes = Extremes::new(grid(3, 3), spec);
        assert_eq!(extremes.unit_s(), 1.0);
        let mut s = 0.0;
        while s <= 300_000.0 {
            extremes.look(s, |_| false, |_| if s >= 5000.0 { 1.0 } else { 0.0 }, |_| 0.0);
            s += 500.0;
        }
        assert_eq!(extremes.unit_s(), 8.0);
        assert!((extremes.arrival_s(4, 0).unwrap() - 5000.0).abs() <= 8.0);
        assert!((extremes.duration_s(4, 1) - 295_500.0).abs() <= 24.0, "{}", extremes.duration_s(4, 1));
    }

    /// Grade: exact.
    #[test]
    fn a_patch_that_is_said_to_be_dry_is_not_looked_at() {
        let mut extremes = Extremes::new(grid(64, 32), ExtremesSpec::default());
        let look = |cell: usize| {
            assert!(cell % 64 < 32, "cell {cell} was asked");
            1.0
        };
        extremes.look(0.0, |patch| patch.i.0 >= 32, look, |_| 1.0);
        assert_eq!(extremes.depth_m(31), 1.0);
        assert_eq!(extremes.depth_m(32), 0.0);
    }

    /// Grade: exact. The worst class of all moments against the class of the maxima, over drawn floods; speeds and forces
    /// rounded up as they are kept.
    #[test]
    fn the_class_of_the_maxima_is_the_worst_class_of_all_moments() {
        use base::chance::{Stream, draw};
        use base::time::Tick;
        let mut seen = std::collections::BTreeSet::new();
        for id in 0..300u32 {
            let mut extremes = Extremes::new(grid(1, 1), ExtremesSpec::default());
            let mut worst = None;
            for step in 0..8u32 {
                let u = |k| draw(11, Stream::Drill, id, Tick(step), k);
                // Floods of all sizes: the greatest depth and speed are themselves drawn for each.
                let size = |k| draw(11, Stream::Drill, id, Tick(99), k);
                let depth = (5.0 * size(0) * size(1) * u(0)) as f32 + 0.02;
                let speed = (5.0 * size(2) * size(3) * u(1)) as f32;
                extremes.look(f64::from(step) * 60.0, |_| false, |_| depth, |_| speed);
                let kept = |x: f32| f64::from(packed::value(packed::of(x)));
                worst = worst.max(hazard::class_of(depth.into(), kept(speed), kept(depth * speed)));
            }
            assert_eq!(extremes.class(0), worst);
            seen.insert(worst);
        }
        assert!(seen.len() >= 5, "the draws reach most classes: {seen:?}");
    }

    /// Grade: exact.
    #[test]
    fn extremes_are_the_same_on_any_number_of_threads() {
        let run = |threads| {
            fold::with_threads(threads, || {
                let mut extremes = Extremes::new(grid(200, 150), ExtremesSpec::default());
                for k in 0..5 {
                    let s = f64::from(k) * 30.0;
                    extremes.look(
                        s,
                        |_| false,
                        |c| ((c * 7919 + k as usize * 104_729) % 1000) as f32 * 1e-3,
                        |c| (c % 13) as f32 * 0.2,
                    );
                }
                extremes
            })
        };
        assert_eq!(run(1), run(2));
        assert_eq!(run(1), run(8));
    }
}
