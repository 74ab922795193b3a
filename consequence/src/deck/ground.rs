//! Ground and walls of a deck (地形与围墙): what the heavy layer near the source runs over. A raster of heights on square cells in projected metres,
//! walls and dikes as lines, buildings as rings, in the deck or in a GeoJSON file with `height_m` on each feature.

use super::Deck;
use super::place::Anchor;
use crate::dense::layer;
use base::complaint::Complaints;
use base::grid::{Grid, Point};
use base::raster::Raster;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The ground as a planner gives it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroundSpec {
    /// Heights, m: ESRI ASCII or GeoTIFF beside the deck. Level where none is given.
    #[serde(default)]
    pub terrain: Option<PathBuf>,
    /// The deck's origin in the coordinates of the terrain file (and of a file of walls in metres), m.
    #[serde(default)]
    pub origin: (f64, f64),
    /// Cells of the layer, m; those of the terrain when not given, 5 m without one.
    #[serde(default)]
    pub cell_m: Option<f64>,
    /// Half side of the square about the source on which the layer is followed, m.
    #[serde(default = "usual_reach")]
    pub reach_m: f64,
    #[serde(default)]
    pub walls: Vec<WallSpec>,
    /// GeoJSON of lines (walls) and polygons (buildings) with a property `height_m`.
    #[serde(default)]
    pub walls_file: Option<PathBuf>,
    #[serde(default)]
    pub walls_in: Coordinates,
}

fn usual_reach() -> f64 {
    600.0
}

/// What stands in the way, in the deck's metres.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum WallSpec {
    /// A wall, dike or tight fence.
    Wall { line: Vec<(f64, f64)>, height_m: f64 },
    /// A building by its outline.
    Building { ring: Vec<(f64, f64)>, height_m: f64 },
}

/// What the numbers of a file of walls are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Coordinates {
    /// Those of the terrain file.
    #[default]
    Metres,
    /// Longitude and latitude; needs `place`.
    LonLat,
}

/// Ground with walls, ready for the layer, and what is drawn of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Land {
    pub ground: layer::Ground,
    /// Heights without walls and buildings, m.
    pub bare_m: Vec<f32>,
    pub walls: Vec<Standing>,
    /// Whether heights were given.
    pub terrain: bool,
}

/// A wall or building as it stands, in the deck's metres.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    pub points: Vec<Point>,
    pub height_m: f64,
    pub building: bool,
}

/// Cells of a layer without a terrain, m.
const CELL_M: f64 = 5.0;
/// Most cells of a layer: more take minutes.
const MOST: usize = 400_000;
/// The ground must reach this far from the source on all sides, m.
const LEAST_M: f64 = 30.0;

/// Checks a deck's ground and lays it out; complaints go to `all`.
pub fn build(deck: &Deck, file: &Path, all: &mut Complaints) -> Option<Land> {
    let spec = deck.ground.as_ref()?;
    let before = all.0.len();
    let beside = file.parent().unwrap_or(Path::new(""));
    let mut within = |name: &str, v: f64, least: f64, most: f64| {
        if !(v >= least && v <= most) {
            all.add(file, format!("{name} is {v}"), format!("{least} to {most} m"));
        }
    };
    within("reach_m", spec.reach_m, LEAST_M, 5000.0);
    if let Some(cell_m) = spec.cell_m {
        within("cell_m", cell_m, 0.5, 100.0);
    }
    let walls = walls(deck, spec, beside, file, all);
    let raster = match &spec.terrain {
        None => None,
        Some(path) => match hydro::files::read_raster(&beside.join(path)) {
            Ok(raster) => Some(raster),
            Err(told) => {
                all.extend(told);
                None
            }
        },
    };
    if all.0.len() > before {
        return None;
    }
    let grid = grid(deck, spec, raster.as_ref(), file, all)?;
    let bare_m = match &raster {
        None => vec![0.0; grid.len()],
        Some(raster) => heights(raster, &grid, spec, file, all)?,
    };
    let mut ground = layer::Ground::new(grid, bare_m.iter().map(|v| f64::from(*v)).collect());
    // Houses first: a wall that leans on one stands on the ground beside it.
    for (k, wall) in walls.iter().enumerate().filter(|(_, w)| !w.building) {
        if ground.wall(&wall.points, wall.height_m) == 0 {
            off(all, file, k, &grid);
        }
    }
    for (k, wall) in walls.iter().enumerate().filter(|(_, w)| w.building) {
        if ground.building(&wall.points, wall.height_m) == 0 {
            off(all, file, k, &grid);
        }
    }
    (all.0.len() == before).then_some(Land { ground, bare_m, walls, terrain: raster.is_some() })
}

