//! The ledger: one sweep over the events that puts together what many indicators need — when each zone was reached,
//! when each person was warned, the life of every message and order.

use crate::base::{ids::*, time::Tick};
use crate::record::Recording;
use crate::vocab::body::{Cause, Health};
use crate::vocab::event::Event;
use crate::vocab::message::{Loss, Message, MessageKind, Party};
use crate::vocab::order::{Order, OrderState, Why};
use std::collections::BTreeMap;

/// A step for the worse in someone's health.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Harm {
    pub tick: Tick,
    pub person: PersonId,
    pub health: Health,
    pub cause: Cause,
    /// Index of the event.
    pub event: usize,
}

/// A message and what became of it.
#[derive(Debug, Clone)]
pub struct Letter<'a> {
    pub message: &'a Message,
    pub event: usize,
    pub delivered: Vec<(Tick, &'a Party, usize)>,
    pub lost: Vec<(Tick, &'a Party, Loss, usize)>,
    pub acknowledged: Option<Tick>,
}

/// How an order ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Done,
    Failed,
    Refused,
    Expired,
}

/// An order and what became of it.
#[derive(Debug, Clone)]
pub struct OrderLife<'a> {
    pub order: &'a Order,
    pub issued: Tick,
    pub event: usize,
    pub received: Option<Tick>,
    pub started: Option<Tick>,
    pub ended: Option<(Tick, Ending, usize)>,
    pub why: Option<Why>,
    pub dispatched: Vec<(Tick, UnitId)>,
    pub arrived: Vec<(Tick, UnitId, usize)>,
}

impl OrderLife<'_> {
    pub fn done(&self) -> Option<Tick> {
        self.ended.filter(|e| e.1 == Ending::Done).map(|e| e.0)
    }
    pub fn failed(&self) -> bool {
        self.ended.is_some_and(|e| e.1 != Ending::Done)
    }
    /// Begun or done after its time, or still open when its time had passed.
    pub fn late(&self, last: Tick) -> bool {
        let started = self.started.or(self.arrived.first().map(|a| a.0));
        let begun_late = match (started, self.ended) {
            (Some(t), _) => t > self.order.start_by,
            (None, Some((t, Ending::Done, _))) => t > self.order.done_by,
            (None, _) => last > self.order.start_by,
        };
        let done_late = match self.ended {
            Some((t, Ending::Done, _)) => t > self.order.done_by,
            Some(_) => false,
            None => last > self.order.done_by,
        };
        !self.failed() && (begun_late || done_late)
    }
    /// Open at this moment: given, and not ended.
    pub fn open_at(&self, tick: Tick) -> bool {
        self.issued <= tick && self.ended.is_none_or(|(t, _, _)| t > tick)
    }
}

/// Everything that more than one indicator asks for.
pub struct Ledger<'a> {
    pub rec: &'a Recording,
    /// The last moment of which anything is known.
    pub last: Tick,
    /// Zone in which each person was in the first frame; empty without frames of people.
    pub home_zone: Vec<Option<ZoneId>>,
    pub zone_people: Vec<u32>,
    /// First warning, by person; persons never warned may lie beyond the end.
    pub warned: Vec<Option<Tick>>,
    /// First arrival in a shelter or beyond an exit.
    pub safe: Vec<Option<Tick>>,
    pub sheltered: Vec<Option<Tick>>,
    pub relieved: Vec<Option<Tick>>,
    pub trapped: Vec<Option<Tick>>,
    pub picked_up: Vec<Option<Tick>>,
    pub hospitalised: Vec<Option<Tick>>,
    pub tripped: Vec<Option<Tick>>,
    pub water_at: Vec<Option<Tick>>,
    pub gas_at: Vec<Option<Tick>>,
    pub harms: Vec<Harm>,
    /// The worst that befell each person who was harmed.
    pub worst: BTreeMap<PersonId, Harm>,
    pub messages: BTreeMap<MessageId, Letter<'a>>,
    pub orders: BTreeMap<OrderId, OrderLife<'a>>,
    /// First sign of a hazard: seep, breach, water in the streets, release, gas in the streets.
    pub onset: Option<(Tick, usize)>,
    pub breach: Option<(Tick, LeveeId)>,
    pub release: Option<(Tick, FacilityId)>,
}

