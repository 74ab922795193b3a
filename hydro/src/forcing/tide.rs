//! Tide and stage at a boundary (潮位): `z(t) = z0 + sum f H cos(V + u - g) + residual + surge`.
//!
//! Constituents are given either with their phase at the run's start (a drill's tide) or as Greenwich phase lags g, for
//! which the astronomical arguments V are worked out from the date (mean longitudes of moon, sun and their perigees after
//! Meeus 1998, linear terms; good to some hundredths of a degree for decades around 2000), with or without the 18.6-year
//! nodal factors f and u (Pugh 1987, table 4.3, one-term forms; from memory, unchecked). Phase lags to another zone's time
//! are not known here: convert first.

use super::series::{After, Series, check_number};
use super::typhoon::Surge;
use base::complaint::{Complaints, nearest};
use base::math;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A tidal constituent: its Doodson numbers without the solar day (T, s, h, p), the constant of its argument, and which
/// nodal factor it has.
struct Kind {
    name: &'static str,
    /// Speed, degrees per hour.
    speed_deg_h: f64,
    /// V = t T + s s + h h + p p + constant; T = 15 deg x hours UT.
    t: f64,
    s: f64,
    h: f64,
    p: f64,
    constant_deg: f64,
    node: Node,
}

#[derive(Clone, Copy)]
enum Node {
    None,
    M2,
    M4,
    K2,
    K1,
    O1,
}

/// Speeds after Schureman 1958 (NOAA special publication 98).
#[rustfmt::skip]
const KINDS: [Kind; 10] = [
    Kind { name: "M2",  speed_deg_h: 28.9841042, t: 2.0, s: -2.0, h: 2.0, p: 0.0, constant_deg: 0.0, node: Node::M2 },
    Kind { name: "S2",  speed_deg_h: 30.0,       t: 2.0, s: 0.0, h: 0.0, p: 0.0, constant_deg: 0.0, node: Node::None },
    Kind { name: "N2",  speed_deg_h: 28.4397295, t: 2.0, s: -3.0, h: 2.0, p: 1.0, constant_deg: 0.0, node: Node::M2 },
    Kind { name: "K2",  speed_deg_h: 30.0821373, t: 2.0, s: 0.0, h: 2.0, p: 0.0, constant_deg: 0.0, node: Node::K2 },
    Kind { name: "K1",  speed_deg_h: 15.0410686, t: 1.0, s: 0.0, h: 1.0, p: 0.0, constant_deg: 90.0, node: Node::K1 },
    Kind { name: "O1",  speed_deg_h: 13.9430356, t: 1.0, s: -2.0, h: 1.0, p: 0.0, constant_deg: 270.0, node: Node::O1 },
    Kind { name: "P1",  speed_deg_h: 14.9589314, t: 1.0, s: 0.0, h: -1.0, p: 0.0, constant_deg: 270.0, node: Node::None },
    Kind { name: "Q1",  speed_deg_h: 13.3986609, t: 1.0, s: -3.0, h: 1.0, p: 1.0, constant_deg: 270.0, node: Node::O1 },
    Kind { name: "M4",  speed_deg_h: 57.9682084, t: 4.0, s: -4.0, h: 4.0, p: 0.0, constant_deg: 0.0, node: Node::M4 },
    Kind { name: "MS4", speed_deg_h: 58.9841042, t: 4.0, s: -2.0, h: 2.0, p: 0.0, constant_deg: 0.0, node: Node::M2 },
];

fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Constituent {
    /// M2, S2, N2, K2, K1, O1, P1, Q1, M4 or MS4.
    pub name: String,
    pub amplitude_m: f64,
    pub phase_deg: f64,
}

/// What the phases of the constituents mean.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Phases {
    /// High water of a constituent comes `phase / speed` after the run's start.
    #[default]
    FromStart,
    /// Greenwich phase lags; the run starts at this date and hour of universal time.
    Greenwich { start_utc: (i32, u32, u32, f64), nodal: bool },
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tide {
    /// Mean level in the datum of the run's bed, m.
    pub mean_m: f64,
    #[serde(default)]
    pub constituents: Vec<Constituent>,
    #[serde(default)]
    pub phases: Phases,
}

