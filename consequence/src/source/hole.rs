//! Flow through a hole (泄漏孔): liquid, gas at and below the speed of sound, liquid that flashes on its way out.
//!
//! ```text
//! liquid     m = Cd A sqrt(2 rho (P - Pa))
//! gas        choked if Pa/P < r* = (2/(g+1))^(g/(g-1)):  m = Cd A sqrt(g rho P (2/(g+1))^((g+1)/(g-1)))
//!            else  m = Cd A sqrt(2 rho P g/(g-1) (r^(2/g) - r^((g+1)/g))),  r = Pa/P
//! flashing   m = A L/(vg - vl) / sqrt(N cp T),  N = L^2 vl/(2 dP Cd^2 (vg - vl)^2 T cp) + l/le
//! ```
//!
//! Flashing flow is the homogeneous non-equilibrium model (Fauske 1985; Fauske & Epstein 1987) in the form of ALOHA's technical
//! documentation (Jones et al. 2013, NOAA OR&R 43, section 3.4.5, read through a public transcription): through a bare hole
//! (l = 0) nothing has time to flash and it is the liquid's orifice flow; after le = 0.1 m of pipe it is in equilibrium.

use base::math::{cos, pow, sqrt};
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// Fall acceleration, m/s2.
pub const GRAVITY_M_S2: f64 = 9.80665;
/// Discharge coefficient of a sharp-edged hole (ALOHA technical documentation, 3.4.4.1).
pub const SHARP_EDGE: f64 = 0.61;
/// Length of pipe in which a flashing liquid comes to equilibrium, m (Fauske 1985; ALOHA technical documentation, 3.4.5).
pub const RELAXATION_M: f64 = 0.1;

/// The shape of a hole in a wall.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Hole {
    Round {
        diameter_m: f64,
    },
    /// A seam or a crack; the height stands upright.
    Slot {
        width_m: f64,
        height_m: f64,
    },
}

impl Hole {
    pub fn area_m2(&self) -> f64 {
        match *self {
            Hole::Round { diameter_m } => 0.25 * PI * diameter_m * diameter_m,
            Hole::Slot { width_m, height_m } => width_m * height_m,
        }
    }
    /// From its lowest to its highest point, m.
    pub fn tall_m(&self) -> f64 {
        match *self {
            Hole::Round { diameter_m } => diameter_m,
            Hole::Slot { height_m, .. } => height_m,
        }
    }
    /// Across, m.
    pub fn wide_m(&self) -> f64 {
        match *self {
            Hole::Round { diameter_m } => diameter_m,
            Hole::Slot { width_m, .. } => width_m,
        }
    }
    /// Diameter of the round hole of the same area, m.
    pub fn diameter_m(&self) -> f64 {
        sqrt(4.0 * self.area_m2() / PI)
    }
    /// Area below a level, measured from the hole's lowest point, m2.
    pub fn wet_area_m2(&self, level_m: f64) -> f64 {
        let level = level_m.clamp(0.0, self.tall_m());
        match *self {
            Hole::Round { diameter_m } => segment_m2(0.5 * diameter_m, level),
            Hole::Slot { width_m, .. } => width_m * level,
        }
    }
}

/// Area of a circle's segment of depth `depth_m`, m2.
pub fn segment_m2(radius_m: f64, depth_m: f64) -> f64 {
    let depth = depth_m.clamp(0.0, 2.0 * radius_m);
    let c = ((radius_m - depth) / radius_m).clamp(-1.0, 1.0);
    let half_angle = base::math::atan2(sqrt(1.0 - c * c), c);
    radius_m * radius_m * (half_angle - c * sqrt(1.0 - c * c))
}

/// Liquid through a hole, kg/s.
pub fn liquid_kg_s(coefficient: f64, area_m2: f64, density_kg_m3: f64, overpressure_pa: f64) -> f64 {
    coefficient * area_m2 * sqrt(2.0 * density_kg_m3 * overpressure_pa.max(0.0))
}

/// Gas through a hole, and its state in the throat.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GasFlow {
    pub rate_kg_s: f64,
    pub choked: bool,
    pub throat_pressure_pa: f64,
    pub throat_temperature_k: f64,
    pub throat_speed_m_s: f64,
    pub throat_density_kg_m3: f64,
}

