//! A dense layer over ground that is not flat: slopes, dikes, walls, buildings (沿地形流动的重气层). Depth-averaged, in two dimensions, of the
//! kind of TWODEE (Hankin & Britter 1999; equations from a summary):
//!
//! ```text
//! h_t + div(h u) = we     m_t + div(m u) = source     (d h)_t + div(d h u) = source,   d = rho - rhoa
//! (h rho u)_t + div(h rho u u) + 0.46 g grad(d h^2) + 0.92 g d h grad e
//!     = rhoa (we ua + u*^2) - rho cf^2 |u| u - 0.57 rhoa s |u - ua| (u - ua)
//! ```
//!
//! 0.46 is the mean height of the gas over the depth in SLAB's profile, by which the pressure of a layer that thins upwards is less than that
//! of an even one; TWODEE's summary has 0.25, for a depth of its own definition. The air above drags with the stress of its own layer, u*^2, so that a layer that
//! is no longer heavy goes with the wind. A front (s: how steeply the layer ends ahead of its own motion through the air) is held
//! back by the air that it shoves away, which makes its Froude number 0.90 (van Ulden's law for blocks): [`exchange`]. Substance m and
//! excess of mass d h are carried as such and kept to rounding, whatever the air does to the depth.
//!
//! The pressure has a cloud's own weight in it, which differs from cell to cell, so the flood engine's kernel, which has one gravity, does not
//! serve; the scheme is its sister: finite volumes, HLL fluxes with scalars carried from upstream, hydrostatic reconstruction,
//! walls on faces ([`flow`]), first order, in double precision. What is thin goes to puffs with its moments ([`hand`]).

pub mod enter;
mod exchange;
pub mod feed;
mod flow;
pub mod ground;
pub mod hand;

pub use feed::Feed;
pub use ground::Ground;

use super::ambient::Ambient;
use crate::weather::GRAVITY_M_S2;
use base::fold;
use base::math;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a cell holds, by its area: depth m, substance kg/m2, excess of mass over the air's kg/m2, momentum kg/(m s).
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Cell {
    pub depth_m: f64,
    pub mass_kg_m2: f64,
    pub excess_kg_m2: f64,
    /// Substance times its mean age, kg s/m2.
    pub age_kg_s_m2: f64,
    pub east: f64,
    pub north: f64,
}

/// Balance of a conserved amount, kg: fed = in the layer + handed to puffs + beyond the edge.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Balance {
    pub fed_kg: f64,
    pub handed_kg: f64,
    pub gone_kg: f64,
}

/// The layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    pub cells: Vec<Cell>,
    pub time_s: f64,
    pub mass: Balance,
    pub excess: Balance,
    /// Concentration of the richest that was fed, kg/m3: nothing can be richer.
    pub richest_kg_m3: f64,
    /// Mass and excess that left over the edge by cell since puffs were last made, kg.
    over_edge_kg: BTreeMap<u32, (f64, f64)>,
    window: Window,
    /// Cells that were worked on, times steps: what a run cost.
    pub worked: u64,
}

/// Columns and rows in which there is any gas, half open.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
struct Window {
    i0: usize,
    i1: usize,
    j0: usize,
    j1: usize,
}

impl Window {
    fn with(self, i: usize, j: usize) -> Window {
        if self.i1 == 0 {
            return Window { i0: i, i1: i + 1, j0: j, j1: j + 1 };
        }
        Window { i0: self.i0.min(i), i1: self.i1.max(i + 1), j0: self.j0.min(j), j1: self.j1.max(j + 1) }
    }
    fn wider(self, nx: usize, ny: usize) -> Window {
        let Window { i0, i1, j0, j1 } = self;
        Window { i0: i0.saturating_sub(1), i1: (i1 + 1).min(nx), j0: j0.saturating_sub(1), j1: (j1 + 1).min(ny) }
    }
}

/// A cell is dry below this, m.
const DRY_M: f64 = 1e-4;
/// Share of g d h in the pressure of a layer that thins upwards: twice the mean height over the depth, 2 sqrt(2/pi)/sqrt 3. With 0.5,
/// TWODEE's, a chlorine plume on level ground was a quarter narrower at 200 m.
const SHAPE: f64 = 0.921_317_731_923_561_2;
/// A wave may cross this part of a cell in a step.
const COURANT: f64 = 0.7;
/// Longest step, s.
const LONGEST_S: f64 = 1.0;

