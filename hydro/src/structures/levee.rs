//! Levees (堤防) as crest lines on the faces of cells, with freeboard, seepage, overtopping and breaches.
//!
//! Crest level = design level + freeboard, along the line; each face takes it at its middle. What stands on the faces is
//! watertight (see `line`). Overtopping needs no law here: water that stands above a crest passes the face in the solver;
//! it is watched, because it is what breaks levees.
//!
//! Seepage (渗流) through a homogeneous body on a tight base, Dupuit, and through a pervious layer under it, Darcy, per
//! metre of levee, with levels above the base (textbook forms):
//!
//!   q = k (h1^2 - h2^2) / (2 L) + ka D (h1 - h2) / L
//!
//! Piping (管涌) by Bligh's rule of 1910 (creep ratios from memory: very fine sand 18, fine sand 15, coarse sand 12, gravel
//! with sand 9, clay 5 to 7): a head held longer than some time over more than 1/C of the seepage length breaks through.

use super::breach::{Breach, BreachSpec, equal_crest_m, first};
use super::check::Check;
use super::exchange::pass;
use super::line::{FaceChain, check_line, middle};
use super::news::{News, StructureNews};
use super::weir::{BROAD, weir_m3_s};
use crate::flow::{Flow, G};
use base::grid::{Grid, Point};
use base::math;
use serde::{Deserialize, Serialize};

/// Overtopping, seepage and triggers are looked at in steps of this, s (assumption: they are slow).
pub const WATCH_S: f64 = 5.0;

/// Level of a crest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum CrestLevel {
    /// One level, m.
    Flat(f64),
    /// (Metres along the line, level m), rising; held constant beyond its ends.
    Along(Vec<(f64, f64)>),
    /// Height above the higher of the two beds beside each face, m.
    AboveBed(f64),
}

/// What seeps through.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeepageSpec {
    /// Conductivity of the body, m/s (sand 1e-4, loam 1e-6, clay 1e-8: textbook orders).
    pub body_m_s: f64,
    /// Conductivity, m/s, and thickness, m, of a pervious layer under it.
    #[serde(default)]
    pub layer_m_s: f64,
    #[serde(default)]
    pub layer_m: f64,
    /// Length of the way through, m: about the width of its foot.
    pub length_m: f64,
}

/// What breaches a levee by itself. Instructors do it by order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Trigger {
    /// At a time, at the point of the levee nearest to this (its middle where not given).
    At {
        at_s: f64,
        #[serde(default)]
        near: Option<Point>,
    },
    /// Overtopped by this much for so long, without a break, at one face. (Grass on clay stands some hours at 0.1 m, poor
    /// cover minutes: orders of the CIRIA curves, from memory.)
    Overtopped { depth_m: f64, duration_s: f64 },
    /// Head over 1/creep_ratio of the seepage length for so long, without a break, at one face.
    Piping { creep_ratio: f64, duration_s: f64 },
}

/// A levee.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeveeSpec {
    pub name: String,
    pub line: Vec<Point>,
    /// Design level (设计水位).
    pub crest: CrestLevel,
    /// Freeboard (超高) on top of it, m.
    #[serde(default)]
    pub freeboard_m: f64,
    #[serde(default)]
    pub breach: BreachSpec,
    #[serde(default)]
    pub seepage: Option<SeepageSpec>,
    #[serde(default)]
    pub triggers: Vec<Trigger>,
}

