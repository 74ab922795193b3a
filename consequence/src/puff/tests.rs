//! Clouds as a whole: balance, rotation, a turning wind, and the closed forms that they must add up to.

use super::plume::{Aloha, Steady, finite_kg_m3, gaussian_kg_m3, standing};
use super::*;
use crate::release::{Burst, Emission, Step};
use crate::weather::{Class, Profile, Weather, stability::golder_1_m, towards};
use base::grid::Point;

fn air(class: Class, wind_10m_m_s: f64, from_deg: f64) -> Air {
    Air {
        towards: towards(from_deg),
        profile: Profile::through(wind_10m_m_s, 10.0, golder_1_m(class, 0.03), 0.03, None),
        mixing_height_m: 600.0,
        sigma_theta_rad: None,
        temperature_k: 288.15,
        relative_humidity: 0.5,
        pressure_pa: 101_325.0,
        class,
    }
}

const STATE: Emission = Emission {
    entry: Entry::Cloud,
    temperature_k: 288.15,
    vapour_share: 1.0,
    speed_m_s: 0.0,
    area_m2: 1.0,
    width_m: 1.0,
};

fn leak(rate_kg_s: f64, to_s: f64) -> Release {
    Release {
        substance: "ammonia".into(),
        at: Point::new(0.0, 0.0),
        height_m: 0.0,
        steps: vec![Step { from_s: 0.0, to_s, rate_kg_s, state: STATE }],
        bursts: Vec::new(),
    }
}

fn options(scheme: Scheme) -> Options {
    Options { scheme, interval_s: 2.0, ..Options::default() }
}

/// Mass of the cloud by summing its column over a raster.
fn summed_kg(cloud: &Cloud, wind: &Wind, x: (f64, f64), y: (f64, f64), cell_m: f64) -> f64 {
    let cells = |(from, to): (f64, f64)| ((to - from) / cell_m) as usize;
    let grid = Grid { x0: x.0, y0: y.0, cell_m, nx: cells(x), ny: cells(y) };
    let mut values = vec![0.0; grid.len()];
    let stamps = kernel::stamps(cloud, 0, wind, kernel::Layer::Column, cell_m);
    kernel::add_to_raster(&stamps, &grid, &mut values);
    values.iter().map(|v| f64::from(*v)).sum::<f64>() * cell_m * cell_m
}

#[test]
fn nothing_is_lost_when_the_wind_shifts_by_ninety_degrees_and_two_lobes_stand() {
    // Grade: exact. V27: released = in the air to 1e-9 in the ledger, 1e-3 by summing the field.
    for scheme in [Scheme::Similarity, Scheme::BriggsCountry] {
        let shift = vec![(0.0, air(Class::D, 5.0, 270.0)), (300.0, air(Class::D, 5.0, 180.0))];
        let wind = Wind::uniform(Weather::new(shift, crate::weather::series::Between::Hold));
        let mut cloud = Cloud::new(options(scheme), vec![leak(0.5, 600.0)]);
        for _ in 0..60 {
            cloud.advance(&wind, 10.0);
        }
        let ledger = cloud.ledger(0);
        assert!((ledger.released_kg - 300.0).abs() < 1e-9 && ledger.lost_kg().abs() < 1e-9 * 300.0);
        let mass = summed_kg(&cloud, &wind, (-600.0, 3000.0), (-900.0, 3300.0), 10.0);
        assert!((mass / 300.0 - 1.0).abs() < 1e-3, "{scheme:?}: {mass} kg in the field");
        // What left before the shift is now east of the source and north; what left after is north of the source. The east lobe holds
        // the first half, the north lobe the second.
        let east: f64 = cloud.puffs.iter().filter(|p| p.x_m > 10.0).map(|p| p.mass_kg).sum();
        // A puff at the bend, in which neighbours of both merged, weighs up to 6 kg.
        assert!((east / 150.0 - 1.0).abs() < 0.04, "{scheme:?}: {east} kg in the eastern lobe");
        let north: f64 = cloud.puffs.iter().filter(|p| p.x_m.abs() <= 10.0).map(|p| p.mass_kg).sum();
        assert!((north / 150.0 - 1.0).abs() < 0.04, "{scheme:?}: {north} kg in the northern lobe");
        // Between the lobes' ends lies next to nothing.
        let lobe = cloud.concentration_kg_m3(0, &wind, 0.0, 600.0, 1.5);
        let corner = cloud.concentration_kg_m3(0, &wind, 400.0, 200.0, 1.5);
        assert!(corner < 0.2 * lobe, "{scheme:?}: {corner} between, {lobe} in the lobe");
    }
}

