//! How a mixture of water and sediment resists its own flow. Every law here has a friction slope of one form,
//!
//! ```text
//! S_f(u) = s0 + s1 u + s2 u^2        (yield or Coulomb, viscous, turbulent)
//! ```
//!
//! so that one implicit step of du/dt = -g S_f(u) is the root of a quadratic: it never turns the flow round, is stable at
//! any step, and stops it exactly when the yield term can (泥石流停积).
//!
//! - Manning: s2 = n^2 / h^(4/3). Clear water and hyperconcentrated flow; the sediment shows in the volume, by the bulking
//!   factor 1/(1 - Cv).
//! - Quadratic (O'Brien and Julien 1985; O'Brien, Julien and Fullerton 1993): s0 = tau_y/(g rho h),
//!   s1 = K eta/(8 g rho h^2), s2 = n_td^2/h^(4/3), with tau_y = a2 exp(b2 Cv), eta = a1 exp(b1 Cv).
//! - Voellmy (1955; Hungr 1995): s0 = mu cos(theta), s2 = 1/(xi h).

use super::{GRAIN_KG_M3, WATER_KG_M3};
use crate::flow::{Flow, G};
use crate::solver::{Real, Solver};
use base::complaint::Complaints;
use base::math;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Volume of the mixture per volume of its water (膨胀系数), for sediment concentration by volume `cv`.
pub fn bulking_factor(cv: f64) -> f64 {
    1.0 / (1.0 - cv)
}

/// Density of the mixture, kg/m3.
pub fn mixture_kg_m3(cv: f64) -> f64 {
    WATER_KG_M3 + (GRAIN_KG_M3 - WATER_KG_M3) * cv
}

/// Yield stress and viscosity of a mud by its concentration: tau_y = `yield_pa` exp(`yield_growth` Cv),
/// eta = `viscosity_pa_s` exp(`viscosity_growth` Cv).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mud {
    pub viscosity_pa_s: f64,
    pub viscosity_growth: f64,
    pub yield_pa: f64,
    pub yield_growth: f64,
}

/// Muds of Colorado after O'Brien and Julien (1988, J. Hydraul. Eng. 114, 877), as tabled in the FLO-2D manual in poise and
/// dyn/cm2 (here x 0.1). From memory, unchecked against the paper; its abstract, which was read, says that both quantities
/// grow by three orders of magnitude between Cv 0.10 and 0.40, and these do (a test).
impl Mud {
    pub const ASPEN_PIT_1: Mud =
        Mud { viscosity_pa_s: 0.00360, viscosity_growth: 22.1, yield_pa: 0.0181, yield_growth: 25.7 };
    /// A mud flood with little yield.
    pub const ASPEN_NATURAL_SOIL: Mud =
        Mud { viscosity_pa_s: 0.000136, viscosity_growth: 28.4, yield_pa: 0.0152, yield_growth: 18.7 };
    /// Viscous, between the two others of its place.
    pub const GLENWOOD_1: Mud =
        Mud { viscosity_pa_s: 0.000283, viscosity_growth: 23.0, yield_pa: 0.00345, yield_growth: 20.1 };
    /// Like wet cement; the FLO-2D guidelines (read) name it as the choice where no sample was taken.
    pub const GLENWOOD_4: Mud =
        Mud { viscosity_pa_s: 0.0000602, viscosity_growth: 33.1, yield_pa: 0.000172, yield_growth: 29.5 };

    pub fn yield_stress_pa(&self, cv: f64) -> f64 {
        self.yield_pa * math::exp(self.yield_growth * cv)
    }
    /// Never less than that of water.
    pub fn viscosity_at_pa_s(&self, cv: f64) -> f64 {
        (self.viscosity_pa_s * math::exp(self.viscosity_growth * cv)).max(0.001)
    }
}

