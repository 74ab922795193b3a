//! Where solids may go to in a number of steps, and how much of them: the flow stands still meanwhile, so what leaves a cell by
//! each side is a fixed share of what it holds. Every cell then gathers what comes over its sides, in one order whatever the
//! number of threads.

use super::{CHUNK, FILM_M, SPECK_M, each_of, fill};
use crate::flow::{Face, Flow, Side};

/// No such row.
const NONE: u32 = u32::MAX;
/// Sides of a cell: east, west, north, south. Of a side, the other way is `side ^ 1`.
const SIDES: usize = 4;

/// All cells that solids may come to in a number of steps, and what leaves each of them: rows of the active cells, then of those
/// that join them.
#[derive(Debug, Default)]
pub struct Reach {
    /// Cells that hold nothing yet, as they were come to.
    pub joined: Vec<usize>,
    /// What is known of them.
    pub seen: Vec<Seen>,
    /// Share of a cell's solids that leaves it by each side in a step.
    leaves: Vec<[f64; SIDES]>,
    /// Rows of the cells beside it.
    beside: Vec<[u32; SIDES]>,
    /// Row of every cell of the grid; none of any between two searches.
    rows: Vec<u32>,
}

impl Reach {
    /// From the `active` cells on, in index order, as they are `seen`, with their `solid`s. Less than a speck in all does not go on
    /// to a cell that has none.
    pub fn find<F: Flow + ?Sized>(
        &mut self,
        flow: &F,
        active: &[usize],
        (seen, solid): (&[Seen], &[f64]),
        steps: usize,
        dt_s: f64,
    ) {
        let nx = flow.grid().nx;
        let Reach { joined, seen: of_joined, leaves, beside, rows } = self;
        rows.resize(flow.grid().len(), NONE);
        (0..).zip(active).for_each(|(row, &cell)| rows[cell] = row);
        fill(leaves, active, |row, cell| {
            let there = |to: usize| match rows[to] {
                NONE => Seen::at(flow, to),
                row => seen[row as usize],
            };
            leaving(flow, cell, seen[row], there, dt_s)
        });
        // Cells to come to next, with about how much comes to them in all, m.
        let mut ring: Vec<(usize, f64)> = Vec::new();
        let onward = gathered(active.len(), |row| {
            let (cell, leaves, goes_m) = (active[row], &leaves[row], steps as f64 * solid[row]);
            let sides = (0..SIDES).filter(move |&side| leaves[side] * goes_m >= SPECK_M);
            let to = sides.map(move |side| (next(cell, side, nx), leaves[side] * goes_m));
            to.filter(|(to, _)| rows[*to] == NONE)
        });
        let first = active.len();
        let join = |ring: &mut Vec<(usize, f64)>, rows: &mut [u32], from: usize, (cell, comes_m): (usize, f64)| {
            if rows[cell] == NONE {
                rows[cell] = (from + ring.len()) as u32;
                ring.push((cell, comes_m));
            } else if rows[cell] as usize >= from {
                ring[rows[cell] as usize - from].1 += comes_m;
            }
        };
        onward.into_iter().for_each(|comes| join(&mut ring, rows, first, comes));
        joined.clear();
        of_joined.clear();
        for step in 0..steps {
            if ring.is_empty() {
                break;
            }
            let of_ring = each_of(&ring, |_, (cell, _)| {
                let here = Seen::at(flow, cell);
                (here, leaving(flow, cell, here, |to| Seen::at(flow, to), dt_s))
            });
            joined.extend(ring.iter().map(|(cell, _)| *cell));
            of_joined.extend(of_ring.iter().map(|(seen, _)| *seen));
            leaves.extend(of_ring.iter().map(|(_, leaves)| *leaves));
            let from = first + joined.len();
            let mut further = Vec::new();
            if step + 1 < steps {
                for (&(cell, comes_m), (_, leaves)) in ring.iter().zip(&of_ring) {
                    for side in (0..SIDES).filter(|&side| leaves[side] * comes_m >= SPECK_M) {
                        join(&mut further, rows, from, (next(cell, side, nx), leaves[side] * comes_m));
                    }
                }
            }
            ring = further;
        }
        let of = |_, cell| std::array::from_fn(|side| rows.get(next(cell, side, nx)).copied().unwrap_or(NONE));
        fill(beside, active, of);
        beside.extend(each_of(joined, of));
        active.iter().chain(&*joined).for_each(|&cell| rows[cell] = NONE);
    }

