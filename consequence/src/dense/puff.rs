//! The puff stage: a cloud with a front and an end, followed in time. The terms are the plume's, with a length Bx beside the width; what is
//! carried is a quarter of the cloud.
//!
//! ```text
//! d(rho B Bx h)/dt = rhoa sqrt 3 (v h Bx + vx h B + w B Bx)        dBx/dt = sqrt 3 (rhoa/rho) vx + Ug
//! ```

use super::ambient::Ambient;
use super::gas::{self, Mixture};
use super::mixing::{self, Rates, SQRT_3, Shape};
use super::plume;
use super::profile::{Section, Stage};
use super::{Mode, Source};
use crate::weather::GRAVITY_M_S2;
use base::math;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct State {
    pub time_s: f64,
    pub x_m: f64,
    /// Mass of a quarter of the cloud, kg.
    pub mass: f64,
    pub excess: f64,
    pub front: f64,
    pub front_along: f64,
    pub heat: f64,
    pub half_width_m: f64,
    pub core_m: f64,
    pub half_length_m: f64,
    pub core_length_m: f64,
    pub centre_m: f64,
    pub lift: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Known {
    mixture: Mixture,
    speed_m_s: f64,
    height_m: f64,
    mean_wind_m_s: f64,
    grounded: bool,
    rates: Rates,
}

/// A plume whose source has ended: half of its mass has passed this section, which becomes the middle of the puff; it is as long as its
/// mass asks for.
///
/// The original's front has the speed Ug = Vg B/Bx along the wind from the start (found from the printed cores of its examples 2 and 4, which
/// grow so within 4 % over their first rows as puffs); the corrected mode begins at rest.
pub fn start_from_plume(source: &Source, mode: Mode, last: &(plume::State, plume::Known)) -> State {
    let (s, k) = last;
    let quarter = 0.25 * source.total_kg() / k.mixture.mass_share;
    let length = quarter / (k.mixture.density_kg_m3 * s.half_width_m * k.height_m);
    let share = quarter / s.flux;
    State {
        time_s: s.time_s + 0.5 * source.duration_s,
        x_m: s.x_m,
        mass: quarter,
        excess: quarter * (k.speed_m_s - (1.0 - k.mixture.mass_share) * k.mean_wind_m_s),
        front: s.front * share,
        front_along: match mode {
            Mode::Reference => s.front * share * s.half_width_m / length,
            Mode::Corrected => 0.0,
        },
        heat: s.heat * share,
        half_width_m: s.half_width_m,
        core_m: s.core_m,
        half_length_m: length,
        core_length_m: 0.9999 * length,
        centre_m: s.centre_m,
        lift: s.lift * share,
    }
}

/// A mass that comes at once: a square block at rest over its ground plan.
pub fn start_at_once(source: &Source, ambient: &Ambient) -> State {
    let edge = 0.5 * math::sqrt(source.area_m2);
    let quarter = 0.25 * source.burst_kg;
    State {
        time_s: 0.0,
        x_m: 0.0,
        mass: quarter,
        excess: 0.0,
        front: 0.0,
        front_along: 0.0,
        heat: quarter * source.enthalpy_j_kg(&ambient.air),
        half_width_m: edge,
        core_m: 0.9 * edge,
        half_length_m: edge,
        core_length_m: 0.9 * edge,
        centre_m: 0.0,
        lift: 0.0,
    }
}

fn known(source: &Source, a: &Ambient, s: &State, guess_k: f64) -> Known {
    let m = (0.25 * source.total_kg() / s.mass).min(1.0);
    let mixture = gas::mix(&source.gas, &a.air, m, s.heat / s.mass, guess_k);
    let height_m = s.mass / (mixture.density_kg_m3 * s.half_width_m * s.half_length_m);
    let grounded = s.centre_m <= 0.5 * height_m;
    let top_m = if grounded { height_m } else { s.centre_m + 0.5 * height_m };
    let felt = if grounded { a.felt(mixture.density_kg_m3, height_m) } else { a.felt(0.0, 0.0) };
    let mean_wind_m_s = felt.mean_wind_m_s(top_m);
    let speed_m_s = (mean_wind_m_s * (1.0 - m) + s.excess / s.mass).max(0.0);
    let shape = Shape {
        height_m,
        half_width_m: s.half_width_m,
        half_length_m: s.half_length_m,
        centre_m: s.centre_m,
        speed_m_s,
        mean_wind_m_s,
        across_m_s: s.front / s.mass,
        along_m_s: s.front_along / s.mass,
        source_m_s: 0.0,
        grounded,
    };
    Known { mixture, speed_m_s, height_m, mean_wind_m_s, grounded, rates: mixing::rates(&felt, &mixture, &shape) }
}

fn slope(source: &Source, a: &Ambient, s: &State, k: &Known) -> State {
    let (rho, rhoa) = (k.mixture.density_kg_m3, a.density_kg_m3);
    let (b, l, h) = (s.half_width_m, s.half_length_m, k.height_m);
    let (across, along) = (s.front / s.mass, s.front_along / s.mass);
    let pull = GRAVITY_M_S2 * (rho - rhoa);
    let push = if k.grounded { 0.75 * pull.max(0.0) * h * h } else { 0.0 };
    let spread = SQRT_3 * rhoa / rho;
    let lifting = pull < 0.0 || !k.grounded;
    // The head of the spreading front rolls air in. A plume's is thin; a block that collapses has little else.
    let head = match a.mode {
        Mode::Corrected if source.burst_kg > 0.0 && k.grounded => {
            HEAD * rhoa * h * (l * across.max(0.0) + b * along.max(0.0))
        }
        Mode::Corrected | Mode::Reference => 0.0,
    };
    State {
        time_s: 1.0,
        x_m: k.speed_m_s,
        mass: head + rhoa * SQRT_3 * (k.rates.side_m_s * h * l + k.rates.along_m_s * h * b + k.rates.top_m_s * b * l),
        excess: k.rates.hold.along_n(rho, b * l, h * (b + l), k.speed_m_s, k.mean_wind_m_s),
        front: push * l - k.rates.hold.front_n(rho, b * l, across),
        front_along: push * b - k.rates.hold.front_n(rho, b * l, along),
        heat: rho
            * k.rates.ground_m_s
            * k.mixture.heat_j_kg_k
            * (a.air.temperature_k - k.mixture.temperature_k)
            * b
            * l,
        half_width_m: spread * k.rates.side_m_s + across,
        core_m: across * s.core_m / b,
        half_length_m: spread * k.rates.along_m_s + along,
        core_length_m: along * s.core_length_m / l,
        centre_m: match a.mode {
            _ if lifting => s.lift / s.mass,
            // The original's centre sinks as its cloud widens (found from examples 2 and 4, within 1 %).
            Mode::Reference => -s.centre_m * (across / b + along / l),
            Mode::Corrected => 0.0,
        },
        lift: if lifting { -pull * b * l * h } else { -s.lift * k.speed_m_s / (10.0 * h) },
    }
}

fn moved(s: &State, d: &State, by: f64) -> State {
    State {
        time_s: s.time_s + by * d.time_s,
        x_m: s.x_m + by * d.x_m,
        mass: s.mass + by * d.mass,
        excess: s.excess + by * d.excess,
        front: s.front + by * d.front,
        front_along: s.front_along + by * d.front_along,
        heat: s.heat + by * d.heat,
        half_width_m: s.half_width_m + by * d.half_width_m,
        core_m: s.core_m + by * d.core_m,
        half_length_m: s.half_length_m + by * d.half_length_m,
        core_length_m: s.core_length_m + by * d.core_length_m,
        centre_m: (s.centre_m + by * d.centre_m).max(0.0),
        lift: s.lift + by * d.lift,
    }
}

/// Air drawn in by the head of a collapsing cloud, in its front's speed times its side: DEGADIS' 0.59 (Havens & Spicer 1985; from
/// memory, unchecked).
const HEAD: f64 = 0.59;
const STEP: f64 = 0.06;
/// Clouds are not followed beyond this age, s.
const LONGEST_S: f64 = 4.0 * 3600.0;

pub fn follow(source: &Source, a: &Ambient, start: State, farthest_m: f64, sections: &mut Vec<Section>) {
    let mut s = start;
    let mut k = known(source, a, &s, source.temperature_k);
    for _ in 0..20_000 {
        sections.push(section(source, &s, &k));
        if s.x_m >= farthest_m || s.time_s > LONGEST_S {
            return;
        }
        let d = slope(source, a, &s, &k);
        let rel =
            |value: f64, rate: f64| if rate.abs() > 0.0 { STEP * value.abs() / rate.abs() } else { f64::INFINITY };
        let pace = 0.05 * s.mass * k.mean_wind_m_s;
        let dt = rel(s.mass, d.mass)
            .min(rel(s.half_width_m, d.half_width_m))
            .min(rel(s.half_length_m, d.half_length_m))
            .min(rel(s.front.abs().max(pace), d.front))
            .min(rel(s.front_along.abs().max(pace), d.front_along))
            .min(rel(s.excess.abs().max(pace), d.excess))
            .min(((farthest_m - s.x_m) / k.speed_m_s.max(1e-3)).max(1e-3))
            .clamp(1e-5, 60.0);
        let at = |s: &State| slope(source, a, s, &known(source, a, s, k.mixture.temperature_k));
        let k1 = d;
        let k2 = at(&moved(&s, &k1, 0.5 * dt));
        let k3 = at(&moved(&s, &k2, 0.5 * dt));
        let k4 = at(&moved(&s, &k3, dt));
        let mut next = s;
        for (part, weight) in [(k1, 1.0 / 6.0), (k2, 1.0 / 3.0), (k3, 1.0 / 3.0), (k4, 1.0 / 6.0)] {
            next = moved(&next, &part, weight * dt);
        }
        s = next;
        k = known(source, a, &s, k.mixture.temperature_k);
    }
}

fn section(source: &Source, s: &State, k: &Known) -> Section {
    Section {
        stage: Stage::Puff,
        x_m: s.x_m,
        time_s: s.time_s,
        height_m: k.height_m,
        half_width_m: s.half_width_m,
        core_m: s.core_m,
        centre_m: s.centre_m,
        half_length_m: s.half_length_m,
        core_length_m: s.core_length_m,
        speed_m_s: k.speed_m_s,
        across_m_s: s.front / s.mass,
        mixture: k.mixture,
        grounded: k.grounded,
        flux_kg_s: s.mass,
        half_duration_s: (s.half_length_m / k.speed_m_s.max(1e-3)).max(0.5 * source.duration_s),
        rates: k.rates,
        meander_m: 0.0,
        averaging_s: 0.0,
    }
}
