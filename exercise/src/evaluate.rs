//! Evaluation of injects and objectives: was the expected action found, when, within its limit.
//!
//! Scored by intention to treat: an inject that fired and was not answered counts as missing and is never dropped.
//! What the recording cannot show, because it ends before the limit or the inject never fired, is "not observed" and
//! leaves the denominator.

use serde::Serialize;
use sim_core::base::{ids::*, text::Text, time::Tick};
use sim_core::record::{Expected, ExpectedAction, Planned, Recording};
use sim_core::report::ledger::{Ledger, Letter};
use sim_core::report::words;
use sim_core::vocab::condition::{Level, Subject, Topic};
use sim_core::vocab::event::{Event, Firing};
use sim_core::vocab::lever::Lever;
use sim_core::vocab::message::{MessageKind, Party};
use sim_core::vocab::order::{OrderState, Task};

/// What became of an expected action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Outcome {
    /// Found within the limit.
    Met,
    /// The very same order had been given, or its task done, before the inject fired: counts as met.
    Before,
    /// Found after the limit.
    Late,
    /// The limit passed without it.
    Missing,
    /// The inject never fired, or the recording ends before the limit.
    NotObserved,
}

impl Outcome {
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Outcome::Met => ("达到", "met"),
            Outcome::Before => ("事前已做", "done before"),
            Outcome::Late => ("超时", "late"),
            Outcome::Missing => ("缺失", "missing"),
            Outcome::NotObserved => ("未观测到", "not observed"),
        }
    }
    fn in_limit(self) -> bool {
        matches!(self, Outcome::Met | Outcome::Before)
    }
    fn found(self) -> bool {
        self.in_limit() || self == Outcome::Late
    }
}

/// An expected action and what was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ActionResult {
    pub title: Text,
    pub what: Text,
    pub within_s: f64,
    pub weight: f64,
    pub clause: Option<String>,
    pub objective: String,
    pub outcome: Outcome,
    /// When it was found.
    pub found: Option<Tick>,
    /// The limit, once the inject has fired.
    pub limit: Option<Tick>,
    /// Indices of the events that show it.
    pub evidence: Vec<usize>,
}

/// The first thing a recipient did after an inject reached it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reaction {
    pub tick: Tick,
    pub by: PostId,
    pub what: Text,
    pub event: usize,
    /// Whether the act names the inject's own subject; otherwise it is just the first act that followed.
    pub refers: bool,
}

/// An inject: planned, fired, delivered, reacted to, and its expected actions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InjectResult {
    pub inject: InjectId,
    pub key: String,
    pub title: Text,
    pub objective: Option<String>,
    /// The planned moment, where it has one.
    pub planned: Option<Tick>,
    pub planned_how: Text,
    pub fired: Option<Tick>,
    pub how: Option<Text>,
    pub expired: Option<Tick>,
    /// First delivery of a message of the inject to a post.
    pub delivered: Option<Tick>,
    /// The inject sends messages; otherwise it only moves the world.
    pub has_messages: bool,
    pub reaction: Option<Reaction>,
    pub actions: Vec<ActionResult>,
}

/// Rating of an objective, in the words of HSEEP. The rule is this project's proposal (docs/models/indicators.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Rating {
    P,
    S,
    M,
    U,
}

impl Rating {
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Rating::P => ("P 顺利完成", "P performed without challenges"),
            Rating::S => ("S 有欠缺地完成", "S performed with some challenges"),
            Rating::M => ("M 有重大欠缺", "M performed with major challenges"),
            Rating::U => ("U 未能完成", "U unable to be performed"),
        }
    }
}

/// An objective with its rating and the counts behind it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ObjectiveResult {
    pub key: String,
    pub title: Text,
    /// `None`: nothing was observed.
    pub rating: Option<Rating>,
    pub met: usize,
    pub late: usize,
    pub missing: usize,
    pub not_observed: usize,
    /// Share of the observed weight that was found at all, 0 to 1.
    pub found_share: Option<f64>,
}

/// Every inject of the programme, in its order.
pub fn evaluate(rec: &Recording) -> Vec<InjectResult> {
    evaluate_on(&Ledger::new(rec))
}

pub fn evaluate_on(l: &Ledger) -> Vec<InjectResult> {
    (0..l.rec.programme.injects.len()).map(|i| inject(l, InjectId::of(i))).collect()
}

