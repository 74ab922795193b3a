//! Debris that a flood carries, takes up and lays down (泥石流、夹沙洪水). Each cell has a column of solids s (m of grains
//! without pores), so the concentration is Cv = s/h. The solids go with the water, upwind and conservatively,
//!
//! ```text
//! ds/dt + d(u s)/dx + d(v s)/dy = C* i        dz/dt = -i        dh/dt = ... + i
//! ```
//!
//! where i is the speed at which the bed falls (`equilibrium`). Bed taken up is C* of grains and 1 - C* of water that fills
//! its pores, so the mixture gains exactly what the bed loses: `Account::Entrainment` and the bed's change cancel.
//! The mixture is one fluid with one velocity; grains and water do not part. The concentration never passes the packed one:
//! what would, is laid down. The velocity at a face is the mean of its two cells, so the solids' flux is not the solver's
//! own face flux: at fronts the concentration may be off by a few per cent, the amounts never.

mod reach;

use super::equilibrium::{Entrainment, Grains};
use super::rheology::{self, Friction, Momentum};
use crate::flow::{Account, BedMove, Flow};
use base::complaint::Complaints;
use base::math;
use reach::{Reach, Seen, insert, places};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What the debris is and how it behaves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub friction: Friction,
    pub entrainment: Entrainment,
    #[serde(default)]
    pub grains: Grains,
    /// Depth of loose bed that can be taken up, m, where no cell says otherwise (可蚀厚度).
    pub erodible_m: f64,
}

impl Spec {
    /// Everything that is wrong with it.
    pub fn check(&self, file: &Path) -> Complaints {
        let mut complaints = Complaints::new();
        self.friction.check(file, &mut complaints);
        self.entrainment.check(file, &mut complaints);
        self.grains.check(file, &mut complaints);
        if !(0.0..=50.0).contains(&self.erodible_m) {
            complaints.add(file, format!("erodible_m of {}", self.erodible_m), "0 to 50 m");
        }
        complaints
    }
}

/// Flow thinner than this carries no debris, m: what it holds is laid down.
const FILM_M: f64 = 0.005;
/// Share of a cell that debris may cross in one step of its own (the upwind scheme is stable up to 1).
const COURANT: f64 = 0.9;
/// Flow thinner than this does not shorten the debris' own steps, m (assumption): no cell loses more than it holds in any case.
const TELLING_M: f64 = 0.05;
/// Most that the bed may fall or rise in one step, share of the flow's depth: keeps the bed and the flow together.
const SHARE: f64 = 0.05;

/// The debris on a grid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Debris {
    pub spec: Spec,
    /// Depth of grains, m, by cell.
    solid_m: Vec<f64>,
    /// Loose bed left, m, by cell.
    loose_m: Vec<f64>,
    /// What the flow's bed could not hold of a change, m: a bed in single precision at 1500 m knows steps of 0.1 mm.
    unmoved_m: Vec<f32>,
    /// Cells with solids, in index order.
    active: Vec<usize>,
    /// Volume of bed taken up less laid down, m3.
    eroded_m3: f64,
    deposited_m3: f64,
    /// Solids that were given from outside, m3.
    given_m3: f64,
    #[serde(skip)]
    desk: Desk,
}

/// Columns that every step fills anew, by row of the active cells: kept for their room only.
#[derive(Debug, Default)]
struct Desk {
    shares: Vec<f64>,
    seen: Vec<Seen>,
    reach: Reach,
    solid: Vec<f64>,
    moved: Vec<f64>,
    falls_m: Vec<f64>,
    moves: Vec<BedMove>,
}

impl Clone for Desk {
    fn clone(&self) -> Desk {
        Desk::default()
    }
}

impl PartialEq for Desk {
    fn eq(&self, _: &Desk) -> bool {
        true
    }
}