/// Gas of density `density_kg_m3` at `pressure_pa` and `temperature_k` inside, through a hole into air at `air_pa`.
pub fn gas(
    coefficient: f64,
    area_m2: f64,
    pressure_pa: f64,
    temperature_k: f64,
    density_kg_m3: f64,
    heat_ratio: f64,
    air_pa: f64,
) -> GasFlow {
    let g = heat_ratio;
    let critical = pow(2.0 / (g + 1.0), g / (g - 1.0));
    let outside = (air_pa / pressure_pa).min(1.0);
    let choked = outside <= critical;
    let r = if choked { critical } else { outside };
    // At r = r* the second form is the first: one formula serves both.
    let flux =
        sqrt((2.0 * density_kg_m3 * pressure_pa * g / (g - 1.0) * (pow(r, 2.0 / g) - pow(r, (g + 1.0) / g))).max(0.0));
    let density = density_kg_m3 * pow(r, 1.0 / g);
    GasFlow {
        rate_kg_s: coefficient * area_m2 * flux,
        choked,
        throat_pressure_pa: r * pressure_pa,
        throat_temperature_k: temperature_k * pow(r, (g - 1.0) / g),
        throat_speed_m_s: flux / density,
        throat_density_kg_m3: density,
    }
}

/// What a flashing liquid brings with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Flashing {
    pub temperature_k: f64,
    pub latent_heat_j_kg: f64,
    pub liquid_cp_j_kg_k: f64,
    pub liquid_density_kg_m3: f64,
    pub vapour_density_kg_m3: f64,
    /// Pressure inside at the hole less that of the air.
    pub overpressure_pa: f64,
}

/// Liquid above its boiling point through a hole with `pipe_m` of pipe behind it, kg/s.
pub fn flashing_kg_s(coefficient: f64, area_m2: f64, pipe_m: f64, s: &Flashing) -> f64 {
    if s.overpressure_pa <= 0.0 {
        return 0.0;
    }
    let v = 1.0 / s.vapour_density_kg_m3 - 1.0 / s.liquid_density_kg_m3;
    let heat = s.liquid_cp_j_kg_k * s.temperature_k;
    let hole = s.latent_heat_j_kg * s.latent_heat_j_kg
        / (2.0 * s.overpressure_pa * coefficient * coefficient * v * v * heat * s.liquid_density_kg_m3);
    // Beyond the relaxation length the flow is at equilibrium; friction of longer pipes is left out.
    let n = hole + (pipe_m / RELAXATION_M).clamp(0.0, 1.0);
    area_m2 * s.latent_heat_j_kg / (v * sqrt(n * heat))
}

/// Volume of a spherical cap of depth `depth_m`, m3.
pub fn cap_m3(radius_m: f64, depth_m: f64) -> f64 {
    let h = depth_m.clamp(0.0, 2.0 * radius_m);
    PI * h * h * (3.0 * radius_m - h) / 3.0
}

