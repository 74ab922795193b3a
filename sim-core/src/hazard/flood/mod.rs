//! Flood: rivers, rain, breaches and pumps over the whole city, by the shallow-water equations on the city's grid.
//!
//! Within a tick, in order: levees (breach growth, seep), pumps, rain and sinks, inflows, then the flow itself in as
//! many inner steps as its waves ask for. Equations, sources and limits: docs/models/flood.md.

pub mod kernel;
pub mod ledger;
pub mod levee;
pub mod structures;

use crate::base::digest::Digest;
use crate::base::fold;
use crate::base::ids::{FacilityId, LeveeId};
use crate::base::math;
use crate::base::text::Text;
use crate::place::city::{City, Cover};
use crate::vocab::body::Point;
use crate::vocab::lever::Lever;
use kernel::{Kernel, TILE_H, Water};
pub use ledger::{Ledger, Sum};
use levee::Reach;
pub use levee::{Breach, BreachSpec, LeveeState, growth_m_h};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use structures::MOBILE_REACH_M;
pub use structures::{MobilePump, PumpSpec};

/// Cells held at a stage that is given in time (river, sea), piecewise linear, held beyond the ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageBoundary {
    pub cells: Vec<usize>,
    /// (s, m)
    pub series: Vec<(f64, f64)>,
}

/// Water that enters at some cells, shared evenly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inflow {
    pub cells: Vec<usize>,
    /// (s, m3/s)
    pub series: Vec<(f64, f64)>,
}

/// What a flood is given. Cells are row-major indices of the city's grid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FloodSpec {
    /// Rain, (s, mm/h), piecewise linear; none after the last point unless its value is held there.
    pub rain_mm_h: Vec<(f64, f64)>,
    pub stages: Vec<StageBoundary>,
    pub inflows: Vec<Inflow>,
    /// What ground and sewers take, mm/h, by cover.
    pub sinks_mm_h: Vec<(Cover, f64)>,
    pub pumps: Vec<PumpSpec>,
    /// Level of water cells that no stage boundary reaches through water (polder canals), m; the city's level if none.
    pub inner_level_m: Option<f64>,
    /// Depression storage that does not flow, m. 2 mm: usual for paved urban ground (ASCE 1992: 1 to 3 mm).
    pub film_m: f64,
    pub breach: BreachSpec,
}

impl Default for FloodSpec {
    fn default() -> Self {
        FloodSpec {
            rain_mm_h: Vec::new(),
            stages: Vec::new(),
            inflows: Vec::new(),
            // Sewers of the 1- to 3-year design storm less what is blocked, and soil already wet: assumptions.
            sinks_mm_h: vec![
                (Cover::Paved, 20.0),
                (Cover::Built, 20.0),
                (Cover::Industry, 20.0),
                (Cover::Field, 10.0),
                (Cover::Park, 15.0),
                (Cover::Wood, 15.0),
            ],
            pumps: Vec::new(),
            inner_level_m: None,
            film_m: 0.002,
            breach: BreachSpec::default(),
        }
    }
}

/// What a flood has to tell after a tick.
#[derive(Debug, Clone, PartialEq)]
pub enum FloodNews {
    Seeping(LeveeId),
    Strengthened(LeveeId),
    Breached { levee: LeveeId, x: f64, y: f64 },
    BreachClosed(LeveeId),
    PumpStopped { facility: FacilityId, why: Text },
    PumpStarted(FacilityId),
    Intervention(String),
}

/// Rain by lever.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Shower {
    mm_h: f64,
    from_s: f64,
    until_s: f64,
}

/// All that changes during a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FloodState {
    water: Water,
    levees: Vec<LeveeState>,
    pumps_on: Vec<bool>,
    mobile: Vec<MobilePump>,
    showers: Vec<Shower>,
    start_m3: f64,
    rain_m3: Sum,
    boundary_m3: Sum,
    drained_m3: Sum,
    pumped_m3: Sum,
    /// Cells taken out of the flow after a number went wrong in them.
    frozen: Vec<usize>,
    cell_updates: u64,
    steps: u64,
}

