//! The phases of a tick, in order. `sim.rs` shows them at work on one page.

use serde::{Deserialize, Serialize};

/// One phase of a tick. Each reads what the phases before it wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Phase {
    /// Injects of the script and inputs of seats pull levers.
    Inject,
    /// Hazards write their layers.
    Hazard,
    /// Layers and orders decide which road is passable for whom.
    Roads,
    /// Gauges, monitors, crews and residents perceive.
    Sense,
    /// Messages travel and arrive in pictures.
    Hear,
    /// Posts match the clauses of the pre-plan against their picture and give orders.
    Command,
    /// Households decide.
    Decide,
    /// Everyone with a trip moves.
    Move,
    /// Crews work.
    Work,
    /// Water and gas harm those who are in them.
    Harm,
    /// Events, frames and the digest go out.
    Record,
}

impl Phase {
    pub const ALL: [Phase; 11] = [
        Phase::Inject,
        Phase::Hazard,
        Phase::Roads,
        Phase::Sense,
        Phase::Hear,
        Phase::Command,
        Phase::Decide,
        Phase::Move,
        Phase::Work,
        Phase::Harm,
        Phase::Record,
    ];
}