#[test]
fn a_turned_wind_gives_the_turned_cloud() {
    // Grade: exact. All winds turned by 90 degrees and by 37.
    let run = |by_deg: f64| {
        let shift = vec![(0.0, air(Class::C, 4.0, 270.0 + by_deg)), (200.0, air(Class::E, 3.0, 210.0 + by_deg))];
        let wind = Wind::uniform(Weather::new(shift, crate::weather::series::Between::Turn));
        let mut cloud = Cloud::new(options(Scheme::Similarity), vec![leak(1.0, 250.0)]);
        for _ in 0..40 {
            cloud.advance(&wind, 10.0);
        }
        (cloud, wind)
    };
    let (still, still_wind) = run(0.0);
    for by_deg in [90.0, 37.0] {
        let (turned, turned_wind) = run(by_deg);
        let (c, s) = (math::cos(f64::to_radians(by_deg)), -math::sin(f64::to_radians(by_deg)));
        for puff in still.puffs.iter().step_by(2) {
            let (x, y) = (puff.x_m + 15.0, puff.y_m - 10.0);
            let here = still.concentration_kg_m3(0, &still_wind, x, y, 1.5);
            let there = turned.concentration_kg_m3(0, &turned_wind, x * c - y * s, x * s + y * c, 1.5);
            assert!(here > 1e-6 && (here / there - 1.0).abs() <= 1e-9, "{by_deg} deg at {x}, {y}: {here} {there}");
        }
        assert!(still.puffs.len() > 10);
    }
}

#[test]
fn an_endless_train_of_puffs_is_the_standing_plume() {
    // Grade: reference. Puffs every 2 s for ten minutes against one puff's life, 200 m and 800 m, 1.5 m high; 2 %.
    for scheme in [Scheme::Similarity, Scheme::BriggsCountry] {
        for class in [Class::B, Class::D, Class::F] {
            let air = air(class, if class == Class::D { 5.0 } else { 2.5 }, 270.0);
            let wind = Wind::uniform(Weather::steady(air));
            let mut cloud = Cloud::new(options(scheme), vec![leak(0.2, 1e4)]);
            for _ in 0..250 {
                cloud.advance(&wind, 10.0);
            }
            let sigma_m = 1.0 / (2.0 * std::f64::consts::PI).sqrt();
            let source = Steady { rate_kg_s: 0.2, height_m: 0.0, sigma_m, depth_m: 0.05 };
            let points = [(200.0, 0.0, 1.5), (800.0, 0.0, 1.5), (800.0, 40.0, 1.5)];
            let wanted = standing(&options(scheme), &air, source, None, &points, 40);
            for (&(x, y, z), want) in points.iter().zip(wanted) {
                let got = cloud.concentration_kg_m3(0, &wind, x, y, z);
                assert!((got / want - 1.0).abs() < 0.02, "{scheme:?} {class:?} at {x}, {y}: {got:e} for {want:e}");
            }
        }
    }
}

