//! Rows of cells on their way through a step: what a band reads of its field, ghosts beyond the rims, row buffers.

use super::column::{Column, LINE_BYTES};
use super::flux::{Beside, NO_CREST, Passing, STILL_M, mobile, over_crest, passing, passing_open};
use super::paces::Held;
use super::real::{Real, greater, lesser};
use super::tiles::{Kind, TILE_H, TILE_W};
use crate::flow::G;
use base::fold::Four;

/// Froude number above which no cell's momentum is taken from its faces' discharges under local inertia, which is for calm water
/// (assumption).
const SWIFT: f64 = 3.0;

/// What the rim is at this moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rim {
    Wall,
    Free,
    /// Level, m.
    Stage(f64),
    /// Discharge in through each metre, m2/s.
    Inflow(f64),
}

/// The columns of the water. `qx`, `qy` are the momentum of a cell (m2/s) under a Godunov scheme, and the discharge
/// through its eastern and northern face under local inertia.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(bound = "R: Real")]
pub struct Water<R> {
    /// Depth, m, film included.
    pub h: Column<R>,
    /// What the depth's word does not hold, m.
    pub lo: Column<R>,
    pub qx: Column<R>,
    pub qy: Column<R>,
}

impl<R: Real> Water<R> {
    pub fn dry(cells: usize) -> Water<R> {
        let zero = || Column::filled(R::of(0.0), cells);
        Water { h: zero(), lo: zero(), qx: zero(), qy: zero() }
    }
}

/// Crests of one row of faces: (column, level), sorted.
pub type Crests<R> = Vec<(u32, R)>;

/// All that a band reads. Shared by the bands of a step.
pub struct Field<'a, R> {
    pub nx: usize,
    pub ny: usize,
    /// dt / dx
    pub k: R,
    pub dt: R,
    pub film: R,
    pub least: R,
    pub theta: R,
    pub z: &'a [R],
    /// g n^2
    pub friction: &'a [R],
    pub porosity: Option<&'a [R]>,
    pub water: &'a Water<R>,
    /// Scheme of every tile, tile rows of `tiles_x`.
    pub kinds: &'a [Kind],
    pub tiles_x: usize,
    /// Any tile under local inertia: else momenta need no centring.
    pub staggered: bool,
    /// Tiles that take the long step of a round; empty where all step alike.
    pub slow: &'a [bool],
    /// Of them those at which no fast tile looks.
    pub alone: &'a [bool],
    /// The long step of a round, and it over dx: what local inertia lets pass between tiles of unlike steps.
    pub long: R,
    pub long_k: R,
    pub crest_east: &'a [Crests<R>],
    pub crest_north: &'a [Crests<R>],
    /// West, east, south, north: empty when all wall.
    pub rims: [&'a [Rim]; 4],
}

/// A run of active tiles of one kind: columns i0..i1 of rows j0..j1.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    pub i0: usize,
    pub i1: usize,
    pub j0: usize,
    pub j1: usize,
    pub kind: Kind,
    /// Its tiles take the long step of a round.
    pub slow: bool,
}

/// Bed, mobile depth and velocity along a row, with two ghosts at either end: entry `k` is column `i0 + k - 2`.
#[derive(Debug, Clone, Default)]
pub struct Line<R> {
    pub b: Column<R, 2>,
    pub m: Column<R, 2>,
    pub u: Column<R, 2>,
    pub v: Column<R, 2>,
}

impl<R: Real> Line<R> {
    pub fn fit(&mut self, n: usize) {
        for column in [&mut self.b, &mut self.m, &mut self.u, &mut self.v] {
            column.fit(n);
        }
    }
    /// Velocity through faces of the row (west to east).
    #[inline(always)]
    pub fn along_x(&self, k: usize) -> Beside<R> {
        Beside { b: self.b[k], d: R::of(0.0), m: self.m[k], u: self.u[k], v: self.v[k] }
    }
    /// Velocity through faces between rows (south to north).
    #[inline(always)]
    pub fn along_y(&self, k: usize) -> Beside<R> {
        Beside { b: self.b[k], d: R::of(0.0), m: self.m[k], u: self.v[k], v: self.u[k] }
    }
    #[inline(always)]
    pub fn set(&mut self, k: usize, b: Beside<R>) {
        (self.b[k], self.m[k], self.u[k], self.v[k]) = (b.b, b.m, b.u, b.v);
    }
}

