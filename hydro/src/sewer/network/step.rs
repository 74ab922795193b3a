//! One inner step of the network, after Casulli and Stelling, A semi-implicit numerical model for urban drainage
//! systems, Int. J. Numer. Meth. Fluids 73 (2013), with the momentum of Stelling and Duinmeijer, ibid. 43 (2003):
//!
//!   du/dt + u du/dx + g d(eta)/dx + g n2 |u| u / R^(4/3) + K |u| u / (2 dx) = 0      on each face
//!   dV(eta)/dt = sum of Q = A u                                                      in each cell
//!
//! Levels and friction are implicit, so waves in full pipes bound no step; what is carried along is upwind and implicit in
//! the face's own velocity (momentum kept where the flow slows, energy where it quickens); A and R are means of both
//! ends where the flow is slow, of the upstream depth where it is fast or one end is dry. Volumes are booked by the flows, so that mass closes to rounding whatever the iteration leaves.

use super::momentum::{Drive, STILL_M_S};
use super::plan::Plan;
use super::state::NetworkState;
use super::system::{self, Linear, Matrix, Went};
use super::*;
use crate::flow::{Account, Flow, G};
use base::math;

/// Where a node meets the street.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Opening {
    pub node: usize,
    pub cell: usize,
    /// Level of the rim; `None`: the cell's bed.
    pub rim_m: Option<f64>,
    pub inlets: Inlets,
}

/// A network in use: spec, plan and where it meets the grid.
#[derive(Debug, Clone)]
pub struct Network {
    pub spec: NetworkSpec,
    pub plan: Plan,
    pub openings: Vec<Opening>,
    /// Cell that each node discharges into, of outfalls that have one.
    pub receiving: Vec<Option<usize>>,
}

/// Most times that a step is solved again.
const MOST_PASSES: usize = 12;

/// A flow that depends on the level of its upper cell: Q = conductance x (level - reference).
#[derive(Debug, Clone, Copy, Default)]
struct Leak {
    conductance: f64,
    reference_m: f64,
    /// Constant part, m3/s.
    constant: f64,
    /// Into the cell instead of out of it (flows are positive out of it).
    inward: bool,
}

impl Leak {
    /// Flow out of the cell at a level: it never turns within a step.
    fn at(&self, level_m: f64) -> f64 {
        let q = self.conductance * (level_m - self.reference_m) + self.constant;
        if self.inward { q.min(0.0) } else { q.max(0.0) }
    }
}

/// What joins the two cells of a device during a step.
#[derive(Debug, Clone, Copy)]
enum Joint {
    Shut,
    /// Q = C (eta_a - eta_b)
    Drowned(f64),
    /// Out of side a (or b, if `reverse`) by its own level alone.
    Free {
        leak: Leak,
        reverse: bool,
    },
    /// A pump.
    Given(f64),
}

impl Network {
    /// Advances by `dt_s` from `now_s`, in inner steps.
    pub fn step(&self, state: &mut NetworkState, flow: &mut dyn Flow, now_s: f64, dt_s: f64) {
        let mut done = 0.0;
        while done < dt_s {
            let rest = dt_s - done;
            let most = self.stable_step_s(state).min(self.spec.options.step_s_max);
            let dt = rest / (rest / most).ceil().max(1.0);
            self.inner(state, flow, now_s + done, dt);
            done += dt;
            if rest - dt <= 1e-9 * dt_s {
                break;
            }
        }
    }

    /// Flow of a link, m3/s: of a conduit, the mean along it.
    pub fn link_m3_s(&self, state: &NetworkState, link: usize) -> f64 {
        match self.plan.faces_of_link[link] {
            Some((first, last)) => state.flow_m3_s[first..=last].iter().sum::<f64>() / (last - first + 1) as f64,
            None => {
                let device = self.plan.devices.iter().position(|d| d.link == link);
                device.map_or(0.0, |d| state.device_m3_s[d])
            }
        }
    }

