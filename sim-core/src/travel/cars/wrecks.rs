//! Cars that drown, and what they leave behind: wrecks that take room and a lane until they are towed.

use super::{Cars, Status};
use crate::base::chance::{self, Stream};
use crate::base::ids::{CarId, LinkId};
use crate::base::math;
use crate::base::time::{TICK_S, Tick};
use crate::travel::limits::*;
use crate::travel::net::{NONE, Net};
use crate::travel::{News, World};

impl Cars {
    /// Cars in deep or strong water may stop for good.
    pub(super) fn drown(&mut self, world: &World, seed: u64, tick: Tick, news: &mut Vec<News>) {
        let now_ms = tick.whole_s() as i64 * 1000;
        let mut lost: Vec<(u32, f64)> = Vec::new();
        for link in 0..world.net.links {
            if self.count[link] == 0
                || stall_chance_1_min(f64::from(world.roads.depth_m[link]), f64::from(world.roads.dv_m2_s[link])) <= 0.0
            {
                continue;
            }
            lost.clear();
            self.along(world.net, link, now_ms, |car, share| {
                let (depth, speed) = world.roads.water_at(world.net, link, share);
                let minute = stall_chance_1_min(depth, depth * speed);
                let chance = 1.0 - math::pow(1.0 - minute, f64::from(TICK_S) / 60.0);
                if minute > 0.0 && chance::draw(seed, Stream::Travel, car, tick, 2) < chance {
                    lost.push((car, share));
                }
            });
            for &(car, share) in &lost {
                self.unlink(link, car);
                self.queue[car as usize] = link as u32;
                self.share[car as usize] = share as f32;
                self.stalled[link] += 1;
                self.stalled_all += 1;
                let people = self.leave(car, Status::Stalled);
                news.push(News::Stalled { car: CarId(car), people, link: LinkId::of(link), share });
            }
        }
    }

    /// Takes a car out of the middle of a queue.
    fn unlink(&mut self, queue: usize, car: u32) {
        let mut at = self.head[queue];
        if at == car {
            self.pop(queue);
            return;
        }
        while self.behind[at as usize] != car {
            at = self.behind[at as usize];
            assert!(at != NONE, "car {car} is not in queue {queue}");
        }
        self.behind[at as usize] = self.behind[car as usize];
        self.behind[car as usize] = NONE;
        if self.tail[queue] == car {
            self.tail[queue] = at;
        }
        self.count[queue] -= 1;
    }

    /// True if drowned cars leave no room for another.
    pub fn full_of_wrecks(&self, net: &Net, link: usize) -> bool {
        self.stalled[link] >= net.storage[link]
    }

    /// Takes the drowned cars off a link.
    pub fn tow(&mut self, link: usize) {
        for car in 0..self.status.len() {
            if self.status[car] == Status::Stalled && self.queue[car] == link as u32 {
                self.status[car] = Status::Gone;
                self.queue[car] = NONE;
                self.stalled_all -= 1;
            }
        }
        self.stalled[link] = 0;
    }

    pub fn stalled_cars(&self) -> impl Iterator<Item = (CarId, usize, f64)> + '_ {
        (0..self.status.len())
            .filter(|&c| self.status[c] == Status::Stalled)
            .map(|c| (CarId::of(c), self.queue[c] as usize, f64::from(self.share[c])))
    }
}
