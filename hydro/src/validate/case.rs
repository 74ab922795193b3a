//! What a case says: rows with bounds, what they cost, and the curves for its plot.

use std::fmt;
use std::path::{Path, PathBuf};

/// What a case is run with.
pub struct Bench<'a> {
    /// Folder of third-party data; cases that need what is not there are skipped, and say so.
    pub data: Option<PathBuf>,
    /// Coarser grids and fewer schemes, for debug tests.
    pub quick: bool,
    /// Seconds on some clock, for the rates. It touches no result.
    pub clock: &'a dyn Fn() -> f64,
}

impl Bench<'_> {
    /// A file of the data folder, if it is there.
    pub fn file(&self, name: &str) -> Option<PathBuf> {
        self.data.as_deref().map(|folder: &Path| folder.join(name)).filter(|path| path.is_file())
    }
}

/// One case: what it is called on the command line, what it is about, how it is run.
pub struct Case {
    pub name: &'static str,
    pub about: &'static str,
    /// Quick enough for a debug test.
    pub quick: bool,
    pub run: fn(&Bench) -> CaseResult,
}

/// Where a value must lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    AtMost(f64),
    AtLeast(f64),
    Between(f64, f64),
    /// To be read, not judged.
    Shown,
}

impl Bound {
    /// A value that is not a number is never within a bound.
    pub fn holds(self, value: f64) -> bool {
        match self {
            Bound::AtMost(most) => value <= most,
            Bound::AtLeast(least) => value >= least,
            Bound::Between(least, most) => value >= least && value <= most,
            Bound::Shown => value.is_finite(),
        }
    }
}

/// Five digits (levels of a metre to a tenth of a millimetre), or three with an exponent.
pub fn digits(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 {
        "0".into()
    } else if (1e-4..1e5).contains(&size) {
        let places = (4 - base::math::log10(size).floor() as i32).max(0) as usize;
        format!("{value:.places$}")
    } else {
        format!("{value:.2e}")
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Bound::AtMost(most) => write!(f, "<= {}", digits(most)),
            Bound::AtLeast(least) => write!(f, ">= {}", digits(least)),
            Bound::Between(least, most) => write!(f, "{}..{}", digits(least), digits(most)),
            Bound::Shown => write!(f, "-"),
        }
    }
}

/// What a run took.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Cost {
    pub steps: u64,
    pub cell_updates: u64,
    pub wall_s: f64,
    /// Volume that came about or was lost, as a share of all water handled; `None` where a case sets states by hand.
    pub mass_error: Option<f64>,
}

/// One line of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Cells and their size, e.g. "100 x 100, 0.04 m".
    pub grid: String,
    pub scheme: String,
    pub precision: String,
    /// What was measured, with its unit.
    pub what: String,
    pub value: f64,
    pub bound: Bound,
    /// What others compute, with their names; empty where nobody has said.
    pub peer: String,
    pub cost: Option<Cost>,
}

impl Row {
    pub fn passes(&self) -> bool {
        self.bound.holds(self.value)
    }
}

/// Whose curve it is; the plot gives each its colour and stroke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Computed,
    /// A second scheme or grid of ours.
    ComputedToo,
    Exact,
    Peer,
    PeerToo,
    Experiment,
    Bed,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    pub name: String,
    pub role: Role,
    pub points: Vec<(f64, f64)>,
}

/// One set of axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    pub title: String,
    pub x: String,
    pub y: String,
    /// Both axes logarithmic.
    pub log: bool,
    pub series: Vec<Series>,
}

impl Panel {
    pub fn new(title: &str, x: &str, y: &str) -> Panel {
        Panel { title: title.into(), x: x.into(), y: y.into(), log: false, series: Vec::new() }
    }
    pub fn with(mut self, name: impl Into<String>, role: Role, points: Vec<(f64, f64)>) -> Panel {
        self.series.push(Series { name: name.into(), role, points });
        self
    }
}

/// What a case found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CaseResult {
    pub name: String,
    pub rows: Vec<Row>,
    pub panels: Vec<Panel>,
    /// Why it was not run, or not whole.
    pub skipped: Option<String>,
    /// What a reader should know: assumptions, gaps.
    pub notes: Vec<String>,
}

impl CaseResult {
    pub fn new(name: &str) -> CaseResult {
        CaseResult { name: name.into(), ..CaseResult::default() }
    }
    pub fn skipped(name: &str, why: impl Into<String>) -> CaseResult {
        CaseResult { name: name.into(), skipped: Some(why.into()), ..CaseResult::default() }
    }
    pub fn passes(&self) -> bool {
        self.rows.iter().all(Row::passes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_no_number_fails_every_bound() {
        // Grade: exact.
        for bound in [Bound::AtMost(1.0), Bound::AtLeast(1.0), Bound::Between(0.0, 2.0), Bound::Shown] {
            assert!(!bound.holds(f64::NAN), "{bound}");
        }
        assert!(Bound::AtMost(1.0).holds(1.0) && !Bound::AtMost(1.0).holds(1.1));
        assert_eq!(digits(0.00523456), "0.0052346");
        assert_eq!(digits(10.24287), "10.243");
        assert_eq!(digits(1234.5678), "1234.6");
        assert_eq!(digits(1.5e-13), "1.50e-13");
    }
}
