//! A jet straight up: how high it goes before the wind has bent it over, and how much air it has drawn in by then.
//!
//! A round jet with an even profile that entrains 0.1 of its excess speed through its rim while it rises (Morton, Taylor & Turner 1956, top hat;
//! from memory), and half of the crosswind that it meets (Hoult, Fay & Forney 1969 take 0.6; assumption here):
//!
//! ```text
//! dQ/ds = 2 pi r rhoa (0.1 |w| + 0.5 u)     d(Q w)/dt = pi r^2 g (rhoa - rho) per length     Q = rho pi r^2 V
//! ```

use super::Mode;
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
    if ambient.mode == Mode::Reference && source.pure(&ambient.air).density_kg_m3 > 1.001 * ambient.density_kg_m3 {
        return hoot(source, ambient, start, speed_m_s);
    }
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

/// The reference mode's: correlations of wind tunnel trials with heavy plumes (Hoot, Meroney & Peterka 1973; from memory),
///
/// ```text
/// rise/D = 1.32 ((w/u) (rho/rhoa) Fr^2)^(1/3)     Fr^2 = w^2 rhoa/(g D (rho - rhoa))     share = 1.688 (w/u) (rise/D)^-1.85
/// ```
///
/// with the wind halfway up for the rise and at the top for the share (assumption: example 4 begins with 1.24 m and 0.311, this gives 1.22 m and 0.325).
/// The cloud then goes as fast as the air in it went at its middle. Half width of the core: as example 4 has it.
fn hoot(source: &Source, ambient: &Ambient, start: State, speed_m_s: f64) -> State {
    let air = &ambient.air;
    let thick = source.pure(air).density_kg_m3 / ambient.density_kg_m3;
    let mouth_m = 2.0 * math::sqrt(source.area_m2 / std::f64::consts::PI);
    let froude2 = speed_m_s * speed_m_s / (GRAVITY_M_S2 * mouth_m * (thick - 1.0));
    let mut rise_m = 0.0;
    for _ in 0..50 {
        let wind = ambient.wind_m_s(start.centre_m + 0.5 * rise_m);
        rise_m = 1.32 * mouth_m * math::cbrt(speed_m_s / wind * thick * froude2);
    }
    let centre_m = start.centre_m + rise_m;
    let wind = ambient.wind_m_s(centre_m);
    let share = (1.688 * speed_m_s / wind * math::pow(rise_m / mouth_m, -1.85)).min(1.0);
    let gas_kg_mol = share * source.gas.molar_mass_kg_mol;
    let mass_share = gas_kg_mol / (gas_kg_mol + (1.0 - share) * gas::AIR_KG_MOL);
    let flux = 0.5 * source.rate_kg_s / mass_share;
    let mixture = gas::mix(&source.gas, air, mass_share, start.heat / flux, source.temperature_k);
    let speed = wind * (1.0 - mass_share).max(0.05);
    let half_width_m = math::sqrt(flux / (2.0 * mixture.density_kg_m3 * speed));
    let mean = ambient.mean_wind_m_s(centre_m + half_width_m);
    State {
        flux,
        excess: flux * (speed - mean * (1.0 - mass_share)),
        half_width_m,
        core_m: 0.65 * half_width_m,
        centre_m,
        ..start
    }
}