/// Cells worked on at a time.
const CHUNK: usize = 2048;
/// Load below which a flow that lays down lays down all, share of its volume.
const CLEAR: f64 = 1e-3;
/// Load below which a flow that takes nothing up lays down all, m of grains: behind a wave a cell's load only halves from step to
/// step, and would never be gone.
const SPECK_M: f64 = 1e-6;
/// Grains, or loose bed, less than this are none, m. A water column in single precision knows steps of about 1e-15 of its depth: what
/// is less cannot be taken out of it, and would go round in the flood for ever, over more and more cells. What is cleared so is booked
/// as laid down; bed and water are not touched.
const TRACE_M: f64 = 1e-12;

/// What a `Debris` holds, m3 of grains: at every moment `given + packed x (eroded - deposited) = carried`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Balance {
    pub given_m3: f64,
    pub eroded_m3: f64,
    pub deposited_m3: f64,
    pub carried_m3: f64,
}

impl Debris {
    pub fn new(spec: Spec, cells: usize) -> Debris {
        Debris {
            loose_m: vec![spec.erodible_m; cells],
            spec,
            solid_m: vec![0.0; cells],
            unmoved_m: vec![0.0; cells],
            active: Vec::new(),
            eroded_m3: 0.0,
            deposited_m3: 0.0,
            given_m3: 0.0,
            desk: Desk::default(),
        }
    }
    /// Sets how deep the bed of a cell is loose, m: 0 on rock and in streets.
    pub fn set_loose_m(&mut self, cell: usize, depth_m: f64) {
        self.loose_m[cell] = depth_m;
    }
    /// Depth of loose bed left in a cell, m.
    pub fn loose_m(&self, cell: usize) -> f64 {
        self.loose_m[cell]
    }
    pub fn solid_m(&self, cell: usize) -> f64 {
        self.solid_m[cell]
    }
    /// Concentration by volume in a cell.
    pub fn concentration(&self, flow: &(impl Flow + ?Sized), cell: usize) -> f64 {
        let h = flow.depth_m(cell);
        if h > 0.0 { (self.solid_m[cell] / h).min(self.spec.grains.packed) } else { 0.0 }
    }
    /// Cells with solids, in index order.
    pub fn active(&self) -> &[usize] {
        &self.active
    }
    /// Brings grains into a cell from outside: the mixture itself is given by whoever gives the water.
    pub fn give_solids_m3(&mut self, cell: usize, volume_m3: f64, cell_m: f64) {
        self.solid_m[cell] += volume_m3 / (cell_m * cell_m);
        self.given_m3 += volume_m3;
        if let Err(at) = self.active.binary_search(&cell) {
            self.active.insert(at, cell);
        }
    }
    pub fn balance(&self, cell_m: f64) -> Balance {
        let carried: f64 = self.active.iter().map(|&cell| self.solid_m[cell]).sum();
        Balance {
            given_m3: self.given_m3,
            eroded_m3: self.eroded_m3,
            deposited_m3: self.deposited_m3,
            carried_m3: carried * cell_m * cell_m,
        }
    }

    /// One step of `dt_s` after the solver's own: friction beyond its Manning, advection, exchange with the bed.
    pub fn step<F: Momentum + ?Sized>(
        &mut self,
        flow: &mut F,
        solver_manning: impl Fn(usize) -> f64 + Sync,
        dt_s: f64,
    ) {
        self.resist(flow, solver_manning, dt_s);
        let mut desk = std::mem::take(&mut self.desk);
        self.advect_on(&mut desk, flow, dt_s);
        self.exchange_on(&mut desk, flow, dt_s);
        self.desk = desk;
    }

    /// The friction step on the cells that carry debris.
    pub fn resist<F: Momentum + ?Sized>(
        &mut self,
        flow: &mut F,
        solver_manning: impl Fn(usize) -> f64 + Sync,
        dt_s: f64,
    ) {
        let cell_m = flow.grid().cell_m;
        let law = &self.spec.friction;
        let mut shares = std::mem::take(&mut self.desk.shares);
        {
            let flow = &*flow;
            fill(&mut shares, &self.active, |_, cell| {
                let slope = if law.asks_for_the_bed() { bed_slope(flow, cell, cell_m) } else { 0.0 };
                let of = (self.concentration(flow, cell), slope);
                rheology::share_left(flow, cell, law, solver_manning(cell), of, dt_s)
            });
        }
        flow.slow_down(&self.active, &shares);
        self.desk.shares = shares;
    }

