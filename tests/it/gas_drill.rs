//! Grade: behaviour; bits by threads and people exact. The shipped chlorine drill on the generated town and on an imported one: desks
//! study the gas, and their studies say where the model left its range.

use crate::cli::sandtable;
use crate::import_towns::maps;
use crate::town;
use sim_core::scenario::{Choice, Scenario};
use sim_core::vocab::event::Event;
use sim_core::vocab::study::{Basis, Caveat, GasStudy};
use std::path::PathBuf;
use std::sync::Arc;

/// The chlorine drill on a town, cut short after the first studies.
fn drill(city: Option<PathBuf>, duration_s: f64) -> Arc<Scenario> {
    let residents = city.is_none().then_some(3000);
    let choice = Choice {
        scenario: Some(town::root().join("scenarios/quiet_evening")),
        script: Some(town::root().join("drill-scripts/chlorine_turning_wind.ron")),
        city,
        duration_s: Some(duration_s),
        residents,
    };
    Arc::new(Scenario::load(&choice).unwrap_or_else(|e| panic!("the shipped drill is wrong:\n{e}")))
}

/// The drill on one thread and on two: the same bits, nobody lost, and studies that say what they cannot.
fn holds(scenario: &Arc<Scenario>) {
    let one = town::run(scenario, town::SEED, 1, &[]).recording;
    let two = town::run(scenario, town::SEED, 2, &[]).recording;
    assert_eq!(one.digests, two.digests, "bits differ on two threads");
    let residents = scenario.city.residents();
    for tally in &one.tallies {
        let people: u64 = tally.doing.iter().map(|n| u64::from(*n)).sum();
        assert_eq!(people, residents, "tick {}", tally.tick.0);
    }
    assert!(one.tallies.last().is_some_and(|t| t.gas_released_kg > 100.0), "nothing leaked");
    let studies = |rec: &sim_core::record::Recording| -> Vec<GasStudy> {
        let all = rec.events.iter().filter_map(|e| match &e.event {
            Event::GasStudied(study) => Some((**study).clone()),
            _ => None,
        });
        all.collect()
    };
    let all = studies(&one);
    assert_eq!(all, studies(&two));
    let (models, guides): (Vec<_>, Vec<_>) = all.iter().partition(|s| s.basis == Basis::Model);
    assert!(!models.is_empty() && !guides.is_empty(), "{} models, {} guides", models.len(), guides.len());
    assert!(guides.iter().all(|s| s.caveats.is_empty()), "the guidebook is no model");
    for study in models {
        // A light wind on a clear evening, and a town.
        assert!(!study.caveats.is_empty(), "{study:?}");
        let far = study.levels.iter().any(|l| l.reach_m > 10_000.0);
        assert_eq!(study.caveats.contains(&Caveat::BeyondTenKilometres), far, "{:?}", study.caveats);
    }
}

#[test]
fn the_shipped_chlorine_drill_studies_its_gas_and_says_where_the_model_ends() {
    holds(&drill(None, 2400.0));
}

#[test]
fn the_same_drill_holds_on_an_imported_town() {
    let Some(maps) = maps() else {
        println!("skipped: shared map data not present");
        return;
    };
    let work = tempfile::tempdir().expect("a folder");
    let city = work.path().join("monaco");
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
    holds(&drill(Some(city), 2400.0));
}
