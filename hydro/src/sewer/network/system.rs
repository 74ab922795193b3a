//! The system that a step solves for the levels: V(eta) + T eta = b, where V is what each cell holds at a level and T the
//! M-matrix of the faces: symmetric but for those whose flow knows only the upper level (free falls, weirs). Found by Newton's method on V; where plain Newton does not settle (a closed pipe's
//! width falls above its middle), by the nested iteration of Casulli and Zanolli (SIAM J. Sci. Comput. 34, 2012), which
//! converges from any start. The linear systems are eliminated in an order found once, least degree first, so
//! that a network of pipes fills in next to nothing; the order of the sums never changes.

use std::collections::BTreeSet;

/// Where the numbers of a matrix with the graph of the network go.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// Rows in the order of elimination.
    order: Vec<usize>,
    /// For each eliminated row, its entries: (row that remains, slot).
    columns: Vec<Vec<(usize, usize)>>,
    /// For each eliminated row, the slots that pairs of its entries update, in order of pairs (i < j).
    updates: Vec<Vec<usize>>,
    /// Slot of each face's off-diagonal entry; `None` where an end is held.
    pub face_slot: Vec<Option<usize>>,
    /// Cells with an entry of their own in T: (a, b, slot), each pair once.
    pairs: Vec<(usize, usize, usize)>,
    slots: usize,
}

impl Pattern {
    /// `faces`: cells that share a face; `held`: cells whose level is given.
    pub fn new(cells: usize, faces: &[(usize, usize)], held: &[bool]) -> Pattern {
        let mut near: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); cells];
        for &(a, b) in faces {
            if !held[a] && !held[b] && a != b {
                near[a].insert(b);
                near[b].insert(a);
            }
        }
        let mut slot_of = std::collections::BTreeMap::new();
        let slot = |a: usize, b: usize, map: &mut std::collections::BTreeMap<(usize, usize), usize>| {
            let next = map.len();
            *map.entry((a.min(b), a.max(b))).or_insert(next)
        };
        let face_slot =
            faces.iter().map(|&(a, b)| (!held[a] && !held[b] && a != b).then(|| slot(a, b, &mut slot_of))).collect();
        let pairs = slot_of.iter().map(|(&(a, b), &slot): (&(usize, usize), &usize)| (a, b, slot)).collect();
        let mut queue: BTreeSet<(usize, usize)> =
            (0..cells).filter(|&c| !held[c]).map(|c| (near[c].len(), c)).collect();
        let mut pattern =
            Pattern { order: Vec::new(), columns: Vec::new(), updates: Vec::new(), face_slot, pairs, slots: 0 };
        while let Some((_, k)) = queue.pop_first() {
            let around: Vec<usize> = std::mem::take(&mut near[k]).into_iter().collect();
            pattern.columns.push(around.iter().map(|&i| (i, slot(k, i, &mut slot_of))).collect());
            let mut updates = Vec::new();
            for &i in &around {
                queue.remove(&(near[i].len(), i));
                near[i].remove(&k);
            }
            for (n, &i) in around.iter().enumerate() {
                for &j in &around[n + 1..] {
                    updates.push(slot(i, j, &mut slot_of));
                    near[i].insert(j);
                    near[j].insert(i);
                }
            }
            for &i in &around {
                queue.insert((near[i].len(), i));
            }
            pattern.order.push(k);
            pattern.updates.push(updates);
        }
        pattern.slots = slot_of.len();
        pattern
    }

    pub fn slots(&self) -> usize {
        self.slots
    }

    /// Solves M x = r in place of `r`; the matrix is used up. Held rows are left alone.
    pub fn solve(&self, m: &mut Matrix, r: &mut [f64]) {
        for (n, &k) in self.order.iter().enumerate() {
            let column = &self.columns[n];
            let inverse = 1.0 / m.diagonal[k];
            let mut u = 0;
            for (at, &(i, slot_i)) in column.iter().enumerate() {
                // Rows i < k hold their entry for k above the diagonal.
                let below = *m.entry(slot_i, i, k) * inverse;
                m.diagonal[i] -= below * *m.entry(slot_i, k, i);
                r[i] -= below * r[k];
                for &(j, slot_j) in &column[at + 1..] {
                    let slot = self.updates[n][u];
                    u += 1;
                    *m.entry(slot, i, j) -= below * *m.entry(slot_j, k, j);
                    *m.entry(slot, j, i) -= *m.entry(slot_j, j, k) * inverse * *m.entry(slot_i, k, i);
                }
            }
        }
        for (n, &k) in self.order.iter().enumerate().rev() {
            let mut rest = 0.0;
            for &(i, slot) in &self.columns[n] {
                rest += *m.entry(slot, k, i) * r[i];
            }
            r[k] = (r[k] - rest) / m.diagonal[k];
        }
    }
}

