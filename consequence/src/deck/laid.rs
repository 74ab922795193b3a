//! The heavy part of a release as a layer over the deck's ground (近源重气层): computed once for a deck, kept as fields of it at moments and as the
//! puffs that it gave away, and played back into every cloud that asks ([`super::cloud::Lens`]).
//!
//! Vapour and clouds at rest enter the layer where they leave. A jet is followed by the one-dimensional model until it lies on the ground,
//! its drops are gone and it runs less than twice as fast as the wind; there it enters, with its air and its momentum.

use super::build::Model;
use super::ground::Land;
use super::levels::digits;
use super::remarks::Remark;
use crate::dense::layer::enter::Leaving;
use crate::dense::layer::{Feed, Layer};
use crate::dense::{self, Ambient, Gas};
use crate::puff::Puff;
use crate::release::{Emission, Release};
use base::grid::Point;
use base::math;

/// What a cell of the layer holds at a moment: its number, mean concentration kg/m3, depth m.
type Filled = (u32, f32, f32);

/// The layer at a moment, after it gave its puffs away.
#[derive(Debug, Clone, PartialEq)]
struct Frame {
    time_s: f64,
    cells: Vec<Filled>,
}

/// A computed layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Laid<'a> {
    pub land: &'a Land,
    frames: Vec<Frame>,
    /// Puffs by the moment at which they left the layer.
    puffs: Vec<(f64, Vec<Puff>)>,
    /// What the layer does not take: jets that never come down.
    pub rest: Release,
    /// Nothing is in the layer from here on, s.
    pub ends_s: f64,
    pub fed_kg: f64,
    /// What ran over the edge of the ground, kg.
    pub over_edge_kg: f64,
    /// Missing from the balance, kg.
    pub lost_kg: f64,
    /// Most that the layer held at once, kg, and the area it covered then, m2.
    pub most_kg: f64,
    pub most_m2: f64,
    richest_kg_m3: f64,
}

/// Between hand-overs: this part of the age, within these, s.
const AGE_SHARE: f64 = 0.05;
const SHORTEST_S: f64 = 1.0;
const LONGEST_S: f64 = 20.0;
/// What is left of the gas when the layer is given up, as a share.
const CRUMBS: f64 = 1e-2;

/// What enters and when.
struct Inlet {
    from_s: f64,
    to_s: f64,
    feed: Feed,
    burst: bool,
}

impl<'a> Laid<'a> {
    /// The layer of a model, where it has ground and a heavy cloud.
    pub fn of(model: &'a Model) -> Option<Laid<'a>> {
        let land = model.land.as_ref()?;
        if model.deck.model.dense == super::Dense::Never {
            return None;
        }
        let release = &model.source.release;
        let (inlets, rest) = inlets(model, land, release);
        if inlets.is_empty() {
            return None;
        }
        Some(follow(model, land, &inlets, rest))
    }

    /// Puffs that left the layer after `after_s` and no later than `to_s`.
    pub fn given(&self, after_s: f64, to_s: f64) -> impl Iterator<Item = &(f64, Vec<Puff>)> {
        self.puffs.iter().filter(move |(t, _)| *t > after_s && *t <= to_s)
    }

    /// Mean concentration over the depth and depth by cell at a moment; none where the layer is not.
    pub fn field(&self, time_s: f64) -> Option<Field<'_>> {
        let next = self.frames.partition_point(|f| f.time_s <= time_s + 1e-6);
        let frame = self.frames.get(next.checked_sub(1)?)?;
        if frame.cells.is_empty() {
            return None;
        }
        let mut cells = vec![(0.0f32, 0.0f32); self.land.ground.grid.len()];
        frame.cells.iter().for_each(|&(k, mean, depth)| cells[k as usize] = (mean, depth));
        Some(Field { laid: self, cells })
    }

    /// Concentration at a place and height at a moment, kg/m3.
    pub fn at_kg_m3(&self, time_s: f64, p: Point, z_m: f64) -> f64 {
        let Some(cell) = self.land.ground.grid.cell_at(p) else { return 0.0 };
        let next = self.frames.partition_point(|f| f.time_s <= time_s + 1e-6);
        let Some(frame) = next.checked_sub(1).and_then(|k| self.frames.get(k)) else { return 0.0 };
        match frame.cells.binary_search_by_key(&(cell as u32), |c| c.0) {
            Ok(at) => self.over(frame.cells[at].1, frame.cells[at].2, z_m),
            Err(_) => 0.0,
        }
    }

