//! Streets (街区): buildings about the source, among which the cloud is followed by particles in the wind that they make; see [`crate::city`].
//!
//! Toxic and flammable zones and the courses at points are then those among buildings. Within the box gas counts as passive: what a heavy cloud does by
//! its weight is left out there, and said.

use super::build::Model;
use super::remarks::{self, Remark};
use super::{Deck, Loaded};
use crate::city::count;
use crate::city::near::{Near, Plan};
use crate::city::read::{self, Heights};
use crate::city::wind::Space;
use crate::city::{Buildings, Library};
use crate::puff::{Cloud, Wind};
use crate::release::Release;
use crate::weather::spec::Ground;
use crate::weather::{Air, Weather};
use crate::zones::Peaks;
use base::complaint::Complaints;
use base::grid::{Grid, Point};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What a deck says of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreetsSpec {
    /// Beside the deck: GeoJSON polygons (.geojson, .json) or a raster of heights (.asc, .tif).
    pub buildings: PathBuf,
    /// The property of a polygon that holds its height, m.
    #[serde(default = "height")]
    pub height_property: String,
    /// The height of polygons that have none, m.
    #[serde(default)]
    pub otherwise_m: Option<f64>,
    /// Half the side of the box about the source, m.
    #[serde(default = "three_hundred")]
    pub reach_m: f64,
    /// Cell of the wind, m.
    #[serde(default = "four")]
    pub cell_m: f64,
    /// Particles for the whole release.
    #[serde(default = "many")]
    pub particles: u32,
    #[serde(default = "one")]
    pub seed: u64,
}

fn height() -> String {
    "height".into()
}
fn three_hundred() -> f64 {
    300.0
}
fn four() -> f64 {
    4.0
}
fn many() -> u32 {
    100_000
}
fn one() -> u64 {
    1
}

/// Buildings that hold together, in their box.
#[derive(Debug, Clone, PartialEq)]
pub struct Streets {
    pub buildings: Buildings,
    pub space: Space,
    pub plan: Plan,
    /// Polygons whose height was given for all.
    pub assumed: usize,
}

/// Directions of the library: every 22.5 degrees.
const DIRECTIONS: usize = 16;
/// Columns along a side, and layers.
const MOST_COLUMNS: f64 = 400.0;
const MOST_LAYERS: f64 = 64.0;
/// Height of the box over the tallest building, and at least, m.
const TOP: f64 = 2.0;
const TOP_M: f64 = 40.0;

/// Reads and checks the streets of a deck.
pub fn build(loaded: &Loaded, all: &mut Complaints) -> Option<Streets> {
    let (deck, file) = (&loaded.deck, loaded.file.as_path());
    let spec = deck.streets.as_ref()?;
    let before = all.0.len();
    let mut within = |name: &str, v: f64, least: f64, most: f64, hint: &str| {
        if !(v >= least && v <= most) {
            all.add(file, format!("streets: {name} is {v}"), format!("{least} to {most}{hint}"));
        }
    };
    within("reach_m", spec.reach_m, 40.0, 1000.0, " m to each side of the source");
    within("cell_m", spec.cell_m, 1.0, 20.0, " m; 4 is usual");
    within("particles", f64::from(spec.particles), 1000.0, 5e6, "; 100000 is usual");
    if let Some(h) = spec.otherwise_m {
        within("otherwise_m", h, 1.0, read::HIGHEST_M, " m");
    }
    let columns = 2.0 * (spec.reach_m / spec.cell_m).ceil();
    if columns > MOST_COLUMNS && columns.is_finite() {
        let what = format!("streets: reach_m {} by cell_m {} are {columns} columns", spec.reach_m, spec.cell_m);
        all.add(file, what, format!("{MOST_COLUMNS} at most: larger cells or a shorter reach"));
    }
    if all.0.len() > before {
        return None;
    }
    let at = deck.source.at;
    let half = 0.5 * columns * spec.cell_m;
    let n = columns as usize;
    let grid = Grid { nx: n, ny: n, cell_m: spec.cell_m, x0: at.x - half, y0: at.y - half };
    let path = file.parent().unwrap_or(Path::new("")).join(&spec.buildings);
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    let found = match ending.as_str() {
        "geojson" | "json" => polygons(deck, spec, &path, grid),
        _ => read::raster(&path, grid).map(|b| (b, 0)),
    };
    let (buildings, assumed) = match found {
        Ok(found) => found,
        Err(told) => {
            all.extend(told);
            return None;
        }
    };
    if buildings.all.is_empty() {
        let what = format!("no building stands within {} m of the source ({:.0}, {:.0})", spec.reach_m, at.x, at.y);
        all.add(&path, what, "is place the place of these buildings, and source at in metres from it?");
        return None;
    }
    let top_m = (TOP * buildings.tallest_m()).max(TOP_M);
    let dz_m = (0.5 * spec.cell_m).max(top_m / MOST_LAYERS);
    let space = Space::over(&buildings, dz_m, top_m);
    let roof_m = grid.cell_at(at).map_or(0.0, |c| space.floor_m(c));
    if deck.source.height_m < roof_m {
        let what = format!("the source stands in a building that is {roof_m:.0} m high");
        all.add(file, what, "move at out of it (cells of the wind count whole), or height_m onto its roof");
        return None;
    }
    let plan =
        Plan { particles: spec.particles, seed: spec.seed, averaging_s: deck.model.averaging_s, watch_s: deck.watch_s };
    Some(Streets { buildings, space, plan, assumed })
}

