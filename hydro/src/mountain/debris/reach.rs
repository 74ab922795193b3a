//! Where solids may go to in a number of steps, and how much of them: the flow stands still meanwhile, so what leaves a cell by
//! each side is a fixed share of what it holds. Every cell then gathers what comes over its sides, in one order whatever the
//! number of threads.

use super::{CHUNK, FILM_M, each_of};
use crate::flow::{Face, Flow};
use std::collections::BTreeMap;

/// No such row.
const NONE: u32 = u32::MAX;
/// Sides of a cell: east, west, north, south. Of a side, the other way is `side ^ 1`.
const SIDES: usize = 4;

/// All cells that solids may come to in a number of steps, and what leaves each of them.
pub struct Reach {
    /// In index order.
    pub cells: Vec<usize>,
    /// Of them those that hold nothing yet.
    pub joined: Vec<usize>,
    /// Share of a cell's solids that leaves it by each side in a step.
    leaves: Vec<[f64; SIDES]>,
    /// Rows of the cells beside it.
    beside: Vec<[u32; SIDES]>,
}

impl Reach {
    /// From the `active` cells on, in index order, as they are `seen`.
    pub fn new<F: Flow + ?Sized>(flow: &F, active: &[usize], seen: &[Seen], steps: usize, dt_s: f64) -> Reach {
        let nx = flow.grid().nx;
        let beside = neighbours(active, nx);
        let leaves = each_of(active, |row, cell| {
            let there = |side: usize, to: usize| match beside[row][side] {
                NONE => Seen::at(flow, to),
                row => seen[row as usize],
            };
            leaving(flow, cell, seen[row], there, dt_s)
        });
        let next = |cell: usize, side: usize| match side {
            0 => cell + 1,
            1 => cell - 1,
            2 => cell + nx,
            _ => cell - nx,
        };
        let mut joined: BTreeMap<usize, [f64; SIDES]> = BTreeMap::new();
        let mut ring = gathered(active.len(), |row| {
            let (leaves, beside) = (&leaves[row], &beside[row]);
            let to = (0..SIDES).filter(|&side| leaves[side] > 0.0 && beside[side] == NONE);
            to.map(move |side| next(active[row], side))
        });
        for _ in 0..steps {
            let mut onward = Vec::new();
            for cell in ring {
                if active.binary_search(&cell).is_ok() || joined.contains_key(&cell) {
                    continue;
                }
                let leaves = leaving(flow, cell, Seen::at(flow, cell), |_, to| Seen::at(flow, to), dt_s);
                onward.extend((0..SIDES).filter(|&side| leaves[side] > 0.0).map(|side| next(cell, side)));
                joined.insert(cell, leaves);
            }
            ring = onward;
        }
        if joined.is_empty() {
            return Reach { cells: active.to_vec(), joined: Vec::new(), leaves, beside };
        }
        let (joined, of_joined): (Vec<usize>, Vec<_>) = joined.into_iter().unzip();
        let at = places(active, &joined);
        let (cells, leaves) = (merged(active, &joined, &at), merged(&leaves, &of_joined, &at));
        let beside = neighbours(&cells, nx);
        Reach { cells, joined, leaves, beside }
    }

    /// Solids of a row after a step: what stays, and what comes over its sides.
    #[inline]
    pub fn after(&self, row: usize, solid: &[f64]) -> f64 {
        let out: f64 = self.leaves[row].iter().map(|share| share * solid[row]).sum();
        let mut after = (solid[row] - out).max(0.0);
        for (side, &from) in self.beside[row].iter().enumerate() {
            if from != NONE {
                after += self.leaves[from as usize][side ^ 1] * solid[from as usize];
            }
        }
        after
    }
}

/// What `of` says of each of so many rows, in their order.
pub fn gathered<T: Send, I: Iterator<Item = T>>(rows: usize, of: impl Fn(usize) -> I + Sync) -> Vec<T> {
    let parts = base::fold::map(rows.div_ceil(CHUNK), |k| {
        (k * CHUNK..((k + 1) * CHUNK).min(rows)).flat_map(&of).collect::<Vec<T>>()
    });
    parts.into_iter().flatten().collect()
}

/// Before which row of the `cells` each of the `others` belongs; both in index order.
pub fn places(cells: &[usize], others: &[usize]) -> Vec<usize> {
    others.iter().map(|other| cells.partition_point(|cell| cell < other)).collect()
}

/// Two columns in one, `others[k]` before row `at[k]` of the first.
pub fn merged<T: Copy>(column: &[T], others: &[T], at: &[usize]) -> Vec<T> {
    let mut all = Vec::with_capacity(column.len() + others.len());
    let mut from = 0;
    for (other, &to) in others.iter().zip(at) {
        all.extend_from_slice(&column[from..to]);
        all.push(*other);
        from = to;
    }
    all.extend_from_slice(&column[from..]);
    all
}

/// Rows of the cells east, west, north and south of each, `cells` in index order. (At the rims the next index is a cell of another
/// row of the grid; nothing leaves by such a side.)
fn neighbours(cells: &[usize], nx: usize) -> Vec<[u32; SIDES]> {
    let mut rows = vec![[NONE; SIDES]; cells.len()];
    base::fold::each_chunk(&mut rows, CHUNK, |k, rows| {
        let first = k * CHUNK;
        let mut north = cells.partition_point(|&cell| cell < cells[first] + nx);
        let mut south = cells.partition_point(|&cell| cell + nx < cells[first]);
        for (row, beside) in (first..).zip(rows) {
            let cell = cells[row];
            while north < cells.len() && cells[north] < cell + nx {
                north += 1;
            }
            while cells[south] + nx < cell {
                south += 1;
            }
            let is = |row: usize, wanted: usize| if cells.get(row) == Some(&wanted) { row as u32 } else { NONE };
            let west = if row > 0 && cells[row - 1] + 1 == cell { row as u32 - 1 } else { NONE };
            let below = if cells[south] + nx == cell { south as u32 } else { NONE };
            *beside = [is(row + 1, cell + 1), west, is(north, cell + nx), below];
        }
    });
    rows
}

