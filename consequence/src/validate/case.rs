//! What a case says: rows with what was wanted and how near it must be, and the curves for its plot. How a case is run
//! (`Bench`), bounds and curves are those of the flood engine, so that one table and one plotter serve both.

pub use hydro::validate::case::digits;
pub use hydro::validate::{Bench, Bound, Panel, Role, Series};

/// One case: what it is called on the command line, what it is about, how it is run.
pub struct Case {
    pub name: &'static str,
    pub about: &'static str,
    /// Quick enough for a debug test.
    pub quick: bool,
    pub run: fn(&Bench) -> CaseResult,
}

/// One line of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What was computed, with its unit.
    pub name: String,
    pub got: f64,
    /// What it should be; `None` where there is only a bound.
    pub want: Option<f64>,
    /// The tolerance in words for the table, e.g. "3 %" or "1 m (rounding)"; empty where the bound says it.
    pub tolerance: String,
    pub bound: Bound,
    /// What others compute, with their names; empty where nobody has said.
    pub peer: String,
}

impl Row {
    /// Within `share` of `want`: 0.03 for 3 %.
    pub fn near(name: impl Into<String>, got: f64, want: f64, share: f64) -> Row {
        let by = (share * want).abs();
        Row {
            name: name.into(),
            got,
            want: Some(want),
            tolerance: format!("{} %", digits_short(100.0 * share)),
            bound: Bound::Between(want - by, want + by),
            peer: String::new(),
        }
    }
    /// Within `share` of `want` or `by` of it, whichever is wider: for values printed with few digits.
    pub fn near_or_within(name: impl Into<String>, got: f64, want: f64, share: f64, by: f64) -> Row {
        let wide = (share * want).abs().max(by);
        Row {
            tolerance: format!("{} % or {}", digits_short(100.0 * share), digits_short(by)),
            bound: Bound::Between(want - wide, want + wide),
            ..Row::near(name, got, want, share)
        }
    }
    /// Within `share` of what a printed value may stand for: `step` is the last digit that was printed, so a printed 18 m with a
    /// step of 1 stands for anything from 17.5 to 18.5 m.
    pub fn near_printed(name: impl Into<String>, got: f64, want: f64, share: f64, step: f64) -> Row {
        let ends = [(want - 0.5 * step) * (1.0 - share), (want + 0.5 * step) * (1.0 + share)];
        Row { bound: Bound::Between(ends[0], ends[1]), ..Row::near(name, got, want, share) }
    }
    /// A value that has only to keep to a bound.
    pub fn bound(name: impl Into<String>, got: f64, bound: Bound) -> Row {
        Row { name: name.into(), got, want: None, tolerance: String::new(), bound, peer: String::new() }
    }
    /// To be read, not judged.
    pub fn shown(name: impl Into<String>, got: f64) -> Row {
        Row::bound(name, got, Bound::Shown)
    }
    pub fn with_peer(mut self, peer: impl Into<String>) -> Row {
        self.peer = peer.into();
        self
    }
    pub fn passes(&self) -> bool {
        self.bound.holds(self.got)
    }
    /// The line of a plain table: name, got, want, tolerance, pass.
    pub fn line(&self) -> String {
        let want = self.want.map_or_else(|| format!("{}", self.bound), digits);
        let verdict = match (self.bound, self.passes()) {
            (Bound::Shown, true) => "-",
            (_, true) => "pass",
            (_, false) => "FAIL",
        };
        let tolerance = &self.tolerance;
        format!("{:<64} {:>11} {want:>11} {tolerance:>12} {verdict:>5}", self.name, digits(self.got))
    }
}

/// Computed over wanted against the logarithm of the wanted: one point per row that wants a number, the line of equality, and the
/// lines of a tenth more and less.
pub fn scatter(title: &str, who: &str, rows: &[Row]) -> Panel {
    let points: Vec<(f64, f64)> = rows
        .iter()
        .filter_map(|r| Some((r.want?, r.got)))
        .filter(|(w, g)| *w > 0.0 && *g > 0.0)
        .map(|(w, g)| (base::math::log10(w), g / w))
        .collect();
    let (least, most) = points.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), (w, _)| (a.min(*w), b.max(*w)));
    let line = |factor: f64| vec![(least - 0.1, factor), (most + 0.1, factor)];
    Panel::new(title, &format!("log10 of the number that {who} prints"), "computed over printed")
        .with("equal", Role::Exact, line(1.0))
        .with("10 % more", Role::Peer, line(1.1))
        .with("10 % less", Role::PeerToo, line(0.9))
        .with(format!("{} numbers", points.len()), Role::Experiment, points)
}

/// A tolerance as people write it: 3, 0.1, 12.5.
fn digits_short(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
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
    /// The rows that miss, as lines: what a test prints when it fails.
    pub fn misses(&self) -> Vec<String> {
        self.rows.iter().filter(|r| !r.passes()).map(Row::line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_passes_within_its_tolerance_and_never_with_no_number() {
        // Grade: exact.
        assert!(Row::near("x", 103.0, 100.0, 0.03).passes());
        assert!(!Row::near("x", 103.1, 100.0, 0.03).passes());
        assert!(!Row::near("x", f64::NAN, 100.0, 0.03).passes());
        assert!(Row::near("x", -9.8, -10.0, 0.03).passes());
        assert!(Row::near_or_within("x", 10.4, 10.0, 0.03, 0.5).passes());
        assert!(Row::near_printed("x", 14.9, 18.0, 0.15, 1.0).passes());
        assert!(!Row::near_printed("x", 14.8, 18.0, 0.15, 1.0).passes());
        assert!(!Row::shown("x", f64::NAN).passes());
        assert_eq!(Row::near("x", 1.0, 1.0, 0.001).tolerance, "0.1 %");
    }
}
