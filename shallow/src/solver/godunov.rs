//! Godunov steps over a run of tiles, row by row in one sweep through memory.
//!
//! First order takes the cells as they are. Second order (MUSCL-Hancock; van Leer 1979, Toro 2001 ch. 11) gives each
//! cell slopes of level, depth and velocities (limited by MC, van Leer 1977; none beside dry cells), moves its sides half
//! a step ahead by the primitive equations
//!
//!   dm = -dt/2 div(m u),  du = -dt/2 (u du/dx + v du/dy + g deta/dx),  dv likewise,
//!
//! and solves one Riemann problem a face. The slope of the bed within a cell acts by g/2 (mE + mW)(etaE - etaW), which
//! vanishes at rest (Audusse & Bristeau 2005).

use super::flux::{self, Beside};
use super::real::{Real, greater, lesser};
use super::rows::{Faces, Field, Line, Rim, Rows, Run, face_row, mirror};
use super::tiles::{Kind, TILE_H, TILE_W, Tile};
use crate::flow::G;
use base::fold::Four;

/// Depth under which a neighbour counts as dry for slopes, m. Set with the next by the radial basin of Thacker (relative L1
/// after 3 periods on 100 x 100 cells: 2.8 %; between 2.7 and 2.9 % for 1e-5 to 3e-4 m here and 3e-4 to 1e-3 m there).
const SHAPELESS_M: f64 = 1e-4;
/// Depth, of the cell and its neighbours, under which velocities have no slopes, m: over a sheet they are all noise.
const RESTLESS_M: f64 = 1e-3;

/// Break of the bed's slope at a cell from which it is a cliff and no beach: beside ground that rises by more than half the
/// depth there, a cell has no shape, since slopes across it let ripples on a lake grow (seen on random ground of 6 and 40 m
/// relief on 10 m cells).
const CLIFF: f64 = 0.1;

/// Crests on the faces between row `j - 1` and row `j`.
#[inline(always)]
pub fn crests_south_of<'a, R: Real>(field: &Field<'a, R>, j: isize) -> Option<&'a super::rows::Crests<R>> {
    (j > 0 && (j as usize) < field.ny).then(|| &field.crest_north[j as usize - 1])
}

/// Rims and porosity on a row of faces across x; books what came in.
#[inline(always)]
pub fn finish_x<R: Real>(field: &Field<R>, run: Run, j: usize, x: &mut Faces<R>, through_rims: &mut f64) {
    let n = run.i1 - run.i0;
    if run.i0 == 0
        && let rim @ Rim::Inflow(_) = field.rim(0, j)
    {
        // West to east is inwards here, outwards on the other side.
        let mut p = x.get(0);
        p.mass = -field.held(rim, p).mass;
        x.set(0, p);
    }
    if run.i1 == field.nx
        && let rim @ Rim::Inflow(_) = field.rim(1, j)
    {
        x.set(n, field.held(rim, x.get(n)));
    }
    if let Some(open) = field.porosity {
        let at = |i: isize| open[j * field.nx + i.clamp(0, field.nx as isize - 1) as usize];
        for k in 0..n + 1 {
            let i = (run.i0 + k) as isize;
            scale(x, k, lesser(at(i - 1), at(i)));
        }
    }
    if run.i0 == 0 {
        *through_rims += x.mass[0].f64();
    }
    if run.i1 == field.nx {
        *through_rims -= x.mass[n].f64();
    }
}