/// The stage at a boundary: tide, what a record has above it, and the surge of a typhoon.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageSpec {
    pub tide: Tide,
    /// Residual above the tide, (s, m).
    #[serde(default)]
    pub residual: Series,
    /// What the residual is after its last point.
    #[serde(default)]
    pub residual_after: Option<After>,
    #[serde(default)]
    pub surge: Option<Surge>,
}

/// Days from 2000-01-01 12:00 to a date of the Gregorian calendar.
pub fn days_since_2000(year: i32, month: u32, day: u32, hour_utc: f64) -> f64 {
    // Day number after Fliegel & Van Flandern's scheme, with March as the first month.
    let (y, m) = if month > 2 { (year as i64, month as i64 - 3) } else { (year as i64 - 1, month as i64 + 9) };
    let day_number = 365 * y + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) + (153 * m + 2) / 5 + day as i64;
    const NUMBER_OF_2000_01_01: i64 = 365 * 1999 + 499 - 19 + 4 + 306 + 1;
    (day_number - NUMBER_OF_2000_01_01) as f64 + hour_utc / 24.0 - 0.5
}

/// Mean longitudes (deg) of the moon s, the sun h, the lunar perigee p and node N, `days` after 2000-01-01 12:00.
fn longitudes(days: f64) -> (f64, f64, f64, f64) {
    (
        218.316_447_7 + 13.176_396_48 * days,
        280.466_456_7 + 0.985_647_36 * days,
        83.353_246_5 + 0.111_403_53 * days,
        125.044_52 - 0.052_953_77 * days,
    )
}

/// (f, u in degrees) of a constituent for a longitude N of the lunar node.
fn nodal(node: Node, n_deg: f64) -> (f64, f64) {
    let (sin, cos) = (math::sin(n_deg.to_radians()), math::cos(n_deg.to_radians()));
    let m2 = 1.0 - 0.037 * cos;
    match node {
        Node::None => (1.0, 0.0),
        Node::M2 => (m2, -2.1 * sin),
        Node::M4 => (m2 * m2, -4.2 * sin),
        Node::K2 => (1.024 + 0.286 * cos, -17.7 * sin),
        Node::K1 => (1.006 + 0.115 * cos, -8.9 * sin),
        Node::O1 => (1.009 + 0.187 * cos, 10.8 * sin),
    }
}

impl Tide {
    pub fn check(&self, file: &Path, what: &str, complaints: &mut Complaints) {
        let inf = f64::INFINITY;
        check_number(file, &format!("{what}: mean_m"), self.mean_m, -inf, inf, complaints);
        for c in &self.constituents {
            if kind(&c.name).is_none() {
                let hint = match nearest(&c.name, KINDS.iter().map(|k| k.name)) {
                    Some(name) => format!("did you mean {name}?"),
                    None => "M2, S2, N2, K2, K1, O1, P1, Q1, M4, MS4".into(),
                };
                complaints.add(file, format!("{what}: no constituent is named {:?}", c.name), hint);
            }
            check_number(file, &format!("{what}: amplitude_m of {}", c.name), c.amplitude_m, 0.0, 20.0, complaints);
            check_number(file, &format!("{what}: phase_deg of {}", c.name), c.phase_deg, -360.0, 360.0, complaints);
        }
        if let Phases::Greenwich { start_utc: (year, month, day, hour), .. } = self.phases {
            check_number(file, &format!("{what}: year"), year as f64, 1900.0, 2100.0, complaints);
            check_number(file, &format!("{what}: month"), month as f64, 1.0, 12.0, complaints);
            check_number(file, &format!("{what}: day"), day as f64, 1.0, 31.0, complaints);
            check_number(file, &format!("{what}: hour"), hour, 0.0, 24.0, complaints);
        }
    }

