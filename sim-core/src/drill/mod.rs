//! Floor 4, the drill: a script of injects that pull levers and put in messages, and what is expected to follow.

use crate::base::chance::{Stream, draw};
use crate::base::{digest::Digest, ids::*, text::Text, time::Tick};
use crate::record::{ExpectedAction, ObjectiveCard};
use crate::vocab::body::Point;
use crate::vocab::condition::{Condition, Known, Topic};
use crate::vocab::event::Firing;
use crate::vocab::lever::Lever;
use crate::vocab::message::Medium;
use serde::{Deserialize, Serialize};

/// When an inject fires.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Trigger {
    /// At this time, give or take `jitter_s` drawn from the seed: nobody knows it beforehand.
    At { tick: Tick, jitter_s: f64 },
    /// When the condition holds on the truth.
    When(Condition),
    /// When a controller says so.
    Manual,
}

/// A message that controllers put in (a resident's call, a rumour, a superior's question).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PersonaMessage {
    pub after_s: f64,
    pub persona: String,
    pub to: PostId,
    pub medium: Medium,
    pub text: Text,
    /// What it says, which may be false.
    pub claims: Vec<(Topic, f64)>,
}

/// An inject (注入).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inject {
    pub key: String,
    pub title: Text,
    pub trigger: Trigger,
    /// It does not fire any more after this, s from the start.
    pub expires: Option<Tick>,
    pub effects: Vec<Lever>,
    pub messages: Vec<PersonaMessage>,
    pub expect: Vec<ExpectedAction>,
    pub objective: Option<String>,
    pub at: Option<Point>,
}

/// A checked drill script.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Script {
    pub title: Text,
    pub objectives: Vec<ObjectiveCard>,
    pub injects: Vec<Inject>,
}

/// How far the drill has come.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Progress {
    pub fired: Vec<Option<Tick>>,
    pub expired: Vec<bool>,
    /// Messages of fired injects that are still to go out.
    waiting: Vec<(Tick, InjectId, usize)>,
}

/// What the drill does this tick.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    Fired(InjectId, Firing),
    Expired(InjectId),
    Pull(InjectId, Lever),
    Say(InjectId, PersonaMessage),
}

impl Progress {
    pub fn new(script: &Script) -> Progress {
        let n = script.injects.len();
        Progress { fired: vec![None; n], expired: vec![false; n], waiting: Vec::new() }
    }

    /// The moment at which a timed inject fires in the run of this seed.
    pub fn moment(inject: InjectId, trigger: &Trigger, seed: u64) -> Option<Tick> {
        match trigger {
            Trigger::At { tick, jitter_s } => {
                let shift = (2.0 * draw(seed, Stream::Drill, inject.0, Tick(0), 0) - 1.0) * jitter_s;
                Some(Tick::at_or_after_s((tick.seconds() + shift).max(0.0)))
            }
            Trigger::When(_) | Trigger::Manual => None,
        }
    }

    /// One tick: fires what is due, by time, by condition on the truth, or by hand.
    pub fn step(&mut self, script: &Script, seed: u64, truth: &dyn Known, by_hand: &[InjectId]) -> Vec<Act> {
        let now = truth.now();
        let mut acts = Vec::new();
        for (row, inject) in script.injects.iter().enumerate() {
            let id = InjectId::of(row);
            if self.fired[row].is_some() {
                continue;
            }
            let how = if by_hand.contains(&id) {
                Some(Firing::Manual)
            } else if self.expired[row] {
                None
            } else {
                match &inject.trigger {
                    Trigger::At { .. } => {
                        (Self::moment(id, &inject.trigger, seed).is_some_and(|t| t <= now)).then_some(Firing::Timed)
                    }
                    Trigger::When(condition) => condition.holds(truth).then_some(Firing::Conditional),
                    Trigger::Manual => None,
                }
            };
            match how {
                Some(how) => {
                    self.fired[row] = Some(now);
                    acts.push(Act::Fired(id, how));
                    acts.extend(inject.effects.iter().map(|lever| Act::Pull(id, lever.clone())));
                    for (m, message) in inject.messages.iter().enumerate() {
                        self.waiting.push((now.plus_s(message.after_s), id, m));
                    }
                }
                None => {
                    if !self.expired[row] && inject.expires.is_some_and(|t| t <= now) {
                        self.expired[row] = true;
                        acts.push(Act::Expired(id));
                    }
                }
            }
        }
        let (due, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.waiting).into_iter().partition(|w| w.0 <= now);
        self.waiting = later;
        for (_, id, m) in due {
            acts.push(Act::Say(id, script.injects[id.index()].messages[m].clone()));
        }
        acts
    }

    pub fn digest(&self, digest: &mut Digest) {
        digest.u32s(self.fired.iter().map(|t| t.map_or(u32::MAX, |t| t.0)));
        digest.u32(self.waiting.len() as u32);
    }
}

#[cfg(test)]
mod tests {
    //! Grade: behaviour.
    use super::*;

    struct Truth(u32, f64);
    impl Known for Truth {
        fn now(&self) -> Tick {
            Tick(self.0)
        }
        fn value(&self, _: Topic) -> Option<f64> {
            Some(self.1)
        }
        fn largest(&self, _: crate::vocab::condition::Quantity) -> Option<f64> {
            None
        }
        fn fired(&self, _: InjectId) -> Option<Tick> {
            None
        }
    }
    fn inject(trigger: Trigger) -> Inject {
        Inject {
            key: "a".into(),
            title: Text::new("", ""),
            trigger,
            expires: Some(Tick(100)),
            effects: vec![Lever::SeepLevee(LeveeId(0))],
            messages: Vec::new(),
            expect: Vec::new(),
            objective: None,
            at: None,
        }
    }

    #[test]
    fn injects_fire_once_by_time_by_condition_or_by_hand_and_else_expire() {
        let topic = Topic { quantity: crate::vocab::condition::Quantity::Stage, about: 0 };
        let script = Script {
            injects: vec![
                inject(Trigger::At { tick: Tick(10), jitter_s: 0.0 }),
                inject(Trigger::When(Condition::Above(topic, 5.0))),
                inject(Trigger::When(Condition::Above(topic, 50.0))),
                inject(Trigger::Manual),
            ],
            ..Script::default()
        };
        let mut progress = Progress::new(&script);
        let mut acts = Vec::new();
        for t in 0..150 {
            let by_hand = if t == 30 { vec![InjectId(3)] } else { Vec::new() };
            acts.extend(
                progress.step(&script, 1, &Truth(t, f64::from(t) / 10.0), &by_hand).into_iter().map(|a| (t, a)),
            );
        }
        let fired: Vec<_> = acts.iter().filter(|(_, a)| matches!(a, Act::Fired(..))).map(|(t, _)| *t).collect();
        assert_eq!(fired, [10, 30, 51]);
        assert_eq!(acts.iter().filter(|(_, a)| matches!(a, Act::Expired(InjectId(2)))).count(), 1);
        assert_eq!(acts.iter().filter(|(_, a)| matches!(a, Act::Pull(..))).count(), 3);
    }

    #[test]
    fn jitter_stays_within_its_bounds_and_changes_with_the_seed() {
        let trigger = Trigger::At { tick: Tick(360), jitter_s: 600.0 };
        let moments: Vec<Tick> = (0..50).map(|seed| Progress::moment(InjectId(0), &trigger, seed).unwrap()).collect();
        assert!(moments.iter().all(|t| (300..=420).contains(&t.0)));
        assert!(moments.iter().any(|t| *t != moments[0]));
    }
}