    fn over(&self, mean: f32, depth: f32, z_m: f64) -> f64 {
        if depth <= 0.0 {
            return 0.0;
        }
        let z = z_m / f64::from(depth);
        (dense::layer::AT_GROUND * f64::from(mean) * math::exp(-1.5 * z * z)).min(self.richest_kg_m3)
    }

    /// Deepest of the layer at a moment, m.
    pub fn deepest_m(&self, time_s: f64) -> f64 {
        let next = self.frames.partition_point(|f| f.time_s <= time_s + 1e-6);
        let frame = next.checked_sub(1).and_then(|k| self.frames.get(k));
        frame.map_or(0.0, |f| f.cells.iter().map(|c| f64::from(c.2)).fold(0.0, f64::max))
    }

    /// What must be said of it.
    pub fn remarks(&self, model: &Model) -> Vec<Remark> {
        let mut told = Vec::new();
        let land = self.land;
        let share = self.over_edge_kg / self.fed_kg.max(1e-9);
        if share > 0.01 {
            let percent = digits(100.0 * share);
            told.push(Remark::warning(
                "layer_over_edge",
                format!("{percent}% 的气体以重气状态流出地形范围，之后按被动烟团计算；请加大 reach_m 或换更大的地形"),
                format!("{percent} % of the gas ran off the ground while heavy and went on as passive puffs: a longer reach_m or a larger terrain"),
            ));
        }
        let steep = land.ground_slope(model.at());
        if steep > 0.5 {
            let rise = digits(steep);
            told.push(Remark::warning(
                "steep_ground",
                format!("源附近地面坡度达 {rise}（高差/距离），超出浅层方程的适用范围"),
                format!("the ground near the source rises {rise} in 1: the layer's equations are for gentler slopes"),
            ));
        }
        let cold = model.source.release.steps.iter().map(|s| s.state.temperature_k);
        let cold =
            cold.chain(model.source.release.bursts.iter().map(|b| b.state.temperature_k)).fold(f64::INFINITY, f64::min);
        if cold < model.air().temperature_k - 20.0 {
            told.push(Remark::note(
                "cold_layer",
                "重气层不计地面传热：低温气体偏重、偏低，停留偏久",
                "the layer takes no heat from the ground: cold gas stays heavy and low for too long",
            ));
        }
        told.push(Remark::note(
            "layer_used",
            format!("近源重气按二维浅层沿地形计算（网格 {} 米）；风场不受地形与墙影响，稀释后的烟团不受地形与墙阻挡", land.ground.grid.cell_m),
            format!(
                "heavy gas near the source runs over the ground as a layer (cells of {} m); the wind does not feel ground and walls, nor do the puffs once it has thinned",
                land.ground.grid.cell_m
            ),
        ));
        told
    }
}

/// A layer at a moment, by cell.
pub struct Field<'a> {
    laid: &'a Laid<'a>,
    cells: Vec<(f32, f32)>,
}

impl Field<'_> {
    /// Concentration at a place and height, kg/m3: that of the cell, so that a wall stays a wall.
    pub fn at_kg_m3(&self, p: Point, z_m: f64) -> f64 {
        let cell = self.laid.land.ground.grid.cell_at(p);
        cell.map_or(0.0, |k| self.laid.over(self.cells[k].0, self.cells[k].1, z_m))
    }
}

fn inlets(model: &Model, land: &Land, release: &Release) -> (Vec<Inlet>, Release) {
    let gas = Gas::of(&model.substance);
    let lasting_s: f64 = release.steps.iter().map(|s| s.duration_s()).sum();
    let (at, height_m) = (model.at(), model.deck.source.height_m);
    let enters = |at_s: f64, state: &Emission, rate_kg_s: f64, lasting_s: f64, burst_kg: f64| {
        let air = model.weather.at(at_s);
        let ambient = Ambient::of(&air, model.deck.model.averaging_s);
        let leaving = Leaving { gas, at, height_m, state, rate_kg_s, lasting_s, burst_kg };
        leaving.enters(&land.ground, &air, &ambient)
    };
    let mut rest = release.clone();
    let mut all = Vec::new();
    rest.steps.retain(|s| {
        let feed = enters(s.from_s, &s.state, s.rate_kg_s, lasting_s, 0.0);
        let taken = feed.is_some();
        all.extend(feed.map(|feed| Inlet { from_s: s.from_s, to_s: s.to_s, feed, burst: false }));
        !taken
    });
    rest.bursts.retain(|b| {
        let feed = enters(b.at_s, &b.state, 0.0, 0.0, b.mass_kg);
        let taken = feed.is_some();
        all.extend(feed.map(|feed| Inlet { from_s: b.at_s, to_s: b.at_s, feed, burst: true }));
        !taken
    });
    (all, rest)
}

