//! What a traveller at a node does next, given what he knows, and what he learns by asking.

use crate::base::ids::{LinkId, NodeId};
use crate::place::roads::RouteTree;
use crate::travel::limits::{CAR_SWEPT_DV_M2_S, DAMP_M};
use crate::travel::net::Net;
use crate::travel::roads::{BIT_CAR, BIT_DAMP, BIT_WALK, Roads};
use crate::travel::routes::{DestinationId, Knowledge, Mode, Trees};

/// What a step reads and nobody writes while it runs.
pub struct World<'a> {
    pub net: &'a Net,
    pub roads: &'a Roads,
    pub trees: &'a Trees,
    pub targets: &'a [Vec<NodeId>],
}

/// What a traveller at a node does next. `Go` holds a link of cars or an arc of walkers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    Go(usize),
    Arrived,
    NoWay,
    Wait,
}

impl World<'_> {
    pub fn tree(&self, to: DestinationId, mode: Mode, knowledge: Knowledge) -> &RouteTree {
        self.trees.get(self.net, self.roads, self.targets, to, mode, knowledge)
    }
    pub fn travel_ms(&self, link: usize) -> i64 {
        (self.net.length_m[link] / f64::from(self.roads.car_m_s[link]) * 1000.0).round() as i64
    }
    pub fn closed_to_walkers(&self, link: usize) -> bool {
        self.roads.bits[link] & BIT_WALK != 0
    }
    /// The next link of a driver at a node, and what the driver knows after asking. `nerve_m`: depth he dares to enter.
    pub fn car_choice(
        &self,
        node: NodeId,
        to: DestinationId,
        mut knowledge: Knowledge,
        nerve_m: impl Fn() -> f64,
    ) -> (Choice, Knowledge) {
        loop {
            let tree = self.tree(to, Mode::Car, knowledge);
            if tree.time_ms[node.index()] == 0 {
                return (Choice::Arrived, knowledge);
            }
            let mut stale = false;
            if let Some(link) = tree.next[node.index()].map(LinkId::index) {
                let (bits, depth_m) = (self.roads.bits[link], f64::from(self.roads.depth_m[link]));
                let dry = bits & (BIT_CAR | BIT_DAMP) == 0;
                // Drivers judge water by its depth; only a torrent stops them by its looks (assumption).
                let torrent = f64::from(self.roads.dv_m2_s[link]) > CAR_SWEPT_DV_M2_S;
                if dry || (!self.roads.barred(link) && !torrent && depth_m <= nerve_m().max(DAMP_M)) {
                    return (Choice::Go(link), knowledge);
                }
                stale = bits & BIT_CAR != 0 || knowledge == Knowledge::Dry;
            }
            let reached = tree.reaches(node);
            knowledge = match knowledge {
                Knowledge::Uninformed if !reached => return (Choice::NoWay, knowledge),
                Knowledge::Uninformed => Knowledge::Informed,
                Knowledge::Informed => Knowledge::Seen,
                // The closure ahead is younger than the last look round: wait for the next one.
                Knowledge::Seen | Knowledge::Dry if reached && stale => return (Choice::Wait, knowledge),
                Knowledge::Seen if reached => Knowledge::Dry,
                Knowledge::Seen | Knowledge::Dry => return (Choice::NoWay, knowledge),
            };
        }
    }

    /// The next arc of a walker at a node, and what the walker knows after asking.
    pub fn walk_choice(&self, node: NodeId, to: DestinationId, mut knowledge: Knowledge) -> (Choice, Knowledge) {
        loop {
            let tree = self.tree(to, Mode::Walk, knowledge);
            if tree.time_ms[node.index()] == 0 {
                return (Choice::Arrived, knowledge);
            }
            let next = tree.next[node.index()];
            if let Some(arc) = next
                && !self.closed_to_walkers(self.net.arc_link[arc.index()] as usize)
            {
                return (Choice::Go(arc.index()), knowledge);
            }
            knowledge = match (knowledge, next) {
                (Knowledge::Uninformed, None) => return (Choice::NoWay, knowledge),
                (Knowledge::Uninformed, Some(_)) => Knowledge::Informed,
                (Knowledge::Informed, _) => Knowledge::Seen,
                (Knowledge::Seen | Knowledge::Dry, Some(_)) => return (Choice::Wait, knowledge),
                (Knowledge::Seen | Knowledge::Dry, None) => return (Choice::NoWay, knowledge),
            };
        }
    }
}
