//! A coarse map of the ground for forecasts: blocks of 4 to 8 cells aside, on which levees still hold and canals still run.
//!
//! * Bed: the median of the block's ground; where canal cells make up enough of the block, the mean of their beds, with
//!   Manning's n divided by their share, so that as much water runs through the block as through the canal.
//! * Crest between two blocks: the lowest pass. Of all ways from the lowest cell of one block to the lowest cell of the
//!   other that stay within the two, the one whose highest point (ground or crest) is lowest; that highest point is the
//!   crest, where it stands above both beds. A levee anywhere across the two blocks is a crest of its own height, a gap in
//!   it is a gap, and a canal through both is no obstacle.
//! * Back to the ground: water stands at a cell up to the block's level where that is above the lowest pass from the
//!   block's lowest cell to it. So a street behind the levee stays dry although its block holds the river.
//!
//! Known bias: a block with a canal stores as if the canal filled it, so waves in canals travel too slowly.

use crate::flow::{Face, Side};
use crate::solver::{Edge, EdgeKind};
use base::fold;
use base::grid::Grid;
use std::collections::{BTreeMap, BinaryHeap};

/// The ground as it is known in full.
#[derive(Clone, Copy)]
pub struct Fine<'a> {
    pub grid: Grid,
    pub bed_m: &'a [f64],
    pub manning: &'a [f64],
    pub crests: &'a BTreeMap<Face, f64>,
    /// Canals and rivers.
    pub channel: &'a [bool],
}

/// Canal cells decide a block from this share of a full row of cells on (half a row: assumption).
const CHANNEL_ROWS: f64 = 0.5;
/// Largest factor on Manning's n (assumption: beyond it the block is as good as shut).
const ROUGHEST: f64 = 8.0;

/// The coarse ground.
#[derive(Debug, Clone, PartialEq)]
pub struct Coarse {
    pub grid: Grid,
    pub factor: usize,
    pub bed_m: Vec<f64>,
    pub manning: Vec<f64>,
    pub crests: BTreeMap<Face, f64>,
    /// Blocks that a canal decides.
    pub channel: Vec<bool>,
    /// Water body of each cell of the ground, from 1; 0 on land. Canals on two sides of a levee or a closed gate are two.
    pub body: Vec<u32>,
    fine: Grid,
    /// Lowest cell of each block.
    lowest: Vec<usize>,
}

/// A level and a cell, lowest level first out of the heap, ties to the lower cell.
#[derive(PartialEq)]
struct Reached(f64, usize);
impl Eq for Reached {}
impl PartialOrd for Reached {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Reached {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.0.total_cmp(&self.0).then(other.1.cmp(&self.1))
    }
}

impl Fine<'_> {
    /// Highest point of the step between two neighbours.
    fn step_m(&self, a: usize, b: usize) -> f64 {
        let crest = Face::between(&self.grid, a, b).and_then(|face| self.crests.get(&face));
        let ground = self.bed_m[a].max(self.bed_m[b]);
        crest.map_or(ground, |crest| ground.max(*crest))
    }

    /// Lowest pass from one cell to another within a rectangle of cells.
    fn pass_m(&self, from: usize, to: usize, i: (usize, usize), j: (usize, usize)) -> f64 {
        let (wide, nx) = (i.1 - i.0, self.grid.nx);
        let local = |cell: usize| (cell / nx - j.0) * wide + (cell % nx - i.0);
        let mut done = vec![false; wide * (j.1 - j.0)];
        let mut heap = BinaryHeap::from([Reached(self.bed_m[from], from)]);
        while let Some(Reached(level, cell)) = heap.pop() {
            if cell == to {
                return level;
            }
            if std::mem::replace(&mut done[local(cell)], true) {
                continue;
            }
            let (x, y) = (cell % nx, cell / nx);
            let beside = [
                (x > i.0).then(|| cell - 1),
                (x + 1 < i.1).then_some(cell + 1),
                (y > j.0).then(|| cell - nx),
                (y + 1 < j.1).then_some(cell + nx),
            ];
            for next in beside.into_iter().flatten().filter(|next| !done[local(*next)]) {
                heap.push(Reached(level.max(self.step_m(cell, next)), next));
            }
        }
        f64::INFINITY
    }
}

