//! Dense runs as a whole. What compares with published outputs stands in `validate::slab` and `validate::lng`.

use super::gas::tests::AMMONIA;
use super::*;
use crate::weather::Class;

fn jet() -> Source {
    Source {
        entry: Entry::Jet,
        gas: AMMONIA,
        rate_kg_s: 20.0,
        duration_s: 120.0,
        burst_kg: 0.0,
        temperature_k: 239.57,
        vapour_share: 0.19,
        area_m2: 0.3,
        height_m: 1.0,
    }
}

fn deck(class: Class, wind_m_s: f64) -> Deck {
    Deck {
        wind_m_s,
        wind_height_m: 10.0,
        roughness_m: 0.03,
        temperature_k: 293.0,
        relative_humidity: 0.6,
        averaging_s: 60.0,
        stability: DeckStability::Class(class),
    }
}

#[test]
fn every_kind_of_source_runs_in_every_weather_and_keeps_its_mass() {
    // Grade: exact. Plume: flux; puff: what is in the cloud; 1e-3.
    let pool = Source { entry: Entry::Pool, area_m2: 150.0, vapour_share: 1.0, height_m: 0.0, ..jet() };
    let up = Source { entry: Entry::JetUp, ..jet() };
    let cloud =
        Source { entry: Entry::Cloud, rate_kg_s: 0.0, duration_s: 0.0, burst_kg: 3000.0, area_m2: 400.0, ..jet() };
    for source in [jet(), pool, up, cloud] {
        for class in [Class::B, Class::D, Class::F] {
            for (mode, ambient) in [("r", deck(class, 2.5).ambient()), ("c", deck(class, 2.5).corrected())] {
                let out = run(&source, &ambient, 2000.0);
                assert!(out.sections.len() > 20, "{:?} {class:?} {mode}", source.entry);
                assert!(out.sections.windows(2).all(|w| w[1].x_m >= w[0].x_m && w[1].time_s >= w[0].time_s));
                assert!(out.sections.last().unwrap().x_m > 1990.0, "{:?} {class:?} {mode} stops", source.entry);
                for (k, s) in out.sections.iter().enumerate() {
                    let cross = s.mixture.density_kg_m3 * s.half_width_m * s.height_m * s.mixture.mass_share;
                    let (got, want) = if k < out.puff_from {
                        // Over a pool only what has come in so far.
                        (2.0 * cross * s.speed_m_s, source.rate_kg_s)
                    } else {
                        (4.0 * cross * s.half_length_m, source.total_kg())
                    };
                    // Vapour may cover more ground than its pool: a plume begins a hundredth of that in.
                    let edge_m = -out.sections[0].x_m / 0.98;
                    let over_pool = k < out.puff_from && source.entry == Entry::Pool && s.x_m < edge_m;
                    assert!(
                        over_pool || (got / want - 1.0).abs() < 1e-3,
                        "{:?} {class:?} {mode} {k}: {got}",
                        source.entry
                    );
                    assert!(s.mixture.temperature_k.is_finite() && s.height_m > 0.0 && s.speed_m_s >= 0.0);
                }
                // Far away it is air of the air's temperature.
                let last = out.sections.last().unwrap();
                assert!((last.mixture.temperature_k - 293.0).abs() < 3.0, "{}", last.mixture.temperature_k);
            }
        }
    }
}

#[test]
fn the_profile_of_a_section_holds_its_mean() {
    // Grade: exact. The integral of the profile over the cross-section is 2 B h times the mean.
    let out = run(&jet(), &deck(Class::D, 4.0).corrected(), 500.0);
    for x in [20.0, 60.0, 150.0] {
        let s = out.at(x).expect("inside");
        let (n, top, side) = (400, 8.0 * s.height_m, 5.0 * s.half_width_m);
        let mut sum = 0.0;
        for j in 0..n {
            for i in 0..n {
                let (y, z) = ((i as f64 + 0.5) / n as f64 * side, (j as f64 + 0.5) / n as f64 * top);
                sum += s.over_mean(y, z) * side * top / (n * n) as f64;
            }
        }
        assert!((sum / (s.half_width_m * s.height_m) - 1.0).abs() < 2e-3, "{x} m: {sum}");
    }
}

