//! Grade: behaviour. The program as people call it: every command, its exit code and what it writes.

use crate::town;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// The program that was built beside this test.
pub fn sandtable() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sandtable"));
    command.env("RUST_BACKTRACE", "0").env("NO_COLOR", "1");
    command
}

/// Runs and expects an exit code; gives stdout.
pub fn call(command: &mut Command, code: i32) -> String {
    let Output { status, stdout, stderr } = command.output().expect("the program starts");
    let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert_eq!(status.code(), Some(code), "{command:?}\nstdout:\n{stdout}\nstderr:\n{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    stdout.into_owned()
}

/// A short run of the small town, made once by the program itself.
fn short_run() -> &'static (tempfile::TempDir, String) {
    static ONCE: OnceLock<(tempfile::TempDir, String)> = OnceLock::new();
    ONCE.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let printed = call(
            sandtable()
                .arg("run")
                .arg(town::folder())
                .args(["--json", "--duration", "10min", "--residents", "2000", "--seed", "7", "--out"])
                .arg(folder.path().join("run")),
            0,
        );
        (folder, printed)
    })
}

fn run_folder() -> PathBuf {
    short_run().0.path().join("run")
}

#[test]
fn help_names_every_command() {
    let help = call(sandtable().arg("--help"), 0);
    for command in ["run", "check", "report", "diff", "import", "synth", "export", "completions"] {
        assert!(help.lines().any(|l| l.trim_start().starts_with(command)), "{command} is not in the help");
        let own = call(sandtable().args([command, "--help"]), 0);
        assert!(own.contains("Usage:"), "{command} --help: {own}");
    }
    assert!(call(sandtable().arg("--version"), 0).contains(env!("CARGO_PKG_VERSION")));
    call(sandtable().arg("fly"), 2);
}

#[test]
fn the_small_scenario_passes_its_check() {
    let text = call(sandtable().arg("check").arg(town::folder()), 0);
    assert!(text.contains("nothing to complain about") && text.contains("3000 residents"), "{text}");
    let json = call(sandtable().arg("check").arg(town::folder()).arg("--json"), 0);
    let value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(value["hash"], town::scenario().hash.as_str());
}

#[test]
fn a_short_run_gives_indicators_a_recording_and_a_report() {
    let (_, printed) = short_run();
    let value: serde_json::Value = serde_json::from_str(printed).expect("one JSON value and nothing else");
    assert_eq!(value["complete"], true);
    assert_eq!(value["seed"], 7);
    let indicators = value["indicators"].as_array().expect("a list");
    assert!(indicators.len() >= 5, "{} indicators", indicators.len());
    assert!(indicators.iter().all(|i| i["key"].is_string() && i["name_zh"].is_string() && !i["unit"].is_null()));
    let html = std::fs::read_to_string(run_folder().join("report.html")).expect("the report");
    assert!(html.contains("<svg") && html.contains("演练"), "the report has no picture or does not say exercise");
    for outside in ["src=\"http", "url(http", "@import", "<link"] {
        assert!(!html.contains(outside), "the report fetches something from outside: {outside}");
    }
    assert!(run_folder().join("run.mcap").metadata().expect("the recording").len() > 10_000);
}

#[test]
fn the_report_is_written_again_and_read_as_text() {
    let text = call(sandtable().arg("report").arg(run_folder()).args(["--text", "--lang", "en"]), 0);
    assert!(text.contains("After-action report") && text.contains("EXERCISE"), "{text}");
    let chinese = call(sandtable().arg("report").arg(run_folder()).args(["--text", "--lang", "zh"]), 0);
    assert!(chinese.contains("复盘报告"), "{chinese}");
    let out = short_run().0.path().join("again.html");
    call(sandtable().arg("report").arg(run_folder()).arg("--out").arg(&out), 0);
    let (first, again) = (std::fs::read(run_folder().join("report.html")), std::fs::read(&out));
    assert!(first.expect("first") == again.expect("again"), "the same recording gave another report");
}

#[test]
fn diff_tells_equal_runs_from_others_by_its_exit_code() {
    let folder = tempfile::tempdir().expect("a folder");
    let again = |name: &str, seed: &str, threads: &str| {
        let out = folder.path().join(name);
        call(
            sandtable()
                .arg("run")
                .arg(town::folder())
                .args(["--json", "--duration", "10min", "--residents", "2000"])
                .args(["--seed", seed, "--threads", threads, "--out"])
                .arg(&out),
            0,
        );
        out
    };
    let same = again("same", "7", "1");
    let text = call(sandtable().arg("diff").arg(run_folder()).arg(&same), 0);
    assert!(text.starts_with("identical: 60 ticks"), "{text}");
    let other = again("other", "8", "2");
    let text = call(sandtable().arg("diff").arg(run_folder()).arg(&other), 1);
    assert!(text.contains("first difference at tick") && text.contains("parts of the state"), "{text}");
    let json = call(sandtable().arg("diff").arg(run_folder()).arg(&other).arg("--json"), 1);
    let value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(value["identical"], false);
}

