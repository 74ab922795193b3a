//! A cross-section of a cloud, and the concentration that it gives to a point.
//!
//! ```text
//! C = 2 B h c/(4 b) [erf((y+b)/(sqrt2 be)) - erf((y-b)/(sqrt2 be))] [exp(-(z-zc)^2/2 s^2) + exp(-(z+zc)^2/2 s^2)]/(sqrt(2 pi) s)
//! B^2 = b^2 + 3 be^2       s = h/(2 sqrt 3) in the air, (h - zc)/sqrt 3 on the ground
//! ```

use super::Run;
use super::ambient::Ambient;
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
    /// What an average over time adds to sigma at the sides, m, and over how long it is taken, s; 0 for the cloud at a moment.
    pub meander_m: f64,
    pub averaging_s: f64,
}

impl Section {
    /// sigma at the sides of the core, m.
    pub fn edge_m(&self) -> f64 {
        let own = (self.half_width_m * self.half_width_m - self.core_m * self.core_m).max(0.0) / 3.0;
        math::sqrt(own + self.meander_m * self.meander_m)
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
        self.across(y_m) * self.up(z_m) * self.along()
    }
    /// Largest mean over the averaging time of the profile along the wind, over its mean: the middle of the cloud is in the middle of that
    /// time. A cloud that passes in less leaves the rest of it empty.
    fn along(&self) -> f64 {
        let passing_s = 2.0 * self.half_duration_s;
        let present = if self.averaging_s > passing_s { passing_s / self.averaging_s } else { 1.0 };
        if self.stage == Stage::Plume {
            return present;
        }
        let edge = std::f64::consts::SQRT_2 * self.edge_length_m().max(1e-9);
        let core = self.core_length_m.max(1e-9);
        let reach = 0.5 * self.speed_m_s * self.averaging_s.min(passing_s);
        let inside = if reach > 1e-6 * core {
            // Mean of erf((x + b)/edge) - erf((x - b)/edge) over x up to the reach, halved.
            (area_of_erf((reach + core) / edge) - area_of_erf((reach - core) / edge)) * edge / (2.0 * reach)
        } else {
            math::erf(core / edge)
        };
        present * self.half_length_m / core * inside
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

/// Integral of erf from 0 to a.
fn area_of_erf(a: f64) -> f64 {
    a * math::erf(a) + (math::exp((-a * a).max(-700.0)) - 1.0) / math::sqrt(std::f64::consts::PI)
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
            meander_m: mix(a.meander_m, b.meander_m, f),
            averaging_s: b.averaging_s,
        })
    }

    /// The same cloud as an average over a time shows it, in the original's way: while it is followed it meanders as in ten seconds; a
    /// longer average adds, to the variance at its sides, y^2 [(t/10 s)^0.4 - 1] with t = the averaging time (at most the passage) and
    /// 10 s exp(-t/10 s), where y is the meander of the way x: y + 0.0001 y^2/at = at x (found from runs of slabx, within 0.1 %).
    pub fn averaged(&self, ambient: &Ambient, averaging_s: f64) -> Run {
        let mut run = self.clone();
        let begin_m = run.sections.first().map_or(0.0, |s| s.x_m);
        for s in &mut run.sections {
            let way_m = (s.x_m - begin_m).max(0.0);
            let meander_m = 2.0 * ambient.spreading * way_m / (1.0 + math::sqrt(1.0 + 0.0004 * way_m));
            let time_s = averaging_s.min(2.0 * s.half_duration_s);
            let time_s = time_s + 10.0 * math::exp(-time_s / 10.0);
            s.meander_m = meander_m * math::sqrt((math::pow(time_s / 10.0, 0.4) - 1.0).max(0.0));
            s.averaging_s = averaging_s;
        }
        run
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
