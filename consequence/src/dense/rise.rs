//! A jet straight up: how high it goes before the wind has bent it over, and how much air it has drawn in by then.
//!
//! A round jet with an even profile that entrains 0.1 of its excess speed through its rim while it rises (Morton, Taylor & Turner 1956, top hat;
//! from memory), and half of the crosswind that it meets (Hoult, Fay & Forney 1969 take 0.6; assumption here):
//!
//! ```text
//! dQ/ds = 2 pi r rhoa (0.1 |w| + 0.5 u)     d(Q w)/dt = pi r^2 g (rhoa - rho) per length     Q = rho pi r^2 V
//! ```

use super::Source;
use super::ambient::Ambient;
use super::gas;
use super::plume::State;
use crate::weather::GRAVITY_M_S2;
use base::math;

const ALONG: f64 = 0.1;
const ACROSS: f64 = 0.5;

/// The state at the top of the rise, for the half plume that goes on from there.
pub fn top(source: &Source, ambient: &Ambient, start: State, speed_m_s: f64) -> State {
    let air = &ambient.air;
    let (mut flux, mut z, mut x) = (2.0 * start.flux, start.centre_m, 0.0);
    let heat = 2.0 * start.heat;
    let (mut up, mut along) = (flux * speed_m_s, 0.0);
    let mut mixture = source.pure(air);
    let mut radius = math::sqrt(source.area_m2 / std::f64::consts::PI);
    let mut time_s = 0.0;
    for _ in 0..20_000 {
        let (w, u) = (up / flux, along / flux);
        if w <= 0.02 * speed_m_s.min(ambient.wind_m_s(z).max(0.5)) {
            break;
        }
        let speed = math::hypot(w, u).max(1e-3);
        radius = math::sqrt(flux / (mixture.density_kg_m3 * std::f64::consts::PI * speed));
        let wind = ambient.wind_m_s(z);
        let ds = 0.1 * radius;
        let drawn =
            2.0 * std::f64::consts::PI * radius * ambient.density_kg_m3 * (ALONG * w + ACROSS * (wind - u).abs()) * ds;
        let weight =
            std::f64::consts::PI * radius * radius * GRAVITY_M_S2 * (ambient.density_kg_m3 - mixture.density_kg_m3);
        up += weight * ds;
        along += drawn * wind;
        flux += drawn;
        z += w / speed * ds;
        x += u / speed * ds;
        time_s += ds / speed;
        mixture = gas::mix(&source.gas, air, source.rate_kg_s / flux, heat / flux, mixture.temperature_k);
    }
    // Round to square: the same area.
    let half_width_m = 0.5 * math::sqrt(std::f64::consts::PI) * radius;
    let wind = ambient.mean_wind_m_s(z + half_width_m);
    State {
        x_m: x,
        time_s,
        flux: 0.5 * flux,
        excess: 0.5 * (along - (flux - source.rate_kg_s) * wind),
        front: 0.0,
        heat: 0.5 * heat,
        half_width_m,
        core_m: 0.9 * half_width_m,
        centre_m: z,
        lift: 0.0,
    }
}