/// What does not change, shared by the branches of a run.
#[derive(Debug)]
struct Ground {
    city: Arc<City>,
    spec: FloodSpec,
    reaches: Vec<Reach>,
    /// Sink capacity by cell, m/s.
    sink_m_s: Vec<f64>,
    /// Water cells joined to a stage boundary (or all of them, where there is none).
    open_water: Vec<bool>,
    pump_floor: Vec<usize>,
}

/// The flood of a run.
#[derive(Debug, Clone)]
pub struct Flood {
    ground: Arc<Ground>,
    state: FloodState,
    kernel: Kernel,
    source_notes: Vec<(f64, f64)>,
    pending: Vec<FloodNews>,
}

impl Flood {
    pub fn new(city: &City, spec: &FloodSpec) -> Flood {
        let grid = &city.grid;
        let n = grid.len();
        let open_water = open_water(city, spec);
        let mut water = Water::dry(n);
        for (cell, open) in open_water.iter().enumerate() {
            if city.cover[cell] == Cover::Water {
                let level = if *open { city.water_level_m } else { spec.inner_level_m.unwrap_or(city.water_level_m) };
                water.h[cell] = (level - f64::from(city.terrain_m[cell])).max(0.0);
            }
        }
        let area = grid.cell_m * grid.cell_m;
        let state = FloodState {
            start_m3: Sum::of(water.h.iter().copied()) * area,
            water,
            levees: vec![LeveeState::Whole; city.levees.len()],
            pumps_on: vec![true; spec.pumps.len()],
            mobile: Vec::new(),
            showers: Vec::new(),
            rain_m3: Sum::default(),
            boundary_m3: Sum::default(),
            drained_m3: Sum::default(),
            pumped_m3: Sum::default(),
            frozen: Vec::new(),
            cell_updates: 0,
            steps: 0,
        };
        Flood::resume(city, spec, state)
    }

    /// Goes on from a checkpoint that was taken with the same city and spec.
    pub fn resume(city: &City, spec: &FloodSpec, state: FloodState) -> Flood {
        let grid = &city.grid;
        let n = grid.len();
        let z: Vec<f64> = city.terrain_m.iter().map(|z| f64::from(*z)).collect();
        let manning: Vec<f64> = city.cover.iter().map(|c| c.manning_n()).collect();
        let sink = |cover: Cover| {
            spec.sinks_mm_h.iter().filter(|(c, _)| *c == cover).map(|(_, mm_h)| mm_h / 3.6e6).sum::<f64>()
        };
        let sinks: Vec<f64> = Cover::ALL.iter().map(|c| sink(*c)).collect();
        let ground = Ground {
            sink_m_s: city.cover.iter().map(|c| sinks[*c as usize]).collect(),
            reaches: city.levees.iter().map(|levee| Reach::new(city, levee)).collect(),
            open_water: open_water(city, spec),
            pump_floor: spec.pumps.iter().map(|p| grid.nearest_cell(city.facilities[p.facility.index()].at)).collect(),
            city: Arc::new(city.clone()),
            spec: spec.clone(),
        };
        let kernel = Kernel::new(grid.nx, grid.ny, grid.cell_m, z, &manning, spec.film_m);
        let mut flood = Flood {
            source_notes: vec![(0.0, 0.0); n.div_ceil(grid.nx * TILE_H)],
            ground: Arc::new(ground),
            state,
            kernel,
            pending: Vec::new(),
        };
        for levee in 0..flood.state.levees.len() {
            if let LeveeState::Breached(breach) = flood.state.levees[levee] {
                flood.burn(levee, Some(&breach), f64::INFINITY);
            }
        }
        // Ground without a level cannot be flowed over. The city's checks refuse it; a wall is the second line.
        for cell in 0..n {
            if !flood.kernel.z[cell].is_finite() && !flood.state.frozen.contains(&cell) {
                flood.state.frozen.push(cell);
                flood.pending.push(FloodNews::Intervention(format!("flood: cell {cell} has no bed level: walled in")));
            }
        }
        for k in 0..flood.state.frozen.len() {
            flood.wall_in(flood.state.frozen[k]);
        }
        flood
    }

