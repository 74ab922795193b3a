//! What gives and takes water while a model runs: rain, constant loss, inflows, cells that are held.

use super::build::Builder;
use super::course::{integral, linear};
use super::*;
use crate::flow::{Account, Flow};
use base::grid::Point;

/// Depth that is left in cells that are kept empty, m: none.
const EMPTY_M: f64 = 0.0;

/// What gives and takes water while the model runs.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    rain: Vec<Rain>,
    /// m/s by cell.
    infiltration: Option<Vec<f32>>,
    inflows: Vec<Inflow>,
    held: Vec<HeldCells>,
    /// Cells outside the model.
    outside: Vec<bool>,
}

#[derive(Debug, Clone)]
struct Rain {
    /// (s, mm/h)
    points: Vec<(f64, f64)>,
    blocks: bool,
    share: Option<Vec<f32>>,
}

#[derive(Debug, Clone)]
struct Inflow {
    cells: Vec<usize>,
    /// (s, m3/s)
    points: Vec<(f64, f64)>,
}

#[derive(Debug, Clone)]
struct HeldCells {
    cells: Vec<usize>,
    /// (s, m); none where the cells are kept empty.
    stations: Vec<Vec<(f64, f64)>>,
    /// By cell: two stations and the weight of the first.
    blend: Vec<(usize, usize, f64)>,
}

impl Sources {
    /// Rain and what the ground takes over `from_s..to_s`: exact over steps of any length.
    pub fn weather(&self, flow: &mut dyn Flow, from_s: f64, to_s: f64) {
        for rain in &self.rain {
            // mm/h x s -> m
            let depth_m = integral(&rain.points, from_s, to_s, rain.blocks) / 3.6e6;
            if depth_m > 0.0 {
                let falls = |first: usize, _: &[f64], row: &mut [f64]| {
                    for (k, gain) in row.iter_mut().enumerate() {
                        let share = rain.share.as_ref().map_or(1.0, |s| f64::from(s[first + k]));
                        *gain = if self.outside[first + k] { 0.0 } else { depth_m * share };
                    }
                };
                flow.add_rows(Account::Rain, &falls);
            }
        }
        if let Some(rates) = &self.infiltration {
            let seeps = |first: usize, depths: &[f64], row: &mut [f64]| {
                for (k, gain) in row.iter_mut().enumerate() {
                    *gain = -(f64::from(rates[first + k]) * (to_s - from_s)).min(depths[k]);
                }
            };
            flow.add_rows(Account::Infiltration, &seeps);
        }
    }

    /// What flows in and what is held, over `dt_s` from `now_s` on: to be called before each inner step.
    pub fn apply(&self, flow: &mut dyn Flow, now_s: f64, dt_s: f64) {
        let area_m2 = flow.grid().cell_m * flow.grid().cell_m;
        for inflow in &self.inflows {
            let m3 = integral(&inflow.points, now_s, now_s + dt_s, false) / inflow.cells.len() as f64;
            for cell in &inflow.cells {
                if m3 >= 0.0 {
                    flow.give_m3(*cell, m3, Account::Inflow);
                } else {
                    flow.take_m3(*cell, -m3, Account::Inflow);
                }
            }
        }
        for held in &self.held {
            for (cell, (a, b, weight)) in held.cells.iter().zip(&held.blend) {
                let depth_m = match held.stations.is_empty() {
                    true => EMPTY_M,
                    false => {
                        let at = |k: usize| linear(&held.stations[k], now_s + dt_s);
                        (at(*a) * weight + at(*b) * (1.0 - weight) - flow.bed_m(*cell)).max(0.0)
                    }
                };
                let m3 = (depth_m - flow.depth_m(*cell)) * area_m2;
                if m3 > 0.0 {
                    flow.give_m3(*cell, m3, Account::Boundary);
                } else if m3 < 0.0 {
                    flow.take_m3(*cell, -m3, Account::Boundary);
                }
            }
        }
    }
    /// Every point of every series, for the fingerprint.
    pub(super) fn points(&self) -> impl Iterator<Item = &(f64, f64)> {
        let series = self.inflows.iter().flat_map(|i| &i.points).chain(self.rain.iter().flat_map(|r| &r.points));
        series.chain(self.held.iter().flat_map(|h| h.stations.iter().flatten()))
    }
    /// Cells outside the model.
    pub fn outside(&self) -> &[bool] {
        &self.outside
    }
}