impl LeveeSpec {
    pub(super) fn check(&self, check: &mut Check) -> Option<FaceChain> {
        check.of("levee", &self.name);
        match &self.crest {
            CrestLevel::Flat(level_m) => {
                check.finite("crest", *level_m);
            }
            CrestLevel::Along(profile) => {
                check.rising("crest", profile, 1);
            }
            CrestLevel::AboveBed(height_m) => {
                check.positive("crest", *height_m);
            }
        }
        check.not_negative("freeboard_m", self.freeboard_m);
        self.breach.check(check);
        if let Some(seepage) = &self.seepage {
            check.not_negative("body_m_s", seepage.body_m_s);
            check.not_negative("layer_m_s", seepage.layer_m_s);
            check.not_negative("layer_m", seepage.layer_m);
            check.positive("length_m", seepage.length_m);
        }
        for trigger in &self.triggers {
            match trigger {
                Trigger::At { at_s, near } => {
                    check.finite("at_s", *at_s);
                    if let Some(p) = near {
                        check.cell("near", *p);
                    }
                }
                Trigger::Overtopped { depth_m, duration_s } => {
                    check.not_negative("depth_m", *depth_m);
                    check.not_negative("duration_s", *duration_s);
                }
                Trigger::Piping { creep_ratio, duration_s } => {
                    check.positive("creep_ratio", *creep_ratio);
                    check.not_negative("duration_s", *duration_s);
                    if self.seepage.is_none() {
                        check.wrong("has a trigger Piping but no seepage", "seepage: Some((length_m: ...))");
                    }
                }
            }
        }
        check_line(check, "line", &self.line)
    }
}

/// A place that leaks by order of an instructor or of the drill.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Leak {
    pub piece: usize,
    /// Discharge with the water at the crest, m3/s; it grows with the head from nothing.
    pub full_m3_s: f64,
    /// 1 stops it.
    pub strengthened: f64,
}

/// What changes in a levee.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct LeveeState {
    /// Sandbags and stop logs (子堤) on each face, m.
    pub raised_m: Vec<f64>,
    /// Time for which each face has been overtopped without a break, s.
    pub over_s: Vec<f64>,
    /// Greatest overtopping so far, m.
    pub over_max_m: f64,
    pub overtopped: bool,
    /// Per trigger, per face: time for which its condition has held, s.
    held_s: Vec<Vec<f64>>,
    /// Triggers that have fired: once each.
    fired: Vec<bool>,
    pub breaches: Vec<Breach>,
    pub leaks: Vec<Leak>,
    /// Water that has seeped through, both ways, m3.
    pub seeped_m3: f64,
    unwatched_s: f64,
}

/// A levee on the grid. Fixed during a run.
#[derive(Debug, Clone)]
pub struct Levee {
    pub chain: FaceChain,
    /// Crest of each face, freeboard included, m.
    pub crest_m: Vec<f64>,
}

