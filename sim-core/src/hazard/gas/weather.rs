//! Wind and stability. The wind blows the same over the whole grid; it turns by lever, evenly over a time.

use crate::base::math;
use serde::{Deserialize, Serialize};

/// Pasquill stability class, A very unstable to F stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Pasquill {
    A,
    B,
    C,
    D,
    E,
    F,
}

impl Pasquill {
    pub const ALL: [Pasquill; 6] = [Pasquill::A, Pasquill::B, Pasquill::C, Pasquill::D, Pasquill::E, Pasquill::F];
}

/// What heats or cools the air from below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sun {
    Strong,
    Moderate,
    Slight,
    /// Overcast, by day or night.
    Overcast,
    /// Night, at least half cloudy.
    NightCloudy,
    NightClear,
}

/// Sun by hour of day and cloud (0 clear to 1 overcast). Strong within 2 h of 12:30 under less than half cloud,
/// moderate within 4 h, slight else: a stand-in for sun elevations of 60 and 35 degrees (assumption: summer, 30 N).
pub fn sun(hour_of_day: f64, night_h: (f64, f64), cloud: f64) -> Sun {
    let (dusk, dawn) = night_h;
    let night = if dusk <= dawn {
        hour_of_day >= dusk && hour_of_day < dawn
    } else {
        hour_of_day >= dusk || hour_of_day < dawn
    };
    let from_noon = (hour_of_day - 12.5).abs();
    if cloud >= 7.0 / 8.0 {
        Sun::Overcast
    } else if night {
        if cloud >= 0.5 { Sun::NightCloudy } else { Sun::NightClear }
    } else if from_noon <= 2.0 && cloud < 0.5 {
        Sun::Strong
    } else if from_noon <= 4.0 {
        Sun::Moderate
    } else {
        Sun::Slight
    }
}

/// Pasquill's table (1961; EPA-454/R-99-005 table 6-4) by wind at 10 m. Where it gives a range the first is taken; a
/// wind on a boundary belongs to the lower band.
pub fn pasquill(speed_m_s: f64, sun: Sun) -> Pasquill {
    use Pasquill::*;
    let band = [2.0, 3.0, 5.0, 6.0].iter().filter(|bound| speed_m_s > **bound).count();
    match sun {
        Sun::Strong => [A, A, B, C, C][band],
        Sun::Moderate => [A, B, B, C, D][band],
        Sun::Slight => [B, C, C, D, D][band],
        Sun::Overcast => D,
        Sun::NightCloudy => [F, E, D, D, D][band],
        Sun::NightClear => [F, F, E, D, D][band],
    }
}

/// Wind at height `z_m` over wind at 10 m: u(z) = (u*/k) [ln((z+z0)/z0) - psi(z/L)], with the middle L of the class
/// (Golder 1972) and the stability functions of Businger and Dyer.
pub fn profile(class: Pasquill, z0_m: f64, z_m: f64) -> f64 {
    let lg = math::log10(z0_m);
    let inverse_l = match class {
        Pasquill::A => -0.096 + 0.029 * lg,
        Pasquill::B => -0.037 + 0.029 * lg,
        Pasquill::C => -0.002 + 0.018 * lg,
        Pasquill::D => 0.0,
        Pasquill::E => 0.004 - 0.018 * lg,
        Pasquill::F => 0.035 - 0.036 * lg,
    };
    let psi = |z: f64| {
        let zeta = z * inverse_l;
        if zeta >= 0.0 {
            -5.0 * zeta
        } else {
            let x = math::sqrt(math::sqrt(1.0 - 16.0 * zeta));
            2.0 * math::ln((1.0 + x) / 2.0) + math::ln((1.0 + x * x) / 2.0) - 2.0 * math::atan2(x, 1.0)
                + std::f64::consts::FRAC_PI_2
        }
    };
    let u = |z: f64| math::ln((z + z0_m) / z0_m) - psi(z);
    (u(z_m) / u(10.0)).max(0.05)
}

/// Wind at 10 m.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Wind {
    pub speed_m_s: f64,
    /// Where it comes from, degrees clockwise from north.
    pub from_deg: f64,
}

impl Wind {
    /// Unit vector along which the air moves (east, north).
    pub fn along(&self) -> (f64, f64) {
        let a = self.from_deg.to_radians();
        (-math::sin(a), -math::cos(a))
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
        assert_eq!(pasquill(1.5, Sun::NightClear), Pasquill::F);
        assert_eq!(pasquill(5.0, sun(23.0, (19.0, 6.0), 0.4)), Pasquill::E);
        assert_eq!(pasquill(5.5, Sun::NightClear), Pasquill::D);
        assert_eq!(pasquill(1.0, sun(12.0, (19.0, 6.0), 0.0)), Pasquill::A);
        assert_eq!(pasquill(4.0, sun(9.0, (19.0, 6.0), 0.2)), Pasquill::B);
        assert_eq!(pasquill(9.0, sun(12.0, (19.0, 6.0), 1.0)), Pasquill::D);
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
    fn the_neutral_profile_is_the_logarithm() {
        // Grade: exact. z0 0.03 m: ln(3.03/0.03) / ln(10.03/0.03).
        let expected = (3.03f64 / 0.03).ln() / (10.03f64 / 0.03).ln();
        assert!((profile(Pasquill::D, 0.03, 3.0) - expected).abs() < 1e-12);
        // Stable air: less wind near the ground than in neutral air; unstable: more.
        assert!(profile(Pasquill::F, 0.03, 3.0) < expected && profile(Pasquill::A, 0.03, 3.0) > expected);
    }
}
