//! Verification of the gas model. Each test says its grade: exact (holds to rounding), reference (a closed form or a
//! published table), behaviour (what must be so).

use sim_core::base::digest::Digest;
use sim_core::base::fold;
use sim_core::base::ids::FacilityId;
use sim_core::hazard::gas::puff::sigmas;
use sim_core::hazard::gas::weather::profile;
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

fn spec(speed_m_s: f64, from_deg: f64, class: Pasquill) -> GasSpec {
    GasSpec {
        wind: Wind { speed_m_s, from_deg },
        lid_m: 1e5,
        roughness: Roughness::Rural,
        class: Some(class),
        ..GasSpec::default()
    }
}

fn leak(site: FacilityId, rate_kg_s: f64, duration_s: f64) -> Lever {
    Lever::ReleaseGas { site, substance: "ammonia".into(), rate_kg_s, duration_s }
}

fn run(gas: &mut Gas, from: u32, to: u32) -> Vec<GasNews> {
    (from..to).flat_map(|tick| gas.advance(f64::from(tick) * 10.0, 10.0, 12.0)).collect()
}

#[test]
fn one_puff_is_the_closed_form_of_a_gaussian_puff() {
    // Grade: exact. 10 kg at (0, 0), class F, carried 500 m: M / (sqrt(2 pi) pi sy^2 sz) at its centre.
    let mut puff = Puff::new(0, 0, Point::new(0.0, 0.0), 10.0, 1e-6, Pasquill::F, Roughness::Rural);
    for _ in 0..50 {
        puff.travel((10.0, 0.0), 10.0, Pasquill::F, Roughness::Rural);
    }
    let (sy, sz) = sigmas(Pasquill::F, Roughness::Rural, 500.0);
    assert!((sy - 0.04 * 500.0 / 1.05f64.sqrt()).abs() < 1e-9 && (sz - 0.016 * 500.0 / 1.15).abs() < 1e-9);
    let pi = std::f64::consts::PI;
    let expected = 10.0 / ((2.0 * pi).sqrt() * pi * sy * sy * sz);
    let got = puff.concentration_kg_m3(Point::new(500.0, 0.0), 0.0, 1e5);
    assert!((got / expected - 1.0).abs() < 1e-6, "{got}, expected {expected}");
    // One sigma aside and one sigma up: exp(-1/2) each.
    let off = puff.concentration_kg_m3(Point::new(500.0, sy), sz, 1e5);
    assert!((off / expected - (-1.0f64).exp()).abs() < 1e-5);
}

/// Distance at which a sigma is the metre that a puff has at the leak.
fn virtual_m(class: Pasquill, of: impl Fn((f64, f64)) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, 1000.0);
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if of(sigmas(class, Roughness::Rural, middle)) < 1.0 { low = middle } else { high = middle }
    }
    low
}

#[test]
fn a_long_leak_in_a_steady_wind_is_the_closed_form_of_a_plume() {
    // Grade: reference (Gaussian plume with Briggs' sigmas; a train of round puffs differs from it only by the
    // growth along the wind, a few per cent).
    let (city, site) = plain(400);
    for (class, speed) in [(Pasquill::D, 5.0), (Pasquill::F, 2.0), (Pasquill::B, 3.0)] {
        let mut gas = Gas::new(&city, &spec(speed, 270.0, class));
        gas.obey(&leak(site, 1.0, 1e6), 0.0);
        run(&mut gas, 0, 400);
        let u = speed * profile(class, 0.03, 3.0);
        for (x, y) in [(500.0, 0.0), (1000.0, 0.0), (2000.0, 0.0), (1000.0, 60.0)] {
            let (sy, sz) = (
                sigmas(class, Roughness::Rural, x + virtual_m(class, |s| s.0)).0,
                sigmas(class, Roughness::Rural, x + virtual_m(class, |s| s.1)).1,
            );
            let plume = (-0.5 * (y / sy) * (y / sy)).exp() / (std::f64::consts::PI * u * sy * sz);
            let got = gas.point_concentration(Point::new(x, y), 0.0);
            assert!((got / plume - 1.0).abs() < 0.06, "{class:?} at {x}, {y}: {got} kg/m3, plume {plume}");
        }
    }
}

