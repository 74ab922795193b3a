//! Floor 3, response: units from a roster, what they can do, how they are sent, how they work.
//!
//! A unit kind is data (vehicle, crew, skills); a skill is code. Orders come to the post that owns units; it sends the
//! nearest free ones that have the skill. Whatever a crew changes in the world it changes by a lever or through the
//! [`Field`], which `sim` lends it.

pub mod field;
pub mod orders;
pub mod skill;

use crate::base::{digest::Digest, ids::*, text::Text, time::TICK_S, time::Tick};
use crate::vocab::body::{Duty, Point, VehicleClass};
use crate::vocab::order::{Task, Why};
use bevy_ecs::prelude::Component;
use consequence::harm::gear::{Effort, Gear, Wearer};
use consequence::harm::thermal::THIRD_DEGREE_TDU;
pub use field::Field;
use serde::{Deserialize, Serialize};
use skill::Skill;
use std::collections::BTreeSet;

/// Heat in which crews in fire gear, and those without, work on, W/m2 (API 521: 6.31 kW/m2 for a minute, 4.73 for two or three, in
/// ordinary work clothes; a third of that without end; from memory. The share for gear is an assumption).
const GEARED_W_M2: f64 = 6310.0;
const BARE_W_M2: f64 = 1580.0;
/// Share of the heat that gets through fire gear in the seconds of a fireball (assumption).
const GEAR_LETS_HEAT: f64 = 0.1;
/// Overpressure that throws people down, Pa: 3.5 psi, serious injury likely (ALOHA's orange line).
const STRUCK_PA: f64 = 24_132.0;

/// A kind of unit, as the roster has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KindSpec {
    pub key: String,
    pub name: Text,
    pub vehicle: VehicleClass,
    pub crew: u32,
    /// People it can carry besides the crew.
    pub carries: u32,
    pub skills: Vec<Skill>,
    /// From order to rolling, s.
    pub turnout_s: f64,
    /// Wears breathing protection.
    pub protected: bool,
}

/// A unit, as the roster has it. Its row is its id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnitSpec {
    pub key: String,
    pub name: Text,
    pub kind: usize,
    pub base: FacilityId,
    pub post: PostId,
}

/// A unit at work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Component)]
pub struct Unit {
    pub id: UnitId,
    pub duty: Duty,
    pub at: Point,
    /// The last node passed.
    pub node: NodeId,
    pub route: Vec<LinkId>,
    /// Which link of the route, and how far along it, m.
    pub leg: usize,
    pub along_m: f64,
    pub order: Option<OrderId>,
    pub task: Option<Task>,
    /// Busy with something that ends then.
    pub until: Tick,
    /// Work done so far, in the skill's own unit.
    pub progress: f64,
    pub aboard: Vec<PersonId>,
    /// Where those aboard are to be taken.
    pub refuge: Option<FacilityId>,
    /// Roads it has found or been told to be closed.
    pub known_closed: BTreeSet<LinkId>,
    /// Time spent before a road that could not be passed, s.
    pub stuck_s: f64,
    /// Time in deadly gas without protection, s.
    pub gassed_s: f64,
    /// Heat taken by the crew, (kW/m2)^(4/3) s on the skin.
    pub burnt_tdu: f64,
    /// Air left in each bottle of a protected crew, L at the pressure of the air.
    pub air_l: f64,
}

/// What happened to a unit this tick.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    Arrived,
    Finished,
    Failed(Why),
    Returned,
    Lost(Text),
}

/// A unit gives an order up when it has stood before closed roads for this long, s. Assumption.
const GIVE_UP_S: f64 = 900.0;
/// An unprotected crew is out of action after this long in AEGL-3 gas, s. Assumption on the safe side of the
/// 10-minute value.
const GASSED_S: f64 = 120.0;
/// What protected crews wear: self-contained breathing apparatus (正压式空气呼吸器).
const GEAR: Gear = Gear::SELF_CONTAINED;
/// From the whistle to being back at work with full bottles, s (assumption: ten minutes out, at the lorry and in).
const CHANGE_BOTTLES_S: f64 = 600.0;

