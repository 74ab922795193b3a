//! Floor 3, comms: who hears what, when, and what is lost.
//!
//! A message goes to each receiver as a dispatch of its own: it is under way, then delivered or lost. Every dispatch
//! is accounted for at every tick. A sender does not see a loss; it sees that no acknowledgement came, and tries
//! again by the next medium. "Three no's" (三无: no power, no network, no road) are areas in which media fail.
//!
//! | medium | delay s | loss | without power | source |
//! |---|---|---|---|---|
//! see [`MEDIA`].

use crate::base::chance::{Stream, draw, draw_lognormal};
use crate::base::{digest::Digest, ids::*, time::Tick};
use crate::vocab::lever::Outage;
use crate::vocab::message::{Loss, Medium, Message, MessageKind, Party};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a medium behaves. All start values are assumptions after drill.md section 7, to be edited per jurisdiction.
pub struct MediumRow {
    pub medium: Medium,
    /// Median time to say or send a message, s (lognormal, sigma 0.4).
    pub delay_s: f64,
    /// Share lost in noise.
    pub loss: f64,
    /// How long it works in a zone without power, s; infinite if it has its own.
    pub battery_s: f64,
}

const H: f64 = 3600.0;

/// The media in the order in which posts try them.
pub const MEDIA: [MediumRow; 11] = [
    MediumRow { medium: Medium::Direct, delay_s: 0.0, loss: 0.0, battery_s: f64::INFINITY },
    MediumRow { medium: Medium::Telemetry, delay_s: 5.0, loss: 0.005, battery_s: 24.0 * H },
    // A call of a minute; a busy or missed line now and then.
    MediumRow { medium: Medium::Phone, delay_s: 60.0, loss: 0.05, battery_s: 3.0 * H },
    MediumRow { medium: Medium::Radio, delay_s: 20.0, loss: 0.06, battery_s: 8.0 * H },
    MediumRow { medium: Medium::Mobile, delay_s: 30.0, loss: 0.02, battery_s: 3.0 * H },
    // Set-up 5-20 min (drill.md 7); few terminals.
    MediumRow { medium: Medium::Satellite, delay_s: 600.0, loss: 0.02, battery_s: f64::INFINITY },
    MediumRow { medium: Medium::Loudspeaker, delay_s: 60.0, loss: 0.0, battery_s: 4.0 * H },
    MediumRow { medium: Medium::Siren, delay_s: 10.0, loss: 0.0, battery_s: 4.0 * H },
    MediumRow { medium: Medium::Broadcast, delay_s: 60.0, loss: 0.0, battery_s: 0.0 },
    MediumRow { medium: Medium::DoorToDoor, delay_s: 0.0, loss: 0.0, battery_s: f64::INFINITY },
    MediumRow { medium: Medium::Neighbour, delay_s: 0.0, loss: 0.0, battery_s: f64::INFINITY },
];

/// A messenger takes this long when nothing else works, s. Assumption: 6 km at night in rain.
const RUNNER_S: f64 = 2400.0;
/// A sender tries again when no acknowledgement came in this time, s. Assumption.
const RETRY_S: f64 = 300.0;
/// Tries by wire and air before a messenger is sent.
const TRIES: u8 = 3;

pub fn row(medium: Medium) -> &'static MediumRow {
    MEDIA.iter().find(|row| row.medium == medium).expect("every medium has a row")
}

/// An outage that an inject asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Failure {
    zone: Option<ZoneId>,
    what: Outage,
    until: Tick,
}

/// A message on its way to one receiver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Dispatch {
    message: MessageId,
    to: Party,
    arrives: Tick,
    /// Set when it will not arrive.
    fails: Option<Loss>,
}

/// A message whose sender waits for "received".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Awaited {
    message: MessageId,
    to: PostId,
    retry_at: Tick,
    tries: u8,
    /// When the acknowledgement arrives, once the receiver has sent it.
    acknowledged_at: Option<Tick>,
}

/// What happened on the lines this tick.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    Delivered { message: Message, to: Party },
    Lost { message: MessageId, to: Party, why: Loss },
    Acknowledged { message: MessageId, by: PostId },
    Ended { zone: Option<ZoneId>, what: Outage },
}