/// The same for the row of faces south of row `j`.
#[inline(always)]
pub fn finish_y<R: Real>(field: &Field<R>, run: Run, j: isize, y: &mut Faces<R>, through_rims: &mut f64) {
    let n = run.i1 - run.i0;
    let (south, north) = (j == 0, j == field.ny as isize);
    if (south && !field.rims[2].is_empty()) || (north && !field.rims[3].is_empty()) {
        let side = if south { 2 } else { 3 };
        for k in 0..n {
            if let Rim::Inflow(q) = field.rim(side, run.i0 + k) {
                y.mass[k] = if south { R::of(q) } else { -R::of(q) };
            }
        }
    }
    if let Some(open) = field.porosity {
        let at = |i: usize, j: isize| open[j.clamp(0, field.ny as isize - 1) as usize * field.nx + i];
        for k in 0..n {
            scale(y, k, lesser(at(run.i0 + k, j - 1), at(run.i0 + k, j)));
        }
    }
    if south {
        *through_rims += y.mass[..n].iter().map(|m| m.f64()).sum::<f64>();
    }
    if north {
        *through_rims -= y.mass[..n].iter().map(|m| m.f64()).sum::<f64>();
    }
}

fn scale<R: Real>(faces: &mut Faces<R>, k: usize, open: R) {
    faces.mass[k] = faces.mass[k] * open;
    faces.near[k] = faces.near[k] * open;
    faces.far[k] = faces.far[k] * open;
    faces.tangential[k] = faces.tangential[k] * open;
}

/// dt / dx over the open share of each cell of a row.
#[inline(always)]
pub fn widths<R: Real>(field: &Field<R>, from: usize, n: usize, k: &mut [R]) {
    match field.porosity {
        None => k[..n].fill(field.k),
        Some(open) => {
            for (k, open) in k[..n].iter_mut().zip(&open[from..from + n]) {
                *k = field.k / *open;
            }
        }
    }
}

/// New values of row `j` from `rows.x`, `rows.south`, `rows.north` and the sources.
#[inline(always)]
pub fn settle<R: Real, const SOURCE: bool>(
    field: &Field<R>,
    run: Run,
    j: usize,
    out: &mut Four<R>,
    rows: &mut Rows<R>,
    tiles: &mut [Tile],
    bad: &mut bool,
) {
    let n = run.i1 - run.i0;
    let (from, to) = (j * field.nx + run.i0, (j % TILE_H) * field.nx + run.i0);
    widths(field, from, n, &mut rows.k);
    let w = field.water;
    *bad |= flux::update::<R, SOURCE>(
        field.dt,
        field.film,
        field.least,
        &rows.k[..n],
        &w.h[from..from + n],
        &w.lo[from..from + n],
        &w.qx[from..from + n],
        &w.qy[from..from + n],
        &field.friction[from..from + n],
        &rows.x.mass,
        &rows.x.near,
        &rows.x.far,
        &rows.x.tangential,
        &rows.south.mass,
        &rows.south.far,
        &rows.south.tangential,
        &rows.north.mass,
        &rows.north.near,
        &rows.north.tangential,
        &rows.source_x,
        &rows.source_y,
        &mut out.0[to..to + n],
        &mut out.1[to..to + n],
        &mut out.2[to..to + n],
        &mut out.3[to..to + n],
        &mut rows.speed[..n],
    );
    Tile::note_row(tiles, (j, run.j0, run.j1), &rows.speed[..n], &mut rows.most[..n]);
}

/// Row `j` into line `slot`.
#[inline(always)]
pub fn load<R: Real>(field: &Field<R>, run: Run, j: isize, slot: usize, rows: &mut Rows<R>) {
    let Rows { line, centred_x, centred_y, .. } = rows;
    field.load(run, j, &mut line[slot], centred_x, centred_y);
}