impl Fine<'_> {
    /// Canal cells that touch, with no crest between them, are one body; numbered from 1 in the order of their first cells.
    fn bodies(&self) -> Vec<u32> {
        let grid = &self.grid;
        let (mut body, mut bodies, mut queue) = (vec![0; grid.len()], 0, Vec::new());
        for start in 0..grid.len() {
            if !self.channel[start] || body[start] != 0 {
                continue;
            }
            bodies += 1;
            body[start] = bodies;
            queue.push(start);
            while let Some(cell) = queue.pop() {
                for next in beside(grid, cell) {
                    let walled = Face::between(grid, cell, next).is_some_and(|face| self.crests.contains_key(&face));
                    if self.channel[next] && body[next] == 0 && !walled {
                        body[next] = bodies;
                        queue.push(next);
                    }
                }
            }
        }
        body
    }
}

/// The cells that touch a cell by a side.
pub(super) fn beside(grid: &Grid, cell: usize) -> impl Iterator<Item = usize> {
    let (i, j) = (cell % grid.nx, cell / grid.nx);
    let found = [
        (i > 0).then(|| cell - 1),
        (i + 1 < grid.nx).then_some(cell + 1),
        (j > 0).then(|| cell - grid.nx),
        (j + 1 < grid.ny).then_some(cell + grid.nx),
    ];
    found.into_iter().flatten()
}

impl Coarse {
    pub fn new(fine: &Fine, factor: usize) -> Coarse {
        assert!(factor >= 1, "blocks of {factor} cells");
        let g = fine.grid;
        let lengths = [fine.bed_m.len(), fine.manning.len(), fine.channel.len()];
        assert!(lengths.iter().all(|n| *n == g.len()), "columns of {lengths:?} cells on a grid of {}", g.len());
        let grid = Grid {
            nx: g.nx.div_ceil(factor),
            ny: g.ny.div_ceil(factor),
            cell_m: g.cell_m * factor as f64,
            x0: g.x0,
            y0: g.y0,
        };
        let mut coarse = Coarse {
            grid,
            factor,
            bed_m: Vec::new(),
            manning: Vec::new(),
            crests: BTreeMap::new(),
            channel: Vec::new(),
            body: fine.bodies(),
            fine: g,
            lowest: Vec::new(),
        };
        for (bed, manning, channel, lowest) in fold::map(grid.len(), |block| coarse.block(fine, block)) {
            coarse.bed_m.push(bed);
            coarse.manning.push(manning);
            coarse.channel.push(channel);
            coarse.lowest.push(lowest);
        }
        let faces = fold::map(grid.len(), |block| {
            [Side::East, Side::North].map(|side| {
                let face = Face { cell: block, side };
                coarse.crest_m(fine, face).map(|crest| (face, crest))
            })
        });
        coarse.crests = faces.into_iter().flatten().flatten().collect();
        coarse
    }

    /// The crest between the two blocks of a face on this ground; `None` at the grid's rim and where their beds are higher.
    pub fn crest_m(&self, fine: &Fine, face: Face) -> Option<f64> {
        let (a, b) = face.cells(&self.grid)?;
        let ((ai, aj), (bi, bj)) = (self.range(a), self.range(b));
        let pass = fine.pass_m(self.lowest[a], self.lowest[b], (ai.0, bi.1), (aj.0, bj.1));
        (pass > self.bed_m[a].max(self.bed_m[b])).then_some(pass)
    }

