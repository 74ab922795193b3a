//! Wind and pressure of a typhoon (台风), and the surge it makes at a shore.
//!
//! Pressure after Holland 1980 (Mon. Weather Rev. 108): `p = pc + dp exp(-(Rm/r)^B)`. Gradient wind of that pressure:
//! `Vg = sqrt(B dp/rho (Rm/r)^B exp(-(Rm/r)^B) + (r f/2)²) - r f/2`, taken down to 10 m by a factor. Or the surface wind
//! directly after Holland, Belanger & Fritz 2010 (Mon. Weather Rev. 138): `V = Vm [(Rm/r)^b exp(1 - (Rm/r)^b)]^x`, x from
//! 0.5 at Rm to what an outer wind asks for. B follows from the greatest wind and the pressure: `B = rho e Vm²/dp`.
//! The wind turns inward by an angle, and half the storm's own motion is added, fading as the wind does.
//!
//! The forms are for the northern hemisphere and for the open sea: friction over land beyond the factor is not in them.

use super::series::check_number;
use super::setup::{AIR_KG_M3, Drag, SEA_KG_M3, inverse_barometer_m, shelf_setup_m};
use base::complaint::{Complaints, nearest};
use base::grid::Point;
use base::math;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::OnceLock;

/// Where the storm is and how strong, at a time of the run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrackPoint {
    pub t_s: f64,
    pub x_m: f64,
    pub y_m: f64,
    pub centre_hpa: f64,
    /// Greatest wind at 10 m, m/s.
    pub wind_m_s: f64,
    /// Radius of greatest wind, m; left out: by [`usual_radius_m`].
    #[serde(default)]
    pub radius_m: Option<f64>,
}

/// A place known both by longitude and latitude and on the run's metric grid.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    pub lon_deg: f64,
    pub lat_deg: f64,
    pub x_m: f64,
    pub y_m: f64,
}

