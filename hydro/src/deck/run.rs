//! A model at work. A run goes from moment to moment: whenever gauges are read, a layer is written or a beat is over.
//! The moments are fixed by the deck, so a run that is cut in two by a checkpoint takes the same inner steps, to the
//! bit, as one that is not; how often checkpoints are written does not matter.

use super::build::Model;
pub use super::happen::Happening;
use super::state::{Checkpoint, Water};
use super::*;
use crate::channel::Channels;
use crate::flow::{Account, Face, Flow};
use crate::forcing::sources::ForcingState;
use crate::layers::extremes::{Extremes, ExtremesSpec};
use crate::ledger::Ledger;
use crate::sewer::Sewers;
use crate::solver::{Intervention, Solver};
use crate::structures::Structures;
use base::grid::Grid;
use std::sync::Arc;

/// The solver in the precision that the deck asks for.
#[derive(Debug, Clone)]
enum Engine {
    Single(Box<Solver<f32>>),
    Double(Box<Solver<f64>>),
}

/// The same for either precision.
macro_rules! with {
    ($engine:expr, $solver:ident => $what:expr) => {
        match $engine {
            Engine::Single($solver) => $what,
            Engine::Double($solver) => $what,
        }
    };
}

/// What a gauge reads.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    pub depth_m: f64,
    /// Level of the water, of the ground where it is dry, m.
    pub stage_m: f64,
    /// East and north, m/s.
    pub u_m_s: f64,
    pub v_m_s: f64,
}

/// All that changes beside the water.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SoFar {
    pub now_s: f64,
    pub weather: ForcingState,
    pub extremes: Extremes,
    /// Times at which gauges were read, s, and the readings, gauge by gauge.
    pub times_s: Vec<f64>,
    pub readings: Vec<Vec<Reading>>,
    pub happenings: Vec<Happening>,
    pub interventions: Vec<Intervention>,
}

/// A run.
#[derive(Debug, Clone)]
pub struct Run {
    pub model: Arc<Model>,
    engine: Engine,
    structures: Structures,
    sewers: Sewers,
    channels: Channels,
    pub so_far: SoFar,
}

/// What falls due at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Layers are to be written.
    pub frame: bool,
    /// The run is over.
    pub end: bool,
}

impl Run {
    /// A run from its start; gauges are read once.
    pub fn new(model: Arc<Model>) -> Result<Run, Complaints> {
        let engine = match model.precision {
            Precision::F32 => Engine::Single(Box::new(started(&model))),
            Precision::F64 => Engine::Double(Box::new(started(&model))),
        };
        let flow: &dyn Flow = with!(&engine, s => s.as_ref());
        let sewers = Sewers::new(model.sewers.clone(), flow, Path::new("sewers"))?;
        let spec = ExtremesSpec { run_s: model.duration_s, ..ExtremesSpec::default() };
        let so_far = SoFar {
            now_s: 0.0,
            weather: model.weather.start(),
            extremes: Extremes::new(model.domain.grid, spec),
            times_s: Vec::new(),
            readings: vec![Vec::new(); model.gauges.len()],
            happenings: Vec::new(),
            interventions: Vec::new(),
        };
        let (structures, channels) = (model.structures.clone(), model.channels.clone());
        let mut run = Run { structures, channels, model, engine, sewers, so_far };
        run.look();
        run.read_gauges();
        Ok(run)
    }

    /// Goes on from a checkpoint of the same model.
    pub fn resume(model: Arc<Model>, checkpoint: Checkpoint, file: &Path) -> Result<Run, Complaints> {
        let Checkpoint { water, structures, sewers, channels, so_far, .. } = checkpoint;
        let engine = match water {
            Water::Single(state) => Engine::Single(Box::new(Solver::resume(&model.domain, model.scheme, state))),
            Water::Double(state) => Engine::Double(Box::new(Solver::resume(&model.domain, model.scheme, state))),
        };
        let flow: &dyn Flow = with!(&engine, s => s.as_ref());
        let sewers = Sewers::resume(model.sewers.clone(), sewers, flow, file)?;
        let structures = model.structures.clone().resume(structures)?;
        let channels = model.channels.clone().resume(channels)?;
        Ok(Run { model, engine, structures, sewers, channels, so_far })
    }

