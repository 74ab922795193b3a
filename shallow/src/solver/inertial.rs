//! Local inertia over a run of tiles: discharges on faces, depths in cells (Bates, Horritt & Fewtrell 2010, J. Hydrol. 387,
//! 33; weighted by its neighbours, de Almeida et al. 2012, Water Resour. Res. 48, W05528):
//!
//!   q1 (1 + dt g n^2 |q1| / hf^(7/3)) = q' - g hf dt deta/dx,  q' = theta q + (1 - theta)/2 (q- + q+)
//!
//! solved for q1 by one Newton step from q', with hf the depth between the higher level and the higher bed. Advection is left out, so it is for calm water on
//! lowland; faces to tiles of another scheme and to the rims pass the first-order Godunov flux.
//!
//! The discharges are read where they stand. Only levels and mobile depths go through row buffers, since each is asked for
//! three times. Faces at the ends of a run, at rims and under crests are computed once more, one by one.

use super::flux::{self, NO_CREST, gain, mobile, over_crest, passing};
use super::godunov::widths;
use super::real::{Real, greater, lesser};
use super::rows::{Crests, Field, Line, Rim, Rows, Run};
use super::tiles::{Kind, TILE_H, TILE_W, Tile};
use crate::flow::G;
use base::fold::Four;

/// Share of a cell's water that one face may take in a step: with more, shorter steps would have to mend it.
const SHARE_MOST: f64 = 0.5;

#[inline(always)]
pub fn run<R: Real>(field: &Field<R>, run: Run, out: &mut Four<R>, rows: &mut Rows<R>, tiles: &mut [Tile]) -> bool {
    let n = run.i1 - run.i0;
    rows.fit(n);
    let law = Law::new(field, field.dt, field.k);
    // Between tiles of unlike steps both sides reckon by the long one.
    let long = Law::new(field, field.long, field.long_k);
    let mut bad = false;
    // Lines 0 and 1: level and mobile depth of rows j - 1 and j.
    levels(field, run, run.j0 as isize - 1, &mut rows.line[0]);
    for j in run.j0..=run.j1 {
        field.ahead(run, j + 1, out);
        levels(field, run, j as isize, &mut rows.line[1]);
        faces_south_of(field, run, (&law, &long), j, rows);
        if j > run.j0 {
            settle(field, run, j - 1, out, rows, tiles, &mut bad);
        }
        if j < run.j1 {
            faces_across(field, run, (&law, &long), j, rows);
        }
        let Rows { line: [below, here, _], south, north, .. } = rows;
        std::mem::swap(below, here);
        std::mem::swap(south, north);
    }
    bad
}

/// What the law of a face needs of the step.
#[derive(Clone, Copy)]
struct Law<R> {
    theta: R,
    side: R,
    /// g dt / dx
    push: R,
    dt_half: R,
    /// Discharge that takes the greatest share of a cell's water, per depth, m/s.
    most: R,
}

/// The two cells beside a face, and the discharges around it, m2/s.
#[derive(Clone, Copy)]
struct At<R> {
    ml: R,
    /// Level in two words, see `levels`.
    el: [R; 2],
    mr: R,
    er: [R; 2],
    friction_l: R,
    friction_r: R,
    /// Through the face, the faces before and behind it, and the four across it.
    q: R,
    q0: R,
    q1: R,
    t: [R; 4],
}

impl<R: Real> At<R> {
    /// How much higher level and bed are on the far side, m.
    #[inline(always)]
    fn fall(&self) -> (R, R) {
        let deta = (self.er[0] - self.el[0]) + (self.er[1] - self.el[1]);
        (deta, deta - (self.mr - self.ml))
    }
}

impl<R: Real> Law<R> {
    #[inline(always)]
    fn new(field: &Field<R>, dt: R, k: R) -> Law<R> {
        let half = R::of(0.5);
        Law {
            theta: field.theta,
            side: half * (R::of(1.0) - field.theta),
            push: R::of(G) * k,
            dt_half: half * dt,
            // A step of no length moves nothing, whatever it may take.
            most: if k > R::of(0.0) { R::of(SHARE_MOST) / k } else { R::of(0.0) },
        }
    }

