//! The weather as a user writes it, and what is wrong with it.

use super::canopy::Canopy;
use super::series::{Between, Weather};
use super::stability::{Class, Sky, class_of, golder_1_m, pasquill, possible};
use super::{Air, KARMAN, Profile, mixing, towards};
use base::complaint::Complaints;
use serde::{Deserialize, Serialize};

/// The ground upwind of and under the cloud.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Ground {
    /// Grass, fields, an airfield: z0 0.03 m, as planners' tools take it.
    OpenCountry,
    /// Suburb or forest: z0 1 m, without a model of the roofs.
    UrbanOrForest,
    /// Water: z0 0.2 mm.
    Water,
    /// Roughness length, m.
    Roughness(f64),
    /// A town by its buildings.
    Town(Canopy),
}

impl Ground {
    fn roughness_m(self) -> f64 {
        match self {
            Ground::OpenCountry => 0.03,
            Ground::UrbanOrForest => 1.0,
            Ground::Water => 0.0002,
            Ground::Roughness(z0) => z0,
            Ground::Town(canopy) => canopy.roughness_m(),
        }
    }
    fn canopy(self) -> Option<Canopy> {
        match self {
            Ground::Town(canopy) => Some(canopy),
            Ground::OpenCountry | Ground::UrbanOrForest | Ground::Water | Ground::Roughness(_) => None,
        }
    }
}

/// How the air's stability is known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Stability {
    Class(Class),
    /// From wind and sky by Pasquill's table.
    Sky(Sky),
    /// Measured Obukhov length, m, negative in unstable air.
    ObukhovLength(f64),
}

/// What a station or a look out of the window says at one time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Seconds from the start of the run.
    #[serde(default)]
    pub time_s: f64,
    pub wind_m_s: f64,
    /// Height above ground of the measurement.
    #[serde(default = "ten")]
    pub wind_height_m: f64,
    /// Where the wind comes from, degrees clockwise from north.
    pub wind_from_deg: f64,
    pub stability: Stability,
    /// Friction velocity u*, where it was measured; the wind profile then follows from it and `wind_m_s` is its check.
    #[serde(default)]
    pub friction_velocity_m_s: Option<f64>,
    /// Standard deviation of the wind direction over ten minutes, at the height of the wind.
    #[serde(default)]
    pub sigma_theta_deg: Option<f64>,
    #[serde(default)]
    pub mixing_height_m: Option<f64>,
    #[serde(default = "mild")]
    pub temperature_c: f64,
    #[serde(default = "half")]
    pub humidity_pct: f64,
    #[serde(default = "sea_level")]
    pub pressure_hpa: f64,
}

fn ten() -> f64 {
    10.0
}
fn mild() -> f64 {
    15.0
}
fn half() -> f64 {
    50.0
}
fn sea_level() -> f64 {
    1013.25
}

/// The weather of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeatherSpec {
    pub ground: Ground,
    #[serde(default)]
    pub between: Between,
    pub reports: Vec<Report>,
}

impl WeatherSpec {
    /// One report over one ground.
    pub fn steady(ground: Ground, report: Report) -> WeatherSpec {
        WeatherSpec { ground, between: Between::Hold, reports: vec![report] }
    }