/// The numbers of a matrix with a pattern: entries (row, column) by slot, above and below the diagonal.
#[derive(Debug, Clone, Default)]
pub struct Matrix {
    pub diagonal: Vec<f64>,
    upper: Vec<f64>,
    lower: Vec<f64>,
}

impl Matrix {
    pub fn new(cells: usize, slots: usize) -> Matrix {
        Matrix { diagonal: vec![0.0; cells], upper: vec![0.0; slots], lower: vec![0.0; slots] }
    }
    #[inline]
    pub fn entry(&mut self, slot: usize, row: usize, column: usize) -> &mut f64 {
        if row < column { &mut self.upper[slot] } else { &mut self.lower[slot] }
    }
}

/// What the cells hold.
pub trait Holding {
    fn cells(&self) -> usize;
    /// (p, int p, q, int q) of a cell at a level: surface parts in m2, volumes in m3.
    fn parts(&self, cell: usize, level_m: f64) -> (f64, f64, f64, f64);
    fn held(&self, cell: usize) -> bool;
    /// A level at which the cell's widths no longer change.
    fn ceiling_m(&self, cell: usize) -> f64;
    fn floor_m(&self, cell: usize) -> f64;
}

/// The matrix of the faces and the right side.
#[derive(Debug, Clone, Default)]
pub struct Linear {
    pub matrix: Matrix,
    pub right: Vec<f64>,
}

/// How a solve went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Went {
    pub linear_solves: u32,
    pub nested: bool,
    pub settled: bool,
}

/// Share of its diagonal that a cell without surface is given in a Newton step: it only keeps the matrix regular, and is
/// too little to slow the iteration.
const DRY_SHARE: f64 = 1e-9;
/// What a dry cell may be short of, m3: a cubic millimetre.
const DRY_M3: f64 = 1e-9;
/// The levels have settled when no cell's balance is off by more than this, m3 ...
const RESIDUAL_M3: f64 = 1e-10;
/// ... or by this share of what it holds.
const RESIDUAL_SHARE: f64 = 1e-12;

/// Solves V(eta) + T eta = b, starting from `level` (held cells keep theirs).
pub fn solve(pattern: &Pattern, holding: &impl Holding, linear: &Linear, level: &mut [f64]) -> Went {
    let mut scratch = Scratch::new(holding.cells(), pattern.slots());
    let mut went = Went { linear_solves: 0, nested: false, settled: false };
    let start = level.to_vec();
    // Plain Newton: full V, both parts taken at the iterate.
    for _ in 0..12 {
        if scratch.balance(pattern, holding, linear, level, None) {
            went.settled = true;
            return went;
        }
        scratch.step(pattern, linear, level);
        went.linear_solves += 1;
    }
    // Nested: the shrinking part is taken along its tangent from below, the growing part by Newton from above.
    went.nested = true;
    for (c, level) in level.iter_mut().enumerate() {
        *level = if holding.held(c) { start[c] } else { holding.floor_m(c).min(start[c]) };
    }
    for _ in 0..40 {
        let tangent: Vec<(f64, f64, f64)> = (0..level.len())
            .map(|c| {
                let (_, _, q, sum_q) = holding.parts(c, level[c]);
                (q, sum_q, level[c])
            })
            .collect();
        for (c, level) in level.iter_mut().enumerate() {
            if !holding.held(c) {
                *level = level.max(holding.ceiling_m(c));
            }
        }
        for _ in 0..60 {
            let settled = scratch.balance(pattern, holding, linear, level, Some(&tangent));
            if settled {
                break;
            }
            scratch.step(pattern, linear, level);
            went.linear_solves += 1;
        }
        if scratch.balance(pattern, holding, linear, level, None) {
            went.settled = true;
            break;
        }
    }
    went
}

struct Scratch {
    matrix: Matrix,
    change: Vec<f64>,
    surface: Vec<f64>,
}

