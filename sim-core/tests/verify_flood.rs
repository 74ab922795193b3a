//! Verification of the flood of a drill: levees, pumps, stages and sinks over the solvers, which have their own tests in
//! `hydro`. Each test says its grade: exact (holds to rounding), reference (an analytic
//! solution), behaviour (what must be so).

use hydro::structures::breach::verheij_m_h;
use proptest::prelude::*;
use sim_core::base::chance::{Stream, draw};
use sim_core::base::digest::Digest;
use sim_core::base::fold;
use sim_core::base::ids::{FacilityId, LeveeId};
use sim_core::base::time::Tick;
use sim_core::hazard::flood::*;
use sim_core::place::city::{City, Cover};
use sim_core::place::fixture::grid_town;
use sim_core::vocab::lever::Lever;

fn at_random(k: usize, seed: u64) -> f64 {
    draw(seed, Stream::Synthesis, k as u32, Tick(0), 0)
}

/// A city of bare ground: `nx` x `ny` cells, no levees, no roads.
fn bare(nx: usize, ny: usize, cell_m: f64, z: impl Fn(usize, usize) -> f64, cover: Cover) -> City {
    let mut city = grid_town(2, 0);
    city.grid = sim_core::place::grid::Grid { nx, ny, cell_m, x0: 0.0, y0: 0.0 };
    city.terrain_m = (0..nx * ny).map(|c| z(c % nx, c / nx) as f32).collect();
    city.cover = vec![cover; nx * ny];
    city.zone_of_cell = vec![u16::MAX; nx * ny];
    city.levees.clear();
    city
}

/// A dry, sinkless spec, so that only what a test asks for happens.
fn plain() -> FloodSpec {
    FloodSpec { sinks_mm_h: Vec::new(), ..FloodSpec::default() }
}

#[test]
fn a_lake_at_rest_over_random_ground_stays_at_rest_wet_and_dry() {
    // Grade: exact. The surface is level, part of the ground stands out of the water.
    let ground = |i: usize, j: usize| 6.0 * at_random(j * 70 + i, 11);
    let mut city = bare(70, 50, 10.0, ground, Cover::Water);
    city.water_level_m = 3.0;
    let mut flood = Flood::new(&city, &FloodSpec { film_m: 0.0, ..plain() });
    assert!(flood.depth_m().contains(&0.0) && flood.depth_m().iter().any(|h| *h > 2.0));
    for tick in 0..30 {
        assert!(flood.advance(f64::from(tick) * 10.0, 10.0).is_empty());
    }
    let fastest = (0..70 * 50).map(|c| flood.speed_m_s(c)).fold(0.0, f64::max);
    assert!(fastest < 1e-12, "water at rest moves at {fastest} m/s");
    for cell in 0..70 * 50 {
        if flood.depth_m()[cell] > 0.0 {
            assert!((flood.stage_m(cell) - 3.0).abs() < 1e-12);
        }
    }
}

#[test]
fn rain_in_a_closed_basin_is_all_there_afterwards() {
    // Grade: exact.
    let city = bare(40, 40, 25.0, |i, j| 0.05 * (i as f64) + at_random(j * 40 + i, 5), Cover::Field);
    let spec = FloodSpec { rain_mm_h: vec![(0.0, 60.0)], ..plain() };
    let mut flood = Flood::new(&city, &spec);
    for tick in 0..360 {
        flood.advance(f64::from(tick) * 10.0, 10.0);
    }
    let expected = 0.060 * 1600.0 * 625.0;
    let ledger = flood.ledger();
    assert!((ledger.rain_m3 - expected).abs() < 1e-9 * expected, "{} m3 of rain", ledger.rain_m3);
    assert!((ledger.now_m3 - expected).abs() < 1e-9 * expected, "{} m3 there", ledger.now_m3);
    assert!(ledger.error() < 1e-12);
}

#[test]
fn a_film_stays_where_it_fell_and_costs_no_steps() {
    // Grade: behaviour.
    let city = bare(40, 40, 25.0, |i, _| 0.5 * i as f64, Cover::Field);
    let mut flood = Flood::new(&city, &FloodSpec { rain_mm_h: vec![(0.0, 1.0)], ..plain() });
    for tick in 0..360 {
        flood.advance(f64::from(tick) * 10.0, 10.0);
    }
    assert_eq!(flood.cell_updates(), 0);
    for h in flood.depth_m() {
        assert!((h - 0.001).abs() < 1e-12);
    }
}

