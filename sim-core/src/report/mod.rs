//! Floor 2, reading back: what a recording says, in numbers, words and pictures. A report reads a
//! [`Recording`] and nothing else; it never touches the world, and no model knows that it exists.
//!
//! | file | what |
//! |---|---|
//! | [`indicators`] | the list below, one family a file: `harm`, `warning`, `reporting`, `rescue`, `relief`, `orders` |
//! | [`table`] | the indicators as a table for a terminal |
//! | [`story`] | the run told in paragraphs; [`chain`]: why a failure came about; [`cascade`]: which disaster led to which |
//! | [`picture`] | truth against what each post believed, over time |
//! | [`studies`] | what posts computed of a gas cloud, beside the truth |
//! | [`map`], [`colours`] | the map at a moment, drawn on the processor |
//!
//! A value that the recording holds no evidence for is `None`, "not observed", and never 0.

pub mod cascade;
pub mod chain;
pub mod colours;
pub mod fixture;
mod harm;
pub mod ledger;
pub mod map;
mod orders;
pub mod picture;
mod relief;
mod reporting;
mod rescue;
pub mod story;
pub mod studies;
pub mod table;
#[cfg(test)]
mod tests;
mod warning;
pub mod words;

use crate::base::text::{Lang, Text};
use crate::record::Recording;
use ledger::Ledger;
use serde::Serialize;

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Better {
    Higher,
    Lower,
}

/// A value to be reached, and who set it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Target {
    pub bound: f64,
    pub source: Text,
}

/// One measured quantity of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Indicator {
    /// Stable name for files and comparisons.
    pub key: &'static str,
    pub name: Text,
    pub unit: Text,
    /// `None`: not observed (no evidence in the recording), or the thing never happened; `detail` says which.
    pub value: Option<f64>,
    pub better: Better,
    pub target: Option<Target>,
    /// Whether the target is met. `Some(false)` without a value: a thing that was due never happened.
    pub met: Option<bool>,
    /// How it is computed, and from what.
    pub definition: Text,
    /// What stands behind the value in this run.
    pub detail: Text,
}

impl Indicator {
    /// The value with its unit, or why there is none.
    pub fn value_text(&self, lang: Lang) -> String {
        match (self.value, self.met) {
            (Some(v), _) => {
                let unit = match (lang, self.unit.en.as_str()) {
                    (Lang::En, "people") if v == 1.0 => "person",
                    (Lang::En, unit) if v == 1.0 => unit.strip_suffix('s').filter(|u| u.len() > 2).unwrap_or(unit),
                    _ => self.unit.get(lang),
                };
                format!("{} {unit}", words::number(v)).trim().to_string()
            }
            (None, Some(false)) => lang.of("未发生", "never happened").to_string(),
            (None, _) => lang.of("未观测到", "not observed").to_string(),
        }
    }
    /// "≥ 95 %", or a dash.
    pub fn target_text(&self, lang: Lang) -> String {
        let sign = match self.better {
            Better::Higher => "≥",
            Better::Lower => "≤",
        };
        self.target.as_ref().map_or("—".into(), |t| {
            format!("{sign} {} {}", words::number(t.bound), self.unit.get(lang)).trim().into()
        })
    }
}

/// The fixed part of an indicator; [`Row::is`] adds what was found.
pub(crate) struct Row {
    key: &'static str,
    name: (&'static str, &'static str),
    unit: (&'static str, &'static str),
    better: Better,
    target: Option<(f64, (&'static str, &'static str))>,
    definition: (&'static str, &'static str),
}

impl Row {
    fn is(self, value: Option<f64>, detail: Text) -> Indicator {
        let value = value.filter(|v| v.is_finite());
        let met = self.target.as_ref().zip(value).map(|((bound, _), v)| match self.better {
            Better::Higher => v >= *bound,
            Better::Lower => v <= *bound,
        });
        Indicator {
            key: self.key,
            name: words::text(self.name),
            unit: words::text(self.unit),
            value,
            better: self.better,
            target: self.target.map(|(bound, source)| Target { bound, source: words::text(source) }),
            met,
            definition: words::text(self.definition),
            detail,
        }
    }
    /// It was due and never happened: no value, and not met.
    fn never(self, detail: Text) -> Indicator {
        Indicator { met: Some(false), ..self.is(None, detail) }
    }
}

/// People, %, minutes and hours: the units of most indicators.
pub(crate) const PEOPLE: (&str, &str) = ("人", "people");
pub(crate) const PERCENT: (&str, &str) = ("%", "%");
pub(crate) const MINUTES: (&str, &str) = ("分钟", "min");
pub(crate) const HOURS: (&str, &str) = ("小时", "h");
pub(crate) const TIMES: (&str, &str) = ("", "");

/// All indicators of a run, in the order of the report. A new one is a function in a family's file and a line here.
pub fn indicators(rec: &Recording) -> Vec<Indicator> {
    let ledger = Ledger::new(rec);
    indicators_of(&ledger)
}

/// The same on a ledger that is there already.
pub fn indicators_of(l: &Ledger) -> Vec<Indicator> {
    let mut all = vec![
        harm::deaths(l),
        harm::deaths_per_million(l),
        harm::seriously_hurt(l),
        harm::affected_per_100k(l),
        harm::worst_zone(l),
        warning::warned_before_water(l),
        warning::warned_before_gas(l),
        warning::warned_worst_zone(l),
        warning::warned_overall(l),
        warning::lead_water(l),
        warning::lead_gas(l),
        reporting::first_report(l),
        reporting::first_report_to_city(l),
        reporting::first_report_to_town(l),
        reporting::error_casualties(l),
        reporting::error_trapped(l),
        reporting::error_breach(l),
    ];
    all.extend(orders::levels(l));
    all.extend([
        orders::command_ready(l),
        rescue::first_unit(l),
        rescue::five_minutes(l),
        rescue::moved_before_water(l),
        rescue::rescued(l),
        rescue::rescue_wait(l),
        relief::shelter_occupancy(l),
        relief::shelter_area(l),
        relief::relieved(l),
        relief::road_reopened(l),
        relief::hospital_load(l),
        relief::hospital_wait(l),
        rescue::responders_lost(l),
        orders::issued(l),
        orders::done(l),
        orders::failed(l),
        orders::late(l),
        orders::duplicates(l),
        orders::clauses_missed(l),
        orders::span_of_control(l),
        rescue::idle(l),
        orders::messages_lost(l),
        orders::message_delay(l),
        orders::acknowledged(l),
    ]);
    all
}

/// What a report must say first when the recording has no end.
pub fn cut_off_note(rec: &Recording) -> Option<Text> {
    if rec.end.is_some() {
        return None;
    }
    let last = Ledger::new(rec).last;
    let clock = words::clock(rec, last);
    Some(Text::new(
        format!("本记录没有结束标记（运行被中断或仍在进行），以下内容仅截至{}。", clock.zh),
        format!(
            "This recording has no end (the run was cut off or is still going); what follows goes up to {}.",
            clock.en
        ),
    ))
}
