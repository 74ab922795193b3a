//! Heavy gas over the town's ground (近源重气层): the shallow layer of [`consequence::dense::layer`] in a drill. It runs downhill, along
//! streets and up to walls; levees hold it back as high as their crests, houses are blocks. Vapour and clouds at rest enter where they leave,
//! jets where they have come down and slowed (as in gas decks). What is no longer heavy goes to puffs at the end of each tick.
//!
//! The ground is the town's terrain, evenly between the centres of its cells, with open water at its level; each levee is a crest on the
//! faces between cells, however thin; each house its outline, or a square of its ground area, with its plinth and 3 m a storey. The wind is the
//! drill's: it does not feel walls and houses, and neither do the puffs. A levee that breaches goes on holding gas.

use super::near::{Moment, Surroundings};
use crate::base::complaint::Complaints;
use crate::base::digest::Digest;
use crate::base::grid::Grid;
use crate::base::text::Text;
use crate::vocab::body::Point;
use consequence::dense::layer::enter::Leaving;
use consequence::dense::layer::{Feed, Ground, Layer};
use consequence::dense::{Ambient, Gas};
use consequence::puff::Puff;
use consequence::release::{Emission, Release};
use consequence::substance::Substance;
use consequence::weather::Air;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// How a layer is laid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LayerSpec {
    /// Half side of the square about the leak on which heavy gas is followed, m; cut at the edge of the map.
    pub reach_m: f64,
    /// Side of its cells, m.
    pub cell_m: f64,
    /// Whether houses stand in the way.
    pub houses: bool,
}

impl Default for LayerSpec {
    fn default() -> LayerSpec {
        LayerSpec { reach_m: 400.0, cell_m: 5.0, houses: true }
    }
}

/// Most cells of a layer in a drill: more do not keep up with it (0.2 us a cell and step).
const MOST: f64 = 90_000.0;

impl LayerSpec {
    /// What is wrong with it, all at once.
    pub fn check(&self, file: &Path) -> Complaints {
        let mut all = Complaints::new();
        let mut within = |name: &str, v: f64, least: f64, most: f64| {
            let sound = v >= least && v <= most;
            if !sound {
                all.add(file, format!("near_field: {name} is {v}"), format!("{least} to {most} m would do"));
            }
            sound
        };
        let (reach, cell) = (within("reach_m", self.reach_m, 50.0, 2000.0), within("cell_m", self.cell_m, 1.0, 50.0));
        let side = 2.0 * self.reach_m / self.cell_m;
        if reach && cell && side * side > MOST {
            let what = format!("near_field: the layer would have {side:.0} x {side:.0} cells");
            all.add(file, what, format!("at most {MOST}: a shorter reach_m or a larger cell_m"));
        }
        all
    }

    pub fn remark(&self) -> Text {
        let LayerSpec { reach_m, cell_m, houses } = self;
        let (zh, en) = if *houses { ("、房屋", ", houses") } else { ("", "") };
        Text::new(
            format!(
                "近源重气按二维浅层沿地形计算（泄漏点周围±{reach_m} 米，网格 {cell_m} 米），地面、堤防{zh}起阻挡作用；风场不受地形、墙和房屋影响，\
                 气体稀释或流出该范围后按烟团计算，不再受阻挡；溃堤不影响气体；不计地面传热，低温气体偏重、停留偏久。"
            ),
            format!(
                "Heavy gas near a leak runs over the ground as a shallow layer (within {reach_m} m to each side, cells of {cell_m} m), held back by ground, levees{en}. \
                 The wind feels neither ground nor walls nor houses; gas that has thinned or run out of that square goes on as puffs, which nothing holds back. \
                 A breached levee still holds gas. The ground gives no heat: cold gas stays heavy for too long."
            ),
        )
    }
}

/// The ground of a layer, laid.
#[derive(Debug, Clone, PartialEq)]
pub struct Land {
    pub ground: Ground,
    /// Cells on which a house stands.
    built: Vec<bool>,
}

impl Land {
    pub fn lay(spec: &LayerSpec, around: &Surroundings, at: Point) -> Land {
        let city = around.grid;
        // On the lattice of the city's corner, so that its cells are whole numbers of the layer's where their sizes allow.
        let cells = |low: f64, width: f64, at: f64| {
            let whole = |v: f64| (v / spec.cell_m).round().max(0.0) as usize;
            let most = (width / spec.cell_m + 1e-9).floor() as usize;
            let from = whole(at - spec.reach_m - low).min(most.saturating_sub(1));
            (from, whole(at + spec.reach_m - low).clamp(from + 1, most.max(from + 1)))
        };
        let (i0, i1) = cells(city.x0, city.width_m(), at.x);
        let (j0, j1) = cells(city.y0, city.height_m(), at.y);
        let grid = Grid {
            nx: i1 - i0,
            ny: j1 - j0,
            cell_m: spec.cell_m,
            x0: city.x0 + i0 as f64 * spec.cell_m,
            y0: city.y0 + j0 as f64 * spec.cell_m,
        };
        let bed_m = (0..grid.len()).map(|k| between(&city, &around.terrain_m, grid.centre(k))).collect();
        let mut ground = Ground::new(grid, bed_m);
        for levee in &around.levees {
            ground.dike(&levee.line, levee.crest_m);
        }
        let mut built = vec![false; grid.len()];
        if spec.houses {
            let source = grid.nearest_cell(at);
            for block in &around.blocks {
                let cells = ground.inside(&block.ring);
                // A house at the leak itself would lift it on its roof.
                if !cells.is_empty() && !cells.contains(&source) {
                    ground.building(&block.ring, block.height_m);
                    cells.iter().for_each(|&k| built[k] = true);
                }
            }
        }
        Land { ground, built }
    }