/// A law of friction.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Friction {
    /// Manning's n, s/m^(1/3).
    Manning { n: f64 },
    /// O'Brien and Julien's quadratic law. `laminar` is K: 24 for a smooth wide channel, 2285 the usual value over
    /// vegetated and rough ground (Woolhiser 1975, from memory by way of the FLO-2D manual).
    Quadratic { n: f64, laminar: f64, mud: Mud },
    /// Coulomb friction `mu` and turbulence `xi_m_s2`; back-calculated debris flows lie at mu 0.05-0.2 and xi 100-500 m/s2
    /// (Hungr and McDougall 2009; Rickenmann et al. 2006; from memory).
    Voellmy { mu: f64, xi_m_s2: f64 },
}

/// Depth below which friction is taken as at this depth, m: keeps the terms finite on films.
const THIN_M: f64 = 1e-3;
/// Concentration above which the grains jam and the quadratic law is taken as at this value (O'Brien and Julien measured
/// up to 0.45).
const JAM: f64 = 0.60;

/// The three terms of a friction slope (see the head of the file).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Terms {
    pub standing: f64,
    pub per_speed: f64,
    pub per_speed_squared: f64,
}

impl Terms {
    pub fn slope(&self, speed_m_s: f64) -> f64 {
        self.standing + speed_m_s * (self.per_speed + speed_m_s * self.per_speed_squared)
    }
    /// Speed after `dt_s` of du/dt = -g S_f(u), by the implicit step.
    pub fn slowed_m_s(&self, speed_m_s: f64, dt_s: f64) -> f64 {
        let c = speed_m_s - dt_s * G * self.standing;
        if c <= 0.0 {
            return 0.0;
        }
        let (a, b) = (dt_s * G * self.per_speed_squared, 1.0 + dt_s * G * self.per_speed);
        2.0 * c / (b + math::sqrt(b * b + 4.0 * a * c))
    }
    /// Speed at which the friction slope equals `slope`: uniform flow. 0 where it cannot move.
    pub fn uniform_m_s(&self, slope: f64) -> f64 {
        let c = slope - self.standing;
        if c <= 0.0 {
            return 0.0;
        }
        let (a, b) = (self.per_speed_squared, self.per_speed);
        2.0 * c / (b + math::sqrt(b * b + 4.0 * a * c))
    }
}

/// Manning's n with the dispersive stress of the grains: n 0.0538 exp(6.0896 Cv), never less than n (FLO-2D manual, from
/// memory; it matters above Cv 0.48 only).
fn dispersive_manning(n: f64, cv: f64) -> f64 {
    n * (0.0538 * math::exp(6.0896 * cv)).max(1.0)
}

/// A depth, m, of `THIN_M` at least, and its power of 4/3.
#[derive(Clone, Copy)]
struct Depth {
    h: f64,
    h43: f64,
}

impl Depth {
    fn of(h_m: f64) -> Depth {
        let h = h_m.max(THIN_M);
        Depth { h, h43: h * math::cbrt(h) }
    }
    /// Manning's friction slope per speed squared, s2/m2.
    fn manning(&self, n: f64) -> f64 {
        n * n / self.h43
    }
}

impl Friction {
    /// The terms at depth `h_m`, concentration `cv` and a bed inclined by `bed_slope` (rise over run).
    pub fn terms(&self, h_m: f64, cv: f64, bed_slope: f64) -> Terms {
        self.terms_at(Depth::of(h_m), cv, bed_slope)
    }

    fn terms_at(&self, depth: Depth, cv: f64, bed_slope: f64) -> Terms {
        let Depth { h, .. } = depth;
        let cv = cv.clamp(0.0, JAM);
        let manning = |n: f64| depth.manning(n);
        match *self {
            Friction::Manning { n } => Terms { per_speed_squared: manning(n), ..Terms::default() },
            Friction::Quadratic { n, laminar, mud } => {
                let weight_pa_m = G * mixture_kg_m3(cv);
                // Clear water has no yield: the exponential law is cut below the concentrations it was measured at (0.10),
                // and grows in from nothing, linearly.
                let grown = (cv / 0.10).min(1.0);
                Terms {
                    standing: grown * mud.yield_stress_pa(cv) / (weight_pa_m * h),
                    per_speed: grown * laminar * mud.viscosity_at_pa_s(cv) / (8.0 * weight_pa_m * h * h),
                    per_speed_squared: manning(dispersive_manning(n, cv)),
                }
            }
            Friction::Voellmy { mu, xi_m_s2 } => Terms {
                standing: mu / math::sqrt(1.0 + bed_slope * bed_slope),
                per_speed: 0.0,
                per_speed_squared: 1.0 / (xi_m_s2 * h),
            },
        }
    }