/// The fixture with a river that rises, a pump and rain.
fn polder(blocks: usize) -> (City, FloodSpec) {
    let city = grid_town(blocks, 1);
    let grid = city.grid;
    let river = (0..grid.nx).map(|i| grid.index(i, grid.ny - 1)).collect();
    let pump = city.facility_by_key("pump_1").unwrap();
    let at = grid.nearest_cell(city.facilities[pump.index()].at);
    let spec = FloodSpec {
        rain_mm_h: vec![(0.0, 20.0), (1800.0, 80.0), (3600.0, 0.0)],
        stages: vec![StageBoundary { cells: river, series: vec![(0.0, 4.0), (3600.0, 6.0)] }],
        pumps: vec![PumpSpec {
            facility: pump,
            inlet_cells: vec![at, at + 1, at + grid.nx],
            outlet_cell: Some(grid.index(grid.nx / 2, grid.ny - 3)),
            rate_m3_s: 5.0,
        }],
        ..FloodSpec::default()
    };
    (city, spec)
}

#[test]
fn a_breach_floods_the_town_and_every_drop_is_accounted_for() {
    // Grade: exact (balance), behaviour (the town floods).
    let (city, spec) = polder(8);
    let mut flood = Flood::new(&city, &spec);
    let mut news = Vec::new();
    for tick in 0..540 {
        let now = f64::from(tick) * 10.0;
        match tick {
            30 => flood.obey(&Lever::SeepLevee(LeveeId(0)), now),
            60 => flood.obey(&Lever::BreachLevee { levee: LeveeId(0), width_max_m: 60.0, widen_m_h: 40.0 }, now),
            90 => flood.obey(&Lever::MobilePump { x: 300.0, y: 300.0, rate_m3_s: 1.0, duration_s: 900.0 }, now),
            400 => flood.obey(&Lever::CloseBreach { levee: LeveeId(0), metres: 100.0 }, now),
            _ => {}
        }
        if tick == 55 {
            assert!(flood.seeping(LeveeId(0)));
        }
        news.extend(flood.advance(now, 10.0));
        if tick == 399 {
            assert!(flood.breach_width_m(LeveeId(0)) > 15.0, "{} m", flood.breach_width_m(LeveeId(0)));
        }
    }
    let middle = city.grid.nearest_cell(sim_core::vocab::body::Point::new(400.0, 400.0));
    assert!(flood.depth_m()[middle] > 0.3, "{} m in the middle of town", flood.depth_m()[middle]);
    assert_eq!(news[0], FloodNews::Seeping(LeveeId(0)));
    assert!(matches!(news[1], FloodNews::Breached { levee: LeveeId(0), .. }));
    assert!(news.contains(&FloodNews::BreachClosed(LeveeId(0))));
    assert!(!news.iter().any(|n| matches!(n, FloodNews::Intervention(_))), "{news:?}");
    assert_eq!(flood.levee_state(LeveeId(0)), LeveeState::Whole);
    let ledger = flood.ledger();
    assert!(ledger.boundary_m3 > 0.0 && ledger.rain_m3 > 0.0 && ledger.drained_m3 > 0.0);
    assert!(ledger.error() < 1e-12, "{ledger:?}: {}", ledger.error());
}

