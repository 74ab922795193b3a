//! Local inertia over a run of tiles: discharges on faces, depths in cells (Bates, Horritt & Fewtrell 2010, J. Hydrol. 387,
//! 33; weighted by its neighbours, de Almeida et al. 2012, Water Resour. Res. 48, W05528):
//!
//!   q1 (1 + dt g n^2 |q1| / hf^(7/3)) = theta q + (1 - theta)/2 (q- + q+) - g hf dt deta/dx
//!
//! with hf the depth between the higher level and the higher bed. Advection is left out, so it is for calm water on
//! lowland; faces to tiles of another scheme and to the rims pass the first-order Godunov flux.

use super::flux::{self, NO_CREST, gain, mobile, over_crest, passing};
use super::godunov::{Seen, widths};
use super::real::{Real, greater, largest, lesser};
use super::rows::{Crests, Field, Line, Rim, Rows, Run};
use super::tiles::{Kind, TILE_H, TILE_W, Tile};
use crate::flow::G;
use base::fold::Four;

/// Share of a cell's water that one face may take in a step: with more, shorter steps would have to mend it.
const SHARE_MOST: f64 = 0.5;

#[inline(always)]
pub fn run<R: Real>(field: &Field<R>, run: Run, out: &mut Four<R>, rows: &mut Rows<R>, tiles: &mut [Tile]) -> Seen<R> {
    let n = run.i1 - run.i0;
    rows.fit(n);
    let mut deepest = R::of(0.0);
    let mut bad = false;
    let tiles_n = n.div_ceil(TILE_W);
    // Lines: b, m of rows j - 1 and j in lines 0 and 1; discharges through eastern faces in their `u` (entry k: column
    // i0 + k - 2), through northern faces in `v`; `spare.v` holds the northern faces of row j - 2.
    load(field, run, run.j0 as isize - 1, &mut rows.line[0]);
    northern(field, run, run.j0 as isize - 2, &mut rows.spare.v);
    for j in run.j0..=run.j1 {
        load(field, run, j as isize, &mut rows.line[1]);
        // Faces south of row j.
        {
            let Rows { line: [below, here, _], spare, north, crest, bare, .. } = rows;
            let crests = (j > 0 && j < field.ny).then(|| &field.crest_north[j - 1]);
            let crest = match crests {
                Some(list) => Field::crest_row(list, run.i0 as isize, n, crest, bare),
                None => &bare[..n],
            };
            let friction = |row: usize| &field.friction[row * field.nx + run.i0..row * field.nx + run.i1];
            let (low, high) = (j.saturating_sub(1), j.min(field.ny - 1));
            face_row(
                (field.k, field.dt, field.theta),
                &below.b[2..n + 2],
                &below.m[2..n + 2],
                &here.b[2..n + 2],
                &here.m[2..n + 2],
                crest,
                &below.v[2..n + 2],
                &spare.v[2..n + 2],
                &here.v[2..n + 2],
                &below.u[1..n + 1],
                &below.u[2..n + 2],
                &here.u[1..n + 1],
                &here.u[2..n + 2],
                friction(low),
                friction(high),
                &mut north.mass[..n],
            );
            if let Some(list) = crests {
                weirs(list, run.i0 as isize, n, &mut north.mass, |k| {
                    (field.cell(run.i0 + k, j - 1), field.cell(run.i0 + k, j))
                });
            }
        }
        if j == 0 || j == field.ny {
            let (side, row, inner) =
                if j == 0 { (2, 0, 1.min(field.ny - 1)) } else { (3, j - 1, (j - 1).saturating_sub(1)) };
            for k in 0..n {
                let c = field.cell(run.i0 + k, row);
                let inside = flux::Beside { u: if j == 0 { -c.v } else { c.v }, v: c.u, ..c };
                let mass = over_rim(
                    field,
                    field.rim(side, run.i0 + k),
                    inside,
                    field.cell(run.i0 + k, inner),
                    row * field.nx + run.i0 + k,
                );
                rows.north.mass[k] = if j == 0 { -mass } else { mass };
            }
        } else if j == run.j0 || j == run.j1 {
            let beyond = if j == run.j0 { j - 1 } else { j };
            for s in 0..tiles_n {
                let i = run.i0 + s * TILE_W;
                if field.kind_at(i, beyond) != Kind::Inertial {
                    for i in i..(i + TILE_W).min(run.i1) {
                        rows.north.mass[i - run.i0] = across_y(field, i, j);
                    }
                }
            }
        }
        if j == 0 || j == field.ny || field.porosity.is_some() {
            // Rims are booked and porosity laid over the faces as under the Godunov schemes.
            super::godunov::finish_y(field, run, j as isize, &mut rows.north, &mut rows.through_rims);
        }
        if j > run.j0 {
            settle(field, run, j - 1, out, rows, tiles, &mut deepest, &mut bad);
        }
        if j < run.j1 {
            eastern_faces(field, run, j, rows);
        }
        let Rows { line: [below, here, _], spare, south, north, .. } = rows;
        std::mem::swap(&mut spare.v, &mut below.v);
        std::mem::swap(below, here);
        std::mem::swap(south, north);
    }
    let wave = (R::of(G) * deepest).root();
    (wave, bad)
}

