//! Plumes that stand: what puffs add up to when source and wind hold long enough, without waiting for it.
//!
//! [`standing`] follows one puff of a steady source through its life and adds it up, which is what an endless train of puffs is. The
//! Gaussian plume and ALOHA's finite release stand beside it as closed forms.

use super::field::over_ground_1_m2;
use super::growth::{self, Scheme};
use super::shape::{GAUSSIAN_DEPTH, Shape};
use super::{Options, Own, Puff, Wind, carry};
use crate::weather::profile::psi_m;
use crate::weather::{Air, Class, Weather};
use base::math;

/// A steady source for [`standing`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Steady {
    pub rate_kg_s: f64,
    pub height_m: f64,
    /// Starting sizes, m.
    pub sigma_m: f64,
    pub depth_m: f64,
}

/// Concentration at points (downwind, across, up; m) of a source that has always been on, kg/m3. `steps` is how many
/// steps a doubling of the age is cut into; 40 gives three digits.
pub fn standing(
    options: &Options,
    air: &Air,
    source: Steady,
    resistance_s_m: Option<f64>,
    points: &[(f64, f64, f64)],
    steps: usize,
) -> Vec<f64> {
    let air = Air { towards: (1.0, 0.0), ..*air };
    let wind = Wind::uniform(Weather::steady(air));
    let mut puff = Puff {
        release: 0,
        mass_kg: 1.0,
        x_m: 0.0,
        y_m: 0.0,
        height_m: source.height_m,
        spread_m2: [source.sigma_m * source.sigma_m, 0.0, source.sigma_m * source.sigma_m],
        depth_m: source.depth_m,
        age_s: 0.0,
        way_m: 0.0,
        guide: None,
        own: Own { variance_m2: source.sigma_m * source.sigma_m, depth_m: source.depth_m },
    };
    let farthest = points.iter().map(|p| p.0).fold(0.0, f64::max);
    let mut sums = vec![0.0; points.len()];
    while puff.x_m < farthest + 6.0 * puff.largest_m() {
        // A step is a part of the age, and never moves the puff by more than a part of its own length.
        let speed = growth::speed_m_s(options.scheme, &air, puff.height_m, puff.depth_m);
        let dt_s = (puff.age_s / steps as f64).min(0.25 * puff.sigma_m((1.0, 0.0)) / speed).max(1e-3);
        let before = puff;
        carry(&mut puff, options, resistance_s_m, &wind, &air, 0.5 * dt_s);
        let shape = puff.shape(options.scheme, &air);
        for (sum, &(x, y, z)) in sums.iter_mut().zip(points) {
            let over = over_ground_1_m2(&puff, x, y);
            if over > 0.0 {
                let share = shape.share_1_m(z, puff.height_m, puff.depth_m, air.mixing_height_m);
                *sum += source.rate_kg_s * dt_s * puff.mass_kg * over * share;
            }
        }
        puff = before;
        carry(&mut puff, options, resistance_s_m, &wind, &air, dt_s);
    }
    sums
}

/// The Gaussian plume with reflection at the ground and a lid.
///
/// ```text
/// C = Q/(2 pi u sy sz) exp(-y^2/2 sy^2) [exp(-(z-h)^2/2 sz^2) + exp(-(z+h)^2/2 sz^2) + ...]
/// ```
pub fn gaussian_kg_m3(
    rate_kg_s: f64,
    wind_m_s: f64,
    (sy_m, sz_m): (f64, f64),
    (y_m, z_m): (f64, f64),
    height_m: f64,
    lid_m: f64,
) -> f64 {
    let over = Shape::new(2.0).share_1_m(z_m, height_m, sz_m * GAUSSIAN_DEPTH, lid_m);
    let across = math::exp(-y_m * y_m / (2.0 * sy_m * sy_m)) / (math::sqrt(2.0 * std::f64::consts::PI) * sy_m);
    rate_kg_s / wind_m_s * across * over
}

/// A finite release at a time after it began, kg/m3 (Palazzi et al. 1982): the standing plume times
///
/// ```text
/// 1/2 [erf((x - u (t - T)+)/(sqrt2 sx)) - erf((x - u t)/(sqrt2 sx))]        T: how long it lasted
/// ```
pub fn finite_kg_m3(
    rate_kg_s: f64,
    duration_s: f64,
    wind_m_s: f64,
    (sx_m, sy_m, sz_m): (f64, f64, f64),
    (x_m, y_m, z_m): (f64, f64, f64),
    height_m: f64,
    lid_m: f64,
    time_s: f64,
) -> f64 {
    let steady = gaussian_kg_m3(rate_kg_s, wind_m_s, (sy_m, sz_m), (y_m, z_m), height_m, lid_m);
    let wide = std::f64::consts::SQRT_2 * sx_m;
    let tail = x_m - wind_m_s * (time_s - duration_s).max(0.0);
    let front = x_m - wind_m_s * time_s;
    0.5 * steady * (math::erf(tail / wide) - math::erf(front / wide))
}