/// A cell as its faces see it: depth, density, excess of density, velocity, speed of its waves.
#[derive(Debug, Clone, Copy, Default)]
struct Look {
    h: f64,
    rho: f64,
    d: f64,
    /// Concentration of the substance, kg/m3.
    m: f64,
    age_s: f64,
    u: f64,
    v: f64,
    wave: f64,
    /// Mean wind over the depth, m/s, and how fast its swings spread the layer across it, m2/s.
    wind: f64,
    spread: f64,
}

impl Look {
    fn of(cell: &Cell, air: f64) -> Look {
        if cell.depth_m <= DRY_M {
            return Look { h: 0.0, rho: air, ..Look::default() };
        }
        let inertia = air * cell.depth_m + cell.excess_kg_m2;
        let (rho, d) = (inertia / cell.depth_m, cell.excess_kg_m2 / cell.depth_m);
        let wave = math::sqrt((SHAPE * GRAVITY_M_S2 * cell.excess_kg_m2 / rho).max(0.0));
        let m = cell.mass_kg_m2 / cell.depth_m;
        let age_s = if cell.mass_kg_m2 > 0.0 { cell.age_kg_s_m2 / cell.mass_kg_m2 } else { 0.0 };
        let (u, v) = (cell.east / inertia, cell.north / inertia);
        Look { h: cell.depth_m, rho, d, m, age_s, u, v, wave, wind: 0.0, spread: 0.0 }
    }
    /// The same with the wind over it.
    fn under(cell: &Cell, ambient: &Ambient) -> Look {
        let mut look = Look::of(cell, ambient.density_kg_m3);
        if look.h > 0.0 {
            look.wind = ambient.felt(look.rho, look.h).mean_wind_m_s(look.h);
            look.spread = exchange::spread_m2_s(ambient.spreading, look.wind, look.age_s);
        }
        look
    }
}

/// What a step works in.
struct Scratch {
    looks: Vec<Look>,
    east: Vec<flow::Through>,
    north: Vec<flow::Through>,
    scale: Vec<f64>,
}

impl Layer {
    /// An empty layer over a ground.
    pub fn new(ground: &Ground) -> Layer {
        Layer {
            cells: vec![Cell::default(); ground.grid.len()],
            time_s: 0.0,
            mass: Balance::default(),
            excess: Balance::default(),
            richest_kg_m3: 0.0,
            over_edge_kg: BTreeMap::new(),
            window: Window::default(),
            worked: 0,
        }
    }

    /// Mass of the substance in the layer, kg.
    pub fn mass_kg(&self, ground: &Ground) -> f64 {
        fold::sum(self.cells.len(), |k| self.cells[k].mass_kg_m2) * ground.area_m2()
    }
    pub fn excess_kg(&self, ground: &Ground) -> f64 {
        fold::sum(self.cells.len(), |k| self.cells[k].excess_kg_m2) * ground.area_m2()
    }
    /// What is missing from the balance of the substance, kg.
    pub fn lost_kg(&self, ground: &Ground) -> f64 {
        self.mass.fed_kg - self.mass_kg(ground) - self.mass.handed_kg - self.mass.gone_kg
    }
    pub fn lost_excess_kg(&self, ground: &Ground) -> f64 {
        self.excess.fed_kg - self.excess_kg(ground) - self.excess.handed_kg - self.excess.gone_kg
    }
    /// Concentration of a cell at a height above its ground, kg/m3: SLAB's profile, whose depth is sqrt 3 sigma.
    pub fn concentration_kg_m3(&self, k: usize, z_m: f64) -> f64 {
        let c = &self.cells[k];
        if c.depth_m <= DRY_M {
            return 0.0;
        }
        let z = z_m / c.depth_m;
        (AT_GROUND * c.mass_kg_m2 / c.depth_m * math::exp(-1.5 * z * z)).min(self.richest_kg_m3)
    }
    pub fn velocity_m_s(&self, k: usize, air_kg_m3: f64) -> (f64, f64) {
        let look = Look::of(&self.cells[k], air_kg_m3);
        (look.u, look.v)
    }
    /// Whether nothing is left in it.
    pub fn is_empty(&self) -> bool {
        self.window.i1 == 0
    }