    /// Moves the solids with the flow, in as many steps as their own Courant number asks for.
    pub fn advect<F: Flow + ?Sized>(&mut self, flow: &F, dt_s: f64) {
        let mut desk = std::mem::take(&mut self.desk);
        self.advect_on(&mut desk, flow, dt_s);
        self.desk = desk;
    }

    /// Afterwards the desk holds what was seen of all that are active then.
    fn advect_on<F: Flow + ?Sized>(&mut self, desk: &mut Desk, flow: &F, dt_s: f64) {
        let cell_m = flow.grid().cell_m;
        let Desk { seen, reach, solid, moved, .. } = desk;
        fill(seen, &self.active, |_, cell| Seen::at(flow, cell));
        let fastest = base::fold::max(seen.len(), 0.0, |row| {
            let Seen { depth_m, velocity: (u, v) } = seen[row];
            if depth_m > TELLING_M { u.abs() + v.abs() } else { 0.0 }
        });
        let steps = (fastest * dt_s / (COURANT * cell_m)).ceil().clamp(1.0, 1000.0) as usize;
        // The flow stands still meanwhile: what leaves a cell is a fixed share of its solids, reckoned once.
        solid.clear();
        solid.extend(self.active.iter().map(|&cell| self.solid_m[cell]));
        reach.find(flow, &self.active, (seen, solid), steps, dt_s / steps as f64);
        solid.resize(self.active.len() + reach.joined.len(), 0.0);
        for _ in 0..steps {
            moved.resize(solid.len(), 0.0);
            base::fold::each_chunk(moved, CHUNK, |k, moved| {
                for (row, moved) in (k * CHUNK..).zip(moved) {
                    *moved = reach.after(row, solid);
                }
            });
            std::mem::swap(solid, moved);
        }
        let (held, joined) = solid.split_at(self.active.len());
        for (&cell, &solid) in self.active.iter().zip(held) {
            self.solid_m[cell] = solid;
        }
        let grown = joined.iter().enumerate().filter(|(_, solid)| **solid > 0.0);
        let mut come: Vec<(usize, usize)> = grown.map(|(k, _)| (reach.joined[k], k)).collect();
        come.sort_unstable();
        let fresh: Vec<usize> = come.iter().map(|(cell, _)| *cell).collect();
        let of_fresh: Vec<Seen> = come.iter().map(|&(_, k)| reach.seen[k]).collect();
        come.iter().for_each(|&(cell, k)| self.solid_m[cell] = joined[k]);
        let at = places(&self.active, &fresh);
        insert(&mut self.active, &fresh, &at);
        insert(seen, &of_fresh, &at);
    }

    /// Wakes the cells in which the flow would take up bed: `wet` are the cells to look at. Call it when the wet cells
    /// change; cells that carry debris are looked at by every step anyway.
    pub fn wake<F: Flow + ?Sized>(&mut self, flow: &F, wet: impl IntoIterator<Item = usize>) {
        let cell_m = flow.grid().cell_m;
        let calm = |cell: &usize| self.solid_m[*cell] == 0.0 && self.loose_m(*cell) > TRACE_M;
        let calm: Vec<usize> = wet.into_iter().filter(calm).collect();
        let falls = each_of(&calm, |_, cell| self.falls_m_s(flow, cell, Seen::at(flow, cell), cell_m) > 0.0);
        let fresh: Vec<usize> = calm.into_iter().zip(falls).filter(|(_, falls)| *falls).map(|(cell, _)| cell).collect();
        if !fresh.is_empty() {
            self.active.extend(fresh);
            self.active.sort_unstable();
            self.active.dedup();
        }
    }

