//! A dense layer over ground that is not flat: slopes, dikes, walls, streets (沿地形流动的重气层). Depth-averaged, in two dimensions, of the
//! kind of TWODEE (Hankin & Britter 1999; equations from a summary):
//!
//! ```text
//! h_t + div(h u) = we                                                    (h d)_t + div(h d u) = S,   d = rho - rhoa
//! (h rho u)_t + div(h rho u u) + 0.25 g grad(d h^2) + 0.5 g d h grad e = we rhoa ua - rho cf^2 |u| u - front
//! ```
//!
//! 0.25 and 0.5 stand for a layer that thins upwards. Where it meets still air its front is held back by 0.227 rhoa |u| u for each metre of
//! its height, which makes its Froude number 1.05 (van Ulden's box models; derived below). Entrainment is that of [`super::mixing`].
//! The pressure has a cloud's own gravity in it, so the flood engine's kernel, which has one gravity, does not serve; the scheme is its
//! simplest sister: finite volumes, HLL fluxes, hydrostatic reconstruction of the bed (Audusse 2004), first order.
//!
//! Mass and buoyancy go together (no heat from the ground: cold clouds stay heavy too long), so one scalar is carried.

use super::ambient::Ambient;
use super::gas::Surroundings;
use super::mixing;
use crate::puff::Puff;
use crate::weather::GRAVITY_M_S2;
use base::fold;
use base::grid::Grid;
use base::math;
use serde::{Deserialize, Serialize};

/// What the layer lies on and what feeds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ground {
    pub grid: Grid,
    /// Height of the ground by cell, m, row 0 in the south.
    pub bed_m: Vec<f64>,
    /// Cells that gas cannot enter: buildings.
    pub blocked: Vec<bool>,
}

/// A source of the layer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Feed {
    pub cell: usize,
    /// kg/s of the substance, of the density that the layer's heaviness stands for.
    pub rate_kg_s: f64,
}

/// The layer, by cell: depth m, mass of the substance kg/m2, momentum kg/(m s).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    pub ground: Ground,
    /// (rho - rhoa) h over the substance's mass per area: 1 - rhoa/rho0.
    pub heaviness: f64,
    pub depth_m: Vec<f64>,
    pub mass_kg_m2: Vec<f64>,
    momentum: Vec<(f64, f64)>,
    pub time_s: f64,
    pub fed_kg: f64,
    pub gone_kg: f64,
    pub handed_kg: f64,
}

/// A cell is dry below this, m.
const DRY_M: f64 = 1e-4;
/// Share of g d h in the pressure of a layer that thins upwards.
const SHAPE: f64 = 0.5;
/// Froude number of a front, u/sqrt(g' h), and the drag that gives it: 0.25 g d h^2 = c rhoa h u^2 at Fr^2 = g'... so c = 0.25/Fr^2.
const FRONT: f64 = 0.25 / (1.05 * 1.05);
/// Excess of density over the air's below which a cell is handed to puffs.
const PASSIVE: f64 = 1e-3;

impl Layer {
    pub fn new(ground: Ground, heaviness: f64) -> Layer {
        let n = ground.grid.len();
        assert!(ground.bed_m.len() == n && ground.blocked.len() == n, "one bed level and one mark per cell");
        Layer {
            ground,
            heaviness,
            depth_m: vec![0.0; n],
            mass_kg_m2: vec![0.0; n],
            momentum: vec![(0.0, 0.0); n],
            time_s: 0.0,
            fed_kg: 0.0,
            gone_kg: 0.0,
            handed_kg: 0.0,
        }
    }

    /// Mass in the layer, kg.
    pub fn mass_kg(&self) -> f64 {
        let cell = self.ground.grid.cell_m * self.ground.grid.cell_m;
        fold::sum(self.mass_kg_m2.len(), |k| self.mass_kg_m2[k]) * cell
    }
    /// What is missing from the balance, kg.
    pub fn lost_kg(&self) -> f64 {
        self.fed_kg - self.mass_kg() - self.gone_kg - self.handed_kg
    }
    /// Mean concentration of a cell, kg/m3.
    pub fn concentration_kg_m3(&self, k: usize) -> f64 {
        if self.depth_m[k] > DRY_M { self.mass_kg_m2[k] / self.depth_m[k] } else { 0.0 }
    }
    pub fn velocity_m_s(&self, k: usize, air_kg_m3: f64) -> (f64, f64) {
        let inertia = self.inertia(k, air_kg_m3);
        if self.depth_m[k] > DRY_M { (self.momentum[k].0 / inertia, self.momentum[k].1 / inertia) } else { (0.0, 0.0) }
    }
    /// rho h.
    fn inertia(&self, k: usize, air_kg_m3: f64) -> f64 {
        air_kg_m3 * self.depth_m[k] + self.heaviness * self.mass_kg_m2[k]
    }