#[test]
fn light_gas_is_not_dense_and_much_cold_gas_in_little_wind_is() {
    // Grade: behaviour.
    let air = Surroundings::new(293.0, 101_325.0, 0.5);
    let warm = Source { temperature_k: 293.0, vapour_share: 1.0, ..jet() };
    assert!(!warm.is_dense(&air, 3.0), "ammonia vapour is lighter than air");
    assert!(jet().is_dense(&air, 3.0));
    let drip = Source { rate_kg_s: 0.001, ..jet() };
    assert!(!drip.is_dense(&air, 8.0));
}

#[test]
fn finer_steps_change_little() {
    // Grade: exact. Doubling the horizon changes the steps' ends only; two runs agree where both are.
    let (a, b) =
        (run(&jet(), &deck(Class::D, 4.0).corrected(), 900.0), run(&jet(), &deck(Class::D, 4.0).corrected(), 5000.0));
    for x in [50.0, 300.0, 800.0] {
        let (p, q) = (a.at(x).unwrap(), b.at(x).unwrap());
        assert!((p.mixture.volume_share / q.mixture.volume_share - 1.0).abs() < 5e-3, "{x}");
        assert!((p.half_width_m / q.half_width_m - 1.0).abs() < 5e-3, "{x}");
    }
}

#[test]
fn a_cloud_that_begins_to_fall_from_rest_falls_as_its_weight_says() {
    // Grade: exact. At the top of a stack's rise a cloud hangs; before it has fallen far nothing else has changed: z0 - g' t^2/2 (the first step fell
    // five metres through the ground).
    let up = Source {
        entry: Entry::JetUp,
        rate_kg_s: 3.33,
        area_m2: 0.02,
        height_m: 1.0,
        vapour_share: 0.12,
        gas: Gas { molar_mass_kg_mol: 0.0709, ..jet().gas },
        ..jet()
    };
    for ambient in [deck(Class::D, 1.0).ambient(), deck(Class::D, 1.0).corrected()] {
        let out = run(&up, &ambient, 50.0);
        let top = &out.sections[0];
        let falling: Vec<_> =
            out.sections.iter().take_while(|s| !s.grounded && s.centre_m > 0.7 * top.centre_m).collect();
        assert!(falling.len() >= 3, "{} steps for the first third of the fall", falling.len());
        for s in &falling {
            let t = s.time_s - top.time_s;
            let pull = 9.806_65 * (1.0 - ambient.density_kg_m3 / top.mixture.density_kg_m3);
            let want = top.centre_m - 0.5 * pull * t * t;
            assert!((s.centre_m - want).abs() < 0.05 * top.centre_m, "{t} s: {} m for {want}", s.centre_m);
        }
    }
}

