//! The water of cells and of the channels in them as one: what pumps, gates, drains and outfalls see that stand where a
//! channel runs. Below the banks such a cell has the channel's level and the channel's water; what is given to it runs
//! into the channel with the next step, what is taken comes from the ground first, then from the channel.
//!
//! A channel between raised banks is not seen: there the cell is the land behind the dike.

use super::plan::Plan;
use super::state::ChannelsState;
use crate::flow::{Account, Face, Flow, RowGains};
use base::grid::Grid;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Cells that share their water with a channel, and their pieces.
pub type Shared = BTreeMap<usize, Vec<usize>>;

/// Lists them, once.
pub fn shared(plan: &Plan) -> Shared {
    let mut all = Shared::new();
    for (k, piece) in plan.pieces.iter().enumerate() {
        if piece.plain.is_some() {
            all.entry(piece.cell).or_default().push(k);
        }
    }
    all
}

/// A flow together with the channels in it.
pub struct Water<'a> {
    pub(super) flow: &'a mut dyn Flow,
    pub(super) plan: Arc<Plan>,
    pub(super) shared: Arc<Shared>,
    pub(super) state: &'a mut ChannelsState,
}

impl Water<'_> {
    /// What a piece holds of its node's water, m3, and the surface over it, m2.
    fn held(&self, piece: usize) -> (f64, f64) {
        let p = &self.plan.pieces[piece];
        let there = self.state.volume_m3[p.node];
        if there <= 0.0 {
            return (0.0, 0.0);
        }
        let full = |p: &super::plan::Piece| {
            p.holds_m * p.section.area_m2((self.state.level_m[p.node].min(p.ground_m) - p.bed_m).max(0.0))
        };
        let all: f64 = self.plan.pieces[self.plan.pieces_of(p.node)].iter().map(full).sum();
        let width_m = p.section.width_m(self.state.level_m[p.node] - p.bed_m);
        if all > 0.0 { (there * full(p) / all, p.holds_m * width_m) } else { (0.0, 0.0) }
    }
    /// Water, surface and level of the channels in a cell: m3, m2, m; none where there is no water in them.
    fn channel(&self, cell: usize) -> Option<(f64, f64, f64)> {
        let pieces = self.shared.get(&cell)?;
        let (mut volume, mut area, mut moment) = (0.0, 0.0, 0.0);
        for &k in pieces {
            let (v, a) = self.held(k);
            volume += v;
            area += a;
            moment += v * self.state.level_m[self.plan.pieces[k].node];
        }
        (volume > 0.0 && area > 0.0).then(|| (volume, area, moment / volume))
    }
}

impl Flow for Water<'_> {
    fn grid(&self) -> &Grid {
        self.flow.grid()
    }
    /// Of the channel where one shares the cell's water.
    fn bed_m(&self, cell: usize) -> f64 {
        let ground = self.flow.bed_m(cell);
        let pieces = self.shared.get(&cell).into_iter().flatten();
        pieces.fold(ground, |low, &k| low.min(self.plan.pieces[k].bed_m))
    }
    fn depth_m(&self, cell: usize) -> f64 {
        if self.shared.contains_key(&cell) { self.stage_m(cell) - self.bed_m(cell) } else { self.flow.depth_m(cell) }
    }
    /// Such that water over depth is the surface that there is.
    fn free_m(&self, cell: usize) -> f64 {
        let free = self.flow.free_m(cell);
        match self.channel(cell) {
            None => free,
            Some((volume, area, _)) if free <= 0.0 => volume / area,
            Some((volume, _, _)) => free * (1.0 + volume / self.flow.free_m3(cell)),
        }
    }
    fn free_m3(&self, cell: usize) -> f64 {
        self.flow.free_m3(cell) + self.channel(cell).map_or(0.0, |c| c.0)
    }
    fn velocity_m_s(&self, cell: usize) -> (f64, f64) {
        self.flow.velocity_m_s(cell)
    }
    /// Of the ground's water where it stands on the ground, else of the channel's; of the bed where both are dry.
    fn stage_m(&self, cell: usize) -> f64 {
        if !self.shared.contains_key(&cell) || self.flow.free_m(cell) > 0.0 {
            return self.flow.stage_m(cell);
        }
        self.channel(cell).map_or_else(|| self.bed_m(cell), |c| c.2)
    }
    fn take_m3(&mut self, cell: usize, volume_m3: f64, account: Account) -> f64 {
        let mut taken = self.flow.take_m3(cell, volume_m3, account);
        let Some(pieces) = self.shared.get(&cell).cloned() else { return taken };
        for k in pieces {
            let (there, area) = self.held(k);
            let more = (volume_m3 - taken).min(there);
            if more > 0.0 {
                let node = self.plan.pieces[k].node;
                self.state.volume_m3[node] -= more;
                // The level follows at once, so that what takes next sees it; the next step finds it exactly.
                if area > 0.0 {
                    let floor = self.plan.floor_m[node];
                    self.state.level_m[node] = (self.state.level_m[node] - more / area).max(floor);
                }
                self.state.ledger.taken_m3 += more;
                taken += more;
            }
        }
        taken
    }
    fn give_m3(&mut self, cell: usize, volume_m3: f64, account: Account) {
        self.flow.give_m3(cell, volume_m3, account);
    }
    fn set_bed_m(&mut self, cell: usize, bed_m: f64) {
        self.flow.set_bed_m(cell, bed_m);
    }
    fn crest_m(&self, face: Face) -> Option<f64> {
        self.flow.crest_m(face)
    }
    fn set_crest_m(&mut self, face: Face, crest_m: Option<f64>) {
        self.flow.set_crest_m(face, crest_m);
    }
    fn add_rows(&mut self, account: Account, gains: &RowGains) {
        self.flow.add_rows(account, gains);
    }
}
