//! First-order Godunov steps over a run of tiles: the water of a cell has no shape, but its bed may be tilted.
//!
//! With beds as stairs, hydrostatic reconstruction pushes a sheet that is thinner than the step between two cells by
//! g h^2/2 at most and not by g h dz, and lets it fall freely from every step (Delestre et al. 2012, Int. J. Numer. Methods
//! Fluids 69, 1): the sheet is too deep or too shallow by tens of percent. So where the bed and the level fall the same way
//! across a cell from either side, the cell's bed is tilted by the least of the four differences, as if slopes of the level
//! were reconstructed and the depth kept (Xia et al. 2017, Water Resour. Res. 53, 3730), and the water feels g h dz of it.
//! On an even slope no step is left at the faces. A lake at rest has no tilt, since its level does not fall; nor has the
//! edge or the foot of a cliff, a levee's crest or a weir, where one of the differences is none: there water falls freely.

use super::flux::{Beside, mobile};
use super::godunov::{Strange, crests_south_of, finish_x, finish_y, load, open_sources, settle};
use super::real::{Real, greater, lesser};
use super::rows::{Field, Line, Rim, Rows, Run, face_row};
use super::tiles::{TILE_W, Tile};
use crate::flow::G;
use base::fold::Four;

/// Steps of the bed below this share of the depth are left as stairs: what the tilt would mend (about step / depth) is
/// then within the error of the order, and deep water costs nothing more.
const STAIR: f64 = 1.0 / 256.0;

#[inline(always)]
pub fn run<R: Real>(field: &Field<R>, run: Run, out: &mut Four<R>, rows: &mut Rows<R>, tiles: &mut [Tile]) -> bool {
    let n = run.i1 - run.i0;
    rows.fit(n);
    let mut bad = false;
    let strange = Strange::around(field, run);
    let (first, end) = (run.j0 as isize, run.j1 as isize);
    load(field, run, first - 1, 1, rows);
    load(field, run, first, 2, rows);
    // Whether the bed may step much between the rows j - 1 and j; then the rows beyond them are wanted, too. Once it does, it is
    // taken to do so to the end of the run: a tilt that is nothing costs little more than the question.
    let mut steps = steps_between(n, &rows.line[1], &rows.line[2]);
    if steps {
        load_ground(field, run, first - 2, 0, rows);
    }
    let mut tilted_below = steps;
    if tilted_below {
        tilt_y(field, run, first - 1, &strange, rows);
    }
    std::mem::swap(&mut rows.north_before, &mut rows.north_side);
    let (mut pushed, mut along_tilted) = (false, false);
    for j in first..=end {
        rows.line.rotate_left(1);
        let wanted = steps || j < end;
        if j < end {
            field.ahead(run, j as usize + 1, out);
            load(field, run, j + 1, 2, rows);
        } else if wanted {
            load_ground(field, run, j + 1, 2, rows);
        }
        let steps_above = wanted && (steps || steps_between(n, &rows.line[1], &rows.line[2]));
        let tilted = steps && steps_above;
        if tilted {
            tilt_y(field, run, j, &strange, rows);
        }
        between(field, run, j, (tilted_below, tilted), rows);
        if j > first {
            let row = (j - 1) as usize;
            if pushed {
                settle::<R, true>(field, run, row, out, rows, tiles, &mut bad);
            } else {
                settle::<R, false>(field, run, row, out, rows, tiles, &mut bad);
            }
        }
        if j < end {
            along_tilted = along(field, run, j as usize, &strange, (along_tilted, tilted), rows);
            pushed = along_tilted || tilted;
        }
        (steps, tilted_below) = (steps_above, tilted);
        std::mem::swap(&mut rows.south, &mut rows.north);
        std::mem::swap(&mut rows.north_before, &mut rows.north_side);
    }
    bad
}

