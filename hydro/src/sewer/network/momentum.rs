//! The momentum of a face: what pushes and pulls the water through it in a step, what it carries along, and where it
//! falls freely.
//!
//!   Q = push - pull (eta_b - eta_a),  push = A (u + dt sum of c u_neighbour) / D,  pull = A dt g / (dx D),
//!   D = 1 + dt (g n2 |u| / R^(4/3) + K |u| / (2 dx) + sum of c)

use super::plan::Reach;
use super::state::NetworkState;
use super::step::Network;
use super::*;
use crate::flow::G;
use base::math;

/// Velocities below this carry no sign, m/s.
pub(super) const STILL_M_S: f64 = 1e-9;
/// A cell this far below its pipe is dry, m.
const DRY_M: f64 = 1e-3;
/// Films thinner than this do not flow, m.
const FILM_M: f64 = 1e-5;
/// What drives the water through a face: Q = push - pull (level at b - level at a).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Drive {
    pub area_m2: f64,
    push_m3_s: f64,
    pull_m2_s: f64,
    fall: Fall,
}

/// Whether the water falls freely out of a face: then the level of the brink stands in for that of the cell.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) enum Fall {
    #[default]
    None,
    AtA(f64),
    AtB(f64),
}

impl Drive {
    /// Factors of the levels of a and of b.
    pub fn levels(&self) -> (f64, f64) {
        match self.fall {
            Fall::None => (self.pull_m2_s, self.pull_m2_s),
            Fall::AtA(_) => (0.0, self.pull_m2_s),
            Fall::AtB(_) => (self.pull_m2_s, 0.0),
        }
    }
    /// What does not depend on the levels.
    pub fn constant(&self) -> f64 {
        match self.fall {
            Fall::None => self.push_m3_s,
            Fall::AtA(brink) => self.push_m3_s + self.pull_m2_s * brink,
            Fall::AtB(brink) => self.push_m3_s - self.pull_m2_s * brink,
        }
    }
    pub fn flow(&self, r: &Reach, level: &[f64]) -> f64 {
        let (a, b) = self.levels();
        a * level[r.a] - b * level[r.b] + self.constant()
    }
}

impl Network {
    /// Marks the faces that pour into a cell standing below their pipe; true if there are new ones.
    pub(super) fn let_fall(&self, drives: &mut [Drive], level: &[f64]) -> bool {
        let mut any = false;
        for (drive, r) in drives.iter_mut().zip(&self.plan.reaches) {
            if drive.area_m2 <= 0.0 || drive.fall != Fall::None {
                continue;
            }
            let q = drive.flow(r, level);
            if q > 0.0 && level[r.b] < r.base_b_m - DRY_M && !self.plan.held[r.b] {
                drive.fall = Fall::AtB(r.base_b_m);
                any = true;
            } else if q < 0.0 && level[r.a] < r.base_a_m - DRY_M && !self.plan.held[r.a] {
                drive.fall = Fall::AtA(r.base_a_m);
                any = true;
            }
        }
        any
    }

