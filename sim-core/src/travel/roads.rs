//! The state of the roads: water on them, closures by water and by order, and who has been told.

use crate::base::ids::LinkId;
use crate::place::city::City;
use crate::travel::limits::*;
use crate::travel::net::{NONE, Net};
use crate::vocab::lever::{Closure, Lever};
use serde::{Deserialize, Serialize};

/// Closed to cars of the public.
pub const BIT_CAR: u8 = 1;
/// Closed to people on foot.
pub const BIT_WALK: u8 = 2;
/// More water than the most fearful driver bears.
pub const BIT_DAMP: u8 = 4;

/// State per link (both directions of a street share their water).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Roads {
    /// Deepest water along the link, m.
    pub depth_m: Vec<f32>,
    /// Largest depth times speed along it, m2/s.
    pub dv_m2_s: Vec<f32>,
    /// Speed of cars when nobody is in the way, m/s.
    pub car_m_s: Vec<f32>,
    /// Share of walking speed left in the water.
    pub wade: Vec<f32>,
    /// Densest gas along the link, kg/m3.
    pub gas_kg_m3: Vec<f32>,
    /// True closures.
    pub bits: Vec<u8>,
    /// Closures that informed travellers know.
    pub published: Vec<u8>,
    /// Closures as somebody sees them who has met one: the truth, at most a minute old.
    pub seen: Vec<u8>,
    /// Closure by order or debris: 0 none, else `code` + 1.
    lever: Vec<u8>,
    /// Full of drowned cars: no vehicle passes until the road is opened, which tows them away.
    wrecked: Vec<bool>,
    /// Closure last reported by `update`.
    told: Vec<u8>,
    /// Depth and speed of the water at the samples of `Net`.
    pub sample_depth_m: Vec<f32>,
    pub sample_m_s: Vec<f32>,
}

fn code(why: Closure) -> u8 {
    match why {
        Closure::Water => 1,
        Closure::Order => 2,
        Closure::Debris => 3,
        Closure::Heat => 4,
    }
}

fn closure(code: u8) -> Option<Closure> {
    match code {
        0 => None,
        1 => Some(Closure::Water),
        2 => Some(Closure::Order),
        3 => Some(Closure::Debris),
        4 => Some(Closure::Heat),
        other => panic!("no closure has the code {other}"),
    }
}

impl Roads {
    pub fn new(net: &Net) -> Roads {
        Roads {
            depth_m: vec![0.0; net.links],
            dv_m2_s: vec![0.0; net.links],
            car_m_s: net.free_m_s.iter().map(|&v| v as f32).collect(),
            wade: vec![1.0; net.links],
            gas_kg_m3: vec![0.0; net.links],
            bits: vec![0; net.links],
            published: vec![0; net.links],
            seen: vec![0; net.links],
            lever: vec![0; net.links],
            wrecked: vec![false; net.links],
            told: vec![0; net.links],
            sample_depth_m: vec![0.0; net.sample_cell.len()],
            sample_m_s: vec![0.0; net.sample_cell.len()],
        }
    }

    /// Closes or opens a street in both directions. Other levers are not ours.
    pub fn obey(&mut self, net: &Net, lever: &Lever) {
        let (link, why) = match lever {
            Lever::CloseRoad { link, why } => (*link, code(*why)),
            Lever::OpenRoad { link } => (*link, 0),
            _ => return,
        };
        if link.index() >= net.links {
            return;
        }
        let back = net.back[link.index()] as usize;
        self.lever[link.index()] = why;
        self.set_bits(link.index());
        if back < net.links {
            self.lever[back] = why;
            self.set_bits(back);
        }
    }

