//! A whole tick of the default drill on the default city, before the rain and in the midst of the flood, and the share
//! of each phase. Run with `cargo bench --bench tick`.

use criterion::{Criterion, criterion_group, criterion_main};
use sim_core::scenario::{Choice, Scenario};
use sim_core::sim::Sim;
use std::sync::Arc;
use std::time::Duration;

/// Residents of the benched city: 70,000 (the least the default script fits) with SANDTABLE_BENCH_SMALL set.
fn residents() -> u32 {
    if std::env::var_os("SANDTABLE_BENCH_SMALL").is_some() { 70_000 } else { 100_000 }
}

fn scenario() -> Arc<Scenario> {
    let choice = Choice { residents: Some(residents()), ..Choice::default() };
    Arc::new(Scenario::load(&choice).unwrap_or_else(|e| panic!("{e}")))
}

/// What each phase took from one moment to another, dearest first.
fn shares(before: &[(&'static str, f64)], after: &[(&'static str, f64)]) -> Vec<(&'static str, f64)> {
    let mut spent: Vec<(&'static str, f64)> = after
        .iter()
        .map(|(name, s)| (*name, s - before.iter().find(|(n, _)| n == name).map_or(0.0, |(_, s)| *s)))
        .collect();
    spent.sort_by(|a, b| b.1.total_cmp(&a.1));
    spent
}

fn tick(criterion: &mut Criterion) {
    let scenario = scenario();
    let mut group = criterion.benchmark_group("tick");
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(5));
    for (name, warm_ticks) in [("first minutes", 30u32), ("second hour", 360)] {
        let mut sim = Sim::new(scenario.clone(), 7);
        for _ in 0..warm_ticks {
            sim.tick();
        }
        let (before, cells, from) = (sim.phase_times(), sim.flood_cell_updates(), sim.now());
        group.bench_function(name, |b| {
            b.iter(|| {
                assert!(!sim.finished(), "the drill is too short for this bench");
                sim.tick()
            });
        });
        let ticks = sim.now().0 - from.0;
        let spent = shares(&before, &sim.phase_times());
        let total: f64 = spent.iter().map(|(_, s)| s).sum();
        println!(
            "{name}: {ticks} ticks of {} residents; {:.2} million flood cells a tick",
            scenario.city.residents(),
            (sim.flood_cell_updates() - cells) as f64 / f64::from(ticks.max(1)) / 1e6
        );
        for (phase, s) in spent {
            println!("  {phase:<14} {:>8.3} ms a tick {:>5.1} %", 1e3 * s / f64::from(ticks.max(1)), 100.0 * s / total);
        }
    }
    group.finish();
}

criterion_group!(benches, tick);
criterion_main!(benches);
