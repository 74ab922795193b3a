//! Waterworks in a drill: gates, pumps, levees on faces and underpasses act on its water, hear the script, fail with the power of
//! their zone, close the road; the same bits however the run is made; what is said of mistakes.

use hydro::structures::news::StructureNews;
use hydro::structures::order::Order;
use sim_core::base::complaint::Complaints;
use sim_core::base::digest::Digest;
use sim_core::base::fold::with_threads;
use sim_core::base::ids::LinkId;
use sim_core::base::text::Lang;
use sim_core::hazard::flood::{Flood, FloodNews, FloodSpec, StageBoundary};
use sim_core::place::city::{City, Cover};
use sim_core::place::fixture::grid_town;
use sim_core::scenario::{Choice, Scenario};
use sim_core::sim::Sim;
use sim_core::vocab::event::{Event, Stamped};
use sim_core::vocab::lever::{Closure, Lever};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// 40 x 20 cells of 10 m, flat at 0 m: a river in the southern two rows, held at 3 m; the rest dry land.
fn city() -> City {
    let mut city = grid_town(2, 0);
    city.grid = sim_core::place::grid::Grid { nx: 40, ny: 20, cell_m: 10.0, x0: 0.0, y0: 0.0 };
    city.terrain_m = vec![0.0; 800];
    city.cover = (0..800).map(|c| if c < 80 { Cover::Water } else { Cover::Paved }).collect();
    city.zone_of_cell = vec![u16::MAX; 800];
    city.levees.clear();
    city.water_level_m = 3.0;
    city
}

/// A levee along the river with a sluice in it, a station that pumps back, an underpass behind the sluice.
const WORKS: &str = r#"(
    power: ["west", "east"],
    levees: [(name: "dike", line: [(x: 0, y: 20), (x: 400, y: 20)], crest: Flat(5.0))],
    gates: [(name: "sluice", joint: (inner: (x: 105, y: 25), outer: (x: 105, y: 15)), sill_m: 0.0, width_m: 4.0, height_m: 2.0,
        speed_m_s: 0.05, hand_m_s: 0.0, power: "west")],
    pumps: [(name: "station", inlet: (x: 205, y: 55), outlet: (x: 205, y: 15), reach_m: 25.0, power: "east",
        sets: [(curve: [(0, 3.0), (6, 1.0), (9, 0)], on_m: 0.05, off_m: 0.02)])],
    storages: [(name: "underpass", kind: Underpass, curve: [(-5, 0), (-1, 200), (0.5, 400)],
        entrances: [(at: (x: 125, y: 45), sill_m: 0.02, width_m: 6, height_m: 3)])],
)"#;

fn spec(works: &str) -> FloodSpec {
    let options = ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
    FloodSpec {
        sinks_mm_h: Vec::new(),
        film_m: 0.001,
        stages: vec![StageBoundary { cells: (0..40).collect(), series: vec![(0.0, 3.0)] }],
        works: Some(options.from_str(works).expect("the works read")),
        ..FloodSpec::default()
    }
}

fn open(share: f64) -> Lever {
    Lever::Works(Box::new(Order::SetGate { gate: "sluice".into(), open: share }))
}

/// Water on the land side, m3.
fn on_land_m3(flood: &Flood) -> f64 {
    flood.depth_m()[80..].iter().sum::<f64>() * 100.0
}

fn run(flood: &mut Flood, from: u32, to: u32) -> Vec<FloodNews> {
    (from..to).flat_map(|tick| flood.advance(f64::from(tick) * 10.0, 10.0)).collect()
}

fn digest(flood: &Flood) -> u64 {
    let mut digest = Digest::new();
    flood.digest(&mut digest);
    digest.finish()
}