    /// The weather, or all that is wrong with it. `file` names the source of the spec in complaints.
    pub fn check(&self, file: &str) -> Result<Weather, Complaints> {
        let mut wrong = Complaints::new();
        check_ground(self.ground, file, &mut wrong);
        if self.reports.is_empty() {
            wrong.add(file, "the weather has no report", "give at least wind, direction and stability");
        }
        for pair in self.reports.windows(2) {
            if pair[1].time_s.is_nan() || pair[1].time_s <= pair[0].time_s {
                let what = format!("a weather report at {} s follows one at {} s", pair[1].time_s, pair[0].time_s);
                wrong.add(file, what, "times must grow");
            }
        }
        for (k, report) in self.reports.iter().enumerate() {
            check_report(report, self.ground, &format!("weather report {}", k + 1), file, &mut wrong);
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let moments = self.reports.iter().map(|r| (r.time_s, air(r, self.ground))).collect();
        Ok(Weather::new(moments, self.between))
    }
}

fn check_ground(ground: Ground, file: &str, wrong: &mut Complaints) {
    let z0 = ground.roughness_m();
    if let Ground::Town(canopy) = ground {
        let (lp, lf) = (canopy.plan_density, canopy.frontal_density);
        if !(canopy.height_m > 0.0 && canopy.height_m <= 200.0) {
            let what = format!("buildings are given a mean height of {} m", canopy.height_m);
            wrong.add(file, what, "more than 0 and at most 200 m");
        }
        if !(lp > 0.0 && lp < 1.0) {
            wrong.add(file, format!("the built-over share is {lp}"), "between 0 and 1, a town centre has about 0.4");
        }
        if !(lf > 0.0 && lf <= 2.0) {
            wrong.add(file, format!("the frontal density is {lf}"), "between 0 and 2, a town centre has about 0.3");
        }
    } else if !(1e-5..=3.0).contains(&z0) {
        let what = format!("the roughness length is {z0} m");
        wrong.add(file, what, "0.00001 to 3 m: water 0.0002, grass 0.03, crops 0.1, suburb 1");
    }
}

/// Whether a number lies in a span; NaN does not. Says so with the words that would do.
fn within(value: f64, span: (f64, f64), what: &str, hint: &str, at: (&str, &str), wrong: &mut Complaints) -> bool {
    let holds = value >= span.0 && value <= span.1;
    if !holds {
        wrong.add(at.1, format!("{}: {what} is {value}", at.0), hint);
    }
    holds
}

fn check_report(r: &Report, ground: Ground, name: &str, file: &str, wrong: &mut Complaints) {
    let at = (name, file);
    if !r.time_s.is_finite() {
        wrong.add(file, format!("{name}: the time is {} s", r.time_s), "seconds from the start");
    }
    let wind = within(r.wind_m_s, (0.1, 60.0), "wind_m_s", "0.1 to 60 m/s; no plume model holds in calm", at, wrong);
    within(r.wind_from_deg, (0.0, 360.0), "wind_from_deg", "0 to 360 degrees clockwise from north", at, wrong);
    within(r.temperature_c, (-60.0, 60.0), "temperature_c", "-60 to 60 degrees Celsius (not kelvin)", at, wrong);
    within(r.humidity_pct, (0.0, 100.0), "humidity_pct", "0 to 100 %", at, wrong);
    within(r.pressure_hpa, (500.0, 1100.0), "pressure_hpa", "500 to 1100 hPa (not pascal)", at, wrong);
    let above = ground.canopy().map_or(0.0, |c| c.height_m).max(0.5);
    let hint = "metres above ground, higher than 0.5 m and the roofs, at most 300 m";
    let height = within(r.wind_height_m, (above, 300.0), "wind_height_m", hint, at, wrong);
    if let Some(spread) = r.sigma_theta_deg {
        within(spread, (0.1, 104.0), "sigma_theta_deg", "0.1 to 104 degrees (104 is wind from anywhere)", at, wrong);
    }
    if let Some(height_m) = r.mixing_height_m {
        within(height_m, (5.0, 5000.0), "mixing_height_m", "5 to 5000 m", at, wrong);
    }
    if !(wind && height) {
        return;
    }
    match r.stability {
        Stability::ObukhovLength(l) => {
            if l.is_nan() || l.abs() < 1.0 {
                let what = format!("{name}: the Obukhov length is {l} m");
                wrong.add(file, what, "at least 1 m in size, negative in unstable air; for neutral air take Class(D)");
            }
        }
        Stability::Class(class) => {
            let unit = Profile::through(
                r.wind_m_s,
                r.wind_height_m,
                golder_1_m(class, ground.roughness_m()),
                ground.roughness_m(),
                ground.canopy(),
            );
            let wind_10m = unit.wind_m_s(10.0f64.max(above));
            let (least, most) = possible(wind_10m);
            if class < least || class > most {
                let what = format!("{name}: class {class:?} contradicts a wind of {wind_10m:.1} m/s at 10 m");
                wrong.add(file, what, format!("Pasquill's table has {least:?} to {most:?} for this wind"));
            }
        }
        Stability::Sky(Sky::Sun { elevation_deg, cloud_eighths }) => {
            within(elevation_deg, (-90.0, 90.0), "the sun's elevation", "-90 to 90 degrees", at, wrong);
            within(cloud_eighths, (0.0, 8.0), "cloud_eighths", "0 to 8", at, wrong);
        }
        Stability::Sky(_) => {}
    }
    if let Some(u) = r.friction_velocity_m_s
        && within(u, (0.005, 5.0), "friction_velocity_m_s", "0.005 to 5 m/s", at, wrong)
    {
        let inverse = inverse_obukhov_1_m(r, ground);
        let profile = Profile::through(r.wind_m_s, r.wind_height_m, inverse, ground.roughness_m(), ground.canopy());
        let ratio = u / profile.friction_velocity_m_s;
        if !(0.5..=2.0).contains(&ratio) {
            let what = format!(
                "{name}: a friction velocity of {u} m/s contradicts {} m/s of wind at {} m",
                r.wind_m_s, r.wind_height_m
            );
            let hint = format!("the wind profile gives {:.3} m/s over this ground", profile.friction_velocity_m_s);
            wrong.add(file, what, hint);
        }
    }
}

fn inverse_obukhov_1_m(r: &Report, ground: Ground) -> f64 {
    let z0 = ground.roughness_m();
    match r.stability {
        Stability::ObukhovLength(l) => 1.0 / l,
        Stability::Class(class) => golder_1_m(class, z0),
        Stability::Sky(sky) => {
            // The table asks for the wind at 10 m; the neutral profile leads there (assumption: the class is not known yet).
            let neutral = Profile::through(r.wind_m_s, r.wind_height_m, 0.0, z0, ground.canopy());
            golder_1_m(pasquill(neutral.wind_m_s(10.0), sky), z0)
        }
    }
}

/// The weather of one checked report.
fn air(r: &Report, ground: Ground) -> Air {
    let z0 = ground.roughness_m();
    let inverse = inverse_obukhov_1_m(r, ground);
    let through = Profile::through(r.wind_m_s, r.wind_height_m, inverse, z0, ground.canopy());
    let profile = match r.friction_velocity_m_s {
        Some(friction_velocity_m_s) => Profile { friction_velocity_m_s, ..through },
        None => through,
    };
    let class = match r.stability {
        Stability::Class(class) => class,
        Stability::Sky(_) | Stability::ObukhovLength(_) => class_of(inverse, z0),
    };
    let mixing_height_m = r.mixing_height_m.unwrap_or_else(|| mixing::height_m(class, profile.friction_velocity_m_s));
    let angle_m = ground.canopy().map_or(Air::ANGLE_HEIGHT_M, |c| c.height_m);
    let brought = profile.wind_m_s(r.wind_height_m) / profile.wind_m_s(angle_m);
    Air {
        towards: towards(r.wind_from_deg),
        profile,
        mixing_height_m,
        sigma_theta_rad: r.sigma_theta_deg.map(|spread| spread.to_radians() * brought),
        temperature_k: r.temperature_c + 273.15,
        relative_humidity: 0.01 * r.humidity_pct,
        pressure_pa: 100.0 * r.pressure_hpa,
        class,
    }
}

/// The friction velocity of a neutral wind, for messages: u* = k u / ln((z + z0)/z0).
pub fn neutral_friction_velocity_m_s(wind_m_s: f64, height_m: f64, roughness_m: f64) -> f64 {
    KARMAN * wind_m_s / base::math::ln((height_m + roughness_m) / roughness_m)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        Report {
            time_s: 0.0,
            wind_m_s: 5.0,
            wind_height_m: 10.0,
            wind_from_deg: 270.0,
            stability: Stability::Class(Class::D),
            friction_velocity_m_s: None,
            sigma_theta_deg: None,
            mixing_height_m: None,
            temperature_c: 15.0,
            humidity_pct: 50.0,
            pressure_hpa: 1013.25,
        }
    }

