//! Wind and stability of the drill. The wind blows the same over the whole grid; it turns by lever, evenly over a time. What the air
//! does with it, profile, turbulence, mixing height, is `consequence::weather`'s.

use crate::base::math;
use consequence::weather::stability::{Sky, golder_1_m, pasquill};
use consequence::weather::{Air, Class, Profile, mixing, towards};
use serde::{Deserialize, Serialize};

/// The ground under the cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Roughness {
    Rural,
    Urban,
}

impl Roughness {
    /// Roughness length, m: open country 0.03, town 1.0 (usual values, as in ALOHA).
    pub fn z0_m(self) -> f64 {
        match self {
            Roughness::Rural => 0.03,
            Roughness::Urban => 1.0,
        }
    }
}

/// Sky by hour of day and cloud (0 clear to 1 overcast). Strong within 2 h of 12:30 under less than half cloud,
/// moderate within 4 h, slight else: a stand-in for sun elevations of 60 and 35 degrees (assumption: summer, 30 N).
pub fn sky(hour_of_day: f64, night_h: (f64, f64), cloud: f64) -> Sky {
    let night = is_night(hour_of_day, night_h);
    let from_noon = (hour_of_day - 12.5).abs();
    if cloud >= 7.0 / 8.0 {
        Sky::Overcast
    } else if night {
        if cloud >= 0.5 { Sky::CloudyNight } else { Sky::ClearNight }
    } else if from_noon <= 2.0 && cloud < 0.5 {
        Sky::StrongSun
    } else if from_noon <= 4.0 {
        Sky::ModerateSun
    } else {
        Sky::SlightSun
    }
}

fn is_night(hour_of_day: f64, (dusk, dawn): (f64, f64)) -> bool {
    if dusk <= dawn { hour_of_day >= dusk && hour_of_day < dawn } else { hour_of_day >= dusk || hour_of_day < dawn }
}

/// Height of the sun, degrees, as a puddle needs it: the same stand-in as [`sky`], a half sine between dawn and dusk with 75 degrees
/// at its top (30 N in summer: 90 - 30 + 15; assumption).
pub fn sun_elevation_deg(hour_of_day: f64, (dusk, dawn): (f64, f64)) -> f64 {
    if is_night(hour_of_day, (dusk, dawn)) {
        return -10.0;
    }
    75.0 * math::sin(std::f64::consts::PI * (hour_of_day - dawn) / (dusk - dawn).abs())
}

/// Wind at 10 m.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Wind {
    pub speed_m_s: f64,
    /// Where it comes from, degrees clockwise from north.
    pub from_deg: f64,
}

/// Least wind at 10 m for which there is a profile, m/s (assumption: in a calm the air still stirs).
const LEAST_WIND_M_S: f64 = 0.5;

/// The air of a moment. `class` holds the stability at one class whatever the sky says, `lid_m` the mixing height.
pub fn air(
    wind: Wind,
    sky: Sky,
    class: Option<Class>,
    roughness: Roughness,
    lid_m: Option<f64>,
    temperature_k: f64,
) -> Air {
    let speed_m_s = wind.speed_m_s.max(LEAST_WIND_M_S);
    let class = class.unwrap_or_else(|| pasquill(speed_m_s, sky));
    let z0_m = roughness.z0_m();
    let profile = Profile::through(speed_m_s, 10.0, golder_1_m(class, z0_m), z0_m, None);
    Air {
        towards: towards(wind.from_deg),
        profile,
        mixing_height_m: lid_m.unwrap_or_else(|| mixing::height_m(class, profile.friction_velocity_m_s)),
        sigma_theta_rad: None,
        temperature_k,
        // Coastal summer air (assumption); only cold dense clouds and puddles feel it.
        relative_humidity: 0.7,
        pressure_pa: consequence::substance::ATMOSPHERE_PA,
        class,
    }
}

/// A turn of the wind: even in speed, and in direction by the shorter way round.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    pub from: Wind,
    pub to: Wind,
    pub start_s: f64,
    pub over_s: f64,
}

impl Turn {
    pub fn at(&self, now_s: f64) -> Wind {
        let share = if self.over_s > 0.0 { ((now_s - self.start_s) / self.over_s).clamp(0.0, 1.0) } else { 1.0 };
        let mut way = (self.to.from_deg - self.from.from_deg) % 360.0;
        if way > 180.0 {
            way -= 360.0;
        } else if way < -180.0 {
            way += 360.0;
        }
        Wind {
            speed_m_s: self.from.speed_m_s + share * (self.to.speed_m_s - self.from.speed_m_s),
            from_deg: (self.from.from_deg + share * way + 360.0) % 360.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_of_the_table_comes_out() {
        // Grade: reference (Pasquill 1961).
        let class = |speed_m_s, sky| {
            let wind = Wind { speed_m_s, from_deg: 0.0 };
            air(wind, sky, None, Roughness::Rural, None, 293.15).class
        };
        assert_eq!(class(1.5, Sky::ClearNight), Class::F);
        assert_eq!(class(5.0, sky(23.0, (19.0, 6.0), 0.4)), Class::E);
        assert_eq!(class(5.5, Sky::ClearNight), Class::D);
        assert_eq!(class(1.0, sky(12.0, (19.0, 6.0), 0.0)), Class::A);
        assert_eq!(class(4.0, sky(9.0, (19.0, 6.0), 0.2)), Class::B);
        assert_eq!(class(9.0, sky(12.0, (19.0, 6.0), 1.0)), Class::D);
    }

    #[test]
    fn the_wind_turns_by_the_shorter_way() {
        // Grade: exact.
        let turn = Turn {
            from: Wind { speed_m_s: 2.0, from_deg: 350.0 },
            to: Wind { speed_m_s: 4.0, from_deg: 30.0 },
            start_s: 100.0,
            over_s: 100.0,
        };
        let half = turn.at(150.0);
        assert!((half.from_deg - 10.0).abs() < 1e-9 && (half.speed_m_s - 3.0).abs() < 1e-12);
        assert!((turn.at(500.0).from_deg - 30.0).abs() < 1e-9);
    }

    #[test]
    fn the_sun_stands_highest_at_midday_and_is_down_at_night() {
        // Grade: behaviour.
        let at = |hour| sun_elevation_deg(hour, (19.0, 5.5));
        assert!((at(12.25) - 75.0).abs() < 1e-9);
        assert!(at(7.0) > 0.0 && at(7.0) < at(10.0) && at(23.0) < 0.0 && at(3.0) < 0.0);
    }
}
