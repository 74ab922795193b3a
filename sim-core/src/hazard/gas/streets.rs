//! Gas through the streets (街区近场): particles in the wind among the town's houses, of [`consequence::city`], in a drill. All that leaves enters
//! here, and what leaves the square about the leak goes on as puffs at the end of each tick.
//!
//! Houses are their outlines, or squares of their ground area, as high as their plinth and 3 m a storey, on square cells; one that covers the cell of the
//! leak is left out. Winds are solved when they first blow and are no state: a resumed drill solves the same ones again. Concentrations are running means
//! of the lowest 3 m; on the drill's map a cell has the mean over its open ground.

use super::near::{Moment, Surroundings};
use crate::base::complaint::Complaints;
use crate::base::digest::Digest;
use crate::base::grid::Grid;
use crate::base::text::Text;
use crate::vocab::body::Point;
use consequence::city::buildings::Footprint;
use consequence::city::wind::Space;
use consequence::city::{Buildings, Live, Pace, Quarter, Span};
use consequence::puff::Puff;
use consequence::release::Release;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// How the streets about a leak are followed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StreetsSpec {
    /// Half side of the square about the leak, m.
    pub reach_m: f64,
    /// Side of the wind's cells, m.
    pub cell_m: f64,
    /// Particles on their way at once, at most.
    pub particles: u32,
    pub seed: u64,
}

impl Default for StreetsSpec {
    fn default() -> StreetsSpec {
        StreetsSpec { reach_m: 250.0, cell_m: 4.0, particles: 30_000, seed: 1 }
    }
}

/// Most columns along a side in a drill: with 64 layers 5.8 million cells, of which a wind takes seconds.
const MOST_COLUMNS: f64 = 300.0;
const MOST_LAYERS: f64 = 64.0;
/// Height of the box over the tallest house, and at least, m (as in gas decks).
const TOP: f64 = 2.0;
const TOP_M: f64 = 40.0;

impl StreetsSpec {
    /// What is wrong with it, all at once.
    pub fn check(&self, file: &Path) -> Complaints {
        let mut all = Complaints::new();
        let mut within = |name: &str, v: f64, least: f64, most: f64, hint: &str| {
            let sound = v >= least && v <= most;
            if !sound {
                all.add(file, format!("near_field: {name} is {v}"), format!("{least} to {most}{hint}"));
            }
            sound
        };
        let reach = within("reach_m", self.reach_m, 40.0, 1000.0, " m to each side of the leak; 250 is usual");
        let cell = within("cell_m", self.cell_m, 1.0, 20.0, " m; 4 is usual");
        within("particles", f64::from(self.particles), 1000.0, 1e6, " on their way at once; 30000 is usual");
        let columns = self.columns();
        if reach && cell && columns > MOST_COLUMNS {
            let Self { reach_m, cell_m, .. } = self;
            let what = format!("near_field: reach_m {reach_m} by cell_m {cell_m} are {columns} columns");
            all.add(file, what, format!("{MOST_COLUMNS} at most: a larger cell_m or a shorter reach_m"));
        }
        all
    }

    fn columns(&self) -> f64 {
        2.0 * (self.reach_m / self.cell_m).ceil()
    }

    pub fn remark(&self) -> Text {
        let StreetsSpec { reach_m, cell_m, .. } = self;
        Text::new(
            format!(
                "泄漏点周围±{reach_m} 米内按街区近场计算：建筑间的风场（格距 {cell_m} 米，经验流区加质量守恒调整）中的粒子，浓度为离地 0–3 米平均；\
                 此范围以外按烟团计算，不计建筑。该模型未经城市示踪试验检验，个别街道可差数倍；重气在范围内按被动气体计算（不沿地面铺展）；\
                 没有轮廓的房屋按占地面积取正方形，层高取 3 米；人员暴露取地图网格内露天地面的平均浓度。"
            ),
            format!(
                "Within {reach_m} m to each side of a leak the gas runs through the streets: particles in a wind among the houses (cells of {cell_m} m; empirical \
                 zones made mass-consistent), concentrations are means of the lowest 3 m; beyond it puffs, which know no houses. Not checked against tracers in a \
                 city: single streets may be off by several times. Heavy gas is carried there as passive, without spreading by its weight. Houses \
                 without outlines are squares of their ground area, a storey is 3 m. People are exposed to the mean over the open ground of a cell of the map."
            ),
        )
    }
}