#[inline(always)]
pub fn run_second<R: Real>(
    field: &Field<R>,
    run: Run,
    out: &mut Four<R>,
    rows: &mut Rows<R>,
    tiles: &mut [Tile],
) -> bool {
    let n = run.i1 - run.i0;
    rows.fit(n);
    let mut bad = false;
    let (first, end) = (run.j0 as isize, run.j1 as isize);
    let strange = Strange::around(field, run);
    load(field, run, first - 2, 0, rows);
    load(field, run, first - 1, 1, rows);
    for j in first - 1..=end {
        field.ahead(run, (j + 1) as usize, out);
        load(field, run, j + 1, 2, rows);
        sides_of_row(field, run, j, &strange, rows);
        if j >= first {
            let crests = crests_south_of(field, j);
            let crest = match crests {
                Some(list) => Field::crest_row(list, run.i0 as isize, n, &mut rows.crest),
                None => &[],
            };
            let (south, here) = (&rows.line[0], &rows.line[1]);
            if j == 0 || j == field.ny as isize {
                let below = (&mut rows.north_before, &south.b[..]);
                open_rim(field, run, j == 0, below, (&mut rows.south_side, &here.b));
            }
            let (below, above) = (&rows.north_before, &rows.south_side);
            face_row::<R, true>(
                &south.b[2..n + 2],
                &below.b[1..n + 1],
                &below.m[1..n + 1],
                &below.v[1..n + 1],
                &below.u[1..n + 1],
                &here.b[2..n + 2],
                &above.b[1..n + 1],
                &above.m[1..n + 1],
                &above.v[1..n + 1],
                &above.u[1..n + 1],
                crest,
                &mut rows.north.mass[..n],
                &mut rows.north.near[..n],
                &mut rows.north.far[..n],
                &mut rows.north.tangential[..n],
            );
            if let Some(list) = crests {
                let (below, above) = (&rows.line[0], &rows.line[1]);
                Field::weirs(list, run.i0 as isize, n, &mut rows.north, |k| {
                    (below.along_y(k + 2), above.along_y(k + 2))
                });
            }
            finish_y(field, run, j, &mut rows.north, &mut rows.through_rims);
            rows.held.along(field, run, j as usize, &mut rows.north);
        }
        if j > first {
            settle::<R, true>(field, run, (j - 1) as usize, out, rows, tiles, &mut bad);
        }
        if j >= first && j < end {
            let row = j as usize;
            let crest = Field::crest_row(&field.crest_east[row], run.i0 as isize - 1, n + 1, &mut rows.crest);
            let (near, far, line) = (&rows.east, &rows.west, &rows.line[1]);
            face_row::<R, true>(
                &line.b[1..n + 2],
                &near.b[..n + 1],
                &near.m[..n + 1],
                &near.u[..n + 1],
                &near.v[..n + 1],
                &line.b[2..n + 3],
                &far.b[1..n + 2],
                &far.m[1..n + 2],
                &far.u[1..n + 2],
                &far.v[1..n + 2],
                crest,
                &mut rows.x.mass[..n + 1],
                &mut rows.x.near[..n + 1],
                &mut rows.x.far[..n + 1],
                &mut rows.x.tangential[..n + 1],
            );
            Field::weirs(&field.crest_east[row], run.i0 as isize - 1, n + 1, &mut rows.x, |k| {
                (line.along_x(k + 1), line.along_x(k + 2))
            });
            finish_x(field, run, row, &mut rows.x, &mut rows.through_rims);
            rows.held.across(field, run, row, &mut rows.x);
            let (east, west) = (&rows.east, &rows.west);
            let (north, south) = (&rows.north_side, &rows.south_side);
            bed_source(n, (&east.b[1..], &east.m[1..]), (&west.b[1..], &west.m[1..]), &mut rows.source_x);
            bed_source(n, (&north.b[1..], &north.m[1..]), (&south.b[1..], &south.m[1..]), &mut rows.source_y);
            open_sources(field, run, row, rows);
        }
        std::mem::swap(&mut rows.south, &mut rows.north);
        std::mem::swap(&mut rows.north_before, &mut rows.north_side);
        rows.line.rotate_left(1);
    }
    bad
}

/// g/2 (m1 + m0) (eta1 - eta0) over a row of cells.
#[inline(always)]
fn bed_source<R: Real>(n: usize, one: (&[R], &[R]), zero: (&[R], &[R]), out: &mut [R]) {
    let (b1, m1, b0, m0, out) = (&one.0[..n], &one.1[..n], &zero.0[..n], &zero.1[..n], &mut out[..n]);
    for k in 0..n {
        out[k] = R::of(0.5 * G) * (m1[k] + m0[k]) * ((b1[k] - b0[k]) + (m1[k] - m0[k]));
    }
}

