//! The shallow-water kernel: one explicit Godunov step over the active tiles of a grid.
//!
//!   dh/dt + d(hu)/dx + d(hv)/dy = 0
//!   d(hu)/dt + d(hu u + g h^2/2)/dx + d(hu v)/dy = -g h dz/dx - g n^2 |u| u / h^(1/3), likewise for hv.
//!
//! Hydrostatic reconstruction at the faces (Audusse et al. 2004, SIAM J. Sci. Comput. 25, 2050), HLL fluxes with the
//! contact wave restored for the tangential velocity (HLLC; Toro 2001), friction by an implicit step (backward
//! Euler, solved exactly), depth kept positive by a step that is cut when a cell would be drained below its bed.
//!
//! Only mobile water flows: of a depth h the first `film_m` stay as depression storage, as if the bed were higher
//! by it. A tile without mobile water is skipped; its neighbour is computed as soon as mobile water stands at the
//! common edge. A face at the rim of two bands or runs is computed on both sides from the same numbers by the same
//! instructions, so both get the same bits and mass is kept.

use crate::base::fold;

/// Acceleration of gravity, m/s2 (the value of the SWASHES analytic cases).
pub const G: f64 = 9.81;
/// 2 sqrt(g)
const ROOT_G_2: f64 = 6.264_183_905_346_33;
/// Cells across a tile. Constants of speed only: results do not depend on them.
pub const TILE_W: usize = 32;
/// Rows of a tile and of a band (the unit of parallel work).
pub const TILE_H: usize = 16;
/// Tiles of a run at most, so that its row buffers stay in the nearest cache.
const RUN_TILES: usize = 4;
/// Mobile water shallower than this has no velocity of its own, m (assumption; far below any use of the result).
const STILL_M: f64 = 1e-6;

/// Water on the grid, row-major.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Water {
    /// Depth, m, film included.
    pub h: Vec<f64>,
    /// Depth times velocity east, m2/s.
    pub hu: Vec<f64>,
    /// Depth times velocity north, m2/s.
    pub hv: Vec<f64>,
}

impl Water {
    pub fn dry(cells: usize) -> Water {
        Water { h: vec![0.0; cells], hu: vec![0.0; cells], hv: vec![0.0; cells] }
    }
}

/// What a tile's last visit found: mobile water at all, and at its four edges.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tile {
    wet: bool,
    south: bool,
    north: bool,
    west: bool,
    east: bool,
    /// Both buffers hold the same values, so a skipped tile needs no copy.
    synced: bool,
}

/// Row buffers of one band, kept so that a step allocates nothing.
#[derive(Debug, Clone, Default)]
struct Rows {
    prim: [Primitive; 3],
    x: Faces,
    south: Faces,
    north: Faces,
    mobile: Vec<f64>,
    speed: Vec<f64>,
}

/// Primitive values of a row with one ghost cell at either end.
#[derive(Debug, Clone, Default)]
struct Primitive {
    eta: Vec<f64>,
    m: Vec<f64>,
    u: Vec<f64>,
    v: Vec<f64>,
}

/// Fluxes through a row of faces: mass, normal momentum less the pressure of either side's reconstructed depth,
/// tangential momentum.
#[derive(Debug, Clone, Default)]
struct Faces {
    mass: Vec<f64>,
    near: Vec<f64>,
    far: Vec<f64>,
    tangential: Vec<f64>,
}

/// One band's notes of a pass.
#[derive(Debug, Clone, Default)]
struct Band {
    tiles: Vec<Tile>,
    fresh: Vec<Tile>,
    active: Vec<bool>,
    /// Largest |u| + |v| + 2c, m/s.
    speed_m_s: f64,
    bad: bool,
    updates: u64,
    rows: Rows,
}

/// Grid, bed and roughness as the kernel sees them, and its working space.
#[derive(Debug, Clone)]
pub struct Kernel {
    pub nx: usize,
    pub ny: usize,
    pub cell_m: f64,
    pub film_m: f64,
    /// Mobile water thinner than this stays where it is, m.
    least_m: f64,
    pub z: Vec<f64>,
    /// g n^2, by cell.
    pub friction: Vec<f64>,
    next: Water,
    bands: Vec<Band>,
    tiles_x: usize,
    /// Largest |u| + |v| + 2c on the grid, m/s.
    speed_m_s: f64,
}