#[test]
fn the_zones_of_aloha_for_an_ammonia_leak_come_out() {
    // Grade: reference (ALOHA: ammonia 1 kg/s for 1 h, class D, 5 m/s, open country, 15 C: 100, 30 and 10 ppm reach
    // 570, 1200 and 2300 m). Within 8 % in concentration.
    let (city, site) = plain(240);
    let mut gas = Gas::new(&city, &spec(5.0, 270.0, Pasquill::D));
    gas.obey(&leak(site, 1.0, 3600.0), 0.0);
    run(&mut gas, 0, 180);
    let ammonia = substance("ammonia").unwrap();
    for (x, ppm) in [(570.0, 100.0), (1200.0, 30.0), (2300.0, 10.0)] {
        // ALOHA states ppm at 15 C: 288.15 K against the 293.15 K of `ppm`.
        let got = ammonia.ppm(gas.point_concentration(Point::new(x, 0.0), 0.0)) * 288.15 / 293.15;
        assert!((got / ppm - 1.0).abs() < 0.08, "{got} ppm at {x} m, ALOHA {ppm}");
    }
}

#[test]
fn all_of_the_gas_is_on_the_map_under_the_lid_or_booked_as_gone() {
    // Grade: exact (balance to 1e-9), reference (integral of the layer to the 4 sigma cut).
    let (city, site) = plain(200);
    let mut spec = spec(3.0, 225.0, Pasquill::C);
    spec.lid_m = 100.0;
    let mut gas = Gas::new(&city, &spec);
    gas.obey(&leak(site, 2.0, 300.0), 0.0);
    let news = run(&mut gas, 0, 60);
    assert!(matches!(news[0], GasNews::Released { .. }));
    assert!(
        news.iter().any(|n| matches!(n, GasNews::Stopped { released_kg, .. } if (released_kg - 600.0).abs() < 1e-6))
    );
    let ledger = gas.ledger();
    assert!((ledger.released_kg - 600.0).abs() < 1e-9 && (ledger.airborne_kg - 600.0).abs() < 1e-9);
    // The layer holds cell means at the ground: each puff's share divided by its vertical factor is its mass.
    let ground: f64 = gas.concentration_kg_m3().iter().map(|c| f64::from(*c)).sum::<f64>() * 625.0;
    let expected: f64 = gas.puffs().iter().map(|p| p.mass_kg * p.vertical(0.0, 100.0)).sum();
    assert!((ground / expected - 1.0).abs() < 2e-4, "{ground} kg/m on the map, {expected}");
    // Up to the lid each puff's vertical factor integrates to one, narrow or mixed through.
    for puff in gas.puffs() {
        let n = 2000;
        let sum: f64 = (0..n).map(|k| puff.vertical((f64::from(k) + 0.5) * 100.0 / f64::from(n), 100.0)).sum();
        assert!((sum * 100.0 / f64::from(n) - 1.0).abs() < 1e-4, "sigma z {}", puff.sigma_z_m);
    }
    run(&mut gas, 60, 400);
    let ledger = gas.ledger();
    assert_eq!(ledger.airborne_kg, 0.0);
    assert!((ledger.gone_kg - 600.0).abs() < 1e-9);
    assert!(gas.concentration_kg_m3().iter().all(|c| *c == 0.0), "the map is clear again");
}