impl Anchor {
    /// A longitude and latitude on the grid: equirectangular about the anchor, on the sphere of 6371 km. At 300 km from the
    /// anchor it is off by a few km, little for a storm.
    pub fn place(&self, lon_deg: f64, lat_deg: f64) -> Point {
        const EARTH_M: f64 = 6_371_000.0;
        let east = (lon_deg - self.lon_deg).to_radians() * math::cos(self.lat_deg.to_radians());
        let north = (lat_deg - self.lat_deg).to_radians();
        Point::new(self.x_m + east * EARTH_M, self.y_m + north * EARTH_M)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Track {
    Points(Vec<TrackPoint>),
    /// A past typhoon by name, its zero hour at `zero_s` of the run.
    Past {
        name: String,
        anchor: Anchor,
        zero_s: f64,
    },
}

/// How the wind falls off with distance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Profile {
    /// Gradient wind of the pressure field times `surface`. 0.8 is an assumption within the usual 0.7-0.9.
    Gradient { surface: f64 },
    /// Surface wind with an exponent that meets an outer wind.
    Surface { outer_m: f64, outer_m_s: f64 },
}

impl Default for Profile {
    fn default() -> Profile {
        Profile::Gradient { surface: 0.8 }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TyphoonSpec {
    pub track: Track,
    /// Pressure far away, hPa. 1008 is an assumption for the China seas in summer.
    #[serde(default = "far_hpa")]
    pub far_hpa: f64,
    /// Latitude for the Coriolis parameter, degrees.
    #[serde(default = "latitude_deg")]
    pub latitude_deg: f64,
    #[serde(default)]
    pub profile: Profile,
    /// Angle by which the wind blows inward of the circle, degrees. 20 is an assumption within the usual 10-25.
    #[serde(default = "inward_deg")]
    pub inward_deg: f64,
    /// Share of the storm's motion that adds to the wind. 0.5 is an assumption (values of 0.5-0.6 are usual).
    #[serde(default = "motion_share")]
    pub motion_share: f64,
}

fn far_hpa() -> f64 {
    1008.0
}
fn latitude_deg() -> f64 {
    31.0
}
fn inward_deg() -> f64 {
    20.0
}
fn motion_share() -> f64 {
    0.5
}

/// Radius of greatest wind from the wind and the latitude, m: Willoughby & Rahn 2004 (Mon. Weather Rev. 132), `46.4
/// exp(-0.0155 Vm + 0.0169 lat)` km, Vm at flight level (from memory, unchecked). Its scatter is a third.
pub fn usual_radius_m(wind_m_s: f64, latitude_deg: f64) -> f64 {
    46_400.0 * math::exp(-0.0155 * wind_m_s + 0.0169 * latitude_deg)
}

/// Longest time beyond its ends for which a track goes on straight and as strong, s.
const BEYOND_S: f64 = 6.0 * 3600.0;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastTyphoon {
    pub name: String,
    pub title: String,
    /// What hour 0 is.
    pub zero: String,
    pub points: Vec<PastPoint>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastPoint {
    pub h: f64,
    pub lon: f64,
    pub lat: f64,
    pub centre_hpa: f64,
    pub wind_m_s: f64,
    /// What was read and what is assumed.
    pub note: String,
}

impl PastTyphoon {
    pub fn all() -> &'static [PastTyphoon] {
        static ALL: OnceLock<Vec<PastTyphoon>> = OnceLock::new();
        ALL.get_or_init(|| ron::from_str(include_str!("typhoon_tracks.ron")).expect("the built-in tracks parse"))
    }
    pub fn named(name: &str) -> Option<&'static PastTyphoon> {
        Self::all().iter().find(|t| t.name == name)
    }
}

impl TyphoonSpec {
    pub fn check(&self, until_s: f64, file: &Path, complaints: &mut Complaints) {
        let inf = f64::INFINITY;
        let before = complaints.0.len();
        check_number(file, "typhoon: far_hpa", self.far_hpa, 950.0, 1050.0, complaints);
        check_number(file, "typhoon: latitude_deg", self.latitude_deg, 0.0, 60.0, complaints);
        check_number(file, "typhoon: inward_deg", self.inward_deg, 0.0, 60.0, complaints);
        check_number(file, "typhoon: motion_share", self.motion_share, 0.0, 1.0, complaints);
        match self.profile {
            Profile::Gradient { surface } => check_number(file, "typhoon: surface", surface, 0.3, 1.0, complaints),
            Profile::Surface { outer_m, outer_m_s } => {
                check_number(file, "typhoon: outer_m", outer_m, 1.0, inf, complaints);
                check_number(file, "typhoon: outer_m_s", outer_m_s, 0.1, inf, complaints);
            }
        }
        if let Track::Past { name, .. } = &self.track
            && PastTyphoon::named(name).is_none()
        {
            let names: Vec<&str> = PastTyphoon::all().iter().map(|t| t.name.as_str()).collect();
            let hint = match nearest(name, names.iter().copied()) {
                Some(name) => format!("did you mean {name}?"),
                None => format!("known: {}", names.join(", ")),
            };
            complaints.add(file, format!("typhoon: no track is named {name:?}"), hint);
            return;
        }
        let points = self.points();
        for (i, p) in points.iter().enumerate() {
            let of = |what: &str| format!("typhoon: {what} of point {}", i + 1);
            check_number(file, &of("t_s"), p.t_s, -inf, inf, complaints);
            check_number(file, &of("x_m"), p.x_m, -inf, inf, complaints);
            check_number(file, &of("y_m"), p.y_m, -inf, inf, complaints);
            check_number(file, &of("centre_hpa"), p.centre_hpa, 850.0, self.far_hpa - 1.0, complaints);
            check_number(file, &of("wind_m_s"), p.wind_m_s, 1.0, 110.0, complaints);
            if let Some(radius_m) = p.radius_m {
                check_number(file, &of("radius_m"), radius_m, 1000.0, 500_000.0, complaints);
            }
            if i > 0 && p.t_s <= points[i - 1].t_s {
                complaints.add(file, of("the time"), "times must rise");
            }
        }
        if points.len() < 2 {
            complaints.add(file, format!("typhoon: the track has {} points", points.len()), "at least two");
        }
        if complaints.0.len() > before {
            return;
        }
        let (first, last) = (points[0].t_s, points[points.len() - 1].t_s);
        if first > BEYOND_S || last + BEYOND_S < until_s {
            let was = format!("typhoon: the track runs from {first} s to {last} s, the run from 0 to {until_s} s");
            complaints.add(file, was, "it may end at most 6 h within the run: lengthen it");
        }
        let typhoon = self.bind();
        for (i, p) in points.iter().enumerate() {
            let b = typhoon.centre(p.t_s).b;
            if !(0.3..=3.0).contains(&b) {
                let was = format!("typhoon: wind and pressure of point {} do not fit, B would be {b:.2}", i + 1);
                complaints.add(file, was, "between 0.3 and 3; 1 to 2.5 is usual");
            }
        }
    }

