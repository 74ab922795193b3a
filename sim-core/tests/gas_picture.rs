//! What posts know of a gas cloud in a drill: monitors, crews, the guidebook and the model, and that all of it can be wrong.

use sim_core::place::city::FacilityKind;
use sim_core::record::Recording;
use sim_core::report::studies::compared;
use sim_core::scenario::{Choice, Scenario};
use sim_core::sim::{Checkpoint, Sim};
use sim_core::vocab::condition::Quantity;
use sim_core::vocab::event::{Event, Stamped};
use sim_core::vocab::message::Party;
use sim_core::vocab::order::{Advice, Warning};
use sim_core::vocab::study::{Basis, GasStudy};
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Chlorine, 8 kg/s for 40 min, after ten minutes; what the caller says is given.
fn script(claims: &str) -> String {
    format!(
        r#"#![enable(implicit_some, unwrap_newtypes)]
(
    schema: 1,
    title: (zh: "氯泄漏", en: "Chlorine"),
    objectives: [(key: "O1", title: (zh: "研判", en: "Work it out"))],
    injects: [(
        key: "X-1", title: (zh: "泄漏", en: "Leak"), trigger: At(time: "10min", jitter: "0s"), expires: None,
        effects: [ReleaseGas(site: "first:TankYard|Exit", substance: "chlorine", rate_kg_s: 8.0, duration: "40min")],
        messages: [(after: "1min", persona: "操作员 operator", to: "duty_119", medium: Phone, text: (zh: "漏了", en: "A leak"),
            claims: [(Release, "first:TankYard|Exit", 1.0), {claims}])],
        expect: [], objective: "O1",
    )],
)"#
    )
}

const RIGHT: &str = r#"(ReleaseSubstance, "first:TankYard|Exit", 1017.0), (ReleaseRate, "first:TankYard|Exit", 8.0)"#;

fn write(folder: &Path, wind_from_deg: f64, claims: &str, monitors: &str, duration: &str) -> PathBuf {
    std::fs::write(folder.join("script.ron"), script(claims)).expect("written");
    let text = format!(
        r#"#![enable(implicit_some, unwrap_newtypes)]
(
    schema: 1,
    title: (zh: "小城", en: "Small town"),
    city: Synth(seed: 5, residents: 3000, width_m: 4000.0, height_m: 4000.0, cell_m: 40.0, terrain: DeltaPolder),
    start: "2026-08-20T20:00",
    duration: "{duration}",
    weather: (wind_m_s: 3.0, wind_from_deg: {wind_from_deg:.1}, cloud: 0.2, rain_mm_h: [("0h", 0.0)]),
    water: (stage_m: AboveStart([("0h", 0.0)]), inflow_m3_s: None, inner_level_m: None, sewer_mm_h: 18.0, soil_mm_h: 12.0),
    behaviour: (),
    roster: "{}",
    plan: "plan.ron",
    script: "script.ron",
    monitors: [{monitors}],
)"#,
        root().join("scenarios/any_town/roster.ron").display(),
    );
    // The works here keep to themselves what they store: the caller's word stands until a crew has measured.
    let plan = std::fs::read_to_string(root().join("scenarios/quiet_evening/plan.ron")).expect("the plan is there");
    let silent = plan.replace("about: [Release, ReleaseSubstance, MonitorPpm]", "about: [Release, MonitorPpm]");
    assert_ne!(plan, silent);
    std::fs::write(folder.join("plan.ron"), silent).expect("written");
    let file = folder.join("scenario.ron");
    std::fs::write(&file, text).expect("written");
    file
}

const MONITORS: &str = r#"
    (key: "near", name: (zh: "厂界", en: "fence"), at: Toward(site: "first:TankYard|Exit", to: "first:CommandCentre", distance_m: 150.0),
     reads: Substances(["氯"]), range_ppm: 20.0, t90: "30s", noise: 0.05, every: "60s", to: ["park_control", "duty_119"]),
    (key: "blind", name: (zh: "氨表", en: "ammonia only"), at: Toward(site: "first:TankYard|Exit", to: "first:CommandCentre", distance_m: 150.0),
     reads: Substances(["ammonia"]), range_ppm: 100.0, t90: "30s", noise: 0.05, every: "60s", to: ["duty_119"])"#;

