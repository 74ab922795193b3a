//! Grade: exact. Broken files: every mistake is said at once, with file, line, column, what was given and what would
//! do; nothing is half written, nothing panics, and the program leaves with exit code 2.

use crate::cli::sandtable;
use crate::town;
use sim_core::base::complaint::{Complaint, Complaints};
use sim_core::place::folder;
use sim_core::place::synth::{SynthSpec, TerrainKind, synthesise};
use sim_core::scenario::{Choice, Scenario};
use std::path::{Path, PathBuf};

/// A copy of the small scenario with all its files in one folder, to be spoilt.
struct Copy {
    folder: tempfile::TempDir,
}

impl Copy {
    fn new() -> Copy {
        let folder = tempfile::tempdir().expect("a folder");
        let read = |path: PathBuf| std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let scenario = read(town::folder().join("scenario.ron")).replace("../../../scenarios/port_town/", "");
        let data = town::root().join("scenarios/port_town");
        for (name, text) in [
            ("scenario.ron", scenario),
            ("drill.ron", read(town::folder().join("drill.ron"))),
            ("roster.ron", read(data.join("roster.ron"))),
            ("plan.ron", read(data.join("plan.ron"))),
        ] {
            std::fs::write(folder.path().join(name), text).expect("written");
        }
        Copy { folder }
    }
    fn path(&self) -> &Path {
        self.folder.path()
    }
    /// Puts `to` in place of the first `from`; returns the line on which it stands.
    fn spoil(&self, file: &str, from: &str, to: &str) -> usize {
        let path = self.path().join(file);
        let text = std::fs::read_to_string(&path).expect("readable");
        let at = text.find(from).unwrap_or_else(|| panic!("{file} does not hold {from}"));
        std::fs::write(&path, text.replacen(from, to, 1)).expect("written");
        text[..at].matches('\n').count() + 1
    }
    fn load(&self) -> Result<Scenario, Complaints> {
        Scenario::load(&Choice { scenario: Some(self.path().into()), ..Choice::default() })
    }
    fn complaints(&self, why: &str) -> Vec<Complaint> {
        match self.load() {
            Ok(_) => panic!("{why}: nothing was said"),
            Err(complaints) => complaints.0,
        }
    }
}

