//! Numbers in time. A [`Series`] is linear between its points; [`Steps`] hold a value until the next point. Both know
//! their integral, so that a volume over many steps is the volume over all of them, to rounding.

use base::complaint::Complaints;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What a series means beyond its last point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum After {
    /// The last value holds.
    Hold,
    /// Nothing any more.
    Zero,
}

/// Points (s, value), linear between them; the first value also holds before the first point.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Series(pub Vec<(f64, f64)>);

impl Series {
    /// Complains of an empty series, of times that do not rise, and of values that are not finite or below `least`.
    pub fn check(&self, file: &Path, what: &str, least: f64, complaints: &mut Complaints) {
        check_points(&self.0, file, what, least, complaints);
    }

    /// Time of the last point, s.
    pub fn end_s(&self) -> f64 {
        self.0.last().map_or(f64::NEG_INFINITY, |p| p.0)
    }

    /// Value at a time; the ends hold. Zero for an empty series.
    pub fn at(&self, t_s: f64) -> f64 {
        let points = &self.0;
        let next = points.partition_point(|p| p.0 <= t_s);
        match (next.checked_sub(1).map(|i| points[i]), points.get(next)) {
            (Some((t0, v0)), Some(&(t1, v1))) => v0 + (v1 - v0) * ((t_s - t0) / (t1 - t0)),
            (Some((_, v)), None) | (None, Some(&(_, v))) => v,
            (None, None) => 0.0,
        }
    }

    /// Integral of the value over `from_s..to_s` (value x s), exact for the straight lines; the ends hold.
    pub fn integral(&self, from_s: f64, to_s: f64) -> f64 {
        if to_s <= from_s {
            return 0.0;
        }
        let first = self.0.partition_point(|p| p.0 <= from_s);
        let (mut t, mut value, mut sum) = (from_s, self.at(from_s), 0.0);
        for &(next_s, next) in self.0[first..].iter().take_while(|p| p.0 < to_s) {
            sum += 0.5 * (value + next) * (next_s - t);
            (t, value) = (next_s, next);
        }
        sum + 0.5 * (value + self.at(to_s)) * (to_s - t)
    }
}

/// Points (s, value): each value holds from its time until the next point's. Nothing before the first point; the last
/// point only ends the one before it, so its value must be zero.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Steps(pub Vec<(f64, f64)>);

impl Steps {
    pub fn check(&self, file: &Path, what: &str, complaints: &mut Complaints) {
        check_points(&self.0, file, what, 0.0, complaints);
        if let Some(&(t_s, value)) = self.0.last()
            && value != 0.0
        {
            let was = format!("{what}: the last point ({t_s} s, {value}) has no end");
            complaints.add(file, was, "end the series with a point whose value is 0");
        }
    }

    pub fn at(&self, t_s: f64) -> f64 {
        self.0.partition_point(|p| p.0 <= t_s).checked_sub(1).map_or(0.0, |i| self.0[i].1)
    }

    /// Integral over `from_s..to_s`, value x s.
    pub fn integral(&self, from_s: f64, to_s: f64) -> f64 {
        let first = self.0.partition_point(|p| p.0 <= from_s).saturating_sub(1);
        self.0[first.min(self.0.len())..]
            .windows(2)
            .take_while(|pair| pair[0].0 < to_s)
            .map(|pair| pair[0].1 * (pair[1].0.min(to_s) - pair[0].0.max(from_s)).max(0.0))
            .sum()
    }
}

fn check_points(points: &[(f64, f64)], file: &Path, what: &str, least: f64, complaints: &mut Complaints) {
    if points.is_empty() {
        complaints.add(file, format!("{what}: the series is empty"), "give at least one point (s, value)");
    }
    for (i, &(t_s, value)) in points.iter().enumerate() {
        let nth = i + 1;
        if !t_s.is_finite() {
            complaints.add(file, format!("{what}: time of point {nth} is {t_s}"), "a finite time in s");
        }
        if !value.is_finite() {
            complaints.add(file, format!("{what}: value of point {nth} is {value}"), "a finite number");
        } else if value < least {
            complaints.add(file, format!("{what}: value of point {nth} is {value}"), format!("at least {least}"));
        }
        if i > 0 && t_s <= points[i - 1].0 {
            let was = format!("{what}: time {t_s} s of point {nth} is not after {} s", points[i - 1].0);
            complaints.add(file, was, "times must rise");
        }
    }
}