/// Fluxes through a row of faces.
#[derive(Debug, Clone, Default)]
pub struct Faces<R> {
    pub mass: Column<R>,
    pub near: Column<R>,
    pub far: Column<R>,
    pub tangential: Column<R>,
}

impl<R: Real> Faces<R> {
    pub fn fit(&mut self, n: usize) {
        for column in [&mut self.mass, &mut self.near, &mut self.far, &mut self.tangential] {
            column.fit(n);
        }
    }
    #[inline(always)]
    pub fn get(&self, k: usize) -> Passing<R> {
        Passing { mass: self.mass[k], near: self.near[k], far: self.far[k], tangential: self.tangential[k] }
    }
    #[inline(always)]
    pub fn set(&mut self, k: usize, p: Passing<R>) {
        (self.mass[k], self.near[k], self.far[k], self.tangential[k]) = (p.mass, p.near, p.far, p.tangential);
    }
}

/// Row buffers of one band, kept so that a step allocates nothing.
#[derive(Debug, Clone, Default)]
pub struct Rows<R> {
    pub line: [Line<R>; 3],
    pub spare: Line<R>,
    pub x: Faces<R>,
    pub south: Faces<R>,
    pub north: Faces<R>,
    /// Discharges through the faces of a row under local inertia: entry `k` is west of column i0 + k.
    pub through_x: Column<R, 1>,
    pub centred_x: Column<R>,
    pub centred_y: Column<R>,
    pub crest: Column<R>,
    /// Zeros.
    pub still: Column<R>,
    pub k: Column<R>,
    pub mobile: Column<R>,
    pub speed: Column<R>,
    /// Greatest speed, or mobile depth, of each column of the rows so far.
    pub most: Column<R>,
    /// East, west, north and south sides of the cells of a row (second order); north sides of the row before.
    pub east: Line<R>,
    pub west: Line<R>,
    pub north_side: Line<R>,
    pub north_before: Line<R>,
    pub south_side: Line<R>,
    pub source_x: Column<R>,
    pub source_y: Column<R>,
    /// Water that came in through the rims, m2/s summed over faces.
    pub through_rims: f64,
    pub width: usize,
    pub held: Held<R>,
}

impl<R: Real> Rows<R> {
    pub fn fit(&mut self, n: usize) {
        if self.width >= n {
            return;
        }
        self.width = n;
        let w = n + 4;
        for line in &mut self.line {
            line.fit(w);
        }
        self.spare.fit(w);
        for line in [&mut self.east, &mut self.west, &mut self.north_side, &mut self.north_before, &mut self.south_side]
        {
            line.fit(w);
        }
        for faces in [&mut self.x, &mut self.south, &mut self.north] {
            faces.fit(w);
        }
        for column in [
            &mut self.centred_x,
            &mut self.centred_y,
            &mut self.still,
            &mut self.k,
            &mut self.mobile,
            &mut self.speed,
            &mut self.most,
            &mut self.source_x,
            &mut self.source_y,
        ] {
            column.fit(w);
        }
        self.crest = Column::filled(R::of(NO_CREST), w);
        self.through_x.fit(w);
    }
}

/// Reads a number of each cache line of some columns of one length, side by side.
#[inline(always)]
fn touch<R: Real, const N: usize>(columns: [&[R]; N]) {
    let mut sums = [R::of(0.0); N];
    for k in (0..columns[0].len()).step_by(LINE_BYTES / size_of::<R>()) {
        for (sum, column) in sums.iter_mut().zip(columns) {
            *sum += column[k];
        }
    }
    // Or nothing would be read.
    std::hint::black_box(sums);
}