/// Discharges through the faces across x of row `j` (line 1), into `rows.x.mass`: entry k is west of column i0 + k.
#[inline(always)]
fn eastern_faces<R: Real>(field: &Field<R>, run: Run, j: usize, rows: &mut Rows<R>) {
    let n = run.i1 - run.i0;
    let Rows { line: [below, here, _], x, crest, bare, centred_x, through_rims, .. } = rows;
    let list = &field.crest_east[j];
    let crest = Field::crest_row(list, run.i0 as isize - 1, n + 1, crest, bare);
    // Friction of the cells west and east of each face.
    let (row, last) = (j * field.nx, field.nx - 1);
    let friction = &mut centred_x[..n + 2];
    friction[1..n + 1].copy_from_slice(&field.friction[row + run.i0..row + run.i1]);
    friction[0] = field.friction[row + run.i0.saturating_sub(1)];
    friction[n + 1] = field.friction[row + run.i1.min(last)];
    face_row(
        (field.k, field.dt, field.theta),
        &here.b[1..n + 2],
        &here.m[1..n + 2],
        &here.b[2..n + 3],
        &here.m[2..n + 3],
        crest,
        &here.u[1..n + 2],
        &here.u[..n + 1],
        &here.u[2..n + 3],
        &below.v[1..n + 2],
        &below.v[2..n + 3],
        &here.v[1..n + 2],
        &here.v[2..n + 3],
        &friction[..n + 1],
        &friction[1..n + 2],
        &mut x.mass[..n + 1],
    );
    weirs(list, run.i0 as isize - 1, n + 1, &mut x.mass, |k| {
        let at = |i: usize| field.cell(i.min(last), j);
        (at((run.i0 + k).saturating_sub(1)), at(run.i0 + k))
    });
    if run.i0 == 0 {
        x.mass[0] = -{
            let inside = super::rows::mirror(field.cell(0, j));
            over_rim(field, field.rim(0, j), inside, field.cell(1.min(last), j), row)
        };
    } else if field.kind_at(run.i0 - 1, j) != Kind::Inertial {
        x.mass[0] = across_x(field, run.i0, j);
    }
    if run.i1 == field.nx {
        let inner = field.cell(last.saturating_sub(1), j);
        x.mass[n] = over_rim(field, field.rim(1, j), field.cell(last, j), inner, row + last);
    } else if field.kind_at(run.i1, j) != Kind::Inertial {
        x.mass[n] = across_x(field, run.i1, j);
    }
    if run.i0 == 0 || run.i1 == field.nx || field.porosity.is_some() {
        super::godunov::finish_x(field, run, j, x, through_rims);
    }
}

/// Discharge out through the rim at `cell`, with `inside` the cell as its rim sees it and `inner` the next one inwards. Where
/// water is free to leave, ground or level go on falling as they come, and it runs as on any other face; other rims pass
/// the first-order Godunov flux.
fn over_rim<R: Real>(field: &Field<R>, rim: Rim, inside: flux::Beside<R>, inner: flux::Beside<R>, cell: usize) -> R {
    if rim != Rim::Free {
        return field.outward(rim, inside, inner.b).mass;
    }
    let (zero, one, m) = (R::of(0.0), R::of(1.0), inside.m);
    if m <= R::of(1e-6) {
        return zero;
    }
    let ground = inner.b - inside.b;
    let fall = greater(greater(ground, ground + (inner.m - m)), zero);
    let free = greater(inside.u, zero) * m + R::of(G) * field.k * m * fall;
    let size = (free * free + inside.v * inside.v * (m * m)).quick_root();
    let r2 = m.inverse_sixth_root() * m.inverse_sixth_root();
    let r4 = r2 * r2;
    let drag = field.dt * field.friction[cell] * size * (r4 * r4 * r4 * r2);
    let q = R::of(2.0) * free * (one + (one + R::of(4.0) * drag).quick_root()).reciprocal();
    lesser(q, R::of(SHARE_MOST) * m / field.k)
}

