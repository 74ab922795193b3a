//! Cities from OpenStreetMap: a map extract, elevation files and overlays become a `City`.
//!
//! The import takes what the map shows, guesses what it leaves open by rules that are written down
//! (docs/models/import.md), makes what a drill can not do without, and says in a log which was which.

pub mod osm;

mod areas;
mod facilities;
mod frame;
mod ground;
mod houses;
mod network;
mod overlay;
mod shapes;
mod tags;
mod zones;

use crate::base::complaint::Complaints;
use crate::base::text::Text;
use crate::place::city::{City, Cover, Gauge, Levee};
use crate::place::dem;
use crate::vocab::body::Point;
use frame::{Frame, Map};
use osm::Osm;
use overlay::{Extra, Kind};
use std::path::{Path, PathBuf};

/// What to import.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportSpec {
    /// `.osm.pbf`, `.osm` or `.osm.gz`.
    pub osm: PathBuf,
    /// GeoTIFF, SRTM `.hgt` or `.hgt.zip`, ESRI ASCII `.asc`. Where they overlap, the first wins.
    pub dem: Vec<PathBuf>,
    /// GeoJSON or CSV with levees, facilities and gauges that the map does not know.
    pub overlay: Vec<PathBuf>,
    /// How many people live there.
    pub residents: u32,
    /// Size of a cell, m; 20 to 30 fits a town.
    pub cell_m: f64,
    /// lon_min, lat_min, lon_max, lat_max in degrees; without it the box of the file, or of its roads.
    pub bbox: Option<[f64; 4]>,
    /// Name of the city; without it that of the main place on the map, or of the file.
    pub name: Option<Text>,
    /// Height of the ground where no elevation file is given, m.
    pub flat_ground_m: f64,
    /// Stage of the open water at the start, m; without it, sea level or 1 m below the lowest banks.
    pub water_level_m: Option<f64>,
}

impl ImportSpec {
    /// A map and the number of its residents; all else as usual.
    pub fn new(osm: impl Into<PathBuf>, residents: u32) -> ImportSpec {
        ImportSpec {
            osm: osm.into(),
            dem: Vec::new(),
            overlay: Vec::new(),
            residents,
            cell_m: 25.0,
            bbox: None,
            name: None,
            flat_ground_m: 4.0,
            water_level_m: None,
        }
    }
}

/// A city, and what was taken, guessed, made and dropped on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    pub city: City,
    pub log: Vec<String>,
}

/// The most residents of one city.
const RESIDENTS_MAX: u32 = 20_000_000;
/// A levee on the map that gives no toe: this far to each side the lowest dry ground counts, m (assumption).
const TOE_REACH_M: f64 = 60.0;

/// Imports a city, or tells all that is wrong.
pub fn import(spec: &ImportSpec) -> Result<Imported, Complaints> {
    let mut complaints = check(spec);
    let mut keep = |c: Complaints| complaints.extend(c);
    let map = osm::read(&spec.osm).map_err(&mut keep).ok();
    let dems: Vec<dem::Dem> = spec.dem.iter().filter_map(|p| dem::read(p).map_err(&mut keep).ok()).collect();
    let extras: Vec<Extra> =
        spec.overlay.iter().filter_map(|p| overlay::read(p).map_err(&mut keep).ok()).flatten().collect();
    let (Some(map), true) = (map, complaints.is_empty()) else { return Err(complaints) };
    let mut log = Vec::new();
    log.push(format!(
        "map: {} nodes, {} ways, {} relations from {}",
        map.nodes.len(),
        map.ways.len(),
        map.relations.len(),
        file_name(&spec.osm)
    ));
    let frame = place_frame(spec, &map, &mut log)?;
    let map = Map::new(map, frame);
    build(spec, &map, &dems, &extras, log)
}