#[test]
fn a_breach_widens_by_the_law_and_never_faster_than_the_lever_allows() {
    // Grade: reference (Verheij & van der Knaap, integrated with the head the model saw).
    let (city, mut spec) = polder(6);
    spec.stages[0].series = vec![(0.0, 5.0)];
    spec.pumps.clear();
    for cap in [500.0, 12.0] {
        let mut flood = Flood::new(&city, &spec);
        flood.obey(&Lever::BreachLevee { levee: LeveeId(0), width_max_m: 80.0, widen_m_h: cap }, 0.0);
        let (mut expected, n) = (10.0, 480);
        for tick in 0..n {
            let now = f64::from(tick) * 10.0;
            // Sides of the levee in the middle: two cells off the crest row.
            let grid = &city.grid;
            let crest = city.levees[0].line[0].y;
            let LeveeState::Breached(b) = flood.levee_state(LeveeId(0)) else { panic!("the levee is whole") };
            let side = |d: f64| {
                let cell = grid.nearest_cell(sim_core::vocab::body::Point::new(b.x, crest + d));
                flood.stage_m(cell).max(3.0)
            };
            let head = (side(40.0) - side(-40.0)).abs();
            let hours = (now + 5.0 - 600.0) / 3600.0;
            if hours > 0.0 {
                expected = f64::min(80.0, expected + verheij_m_h(head, hours, 0.3).min(cap) * 10.0 / 3600.0);
            }
            flood.advance(now, 10.0);
        }
        let width = flood.breach_width_m(LeveeId(0));
        assert!((width - expected).abs() < 0.25, "cap {cap}: {width} m, the law says {expected} m");
        assert!(width > 10.5 && width <= 10.0 + cap * f64::from(n) / 360.0);
    }
}

#[test]
fn a_strengthened_seep_stops() {
    // Grade: behaviour.
    let (city, spec) = polder(4);
    let mut flood = Flood::new(&city, &FloodSpec { rain_mm_h: Vec::new(), sinks_mm_h: Vec::new(), ..spec });
    let inside = |flood: &Flood, city: &City| -> f64 {
        (0..city.grid.len()).filter(|c| city.cover[*c] == Cover::Field).map(|c| flood.depth_m()[c]).sum()
    };
    flood.obey(&Lever::SeepLevee(LeveeId(0)), 0.0);
    for tick in 0..60 {
        flood.advance(f64::from(tick) * 10.0, 10.0);
    }
    let wet = inside(&flood, &city);
    assert!(wet > 0.0, "the seep lets water in");
    flood.obey(&Lever::StrengthenLevee { levee: LeveeId(0), share: 1.0 }, 600.0);
    let news = flood.advance(600.0, 10.0);
    assert!(news.contains(&FloodNews::Strengthened(LeveeId(0))));
    let wet = inside(&flood, &city);
    for tick in 61..120 {
        flood.advance(f64::from(tick) * 10.0, 10.0);
    }
    assert!((inside(&flood, &city) - wet).abs() < 1e-9, "no more comes in");
}

#[test]
fn a_flood_has_the_same_bits_on_1_2_and_8_threads_and_after_a_checkpoint() {
    // Grade: exact.
    let (city, spec) = polder(8);
    let run = |threads: usize, checkpoint: bool| {
        fold::with_threads(threads, || {
            let mut flood = Flood::new(&city, &spec);
            flood.obey(&Lever::BreachLevee { levee: LeveeId(0), width_max_m: 60.0, widen_m_h: 60.0 }, 0.0);
            let mut digests = Vec::new();
            for tick in 0..200 {
                if checkpoint && tick == 77 {
                    let bytes = postcard::to_stdvec(&flood.state()).unwrap();
                    flood = Flood::resume(&city, &spec, postcard::from_bytes::<FloodState>(&bytes).unwrap());
                }
                flood.advance(f64::from(tick) * 10.0, 10.0);
                let mut digest = Digest::new();
                flood.digest(&mut digest);
                digests.push(digest.finish());
            }
            digests
        })
    };
    let one = run(1, false);
    assert_eq!(one, run(2, false));
    assert_eq!(one, run(8, false));
    assert_eq!(one, run(2, true));
}

