//! Everything built in the water's way: levees and their breaches, gates and locks, weirs, culverts, bridges, pumps,
//! polders, and the storage under the streets.
//!
//! `Structures::new` checks a specification against the ground and gives all that is wrong with it; `crests` are what
//! goes into the domain (or `install` into a flow); `step`, called before each inner step of the flow, moves leaves, grows breaches, lets water
//! through and pumps; `order` is how people act on it. All that changes is in `StructuresState`: a checkpoint is that
//! state and nothing else.

pub mod breach;
pub mod bridge;
mod check;
pub mod culvert;
pub mod exchange;
pub mod gate;
pub mod levee;
pub mod line;
pub mod news;
pub mod order;
pub mod polder;
pub mod pump;
pub mod storage;
pub mod weir;

use crate::flow::{Face, Flow};
use crate::solver::Domain;
use base::complaint::Complaints;
use check::Check;
use levee::Levee;
use line::Link;
use news::News;
use polder::Polders;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// All structures of a file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StructuresSpec {
    /// Names of power supplies, whose outage stops what hangs on them.
    pub power: Vec<String>,
    pub levees: Vec<levee::LeveeSpec>,
    pub gates: Vec<gate::GateSpec>,
    pub weirs: Vec<weir::WeirSpec>,
    pub culverts: Vec<culvert::CulvertSpec>,
    pub bridges: Vec<bridge::BridgeSpec>,
    pub pumps: Vec<pump::PumpSpec>,
    pub storages: Vec<storage::StorageSpec>,
    pub polders: Vec<polder::PolderSpec>,
}

/// What a weir or culvert has done.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct PassageState {
    pub blocked: f64,
    /// Mean discharge over the last step, m3/s, positive outward, and the sum so far, m3.
    pub discharge_m3_s: f64,
    pub passed_m3: f64,
}

/// All that changes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct StructuresState {
    /// Supplies that are out.
    pub out: BTreeSet<String>,
    pub levees: Vec<levee::LeveeState>,
    pub gates: Vec<gate::GateState>,
    pub weirs: Vec<PassageState>,
    pub culverts: Vec<PassageState>,
    pub bridges: Vec<bridge::BridgeState>,
    pub pumps: Vec<pump::PumpState>,
    pub mobile: Vec<pump::MobilePump>,
    pub mobile_m3: f64,
    pub storages: Vec<storage::StorageState>,
    pub polders: Vec<polder::PolderState>,
}

/// The structures on the grid: fixed during a run.
#[derive(Debug, Clone, Default)]
struct Built {
    levees: Vec<Levee>,
    /// Which pieces of which levees stand on a face.
    owners: BTreeMap<Face, Vec<(usize, usize)>>,
    /// Tops of the walls of gates, weirs, culverts and bridges: these faces are theirs.
    walls: BTreeMap<Face, f64>,
    gates: Vec<Link>,
    weirs: Vec<Link>,
    culverts: Vec<Link>,
    bridges: Vec<Link>,
    stations: Vec<pump::Station>,
    tanks: Vec<storage::Tank>,
    polders: Polders,
}

/// Structures at work.
#[derive(Debug, Clone)]
pub struct Structures {
    pub spec: Arc<StructuresSpec>,
    built: Arc<Built>,
    pub state: StructuresState,
}

