//! Local time steps: tiles whose waves are slow take one long step while the others take several short ones.
//!
//! A long step T is made of n short ones. In the first pass every tile steps, the slow ones by T, and what passes a face
//! between a slow tile and a fast one is reckoned on both sides from the water before the pass by the same instructions. The fast
//! side keeps it, and lets the same pass in all its other steps (Osher & Sanders 1983, Math. Comput. 41, 321): mass is kept to
//! the bit, and the order of tiles plays no part. A tile is slow if T is a stable step for it and for every cell that stands
//! at its edges, so that what is held at a face for the time T is no more than a step of that length might move.

use super::band::{Band, copy_tiles, runs};
use super::flux::Passing;
use super::real::Real;
use super::rows::{Faces, Field, Run, Water};
use super::tiles::{BLOCK, EAST, Kind, NORTH, SOUTH, TILE_H, TILE_W, WEST};
use super::{Refused, Solver};
use base::fold;
use base::grid::Grid;

/// By how much a long step may be longer than the stable one of the fast tiles, at most `Options::short_steps_most`.
const LONGER: [f32; 13] = [1.25, 1.375, 1.5, 1.625, 1.75, 1.875, 2.0, 2.25, 2.5, 2.75, 3.0, 4.0, 5.0];
/// Cost of a round of unlike steps, as a share of that of the same time in like ones, from which it is worth its trouble
/// (assumption).
const WORTH: f64 = 0.9;
/// How much longer the later steps of a round may be than the bound of the step, whose waves may have grown since: Courant
/// numbers of 0.9 and 0.63 stay under the limits of 1 and 0.67 (see `Options`; assumption).
const GROWN: f64 = 1.05;

/// Which tiles a pass steps, and what it does at faces between tiles of unlike steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pass {
    /// All by the same step.
    #[default]
    Alike,
    /// All, each by its own; what passes between them is kept.
    First,
    /// The fast ones only; what was kept passes again. Slow ones that the fast look at are brought to both buffers.
    Later,
}

/// What passed the faces between tiles of unlike steps, of one band: entries by column along its southern and northern
/// edge, by tile and row across it.
#[derive(Debug, Clone, Default)]
pub struct Held<R> {
    pub pass: Pass,
    sides: [Vec<Passing<R>>; 4],
}

impl<R: Real> Held<R> {
    /// Room for a band of `nx` columns.
    pub fn fit(&mut self, nx: usize) {
        let tiles = nx.div_ceil(TILE_W);
        for (side, len) in self.sides.iter_mut().zip([tiles * TILE_H, tiles * TILE_H, nx, nx]) {
            side.resize(len, Passing::default());
        }
    }

    /// Nothing passed the edges of a tile.
    pub fn clear(&mut self, tile: usize) {
        for (k, side) in self.sides.iter_mut().enumerate() {
            let width = if k < SOUTH { TILE_H } else { TILE_W };
            let end = ((tile + 1) * width).min(side.len());
            side[tile * width..end].fill(Passing::default());
        }
    }

    pub fn bytes(&self) -> usize {
        self.sides.iter().map(|side| side.capacity() * size_of::<Passing<R>>()).sum()
    }

    #[inline(always)]
    fn exchange(&mut self, side: usize, at: usize, passing: Passing<R>) -> Passing<R> {
        let kept = &mut self.sides[side][at];
        match self.pass {
            Pass::Alike | Pass::First => *kept = passing,
            Pass::Later => {}
        }
        *kept
    }

    /// The western and eastern end of the faces across x of row `j`, entry `k` west of column i0 + k.
    #[inline(always)]
    pub fn across(&mut self, field: &Field<R>, run: Run, j: usize, x: &mut Faces<R>) {
        self.ends(field, run, j, |held, side, at, k| x.set(k, held.exchange(side, at, x.get(k))));
    }

    /// The same under local inertia, where only water passes.
    #[inline(always)]
    pub fn across_mass(&mut self, field: &Field<R>, run: Run, j: usize, x: &mut [R]) {
        self.ends(field, run, j, |held, side, at, k| {
            x[k] = held.exchange(side, at, Passing { mass: x[k], ..Passing::default() }).mass;
        });
    }

    #[inline(always)]
    fn ends(&mut self, field: &Field<R>, run: Run, j: usize, mut exchange: impl FnMut(&mut Self, usize, usize, usize)) {
        if self.pass == Pass::Alike || run.slow {
            return;
        }
        let at = |i: usize| (i / TILE_W) * TILE_H + j - run.j0;
        if run.i0 > 0 && field.apart(run, run.i0 - 1, j) {
            exchange(self, WEST, at(run.i0), 0);
        }
        if run.i1 < field.nx && field.apart(run, run.i1, j) {
            exchange(self, EAST, at(run.i1 - 1), run.i1 - run.i0);
        }
    }

