//! A gauging section (测流断面) across a stream: its discharge, level and depth in time.
//!
//! A section is a chain of faces across the stream. Over each, the mean velocity of the two cells beside it times the
//! depth over its sill (the higher level less the higher bed) is what a current meter would see; it is no by-product of the
//! solver's own balance. Where a stream crosses the grid slantwise, one chain sees water at its corners twice or not at all:
//! so the discharge is the mean over some chains, a cell apart along the stream.

use crate::flow::Flow;
use crate::solver::{Real, Solver};
use crate::structures::line::FaceChain;
use base::grid::{Grid, Point};
use base::math;

/// A moment at a section.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    pub now_s: f64,
    /// Downstream, m3/s.
    pub discharge_m3_s: f64,
    /// Level of the water at the deepest cell, m, and its depth.
    pub stage_m: f64,
    pub depth_m: f64,
}

/// A section and what was measured there.
#[derive(Debug, Clone)]
pub struct Section {
    pub name: String,
    pub at: Point,
    chains: Vec<Chain>,
    pub moments: Vec<Moment>,
}

/// Chains of a section.
const CHAINS: usize = 7;
/// Dry faces in a row that end a stream.
const DRY_FACES: usize = 2;

#[derive(Debug, Clone)]
struct Chain {
    faces: Vec<Crossing>,
    /// The face nearest to the stream's middle.
    middle: usize,
}

/// A face of a section.
#[derive(Debug, Clone, Copy)]
struct Crossing {
    cells: (usize, usize),
    across_x: bool,
    /// Of the momentum's component: +1 where downstream is east or north.
    sign: f64,
}

/// What a chain sees at a moment.
struct Seen {
    discharge_m3_s: f64,
    deepest: usize,
}

impl Section {
    /// A section at `at` across a stream that runs toward `down` (any length), `half_m` to either side.
    pub fn new(name: &str, grid: &Grid, at: Point, down: (f64, f64), half_m: f64) -> Section {
        let far = math::hypot(down.0, down.1).max(1e-9);
        let along = (down.0 / far * grid.cell_m, down.1 / far * grid.cell_m);
        let chains = (0..CHAINS)
            .map(|k| {
                let step = k as f64 - 0.5 * (CHAINS - 1) as f64;
                Chain::new(grid, Point::new(at.x + step * along.0, at.y + step * along.1), down, half_m)
            })
            .collect();
        Section { name: name.into(), at, chains, moments: Vec::new() }
    }

    pub fn look<R: Real>(&mut self, solver: &Solver<R>, now_s: f64) {
        let seen: Vec<Seen> = self.chains.iter().map(|chain| chain.look(solver)).collect();
        let discharge_m3_s = seen.iter().map(|s| s.discharge_m3_s).sum::<f64>() / CHAINS as f64;
        let deepest = seen[CHAINS / 2].deepest;
        let (stage_m, depth_m) = (solver.stage_m(deepest), solver.depth_m(deepest));
        self.moments.push(Moment { now_s, discharge_m3_s, stage_m, depth_m });
    }

    /// The greatest discharge and its time; the first of equals.
    pub fn peak(&self) -> Option<Moment> {
        self.moments.iter().copied().reduce(|a, b| if b.discharge_m3_s > a.discharge_m3_s { b } else { a })
    }

    /// Volume that passed, m3 (trapezoids).
    pub fn volume_m3(&self) -> f64 {
        let piece = |w: &[Moment]| 0.5 * (w[0].discharge_m3_s + w[1].discharge_m3_s) * (w[1].now_s - w[0].now_s);
        self.moments.windows(2).map(piece).sum()
    }

    /// Up and down of the discharge over all moments, in peaks: 2 for one wave that comes and goes, more where it swings.
    pub fn swings(&self) -> f64 {
        let peak = self.peak().map_or(0.0, |p| p.discharge_m3_s);
        let ways: f64 = self.moments.windows(2).map(|w| (w[1].discharge_m3_s - w[0].discharge_m3_s).abs()).sum();
        if peak > 0.0 { ways / peak } else { 0.0 }
    }
}

impl Chain {
    fn new(grid: &Grid, at: Point, down: (f64, f64), half_m: f64) -> Chain {
        let far = math::hypot(down.0, down.1).max(1e-9);
        // From the left bank to the right: downstream lies on the line's left hand.
        let n = (-down.1 / far * half_m, down.0 / far * half_m);
        let inside = |x: f64, y: f64| {
            Point::new(x.clamp(grid.x0, grid.x0 + grid.width_m()), y.clamp(grid.y0, grid.y0 + grid.height_m()))
        };
        let chain = FaceChain::new(grid, &[inside(at.x + n.0, at.y + n.1), inside(at.x - n.0, at.y - n.1)]);
        let middle = chain.nearest(grid, at).expect("a section is longer than a cell");
        let faces = chain
            .pieces
            .iter()
            .map(|piece| {
                let (low, high) = (piece.left.min(piece.right), piece.left.max(piece.right));
                let sign = if piece.left == high { 1.0 } else { -1.0 };
                Crossing { cells: (low, high), across_x: high == low + 1, sign }
            })
            .collect();
        Chain { faces, middle }
    }

