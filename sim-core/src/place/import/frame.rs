//! Where the city lies: the UTM zone of its centre, a metric grid with its south-west corner at (0, 0), and every node
//! of the map in grid coordinates.

use crate::place::city::Projection;
use crate::place::dem::convert;
use crate::place::grid::Grid;
use crate::vocab::body::Point;
use proj4rs::proj::Proj;

use super::osm::Osm;

/// The most cells a city may have: a flood step over 4 million cells takes about a second of one core.
pub const CELLS_MAX: f64 = 4_000_000.0;

/// A projection onto the grid of a city.
pub struct Frame {
    pub grid: Grid,
    pub projection: Projection,
    lonlat: Proj,
    utm: Proj,
}

impl Frame {
    /// The frame of a box lon_min, lat_min, lon_max, lat_max. What is wrong with it comes back as (what, hint).
    pub fn new(bbox: [f64; 4], cell_m: f64) -> Result<Frame, (String, String)> {
        let (lon, lat) = ((bbox[0] + bbox[2]) / 2.0, (bbox[1] + bbox[3]) / 2.0);
        if !(-80.0..=84.0).contains(&lat) {
            return Err((format!("lies at latitude {lat:.1}"), "UTM reaches from 80 degrees south to 84 north".into()));
        }
        let zone = (((lon + 180.0) / 6.0).floor() as u16 % 60) + 1;
        let south = lat < 0.0;
        let proj4 =
            format!("+proj=utm +zone={zone}{} +datum=WGS84 +units=m +no_defs", if south { " +south" } else { "" });
        let own = |p: &str| Proj::from_proj_string(p).unwrap_or_else(|e| panic!("our own projection `{p}`: {e}"));
        let (lonlat, utm) = (own("+proj=longlat +datum=WGS84 +no_defs"), own(&proj4));
        // Meridians and parallels bend on the grid: corners and the middles of the edges bound the box.
        let mut low = (f64::INFINITY, f64::INFINITY);
        let mut high = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        for x in [bbox[0], lon, bbox[2]] {
            for y in [bbox[1], lat, bbox[3]] {
                let Some((e, n)) = convert(&lonlat, &utm, x, y) else {
                    return Err((
                        format!("reaches {x:.3}, {y:.3}, which UTM zone {zone} cannot show"),
                        "take a smaller bbox".into(),
                    ));
                };
                low = (low.0.min(e), low.1.min(n));
                high = (high.0.max(e), high.1.max(n));
            }
        }
        let (east, north) = (low.0.floor(), low.1.floor());
        let (nx, ny) = (((high.0 - east) / cell_m).ceil().max(1.0), ((high.1 - north) / cell_m).ceil().max(1.0));
        if nx * ny > CELLS_MAX {
            let what = format!(
                "covers {:.1} x {:.1} km, {:.0} cells of {cell_m} m, more than {CELLS_MAX}",
                nx * cell_m / 1000.0,
                ny * cell_m / 1000.0,
                nx * ny
            );
            return Err((what, "take a smaller bbox or larger cells".into()));
        }
        if nx < 4.0 || ny < 4.0 {
            let what = format!("is {:.0} x {:.0} m, fewer than 4 cells of {cell_m} m across", nx * cell_m, ny * cell_m);
            return Err((what, "take a larger bbox or smaller cells".into()));
        }
        Ok(Frame {
            grid: Grid { nx: nx as usize, ny: ny as usize, cell_m, x0: 0.0, y0: 0.0 },
            projection: Projection {
                proj4,
                epsg: Some(if south { 32700 } else { 32600 } + zone),
                false_east_m: east,
                false_north_m: north,
            },
            lonlat,
            utm,
        })
    }
    /// Grid coordinates of a longitude and latitude, to the millimetre, so that the last bits of a platform's sine do
    /// not reach the city. Far from the zone the projection may have no answer: such points land far outside.
    pub fn point(&self, lon: f64, lat: f64) -> Point {
        let (e, n) = convert(&self.lonlat, &self.utm, lon, lat).unwrap_or((1e9, 1e9));
        let mm = |v: f64| (v * 1000.0).round() / 1000.0;
        Point::new(mm(e - self.projection.false_east_m), mm(n - self.projection.false_north_m))
    }
    /// Is the point on the grid?
    pub fn holds(&self, p: Point) -> bool {
        p.x >= 0.0 && p.y >= 0.0 && p.x < self.grid.width_m() && p.y < self.grid.height_m()
    }
}

/// A map laid on the grid.
pub struct Map {
    pub osm: Osm,
    pub frame: Frame,
    /// Grid coordinates of `osm.nodes`, row by row.
    pub points: Vec<Point>,
}