impl Kernel {
    pub fn new(nx: usize, ny: usize, cell_m: f64, z: Vec<f64>, manning_n: &[f64], film_m: f64) -> Kernel {
        assert!(z.len() == nx * ny && manning_n.len() == nx * ny, "bed and roughness of {nx} x {ny} cells");
        let tiles_x = nx.div_ceil(TILE_W);
        let band = Band {
            tiles: vec![Tile::default(); tiles_x],
            fresh: vec![Tile::default(); tiles_x],
            active: vec![false; tiles_x],
            ..Band::default()
        };
        Kernel {
            nx,
            ny,
            cell_m,
            film_m,
            least_m: (1e-3 * film_m).max(1e-9),
            z,
            friction: manning_n.iter().map(|n| G * n * n).collect(),
            next: Water::dry(nx * ny),
            bands: vec![band; ny.div_ceil(TILE_H)],
            tiles_x,
            speed_m_s: 0.0,
        }
    }

    /// Mobile depth of a cell, m.
    #[inline(always)]
    pub fn mobile_m(&self, depth_m: f64) -> f64 {
        mobile(depth_m, self.film_m, self.least_m)
    }

    /// Reads the water afresh after something other than `step` has changed it: which tiles are wet, how fast.
    pub fn look(&mut self, water: &Water) {
        let (nx, ny, film, least) = (self.nx, self.ny, self.film_m, self.least_m);
        fold::each(&mut self.bands, |b, band| {
            band.speed_m_s = 0.0;
            band.tiles.fill(Tile::default());
            let (j0, j1) = (b * TILE_H, ((b + 1) * TILE_H).min(ny));
            pulp::Arch::new().dispatch(|| {
                for j in j0..j1 {
                    for (t, tile) in band.tiles.iter_mut().enumerate() {
                        let (a, z) = (j * nx + t * TILE_W, j * nx + ((t + 1) * TILE_W).min(nx));
                        let h = &water.h[a..z];
                        if largest(h) <= film {
                            continue;
                        }
                        let (hu, hv) = (&water.hu[a..z], &water.hv[a..z]);
                        let mut lanes = [0.0f64; 8];
                        for (k, ((h, hu), hv)) in h.iter().zip(hu).zip(hv).enumerate() {
                            let s = speed(mobile(*h, film, least), *hu, *hv);
                            let lane = &mut lanes[k & 7];
                            *lane = if s > *lane { s } else { *lane };
                        }
                        band.speed_m_s = band.speed_m_s.max(largest(&lanes));
                        note_row(tile, h.iter().map(|h| mobile(*h, film, least)), j == j0, j + 1 == j1);
                    }
                }
            });
        });
        self.speed_m_s = self.bands.iter().fold(0.0, |s, band| f64::max(s, band.speed_m_s));
    }

    /// A cell was changed between steps (a stage boundary): its tile and those around it are computed.
    pub fn touch(&mut self, cell: usize, depth_m: f64, hu: f64, hv: f64) {
        let (i, j) = (cell % self.nx, cell / self.nx);
        let m = self.mobile_m(depth_m);
        let tile = &mut self.bands[j / TILE_H].tiles[i / TILE_W];
        tile.synced = false;
        if m > 0.0 {
            (tile.wet, tile.south, tile.north, tile.west, tile.east) = (true, true, true, true, true);
            self.speed_m_s = self.speed_m_s.max(speed(m, hu, hv));
        }
    }

    /// Longest stable step, s: 0.9 of dx / (|u| + |v| + 2c), for which no cell gives more than it has save in
    /// corners between dry cells; `step` then says so.
    pub fn stable_step_s(&self) -> f64 {
        0.9 * self.cell_m / self.speed_m_s.max(1e-6)
    }

    /// Any mobile water on the grid.
    pub fn flows(&self) -> bool {
        self.bands.iter().any(|band| band.tiles.iter().any(|tile| tile.wet))
    }