/// Bed and depth of row `j` into line `slot`: all that a tilt reads of it.
#[inline(always)]
fn load_ground<R: Real>(field: &Field<R>, run: Run, j: isize, slot: usize, rows: &mut Rows<R>) {
    if !(0..field.ny as isize).contains(&j) {
        return load(field, run, j, slot, rows);
    }
    let n = run.i1 - run.i0;
    let from = j as usize * field.nx + run.i0;
    let line = &mut rows.line[slot];
    let (h, z) = (&field.water.h[from..from + n], &field.z[from..from + n]);
    let (b, m) = (&mut line.b[2..n + 2], &mut line.m[2..n + 2]);
    for i in 0..n {
        m[i] = mobile(h[i], field.film, field.least);
        b[i] = z[i] + (h[i] - m[i]);
    }
}

/// Any cell of two rows has a step of the bed to the other row that its water feels as one.
#[inline(always)]
fn steps_between<R: Real>(n: usize, below: &Line<R>, above: &Line<R>) -> bool {
    any_step(&below.b[2..n + 2], &below.m[2..n + 2], &above.b[2..n + 2], &above.m[2..n + 2])
}

#[inline(always)]
fn any_step<R: Real>(b0: &[R], m0: &[R], b1: &[R], m1: &[R]) -> bool {
    let n = b0.len();
    let (m0, b1, m1) = (&m0[..n], &b1[..n], &m1[..n]);
    let share = R::of(STAIR);
    let mut any = 0u32;
    for i in 0..n {
        any |= u32::from((b1[i] - b0[i]).size() > share * lesser(m0[i], m1[i]));
    }
    any != 0
}

/// How much higher the bed is at a cell's sides than in its middle, from three cells' beds and depths: half the least of the
/// differences of bed and level over both sides, where all have one sign.
#[inline(always)]
fn tilt_row<R: Real>(
    n: usize,
    (b0, m0): (&[R], &[R]),
    (b, m): (&[R], &[R]),
    (b1, m1): (&[R], &[R]),
    low: &mut [R],
    high: &mut [R],
) {
    let (b0, m0, b, m, b1, m1) = (&b0[..n], &m0[..n], &b[..n], &m[..n], &b1[..n], &m1[..n]);
    let (low, high) = (&mut low[..n], &mut high[..n]);
    let (zero, half, share) = (R::of(0.0), R::of(0.5), R::of(STAIR));
    for i in 0..n {
        let (before, after) = (b[i] - b0[i], b1[i] - b[i]);
        let (level_before, level_after) = (before + (m[i] - m0[i]), after + (m1[i] - m[i]));
        let least = lesser(lesser(before, after), lesser(level_before, level_after));
        let most = greater(greater(before, after), greater(level_before, level_after));
        let both = greater(least, zero) + lesser(most, zero);
        let t = if both.size() > share * m[i] { half * both } else { zero };
        high[i] = t;
        low[i] = -t;
    }
}

/// Tilt of row `j` (line 1, between lines 0 and 2) from south to north, into the beds of `south_side` and `north_side`.
/// Entry `k` is column `i0 + k - 1`.
#[inline(always)]
fn tilt_y<R: Real>(field: &Field<R>, run: Run, j: isize, strange: &Strange, rows: &mut Rows<R>) {
    let n = run.i1 - run.i0;
    let zero = R::of(0.0);
    let Rows { line: [south, here, north], north_side, south_side, .. } = rows;
    tilt_row(
        n,
        (&south.b[2..], &south.m[2..]),
        (&here.b[2..], &here.m[2..]),
        (&north.b[2..], &north.m[2..]),
        &mut south_side.b[1..],
        &mut north_side.b[1..],
    );
    let (first, end) = (run.j0 as isize, run.j1 as isize);
    for s in 0..n.div_ceil(TILE_W) {
        let columns = 1 + s * TILE_W..1 + ((s + 1) * TILE_W).min(n);
        if (strange.south[s] && j == first - 1) || (strange.north[s] && j == end - 1) {
            north_side.b[columns.clone()].fill(zero);
        }
        if (strange.south[s] && j == first) || (strange.north[s] && j == end) {
            south_side.b[columns].fill(zero);
        }
    }
    beside_crests(field, run, j, |k| (south_side.b[k], north_side.b[k]) = (zero, zero));
}

