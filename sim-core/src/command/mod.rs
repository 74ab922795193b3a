//! Floor 3, command: posts (岗位), each with a picture of its own, and the pre-plan they act by.
//!
//! A post knows what it was told and what it sees from its window; it never reads the world. Messages wait in its
//! inbox until someone has time to read them, readings stand on its screens until someone looks; reading changes the picture; the
//! picture triggers clauses.

pub mod desk;
pub mod plan;
pub mod screens;

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
    /// Calls, orders and reports: each waits its turn.
    pub inbox: VecDeque<Message>,
    pub screens: screens::Screens,
    /// What is being read, and when it will have been.
    reading: Option<(Attention, Tick)>,
    pub standing: Vec<plan::Standing>,
    /// Number of reports sent so far to each receiver, and when the last went (首报, 续报...).
    pub reports: BTreeMap<PostId, (u32, Tick)>,
    /// Its gas desk, where it has one.
    pub desk: desk::Desk,
}

/// What a post is busy with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Attention {
    Message(Message),
    /// A look at the screens, with what stood there anew.
    Look(Vec<Message>),
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
            screens: screens::Screens::default(),
            reading: None,
            standing: plan::Standing::all_of(id, clauses),
            reports: BTreeMap::new(),
            desk: desk::Desk::default(),
        }
    }

    /// A message has arrived: onto the screens or into the inbox.
    pub fn receive(&mut self, message: Message) {
        if message.kind == MessageKind::Reading {
            self.screens.show(message);
        } else {
            self.inbox.push_back(message);
        }
    }

    /// Reads on: at most one message, or one look at the screens, is finished in a tick.
    pub fn read(&mut self, spec: &PostSpec, seed: u64, now: Tick) -> Vec<Read> {
        let done = self.reading.take_if(|(_, until)| *until <= now).map(|(what, _)| what);
        let looked = matches!(done, Some(Attention::Look(_)));
        let messages = match done {
            None => Vec::new(),
            Some(Attention::Message(message)) => vec![message],
            Some(Attention::Look(readings)) => readings,
        };
        let read = messages.into_iter().map(|message| {
            let learn = |fact: &&Fact| self.picture.learn(**fact, now, Some(message.id));
            let changes = message.facts.iter().filter(learn).copied().collect();
            Read { message, changes }
        });
        let read = read.collect();
        if self.reading.is_none() {
            self.turn_to_next(spec, seed, now, looked);
        }
        read
    }

    /// Looks at the screens between two messages, if anything changed there: neither keeps the other waiting for long.
    fn turn_to_next(&mut self, spec: &PostSpec, seed: u64, now: Tick, looked: bool) {
        let turn = if self.screens.nothing_new() || looked && !self.inbox.is_empty() {
            self.inbox.pop_front().map(|message| (message.id, 1.0, Attention::Message(message)))
        } else {
            let anew = self.screens.look();
            // A look at the screens is a glance; an order or a call takes the time of a talk (assumption: a tenth).
            anew.first().map(|first| first.id).map(|id| (id, 0.1, Attention::Look(anew)))
        };
        let Some((id, share, what)) = turn else { return };
        // A busy desk is a slower desk: a tenth more for each message waiting (assumption).
        let load = 1.0 + 0.1 * self.inbox.len() as f64;
        let s = draw_lognormal(spec.service_s * load * share, 0.3, seed, Stream::Command, self.id.0, now, id.0);
        self.reading = Some((what, now.plus_s(s)));
    }

    pub fn digest(&self, digest: &mut Digest) {
        digest.u32(self.id.0).u32(self.inbox.len() as u32).u32(self.screens.unseen() as u32);
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
    use crate::vocab::message::{Medium, Party};

    #[test]
    fn old_news_does_not_overwrite_newer_knowledge() {
        // Exact.
        let topic = Topic { quantity: Quantity::Stage, about: 0 };
        let mut picture = Picture::default();
        assert!(picture.learn(Fact { topic, value: 4.0, observed: Tick(60) }, Tick(70), None));
        assert!(!picture.learn(Fact { topic, value: 3.0, observed: Tick(30) }, Tick(90), None));
        assert_eq!(picture.value(Quantity::Stage, 0), Some(4.0));
    }

    fn message(
        id: u32,
        kind: MessageKind,
        from: Party,
        quantity: Quantity,
        about: u32,
        value: f64,
        at: Tick,
    ) -> Message {
        Message {
            id: MessageId(id),
            kind,
            from,
            to: vec![Party::Post(PostId(0))],
            medium: Medium::Telemetry,
            facts: vec![Fact { topic: Topic { quantity, about }, value, observed: at }],
            text: Text::new("", ""),
            sent: at,
            inject: None,
        }
    }

    fn dispatch() -> (PostSpec, Post) {
        let spec = PostSpec {
            key: "dispatch".into(),
            name: Text::new("指挥中心", "dispatch"),
            tier: 1,
            at: Point::new(0.0, 0.0),
            zone: None,
            area: Vec::new(),
            superior: None,
            service_s: 60.0,
            eyes: false,
        };
        (spec, Post::new(PostId(0), &[]))
    }

    #[test]
    fn readings_every_tick_do_not_keep_a_call_waiting_and_the_newest_is_known() {
        // Behaviour: twelve monitors report each ten seconds to a desk that needs a minute for a call; a queue of them would never end.
        let (spec, mut post) = dispatch();
        let mut heard = None;
        for t in 0..120 {
            let now = Tick(t);
            for m in 0..12 {
                let from = Party::Monitor(MonitorId(m));
                post.receive(message(
                    100 + 12 * t + m,
                    MessageKind::Reading,
                    from,
                    Quantity::Stage,
                    m,
                    f64::from(t),
                    now,
                ));
            }
            if t == 30 {
                post.receive(message(1, MessageKind::Info, Party::Post(PostId(1)), Quantity::Injured, 0, 7.0, now));
            }
            let _ = post.read(&spec, 1, now);
            if heard.is_none() && post.picture.value(Quantity::Injured, 0) == Some(7.0) {
                heard = Some(t);
            }
        }
        assert!(heard.is_some_and(|t| t < 30 + 24), "heard at {heard:?}: a look and a call take minutes, not more");
        assert!((0..12).all(|m| post.picture.value(Quantity::Stage, m).is_some_and(|v| v >= 110.0)), "old screens");
        assert!(post.screens.unseen() <= 12, "{} readings unseen of 12 monitors", post.screens.unseen());
    }

    #[test]
    fn calls_one_upon_another_leave_time_for_the_screens() {
        // Behaviour.
        let (spec, mut post) = dispatch();
        for id in 0..40 {
            post.receive(message(id, MessageKind::Info, Party::Post(PostId(1)), Quantity::Deaths, id, 1.0, Tick(0)));
        }
        post.receive(message(99, MessageKind::Reading, Party::Monitor(MonitorId(0)), Quantity::Stage, 0, 3.0, Tick(0)));
        let mut seen = None;
        for t in 0..2000 {
            let _ = post.read(&spec, 1, Tick(t));
            if seen.is_none() && post.picture.value(Quantity::Stage, 0).is_some() {
                seen = Some(post.inbox.len());
            }
        }
        assert!(seen.is_some_and(|left| left >= 38), "looked with {seen:?} calls still waiting");
        assert!(post.inbox.is_empty(), "and all calls were read in the end");
    }

    #[test]
    fn a_newer_reading_replaces_only_what_it_tells_anew() {
        // Exact.
        let mut screens = screens::Screens::default();
        let reading = |id, about, value, at| {
            message(id, MessageKind::Reading, Party::Monitor(MonitorId(0)), Quantity::Stage, about, value, Tick(at))
        };
        screens.show(reading(0, 0, 1.0, 0));
        screens.show(reading(1, 1, 2.0, 0));
        screens.show(reading(2, 0, 3.0, 6));
        let mut other = reading(3, 0, 4.0, 6);
        other.from = Party::Monitor(MonitorId(1));
        screens.show(other);
        let left: Vec<u32> = screens.look().iter().map(|m| m.id.0).collect();
        assert_eq!(left, [1, 2, 3]);
        assert!(screens.nothing_new());
    }
}
