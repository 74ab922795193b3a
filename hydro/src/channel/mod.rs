//! Channels (河道, 沟渠) narrower than a cell: rivers, canals and ditches with their own width, bed, banks and roughness, as a
//! one-dimensional network that runs through the cells of the grid and exchanges with them.
//!
//!   dA/dt + dQ/dx = q_plain                                                    in each stretch
//!   du/dt + u du/dx + g d(eta)/dx + g n2 |u| u / R^(4/3) = 0,  Q = A u         on each face between two stretches
//!
//! with A and R of the actual width. The idea is the sub-grid channel of LISFLOOD-FP (Neal, Schumann & Bates 2012, Water
//! Resour. Res. 48, W11506): below the banks the channel alone holds and conveys; where the cell's own ground lies at or
//! above the bank, water that stands over it has one level with the channel. Where a bank is raised over the ground (a
//! levee, a dike), water passes it as over a broad crest, both ways.
//!
//! Two things differ from that paper, on purpose. Levels are found implicitly (Casulli & Stelling 2013, the method and the
//! solver of `sewer::network::system`) where the paper steps explicitly: a narrow deep channel under shallow
//! plains would bind the step of the whole grid, and short stretches at confluences more so; the implicit system
//! takes the step of the grid, dries and fills without losing a drop, and holds the storage of the plain within
//! its own balance, so that channel and cell do not swing against each other. And the term u du/dx is kept (upwind; momentum where the flow slows, energy where it
//! quickens: Stelling & Duinmeijer 2003), so that backwater is right up to critical flow. The network of pipes itself
//! was not taken: its pipes meet the street at manholes only and its shapes close over the water.
//!
//! The cells keep their own flow over the whole width of a cell. What a cell conveys over the channel's width is taken
//! off the channel's own discharge, so that nothing is conveyed twice; storage is counted once.

mod banks;
mod check;
mod momentum;
pub mod plan;
pub mod section;
pub mod spec;
mod state;
mod step;
pub mod water;

pub use spec::{Along, ChannelSpec, ChannelStart, ChannelsOptions, ChannelsSpec, End, PointInflow};
pub use state::{ChannelsLedger, ChannelsState};

use crate::flow::Flow;
use crate::solver::Domain;
use base::complaint::Complaints;
use base::grid::Point;
use plan::Plan;
use std::path::Path;
use std::sync::Arc;

/// Channels at work.
#[derive(Debug, Clone)]
pub struct Channels {
    pub spec: Arc<ChannelsSpec>,
    plan: Arc<Plan>,
    shared: Arc<water::Shared>,
    pub state: ChannelsState,
}

/// A place in a channel as it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// Level of the water, of the bed where it is dry, m.
    pub level_m: f64,
    pub depth_m: f64,
    /// Along the channel, positive from its first to its last corner.
    pub discharge_m3_s: f64,
    pub velocity_m_s: f64,
    /// Which way that is on the map: east and north of a length of 1.
    pub heading: (f64, f64),
}

/// A station of a channel as it stands: (level m, discharge m3/s) now and at most so far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row<'a> {
    pub channel: &'a str,
    pub along_m: f64,
    pub at: Point,
    pub bed_m: f64,
    pub bank_m: f64,
    pub now: (f64, f64),
    pub most: (f64, f64),
}

impl Channels {
    /// Checks a specification against the ground (itself taken as checked) and fills the channels as their `start` says.
    /// `file` is what complaints name.
    pub fn new(domain: &Domain, spec: ChannelsSpec, file: &Path) -> Result<Channels, Complaints> {
        let mut complaints = Complaints::new();
        check::check(domain, &spec, file, &mut complaints);
        if !complaints.is_empty() {
            return Err(complaints);
        }
        let plan = Plan::new(domain, &spec);
        check::laid_out(domain, &spec, &plan, file, &mut complaints);
        complaints.or(())?;
        let state = ChannelsState::new(&spec, &plan);
        let shared = Arc::new(water::shared(&plan));
        Ok(Channels { spec: Arc::new(spec), plan: Arc::new(plan), shared, state })
    }