fn follow<'a>(model: &'a Model, land: &'a Land, inlets: &[Inlet], rest: Release) -> Laid<'a> {
    let ground = &land.ground;
    let start_s = inlets.iter().map(|i| i.from_s).fold(f64::INFINITY, f64::min);
    let last_s = inlets.iter().map(|i| i.to_s).fold(0.0, f64::max);
    let watch_s = model.deck.watch_s;
    // No step goes over a moment at which something begins, ends or turns.
    let mut marks: Vec<f64> = inlets.iter().flat_map(|i| [i.from_s, i.to_s]).collect();
    marks.extend(model.weather.moments().iter().map(|(t, _)| *t));
    let mut layer = Layer::new(ground);
    layer.time_s = start_s;
    let mut laid = Laid {
        land,
        frames: Vec::new(),
        puffs: Vec::new(),
        rest,
        ends_s: last_s,
        fed_kg: 0.0,
        over_edge_kg: 0.0,
        lost_kg: 0.0,
        most_kg: 0.0,
        most_m2: 0.0,
        richest_kg_m3: 0.0,
    };
    let mut begun_s = start_s;
    while layer.time_s < watch_s {
        let t = layer.time_s;
        for inlet in inlets.iter().filter(|i| i.burst && (i.from_s - t).abs() < 1e-6) {
            layer.put(ground, &inlet.feed, 1.0);
            begun_s = t;
        }
        let step_s = (AGE_SHARE * (t - begun_s)).clamp(SHORTEST_S, LONGEST_S).min(watch_s - t);
        let step_s = marks.iter().map(|m| m - t).filter(|d| *d > 1e-6).fold(step_s, f64::min);
        let running = inlets.iter().filter(|i| !i.burst && i.from_s <= t + 1e-6 && i.to_s > t + 1e-6);
        let feeds: Vec<Feed> = running.map(|i| i.feed.clone()).collect();
        let air = model.weather.at(t);
        let ambient = Ambient::of(&air, model.deck.model.averaging_s);
        layer.advance(ground, &ambient, air.towards, &feeds, step_s);
        let over_before = layer.mass.gone_kg;
        // The last crumbs go together.
        let crumbs = layer.time_s >= last_s && layer.mass_kg(ground) < CRUMBS * layer.mass.fed_kg;
        let puffs = layer.hand_over(ground, &ambient, 0, crumbs);
        if !puffs.is_empty() {
            laid.puffs.push((layer.time_s, puffs));
        }
        laid.over_edge_kg += over_before - layer.mass.gone_kg;
        let mut cells = Vec::new();
        let mut held = 0.0;
        for (k, c) in layer.cells.iter().enumerate().filter(|(_, c)| c.mass_kg_m2 > 0.0) {
            held += c.mass_kg_m2 * ground.area_m2();
            if c.depth_m > 1e-3 {
                cells.push((k as u32, (c.mass_kg_m2 / c.depth_m) as f32, c.depth_m as f32));
            }
        }
        if held > laid.most_kg {
            (laid.most_kg, laid.most_m2) = (held, cells.len() as f64 * ground.area_m2());
        }
        laid.frames.push(Frame { time_s: layer.time_s, cells });
        laid.ends_s = layer.time_s;
        if layer.time_s >= last_s && layer.is_empty() {
            break;
        }
    }
    laid.over_edge_kg += layer.mass.gone_kg;
    laid.fed_kg = layer.mass.fed_kg;
    laid.lost_kg = layer.lost_kg(ground);
    laid.richest_kg_m3 = layer.richest_kg_m3;
    laid
}

impl Land {
    /// Steepest ground within 100 m of a place, without buildings and walls.
    fn ground_slope(&self, at: Point) -> f64 {
        let bare = self.bare_m.iter().map(|v| f64::from(*v)).collect();
        dense::layer::Ground::new(self.ground.grid, bare).steepest_near(at, 100.0)
    }
}