/// Calls for the cells of a row that touch a crest: what passes it is not what their slopes say.
#[inline(always)]
fn beside_crests<R: Real>(field: &Field<R>, run: Run, j: isize, mut level: impl FnMut(usize)) {
    if !(0..field.ny as isize).contains(&j) {
        return;
    }
    let j = j as usize;
    let n = run.i1 - run.i0;
    let mut at = |column: usize| {
        let k = (column + 1).wrapping_sub(run.i0);
        if k < n + 2 {
            level(k);
        }
    };
    for (i, _) in &field.crest_east[j] {
        at(*i as usize);
        at(*i as usize + 1);
    }
    let south = if j > 0 { &field.crest_north[j - 1][..] } else { &[] };
    for (i, _) in field.crest_north[j].iter().chain(south) {
        at(*i as usize);
    }
}

/// Fluxes between row `j - 1` (line 0) and row `j` (line 1), into `rows.north`.
#[inline(always)]
fn between<R: Real>(field: &Field<R>, run: Run, j: isize, tilted: (bool, bool), rows: &mut Rows<R>) {
    let n = run.i1 - run.i0;
    let zero = R::of(0.0);
    let Rows { line: [below, above, _], north, crest, through_rims, north_before, south_side, held, .. } = rows;
    let crests = crests_south_of(field, j);
    let crest = match crests {
        Some(list) => Field::crest_row(list, run.i0 as isize, n, crest),
        None => &[],
    };
    // Across a face between rows v is the normal velocity and u the tangential one.
    if tilted.0 || tilted.1 {
        let (low, high) = (&mut north_before.b, &mut south_side.b);
        if !tilted.0 {
            low[..n + 2].fill(zero);
        }
        if !tilted.1 {
            high[..n + 2].fill(zero);
        }
        // Beyond a free rim the ground goes on as it comes.
        if j == 0 || j == field.ny as isize {
            let side = if j == 0 { 2 } else { 3 };
            for k in 1..n + 1 {
                if field.rim(side, run.i0 + k - 1) == Rim::Free {
                    let rise = above.b[k + 1] - below.b[k + 1];
                    if j == 0 { low[k] = high[k] + rise } else { high[k] = low[k] - rise }
                }
            }
        }
        face_row::<R, true>(
            &below.b[2..n + 2],
            &low[1..n + 1],
            &below.m[2..n + 2],
            &below.v[2..n + 2],
            &below.u[2..n + 2],
            &above.b[2..n + 2],
            &high[1..n + 1],
            &above.m[2..n + 2],
            &above.v[2..n + 2],
            &above.u[2..n + 2],
            crest,
            &mut north.mass[..n],
            &mut north.near[..n],
            &mut north.far[..n],
            &mut north.tangential[..n],
        );
    } else {
        face_row::<R, false>(
            &below.b[2..n + 2],
            &[],
            &below.m[2..n + 2],
            &below.v[2..n + 2],
            &below.u[2..n + 2],
            &above.b[2..n + 2],
            &[],
            &above.m[2..n + 2],
            &above.v[2..n + 2],
            &above.u[2..n + 2],
            crest,
            &mut north.mass[..n],
            &mut north.near[..n],
            &mut north.far[..n],
            &mut north.tangential[..n],
        );
    }
    if let Some(list) = crests {
        Field::weirs(list, run.i0 as isize, n, north, |k| (below.along_y(k + 2), above.along_y(k + 2)));
    }
    finish_y(field, run, j, north, through_rims);
    held.along(field, run, j as usize, north);
}