    /// Goes on from a checkpoint of the same specification; the complaint says what does not fit.
    pub fn resume(mut self, state: ChannelsState) -> Result<Channels, Complaints> {
        if !state.fits(&self.plan) {
            return Err(Complaints::one(
                "checkpoint",
                "its channels are not those of this specification",
                "resume with the specification that the run began with",
            ));
        }
        self.state = state;
        Ok(self)
    }

    pub fn is_empty(&self) -> bool {
        self.spec.channels.is_empty()
    }
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// One step, in as many inner steps as the water's own speed asks for; to be called before each step of the flow.
    pub fn step(&mut self, flow: &mut dyn Flow, now_s: f64, dt_s: f64) {
        if self.is_empty() || dt_s <= 0.0 {
            return;
        }
        let (spec, plan) = (Arc::clone(&self.spec), Arc::clone(&self.plan));
        step::step(&spec, &plan, &mut self.state, flow, now_s, dt_s);
    }

    /// The flow with the channels in it, for what takes and gives where they run.
    pub fn water<'a>(&'a mut self, flow: &'a mut dyn Flow) -> water::Water<'a> {
        water::Water { flow, plan: Arc::clone(&self.plan), shared: Arc::clone(&self.shared), state: &mut self.state }
    }

    /// Water in the channels, m3.
    pub fn held_m3(&self) -> f64 {
        self.state.held_m3()
    }
    pub fn ledger(&self) -> ChannelsLedger {
        self.state.ledger
    }
    /// What the ledger leaves unexplained, m3: rounding.
    pub fn error_m3(&self) -> f64 {
        self.state.error_m3()
    }

    /// A channel at `along_m` metres from its first corner; none where there is no such channel.
    pub fn read(&self, channel: &str, along_m: f64) -> Option<Reading> {
        let k = self.spec.channels.iter().position(|c| c.name == channel)?;
        Some(self.state.read(&self.plan, k, along_m))
    }
    /// Levels along a channel: (m from its first corner, bed m, level m, discharge m3/s).
    pub fn profile(&self, channel: &str) -> Vec<(f64, f64, f64, f64)> {
        let Some(k) = self.spec.channels.iter().position(|c| c.name == channel) else { return Vec::new() };
        let row = |s: &plan::Station| {
            let r = self.state.read(&self.plan, k, s.along_m);
            (s.along_m, s.bed_m, r.level_m, r.discharge_m3_s)
        };
        self.plan.lines[k].stations.iter().map(row).collect()
    }
    /// Every station of every channel, in order.
    pub fn table(&self) -> impl Iterator<Item = Row<'_>> {
        let lines = self.plan.lines.iter().zip(&self.spec.channels).enumerate();
        lines.flat_map(move |(k, (line, channel))| {
            line.stations.iter().enumerate().map(move |(n, s)| {
                let r = self.state.read(&self.plan, k, s.along_m);
                let face = line.first_face + n.min(line.stations.len() - 2);
                let most = (self.state.max_level_m[s.node], self.state.max_flow_m3_s[face]);
                Row {
                    channel: &channel.name,
                    along_m: s.along_m,
                    at: s.at,
                    bed_m: s.bed_m,
                    bank_m: s.bed_m + s.section.height_m,
                    now: (r.level_m, r.discharge_m3_s),
                    most,
                }
            })
        })
    }
    /// What is worth knowing and not wrong.
    pub fn remarks(&self, domain: &Domain, file: &Path) -> Complaints {
        let mut remarks = Complaints::new();
        if let Some((cell, share)) = self.plan.trimmed.first() {
            let (c, more) = (domain.grid.centre(*cell), self.plan.trimmed.len() - 1);
            let said = format!(
                "channels: they would cover {:.0} % of the cell at ({}, {}) and over all of {more} more: they hold as much as \
                 the cell has room for",
                100.0 * share,
                c.x,
                c.y
            );
            remarks.add(file, said, "a finer grid, or the widest cut into the terrain");
        }
        remarks
    }
    /// The channel nearest to a point and how far along it, if it passes through the point's cell.
    pub fn at(&self, domain: &Domain, p: Point) -> Option<(&str, f64)> {
        let cell = domain.grid.cell_at(p)?;
        let (channel, along_m) = self.plan.nearest(&self.spec, p, cell)?;
        Some((self.spec.channels[channel].name.as_str(), along_m))
    }
}