/// Depth of a circle's segment at which `share` of the circle is below, by bisection.
pub fn segment_depth_m(radius_m: f64, share: f64) -> f64 {
    let area = share.clamp(0.0, 1.0) * PI * radius_m * radius_m;
    let (mut low, mut high) = (0.0, PI);
    for _ in 0..60 {
        let half = 0.5 * (low + high);
        let below = radius_m * radius_m * (half - base::math::sin(half) * cos(half));
        if below < area { low = half } else { high = half }
    }
    radius_m * (1.0 - cos(0.5 * (low + high)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn liquid_through_a_ten_millimetre_hole_is_the_worked_example_v15() {
        // Grade: reference. CCPS 1999, p. 40: 490 kg/m3, 120,935 Pa inside, coefficient 0.63: 0.2169 kg/s.
        let m = liquid_kg_s(0.63, Hole::Round { diameter_m: 0.01 }.area_m2(), 490.0, 120_935.0 - 101_325.0);
        assert!((m / 0.2169 - 1.0).abs() < 1e-3, "{m}");
    }

    #[test]
    fn choked_propane_is_the_worked_example_v16() {
        // Grade: reference. CCPS 1999, p. 47: 501 kPa, 298 K, 8.90 kg/m3, heat ratio 1.15, coefficient 0.85, 10 mm:
        // 0.0900 kg/s, throat 277.2 K, 287.8 kPa, 208.6 m/s. Its speed is the mean over the hole, m/(rho A): the coefficient
        // times that of the contracted jet, which is the speed of sound.
        let area = Hole::Round { diameter_m: 0.01 }.area_m2();
        let f = gas(0.85, area, 501e3, 298.0, 8.90, 1.15, 101_325.0);
        assert!(f.choked);
        for (got, want) in [
            (f.rate_kg_s, 0.0900),
            (f.throat_temperature_k, 277.2),
            (f.throat_pressure_pa, 287.8e3),
            (f.rate_kg_s / (f.throat_density_kg_m3 * area), 208.6),
            (0.85 * f.throat_speed_m_s, 208.6),
        ] {
            assert!((got / want - 1.0).abs() < 1e-3, "{got} not {want}");
        }
    }

    #[test]
    fn choked_and_unchoked_flow_meet_and_none_passes_without_a_difference() {
        // Grade: exact.
        let (g, rho) = (1.4f64, 2.4);
        let critical = pow(2.0 / (g + 1.0), g / (g - 1.0));
        let at = |p: f64| gas(1.0, 1e-4, p, 300.0, rho, g, 1e5);
        let (below, above) = (at(1e5 / critical * (1.0 - 1e-7)), at(1e5 / critical * (1.0 + 1e-7)));
        assert!(!below.choked && above.choked);
        assert!((below.rate_kg_s / above.rate_kg_s - 1.0).abs() < 1e-6);
        // At the throat of a choked flow the gas runs at its own speed of sound, sqrt(g p/rho).
        let sound = sqrt(g * above.throat_pressure_pa / above.throat_density_kg_m3);
        assert!((above.throat_speed_m_s / sound - 1.0).abs() < 1e-9);
        assert_eq!(at(1e5).rate_kg_s, 0.0);
        assert_eq!(at(0.9e5).rate_kg_s, 0.0);
    }

    #[test]
    fn a_bare_hole_passes_flashing_liquid_as_liquid_and_a_pipe_passes_less() {
        // Grade: exact (the first), behaviour (the second).
        let s = Flashing {
            temperature_k: 294.26,
            latent_heat_j_kg: 3.45e5,
            liquid_cp_j_kg_k: 2630.0,
            liquid_density_kg_m3: 499.0,
            vapour_density_kg_m3: 19.0,
            overpressure_pa: 7.6e5,
        };
        let bare = flashing_kg_s(SHARP_EDGE, 1e-3, 0.0, &s);
        assert!((bare / liquid_kg_s(SHARP_EDGE, 1e-3, 499.0, 7.6e5) - 1.0).abs() < 1e-12);
        let short = flashing_kg_s(SHARP_EDGE, 1e-3, 0.05, &s);
        let long = flashing_kg_s(SHARP_EDGE, 1e-3, 0.1, &s);
        assert!(short < bare && long < short);
        assert_eq!(long, flashing_kg_s(SHARP_EDGE, 1e-3, 5.0, &s));
    }

    #[test]
    fn the_wet_part_of_a_hole_grows_from_nothing_to_all() {
        // Grade: exact.
        for hole in [Hole::Round { diameter_m: 0.1 }, Hole::Slot { width_m: 1.0, height_m: 0.1 }] {
            assert_eq!(hole.wet_area_m2(-1.0), 0.0);
            assert!((hole.wet_area_m2(0.05) / hole.area_m2() - 0.5).abs() < 1e-12);
            assert!((hole.wet_area_m2(9.0) / hole.area_m2() - 1.0).abs() < 1e-12);
        }
        for share in [0.0, 0.1, 0.5, 0.93, 1.0] {
            let depth = segment_depth_m(2.0, share);
            assert!((segment_m2(2.0, depth) / (4.0 * PI) - share).abs() < 1e-9);
        }
    }
}
