//! Polders (圩区): areas inside crests, each with its inner level and its water balance by account.
//!
//! A polder is the cells that water at a bounding level could reach from a seed without crossing a crest or bed as high
//! as that. Its inner level (圩内水位) is that of a flat pool of its volume over its own beds.
//!
//! Balance: volume - volume at the start = sum of accounts + what came over its crests. The accounts are booked by
//! whoever takes and gives through `Polders::books`, an adapter of `Flow`; what crosses the crests in the solver
//! (overtopping, faces wholly open in a breach) is the difference.

use super::check::Check;
use super::line::filled;
use crate::flow::{Account, Face, Flow};
use base::grid::{Grid, Point};
use serde::{Deserialize, Serialize};

/// A polder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolderSpec {
    pub name: String,
    /// A point in it.
    pub seed: Point,
    /// Level at which its dikes must be closed, m.
    pub bound_m: f64,
    /// The rim of the grid may be one of its bounds.
    #[serde(default)]
    pub rim: bool,
    /// Every so often a row of its balance is kept, s.
    #[serde(default = "every")]
    pub every_s: f64,
}

fn every() -> f64 {
    600.0
}

/// A row of a balance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub now_s: f64,
    /// Inner level, m; of the lowest bed when it is dry.
    pub level_m: f64,
    pub volume_m3: f64,
    /// Since the start, by account, in the order of `Account::ALL`, m3.
    pub booked_m3: [f64; Account::ALL.len()],
    /// Over its crests and through open breaches since the start, net inward, m3.
    pub over_m3: f64,
}

/// What changes in a polder.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PolderState {
    /// Volume when the run began; `None` before that.
    first_m3: Option<f64>,
    booked_m3: [f64; Account::ALL.len()],
    next_s: f64,
    pub rows: Vec<Row>,
}

/// A polder on the grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Polder {
    pub cells: Vec<usize>,
    /// Its beds, rising, and the sum of all before each, m.
    beds_m: Vec<f64>,
    sums_m: Vec<f64>,
    cell_m2: f64,
}

impl Polder {
    /// Level of a flat pool of this volume, m.
    pub fn flat_m(&self, volume_m3: f64) -> f64 {
        let depth_sum = volume_m3.max(0.0) / self.cell_m2;
        // Depth sum of a pool at the level of bed k: k * bed_k - sum of the beds before it; rises with k.
        let (mut low, mut high) = (0, self.beds_m.len());
        while low < high {
            let k = (low + high) / 2;
            if k as f64 * self.beds_m[k] - self.sums_m[k] <= depth_sum { low = k + 1 } else { high = k }
        }
        let sum = self.sums_m[low - 1] + self.beds_m[low - 1];
        (depth_sum + sum) / low as f64
    }
    fn volume_m3(&self, flow: &dyn Flow) -> f64 {
        self.cells.iter().map(|&cell| flow.depth_m(cell)).sum::<f64>() * self.cell_m2
    }
}

impl PolderSpec {
    pub(super) fn check(
        &self,
        check: &mut Check,
        flow: &dyn Flow,
        crest: &dyn Fn(Face) -> Option<f64>,
    ) -> Option<Polder> {
        check.of("polder", &self.name);
        check.positive("every_s", self.every_s);
        let bounded = check.finite("bound_m", self.bound_m);
        let seed = check.cell("seed", self.seed)?;
        if !bounded {
            return None;
        }
        let grid = check.grid;
        if flow.bed_m(seed) >= self.bound_m {
            check.wrong(
                format_args!("seed's bed {} is not below bound_m {}", flow.bed_m(seed), self.bound_m),
                "a point on low ground",
            );
            return None;
        }
        let wet = filled(&grid, seed, &|face| stops(&grid, flow, crest, face, self.bound_m));
        let cells: Vec<usize> = (0..grid.len()).filter(|&cell| wet[cell]).collect();
        let rim = |cell: usize| {
            let (i, j) = (cell % grid.nx, cell / grid.nx);
            i == 0 || j == 0 || i + 1 == grid.nx || j + 1 == grid.ny
        };
        if let Some(&cell) = cells.iter().find(|&&cell| !self.rim && rim(cell)) {
            let p = grid.centre(cell);
            check.wrong(
                format_args!(
                    "is not closed at {} m: from its seed water reaches the rim at ({}, {})",
                    self.bound_m, p.x, p.y
                ),
                "close its dikes, lower bound_m, or rim: true where the grid's rim bounds it",
            );
            return None;
        }
        let mut beds_m: Vec<f64> = cells.iter().map(|&cell| flow.bed_m(cell)).collect();
        beds_m.sort_by(f64::total_cmp);
        let sums_m = beds_m
            .iter()
            .scan(0.0, |sum, bed| {
                let before = *sum;
                *sum += bed;
                Some(before)
            })
            .collect();
        Some(Polder { cells, beds_m, sums_m, cell_m2: grid.cell_m * grid.cell_m })
    }
}