    /// New discharge through a face, m2/s, whose crest stands this much over the near side's bed.
    #[inline(always)]
    fn discharge(&self, at: At<R>, crest: R) -> R {
        let zero = R::of(0.0);
        let (deta, rise) = at.fall();
        let hf = (at.ml + greater(deta, zero)) - greater(greater(rise, crest), zero);
        self.through(at, deta, hf)
    }

    /// The same where no crest stands.
    #[inline(always)]
    fn open(&self, at: At<R>) -> R {
        let zero = R::of(0.0);
        let (deta, rise) = at.fall();
        let hf = (at.ml + greater(deta, zero)) - greater(rise, zero);
        self.through(at, deta, hf)
    }

    #[inline(always)]
    fn through(&self, at: At<R>, deta: R, hf: R) -> R {
        let (zero, one) = (R::of(0.0), R::of(1.0));
        let wet = hf > R::of(1e-6);
        let r = greater(hf, R::of(1e-6)).near_inverse_cube_root();
        let r2 = r * r;
        let r7 = (r2 * r2) * (r2 * r);
        let t = R::of(0.25) * ((at.t[0] + at.t[1]) + (at.t[2] + at.t[3]));
        // Friction by the discharge to come, one Newton step from the one before: by the one before alone, thin sheets
        // swing between two depths. With a the drag over |q| and s = |q|, q1 (1 + a s1) = free is, about q,
        // q1 = (free + a q^3/s) / (1 + a s + a q^2/s).
        let q = self.theta.fused(at.q, self.side * (at.q0 + at.q1));
        let free = (-(self.push * hf)).fused(deta, q);
        let drag = (self.dt_half * (at.friction_l + at.friction_r)) * r7;
        let q2 = q * q;
        let size = greater(t.fused(t, q2), R::of(1e-20)).quick_root();
        let dragged = drag * q2;
        let q = free.fused(size, dragged * q) * (size.fused(drag.fused(size, one), dragged)).reciprocal();
        // No face takes more than its share of the water on the side it comes from. In this order a number that is none
        // stays one, and is found.
        let q = greater(-self.most * at.mr, lesser(self.most * at.ml, q));
        if wet { q } else { zero }
    }
}