/// What can be told to be wrong without reading a file.
fn check(spec: &ImportSpec) -> Complaints {
    let mut c = Complaints::new();
    let mut wrong = |what: String, hint: &str| c.add(&spec.osm, what, hint);
    if spec.residents == 0 || spec.residents > RESIDENTS_MAX {
        wrong(format!("is to have {} residents", spec.residents), "1 to 20000000");
    }
    if !(2.0..=500.0).contains(&spec.cell_m) {
        wrong(format!("is to have cells of {} m", spec.cell_m), "2 to 500 m; 20 to 30 fits a town");
    }
    if !(-500.0..=6000.0).contains(&spec.flat_ground_m) {
        wrong(format!("is to have flat ground at {} m", spec.flat_ground_m), "-500 to 6000 m");
    }
    if let Some(level) = spec.water_level_m
        && !(-500.0..=6000.0).contains(&level)
    {
        wrong(format!("is to have open water at {level} m"), "-500 to 6000 m");
    }
    if let Some(b) = spec.bbox {
        let given = format!("{}, {}, {}, {}", b[0], b[1], b[2], b[3]);
        let earth = |lon: f64, lat: f64| (-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat);
        if !earth(b[0], b[1]) || !earth(b[2], b[3]) {
            wrong(
                format!("is to be cut at the bbox {given}, which is not on earth"),
                "lon_min, lat_min, lon_max, lat_max in degrees",
            );
        } else if b[0] >= b[2] || b[1] >= b[3] {
            wrong(
                format!("is to be cut at the bbox {given}, which is turned around"),
                "lon_min, lat_min, lon_max, lat_max in degrees",
            );
        }
    }
    c
}

fn place_frame(spec: &ImportSpec, map: &Osm, log: &mut Vec<String>) -> Result<Frame, Complaints> {
    let no_road =
        || Complaints::one(&spec.osm, "holds no road (no way with a highway tag)", "an extract with roads is wanted");
    let roads = frame::box_of_roads(map).ok_or_else(no_road)?;
    let sound = |b: &[f64; 4]| b.iter().all(|v| v.is_finite()) && b[0] < b[2] && b[1] < b[3];
    let (bbox, from) = match (spec.bbox, map.bounds.filter(sound)) {
        (Some(b), _) => (b, "as asked"),
        (None, Some(b)) => (b, "that the file names"),
        (None, None) => (roads, "of its roads"),
    };
    if bbox[0] > roads[2] || bbox[2] < roads[0] || bbox[1] > roads[3] || bbox[3] < roads[1] {
        let what = format!(
            "has its roads at {:.3}, {:.3}, {:.3}, {:.3}, all outside the bbox",
            roads[0], roads[1], roads[2], roads[3]
        );
        return Err(Complaints::one(
            &spec.osm,
            what,
            format!("the bbox {from} is {:.3}, {:.3}, {:.3}, {:.3}", bbox[0], bbox[1], bbox[2], bbox[3]),
        ));
    }
    let frame = Frame::new(bbox, spec.cell_m).map_err(|(what, hint)| Complaints::one(&spec.osm, what, hint))?;
    log.push(format!(
        "area: the box {from}, {:.4} to {:.4} E, {:.4} to {:.4} N; {:.1} x {:.1} km, {} x {} cells of {} m; EPSG:{}",
        bbox[0],
        bbox[2],
        bbox[1],
        bbox[3],
        frame.grid.width_m() / 1000.0,
        frame.grid.height_m() / 1000.0,
        frame.grid.nx,
        frame.grid.ny,
        frame.grid.cell_m,
        frame.projection.epsg.unwrap_or_default()
    ));
    Ok(frame)
}

