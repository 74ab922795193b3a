//! The solver as everything else sees it: a flow that can be looked at, taken from and given to, every cubic metre booked.

use super::Solver;
use super::flux::{gain, mobile};
use super::real::Real;
use super::tiles::{Kind, TILE_H, TILE_W};
use crate::flow::{Account, BedMove, Face, Flow, Side};
use crate::ledger::Sum;
use base::fold;
use base::grid::Grid;

impl<R: Real> Flow for Solver<R> {
    fn grid(&self) -> &Grid {
        &self.grid
    }
    #[inline]
    fn bed_m(&self, cell: usize) -> f64 {
        self.state.z[cell].f64()
    }
    #[inline]
    fn depth_m(&self, cell: usize) -> f64 {
        self.state.water.h[cell].f64()
    }
    #[inline]
    fn free_m(&self, cell: usize) -> f64 {
        mobile(self.state.water.h[cell], self.film, self.least).f64()
    }
    #[inline]
    fn velocity_m_s(&self, cell: usize) -> (f64, f64) {
        let m = self.free_m(cell);
        // Momentum over a film of a tenth of a millimetre says nothing about a current.
        if m <= 1e-4 {
            return (0.0, 0.0);
        }
        let (qx, qy) = self.momentum_m2_s(cell);
        (qx / m, qy / m)
    }
    fn free_m3(&self, cell: usize) -> f64 {
        self.free_m(cell) * self.area_m2() * self.open(cell)
    }
    fn is_thinner(&self, depth_m: f64, columns: std::ops::Range<usize>, rows: std::ops::Range<usize>) -> bool {
        self.thinner(depth_m, columns, rows)
    }
    fn look(&self, first: usize, film_m: f32, depths: &mut [f32], speeds: &mut [f32]) {
        self.row(first, film_m, depths, speeds);
    }
    fn take_m3(&mut self, cell: usize, volume_m3: f64, account: Account) -> f64 {
        let there = self.free_m3(cell);
        if there <= 0.0 || volume_m3.is_nan() || volume_m3 <= 0.0 {
            return 0.0;
        }
        let area = self.area_m2() * self.open(cell);
        let share = (volume_m3 / there).min(1.0);
        let w = &mut self.state.water;
        let before = w.h[cell].f64() + w.lo[cell].f64();
        if share < 1.0 {
            (w.h[cell], w.lo[cell]) = gain(w.h[cell], w.lo[cell], R::of(-share * there / area));
        } else {
            (w.h[cell], w.lo[cell]) = (self.film, R::of(0.0));
        }
        if self.state.kinds[(cell / self.grid.nx / TILE_H) * self.tiles_x + cell % self.grid.nx / TILE_W]
            != Kind::Inertial
        {
            // Water that leaves takes its momentum along.
            w.qx[cell] = w.qx[cell] * R::of(1.0 - share);
            w.qy[cell] = w.qy[cell] * R::of(1.0 - share);
        }
        let taken = (before - (w.h[cell].f64() + w.lo[cell].f64())) * area;
        self.state.books.book(account, -taken);
        self.touch(cell);
        taken
    }
    fn give_m3(&mut self, cell: usize, volume_m3: f64, account: Account) {
        if volume_m3 == 0.0 {
            return;
        }
        let area = self.area_m2() * self.open(cell);
        let w = &mut self.state.water;
        let before = w.h[cell].f64() + w.lo[cell].f64();
        // In two parts, so that what a word of the gain does not hold is not lost either.
        let depth = volume_m3 / area;
        let coarse = R::of(depth);
        (w.h[cell], w.lo[cell]) = gain(w.h[cell], w.lo[cell], coarse);
        (w.h[cell], w.lo[cell]) = gain(w.h[cell], w.lo[cell], R::of(depth - coarse.f64()));
        let given = (w.h[cell].f64() + w.lo[cell].f64() - before) * area;
        self.state.books.book(account, given);
        self.touch(cell);
    }
    fn set_bed_m(&mut self, cell: usize, bed_m: f64) {
        if self.state.frozen.contains(&cell) || self.state.z[cell] == R::of(bed_m) {
            return;
        }
        self.state.z[cell] = R::of(bed_m);
        let tile = self.tile_of(cell);
        self.state.pinned[tile] = true;
        // Its waves are as fast as they were.
        self.unsync(cell);
    }
    fn move_beds(&mut self, moves: &mut [BedMove], account: Account) {
        self.bulk_move_beds(moves, account);
    }
    fn crest_m(&self, face: Face) -> Option<f64> {
        if self.state.crests.is_empty() {
            return None;
        }
        let row = face.cell / self.grid.nx;
        let none = match face.side {
            Side::East => self.crest_east[row].is_empty(),
            Side::North => self.crest_north[row].is_empty(),
        };
        if none {
            return None;
        }
        self.state.crests.binary_search_by_key(&face, |(f, _)| *f).ok().map(|k| self.state.crests[k].1)
    }
    fn set_crest_m(&mut self, face: Face, crest_m: Option<f64>) {
        match (self.state.crests.binary_search_by_key(&face, |(f, _)| *f), crest_m) {
            (Ok(k), Some(crest_m)) if self.state.crests[k].1 == crest_m => return,
            (Ok(k), Some(crest_m)) => self.state.crests[k].1 = crest_m,
            (Ok(k), None) => drop(self.state.crests.remove(k)),
            (Err(k), Some(crest_m)) => self.state.crests.insert(k, (face, crest_m)),
            (Err(_), None) => return,
        }
        self.place_crest(face, crest_m);
        if let Some((a, b)) = face.cells(&self.grid) {
            for cell in [a, b] {
                let tile = self.tile_of(cell);
                self.state.pinned[tile] = true;
                self.touch(cell);
            }
        }
    }
    fn add_rows(&mut self, account: Account, gains: &crate::flow::RowGains) {
        let (nx, area) = (self.grid.nx, self.area_m2());
        let (film, porosity) = (self.film, &self.porosity);
        let mut notes = vec![(0.0, 0.0); self.bands.len()];
        let (kinds, tiles_x) = (&self.state.kinds, self.tiles_x);
        let w = &mut self.state.water;
        let columns = (&mut w.h[..], &mut w.lo[..], &mut w.qx[..], &mut w.qy[..]);
        fold::each_chunk4(columns, nx * TILE_H, &mut notes, |b, (h, lo, qx, qy), note| {
            let (mut depth, mut gain_m, mut before) = (vec![0.0; nx], vec![0.0; nx], vec![0.0; nx]);
            let (mut given, mut taken) = (Sum::default(), Sum::default());
            for r in 0..h.len() / nx {
                let row = r * nx..(r + 1) * nx;
                let first = (b * TILE_H + r) * nx;
                for (d, h) in depth.iter_mut().zip(&h[row.clone()]) {
                    *d = h.f64();
                }
                gain_m.fill(0.0);
                gains(first, &depth, &mut gain_m);
                let (h, lo) = (&mut h[row.clone()], &mut lo[row.clone()]);
                let open = porosity.as_ref().map(|p| &p[first..first + nx]);
                let (come, gone) =
                    pulp::Arch::new().dispatch(Gains { h, lo, gain_m: &gain_m, open, before: &mut before });
                given.add(come);
                taken.add(gone);
                if gone == 0.0 {
                    continue;
                }
                // Water that leaves takes its momentum along, but for the discharges through faces.
                let free = |level: f64| level - film.f64();
                for (k, c) in row.enumerate().filter(|(k, _)| gain_m[*k] < 0.0) {
                    if kinds[b * tiles_x + k / TILE_W] == Kind::Inertial {
                        continue;
                    }
                    let (free, left) = (free(before[k]), free(h[k].f64() + lo[k].f64()));
                    let keep = if left > 0.0 && free > 0.0 { R::of((left / free).min(1.0)) } else { R::of(0.0) };
                    (qx[c], qy[c]) = (qx[c] * keep, qy[c] * keep);
                }
            }
            *note = (given.value(), taken.value());
        });
        for (given, taken) in notes {
            if given != 0.0 {
                self.state.books.book(account, given * area);
            }
            if taken != 0.0 {
                self.state.books.book(account, -taken * area);
            }
        }
        self.unseen = true;
    }
}

