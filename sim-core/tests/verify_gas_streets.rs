//! Verification of gas through the streets in drills: that it keeps its balance whatever crews and the wind do, has the same bits on any number of threads
//! and over a checkpoint, and that houses shelter. Each test says its grade. Wind and particles are verified in `consequence`.

mod rig;

use rig::{balanced, has_the_same_bits_however_it_is_run, held_kg, leak, run_at};
use sim_core::base::ids::FacilityId;
use sim_core::hazard::gas::near::{Base, Near, NearSpec};
use sim_core::hazard::gas::streets::StreetsSpec;
use sim_core::hazard::gas::*;
use sim_core::place::city::{Building, City, Cover, Use};
use sim_core::place::fixture::grid_town;
use sim_core::place::grid::Grid;
use sim_core::vocab::body::Point;
use sim_core::vocab::lever::Lever;

/// A house of 4 storeys by its outline.
fn house(x0: f64, y0: f64, x1: f64, y1: f64) -> Building {
    let outline = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)].map(|(x, y)| Point::new(x, y)).to_vec();
    Building {
        at: Point::new(0.5 * (x0 + x1), 0.5 * (y0 + y1)),
        footprint_m2: ((x1 - x0) * (y1 - y0)) as f32,
        storeys: 4,
        purpose: Use::Home,
        zone: sim_core::base::ids::ZoneId(0),
        plinth_m: 0.5,
        node: sim_core::base::ids::NodeId(0),
        residents: 0,
        outline,
    }
}

/// Two rows of houses along a street from west to east, with side streets; the leak in the street. One house by its area alone, one over the leak.
fn town() -> (City, FacilityId) {
    let mut city = grid_town(2, 0);
    city.grid = Grid { nx: 60, ny: 60, cell_m: 20.0, x0: -600.0, y0: -600.0 };
    city.terrain_m = vec![0.0; city.grid.len()];
    city.cover = vec![Cover::Built; city.grid.len()];
    city.levees.clear();
    let row =
        |y0: f64| (-1..4).map(move |k| f64::from(k) * 40.0 - 50.0).map(move |x| house(x, y0, x + 28.0, y0 + 16.0));
    city.buildings = row(8.0).chain(row(-24.0)).chain([house(-63.0, -3.0, -57.0, 3.0)]).collect();
    city.buildings[2].outline.clear();
    let site = city.facility_by_key("tank_1").unwrap();
    city.facilities[site.index()].at = Point::new(-60.0, 0.0);
    (city, site)
}

fn spec(speed_m_s: f64, from_deg: f64) -> GasSpec {
    let streets = StreetsSpec { reach_m: 120.0, cell_m: 4.0, particles: 6_000, ..StreetsSpec::default() };
    GasSpec {
        wind: Wind { speed_m_s, from_deg },
        roughness: Roughness::Rural,
        class: Some(Class::D),
        near: Some(NearSpec::Streets(streets)),
        ..GasSpec::default()
    }
}

fn run(gas: &mut Gas, from: u32, to: u32) -> Vec<GasNews> {
    run_at(22.0, gas, from, to)
}

#[test]
fn not_a_gram_is_lost_between_leak_streets_and_puffs_when_the_wind_turns_and_crews_choke_the_leak() {
    // Grade: exact (1e-9).
    let (city, site) = town();
    let mut gas = Gas::new(&city, &spec(3.0, 270.0));
    gas.obey(&leak(site, "ammonia", 2.0, 400.0), 0.0);
    run(&mut gas, 0, 10);
    balanced(&gas, 200.0);
    assert!(held_kg(&gas) > 20.0, "{} kg in the streets", held_kg(&gas));
    gas.obey(&Lever::SetWind { speed_m_s: 4.0, from_deg: 230.0, over_s: 60.0 }, 100.0);
    run(&mut gas, 10, 20);
    balanced(&gas, 400.0);
    // A small share leaves the stretch as it is, a large one begins another.
    gas.obey(&Lever::ReduceLeak { site, share: 0.1 }, 200.0);
    run(&mut gas, 20, 25);
    balanced(&gas, 490.0);
    gas.obey(&Lever::ReduceLeak { site, share: 0.5 }, 250.0);
    run(&mut gas, 25, 30);
    balanced(&gas, 535.0);
    let news = run(&mut gas, 30, 45);
    assert!(news.iter().any(|n| matches!(n, GasNews::Stopped { .. })));
    balanced(&gas, 625.0);
    run(&mut gas, 45, 200);
    assert!(gas.leaks()[0].near().is_none(), "the streets go when the leak is over and they are empty");
    assert!((gas.ledger().gone_kg / 625.0 - 1.0).abs() < 1e-9 && gas.ledger().airborne_kg == 0.0);
    assert!(gas.concentration_kg_m3().iter().all(|c| *c == 0.0), "the map is clear again");
}