    /// The faces south of row `j` where they are the southern or the northern edge of the run, entry `k` at column i0 + k.
    #[inline(always)]
    pub fn along(&mut self, field: &Field<R>, run: Run, j: usize, y: &mut Faces<R>) {
        if self.pass == Pass::Alike || run.slow || (j != run.j0 && j != run.j1) || j == 0 || j == field.ny {
            return;
        }
        let (side, beyond) = if j == run.j0 { (SOUTH, j - 1) } else { (NORTH, j) };
        for i in (run.i0..run.i1).step_by(TILE_W) {
            if field.apart(run, i, beyond) {
                for i in i..(i + TILE_W).min(run.i1) {
                    y.set(i - run.i0, self.exchange(side, i, y.get(i - run.i0)));
                }
            }
        }
    }
}

/// Copies those of the tiles that are not the same in both buffers.
fn copy<R: Real>(
    from: &Water<R>,
    to: &mut Water<R>,
    grid: &Grid,
    bands: &mut [Band<R>],
    wanted: impl Fn(usize) -> bool + Sync,
) {
    let tiles_x = grid.nx.div_ceil(TILE_W);
    let columns = (&mut to.h[..], &mut to.lo[..], &mut to.qx[..], &mut to.qy[..]);
    fold::each_chunk4(columns, grid.nx * TILE_H, bands, |b, mut out, band| {
        let tiles = &mut band.tiles;
        let some: Vec<_> = runs(0..tiles.len(), |t| wanted(b * tiles_x + t) && !tiles[t].synced).collect();
        for run in some {
            tiles[run.clone()].iter_mut().for_each(|tile| tile.synced = true);
            copy_tiles(from, (grid.nx, grid.ny), (b, run), &mut out);
        }
    });
}

impl<R: Real> Solver<R> {
    /// Length of the next round, s, with `stable_s` a stable step for all: by which a cell costs least. Marks the tiles that can
    /// take it in one step; none where all step alike.
    pub(super) fn pace(&mut self, stable_s: f64, rest_s: f64) -> f64 {
        self.slow.clear();
        let most = (self.options.short_steps_most as f64).min((rest_s / stable_s).ceil()) as f32;
        if most < 2.0 {
            return stable_s;
        }
        self.choose();
        let (tiles_x, bands) = (self.tiles_x, self.bands.len());
        let fastest = (self.options.courant * self.grid.cell_m / stable_s) as f32;
        // What the active tiles cost, and of it those whose block could take a step longer by each of the factors.
        let mut whole = 0.0;
        let mut slow = [0.0; LONGER.len()];
        let mut spare = vec![0.0f32; tiles_x * bands];
        for b in 0..bands {
            for block in (0..tiles_x).step_by(BLOCK) {
                let (mut cost, mut speed) = (0.0, 0.0f32);
                let tiles = block..(block + BLOCK).min(tiles_x);
                for t in tiles.clone().filter(|t| self.bands[b].active[*t]) {
                    cost += match self.state.kinds[b * tiles_x + t] {
                        Kind::Inertial => 1.0,
                        Kind::First => 2.0,
                        Kind::Second => 4.0,
                    };
                    speed = speed.max(self.fastest_about(b, t));
                }
                if cost == 0.0 {
                    continue;
                }
                whole += cost;
                let longer = fastest / speed.max(1e-6);
                spare[b * tiles_x + tiles.start..b * tiles_x + tiles.end].fill(longer);
                if let Some(at) = LONGER.iter().rposition(|factor| *factor <= longer.min(most)) {
                    slow[at] += cost;
                }
            }
        }
        let (mut best, mut least, mut able) = (1.0, WORTH * whole, 0.0);
        for (factor, slow) in LONGER.iter().zip(&slow).rev() {
            able += slow;
            let cost = ((whole - able) * f64::from(factor.ceil()) + able) / f64::from(*factor);
            if cost < least {
                (best, least) = (*factor, cost);
            }
        }
        if best <= 1.0 {
            return stable_s;
        }
        self.slow.extend(spare.iter().map(|longer| *longer >= best));
        let slow = &self.slow;
        let around = |k: usize, n: usize| k.saturating_sub(1)..(k + 2).min(n);
        self.alone.clear();
        self.alone.extend((0..slow.len()).map(|k| {
            let (b, t) = (k / tiles_x, k % tiles_x);
            slow[k] && around(b, bands).all(|b| around(t, tiles_x).all(|t| slow[b * tiles_x + t]))
        }));
        (f64::from(best) * stable_s).min(self.options.step_s_max)
    }

