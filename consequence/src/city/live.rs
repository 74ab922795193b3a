//! A release among buildings, moment by moment (逐步近场): what [`super::near`] does for a whole release, for a drill whose leak is choked and whose
//! wind turns as the drill goes. Particles, clock and counters are state ([`Live`]); what they run in follows from the buildings and is not
//! ([`Quarter`]): winds are solved when they first blow.
//!
//! ```text
//! births in a step: (budget - on their way)/20, each with an equal part of what leaves in it
//! C = S/(W area 3 m),   S <- f S + mass x time,   W <- f W + dt,   f = m/(m + dt),   m = min(t/4, 150 s)
//! ```
//!
//! t is the time since the rate or the wind last changed: the mean forgets what was before, and later weighs the last minutes. While a wind turns
//! evenly m is at most 30 s. A mean with fading weights 1/m is as steady as one over a window of 2 m, so these are the windows of [`super::near`].
//!
//! What is counted is what is in the box: what left it in a step is in the puffs that the step gives, at its end.

use super::buildings::Buildings;
use super::count::{COUNTED_M, Counting, between};
use super::flow::Flow;
use super::library::Library;
use super::near::{SAME_RATE, TURN_S};
use super::particles::Normals;
use super::swarm::{Swarm, Walking};
use super::wind::Space;
use crate::puff::{Puff, growth};
use crate::release::Release;
use crate::weather::Air;
use base::grid::{Grid, Point};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};

/// How a release is followed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pace {
    /// Particles on their way at once, at most.
    pub particles: u32,
    pub seed: u64,
    /// Averaging time, s.
    pub averaging_s: f64,
}

/// A stretch of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    pub from_s: f64,
    pub to_s: f64,
    /// Nothing more comes.
    pub over: bool,
}

/// Directions of the library: every 22.5 degrees.
const DIRECTIONS: usize = 16;
/// A step gives birth to this part of what is left of the budget; a burst to this.
const BIRTHS: usize = 20;
const BURST: usize = 4;
/// So many at least (assumption: a step of few particles is coarse but keeps its mass).
const FEWEST: usize = 20;
/// Memory of the mean: part of the time since a change, and at most, s.
const MEMORY: (f64, f64) = (0.25, 150.0);
/// A wind that turns by more than this (its cosine: 5 degrees) or changes its speed by more than this share between two steps has changed at once
/// (assumptions).
const TURNED: f64 = 0.996;
const FASTER: f64 = 0.1;
/// After the leak the rest goes to puffs together below this share of what came.
const CRUMBS: f64 = 1e-3;
/// Above the counted layer a concentration is that of the particles within so many cells beside and so far up and down, m.
const BESIDE: f64 = 2.5;
const UP_M: f64 = 1.5;

/// A place with buildings, for particles. Follows from its buildings; never state.
#[derive(Debug)]
pub struct Quarter {
    space: Space,
    counting: Counting,
    normals: Normals,
    library: Mutex<Library>,
    /// The last wind that was made ready, with what it was made for.
    ready: Mutex<Option<(Asked, Arc<Flow>)>>,
}

/// Air, its spread across, height of the release, m.
type Asked = (Air, f64, f64);

impl Clone for Quarter {
    fn clone(&self) -> Quarter {
        Quarter::new(self.space.clone(), self.buildings())
    }
}
impl PartialEq for Quarter {
    /// The same buildings in the same box; what was solved so far follows from them.
    fn eq(&self, other: &Quarter) -> bool {
        self.space == other.space && self.buildings() == other.buildings()
    }
}

impl Quarter {
    pub fn new(space: Space, buildings: Buildings) -> Quarter {
        Quarter {
            counting: Counting::new(&space, &buildings, 0),
            normals: Normals::new(),
            library: Mutex::new(Library::empty(space.clone(), buildings, DIRECTIONS)),
            ready: Mutex::new(None),
            space,
        }
    }
    pub fn space(&self) -> &Space {
        &self.space
    }
    pub fn buildings(&self) -> Buildings {
        self.library.lock().unwrap_or_else(PoisonError::into_inner).buildings.clone()
    }
    /// How many winds are held.
    pub fn solved(&self) -> usize {
        self.library.lock().unwrap_or_else(PoisonError::into_inner).solved()
    }
    /// Cells that are built over.
    pub fn solid(&self, cell: usize) -> bool {
        self.counting.solid(cell)
    }