/// The streets about a site, laid.
#[derive(Debug, Clone, PartialEq)]
pub struct Town {
    pub quarter: Quarter,
    particles: u32,
    seed: u64,
}

impl Town {
    pub fn lay(spec: &StreetsSpec, around: &Surroundings, at: Point) -> Town {
        let n = spec.columns() as usize;
        let half = 0.5 * n as f64 * spec.cell_m;
        // On the lattice of the city's corner, so that its cells are whole numbers of these where their sizes allow.
        let from = |v: f64, low: f64| low + ((v - half - low) / spec.cell_m).round() * spec.cell_m;
        let grid =
            Grid { nx: n, ny: n, cell_m: spec.cell_m, x0: from(at.x, around.grid.x0), y0: from(at.y, around.grid.y0) };
        let reaches = |ring: &[Point]| {
            let span = |of: fn(&Point) -> f64| {
                ring.iter().map(of).fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)))
            };
            let meets = |(a, b): (f64, f64), low: f64, wide: f64| a < low + wide && b > low;
            meets(span(|p| p.x), grid.x0, grid.width_m()) && meets(span(|p| p.y), grid.y0, grid.height_m())
        };
        let own = grid.centre(grid.nearest_cell(at));
        let source = Grid { nx: 1, ny: 1, x0: own.x - 0.5 * grid.cell_m, y0: own.y - 0.5 * grid.cell_m, ..grid };
        let houses: Vec<Footprint> = around
            .blocks
            .iter()
            .filter(|b| reaches(&b.ring))
            .map(|b| Footprint { rings: vec![b.ring.clone()], height_m: b.height_m })
            .filter(|f| Buildings::from_footprints(source, std::slice::from_ref(f)).all.is_empty())
            .collect();
        let buildings = Buildings::from_footprints(grid, &houses);
        let top_m = (TOP * buildings.tallest_m()).max(TOP_M);
        let dz_m = (0.5 * spec.cell_m).max(top_m / MOST_LAYERS);
        let quarter = Quarter::new(Space::over(&buildings, dz_m, top_m), buildings);
        Town { quarter, particles: spec.particles, seed: spec.seed }
    }
}

/// The streets' state: particles, and what is still to come.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct NearStreets {
    live: Live,
    rest: Option<Release>,
}

impl NearStreets {
    /// Takes all that is to come.
    pub fn begin(&mut self, rest: Release) -> Release {
        let nothing = Release { steps: Vec::new(), bursts: Vec::new(), ..rest.clone() };
        self.rest = Some(rest);
        nothing
    }

    /// Less of all that is still to come.
    pub fn reduce(&mut self, by: f64) {
        let keep = (1.0 - by).max(0.0);
        if let Some(rest) = &mut self.rest {
            rest.steps.iter_mut().for_each(|s| s.rate_kg_s *= keep);
            rest.bursts.iter_mut().for_each(|b| b.mass_kg *= keep);
        }
    }

    pub fn advance(&mut self, now_s: f64, dt_s: f64, over: bool, town: &Town, m: &Moment) -> Vec<Puff> {
        let Some(rest) = &self.rest else { return Vec::new() };
        let pace = Pace { particles: town.particles, seed: town.seed, averaging_s: m.averaging_s };
        let span = Span { from_s: now_s, to_s: now_s + dt_s, over };
        self.live.advance(&town.quarter, &pace, rest, 0, m.air, span)
    }

    /// Particles, clock and counters.
    pub fn live(&self) -> &Live {
        &self.live
    }

    pub fn digest(&self, digest: &mut Digest) {
        digest.f64(self.live.released_kg()).f64(self.live.handed_kg()).u32(self.live.particles().len() as u32);
        for p in self.live.particles() {
            digest.f64(p.x_m.into()).f64(p.y_m.into()).f64(p.z_m.into()).f64(p.mass_kg);
        }
        digest.f32s(self.live.kg_m3());
    }
}