impl Structures {
    /// Checks a specification against the ground (itself taken as checked). `file` is what complaints name.
    pub fn new(domain: &Domain, spec: StructuresSpec, file: &Path) -> Result<Structures, Complaints> {
        let mut complaints = Complaints::new();
        let built = build(domain, &spec, file, &mut complaints);
        complaints.or(())?;
        let state = StructuresState {
            out: BTreeSet::new(),
            levees: built.levees.iter().zip(&spec.levees).map(|(levee, spec)| levee.state(spec)).collect(),
            gates: spec.gates.iter().map(gate::GateState::new).collect(),
            weirs: vec![PassageState::default(); spec.weirs.len()],
            culverts: spec
                .culverts
                .iter()
                .map(|culvert| PassageState { blocked: culvert.blocked, ..Default::default() })
                .collect(),
            bridges: spec.bridges.iter().map(bridge::BridgeState::new).collect(),
            pumps: spec.pumps.iter().map(pump::PumpState::new).collect(),
            mobile: Vec::new(),
            mobile_m3: 0.0,
            storages: spec.storages.iter().map(storage::StorageState::new).collect(),
            polders: vec![polder::PolderState::default(); spec.polders.len()],
        };
        Ok(Structures { spec: Arc::new(spec), built: Arc::new(built), state })
    }

    /// Goes on from a checkpoint of the same specification; the complaint says what does not fit.
    pub fn resume(mut self, state: StructuresState) -> Result<Structures, Complaints> {
        let counts = |s: &StructuresState| {
            let faces: Vec<usize> = s.levees.iter().map(|l| l.raised_m.len()).collect();
            let others = [s.gates.len(), s.weirs.len(), s.culverts.len(), s.bridges.len()];
            let more = [s.pumps.len(), s.storages.len(), s.polders.len()];
            (faces, others, more)
        };
        if counts(&state) != counts(&self.state) {
            return Err(Complaints::one(
                "checkpoint",
                "its structures are not those of this specification",
                "resume with the specification that the run began with",
            ));
        }
        self.state = state;
        Ok(self)
    }

    /// The crests as they stand now. Best laid into `Domain::crests` before a solver is made of it: crests that are set
    /// later count as moving, and a solver keeps its costlier scheme about what moves.
    pub fn crests(&self) -> BTreeMap<Face, f64> {
        let mut crests = self.built.walls.clone();
        for (&face, owners) in &self.built.owners {
            crests.entry(face).or_insert_with(|| self.level_m(owners));
        }
        crests
    }

    /// Puts all crests on their faces in a flow that does not have them; doing it again changes nothing.
    pub fn install(&self, flow: &mut dyn Flow) {
        for (face, level_m) in self.crests() {
            flow.set_crest_m(face, Some(level_m));
        }
    }

    /// One step: everything built acts on the water, in the order of the lists below.
    pub fn step(&mut self, flow: &mut dyn Flow, now_s: f64, dt_s: f64) -> News {
        let (built, spec) = (Arc::clone(&self.built), Arc::clone(&self.spec));
        let mut polders = std::mem::take(&mut self.state.polders);
        let news = if polders.is_empty() {
            self.act(&spec, &built, flow, now_s, dt_s)
        } else {
            let mut books = built.polders.books(flow, &mut polders);
            self.act(&spec, &built, &mut books, now_s, dt_s)
        };
        built.polders.keep(&spec.polders, &mut polders, flow, now_s);
        self.state.polders = polders;
        news
    }

