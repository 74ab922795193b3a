//! The plume stage: a steady cloud followed along the wind.

use super::ambient::{Ambient, Counted, Felt};
use super::gas::{self, Mixture};
use super::mixing::{self, Rates, SQRT_3, Shape};
use super::profile::{Section, Stage};
use super::{Mode, Source, rise};
use crate::release::Entry;
use crate::weather::GRAVITY_M_S2;
use base::math;
use std::borrow::Cow;

/// What is carried along the wind, for the half of the cloud on one side of its axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct State {
    pub x_m: f64,
    pub time_s: f64,
    /// Released mass that lies between the begin and here, over the rate, s: over a pool it grows slower than the time.
    pub inside_s: f64,
    /// Mass flux, kg/s.
    pub flux: f64,
    /// Momentum above that of the entrained air at the cloud's wind, kg m/s2.
    pub excess: f64,
    /// Mass flux times front speed.
    pub front: f64,
    /// Mass flux times enthalpy, W.
    pub heat: f64,
    pub half_width_m: f64,
    pub core_m: f64,
    pub centre_m: f64,
    /// Mass flux times vertical speed.
    pub lift: f64,
}

/// What follows from a state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known {
    pub mixture: Mixture,
    pub speed_m_s: f64,
    pub height_m: f64,
    /// The state's, or wider: see [`Course::squat`].
    pub half_width_m: f64,
    pub mean_wind_m_s: f64,
    pub across_m_s: f64,
    pub grounded: bool,
    /// The cloud's weight leaves it no speed at which its flux could pass.
    pub choked: bool,
    pub rates: Rates,
}

/// How it goes on: fixed along a stage.
pub struct Course<'a> {
    pub source: &'a Source,
    pub ambient: &'a Ambient,
    /// Half width of the pool, m; 0 for a jet.
    pub pool_m: f64,
    pub enthalpy_j_kg: f64,
    /// Density of what leaves, kg/m3.
    pub pure_kg_m3: f64,
    /// The cloud has come down (or was on the ground from the start).
    pub grounded: bool,
    /// Vertical speed over the square of the centre's height when it came down, 1/(m s).
    pub landing: f64,
    /// A jet of the reference mode is never higher than it is wide: where air from above would make it so it widens, its core alike. (Found from
    /// the original's example 2, whose height stays at 2.000 to 2.002 half widths until it lands, and its ground jet of methane.)
    pub squat: bool,
    /// A stack's heavy cloud in the reference mode falls and slumps as the original's does: see [`Slump`].
    pub slump: Option<Slump>,
}

/// How the original's heavy cloud comes down from the top of its rise (read from a public port, GasDispersion.jl, and written anew). Its
/// lower edge touches where zc = h/2; the fall W then turns into spreading, and the centre sinks as the cloud widens:
///
/// ```text
/// Vg = 2 W B/h at the touch       dzc/dx = -Vg zc/(B U)       h >= 2 zc, U = R/(rho B h) where that holds
/// U <= its value before the step where the weight chokes the flow
/// ```
///
/// Momentum is counted anew from the speed after each step, so that a height held up or a choked flow takes what it needs of it. The mean wind
/// is counted on from step to step, beginning with the wind at the top of the rise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slump {
    pub wind: Counted,
    /// Speed before the step, m/s.
    pub before_m_s: f64,
}

/// The original's factor of the pressure of the cloud's weight on its speed, at the ground.
const WEIGHT: f64 = 0.25;
/// Lowest speed of a cloud over its pool, in the wind's.
const LEAST_SPEED: f64 = 0.05;