    fn falls_m_s<F: Flow + ?Sized>(&self, flow: &F, cell: usize, seen: Seen, cell_m: f64) -> f64 {
        let Seen { depth_m: h, velocity: (u, v) } = seen;
        let speed = math::sqrt(u * u + v * v);
        if h <= FILM_M || speed <= 0.0 {
            return 0.0;
        }
        let slope = surface_falls(flow, cell, (u / speed, v / speed), cell_m);
        let cv = self.solid_m[cell] / h;
        self.spec.entrainment.bed_falls_m_s(&self.spec.grains, h, speed, cv, slope)
    }

    /// By how much the bed falls in a step, m: what the flow would take up or lay down, as far as there is bed or load.
    fn falls_m<F: Flow + ?Sized>(&self, flow: &F, cell: usize, seen: Seen, dt_s: f64) -> f64 {
        let fall = self.falls_m_s(flow, cell, seen, flow.grid().cell_m) * dt_s;
        let packed = self.spec.grains.packed;
        let h = seen.depth_m;
        let solid = self.solid_m[cell];
        // What the packed concentration cannot hold is laid down at once; so is the load of a film.
        let most = if h > FILM_M { packed * h } else { 0.0 };
        let jammed = if solid > most { (solid - most) / packed } else { 0.0 };
        let loose = self.loose_m(cell);
        let falls = if fall > 0.0 && loose > TRACE_M {
            fall.min(SHARE * h).min(loose)
        } else if solid < CLEAR * h && fall < 0.0 || solid < SPECK_M {
            -solid / packed
        } else {
            fall.min(0.0).max(-SHARE * h).max(-solid / packed)
        };
        (falls - jammed).max(-solid / packed)
    }

    /// Takes up and lays down.
    pub fn exchange<F: Flow + ?Sized>(&mut self, flow: &mut F, dt_s: f64) {
        let mut desk = std::mem::take(&mut self.desk);
        fill(&mut desk.seen, &self.active, |_, cell| Seen::at(&*flow, cell));
        self.exchange_on(&mut desk, flow, dt_s);
        self.desk = desk;
    }

    /// With what was seen of the active cells.
    fn exchange_on<F: Flow + ?Sized>(&mut self, desk: &mut Desk, flow: &mut F, dt_s: f64) {
        let cell_m = flow.grid().cell_m;
        let area = cell_m * cell_m;
        let packed = self.spec.grains.packed;
        let Desk { seen, falls_m, moves, .. } = desk;
        // From one frozen picture of the flow, so that the order of the cells means nothing.
        {
            let flow = &*flow;
            fill(falls_m, &self.active, |row, cell| self.falls_m(flow, cell, seen[row], dt_s));
        }
        moves.clear();
        moves.extend(
            self.active
                .iter()
                .zip(&*falls_m)
                .filter(|(_, falls_m)| **falls_m != 0.0)
                .map(|(&cell, &falls_m)| BedMove { cell, falls_m, owed_m: self.unmoved_m[cell] }),
        );
        flow.move_beds(moves, Account::Entrainment);
        for &BedMove { cell, falls_m, owed_m } in &*moves {
            self.unmoved_m[cell] = owed_m;
            self.loose_m[cell] = (self.loose_m[cell] - falls_m).max(0.0);
            self.solid_m[cell] = (self.solid_m[cell] + packed * falls_m).max(0.0);
            if falls_m > 0.0 {
                self.eroded_m3 += falls_m * area;
            } else {
                self.deposited_m3 -= falls_m * area;
            }
            if self.solid_m[cell] < TRACE_M {
                let laid_m = std::mem::take(&mut self.solid_m[cell]) / packed;
                self.loose_m[cell] += laid_m;
                self.deposited_m3 += laid_m * area;
            }
        }
        let solid = &self.solid_m;
        self.active.retain(|&cell| solid[cell] > 0.0);
    }
}

