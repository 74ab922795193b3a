//! The solvers' promises. Each test says its grade: exact (holds to rounding), reference (an analytic solution),
//! behaviour (what must be so). The full verification is `sandtable validate flood`.

use base::chance::{Stream, draw};
use base::digest::Digest;
use base::fold::with_threads;
use base::grid::Grid;
use base::time::Tick;
use shallow::flow::{Account, Face, Flow, G, Side};
use shallow::solver::{Domain, Edge, EdgeKind, EdgeSide, Kind, Options, Real, Scheme, Solver, SolverState};

const SCHEMES: [Scheme; 4] = [Scheme::Auto, Scheme::Inertial, Scheme::First, Scheme::Second];
/// Every scheme, by steps alike and by local steps.
const RUNS: [(Scheme, usize); 8] = [
    (Scheme::Auto, 1),
    (Scheme::Auto, 5),
    (Scheme::Inertial, 1),
    (Scheme::Inertial, 5),
    (Scheme::First, 1),
    (Scheme::First, 5),
    (Scheme::Second, 1),
    (Scheme::Second, 5),
];

fn grid(nx: usize, ny: usize, cell_m: f64) -> Grid {
    Grid { nx, ny, cell_m, x0: 0.0, y0: 0.0 }
}

fn at_random(k: usize, seed: u64) -> f64 {
    draw(seed, Stream::Synthesis, k as u32, Tick(0), 0)
}

fn no_sources(_: &mut dyn Flow, _: f64, _: f64) {}

fn options(scheme: Scheme) -> Options {
    Options { scheme, ..Options::default() }
}

/// Random ground with crests on some faces and narrow cells, 150 x 70 cells, on a datum.
fn rugged(datum_m: f64) -> Domain {
    let grid = grid(150, 70, 10.0);
    let bed: Vec<f64> = (0..grid.len()).map(|c| datum_m + 6.0 * at_random(c, 11)).collect();
    let mut domain = Domain::new(grid, bed, vec![0.03; grid.len()]);
    domain.porosity = Some((0..grid.len()).map(|c| 0.3 + 0.7 * at_random(c, 12)).collect());
    for k in 0..200 {
        let cell = (at_random(k, 13) * grid.len() as f64) as usize;
        let side = if k % 2 == 0 { Side::East } else { Side::North };
        domain.crests.insert(Face { cell, side }, datum_m + 8.0 * at_random(k, 14));
    }
    domain
}

fn fastest<R: Real>(solver: &Solver<R>) -> f64 {
    let n = solver.grid().len();
    (0..n).map(|c| solver.velocity_m_s(c)).fold(0.0, |s, (u, v)| f64::max(s, f64::max(u.abs(), v.abs())))
}

#[test]
fn a_lake_at_rest_stays_at_rest_wet_and_dry_under_every_scheme() {
    // Grade: exact. The surface is level, part of the ground stands out of the water; crests and narrow cells between.
    for scheme in SCHEMES {
        let mut double = Solver::<f64>::new(&rugged(0.0), options(scheme));
        double.set_level_m(3.0);
        assert!(double.depths().contains(&0.0) && double.depths().iter().any(|h| *h > 2.0));
        assert!(double.advance(0.0, 100.0, &mut no_sources).is_empty());
        assert!(fastest(&double) < 1e-12, "{scheme:?}: {} m/s", fastest(&double));
        let mut single = Solver::<f32>::new(&rugged(0.0), options(scheme));
        single.set_level_m(3.0);
        assert!(single.advance(0.0, 100.0, &mut no_sources).is_empty());
        assert!(fastest(&single) < 1e-5, "{scheme:?}, f32: {} m/s", fastest(&single));
    }
}

