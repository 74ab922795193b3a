//! Particles (拉格朗日粒子). Each is carried by the wind where it is and by a turbulence of its own, Thomson's (1987) well-mixed solution for Gaussian
//! turbulence that differs from place to place, without covariances, written for r_i = u_i/sigma_i:
//!
//! ```text
//! dx_i = (U_i + sigma_i r_i) dt        dr_i = (-r_i/T_i + d sigma_i/dx_i) dt + sqrt(2/T_i) dW_i
//! ```
//!
//! In this form the terms with r_i r_j cancel and no particle runs away. Over the ground r is sqrt(0.85) of a fast and sqrt(0.15) of a slow motion, and the
//! drift of each has the same factor. A step decays r by a = 1/(1 + h + h^2/2), h = dt/T, and adds sqrt(1 - a^2) of a normal draw, so that the
//! variance of r is 1 whatever the step. Walls, ground and lid throw a particle back and turn r about.
//!
//! Chance: one block of four words for each step of each particle, by its number and the number of its step.

use super::flow::{FAST, Flow, SLOW};
use base::chance::{Stream, block};
use base::grid::Grid;
use base::time::Tick;
use serde::{Deserialize, Serialize};

/// One particle; places in metres from the south-west corner of the box.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Particle {
    pub x_m: f32,
    pub y_m: f32,
    pub z_m: f32,
    /// Motion of its own over sigma: east fast and slow, north fast and slow, up.
    pub r: [f32; 5],
    pub mass_kg: f64,
    pub age_s: f32,
    pub way_m: f32,
    pub id: u32,
    pub steps: u32,
}

/// Marks this use among the draws of gas.
const USE: u32 = 0x5354_5245;

/// A step is this part of a particle's age, and no shorter than this, s. It must not depend on where a particle is: steps that are shorter near the ground keep
/// particles there longer (30 % too many in the lowest metre with steps of a quarter of Tw). With steps that all particles of an age share, gas that is mixed
/// stays mixed whatever Tw.
const PART: f32 = 0.02;
const SHORTEST_S: f32 = 0.1;

/// Normal draws by 12 bits: the middles of 4096 equal parts of the curve, made to have variance 1.
#[derive(Debug)]
pub struct Normals(Vec<f32>);

impl Default for Normals {
    fn default() -> Normals {
        Normals::new()
    }
}

impl Normals {
    pub fn new() -> Normals {
        const N: usize = 4096;
        let quantile = |p: f64| {
            // Bisection: once, at the start.
            let (mut low, mut high) = (-6.0f64, 6.0f64);
            for _ in 0..60 {
                let middle = 0.5 * (low + high);
                if base::math::normal_cdf(middle) < p { low = middle } else { high = middle }
            }
            0.5 * (low + high)
        };
        let half: Vec<f64> = (N / 2..N).map(|k| quantile((k as f64 + 0.5) / N as f64)).collect();
        let spread = base::math::sqrt(half.iter().map(|x| x * x).sum::<f64>() / half.len() as f64);
        let half: Vec<f32> = half.iter().map(|x| (x / spread) as f32).collect();
        Normals(half.iter().rev().map(|x| -x).chain(half.iter().copied()).collect())
    }
    #[inline]
    fn at(&self, bits: u32) -> f32 {
        self.0[(bits & 4095) as usize]
    }
    /// Five draws from one block.
    #[inline]
    pub fn five(&self, seed: u64, id: u32, step: u32) -> [f32; 5] {
        let w = block(seed, Stream::Gas, id, Tick(step), USE);
        [self.at(w[0]), self.at(w[0] >> 16), self.at(w[1]), self.at(w[1] >> 16), self.at(w[2])]
    }
}

/// What particles leave near the ground: mass times time by cell, kg s, up to a height.
pub struct Ground<'a> {
    pub grid: &'a Grid,
    /// Corner of the raster from that of the box, m.
    pub shift_m: (f32, f32),
    pub thick_m: f32,
    pub kg_s: &'a mut [f32],
}

