//! A band of tiles, the unit of parallel work: what it notes, and its step.

use super::godunov;
use super::paces::Pass;
use super::real::Real;
use super::rows::{Field, Rows, Run, Water};
use super::tiles::{Kind, TILE_H, TILE_W, Tile};
use base::fold::Four;
use std::ops::Range;

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
    /// Water that came in through the rims, m2 summed over faces.
    pub through_rims_m2: f64,
    pub rows: Rows<R>,
}

/// A band's work as an operation that is compiled once for each width of vector registers.
pub struct Piece<'a, R> {
    /// By the short step, and by the long one of slow tiles.
    pub field: &'a Field<'a, R>,
    pub long: &'a Field<'a, R>,
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
        let Piece { field, long, b, out, band, per_wave } = self;
        band_step((field, long), b, out, band, per_wave);
    }
}

#[inline(always)]
fn band_step<R: Real>(
    (field, long): (&Field<R>, &Field<R>),
    b: usize,
    mut out: Four<R>,
    band: &mut Band<R>,
    per_wave: f64,
) {
    let (nx, j0) = (field.nx, b * TILE_H);
    let j1 = (j0 + TILE_H).min(field.ny);
    band.begin();
    let kinds = &field.kinds[b * field.tiles_x..(b + 1) * field.tiles_x];
    let tiles = band.tiles.len();
    let slow = |t: usize| field.is_slow(b, t);
    let mut t = 0;
    while t < tiles {
        let start = t;
        let (active, kind, lags) = (band.active[t], kinds[t], slow(t));
        while t < tiles
            && band.active[t] == active
            && kinds[t] == kind
            && slow(t) == lags
            && t - start < kind.run_tiles()
        {
            t += 1;
        }
        let (i0, i1) = (start * TILE_W, (t * TILE_W).min(nx));
        if !active {
            keep(field, b, start..t, &mut out, band);
            continue;
        }
        band.fresh[start..t].fill(Tile::default());
        let run = Run { i0, i1, j0, j1, kind, slow: lags };
        let field = if lags { long } else { field };
        band.rows.through_rims = 0.0;
        let bad = godunov::step_run(field, run, &mut out, &mut band.rows, &mut band.fresh[start..t]);
        for tile in &mut band.fresh[start..t] {
            if kind == Kind::Inertial {
                tile.waves(per_wave);
            }
            band.speed_m_s = band.speed_m_s.max(f64::from(tile.speed));
        }
        if bad {
            band.bad.push(start);
        }
        band.updates += ((i1 - i0) * (j1 - j0)) as u64;
        band.through_rims_m2 += band.rows.through_rims * field.dt.f64();
    }
}

/// A band without an active tile.
pub fn rest<R: Real>(field: &Field<R>, b: usize, mut out: Four<R>, band: &mut Band<R>) {
    band.begin();
    keep(field, b, 0..band.tiles.len(), &mut out, band);
}

impl<R> Band<R> {
    fn begin(&mut self) {
        self.speed_m_s = 0.0;
        self.bad.clear();
        self.updates = 0;
        self.through_rims_m2 = 0.0;
    }
}

/// Tiles that are skipped: both buffers hold them from now on. Slow tiles at which no fast one looks wait for the next round
/// where they are.
#[inline(always)]
fn keep<R: Real>(field: &Field<R>, b: usize, tiles: Range<usize>, out: &mut Four<R>, band: &mut Band<R>) {
    band.fresh[tiles.clone()].copy_from_slice(&band.tiles[tiles.clone()]);
    let waits = |t: usize| band.tiles[t].synced || (band.rows.held.pass == Pass::Later && field.is_alone(b, t));
    for tiles in runs(tiles, |t| !waits(t)) {
        band.fresh[tiles.clone()].iter_mut().for_each(|tile| tile.synced = true);
        copy_tiles(field.water, (field.nx, field.ny), (b, tiles), out);
    }
}

/// The runs of tiles that are wanted.
pub fn runs(tiles: Range<usize>, wanted: impl Fn(usize) -> bool) -> impl Iterator<Item = Range<usize>> {
    let mut next = tiles.start;
    std::iter::from_fn(move || {
        let first = (next..tiles.end).find(|&t| wanted(t))?;
        next = (first..tiles.end).find(|&t| !wanted(t)).unwrap_or(tiles.end);
        Some(first..next)
    })
}

/// Tiles of band `b` of one water into the band's rows of another.
#[inline(always)]
pub fn copy_tiles<R: Real>(
    from: &Water<R>,
    (nx, ny): (usize, usize),
    (b, tiles): (usize, Range<usize>),
    out: &mut Four<R>,
) {
    let j0 = b * TILE_H;
    let (a, z) = (tiles.start * TILE_W, (tiles.end * TILE_W).min(nx));
    for j in j0..(j0 + TILE_H).min(ny) {
        let (row, to) = (j * nx + a..j * nx + z, (j - j0) * nx + a..(j - j0) * nx + z);
        out.0[to.clone()].copy_from_slice(&from.h[row.clone()]);
        out.1[to.clone()].copy_from_slice(&from.lo[row.clone()]);
        out.2[to.clone()].copy_from_slice(&from.qx[row.clone()]);
        out.3[to].copy_from_slice(&from.qy[row]);
    }
}
