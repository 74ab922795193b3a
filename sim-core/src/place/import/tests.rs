//! A town of our own: a 3 x 3 street grid of 200 m, a river with a bridge, a school, houses. Small enough to know every
//! number of the result.

use super::*;
use crate::base::ids::ZoneId;
use crate::place::city::*;
use std::fmt::Write as _;

const LON0: f64 = 121.0;
const LAT0: f64 = 31.0;
/// Degrees of 100 m at latitude 31 (nearly; the projection is tested elsewhere).
const DX: f64 = 0.001_047;
const DY: f64 = 0.000_902;

/// Builds OSM XML: nodes are placed in units of 100 m.
#[derive(Default)]
struct Drawing {
    xml: String,
    next: i64,
}

impl Drawing {
    fn node(&mut self, x: f64, y: f64, tags: &[(&str, &str)]) -> i64 {
        self.next += 1;
        let (lon, lat) = (LON0 + x * DX, LAT0 + y * DY);
        write!(self.xml, "<node id=\"{}\" lon=\"{lon:.7}\" lat=\"{lat:.7}\">", self.next).expect("text");
        self.close(tags, "node")
    }
    fn way(&mut self, refs: &[i64], tags: &[(&str, &str)]) -> i64 {
        self.next += 1;
        write!(self.xml, "<way id=\"{}\">", self.next).expect("text");
        for r in refs {
            write!(self.xml, "<nd ref=\"{r}\"/>").expect("text");
        }
        self.close(tags, "way")
    }
    fn close(&mut self, tags: &[(&str, &str)], what: &str) -> i64 {
        for (k, v) in tags {
            write!(self.xml, "<tag k=\"{k}\" v=\"{v}\"/>").expect("text");
        }
        writeln!(self.xml, "</{what}>").expect("text");
        self.next
    }
    fn block(&mut self, x: f64, y: f64, side: f64, tags: &[(&str, &str)]) {
        let c = [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)].map(|(a, b)| self.node(x + a, y + b, &[]));
        self.way(&[c[0], c[1], c[2], c[3], c[0]], tags);
    }
    fn file(&self) -> String {
        let (east, north) = (LON0 + 10.0 * DX, LAT0 + 10.0 * DY);
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<osm version=\"0.6\">\n<bounds minlon=\"{LON0}\" minlat=\"{LAT0}\" maxlon=\"{east}\" maxlat=\"{north}\"/>\n{}</osm>\n",
            self.xml
        )
    }
}

/// The town: 1 km square, streets at 200, 400 and 600 m, a primary road out to the north over a river at 800 m.
fn town() -> Drawing {
    let mut d = Drawing::default();
    let mut grid = [[0i64; 3]; 3];
    for (j, row) in grid.iter_mut().enumerate() {
        for (i, n) in row.iter_mut().enumerate() {
            *n = d.node(2.0 + 2.0 * i as f64, 2.0 + 2.0 * j as f64, &[]);
        }
    }
    for (j, row) in grid.iter().enumerate() {
        d.way(row, &[("highway", "residential"), ("name:zh", "东西路"), ("name", "East-West Street")]);
        let column = [grid[0][j], grid[1][j], grid[2][j]];
        match j {
            0 => d.way(&column, &[("highway", "residential"), ("oneway", "yes"), ("maxspeed", "20 mph")]),
            1 => d.way(&column, &[("highway", "primary"), ("name", "中山路"), ("lanes", "4")]),
            _ => d.way(&column, &[("highway", "residential"), ("oneway", "-1")]),
        };
    }
    let (south, north) = (d.node(4.0, 7.5, &[]), d.node(4.0, 8.5, &[]));
    let beyond = d.node(4.0, 12.0, &[]);
    d.way(&[grid[2][1], south], &[("highway", "primary"), ("name", "中山路")]);
    d.way(&[south, north], &[("highway", "primary"), ("name", "中山路"), ("bridge", "yes")]);
    d.way(&[north, beyond], &[("highway", "primary"), ("name", "中山路")]);
    // A street that can be entered but not left is dropped; so is a building site.
    let trap = d.node(7.5, 2.0, &[]);
    d.way(&[grid[0][2], trap], &[("highway", "residential"), ("oneway", "yes")]);
    let site = d.node(1.0, 1.0, &[]);
    d.way(&[grid[0][0], site], &[("highway", "construction")]);
    let (west, east) = (d.node(-2.0, 8.0, &[]), d.node(12.0, 8.0, &[]));
    d.way(&[west, east], &[("waterway", "river"), ("width", "60"), ("name", "大河")]);
    for k in 0..6 {
        let (x, y) = (2.3 + 0.6 * f64::from(k % 3), 2.3 + 0.6 * f64::from(k / 3));
        d.block(x, y, 0.2, &[("building", "apartments"), ("building:levels", if k == 0 { "4" } else { "2" })]);
    }
    d.block(4.4, 4.4, 0.8, &[("amenity", "school"), ("name", "第一小学"), ("name:en", "First School")]);
    d.node(2.1, 5.9, &[("amenity", "fire_station"), ("name", "中山路消防站")]);
    d.node(3.0, 3.0, &[("place", "village"), ("name", "东村")]);
    d.node(5.0, 5.0, &[("place", "village"), ("name", "西村")]);
    d
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().expect("temporary folder"))
    }
    fn put(&self, name: &str, text: impl AsRef<[u8]>) -> std::path::PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    }
}