impl Levee {
    pub(super) fn new(bed_m: &[f64], spec: &LeveeSpec, chain: FaceChain) -> Levee {
        let crest_m = chain
            .pieces
            .iter()
            .map(|piece| {
                let design_m = match &spec.crest {
                    CrestLevel::Flat(level_m) => *level_m,
                    CrestLevel::Along(profile) => math::interpolate(profile, piece.along_m),
                    CrestLevel::AboveBed(height_m) => bed_m[piece.left].max(bed_m[piece.right]) + height_m,
                };
                design_m + spec.freeboard_m
            })
            .collect();
        Levee { chain, crest_m }
    }
    pub(super) fn state(&self, spec: &LeveeSpec) -> LeveeState {
        let n = self.chain.pieces.len();
        LeveeState {
            raised_m: vec![0.0; n],
            over_s: vec![0.0; n],
            held_s: spec
                .triggers
                .iter()
                .map(|t| if matches!(t, Trigger::At { .. }) { Vec::new() } else { vec![0.0; n] })
                .collect(),
            fired: vec![false; spec.triggers.len()],
            ..Default::default()
        }
    }
    /// Level below which nothing passes each face now, m.
    pub fn level_m(&self, state: &LeveeState, piece: usize) -> f64 {
        let top = self.crest_m[piece] + state.raised_m[piece];
        let open = state.breaches.iter().flat_map(|breach| self.open(breach));
        open.filter(|&(k, _)| k == piece).fold(top, |level, (_, crest_m)| level.min(crest_m))
    }
    /// All of these levels.
    pub fn levels_m(&self, state: &LeveeState) -> Vec<f64> {
        let mut levels: Vec<f64> = self.crest_m.iter().zip(&state.raised_m).map(|(crest, more)| crest + more).collect();
        for (k, crest_m) in state.breaches.iter().flat_map(|breach| self.open(breach)) {
            levels[k] = levels[k].min(crest_m);
        }
        levels
    }
    /// The faces in a gap and their crests: the bottom, or at its ends what stands for a face open in part.
    fn open(&self, breach: &Breach) -> Vec<(usize, f64)> {
        let shares = breach.shares(self.chain.pieces.len(), self.chain.cell_m);
        let last = shares.len().saturating_sub(1);
        let crest_m = |(at, &(k, share)): (usize, &(usize, f64))| {
            let part = breach.ends_m[usize::from(at > 0 && at == last)];
            Some((k, if share >= 1.0 { breach.bottom_m } else { part? }))
        };
        shares.iter().enumerate().filter_map(crest_m).collect()
    }
    /// Opens a breach at a face, unless one is there already.
    pub(super) fn breach(
        &self,
        flow: &dyn Flow,
        spec: &LeveeSpec,
        state: &mut LeveeState,
        piece: usize,
        now_s: f64,
    ) -> Option<usize> {
        let cell_m = self.chain.cell_m;
        let chain_m = (piece as f64 + 0.5) * cell_m;
        if let Some(k) = state.breaches.iter().position(|b| (b.chain_m - chain_m).abs() <= 0.5 * b.width_m.max(cell_m))
        {
            // A breach that crews had closed opens anew where it was.
            return (state.breaches[k].open_m() <= 0.0).then(|| {
                let b = &mut state.breaches[k];
                let (width_m, bottom_m) = first(&spec.breach.law, b.crest_m, b.floor_m);
                (b.since_s, b.width_m, b.bottom_m, b.closed_m, b.eaten_m) = (now_s, width_m, bottom_m, 0.0, 0.0);
                b.ends_m = [None; 2];
                k
            });
        }
        let at = self.chain.pieces[piece];
        let crest_m = self.crest_m[piece] + state.raised_m[piece];
        // What passes has both beds to cross: a gap deeper than the higher one would be a hole without a way in or out.
        let beds_m = flow.bed_m(at.left).max(flow.bed_m(at.right));
        let floor_m = spec.breach.floor_m.unwrap_or(beds_m).max(beds_m).min(crest_m);
        let (width_m, bottom_m) = first(&spec.breach.law, crest_m, floor_m);
        let p = middle(flow.grid(), at.face);
        state.breaches.push(Breach {
            x: p.x,
            y: p.y,
            chain_m,
            since_s: now_s,
            crest_m,
            floor_m,
            bottom_m,
            width_m: width_m.min(spec.breach.width_max_m),
            width_max_m: spec.breach.width_max_m,
            widen_m_h: f64::MAX,
            closed_m: 0.0,
            eaten_m: 0.0,
            ends_m: [None; 2],
            discharge_m3_s: 0.0,
        });
        Some(state.breaches.len() - 1)
    }

    /// Grows the breaches, watches the crest, seeps. Says whether levels of its faces have changed.
    pub(super) fn step(
        &self,
        flow: &mut dyn Flow,
        spec: &LeveeSpec,
        state: &mut LeveeState,
        now_s: f64,
        dt_s: f64,
        news: &mut News,
    ) -> bool {
        let mut changed = false;
        for k in 0..state.breaches.len() {
            changed |= self.gap(flow, spec, &mut state.breaches[k], &state.raised_m, now_s, dt_s);
        }
        state.unwatched_s += dt_s;
        if state.unwatched_s >= WATCH_S {
            let since_s = std::mem::take(&mut state.unwatched_s);
            self.seep(flow, spec, state, since_s);
            changed |= self.watch(flow, spec, state, now_s + dt_s, since_s, news);
        }
        changed
    }

