//! What stands at the rims of the grid and on faces inside it: edges and crests of a deck, laid on the grid.

use super::build::Builder;
use super::place::faces_across;
use super::*;
use crate::flow::Face;
use crate::solver::{Edge, EdgeKind};
use base::grid::{Grid, Point};
use std::ops::Range;

/// The cells along a side whose centres lie between two map coordinates.
pub fn along(side: EdgeSide, grid: &Grid, from_m: Option<f64>, to_m: Option<f64>) -> Range<usize> {
    let n = side.cells(grid);
    let origin = match side {
        EdgeSide::North | EdgeSide::South => grid.x0,
        EdgeSide::West | EdgeSide::East => grid.y0,
    };
    let index = |m: f64| (((m - origin) / grid.cell_m - 0.5).ceil().max(0.0) as usize).min(n);
    let (from, to) = (from_m.map_or(0, index), to_m.map_or(n, index));
    from.min(to)..to.max(from)
}

impl Builder<'_> {
    pub(super) fn edges(&mut self) -> Vec<Edge> {
        let mut edges = Vec::new();
        for (k, spec) in self.loaded.deck.edges.iter().enumerate() {
            let what = format!("edge {} ({:?})", k + 1, spec.side);
            let cells = along(spec.side, &self.grid, spec.from_m, spec.to_m);
            if cells.is_empty() {
                let n = spec.side.cells(&self.grid) as f64 * self.grid.cell_m;
                let said = format!("{what}: from {:?} to {:?} lies no cell's centre", spec.from_m, spec.to_m);
                self.wrong.add(self.loaded.file.clone(), said, format!("map coordinates along a side of {n} m"));
                continue;
            }
            let inside = |k: &usize| !self.outside[spec.side.cell(&self.grid, *k)];
            let active = cells.clone().filter(inside).count();
            // Runs of cells of the model: a discharge must not be poured on what lies outside.
            let mut runs: Vec<Range<usize>> = Vec::new();
            for k in cells.filter(inside) {
                match runs.last_mut() {
                    Some(run) if run.end == k => run.end += 1,
                    _ => runs.push(k..k + 1),
                }
            }
            if active == 0 {
                self.wrong.add(self.loaded.file.clone(), format!("{what}: holds cells outside the model only"), "");
                continue;
            }
            let (points, discharge) = match &spec.kind {
                Rim::Wall | Rim::Free => (Vec::new(), false),
                Rim::Stage(course) => (self.course(course, &what), false),
                Rim::Discharge(course) => (self.course(course, &what), true),
            };
            for run in runs {
                let share = (run.end - run.start) as f64 / active as f64;
                let kind = match (&spec.kind, discharge) {
                    (Rim::Wall, _) => EdgeKind::Wall,
                    (Rim::Free, _) => EdgeKind::Free,
                    (_, false) => EdgeKind::Stage(points.clone()),
                    (_, true) => EdgeKind::Discharge(points.iter().map(|(t, q)| (*t, q * share)).collect()),
                };
                edges.push(Edge { side: spec.side, from: run.start, to: run.end, kind });
            }
        }
        edges
    }

    pub(super) fn crests(&mut self, wall_m: f64) -> BTreeMap<Face, f64> {
        let mut crests: BTreeMap<Face, f64> = BTreeMap::new();
        for spec in &self.loaded.deck.crests {
            let what = format!("crest `{}`", spec.name);
            let line: Vec<Point> = spec.line.iter().map(|(x, y)| Point::new(*x, *y)).collect();
            let faces = faces_across(&self.grid, &line);
            if line.len() < 2 || line.iter().any(|p| !p.x.is_finite() || !p.y.is_finite()) {
                self.wrong.add(
                    self.loaded.file.clone(),
                    format!("{what}: a line of {} points", line.len()),
                    "two or more",
                );
                continue;
            }
            if let Crest::Levels(levels) = &spec.crest
                && levels.len() != line.len()
            {
                let said = format!("{what}: {} levels for {} corners", levels.len(), line.len());
                self.wrong.add(self.loaded.file.clone(), said, "one level for each");
                continue;
            }
            if faces.is_empty() {
                self.wrong.add(
                    self.loaded.file.clone(),
                    format!("{what}: parts no two cells of the grid"),
                    "is it on the grid?",
                );
            }
            for (face, at) in faces {
                let level = match &spec.crest {
                    Crest::Level(level) => *level,
                    Crest::Blocked => wall_m,
                    Crest::Levels(levels) => {
                        let k = (at.floor() as usize).min(levels.len() - 2);
                        levels[k] + (levels[k + 1] - levels[k]) * (at - k as f64)
                    }
                };
                if !level.is_finite() {
                    self.wrong.add(
                        self.loaded.file.clone(),
                        format!("{what}: a level of {level}"),
                        "a finite number, m",
                    );
                    break;
                }
                crests.entry(face).and_modify(|c| *c = c.max(level)).or_insert(level);
            }
        }
        crests
    }
}
