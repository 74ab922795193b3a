//! One step of the channels: momentum of all faces, then the levels of all nodes and of the cells above them at once, then
//! the books. Volumes are moved by the flows themselves, so that mass closes to rounding whatever the iteration leaves.

use super::banks::{Leak, Shores, spill};
use super::momentum::{Drive, drive, let_fall, stable_step_s};
use super::plan::Plan;
use super::spec::{ChannelsSpec, End};
use super::state::ChannelsState;
use crate::flow::{Account, Flow};
use crate::sewer::network::system::{self, Linear, Matrix};
use base::math;

/// Most times that a step is solved again.
const MOST_PASSES: usize = 12;
/// Flows over banks and out of ends have settled when none changes by more than this share, or by a litre a second.
const SETTLED_SHARE: f64 = 1e-4;
const SETTLED_M3_S: f64 = 1e-3;
/// What a cell and its share of a node's level may differ by without being evened out, m: rounding.
const SAME_M: f64 = 1e-12;

/// Advances by `dt_s` from `now_s`.
pub fn step(spec: &ChannelsSpec, plan: &Plan, state: &mut ChannelsState, flow: &mut dyn Flow, now_s: f64, dt_s: f64) {
    let mut done = 0.0;
    while done < dt_s {
        let rest = dt_s - done;
        let most = stable_step_s(plan, state, spec.options.courant).min(spec.options.step_s_max);
        let parts = (rest / most).ceil().max(1.0);
        inner(spec, plan, state, flow, now_s + done, rest / parts);
        done = if parts <= 1.0 { dt_s } else { done + rest / parts };
    }
}

fn inner(spec: &ChannelsSpec, plan: &Plan, state: &mut ChannelsState, flow: &mut dyn Flow, now_s: f64, dt: f64) {
    let nodes = plan.nodes();
    let end_s = now_s + dt;
    hold_mouths(spec, plan, state, end_s);
    let shores = Shores::new(plan, flow);
    let over: Vec<f64> = (0..nodes).map(|n| shores.over_m3_s(n, state.level_m[n])).collect();
    let mut drives: Vec<Drive> = (0..plan.faces.len()).map(|f| drive(plan, state, f, &over, dt)).collect();

    // What the nodes hold with their shares of cells, and what comes in by hydrographs.
    let mut right: Vec<f64> =
        (0..nodes).map(|n| plan.pieces_of(n).fold(state.volume_m3[n], |sum, k| sum + shores.before_m3[k])).collect();
    let given = inflows(spec, plan, &right, now_s, dt);
    for &(node, m3, _) in &given {
        right[node] += m3;
    }
    let start = state.level_m.clone();
    let mut leaks = ways(spec, plan, flow, &start, &start, dt);
    let mut pass = 0;
    loop {
        let mut linear = Linear { matrix: Matrix::new(nodes, plan.pattern.slots()), right: right.clone() };
        for (f, drive) in drives.iter().enumerate() {
            carry(plan, &mut linear, f, dt, drive, &start);
        }
        for Way { node, leak, .. } in &leaks {
            linear.matrix.diagonal[*node] += dt * leak.conductance;
            linear.right[*node] += dt * (leak.conductance * leak.reference_m - leak.constant);
        }
        let went = system::solve(&plan.pattern, &shores, &linear, &mut state.level_m);
        state.ledger.solves += u64::from(went.linear_solves);
        pass += 1;
        // Water falls into a node that the step leaves below the channel's bed: no gradient draws it there.
        if pass < MOST_PASSES && let_fall(plan, &mut drives, &state.level_m) {
            continue;
        }
        let next = ways(spec, plan, flow, &start, &state.level_m, dt);
        let settled = leaks.iter().zip(&next).all(|(was, is)| {
            let level_m = state.level_m[was.node];
            let (a, b) = (was.leak.at(level_m), is.leak.at(level_m));
            (a - b).abs() <= SETTLED_M3_S + SETTLED_SHARE * a.abs().max(b.abs())
        });
        if settled || pass >= MOST_PASSES {
            state.ledger.steps += 1;
            state.ledger.unsettled += u64::from(!went.settled || !settled);
            break;
        }
        leaks = next;
    }
    book(plan, state, flow, dt, &shores, &drives, &leaks, &given);
}

