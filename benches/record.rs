//! The recording: how fast it is written, MB/s of file, and how long it takes to open it and to jump to a moment. Run
//! with `cargo bench --bench record`.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sim_core::base::time::Tick;
use sim_core::record::{End, FILE_NAME, RecordWriter, Recording};
use sim_core::scenario::{Choice, Scenario};
use sim_core::sim::{Batch, Sim, programme};
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const RESIDENTS: u32 = 100_000;
/// Half an hour of the drill.
const TICKS: u32 = 180;

fn write(sim: &Sim, scenario: &Scenario, batches: &[Batch], folder: &Path) -> u64 {
    let path = folder.join(FILE_NAME);
    let mut writer = RecordWriter::create(&path, &sim.header(), &scenario.city, &programme(scenario)).expect("made");
    for batch in batches {
        batch.write(&mut writer).expect("written");
    }
    let end = End { tick: Tick(TICKS - 1), why: "complete".into(), final_digest: String::new() };
    writer.finish(&end).expect("finished");
    std::fs::metadata(&path).expect("it is there").len()
}

fn record(criterion: &mut Criterion) {
    let choice = Choice { residents: Some(RESIDENTS), ..Choice::default() };
    let scenario = Arc::new(Scenario::load(&choice).unwrap_or_else(|e| panic!("{e}")));
    let mut sim = Sim::new(scenario.clone(), 7);
    let batches: Vec<Batch> = (0..TICKS).map(|_| sim.tick()).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let bytes = write(&sim, &scenario, &batches, folder.path());
    println!("{:.2} MB for {TICKS} ticks of {RESIDENTS} residents", bytes as f64 / 1e6);

    let mut group = criterion.benchmark_group("record");
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(4));
    group.throughput(Throughput::Bytes(bytes));
    group.bench_function("write", |b| b.iter(|| write(&sim, &scenario, &batches, folder.path())));
    group.bench_function("open", |b| b.iter(|| Recording::open(folder.path()).expect("it opens")));
    let recording = Recording::open(folder.path()).expect("it opens");
    let mut at = 0;
    group.throughput(Throughput::Elements(1));
    group.bench_function("seek", |b| {
        b.iter(|| {
            // Far jumps, back and forth.
            at = (at + 77) % TICKS;
            black_box((recording.people_at(Tick(at)), recording.units_at(Tick(at))))
        });
    });
    group.finish();
}

criterion_group!(benches, record);
criterion_main!(benches);
