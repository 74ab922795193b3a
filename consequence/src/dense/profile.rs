//! A cross-section of a cloud, and the concentration that it gives to a point.
//!
//! ```text
//! C = 2 B h c/(4 b) [erf((y+b)/(sqrt2 be)) - erf((y-b)/(sqrt2 be))] [exp(-(z-zc)^2/2 s^2) + exp(-(z+zc)^2/2 s^2)]/(sqrt(2 pi) s)
//! B^2 = b^2 + 3 be^2       s = h/(2 sqrt 3) in the air, (h - zc)/sqrt 3 on the ground
//! ```

use super::Run;
use super::gas::Mixture;
use super::mixing::{Rates, SQRT_3};
use base::math;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    Plume,
    Puff,
}

/// A cloud where it is at a distance (plume) or a time (puff).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Section {
    pub stage: Stage,
    pub x_m: f64,
    /// When the middle of the cloud passes, s after the release began.
    pub time_s: f64,
    pub height_m: f64,
    pub half_width_m: f64,
    pub core_m: f64,
    pub centre_m: f64,
    pub half_length_m: f64,
    pub core_length_m: f64,
    pub speed_m_s: f64,
    pub across_m_s: f64,
    pub mixture: Mixture,
    pub grounded: bool,
    /// Mass flux of the half plume, kg/s; in the puff stage the quarter's mass, kg.
    pub flux_kg_s: f64,
    /// Half of the time in which the cloud passes, s.
    pub half_duration_s: f64,
    pub rates: Rates,
}

impl Section {
    /// sigma at the sides of the core, m.
    pub fn edge_m(&self) -> f64 {
        math::sqrt((self.half_width_m * self.half_width_m - self.core_m * self.core_m).max(0.0) / 3.0)
    }
    /// sigma over height, m.
    pub fn rise_m(&self) -> f64 {
        if self.centre_m > 0.5 * self.height_m {
            0.5 * self.height_m / SQRT_3
        } else {
            (self.height_m - self.centre_m) / SQRT_3
        }
    }
    /// Volume share at a point of the section while its middle passes, at most 1.
    pub fn volume_share(&self, y_m: f64, z_m: f64) -> f64 {
        (self.mixture.volume_share * self.over_mean(y_m, z_m)).min(1.0)
    }
    /// Value at a point over the mean of the section.
    pub fn over_mean(&self, y_m: f64, z_m: f64) -> f64 {
        let lengthwise = match self.stage {
            Stage::Plume => 1.0,
            Stage::Puff => {
                let edge = self.edge_length_m();
                let inside = self.core_length_m / (std::f64::consts::SQRT_2 * edge.max(1e-9));
                self.half_length_m / self.core_length_m.max(1e-9) * math::erf(inside)
            }
        };
        self.across(y_m) * self.up(z_m) * lengthwise
    }
    /// sigma at the ends of the core, m.
    pub fn edge_length_m(&self) -> f64 {
        let spread = self.half_length_m * self.half_length_m - self.core_length_m * self.core_length_m;
        math::sqrt(spread.max(0.0) / 3.0)
    }
    fn across(&self, y_m: f64) -> f64 {
        let (b, edge) = (self.core_m.max(1e-9), std::f64::consts::SQRT_2 * self.edge_m().max(1e-9));
        self.half_width_m / (2.0 * b) * (math::erf((y_m + b) / edge) - math::erf((y_m - b) / edge))
    }
    fn up(&self, z_m: f64) -> f64 {
        let s = self.rise_m().max(1e-9);
        let hump = |z: f64| math::exp((-0.5 * z * z / (s * s)).max(-700.0));
        self.height_m * (hump(z_m - self.centre_m) + hump(z_m + self.centre_m))
            / (math::sqrt(2.0 * std::f64::consts::PI) * s)
    }
}

fn mix(a: f64, b: f64, f: f64) -> f64 {
    a + f * (b - a)
}

impl Run {
    /// The cloud where it is at a distance, between its sections. None outside of what was computed.
    pub fn at(&self, x_m: f64) -> Option<Section> {
        let next = self.sections.partition_point(|s| s.x_m < x_m);
        if next == 0 {
            return self.sections.first().filter(|s| s.x_m <= x_m).copied();
        }
        let (a, b) = (self.sections.get(next - 1)?, self.sections.get(next)?);
        let f = (x_m - a.x_m) / (b.x_m - a.x_m);
        let log = |p: f64, q: f64| if p > 0.0 && q > 0.0 { p * math::exp(f * math::ln(q / p)) } else { mix(p, q, f) };
        Some(Section {
            stage: b.stage,
            x_m,
            time_s: mix(a.time_s, b.time_s, f),
            height_m: log(a.height_m, b.height_m),
            half_width_m: log(a.half_width_m, b.half_width_m),
            core_m: log(a.core_m, b.core_m),
            centre_m: mix(a.centre_m, b.centre_m, f),
            half_length_m: log(a.half_length_m, b.half_length_m),
            core_length_m: log(a.core_length_m, b.core_length_m),
            speed_m_s: mix(a.speed_m_s, b.speed_m_s, f),
            across_m_s: mix(a.across_m_s, b.across_m_s, f),
            mixture: Mixture {
                mass_share: log(a.mixture.mass_share, b.mixture.mass_share),
                temperature_k: mix(a.mixture.temperature_k, b.mixture.temperature_k, f),
                density_kg_m3: mix(a.mixture.density_kg_m3, b.mixture.density_kg_m3, f),
                heat_j_kg_k: mix(a.mixture.heat_j_kg_k, b.mixture.heat_j_kg_k, f),
                droplets: mix(a.mixture.droplets, b.mixture.droplets, f),
                volume_share: log(a.mixture.volume_share, b.mixture.volume_share),
            },
            grounded: b.grounded,
            flux_kg_s: log(a.flux_kg_s, b.flux_kg_s),
            half_duration_s: mix(a.half_duration_s, b.half_duration_s, f),
            rates: b.rates,
        })
    }

    /// Farthest distance at which the volume share on the axis reaches a value at a height, m.
    pub fn reach_m(&self, volume_share: f64, z_m: f64) -> Option<f64> {
        let there = |s: &Section| s.volume_share(0.0, z_m) >= volume_share;
        let last = self.sections.iter().rposition(there)?;
        let (mut near, Some(far)) = (self.sections[last].x_m, self.sections.get(last + 1)) else {
            return Some(self.sections[last].x_m);
        };
        let mut far = far.x_m;
        for _ in 0..40 {
            let middle = 0.5 * (near + far);
            match self.at(middle) {
                Some(s) if there(&s) => near = middle,
                _ => far = middle,
            }
        }
        Some(near)
    }
}
