//! A network of storm sewers: nodes (manholes, basins, outfalls) and links (conduits, orifices, weirs, pumps), unsteady
//! one-dimensional flow in them. This page is what a user gives, and what is wrong with it.

mod momentum;
pub mod plan;
pub mod section;
pub mod state;
pub mod step;
pub mod system;
#[cfg(test)]
mod tests;

use super::inlet::Inlets;
use base::complaint::Complaints;
use base::grid::Point;
use section::Section;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// A storm-sewer network (雨水管网).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct NetworkSpec {
    pub name: String,
    #[serde(default)]
    pub options: NetworkOptions,
    pub nodes: Vec<NodeSpec>,
    pub links: Vec<LinkSpec>,
}

/// How the network is solved.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NetworkOptions {
    /// Conduits are cut into reaches of about this length, m.
    pub reach_m: f64,
    /// Celerity of waves in full pipes, m/s: sets the width of the slot. Assumption: 100, the middle of what is used
    /// (20 to 1000); levels hardly depend on it.
    pub pressure_wave_m_s: f64,
    /// Longest inner step, s.
    pub step_s_max: f64,
    /// Water crosses at most this share of a reach in an inner step.
    pub courant: f64,
    /// Water surface of a manhole that gives none of its own, m2. 1.167: SWMM's MIN_SURFAREA, a shaft of 4 feet (from
    /// memory).
    pub shaft_m2: f64,
}

impl Default for NetworkOptions {
    fn default() -> NetworkOptions {
        NetworkOptions { reach_m: 20.0, pressure_wave_m_s: 100.0, step_s_max: 2.0, courant: 1.0, shaft_m2: 1.167 }
    }
}

/// A node of the network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeSpec {
    pub name: String,
    pub invert_m: f64,
    pub kind: NodeKind,
    #[serde(default)]
    pub at: Option<Point>,
    #[serde(default)]
    pub initial_depth_m: f64,
    /// Inflow by hydrograph (s, m3/s), linear between, held beyond its ends.
    #[serde(default)]
    pub inflow: Vec<(f64, f64)>,
    /// The inflow comes through a pipe or channel that goes on here: it enters with the velocity of the conduit that it
    /// feeds. Otherwise it falls in at rest, and the head that sets it in motion stands in the manhole.
    #[serde(default)]
    pub inflow_moves: bool,
    /// The openings to the cell it lies in; none: its cover is closed to the street model.
    #[serde(default)]
    pub street: Option<StreetSpec>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum NodeKind {
    /// Manhole or joint (检查井).
    Junction {
        /// From the invert to the rim, m.
        depth_m: f64,
        /// Water surface of the shaft, m2; the network's option where none is given.
        #[serde(default)]
        shaft_m2: Option<f64>,
        /// Head over the rim that a bolted cover stands before water comes out, m.
        #[serde(default)]
        surcharge_m: f64,
        /// Area over which what comes out ponds, m2, where the node has no street cell; 0: it is lost (booked as flooded).
        #[serde(default)]
        ponded_m2: f64,
    },
    /// Detention tank, wet well (调蓄池, 集水池): water surface by depth, (m, m2).
    Storage { depth_m: f64, areas_m2: Vec<(f64, f64)> },
    /// Outfall (排放口).
    Outfall {
        stage: Stage,
        /// A flap gate (拍门) lets nothing back in.
        #[serde(default)]
        flap: bool,
        /// The cell of the grid that it discharges into; its stage backs the outfall up. None: off the grid.
        #[serde(default)]
        into: Option<Point>,
    },
}

/// Level outside an outfall.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Stage {
    /// Critical or uniform depth, the lesser of them.
    Free,
    /// Uniform depth.
    Normal,
    Fixed(f64),
    /// (s, m), linear between, held beyond its ends: a tide or a river.
    Series(Vec<(f64, f64)>),
}

/// A node's openings to the street.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreetSpec {
    /// Where; the node's own place if none is given.
    #[serde(default)]
    pub at: Option<Point>,
    /// Level of the rim, m; the cell's bed if none is given.
    #[serde(default)]
    pub rim_m: Option<f64>,
    #[serde(default)]
    pub inlets: Inlets,
}

