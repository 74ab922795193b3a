//! Weather near the ground, as far as a cloud feels it (气象条件): how the wind grows with height, how it stirs, and how high
//! the stirring reaches. Surface-layer similarity,
//!
//! ```text
//! u(z) = u*/k [ln((z - d + z0)/z0) - psi((z - d)/L)]        sigma_v^2 = 3.6 u*^2 + 0.35 w*^2
//! ```
//!
//! from a wind at one height, the roughness of the ground and either Pasquill's class, the sky, or a measured Obukhov
//! length. [`spec::WeatherSpec`] is what a user writes, [`Air`] the weather of one moment, [`series::Weather`] its course.

pub mod canopy;
pub mod meander;
pub mod mixing;
pub mod profile;
pub mod series;
pub mod spec;
pub mod stability;

pub use profile::Profile;
pub use series::Weather;
pub use spec::WeatherSpec;
pub use stability::Class;

use base::math;
use serde::{Deserialize, Serialize};

/// Von Karman's constant.
pub const KARMAN: f64 = 0.4;
/// Fall acceleration, m/s2.
pub const GRAVITY_M_S2: f64 = 9.81;
/// Specific gas constant of dry air, J/(kg K), and specific heat, J/(kg K).
pub const AIR_GAS_J_KG_K: f64 = 287.05;
pub const AIR_HEAT_J_KG_K: f64 = 1006.0;

/// The weather of one moment, complete: nothing in it is left to be guessed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Air {
    /// Unit vector towards which the wind blows: east, north.
    pub towards: (f64, f64),
    pub profile: Profile,
    /// Height to which the ground's stirring reaches, m (混合层高度).
    pub mixing_height_m: f64,
    /// Standard deviation of the wind direction over ten minutes where it was measured, rad, brought to the height of
    /// [`Air::ANGLE_HEIGHT_M`] as if sigma_v were the same at all heights near the ground.
    pub sigma_theta_rad: Option<f64>,
    pub temperature_k: f64,
    /// 0 to 1.
    pub relative_humidity: f64,
    pub pressure_pa: f64,
    pub class: Class,
}

impl Air {
    /// Wind speed at a height, m/s.
    pub fn wind_m_s(&self, height_m: f64) -> f64 {
        self.profile.wind_m_s(height_m)
    }
    /// Density of the air, kg/m3 (vapour changes it by less than 1 % and is left out).
    pub fn density_kg_m3(&self) -> f64 {
        self.pressure_pa / (AIR_GAS_J_KG_K * self.temperature_k)
    }
    /// Convective velocity scale w*, m/s: w*^3 = u*^3 zi / (k |L|), from its definition; zero in stable air.
    pub fn convective_velocity_m_s(&self) -> f64 {
        let inverse_m = self.profile.inverse_obukhov_1_m;
        if inverse_m < 0.0 {
            self.profile.friction_velocity_m_s * math::cbrt(self.mixing_height_m * -inverse_m / KARMAN)
        } else {
            0.0
        }
    }
    /// Crosswind turbulence of ten minutes, m/s: measured, else sigma_v^2 = 3.6 u*^2 + 0.35 w*^2, at least 0.2 m/s
    /// (AERMOD's formulation for hours, Cimorelli et al. 2005; from memory, unchecked). Eddies of the whole mixed layer turn over in some
    /// ten minutes, so that of the second term ten minutes see (600/3600)^0.4, by the law t^0.2 of averaging.
    pub fn sigma_v_m_s(&self) -> f64 {
        match self.sigma_theta_rad {
            Some(spread) => spread * self.angle_wind_m_s(),
            None => {
                let (u, w) = (self.profile.friction_velocity_m_s, self.convective_velocity_m_s());
                math::sqrt(3.6 * u * u + TEN_MINUTES_OF_AN_HOUR * 0.35 * w * w).max(LEAST_CROSSWIND_TURBULENCE_M_S)
            }
        }
    }
    /// The crosswind turbulence that spreads a cloud which moves at `speed_m_s`: the angle sigma_v/u at 2 m times the speed. Near
    /// the ground a cloud is slower and, as its eddies are smaller, sooner out of step with them; a constant angle is how
    /// the formulas for sigma_y were drawn from trials with a vane at that height (assumption for other heights).
    pub fn crosswind_turbulence_m_s(&self, speed_m_s: f64) -> f64 {
        self.sigma_v_m_s() / self.angle_wind_m_s() * speed_m_s
    }
    /// Height of the vanes from which the formulas for sigma_y were drawn, m.
    pub const ANGLE_HEIGHT_M: f64 = 2.0;
    /// Wind there, or at the roofs of a town.
    pub fn angle_wind_m_s(&self) -> f64 {
        self.wind_m_s(self.profile.canopy.map_or(Air::ANGLE_HEIGHT_M, |c| c.height_m))
    }
    /// Vertical turbulence, m/s: sigma_w^2 = 1.69 u*^2 + 1.6 w*^2 (z/zi)^(2/3), the second term held above a tenth of
    /// the mixing height at 0.35 w*^2 (AERMOD's formulation; from memory, unchecked).
    pub fn vertical_turbulence_m_s(&self, height_m: f64) -> f64 {
        let (u, w) = (self.profile.friction_velocity_m_s, self.convective_velocity_m_s());
        let part = math::cbrt((height_m.max(0.0) / self.mixing_height_m).min(0.1));
        math::sqrt(1.69 * u * u + 1.6 * w * w * part * part)
    }
    /// This air with the wind blowing in another direction and with another strength, stability kept: what a gridded wind does to
    /// a cell. `speed_factor` multiplies the wind at every height.
    pub fn bent(&self, towards: (f64, f64), speed_factor: f64) -> Air {
        let mut air = *self;
        air.towards = towards;
        air.profile.friction_velocity_m_s *= speed_factor;
        air
    }
}