fn build(
    spec: &ImportSpec,
    map: &Map,
    dems: &[dem::Dem],
    extras: &[Extra],
    mut log: Vec<String>,
) -> Result<Imported, Complaints> {
    let log_ = &mut log;
    let grid = map.frame.grid;
    let one = |what: String| Complaints::one(&spec.osm, what, "");
    let net = network::build(map, log_)
        .ok_or_else(|| one("has no network of streets on which cars can go there and back within the area".into()))?;
    let (areas, open_rings) = areas::collect(map);
    if open_rings > 0 {
        log_.push(format!(
            "map: {open_rings} areas have rings that do not close in the extract; their closed rings were taken"
        ));
    }
    let mut ground = ground::paint(map, &areas, &net, log_);
    let mut terrain_m = heights(spec, map, dems, log_)?;
    let water_level_m = ground::lower_beds(&ground, &mut terrain_m, spec.water_level_m, dems.is_empty(), log_);

    let mut buildings = houses::from_map(map, &areas, log_);
    houses::invent(map, &net, &ground, &terrain_m, spec.residents, &mut buildings, log_);
    houses::settle(&mut buildings, spec.residents, log_).map_err(one)?;
    houses::find_doors(&net, &grid, &mut buildings);
    let name = city_name(spec, map);
    let zoning = zones::divide(map, &areas, &net, &ground.cover, &mut buildings, &name, log_);

    let mut complaints = Complaints::new();
    let mut facilities = facilities::Facilities::new(map, &net, &zoning);
    facilities.from_map(&areas, spec.residents, log_);
    facilities.lay_over(extras, &mut complaints, log_);
    facilities.exits(&net, log_);
    facilities.make_missing(&buildings, &zoning.zones, spec.residents, log_);
    let facilities = facilities.list;

    let levees = levees(map, extras, &mut terrain_m, &mut ground.cover, &mut complaints, log_);
    let centre = middle_of_people(&buildings);
    let gauges = gauges(map, extras, &ground.cover, centre, &mut complaints, log_);
    let mut attribution = vec!["© OpenStreetMap contributors (ODbL)".to_string()];
    attribution.extend(dems.iter().map(|d| format!("Elevation: {}", d.source)));
    let city = City {
        name,
        synthetic: false,
        grid,
        projection: Some(map.frame.projection.clone()),
        attribution,
        terrain_m,
        cover: ground.cover,
        nodes: net.nodes,
        links: net.links,
        zones: zoning.zones,
        buildings,
        facilities,
        levees,
        gauges,
        water_level_m,
        zone_of_cell: zoning.zone_of_cell,
    };
    for key in doubled_keys(&city) {
        complaints.add(
            &spec.osm,
            format!("would have two facilities, levees or gauges with the key `{key}`"),
            "give overlay entries keys of their own",
        );
    }
    complaints.or(Imported { city, log })
}

fn heights(spec: &ImportSpec, map: &Map, dems: &[dem::Dem], log: &mut Vec<String>) -> Result<Vec<f32>, Complaints> {
    let grid = &map.frame.grid;
    if dems.is_empty() {
        log.push(format!("ground: no elevation file was given, so the land is FLAT at {} m", spec.flat_ground_m));
        return Ok(vec![spec.flat_ground_m as f32; grid.len()]);
    }
    let (terrain_m, filled) = dem::onto_grid(dems, grid, &map.frame.projection)?;
    let (low, high) = terrain_m.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
    let sources: Vec<&str> = dems.iter().map(|d| d.source.as_str()).collect();
    log.push(format!(
        "ground: {} cells with heights from {} ({low:.0} to {high:.0} m), {} voids filled from their neighbours",
        filled.sampled,
        sources.join(", "),
        filled.voids
    ));
    Ok(terrain_m)
}

/// Raises the levees of the overlays.
fn levees(
    map: &Map,
    extras: &[Extra],
    terrain_m: &mut [f32],
    cover: &mut [Cover],
    complaints: &mut Complaints,
    log: &mut Vec<String>,
) -> Vec<Levee> {
    let grid = &map.frame.grid;
    let mut levees: Vec<Levee> = Vec::new();
    for extra in extras.iter().filter(|e| e.kind == Kind::Levee) {
        let line = extra.points(&map.frame);
        let cells = grid.cells_along(&line);
        if cells.is_empty() {
            complaints.add_at(
                &extra.file,
                extra.at,
                "is a levee outside the area",
                "longitude first? or a larger bbox",
            );
            continue;
        }
        let crest_m = extra.crest_m.expect("checked when the overlay was read");
        let lowest = || {
            let beside = cells.iter().flat_map(|&c| grid.cells_within(grid.centre(c), TOE_REACH_M));
            beside.filter(|&c| cover[c] != Cover::Water).map(|c| f64::from(terrain_m[c])).fold(f64::INFINITY, f64::min)
        };
        let toe_m = extra.toe_m.unwrap_or_else(lowest);
        if !(toe_m < crest_m) {
            let what = format!("has a crest at {crest_m} m, not above the ground beside it at {toe_m:.2} m");
            complaints.add_at(
                &extra.file,
                extra.at,
                what,
                "heights count from the datum of the elevations; or give toe_m",
            );
            continue;
        }
        for &cell in &cells {
            terrain_m[cell] = terrain_m[cell].max(crest_m as f32);
            cover[cell] = Cover::Levee;
        }
        let number = levees.len() + 1;
        levees.push(Levee {
            key: extra.key.clone().unwrap_or_else(|| format!("levee_{number}")),
            name: extra.name.clone().unwrap_or_else(|| Text::new(format!("堤段{number}"), format!("Levee {number}"))),
            line,
            crest_m,
            toe_m,
        });
    }
    if levees.is_empty() {
        log.push("levees: none; OpenStreetMap has no crests, give them in an overlay".into());
    } else {
        log.push(format!("levees: {} from overlays, raised into the terrain", levees.len()));
    }
    levees
}