    fn complaints(spec: &WeatherSpec) -> String {
        spec.check("weather.ron").expect_err("something is wrong").to_string()
    }

    #[test]
    fn a_plain_report_becomes_the_weather_it_says() {
        // Grade: exact.
        let air = WeatherSpec::steady(Ground::OpenCountry, report()).check("w").expect("sound").at(0.0);
        assert!((air.wind_m_s(10.0) - 5.0).abs() < 1e-12);
        assert_eq!(air.towards, (1.0, 0.0));
        let wanted = neutral_friction_velocity_m_s(5.0, 10.0, 0.03);
        assert!((air.profile.friction_velocity_m_s - wanted).abs() < 1e-12);
        assert!((air.mixing_height_m - mixing::mechanical_m(wanted)).abs() < 1e-9);
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        // Grade: behaviour.
        let bad = Report {
            wind_m_s: -3.0,
            temperature_c: 288.0,
            humidity_pct: 120.0,
            pressure_hpa: 101_325.0,
            sigma_theta_deg: Some(-1.0),
            ..report()
        };
        let text = complaints(&WeatherSpec::steady(Ground::Roughness(0.0), bad));
        for part in ["roughness length is 0", "wind_m_s is -3", "temperature_c is 288", "120", "101325", "sigma_theta"]
        {
            assert!(text.contains(part), "{part:?} is missing in\n{text}");
        }
        for wind_from_deg in [400.0, -90.0, 720.0] {
            let text = complaints(&WeatherSpec::steady(Ground::OpenCountry, Report { wind_from_deg, ..report() }));
            assert!(text.contains(&format!("wind_from_deg is {wind_from_deg}")) && text.contains("0 to 360"), "{text}");
        }
        let nan = Report { wind_m_s: f64::NAN, ..report() };
        assert!(complaints(&WeatherSpec::steady(Ground::OpenCountry, nan)).contains("NaN"));
        let none = WeatherSpec { ground: Ground::Water, between: Between::Hold, reports: vec![] };
        assert!(complaints(&none).contains("no report"));
        let back = WeatherSpec { reports: vec![report(), report()], ..none };
        assert!(complaints(&back).contains("times must grow"));
    }

