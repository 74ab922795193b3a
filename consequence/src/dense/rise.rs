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

/// Whether the reference mode's rise of heavy gas holds: see [`hoot`].
pub fn is_heavy(source: &Source, ambient: &Ambient) -> bool {
    ambient.mode == Mode::Reference && source.pure(&ambient.air).density_kg_m3 > 1.001 * ambient.density_kg_m3
}

/// The state at the top of the rise, for the half plume that goes on from there.
pub fn top(source: &Source, ambient: &Ambient, start: State, speed_m_s: f64) -> State {
    if is_heavy(source, ambient) {
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
        inside_s: time_s,
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

/// The reference mode's: correlations of wind tunnel trials with heavy plumes (Hoot, Meroney & Peterka 1973) in the form in which the
/// original program uses them, read from a public port of it (GasDispersion.jl) and written anew. d and D are the mouth's half side and diameter:
///
/// ```text
/// dense     y1 = 1.32 D ((w/u) (rho/rhoa) Fr^2)^(1/3)             Fr^2 = w^2 rhoa/(g D (rho - rhoa))
/// passive   y2 = y0^(6/7) (hs + y2)^(1/7)                          y0 = 1.0363 w d/((0.4 + 1.2 u/w) sqrt(u u*))
/// rise      y  = y1 y2/sqrt(y1^2 + y2^2)                           x  = 0.435 y^3/((rho/rhoa) (D w/u)^2)
/// share     c' = 1.69 (w/u) (y/D)^-1.85                            c  = c' (pi/6 (1 - c') + c')
/// speed     U  = ua/(2 (1 - e)) (1 - m - 2 e + sqrt((1 - m)^2 + 4 m e))       e = 0.06 (2 + x/d)
/// shape     B  = sqrt(A/f), b = 0.9 sqrt(m A/f)                    f  = 2.4 + 1.6/(1 + x^2/(100 d^2))
/// ```
///
/// u is the wind at the mouth (at 1 m or more), ua that at the top of the rise, m the mass share, A the area that the flux needs.
fn hoot(source: &Source, ambient: &Ambient, start: State, speed_m_s: f64) -> State {
    let air = &ambient.air;
    let thick = source.pure(air).density_kg_m3 / ambient.density_kg_m3;
    let side_m = 0.5 * math::sqrt(source.area_m2);
    let mouth_m = 2.0 * math::sqrt(source.area_m2 / std::f64::consts::PI);
    let wind = ambient.wind_m_s(start.centre_m.max(1.0));
    let ratio = speed_m_s / wind;
    let froude2 = speed_m_s * speed_m_s / (GRAVITY_M_S2 * mouth_m * (thick - 1.0));
    let dense_m = 1.32 * mouth_m * math::cbrt(ratio * thick * froude2);
    let first_m =
        1.0363 * speed_m_s * side_m / ((0.4 + 1.2 / ratio) * math::sqrt(wind * ambient.friction_velocity_m_s));
    let mut passive_m = first_m;
    for _ in 0..30 {
        passive_m = math::pow(first_m, 6.0 / 7.0) * math::pow(start.centre_m + passive_m, 1.0 / 7.0);
    }
    let rise_m = dense_m * passive_m / math::hypot(dense_m, passive_m);
    let x_m = 0.435 * rise_m * rise_m * rise_m / (thick * (mouth_m * ratio) * (mouth_m * ratio));
    let peak = (1.69 * ratio * math::pow(rise_m / mouth_m, -1.85)).min(0.99);
    let share = peak * (std::f64::consts::FRAC_PI_6 * (1.0 - peak) + peak);
    let gas_kg_mol = share * source.gas.molar_mass_kg_mol;
    let mass_share = gas_kg_mol / (gas_kg_mol + (1.0 - share) * gas::AIR_KG_MOL);
    let flux = 0.5 * source.rate_kg_s / mass_share;
    let mixture = gas::mix(&source.gas, air, mass_share, start.heat / flux, source.temperature_k);
    let centre_m = start.centre_m + rise_m;
    let aloft = ambient.wind_m_s(centre_m);
    // Drag of the air on the jet leaves the cloud this share of the wind. Far out the root would be 0/0.
    let drag = (0.06 * (2.0 + x_m / side_m)).min(0.9);
    let rest = 1.0 - mass_share;
    let root = math::sqrt(rest * rest + 4.0 * mass_share * drag);
    let speed = (0.5 * aloft / (1.0 - drag) * (rest - 2.0 * drag + root)).max(0.05 * aloft);
    let area_m2 = 2.0 * flux / (mixture.density_kg_m3 * speed);
    let bent = x_m / (10.0 * side_m);
    let square = 2.4 + 1.6 / (1.0 + bent * bent);
    let half_width_m = math::sqrt(area_m2 / square).max(side_m);
    let core_m = 0.9 * math::sqrt(mass_share * area_m2 / square).max(side_m);
    State {
        x_m,
        time_s: 2.0 * x_m / speed,
        flux,
        excess: flux * (speed - aloft * rest),
        half_width_m,
        core_m: core_m.min(0.99 * half_width_m),
        centre_m,
        ..start
    }
}