/// Counts of dispatches since the start: sent = delivered + lost + under way, always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    pub sent: u32,
    pub delivered: u32,
    pub lost: u32,
}

/// Lines, outages and messages under way.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Comms {
    next: u32,
    messages: BTreeMap<MessageId, Message>,
    under_way: Vec<Dispatch>,
    awaited: Vec<Awaited>,
    failures: Vec<Failure>,
    /// Zones whose power failed, with the tick it did. Filled by `sim` from substations and injects.
    power_out: BTreeMap<ZoneId, Tick>,
    pub counts: Counts,
}

/// Where parties are, for outages: `None` is a place with emergency power and its own lines.
pub type ZoneOf<'a> = &'a dyn Fn(&Party) -> Option<ZoneId>;

impl Comms {
    /// A fresh id for a message.
    pub fn next_id(&mut self) -> MessageId {
        self.next += 1;
        MessageId(self.next - 1)
    }
    pub fn under_way(&self) -> u32 {
        self.under_way.len() as u32
    }
    /// Begins an outage by inject.
    pub fn fail(&mut self, zone: Option<ZoneId>, what: Outage, until: Tick, now: Tick) {
        if let (Outage::Power, Some(zone)) = (what, zone) {
            self.power_out.entry(zone).or_insert(now);
        }
        self.failures.push(Failure { zone, what, until });
    }
    /// The zone's mains fail (a drowned substation). Returns whether that is news.
    pub fn cut_power(&mut self, zone: ZoneId, now: Tick) -> bool {
        if self.power_out.contains_key(&zone) {
            return false;
        }
        self.power_out.insert(zone, now);
        true
    }
    /// The zone's mains are back. Returns whether that is news: an outage by inject goes on.
    pub fn restore_power(&mut self, zone: ZoneId) -> bool {
        if self.failures.iter().any(|f| f.what == Outage::Power && f.zone == Some(zone)) {
            return false;
        }
        self.power_out.remove(&zone).is_some()
    }
    pub fn power_out(&self, zone: ZoneId) -> bool {
        self.power_out.contains_key(&zone)
            || self.failures.iter().any(|f| f.what == Outage::Power && f.zone.is_none_or(|z| z == zone))
    }
    /// Whether a medium works in a zone now.
    pub fn works(&self, zone: Option<ZoneId>, medium: Medium, now: Tick) -> bool {
        let hit = |failure: &Failure| match (failure.zone, zone) {
            (None, _) => true,
            (Some(a), Some(b)) => a == b,
            (Some(_), None) => false,
        };
        if self.failures.iter().any(|f| f.what == Outage::Medium(medium) && hit(f)) {
            return false;
        }
        let battery_s = row(medium).battery_s;
        let out_since = zone.and_then(|z| self.power_out.get(&z));
        out_since.is_none_or(|since| now.since_s(*since) < battery_s)
    }
    /// The first of the media posts use that works for the sender; a messenger when none does.
    pub fn pick(&self, zone: Option<ZoneId>, now: Tick, skip: usize, far: bool) -> Medium {
        let usable = [Medium::Phone, Medium::Radio, Medium::Mobile, Medium::Satellite];
        usable
            .into_iter()
            .filter(|m| *m != Medium::Satellite || far)
            .filter(|m| self.works(zone, *m, now))
            .nth(skip)
            .unwrap_or(Medium::Direct)
    }
    /// Sends a message to all its receivers. `expects_answer` asks for an acknowledgement and retries.
    pub fn send(&mut self, seed: u64, now: Tick, message: Message, zone_of: ZoneOf, expects_answer: bool) {
        for to in message.to.clone() {
            self.dispatch(seed, now, &message, &to, 0, zone_of);
            if let (true, Party::Post(post)) = (expects_answer, &to) {
                self.awaited.push(Awaited {
                    message: message.id,
                    to: *post,
                    retry_at: now.plus_s(RETRY_S),
                    tries: 1,
                    acknowledged_at: None,
                });
            }
        }
        self.messages.insert(message.id, message);
    }

