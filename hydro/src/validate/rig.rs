//! The test rig: a basin with its water, run by one scheme in one precision, with gauges and a count of what it took.

use super::case::{Bench, Bound, Cost, Row};
use crate::flow::{Account, Face, Flow};
use crate::ledger::Ledger;
use crate::solver::{Domain, Edge, EdgeKind, EdgeSide, Kind, Options, Real, Scheme, Solver};
use base::digest::Digest;
use base::grid::{Grid, Point};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    F32,
    F64,
}

impl Precision {
    pub const BOTH: [Precision; 2] = [Precision::F64, Precision::F32];
    pub fn name(self) -> &'static str {
        match self {
            Precision::F32 => "f32",
            Precision::F64 => "f64",
        }
    }
    /// The bound on an error of rounding.
    pub fn rounding(self, f64_bound: f64, f32_bound: f64) -> f64 {
        match self {
            Precision::F32 => f32_bound,
            Precision::F64 => f64_bound,
        }
    }
}

pub const SCHEMES: [Scheme; 4] = [Scheme::Inertial, Scheme::First, Scheme::Second, Scheme::Auto];

pub fn scheme_name(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Auto => "auto",
        Scheme::Inertial => "inertial",
        Scheme::First => "first",
        Scheme::Second => "second",
    }
}

/// A solver of either precision.
pub trait Tank: Flow {
    fn stable_s(&mut self) -> f64;
    /// Goes on by `dt_s` in stable inner steps, sources before each; gives the number of interventions.
    fn go(&mut self, now_s: f64, dt_s: f64, sources: &mut dyn FnMut(&mut dyn Flow, f64, f64)) -> usize;
    fn set_depths(&mut self, depth_m: &[f64]);
    fn set_discharge(&mut self, cell: usize, hu: f64, hv: f64);
    fn steps_taken(&self) -> u64;
    fn cells_updated(&self) -> u64;
    /// Volume on the grid, m3.
    fn water_m3(&self) -> f64;
    fn balance(&self) -> Ledger;
    /// A number that differs when any bit of the water differs.
    fn fingerprint(&self) -> u64;
    /// Scheme by which a cell is computed at present.
    fn kind_of(&self, cell: usize) -> Kind;
    /// The same water in a solver made anew from a checkpoint.
    fn resumed(&self, setup: &Setup) -> Box<dyn Tank>;
}

impl<R: Real> Tank for Solver<R> {
    fn stable_s(&mut self) -> f64 {
        self.stable_step_s()
    }
    fn go(&mut self, now_s: f64, dt_s: f64, sources: &mut dyn FnMut(&mut dyn Flow, f64, f64)) -> usize {
        self.advance(now_s, dt_s, sources).len()
    }
    fn set_depths(&mut self, depth_m: &[f64]) {
        self.set_depth_m(depth_m);
    }
    fn set_discharge(&mut self, cell: usize, hu: f64, hv: f64) {
        self.set_momentum_m2_s(cell, hu, hv);
    }
    fn steps_taken(&self) -> u64 {
        self.steps()
    }
    fn cells_updated(&self) -> u64 {
        self.cell_updates()
    }
    fn water_m3(&self) -> f64 {
        self.volume_m3()
    }
    fn balance(&self) -> Ledger {
        self.ledger()
    }
    fn fingerprint(&self) -> u64 {
        let mut digest = Digest::new();
        self.digest(&mut digest);
        digest.finish()
    }
    fn kind_of(&self, cell: usize) -> Kind {
        self.kind(cell)
    }
    fn resumed(&self, setup: &Setup) -> Box<dyn Tank> {
        let (domain, options) = domain(setup);
        Box::new(Solver::resume(&domain, options, self.state()))
    }
}

/// A basin and how it is to be computed.
#[derive(Clone)]
pub struct Setup {
    pub grid: Grid,
    pub bed_m: Vec<f64>,
    pub manning: Vec<f64>,
    pub porosity: Option<Vec<f64>>,
    pub crests: BTreeMap<Face, f64>,
    pub edges: Vec<Edge>,
    pub depth_m: Vec<f64>,
    /// Level that the depths stand for, m: it is laid over the ground as the solver holds it, which in single precision is
    /// some micrometres off `bed_m`, and no lake at rest would be level else.
    pub level_m: Option<f64>,
    /// hu, hv by cell, m2/s; empty for water at rest.
    pub discharge: Vec<(f64, f64)>,
    pub scheme: Scheme,
    pub precision: Precision,
    pub film_m: f64,
}