    /// Flow out of a node that is an outfall, m3/s.
    pub fn outfall_m3_s(&self, state: &NetworkState, node: usize) -> Option<f64> {
        if !self.plan.held[node] {
            return None;
        }
        let conduits = self.plan.at_node[node]
            .iter()
            .map(|&(f, at_b)| if at_b { state.flow_m3_s[f] } else { -state.flow_m3_s[f] });
        let devices = self.plan.devices.iter().zip(&state.device_m3_s).map(|(d, q)| {
            if d.b == node {
                *q
            } else if d.a == node {
                -q
            } else {
                0.0
            }
        });
        Some(conduits.chain(devices).sum())
    }

    /// Longest step in which water crosses no more than the Courant share of a reach, s.
    fn stable_step_s(&self, state: &NetworkState) -> f64 {
        let mut most = f64::INFINITY;
        for (r, u) in self.plan.reaches.iter().zip(&state.velocity_m_s) {
            if u.abs() > STILL_M_S {
                most = most.min(self.spec.options.courant * r.length_m / u.abs());
            }
        }
        // A dry network that fills fast is caught within steps of this length.
        most.max(0.01)
    }

    fn inner(&self, state: &mut NetworkState, flow: &mut dyn Flow, now_s: f64, dt: f64) {
        let plan = &self.plan;
        let cells = plan.cells();
        let end_s = now_s + dt;
        let shut = self.hold_outfalls(state, flow, end_s);
        self.switch_pumps(state);

        let mut drives: Vec<Drive> = (0..plan.reaches.len()).map(|f| self.drive(state, f, &shut, dt)).collect();
        let mut right = state.volume_m3.clone();
        for (k, node) in self.spec.nodes.iter().enumerate() {
            right[k] += dt * math_mean(&node.inflow, now_s, end_s);
        }
        // Devices and openings depend on the square root of a head: their conductances are found in a few passes.
        let start = state.level_m.clone();
        let mut joints: Vec<Joint> = (0..plan.devices.len()).map(|d| self.joint(state, d, &start, None, dt)).collect();
        let mut streets: Vec<Leak> = self.openings.iter().map(|o| self.opening(o, flow, &start, &start, dt)).collect();
        let mut spills: Vec<(usize, Leak)> = self.spills(&start, &start);
        let simple = joints.iter().all(|j| matches!(j, Joint::Shut | Joint::Given(_)))
            && streets.iter().all(|s| s.conductance == 0.0)
            && spills.is_empty();
        let passes = if simple { 1 } else { 4 };
        let mut pass = 0;
        loop {
            let mut linear = Linear { matrix: Matrix::new(cells, plan.pattern.slots()), right: right.clone() };
            for (f, drive) in drives.iter().enumerate() {
                let r = &plan.reaches[f];
                let (a, b) = drive.levels();
                carry(plan, &mut linear, f, (r.a, r.b), dt, (a, b, drive.constant()), &start);
            }
            for (d, joint) in joints.iter().enumerate() {
                let device = &plan.devices[d];
                let (a, b, face) = (device.a, device.b, plan.reaches.len() + d);
                match *joint {
                    Joint::Shut => {}
                    Joint::Drowned(c) => carry(plan, &mut linear, face, (a, b), dt, (c, c, 0.0), &start),
                    Joint::Free { leak, reverse: false } => {
                        let constant = leak.constant - leak.conductance * leak.reference_m;
                        carry(plan, &mut linear, face, (a, b), dt, (leak.conductance, 0.0, constant), &start);
                    }
                    Joint::Free { leak, reverse: true } => {
                        let constant = leak.conductance * leak.reference_m - leak.constant;
                        carry(plan, &mut linear, face, (a, b), dt, (0.0, leak.conductance, constant), &start);
                    }
                    Joint::Given(q) => {
                        linear.right[a] -= dt * q;
                        linear.right[b] += dt * q;
                    }
                }
            }
            for (o, leak) in self.openings.iter().zip(&streets) {
                drain(&mut linear, o.node, *leak, dt);
            }
            for (node, leak) in &spills {
                drain(&mut linear, *node, *leak, dt);
            }
            let went: Went = system::solve(&plan.pattern, plan, &linear, &mut state.level_m);
            state.ledger.solves += u64::from(went.linear_solves);
            // Water falls into a cell that the step leaves dry: no gradient draws it there. Such faces are solved again.
            if pass < MOST_PASSES && self.let_fall(&mut drives, &state.level_m) {
                pass += 1;
                continue;
            }
            if pass + 1 >= passes {
                state.ledger.steps += 1;
                state.ledger.nested += u64::from(went.nested);
                state.ledger.unsettled += u64::from(!went.settled);
                break;
            }
            for (d, joint) in joints.iter_mut().enumerate() {
                *joint = self.joint(state, d, &start, Some(joint), dt);
            }
            for (k, o) in self.openings.iter().enumerate() {
                let next = self.opening(o, flow, &start, &state.level_m, dt);
                streets[k] = between(streets[k], next);
            }
            spills = self.spills(&start, &state.level_m);
            pass += 1;
        }
        self.book(state, flow, now_s, dt, &drives, &joints, &streets, &spills);
    }