    /// Does the law ask for the slope of the bed?
    pub fn asks_for_the_bed(&self) -> bool {
        matches!(self, Friction::Voellmy { .. })
    }

    pub fn check(&self, file: &Path, complaints: &mut Complaints) {
        let mut positive = |name: &str, value: f64, high: f64| {
            if !(value.is_finite() && value > 0.0 && value <= high) {
                complaints.add(file, format!("{name} of {value}"), format!("more than 0, at most {high}"));
            }
        };
        match *self {
            Friction::Manning { n } => positive("Manning's n", n, 1.0),
            Friction::Quadratic { n, laminar, mud } => {
                positive("Manning's n", n, 1.0);
                positive("laminar resistance", laminar, 50_000.0);
                positive("viscosity_pa_s", mud.viscosity_pa_s, 10.0);
                positive("viscosity_growth", mud.viscosity_growth, 60.0);
                positive("yield_pa", mud.yield_pa, 100.0);
                positive("yield_growth", mud.yield_growth, 60.0);
            }
            Friction::Voellmy { mu, xi_m_s2 } => {
                positive("mu", mu, 1.0);
                positive("xi_m_s2", xi_m_s2, 10_000.0);
            }
        }
    }
}

/// Friction slope of a law at depth `h_m`, speed `speed_m_s` and concentration `cv` over a bed of slope `bed_slope`.
pub fn friction_slope(law: &Friction, h_m: f64, speed_m_s: f64, cv: f64, bed_slope: f64) -> f64 {
    law.terms(h_m, cv, bed_slope).slope(speed_m_s)
}

/// A flow whose momentum can be set, which a friction of one's own needs.
pub trait Momentum: Flow {
    /// Sets depth times velocity (east, north), m2/s.
    fn set_momentum_m2_s(&mut self, cell: usize, east: f64, north: f64);
    /// Slows the water of `cells`, in index order, to a share of its momentum each, 0 to 1.
    fn slow_down(&mut self, cells: &[usize], shares: &[f64]) {
        for (&cell, share) in cells.iter().zip(shares) {
            let (h, (u, v)) = (self.depth_m(cell), self.velocity_m_s(cell));
            self.set_momentum_m2_s(cell, h * u * share, h * v * share);
        }
    }
}

impl<R: Real> Momentum for Solver<R> {
    fn set_momentum_m2_s(&mut self, cell: usize, east: f64, north: f64) {
        Solver::set_momentum_m2_s(self, cell, east, north);
    }
    fn slow_down(&mut self, cells: &[usize], shares: &[f64]) {
        Solver::slow_down(self, cells, shares);
    }
}