#[test]
fn a_turned_wind_gives_the_turned_cloud() {
    // Grade: exact. The same leak and turn of wind, all directions rotated by 90 degrees: the layer is rotated.
    let (city, site) = plain(160);
    let cloud = |turned: f64| {
        let mut gas = Gas::new(&city, &spec(3.0, 200.0 + turned, Pasquill::D));
        gas.obey(&leak(site, 1.0, 600.0), 0.0);
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
fn a_change_of_class_keeps_the_size_of_a_puff() {
    // Grade: exact.
    let mut puff = Puff::new(0, 0, Point::new(0.0, 0.0), 1.0, 1.0, Pasquill::B, Roughness::Urban);
    puff.travel((400.0, 0.0), 400.0, Pasquill::B, Roughness::Urban);
    let before = (puff.sigma_y_m, puff.sigma_z_m);
    puff.travel((0.0, 0.0), 0.0, Pasquill::F, Roughness::Urban);
    assert!((puff.sigma_y_m - before.0).abs() < 1e-9 && (puff.sigma_z_m - before.1).abs() < 1e-9);
    puff.travel((100.0, 0.0), 100.0, Pasquill::F, Roughness::Urban);
    let grown = puff.sigma_y_m - before.0;
    assert!(grown > 0.0 && grown < 0.11 * 100.0, "grows on the curve of the new class: {grown} m");
}

#[test]
fn a_reduced_leak_gives_less_and_a_stopped_one_nothing() {
    // Grade: exact.
    let (city, site) = plain(100);
    let mut gas = Gas::new(&city, &spec(2.0, 0.0, Pasquill::E));
    gas.obey(&leak(site, 2.0, 1000.0), 0.0);
    run(&mut gas, 0, 10);
    gas.obey(&Lever::ReduceLeak { site, share: 0.5 }, 100.0);
    run(&mut gas, 10, 20);
    assert!((gas.leak_kg_s(site) - 1.0).abs() < 1e-12);
    assert!((gas.ledger().released_kg - 300.0).abs() < 1e-9);
    gas.obey(&Lever::ReduceLeak { site, share: 1.0 }, 200.0);
    assert!(matches!(run(&mut gas, 20, 21)[..], [GasNews::Stopped { .. }]));
    run(&mut gas, 21, 30);
    assert!((gas.ledger().released_kg - 300.0).abs() < 1e-9);
    assert_eq!(gas.leak_kg_s(site), 0.0);
    gas.obey(&Lever::ReleaseGas { site, substance: "unobtainium".into(), rate_kg_s: 1.0, duration_s: 1.0 }, 300.0);
    assert!(matches!(run(&mut gas, 30, 31)[..], [GasNews::Refused(_)]));
}

#[test]
fn the_gas_has_the_same_bits_on_1_2_and_8_threads_and_after_a_checkpoint() {
    // Grade: exact.
    let (city, site) = plain(150);
    let spec = GasSpec { wind: Wind { speed_m_s: 3.0, from_deg: 140.0 }, ..GasSpec::default() };
    let run = |threads: usize, checkpoint: bool| {
        fold::with_threads(threads, || {
            let mut gas = Gas::new(&city, &spec);
            gas.obey(&leak(site, 1.0, 900.0), 0.0);
            gas.obey(&Lever::SetWind { speed_m_s: 5.0, from_deg: 200.0, over_s: 600.0 }, 0.0);
            let mut digests = Vec::new();
            for tick in 0..120u32 {
                if checkpoint && tick == 55 {
                    let bytes = postcard::to_stdvec(gas.state()).unwrap();
                    gas = Gas::resume(&city, &spec, postcard::from_bytes(&bytes).unwrap());
                }
                gas.advance(f64::from(tick) * 10.0, 10.0, 18.9 + f64::from(tick) / 360.0);
                let mut digest = Digest::new();
                gas.digest(&mut digest);
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
fn every_value_of_the_aegl_tables_is_reached_just_there_and_a_load_is_one_there() {
    // Grade: reference (US EPA AEGL tables).
    for substance in &SUBSTANCES {
        for level in 1..=3u8 {
            let row = substance.aegl_ppm[usize::from(level) - 1];
            for (k, minutes) in AEGL_MINUTES.iter().enumerate() {
                let at = substance.kg_m3(row[k]);
                assert!(aegl_level(substance, at, *minutes) >= level, "{} AEGL-{level}", substance.key);
                assert!(aegl_level(substance, at * 0.999, *minutes) < level);
                // Where the level does not depend on time it is reached sooner.
                let soonest = row.iter().position(|v| *v == row[k]).unwrap();
                let mut load = ToxicLoad::default();
                for _ in 0..100 {
                    load.breathe(substance, at, AEGL_MINUTES[soonest] * 0.6);
                }
                let share = load.share[usize::from(level) - 1];
                assert!((share - 1.0).abs() < 1e-6, "{} AEGL-{level} at {minutes} min: {share}", substance.key);
            }
        }
    }
    let chlorine = substance("chlorine").unwrap();
    assert_eq!(aegl_level(chlorine, chlorine.kg_m3(20.0), 60.0), 3);
    assert_eq!(aegl_level(chlorine, chlorine.kg_m3(2.0), 60.0), 2);
    assert_eq!(aegl_level(chlorine, chlorine.kg_m3(0.4), 60.0), 0);
}

#[test]
fn probits_and_indoor_air_give_the_worked_examples() {
    // Grade: reference (chlorine 200 ppm, 30 min: P 0.184; ammonia 5000 ppm, 30 min: P 0.187; indoor at 0.5 /h after
    // 1 h: 0.3935 of the outdoor concentration).
    for (key, ppm, expected) in [("chlorine", 200.0, 0.184), ("ammonia", 5000.0, 0.187)] {
        let s = substance(key).unwrap();
        let mut load = ToxicLoad::default();
        for _ in 0..180 {
            load.breathe(s, s.kg_m3(ppm), 10.0);
        }
        let p = death_probability(s, load.dose);
        assert!((p - expected).abs() < 0.01, "{key}: {p}, expected {expected}");
    }
    assert!((indoor_step(0.0, 1.0, 0.5, 3600.0) - 0.3935).abs() < 5e-5);
    let halves = indoor_step(indoor_step(0.0, 1.0, 0.5, 1800.0), 1.0, 0.5, 1800.0);
    assert!((halves - indoor_step(0.0, 1.0, 0.5, 3600.0)).abs() < 1e-15, "steps add up exactly");
}
