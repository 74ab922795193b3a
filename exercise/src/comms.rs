//! Communications of a run: volume, loss and delay by medium; who talks to whom.

use serde::Serialize;
use sim_core::base::ids::PostId;
use sim_core::report::ledger::{Ledger, median};
use sim_core::vocab::message::{Loss, Medium, Party};
use std::collections::BTreeMap;

/// One medium's traffic. A message to three receivers is three copies.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MediumTraffic {
    pub medium: Medium,
    pub messages: usize,
    pub delivered: usize,
    pub lost_noise: usize,
    pub lost_sender: usize,
    pub lost_receiver: usize,
    /// Median and 90 % delay of delivered copies, s.
    pub delay_s: Option<f64>,
    pub delay_90_s: Option<f64>,
}

impl MediumTraffic {
    pub fn lost(&self) -> usize {
        self.lost_noise + self.lost_sender + self.lost_receiver
    }
}

/// Traffic between two posts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pair {
    pub from: PostId,
    pub to: PostId,
    pub sent: usize,
    pub delivered: usize,
    pub lost: usize,
}

/// Media that were used, in their fixed order.
pub fn traffic(l: &Ledger) -> Vec<MediumTraffic> {
    Medium::ALL
        .into_iter()
        .filter_map(|medium| {
            let letters: Vec<_> = l.messages.values().filter(|m| m.message.medium == medium).collect();
            let lost = |why: Loss| letters.iter().flat_map(|m| &m.lost).filter(|x| x.2 == why).count();
            let mut delays: Vec<f64> =
                letters.iter().flat_map(|m| m.delivered.iter().map(|d| d.0.since_s(m.message.sent))).collect();
            delays.sort_by(f64::total_cmp);
            (!letters.is_empty()).then(|| MediumTraffic {
                medium,
                messages: letters.len(),
                delivered: delays.len(),
                lost_noise: lost(Loss::Noise),
                lost_sender: lost(Loss::SenderCutOff),
                lost_receiver: lost(Loss::ReceiverCutOff),
                delay_90_s: delays.get((delays.len() * 9 / 10).min(delays.len().saturating_sub(1))).copied(),
                delay_s: median(delays),
            })
        })
        .collect()
}

/// Who talks to whom, the busiest first.
pub fn pairs(l: &Ledger) -> Vec<Pair> {
    let mut all: BTreeMap<(PostId, PostId), Pair> = BTreeMap::new();
    for letter in l.messages.values() {
        let Party::Post(from) = letter.message.from else { continue };
        for to in &letter.message.to {
            let Party::Post(to) = to else { continue };
            let pair = all.entry((from, *to)).or_insert(Pair { from, to: *to, sent: 0, delivered: 0, lost: 0 });
            pair.sent += 1;
            pair.delivered += letter.delivered.iter().filter(|d| *d.1 == Party::Post(*to)).count();
            pair.lost += letter.lost.iter().filter(|d| *d.1 == Party::Post(*to)).count();
        }
    }
    let mut pairs: Vec<Pair> = all.into_values().collect();
    pairs.sort_by_key(|p| (std::cmp::Reverse(p.sent), p.from, p.to));
    pairs
}
