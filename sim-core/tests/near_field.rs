//! The near field of a drill's gas leaks as scenarios and scripts ask for it: checked, run, taken up from a checkpoint, told in the recording.

use sim_core::base::complaint::Complaints;
use sim_core::hazard::gas::NearSpec;
use sim_core::hazard::gas::layer::LayerSpec;
use sim_core::scenario::{Choice, Scenario};
use sim_core::sim::{Checkpoint, Sim, programme};
use std::path::Path;
use std::sync::Arc;

/// A small town with 6 kg/s of chlorine from the third minute on; each line goes into its file as it is.
fn load(in_scenario: &str, in_script: &str) -> Result<Scenario, Complaints> {
    let folder = tempfile::tempdir().expect("a folder");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let script = format!(
        r#"#![enable(implicit_some, unwrap_newtypes)]
(
    schema: 1,
    title: (zh: "氯泄漏", en: "Chlorine"),
    {in_script}
    objectives: [],
    injects: [(
        key: "X-1", title: (zh: "泄漏", en: "Leak"), trigger: At(time: "3min", jitter: "0s"), expires: None,
        effects: [ReleaseGas(site: "first:TankYard|Exit", substance: "chlorine", rate_kg_s: 6.0, duration: "5min")],
        messages: [], expect: [], objective: None,
    )],
)"#
    );
    let scenario = format!(
        r#"#![enable(implicit_some, unwrap_newtypes)]
(
    schema: 1,
    title: (zh: "小城", en: "Small town"),
    {in_scenario}
    city: Synth(seed: 5, residents: 1500, width_m: 3000.0, height_m: 3000.0, cell_m: 30.0, terrain: DeltaPolder),
    start: "2026-08-20T20:00",
    duration: "20min",
    weather: (wind_m_s: 2.0, wind_from_deg: 90.0, cloud: 0.2, rain_mm_h: [("0h", 0.0)]),
    water: (stage_m: AboveStart([("0h", 0.0)]), inflow_m3_s: None, inner_level_m: None, sewer_mm_h: 18.0, soil_mm_h: 12.0),
    behaviour: (),
    roster: "{}",
    plan: "{}",
    script: "script.ron",
)"#,
        root.join("scenarios/any_town/roster.ron").display(),
        root.join("scenarios/quiet_evening/plan.ron").display(),
    );
    std::fs::write(folder.path().join("script.ron"), script).expect("written");
    let file = folder.path().join("scenario.ron");
    std::fs::write(&file, scenario).expect("written");
    Scenario::load(&Choice { scenario: Some(file), ..Choice::default() })
}

#[test]
fn a_script_goes_before_its_scenario_and_a_drill_without_either_has_none() {
    // Grade: exact.
    let spec = |reach_m: f64| Some(NearSpec::Layer(LayerSpec { reach_m, ..LayerSpec::default() }));
    let none = load("", "").expect("sound");
    assert_eq!(none.near_field, None);
    assert_eq!(programme(&none).near_field, None);
    let one = load("near_field: Layer(reach_m: 300.0),", "").expect("sound");
    let both =
        load("near_field: Layer(reach_m: 300.0),", "near_field: Layer(reach_m: 200.0, cell_m: 5.0, houses: true),");
    let both = both.expect("sound");
    assert_eq!((&one.near_field, &both.near_field), (&spec(300.0), &spec(200.0)));
    assert!(none.hash != one.hash && one.hash != both.hash, "it belongs to the fingerprint");
    let told = programme(&both).near_field.expect("the recording says so");
    assert!(told.zh.contains("浅层") && told.zh.contains("200") && told.en.contains("shallow layer"), "{told:?}");
}

#[test]
fn a_wrong_near_field_is_complained_of_where_it_stands_in_each_file() {
    // Grade: exact for the lines.
    let wrong =
        load("near_field: Layer(reach_m: 30.0, cell_m: 0.5),", "near_field: Layer(reach_m: 1500.0, cell_m: 1.0),");
    let wrong = wrong.expect_err("three faults");
    let lines: Vec<(bool, usize)> =
        wrong.0.iter().map(|c| (c.file.ends_with("script.ron"), c.at.expect("a place").0)).collect();
    assert_eq!(lines, [(false, 5), (false, 5), (true, 5)], "{wrong}");
    assert!(wrong.to_string().contains("3000 x 3000 cells"), "{wrong}");
    let misspelt = load("near_field: Layr(reach_m: 300.0),", "").expect_err("no such engine").to_string();
    assert!(misspelt.contains("Layr") && misspelt.contains("`Layer`"), "{misspelt}");
    let unknown = load("near_field: Layer(reech_m: 300.0),", "").expect_err("no such field").to_string();
    assert!(unknown.contains("reech_m") && unknown.contains("`reach_m`"), "{unknown}");
}

/// Digests of a drill from tick `pause` to `end`; the same when it is taken up there from the bytes of a checkpoint.
fn taken_up(scenario: Scenario, pause: u32, end: u32) -> Vec<Vec<u64>> {
    let scenario = Arc::new(scenario);
    let digests = |sim: &mut Sim, to: u32| -> Vec<Vec<u64>> {
        let mut all = Vec::new();
        while sim.now().0 < to {
            all.push(sim.tick().digest.expect("one a tick").parts);
        }
        all
    };
    let mut sim = Sim::new(scenario.clone(), 3);
    digests(&mut sim, pause);
    let bytes = sim.checkpoint().to_bytes();
    let rest = digests(&mut sim, end);
    let checkpoint = Checkpoint::from_bytes(&bytes).expect("it reads");
    let mut resumed = Sim::resume(scenario, checkpoint).expect("it fits");
    assert_eq!(digests(&mut resumed, end), rest);
    rest
}

#[test]
fn a_drill_that_is_taken_up_while_gas_lies_in_the_layer_goes_on_bit_for_bit() {
    // Grade: exact. The checkpoint goes through its bytes; the ground is laid anew.
    let scenario = load("near_field: Layer(reach_m: 200.0, cell_m: 10.0),", "").expect("sound");
    let without = Scenario { near_field: None, ..scenario.clone() };
    assert_ne!(taken_up(scenario, 36, 80), taken_up(without, 36, 80), "it is another cloud than without the layer");
}

#[test]
fn a_drill_follows_its_gas_through_the_streets_and_is_taken_up_there_bit_for_bit() {
    // Grade: exact. Winds among the houses are solved anew on resume.
    let asked = "near_field: Streets(reach_m: 100.0, cell_m: 5.0, particles: 2000),";
    let scenario = load(asked, "").expect("sound");
    let told = programme(&scenario).near_field.expect("the recording says so");
    assert!(told.zh.contains("街区") && told.zh.contains("100") && told.en.contains("tracers"), "{told:?}");
    taken_up(scenario, 30, 60);
    let wrong = load("near_field: Streets(reach_m: 2.0, cell_m: 50.0, particles: 1),", "").expect_err("three faults");
    assert_eq!(wrong.0.len(), 3, "{wrong}");
    assert!(wrong.0.iter().all(|c| c.at.is_some_and(|at| at.0 == 5)), "{wrong}");
}