/// Sets the levels of the ends that are held: that outside, but no less than the critical depth of what flows out (a fall
/// draws the water down no farther).
fn hold_mouths(spec: &ChannelsSpec, plan: &Plan, state: &mut ChannelsState, at_s: f64) {
    for mouth in &plan.mouths {
        if let End::Stage(series) = end_of(spec, mouth) {
            let line = &plan.lines[mouth.channel];
            let n = line.stations.len();
            let own = &line.stations[if mouth.last { n - 1 } else { 0 }];
            let q =
                if mouth.last { state.flow_m3_s[line.first_face + n - 2] } else { -state.flow_m3_s[line.first_face] };
            let outside_m = series.at(at_s).max(own.bed_m + own.section.critical_m(q));
            state.level_m[mouth.node] = outside_m.max(plan.floor_m[mouth.node]);
        }
    }
}

/// What is at a mouth.
fn end_of<'a>(spec: &'a ChannelsSpec, mouth: &super::plan::Mouth) -> &'a End {
    let channel = &spec.channels[mouth.channel];
    if mouth.last { &channel.to } else { &channel.from }
}

/// Volumes by hydrograph in a step, by node; with the mouth, where it is one. No more is taken than is there.
fn inflows(
    spec: &ChannelsSpec,
    plan: &Plan,
    there_m3: &[f64],
    now_s: f64,
    dt: f64,
) -> Vec<(usize, f64, Option<usize>)> {
    let mut all = Vec::new();
    for (k, mouth) in plan.mouths.iter().enumerate() {
        if let End::Inflow(series) = end_of(spec, mouth) {
            all.push((mouth.node, series.integral(now_s, now_s + dt), Some(k)));
        }
    }
    for (inflow, &node) in spec.inflows.iter().zip(&plan.inflow_nodes) {
        all.push((node, inflow.discharge_m3_s.integral(now_s, now_s + dt), None));
    }
    let mut left: std::collections::BTreeMap<usize, f64> = std::collections::BTreeMap::new();
    for (node, m3, _) in &mut all {
        let left = left.entry(*node).or_insert(there_m3[*node].max(0.0));
        *m3 = if plan.held[*node] { 0.0 } else { m3.max(-*left) };
        *left += *m3;
    }
    all
}

/// Where what passes a leak goes.
#[derive(Debug, Clone, Copy)]
enum To {
    Spill(usize),
    Mouth(usize),
}

/// A leak at its node.
#[derive(Debug, Clone, Copy)]
struct Way {
    node: usize,
    leak: Leak,
    to: To,
}

/// Spills in the order of the plan, then the mouths in uniform flow; none at nodes whose level is held.
fn ways(spec: &ChannelsSpec, plan: &Plan, flow: &dyn Flow, start: &[f64], level: &[f64], dt: f64) -> Vec<Way> {
    let mut all: Vec<Way> = Vec::with_capacity(plan.spills.len() + plan.mouths.len());
    for (k, s) in plan.spills.iter().enumerate().filter(|(_, s)| !plan.held[s.node]) {
        all.push(Way { node: s.node, leak: spill(s, flow, start[s.node], level[s.node], dt), to: To::Spill(k) });
    }
    for (k, mouth) in plan.mouths.iter().enumerate().filter(|(_, m)| !plan.held[m.node]) {
        if let End::Normal { slope } = end_of(spec, mouth) {
            let line = &plan.lines[mouth.channel];
            let n = line.stations.len();
            let (own, inner) = if mouth.last { (n - 1, n - 2) } else { (0, 1) };
            let (own, inner) = (&line.stations[own], &line.stations[inner]);
            let bed = (inner.bed_m - own.bed_m) / (inner.along_m - own.along_m).abs();
            let y = 0.5 * (start[mouth.node] + level[mouth.node]) - own.bed_m;
            let leak = if y > 0.0 {
                let q = own.section.conveyance_m3_s(y, own.manning) * math::sqrt(slope.unwrap_or(bed).max(0.0));
                Leak { conductance: q / y, reference_m: own.bed_m, ..Leak::default() }
            } else {
                Leak::default()
            };
            all.push(Way { node: mouth.node, leak, to: To::Mouth(k) });
        }
    }
    all
}

