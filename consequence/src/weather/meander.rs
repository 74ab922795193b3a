//! The slow swing of the wind (风向摆动): what an hour has beyond ten minutes. A forecast's mean wind carries a cloud dead straight; a real one wanders, so
//! that in a drill some streets get more and some less than the mean says.
//!
//! The direction gets a noise that forgets itself in ten minutes (assumption) with the variance
//!
//! ```text
//! sigma^2(1 h) - sigma^2(10 min) = sigma^2(10 min) (6^0.4 - 1)        by the law t^0.2
//! ```
//!
//! drawn from the seed, the same for the whole cloud. Averaged over seeds it is the hour's plume.

use super::series::{Between, Weather};
use super::{Air, towards_turned};
use base::chance::{Stream, draw_normal};
use base::math;
use base::time::Tick;

/// Time between the turning points, s, and the time in which the noise forgets itself.
const STEP_S: f64 = 60.0;
const MEMORY_S: f64 = 600.0;
/// 6^0.4 - 1.
const BEYOND: f64 = 1.0477;
/// How quickly a front passes, s.
const AT_ONCE_S: f64 = 1e-3;
/// Number of the draws among those of the gas stream.
const DRAW: u32 = 7001;

impl Weather {
    /// This weather with a wandering direction until a time. The same seed gives the same wind.
    pub fn meandering(&self, seed: u64, until_s: f64) -> Weather {
        let steps = (until_s / STEP_S).ceil().max(1.0) as u32;
        let kept = math::exp(-STEP_S / MEMORY_S);
        let fresh = math::sqrt(1.0 - kept * kept);
        let mut noise = vec![draw_normal(seed, Stream::Gas, DRAW, Tick(0), 0)];
        for k in 1..=steps {
            noise.push(kept * noise[k as usize - 1] + fresh * draw_normal(seed, Stream::Gas, DRAW, Tick(k), 0));
        }
        let swung = |time_s: f64, by: f64| {
            let mut air = self.at(time_s);
            let spread = air.sigma_v_m_s() / air.angle_wind_m_s() * math::sqrt(BEYOND);
            air.towards = towards_turned(air.towards, by * spread);
            (time_s, air)
        };
        let mut moments: Vec<(f64, Air)> =
            (0..=steps).map(|k| swung(f64::from(k) * STEP_S, noise[k as usize])).collect();
        // A front that passes at once still does: a moment just before it and one at it.
        for time_s in self.moments().iter().map(|(t, _)| *t).filter(|t| *t > 0.0 && *t < f64::from(steps) * STEP_S) {
            let by = noise[(time_s / STEP_S) as usize];
            for at in [time_s - AT_ONCE_S, time_s] {
                let place = moments.partition_point(|(t, _)| *t < at);
                if moments.get(place).is_none_or(|(t, _)| *t > at) {
                    moments.insert(place, swung(at, by));
                }
            }
        }
        Weather::new(moments, Between::Turn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weather::{Class, Profile, towards};

    fn air() -> Air {
        Air {
            towards: towards(270.0),
            profile: Profile::through(4.0, 10.0, 0.0, 0.03, None),
            mixing_height_m: 500.0,
            sigma_theta_rad: Some(0.1),
            temperature_k: 290.0,
            relative_humidity: 0.5,
            pressure_pa: 101_325.0,
            class: Class::D,
        }
    }

    #[test]
    fn a_front_stays_sudden_in_a_wandering_wind() {
        // Grade: behaviour.
        let front = Weather::new(vec![(0.0, air()), (300.0, Air { towards: towards(180.0), ..air() })], Between::Hold);
        let wandering = front.meandering(5, 900.0);
        let (before, after) = (wandering.at(299.9).towards, wandering.at(300.0).towards);
        assert!(before.0 > 0.8 && after.1 > 0.8, "{before:?} {after:?}");
    }

    #[test]
    fn the_wind_wanders_about_its_mean_by_the_hour_s_share_and_repeats_itself() {
        // Grade: exact for the repeat, 5 % for the statistics of 400 seeds.
        let steady = Weather::steady(air());
        assert_eq!(steady.meandering(3, 600.0), steady.meandering(3, 600.0));
        let angle = |seed: u64| {
            let to = steady.meandering(seed, 1800.0).at(1200.0).towards;
            math::atan2(to.1, to.0)
        };
        let angles: Vec<f64> = (0..400).map(angle).collect();
        let mean = angles.iter().sum::<f64>() / 400.0;
        let spread = (angles.iter().map(|a| (a - mean) * (a - mean)).sum::<f64>() / 400.0).sqrt();
        assert!(mean.abs() < 0.02, "{mean}");
        assert!((spread / (0.1 * BEYOND.sqrt()) - 1.0).abs() < 0.1, "{spread}");
    }
}
