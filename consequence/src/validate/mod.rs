//! Evidence: each model against published outputs, worked examples and experiments. A case is a function that gives a
//! `CaseResult`: rows for the table (name, what was got, what was wanted, within which tolerance) and curves for plots.
//! `sandtable validate gas` prints them all; the tests run the quick ones.
//!
//! A bound comes from the experiment, from the rounding of what was printed or from a stated goal; each stands beside its
//! source. A row without a bound is there to be read.

pub mod aloha;
pub mod case;
pub mod data;
pub mod flammable;
pub mod hazards;
pub mod layer;
pub mod lng;
pub mod people;
pub mod prairie;
pub mod slab;
pub mod statistics;
pub mod streets;
pub mod transport;

pub use case::{Bench, Bound, Case, CaseResult, Panel, Role, Row, Series};

/// All cases, in the order of the table.
pub fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    all.extend(prairie::cases());
    all.extend(lng::cases());
    all.extend(slab::cases());
    all.extend(layer::cases());
    all.extend(transport::cases());
    all.extend(aloha::cases());
    all.extend(hazards::cases());
    all.extend(flammable::cases());
    all.extend(people::cases());
    all.extend(streets::cases());
    all
}