/// Puts a face's flow into the balance of both nodes; the level of a held node goes to the right side.
fn carry(plan: &Plan, linear: &mut Linear, face: usize, dt: f64, drive: &Drive, held_level: &[f64]) {
    let (a, b) = (plan.faces[face].a, plan.faces[face].b);
    let (ca, cb) = drive.levels();
    let (ca, cb, mut constant) = (dt * ca, dt * cb, dt * drive.constant());
    match plan.pattern.face_slot[face] {
        Some(slot) => {
            linear.matrix.diagonal[a] += ca;
            linear.matrix.diagonal[b] += cb;
            *linear.matrix.entry(slot, a, b) -= cb;
            *linear.matrix.entry(slot, b, a) -= ca;
            linear.right[a] -= constant;
            linear.right[b] += constant;
        }
        None if plan.held[a] && plan.held[b] => {}
        None if plan.held[a] => {
            constant += ca * held_level[a];
            linear.matrix.diagonal[b] += cb;
            linear.right[b] += constant;
        }
        None => {
            constant -= cb * held_level[b];
            linear.matrix.diagonal[a] += ca;
            linear.right[a] -= constant;
        }
    }
}

/// Writes the flows of the step and moves the volumes by them.
#[allow(clippy::too_many_arguments)]
fn book(
    plan: &Plan,
    state: &mut ChannelsState,
    flow: &mut dyn Flow,
    dt: f64,
    shores: &Shores,
    drives: &[Drive],
    leaks: &[Way],
    given: &[(usize, f64, Option<usize>)],
) {
    let nodes = plan.nodes();
    // Out of the network through nodes whose level is held, m3.
    let mut out = vec![0.0; nodes];
    for (f, drive) in drives.iter().enumerate() {
        let face = &plan.faces[f];
        let q = drive.flow_m3_s(face, &state.level_m);
        state.flow_m3_s[f] = q;
        state.velocity_m_s[f] = if drive.area_m2 > 0.0 { q / drive.area_m2 } else { 0.0 };
        for (node, m3) in [(face.a, -dt * q), (face.b, dt * q)] {
            if plan.held[node] {
                out[node] += m3;
            } else {
                state.volume_m3[node] += m3;
            }
        }
    }
    // Summed by step before they join the ledger, so that small terms are not lost to a large sum.
    let (mut inflow, mut boundary, mut from_cells, mut to_cells) = (0.0, 0.0, 0.0, 0.0);
    state.mouth_m3_s.fill(0.0);
    for &(node, m3, mouth) in given {
        state.volume_m3[node] += m3;
        inflow += m3;
        if let Some(mouth) = mouth {
            state.mouth_m3_s[mouth] = m3 / dt;
        }
    }
    for Way { node, leak, to } in leaks {
        let m3 = dt * leak.at(state.level_m[*node]);
        match *to {
            To::Mouth(mouth) => {
                state.volume_m3[*node] -= m3;
                boundary -= m3;
                state.mouth_m3_s[mouth] = -m3 / dt;
            }
            To::Spill(k) if m3 > 0.0 => {
                flow.give_m3(plan.spills[k].cell, m3, Account::Channel);
                state.volume_m3[*node] -= m3;
                to_cells += m3;
            }
            To::Spill(k) => {
                let taken = flow.take_m3(plan.spills[k].cell, -m3, Account::Channel);
                state.volume_m3[*node] += taken;
                from_cells += taken;
            }
        }
    }
    for (k, mouth) in plan.mouths.iter().enumerate().filter(|(_, m)| plan.held[m.node]) {
        // Where two channels end in one held node, the first mouth books it.
        let m3 = std::mem::take(&mut out[mouth.node]);
        boundary -= m3;
        state.mouth_m3_s[k] = -m3 / dt;
    }
    // Cells that have one level with their node.
    for (k, piece) in plan.pieces.iter().enumerate() {
        let Some(plain) = piece.plain else { continue };
        let more = shores.plain_m3(k, state.level_m[piece.node]) - shores.before_m3[k];
        if more.abs() <= SAME_M * plain.area_m2 {
            continue;
        }
        if more > 0.0 {
            flow.give_m3(piece.cell, more, Account::Channel);
            state.volume_m3[piece.node] -= more;
            to_cells += more;
        } else {
            let taken = flow.take_m3(piece.cell, -more, Account::Channel);
            state.volume_m3[piece.node] += taken;
            from_cells += taken;
        }
    }
    let l = &mut state.ledger;
    l.inflow_m3 += inflow;
    l.boundary_m3 += boundary;
    l.from_cells_m3 += from_cells;
    l.to_cells_m3 += to_cells;
    // A node that ran dry may have been solved for below its floor.
    for n in 0..nodes {
        state.level_m[n] = state.level_m[n].max(plan.floor_m[n]);
        state.max_level_m[n] = state.max_level_m[n].max(state.level_m[n]);
    }
    for (most, q) in state.max_flow_m3_s.iter_mut().zip(&state.flow_m3_s) {
        *most = most.max(q.abs());
    }
}