/// Least crosswind turbulence where it was not measured, m/s: even calm nights meander (AERMOD's floor; from memory).
pub const LEAST_CROSSWIND_TURBULENCE_M_S: f64 = 0.2;

/// (600/3600)^0.4.
const TEN_MINUTES_OF_AN_HOUR: f64 = 0.488;

/// Unit vector towards which a wind blows that comes from `from_deg`, clockwise from north. Right angles are exact.
pub fn towards(from_deg: f64) -> (f64, f64) {
    let turned = (from_deg + 180.0).rem_euclid(360.0);
    match turned {
        0.0 => (0.0, 1.0),
        90.0 => (1.0, 0.0),
        180.0 => (0.0, -1.0),
        270.0 => (-1.0, 0.0),
        _ => (math::sin(turned.to_radians()), math::cos(turned.to_radians())),
    }
}

/// A direction turned counterclockwise by an angle, rad.
pub fn towards_turned((x, y): (f64, f64), by_rad: f64) -> (f64, f64) {
    let (s, c) = (math::sin(by_rad), math::cos(by_rad));
    (x * c - y * s, x * s + y * c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convective() -> Air {
        Air {
            towards: (1.0, 0.0),
            profile: Profile {
                friction_velocity_m_s: 0.3,
                inverse_obukhov_1_m: -0.1,
                roughness_m: 0.03,
                displacement_m: 0.0,
                canopy: None,
            },
            mixing_height_m: 1000.0,
            sigma_theta_rad: None,
            temperature_k: 293.15,
            relative_humidity: 0.5,
            pressure_pa: 101_325.0,
            class: Class::A,
        }
    }

    #[test]
    fn turbulence_is_the_formula_s_and_a_measured_spread_comes_first() {
        // Grade: exact.
        let mut air = convective();
        let w = 0.3 * 250f64.cbrt();
        assert!((air.convective_velocity_m_s() - w).abs() < 1e-12);
        let sigma_v = (3.6 * 0.09 + 0.35 * 0.488 * w * w).sqrt();
        assert!((air.sigma_v_m_s() - sigma_v).abs() < 1e-12);
        assert!((air.crosswind_turbulence_m_s(4.0) - 4.0 * sigma_v / air.wind_m_s(2.0)).abs() < 1e-12);
        assert!((air.vertical_turbulence_m_s(1.0) - (1.69 * 0.09 + 1.6 * w * w * 0.01).sqrt()).abs() < 1e-12);
        air.sigma_theta_rad = Some(0.2);
        assert!((air.crosswind_turbulence_m_s(4.0) - 0.8).abs() < 1e-12);
        assert!((air.sigma_v_m_s() - 0.2 * air.wind_m_s(2.0)).abs() < 1e-12);
        air.profile.inverse_obukhov_1_m = 0.1;
        assert_eq!(air.convective_velocity_m_s(), 0.0);
        assert!((air.density_kg_m3() - 1.204).abs() < 1e-3);
    }

    #[test]
    fn a_west_wind_blows_east_exactly() {
        // Grade: exact.
        assert_eq!(towards(270.0), (1.0, 0.0));
        assert_eq!(towards(-90.0), (1.0, 0.0));
        assert_eq!(towards(360.0), (0.0, -1.0));
        let (x, y) = towards(225.0);
        assert!((x - y).abs() < 1e-15 && x > 0.0);
    }
}