#[test]
fn a_heavy_stack_s_cloud_begins_and_slumps_as_the_original_s_does() {
    // Grade: reference. Example 4 of the original: where its plume begins, and rows of its output while the cloud slumps (its origin is a
    // metre upwind).
    let chlorine = Gas {
        molar_mass_kg_mol: 0.070906,
        vapour_cp_j_kg_k: 498.1,
        liquid_cp_j_kg_k: 926.3,
        boiling_k: 239.1,
        latent_j_kg: 287_840.0,
        liquid_kg_m3: 1574.0,
        saturation: (1978.34, -27.01),
    };
    let up = Source {
        entry: Entry::JetUp,
        gas: chlorine,
        rate_kg_s: 3.33,
        duration_s: 300.0,
        temperature_k: 239.1,
        vapour_share: 0.12,
        area_m2: 0.02,
        ..jet()
    };
    let deck = Deck {
        roughness_m: 0.1,
        temperature_k: 276.0,
        relative_humidity: 0.3,
        averaging_s: 1.0,
        ..deck(Class::D, 1.0)
    };
    let out = run(&up, &deck.ambient(), 200.0);
    let first = &out.sections[0];
    for (got, want) in [
        (first.x_m, 0.01112),
        (first.centre_m, 2.2387),
        (first.height_m, 2.4203),
        (first.half_width_m, 1.21027),
        (first.core_m, 0.789775),
        (first.mixture.volume_share, 0.31146),
        (first.speed_m_s, 0.357352),
    ] {
        assert!((got / want - 1.0).abs() < 0.01, "{got} for {want}");
    }
    for (x, height, width, share, speed) in [
        (2.79262, 0.813375, 10.085, 0.0867357, 0.636599),
        (9.86509, 1.49201, 25.515, 0.0269069, 0.502052),
        (29.7537, 2.14161, 55.0035, 0.00900355, 0.497959),
        (77.3586, 3.59449, 89.6682, 0.00281365, 0.585621),
    ] {
        let s = out.at(x - 1.0).unwrap();
        let pairs =
            [(s.height_m, height), (s.half_width_m, width), (s.mixture.volume_share, share), (s.speed_m_s, speed)];
        for (got, want) in pairs {
            assert!((got / want - 1.0).abs() < 0.03, "{x} m: {got} for {want}");
        }
        assert!(s.height_m >= 2.0 * s.centre_m - 1e-9);
    }
}

/// Methane at its boiling point along ground rougher than it is high at first: the second ground jet of the original's list.
fn ground_jet() -> (Source, Deck) {
    let gas = Gas { molar_mass_kg_mol: 0.016052, liquid_kg_m3: 425.6, ..crate::validate::lng::METHANE };
    let source = Source {
        gas,
        rate_kg_s: 97.9,
        duration_s: 174.0,
        temperature_k: 111.15,
        vapour_share: 1.0,
        area_m2: 0.25 * std::f64::consts::PI,
        height_m: 0.0,
        ..jet()
    };
    let deck = Deck {
        roughness_m: 1.0,
        temperature_k: 298.0,
        relative_humidity: 0.0,
        averaging_s: 10.0,
        ..deck(Class::F, 10.9)
    };
    (source, deck)
}

#[test]
fn a_jet_of_the_reference_mode_is_never_higher_than_wide_and_keeps_its_mass() {
    // Grade: reference. Rows of the original: half width by distance, share on the axis.
    let (source, deck) = ground_jet();
    let out = run(&source, &deck.ambient(), 1000.0);
    for s in &out.sections {
        assert!(s.height_m <= 2.0 * s.half_width_m * (1.0 + 1e-9), "{} m: {} by {}", s.x_m, s.height_m, s.half_width_m);
        let flux = 2.0 * s.mixture.density_kg_m3 * s.speed_m_s * s.half_width_m * s.height_m * s.mixture.mass_share;
        assert!((flux / source.rate_kg_s - 1.0).abs() < 1e-3 || s.stage == profile::Stage::Puff, "{} m: {flux}", s.x_m);
    }
    for (x, half_width, share) in [
        (1.09, 1.48, 0.970427),
        (5.15, 2.55, 0.654972),
        (10.1, 3.30, 0.511722),
        (73.6, 8.55, 0.194566),
        (198.0, 12.6, 0.114627),
    ] {
        let s = out.at(x).unwrap();
        assert!((s.half_width_m / half_width - 1.0).abs() < 0.05, "{x} m: {} for {half_width}", s.half_width_m);
        let got = s.volume_share(0.0, 0.0);
        assert!((got / share - 1.0).abs() < 0.05, "{x} m: {got} for {share}");
    }
}

