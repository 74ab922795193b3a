//! Floor 3, travel: everyone who has a trip moves here, and the state of the roads is kept here.
//!
//! Cars are a spatial queue with holes (`cars`), walkers a crowd on lines (`walkers`), water and orders close roads
//! (`roads`), routes are trees per destination and state of knowledge (`routes`), responders ask for routes of their own
//! (`units`). `docs/models/travel.md` has the equations, sources and limits.

mod cars;
mod choice;
pub mod limits;
mod net;
mod roads;
mod routes;
mod units;
mod walkers;

pub use limits::VehicleClass;
pub use routes::{DestinationId, Knowledge, Mode};

use crate::base::digest::Digest;
use crate::base::ids::{CarId, LinkId, NodeId, PersonId};
use crate::base::time::{TICK_S, Tick};
use crate::place::city::City;
use crate::place::roads::Graph;
use crate::travel::cars::{Cars, Status};
use crate::travel::choice::{Choice, World};
use crate::travel::net::Net;
use crate::travel::roads::{BIT_CAR, BIT_DAMP, BIT_WALK, Roads};
use crate::travel::routes::{Trees, slot};
use crate::travel::walkers::Walkers;
use crate::vocab::body::Point;
use crate::vocab::lever::{Closure, Lever};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Ticks between two looks at the true closures by those who know that a road is closed (assumption: a minute).
const LOOK_TICKS: u32 = 6;
/// Ticks after which trees that nobody uses are dropped. Changes memory, never a result.
const TIDY_TICKS: u32 = 60;

/// What travel has to tell after a tick.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum News {
    /// At the destination; the car is off the roads then (parked).
    Arrived { people: Vec<PersonId>, at: NodeId, to: DestinationId, car: Option<CarId> },
    /// Nothing left to try: the travellers are taken off the roads at this node.
    NoWay { people: Vec<PersonId>, at: NodeId, to: DestinationId, car: Option<CarId> },
    /// Met a closed link and chose another way, which starts with this link.
    Rerouted { person: PersonId, link: LinkId },
    /// The car drowned. The people are taken off; the car stays as an obstacle.
    Stalled { car: CarId, people: Vec<PersonId>, link: LinkId, share: f64 },
    /// A walker stands in dangerous water at the end of this tick.
    InWater { person: PersonId, link: LinkId, share: f64, depth_m: f64, speed_m_s: f64 },
}

/// Who is on the move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    pub walking: u32,
    pub driving_people: u32,
    pub cars_moving: u32,
    pub cars_stalled: u32,
}

/// All that changes during a run: a checkpoint holds this and nothing else of travel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TravelState {
    targets: Vec<Vec<NodeId>>,
    single: BTreeMap<NodeId, DestinationId>,
    roads: Roads,
    cars: Cars,
    walkers: Walkers,
    /// End of the last tick, ms.
    now_ms: i64,
    /// Tick from which the true closures may be looked at again.
    look_at: u32,
}

/// The room where everyone with a trip moves.
#[derive(Clone)]
pub struct Travel {
    net: Arc<Net>,
    trees: Trees,
    state: TravelState,
}

fn known(informed: bool) -> Knowledge {
    if informed { Knowledge::Informed } else { Knowledge::Uninformed }
}

impl Travel {
    pub fn new(city: &City) -> Travel {
        let net = Arc::new(Net::new(city));
        let state = TravelState {
            targets: Vec::new(),
            single: BTreeMap::new(),
            roads: Roads::new(&net),
            cars: Cars::new(&net),
            walkers: Walkers::new(&net),
            now_ms: 0,
            look_at: 0,
        };
        Travel { net, trees: Trees::default(), state }
    }

    /// What a checkpoint must hold.
    pub fn state(&self) -> &TravelState {
        &self.state
    }
    /// Travel as it was when `state` was saved, in the same city.
    pub fn resume(city: &City, state: TravelState) -> Travel {
        let mut travel = Travel::new(city);
        assert_eq!(state.roads.bits.len(), travel.net.links, "the checkpoint is of another city");
        travel.trees.grow(state.targets.len());
        travel.state = state;
        travel
    }