    fn flow(&self, air: &Air, averaging_s: f64, height_m: f64) -> Arc<Flow> {
        let asked = (*air, growth::averaging(air.class, averaging_s), height_m);
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((for_what, flow)) = ready.as_ref()
            && *for_what == asked
        {
            return Arc::clone(flow);
        }
        let mut library = self.library.lock().unwrap_or_else(PoisonError::into_inner);
        library.need(air);
        let flow = Arc::new(Flow::new(&library, air, asked.1, height_m));
        *ready = Some((asked, Arc::clone(&flow)));
        flow
    }
}

/// Particles on their way and what they left. State, for checkpoints.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Live {
    swarm: Swarm,
    /// Mass times time by cell and time behind it, both fading, kg s and s.
    kg_s: Vec<f64>,
    weight_s: f64,
    /// Since rate or wind changed, s.
    settled_s: f64,
    air: Option<Air>,
    rate_kg_s: f64,
    released_kg: f64,
    handed_kg: f64,
    /// Running concentration by cell of the box, kg/m3; empty before anything came.
    kg_m3: Vec<f32>,
}

impl Live {
    /// Lets a span of some ten seconds pass in one air. Takes what leaves of a release, whose index the puffs bear, and gives the puffs of what left
    /// the box, gathered at the end.
    pub fn advance(
        &mut self,
        quarter: &Quarter,
        pace: &Pace,
        release: &Release,
        index: u32,
        air: &Air,
        Span { from_s, to_s, over }: Span,
    ) -> Vec<Puff> {
        let comes_kg = release.mass_between_kg(from_s, to_s);
        if comes_kg <= 0.0 && self.swarm.live.is_empty() {
            self.forget();
            return Vec::new();
        }
        let cells = quarter.counting.grid.len();
        self.kg_s.resize(cells, 0.0);
        let dt_s = to_s - from_s;
        let burst = release.bursts.iter().any(|b| b.at_s >= from_s && b.at_s < to_s);
        self.settle(release.rate_kg_s(0.5 * (from_s + to_s)), burst, air);
        let memory_s = (MEMORY.0 * self.settled_s).min(MEMORY.1);
        let keep = memory_s / (memory_s + dt_s);
        self.kg_s.iter_mut().for_each(|v| *v *= keep);
        self.weight_s = keep * self.weight_s + dt_s;
        self.settled_s += dt_s;

        let flow = quarter.flow(air, pace.averaging_s, release.height_m);
        let walking = Walking { counting: &quarter.counting, normals: &quarter.normals, seed: pace.seed };
        let room = (pace.particles as usize).saturating_sub(self.swarm.live.len());
        let each = (room / if burst { BURST } else { BIRTHS }).max(FEWEST);
        let born = self.swarm.births(release, &quarter.space, &flow, (from_s, to_s), each, &walking);
        self.released_kg += comes_kg;
        let young = born.into_iter().map(|(t, p)| ((to_s - t.max(from_s)) as f32, p));
        self.swarm.walk(young, dt_s, &flow, &walking, &mut self.kg_s);
        let grain_kg = self.swarm.grain_kg().unwrap_or(comes_kg / each as f64);
        self.kg_m3 = quarter.counting.concentrations(&self.kg_s, grain_kg, self.weight_s);
        let crumbs = over && self.swarm.mass_kg() < CRUMBS * self.released_kg;
        let gone = self.swarm.gather(&quarter.space.grid, index, crumbs);
        self.handed_kg += gone.iter().map(|p| p.mass_kg).sum::<f64>();
        if self.swarm.live.is_empty() && over {
            self.forget();
        }
        gone
    }

    /// What rate and wind were, and whether they changed.
    fn settle(&mut self, rate_kg_s: f64, burst: bool, air: &Air) {
        let other_rate = (rate_kg_s - self.rate_kg_s).abs() > SAME_RATE * rate_kg_s.max(self.rate_kg_s);
        let jumped = self.air.as_ref().is_none_or(|last| {
            let (a, b) = (last.towards, air.towards);
            let (before, now) = (last.wind_m_s(10.0), air.wind_m_s(10.0));
            last.class != air.class || a.0 * b.0 + a.1 * b.1 < TURNED || (now - before).abs() > FASTER * before.max(now)
        });
        if other_rate || burst || jumped {
            self.settled_s = 0.0;
        } else if self.air.as_ref() != Some(air) {
            // A window of a minute: twice the memory.
            self.settled_s = self.settled_s.min(0.5 * TURN_S / MEMORY.0);
        }
        self.rate_kg_s = rate_kg_s;
        self.air = Some(*air);
    }

