//! Imports of real map extracts. They need the shared data folder and say so when it is absent: `../shared` beside the
//! workspace, one level up as well, or the folder named by SANDTABLE_SHARED. With SANDTABLE_MAPS set to a folder, a
//! picture of each imported city is drawn there.

use sim_core::base::ids::*;
use sim_core::base::text::Text;
use sim_core::place::city::*;
use sim_core::place::import::{ImportSpec, Imported, import};
use sim_core::place::roads::{Graph, route_tree};
use sim_core::vocab::body::Point;
use std::path::PathBuf;
use std::time::Instant;

/// The folder `data/maps` of the shared data.
fn maps() -> Option<PathBuf> {
    let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let candidates = [
        std::env::var_os("SANDTABLE_SHARED").map(PathBuf::from),
        Some(workspace.join("../shared")),
        Some(workspace.join("../../shared")),
    ];
    let found = candidates.into_iter().flatten().map(|p| p.join("data/maps")).find(|p| p.is_dir());
    if found.is_none() {
        println!("skipped: shared data not present");
    }
    found
}

/// Imports, tells the log and the time, and checks what every city must hold.
fn city(name: &str, spec: &ImportSpec) -> Imported {
    let start = Instant::now();
    let imported = import(spec).unwrap_or_else(|e| panic!("{name}: {e}"));
    println!("== {name}: {:.2} s", start.elapsed().as_secs_f64());
    for line in &imported.log {
        println!("   {line}");
    }
    if let Some(folder) = std::env::var_os("SANDTABLE_MAPS") {
        draw(&imported.city, &PathBuf::from(folder).join(format!("{name}.png")));
    }
    whole(&imported.city, spec.residents);
    imported
}

/// What must hold in every imported city.
fn whole(city: &City, residents: u32) {
    assert_eq!(city.residents(), u64::from(residents));
    assert!(!city.synthetic);
    assert!(city.attribution[0].contains("OpenStreetMap"));
    let cells = city.grid.len();
    assert_eq!((city.terrain_m.len(), city.cover.len(), city.zone_of_cell.len()), (cells, cells, cells));
    assert!(city.terrain_m.iter().all(|h| h.is_finite()));
    for (k, link) in city.links.iter().enumerate() {
        assert!(link.from != link.to, "link {k} ends where it starts");
        assert!(link.length_m > 0.0 && link.speed_m_s > 0.0 && link.lanes > 0);
        assert_eq!(link.line[0], city.nodes[link.from.index()].at, "link {k} starts at its node");
        assert_eq!(link.line[link.line.len() - 1], city.nodes[link.to.index()].at, "link {k} ends at its node");
        if let Some(twin) = link.twin {
            let twin = &city.links[twin.index()];
            assert_eq!((twin.from, twin.to, twin.twin), (link.to, link.from, Some(LinkId::of(k))));
        }
    }
    // From every door to one node and back: strongly connected.
    let graph = Graph::new(city);
    let cost: Vec<u32> = city
        .links
        .iter()
        .map(|l| if l.drivable() { (l.length_m / l.speed_m_s * 1000.0).ceil() as u32 } else { u32::MAX })
        .collect();
    let door = city.buildings[0].node;
    let tree = route_tree(&graph, &[(door, 0)], &cost);
    for (k, b) in city.buildings.iter().enumerate() {
        assert!(tree.reaches(b.node), "no way for cars from building {k}");
        assert!(b.zone.index() < city.zones.len());
        assert!(b.storeys >= 1 && b.footprint_m2 > 0.0);
    }
    for f in &city.facilities {
        assert!(tree.reaches(f.node), "no way for cars from {}", f.key);
        assert!(!f.name.zh.is_empty() && !f.name.en.is_empty());
        let back = route_tree(&graph, &[(f.node, 0)], &cost);
        assert!(back.reaches(door), "no way for cars to {}", f.key);
    }
    for kind in [
        FacilityKind::FireStation,
        FacilityKind::PoliceStation,
        FacilityKind::Hospital,
        FacilityKind::Shelter,
        FacilityKind::CommandCentre,
        FacilityKind::TownHall,
        FacilityKind::VillageOffice,
        FacilityKind::FloodDepot,
        FacilityKind::BaseStation,
        FacilityKind::Exit,
    ] {
        assert!(city.facilities_of(kind).next().is_some(), "no {kind:?}");
    }
    for z in 0..city.zones.len() {
        let office = city.facilities_of(FacilityKind::VillageOffice).any(|(_, f)| f.zone == Some(ZoneId::of(z)));
        assert!(office, "zone {} has no village office", city.zones[z].key);
    }
    let mut keys: Vec<&str> = city.zones.iter().map(|z| z.key.as_str()).collect();
    keys.sort_unstable();
    let many = keys.len();
    keys.dedup();
    assert_eq!(keys.len(), many, "two zones share a key");
}

fn share(city: &City, cover: Cover) -> f64 {
    city.cover.iter().filter(|c| **c == cover).count() as f64 / city.cover.len() as f64
}