    fn dispatch(&mut self, seed: u64, now: Tick, message: &Message, to: &Party, attempt: u8, zone_of: ZoneOf) {
        let row = row(message.medium);
        let id = message.id.0;
        let salt = match to {
            Party::Post(post) => post.0,
            Party::Unit(unit) => 10_000 + unit.0,
            Party::Person(_) | Party::Gauge(_) | Party::Persona(_) | Party::Public(_) | Party::Monitor(_) => 99_999,
        } * 8
            + u32::from(attempt);
        let face_to_face = message.medium == Medium::Direct && message.from != *to;
        let delay_s = if face_to_face {
            RUNNER_S
        } else {
            draw_lognormal(row.delay_s.max(1e-3), 0.4, seed, Stream::Comms, id, Tick(salt), 0)
        };
        let fails = if !self.works(zone_of(&message.from), message.medium, now) {
            Some(Loss::SenderCutOff)
        } else if !self.works(zone_of(to), message.medium, now) {
            Some(Loss::ReceiverCutOff)
        } else {
            (draw(seed, Stream::Comms, id, Tick(salt), 1) < row.loss).then_some(Loss::Noise)
        };
        self.counts.sent += 1;
        self.under_way.push(Dispatch { message: message.id, to: to.clone(), arrives: now.plus_s(delay_s), fails });
    }

    /// The post has read the message and says so: the answer takes the same way back.
    pub fn acknowledge(&mut self, seed: u64, now: Tick, message: MessageId, by: PostId, zone_of: ZoneOf) {
        let Some(medium) = self.messages.get(&message).map(|m| m.medium) else { return };
        let works = self.works(zone_of(&Party::Post(by)), medium, now);
        let row = row(medium);
        for awaited in &mut self.awaited {
            if awaited.message == message && awaited.to == by && awaited.acknowledged_at.is_none() && works {
                let lost = draw(seed, Stream::Comms, message.0, now, 50 + by.0) < row.loss;
                if !lost {
                    awaited.acknowledged_at = Some(now.plus_s(row.delay_s * 0.5));
                }
            }
        }
    }

    /// One tick of the lines. Arrivals come in the order of arrival, then message, then receiver.
    pub fn step(&mut self, seed: u64, now: Tick, zone_of: ZoneOf) -> Vec<News> {
        let mut news = Vec::new();
        let (ended, going): (Vec<Failure>, Vec<Failure>) =
            std::mem::take(&mut self.failures).into_iter().partition(|f| f.until <= now);
        self.failures = going;
        for failure in ended {
            if let (Outage::Power, Some(zone)) = (failure.what, failure.zone) {
                self.power_out.remove(&zone);
            }
            news.push(News::Ended { zone: failure.zone, what: failure.what });
        }
        let (mut due, rest): (Vec<Dispatch>, Vec<Dispatch>) =
            std::mem::take(&mut self.under_way).into_iter().partition(|d| d.arrives <= now);
        self.under_way = rest;
        due.sort_by(|a, b| (a.arrives, a.message, &a.to).cmp(&(b.arrives, b.message, &b.to)));
        for dispatch in due {
            match dispatch.fails {
                Some(why) => {
                    self.counts.lost += 1;
                    news.push(News::Lost { message: dispatch.message, to: dispatch.to, why });
                }
                None => {
                    self.counts.delivered += 1;
                    let message = self.messages[&dispatch.message].clone();
                    news.push(News::Delivered { message, to: dispatch.to });
                }
            }
        }
        let mut again: Vec<(MessageId, PostId, u8)> = Vec::new();
        self.awaited.retain_mut(|awaited| {
            if awaited.acknowledged_at.is_some_and(|t| t <= now) {
                news.push(News::Acknowledged { message: awaited.message, by: awaited.to });
                return false;
            }
            if awaited.retry_at <= now && awaited.acknowledged_at.is_none() {
                if awaited.tries > TRIES {
                    return false;
                }
                again.push((awaited.message, awaited.to, awaited.tries));
                awaited.tries += 1;
                awaited.retry_at = now.plus_s(if awaited.tries > TRIES { RUNNER_S + RETRY_S } else { RETRY_S });
            }
            true
        });
        for (id, to, tries) in again {
            let mut message = self.messages[&id].clone();
            let zone = zone_of(&message.from);
            message.medium =
                if tries >= TRIES { Medium::Direct } else { self.pick(zone, now, usize::from(tries), tries >= 2) };
            self.dispatch(seed, now, &message, &Party::Post(to), tries, zone_of);
        }
        // What nobody waits for or carries any more is forgotten here; the recording keeps it.
        let needed: std::collections::BTreeSet<MessageId> =
            self.under_way.iter().map(|d| d.message).chain(self.awaited.iter().map(|a| a.message)).collect();
        self.messages.retain(|id, _| needed.contains(id));
        news
    }