impl Course<'_> {
    /// Released mass flux of the half cloud at a place, kg/s.
    pub fn released(&self, x_m: f64) -> f64 {
        let all = 0.5 * self.source.rate_kg_s;
        if self.pool_m > 0.0 { all * ((x_m + self.pool_m) / (2.0 * self.pool_m)).clamp(0.0, 1.0) } else { all }
    }

    /// What becomes a puff at half of the release's duration: in the original the time that it took to release what lies up to here (found from
    /// runs of slabx over pools, whose plumes go on until half of the mass is in them), in the corrected mode the time of travel.
    fn passed_s(&self, s: &State) -> f64 {
        match self.ambient.mode {
            Mode::Reference => s.inside_s,
            Mode::Corrected => s.time_s,
        }
    }

    pub fn known(&self, s: &State, guess: Option<&Known>) -> Known {
        let a = self.ambient;
        let m = (self.released(s.x_m) / s.flux).min(1.0);
        let warm = guess.map_or(self.source.temperature_k, |g| g.mixture.temperature_k);
        let mixture = gas::mix(&self.source.gas, &a.air, m, s.heat / s.flux, warm);
        let heavy = (mixture.density_kg_m3 - a.density_kg_m3).max(0.0);
        let weight = if self.grounded { WEIGHT } else { 0.0 };
        let pressure = |half_width_m: f64| {
            0.5 * weight * GRAVITY_M_S2 * heavy * s.flux
                / (half_width_m * mixture.density_kg_m3 * mixture.density_kg_m3)
        };
        // Height and mean wind follow from the speed, the speed from them: the secant rule on the difference.
        let area = s.flux / (mixture.density_kg_m3 * s.half_width_m);
        let sides = |speed_m_s: f64| {
            let height_m = area / speed_m_s;
            if self.squat && height_m > 2.0 * s.half_width_m {
                let half_width_m = math::sqrt(0.5 * height_m * s.half_width_m);
                (half_width_m, 2.0 * half_width_m)
            } else {
                (s.half_width_m, height_m)
            }
        };
        let consistent = |speed_m_s: f64| {
            let (half_width_m, height_m) = sides(speed_m_s);
            let top_m = if self.grounded { height_m } else { s.centre_m + 0.5 * height_m };
            let felt = if self.grounded { a.felt(mixture.density_kg_m3, height_m) } else { a.felt(0.0, 0.0) };
            let mean = self.mean_m_s(&felt, top_m);
            let carried = mean * (1.0 - m) + s.excess / s.flux;
            let choke = self.slump.map_or(f64::INFINITY, |slump| slump.before_m_s);
            (largest_root(carried, pressure(half_width_m), choke).max(LEAST_SPEED * mean), height_m, mean, felt)
        };
        let mut speed_m_s = guess.map_or_else(|| a.wind_m_s(2.0), |g| g.speed_m_s);
        let (mut next, mut height_m, mut mean, mut felt) = consistent(speed_m_s);
        let (mut step, mut gain) = (next - speed_m_s, 0.7);
        for _ in 0..60 {
            if step.abs() < 1e-10 * next {
                break;
            }
            let (before, was) = (speed_m_s, step);
            speed_m_s = (speed_m_s + gain * step).max(0.2 * speed_m_s);
            (next, height_m, mean, felt) = consistent(speed_m_s);
            step = next - speed_m_s;
            // 1/(1 - slope) of next over speed, held where the slope cannot be told.
            let share = (speed_m_s - before) / (was - step);
            gain = if share.is_finite() { share.clamp(0.2, 2.0) } else { 0.7 };
        }
        let (half_width_m, _) = sides(speed_m_s);
        if self.slump.is_some() && weight > 0.0 && heavy > 0.0 && height_m < 2.0 * s.centre_m {
            height_m = 2.0 * s.centre_m;
            speed_m_s = area * s.half_width_m / (half_width_m * height_m);
            mean = self.mean_m_s(&felt, height_m);
        }
        let across_m_s = s.front / s.flux;
        let over_pool = self.pool_m > 0.0 && s.x_m < self.pool_m;
        let source_m_s = if over_pool { self.source.rate_kg_s / (self.pure_kg_m3 * self.source.area_m2) } else { 0.0 };
        let shape = Shape {
            height_m,
            half_width_m,
            half_length_m: 0.0,
            centre_m: s.centre_m,
            speed_m_s,
            mean_wind_m_s: mean,
            across_m_s,
            along_m_s: 0.0,
            source_m_s,
            grounded: self.grounded,
        };
        let rates = mixing::rates(&felt, &mixture, &shape);
        let carried = mean * (1.0 - m) + s.excess / s.flux;
        Known {
            mixture,
            speed_m_s,
            height_m,
            half_width_m,
            mean_wind_m_s: mean,
            across_m_s,
            grounded: self.grounded,
            choked: pressure(half_width_m) > 4.0 / 27.0 * carried * carried * carried,
            rates,
        }
    }

    /// Mean wind over the cloud.
    fn mean_m_s(&self, felt: &Felt, top_m: f64) -> f64 {
        self.slump.map_or_else(|| felt.mean_wind_m_s(top_m), |s| self.ambient.mean_on_m_s(s.wind, top_m))
    }

    /// Momentum that the weight of a cloud on the ground takes up, above what its speed carries.
    fn weight_n(&self, half_width_m: f64, height_m: f64, density_kg_m3: f64) -> f64 {
        let heavy = (density_kg_m3 - self.ambient.density_kg_m3).max(0.0);
        0.5 * WEIGHT * GRAVITY_M_S2 * heavy * half_width_m * height_m * height_m
    }

    /// After a step: the width that the cloud's height asks for; of a [`Slump`] wind, speed and momentum for the next.
    fn settle(&mut self, s: &mut State, k: &Known) {
        if k.half_width_m > s.half_width_m {
            s.core_m *= k.half_width_m / s.half_width_m;
            s.half_width_m = k.half_width_m;
        }
        let Some(slump) = &mut self.slump else { return };
        let top_m = k.height_m.max(s.centre_m + 0.5 * k.height_m);
        slump.wind = Counted { top_m: if self.grounded { k.height_m } else { top_m }, mean_m_s: k.mean_wind_m_s };
        slump.before_m_s = k.speed_m_s;
        if self.grounded {
            let m = (self.released(s.x_m) / s.flux).min(1.0);
            s.excess = s.flux * (k.speed_m_s - k.mean_wind_m_s * (1.0 - m))
                + self.weight_n(s.half_width_m, k.height_m, k.mixture.density_kg_m3);
        }
    }

    /// d/dx of the state.
    fn slope(&self, s: &State, k: &Known) -> State {
        let a = self.ambient;
        let (rho, rhoa) = (k.mixture.density_kg_m3, a.density_kg_m3);
        let released = self.released(s.x_m);
        let over_pool = self.pool_m > 0.0 && s.x_m < self.pool_m;
        let source = if over_pool { 0.25 * self.source.rate_kg_s / self.pool_m } else { 0.0 };
        let (b, h) = (k.half_width_m, k.height_m);
        let air = rhoa * SQRT_3 * (k.rates.side_m_s * h + k.rates.top_m_s * b);
        let pull = GRAVITY_M_S2 * (rho - rhoa);
        let mut slope = State {
            x_m: 1.0,
            time_s: 1.0 / k.speed_m_s,
            inside_s: 2.0 * released / (self.source.rate_kg_s * k.speed_m_s),
            flux: air + source,
            excess: 0.0,
            front: 0.0,
            heat: source * self.enthalpy_j_kg,
            half_width_m: (SQRT_3 * rhoa / rho * k.rates.side_m_s + k.across_m_s) / k.speed_m_s,
            core_m: k.across_m_s * s.core_m / (k.speed_m_s * b),
            centre_m: 0.0,
            lift: 0.0,
        };
        let vertical = s.lift / s.flux;
        if self.grounded {
            slope.excess = k.rates.hold.along_n(rho, b, h, k.speed_m_s, k.mean_wind_m_s);
            slope.front = 0.75 * pull.max(0.0) * h * h - k.rates.hold.front_n(rho, b, k.across_m_s);
            slope.heat +=
                rho * k.rates.ground_m_s * k.mixture.heat_j_kg_k * (a.air.temperature_k - k.mixture.temperature_k) * b;
            if pull <= 0.0 && a.mode == Mode::Reference {
                // The original's spreading ends with its weight.
                slope.front = 0.0;
            }
            if pull < 0.0 {
                // Lighter than air: it lifts off.
                slope.lift = -pull * b * h;
                slope.centre_m = vertical.max(0.0) / k.speed_m_s;
            } else if a.mode == Mode::Reference {
                slope.centre_m = -k.across_m_s * s.centre_m / (b * k.speed_m_s);
                slope.lift = -s.lift / (10.0 * h);
            } else {
                // The ground takes up the fall: its speed goes as the square of the centre's height (found from example 2).
                slope.centre_m = -self.landing * s.centre_m * s.centre_m / k.speed_m_s;
                slope.lift = -s.lift / (10.0 * h);
            }
        } else {
            slope.lift = -pull * b * h;
            slope.centre_m = vertical / k.speed_m_s;
        }
        debug_assert!(released >= 0.0);
        slope
    }
}