impl Scratch {
    fn new(cells: usize, slots: usize) -> Scratch {
        Scratch { matrix: Matrix::new(cells, slots), change: vec![0.0; cells], surface: vec![0.0; cells] }
    }
    /// Sets `change` to b - T eta - V(eta) and `surface` to dV; true when every cell's balance is met.
    fn balance(
        &mut self,
        pattern: &Pattern,
        holding: &impl Holding,
        linear: &Linear,
        level: &mut [f64],
        tangent: Option<&[(f64, f64, f64)]>,
    ) -> bool {
        self.apply(pattern, linear, level);
        // A cell whose level has sunk below its floor and that would have water even there starts again from its floor.
        let mut lifted = false;
        for (c, level) in level.iter_mut().enumerate() {
            let below = holding.floor_m(c) - *level;
            if !holding.held(c) && below > 0.0 && self.change[c] > linear.matrix.diagonal[c] * below {
                *level = holding.floor_m(c);
                lifted = true;
            }
        }
        if lifted {
            self.apply(pattern, linear, level);
        }
        let mut met = true;
        for c in 0..level.len() {
            if holding.held(c) {
                self.change[c] = 0.0;
                self.surface[c] = 1.0;
                continue;
            }
            let (p, sum_p, q, sum_q) = holding.parts(c, level[c]);
            let (q, sum_q) = match tangent {
                None => (q, sum_q),
                Some(t) => (t[c].0, t[c].1 + t[c].0 * (level[c] - t[c].2)),
            };
            self.change[c] -= sum_p - sum_q;
            let diagonal = linear.matrix.diagonal[c];
            self.surface[c] = (p - q).max(DRY_SHARE * diagonal + 1e-15);
            if level[c] <= holding.floor_m(c) {
                if self.change[c] > 0.0 {
                    // Filling: the surface is that of the first centimetre.
                    let (p, _, q, _) = holding.parts(c, holding.floor_m(c) + 0.01);
                    self.surface[c] = self.surface[c].max(p - q);
                } else if diagonal == 0.0 || self.change[c] > -DRY_M3 {
                    // Dry: what earlier residuals left to take cannot be taken.
                    self.change[c] = 0.0;
                }
            }
            // The terms of T eta are large numbers that cancel: their rounding is not a fault of the balance.
            let rounding = 1e-15 * diagonal * level[c].abs();
            met &= self.change[c].abs() <= RESIDUAL_M3 + RESIDUAL_SHARE * sum_p.abs() + 8.0 * rounding;
        }
        met
    }
    /// `change` = b - T eta.
    fn apply(&mut self, pattern: &Pattern, linear: &Linear, level: &[f64]) {
        for (c, level) in level.iter().enumerate() {
            self.change[c] = linear.right[c] - linear.matrix.diagonal[c] * level;
        }
        for &(a, b, slot) in &pattern.pairs {
            // The pair's first is its lower index: its entry lies above the diagonal.
            self.change[a] -= linear.matrix.upper[slot] * level[b];
            self.change[b] -= linear.matrix.lower[slot] * level[a];
        }
    }
    fn step(&mut self, pattern: &Pattern, linear: &Linear, level: &mut [f64]) {
        self.matrix.clone_from(&linear.matrix);
        for (diagonal, surface) in self.matrix.diagonal.iter_mut().zip(&self.surface) {
            *diagonal += surface;
        }
        pattern.solve(&mut self.matrix, &mut self.change);
        for (level, change) in level.iter_mut().zip(&self.change) {
            *level += change;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_looped_network_with_a_free_fall_is_solved_as_by_full_elimination() {
        // exact: the dense matrix times the solution
        let faces = [(0, 1), (1, 2), (2, 3), (3, 0), (1, 3), (3, 4), (4, 5), (1, 2)];
        let held = [false, false, false, false, false, true];
        let pattern = Pattern::new(6, &faces, &held);
        let mut matrix = Matrix::new(6, pattern.slots());
        let mut dense = vec![vec![0.0; 6]; 6];
        for (f, &(a, b)) in faces.iter().enumerate() {
            // The flow of face 2 knows its first cell only.
            let (ca, cb) = (1.0 + f as f64, if f == 2 { 0.0 } else { 1.0 + f as f64 });
            matrix.diagonal[a] += ca;
            matrix.diagonal[b] += cb;
            if let Some(slot) = pattern.face_slot[f] {
                *matrix.entry(slot, a, b) -= cb;
                *matrix.entry(slot, b, a) -= ca;
                dense[a][b] -= cb;
                dense[b][a] -= ca;
            }
        }
        for (k, row) in dense.iter_mut().enumerate() {
            matrix.diagonal[k] += 0.5;
            row[k] = matrix.diagonal[k];
        }
        let mut r: Vec<f64> = (0..6).map(|k| k as f64 - 2.0).collect();
        r[5] = 0.0;
        let right = r.clone();
        pattern.solve(&mut matrix, &mut r);
        for k in 0..5 {
            let left: f64 = (0..5).map(|j| dense[k][j] * r[j]).sum();
            assert!((left - right[k]).abs() < 1e-12, "row {k}: {left} against {}", right[k]);
        }
    }
}