/// The bed pushes the share of a cell that is open.
#[inline(always)]
pub fn open_sources<R: Real>(field: &Field<R>, run: Run, j: usize, rows: &mut Rows<R>) {
    if let Some(open) = field.porosity {
        let open = &open[j * field.nx + run.i0..j * field.nx + run.i1];
        for (k, open) in open.iter().enumerate() {
            rows.source_x[k] = rows.source_x[k] * *open;
            rows.source_y[k] = rows.source_y[k] * *open;
        }
    }
}

/// Tiles of another scheme around a run (under second order, whose faces look half a step ahead, also of another step): over
/// faces to them only first-order fluxes pass, so that both sides compute the same.
pub struct Strange {
    pub west: bool,
    pub east: bool,
    pub south: [bool; super::tiles::RUN_TILES],
    pub north: [bool; super::tiles::RUN_TILES],
}

impl Strange {
    pub fn around<R: Real>(field: &Field<R>, run: Run) -> Strange {
        let second = run.kind == Kind::Second;
        let other = |i: usize, j: usize| field.kind_at(i, j) != run.kind || (second && field.apart(run, i, j));
        let mut strange = Strange {
            west: run.i0 > 0 && other(run.i0 - 1, run.j0),
            east: run.i1 < field.nx && other(run.i1, run.j0),
            south: [false; super::tiles::RUN_TILES],
            north: [false; super::tiles::RUN_TILES],
        };
        for s in 0..(run.i1 - run.i0).div_ceil(TILE_W) {
            let i = run.i0 + s * TILE_W;
            strange.south[s] = run.j0 > 0 && other(i, run.j0 - 1);
            strange.north[s] = run.j1 < field.ny && other(i, run.j1);
        }
        strange
    }
}