    fn points(&self) -> Vec<TrackPoint> {
        match &self.track {
            Track::Points(points) => points.clone(),
            Track::Past { name, anchor, zero_s } => {
                let Some(past) = PastTyphoon::named(name) else { return Vec::new() };
                let point = |p: &PastPoint| {
                    let at = anchor.place(p.lon, p.lat);
                    TrackPoint {
                        t_s: zero_s + p.h * 3600.0,
                        x_m: at.x,
                        y_m: at.y,
                        centre_hpa: p.centre_hpa,
                        wind_m_s: p.wind_m_s,
                        radius_m: None,
                    }
                };
                past.points.iter().map(point).collect()
            }
        }
    }

    pub fn bind(&self) -> Typhoon {
        const OMEGA: f64 = 7.2921e-5;
        Typhoon {
            points: self.points(),
            far_pa: self.far_hpa * 100.0,
            latitude_deg: self.latitude_deg,
            coriolis: 2.0 * OMEGA * math::sin(self.latitude_deg.to_radians()),
            profile: self.profile,
            inward_rad: self.inward_deg.to_radians(),
            motion_share: self.motion_share,
        }
    }
}

/// A typhoon ready to be asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Typhoon {
    points: Vec<TrackPoint>,
    far_pa: f64,
    latitude_deg: f64,
    coriolis: f64,
    profile: Profile,
    inward_rad: f64,
    motion_share: f64,
}

/// The storm at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Centre {
    pub at: Point,
    /// Motion of the storm, m/s (east, north).
    pub motion: (f64, f64),
    pub centre_pa: f64,
    /// Greatest wind of the storm at rest, at 10 m.
    pub wind_m_s: f64,
    pub radius_m: f64,
    pub b: f64,
}

/// Weather at a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weather {
    /// Wind at 10 m, m/s (toward east, toward north).
    pub wind: (f64, f64),
    pub pressure_pa: f64,
}

impl Typhoon {
    /// Where and how strong it is. Before its first point and after its last it goes on straight and as strong.
    pub fn centre(&self, t_s: f64) -> Centre {
        let next = self.points.partition_point(|p| p.t_s <= t_s).clamp(1, self.points.len() - 1);
        let (p, q) = (self.points[next - 1], self.points[next]);
        let s = (t_s - p.t_s) / (q.t_s - p.t_s);
        let held = s.clamp(0.0, 1.0);
        let mix = |a: f64, b: f64| a + (b - a) * held;
        let motion = ((q.x_m - p.x_m) / (q.t_s - p.t_s), (q.y_m - p.y_m) / (q.t_s - p.t_s));
        let measured = mix(p.wind_m_s, q.wind_m_s);
        let at_rest = (measured - self.motion_share * math::hypot(motion.0, motion.1)).max(0.5 * measured);
        let radius = |p: &TrackPoint| p.radius_m.unwrap_or_else(|| usual_radius_m(p.wind_m_s, self.latitude_deg));
        let centre_pa = 100.0 * mix(p.centre_hpa, q.centre_hpa);
        let top = match self.profile {
            Profile::Gradient { surface } => at_rest / surface,
            Profile::Surface { .. } => at_rest,
        };
        Centre {
            at: Point::new(p.x_m + (q.x_m - p.x_m) * s, p.y_m + (q.y_m - p.y_m) * s),
            motion,
            centre_pa,
            wind_m_s: at_rest,
            radius_m: mix(radius(&p), radius(&q)),
            b: AIR_KG_M3 * std::f64::consts::E * top * top / (self.far_pa - centre_pa),
        }
    }