    /// What drives a conduit's face in a step.
    pub(super) fn drive(&self, state: &NetworkState, f: usize, shut: &[bool], dt: f64) -> Drive {
        let plan = &self.plan;
        let r: &Reach = &plan.reaches[f];
        let (ea, eb) = (state.level_m[r.a], state.level_m[r.b]);
        let u = state.velocity_m_s[f];
        let sill = r.base_a_m.max(r.base_b_m);
        let up = if u > STILL_M_S {
            ea
        } else if u < -STILL_M_S {
            eb
        } else {
            ea.max(eb)
        };
        let table = &plan.tables[r.table];
        // A face whose own upstream side has fallen dry opens to the other side's water.
        let y = if up - sill > 0.0 { up - sill } else { ea.max(eb) - sill };
        if y <= FILM_M || (r.flap && eb >= ea) || shut[r.a] || shut[r.b] {
            return Drive::default();
        }
        let upstream = table.wetted(y);
        let (mut area, mut radius) = (upstream.area_m2 * r.barrels, upstream.radius_m);
        if area <= 0.0 || radius <= 0.0 {
            return Drive::default();
        }
        // Slow water takes the mean of both ends, fast water the upstream end, with SWMM's weights: all of the mean up to
        // a Froude number of 0.5, none of it from 1 on.
        let (ya, yb) = (ea - r.base_a_m, eb - r.base_b_m);
        let (at_a, at_b) = (table.wetted(ya), table.wetted(yb));
        let ends = 0.5 * (at_a.area_m2 + at_b.area_m2) * r.barrels;
        if ya > 0.0 && yb > 0.0 {
            let froude = if y < table.height_m || table.full_m2.is_infinite() {
                u.abs() * (upstream.width_m * r.barrels / (G * area)).sqrt()
            } else {
                0.0
            };
            let weight = (2.0 * (1.0 - froude)).clamp(0.0, 1.0);
            area += weight * (ends - area);
            radius += weight * (0.5 * (at_a.radius_m + at_b.radius_m) - radius);
        }
        let radius43 = radius * math::cbrt(radius);
        let friction = G * r.manning * r.manning * u.abs() / radius43 + 0.5 * r.loss * u.abs() / r.length_m;
        // What the face carries along, from its upstream side.
        let mean = ends.max(0.5 * area);
        let (through_a, before) = self.incoming(state, f, r.before, r.a);
        let (through_b, after) = self.incoming(state, f, r.after, r.b);
        let carry = |through: f64, neighbour: f64| {
            if u * neighbour >= 0.0 && u.abs() > neighbour.abs() {
                0.5 * (u.abs() + neighbour.abs()) / r.length_m
            } else {
                through / (mean * r.length_m)
            }
        };
        let carry_a = if through_a > 0.0 { carry(through_a, before) } else { 0.0 };
        let carry_b = if through_b < 0.0 { carry(-through_b, after) } else { 0.0 };
        let below = 1.0 + dt * (friction + carry_a + carry_b);
        let push = area * (u + dt * (carry_a * before + carry_b * after)) / below;
        let pull = area * dt * G / (r.length_m * below);
        // A pipe whose end stands over the water of its manhole pours into it: its own critical depth stands at the brink.
        let brink = |y: f64| if y > 0.0 { table.critical_depth_m((u * area).abs() / r.barrels).min(y) } else { 0.0 };
        let fall = if u >= 0.0 && ea > eb && r.after.is_none() && !self.plan.held[r.b] && yb < 0.9 * ya {
            let depth = brink(ya);
            if yb < depth { Fall::AtB(r.base_b_m + depth) } else { Fall::None }
        } else if u <= 0.0 && eb > ea && r.before.is_none() && !self.plan.held[r.a] && ya < 0.9 * yb {
            let depth = brink(yb);
            if ya < depth { Fall::AtA(r.base_a_m + depth) } else { Fall::None }
        } else {
            Fall::None
        };
        Drive { area_m2: area, push_m3_s: push, pull_m2_s: pull, fall }
    }

    /// Flow through the end of a face (positive from a to b) and the velocity that it brings.
    fn incoming(&self, state: &NetworkState, f: usize, neighbour: Option<usize>, cell: usize) -> (f64, f64) {
        if let Some(n) = neighbour {
            return (0.5 * (state.flow_m3_s[f] + state.flow_m3_s[n]), state.velocity_m_s[n]);
        }
        let q = state.flow_m3_s[f];
        let r = &self.plan.reaches[f];
        if self.plan.held[cell] {
            // Nothing is known of the water outside: it comes in as fast as it goes on.
            return (0.0, state.velocity_m_s[f]);
        }
        // At a manhole the mean momentum of what enters, where it enters under water; a basin stills it.
        let at_b = r.b == cell;
        let mut flow_in = 0.0;
        let mut momentum = 0.0;
        let stills = matches!(self.spec.nodes[cell].kind, NodeKind::Storage { .. });
        for &(other, other_at_b) in &self.plan.at_node[cell] {
            if other == f {
                continue;
            }
            let o = &self.plan.reaches[other];
            let toward = if other_at_b { state.flow_m3_s[other] } else { -state.flow_m3_s[other] };
            if toward <= 0.0 {
                continue;
            }
            flow_in += toward;
            let base = if other_at_b { o.base_b_m } else { o.base_a_m };
            if !stills && state.level_m[cell] > base {
                momentum += toward * state.velocity_m_s[other].abs();
            }
        }
        if self.spec.nodes[cell].inflow_moves {
            // What no pipe brings comes by the hydrograph.
            let rest = (q.abs() - flow_in).max(0.0);
            flow_in += rest;
            momentum += rest * state.velocity_m_s[f].abs();
        }
        let total = flow_in.max(q.abs());
        let speed = if total > 0.0 { momentum / total } else { 0.0 };
        (q, if at_b { -speed } else { speed })
    }
}