impl Setup {
    /// A smooth, dry, walled basin.
    pub fn new(nx: usize, ny: usize, cell_m: f64, bed_m: impl Fn(Point) -> f64) -> Setup {
        let grid = Grid { nx, ny, cell_m, x0: 0.0, y0: 0.0 };
        Setup::on(grid, bed_m)
    }
    pub fn on(grid: Grid, bed_m: impl Fn(Point) -> f64) -> Setup {
        let n = grid.len();
        Setup {
            grid,
            bed_m: (0..n).map(|c| bed_m(grid.centre(c))).collect(),
            manning: vec![0.0; n],
            porosity: None,
            crests: BTreeMap::new(),
            edges: Vec::new(),
            depth_m: vec![0.0; n],
            level_m: None,
            discharge: Vec::new(),
            scheme: Scheme::Second,
            precision: Precision::F64,
            film_m: 0.0,
        }
    }
    pub fn by(mut self, scheme: Scheme, precision: Precision) -> Setup {
        (self.scheme, self.precision) = (scheme, precision);
        self
    }
    pub fn rough(mut self, manning: f64) -> Setup {
        self.manning = vec![manning; self.grid.len()];
        self
    }
    /// Fills to a level.
    pub fn level(mut self, stage_m: f64) -> Setup {
        self.depth_m = self.bed_m.iter().map(|z| (stage_m - z).max(0.0)).collect();
        self.level_m = Some(stage_m);
        self
    }
    pub fn depth(mut self, depth_m: impl Fn(Point) -> f64) -> Setup {
        self.level_m = None;
        self.depth_m = (0..self.grid.len()).map(|c| depth_m(self.grid.centre(c))).collect();
        self
    }
    /// Depth and velocity from one function.
    pub fn water(mut self, at: impl Fn(Point) -> (f64, f64, f64)) -> Setup {
        let states: Vec<(f64, f64, f64)> = (0..self.grid.len()).map(|c| at(self.grid.centre(c))).collect();
        self.depth_m = states.iter().map(|s| s.0).collect();
        self.discharge = states.iter().map(|s| (s.0 * s.1, s.0 * s.2)).collect();
        self.level_m = None;
        self
    }
    /// A boundary on cells `from..to` of a side; the rest of the rim is wall.
    pub fn edge(mut self, side: EdgeSide, from: usize, to: usize, kind: EdgeKind) -> Setup {
        self.edges.push(Edge { side, from, to, kind });
        self
    }
    pub fn grid_name(&self) -> String {
        let Grid { nx, ny, cell_m, .. } = self.grid;
        format!("{nx} x {ny}, {} m", super::case::digits(cell_m).trim_end_matches('0').trim_end_matches('.'))
    }
}

/// A run: the tank, its clock, its gauges.
pub struct Run<'a> {
    pub tank: Box<dyn Tank>,
    pub setup: Setup,
    pub now_s: f64,
    pub interventions: usize,
    bench: &'a Bench<'a>,
    wall_s: f64,
    /// States were set by hand: the balance says nothing.
    by_hand: bool,
}

