//! Cars: a spatial queue per link, with holes.
//!
//! A car enters a link if it has room, is free to leave after L/v, and leaves if it is first in the queue, the link has
//! flow credit, and the next link has room. Room: cars + stalled cars + holes < storage; a place left free at the head
//! becomes a *hole* that reaches the tail L/w later (backward wave). Credit grows by capacity x time in whole numbers and
//! carries its fraction. Nodes settle in-links in a weighted random order drawn anew each step, so that merging flows share
//! by capacity; every link sends one car a round. Whatever leaves in a step frees room for the next step at the earliest, so
//! the order in which nodes are visited has no effect. Gridlock is possible, found and reported, never dissolved by magic.

mod look;
mod wrecks;

use crate::base::chance::{self, Stream};
use crate::base::ids::{CarId, LinkId, NodeId, PersonId};
use crate::base::math;
use crate::base::time::{TICK_S, Tick};
use crate::travel::limits::*;
use crate::travel::net::{CAR_CREDIT, NONE, Net, STEP_MS};
use crate::travel::routes::{DestinationId, Knowledge};
use crate::travel::{Choice, News, World};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

const NEVER: i64 = i64::MAX;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum Status {
    Gone,
    /// In the yards around a node, or on a link.
    Moving,
    /// Drowned, empty, in the way.
    Stalled,
}

/// A row per car, for life; and a row per queue: one for each link, then one for the yards around each node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cars {
    status: Vec<Status>,
    queue: Vec<u32>,
    behind: Vec<u32>,
    enter_ms: Vec<i64>,
    exit_ms: Vec<i64>,
    to: Vec<DestinationId>,
    knowledge: Vec<Knowledge>,
    /// Where a stalled car stands.
    share: Vec<f32>,
    people_first: Vec<u32>,
    people_count: Vec<u16>,
    people: Vec<PersonId>,

    head: Vec<u32>,
    tail: Vec<u32>,
    count: Vec<u32>,
    /// When the first car may leave, ms; `NEVER` if there is none.
    ready_ms: Vec<i64>,
    credit: Vec<i64>,
    /// Step up to which the credit was counted.
    credit_step: Vec<i64>,
    /// When the last car left, ms.
    left_ms: Vec<i64>,
    /// By link: when holes reach the tail, ms.
    holes: Vec<VecDeque<i64>>,
    stalled: Vec<u32>,

    moving: u32,
    moving_people: u32,
    stalled_all: u32,
}

impl Cars {
    pub fn new(net: &Net) -> Cars {
        let queues = net.links + net.nodes;
        Cars {
            status: vec![],
            queue: vec![],
            behind: vec![],
            enter_ms: vec![],
            exit_ms: vec![],
            to: vec![],
            knowledge: vec![],
            share: vec![],
            people_first: vec![],
            people_count: vec![],
            people: vec![],
            head: vec![NONE; queues],
            tail: vec![NONE; queues],
            count: vec![0; queues],
            ready_ms: vec![NEVER; queues],
            credit: vec![CAR_CREDIT; queues],
            credit_step: vec![0; queues],
            left_ms: vec![0; queues],
            holes: vec![VecDeque::new(); net.links],
            stalled: vec![0; net.links],
            moving: 0,
            moving_people: 0,
            stalled_all: 0,
        }
    }

    pub fn moving(&self) -> (u32, u32) {
        (self.moving, self.moving_people)
    }
    pub fn stalled(&self) -> u32 {
        self.stalled_all
    }

    pub fn start(&mut self, net: &Net, people: &[PersonId], from: NodeId, to: DestinationId, know: Knowledge) -> CarId {
        let car = self.status.len() as u32;
        self.status.push(Status::Moving);
        self.queue.push(NONE);
        self.behind.push(NONE);
        self.enter_ms.push(0);
        self.exit_ms.push(0);
        self.to.push(to);
        self.knowledge.push(know);
        self.share.push(0.0);
        self.people_first.push(self.people.len() as u32);
        self.people_count.push(people.len() as u16);
        self.people.extend_from_slice(people);
        self.moving += 1;
        self.moving_people += people.len() as u32;
        // It stands in the yards and may leave at once.
        self.push(net.links + from.index(), car, 0, 0);
        CarId(car)
    }

    pub fn people_of(&self, car: CarId) -> &[PersonId] {
        let first = self.people_first[car.index()] as usize;
        &self.people[first..first + usize::from(self.people_count[car.index()])]
    }

    pub fn redirect(&mut self, car: CarId, to: DestinationId) {
        self.to[car.index()] = to;
    }

    /// Those who learned of closures by meeting one now know no more than what was published.
    pub fn forget_seen(&mut self) {
        for knowledge in &mut self.knowledge {
            *knowledge = (*knowledge).min(Knowledge::Informed);
        }
    }

    pub fn mark_needed(&self, mut mark: impl FnMut(DestinationId, Knowledge)) {
        for car in 0..self.status.len() {
            if self.status[car] == Status::Moving {
                mark(self.to[car], self.knowledge[car]);
            }
        }
    }