/// Discharges through the faces between rows `j - 1` (line 0) and `j` (line 1), into `rows.north`.
#[inline(always)]
fn faces_south_of<R: Real>(field: &Field<R>, run: Run, (law, long): (&Law<R>, &Law<R>), j: usize, rows: &mut Rows<R>) {
    let n = run.i1 - run.i0;
    let Rows { line: [below, here, _], north, through_rims, still, west, held, .. } = rows;
    if j == 0 || j == field.ny {
        let (side, row, inner) =
            if j == 0 { (2, 0, 1.min(field.ny - 1)) } else { (3, j - 1, (j - 1).saturating_sub(1)) };
        for k in 0..n {
            let c = field.cell(run.i0 + k, row);
            let inside = flux::Beside { u: if j == 0 { -c.v } else { c.v }, v: c.u, ..c };
            let cell = row * field.nx + run.i0 + k;
            let rim = if cornered(field, run.i0 + k, row) { Rim::Wall } else { field.rim(side, run.i0 + k) };
            let mass = over_rim(field, rim, inside, field.cell(run.i0 + k, inner), cell);
            north.mass[k] = if j == 0 { -mass } else { mass };
        }
    } else {
        let (nx, w, at) = (field.nx, field.water, j * field.nx + run.i0);
        let before = if j > 1 { &w.qy[at - 2 * nx..at - 2 * nx + n] } else { &still[..n] };
        // West of the first column of the first row there is nothing to read; the column is done again below.
        let t_west = if at == nx {
            west.u[0] = w.qx[0];
            west.u[1..n].copy_from_slice(&w.qx[..n - 1]);
            &west.u[..n]
        } else {
            &w.qx[at - nx - 1..at - nx - 1 + n]
        };
        let apart = |k: usize| {
            (j == run.j0 && field.apart(run, run.i0 + k, j - 1)) || (j == run.j1 && field.apart(run, run.i0 + k, j))
        };
        // The whole row; then the edges to tiles of another step once more. (Loops, not closures: what a closure calls is not
        // compiled for the machine's vector registers.)
        let edges = if !field.slow.is_empty() && (j == run.j0 || j == run.j1) { n } else { 0 };
        let unlike = (0..edges).step_by(TILE_W).filter(|k| apart(*k)).map(|k| (long, k..(k + TILE_W).min(n)));
        for (law, k) in std::iter::once((law, 0..n)).chain(unlike) {
            let (near, far) = (at - nx + k.start..at - nx + k.end, at + k.start..at + k.end);
            face_row(
                law,
                &below.m[2 + k.start..2 + k.end],
                &below.u[2 + k.start..2 + k.end],
                &below.v[2 + k.start..2 + k.end],
                &here.m[2 + k.start..2 + k.end],
                &here.u[2 + k.start..2 + k.end],
                &here.v[2 + k.start..2 + k.end],
                &field.friction[near.clone()],
                &field.friction[far.clone()],
                &w.qy[near.clone()],
                &before[k.clone()],
                &w.qy[far.clone()],
                &t_west[k.clone()],
                &w.qx[near],
                &w.qx[far.start - 1..far.end - 1],
                &w.qx[far],
                &mut north.mass[k],
            );
        }
        // One face by itself: at the western rim, where nothing lies further west, and under a crest.
        let single = |k: usize| {
            let c = at + k;
            let west = |c: usize| if run.i0 + k > 0 { c - 1 } else { c };
            let around = At {
                ml: below.m[k + 2],
                el: [below.u[k + 2], below.v[k + 2]],
                mr: here.m[k + 2],
                er: [here.u[k + 2], here.v[k + 2]],
                friction_l: field.friction[c - nx],
                friction_r: field.friction[c],
                q: w.qy[c - nx],
                q0: before[k],
                q1: w.qy[c],
                t: [w.qx[west(c - nx)], w.qx[c - nx], w.qx[west(c)], w.qx[c]],
            };
            (if apart(k) { long } else { law }, around)
        };
        if run.i0 == 0 {
            let (law, at) = single(0);
            north.mass[0] = law.open(at);
        }
        for (k, level) in crests(&field.crest_north[j - 1], run.i0 as isize, n) {
            let (law, at) = single(k);
            let (l, r) = (field.cell(run.i0 + k, j - 1), field.cell(run.i0 + k, j));
            let free = flux::Passing { mass: law.discharge(at, level - l.b), ..Default::default() };
            north.mass[k] = over_crest(l, r, level, free).mass;
        }
        if j == run.j0 || j == run.j1 {
            let beyond = if j == run.j0 { j - 1 } else { j };
            for s in 0..n.div_ceil(TILE_W) {
                let i = run.i0 + s * TILE_W;
                if field.kind_at(i, beyond) != Kind::Inertial {
                    for i in i..(i + TILE_W).min(run.i1) {
                        north.mass[i - run.i0] = across_y(field, i, j);
                    }
                }
            }
        }
    }
    if j == 0 || j == field.ny || field.porosity.is_some() {
        // Rims are booked and porosity laid over the faces as under the Godunov schemes.
        super::godunov::finish_y(field, run, j as isize, north, through_rims);
    }
    held.along(field, run, j, north);
}

