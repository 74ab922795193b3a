//! What structures tell: things that happen once, for the record and for whoever stands there.

use base::text::Text;
use serde::{Deserialize, Serialize};

/// Something that happened at a structure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum StructureNews {
    /// Water stands above a crest (漫堤), at its deepest here.
    Overtopped {
        levee: String,
        x: f64,
        y: f64,
        depth_m: f64,
    },
    OvertoppingEnded {
        levee: String,
    },
    /// 决口.
    Breached {
        levee: String,
        breach: usize,
        x: f64,
        y: f64,
    },
    /// 合龙: a breach is closed over its whole width.
    BreachClosed {
        levee: String,
        breach: usize,
    },
    /// 渗漏、管涌.
    Leaking {
        levee: String,
        x: f64,
        y: f64,
    },
    LeakStopped {
        levee: String,
    },
    /// A gate has come to rest at this share of its height, having stood elsewhere before.
    GateMoved {
        gate: String,
        open: f64,
    },
    /// A gate was told to move and cannot.
    GateStuck {
        gate: String,
        why: Text,
    },
    PumpStarted {
        pump: String,
    },
    PumpStopped {
        pump: String,
        why: Text,
    },
    /// Water stands in an underpass, entrance or basement so that cars or people no longer pass.
    StorageImpassable {
        storage: String,
        depth_m: f64,
    },
    StoragePassable {
        storage: String,
    },
    /// Full to the roof (没顶).
    StorageFull {
        storage: String,
    },
    /// Debris blocks more than half of a bridge's opening.
    BridgeBlocked {
        bridge: String,
        share: f64,
    },
    /// An order that cannot be carried out.
    Refused {
        what: String,
        why: Text,
    },
}

/// News of a step, in order.
pub type News = Vec<StructureNews>;
