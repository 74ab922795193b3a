//! The momentum of a face: what pushes and pulls the water through it in a step, what it carries along, and where it
//! falls freely (as `sewer::network::momentum`, for sections that stay open).
//!
//!   Q = push - pull (eta_b - eta_a),  push = A (u + dt sum of c u_neighbour) / D,  pull = A dt g / (dx D),
//!   D = 1 + dt (g n2 |u| / R^(4/3) + sum of c)

use super::plan::{Face, Plan};
use super::state::ChannelsState;
use crate::flow::G;
use base::math;

/// Velocities below this carry no sign, m/s.
const STILL_M_S: f64 = 1e-9;
/// A node this far below a channel's end is below it, m.
const BELOW_M: f64 = 1e-3;
/// Films thinner than this do not flow, m.
const FILM_M: f64 = 1e-5;
/// No more than this share of a channel's discharge is left to the cells above it (assumption: only keeps it positive).
const LEFT_MOST: f64 = 0.9;

/// What drives the water through a face: Q = push - pull (level at b - level at a).
#[derive(Debug, Clone, Copy, Default)]
pub struct Drive {
    /// Area that conveys, less what the cells convey.
    pub area_m2: f64,
    push_m3_s: f64,
    pull_m2_s: f64,
    fall: Fall,
}

/// Whether the water falls freely out of a face: then the level of the brink stands in for that of the node.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
enum Fall {
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
    pub fn flow_m3_s(&self, face: &Face, level_m: &[f64]) -> f64 {
        let (a, b) = self.levels();
        a * level_m[face.a] - b * level_m[face.b] + self.constant()
    }
}

/// Marks the faces that pour into a node standing below their channel; true if there are new ones.
pub fn let_fall(plan: &Plan, drives: &mut [Drive], level_m: &[f64]) -> bool {
    let mut any = false;
    for (drive, f) in drives.iter_mut().zip(&plan.faces) {
        if drive.area_m2 <= 0.0 || drive.fall != Fall::None {
            continue;
        }
        let q = drive.flow_m3_s(f, level_m);
        if q > 0.0 && level_m[f.b] < f.base_b_m - BELOW_M && !plan.held[f.b] {
            drive.fall = Fall::AtB(f.base_b_m);
            any = true;
        } else if q < 0.0 && level_m[f.a] < f.base_a_m - BELOW_M && !plan.held[f.a] {
            drive.fall = Fall::AtA(f.base_a_m);
            any = true;
        }
    }
    any
}

/// Longest step in which water crosses no more than the Courant share of a stretch, s.
pub fn stable_step_s(plan: &Plan, state: &ChannelsState, courant: f64) -> f64 {
    let mut most = f64::INFINITY;
    for (f, u) in plan.faces.iter().zip(&state.velocity_m_s) {
        if u.abs() > STILL_M_S {
            most = most.min(courant * f.length_m / u.abs());
        }
    }
    // A dry channel that fills fast is caught within steps of this length.
    most.max(0.01)
}