/// Discharges through the faces across x of row `j` (line 1), into `rows.through_x`: entry k is west of column i0 + k.
#[inline(always)]
fn faces_across<R: Real>(field: &Field<R>, run: Run, (law, long): (&Law<R>, &Law<R>), j: usize, rows: &mut Rows<R>) {
    let n = run.i1 - run.i0;
    let Rows { line: [_, here, _], through_x: x, still, west, east, through_rims, held, .. } = rows;
    let (nx, w, at, last) = (field.nx, field.water, j * field.nx + run.i0, field.nx - 1);
    // Eastern faces of columns i0 .. i1; the last of them is done again where it is the rim.
    let south = |from: usize| if j > 0 { &w.qy[from - nx..from - nx + n] } else { &still[..n] };
    let q_west = if at == 0 {
        west.u[0] = w.qx[0];
        west.u[1..n].copy_from_slice(&w.qx[..n - 1]);
        &west.u[..n]
    } else {
        &w.qx[at - 1..at - 1 + n]
    };
    let end = at + n == w.qx.len();
    let Line { u: q_end, v: t_end, m: f_end, .. } = east;
    let beyond = |column: &'_ [R], copy: &mut [R]| {
        copy[..n - 1].copy_from_slice(&column[at + 1..at + n]);
        copy[n - 1] = column[at + n - 1];
    };
    if end {
        beyond(&w.qx, q_end);
        beyond(&w.qy, t_end);
        beyond(field.friction, f_end);
    }
    let (q_east, t_east, friction_east) = if end {
        (&q_end[..n], &t_end[..n], &f_end[..n])
    } else {
        (&w.qx[at + 1..at + 1 + n], &w.qy[at + 1..at + 1 + n], &field.friction[at + 1..at + 1 + n])
    };
    face_row(
        law,
        &here.m[2..n + 2],
        &here.u[2..n + 2],
        &here.v[2..n + 2],
        &here.m[3..n + 3],
        &here.u[3..n + 3],
        &here.v[3..n + 3],
        &field.friction[at..at + n],
        friction_east,
        &w.qx[at..at + n],
        q_west,
        q_east,
        south(at),
        south(at + 1),
        &w.qy[at..at + n],
        t_east,
        &mut x[1..n + 1],
    );
    // The face west of column i0 + k by itself.
    let (apart_west, apart_east) =
        (run.i0 > 0 && field.apart(run, run.i0 - 1, j), run.i1 < nx && field.apart(run, run.i1, j));
    let single = |k: usize| {
        let c = at + k;
        let i = run.i0 + k;
        let (further, onward) = (if i > 1 { c - 2 } else { c - 1 }, if i < nx { c } else { c - 1 });
        let below = |c: usize| if j > 0 { w.qy[c - nx] } else { R::of(0.0) };
        let around = At {
            ml: here.m[k + 1],
            el: [here.u[k + 1], here.v[k + 1]],
            mr: here.m[k + 2],
            er: [here.u[k + 2], here.v[k + 2]],
            friction_l: field.friction[c - 1],
            friction_r: field.friction[onward],
            q: w.qx[c - 1],
            q0: w.qx[further],
            q1: w.qx[onward],
            t: [below(c - 1), below(onward), w.qy[c - 1], w.qy[onward]],
        };
        (if (k == 0 && apart_west) || (k == n && apart_east) { long } else { law }, around)
    };
    if run.i0 == 0 {
        let inside = super::rows::mirror(field.cell(0, j));
        x[0] = -over_rim(field, field.rim(0, j), inside, field.cell(1.min(last), j), j * nx);
        if nx > 1 {
            let (law, at) = single(1);
            x[1] = law.open(at);
        }
    } else {
        let (law, at) = single(0);
        x[0] = law.open(at);
    }
    if apart_east {
        let (law, at) = single(n);
        x[n] = law.open(at);
    }
    let list = &field.crest_east[j];
    for (k, level) in crests(list, run.i0 as isize - 1, n + 1) {
        let i = run.i0 + k;
        if i == 0 || i > last {
            continue;
        }
        let (l, r) = (field.cell(i - 1, j), field.cell(i, j));
        let (law, at) = single(k);
        let free = flux::Passing { mass: law.discharge(at, level - l.b), ..Default::default() };
        x[k] = over_crest(l, r, level, free).mass;
    }
    if run.i0 > 0 && field.kind_at(run.i0 - 1, j) != Kind::Inertial {
        x[0] = across_x(field, run.i0, j);
    }
    if run.i1 == nx {
        let inner = field.cell(last.saturating_sub(1), j);
        x[n] = over_rim(field, field.rim(1, j), field.cell(last, j), inner, j * nx + last);
    } else if field.kind_at(run.i1, j) != Kind::Inertial {
        x[n] = across_x(field, run.i1, j);
    }
    if let Some(open) = field.porosity {
        let at = |i: usize| open[j * nx + i.min(last)];
        for (k, x) in x[..n + 1].iter_mut().enumerate() {
            *x = *x * lesser(at((run.i0 + k).saturating_sub(1)), at(run.i0 + k));
        }
    }
    held.across_mass(field, run, j, x);
    if run.i0 == 0 {
        *through_rims += x[0].f64();
    }
    if run.i1 == nx {
        *through_rims -= x[n].f64();
    }
}