fn load(wind_from_deg: f64, claims: &str, monitors: &str, duration: &str) -> Arc<Scenario> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(folder.path(), wind_from_deg, claims, monitors, duration);
    let loaded = Scenario::load(&Choice { scenario: Some(file), ..Choice::default() });
    Arc::new(loaded.unwrap_or_else(|e| panic!("the scenario is wrong:\n{e}")))
}

/// Where the wind must come from to blow from the yard to the middle of the homes, degrees.
fn over_town() -> f64 {
    let city = load(0.0, RIGHT, "", "1h").city.clone();
    let yard = city.facilities.iter().find(|f| matches!(f.kind, FacilityKind::TankYard)).expect("a tank yard").at;
    let n = city.buildings.len() as f64;
    let (x, y) = city.buildings.iter().fold((0.0, 0.0), |(x, y), b| (x + b.at.x / n, y + b.at.y / n));
    (yard.x - x).atan2(yard.y - y).to_degrees().rem_euclid(360.0)
}

fn events(scenario: &Arc<Scenario>) -> Vec<Stamped> {
    let mut sim = Sim::new(scenario.clone(), 3);
    let mut all = Vec::new();
    while !sim.finished() {
        all.extend(sim.tick().events);
    }
    all
}

fn studies<'a>(events: &'a [Stamped], scenario: &Scenario, post: &str) -> Vec<(u32, &'a GasStudy)> {
    let id = scenario.post_by_key(post).expect("the post");
    let all = events.iter().filter_map(|e| match &e.event {
        Event::GasStudied(study) if study.post == id => Some((e.tick.0, &**study)),
        _ => None,
    });
    all.collect()
}

#[test]
fn the_guidebook_comes_in_minutes_the_model_after_it_and_the_warning_follows_the_model() {
    // Grade: behaviour.
    let scenario = load(over_town(), RIGHT, MONITORS, "1h10min");
    let all = events(&scenario);
    let made = studies(&all, &scenario, "duty_119");
    let (guide, model) = (made[0], made.iter().find(|(_, s)| s.basis == Basis::Model).expect("a model run"));
    assert!(guide.1.basis == Basis::Guide && guide.0 < model.0, "{made:?}");
    assert!((60..140).contains(&guide.0) && model.0 < 200, "guide at {}, model at {}", guide.0, model.0);
    // The guidebook's own numbers: chlorine, large spill out of a highway tank, night, 10 to 20 km/h.
    let row = sim_core::hazard::gas::substance("chlorine").expect("there");
    let row = row.erg_for(consequence::substance::ErgContainer::LargeSpill).expect("a row");
    assert_eq!(guide.1.level(3).map(|l| l.reach_m), Some(row.isolate_m));
    assert_eq!(guide.1.level(2).map(|l| l.reach_m), Some(row.protect_m(3.0, true)));
    // Three levels, one inside the other, and the zones of the city in them.
    let reach: Vec<f64> = model.1.levels.iter().map(|l| l.reach_m).collect();
    assert!(reach.len() == 3 && reach[0] > 50.0 && reach[0] < reach[1] && reach[1] < reach[2], "{reach:?}");
    assert!(model.1.zones.iter().any(|z| z.level >= 2 && z.load.is_some()), "{:?}", model.1.zones);
    // Headquarters warn the zones that they computed within AEGL-2 or its lines.
    let hq = studies(&all, &scenario, "city_hq");
    let (at, first) = hq.iter().find(|(_, s)| s.basis == Basis::Model).expect("headquarters run their model");
    let warned = |w: &Warning| w.clause.as_deref() == Some("5.4a") || w.clause.as_deref() == Some("5.4");
    let zones: Vec<_> = all
        .iter()
        .filter_map(|e| match &e.event {
            Event::WarningIssued(w) if warned(w) && w.advice == Advice::StayIndoors => Some(w.zones.clone()),
            _ => None,
        })
        .flatten()
        .collect();
    let fired = all.iter().find(|e| matches!(&e.event, Event::ClauseFired { clause, .. } if clause == "5.4a"));
    // 119's model comes to headquarters by message before they have run their own.
    assert!(fired.is_some_and(|e| e.tick.0 >= model.0.min(*at)), "the clause waits for a model");
    for zone in first.zones.iter().filter(|z| z.lines >= 2) {
        assert!(zones.contains(&zone.zone), "zone {} was computed and not warned", zone.zone);
    }
    // The post above hears of it.
    let told = all.iter().any(|e| match &e.event {
        Event::MessageSent(m) => m.facts.iter().any(|f| f.topic.quantity == Quantity::ReachAegl2 && f.value > 0.0),
        _ => false,
    });
    assert!(told);
}