impl Builder<'_> {
    pub(super) fn sources(&mut self, bed_m: &[f64]) -> Sources {
        let deck = &self.loaded.deck;
        let mut sources = Sources { outside: self.outside.clone(), ..Sources::default() };
        for (k, spec) in deck.rain.iter().enumerate() {
            let what = format!("rain {}", k + 1);
            let points = self.course(&spec.mm_h, &what);
            if let Some((t, v)) = points.iter().find(|p| p.1 < 0.0) {
                self.wrong.add(&self.loaded.file, format!("{what}: {v} mm/h at {t} s"), "rain is 0 or more");
            }
            let share = spec.share.as_ref().map(|f| self.field(f, &what, 0.0, 100.0, ""));
            let share = share.map(|s| s.into_iter().map(|v| v as f32).collect());
            sources.rain.push(Rain { points, blocks: spec.within == Within::Block, share });
        }
        if let Some(field) = &deck.infiltration_mm_h {
            let rates = self.field(field, "infiltration", 0.0, 10_000.0, "mm/h");
            sources.infiltration = Some(rates.into_iter().map(|v| (v / 3.6e6) as f32).collect());
        }
        for spec in &deck.inflows {
            let what = format!("inflow `{}`", spec.name);
            let cells = self.cells(&spec.at, &what);
            let points = self.course(&spec.discharge_m3_s, &what);
            if !cells.is_empty() {
                sources.inflows.push(Inflow { cells, points });
            }
        }
        for spec in &deck.held {
            let what = format!("held `{}`", spec.name);
            let cells = self.cells(&spec.at, &what);
            if cells.is_empty() {
                continue;
            }
            let (stations, blend) = match &spec.kind {
                Held::Empty => (Vec::new(), vec![(0, 0, 1.0); cells.len()]),
                Held::Stage(course) => (vec![self.course(course, &what)], vec![(0, 0, 1.0); cells.len()]),
                Held::Stations(list) if list.is_empty() => {
                    self.wrong.add(&self.loaded.file, format!("{what}: has no station"), "one or more");
                    continue;
                }
                Held::Stations(list) => {
                    let places: Vec<Point> = list.iter().map(|s| Point::new(s.at.0, s.at.1)).collect();
                    let blend = cells.iter().map(|c| two_nearest(&places, self.grid.centre(*c))).collect();
                    let series = list.iter().map(|s| self.course(&s.stage_m, &what)).collect();
                    (series, blend)
                }
            };
            let top = stations.iter().flatten().map(|p| p.1).fold(f64::NEG_INFINITY, f64::max);
            let lowest = cells.iter().map(|c| bed_m[*c]).fold(f64::INFINITY, f64::min);
            if !stations.is_empty() && top < lowest {
                let said = format!("{what}: the level never exceeds {top} m, the lowest bed there is {lowest} m");
                self.wrong.add(&self.loaded.file, said, "a level above the bed, or Empty");
            }
            sources.held.push(HeldCells { cells, stations, blend });
        }
        sources
    }
}

/// The two nearest of the places and the weight of the nearer by inverse distance.
fn two_nearest(places: &[Point], p: Point) -> (usize, usize, f64) {
    let mut order: Vec<(f64, usize)> = places.iter().enumerate().map(|(k, q)| (q.distance_m(p), k)).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    match order[..] {
        [(_, only)] => (only, only, 1.0),
        [(near, a), (far, b), ..] if near + far > 0.0 => (a, b, far / (near + far)),
        _ => (order[0].1, order[0].1, 1.0),
    }
}
