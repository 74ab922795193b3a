//! The near field of a leak (近场): an engine of its own for the first hundreds of metres, where ground, walls and houses rule the cloud. What
//! leaves goes into the engine; what has thinned out or run off its ground comes back as puffs, which the drill's cloud carries on.
//!
//! ```text
//! released = in the engine + handed to puffs,    handed = airborne puffs + deposited + gone
//! ```
//!
//! An engine's state is part of the leak's and of checkpoints. What it runs over follows from city, spec and site ([`Base`]) and is laid
//! anew on resume.

use super::layer::{Land, LayerSpec, NearLayer};
use super::streets::{NearStreets, StreetsSpec, Town};
use crate::base::complaint::Complaints;
use crate::base::digest::Digest;
use crate::base::grid::Grid;
use crate::base::text::Text;
use crate::place::city::{City, Cover, Levee};
use crate::vocab::body::Point;
use consequence::puff::{Cloud, Ledger, Options, Puff, Wind};
use consequence::release::Release;
use consequence::substance::Substance;
use consequence::weather::Air;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Which engine, with its settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum NearSpec {
    /// Heavy gas as a shallow layer over ground, levees and houses (浅层重气).
    Layer(LayerSpec),
    /// Particles in the wind among houses (街区粒子).
    Streets(StreetsSpec),
}

impl NearSpec {
    /// What is wrong with it, all at once.
    pub fn check(&self, file: &Path) -> Complaints {
        match self {
            NearSpec::Layer(spec) => spec.check(file),
            NearSpec::Streets(spec) => spec.check(file),
        }
    }
    /// What is said of it wherever its gas is shown: which engine, and its limits.
    pub fn remark(&self) -> Text {
        match self {
            NearSpec::Layer(spec) => spec.remark(),
            NearSpec::Streets(spec) => spec.remark(),
        }
    }
}

/// A house as an upright block.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Its corners, not closed.
    pub ring: Vec<Point>,
    pub height_m: f64,
}

/// Height of a storey, m (assumption).
const STOREY_M: f64 = 3.0;

/// What of a city near fields are laid out from.
#[derive(Debug, Clone, PartialEq)]
pub struct Surroundings {
    pub grid: Grid,
    /// Level by cell of the city's grid, m: the ground's, levee crests included, or that of open water.
    pub terrain_m: Vec<f32>,
    pub levees: Vec<Levee>,
    pub blocks: Vec<Block>,
}

impl Surroundings {
    pub fn of(city: &City) -> Surroundings {
        let block = |b: &crate::place::city::Building| {
            let height_m = f64::from(b.plinth_m) + STOREY_M * f64::from(b.storeys.max(1));
            let ring = if b.outline.len() >= 3 {
                b.outline.clone()
            } else {
                // Without an outline: a square of its ground area.
                let half = 0.5 * crate::base::math::sqrt(f64::from(b.footprint_m2).max(0.0));
                let corner = |x: f64, y: f64| Point::new(b.at.x + x * half, b.at.y + y * half);
                vec![corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)]
            };
            Block { ring, height_m }
        };
        let water_m = city.water_level_m as f32;
        let surface_m =
            |(bed_m, cover): (&f32, &Cover)| if *cover == Cover::Water { bed_m.max(water_m) } else { *bed_m };
        Surroundings {
            grid: city.grid,
            terrain_m: city.terrain_m.iter().zip(&city.cover).map(surface_m).collect(),
            levees: city.levees.clone(),
            blocks: city.buildings.iter().map(block).collect(),
        }
    }
}

/// What an engine runs over: follows from city, spec and site, never changes, is no state.
#[derive(Debug, Clone, PartialEq)]
pub enum Base {
    Layer(Land),
    Streets(Box<Town>),
}

impl Base {
    /// Lays out the near field about a site.
    pub fn lay(spec: &NearSpec, around: &Surroundings, at: Point) -> Base {
        match spec {
            NearSpec::Layer(spec) => Base::Layer(Land::lay(spec, around, at)),
            NearSpec::Streets(spec) => Base::Streets(Box::new(Town::lay(spec, around, at))),
        }
    }
    fn name(&self) -> &'static str {
        match self {
            Base::Layer(_) => "a layer",
            Base::Streets(_) => "streets",
        }
    }
}

/// What an engine is told of the moment.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    pub base: &'a Base,
    pub air: &'a Air,
    pub averaging_s: f64,
}

/// An engine's state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Near {
    Layer(Box<NearLayer>),
    Streets(Box<NearStreets>),
}

impl Near {
    /// An empty engine.
    pub fn new(spec: &NearSpec) -> Near {
        match spec {
            NearSpec::Layer(_) => Near::Layer(Box::default()),
            NearSpec::Streets(_) => Near::Streets(Box::default()),
        }
    }