/// Largest root of U^3 - U0 U^2 + p = 0; where the cloud's weight chokes it and there is none, the point of choking, 2 U0/3, but no more
/// than a given speed.
fn largest_root(carried_m_s: f64, pressure: f64, choked_m_s: f64) -> f64 {
    let u0 = carried_m_s;
    if pressure <= 0.0 || u0 <= 0.0 {
        return u0;
    }
    let choke = 2.0 * u0 / 3.0;
    if u0 * choke * choke - choke * choke * choke <= pressure {
        return choke.min(choked_m_s);
    }
    let mut u = u0;
    for _ in 0..50 {
        let f = u * u * u - u0 * u * u + pressure;
        let step = f / (3.0 * u * u - 2.0 * u0 * u);
        u -= step;
        if step.abs() < 1e-12 * u0 {
            break;
        }
    }
    u.max(choke)
}

fn moved(s: &State, d: &State, by: f64) -> State {
    State {
        x_m: s.x_m + by * d.x_m,
        time_s: s.time_s + by * d.time_s,
        inside_s: s.inside_s + by * d.inside_s,
        flux: s.flux + by * d.flux,
        excess: s.excess + by * d.excess,
        front: s.front + by * d.front,
        heat: s.heat + by * d.heat,
        half_width_m: s.half_width_m + by * d.half_width_m,
        core_m: s.core_m + by * d.core_m,
        centre_m: (s.centre_m + by * d.centre_m).max(0.0),
        lift: s.lift + by * d.lift,
    }
}