fn off(all: &mut Complaints, file: &Path, k: usize, g: &Grid) {
    let what = format!("wall {} of `walls` and `walls_file` takes no cell of the ground", k + 1);
    let hint = format!(
        "the ground reaches from ({:.0}, {:.0}) to ({:.0}, {:.0}) m with cells of {} m: longer reach_m, smaller cell_m, or leave it out",
        g.x0,
        g.y0,
        g.x0 + g.width_m(),
        g.y0 + g.height_m(),
        g.cell_m
    );
    all.add(file, what, hint);
}

/// The square about the source, cut to the terrain and lying on its cells where they are of one size.
fn grid(deck: &Deck, spec: &GroundSpec, raster: Option<&Raster>, file: &Path, all: &mut Complaints) -> Option<Grid> {
    let at = deck.source.at;
    let (mut x0, mut x1) = (at.x - spec.reach_m, at.x + spec.reach_m);
    let (mut y0, mut y1) = (at.y - spec.reach_m, at.y + spec.reach_m);
    let cell_m = spec.cell_m.or(raster.map(|r| r.grid.cell_m)).unwrap_or(CELL_M);
    if let Some(raster) = raster {
        let g = &raster.grid;
        let (west, south) = (g.x0 - spec.origin.0, g.y0 - spec.origin.1);
        let (east, north) = (west + g.width_m(), south + g.height_m());
        let name = spec.terrain.as_ref().map(|p| p.display().to_string()).unwrap_or_default();
        let margin = (at.x - west).min(east - at.x).min(at.y - south).min(north - at.y);
        if margin < LEAST_M {
            let what = format!(
                "the source at ({}, {}) lies off the terrain {name} or within {LEAST_M} m of its edge",
                at.x, at.y
            );
            let hint = format!(
                "the terrain reaches from ({west:.0}, {south:.0}) to ({east:.0}, {north:.0}) m of the deck: is `origin` right?"
            );
            all.add(file, what, hint);
            return None;
        }
        let snap = |v: f64, low: f64| low + ((v - low) / cell_m).round() * cell_m;
        (x0, x1) = (snap(x0.max(west), west), x1.min(east));
        (y0, y1) = (snap(y0.max(south), south), y1.min(north));
    }
    let cells = |span: f64| ((span / cell_m + 1e-9).floor() as usize).max(1);
    let (nx, ny) = (cells(x1 - x0), cells(y1 - y0));
    if nx.saturating_mul(ny) > MOST {
        let what = format!("the layer would have {nx} x {ny} cells: reach_m {} with cells of {cell_m} m", spec.reach_m);
        all.add(file, what, format!("at most {MOST} cells: a shorter reach_m or a larger cell_m"));
        return None;
    }
    Some(Grid { nx, ny, cell_m, x0, y0 })
}

/// Heights by cell: evenly between the centres of the terrain's cells.
fn heights(raster: &Raster, grid: &Grid, spec: &GroundSpec, file: &Path, all: &mut Complaints) -> Option<Vec<f32>> {
    let r = &raster.grid;
    let value = |k: usize| {
        let p = grid.centre(k);
        let u = ((p.x + spec.origin.0 - r.x0) / r.cell_m - 0.5).clamp(0.0, r.nx as f64 - 1.0);
        let v = ((p.y + spec.origin.1 - r.y0) / r.cell_m - 0.5).clamp(0.0, r.ny as f64 - 1.0);
        // On a centre but for rounding: that cell alone.
        let split = |x: f64, n: usize| {
            let low = ((x + 1e-6).floor() as usize).min(n - 1);
            let part = x - low as f64;
            (low, (low + 1).min(n - 1), if part < 1e-6 { 0.0 } else { part })
        };
        let ((i, i1, fu), (j, j1, fv)) = (split(u, r.nx), split(v, r.ny));
        let mix =
            |a: f32, b: f32, f: f64| if f == 0.0 { f64::from(a) } else { f64::from(a) * (1.0 - f) + f64::from(b) * f };
        let row = |j: usize| mix(raster.values[r.index(i, j)], raster.values[r.index(i1, j)], fu) as f32;
        mix(row(j), row(j1), fv) as f32
    };
    let heights: Vec<f32> = (0..grid.len()).map(value).collect();
    let bad = heights.iter().filter(|v| !v.is_finite() || v.abs() > 9000.0).count();
    if bad > 0 {
        let what = format!("the terrain has {bad} cells without a height within reach_m of the source");
        all.add(file, what, "fill them (gdal_fillnodata), or a shorter reach_m");
        return None;
    }
    Some(heights)
}

