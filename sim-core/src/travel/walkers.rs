//! People on foot: each has a continuous place on an arc of the walking graph. Speed = own pace x Weidmann's speed at the
//! crowd in the street (both directions, pavement area) x what the water leaves. A full street takes nobody in.

use crate::base::ids::{LinkId, NodeId, PersonId};
use crate::base::time::TICK_S;
use crate::place::roads::Graph;
use crate::travel::limits::*;
use crate::travel::net::{NONE, Net};
use crate::travel::routes::{DestinationId, Knowledge};
use crate::travel::{Choice, News, World};
use serde::{Deserialize, Serialize};

/// A row per walker; rows move when somebody leaves.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Walkers {
    person: Vec<PersonId>,
    /// Arc under way, or the one a waiting person is shown on; `NONE` at a node without roads.
    arc: Vec<u32>,
    share: Vec<f64>,
    /// Node at which the walker stands; `NONE` while under way.
    node: Vec<u32>,
    to: Vec<DestinationId>,
    knowledge: Vec<Knowledge>,
    pace: Vec<f32>,
    /// Row of each person, `NONE` if not walking.
    row_of: Vec<u32>,
    /// People under way by street.
    crowd: Vec<u32>,
}

impl Walkers {
    pub fn new(net: &Net) -> Walkers {
        Walkers { crowd: vec![0; net.links], ..Walkers::default() }
    }
    pub fn len(&self) -> usize {
        self.person.len()
    }
    pub fn row(&self, person: PersonId) -> Option<usize> {
        self.row_of.get(person.index()).copied().filter(|&row| row != NONE).map(|row| row as usize)
    }

    pub fn start(&mut self, net: &Net, person: PersonId, from: NodeId, to: DestinationId, pace: f32, know: Knowledge) {
        assert!(self.row(person).is_none(), "person {person} is walking already");
        assert!(pace > 0.0 && pace.is_finite(), "person {person} walks at a pace of {pace}");
        if self.row_of.len() <= person.index() {
            self.row_of.resize(person.index() + 1, NONE);
        }
        self.row_of[person.index()] = self.person.len() as u32;
        self.person.push(person);
        let (arc, share) = match (net.walk.out_of(from).first(), Graph::into(&net.walk, from).first()) {
            (Some(out), _) => (out.0, 0.0),
            (None, Some(into)) => (into.0, 1.0),
            (None, None) => (NONE, 0.0),
        };
        self.arc.push(arc);
        self.share.push(share);
        self.node.push(from.0);
        self.to.push(to);
        self.knowledge.push(know);
        self.pace.push(pace);
    }

    pub fn redirect(&mut self, person: PersonId, to: DestinationId) -> bool {
        match self.row(person) {
            Some(row) => {
                self.to[row] = to;
                true
            }
            None => false,
        }
    }

    pub fn forget_seen(&mut self) {
        for knowledge in &mut self.knowledge {
            *knowledge = (*knowledge).min(Knowledge::Informed);
        }
    }

    pub fn mark_needed(&self, mut mark: impl FnMut(DestinationId, Knowledge)) {
        for row in 0..self.len() {
            mark(self.to[row], self.knowledge[row]);
        }
    }

    pub fn at(&self, net: &Net, row: usize) -> Option<(LinkId, f64)> {
        (self.arc[row] != NONE).then(|| net.place(self.arc[row] as usize, self.share[row]))
    }
    pub fn person(&self, row: usize) -> PersonId {
        self.person[row]
    }
    pub fn crowd(&self, street: usize) -> u32 {
        self.crowd[street]
    }

    pub fn remove(&mut self, net: &Net, row: usize) {
        if self.node[row] == NONE {
            self.crowd[net.street[self.arc[row] as usize] as usize] -= 1;
        }
        self.row_of[self.person[row].index()] = NONE;
        self.person.swap_remove(row);
        self.arc.swap_remove(row);
        self.share.swap_remove(row);
        self.node.swap_remove(row);
        self.to.swap_remove(row);
        self.knowledge.swap_remove(row);
        self.pace.swap_remove(row);
        if row < self.person.len() {
            self.row_of[self.person[row].index()] = row as u32;
        }
    }

    /// One tick. Speeds come from the crowds at its start; room in a street is given in row order.
    pub fn step(&mut self, world: &World, news: &mut Vec<News>) {
        let net = world.net;
        let dry_m_s: Vec<f64> = (0..net.links)
            .map(|s| match self.crowd[s] {
                0 => WALK_M_S,
                n => crowd_speed_m_s(f64::from(n) / net.area_m2[s]),
            })
            .collect();
        let mut gone: Vec<usize> = Vec::new();
        for row in 0..self.len() {
            if let Some(at) = self.walk(world, &dry_m_s, row, news) {
                news.push(at);
                gone.push(row);
            } else {
                self.check_water(world, row, news);
            }
        }
        for row in gone.into_iter().rev() {
            self.remove(net, row);
        }
    }

