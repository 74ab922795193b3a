//! Where things are: metres east and north of an origin, and the longitude and latitude that belong to them.
//!
//! ```text
//! east = N cos(lat) dlon,  north = M dlat        N, M: radii of curvature of the ellipsoid WGS 84 at the origin
//! ```
//!
//! 20 km from the origin, at 30 degrees, this is off by some 20 m; a zone's outline is not known better than that.

use base::grid::Point;
use base::math;
use serde::{Deserialize, Serialize};

/// Equatorial radius, m, and square of the eccentricity of WGS 84.
const EQUATOR_M: f64 = 6_378_137.0;
const ECCENTRICITY2: f64 = 6.694_379_990_14e-3;

/// The origin of the metric grid.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    pub lon_deg: f64,
    pub lat_deg: f64,
}

impl Anchor {
    /// Metres to a degree of longitude and of latitude.
    fn degree_m(&self) -> (f64, f64) {
        let (s, c) = (math::sin(self.lat_deg.to_radians()), math::cos(self.lat_deg.to_radians()));
        let w = 1.0 - ECCENTRICITY2 * s * s;
        let across = EQUATOR_M / math::sqrt(w);
        let along = EQUATOR_M * (1.0 - ECCENTRICITY2) / (w * math::sqrt(w));
        (across * c * 1f64.to_radians(), along * 1f64.to_radians())
    }
    pub fn lon_lat(&self, p: Point) -> (f64, f64) {
        let (east, north) = self.degree_m();
        (self.lon_deg + p.x / east, self.lat_deg + p.y / north)
    }
    pub fn metres(&self, lon_deg: f64, lat_deg: f64) -> Point {
        let (east, north) = self.degree_m();
        Point::new((lon_deg - self.lon_deg) * east, (lat_deg - self.lat_deg) * north)
    }
    pub fn sound(&self) -> bool {
        self.lon_deg.abs() <= 180.0 && self.lat_deg.abs() <= 85.0
    }
}

/// A place as a planner gives it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Where {
    /// East and north of the origin, m.
    Metres(f64, f64),
    LonLat(f64, f64),
    /// Downwind of the source in the wind of the start and to its left, m.
    Downwind(f64, f64),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_degree_is_as_long_as_the_tables_say_and_the_way_back_is_the_way_there() {
        // Grade: reference. WGS 84: a degree of latitude at 30 N is 110.852 km, of longitude 96.486 km; at the equator 111.320 km.
        let here = Anchor { lon_deg: 121.0, lat_deg: 30.0 };
        let p = here.metres(122.0, 31.0);
        assert!((p.x / 96_486.0 - 1.0).abs() < 1e-5 && (p.y / 110_852.0 - 1.0).abs() < 1e-5, "{p:?}");
        assert!((Anchor { lon_deg: 0.0, lat_deg: 0.0 }.metres(1.0, 0.0).x / 111_319.5 - 1.0).abs() < 1e-6);
        let (lon, lat) = here.lon_lat(Point::new(-3_210.0, 987.0));
        let back = here.metres(lon, lat);
        assert!((back.x + 3_210.0).abs() < 1e-6 && (back.y - 987.0).abs() < 1e-6);
    }
}