/// A map: shaded relief, cover, streets, buildings, facilities.
fn draw(city: &City, path: &std::path::Path) {
    let grid = &city.grid;
    let scale = (1400.0 / grid.width_m().max(grid.height_m())).min(0.8);
    let (w, h) = ((grid.width_m() * scale) as u32, (grid.height_m() * scale) as u32);
    let mut image = image::RgbImage::new(w, h);
    let at = |x: u32, y: u32| Point::new((x as f64 + 0.5) / scale, (h as f64 - y as f64 - 0.5) / scale);
    for y in 0..h {
        for x in 0..w {
            let cell = grid.nearest_cell(at(x, y));
            let rgb = match city.cover[cell] {
                Cover::Water => [120, 170, 220],
                Cover::Paved => [205, 205, 205],
                Cover::Built => [228, 218, 205],
                Cover::Industry => [215, 200, 215],
                Cover::Field => [238, 240, 225],
                Cover::Park => [200, 230, 190],
                Cover::Wood => [170, 205, 160],
                Cover::Levee => [150, 110, 60],
            };
            let east = if cell % grid.nx + 1 < grid.nx { city.terrain_m[cell + 1] } else { city.terrain_m[cell] };
            let light = (1.0 - (east - city.terrain_m[cell]) / grid.cell_m as f32 * 0.6).clamp(0.55, 1.15);
            image.put_pixel(x, y, image::Rgb(rgb.map(|v: u8| (f32::from(v) * light).min(255.0) as u8)));
        }
    }
    let mut dot = |p: Point, r: i64, c: [u8; 3]| {
        let (x, y) = ((p.x * scale) as i64, h as i64 - 1 - (p.y * scale) as i64);
        for b in -r..=r {
            for a in -r..=r {
                if x + a >= 0 && y + b >= 0 && x + a < i64::from(w) && y + b < i64::from(h) {
                    image.put_pixel((x + a) as u32, (y + b) as u32, image::Rgb(c));
                }
            }
        }
    };
    for b in &city.buildings {
        let c = match b.purpose {
            Use::Home => [150, 120, 100],
            Use::School => [60, 120, 220],
            Use::Health => [220, 60, 60],
            Use::Industry => [120, 80, 140],
            _ => [90, 90, 90],
        };
        for k in 0..b.outline.len() {
            let (p, q) = (b.outline[k], b.outline[(k + 1) % b.outline.len()]);
            let n = (p.distance_m(q) * scale).ceil().max(1.0) as usize;
            for s in 0..=n {
                dot(p.toward(q, s as f64 / n as f64), 0, c);
            }
        }
    }
    for link in &city.links {
        let (c, r) = match link.class {
            RoadClass::Motorway => ([200, 60, 90], 1),
            RoadClass::Trunk => ([220, 110, 80], 1),
            RoadClass::Primary => ([230, 150, 60], 1),
            RoadClass::Secondary => ([190, 170, 40], 0),
            RoadClass::Path => ([170, 190, 160], 0),
            _ => ([130, 130, 130], 0),
        };
        for pair in link.line.windows(2) {
            let n = (pair[0].distance_m(pair[1]) * scale).ceil().max(1.0) as usize;
            for s in 0..=n {
                dot(pair[0].toward(pair[1], s as f64 / n as f64), r, if link.tunnel { [90, 90, 160] } else { c });
            }
        }
    }
    for f in &city.facilities {
        let c = match f.kind {
            FacilityKind::FireStation => [255, 0, 0],
            FacilityKind::Hospital => [255, 0, 160],
            FacilityKind::PoliceStation => [0, 0, 255],
            FacilityKind::Shelter => [0, 160, 0],
            FacilityKind::Exit => [0, 0, 0],
            FacilityKind::TankYard => [255, 140, 0],
            _ => continue,
        };
        dot(f.at, 4, c);
    }
    for g in &city.gauges {
        dot(g.at, 5, [0, 255, 255]);
    }
    image.save(path).expect("picture written");
}