#[test]
fn briggs_puffs_add_up_to_the_gaussian_plume() {
    // Grade: reference. Closed form with the curves at the distance; the puffs' length along the wind smears it by 3 % at most.
    for class in [Class::C, Class::D, Class::E] {
        let air = air(class, 4.0, 270.0);
        let source = Steady { rate_kg_s: 1.0, height_m: 0.0, sigma_m: 1e-3, depth_m: 1e-3 };
        let points = [(300.0, 0.0, 0.0), (1000.0, 0.0, 0.0)];
        let got = standing(&options(Scheme::BriggsCountry), &air, source, None, &points, 60);
        for (&(x, _, _), got) in points.iter().zip(got) {
            let sigmas = curves::Curves::BriggsCountry.at_m(class, x);
            let want = gaussian_kg_m3(1.0, air.wind_m_s(3.0), sigmas, (0.0, 0.0), 0.0, air.mixing_height_m);
            assert!((got / want - 1.0).abs() < 0.03, "{class:?} at {x} m: {got:e} for {want:e}");
        }
    }
}

#[test]
fn mass_through_any_plane_is_what_was_released() {
    // Grade: exact. V27: flux of the standing plume through planes = rate; the wind of each puff times its share, summed over its life.
    let air = air(Class::E, 3.0, 270.0);
    let wind = Wind::uniform(Weather::steady(air));
    for plane_m in [50.0, 300.0, 1500.0] {
        let mut cloud = Cloud::new(options(Scheme::Similarity), vec![leak(1.0, 100.0)]);
        let mut through = 0.0;
        let mut before = 0.0;
        for _ in 0..200 {
            cloud.advance(&wind, 10.0);
            let beyond: f64 = cloud
                .puffs
                .iter()
                .map(|p| p.mass_kg * math::normal_cdf((p.x_m - plane_m) / p.sigma_m((1.0, 0.0))))
                .sum();
            through += beyond - before;
            before = beyond;
        }
        assert!((through / 100.0 - 1.0).abs() < 1e-3, "{plane_m} m: {through} kg");
    }
}

#[test]
fn what_the_ground_takes_is_in_the_ledger_and_thins_the_cloud() {
    // Grade: exact for the ledger, behaviour for the rest.
    let air = air(Class::E, 3.0, 270.0);
    let wind = Wind::uniform(Weather::steady(air));
    let mut taken = Cloud::new(
        Options { ground_resistance_s_m: vec![Some(100.0)], ..options(Scheme::Similarity) },
        vec![leak(1.0, 300.0)],
    );
    let mut whole = Cloud::new(options(Scheme::Similarity), vec![leak(1.0, 300.0)]);
    for _ in 0..60 {
        taken.advance(&wind, 10.0);
        whole.advance(&wind, 10.0);
    }
    let ledger = taken.ledger(0);
    assert!(ledger.lost_kg().abs() < 1e-9 * 300.0);
    assert!(ledger.deposited_kg > 30.0 && ledger.deposited_kg < 200.0, "{}", ledger.deposited_kg);
    let at = |c: &Cloud| c.concentration_kg_m3(0, &wind, 900.0, 0.0, 1.5);
    assert!(at(&taken) < 0.9 * at(&whole));
}

#[test]
fn puffs_that_leave_the_area_are_counted_as_gone() {
    // Grade: exact.
    let wind = Wind::uniform(Weather::steady(air(Class::D, 8.0, 270.0)));
    let area = Grid { x0: -500.0, y0: -500.0, cell_m: 10.0, nx: 100, ny: 100 };
    let mut cloud = Cloud::new(Options { area: Some(area), ..options(Scheme::Similarity) }, vec![leak(1.0, 60.0)]);
    for _ in 0..60 {
        cloud.advance(&wind, 10.0);
    }
    let ledger = cloud.ledger(0);
    assert!(ledger.gone_kg > 59.0 && ledger.lost_kg().abs() < 1e-9, "{ledger:?}");
}

