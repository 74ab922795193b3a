//! Exact solutions of the shallow-water equations that the solver is measured against. Most are collected in SWASHES
//! (Delestre et al. 2013, Int. J. Numer. Meth. Fluids 72:269-300); where a formula is derived here, the derivation is
//! given, and the tests put each solution into the equations themselves:
//!
//!   h_t + (hu)_x + (hv)_y = R        u_t + u u_x + v u_y + g (h + z)_x = -S        and likewise for v
//!
//! x, y in m, t in s, h in m, u, v in m/s.

use crate::flow::G;
use base::math::{cbrt, cos, exp, pow, sin, sqrt};

/// The root of `f` between `a` and `b`, at which it must differ in sign; to the last bit or nearly.
pub fn bisect(mut a: f64, mut b: f64, f: impl Fn(f64) -> f64) -> f64 {
    let sign = f(a) > 0.0;
    for _ in 0..200 {
        let m = 0.5 * (a + b);
        if m == a || m == b {
            break;
        }
        if (f(m) > 0.0) == sign { a = m } else { b = m }
    }
    0.5 * (a + b)
}

/// A dam at x = 0 breaks at t = 0 between two depths on flat, frictionless ground (溃坝): Ritter (1892) when it is dry
/// on the right, Stoker (1957) when it is wet. Self-similar in x/t.
#[derive(Debug, Clone, Copy)]
pub struct DamBreak {
    pub left_m: f64,
    pub right_m: f64,
}

/// Between rarefaction and shock: depth m, velocity m/s, speed of the shock m/s.
#[derive(Debug, Clone, Copy)]
pub struct Middle {
    pub depth_m: f64,
    pub velocity_m_s: f64,
    pub shock_m_s: f64,
}

impl DamBreak {
    /// Celerity in the reservoir.
    pub fn celerity_m_s(&self) -> f64 {
        sqrt(G * self.left_m)
    }
    /// The middle state; `None` where it is dry on the right.
    pub fn middle(&self) -> Option<Middle> {
        if self.right_m <= 0.0 {
            return None;
        }
        let (cl, cr) = (self.celerity_m_s(), sqrt(G * self.right_m));
        // Riemann invariant u + 2c over the fan, mass and momentum over the shock.
        let shock_of = |cm: f64| 2.0 * cm * cm * (cl - cm) / (cm * cm - cr * cr);
        let residual = |cm: f64| {
            let (hm, um, s) = (cm * cm / G, 2.0 * (cl - cm), shock_of(cm));
            let momentum = |h: f64, u: f64| h * u * (u - s) + 0.5 * G * h * h;
            momentum(hm, um) - momentum(self.right_m, 0.0)
        };
        // Next to cr the shock is infinitely fast: begin a little above.
        let cm = bisect(cr * (1.0 + 1e-9), cl, residual);
        Some(Middle { depth_m: cm * cm / G, velocity_m_s: 2.0 * (cl - cm), shock_m_s: shock_of(cm) })
    }
    /// Depth and velocity at x/t = `s` m/s.
    pub fn at(&self, s: f64) -> (f64, f64) {
        let c = self.celerity_m_s();
        if s <= -c {
            return (self.left_m, 0.0);
        }
        let fan = ((2.0 * c - s) * (2.0 * c - s) / (9.0 * G), 2.0 / 3.0 * (s + c));
        match self.middle() {
            None if s < 2.0 * c => fan,
            None => (0.0, 0.0),
            Some(m) if s < m.velocity_m_s - sqrt(G * m.depth_m) => fan,
            Some(m) if s < m.shock_m_s => (m.depth_m, m.velocity_m_s),
            Some(_) => (self.right_m, 0.0),
        }
    }
}

/// The law of friction on the ground.
#[derive(Debug, Clone, Copy)]
pub enum Roughness {
    /// C, m^(1/2)/s
    Chezy(f64),
    /// n, s/m^(1/3)
    Manning(f64),
}

