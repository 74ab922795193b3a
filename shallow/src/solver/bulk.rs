//! Many cells changed at once, band by band on all threads: what one cell after the other would give, to the bit but for the sums
//! of the books, which are taken by bands.

use super::Solver;
use super::band::Band;
use super::flux::{gain, mobile};
use super::notes::speed_m_s;
use super::real::Real;
use super::tiles::{Kind, TILE_H, TILE_W};
use crate::flow::{Account, BedMove};
use crate::ledger::Sum;
use base::fold;

/// A band's water and ground, and what happens to some of its cells.
struct Piece<'a, R, T> {
    band: &'a mut Band<R>,
    /// Number of its first cell.
    first: usize,
    z: &'a mut [R],
    h: &'a mut [R],
    lo: &'a mut [R],
    qx: &'a mut [R],
    qy: &'a mut [R],
    pinned: &'a mut [bool],
    work: T,
    given: Sum,
    taken: Sum,
}

impl<R: Real> Solver<R> {
    /// The bands that have any of the cells, `ends` telling how many cells of the list lie before a cell number.
    fn pieces(&mut self, ends: impl Fn(usize) -> usize) -> Vec<Piece<'_, R, std::ops::Range<usize>>> {
        let (nx, tiles_x) = (self.grid.nx, self.tiles_x);
        let size = nx * TILE_H;
        let water = &mut self.state.water;
        let columns = self.state.z.chunks_mut(size).zip(water.h.chunks_mut(size)).zip(water.lo.chunks_mut(size));
        let momenta = water.qx.chunks_mut(size).zip(water.qy.chunks_mut(size));
        let notes = self.bands.iter_mut().zip(self.state.pinned.chunks_mut(tiles_x));
        let mut from = 0;
        let mut pieces = Vec::new();
        for (b, ((((z, h), lo), (qx, qy)), (band, pinned))) in columns.zip(momenta).zip(notes).enumerate() {
            let to = ends((b + 1) * size);
            if from < to {
                let (given, taken) = (Sum::default(), Sum::default());
                pieces.push(Piece { band, first: b * size, z, h, lo, qx, qy, pinned, work: from..to, given, taken });
            }
            from = to;
        }
        pieces
    }

    /// Slows the water of `cells`, in index order, to a share of its momentum each, 0 to 1.
    pub fn slow_down(&mut self, cells: &[usize], shares: &[f64]) {
        let nx = self.grid.nx;
        let mut pieces = self.pieces(|end| cells.partition_point(|cell| *cell < end));
        fold::each(&mut pieces, |_, piece| {
            for k in piece.work.clone() {
                if shares[k] >= 1.0 {
                    continue;
                }
                let at = cells[k] - piece.first;
                let share = R::of(shares[k].max(0.0));
                (piece.qx[at], piece.qy[at]) = (piece.qx[at] * share, piece.qy[at] * share);
                // Slower waves than those that are noted.
                piece.band.tiles[at % nx / TILE_W].synced = false;
            }
        });
    }

    /// Bed goes into the water above it, or water with what it carries becomes bed: see `Flow::move_beds`.
    pub(super) fn bulk_move_beds(&mut self, moves: &mut [BedMove], account: Account) {
        let (nx, ny, tiles_x, area) = (self.grid.nx, self.grid.ny, self.tiles_x, self.area_m2());
        let (film, least, options) = (self.film, self.least, self.options);
        let (kinds, frozen) = (std::mem::take(&mut self.state.kinds), std::mem::take(&mut self.state.frozen));
        let porosity = self.porosity.take();
        let ranges = self.pieces(|end| moves.partition_point(|m| m.cell < end));
        let mut rest = moves;
        let mut pieces: Vec<Piece<'_, R, &mut [BedMove]>> = Vec::with_capacity(ranges.len());
        for Piece { band, first, z, h, lo, qx, qy, pinned, work, given, taken } in ranges {
            let (work, after) = std::mem::take(&mut rest).split_at_mut(work.len());
            rest = after;
            pieces.push(Piece { band, first, z, h, lo, qx, qy, pinned, work, given, taken });
        }
        fold::each(&mut pieces, |_, piece| {
            for bed in piece.work.iter_mut() {
                let at = bed.cell - piece.first;
                let (i, j) = (bed.cell % nx, bed.cell / nx);
                let tile = i / TILE_W;
                let staggered = kinds[j / TILE_H * tiles_x + tile] == Kind::Inertial;
                // In the same order of operations as one cell alone, so that it is the same to the bit.
                let own = area * porosity.as_ref().map_or(1.0, |open| open[bed.cell].f64());
                let before = piece.h[at].f64() + piece.lo[at].f64();
                let free = mobile(piece.h[at], film, least).f64();
                if bed.falls_m >= 0.0 {
                    // In two parts, so that what a word of the gain does not hold is not lost either.
                    let depth = bed.falls_m * area / own;
                    let coarse = R::of(depth);
                    (piece.h[at], piece.lo[at]) = gain(piece.h[at], piece.lo[at], coarse);
                    (piece.h[at], piece.lo[at]) = gain(piece.h[at], piece.lo[at], R::of(depth - coarse.f64()));
                    piece.given.add((piece.h[at].f64() + piece.lo[at].f64() - before) * own);
                    let m = mobile(piece.h[at], film, least).f64();
                    if m > 0.0 {
                        let speed = speed_m_s(m, piece.qx[at].f64(), piece.qy[at].f64(), staggered, &options);
                        piece.band.note_cell((i, j), (nx, ny), speed);
                    }
                } else {
                    // A thousandth stays, so that no rounding leaves less than nothing.
                    let there = free * own;
                    let wanted_m3 = (-bed.falls_m * area).min(0.999 * there);
                    if there <= 0.0 || wanted_m3.is_nan() {
                        bed.falls_m = 0.0;
                        continue;
                    }
                    let share = wanted_m3 / there;
                    (piece.h[at], piece.lo[at]) = gain(piece.h[at], piece.lo[at], R::of(-share * there / own));
                    if !staggered {
                        // Water that leaves takes its momentum along.
                        let keep = R::of(1.0 - share);
                        (piece.qx[at], piece.qy[at]) = (piece.qx[at] * keep, piece.qy[at] * keep);
                    }
                    let taken_m3 = (before - (piece.h[at].f64() + piece.lo[at].f64())) * own;
                    piece.taken.add(taken_m3);
                    bed.falls_m = -taken_m3 / area;
                    if bed.falls_m == 0.0 {
                        continue;
                    }
                }
                piece.band.tiles[tile].synced = false;
                let wanted = piece.z[at].f64() + f64::from(bed.owed_m) - bed.falls_m;
                let z = R::of(wanted);
                if piece.z[at] != z && !frozen.contains(&bed.cell) {
                    piece.z[at] = z;
                    piece.pinned[tile] = true;
                }
                bed.owed_m = (wanted - piece.z[at].f64()) as f32;
            }
        });
        let sums: Vec<(f64, f64)> = pieces.iter().map(|piece| (piece.given.value(), piece.taken.value())).collect();
        drop(pieces);
        for (given, taken) in sums {
            if given != 0.0 {
                self.state.books.book(account, given);
            }
            if taken != 0.0 {
                self.state.books.book(account, -taken);
            }
        }
        (self.state.kinds, self.state.frozen, self.porosity) = (kinds, frozen, porosity);
        self.speed_m_s = self.fastest_m_s().max(self.speed_m_s);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Domain, Options, Scheme, Solver};
    use crate::flow::{Account, BedMove, Flow};
    use base::chance::{Stream, draw};
    use base::grid::Grid;
    use base::time::Tick;

    fn chance(cell: usize, k: u32) -> f64 {
        draw(3, Stream::Synthesis, cell as u32, Tick(0), k)
    }

    /// Water of uneven depth over an uneven bed, on the way, with some dry ground.
    fn stream(scheme: Scheme) -> Solver<f32> {
        let grid = Grid { nx: 90, ny: 50, cell_m: 10.0, x0: 0.0, y0: 0.0 };
        let bed = (0..grid.len()).map(|c| 1500.0 + chance(c, 0)).collect();
        let mut solver =
            Solver::new(&Domain::new(grid, bed, vec![0.03; grid.len()]), Options { scheme, ..Options::default() });
        let depth: Vec<f64> = (0..grid.len()).map(|c| (1.5 * chance(c, 1) - 0.3).max(0.0)).collect();
        solver.set_depth_m(&depth);
        for (cell, depth) in depth.iter().enumerate() {
            solver.set_momentum_m2_s(cell, depth * chance(cell, 2), -depth * chance(cell, 3));
        }
        solver
    }

    fn moves(cells: usize) -> Vec<BedMove> {
        let some = (0..cells).filter(|&c| chance(c, 4) < 0.4);
        some.map(|cell| BedMove { cell, falls_m: 0.2 * (chance(cell, 5) - 0.5), owed_m: 1e-5 }).collect()
    }

    #[test]
    fn beds_moved_at_once_are_those_moved_one_by_one() {
        // Grade: exact. Against the same moves by the default way of `Flow`, through take, give and set; on 1, 2 and 8 threads.
        for scheme in [Scheme::First, Scheme::Inertial] {
            let mut by_one = stream(scheme);
            let mut expected = moves(by_one.grid().len());
            for bed in &mut expected {
                crate::flow::move_bed(&mut by_one, bed, Account::Entrainment);
            }
            for threads in [1, 2, 8] {
                let (mut at_once, mut found) = (stream(scheme), moves(by_one.grid().len()));
                base::fold::with_threads(threads, || at_once.move_beds(&mut found, Account::Entrainment));
                assert_eq!(found, expected, "{scheme:?}");
                for cell in 0..by_one.grid().len() {
                    assert_eq!(at_once.depth_m(cell), by_one.depth_m(cell), "depth of {cell}");
                    assert_eq!(at_once.bed_m(cell), by_one.bed_m(cell), "bed of {cell}");
                    assert_eq!(at_once.velocity_m_s(cell), by_one.velocity_m_s(cell), "velocity of {cell}");
                }
                let booked = |s: &Solver<f32>| s.ledger().of(Account::Entrainment);
                assert!((booked(&at_once) - booked(&by_one)).abs() < 1e-9 * booked(&by_one).abs().max(1.0));
                assert_eq!(at_once.stable_step_s(), by_one.stable_step_s());
            }
        }
    }

    #[test]
    fn water_slowed_at_once_goes_on_like_water_slowed_cell_by_cell() {
        // Grade: exact. Also a second later, so that the notes of the tiles are those of the slowed water.
        let (mut at_once, mut by_one) = (stream(Scheme::First), stream(Scheme::First));
        let cells: Vec<usize> = (0..by_one.grid().len()).filter(|&c| chance(c, 6) < 0.5).collect();
        let shares: Vec<f64> = cells.iter().map(|&c| chance(c, 7)).collect();
        at_once.slow_down(&cells, &shares);
        for (&cell, &share) in cells.iter().zip(&shares) {
            let (qx, qy) = by_one.momentum_m2_s(cell);
            let share = f64::from(share as f32);
            by_one.set_momentum_m2_s(cell, qx * share, qy * share);
        }
        for solver in [&mut at_once, &mut by_one] {
            solver.advance(0.0, 1.0, &mut |_, _, _| {});
        }
        assert_eq!(at_once.depths(), by_one.depths());
        assert_eq!(at_once.steps(), by_one.steps());
    }
}
