//! Verification of the drill's gas: that what the consequence engine computes arrives on the drill's map and in its balance, whatever
//! levers, crews and the wind do. Each test says its grade: exact (holds to rounding), reference (a closed form or a published
//! table), behaviour (what must be so). The physics itself is verified in `consequence`.

mod rig;

use consequence::puff::{Cloud, Options};
use consequence::source::{Amount, FarEnd, Ground, PipeSpec, PuddleSpec, TankSpec, What};
use consequence::weather::Weather;
use rig::{balanced, has_the_same_bits_however_it_is_run, leak, run_at};
use sim_core::base::ids::FacilityId;
use sim_core::hazard::gas::*;
use sim_core::place::city::City;
use sim_core::place::fixture::grid_town;
use sim_core::place::grid::Grid;
use sim_core::vocab::body::Point;
use sim_core::vocab::lever::Lever;

/// A square plain of 25 m cells with the leak in its middle.
fn plain(cells: usize) -> (City, FacilityId) {
    let mut city = grid_town(2, 0);
    let half = cells as f64 * 12.5;
    city.grid = Grid { nx: cells, ny: cells, cell_m: 25.0, x0: -half, y0: -half };
    let site = city.facility_by_key("tank_1").unwrap();
    city.facilities[site.index()].at = Point::new(0.0, 0.0);
    (city, site)
}

fn spec(speed_m_s: f64, from_deg: f64, class: Class) -> GasSpec {
    GasSpec {
        wind: Wind { speed_m_s, from_deg },
        roughness: Roughness::Rural,
        class: Some(class),
        temperature_k: 288.15,
        ..GasSpec::default()
    }
}

/// A lying tank of 21 m3, three quarters full, with a hole of 2 cm behind a short pipe.
fn tank(site: FacilityId, substance: &str) -> Lever {
    let spec: TankSpec = ron::from_str(
        "(vessel: Lying(diameter_m: 2.0, length_m: 6.7), contents: Liquid(filled: Share(0.75)), hole: Round(diameter_m: 0.02), \
         hole_height_m: 0.2, pipe_m: 0.15, ground: Concrete)",
    )
    .unwrap();
    Lever::ReleaseGas {
        site,
        substance: substance.into(),
        rate_kg_s: 0.0,
        duration_s: 1800.0,
        tank: Some(Box::new(spec)),
    }
}

fn run(gas: &mut Gas, from: u32, to: u32) -> Vec<GasNews> {
    run_at(12.0, gas, from, to)
}

#[test]
fn the_zones_of_aloha_for_an_ammonia_leak_come_out() {
    // Grade: reference (ALOHA: ammonia 1 kg/s for 1 h, class D, 5 m/s, open country, 15 C: 100, 30 and 10 ppm reach
    // 570, 1200 and 2300 m). Within 8 % in concentration.
    let (city, site) = plain(240);
    let spec = GasSpec { scheme: Scheme::BriggsCountry, ..spec(5.0, 270.0, Class::D) };
    let mut gas = Gas::new(&city, &spec);
    gas.obey(&leak(site, "ammonia", 1.0, 3600.0), 0.0);
    run(&mut gas, 0, 180);
    let ammonia = substance("ammonia").unwrap();
    for (x, ppm) in [(570.0, 100.0), (1200.0, 30.0), (2300.0, 10.0)] {
        let got = ammonia.ppm(gas.point_concentration(Point::new(x, 0.0), 0.0), 288.15, 101_325.0);
        assert!((got / ppm - 1.0).abs() < 0.08, "{got} ppm at {x} m, ALOHA {ppm}");
    }
}