impl<'a> Run<'a> {
    pub fn new(bench: &'a Bench<'a>, setup: Setup) -> Run<'a> {
        let tank = tank(&setup);
        Run { tank, setup, now_s: 0.0, interventions: 0, bench, wall_s: 0.0, by_hand: false }
    }
    pub fn to(&mut self, until_s: f64) {
        self.to_with(until_s, &mut |_, _, _| {});
    }
    /// Goes on to `until_s` with sources.
    pub fn to_with(&mut self, until_s: f64, sources: &mut dyn FnMut(&mut dyn Flow, f64, f64)) {
        let started = (self.bench.clock)();
        if until_s > self.now_s {
            self.interventions += self.tank.go(self.now_s, until_s - self.now_s, sources);
        }
        self.now_s = until_s;
        self.wall_s += (self.bench.clock)() - started;
    }
    /// Goes on to `until_s` in pieces of `every_s` and reads after each.
    pub fn watch(&mut self, until_s: f64, every_s: f64, mut read: impl FnMut(&dyn Tank, f64)) {
        self.watch_with(until_s, every_s, &mut |_, _, _| {}, &mut read);
    }
    pub fn watch_with(
        &mut self,
        until_s: f64,
        every_s: f64,
        sources: &mut dyn FnMut(&mut dyn Flow, f64, f64),
        read: &mut dyn FnMut(&dyn Tank, f64),
    ) {
        let (from, pieces) = (self.now_s, ((until_s - self.now_s) / every_s - 1e-9).ceil().max(1.0) as usize);
        read(self.tank.as_ref(), self.now_s);
        for k in 1..=pieces {
            let next = if k == pieces { until_s } else { from + k as f64 * every_s };
            self.to_with(next, sources);
            read(self.tank.as_ref(), next);
        }
    }
    /// Sets a cell's water by hand: for an inlet that the boundaries do not know.
    pub fn touch(&mut self) {
        self.by_hand = true;
    }
    pub fn depths(&self) -> Vec<f64> {
        (0..self.setup.grid.len()).map(|c| self.tank.depth_m(c)).collect()
    }
    pub fn stages(&self) -> Vec<f64> {
        (0..self.setup.grid.len()).map(|c| self.tank.stage_m(c)).collect()
    }
    /// (x, value) along the middle row.
    pub fn along(&self, value: impl Fn(&dyn Tank, usize) -> f64) -> Vec<(f64, f64)> {
        let grid = self.setup.grid;
        (0..grid.nx)
            .map(|i| {
                let cell = grid.index(i, grid.ny / 2);
                (grid.centre(cell).x, value(self.tank.as_ref(), cell))
            })
            .collect()
    }
    /// The exact depth at the cell centres of the middle row, and the computed one.
    pub fn row_depths(&self, exact: impl Fn(f64) -> f64) -> (Vec<f64>, Vec<f64>) {
        let row = self.along(|tank, cell| tank.depth_m(cell));
        (row.iter().map(|(_, h)| *h).collect(), row.iter().map(|(x, _)| exact(*x)).collect())
    }
    /// Volume made or lost, as a share of all water handled.
    pub fn mass_error(&self) -> f64 {
        self.tank.balance().error()
    }
    pub fn cost(&self) -> Cost {
        Cost {
            steps: self.tank.steps_taken(),
            cell_updates: self.tank.cells_updated(),
            wall_s: self.wall_s,
            mass_error: (!self.by_hand).then(|| self.mass_error()),
        }
    }
    /// A row of the table about this run.
    pub fn row(&self, what: impl Into<String>, value: f64, bound: Bound, peer: impl Into<String>) -> Row {
        Row {
            grid: self.setup.grid_name(),
            scheme: scheme_name(self.setup.scheme).into(),
            precision: self.setup.precision.name().into(),
            what: what.into(),
            value,
            bound,
            peer: peer.into(),
            cost: Some(self.cost()),
        }
    }
}

fn domain(setup: &Setup) -> (Domain, Options) {
    let domain = Domain {
        grid: setup.grid,
        bed_m: setup.bed_m.clone(),
        manning: setup.manning.clone(),
        porosity: setup.porosity.clone(),
        crests: setup.crests.clone(),
        edges: setup.edges.clone(),
    };
    (domain, Options { scheme: setup.scheme, film_m: setup.film_m, ..Options::default() })
}

fn tank(setup: &Setup) -> Box<dyn Tank> {
    let (domain, options) = domain(setup);
    let mut tank: Box<dyn Tank> = match setup.precision {
        Precision::F32 => Box::new(Solver::<f32>::new(&domain, options)),
        Precision::F64 => Box::new(Solver::<f64>::new(&domain, options)),
    };
    match setup.level_m {
        Some(level_m) => {
            let depth: Vec<f64> = (0..setup.grid.len()).map(|c| (level_m - tank.bed_m(c)).max(0.0)).collect();
            tank.set_depths(&depth);
        }
        None => tank.set_depths(&setup.depth_m),
    }
    for (cell, (hu, hv)) in setup.discharge.iter().enumerate() {
        tank.set_discharge(cell, *hu, *hv);
    }
    tank
}

/// Rain of one strength on every cell, m/s.
pub fn rain(rate_m_s: f64) -> impl FnMut(&mut dyn Flow, f64, f64) {
    move |flow, _, dt_s| {
        let volume = rate_m_s * dt_s * flow.grid().cell_m * flow.grid().cell_m;
        for cell in 0..flow.grid().len() {
            flow.give_m3(cell, volume, Account::Rain);
        }
    }
}
