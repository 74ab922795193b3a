//! What stands at the rims of the grid at a moment: levels and discharges from their series.

use super::notes::speed_m_s;
use super::real::Real;
use super::rows::Rim;
use super::tiles::Kind;
use super::{EdgeKind, Solver};
use crate::flow::{Flow, G};
use base::math;

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
                    let depth = |k: usize| self.free_m(edge.side.cell(&self.grid, k));
                    let weight = |k: usize| {
                        let root = math::cbrt(depth(k));
                        root * root * root * root * root
                    };
                    let weights: f64 = cells.clone().map(weight).sum();
                    let n = (edge.to - edge.from) as f64;
                    // With a film alone the water finds its way evenly; from a centimetre on, by what the cells carry.
                    let deepest = cells.clone().map(depth).fold(0.0, f64::max);
                    let rims: Vec<Rim> = cells
                        .clone()
                        .map(|k| if deepest > 0.01 { weight(k) / weights } else { 1.0 / n })
                        .map(|share| Rim::Inflow(total * share))
                        .collect();
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