#[test]
fn a_number_that_is_none_is_walled_in_and_named() {
    // Grade: behaviour.
    let mut city = bare(40, 30, 10.0, |_, _| 0.0, Cover::Water);
    city.water_level_m = 1.0;
    city.terrain_m[3 * 40 + 5] = f32::NAN;
    let flood = Flood::new(&city, &plain());
    let told = flood.clone().advance(0.0, 10.0);
    assert!(matches!(&told[..], [FloodNews::Intervention(what)] if what.contains("cell 125 ")), "{told:?}");
    // A momentum that is out of this world, put in through a checkpoint.
    let mut state = serde_json::to_value(flood.state()).unwrap();
    state["solver"]["water"]["qx"][620] = serde_json::json!(1e200);
    let mut flood = Flood::resume(&city, &plain(), serde_json::from_value(state).unwrap());
    let news = flood.advance(0.0, 10.0);
    assert!(matches!(&news[..], [FloodNews::Intervention(what)] if what.contains("cell 620 ")), "{news:?}");
    assert!(flood.advance(10.0, 10.0).is_empty());
    assert!(flood.ledger().error() < 1e-12);
    assert!(flood.depth_m().iter().all(|h| h.is_finite()));
}

#[test]
fn a_pump_moves_what_it_says_and_stops_by_order() {
    // Grade: exact.
    let mut city = bare(20, 20, 10.0, |i, _| if i < 10 { 0.0 } else { 5.0 }, Cover::Water);
    city.water_level_m = 2.0;
    city.facilities[0].at = sim_core::vocab::body::Point::new(195.0, 195.0);
    let pump = PumpSpec { facility: FacilityId(0), inlet_cells: vec![3, 4], outlet_cell: None, rate_m3_s: 0.5 };
    let mut flood = Flood::new(&city, &FloodSpec { pumps: vec![pump], ..plain() });
    for tick in 0..60 {
        flood.advance(f64::from(tick) * 10.0, 10.0);
    }
    assert!(flood.pump_running(FacilityId(0)));
    assert!((flood.ledger().pumped_m3 - 300.0).abs() < 1e-9);
    flood.obey(&Lever::SetPump { facility: FacilityId(0), running: false }, 600.0);
    assert!(matches!(flood.advance(600.0, 10.0)[..], [FloodNews::PumpStopped { .. }]));
    assert!((flood.ledger().pumped_m3 - 300.0).abs() < 1e-9);
    assert!(flood.ledger().error() < 1e-12);

    // With two metres of water on its floor it stops by itself, and cannot be started.
    city.facilities[0].at = sim_core::vocab::body::Point::new(55.0, 55.0);
    let pump = PumpSpec { facility: FacilityId(0), inlet_cells: vec![3, 4], outlet_cell: None, rate_m3_s: 0.5 };
    let mut flood = Flood::new(&city, &FloodSpec { pumps: vec![pump], ..plain() });
    assert!(matches!(flood.advance(0.0, 10.0)[..], [FloodNews::PumpStopped { .. }]));
    flood.obey(&Lever::SetPump { facility: FacilityId(0), running: true }, 10.0);
    assert!(matches!(flood.advance(10.0, 10.0)[..], [FloodNews::PumpStopped { .. }]));
    assert!(!flood.pump_running(FacilityId(0)) && flood.ledger().pumped_m3 == 0.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn water_is_kept_over_random_cities_with_rain_breach_pump_and_boundary(
        seed in 0u64..1000, rain in 0.0f64..200.0, stage in 3.0f64..8.5, rate in 0.0f64..20.0, rough in 0.0f64..2.0,
    ) {
        // Grade: exact.
        let (mut city, mut spec) = polder(4);
        for (c, z) in city.terrain_m.iter_mut().enumerate() {
            *z += (rough * at_random(c, seed)) as f32;
        }
        spec.rain_mm_h = vec![(0.0, rain)];
        spec.stages[0].series = vec![(0.0, 4.0), (300.0, stage), (900.0, 3.5)];
        spec.pumps[0].rate_m3_s = rate;
        let mut flood = Flood::new(&city, &spec);
        flood.obey(&Lever::BreachLevee { levee: LeveeId(0), width_max_m: 50.0, widen_m_h: 100.0 }, 0.0);
        for tick in 0..120 {
            let news = flood.advance(f64::from(tick) * 10.0, 10.0);
            let stepped_in = news.iter().any(|n| matches!(n, FloodNews::Intervention(_)));
            prop_assert!(!stepped_in);
        }
        let ledger = flood.ledger();
        prop_assert!(ledger.error() < 1e-12, "{:?}: {}", ledger, ledger.error());
        prop_assert!(flood.depth_m().iter().all(|h| *h >= 0.0));
    }
}
