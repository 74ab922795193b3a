//! What forcing, structures and sewers see of the water: cells with a bed, a depth and a velocity, out of which water is
//! taken and into which it is given, each time for a named account, so that the balance closes by construction.

use base::grid::Grid;
use base::math;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Acceleration of gravity, m/s2 (the value of the SWASHES analytic cases).
pub const G: f64 = 9.81;

/// Why water enters or leaves the cells. Volumes are positive into the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[repr(u8)]
pub enum Account {
    /// Rain on the cells.
    Rain,
    /// Into the ground.
    Infiltration,
    /// Through the grid's edge and cells held at a stage, net.
    Boundary,
    /// Rivers, dam releases and point sources by hydrograph.
    Inflow,
    /// Into storm sewers (negative) and out of surcharged manholes (positive).
    Sewer,
    /// By pumps out of the area (negative).
    Pump,
    /// From cell to cell by gates, culverts, pumps, seeps: its sum is nothing but what is under way.
    Structure,
    /// Into underpasses, metro entrances, basements (negative), and back.
    Storage,
    /// Into channels narrower than a cell (negative), and out over their banks.
    Channel,
    /// Bed material that a debris flow takes up (positive) or lays down.
    Entrainment,
    /// Taken off by a recorded intervention.
    Intervention,
}

impl Account {
    pub const ALL: [Account; 11] = [
        Account::Rain,
        Account::Infiltration,
        Account::Boundary,
        Account::Inflow,
        Account::Sewer,
        Account::Pump,
        Account::Structure,
        Account::Storage,
        Account::Channel,
        Account::Entrainment,
        Account::Intervention,
    ];
}

/// The side of a cell that a face is on: its east or its north.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Side {
    East,
    North,
}

/// The face between a cell and its eastern or northern neighbour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Face {
    pub cell: usize,
    pub side: Side,
}

impl Face {
    /// The cells on its two sides (west or south first); `None` at the rim of the grid.
    pub fn cells(self, grid: &Grid) -> Option<(usize, usize)> {
        match self.side {
            Side::East => (self.cell % grid.nx + 1 < grid.nx).then_some((self.cell, self.cell + 1)),
            Side::North => (self.cell / grid.nx + 1 < grid.ny).then_some((self.cell, self.cell + grid.nx)),
        }
    }
    /// The face between two cells that touch by a side; `None` when they do not.
    pub fn between(grid: &Grid, a: usize, b: usize) -> Option<Face> {
        let (low, high) = (a.min(b), a.max(b));
        if high == low + grid.nx {
            Some(Face { cell: low, side: Side::North })
        } else if high == low + 1 && high % grid.nx != 0 {
            Some(Face { cell: low, side: Side::East })
        } else {
            None
        }
    }
}

/// What a row of cells gains, in metres of water over each cell, negative to take: from the number of its first cell and
/// its depths, m.
pub type RowGains<'a> = dyn Fn(usize, &[f64], &mut [f64]) + Sync + 'a;

/// A cell's bed going into the water above it, or coming out of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BedMove {
    pub cell: usize,
    /// By how much the bed falls and the water's depth grows, m; negative: bed is laid down. Afterwards: what was done, which is less
    /// where there was less water.
    pub falls_m: f64,
    /// What the flow's bed could not hold of earlier moves, m: a bed in single precision at 1500 m knows steps of 0.1 mm.
    pub owed_m: f32,
}

/// One `BedMove`, by what every flow can do.
pub fn move_bed<F: Flow + ?Sized>(flow: &mut F, bed: &mut BedMove, account: Account) {
    let area = flow.grid().cell_m * flow.grid().cell_m;
    if bed.falls_m >= 0.0 {
        flow.give_m3(bed.cell, bed.falls_m * area, account);
    } else {
        // A thousandth stays, so that no rounding leaves less than nothing.
        let most = 0.999 * flow.free_m3(bed.cell);
        bed.falls_m = -flow.take_m3(bed.cell, (-bed.falls_m * area).min(most), account) / area;
        if bed.falls_m == 0.0 {
            return;
        }
    }
    let wanted = flow.bed_m(bed.cell) + f64::from(bed.owed_m) - bed.falls_m;
    flow.set_bed_m(bed.cell, wanted);
    bed.owed_m = (wanted - flow.bed_m(bed.cell)) as f32;
}