/// Largest change of the flux, width or time in a step, as a share.
const STEP: f64 = 0.06;

/// Follows the plume until half of the mass has passed or the distance is reached; gives the end when a puff must go on.
pub fn follow(
    source: &Source,
    ambient: &Ambient,
    edge_m: f64,
    farthest_m: f64,
    sections: &mut Vec<Section>,
) -> Option<((State, Known), Option<Counted>)> {
    let (mut course, mut state) = start(source, ambient, edge_m);
    let mut known = course.known(&state, None);
    let half_s = 0.5 * source.duration_s;
    let rows = ambient.rows_to_m.filter(|_| !is_pool(source)).map(|end_m| Rows::new(state.x_m, end_m));
    for _ in 0..20_000 {
        land(&mut course, &mut state, &mut known);
        leave(&mut course, &mut state, &mut known);
        sections.push(section(source, &state, &known));
        let passed_s = course.passed_s(&state);
        if passed_s >= half_s && rows.as_ref().is_none_or(|r| r.has(state.x_m)) {
            return Some(((state, known), course.slump.map(|s| s.wind)));
        }
        if state.x_m >= farthest_m {
            return None;
        }
        let most_m = match &rows {
            Some(rows) if passed_s >= half_s => rows.after(state.x_m) - state.x_m,
            _ => (half_s - passed_s) * known.speed_m_s * 1.0001 + 1e-9,
        };
        let most_m = most_m.min(farthest_m - state.x_m);
        (state, known) = step(&course, &state, &known, most_m);
        course.settle(&mut state, &known);
    }
    None
}

/// The rows of the original's grid for a jet, whose plume becomes a puff at the first of them by which half of the mass has passed. Found from the
/// printed distances of its examples 2 and 4 and of its ground jet of methane: x from 1 m before the mouth, 60 steps to the farthest
/// distance of the deck, 59 from the top of a rise,
///
/// ```text
/// x_n = x0 + 0.1 x0 (r^n - 1)
/// ```
struct Rows {
    begin_m: f64,
    log_ratio: f64,
}