#[test]
fn in_a_steady_wind_the_map_is_the_consequence_engine_s_own_cloud_dense_start_and_all() {
    // Grade: exact. Chlorine, 3 kg/s, class F: dense at first. The engine alone, with the same air and release.
    let (city, site) = plain(200);
    let spec = spec(2.0, 250.0, Class::F);
    let mut gas = Gas::new(&city, &spec);
    gas.obey(&leak(site, "chlorine", 3.0, 400.0), 0.0);
    run(&mut gas, 0, 60);

    let chlorine = substance("chlorine").unwrap();
    let release = leak::direct(chlorine, Point::new(0.0, 0.0), 0.0, 400.0, 3.0, 288.15);
    let wind = consequence::puff::Wind::uniform(Weather::steady(air(&spec, spec.wind, 12.0)));
    let options = Options { area: Some(city.grid), ..Options::default() };
    let gases = [Some(consequence::dense::Gas::of(chlorine))];
    let mut alone = Cloud::with_dense(options, vec![release.clone()], &gases, &wind);
    let mut passive = Cloud::new(Options::default(), vec![release]);
    for _ in 0..60 {
        alone.advance(&wind, 10.0);
        passive.advance(&wind, 10.0);
    }
    let along = wind.at(0.0, 0.0, 0.0).towards;
    let mut wider = false;
    for (x, y) in [(60.0, 0.0), (150.0, 0.0), (400.0, 0.0), (150.0, 60.0), (150.0, 120.0), (800.0, -40.0)] {
        let p = Point::new(along.0 * x - along.1 * y, along.1 * x + along.0 * y);
        let want = alone.concentration_kg_m3(0, &wind, p.x, p.y, 0.0);
        let got = gas.point_concentration(p, 0.0);
        assert!((got - want).abs() <= 1e-12 * want.max(1e-9), "{x}, {y}: {got} and {want}");
        wider |= y > 0.0 && want > 2.0 * passive.concentration_kg_m3(0, &wind, p.x, p.y, 0.0);
    }
    assert!(wider, "a dense cloud spreads sideways where a passive one does not");
    balanced(&gas, 1200.0);
}

#[test]
fn all_of_the_gas_is_on_the_map_or_booked_as_gone_across_a_turn_of_the_wind_and_a_tank_that_empties() {
    // Grade: exact (balance to 1e-9), reference (integral over the map of a cloud mixed under its lid, 1 %).
    let (city, site) = plain(240);
    let mut spec = spec(2.0, 225.0, Class::B);
    spec.lid_m = Some(40.0);
    let mut gas = Gas::new(&city, &spec);
    gas.obey(&leak(site, "ammonia", 2.0, 300.0), 0.0);
    let mut news = run(&mut gas, 0, 15);
    gas.obey(&Lever::SetWind { speed_m_s: 3.5, from_deg: 315.0, over_s: 120.0 }, 150.0);
    news.extend(run(&mut gas, 15, 80));
    assert!(matches!(news[0], GasNews::Released { .. }));
    assert!(
        news.iter().any(|n| matches!(n, GasNews::Stopped { released_kg, .. } if (released_kg - 600.0).abs() < 1e-6))
    );
    balanced(&gas, 600.0);
    assert_eq!(gas.ledger().gone_kg, 0.0);
    let on_map: f64 = gas.concentration_kg_m3().iter().map(|c| f64::from(*c)).sum::<f64>() * 625.0 * 40.0;
    assert!((on_map / 600.0 - 1.0).abs() < 0.01, "{on_map} kg on the map");
    run(&mut gas, 80, 2000);
    assert_eq!(gas.ledger().airborne_kg, 0.0);
    assert!((gas.ledger().gone_kg - 600.0).abs() < 1e-6);
    assert!(gas.concentration_kg_m3().iter().all(|c| *c == 0.0), "the map is clear again");

    // A tank: what it lost is what the engine's source says, through every renewal of its dense path.
    let mut gas = Gas::new(&city, &spec);
    gas.obey(&tank(site, "chlorine"), 0.0);
    run(&mut gas, 0, 40);
    gas.obey(&Lever::SetWind { speed_m_s: 5.0, from_deg: 0.0, over_s: 300.0 }, 400.0);
    let news = run(&mut gas, 40, 200);
    let Some(GasNews::Stopped { released_kg, .. }) = news.iter().find(|n| matches!(n, GasNews::Stopped { .. })) else {
        panic!("it ends after half an hour: {news:?}")
    };
    assert!(*released_kg > 500.0 && *released_kg < 22_000.0, "{released_kg} kg");
    balanced(&gas, *released_kg);
}

