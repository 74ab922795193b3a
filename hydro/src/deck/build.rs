//! From a deck to a model that can be run: every file read, every number checked, every place found on the grid. All
//! that is wrong is told at once; what is only worth knowing (a series that ends early) is a remark.

use super::course::{integral, linear};
use super::place::faces_across;
use super::*;
use crate::flow::{Account, Buckets, Face, Flow};
use crate::forcing::sources::Forcing;
use crate::sewer::network::NetworkSpec;
use crate::sewer::{Sewers, SewersSpec, swmm_inp};
use crate::solver::{Domain, Edge, EdgeKind, EdgeSide};
use crate::structures::Structures;
use base::digest::Digest;
use base::grid::{Grid, Point};
use base::raster::Crs;
use std::ops::Range;

/// How far walls (voids, blocked lines) stand above the highest ground, m: above any water.
const WALL_M: f64 = 1000.0;
/// Depth that is left in cells that are kept empty, m: none.
const EMPTY_M: f64 = 0.0;

/// A checked model. Cells are row-major, row 0 in the south.
#[derive(Debug, Clone)]
pub struct Model {
    pub name: Text,
    pub source: String,
    pub crs: Crs,
    pub domain: Domain,
    /// Ground, m, as it was read; NaN in cells outside the model.
    pub terrain_m: Vec<f32>,
    /// Depth at the start, m.
    pub start_m: Vec<f64>,
    pub sources: Sources,
    /// Design storms, soils, catchments.
    pub weather: Forcing,
    /// As they stand at the start; their crests are in the domain.
    pub structures: Structures,
    pub sewers: SewersSpec,
    /// Changes whenever anything does that a run depends on.
    pub fingerprint: u64,
    pub gauges: Vec<Gauge>,
    pub duration_s: f64,
    pub scheme: Options,
    pub precision: Precision,
    pub outputs: Outputs,
    pub remarks: Complaints,
}

/// A point whose level is written down.
#[derive(Debug, Clone, PartialEq)]
pub struct Gauge {
    pub name: String,
    pub at: Point,
    pub cell: usize,
}

/// What gives and takes water while the model runs.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    rain: Vec<Rain>,
    /// m/s by cell.
    infiltration: Option<Vec<f32>>,
    inflows: Vec<Inflow>,
    held: Vec<HeldCells>,
    /// Cells outside the model.
    outside: Vec<bool>,
}

#[derive(Debug, Clone)]
struct Rain {
    /// (s, mm/h)
    points: Vec<(f64, f64)>,
    blocks: bool,
    share: Option<Vec<f32>>,
}

#[derive(Debug, Clone)]
struct Inflow {
    cells: Vec<usize>,
    /// (s, m3/s)
    points: Vec<(f64, f64)>,
}

#[derive(Debug, Clone)]
struct HeldCells {
    cells: Vec<usize>,
    /// (s, m); none where the cells are kept empty.
    stations: Vec<Vec<(f64, f64)>>,
    /// By cell: two stations and the weight of the first.
    blend: Vec<(usize, usize, f64)>,
}

impl Sources {
    /// Rain and what the ground takes over `from_s..to_s`: exact over steps of any length.
    pub fn weather(&self, flow: &mut dyn Flow, from_s: f64, to_s: f64) {
        for rain in &self.rain {
            // mm/h x s -> m
            let depth_m = integral(&rain.points, from_s, to_s, rain.blocks) / 3.6e6;
            if depth_m > 0.0 {
                let falls = |first: usize, _: &[f64], row: &mut [f64]| {
                    for (k, gain) in row.iter_mut().enumerate() {
                        let share = rain.share.as_ref().map_or(1.0, |s| f64::from(s[first + k]));
                        *gain = if self.outside[first + k] { 0.0 } else { depth_m * share };
                    }
                };
                flow.add_rows(Account::Rain, &falls);
            }
        }
        if let Some(rates) = &self.infiltration {
            let seeps = |first: usize, depths: &[f64], row: &mut [f64]| {
                for (k, gain) in row.iter_mut().enumerate() {
                    *gain = -(f64::from(rates[first + k]) * (to_s - from_s)).min(depths[k]);
                }
            };
            flow.add_rows(Account::Infiltration, &seeps);
        }
    }