impl Map {
    pub fn new(osm: Osm, frame: Frame) -> Map {
        let points = osm.nodes.iter().map(|&(_, lon, lat)| frame.point(lon, lat)).collect();
        Map { osm, frame, points }
    }
    /// Row of a node of the map.
    pub fn row(&self, id: i64) -> Option<usize> {
        self.osm.nodes.binary_search_by_key(&id, |n| n.0).ok()
    }
    pub fn at(&self, id: i64) -> Option<Point> {
        self.row(id).map(|k| self.points[k])
    }
    /// The points of a way that the file holds.
    pub fn line(&self, refs: &[i64]) -> Vec<Point> {
        refs.iter().filter_map(|&id| self.at(id)).collect()
    }
}

/// The box of a map that does not give one: where its roads are. A few ways run far out of an extract, so the outer
/// half percent of the road nodes on each side is left out when there are many.
pub fn box_of_roads(osm: &Osm) -> Option<[f64; 4]> {
    let mut lons = Vec::new();
    let mut lats = Vec::new();
    for way in osm.ways.iter().filter(|w| w.tags.get("highway").is_some()) {
        for (lon, lat) in way.refs.iter().filter_map(|&id| osm.node(id)) {
            lons.push(lon);
            lats.push(lat);
        }
    }
    if lons.is_empty() {
        return None;
    }
    lons.sort_by(f64::total_cmp);
    lats.sort_by(f64::total_cmp);
    let out = if lons.len() > 1000 { lons.len() / 200 } else { 0 };
    let last = lons.len() - 1 - out;
    // 0.0005 degrees, about 50 m, so that the outermost streets are not cut.
    const MARGIN: f64 = 0.0005;
    Some([lons[out] - MARGIN, lats[out] - MARGIN, lons[last] + MARGIN, lats[last] + MARGIN])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zone_is_that_of_the_centre_and_coordinates_agree_with_utm() {
        // Grade: reference. Longitude 121.5, latitude 31.25: 1.5 degrees west of the central meridian of zone 51, so
        // with the series of Snyder (1987), USGS PP 1395, eq. 8-9 and 8-10: E = 357177 m, N = 3458290 m.
        let frame = Frame::new([121.4, 31.2, 121.6, 31.3], 25.0).expect("a frame");
        assert_eq!(frame.projection.epsg, Some(32651));
        let p = frame.point(121.5, 31.25);
        let (e, n) = (p.x + frame.projection.false_east_m, p.y + frame.projection.false_north_m);
        let (want_e, want_n) = snyder(121.5, 31.25, 123.0);
        assert!((e - want_e).abs() < 0.01 && (n - want_n).abs() < 0.01, "{e} {n} against {want_e} {want_n}");
        assert!(Frame::new([18.0, -34.1, 18.6, -33.8], 100.0).expect("south").projection.proj4.contains("+south"));
        assert!(Frame::new([100.0, 20.0, 120.0, 40.0], 25.0).is_err(), "half of China");
        assert!(Frame::new([121.0, 31.0, 121.0001, 31.0001], 25.0).is_err(), "a house");
    }

    /// Transverse Mercator by Snyder's series, written out independently of the library.
    fn snyder(lon: f64, lat: f64, lon0: f64) -> (f64, f64) {
        use crate::base::math::{cos, sin, sqrt};
        let (a, f, k0) = (6_378_137.0, 1.0 / 298.257_223_563, 0.9996);
        let (e2, phi) = (f * (2.0 - f), lat.to_radians());
        let ep2 = e2 / (1.0 - e2);
        let n = a / sqrt(1.0 - e2 * sin(phi) * sin(phi));
        let t = (sin(phi) / cos(phi)) * (sin(phi) / cos(phi));
        let c = ep2 * cos(phi) * cos(phi);
        let aa = (lon - lon0).to_radians() * cos(phi);
        let (e4, e6) = (e2 * e2, e2 * e2 * e2);
        let m = a
            * ((1.0 - e2 / 4.0 - 3.0 * e4 / 64.0 - 5.0 * e6 / 256.0) * phi
                - (3.0 * e2 / 8.0 + 3.0 * e4 / 32.0 + 45.0 * e6 / 1024.0) * sin(2.0 * phi)
                + (15.0 * e4 / 256.0 + 45.0 * e6 / 1024.0) * sin(4.0 * phi)
                - (35.0 * e6 / 3072.0) * sin(6.0 * phi));
        let (a2, a3) = (aa * aa, aa * aa * aa);
        let east = k0
            * n
            * (aa + (1.0 - t + c) * a3 / 6.0 + (5.0 - 18.0 * t + t * t + 72.0 * c - 58.0 * ep2) * a3 * a2 / 120.0)
            + 500_000.0;
        let north = k0
            * (m + n
                * (sin(phi) / cos(phi))
                * (a2 / 2.0
                    + (5.0 - t + 9.0 * c + 4.0 * c * c) * a2 * a2 / 24.0
                    + (61.0 - 58.0 * t + t * t + 600.0 * c - 330.0 * ep2) * a3 * a3 / 720.0));
        (east, north)
    }
}