/// (file, what is there, what is put there, what must be said or offered)
const TABLE: &[(&str, &str, &str, &str)] = &[
    // Fields and variants that do not exist, or are missing.
    ("scenario.ron", "cloud: 1.0", "clouds: 1.0", "clouds"),
    ("scenario.ron", "cloud: 1.0,", "", "cloud"),
    ("scenario.ron", "DeltaPolder", "DeltaPolders", "DeltaPolder"),
    ("scenario.ron", "behaviour: ()", "behaviour: (comply: 0.5)", "comply"),
    ("roster.ron", "protected:", "protekted:", "protekted"),
    ("plan.ron", "emergency_power:", "emergency:", "emergency"),
    ("plan.ron", "within:", "inside:", "inside"),
    ("drill.ron", "jitter:", "jiter:", "jiter"),
    ("drill.ron", "SeepLevee(", "SeepLevees(", "SeepLevee"),
    ("drill.ron", "Serious", "VerySerious", "Serious"),
    // Units and durations.
    ("scenario.ron", "duration: \"1h\"", "duration: \"40\"", "not a duration"),
    ("scenario.ron", "duration: \"1h\"", "duration: \"40 parsecs\"", "40 parsecs"),
    ("scenario.ron", "duration: \"1h\"", "duration: \"10s\"", "60 s to 30 days"),
    ("scenario.ron", "duration: \"1h\"", "duration: \"1000h\"", "60 s to 30 days"),
    ("scenario.ron", "2026-08-14T20:00", "the 14th of August", "2026-08-14T18:00"),
    ("scenario.ron", "(\"10min\", 40.0)", "(\"0h\", 40.0)", "times must rise"),
    ("drill.ron", "time: \"2min\"", "time: \"two minutes\"", "not a duration"),
    ("drill.ron", "time: \"2min\"", "time: \"-2min\"", "not a duration"),
    ("roster.ron", "turnout: \"", "turnout: \"x", "not a duration"),
    // Names that point nowhere; the nearest is offered.
    ("drill.ron", "SeepLevee(\"levee_1\")", "SeepLevee(\"levee_l\")", "did you mean \"levee_1\"?"),
    ("drill.ron", "site: \"tank_ammonia\"", "site: \"tank_amonia\"", "did you mean \"tank_ammonia\"?"),
    ("drill.ron", "substance: \"ammonia\"", "substance: \"amonia\"", "did you mean ammonia?"),
    ("drill.ron", "zone: \"old_town_1\"", "zone: \"old_twn_1\"", "did you mean \"old_town_1\"?"),
    ("drill.ron", "to: \"duty_119\"", "to: \"duty_911\"", "did you mean \"duty_119\"?"),
    ("drill.ron", "AfterInject(\"J-02\"", "AfterInject(\"J-2\"", "did you mean \"J-02\"?"),
    ("drill.ron", "clause: \"3.2\"", "clause: \"3.22\"", "did you mean \"3.2\"?"),
    ("drill.ron", "objective: \"O3\"", "objective: \"O9\"", "O1, O2, O3"),
    ("drill.ron", "key: \"J-02\"", "key: \"J-01\"", "is there twice"),
    ("plan.ron", "post: \"flood_office\"", "post: \"flod_office\"", "did you mean \"flood_office\"?"),
    ("roster.ron", "kind: \"village_squad\"", "kind: \"vilage_squad\"", "village_squad"),
    // Numbers out of range.
    ("scenario.ron", "wind_m_s: 6.0", "wind_m_s: 600.0", "0.2 to 60"),
    ("scenario.ron", "cloud: 1.0", "cloud: 7.0", "0 to 1"),
    ("scenario.ron", "cloud: 1.0", "cloud: NaN", "NaN"),
    ("scenario.ron", "(\"0h\", 5.6)", "(\"0h\", inf)", "inf"),
    ("scenario.ron", "residents: 3000", "residents: 30", "200 to 1000000"),
    ("scenario.ron", "cell_m: 40.0", "cell_m: 0.001", "5 to 50"),
    ("scenario.ron", "residents: 3000", "residents: -1", "out of bounds"),
    ("scenario.ron", "behaviour: ()", "behaviour: (comply_door: 1.5)", "0 to 1"),
    ("drill.ron", "rate_kg_s: 25.0", "rate_kg_s: NaN", "rate_kg_s is NaN"),
    ("drill.ron", "rate_kg_s: 25.0", "rate_kg_s: 1e9", "5000"),
    ("drill.ron", "width_max_m: 120.0", "width_max_m: -5.0", "1 to 2000"),
    ("drill.ron", "weight: 3.0", "weight: NaN", "weight is NaN"),
    ("scenario.ron", "schema: 1", "schema: 99", "schema 1"),
    // What is written is not RON at all.
    ("drill.ron", "injects: [", "injects: [[[", "xpected"),
    ("drill.ron", "objectives: [", "objectives: \"", "xpected"),
];

#[test]
fn the_copy_itself_is_sound() {
    let loaded = Copy::new().load().unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(loaded.hash, town::scenario().hash, "a copy of the files is the same scenario");
}

