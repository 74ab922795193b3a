//! Where all the water came from and went.

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

/// The balance, m3: `now == start + rain + boundary - drained - pumped` up to rounding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    pub start_m3: f64,
    pub now_m3: f64,
    pub rain_m3: f64,
    /// Through stage boundaries and inflows, net into the area.
    pub boundary_m3: f64,
    /// Into the ground and the sewers.
    pub drained_m3: f64,
    /// By pumps, out of the area.
    pub pumped_m3: f64,
}

impl Ledger {
    /// Share of all water handled that is unaccounted for.
    pub fn error(&self) -> f64 {
        let expected = self.start_m3 + self.rain_m3 + self.boundary_m3 - self.drained_m3 - self.pumped_m3;
        let handled = self.start_m3 + self.rain_m3 + self.boundary_m3.abs() + self.drained_m3 + self.pumped_m3;
        (self.now_m3 - expected).abs() / handled.max(1e-9)
    }
}