    /// Writes the flows of the step and moves the volumes by them.
    #[allow(clippy::too_many_arguments)]
    fn book(
        &self,
        state: &mut NetworkState,
        flow: &mut dyn Flow,
        now_s: f64,
        dt: f64,
        drives: &[Drive],
        joints: &[Joint],
        streets: &[Leak],
        spills: &[(usize, Leak)],
    ) {
        let plan = &self.plan;
        let level = state.level_m.clone();
        let mut out = vec![0.0; plan.nodes];
        for (f, drive) in drives.iter().enumerate() {
            let r = &plan.reaches[f];
            let q = drive.flow(r, &level);
            state.flow_m3_s[f] = q;
            state.velocity_m_s[f] = if drive.area_m2 > 0.0 { q / drive.area_m2 } else { 0.0 };
            self.shift(state, r.a, r.b, dt * q, &mut out);
        }
        for (d, joint) in joints.iter().enumerate() {
            let device = &plan.devices[d];
            let q = match *joint {
                Joint::Shut => 0.0,
                Joint::Drowned(c) => c * (level[device.a] - level[device.b]),
                Joint::Free { leak, reverse: false } => leak.at(level[device.a]),
                Joint::Free { leak, reverse: true } => -leak.at(level[device.b]),
                Joint::Given(q) => q,
            };
            state.device_m3_s[d] = q;
            self.shift(state, device.a, device.b, dt * q, &mut out);
        }
        // Summed by step before they join the ledger, so that small terms are not lost to a large sum.
        let mut inflow = 0.0;
        for (k, node) in self.spec.nodes.iter().enumerate() {
            let volume = dt * math_mean(&node.inflow, now_s, now_s + dt);
            state.volume_m3[k] += volume;
            inflow += volume;
        }
        state.ledger.inflow_m3 += inflow;
        for (o, leak) in self.openings.iter().zip(streets) {
            let wanted = dt * leak.at(level[o.node]);
            if wanted > 0.0 {
                flow.give_m3(o.cell, wanted, Account::Sewer);
                state.volume_m3[o.node] -= wanted;
                state.ledger.to_street_m3 += wanted;
                state.street_m3_s[o.node] = -wanted / dt;
            } else {
                let taken = if wanted < 0.0 { flow.take_m3(o.cell, -wanted, Account::Sewer) } else { 0.0 };
                state.volume_m3[o.node] += taken;
                state.ledger.from_street_m3 += taken;
                state.street_m3_s[o.node] = taken / dt;
            }
        }
        for (node, leak) in spills {
            let volume = dt * leak.at(level[*node]);
            state.volume_m3[*node] -= volume;
            state.ledger.flooded_m3 += volume;
        }
        for mouth in &plan.mouths {
            let n = mouth.node;
            let mut volume = out[n];
            state.ledger.outfall_m3 += volume;
            state.outfall_m3[n] += volume;
            let Some(cell) = self.receiving[n] else { continue };
            // What was owed is paid before anything is given.
            let paid = state.owed_m3[n].min(volume.max(0.0));
            state.owed_m3[n] -= paid;
            volume -= paid;
            if volume > 0.0 {
                flow.give_m3(cell, volume, Account::Sewer);
                state.ledger.to_cells_m3 += volume;
            } else if volume < 0.0 {
                let taken = flow.take_m3(cell, -volume, Account::Sewer);
                state.ledger.to_cells_m3 -= taken;
                state.owed_m3[n] += -volume - taken;
            }
        }
        // A cell that ran dry may have been solved for below its floor.
        for c in 0..plan.cells() {
            if !plan.held[c] {
                state.level_m[c] = state.level_m[c].max(plan.floor_m[c]);
            }
        }
    }