#[test]
fn a_wrong_report_makes_a_wrong_zone_while_the_truth_is_the_same() {
    // Grade: behaviour. The same leak; the caller names the right rate, a tenth of it, or another substance.
    let (wind, site) = (over_town(), r#""first:TankYard|Exit""#);
    let tenth = format!("(ReleaseSubstance, {site}, 1017.0), (ReleaseRate, {site}, 0.8)");
    let other = format!("(ReleaseSubstance, {site}, 1005.0), (ReleaseRate, {site}, 8.0)");
    let run = |claims: &str| {
        let scenario = load(wind, claims, "", "1h15min");
        let folder = tempfile::tempdir().expect("a folder");
        sim_core::sim::run(scenario.clone(), 3, &[], folder.path(), &mut |_| true).expect("written");
        let rec = Recording::open(&folder.path().join(sim_core::record::FILE_NAME)).expect("read back");
        let post = scenario.post_by_key("duty_119").expect("the post");
        let all = compared(&rec);
        let first = all.iter().find(|c| c.study.basis == Basis::Model && c.study.post == post).expect("a model run");
        let level = first.levels.iter().find(|l| l.level == 2).expect("AEGL-2").clone();
        println!(
            "{:?} studied {:.0} m, true {:.0} m now, {:.0} m in the hour, area hit {:?}, false {:?}",
            first.study.un,
            level.studied_m,
            level.true_now_m,
            level.true_hour_m,
            level.area_m2.hit(),
            level.area_m2.false_alarm()
        );
        (first.study.clone(), first.substance.as_ref().expect("a leak").key.clone(), level)
    };
    let (right, low, ammonia) = (run(RIGHT), run(&tenth), run(&other));
    for (_, key, level) in [&right, &low, &ammonia] {
        assert_eq!(key, "chlorine");
        assert!(level.true_now_m > 300.0, "{}", level.true_now_m);
    }
    assert_eq!((right.0.rate_kg_s, right.0.un), (8.0, Some(1017)));
    assert_eq!((low.0.rate_kg_s, low.0.un), (0.8, Some(1017)));
    assert_eq!((ammonia.0.rate_kg_s, ammonia.0.un), (8.0, Some(1005)));
    assert!(low.2.studied_m < 0.5 * right.2.studied_m, "{} for {}", low.2.studied_m, right.2.studied_m);
    assert!(ammonia.2.studied_m < 0.6 * right.2.studied_m, "{}", ammonia.2.studied_m);
    let hit = |one: &(GasStudy, String, sim_core::report::studies::ComparedLevel)| one.2.area_m2.hit().unwrap_or(0.0);
    assert!(
        hit(&right) > 0.9 && hit(&low) < 0.7 && hit(&ammonia) < 0.7,
        "{} {} {}",
        hit(&right),
        hit(&low),
        hit(&ammonia)
    );
}

#[test]
fn monitors_see_what_they_can_read_and_stop_at_their_range() {
    // Grade: behaviour.
    let scenario = load(over_town(), RIGHT, MONITORS, "40min");
    let all = events(&scenario);
    let readings = |row: u32| -> Vec<(u32, f64)> {
        let all = all.iter().filter_map(|e| match &e.event {
            Event::MessageSent(m) if matches!(m.from, Party::Monitor(id) if id.0 == row) => {
                Some((e.tick.0, m.facts[0].value))
            }
            _ => None,
        });
        all.collect()
    };
    let (near, blind) = (readings(0), readings(1));
    assert!(near.iter().all(|(t, v)| (*t > 60 || *v == 0.0) && *v <= 20.0), "{near:?}");
    assert!(near.iter().any(|(_, v)| *v > 1.0), "the fence downwind of 8 kg/s of chlorine: {near:?}");
    assert!(blind.len() >= 3 && blind.iter().all(|(_, v)| *v == 0.0), "a cell for ammonia does not see chlorine");
    // What the crews measured is ppm, of a substance that they then know.
    let seen = |quantity: Quantity| {
        all.iter().any(|e| {
            matches!(&e.event, Event::UnitObserved { fact, .. } if fact.topic.quantity == quantity && fact.value > 0.0)
        })
    };
    assert!(seen(Quantity::ReleaseSubstance) && seen(Quantity::ReleaseRate));
    let reported = all.iter().any(|e| match &e.event {
        Event::PictureChanged { fact, message: Some(_), .. } => fact.topic.quantity == Quantity::MonitorPpm,
        _ => false,
    });
    assert!(reported, "readings become beliefs");
}

#[test]
fn studies_and_monitors_are_the_same_after_a_checkpoint_and_on_any_number_of_threads() {
    // Grade: exact.
    let scenario = load(over_town(), RIGHT, MONITORS, "32min");
    let run = |threads: usize, cut: Option<u32>| {
        sim_core::base::fold::with_threads(threads, || {
            let mut sim = Sim::new(scenario.clone(), 3);
            let (mut digests, mut told) = (Vec::new(), Vec::new());
            while !sim.finished() {
                let batch = sim.tick();
                digests.push(batch.digest.expect("every tick has one"));
                told.extend(batch.events.into_iter().filter(|e| matches!(e.event, Event::GasStudied(_))));
                if cut == Some(sim.now().0) {
                    let bytes = sim.checkpoint().to_bytes();
                    let read = Checkpoint::from_bytes(&bytes).expect("reads");
                    sim = Sim::resume(scenario.clone(), read).expect("goes on");
                }
            }
            (digests, told)
        })
    };
    let once = run(1, None);
    assert!(!once.1.is_empty());
    // In the middle of the wait for the model, with sensors half-way up.
    assert!(once == run(2, Some(96)), "two threads and a checkpoint");
    assert!(once == run(8, None), "eight threads");
}

#[test]
fn everything_wrong_with_monitors_is_said_at_once() {
    // Grade: behaviour.
    let wrong = r#"
    (key: "a", name: (zh: "甲", en: "a"), at: At(x_m: -900.0, y_m: 50.0), reads: Substances(["amonia"]), range_ppm: 0.0,
     t90: "30s", noise: 2.0, every: "1s", to: ["duty_911"]),
    (key: "a", name: (zh: "乙", en: "b"), at: Beside(site: "nowhere", distance_m: 10.0, bearing_deg: 400.0), reads: Substances([]),
     range_ppm: 10.0, t90: "30s", noise: 0.05, every: "60s", to: [])"#;
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(folder.path(), 0.0, RIGHT, wrong, "1h");
    let said = Scenario::load(&Choice { scenario: Some(file), ..Choice::default() }).expect_err("wrong").to_string();
    for part in [
        "off the map",
        "did you mean ammonia",
        "range_ppm is 0",
        "noise is 2",
        "every 1 s",
        "duty_911",
        "duty_119",
        "\"a\" is there twice",
        "nowhere",
        "bearing_deg is 400",
        "reads nothing",
        "tells nobody",
    ] {
        assert!(said.contains(part), "nothing of {part} in:\n{said}");
    }
    let claims = r#"(ReleaseSubstance, "first:TankYard|Exit", 1018.0)"#;
    let file = write(folder.path(), 0.0, claims, "", "1h");
    let said = Scenario::load(&Choice { scenario: Some(file), ..Choice::default() }).expect_err("wrong").to_string();
    assert!(said.contains("UN number 1018") && said.contains("1017 chlorine"), "{said}");
}
