//! The system that a step solves for the levels: V(eta) + T eta = b, where V is what each cell holds at a level and T the
//! symmetric M-matrix of the faces. Found by Newton's method on V; where plain Newton does not settle (a closed pipe's
//! width falls above its middle), by the nested iteration of Casulli and Zanolli (SIAM J. Sci. Comput. 34, 2012), which
//! converges from any start. The linear systems are factored (L D Lt) in an order found once, least degree first, so
//! that a network of pipes fills in next to nothing; the order of the sums never changes.

use std::collections::BTreeSet;

/// Where the numbers of a symmetric matrix with the graph of the network go.
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

    /// Solves M x = r in place of `r`; `diagonal` and `off` are used up. Held rows are left alone.
    pub fn solve(&self, diagonal: &mut [f64], off: &mut [f64], r: &mut [f64]) {
        for (n, &k) in self.order.iter().enumerate() {
            let column = &self.columns[n];
            let inverse = 1.0 / diagonal[k];
            let mut u = 0;
            for (i_at, &(i, slot_i)) in column.iter().enumerate() {
                let factor = off[slot_i] * inverse;
                diagonal[i] -= factor * off[slot_i];
                r[i] -= factor * r[k];
                for &(_, slot_j) in &column[i_at + 1..] {
                    off[self.updates[n][u]] -= factor * off[slot_j];
                    u += 1;
                }
            }
        }
        for (n, &k) in self.order.iter().enumerate().rev() {
            let rest: f64 = self.columns[n].iter().map(|&(i, slot)| off[slot] * r[i]).sum();
            r[k] = (r[k] - rest) / diagonal[k];
        }
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
    pub diagonal: Vec<f64>,
    pub off: Vec<f64>,
    pub right: Vec<f64>,
}

/// How a solve went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Went {
    pub linear_solves: u32,
    pub nested: bool,
    pub settled: bool,
}

/// Surface given to a cell that a Newton step sees dry, m2: it only keeps the matrix regular, no water stands on it.
const DRY_M2: f64 = 1e-6;
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
    for c in 0..level.len() {
        level[c] = if holding.held(c) { start[c] } else { holding.floor_m(c).min(start[c]) };
    }
    for _ in 0..40 {
        let tangent: Vec<(f64, f64, f64)> = (0..level.len())
            .map(|c| {
                let (_, _, q, sum_q) = holding.parts(c, level[c]);
                (q, sum_q, level[c])
            })
            .collect();
        for c in 0..level.len() {
            if !holding.held(c) {
                level[c] = level[c].max(holding.ceiling_m(c));
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
    diagonal: Vec<f64>,
    off: Vec<f64>,
    change: Vec<f64>,
    surface: Vec<f64>,
}

impl Scratch {
    fn new(cells: usize, slots: usize) -> Scratch {
        Scratch {
            diagonal: vec![0.0; cells],
            off: vec![0.0; slots],
            change: vec![0.0; cells],
            surface: vec![0.0; cells],
        }
    }
    /// Sets `change` to b - T eta - V(eta) and `surface` to dV; true when every cell's balance is met.
    fn balance(
        &mut self,
        pattern: &Pattern,
        holding: &impl Holding,
        linear: &Linear,
        level: &[f64],
        tangent: Option<&[(f64, f64, f64)]>,
    ) -> bool {
        for c in 0..level.len() {
            self.change[c] = linear.right[c] - linear.diagonal[c] * level[c];
        }
        for &(a, b, slot) in &pattern.pairs {
            self.change[a] -= linear.off[slot] * level[b];
            self.change[b] -= linear.off[slot] * level[a];
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
            self.surface[c] = (p - q).max(DRY_M2);
            // The terms of T eta are large numbers that cancel: their rounding is not a fault of the balance.
            let rounding = 1e-15 * linear.diagonal[c] * level[c].abs();
            met &= self.change[c].abs() <= RESIDUAL_M3 + RESIDUAL_SHARE * sum_p.abs() + 8.0 * rounding;
        }
        met
    }
    fn step(&mut self, pattern: &Pattern, linear: &Linear, level: &mut [f64]) {
        for c in 0..level.len() {
            self.diagonal[c] = linear.diagonal[c] + self.surface[c];
        }
        self.off.copy_from_slice(&linear.off);
        pattern.solve(&mut self.diagonal, &mut self.off, &mut self.change);
        for c in 0..level.len() {
            level[c] += self.change[c];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_looped_network_is_solved_as_by_full_elimination() {
        // exact: against Gauss elimination of the dense matrix
        let faces = [(0, 1), (1, 2), (2, 3), (3, 0), (1, 3), (3, 4), (4, 5), (1, 2)];
        let held = [false, false, false, false, false, true];
        let pattern = Pattern::new(6, &faces, &held);
        let mut diagonal = vec![0.5; 6];
        let mut off = vec![0.0; pattern.slots()];
        let mut dense = vec![vec![0.0; 6]; 6];
        for (f, &(a, b)) in faces.iter().enumerate() {
            let c = 1.0 + f as f64;
            diagonal[a] += c;
            diagonal[b] += c;
            if let Some(slot) = pattern.face_slot[f] {
                off[slot] -= c;
                dense[a][b] -= c;
                dense[b][a] -= c;
            }
        }
        let mut r: Vec<f64> = (0..6).map(|k| k as f64 - 2.0).collect();
        r[5] = 0.0;
        for k in 0..5 {
            dense[k][k] = diagonal[k];
        }
        let right = r.clone();
        pattern.solve(&mut diagonal, &mut off, &mut r);
        for k in 0..5 {
            let left: f64 = (0..5).map(|j| dense[k][j] * r[j]).sum();
            assert!((left - right[k]).abs() < 1e-12, "row {k}: {left} against {}", right[k]);
        }
    }
}