/// What the cells of a row gain, m of water over each.
struct Gains<'a, R> {
    h: &'a mut [R],
    lo: &'a mut [R],
    gain_m: &'a [f64],
    /// Open share of the cells.
    open: Option<&'a [R]>,
    /// For what stood there before, m.
    before: &'a mut [f64],
}

impl<R: Real> pulp::NullaryFnOnce for Gains<'_, R> {
    /// Depths given and taken over the open ground of all, m.
    type Output = (f64, f64);
    #[inline(always)]
    fn call(self) -> (f64, f64) {
        const LANES: usize = 16;
        let Gains { h, lo, gain_m, open, before } = self;
        let n = h.len();
        let (lo, gain_m, before) = (&mut lo[..n], &gain_m[..n], &mut before[..n]);
        let (mut given, mut taken) = ([0.0; LANES], [0.0; LANES]);
        for from in (0..n).step_by(LANES) {
            for k in from..(from + LANES).min(n) {
                let (g, open) = (gain_m[k], open.map_or(1.0, |open| open[k].f64()));
                let was = h[k].f64() + lo[k].f64();
                let (more, rest) = gain(h[k], lo[k], R::of(g / open));
                let dries = (g < 0.0) & (-g / open >= was);
                (h[k], lo[k]) = if g == 0.0 {
                    (h[k], lo[k])
                } else if dries {
                    (R::of(0.0), R::of(0.0))
                } else {
                    (more, rest)
                };
                let change = (h[k].f64() + lo[k].f64() - was) * open;
                before[k] = was;
                given[k - from] += if g > 0.0 { change } else { 0.0 };
                taken[k - from] -= if g < 0.0 { change } else { 0.0 };
            }
        }
        (given.iter().sum(), taken.iter().sum())
    }
}