/// `work(row, cell)` for every cell, in their order.
fn each_of<C: Copy + Sync, T: Copy + Default + Send>(cells: &[C], work: impl Fn(usize, C) -> T + Sync) -> Vec<T> {
    let mut all = Vec::new();
    fill(&mut all, cells, work);
    all
}

/// The same into a column that has room already.
fn fill<C: Copy + Sync, T: Copy + Default + Send>(all: &mut Vec<T>, cells: &[C], work: impl Fn(usize, C) -> T + Sync) {
    all.resize(cells.len(), T::default());
    base::fold::each_chunk(all, CHUNK, |k, all| {
        let rows = k * CHUNK..;
        rows.zip(all).for_each(|(row, of)| *of = work(row, cells[row]));
    });
}

/// Steepest slope of the bed about a cell, rise over run.
fn bed_slope<F: Flow + ?Sized>(flow: &F, cell: usize, cell_m: f64) -> f64 {
    let (east, north) = gradient(flow.grid(), cell, |c| flow.bed_m(c));
    math::hypot(east, north) / cell_m
}

/// How fast the water's surface falls along a direction, rise over run; 0 where it rises.
fn surface_falls<F: Flow + ?Sized>(flow: &F, cell: usize, along: (f64, f64), cell_m: f64) -> f64 {
    let here = flow.stage_m(cell);
    // A dry neighbour above the water says nothing about its surface.
    let level = |c: usize| {
        let bed = flow.bed_m(c);
        if flow.depth_m(c) > 0.0 { flow.stage_m(c) } else { bed.min(here) }
    };
    let (east, north) = gradient(flow.grid(), cell, level);
    (-(east * along.0 + north * along.1) / cell_m).max(0.0)
}

/// Central difference of a level over a cell (one-sided at the rim), m per cell.
fn gradient(grid: &base::grid::Grid, cell: usize, level: impl Fn(usize) -> f64) -> (f64, f64) {
    let (i, j) = (cell % grid.nx, cell / grid.nx);
    let along = |at: usize, n: usize, step: usize| {
        let (low, high) = (if at > 0 { cell - step } else { cell }, if at + 1 < n { cell + step } else { cell });
        if low == high { 0.0 } else { (level(high) - level(low)) / if high - low > step { 2.0 } else { 1.0 } }
    };
    (along(i, grid.nx, 1), along(j, grid.ny, grid.nx))
}

#[cfg(test)]
mod tests {
    use super::super::rheology::Mud;
    use super::*;
    use crate::flow::{Buckets, Face};
    use crate::solver::{Domain, Options, Solver};
    use base::grid::Grid;

    /// Buckets with a velocity of their own.
    struct Stream {
        water: Buckets,
        velocity: Vec<(f64, f64)>,
    }

    impl Flow for Stream {
        fn grid(&self) -> &Grid {
            &self.water.grid
        }
        fn bed_m(&self, cell: usize) -> f64 {
            self.water.bed_m(cell)
        }
        fn depth_m(&self, cell: usize) -> f64 {
            self.water.depth_m(cell)
        }
        fn free_m(&self, cell: usize) -> f64 {
            self.water.free_m(cell)
        }
        fn velocity_m_s(&self, cell: usize) -> (f64, f64) {
            self.velocity[cell]
        }
        fn take_m3(&mut self, cell: usize, volume_m3: f64, account: Account) -> f64 {
            self.water.take_m3(cell, volume_m3, account)
        }
        fn give_m3(&mut self, cell: usize, volume_m3: f64, account: Account) {
            self.water.give_m3(cell, volume_m3, account);
        }
        fn set_bed_m(&mut self, cell: usize, bed_m: f64) {
            self.water.set_bed_m(cell, bed_m);
        }
        fn crest_m(&self, face: Face) -> Option<f64> {
            self.water.crest_m(face)
        }
        fn set_crest_m(&mut self, face: Face, crest_m: Option<f64>) {
            self.water.set_crest_m(face, crest_m);
        }
        fn add_rows(&mut self, account: Account, gains: &crate::flow::RowGains) {
            self.water.add_rows(account, gains);
        }
    }

