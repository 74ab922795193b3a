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
use crate::solver::Domain;
use base::grid::{Grid, Point};
use serde::{Deserialize, Serialize};
use std::sync::Mutex;

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
    /// Area of each cell that water can fill, m2.
    areas_m2: Vec<f64>,
    /// Its beds, rising, with the area below each, m2, and the sum of area times bed below each, m3.
    beds_m: Vec<(f64, f64, f64)>,
}

impl Polder {
    fn new(domain: &Domain, cells: Vec<usize>) -> Polder {
        let cell_m2 = domain.grid.cell_m * domain.grid.cell_m;
        let areas_m2: Vec<f64> =
            cells.iter().map(|&cell| cell_m2 * domain.porosity.as_ref().map_or(1.0, |open| open[cell])).collect();
        let mut by_bed: Vec<(f64, f64)> =
            cells.iter().zip(&areas_m2).map(|(&cell, &area)| (domain.bed_m[cell], area)).collect();
        by_bed.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut area_m2, mut moment_m3) = (0.0, 0.0);
        let beds_m = by_bed
            .into_iter()
            .map(|(bed_m, area)| {
                let row = (bed_m, area_m2, moment_m3);
                area_m2 += area;
                moment_m3 += area * bed_m;
                row
            })
            .collect();
        Polder { cells, areas_m2, beds_m }
    }
    /// Level of a flat pool of this volume, m.
    pub fn flat_m(&self, volume_m3: f64) -> f64 {
        // Volume of a pool at the level of bed k: area below it times the bed, less the ground; it rises with k.
        let k = self.beds_m.partition_point(|&(bed, area, moment)| area * bed - moment <= volume_m3.max(0.0));
        let (area, moment) = match self.beds_m.get(k) {
            Some(&(_, area, moment)) => (area, moment),
            None => {
                let all: f64 = self.areas_m2.iter().sum();
                let (bed, area, moment) = self.beds_m[self.beds_m.len() - 1];
                (all, moment + (all - area) * bed)
            }
        };
        (volume_m3.max(0.0) + moment) / area
    }
    fn volume_m3(&self, flow: &dyn Flow) -> f64 {
        self.cells.iter().zip(&self.areas_m2).map(|(&cell, area)| flow.depth_m(cell) * area).sum()
    }
}

impl PolderSpec {
    pub(super) fn check(
        &self,
        check: &mut Check,
        domain: &Domain,
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
        if domain.bed_m[seed] >= self.bound_m {
            check.wrong(
                format_args!("seed's bed {} is not below bound_m {}", domain.bed_m[seed], self.bound_m),
                "a point on low ground",
            );
            return None;
        }
        let wet = filled(&grid, seed, &|face| stops(&grid, &domain.bed_m, crest, face, self.bound_m));
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
        Some(Polder::new(domain, cells))
    }
}

fn stops(grid: &Grid, bed_m: &[f64], crest: &dyn Fn(Face) -> Option<f64>, face: Face, bound_m: f64) -> bool {
    let Some((a, b)) = face.cells(grid) else { return true };
    let beds = bed_m[a].max(bed_m[b]);
    crest(face).map_or(beds, |crest_m| crest_m.max(beds)) >= bound_m
}

/// All polders of a file: which cell is in which, and their books.
#[derive(Debug, Clone, Default)]
pub struct Polders {
    pub polders: Vec<Polder>,
    /// Per cell: number of its polder, from 1; 0 outside. A cell of two polders belongs to the later one. Empty without any.
    of: Vec<u16>,
    /// Per cell: share that water can fill; none where all of it.
    open: Option<Vec<f64>>,
}

