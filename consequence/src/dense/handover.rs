//! From dense cloud to puffs (重气转被动扩散). A dense run is turned into a [`Guide`]: how far a parcel of the release has come at each age, how wide
//! and how deep it is. Puffs of that release follow the guide while they are dense and go on by themselves from its end, where air has
//! thinned the cloud. Mass is the puff's own; width, length and mean depth are the run's at every age, so the moments do not jump.
//!
//! ```text
//! sigma_y = B/sqrt 3 (B^2 = b^2 + 3 be^2)        mean depth = sqrt(2/pi) s        until Ri* < 1 or (rho - rhoa)/rhoa < 0.001
//! ```

use super::ambient::Ambient;
use super::mixing::SQRT_3;
use super::profile::{Section, Stage};
use super::{Run, Source};
use crate::weather::GRAVITY_M_S2;
use base::math;
use serde::{Deserialize, Serialize};

/// Cloud Richardson number, g (rho - rhoa)/rhoa h/u*^2, below which the air's own turbulence rules.
const RICHARDSON: f64 = 1.0;
/// Excess of density below which a cloud is passive.
const EXCESS: f64 = 0.001;

/// One age of a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Stop {
    pub age_s: f64,
    pub way_m: f64,
    /// Standard deviations across and along the wind, m.
    pub across_m: f64,
    pub along_m: f64,
    /// Mean spread over height about `height_m`, m.
    pub depth_m: f64,
    pub height_m: f64,
}

/// The path of a dense parcel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Guide {
    stops: Vec<Stop>,
}

impl Guide {
    /// The path to where the cloud is passive; `None` when it never was dense.
    pub fn of(run: &Run, ambient: &Ambient) -> Option<Guide> {
        let passive = |s: &Section| {
            let excess = s.mixture.density_kg_m3 / ambient.density_kg_m3 - 1.0;
            let u = ambient.friction_velocity_m_s;
            // A jet that still runs twice as fast as the wind mixes by itself, dense or not.
            let calm = s.speed_m_s < 2.0 * ambient.mean_wind_m_s(s.height_m.max(s.centre_m)).max(0.1);
            calm && (excess < EXCESS || GRAVITY_M_S2 * excess * s.height_m / (u * u) < RICHARDSON)
        };
        let end = run.sections.iter().position(passive).unwrap_or(run.sections.len() - 1);
        if end == 0 {
            return None;
        }
        let mut stops: Vec<Stop> = Vec::with_capacity(end + 1);
        for section in &run.sections[..=end] {
            let stop = stop(&run.source, section);
            if stops.last().is_none_or(|s| stop.age_s > s.age_s) {
                stops.push(stop);
            }
        }
        (stops.len() > 1).then_some(Guide { stops })
    }

    /// Age at which the parcel is on its own, s.
    pub fn end_s(&self) -> f64 {
        self.stops[self.stops.len() - 1].age_s
    }
    /// Speed of the parcel at the end, m/s.
    pub fn end_speed_m_s(&self) -> f64 {
        let (a, b) = (&self.stops[self.stops.len() - 2], &self.stops[self.stops.len() - 1]);
        (b.way_m - a.way_m) / (b.age_s - a.age_s)
    }
    pub fn stops(&self) -> &[Stop] {
        &self.stops
    }
    /// The parcel at an age, held at the ends.
    pub fn at(&self, age_s: f64) -> Stop {
        let next = self.stops.partition_point(|s| s.age_s < age_s);
        if next == 0 {
            return self.stops[0];
        }
        let Some(b) = self.stops.get(next) else { return self.stops[next - 1] };
        let a = &self.stops[next - 1];
        let f = (age_s - a.age_s) / (b.age_s - a.age_s);
        let mix = |x: f64, y: f64| x + f * (y - x);
        Stop {
            age_s,
            way_m: mix(a.way_m, b.way_m),
            across_m: mix(a.across_m, b.across_m),
            along_m: mix(a.along_m, b.along_m),
            depth_m: mix(a.depth_m, b.depth_m),
            height_m: mix(a.height_m, b.height_m),
        }
    }
}

fn stop(source: &Source, s: &Section) -> Stop {
    let gauss = math::sqrt(2.0 / std::f64::consts::PI) * s.rise_m();
    let across_m = s.half_width_m / SQRT_3;
    // A parcel of a lasting release is a slice, smeared along the wind as passive puffs are (0.13 of the way); a cloud that came at once has
    // its own length.
    let along_m = match s.stage {
        Stage::Puff if source.burst_kg > 0.0 => s.half_length_m / SQRT_3,
        Stage::Plume | Stage::Puff => s.edge_length_m().max(0.13 * s.x_m.max(0.0)),
    };
    Stop {
        // Sections count from the start of the release for its middle part.
        age_s: s.time_s - 0.5 * source.duration_s,
        way_m: s.x_m,
        across_m,
        along_m,
        depth_m: gauss,
        height_m: s.centre_m,
    }
}
