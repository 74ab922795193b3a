//! `sandtable validate`: the evidence. Runs the cases of a model against exact solutions, benchmarks and experiments,
//! prints every row with pass or fail, and draws computed against exact.

mod gas;
mod plot;

pub use gas::gas;

use crate::args::ValidateArgs;
use crate::commands::Done;
use base::complaint::{Complaints, nearest};
use hydro::validate::case::{Bound, digits};
use hydro::validate::{Bench, CaseResult, Panel, Row, cases};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Where third-party data lies beside the repository, when nothing is said.
const DATA: &str = "../shared/data/flood";

/// What was typed, checked: where the data lie.
fn prepare(args: &ValidateArgs, names: &[&str], usual: &str) -> Result<Option<PathBuf>, Complaints> {
    let mut wrong = Complaints::new();
    for name in &args.only {
        if !names.contains(&name.as_str()) {
            let hint = match nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("one of {}", names.join(", ")),
            };
            wrong.add("--only", format!("there is no case {name:?}"), hint);
        }
    }
    let data = match &args.data {
        Some(folder) => {
            if !folder.is_dir() {
                wrong.add(folder, "--data: there is no such folder", "leave it out to run the cases that need no data");
            }
            Some(folder.clone())
        }
        None => Some(PathBuf::from(usual)).filter(|folder| folder.is_dir()),
    };
    if let Some(folder) = &args.plots
        && let Err(e) = std::fs::create_dir_all(folder)
    {
        wrong.add(folder, format!("--plots: cannot be made: {e}"), "");
    }
    wrong.or(())?;
    match &data {
        Some(folder) => say!("data: {}", folder.display()),
        None => say!("data: none (--data FOLDER); the cases that need it are skipped, and say so"),
    }
    Ok(data)
}

/// Whether a case is to be run.
fn wanted(args: &ValidateArgs, name: &str, quick: bool) -> bool {
    let named = args.only.is_empty() || args.only.iter().any(|only| only == name);
    named && (quick || !args.quick || !args.only.is_empty())
}

pub fn flood(args: &ValidateArgs) -> Done {
    let all = cases();
    let names: Vec<&str> = all.iter().map(|case| case.name).collect();
    let data = prepare(args, &names, DATA)?;
    let started = Instant::now();
    let clock = move || started.elapsed().as_secs_f64();
    let bench = Bench { data, quick: args.quick, clock: &clock };
    let mut tally = Tally::default();
    let mut sheet = String::from(SHEET_HEAD);
    for case in &all {
        if !wanted(args, case.name, case.quick) {
            continue;
        }
        let result = (case.run)(&bench);
        say!("\n{}: {}", case.name, case.about);
        print(&result);
        let rows = result.rows.iter().map(|row| (row.bound != Bound::Shown, row.passes()));
        tally.add(case.name, rows, result.skipped.as_ref());
        result.rows.iter().for_each(|row| sheet.push_str(&sheet_line(case.name, row)));
        if let Some(folder) = &args.plots {
            write_plots(folder, &result.name, &result.panels)?;
        }
    }
    if let Some(folder) = &args.plots {
        let path = folder.join("rows.csv");
        std::fs::write(&path, sheet).map_err(|e| Complaints::one(&path, format!("cannot be written: {e}"), ""))?;
    }
    Ok(tally.tell(clock()))
}

/// What came out of all cases together.
#[derive(Default)]
struct Tally {
    judged: usize,
    held: usize,
    shown: usize,
    /// Case and why.
    skipped: Vec<(String, String)>,
    failed: Vec<String>,
}

impl Tally {
    /// A case: of each of its rows whether it is judged and whether it holds; why it was skipped, whole or in part.
    fn add(&mut self, name: &str, rows: impl Iterator<Item = (bool, bool)>, skipped: Option<&String>) {
        let mut passes = true;
        for (judged, holds) in rows {
            self.shown += usize::from(!judged);
            self.judged += usize::from(judged);
            self.held += usize::from(judged && holds);
            passes &= holds;
        }
        self.skipped.extend(skipped.map(|why| (name.into(), why.clone())));
        if !passes {
            self.failed.push(name.into());
        }
    }

    fn line(&self) -> String {
        let Tally { judged, held, shown, skipped, .. } = self;
        let names: Vec<&str> = skipped.iter().map(|(name, _)| name.as_str()).collect();
        let left_out = if names.is_empty() { String::new() } else { format!("; skipped: {}", names.join(", ")) };
        format!("{held} of {judged} judged rows hold; {shown} more are shown, not judged{left_out}")
    }

    /// Every case passes, and something was judged at all.
    fn passes(&self) -> bool {
        self.failed.is_empty() && self.judged > 0
    }

