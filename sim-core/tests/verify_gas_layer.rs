//! Verification of the heavy layer in drills: that the near field keeps its balance whatever levers, crews and the wind do, that ground,
//! levees and houses hold it, and that without it nothing changes. Each test says its grade. The layer's physics is verified in
//! `consequence`.

mod rig;

use rig::{balanced, has_the_same_bits_however_it_is_run, held_kg, leak, run_at};
use sim_core::base::digest::Digest;
use sim_core::base::ids::FacilityId;
use sim_core::base::text::Text;
use sim_core::hazard::gas::layer::LayerSpec;
use sim_core::hazard::gas::near::{Base, Near, NearSpec};
use sim_core::hazard::gas::*;
use sim_core::place::city::{Building, City, Cover, Levee, Use};
use sim_core::place::fixture::grid_town;
use sim_core::place::grid::Grid;
use sim_core::vocab::body::Point;
use sim_core::vocab::lever::Lever;

/// A square of open country, 25 m cells, the leak in its middle; heights by place.
fn country(cells: usize, height_m: impl Fn(Point) -> f64) -> (City, FacilityId) {
    let mut city = grid_town(2, 0);
    let half = cells as f64 * 12.5;
    city.grid = Grid { nx: cells, ny: cells, cell_m: 25.0, x0: -half, y0: -half };
    city.terrain_m = (0..city.grid.len()).map(|k| height_m(city.grid.centre(k)) as f32).collect();
    city.cover = vec![Cover::Field; city.grid.len()];
    city.levees.clear();
    city.buildings.clear();
    let site = city.facility_by_key("tank_1").unwrap();
    city.facilities[site.index()].at = Point::new(0.0, 0.0);
    (city, site)
}

fn spec(speed_m_s: f64, from_deg: f64, class: Class) -> GasSpec {
    GasSpec {
        wind: Wind { speed_m_s, from_deg },
        roughness: Roughness::Rural,
        class: Some(class),
        near: Some(NearSpec::Layer(LayerSpec { reach_m: 250.0, ..LayerSpec::default() })),
        ..GasSpec::default()
    }
}

/// A lying tank of 20 m3 with a hole of 2.5 cm behind a short pipe: two-phase jets, cold drops, a rate that falls.
fn tank(site: FacilityId, substance: &str) -> Lever {
    let tank = "(vessel: Lying(diameter_m: 2.0, length_m: 6.4), contents: Liquid(filled: Share(0.6)), hole: Round(diameter_m: 0.025), \
                hole_height_m: 0.2, pipe_m: 0.15, ground: Concrete)";
    let tank = Some(Box::new(ron::from_str(tank).unwrap()));
    Lever::ReleaseGas { site, substance: substance.into(), rate_kg_s: 0.0, duration_s: 900.0, tank }
}

fn run(gas: &mut Gas, from: u32, to: u32) -> Vec<GasNews> {
    run_at(22.0, gas, from, to)
}

#[test]
fn not_a_gram_is_lost_between_leak_layer_and_puffs_when_the_wind_turns_and_crews_choke_the_leak() {
    // Grade: exact (1e-9). Chlorine vapour at a known rate; then a tank whose jet comes down in the layer.
    let (city, site) = country(120, |_| 0.0);
    let mut gas = Gas::new(&city, &spec(2.0, 225.0, Class::E));
    gas.obey(&leak(site, "chlorine", 4.0, 400.0), 0.0);
    run(&mut gas, 0, 10);
    balanced(&gas, 400.0);
    assert!(held_kg(&gas) > 40.0, "{} kg in the layer", held_kg(&gas));
    gas.obey(&Lever::SetWind { speed_m_s: 3.5, from_deg: 315.0, over_s: 60.0 }, 100.0);
    run(&mut gas, 10, 20);
    balanced(&gas, 800.0);
    // A small share leaves the stretch as it is, a large one begins another; both must reach the layer.
    gas.obey(&Lever::ReduceLeak { site, share: 0.1 }, 200.0);
    run(&mut gas, 20, 25);
    balanced(&gas, 980.0);
    gas.obey(&Lever::ReduceLeak { site, share: 0.5 }, 250.0);
    run(&mut gas, 25, 30);
    balanced(&gas, 1070.0);
    let news = run(&mut gas, 30, 60);
    assert!(
        news.iter().any(|n| matches!(n, GasNews::Stopped { released_kg, .. } if (released_kg - 1250.0).abs() < 1e-6))
    );
    balanced(&gas, 1250.0);
    assert!(gas.leaks()[0].near().is_none(), "the layer goes when the leak is over and it is empty");
    run(&mut gas, 60, 500);
    assert_eq!(gas.ledger().airborne_kg, 0.0);
    assert!((gas.ledger().gone_kg / 1250.0 - 1.0).abs() < 1e-9);
    assert!(gas.concentration_kg_m3().iter().all(|c| *c == 0.0), "the map is clear again");

    let mut gas = Gas::new(&city, &spec(2.0, 225.0, Class::E));
    gas.obey(&tank(site, "chlorine"), 0.0);
    run(&mut gas, 0, 40);
    gas.obey(&Lever::SetWind { speed_m_s: 4.0, from_deg: 340.0, over_s: 200.0 }, 400.0);
    let news = run(&mut gas, 40, 110);
    let stopped = news.iter().find_map(|n| match n {
        GasNews::Stopped { released_kg, .. } => Some(*released_kg),
        _ => None,
    });
    balanced(&gas, stopped.expect("it ends after a quarter of an hour"));
}

