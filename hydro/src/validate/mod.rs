//! Evidence: the solver against exact solutions, the published benchmarks, experiments and other packages. Each case is
//! a function that gives a `CaseResult`: rows for the table (what was computed, within which bound it must be, what
//! peers compute) and plots. `sandtable validate flood` prints them all; `tests/verify.rs` runs the quick ones.
//!
//! Bounds come from the formula, from the experiment's own spread or from the peers' figures; each stands beside its
//! source. A row without a bound is there to be read.

pub mod analytic;
pub mod case;
pub mod channel;
pub mod dam_break;
pub mod data;
pub mod ea;
pub mod flume;
pub mod manhole;
pub mod measure;
pub mod order;
pub mod rest;
pub mod rig;
pub mod same_bits;
pub mod shore;
pub mod steady;
pub mod volume;

pub use case::{Bench, Bound, Case, CaseResult, Cost, Panel, Role, Row, Series};

/// All cases, in the order of the table.
pub fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    all.extend(rest::cases());
    all.extend(dam_break::cases());
    all.extend(shore::cases());
    all.extend(steady::cases());
    all.extend(order::cases());
    all.extend(ea::cases());
    all.extend(flume::cases());
    all.extend(channel::cases());
    all.extend(manhole::cases());
    all.extend(volume::cases());
    all.extend(same_bits::cases());
    all
}