    /// Lets `dt_s` pass in steps that the waves allow. `towards` is the wind's direction.
    pub fn advance(&mut self, ambient: &Ambient, towards: (f64, f64), feeds: &[Feed], dt_s: f64) {
        let end_s = self.time_s + dt_s;
        while self.time_s < end_s - 1e-9 {
            let step_s = self.step_s(ambient).min(end_s - self.time_s);
            self.feed(ambient, feeds, step_s);
            self.flow(ambient, step_s);
            self.mix(ambient, towards, step_s);
            self.time_s += step_s;
        }
    }

    fn step_s(&self, ambient: &Ambient) -> f64 {
        let air = ambient.density_kg_m3;
        let fastest = fold::max(self.depth_m.len(), 0.05, |k| {
            let (u, v) = self.velocity_m_s(k, air);
            u.abs().max(v.abs()) + self.wave_m_s(k, air)
        });
        (0.4 * self.ground.grid.cell_m / fastest).min(1.0)
    }

    fn wave_m_s(&self, k: usize, air: f64) -> f64 {
        let inertia = self.inertia(k, air);
        if self.depth_m[k] <= DRY_M || inertia <= 0.0 {
            return 0.0;
        }
        math::sqrt((SHAPE * GRAVITY_M_S2 * self.heaviness * self.mass_kg_m2[k] * self.depth_m[k] / inertia).max(0.0))
    }

    fn feed(&mut self, ambient: &Ambient, feeds: &[Feed], step_s: f64) {
        let cell = self.ground.grid.cell_m * self.ground.grid.cell_m;
        for feed in feeds {
            let mass = feed.rate_kg_s * step_s;
            self.mass_kg_m2[feed.cell] += mass / cell;
            // heaviness = 1 - rhoa/rho0 tells the density with which it comes.
            let density = ambient.density_kg_m3 / (1.0 - self.heaviness).max(1e-3);
            self.depth_m[feed.cell] += mass / cell / density;
            self.fed_kg += mass;
        }
    }
}

/// State at a side of a face: depth, mass per area, inertia, velocity along and across the face's normal.
#[derive(Debug, Clone, Copy)]
struct Side {
    h: f64,
    m: f64,
    inertia: f64,
    un: f64,
    ut: f64,
}

/// Fluxes through a face: volume, mass, momentum along and across.
type Flux = [f64; 4];

/// HLL.
fn flux(l: &Side, r: &Side, heaviness: f64) -> Flux {
    if l.h <= DRY_M && r.h <= DRY_M {
        return [0.0; 4];
    }
    let wave = |s: &Side| {
        if s.h <= DRY_M { 0.0 } else { math::sqrt((SHAPE * GRAVITY_M_S2 * heaviness * s.m * s.h / s.inertia).max(0.0)) }
    };
    let (cl, cr) = (wave(l), wave(r));
    // Against a dry side the rarefaction runs ahead at u + 2c.
    let sl =
        if l.h <= DRY_M { r.un - 2.0 * cr } else { (l.un - cl).min(if r.h <= DRY_M { l.un - cl } else { r.un - cr }) };
    let sr =
        if r.h <= DRY_M { l.un + 2.0 * cl } else { (r.un + cr).max(if l.h <= DRY_M { r.un + cr } else { l.un + cl }) };
    let own = |s: &Side| -> (Flux, Flux) {
        let q = [s.h, s.m, s.inertia * s.un, s.inertia * s.ut];
        let p = 0.5 * SHAPE * GRAVITY_M_S2 * heaviness * s.m * s.h;
        ([s.h * s.un, s.m * s.un, s.inertia * s.un * s.un + p, s.inertia * s.un * s.ut], q)
    };
    let ((fl, ql), (fr, qr)) = (own(l), own(r));
    if sl >= 0.0 {
        return fl;
    }
    if sr <= 0.0 {
        return fr;
    }
    let mut f = [0.0; 4];
    for k in 0..4 {
        f[k] = (sr * fl[k] - sl * fr[k] + sl * sr * (qr[k] - ql[k])) / (sr - sl);
    }
    f
}

/// What a cell gains in a step through its four faces, per area and second: depth, mass, momentum east and north; and the mass that
/// leaves over the grid's edge.
type Gain = ([f64; 4], f64);