#[test]
fn cold_ammonia_runs_as_a_layer_though_its_warm_vapour_is_light_and_a_leak_at_the_map_s_edge_is_booked_too() {
    // Grade: behaviour for the layer, exact for the balance (1e-9).
    let (mut city, site) = country(40, |_| 0.0);
    city.facilities[site.index()].at = Point::new(-499.0, 499.0);
    let mut gas = Gas::new(&city, &spec(2.0, 300.0, Class::F));
    gas.obey(&tank(site, "ammonia"), 0.0);
    run(&mut gas, 0, 6);
    assert!(held_kg(&gas) > 0.2 * gas.ledger().airborne_kg, "{} of {:?}", held_kg(&gas), gas.ledger());
    gas.obey(&Lever::SetWind { speed_m_s: 2.0, from_deg: 135.0, over_s: 0.0 }, 60.0);
    run(&mut gas, 6, 30);
    gas.obey(&Lever::ReduceLeak { site, share: 1.0 }, 300.0);
    run(&mut gas, 30, 80);
    let ledger = gas.ledger();
    balanced(&gas, ledger.released_kg);
    assert!(ledger.released_kg > 200.0 && ledger.gone_kg > 0.9 * ledger.released_kg, "{ledger:?}");
}

#[test]
fn a_cloud_that_is_lit_burns_out_of_the_layer_too() {
    // Grade: exact.
    let (city, site) = country(60, |_| 0.0);
    let mut gas = Gas::new(&city, &spec(2.0, 270.0, Class::D));
    gas.obey(&leak(site, "propane", 6.0, 600.0), 0.0);
    run(&mut gas, 0, 12);
    assert!(held_kg(&gas) > 50.0);
    let burnt = gas.burn_off("propane", 120.0);
    assert!((burnt[0].released_kg / 720.0 - 1.0).abs() < 1e-9 && burnt[0].rest == Some((6.0, 480.0)), "{burnt:?}");
    run(&mut gas, 12, 14);
    balanced(&gas, 720.0);
    assert_eq!((gas.ledger().airborne_kg, held_kg(&gas)), (0.0, 0.0));
    assert!(gas.concentration_kg_m3().iter().all(|c| *c == 0.0));
}

#[test]
fn a_gas_that_is_not_heavy_goes_straight_to_puffs_to_the_bit() {
    // Grade: exact. Ammonia as warm as the air is lighter than it; the near field has nothing to do and changes nothing.
    let (city, site) = country(80, |_| 0.0);
    let digests = |near: bool| {
        let spec = spec(3.0, 250.0, Class::D);
        let mut gas = Gas::new(&city, &GasSpec { near: spec.near.clone().filter(|_| near), ..spec });
        gas.obey(&leak(site, "ammonia", 2.0, 300.0), 0.0);
        let digest = |gas: &Gas| {
            let mut digest = Digest::new();
            gas.digest(&mut digest);
            digest.finish()
        };
        let mut all = Vec::new();
        for tick in 0..60 {
            run(&mut gas, tick, tick + 1);
            all.push((digest(&gas), gas.layers()[0].kg_m3.clone()));
        }
        all
    };
    let (with, without) = (digests(true), digests(false));
    assert!(with.iter().zip(&without).all(|(a, b)| a.1 == b.1), "the map differs");
}

#[test]
fn bits_are_the_same_on_1_2_and_8_threads_and_after_a_checkpoint() {
    // Grade: exact. A tank and a vapour leak over a slope with a levee, a wind that turns, crews at work.
    let (mut city, site) = country(80, |p| 5.0 - 0.01 * p.x);
    levee(&mut city, 110.0, 8.0);
    let spec = GasSpec { roughness: Roughness::Urban, class: None, ..spec(2.5, 140.0, Class::D) };
    has_the_same_bits_however_it_is_run(&city, &spec, 18.9, 40, 20, true, &|gas, tick| match tick {
        0 => {
            gas.obey(&leak(site, "chlorine", 3.0, 900.0), 0.0);
            gas.obey(&tank(site, "propane"), 0.0);
            gas.obey(&Lever::SetWind { speed_m_s: 4.0, from_deg: 200.0, over_s: 300.0 }, 0.0);
        }
        15 => gas.obey(&Lever::ReduceLeak { site, share: 0.4 }, 150.0),
        _ => {}
    });
}