    /// What flows in and what is held, over `dt_s` from `now_s` on: to be called before each inner step.
    pub fn apply(&self, flow: &mut dyn Flow, now_s: f64, dt_s: f64) {
        let area_m2 = flow.grid().cell_m * flow.grid().cell_m;
        for inflow in &self.inflows {
            let m3 = integral(&inflow.points, now_s, now_s + dt_s, false) / inflow.cells.len() as f64;
            for cell in &inflow.cells {
                if m3 >= 0.0 {
                    flow.give_m3(*cell, m3, Account::Inflow);
                } else {
                    flow.take_m3(*cell, -m3, Account::Inflow);
                }
            }
        }
        for held in &self.held {
            for (cell, (a, b, weight)) in held.cells.iter().zip(&held.blend) {
                let depth_m = match held.stations.is_empty() {
                    true => EMPTY_M,
                    false => {
                        let at = |k: usize| linear(&held.stations[k], now_s + dt_s);
                        (at(*a) * weight + at(*b) * (1.0 - weight) - flow.bed_m(*cell)).max(0.0)
                    }
                };
                let m3 = (depth_m - flow.depth_m(*cell)) * area_m2;
                if m3 > 0.0 {
                    flow.give_m3(*cell, m3, Account::Boundary);
                } else if m3 < 0.0 {
                    flow.take_m3(*cell, -m3, Account::Boundary);
                }
            }
        }
    }
    /// Cells outside the model.
    pub fn outside(&self) -> &[bool] {
        &self.outside
    }
}

/// The cells along a side whose centres lie between two map coordinates.
pub fn along(side: EdgeSide, grid: &Grid, from_m: Option<f64>, to_m: Option<f64>) -> Range<usize> {
    let n = side.cells(grid);
    let origin = match side {
        EdgeSide::North | EdgeSide::South => grid.x0,
        EdgeSide::West | EdgeSide::East => grid.y0,
    };
    let index = |m: f64| (((m - origin) / grid.cell_m - 0.5).ceil().max(0.0) as usize).min(n);
    let (from, to) = (from_m.map_or(0, index), to_m.map_or(n, index));
    from.min(to)..to.max(from)
}

/// A number that changes with the deck and with all it read.
fn fingerprint(deck: &Deck, domain: &Domain, start_m: &[f64], sources: &Sources) -> u64 {
    let mut digest = Digest::new();
    let numbers = Deck { outputs: Outputs::default(), name: Text::default(), source: String::new(), ..deck.clone() };
    digest.bytes(numbers.to_ron().as_bytes());
    digest.f64s(&domain.bed_m).f64s(&domain.manning).f64s(start_m);
    digest.bytes(format!("{:?}{:?}", domain.edges, domain.porosity).as_bytes());
    let series = sources.inflows.iter().flat_map(|i| &i.points).chain(sources.rain.iter().flat_map(|r| &r.points));
    let levels = sources.held.iter().flat_map(|h| h.stations.iter().flatten());
    for (t, v) in series.chain(levels) {
        digest.f64(*t).f64(*v);
    }
    // Intervals are part of it: inner steps end where something is written down.
    digest.f64(deck.outputs.every.s()).f64(deck.outputs.gauges_every.s()).f64(deck.outputs.beat.s());
    digest.finish()
}

/// Gathers what is wrong and what is worth knowing while a deck is looked through.
struct Builder<'a> {
    loaded: &'a Loaded,
    grid: Grid,
    outside: Vec<bool>,
    terrain: Raster,
    wrong: Complaints,
    remarks: Complaints,
}

impl Loaded {
    /// A pipe network from a SWMM file, with what was passed over.
    fn swmm(&self, file: &Path) -> Result<(NetworkSpec, Complaints), Complaints> {
        let path = self.path(file);
        let text =
            std::fs::read_to_string(&path).map_err(|e| Complaints::one(&path, format!("cannot be read: {e}"), ""))?;
        let model = swmm_inp::read(&text, &path)?;
        let mut remarks = Complaints::new();
        model.remarks.iter().for_each(|remark| remarks.add(&path, remark.clone(), ""));
        Ok((model.network, remarks))
    }

