//! A band of tiles, the unit of parallel work: what it notes, and its step.

use super::godunov;
use super::real::Real;
use super::rows::{Field, Rows, Run};
use super::tiles::{Kind, TILE_H, TILE_W, Tile};
use base::fold::Four;

/// One band's notes of a pass.
#[derive(Debug, Clone, Default)]
pub struct Band<R> {
    pub tiles: Vec<Tile>,
    pub fresh: Vec<Tile>,
    pub active: Vec<bool>,
    /// Largest |u| + |v| + 2c, or its equal for tiles under local inertia, m/s.
    pub speed_m_s: f64,
    /// First tiles of runs in which a number went wrong.
    pub bad: Vec<usize>,
    pub updates: u64,
    pub through_rims: f64,
    pub rows: Rows<R>,
}

/// A band's work as an operation that is compiled once for each width of vector registers.
pub struct Piece<'a, R> {
    pub field: &'a Field<'a, R>,
    pub b: usize,
    pub out: Four<'a, R>,
    pub band: &'a mut Band<R>,
    /// Godunov speed that a wave under local inertia counts as.
    pub per_wave: f64,
}

impl<R: Real> pulp::NullaryFnOnce for Piece<'_, R> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        band_step(self.field, self.b, self.out, self.band, self.per_wave);
    }
}

#[inline(always)]
fn band_step<R: Real>(field: &Field<R>, b: usize, mut out: Four<R>, band: &mut Band<R>, per_wave: f64) {
    let (nx, j0) = (field.nx, b * TILE_H);
    let j1 = (j0 + TILE_H).min(field.ny);
    band.begin();
    let kinds = &field.kinds[b * field.tiles_x..(b + 1) * field.tiles_x];
    let tiles = band.tiles.len();
    let mut t = 0;
    while t < tiles {
        let start = t;
        let (active, kind) = (band.active[t], kinds[t]);
        while t < tiles && band.active[t] == active && kinds[t] == kind && t - start < kind.run_tiles() {
            t += 1;
        }
        let (i0, i1) = (start * TILE_W, (t * TILE_W).min(nx));
        if !active {
            (start..t).for_each(|s| keep(field, (j0, j1), s, &mut out, band));
            continue;
        }
        band.fresh[start..t].fill(Tile::default());
        let run = Run { i0, i1, j0, j1, kind };
        let (speed, bad) = godunov::step_run(field, run, &mut out, &mut band.rows, &mut band.fresh[start..t]);
        let speed = if kind == Kind::Inertial { speed.f64() * per_wave } else { speed.f64() };
        band.speed_m_s = if speed > band.speed_m_s { speed } else { band.speed_m_s };
        if bad {
            band.bad.push(start);
        }
        band.updates += ((i1 - i0) * (j1 - j0)) as u64;
    }
    band.through_rims = band.rows.through_rims;
}

/// A band without an active tile.
pub fn rest<R: Real>(field: &Field<R>, b: usize, mut out: Four<R>, band: &mut Band<R>) {
    let j0 = b * TILE_H;
    band.begin();
    for s in 0..band.tiles.len() {
        keep(field, (j0, (j0 + TILE_H).min(field.ny)), s, &mut out, band);
    }
    band.through_rims = 0.0;
}

impl<R> Band<R> {
    fn begin(&mut self) {
        self.speed_m_s = 0.0;
        self.bad.clear();
        self.updates = 0;
        self.rows.through_rims = 0.0;
    }
}

/// A tile that is skipped: both buffers hold it from now on.
#[inline(always)]
fn keep<R: Real>(field: &Field<R>, (j0, j1): (usize, usize), s: usize, out: &mut Four<R>, band: &mut Band<R>) {
    band.fresh[s] = band.tiles[s];
    band.fresh[s].synced = true;
    if band.tiles[s].synced {
        return;
    }
    let nx = field.nx;
    let (a, z) = (s * TILE_W, ((s + 1) * TILE_W).min(nx));
    for j in j0..j1 {
        let (from, to) = (j * nx + a..j * nx + z, (j - j0) * nx + a..(j - j0) * nx + z);
        let w = field.water;
        out.0[to.clone()].copy_from_slice(&w.h[from.clone()]);
        out.1[to.clone()].copy_from_slice(&w.lo[from.clone()]);
        out.2[to.clone()].copy_from_slice(&w.qx[from.clone()]);
        out.3[to].copy_from_slice(&w.qy[from]);
    }
}