/// Sides of the cells of row `j` (line 1, between lines 0 and 2), half a step ahead. Entry `k` of a side is column
/// `i0 + k - 1`; the `b` of a side is how much higher the bed is there than in the middle of the cell.
#[inline(always)]
fn sides_of_row<R: Real>(field: &Field<R>, run: Run, j: isize, strange: &Strange, rows: &mut Rows<R>) {
    let n = run.i1 - run.i0;
    let Rows { line: [south, here, north], east, west, north_side, south_side, centred_x: friction, .. } = rows;
    let row = j.clamp(0, field.ny as isize - 1) as usize * field.nx;
    friction[1..n + 1].copy_from_slice(&field.friction[row + run.i0..row + run.i1]);
    friction[0] = field.friction[row + run.i0.saturating_sub(1)];
    friction[n + 1] = field.friction[row + run.i1.min(field.nx - 1)];
    let inside = j.clamp(0, field.ny as isize - 1) as usize;
    let given = |rim: Rim| matches!(rim, Rim::Stage(_) | Rim::Inflow(_));
    let (rim_west, rim_east) = (field.rim(0, inside), field.rim(1, inside));
    let west_given = run.i0 == 0 && given(rim_west) && field.nx > 1;
    let east_given = run.i1 == field.nx && given(rim_east) && field.nx > 1;
    let (ghost_west, ghost_east) = (here.along_x(1), here.along_x(n + 2));
    if west_given {
        here.set(
            1,
            mirror(shape_beyond(rim_west, mirror(ghost_west), mirror(here.along_x(2)), mirror(here.along_x(3)))),
        );
    }
    if east_given {
        here.set(n + 2, shape_beyond(rim_east, ghost_east, here.along_x(n + 1), here.along_x(n)));
    }
    reconstruct(
        n + 2,
        (R::of(0.5) * field.k, R::of(0.5) * field.dt, R::of(CLIFF) * field.dt / field.k),
        &friction[..n + 2],
        [&south.b[1..], &south.m[1..], &south.u[1..], &south.v[1..]],
        [&here.b, &here.m, &here.u, &here.v],
        [&north.b[1..], &north.m[1..], &north.u[1..], &north.v[1..]],
        &mut east.b,
        &mut east.m,
        &mut east.u,
        &mut east.v,
        &mut west.b,
        &mut west.m,
        &mut west.u,
        &mut west.v,
        &mut north_side.b,
        &mut north_side.m,
        &mut north_side.u,
        &mut north_side.v,
        &mut south_side.b,
        &mut south_side.m,
        &mut south_side.u,
        &mut south_side.v,
    );
    if west_given {
        here.set(1, ghost_west);
    }
    if east_given {
        here.set(n + 2, ghost_east);
    }
    // The cell itself as a side: its bed is no higher than itself.
    let plain = |line: &Line<R>, k: usize| -> Beside<R> { Beside { b: R::of(0.0), ..line.along_x(k + 1) } };
    if strange.west {
        east.set(0, plain(here, 0));
        west.set(1, plain(here, 1));
    } else if run.i0 == 0 {
        // Beyond the rim stands the mirror of the first cell's own side, or what the rim holds.
        let side = beyond_side(field, rim_west, mirror(west.along_x(1)), here.b[2], mirror(ghost_west), friction[1]);
        east.set(0, mirror(side));
    }
    if strange.east {
        east.set(n, plain(here, n));
        west.set(n + 1, plain(here, n + 1));
    } else if run.i1 == field.nx {
        west.set(n + 1, beyond_side(field, rim_east, east.along_x(n), here.b[n + 1], ghost_east, friction[n]));
    }
    for s in 0..n.div_ceil(TILE_W) {
        let columns = 1 + s * TILE_W..1 + ((s + 1) * TILE_W).min(n);
        if strange.south[s] {
            // The face south of row j0: north sides of row j0 - 1, south sides of row j0.
            if j == run.j0 as isize - 1 {
                columns.clone().for_each(|k| north_side.set(k, plain(here, k)));
            } else if j == run.j0 as isize {
                columns.clone().for_each(|k| south_side.set(k, plain(here, k)));
            }
        }
        if strange.north[s] {
            if j == run.j1 as isize - 1 {
                columns.clone().for_each(|k| north_side.set(k, plain(here, k)));
            } else if j == run.j1 as isize {
                columns.clone().for_each(|k| south_side.set(k, plain(here, k)));
            }
        }
    }
    // Cells beside a crest have no shape: what passes it is not what their slopes say.
    if (0..field.ny as isize).contains(&j) {
        let mut level = |i: isize| {
            let k = i - run.i0 as isize + 1;
            if (0..n as isize + 2).contains(&k) {
                let k = k as usize;
                let cell = plain(here, k);
                [&mut *east, &mut *west, &mut *north_side, &mut *south_side].into_iter().for_each(|s| s.set(k, cell));
            }
        };
        let j = j as usize;
        for (i, _) in &field.crest_east[j] {
            level(*i as isize);
            level(*i as isize + 1);
        }
        for (i, _) in field.crest_north[j].iter().chain(field.crest_north[j.saturating_sub(1)].iter().filter(|_| j > 0))
        {
            level(*i as isize);
        }
    }
    // Rims in the south and north: mirror, or for now the ghost (`open_rim`).
    if j == -1 || j == field.ny as isize {
        let side = if j < 0 { 2 } else { 3 };
        for k in 1..n + 1 {
            if field.rim(side, run.i0 + k - 1) != Rim::Wall {
                let ghost = plain(here, k);
                north_side.set(k, ghost);
                south_side.set(k, ghost);
            }
        }
    }
}

