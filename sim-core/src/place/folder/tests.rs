use super::*;
use crate::place::city::{Facility, Projection};
use crate::place::fixture::grid_town;
use crate::place::synth::{SynthSpec, TerrainKind, synthesise};
use crate::vocab::body::Point;
use std::fs;

fn saved(city: &City) -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().expect("a temporary folder");
    let dir = home.path().join("town");
    save(city, &dir).expect("saved");
    (home, dir)
}

/// Changes a file with `edit`, loads, and gives the complaints as text.
fn spoil(file: &str, edit: impl Fn(&str) -> String) -> String {
    let (_home, dir) = saved(&grid_town(3, 4));
    let text = fs::read_to_string(dir.join(file)).expect("text");
    let edited = edit(&text);
    assert_ne!(edited, text, "the edit of {file} changed nothing");
    fs::write(dir.join(file), edited).expect("written");
    load(&dir).expect_err("a spoilt folder was accepted").to_string()
}

#[track_caller]
fn says(complaints: &str, parts: &[&str]) {
    for part in parts {
        assert!(complaints.contains(part), "no \"{part}\" in:\n{complaints}");
    }
}

#[test]
fn a_city_comes_back_to_the_bit() {
    // Exact: digests cover every float of the city.
    let mut odd = grid_town(3, 4);
    odd.projection = Some(Projection {
        proj4: "+proj=utm +zone=51 +datum=WGS84 +units=m".into(),
        epsg: Some(32651),
        false_east_m: 298_765.432_109_876_5,
        false_north_m: 3_500_000.1,
    });
    odd.attribution = vec!["© \"quoted\"\nand a line".into()];
    odd.water_level_m = 0.1 + 0.2;
    odd.nodes[1].at = Point::new(1.0 / 3.0, 2.0e-17);
    odd.buildings[0].plinth_m = 0.1;
    odd.buildings[1].plinth_m = f32::MIN_POSITIVE;
    odd.buildings[2].footprint_m2 = 123.456_79;
    odd.terrain_m[5] = 1.0 / 3.0;
    odd.links[0].name = "inf 县道 \"X301\"".into();
    odd.zone_of_cell[7] = u16::MAX;
    odd.gauges.clear();
    let small =
        |terrain| SynthSpec { residents: 3_000, width_m: 3_000.0, height_m: 3_000.0, terrain, ..SynthSpec::default() };
    for city in [odd, synthesise(&small(TerrainKind::DeltaPolder)), synthesise(&small(TerrainKind::MountainValley))] {
        let (_home, dir) = saved(&city);
        let back = load(&dir).unwrap_or_else(|c| panic!("{c}"));
        assert!(back == city, "another city came back");
        assert_eq!(back.digest(), city.digest());
    }
}

#[test]
fn saving_again_replaces_a_city_but_never_another_folder() {
    // Behaviour.
    let (home, dir) = saved(&grid_town(3, 4));
    let other = grid_town(4, 2);
    save(&other, &dir).expect("replaced");
    assert!(load(&dir).expect("loads") == other);
    let left: Vec<_> = fs::read_dir(home.path()).expect("listed").map(|e| e.expect("entry").file_name()).collect();
    assert_eq!(left, ["town"], "something was left beside the folder");
    let precious = home.path().join("photos");
    fs::create_dir(&precious).expect("made");
    fs::write(precious.join("a.txt"), "mine").expect("written");
    assert!(save(&other, &precious).is_err());
    assert_eq!(fs::read_to_string(precious.join("a.txt")).expect("still there"), "mine");
}

#[test]
fn a_city_with_numbers_that_no_file_can_hold_is_not_saved_at_all() {
    // Behaviour: nothing half written.
    let home = tempfile::tempdir().expect("a temporary folder");
    let spoil: [fn(&mut City); 4] = [
        |c| c.terrain_m[3] = f32::NAN,
        |c| c.facilities[2].capacity = f64::NAN,
        |c| c.nodes[2].at.x = f64::INFINITY,
        |c| c.water_level_m = f64::NAN,
    ];
    for change in spoil {
        let mut city = grid_town(3, 4);
        change(&mut city);
        assert!(save(&city, &home.path().join("town")).is_err());
        assert_eq!(fs::read_dir(home.path()).expect("listed").count(), 0);
    }
}

