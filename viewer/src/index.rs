//! What the viewer looks up often, gathered from the events once and added to while a run is followed.

use sim_core::base::{ids::*, time::Tick};
use sim_core::record::Recording;
use sim_core::vocab::body::{Health, Point};
use sim_core::vocab::condition::{Fact, HazardKind, Level, Topic};
use sim_core::vocab::event::{Event, Firing, Stamped};
use sim_core::vocab::message::{Loss, Message, MessageKind, Party};
use sim_core::vocab::order::{Order, OrderState};
use std::collections::BTreeMap;

/// Classes of marks on the timeline, one lane each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkClass {
    Inject,
    Hazard,
    Warning,
    Level,
    Order,
    Casualty,
}

impl MarkClass {
    pub const ALL: [MarkClass; 6] = [
        MarkClass::Inject,
        MarkClass::Hazard,
        MarkClass::Warning,
        MarkClass::Level,
        MarkClass::Order,
        MarkClass::Casualty,
    ];
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            MarkClass::Inject => ("注入", "injects"),
            MarkClass::Hazard => ("险情", "hazards"),
            MarkClass::Warning => ("预警", "warnings"),
            MarkClass::Level => ("响应级别", "levels"),
            MarkClass::Order => ("指令", "orders"),
            MarkClass::Casualty => ("伤亡", "casualties"),
        }
    }
}

/// A mark on the timeline: an event that a reader would jump to.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    pub tick: Tick,
    pub class: MarkClass,
    /// Row of the event.
    pub event: usize,
}

/// A message and what became of it.
#[derive(Debug, Clone)]
pub struct MessageRow {
    pub message: Message,
    pub delivered: Vec<(Tick, Party)>,
    pub lost: Vec<(Tick, Party, Loss)>,
    pub acknowledged: Vec<(Tick, PostId)>,
}

/// An order and its states in time.
#[derive(Debug, Clone)]
pub struct OrderRow {
    pub order: Order,
    pub states: Vec<(Tick, OrderState)>,
}

impl OrderRow {
    /// Its state at `now`, with the tick since when.
    pub fn state_at(&self, now: Tick) -> (Tick, OrderState) {
        let upto = self.states.partition_point(|(tick, _)| *tick <= now);
        upto.checked_sub(1).map_or((self.order.issued, OrderState::Issued), |i| self.states[i].clone())
    }
}

/// A change of one post's picture.
#[derive(Debug, Clone, Copy)]
pub struct Learned {
    pub tick: Tick,
    pub fact: Fact,
    pub message: Option<MessageId>,
}

/// A call for help that is open until the caller is picked up.
#[derive(Debug, Clone, Copy)]
pub struct Incident {
    pub id: IncidentId,
    pub tick: Tick,
    pub person: PersonId,
    pub people: u32,
    pub closed: Option<Tick>,
}

/// A breach in a levee reach.
#[derive(Debug, Clone, Copy)]
pub struct Breach {
    pub levee: LeveeId,
    pub at: Point,
    pub tick: Tick,
    pub closed: Option<Tick>,
}

/// A release of gas at a site.
#[derive(Debug, Clone, Copy)]
pub struct Release {
    pub site: FacilityId,
    pub tick: Tick,
    pub stopped: Option<Tick>,
}

/// A clause of the pre-plan that was followed, or not.
#[derive(Debug, Clone)]
pub struct ClauseRow {
    pub tick: Tick,
    pub post: PostId,
    pub clause: String,
    pub missed: bool,
}

/// Tables over the events of a recording.
#[derive(Debug, Default)]
pub struct Index {
    taken: usize,
    pub marks: Vec<Mark>,
    pub messages: Vec<MessageRow>,
    message_rows: BTreeMap<MessageId, usize>,
    pub orders: Vec<OrderRow>,
    order_rows: BTreeMap<OrderId, usize>,
    /// Rows of the messages that tell how an order stands.
    answer_rows: BTreeMap<OrderId, Vec<usize>>,
    /// What each post learned, in time order.
    pub learned: BTreeMap<PostId, Vec<Learned>>,
    pub fired: BTreeMap<InjectId, (Tick, Firing)>,
    pub expired: BTreeMap<InjectId, Tick>,
    pub clauses: Vec<ClauseRow>,
    pub levels: Vec<(Tick, HazardKind, Level, PostId)>,
    pub incidents: Vec<Incident>,
    pub breaches: Vec<Breach>,
    pub seeps: Vec<(Tick, LeveeId, bool)>,
    pub releases: Vec<Release>,
}

impl Index {
    /// Takes in the events that have come since the last call.
    pub fn take(&mut self, rec: &Recording) {
        for row in self.taken..rec.events.len() {
            self.event(row, &rec.events[row]);
        }
        self.taken = rec.events.len();
    }
    pub fn message(&self, id: MessageId) -> Option<&MessageRow> {
        self.message_rows.get(&id).map(|row| &self.messages[*row])
    }
    pub fn order(&self, id: OrderId) -> Option<&OrderRow> {
        self.order_rows.get(&id).map(|row| &self.orders[*row])
    }
    /// The messages that told how an order stands, in the order in which they were sent.
    pub fn answers(&self, id: OrderId) -> impl Iterator<Item = &MessageRow> {
        self.answer_rows.get(&id).into_iter().flatten().map(|row| &self.messages[*row])
    }
    /// The picture of a post at `now`: what it last learned of each topic.
    pub fn picture(&self, post: PostId, now: Tick) -> BTreeMap<Topic, Learned> {
        let mut picture = BTreeMap::new();
        for learned in self.learned.get(&post).map_or(&[][..], |list| list) {
            if learned.tick > now {
                break;
            }
            picture.insert(learned.fact.topic, *learned);
        }
        picture
    }
    /// The response level at `now`, with the tick since when and by whom.
    pub fn level(&self, hazard: HazardKind, now: Tick) -> Option<(Tick, Level, PostId)> {
        self.levels.iter().rev().find(|(tick, h, ..)| *tick <= now && *h == hazard).map(|(t, _, l, by)| (*t, *l, *by))
    }
    /// The last mark before `now` that is shown, or the first after it.
    pub fn neighbour(&self, now: Tick, forward: bool, shown: &dyn Fn(&Mark) -> bool) -> Option<Tick> {
        let mut marks = self.marks.iter().filter(|m| shown(m)).map(|m| m.tick);
        if forward { marks.find(|t| *t > now) } else { marks.rfind(|t| *t < now) }
    }