    /// One step of `dt_s`. Gives the number of cells computed; `None` (and the water as it was) when a cell would be
    /// drained below its bed or leave the finite numbers.
    pub fn step(&mut self, water: &mut Water, dt_s: f64) -> Option<u64> {
        self.choose();
        let (nx, ny) = (self.nx, self.ny);
        let Kernel { next, bands, z, friction, cell_m, film_m, least_m, .. } = self;
        let field = Field {
            nx,
            ny,
            k: dt_s / *cell_m,
            dt_s,
            film_m: *film_m,
            least_m: *least_m,
            z: z.as_slice(),
            friction: friction.as_slice(),
            water,
        };
        fold::each_chunk3((&mut next.h, &mut next.hu, &mut next.hv), nx * TILE_H, bands, |b, out, band| {
            pulp::Arch::new().dispatch(Piece { field: &field, b, out, band });
        });
        if self.bands.iter().any(|band| band.bad) {
            return None;
        }
        std::mem::swap(water, &mut self.next);
        self.speed_m_s = 0.0;
        let mut updates = 0;
        for band in &mut self.bands {
            std::mem::swap(&mut band.tiles, &mut band.fresh);
            self.speed_m_s = self.speed_m_s.max(band.speed_m_s);
            updates += band.updates;
        }
        Some(updates)
    }

    /// Active are tiles with mobile water, and their neighbours over an edge at which it stands.
    fn choose(&mut self) {
        let n = self.bands.len();
        for b in 0..n {
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

    /// Cells of the present state that would not be finite after a step of `dt_s`, worst first; for the report of an
    /// intervention.
    pub fn unsound_cells(&self, water: &Water) -> Vec<usize> {
        (0..water.h.len())
            .filter(|&c| {
                let old = water.h[c] >= 0.0 && water.hu[c].is_finite() && water.hv[c].is_finite();
                let new = self.next.h[c] >= 0.0 && self.next.hu[c].is_finite() && self.next.hv[c].is_finite();
                !(old && new && water.h[c] < 1e4 && self.z[c].is_finite())
            })
            .collect()
    }
}

/// What a band reads.
struct Field<'a> {
    nx: usize,
    ny: usize,
    k: f64,
    dt_s: f64,
    film_m: f64,
    least_m: f64,
    z: &'a [f64],
    friction: &'a [f64],
    water: &'a Water,
}

#[inline(always)]
fn mobile(h: f64, film: f64, least: f64) -> f64 {
    let m = h - film;
    if m > least { m } else { 0.0 }
}

/// |u| + |v| + 2 sqrt(g m), m/s; the sum bounds the step of the unsplit scheme.
#[inline(always)]
fn speed(m: f64, hu: f64, hv: f64) -> f64 {
    let moving = if m > STILL_M { (hu.abs() + hv.abs()) / m } else { 0.0 };
    moving + 2.0 * (G * m).sqrt()
}

#[inline(always)]
fn largest(values: &[f64]) -> f64 {
    let mut lanes = [0.0f64; 8];
    let mut chunks = values.chunks_exact(8);
    for chunk in &mut chunks {
        for (lane, v) in lanes.iter_mut().zip(chunk) {
            *lane = if *v > *lane { *v } else { *lane };
        }
    }
    let mut most = 0.0;
    for v in lanes.iter().chain(chunks.remainder()) {
        most = if *v > most { *v } else { most };
    }
    most
}

#[inline(always)]
fn note_row(tile: &mut Tile, mobile: impl ExactSizeIterator<Item = f64>, first: bool, last: bool) {
    let n = mobile.len();
    for (k, m) in mobile.enumerate() {
        if m > 0.0 {
            tile.wet = true;
            tile.south |= first;
            tile.north |= last;
            tile.west |= k == 0;
            tile.east |= k + 1 == n;
        }
    }
}

/// A band's work as an operation that is compiled once for each width of vector registers.
struct Piece<'a> {
    field: &'a Field<'a>,
    b: usize,
    out: (&'a mut [f64], &'a mut [f64], &'a mut [f64]),
    band: &'a mut Band,
}

impl pulp::NullaryFnOnce for Piece<'_> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        band_step(self.field, self.b, self.out, self.band);
    }
}

