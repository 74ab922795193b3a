//! Flood: rivers, rain, breaches and pumps over the whole city, by the shallow-water equations on the city's grid.
//!
//! Within a tick, in order: levees (breach growth, seep), pumps, rain and sinks, inflows, then the flow itself in as
//! many inner steps as its waves ask for, by the solvers of the crate `hydro`. Equations, sources and limits:
//! docs/models/flood.md.

pub mod ledger;
pub mod levee;
pub mod structures;

use crate::base::complaint::Complaints;
use crate::base::digest::Digest;
use crate::base::ids::{FacilityId, LeveeId};
use crate::base::math;
use crate::base::text::Text;
use crate::place::city::{City, Cover};
use crate::vocab::body::Point;
use crate::vocab::lever::Lever;
use hydro::flow::{Account, Flow};
use hydro::solver::{Domain, Edge, EdgeKind, EdgeSide, Options, Solver, SolverState};
use hydro::structures::news::StructureNews;
use hydro::structures::{Structures, StructuresSpec, StructuresState};
pub use ledger::Ledger;
use levee::Reach;
pub use levee::{Breach, BreachSpec, LeveeState};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::Path;
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
    /// Water may leave over the rim of the grid, as if the ground went on as it is; else the rim is a wall.
    pub open_rim: bool,
    pub breach: BreachSpec,
    /// Waterworks (水工程) on the faces of the grid: gates, weirs, culverts, bridges, pumps by curve, underpasses, polders,
    /// and levees thinner than a cell. Checked by [`check_works`].
    pub works: Option<StructuresSpec>,
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
            open_rim: false,
            breach: BreachSpec::default(),
            works: None,
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
    Works(StructureNews),
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
    solver: SolverState<f64>,
    works: Works,
    structures: Option<StructuresState>,
}

/// Levees, pumps and showers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Works {
    levees: Vec<LeveeState>,
    pumps_on: Vec<bool>,
    mobile: Vec<MobilePump>,
    showers: Vec<Shower>,
    /// Supplies of the waterworks that the power of their zone has left.
    dark: BTreeSet<String>,
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
    solver: Solver<f64>,
    works: Works,
    structures: Option<Structures>,
    pending: Vec<FloodNews>,
}

impl Flood {
    pub fn new(city: &City, spec: &FloodSpec) -> Flood {
        let open_water = open_water(city, spec);
        let mut depth_m = vec![0.0; city.grid.len()];
        for (cell, open) in open_water.iter().enumerate() {
            if city.cover[cell] == Cover::Water {
                let level = if *open { city.water_level_m } else { spec.inner_level_m.unwrap_or(city.water_level_m) };
                depth_m[cell] = (level - f64::from(city.terrain_m[cell])).max(0.0);
            }
        }
        let (domain, structures) = built(city, spec);
        let mut solver = Solver::new(&domain, options(spec));
        solver.set_depth_m(&depth_m);
        let works = Works {
            levees: vec![LeveeState::Whole; city.levees.len()],
            pumps_on: vec![true; spec.pumps.len()],
            mobile: Vec::new(),
            showers: Vec::new(),
            dark: BTreeSet::new(),
        };
        Flood::over(city, spec, solver, works, structures)
    }

    /// Goes on from a checkpoint that was taken with the same city and spec.
    pub fn resume(city: &City, spec: &FloodSpec, state: FloodState) -> Flood {
        let (domain, structures) = built(city, spec);
        let solver = Solver::resume(&domain, options(spec), state.solver);
        let same = "a checkpoint is opened with the scenario it was made of";
        let structures = structures.map(|built| built.resume(state.structures.expect(same)).expect(same));
        Flood::over(city, spec, solver, state.works, structures)
    }