fn full_l() -> f64 {
    GEAR.air_l.unwrap_or(0.0)
}

impl Unit {
    pub fn new(id: UnitId, at: Point, node: NodeId) -> Unit {
        Unit {
            id,
            duty: Duty::Ready,
            at,
            node,
            route: Vec::new(),
            leg: 0,
            along_m: 0.0,
            order: None,
            task: None,
            until: Tick(0),
            progress: 0.0,
            aboard: Vec::new(),
            refuge: None,
            known_closed: BTreeSet::new(),
            stuck_s: 0.0,
            gassed_s: 0.0,
            burnt_tdu: 0.0,
            air_l: full_l(),
        }
    }
    pub fn free(&self) -> bool {
        matches!(self.duty, Duty::Ready | Duty::Returning) && self.aboard.is_empty()
    }
    /// Takes an order and turns out.
    pub fn take(&mut self, order: OrderId, task: Task, kind: &KindSpec, now: Tick) {
        assert!(self.free(), "unit {} was given order {order} while busy", self.id);
        let away = self.duty == Duty::Returning;
        self.order = Some(order);
        self.task = Some(task);
        self.progress = 0.0;
        self.stuck_s = 0.0;
        // What was closed on the last trip may be open now: a new order begins with a fresh look.
        self.known_closed.clear();
        self.duty = Duty::TurningOut;
        self.until = if away { now } else { now.plus_s(kind.turnout_s) };
    }
    /// One tick: move, work, carry. At most one piece of news.
    pub fn step(&mut self, spec: &UnitSpec, kind: &KindSpec, field: &mut dyn Field) -> Option<News> {
        let now = field.now();
        if self.duty == Duty::Lost {
            return None;
        }
        if let Some(news) = self.endure(kind, field) {
            return Some(news);
        }
        if let Some(news) = self.breathe(kind, field) {
            return Some(news);
        }
        match self.duty {
            Duty::Lost | Duty::Ready => None,
            Duty::TurningOut => {
                if self.until <= now {
                    let task = self.task.expect("a unit that turns out has a task");
                    let goal = skill::goal(task, self.at, field);
                    match self.set_out(goal, kind, field) {
                        true => self.duty = Duty::Travelling,
                        false => return Some(self.fail(Why::NoRoad)),
                    }
                }
                None
            }
            Duty::Travelling => match self.travel(kind, field) {
                Going::OnTheWay => None,
                Going::There => {
                    self.duty = Duty::Working;
                    self.until = now;
                    Some(News::Arrived)
                }
                Going::Stuck => Some(self.fail(Why::RoadsClosed)),
            },
            Duty::Working => {
                // A trip inside the work (to the next door, the next roof) comes first.
                if self.leg < self.route.len() {
                    return match self.travel(kind, field) {
                        Going::Stuck => Some(self.fail(Why::RoadsClosed)),
                        Going::OnTheWay | Going::There => None,
                    };
                }
                if self.until > now {
                    return None;
                }
                match skill::work(self, kind, field) {
                    skill::Outcome::Busy(s) => {
                        self.until = now.plus_s(s);
                        None
                    }
                    skill::Outcome::GoTo(node) => {
                        if !self.set_out(node, kind, field) {
                            return Some(self.fail(Why::NoRoadOn));
                        }
                        None
                    }
                    skill::Outcome::Carry(refuge) => {
                        let node = field.city().facilities[refuge.index()].node;
                        self.refuge = Some(refuge);
                        if self.set_out(node, kind, field) {
                            self.duty = Duty::Transporting;
                            None
                        } else {
                            // Nowhere to go with them: hold on and try again.
                            self.until = now.plus_s(120.0);
                            None
                        }
                    }
                    skill::Outcome::Finished => Some(self.finish(spec, kind, field)),
                    skill::Outcome::Failed(why) => Some(self.fail(why)),
                }
            }
            Duty::Transporting => match self.travel(kind, field) {
                Going::OnTheWay => None,
                Going::There => {
                    let refuge = self.refuge.expect("a transport has a refuge");
                    let people = std::mem::take(&mut self.aboard);
                    let left = field.alight(self.id, people, refuge);
                    self.aboard = left;
                    self.duty = Duty::Working;
                    self.route.clear();
                    self.leg = 0;
                    // Five to ten minutes at the berth (parameters.md 3, recalled).
                    self.until = now.plus_s(300.0);
                    None
                }
                Going::Stuck => {
                    // With people aboard nothing is given up: another way is looked for from scratch.
                    self.known_closed.clear();
                    self.stuck_s = 0.0;
                    let refuge = self.refuge.expect("a transport has a refuge");
                    let node = field.city().facilities[refuge.index()].node;
                    self.set_out(node, kind, field);
                    None
                }
            },
            Duty::Returning => match self.travel(kind, field) {
                Going::OnTheWay => None,
                Going::There => {
                    self.duty = Duty::Ready;
                    Some(News::Returned)
                }
                Going::Stuck => {
                    self.stuck_s = 0.0;
                    self.known_closed.clear();
                    let base = field.city().facilities[spec.base.index()].node;
                    self.set_out(base, kind, field);
                    None
                }
            },
        }
    }

