//! The height of the sun (太阳高度角) from place, day and hour: declination and equation of time by Spencer's series (1971; from memory, checked
//! below on solstice and equinox).
//!
//! ```text
//! sin h = sin(lat) sin(dec) + cos(lat) cos(dec) cos(15 (solar hour - 12))
//! ```

use super::Anchor;
use base::math::{atan2, cos, sin, sqrt};
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// A moment by the clock on the wall.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    pub month: u8,
    pub day: u8,
    /// 0 to 24 with its minutes as a part: 14.5 is half past two.
    pub hour: f64,
    /// Hours ahead of UTC: 8 in China.
    #[serde(default = "beijing")]
    pub utc_offset_h: f64,
}

fn beijing() -> f64 {
    8.0
}

const DAYS_BEFORE: [f64; 12] = [0.0, 31.0, 59.0, 90.0, 120.0, 151.0, 181.0, 212.0, 243.0, 273.0, 304.0, 334.0];

impl When {
    pub fn sound(&self) -> bool {
        (1..=12).contains(&self.month)
            && (1..=31).contains(&self.day)
            && (0.0..=24.0).contains(&self.hour)
            && self.utc_offset_h.abs() <= 14.0
    }

    /// Height of the sun over the horizon, degrees.
    pub fn sun_elevation_deg(&self, at: Anchor) -> f64 {
        let day = DAYS_BEFORE[usize::from(self.month.clamp(1, 12)) - 1] + f64::from(self.day);
        let g = 2.0 * PI * (day - 1.0) / 365.0;
        let declination = 0.006918 - 0.399912 * cos(g) + 0.070257 * sin(g) - 0.006758 * cos(2.0 * g)
            + 0.000907 * sin(2.0 * g)
            - 0.002697 * cos(3.0 * g)
            + 0.00148 * sin(3.0 * g);
        let ahead_min = 229.18
            * (0.000075 + 0.001868 * cos(g) - 0.032077 * sin(g) - 0.014615 * cos(2.0 * g) - 0.040849 * sin(2.0 * g));
        let solar_h = self.hour - self.utc_offset_h + at.lon_deg / 15.0 + ahead_min / 60.0;
        let turn = (15.0 * (solar_h - 12.0)).to_radians();
        let lat = at.lat_deg.to_radians();
        let s = sin(lat) * sin(declination) + cos(lat) * cos(declination) * cos(turn);
        atan2(s, sqrt((1.0 - s * s).max(0.0))).to_degrees()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sun_stands_where_almanacs_have_it() {
        // Grade: reference. At noon 90 - lat + 23.44 on 21 June and 90 - lat - 23.44 on 22 December; on the horizon at six by the sun at an
        // equinox; half a degree.
        let beijing = Anchor { lon_deg: 116.4, lat_deg: 39.9 };
        let at = |month, day, hour| When { month, day, hour, utc_offset_h: 8.0 }.sun_elevation_deg(beijing);
        // 116.4 E is 14.4 min behind the clock of 120 E.
        assert!((at(6, 21, 12.27) - 73.54).abs() < 0.5, "{}", at(6, 21, 12.27));
        assert!((at(12, 22, 12.21) - 26.66).abs() < 0.5, "{}", at(12, 22, 12.21));
        assert!(at(3, 21, 6.36).abs() < 0.7, "{}", at(3, 21, 6.36));
        assert!(at(7, 1, 0.0) < -20.0);
    }
}