    /// Wind speed of the storm at rest, at 10 m, m/s, at a distance from its centre.
    fn speed_m_s(&self, c: &Centre, r_m: f64) -> f64 {
        let bend = math::pow(c.radius_m / r_m, c.b);
        match self.profile {
            Profile::Gradient { surface } => {
                let turning = 0.5 * r_m * self.coriolis;
                let cyclostrophic = c.b * (self.far_pa - c.centre_pa) / AIR_KG_M3 * bend * math::exp(-bend);
                surface * ((cyclostrophic + turning * turning).sqrt() - turning)
            }
            Profile::Surface { outer_m, outer_m_s } => {
                let inside = |bend: f64| bend * math::exp(1.0 - bend);
                let outer = math::ln(inside(math::pow(c.radius_m / outer_m, c.b)));
                // The exponent that brings the outer wind; none is asked for within the radius of greatest wind.
                let wanted = if outer < -1e-9 { math::ln(outer_m_s.min(c.wind_m_s) / c.wind_m_s) / outer } else { 0.5 };
                let way = if outer_m > c.radius_m { (r_m - c.radius_m) / (outer_m - c.radius_m) } else { 0.0 };
                c.wind_m_s * math::pow(inside(bend), 0.5 + way.clamp(0.0, 1.0) * (wanted - 0.5))
            }
        }
    }

    pub fn weather(&self, p: Point, t_s: f64) -> Weather {
        let c = self.centre(t_s);
        let (dx, dy) = (p.x - c.at.x, p.y - c.at.y);
        let r = math::hypot(dx, dy);
        if r < 1.0 {
            return Weather { wind: (0.0, 0.0), pressure_pa: c.centre_pa };
        }
        let speed = self.speed_m_s(&c, r);
        let (sin, cos) = (math::sin(self.inward_rad), math::cos(self.inward_rad));
        // Counter-clockwise round the centre, turned inward.
        let (east, north) = (-(dy * cos + dx * sin) / r, (dx * cos - dy * sin) / r);
        let drift = self.motion_share * speed / c.wind_m_s;
        let wind = (speed * east + drift * c.motion.0, speed * north + drift * c.motion.1);
        let pressure_pa = c.centre_pa + (self.far_pa - c.centre_pa) * math::exp(-math::pow(c.radius_m / r, c.b));
        Weather { wind, pressure_pa }
    }
}

/// The surge (风暴增水) of a typhoon at a boundary: inverse barometer and the set-up over the shelf before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Surge {
    pub typhoon: TyphoonSpec,
    /// The place whose wind and pressure count, m.
    pub at: (f64, f64),
    /// Direction in which a wind piles the water up at the shore, degrees counter-clockwise from east.
    pub onshore_deg: f64,
    /// Steps of the shelf from the deep end to the shore: (length m, depth m).
    pub shelf: Vec<(f64, f64)>,
    #[serde(default)]
    pub drag: Drag,
}

impl Surge {
    pub fn check(&self, until_s: f64, file: &Path, what: &str, complaints: &mut Complaints) {
        let inf = f64::INFINITY;
        self.typhoon.check(until_s, file, complaints);
        check_number(file, &format!("{what}: surge at x"), self.at.0, -inf, inf, complaints);
        check_number(file, &format!("{what}: surge at y"), self.at.1, -inf, inf, complaints);
        check_number(file, &format!("{what}: onshore_deg"), self.onshore_deg, -360.0, 360.0, complaints);
        for (i, &(length_m, depth_m)) in self.shelf.iter().enumerate() {
            let step = i + 1;
            check_number(file, &format!("{what}: length of shelf step {step}"), length_m, 0.0, inf, complaints);
            check_number(file, &format!("{what}: depth of shelf step {step}"), depth_m, 0.1, inf, complaints);
        }
        if let Drag::Constant(coefficient) = self.drag {
            check_number(file, &format!("{what}: drag"), coefficient, 0.0, 0.01, complaints);
        }
    }