    /// Solids of a row after a step: what stays, and what comes over its sides.
    #[inline]
    pub fn after(&self, row: usize, solid: &[f64]) -> f64 {
        let (mut out, mut comes) = (0.0, 0.0);
        for (side, &other) in self.beside[row].iter().enumerate().filter(|(_, other)| **other != NONE) {
            out += self.leaves[row][side] * solid[row];
            comes += self.leaves[other as usize][side ^ 1] * solid[other as usize];
        }
        // What would go to a cell that is not among them stays.
        (solid[row] - out).max(0.0) + comes
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

/// Puts `others[k]` before row `at[k]` of a column.
pub fn insert<T: Copy>(column: &mut Vec<T>, others: &[T], at: &[usize]) {
    let mut end = column.len();
    column.extend_from_slice(others);
    for (k, (other, &at)) in others.iter().zip(at).enumerate().rev() {
        column.copy_within(at..end, at + k + 1);
        column[at + k] = *other;
        end = at;
    }
}

/// The cell beyond a side (none before the first: no such cell).
fn next(cell: usize, side: usize, nx: usize) -> usize {
    match side {
        0 => cell + 1,
        1 => cell.wrapping_sub(1),
        2 => cell + nx,
        _ => cell.wrapping_sub(nx),
    }
}

/// What is to be known of a cell.
#[derive(Debug, Clone, Copy, Default)]
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
/// cell. `there`: what is known of a cell beyond a side.
fn leaving<F: Flow + ?Sized>(
    flow: &F,
    cell: usize,
    here: Seen,
    there: impl Fn(usize) -> Seen,
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
        let there = there(to);
        if there.depth_m <= 0.0 {
            return;
        }
        // At a front the film beyond has no velocity of its own: the flow's counts.
        let face = if there.depth_m <= FILM_M { outward } else { 0.5 * (outward + of_other(there.velocity)) };
        if face > 0.0 && passes(flow, cell, slot, to) {
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

/// Does anything flow out of `cell` by a side, to its neighbour `to`? Not while a crest stands above the water.
fn passes<F: Flow + ?Sized>(flow: &F, cell: usize, side: usize, to: usize) -> bool {
    let face = match side {
        0 => Face { cell, side: Side::East },
        1 => Face { cell: to, side: Side::East },
        2 => Face { cell, side: Side::North },
        _ => Face { cell: to, side: Side::North },
    };
    flow.crest_m(face).is_none_or(|crest| flow.stage_m(cell) > crest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Buckets;
    use base::chance::{Stream, draw};
    use base::grid::Grid;
    use base::time::Tick;

    /// A share of the cells of a grid, in index order.
    fn some(share: f64, cells: u32) -> Vec<usize> {
        (0..cells).filter(|&c| draw(1, Stream::Synthesis, c, Tick(0), 0) < share).map(|c| c as usize).collect()
    }

    /// Rows of the cells beside each, in water that stands.
    fn besides(cells: &[usize], grid: Grid) -> Vec<[u32; SIDES]> {
        let still = Buckets::new(grid, vec![0.0; grid.len()], vec![1.0; grid.len()]);
        let mut reach = Reach::default();
        let (seen, solid) = (vec![Seen::default(); cells.len()], vec![1.0; cells.len()]);
        reach.find(&still, cells, (&seen, &solid), 3, 1.0);
        assert!(reach.joined.is_empty() && reach.rows.iter().all(|row| *row == NONE));
        reach.beside
    }

    #[test]
    fn the_cells_beside_a_cell_are_found_wherever_they_stand() {
        // Grade: exact. Against a search of the whole list.
        for share in [0.0, 0.02, 0.3, 0.9, 1.0] {
            let cells = some(share, 90 * 120);
            let beside = besides(&cells, Grid { nx: 90, ny: 120, cell_m: 10.0, x0: 0.0, y0: 0.0 });
            for (row, &cell) in cells.iter().enumerate() {
                let at = |wanted: Option<usize>| {
                    wanted.and_then(|w| cells.binary_search(&w).ok()).map_or(NONE, |row| row as u32)
                };
                let wanted = [Some(cell + 1), cell.checked_sub(1), Some(cell + 90), cell.checked_sub(90)].map(at);
                assert_eq!(beside[row], wanted, "cell {cell} of {share}");
            }
        }
    }

    #[test]
    fn what_leaves_a_cell_comes_to_the_one_beside_it() {
        // Grade: exact. Each side of every cell lets out another share, where there is a cell to take it.
        let (cells, nx) = (some(0.6, 4000), 50);
        let beside = besides(&cells, Grid { nx, ny: 80, cell_m: 10.0, x0: 0.0, y0: 0.0 });
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
        let reach = Reach { leaves, beside, ..Reach::default() };
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