#[test]
fn a_missing_property_is_named_with_its_line() {
    // Behaviour. Line 1 opens the list, so row 0 is on line 2.
    says(
        &spoil("zones.geojson", |t| t.replacen("\"key\":\"zone_2\",", "", 1)),
        &["zones.geojson:3:1", "key is missing"],
    );
}

#[test]
fn an_unknown_property_is_named_with_the_nearest_known_one() {
    // Behaviour.
    let said = spoil("buildings.geojson", |t| t.replacen("\"storeys\"", "\"storey\"", 1));
    says(
        &said,
        &["buildings.geojson:2:1", "storeys is missing", "storey is not a property here", "did you mean storeys?"],
    );
}

#[test]
fn wrong_types_and_numbers_out_of_range_say_what_was_given_and_what_would_do() {
    // Behaviour: all at once, not the first alone.
    let said = spoil("buildings.geojson", |t| {
        t.replacen("\"storeys\":1", "\"storeys\":\"three\"", 1)
            .replacen("\"residents\":4", "\"residents\":70000", 1)
            .replacen("\"purpose\":\"Work\"", "\"purpose\":\"Wrok\"", 1)
    });
    says(&said, &["storeys: \"three\"", "whole number from 1 to 200", "residents: 70000", "65535", "Wrok", "Home"]);
    says(&spoil("roads.geojson", |t| t.replacen("\"lanes\":1", "\"lanes\":-1", 1)), &["lanes: -1"]);
    says(&spoil("roads.geojson", |t| t.replacen("\"bridge\":false", "\"bridge\":\"no\"", 1)), &["true or false"]);
    let said = spoil("levees.geojson", |t| t.replacen("\"crest_m\":7.0", "\"crest_m\":1.0", 1));
    says(&said, &["levees.geojson:2:1", "crest_m: 1 is below toe_m: 3"]);
}

#[test]
fn dangling_ids_are_named_with_what_there_is() {
    // Behaviour.
    says(&spoil("roads.geojson", |t| t.replacen("\"to\":1,", "\"to\":99,", 1)), &["to: 99", "which has 16"]);
    says(&spoil("roads.geojson", |t| t.replacen("\"twin\":1,", "\"twin\":5,", 1)), &["twin: 5 does not lead back"]);
    says(&spoil("buildings.geojson", |t| t.replacen("\"zone\":0", "\"zone\":4", 1)), &["zone: 4", "which has 4"]);
    says(&spoil("buildings.geojson", |t| t.replacen("\"node\":0", "\"node\":-2", 1)), &["node: -2"]);
    says(&spoil("facilities.geojson", |t| t.replacen("\"zone\":0", "\"zone\":7", 1)), &["zone: 7"]);
    let said = spoil("zones.geojson", |t| t.replacen("\"key\":\"zone_2\"", "\"key\":\"zone_1\"", 1));
    says(&said, &["zones.geojson:3:1", "\"zone_1\" is taken by line 2"]);
    says(&spoil("zones.geojson", |t| t.replacen("\"id\":1", "\"id\":8", 1)), &["id: 8", "without a gap"]);
}

#[test]
fn fewer_zones_than_the_raster_names_are_noticed() {
    // Behaviour.
    let said = spoil("zones.geojson", |t| {
        let mut lines: Vec<&str> = t.lines().collect();
        lines.remove(4);
        lines.join("\n").replacen("},\n]}", "}\n]}", 1)
    });
    says(&said, &["zones.tif", "holds 3", "it has 3"]);
}

#[test]
fn numbers_that_json_does_not_know_are_refused_with_their_place() {
    // Behaviour.
    let said = spoil("facilities.geojson", |t| t.replacen("\"capacity\":0.0", "\"capacity\":NaN", 1));
    says(&said, &["facilities.geojson:2:", "is no feature"]);
    let said = spoil("gauges.geojson", |t| t.replacen("\"coordinates\":[1", "\"coordinates\":[1e999,1", 1));
    says(&said, &["gauges.geojson:2:", "is no feature"]);
    says(&spoil("city.ron", |t| t.replacen("water_level_m: 4.0", "water_level_m: NaN", 1)), &["NaN is out of range"]);
}