fn inject(l: &Ledger, id: InjectId) -> InjectResult {
    let rec = l.rec;
    let card = &rec.programme.injects[id.index()];
    let mut result = InjectResult {
        inject: id,
        key: card.key.clone(),
        title: card.title.clone(),
        objective: card.objective.clone(),
        planned: match card.planned {
            Planned::At(tick) => Some(tick),
            Planned::When(_) | Planned::Manual => None,
        },
        planned_how: match card.planned {
            Planned::At(tick) => words::clock(rec, tick),
            Planned::When(_) => Text::new("满足条件时", "on a condition"),
            Planned::Manual => Text::new("人工触发", "by hand"),
        },
        fired: None,
        how: None,
        expired: None,
        delivered: None,
        has_messages: false,
        reaction: None,
        actions: Vec::new(),
    };
    let mut fired_at = rec.events.len();
    for (i, e) in rec.events.iter().enumerate() {
        match &e.event {
            Event::InjectFired { inject, how } if *inject == id && result.fired.is_none() => {
                result.fired = Some(e.tick);
                result.how = Some(words::text(match how {
                    Firing::Timed => ("按时", "on time"),
                    Firing::Conditional => ("条件满足", "its condition held"),
                    Firing::Manual => ("人工", "by hand"),
                }));
                fired_at = i;
            }
            Event::InjectExpired { inject } if *inject == id => result.expired = Some(e.tick),
            _ => {}
        }
    }
    let letters: Vec<&Letter> = l.messages.values().filter(|m| m.message.inject == Some(id)).collect();
    result.has_messages = !letters.is_empty();
    let to_posts = |letter: &&Letter| -> Vec<(Tick, PostId)> {
        letter
            .delivered
            .iter()
            .filter_map(|(t, to, _)| if let Party::Post(p) = to { Some((*t, *p)) } else { None })
            .collect()
    };
    let deliveries: Vec<(Tick, PostId)> = letters.iter().flat_map(to_posts).collect();
    result.delivered = deliveries.iter().map(|d| d.0).min();
    if let Some(fired) = result.fired {
        let from = if result.has_messages { result.delivered } else { Some(fired) };
        let posts: Vec<PostId> = deliveries.iter().map(|d| d.1).collect();
        result.reaction = from.and_then(|from| reaction(l, from, &posts, &subjects(l, id, &letters)));
    }
    result.actions = card.expect.iter().map(|a| action(l, a, result.fired, fired_at)).collect();
    result
}

/// What an inject is about: topics its messages carry, subjects its levers move.
struct Subjects {
    about: Vec<(Subject, u32)>,
}

impl Subjects {
    fn has(&self, subject: Subject, id: u32) -> bool {
        self.about.contains(&(subject, id))
    }
    fn topic(&self, topic: Topic) -> bool {
        let subject = topic.quantity.subject();
        subject != Subject::City && self.has(subject, topic.about)
    }
    fn task(&self, task: &Task) -> bool {
        match task {
            Task::PatrolLevee(x) | Task::CloseBreach(x) => self.has(Subject::Levee, x.0),
            Task::WarnDoorToDoor(z)
            | Task::EvacuateZone(z)
            | Task::RescueFromWater(z)
            | Task::Ambulance(z)
            | Task::Pump(z) => self.has(Subject::Zone, z.0),
            Task::Cordon { site: f, .. } | Task::MonitorGas(f) | Task::StopLeak(f) | Task::OpenShelter(f) => {
                self.has(Subject::Facility, f.0)
            }
        }
    }
}

fn subjects(l: &Ledger, id: InjectId, letters: &[&Letter]) -> Subjects {
    let mut about: Vec<(Subject, u32)> = letters
        .iter()
        .flat_map(|m| m.message.facts.iter())
        .map(|f| (f.topic.quantity.subject(), f.topic.about))
        .collect();
    for e in &l.rec.events {
        if let Event::LeverPulled { lever, inject: Some(i), .. } = &e.event
            && *i == id
        {
            about.extend(match lever {
                Lever::SeepLevee(x)
                | Lever::BreachLevee { levee: x, .. }
                | Lever::StrengthenLevee { levee: x, .. }
                | Lever::CloseBreach { levee: x, .. } => Some((Subject::Levee, x.0)),
                Lever::SetPump { facility: f, .. }
                | Lever::ReleaseGas { site: f, .. }
                | Lever::Spill { site: f, .. }
                | Lever::ReduceLeak { site: f, .. }
                | Lever::Burn { site: f, .. }
                | Lever::ExplodeDust { site: f, .. }
                | Lever::PlaceTank { site: f, .. }
                | Lever::CoolTanks { site: f, .. } => Some((Subject::Facility, f.0)),
                Lever::Outage { zone: Some(z), .. } | Lever::Casualties { zone: z, .. } => Some((Subject::Zone, z.0)),
                Lever::Outage { zone: None, .. }
                | Lever::MobilePump { .. }
                | Lever::Works(_)
                | Lever::AddRain { .. }
                | Lever::SetWind { .. }
                | Lever::CloseRoad { .. }
                | Lever::OpenRoad { .. } => None,
            });
        }
    }
    Subjects { about }
}