/// Water on a grid.
pub trait Flow: Sync {
    fn grid(&self) -> &Grid;
    /// Bed level, m.
    fn bed_m(&self, cell: usize) -> f64;
    /// Depth, m.
    fn depth_m(&self, cell: usize) -> f64;
    /// Depth that flows and may be taken, m: less than the depth by what depressions hold.
    fn free_m(&self, cell: usize) -> f64;
    /// Depth-averaged velocity (east, north), m/s.
    fn velocity_m_s(&self, cell: usize) -> (f64, f64);
    /// Level of the water's surface, m; of the bed where it is dry.
    fn stage_m(&self, cell: usize) -> f64 {
        self.bed_m(cell) + self.depth_m(cell)
    }
    /// Takes up to `volume_m3` of free water out of a cell; gives what was taken.
    fn take_m3(&mut self, cell: usize, volume_m3: f64, account: Account) -> f64;
    /// Gives water to a cell.
    fn give_m3(&mut self, cell: usize, volume_m3: f64, account: Account);
    /// Moves the bed, keeping the depth: no water is made or lost.
    fn set_bed_m(&mut self, cell: usize, bed_m: f64);
    /// Moves the beds of many cells, in index order, into their water or out of it: as much depth as bed, booked for `account`.
    fn move_beds(&mut self, moves: &mut [BedMove], account: Account) {
        moves.iter_mut().for_each(|bed| move_bed(self, bed, account));
    }
    /// Level below which nothing passes a face, m; `None` where only the beds stand in the way.
    fn crest_m(&self, face: Face) -> Option<f64>;
    /// Builds, raises, lowers or (`None`) removes a crest on a face: levee, wall, closed gate.
    fn set_crest_m(&mut self, face: Face, crest_m: Option<f64>);
    /// Surely no water of `depth_m` or more in these columns and rows: known without a look at each cell, or not at all.
    fn is_thinner(&self, _depth_m: f64, _columns: Range<usize>, _rows: Range<usize>) -> bool {
        false
    }
    /// Depths, m, and speeds, m/s, of cells along a row from `first` on; no speed in depths under `film_m`.
    fn look(&self, first: usize, film_m: f32, depths: &mut [f32], speeds: &mut [f32]) {
        for (k, (depth, speed)) in depths.iter_mut().zip(speeds).enumerate() {
            *depth = self.depth_m(first + k) as f32;
            let (u, v) = if *depth >= film_m { self.velocity_m_s(first + k) } else { (0.0, 0.0) };
            *speed = math::hypot(u, v) as f32;
        }
    }
    /// Volume of a cell's free water, m3.
    fn free_m3(&self, cell: usize) -> f64 {
        self.free_m(cell) * self.grid().cell_m * self.grid().cell_m
    }
    /// Gives to (or takes from) all cells, row by row, in parallel: `gains(first cell, depths, gains)` fills in metres of
    /// water over each cell, negative to take; no more is taken than is there, films included.
    fn add_rows(&mut self, account: Account, gains: &RowGains);
}

/// Buckets side by side, between which nothing flows by itself: for tests of what gives and takes.
#[derive(Debug, Clone)]
pub struct Buckets {
    pub grid: Grid,
    pub bed_m: Vec<f64>,
    pub depth_m: Vec<f64>,
    pub crests: std::collections::BTreeMap<Face, f64>,
    /// Volume by account, m3, in the order of `Account::ALL`.
    pub booked_m3: [f64; Account::ALL.len()],
}

impl Buckets {
    pub fn new(grid: Grid, bed_m: Vec<f64>, depth_m: Vec<f64>) -> Buckets {
        assert!(bed_m.len() == grid.len() && depth_m.len() == grid.len(), "bed and depth of every cell");
        Buckets { grid, bed_m, depth_m, crests: Default::default(), booked_m3: [0.0; Account::ALL.len()] }
    }
    fn area_m2(&self) -> f64 {
        self.grid.cell_m * self.grid.cell_m
    }
}

impl Flow for Buckets {
    fn grid(&self) -> &Grid {
        &self.grid
    }
    fn bed_m(&self, cell: usize) -> f64 {
        self.bed_m[cell]
    }
    fn depth_m(&self, cell: usize) -> f64 {
        self.depth_m[cell]
    }
    fn free_m(&self, cell: usize) -> f64 {
        self.depth_m[cell]
    }
    fn velocity_m_s(&self, _cell: usize) -> (f64, f64) {
        (0.0, 0.0)
    }
    fn take_m3(&mut self, cell: usize, volume_m3: f64, account: Account) -> f64 {
        let taken = volume_m3.max(0.0).min(self.depth_m[cell] * self.area_m2());
        self.depth_m[cell] = (self.depth_m[cell] - taken / self.area_m2()).max(0.0);
        self.booked_m3[account as usize] -= taken;
        taken
    }
    fn give_m3(&mut self, cell: usize, volume_m3: f64, account: Account) {
        self.depth_m[cell] += volume_m3 / self.area_m2();
        self.booked_m3[account as usize] += volume_m3;
    }
    fn set_bed_m(&mut self, cell: usize, bed_m: f64) {
        self.bed_m[cell] = bed_m;
    }
    fn crest_m(&self, face: Face) -> Option<f64> {
        self.crests.get(&face).copied()
    }
    fn add_rows(&mut self, account: Account, gains: &RowGains) {
        let (nx, area) = (self.grid.nx, self.area_m2());
        let mut gain = vec![0.0; nx];
        for first in (0..self.grid.len()).step_by(nx) {
            gain.fill(0.0);
            gains(first, &self.depth_m[first..first + nx], &mut gain);
            for (depth, gain) in self.depth_m[first..first + nx].iter_mut().zip(&gain) {
                let after = (*depth + gain).max(0.0);
                self.booked_m3[account as usize] += (after - *depth) * area;
                *depth = after;
            }
        }
    }
    fn set_crest_m(&mut self, face: Face, crest_m: Option<f64>) {
        match crest_m {
            Some(crest_m) => self.crests.insert(face, crest_m),
            None => self.crests.remove(&face),
        };
    }
}
