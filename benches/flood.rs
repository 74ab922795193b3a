//! Cell updates of the flood per second: a grid of 1000 x 1000 cells, wet all over and wet on a twentieth of it, on one
//! and two threads. Run with `cargo bench --bench flood`.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sim_core::base::fold::with_threads;
use sim_core::base::math;
use sim_core::hazard::flood::kernel::{Kernel, Water};
use std::hint::black_box;
use std::time::Duration;

const SIDE: usize = 1000;
const CELL_M: f64 = 10.0;
/// Steps per measurement: enough that starting the threads (some 0.1 ms) is lost in it.
const STEPS: u32 = 8;

/// Rolling ground under water to `share` of the rows, with waves on it.
fn pond(share: f64) -> (Kernel, Water) {
    let cells = SIDE * SIDE;
    let at = |c: usize| ((c % SIDE) as f64, (c / SIDE) as f64);
    let z: Vec<f64> = (0..cells).map(|c| 0.3 * math::sin(0.05 * at(c).0) * math::cos(0.04 * at(c).1)).collect();
    let mut water = Water::dry(cells);
    for (c, bed_m) in z.iter().enumerate() {
        if at(c).1 < share * SIDE as f64 {
            water.h[c] = 2.0 - bed_m + 0.05 * math::sin(0.2 * at(c).0);
        }
    }
    let mut kernel = Kernel::new(SIDE, SIDE, CELL_M, z, &vec![0.03; cells], 0.002);
    kernel.look(&water);
    (kernel, water)
}

fn flood(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("flood");
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(5));
    for (name, share) in [("all wet", 1.0), ("5 % wet", 0.05)] {
        let (kernel, water) = pond(share);
        for threads in [1, 2] {
            let (mut kernel, mut water) = (kernel.clone(), water.clone());
            // What one round computes, so that the rate is of cells computed and not of cells there are.
            let round = |kernel: &mut Kernel, water: &mut Water| -> u64 {
                (0..STEPS)
                    .map(|_| {
                        let dt_s = kernel.stable_step_s();
                        kernel.step(water, dt_s).expect("a stable step")
                    })
                    .sum()
            };
            let cells = with_threads(threads, || round(&mut kernel, &mut water));
            group.throughput(Throughput::Elements(cells));
            group.bench_function(format!("{name}, {threads} threads"), |b| {
                b.iter(|| black_box(with_threads(threads, || round(&mut kernel, &mut water))));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, flood);
criterion_main!(benches);