    /// Prints it; says whether it passes.
    fn tell(&self, took_s: f64) -> bool {
        say!("\n{}; in {took_s:.0} s", self.line());
        self.skipped.iter().for_each(|(name, why)| say!("  {name}: {why}"));
        if !self.failed.is_empty() {
            say!("FAILED: {}", self.failed.join(", "));
        } else if self.judged == 0 {
            say!("FAILED: nothing was judged");
        }
        self.passes()
    }
}

/// The rows of a case, in columns.
fn print(result: &CaseResult) {
    if let Some(why) = &result.skipped {
        say!("  {why}");
    }
    let head =
        ["", "grid", "scheme", "", "what", "value", "bound", "peers", "steps", "wall s", "M cells/s", "mass error"];
    let mut lines: Vec<[String; 12]> = vec![head.map(String::from)];
    lines.extend(result.rows.iter().map(cells));
    if lines.len() == 1 {
        return;
    }
    let width = |k: usize| lines.iter().map(|l| l[k].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..12).map(width).collect();
    for line in &lines {
        let text: Vec<String> = line
            .iter()
            .zip(&widths)
            .enumerate()
            // Numbers to the right, words to the left.
            .map(|(k, (cell, w))| if k == 5 || k > 7 { format!("{cell:>w$}") } else { format!("{cell:<w$}") })
            .collect();
        say!("  {}", text.join("  ").trim_end());
    }
    result.notes.iter().for_each(|note| say!("  note: {note}"));
}

fn cells(row: &Row) -> [String; 12] {
    let cost = row.cost;
    let rate = |cost: hydro::validate::Cost| match cost.wall_s > 0.0 {
        true => format!("{:.1}", cost.cell_updates as f64 / cost.wall_s / 1e6),
        false => String::new(),
    };
    [
        if row.passes() { "pass" } else { "FAIL" }.into(),
        row.grid.clone(),
        row.scheme.clone(),
        row.precision.clone(),
        row.what.clone(),
        digits(row.value),
        row.bound.to_string(),
        row.peer.clone(),
        cost.map_or(String::new(), |c| c.steps.to_string()),
        cost.map_or(String::new(), |c| format!("{:.2}", c.wall_s)),
        cost.map_or(String::new(), rate),
        cost.and_then(|c| c.mass_error).map_or(String::new(), |e| format!("{e:.0e}")),
    ]
}

const SHEET_HEAD: &str =
    "case,pass,grid,scheme,precision,what,value,bound,peers,steps,wall_s,cell_updates,mass_error\n";

/// One row of rows.csv.
fn sheet_line(case: &str, row: &Row) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let (steps, wall, updates, mass) = row.cost.map_or_else(Default::default, |c| {
        let mass = c.mass_error.map_or(String::new(), |e| format!("{e:e}"));
        (c.steps.to_string(), format!("{:.3}", c.wall_s), c.cell_updates.to_string(), mass)
    });
    format!(
        "{case},{},{},{},{},{},{:e},{},{},{steps},{wall},{updates},{mass}\n",
        row.passes(),
        quoted(&row.grid),
        row.scheme,
        row.precision,
        quoted(&row.what),
        row.value,
        quoted(&row.bound.to_string()),
        quoted(&row.peer),
    )
}

fn write_plots(folder: &Path, name: &str, panels: &[Panel]) -> Result<(), Complaints> {
    if panels.iter().all(|panel| panel.series.is_empty()) {
        return Ok(());
    }
    let path = folder.join(format!("{name}.svg"));
    plot::write(&path, panels).map_err(|e| Complaints::one(&path, format!("cannot be drawn: {e}"), ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_are_only_shown_are_not_counted_as_holding() {
        // Grade: exact.
        let mut tally = Tally::default();
        tally.add("a", [(true, true), (false, true), (false, true)].into_iter(), None);
        assert_eq!(tally.line(), "1 of 1 judged rows hold; 2 more are shown, not judged");
        assert!(tally.passes());
        tally.add("b", [(true, false), (true, true)].into_iter(), Some(&"half of its data is not there".into()));
        assert_eq!(tally.line(), "2 of 3 judged rows hold; 2 more are shown, not judged; skipped: b");
        assert!(!tally.passes());
        assert_eq!(tally.failed, ["b"]);
    }

    #[test]
    fn a_run_that_judged_nothing_does_not_pass() {
        // Grade: behaviour.
        let mut tally = Tally::default();
        tally.add("a", std::iter::empty(), Some(&"no data".into()));
        tally.add("b", std::iter::once((false, true)), None);
        assert!(!tally.passes());
    }
}