fn imported(change: impl FnOnce(&Folder, &mut ImportSpec)) -> Result<Imported, Complaints> {
    let folder = Folder::new();
    let mut spec = ImportSpec::new(folder.put("town.osm", town().file()), 401);
    spec.cell_m = 20.0;
    change(&folder, &mut spec);
    import(&spec)
}

fn complaint(change: impl FnOnce(&Folder, &mut ImportSpec)) -> String {
    imported(change).expect_err("a complaint").to_string()
}

#[test]
fn streets_are_split_where_they_meet_and_traps_and_sites_are_dropped() {
    // Grade: exact. 9 crossings, 3 nodes to the north, of which the last is cut at the edge at 1000 m.
    let city = imported(|_, _| ()).expect("a city").city;
    assert_eq!(city.nodes.len(), 12);
    // 6 two-way streets of residential rows, 2 + 2 one-way, 2 two-way columns, 3 two-way links north.
    assert_eq!(city.links.len(), 2 * 6 + 2 + 2 + 2 * 2 + 2 * 3);
    assert!(city.links.iter().all(|l| (145.0..=255.0).contains(&l.length_m) || l.bridge), "200 m streets");
    let one_way = city.links.iter().filter(|l| l.twin.is_none()).count();
    assert_eq!(one_way, 4);
    let slow = city.links.iter().find(|l| l.twin.is_none() && l.name.is_empty()).expect("the one-way street");
    assert!((slow.speed_m_s - 20.0 * 0.44704).abs() < 1e-9, "20 mph");
    let primary = city.links.iter().find(|l| l.class == RoadClass::Primary).expect("a primary road");
    assert_eq!((primary.lanes, primary.name.as_str()), (2, "中山路"));
    assert_eq!(city.links.iter().filter(|l| l.bridge).count(), 2);
    assert!(city.links.iter().any(|l| l.name == "东西路"));
}

#[test]
fn residents_follow_floor_area_and_add_up_exactly() {
    // Grade: exact. Equal blocks of 4 + 5 x 2 = 14 storeys in all: 401 x 4/14 = 114.6 and 401 x 2/14 = 57.3 people.
    let city = imported(|_, _| ()).expect("a city").city;
    assert_eq!(city.residents(), 401);
    let given: Vec<u16> = city.buildings.iter().map(|b| b.residents).collect();
    assert_eq!(given.iter().map(|&r| u32::from(r)).sum::<u32>(), 401);
    assert!((114..=115).contains(&given[0]), "{given:?}");
    assert!(given[1..].iter().all(|r| (57..=58).contains(r)), "{given:?}");
    assert!((city.buildings[0].footprint_m2 - 400.0).abs() < 4.0);
}

