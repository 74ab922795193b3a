//! All that changes in the channels: a checkpoint keeps it and nothing else.

use super::Reading;
use super::plan::Plan;
use super::spec::{Along, ChannelStart, ChannelsSpec};
use serde::{Deserialize, Serialize};

/// Channels at a moment.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelsState {
    /// Level of every node, m; of its bed where it is dry.
    pub level_m: Vec<f64>,
    /// Water that every node holds in the channel, m3 (of nodes whose level is held: nothing).
    pub volume_m3: Vec<f64>,
    /// Velocity and discharge on every face, m/s and m3/s.
    pub velocity_m_s: Vec<f64>,
    pub flow_m3_s: Vec<f64>,
    /// Greatest level of every node and greatest discharge of every face, without sign, so far.
    pub max_level_m: Vec<f64>,
    pub max_flow_m3_s: Vec<f64>,
    /// Discharge into each mouth's end from outside, m3/s (negative: out of it), in the last inner step.
    pub mouth_m3_s: Vec<f64>,
    pub ledger: ChannelsLedger,
}

/// Volumes since the start, m3. `start + inflow + boundary + from_cells - to_cells - taken` is what is held now.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelsLedger {
    pub start_m3: f64,
    /// By hydrographs, net.
    pub inflow_m3: f64,
    /// Through ends that are held at a level or left in uniform flow, net.
    pub boundary_m3: f64,
    /// Over the banks and through open ends: what `Account::Channel` shows.
    pub from_cells_m3: f64,
    pub to_cells_m3: f64,
    /// Taken out by pumps, gates and drains that stand in a channel's cell (`Channels::water`).
    pub taken_m3: f64,
    /// Inner steps, and linear solves in them; steps that nothing settled (their balance still closes).
    pub steps: u64,
    pub solves: u64,
    pub unsettled: u64,
}

impl ChannelsState {
    pub(super) fn new(spec: &ChannelsSpec, plan: &Plan) -> ChannelsState {
        let nodes = plan.nodes();
        let mut state = ChannelsState {
            level_m: plan.floor_m.clone(),
            volume_m3: vec![0.0; nodes],
            velocity_m_s: vec![0.0; plan.faces.len()],
            flow_m3_s: vec![0.0; plan.faces.len()],
            max_level_m: Vec::new(),
            max_flow_m3_s: Vec::new(),
            mouth_m3_s: vec![0.0; plan.mouths.len()],
            ledger: ChannelsLedger::default(),
        };
        for (channel, line) in spec.channels.iter().zip(&plan.lines) {
            for (k, s) in line.stations.iter().enumerate() {
                let depth_m = match &channel.start {
                    ChannelStart::Dry => 0.0,
                    ChannelStart::Depth(d) => *d,
                    ChannelStart::Level(level_m) => level_m - s.bed_m,
                    ChannelStart::Levels(all) => {
                        let (_, corner, share) = super::plan::Path::new(&channel.line).place(s.along_m);
                        Along::Corners(all.clone()).at(corner, share) - s.bed_m
                    }
                    ChannelStart::Flow(q) => {
                        let (a, b) = (k.saturating_sub(1), (k + 1).min(line.stations.len() - 1));
                        let (up, down) = (&line.stations[a], &line.stations[b]);
                        let fall = (up.bed_m - down.bed_m) / (down.along_m - up.along_m);
                        s.section.normal_m(q.abs(), if *q < 0.0 { -fall } else { fall }, s.manning).unwrap_or(0.0)
                    }
                };
                if depth_m > 0.0 {
                    let level = &mut state.level_m[s.node];
                    *level = level.max(s.bed_m + depth_m);
                }
            }
            if let ChannelStart::Flow(q) = channel.start {
                for f in line.first_face..line.first_face + line.stations.len() - 1 {
                    let face = &plan.faces[f];
                    let wet = |node: usize, base: f64, s: &super::section::Section| {
                        s.area_m2((state.level_m[node] - base).max(0.0))
                    };
                    let area = 0.5
                        * (wet(face.a, face.base_a_m, &face.section_a) + wet(face.b, face.base_b_m, &face.section_b));
                    if area > 0.0 {
                        state.flow_m3_s[f] = q;
                        state.velocity_m_s[f] = q / area;
                    }
                }
            }
        }
        for n in 0..nodes {
            if !plan.held[n] {
                let pieces = &plan.pieces[plan.pieces_of(n)];
                let depth_m = |p: &super::plan::Piece| (state.level_m[n].min(p.ground_m) - p.bed_m).max(0.0);
                let held = pieces.iter().map(|p| p.holds_m * p.section.area_m2(depth_m(p)));
                state.volume_m3[n] = held.sum();
            }
        }
        state.ledger.start_m3 = state.held_m3();
        state.max_level_m = state.level_m.clone();
        state.max_flow_m3_s = state.flow_m3_s.iter().map(|q| q.abs()).collect();
        state
    }

    pub(super) fn fits(&self, plan: &Plan) -> bool {
        let (nodes, faces) = (plan.nodes(), plan.faces.len());
        self.level_m.len() == nodes
            && self.volume_m3.len() == nodes
            && self.velocity_m_s.len() == faces
            && self.flow_m3_s.len() == faces
            && self.max_level_m.len() == nodes
            && self.max_flow_m3_s.len() == faces
            && self.mouth_m3_s.len() == plan.mouths.len()
    }

    pub fn held_m3(&self) -> f64 {
        self.volume_m3.iter().fold(0.0, |sum, v| sum + v)
    }
    pub fn error_m3(&self) -> f64 {
        let l = &self.ledger;
        l.start_m3 + l.inflow_m3 + l.boundary_m3 + l.from_cells_m3 - l.to_cells_m3 - l.taken_m3 - self.held_m3()
    }

    /// Level between the two stations around, and the discharge of the face there.
    pub(super) fn read(&self, plan: &Plan, channel: usize, along_m: f64) -> Reading {
        let line = &plan.lines[channel];
        let last = line.stations.len() - 2;
        let k = line.stations.partition_point(|s| s.along_m <= along_m).saturating_sub(1).min(last);
        let (a, b) = (&line.stations[k], &line.stations[k + 1]);
        let s = ((along_m - a.along_m) / (b.along_m - a.along_m)).clamp(0.0, 1.0);
        let between = |x: f64, y: f64| x + (y - x) * s;
        let level_m = between(self.level_m[a.node].max(a.bed_m), self.level_m[b.node].max(b.bed_m));
        let f = line.first_face + k;
        // At a station the mean of the faces on both sides, else that of the face.
        let face = &plan.faces[f];
        let mean = |other: Option<usize>, of: &[f64]| other.map_or(of[f], |o| 0.5 * (of[f] + of[o]));
        let other = if s < 0.25 {
            face.before
        } else if s > 0.75 {
            face.after
        } else {
            None
        };
        Reading {
            level_m,
            depth_m: level_m - between(a.bed_m, b.bed_m),
            discharge_m3_s: mean(other, &self.flow_m3_s),
            velocity_m_s: mean(other, &self.velocity_m_s),
            heading: {
                let d = a.at.distance_m(b.at).max(1e-9);
                ((b.at.x - a.at.x) / d, (b.at.y - a.at.y) / d)
            },
        }
    }
}