/// Fluxes along row `j` (line 1) and the push of its tilted bed, into `rows.x` and the sources; whether it may be tilted along x.
#[inline(always)]
fn along<R: Real>(
    field: &Field<R>,
    run: Run,
    j: usize,
    strange: &Strange,
    (tilted_before, tilted_y): (bool, bool),
    rows: &mut Rows<R>,
) -> bool {
    let n = run.i1 - run.i0;
    let zero = R::of(0.0);
    let tilted_x = {
        let Rows { line: [_, here, _], east, west, .. } = &mut *rows;
        let (b, m) = (&here.b[..n + 4], &here.m[..n + 4]);
        let any = tilted_before || any_step(&b[..n + 3], &m[..n + 3], &b[1..], &m[1..]);
        if any {
            tilt_row(n + 2, (b, m), (&b[1..], &m[1..]), (&b[2..], &m[2..]), &mut west.b, &mut east.b);
        }
        any
    };
    let crest = Field::crest_row(&field.crest_east[j], run.i0 as isize - 1, n + 1, &mut rows.crest);
    let line = &rows.line[1];
    if tilted_x {
        let (east, west) = (&mut rows.east.b, &mut rows.west.b);
        if strange.west {
            (east[0], west[1]) = (zero, zero);
        } else if run.i0 == 0 && field.rim(0, j) == Rim::Free {
            east[0] = west[1] + (line.b[2] - line.b[1]);
        }
        if strange.east {
            (east[n], west[n + 1]) = (zero, zero);
        } else if run.i1 == field.nx && field.rim(1, j) == Rim::Free {
            west[n + 1] = east[n] - (line.b[n + 2] - line.b[n + 1]);
        }
        beside_crests(field, run, j as isize, |k| (east[k], west[k]) = (zero, zero));
        face_row::<R, true>(
            &line.b[1..n + 2],
            &east[..n + 1],
            &line.m[1..n + 2],
            &line.u[1..n + 2],
            &line.v[1..n + 2],
            &line.b[2..n + 3],
            &west[1..n + 2],
            &line.m[2..n + 3],
            &line.u[2..n + 3],
            &line.v[2..n + 3],
            crest,
            &mut rows.x.mass[..n + 1],
            &mut rows.x.near[..n + 1],
            &mut rows.x.far[..n + 1],
            &mut rows.x.tangential[..n + 1],
        );
    } else {
        face_row::<R, false>(
            &line.b[1..n + 2],
            &[],
            &line.m[1..n + 2],
            &line.u[1..n + 2],
            &line.v[1..n + 2],
            &line.b[2..n + 3],
            &[],
            &line.m[2..n + 3],
            &line.u[2..n + 3],
            &line.v[2..n + 3],
            crest,
            &mut rows.x.mass[..n + 1],
            &mut rows.x.near[..n + 1],
            &mut rows.x.far[..n + 1],
            &mut rows.x.tangential[..n + 1],
        );
    }
    Field::weirs(&field.crest_east[j], run.i0 as isize - 1, n + 1, &mut rows.x, |k| -> (Beside<R>, Beside<R>) {
        (line.along_x(k + 1), line.along_x(k + 2))
    });
    finish_x(field, run, j, &mut rows.x, &mut rows.through_rims);
    rows.held.across(field, run, j, &mut rows.x);
    if tilted_x || tilted_y {
        let m = &rows.line[1].m[2..];
        if tilted_x {
            push(n, m, &rows.west.b[1..], &rows.east.b[1..], &mut rows.source_x);
        } else {
            rows.source_x[..n].fill(zero);
        }
        if tilted_y {
            push(n, m, &rows.south_side.b[1..], &rows.north_side.b[1..], &mut rows.source_y);
        } else {
            rows.source_y[..n].fill(zero);
        }
        open_sources(field, run, j, rows);
    }
    tilted_x
}

/// g m (z1 - z0) over a row of cells.
#[inline(always)]
fn push<R: Real>(n: usize, m: &[R], z0: &[R], z1: &[R], out: &mut [R]) {
    let (m, z0, z1, out) = (&m[..n], &z0[..n], &z1[..n], &mut out[..n]);
    for k in 0..n {
        out[k] = R::of(G) * m[k] * (z1[k] - z0[k]);
    }
}