    /// Heat drives crews back, blast and a fireball may take them out.
    fn endure(&mut self, kind: &KindSpec, field: &mut dyn Field) -> Option<News> {
        if self.duty == Duty::Ready || self.duty == Duty::Lost {
            return None;
        }
        let gear = if kind.protected { GEAR_LETS_HEAT } else { 1.0 };
        self.burnt_tdu += gear * field.heat_dose_tdu(self.at);
        let pa = field.overpressure_pa(self.at);
        if self.burnt_tdu >= THIRD_DEGREE_TDU || pa >= STRUCK_PA {
            self.duty = Duty::Lost;
            let people = std::mem::take(&mut self.aboard);
            field.set_down(self.id, people, self.at);
            let why = if pa >= STRUCK_PA {
                Text::new("队员被冲击波击伤", "crew struck by a blast")
            } else {
                Text::new("队员被烧伤", "crew burnt")
            };
            return Some(News::Lost(why));
        }
        let bears = if kind.protected { GEARED_W_M2 } else { BARE_W_M2 };
        let working = self.duty == Duty::Working && self.aboard.is_empty();
        (working && field.heat_w_m2(self.at) > bears).then(|| self.fail(Why::Heat))
    }

    /// Gas drives unprotected crews back and may take them out.
    fn breathe(&mut self, kind: &KindSpec, field: &mut dyn Field) -> Option<News> {
        if self.duty == Duty::Ready {
            self.air_l = full_l();
            return None;
        }
        let level = field.aegl(self.at);
        if kind.protected {
            self.draw_air(level, field.now());
            return None;
        }
        match level {
            3 => {
                self.gassed_s += f64::from(TICK_S);
                if self.gassed_s >= GASSED_S {
                    self.duty = Duty::Lost;
                    let people = std::mem::take(&mut self.aboard);
                    field.set_down(self.id, people, self.at);
                    return Some(News::Lost(Text::new("队员吸入毒气", "crew overcome by gas")));
                }
                None
            }
            2 if self.duty == Duty::Working && self.aboard.is_empty() => Some(self.fail(Why::Gas)),
            _ => None,
        }
    }

    /// A protected crew at work in gas lives on its bottles. When the whistle blows it goes out, changes them and goes on: the
    /// work takes that much longer. What gets through the mask, a ten-thousandth, harms nobody.
    fn draw_air(&mut self, level: u8, now: Tick) {
        if level == 0 || self.duty != Duty::Working {
            return;
        }
        let mut wearer = Wearer { gear: GEAR, air_l: self.air_l };
        wearer.breathe(0.0, Effort::Work, f64::from(TICK_S));
        self.air_l = wearer.air_l;
        if wearer.low() {
            self.until = self.until.max(now).plus_s(CHANGE_BOTTLES_S);
            self.air_l = full_l();
        }
    }