impl Rows {
    fn new(begin_m: f64, end_m: f64) -> Rows {
        let steps = if begin_m > 0.0 { 59.0 } else { 60.0 };
        let begin_m = begin_m + Self::MOUTH_M;
        let span = (end_m + Self::MOUTH_M - begin_m) / (0.1 * begin_m);
        Rows { begin_m, log_ratio: math::ln(1.0 + span) / steps }
    }
    /// Where the original has its mouth, m.
    const MOUTH_M: f64 = 1.0;
    /// Number of steps to a distance, not whole between rows.
    fn steps(&self, x_m: f64) -> f64 {
        math::ln(1.0 + (x_m + Self::MOUTH_M - self.begin_m).max(0.0) / (0.1 * self.begin_m)) / self.log_ratio
    }
    fn has(&self, x_m: f64) -> bool {
        (self.steps(x_m) - self.steps(x_m).round()).abs() < 1e-6
    }
    /// The row after a distance.
    fn after(&self, x_m: f64) -> f64 {
        let n = (self.steps(x_m) + 1e-6).floor() + 1.0;
        self.begin_m - Self::MOUTH_M + 0.1 * self.begin_m * (math::exp(n * self.log_ratio) - 1.0)
    }
}

/// Half width of the source, m, and the air for it as the original has it.
pub fn footing<'a>(source: &Source, ambient: &'a Ambient) -> (f64, Cow<'a, Ambient>) {
    let pool_m = 0.5 * math::sqrt(source.area_m2);
    if ambient.mode != Mode::Reference || !is_pool(source) {
        return (pool_m, Cow::Borrowed(ambient));
    }
    // The first height that the original asks for is that of its first of thirty steps over the pool.
    let counted = |edge_m: f64| {
        let (course, state) = start_at(source, ambient, edge_m, 1.0 / 30.0);
        ambient.clone().counted_from(course.known(&state, None).height_m)
    };
    let edge_m = blanket_m(source, &counted(pool_m));
    (edge_m, Cow::Owned(counted(edge_m)))
}

/// Half width of the ground that vapour covers over a pool (源上气毯), m. A weak wind cannot carry off what a strong pool gives: the cloud's weight
/// chokes its flow, and vapour spreads over the rim and upwind until the wider, weaker source passes. The least width at which no
/// section over the source is choked (the original widens its pools to the same measure: found from runs of slabx at fifteen winds,
/// rates and roughnesses, where the sharpest section comes within 1.5 % of choking).
fn blanket_m(source: &Source, ambient: &Ambient) -> f64 {
    let pool_m = 0.5 * math::sqrt(source.area_m2);
    let chokes = |edge_m: f64| {
        let (course, mut state) = start(source, ambient, edge_m);
        let mut known = course.known(&state, None);
        while state.x_m < edge_m && !known.choked {
            let most_m = edge_m - state.x_m + 1e-9;
            (state, known) = step(&course, &state, &known, most_m);
        }
        known.choked
    };
    if !chokes(pool_m) {
        return pool_m;
    }
    let (mut narrow, mut wide) = (pool_m, 2.0 * pool_m);
    while chokes(wide) && wide < 64.0 * pool_m {
        narrow = wide;
        wide *= 2.0;
    }
    while wide > 1.002 * narrow {
        let middle = math::sqrt(narrow * wide);
        if chokes(middle) { narrow = middle } else { wide = middle }
    }
    wide
}

fn is_pool(source: &Source) -> bool {
    matches!(source.entry, Entry::Pool | Entry::Cloud)
}

