//! Where all the water of a drill came from and went: the solver's accounts, gathered as reports show them.

use hydro::flow::Account;
use serde::{Deserialize, Serialize};

/// The balance, m3: `now == start + rain + boundary - drained - pumped` up to rounding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    pub start_m3: f64,
    pub now_m3: f64,
    pub rain_m3: f64,
    /// Through stage boundaries, the rim and inflows, net into the area.
    pub boundary_m3: f64,
    /// Into the ground and the sewers.
    pub drained_m3: f64,
    /// By pumps, out of the area, and what interventions took off.
    pub pumped_m3: f64,
}

impl Ledger {
    pub fn of(books: &hydro::ledger::Ledger) -> Ledger {
        let sum = |accounts: &[Account]| accounts.iter().map(|a| books.of(*a)).sum::<f64>();
        Ledger {
            start_m3: books.start_m3,
            now_m3: books.now_m3,
            rain_m3: sum(&[Account::Rain]),
            // Water moved within the area counts where the two ends differ by rounding.
            boundary_m3: sum(&[
                Account::Boundary,
                Account::Inflow,
                Account::Structure,
                Account::Entrainment,
                Account::Channel,
            ]),
            drained_m3: -sum(&[Account::Infiltration, Account::Sewer, Account::Storage]),
            pumped_m3: -sum(&[Account::Pump, Account::Intervention]),
        }
    }
    /// Share of all water handled that is unaccounted for.
    pub fn error(&self) -> f64 {
        let expected = self.start_m3 + self.rain_m3 + self.boundary_m3 - self.drained_m3 - self.pumped_m3;
        let handled = self.start_m3 + self.rain_m3 + self.boundary_m3.abs() + self.drained_m3 + self.pumped_m3;
        (self.now_m3 - expected).abs() / handled.max(1e-9)
    }
}