    /// All that a checkpoint has to keep.
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            fingerprint: self.model.fingerprint,
            water: match &self.engine {
                Engine::Single(s) => Water::Single(s.state()),
                Engine::Double(s) => Water::Double(s.state()),
            },
            structures: self.structures.state.clone(),
            sewers: self.sewers.state.clone(),
            channels: self.channels.state.clone(),
            so_far: self.so_far.clone(),
        }
    }

    /// The next moment at which something falls due.
    fn next_s(&self) -> f64 {
        let (now, o) = (self.so_far.now_s, &self.model.outputs);
        let next = |every: Span| ((now / every.s() + 1e-9).floor() + 1.0) * every.s();
        next(o.beat).min(next(o.gauges_every)).min(next(o.every)).min(self.model.duration_s)
    }

    /// Goes to the next moment; tells what falls due there.
    pub fn advance(&mut self) -> Due {
        let (from, to) = (self.so_far.now_s, self.next_s());
        self.weather(from, to);
        let (sources, weather) = (&self.model.sources, &self.model.weather);
        let (structures, sewers, channels) = (&mut self.structures, &mut self.sewers, &mut self.channels);
        let happenings = &mut self.so_far.happenings;
        let built = *structures.spec != StructuresSpec::default();
        let piped = !sewers.spec.catchments.is_empty() || !sewers.spec.networks.is_empty();
        let mut act = |flow: &mut dyn Flow, now_s: f64, dt_s: f64| {
            sources.apply(flow, now_s, dt_s);
            weather.inflow(flow, now_s, now_s + dt_s);
            channels.step(&mut structures.books(flow), now_s, dt_s);
            if built {
                let news = structures.step(&mut channels.water(flow), now_s, dt_s);
                happenings.extend(news.iter().map(|n| Happening::structure(now_s + dt_s, n)));
            }
            if piped {
                let mut books = structures.books(flow);
                let news = sewers.step(&mut channels.water(&mut books), now_s, dt_s);
                happenings.extend(news.iter().map(Happening::sewer));
            }
        };
        let interventions = with!(&mut self.engine, s => s.advance(from, to - from, &mut act));
        self.so_far.interventions.extend(interventions);
        self.so_far.now_s = to;
        let due = |every: Span| (to / every.s() - (to / every.s()).round()).abs() < 1e-9;
        let end = to >= self.model.duration_s;
        self.look();
        if due(self.model.outputs.gauges_every) || end {
            self.read_gauges();
        }
        Due { frame: due(self.model.outputs.every) || end, end }
    }

    /// Rain and losses until `to`, given at the beginning of the beat.
    fn weather(&mut self, from: f64, to: f64) {
        let model = &self.model;
        let flow: &mut dyn Flow = with!(&mut self.engine, s => s.as_mut());
        let mut books = self.structures.books(flow);
        model.sources.weather(&mut books, from, to);
        let mut inside = Inside { flow: &mut books, outside: model.sources.outside() };
        model.weather.weather(&mut self.so_far.weather, &mut inside, from, to);
    }

    fn look(&mut self) {
        let flow: &dyn Flow = with!(&self.engine, s => s.as_ref());
        self.so_far.extremes.look_at(flow, self.so_far.now_s);
    }

    /// A gauge in a cell that a channel passes reads the channel: its level, its depth, its velocity along it.
    fn read_gauges(&mut self) {
        let flow: &dyn Flow = with!(&self.engine, s => s.as_ref());
        self.so_far.times_s.push(self.so_far.now_s);
        for (gauge, readings) in self.model.gauges.iter().zip(&mut self.so_far.readings) {
            let inside = gauge.channel.as_ref().and_then(|(name, along_m)| self.channels.read(name, *along_m));
            readings.push(match inside {
                Some(r) => {
                    let (east, north) = r.heading;
                    let (u_m_s, v_m_s) = (r.velocity_m_s * east, r.velocity_m_s * north);
                    Reading { depth_m: r.depth_m, stage_m: r.level_m, u_m_s, v_m_s }
                }
                None => {
                    let (u_m_s, v_m_s) = flow.velocity_m_s(gauge.cell);
                    let (depth_m, stage_m) = (flow.depth_m(gauge.cell), flow.stage_m(gauge.cell));
                    Reading { depth_m, stage_m, u_m_s, v_m_s }
                }
            });
        }
    }

    pub fn flow(&self) -> &dyn Flow {
        with!(&self.engine, s => s.as_ref())
    }
    pub fn ledger(&self) -> Ledger {
        with!(&self.engine, s => s.ledger())
    }
    pub fn cell_updates(&self) -> u64 {
        with!(&self.engine, s => s.cell_updates())
    }
    pub fn steps(&self) -> u64 {
        with!(&self.engine, s => s.steps())
    }
    pub fn channels(&self) -> &Channels {
        &self.channels
    }
    pub fn structures(&self) -> &Structures {
        &self.structures
    }
    /// Depths by cell, m; NaN outside the model and, below `shown_m`, 0.
    pub fn depths_m(&self, shown_m: f64) -> Vec<f32> {
        let (flow, outside) = (self.flow(), self.model.sources.outside());
        let depth = |c: usize| match flow.depth_m(c) {
            _ if outside[c] => f32::NAN,
            d if d >= shown_m => d as f32,
            _ => 0.0,
        };
        (0..outside.len()).map(depth).collect()
    }
}