/// A dam breaks onto dry, flat, rough ground: Dressler's (1952) correction of first order in friction to Ritter.
///
/// With s = c0-shares (2 - x/(t c0))/3 from 1 at the rear to 0 at the front, Ritter is c = c0 s, u = 2 c0 (1 - s). Put
/// u + 2c = 2 c0 + t P(s) and u - 2c = 2 c0 (1 - 2s) + t Q(s) into the characteristic equations
/// D(u +- 2c)/Dt = -S with S = S(s) of Ritter's flow; the terms of first order are
///
///   P - (2s/3) P' = -S, P(1) = 0   ->   P = -(3/2) s^(3/2) int_s^1 r^(-5/2) S(r) dr        Q = -(S + P/3)/2
///
/// and u1 = t (P + Q)/2, c1 = t (P - Q)/4. For Chezy's law, S = (g/C^2) u^2/h, this gives Dressler's
/// a1 = 6/(5 q) - 2/3 + 4 sqrt3/135 q^(3/2) and a2 = 12/q - 8/3 + 8 sqrt3/189 q^(3/2) - 108/(7 q^2), q = 3s (as in
/// SWASHES); Manning's law, S = g n^2 u^2/h^(4/3), only changes powers. Near the tip the correction is no longer small
/// and the theory ends: Whitham's tip is taken to move as one, from where u is greatest.
#[derive(Debug, Clone, Copy)]
pub struct RoughDamBreak {
    pub left_m: f64,
    pub roughness: Roughness,
}

impl RoughDamBreak {
    /// Corrections (c1, u1) per second, m/s2, at share `s`.
    fn corrections(&self, s: f64) -> (f64, f64) {
        let c0 = sqrt(G * self.left_m);
        // S = k (1 - s)^2 s^-p
        let (k, p) = match self.roughness {
            Roughness::Chezy(c) => (4.0 * G * G / (c * c), 2.0),
            Roughness::Manning(n) => (4.0 * G * n * n * c0 * c0 / pow(self.left_m, 4.0 / 3.0), 8.0 / 3.0),
        };
        let friction = k * (1.0 - s) * (1.0 - s) * pow(s, -p);
        // int_s^1 r^(-5/2-p) (1 - 2r + r^2) dr, term by term.
        let term = |power: f64| (1.0 - pow(s, power + 1.0)) / (power + 1.0);
        let integral = term(-2.5 - p) - 2.0 * term(-1.5 - p) + term(-0.5 - p);
        let plus = -1.5 * k * s * sqrt(s) * integral;
        let minus = -0.5 * (friction + plus / 3.0);
        (0.25 * (plus - minus), 0.5 * (plus + minus))
    }
    /// Depth and velocity at `x` from the dam, for x before `tip_m(t)`: within the tip the theory ends.
    pub fn at(&self, x: f64, t: f64) -> (f64, f64) {
        let c0 = sqrt(G * self.left_m);
        if x <= -c0 * t {
            return (self.left_m, 0.0);
        }
        let s = (2.0 - x / (t * c0)) / 3.0;
        let (c1, u1) = self.corrections(s);
        let c = c0 * s + t * c1;
        (c * c / G, 2.0 * c0 * (1.0 - s) + t * u1)
    }
    /// Share of the correction in the celerity at `x`: how small the small parameter is there.
    pub fn smallness(&self, x: f64, t: f64) -> f64 {
        let c0 = sqrt(G * self.left_m);
        let s = (2.0 - x / (t * c0)) / 3.0;
        (t * self.corrections(s).0 / (c0 * s)).abs()
    }
    /// Where the tip region begins: where the velocity is greatest.
    pub fn tip_m(&self, t: f64) -> f64 {
        let c0 = sqrt(G * self.left_m);
        let u = |s: f64| 2.0 * c0 * (1.0 - s) + t * self.corrections(s).1;
        // u rises from the rear (s = 1) to its maximum: the greatest of a fine ladder of s.
        let rungs = 20_000;
        let best = (1..rungs)
            .map(|k| 1.0 - f64::from(k) / f64::from(rungs))
            .fold((1.0, 0.0), |best: (f64, f64), s| if u(s) > best.1 { (s, u(s)) } else { best });
        c0 * t * (2.0 - 3.0 * best.0)
    }
}