    /// Each constituent as (amplitude m, speed rad/s, phase at the start rad): `a cos(speed t + phase)`.
    fn waves(&self) -> Vec<(f64, f64, f64)> {
        let wave = |c: &Constituent| {
            let kind = kind(&c.name)?;
            let speed = kind.speed_deg_h.to_radians() / 3600.0;
            let (amplitude, phase_deg) = match self.phases {
                Phases::FromStart => (c.amplitude_m, -c.phase_deg),
                Phases::Greenwich { start_utc: (year, month, day, hour), nodal: with_nodes } => {
                    let (f, v_u) = argument(kind, days_since_2000(year, month, day, hour), hour, with_nodes);
                    (c.amplitude_m * f, v_u - c.phase_deg)
                }
            };
            Some((amplitude, speed, phase_deg.to_radians()))
        };
        self.constituents.iter().filter_map(wave).collect()
    }
}

/// (f, V + u in degrees within 0..360) of a constituent at a date.
fn argument(kind: &Kind, days: f64, hour_utc: f64, with_nodes: bool) -> (f64, f64) {
    let (s, h, p, n) = longitudes(days);
    let v = kind.t * 15.0 * hour_utc + kind.s * s + kind.h * h + kind.p * p + kind.constant_deg;
    let (f, u) = if with_nodes { nodal(kind.node, n) } else { (1.0, 0.0) };
    (f, (v + u).rem_euclid(360.0))
}

impl StageSpec {
    pub fn check(&self, until_s: f64, file: &Path, what: &str, complaints: &mut Complaints) {
        self.tide.check(file, what, complaints);
        if !self.residual.0.is_empty() {
            self.residual.check(file, &format!("{what}: residual"), f64::NEG_INFINITY, complaints);
            if self.residual_after.is_none() && self.residual.end_s() < until_s {
                let was = format!("{what}: the residual ends at {} s, the run at {until_s} s", self.residual.end_s());
                complaints.add(file, was, "lengthen it, or say residual_after: Some(Hold) or Some(Zero)");
            }
        }
        if let Some(surge) = &self.surge {
            surge.check(until_s, file, what, complaints);
        }
    }