/// A ghost from which the cell within takes its shape, where the rim gives a level or a discharge: the ground goes on as it
/// comes, the level passes what is given half way between both, else goes on as it comes. Velocities outwards.
#[inline(always)]
fn shape_beyond<R: Real>(rim: Rim, ghost: Beside<R>, inside: Beside<R>, inner: Beside<R>) -> Beside<R> {
    let rise = inside.b - inner.b;
    let level = match rim {
        Rim::Stage(level_m) => R::of(2.0 * ((level_m - inside.b.f64()) - inside.m.f64())),
        _ => rise + (inside.m - inner.m),
    };
    let m = inside.m + (level - rise);
    if lesser(lesser(inside.m, inner.m), m) <= R::of(SHAPELESS_M) {
        return ghost;
    }
    let u = match rim {
        Rim::Inflow(q) => -R::of(q) / m,
        _ => inside.u + (inside.u - inner.u),
    };
    Beside { b: inside.b + rise, m, u, ..ghost }
}

/// What stands beyond a rim at the side of the cell within (velocities outwards; `cell_b` and `friction` are that cell's): the mirror of
/// that side at a wall, that side itself where water is free to leave, what the rim holds on the bed of that side.
#[inline(always)]
fn beyond_side<R: Real>(
    field: &Field<R>,
    rim: Rim,
    side: Beside<R>,
    cell_b: R,
    ghost: Beside<R>,
    friction: R,
) -> Beside<R> {
    let zero = R::of(0.0);
    let b = side.b + (cell_b - ghost.b);
    match rim {
        Rim::Wall => mirror(side),
        Rim::Free => Beside { b, u: field.leaving(side, cell_b - ghost.b, friction), ..side },
        Rim::Stage(level_m) => {
            let m = R::of(((level_m - cell_b.f64()) - side.b.f64()).max(0.0));
            let c = (R::of(G) * m).root();
            let u = side.u + R::of(2.0) * ((R::of(G) * side.m).root() - c);
            let u = if side.m > zero && m > zero { u } else { zero };
            Beside { b, m, u: greater(lesser(u, c), -c), ..side }
        }
        Rim::Inflow(q) => {
            let m = greater(side.m, R::of(base::math::cbrt(q * q / G)));
            let u = if m > R::of(super::flux::STILL_M) { -R::of(q) / m } else { zero };
            Beside { b, m, u, v: zero, ..side }
        }
    }
}

/// The same for the cells of a row of faces on the southern or northern rim, between the sides below and above.
#[inline(always)]
fn open_rim<R: Real>(
    field: &Field<R>,
    run: Run,
    south: bool,
    (below, below_b): (&mut Line<R>, &[R]),
    (above, above_b): (&mut Line<R>, &[R]),
) {
    let side = if south { 2 } else { 3 };
    if field.rims[side].is_empty() {
        return;
    }
    for k in 1..run.i1 - run.i0 + 1 {
        let rim = field.rim(side, run.i0 + k - 1);
        if rim == Rim::Wall {
            continue;
        }
        let turned = |b: Beside<R>| Beside { u: b.v, v: b.u, ..b };
        let row = if south { 0 } else { field.ny - 1 };
        let friction = field.friction[row * field.nx + run.i0 + k - 1];
        if south {
            let ghost = Beside { b: below_b[k + 1], ..Beside::default() };
            let out = beyond_side(field, rim, mirror(above.along_y(k)), above_b[k + 1], ghost, friction);
            below.set(k, turned(mirror(out)));
        } else {
            let ghost = Beside { b: above_b[k + 1], ..Beside::default() };
            above.set(k, turned(beyond_side(field, rim, below.along_y(k), below_b[k + 1], ghost, friction)));
        }
    }
}

#[inline(always)]
fn limited<R: Real>(a: R, b: R) -> R {
    // MC: twice the smaller, at most the mean; nothing at an extremum.
    let (sa, sb) = (a.size(), b.size());
    let least = lesser(sa, sb);
    let mean = R::of(0.5) * (a + b);
    let size = lesser(least + least, mean.size());
    let signed = if mean < R::of(0.0) { -size } else { size };
    if a * b > R::of(0.0) { signed } else { R::of(0.0) }
}

