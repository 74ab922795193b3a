//! Values in time, as a deck gives them, and spans of time.

use base::complaint::Complaints;
use base::time::parse_duration_s;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// A span of time, written like "90s", "20min", "6h", "1h30min".
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span(f64);

impl Span {
    pub fn from_s(s: f64) -> Span {
        Span(s)
    }
    pub fn s(self) -> f64 {
        self.0
    }
}

impl TryFrom<String> for Span {
    type Error = String;
    fn try_from(text: String) -> Result<Span, String> {
        parse_duration_s(&text).map(Span)
    }
}

impl From<Span> for String {
    fn from(span: Span) -> String {
        if span.0 % 3600.0 == 0.0 {
            format!("{}h", span.0 / 3600.0)
        } else if span.0 % 60.0 == 0.0 {
            format!("{}min", span.0 / 60.0)
        } else {
            format!("{}s", span.0)
        }
    }
}

/// A value in time. Before its first and after its last point the end values hold; that a series ends before the run
/// does is remarked on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Course {
    Constant(f64),
    /// (s, value)
    Points(Vec<(f64, f64)>),
    /// (h, value)
    Hours(Vec<(f64, f64)>),
    /// A CSV file with a heading line and two columns: time in s, value.
    File(PathBuf),
}

impl Course {
    /// The points (s, value), rising in time, all finite; at least one.
    pub fn points(&self, folder: &Path, deck: &Path, what: &str) -> Result<Vec<(f64, f64)>, Complaints> {
        match self {
            Course::Constant(v) => checked(vec![(0.0, *v)], deck, what),
            Course::Points(points) => checked(points.clone(), deck, what),
            Course::Hours(points) => checked(points.iter().map(|(h, v)| (h * 3600.0, *v)).collect(), deck, what),
            Course::File(file) => {
                let path = folder.join(file);
                checked(read_csv(&path)?, &path, what)
            }
        }
    }
}

fn checked(points: Vec<(f64, f64)>, file: &Path, what: &str) -> Result<Vec<(f64, f64)>, Complaints> {
    let mut wrong = Complaints::new();
    if points.is_empty() {
        wrong.add(file, format!("{what}: has no points"), "(time, value) pairs are wanted");
    }
    for (k, (t, v)) in points.iter().enumerate() {
        if !t.is_finite() || !v.is_finite() {
            wrong.add(file, format!("{what}: point {} is ({t}, {v})", k + 1), "finite numbers");
        } else if k > 0 && *t <= points[k - 1].0 {
            let what = format!("{what}: time {t} s of point {} is not after {} s", k + 1, points[k - 1].0);
            wrong.add(file, what, "times must rise");
        }
    }
    wrong.or(points)
}

fn read_csv(path: &Path) -> Result<Vec<(f64, f64)>, Complaints> {
    let text = std::fs::read_to_string(path)
        .map_err(|e| Complaints::one(path, format!("cannot be read: {e}"), "a CSV of time in s and value"))?;
    let mut wrong = Complaints::new();
    let mut points = Vec::new();
    for (k, line) in text.lines().enumerate() {
        let words: Vec<&str> =
            line.split([',', ';', '\t', ' ']).map(str::trim).filter(|word| !word.is_empty()).collect();
        let numbers: Vec<f64> = words.iter().filter_map(|word| word.parse().ok()).collect();
        match numbers[..] {
            [t, v] if words.len() == 2 => points.push((t, v)),
            _ if words.is_empty() || line.trim_start().starts_with('#') => {}
            // The heading: no number in it.
            _ if k == 0 && numbers.is_empty() => {}
            _ => {
                wrong.add_at(path, (k + 1, 1), format!("`{line}` is no time and value"), "two numbers, e.g. 3600,12.5")
            }
        }
    }
    wrong.or(points)
}

/// Value at a time on a straight line between points; the ends hold.
pub fn linear(points: &[(f64, f64)], t_s: f64) -> f64 {
    let next = points.partition_point(|p| p.0 <= t_s);
    match (next.checked_sub(1).map(|i| points[i]), points.get(next)) {
        (Some((t0, v0)), Some(&(t1, v1))) => v0 + (v1 - v0) * ((t_s - t0) / (t1 - t0)),
        (Some((_, v)), None) | (None, Some(&(_, v))) => v,
        (None, None) => 0.0,
    }
}

/// Value at a time where each point's value holds until the next; the first also before it.
pub fn block(points: &[(f64, f64)], t_s: f64) -> f64 {
    let next = points.partition_point(|p| p.0 <= t_s).max(1);
    points.get(next - 1).map_or(0.0, |p| p.1)
}

/// Integral over `from_s..to_s`, value x s, exact for straight lines and for blocks; so the volume that a hydrograph
/// brings does not depend on the steps it is taken in.
pub fn integral(points: &[(f64, f64)], from_s: f64, to_s: f64, blocks: bool) -> f64 {
    let at = |t: f64| if blocks { block(points, t) } else { linear(points, t) };
    let mut sum = 0.0;
    let mut t = from_s;
    let mut next = points.partition_point(|p| p.0 <= from_s);
    while t < to_s {
        let end = points.get(next).map_or(to_s, |p| p.0.min(to_s));
        sum += if blocks { at(t) * (end - t) } else { 0.5 * (at(t) + at(end)) * (end - t) };
        t = end;
        next += 1;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_volume_of_a_hydrograph_does_not_depend_on_the_steps() {
        // Grade: exact.
        let points = [(10.0, 2.0), (40.0, 5.0), (100.0, 0.0)];
        for (blocks, whole) in [(false, 2.0 * 10.0 + 3.5 * 30.0 + 2.5 * 60.0), (true, 2.0 * 40.0 + 5.0 * 60.0)] {
            assert!((integral(&points, 0.0, 130.0, blocks) - whole).abs() < 1e-12, "{blocks}");
            let parts: f64 = (0..1300).map(|k| integral(&points, k as f64 * 0.1, (k + 1) as f64 * 0.1, blocks)).sum();
            assert!((parts - whole).abs() < 1e-9, "{blocks}: {parts}");
        }
        assert_eq!((linear(&points, 25.0), block(&points, 25.0), linear(&points, 0.0)), (3.5, 2.0, 2.0));
    }

    #[test]
    fn a_series_that_goes_back_or_holds_no_number_is_told_with_its_place() {
        // Grade: behaviour.
        let deck = Path::new("a.ron");
        let said = Course::Points(vec![(0.0, 1.0), (5.0, f64::NAN), (4.0, 1.0)]).points(deck, deck, "river");
        let said = said.expect_err("wrong").to_string();
        assert!(said.contains("point 2 is (5, NaN)") && said.contains("4 s of point 3"), "{said}");
        let folder = tempfile::tempdir().expect("temporary folder");
        std::fs::write(folder.path().join("q.csv"), "time_s,q\n0,1\n60,x\n").expect("written");
        let said = Course::File("q.csv".into()).points(folder.path(), deck, "river").expect_err("wrong").to_string();
        assert!(said.contains("q.csv:3:1"), "{said}");
    }
}
