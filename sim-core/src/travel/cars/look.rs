//! Looking at the queues: where cars are, how full links are, where nothing moves any more.

use super::{Cars, Status};
use crate::base::ids::{CarId, LinkId};
use crate::travel::net::{NONE, Net};
use crate::travel::{Choice, World};

impl Cars {
    /// Every moving car on a link with the share of the way it has made, first car first. Cars that wait stand one behind
    /// the other.
    pub fn along(&self, net: &Net, link: usize, now_ms: i64, mut see: impl FnMut(u32, f64)) {
        let spacing = (1.0 / f64::from(net.storage[link])).min(1.0);
        let mut limit = 1.0f64;
        let mut car = self.head[link];
        while car != NONE {
            let c = car as usize;
            let whole = (self.exit_ms[c] - self.enter_ms[c]).max(1) as f64;
            let free = ((now_ms - self.enter_ms[c]) as f64 / whole).clamp(0.0, 1.0);
            see(car, free.min(limit.max(0.0)));
            limit -= spacing;
            car = self.behind[c];
        }
    }

    /// Queue and status of a car.
    pub fn place(&self, car: CarId) -> Option<(usize, Status, f64)> {
        let c = car.index();
        (c < self.status.len() && self.status[c] != Status::Gone)
            .then(|| (self.queue[c] as usize, self.status[c], f64::from(self.share[c])))
    }

    pub fn count_on(&self, queue: usize) -> u32 {
        self.count[queue]
    }
    pub fn queue_cars(&self, queue: usize, mut see: impl FnMut(u32)) {
        let mut car = self.head[queue];
        while car != NONE {
            see(car);
            car = self.behind[car as usize];
        }
    }
    /// Share of its places that a link has taken, 0 to 1.
    pub fn filled(&self, net: &Net, link: usize) -> f64 {
        f64::from(self.count[link] + self.stalled[link]) / f64::from(net.storage[link])
    }

    /// Links whose first car waits in a circle of full links: nothing in it will ever move by itself.
    pub fn gridlocked(&self, world: &World, now_ms: i64) -> Vec<LinkId> {
        let links = world.net.links;
        let full = |l: usize| {
            let holes = self.holes[l].iter().filter(|&&at| at > now_ms).count();
            (self.count[l] + self.stalled[l]) as usize + holes >= world.net.storage[l] as usize
        };
        let wants: Vec<u32> = (0..links)
            .map(|l| {
                if self.ready_ms[l] > now_ms {
                    return NONE;
                }
                let car = self.head[l] as usize;
                match world.car_choice(world.net.queue_node(l), self.to[car], self.knowledge[car], || f64::INFINITY).0 {
                    Choice::Go(next) if full(next) => next as u32,
                    _ => NONE,
                }
            })
            .collect();
        // Colours: 0 new, 1 on the present walk, 2 done.
        let mut colour = vec![0u8; links];
        let mut locked = Vec::new();
        for start in 0..links {
            let mut walk = Vec::new();
            let mut at = start as u32;
            while at != NONE && colour[at as usize] == 0 {
                colour[at as usize] = 1;
                walk.push(at);
                at = wants[at as usize];
            }
            if at != NONE
                && colour[at as usize] == 1
                && let Some(first) = walk.iter().position(|&l| l == at)
            {
                locked.extend(walk[first..].iter().map(|&l| LinkId(l)));
            }
            for l in walk {
                colour[l as usize] = 2;
            }
        }
        locked.sort_unstable();
        locked
    }
}
