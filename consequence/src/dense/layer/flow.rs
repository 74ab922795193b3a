//! Fluxes through faces. Volume and momentum along the normal by HLL; substance, excess and momentum across go with the volume from
//! upstream, so that no concentration grows. The bed is reconstructed after Chen & Noelle (2017), which keeps a level layer at rest and
//! lets a thin one run down steps that are higher than itself:
//!
//! ```text
//! z* = min(max(zl, zr), min(hl + zl, hr + zr))      h* = min(h + z - z*, h)      push of the bed: 0.46 g d (h + h*) (z* - z)
//! ```
//!
//! A wall on a face is a bed of its own: nothing passes below its crest, and what runs against it is thrown back.

use super::{Cell, Cross, Ground, Look, SHAPE};
use crate::weather::GRAVITY_M_S2;
use base::grid::Grid;
use base::math;

/// What passes a face, for each metre of it: volume m2/s, and momentum along the normal as the western (southern) and the eastern
/// (northern) cell feel it, the push of the bed in it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Through {
    pub volume: f64,
    pub lower: f64,
    pub upper: f64,
}

/// Western face of cell (i, j); i may be the number of columns.
pub(super) fn east(ground: &Ground, looks: &[Look], i: usize, j: usize) -> Through {
    let g = &ground.grid;
    if i == 0 || i == g.nx {
        let k = g.index(if i == 0 { 0 } else { g.nx - 1 }, j);
        return rim(looks[k], i == 0);
    }
    let k = g.index(i, j);
    between(looks[k - 1], looks[k], ground.bed_m()[k - 1], ground.bed_m()[k], ground.crest_east_m(k - 1))
}

/// Southern face of cell (i, j); j may be the number of rows.
pub(super) fn north(ground: &Ground, looks: &[Look], i: usize, j: usize) -> Through {
    let g = &ground.grid;
    // Seen along the normal: north is ahead.
    let turned = |k: usize| Look { u: looks[k].v, v: looks[k].u, ..looks[k] };
    if j == 0 || j == g.ny {
        let k = g.index(i, if j == 0 { 0 } else { g.ny - 1 });
        return rim(turned(k), j == 0);
    }
    let k = g.index(i, j);
    between(turned(k - g.nx), turned(k), ground.bed_m()[k - g.nx], ground.bed_m()[k], ground.crest_north_m(k - g.nx))
}

fn pressure(d: f64, h: f64) -> f64 {
    0.5 * SHAPE * GRAVITY_M_S2 * d * h * h
}

/// Over the rim of the grid it runs out as it comes; nothing comes in.
fn rim(cell: Look, low: bool) -> Through {
    if cell.h <= 0.0 {
        return Through::default();
    }
    let outward = if low { -cell.u } else { cell.u };
    let u = outward.max(0.0);
    let momentum = cell.rho * cell.h * u * u + pressure(cell.d, cell.h);
    let volume = if low { -cell.h * u } else { cell.h * u };
    Through { volume, lower: momentum, upper: momentum }
}

fn between(l: Look, r: Look, bed_l: f64, bed_r: f64, crest: f64) -> Through {
    if l.h <= 0.0 && r.h <= 0.0 {
        return Through::default();
    }
    let (top_l, top_r) = (bed_l + l.h, bed_r + r.h);
    let high = bed_l.max(bed_r);
    if crest > high {
        if crest >= top_l && crest >= top_r {
            return Through { volume: 0.0, lower: wall(&l, 1.0), upper: wall(&r, -1.0) };
        }
        // Over the crest: Audusse's reconstruction, whose push is that of the wall on what stands behind it.
        let (low, up) = ((top_l - crest).max(0.0), (top_r - crest).max(0.0));
        let (volume, momentum) = hll(&l, low, &r, up);
        return Through {
            volume,
            lower: momentum + pressure(l.d, l.h) - pressure(l.d, low),
            upper: momentum + pressure(r.d, r.h) - pressure(r.d, up),
        };
    }
    // A house or a cliff ahead of what cannot reach its top.
    if r.h <= 0.0 && bed_r >= top_l {
        return Through { volume: 0.0, lower: wall(&l, 1.0), upper: 0.0 };
    }
    if l.h <= 0.0 && bed_l >= top_r {
        return Through { volume: 0.0, lower: 0.0, upper: wall(&r, -1.0) };
    }
    let bed = high.min(top_l.min(top_r));
    let (low, up) = ((top_l - bed).min(l.h), (top_r - bed).min(r.h));
    let (volume, momentum) = hll(&l, low, &r, up);
    let push = |s: &Look, star: f64, z: f64| 0.5 * SHAPE * GRAVITY_M_S2 * s.d * (s.h + star) * (bed - z);
    Through { volume, lower: momentum + push(&l, low, bed_l), upper: momentum + push(&r, up, bed_r) }
}