#[test]
fn ripples_on_a_lake_over_rough_ground_do_not_grow() {
    // Grade: behaviour. A level surface may stand on the head of a needle: it is stirred by a micrometre.
    for built in [false, true] {
        for scheme in SCHEMES {
            let mut domain = rugged(0.0);
            if !built {
                domain.crests.clear();
                domain.porosity = None;
            }
            domain.manning.fill(0.03);
            let mut solver = Solver::<f64>::new(&domain, options(scheme));
            let depth = (0..domain.bed_m.len()).map(|c| (3.0 + 1e-6 * at_random(c, 17) - domain.bed_m[c]).max(0.0));
            solver.set_depth_m(&depth.collect::<Vec<_>>());
            solver.advance(0.0, 200.0, &mut no_sources);
            let deep = |c: &usize| solver.depth_m(*c) > 0.01;
            let off = (0..domain.bed_m.len()).filter(deep).map(|c| (solver.stage_m(c) - 3.0).abs()).fold(0.0, f64::max);
            assert!(off < 1e-5, "{scheme:?}, built {built}: the surface is off by {off} m after 200 s");
        }
    }
}

#[test]
fn single_precision_does_on_a_mountain_what_it_does_at_the_sea() {
    // Grade: exact. Beds are rounded at 1,500 m (0.1 mm); the levels set follow the rounded beds.
    for scheme in SCHEMES {
        let mut high = Solver::<f32>::new(&rugged(1500.0), options(scheme));
        let depth: Vec<f64> = (0..high.grid().len()).map(|c| (1503.0 - high.bed_m(c)).max(0.0)).collect();
        high.set_depth_m(&depth);
        high.advance(0.0, 100.0, &mut no_sources);
        assert!(fastest(&high) < 2e-5, "{scheme:?}: {} m/s", fastest(&high));
    }
}

/// A basin with a dam break in its west and a calm lake in its east, a stage in the south, an inflow in the west, free
/// outflow in the east, and a crest across.
fn busy_domain(porous: bool) -> Domain {
    let grid = grid(300, 90, 10.0);
    let bed: Vec<f64> = (0..grid.len())
        .map(|c| {
            let (i, j) = ((c % 300) as f64, (c / 300) as f64);
            0.2 * at_random(c, 3) + if i > 150.0 { 0.3 * (j / 90.0) } else { 2.0 }
        })
        .collect();
    let mut domain = Domain::new(grid, bed, vec![0.03; grid.len()]);
    domain.porosity = porous.then(|| (0..grid.len()).map(|c| 0.5 + 0.5 * at_random(c, 5)).collect());
    for j in 0..90 {
        domain.crests.insert(Face { cell: grid.index(200, j), side: Side::East }, 2.5);
    }
    domain.edges = vec![
        Edge { side: EdgeSide::South, from: 220, to: 260, kind: EdgeKind::Stage(vec![(0.0, 1.0), (600.0, 2.2)]) },
        Edge { side: EdgeSide::West, from: 20, to: 40, kind: EdgeKind::Discharge(vec![(0.0, 0.0), (100.0, 50.0)]) },
        Edge { side: EdgeSide::East, from: 0, to: 30, kind: EdgeKind::Free },
    ];
    domain
}

fn busy_options((scheme, short_steps_most): (Scheme, usize)) -> Options {
    Options { film_m: 0.002, short_steps_most, ..options(scheme) }
}

fn busy<R: Real>(run: (Scheme, usize), porous: bool) -> Solver<R> {
    let mut solver = Solver::<R>::new(&busy_domain(porous), busy_options(run));
    let depth: Vec<f64> = (0..300 * 90)
        .map(|c| match c % 300 {
            0..50 => 5.0,
            151.. => (1.2 - solver.bed_m(c)).max(0.0),
            _ => 0.0,
        })
        .collect();
    solver.set_depth_m(&depth);
    solver
}

fn run_busy<R: Real>(solver: &mut Solver<R>, from_s: f64, to_s: f64) {
    let crest = Face { cell: 45 * 300 + 200, side: Side::East };
    let mut t = from_s;
    while t < to_s {
        solver.add_rows(Account::Rain, &|_, _, gain| gain.fill(50.0 / 3.6e6 * 10.0));
        solver.add_rows(Account::Infiltration, &|_, depth, gain| {
            for (gain, depth) in gain.iter_mut().zip(depth) {
                *gain = -depth.min(1e-5);
            }
        });
        if t >= 300.0 {
            solver.set_crest_m(crest, Some(0.5));
        }
        let interventions = solver.advance(t, 10.0, &mut |flow, _, dt_s| {
            flow.give_m3(250, 3.0 * dt_s, Account::Inflow);
            let taken = flow.take_m3(280 + 60 * 300, 2.0 * dt_s, Account::Structure);
            flow.give_m3(100, taken, Account::Structure);
        });
        assert!(interventions.is_empty(), "{interventions:?}");
        t += 10.0;
    }
}

