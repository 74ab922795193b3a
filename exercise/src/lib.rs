//! Floor 4, the exercise after the fact: evaluation of what was expected, and the after-action report (复盘报告).
//! It reads a recording and nothing else.
//!
//! - [`evaluate::evaluate`]: injects and their expected actions; [`evaluate::objectives`]: ratings P/S/M/U
//! - [`clauses`], [`comms`], [`gantt`]: plan, messages, units
//! - [`write_report`]: one self-contained HTML file in both languages; [`golden_text`]: the same as plain text

pub mod clauses;
pub mod comms;
pub mod evaluate;
pub mod gantt;
mod html;
pub mod summary;
pub mod svg;
mod text;

pub use evaluate::{InjectResult, evaluate};
pub use text::golden_text;

use sim_core::record::Recording;
use sim_core::report::{self, Indicator, ledger::Ledger};
use std::io;
use std::path::Path;

/// Everything the report shows, computed once.
pub struct After<'a> {
    pub ledger: Ledger<'a>,
    pub indicators: Vec<Indicator>,
    pub injects: Vec<evaluate::InjectResult>,
    pub objectives: Vec<evaluate::ObjectiveResult>,
    pub clauses: Vec<clauses::ClauseResult>,
    pub traffic: Vec<comms::MediumTraffic>,
    pub pairs: Vec<comms::Pair>,
    pub lanes: Vec<gantt::UnitLane>,
}

impl<'a> After<'a> {
    pub fn new(rec: &'a Recording) -> After<'a> {
        let ledger = Ledger::new(rec);
        let injects = evaluate::evaluate_on(&ledger);
        After {
            indicators: report::indicators_of(&ledger),
            objectives: evaluate::objectives(rec, &injects),
            clauses: clauses::clauses(&ledger),
            traffic: comms::traffic(&ledger),
            pairs: comms::pairs(&ledger),
            lanes: gantt::lanes(&ledger),
            injects,
            ledger,
        }
    }
}

/// Writes the after-action report of a recording as one HTML file.
pub fn write_report(rec: &Recording, out: &Path) -> io::Result<()> {
    std::fs::write(out, html::page(&After::new(rec)))
}