#[inline(always)]
fn band_step(field: &Field, b: usize, out: (&mut [f64], &mut [f64], &mut [f64]), band: &mut Band) {
    let (nx, j0) = (field.nx, b * TILE_H);
    let j1 = (j0 + TILE_H).min(field.ny);
    band.speed_m_s = 0.0;
    band.bad = false;
    band.updates = 0;
    let tiles = band.tiles.len();
    let mut t = 0;
    while t < tiles {
        let start = t;
        let active = band.active[t];
        while t < tiles && band.active[t] == active && t - start < RUN_TILES {
            t += 1;
        }
        let (i0, i1) = (start * TILE_W, (t * TILE_W).min(nx));
        if active {
            band.fresh[start..t].fill(Tile::default());
            let run = Run { i0, i1, j0, j1 };
            let seen = run_step(
                field,
                run,
                (&mut *out.0, &mut *out.1, &mut *out.2),
                &mut band.rows,
                &mut band.fresh[start..t],
            );
            band.speed_m_s = if seen.0 > band.speed_m_s { seen.0 } else { band.speed_m_s };
            band.bad |= seen.1;
            band.updates += ((i1 - i0) * (j1 - j0)) as u64;
        } else {
            for s in start..t {
                band.fresh[s] = band.tiles[s];
                band.fresh[s].synced = true;
                if band.tiles[s].synced {
                    continue;
                }
                let (a, z) = (s * TILE_W, ((s + 1) * TILE_W).min(nx));
                for j in j0..j1 {
                    let (from, to) = (j * nx + a..j * nx + z, (j - j0) * nx + a..(j - j0) * nx + z);
                    out.0[to.clone()].copy_from_slice(&field.water.h[from.clone()]);
                    out.1[to.clone()].copy_from_slice(&field.water.hu[from.clone()]);
                    out.2[to].copy_from_slice(&field.water.hv[from]);
                }
            }
        }
    }
}

/// A run of active tiles: columns i0..i1 of rows j0..j1.
#[derive(Clone, Copy)]
struct Run {
    i0: usize,
    i1: usize,
    j0: usize,
    j1: usize,
}

/// Largest speed, and whether a cell went wrong.
#[inline(always)]
fn run_step(
    field: &Field,
    run: Run,
    out: (&mut [f64], &mut [f64], &mut [f64]),
    rows: &mut Rows,
    tiles: &mut [Tile],
) -> (f64, bool) {
    let Run { i0, i1, j0, j1 } = run;
    let n = i1 - i0;
    rows.fit(n);
    let Rows { prim: [below, here, above], x, south, north, mobile: mobile_row, speed: speed_row } = rows;
    let (mut speed, mut bad) = (0.0, false);

    // The wall outside the grid is a mirror: the same water, its normal velocity turned round.
    primitives(field, run, j0, here);
    if j0 > 0 {
        primitives(field, run, j0 - 1, below)
    } else {
        mirror_row(here, below)
    }
    row_faces_y(n, below, here, south);
    for j in j0..j1 {
        if j + 1 < field.ny {
            primitives(field, run, j + 1, above)
        } else {
            mirror_row(here, above)
        }
        row_faces_y(n, here, above, north);
        faces(
            &here.eta[..n + 1],
            &here.m[..n + 1],
            &here.u[..n + 1],
            &here.v[..n + 1],
            &here.eta[1..n + 2],
            &here.m[1..n + 2],
            &here.u[1..n + 2],
            &here.v[1..n + 2],
            &mut x.mass[..n + 1],
            &mut x.near[..n + 1],
            &mut x.far[..n + 1],
            &mut x.tangential[..n + 1],
        );
        let (from, to) = (j * field.nx + i0, (j - j0) * field.nx + i0);
        let water = field.water;
        update(
            field.k,
            field.dt_s,
            field.film_m,
            field.least_m,
            &water.h[from..from + n],
            &water.hu[from..from + n],
            &water.hv[from..from + n],
            &field.friction[from..from + n],
            &x.mass,
            &x.near,
            &x.far,
            &x.tangential,
            &south.mass,
            &south.far,
            &south.tangential,
            &north.mass,
            &north.near,
            &north.tangential,
            &mut out.0[to..to + n],
            &mut out.1[to..to + n],
            &mut out.2[to..to + n],
            &mut mobile_row[..n],
            &mut speed_row[..n],
        );
        // A wave faster than 300 m/s, a negative depth, or a number that is none: the step is refused.
        let fastest = largest(&speed_row[..n]);
        speed = if fastest > speed { fastest } else { speed };
        bad |= unsound(&out.0[to..to + n], &speed_row[..n]);
        for (s, tile) in tiles.iter_mut().enumerate() {
            let row = &mobile_row[s * TILE_W..((s + 1) * TILE_W).min(n)];
            if largest(row) > 0.0 {
                tile.wet = true;
                tile.south |= j == j0;
                tile.north |= j + 1 == j1;
                tile.west |= row[0] > 0.0;
                tile.east |= row[row.len() - 1] > 0.0;
            }
        }
        std::mem::swap(below, here);
        std::mem::swap(here, above);
        std::mem::swap(south, north);
    }
    (speed, bad)
}

