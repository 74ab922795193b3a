//! What feeds a layer: cells, and what comes into them of substance, volume, excess of mass and momentum.

use super::{Ground, Layer};
use base::grid::Point;
use base::math;
use serde::{Deserialize, Serialize};

/// A source of the layer, spread evenly over some cells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feed {
    pub cells: Vec<usize>,
    /// Substance, kg/s.
    pub mass_kg_s: f64,
    /// Of the mixture in which it comes, m3/s.
    pub volume_m3_s: f64,
    /// Mass of the mixture over that of as much air, kg/s.
    pub excess_kg_s: f64,
    /// Momentum that it brings, east and north, N.
    pub momentum_n: (f64, f64),
}

impl Feed {
    /// A substance that comes at rest in a mixture of this density with this share of it by mass.
    pub fn at_rest(cells: Vec<usize>, mass_kg_s: f64, density_kg_m3: f64, mass_share: f64, air_kg_m3: f64) -> Feed {
        let volume_m3_s = mass_kg_s / mass_share / density_kg_m3;
        let excess_kg_s = volume_m3_s * (density_kg_m3 - air_kg_m3);
        Feed { cells, mass_kg_s, volume_m3_s, excess_kg_s, momentum_n: (0.0, 0.0) }
    }
}

/// Cells of a round source; the nearest cell where it is smaller than one.
pub fn round(ground: &Ground, at: Point, area_m2: f64) -> Vec<usize> {
    let radius_m = math::sqrt(area_m2.max(0.0) / std::f64::consts::PI);
    let cells = ground.grid.cells_within(at, radius_m);
    if cells.is_empty() { vec![ground.grid.nearest_cell(at)] } else { cells }
}

impl Layer {
    pub(super) fn feed(&mut self, ground: &Ground, feeds: &[Feed], step_s: f64) {
        feeds.iter().for_each(|feed| self.put(ground, feed, step_s));
    }

    /// Puts in what a feed gives in a time, at once. A burst is a feed of one second.
    pub fn put(&mut self, ground: &Ground, feed: &Feed, for_s: f64) {
        if feed.cells.is_empty() || feed.mass_kg_s <= 0.0 || for_s <= 0.0 {
            return;
        }
        let g = ground.grid;
        let each = for_s / (feed.cells.len() as f64 * ground.area_m2());
        for &k in &feed.cells {
            let cell = &mut self.cells[k];
            cell.depth_m += each * feed.volume_m3_s;
            cell.mass_kg_m2 += each * feed.mass_kg_s;
            cell.excess_kg_m2 += each * feed.excess_kg_s;
            cell.east += each * feed.momentum_n.0;
            cell.north += each * feed.momentum_n.1;
            self.window = self.window.with(k % g.nx, k / g.nx);
        }
        self.mass.fed_kg += for_s * feed.mass_kg_s;
        self.excess.fed_kg += for_s * feed.excess_kg_s;
        self.richest_kg_m3 = self.richest_kg_m3.max(feed.mass_kg_s / feed.volume_m3_s);
    }
}