/// What drives a face in a step. `over_m3_s`: conveyance that the cells have above each node.
pub fn drive(plan: &Plan, state: &ChannelsState, k: usize, over_m3_s: &[f64], dt: f64) -> Drive {
    let f = &plan.faces[k];
    let (ea, eb) = (state.level_m[f.a], state.level_m[f.b]);
    let u = state.velocity_m_s[k];
    let sill = f.base_a_m.max(f.base_b_m);
    // Of two ends that are both level with the water, the section of the upstream one.
    let (up, section) =
        if u > STILL_M_S || (u >= -STILL_M_S && ea >= eb) { (ea, &f.section_a) } else { (eb, &f.section_b) };
    // A face whose own upstream side has fallen dry opens to the other side's water.
    let y = if up - sill > 0.0 { up - sill } else { ea.max(eb) - sill };
    if y <= FILM_M {
        return Drive::default();
    }
    let upstream = section.wetted(y);
    let (mut area, mut radius) = (upstream.area_m2, upstream.radius_m);
    // Slow water takes the mean of both ends, fast water the upstream end: all of the mean up to a Froude number of 0.5,
    // none of it from 1 on (SWMM's weights).
    let (ya, yb) = (ea - f.base_a_m, eb - f.base_b_m);
    let (at_a, at_b) = (f.section_a.wetted(ya), f.section_b.wetted(yb));
    let ends = 0.5 * (at_a.area_m2 + at_b.area_m2);
    if ya > 0.0 && yb > 0.0 {
        let froude = u.abs() * math::sqrt(upstream.width_m / (G * area));
        let weight = (2.0 * (1.0 - froude)).clamp(0.0, 1.0);
        area += weight * (ends - area);
        radius += weight * (0.5 * (at_a.radius_m + at_b.radius_m) - radius);
    }
    let radius43 = radius * math::cbrt(radius);
    let friction = G * f.manning * f.manning * u.abs() / radius43;
    // What the face carries along, from its upstream side.
    let mean = ends.max(0.5 * area);
    let (through_a, before) = incoming(plan, state, k, f.before, f.a);
    let (through_b, after) = incoming(plan, state, k, f.after, f.b);
    let carry = |through: f64, neighbour: f64| {
        if u * neighbour >= 0.0 && u.abs() > neighbour.abs() {
            0.5 * (u.abs() + neighbour.abs()) / f.length_m
        } else {
            through / (mean * f.length_m)
        }
    };
    let carry_a = if through_a > 0.0 { carry(through_a, before) } else { 0.0 };
    let carry_b = if through_b < 0.0 { carry(-through_b, after) } else { 0.0 };
    // A channel that ends over the water of the node it joins pours into it: its own critical depth stands at the brink.
    let fall = {
        let brink = |s: &super::section::Section, y: f64| s.critical_m((u * area).abs()).min(y);
        let steps_down = |node: usize, base: f64| !plan.held[node] && plan.floor_m[node] < base - BELOW_M;
        if u >= 0.0 && ea > eb && ya > 0.0 && steps_down(f.b, f.base_b_m) && yb < 0.9 * ya {
            let depth = brink(&f.section_b, ya);
            if yb < depth { Fall::AtB(f.base_b_m + depth) } else { Fall::None }
        } else if u <= 0.0 && eb > ea && yb > 0.0 && steps_down(f.a, f.base_a_m) && ya < 0.9 * yb {
            let depth = brink(&f.section_a, yb);
            if ya < depth { Fall::AtA(f.base_a_m + depth) } else { Fall::None }
        } else {
            Fall::None
        }
    };
    // The cells above the banks convey over the channel's width too: that part is theirs.
    let conveyance = area * math::cbrt(radius * radius) / f.manning;
    let over = 0.5 * (over_m3_s[f.a] + over_m3_s[f.b]);
    let own = 1.0 - (over / conveyance).min(LEFT_MOST);
    let below = 1.0 + dt * (friction + carry_a + carry_b);
    Drive {
        area_m2: own * area,
        push_m3_s: own * area * (u + dt * (carry_a * before + carry_b * after)) / below,
        pull_m2_s: own * area * dt * G / (f.length_m * below),
        fall,
    }
}

/// Flow through the end of a face (positive from a to b) and the velocity that it brings.
fn incoming(plan: &Plan, state: &ChannelsState, k: usize, neighbour: Option<usize>, node: usize) -> (f64, f64) {
    if let Some(n) = neighbour {
        return (0.5 * (state.flow_m3_s[k] + state.flow_m3_s[n]), state.velocity_m_s[n]);
    }
    let q = state.flow_m3_s[k];
    let face = &plan.faces[k];
    if plan.held[node] || plan.at_node[node].len() == 1 {
        // Nothing is known of the water outside: it comes in as fast as it goes on.
        return (0.0, state.velocity_m_s[k]);
    }
    // Where channels meet: the mean momentum of what enters.
    let (mut flow_in, mut momentum) = (0.0, 0.0);
    for &(other, at_b) in &plan.at_node[node] {
        let toward = if at_b { state.flow_m3_s[other] } else { -state.flow_m3_s[other] };
        if other == k || toward <= 0.0 {
            continue;
        }
        let o = &plan.faces[other];
        flow_in += toward;
        if state.level_m[node] > if at_b { o.base_b_m } else { o.base_a_m } {
            momentum += toward * state.velocity_m_s[other].abs();
        }
    }
    let total = flow_in.max(q.abs());
    let speed = if total > 0.0 { momentum / total } else { 0.0 };
    (q, if face.b == node { -speed } else { speed })
}