    impl Momentum for Stream {
        fn set_momentum_m2_s(&mut self, cell: usize, east: f64, north: f64) {
            let h = self.water.depth_m[cell];
            self.velocity[cell] = if h > 0.0 { (east / h, north / h) } else { (0.0, 0.0) };
        }
    }

    fn slope(nx: usize, fall: f64, speed: f64, depth: f64) -> Stream {
        let grid = Grid { nx, ny: 1, cell_m: 10.0, x0: 0.0, y0: 0.0 };
        let bed = (0..nx).map(|i| 1000.0 - fall * 10.0 * i as f64).collect();
        Stream { water: Buckets::new(grid, bed, vec![depth; nx]), velocity: vec![(speed, 0.0); nx] }
    }

    fn spec(entrainment: Entrainment) -> Spec {
        Spec {
            friction: Friction::Quadratic { n: 0.05, laminar: 2285.0, mud: Mud::GLENWOOD_1 },
            entrainment,
            grains: Grains::default(),
            erodible_m: 2.0,
        }
    }

    #[test]
    fn a_cloud_of_grains_moves_with_the_water_and_none_is_lost() {
        // Grade: exact. Centre of mass of a cloud in uniform flow; the sum of the grains.
        let stream = slope(200, 0.1, 3.0, 1.0);
        let mut debris = Debris::new(spec(Entrainment::None), 200);
        for cell in 20..30 {
            debris.give_solids_m3(cell, 30.0, 10.0);
        }
        let centre = |d: &Debris| {
            let sum: f64 = (0..200).map(|c| d.solid_m(c)).sum();
            (0..200).map(|c| d.solid_m(c) * (c as f64 + 0.5) * 10.0).sum::<f64>() / sum
        };
        let before = centre(&debris);
        for _ in 0..100 {
            debris.advect(&stream, 2.0);
        }
        // Specks do not go ahead of the cloud: that much it lags.
        assert!((centre(&debris) - before - 600.0).abs() < 1e-4, "moved {}", centre(&debris) - before);
        let held = debris.balance(10.0).carried_m3;
        assert!((held - 300.0).abs() < 1e-9, "{held}");
    }

    #[test]
    fn what_the_bed_loses_the_flow_gains_to_the_last_bit_of_rounding() {
        // Grade: exact.
        let mut stream = slope(50, 0.2, 4.0, 1.5);
        let bed_before: f64 = stream.water.bed_m.iter().sum();
        let water_before: f64 = stream.water.depth_m.iter().sum();
        let mut debris = Debris::new(spec(Entrainment::TAKAHASHI), 50);
        for _ in 0..200 {
            debris.wake(&stream, 0..50);
            debris.step(&mut stream, |_| 0.05, 1.0);
            stream.velocity.fill((4.0, 0.0));
        }
        let bed: f64 = bed_before - stream.water.bed_m.iter().sum::<f64>();
        let water: f64 = stream.water.depth_m.iter().sum::<f64>() - water_before;
        assert!(bed > 1.0, "the bed fell by {bed}");
        assert!((bed - water).abs() < 1e-9, "bed {bed}, water {water}");
        let booked = stream.water.booked_m3[Account::Entrainment as usize];
        assert!((booked - bed * 100.0).abs() < 1e-6, "booked {booked}");
        let b = debris.balance(10.0);
        let solids = b.given_m3 + 0.65 * (b.eroded_m3 - b.deposited_m3);
        assert!((solids - b.carried_m3).abs() < 1e-8 * solids, "{b:?}");
    }

    #[test]
    fn a_steep_reach_is_eroded_to_equilibrium_and_no_further() {
        // Grade: reference. Takahashi's equilibrium concentration at slope 0.2 is 0.242 for tan phi 0.70.
        let mut stream = slope(40, 0.2, 4.0, 1.5);
        let mut debris = Debris::new(Spec { erodible_m: 20.0, ..spec(Entrainment::TAKAHASHI) }, 40);
        for _ in 0..2000 {
            debris.wake(&stream, 0..40);
            debris.exchange(&mut stream, 0.5);
        }
        for cell in 5..35 {
            let cv = debris.concentration(&stream, cell);
            assert!((cv - 0.2424).abs() < 0.01, "cell {cell}: {cv}");
        }
    }