/// A link between two nodes, positive from `from` to `to`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkSpec {
    pub name: String,
    pub from: String,
    pub to: String,
    pub kind: LinkKind,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum LinkKind {
    Conduit(Conduit),
    Orifice(Orifice),
    Weir(Weir),
    Pump(Pump),
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conduit {
    pub section: Section,
    pub length_m: f64,
    pub manning: f64,
    #[serde(default = "one")]
    pub barrels: u32,
    /// Invert over the node's invert at each end, m.
    #[serde(default)]
    pub from_offset_m: f64,
    #[serde(default)]
    pub to_offset_m: f64,
    /// Loss coefficients K of K v2 / 2g: where the water enters, leaves, along it.
    #[serde(default)]
    pub entry_loss: f64,
    #[serde(default)]
    pub exit_loss: f64,
    #[serde(default)]
    pub mean_loss: f64,
    #[serde(default)]
    pub flap: bool,
    #[serde(default)]
    pub initial_flow_m3_s: f64,
}

fn one() -> u32 {
    1
}

/// An opening between two nodes: Q = Cd A sqrt(2 g h), h to the middle of what is wet or to the water below.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Orifice {
    /// Its lower edge over the invert of `from`, m.
    pub offset_m: f64,
    pub height_m: f64,
    pub width_m: f64,
    pub discharge: f64,
    #[serde(default)]
    pub flap: bool,
}

/// A sharp weir between two nodes: Q = C L h^1.5, reduced by Villemonte (1947) when drowned.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weir {
    /// Crest over the invert of `from`, m.
    pub offset_m: f64,
    pub length_m: f64,
    /// C in m^0.5/s (about 1.84 for a sharp crest).
    pub coefficient: f64,
    #[serde(default)]
    pub flap: bool,
}

/// A pump (泵) with on and off levels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pump {
    pub law: PumpLaw,
    /// Depth in `from` that starts it and depth that stops it, m; 0 and 0: it always runs.
    #[serde(default)]
    pub on_m: f64,
    #[serde(default)]
    pub off_m: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum PumpLaw {
    /// As much as comes in.
    Ideal,
    /// Flow by volume in the wet well, in steps: (m3, m3/s) (SWMM's type 1).
    Volume(Vec<(f64, f64)>),
    /// Flow by depth, in steps: (m, m3/s) (type 2).
    DepthSteps(Vec<(f64, f64)>),
    /// Flow by head from `from` to `to`: (m, m3/s) (type 3).
    Head(Vec<(f64, f64)>),
    /// Flow by depth, linear between: (m, m3/s) (type 4).
    Depth(Vec<(f64, f64)>),
}

impl PumpLaw {
    pub fn curve(&self) -> &[(f64, f64)] {
        match self {
            PumpLaw::Ideal => &[],
            PumpLaw::Volume(c) | PumpLaw::DepthSteps(c) | PumpLaw::Head(c) | PumpLaw::Depth(c) => c,
        }
    }
}

/// Whether a series rises in its first column and is finite, and does not fall below 0 in its second.
pub(crate) fn series_fault(series: &[(f64, f64)], below_zero: bool) -> Option<String> {
    if let Some((k, row)) = series.iter().enumerate().find(|(_, r)| !r.0.is_finite() || !r.1.is_finite()) {
        return Some(format!("row {} is ({}, {}), not two numbers", k + 1, row.0, row.1));
    }
    if let Some(k) = series.windows(2).position(|w| w[1].0 <= w[0].0) {
        return Some(format!("row {} does not come after row {}", k + 2, k + 1));
    }
    if !below_zero && let Some((k, row)) = series.iter().enumerate().find(|(_, r)| r.1 < 0.0) {
        return Some(format!("row {} is {}, below 0", k + 1, row.1));
    }
    None
}

impl NetworkSpec {
    /// Opens every manhole that has a place to the street, with the same inlets: SWMM's files know no gullies.
    pub fn open_to_street(&mut self, inlets: Inlets) {
        for node in &mut self.nodes {
            if node.at.is_some() && matches!(node.kind, NodeKind::Junction { .. }) {
                node.street = Some(StreetSpec { at: None, rim_m: None, inlets });
            }
        }
    }