impl Ground<'_> {
    #[inline]
    fn leave(&mut self, x_m: f32, y_m: f32, z_m: f32, kg_s: f32) {
        if z_m >= self.thick_m {
            return;
        }
        let cell = self.grid.cell_m as f32;
        let (i, j) = (((x_m - self.shift_m.0) / cell).floor(), ((y_m - self.shift_m.1) / cell).floor());
        if i >= 0.0 && j >= 0.0 && i < self.grid.nx as f32 && j < self.grid.ny as f32 {
            self.kg_s[j as usize * self.grid.nx + i as usize] += kg_s;
        }
    }
}

/// A draw of a particle's own motion at its birth.
pub fn born(normals: &Normals, seed: u64, id: u32, at: (f32, f32, f32), mass_kg: f64) -> Particle {
    let r = normals.five(seed, id, 0);
    Particle { x_m: at.0, y_m: at.1, z_m: at.2, r, mass_kg, age_s: 0.0, way_m: 0.0, id, steps: 1 }
}

/// Walks a particle for a time; gives the number of steps.
pub fn walk(p: &mut Particle, flow: &Flow, normals: &Normals, seed: u64, for_s: f32, ground: &mut Ground) -> u32 {
    let space = &flow.space;
    let (nx, ny, nz) = (space.grid.nx, space.grid.ny, space.nz);
    let (cell_m, dz_m) = (space.grid.cell_m as f32, space.dz_m as f32);
    let (over_m, over_z) = (1.0 / cell_m, 1.0 / dz_m);
    let top_m = dz_m * nz as f32;
    let (root_fast, root_slow) = (FAST.0.sqrt(), SLOW.0.sqrt());
    let mass = p.mass_kg as f32;
    let over_unit = 1.0 / flow.unit_m;
    let mut left_s = for_s;
    let began = p.steps;
    // Height of the solid part of the column at a place; none beyond the box.
    let wall_m = |x: f32, y: f32| {
        let (i, j) = (x * over_m, y * over_m);
        let inside = i >= 0.0 && j >= 0.0 && i < nx as f32 && j < ny as f32;
        if inside { f32::from(space.walls[j as usize * nx + i as usize]) * dz_m } else { 0.0 }
    };
    while left_s > 0.0 {
        let (fx, fy, fz) = (p.x_m * over_m, p.y_m * over_m, p.z_m * over_z);
        let inside = fx >= 0.0 && fy >= 0.0 && fx < nx as f32 && fy < ny as f32 && p.z_m < top_m;
        // Wind and its slope along its own axis, turbulence and its slope.
        let (wind, steep, sigma, slope, eddy_m);
        if inside {
            let (i, j, k) = (fx as usize, fy as usize, fz as usize);
            let c = &flow.cells[(k * ny + j) * nx + i];
            let part = [fx - i as f32, fy - j as f32, fz - k as f32];
            let over = [over_m, over_m, over_z];
            let along = |v: &[f32; 6], n: usize| v[2 * n] + (v[2 * n + 1] - v[2 * n]) * part[n];
            let by = |v: &[f32; 6], n: usize| (v[2 * n + 1] - v[2 * n]) * over[n];
            let mut w = [along(&c.wind, 0), along(&c.wind, 1), along(&c.wind, 2)];
            let mut s = [by(&c.wind, 0), by(&c.wind, 1), by(&c.wind, 2)];
            let far_m = (p.z_m - c.floor_m).min(c.wall_m).max(0.0);
            if k == 0 {
                // Within the lowest layer as the profile; the mean of the layer and the flow through its ceiling stay.
                let here = flow.open(p.z_m);
                let share = here.speed_m_s / flow.lowest_m_s;
                (w[0], w[1], s[0], s[1]) = (w[0] * share, w[1] * share, s[0] * share, s[1] * share);
                w[2] = c.wind[5] * here.below_m2_s * over_z / flow.lowest_m_s;
                s[2] *= share;
            }
            wind = w;
            steep = s;
            sigma = [along(&c.sigma, 0), along(&c.sigma, 1), along(&c.sigma, 2)];
            slope = [by(&c.sigma, 0), by(&c.sigma, 1), by(&c.sigma, 2)];
            eddy_m = flow.eddy_m(far_m);
        } else {
            let air = flow.open(p.z_m);
            wind = [air.speed_m_s * flow.towards.0, air.speed_m_s * flow.towards.1, 0.0];
            steep = [0.0; 3];
            sigma = [air.across_m_s, air.across_m_s, air.up_m_s];
            slope = [0.0, 0.0, air.up_slope_1_s];
            eddy_m = air.eddy_m;
        }
        let up_1_s = sigma[2] / eddy_m.max(1e-3);
        let across_1_s = sigma[0] * over_unit;
        let dt = (PART * p.age_s).max(SHORTEST_S).min(flow.step_s).min(left_s);
        let n = normals.five(seed, p.id, p.steps);
        // Decay, drift and chance of the three kinds of motion; (1 - a) T = a (1 + h/2) dt.
        let decay = |rate_1_s: f32| {
            let h = dt * rate_1_s;
            let a = 1.0 / (1.0 + h + 0.5 * h * h);
            (a, a * (1.0 + 0.5 * h) * dt, (1.0 - a * a).sqrt())
        };
        let (fast, slow, up) = (decay(across_1_s * (1.0 / FAST.1)), decay(across_1_s * (1.0 / SLOW.1)), decay(up_1_s));
        for (axis, slope) in slope[..2].iter().enumerate() {
            let (q, s) = (2 * axis, 2 * axis + 1);
            p.r[q] = fast.0 * p.r[q] + fast.1 * root_fast * slope + fast.2 * n[q];
            p.r[s] = slow.0 * p.r[s] + slow.1 * root_slow * slope + slow.2 * n[s];
        }
        p.r[4] = up.0 * p.r[4] + up.1 * slope[2] + up.2 * n[4];
        let own = [
            sigma[0] * (root_fast * p.r[0] + root_slow * p.r[1]),
            sigma[1] * (root_fast * p.r[2] + root_slow * p.r[3]),
            sigma[2] * p.r[4],
        ];
        // Half a step on, by the slope, in which the mean wind is linear.
        let half = 0.5 * dt;
        let go: [f32; 3] = std::array::from_fn(|n| dt * (wind[n] * (1.0 + half * steep[n]) + own[n]));
        let from = (p.x_m, p.y_m, p.z_m);
        // Axis by axis, so that it is known which wall was met.
        p.x_m += go[0];
        if p.z_m < wall_m(p.x_m, p.y_m) {
            p.x_m = thrown_back(from.0, p.x_m, cell_m, over_m);
            (p.r[0], p.r[1]) = (-p.r[0], -p.r[1]);
        }
        p.y_m += go[1];
        if p.z_m < wall_m(p.x_m, p.y_m) {
            p.y_m = thrown_back(from.1, p.y_m, cell_m, over_m);
            (p.r[2], p.r[3]) = (-p.r[2], -p.r[3]);
        }
        p.z_m += go[2];
        let floor_m = wall_m(p.x_m, p.y_m);
        if p.z_m < floor_m {
            p.z_m = (2.0 * floor_m - p.z_m).min(flow.lid_m);
            p.r[4] = -p.r[4];
        } else if p.z_m > flow.lid_m {
            p.z_m = (2.0 * flow.lid_m - p.z_m).max(floor_m);
            p.r[4] = -p.r[4];
        }
        p.way_m += (go[0] * go[0] + go[1] * go[1]).sqrt();
        p.age_s += dt;
        p.steps = p.steps.wrapping_add(1);
        left_s -= dt;
        ground.leave(0.5 * (from.0 + p.x_m), 0.5 * (from.1 + p.y_m), 0.5 * (from.2 + p.z_m), mass * dt);
    }
    p.steps.wrapping_sub(began)
}

/// The place after being thrown back by the side of the cell from which a step began; never beyond that cell.
#[inline]
fn thrown_back(from_m: f32, to_m: f32, cell_m: f32, over_m: f32) -> f32 {
    let cell = (from_m * over_m).floor();
    // A hair inside, so that rounding leaves it on this side.
    let side = if to_m > from_m { (cell + 1.0) * cell_m * (1.0 - 1e-6) } else { cell * cell_m * (1.0 + 1e-6) + 1e-6 };
    let back = 2.0 * side - to_m;
    let (low, high) = (cell * cell_m * (1.0 + 1e-6) + 1e-6, (cell + 1.0) * cell_m * (1.0 - 1e-6));
    back.clamp(low.min(high), high)
}