    /// Moves a volume from cell to cell; what reaches a held cell has left.
    fn shift(&self, state: &mut NetworkState, a: usize, b: usize, volume: f64, out: &mut [f64]) {
        for (cell, change) in [(a, -volume), (b, volume)] {
            if self.plan.held[cell] {
                out[cell] += change;
            } else {
                state.volume_m3[cell] += change;
            }
        }
    }

    /// Sets the levels outside the outfalls; says which nodes' flaps are shut.
    fn hold_outfalls(&self, state: &mut NetworkState, flow: &dyn Flow, at_s: f64) -> Vec<bool> {
        let mut shut = vec![false; self.plan.cells()];
        for mouth in &self.plan.mouths {
            let n = mouth.node;
            let node = &self.spec.nodes[n];
            let NodeKind::Outfall { stage, flap, .. } = &node.kind else { continue };
            // Depth with which the water leaves.
            let (own, inner) = match mouth.face {
                Some((f, at_b)) => {
                    let r = &self.plan.reaches[f];
                    let table = &self.plan.tables[r.table];
                    let q = (if at_b { state.flow_m3_s[f] } else { -state.flow_m3_s[f] }).max(0.0) / r.barrels;
                    let uniform = || table.normal_depth_m(q, mouth.slope, r.manning);
                    let depth = match stage {
                        Stage::Normal => uniform(),
                        _ if mouth.slope > 0.0 => table.critical_depth_m(q).min(uniform()),
                        _ => table.critical_depth_m(q),
                    };
                    let (base, inner) = if at_b { (r.base_b_m, r.a) } else { (r.base_a_m, r.b) };
                    (base + depth, Some(inner))
                }
                None => (node.invert_m, None),
            };
            let outside = match stage {
                Stage::Free | Stage::Normal => own,
                Stage::Fixed(level) => level.max(own),
                Stage::Series(series) => math::interpolate(series, at_s).max(own),
            };
            let outside = match self.receiving[n] {
                // A river that has given all it had backs nothing up.
                Some(cell) if flow.depth_m(cell) > 0.0 && state.owed_m3[n] <= 0.0 => outside.max(flow.stage_m(cell)),
                _ => outside,
            };
            state.level_m[n] = outside;
            shut[n] = *flap && inner.is_some_and(|inner| outside > state.level_m[inner]);
        }
        shut
    }

    fn switch_pumps(&self, state: &mut NetworkState) {
        for device in &self.plan.devices {
            let LinkKind::Pump(p) = &self.spec.links[device.link].kind else { continue };
            if p.on_m == 0.0 && p.off_m == 0.0 {
                state.runs[device.link] = true;
                continue;
            }
            let depth = state.level_m[device.a] - self.spec.nodes[device.a].invert_m;
            if depth >= p.on_m {
                state.runs[device.link] = true;
            } else if depth <= p.off_m {
                state.runs[device.link] = false;
            }
        }
    }