#[test]
fn a_cloud_that_is_lit_burns_out_of_the_streets_too() {
    // Grade: exact.
    let (city, site) = town();
    let mut gas = Gas::new(&city, &spec(2.0, 270.0));
    gas.obey(&leak(site, "propane", 6.0, 600.0), 0.0);
    run(&mut gas, 0, 12);
    assert!(held_kg(&gas) > 50.0);
    // Fuel thins out upwards, so that an explosive mass can be summed.
    let at = |z: f64| gas.concentration_of_kg_m3("propane", Point::new(-50.0, 0.0), z);
    assert!(at(1.0) > 5.0 * at(30.0), "{} and {}", at(1.0), at(30.0));
    let burnt = gas.burn_off("propane", 120.0);
    assert!((burnt[0].released_kg / 720.0 - 1.0).abs() < 1e-9 && burnt[0].rest == Some((6.0, 480.0)), "{burnt:?}");
    run(&mut gas, 12, 14);
    balanced(&gas, 720.0);
    assert_eq!((gas.ledger().airborne_kg, held_kg(&gas)), (0.0, 0.0));
    assert!(gas.concentration_kg_m3().iter().all(|c| *c == 0.0));
}

#[test]
fn bits_are_the_same_on_1_2_and_8_threads_and_after_a_checkpoint() {
    // Grade: exact. A wind that turns through several directions of the library, crews at work, the class of the hour; winds are solved anew on resume.
    let (city, site) = town();
    let spec = GasSpec { roughness: Roughness::Urban, class: None, ..spec(2.5, 250.0) };
    has_the_same_bits_however_it_is_run(&city, &spec, 18.97, 26, 16, true, &|gas, tick| match tick {
        0 => {
            gas.obey(&leak(site, "chlorine", 3.0, 900.0), 0.0);
            gas.obey(&Lever::SetWind { speed_m_s: 4.0, from_deg: 300.0, over_s: 150.0 }, 50.0);
        }
        15 => gas.obey(&Lever::ReduceLeak { site, share: 0.4 }, 150.0),
        _ => {}
    });
}

#[test]
fn a_side_street_has_less_than_the_street_and_the_map_shows_means_over_open_ground() {
    // Grade: behaviour for the streets, exact for the map. Houses are where they are; the one over the leak is left out.
    let (city, site) = town();
    let mut gas = Gas::new(&city, &spec(3.0, 270.0));
    gas.obey(&leak(site, "ammonia", 1.0, 900.0), 0.0);
    run(&mut gas, 0, 40);
    let (Some(Near::Streets(near)), Some(Base::Streets(streets))) = (gas.leaks()[0].near(), gas.base(&gas.leaks()[0]))
    else {
        panic!("streets were asked for")
    };
    let grid = streets.quarter.space().grid;
    let roof = |x: f64, y: f64| streets.quarter.buildings().height_m[grid.nearest_cell(Point::new(x, y))];
    // 0.5 m of plinth and 4 storeys; a square of 448 m2 for the one without an outline.
    assert_eq!([roof(-36.0, 14.0), roof(4.0, 16.0), roof(-60.0, 0.0), roof(-16.0, 14.0)], [12.5, 12.5, 0.0, 0.0]);
    let at = |x: f64, y: f64| gas.point_concentration(Point::new(x, y), 1.5);
    let (street, side, behind) = (at(30.0, 0.0), at(24.0, 18.0), at(10.0, 40.0));
    println!("street {street:.2e}, side street {side:.2e}, behind the row {behind:.2e} kg/m3");
    assert!(street > 2.0 * side && street > 3.0 * behind && side > 0.0, "{street} {side} {behind}");
    // A cell of the map in the middle of the street, 20 m: 25 cells of the streets, and the few metres of puffs that spread back into the box.
    let middle = city.grid.nearest_cell(Point::new(-30.0, -10.0));
    let centre = city.grid.centre(middle);
    let here = |c: &usize| {
        let p = grid.centre(*c);
        (p.x - centre.x).abs() < 10.0 && (p.y - centre.y).abs() < 10.0 && !streets.quarter.solid(*c)
    };
    let open: Vec<usize> = (0..grid.len()).filter(here).collect();
    assert!(open.len() < 25 && open.len() > 5, "{} open cells", open.len());
    let mean = open.iter().map(|c| f64::from(near.live().kg_m3()[*c])).sum::<f64>() / open.len() as f64;
    let shown = f64::from(gas.concentration_kg_m3()[middle]);
    assert!(mean > 0.0 && (shown / mean - 1.0).abs() < 1e-3, "{shown} on the map, {mean} in the streets");
}

#[test]
fn a_wrong_street_spec_is_told_all_its_faults_at_once() {
    // Grade: behaviour.
    let file = std::path::Path::new("scenario.ron");
    let check = |spec: StreetsSpec| NearSpec::Streets(spec).check(file);
    let wrong = check(StreetsSpec { reach_m: f64::NAN, cell_m: 0.1, particles: 3, seed: 1 });
    assert_eq!(wrong.0.len(), 3, "{wrong}");
    let fine = check(StreetsSpec { reach_m: 900.0, ..StreetsSpec::default() });
    assert!(fine.0.len() == 1 && fine.to_string().contains("450 columns"), "{fine}");
    assert!(check(StreetsSpec::default()).is_empty());
    let typo = ron::from_str::<NearSpec>("Streets((reach: 200.0))").expect_err("no such field");
    assert!(typo.to_string().contains("reach_m"), "{typo}");
}