    fn act(&mut self, spec: &StructuresSpec, built: &Built, flow: &mut dyn Flow, now_s: f64, dt_s: f64) -> News {
        let mut news = News::new();
        let mut moved = Vec::new();
        let state = &mut self.state;
        let powered = |out: &BTreeSet<String>, power: &Option<String>| power.as_ref().is_none_or(|p| !out.contains(p));
        for (k, levee) in built.levees.iter().enumerate() {
            if levee.step(flow, &spec.levees[k], &mut state.levees[k], now_s, dt_s, &mut news) {
                moved.push(k);
            }
        }
        for (k, gate) in spec.gates.iter().enumerate() {
            let on = powered(&state.out, &gate.power);
            gate::step(gate, &built.gates[k], &mut state.gates[k], on, flow, now_s, dt_s, &mut news);
        }
        for (k, weir) in spec.weirs.iter().enumerate() {
            let passed = weir.step(flow, &built.weirs[k], dt_s);
            state.weirs[k].book(passed, dt_s);
        }
        for (k, culvert) in spec.culverts.iter().enumerate() {
            let passed = culvert.step(&built.culverts[k], state.culverts[k].blocked, flow, dt_s);
            state.culverts[k].book(passed, dt_s);
        }
        for (k, bridge) in spec.bridges.iter().enumerate() {
            bridge::step(bridge, &built.bridges[k], &mut state.bridges[k], flow, dt_s, &mut news);
        }
        for (k, pump) in spec.pumps.iter().enumerate() {
            let on = powered(&state.out, &pump.power);
            pump::step(pump, &built.stations[k], &mut state.pumps[k], on, flow, now_s, dt_s, &mut news);
        }
        for pump in &state.mobile {
            state.mobile_m3 += pump.step(flow, now_s, dt_s);
        }
        state.mobile.retain(|pump| pump.until_s > now_s + dt_s);
        for (k, storage) in spec.storages.iter().enumerate() {
            let on = |power: &str| !state.out.contains(power);
            storage::step(storage, &built.tanks[k], &mut state.storages[k], &on, flow, dt_s, &mut news);
        }
        for levee in moved {
            self.set_breaches(flow, levee);
        }
        news
    }

    /// A supply fails or comes back.
    pub fn set_power(&mut self, power: &str, on: bool) {
        if on {
            self.state.out.remove(power);
        } else {
            self.state.out.insert(power.into());
        }
    }
    /// What the storages do to people in them, in the order of the file: (name, figures).
    pub fn traps(&self) -> Vec<(&str, storage::Trap)> {
        let both = self.spec.storages.iter().zip(&self.state.storages);
        both.map(|(spec, state)| (spec.name.as_str(), state.trap(spec))).collect()
    }
    /// Balance of each polder now: (name, row).
    pub fn balances(&self, flow: &dyn Flow, now_s: f64) -> Vec<(&str, polder::Row)> {
        let both = self.spec.polders.iter().zip(&self.state.polders).enumerate();
        both.map(|(k, (spec, state))| (spec.name.as_str(), self.built.polders.row(k, state, flow, now_s))).collect()
    }
    /// The same water with the polders' books: give this to rain, infiltration and sewers so that they are booked too.
    pub fn books<'a>(&'a mut self, flow: &'a mut dyn Flow) -> polder::Books<'a> {
        self.built.polders.books(flow, &mut self.state.polders)
    }
    /// The polder that a cell is in.
    pub fn polder_of(&self, cell: usize) -> Option<usize> {
        self.built.polders.of(cell)
    }
    /// The levees on the grid, in the order of the file.
    pub fn levees(&self) -> &[Levee] {
        &self.built.levees
    }
    /// Water in storages, m3: not on the grid and not lost.
    pub fn stored_m3(&self) -> f64 {
        self.state.storages.iter().map(|s| s.volume_m3).sum()
    }

    /// The highest of the levees on a face, m.
    fn level_m(&self, owners: &[(usize, usize)]) -> f64 {
        let levels = owners.iter().map(|&(l, p)| self.built.levees[l].level_m(&self.state.levees[l], p));
        levels.fold(f64::NEG_INFINITY, f64::max)
    }
    fn set_crests(&self, flow: &mut dyn Flow, levee: usize) {
        for piece in 0..self.built.levees[levee].chain.pieces.len() {
            self.set_crest(flow, levee, piece);
        }
    }
    fn set_breaches(&self, flow: &mut dyn Flow, levee: usize) {
        let chain = &self.built.levees[levee].chain;
        for breach in &self.state.levees[levee].breaches {
            for (piece, _) in breach.shares(chain.pieces.len(), chain.cell_m) {
                self.set_crest(flow, levee, piece);
            }
        }
    }
    fn set_crest(&self, flow: &mut dyn Flow, levee: usize, piece: usize) {
        let face = self.built.levees[levee].chain.pieces[piece].face;
        if self.built.walls.contains_key(&face) {
            return;
        }
        let level_m = self.built.owners.get(&face).map_or(f64::NEG_INFINITY, |owners| self.level_m(owners));
        if flow.crest_m(face) != Some(level_m) {
            flow.set_crest_m(face, Some(level_m));
        }
    }
}