/// First-order Godunov discharge through the face west of column `i`.
fn across_x<R: Real>(field: &Field<R>, i: usize, j: usize) -> R {
    let (l, r) = (field.cell(i - 1, j), field.cell(i, j));
    crested(l, r, &field.crest_east[j], i - 1)
}

/// First-order Godunov discharge through the face south of row `j`.
fn across_y<R: Real>(field: &Field<R>, i: usize, j: usize) -> R {
    let turn = |c: flux::Beside<R>| flux::Beside { u: c.v, v: c.u, ..c };
    let (l, r) = (turn(field.cell(i, j - 1)), turn(field.cell(i, j)));
    crested(l, r, &field.crest_north[j - 1], i)
}

fn crested<R: Real>(l: flux::Beside<R>, r: flux::Beside<R>, list: &Crests<R>, i: usize) -> R {
    match list.iter().find(|(column, _)| *column as usize == i) {
        None => passing(l, r, R::of(NO_CREST)).mass,
        Some((_, level)) => over_crest(l, r, *level, passing(l, r, *level)).mass,
    }
}

/// A crest above both beds lets no more through than a broad-crested weir.
#[inline(always)]
fn weirs<R: Real>(
    list: &Crests<R>,
    from: isize,
    n: usize,
    mass: &mut [R],
    sides: impl Fn(usize) -> (flux::Beside<R>, flux::Beside<R>),
) {
    for (i, level) in list {
        let k = *i as isize - from;
        if k >= 0 && (k as usize) < n {
            let k = k as usize;
            let (l, r) = sides(k);
            let free = flux::Passing { mass: mass[k], ..Default::default() };
            mass[k] = over_crest(l, r, *level, free).mass;
        }
    }
}

/// Bed and mobile depth of row `j` (the nearest one within beyond the rim), discharges through its eastern and northern faces.
#[inline(always)]
fn load<R: Real>(field: &Field<R>, run: Run, j: isize, line: &mut Line<R>) {
    let row = j.clamp(0, field.ny as isize - 1) as usize;
    let (west, east) = (run.i0.min(2), (field.nx - run.i1).min(2));
    let (a, z) = (row * field.nx + run.i0 - west, row * field.nx + run.i1 + east);
    let (at, len) = (2 - west, z - a);
    let w = field.water;
    shallow(&w.h[a..z], &field.z[a..z], field.film, field.least, &mut line.b[at..at + len], &mut line.m[at..at + len]);
    line.u[at..at + len].copy_from_slice(&w.qx[a..z]);
    let n = run.i1 - run.i0 + 4;
    let edge = |column: &mut [R]| {
        let (first, last) = (column[at], column[at + len - 1]);
        column[..at].fill(first);
        column[at + len..n].fill(last);
    };
    edge(&mut line.b[..n]);
    edge(&mut line.m[..n]);
    edge(&mut line.u[..n]);
    northern(field, run, j, &mut line.v);
}

/// Discharges through the northern faces of row `j`; none beyond the rim.
#[inline(always)]
fn northern<R: Real>(field: &Field<R>, run: Run, j: isize, v: &mut [R]) {
    let n = run.i1 - run.i0 + 4;
    if j < 0 || j >= field.ny as isize {
        v[..n].fill(R::of(0.0));
        return;
    }
    let (west, east) = (run.i0.min(2), (field.nx - run.i1).min(2));
    let (a, z) = (j as usize * field.nx + run.i0 - west, j as usize * field.nx + run.i1 + east);
    let (at, len) = (2 - west, z - a);
    v[at..at + len].copy_from_slice(&field.water.qy[a..z]);
    let (first, last) = (v[at], v[at + len - 1]);
    v[..at].fill(first);
    v[at + len..n].fill(last);
}

#[inline(always)]
fn shallow<R: Real>(h: &[R], z: &[R], film: R, least: R, b: &mut [R], m_out: &mut [R]) {
    let n = h.len();
    let (z, b, m_out) = (&z[..n], &mut b[..n], &mut m_out[..n]);
    for i in 0..n {
        let m = mobile(h[i], film, least);
        b[i] = z[i] + (h[i] - m);
        m_out[i] = m;
    }
}