#[test]
fn monaco_is_a_steep_town_between_mountain_and_sea() {
    let Some(maps) = maps() else { return };
    let mut spec = ImportSpec::new(maps.join("monaco/monaco.osm.gz"), 38_000);
    spec.dem = vec![maps.join("monaco/N43E007.hgt.zip")];
    let imported = city("monaco", &spec);
    let city = &imported.city;
    assert_eq!(city.projection.as_ref().and_then(|p| p.epsg), Some(32632));
    assert!(share(city, Cover::Water) > 0.05, "the sea");
    let (low, high) = city.terrain_m.iter().fold((f32::MAX, f32::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
    assert!(low < 0.0 && high > 100.0, "{low} to {high} m");
    assert!((800..=1000).contains(&city.buildings.len()));
    assert!(!city.gauges.is_empty());
    assert_eq!(imported, import(&spec).expect("again"), "the same input gives the same city");
}

#[test]
fn andorra_la_vella_is_a_valley_with_few_ways_out() {
    let Some(maps) = maps() else { return };
    let mut spec = ImportSpec::new(maps.join("andorra/andorra.osm.pbf"), 40_000);
    spec.dem = vec![maps.join("andorra/N42E001.hgt.zip")];
    spec.bbox = Some([1.48, 42.48, 1.56, 42.53]);
    let imported = city("andorra", &spec);
    let city = &imported.city;
    assert!(
        imported.log.iter().any(|l| l.contains("INVENTED")),
        "294 buildings in the whole country can not hold the town"
    );
    let high = city.terrain_m.iter().copied().fold(f32::MIN, f32::max);
    assert!((1300.0..3000.0).contains(&high), "{high} m");
    assert!((2..=16).contains(&city.facilities_of(FacilityKind::Exit).count()));
    assert!(city.facilities_of(FacilityKind::Hospital).any(|(_, f)| !f.key.ends_with("_made")));
}

#[test]
fn vaduz_and_schaan_lie_between_the_rhine_and_the_hills() {
    let Some(maps) = maps() else { return };
    let mut spec = ImportSpec::new(maps.join("liechtenstein/liechtenstein-latest.osm.pbf"), 12_000);
    spec.bbox = Some([9.48, 47.12, 9.55, 47.19]);
    let imported = city("vaduz", &spec);
    let city = &imported.city;
    assert!(share(city, Cover::Water) > 0.005, "the Rhine");
    assert!(city.buildings.len() > 1_500);
    assert!(city.zones.iter().any(|z| z.name.en.contains("Vaduz")));
    assert!(city.zones.iter().any(|z| z.name.en.contains("Schaan")));
    assert!(imported.log.iter().any(|l| l.contains("FLAT")));
}

#[test]
fn the_whole_of_liechtenstein_is_imported_within_seconds() {
    let Some(maps) = maps() else { return };
    let spec = ImportSpec::new(maps.join("liechtenstein/liechtenstein-latest.osm.pbf"), 39_000);
    let start = Instant::now();
    let imported = city("liechtenstein", &spec);
    assert!(start.elapsed().as_secs() < 30);
    assert!(imported.city.buildings.len() > 7_000);
}

#[test]
fn shanghai_has_chinese_street_names_and_invented_blocks() {
    let Some(maps) = maps() else { return };
    let mut spec = ImportSpec::new(maps.join("shanghai-centre/shanghai_center.osm.gz"), 100_000);
    spec.name = Some(Text::new("上海市中心", "Central Shanghai"));
    let imported = city("shanghai", &spec);
    let city = &imported.city;
    assert_eq!(city.projection.as_ref().and_then(|p| p.epsg), Some(32651));
    assert!(city.links.iter().any(|l| l.name == "延安东路"), "Yan'an East Road");
    assert!(imported.log.iter().any(|l| l.contains("INVENTED")));
    assert!((25..=67).contains(&city.zones.len()), "zones of 1,500 to 4,000 people: {}", city.zones.len());
    assert!(city.zones.iter().all(|z| !z.name.zh.is_empty()));
}

#[test]
fn a_quarter_of_nagoya_keeps_its_buildings_and_drops_what_was_deleted() {
    let Some(maps) = maps() else { return };
    let mut spec = ImportSpec::new(maps.join("nagoya-sakae/nagoya_sakae.osm.gz"), 8_000);
    spec.cell_m = 10.0;
    let imported = city("nagoya", &spec);
    assert!((300..=600).contains(&imported.city.buildings.len()), "{}", imported.city.buildings.len());
}

#[test]
fn portland_takes_its_heights_from_a_geotiff() {
    let Some(maps) = maps() else { return };
    let mut spec = ImportSpec::new(maps.join("portland/portland-central-filtered.osm.pbf"), 60_000);
    spec.dem = vec![maps.join("portland/portland-ned.tif")];
    spec.bbox = Some([-122.70, 45.51, -122.65, 45.54]);
    let imported = city("portland", &spec);
    assert_eq!(imported.city.projection.as_ref().and_then(|p| p.epsg), Some(32610));
    let mut heights = imported.city.terrain_m.clone();
    heights.sort_by(f32::total_cmp);
    // Grade: reference. Downtown Portland stands 10 to 60 m above the sea, the West Hills up to 330 m.
    let middle = heights[heights.len() / 2];
    assert!((5.0..80.0).contains(&middle), "median {middle} m");
}

#[test]
fn a_pbf_cut_off_or_damaged_in_the_middle_is_a_complaint() {
    let Some(maps) = maps() else { return };
    let bytes = std::fs::read(maps.join("andorra/andorra.osm.pbf")).expect("the file is there");
    let dir = tempfile::tempdir().expect("temporary folder");
    let path = dir.path().join("cut.osm.pbf");
    for keep in [3, 40, 200, bytes.len() / 3, bytes.len() - 1] {
        std::fs::write(&path, &bytes[..keep]).expect("written");
        let found = import(&ImportSpec::new(&path, 1000)).expect_err("cut off").to_string();
        assert!(found.contains("cut.osm.pbf"), "{found}");
    }
    for at in (100..bytes.len()).step_by(bytes.len() / 12) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x5a;
        std::fs::write(&path, damaged).expect("written");
        // zlib has a checksum, so most damage is found; what is not must still give a city or complaints.
        let _ = import(&ImportSpec::new(&path, 1000));
    }
}