impl Rows {
    fn fit(&mut self, n: usize) {
        if self.mobile.len() >= n + 2 {
            return;
        }
        for p in &mut self.prim {
            for column in [&mut p.eta, &mut p.m, &mut p.u, &mut p.v] {
                column.resize(n + 2, 0.0);
            }
        }
        for f in [&mut self.x, &mut self.south, &mut self.north] {
            for column in [&mut f.mass, &mut f.near, &mut f.far, &mut f.tangential] {
                column.resize(n + 2, 0.0);
            }
        }
        self.mobile.resize(n + 2, 0.0);
        self.speed.resize(n + 2, 0.0);
    }
}

/// Surface level, mobile depth and velocity of row j from one cell west of the run to one cell east of it.
#[inline(always)]
fn primitives(field: &Field, run: Run, j: usize, p: &mut Primitive) {
    let n = run.i1 - run.i0;
    let west = usize::from(run.i0 > 0);
    let east = usize::from(run.i1 < field.nx);
    let (a, z) = (j * field.nx + run.i0 - west, j * field.nx + run.i1 + east);
    let len = z - a;
    let at = 1 - west;
    let (film, least) = (field.film_m, field.least_m);
    let (h, hu, hv, bed) = (&field.water.h[a..z], &field.water.hu[a..z], &field.water.hv[a..z], &field.z[a..z]);
    let (eta, m_out, u, v) =
        (&mut p.eta[at..at + len], &mut p.m[at..at + len], &mut p.u[at..at + len], &mut p.v[at..at + len]);
    primitive_row(h, hu, hv, bed, film, least, eta, m_out, u, v);
    if west == 0 {
        (p.eta[0], p.m[0], p.u[0], p.v[0]) = (p.eta[1], p.m[1], -p.u[1], p.v[1]);
    }
    if east == 0 {
        (p.eta[n + 1], p.m[n + 1], p.u[n + 1], p.v[n + 1]) = (p.eta[n], p.m[n], -p.u[n], p.v[n]);
    }
}

// The loops below take every row as an argument of its own: so the compiler knows that none overlaps another, and
// makes vector code of them.

#[inline(always)]
fn primitive_row(
    h: &[f64],
    hu: &[f64],
    hv: &[f64],
    bed: &[f64],
    film: f64,
    least: f64,
    eta: &mut [f64],
    m_out: &mut [f64],
    u: &mut [f64],
    v: &mut [f64],
) {
    let n = h.len();
    let (hu, hv, bed) = (&hu[..n], &hv[..n], &bed[..n]);
    let (eta, m_out, u, v) = (&mut eta[..n], &mut m_out[..n], &mut u[..n], &mut v[..n]);
    for i in 0..n {
        let m = mobile(h[i], film, least);
        let inverse = reciprocal(if m > STILL_M { m } else { 1.0 });
        eta[i] = bed[i] + h[i];
        m_out[i] = m;
        u[i] = hu[i] * inverse;
        v[i] = hv[i] * inverse;
    }
}

#[inline(always)]
fn mirror_row(from: &Primitive, to: &mut Primitive) {
    to.eta.copy_from_slice(&from.eta);
    to.m.copy_from_slice(&from.m);
    to.u.copy_from_slice(&from.u);
    for (to, from) in to.v.iter_mut().zip(&from.v) {
        *to = -*from;
    }
}

