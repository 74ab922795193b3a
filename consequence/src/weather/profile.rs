//! How the wind grows with height: Monin and Obukhov's similarity over the ground, with a displaced origin and a canopy of
//! buildings where there is a town.

use super::KARMAN;
use super::canopy::Canopy;
use base::math;
use serde::{Deserialize, Serialize};

/// Wind over height. With a canopy the profile holds above its roofs and an exponential below them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    pub friction_velocity_m_s: f64,
    /// 1/L; negative in unstable air, zero in neutral.
    pub inverse_obukhov_1_m: f64,
    pub roughness_m: f64,
    pub displacement_m: f64,
    pub canopy: Option<Canopy>,
}

impl Profile {
    /// The profile through a wind measured at one height. `wind_height_m` is above ground.
    pub fn through(
        wind_m_s: f64,
        wind_height_m: f64,
        inverse_obukhov_1_m: f64,
        roughness_m: f64,
        canopy: Option<Canopy>,
    ) -> Profile {
        let displacement_m = canopy.map_or(0.0, |c| c.displacement_m());
        let roughness_m = canopy.map_or(roughness_m, |c| c.roughness_m());
        let unit = Profile { friction_velocity_m_s: 1.0, inverse_obukhov_1_m, roughness_m, displacement_m, canopy };
        Profile { friction_velocity_m_s: wind_m_s / unit.wind_m_s(wind_height_m), ..unit }
    }

    /// Wind speed at a height above ground, m/s.
    pub fn wind_m_s(&self, height_m: f64) -> f64 {
        match self.canopy {
            Some(canopy) if height_m < canopy.height_m => {
                self.above_m_s(canopy.height_m) * canopy.share_below_roofs(height_m)
            }
            _ => self.above_m_s(height_m),
        }
    }

    fn above_m_s(&self, height_m: f64) -> f64 {
        let z = (height_m - self.displacement_m).max(0.0);
        let shape = math::ln((z + self.roughness_m) / self.roughness_m) - psi_m(z * self.inverse_obukhov_1_m);
        self.friction_velocity_m_s / KARMAN * shape.max(0.0)
    }

    /// phi_h at a height above ground: how much slower heat and gas mix than in neutral air.
    pub fn phi_h(&self, height_m: f64) -> f64 {
        phi_h((height_m - self.displacement_m).max(0.0) * self.inverse_obukhov_1_m)
    }

    /// How fast the wind grows with height, 1/s.
    pub fn shear_1_s(&self, height_m: f64) -> f64 {
        let step_m = 0.01 * height_m.max(self.roughness_m);
        (self.wind_m_s(height_m + step_m) - self.wind_m_s((height_m - step_m).max(0.0))) / (2.0 * step_m)
    }
}

/// The stability correction of the wind profile (Businger 1971 and Dyer 1974 with k = 0.4): stable -5 z/L, and beyond z = L,
/// where turbulence comes in bursts, with phi_m held at 6 (Holtslag's way; assumption); unstable Paulson's integral.
pub fn psi_m(z_over_l: f64) -> f64 {
    if z_over_l > 1.0 {
        -5.0 * (1.0 + math::ln(z_over_l))
    } else if z_over_l >= 0.0 {
        -5.0 * z_over_l
    } else {
        let x = math::sqrt(math::sqrt(1.0 - 16.0 * z_over_l));
        2.0 * math::ln(0.5 * (1.0 + x)) + math::ln(0.5 * (1.0 + x * x)) - 2.0 * math::atan2(x, 1.0)
            + std::f64::consts::FRAC_PI_2
    }
}

/// Dimensionless gradient of heat and gas (Dyer 1974): 1 + 5 z/L, (1 - 16 z/L)^(-1/2).
pub fn phi_h(z_over_l: f64) -> f64 {
    if z_over_l >= 0.0 { 1.0 + 5.0 * z_over_l } else { 1.0 / math::sqrt(1.0 - 16.0 * z_over_l) }
}

/// The stability correction of a gas's profile: -5 z/L, 2 ln((1 + y)/2) with y = (1 - 16 z/L)^(1/2).
pub fn psi_h(z_over_l: f64) -> f64 {
    if z_over_l > 1.0 {
        -5.0 * (1.0 + math::ln(z_over_l))
    } else if z_over_l >= 0.0 {
        -5.0 * z_over_l
    } else {
        2.0 * math::ln(0.5 * (1.0 + math::sqrt(1.0 - 16.0 * z_over_l)))
    }
}