/// Thacker (1981): water sloshing as a plane in a parabolic trough along x, z = h0 ((x/a)^2 - 1), with amplitude B.
#[derive(Debug, Clone, Copy)]
pub struct PlanarTrough {
    pub a_m: f64,
    pub h0_m: f64,
    /// How far the shore moves to each side, m.
    pub reach_m: f64,
}

impl PlanarTrough {
    pub fn omega(&self) -> f64 {
        sqrt(2.0 * G * self.h0_m) / self.a_m
    }
    pub fn period_s(&self) -> f64 {
        2.0 * std::f64::consts::PI / self.omega()
    }
    pub fn bed_m(&self, x: f64) -> f64 {
        self.h0_m * (x * x / (self.a_m * self.a_m) - 1.0)
    }
    /// The water is the parabola moved by -reach cos(wt): h = h0 (1 - ((x + reach cos)/a)^2), u = reach w sin(wt).
    pub fn at(&self, x: f64, t: f64) -> (f64, f64) {
        let shift = x + self.reach_m * cos(self.omega() * t);
        let h = self.h0_m * (1.0 - shift * shift / (self.a_m * self.a_m));
        if h > 0.0 { (h, self.reach_m * self.omega() * sin(self.omega() * t)) } else { (0.0, 0.0) }
    }
}

/// Thacker (1981): paraboloid z = -h0 (1 - r^2/a^2) with water that either swings round as a plane or breathes radially.
#[derive(Debug, Clone, Copy)]
pub struct Paraboloid {
    pub a_m: f64,
    pub h0_m: f64,
}

impl Paraboloid {
    pub fn bed_m(&self, x: f64, y: f64) -> f64 {
        -self.h0_m * (1.0 - (x * x + y * y) / (self.a_m * self.a_m))
    }
    pub fn radial_omega(&self) -> f64 {
        sqrt(8.0 * G * self.h0_m) / self.a_m
    }
    pub fn planar_omega(&self) -> f64 {
        sqrt(2.0 * G * self.h0_m) / self.a_m
    }
    /// Breathing: at t = 0 the shore is at `r0_m`. Depth and velocity.
    pub fn radial(&self, r0_m: f64, x: f64, y: f64, t: f64) -> (f64, f64, f64) {
        let (a2, r02) = (self.a_m * self.a_m, r0_m * r0_m);
        let amplitude = (a2 - r02) / (a2 + r02);
        let (w, r2) = (self.radial_omega(), x * x + y * y);
        let d = 1.0 - amplitude * cos(w * t);
        let one = 1.0 - amplitude * amplitude;
        let level = self.h0_m * (sqrt(one) / d - 1.0 - r2 / a2 * (one / (d * d) - 1.0));
        let h = level - self.bed_m(x, y);
        let stretch = 0.5 * w * amplitude * sin(w * t) / d;
        if h > 0.0 { (h, stretch * x, stretch * y) } else { (0.0, 0.0, 0.0) }
    }
    /// Swinging round: the surface is a plane whose axis is `eta_m` off the middle. Depth and velocity.
    pub fn planar(&self, eta_m: f64, x: f64, y: f64, t: f64) -> (f64, f64, f64) {
        let wt = self.planar_omega() * t;
        let level = eta_m * self.h0_m / (self.a_m * self.a_m) * (2.0 * x * cos(wt) + 2.0 * y * sin(wt) - eta_m);
        let h = level - self.bed_m(x, y);
        let w = self.planar_omega();
        if h > 0.0 { (h, -eta_m * w * sin(wt), eta_m * w * cos(wt)) } else { (0.0, 0.0, 0.0) }
    }
}