    fn over(city: &City, spec: &FloodSpec, solver: Solver<f64>, works: Works, structures: Option<Structures>) -> Flood {
        let sink = |cover: Cover| {
            spec.sinks_mm_h.iter().filter(|(c, _)| *c == cover).map(|(_, mm_h)| mm_h / 3.6e6).sum::<f64>()
        };
        let sinks: Vec<f64> = Cover::ALL.iter().map(|c| sink(*c)).collect();
        let ground = Ground {
            sink_m_s: city.cover.iter().map(|c| sinks[*c as usize]).collect(),
            reaches: city.levees.iter().map(|levee| Reach::new(city, levee)).collect(),
            open_water: open_water(city, spec),
            pump_floor: spec
                .pumps
                .iter()
                .map(|p| city.grid.nearest_cell(city.facilities[p.facility.index()].at))
                .collect(),
            city: Arc::new(city.clone()),
            spec: spec.clone(),
        };
        Flood { ground: Arc::new(ground), solver, works, structures, pending: Vec::new() }
    }

    /// All that a checkpoint has to keep.
    pub fn state(&self) -> FloodState {
        FloodState {
            solver: self.solver.state(),
            works: self.works.clone(),
            structures: self.structures.as_ref().map(|structures| structures.state.clone()),
        }
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
                if let Some(state @ LeveeState::Whole) = self.works.levees.get_mut(levee.index()) {
                    *state = LeveeState::Seeping { since_s: now_s, strengthened: 0.0 };
                    self.pending.push(FloodNews::Seeping(*levee));
                }
            }
            Lever::BreachLevee { levee, width_max_m, widen_m_h } => {
                self.breach(*levee, *width_max_m, *widen_m_h, now_s);
            }
            Lever::StrengthenLevee { levee, share } => {
                if let Some(state) = self.works.levees.get_mut(levee.index())
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
                if let Some(LeveeState::Breached(breach)) = self.works.levees.get_mut(levee.index()) {
                    breach.closed_m += metres.max(0.0);
                    if breach.open_m() <= 0.0 {
                        self.works.levees[levee.index()] = LeveeState::Whole;
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
                self.works.mobile.push(MobilePump {
                    inlet_cells,
                    outlet_cell,
                    rate_m3_s: rate_m3_s.max(0.0),
                    until_s: now_s + duration_s,
                });
            }
            Lever::Works(order) => {
                if let Some(structures) = &mut self.structures {
                    let news = structures.order(&mut self.solver, now_s, order);
                    self.pending.extend(news.into_iter().map(FloodNews::Works));
                }
            }
            Lever::AddRain { mm_h, duration_s } => {
                self.works.showers.push(Shower { mm_h: *mm_h, from_s: now_s, until_s: now_s + duration_s });
            }
            Lever::ReleaseGas { .. }
            | Lever::Spill { .. }
            | Lever::ReduceLeak { .. }
            | Lever::SetWind { .. }
            | Lever::Burn { .. }
            | Lever::ExplodeDust { .. }
            | Lever::PlaceTank { .. }
            | Lever::CoolTanks { .. }
            | Lever::CloseRoad { .. }
            | Lever::OpenRoad { .. }
            | Lever::Outage { .. }
            | Lever::Casualties { .. } => {}
        }
    }

