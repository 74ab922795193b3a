//! Looks at the water, many cells at a time: what layers, maps and ledgers of memory ask of a solver.

use super::flux::mobile;
use super::rows::Field;
use super::tiles::{Kind, TILE_H, TILE_W};
use super::{Real, Solver};
use base::math;
use std::mem::size_of;
use std::ops::Range;

/// Mobile water thinner than this has no speed worth telling, m: momentum over a film of a tenth of a millimetre says
/// nothing about a current.
const TELLING_M: f64 = 1e-4;

impl<R: Real> Solver<R> {
    /// Bytes that it holds, row buffers and the allocator's own left out.
    pub fn bytes(&self) -> usize {
        let cells = |columns: &[&super::Column<R>]| columns.iter().map(|c| c.bytes()).sum::<usize>();
        let (w, n) = (&self.state.water, &self.next);
        let fields = cells(&[&w.h, &w.lo, &w.qx, &w.qy, &n.h, &n.lo, &n.qx, &n.qy, &self.state.z, &self.friction]);
        let open = self.porosity.as_ref().map_or(0, |p| cells(&[p]));
        let tiles: usize = self
            .bands
            .iter()
            .map(|b| {
                (b.tiles.capacity() + b.fresh.capacity()) * size_of::<super::Tile>()
                    + b.active.capacity()
                    + b.rows.held.bytes()
            })
            .sum();
        let crests: usize = self.crest_east.iter().chain(&self.crest_north).map(|row| row.capacity()).sum();
        fields
            + open
            + tiles
            + crests * size_of::<(u32, R)>()
            + self.state.crests.capacity() * size_of::<(super::Face, f64)>()
    }

    /// By the tiles that the last step found wet. Unknown, and so no, while water was moved by something else.
    pub(super) fn thinner(&self, depth_m: f64, columns: Range<usize>, rows: Range<usize>) -> bool {
        if self.unseen || self.options.film_m + self.least.f64() >= depth_m {
            return false;
        }
        let across = columns.start / TILE_W..columns.end.div_ceil(TILE_W);
        let up = rows.start / TILE_H..rows.end.div_ceil(TILE_H);
        self.bands[up].iter().all(|band| band.tiles[across.clone()].iter().all(|tile| !tile.wet))
    }

    pub(super) fn row(&self, first: usize, film_m: f32, depths: &mut [f32], speeds: &mut [f32]) {
        pulp::Arch::new().dispatch(Row { field: &self.picture(0.0), first, film_m, depths, speeds });
    }
}

/// Cells of a row that are looked at, from the `first` on.
struct Row<'a, R> {
    field: &'a Field<'a, R>,
    first: usize,
    film_m: f32,
    depths: &'a mut [f32],
    speeds: &'a mut [f32],
}

impl<R: Real> pulp::NullaryFnOnce for Row<'_, R> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        let Row { field, first, film_m, depths, speeds } = self;
        let (nx, w) = (field.nx, field.water);
        let (i0, j) = (first % nx, first / nx);
        let mut k = 0;
        while k < depths.len() {
            // As far as the tile goes: its cells keep their momenta in one way.
            let (i, c) = (i0 + k, first + k);
            let n = (TILE_W - i % TILE_W).min(depths.len() - k);
            let (h, qx, qy) = (&w.h[c..c + n], &w.qx[c..c + n], &w.qy[c..c + n]);
            let (depths, speeds) = (&mut depths[k..k + n], &mut speeds[k..k + n]);
            k += n;
            if field.kind_at(i, j) != Kind::Inertial {
                for k in 0..n {
                    (depths[k], speeds[k]) = told(field, h[k], (qx[k], qy[k]), film_m);
                }
                continue;
            }
            // At the rims some faces are not kept.
            if j == 0 || i == 0 {
                for k in 0..if j == 0 { n } else { 1 } {
                    (depths[k], speeds[k]) = told(field, h[k], field.momentum(i + k, j), film_m);
                }
            }
            if j == 0 || (i == 0 && n == 1) {
                continue;
            }
            let from = usize::from(i == 0);
            let (west, south) = (&w.qx[c + from - 1..c + n - 1], &w.qy[c + from - nx..c + n - nx]);
            let (h, qx, qy) = (&h[from..], &qx[from..], &qy[from..]);
            let (depths, speeds) = (&mut depths[from..], &mut speeds[from..]);
            for k in 0..n - from {
                let centred = field.centred(h[k], (west[k], qx[k]), (south[k], qy[k]));
                (depths[k], speeds[k]) = told(field, h[k], centred, film_m);
            }
        }
    }
}

/// Depth of a cell, and its speed where that is `film_m` or more.
#[inline(always)]
fn told<R: Real>(field: &Field<R>, h: R, (qx, qy): (R, R), film_m: f32) -> (f32, f32) {
    let depth = h.f64() as f32;
    let m = mobile(h, field.film, field.least).f64();
    let speed = (math::hypot(qx.f64(), qy.f64()) / m) as f32;
    (depth, if (depth >= film_m) & (m > TELLING_M) { speed } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::super::{Domain, Options, Scheme};
    use super::*;
    use crate::flow::Flow;
    use base::grid::Grid;

    /// A pond in one corner of 300 x 100 cells, let go.
    fn pond(scheme: Scheme) -> Solver<f32> {
        let grid = Grid { nx: 300, ny: 100, cell_m: 5.0, x0: 0.0, y0: 0.0 };
        let mut solver = Solver::new(
            &Domain::new(grid, vec![0.0; 30_000], vec![0.03; 30_000]),
            Options { scheme, ..Options::default() },
        );
        let depth: Vec<f64> = (0..30_000).map(|c| if c % 300 < 20 && c / 300 < 10 { 1.0 } else { 0.0 }).collect();
        solver.set_depth_m(&depth);
        solver
    }

    #[test]
    fn a_row_is_what_its_cells_are_and_dry_tiles_are_known() {
        // Grade: exact.
        for scheme in [Scheme::Inertial, Scheme::Second, Scheme::Auto] {
            let mut solver = pond(scheme);
            assert!(!solver.is_thinner(0.05, 200..300, 50..100), "nothing is known before a step");
            solver.advance(0.0, 20.0, &mut |_, _, _| {});
            let (mut depths, mut speeds) = (vec![0.0; 100], vec![0.0; 100]);
            for j in 0..100 {
                solver.look(300 * j + 10, 0.01, &mut depths, &mut speeds);
                for k in 0..100 {
                    let cell = 300 * j + 10 + k;
                    assert_eq!(depths[k], solver.depth_m(cell) as f32);
                    let (u, v) = solver.velocity_m_s(cell);
                    let speed = if depths[k] >= 0.01 { math::hypot(u, v) as f32 } else { 0.0 };
                    assert!((speeds[k] - speed).abs() <= 1e-6 * speed, "cell {cell}: {} {speed}", speeds[k]);
                }
            }
            assert!(solver.is_thinner(0.05, 200..300, 50..100));
            assert!(!solver.is_thinner(0.05, 0..300, 0..100));
            assert!(!solver.is_thinner(0.0, 200..300, 50..100), "films are thinner than nothing is");
        }
    }

    #[test]
    fn single_precision_takes_forty_bytes_a_cell_and_little_more() {
        // Grade: reference (64 bytes a cell at most).
        let bytes = pond(Scheme::Auto).bytes() as f64 / 30_000.0;
        assert!((40.0..42.0).contains(&bytes), "{bytes} bytes a cell");
    }
}