#[test]
fn a_cloud_of_the_reference_mode_that_turns_light_stops_spreading_and_leaves_the_ground() {
    // Grade: behaviour. In the corrected mode the front runs down by itself.
    let (source, deck) = ground_jet();
    let ambient = deck.ambient();
    let out = run(&source, &ambient, 800.0);
    let light = out.sections.iter().position(|s| s.mixture.density_kg_m3 <= ambient.density_kg_m3).expect("light");
    assert!(out.sections[light - 1].across_m_s > 0.1);
    let after: Vec<_> = out.sections[light..].iter().filter(|s| s.stage == profile::Stage::Plume).collect();
    assert!(after.iter().all(|s| s.across_m_s == 0.0));
    assert!(after.windows(2).all(|w| w[1].centre_m >= w[0].centre_m), "it rises");
    for s in &after {
        assert_eq!(s.grounded, s.centre_m < 0.5 * s.height_m, "{} m", s.x_m);
        assert!(s.grounded || s.rates.ground_m_s == 0.0, "no ground warms it");
    }
    let off = after.iter().position(|s| !s.grounded).expect("leaves the ground");
    assert!(after[off].rates.top_m_s > 1.5 * after[off - 1].rates.top_m_s, "drawn into from below too");
    let corrected = run(&source, &deck.corrected(), 800.0);
    let plume = corrected.sections.iter().filter(|s| s.stage == profile::Stage::Plume);
    let light: Vec<_> = plume.filter(|s| s.mixture.density_kg_m3 <= ambient.density_kg_m3).collect();
    assert!(light.iter().all(|s| s.across_m_s > 0.0), "a front with momentum");
}

#[test]
fn a_plume_of_the_reference_mode_becomes_a_puff_where_and_as_the_original_s_does() {
    // Grade: reference. Example 2: the original's puff begins at 1006.25 m, the row of its grid by which half of the mass has passed; its first
    // rows as a puff: length and core.
    let (source, deck) = crate::validate::slab::example_2();
    let end = |ambient: &Ambient| run(&source, ambient, 3000.0);
    let free = end(&deck.ambient());
    let begin = free.sections[free.puff_from];
    assert!((begin.time_s - source.duration_s).abs() < 0.1, "half of the release's time after its middle");
    let out = end(&deck.ambient().printed_to(2799.0));
    let first = out.sections[out.puff_from];
    assert!((first.x_m + 1.0 - 1006.25).abs() < 0.5, "{}", first.x_m);
    for (x, length, core) in [(1006.25, 1027.2, 1027.09), (1196.3, 1061.61, 1029.34), (2057.69, 1208.54, 1036.8)] {
        let s = out.at(x - 1.0).unwrap();
        assert!((s.half_length_m / length - 1.0).abs() < 0.01, "{x} m: {} for {length}", s.half_length_m);
        assert!((s.core_length_m / core - 1.0).abs() < 0.01, "{x} m: {} for {core}", s.core_length_m);
    }
    // How much it grows by its front alone to two of these rows: 2.25 m and 9.71 m.
    for (x, want) in [(1196.3, 2.25), (2057.69, 9.71)] {
        let grown = out.at(x - 1.0).unwrap().core_length_m - first.core_length_m;
        assert!((grown / want - 1.0).abs() < 0.08, "{x} m: {grown} for {want}");
    }
}

#[test]
fn over_a_pool_the_reference_mode_s_plume_lasts_until_half_of_the_mass_is_in_it() {
    // Grade: exact. What lies in the sections up to the puff's begin, 1 %.
    let source = Source { entry: Entry::Pool, area_m2: 400.0, vapour_share: 1.0, height_m: 0.0, ..jet() };
    let out = run(&source, &deck(Class::D, 2.5).ambient(), 2000.0);
    let plume = &out.sections[..out.puff_from];
    let across = |s: &Section| 2.0 * s.mixture.density_kg_m3 * s.half_width_m * s.height_m * s.mixture.mass_share;
    let inside: f64 = plume.windows(2).map(|w| 0.5 * (across(&w[0]) + across(&w[1])) * (w[1].x_m - w[0].x_m)).sum();
    assert!((inside / (0.5 * source.total_kg()) - 1.0).abs() < 0.01, "{inside} kg");
}