    /// Reads what the deck names and checks all of it.
    pub fn build(&self) -> Result<Model, Complaints> {
        let deck = &self.deck;
        let terrain = self.raster(&deck.terrain.file)?;
        let mut b = Builder {
            loaded: self,
            grid: terrain.grid,
            outside: terrain.values.iter().map(|v| v.is_nan()).collect(),
            terrain,
            wrong: Complaints::new(),
            remarks: self.remarks.clone(),
        };
        b.ground();
        let highest = b.terrain.values.iter().filter(|v| !v.is_nan()).fold(f32::NEG_INFINITY, |a, v| a.max(*v));
        let wall_m = f64::from(highest) + WALL_M;
        let bed_m: Vec<f64> =
            b.terrain.values.iter().map(|v| if v.is_nan() { wall_m } else { f64::from(*v) }).collect();
        let manning = b.field(&deck.manning, "manning", 0.0, 1.0, "s/m^(1/3)");
        let porosity = deck.porosity.as_ref().map(|f| b.field(f, "porosity", 0.0, 1.0, ""));
        let start_m = b.start(&bed_m);
        let crests = b.crests(wall_m);
        let edges = b.edges();
        let sources = b.sources(&bed_m);
        let gauges = b.gauges();
        let duration_s = deck.duration.s();
        if duration_s <= 0.0 {
            b.wrong.add(&self.file, "duration is 0", "e.g. \"6h\"");
        }
        for (what, span) in [("outputs.every", deck.outputs.every), ("outputs.gauges_every", deck.outputs.gauges_every)]
        {
            if span.s() < 1.0 {
                b.wrong.add(&self.file, format!("{what} is {} s", span.s()), "1s or more");
            }
        }
        if deck.outputs.contours_m.windows(2).any(|w| w[1] <= w[0]) || deck.outputs.contours_m.iter().any(|c| *c <= 0.0)
        {
            b.wrong.add(&self.file, format!("contours_m is {:?}", deck.outputs.contours_m), "rising depths over 0 m");
        }
        let weather = deck.weather.bind(&b.grid, duration_s, &self.file).map_err(|e| b.wrong.extend(e)).ok();
        let mut domain = Domain { grid: b.grid, bed_m, manning, porosity, crests, edges };
        if b.wrong.is_empty() {
            b.wrong.extend(domain.check(&self.file));
        }
        let (Some(weather), true) = (weather, b.wrong.is_empty()) else { return Err(b.wrong) };
        let structures = Structures::new(&domain, deck.structures.clone(), &self.file)?;
        domain.crests.extend(structures.crests());
        let mut sewers = deck.sewers.clone();
        for file in &deck.sewer_files {
            match self.swmm(file) {
                Ok(model) => {
                    b.remarks.extend(model.1);
                    sewers.networks.push(model.0);
                }
                Err(more) => b.wrong.extend(more),
            }
        }
        let still = Buckets::new(b.grid, domain.bed_m.clone(), start_m.clone());
        if let Err(more) = Sewers::new(sewers.clone(), &still, &self.file) {
            b.wrong.extend(more);
        }
        let fingerprint = fingerprint(deck, &domain, &start_m, &sources);
        b.wrong.or(Model {
            name: deck.name.clone(),
            source: deck.source.clone(),
            crs: b.terrain.crs.clone(),
            domain,
            terrain_m: b.terrain.values,
            start_m,
            sources,
            weather,
            structures,
            sewers,
            fingerprint,
            gauges,
            duration_s,
            scheme: deck.scheme,
            precision: deck.precision,
            outputs: deck.outputs.clone(),
            remarks: b.remarks,
        })
    }
}

