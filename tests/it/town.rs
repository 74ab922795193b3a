//! The small town that the tests share, and runs of it.

use sim_core::base::fold::with_threads;
use sim_core::record::{Recording, StampedInput};
use sim_core::scenario::{Choice, Scenario};
use sim_core::sim;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// Seed of the shared run.
pub const SEED: u64 = 7;

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The folder of the small scenario.
pub fn folder() -> PathBuf {
    root().join("tests/data/small")
}

pub fn scenario() -> Arc<Scenario> {
    static ONCE: OnceLock<Arc<Scenario>> = OnceLock::new();
    ONCE.get_or_init(|| {
        let choice = Choice { scenario: Some(folder()), ..Choice::default() };
        Arc::new(Scenario::load(&choice).unwrap_or_else(|e| panic!("the small scenario is wrong:\n{e}")))
    })
    .clone()
}

/// A run and its recording. Frames are read from the file when asked for, so the folder stays as long as the value.
pub struct Run {
    pub recording: Recording,
    _folder: tempfile::TempDir,
}

/// Runs a scenario into a folder of its own and reads the recording.
pub fn run(scenario: &Arc<Scenario>, seed: u64, threads: usize, inputs: &[StampedInput]) -> Run {
    let folder = tempfile::tempdir().expect("a folder for the run");
    let path: &Path = folder.path();
    with_threads(threads, || sim::run(scenario.clone(), seed, inputs, path, &mut |_| true).map(drop))
        .expect("the run can be written");
    Run { recording: Recording::open(path).expect("what was written opens"), _folder: folder }
}

/// The small scenario, run once on two threads and shared by all who only look.
pub fn shared() -> &'static Run {
    static ONCE: OnceLock<Run> = OnceLock::new();
    ONCE.get_or_init(|| run(&scenario(), SEED, 2, &[]))
}
