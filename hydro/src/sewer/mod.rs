//! Storm sewers (雨水管网) under the streets of a grid: catchments drained at a capacity where no pipe is known
//! (`catchment`), networks of pipes where they are (`network`, read from SWMM's files by `swmm_inp`). Both take water
//! from cells, bring it to outfalls on the grid or off it, and bring it back up where they are full. All water that
//! crosses between cells and sewers is booked under `Account::Sewer`.

pub mod catchment;
pub mod inlet;
pub mod network;
pub mod swmm_inp;
pub mod verify;

use crate::flow::Flow;
use base::complaint::{Complaints, nearest};
use catchment::{Catchment, CatchmentSpec, CatchmentState};
use network::plan::Plan;
use network::state::NetworkState;
use network::step::{Network, Opening};
use network::{LinkKind, NetworkSpec, NodeKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// The sewers of a scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SewersSpec {
    pub catchments: Vec<CatchmentSpec>,
    pub networks: Vec<NetworkSpec>,
    /// Catchments are served once in this many seconds (networks at every step).
    pub catchment_period_s: f64,
}

impl Default for SewersSpec {
    fn default() -> SewersSpec {
        SewersSpec { catchments: Vec::new(), networks: Vec::new(), catchment_period_s: 5.0 }
    }
}

/// What changes in the sewers: all that a checkpoint needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SewersState {
    pub catchments: Vec<CatchmentState>,
    pub networks: Vec<NetworkState>,
    /// Time that catchments have not been served for yet, s.
    pub waiting_s: f64,
    /// What was last told: per catchment, and per node of each network.
    told: Vec<Told>,
}

/// What has been told of a catchment or node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    spilling: bool,
    drowned: bool,
    full: bool,
}

/// What has changed, for reports and posts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SewerNews {
    pub at_s: f64,
    /// Catchment, or network and node.
    pub place: String,
    pub what: SewerChange,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SewerChange {
    /// Full to the street: takes no more (满管).
    Full,
    NoLongerFull,
    /// Water comes up out of it (冒溢).
    Spills,
    NoLongerSpills,
    /// The outfall stands under the water outside and gives it nothing (顶托).
    OutfallDrowned,
    OutfallFree,
}

/// A manhole, basin or outfall as it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NodeView<'a> {
    pub network: &'a str,
    pub name: &'a str,
    pub at: Option<base::grid::Point>,
    pub level_m: f64,
    pub depth_m: f64,
    /// From the street into it; negative: out of it.
    pub street_m3_s: f64,
}

/// An outfall as it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OutfallView<'a> {
    /// Its catchment or network.
    pub of: &'a str,
    pub name: &'a str,
    /// Out of it, m3/s; negative: backwards.
    pub flow_m3_s: f64,
    /// Gone through it since the start, net, m3.
    pub volume_m3: f64,
    /// Level outside, m.
    pub outside_m: f64,
}

/// Volumes since the start, m3.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SewersLedger {
    pub start_m3: f64,
    pub from_street_m3: f64,
    pub to_street_m3: f64,
    /// Through outfalls into cells, net: with the two above, all that is booked under `Account::Sewer`.
    pub to_cells_m3: f64,
    /// Through outfalls off the grid, net.
    pub off_grid_m3: f64,
    /// Out of manholes without a street, lost.
    pub flooded_m3: f64,
    /// By hydrographs.
    pub inflow_m3: f64,
    /// Backflow that cells still owe.
    pub owed_m3: f64,
    pub held_m3: f64,
}

impl SewersLedger {
    /// Net volume given to the cells: what `Account::Sewer` shows.
    pub fn booked_m3(&self) -> f64 {
        self.to_street_m3 - self.from_street_m3 + self.to_cells_m3
    }
    /// What is not explained: rounding.
    pub fn error_m3(&self) -> f64 {
        self.start_m3 + self.inflow_m3 + self.owed_m3
            - self.booked_m3()
            - self.off_grid_m3
            - self.flooded_m3
            - self.held_m3
    }
}

/// The sewers at work.
#[derive(Debug, Clone)]
pub struct Sewers {
    pub spec: SewersSpec,
    pub catchments: Vec<Catchment>,
    pub networks: Vec<Network>,
    pub state: SewersState,
}

