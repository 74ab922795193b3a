//! The engine of Sandtable (沙盘), floors 0 to 6 of ARCHITECTURE.md, in floor order.
//!
//! A run is a function: `run(scenario, script, seed, inputs) -> recording`. `sim/mod.rs` shows one tick on one page.

/// Floor 0, a crate of its own.
pub use base;

/// Floor 1: the words that models share. Data only.
pub mod vocab {
    pub mod body;
    pub mod chain;
    pub mod condition;
    pub mod event;
    pub mod lever;
    pub mod message;
    pub mod order;
    pub mod phase;
    pub mod study;
    pub mod substance;
}

pub mod place;

pub mod record;
pub mod report;

/// Floor 3: the models. They meet through the nouns of floors 1 and 2 alone.
pub mod command;
pub mod comms;
pub mod hazard;
pub mod people;
pub mod response;
pub mod travel;

/// Floor 4: the drill.
pub mod drill;

/// Floor 5: files to checked scenarios, or all the complaints at once.
pub mod scenario;

/// Floor 6: the one screen.
pub mod sim;
