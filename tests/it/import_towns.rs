//! Grade: behaviour. A real town from its map to a report, through the program. It needs the shared data folder and says
//! so when it is absent: the folder named by SANDTABLE_SHARED, or `../shared` beside the workspace, or one level up.

use crate::cli::sandtable;
use crate::town;
use sim_core::place::folder;
use std::path::PathBuf;

pub fn maps() -> Option<PathBuf> {
    let candidates = [
        std::env::var_os("SANDTABLE_SHARED").map(PathBuf::from),
        Some(town::root().join("../shared")),
        Some(town::root().join("../../shared")),
    ];
    candidates.into_iter().flatten().map(|p| p.join("data/maps")).find(|p| p.is_dir())
}

#[test]
fn monaco_is_imported_saved_run_and_reported() {
    let Some(maps) = maps() else {
        println!("skipped: shared map data not present");
        return;
    };
    let work = tempfile::tempdir().expect("a folder");
    let (city, run) = (work.path().join("monaco"), work.path().join("run"));
    let out = sandtable()
        .arg("import")
        .arg(maps.join("monaco/monaco.osm.gz"))
        .arg("--dem")
        .arg(maps.join("monaco/N43E007.hgt.zip"))
        .args(["--residents", "3000", "--out"])
        .arg(&city)
        .output()
        .expect("it runs");
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    let read = folder::load(&city).unwrap_or_else(|e| panic!("the saved city does not read back:\n{e}"));
    assert_eq!(read.residents(), 3000);
    assert!(read.attribution.iter().any(|a| a.contains("OpenStreetMap")), "the source of the map is named");
    let out = sandtable()
        .args(["run", "--json", "--duration", "20min", "--city"])
        .arg(&city)
        .arg("--out")
        .arg(&run)
        .output()
        .expect("it runs");
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    let html = std::fs::read_to_string(run.join("report.html")).expect("the report");
    assert!(html.contains("OpenStreetMap"), "the report does not name the source of the map");
    assert!(html.contains("<svg"));
}