#[test]
fn no_water_is_made_or_lost_under_any_scheme() {
    // Grade: exact.
    for run in RUNS {
        for porous in [false, true] {
            let mut double = busy::<f64>(run, porous);
            run_busy(&mut double, 0.0, 600.0);
            let ledger = double.ledger();
            assert!(ledger.error() < 1e-12, "{run:?} {porous}: {:e} of {ledger:?}", ledger.error());
            assert!(ledger.of(Account::Boundary) > 1000.0 && ledger.of(Account::Structure).abs() < 1e-6);
            let mut single = busy::<f32>(run, porous);
            run_busy(&mut single, 0.0, 600.0);
            assert!(single.ledger().error() < 1e-6, "{run:?} {porous}, f32: {:e}", single.ledger().error());
        }
    }
}

#[test]
fn calm_and_fast_water_are_computed_by_schemes_of_their_own_side_by_side() {
    // Grade: behaviour.
    let mut solver = busy::<f64>((Scheme::Auto, 1), false);
    run_busy(&mut solver, 0.0, 60.0);
    let kinds: Vec<Kind> = (0..300 * 90).map(|c| solver.kind(c)).collect();
    assert!(kinds.contains(&Kind::Inertial) && kinds.contains(&Kind::Second), "both at work");
    assert_eq!(solver.kind(45 * 300 + 40), Kind::Second, "the dam break");
}

fn print_of<R: Real>(solver: &Solver<R>) -> u64 {
    let mut digest = Digest::new();
    solver.digest(&mut digest);
    digest.finish()
}

#[test]
fn bits_are_the_same_on_1_2_and_8_threads_and_after_a_checkpoint() {
    // Grade: exact.
    for way in RUNS {
        let run = |threads| {
            with_threads(threads, || {
                let mut solver = busy::<f32>(way, true);
                run_busy(&mut solver, 0.0, 400.0);
                print_of(&solver)
            })
        };
        let one = run(1);
        assert_eq!(one, run(2), "{way:?}");
        assert_eq!(one, run(8), "{way:?}");
        let mut first = busy::<f32>(way, true);
        run_busy(&mut first, 0.0, 200.0);
        let kept: SolverState<f32> = first.state();
        run_busy(&mut first, 200.0, 210.0);
        let mut resumed = Solver::resume(&busy_domain(true), busy_options(way), kept);
        run_busy(&mut resumed, 200.0, 400.0);
        assert_eq!(one, print_of(&resumed), "{way:?}: resumed");
    }
}

#[test]
fn local_steps_spare_work_and_flood_the_same_ground() {
    // Grade: behaviour. A river 8 m deep flows over its bank onto a plain under a sheet of rain: the plain could take steps five
    // times as long.
    let grid = grid(512, 64, 20.0);
    let bed = |c: usize| match c % 512 {
        0..60 => -8.0,
        60..62 => 0.2,
        i => 0.001 * (i as f64 - 62.0) + 0.05 * at_random(c, 19),
    };
    let mut domain = Domain::new(grid, (0..grid.len()).map(bed).collect(), vec![0.03; grid.len()]);
    let tide = EdgeKind::Stage(vec![(0.0, 0.0), (600.0, 0.8), (3600.0, 0.8)]);
    domain.edges = vec![Edge { side: EdgeSide::West, from: 0, to: 64, kind: tide }];
    for scheme in [Scheme::Auto, Scheme::Inertial, Scheme::First] {
        let runs = [1, 5].map(|short_steps_most| {
            let mut solver = Solver::<f64>::new(&domain, Options { short_steps_most, ..options(scheme) });
            let depth = |c: usize| if c % 512 < 60 { 8.0 } else { 0.02 };
            solver.set_depth_m(&(0..grid.len()).map(depth).collect::<Vec<_>>());
            for minute in 0..40 {
                assert!(solver.advance(60.0 * f64::from(minute), 60.0, &mut no_sources).is_empty());
            }
            solver
        });
        let [alike, local] = &runs;
        let spared = local.cell_updates() as f64 / alike.cell_updates() as f64;
        assert!(spared < 0.7, "{scheme:?}: {spared} of the work");
        let flooded: Vec<usize> = (0..grid.len()).filter(|c| c % 512 >= 62 && alike.depth_m(*c) > 0.1).collect();
        assert!(flooded.len() > 1000, "{scheme:?}: {} cells flooded", flooded.len());
        let off = |c: &usize| (local.depth_m(*c) - alike.depth_m(*c)).abs();
        let mean_m = flooded.iter().map(off).sum::<f64>() / flooded.len() as f64;
        let most_m = flooded.iter().map(off).fold(0.0, f64::max);
        println!("{scheme:?}: {spared:.2} of the work, {mean_m:.4} m apart on the mean, {most_m:.4} at most");
        assert!(mean_m < 0.005 && most_m < 0.05, "{scheme:?}: {mean_m} m apart on the mean, {most_m} at most");
    }
}