/// Steady flow without friction over the bump z = 0.2 - 0.05 (x - 10)^2 between 8 and 12 m (SWASHES 3.1).
#[derive(Debug, Clone, Copy)]
pub enum Bump {
    /// Subcritical all the way: depth at the outlet given.
    Sub { q_m2_s: f64, outlet_m: f64 },
    /// Critical on the crest, supercritical behind it.
    Trans { q_m2_s: f64 },
    /// Critical on the crest, and back to the outlet's depth through a jump.
    Jump { q_m2_s: f64, outlet_m: f64 },
}

impl Bump {
    pub fn bed_m(x: f64) -> f64 {
        if (8.0..=12.0).contains(&x) { 0.2 - 0.05 * (x - 10.0) * (x - 10.0) } else { 0.0 }
    }
    pub fn q_m2_s(&self) -> f64 {
        match *self {
            Bump::Sub { q_m2_s, .. } | Bump::Trans { q_m2_s } | Bump::Jump { q_m2_s, .. } => q_m2_s,
        }
    }
    pub fn critical_m(&self) -> f64 {
        cbrt(self.q_m2_s() * self.q_m2_s() / G)
    }
    fn energy_m(&self, h: f64) -> f64 {
        h + self.q_m2_s() * self.q_m2_s() / (2.0 * G * h * h)
    }
    /// Depth with specific energy `e` above (`slow`) or below the critical one.
    fn depth_of_energy(&self, e: f64, slow: bool) -> f64 {
        let hc = self.critical_m();
        if e <= self.energy_m(hc) {
            return hc;
        }
        if slow { bisect(hc, e, |h| self.energy_m(h) - e) } else { bisect(1e-3 * hc, hc, |h| self.energy_m(h) - e) }
    }
    /// Where the jump stands: where the momentum on both sides is the same.
    pub fn jump_at(&self) -> Option<f64> {
        let Bump::Jump { q_m2_s: q, outlet_m } = *self else { return None };
        let force = |h: f64| q * q / h + 0.5 * G * h * h;
        let (before, after) = (0.2 + self.energy_m(self.critical_m()), self.energy_m(outlet_m));
        // Just behind the crest both depths are critical: begin where they have parted.
        Some(bisect(10.5, 12.0, |x| {
            force(self.depth_of_energy(before - Self::bed_m(x), false))
                - force(self.depth_of_energy(after - Self::bed_m(x), true))
        }))
    }
    pub fn depth_m(&self, x: f64) -> f64 {
        let z = Self::bed_m(x);
        let crest = 0.2 + self.energy_m(self.critical_m());
        match *self {
            Bump::Sub { outlet_m, .. } => self.depth_of_energy(self.energy_m(outlet_m) - z, true),
            Bump::Trans { .. } => self.depth_of_energy(crest - z, x < 10.0),
            Bump::Jump { outlet_m, .. } => match self.jump_at() {
                Some(jump) if x > jump => self.depth_of_energy(self.energy_m(outlet_m) - z, true),
                _ => self.depth_of_energy(crest - z, x < 10.0),
            },
        }
    }
}

/// MacDonald's steady flows in a long channel of 1000 m (MacDonald et al. 1997; SWASHES 3.2.1): the depth is chosen and
/// the bed follows from it,
///
///   z' = (q^2/(g h^3) - 1) h' - 2 q R/(g h^2) - n^2 q^2/h^(10/3)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    Subcritical,
    Supercritical,
    /// From sub- to supercritical in the middle.
    Transcritical,
    /// From super- to subcritical by a jump in the middle.
    Jump,
    /// Subcritical, with rain on the whole length.
    Rain,
}