impl Sewers {
    /// Lays sewers under a grid; everything wrong with them at once.
    pub fn new(spec: SewersSpec, flow: &dyn Flow, file: &Path) -> Result<Sewers, Complaints> {
        let mut all = Complaints::new();
        if !(spec.catchment_period_s.is_finite() && spec.catchment_period_s > 0.0) {
            all.add(file, format!("sewers: catchment_period_s is {}", spec.catchment_period_s), "seconds above 0");
        }
        let mut catchments = Vec::new();
        let mut owner: BTreeMap<usize, usize> = BTreeMap::new();
        for (k, c) in spec.catchments.iter().enumerate() {
            let faults = c.check(file);
            if !faults.is_empty() {
                all.extend(faults);
                continue;
            }
            match Catchment::new(c.clone(), flow, file) {
                Ok(catchment) => {
                    let twice = catchment.cells.iter().find_map(|cell| owner.get(cell).map(|o| (*cell, *o)));
                    if let Some((cell, other)) = twice {
                        let what = format!(
                            "sewer catchment {}: cell {cell} belongs to {}",
                            c.name, spec.catchments[other].name
                        );
                        all.add(file, what, "a cell drains to one catchment");
                    }
                    owner.extend(catchment.cells.iter().map(|cell| (*cell, k)));
                    catchments.push(catchment);
                }
                Err(faults) => all.extend(faults),
            }
        }
        let mut networks = Vec::new();
        for n in &spec.networks {
            let faults = n.check(file);
            if !faults.is_empty() {
                all.extend(faults);
                continue;
            }
            match lay(n, flow, file) {
                Ok(network) => networks.push(network),
                Err(faults) => all.extend(faults),
            }
        }
        all.or(())?;
        let told = vec![Told::default(); catchments.len() + networks.iter().map(|n| n.spec.nodes.len()).sum::<usize>()];
        let state = SewersState {
            catchments: catchments.iter().map(Catchment::start).collect(),
            networks: networks.iter().map(|n| NetworkState::new(&n.spec, &n.plan)).collect(),
            waiting_s: 0.0,
            told,
        };
        Ok(Sewers { spec, catchments, networks, state })
    }

    /// Goes on from a checkpoint's state.
    pub fn resume(spec: SewersSpec, state: SewersState, flow: &dyn Flow, file: &Path) -> Result<Sewers, Complaints> {
        let fresh = Sewers::new(spec, flow, file)?;
        let same = state.catchments.len() == fresh.state.catchments.len()
            && state.told.len() == fresh.state.told.len()
            && state.networks.len() == fresh.state.networks.len()
            && state.networks.iter().zip(&fresh.state.networks).all(|(a, b)| {
                a.level_m.len() == b.level_m.len()
                    && a.flow_m3_s.len() == b.flow_m3_s.len()
                    && a.device_m3_s.len() == b.device_m3_s.len()
                    && a.runs.len() == b.runs.len()
            });
        if !same {
            let what = "the checkpoint's sewers are not those of the scenario";
            return Err(Complaints::one(file, what, "resume with the scenario it was written with"));
        }
        Ok(Sewers { state, ..fresh })
    }

    /// Advances by `dt_s` from `now_s`; says what has changed.
    pub fn step(&mut self, flow: &mut dyn Flow, now_s: f64, dt_s: f64) -> Vec<SewerNews> {
        for (network, state) in self.networks.iter().zip(&mut self.state.networks) {
            network.step(state, flow, now_s, dt_s);
        }
        self.state.waiting_s += dt_s;
        if self.state.waiting_s >= self.spec.catchment_period_s {
            let period = self.state.waiting_s;
            for (catchment, state) in self.catchments.iter().zip(&mut self.state.catchments) {
                catchment.step(state, flow, now_s + dt_s - period, period);
            }
            self.state.waiting_s = 0.0;
        }
        self.news(flow, now_s + dt_s)
    }