    /// Reads the water and gas along every street; gives the links whose closure changed, in link order, and through
    /// `slowed` the links whose free speed for cars changed.
    pub fn update(
        &mut self,
        net: &Net,
        city: &City,
        depth_m: &[f64],
        water_m_s: &dyn Fn(usize) -> f64,
        gas_kg_m3: &[f32],
        slowed: &mut dyn FnMut(usize),
    ) -> Vec<(LinkId, Option<Closure>)> {
        for street in 0..net.links {
            if net.street[street] != street as u32 {
                continue;
            }
            let rows = net.samples[street] as usize..net.samples[street + 1] as usize;
            let drop_m = if net.tunnel[street] { TUNNEL_DROP_M } else { 0.0 };
            let (mut deepest, mut strongest, mut fastest, mut gas) = (0.0f64, 0.0f64, 0.0f64, 0.0f32);
            for row in rows {
                let cell = net.sample_cell[row];
                if cell == NONE {
                    continue;
                }
                let cell = cell as usize;
                let mut depth = depth_m.get(cell).copied().unwrap_or(0.0);
                let mut speed = 0.0;
                if depth > FILM_M {
                    speed = water_m_s(cell);
                    if depth > TUNNEL_FILLS_M {
                        depth += drop_m;
                    }
                } else {
                    depth = 0.0;
                }
                if depth > 0.0 || self.sample_depth_m[row] > 0.0 {
                    self.sample_depth_m[row] = depth as f32;
                    self.sample_m_s[row] = speed as f32;
                }
                deepest = deepest.max(depth);
                fastest = fastest.max(speed);
                strongest = strongest.max(depth * speed);
                gas = gas.max(gas_kg_m3.get(cell).copied().unwrap_or(0.0));
            }
            let back = net.back[street] as usize;
            for link in [street, back] {
                if link >= net.links {
                    continue;
                }
                self.gas_kg_m3[link] = gas;
                if deepest as f32 == self.depth_m[link] && strongest as f32 == self.dv_m2_s[link] {
                    continue;
                }
                self.depth_m[link] = deepest as f32;
                self.dv_m2_s[link] = strongest as f32;
                self.wade[link] = wading_share(deepest, fastest) as f32;
                let speed = net.free_m_s[link].min(water_speed_m_s(deepest)) as f32;
                if speed != self.car_m_s[link] {
                    self.car_m_s[link] = speed;
                    slowed(link);
                }
                self.set_bits(link);
            }
        }
        debug_assert_eq!(city.links.len(), net.links);
        let mut changes = Vec::new();
        for link in 0..net.links {
            let now = self.closed_code(net, link);
            if now != self.told[link] {
                self.told[link] = now;
                changes.push((LinkId::of(link), closure(now)));
            }
        }
        changes
    }

    fn set_bits(&mut self, link: usize) {
        let (depth, dv, was) = (f64::from(self.depth_m[link]), f64::from(self.dv_m2_s[link]), self.bits[link]);
        let mut bits = 0;
        let car_m = if was & BIT_CAR != 0 && self.lever[link] == 0 { CAR_OPEN_M } else { CAR_CLOSED_M };
        let walk_m = if was & BIT_WALK != 0 && self.lever[link] == 0 { WALK_OPEN_M } else { WALK_CLOSED_M };
        if self.lever[link] != 0 {
            bits |= BIT_CAR | BIT_WALK;
        }
        if self.wrecked[link] || depth > car_m || dv > CAR_CLOSED_DV_M2_S {
            bits |= BIT_CAR;
        }
        if depth > walk_m || dv > WALK_CLOSED_DV_M2_S {
            bits |= BIT_WALK;
        }
        if depth > DAMP_M {
            bits |= BIT_DAMP;
        }
        self.bits[link] = bits;
    }

    fn closed_code(&self, net: &Net, link: usize) -> u8 {
        let bit = if net.drivable[link] { BIT_CAR } else { BIT_WALK };
        match self.lever[link] {
            0 if self.wrecked[link] => code(Closure::Debris),
            0 => u8::from(self.bits[link] & bit != 0),
            by => by,
        }
    }

    /// Why a link is closed: to the cars of the public, or to walkers on a path.
    pub fn closure(&self, net: &Net, link: usize) -> Option<Closure> {
        closure(self.closed_code(net, link))
    }

    /// Closed by order or debris, which no car of the public passes.
    pub fn barred(&self, link: usize) -> bool {
        self.lever[link] != 0 || self.wrecked[link]
    }

    /// Closed by debris or wrecks, which no vehicle passes.
    pub fn debris(&self, link: usize) -> bool {
        self.lever[link] == code(Closure::Debris) || self.wrecked[link]
    }

    pub fn set_wrecked(&mut self, link: usize, wrecked: bool) {
        self.wrecked[link] = wrecked;
        self.set_bits(link);
    }
    pub fn wrecked(&self, link: usize) -> bool {
        self.wrecked[link]
    }

    /// Water at a sample as a share of what walkers bear; above 1 they do not walk into it.
    pub fn burden(&self, row: usize) -> f64 {
        let (depth, speed) = (f64::from(self.sample_depth_m[row]), f64::from(self.sample_m_s[row]));
        (depth / WALK_CLOSED_M).max(depth * speed / WALK_CLOSED_DV_M2_S)
    }

    /// Depth and speed of the water at a place on an arc; none on bridges.
    pub fn water_at(&self, net: &Net, arc: usize, share: f64) -> (f64, f64) {
        match net.sample_at(arc, share) {
            Some(row) => (f64::from(self.sample_depth_m[row]), f64::from(self.sample_m_s[row])),
            None => (0.0, 0.0),
        }
    }
}