#[test]
fn a_broken_number_is_walled_in_within_a_step_and_named() {
    // Grade: behaviour.
    let grid = grid(40, 30, 10.0);
    for (scheme, broken) in SCHEMES.into_iter().flat_map(|s| [f64::NAN, 1e200, f64::INFINITY].map(|b| (s, b))) {
        let mut solver = Solver::<f64>::new(&Domain::new(grid, vec![0.0; 1200], vec![0.03; 1200]), options(scheme));
        solver.set_depth_m(&vec![1.0; 1200]);
        solver.set_momentum_m2_s(615, broken, 0.0);
        let interventions = solver.advance(0.0, 5.0, &mut no_sources);
        let walled: Vec<usize> = interventions.iter().map(|i| i.cell).collect();
        // Local inertia lets no face take more than a share of its cell's water: too much is less there, none is none.
        let held = scheme == Scheme::Inertial && !broken.is_nan();
        assert!(walled == [615] || (held && walled.is_empty()), "{scheme:?}, {broken}: {walled:?}");
        assert!(solver.depths().iter().all(|h| h.is_finite()));
        assert!(solver.ledger().error() < 1e-12);
    }
}

#[test]
fn a_thin_cell_takes_no_more_momentum_from_its_faces_than_it_could_carry() {
    // Grade: exact. 1 m2/s through the faces of a hundredth of a millimetre would be 100 km/s.
    let domain = Domain::new(grid(20, 20, 10.0), vec![0.0; 400], vec![0.03; 400]);
    let mut solver = Solver::<f32>::new(&domain, options(Scheme::Inertial));
    let (thin_m, deep_m) = (1e-5, 1.0);
    solver.set_depth_m(&(0..400).map(|c| if c == 210 { thin_m } else { deep_m }).collect::<Vec<_>>());
    for cell in [209, 210, 211] {
        solver.set_momentum_m2_s(cell, 1.0, 0.0);
    }
    let (thin, deep) = (solver.momentum_m2_s(210).0, solver.momentum_m2_s(211).0);
    assert!((thin / (3.0 * thin_m * (G * thin_m).sqrt()) - 1.0).abs() < 1e-3, "{thin}");
    assert_eq!(deep, 1.0, "what a deep cell carries stays as it is");
}

#[test]
fn a_cell_too_swift_for_any_step_is_walled_in_and_named() {
    // Grade: behaviour. Without friction nothing slows it, and no shorter step mends it.
    for scheme in [Scheme::First, Scheme::Second] {
        let domain = Domain::new(grid(40, 20, 10.0), vec![0.0; 800], vec![0.0; 800]);
        let mut solver = Solver::<f64>::new(&domain, options(scheme));
        solver.set_depth_m(&vec![1e-4; 800]);
        solver.set_momentum_m2_s(415, 1.0, 0.0);
        let interventions = solver.advance(0.0, 1.0, &mut no_sources);
        assert!(interventions.iter().any(|i| i.cell == 415), "{scheme:?}: {interventions:?}");
        assert!(solver.ledger().error() < 1e-12 && fastest(&solver) < 300.0, "{scheme:?}");
    }
}

