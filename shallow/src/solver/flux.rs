//! What passes a face, and what a step makes of a cell: pure numbers.
//!
//! Depths over the higher of the two beds and the crest between them (hydrostatic reconstruction, Audusse et al. 2004,
//! SIAM J. Sci. Comput. 25, 2050), HLL fluxes with the contact wave restored for the tangential velocity (HLLC; Toro 2001,
//! Shock-Capturing Methods for Free-Surface Shallow Flows, ch. 10). Levels are never added up: only differences of
//! beds and depths enter, so that single precision does on a mountain what it does at the sea.

use super::real::{Real, greater, lesser};
use crate::flow::G;

/// No crest stands on the face.
pub const NO_CREST: f64 = -1e30;
/// Mobile water shallower than this has no velocity of its own, m (assumption; far below any use of the result).
pub const STILL_M: f64 = 1e-6;
/// Discharge of a broad-crested weir per metre and head^1.5, m^0.5/s: (2/3)^1.5 sqrt(g) = 1.705.
pub const WEIR_M05_S: f64 = 1.705;

/// Water at a face as one side sees it: bed, depth over it, velocity through the face and along it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside<R> {
    /// Bed of the cell, m.
    pub b: R,
    /// What the bed at the face is higher than that, m: kept apart, since a sum would lose it on a mountain.
    pub d: R,
    pub m: R,
    pub u: R,
    pub v: R,
}

/// What passes a face each second and metre: water, normal momentum less the pressure of the near and of the far
/// side's depth, tangential momentum.
#[derive(Debug, Clone, Copy, Default)]
pub struct Passing<R> {
    pub mass: R,
    pub near: R,
    pub far: R,
    pub tangential: R,
}

/// Flux from the near (west or south) to the far side of a face with a crest (or `NO_CREST`).
#[inline(always)]
pub fn passing<R: Real>(l: Beside<R>, r: Beside<R>, crest: R) -> Passing<R> {
    let zero = R::of(0.0);
    let rise = (r.b - l.b) + (r.d - l.d);
    let hl = greater(l.m - greater(greater(rise, (crest - l.b) - l.d), zero), zero);
    let hr = greater(r.m - greater(greater(-rise, (crest - r.b) - r.d), zero), zero);
    through(l, r, hl, hr)
}

/// The same, to the bit, where no crest stands.
#[inline(always)]
pub fn passing_open<R: Real>(l: Beside<R>, r: Beside<R>) -> Passing<R> {
    let zero = R::of(0.0);
    let rise = (r.b - l.b) + (r.d - l.d);
    let hl = greater(l.m - greater(rise, zero), zero);
    let hr = greater(r.m - greater(-rise, zero), zero);
    through(l, r, hl, hr)
}

/// Flux between depths over the sill of a face.
#[inline(always)]
fn through<R: Real>(l: Beside<R>, r: Beside<R>, hl: R, hr: R) -> Passing<R> {
    let zero = R::of(0.0);
    let two = R::of(2.0);
    let (cl, cr) = ((R::of(G) * hl).quick_root(), (R::of(G) * hr).quick_root());
    // Wave speeds times d = cl + cr, so that one reciprocal does for the mean and the flux: those of the slowest and fastest
    // of either side and of Roe's mean u = (cl ul + cr ur) / d, c = sqrt((cl^2 + cr^2) / 2), which is the speed of a shock
    // (Einfeldt 1988, SIAM J. Numer. Anal. 25, 294). For its c stands d/2 + (cl - cr)^2 / (4 d): never less, 6 % more at the
    // most, and without a root. Beside a dry side the exact ones (Toro 2001, eq. 10.22); on the other side of the face
    // they come of themselves.
    let d = cl + cr;
    let (of_l, of_r) = (cl * l.u, cr * r.u);
    let roe = of_l + of_r;
    let sum = hl + hr;
    let spread = R::of(0.75 * G).fused(sum, R::of(0.5) * (cl * cr));
    let slow = lesser(d * (l.u - cl), roe - spread);
    let fast = greater(d * (r.u + cr), roe + spread);
    let slow = if hl > zero { slow } else { (-two * cr).fused(cr, of_r) };
    let fast = if hr > zero { fast } else { (two * cl).fused(cl, of_l) };
    let (slow, fast) = (lesser(slow, zero), greater(fast, zero));
    let inverse = greater(d * (fast - slow), R::of(1e-30)).reciprocal();
    let across = (fast * slow) * inverse;
    let (slow, fast) = (slow * (d * inverse), fast * (d * inverse));
    let (ql, qr) = (hl * l.u, hr * r.u);
    // The pressure of the far side over that of the near side: nothing at rest.
    let push = R::of(0.5 * G) * (hr - hl) * sum;
    let mass = fast.fused(ql, (-slow).fused(qr, across * (hr - hl)));
    let near = fast.fused(ql * l.u, (-slow).fused(qr.fused(r.u, push), across * (qr - ql)));
    Passing { mass, near, far: near - push, tangential: mass * if mass > zero { l.v } else { r.v } }
}