/// Share of its momentum that a cell keeps after `dt_s` of what the law resists beyond the Manning friction that the solver
/// has already taken (`solver_manning`). `cv_and_slope`: concentration and slope of the bed.
pub fn share_left<F: Flow + ?Sized>(
    flow: &F,
    cell: usize,
    law: &Friction,
    solver_manning: f64,
    cv_and_slope: (f64, f64),
    dt_s: f64,
) -> f64 {
    let h = flow.depth_m(cell);
    let (u, v) = flow.velocity_m_s(cell);
    let speed = math::sqrt(u * u + v * v);
    if h <= 0.0 || speed <= 0.0 {
        return 0.0;
    }
    let (cv, bed_slope) = cv_and_slope;
    let depth = Depth::of(h);
    let mut terms = law.terms_at(depth, cv, bed_slope);
    terms.per_speed_squared = (terms.per_speed_squared - depth.manning(solver_manning)).max(0.0);
    terms.slowed_m_s(speed, dt_s) / speed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_third_of_sediment_makes_half_as_much_again() {
        // Grade: exact.
        assert!((bulking_factor(1.0 / 3.0) - 1.5).abs() < 1e-15);
        assert!((mixture_kg_m3(0.5) - 1825.0).abs() < 1e-9);
    }

    #[test]
    fn yield_and_viscosity_grow_by_about_three_orders_from_a_tenth_to_four_tenths() {
        // Grade: reference. Abstract of O'Brien and Julien (1988).
        for mud in [Mud::ASPEN_PIT_1, Mud::ASPEN_NATURAL_SOIL, Mud::GLENWOOD_1, Mud::GLENWOOD_4] {
            let grown = mud.yield_stress_pa(0.4) / mud.yield_stress_pa(0.1);
            assert!((200.0..10_000.0).contains(&grown), "yield {grown}");
            let grown = math::exp(mud.viscosity_growth * 0.3);
            assert!((500.0..25_000.0).contains(&grown), "viscosity {grown}");
        }
    }

    #[test]
    fn uniform_flow_of_clear_water_is_mannings() {
        // Grade: exact. u = sqrt(S) h^(2/3) / n.
        let u = Friction::Manning { n: 0.03 }.terms(2.0, 0.0, 0.0).uniform_m_s(0.001);
        assert!((u - 0.001f64.sqrt() * 2f64.powf(2.0 / 3.0) / 0.03).abs() < 1e-12);
        let thin = Friction::Quadratic { n: 0.03, laminar: 24.0, mud: Mud::GLENWOOD_4 };
        assert!((thin.terms(2.0, 0.0, 0.0).uniform_m_s(0.001) - u).abs() < 1e-12, "no sediment, no mud");
    }

    #[test]
    fn a_voellmy_flow_reaches_its_terminal_speed_and_no_more() {
        // Grade: exact. On slope S uniform flow has S = mu cos(theta) + u^2/(xi h).
        let law = Friction::Voellmy { mu: 0.1, xi_m_s2: 200.0 };
        let (h, s) = (2.0, 0.3);
        let terms = law.terms(h, 0.5, s);
        let expected = (200.0 * h * (s - 0.1 / (1.0f64 + s * s).sqrt())).sqrt();
        assert!((terms.uniform_m_s(s) - expected).abs() < 1e-12);
        let mut u = 0.0;
        for _ in 0..2000 {
            u = terms.slowed_m_s(u + 0.1 * G * s, 0.1);
        }
        assert!((u - expected).abs() < 1e-9, "{u} against {expected}");
        assert_eq!(law.terms(h, 0.5, 0.05).uniform_m_s(0.05), 0.0, "flatter than mu it stands");
    }

    #[test]
    fn mud_on_a_plane_stops_at_the_depth_its_yield_holds() {
        // Grade: exact. Bingham: h = tau_y/(g rho S).
        let law = Friction::Quadratic { n: 0.05, laminar: 2285.0, mud: Mud::ASPEN_PIT_1 };
        let (cv, s) = (0.35, 0.1);
        let depth = Mud::ASPEN_PIT_1.yield_stress_pa(cv) / (G * mixture_kg_m3(cv) * s);
        assert!(depth > 0.05 && depth < 1.0, "a deposit one can see: {depth}");
        assert_eq!(law.terms(0.99 * depth, cv, s).uniform_m_s(s), 0.0);
        assert!(law.terms(1.05 * depth, cv, s).uniform_m_s(s) > 0.0);
    }

    #[test]
    fn the_implicit_step_never_turns_the_flow_round_whatever_the_step() {
        // Grade: behaviour.
        for dt in [1e-3, 0.1, 10.0, 1e4] {
            for h in [1e-4, 0.01, 1.0, 10.0] {
                let terms = Friction::Quadratic { n: 0.05, laminar: 2285.0, mud: Mud::GLENWOOD_4 }.terms(h, 0.3, 0.1);
                let slowed = terms.slowed_m_s(5.0, dt);
                assert!((0.0..5.0).contains(&slowed), "dt {dt} h {h}: {slowed}");
            }
        }
    }
}