    /// A stretch of the leak begins: `rest` is what is still to come, at the rates that crews left. Gives what the engine does not take and
    /// goes straight to puffs. What an earlier stretch still had to give is forgotten.
    pub fn begin(&mut self, rest: Release, substance: &Substance, m: &Moment) -> Release {
        match (self, m.base) {
            (Near::Layer(near), Base::Layer(land)) => near.begin(rest, substance, land, m),
            (Near::Streets(near), Base::Streets(_)) => near.begin(rest),
            (near, base) => near.astray(base),
        }
    }
    /// Whether the wind has turned so far that the rest should begin anew.
    pub fn turned(&self, air: &Air) -> bool {
        match self {
            Near::Layer(near) => near.turned(air),
            // They follow the wind by themselves.
            Near::Streets(_) => false,
        }
    }
    /// Crews take a share of what is still to come away; 1 ends it.
    pub fn reduce(&mut self, by: f64) {
        match self {
            Near::Layer(near) => near.reduce(by),
            Near::Streets(near) => near.reduce(by),
        }
    }
    /// From `now_s` to `now_s + dt_s`: takes in what leaves, lets time pass and gives the puffs that leave the engine, as they are at the
    /// end. `over`: the leak gives nothing any more.
    pub fn advance(&mut self, now_s: f64, dt_s: f64, over: bool, m: &Moment) -> Vec<Puff> {
        match (self, m.base) {
            (Near::Layer(near), Base::Layer(land)) => near.advance(now_s, dt_s, over, land, m),
            (Near::Streets(near), Base::Streets(town)) => near.advance(now_s, dt_s, over, town, m),
            (near, base) => near.astray(base),
        }
    }
    /// Adds the mean concentration at the ground by cell of a grid, kg/m3.
    pub fn add_to_raster(&self, base: &Base, grid: &Grid, kg_m3: &mut [f32]) {
        match (self, base) {
            (Near::Layer(near), Base::Layer(land)) => near.add_to_raster(land, grid, kg_m3),
            (Near::Streets(near), Base::Streets(town)) => near.live().add_to_raster(&town.quarter, grid, kg_m3),
            (near, base) => near.astray(base),
        }
    }
    /// Concentration at a place, `z_m` above its ground, kg/m3.
    pub fn concentration_kg_m3(&self, base: &Base, p: Point, z_m: f64) -> f64 {
        match (self, base) {
            (Near::Layer(near), Base::Layer(land)) => near.concentration_kg_m3(land, p, z_m),
            (Near::Streets(near), Base::Streets(town)) => near.live().concentration_kg_m3(&town.quarter, p, z_m),
            (near, base) => near.astray(base),
        }
    }
    /// What came into it so far, kg.
    pub fn fed_kg(&self) -> f64 {
        match self {
            Near::Layer(near) => near.fed_kg(),
            Near::Streets(near) => near.live().released_kg(),
        }
    }
    /// What is in it, kg.
    pub fn airborne_kg(&self, base: &Base) -> f64 {
        match (self, base) {
            (Near::Layer(near), Base::Layer(land)) => near.airborne_kg(land),
            (Near::Streets(near), Base::Streets(_)) => near.live().airborne_kg(),
            (near, base) => near.astray(base),
        }
    }
    /// Nothing is in it.
    pub fn is_empty(&self) -> bool {
        match self {
            Near::Layer(near) => near.is_empty(),
            Near::Streets(near) => near.live().is_empty(),
        }
    }
    pub fn digest(&self, digest: &mut Digest) {
        match self {
            Near::Layer(near) => near.digest(digest),
            Near::Streets(near) => near.digest(digest),
        }
    }
    /// Both come of one spec, so that they are of one kind.
    fn astray(&self, base: &Base) -> ! {
        unreachable!("an engine of {} on the ground of {}", self.name(), base.name())
    }
    fn name(&self) -> &'static str {
        match self {
            Near::Layer(_) => "a layer",
            Near::Streets(_) => "streets",
        }
    }
}

/// An engine at a leak, and the cloud of what it gave away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NearField {
    /// None once the leak is over and the engine empty.
    near: Option<Near>,
    cloud: Cloud,
    /// What the engine took in and holds, kg.
    fed_kg: f64,
    held_kg: f64,
    /// What burnt in the engine, kg.
    burnt_kg: f64,
}

impl NearField {
    pub fn new(spec: &NearSpec, release: &Release, options: &Options, now_s: f64) -> NearField {
        let silent = Release { steps: Vec::new(), bursts: Vec::new(), ..release.clone() };
        let mut cloud = Cloud::new(options.clone(), vec![silent]);
        cloud.time_s = now_s;
        NearField { near: Some(Near::new(spec)), cloud, fed_kg: 0.0, held_kg: 0.0, burnt_kg: 0.0 }
    }

    pub fn begin(&mut self, rest: Release, substance: &Substance, m: &Moment) -> Release {
        match &mut self.near {
            Some(near) => near.begin(rest, substance, m),
            None => rest,
        }
    }
    pub fn turned(&self, air: &Air) -> bool {
        self.near.as_ref().is_some_and(|near| near.turned(air))
    }
    pub fn reduce(&mut self, by: f64) {
        self.near.iter_mut().for_each(|near| near.reduce(by));
    }
    pub fn advance(&mut self, now_s: f64, dt_s: f64, over: bool, wind: &Wind, m: &Moment) {
        self.cloud.advance(wind, dt_s);
        let Some(near) = &mut self.near else { return };
        let puffs = near.advance(now_s, dt_s, over, m);
        self.cloud.take_over(&puffs);
        (self.fed_kg, self.held_kg) = (near.fed_kg(), near.airborne_kg(m.base));
        if over && near.is_empty() {
            (self.near, self.held_kg) = (None, 0.0);
        }
    }
    /// What it holds and what it gave away burns.
    pub fn burn_off(&mut self) {
        self.near = None;
        self.burnt_kg += self.held_kg + self.cloud.ledger(0).airborne_kg;
        self.held_kg = 0.0;
        self.cloud.puffs.clear();
    }
    /// All of it is booked and nothing is in the air.
    pub fn is_over(&self) -> bool {
        self.near.is_none() && self.cloud.puffs.is_empty()
    }
    pub fn ledger(&self) -> Ledger {
        let handed = self.cloud.ledger(0);
        Ledger {
            released_kg: self.fed_kg,
            airborne_kg: self.held_kg + handed.airborne_kg,
            deposited_kg: handed.deposited_kg,
            gone_kg: handed.gone_kg + self.burnt_kg,
        }
    }
    pub fn cloud(&self) -> &Cloud {
        &self.cloud
    }
    pub fn near(&self) -> Option<&Near> {
        self.near.as_ref()
    }
}