    #[test]
    fn a_stability_that_contradicts_the_wind_is_refused() {
        // Grade: behaviour.
        for (wind_m_s, class) in [(8.0, Class::A), (7.0, Class::F), (4.0, Class::F), (4.0, Class::A)] {
            let bad = Report { wind_m_s, stability: Stability::Class(class), ..report() };
            let text = complaints(&WeatherSpec::steady(Ground::OpenCountry, bad));
            assert!(text.contains("contradicts a wind"), "{text}");
        }
        let bad = Report { friction_velocity_m_s: Some(2.0), ..report() };
        assert!(complaints(&WeatherSpec::steady(Ground::OpenCountry, bad)).contains("friction velocity of 2"));
        let bad = Report { stability: Stability::ObukhovLength(0.0), ..report() };
        assert!(complaints(&WeatherSpec::steady(Ground::OpenCountry, bad)).contains("Class(D)"));
    }

    #[test]
    fn specs_read_from_ron_and_unknown_fields_are_refused() {
        // Grade: behaviour.
        let text = "(ground: OpenCountry, reports: [(wind_m_s: 3, wind_from_deg: 90, stability: Sky(ClearNight))])";
        let spec: WeatherSpec = ron::from_str(text).expect("reads");
        let air = spec.check("w").expect("sound").at(0.0);
        assert_eq!(air.class, Class::F);
        assert_eq!(air.towards, (-1.0, 0.0));
        let text = text.replace("wind_m_s", "wind_kmh");
        assert!(ron::from_str::<WeatherSpec>(&text).is_err());
    }
}
