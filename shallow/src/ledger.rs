//! Where all the water came from and went.

use crate::flow::Account;
use serde::{Deserialize, Serialize};

/// A sum that carries its rounding error along (Neumaier 1974), so that a day of small amounts is not lost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Sum {
    sum: f64,
    rest: f64,
}

impl Sum {
    pub fn add(&mut self, v: f64) {
        let t = self.sum + v;
        self.rest += if self.sum.abs() >= v.abs() { (self.sum - t) + v } else { (v - t) + self.sum };
        self.sum = t;
    }
    pub fn value(&self) -> f64 {
        self.sum + self.rest
    }
    pub fn of(values: impl Iterator<Item = f64>) -> f64 {
        let mut sum = Sum::default();
        values.for_each(|v| sum.add(v));
        sum.value()
    }
}

/// What was given to the cells (positive) and taken from them, by account, m3; and all that passed, without sign.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Books {
    net: [Sum; Account::ALL.len()],
    handled: Sum,
}

impl Books {
    pub fn book(&mut self, account: Account, volume_m3: f64) {
        self.net[account as usize].add(volume_m3);
        self.handled.add(volume_m3.abs());
    }
    pub fn net_m3(&self, account: Account) -> f64 {
        self.net[account as usize].value()
    }
}

/// The balance, m3: `now == start + sum of all accounts` up to rounding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    pub start_m3: f64,
    pub now_m3: f64,
    /// In the order of `Account::ALL`.
    pub net_m3: [f64; Account::ALL.len()],
    /// All volumes booked, without sign.
    pub handled_m3: f64,
}

impl Ledger {
    pub fn new(start_m3: f64, now_m3: f64, books: &Books) -> Ledger {
        Ledger {
            start_m3,
            now_m3,
            net_m3: Account::ALL.map(|account| books.net_m3(account)),
            handled_m3: books.handled.value(),
        }
    }
    pub fn of(&self, account: Account) -> f64 {
        self.net_m3[account as usize]
    }
    /// Share of all water handled that is unaccounted for.
    pub fn error(&self) -> f64 {
        let expected = self.start_m3 + self.net_m3.iter().sum::<f64>();
        (self.now_m3 - expected).abs() / (self.start_m3 + self.handled_m3).max(1e-9)
    }
}