fn note(column: &mut Vec<Option<Tick>>, row: usize, tick: Tick) {
    if column.len() <= row {
        column.resize(row + 1, None);
    }
    column[row].get_or_insert(tick);
}

/// The moment in a column that may be shorter than the list it is about.
pub fn at(column: &[Option<Tick>], row: usize) -> Option<Tick> {
    column.get(row).copied().flatten()
}

impl<'a> Ledger<'a> {
    pub fn new(rec: &'a Recording) -> Ledger<'a> {
        let zones = rec.city.zones.len();
        let mut last = rec.last_tick();
        last = last.max(rec.events.last().map_or(Tick(0), |e| e.tick));
        last = last.max(rec.tallies.last().map_or(Tick(0), |t| t.tick));
        last = last.max(rec.end.as_ref().map_or(Tick(0), |e| e.tick));
        let home_zone = home_zones(rec);
        let mut zone_people = vec![0; zones];
        for zone in home_zone.iter().flatten() {
            if let Some(count) = zone_people.get_mut(zone.index()) {
                *count += 1;
            }
        }
        let mut l = Ledger {
            rec,
            last,
            home_zone,
            zone_people,
            warned: Vec::new(),
            safe: Vec::new(),
            sheltered: Vec::new(),
            relieved: Vec::new(),
            trapped: Vec::new(),
            picked_up: Vec::new(),
            hospitalised: Vec::new(),
            tripped: Vec::new(),
            water_at: vec![None; zones],
            gas_at: vec![None; zones],
            harms: Vec::new(),
            worst: BTreeMap::new(),
            messages: BTreeMap::new(),
            orders: BTreeMap::new(),
            onset: None,
            breach: None,
            release: None,
        };
        for (index, stamped) in rec.events.iter().enumerate() {
            l.take(index, stamped.tick, &stamped.event);
        }
        l
    }

    fn take(&mut self, index: usize, tick: Tick, event: &'a Event) {
        match event {
            Event::LeveeSeeps { .. } => self.begin(tick, index),
            Event::LeveeBreached { levee, .. } => {
                self.begin(tick, index);
                self.breach.get_or_insert((tick, *levee));
            }
            Event::WaterReached { zone, .. } => {
                self.begin(tick, index);
                note(&mut self.water_at, zone.index(), tick);
            }
            Event::GasReleased { site, .. } | Event::FireBegan { site, .. } => {
                self.begin(tick, index);
                self.release.get_or_insert((tick, *site));
            }
            Event::GasReached { zone, .. } => {
                self.begin(tick, index);
                note(&mut self.gas_at, zone.index(), tick);
            }
            Event::PersonWarned { person, .. } => note(&mut self.warned, person.index(), tick),
            Event::TripStarted { person, .. } => note(&mut self.tripped, person.index(), tick),
            Event::PersonSheltered { person, .. } => {
                note(&mut self.sheltered, person.index(), tick);
                note(&mut self.safe, person.index(), tick);
            }
            Event::PersonLeft { person, .. } => note(&mut self.safe, person.index(), tick),
            Event::PersonRelieved { person } => note(&mut self.relieved, person.index(), tick),
            Event::PersonTrapped { person } => note(&mut self.trapped, person.index(), tick),
            Event::PersonPickedUp { person, .. } => note(&mut self.picked_up, person.index(), tick),
            Event::PersonHospitalised { person, .. } => note(&mut self.hospitalised, person.index(), tick),
            Event::PersonHarmed { person, health, cause } => {
                let harm = Harm { tick, person: *person, health: *health, cause: *cause, event: index };
                self.harms.push(harm);
                let worst = self.worst.entry(*person).or_insert(harm);
                if harm.health > worst.health {
                    *worst = harm;
                }
            }
            Event::MessageSent(message) => {
                self.messages.entry(message.id).or_insert(Letter {
                    message,
                    event: index,
                    delivered: Vec::new(),
                    lost: Vec::new(),
                    acknowledged: None,
                });
            }
            Event::MessageDelivered { message, to } => {
                if let Some(letter) = self.messages.get_mut(message) {
                    letter.delivered.push((tick, to, index));
                }
            }
            Event::MessageLost { message, to, why } => {
                if let Some(letter) = self.messages.get_mut(message) {
                    letter.lost.push((tick, to, *why, index));
                }
            }
            Event::MessageAcknowledged { message, .. } => {
                if let Some(letter) = self.messages.get_mut(message) {
                    letter.acknowledged.get_or_insert(tick);
                }
            }
            Event::OrderIssued(order) => {
                self.orders.entry(order.id).or_insert(OrderLife {
                    order,
                    issued: tick,
                    event: index,
                    received: None,
                    started: None,
                    ended: None,
                    why: None,
                    dispatched: Vec::new(),
                    arrived: Vec::new(),
                });
            }
            Event::OrderChanged { order, state } => {
                let Some(life) = self.orders.get_mut(order) else { return };
                let mut end = |ending, why: Option<Why>| {
                    if life.ended.is_none() {
                        life.ended = Some((tick, ending, index));
                        life.why = why;
                    }
                };
                match state {
                    OrderState::Issued | OrderState::Accepted => {}
                    OrderState::Received => drop(life.received.get_or_insert(tick)),
                    OrderState::Started => drop(life.started.get_or_insert(tick)),
                    OrderState::Done => end(Ending::Done, None),
                    OrderState::Refused(why) => end(Ending::Refused, Some(*why)),
                    OrderState::Failed(why) => end(Ending::Failed, Some(*why)),
                    OrderState::Expired => end(Ending::Expired, None),
                }
            }
            Event::UnitDispatched { unit, order } => {
                if let Some(life) = self.orders.get_mut(order) {
                    life.dispatched.push((tick, *unit));
                }
            }
            Event::UnitArrived { unit, order, .. } => {
                if let Some(life) = self.orders.get_mut(order) {
                    life.arrived.push((tick, *unit, index));
                }
            }
            // The rest is read by the one indicator or paragraph that needs it.
            _ => {}
        }
    }

    fn begin(&mut self, tick: Tick, index: usize) {
        self.onset.get_or_insert((tick, index));
    }
    /// Reports (信息报告) in the order in which they were sent.
    pub fn reports(&self) -> impl Iterator<Item = &Letter<'a>> {
        self.messages.values().filter(|l| matches!(l.message.kind, MessageKind::Report { .. }))
    }
    pub fn home_of(&self, person: PersonId) -> Option<ZoneId> {
        self.home_zone.get(person.index()).copied().flatten()
    }
    /// Residents: by the header; by the frames where the header is silent.
    pub fn residents(&self) -> u64 {
        if self.rec.header.residents > 0 { self.rec.header.residents } else { self.home_zone.len() as u64 }
    }
    /// Whether the recording tells anything of the run at all; without that a count of 0 would be an invention.
    pub fn observed(&self) -> bool {
        !self.rec.events.is_empty() || !self.rec.tallies.is_empty()
    }
    /// A count, if anything was observed.
    pub fn counted(&self, n: usize) -> Option<f64> {
        self.observed().then_some(n as f64)
    }
    pub fn count(column: &[Option<Tick>]) -> usize {
        column.iter().flatten().count()
    }
    pub fn dead(&self) -> usize {
        self.worst.values().filter(|h| h.health == Health::Dead).count()
    }
    /// People whose worst state was seriously hurt.
    pub fn serious(&self) -> usize {
        self.worst.values().filter(|h| h.health == Health::Serious).count()
    }
    /// The recording came to its end as planned or by a stop; otherwise it was cut off or is still going.
    pub fn complete(&self) -> bool {
        self.rec.end.is_some()
    }
}

fn home_zones(rec: &Recording) -> Vec<Option<ZoneId>> {
    let Some(first) = rec.people_ticks().first().copied() else { return Vec::new() };
    let Some(view) = rec.people_at(first) else { return Vec::new() };
    (0..view.len()).map(|i| rec.city.zone_at(view.at(&rec.city.grid, PersonId::of(i)))).collect()
}

/// The value in the middle of a list (mean of the two in the middle); `None` of an empty one.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    (n > 0).then(|| if n % 2 == 1 { values[n / 2] } else { 0.5 * (values[n / 2 - 1] + values[n / 2]) })
}