fn gauges(
    map: &Map,
    extras: &[Extra],
    cover: &[Cover],
    centre: Point,
    complaints: &mut Complaints,
    log: &mut Vec<String>,
) -> Vec<Gauge> {
    let mut gauges: Vec<Gauge> = Vec::new();
    for extra in extras.iter().filter(|e| e.kind == Kind::Gauge) {
        let at = extra.points(&map.frame)[0];
        if !map.frame.holds(at) {
            complaints.add_at(
                &extra.file,
                extra.at,
                "is a gauge outside the area",
                "longitude first? or a larger bbox",
            );
            continue;
        }
        let number = gauges.len() + 1;
        gauges.push(Gauge {
            key: extra.key.clone().unwrap_or_else(|| format!("gauge_{number}")),
            name: extra.name.clone().unwrap_or_else(|| Text::new(format!("水位站{number}"), format!("Gauge {number}"))),
            at,
        });
    }
    if !gauges.is_empty() {
        log.push(format!("gauges: {} from overlays", gauges.len()));
        return gauges;
    }
    for (k, at) in ground::gauge_points(&map.frame.grid, cover, centre, 3).into_iter().enumerate() {
        let name = Text::new(format!("水位站{}", k + 1), format!("Gauge {}", k + 1));
        gauges.push(Gauge { key: format!("gauge_{}_made", k + 1), name, at });
    }
    log.push(match gauges.len() {
        0 => "gauges: none, the map shows no large water".into(),
        n => format!("gauges: {n} MADE on the large waters"),
    });
    gauges
}

fn middle_of_people(buildings: &[crate::place::city::Building]) -> Point {
    let sum: f64 = buildings.iter().map(|b| f64::from(b.residents)).sum();
    let mean = |f: fn(Point) -> f64| buildings.iter().map(|b| f64::from(b.residents) * f(b.at)).sum::<f64>() / sum;
    Point::new(mean(|p| p.x), mean(|p| p.y))
}

/// The name asked for, or of the city, town or village nearest to the middle, or of the file.
fn city_name(spec: &ImportSpec, map: &Map) -> Text {
    if let Some(name) = &spec.name {
        return name.clone();
    }
    let middle = Point::new(map.frame.grid.width_m() / 2.0, map.frame.grid.height_m() / 2.0);
    for kinds in [&["city"][..], &["town", "borough"], &["village", "suburb"]] {
        let mut best: Option<(f64, Text)> = None;
        for (id, tags) in map.osm.node_tags.iter().filter(|(_, t)| t.any("place", kinds)) {
            let (Some(p), Some(name)) = (map.at(*id), tags::name(tags)) else { continue };
            let d = p.distance_m(middle);
            if map.frame.holds(p) && best.as_ref().is_none_or(|b| d < b.0) {
                best = Some((d, name));
            }
        }
        if let Some((_, name)) = best {
            return name;
        }
    }
    let stem = file_name(&spec.osm).split('.').next().unwrap_or("").to_string();
    Text::new(stem.clone(), stem)
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

fn doubled_keys(city: &City) -> Vec<String> {
    let facilities = city.facilities.iter().map(|f| f.key.clone());
    let mut keys: Vec<String> = facilities
        .chain(city.levees.iter().map(|l| l.key.clone()))
        .chain(city.gauges.iter().map(|g| g.key.clone()))
        .collect();
    keys.sort();
    let mut doubled: Vec<String> = keys.windows(2).filter(|w| w[0] == w[1]).map(|w| w[0].clone()).collect();
    doubled.dedup();
    doubled
}
