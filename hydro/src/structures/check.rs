//! Gathers what is wrong with the structures of a file: each complaint names the structure and the value.

use base::complaint::{Complaints, nearest};
use base::grid::{Grid, Point};
use std::path::{Path, PathBuf};

/// A running check over one file.
pub struct Check<'a> {
    pub grid: Grid,
    file: PathBuf,
    whose: String,
    complaints: &'a mut Complaints,
}

impl Check<'_> {
    pub fn new<'a>(grid: &Grid, file: &Path, complaints: &'a mut Complaints) -> Check<'a> {
        Check { grid: *grid, file: file.into(), whose: String::new(), complaints }
    }
    /// What the next complaints are about.
    pub fn of(&mut self, kind: &str, name: &str) {
        self.whose = format!("{kind} \"{name}\"");
        if name.trim().is_empty() {
            self.wrong("has no name", "orders and news call a structure by its name");
        }
    }
    pub fn wrong(&mut self, what: impl std::fmt::Display, hint: &str) {
        self.complaints.add(&self.file, format!("{}: {what}", self.whose), hint);
    }
    pub fn finite(&mut self, field: &str, value: f64) -> bool {
        if !value.is_finite() {
            self.wrong(format_args!("{field} is {value}"), "a finite number");
        }
        value.is_finite()
    }
    pub fn positive(&mut self, field: &str, value: f64) -> bool {
        let good = value.is_finite() && value > 0.0;
        if !good {
            self.wrong(format_args!("{field} is {value}"), "a number above 0");
        }
        good
    }
    pub fn not_negative(&mut self, field: &str, value: f64) -> bool {
        let good = value.is_finite() && value >= 0.0;
        if !good {
            self.wrong(format_args!("{field} is {value}"), "0 or more");
        }
        good
    }
    pub fn share(&mut self, field: &str, value: f64) -> bool {
        let good = (0.0..=1.0).contains(&value);
        if !good {
            self.wrong(format_args!("{field} is {value}"), "a share from 0 to 1");
        }
        good
    }
    /// The cell at a point.
    pub fn cell(&mut self, field: &str, p: Point) -> Option<usize> {
        let cell = if p.x.is_finite() && p.y.is_finite() { self.grid.cell_at(p) } else { None };
        if cell.is_none() {
            let g = self.grid;
            let hint = format!("x from {} to {}, y from {} to {}", g.x0, g.x0 + g.width_m(), g.y0, g.y0 + g.height_m());
            self.wrong(format_args!("{field} ({}, {}) is not on the grid", p.x, p.y), &hint);
        }
        cell
    }
    /// A curve whose first number rises: (x, y), all finite.
    pub fn rising(&mut self, field: &str, curve: &[(f64, f64)], least: usize) -> bool {
        if curve.len() < least {
            self.wrong(format_args!("{field} has {} points", curve.len()), &format!("{least} or more"));
            return false;
        }
        if curve.iter().any(|p| !p.0.is_finite() || !p.1.is_finite()) {
            self.wrong(format_args!("{field} holds a value that is not a number"), "finite numbers");
            return false;
        }
        if let Some(pair) = curve.windows(2).find(|p| p[1].0 <= p[0].0) {
            self.wrong(format_args!("{field} goes from {} to {}", pair[0].0, pair[1].0), "rising values");
            return false;
        }
        true
    }
    /// That a name is among those that are known.
    pub fn known(&mut self, field: &str, name: &str, known: &[&str]) {
        if !known.contains(&name) {
            let hint = match nearest(name, known.iter().copied()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None if known.is_empty() => "none is named in this file".into(),
                None => format!("known: {}", known.join(", ")),
            };
            self.wrong(format_args!("{field} \"{name}\" is not known"), &hint);
        }
    }
}