    /// Lets `dt_s` pass in steps that the waves allow. `towards` is the wind's direction.
    pub fn advance(&mut self, ground: &Ground, ambient: &Ambient, towards: (f64, f64), feeds: &[Feed], dt_s: f64) {
        let end_s = self.time_s + dt_s;
        let Some(mut scratch) = self.scratch(ground, feeds) else {
            self.time_s = end_s;
            return;
        };
        while self.time_s < end_s - 1e-9 {
            let left_s = end_s - self.time_s;
            let step_s = self.step_s(ground, ambient, feeds).min(left_s);
            // No crumb of a step at the end.
            let step_s = if step_s > 0.5 * left_s && step_s < left_s { 0.5 * left_s } else { step_s };
            self.feed(ground, feeds, step_s);
            self.pass(ground, ambient, towards, step_s, &mut scratch);
            self.time_s += step_s;
        }
        self.find_window(ground);
    }

    fn scratch(&self, ground: &Ground, feeds: &[Feed]) -> Option<Scratch> {
        let g = ground.grid;
        if self.is_empty() && feeds.is_empty() {
            return None;
        }
        Some(Scratch {
            looks: vec![Look::default(); g.len()],
            east: vec![flow::Through::default(); (g.nx + 1) * g.ny],
            north: vec![flow::Through::default(); g.nx * (g.ny + 1)],
            scale: vec![1.0; g.len()],
        })
    }

    /// The longest step that no wave and no feed outruns.
    fn step_s(&self, ground: &Ground, ambient: &Ambient, feeds: &[Feed]) -> f64 {
        let (g, air, w) = (ground.grid, ambient.density_kg_m3, self.window);
        let row = |j: usize| {
            let mut fastest: f64 = 0.0;
            for cell in &self.cells[g.index(w.i0, j)..g.index(w.i1, j)] {
                let look = Look::of(cell, air);
                fastest = fastest.max(look.u.abs() + look.v.abs() + 2.0 * look.wave);
                if look.h > 0.0 {
                    let spread = exchange::spread_m2_s(ambient.spreading, ambient.mean_wind_m_s(look.h), look.age_s);
                    fastest = fastest.max(COURANT * 4.0 * spread / g.cell_m);
                }
            }
            fastest
        };
        let mut fastest = fold::max(w.j1 - w.j0, 0.05, |j| row(w.j0 + j));
        for feed in feeds {
            // A source alone in dry cells: what a cell's width of it heaps up in a second runs away with this.
            let excess_kg_m2 = feed.excess_kg_s / (feed.cells.len() as f64 * ground.area_m2());
            fastest = fastest.max(math::sqrt((GRAVITY_M_S2 * excess_kg_m2).max(0.0)));
        }
        (COURANT * g.cell_m / fastest).min(LONGEST_S)
    }

