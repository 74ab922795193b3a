//! The place of a source: the air over it, the sky above it, the ground under it; and the radiation that a puddle gets.
//!
//! Sun after Raphael (1962), F = 1111 (1 - 0.0071 C^2)(sin h - 0.1) W/m2; the sky's own radiation after Thibodeaux (1979),
//! F = (1 - r)(a + b e) sigma Ta^4 with a, b by cloud: both as ALOHA has them (Jones et al. 2013, NOAA OR&R 43, section 3.3.3 and
//! table 8, read through a public transcription).

use crate::weather::{Air, Class};
use base::complaint::Complaints;
use base::math::{exp, sin};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// W/(m2 K4).
pub const STEFAN_BOLTZMANN: f64 = 5.670_374e-8;
/// Of a liquid surface, as of water (ALOHA technical documentation 3.3.3.2).
pub const EMISSIVITY: f64 = 0.97;

/// Exponents n of the wind's power law by class A to F that ALOHA and SLAB take (read in public transcriptions).
const WIND_EXPONENT: [f64; 6] = [0.108, 0.112, 0.120, 0.142, 0.203, 0.253];

/// a and b (1/Pa) of the sky's radiation for 0 to 10 tenths of cloud.
const SKY: [(f64, f64); 11] = [
    (0.740, 44.3e-6),
    (0.750, 44.3e-6),
    (0.760, 44.3e-6),
    (0.770, 44.2e-6),
    (0.783, 40.7e-6),
    (0.793, 40.5e-6),
    (0.800, 39.9e-6),
    (0.810, 38.4e-6),
    (0.820, 35.4e-6),
    (0.840, 31.0e-6),
    (0.870, 26.6e-6),
];

/// Wind at 10 m below which evaporation is not modelled, m/s: with the wind the mass transfer goes to nothing, in truth it does not.
pub const EVAPORATION_WIND_M_S: f64 = 0.5;

/// What the source feels of weather and ground.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    pub wind_10m_m_s: f64,
    pub class: Class,
    pub temperature_k: f64,
    pub pressure_pa: f64,
    /// 0 to 1.
    pub relative_humidity: f64,
    /// 0 to 10 tenths.
    pub cloud_tenths: f64,
    /// Height of the sun, degrees; negative by night.
    pub sun_elevation_deg: f64,
    /// Of the ground before anything is spilled; that of the air when not given.
    #[serde(default)]
    pub ground_temperature_k: Option<f64>,
}

impl Site {
    /// A site under given weather, with sky and ground added.
    pub fn under(air: &Air, cloud_tenths: f64, sun_elevation_deg: f64) -> Site {
        Site {
            wind_10m_m_s: air.wind_m_s(10.0),
            class: air.class,
            temperature_k: air.temperature_k,
            pressure_pa: air.pressure_pa,
            relative_humidity: air.relative_humidity,
            cloud_tenths,
            sun_elevation_deg,
            ground_temperature_k: None,
        }
    }
    pub fn ground_k(&self) -> f64 {
        self.ground_temperature_k.unwrap_or(self.temperature_k)
    }
    pub fn wind_exponent(&self) -> f64 {
        WIND_EXPONENT[self.class.index()]
    }
    /// Friction velocity over a puddle, 0.03 u(10 m) (Deacon 1973, for a smooth surface; ALOHA technical documentation 3.3.1).
    pub fn friction_velocity_m_s(&self) -> f64 {
        0.03 * self.wind_10m_m_s
    }
    /// Partial pressure of water vapour, Pa (Magnus).
    pub fn water_vapour_pa(&self) -> f64 {
        self.relative_humidity * saturated_water_pa(self.temperature_k)
    }
    /// Density of the air, kg/m3.
    pub fn air_density_kg_m3(&self) -> f64 {
        self.pressure_pa / (287.05 * self.temperature_k)
    }
    /// Sun on level ground, W/m2.
    pub fn sun_w_m2(&self) -> f64 {
        let height = sin(self.sun_elevation_deg.to_radians());
        let clear = 1.0 - 0.0071 * self.cloud_tenths * self.cloud_tenths;
        if height > 0.1 { 1111.0 * clear * (height - 0.1) } else { 0.0 }
    }
    /// The sky's own radiation that a liquid takes up, W/m2.
    pub fn sky_w_m2(&self) -> f64 {
        let place = self.cloud_tenths.clamp(0.0, 10.0);
        let (k, part) = ((place as usize).min(9), place - (place as usize).min(9) as f64);
        let (low, high) = (SKY[k], SKY[k + 1]);
        let (a, b) = (low.0 + part * (high.0 - low.0), low.1 + part * (high.1 - low.1));
        let t2 = self.temperature_k * self.temperature_k;
        EMISSIVITY * (a + b * self.water_vapour_pa()) * STEFAN_BOLTZMANN * t2 * t2
    }