    /// Share of the ground on which houses stand.
    pub fn built_share(&self) -> f64 {
        self.built.iter().filter(|b| **b).count() as f64 / self.built.len().max(1) as f64
    }
}

/// Height at a place, evenly between the centres of the city's cells, m.
fn between(city: &Grid, values: &[f32], p: Point) -> f64 {
    let split = |x: f64, low: f64, n: usize| {
        let u = ((x - low) / city.cell_m - 0.5).clamp(0.0, n as f64 - 1.0);
        let k = (u.floor() as usize).min(n - 1);
        (k, (k + 1).min(n - 1), u - k as f64)
    };
    let ((i, i1, a), (j, j1, b)) = (split(p.x, city.x0, city.nx), split(p.y, city.y0, city.ny));
    let at = |i: usize, j: usize| f64::from(values[city.index(i, j)]);
    let row = |j: usize| at(i, j) * (1.0 - a) + at(i1, j) * a;
    row(j) * (1.0 - b) + row(j1) * b
}

/// What enters and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Inlet {
    from_s: f64,
    to_s: f64,
    /// kg/s from a moment to another; kg at the first where `burst`.
    feed: Feed,
    burst: bool,
}

/// The layer's state.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct NearLayer {
    /// None until something comes in.
    layer: Option<Layer>,
    inlets: Vec<Inlet>,
    /// Where the wind blew when the stretch began, east and north.
    towards: (f64, f64),
}

/// Cosine of the turn of the wind after which a jet comes down elsewhere: 15 degrees (assumption).
const TURNED: f64 = 0.965_925_826_289_068_3;
/// What is left of the gas when the layer is given up after the leak, as a share.
const CRUMBS: f64 = 1e-2;

impl NearLayer {
    pub fn begin(&mut self, mut rest: Release, substance: &Substance, land: &Land, m: &Moment) -> Release {
        let (gas, ambient) = (Gas::of(substance), Ambient::of(m.air, m.averaging_s));
        let lasting_s: f64 = rest.steps.iter().map(|s| s.duration_s()).sum();
        let (at, height_m) = (rest.at, rest.height_m);
        let enters = |state: &Emission, rate_kg_s: f64, lasting_s: f64, burst_kg: f64| {
            let leaving = Leaving { gas, at, height_m, state, rate_kg_s, lasting_s, burst_kg };
            let mut feed = leaving.enters(&land.ground, m.air, &ambient)?;
            // It comes in beside houses, not on their roofs.
            if feed.cells.iter().any(|&k| !land.built[k]) {
                feed.cells.retain(|&k| !land.built[k]);
            }
            Some(feed)
        };
        let inlets = &mut self.inlets;
        inlets.clear();
        rest.steps.retain(|s| {
            let feed = enters(&s.state, s.rate_kg_s, lasting_s, 0.0);
            let taken = feed.is_some();
            inlets.extend(feed.map(|feed| Inlet { from_s: s.from_s, to_s: s.to_s, feed, burst: false }));
            !taken
        });
        rest.bursts.retain(|b| {
            let feed = enters(&b.state, 0.0, 0.0, b.mass_kg);
            let taken = feed.is_some();
            inlets.extend(feed.map(|feed| Inlet { from_s: b.at_s, to_s: b.at_s, feed, burst: true }));
            !taken
        });
        self.towards = m.air.towards;
        rest
    }

    /// A jet that comes down within reach of the layer's cells depends on the wind's direction; vapour at rest does not.
    pub fn turned(&self, air: &Air) -> bool {
        let cosine = self.towards.0 * air.towards.0 + self.towards.1 * air.towards.1;
        cosine < TURNED && self.inlets.iter().any(|i| i.feed.momentum_n != (0.0, 0.0))
    }

    /// Less of all that is still to come.
    pub fn reduce(&mut self, by: f64) {
        let keep = (1.0 - by).max(0.0);
        for Inlet { feed, .. } in &mut self.inlets {
            feed.mass_kg_s *= keep;
            feed.volume_m3_s *= keep;
            feed.excess_kg_s *= keep;
            feed.momentum_n = (keep * feed.momentum_n.0, keep * feed.momentum_n.1);
        }
        self.inlets.retain(|i| i.feed.mass_kg_s > 0.0);
    }