#[test]
fn releases_keep_apart_and_bursts_come_whole() {
    // Grade: exact.
    let wind = Wind::uniform(Weather::steady(air(Class::D, 5.0, 270.0)));
    let burst = Burst { at_s: 15.0, mass_kg: 7.0, state: STATE };
    let second = Release { steps: Vec::new(), bursts: vec![burst], ..leak(1.0, 1.0) };
    let mut cloud = Cloud::new(options(Scheme::Similarity), vec![leak(1.0, 40.0), second]);
    cloud.advance(&wind, 10.0);
    assert_eq!((cloud.ledger(0).released_kg, cloud.ledger(1).released_kg), (10.0, 0.0));
    for _ in 0..5 {
        cloud.advance(&wind, 10.0);
    }
    assert!((cloud.ledger(0).released_kg - 40.0).abs() < 1e-9);
    assert_eq!(cloud.ledger(1).airborne_kg, 7.0);
    let before: Vec<u8> = ron::to_string(&cloud).expect("a state is written").into_bytes();
    let mut back: Cloud = ron::from_str(std::str::from_utf8(&before).unwrap()).expect("and read");
    back.advance(&wind, 10.0);
    cloud.advance(&wind, 10.0);
    assert_eq!(back, cloud);
}

#[test]
fn a_gridded_wind_carries_each_part_of_a_cloud_its_own_way() {
    // Grade: behaviour. West half blows east, east half north: the cloud turns the corner, split puffs keep the mass.
    let grid = Grid { x0: 0.0, y0: -2000.0, cell_m: 100.0, nx: 40, ny: 40 };
    let bend = |k: usize| if k % 40 < 10 { Bend::NONE } else { Bend { turn: (0.0, 1.0), factor: 1.0 } };
    let weather = Weather::steady(air(Class::D, 5.0, 270.0));
    let wind = Wind::bent(weather, grid, (0..1600).map(bend).collect());
    let mut release = leak(1.0, 60.0);
    release.at = Point::new(100.0, 0.0);
    let mut cloud = Cloud::new(options(Scheme::Similarity), vec![release]);
    for _ in 0..90 {
        cloud.advance(&wind, 10.0);
    }
    let ledger = cloud.ledger(0);
    assert!(ledger.lost_kg().abs() < 1e-9);
    let mean = |of: fn(&Puff) -> f64| cloud.puffs.iter().map(|p| p.mass_kg * of(p)).sum::<f64>() / 60.0;
    assert!(mean(|p| p.y_m) > 500.0 && mean(|p| p.x_m) < 1600.0, "{} {}", mean(|p| p.x_m), mean(|p| p.y_m));
}

#[test]
fn the_handbook_s_plume_puff_and_finite_release_come_out() {
    // Grade: reference. V11, V12 at 0.1 %, V17 at 0.5 %.
    let (sy, sz) = curves::Curves::SpicerSeinfeld.at_m(Class::F, 500.0);
    let plume = gaussian_kg_m3(0.1, 2.0, (sy, sz), (0.0, 0.0), 0.0, 1e5);
    assert!((plume / 1.0347e-4 - 1.0).abs() < 1e-3, "V11 {plume}");
    let (sy, sz) = curves::Curves::CcpsPuff.at_m(Class::F, 500.0);
    let puff = Puff {
        release: 0,
        mass_kg: 1.0,
        x_m: 500.0,
        y_m: 0.0,
        height_m: 0.0,
        spread_m2: [sy * sy, 0.0, sy * sy],
        depth_m: sz * shape::GAUSSIAN_DEPTH,
        age_s: 250.0,
        way_m: 500.0,
        guide: None,
        own: Own::default(),
    };
    let far = Air { mixing_height_m: 1e5, ..air(Class::F, 2.0, 270.0) };
    let got = field::at(&puff, Scheme::BriggsCountry, &far, 500.0, 0.0, 0.0);
    // The list prints 2.25e-3; the closed form with the stated sigmas is 2.2503e-3.
    let want = 1.0 / ((2.0 * std::f64::consts::PI).sqrt() * std::f64::consts::PI * 5.047_93 * 5.047_93 * 2.214_837);
    assert!((got / want - 1.0).abs() < 1e-3 && (got / 2.25e-3 - 1.0).abs() < 2e-3, "V12 {got}");
    let finite = finite_kg_m3(0.1, 10.0, 2.0, (sy, sy, sz), (500.0, 0.0, 10.0), 10.0, 1e5, 250.0);
    assert!((finite / 3.5587e-4 - 1.0).abs() < 5e-3, "V17 {finite}");
}

