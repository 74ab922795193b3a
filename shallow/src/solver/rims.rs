//! What stands at the rims of the grid at a moment: levels and discharges from their series.

use super::notes::speed_m_s;
use super::real::Real;
use super::rows::Rim;
use super::tiles::Kind;
use super::{EdgeKind, EdgeSide, Solver};
use crate::flow::{Flow, G};
use base::math;
use std::ops::Range;

/// Depth from which on an inlet's cells carry by their depth, m (assumption).
const FILM_M: f64 = 0.01;

impl<R: Real> Solver<R> {
    /// Brings the rims to what stands there at `at_s`; discharges to their mean over the `ahead_s` to come.
    pub(super) fn set_rims(&mut self, at_s: f64, ahead_s: f64) {
        let edges = std::mem::take(&mut self.edges);
        for edge in &edges {
            let side = edge.side as usize;
            let cells = edge.from..edge.to;
            match &edge.kind {
                EdgeKind::Wall => self.rims[side][cells].fill(Rim::Wall),
                EdgeKind::Free => self.rims[side][cells].fill(Rim::Free),
                EdgeKind::Stage(series) => {
                    self.rims[side][cells].fill(Rim::Stage(math::interpolate(series, at_s)));
                }
                EdgeKind::Discharge(series) => {
                    let total = mean(series, at_s, ahead_s) / self.grid.cell_m;
                    let shares = self.shares(edge.side, cells.clone());
                    let rims: Vec<Rim> = shares.iter().map(|share| Rim::Inflow(total * share)).collect();
                    self.rims[side][cells].copy_from_slice(&rims);
                }
            }
        }
        // Water may enter wherever the rim is not a wall: its tiles are computed.
        for edge in &edges {
            if matches!(edge.kind, EdgeKind::Wall | EdgeKind::Free) {
                continue;
            }
            for k in edge.from..edge.to {
                let cell = edge.side.cell(&self.grid, k);
                let bed = self.state.z[cell].f64();
                let (m, q) = match self.rims[edge.side as usize][k] {
                    Rim::Stage(level) => ((level - bed).max(0.0), 0.0),
                    Rim::Inflow(q) if q > 0.0 => (self.free_m(cell).max(math::cbrt(q * q / G)), q),
                    Rim::Inflow(_) | Rim::Wall | Rim::Free => (0.0, 0.0),
                };
                if m > 0.0 {
                    let staggered = self.kind(cell) == Kind::Inertial;
                    self.note_cell(cell, speed_m_s(m, q, 0.0, staggered, &self.options));
                }
            }
        }
        self.edges = edges;
    }

    /// Shares of a discharge by cell of a side: by what each would carry, depth^(5/3), if the water in them stood level. (By
    /// their own depths a cell that is a little deeper gets more and grows deeper yet, faster than waves level it out: an inlet
    /// of four cells swung between nothing and a metre.)
    fn shares(&self, side: EdgeSide, cells: Range<usize>) -> Vec<f64> {
        let n = cells.len() as f64;
        let (bed, depth): (Vec<f64>, Vec<f64>) = cells
            .map(|k| side.cell(&self.grid, k))
            .map(|c| (self.state.z[c].f64() + (self.depth_m(c) - self.free_m(c)), self.free_m(c)))
            .unzip();
        // With a film alone the water finds its way evenly.
        if !depth.iter().any(|depth| *depth > FILM_M) {
            return vec![1.0 / n; bed.len()];
        }
        let level = level_over(&bed, depth.iter().sum());
        let weights: Vec<f64> = bed
            .iter()
            .map(|bed| {
                let root = math::cbrt((level - bed).max(0.0));
                root * root * root * root * root
            })
            .collect();
        let all: f64 = weights.iter().sum();
        weights.iter().map(|weight| weight / all).collect()
    }
}

/// Level, m, at which cells over these beds hold so much water together (the sum of their depths, m, above nothing).
fn level_over(bed_m: &[f64], water_m: f64) -> f64 {
    let mut beds = bed_m.to_vec();
    beds.sort_by(f64::total_cmp);
    // The lowest k cells are under water: their mean bed, and the water over them.
    let (mut under, mut level) = (0.0, f64::INFINITY);
    for (k, bed) in beds.iter().enumerate() {
        if level <= *bed {
            break;
        }
        under += bed;
        level = (under + water_m) / (k + 1) as f64;
    }
    level
}

/// Mean of a piecewise linear series over `ahead_s`; its value where that is nothing.
fn mean(series: &[(f64, f64)], at_s: f64, ahead_s: f64) -> f64 {
    if ahead_s <= 0.0 {
        return math::interpolate(series, at_s);
    }
    let end_s = at_s + ahead_s;
    let mut knots = vec![at_s];
    knots.extend(series.iter().map(|p| p.0).filter(|t| *t > at_s && *t < end_s));
    knots.push(end_s);
    let piece = |w: &[f64]| 0.5 * (w[1] - w[0]) * (math::interpolate(series, w[0]) + math::interpolate(series, w[1]));
    knots.windows(2).map(piece).sum::<f64>() / ahead_s
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn water_over_uneven_beds_stands_at_the_level_that_holds_it() {
        // Grade: exact.
        assert_eq!(level_over(&[1.0, 1.0], 1.0), 1.5);
        // 2 m over the first alone would stand at 2 m, above the second: 1 and 0.5 m hold 1.5 m at 1.5 m.
        assert_eq!(level_over(&[1.0, 0.5, 9.0], 1.5), 1.5);
        assert_eq!(level_over(&[3.0, 0.0], 2.0), 2.0);
    }
}