    fn news(&mut self, flow: &dyn Flow, at_s: f64) -> Vec<SewerNews> {
        let mut all = Vec::new();
        let mut seen = Vec::with_capacity(self.state.told.len());
        let mut places = Vec::new();
        for (c, s) in self.catchments.iter().zip(&self.state.catchments) {
            let before = self.state.told[seen.len()];
            let room = c.spec.storage_m3 - s.stored_m3;
            seen.push(Told {
                full: room < 1e-3 * c.spec.storage_m3 || (before.full && room < 0.05 * c.spec.storage_m3),
                spilling: s.level_m >= c.street_m() && s.out_m3_s < 0.0,
                drowned: c.outside_m(flow, at_s) >= s.level_m && s.stored_m3 > 0.0 && s.out_m3_s <= 0.0,
            });
            places.push((None, c.spec.name.as_str()));
        }
        for (n, s) in self.networks.iter().zip(&self.state.networks) {
            for (k, node) in n.spec.nodes.iter().enumerate() {
                let full = match &node.kind {
                    NodeKind::Junction { depth_m, .. } | NodeKind::Storage { depth_m, .. } => {
                        s.level_m[k] >= node.invert_m + depth_m
                    }
                    NodeKind::Outfall { .. } => false,
                };
                let out = n.outfall_m3_s(s, k);
                let drowned = out.is_some_and(|q| q <= 0.0)
                    && n.receiving[k]
                        .is_some_and(|cell| flow.stage_m(cell) > node.invert_m && flow.depth_m(cell) > 0.0);
                seen.push(Told { full, spilling: s.street_m3_s[k] < 0.0, drowned });
                places.push((Some(n.spec.name.as_str()), node.name.as_str()));
            }
        }
        for ((now, before), (network, name)) in seen.iter().zip(&self.state.told).zip(places) {
            let mut tell = |was: bool, is: bool, on: SewerChange, off: SewerChange| {
                if was != is {
                    let place = network.map_or(name.to_string(), |n| format!("{n}/{name}"));
                    all.push(SewerNews { at_s, place, what: if is { on } else { off } });
                }
            };
            tell(before.full, now.full, SewerChange::Full, SewerChange::NoLongerFull);
            tell(before.spilling, now.spilling, SewerChange::Spills, SewerChange::NoLongerSpills);
            tell(before.drowned, now.drowned, SewerChange::OutfallDrowned, SewerChange::OutfallFree);
        }
        self.state.told = seen;
        all
    }

