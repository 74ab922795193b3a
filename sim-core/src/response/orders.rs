//! The order book: what was asked of whom, and what became of it. Every order is accounted for at every tick.

use crate::base::{digest::Digest, ids::*, time::Tick};
use crate::vocab::order::{Order, OrderState};
use serde::{Deserialize, Serialize};

/// An order and its life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub order: Order,
    pub state: OrderState,
    pub units: Vec<UnitId>,
    /// Units that were sent but came back without having done it.
    pub given_up: u32,
}

/// All orders of a run, by id.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OrderBook {
    pub entries: Vec<Entry>,
}

impl OrderBook {
    pub fn next_id(&self) -> OrderId {
        OrderId::of(self.entries.len())
    }
    pub fn open(&mut self, order: Order) {
        assert_eq!(order.id, self.next_id(), "orders are numbered in the order they are given");
        self.entries.push(Entry { order, state: OrderState::Issued, units: Vec::new(), given_up: 0 });
    }
    pub fn get(&self, id: OrderId) -> &Entry {
        &self.entries[id.index()]
    }
    /// Moves an order on. States only go forward; returns whether this one did.
    pub fn advance(&mut self, id: OrderId, state: OrderState) -> bool {
        let entry = &mut self.entries[id.index()];
        if state.rank() <= entry.state.rank() {
            return false;
        }
        entry.state = state;
        true
    }
    /// (issued, done, failed refused or expired, open). issued = done + failed + open, always.
    pub fn counts(&self) -> (u32, u32, u32, u32) {
        let (mut done, mut failed, mut open) = (0, 0, 0);
        for entry in &self.entries {
            match entry.state {
                OrderState::Done => done += 1,
                OrderState::Failed(_) | OrderState::Refused(_) | OrderState::Expired => failed += 1,
                OrderState::Issued | OrderState::Received | OrderState::Accepted | OrderState::Started => open += 1,
            }
        }
        (self.entries.len() as u32, done, failed, open)
    }
    /// Orders that wait for units: accepted or started with fewer than asked for, oldest first.
    pub fn short_of_units(&self) -> Vec<OrderId> {
        self.entries
            .iter()
            .filter(|e| matches!(e.state, OrderState::Accepted | OrderState::Started))
            .filter(|e| (e.units.len() as u32) < e.order.units && e.given_up < 3 * e.order.units)
            .map(|e| e.order.id)
            .collect()
    }
    /// Orders whose time is up without a start.
    pub fn overdue(&self, now: Tick) -> Vec<OrderId> {
        self.entries
            .iter()
            .filter(|e| {
                e.order.done_by <= now && e.units.is_empty() && !e.state.closed() && e.state != OrderState::Started
            })
            .map(|e| e.order.id)
            .collect()
    }
    pub fn digest(&self, digest: &mut Digest) {
        digest.u32(self.entries.len() as u32);
        for entry in &self.entries {
            digest.u8(entry.state.rank()).u32(entry.given_up).u32s(entry.units.iter().map(|u| u.0));
        }
    }
}