/// First act of a recipient after the delivery: one about the inject's subject if there is one, else any. An inject
/// without messages has no recipients; then every post is looked at, and only acts about its subject count.
fn reaction(l: &Ledger, from: Tick, posts: &[PostId], subjects: &Subjects) -> Option<Reaction> {
    let rec = l.rec;
    let mut any = None;
    for (event, e) in rec.events.iter().enumerate().skip(rec.events.partition_point(|e| e.tick < from)) {
        let (by, refers, what) = match &e.event {
            Event::OrderIssued(o) => {
                let task = words::task(rec, &o.task);
                (o.from, subjects.task(&o.task), Text::new(format!("下令{}", task.zh), format!("orders: {}", task.en)))
            }
            Event::MessageSent(m) => match (&m.from, m.kind) {
                (Party::Post(p), MessageKind::Report { .. }) => {
                    let to = words::list(m.to.iter().map(|t| words::party(rec, t)));
                    let about = m.facts.iter().any(|f| subjects.topic(f.topic));
                    (*p, about, Text::new(format!("向{}报告", to.zh), format!("reports to {}", to.en)))
                }
                _ => continue,
            },
            Event::LevelSet { hazard, level, by } => {
                let (h, n) = (hazard.names(), level.names());
                (*by, false, Text::new(format!("启动{}{}响应", h.0, n.0), format!("sets {} level {}", h.1, n.1)))
            }
            Event::WarningIssued(w) => {
                let about = w.zones.iter().any(|z| subjects.has(Subject::Zone, z.0));
                let (c, h) = (w.colour.names(), w.hazard.names());
                (w.by, about, Text::new(format!("发布{}{}预警", h.0, c.0), format!("issues a {} {} warning", c.1, h.1)))
            }
            _ => continue,
        };
        let concerned = posts.contains(&by) || (posts.is_empty() && refers);
        if !concerned {
            continue;
        }
        let found = Reaction { tick: e.tick, by, what, event, refers };
        if refers {
            return Some(found);
        }
        any.get_or_insert(found);
    }
    any
}

fn action(l: &Ledger, expected: &ExpectedAction, fired: Option<Tick>, fired_at: usize) -> ActionResult {
    let limit = fired.map(|t| t.plus_s(expected.within_s));
    let events = &l.rec.events;
    let after = events
        .iter()
        .enumerate()
        .skip(fired_at)
        .find(|(i, e)| matches(l, &expected.what, &e.event, *i))
        .map(|(i, e)| (e.tick, i));
    let before = || {
        let exact = matches!(expected.what, Expected::Order { .. } | Expected::Arrival { .. } | Expected::Done { .. });
        exact
            .then(|| {
                events[..fired_at.min(events.len())]
                    .iter()
                    .enumerate()
                    .rfind(|(i, e)| matches(l, &expected.what, &e.event, *i))
            })
            .flatten()
            .filter(|(_, e)| still_good(l, &e.event))
            .map(|(i, e)| (e.tick, i))
    };
    let (outcome, found) = match (fired, limit, after) {
        (None, _, _) | (_, None, _) => (Outcome::NotObserved, None),
        (Some(_), Some(limit), Some(hit)) if hit.0 <= limit => (Outcome::Met, Some(hit)),
        (Some(_), Some(limit), later) => match before() {
            Some(hit) => (Outcome::Before, Some(hit)),
            None if later.is_some() => (Outcome::Late, later),
            None if l.last >= limit => (Outcome::Missing, None),
            None => (Outcome::NotObserved, None),
        },
    };
    ActionResult {
        title: expected.title.clone(),
        what: pattern(l, &expected.what),
        within_s: expected.within_s,
        weight: expected.weight,
        clause: expected.clause.clone(),
        objective: expected.objective.clone(),
        outcome,
        found: found.map(|f| f.0),
        limit,
        evidence: found.map(|f| f.1).into_iter().collect(),
    }
}

/// An order that failed later does not stand for one that is due now.
fn still_good(l: &Ledger, event: &Event) -> bool {
    match event {
        Event::OrderIssued(o) => l.orders.get(&o.id).is_none_or(|life| !life.failed()),
        _ => true,
    }
}