    /// Columns and rows of the ground in a block.
    fn range(&self, block: usize) -> ((usize, usize), (usize, usize)) {
        let (i, j) = (block % self.grid.nx * self.factor, block / self.grid.nx * self.factor);
        ((i, (i + self.factor).min(self.fine.nx)), (j, (j + self.factor).min(self.fine.ny)))
    }
    /// The ground's cells in a block.
    pub fn cells(&self, block: usize) -> impl Iterator<Item = usize> + '_ {
        let ((i0, i1), (j0, j1)) = self.range(block);
        (j0..j1).flat_map(move |j| (i0..i1).map(move |i| self.fine.index(i, j)))
    }
    /// The block over a cell of the ground.
    pub fn block_of(&self, cell: usize) -> usize {
        self.grid.index(cell % self.fine.nx / self.factor, cell / self.fine.nx / self.factor)
    }

    fn block(&self, fine: &Fine, block: usize) -> (f64, f64, bool, usize) {
        let cells: Vec<usize> = self.cells(block).collect();
        let mut beds: Vec<f64> = cells.iter().map(|c| fine.bed_m[*c]).collect();
        beds.sort_by(f64::total_cmp);
        let lowest =
            *cells.iter().min_by(|a, b| fine.bed_m[**a].total_cmp(&fine.bed_m[**b])).expect("a block has cells");
        let mean = |of: &[usize], column: &[f64]| of.iter().map(|c| column[*c]).sum::<f64>() / of.len() as f64;
        let canal: Vec<usize> = cells.iter().copied().filter(|c| fine.channel[*c]).collect();
        if canal.len() as f64 >= CHANNEL_ROWS * self.factor as f64 {
            let share = canal.len() as f64 / cells.len() as f64;
            let manning = mean(&canal, fine.manning) * (1.0 / share).min(ROUGHEST);
            (mean(&canal, fine.bed_m), manning, true, lowest)
        } else {
            (beds[beds.len() / 2], mean(&cells, fine.manning), false, lowest)
        }
    }

    /// The water body that a block is in: that of its lowest canal cell; 0 on land.
    pub fn body_of(&self, fine: &Fine, block: usize) -> u32 {
        let canal = self.cells(block).filter(|cell| self.body[*cell] != 0);
        let lowest = canal.min_by(|a, b| fine.bed_m[*a].total_cmp(&fine.bed_m[*b]));
        lowest.map_or(0, |cell| self.body[cell])
    }

    /// A rim of the ground as a rim of the blocks, its stages shifted.
    pub fn edge(&self, edge: &Edge, shift_m: f64) -> Edge {
        let kind = match &edge.kind {
            EdgeKind::Stage(series) => EdgeKind::Stage(series.iter().map(|(s, m)| (*s, m + shift_m)).collect()),
            EdgeKind::Wall | EdgeKind::Free | EdgeKind::Discharge(_) => edge.kind.clone(),
        };
        Edge { side: edge.side, from: edge.from / self.factor, to: edge.to.div_ceil(self.factor), kind }
    }

    /// The level that a block's water has to reach to come to a cell of the ground.
    pub fn reaches_m(&self, fine: &Fine, cell: usize) -> f64 {
        let block = self.block_of(cell);
        let (i, j) = self.range(block);
        fine.pass_m(self.lowest[block], cell, i, j)
    }

    /// Depth at a cell of the ground with bed `bed_m`, that water comes to at the level `reaches_m`, from the depth in its
    /// block. Films run over the ground as they are; deeper water has a level.
    pub fn depth_at(&self, block: usize, block_depth_m: f64, bed_m: f64, reaches_m: f64) -> f64 {
        if block_depth_m < FILM_M {
            return block_depth_m;
        }
        let stage = self.bed_m[block] + block_depth_m;
        if stage < reaches_m { 0.0 } else { (stage - bed_m).max(0.0) }
    }
}

/// Up to this depth a block's water is a film over its ground and not a level, m (assumption).
const FILM_M: f64 = 0.05;

#[cfg(test)]
mod tests {
    use super::*;

    fn ground(nx: usize, ny: usize, bed: impl Fn(usize, usize) -> f64) -> (Grid, Vec<f64>, Vec<f64>) {
        let grid = Grid { nx, ny, cell_m: 10.0, x0: 0.0, y0: 0.0 };
        let bed_m = (0..grid.len()).map(|c| bed(c % nx, c / nx)).collect();
        (grid, bed_m, vec![0.03; grid.len()])
    }