#[test]
fn every_mistake_is_said_with_its_file_its_line_and_what_would_do() {
    let mut wrong = Vec::new();
    for (file, from, to, said) in TABLE {
        let copy = Copy::new();
        let line = copy.spoil(file, from, to);
        let name = format!("{file}: {from} -> {to}");
        let complaints = copy.complaints(&name);
        let found = complaints.iter().find(|c| c.to_string().contains(said));
        let Some(found) = found else {
            wrong.push(format!("{name}: \"{said}\" is not in: {}", Complaints(complaints)));
            continue;
        };
        if !found.file.ends_with(file) {
            wrong.push(format!("{name}: the complaint is about {}", found.file.display()));
        }
        // The generator's own ranges are of the whole spec, without a line.
        let of_the_spec = ["200 to 1000000", "5 to 50"].contains(said);
        match found.at {
            Some((at, column)) => {
                // A missing field or a lost bracket shows where the reader gave up, further down.
                let further = to.is_empty() || *said == "xpected";
                // A thing that is there twice is shown at the first; a weight at its action's title, a line above.
                let before = (said.contains("twice") && at < line) || (said.contains("weight") && at + 1 == line);
                if !(at == line || before || further && at >= line) || column == 0 {
                    wrong.push(format!("{name}: said at line {at}, it stands at line {line}: {found}"));
                }
            }
            None if of_the_spec => {}
            None => wrong.push(format!("{name}: no line: {found}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn all_mistakes_are_said_at_once() {
    let copy = Copy::new();
    copy.spoil("scenario.ron", "wind_m_s: 6.0", "wind_m_s: 600.0");
    copy.spoil("scenario.ron", "cloud: 1.0", "cloud: 7.0");
    copy.spoil("drill.ron", "SeepLevee(\"levee_1\")", "SeepLevee(\"levee_l\")");
    copy.spoil("drill.ron", "substance: \"ammonia\"", "substance: \"amonia\"");
    copy.spoil("plan.ron", "post: \"flood_office\"", "post: \"flod_office\"");
    copy.spoil("roster.ron", "crew: 13", "crew: 1300");
    let text = Complaints(copy.complaints("six mistakes")).to_string();
    for said in ["600", "cloud is 7", "levee_l", "amonia", "flod_office", "1300"] {
        assert!(text.contains(said), "\"{said}\" is missing in:\n{text}");
    }
    let out = sandtable().arg("check").arg(copy.path()).output().expect("it runs");
    assert_eq!(out.status.code(), Some(2));
    let printed = String::from_utf8_lossy(&out.stderr);
    for said in ["scenario.ron:", "drill.ron:", "plan.ron:", "roster.ron:", "did you mean \"levee_1\"?"] {
        assert!(printed.contains(said), "\"{said}\" is missing in:\n{printed}");
    }
}

#[test]
fn files_that_are_cut_empty_too_large_or_not_text_are_refused_by_name() {
    type Spoil = fn(&Path);
    let cases: [(&str, Spoil, &str); 5] = [
        ("cut in the middle", |p| cut(p, 2), "drill.ron:"),
        ("empty", |p| std::fs::write(p, "").expect("written"), "is empty"),
        ("too large", |p| std::fs::write(p, vec![b' '; 9 << 20]).expect("written"), "at most 8388608 bytes"),
        ("not text", |p| std::fs::write(p, [0xff, 0xfe, 0x00, 0x9f]).expect("written"), "UTF-8"),
        ("absent", |p| std::fs::remove_file(p).expect("removed"), "cannot be read"),
    ];
    for (name, spoil, said) in cases {
        let copy = Copy::new();
        spoil(&copy.path().join("drill.ron"));
        let text = Complaints(copy.complaints(name)).to_string();
        assert!(text.contains("drill.ron") && text.contains(said), "{name}: {text}");
        let out = sandtable().arg("check").arg(copy.path()).output().expect("it runs");
        assert_eq!(out.status.code(), Some(2), "{name}");
    }
}

fn cut(path: &Path, part: usize) {
    let bytes = std::fs::read(path).expect("readable");
    std::fs::write(path, &bytes[..bytes.len() / part]).expect("written");
}

#[test]
fn durations_and_dates_beyond_all_bounds_are_complaints_and_no_panic() {
    let long = format!("time: \"{}h\"", "9".repeat(400));
    let cases =
        [("drill.ron", "time: \"2min\"", long.as_str()), ("scenario.ron", "2026-08-14T20:00", "9999-12-31T23:50")];
    for (file, from, to) in cases {
        let copy = Copy::new();
        copy.spoil(file, from, to);
        let out = sandtable().arg("check").arg(copy.path()).output().expect("it runs");
        let text = String::from_utf8_lossy(&out.stderr);
        assert_eq!(out.status.code(), Some(2), "{file}: {text}");
        assert!(text.contains(file) && !text.contains("panicked"), "{text}");
    }
}

#[test]
fn a_scenario_that_cannot_run_leaves_nothing_behind() {
    let copy = Copy::new();
    copy.spoil("drill.ron", "SeepLevee(\"levee_1\")", "SeepLevee(\"levee_l\")");
    let out_folder = copy.path().join("out/run");
    let out = sandtable().arg("run").arg(copy.path()).arg("--out").arg(&out_folder).output().expect("it runs");
    assert_eq!(out.status.code(), Some(2));
    assert!(!copy.path().join("out").exists(), "a folder was made before the check");
    // A flag that makes no sense neither.
    for flags in [["--duration", "soon"], ["--fire", "J-05"], ["--fire", "J-99@5min"], ["--residents", "-4"]] {
        let out = sandtable().arg("run").arg(town::folder()).args(flags).arg("--out").arg(&out_folder).output();
        let out = out.expect("it runs");
        assert_eq!(out.status.code(), Some(2), "{flags:?}: {}", String::from_utf8_lossy(&out.stderr));
        assert!(!copy.path().join("out").exists(), "{flags:?} left a folder behind");
    }
}

#[test]
fn complaints_come_as_json_for_programs() {
    let copy = Copy::new();
    let line = copy.spoil("drill.ron", "SeepLevee(\"levee_1\")", "SeepLevee(\"levee_l\")");
    let out = sandtable().arg("check").arg(copy.path()).arg("--json").output().expect("it runs");
    assert_eq!(out.status.code(), Some(2));
    let value: serde_json::Value = serde_json::from_slice(&out.stdout).expect("one JSON value on stdout");
    let first = &value["complaints"][0];
    assert_eq!(first["line"], line);
    assert!(first["what"].as_str().is_some_and(|w| w.contains("levee_l")), "{value}");
    assert!(first["hint"].as_str().is_some_and(|w| w.contains("levee_1")), "{value}");
}

/// A city folder to be spoilt.
fn city_folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let spec = SynthSpec {
        seed: 3,
        residents: 500,
        width_m: 2500.0,
        height_m: 2500.0,
        cell_m: 50.0,
        terrain: TerrainKind::LakeShore,
    };
    let path = folder.path().join("city");
    folder::save(&synthesise(&spec), &path).expect("a sound city is written");
    (folder, path)
}

#[test]
fn a_broken_city_folder_is_a_list_of_complaints() {
    /// What is done to a file's text.
    type Spoil = fn(String) -> String;
    let links: Spoil = |text| {
        let kept: Vec<&str> = text.lines().filter(|l| !l.contains("\"kind\":\"link\"")).collect();
        kept.join("\n").replace("},\n]", "}\n]")
    };
    let cases: [(&str, Spoil, &str); 6] = [
        ("roads.geojson", links, "road"),
        ("city.ron", |t| t.replacen("cell_m: 50.0", "cell_m: NaN", 1), "cell_m"),
        ("city.ron", |t| t.replacen("schema: 1", "schema: 7", 1), "schema"),
        ("buildings.geojson", |t| t.replacen("\"storeys\":", "\"storey\":", 1), "storey"),
        ("buildings.geojson", |t| t[..t.len() / 2].to_string(), "buildings.geojson"),
        ("facilities.geojson", |_| String::new(), "is empty"),
    ];
    for (file, spoil, said) in cases {
        let (_keep, path) = city_folder();
        let victim = path.join(file);
        let before = std::fs::read_to_string(&victim).expect("readable");
        let after = spoil(before.clone());
        assert!(before != after, "{file}: nothing was spoilt for \"{said}\"");
        std::fs::write(&victim, after).expect("written");
        let complaints = folder::load(&path).expect_err("a broken city was read").to_string();
        assert!(complaints.contains(file) && complaints.contains(said), "{file} ({said}): {complaints}");
        let out = sandtable().args(["check", "--city"]).arg(&path).output().expect("it runs");
        assert_eq!(out.status.code(), Some(2), "{file} ({said})");
    }
}

#[test]
fn a_recording_that_is_none_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.mcap");
    for bytes in [&b""[..], b"not a recording at all, but text", &[0u8; 4096]] {
        std::fs::write(&path, bytes).expect("written");
        for command in ["report", "diff"] {
            let mut call = sandtable();
            call.arg(command).arg(&path);
            if command == "diff" {
                call.arg(&path);
            }
            let out = call.output().expect("it runs");
            let text = String::from_utf8_lossy(&out.stderr);
            assert_eq!(out.status.code(), Some(2), "{command}: {text}");
            assert!(text.contains("run.mcap") && !text.contains("panicked"), "{command}: {text}");
        }
    }
    assert!(!folder.path().join("report.html").exists(), "a report of nothing was written");
}