fn stops(grid: &Grid, flow: &dyn Flow, crest: &dyn Fn(Face) -> Option<f64>, face: Face, bound_m: f64) -> bool {
    let Some((a, b)) = face.cells(grid) else { return true };
    let beds = flow.bed_m(a).max(flow.bed_m(b));
    crest(face).map_or(beds, |crest_m| crest_m.max(beds)) >= bound_m
}

/// All polders of a file: which cell is in which, and their books.
#[derive(Debug, Clone, Default)]
pub struct Polders {
    pub polders: Vec<Polder>,
    /// Per cell: number of its polder, from 1; 0 outside. A cell of two polders belongs to the later one. Empty without any.
    of: Vec<u16>,
}

impl Polders {
    pub(super) fn new(grid: &Grid, polders: Vec<Polder>) -> Polders {
        let mut of = if polders.is_empty() { Vec::new() } else { vec![0; grid.len()] };
        for (k, polder) in polders.iter().enumerate() {
            for &cell in &polder.cells {
                of[cell] = k as u16 + 1;
            }
        }
        Polders { polders, of }
    }
    /// The polder that a cell is in.
    pub fn of(&self, cell: usize) -> Option<usize> {
        self.of.get(cell).and_then(|&k| (k > 0).then(|| usize::from(k) - 1))
    }
    /// The same water, with books: what is taken and given through it is booked by polder and account.
    pub fn books<'a>(&'a self, flow: &'a mut dyn Flow, states: &'a mut [PolderState]) -> Books<'a> {
        for (polder, state) in self.polders.iter().zip(states.iter_mut()) {
            if state.first_m3.is_none() {
                state.first_m3 = Some(polder.volume_m3(flow));
            }
        }
        Books { flow, polders: self, states }
    }
    /// The balance of a polder now.
    pub fn row(&self, polder: usize, state: &PolderState, flow: &dyn Flow, now_s: f64) -> Row {
        let area = &self.polders[polder];
        let volume_m3 = area.volume_m3(flow);
        let booked: f64 = state.booked_m3.iter().sum();
        let over_m3 = volume_m3 - state.first_m3.unwrap_or(volume_m3) - booked;
        Row { now_s, level_m: area.flat_m(volume_m3), volume_m3, booked_m3: state.booked_m3, over_m3 }
    }
    /// Keeps a row of each polder whose time has come.
    pub(super) fn keep(&self, specs: &[PolderSpec], states: &mut [PolderState], flow: &dyn Flow, now_s: f64) {
        for (k, (spec, state)) in specs.iter().zip(states.iter_mut()).enumerate() {
            if now_s >= state.next_s {
                let row = self.row(k, state, flow, now_s);
                state.rows.push(row);
                state.next_s = now_s + spec.every_s;
            }
        }
    }
}

/// A flow whose every taking and giving is booked by polder.
pub struct Books<'a> {
    flow: &'a mut dyn Flow,
    polders: &'a Polders,
    states: &'a mut [PolderState],
}

impl Flow for Books<'_> {
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
        let taken = self.flow.take_m3(cell, volume_m3, account);
        if let Some(k) = self.polders.of(cell) {
            self.states[k].booked_m3[account as usize] -= taken;
        }
        taken
    }
    fn give_m3(&mut self, cell: usize, volume_m3: f64, account: Account) {
        self.flow.give_m3(cell, volume_m3, account);
        if let Some(k) = self.polders.of(cell) {
            self.states[k].booked_m3[account as usize] += volume_m3;
        }
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
    fn free_m3(&self, cell: usize) -> f64 {
        self.flow.free_m3(cell)
    }
}