#[inline(always)]
fn row_faces_y(n: usize, south: &Primitive, north: &Primitive, out: &mut Faces) {
    // Across a face between rows v is the normal velocity and u the tangential one.
    faces(
        &south.eta[1..n + 1],
        &south.m[1..n + 1],
        &south.v[1..n + 1],
        &south.u[1..n + 1],
        &north.eta[1..n + 1],
        &north.m[1..n + 1],
        &north.v[1..n + 1],
        &north.u[1..n + 1],
        &mut out.mass[..n],
        &mut out.near[..n],
        &mut out.far[..n],
        &mut out.tangential[..n],
    );
}

/// Fluxes through a row of faces between a near (west or south) and a far side: surface, mobile depth, normal and
/// tangential velocity of each.
#[inline(always)]
fn faces(
    el: &[f64],
    ml: &[f64],
    ul: &[f64],
    vl: &[f64],
    er: &[f64],
    mr: &[f64],
    ur: &[f64],
    vr: &[f64],
    mass: &mut [f64],
    near: &mut [f64],
    far: &mut [f64],
    tangential: &mut [f64],
) {
    let n = el.len();
    let (ml, ul, vl) = (&ml[..n], &ul[..n], &vl[..n]);
    let (er, mr, ur, vr) = (&er[..n], &mr[..n], &ur[..n], &vr[..n]);
    let (mass, near, far, tangential) = (&mut mass[..n], &mut near[..n], &mut far[..n], &mut tangential[..n]);
    for i in 0..n {
        // Hydrostatic reconstruction: depths over the higher of the two beds.
        let bed = greater(el[i] - ml[i], er[i] - mr[i]);
        let hl = greater(lesser(el[i] - bed, ml[i]), 0.0);
        let hr = greater(lesser(er[i] - bed, mr[i]), 0.0);
        let (cl, cr) = (celerity(hl), celerity(hr));
        // Wave speeds (Davis 1988), with the exact ones beside a dry side (Toro 2001, eq. 10.22).
        let (ul, ur, vl, vr) = (ul[i], ur[i], vl[i], vr[i]);
        let slow = lesser(ul - cl, ur - cr);
        let fast = greater(ul + cl, ur + cr);
        let slow = if hl > 0.0 { slow } else { ur - 2.0 * cr };
        let slow = if hr > 0.0 { slow } else { ul - cl };
        let fast = if hr > 0.0 { fast } else { ul + 2.0 * cl };
        let fast = if hl > 0.0 { fast } else { ur + cr };
        let (slow, fast) = (lesser(slow, 0.0), greater(fast, 0.0));
        let across = fast * slow;
        let inverse = reciprocal(greater(fast - slow, 1e-30));
        let (ql, qr) = (hl * ul, hr * ur);
        // The pressure of the far side over that of the near side: nothing at rest, to the last bit.
        let push = 0.5 * G * (hr - hl) * (hr + hl);
        let f_mass = (fast * ql - slow * qr + across * (hr - hl)) * inverse;
        let f_near = (fast * (ql * ul) - slow * (qr * ur + push) + across * (qr - ql)) * inverse;
        mass[i] = f_mass;
        near[i] = f_near;
        far[i] = f_near - push;
        tangential[i] = f_mass * if f_mass > 0.0 { vl } else { vr };
    }
}