    pub fn advance(&mut self, now_s: f64, dt_s: f64, over: bool, land: &Land, m: &Moment) -> Vec<Puff> {
        let (ground, end_s) = (&land.ground, now_s + dt_s);
        let comes =
            |i: &Inlet| i.from_s < end_s - 1e-9 && (i.burst && i.from_s >= now_s - 1e-9 || i.to_s > now_s + 1e-9);
        if self.layer.is_none() && !self.inlets.iter().any(comes) {
            return Vec::new();
        }
        let ambient = Ambient::of(m.air, m.averaging_s);
        let layer = self.layer.get_or_insert_with(|| Layer::new(ground));
        layer.time_s = now_s;
        while layer.time_s < end_s - 1e-9 {
            let t = layer.time_s;
            for inlet in self.inlets.iter().filter(|i| i.burst && (i.from_s - t).abs() < 1e-6) {
                layer.put(ground, &inlet.feed, 1.0);
            }
            // No step goes over a moment at which something begins or ends.
            let marks = self.inlets.iter().flat_map(|i| [i.from_s, i.to_s]);
            let step_s = marks.map(|mark| mark - t).filter(|d| *d > 1e-6).fold(end_s - t, f64::min);
            let running = self.inlets.iter().filter(|i| !i.burst && i.from_s <= t + 1e-6 && i.to_s > t + 1e-6);
            let feeds: Vec<Feed> = running.map(|i| i.feed.clone()).collect();
            layer.advance(ground, &ambient, m.air.towards, &feeds, step_s);
        }
        // The last crumbs go together.
        let all = over && layer.mass_kg(ground) < CRUMBS * layer.mass.fed_kg;
        layer.hand_over(ground, &ambient, 0, all)
    }

    /// Adds the mean ground concentration by cell of a grid, each cell of the layer by the area that it shares with it.
    pub fn add_to_raster(&self, land: &Land, grid: &Grid, kg_m3: &mut [f32]) {
        let Some(layer) = &self.layer else { return };
        let own = land.ground.grid;
        // Columns (rows) of the drill's grid under one of the layer, with the share of its area that each covers.
        let under = |k: usize, from: f64, low: f64, n: usize| -> Vec<(usize, f64)> {
            let (a, b) = (from + k as f64 * own.cell_m - low, from + (k + 1) as f64 * own.cell_m - low);
            let first = (a / grid.cell_m).floor().max(0.0) as usize;
            let last = ((b / grid.cell_m).ceil().max(0.0) as usize).min(n);
            let part = |c: usize| (b.min((c + 1) as f64 * grid.cell_m) - a.max(c as f64 * grid.cell_m)) / grid.cell_m;
            (first..last).map(|c| (c, part(c))).filter(|(_, part)| *part > 1e-9).collect()
        };
        let columns: Vec<Vec<(usize, f64)>> = (0..own.nx).map(|i| under(i, own.x0, grid.x0, grid.nx)).collect();
        for j in 0..own.ny {
            let rows = under(j, own.y0, grid.y0, grid.ny);
            for (i, columns) in columns.iter().enumerate() {
                let c = layer.concentration_kg_m3(own.index(i, j), 0.0);
                if c > 0.0 {
                    for (row, tall) in &rows {
                        for (column, wide) in columns {
                            kg_m3[grid.index(*column, *row)] += (c * tall * wide) as f32;
                        }
                    }
                }
            }
        }
    }

    /// That of the cell, so that a wall stays a wall.
    pub fn concentration_kg_m3(&self, land: &Land, p: Point, z_m: f64) -> f64 {
        let cell = land.ground.grid.cell_at(p);
        self.layer.as_ref().zip(cell).map_or(0.0, |(layer, k)| layer.concentration_kg_m3(k, z_m))
    }

    /// The layer, once something has come in.
    pub fn layer(&self) -> Option<&Layer> {
        self.layer.as_ref()
    }
    pub fn fed_kg(&self) -> f64 {
        self.layer.as_ref().map_or(0.0, |layer| layer.mass.fed_kg)
    }
    /// In the layer, and what ran over its edge and waits for its puff.
    pub fn airborne_kg(&self, land: &Land) -> f64 {
        self.layer.as_ref().map_or(0.0, |layer| layer.mass_kg(&land.ground) + layer.mass.gone_kg)
    }
    pub fn is_empty(&self) -> bool {
        self.layer.as_ref().is_none_or(|layer| layer.is_empty() && layer.mass.gone_kg <= 1e-9 * layer.mass.fed_kg)
    }
    pub fn digest(&self, digest: &mut Digest) {
        let Some(layer) = &self.layer else { return };
        digest.f64(layer.mass.fed_kg).f64(layer.mass.handed_kg).f64(layer.mass.gone_kg);
        for (k, c) in layer.cells.iter().enumerate().filter(|(_, c)| c.depth_m > 0.0) {
            digest.u32(k as u32).f64(c.depth_m).f64(c.mass_kg_m2).f64(c.excess_kg_m2).f64(c.east).f64(c.north);
        }
    }
}