    pub fn digest(&self, digest: &mut Digest) {
        digest.u32(self.next).u32(self.counts.sent).u32(self.counts.delivered).u32(self.counts.lost);
        for dispatch in &self.under_way {
            digest.u32(dispatch.message.0).u32(dispatch.arrives.0);
        }
        for awaited in &self.awaited {
            digest.u32(awaited.message.0).u32(awaited.retry_at.0);
        }
        for (zone, since) in &self.power_out {
            digest.u32(zone.0).u32(since.0);
        }
    }
}

/// Whether the sender of such a message waits for an acknowledgement.
pub fn expects_answer(kind: MessageKind) -> bool {
    match kind {
        MessageKind::Report { .. } | MessageKind::Order(_) | MessageKind::OrderState(_) => true,
        MessageKind::Acknowledge(_)
        | MessageKind::Call(_)
        | MessageKind::Warning
        | MessageKind::Info
        | MessageKind::Reading => false,
    }
}

#[cfg(test)]
mod tests {
    //! Grade: behaviour.
    use super::*;
    use crate::base::text::Text;

    fn message(comms: &mut Comms, medium: Medium) -> Message {
        Message {
            id: comms.next_id(),
            kind: MessageKind::Report { number: 1 },
            from: Party::Post(PostId(0)),
            to: vec![Party::Post(PostId(1)), Party::Post(PostId(2))],
            medium,
            facts: Vec::new(),
            text: Text::new("", ""),
            sent: Tick(0),
            inject: None,
        }
    }

    #[test]
    fn every_dispatch_is_delivered_lost_or_under_way_at_every_tick() {
        let mut comms = Comms::default();
        for t in 0..600 {
            if t < 200 {
                let m = message(&mut comms, if t % 2 == 0 { Medium::Phone } else { Medium::Radio });
                comms.send(7, Tick(t), m, &|_| Some(ZoneId(0)), true);
            }
            comms.step(7, Tick(t), &|_| Some(ZoneId(0)));
            let c = comms.counts;
            assert_eq!(c.sent, c.delivered + c.lost + comms.under_way());
        }
        assert!(comms.counts.lost > 0, "no noise at all in a thousand messages");
        assert_eq!(comms.under_way(), 0);
    }

    #[test]
    fn a_zone_without_network_is_reached_by_messenger() {
        let mut comms = Comms::default();
        for medium in [Medium::Phone, Medium::Mobile, Medium::Radio, Medium::Satellite] {
            comms.fail(Some(ZoneId(3)), Outage::Medium(medium), Tick(100_000), Tick(0));
        }
        let zone_of = |party: &Party| Some(if *party == Party::Post(PostId(1)) { ZoneId(3) } else { ZoneId(0) });
        let mut m = message(&mut comms, Medium::Phone);
        m.to = vec![Party::Post(PostId(1))];
        comms.send(7, Tick(0), m, &zone_of, true);
        let mut arrived = None;
        for t in 0..2000 {
            for news in comms.step(7, Tick(t), &zone_of) {
                if matches!(news, News::Delivered { .. }) {
                    arrived.get_or_insert(t);
                }
            }
        }
        // Three tries of five minutes, then forty minutes on foot.
        assert!(arrived.is_some_and(|t| t > 240 + 60), "arrived at {arrived:?}");
    }

    #[test]
    fn without_power_the_phone_lasts_as_long_as_its_battery() {
        let mut comms = Comms::default();
        comms.cut_power(ZoneId(1), Tick(0));
        assert!(comms.works(Some(ZoneId(1)), Medium::Phone, Tick(1000)));
        assert!(!comms.works(Some(ZoneId(1)), Medium::Phone, Tick(1081)));
        assert!(!comms.works(Some(ZoneId(1)), Medium::Broadcast, Tick(1)));
        assert!(comms.works(Some(ZoneId(2)), Medium::Phone, Tick(1081)));
    }
}
