//! The course of the weather in time: moments that follow each other, each holding until the next or turning evenly into it.

use super::{Air, Profile, towards_turned};
use base::math;
use serde::{Deserialize, Serialize};

/// What happens between two moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Between {
    /// Each moment holds until the next: station reports, a front that passes at once.
    #[default]
    Hold,
    /// Wind and turbulence turn evenly, the wind by the shorter way round.
    Turn,
}

/// Weather over time. Before the first moment the first holds, after the last the last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Weather {
    moments: Vec<(f64, Air)>,
    between: Between,
}

impl Weather {
    /// One weather for ever.
    pub fn steady(air: Air) -> Weather {
        Weather { moments: vec![(0.0, air)], between: Between::Hold }
    }

    /// Moments by time (s). Panics when there is none or times do not grow: specs are checked before.
    pub fn new(moments: Vec<(f64, Air)>, between: Between) -> Weather {
        assert!(!moments.is_empty(), "weather without a moment");
        assert!(moments.windows(2).all(|w| w[0].0 < w[1].0), "weather whose times do not grow");
        Weather { moments, between }
    }

    pub fn at(&self, time_s: f64) -> Air {
        let next = self.moments.partition_point(|(t, _)| *t <= time_s);
        let Some(before) = next.checked_sub(1) else { return self.moments[0].1 };
        let (t0, a) = self.moments[before];
        match (self.between, self.moments.get(next)) {
            (Between::Turn, Some((t1, b))) => blend(&a, b, (time_s - t0) / (t1 - t0)),
            _ => a,
        }
    }

    /// The first time after `time_s` at which the weather changes at once.
    pub fn next_change_s(&self, time_s: f64) -> Option<f64> {
        self.moments.iter().map(|(t, _)| *t).find(|t| *t > time_s)
    }

    pub fn moments(&self) -> &[(f64, Air)] {
        &self.moments
    }
}

/// Evenly from `a` to `b`. Where both are alike in stability the numbers turn; class, canopy and ground are those of the
/// nearer one.
fn blend(a: &Air, b: &Air, share: f64) -> Air {
    let mix = |x: f64, y: f64| x + share * (y - x);
    let near = if share < 0.5 { a } else { b };
    let turn = math::atan2(
        a.towards.0 * b.towards.1 - a.towards.1 * b.towards.0,
        a.towards.0 * b.towards.0 + a.towards.1 * b.towards.1,
    ) * share;
    Air {
        towards: towards_turned(a.towards, turn),
        profile: Profile {
            friction_velocity_m_s: mix(a.profile.friction_velocity_m_s, b.profile.friction_velocity_m_s),
            inverse_obukhov_1_m: mix(a.profile.inverse_obukhov_1_m, b.profile.inverse_obukhov_1_m),
            ..near.profile
        },
        mixing_height_m: mix(a.mixing_height_m, b.mixing_height_m),
        sigma_theta_rad: match (a.sigma_theta_rad, b.sigma_theta_rad) {
            (Some(x), Some(y)) => Some(mix(x, y)),
            _ => near.sigma_theta_rad,
        },
        temperature_k: mix(a.temperature_k, b.temperature_k),
        relative_humidity: mix(a.relative_humidity, b.relative_humidity),
        pressure_pa: mix(a.pressure_pa, b.pressure_pa),
        class: near.class,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weather::{Class, towards};

    fn air(from_deg: f64, friction_velocity_m_s: f64) -> Air {
        Air {
            towards: towards(from_deg),
            profile: Profile {
                friction_velocity_m_s,
                inverse_obukhov_1_m: 0.0,
                roughness_m: 0.03,
                displacement_m: 0.0,
                canopy: None,
            },
            mixing_height_m: 500.0,
            sigma_theta_rad: None,
            temperature_k: 290.0,
            relative_humidity: 0.5,
            pressure_pa: 101_325.0,
            class: Class::D,
        }
    }

    #[test]
    fn weather_holds_or_turns_by_the_shorter_way() {
        // Grade: exact.
        let moments = vec![(0.0, air(350.0, 0.2)), (600.0, air(30.0, 0.4))];
        let hold = Weather::new(moments.clone(), Between::Hold);
        assert_eq!(hold.at(-5.0), hold.at(599.9));
        assert_eq!(hold.at(600.0), moments[1].1);
        assert_eq!(hold.next_change_s(0.0), Some(600.0));
        assert_eq!(hold.next_change_s(600.0), None);
        let middle = Weather::new(moments, Between::Turn).at(300.0);
        let wanted = towards(10.0);
        assert!((middle.towards.0 - wanted.0).abs() < 1e-12 && (middle.towards.1 - wanted.1).abs() < 1e-12);
        assert!((middle.profile.friction_velocity_m_s - 0.3).abs() < 1e-12);
    }
}
