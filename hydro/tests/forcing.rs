//! Forcing on the real solvers: volumes, threads, and what a step of weather costs.

use base::fold::with_threads;
use base::grid::Grid;
use hydro::flow::{Account, Buckets, Flow};
use hydro::forcing::sources::{Forcing, ForcingSpec, ForcingState};
use hydro::solver::{Domain, Options, Real, Solver};
use std::path::Path;

fn forcing(grid: &Grid) -> Forcing {
    let classes: Vec<u8> = (0..grid.len()).map(|c| (c / 7 % 3) as u8).collect();
    let spec: ForcingSpec = ron::from_str(
        &r#"(
            rain: Sum([
                Storm((formula: "suzhou_2025", return_period_a: 50, duration_min: 60)),
                Cells([(long_m: 400, short_m: 250, axis_deg: 30, track: [
                    (t_s: 0, x_m: 0, y_m: 0, peak_mm_h: 30), (t_s: 3600, x_m: 1000, y_m: 500, peak_mm_h: 90),
                ])]),
            ]),
            infiltration: (classes: [
                (loss: Sealed), (loss: Soil(soil: Loam, saturation: 0.5)), (loss: CurveNumber(cn: 80)),
            ], class_of_cell: Some(CLASSES)),
            inflows: [(name: "brook", at: Point(505, 505), flow: Series(points: [(0, 1), (1800, 6), (3600, 2)]))],
        )"#
        .replace("CLASSES", &format!("{classes:?}")),
    )
    .expect("the spec parses");
    spec.bind(grid, 3600.0, Path::new("forcing.ron")).expect("nothing wrong")
}

fn run<R: Real>(threads: usize) -> (Solver<R>, ForcingState, Forcing) {
    let grid = Grid { nx: 120, ny: 110, cell_m: 10.0, x0: 0.0, y0: 0.0 };
    let bed_m =
        (0..grid.len()).map(|c| 0.004 * (c % 120) as f64 + 0.3 * ((c / 120) as f64 * 0.2 - 3.0).abs()).collect();
    let domain = Domain::new(grid, bed_m, vec![0.04; grid.len()]);
    let forcing = forcing(&grid);
    let (mut solver, mut state) = (Solver::<R>::new(&domain, Options::default()), forcing.start());
    with_threads(threads, || {
        for k in 0..60 {
            let (from, to) = (k as f64 * 60.0, (k + 1) as f64 * 60.0);
            forcing.weather(&mut state, &mut solver, from, to);
            let named = solver.advance(from, 60.0, &mut |flow, now_s, dt_s| {
                forcing.inflow(flow, now_s, now_s + dt_s);
            });
            assert!(named.is_empty(), "no intervention was needed");
        }
    });
    (solver, state, forcing)
}

fn books_close<R: Real>(error: f64) {
    let (solver, ..) = run::<R>(0);
    assert!(solver.ledger().error().abs() < error, "relative error of the balance {:e}", solver.ledger().error());
    assert!(solver.volume_m3() > 1000.0);
}

/// Grade: exact. The issue's bounds on the balance, with rain, ground and river booked.
#[test]
fn a_cloudburst_with_ground_and_river_closes_its_balance_in_both_precisions() {
    books_close::<f64>(1e-12);
    books_close::<f32>(1e-6);
}

/// Grade: exact.
#[test]
fn weather_has_the_same_bits_on_any_number_of_threads() {
    let bits = |threads| {
        let (solver, state, _) = run::<f32>(threads);
        (solver.depths().iter().map(|h| h.to_bits()).collect::<Vec<_>>(), state)
    };
    let one = bits(1);
    assert!(one == bits(2), "1 and 2 threads");
    assert!(one == bits(8), "1 and 8 threads");
}

/// Grade: exact. What the buckets stand for: rain, less what the laws take, plus the river.
#[test]
fn volumes_on_buckets_are_those_of_the_specs() {
    let grid = Grid { nx: 100, ny: 100, cell_m: 10.0, x0: 0.0, y0: 0.0 };
    let forcing = forcing(&grid);
    let mut state = forcing.start();
    let mut flow = Buckets::new(grid, vec![0.0; grid.len()], vec![0.0; grid.len()]);
    for k in 0..120 {
        let (from, to) = (k as f64 * 30.0, (k + 1) as f64 * 30.0);
        forcing.weather(&mut state, &mut flow, from, to);
        forcing.inflow(&mut flow, from, to);
    }
    let booked = |account: Account| flow.booked_m3[account as usize];
    let rain_m3 = forcing.rain.over(0.0, 3600.0).expect("it rains").volume_m3(&grid);
    assert!((booked(Account::Rain) / rain_m3 - 1.0).abs() < 1e-10);
    assert!((booked(Account::Inflow) - (3.5 * 1800.0 + 4.0 * 1800.0)).abs() < 1e-6);
    let standing_m3: f64 = flow.depth_m.iter().sum::<f64>() * 100.0;
    let balance = booked(Account::Rain) + booked(Account::Inflow) + booked(Account::Infiltration) - standing_m3;
    assert!(balance.abs() < 1e-9 * rain_m3, "{balance}");
}

/// Grade: behaviour. Prints what a step of weather costs; the bound is wide, for busy machines.
#[test]
fn a_step_of_weather_over_a_million_cells_is_cheap() {
    let grid = Grid { nx: 1000, ny: 1000, cell_m: 10.0, x0: 0.0, y0: 0.0 };
    let forcing = forcing(&grid);
    let mut state = forcing.start();
    let domain = Domain::new(grid, vec![0.0; grid.len()], vec![0.03; grid.len()]);
    let mut solver = Solver::<f32>::new(&domain, Options::default());
    let begin = std::time::Instant::now();
    for k in 0..10 {
        forcing.weather(&mut state, &mut solver, k as f64 * 60.0 + 1200.0, k as f64 * 60.0 + 1260.0);
    }
    let each_s = begin.elapsed().as_secs_f64() / 10.0;
    println!("rain by cells and formula, Green-Ampt and curve numbers: {:.0} ns a cell", each_s * 1e3);
    assert!(each_s < 3.0, "{each_s} s for a million cells");
    assert!(solver.depth_m(0) > 0.0);
}