/// One step by Runge and Kutta's rule of the fourth order, as long as the state allows.
fn step(course: &Course, state: &State, known: &Known, most_m: f64) -> (State, Known) {
    let d = course.slope(state, known);
    let rel = |value: f64, rate: f64| if rate.abs() > 0.0 { STEP * value.abs() / rate.abs() } else { f64::INFINITY };
    let mut dx = rel(state.flux, d.flux).min(rel(state.half_width_m, d.half_width_m));
    dx = dx.min(rel(state.excess.abs().max(0.05 * state.flux * known.mean_wind_m_s), d.excess));
    dx = dx.min(rel(state.front.abs().max(0.05 * state.flux * known.mean_wind_m_s), d.front));
    if !course.grounded {
        let height_m = known.height_m.max(0.1);
        let vertical_m_s = (state.lift / state.flux).abs().max(0.05 * known.speed_m_s);
        dx = dx.min(0.25 * height_m * known.speed_m_s / vertical_m_s);
        // A cloud that hangs at the top of its rise begins to fall: no more than a twentieth of its height in a step.
        let falls_m_s2 = (d.lift / state.flux).abs() * known.speed_m_s;
        dx = dx.min(known.speed_m_s * math::sqrt(0.1 * height_m / falls_m_s2.max(1e-9)));
    }
    if course.pool_m > 0.0 && state.x_m < course.pool_m {
        dx = dx.min(course.pool_m / 20.0).min(course.pool_m - state.x_m + 1e-9);
    }
    dx = dx.min(most_m).max(1e-6);
    let k1 = d;
    let s2 = moved(state, &k1, 0.5 * dx);
    let k2 = course.slope(&s2, &course.known(&s2, Some(known)));
    let s3 = moved(state, &k2, 0.5 * dx);
    let k3 = course.slope(&s3, &course.known(&s3, Some(known)));
    let s4 = moved(state, &k3, dx);
    let k4 = course.slope(&s4, &course.known(&s4, Some(known)));
    let mut next = *state;
    for (k, weight) in [(k1, 1.0 / 6.0), (k2, 1.0 / 3.0), (k3, 1.0 / 3.0), (k4, 1.0 / 6.0)] {
        next = moved(&next, &k, weight * dx);
    }
    let known = course.known(&next, Some(known));
    (next, known)
}

fn start<'a>(source: &'a Source, ambient: &'a Ambient, edge_m: f64) -> (Course<'a>, State) {
    start_at(source, ambient, edge_m, 0.01)
}

/// From a share of a pool's length behind its upwind edge; a jet from its mouth.
fn start_at<'a>(source: &'a Source, ambient: &'a Ambient, edge_m: f64, share: f64) -> (Course<'a>, State) {
    let air = &ambient.air;
    let enthalpy_j_kg = source.enthalpy_j_kg(air);
    let pure = source.pure(air);
    let pure_kg_m3 = pure.density_kg_m3;
    let half = 0.5 * source.rate_kg_s;
    let course = |pool_m: f64, grounded: bool| Course {
        source,
        ambient,
        pool_m,
        enthalpy_j_kg,
        pure_kg_m3,
        grounded,
        landing: 0.0,
        squat: false,
        slump: None,
    };
    if is_pool(source) {
        // A square pool of the same area; the plume begins at its upwind edge, a little way in.
        let course = course(edge_m, true);
        let x_m = (2.0 * share - 1.0) * edge_m;
        let released = course.released(x_m);
        // Air that the first stretch draws in by the shear between wind and vapour at rest: 1.5 k sqrt(0.02) of the wind near the ground.
        let wind = ambient.wind_m_s(0.1);
        let drawn = ambient.density_kg_m3 * SQRT_3 * 0.087 * wind * edge_m * 2.0 * share * edge_m;
        let state = State {
            x_m,
            time_s: 0.0,
            inside_s: 0.0,
            flux: released + drawn,
            excess: 0.0,
            front: 0.0,
            heat: released * enthalpy_j_kg,
            half_width_m: edge_m,
            core_m: 0.9 * edge_m,
            centre_m: 0.0,
            lift: 0.0,
        };
        return (course, state);
    }
    let speed = source.rate_kg_s / (pure.density_kg_m3 * source.area_m2);
    // A free jet is a square; one that begins on the ground is half of one, twice as wide as it is high (as example "Burro" shows).
    let on_ground = source.entry == Entry::Jet && source.height_m < 0.5 * math::sqrt(source.area_m2);
    let half_width_m = if on_ground { math::sqrt(0.5 * source.area_m2) } else { 0.5 * math::sqrt(source.area_m2) };
    // The weight of a cloud on the ground presses; what that takes of the momentum is counted so that the speed is the jet's.
    let heavy = (pure.density_kg_m3 - ambient.density_kg_m3).max(0.0);
    let height_m = 0.5 * source.area_m2 / half_width_m;
    let weight = if on_ground { 0.5 * WEIGHT * GRAVITY_M_S2 * heavy * half_width_m * height_m * height_m } else { 0.0 };
    let mut state = State {
        x_m: 0.0,
        time_s: 0.0,
        inside_s: 0.0,
        flux: half,
        excess: half * speed + weight,
        front: 0.0,
        heat: half * enthalpy_j_kg,
        half_width_m,
        core_m: 0.9 * half_width_m,
        centre_m: if on_ground { 0.0 } else { source.height_m },
        lift: 0.0,
    };
    if source.entry == Entry::JetUp {
        state = rise::top(source, ambient, state, speed);
        state.inside_s = state.time_s;
    }
    let mut course = course(0.0, on_ground);
    course.squat = ambient.mode == Mode::Reference;
    if source.entry == Entry::JetUp && rise::is_heavy(source, ambient) {
        let mean_m_s = ambient.wind_m_s(state.centre_m);
        let mixture =
            gas::mix(&source.gas, air, (half / state.flux).min(1.0), state.heat / state.flux, source.temperature_k);
        let speed = mean_m_s * (1.0 - half / state.flux) + state.excess / state.flux;
        let height_m = state.flux / (mixture.density_kg_m3 * state.half_width_m * speed);
        let wind = Counted { top_m: state.centre_m + 0.5 * height_m, mean_m_s };
        course.slump = Some(Slump { wind, before_m_s: speed });
    }
    (course, state)
}

