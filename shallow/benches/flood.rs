//! Cell updates of the flood per second, by scheme and precision: 1000 x 1000 cells, wet all over and on a twentieth, on
//! one and two threads; beside them the machine's limit, that is the same columns read and written with hardly a sum
//! between. Run with `cargo bench -p shallow`. Peers and figures: docs/benches.md.

use base::fold::{each_chunk4, with_threads};
use base::grid::Grid;
use base::math;
use criterion::{Bencher, Criterion, Throughput, criterion_group, criterion_main};
use shallow::solver::{Domain, Options, Real, Scheme, Solver};
use std::hint::black_box;
use std::time::{Duration, Instant};

const SIDE: usize = 1000;
/// Steps per measurement: enough that starting the threads (some 0.1 ms) is lost in it.
const STEPS: u32 = 8;

/// Rolling ground under water to `share` of the rows, with waves on it, half a minute on.
fn pond<R: Real>(scheme: Scheme, share: f64) -> Solver<R> {
    let cells = SIDE * SIDE;
    let at = |c: usize| ((c % SIDE) as f64, (c / SIDE) as f64);
    // Ground beyond the pond stands out of the water, so that it stays as large as it is.
    let dry_m = |c: usize| if at(c).1 < share * SIDE as f64 { 0.0 } else { 10.0 };
    let bed: Vec<f64> =
        (0..cells).map(|c| dry_m(c) + 0.3 * math::sin(0.05 * at(c).0) * math::cos(0.04 * at(c).1)).collect();
    let depth: Vec<f64> = bed
        .iter()
        .enumerate()
        .map(|(c, z)| if at(c).1 < share * SIDE as f64 { 2.0 - z + 0.05 * math::sin(0.2 * at(c).0) } else { 0.0 })
        .collect();
    let grid = Grid { nx: SIDE, ny: SIDE, cell_m: 10.0, x0: 0.0, y0: 0.0 };
    let domain = Domain::new(grid, bed, vec![0.03; cells]);
    let mut solver = Solver::new(&domain, Options { scheme, film_m: 0.002, ..Options::default() });
    solver.set_depth_m(&depth);
    solver.advance(0.0, 30.0, &mut |_, _, _| {});
    solver
}

/// Times the rounds alone: threads that are just started are not yet spread over the cores (seen: half the speed on two).
fn timed(bencher: &mut Bencher, threads: usize, mut round: impl FnMut() + Send) {
    bencher.iter_custom(|rounds| {
        with_threads(threads, || {
            round();
            let start = Instant::now();
            (0..rounds).for_each(|_| round());
            start.elapsed()
        })
    });
}

fn measure<R: Real>(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("flood");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(3));
    for scheme in [Scheme::Inertial, Scheme::First, Scheme::Second] {
        for (name, share) in [("all wet", 1.0), ("5 % wet", 0.05)] {
            let solver = pond::<R>(scheme, share);
            for threads in [1, 2] {
                let mut solver = solver.clone();
                // What one round computes, so that the rate is of cells computed and not of cells there are.
                let round = |solver: &mut Solver<R>| -> u64 {
                    (0..STEPS)
                        .map(|_| {
                            let dt_s = solver.stable_step_s();
                            solver.step(dt_s).expect("a stable step")
                        })
                        .sum()
                };
                let cells = with_threads(threads, || round(&mut solver));
                group.throughput(Throughput::Elements(cells));
                group.bench_function(format!("{scheme:?} {}, {name}, {threads} threads", R::NAME), |b| {
                    timed(b, threads, || {
                        black_box(round(&mut solver));
                    });
                });
            }
        }
    }
    group.finish();
}

/// What a step must read (four columns of water, bed, friction) and write (the water) at the least, 16 rows at a time as the solver does.
fn limit(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("limit");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(3));
    let cells = SIDE * SIDE;
    let column = |by: f32| (0..cells).map(|c| by * c as f32).collect::<Vec<f32>>();
    let (bed, friction) = (column(1e-6), column(1e-7));
    for threads in [1, 2] {
        let mut old = [column(1.0), column(2.0), column(3.0), column(4.0)];
        let mut new = old.clone();
        group.throughput(Throughput::Elements(u64::from(STEPS) * cells as u64));
        group.bench_function(format!("memory f32, {threads} threads"), |b| {
            timed(b, threads, || {
                for _ in 0..STEPS {
                    let [h, lo, qx, qy] = &mut new;
                    let mut notes = vec![(); cells.div_ceil(SIDE * 16)];
                    each_chunk4((h, lo, qx, qy), SIDE * 16, &mut notes, |b, out, ()| {
                        let from = b * SIDE * 16;
                        let n = out.0.len();
                        let (bed, friction) = (&bed[from..from + n], &friction[from..from + n]);
                        let (h, lo) = (&old[0][from..from + n], &old[1][from..from + n]);
                        let (qx, qy) = (&old[2][from..from + n], &old[3][from..from + n]);
                        for i in 0..n {
                            let w = bed[i] + friction[i];
                            out.0[i] = h[i] + w;
                            out.1[i] = lo[i] - w;
                            out.2[i] = qx[i] * w;
                            out.3[i] = qy[i] + w;
                        }
                    });
                    std::mem::swap(&mut old, &mut new);
                }
                black_box(&old);
            });
        });
    }
    group.finish();
}

fn flood(criterion: &mut Criterion) {
    measure::<f32>(criterion);
    measure::<f64>(criterion);
}

criterion_group!(benches, limit, flood);
criterion_main!(benches);
