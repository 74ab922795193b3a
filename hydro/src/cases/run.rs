//! What all cases share: progress, what is kept of a run, and facts that must hold.

use crate::flow::Flow;
use crate::ledger::Ledger;
use crate::solver::{Intervention, Real, Solver};
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

/// A raster of a run's result.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    pub name: &'static str,
    pub unit: &'static str,
    /// NaN where there is nothing.
    pub values: Vec<f32>,
}

/// How the run itself went.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cost {
    pub wall_s: f64,
    pub steps: u64,
    pub cell_updates: u64,
    pub cells: usize,
    /// Largest share of cells that were wet at a look.
    pub wet_share: f64,
    /// Bytes that the run holds for each cell of the grid.
    pub bytes_per_cell: f64,
}

/// What comes out of a case.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub case: &'static str,
    pub facts: Vec<Fact>,
    pub layers: Vec<Layer>,
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

/// Greatest depth and first time of a depth, by cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Marks {
    pub deepest_m: Vec<f32>,
    /// NaN where it never came.
    pub arrives_s: Vec<f32>,
    /// Water that stood there at the start does not count as arriving.
    arrives_m: f32,
    pub wet_share: f64,
}

impl Marks {
    /// Arrival is the first time of `arrives_m` or more over what stood at the start.
    pub fn new<R: Real>(solver: &Solver<R>, arrives_m: f64) -> Marks {
        let n = solver.grid().len();
        let mut marks = Marks {
            deepest_m: vec![0.0; n],
            arrives_s: vec![f32::NAN; n],
            arrives_m: arrives_m as f32,
            wet_share: 0.0,
        };
        for (cell, depth) in solver.depths().iter().enumerate() {
            if depth.f64() as f32 >= marks.arrives_m {
                marks.arrives_s[cell] = 0.0;
            }
        }
        marks.look(solver, 0.0);
        marks
    }
    pub fn look<R: Real>(&mut self, solver: &Solver<R>, now_s: f64) {
        let arrives_m = self.arrives_m;
        let depths = solver.depths();
        let mut wet = 0usize;
        for (cell, depth) in depths.iter().enumerate() {
            let depth = depth.f64() as f32;
            wet += usize::from(depth > 0.001);
            self.deepest_m[cell] = self.deepest_m[cell].max(depth);
            if depth >= arrives_m && self.arrives_s[cell].is_nan() {
                self.arrives_s[cell] = now_s as f32;
            }
        }
        self.wet_share = self.wet_share.max(wet as f64 / depths.len() as f64);
    }
}

/// What acts on the water of a case.
pub trait Acts<R: Real> {
    /// Before every outer step: rain, debris, slides.
    fn weather(&mut self, solver: &mut Solver<R>, now_s: f64, dt_s: f64);
    /// Before every step of the flow: structures, inflows.
    fn inner(&mut self, flow: &mut dyn Flow, now_s: f64, dt_s: f64);
    /// At the end of each outer step.
    fn after(&mut self, solver: &mut Solver<R>, now_s: f64);
}

/// Runs a solver from 0 to `end_s` in outer steps of `outer_s`; looks at the marks every `look_s`. Gives the interventions
/// and the wall time; `None` when `watch` called it off.
pub fn advance<R: Real>(
    solver: &mut Solver<R>,
    acts: &mut dyn Acts<R>,
    marks: &mut Marks,
    (outer_s, look_s, end_s): (f64, f64, f64),
    watch: Watch,
) -> Option<(Vec<Intervention>, f64)> {
    let began = Instant::now();
    let mut interventions = Vec::new();
    let (mut now, mut looked, mut told) = (0.0, 0.0, f64::NEG_INFINITY);
    while now < end_s - 1e-6 {
        let dt = outer_s.min(end_s - now);
        acts.weather(solver, now, dt);
        interventions.extend(solver.advance(now, dt, &mut |flow, now, dt| acts.inner(flow, now, dt)));
        now += dt;
        if now - looked >= look_s - 1e-6 || now >= end_s - 1e-6 {
            looked = now;
            marks.look(solver, now);
        }
        acts.after(solver, now);
        if now - told >= end_s / 96.0 {
            told = now;
            let (steps, cell_updates, wet_share) = (solver.steps(), solver.cell_updates(), marks.wet_share);
            if !watch(Progress { now_s: now, end_s, steps, cell_updates, wet_share }) {
                return None;
            }
        }
    }
    Some((interventions, began.elapsed().as_secs_f64()))
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
