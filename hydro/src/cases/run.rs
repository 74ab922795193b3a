//! What all cases share: progress, what is kept of a run, what it cost, and facts that must hold.

use crate::flow::Flow;
use crate::layers::extremes::{Extremes, ExtremesSpec};
use crate::ledger::Ledger;
use crate::solver::{Intervention, Real, Solver};
use base::fold;
use base::grid::{Grid, Point};
use base::text::Text;
use serde::Serialize;
use std::time::Instant;

/// Something that must come out of a case, and whether it did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fact {
    pub name: String,
    /// What was measured, in words and figures.
    pub found: String,
    pub holds: bool,
}

impl Fact {
    pub fn new(name: &str, holds: bool, found: impl Into<String>) -> Fact {
        Fact { name: name.into(), found: found.into(), holds }
    }
}

/// How a layer is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawn {
    /// m
    Depth,
    /// m/s
    Speed,
    /// s from the start
    Arrival,
    /// H1 to H6
    Hazard,
    /// m of bed, up positive
    BedChange,
}

/// A raster of a run's result.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Stem of its file.
    pub name: &'static str,
    pub title: Text,
    pub drawn: Drawn,
    /// NaN where there is nothing.
    pub values: Vec<f32>,
}

/// Series of a run's result.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Stem of its file.
    pub name: &'static str,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<f64>>,
}

/// How the run itself went. Times are of the wall, s, and say nothing about results.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Cost {
    pub wall_s: f64,
    /// Of which: rain, ground, debris; structures and inflows; layers and gauges. The rest is the solver's.
    pub weather_s: f64,
    pub works_s: f64,
    pub looks_s: f64,
    pub steps: u64,
    pub cell_updates: u64,
    pub cells: usize,
    /// Largest share of cells that were wet when progress was told.
    pub wet_share: f64,
    /// Bytes for each cell of the grid: the solver's, and those of the layers of the whole run.
    pub solver_bytes: f64,
    pub layers_bytes: f64,
}

/// What comes out of a case.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub case: &'static str,
    pub title: Text,
    pub grid: Grid,
    /// Ground before the flood, m.
    pub ground_m: Vec<f32>,
    pub run_s: f64,
    pub facts: Vec<Fact>,
    pub layers: Vec<Layer>,
    pub tables: Vec<Table>,
    /// Places to be named on maps.
    pub places: Vec<(String, Point)>,
    pub ledger: Ledger,
    pub interventions: Vec<Intervention>,
    /// What happened, in order: (s, text).
    pub events: Vec<(f64, String)>,
    pub cost: Cost,
}

impl Outcome {
    pub fn holds(&self) -> bool {
        self.facts.iter().all(|fact| fact.holds)
    }
    /// The fact of this name, for tests.
    pub fn fact(&self, name: &str) -> Option<&Fact> {
        self.facts.iter().find(|fact| fact.name == name)
    }
    pub fn layer(&self, name: &str) -> Option<&Layer> {
        self.layers.iter().find(|layer| layer.name == name)
    }
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    pub now_s: f64,
    pub end_s: f64,
    pub steps: u64,
    pub cell_updates: u64,
    pub wet_share: f64,
}

/// Told of progress; says whether to go on.
pub type Watch<'a> = &'a mut dyn FnMut(Progress) -> bool;

/// What acts on the water of a case.
pub trait Acts<R: Real> {
    /// Before every outer step: rain, debris, slides.
    fn weather(&mut self, solver: &mut Solver<R>, now_s: f64, dt_s: f64);
    /// Before every step of the flow: structures, inflows.
    fn inner(&mut self, flow: &mut dyn Flow, now_s: f64, dt_s: f64);
    /// At the end of each outer step: gauges.
    fn after(&mut self, solver: &mut Solver<R>, now_s: f64);
}

/// How a run goes: outer steps, looks of the layers, its end, s.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Times {
    pub outer_s: f64,
    pub look_s: f64,
    pub end_s: f64,
}

/// What a run leaves beside its water.
#[derive(Debug, Clone)]
pub struct Ran {
    pub extremes: Extremes,
    pub interventions: Vec<Intervention>,
    pub cost: Cost,
}

/// Runs a solver from 0 to its end; `None` when `watch` called it off.
pub fn advance<R: Real>(
    solver: &mut Solver<R>,
    acts: &mut dyn Acts<R>,
    layers: ExtremesSpec,
    times: Times,
    watch: Watch,
) -> Option<Ran> {
    let Times { outer_s, look_s, end_s } = times;
    let (began, cells) = (Instant::now(), solver.grid().len());
    let mut cost = Cost { cells, ..Cost::default() };
    let mut extremes = Extremes::new(*solver.grid(), layers);
    let mut interventions = Vec::new();
    let (mut now, mut looked, mut told) = (0.0, 0.0, f64::NEG_INFINITY);
    extremes.look_at(solver, 0.0);
    while now < end_s - 1e-6 {
        let dt = outer_s.min(end_s - now);
        let weather = Instant::now();
        acts.weather(solver, now, dt);
        cost.weather_s += weather.elapsed().as_secs_f64();
        let mut works_s = 0.0;
        interventions.extend(solver.advance(now, dt, &mut |flow, now, dt| {
            let works = Instant::now();
            acts.inner(flow, now, dt);
            works_s += works.elapsed().as_secs_f64();
        }));
        cost.works_s += works_s;
        now += dt;
        let looks = Instant::now();
        if now - looked >= look_s - 1e-6 || now >= end_s - 1e-6 {
            looked = now;
            extremes.look_at(solver, now);
        }
        acts.after(solver, now);
        cost.looks_s += looks.elapsed().as_secs_f64();
        if now - told >= end_s / 96.0 || now >= end_s - 1e-6 {
            told = now;
            let depths = solver.depths();
            let wet = fold::count(cells, |cell| depths[cell].f64() > 0.001) as f64 / cells as f64;
            cost.wet_share = cost.wet_share.max(wet);
            let (steps, cell_updates) = (solver.steps(), solver.cell_updates());
            if !watch(Progress { now_s: now, end_s, steps, cell_updates, wet_share: wet }) {
                return None;
            }
        }
    }
    cost.wall_s = began.elapsed().as_secs_f64();
    (cost.steps, cost.cell_updates) = (solver.steps(), solver.cell_updates());
    cost.solver_bytes = solver.bytes() as f64 / cells as f64;
    cost.layers_bytes = extremes.bytes() as f64 / cells as f64;
    Some(Ran { extremes, interventions, cost })
}

/// Fact: the water balance closes.
pub fn balance(ledger: &Ledger, tolerance: f64) -> Fact {
    let error = ledger.error();
    Fact::new(
        "the water balance closes",
        error <= tolerance,
        format!("{error:.1e} of {:.3e} m3 handled (allowed {tolerance:.0e})", ledger.start_m3 + ledger.handled_m3),
    )
}

/// Fact: the solver did nothing against its equations.
pub fn untouched(interventions: &[Intervention]) -> Fact {
    Fact::new("no cell lost its numbers", interventions.is_empty(), format!("{} interventions", interventions.len()))
}
