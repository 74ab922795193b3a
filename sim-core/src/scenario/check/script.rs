//! The drill script: injects, when they fire, what they do and say, what is expected to follow.

use super::levers::{levers, place_of};
use crate::base::complaint::{Complaints, nearest};
use crate::base::time::Tick;
use crate::command::PostSpec;
use crate::drill::{Inject, PersonaMessage, Script, Trigger};
use crate::hazard::gas::Table;
use crate::place::city::City;
use crate::record::{Expected, ExpectedAction, ObjectiveCard};
use crate::scenario::bind::{Binder, It};
use crate::scenario::raw::*;
use crate::scenario::source::Source;
use crate::vocab::condition::Quantity;
use crate::vocab::order::Task;
use hydro::structures::StructuresSpec;
use std::collections::BTreeSet;

/// What a script may speak of.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    pub city: &'a City,
    pub posts: &'a [PostSpec],
    pub works: Option<&'a StructuresSpec>,
    pub monitors: &'a [String],
    pub substances: &'a Table,
}

pub(super) fn checked_script(
    source: &Source,
    raw: &RawScript,
    Given { city, posts, works, monitors, substances }: Given,
    inject_keys: &[String],
    clause_ids: &BTreeSet<String>,
    complaints: &mut Complaints,
) -> Script {
    let objectives: Vec<ObjectiveCard> =
        raw.objectives.iter().map(|o| ObjectiveCard { key: o.key.clone(), title: o.title.clone() }).collect();
    let mut injects = Vec::new();
    for (row, inject) in raw.injects.iter().enumerate() {
        let mut binder = Binder {
            source,
            city,
            posts,
            injects: inject_keys,
            monitors,
            anchor: inject.key.clone(),
            it: It::Nothing,
            complaints,
        };
        if inject_keys[..row].contains(&inject.key) {
            binder.complain(&inject.key, format!("inject \"{}\" is there twice", inject.key), "keys are unique");
        }
        let objective_is_there = |binder: &mut Binder, key: &String| {
            if !objectives.iter().any(|o| o.key == *key) {
                let known: Vec<&str> = objectives.iter().map(|o| o.key.as_str()).collect();
                let hint = format!("there is: {}", known.join(", "));
                binder.complain(key, format!("objective \"{key}\" is not there"), hint);
            }
        };
        if let Some(key) = &inject.objective {
            objective_is_there(&mut binder, key);
        }
        let trigger = match &inject.trigger {
            RawTrigger::At { time, jitter } => {
                Trigger::At { tick: Tick::at_or_after_s(binder.seconds(time)), jitter_s: binder.seconds(jitter) }
            }
            RawTrigger::When(condition) => Trigger::When(binder.condition(condition)),
            RawTrigger::Manual => Trigger::Manual,
        };
        let mut effects = Vec::new();
        for lever in &inject.effects {
            effects.extend(levers(&mut binder, lever, city, works, substances));
        }
        let messages = inject
            .messages
            .iter()
            .map(|m| PersonaMessage {
                after_s: binder.seconds(&m.after),
                persona: m.persona.clone(),
                to: binder.post(&m.to, None),
                medium: m.medium,
                text: m.text.clone(),
                claims: m
                    .claims
                    .iter()
                    .map(|(q, key, v)| (binder.topic(*q, key), claimed(&mut binder, *q, *v, substances)))
                    .collect(),
            })
            .collect();
        let expect = inject
            .expect
            .iter()
            .map(|e| {
                objective_is_there(&mut binder, &e.objective);
                if let Some(clause) = &e.clause
                    && !clause_ids.contains(clause)
                {
                    let near = nearest(clause, clause_ids.iter().map(String::as_str));
                    let hint = near.map_or(String::new(), |n| format!("did you mean \"{n}\"?"));
                    binder.complain(clause, format!("clause \"{clause}\" is not in the plan"), hint);
                }
                ExpectedAction {
                    title: e.title.clone(),
                    what: pattern(&mut binder, &e.what),
                    within_s: binder.seconds(&e.within),
                    weight: binder.number(&e.title.zh, "weight", e.weight, 0.0..=100.0),
                    clause: e.clause.clone(),
                    objective: e.objective.clone(),
                }
            })
            .collect();
        let at = effects.iter().find_map(|lever| place_of(lever, city));
        injects.push(Inject {
            key: inject.key.clone(),
            title: inject.title.clone(),
            trigger,
            expires: inject.expires.as_ref().map(|t| Tick::at_or_after_s(binder.seconds(t))),
            effects,
            messages,
            expect,
            objective: inject.objective.clone(),
            at,
        });
    }
    Script { title: raw.title.clone(), objectives, injects }
}

/// A value that someone claims; a UN number must be one of the table.
fn claimed(binder: &mut Binder, quantity: Quantity, value: f64, substances: &Table) -> f64 {
    let known = &substances.substances;
    if quantity == Quantity::ReleaseSubstance && !known.iter().any(|s| f64::from(s.un) == value) {
        let near = known.iter().filter(|s| s.harm.aegl.is_some());
        let hint: Vec<String> = near.map(|s| format!("{} {}", s.un, s.key)).collect();
        binder.complain("ReleaseSubstance", format!("UN number {value} is not in the table"), hint.join(", "));
    }
    value
}

fn pattern(binder: &mut Binder, raw: &RawPattern) -> Expected {
    match raw {
        RawPattern::Report { from, to } => {
            Expected::Report { from: binder.post(from, None), to: binder.post(to, None) }
        }
        RawPattern::Order { from, task } => {
            Expected::Order { from: binder.post(from, None), task: placed(binder, task) }
        }
        RawPattern::OrderLike { from, task } => {
            Expected::OrderKind { from: binder.post(from, None), like: binder.task(task) }
        }
        RawPattern::Warning { from, hazard } => Expected::Warning { from: binder.post(from, None), hazard: *hazard },
        RawPattern::Level { from, hazard } => Expected::Level { from: binder.post(from, None), hazard: *hazard },
        RawPattern::Arrival { task } => Expected::Arrival { task: placed(binder, task) },
        RawPattern::Done { task } => Expected::Done { task: placed(binder, task) },
    }
}

/// A task with its place: tasks of zones have none here.
fn placed(binder: &mut Binder, raw: &RawTask) -> Task {
    let of_zone = matches!(
        raw,
        RawTask::WarnDoorToDoor | RawTask::EvacuateZone | RawTask::RescueFromWater | RawTask::Ambulance | RawTask::Pump
    );
    if of_zone {
        let anchor = binder.anchor.clone();
        binder.complain(&anchor, format!("{raw:?} has no place here"), "use OrderLike for tasks of zones");
    }
    binder.task(raw)
}