impl Channel {
    pub const LENGTH_M: f64 = 1000.0;
    pub fn manning(self) -> f64 {
        match self {
            Channel::Subcritical | Channel::Rain => 0.033,
            Channel::Supercritical => 0.04,
            Channel::Transcritical | Channel::Jump => 0.0218,
        }
    }
    /// Rain, m/s.
    pub fn rain_m_s(self) -> f64 {
        if self == Channel::Rain { 0.001 } else { 0.0 }
    }
    /// Discharge per metre, m2/s.
    pub fn q_m2_s(self, x: f64) -> f64 {
        match self {
            Channel::Subcritical | Channel::Transcritical | Channel::Jump => 2.0,
            Channel::Supercritical => 2.5,
            Channel::Rain => 1.0 + self.rain_m_s() * x,
        }
    }
    /// Depth and its slope.
    fn shape(self, x: f64) -> (f64, f64) {
        let scale = cbrt(4.0 / G);
        let s = x / 1000.0 - 0.5;
        let bell = |height: f64, sharp: f64| {
            let e = height * exp(-sharp * s * s);
            (1.0 + e, -2.0 * sharp * s * e / 1000.0)
        };
        let ramp = |height: f64, sharp: f64| {
            // tanh from exp: (1 - e)/(1 + e), e = exp(-2 sharp s)
            let e = exp(-2.0 * sharp * s);
            let tanh = (1.0 - e) / (1.0 + e);
            (1.0 - height * tanh, -height * sharp * (1.0 - tanh * tanh) / 1000.0)
        };
        let (h, slope) = match self {
            Channel::Subcritical | Channel::Rain => bell(0.5, 16.0),
            Channel::Supercritical => bell(-0.2, 36.0),
            Channel::Transcritical if s <= 0.0 => ramp(1.0 / 3.0, 3.0),
            Channel::Transcritical => ramp(1.0 / 6.0, 6.0),
            Channel::Jump if s <= 0.0 => {
                let e = exp(-x / 250.0) / 6.0;
                (0.9 - e, e / 250.0)
            }
            Channel::Jump => {
                let (mut h, mut slope) = (1.0 + 0.8 * exp(x / 1000.0 - 1.0), 0.8 * exp(x / 1000.0 - 1.0) / 1000.0);
                for (k, a) in [(1.0, -0.348427), (2.0, 0.552264), (3.0, -0.55558)] {
                    let e = a * exp(-20.0 * k * s);
                    h += e;
                    slope += -20.0 * k * e / 1000.0;
                }
                (h, slope)
            }
        };
        (scale * h, scale * slope)
    }
    pub fn depth_m(self, x: f64) -> f64 {
        self.shape(x).0
    }
    pub fn bed_slope(self, x: f64) -> f64 {
        let (h, dh) = self.shape(x);
        let (q, n) = (self.q_m2_s(x), self.manning());
        (q * q / (G * h * h * h) - 1.0) * dh
            - 2.0 * q * self.rain_m_s() / (G * h * h)
            - n * n * q * q / pow(h, 10.0 / 3.0)
    }
    /// Bed at the middles of `n` cells, 0 at the outlet: Simpson's rule from cell to cell, four pieces each. A cell
    /// whose middle is past 500 m from one before it is integrated in two parts, for the slope has a step there.
    pub fn bed_m(self, n: usize) -> Vec<f64> {
        let dx = Self::LENGTH_M / n as f64;
        let simpson = |a: f64, b: f64| {
            let pieces = 4;
            let w = (b - a) / f64::from(pieces);
            (0..pieces)
                .map(|k| {
                    let l = a + f64::from(k) * w;
                    // Ends a hair inside, so that a step of the slope at an end is not looked across.
                    let (l, r) = (l + 1e-9 * w, l + (1.0 - 1e-9) * w);
                    w / 6.0 * (self.bed_slope(l) + 4.0 * self.bed_slope(0.5 * (l + r)) + self.bed_slope(r))
                })
                .sum::<f64>()
        };
        let over = |a: f64, b: f64| {
            if a < 500.0 && b > 500.0 { simpson(a, 500.0) + simpson(500.0, b) } else { simpson(a, b) }
        };
        let mut bed = vec![0.0; n];
        let (mut z, mut right) = (0.0, Self::LENGTH_M);
        for k in (0..n).rev() {
            let middle = (k as f64 + 0.5) * dx;
            z -= over(middle, right);
            bed[k] = z;
            right = middle;
        }
        bed
    }
}