#[test]
fn aloha_s_passive_zones_come_out() {
    // Grade: reference. V1: 99.9, 28.5, 10.3 ppm at 570, 1200, 2300 m; V2: 20 and 64 m for 100 and 10 ppm.
    let aloha = Aloha::open_country(1.0);
    let kg_m3 = |ppm: f64| ppm * 1e-6 * 0.01703 * 101_325.0 / (8.314_462 * 288.15);
    for (x, ppm) in [(570.0, 99.9), (1200.0, 28.5), (2300.0, 10.3)] {
        let got = aloha.steady_kg_m3(x, 0.0, 0.0) / kg_m3(ppm);
        assert!((got - 1.0).abs() < 0.01, "{x} m: {got}");
    }
    for (ppm, zone, tolerance) in [(100.0, 570.0, 0.03), (30.0, 1200.0, 0.045), (10.0, 2300.0, 0.03)] {
        let got = aloha.zone_m(kg_m3(ppm)).expect("reached");
        assert!((got / zone - 1.0).abs() < tolerance, "{ppm} ppm: {got} m");
    }
    let small = Aloha { rate_kg_s: 0.1 / 60.0, ..aloha };
    for (ppm, zone) in [(100.0, 20.0), (10.0, 64.0)] {
        let got = small.zone_m(kg_m3(ppm)).expect("reached");
        assert!((got / zone - 1.0).abs() < 0.05, "{ppm} ppm: {got} m");
    }
    // Palazzi's release is the standing plume in its middle and is gone long after.
    assert!((aloha.at_kg_m3(500.0, 0.0, 0.0, 1800.0) / aloha.steady_kg_m3(500.0, 0.0, 0.0) - 1.0).abs() < 1e-9);
    assert!(aloha.at_kg_m3(500.0, 0.0, 0.0, 7200.0) < 1e-12);
}

#[test]
fn results_outside_the_model_s_range_carry_their_caveat() {
    // Grade: behaviour.
    let mut calm = air(Class::F, 0.8, 270.0);
    calm.mixing_height_m = 60.0;
    let wind = Wind::uniform(Weather::steady(calm));
    let mut cloud = Cloud::new(options(Scheme::Similarity), vec![leak(1.0, 60.0)]);
    cloud.advance(&wind, 60.0);
    assert_eq!(cloud.caveats(), [Caveat::LowWind, Caveat::VeryStable]);
    cloud.advance(&wind, 3700.0);
    assert!(cloud.caveats().contains(&Caveat::BeyondOneHour));
    let fast = Wind::uniform(Weather::steady(air(Class::D, 12.0, 270.0)));
    let mut cloud = Cloud::new(options(Scheme::Similarity), vec![leak(1.0, 60.0)]);
    cloud.advance(&fast, 600.0);
    assert_eq!(cloud.caveats(), []);
    cloud.advance(&fast, 1400.0);
    assert!(cloud.caveats().contains(&Caveat::BeyondTenKilometres));
}

const AMMONIA: crate::dense::Gas = crate::dense::Gas {
    molar_mass_kg_mol: 0.017031,
    vapour_cp_j_kg_k: 2045.9,
    liquid_cp_j_kg_k: 4611.8,
    boiling_k: 239.57,
    latent_j_kg: 1.17e6,
    liquid_kg_m3: 603.0,
    saturation: (2976.01, 0.0),
};