    /// All that a checkpoint has to keep.
    pub fn state(&self) -> &FloodState {
        &self.state
    }

    /// Brings the flood from `now_s` to `now_s + dt_s`.
    pub fn advance(&mut self, now_s: f64, dt_s: f64) -> Vec<FloodNews> {
        let mut news = std::mem::take(&mut self.pending);
        self.levees(now_s, dt_s);
        self.pumps(now_s, dt_s, &mut news);
        self.rain_and_sinks(now_s, dt_s);
        self.inflows(now_s, dt_s);
        self.flow(now_s, dt_s, &mut news);
        news
    }

    /// Moves one of the flood's levers; those of other models are passed over.
    pub fn obey(&mut self, lever: &Lever, now_s: f64) {
        match lever {
            Lever::SeepLevee(levee) => {
                if let Some(state @ LeveeState::Whole) = self.state.levees.get_mut(levee.index()) {
                    *state = LeveeState::Seeping { since_s: now_s, strengthened: 0.0 };
                    self.pending.push(FloodNews::Seeping(*levee));
                }
            }
            Lever::BreachLevee { levee, width_max_m, widen_m_h } => {
                self.breach(*levee, *width_max_m, *widen_m_h, now_s);
            }
            Lever::StrengthenLevee { levee, share } => {
                if let Some(state) = self.state.levees.get_mut(levee.index())
                    && let LeveeState::Seeping { strengthened, .. } = state
                {
                    *strengthened += share.max(0.0);
                    if *strengthened >= 1.0 - 1e-9 {
                        *state = LeveeState::Whole;
                        self.pending.push(FloodNews::Strengthened(*levee));
                    }
                }
            }
            Lever::CloseBreach { levee, metres } => {
                if let Some(LeveeState::Breached(breach)) = self.state.levees.get_mut(levee.index()) {
                    breach.closed_m += metres.max(0.0);
                    if breach.open_m() <= 0.0 {
                        self.state.levees[levee.index()] = LeveeState::Whole;
                        self.burn(levee.index(), None, now_s);
                        self.pending.push(FloodNews::BreachClosed(*levee));
                    }
                }
            }
            Lever::SetPump { facility, running } => self.set_pump(*facility, *running),
            Lever::MobilePump { x, y, rate_m3_s, duration_s } => {
                let grid = &self.ground.city.grid;
                let p = Point::new(*x, *y);
                let mut inlet_cells = grid.cells_within(p, MOBILE_REACH_M);
                if inlet_cells.is_empty() {
                    inlet_cells.push(grid.nearest_cell(p));
                }
                let outlet_cell = (0..grid.len())
                    .filter(|&c| self.ground.open_water[c] && !inlet_cells.contains(&c))
                    .min_by(|a, b| grid.centre(*a).distance_m(p).total_cmp(&grid.centre(*b).distance_m(p)));
                self.state.mobile.push(MobilePump {
                    inlet_cells,
                    outlet_cell,
                    rate_m3_s: rate_m3_s.max(0.0),
                    until_s: now_s + duration_s,
                });
            }
            Lever::AddRain { mm_h, duration_s } => {
                self.state.showers.push(Shower { mm_h: *mm_h, from_s: now_s, until_s: now_s + duration_s });
            }
            Lever::ReleaseGas { .. }
            | Lever::ReduceLeak { .. }
            | Lever::SetWind { .. }
            | Lever::CloseRoad { .. }
            | Lever::OpenRoad { .. }
            | Lever::Outage { .. }
            | Lever::Casualties { .. } => {}
        }
    }

