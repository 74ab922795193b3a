//! From the layer to puffs (交给烟团). Where air's own turbulence rules, what the layer holds is taken out of it in squares of a few cells, each
//! as one puff of the same mass, centre and covariance.
//!
//! ```text
//! passive: g (rho - rhoa)/rhoa h < u*^2 in the square and those around it, or (rho - rhoa)/rhoa < 0.001
//! M = sum m      centre = sum m r/M      S = sum m (r - centre)(r - centre)^T/M + cell^2/12      mean depth 0.461 h
//! ```
//!
//! The squares around it count so that the thin rim of a heavy cloud is not nibbled off. What ran over the grid's edge goes over too,
//! heavy or not: nothing is lost, and a caveat says so.

use super::{Ground, Layer};
use crate::dense::Ambient;
use crate::puff::moments::joined;
use crate::puff::{Own, Puff};
use crate::weather::GRAVITY_M_S2;
use base::fold;
use base::grid::Point;
use std::collections::BTreeMap;

/// Cells along the side of a square.
const SIDE: usize = 4;
/// Cloud Richardson number and excess of density below which it is passive: those of the one-dimensional model's hand-over.
const RICHARDSON: f64 = 1.0;
const PASSIVE: f64 = 1e-3;
/// Mean height of the mass over the depth: sqrt(2/pi)/sqrt 3.
const MEAN: f64 = 0.460_658_865_961_780_6;
const LEAST_DEPTH_M: f64 = 0.05;
/// Squares with less than this share of all that was fed wait: a puff each for crumbs would slow all that follows.
const CRUMB: f64 = 1e-5;
/// Squares with less than this share are air that gas once touched. They go with the largest puff of the moment, mass and moments in
/// it, or a layer would drag such air along over all of its ground.
const DUST: f64 = 1e-9;

/// Sums over a square.
#[derive(Debug, Clone, Copy, Default)]
struct Square {
    mass: f64,
    /// Weighted by mass: excess by area over the air, excess of density over the air's, depth.
    weight: f64,
    share: f64,
    depth: f64,
}

impl Layer {
    /// Takes out what is passive, or all of it, as puffs of a release. What ran over the edge is as old as what is left there.
    pub fn hand_over(&mut self, ground: &Ground, ambient: &Ambient, release: u32, all: bool) -> Vec<Puff> {
        let g = ground.grid;
        let (nx, ny) = (g.nx.div_ceil(SIDE), g.ny.div_ceil(SIDE));
        let w = self.window;
        if w.i1 == 0 && self.over_edge_kg.is_empty() {
            return Vec::new();
        }
        let (a0, a1) = (w.i0 / SIDE, w.i1.div_ceil(SIDE));
        let (b0, b1) = (w.j0 / SIDE, w.j1.div_ceil(SIDE));
        let air = ambient.density_kg_m3;
        let sums: Vec<Vec<Square>> = fold::map(ny, |b| {
            let square = |a: usize| if a >= a0 && a < a1 { self.square(ground, a, b, air) } else { Square::default() };
            if b >= b0 && b < b1 { (0..nx).map(square).collect() } else { Vec::new() }
        });
        let at = |a: i64, b: i64| {
            let row = usize::try_from(b).ok().and_then(|b| sums.get(b));
            row.and_then(|row| usize::try_from(a).ok().and_then(|a| row.get(a))).copied().unwrap_or_default()
        };
        let stress = ambient.friction_velocity_m_s * ambient.friction_velocity_m_s;
        let (mut puffs, mut dust) = (Vec::new(), Vec::new());
        let (crumb_kg, dust_kg) = (CRUMB * self.mass.fed_kg, DUST * self.mass.fed_kg);
        for b in b0..b1 {
            for a in a0..a1 {
                let here = at(a as i64, b as i64);
                if here.mass <= 0.0 {
                    continue;
                }
                let near = (-1..=1).flat_map(|db| (-1..=1).map(move |da| (da, db)));
                let heaviest = near.map(|(da, db)| at(a as i64 + da, b as i64 + db).weight).fold(0.0, f64::max);
                let passive = GRAVITY_M_S2 * heaviest < RICHARDSON * stress || here.share < PASSIVE;
                let mass_kg = here.mass * ground.area_m2();
                if all || passive && mass_kg > crumb_kg {
                    puffs.push(self.take_out(ground, a, b, here.depth, release));
                } else if passive && mass_kg < dust_kg {
                    dust.push((a, b, here.depth));
                }
            }
        }
        if let Some(largest) = puffs.iter_mut().reduce(|x, y| if y.mass_kg > x.mass_kg { y } else { x }) {
            for (a, b, depth_m) in dust {
                *largest = joined(largest, &self.take_out(ground, a, b, depth_m, release));
            }
        }
        let least_kg = if all { 0.0 } else { crumb_kg };
        let (over, wait) = std::mem::take(&mut self.over_edge_kg).into_iter().partition(|(_, (kg, _))| *kg > least_kg);
        self.over_edge_kg = wait;
        let over: BTreeMap<u32, (f64, f64)> = over;
        for (k, (mass_kg, excess_kg)) in over {
            self.mass.gone_kg -= mass_kg;
            self.excess.gone_kg -= excess_kg;
            self.mass.handed_kg += mass_kg;
            self.excess.handed_kg += excess_kg;
            let c = &self.cells[k as usize];
            let (depth_m, age_s) = (c.depth_m, if c.mass_kg_m2 > 0.0 { c.age_kg_s_m2 / c.mass_kg_m2 } else { 0.0 });
            let spread = ground.area_m2() / 12.0;
            puffs.push(puff(release, mass_kg, g.centre(k as usize), [spread, 0.0, spread], depth_m, age_s));
        }
        self.find_window(ground);
        puffs
    }