impl PassageState {
    fn book(&mut self, passed_m3: f64, dt_s: f64) {
        self.discharge_m3_s = if dt_s > 0.0 { passed_m3 / dt_s } else { 0.0 };
        self.passed_m3 += passed_m3;
    }
}

/// Checks everything and lays it on the grid; half-built where there are complaints.
fn build(domain: &Domain, spec: &StructuresSpec, file: &Path, complaints: &mut Complaints) -> Built {
    let grid = domain.grid;
    let mut check = Check::new(&grid, file, complaints);
    let powers: Vec<&str> = spec.power.iter().map(String::as_str).collect();
    unique(&mut check, "power", spec.power.iter());
    unique(&mut check, "levee", spec.levees.iter().map(|s| &s.name));
    unique(&mut check, "gate", spec.gates.iter().map(|s| &s.name));
    unique(&mut check, "weir", spec.weirs.iter().map(|s| &s.name));
    unique(
        &mut check,
        "bridge or culvert",
        spec.bridges.iter().map(|s| &s.name).chain(spec.culverts.iter().map(|s| &s.name)),
    );
    unique(&mut check, "pump", spec.pumps.iter().map(|s| &s.name));
    unique(&mut check, "storage", spec.storages.iter().map(|s| &s.name));
    unique(&mut check, "polder", spec.polders.iter().map(|s| &s.name));

    let mut built = Built::default();
    for levee in &spec.levees {
        if let Some(chain) = levee.check(&mut check) {
            built.levees.push(Levee::new(&domain.bed_m, levee, chain));
        }
    }
    for (l, levee) in built.levees.iter().enumerate() {
        for (p, piece) in levee.chain.pieces.iter().enumerate() {
            built.owners.entry(piece.face).or_default().push((l, p));
        }
    }
    built.gates = spec.gates.iter().filter_map(|s| s.check(&mut check, &powers)).collect();
    built.weirs = spec.weirs.iter().filter_map(|s| s.check(&mut check)).collect();
    built.culverts = spec.culverts.iter().filter_map(|s| s.check(&mut check)).collect();
    built.bridges = spec.bridges.iter().filter_map(|s| s.check(&mut check)).collect();
    for link in built.gates.iter().chain(&built.weirs).chain(&built.culverts).chain(&built.bridges) {
        if let Some(chain) = &link.wall {
            for piece in &chain.pieces {
                let top_m = built.walls.entry(piece.face).or_insert(f64::NEG_INFINITY);
                *top_m = top_m.max(link.wall_top_m);
            }
        }
    }
    built.stations = spec.pumps.iter().filter_map(|s| s.check(&mut check, &powers)).collect();
    built.tanks = spec.storages.iter().filter_map(|s| s.check(&mut check, &powers)).collect();
    // Polders need the crests as they will stand.
    let crest = |face: Face| {
        let levees = built
            .owners
            .get(&face)
            .map(|owners| owners.iter().map(|&(l, p)| built.levees[l].crest_m[p]).fold(f64::NEG_INFINITY, f64::max));
        built.walls.get(&face).copied().or(levees).or_else(|| domain.crests.get(&face).copied())
    };
    let polders: Vec<_> = spec.polders.iter().filter_map(|s| s.check(&mut check, domain, &crest)).collect();
    built.polders = Polders::new(domain, polders);
    built
}

fn unique<'a>(check: &mut Check, kind: &str, names: impl Iterator<Item = &'a String>) {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            check.of(kind, name);
            check.wrong("is there twice", "a name of its own: orders call it by that");
        }
    }
}

#[cfg(test)]
mod tests;