#[test]
fn a_gate_that_the_script_opens_lets_the_river_in_and_one_that_has_no_power_stays() {
    // Grade: reference. With 3 m outside and a dry floor inside the orifice of 4 x 2 m passes at most 0.6 A sqrt(2 g h).
    let city = city();
    let mut flood = Flood::new(&city, &spec(WORKS));
    assert!(run(&mut flood, 0, 30).is_empty() && on_land_m3(&flood) < 1e-6, "the levee is tight");
    flood.zone_power("west", false);
    flood.obey(&open(1.0), 300.0);
    let news = run(&mut flood, 30, 60);
    assert!(
        news.iter().any(|n| matches!(n, FloodNews::Works(StructureNews::GateStuck { gate, .. }) if gate == "sluice")),
        "{news:?}"
    );
    assert!(on_land_m3(&flood) < 1e-6, "no power moves it");
    flood.zone_power("west", true);
    let news = run(&mut flood, 60, 120);
    assert!(
        news.iter()
            .any(|n| matches!(n, FloodNews::Works(StructureNews::GateMoved { open, .. }) if (open - 1.0).abs() < 1e-9)),
        "{news:?}"
    );
    let most_m3 = 0.6 * 8.0 * (2.0f64 * 9.81 * 3.0).sqrt() * 600.0;
    let (land_m3, stored_m3) = (on_land_m3(&flood), flood.structures().expect("there are").stored_m3());
    let in_m3 = land_m3 + stored_m3;
    assert!((0.3 * most_m3..most_m3).contains(&in_m3), "{in_m3} m3 came in, {most_m3} at most");
    assert!(stored_m3 > 100.0, "{stored_m3} m3 in the underpass");
    assert!(news.iter().any(|n| matches!(n, FloodNews::Works(StructureNews::StorageImpassable { .. }))));
    assert!(flood.ledger().error() < 1e-12, "{}", flood.ledger().error());
}

#[test]
fn a_station_stops_with_the_power_of_its_zone_and_goes_on_with_it() {
    // Grade: behaviour.
    let city = city();
    let left_m3 = |power: bool| {
        let mut flood = Flood::new(&city, &spec(WORKS));
        flood.zone_power("east", power);
        flood.zone_power("a zone without works", false);
        flood.obey(&open(0.5), 0.0);
        run(&mut flood, 0, 60);
        flood.obey(&open(0.0), 600.0);
        run(&mut flood, 60, 180);
        assert!(flood.ledger().error() < 1e-12);
        on_land_m3(&flood)
    };
    let (with, without) = (left_m3(true), left_m3(false));
    assert!(with < 0.8 * without, "{with} m3 left with pumps, {without} without");
}

#[test]
fn the_same_bits_on_any_number_of_threads_and_after_a_checkpoint() {
    // Grade: exact.
    let city = city();
    let whole = |threads| {
        with_threads(threads, || {
            let mut flood = Flood::new(&city, &spec(WORKS));
            flood.obey(&open(0.7), 0.0);
            run(&mut flood, 0, 90);
            digest(&flood)
        })
    };
    let one = whole(1);
    assert_eq!((one, one), (whole(2), whole(8)));
    let mut flood = Flood::new(&city, &spec(WORKS));
    flood.obey(&open(0.7), 0.0);
    flood.zone_power("west", true);
    run(&mut flood, 0, 40);
    let kept = serde_json::to_string(&flood.state()).expect("written");
    let mut resumed = Flood::resume(&city, &spec(WORKS), serde_json::from_str(&kept).expect("read"));
    run(&mut resumed, 40, 90);
    assert_eq!(digest(&resumed), one);
    // What the gate does is part of the digest.
    let mut other = Flood::new(&city, &spec(WORKS));
    let before = digest(&other);
    other.obey(&open(0.7), 0.0);
    assert_ne!(digest(&other), before);
}

// -- whole drills, in the small town

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The small town with works beside its scenario, and this effect ten minutes into its script.
fn load(works: &str, effect: &str) -> Result<Scenario, Complaints> {
    let data = root().join("tests/data/small");
    let folder = tempfile::tempdir().expect("a folder");
    let read = |name: &str| std::fs::read_to_string(data.join(name)).expect("the small town is there");
    let absolute = |text: String| text.replace("../../../", &format!("{}/", root().display()));
    let scenario = absolute(read("scenario.ron")).replace("soil_mm_h: 8.0,", "soil_mm_h: 8.0, works: \"works.ron\",");
    let first = "injects: [";
    let inject = format!(
        "{first}(key: \"W-01\", title: (zh: \"闸\", en: \"works\"), trigger: At(time: \"10min\", jitter: \"0s\"), expires: None,
            effects: [{effect}], messages: [], expect: [], objective: None),"
    );
    let script = read("drill.ron").replacen(first, &inject, 1);
    for (name, text) in [("scenario.ron", scenario.as_str()), ("drill.ron", &script), ("works.ron", works)] {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    Scenario::load(&Choice { scenario: Some(folder.path().to_path_buf()), ..Choice::default() })
}

