//! A swarm (粒子群): the particles of a release on their way, from birth to the puffs that take over from them. Births are of equal masses at the moments at
//! which equal parts of the mass leave. Particles beyond the box are gathered by where they are; each gathering becomes a puff with their
//! mass, their middle, their covariance over the ground and their mean height.

use super::count::{COUNTED_M, Counting};
use super::flow::Flow;
use super::particles::{Ground, Normals, Particle, born, walk};
use super::wind::Space;
use crate::puff::{Own, Puff};
use crate::release::{Emission, Entry, Release};
use base::fold;
use base::grid::{Grid, Point};
use base::math;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A gathering is made by squares of this part of the box.
const SQUARES: f64 = 6.0;
/// Variance that a gathering's puff gets besides, m2: a particle has no size, a puff must have one (assumption).
pub const LEAST_M2: f64 = 1.0;
/// Least half width of a mouth, m: that of a puff's.
const LEAST_WIDTH_M: f64 = 0.05;
/// Particles per parcel of work.
const PARCEL: usize = 4096;

/// Particles on their way. State.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Swarm {
    pub live: Vec<Particle>,
    /// How many were born so far.
    pub born: u64,
    /// Steps of all particles so far, for the speed.
    pub steps: u64,
}

/// What a walk needs that does not change: the raster, the draws and their seed.
#[derive(Clone, Copy)]
pub struct Walking<'a> {
    pub counting: &'a Counting,
    pub normals: &'a Normals,
    pub seed: u64,
}

impl Swarm {
    /// Mass of all that are on their way, kg.
    pub fn mass_kg(&self) -> f64 {
        self.live.iter().map(|p| p.mass_kg).sum()
    }

    /// Mean mass of those on their way, kg; none where there is none.
    pub fn grain_kg(&self) -> Option<f64> {
        (!self.live.is_empty()).then(|| self.mass_kg() / self.live.len() as f64)
    }

    /// Births in order of time, `each` for what leaves from `from_s` to `to_s` steadily and for each burst.
    pub fn births(
        &mut self,
        release: &Release,
        space: &Space,
        flow: &Flow,
        (from_s, to_s): (f64, f64),
        each: usize,
        w: &Walking,
    ) -> Vec<(f64, Particle)> {
        let inner = &space.grid;
        let at = (release.at.x - inner.x0, release.at.y - inner.y0);
        let first = self.born;
        let mut all: Vec<(f64, Particle)> = Vec::new();
        let mut put = |t: f64, mass_kg: f64, state: &Emission| {
            let id = (first + all.len() as u64) as u32;
            let n = w.normals.five(w.seed, id, u32::MAX);
            let wide = (state.width_m / math::sqrt(2.0 * std::f64::consts::PI)).max(LEAST_WIDTH_M);
            let deep = match state.entry {
                Entry::Jet | Entry::JetUp => wide,
                Entry::Pool | Entry::Cloud => LEAST_WIDTH_M,
            };
            let spread = |k: usize, by: f64| by * f64::from(n[k]);
            let (mut x, mut y) = (at.0 + spread(0, wide), at.1 + spread(1, wide));
            let z = (release.height_m + spread(2, deep)).abs().max(0.01);
            let column = inner.cell_at(Point::new(inner.x0 + x, inner.y0 + y));
            if column.is_some_and(|c| space.floor_m(c) > z) {
                // A wide pool ends at walls: what would lie inside leaves at the middle.
                (x, y) = at;
            }
            let z = z.max(inner.cell_at(release.at).map_or(0.0, |c| space.floor_m(c)) + 0.01);
            let place = (x as f32, y as f32, z.min(f64::from(flow.lid_m)) as f32);
            all.push((t, born(w.normals, w.seed, id, place, mass_kg)));
        };
        let steady: Vec<_> =
            release.steps.iter().filter(|s| s.from_s < to_s && s.to_s > from_s && s.rate_kg_s > 0.0).collect();
        for s in &steady {
            let (a, b) = (s.from_s.max(from_s), s.to_s.min(to_s));
            let n = (each / steady.len()).max(1);
            for k in 0..n {
                put(a + (b - a) * (k as f64 + 0.5) / n as f64, s.rate_kg_s * (b - a) / n as f64, &s.state);
            }
        }
        for burst in release.bursts.iter().filter(|b| b.at_s >= from_s && b.at_s < to_s) {
            for _ in 0..each {
                put(burst.at_s, burst.mass_kg / each as f64, &burst.state);
            }
        }
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.born += all.len() as u64;
        all
    }

    /// Walks all for `for_s` and the young, who join, each for its time; adds what they leave near the ground, kg s by cell.
    pub fn walk(
        &mut self,
        young: impl Iterator<Item = (f32, Particle)>,
        for_s: f64,
        flow: &Flow,
        w: &Walking,
        kg_s: &mut [f64],
    ) {
        let mut moving: Vec<(f32, Particle)> = self.live.drain(..).map(|p| (for_s as f32, p)).collect();
        moving.extend(young);
        let (grid, inner) = (&w.counting.grid, &w.counting.inner);
        let shift_m = ((grid.x0 - inner.x0) as f32, (grid.y0 - inner.y0) as f32);
        let done = fold::map(moving.len().div_ceil(PARCEL), |n| {
            let parcel = &moving[n * PARCEL..((n + 1) * PARCEL).min(moving.len())];
            let mut left = vec![0.0f32; grid.len()];
            let mut ground = Ground { grid, shift_m, thick_m: COUNTED_M as f32, kg_s: &mut left };
            let mut own = Vec::with_capacity(parcel.len());
            let mut steps = 0u64;
            for (for_s, p) in parcel {
                let mut p = *p;
                steps += u64::from(walk(&mut p, flow, w.normals, w.seed, *for_s, &mut ground));
                own.push(p);
            }
            (own, left, steps)
        });
        for (own, left, took) in done {
            self.live.extend(own);
            kg_s.iter_mut().zip(left).for_each(|(sum, v)| *sum += f64::from(v));
            self.steps += took;
        }
    }

