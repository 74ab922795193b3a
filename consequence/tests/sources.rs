//! The evidence on sources, fires, blast and doses, as `sandtable validate gas` prints it: every row within its bound.

use consequence::validate::{Bench, CaseResult, cases};
use std::path::PathBuf;

/// Third-party data beside the repository.
fn data() -> Option<PathBuf> {
    let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let candidates = [
        std::env::var_os("SANDTABLE_SHARED").map(PathBuf::from),
        Some(workspace.join("../shared")),
        Some(workspace.join("../../shared")),
    ];
    candidates.into_iter().flatten().map(|p| p.join("data/chemical")).find(|p| p.is_dir())
}

/// Runs the cases whose names begin so, prints their rows, and tells of every row outside its bound.
fn hold(beginning: &str) -> Vec<CaseResult> {
    let bench = Bench { data: data(), quick: true, clock: &|| 0.0 };
    let mut all = Vec::new();
    for case in cases().iter().filter(|c| c.quick && c.name.starts_with(beginning)) {
        let result = (case.run)(&bench);
        if let Some(why) = &result.skipped {
            println!("{}: skipped: {why}", case.name);
        }
        for row in &result.rows {
            println!("{:<16} {}", case.name, row.line());
        }
        all.push(result);
    }
    assert!(!all.is_empty(), "no case begins with {beginning:?}");
    let misses: Vec<String> = all.iter().flat_map(CaseResult::misses).collect();
    assert!(misses.is_empty(), "outside their bounds:\n{}", misses.join("\n"));
    all
}

#[test]
fn puddles_evaporate_as_in_aloha() {
    // Grade: reference. Printed rates and amounts of ALOHA runs, 10 %.
    hold("aloha-puddles");
}

#[test]
fn tanks_empty_as_in_aloha() {
    // Grade: reference. Printed rates, amounts and durations of ALOHA runs, 10 to 15 %.
    hold("aloha-tanks");
}

#[test]
fn holes_pass_what_the_textbooks_say() {
    // Grade: reference. CCPS worked examples, 0.1 %.
    hold("holes");
}

#[test]
fn an_ammonia_jet_dries_as_at_desert_tortoise() {
    // Grade: experiment. Published equivalent source of trial 1: 2 %, 5 %, 20 %.
    hold("drying");
}

#[test]
fn flammable_clouds_reach_and_explode_as_in_aloha() {
    // Grade: reference. Printed distances of ALOHA runs, 15 %.
    hold("aloha-flammable");
}

#[test]
fn fires_reach_as_far_as_in_aloha() {
    // Grade: reference. Printed distances of ALOHA runs: fireballs 3 %, jets 10 %, pools 15 %.
    hold("aloha-fires");
}

#[test]
fn explosions_reach_as_far_as_in_aloha() {
    // Grade: reference. Printed distances of ALOHA runs, 15 %.
    hold("aloha-blasts");
}

#[test]
fn tnt_breaks_glass_as_far_as_the_tables_say() {
    // Grade: reference. EPA's form 0.1 %, K factors 2 %.
    hold("tnt");
}

#[test]
fn houses_let_in_what_they_do_in_aloha() {
    // Grade: reference. Printed air changes 4 %, indoor peaks 6 %; loads of an hour exact.
    hold("indoor");
}

#[test]
fn doses_are_those_of_the_worked_numbers() {
    // Grade: reference. Probits and thermal doses.
    hold("doses");
}