    /// Water depth by cell, m, the film included.
    pub fn depth_m(&self) -> &[f64] {
        self.solver.depths()
    }
    /// Depth-averaged velocity (east, north), m/s.
    pub fn velocity(&self, cell: usize) -> (f64, f64) {
        self.solver.velocity_m_s(cell)
    }
    pub fn speed_m_s(&self, cell: usize) -> f64 {
        let (u, v) = self.velocity(cell);
        math::hypot(u, v)
    }
    /// Level of the water surface (of the bed, where it is dry), m.
    pub fn stage_m(&self, cell: usize) -> f64 {
        self.solver.stage_m(cell)
    }
    /// Bed level as it is now, breaches included, m.
    pub fn bed_m(&self, cell: usize) -> f64 {
        self.solver.bed_m(cell)
    }
    pub fn levee_state(&self, levee: LeveeId) -> LeveeState {
        self.works.levees[levee.index()]
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
        self.pump_of(facility).is_some_and(|k| self.works.pumps_on[k])
    }
    /// Rain at this moment, mm/h, that of levers included.
    pub fn rain_mm_h(&self, now_s: f64) -> f64 {
        let extra: f64 =
            self.works.showers.iter().filter(|s| s.from_s <= now_s && now_s < s.until_s).map(|s| s.mm_h).sum();
        (math::interpolate(&self.ground.spec.rain_mm_h, now_s) + extra).max(0.0)
    }
    /// Rain the scenario has in store for the next `ahead_s` seconds, mm: what a perfect forecast would say.
    pub fn rain_ahead_mm(&self, now_s: f64, ahead_s: f64) -> f64 {
        let steps = 60;
        let dt = ahead_s / f64::from(steps);
        (0..steps).map(|k| self.rain_mm_h(now_s + (f64::from(k) + 0.5) * dt) * dt / 3600.0).sum()
    }
    /// The waterworks, where there are any.
    pub fn structures(&self) -> Option<&Structures> {
        self.structures.as_ref()
    }
    /// Supplies of the waterworks that bear a zone's key fail and come back with its power.
    pub fn zone_power(&mut self, zone: &str, on: bool) {
        let Some(structures) = &mut self.structures else { return };
        if !structures.spec.power.iter().any(|supply| supply == zone) {
            return;
        }
        let changed = if on { self.works.dark.remove(zone) } else { self.works.dark.insert(zone.into()) };
        if changed {
            structures.set_power(zone, on);
        }
    }
    pub fn ledger(&self) -> Ledger {
        Ledger::of(&self.solver.ledger())
    }
    pub fn digest(&self, digest: &mut Digest) {
        self.solver.digest(digest);
        for levee in &self.works.levees {
            match levee {
                LeveeState::Whole => digest.u8(0),
                LeveeState::Seeping { strengthened, .. } => digest.u8(1).f64(*strengthened),
                LeveeState::Breached(b) => digest.u8(2).f64(b.width_m).f64(b.closed_m),
            };
        }
        for on in &self.works.pumps_on {
            digest.u8(u8::from(*on));
        }
        digest.u32(self.works.mobile.len() as u32).u32(self.works.showers.len() as u32);
        if let Some(structures) = &self.structures {
            let state = serde_json::to_string(&structures.state).expect("a state is plain data");
            digest.bytes(state.as_bytes());
        }
    }
    /// Cells computed since the start, over all inner steps.
    pub fn cell_updates(&self) -> u64 {
        self.solver.cell_updates()
    }
    /// Inner steps since the start.
    pub fn steps(&self) -> u64 {
        self.solver.steps()
    }

    fn pump_of(&self, facility: FacilityId) -> Option<usize> {
        self.ground.spec.pumps.iter().position(|p| p.facility == facility)
    }

    // -- sources

    fn rain_and_sinks(&mut self, now_s: f64, dt_s: f64) {
        let spec_rain = math::interpolate(&self.ground.spec.rain_mm_h, now_s + 0.5 * dt_s) * dt_s;
        let shower = |s: &Shower| s.mm_h * (s.until_s.min(now_s + dt_s) - s.from_s.max(now_s)).max(0.0);
        let rain_m = (spec_rain + self.works.showers.iter().map(shower).sum::<f64>()).max(0.0) / 3.6e6;
        self.works.showers.retain(|s| s.until_s > now_s + dt_s);
        let sinks = &self.ground.sink_m_s;
        let both = |flow: &mut dyn Flow| {
            if rain_m > 0.0 {
                flow.add_rows(Account::Rain, &|_, _, gain| gain.fill(rain_m));
            }
            flow.add_rows(Account::Infiltration, &|first, depth, gain| {
                for ((gain, depth), sink) in gain.iter_mut().zip(depth).zip(&sinks[first..]) {
                    *gain = -(sink * dt_s).min(*depth);
                }
            });
        };
        match &mut self.structures {
            // So that the polders' balances know of it.
            Some(structures) => both(&mut structures.books(&mut self.solver)),
            None => both(&mut self.solver),
        }
    }