/// What is to be known of a cell.
#[derive(Clone, Copy, Default)]
pub struct Seen {
    pub depth_m: f64,
    /// East, north, m/s.
    pub velocity: (f64, f64),
}

impl Seen {
    pub fn at<F: Flow + ?Sized>(flow: &F, cell: usize) -> Seen {
        Seen { depth_m: flow.depth_m(cell), velocity: flow.velocity_m_s(cell) }
    }
}

/// Which shares of a cell's solids leave it by each side in `dt_s`; only outflow, so each face is counted once, by its upwind
/// cell. `there(side, to)`: what is known of the cell beyond a side.
fn leaving<F: Flow + ?Sized>(
    flow: &F,
    cell: usize,
    here: Seen,
    there: impl Fn(usize, usize) -> Seen,
    dt_s: f64,
) -> [f64; SIDES] {
    let grid = flow.grid();
    let mut shares = [0.0; SIDES];
    let (u, v) = here.velocity;
    if (u, v) == (0.0, 0.0) {
        return shares;
    }
    let (i, j) = (cell % grid.nx, cell / grid.nx);
    let mut side = |slot: usize, inside: bool, to: usize, outward: f64, of_other: fn((f64, f64)) -> f64| {
        if !inside {
            return;
        }
        let there = there(slot, to);
        if there.depth_m <= 0.0 {
            return;
        }
        // At a front the film beyond has no velocity of its own: the flow's counts.
        let face = if there.depth_m <= FILM_M { outward } else { 0.5 * (outward + of_other(there.velocity)) };
        if face > 0.0 && passes(flow, cell, to) {
            shares[slot] = face * dt_s / grid.cell_m;
        }
    };
    side(0, i + 1 < grid.nx, cell + 1, u, |(u, _)| u);
    side(1, i > 0, cell.wrapping_sub(1), -u, |(u, _)| -u);
    side(2, j + 1 < grid.ny, cell + grid.nx, v, |(_, v)| v);
    side(3, j > 0, cell.wrapping_sub(grid.nx), -v, |(_, v)| -v);
    let all: f64 = shares.iter().sum();
    if all > 1.0 {
        shares.iter_mut().for_each(|share| *share /= all);
    }
    shares
}

/// Does anything flow from `cell` to its neighbour `to`? Not while a crest stands above the water.
fn passes<F: Flow + ?Sized>(flow: &F, cell: usize, to: usize) -> bool {
    match Face::between(flow.grid(), cell, to).and_then(|face| flow.crest_m(face)) {
        Some(crest) => flow.stage_m(cell) > crest,
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::chance::{Stream, draw};
    use base::time::Tick;

    /// A share of the cells of a grid, in index order.
    fn some(share: f64, cells: u32) -> Vec<usize> {
        (0..cells).filter(|&c| draw(1, Stream::Synthesis, c, Tick(0), 0) < share).map(|c| c as usize).collect()
    }

    #[test]
    fn the_cells_beside_a_cell_are_found_wherever_they_stand() {
        // Grade: exact. Against a search of the whole list.
        let nx = 90;
        for share in [0.0, 0.02, 0.3, 0.9, 1.0] {
            let cells = some(share, 90 * 120);
            let beside = neighbours(&cells, nx);
            for (row, &cell) in cells.iter().enumerate() {
                let at = |wanted: Option<usize>| {
                    wanted.and_then(|w| cells.binary_search(&w).ok()).map_or(NONE, |row| row as u32)
                };
                let wanted = [Some(cell + 1), cell.checked_sub(1), Some(cell + nx), cell.checked_sub(nx)].map(at);
                assert_eq!(beside[row], wanted, "cell {cell} of {share}");
            }
        }
    }

    #[test]
    fn what_leaves_a_cell_comes_to_the_one_beside_it() {
        // Grade: exact. Each side of every cell lets out another share, where there is a cell to take it.
        let (cells, nx) = (some(0.6, 4000), 50);
        let beside = neighbours(&cells, nx);
        let chance = |row: usize, k: u32| draw(2, Stream::Synthesis, row as u32, Tick(0), k);
        let leaves: Vec<[f64; SIDES]> = (0..cells.len())
            .map(|row| {
                let i = cells[row] % nx;
                let inside = [i + 1 < nx, i > 0, true, true];
                std::array::from_fn(|side| {
                    let open = inside[side] && beside[row][side] != NONE;
                    if open { 0.25 * chance(row, side as u32) } else { 0.0 }
                })
            })
            .collect();
        let solid: Vec<f64> = (0..cells.len()).map(|row| chance(row, 9)).collect();
        let reach = Reach { cells, joined: Vec::new(), leaves, beside };
        let after: Vec<f64> = (0..solid.len()).map(|row| reach.after(row, &solid)).collect();
        // By hand: from each cell to the others.
        let mut by_hand = solid.clone();
        for (row, solid) in solid.iter().enumerate() {
            for side in 0..SIDES {
                let part = reach.leaves[row][side] * solid;
                by_hand[row] -= part;
                if part > 0.0 {
                    by_hand[reach.beside[row][side] as usize] += part;
                }
            }
        }
        assert!(after.iter().zip(&by_hand).all(|(a, b)| (a - b).abs() < 1e-14));
        assert!((after.iter().sum::<f64>() - solid.iter().sum::<f64>()).abs() < 1e-10);
    }
}