    /// To either side of the middle as far as the stream goes: what flows behind a dry bank is another one. A single dry face
    /// is a corner.
    fn look<R: Real>(&self, solver: &Solver<R>) -> Seen {
        let cell_m = solver.grid().cell_m;
        let mut seen = Seen { discharge_m3_s: 0.0, deepest: self.faces[self.middle].cells.0 };
        let (left, right) = self.faces.split_at(self.middle);
        for side in [&mut left.iter().rev() as &mut dyn Iterator<Item = &Crossing>, &mut right.iter()] {
            let mut dry = 0;
            for face in side {
                let (l, r) = face.cells;
                let (a, b) = (solver.velocity_m_s(l), solver.velocity_m_s(r));
                let mean_m_s = if face.across_x { 0.5 * (a.0 + b.0) } else { 0.5 * (a.1 + b.1) };
                // Over a dry side only the water's own velocity counts.
                let both = solver.free_m(l).min(solver.free_m(r)) > 0.0;
                let mean_m_s = if both { mean_m_s } else { 2.0 * mean_m_s };
                let sill_m = solver.stage_m(l).max(solver.stage_m(r)) - solver.bed_m(l).max(solver.bed_m(r));
                seen.discharge_m3_s += face.sign * mean_m_s * sill_m.max(0.0) * cell_m;
                for cell in [l, r] {
                    if solver.depth_m(cell) > solver.depth_m(seen.deepest) {
                        seen.deepest = cell;
                    }
                }
                dry = if sill_m > 0.0 { 0 } else { dry + 1 };
                if dry > DRY_FACES {
                    break;
                }
            }
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solver::{Domain, Options, Scheme};

    #[test]
    fn a_section_measures_the_stream_whichever_way_it_lies() {
        // Grade: exact (uniform momentum of 2 m2/s east and 1 m2/s north through a line of known projections).
        let grid = Grid { nx: 60, ny: 60, cell_m: 5.0, x0: 0.0, y0: 0.0 };
        let domain = Domain::new(grid, vec![0.0; 3600], vec![0.03; 3600]);
        let mut solver: Solver<f64> = Solver::new(&domain, Options { scheme: Scheme::First, ..Options::default() });
        solver.set_depth_m(&vec![1.5; 3600]);
        (0..3600).for_each(|cell| solver.set_momentum_m2_s(cell, 2.0, 1.0));
        for (down, half, want) in [
            // 100 m across x: 2 m2/s each; across y 1 m2/s; against the stream the sign turns.
            ((1.0, 0.0), 50.0, 200.0),
            ((0.0, 3.0), 50.0, 100.0),
            ((-1.0, 0.0), 50.0, -200.0),
            // Along the diagonal: 100 m of faces of either kind.
            ((1.0, 1.0), 50.0 * std::f64::consts::SQRT_2, 300.0),
        ] {
            let mut section = Section::new("s", &grid, Point::new(150.0, 150.0), down, half);
            section.look(&solver, 0.0);
            section.look(&solver, 10.0);
            let q = section.moments[0].discharge_m3_s;
            assert!((q - want).abs() < 1e-9, "{down:?}: {q} instead of {want} m3/s");
            assert!((section.volume_m3() - 10.0 * want).abs() < 1e-6);
            assert_eq!(section.moments[1].depth_m, 1.5);
        }
    }

    #[test]
    fn swings_tell_one_wave_from_many() {
        // Grade: exact.
        let grid = Grid { nx: 20, ny: 20, cell_m: 5.0, x0: 0.0, y0: 0.0 };
        let mut section = Section::new("s", &grid, Point::new(50.0, 50.0), (1.0, 0.0), 10.0);
        let mut push = |q: f64| {
            let now_s = section.moments.len() as f64;
            section.moments.push(Moment { now_s, discharge_m3_s: q, stage_m: 0.0, depth_m: 0.0 });
        };
        [0.0, 5.0, 10.0, 4.0, 0.0].into_iter().for_each(&mut push);
        assert_eq!(section.swings(), 2.0);
        let mut push = |q: f64| {
            let now_s = section.moments.len() as f64;
            section.moments.push(Moment { now_s, discharge_m3_s: q, stage_m: 0.0, depth_m: 0.0 });
        };
        [10.0, 0.0].into_iter().for_each(&mut push);
        assert_eq!(section.swings(), 4.0);
        assert_eq!(section.peak().map(|p| p.now_s), Some(2.0));
    }
}