#[test]
fn what_the_map_shows_is_kept_and_what_a_drill_needs_is_made_and_said() {
    let Imported { city, log } = imported(|_, _| ()).expect("a city");
    let of = |kind| city.facilities_of(kind).map(|(_, f)| f.clone()).collect::<Vec<_>>();
    assert_eq!(of(FacilityKind::FireStation)[0].key, "fire_1");
    assert_eq!(of(FacilityKind::FireStation)[0].name.zh, "中山路消防站");
    // Grade: exact. 80 m x 80 m of school ground, half usable, 4 m2 each: 800 places.
    let shelter = &of(FacilityKind::Shelter)[0];
    assert_eq!((shelter.key.as_str(), shelter.name.en.as_str()), ("shelter_1", "First School"));
    assert!((shelter.capacity - 800.0).abs() < 10.0, "{}", shelter.capacity);
    assert_eq!(of(FacilityKind::Hospital)[0].key, "hospital_1_made");
    assert!(log.iter().any(|l| l.contains("MADE") && l.contains("hospital")));
    let exits = of(FacilityKind::Exit);
    assert_eq!((exits.len(), exits[0].name.zh.as_str()), (1, "中山路出口（北）"));
    let office = of(FacilityKind::VillageOffice);
    assert_eq!(office.len(), city.zones.len());
    assert!((0..city.zones.len()).all(|z| office.iter().any(|o| o.zone == Some(ZoneId::of(z)))));
}

#[test]
fn the_river_is_wet_and_lowered_except_where_the_street_runs() {
    let Imported { city, .. } = imported(|_, _| ()).expect("a city");
    let middle = city.grid.cell_at(Point::new(700.0, 800.0)).expect("inside");
    assert_eq!((city.cover[middle], city.terrain_m[middle]), (Cover::Water, 1.0));
    assert!((city.water_level_m - 3.0).abs() < 1e-9, "1 m below flat ground at 4 m");
    let street = city.grid.cell_at(Point::new(400.0, 500.0)).expect("inside");
    assert_eq!((city.cover[street], city.terrain_m[street]), (Cover::Paved, 4.0));
}

#[test]
fn overlays_add_replace_and_raise_levees() {
    let line = |y: f64| format!("[[{:.6},{:.6}],[{:.6},{:.6}]]", LON0, LAT0 + y * DY, LON0 + 10.0 * DX, LAT0 + y * DY);
    let Imported { city, .. } = imported(|folder, spec| {
        let json = format!(
            r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{"kind":"levee","key":"north","crest_m":7.5,"name_zh":"北堤","name_en":"North levee"}},"geometry":{{"type":"LineString","coordinates":{}}}}}]}}"#,
            line(7.4)
        );
        let csv = format!(
            "kind,key,name_zh,name_en,lon,lat,capacity\nhospital,h,中心医院,Central Hospital,{0:.6},{1:.6},250\nfire_station,fire_1,新消防站,New station,{0:.6},{1:.6},\ngauge,g,水位站,Gauge,{0:.6},{2:.6},\n",
            LON0 + 5.0 * DX,
            LAT0 + 3.0 * DY,
            LAT0 + 8.0 * DY
        );
        spec.overlay = vec![folder.put("levees.geojson", json), folder.put("more.csv", csv)];
    })
    .expect("a city");
    assert_eq!(city.levees.len(), 1);
    assert_eq!((city.levees[0].key.as_str(), city.levees[0].crest_m, city.levees[0].toe_m), ("north", 7.5, 4.0));
    let crest = city.grid.cells_along(&city.levees[0].line);
    assert!(crest.len() >= 45 && crest.iter().all(|&c| city.terrain_m[c] == 7.5 && city.cover[c] == Cover::Levee));
    let hospitals: Vec<&Facility> = city.facilities_of(FacilityKind::Hospital).map(|h| h.1).collect();
    assert_eq!((hospitals.len(), hospitals[0].key.as_str(), hospitals[0].capacity), (1, "h", 250.0));
    let fire: Vec<&Facility> = city.facilities_of(FacilityKind::FireStation).map(|h| h.1).collect();
    assert_eq!((fire.len(), fire[0].name.zh.as_str()), (1, "新消防站"));
    assert_eq!((city.gauges.len(), city.gauges[0].key.as_str()), (1, "g"));
}

#[test]
fn a_map_of_roads_alone_gets_invented_blocks_that_keep_off_the_streets() {
    let Imported { city, log } = imported(|folder, spec| {
        let mut d = town();
        d.xml = d.xml.replace("building", "nothing");
        spec.osm = folder.put("roads.osm", d.file());
    })
    .expect("a city");
    assert!(log.iter().any(|l| l.contains("INVENTED")));
    assert_eq!(city.residents(), 401);
    assert!(city.buildings.len() > 10);
    for b in &city.buildings {
        for l in &city.links {
            for pair in l.line.windows(2) {
                let d = shapes::distance_to_segment(b.at, pair[0], pair[1]).0;
                assert!(d > 8.0, "a block {d:.1} m from the middle of a street");
            }
        }
    }
}

