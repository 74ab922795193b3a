//! Clauses of the pre-plan: which fired, were carried out in time, late, missed, or never triggered.

use serde::Serialize;
use sim_core::base::{ids::PostId, text::Text, time::Tick};
use sim_core::report::ledger::Ledger;
use sim_core::vocab::event::Event;
use sim_core::vocab::message::{MessageKind, Party};

/// What became of a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum ClauseOutcome {
    InTime,
    Late,
    Missed,
    /// It fired, and no act that follows it is in the recording; its time had not passed, or the act leaves no trace.
    Open,
    NeverTriggered,
}

impl ClauseOutcome {
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            ClauseOutcome::InTime => ("按时", "in time"),
            ClauseOutcome::Late => ("超时", "late"),
            ClauseOutcome::Missed => ("未执行", "missed"),
            ClauseOutcome::Open => ("未见动作", "no act seen"),
            ClauseOutcome::NeverTriggered => ("从未触发", "never triggered"),
        }
    }
}

/// A clause and its first firing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClauseResult {
    pub id: String,
    pub title: Text,
    pub post: PostId,
    pub within_s: f64,
    pub source: String,
    pub fired: Option<Tick>,
    /// How often it fired.
    pub times: usize,
    pub acted: Option<Tick>,
    /// The act names the clause; otherwise it is the post's next level or report.
    pub named: bool,
    pub outcome: ClauseOutcome,
    pub evidence: Vec<usize>,
}

/// Every clause of the programme, in its order.
pub fn clauses(l: &Ledger) -> Vec<ClauseResult> {
    let events = &l.rec.events;
    l.rec
        .programme
        .clauses
        .iter()
        .map(|card| {
            let fires: Vec<usize> = events
                .iter()
                .enumerate()
                .filter(|(_, e)| matches!(&e.event, Event::ClauseFired { post, clause } if *post == card.post && *clause == card.id))
                .map(|(i, _)| i)
                .collect();
            let missed = events.iter().enumerate().find_map(|(i, e)| {
                matches!(&e.event, Event::ClauseMissed { post, clause } if *post == card.post && *clause == card.id)
                    .then_some(i)
            });
            let first = fires.first().map(|i| events[*i].tick);
            // Acts of the tick of firing may stand before the clause's event in the log.
            let from = first.map_or(events.len(), |t| events.partition_point(|e| e.tick < t));
            let find = |test: &dyn Fn(&Event) -> bool| {
                events[from..].iter().position(|e| test(&e.event)).map(|i| i + from)
            };
            let by_name = find(&|e| match e {
                Event::OrderIssued(o) => o.clause.as_deref() == Some(&card.id),
                Event::WarningIssued(w) => w.clause.as_deref() == Some(&card.id),
                _ => false,
            });
            let limit = first.map(|t| t.plus_s(card.within_s));
            // A clause that was declared missed has no act; the post's other acts must not stand in for it.
            let stand_in = || {
                let next = find(&|e| match e {
                    Event::LevelSet { by, .. } => *by == card.post,
                    Event::MessageSent(m) => {
                        m.from == Party::Post(card.post) && matches!(m.kind, MessageKind::Report { .. })
                    }
                    _ => false,
                })?;
                (missed.is_none() && limit.is_some_and(|t| events[next].tick <= t)).then_some(next)
            };
            let act = by_name.or_else(stand_in);
            let acted = act.map(|i| events[i].tick);
            let outcome = match (first, acted, limit) {
                (None, _, _) | (_, _, None) if missed.is_none() => ClauseOutcome::NeverTriggered,
                (Some(_), Some(t), Some(limit)) if t <= limit => ClauseOutcome::InTime,
                (Some(_), Some(_), Some(_)) => ClauseOutcome::Late,
                _ if missed.is_some() => ClauseOutcome::Missed,
                _ => ClauseOutcome::Open,
            };
            ClauseResult {
                id: card.id.clone(),
                title: card.title.clone(),
                post: card.post,
                within_s: card.within_s,
                source: card.source.clone(),
                fired: first,
                times: fires.len(),
                acted,
                named: by_name.is_some(),
                outcome,
                evidence: fires.first().copied().into_iter().chain(act).chain(missed).collect(),
            }
        })
        .collect()
}