    pub fn check(&self, file: &Path, all: &mut Complaints) {
        let mut within = |name: &str, value: f64, least: f64, most: f64, hint: &str| {
            if !(value >= least && value <= most) {
                all.add(file, format!("{name} is {}", as_given(value)), format!("{least} to {most}{hint}"));
            }
        };
        // Reports begin at 0.1 m/s, which may stand at another height.
        within("wind_10m_m_s", self.wind_10m_m_s, 0.01, 60.0, " m/s at 10 m");
        within("temperature_k", self.temperature_k, 200.0, 340.0, " K, not degrees C");
        within("pressure_pa", self.pressure_pa, 5e4, 1.1e5, " Pa");
        within("relative_humidity", self.relative_humidity, 0.0, 1.0, ", a share and not per cent");
        within("cloud_tenths", self.cloud_tenths, 0.0, 10.0, " tenths");
        within("sun_elevation_deg", self.sun_elevation_deg, -90.0, 90.0, " degrees");
        if let Some(ground) = self.ground_temperature_k {
            within("ground_temperature_k", ground, 200.0, 360.0, " K");
        }
    }
}

/// A number as it was given, without the last digits of what it went through.
pub(super) fn as_given(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// Saturation pressure of water, Pa (Magnus's form; Alduchov & Eskridge 1996).
pub fn saturated_water_pa(temperature_k: f64) -> f64 {
    let t = temperature_k - 273.15;
    610.94 * exp(17.625 * t / (t + 243.04))
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// The night of the published ALOHA runs: 60 % humidity and half cloud at 15 C with class D, 80 % and none with F.
    pub fn night(wind_10m_m_s: f64, class: Class, temperature_c: f64) -> Site {
        let (humidity, cloud) = if class == Class::F { (0.8, 0.0) } else { (0.6, 5.0) };
        Site {
            wind_10m_m_s,
            class,
            temperature_k: temperature_c + 273.15,
            pressure_pa: 101_325.0,
            relative_humidity: humidity,
            cloud_tenths: cloud,
            sun_elevation_deg: -20.0,
            ground_temperature_k: None,
        }
    }

    #[test]
    fn radiation_is_that_of_the_formulas() {
        // Grade: exact. By hand: 0.97 (0.793 + 40.5e-6 e) sigma T^4.
        let site = night(5.0, Class::D, 15.0);
        let e = 0.6 * 610.94 * base::math::exp(17.625 * 15.0 / 258.04);
        let want = 0.97 * (0.793 + 40.5e-6 * e) * 5.670_374e-8 * base::math::pow(288.15, 4.0);
        assert!((site.sky_w_m2() / want - 1.0).abs() < 1e-9);
        assert_eq!(site.sun_w_m2(), 0.0);
        let day = Site { sun_elevation_deg: 30.0, cloud_tenths: 0.0, ..site };
        assert!((day.sun_w_m2() - 1111.0 * 0.4).abs() < 1e-6);
    }

    #[test]
    fn weather_that_cannot_be_is_told_in_one_go() {
        // Grade: behaviour.
        let mut all = Complaints::new();
        let site =
            Site { wind_10m_m_s: -3.0, temperature_k: 15.0, relative_humidity: 60.0, ..night(5.0, Class::D, 15.0) };
        site.check(Path::new("site.ron"), &mut all);
        assert_eq!(all.0.len(), 3, "{all}");
    }
}