/// ALOHA's passive formula: Briggs' curves, the wind at 3 m or at the release, no lid unless given. `town` takes the urban
/// curves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Aloha {
    pub rate_kg_s: f64,
    pub duration_s: f64,
    pub height_m: f64,
    pub wind_10m_m_s: f64,
    pub roughness_m: f64,
    pub class: Class,
    pub town: bool,
    pub lid_m: f64,
}

impl Aloha {
    /// An hour's leak at the ground of open country, 5 m/s, class D, no lid: most of ALOHA's published examples.
    pub fn open_country(rate_kg_s: f64) -> Aloha {
        Aloha {
            rate_kg_s,
            duration_s: 3600.0,
            height_m: 0.0,
            wind_10m_m_s: 5.0,
            roughness_m: 0.03,
            class: Class::D,
            town: false,
            lid_m: 1e5,
        }
    }
    /// Wind that carries the gas, m/s: at 3 m, or at the release where that is higher. Businger's profile with Pasquill's lengths
    /// L = -11.4 z0^0.10, -26 z0^0.17, -123 z0^0.30, none, 123 z0^0.30, 26 z0^0.17 (read in a public transcription of Pasquill
    /// 1974); with it ALOHA's zones in stable air come out, without it they are a tenth short.
    pub fn wind_m_s(&self) -> f64 {
        let z0 = self.roughness_m;
        let inverse_1_m = match self.class {
            Class::A => -1.0 / (11.4 * math::pow(z0, 0.10)),
            Class::B => -1.0 / (26.0 * math::pow(z0, 0.17)),
            Class::C => -1.0 / (123.0 * math::pow(z0, 0.30)),
            Class::D => 0.0,
            Class::E => 1.0 / (123.0 * math::pow(z0, 0.30)),
            Class::F => 1.0 / (26.0 * math::pow(z0, 0.17)),
        };
        let at = |z: f64| {
            let zeta = z * inverse_1_m;
            let psi = if zeta >= 0.0 { -4.7 * zeta } else { psi_m(15.0 / 16.0 * zeta) };
            math::ln((z + z0) / z0) - psi
        };
        self.wind_10m_m_s * at(self.height_m.max(3.0)) / at(10.0)
    }

    fn sigmas_m(&self, x_m: f64) -> (f64, f64) {
        let scheme = if self.town { Scheme::BriggsTown } else { Scheme::BriggsCountry };
        let (across, up) = growth::briggs(scheme, self.class);
        (across.at(x_m), up.at(x_m))
    }

    /// Concentration of the standing plume at the ground's receptor height, kg/m3.
    pub fn steady_kg_m3(&self, x_m: f64, y_m: f64, z_m: f64) -> f64 {
        if x_m <= 0.0 {
            return 0.0;
        }
        gaussian_kg_m3(self.rate_kg_s, self.wind_m_s(), self.sigmas_m(x_m), (y_m, z_m), self.height_m, self.lid_m)
    }

    /// Concentration at a time after the release began, kg/m3 ([`finite_kg_m3`] with sx = sy).
    pub fn at_kg_m3(&self, x_m: f64, y_m: f64, z_m: f64, time_s: f64) -> f64 {
        if x_m <= 0.0 || time_s <= 0.0 {
            return 0.0;
        }
        let (sy, sz) = self.sigmas_m(x_m);
        let (sizes, at) = ((sy, sy, sz), (x_m, y_m, z_m));
        finite_kg_m3(self.rate_kg_s, self.duration_s, self.wind_m_s(), sizes, at, self.height_m, self.lid_m, time_s)
    }

    /// Highest concentration that ever comes to a distance, kg/m3: when the middle of the cloud passes.
    pub fn peak_kg_m3(&self, x_m: f64) -> f64 {
        let middle_s = x_m / self.wind_m_s() + 0.5 * self.duration_s;
        self.at_kg_m3(x_m, 0.0, 0.0, middle_s.max(self.duration_s))
    }

    /// Farthest distance at which the peak reaches a concentration, m; none where it never does beyond a metre.
    pub fn zone_m(&self, wanted_kg_m3: f64) -> Option<f64> {
        let mut far = None;
        let mut x = 1.0;
        while x < 1e5 {
            if self.peak_kg_m3(x) >= wanted_kg_m3 {
                far = Some(x);
            }
            x *= 1.02;
        }
        let (mut a, mut b) = (far?, far? * 1.02);
        for _ in 0..50 {
            let middle = 0.5 * (a + b);
            if self.peak_kg_m3(middle) >= wanted_kg_m3 { a = middle } else { b = middle }
        }
        Some(0.5 * (a + b))
    }
}