/// Turns a falling jet into a cloud on the ground where its lower edge touches: the fall becomes sideways spreading.
fn land(course: &mut Course, state: &mut State, known: &mut Known) {
    if course.grounded || state.centre_m > 0.5 * known.height_m || state.lift > 0.0 {
        return;
    }
    let fall = -state.lift / state.flux;
    course.grounded = true;
    course.landing = fall / (state.centre_m * state.centre_m).max(1e-6);
    let wider = if course.ambient.mode == Mode::Reference { 2.0 * state.half_width_m / known.height_m } else { 1.0 };
    state.front += state.flux * fall * wider;
    // The weight of the cloud now presses: what it takes of the momentum is counted so that the speed stays.
    state.excess += course.weight_n(state.half_width_m, known.height_m, known.mixture.density_kg_m3);
    *known = course.known(state, Some(known));
}

/// The original's cloud that turns lighter than air (the rule as told of a public port, GasDispersion.jl, and seen in runs of slabx): it
/// spreads no more at once, its lightness lifts it, and from zc = h/2 on it is one in the air, drawn into from below too, held and warmed
/// by no ground.
fn leave(course: &mut Course, state: &mut State, known: &mut Known) {
    let light = known.mixture.density_kg_m3 <= course.ambient.density_kg_m3;
    if course.ambient.mode != Mode::Reference || !course.grounded || !light {
        return;
    }
    let off = state.lift > 0.0 && state.centre_m >= 0.5 * known.height_m;
    if off || state.front != 0.0 {
        state.front = 0.0;
        course.grounded = !off;
        *known = course.known(state, Some(known));
    }
}

pub fn section(source: &Source, s: &State, k: &Known) -> Section {
    Section {
        stage: Stage::Plume,
        x_m: s.x_m,
        // The middle of the release.
        time_s: s.time_s + 0.5 * source.duration_s,
        height_m: k.height_m,
        half_width_m: s.half_width_m,
        core_m: s.core_m,
        centre_m: s.centre_m,
        half_length_m: 0.0,
        core_length_m: 0.0,
        speed_m_s: k.speed_m_s,
        across_m_s: k.across_m_s,
        mixture: k.mixture,
        grounded: k.grounded,
        flux_kg_s: s.flux,
        half_duration_s: 0.5 * source.duration_s,
        rates: k.rates,
        meander_m: 0.0,
        averaging_s: 0.0,
    }
}
