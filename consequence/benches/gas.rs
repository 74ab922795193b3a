//! Speed of the gas: pairs of puff and place per second in the kernel, one dense run, and a step of 10 s for a million people who
//! breathe in rooms of their own, on one and two threads. Beside the kernel stands the same sum in plain double precision with the
//! library's exponential, as a peer written without care for speed would do it. Run with `cargo bench -p consequence`. Peers and
//! figures: docs/benches.md.

use base::fold::with_threads;
use base::grid::Grid;
use consequence::city::flow::Flow;
use consequence::city::library::layer_mean_m_s;
use consequence::city::particles::{Ground, Normals, born, walk};
use consequence::city::scene;
use consequence::city::wind::{Field, Space};
use consequence::city::{Live, Pace, Quarter, Span};
use consequence::dense;
use consequence::harm::enclosure::Enclosures;
use consequence::harm::exposure::Exposure;
use consequence::harm::table::DoseTable;
use consequence::puff::kernel::{Stamp, add_to_places, add_to_raster, stamp};
use consequence::substance::Substances;
use consequence::validate::slab::example_2;
use consequence::weather::Class;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::time::Duration;

const PUFFS: usize = 200;
const PLACES: usize = 100_000;
const PEOPLE: usize = 1_000_000;

/// Puffs along a wind, wide enough that each reaches every place.
fn puffs() -> Vec<Stamp> {
    (0..PUFFS)
        .map(|k| {
            let k = k as f64;
            let (sx, sy) = (800.0 + 3.0 * k, 600.0 + 2.0 * k);
            stamp(10.0 * k, 3.0 * k, 2.0, [sx * sx, 0.3 * sx * sy, sy * sy])
        })
        .collect()
}

fn places() -> (Vec<f32>, Vec<f32>) {
    let at = |k: usize| ((k % 316) as f32 * 6.3, (k / 316) as f32 * 6.3 - 1000.0);
    (0..PLACES).map(at).unzip()
}

fn kernel(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("gas");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(3));
    let stamps = puffs();
    let (xs, ys) = places();
    group.throughput(Throughput::Elements((PUFFS * PLACES) as u64));
    for threads in [1, 2] {
        let mut values = vec![0.0f32; PLACES];
        group.bench_function(format!("places, {threads} threads"), |b| {
            b.iter(|| with_threads(threads, || add_to_places(&stamps, (0.0, 0.0), &xs, &ys, black_box(&mut values))));
        });
        // The same number of pairs: a raster within the reach of all puffs.
        let grid = Grid { nx: 400, ny: 250, cell_m: 4.0, x0: 0.0, y0: -500.0 };
        let mut values = vec![0.0f32; grid.len()];
        group.bench_function(format!("raster, {threads} threads"), |b| {
            b.iter(|| with_threads(threads, || add_to_raster(&stamps, &grid, black_box(&mut values))));
        });
    }
    let plain: Vec<[f64; 6]> = (0..PUFFS)
        .map(|k| {
            let k = k as f64;
            let (sx, sy) = (800.0 + 3.0 * k, 600.0 + 2.0 * k);
            let (xx, xy, yy) = (sx * sx, 0.3 * sx * sy, sy * sy);
            let det = xx * yy - xy * xy;
            [10.0 * k, 3.0 * k, 2.0 / (std::f64::consts::TAU * det.sqrt()), 0.5 * yy / det, -xy / det, 0.5 * xx / det]
        })
        .collect();
    let mut values = vec![0.0f64; PLACES];
    group.bench_function("the plain sum in f64, 1 threads", |b| {
        b.iter(|| {
            for ((value, x), y) in values.iter_mut().zip(&xs).zip(&ys) {
                for [x0, y0, peak, a, b, c] in &plain {
                    let (dx, dy) = (f64::from(*x) - x0, f64::from(*y) - y0);
                    *value += peak * (-(a * dx * dx + b * dx * dy + c * dy * dy)).exp();
                }
            }
            black_box(&mut values);
        });
    });
    group.finish();
}

/// Desert Tortoise 4: the ammonia jet of SLAB's second example.
fn dense_run(criterion: &mut Criterion) {
    let (source, deck) = example_2();
    let ambient = deck.ambient();
    criterion.bench_function("gas/dense run, jet to 2.8 km", |b| {
        b.iter(|| black_box(dense::run(&source, &ambient, 2800.0)));
    });
}