impl<R: Real> Field<'_, R> {
    #[inline(always)]
    pub fn kind_at(&self, i: usize, j: usize) -> Kind {
        self.kinds[(j / TILE_H) * self.tiles_x + i / TILE_W]
    }

    /// The tile of a cell takes another step than the run.
    #[inline(always)]
    pub fn apart(&self, run: Run, i: usize, j: usize) -> bool {
        !self.slow.is_empty() && self.slow[(j / TILE_H) * self.tiles_x + i / TILE_W] != run.slow
    }

    /// A tile takes the long step of a round.
    #[inline(always)]
    pub fn is_slow(&self, b: usize, t: usize) -> bool {
        !self.slow.is_empty() && self.slow[b * self.tiles_x + t]
    }

    /// It does, and so do all the tiles around it.
    #[inline(always)]
    pub fn is_alone(&self, b: usize, t: usize) -> bool {
        !self.slow.is_empty() && self.alone[b * self.tiles_x + t]
    }

    /// Momentum of a cell, whatever its tile's scheme.
    #[inline(always)]
    pub fn momentum(&self, i: usize, j: usize) -> (R, R) {
        let c = j * self.nx + i;
        let w = self.water;
        if self.kind_at(i, j) != Kind::Inertial {
            return (w.qx[c], w.qy[c]);
        }
        // At a rim the face's discharge is not kept: a wall has none, elsewhere that of the other side stands for it.
        let beyond = |side: usize, k: usize, own: R| {
            if matches!(self.rim(side, k), Rim::Wall) { R::of(0.0) } else { own }
        };
        let west = if i > 0 { w.qx[c - 1] } else { beyond(0, j, w.qx[c]) };
        let south = if j > 0 { w.qy[c - self.nx] } else { beyond(2, i, w.qy[c]) };
        self.centred(w.h[c], (west, w.qx[c]), (south, w.qy[c]))
    }

    /// Momentum of a cell of depth `h` from the discharges through its western and eastern, southern and northern faces.
    #[inline(always)]
    pub fn centred(&self, h: R, (west, east): (R, R), (south, north): (R, R)) -> (R, R) {
        let half = R::of(0.5);
        // Beside a bank a thin cell's faces may pass more than it could ever carry itself.
        let m = mobile(h, self.film, self.least);
        let most = R::of(SWIFT) * m * (R::of(G) * m).quick_root();
        // In this order a number that is none stays one, and is found.
        let held = |q: R| lesser(most, greater(-most, q));
        (held(half * (west + east)), held(half * (south + north)))
    }

    /// One cell as a face sees it: bed, mobile depth, velocity east and north.
    #[inline(always)]
    pub fn cell(&self, i: usize, j: usize) -> Beside<R> {
        let c = j * self.nx + i;
        let h = self.water.h[c];
        let m = mobile(h, self.film, self.least);
        let inverse = if m > R::of(STILL_M) { m } else { R::of(1.0) }.reciprocal();
        let (qx, qy) = self.momentum(i, j);
        Beside { b: self.z[c] + (h - m), d: R::of(0.0), m, u: qx * inverse, v: qy * inverse }
    }

    /// Brings row `j` of a run, and where its new water goes, near the processor while the row before it is worked: one number of
    /// each line of all columns, so that many lines are on their way at once. Left to itself each of a row's loops waits for
    /// a few columns' lines in turn, and stores for theirs.
    #[inline(always)]
    pub fn ahead(&self, run: Run, j: usize, out: &Four<R>) {
        let (n, w) = (run.i1 - run.i0, self.water);
        if j < self.ny {
            let at = j * self.nx + run.i0..j * self.nx + run.i0 + n;
            let columns = [&w.h[..], &w.lo, &w.qx, &w.qy, self.z, self.friction];
            touch(columns.map(|column| &column[at.clone()]));
        }
        if j < run.j1 {
            let at = (j - run.j0) * self.nx + run.i0..(j - run.j0) * self.nx + run.i0 + n;
            touch([&out.0[at.clone()], &out.1[at.clone()], &out.2[at.clone()], &out.3[at]]);
        }
    }

    #[inline(always)]
    pub fn rim(&self, side: usize, k: usize) -> Rim {
        self.rims[side].get(k).copied().unwrap_or(Rim::Wall)
    }

    /// Velocity of the water beyond a free rim, whose ground falls by `fall` from cell to cell and has this friction (g n^2): where
    /// uniform flow is slower than its waves it comes up against them and is that of uniform flow, or any depth at all would do
    /// there (a river of 2.5 m stayed full after its flood had gone); where it or the water within is faster, it is that within.
    #[inline(always)]
    pub fn leaving(&self, inside: Beside<R>, fall: R, friction: R) -> R {
        let slope = fall * (self.k * self.dt.reciprocal());
        let r = greater(inside.m, R::of(STILL_M)).inverse_cube_root();
        let (wave2, push) = (R::of(G) * inside.m, R::of(G) * slope);
        // u^2 = m^(4/3) S / n^2
        let uniform = (inside.m * r) * (inside.m * r) * push;
        let calm =
            (inside.m > R::of(STILL_M)) & (fall > R::of(0.0)) & (self.dt > R::of(0.0)) & (uniform < wave2 * friction);
        if calm & (inside.u * inside.u.size() < wave2) {
            (uniform * friction.reciprocal()).root()
        } else {
            greater(inside.u, R::of(0.0))
        }
    }

    /// What stands beyond the rim: `inside` is the cell within, with `u` its velocity outwards and this friction (g n^2),
    /// `inner_b` the bed of the next cell inwards.
    #[inline(always)]
    pub fn beyond(&self, rim: Rim, inside: Beside<R>, inner_b: R, friction: R) -> Beside<R> {
        let zero = R::of(0.0);
        match rim {
            Rim::Wall => Beside { u: -inside.u, ..inside },
            // The ground goes on falling as it does within.
            Rim::Free => {
                let fall = greater(inner_b - inside.b, zero);
                Beside { b: inside.b - fall, u: self.leaving(inside, fall, friction), ..inside }
            }
            Rim::Stage(level_m) => {
                // A lake of that level behind; the wave that leaves keeps u + 2c (subcritical flow).
                let m = R::of((level_m - inside.b.f64()).max(0.0));
                let g = R::of(G);
                let u = inside.u + R::of(2.0) * ((g * inside.m).root() - (g * m).root());
                let u = if inside.m > zero && m > zero { u } else { zero };
                let c = (g * m).root();
                Beside { m, u: greater(lesser(u, c), -c), ..inside }
            }
            Rim::Inflow(q) => {
                // Critical depth at least, so that water can enter dry ground.
                let critical = R::of(base::math::cbrt(q * q / G));
                let m = greater(inside.m, critical);
                let u = if m > R::of(STILL_M) { -R::of(q) / m } else { zero };
                Beside { m, u, v: zero, ..inside }
            }
        }
    }

    /// What passes a rim that is not free outwards, given what is inside (`u` outwards).
    #[inline(always)]
    pub fn outward(&self, rim: Rim, inside: Beside<R>, inner_b: R) -> Passing<R> {
        let p = passing(inside, self.beyond(rim, inside, inner_b, R::of(0.0)), R::of(NO_CREST));
        self.held(rim, p)
    }

    /// A discharge that is given passes exactly; nothing comes in where it is free to leave.
    #[inline(always)]
    pub fn held(&self, rim: Rim, p: Passing<R>) -> Passing<R> {
        match rim {
            Rim::Inflow(q) => Passing { mass: -R::of(q), ..p },
            Rim::Wall | Rim::Free | Rim::Stage(_) => p,
        }
    }

    /// Bed, depth and velocity of row `j` (also of the two rows beyond either rim) from two columns west of the run to
    /// two east of it.
    #[inline(always)]
    pub fn load(&self, run: Run, j: isize, line: &mut Line<R>, centred_x: &mut [R], centred_y: &mut [R]) {
        let ny = self.ny as isize;
        if (0..ny).contains(&j) {
            return self.load_inside(run, j as usize, line, centred_x, centred_y);
        }
        let (side, depth) = if j < 0 { (2, -1 - j) } else { (3, j - ny) };
        let sign = if side == 2 { R::of(-1.0) } else { R::of(1.0) };
        let row = |depth: isize| if side == 2 { depth.min(ny - 1) } else { (ny - 1 - depth).max(0) } as usize;
        self.load_inside(run, row(depth), line, centred_x, centred_y);
        let walled = self.rims[side].is_empty();
        for k in 0..run.i1 - run.i0 + 4 {
            let i = (run.i0 + k).saturating_sub(2).min(self.nx - 1);
            let rim = if walled { Rim::Wall } else { self.rim(side, i) };
            if rim == Rim::Wall {
                line.v[k] = -line.v[k];
                continue;
            }
            let inside = self.cell(i, row(0));
            let inner_b = self.cell(i, row(1)).b;
            let friction = self.friction[row(0) * self.nx + i];
            let out = self.beyond(rim, Beside { u: sign * inside.v, v: inside.u, ..inside }, inner_b, friction);
            line.set(k, Beside { u: out.v, v: sign * out.u, ..out });
        }
    }

    #[inline(always)]
    fn load_inside(&self, run: Run, j: usize, line: &mut Line<R>, centred_x: &mut [R], centred_y: &mut [R]) {
        let n = run.i1 - run.i0;
        let west = run.i0.min(2);
        let east = (self.nx - run.i1).min(2);
        let (a, z) = (j * self.nx + run.i0 - west, j * self.nx + run.i1 + east);
        let (at, len) = (2 - west, z - a);
        let w = self.water;
        let (qx, qy) = if self.staggered && self.mixed(run, j) {
            for k in 0..len {
                (centred_x[k], centred_y[k]) = self.momentum(run.i0 - west + k, j);
            }
            (&centred_x[..len], &centred_y[..len])
        } else {
            (&w.qx[a..z], &w.qy[a..z])
        };
        convert(
            &w.h[a..z],
            qx,
            qy,
            &self.z[a..z],
            self.film,
            self.least,
            &mut line.b[at..at + len],
            &mut line.m[at..at + len],
            &mut line.u[at..at + len],
            &mut line.v[at..at + len],
        );
        // A tile's width is even, so a run begins at the rim or at least two columns from it.
        if west == 0 {
            let rim = self.rim(0, j);
            let inner_b = line.b[if self.nx > 1 { 3 } else { 2 }];
            let ghost = mirror(self.beyond(rim, mirror(line.along_x(2)), inner_b, self.friction[j * self.nx]));
            // Beyond a wall stands the mirror; beyond anything else its first ghost again.
            let second = if rim == Rim::Wall && self.nx > 1 { mirror(line.along_x(3)) } else { ghost };
            line.set(1, ghost);
            line.set(0, second);
        }
        if east < 2 {
            let rim = self.rim(1, j);
            let friction = self.friction[(j + 1) * self.nx - 1];
            if east == 0 {
                let inner_b = line.b[if self.nx > 1 { n } else { n + 1 }];
                let ghost = self.beyond(rim, line.along_x(n + 1), inner_b, friction);
                let second = if rim == Rim::Wall && self.nx > 1 { mirror(line.along_x(n)) } else { ghost };
                line.set(n + 2, ghost);
                line.set(n + 3, second);
            } else {
                let ghost = self.beyond(rim, line.along_x(n + 2), line.b[n + 1], friction);
                line.set(n + 3, ghost);
            }
        }
    }

    /// Some cell that row `j` of the run reads lies in a tile under local inertia.
    fn mixed(&self, run: Run, j: usize) -> bool {
        let row = (j / TILE_H) * self.tiles_x;
        let (a, z) = (run.i0.saturating_sub(2) / TILE_W, (run.i1 + 1).min(self.nx - 1) / TILE_W);
        self.kinds[row + a..=row + z].contains(&Kind::Inertial)
    }

    /// Crests along a row of faces as a dense row, entry `k` the face of column `from + k`; nothing where none stands.
    #[inline(always)]
    pub fn crest_row<'r>(list: &Crests<R>, from: isize, n: usize, crest: &'r mut [R]) -> &'r [R] {
        if list.is_empty() {
            return &[];
        }
        crest[..n].fill(R::of(NO_CREST));
        for (i, level) in list {
            let k = *i as isize - from;
            if k >= 0 && (k as usize) < n {
                crest[k as usize] = *level;
            }
        }
        &crest[..n]
    }

    /// Lays the weir's law over the faces of a row that carry a crest. `sides(k)` are the cells beside face `k`.
    #[inline(always)]
    pub fn weirs(
        list: &Crests<R>,
        from: isize,
        n: usize,
        faces: &mut Faces<R>,
        sides: impl Fn(usize) -> (Beside<R>, Beside<R>),
    ) {
        for (i, level) in list {
            let k = *i as isize - from;
            if k >= 0 && (k as usize) < n {
                let k = k as usize;
                let (l, r) = sides(k);
                faces.set(k, over_crest(l, r, *level, faces.get(k)));
            }
        }
    }
}