#[test]
fn a_tank_s_rate_falls_as_it_empties_and_is_that_of_its_source() {
    // Grade: exact. Steps of the drill are those that follow the minutes of the source best; their mass is the source's.
    let (city, site) = plain(60);
    let spec = spec(3.0, 0.0, Class::D);
    let mut gas = Gas::new(&city, &spec);
    let lever = tank(site, "ammonia");
    gas.obey(&lever, 600.0);
    let Lever::ReleaseGas { tank: Some(tank), .. } = &lever else { unreachable!() };
    let place = leak::site_under(&air(&spec, spec.wind, 12.0), spec.wind, spec.cloud, 75.0);
    let file = std::path::Path::new("test");
    let alone =
        leak::run("ammonia", substances(), &What::Tank(**tank), Point::default(), (600.0, 2400.0), &place, file)
            .unwrap();
    run(&mut gas, 60, 61);
    let at_once = gas.leak_kg_s(site);
    run(&mut gas, 61, 200);
    let later = gas.leak_kg_s(site);
    assert!(at_once > later && later > 0.0, "{at_once} {later}");
    run(&mut gas, 200, 300);
    assert_eq!(gas.leak_kg_s(site), 0.0);
    let released = gas.ledger().released_kg;
    assert!((released / alone.total_mass_kg() - 1.0).abs() < 0.02, "{released} {}", alone.total_mass_kg());
}

#[test]
fn what_evaporates_from_a_spill_or_leaves_a_pipe_is_that_of_its_source() {
    // Grade: exact. As for the tank; and nothing that left is lost.
    let (city, site) = plain(60);
    let spec = spec(3.0, 0.0, Class::D);
    let puddle =
        PuddleSpec { amount: Amount::MassKg(500.0), area_m2: 50.0, ground: Ground::Concrete, temperature_k: None };
    let pipe = PipeSpec {
        diameter_m: 0.1,
        length_m: 500.0,
        wall_roughness_m: 4.6e-5,
        pressure_pa: 5e5,
        temperature_k: None,
        far_end: FarEnd::Closed,
        hole: None,
    };
    for what in [What::Puddle(puddle), What::Pipe(pipe)] {
        let mut gas = Gas::new(&city, &spec);
        let lever = Lever::Spill {
            site,
            substance: "ammonia".into(),
            rate_kg_s: 0.0,
            duration_s: 1800.0,
            what: Box::new(what.clone()),
        };
        gas.obey(&lever, 600.0);
        let place = leak::site_under(&air(&spec, spec.wind, 12.0), spec.wind, spec.cloud, 75.0);
        let file = std::path::Path::new("test");
        let alone =
            leak::run("ammonia", substances(), &what, Point::default(), (600.0, 2400.0), &place, file).expect("sound");
        assert!(alone.total_mass_kg() > 1.0, "{what:?}");
        run(&mut gas, 60, 300);
        let released = gas.ledger().released_kg;
        assert!(
            (released / alone.total_mass_kg() - 1.0).abs() < 0.02,
            "{what:?}: {released} {}",
            alone.total_mass_kg()
        );
        balanced(&gas, released);
    }
}

#[test]
fn a_turned_wind_gives_the_turned_cloud() {
    // Grade: exact. The same leak and turn of wind, all directions rotated by 90 degrees: the layer is rotated.
    let (city, site) = plain(160);
    let cloud = |turned: f64| {
        let mut gas = Gas::new(&city, &spec(3.0, 200.0 + turned, Class::D));
        gas.obey(&leak(site, "chlorine", 1.0, 600.0), 0.0);
        run(&mut gas, 0, 20);
        gas.obey(&Lever::SetWind { speed_m_s: 4.0, from_deg: 290.0 + turned, over_s: 120.0 }, 200.0);
        let news = run(&mut gas, 20, 45);
        assert!(matches!(news[0], GasNews::WindTurned { .. }));
        gas.concentration_kg_m3().to_vec()
    };
    // Directions run clockwise: wind from 90 degrees more turns the cloud clockwise, (x, y) -> (y, -x).
    let (a, b) = (cloud(0.0), cloud(90.0));
    let n = 160;
    let most = a.iter().fold(0.0f32, |m, c| m.max(*c));
    assert!(most > 0.0);
    for j in 0..n {
        for i in 0..n {
            let turned = b[(n - 1 - i) * n + j];
            assert!((a[j * n + i] - turned).abs() < 1e-5 * most, "cell {i}, {j}: {} and {turned}", a[j * n + i]);
        }
    }
}