    pub fn bind(&self) -> BoundSurge {
        let turn = self.onshore_deg.to_radians();
        BoundSurge {
            typhoon: self.typhoon.bind(),
            at: Point::new(self.at.0, self.at.1),
            onshore: (math::cos(turn), math::sin(turn)),
            shelf: self.shelf.clone(),
            drag: self.drag,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct BoundSurge {
    typhoon: Typhoon,
    at: Point,
    onshore: (f64, f64),
    shelf: Vec<(f64, f64)>,
    drag: Drag,
}

impl BoundSurge {
    /// Height of the sea above the tide, m.
    pub fn height_m(&self, t_s: f64) -> f64 {
        let weather = self.typhoon.weather(self.at, t_s);
        let speed = math::hypot(weather.wind.0, weather.wind.1);
        let onshore = weather.wind.0 * self.onshore.0 + weather.wind.1 * self.onshore.1;
        let stress_pa = if speed > 0.0 { self.drag.stress_pa(speed) * onshore / speed } else { 0.0 };
        inverse_barometer_m(self.typhoon.far_pa, weather.pressure_pa) + shelf_setup_m(stress_pa, &self.shelf, SEA_KG_M3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAICANG: Anchor = Anchor { lon_deg: 121.1, lat_deg: 31.45, x_m: 0.0, y_m: 0.0 };

    fn still(profile: Profile, latitude_deg: f64) -> Typhoon {
        let at =
            |t_s| TrackPoint { t_s, x_m: 0.0, y_m: 0.0, centre_hpa: 950.0, wind_m_s: 40.0, radius_m: Some(30_000.0) };
        TyphoonSpec {
            track: Track::Points(vec![at(0.0), at(3600.0)]),
            far_hpa: 1010.0,
            latitude_deg,
            profile,
            inward_deg: 0.0,
            motion_share: 0.5,
        }
        .bind()
    }

    /// Grade: exact. `Vm = sqrt(B dp / (rho e))` at Rm, and the pressure there `pc + dp/e`.
    #[test]
    fn holland_1980_has_its_greatest_wind_and_its_pressure_at_the_radius_of_greatest_wind() {
        let typhoon = still(Profile::Gradient { surface: 0.8 }, 0.0);
        let c = typhoon.centre(0.0);
        assert!((c.b - 1.15 * std::f64::consts::E * 2500.0 / 6000.0).abs() < 1e-12);
        let at = |r: f64| typhoon.weather(Point::new(r, 0.0), 0.0);
        assert!((at(30_000.0).wind.1 - 40.0).abs() < 1e-9, "counter-clockwise: north wind component east of it");
        assert!(at(29_000.0).wind.1 < 40.0 && at(31_000.0).wind.1 < 40.0);
        assert!((at(30_000.0).pressure_pa - (95_000.0 + 6000.0 / std::f64::consts::E)).abs() < 1e-6);
        // Gradient balance: V²/r + f V = dp/dr / rho, for the gradient wind at 31 N.
        let typhoon = still(Profile::Gradient { surface: 0.8 }, 31.0);
        for r in [20_000.0, 60_000.0, 200_000.0] {
            let p = |r: f64| typhoon.weather(Point::new(r, 0.0), 0.0).pressure_pa;
            let v = typhoon.weather(Point::new(r, 0.0), 0.0).wind.1 / 0.8;
            let push = (p(r + 10.0) - p(r - 10.0)) / 20.0 / AIR_KG_M3;
            let balance = v * v / r + typhoon.coriolis * v;
            assert!((balance / push - 1.0).abs() < 1e-5, "{r}: {balance} {push}");
        }
    }

    /// Grade: exact.
    #[test]
    fn holland_2010_meets_the_greatest_and_the_outer_wind() {
        let typhoon = still(Profile::Surface { outer_m: 200_000.0, outer_m_s: 17.0 }, 31.0);
        let at = |r: f64| typhoon.weather(Point::new(0.0, r), 0.0).wind;
        assert!((at(30_000.0).0 + 40.0).abs() < 1e-9, "toward the west, north of the centre");
        assert!((at(200_000.0).0 + 17.0).abs() < 1e-9);
        assert!(at(100_000.0).0 < -17.0);
    }

    /// Grade: behaviour.
    #[test]
    fn a_moving_storm_blows_harder_on_its_right_and_inward() {
        let spec = TyphoonSpec {
            track: Track::Past { name: "muifa_2022".into(), anchor: TAICANG, zero_s: 0.0 },
            far_hpa: 1008.0,
            latitude_deg: 31.0,
            profile: Profile::default(),
            inward_deg: 20.0,
            motion_share: 0.5,
        };
        let typhoon = spec.bind();
        let c = typhoon.centre(5.0 * 3600.0);
        let north = math::hypot(c.motion.0, c.motion.1);
        assert!((4.0..10.0).contains(&north) && c.motion.1 > 0.0, "{:?}", c.motion);
        let speed = |dx: f64| {
            let w = typhoon.weather(Point::new(c.at.x + dx, c.at.y), 5.0 * 3600.0).wind;
            (math::hypot(w.0, w.1), w)
        };
        let (right, left) = (speed(c.radius_m), speed(-c.radius_m));
        assert!(right.0 > left.0 + 0.5 * north, "{right:?} {left:?}");
        assert!(right.1.0 < 0.0 && left.1.0 > 0.0, "inward on both sides");
        // It goes on before its first point, and says so when that is asked too much of.
        let mut none = Complaints::new();
        spec.check(20.0 * 3600.0, Path::new("m.ron"), &mut none);
        assert!(none.is_empty(), "{none}");
        spec.check(48.0 * 3600.0, Path::new("m.ron"), &mut none);
        assert!(none.to_string().contains("lengthen"), "{none}");
    }

    /// Grade: reference. The tracks pass the notices' places; B of every point is a possible one.
    #[test]
    fn the_tracks_of_in_fa_and_muifa_bind_and_pass_where_the_notices_say() {
        for (name, place, hour, near_m) in
            [("muifa_2022", (121.15, 31.45), 6.667, 1.0), ("in_fa_2021", (120.7, 31.0), 7.167, 1.0)]
        {
            let spec = TyphoonSpec {
                track: Track::Past { name: name.into(), anchor: TAICANG, zero_s: 3600.0 },
                far_hpa: 1008.0,
                latitude_deg: 31.0,
                profile: Profile::default(),
                inward_deg: 20.0,
                motion_share: 0.5,
            };
            let mut none = Complaints::new();
            spec.check(18.0 * 3600.0, Path::new("t.ron"), &mut none);
            assert!(none.is_empty(), "{name}: {none}");
            let there = TAICANG.place(place.0, place.1);
            assert!(spec.bind().centre(3600.0 + hour * 3600.0).at.distance_m(there) < near_m, "{name}");
        }
        // In-Fa moved north-west at 10 km/h by the notice of 17:00; the track between notices makes 6 to 12.
        let past = PastTyphoon::named("in_fa_2021").unwrap();
        let (a, b) = (&past.points[0], &past.points[1]);
        let km_h = TAICANG.place(a.lon, a.lat).distance_m(TAICANG.place(b.lon, b.lat)) / 1000.0 / (b.h - a.h);
        assert!((6.0..12.0).contains(&km_h), "{km_h}");
    }

    /// Grade: behaviour. An onshore storm raises the sea by more than its low pressure alone, an offshore one by less.
    #[test]
    fn the_surge_is_the_barometer_plus_the_wind_on_the_shelf() {
        let surge: Surge = ron::from_str(
            r#"(typhoon: (track: Past(name: "muifa_2022", anchor: (lon_deg: 121.1, lat_deg: 31.45, x_m: 0, y_m: 0), zero_s: 0)),
                at: (20000, 0), onshore_deg: 180, shelf: [(40000, 15), (20000, 7)])"#,
        )
        .expect("parses");
        let mut none = Complaints::new();
        surge.check(40_000.0, Path::new("s.ron"), "sea", &mut none);
        assert!(none.is_empty(), "{none}");
        let bound = surge.bind();
        let alone = |t_s: f64| inverse_barometer_m(100_800.0, bound.typhoon.weather(bound.at, t_s).pressure_pa);
        let before = 3.0 * 3600.0;
        assert!(bound.height_m(before) > alone(before) + 0.1, "{} {}", bound.height_m(before), alone(before));
        assert!((0.3..3.0).contains(&bound.height_m(before)));
        let offshore = Surge { onshore_deg: 0.0, ..surge.clone() }.bind();
        assert!(offshore.height_m(before) < alone(before));
        let mut wrong = surge;
        wrong.typhoon.track = Track::Past { name: "muifa".into(), anchor: TAICANG, zero_s: 0.0 };
        wrong.shelf[0].1 = -3.0;
        let mut complaints = Complaints::new();
        wrong.check(40_000.0, Path::new("s.ron"), "sea", &mut complaints);
        let said = complaints.to_string();
        assert!(said.contains("no track is named \"muifa\"") && said.contains("depth of shelf step 1 is -3"), "{said}");
    }
}