#[inline(always)]
pub fn mirror<R: Real>(b: Beside<R>) -> Beside<R> {
    Beside { u: -b.u, ..b }
}

// The loops below take every row as an argument of its own: so the compiler knows that none overlaps another, and
// makes vector code of them.

#[inline(always)]
fn convert<R: Real>(
    h: &[R],
    qx: &[R],
    qy: &[R],
    z: &[R],
    film: R,
    least: R,
    b: &mut [R],
    m_out: &mut [R],
    u: &mut [R],
    v: &mut [R],
) {
    let n = h.len();
    let (qx, qy, z) = (&qx[..n], &qy[..n], &z[..n]);
    let (b, m_out, u, v) = (&mut b[..n], &mut m_out[..n], &mut u[..n], &mut v[..n]);
    for i in 0..n {
        let m = mobile(h[i], film, least);
        let inverse = if m > R::of(STILL_M) { m } else { R::of(1.0) }.reciprocal();
        b[i] = z[i] + (h[i] - m);
        m_out[i] = m;
        u[i] = qx[i] * inverse;
        v[i] = qy[i] * inverse;
    }
}

/// Fluxes through a row of faces between near (west or south) and far sides; `ul`, `ur` are the velocities through
/// them, `dl`, `dr` the beds of the sides over those of their cells (not read unless `SLOPED`), `crest` a dense row, or
/// nothing where none stands.
#[inline(always)]
pub fn face_row<R: Real, const SLOPED: bool>(
    bl: &[R],
    dl: &[R],
    ml: &[R],
    ul: &[R],
    vl: &[R],
    br: &[R],
    dr: &[R],
    mr: &[R],
    ur: &[R],
    vr: &[R],
    crest: &[R],
    mass: &mut [R],
    near: &mut [R],
    far: &mut [R],
    tangential: &mut [R],
) {
    if crest.is_empty() {
        faces::<R, SLOPED, false>(bl, dl, ml, ul, vl, br, dr, mr, ur, vr, crest, mass, near, far, tangential);
    } else {
        faces::<R, SLOPED, true>(bl, dl, ml, ul, vl, br, dr, mr, ur, vr, crest, mass, near, far, tangential);
    }
}