fn walls(deck: &Deck, spec: &GroundSpec, beside: &Path, file: &Path, all: &mut Complaints) -> Vec<Standing> {
    let points = |list: &[(f64, f64)]| list.iter().map(|&(x, y)| Point::new(x, y)).collect::<Vec<_>>();
    let own = spec.walls.iter().map(|w| match w {
        WallSpec::Wall { line, height_m } => Standing { points: points(line), height_m: *height_m, building: false },
        WallSpec::Building { ring, height_m } => Standing { points: points(ring), height_m: *height_m, building: true },
    });
    let mut found: Vec<Standing> = own.collect();
    for (k, wall) in found.iter().enumerate() {
        sound(wall, &format!("wall {} of walls", k + 1), file, all);
    }
    if let Some(path) = &spec.walls_file {
        let path = beside.join(path);
        match read(&path, spec, deck.place) {
            Ok(more) => found.extend(more),
            Err(told) => all.extend(told),
        }
    }
    found
}

fn sound(wall: &Standing, whose: &str, file: &Path, all: &mut Complaints) {
    let least = if wall.building { 3 } else { 2 };
    if wall.points.len() < least {
        all.add(file, format!("{whose} has {} points", wall.points.len()), format!("at least {least}"));
    }
    if !(wall.height_m > 0.0 && wall.height_m <= 500.0) {
        all.add(
            file,
            format!("{whose}: its height is {} m", wall.height_m),
            "above 0 and up to 500 m above the ground",
        );
    }
    if wall.points.iter().any(|p| !(p.x.abs() < 1e6 && p.y.abs() < 1e6)) {
        all.add(file, format!("{whose} goes beyond 1000 km"), "metres east and north of the deck's origin");
    }
}

/// Walls and buildings of a GeoJSON file.
fn read(file: &Path, spec: &GroundSpec, place: Option<Anchor>) -> Result<Vec<Standing>, Complaints> {
    let one = |what: String, hint: &str| Complaints::one(file, what, hint);
    let text = std::fs::read_to_string(file)
        .map_err(|e| one(format!("cannot be read: {e}"), "GeoJSON of lines and polygons"))?;
    let json: Value = serde_json::from_str(&text).map_err(|e| one(e.to_string(), "GeoJSON of lines and polygons"))?;
    let Some(features) = json["features"].as_array() else {
        return Err(one("has no list `features`".into(), "a FeatureCollection"));
    };
    let anchor = match (spec.walls_in, place) {
        (Coordinates::LonLat, None) => {
            return Err(one(
                "walls_in is LonLat and the deck has no place".into(),
                "place: (lon_deg: .., lat_deg: ..)",
            ));
        }
        (Coordinates::LonLat, Some(anchor)) => Some(anchor),
        (Coordinates::Metres, _) => None,
    };
    let mut all = Complaints::new();
    let mut found = Vec::new();
    for (k, feature) in features.iter().enumerate() {
        let whose = format!("feature {}", k + 1);
        let height = &feature["properties"]["height_m"];
        let number = height.as_f64().or_else(|| height.as_str().and_then(|s| s.trim().parse().ok()));
        let Some(height_m) = number else {
            all.add(
                file,
                format!("{whose} has no number `height_m`: {height}"),
                "the height above the ground in metres",
            );
            continue;
        };
        let shape = &feature["geometry"];
        let lines: Vec<(&Value, bool)> = match shape["type"].as_str() {
            Some("LineString") => vec![(&shape["coordinates"], false)],
            Some("MultiLineString") => {
                shape["coordinates"].as_array().into_iter().flatten().map(|l| (l, false)).collect()
            }
            // Courtyards are not known to the layer: the outer ring counts.
            Some("Polygon") => vec![(&shape["coordinates"][0], true)],
            Some("MultiPolygon") => {
                shape["coordinates"].as_array().into_iter().flatten().map(|p| (&p[0], true)).collect()
            }
            other => {
                all.add(
                    file,
                    format!("{whose} is a {}", other.unwrap_or("thing without a geometry")),
                    "LineString or Polygon, or their Multi forms",
                );
                continue;
            }
        };
        for (line, building) in lines {
            let pairs = line.as_array().into_iter().flatten().map(|p| Some((p[0].as_f64()?, p[1].as_f64()?)));
            let Some(pairs) = pairs.collect::<Option<Vec<_>>>() else {
                all.add(file, format!("{whose} has coordinates that are no numbers"), "[x, y] each");
                continue;
            };
            let point = |(x, y): (f64, f64)| match anchor {
                Some(anchor) => anchor.metres(x, y),
                None => Point::new(x - spec.origin.0, y - spec.origin.1),
            };
            let wall = Standing { points: pairs.into_iter().map(point).collect(), height_m, building };
            sound(&wall, &whose, file, &mut all);
            found.push(wall);
        }
    }
    if all.is_empty() { Ok(found) } else { Err(all) }
}