#[test]
fn rasters_of_other_sizes_and_kinds_and_with_bad_cells_are_refused() {
    // Behaviour.
    let said = spoil("city.ron", |t| t.replacen("nx: 17", "nx: 18", 1));
    says(&said, &["terrain.tif", "cover.tif", "zones.tif", "17 x", "18 x"]);
    let (_home, dir) = saved(&grid_town(3, 4));
    let mut hot = grid_town(3, 4);
    hot.terrain_m[40] = 1.0e6;
    hot.terrain_m[41] = 1.0e6;
    let at = hot.grid.centre(40);
    raster::write(&hot, &dir).expect("written");
    says(
        &load(&dir).expect_err("hot ground").to_string(),
        &["terrain.tif", "1000000.0, and 1 more", &format!("x {}, y {}", at.x, at.y)],
    );
    fs::copy(dir.join("cover.tif"), dir.join("terrain.tif")).expect("copied");
    says(&load(&dir).expect_err("cover as terrain").to_string(), &["terrain.tif", "another kind"]);
    raster::write(&grid_town(3, 4), &dir).expect("written");
    let whole = fs::read(dir.join("terrain.tif")).expect("read");
    fs::write(dir.join("terrain.tif"), &whole[..whole.len() / 2]).expect("written");
    says(&load(&dir).expect_err("half a raster").to_string(), &["terrain.tif"]);
}

#[test]
fn truncated_and_empty_and_missing_files_are_all_named_at_once() {
    // Behaviour.
    let (_home, dir) = saved(&grid_town(3, 4));
    let roads = fs::read_to_string(dir.join("roads.geojson")).expect("text");
    fs::write(dir.join("roads.geojson"), &roads[..roads.len() / 2]).expect("written");
    fs::write(dir.join("levees.geojson"), "").expect("written");
    fs::write(dir.join("cover.tif"), "").expect("written");
    fs::write(dir.join("gauges.geojson"), b"\xff\xfe\x00").expect("written");
    fs::remove_file(dir.join("zones.tif")).expect("removed");
    let said = load(&dir).expect_err("a ruin").to_string();
    says(
        &said,
        &["roads.geojson:", "cut off", "levees.geojson  is empty", "cover.tif  is empty", "not UTF-8", "zones.tif"],
    );
    says(&load(&dir.join("nowhere")).expect_err("nothing").to_string(), &["no such folder"]);
}

#[test]
fn a_town_without_a_road_is_refused() {
    // Behaviour.
    let said = spoil("roads.geojson", |t| {
        let kept: Vec<&str> = t.lines().filter(|l| !l.contains("\"link\"")).collect();
        kept.join("\n")
    });
    says(&said, &["has no road"]);
}

#[test]
fn a_grid_too_large_to_hold_is_refused_before_memory_is_taken() {
    // Behaviour: sizes in a header must never be trusted.
    let said = spoil("city.ron", |t| t.replacen("nx: 17", "nx: 18446744073709551615", 1));
    says(&said, &["18446744073709551615 x", "at most"]);
    let said = spoil("city.ron", |t| t.replacen("schema: 1", "schema: 7", 1));
    says(&said, &["schema: 7 is not known"]);
    says(&spoil("city.ron", |t| t.replacen("name:", "nmae:", 1)), &["city.ron:", "nmae"]);
}

#[test]
fn places_far_off_the_map_are_refused() {
    // Behaviour: the usual mistake is a file in another projection.
    let far = Facility { at: Point::new(298_765.0, 3_500_000.0), ..grid_town(3, 4).facilities[0].clone() };
    let mut city = grid_town(3, 4);
    city.facilities[0] = far;
    let (_home, dir) = saved(&city);
    says(&load(&dir).expect_err("far off").to_string(), &["facilities.geojson:2:1", "far off the map"]);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(60))]
    /// Whatever is done to a file, loading ends in a city or in complaints, never in a panic.
    #[test]
    fn no_damage_to_a_file_makes_loading_panic(which in 0usize..10, cut in 0.0f64..1.0, byte: u8, drop: bool) {
        const FILES: [&str; 10] = [
            "city.ron", "terrain.tif", "cover.tif", "zones.tif", "roads.geojson", "buildings.geojson",
            "facilities.geojson", "levees.geojson", "gauges.geojson", "zones.geojson",
        ];
        let (_home, dir) = saved(&grid_town(2, 1));
        let file = dir.join(FILES[which]);
        let mut bytes = fs::read(&file).expect("read");
        let at = ((bytes.len() as f64 * cut) as usize).min(bytes.len() - 1);
        if drop { bytes.truncate(at); } else { bytes[at] = byte; }
        fs::write(&file, bytes).expect("written");
        let _ = load(&dir);
    }
}