/// A levee from edge to edge, east of the leak.
fn levee(city: &mut City, x_m: f64, crest_m: f64) {
    let line = vec![Point::new(x_m, city.grid.y0), Point::new(x_m, city.grid.y0 + city.grid.height_m())];
    city.levees.push(Levee { key: "dike".into(), name: Text::new("堤", "dike"), line, crest_m, toe_m: 0.0 });
}

/// Highest concentration at the ground along a line north to south, kg/m3.
fn highest(gas: &Gas, x_m: f64) -> f64 {
    (-60..=60).map(|k| gas.point_concentration(Point::new(x_m, 5.0 * f64::from(k)), 0.0)).fold(0.0, f64::max)
}

#[test]
fn a_levee_of_5_m_holds_a_cloud_that_reaches_far_without_it() {
    // Grade: behaviour. Chlorine in a light night wind towards a levee 100 m away; 30 m behind its crest.
    let behind = |crest_m: Option<f64>| {
        let (mut city, site) = country(60, |_| 0.0);
        crest_m.iter().for_each(|crest| levee(&mut city, 100.0, *crest));
        let mut gas = Gas::new(&city, &spec(1.5, 270.0, Class::F));
        gas.obey(&leak(site, "chlorine", 5.0, 300.0), 0.0);
        run(&mut gas, 0, 30);
        balanced(&gas, 1500.0);
        (in_layer(&gas, |p| p.x < 100.0).0, highest(&gas, 130.0))
    };
    let ((open_before_kg, open), (before_kg, held)) = (behind(None), behind(Some(5.0)));
    println!("no levee {open_before_kg:.0} kg, {open:.2e} kg/m3; levee {before_kg:.0} kg, {held:.2e} kg/m3");
    assert!(open > 1e-3, "{open} kg/m3 there without a levee");
    assert!(held < 0.2 * open, "{held} behind, {open} without");
    assert!(before_kg > 1.1 * open_before_kg, "it stands before the levee: {before_kg} kg and {open_before_kg}");
}

/// Mass that the layer of the first leak holds where `test` says, kg, and its moment about the leak to the east, kg m.
fn in_layer(gas: &Gas, test: impl Fn(Point) -> bool) -> (f64, f64) {
    let leak = &gas.leaks()[0];
    let (Some(Near::Layer(near)), Some(Base::Layer(land))) = (leak.near(), gas.base(leak)) else { return (0.0, 0.0) };
    let cells = near.layer().into_iter().flat_map(|layer| layer.cells.iter().enumerate());
    let here = cells.map(|(k, cell)| (cell.mass_kg_m2 * land.ground.area_m2(), land.ground.grid.centre(k)));
    here.filter(|(_, p)| test(*p)).fold((0.0, 0.0), |(kg, moment), (m, p)| (kg + m, moment + m * p.x))
}

#[test]
fn heavy_gas_runs_down_a_valley_against_a_weak_wind_where_puffs_go_with_it() {
    // Grade: behaviour. A valley that falls 6 in 100 to the west, sides of 1 in 5; a wind of 1 m/s from the west.
    let along = |near: bool| {
        let (city, site) = country(60, |p| 100.0 + 0.06 * p.x + (0.2 * p.y).abs());
        let spec = spec(1.0, 270.0, Class::F);
        let mut gas = Gas::new(&city, &GasSpec { near: spec.near.clone().filter(|_| near), ..spec });
        gas.obey(&leak(site, "chlorine", 10.0, 300.0), 0.0);
        run(&mut gas, 0, 30);
        (highest(&gas, -120.0), highest(&gas, 120.0))
    };
    let ((down, up), (against, with)) = (along(true), along(false));
    println!("layer: {down:.2e} down, {up:.2e} up the valley; puffs: {against:.2e}, {with:.2e}");
    assert!(down > 1e-2 && down > 5.0 * up, "{down} down, {up} up the valley");
    assert!(with > 5.0 * against, "puffs know no valley: {with} with the wind, {against} against it");
}