    /// What a device does at the levels found so far.
    fn joint(&self, state: &NetworkState, d: usize, start: &[f64], last: Option<&Joint>, dt: f64) -> Joint {
        let device = &self.plan.devices[d];
        let (a, b) = (device.a, device.b);
        let link = &self.spec.links[device.link];
        let invert = self.spec.nodes[a].invert_m;
        match &link.kind {
            LinkKind::Conduit(_) => unreachable!("link {} is a conduit, not a device", link.name),
            LinkKind::Pump(p) => {
                if let Some(joint) = last {
                    return *joint;
                }
                if !(state.runs[device.link] && state.powered[device.link]) {
                    return Joint::Shut;
                }
                let depth = start[a] - invert;
                let stepped = |c: &[(f64, f64)], x: f64| c.iter().find(|r| x <= r.0).or(c.last()).map_or(0.0, |r| r.1);
                let q = match &p.law {
                    PumpLaw::Ideal => self.plan.at_node[a]
                        .iter()
                        .map(|&(f, at_b)| if at_b { state.flow_m3_s[f] } else { -state.flow_m3_s[f] })
                        .sum::<f64>(),
                    PumpLaw::Volume(c) => stepped(c, state.volume_m3[a]),
                    PumpLaw::DepthSteps(c) => stepped(c, depth),
                    PumpLaw::Head(c) => math::interpolate(c, (start[b] - start[a]).max(0.0)),
                    PumpLaw::Depth(c) => math::interpolate(c, depth),
                };
                // No more than is there.
                Joint::Given(q.clamp(0.0, (state.volume_m3[a] / dt).max(0.0)))
            }
            LinkKind::Orifice(o) => {
                let opening = state.opening[device.link];
                let height = o.height_m * opening;
                if height <= 0.0 {
                    return Joint::Shut;
                }
                let edge = invert + o.offset_m;
                self.sluice(state, d, start, last, o.flap, edge, |upper, lower| {
                    let wet = (upper - edge).min(height);
                    let middle = edge + 0.5 * wet;
                    (o.discharge * o.width_m * wet * (2.0 * G * (upper - lower.max(middle)).max(0.0)).sqrt(), middle)
                })
            }
            LinkKind::Weir(w) => {
                let crest = invert + w.offset_m;
                self.sluice(state, d, start, last, w.flap, crest, |upper, lower| {
                    let (h, h2) = (upper - crest, (lower - crest).max(0.0));
                    let drowned = math::pow((1.0 - math::pow((h2 / h).min(1.0), 1.5)).max(0.0), 0.385);
                    (w.coefficient * w.length_m * h * h.sqrt() * drowned, crest)
                })
            }
        }
    }

    /// Turns the law of an opening (flow and the level it falls to) into a conductance at the levels found so far.
    #[allow(clippy::too_many_arguments)]
    fn sluice(
        &self,
        state: &NetworkState,
        d: usize,
        start: &[f64],
        last: Option<&Joint>,
        flap: bool,
        edge_m: f64,
        law: impl Fn(f64, f64) -> (f64, f64),
    ) -> Joint {
        let device = &self.plan.devices[d];
        // The way it flows is that of the step's beginning: it does not turn within a step.
        let reverse = start[device.b] > start[device.a];
        if reverse && flap {
            return Joint::Shut;
        }
        let (up, down) = if reverse { (device.b, device.a) } else { (device.a, device.b) };
        // Halfway between the step's beginning and what was found keeps the iteration from swinging.
        let middle = |c: usize| if last.is_some() { 0.5 * (start[c] + state.level_m[c]) } else { start[c] };
        let (upper, lower) = (middle(up), middle(down));
        if upper <= edge_m || upper <= lower {
            return Joint::Shut;
        }
        let (q, to) = law(upper, lower);
        if lower > to {
            Joint::Drowned(q / (upper - lower).max(1e-4))
        } else {
            let leak = Leak { conductance: q / (upper - to).max(1e-4), reference_m: to, ..Leak::default() };
            Joint::Free { leak, reverse }
        }
    }