impl Layer {
    fn flow(&mut self, ambient: &Ambient, step_s: f64) {
        let (g, air) = (self.ground.grid, ambient.density_kg_m3);
        let gains: Vec<Vec<Gain>> = fold::map(g.ny, |j| (0..g.nx).map(|i| self.gain(i, j, air)).collect());
        let mut gone = 0.0;
        for (k, (gain, edge)) in gains.into_iter().flatten().enumerate() {
            self.depth_m[k] = (self.depth_m[k] + step_s * gain[0]).max(0.0);
            self.mass_kg_m2[k] = (self.mass_kg_m2[k] + step_s * gain[1]).max(0.0);
            self.momentum[k].0 += step_s * gain[2];
            self.momentum[k].1 += step_s * gain[3];
            gone += edge * step_s;
            if self.depth_m[k] <= DRY_M {
                self.momentum[k] = (0.0, 0.0);
            }
        }
        self.gone_kg += gone * g.cell_m * g.cell_m;
    }

    fn gain(&self, i: usize, j: usize, air: f64) -> Gain {
        let g = &self.ground.grid;
        let k = g.index(i, j);
        if self.ground.blocked[k] {
            return ([0.0; 4], 0.0);
        }
        let mut gain = [0.0; 4];
        let mut edge = 0.0;
        for (di, dj) in [(1i64, 0i64), (-1, 0), (0, 1), (0, -1)] {
            let (a, b) = (i as i64 + di, j as i64 + dj);
            let outside = a < 0 || b < 0 || a >= g.nx as i64 || b >= g.ny as i64;
            let other = (!outside).then(|| g.index(a as usize, b as usize));
            let other = other.filter(|&o| !self.ground.blocked[o]);
            let normal = (di as f64, dj as f64);
            let (own_bed, other_bed) =
                (self.ground.bed_m[k], other.map_or(self.ground.bed_m[k], |o| self.ground.bed_m[o]));
            let bed = own_bed.max(other_bed);
            let own = self.side(k, own_bed - bed, normal, air);
            let next = match other {
                Some(o) => self.side(o, other_bed - bed, normal, air),
                // Over the edge it runs out as it comes; a wall throws it back.
                None if outside => Side { un: own.un.max(0.0), ..own },
                None => Side { un: -own.un, ..own },
            };
            let f = flux(&own, &next, self.heaviness);
            // Pressure that the reconstructed bed takes (Audusse): the cell's own minus that of the reconstructed depth.
            let p = |h: f64, m: f64| 0.5 * SHAPE * GRAVITY_M_S2 * self.heaviness * m * h;
            let bed_push = p(self.depth_m[k], self.mass_kg_m2[k]) - p(own.h, own.m);
            let normal_momentum = f[2] + bed_push;
            gain[0] -= f[0] / g.cell_m;
            gain[1] -= f[1] / g.cell_m;
            gain[2] -= (normal_momentum * normal.0 - f[3] * normal.1) / g.cell_m;
            gain[3] -= (normal_momentum * normal.1 + f[3] * normal.0) / g.cell_m;
            if outside {
                edge += f[1] / g.cell_m;
            }
        }
        (gain, edge)
    }

    /// A cell as a face sees it, lowered by the step of the bed.
    fn side(&self, k: usize, lowered_m: f64, (nx, ny): (f64, f64), air: f64) -> Side {
        let h = (self.depth_m[k] + lowered_m).max(0.0);
        let share = if self.depth_m[k] > DRY_M { h / self.depth_m[k] } else { 0.0 };
        let (u, v) = self.velocity_m_s(k, air);
        let inertia = share * self.inertia(k, air);
        Side { h, m: share * self.mass_kg_m2[k], inertia, un: u * nx + v * ny, ut: v * nx - u * ny }
    }

