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
            let (mut depth, mut gain_m) = (vec![0.0; nx], vec![0.0; nx]);
            let (mut given, mut taken) = (Sum::default(), Sum::default());
            for r in 0..h.len() / nx {
                let row = r * nx..(r + 1) * nx;
                let first = (b * TILE_H + r) * nx;
                for (d, h) in depth.iter_mut().zip(&h[row.clone()]) {
                    *d = h.f64();
                }
                gain_m.fill(0.0);
                gains(first, &depth, &mut gain_m);
                for (k, c) in row.enumerate() {
                    let g = gain_m[k];
                    if g == 0.0 {
                        continue;
                    }
                    let open = porosity.as_ref().map_or(1.0, |p| p[first + k].f64());
                    let before = h[c].f64() + lo[c].f64();
                    if g < 0.0 && -g / open >= before {
                        (h[c], lo[c]) = (R::of(0.0), R::of(0.0));
                    } else {
                        (h[c], lo[c]) = gain(h[c], lo[c], R::of(g / open));
                    }
                    let after = h[c].f64() + lo[c].f64();
                    if g < 0.0 {
                        if kinds[b * tiles_x + k / TILE_W] != Kind::Inertial {
                            let (free, left) = (before - film.f64(), after - film.f64());
                            let keep =
                                if left > 0.0 && free > 0.0 { R::of((left / free).min(1.0)) } else { R::of(0.0) };
                            qx[c] = qx[c] * keep;
                            qy[c] = qy[c] * keep;
                        }
                        taken.add((before - after) * open);
                    } else {
                        given.add((after - before) * open);
                    }
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