/// New discharges through a row of faces. `q` is the face's own, `q0` and `q1` those of the faces before and behind it,
/// `t..` the four across it.
#[inline(always)]
fn face_row<R: Real>(
    (k, dt, theta): (R, R, R),
    bl: &[R],
    ml: &[R],
    br: &[R],
    mr: &[R],
    crest: &[R],
    q: &[R],
    q0: &[R],
    q1: &[R],
    t0: &[R],
    t1: &[R],
    t2: &[R],
    t3: &[R],
    friction_l: &[R],
    friction_r: &[R],
    out: &mut [R],
) {
    let n = out.len();
    let (bl, ml, br, mr, crest) = (&bl[..n], &ml[..n], &br[..n], &mr[..n], &crest[..n]);
    let (q, q0, q1) = (&q[..n], &q0[..n], &q1[..n]);
    let (t0, t1, t2, t3) = (&t0[..n], &t1[..n], &t2[..n], &t3[..n]);
    let (friction_l, friction_r) = (&friction_l[..n], &friction_r[..n]);
    let (zero, one, half) = (R::of(0.0), R::of(1.0), R::of(0.5));
    let (two, four) = (R::of(2.0), R::of(4.0));
    let side = half * (one - theta);
    let push = R::of(G) * k;
    let half_dt = half * dt;
    for i in 0..n {
        let rise = br[i] - bl[i];
        let deta = rise + (mr[i] - ml[i]);
        let hf = (ml[i] + greater(deta, zero)) - greater(greater(rise, crest[i] - bl[i]), zero);
        let wet = hf > R::of(1e-6);
        let r = greater(hf, R::of(1e-6)).inverse_sixth_root();
        let r2 = r * r;
        let r4 = r2 * r2;
        let r14 = r4 * r4 * r4 * r2;
        let t = R::of(0.25) * ((t0[i] + t1[i]) + (t2[i] + t3[i]));
        // Friction by the discharge to come (backward Euler): by the one before, thin sheets swing between two depths.
        let free = theta * q[i] + side * (q0[i] + q1[i]) - push * hf * deta;
        let size = (free * free + t * t).quick_root();
        let drag = half_dt * (friction_l[i] + friction_r[i]) * size * r14;
        let q_new = free * two * (one + (one + four * drag).quick_root()).reciprocal();
        // No face takes more than its share of the water on the side it comes from.
        let most = R::of(SHARE_MOST) * if q_new > zero { ml[i] } else { mr[i] };
        let fits = q_new.size() * k;
        let q_new = if fits > most { q_new * (most * greater(fits, R::of(1e-30)).reciprocal()) } else { q_new };
        out[i] = if wet { q_new } else { zero };
    }
}

/// New depths of row `j` from `rows.x.mass`, `rows.south.mass` and `rows.north.mass`.
#[inline(always)]
fn settle<R: Real>(
    field: &Field<R>,
    run: Run,
    j: usize,
    out: &mut Four<R>,
    rows: &mut Rows<R>,
    tiles: &mut [Tile],
    deepest: &mut R,
    bad: &mut bool,
) {
    let n = run.i1 - run.i0;
    let (from, to) = (j * field.nx + run.i0, (j % TILE_H) * field.nx + run.i0);
    widths(field, from, n, &mut rows.k);
    let w = field.water;
    depths(
        field.film,
        field.least,
        &rows.k[..n],
        &w.h[from..from + n],
        &w.lo[from..from + n],
        &rows.x.mass,
        &rows.south.mass,
        &rows.north.mass,
        &mut out.0[to..to + n],
        &mut out.1[to..to + n],
        &mut rows.mobile[..n],
    );
    out.2[to..to + n].copy_from_slice(&rows.x.mass[1..n + 1]);
    out.3[to..to + n].copy_from_slice(&rows.north.mass[..n]);
    *deepest = greater(*deepest, largest(&rows.mobile[..n]));
    *bad |= flux::unsound(&out.0[to..to + n], &rows.mobile[..n]);
    for (s, tile) in tiles.iter_mut().enumerate() {
        let row = &rows.mobile[s * TILE_W..((s + 1) * TILE_W).min(n)];
        tile.note(row, j == run.j0, j + 1 == run.j1);
    }
}

#[inline(always)]
fn depths<R: Real>(
    film: R,
    least: R,
    k: &[R],
    h: &[R],
    lo: &[R],
    x: &[R],
    south: &[R],
    north: &[R],
    h_out: &mut [R],
    lo_out: &mut [R],
    mobile_out: &mut [R],
) {
    let n = h.len();
    let (k, lo, west, east) = (&k[..n], &lo[..n], &x[..n], &x[1..n + 1]);
    let (south, north) = (&south[..n], &north[..n]);
    let (h_out, lo_out, mobile_out) = (&mut h_out[..n], &mut lo_out[..n], &mut mobile_out[..n]);
    for i in 0..n {
        let (depth, rest) = gain(h[i], lo[i], -(k[i] * ((east[i] - west[i]) + (north[i] - south[i]))));
        h_out[i] = depth;
        lo_out[i] = rest;
        mobile_out[i] = mobile(depth, film, least);
    }
}
