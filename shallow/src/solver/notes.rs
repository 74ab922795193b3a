//! What is known of the tiles between steps: which hold mobile water, how fast its waves run, which have to be computed.

use super::band::Band;
use super::flux::{STILL_M, mobile};
use super::real::{Real, largest};
use super::tiles::{Kind, OUT_OF_THIS_WORLD, TILE_H, TILE_W, Tile};
use super::{Options, Solver};
use crate::flow::G;
use base::fold;

impl<R: Real> Solver<R> {
    /// Reads the water afresh after something other than a step has changed it: which tiles are wet, how fast.
    pub(super) fn look(&mut self) {
        self.unseen = false;
        let mut bands = std::mem::take(&mut self.bands);
        let field = self.field(0.0);
        let (nx, ny) = (field.nx, field.ny);
        let per_wave = R::of(self.options.courant / self.options.alpha);
        fold::each(&mut bands, |b, band| {
            band.tiles.fill(Tile::default());
            let (j0, j1) = (b * TILE_H, ((b + 1) * TILE_H).min(ny));
            for j in j0..j1 {
                for (t, tile) in band.tiles.iter_mut().enumerate() {
                    let row = j * nx + t * TILE_W..j * nx + ((t + 1) * TILE_W).min(nx);
                    let h = &field.water.h[row.clone()];
                    if largest(h) <= field.film {
                        continue;
                    }
                    let (mut m, mut speed) = ([R::of(0.0); TILE_W], [R::of(0.0); TILE_W]);
                    let (m, speed) = (&mut m[..h.len()], &mut speed[..h.len()]);
                    m.iter_mut().zip(h).for_each(|(m, h)| *m = mobile(*h, field.film, field.least));
                    if field.kind_at(t * TILE_W, j) == Kind::Inertial {
                        speed.iter_mut().zip(&*m).for_each(|(speed, m)| *speed = per_wave * (R::of(G) * *m).root());
                    } else {
                        speeds(m, &field.water.qx[row.clone()], &field.water.qy[row], speed);
                    }
                    tile.note(m, speed, j == j0, j + 1 == j1);
                }
            }
        });
        self.bands = bands;
        self.speed_m_s = self.fastest_m_s();
    }

    /// A cell was changed between steps: its tile and those around it are computed.
    pub(super) fn touch(&mut self, cell: usize) {
        let (i, j) = (cell % self.grid.nx, cell / self.grid.nx);
        let w = &self.state.water;
        let m = mobile(w.h[cell], self.film, self.least).f64();
        let staggered = self.kind(cell) == Kind::Inertial;
        let speed = speed_m_s(m, w.qx[cell].f64(), w.qy[cell].f64(), staggered, &self.options);
        self.bands[j / TILE_H].tiles[i / TILE_W].synced = false;
        if m > 0.0 {
            self.note_cell(cell, speed);
        }
    }

    /// A cell was changed so that it flows no faster than before: the buffers of its tile differ.
    pub(super) fn unsync(&mut self, cell: usize) {
        let (i, j) = (cell % self.grid.nx, cell / self.grid.nx);
        self.bands[j / TILE_H].tiles[i / TILE_W].synced = false;
    }

    /// A cell has water whose waves run at this speed, whatever its tile's last visit found.
    pub(super) fn note_cell(&mut self, cell: usize, speed_m_s: f64) {
        let (i, j) = (cell % self.grid.nx, cell / self.grid.nx);
        self.bands[j / TILE_H].note_cell((i, j), (self.grid.nx, self.grid.ny), speed_m_s);
        self.speed_m_s = self.speed_m_s.max(speed_m_s.min(f64::from(OUT_OF_THIS_WORLD)));
    }

    /// Longest stable step, s: `courant` dx / (|u| + |v| + 2c), or `alpha` dx / sqrt(g h) under local inertia.
    pub fn stable_step_s(&mut self) -> f64 {
        if self.unseen {
            self.look();
        }
        (self.options.courant * self.grid.cell_m / self.speed_m_s.max(1e-6)).min(self.options.step_s_max)
    }

    /// Any mobile water on the grid, or any that may come over a rim.
    pub(super) fn flows(&self) -> bool {
        !self.edges.is_empty() || self.bands.iter().any(|band| band.tiles.iter().any(|tile| tile.wet))
    }

    /// Active are tiles with mobile water, and their neighbours over an edge at which it stands.
    pub(super) fn choose(&mut self) {
        let n = self.bands.len();
        for b in 0..n {
            let any = |b: usize| self.bands[b].tiles.iter().any(|tile| tile.wet);
            if !(any(b) || (b > 0 && any(b - 1)) || (b + 1 < n && any(b + 1))) {
                self.bands[b].active.fill(false);
                continue;
            }
            for t in 0..self.tiles_x {
                let at = |b: usize, t: usize| self.bands[b].tiles[t];
                let active = at(b, t).wet
                    || (t > 0 && at(b, t - 1).east)
                    || (t + 1 < self.tiles_x && at(b, t + 1).west)
                    || (b > 0 && at(b - 1, t).north)
                    || (b + 1 < n && at(b + 1, t).south);
                self.bands[b].active[t] = active;
            }
        }
    }

    /// Speed of the fastest wave that the tiles know of, m/s.
    pub(super) fn fastest_m_s(&self) -> f64 {
        let tiles = self.bands.iter().flat_map(|band| &band.tiles);
        f64::from(tiles.fold(0.0f32, |most, tile| most.max(tile.speed)))
    }
}

impl<R> Band<R> {
    /// A cell of the band has water whose waves run at this speed.
    pub(super) fn note_cell(&mut self, (i, j): (usize, usize), (nx, ny): (usize, usize), speed_m_s: f64) {
        let last = |i: usize, wide: usize, n: usize| (i + 1).is_multiple_of(wide) || i + 1 == n;
        let at = [i.is_multiple_of(TILE_W), last(i, TILE_W, nx), j.is_multiple_of(TILE_H), last(j, TILE_H, ny)];
        self.tiles[i / TILE_W].note_cell(speed_m_s, at);
    }
}

/// |u| + |v| + 2 sqrt(g m), m/s, which bounds the unsplit Godunov step; under local inertia what bounds its step likewise.
pub fn speed_m_s(m: f64, qx: f64, qy: f64, staggered: bool, options: &Options) -> f64 {
    let c = (G * m).sqrt();
    if staggered {
        return c * options.courant / options.alpha;
    }
    let moving = if m > STILL_M { (qx.abs() + qy.abs()) / m } else { 0.0 };
    moving + 2.0 * c
}

/// The same along a row of mobile depths and momenta.
fn speeds<R: Real>(m: &[R], qx: &[R], qy: &[R], speed: &mut [R]) {
    let n = m.len();
    let (qx, qy, speed) = (&qx[..n], &qy[..n], &mut speed[..n]);
    for i in 0..n {
        let moving = m[i] > R::of(STILL_M);
        let u = (qx[i].size() + qy[i].size()) / if moving { m[i] } else { R::of(1.0) };
        speed[i] = if moving { u } else { R::of(0.0) } + R::of(2.0) * (R::of(G) * m[i]).root();
    }
}