#[inline(always)]
fn greater(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}
#[inline(always)]
fn lesser(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// sqrt(g h) to seven digits: wave speeds steer the upwinding and need no more, and a root in single precision is
/// three times as quick. IEEE 754 fixes its every bit, so it is the same on every machine.
#[inline(always)]
fn celerity(h: f64) -> f64 {
    f64::from(((G * h) as f32).sqrt())
}

/// 1 / x to fourteen digits, for 1e-30 < x < 1e30: the quotient in single precision and one Newton step.
#[inline(always)]
fn reciprocal(x: f64) -> f64 {
    let y = f64::from(1.0 / (x as f32));
    y * (2.0 - x * y)
}

/// x^(-1/6) for x > 0, relative error below 1e-7, by the same instructions on every machine: a guess from the bits
/// of the single-precision number (error 3 %) and three Newton steps without a division.
#[inline(always)]
pub fn inverse_sixth_root(x: f64) -> f64 {
    let bits = (x as f32).to_bits();
    let mut y = f64::from(f32::from_bits(0x4a0e_2000 - bits / 6));
    for _ in 0..3 {
        let y3 = y * y * y;
        y *= (7.0 - x * y3 * y3) * (1.0 / 6.0);
    }
    y
}

#[inline(always)]
fn unsound(h: &[f64], speed: &[f64]) -> bool {
    let mut bad = 0u64;
    for (h, s) in h.iter().zip(speed) {
        bad |= u64::from(!((*h >= 0.0) & (*s < 300.0)));
    }
    bad != 0
}

/// New depth and momentum of a row of cells.
#[inline(always)]
fn update(
    k: f64,
    dt: f64,
    film: f64,
    least: f64,
    h: &[f64],
    hu: &[f64],
    hv: &[f64],
    friction: &[f64],
    x_mass: &[f64],
    x_near: &[f64],
    x_far: &[f64],
    x_tangential: &[f64],
    s_mass: &[f64],
    s_far: &[f64],
    s_tangential: &[f64],
    n_mass: &[f64],
    n_near: &[f64],
    n_tangential: &[f64],
    h_out: &mut [f64],
    hu_out: &mut [f64],
    hv_out: &mut [f64],
    mobile_out: &mut [f64],
    speed_out: &mut [f64],
) {
    let n = h.len();
    let (hu, hv, friction) = (&hu[..n], &hv[..n], &friction[..n]);
    let (w_mass, e_mass) = (&x_mass[..n], &x_mass[1..n + 1]);
    let (w_far, e_near) = (&x_far[..n], &x_near[1..n + 1]);
    let (w_tangential, e_tangential) = (&x_tangential[..n], &x_tangential[1..n + 1]);
    let (s_mass, s_far, s_tangential) = (&s_mass[..n], &s_far[..n], &s_tangential[..n]);
    let (n_mass, n_near, n_tangential) = (&n_mass[..n], &n_near[..n], &n_tangential[..n]);
    let (h_out, hu_out, hv_out) = (&mut h_out[..n], &mut hu_out[..n], &mut hv_out[..n]);
    let (mobile_out, speed_out) = (&mut mobile_out[..n], &mut speed_out[..n]);
    for i in 0..n {
        let depth = h[i] - k * ((e_mass[i] - w_mass[i]) + (n_mass[i] - s_mass[i]));
        let qx = hu[i] - k * ((e_near[i] - w_far[i]) + (n_tangential[i] - s_tangential[i]));
        let qy = hv[i] - k * ((e_tangential[i] - w_tangential[i]) + (n_near[i] - s_far[i]));
        let m = mobile(depth, film, least);
        let q = f64::from(((qx * qx + qy * qy) as f32).sqrt());
        // Manning, backward Euler: q1 = q - dt g n^2 q1^2 / m^(7/3), solved for q1.
        let r = inverse_sixth_root(greater(m, 1e-9));
        let r3 = r * r * r;
        let r6 = r3 * r3;
        let b = dt * friction[i] * (r6 * r6 * r * r);
        let keep = 2.0 / (1.0 + (1.0 + 4.0 * b * q).sqrt());
        let keep = if m > STILL_M { keep } else { 0.0 };
        h_out[i] = depth;
        hu_out[i] = keep * qx;
        hv_out[i] = keep * qy;
        mobile_out[i] = m;
        speed_out[i] = keep * (qx.abs() + qy.abs()) * r6 + ROOT_G_2 * m * r3;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quick_roots_are_as_good_as_they_say_over_all_depths() {
        // Grade: exact.
        assert!((ROOT_G_2 * ROOT_G_2 - 4.0 * G).abs() < 1e-12);
        let mut x = 1e-9;
        while x < 1e5 {
            let y = inverse_sixth_root(x);
            assert!((x * y.powi(6) - 1.0).abs() < 6e-7, "{x}: {y}");
            assert!((celerity(x) / (G * x).sqrt() - 1.0).abs() < 1e-6);
            assert!((x * reciprocal(x) - 1.0).abs() < 2e-14);
            x *= 1.0173;
        }
    }
}