    fn forget(&mut self) {
        self.kg_s.clear();
        self.kg_m3.clear();
        (self.weight_s, self.settled_s) = (0.0, 0.0);
    }

    /// Concentration at a place of the box, `z_m` above the ground, kg/m3; 0 beyond. Up to 3 m the running mean of that layer, evenly between cells;
    /// above, that of the particles near the place at this moment.
    pub fn concentration_kg_m3(&self, quarter: &Quarter, p: Point, z_m: f64) -> f64 {
        let grid = &quarter.counting.grid;
        if self.kg_m3.is_empty() || grid.cell_at(p).is_none() {
            return 0.0;
        }
        if z_m < COUNTED_M {
            let half = 0.5 * grid.cell_m;
            // The outer half of the outer cells has their value.
            let inner = |v: f64, low: f64, wide: f64| v.clamp(low + half, low + wide - half - 1e-6 * grid.cell_m);
            let (x, y) = (inner(p.x, grid.x0, grid.width_m()), inner(p.y, grid.y0, grid.height_m()));
            return between(grid, &self.kg_m3, x, y);
        }
        let by = BESIDE * grid.cell_m;
        let near = |q: &&super::particles::Particle| {
            (f64::from(q.x_m) + grid.x0 - p.x).abs() < by
                && (f64::from(q.y_m) + grid.y0 - p.y).abs() < by
                && (f64::from(q.z_m) - z_m).abs() < UP_M
        };
        self.swarm.live.iter().filter(near).map(|q| q.mass_kg).sum::<f64>() / (4.0 * by * by * 2.0 * UP_M)
    }

    /// Adds the running concentrations to a raster as means over the open cells in each of its cells; one that buildings fill has the air at their walls.
    pub fn add_to_raster(&self, quarter: &Quarter, grid: &Grid, kg_m3: &mut [f32]) {
        if self.kg_m3.is_empty() {
            return;
        }
        let own = &quarter.counting.grid;
        if grid.cell_m < 2.0 * own.cell_m {
            // About as fine: by its middle.
            for (k, v) in kg_m3.iter_mut().enumerate() {
                *v += self.concentration_kg_m3(quarter, grid.centre(k), 0.0) as f32;
            }
            return;
        }
        // Of each coarse cell: sum and number of open cells, and of built-over ones.
        let mut found = vec![[0.0f64; 4]; grid.len()];
        for (c, v) in self.kg_m3.iter().enumerate() {
            if let Some(k) = grid.cell_at(own.centre(c)) {
                let at = if quarter.counting.solid(c) { 2 } else { 0 };
                found[k][at] += f64::from(*v);
                found[k][at + 1] += 1.0;
            }
        }
        let whole = (grid.cell_m / own.cell_m) * (grid.cell_m / own.cell_m);
        for (value, [sum, open, at_walls, built]) in kg_m3.iter_mut().zip(found) {
            if open > 0.0 {
                // What of the cell lies beyond the box counts as open and has none of it.
                *value += (sum / (whole - built).max(open)) as f32;
            } else if built > 0.0 {
                *value += (at_walls / whole.max(built)) as f32;
            }
        }
    }

    /// Highest running concentration, kg/m3.
    pub fn peak_kg_m3(&self) -> f64 {
        f64::from(self.kg_m3.iter().copied().fold(0.0, f32::max))
    }
    /// By cell of the box, kg/m3; empty before anything came and after all has left.
    pub fn kg_m3(&self) -> &[f32] {
        &self.kg_m3
    }
    /// What came, is in the box, and went to puffs, kg.
    pub fn released_kg(&self) -> f64 {
        self.released_kg
    }
    pub fn airborne_kg(&self) -> f64 {
        self.swarm.mass_kg()
    }
    pub fn handed_kg(&self) -> f64 {
        self.handed_kg
    }
    pub fn is_empty(&self) -> bool {
        self.swarm.live.is_empty()
    }
    /// Particles on their way.
    pub fn particles(&self) -> &[super::particles::Particle] {
        &self.swarm.live
    }
    /// Steps of all particles so far, for the speed.
    pub fn steps(&self) -> u64 {
        self.swarm.steps
    }
}
