//! Which cells an opening in a wall draws on, and where it sees the levels before and behind it.
//!
//! Water that leaves a cell through a structure leaves it as through a hole: the cell right at the wall takes the push of
//! what arrives (its level stands above the head of the water that comes), and the cell behind the wall, out of which
//! the water must first be set in motion, stands below the tail water - by centimetres that are a large share of a small
//! head. So an opening exchanges with the cells along twice its width, and reads its levels in the next cells around
//! them, which its own exchange does not disturb: the head of energy on the side that the water comes from (level and
//! velocity head), the level on the other, as the published ratings have them.

use super::line::Link;
use crate::flow::{Face, Flow, G};
use crate::solver::Domain;
use base::grid::{Grid, Point};
use base::math;

/// Cells whose bed is higher than the seed's and the sill by more than this are not the water that an opening stands in,
/// m (assumption: the unevenness of a bed; banks are higher).
const UNEVEN_M: f64 = 0.25;
/// Cells that a wave passes before an opening sees it: from the middle of its own cell to that of the next, and a step
/// on both ends.
const DELAY_CELLS: f64 = 2.0;
/// An opening takes from cells along this many times its width: about the length over which water bends toward it
/// (assumption; the levels are seen beyond them).
const REACH: f64 = 2.0;
/// Cells that one opening takes from at most (assumption: wider ones are several).
const MOST: usize = 400;

impl Link {
    /// Lays an opening of `width_m` about the places of its joint. `stops`: faces that hold water back.
    pub(super) fn spread(&mut self, domain: &Domain, width_m: f64, sill_m: f64, stops: &dyn Fn(Face) -> bool) {
        let grid = &domain.grid;
        let cells = ((REACH * width_m / grid.cell_m).round() as usize).clamp(1, MOST);
        let near = |of: &[usize]| {
            let seed = nearest(grid, of, self.middle);
            (domain.bed_m[seed].max(sill_m) + UNEVEN_M, seed)
        };
        let ((most_a, seed_a), (most_b, seed_b)) = (near(&self.a), near(&self.b));
        match &self.wall {
            Some(chain) => {
                // The faces about the middle of the opening; more cells than one side has are all of them.
                let k = chain.nearest(grid, self.middle).unwrap_or(0);
                let n = chain.pieces.len();
                let first = (k + 1).saturating_sub(cells.div_ceil(2)).min(n - cells.min(n));
                let window = &chain.pieces[first..(first + cells).min(n)];
                let side = |all: &[usize]| {
                    let mut some: Vec<usize> = Vec::new();
                    for piece in window {
                        let cell = if all.contains(&piece.left) { piece.left } else { piece.right };
                        if !some.contains(&cell) {
                            some.push(cell);
                        }
                    }
                    some
                };
                (self.a, self.b) = (side(&self.a), side(&self.b));
            }
            None => {
                let taken = |other: usize| move |cell: usize| cell == other;
                self.a = grown(domain, seed_a, cells, most_a, stops, &taken(seed_b));
                let a = self.a.clone();
                self.b = grown(domain, seed_b, cells, most_b, stops, &|cell| a.contains(&cell));
            }
        }
        let (a, b) = (self.a.clone(), self.b.clone());
        self.look_a = around(domain, &a, most_a, stops, &b);
        self.look_b = around(domain, &b, most_b, stops, &a);
    }
}

fn nearest(grid: &Grid, cells: &[usize], p: Point) -> usize {
    let off = |c: usize| grid.centre(c).distance_m(p);
    let best = cells.iter().copied().min_by(|&a, &b| off(a).total_cmp(&off(b)).then(a.cmp(&b)));
    best.expect("a joint has cells on both sides")
}

/// Neighbours that water can go to from a cell, no higher than `most_m`.
fn open(domain: &Domain, cell: usize, most_m: f64, stops: &dyn Fn(Face) -> bool) -> Vec<usize> {
    let grid = &domain.grid;
    let (i, j) = (cell % grid.nx, cell / grid.nx);
    let near = [
        (i > 0).then(|| cell - 1),
        (i + 1 < grid.nx).then_some(cell + 1),
        (j > 0).then(|| cell - grid.nx),
        (j + 1 < grid.ny).then_some(cell + grid.nx),
    ];
    let passes = |&other: &usize| {
        domain.bed_m[other] <= most_m && Face::between(grid, cell, other).is_some_and(|face| !stops(face))
    };
    near.into_iter().flatten().filter(passes).collect()
}

/// The cells nearest to a seed that its water reaches, so many of them.
fn grown(
    domain: &Domain,
    seed: usize,
    cells: usize,
    most_m: f64,
    stops: &dyn Fn(Face) -> bool,
    taken: &dyn Fn(usize) -> bool,
) -> Vec<usize> {
    let grid = &domain.grid;
    let middle = grid.centre(seed);
    let mut all = vec![seed];
    while all.len() < cells {
        let next = around(domain, &all, most_m, stops, &[]).into_iter().filter(|c| !all.contains(c) && !taken(*c));
        let off = |c: usize| grid.centre(c).distance_m(middle);
        match next.min_by(|&a, &b| off(a).total_cmp(&off(b)).then(a.cmp(&b))) {
            Some(cell) => all.push(cell),
            None => break,
        }
    }
    all
}

/// The cells around some, in rising order, without those of the other side; the cells themselves where there are none.
fn around(domain: &Domain, cells: &[usize], most_m: f64, stops: &dyn Fn(Face) -> bool, other: &[usize]) -> Vec<usize> {
    let mut ring: Vec<usize> = cells.iter().flat_map(|&c| open(domain, c, most_m, stops)).collect();
    ring.retain(|c| !cells.contains(c) && !other.contains(c));
    ring.sort_unstable();
    ring.dedup();
    if ring.is_empty() { cells.to_vec() } else { ring }
}

/// What is seen of the water in some cells, by depth.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Seen {
    pub level_m: f64,
    /// Velocity head, m.
    pub head_m: f64,
    /// What a wave that runs into it carries for its height: a cell's width times the speed of the wave, m2/s.
    pub front_m2_s: f64,
    /// Time in which a wave from the opening reaches the cells that are seen and is told, s.
    pub delay_s: f64,
}

/// None where all the cells are dry.
pub(super) fn seen(flow: &dyn Flow, cells: &[usize]) -> Option<Seen> {
    let (mut weight, mut level, mut head, mut square) = (0.0, 0.0, 0.0, 0.0);
    for &cell in cells {
        let free = flow.free_m(cell);
        if free > 0.0 {
            let (u, v) = flow.velocity_m_s(cell);
            weight += free;
            square += free * free;
            level += free * flow.stage_m(cell);
            // No more than of critical flow: a film's velocity says nothing.
            head += free * ((u * u + v * v) / (2.0 * G)).min(0.5 * free);
        }
    }
    (weight > 0.0).then(|| {
        let (cell_m, wave_m_s) = (flow.grid().cell_m, math::sqrt(G * square / weight));
        Seen {
            level_m: level / weight,
            head_m: head / weight,
            front_m2_s: cell_m * wave_m_s,
            delay_s: DELAY_CELLS * cell_m / wave_m_s,
        }
    })
}