impl Builder<'_> {
    fn file(&self) -> &Path {
        &self.loaded.file
    }

    /// Voids, and heights that are none.
    fn ground(&mut self) {
        let path = self.loaded.path(&self.loaded.deck.terrain.file);
        let voids = self.terrain.voids();
        if voids == self.grid.len() {
            self.wrong.add(&path, "holds voids only", "");
        } else if voids > 0 && self.loaded.deck.terrain.voids == Voids::Refuse {
            let first = self.grid.centre(self.outside.iter().position(|o| *o).expect("there is one"));
            self.wrong.add(
                &path,
                format!("holds {voids} voids, the first at ({}, {})", first.x, first.y),
                "voids: Wall keeps water out of them; gdal_fillnodata fills them",
            );
        }
        if let Some(bad) = self.terrain.outside(&path, -11_000.0, 9_000.0, "m") {
            self.wrong.0.push(bad);
        }
    }

    /// A number for every cell; 0 outside the model.
    fn field(&mut self, field: &Field, what: &str, least: f64, most: f64, unit: &str) -> Vec<f64> {
        let n = self.grid.len();
        let (path, mut values, voids) = match field {
            Field::Constant(v) => (self.file().to_path_buf(), vec![*v; n], None),
            Field::FromRaster(RasterField { file, voids }) => match self.on_grid(file) {
                Some((path, raster)) => (path, raster.values.iter().map(|v| f64::from(*v)).collect(), *voids),
                None => return vec![0.0; n],
            },
            Field::Classes(classes) => match self.on_grid(&classes.file) {
                Some((path, raster)) => {
                    let values = self.by_class(&path, &raster, classes, what);
                    (path, values, None)
                }
                None => return vec![0.0; n],
            },
        };
        let (mut void, mut bad) = (Vec::new(), Vec::new());
        for (cell, value) in values.iter_mut().enumerate() {
            if self.outside[cell] {
                *value = 0.0;
            } else if value.is_nan() {
                match voids {
                    Some(v) => *value = v,
                    None => void.push(cell),
                }
            }
            if !self.outside[cell] && !value.is_nan() && !(least..=most).contains(value) {
                bad.push((cell, *value));
            }
        }
        if let Some((cell, value)) = bad.first() {
            let p = self.grid.centre(*cell);
            let more = bad.len() - 1;
            let said = format!("{what} is {value} {unit} at ({}, {}), out of range in {more} more cells", p.x, p.y);
            self.wrong.add(&path, said.replace("  ", " "), format!("{least} to {most} {unit}"));
        }
        if let (Some(cell), false) = (void.first(), matches!(field, Field::Classes(_))) {
            let p = self.grid.centre(*cell);
            let said = format!("{what} is void at ({}, {}) and in {} more cells on ground", p.x, p.y, void.len() - 1);
            self.wrong.add(&path, said, "`voids: 0.03` in the deck gives them a value");
        }
        values
    }

    fn by_class(&mut self, path: &Path, raster: &Raster, classes: &ClassField, what: &str) -> Vec<f64> {
        let table: BTreeMap<i32, f64> = classes.values.iter().copied().collect();
        let mut unknown: BTreeMap<String, usize> = BTreeMap::new();
        let values = raster.values.iter().zip(&self.outside).map(|(class, outside)| {
            let known = (class.fract() == 0.0).then(|| table.get(&(*class as i32))).flatten();
            if known.is_none() && !outside {
                *unknown.entry(class.to_string()).or_default() += 1;
            }
            known.copied().unwrap_or(f64::NAN)
        });
        let values: Vec<f64> = values.collect();
        for (class, cells) in unknown {
            let said = format!("{what}: {cells} cells are of class {class}, which has no value");
            self.wrong.add(path, said, "list it under `values` in the deck");
        }
        values
    }

    /// A raster that must lie on the terrain.
    fn on_grid(&mut self, file: &Path) -> Option<(PathBuf, Raster)> {
        let path = self.loaded.path(file);
        let raster = self.loaded.raster(file).map_err(|e| self.wrong.extend(e)).ok()?;
        let terrain = self.loaded.path(&self.loaded.deck.terrain.file);
        let apart = raster.mismatch(&path, &self.terrain, &terrain);
        if !apart.is_empty() {
            self.wrong.extend(apart);
            return None;
        }
        Some((path, raster))
    }

    fn start(&mut self, bed_m: &[f64]) -> Vec<f64> {
        match &self.loaded.deck.start {
            Start::Dry => vec![0.0; self.grid.len()],
            Start::Depth(field) => self.field(field, "start depth", 0.0, 1000.0, "m"),
            Start::Stage(field) => {
                let stage = self.field(field, "start level", -11_000.0, 9_000.0, "m");
                let outside = &self.outside;
                let depth = |c: usize| if outside[c] { 0.0 } else { (stage[c] - bed_m[c]).max(0.0) };
                (0..self.grid.len()).map(depth).collect()
            }
        }
    }

    /// Points of a series; remarks when it ends before the run.
    fn course(&mut self, course: &Course, what: &str) -> Vec<(f64, f64)> {
        let folder = self.file().parent().unwrap_or(Path::new("")).to_path_buf();
        match course.points(&folder, self.file(), what) {
            Ok(points) => {
                let (end, last) = *points.last().expect("checked: at least one");
                let run = self.loaded.deck.duration.s();
                if points.len() > 1 && end < run {
                    let said = format!("{what}: the series ends at {end} s, the run at {run} s: {last} is held");
                    self.remarks.add(&self.loaded.file, said, "");
                }
                points
            }
            Err(more) => {
                self.wrong.extend(more);
                vec![(0.0, 0.0)]
            }
        }
    }

    fn edges(&mut self) -> Vec<Edge> {
        let mut edges = Vec::new();
        for (k, spec) in self.loaded.deck.edges.iter().enumerate() {
            let what = format!("edge {} ({:?})", k + 1, spec.side);
            let cells = along(spec.side, &self.grid, spec.from_m, spec.to_m);
            if cells.is_empty() {
                let n = spec.side.cells(&self.grid) as f64 * self.grid.cell_m;
                let said = format!("{what}: from {:?} to {:?} lies no cell's centre", spec.from_m, spec.to_m);
                self.wrong.add(self.loaded.file.clone(), said, format!("map coordinates along a side of {n} m"));
                continue;
            }
            let inside = |k: &usize| !self.outside[spec.side.cell(&self.grid, *k)];
            let active = cells.clone().filter(inside).count();
            // Runs of cells of the model: a discharge must not be poured on what lies outside.
            let mut runs: Vec<Range<usize>> = Vec::new();
            for k in cells.filter(inside) {
                match runs.last_mut() {
                    Some(run) if run.end == k => run.end += 1,
                    _ => runs.push(k..k + 1),
                }
            }
            if active == 0 {
                self.wrong.add(self.loaded.file.clone(), format!("{what}: holds cells outside the model only"), "");
                continue;
            }
            let (points, discharge) = match &spec.kind {
                Rim::Wall | Rim::Free => (Vec::new(), false),
                Rim::Stage(course) => (self.course(course, &what), false),
                Rim::Discharge(course) => (self.course(course, &what), true),
            };
            for run in runs {
                let share = (run.end - run.start) as f64 / active as f64;
                let kind = match (&spec.kind, discharge) {
                    (Rim::Wall, _) => EdgeKind::Wall,
                    (Rim::Free, _) => EdgeKind::Free,
                    (_, false) => EdgeKind::Stage(points.clone()),
                    (_, true) => EdgeKind::Discharge(points.iter().map(|(t, q)| (*t, q * share)).collect()),
                };
                edges.push(Edge { side: spec.side, from: run.start, to: run.end, kind });
            }
        }
        edges
    }

    fn crests(&mut self, wall_m: f64) -> BTreeMap<Face, f64> {
        let mut crests: BTreeMap<Face, f64> = BTreeMap::new();
        for spec in &self.loaded.deck.crests {
            let what = format!("crest `{}`", spec.name);
            let line: Vec<Point> = spec.line.iter().map(|(x, y)| Point::new(*x, *y)).collect();
            let faces = faces_across(&self.grid, &line);
            if line.len() < 2 || line.iter().any(|p| !p.x.is_finite() || !p.y.is_finite()) {
                self.wrong.add(
                    self.loaded.file.clone(),
                    format!("{what}: a line of {} points", line.len()),
                    "two or more",
                );
                continue;
            }
            if let Crest::Levels(levels) = &spec.crest
                && levels.len() != line.len()
            {
                let said = format!("{what}: {} levels for {} corners", levels.len(), line.len());
                self.wrong.add(self.loaded.file.clone(), said, "one level for each");
                continue;
            }
            if faces.is_empty() {
                self.wrong.add(
                    self.loaded.file.clone(),
                    format!("{what}: parts no two cells of the grid"),
                    "is it on the grid?",
                );
            }
            for (face, at) in faces {
                let level = match &spec.crest {
                    Crest::Level(level) => *level,
                    Crest::Blocked => wall_m,
                    Crest::Levels(levels) => {
                        let k = (at.floor() as usize).min(levels.len() - 2);
                        levels[k] + (levels[k + 1] - levels[k]) * (at - k as f64)
                    }
                };
                if !level.is_finite() {
                    self.wrong.add(
                        self.loaded.file.clone(),
                        format!("{what}: a level of {level}"),
                        "a finite number, m",
                    );
                    break;
                }
                crests.entry(face).and_modify(|c| *c = c.max(level)).or_insert(level);
            }
        }
        crests
    }

    /// The cells of a place; complains when one lies outside the model.
    fn cells(&mut self, place: &Place, what: &str) -> Vec<usize> {
        let cells = match place.cells(&self.grid, &self.loaded.file, what) {
            Ok(cells) => cells,
            Err(more) => {
                self.wrong.extend(more);
                return Vec::new();
            }
        };
        if let Some(cell) = cells.iter().find(|c| self.outside[**c]) {
            let p = self.grid.centre(*cell);
            let said = format!("{what}: the cell at ({}, {}) is void, outside the model", p.x, p.y);
            self.wrong.add(self.loaded.file.clone(), said, "move it onto ground");
            return Vec::new();
        }
        cells
    }

    fn sources(&mut self, bed_m: &[f64]) -> Sources {
        let deck = &self.loaded.deck;
        let mut sources = Sources { outside: self.outside.clone(), ..Sources::default() };
        for (k, spec) in deck.rain.iter().enumerate() {
            let what = format!("rain {}", k + 1);
            let points = self.course(&spec.mm_h, &what);
            if let Some((t, v)) = points.iter().find(|p| p.1 < 0.0) {
                self.wrong.add(&self.loaded.file, format!("{what}: {v} mm/h at {t} s"), "rain is 0 or more");
            }
            let share = spec.share.as_ref().map(|f| self.field(f, &what, 0.0, 100.0, ""));
            let share = share.map(|s| s.into_iter().map(|v| v as f32).collect());
            sources.rain.push(Rain { points, blocks: spec.within == Within::Block, share });
        }
        if let Some(field) = &deck.infiltration_mm_h {
            let rates = self.field(field, "infiltration", 0.0, 10_000.0, "mm/h");
            sources.infiltration = Some(rates.into_iter().map(|v| (v / 3.6e6) as f32).collect());
        }
        for spec in &deck.inflows {
            let what = format!("inflow `{}`", spec.name);
            let cells = self.cells(&spec.at, &what);
            let points = self.course(&spec.discharge_m3_s, &what);
            if !cells.is_empty() {
                sources.inflows.push(Inflow { cells, points });
            }
        }
        for spec in &deck.held {
            let what = format!("held `{}`", spec.name);
            let cells = self.cells(&spec.at, &what);
            if cells.is_empty() {
                continue;
            }
            let (stations, blend) = match &spec.kind {
                Held::Empty => (Vec::new(), vec![(0, 0, 1.0); cells.len()]),
                Held::Stage(course) => (vec![self.course(course, &what)], vec![(0, 0, 1.0); cells.len()]),
                Held::Stations(list) if list.is_empty() => {
                    self.wrong.add(&self.loaded.file, format!("{what}: has no station"), "one or more");
                    continue;
                }
                Held::Stations(list) => {
                    let places: Vec<Point> = list.iter().map(|s| Point::new(s.at.0, s.at.1)).collect();
                    let blend = cells.iter().map(|c| two_nearest(&places, self.grid.centre(*c))).collect();
                    let series = list.iter().map(|s| self.course(&s.stage_m, &what)).collect();
                    (series, blend)
                }
            };
            let top = stations.iter().flatten().map(|p| p.1).fold(f64::NEG_INFINITY, f64::max);
            let lowest = cells.iter().map(|c| bed_m[*c]).fold(f64::INFINITY, f64::min);
            if !stations.is_empty() && top < lowest {
                let said = format!("{what}: the level never exceeds {top} m, the lowest bed there is {lowest} m");
                self.wrong.add(&self.loaded.file, said, "a level above the bed, or Empty");
            }
            sources.held.push(HeldCells { cells, stations, blend });
        }
        sources
    }

    fn gauges(&mut self) -> Vec<Gauge> {
        let mut gauges: Vec<Gauge> = Vec::new();
        for spec in &self.loaded.deck.gauges {
            let what = format!("gauge `{}`", spec.name);
            if gauges.iter().any(|g| g.name == spec.name) {
                self.wrong.add(&self.loaded.file, format!("{what} is there twice"), "each needs its own name");
            }
            if let [cell] = self.cells(&Place::Points(vec![spec.at]), &what)[..] {
                gauges.push(Gauge { name: spec.name.clone(), at: Point::new(spec.at.0, spec.at.1), cell });
            }
        }
        gauges
    }
}

/// The two nearest of the places and the weight of the nearer by inverse distance.
fn two_nearest(places: &[Point], p: Point) -> (usize, usize, f64) {
    let mut order: Vec<(f64, usize)> = places.iter().enumerate().map(|(k, q)| (q.distance_m(p), k)).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    match order[..] {
        [(_, only)] => (only, only, 1.0),
        [(near, a), (far, b), ..] if near + far > 0.0 => (a, b, far / (near + far)),
        _ => (order[0].1, order[0].1, 1.0),
    }
}