    /// Moves all places by (dx, dy), m: from a map's coordinates to the grid's.
    pub fn shift(&mut self, dx_m: f64, dy_m: f64) {
        let moved = |p: &mut Option<Point>| {
            if let Some(p) = p {
                *p = Point::new(p.x + dx_m, p.y + dy_m);
            }
        };
        for node in &mut self.nodes {
            moved(&mut node.at);
            if let Some(street) = &mut node.street {
                moved(&mut street.at);
            }
            if let NodeKind::Outfall { into, .. } = &mut node.kind {
                moved(into);
            }
        }
    }

    /// All that is wrong with the network, as found in `file`.
    pub fn check(&self, file: &Path) -> Complaints {
        let mut all = Complaints::new();
        let mut say = |what: String, hint: &str| all.add(file, format!("sewer network {}: {what}", self.name), hint);
        let o = &self.options;
        for (name, v) in [
            ("reach_m", o.reach_m),
            ("pressure_wave_m_s", o.pressure_wave_m_s),
            ("step_s_max", o.step_s_max),
            ("courant", o.courant),
            ("shaft_m2", o.shaft_m2),
        ] {
            if !(v.is_finite() && v > 0.0) {
                say(format!("option {name} is {v}"), "it must be a number above 0");
            }
        }
        let mut by_name: BTreeMap<&str, usize> = BTreeMap::new();
        for (k, node) in self.nodes.iter().enumerate() {
            let mut bad = |what: String, hint: &str| say(format!("node {}: {what}", node.name), hint);
            if by_name.insert(&node.name, k).is_some() {
                bad("there are two of this name".into(), "names are unique");
            }
            if !node.invert_m.is_finite() {
                bad(format!("invert {}", node.invert_m), "a level in m");
            }
            if !(node.initial_depth_m.is_finite() && node.initial_depth_m >= 0.0) {
                bad(format!("initial depth {}", node.initial_depth_m), "0 or more, m");
            }
            if let Some(fault) = series_fault(&node.inflow, true) {
                bad(format!("inflow: {fault}"), "times in s that rise, flows in m3/s");
            }
            match &node.kind {
                NodeKind::Junction { depth_m, shaft_m2, surcharge_m, ponded_m2 } => {
                    if !(depth_m.is_finite() && *depth_m > 0.0) {
                        bad(format!("depth {depth_m} m from invert to rim"), "a number above 0");
                    }
                    if shaft_m2.is_some_and(|a| !(a.is_finite() && a > 0.0)) {
                        bad(format!("shaft of {shaft_m2:?} m2"), "a number above 0, or none");
                    }
                    if !(*surcharge_m >= 0.0 && *ponded_m2 >= 0.0 && surcharge_m.is_finite() && ponded_m2.is_finite()) {
                        bad(format!("surcharge {surcharge_m} m, ponded area {ponded_m2} m2"), "0 or more");
                    }
                }
                NodeKind::Storage { depth_m, areas_m2 } => {
                    if !(depth_m.is_finite() && *depth_m > 0.0) {
                        bad(format!("depth {depth_m} m"), "a number above 0");
                    }
                    if areas_m2.is_empty() || areas_m2[0].0 != 0.0 {
                        bad("its areas do not begin at depth 0".into(), "rows (depth m, area m2) from (0, ...) on");
                    } else if let Some(fault) = series_fault(areas_m2, false) {
                        bad(format!("areas: {fault}"), "rows (depth m, area m2)");
                    } else if areas_m2.iter().all(|r| r.1 <= 0.0) || areas_m2[areas_m2.len() - 1].1 <= 0.0 {
                        bad("it has no area at its top".into(), "a last row with an area above 0");
                    }
                }
                NodeKind::Outfall { stage, .. } => {
                    match stage {
                        Stage::Fixed(level) if !level.is_finite() => bad(format!("stage {level}"), "a level in m"),
                        Stage::Series(series) => {
                            if series.is_empty() {
                                bad("its stage series is empty".into(), "rows (s, m)");
                            } else if let Some(fault) = series_fault(series, true) {
                                bad(format!("stage series: {fault}"), "rows (s, m) in order of time");
                            }
                        }
                        _ => {}
                    }
                    let ends = self.links.iter().filter(|l| l.from == node.name || l.to == node.name).count();
                    if ends != 1 {
                        bad(format!("{ends} links end at this outfall"), "an outfall has one link");
                    }
                    if !node.inflow.is_empty() || node.street.is_some() {
                        bad("an outfall takes no inflow and no street".into(), "give them to the node before it");
                    }
                }
            }
            if let Some(street) = &node.street {
                if street.at.or(node.at).is_none() {
                    bad("it is open to the street, but where is not said".into(), "give it `at`");
                }
                if let Some(fault) = street.inlets.fault() {
                    bad(fault, "");
                }
            }
        }
        let mut links = BTreeMap::new();
        for (k, link) in self.links.iter().enumerate() {
            let mut bad = |what: String, hint: &str| say(format!("link {}: {what}", link.name), hint);
            if links.insert(&link.name, k).is_some() {
                bad("there are two of this name".into(), "names are unique");
            }
            for end in [&link.from, &link.to] {
                if !by_name.contains_key(end.as_str()) {
                    let hint = match base::complaint::nearest(end, by_name.keys().copied()) {
                        Some(near) => format!("did you mean {near}?"),
                        None => "name a node of this network".into(),
                    };
                    bad(format!("there is no node {end}"), &hint);
                }
            }
            if link.from == link.to {
                bad(format!("it begins and ends at {}", link.from), "two nodes");
            }
            match &link.kind {
                LinkKind::Conduit(c) => {
                    if let Some(fault) = c.section.fault() {
                        bad(fault, "lengths in m");
                    }
                    if !(c.length_m.is_finite() && c.length_m > 0.0) {
                        bad(format!("length {} m", c.length_m), "a number above 0");
                    }
                    if !(c.manning.is_finite() && c.manning > 0.0 && c.manning < 1.0) {
                        bad(
                            format!("Manning's n {}", c.manning),
                            "concrete 0.013, brick 0.015, corrugated metal 0.024",
                        );
                    }
                    if c.barrels == 0 {
                        bad("no barrels".into(), "1 or more");
                    }
                    let losses = [c.entry_loss, c.exit_loss, c.mean_loss, c.from_offset_m, c.to_offset_m];
                    if losses.iter().any(|v| !(v.is_finite() && *v >= 0.0)) {
                        bad(format!("losses and offsets are {losses:?}"), "0 or more");
                    }
                    if !c.initial_flow_m3_s.is_finite() {
                        bad(format!("initial flow {}", c.initial_flow_m3_s), "m3/s");
                    }
                }
                LinkKind::Orifice(o) => {
                    if [o.height_m, o.width_m, o.discharge].iter().any(|v| !(v.is_finite() && *v > 0.0)) {
                        bad("height, width and discharge coefficient must be above 0".into(), "");
                    }
                    if !(o.offset_m.is_finite() && o.offset_m >= 0.0) {
                        bad(format!("offset {} m", o.offset_m), "0 or more");
                    }
                }
                LinkKind::Weir(w) => {
                    if [w.length_m, w.coefficient].iter().any(|v| !(v.is_finite() && *v > 0.0)) {
                        bad("length and coefficient must be above 0".into(), "");
                    }
                    if !(w.offset_m.is_finite() && w.offset_m >= 0.0) {
                        bad(format!("offset {} m", w.offset_m), "0 or more");
                    }
                }
                LinkKind::Pump(p) => {
                    if !matches!(p.law, PumpLaw::Ideal) && p.law.curve().is_empty() {
                        bad("its curve is empty".into(), "rows (m or m3, m3/s)");
                    }
                    if let Some(fault) = series_fault(p.law.curve(), false) {
                        bad(format!("curve: {fault}"), "");
                    }
                    if !(p.on_m >= p.off_m && p.off_m >= 0.0 && p.on_m.is_finite()) {
                        bad(format!("it starts at {} m and stops at {} m", p.on_m, p.off_m), "start at or above stop");
                    }
                }
            }
        }
        if self.nodes.is_empty() || self.links.is_empty() {
            say("it has no nodes or no links".into(), "at least a node, a link and an outfall");
        }
        all
    }
}