/// The dense layer over rolling ground, all of its 200 x 200 cells wet: cells times steps in a second.
fn layer_run(criterion: &mut Criterion) {
    let (ground, ambient, layer) = consequence::validate::layer::busy();
    let mut group = criterion.benchmark_group("gas");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(3));
    let mut once = layer.clone();
    once.advance(&ground, &ambient, (1.0, 0.0), &[], 2.0);
    group.throughput(Throughput::Elements(once.worked));
    for threads in [1, 2] {
        group.bench_function(format!("layer, {threads} threads"), |b| {
            b.iter(|| {
                let mut layer = layer.clone();
                with_threads(threads, || layer.advance(&ground, &ambient, (1.0, 0.0), &[], 2.0));
                black_box(layer)
            });
        });
    }
    group.finish();
}

/// Rooms and lungs of a million people in a cloud that stands over all of them: one step of 10 s.
fn breathing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("gas");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(3));
    let table = Substances::embedded();
    let chlorine = table.find("chlorine").expect("chlorine is embedded");
    let doses = DoseTable::new(chlorine, 293.0, 101_325.0);
    let outside = |k: usize| 1e-6 * (1.0 + (k % 97) as f32);
    group.throughput(Throughput::Elements(PEOPLE as u64));
    for threads in [1, 2] {
        let mut rooms = Enclosures::new(PEOPLE, |k| (0.2 + (k % 31) as f64 * 0.1) / 3600.0);
        let mut people = Exposure::new(PEOPLE, 1, chlorine.harm.probit.as_ref().map(|known| &known.value));
        let mut now_s = 0.0;
        group.bench_function(format!("a step of 10 s for a million people, {threads} threads"), |b| {
            b.iter(|| {
                with_threads(threads, || {
                    rooms.step(10.0, 0.0, outside);
                    people.breathe(now_s, 10.0, &doses, |k| rooms.mean_kg_m3(k));
                });
                now_s += 10.0;
            });
        });
    }
    group.finish();
}

/// Wind and particles among buildings: a field on 200 x 200 x 20 cells, the whole compass of it on 2 threads, and steps of particles.
fn streets(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("streets");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(5));
    let air = scene::air(255.0, Class::D, 4.0);
    let buildings = scene::quarter(scene::square(100, 4.0));
    let space = Space { nz: 20, ..Space::over(&buildings, 2.0, 40.0) };
    let profile: Vec<f64> = (0..20).map(|k| layer_mean_m_s(&air, 2.0 * f64::from(k), 2.0)).collect();
    for threads in [1, 2] {
        group.bench_function(format!("one wind, 200 x 200 x 20 cells, {threads} threads"), |b| {
            b.iter(|| with_threads(threads, || Field::solve(&space, &buildings, air.towards, black_box(&profile))));
        });
    }
    let field = Field::solve(&space, &buildings, air.towards, &profile);
    let flow = Flow::of(&space, &field, &air, 1.0, 0.5);
    let normals = Normals::new();
    let grid = Grid { nx: 200, ny: 200, cell_m: 4.0, x0: 0.0, y0: 0.0 };
    let mut kg_s = vec![0.0f32; grid.len()];
    let mut walk_all = || {
        let mut steps = 0u64;
        for id in 0..5_000 {
            let at = (20.0 + 7.0 * (id % 97) as f32, 400.0 + (id % 31) as f32, 1.0);
            let mut p = born(&normals, 9, id, at, 1.0);
            let mut ground = Ground { grid: &grid, shift_m: (0.0, 0.0), thick_m: 3.0, kg_s: &mut kg_s };
            steps += u64::from(walk(&mut p, &flow, &normals, 9, 60.0, &mut ground));
        }
        steps
    };
    group.throughput(Throughput::Elements(walk_all()));
    group.bench_function("particle steps, 1 threads", |b| b.iter(|| black_box(walk_all())));
    // As drills have it: 30,000 particles at most among the same houses; a tick of ten seconds counts as ten, so that elements a second are times
    // real time. While the wind turns each tick makes a wind ready.
    let release = scene::leak(base::grid::Point::new(-100.0, 30.0), 1.0, 1e9);
    let pace = Pace { particles: 30_000, seed: 1, averaging_s: 600.0 };
    group.throughput(Throughput::Elements(10));
    for (name, turning) in [("steady", false), ("turning", true)] {
        for threads in [1, 2] {
            let quarter = Quarter::new(space.clone(), buildings.clone());
            let (mut live, mut n) = (Live::default(), 0);
            let mut tick = || {
                let air = if turning { scene::air(240.0 + 1.5 * f64::from(n % 30), Class::D, 4.0) } else { air };
                let from_s = 10.0 * f64::from(n);
                n += 1;
                let span = Span { from_s, to_s: from_s + 10.0, over: false };
                with_threads(threads, || live.advance(&quarter, &pace, &release, 0, &air, span))
            };
            (0..60).for_each(|_| drop(tick()));
            group.bench_function(format!("a drill's 10 s, wind {name}, {threads} threads"), |b| {
                b.iter(|| black_box(tick()));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, kernel, dense_run, layer_run, breathing, streets);
criterion_main!(benches);