fn polygons(deck: &Deck, spec: &StreetsSpec, path: &Path, grid: Grid) -> Result<(Buildings, usize), Complaints> {
    let heights = Heights { property: &spec.height_property, otherwise_m: spec.otherwise_m };
    let to = deck.place.map(|anchor| move |lon: f64, lat: f64| anchor.metres(lon, lat));
    let metres = to.as_ref().map(|f| f as &dyn Fn(f64, f64) -> Point);
    let (footprints, assumed) = read::geojson(path, &heights, metres)?;
    Ok((Buildings::from_footprints(grid, &footprints), assumed))
}

/// What must be said of a result among buildings.
pub fn notes(deck: &Deck, streets: &Streets, told: &mut Vec<Remark>) {
    let Some(spec) = &deck.streets else { return };
    let (n, reach, cell) = (streets.buildings.all.len(), spec.reach_m, spec.cell_m);
    let share = 100.0 * streets.buildings.plan_density();
    let zh = format!(
        "街区：源周围 {reach} 米内 {n} 栋（组）建筑，占地 {share:.0}%，风场格距 {cell} 米，浓度为离地 0–3 米平均；此范围以外按烟团计算"
    );
    let en = format!(
        "streets: {n} buildings within {reach} m of the source cover {share:.0} % of the ground; wind on cells of {cell} m, concentrations are means of the lowest 3 m; puffs beyond"
    );
    remarks::add(told, Remark::note("streets", zh, en));
    let zh = "街区风场是经验流区加质量守恒调整，未经城市示踪试验检验；个别街道的浓度可差数倍";
    let en = "the wind among buildings is empirical zones made mass-consistent, not checked against tracers in a city; single streets may be off by several times";
    remarks::add(told, Remark::warning("streets_unchecked", zh, en));
    let reports = deck.weather.reports.first().map(|_| &deck.weather.ground);
    if reports.is_some_and(|g| matches!(g, Ground::UrbanOrForest | Ground::Town(_))) {
        let zh = "下垫面取了城镇或森林，又给了建筑：建筑的阻挡被计算两次；有 streets 时宜用来风一侧的地面，如 Roughness(0.1)";
        let en = "the ground is a town's and the buildings are given too: they count twice; with streets give the ground that the wind comes from, e.g. Roughness(0.1)";
        remarks::add(told, Remark::note("built_twice", zh, en));
    }
    if streets.assumed > 0 {
        let (k, h) = (streets.assumed, spec.otherwise_m.unwrap_or_default());
        let en = format!("{k} footprints have no height; {h} m were taken as the deck says");
        remarks::add(told, Remark::note("heights_taken", format!("{k} 个轮廓没有高度，按给定的 {h} 米计"), en));
    }
}