#[test]
fn slow_rises_of_deep_water_are_not_lost_in_single_precision() {
    // Grade: exact. 0.36 mm/h into a lake of 30 m: each step's gain is a tenth of the last bit of the depth.
    let grid = grid(64, 32, 10.0);
    let mut solver = Solver::<f32>::new(&Domain::new(grid, vec![0.0; 2048], vec![0.03; 2048]), Options::default());
    solver.set_depth_m(&vec![30.0; 2048]);
    for k in 0..500 {
        solver.advance(f64::from(k), 1.0, &mut |flow, _, dt_s| {
            flow.add_rows(Account::Rain, &|_, _, gain| gain.fill(1e-7 * dt_s));
        });
    }
    let ledger = solver.ledger();
    assert!(ledger.error() < 1e-9, "{:e}", ledger.error());
    let rained = ledger.of(Account::Rain) / (204_800.0 * 500.0 * 1e-7);
    assert!((rained - 1.0).abs() < 1e-3, "{rained} of the rain");
}

/// Depths of a dam break after `until_s` over 1000 cells of 1 m.
fn dam_break<R: Real>(scheme: Scheme, right_m: f64, until_s: f64, along_y: bool) -> Vec<f64> {
    let (n, wide) = (1000, 4);
    let (nx, ny) = if along_y { (wide, n) } else { (n, wide) };
    let domain = Domain::new(grid(nx, ny, 1.0), vec![0.0; n * wide], vec![0.0; n * wide]);
    let mut solver = Solver::<R>::new(&domain, options(scheme));
    let along = |c: usize| if along_y { c / nx } else { c % nx };
    solver.set_depth_m(&(0..n * wide).map(|c| if along(c) < n / 2 { 10.0 } else { right_m }).collect::<Vec<_>>());
    assert!(solver.advance(0.0, until_s, &mut no_sources).is_empty());
    (0..n).map(|k| solver.depth_m(if along_y { k * nx + 1 } else { nx + k })).collect()
}

#[test]
fn a_dam_break_onto_water_and_onto_dry_ground_is_as_stoker_and_ritter_say() {
    // Grade: reference. 10|1 m after 30 s: middle depth 3.961748 m, shock at 9.819295 m/s; 10|0 m after 20 s.
    let stoker = |x: f64| {
        let (c0, cm) = ((G * 10.0).sqrt(), (G * 3.961748f64).sqrt());
        match x {
            x if x < -c0 => 10.0,
            x if x < 7.340769 - cm => (2.0 * c0 - x).powi(2) / (9.0 * G),
            x if x < 9.819295 => 3.961748,
            _ => 1.0,
        }
    };
    let ritter = |x: f64| {
        let c0 = (G * 10.0).sqrt();
        if x < -c0 {
            10.0
        } else if x < 2.0 * c0 {
            (2.0 * c0 - x).powi(2) / (9.0 * G)
        } else {
            0.0
        }
    };
    let error = |h: &[f64], exact: &dyn Fn(f64) -> f64, t: f64| {
        h.iter().enumerate().map(|(k, h)| (h - exact((k as f64 - 499.5) / t)).abs()).sum::<f64>() / 1000.0
    };
    for along_y in [false, true] {
        let wet = dam_break::<f64>(Scheme::Second, 1.0, 30.0, along_y);
        assert!(error(&wet, &stoker, 30.0) < 0.0055, "{}", error(&wet, &stoker, 30.0));
        let dry = dam_break::<f64>(Scheme::Second, 0.0, 20.0, along_y);
        assert!(error(&dry, &ritter, 20.0) < 0.006, "{}", error(&dry, &ritter, 20.0));
    }
    let single = dam_break::<f32>(Scheme::Second, 1.0, 30.0, false);
    assert!(error(&single, &stoker, 30.0) < 0.0055);
    let first = dam_break::<f64>(Scheme::First, 1.0, 30.0, false);
    assert!(error(&first, &stoker, 30.0) < 0.022, "{}", error(&first, &stoker, 30.0));
    let auto = dam_break::<f64>(Scheme::Auto, 1.0, 30.0, false);
    assert!(error(&auto, &stoker, 30.0) < 0.0055, "the automatic choice takes the accurate scheme");
}