    fn event(&mut self, row: usize, stamped: &Stamped) {
        let tick = stamped.tick;
        if let Some(class) = mark_class(&stamped.event) {
            self.marks.push(Mark { tick, class, event: row });
        }
        match &stamped.event {
            Event::InjectFired { inject, how } => {
                self.fired.entry(*inject).or_insert((tick, *how));
            }
            Event::InjectExpired { inject } => {
                self.expired.insert(*inject, tick);
            }
            Event::MessageSent(message) => {
                self.message_rows.insert(message.id, self.messages.len());
                if let MessageKind::OrderState(order) = message.kind {
                    self.answer_rows.entry(order).or_default().push(self.messages.len());
                }
                self.messages.push(MessageRow {
                    message: message.clone(),
                    delivered: Vec::new(),
                    lost: Vec::new(),
                    acknowledged: Vec::new(),
                });
            }
            Event::MessageDelivered { message, to } => {
                if let Some(row) = self.message_rows.get(message) {
                    self.messages[*row].delivered.push((tick, to.clone()));
                }
            }
            Event::MessageLost { message, to, why } => {
                if let Some(row) = self.message_rows.get(message) {
                    self.messages[*row].lost.push((tick, to.clone(), *why));
                }
            }
            Event::MessageAcknowledged { message, by } => {
                if let Some(row) = self.message_rows.get(message) {
                    self.messages[*row].acknowledged.push((tick, *by));
                }
            }
            Event::PictureChanged { post, fact, message } => {
                self.learned.entry(*post).or_default().push(Learned { tick, fact: *fact, message: *message });
            }
            Event::LevelSet { hazard, level, by } => self.levels.push((tick, *hazard, *level, *by)),
            Event::ClauseFired { post, clause } => {
                self.clauses.push(ClauseRow { tick, post: *post, clause: clause.clone(), missed: false });
            }
            Event::ClauseMissed { post, clause } => {
                self.clauses.push(ClauseRow { tick, post: *post, clause: clause.clone(), missed: true });
            }
            Event::OrderIssued(order) => {
                self.order_rows.insert(order.id, self.orders.len());
                self.orders.push(OrderRow { order: order.clone(), states: Vec::new() });
            }
            Event::OrderChanged { order, state } => {
                if let Some(row) = self.order_rows.get(order) {
                    self.orders[*row].states.push((tick, state.clone()));
                }
            }
            Event::HelpCalled { incident, person, people, .. } => {
                self.incidents.push(Incident { id: *incident, tick, person: *person, people: *people, closed: None })
            }
            Event::PersonPickedUp { person, .. }
            | Event::PersonSheltered { person, .. }
            | Event::PersonHospitalised { person, .. } => {
                for incident in self.incidents.iter_mut().filter(|i| i.person == *person && i.closed.is_none()) {
                    incident.closed = Some(tick);
                }
            }
            Event::LeveeBreached { levee, x, y } => {
                self.breaches.push(Breach { levee: *levee, at: Point::new(*x, *y), tick, closed: None });
            }
            Event::BreachClosed { levee } => {
                for breach in self.breaches.iter_mut().filter(|b| b.levee == *levee && b.closed.is_none()) {
                    breach.closed = Some(tick);
                }
            }
            Event::LeveeSeeps { levee } => self.seeps.push((tick, *levee, true)),
            Event::LeveeStrengthened { levee } => self.seeps.push((tick, *levee, false)),
            Event::GasReleased { site, .. } | Event::FireBegan { site, .. } => {
                self.releases.push(Release { site: *site, tick, stopped: None })
            }
            Event::GasStopped { site, .. } | Event::FireEnded { site, .. } => {
                for release in self.releases.iter_mut().filter(|r| r.site == *site && r.stopped.is_none()) {
                    release.stopped = Some(tick);
                }
            }
            _ => {}
        }
    }
}

/// The lane of an event on the timeline, if it has one.
fn mark_class(event: &Event) -> Option<MarkClass> {
    Some(match event {
        Event::InjectFired { .. } | Event::InjectExpired { .. } => MarkClass::Inject,
        Event::LeveeSeeps { .. }
        | Event::LeveeBreached { .. }
        | Event::BreachClosed { .. }
        | Event::GasReleased { .. }
        | Event::GasStopped { .. }
        | Event::FireBegan { .. }
        | Event::FireEnded { .. }
        | Event::Chain(_)
        | Event::Blast { .. }
        | Event::WaterReached { .. }
        | Event::GasReached { .. }
        | Event::WindTurned { .. }
        | Event::OutageBegan { .. }
        | Event::Works(_)
        | Event::PumpStopped { .. } => MarkClass::Hazard,
        Event::WarningIssued(_) => MarkClass::Warning,
        Event::LevelSet { .. } => MarkClass::Level,
        Event::OrderIssued(_) | Event::ClauseMissed { .. } => MarkClass::Order,
        Event::PersonHarmed { health: Health::Serious | Health::Dead, .. } | Event::UnitLost { .. } => {
            MarkClass::Casualty
        }
        _ => return None,
    })
}