    /// Entrainment, drag and the front.
    fn mix(&mut self, ambient: &Ambient, towards: (f64, f64), step_s: f64) {
        let (g, air) = (self.ground.grid, ambient.density_kg_m3);
        let thin = |k: usize| self.depth_m[k];
        let slopes: Vec<f64> = fold::map(g.len(), |k| {
            let (i, j) = (k % g.nx, k / g.nx);
            let (u, v) = self.velocity_m_s(k, air);
            let ahead = |d: f64, lower: Option<usize>, upper: Option<usize>| {
                let next = if d > 0.0 { upper } else { lower };
                let blocked = |o: usize| self.ground.blocked[o];
                next.filter(|&o| !blocked(o)).map_or(0.0, |o| {
                    let level = |c: usize| self.ground.bed_m[c] + thin(c);
                    ((thin(k) - thin(o)).min(level(k) - level(o)) / g.cell_m).max(0.0)
                })
            };
            let speed = math::hypot(u, v).max(1e-9);
            let sx = ahead(u, i.checked_sub(1).map(|_| k - 1), (i + 1 < g.nx).then_some(k + 1));
            let sy = ahead(v, j.checked_sub(1).map(|_| k - g.nx), (j + 1 < g.ny).then_some(k + g.nx));
            (u.abs() * sx + v.abs() * sy) / speed
        });
        let changes: Vec<(f64, f64, f64)> =
            fold::map(g.len(), |k| self.exchange(k, slopes[k], ambient, towards, step_s));
        for (k, (depth, east, north)) in changes.into_iter().enumerate() {
            self.depth_m[k] = depth;
            self.momentum[k] = (east, north);
        }
    }

    fn exchange(&self, k: usize, front: f64, ambient: &Ambient, towards: (f64, f64), step_s: f64) -> (f64, f64, f64) {
        let (h, air) = (self.depth_m[k], ambient.density_kg_m3);
        if h <= DRY_M || self.ground.blocked[k] {
            return (h, 0.0, 0.0);
        }
        let (u, v) = self.velocity_m_s(k, air);
        let density = self.inertia(k, air) / h;
        let felt = ambient.felt(density, h);
        let wind = felt.mean_wind_m_s(h);
        let speed = math::hypot(u, v);
        let mixture = super::Mixture {
            mass_share: (self.mass_kg_m2[k] / (h * density)).min(1.0),
            temperature_k: ambient.air.temperature_k,
            density_kg_m3: density,
            heat_j_kg_k: ambient.air.heat_j_kg_k(),
            droplets: 0.0,
            volume_share: 0.0,
        };
        let (slip_u, slip_v) = (u - wind * towards.0, v - wind * towards.1);
        let shape = mixing::Shape {
            height_m: h,
            half_width_m: 1.0,
            half_length_m: 0.0,
            centre_m: 0.0,
            speed_m_s: speed,
            // The slip between layer and wind counts, not that of their speeds: they may run across each other.
            mean_wind_m_s: wind,
            across_m_s: 2.0 * (math::hypot(slip_u, slip_v) - (speed - wind).abs()).max(0.0),
            along_m_s: 0.0,
            source_m_s: 0.0,
            grounded: true,
        };
        let rates = mixing::rates(&felt, &mixture, &shape);
        let drawn = mixing::SQRT_3 * rates.top_m_s * step_s;
        let depth = h + drawn;
        let inertia = self.inertia(k, air) + air * drawn;
        // Air brings the wind's momentum; ground and front take theirs (implicitly, so that they stop and do not turn it).
        let cf = felt.friction_velocity_m_s() / wind.max(0.1);
        let hold = (density * cf * cf * speed + FRONT * air * front * speed) * step_s;
        let push = air * drawn * wind;
        let keep = inertia / (inertia + hold);
        (depth, (self.momentum[k].0 + push * towards.0) * keep, (self.momentum[k].1 + push * towards.1) * keep)
    }

    /// Takes out what is passive, as puffs of the cell's size: mass goes over whole.
    pub fn hand_over(&mut self, release: u32, air: &Surroundings) -> Vec<Puff> {
        let g = self.ground.grid;
        let cell = g.cell_m * g.cell_m;
        let mut puffs = Vec::new();
        for k in 0..g.len() {
            let excess =
                if self.depth_m[k] > DRY_M { self.heaviness * self.mass_kg_m2[k] / self.depth_m[k] } else { 0.0 };
            if self.mass_kg_m2[k] <= 0.0 || excess > PASSIVE * air.density_kg_m3() {
                continue;
            }
            let mass_kg = self.mass_kg_m2[k] * cell;
            let centre = g.centre(k);
            puffs.push(Puff {
                release,
                mass_kg,
                x_m: centre.x,
                y_m: centre.y,
                height_m: 0.0,
                spread_m2: [cell / 12.0, 0.0, cell / 12.0],
                // An even layer of this depth has its mean height at half of it.
                depth_m: (0.5 * self.depth_m[k]).max(0.05),
                age_s: 0.0,
                way_m: 0.0,
                guide: None,
            });
            self.handed_kg += mass_kg;
            self.mass_kg_m2[k] = 0.0;
            self.depth_m[k] = 0.0;
            self.momentum[k] = (0.0, 0.0);
        }
        puffs
    }
}

#[cfg(test)]
mod tests;