/// Depth of uniform flow of q m2/s down slope S by Manning: h = (n q / sqrt S)^(3/5).
pub fn normal_depth_m(q_m2_s: f64, manning: f64, slope: f64) -> f64 {
    pow(manning * q_m2_s / sqrt(slope), 0.6)
}

/// A smooth hump running into still water as a simple wave: u = 2 (c - c0) and c is carried at u + c = 3c - 2c0, until
/// it breaks. Exact, and smooth: the order of a scheme shows on it.
#[derive(Debug, Clone, Copy)]
pub struct SimpleWave {
    pub still_m: f64,
    /// Height of the hump in celerity, as a share.
    pub share: f64,
    /// Width of the hump, m: exp(-(x/w)^2).
    pub width_m: f64,
}

impl SimpleWave {
    fn celerity_at_start(&self, x: f64) -> f64 {
        let s = x / self.width_m;
        sqrt(G * self.still_m) * (1.0 + self.share * exp(-s * s))
    }
    /// When the front breaks: 1/max(-d(3c)/dx), the slope of the bell being steepest at w/sqrt 2.
    pub fn breaks_s(&self) -> f64 {
        let steepest = sqrt(G * self.still_m) * self.share * std::f64::consts::SQRT_2 / self.width_m * exp(-0.5);
        1.0 / (3.0 * steepest)
    }
    pub fn at(&self, x: f64, t: f64) -> (f64, f64) {
        let c0 = sqrt(G * self.still_m);
        let speed = |from: f64| 3.0 * self.celerity_at_start(from) - 2.0 * c0;
        let fastest = 3.0 * c0 * (1.0 + self.share) - 2.0 * c0;
        let from = bisect(x - fastest * t - 1.0, x - c0 * t + 1.0, |from| from + speed(from) * t - x);
        let c = self.celerity_at_start(from);
        (c * c / G, 2.0 * (c - c0))
    }
}

/// A vortex at rest: u_theta = spin r exp(-(r/w)^2), held by the dent of its surface, g h' = u_theta^2/r. Smooth, in two
/// dimensions, and steady for ever without viscosity.
#[derive(Debug, Clone, Copy)]
pub struct Vortex {
    pub far_m: f64,
    /// Rate of turning at its middle, 1/s.
    pub spin: f64,
    pub width_m: f64,
}

impl Vortex {
    pub fn at(&self, x: f64, y: f64) -> (f64, f64, f64) {
        let r2 = (x * x + y * y) / (self.width_m * self.width_m);
        let turn = self.spin * exp(-r2);
        let dent = self.spin * self.spin * self.width_m * self.width_m / (4.0 * G) * exp(-2.0 * r2);
        (self.far_m - dent, -turn * y, turn * x)
    }
}

/// A standing wave of small height in a basin of length L with walls (假潮): eta = a cos(pi x/L) cos(pi c t/L). Exact to
/// first order in a/h.
#[derive(Debug, Clone, Copy)]
pub struct Seiche {
    pub depth_m: f64,
    pub length_m: f64,
    pub amplitude_m: f64,
}

impl Seiche {
    pub fn period_s(&self) -> f64 {
        2.0 * self.length_m / sqrt(G * self.depth_m)
    }
    pub fn level_m(&self, x: f64, t: f64) -> f64 {
        let k = std::f64::consts::PI / self.length_m;
        self.amplitude_m * cos(k * x) * cos(2.0 * std::f64::consts::PI * t / self.period_s())
    }
}

#[cfg(test)]
mod tests;
