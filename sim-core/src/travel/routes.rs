//! Route trees: one per destination, mode and state of knowledge, built when first asked for and kept until the closures
//! it rests on change. A tree is a pure function of those, so keeping or dropping one never changes a result.

use crate::base::fold;
use crate::base::ids::NodeId;
use crate::place::roads::{CLOSED, RouteTree, route_tree};
use crate::travel::net::Net;
use crate::travel::roads::{BIT_CAR, BIT_DAMP, BIT_WALK, Roads};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, OnceLock};

/// A place or set of places to go to. Row of the list of destinations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DestinationId(pub u16);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Mode {
    Walk,
    Car,
}

/// What a traveller knows of closures; each state knows more than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[repr(u8)]
pub enum Knowledge {
    /// Nothing.
    Uninformed = 0,
    /// What was published.
    Informed = 1,
    /// Met a closure that was not published, asks and looks around: the true closures, at most a minute old.
    Seen = 2,
    /// A driver who dreads the water ahead: as `Seen`, and every street with more than `DAMP_M` of water is out.
    Dry = 3,
}

impl Knowledge {
    pub fn more(self) -> Option<Knowledge> {
        match self {
            Knowledge::Uninformed => Some(Knowledge::Informed),
            Knowledge::Informed => Some(Knowledge::Seen),
            Knowledge::Seen => Some(Knowledge::Dry),
            Knowledge::Dry => None,
        }
    }
}

const ALL: [(Mode, Knowledge); 8] = [
    (Mode::Walk, Knowledge::Uninformed),
    (Mode::Walk, Knowledge::Informed),
    (Mode::Walk, Knowledge::Seen),
    (Mode::Walk, Knowledge::Dry),
    (Mode::Car, Knowledge::Uninformed),
    (Mode::Car, Knowledge::Informed),
    (Mode::Car, Knowledge::Seen),
    (Mode::Car, Knowledge::Dry),
];

pub fn slot(to: DestinationId, mode: Mode, knowledge: Knowledge) -> usize {
    usize::from(to.0) * 8 + mode as usize * 4 + knowledge as usize
}

#[derive(Clone, Default)]
pub struct Trees {
    slots: Vec<OnceLock<Arc<RouteTree>>>,
}

impl Trees {
    pub fn grow(&mut self, destinations: usize) {
        self.slots.resize(destinations * 8, OnceLock::new());
    }

    pub fn get(
        &self,
        net: &Net,
        roads: &Roads,
        targets: &[Vec<NodeId>],
        to: DestinationId,
        mode: Mode,
        knowledge: Knowledge,
    ) -> &RouteTree {
        self.slots[slot(to, mode, knowledge)]
            .get_or_init(|| Arc::new(build(net, roads, &targets[usize::from(to.0)], mode, knowledge)))
    }

    /// Forgets all trees that rest on the closures of this state of knowledge.
    pub fn forget(&mut self, mode: Mode, knowledge: Knowledge) {
        for at in self.slots.iter_mut().skip(mode as usize * 4 + knowledge as usize).step_by(8) {
            at.take();
        }
    }

    /// Builds all trees that are `needed` and missing, side by side; drops those that nobody needs if `tidy`.
    pub fn prepare(&mut self, net: &Net, roads: &Roads, targets: &[Vec<NodeId>], needed: &[bool], tidy: bool) {
        let missing: Vec<usize> =
            (0..self.slots.len()).filter(|&s| needed[s] && self.slots[s].get().is_none()).collect();
        let built = fold::map(missing.len(), |k| {
            let (mode, knowledge) = ALL[missing[k] % 8];
            Arc::new(build(net, roads, &targets[missing[k] / 8], mode, knowledge))
        });
        for (at, tree) in missing.into_iter().zip(built) {
            self.slots[at] = OnceLock::from(tree);
        }
        if tidy {
            for (at, needed) in self.slots.iter_mut().zip(needed) {
                if !needed {
                    at.take();
                }
            }
        }
    }
}

fn build(net: &Net, roads: &Roads, targets: &[NodeId], mode: Mode, knowledge: Knowledge) -> RouteTree {
    let closed: &[u8] = match knowledge {
        Knowledge::Uninformed => &[],
        Knowledge::Informed => &roads.published,
        Knowledge::Seen | Knowledge::Dry => &roads.seen,
    };
    let mask = match (mode, knowledge) {
        (Mode::Walk, _) => BIT_WALK,
        (Mode::Car, Knowledge::Dry) => BIT_CAR | BIT_DAMP,
        (Mode::Car, _) => BIT_CAR,
    };
    let cost_ms = match mode {
        Mode::Walk => &net.walk_ms,
        Mode::Car => &net.car_ms,
    };
    let targets: Vec<(NodeId, u64)> = targets.iter().map(|&n| (n, 0)).collect();
    let graph = match mode {
        Mode::Walk => &net.walk,
        Mode::Car => &net.graph,
    };
    if closed.is_empty() {
        return route_tree(graph, &targets, cost_ms);
    }
    let cost_ms: Vec<u32> = cost_ms
        .iter()
        .enumerate()
        .map(|(arc, &ms)| if closed[net.arc_link[arc] as usize] & mask != 0 { CLOSED } else { ms })
        .collect();
    route_tree(graph, &targets, &cost_ms)
}