#[test]
fn the_map_shows_the_mean_of_the_layer_s_cells_and_houses_and_water_are_where_they_are() {
    // Grade: exact. While all is in the layer, a cell of the map is the mean over its 25 cells of 5 m.
    let (mut city, site) = country(40, |_| -3.0);
    city.water_level_m = 1.0;
    city.cover.fill(Cover::Water);
    let square = |x: f64, y: f64, side: f64| {
        vec![Point::new(x, y), Point::new(x + side, y), Point::new(x + side, y + side), Point::new(x, y + side)]
    };
    let house = |outline: Vec<Point>, at: Point| Building {
        at,
        footprint_m2: 400.0,
        storeys: 2,
        purpose: Use::Home,
        zone: sim_core::base::ids::ZoneId(0),
        plinth_m: 0.5,
        node: sim_core::base::ids::NodeId(0),
        residents: 0,
        outline,
    };
    // One by its outline, one by its area alone, one over the leak, which is left out.
    city.buildings = vec![
        house(square(20.0, 20.0, 20.0), Point::new(30.0, 30.0)),
        house(Vec::new(), Point::new(-30.0, 30.0)),
        house(square(-10.0, -10.0, 20.0), Point::new(0.0, 0.0)),
    ];
    let mut gas = Gas::new(&city, &spec(1.0, 270.0, Class::F));
    gas.obey(&leak(site, "chlorine", 50.0, 60.0), 0.0);
    run(&mut gas, 0, 2);
    let Some(Base::Layer(land)) = gas.base(&gas.leaks()[0]) else { panic!("a layer was asked for") };
    let ground = &land.ground;
    let bed = |x: f64, y: f64| ground.bed_m()[ground.grid.nearest_cell(Point::new(x, y))];
    assert_eq!([bed(30.0, 30.0), bed(-30.0, 30.0), bed(0.0, 0.0), bed(100.0, 0.0)], [7.5, 7.5, 1.0, 1.0]);
    assert!((land.built_share() - 32.0 / 10_000.0).abs() < 1e-12);
    assert!((held_kg(&gas) - 1000.0).abs() < 1e-6, "nothing is handed over yet");
    let mut shown = 0;
    for (k, c) in gas.concentration_kg_m3().iter().enumerate() {
        let middle = city.grid.centre(k);
        let cells =
            (0..25).map(|n| Point::new(middle.x + 5.0 * f64::from(n % 5 - 2), middle.y + 5.0 * f64::from(n / 5 - 2)));
        let mean = cells.map(|p| gas.point_concentration(p, 0.0)).sum::<f64>() / 25.0;
        assert!((f64::from(*c) - mean).abs() <= 1e-5 * mean, "cell {k}: {c} and {mean}");
        shown += usize::from(*c > 0.0);
    }
    assert!(shown >= 4, "{shown} cells");
}

#[test]
fn what_the_layer_hands_over_keeps_its_mass_and_goes_on_where_it_was() {
    // Grade: exact for mass, behaviour for the centre: as long as the layer holds some of it, the centre of all never moves farther in a
    // tick than the wind at 10 m blows, nor back by more than a tenth of a cell.
    let (city, site) = country(120, |_| 0.0);
    let mut gas = Gas::new(&city, &spec(3.0, 270.0, Class::D));
    gas.obey(&leak(site, "chlorine", 3.0, 10.0), 0.0);
    let (mut last, mut mixed) = (0.0, 0);
    for tick in 0..40 {
        run(&mut gas, tick, tick + 1);
        let puffs = gas.leaks()[0].clouds().flat_map(|c| &c.puffs);
        let (thin_kg, thin) = puffs.fold((0.0, 0.0), |(kg, x), p| (kg + p.mass_kg, x + p.mass_kg * p.x_m));
        let (held_kg, held) = in_layer(&gas, |_| true);
        assert!(((thin_kg + held_kg) / 30.0 - 1.0).abs() < 1e-9, "tick {tick}: {thin_kg} + {held_kg} kg");
        let centre = (thin + held) / 30.0;
        if held_kg > 0.0 {
            assert!(centre > last - 0.5 && centre < last + 30.0, "tick {tick}: centre from {last} to {centre}");
            mixed += usize::from(thin_kg > 0.0);
        }
        last = centre;
    }
    assert!(mixed >= 2 && gas.leaks()[0].near().is_none(), "in parts ({mixed} ticks), and then all of it");
}

#[test]
fn a_wrong_near_field_is_told_all_its_faults_at_once() {
    // Grade: behaviour.
    let file = std::path::Path::new("scenario.ron");
    let wrong = NearSpec::Layer(LayerSpec { reach_m: f64::NAN, cell_m: 0.1, houses: true }).check(file);
    assert_eq!(wrong.0.len(), 2, "{wrong}");
    let fine = NearSpec::Layer(LayerSpec { reach_m: 2000.0, cell_m: 2.0, houses: true }).check(file);
    assert!(fine.to_string().contains("2000 x 2000 cells"), "{fine}");
    assert!(NearSpec::Layer(LayerSpec::default()).check(file).is_empty());
}