    /// The stage as (s, m) points `step_s` apart from `from_s` to at least `to_s`: for an edge of the flow engine.
    pub fn levels(&self, from_s: f64, to_s: f64, step_s: f64) -> Vec<(f64, f64)> {
        let waves = self.tide.waves();
        let surge = self.surge.as_ref().map(Surge::bind);
        let steps = ((to_s - from_s) / step_s).ceil().max(1.0) as usize;
        let level = |t_s: f64| {
            let tide: f64 = waves.iter().map(|&(a, speed, phase)| a * math::cos(speed * t_s + phase)).sum();
            let over = self.residual_after == Some(After::Zero) && t_s > self.residual.end_s();
            let residual = if over { 0.0 } else { self.residual.at(t_s) };
            self.tide.mean_m + tide + residual + surge.as_ref().map_or(0.0, |surge| surge.height_m(t_s))
        };
        (0..=steps).map(|k| from_s + k as f64 * step_s).map(|t_s| (t_s, level(t_s))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Grade: exact. Days are those of the calendar.
    #[test]
    fn days_are_counted_from_noon_of_the_first_of_january_2000() {
        assert_eq!(days_since_2000(2000, 1, 1, 12.0), 0.0);
        assert_eq!(days_since_2000(2000, 3, 1, 0.0), 59.5);
        assert_eq!(days_since_2000(2022, 9, 14, 0.0), 8291.5);
        assert_eq!(days_since_2000(1999, 12, 31, 12.0), -1.0);
    }

    /// Grade: reference. The speed of each argument V is the speed of Schureman's table.
    #[test]
    fn arguments_of_the_constituents_turn_at_their_published_speeds() {
        for kind in &KINDS {
            let at = |day: u32| {
                let (_, v) = argument(kind, days_since_2000(2020, 7, day, 0.0), 0.0, false);
                v
            };
            let turned = (at(21) - at(1)).rem_euclid(360.0);
            let want = (kind.speed_deg_h * 480.0).rem_euclid(360.0);
            let gap = (turned - want + 180.0).rem_euclid(360.0) - 180.0;
            assert!(gap.abs() < 1e-3, "{}: turned {turned} for {want} in 20 days", kind.name);
        }
    }

    /// Grade: reference. At new and full moon the mean moon and sun pull together: M2 and S2 arguments agree; at the
    /// quarters they oppose. New moon 2020-07-20 17:33 UT, first quarter 2020-07-27 12:33 UT (almanac, from memory); the
    /// true moon runs up to 6 degrees from the mean one, twice that in M2.
    #[test]
    fn springs_fall_on_the_new_moon_and_neaps_on_the_quarter() {
        let apart = |day: u32, hour: f64| {
            let days = days_since_2000(2020, 7, day, hour);
            let v = |name: &str| argument(kind(name).unwrap(), days, hour, false).1;
            (v("M2") - v("S2") + 180.0).rem_euclid(360.0) - 180.0
        };
        assert!(apart(20, 17.55).abs() < 16.0, "{}", apart(20, 17.55));
        assert!(apart(27, 12.55).abs() > 164.0, "{}", apart(27, 12.55));
    }

    /// Grade: exact.
    #[test]
    fn a_stage_is_the_sum_of_mean_tide_and_residual() {
        let spec: StageSpec = ron::from_str(
            r#"(tide: (mean_m: 2.1, constituents: [
                (name: "M2", amplitude_m: 1.5, phase_deg: 90.0), (name: "K1", amplitude_m: 0.3, phase_deg: 0.0)]),
               residual: [(0, 0), (3600, 0.6)], residual_after: Some(Zero))"#,
        )
        .unwrap();
        let mut none = Complaints::new();
        spec.check(86_400.0, Path::new("t.ron"), "west edge", &mut none);
        assert!(none.is_empty());
        let levels = spec.levels(0.0, 86_400.0, 600.0);
        assert_eq!(levels.len(), 145);
        assert!((levels[0].1 - 2.4).abs() < 1e-12);
        let t = 1800.0;
        let m2 = 1.5 * math::cos((28.9841042_f64 * 0.5 - 90.0).to_radians());
        let k1 = 0.3 * math::cos((15.0410686_f64 * 0.5).to_radians());
        assert!((levels[3].1 - (2.1 + m2 + k1 + 0.3)).abs() < 1e-12 && levels[3].0 == t);
        // High water of M2 comes phase / speed after the start.
        let m2_alone = StageSpec {
            tide: Tide { constituents: spec.tide.constituents[..1].to_vec(), ..spec.tide.clone() },
            ..Default::default()
        };
        let top =
            m2_alone.levels(0.0, 40_000.0, 10.0).into_iter().fold((0.0, 0.0), |m, p| if p.1 > m.1 { p } else { m });
        assert!((top.0 - 90.0 / 28.9841042 * 3600.0).abs() <= 10.0, "{top:?}");
    }

    /// Grade: behaviour.
    #[test]
    fn a_tide_that_cannot_be_is_told() {
        let spec: StageSpec = ron::from_str(
            r#"(tide: (mean_m: 0, constituents: [(name: "M3", amplitude_m: -1, phase_deg: 900)],
                phases: Greenwich(start_utc: (2022, 13, 1, 0), nodal: true)), residual: [(0, 0), (60, 1)])"#,
        )
        .unwrap();
        let mut complaints = Complaints::new();
        spec.check(3600.0, Path::new("t.ron"), "sea", &mut complaints);
        let said = complaints.to_string();
        for part in ["named \"M3\"", "amplitude_m of M3 is -1", "phase_deg of M3 is 900", "month is 13", "ends at 60 s"]
        {
            assert!(said.contains(part), "{part} not in:\n{said}");
        }
    }
}