    /// One breach: growth under the levels beside it, and the crests of the faces that are open in part.
    fn gap(
        &self,
        flow: &dyn Flow,
        spec: &LeveeSpec,
        breach: &mut Breach,
        raised_m: &[f64],
        now_s: f64,
        dt_s: f64,
    ) -> bool {
        let pieces = &self.chain.pieces;
        let shares = breach.shares(pieces.len(), self.chain.cell_m);
        // The upper water with its velocity head, the lower without: the jet behind a gap is no tail water.
        let (mut left_m, mut right_m, mut weight) = (0.0, 0.0, 0.0);
        let heads = |k: usize| {
            let (left, right): (usize, usize) = (pieces[k].left, pieces[k].right);
            if flow.stage_m(left) >= flow.stage_m(right) {
                (energy_m(flow, left), flow.stage_m(right))
            } else {
                (flow.stage_m(left), energy_m(flow, right))
            }
        };
        for &(k, share) in &shares {
            let (left, right) = heads(k);
            left_m += share * left;
            right_m += share * right;
            weight += share;
        }
        if weight <= 0.0 {
            // Froehlich's breach begins with no width at all: it sees the levels at its middle.
            let k = ((breach.chain_m / self.chain.cell_m) as usize).min(pieces.len() - 1);
            ((left_m, right_m), weight) = (heads(k), 1.0);
        }
        let (left_m, right_m) = (left_m / weight, right_m / weight);
        let (high, low) = (left_m.max(right_m), left_m.min(right_m));
        let before = (breach.bottom_m, breach.width_m);
        breach.grow(&spec.breach.law, high, low, now_s, dt_s);
        let q = weir_m3_s(BROAD, breach.open_m(), high - breach.bottom_m, low - breach.bottom_m);
        breach.discharge_m3_s = if left_m >= right_m { q } else { -q };
        let shares = breach.shares(pieces.len(), self.chain.cell_m);
        let ends_before = std::mem::take(&mut breach.ends_m);
        for (end, at) in [(0, 0), (1, shares.len().saturating_sub(1))] {
            if let Some(&(k, share)) = shares.get(at)
                && share < 1.0
                && (end == 0 || at > 0)
            {
                let (a, b) = (flow.stage_m(pieces[k].left), flow.stage_m(pieces[k].right));
                let top_m = self.crest_m[k] + raised_m[k];
                breach.ends_m[end] = Some(equal_crest_m(share, breach.bottom_m, top_m, a.max(b), a.min(b)));
            }
        }
        before != (breach.bottom_m, breach.width_m) || ends_before != breach.ends_m
    }

    fn seep(&self, flow: &mut dyn Flow, spec: &LeveeSpec, state: &mut LeveeState, dt_s: f64) {
        if let Some(seepage) = &spec.seepage {
            for piece in &self.chain.pieces {
                if flow.depth_m(piece.left) <= 0.0 && flow.depth_m(piece.right) <= 0.0 {
                    continue;
                }
                let base_m = flow.bed_m(piece.left).min(flow.bed_m(piece.right));
                let cell_m = self.chain.cell_m;
                let seeped = pass(flow, &[piece.left], &[piece.right], base_m, dt_s, &|a, b| {
                    let q = seepage_m2_s(seepage, a.max(b) - base_m, a.min(b) - base_m) * cell_m;
                    if a >= b { q } else { -q }
                });
                state.seeped_m3 += seeped.abs();
            }
        }
        for leak in &state.leaks {
            let piece = self.chain.pieces[leak.piece];
            let base_m = flow.bed_m(piece.left).min(flow.bed_m(piece.right));
            let height_m = (self.crest_m[leak.piece] - base_m).max(0.1);
            let full = leak.full_m3_s * (1.0 - leak.strengthened).max(0.0);
            let seeped = pass(flow, &[piece.left], &[piece.right], base_m, dt_s, &|a, b| {
                full * ((a - b) / height_m).clamp(-1.0, 1.0)
            });
            state.seeped_m3 += seeped.abs();
        }
    }