#[test]
fn a_tide_comes_in_over_the_rim_smoothly_by_steps_as_long_as_each_scheme_allows() {
    // Grade: behaviour. A closed basin, far shorter than the wave: its level is that of the sea outside.
    let (nx, ny, cell_m, period_s) = (24, 6, 100.0, 7200.0);
    let sea = |t: f64| 0.5 * (1.0 - (std::f64::consts::TAU * t / period_s).cos());
    let stage: Vec<(f64, f64)> = (0..=240).map(|k| (30.0 * f64::from(k), sea(30.0 * f64::from(k)))).collect();
    let grid = Grid { nx, ny, cell_m, x0: 0.0, y0: 0.0 };
    let mut steps = Vec::new();
    for scheme in [Scheme::Inertial, Scheme::First, Scheme::Second] {
        let mut domain = Domain::new(grid, vec![-5.0; nx * ny], vec![0.03; nx * ny]);
        domain.edges.push(Edge { side: EdgeSide::West, from: 0, to: ny, kind: EdgeKind::Stage(stage.clone()) });
        let mut solver = Solver::<f64>::new(&domain, Options { scheme, ..Options::default() });
        solver.set_level_m(0.0);
        for minute in 0..120 {
            let at_s = 60.0 * f64::from(minute);
            assert!(solver.advance(at_s, 60.0, &mut |_, _, _| {}).is_empty(), "{scheme:?}");
            for cell in 0..nx * ny {
                let level = solver.depth_m(cell) - 5.0;
                let apart = (level - sea(at_s + 60.0)).abs();
                assert!(apart < 0.05, "{scheme:?}, minute {minute}, cell {cell}: {level} m, sea {}", sea(at_s + 60.0));
                let next = solver.depth_m(if cell % nx + 1 < nx { cell + 1 } else { cell }) - 5.0;
                assert!((next - level).abs() < 0.004, "{scheme:?}, minute {minute}, cell {cell}: {level} m, {next} m");
            }
        }
        steps.push(solver.steps());
    }
    // alpha dx / c against courant dx / (u + 2 c).
    assert!(steps[0] * 4 < steps[1] * 3, "{steps:?}");
}

#[test]
fn a_corner_between_two_tides_stays_calm() {
    // Grade: behaviour. A basin whose sea stands at two rims (and no further than their corner): it falls by 2 m in an hour, so
    // water moves at centimetres a second.
    let (nx, ny) = (60, 40);
    let tide: Vec<(f64, f64)> = vec![(0.0, 4.0), (3600.0, 2.0)];
    for (run, sides) in
        RUNS.into_iter().zip([[EdgeSide::East, EdgeSide::South], [EdgeSide::West, EdgeSide::North]].repeat(4))
    {
        let (scheme, short_steps_most) = run;
        let mut domain = Domain::new(grid(nx, ny, 20.0), vec![-6.0; nx * ny], vec![0.02; nx * ny]);
        for side in sides {
            let to = side.cells(&domain.grid);
            domain.edges.push(Edge { side, from: 0, to, kind: EdgeKind::Stage(tide.clone()) });
        }
        let mut solver = Solver::<f32>::new(&domain, Options { short_steps_most, ..options(scheme) });
        solver.set_level_m(4.0);
        for minute in 0..60 {
            assert!(solver.advance(60.0 * f64::from(minute), 60.0, &mut no_sources).is_empty());
            assert!(fastest(&solver) < 0.2, "{run:?}, minute {minute}: {} m/s", fastest(&solver));
        }
    }
}

#[test]
fn options_that_no_step_could_keep_to_are_complained_of_all_at_once() {
    // Grade: behaviour.
    let file = std::path::Path::new("deck.ron");
    assert!(Options::default().check(file).is_empty());
    let wrong = Options {
        film_m: f64::NAN,
        courant: -1.0,
        alpha: 0.0,
        theta: 2.0,
        step_s_max: 0.0,
        short_steps_most: 9,
        ..Options::default()
    };
    let told = wrong.check(file).to_string();
    for name in ["film_m", "courant", "alpha", "theta", "step_s_max", "short_steps_most"] {
        assert!(told.contains(&format!("{name} of the scheme")), "{name}: {told}");
    }
}