    /// Grade: exact. A levee of one cell's width, inside the blocks and not on their rims, with and without a gap.
    #[test]
    fn a_levee_keeps_its_crest_and_a_gap_in_it_stays_a_gap() {
        let levee = |gap: Option<usize>| {
            move |i: usize, j: usize| match i {
                5 if Some(j) != gap => 6.0,
                0..=4 => 1.0,
                _ => 2.0,
            }
        };
        for (gap, crest) in [(None, Some(6.0)), (Some(6), None)] {
            let (grid, bed_m, manning) = ground(16, 12, levee(gap));
            let (crests, channel) = (BTreeMap::new(), vec![false; grid.len()]);
            let fine = Fine { grid, bed_m: &bed_m, manning: &manning, crests: &crests, channel: &channel };
            let coarse = Coarse::new(&fine, 4);
            assert_eq!(coarse.grid.nx, 4);
            // Block (1, 1) has its lowest cell at i = 4, on the river's side: the levee is on its way east.
            let east = Face { cell: coarse.grid.index(1, 1), side: Side::East };
            assert_eq!(coarse.crests.get(&east).copied(), crest, "gap {gap:?}");
            let south = Face { cell: coarse.grid.index(1, 0), side: Side::East };
            assert_eq!(coarse.crests.get(&south).copied(), Some(6.0), "blocks without a gap");
            let west = Face { cell: coarse.grid.index(0, 1), side: Side::East };
            assert_eq!(coarse.crests.get(&west), None, "open water to the west");
            // A street east of the levee in the river's block stays dry below the crest.
            let street = grid.index(7, 1);
            assert_eq!(coarse.reaches_m(&fine, street), 6.0);
            let block = coarse.block_of(street);
            let depth = |level: f64| {
                coarse.depth_at(block, level - coarse.bed_m[block], bed_m[street], coarse.reaches_m(&fine, street))
            };
            assert_eq!(depth(5.0), 0.0);
            assert!((depth(6.5) - 4.5).abs() < 1e-12);
        }
    }

    /// Grade: exact.
    #[test]
    fn crests_on_faces_count_like_ground() {
        let (grid, bed_m, manning) = ground(8, 4, |_, _| 1.0);
        let wall = |j: usize| (Face { cell: grid.index(3, j), side: Side::East }, 3.0 + j as f64 * 0.1);
        let crests: BTreeMap<Face, f64> = (0..4).map(wall).collect();
        let channel = vec![false; grid.len()];
        let fine = Fine { grid, bed_m: &bed_m, manning: &manning, crests: &crests, channel: &channel };
        let coarse = Coarse::new(&fine, 4);
        assert_eq!(coarse.crests, BTreeMap::from([(Face { cell: 0, side: Side::East }, 3.0)]), "its lowest place");
    }

    /// Grade: exact. A canal one cell wide keeps its bed and passes as much water per slope as before.
    #[test]
    fn a_narrow_canal_keeps_its_bed_and_its_conveyance() {
        let (grid, bed_m, manning) = ground(18, 10, |_, j| if j == 5 { -2.0 } else { 3.0 });
        let channel: Vec<bool> = (0..grid.len()).map(|c| c / 18 == 5).collect();
        let crests = BTreeMap::new();
        let fine = Fine { grid, bed_m: &bed_m, manning: &manning, crests: &crests, channel: &channel };
        let coarse = Coarse::new(&fine, 4);
        assert_eq!((coarse.grid.nx, coarse.grid.ny), (5, 3), "the rim's blocks are smaller");
        for i in 0..4 {
            let block = coarse.grid.index(i, 1);
            assert!(coarse.channel[block] && coarse.bed_m[block] == -2.0);
            let conveyance = |width: f64, n: f64| width / n;
            let (fine_k, coarse_k) = (conveyance(10.0, 0.03), conveyance(40.0, coarse.manning[block]));
            assert!((fine_k - coarse_k).abs() < 1e-9, "{fine_k} against {coarse_k}");
            assert_eq!(coarse.crests.get(&Face { cell: block, side: Side::East }), None, "nothing stands in the canal");
        }
        assert_eq!(coarse.bed_m[0], 3.0);
    }
}
