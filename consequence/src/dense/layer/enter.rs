//! How a release comes into the layer (进入重气层). Vapour and clouds at rest enter where they leave. A jet is followed by the one-dimensional
//! model until it lies on the ground, its drops are gone and it runs less than twice as fast as the wind; there it enters, with its
//! air and its momentum. What is not dense, and a jet that never comes down on the ground's grid, does not enter.

use super::{Feed, Ground, feed};
use crate::dense::{self, Ambient, Gas, gas};
use crate::puff::led;
use crate::release::{Emission, Entry};
use crate::weather::Air;
use base::grid::Point;
use base::math;

/// A mixture counts as free of drops below this share of the substance.
const DROPLETS: f64 = 0.01;
/// How far a jet is followed, m.
const JET_M: f64 = 2000.0;

/// A step or burst as it leaves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Leaving<'a> {
    pub gas: Gas,
    pub at: Point,
    pub height_m: f64,
    pub state: &'a Emission,
    /// kg/s of a step, which belongs to a release of this length, s.
    pub rate_kg_s: f64,
    pub lasting_s: f64,
    /// kg of a burst.
    pub burst_kg: f64,
}

impl Leaving<'_> {
    /// How it enters the layer: kg/s of a step, kg of a burst (a feed of one second).
    pub fn enters(&self, ground: &Ground, air: &Air, ambient: &Ambient) -> Option<Feed> {
        let Leaving { gas, at, height_m, state, rate_kg_s, lasting_s, burst_kg } = *self;
        let source = led::dense_source(gas, state, height_m, rate_kg_s, lasting_s, burst_kg);
        let mass = rate_kg_s + burst_kg;
        if mass <= 0.0 || !source.is_dense(&ambient.air, air.wind_m_s(10.0)) {
            return None;
        }
        let aloft = height_m > 0.0 && burst_kg <= 0.0;
        if aloft || matches!(state.entry, Entry::Jet | Entry::JetUp) && burst_kg <= 0.0 {
            let run = dense::run(&source, ambient, JET_M);
            let landed = run.sections[..run.puff_from.max(1).min(run.sections.len())].iter().find(|s| {
                let calm = s.speed_m_s < 2.0 * ambient.mean_wind_m_s(s.height_m).max(0.1);
                s.grounded && calm && s.mixture.droplets < DROPLETS && s.mixture.density_kg_m3 > ambient.density_kg_m3
            })?;
            let (e, n) = air.towards;
            let place = Point::new(at.x + landed.x_m * e, at.y + landed.x_m * n);
            ground.grid.cell_at(place)?;
            let area = 4.0 * landed.half_width_m * landed.half_width_m;
            let cells = feed::round(ground, place, area);
            let m = &landed.mixture;
            let mut feed = Feed::at_rest(cells, mass, m.density_kg_m3, m.mass_share, ambient.density_kg_m3);
            let thrust = mass / m.mass_share * landed.speed_m_s;
            feed.momentum_n = (thrust * e, thrust * n);
            return Some(feed);
        }
        let m = dry(&source, ambient);
        // A mass that comes at once is no taller than wide.
        let volume = burst_kg / m.mass_share / m.density_kg_m3;
        let squat_m2 = 0.25 * std::f64::consts::PI * math::pow(4.0 * volume / std::f64::consts::PI, 2.0 / 3.0);
        let cells = feed::round(ground, at, state.area_m2.max(squat_m2));
        Some(Feed::at_rest(cells, mass, m.density_kg_m3, m.mass_share, ambient.density_kg_m3))
    }
}

/// What a cloud at rest is when its drops are gone: as it leaves, or with as much air as they need (assumption: they find it at once).
fn dry(source: &dense::Source, ambient: &Ambient) -> dense::Mixture {
    let pure = source.pure(&ambient.air);
    if pure.droplets < DROPLETS {
        return pure;
    }
    let heat = source.enthalpy_j_kg(&ambient.air);
    let mixed = |m: f64| gas::mix(&source.gas, &ambient.air, m, m * heat, ambient.air.temperature_k);
    let (mut wet, mut free) = (1.0, 1e-3);
    for _ in 0..40 {
        let m = math::sqrt(wet * free);
        if mixed(m).droplets < DROPLETS { free = m } else { wet = m }
    }
    mixed(free)
}
