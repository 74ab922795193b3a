//! Floor 3, command: posts (岗位), each with a picture of its own, and the pre-plan they act by.
//!
//! A post knows what it was told and what it sees from its window; it never reads the world. Messages wait in its
//! inbox until someone has time to read them; reading changes the picture; the picture triggers clauses.

pub mod desk;
pub mod plan;

use crate::base::chance::{Stream, draw_lognormal};
use crate::base::{digest::Digest, ids::*, text::Text, time::Tick};
use crate::vocab::body::Point;
use crate::vocab::condition::{Fact, Known, Quantity, Topic};
use crate::vocab::message::{Message, MessageKind};
use crate::vocab::order::OrderState;
use bevy_ecs::prelude::Component;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// A post as the plan and the city set it up. Its row is its id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PostSpec {
    pub key: String,
    pub name: Text,
    /// 0 city, 1 department or town, 2 village.
    pub tier: u8,
    pub at: Point,
    /// The zone it sits in, for outages; `None` with emergency power and lines of its own.
    pub zone: Option<ZoneId>,
    /// The zones it looks after.
    pub area: Vec<ZoneId>,
    pub superior: Option<PostId>,
    /// Median time to take in one message, s (30-120 s: drill.md 7, assumption).
    pub service_s: f64,
    /// Sees the water and smells the gas of its own area.
    pub eyes: bool,
}

/// What a post believes about one topic.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Belief {
    pub value: f64,
    pub observed: Tick,
    pub learned: Tick,
    pub message: Option<MessageId>,
}

/// What a post believes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    pub beliefs: BTreeMap<Topic, Belief>,
    /// What it heard of the orders it gave or got.
    pub orders: BTreeMap<OrderId, OrderState>,
}

impl Picture {
    /// Takes in a fact unless something newer is known. Returns whether the picture changed.
    pub fn learn(&mut self, fact: Fact, now: Tick, message: Option<MessageId>) -> bool {
        let known = self.beliefs.get(&fact.topic);
        if known.is_some_and(|belief| belief.observed > fact.observed) {
            return false;
        }
        let news = known.is_none_or(|belief| belief.value != fact.value);
        self.beliefs.insert(fact.topic, Belief { value: fact.value, observed: fact.observed, learned: now, message });
        news
    }
    pub fn value(&self, quantity: Quantity, about: u32) -> Option<f64> {
        self.beliefs.get(&Topic { quantity, about }).map(|b| b.value)
    }
}

/// A picture read at a moment: what clauses see.
pub struct Seen<'a> {
    pub picture: &'a Picture,
    pub now: Tick,
}

impl Known for Seen<'_> {
    fn now(&self) -> Tick {
        self.now
    }
    fn value(&self, topic: Topic) -> Option<f64> {
        self.picture.beliefs.get(&topic).map(|b| b.value)
    }
    fn largest(&self, quantity: Quantity) -> Option<f64> {
        self.picture
            .beliefs
            .iter()
            .filter(|(topic, _)| topic.quantity == quantity)
            .map(|(_, belief)| belief.value)
            .max_by(f64::total_cmp)
    }
    /// Nobody in the field knows that an inject exists.
    fn fired(&self, _inject: InjectId) -> Option<Tick> {
        None
    }
}

/// A post at work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Component)]
pub struct Post {
    pub id: PostId,
    pub picture: Picture,
    pub inbox: VecDeque<Message>,
    /// The message being read, and when it will have been.
    pub reading: Option<(Message, Tick)>,
    pub standing: Vec<plan::Standing>,
    /// Number of reports sent so far to each receiver, and when the last went (首报, 续报...).
    pub reports: BTreeMap<PostId, (u32, Tick)>,
    /// Its gas desk, where it has one.
    pub desk: desk::Desk,
}

/// What reading a message gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    pub message: Message,
    /// Facts that changed the picture.
    pub changes: Vec<Fact>,
}

impl Post {
    pub fn new(id: PostId, clauses: &[plan::Clause]) -> Post {
        Post {
            id,
            picture: Picture::default(),
            inbox: VecDeque::new(),
            reading: None,
            standing: plan::Standing::all_of(id, clauses),
            reports: BTreeMap::new(),
            desk: desk::Desk::default(),
        }
    }

    /// Reads on: at most one message is finished in a tick.
    pub fn read(&mut self, spec: &PostSpec, seed: u64, now: Tick) -> Option<Read> {
        let finished = match &self.reading {
            Some((_, until)) if *until <= now => self.reading.take().map(|(message, _)| message),
            _ => None,
        };
        let read = finished.map(|message| {
            let changes = message
                .facts
                .iter()
                .filter(|fact| self.picture.learn(**fact, now, Some(message.id)))
                .copied()
                .collect();
            Read { message, changes }
        });
        if self.reading.is_none()
            && let Some(message) = self.inbox.pop_front()
        {
            // A busy desk is a slower desk: a tenth more for each message waiting (assumption).
            let load = 1.0 + 0.1 * self.inbox.len() as f64;
            // A reading of a sensor is a glance at a screen; an order or a call takes the time of a talk.
            let share = if message.kind == MessageKind::Reading { 0.1 } else { 1.0 };
            let s =
                draw_lognormal(spec.service_s * load * share, 0.3, seed, Stream::Command, self.id.0, now, message.id.0);
            self.reading = Some((message, now.plus_s(s)));
        }
        read
    }

    pub fn digest(&self, digest: &mut Digest) {
        digest.u32(self.id.0).u32(self.inbox.len() as u32);
        for (topic, belief) in &self.picture.beliefs {
            digest.u32((topic.quantity as u32) << 24 | topic.about).f64(belief.value).u32(belief.learned.0);
        }
        for (order, state) in &self.picture.orders {
            digest.u32(order.0).u8(state.rank());
        }
        for standing in &self.standing {
            standing.digest(digest);
        }
        self.desk.digest(digest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_news_does_not_overwrite_newer_knowledge() {
        let topic = Topic { quantity: Quantity::Stage, about: 0 };
        let mut picture = Picture::default();
        assert!(picture.learn(Fact { topic, value: 4.0, observed: Tick(60) }, Tick(70), None));
        assert!(!picture.learn(Fact { topic, value: 3.0, observed: Tick(30) }, Tick(90), None));
        assert_eq!(picture.value(Quantity::Stage, 0), Some(4.0));
    }
}