/// A crest higher than both beds is a weir: no more passes than a broad crest lets through, submerged or not (Villemonte
/// 1947), and the wall bears the difference of the pressures. What shallow water lets through where the levels are
/// almost equal is less than the weir's law, and stands.
#[inline(always)]
pub fn over_crest<R: Real>(l: Beside<R>, r: Beside<R>, crest: R, free: Passing<R>) -> Passing<R> {
    let zero = R::of(0.0);
    if !(crest > l.b && crest > r.b) {
        return free;
    }
    let (hl, hr) = (greater(l.m - (crest - l.b), zero), greater(r.m - (crest - r.b), zero));
    let (up, down) = (greater(hl, hr), lesser(hl, hr));
    if up <= zero {
        return Passing { mass: zero, near: zero, far: zero, tangential: zero };
    }
    // The submergence factor (1 - s^1.5)^0.385 by way of doubles: crests are few.
    let s = (down / up).f64();
    let share = base::math::pow((1.0 - s * s.sqrt()).max(0.0), 0.385);
    let most = R::of(WEIR_M05_S * share) * up * up.root();
    let wanted = free.mass;
    let mass = greater(lesser(wanted, most), -most);
    let (u, v) = if mass > zero { (l.u, l.v) } else { (r.u, r.v) };
    let carried = mass * u;
    // Deep under water the crest is but a rough bed: the wall's share of the pressure goes with what it holds back.
    let free_share = if mass == wanted { R::of(1.0) } else { mass / wanted };
    let wall = R::of(1.0) - free_share;
    Passing {
        mass,
        near: free_share * free.near + wall * carried,
        far: free_share * free.far + wall * carried,
        tangential: mass * v,
    }
}

/// New depth (in two words), momentum and speed of a row of cells after a step of `dt`. `k` is dt / dx over the open
/// share of each cell. Says whether any of them is unsound.
///
/// Friction (Manning) by backward Euler, q1 = q - dt g n^2 q1^2 / m^(7/3), solved for q1: steep thin flow needs no short step.
#[inline(always)]
pub fn update<R: Real, const SOURCE: bool>(
    dt: R,
    film: R,
    least: R,
    k: &[R],
    h: &[R],
    lo: &[R],
    qx: &[R],
    qy: &[R],
    friction: &[R],
    x_mass: &[R],
    x_near: &[R],
    x_far: &[R],
    x_tangential: &[R],
    s_mass: &[R],
    s_far: &[R],
    s_tangential: &[R],
    n_mass: &[R],
    n_near: &[R],
    n_tangential: &[R],
    source_x: &[R],
    source_y: &[R],
    h_out: &mut [R],
    lo_out: &mut [R],
    qx_out: &mut [R],
    qy_out: &mut [R],
    speed_out: &mut [R],
) -> bool {
    let n = h.len();
    let (k, lo, qx, qy, friction) = (&k[..n], &lo[..n], &qx[..n], &qy[..n], &friction[..n]);
    let (w_mass, e_mass) = (&x_mass[..n], &x_mass[1..n + 1]);
    let (w_far, e_near) = (&x_far[..n], &x_near[1..n + 1]);
    let (w_tangential, e_tangential) = (&x_tangential[..n], &x_tangential[1..n + 1]);
    let (s_mass, s_far, s_tangential) = (&s_mass[..n], &s_far[..n], &s_tangential[..n]);
    let (n_mass, n_near, n_tangential) = (&n_mass[..n], &n_near[..n], &n_tangential[..n]);
    let (source_x, source_y) = if SOURCE { (&source_x[..n], &source_y[..n]) } else { (source_x, source_y) };
    let (h_out, lo_out) = (&mut h_out[..n], &mut lo_out[..n]);
    let (qx_out, qy_out) = (&mut qx_out[..n], &mut qy_out[..n]);
    let speed_out = &mut speed_out[..n];
    let (one, two, dt_4) = (R::of(1.0), R::of(2.0), R::of(4.0) * dt);
    let root_g_2 = R::of(2.0 * ROOT_G);
    let mut bad = 0u32;
    for i in 0..n {
        let (depth, rest) = gain(h[i], lo[i], -(k[i] * ((e_mass[i] - w_mass[i]) + (n_mass[i] - s_mass[i]))));
        let mut push_x = (e_near[i] - w_far[i]) + (n_tangential[i] - s_tangential[i]);
        let mut push_y = (e_tangential[i] - w_tangential[i]) + (n_near[i] - s_far[i]);
        if SOURCE {
            push_x += source_x[i];
            push_y += source_y[i];
        }
        let px = (-k[i]).fused(push_x, qx[i]);
        let py = (-k[i]).fused(push_y, qy[i]);
        let m = mobile(depth, film, least);
        let q = px.fused(px, py * py).quick_root();
        let r = greater(m, R::of(1e-9)).inverse_sixth_root();
        let r3 = r * r * r;
        let r6 = r3 * r3;
        let drag_4 = (dt_4 * friction[i]) * ((r6 * r6) * (r * r));
        let keep = two * (one + drag_4.fused(q, one).quick_root()).reciprocal();
        let keep = if m > R::of(STILL_M) { keep } else { R::of(0.0) };
        h_out[i] = depth;
        lo_out[i] = rest;
        qx_out[i] = keep * px;
        qy_out[i] = keep * py;
        let speed = (keep * (px.size() + py.size())).fused(r6, root_g_2 * m * r3);
        speed_out[i] = speed;
        // A wave faster than any, a negative depth, or a number that is none.
        bad |= u32::from(!((depth >= R::of(0.0)) & (speed < R::of(FASTEST_M_S))));
    }
    bad != 0
}

/// sqrt(g)
pub const ROOT_G: f64 = 3.132_091_952_673_165;

/// A depth in two words after a gain: what the first cannot hold goes to the second (Dekker's two-sum), so that slow
/// rises of deep water are not lost in single precision.
#[inline(always)]
pub fn gain<R: Real>(h: R, lo: R, gain: R) -> (R, R) {
    let more = gain + lo;
    let sum = h + more;
    (sum, more - (sum - h))
}

/// Depth that flows: what is over the film, unless it is thinner than `least`.
#[inline(always)]
pub fn mobile<R: Real>(h: R, film: R, least: R) -> R {
    let m = h - film;
    if m > least { m } else { R::of(0.0) }
}

/// No wave is faster, m/s.
pub const FASTEST_M_S: f64 = 300.0;