    /// Water depth by cell, m, the film included.
    pub fn depth_m(&self) -> &[f64] {
        &self.state.water.h
    }
    /// Depth-averaged velocity (east, north), m/s.
    pub fn velocity(&self, cell: usize) -> (f64, f64) {
        let water = &self.state.water;
        let m = self.kernel.mobile_m(water.h[cell]);
        // Momentum over a film of a millimetre says nothing about a current.
        if m > 1e-4 { (water.hu[cell] / m, water.hv[cell] / m) } else { (0.0, 0.0) }
    }
    pub fn speed_m_s(&self, cell: usize) -> f64 {
        let (u, v) = self.velocity(cell);
        math::hypot(u, v)
    }
    /// Level of the water surface (of the bed, where it is dry), m.
    pub fn stage_m(&self, cell: usize) -> f64 {
        self.kernel.z[cell] + self.state.water.h[cell]
    }
    /// Bed level as it is now, breaches included, m.
    pub fn bed_m(&self, cell: usize) -> f64 {
        self.kernel.z[cell]
    }
    pub fn levee_state(&self, levee: LeveeId) -> LeveeState {
        self.state.levees[levee.index()]
    }
    /// Width that stands open, m; 0 where whole.
    pub fn breach_width_m(&self, levee: LeveeId) -> f64 {
        match self.levee_state(levee) {
            LeveeState::Breached(breach) => breach.open_m(),
            LeveeState::Whole | LeveeState::Seeping { .. } => 0.0,
        }
    }
    pub fn seeping(&self, levee: LeveeId) -> bool {
        matches!(self.levee_state(levee), LeveeState::Seeping { .. })
    }
    /// False also where the facility is no pump station of the spec.
    pub fn pump_running(&self, facility: FacilityId) -> bool {
        self.pump_of(facility).is_some_and(|k| self.state.pumps_on[k])
    }
    /// Rain at this moment, mm/h, that of levers included.
    pub fn rain_mm_h(&self, now_s: f64) -> f64 {
        let extra: f64 =
            self.state.showers.iter().filter(|s| s.from_s <= now_s && now_s < s.until_s).map(|s| s.mm_h).sum();
        (math::interpolate(&self.ground.spec.rain_mm_h, now_s) + extra).max(0.0)
    }
    /// Rain the scenario has in store for the next `ahead_s` seconds, mm: what a perfect forecast would say.
    pub fn rain_ahead_mm(&self, now_s: f64, ahead_s: f64) -> f64 {
        let steps = 60;
        let dt = ahead_s / f64::from(steps);
        (0..steps).map(|k| self.rain_mm_h(now_s + (f64::from(k) + 0.5) * dt) * dt / 3600.0).sum()
    }
    pub fn ledger(&self) -> Ledger {
        let s = &self.state;
        Ledger {
            start_m3: s.start_m3,
            now_m3: Sum::of(s.water.h.iter().copied()) * self.area_m2(),
            rain_m3: s.rain_m3.value(),
            boundary_m3: s.boundary_m3.value(),
            drained_m3: s.drained_m3.value(),
            pumped_m3: s.pumped_m3.value(),
        }
    }
    pub fn digest(&self, digest: &mut Digest) {
        let s = &self.state;
        let h = &s.water.h;
        digest.pieces(h.len().div_ceil(fold::CHUNK), |chunk, digest| {
            digest.f64s(&h[chunk * fold::CHUNK..((chunk + 1) * fold::CHUNK).min(h.len())]);
        });
        for levee in &s.levees {
            match levee {
                LeveeState::Whole => digest.u8(0),
                LeveeState::Seeping { strengthened, .. } => digest.u8(1).f64(*strengthened),
                LeveeState::Breached(b) => digest.u8(2).f64(b.width_m).f64(b.closed_m),
            };
        }
        for on in &s.pumps_on {
            digest.u8(u8::from(*on));
        }
        digest.u32(s.mobile.len() as u32).u32(s.showers.len() as u32).u64(s.cell_updates);
    }
    /// Cells computed since the start, over all inner steps.
    pub fn cell_updates(&self) -> u64 {
        self.state.cell_updates
    }
    /// Inner steps since the start.
    pub fn steps(&self) -> u64 {
        self.state.steps
    }