    /// Takes the particles beyond the box, or all, and makes puffs of them, by squares.
    pub fn gather(&mut self, inner: &Grid, release: u32, all: bool) -> Vec<Puff> {
        let (wide, tall) = (inner.width_m() as f32, inner.height_m() as f32);
        let side = f64::from(wide.max(tall)) / SQUARES;
        let mut groups: BTreeMap<(i64, i64), Vec<Particle>> = BTreeMap::new();
        self.live.retain(|p| {
            let stays = !all && p.x_m >= 0.0 && p.y_m >= 0.0 && p.x_m < wide && p.y_m < tall;
            if !stays {
                let square = |v: f32| (f64::from(v) / side).floor() as i64;
                groups.entry((square(p.y_m), square(p.x_m))).or_default().push(*p);
            }
            stays
        });
        groups.values().map(|group| puff_of(group, inner, release)).collect()
    }
}

fn puff_of(group: &[Particle], inner: &Grid, release: u32) -> Puff {
    let mass_kg: f64 = group.iter().map(|p| p.mass_kg).sum();
    let mean = |of: &dyn Fn(&Particle) -> f64| group.iter().map(|p| p.mass_kg * of(p)).sum::<f64>() / mass_kg;
    let (x, y) = (mean(&|p| f64::from(p.x_m)), mean(&|p| f64::from(p.y_m)));
    let spread = |a: &dyn Fn(&Particle) -> f64, b: &dyn Fn(&Particle) -> f64| mean(&|p| a(p) * b(p));
    let (dx, dy) = (move |p: &Particle| f64::from(p.x_m) - x, move |p: &Particle| f64::from(p.y_m) - y);
    Puff {
        release,
        mass_kg,
        x_m: inner.x0 + x,
        y_m: inner.y0 + y,
        height_m: 0.0,
        spread_m2: [spread(&dx, &dx) + LEAST_M2, spread(&dx, &dy), spread(&dy, &dy) + LEAST_M2],
        depth_m: mean(&|p| f64::from(p.z_m)).max(0.05),
        age_s: mean(&|p| f64::from(p.age_s)),
        way_m: mean(&|p| f64::from(p.way_m)),
        guide: None,
        own: Own::default(),
    }
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_puff_has_the_mass_middle_and_spread_of_its_particles() {
        // Grade: exact. Over all puffs of a gathering: spread within and between them (law of total variance), besides each puff's own square metre.
        let inner = Grid { nx: 10, ny: 10, cell_m: 5.0, x0: 100.0, y0: -40.0 };
        let normals = Normals::new();
        let live: Vec<Particle> = (0..300)
            .map(|id| {
                let (a, b) = ((id * 37 % 101) as f32, (id * 53 % 89) as f32);
                born(
                    &normals,
                    1,
                    id,
                    (30.0 + 0.7 * a, -10.0 + 0.4 * a + 0.3 * b, 1.0 + 0.05 * b),
                    0.1 + 0.01 * f64::from(id % 7),
                )
            })
            .collect();
        let out: Vec<Particle> =
            live.iter().filter(|p| p.x_m >= 50.0 || p.y_m < 0.0 || p.y_m >= 50.0).copied().collect();
        let mut swarm = Swarm { live, born: 300, steps: 0 };
        let puffs = swarm.gather(&inner, 0, false);
        assert!(puffs.len() > 5 && swarm.live.len() + out.len() == 300);
        // Mass, middle, second moments about the origin of the box.
        let moments = |all: &mut dyn Iterator<Item = (f64, f64, f64, [f64; 3])>| {
            all.fold([0.0; 6], |[m, x, y, xx, xy, yy], (dm, dx, dy, s)| {
                let second = [xx + dm * (s[0] + dx * dx), xy + dm * (s[1] + dx * dy), yy + dm * (s[2] + dy * dy)];
                [m + dm, x + dm * dx, y + dm * dy, second[0], second[1], second[2]]
            })
        };
        let of_particles = moments(&mut out.iter().map(|p| (p.mass_kg, f64::from(p.x_m), f64::from(p.y_m), [0.0; 3])));
        let of_puffs = moments(&mut puffs.iter().map(|p| {
            let [xx, xy, yy] = p.spread_m2;
            (p.mass_kg, p.x_m - inner.x0, p.y_m - inner.y0, [xx - LEAST_M2, xy, yy - LEAST_M2])
        }));
        for (a, b) in of_particles.iter().zip(&of_puffs) {
            assert!((a - b).abs() < 1e-9 * a.abs().max(1.0), "{of_particles:?} {of_puffs:?}");
        }
    }
}