impl Polders {
    pub(super) fn new(domain: &Domain, polders: Vec<Polder>) -> Polders {
        let mut of = if polders.is_empty() { Vec::new() } else { vec![0; domain.grid.len()] };
        for (k, polder) in polders.iter().enumerate() {
            for &cell in &polder.cells {
                of[cell] = k as u16 + 1;
            }
        }
        let open = if polders.is_empty() { None } else { domain.porosity.clone() };
        Polders { polders, of, open }
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
    fn add_rows(&mut self, account: Account, gains: &crate::flow::RowGains) {
        let grid = *self.flow.grid();
        let cell_m2 = grid.cell_m * grid.cell_m;
        let polders = self.polders;
        // Rows come in any order on any thread: their sums are put in order before they are added up.
        let sums: Mutex<Vec<(usize, usize, f64)>> = Mutex::default();
        self.flow.add_rows(account, &|first, depths, out| {
            gains(first, depths, out);
            // A row crosses a polder in few pieces: one sum each.
            let mut pieces: Vec<(usize, usize, f64)> = Vec::new();
            for (k, (depth, gain)) in depths.iter().zip(out.iter()).enumerate() {
                if let Some(polder) = polders.of(first + k) {
                    let open = polders.open.as_ref().map_or(1.0, |open| open[first + k]);
                    let gained_m3 = gain.max(-depth) * open * cell_m2;
                    match pieces.last_mut() {
                        Some((_, last, sum)) if *last == polder => *sum += gained_m3,
                        _ => pieces.push((first + k, polder, gained_m3)),
                    }
                }
            }
            if !pieces.is_empty() {
                sums.lock().unwrap_or_else(std::sync::PoisonError::into_inner).extend(pieces);
            }
        });
        let mut sums = sums.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        sums.sort_by_key(|&(first, _, _)| first);
        for (_, polder, sum) in sums {
            self.states[polder].booked_m3[account as usize] += sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Buckets;

    #[test]
    fn a_flat_pool_over_steps_of_ground_stands_where_its_volume_puts_it() {
        // Grade: exact (beds 0, 1, 1, 3 m on 100 m2 each: 50 m3 at 0.5, 100 at 1, 400 at 2, 700 at 3, 1100 at 4 m).
        let grid = Grid { nx: 4, ny: 1, cell_m: 10.0, x0: 0.0, y0: 0.0 };
        let domain = Domain::new(grid, vec![1.0, 0.0, 3.0, 1.0], vec![0.03; 4]);
        let polder = Polder::new(&domain, vec![0, 1, 2, 3]);
        for (volume, level) in [(0.0, 0.0), (50.0, 0.5), (100.0, 1.0), (400.0, 2.0), (700.0, 3.0), (1100.0, 4.0)] {
            assert!((polder.flat_m(volume) - level).abs() < 1e-12, "{volume} m3: {}", polder.flat_m(volume));
        }
    }

    #[test]
    fn books_tell_accounts_apart_and_the_rest_came_over_the_crests() {
        // Grade: exact.
        let grid = Grid { nx: 4, ny: 2, cell_m: 10.0, x0: 0.0, y0: 0.0 };
        let domain = Domain::new(grid, vec![0.0; 8], vec![0.03; 8]);
        let polders = Polders::new(&domain, vec![Polder::new(&domain, vec![0, 1])]);
        let mut states = vec![PolderState::default()];
        let mut flow = Buckets::new(grid, vec![0.0; 8], vec![0.5; 8]);
        let mut books = polders.books(&mut flow, &mut states);
        books.take_m3(0, 10.0, Account::Pump);
        books.give_m3(1, 4.0, Account::Structure);
        books.give_m3(5, 4.0, Account::Structure);
        books.add_rows(Account::Rain, &|first, _, out| {
            out.iter_mut().enumerate().for_each(|(k, g)| *g = 0.01 * (first + k) as f64)
        });
        // More than is there cannot seep away.
        books.add_rows(Account::Infiltration, &|_, _, out| out.fill(-0.45));
        flow.depth_m[0] += 0.07;
        let row = polders.row(0, &states[0], &flow, 60.0);
        assert!((row.booked_m3[Account::Pump as usize] + 10.0).abs() < 1e-12);
        assert!((row.booked_m3[Account::Structure as usize] - 4.0).abs() < 1e-12);
        assert!((row.booked_m3[Account::Rain as usize] - 1.0).abs() < 1e-12);
        assert!((row.booked_m3[Account::Infiltration as usize] + 85.0).abs() < 1e-9, "{row:?}");
        assert!((row.over_m3 - 7.0).abs() < 1e-9, "{row:?}");
        assert!((row.volume_m3 - (0.07 + 0.1) * 100.0).abs() < 1e-9, "{row:?}");
    }
}