    fn area_m2(&self) -> f64 {
        self.kernel.cell_m * self.kernel.cell_m
    }
    fn pump_of(&self, facility: FacilityId) -> Option<usize> {
        self.ground.spec.pumps.iter().position(|p| p.facility == facility)
    }

    // -- sources

    fn rain_and_sinks(&mut self, now_s: f64, dt_s: f64) {
        let spec_rain = math::interpolate(&self.ground.spec.rain_mm_h, now_s + 0.5 * dt_s) * dt_s;
        let shower = |s: &Shower| s.mm_h * (s.until_s.min(now_s + dt_s) - s.from_s.max(now_s)).max(0.0);
        let rain_m = (spec_rain + self.state.showers.iter().map(shower).sum::<f64>()).max(0.0) / 3.6e6;
        self.state.showers.retain(|s| s.until_s > now_s + dt_s);
        let (nx, film) = (self.kernel.nx, self.kernel.film_m);
        let ground = &self.ground;
        let water = &mut self.state.water;
        let columns = (water.h.as_mut_slice(), water.hu.as_mut_slice(), water.hv.as_mut_slice());
        fold::each_chunk3(columns, nx * TILE_H, &mut self.source_notes, |b, (h, hu, hv), note| {
            let first = b * nx * TILE_H;
            let sinks = &ground.sink_m_s[first..first + h.len()];
            let (mut rained, mut drained) = (0.0, 0.0);
            for i in 0..h.len() {
                let before = h[i];
                let wetted = before + rain_m;
                let left = (wetted - sinks[i] * dt_s).max(0.0);
                rained += wetted - before;
                drained += wetted - left;
                // Water that drains takes its momentum along; rain brings none.
                if left < wetted && (hu[i] != 0.0 || hv[i] != 0.0) {
                    let keep = if left > film { (left - film) / (wetted - film) } else { 0.0 };
                    hu[i] *= keep;
                    hv[i] *= keep;
                }
                h[i] = left;
            }
            *note = (rained, drained);
        });
        let area = self.area_m2();
        for (rained, drained) in &self.source_notes {
            self.state.rain_m3.add(rained * area);
            self.state.drained_m3.add(drained * area);
        }
    }

    fn inflows(&mut self, now_s: f64, dt_s: f64) {
        let ground = Arc::clone(&self.ground);
        for inflow in &ground.spec.inflows {
            let volume = math::interpolate(&inflow.series, now_s + 0.5 * dt_s).max(0.0) * dt_s;
            let each = volume / inflow.cells.len().max(1) as f64;
            for &cell in &inflow.cells {
                self.give(cell, each);
                self.state.boundary_m3.add(each);
            }
        }
    }

    // -- flow

    /// Brings boundary cells to their stage; the difference is booked.
    fn hold_stages(&mut self, at_s: f64) {
        let area = self.area_m2();
        let ground = Arc::clone(&self.ground);
        for boundary in &ground.spec.stages {
            let stage = math::interpolate(&boundary.series, at_s);
            for &cell in &boundary.cells {
                if self.state.frozen.contains(&cell) {
                    continue;
                }
                let water = &mut self.state.water;
                let before = water.h[cell];
                let held = (stage - self.kernel.z[cell]).max(0.0);
                if held != before {
                    let ratio = if before > 0.0 { held / before } else { 0.0 };
                    water.h[cell] = held;
                    water.hu[cell] *= ratio;
                    water.hv[cell] *= ratio;
                    self.state.boundary_m3.add((held - before) * area);
                    self.kernel.touch(cell, held, water.hu[cell], water.hv[cell]);
                }
            }
        }
    }