    /// Overtopping and triggers. Says whether a breach was opened.
    fn watch(
        &self,
        flow: &dyn Flow,
        spec: &LeveeSpec,
        state: &mut LeveeState,
        now_s: f64,
        dt_s: f64,
        news: &mut News,
    ) -> bool {
        let levels = self.levels_m(state);
        let mut deepest: Option<(f64, usize)> = None;
        let mut breaks: Vec<usize> = Vec::new();
        for (k, piece) in self.chain.pieces.iter().enumerate() {
            let (left, right) = (wet_stage_m(flow, piece.left), wet_stage_m(flow, piece.right));
            let top = self.crest_m[k] + state.raised_m[k];
            let over = left.max(right) - top;
            let stands = levels[k] >= top;
            if over > 0.0 && stands {
                state.over_s[k] += dt_s;
                state.over_max_m = state.over_max_m.max(over);
                if deepest.is_none_or(|(d, _)| over > d) {
                    deepest = Some((over, k));
                }
            } else {
                state.over_s[k] = 0.0;
            }
            let beds = (flow.bed_m(piece.left), flow.bed_m(piece.right));
            let head = (left.max(beds.0) - right.max(beds.1)).abs();
            for (t, trigger) in spec.triggers.iter().enumerate() {
                let (holds, duration_s) = match trigger {
                    Trigger::At { .. } => continue,
                    Trigger::Overtopped { depth_m, duration_s } => (over > *depth_m, *duration_s),
                    Trigger::Piping { creep_ratio, duration_s } => {
                        let length_m = spec.seepage.as_ref().map_or(f64::INFINITY, |s| s.length_m);
                        (head * creep_ratio > length_m, *duration_s)
                    }
                };
                let held = &mut state.held_s[t][k];
                *held = if holds && stands { *held + dt_s } else { 0.0 };
                if *held > 0.0 && *held >= duration_s && !state.fired[t] {
                    state.fired[t] = true;
                    breaks.push(k);
                }
            }
        }
        for (t, trigger) in spec.triggers.iter().enumerate() {
            if let Trigger::At { at_s, near } = trigger
                && now_s >= *at_s
                && !state.fired[t]
            {
                state.fired[t] = true;
                breaks.extend(self.piece_near(flow.grid(), *near));
            }
        }
        match deepest {
            Some((depth_m, k)) if !state.overtopped => {
                state.overtopped = true;
                let at = middle(flow.grid(), self.chain.pieces[k].face);
                news.push(StructureNews::Overtopped { levee: spec.name.clone(), x: at.x, y: at.y, depth_m });
            }
            None if state.overtopped => {
                state.overtopped = false;
                news.push(StructureNews::OvertoppingEnded { levee: spec.name.clone() });
            }
            _ => {}
        }
        let mut opened = false;
        for piece in breaks {
            if let Some(k) = self.breach(flow, spec, state, piece, now_s) {
                let b = &state.breaches[k];
                news.push(StructureNews::Breached { levee: spec.name.clone(), breach: k, x: b.x, y: b.y });
                opened = true;
            }
        }
        opened
    }
    /// The piece nearest to a point, or the middle one.
    pub fn piece_near(&self, grid: &Grid, near: Option<Point>) -> Option<usize> {
        near.map_or_else(|| self.chain.middle_piece(), |p| self.chain.nearest(grid, p))
    }
}

/// Seepage through a metre of levee, m2/s, for levels above the base.
pub fn seepage_m2_s(seepage: &SeepageSpec, h1_m: f64, h2_m: f64) -> f64 {
    let (h1, h2) = (h1_m.max(0.0), h2_m.max(0.0));
    (seepage.body_m_s * 0.5 * (h1 * h1 - h2 * h2) + seepage.layer_m_s * seepage.layer_m * (h1 - h2)) / seepage.length_m
}

/// Level with velocity head, m.
fn energy_m(flow: &dyn Flow, cell: usize) -> f64 {
    let (u, v) = flow.velocity_m_s(cell);
    flow.stage_m(cell) + (u * u + v * v) / (2.0 * G)
}

/// Level of water, or minus infinity where there is no more than a film of a millimetre.
fn wet_stage_m(flow: &dyn Flow, cell: usize) -> f64 {
    if flow.depth_m(cell) > 1e-3 { flow.stage_m(cell) } else { f64::NEG_INFINITY }
}