    /// One step: looks, fluxes, what a cell can give at most, the new state with its exchange.
    fn pass(&mut self, ground: &Ground, ambient: &Ambient, towards: (f64, f64), step_s: f64, scratch: &mut Scratch) {
        let g = ground.grid;
        let w = self.window.wider(g.nx, g.ny);
        let within = |j: usize| j >= w.j0 && j < w.j1;
        let Scratch { looks, east, north, scale } = scratch;
        fold::each_chunk(looks, g.nx, |j, row| {
            // One row and column more all round: dry, seen by the faces of the rim.
            if j + 1 >= w.j0 && j <= w.j1 {
                let (from, to) = (w.i0.saturating_sub(1), (w.i1 + 1).min(g.nx));
                for (look, cell) in row[from..to].iter_mut().zip(&self.cells[j * g.nx + from..j * g.nx + to]) {
                    *look = Look::under(cell, ambient);
                }
            }
        });
        fold::each_chunk(east, g.nx + 1, |j, row| {
            if within(j) {
                for (i, face) in row.iter_mut().enumerate().take(w.i1 + 1).skip(w.i0) {
                    *face = flow::east(ground, looks, i, j);
                }
            }
        });
        fold::each_chunk(north, g.nx, |j, row| {
            if j >= w.j0 && j <= w.j1 {
                for (i, face) in row.iter_mut().enumerate().take(w.i1).skip(w.i0) {
                    *face = flow::north(ground, looks, i, j);
                }
            }
        });
        let per_cell = step_s / g.cell_m;
        fold::each_chunk(scale, g.nx, |j, row| {
            if j + 1 >= w.j0 && j <= w.j1 {
                for i in w.i0.saturating_sub(1)..(w.i1 + 1).min(g.nx) {
                    let inside = within(j) && i >= w.i0 && i < w.i1;
                    row[i] = if inside {
                        flow::share(&Cross::of(&g, east, north, i, j), &looks[j * g.nx + i], per_cell)
                    } else {
                        1.0
                    };
                }
            }
        });
        let gone = self.over_edge(ground, looks, scale, east, north, w, step_s);
        let (looks, east, north, scale) = (&*looks, &*east, &*north, &*scale);
        fold::each_chunk(&mut self.cells, g.nx, |j, row| {
            if within(j) {
                for (i, cell) in row.iter_mut().enumerate().take(w.i1).skip(w.i0) {
                    let cross = Cross::of(&g, east, north, i, j);
                    flow::update(&g, looks, scale, &cross, cell, (i, j), per_cell);
                    exchange::spread(ground, looks, cell, (i, j), towards, step_s, ambient.density_kg_m3);
                    let steep = exchange::Steep::of(ground, looks, i, j, towards);
                    exchange::exchange(cell, &steep, ambient, towards, step_s);
                    cell.age_kg_s_m2 += step_s * cell.mass_kg_m2;
                }
            }
        });
        for (k, mass_kg, excess_kg) in gone {
            let over = self.over_edge_kg.entry(k).or_insert((0.0, 0.0));
            *over = (over.0 + mass_kg, over.1 + excess_kg);
            self.mass.gone_kg += mass_kg;
            self.excess.gone_kg += excess_kg;
        }
        self.window = w;
        self.worked += ((w.i1 - w.i0) * (w.j1 - w.j0)) as u64;
    }

    /// What leaves over the rim of the grid in a step: cell, substance kg, excess kg.
    #[allow(clippy::too_many_arguments)]
    fn over_edge(
        &self,
        ground: &Ground,
        looks: &[Look],
        scale: &[f64],
        east: &[flow::Through],
        north: &[flow::Through],
        w: Window,
        step_s: f64,
    ) -> Vec<(u32, f64, f64)> {
        let g = ground.grid;
        let mut gone = Vec::new();
        let mut out = |k: usize, volume: f64| {
            if volume > 0.0 && looks[k].h > 0.0 {
                let m3 = volume * scale[k] * step_s * g.cell_m;
                let c = &self.cells[k];
                gone.push((k as u32, m3 * c.mass_kg_m2 / c.depth_m, m3 * c.excess_kg_m2 / c.depth_m));
            }
        };
        for j in w.j0..w.j1 {
            if w.i0 == 0 {
                out(g.index(0, j), -east[j * (g.nx + 1)].volume);
            }
            if w.i1 == g.nx {
                out(g.index(g.nx - 1, j), east[j * (g.nx + 1) + g.nx].volume);
            }
        }
        for i in w.i0..w.i1 {
            if w.j0 == 0 {
                out(g.index(i, 0), -north[i].volume);
            }
            if w.j1 == g.ny {
                out(g.index(i, g.ny - 1), north[g.ny * g.nx + i].volume);
            }
        }
        gone
    }

    /// Draws the window close about what is wet.
    fn find_window(&mut self, ground: &Ground) {
        let (g, w) = (ground.grid, self.window);
        let mut found = Window::default();
        for j in w.j0..w.j1 {
            for i in w.i0..w.i1 {
                let c = &self.cells[g.index(i, j)];
                if c.depth_m > DRY_M || c.mass_kg_m2 > 0.0 {
                    found = found.with(i, j);
                }
            }
        }
        self.window = found;
    }
}

/// C at the ground over the mean: 2 h/(sqrt(2 pi) s) with h = sqrt 3 s.
pub const AT_GROUND: f64 = 1.381_976_597_885_342;

/// The four faces of a cell.
struct Cross {
    west: flow::Through,
    east: flow::Through,
    south: flow::Through,
    north: flow::Through,
}

impl Cross {
    fn of(g: &base::grid::Grid, east: &[flow::Through], north: &[flow::Through], i: usize, j: usize) -> Cross {
        let k = j * (g.nx + 1) + i;
        Cross { west: east[k], east: east[k + 1], south: north[j * g.nx + i], north: north[(j + 1) * g.nx + i] }
    }
}

#[cfg(test)]
mod tests;