/// A neighbour as the shape of a cell sees it.
#[derive(Clone, Copy)]
struct Against {
    /// Dry, its ground above the water.
    shore: bool,
    /// The cell has no shape beside it: dry, with its ground below the water, or a cliff in the water.
    bare: bool,
}

impl Against {
    /// `fall` is how much lower its bed is than the cell's; `broken`: the bed is a cliff here.
    #[inline(always)]
    fn new<R: Real>(m_there: R, fall: R, m: R, broken: bool) -> Against {
        let dry = m_there <= R::of(SHAPELESS_M);
        let above = -fall > m;
        let walled = broken & (-fall > R::of(0.5) * m);
        Against { shore: dry & above, bare: (dry & !above) | walled }
    }
}

/// `k2` is dt / (2 dx). Rows in: bed, depth, u, v; `here` begins one column west of the others.
#[inline(always)]
fn reconstruct<R: Real>(
    n: usize,
    (k2, dt_half, cliff): (R, R, R),
    friction: &[R],
    south: [&[R]; 4],
    here: [&[R]; 4],
    north: [&[R]; 4],
    eb: &mut [R],
    em: &mut [R],
    eu: &mut [R],
    ev: &mut [R],
    wb: &mut [R],
    wm: &mut [R],
    wu: &mut [R],
    wv: &mut [R],
    nb: &mut [R],
    nm: &mut [R],
    nu: &mut [R],
    nv: &mut [R],
    sb: &mut [R],
    sm: &mut [R],
    su: &mut [R],
    sv: &mut [R],
) {
    let [s_b, s_m, s_u, s_v] = south.map(|row| &row[..n]);
    let [n_b, n_m, n_u, n_v] = north.map(|row| &row[..n]);
    let [w_b, w_m, w_u, w_v] = here.map(|row| &row[..n]);
    let [c_b, c_m, c_u, c_v] = here.map(|row| &row[1..n + 1]);
    let [e_b, e_m, e_u, e_v] = here.map(|row| &row[2..n + 2]);
    let (eb, em, eu, ev) = (&mut eb[..n], &mut em[..n], &mut eu[..n], &mut ev[..n]);
    let (wb, wm, wu, wv) = (&mut wb[..n], &mut wm[..n], &mut wu[..n], &mut wv[..n]);
    let (nb, nm, nu, nv) = (&mut nb[..n], &mut nm[..n], &mut nu[..n], &mut nv[..n]);
    let (sb, sm, su, sv) = (&mut sb[..n], &mut sm[..n], &mut su[..n], &mut sv[..n]);
    let friction = &friction[..n];
    let (half, zero) = (R::of(0.5), R::of(0.0));
    for i in 0..n {
        let (b, m, u, v) = (c_b[i], c_m[i], c_u[i], c_v[i]);
        // Differences of level, depth and velocities to the four sides. A dry side whose ground stands out of the water is a
        // shore: the water's shape goes on there as it comes from the other side. Any other dry side is a front, where
        // the cell has no shape.
        let (dw, de, ds, dn) = (m - w_m[i], e_m[i] - m, m - s_m[i], n_m[i] - m);
        let broken_x = ((w_b[i] - b) + (e_b[i] - b)).size() > cliff;
        let broken_y = ((s_b[i] - b) + (n_b[i] - b)).size() > cliff;
        let west = Against::new(w_m[i], b - w_b[i], m, broken_x);
        let east = Against::new(e_m[i], b - e_b[i], m, broken_x);
        let south = Against::new(s_m[i], b - s_b[i], m, broken_y);
        let north = Against::new(n_m[i], b - n_b[i], m, broken_y);
        let front = west.bare | east.bare | south.bare | north.bare | (m <= R::of(SHAPELESS_M));
        let shape = if front { zero } else { half };
        let pair = |one: Against, other: Against, a: R, b: R| {
            let first = if one.shore { b } else { a };
            let second = if other.shore { a } else { b };
            shape * limited(first, second)
        };
        // Half differences over the cell: level (x, y), depth, velocities.
        let lx = pair(west, east, (b - w_b[i]) + dw, (e_b[i] - b) + de);
        let ly = pair(south, north, (b - s_b[i]) + ds, (n_b[i] - b) + dn);
        let mx = shape * limited(dw, de);
        let my = shape * limited(ds, dn);
        let least = lesser(lesser(lesser(w_m[i], e_m[i]), lesser(s_m[i], n_m[i])), m);
        let calm = if least > R::of(RESTLESS_M) { R::of(1.0) } else { zero };
        let ux = calm * pair(west, east, u - w_u[i], e_u[i] - u);
        let uy = calm * pair(south, north, u - s_u[i], n_u[i] - u);
        let vx = calm * pair(west, east, v - w_v[i], e_v[i] - v);
        let vy = calm * pair(south, north, v - s_v[i], n_v[i] - v);
        // Half a step ahead.
        let two = R::of(2.0);
        // Depth over the sill of a side (higher level less higher bed): over a cliff the half step must not move the water
        // by the whole depth of the cell, or a lake at rest is unstable there.
        let sill = |rise: R, there: R| greater(greater(m, rise + there) - greater(rise, zero), zero);
        let (se, sw) = (sill(e_b[i] - b, e_m[i]), sill(w_b[i] - b, w_m[i]));
        let (sn, ss) = (sill(n_b[i] - b, n_m[i]), sill(s_b[i] - b, s_m[i]));
        let flow_x = lesser(m + mx, se) * (u + ux) - lesser(m - mx, sw) * (u - ux);
        let flow_y = lesser(m + my, sn) * (v + vy) - lesser(m - my, ss) * (v - vy);
        let dm = -(k2 * (flow_x + flow_y));
        let du = -(k2 * two * (u * ux + v * uy + R::of(G) * lx));
        let dv = -(k2 * two * (u * vx + v * vy + R::of(G) * ly));
        let floor = lesser(lesser(m + mx, m - mx), lesser(m + my, m - my)) + dm;
        let ahead = floor > zero;
        let dm = if ahead { dm } else { zero };
        let du = if ahead { du } else { zero };
        let dv = if ahead { dv } else { zero };
        // Friction over the half step, so that at Manning's equilibrium the sides stay as they are.
        let r = greater(m, R::of(SHAPELESS_M)).inverse_sixth_root();
        let r2 = r * r;
        let r4 = r2 * r2;
        let drag = dt_half * friction[i] * (u * u + v * v).quick_root() * (r4 * r4);
        let keep = if ahead { (R::of(1.0) + drag).reciprocal() } else { R::of(1.0) };
        let (m1, u1, v1) = (m + dm, keep * (u + du), keep * (v + dv));
        let (bx, by) = (lx - mx, ly - my);
        (eb[i], em[i], eu[i], ev[i]) = (bx, m1 + mx, u1 + ux, v1 + vx);
        (wb[i], wm[i], wu[i], wv[i]) = (-bx, m1 - mx, u1 - ux, v1 - vx);
        (nb[i], nm[i], nu[i], nv[i]) = (by, m1 + my, u1 + uy, v1 + vy);
        (sb[i], sm[i], su[i], sv[i]) = (-by, m1 - my, u1 - uy, v1 - vy);
    }
}

/// One run by the scheme of its tiles; whether a number went wrong. Inlined, like all it calls, into code for the machine's vector registers.
#[inline(always)]
pub fn step_run<R: Real>(
    field: &Field<R>,
    run: Run,
    out: &mut Four<R>,
    rows: &mut Rows<R>,
    tiles: &mut [Tile],
) -> bool {
    match run.kind {
        Kind::First => super::first::run(field, run, out, rows, tiles),
        Kind::Second => run_second(field, run, out, rows, tiles),
        Kind::Inertial => super::inertial::run(field, run, out, rows, tiles),
    }
}
