//! Where channels and cells meet. A cell whose ground is no lower than the bank and the channel in it have one level:
//!
//!   V(eta) = L A(min(eta, z) - bed) + F max(eta - z, 0)         z: the cell's ground, F: its area
//!
//! is what a node and its shares of cells hold together, and the solver finds eta for the sum. Over raised banks, and out
//! of open ends, water passes as over a broad crest with Villemonte's submergence (`structures::weir`), the cell's
//! own rise within the step taken into account, so that the two levels meet and do not cross.

use super::plan::{Plan, Spill};
use crate::flow::Flow;
use crate::sewer::network::system::Holding;
use crate::structures::weir::{BROAD, weir_m3_s};

/// Least head that a conductance is made of, m.
const HEAD_M: f64 = 1e-4;

/// What nodes hold together with their shares of cells, as the cells stand at the step's beginning.
#[derive(Debug)]
pub struct Shores<'a> {
    plan: &'a Plan,
    /// Level over which a piece's cell takes part (its ground and what its hollows hold), m; infinite where none does.
    pub ground_m: Vec<f64>,
    /// Water of the cell that is the piece's, m3.
    pub before_m3: Vec<f64>,
    ceiling_m: Vec<f64>,
}

impl<'a> Shores<'a> {
    pub fn new(plan: &'a Plan, flow: &dyn Flow) -> Shores<'a> {
        let mut ceiling_m = plan.ceiling_m.clone();
        let (mut ground_m, mut before_m3) = (Vec::new(), Vec::new());
        for piece in &plan.pieces {
            let Some(plain) = piece.plain else {
                ground_m.push(f64::INFINITY);
                before_m3.push(0.0);
                continue;
            };
            // A bed that was lowered under the channel's (a breach, a dam that fails) is passed at the channel's bed.
            let ground = flow.bed_m(piece.cell) + (flow.depth_m(piece.cell) - flow.free_m(piece.cell));
            let ground = ground.max(piece.bed_m);
            ground_m.push(ground);
            before_m3.push(plain.share * flow.free_m3(piece.cell));
            ceiling_m[piece.node] = ceiling_m[piece.node].max(ground);
        }
        Shores { plan, ground_m, before_m3, ceiling_m }
    }
    /// What a piece's cell holds at a level, m3.
    pub fn plain_m3(&self, piece: usize, level_m: f64) -> f64 {
        let area = self.plan.pieces[piece].plain.map_or(0.0, |plain| plain.area_m2);
        area * (level_m - self.ground_m[piece]).max(0.0)
    }
    /// Conveyance that cells have over the channel's width at a node, m3/s.
    pub fn over_m3_s(&self, node: usize, level_m: f64) -> f64 {
        let (mut sum, mut length) = (0.0, 0.0);
        for k in self.plan.pieces_of(node) {
            let p = &self.plan.pieces[k];
            length += p.length_m;
            let h = (level_m - self.ground_m[k]).max(0.0);
            if h > 0.0 {
                let root = base::math::cbrt(h);
                // h^(5/3) / n; a cell without roughness conveys as one of 0.001.
                sum += p.length_m * p.section.top_m() * h * root * root / p.cell_manning.max(1e-3);
            }
        }
        if length > 0.0 { sum / length } else { 0.0 }
    }
}

impl Holding for Shores<'_> {
    fn cells(&self) -> usize {
        self.plan.nodes()
    }
    #[inline]
    fn parts(&self, node: usize, level_m: f64) -> (f64, f64, f64, f64) {
        let mut sum = (0.0, 0.0, 0.0, 0.0);
        for k in self.plan.pieces_of(node) {
            let p = &self.plan.pieces[k];
            let ground = self.ground_m[k];
            let y = level_m.min(ground) - p.bed_m;
            if y <= 0.0 {
                continue;
            }
            let width = p.holds_m * p.section.width_m(y);
            sum.0 += width;
            sum.1 += p.holds_m * p.section.area_m2(y);
            let over = level_m - ground;
            if over > 0.0 {
                // The cell's area takes the place of the channel's: what it is more grows, what it is less shrinks.
                let more = p.plain.map_or(0.0, |plain| plain.area_m2) - width;
                let (grows, shrinks) = (more.max(0.0), (-more).max(0.0));
                sum.0 += grows;
                sum.1 += (width + grows) * over;
                sum.2 += shrinks;
                sum.3 += shrinks * over;
            }
        }
        sum
    }
    fn held(&self, node: usize) -> bool {
        self.plan.held[node]
    }
    fn ceiling_m(&self, node: usize) -> f64 {
        self.ceiling_m[node] + 1.0
    }
    fn floor_m(&self, node: usize) -> f64 {
        self.plan.floor_m[node]
    }
}

/// A flow out of a node that depends on its level: Q = conductance x (level - reference) + constant.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Leak {
    pub conductance: f64,
    pub reference_m: f64,
    pub constant: f64,
    /// Into the node instead of out of it (flows are positive out of it).
    pub inward: bool,
}

impl Leak {
    /// Flow out of the node at a level: it never turns within a step.
    pub fn at(&self, level_m: f64) -> f64 {
        let q = self.conductance * (level_m - self.reference_m) + self.constant;
        if self.inward { q.min(0.0) } else { q.max(0.0) }
    }
}

/// What passes a raised bank or an open end: the direction from the step's beginning, the conductance from halfway to what
/// was found; no more than is there.
pub fn spill(s: &Spill, flow: &dyn Flow, start_m: f64, level_m: f64, dt: f64) -> Leak {
    let crest = s.crest_m.max(flow.bed_m(s.cell));
    let stage = flow.stage_m(s.cell);
    let soft = |c: f64| c / (1.0 + c * dt / s.plain.area_m2);
    let head = 0.5 * (start_m + level_m);
    let law = |high: f64, low: f64| weir_m3_s(BROAD, s.width_m, high - crest, low - crest);
    if start_m >= stage && head > stage.max(crest) {
        let q = law(head, stage);
        let to = stage.max(crest);
        Leak { conductance: soft(q / (head - to).max(HEAD_M)), reference_m: to, ..Leak::default() }
    } else if stage > crest && stage > start_m && stage > head {
        let there = (s.plain.share * flow.free_m3(s.cell)).min(s.plain.area_m2 * (stage - crest)) / dt;
        let q = law(stage, head);
        if head > crest {
            let c = soft(q / (stage - head).max(HEAD_M));
            if c * (stage - head) <= there {
                return Leak { conductance: c, reference_m: stage, inward: true, ..Leak::default() };
            }
        }
        Leak { constant: -q.min(there), inward: true, ..Leak::default() }
    } else {
        Leak::default()
    }
}