    fn each(&self, ground: &Ground, a: usize, b: usize) -> impl Iterator<Item = usize> + use<> {
        let g = ground.grid;
        let (i1, j1) = (((a + 1) * SIDE).min(g.nx), ((b + 1) * SIDE).min(g.ny));
        (b * SIDE..j1).flat_map(move |j| (a * SIDE..i1).map(move |i| j * g.nx + i))
    }

    fn square(&self, ground: &Ground, a: usize, b: usize, air: f64) -> Square {
        let mut sum = Square::default();
        for k in self.each(ground, a, b) {
            let c = &self.cells[k];
            sum.mass += c.mass_kg_m2;
            sum.weight += c.mass_kg_m2 * c.excess_kg_m2 / air;
            sum.depth += c.mass_kg_m2 * c.depth_m;
            if c.depth_m > super::DRY_M {
                sum.share += c.mass_kg_m2 * c.excess_kg_m2 / c.depth_m / air;
            }
        }
        if sum.mass > 0.0 {
            (sum.weight, sum.share, sum.depth) = (sum.weight / sum.mass, sum.share / sum.mass, sum.depth / sum.mass);
        }
        sum
    }

    fn take_out(&mut self, ground: &Ground, a: usize, b: usize, depth_m: f64, release: u32) -> Puff {
        let area = ground.area_m2();
        let cells: Vec<usize> = self.each(ground, a, b).collect();
        let (mut mass, mut excess, mut age, mut x, mut y) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for &k in &cells {
            let (c, p) = (&self.cells[k], ground.grid.centre(k));
            mass += c.mass_kg_m2;
            age += c.age_kg_s_m2;
            excess += c.excess_kg_m2;
            x += c.mass_kg_m2 * p.x;
            y += c.mass_kg_m2 * p.y;
        }
        let centre = Point::new(x / mass, y / mass);
        let mut spread = [area / 12.0, 0.0, area / 12.0];
        for &k in &cells {
            let (c, p) = (&mut self.cells[k], ground.grid.centre(k));
            let (dx, dy, share) = (p.x - centre.x, p.y - centre.y, c.mass_kg_m2 / mass);
            spread[0] += share * dx * dx;
            spread[1] += share * dx * dy;
            spread[2] += share * dy * dy;
            *c = super::Cell::default();
        }
        self.mass.handed_kg += mass * area;
        self.excess.handed_kg += excess * area;
        puff(release, mass * area, centre, spread, depth_m, age / mass)
    }
}

fn puff(release: u32, mass_kg: f64, at: Point, spread_m2: [f64; 3], depth_m: f64, age_s: f64) -> Puff {
    Puff {
        release,
        mass_kg,
        x_m: at.x,
        y_m: at.y,
        height_m: 0.0,
        spread_m2,
        depth_m: (MEAN * depth_m).max(LEAST_DEPTH_M),
        age_s,
        way_m: 0.0,
        guide: None,
        own: Own::default(),
    }
}