#[inline(always)]
fn faces<R: Real, const SLOPED: bool, const CREST: bool>(
    bl: &[R],
    dl: &[R],
    ml: &[R],
    ul: &[R],
    vl: &[R],
    br: &[R],
    dr: &[R],
    mr: &[R],
    ur: &[R],
    vr: &[R],
    crest: &[R],
    mass: &mut [R],
    near: &mut [R],
    far: &mut [R],
    tangential: &mut [R],
) {
    let n = bl.len();
    let (ml, ul, vl) = (&ml[..n], &ul[..n], &vl[..n]);
    let (br, mr, ur, vr) = (&br[..n], &mr[..n], &ur[..n], &vr[..n]);
    let (dl, dr) = if SLOPED { (&dl[..n], &dr[..n]) } else { (dl, dr) };
    let crest = if CREST { &crest[..n] } else { crest };
    let (mass, near, far, tangential) = (&mut mass[..n], &mut near[..n], &mut far[..n], &mut tangential[..n]);
    for i in 0..n {
        let (dl, dr) = if SLOPED { (dl[i], dr[i]) } else { (R::of(0.0), R::of(0.0)) };
        let l = Beside { b: bl[i], d: dl, m: ml[i], u: ul[i], v: vl[i] };
        let r = Beside { b: br[i], d: dr, m: mr[i], u: ur[i], v: vr[i] };
        let p = if CREST { passing(l, r, crest[i]) } else { passing_open(l, r) };
        mass[i] = p.mass;
        near[i] = p.near;
        far[i] = p.far;
        tangential[i] = p.tangential;
    }
}