/// Points of a text of two columns, `time,value`, one a line. The first line names them; the time's name says its unit:
/// t_s, t_min, t_h or t_d. Empty lines and what follows a # are left out. All wrong lines are told at once.
pub fn read_csv(text: &str, file: &Path) -> Result<Vec<(f64, f64)>, Complaints> {
    let mut complaints = Complaints::new();
    let mut points = Vec::new();
    let mut seconds = None;
    for (number, line) in text.lines().enumerate() {
        let at = (number + 1, 1);
        let line = line.split('#').next().unwrap_or("").trim().trim_start_matches('\u{feff}');
        if line.is_empty() {
            continue;
        }
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        let &[time, value] = fields.as_slice() else {
            complaints.add_at(file, at, format!("{} columns: {line:?}", fields.len()), "two: time,value");
            continue;
        };
        let Some(unit_s) = seconds else {
            seconds = match time {
                "t_s" => Some(1.0),
                "t_min" => Some(60.0),
                "t_h" => Some(3600.0),
                "t_d" => Some(86_400.0),
                _ => {
                    complaints.add_at(
                        file,
                        at,
                        format!("the first column is named {time:?}"),
                        "t_s, t_min, t_h or t_d",
                    );
                    return Err(complaints);
                }
            };
            continue;
        };
        match (time.parse::<f64>(), value.parse::<f64>()) {
            (Ok(time), Ok(value)) if time.is_finite() && value.is_finite() => points.push((time * unit_s, value)),
            _ => complaints.add_at(file, at, format!("not two numbers: {line:?}"), "finite numbers with a point"),
        }
    }
    if points.is_empty() && complaints.is_empty() {
        complaints.add(file, "no points", "a line of names, then time,value");
    }
    complaints.or(points)
}

/// Complains unless a number is finite and within bounds.
pub fn check_number(file: &Path, what: &str, value: f64, least: f64, most: f64, complaints: &mut Complaints) {
    if !value.is_finite() || value < least || value > most {
        let hint = match (least == f64::NEG_INFINITY, most == f64::INFINITY) {
            (true, true) => "a finite number".to_string(),
            (true, false) => format!("at most {most}"),
            (false, true) => format!("at least {least}"),
            (false, false) => format!("between {least} and {most}"),
        };
        complaints.add(file, format!("{what} is {value}"), hint);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Grade: exact.
    #[test]
    fn the_integral_over_many_steps_is_the_integral_over_all() {
        let series = Series(vec![(10.0, 2.0), (40.0, 5.0), (100.0, 0.0)]);
        let whole = 2.0 * 10.0 + 3.5 * 30.0 + 2.5 * 60.0;
        assert!((series.integral(0.0, 130.0) - whole).abs() < 1e-12);
        let parts: f64 = (0..1300).map(|i| series.integral(i as f64 * 0.1, (i + 1) as f64 * 0.1)).sum();
        assert!((parts - whole).abs() < 1e-10);
        assert_eq!(series.at(25.0), 3.5);
        let steps = Steps(vec![(10.0, 2.0), (40.0, 5.0), (100.0, 0.0)]);
        assert_eq!(steps.integral(0.0, 130.0), 2.0 * 30.0 + 5.0 * 60.0);
        let parts: f64 = (0..1300).map(|i| steps.integral(i as f64 * 0.1, (i + 1) as f64 * 0.1)).sum();
        assert!((parts - 360.0).abs() < 1e-10);
        assert_eq!((steps.at(9.0), steps.at(10.0), steps.at(100.0)), (0.0, 2.0, 0.0));
        assert_eq!(Steps::default().integral(0.0, 1.0), 0.0);
    }

    /// Grade: behaviour.
    #[test]
    fn a_file_of_points_is_read_in_its_unit_and_its_wrong_lines_are_told_by_number() {
        let file = Path::new("q.csv");
        let text = "t_min, q_m3_s\n0, 1.5 # base\n\n10, 4\n";
        assert_eq!(read_csv(text, file).unwrap(), [(0.0, 1.5), (600.0, 4.0)]);
        let said = read_csv("t_h,q\n0,1\n1;2\n2,NaN\n3,x\n", file).expect_err("three lines").to_string();
        for part in ["q.csv:3:1  1 columns", "q.csv:4:1", "q.csv:5:1  not two numbers: \"3,x\""] {
            assert!(said.contains(part), "{part} not in:\n{said}");
        }
        assert!(read_csv("time,q\n0,1\n", file).expect_err("no unit").to_string().contains("t_s, t_min"));
        assert!(read_csv("t_s,q\n", file).is_err());
    }

    /// Grade: behaviour.
    #[test]
    fn a_series_out_of_order_or_with_holes_is_told_point_by_point() {
        let mut complaints = Complaints::new();
        let series = Series(vec![(0.0, 1.0), (20.0, -3.0), (10.0, f64::NAN)]);
        series.check(Path::new("a.ron"), "inflow", 0.0, &mut complaints);
        let said = complaints.to_string();
        for part in ["point 2 is -3", "point 3 is NaN", "10 s of point 3 is not after 20 s"] {
            assert!(said.contains(part), "{part} in {said}");
        }
        assert_eq!(complaints.0.len(), 3);
        let mut complaints = Complaints::new();
        Steps(vec![(0.0, 1.0)]).check(Path::new("a.ron"), "rain", &mut complaints);
        assert!(complaints.to_string().contains("has no end"));
    }
}