    fn push(&mut self, queue: usize, car: u32, enter_ms: i64, exit_ms: i64) {
        self.queue[car as usize] = queue as u32;
        self.enter_ms[car as usize] = enter_ms;
        self.exit_ms[car as usize] = exit_ms;
        self.behind[car as usize] = NONE;
        match self.tail[queue] {
            NONE => {
                self.head[queue] = car;
                self.ready_ms[queue] = exit_ms;
            }
            last => self.behind[last as usize] = car,
        }
        self.tail[queue] = car;
        self.count[queue] += 1;
    }

    /// Takes the first car off a queue.
    fn pop(&mut self, queue: usize) -> u32 {
        let car = self.head[queue];
        let next = self.behind[car as usize];
        self.head[queue] = next;
        self.behind[car as usize] = NONE;
        self.count[queue] -= 1;
        if next == NONE {
            self.tail[queue] = NONE;
            self.ready_ms[queue] = NEVER;
        } else {
            self.ready_ms[queue] = self.exit_ms[next as usize];
        }
        self.queue[car as usize] = NONE;
        car
    }

    fn has_room(&mut self, net: &Net, link: usize, now_ms: i64) -> bool {
        let holes = &mut self.holes[link];
        while holes.front().is_some_and(|&at| at <= now_ms) {
            holes.pop_front();
        }
        (self.count[link] + self.stalled[link]) as usize + holes.len() < net.storage[link] as usize
    }

    /// Cars per hour out of a queue. A stalled car takes a lane; in a single lane the others squeeze past (assumption: half).
    fn rate_veh_h(&self, net: &Net, queue: usize) -> i64 {
        let full = net.rate_veh_h[queue];
        if queue >= net.links || self.stalled[queue] == 0 {
            return full;
        }
        let lanes = i64::from(net.lanes[queue]);
        if lanes == 1 { full / 2 } else { full * (lanes - 1) / lanes }
    }

    fn count_credit(&mut self, net: &Net, queue: usize, step: i64) {
        let gain = self.rate_veh_h(net, queue) * STEP_MS;
        let steps = (step - self.credit_step[queue]).clamp(0, 1_000_000);
        // A whole car can be saved up, and the gain of one step on top so that no fraction is cut off.
        self.credit[queue] = (self.credit[queue] + gain * steps).min(CAR_CREDIT + gain);
        self.credit_step[queue] = step;
    }

    /// One tick: inner steps of `STEP_MS`.
    pub fn step(&mut self, world: &World, seed: u64, tick: Tick, news: &mut Vec<News>) {
        self.drown(world, seed, tick, news);
        let steps = i64::from(TICK_S) * 1000 / STEP_MS;
        // What the first car of each queue wants: cannot change within a tick, since roads and trees do not.
        let mut wants: Vec<Option<Choice>> = vec![None; self.ready_ms.len()];
        let mut ready: Vec<(u32, Choice)> = Vec::new();
        let mut claims = vec![0u32; world.net.links];
        let mut order: Vec<(f64, u32, u32)> = Vec::new();
        for k in 0..steps {
            let step = i64::from(tick.0) * steps + k;
            let now_ms = step * STEP_MS;
            ready.clear();
            for (queue, want) in wants.iter_mut().enumerate() {
                if self.ready_ms[queue] > now_ms {
                    continue;
                }
                // Heads before a full link sleep on: nothing can change for them within this step.
                let choice = *want.get_or_insert_with(|| self.choose(world, seed, queue, news));
                match choice {
                    Choice::Wait => continue,
                    Choice::Go(link) if !self.has_room(world.net, link, now_ms) => continue,
                    Choice::Go(_) | Choice::Arrived | Choice::NoWay => {}
                }
                self.count_credit(world.net, queue, step);
                if self.credit[queue] < CAR_CREDIT {
                    continue;
                }
                if let Choice::Go(link) = choice {
                    claims[link] += 1;
                }
                ready.push((queue as u32, choice));
            }
            // Only those who want the same link need an order among them.
            order.clear();
            for &(queue, choice) in &ready {
                let mut left = self.count[queue as usize];
                let contested = matches!(choice, Choice::Go(link) if claims[link] > 1);
                if contested {
                    let u = chance::draw(seed, Stream::Travel, queue, tick, 100 + k as u32);
                    let weight = self.rate_veh_h(world.net, queue as usize).max(1) as f64;
                    order.push((-math::ln(u) / weight, queue, left));
                } else {
                    while left > 0 && self.send(world, seed, queue as usize, now_ms, &mut wants, news) {
                        left -= 1;
                    }
                }
            }
            for &(_, choice) in &ready {
                if let Choice::Go(link) = choice {
                    claims[link] = 0;
                }
            }
            order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            while !order.is_empty() {
                order.retain_mut(|(_, queue, left)| {
                    *left -= 1;
                    self.send(world, seed, *queue as usize, now_ms, &mut wants, news) && *left > 0
                });
            }
        }
    }