/// What a heavy cloud or a jet means here.
pub fn heavy(told: &mut Vec<Remark>) {
    let zh = "本次泄漏为重气：街区范围内按被动气体计算，未计其沿地面的重力铺展（上风和侧向会更宽，更贴地）";
    let en = "this gas is heavy: among the buildings it is carried as passive, without spreading by its weight (it will be wider, also upwind, and lower)";
    remarks::add(told, Remark::warning("streets_passive", zh, en));
}

/// The near field of a model, run, for one averaging time.
#[derive(Debug, Clone, PartialEq)]
pub struct NearField {
    pub near: Near,
    /// The highest of all windows, kg/m3, on the raster of `near`.
    pub peaks: Vec<f32>,
}

impl NearField {
    pub fn of(model: &Model, streets: &Streets, averaging_s: f64) -> NearField {
        let library = library(&model.weather, streets, model.deck.watch_s);
        let plan = Plan { averaging_s, ..streets.plan };
        // Few rates: each change begins fine windows anew.
        let release = model.source.release.in_steps(5);
        let near = Near::run(&release, 0, &model.weather, &library, &plan);
        let peaks = near.peaks_kg_m3();
        NearField { near, peaks }
    }

    /// A cloud that breathes nothing itself: its puffs come from the box.
    pub fn silent(release: &Release) -> Release {
        Release { steps: Vec::new(), bursts: Vec::new(), ..release.clone() }
    }

    /// Lets a cloud go on to a time, taking over the puffs that leave the box meanwhile.
    pub fn advance(&self, cloud: &mut Cloud, wind: &Wind, to_s: f64) {
        let first = self.near.batches.partition_point(|b| b.at_s <= cloud.time_s);
        for batch in self.near.batches[first..].iter().take_while(|b| b.at_s <= to_s) {
            cloud.advance(wind, batch.at_s - cloud.time_s);
            cloud.take_over(&batch.puffs);
        }
        cloud.advance(wind, to_s - cloud.time_s);
    }

    /// Whether gas is still to come out of the box after a time.
    pub fn goes_on(&self, time_s: f64) -> bool {
        self.near.batches.last().is_some_and(|b| b.at_s > time_s)
            || self.near.windows.last().is_some_and(|w| w.to_s > time_s)
    }

    /// Adds the window of a time to a raster.
    pub fn add(&self, time_s: f64, grid: &Grid, values: &mut [f32]) {
        if let Some(w) = self.near.window(time_s) {
            self.add_raster(&w.kg_m3, grid, |k, v| values[k] += v);
        }
    }

    /// The highest of all windows where it is above what peaks hold.
    pub fn raise(&self, peaks: &mut Peaks) {
        let grid = peaks.grid;
        self.add_raster(&self.peaks, &grid, |k, v| peaks.values[k] = peaks.values[k].max(v));
    }

    fn add_raster(&self, raster: &[f32], grid: &Grid, mut put: impl FnMut(usize, f32)) {
        for k in 0..grid.len() {
            let p = grid.centre(k);
            // A coarse cell takes the mean of a few places in it.
            let parts = ((grid.cell_m / self.near.grid.cell_m).round() as usize).clamp(1, 4);
            let mut sum = 0.0;
            for a in 0..parts {
                for b in 0..parts {
                    let off = |n: usize| ((n as f64 + 0.5) / parts as f64 - 0.5) * grid.cell_m;
                    sum += count::between(&self.near.grid, raster, p.x + off(a), p.y + off(b));
                }
            }
            put(k, (sum / (parts * parts) as f64) as f32);
        }
    }
}

/// The winds that a weather needs until a time.
fn library(weather: &Weather, streets: &Streets, watch_s: f64) -> Library {
    // A wind that turns passes between its moments.
    let mut airs: Vec<Air> = weather.moments().iter().map(|m| m.1).collect();
    let mut t = 0.0;
    while t < watch_s {
        airs.push(weather.at(t));
        t += 10.0;
    }
    let (space, buildings) = (streets.space.clone(), streets.buildings.clone());
    Library::for_airs(space, buildings, DIRECTIONS, &airs)
}