/// Momentum that a wall gives to what runs against it (HLL between a cell and its image); `ahead` 1 for a wall on the far side.
fn wall(s: &Look, ahead: f64) -> f64 {
    let u = (ahead * s.u).max(0.0);
    pressure(s.d, s.h) + s.rho * s.h * u * (u + s.wave)
}

/// HLL for volume and momentum between two sides whose reconstructed depths are given.
fn hll(l: &Look, hl: f64, r: &Look, hr: f64) -> (f64, f64) {
    if hl <= 0.0 && hr <= 0.0 {
        return (0.0, 0.0);
    }
    let wave = |s: &Look, h: f64| if s.h > 0.0 && h > 0.0 { s.wave * math::sqrt(h / s.h) } else { 0.0 };
    let (cl, cr) = (wave(l, hl), wave(r, hr));
    // Against a dry side the rarefaction runs ahead at u + 2c.
    let (sl, sr) = if hl <= 0.0 {
        (r.u - 2.0 * cr, r.u + cr)
    } else if hr <= 0.0 {
        (l.u - cl, l.u + 2.0 * cl)
    } else {
        ((l.u - cl).min(r.u - cr), (l.u + cl).max(r.u + cr))
    };
    let (ul, ur) = (if hl > 0.0 { l.u } else { 0.0 }, if hr > 0.0 { r.u } else { 0.0 });
    let (ql, qr) = (l.rho * hl * ul, r.rho * hr * ur);
    let (fl, fr) = (ql * ul + pressure(l.d, hl), qr * ur + pressure(r.d, hr));
    if sl >= 0.0 {
        return (hl * ul, fl);
    }
    if sr <= 0.0 {
        return (hr * ur, fr);
    }
    let over = 1.0 / (sr - sl);
    let volume = (sr * hl * ul - sl * hr * ur + sl * sr * (hr - hl)) * over;
    (volume, (sr * fl - sl * fr + sl * sr * (qr - ql)) * over)
}

/// What part of its wanted outflow a cell can give.
pub(super) fn share(cross: &Cross, look: &Look, per_cell: f64) -> f64 {
    let out = cross.east.volume.max(0.0)
        + cross.north.volume.max(0.0)
        + (-cross.west.volume).max(0.0)
        + (-cross.south.volume).max(0.0);
    let out = out * per_cell;
    if out > look.h { look.h / out } else { 1.0 }
}

/// Brings a cell through a step of flow. `per_cell` is dt/dx.
#[allow(clippy::too_many_arguments)]
pub(super) fn update(
    g: &Grid,
    looks: &[Look],
    scale: &[f64],
    cross: &Cross,
    cell: &mut Cell,
    (i, j): (usize, usize),
    per_cell: f64,
) {
    let k = g.index(i, j);
    let mut change = Cell::default();
    // Outflow takes this cell's mixture, inflow brings the neighbour's.
    let mut take = |volume_in: f64, neighbour: Option<usize>, eastward: bool| {
        if volume_in == 0.0 {
            return;
        }
        let from = if volume_in > 0.0 { neighbour } else { Some(k) };
        let Some(from) = from else { return };
        let v = volume_in * scale[from];
        let s = &looks[from];
        change.depth_m += v;
        change.mass_kg_m2 += v * s.m;
        change.excess_kg_m2 += v * s.d;
        change.age_kg_s_m2 += v * s.m * s.age_s;
        if eastward {
            change.north += v * s.rho * s.v;
        } else {
            change.east += v * s.rho * s.u;
        }
    };
    take(cross.west.volume, (i > 0).then(|| k - 1), true);
    take(-cross.east.volume, (i + 1 < g.nx).then_some(k + 1), true);
    take(cross.south.volume, (j > 0).then(|| k - g.nx), false);
    take(-cross.north.volume, (j + 1 < g.ny).then_some(k + g.nx), false);
    change.east += cross.west.upper - cross.east.lower;
    change.north += cross.south.upper - cross.north.lower;
    cell.depth_m += per_cell * change.depth_m;
    cell.mass_kg_m2 += per_cell * change.mass_kg_m2;
    cell.excess_kg_m2 += per_cell * change.excess_kg_m2;
    cell.age_kg_s_m2 = (cell.age_kg_s_m2 + per_cell * change.age_kg_s_m2).max(0.0);
    cell.east += per_cell * change.east;
    cell.north += per_cell * change.north;
    // Rounding of a cell that gave all it had.
    (cell.depth_m, cell.mass_kg_m2) = (cell.depth_m.max(0.0), cell.mass_kg_m2.max(0.0));
    if cell.depth_m <= super::DRY_M {
        (cell.east, cell.north) = (0.0, 0.0);
    }
}