    /// Moves one walker for a tick; gives the news if the trip is over.
    fn walk(&mut self, world: &World, dry_m_s: &[f64], row: usize, news: &mut Vec<News>) -> Option<News> {
        let net = world.net;
        let mut left_s = f64::from(TICK_S);
        loop {
            if self.node[row] != NONE {
                let at = NodeId(self.node[row]);
                let before = self.knowledge[row];
                let (choice, knowledge) = world.walk_choice(at, self.to[row], before);
                self.knowledge[row] = knowledge;
                let over = |people| (vec![people], at, self.to[row]);
                match choice {
                    Choice::Arrived => {
                        let (people, at, to) = over(self.person[row]);
                        return Some(News::Arrived { people, at, to, car: None });
                    }
                    Choice::NoWay => {
                        let (people, at, to) = over(self.person[row]);
                        return Some(News::NoWay { people, at, to, car: None });
                    }
                    Choice::Wait => return None,
                    Choice::Go(arc) => {
                        if knowledge != before {
                            let link = LinkId(net.arc_link[arc]);
                            news.push(News::Rerouted { person: self.person[row], link });
                        }
                        let street = net.street[arc] as usize;
                        if f64::from(self.crowd[street] + 1) > (CROWD_FULL_1_M2 * net.area_m2[street]).max(1.0) {
                            return None;
                        }
                        self.crowd[street] += 1;
                        self.arc[row] = arc as u32;
                        self.share[row] = 0.0;
                        self.node[row] = NONE;
                    }
                }
            }
            let arc = self.arc[row] as usize;
            let (street, link) = (net.street[arc] as usize, net.arc_link[arc] as usize);
            let length_m = net.length_m[link];
            let mut speed = f64::from(self.pace[row]) * dry_m_s[street];
            if world.roads.depth_m[link] > 0.0 {
                if self.cut_off(world, row) {
                    return None;
                }
                let (depth_m, water_m_s) = world.roads.water_at(net, arc, self.share[row]);
                speed *= wading_share(depth_m, water_m_s);
            }
            let rest_m = (1.0 - self.share[row]) * length_m;
            if speed * left_s < rest_m {
                self.share[row] += speed * left_s / length_m;
                return None;
            }
            if rest_m > 0.0 {
                left_s -= rest_m / speed;
            }
            self.share[row] = 1.0;
            self.node[row] = net.walk.to(LinkId(arc as u32)).0;
            self.crowd[street] -= 1;
        }
    }

    fn check_water(&self, world: &World, row: usize, news: &mut Vec<News>) {
        if self.arc[row] == NONE {
            return;
        }
        let arc = self.arc[row] as usize;
        if world.roads.depth_m[world.net.arc_link[arc] as usize] <= 0.0 {
            return;
        }
        let (depth_m, speed_m_s) = world.roads.water_at(world.net, arc, self.share[row]);
        if depth_m > WALK_CLOSED_M || depth_m * speed_m_s > DANGER_DV_M2_S {
            let (link, share) = world.net.place(arc, self.share[row]);
            news.push(News::InWater { person: self.person[row], link, share, depth_m, speed_m_s });
        }
    }

    /// People under way in a street that water has closed look both ways and turn to the side that is open, or, standing
    /// in deep water, to the clearly better side.
    pub fn turn_round(&mut self, world: &World) {
        for row in 0..self.len() {
            let Some((here, ahead, behind)) = self.outlook(world, row) else { continue };
            if ahead > 1.0 && (behind <= 1.0 || (here > 1.0 && behind < 0.8 * ahead)) {
                self.arc[row] = world.net.back[self.arc[row] as usize];
                self.share[row] = 1.0 - self.share[row];
                self.knowledge[row] = self.knowledge[row].max(Knowledge::Seen);
            }
        }
    }

    /// Standing on firm ground with water on both sides that nobody walks into: waits there.
    pub fn cut_off(&self, world: &World, row: usize) -> bool {
        self.outlook(world, row).is_some_and(|(here, ahead, behind)| here <= 1.0 && ahead > 1.0 && behind > 1.0)
    }

    /// How bad the water is here, and at its worst ahead and behind, as shares of what walkers bear; `None` unless under
    /// way in a street that water has closed.
    fn outlook(&self, world: &World, row: usize) -> Option<(f64, f64, f64)> {
        if self.node[row] != NONE {
            return None;
        }
        let (net, arc, share) = (world.net, self.arc[row] as usize, self.share[row]);
        let link = net.arc_link[arc] as usize;
        if !world.closed_to_walkers(link) || world.roads.depth_m[link] <= 0.0 {
            return None;
        }
        let (first, here, last) = (net.sample_at(arc, 0.0)?, net.sample_at(arc, share)?, net.sample_at(arc, 1.0)?);
        let worst = |a: usize, b: usize| (a.min(b)..=a.max(b)).map(|row| world.roads.burden(row)).fold(0.0, f64::max);
        Some((world.roads.burden(here), worst(here, last), worst(first, here)))
    }

    pub fn digest(&self, digest: &mut crate::base::digest::Digest) {
        digest.u32s(self.person.iter().map(|p| p.0));
        digest.u32s(self.arc.iter().copied()).f64s(&self.share).u32s(self.node.iter().copied());
        digest.u32s(self.to.iter().map(|d| u32::from(d.0))).u32s(self.knowledge.iter().map(|&k| k as u32));
        digest.f32s(&self.pace);
    }
}