    fn world(&self) -> World<'_> {
        World { net: &self.net, roads: &self.state.roads, trees: &self.trees, targets: &self.state.targets }
    }

    // Destinations.

    /// A destination that is reached at any of these nodes. May be empty: then there is no way to it.
    pub fn add_destination(&mut self, targets: &[NodeId]) -> DestinationId {
        for node in targets {
            assert!(node.index() < self.net.nodes, "a destination at node {node} of {}", self.net.nodes);
        }
        let id = DestinationId(u16::try_from(self.state.targets.len()).expect("more than 65,535 destinations"));
        self.state.targets.push(targets.to_vec());
        self.trees.grow(self.state.targets.len());
        id
    }

    /// The destination that is this one node.
    pub fn destination_at(&mut self, node: NodeId) -> DestinationId {
        if let Some(&id) = self.state.single.get(&node) {
            return id;
        }
        let id = self.add_destination(&[node]);
        self.state.single.insert(node, id);
        id
    }

    // Trips.

    /// Puts a person on foot at a node. `pace`: share of normal speed. `informed`: knows the published closures.
    pub fn start_walk(&mut self, person: PersonId, from: NodeId, to: DestinationId, pace: f32, informed: bool) {
        self.state.walkers.start(&self.net, person, from, to, pace, known(informed));
    }

    /// Puts a car with these people (the driver first) into the yards around a node.
    pub fn start_car(&mut self, people: &[PersonId], from: NodeId, to: DestinationId, informed: bool) -> CarId {
        assert!(!people.is_empty(), "a car without people at node {from}");
        self.state.cars.start(&self.net, people, from, to, known(informed))
    }

    /// Gives a walker another destination; nothing happens if the person is not walking.
    pub fn redirect_walker(&mut self, person: PersonId, to: DestinationId) {
        self.state.walkers.redirect(person, to);
    }

    /// Gives a car another destination, taken up at the next node; nothing happens if it is not driving.
    pub fn redirect_car(&mut self, car: CarId, to: DestinationId) {
        if matches!(self.state.cars.place(car), Some((_, Status::Moving, _))) {
            self.state.cars.redirect(car, to);
        }
    }

    /// Takes a walker off the streets (picked up, hurt) and says where; `None` if the person was not walking.
    pub fn remove_walker(&mut self, person: PersonId) -> Option<(LinkId, f64)> {
        let row = self.state.walkers.row(person)?;
        let at = self.state.walkers.at(&self.net, row);
        self.state.walkers.remove(&self.net, row);
        at
    }

    // Roads.

    /// `CloseRoad` and `OpenRoad`, for both directions of the street; no other lever is travel's. Opening a road that is
    /// blocked by drowned cars tows them away.
    pub fn obey(&mut self, lever: &Lever) {
        let TravelState { roads, cars, .. } = &mut self.state;
        roads.obey(&self.net, lever);
        if let Lever::OpenRoad { link } = lever
            && link.index() < self.net.links
        {
            for link in [link.index(), self.net.back[link.index()] as usize] {
                if link < self.net.links && roads.wrecked(link) {
                    cars.tow(link);
                    roads.set_wrecked(link, false);
                }
            }
        }
    }

    /// Phase Roads: reads the layers along every link and gives the links whose closure changed, in link order. Rows of
    /// the layers are grid cells; an empty slice is a layer that is not there. Gas closes no road by itself.
    pub fn update_roads(
        &mut self,
        city: &City,
        depth_m: &[f64],
        water_speed_m_s: &dyn Fn(usize) -> f64,
        gas_kg_m3: &[f32],
    ) -> Vec<(LinkId, Option<Closure>)> {
        let TravelState { roads, cars, now_ms, .. } = &mut self.state;
        let mut slowed: Vec<usize> = Vec::new();
        let changes = roads.update(&self.net, city, depth_m, water_speed_m_s, gas_kg_m3, &mut |link| slowed.push(link));
        for link in slowed {
            let travel_ms = (self.net.length_m[link] / f64::from(roads.car_m_s[link]) * 1000.0).round() as i64;
            cars.respeed(link, travel_ms, *now_ms);
        }
        changes
    }

    /// Every closure of this moment becomes known to informed travellers. Those who had found out for themselves are
    /// informed travellers again: the news now holds all they had seen.
    pub fn publish_closures(&mut self) {
        let TravelState { roads, cars, walkers, .. } = &mut self.state;
        if roads.published != roads.bits {
            roads.published.clone_from(&roads.bits);
            self.trees.forget(Mode::Walk, Knowledge::Informed);
            self.trees.forget(Mode::Car, Knowledge::Informed);
        }
        cars.forget_seen();
        walkers.forget_seen();
    }

    /// Takes a new look at the true closures if the last is old enough.
    fn look(&mut self, tick: Tick) {
        let roads = &mut self.state.roads;
        if tick.0 < self.state.look_at || roads.seen == roads.bits {
            return;
        }
        self.state.look_at = tick.0 + LOOK_TICKS;
        let differ = |mask: u8| roads.seen.iter().zip(&roads.bits).any(|(a, b)| (a ^ b) & mask != 0);
        let (walk, car, damp) = (differ(BIT_WALK), differ(BIT_CAR), differ(BIT_DAMP));
        roads.seen.clone_from(&roads.bits);
        if walk {
            self.trees.forget(Mode::Walk, Knowledge::Seen);
            self.trees.forget(Mode::Walk, Knowledge::Dry);
        }
        if car {
            self.trees.forget(Mode::Car, Knowledge::Seen);
        }
        if car || damp {
            self.trees.forget(Mode::Car, Knowledge::Dry);
        }
    }

    /// Phase Move: one tick.
    pub fn step(&mut self, seed: u64, tick: Tick) -> Vec<News> {
        self.look(tick);
        let TravelState { targets, roads, cars, walkers, .. } = &mut self.state;
        let mut needed = vec![false; targets.len() * 8];
        cars.mark_needed(|to, knowledge| needed[slot(to, Mode::Car, knowledge)] = true);
        walkers.mark_needed(|to, knowledge| needed[slot(to, Mode::Walk, knowledge)] = true);
        self.trees.prepare(&self.net, roads, targets, &needed, tick.0 % TIDY_TICKS == TIDY_TICKS - 1);
        let world = World { net: &self.net, roads, trees: &self.trees, targets };
        let mut news = Vec::new();
        cars.step(&world, seed, tick, &mut news);
        walkers.turn_round(&world);
        walkers.step(&world, &mut news);
        for one in &news {
            if let News::Stalled { link, .. } = one
                && cars.full_of_wrecks(&self.net, link.index())
            {
                roads.set_wrecked(link.index(), true);
            }
        }
        self.state.now_ms = (tick.whole_s() as i64 + i64::from(TICK_S)) * 1000;
        news
    }

    // Looking.

    pub fn walker_at(&self, person: PersonId) -> Option<(LinkId, f64)> {
        self.state.walkers.at(&self.net, self.state.walkers.row(person)?)
    }

    /// Link of a queue; cars in the yards around a node are shown at the start of its first road.
    fn shown(&self, queue: usize, share: f64) -> Option<(LinkId, f64)> {
        if queue < self.net.links {
            return Some((LinkId::of(queue), share));
        }
        let node = NodeId::of(queue - self.net.links);
        let out = self.net.graph.out_of(node).first().map(|&l| (l, 0.0));
        out.or_else(|| Graph::into(&self.net.graph, node).first().map(|&l| (l, 1.0)))
    }

    /// Place of a moving or stalled car. Walks along the queue it is in: for one car, not for all.
    pub fn car_at(&self, car: CarId) -> Option<(LinkId, f64)> {
        let (queue, status, share) = self.state.cars.place(car)?;
        let mut at = share;
        if status == Status::Moving && queue < self.net.links {
            self.state.cars.along(&self.net, queue, self.state.now_ms, |other, share| {
                if other == car.0 {
                    at = share;
                }
            });
        }
        self.shown(queue, at)
    }

    /// The people in a car, driver first; none once it has arrived or stalled.
    pub fn car_people(&self, car: CarId) -> &[PersonId] {
        self.state.cars.people_of(car)
    }

    /// All walkers with link and share, in the order of their rows.
    pub fn walkers(&self) -> impl Iterator<Item = (PersonId, LinkId, f64)> + '_ {
        let walkers = &self.state.walkers;
        (0..walkers.len()).filter_map(|row| {
            let (link, share) = walkers.at(&self.net, row)?;
            Some((walkers.person(row), link, share))
        })
    }

    /// All cars on the roads with link, share and whether they are stalled, in id order.
    pub fn cars(&self) -> impl Iterator<Item = (CarId, LinkId, f64, bool)> + '_ {
        let cars = &self.state.cars;
        let mut all: Vec<(CarId, LinkId, f64, bool)> = Vec::new();
        for queue in 0..self.net.links + self.net.nodes {
            if cars.count_on(queue) == 0 {
                continue;
            }
            if queue < self.net.links {
                cars.along(&self.net, queue, self.state.now_ms, |car, share| {
                    all.push((CarId(car), LinkId::of(queue), share, false));
                });
            } else if let Some((link, share)) = self.shown(queue, 0.0) {
                cars.queue_cars(queue, |car| all.push((CarId(car), link, share, false)));
            }
        }
        all.extend(cars.stalled_cars().map(|(car, link, share)| (car, LinkId::of(link), share, true)));
        all.sort_unstable_by_key(|(car, ..)| *car);
        all.into_iter()
    }

    /// People on foot who stand on firm ground with water around that nobody walks into, in the order of their rows.
    pub fn cut_off(&self) -> Vec<PersonId> {
        let (world, walkers) = (self.world(), &self.state.walkers);
        (0..walkers.len()).filter(|&row| walkers.cut_off(&world, row)).map(|row| walkers.person(row)).collect()
    }

    /// The point a share of the way along a link.
    pub fn point_of(&self, city: &City, link: LinkId, share: f64) -> Point {
        city.links[link.index()].point_at(share)
    }

    /// Links closed to the cars of the public (paths: to walkers), and why.
    pub fn closed(&self) -> Vec<(LinkId, Closure)> {
        (0..self.net.links)
            .filter_map(|l| self.state.roads.closure(&self.net, l).map(|why| (LinkId::of(l), why)))
            .collect()
    }

    /// Links with cars on them and the share of their places that is taken, 0 to 255.
    pub fn filled(&self) -> Vec<(LinkId, u8)> {
        (0..self.net.links)
            .filter_map(|l| {
                let share = self.state.cars.filled(&self.net, l);
                (share > 0.0).then(|| (LinkId::of(l), (share * 255.0).round().clamp(1.0, 255.0) as u8))
            })
            .collect()
    }

    /// Deepest water along a link, m; 0 on bridges.
    pub fn link_depth_m(&self, link: LinkId) -> f64 {
        f64::from(self.state.roads.depth_m[link.index()])
    }
    /// Densest gas along a link, kg/m3; 0 on bridges.
    pub fn link_gas_kg_m3(&self, link: LinkId) -> f64 {
        f64::from(self.state.roads.gas_kg_m3[link.index()])
    }
    /// Cars a link holds when it is full.
    pub fn link_storage(&self, link: LinkId) -> u32 {
        self.net.storage[link.index()]
    }
    /// Cars under way on a link, stalled ones not counted.
    pub fn link_cars(&self, link: LinkId) -> u32 {
        self.state.cars.count_on(link.index())
    }
    /// People on foot in a street, per m2 of pavement, both directions together.
    pub fn crowd_1_m2(&self, link: LinkId) -> f64 {
        let street = self.net.street[link.index()] as usize;
        f64::from(self.state.walkers.crowd(street)) / self.net.area_m2[street]
    }

    /// Links in circles of full links, where nothing moves until somebody acts.
    pub fn gridlocked(&self) -> Vec<LinkId> {
        self.state.cars.gridlocked(&self.world(), self.state.now_ms)
    }

    /// True if there is a way on the roads as they were at the last look, for a traveller who knows them.
    pub fn reaches(&self, from: NodeId, to: DestinationId, mode: Mode) -> bool {
        self.world().tree(to, mode, Knowledge::Seen).reaches(from)
    }

    /// Free travel time as a traveller would expect it, s: by the published closures if informed, by none if not.
    pub fn time_s(&self, from: NodeId, to: DestinationId, mode: Mode, informed: bool) -> Option<f64> {
        self.world().tree(to, mode, known(informed)).time_s(from)
    }

    pub fn counts(&self) -> Counts {
        let (cars_moving, driving_people) = self.state.cars.moving();
        Counts {
            walking: self.state.walkers.len() as u32,
            driving_people,
            cars_moving,
            cars_stalled: self.state.cars.stalled(),
        }
    }

    pub fn digest(&self, digest: &mut Digest) {
        let roads = &self.state.roads;
        digest.bytes(&roads.bits).bytes(&roads.published).bytes(&roads.seen).f32s(&roads.depth_m).f32s(&roads.dv_m2_s);
        self.state.cars.digest(digest);
        self.state.walkers.digest(digest);
    }
}