    fn inflows(&mut self, now_s: f64, dt_s: f64) {
        let ground = Arc::clone(&self.ground);
        for inflow in &ground.spec.inflows {
            let volume = math::interpolate(&inflow.series, now_s + 0.5 * dt_s).max(0.0) * dt_s;
            let each = volume / inflow.cells.len().max(1) as f64;
            for &cell in &inflow.cells {
                self.solver.give_m3(cell, each, Account::Inflow);
            }
        }
    }

    // -- flow

    fn flow(&mut self, now_s: f64, dt_s: f64, news: &mut Vec<FloodNews>) {
        let ground = Arc::clone(&self.ground);
        let structures = &mut self.structures;
        let mut told = Vec::new();
        let interventions = self.solver.advance(now_s, dt_s, &mut |flow, at_s, dt_s| {
            hold_stages(&ground.spec.stages, flow, at_s);
            if let Some(structures) = structures {
                told.extend(structures.step(flow, at_s, dt_s));
            }
        });
        news.extend(told.into_iter().map(FloodNews::Works));
        news.extend(interventions.into_iter().map(|i| FloodNews::Intervention(format!("flood: {}", i.what))));
    }
}

/// Brings boundary cells to their stage; the difference is booked.
fn hold_stages(stages: &[StageBoundary], flow: &mut dyn Flow, at_s: f64) {
    let area_m2 = flow.grid().cell_m * flow.grid().cell_m;
    for boundary in stages {
        let stage = math::interpolate(&boundary.series, at_s);
        for &cell in &boundary.cells {
            let missing_m = (stage - flow.bed_m(cell)).max(0.0) - flow.depth_m(cell);
            if missing_m > 0.0 {
                flow.give_m3(cell, missing_m * area_m2, Account::Boundary);
            } else if missing_m < 0.0 {
                flow.take_m3(cell, -missing_m * area_m2, Account::Boundary);
            }
        }
    }
}

fn domain(city: &City, spec: &FloodSpec) -> Domain {
    let bed_m = city.terrain_m.iter().map(|z| f64::from(*z)).collect();
    let manning = city.cover.iter().map(|c| c.manning_n()).collect();
    let mut domain = Domain::new(city.grid, bed_m, manning);
    if spec.open_rim {
        let side = |side: EdgeSide| Edge { side, from: 0, to: side.cells(&city.grid), kind: EdgeKind::Free };
        domain.edges = EdgeSide::ALL.into_iter().map(side).collect();
    }
    domain
}

/// The ground with the crests of the waterworks on it, and the waterworks.
fn built(city: &City, spec: &FloodSpec) -> (Domain, Option<Structures>) {
    let mut domain = domain(city, spec);
    let works = spec.works.clone().filter(|works| *works != StructuresSpec::default());
    let structures = works.map(|works| {
        Structures::new(&domain, works, Path::new("works")).unwrap_or_else(|wrong| panic!("unchecked works:\n{wrong}"))
    });
    if let Some(structures) = &structures {
        domain.crests.extend(structures.crests());
    }
    (domain, structures)
}

/// All that is wrong with waterworks on the ground of a city; `file` is what complaints name.
pub fn check_works(city: &City, works: &StructuresSpec, file: &Path) -> Complaints {
    let domain = domain(city, &FloodSpec::default());
    Structures::new(&domain, works.clone(), file).err().unwrap_or_default()
}

fn options(spec: &FloodSpec) -> Options {
    Options { film_m: spec.film_m, ..Options::default() }
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