/// The exponents of u = u_ref (z/z_ref)^p by class: the set that ALOHA and SLAB carry (read in public transcriptions).
pub const POWER_RURAL: [f64; 6] = [0.108, 0.112, 0.120, 0.142, 0.203, 0.253];
/// Irwin (1979), town.
pub const POWER_URBAN: [f64; 6] = [0.15, 0.15, 0.20, 0.25, 0.40, 0.60];

/// Quick form of the profile: a power law.
pub fn power_law_m_s(wind_m_s: f64, wind_height_m: f64, height_m: f64, exponent: f64) -> f64 {
    wind_m_s * math::pow(height_m / wind_height_m, exponent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weather::stability::{Class, golder_1_m};

    #[test]
    fn winds_at_15_m_are_those_of_the_yellow_book() {
        // Grade: reference. V19: TNO yellow book's profile, u(10 m) = 2 m/s. The list of cases names z0 = 1 m, but the neutral
        // 2.176 is ln(15/z0)/ln(10/z0) at z0 = 0.1 m and at no other, so 0.1 m is what was computed. The book has ln(z/z0)
        // where this profile has ln((z + z0)/z0), which is 0.1 % here; the rest is the roughness in L, which the list does
        // not tell. Hence 0.5 % and not 0.1.
        let wanted = [2.106, 2.113, 2.130, 2.176, 2.340, 2.543];
        for (class, wanted) in Class::ALL.into_iter().zip(wanted) {
            let profile = Profile::through(2.0, 10.0, golder_1_m(class, 0.1), 0.1, None);
            let got = profile.wind_m_s(15.0);
            assert!((got / wanted - 1.0).abs() < 5e-3, "{class:?}: {got} for {wanted}");
        }
    }

    #[test]
    fn the_integrals_are_those_of_their_gradients() {
        // Grade: exact. psi(z) = integral of (1 - phi)/z; phi_m = (1 - 16 z/L)^(-1/4).
        for end in [-3.0_f64, -0.4, 0.7, 2.5] {
            let steps = 200_000;
            let (mut momentum, mut heat) = (0.0, 0.0);
            for k in 0..steps {
                let z = end * (k as f64 + 0.5) / steps as f64;
                let phi_m = if z > 0.0 { 1.0 + 5.0 * z.min(1.0) } else { (1.0 - 16.0 * z).powf(-0.25) };
                let phi_heat = if z > 0.0 { 1.0 + 5.0 * z.min(1.0) } else { phi_h(z) };
                momentum += (1.0 - phi_m) / z * end / steps as f64;
                heat += (1.0 - phi_heat) / z * end / steps as f64;
            }
            assert!((psi_m(end) - momentum).abs() < 1e-4, "{end}");
            assert!((psi_h(end) - heat).abs() < 1e-4, "{end}");
        }
    }

    #[test]
    fn the_profile_goes_through_the_measured_wind_and_grows_as_its_shear_says() {
        // Grade: exact.
        for inverse in [-0.1, 0.0, 0.05] {
            let profile = Profile::through(5.0, 10.0, inverse, 0.03, None);
            assert!((profile.wind_m_s(10.0) - 5.0).abs() < 1e-12);
            assert_eq!(profile.wind_m_s(0.0), 0.0);
            // Neutral: du/dz = u*/(k z).
            if inverse == 0.0 {
                let wanted = profile.friction_velocity_m_s / (KARMAN * 4.03);
                assert!((profile.shear_1_s(4.0) / wanted - 1.0).abs() < 1e-3);
            }
        }
    }

    #[test]
    fn the_power_law_meets_the_log_law_over_open_ground_within_a_tenth() {
        // Grade: reference. Neutral, z0 = 0.01 m: the exponent 0.142 belongs to open ground.
        let log = Profile::through(5.0, 10.0, 0.0, 0.01, None);
        for z in [2.0, 5.0, 20.0, 50.0] {
            let power = power_law_m_s(5.0, 10.0, z, POWER_RURAL[3]);
            assert!((power / log.wind_m_s(z) - 1.0).abs() < 0.1, "{z} m");
        }
    }
}