/// The crests of a row of faces that lie in a run: (place from `from` on, level).
#[inline(always)]
fn crests<R: Real>(list: &Crests<R>, from: isize, n: usize) -> impl Iterator<Item = (usize, R)> + '_ {
    let first = list.partition_point(|(i, _)| (*i as isize) < from);
    list[first..].iter().map(move |(i, level)| ((*i as isize - from) as usize, *level)).take_while(move |(k, _)| *k < n)
}

/// A corner between two rims of given levels takes its level over the one across x alone: each holds the cell as stiffly as the
/// step allows, and both together overshoot (a river's corner swung at 7 m/s).
#[inline(always)]
fn cornered<R: Real>(field: &Field<R>, i: usize, j: usize) -> bool {
    let given = |side: usize, k: usize| matches!(field.rim(side, k), Rim::Stage(_));
    ((i == 0 && given(0, j)) || (i + 1 == field.nx && given(1, j)))
        && ((j == 0 && given(2, i)) || (j + 1 == field.ny && given(3, i)))
}

/// Discharge out through the rim at `cell`, with `inside` the cell as its rim sees it and `inner` the next one inwards. Where
/// water is free to leave, ground or level go on falling as they come, and it runs as on any other face; other rims pass
/// the first-order Godunov flux.
#[inline(always)]
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
    let r = m.inverse_cube_root();
    let r2 = r * r;
    let drag = field.dt * field.friction[cell] * size * ((r2 * r2) * (r2 * r));
    let q = R::of(2.0) * free / (one + (one + R::of(4.0) * drag).quick_root());
    lesser(R::of(SHARE_MOST) * m / field.k, q)
}

/// First-order Godunov discharge through the face west of column `i`.
#[inline(always)]
fn across_x<R: Real>(field: &Field<R>, i: usize, j: usize) -> R {
    let (l, r) = (field.cell(i - 1, j), field.cell(i, j));
    crested(l, r, &field.crest_east[j], i - 1)
}

/// First-order Godunov discharge through the face south of row `j`.
#[inline(always)]
fn across_y<R: Real>(field: &Field<R>, i: usize, j: usize) -> R {
    let turn = |c: flux::Beside<R>| flux::Beside { u: c.v, v: c.u, ..c };
    let (l, r) = (turn(field.cell(i, j - 1)), turn(field.cell(i, j)));
    crested(l, r, &field.crest_north[j - 1], i)
}

#[inline(always)]
fn crested<R: Real>(l: flux::Beside<R>, r: flux::Beside<R>, list: &Crests<R>, i: usize) -> R {
    match list.binary_search_by_key(&i, |(column, _)| *column as usize) {
        Err(_) => passing(l, r, R::of(NO_CREST)).mass,
        Ok(at) => over_crest(l, r, list[at].1, passing(l, r, list[at].1)).mass,
    }
}

/// Mobile depth and level of row `j` (the nearest one within beyond the rim), from a column west of the run to one east of
/// it: entry k is column i0 + k - 2. The level stands in two words in `u` and `v`: what bed and depth add up to, and what
/// that rounding lost with the depth's own second word. Differences of rounded depths would not vanish on a lake at rest,
/// and in single precision drive currents of a third of a millimetre a second around it.
#[inline(always)]
fn levels<R: Real>(field: &Field<R>, run: Run, j: isize, line: &mut Line<R>) {
    let row = j.clamp(0, field.ny as isize - 1) as usize;
    let (n, at) = (run.i1 - run.i0, row * field.nx + run.i0);
    let w = field.water;
    shallow(
        &w.h[at..at + n],
        &w.lo[at..at + n],
        &field.z[at..at + n],
        field.film,
        field.least,
        &mut line.m[2..n + 2],
        &mut line.u[2..n + 2],
        &mut line.v[2..n + 2],
    );
    let mut end = |k: usize, c: usize| {
        line.m[k] = mobile(w.h[c], field.film, field.least);
        (line.u[k], line.v[k]) = level(field.z[c], w.h[c], w.lo[c]);
    };
    end(1, if run.i0 > 0 { at - 1 } else { at });
    end(n + 2, if run.i1 < field.nx { at + n } else { at + n - 1 });
}

/// Level in two words: the sum, and what its rounding lost (Knuth's two-sum) with the depth's second word.
#[inline(always)]
fn level<R: Real>(z: R, h: R, lo: R) -> (R, R) {
    let sum = z + h;
    let of_h = sum - z;
    (sum, ((z - (sum - of_h)) + (h - of_h)) + lo)
}