/// Whether an event is what was expected.
fn matches(l: &Ledger, expected: &Expected, event: &Event, index: usize) -> bool {
    let task_of = |order: &OrderId| l.orders.get(order).map(|o| o.order.task);
    match (expected, event) {
        (Expected::Report { from, to }, Event::MessageSent(m)) => {
            matches!(m.kind, MessageKind::Report { .. })
                && m.from == Party::Post(*from)
                && m.to.contains(&Party::Post(*to))
        }
        (Expected::Order { from, task }, Event::OrderIssued(o)) => o.from == *from && o.task == *task,
        (Expected::OrderKind { from, like }, Event::OrderIssued(o)) => {
            o.from == *from && std::mem::discriminant(&o.task) == std::mem::discriminant(like)
        }
        (Expected::Warning { from, hazard }, Event::WarningIssued(w)) => w.by == *from && w.hazard == *hazard,
        (Expected::Level { from, hazard }, Event::LevelSet { hazard: h, level, by }) => {
            by == from && h == hazard && *level > level_before(l, index, *hazard)
        }
        (Expected::Arrival { task }, Event::UnitArrived { order, .. }) => task_of(order) == Some(*task),
        (Expected::Done { task }, Event::OrderChanged { order, state: OrderState::Done }) => {
            task_of(order) == Some(*task)
        }
        _ => false,
    }
}

/// The level of a hazard as it stood before the event with this index.
fn level_before(l: &Ledger, index: usize, hazard: sim_core::vocab::condition::HazardKind) -> Level {
    let set = l.rec.events[..index].iter().rev().find_map(|e| match &e.event {
        Event::LevelSet { hazard: h, level, .. } if *h == hazard => Some(*level),
        _ => None,
    });
    set.unwrap_or_default()
}

fn pattern(l: &Ledger, expected: &Expected) -> Text {
    let rec = l.rec;
    match expected {
        Expected::Report { from, to } => {
            let (a, b) = (words::post(rec, *from), words::post(rec, *to));
            Text::new(format!("{}向{}报告", a.zh, b.zh), format!("{} reports to {}", a.en, b.en))
        }
        Expected::Order { from, task } => {
            let (a, t) = (words::post(rec, *from), words::task(rec, task));
            Text::new(format!("{}下令{}", a.zh, t.zh), format!("{} orders: {}", a.en, t.en))
        }
        Expected::OrderKind { from, like } => {
            let (a, t) = (words::post(rec, *from), like.names());
            Text::new(format!("{}下令{}（不限地点）", a.zh, t.0), format!("{} orders: {} (anywhere)", a.en, t.1))
        }
        Expected::Warning { from, hazard } => {
            let (a, h) = (words::post(rec, *from), hazard.names());
            Text::new(format!("{}发布{}预警", a.zh, h.0), format!("{} warns the public ({})", a.en, h.1))
        }
        Expected::Level { from, hazard } => {
            let (a, h) = (words::post(rec, *from), hazard.names());
            Text::new(format!("{}提升{}响应等级", a.zh, h.0), format!("{} raises the {} level", a.en, h.1))
        }
        Expected::Arrival { task } => {
            let t = words::task(rec, task);
            Text::new(format!("队伍到场：{}", t.zh), format!("a unit arrives: {}", t.en))
        }
        Expected::Done { task } => {
            let t = words::task(rec, task);
            Text::new(format!("完成：{}", t.zh), format!("done: {}", t.en))
        }
    }
}

/// Objectives rated from the actions that name them.
///
/// P: every observed action within its limit. S: every one found, some late. M: at least half of the observed weight
/// found, some missing. U: less than half found.
pub fn objectives(rec: &Recording, injects: &[InjectResult]) -> Vec<ObjectiveResult> {
    rec.programme
        .objectives
        .iter()
        .map(|card| {
            let actions: Vec<&ActionResult> =
                injects.iter().flat_map(|i| &i.actions).filter(|a| a.objective == card.key).collect();
            let count = |test: &dyn Fn(Outcome) -> bool| actions.iter().filter(|a| test(a.outcome)).count();
            let weigh = |test: &dyn Fn(Outcome) -> bool| -> f64 {
                actions.iter().filter(|a| test(a.outcome)).map(|a| a.weight.max(0.0)).sum()
            };
            let (met, late) = (count(&Outcome::in_limit), count(&|o| o == Outcome::Late));
            let missing = count(&|o| o == Outcome::Missing);
            let observed = weigh(&|o| o != Outcome::NotObserved);
            let found_share = (observed > 0.0).then(|| weigh(&Outcome::found) / observed);
            let rating = (met + late + missing > 0).then(|| match (late, missing) {
                (0, 0) => Rating::P,
                (_, 0) => Rating::S,
                _ if found_share.is_some_and(|s| s >= 0.5) => Rating::M,
                _ => Rating::U,
            });
            ObjectiveResult {
                key: card.key.clone(),
                title: card.title.clone(),
                rating,
                met,
                late,
                missing,
                not_observed: count(&|o| o == Outcome::NotObserved),
                found_share,
            }
        })
        .collect()
}
