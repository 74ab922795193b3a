//! Dense clouds (重气): gas that is heavier than the air, because of its mass or its cold, slumps, spreads sideways and hugs the ground, until
//! air has thinned it. A one-dimensional model in SLAB's form (Ermak 1990, UCRL-MA-105607; written from a summary of its
//! equations and its published example outputs, not from its source).
//!
//! A leak is first a plume, steady in time: conservation of mass, momentum, enthalpy and released substance along the wind,
//!
//! ```text
//! dR/dx = rhoa sqrt 3 (v h + w B) + source          R = rho U B h         m = q/(2 R)
//! d(R Vg)/dx = 0.75 g (rho - rhoa) h^2 - drag       dB/dx = (sqrt 3 (rhoa/rho) v + Vg)/U       db/dx = Vg b/(U B)
//! d(R hs)/dx = ground heat                          U^3 - U0 U^2 + a g (rho - rhoa) R/(2 B rho^2) = 0
//! ```
//!
//! and, once half of its mass has left, a puff with the same terms in time and a length Bx. [`britter`] stands beside it as a
//! check that costs microseconds; [`handover`] gives thin clouds to the puffs.

pub mod ambient;
pub mod britter;
pub mod gas;
pub mod handover;
pub mod layer;
pub mod mixing;
mod original;
pub mod plume;
pub mod profile;
pub mod puff;
pub mod rise;

pub use ambient::{Ambient, Deck, DeckStability};
pub use gas::{Gas, Mixture, Surroundings};
pub use profile::Section;

use crate::release::Entry;
use base::math;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Which closures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Mode {
    /// The original's, with its faults: to compare with it.
    Reference,
    /// No fixed reference height, the surface layer of the weather: the default.
    #[default]
    Corrected,
}

/// What leaves, steady for a time or at once.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub entry: Entry,
    pub gas: Gas,
    /// kg/s while it lasts; 0 where all comes at once.
    pub rate_kg_s: f64,
    pub duration_s: f64,
    /// Mass that comes at once, kg.
    pub burst_kg: f64,
    pub temperature_k: f64,
    pub vapour_share: f64,
    /// Expanded area of a jet, ground plan of a pool or cloud, m2.
    pub area_m2: f64,
    pub height_m: f64,
}

impl Source {
    pub fn total_kg(&self) -> f64 {
        self.rate_kg_s * self.duration_s + self.burst_kg
    }
    /// The mixture that leaves.
    pub fn pure(&self, air: &Surroundings) -> Mixture {
        let h = self.enthalpy_j_kg(air);
        gas::mix(&self.gas, air, 1.0, h, self.temperature_k)
    }
    pub fn enthalpy_j_kg(&self, air: &Surroundings) -> f64 {
        gas::source_enthalpy_j_kg(&self.gas, air, self.temperature_k, self.vapour_share)
    }
    /// Whether the cloud behaves as a dense one, by Britter & McQuaid's criteria.
    pub fn is_dense(&self, air: &Surroundings, wind_10m_m_s: f64) -> bool {
        let (value, least) = self.heaviness(air, wind_10m_m_s);
        value > 0.0 && value >= least
    }
    /// Britter & McQuaid's number and the value from which a cloud behaves as a dense one: the cube root of g' q/D over the wind at
    /// 10 m, at least 0.15 (steady), or sqrt(g' V^(1/3)) over it, at least 0.20 (at once). 0 for what is no heavier than the air.
    pub fn heaviness(&self, air: &Surroundings, wind_10m_m_s: f64) -> (f64, f64) {
        let least = if self.burst_kg > 0.0 { 0.20 } else { 0.15 };
        let pure = self.pure(air);
        let reduced = crate::weather::GRAVITY_M_S2 * (pure.density_kg_m3 / air.density_kg_m3() - 1.0);
        if reduced <= 0.0 {
            return (0.0, least);
        }
        if self.burst_kg > 0.0 {
            let volume = self.burst_kg / pure.density_kg_m3;
            return (math::sqrt(reduced * math::cbrt(volume)) / wind_10m_m_s, least);
        }
        let flow = self.rate_kg_s / pure.density_kg_m3;
        let length = math::sqrt(flow / wind_10m_m_s);
        (math::cbrt(reduced * flow / length) / wind_10m_m_s, least)
    }
}

/// A computed cloud: its sections along the wind, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    pub sections: Vec<Section>,
    pub source: Source,
    /// Index of the first section of the puff stage.
    pub puff_from: usize,
}

/// Computes a cloud up to a distance downwind. One run takes some hundred microseconds.
pub fn run(source: &Source, ambient: &Ambient, farthest_m: f64) -> Run {
    let mut sections = Vec::with_capacity(400);
    let puff_from;
    if source.burst_kg > 0.0 {
        puff_from = 0;
        puff::follow(source, ambient, puff::start_at_once(source, ambient), farthest_m, &mut sections);
    } else {
        let (edge_m, air) = plume::footing(source, ambient);
        let last = plume::follow(source, &air, edge_m, farthest_m, &mut sections);
        puff_from = sections.len();
        if let Some((last, wind)) = last {
            let air = match wind {
                Some(wind) => Cow::Owned(air.into_owned().counted_on(wind)),
                None => air,
            };
            puff::follow(source, &air, puff::start_from_plume(source, air.mode, &last), farthest_m, &mut sections);
        }
    }
    Run { sections, source: *source, puff_from }
}

#[cfg(test)]
mod tests;