    fn flow(&mut self, now_s: f64, dt_s: f64, news: &mut Vec<FloodNews>) {
        self.kernel.look(&self.state.water);
        let mut t = 0.0;
        while t < dt_s {
            self.hold_stages(now_s + t);
            if !self.kernel.flows() {
                break;
            }
            let rest = dt_s - t;
            let steps = (rest / self.kernel.stable_step_s()).ceil().max(1.0);
            let mut step_s = rest / steps;
            let mut last = steps <= 1.0;
            let mut cuts = 0;
            let computed = loop {
                if let Some(cells) = self.kernel.step(&mut self.state.water, step_s) {
                    break cells;
                }
                cuts += 1;
                last = false;
                step_s *= 0.5;
                if cuts > 12 {
                    self.freeze(now_s + t, news);
                    cuts = 0;
                }
            };
            self.state.cell_updates += computed;
            self.state.steps += 1;
            t = if last { dt_s } else { t + step_s };
        }
    }

    /// A cell whose numbers went wrong, and could not be helped by shorter steps, becomes a wall; its water is taken
    /// off the balance by name.
    fn freeze(&mut self, at_s: f64, news: &mut Vec<FloodNews>) {
        let mut cells = self.kernel.unsound_cells(&self.state.water);
        let own = |flood: &Flood, c: usize| {
            let w = &flood.state.water;
            let calm = w.hu[c].abs() < 1e6 && w.hv[c].abs() < 1e6;
            !(w.h[c] >= 0.0 && w.h[c] < 1e4 && calm && flood.kernel.z[c].is_finite())
        };
        // Cells that are wrong themselves come before those that only caught it from a neighbour.
        if cells.iter().any(|&c| own(self, c)) {
            cells.retain(|&c| own(self, c));
        }
        assert!(!cells.is_empty(), "a flood step at {at_s} s fails without a cell to blame");
        for cell in cells {
            let lost = self.state.water.h[cell];
            if lost.is_finite() {
                self.state.pumped_m3.add(lost * self.area_m2());
            }
            self.state.frozen.push(cell);
            self.wall_in(cell);
            news.push(FloodNews::Intervention(format!(
                "flood: cell {cell} lost its numbers at {at_s:.1} s and was walled in with {lost} m of water"
            )));
        }
        self.kernel.look(&self.state.water);
    }

    fn wall_in(&mut self, cell: usize) {
        let water = &mut self.state.water;
        (water.h[cell], water.hu[cell], water.hv[cell]) = (0.0, 0.0, 0.0);
        self.kernel.z[cell] = 1e4;
    }
}

/// Water cells joined to a stage boundary through water cells; all of them where there is no such boundary.
fn open_water(city: &City, spec: &FloodSpec) -> Vec<bool> {
    let grid = &city.grid;
    let water = |cell: usize| city.cover[cell] == Cover::Water;
    if spec.stages.is_empty() {
        return (0..grid.len()).map(water).collect();
    }
    let mut open = vec![false; grid.len()];
    let mut queue: Vec<usize> = Vec::new();
    for &cell in spec.stages.iter().flat_map(|s| &s.cells) {
        if water(cell) && !open[cell] {
            open[cell] = true;
            queue.push(cell);
        }
    }
    while let Some(cell) = queue.pop() {
        let (i, j) = (cell % grid.nx, cell / grid.nx);
        let mut visit = |next: usize| {
            if water(next) && !open[next] {
                open[next] = true;
                queue.push(next);
            }
        };
        if i > 0 {
            visit(cell - 1);
        }
        if i + 1 < grid.nx {
            visit(cell + 1);
        }
        if j > 0 {
            visit(cell - grid.nx);
        }
        if j + 1 < grid.ny {
            visit(cell + grid.nx);
        }
    }
    open
}