#[test]
fn inputs_of_a_run_are_taken_up_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let go = |name: &str, flags: &[&str], of: Option<&Path>| {
        let out = folder.path().join(name);
        let mut command = sandtable();
        command.arg("run").arg(town::folder()).args(["--json", "--duration", "5min", "--residents", "1000"]);
        command.args(flags);
        if let Some(of) = of {
            command.arg("--inputs-of").arg(of);
        }
        call(command.arg("--out").arg(&out), 0);
        out
    };
    let plain = go("plain", &[], None);
    let fired = go("fired", &["--fire", "J-05@2min"], None);
    call(sandtable().arg("diff").arg(&plain).arg(&fired), 1);
    let again = go("again", &[], Some(&fired));
    call(sandtable().arg("diff").arg(&fired).arg(&again), 0);
}

#[test]
fn an_invented_city_is_written_checked_and_not_written_over_other_things() {
    let folder = tempfile::tempdir().expect("a folder");
    let city = folder.path().join("town");
    let synth = |out: &Path| {
        let mut command = sandtable();
        command.args(["synth", "--residents", "1500", "--width", "4000", "--height", "4000", "--cell", "40"]);
        command.args(["--seed", "5", "--out"]).arg(out);
        command
    };
    let text = call(&mut synth(&city), 0);
    assert!(text.contains("1500 residents"), "{text}");
    let text = call(sandtable().arg("check").arg(town::folder()).arg("--city").arg(&city), 0);
    assert!(text.contains("1500 residents"), "{text}");
    call(&mut synth(&city), 0);
    let other = folder.path().join("papers");
    std::fs::create_dir(&other).expect("made");
    std::fs::write(other.join("letter.txt"), "keep me").expect("written");
    call(&mut synth(&other), 2);
    assert_eq!(std::fs::read_to_string(other.join("letter.txt")).expect("still there"), "keep me");
    call(sandtable().args(["synth", "--residents", "5", "--out"]).arg(folder.path().join("tiny")), 2);
    assert!(!folder.path().join("tiny").exists());
}

#[test]
fn events_layers_and_tracks_come_out_for_other_programs() {
    let folder = tempfile::tempdir().expect("a folder");
    let export = |name: &str, flags: &[&str]| {
        let out = folder.path().join(name);
        call(sandtable().arg("export").arg(run_folder()).args(flags).arg("--out").arg(&out), 0);
        std::fs::read(&out).unwrap_or_else(|e| panic!("{name}: {e}"))
    };
    let csv = String::from_utf8(export("events.csv", &["events"])).expect("text");
    assert!(csv.starts_with("tick,time_s,clock,event,fields\n") && csv.lines().count() > 10, "{csv}");
    let parquet = export("events.parquet", &["events", "--format", "parquet"]);
    assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));
    let tif = export("depth.tif", &["layer", "--layer", "water-depth", "--at", "9min"]);
    assert!(tif.starts_with(b"II*\0") || tif.starts_with(b"MM\0*"), "not a TIFF");
    let tracks: serde_json::Value =
        serde_json::from_slice(&export("tracks.geojson", &["tracks"])).expect("tracks are JSON");
    assert_eq!(tracks["type"], "FeatureCollection");
    let tallies = String::from_utf8(export("tallies.csv", &["tallies"])).expect("text");
    assert_eq!(tallies.lines().count(), 11, "a head and ten minutes");
    assert!(tallies.lines().next().is_some_and(|head| head.contains("water_m3") && head.contains("doing_0")));
    call(sandtable().arg("export").arg(run_folder()).args(["layer", "--at", "soon", "--out", "x.tif"]), 2);
}

#[test]
fn a_recording_cut_at_any_place_opens_up_to_its_last_whole_piece() {
    let whole = std::fs::read(run_folder().join("run.mcap")).expect("the recording");
    let folder = tempfile::tempdir().expect("a folder");
    for percent in [60, 70, 80] {
        let path = folder.path().join(format!("cut{percent}.mcap"));
        std::fs::write(&path, &whole[..whole.len() * percent / 100]).expect("written");
        let out = sandtable().arg("report").arg(&path).arg("--text").output().expect("it runs");
        let text = String::from_utf8_lossy(&out.stderr);
        assert_eq!(out.status.code(), Some(0), "cut at {percent} %: {text}");
        assert!(text.contains("was cut off"), "cut at {percent} %: {text}");
    }
    // Before its header and map there is nothing to show; that is said and no panic.
    for bytes in [10, whole.len() / 20, whole.len() / 5] {
        let path = folder.path().join("stump.mcap");
        std::fs::write(&path, &whole[..bytes]).expect("written");
        call(sandtable().arg("report").arg(&path).arg("--text"), 2);
    }
}

#[test]
fn completions_are_printed_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let text = call(sandtable().args(["completions", shell]), 0);
        assert!(text.contains("sandtable") && text.contains("export"), "{shell}");
    }
}