    /// What an opening to the street does: the direction from the step's beginning, the conductance from `level`. The
    /// cell's own rise is in it, so that the two levels meet but do not cross; and it takes no more than is there.
    fn opening(&self, o: &Opening, flow: &dyn Flow, start: &[f64], level: &[f64], dt: f64) -> Leak {
        let bed = flow.bed_m(o.cell);
        let rim = o.rim_m.unwrap_or(bed).max(bed);
        let stage = flow.stage_m(o.cell);
        let area = flow.grid().cell_m * flow.grid().cell_m;
        let soft = |c: f64| c / (1.0 + c * dt / area);
        let head = level[o.node];
        if start[o.node] > stage.max(rim) || (head > stage.max(rim) && stage <= rim) {
            if head <= stage.max(rim) {
                return Leak::default();
            }
            let c = soft(o.inlets.conductance_m2_s(head, stage, rim));
            Leak { conductance: c, reference_m: stage.max(rim), ..Leak::default() }
        } else if stage > rim && start[o.node] < stage {
            let there = flow.free_m3(o.cell) / dt;
            if head <= rim {
                return Leak {
                    constant: -o.inlets.flow_m3_s(stage, head, rim).min(there),
                    inward: true,
                    ..Leak::default()
                };
            }
            if head >= stage {
                return Leak::default();
            }
            let c = soft(o.inlets.conductance_m2_s(stage, head, rim));
            if c * (stage - head) > there {
                return Leak { constant: -there, inward: true, ..Leak::default() };
            }
            Leak { conductance: c, reference_m: stage, inward: true, ..Leak::default() }
        } else {
            Leak::default()
        }
    }

    /// Nodes without a street that stand over their rim spill over the edge of their shaft, as over a weir.
    fn spills(&self, start: &[f64], level: &[f64]) -> Vec<(usize, Leak)> {
        let mut all = Vec::new();
        for k in 0..self.plan.nodes {
            let rim = self.plan.spill_m[k];
            let head = 0.5 * (start[k] + level[k]) - rim;
            if head > 0.0 || level[k] > rim {
                let inlets = Inlets::shaft(self.spec.options.shaft_m2);
                let c = inlets.conductance_m2_s(rim + head.max(1e-4), rim, rim);
                all.push((k, Leak { conductance: c, reference_m: rim, ..Leak::default() }));
            }
        }
        all
    }
}

/// Mean of a series over a stretch of time by its values at both ends; 0 of none.
fn math_mean(series: &[(f64, f64)], from_s: f64, to_s: f64) -> f64 {
    if series.is_empty() {
        return 0.0;
    }
    0.5 * (math::interpolate(series, from_s) + math::interpolate(series, to_s))
}

/// Puts a flow Q = ca eta_a - cb eta_b + constant from a to b into the balance of both cells; the level of a held cell
/// goes to the right side.
fn carry(
    plan: &Plan,
    linear: &mut Linear,
    face: usize,
    (a, b): (usize, usize),
    dt: f64,
    (ca, cb, constant): (f64, f64, f64),
    held_level: &[f64],
) {
    let (ca, cb, mut constant) = (dt * ca, dt * cb, dt * constant);
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

/// Takes a leak out of a cell's balance.
fn drain(linear: &mut Linear, cell: usize, leak: Leak, dt: f64) {
    linear.matrix.diagonal[cell] += dt * leak.conductance;
    linear.right[cell] += dt * (leak.conductance * leak.reference_m - leak.constant);
}

/// Halfway from one leak to the next: the geometric mean of the conductances, which settles square roots at once.
fn between(last: Leak, next: Leak) -> Leak {
    if last.conductance > 0.0 && next.conductance > 0.0 {
        Leak { conductance: (last.conductance * next.conductance).sqrt(), ..next }
    } else {
        next
    }
}