#[inline(always)]
fn shallow<R: Real>(h: &[R], lo: &[R], z: &[R], film: R, least: R, m_out: &mut [R], sum: &mut [R], rest: &mut [R]) {
    let n = h.len();
    let (lo, z, m_out) = (&lo[..n], &z[..n], &mut m_out[..n]);
    let (sum, rest) = (&mut sum[..n], &mut rest[..n]);
    for i in 0..n {
        m_out[i] = mobile(h[i], film, least);
        (sum[i], rest[i]) = level(z[i], h[i], lo[i]);
    }
}

/// New discharges through a row of faces without crests.
#[inline(always)]
fn face_row<R: Real>(
    law: &Law<R>,
    ml: &[R],
    sum_l: &[R],
    rest_l: &[R],
    mr: &[R],
    sum_r: &[R],
    rest_r: &[R],
    friction_l: &[R],
    friction_r: &[R],
    q: &[R],
    q0: &[R],
    q1: &[R],
    t0: &[R],
    t1: &[R],
    t2: &[R],
    t3: &[R],
    out: &mut [R],
) {
    let n = out.len();
    let (ml, mr) = (&ml[..n], &mr[..n]);
    let (sum_l, rest_l, sum_r, rest_r) = (&sum_l[..n], &rest_l[..n], &sum_r[..n], &rest_r[..n]);
    let (q, q0, q1) = (&q[..n], &q0[..n], &q1[..n]);
    let (t0, t1, t2, t3) = (&t0[..n], &t1[..n], &t2[..n], &t3[..n]);
    let (friction_l, friction_r) = (&friction_l[..n], &friction_r[..n]);
    let law = *law;
    for i in 0..n {
        out[i] = law.open(At {
            ml: ml[i],
            el: [sum_l[i], rest_l[i]],
            mr: mr[i],
            er: [sum_r[i], rest_r[i]],
            friction_l: friction_l[i],
            friction_r: friction_r[i],
            q: q[i],
            q0: q0[i],
            q1: q1[i],
            t: [t0[i], t1[i], t2[i], t3[i]],
        });
    }
}

/// Deeper water is an error, m.
const DEEPEST_M: f64 = 9e3;

/// New depths of row `j` from `rows.through_x`, `rows.south.mass` and `rows.north.mass`.
#[inline(always)]
fn settle<R: Real>(
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
    if field.porosity.is_some() || j == run.j0 {
        widths(field, from, n, &mut rows.k);
    }
    let w = field.water;
    *bad |= depths(
        field.film,
        field.least,
        &rows.k[..n],
        &w.h[from..from + n],
        &w.lo[from..from + n],
        &rows.through_x,
        &rows.south.mass,
        &rows.north.mass,
        &mut out.0[to..to + n],
        &mut out.1[to..to + n],
        &mut out.2[to..to + n],
        &mut out.3[to..to + n],
        &mut rows.mobile[..n],
    );
    Tile::note_row(tiles, (j, run.j0, run.j1), &rows.mobile[..n], &mut rows.most[..n]);
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
    qx_out: &mut [R],
    qy_out: &mut [R],
    mobile_out: &mut [R],
) -> bool {
    let n = h.len();
    let (k, lo, west, east) = (&k[..n], &lo[..n], &x[..n], &x[1..n + 1]);
    let (south, north) = (&south[..n], &north[..n]);
    let (h_out, lo_out, mobile_out) = (&mut h_out[..n], &mut lo_out[..n], &mut mobile_out[..n]);
    let (qx_out, qy_out) = (&mut qx_out[..n], &mut qy_out[..n]);
    let mut bad = 0u32;
    for i in 0..n {
        let (depth, rest) = gain(h[i], lo[i], -(k[i] * ((east[i] - west[i]) + (north[i] - south[i]))));
        h_out[i] = depth;
        lo_out[i] = rest;
        qx_out[i] = east[i];
        qy_out[i] = north[i];
        mobile_out[i] = mobile(depth, film, least);
        // No water is that deep, none is negative, and no number is none.
        bad |= u32::from(!((depth >= R::of(0.0)) & (depth < R::of(DEEPEST_M))));
    }
    bad != 0
}
