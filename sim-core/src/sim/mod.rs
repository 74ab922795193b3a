//! Floor 6, the simulation: one tick on one screen.
//!
//! `Sim::tick` runs one schedule whose systems are chained in phase order on one thread; the heavy ones share their
//! work over fixed chunks. What comes out is a [`Batch`]: events, frames and the digest of the tick. Nothing comes
//! back but inputs, stamped with the tick at which they are taken up.

mod bodies;
mod carry;
pub mod checkpoint;
mod field;
mod fires;
mod monitors;
mod nature;
mod power;
mod recorder;
mod sense;
mod setup;
mod state;
mod study;
mod talk;
mod truth;
mod underpass;

pub use checkpoint::Checkpoint;
pub use recorder::Batch;
pub use setup::programme;

use crate::base::time::Tick;
use crate::record::{End, FILE_NAME, FORMAT, Header, Input, RecordWriter, StampedInput};
use crate::scenario::Scenario;
use bevy_ecs::prelude::*;
use bevy_ecs::schedule::{LogLevel, ScheduleBuildSettings, SingleThreadedExecutor};
use state::*;
use std::path::Path;
use std::sync::Arc;

/// A run under way.
pub struct Sim {
    pub(crate) world: World,
    schedule: Schedule,
}

impl Sim {
    /// Sets the world up at tick 0.
    pub fn new(scenario: Arc<Scenario>, seed: u64) -> Sim {
        Sim { world: setup::world(scenario, seed), schedule: schedule() }
    }

    /// One tick: the phases, in order.
    pub fn tick(&mut self) -> Batch {
        self.schedule.run(&mut self.world);
        let batch = self.world.resource_mut::<Out>().take();
        self.world.resource_mut::<Now>().advance();
        batch
    }

    /// The tick that comes next.
    pub fn now(&self) -> Tick {
        self.world.resource::<Now>().tick
    }
    pub fn finished(&self) -> bool {
        self.now().0 >= self.world.resource::<Setting>().scenario.ticks
    }
    /// Hands in what a seat or controller did; it is taken up at the coming tick and recorded.
    pub fn input(&mut self, input: Input) {
        let tick = self.now();
        self.world.resource_mut::<Drill>().inputs.push(StampedInput { tick, input });
    }
    /// Header of this run's recording.
    pub fn header(&self) -> Header {
        let Setting { scenario, seed } = self.world.resource::<Setting>();
        Header {
            format: FORMAT,
            engine: env!("CARGO_PKG_VERSION").into(),
            title: scenario.title.clone(),
            scenario_hash: scenario.hash.clone(),
            seed: *seed,
            tick_s: crate::base::time::TICK_S,
            clock: scenario.clock,
            ticks: scenario.ticks,
            residents: scenario.city.residents(),
            digest_parts: recorder::PARTS.iter().map(|p| p.to_string()).collect(),
            exercise: true,
        }
    }
    /// Time spent in each phase so far, s, by name: for benches and curiosity, never for results.
    pub fn phase_times(&self) -> Vec<(&'static str, f64)> {
        self.world.resource::<Timing>().rows()
    }
    /// Cells that the flood has stepped so far.
    pub fn flood_cell_updates(&self) -> u64 {
        self.world.resource::<Nature>().flood.cell_updates()
    }
}

/// The tick, phase by phase.
fn schedule() -> Schedule {
    let mut schedule = Schedule::default();
    schedule.set_build_settings(ScheduleBuildSettings {
        ambiguity_detection: LogLevel::Error,
        ..ScheduleBuildSettings::default()
    });
    schedule.set_executor(SingleThreadedExecutor::new());
    schedule.add_systems(
        (
            (nature::inject, nature::pull_levers).chain(), // Inject: script and seats ask, owners obey
            (nature::flow, power::supply, nature::drift, fires::burn, fires::ignite).chain(), // Hazard: water, power, gas, then fire
            nature::close_roads,                                                              // Roads
            (sense::read_gauges, monitors::read_monitors, sense::report_weather, sense::forecast_flood).chain(), // Sense: instruments and offices
            (talk::look_out, talk::call_for_help).chain(), // Sense: eyes and calls
            talk::hear,                                    // Hear
            (study::study_gas, talk::command, talk::dispatch).chain(), // Command
            (bodies::listen, bodies::decide).chain(),      // Decide
            bodies::travel,                                // Move
            bodies::work,                                  // Work
            bodies::harm,                                  // Harm
            recorder::record,                              // Record
        )
            .chain(),
    );
    schedule
}

/// Runs a scenario from start to end and writes the recording into `folder`. `progress` is called after every tick
/// and may stop the run. The folder must exist.
pub fn run(
    scenario: Arc<Scenario>,
    seed: u64,
    inputs: &[StampedInput],
    folder: &Path,
    progress: &mut dyn FnMut(&Sim) -> bool,
) -> std::io::Result<Sim> {
    let mut sim = Sim::new(scenario.clone(), seed);
    let mut writer =
        RecordWriter::create(&folder.join(FILE_NAME), &sim.header(), &scenario.city, &programme(&scenario))?;
    let mut why = "complete";
    let mut last = Tick(0);
    while !sim.finished() {
        let now = sim.now();
        for input in inputs.iter().filter(|i| i.tick == now) {
            sim.input(input.input.clone());
        }
        last = now;
        sim.tick().write(&mut writer)?;
        if !progress(&sim) {
            why = "stopped";
            break;
        }
    }
    let digest = sim.world.resource::<recorder::LastDigest>().text();
    writer.finish(&End { tick: last, why: why.into(), final_digest: digest })?;
    Ok(sim)
}