#[test]
fn a_reduced_leak_gives_less_and_a_stopped_one_nothing() {
    // Grade: exact.
    let (city, site) = plain(100);
    let mut gas = Gas::new(&city, &spec(2.0, 0.0, Class::E));
    gas.obey(&leak(site, "ammonia", 2.0, 1000.0), 0.0);
    run(&mut gas, 0, 10);
    gas.obey(&Lever::ReduceLeak { site, share: 0.5 }, 100.0);
    run(&mut gas, 10, 20);
    assert!((gas.leak_kg_s(site) - 1.0).abs() < 1e-12);
    balanced(&gas, 300.0);
    gas.obey(&Lever::ReduceLeak { site, share: 0.1 }, 200.0);
    run(&mut gas, 20, 30);
    balanced(&gas, 390.0);
    gas.obey(&Lever::ReduceLeak { site, share: 1.0 }, 300.0);
    assert!(matches!(run(&mut gas, 30, 31)[..], [GasNews::Stopped { .. }]));
    run(&mut gas, 31, 40);
    balanced(&gas, 390.0);
    assert_eq!(gas.leak_kg_s(site), 0.0);
    gas.obey(&leak(site, "unobtainium", 1.0, 1.0), 400.0);
    assert!(matches!(run(&mut gas, 40, 41)[..], [GasNews::Refused(_)]));
}

#[test]
fn two_substances_are_two_layers_and_the_worse_one_counts() {
    // Grade: behaviour.
    let (city, site) = plain(100);
    let mut gas = Gas::new(&city, &spec(2.0, 270.0, Class::D));
    gas.obey(&leak(site, "氨", 0.2, 1000.0), 0.0);
    gas.obey(&leak(site, "chlorine", 0.2, 1000.0), 0.0);
    run(&mut gas, 0, 40);
    assert_eq!(gas.layers().len(), 2);
    let cell = city.grid.nearest_cell(Point::new(300.0, 0.0));
    let alone = |k: usize| {
        let layer: &Layer = &gas.layers()[k];
        layer.toxicant.aegl_level(f64::from(layer.kg_m3[cell]), 10.0)
    };
    assert_eq!((gas.layers()[0].toxicant.key(), gas.layers()[1].toxicant.key()), ("ammonia", "chlorine"));
    assert!(alone(1) > alone(0), "chlorine is the more toxic");
    assert_eq!(gas.aegl(cell), alone(1));
    assert!(gas.noticed(cell));
}

#[test]
fn the_gas_has_the_same_bits_on_1_2_and_8_threads_and_after_a_checkpoint() {
    // Grade: exact. Two leaks, one of them a tank, a wind that turns and freshens, crews at work.
    let (city, site) = plain(150);
    let spec = GasSpec { wind: Wind { speed_m_s: 3.0, from_deg: 140.0 }, ..GasSpec::default() };
    has_the_same_bits_however_it_is_run(&city, &spec, 18.9, 90, 45, false, &|gas, tick| match tick {
        0 => {
            gas.obey(&leak(site, "ammonia", 1.0, 900.0), 0.0);
            gas.obey(&tank(site, "chlorine"), 0.0);
            gas.obey(&Lever::SetWind { speed_m_s: 5.0, from_deg: 200.0, over_s: 600.0 }, 0.0);
        }
        30 => gas.obey(&Lever::ReduceLeak { site, share: 0.4 }, 300.0),
        _ => {}
    });
}

#[test]
fn a_substance_without_toxic_levels_or_misspelt_is_a_complaint_with_near_matches() {
    // Grade: behaviour.
    let file = std::path::Path::new("script.ron");
    assert!(substances().harmful("clorine", file).unwrap_err().to_string().contains("chlorine"));
    assert_eq!(substances().harmful("UN1017", file).unwrap().key, "chlorine");
    let inert = substances().substances.iter().find(|s| s.harm.aegl.is_none() && s.harm.probit.is_none());
    if let Some(inert) = inert {
        assert!(substances().harmful(&inert.key, file).unwrap_err().to_string().contains("no toxic levels"));
    }
}