    /// Speed of the fastest waves in a tile and along the edges of those around, m/s.
    fn fastest_about(&self, b: usize, t: usize) -> f32 {
        let tile = |b: usize, t: usize| &self.bands[b].tiles[t];
        let mut speed = tile(b, t).speed;
        if t > 0 {
            speed = speed.max(tile(b, t - 1).edges[EAST]);
        }
        if t + 1 < self.tiles_x {
            speed = speed.max(tile(b, t + 1).edges[WEST]);
        }
        if b > 0 {
            speed = speed.max(tile(b - 1, t).edges[NORTH]);
        }
        if b + 1 < self.bands.len() {
            speed = speed.max(tile(b + 1, t).edges[SOUTH]);
        }
        speed
    }

    /// One round: `long_s` in one step of the slow tiles and `short` ones, or more, of the others. Refused, and the water as it was, if
    /// the first pass is.
    pub(super) fn round(
        &mut self,
        at_s: f64,
        long_s: f64,
        short: f64,
        interventions: &mut Vec<super::Intervention>,
    ) -> Result<(), Refused> {
        let mut done = long_s / short;
        self.pass(Pass::First, done, long_s)?;
        let (mut passes, mut cuts) = (1, 0u32);
        while done < long_s {
            let rest = long_s - done;
            let parts = (rest / (GROWN * self.stable_step_s())).ceil().max(1.0) * f64::from(1u32 << cuts.min(20));
            let last = parts <= 1.0;
            self.choose_fast();
            match self.pass(Pass::Later, rest / parts, long_s) {
                Ok(()) => {
                    passes += 1;
                    done = if last { long_s } else { done + rest / parts };
                    cuts = cuts.saturating_sub(1);
                }
                Err(Refused) => {
                    self.align(passes % 2 == 1);
                    self.alone.fill(false);
                    if self.fall_back() {
                        continue;
                    }
                    cuts += 1;
                    if cuts > 12 {
                        self.freeze(at_s + done, interventions);
                        cuts = 0;
                    }
                }
            }
        }
        if passes % 2 == 0 && self.alone.contains(&true) {
            self.join();
        }
        self.slow.clear();
        self.speed_m_s = self.fastest_m_s();
        Ok(())
    }

    /// After an even number of passes the slow tiles' water stands in the other buffer, where their first pass left it: brings that
    /// of the others there.
    fn join(&mut self) {
        let alone = std::mem::take(&mut self.alone);
        copy(&self.state.water, &mut self.next, &self.grid, &mut self.bands, |k| !alone[k]);
        self.alone = alone;
        std::mem::swap(&mut self.state.water, &mut self.next);
    }

    /// Brings the slow tiles' water to both buffers; `here`: it stands in the present one.
    fn align(&mut self, here: bool) {
        let (present, other) = (&mut self.state.water, &mut self.next);
        let (from, to) = if here { (present, other) } else { (other, present) };
        copy(from, to, &self.grid, &mut self.bands, |k| self.slow[k]);
    }

    /// Active in the later passes of a round: fast tiles with mobile water, and their neighbours over an edge at which it
    /// stands; nothing has passed the edges of those that join now.
    fn choose_fast(&mut self) {
        let (tiles_x, bands) = (self.tiles_x, self.bands.len());
        let fast = |b: usize, t: usize| !self.slow[b * tiles_x + t];
        for b in 0..bands {
            let mut active = std::mem::take(&mut self.bands[b].active);
            let at = |b: usize, t: usize| &self.bands[b].tiles[t];
            let mut joined = Vec::new();
            for (t, active) in active.iter_mut().enumerate() {
                let now = fast(b, t)
                    && (at(b, t).wet
                        || (t > 0 && fast(b, t - 1) && at(b, t - 1).east)
                        || (t + 1 < tiles_x && fast(b, t + 1) && at(b, t + 1).west)
                        || (b > 0 && fast(b - 1, t) && at(b - 1, t).north)
                        || (b + 1 < bands && fast(b + 1, t) && at(b + 1, t).south));
                if now && !*active {
                    joined.push(t);
                }
                *active = now;
            }
            let band: &mut Band<R> = &mut self.bands[b];
            band.active = active;
            for t in joined {
                band.rows.held.clear(t);
            }
        }
    }
}