    /// Plans a way to a node by what the unit knows. False when there is none.
    fn set_out(&mut self, to: NodeId, kind: &KindSpec, field: &dyn Field) -> bool {
        self.leg = 0;
        self.along_m = 0.0;
        match field.route(self.node, to, kind.vehicle, &self.known_closed) {
            Some(route) => {
                self.route = route;
                true
            }
            None => {
                self.route.clear();
                false
            }
        }
    }

    fn travel(&mut self, kind: &KindSpec, field: &dyn Field) -> Going {
        let mut left_s = f64::from(TICK_S);
        while left_s > 0.0 {
            let Some(&link) = self.route.get(self.leg) else {
                self.route.clear();
                self.leg = 0;
                return Going::There;
            };
            let speed = field.speed_m_s(link, kind.vehicle);
            let length_m = field.city().links[link.index()].length_m;
            if speed <= 0.0 {
                return self.blocked(link, kind, field);
            }
            self.stuck_s = 0.0;
            let need_s = (length_m - self.along_m).max(0.0) / speed;
            if need_s <= left_s {
                left_s -= need_s;
                self.leg += 1;
                self.along_m = 0.0;
                self.node = field.city().links[link.index()].to;
                self.at = field.city().nodes[self.node.index()].at;
            } else {
                self.along_m += left_s * speed;
                left_s = 0.0;
                self.at = field.city().links[link.index()].point_at(self.along_m / length_m.max(1.0));
            }
        }
        Going::OnTheWay
    }

    /// The road ahead cannot be passed: remember it, turn, look for another way.
    fn blocked(&mut self, link: LinkId, kind: &KindSpec, field: &dyn Field) -> Going {
        self.stuck_s += f64::from(TICK_S);
        if self.stuck_s > GIVE_UP_S {
            return Going::Stuck;
        }
        let goal = self.route.last().map(|l| field.city().links[l.index()].to).expect("a route has links");
        self.known_closed.insert(link);
        if let Some(twin) = field.city().links[link.index()].twin {
            self.known_closed.insert(twin);
        }
        if self.along_m > 0.0 {
            // Back to the node it came from: the way back takes as long as the way in (spent standing, above).
            self.along_m = 0.0;
            self.at = field.city().nodes[self.node.index()].at;
        }
        if let Some(route) = field.route(self.node, goal, kind.vehicle, &self.known_closed) {
            self.route = route;
            self.leg = 0;
        }
        Going::OnTheWay
    }

    fn finish(&mut self, spec: &UnitSpec, kind: &KindSpec, field: &dyn Field) -> News {
        self.go_home(spec, kind, field);
        News::Finished
    }
    fn fail(&mut self, why: Why) -> News {
        self.duty = Duty::Returning;
        self.route.clear();
        self.leg = 0;
        News::Failed(why)
    }
    /// Sets out for the base; called after a failure too, once the order has been closed.
    pub fn go_home(&mut self, spec: &UnitSpec, kind: &KindSpec, field: &dyn Field) {
        self.order = None;
        self.task = None;
        self.refuge = None;
        self.duty = Duty::Returning;
        let base = field.city().facilities[spec.base.index()].node;
        self.set_out(base, kind, field);
    }
    pub fn digest(&self, digest: &mut Digest) {
        digest.u32(self.id.0).u8(self.duty as u8).f64(self.at.x).f64(self.at.y).f64(self.progress).f64(self.air_l);
        digest.u32(self.order.map_or(u32::MAX, |o| o.0)).u32s(self.aboard.iter().map(|p| p.0)).u32(self.until.0);
    }
}

enum Going {
    OnTheWay,
    There,
    Stuck,
}