    /// Lets the first car of a queue go if it can; true if another may follow within this step.
    fn send(
        &mut self,
        world: &World,
        seed: u64,
        queue: usize,
        now_ms: i64,
        wants: &mut [Option<Choice>],
        news: &mut Vec<News>,
    ) -> bool {
        let ready_ms = self.ready_ms[queue];
        if ready_ms > now_ms || self.credit[queue] < CAR_CREDIT {
            return false;
        }
        let choice = *wants[queue].get_or_insert_with(|| self.choose(world, seed, queue, news));
        if let Choice::Go(link) = choice
            && !self.has_room(world.net, link, now_ms)
        {
            return false;
        }
        if choice == Choice::Wait {
            return false;
        }
        // A car that nothing held back goes on at the moment it was ready, not at the end of the step.
        let left_ms = if ready_ms > now_ms - STEP_MS { ready_ms } else { now_ms }.max(self.left_ms[queue]).min(now_ms);
        let car = self.pop(queue);
        wants[queue] = None;
        self.credit[queue] -= CAR_CREDIT;
        self.left_ms[queue] = left_ms;
        if queue < world.net.links {
            self.holes[queue].push_back((left_ms + world.net.wave_ms[queue]).max(now_ms + 1));
        }
        let at = world.net.queue_node(queue);
        let to = self.to[car as usize];
        match choice {
            Choice::Go(link) => {
                let travel_ms = world.travel_ms(link);
                self.push(link, car, left_ms, left_ms + travel_ms);
            }
            Choice::Arrived => {
                let people = self.leave(car, Status::Gone);
                news.push(News::Arrived { people, at, to, car: Some(CarId(car)) });
            }
            Choice::NoWay => {
                let people = self.leave(car, Status::Gone);
                news.push(News::NoWay { people, at, to, car: Some(CarId(car)) });
            }
            Choice::Wait => unreachable!("a waiting car {car} was sent"),
        }
        true
    }

    fn leave(&mut self, car: u32, status: Status) -> Vec<PersonId> {
        let people = self.people_of(CarId(car)).to_vec();
        self.people_count[car as usize] = 0;
        self.status[car as usize] = status;
        self.moving -= 1;
        self.moving_people -= people.len() as u32;
        people
    }

    /// Where the first car of a queue wants to go. It may learn of closures on the way to an answer.
    fn choose(&mut self, world: &World, seed: u64, queue: usize, news: &mut Vec<News>) -> Choice {
        let car = self.head[queue] as usize;
        let node = world.net.queue_node(queue);
        let before = self.knowledge[car];
        let (choice, knowledge) = world.car_choice(node, self.to[car], before, || self.nerve_m(seed, car));
        if knowledge != before {
            self.knowledge[car] = knowledge;
            if let (Choice::Go(link), Some(&person)) = (choice, self.people_of(CarId::of(car)).first()) {
                news.push(News::Rerouted { person, link: LinkId::of(link) });
            }
        }
        choice
    }

    /// The depth this driver dares to enter, m. A trait of the driver, the same all through a run.
    fn nerve_m(&self, seed: u64, car: usize) -> f64 {
        let id = self.people_of(CarId::of(car)).first().map_or(car as u32, |p| p.0);
        (NERVE_M.0 + NERVE_M.1 * chance::draw_normal(seed, Stream::Travel, id, Tick(0), 1)).max(DAMP_M)
    }

    /// The speed on a link changed: cars under way keep their place and take the new speed from there.
    pub fn respeed(&mut self, link: usize, travel_ms: i64, now_ms: i64) {
        let mut car = self.head[link];
        while car != NONE {
            let c = car as usize;
            if self.exit_ms[c] > now_ms {
                let whole = (self.exit_ms[c] - self.enter_ms[c]).max(1);
                let rest = travel_ms * (self.exit_ms[c] - now_ms) / whole;
                self.exit_ms[c] = now_ms + rest;
                self.enter_ms[c] = self.exit_ms[c] - travel_ms;
            }
            car = self.behind[c];
        }
        let head = self.head[link];
        if head != NONE {
            self.ready_ms[link] = self.exit_ms[head as usize];
        }
    }

    pub fn digest(&self, digest: &mut crate::base::digest::Digest) {
        digest.u32s(self.status.iter().map(|&s| s as u32));
        digest.u32s(self.queue.iter().copied()).u32s(self.behind.iter().copied());
        digest.u32s(self.to.iter().map(|d| u32::from(d.0))).u32s(self.knowledge.iter().map(|&k| k as u32));
        for column in [&self.enter_ms, &self.exit_ms, &self.credit, &self.left_ms] {
            for &v in column {
                digest.u64(v as u64);
            }
        }
        digest.f32s(&self.share);
        digest.u32s(self.people_count.iter().map(|&n| u32::from(n)));
        digest.u32s(self.holes.iter().map(|h| h.len() as u32));
    }
}