    /// Manholes and basins, in file order.
    pub fn nodes(&self) -> impl Iterator<Item = NodeView<'_>> {
        self.networks.iter().zip(&self.state.networks).flat_map(|(n, s)| {
            n.spec.nodes.iter().enumerate().filter(|(_, node)| !matches!(node.kind, NodeKind::Outfall { .. })).map(
                move |(k, node)| NodeView {
                    network: &n.spec.name,
                    name: &node.name,
                    at: node.at,
                    level_m: s.level_m[k],
                    depth_m: s.level_m[k] - node.invert_m,
                    street_m3_s: s.street_m3_s[k],
                },
            )
        })
    }

    /// Outfalls: of catchments first, then of networks.
    pub fn outfalls(&self, flow: &dyn Flow, at_s: f64) -> Vec<OutfallView<'_>> {
        let mut all = Vec::new();
        for (c, s) in self.catchments.iter().zip(&self.state.catchments) {
            all.push(OutfallView {
                of: &c.spec.name,
                name: &c.spec.outlet.name,
                flow_m3_s: s.out_m3_s,
                volume_m3: s.discharged_m3,
                outside_m: c.outside_m(flow, at_s),
            });
        }
        for (n, s) in self.networks.iter().zip(&self.state.networks) {
            for (k, node) in n.spec.nodes.iter().enumerate() {
                if let Some(flow_m3_s) = n.outfall_m3_s(s, k) {
                    all.push(OutfallView {
                        of: &n.spec.name,
                        name: &node.name,
                        flow_m3_s,
                        volume_m3: s.outfall_m3[k],
                        outside_m: s.level_m[k],
                    });
                }
            }
        }
        all
    }

    /// The balance of all sewers together.
    pub fn ledger(&self) -> SewersLedger {
        let mut sum = SewersLedger::default();
        for (c, s) in self.catchments.iter().zip(&self.state.catchments) {
            sum.from_street_m3 += s.taken_m3;
            sum.to_street_m3 += s.returned_m3;
            sum.held_m3 += s.stored_m3;
            *(if c.outfall.is_some() { &mut sum.to_cells_m3 } else { &mut sum.off_grid_m3 }) += s.discharged_m3;
        }
        for s in &self.state.networks {
            let l = &s.ledger;
            sum.start_m3 += l.start_m3;
            sum.inflow_m3 += l.inflow_m3;
            sum.from_street_m3 += l.from_street_m3;
            sum.to_street_m3 += l.to_street_m3;
            sum.to_cells_m3 += l.to_cells_m3;
            sum.off_grid_m3 += l.outfall_m3 - l.to_cells_m3 + s.owed_m3.iter().sum::<f64>();
            sum.flooded_m3 += l.flooded_m3;
            sum.owed_m3 += s.owed_m3.iter().sum::<f64>();
            sum.held_m3 += s.held_m3();
        }
        sum
    }

    /// Cuts or restores the power of a catchment's pumps, or of a network's pump ("network/link").
    pub fn set_power(&mut self, place: &str, powered: bool) -> Result<(), Complaints> {
        if let Some(k) = self.catchments.iter().position(|c| c.spec.name == place) {
            self.state.catchments[k].powered = powered;
            return Ok(());
        }
        let (n, l) = self.link(place)?;
        self.state.networks[n].powered[l] = powered;
        Ok(())
    }

    /// Opens (1) or closes (0) a catchment's outfall gate, or a network's orifice ("network/link").
    pub fn set_opening(&mut self, place: &str, opening: f64) -> Result<(), Complaints> {
        if !(0.0..=1.0).contains(&opening) {
            return Err(Complaints::one("sewers", format!("an opening of {opening}"), "from 0 (closed) to 1 (open)"));
        }
        if let Some(k) = self.catchments.iter().position(|c| c.spec.name == place) {
            self.state.catchments[k].open = opening > 0.0;
            return Ok(());
        }
        let (n, l) = self.link(place)?;
        if !matches!(self.networks[n].spec.links[l].kind, LinkKind::Orifice(_)) {
            return Err(Complaints::one("sewers", format!("{place} is not an orifice"), "only orifices have gates"));
        }
        self.state.networks[n].opening[l] = opening;
        Ok(())
    }

    /// Leaves a catchment a share of its capacity: clogged gullies, or teams that clear them.
    pub fn set_clear(&mut self, catchment: &str, share: f64) -> Result<(), Complaints> {
        let known = self.catchments.iter().position(|c| c.spec.name == catchment);
        match known {
            Some(k) if (0.0..=1.0).contains(&share) => {
                self.state.catchments[k].clear = share;
                Ok(())
            }
            Some(_) => Err(Complaints::one("sewers", format!("a share of {share}"), "from 0 to 1")),
            None => Err(self.unknown(catchment)),
        }
    }

    fn link(&self, place: &str) -> Result<(usize, usize), Complaints> {
        let found = place.split_once('/').and_then(|(network, link)| {
            let n = self.networks.iter().position(|n| n.spec.name == network)?;
            let l = self.networks[n].spec.links.iter().position(|l| l.name == link)?;
            Some((n, l))
        });
        found.ok_or_else(|| self.unknown(place))
    }

    fn unknown(&self, place: &str) -> Complaints {
        let links =
            self.networks.iter().flat_map(|n| n.spec.links.iter().map(|l| format!("{}/{}", n.spec.name, l.name)));
        let known: Vec<String> = self.catchments.iter().map(|c| c.spec.name.clone()).chain(links).collect();
        let hint = nearest(place, known.iter().map(String::as_str)).map(|n| format!("did you mean {n}?"));
        Complaints::one("sewers", format!("there is no catchment or link {place}"), hint.unwrap_or_default())
    }
}

/// Lays a checked network under a grid.
fn lay(spec: &NetworkSpec, flow: &dyn Flow, file: &Path) -> Result<Network, Complaints> {
    let grid = flow.grid();
    let mut all = Complaints::new();
    let mut openings = Vec::new();
    let mut receiving = vec![None; spec.nodes.len()];
    for (k, node) in spec.nodes.iter().enumerate() {
        let mut place = |p: base::grid::Point, what: &str| {
            let cell = grid.cell_at(p);
            if cell.is_none() {
                let what = format!(
                    "sewer network {}: {what} of {} at ({}, {}) lies off the grid",
                    spec.name, node.name, p.x, p.y
                );
                all.add(file, what, "coordinates in the grid's own metres");
            }
            cell
        };
        if let Some(street) = &node.street
            && let Some(cell) = street.at.or(node.at).and_then(|p| place(p, "the street opening"))
        {
            openings.push(Opening { node: k, cell, rim_m: street.rim_m, inlets: street.inlets });
        }
        if let NodeKind::Outfall { into: Some(p), .. } = &node.kind {
            receiving[k] = place(*p, "the outfall");
        }
    }
    all.or(()).map(|()| Network { spec: spec.clone(), plan: Plan::new(spec), openings, receiving })
}

#[cfg(test)]
mod tests;