fn events(scenario: &Arc<Scenario>, threads: usize) -> (Vec<String>, Vec<Stamped>) {
    with_threads(threads, || {
        let mut sim = Sim::new(Arc::clone(scenario), 1);
        let (mut events, mut last) = (Vec::new(), Vec::new());
        for _ in 0..180 {
            let batch = sim.tick();
            events.extend(batch.events);
            last.extend(batch.digest.map(|row| format!("{row:?}")));
        }
        (last, events)
    })
}

/// A street on dry ground, away from all levees, with ground as low as any in the town's middle.
fn street(city: &City) -> LinkId {
    let away = |link: &LinkId| {
        let at = city.links[link.index()].point_at(0.5);
        let levees = city.levees.iter().flat_map(|l| &l.line).map(|p| p.distance_m(at)).fold(f64::INFINITY, f64::min);
        levees > 500.0 && city.cover[city.grid.nearest_cell(at)] == Cover::Paved
    };
    let ground = |link: &LinkId| city.terrain_m[city.grid.nearest_cell(city.links[link.index()].point_at(0.5))];
    let links = (0..city.links.len()).map(LinkId::of).filter(away);
    links.min_by(|a, b| ground(a).total_cmp(&ground(b)).then(a.cmp(b))).expect("a street")
}

#[test]
fn an_underpass_fills_in_the_rain_and_its_road_is_closed() {
    // Grade: behaviour.
    let plain = load("()", "").unwrap_or_else(|e| panic!("{e}"));
    let link = street(&plain.city);
    let at = plain.city.links[link.index()].point_at(0.5);
    let ground = f64::from(plain.city.terrain_m[plain.city.grid.nearest_cell(at)]);
    // A dip of 60 m3 under the street; its entrance lies where the street's water gathers.
    let works = format!(
        "(storages: [(name: \"dip\", kind: Underpass, curve: [({}, 0), ({}, 60)],
            entrances: [(at: (x: {}, y: {}), sill_m: {ground}, width_m: 8, height_m: 3)])])",
        ground - 4.0,
        ground,
        at.x,
        at.y
    );
    let scenario =
        Arc::new(load(&works, "Works(SetBoards(storage: \"dip\", height_m: 0.0))").unwrap_or_else(|e| panic!("{e}")));
    let (last, told) = events(&scenario, 2);
    let full = told.iter().find_map(|e| match &e.event {
        Event::Works(news @ StructureNews::StorageImpassable { storage, .. }) if storage == "dip" => {
            Some((e.tick, news))
        }
        _ => None,
    });
    let (tick, news) = full.expect("the dip fills");
    assert!(news.said().get(Lang::Zh).contains("dip") && news.said().get(Lang::En).contains("impassable"));
    let closed = |e: &Stamped| {
        matches!(e.event, Event::RoadClosed { link: l, why: Closure::Water }
            if l == link || Some(l) == scenario.city.links[link.index()].twin)
    };
    let closed_at = told.iter().find(|e| closed(e)).expect("its road is closed").tick;
    assert!(closed_at >= tick && closed_at.since_s(tick) <= 60.0, "{tick:?}, {closed_at:?}");
    assert!(told.iter().any(|e| matches!(&e.event, Event::LeverPulled { lever: Lever::Works(_), .. })));
    // The same bits on other numbers of threads, and another run than without the works.
    for threads in [1, 8] {
        assert_eq!(events(&scenario, threads).0, last, "{threads} threads");
    }
    assert_ne!(plain.hash, scenario.hash);
}

#[test]
fn mistakes_in_works_and_orders_are_told_with_their_places() {
    // Grade: behaviour.
    let works = "(\n    gates: [(name: \"闸一\", joint: (inner: (x: 100, y: 100), outer: (x: 100, y: 100)), sill_m: 0, width_m: -3, height_m: 2)],\n)";
    let told = load(works, "").expect_err("the gate is wrong").to_string();
    assert!(told.contains("works.ron:2:") && told.contains("width_m is -3") && told.contains("no two sides"), "{told}");
    let works = "(power: [\"grid\"])";
    let told = load(works, "Works(SetPower(power: \"gird\", on: false))").expect_err("no such supply").to_string();
    assert!(told.contains("drill.ron:") && told.contains("did you mean \"grid\"?"), "{told}");
    let told = load(works, "Works(SetGate(gate: \"闸\", open: 1.0))").expect_err("no such gate").to_string();
    assert!(told.contains("the works have no gate"), "{told}");
    let told = load("(gats: [])", "").expect_err("no such field").to_string();
    assert!(told.contains("works.ron:1:"), "{told}");
}
