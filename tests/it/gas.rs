//! Grade: behaviour. `sandtable gas` as a planner calls it: the example, a simple release from flags, what it writes, what it refuses.

use crate::cli::{call, sandtable};
use serde_json::Value;

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("one JSON value and nothing else")
}

#[test]
fn the_example_is_written_checked_and_run_to_maps_and_outlines() {
    let folder = tempfile::tempdir().expect("a folder");
    let leak = folder.path().join("leak");
    let told = call(sandtable().args(["gas", "--new"]).arg(&leak), 0);
    assert!(told.contains("sandtable gas"), "{told}");
    call(sandtable().args(["gas", "--new"]).arg(&leak), 2);
    let checked = call(sandtable().arg("gas").arg(&leak).args(["--check", "--lang", "en"]), 0);
    assert!(checked.contains("Largest sustained rate") && checked.contains("chlorine (CAS 7782-50-5"), "{checked}");
    let out = folder.path().join("out");
    let table = call(sandtable().arg("gas").arg(&leak).arg("--out").arg(&out), 0);
    for part in ["毒性威胁区", "AEGL-3（60分钟）", "风向不确定角", "应急响应指南", "室内（换气", "重气模型"]
    {
        assert!(table.contains(part), "{part} is missing in\n{table}");
    }
    let summary = json(&std::fs::read_to_string(out.join("summary.json")).expect("a summary"));
    let zones = summary["threats"][0]["zones"].as_array().expect("zones");
    let length = |k: usize| zones[k]["length_m"].as_f64().expect("a length");
    assert!(zones.len() == 3 && length(0) < length(1) && length(1) < length(2), "{zones:?}");
    assert_eq!(summary["points"].as_array().map(Vec::len), Some(3));
    let geojson = json(&std::fs::read_to_string(out.join("zones.geojson")).expect("outlines"));
    assert_eq!(geojson["type"], "FeatureCollection");
    let kml = std::fs::read_to_string(out.join("zones.kml")).expect("KML");
    assert!(kml.starts_with("<?xml") && kml.contains("<Polygon>"));
    let picture = std::fs::read(out.join("toxic.png")).expect("a map");
    assert!(picture.starts_with(b"\x89PNG") && picture.len() > 20_000);
    for (file, column) in [("release.csv", "rate_kg_s"), ("points.csv", "inside_ppm")] {
        assert!(
            std::fs::read_to_string(out.join(file))
                .expect("a series")
                .lines()
                .next()
                .is_some_and(|l| l.contains(column))
        );
    }
}

#[test]
fn flags_make_a_simple_release_and_threads_change_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |threads: &str| {
        let flags =
            ["--rate", "0.5", "--for", "10min", "--wind", "4", "--from", "270", "--class", "D", "--level", "30ppm"];
        let out = folder.path().join(threads);
        let mut command = sandtable();
        command.args(["gas", "--substance", "7664-41-7", "--json", "--threads", threads]).args(flags);
        let printed = call(command.args(["--point", "300,0", "--out"]).arg(&out), 0);
        (printed, std::fs::read(out.join("zones.geojson")).expect("outlines"))
    };
    let one = run("1");
    let summary = json(&one.0);
    assert_eq!(summary["substance"]["key"], "ammonia");
    let point = &summary["points"][0];
    assert!(point["outside"]["peak_ppm"].as_f64() > point["inside"]["peak_ppm"].as_f64());
    assert!(one == run("2"));
    assert!(one == run("8"));
}

#[test]
fn what_is_wrong_is_told_all_at_once_by_flag_or_by_line() {
    let refused = |args: &[&str]| {
        let output = sandtable().arg("gas").args(args).output().expect("the program starts");
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let told = refused(&["--substance", "clorine", "--rate", "1", "--wind", "-3", "--from", "90", "--class", "D"]);
    assert!(told.contains("did you mean chlorine") && told.contains("--wind") && told.contains("-3"), "{told}");
    let told = refused(&["--substance", "chlorine", "--wind", "3", "--class", "G", "--level", "20"]);
    for flag in ["--from  is missing", "--rate  is missing", "--class", "--level"] {
        assert!(told.contains(flag), "{flag} is missing in\n{told}");
    }
    let told = refused(&[
        "--substance",
        "chlorine",
        "--rate",
        "1",
        "--wind",
        "8",
        "--from",
        "0",
        "--class",
        "F",
        "--level",
        "2000000ppm",
    ]);
    assert!(told.contains("contradicts a wind") && told.contains("pure gas"), "{told}");
    assert!(refused(&[]).contains("--new"));
    // Directions beyond the rose, rates beyond industry, wind that the source does not ask for: each under its flag.
    let told = refused(&["--substance", "chlorine", "--rate", "1e9", "--wind", "3", "--from", "400", "--class", "D"]);
    assert!(
        told.contains("--from") && told.contains("400") && told.contains("--rate") && told.contains("main"),
        "{told}"
    );
    let told = refused(&["--substance", "硝酸", "--rate", "1", "--wind", "3", "--from", "0", "--class", "D"]);
    assert!(!told.contains("did you mean") && told.contains("known are"), "{told}");
    let breeze = ["--substance", "氯", "--rate", "1", "--wind", "0.3", "--from", "0", "--class", "F", "--check"];
    call(sandtable().arg("gas").args(breeze), 0);
}

#[test]
fn the_examples_of_validate_name_cases_that_are_there() {
    for model in ["gas", "flood"] {
        let help = call(sandtable().args(["validate", model, "--help"]), 0);
        let named: Vec<&str> =
            help.split("--only ").skip(1).filter_map(|rest| rest.split_whitespace().next()).collect();
        for name in named.into_iter().filter(|name| !name.starts_with('<')) {
            // A name that is not there is told of beside the folder that is not there.
            let told = call(sandtable().args(["validate", model, "--only", name, "--data", "no_such_folder"]), 2);
            assert!(!told.contains("there is no case"), "{told}");
        }
    }
}

#[test]
fn a_calm_night_is_warned_of_in_the_table_and_in_every_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let flags = [
        "--amount",
        "5",
        "--wind",
        "1",
        "--from",
        "0",
        "--sky",
        "clear-night",
        "--level",
        "aegl60",
        "--watch",
        "20min",
        "--at",
        "121,31",
    ];
    let mut command = sandtable();
    let table =
        call(command.args(["gas", "--substance", "氨", "--lang", "en"]).args(flags).arg("--out").arg(folder.path()), 0);
    assert!(table.contains("WARNING") && table.contains("wind below 1.5 m/s"), "{table}");
    for file in ["summary.json", "zones.geojson", "release.csv"] {
        assert!(std::fs::read_to_string(folder.path().join(file)).expect("written").contains("low_wind"), "{file}");
    }
    assert!(std::fs::read_to_string(folder.path().join("zones.kml")).expect("written").contains("风速低于"));
}