#[test]
fn an_elevation_file_from_elsewhere_is_a_complaint() {
    let found = complaint(|folder, spec| {
        let text = "ncols 3\nnrows 3\nxllcorner 10\nyllcorner 50\ncellsize 1\n1 2 3\n4 5 6\n7 8 9\n";
        spec.dem = vec![folder.put("far.asc", text)];
    });
    assert!(found.contains("far.asc") && found.contains("covers 0 %"), "{found}");
}

#[test]
fn everything_wrong_with_a_request_is_told_at_once() {
    let found = complaint(|folder, spec| {
        spec.residents = 0;
        spec.cell_m = f64::NAN;
        spec.bbox = Some([121.5, 31.0, 121.0, 31.5]);
        spec.dem = vec![folder.put("ground.png", "x")];
        spec.overlay = vec![folder.put("more.csv", "kind,lon\n")];
        spec.osm = folder.put("town.kml", "x");
    });
    for want in ["0 residents", "cells of NaN", "turned around", "ground.png", "lacks the column `lat`", "town.kml"] {
        assert!(found.contains(want), "{want} in\n{found}");
    }
}

#[test]
fn maps_that_can_not_become_a_city_are_complaints_and_never_panics() {
    let found = complaint(|folder, spec| {
        spec.osm = folder.put("no_road.osm", "<osm><node id=\"1\" lat=\"31\" lon=\"121\"/></osm>")
    });
    assert!(found.contains("no road"), "{found}");
    let found = complaint(|_, spec| spec.bbox = Some([100.0, 31.0, 100.1, 31.1]));
    assert!(found.contains("outside the bbox"), "{found}");
    let found = complaint(|_, spec| spec.bbox = Some([119.0, 29.0, 123.0, 33.0]));
    assert!(found.contains("more than 4000000"), "{found}");
    let found = complaint(|folder, spec| {
        let xml = "<osm><node id=\"1\" lat=\"31\" lon=\"121\"/><node id=\"2\" lat=\"31.01\" lon=\"121.01\"/><way id=\"3\"><nd ref=\"1\"/><nd ref=\"2\"/><tag k=\"highway\" v=\"footway\"/></way></osm>";
        spec.osm = folder.put("paths.osm", xml);
    });
    assert!(found.contains("cars can go there and back"), "{found}");
    let found = complaint(|folder, spec| {
        spec.overlay = vec![folder.put("x.csv", "kind,lon,lat\nshelter,31.0,121.0\nshelter,10,10\n")];
    });
    assert!(found.contains("x.csv:2") && !found.contains("x.csv:3"), "what no place on earth is comes first: {found}");
    let found = complaint(|folder, spec| spec.overlay = vec![folder.put("x.csv", "kind,lon,lat\nshelter,10,10\n")]);
    assert!(found.contains("x.csv:2:1") && found.contains("outside the area"), "{found}");
    let found = complaint(|folder, spec| {
        let text = format!(
            "kind,key,lon,lat\nshelter,a,{0},{1}\nhospital,b,{0},{1}\ngauge,b,{0},{1}\n",
            LON0 + 0.004,
            LAT0 + 0.004
        );
        spec.overlay = vec![folder.put("x.csv", text)];
    });
    assert!(found.contains("the key `b`"), "{found}");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(60))]
    /// Grade: behaviour. A map with bytes cut out or changed gives a city or complaints, never a panic.
    #[test]
    fn a_damaged_map_never_panics(cut in 0usize..8000, len in 0usize..400, byte in 32u8..127) {
        let mut bytes = town().file().into_bytes();
        let cut = cut % bytes.len();
        let end = (cut + len).min(bytes.len());
        if len % 2 == 0 { bytes.drain(cut..end); } else { bytes[cut] = byte; }
        let folder = Folder::new();
        let mut spec = ImportSpec::new(folder.put("town.osm", bytes), 401);
        spec.cell_m = 20.0;
        match import(&spec) {
            Ok(i) => proptest::prop_assert_eq!(i.city.residents(), 401),
            Err(c) => proptest::prop_assert!(!c.is_empty()),
        }
    }
}