    #[test]
    fn on_the_fan_the_load_is_laid_down_and_the_bed_rises() {
        // Grade: behaviour.
        let mut stream = slope(20, 0.02, 3.0, 1.0);
        let mut debris = Debris::new(spec(Entrainment::TAKAHASHI), 20);
        debris.give_solids_m3(10, 35.0, 10.0);
        let bed = stream.water.bed_m[10];
        for _ in 0..100 {
            debris.exchange(&mut stream, 1.0);
        }
        assert!(stream.water.bed_m[10] > bed + 0.3, "rose by {}", stream.water.bed_m[10] - bed);
        assert!(debris.concentration(&stream, 10) < 0.02);
        assert!(stream.water.depth_m[10] < 0.7, "the water in the pores stays with the deposit");
    }

    #[test]
    fn a_trace_that_no_water_column_can_give_up_is_laid_down() {
        // Grade: exact. It went round in the flood for ever.
        let stream = slope(50, 0.02, 1.0, 0.3);
        let domain = Domain::new(stream.water.grid, stream.water.bed_m.clone(), vec![0.03; 50]);
        let mut solver: Solver<f32> = Solver::new(&domain, Options::default());
        solver.set_depth_m(&[0.3; 50]);
        (0..50).for_each(|cell| solver.set_momentum_m2_s(cell, 0.3, 0.0));
        let mut debris = Debris::new(spec(Entrainment::TAKAHASHI), 50);
        (0..50).for_each(|cell| debris.set_loose_m(cell, 0.0));
        (10..20).for_each(|cell| debris.give_solids_m3(cell, 1e-16 * 100.0, 10.0));
        debris.step(&mut solver, |_| 0.03, 1.0);
        assert!(debris.active().is_empty(), "{} cells hold grains", debris.active().len());
        let b = debris.balance(10.0);
        assert!((b.given_m3 - 0.65 * b.deposited_m3).abs() < 1e-12 * b.given_m3, "{b:?}");
    }

    #[test]
    fn rock_is_not_eroded() {
        // Grade: exact.
        let mut stream = slope(10, 0.2, 4.0, 1.5);
        let mut debris = Debris::new(Spec { erodible_m: 0.0, ..spec(Entrainment::TAKAHASHI) }, 10);
        debris.wake(&stream, 0..10);
        debris.exchange(&mut stream, 10.0);
        assert!(debris.active().is_empty());
        assert_eq!(stream.water.depth_m, vec![1.5; 10]);
    }

    #[test]
    fn mud_slows_a_flow_that_water_would_not() {
        // Grade: behaviour.
        let mut stream = slope(3, 0.1, 4.0, 1.0);
        let mut debris = Debris::new(spec(Entrainment::None), 3);
        debris.give_solids_m3(1, 45.0, 10.0);
        for _ in 0..20 {
            debris.resist(&mut stream, |_| 0.05, 1.0);
        }
        assert_eq!(stream.velocity[0].0, 4.0, "clear water has given the solver its friction already");
        assert!(stream.velocity[1].0 < 0.5 && stream.velocity[1].0 >= 0.0, "{}", stream.velocity[1].0);
    }

    #[test]
    fn a_bad_spec_is_complained_of_all_at_once() {
        // Grade: behaviour.
        let bad = Spec {
            friction: Friction::Voellmy { mu: -0.1, xi_m_s2: 0.0 },
            entrainment: Entrainment::Takahashi { erosion: 2.0, deposition: 0.05 },
            grains: Grains { diameter_m: f64::NAN, ..Grains::default() },
            erodible_m: -1.0,
        };
        assert_eq!(bad.check(Path::new("debris.ron")).0.len(), 5);
    }
}