#[test]
fn a_dense_cloud_hands_over_all_its_mass_and_its_moments() {
    // Grade: exact for mass and moments; behaviour for the turning wind.
    let state = Emission {
        entry: Entry::Jet,
        temperature_k: 239.57,
        vapour_share: 0.19,
        speed_m_s: 25.0,
        area_m2: 0.5,
        width_m: 0.8,
    };
    let mut release = leak(50.0, 200.0);
    release.height_m = 1.0;
    release.steps[0].state = state;
    let shift = vec![(0.0, air(Class::D, 4.0, 270.0)), (120.0, air(Class::D, 4.0, 180.0))];
    let wind = Wind::uniform(Weather::new(shift, crate::weather::series::Between::Hold));
    let mut cloud = Cloud::with_dense(options(Scheme::Similarity), vec![release], &[Some(AMMONIA)], &wind);
    assert_eq!(cloud.guides.len(), 1, "a jet of cold ammonia is dense");
    let guide = cloud.guides[0].clone();
    let end = *guide.stops().last().unwrap();
    assert!(end.way_m > 100.0 && end.way_m < 5000.0, "passive from {} m on", end.way_m);
    // A puff of its own, led to the end in one steady wind: its moments are the dense cloud's.
    let steady = Wind::uniform(Weather::steady(air(Class::D, 4.0, 270.0)));
    let here = steady.weather.at(0.0);
    let mut puff = newborn(0, &cloud.releases[0], 1.0, &state, &here);
    led::begin(&mut puff, Some(0), &cloud.guides, &here);
    while puff.guide.is_some() {
        led::lead(&mut puff, &cloud.guides, &steady, &here, 7.0);
    }
    assert!((puff.sigma_m((0.0, 1.0)) / end.across_m - 1.0).abs() < 1e-6);
    assert!((puff.x_m / end.way_m - 1.0).abs() < 1e-9 && (puff.depth_m / end.depth_m - 1.0).abs() < 1e-9);
    assert_eq!(puff.mass_kg, 1.0);
    for _ in 0..90 {
        cloud.advance(&wind, 10.0);
        let ledger = cloud.ledger(0);
        assert!(ledger.lost_kg().abs() <= 1e-9 * ledger.released_kg.max(1.0));
    }
    assert!((cloud.ledger(0).released_kg - 10_000.0).abs() < 1e-6);
    let mass = summed_kg(&cloud, &wind, (-2000.0, 5000.0), (-2000.0, 8000.0), 25.0);
    assert!((mass / 10_000.0 - 1.0).abs() < 1e-3, "{mass}");
    let east = cloud.puffs.iter().map(|p| p.x_m).fold(0.0, f64::max);
    let north = cloud.puffs.iter().map(|p| p.y_m).fold(0.0, f64::max);
    assert!(east > 200.0 && north > 1000.0, "the dense part turned too: {east} east, {north} north");
}

#[test]
fn a_lid_and_ten_kilometres_count_only_for_zones_that_reach_so_far() {
    // Grade: behaviour. Sunny air under a lid of 200 m: the cloud is followed far beyond the first kilometre, where it is mixed to the lid.
    let mut sunny = air(Class::A, 3.0, 270.0);
    sunny.mixing_height_m = 200.0;
    let wind = Wind::uniform(Weather::steady(sunny));
    let mut cloud = Cloud::new(options(Scheme::Similarity), vec![leak(1.0, 60.0)]);
    cloud.advance(&wind, 30.0);
    assert!(!cloud.caveats().contains(&Caveat::AtTheLid), "after half a minute it is near the ground");
    for _ in 0..120 {
        cloud.advance(&wind, 30.0);
    }
    let range = cloud.range();
    assert!(range.caveats().contains(&Caveat::AtTheLid) && range.caveats().contains(&Caveat::BeyondTenKilometres));
    for c in [Caveat::AtTheLid, Caveat::BeyondTenKilometres] {
        assert!(!range.caveats_within(50.0).contains(&c), "{c:?}");
        assert!(range.caveats_within(12_000.0).contains(&c), "{c:?}");
    }
}