fn started<R: crate::solver::Real>(model: &Model) -> Solver<R> {
    let mut solver = Solver::new(&model.domain, model.scheme);
    solver.set_depth_m(&model.start_m);
    solver
}

/// Water of which cells outside the model get no rain.
struct Inside<'a> {
    flow: &'a mut dyn Flow,
    outside: &'a [bool],
}

impl Flow for Inside<'_> {
    fn grid(&self) -> &Grid {
        self.flow.grid()
    }
    fn bed_m(&self, cell: usize) -> f64 {
        self.flow.bed_m(cell)
    }
    fn depth_m(&self, cell: usize) -> f64 {
        self.flow.depth_m(cell)
    }
    fn free_m(&self, cell: usize) -> f64 {
        self.flow.free_m(cell)
    }
    fn velocity_m_s(&self, cell: usize) -> (f64, f64) {
        self.flow.velocity_m_s(cell)
    }
    fn take_m3(&mut self, cell: usize, volume_m3: f64, account: Account) -> f64 {
        self.flow.take_m3(cell, volume_m3, account)
    }
    fn give_m3(&mut self, cell: usize, volume_m3: f64, account: Account) {
        self.flow.give_m3(cell, volume_m3, account);
    }
    fn set_bed_m(&mut self, cell: usize, bed_m: f64) {
        self.flow.set_bed_m(cell, bed_m);
    }
    fn crest_m(&self, face: Face) -> Option<f64> {
        self.flow.crest_m(face)
    }
    fn set_crest_m(&mut self, face: Face, crest_m: Option<f64>) {
        self.flow.set_crest_m(face, crest_m);
    }
    fn add_rows(&mut self, account: Account, gains: &crate::flow::RowGains) {
        let outside = self.outside;
        let inside = |first: usize, depths: &[f64], row: &mut [f64]| {
            gains(first, depths, row);
            for (gain, outside) in row.iter_mut().zip(&outside[first..]) {
                if *outside {
                    *gain = 0.0;
                }
            }
        };
        self.flow.add_rows(account, &inside);
    }
}
