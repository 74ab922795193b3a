//! What a solver is given: ground, roughness, crests, edges, options.

use crate::flow::Face;
use base::complaint::Complaints;
use base::grid::Grid;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// Ground and rims of a flood. Cells are row-major, row 0 in the south.
#[derive(Debug, Clone, PartialEq)]
pub struct Domain {
    pub grid: Grid,
    /// Bed level, m, by cell.
    pub bed_m: Vec<f64>,
    /// Manning's n, s/m^(1/3), by cell.
    pub manning: Vec<f64>,
    /// Share of each cell that water can fill (building porosity), over 0 up to 1; all of it where absent.
    pub porosity: Option<Vec<f64>>,
    /// Crests on faces: levees and walls narrower than a cell, m.
    pub crests: BTreeMap<Face, f64>,
    /// What stands at the rims; a wall where nothing is said. Later entries win.
    pub edges: Vec<Edge>,
}

impl Domain {
    /// Bare ground with walls around it.
    pub fn new(grid: Grid, bed_m: Vec<f64>, manning: Vec<f64>) -> Domain {
        Domain { grid, bed_m, manning, porosity: None, crests: BTreeMap::new(), edges: Vec::new() }
    }

    /// All that is wrong with it, named after `file`.
    pub fn check(&self, file: &Path) -> Complaints {
        let mut complaints = Complaints::new();
        let (grid, n) = (&self.grid, self.grid.len());
        if grid.nx == 0 || grid.ny == 0 || !(grid.cell_m > 0.0 && grid.cell_m.is_finite()) {
            complaints.add(
                file,
                format!("a grid of {} x {} cells of {} m", grid.nx, grid.ny, grid.cell_m),
                "at least one cell, of more than 0 m",
            );
            return complaints;
        }
        let mut column = |name: &str, values: &[f64], fits: &dyn Fn(f64) -> bool, would: &str| {
            if values.len() != n {
                complaints.add(file, format!("{name} has {} values", values.len()), format!("{n}, one for each cell"));
                return;
            }
            let wrong: Vec<usize> = (0..n).filter(|&c| !fits(values[c])).collect();
            if let Some(&c) = wrong.first() {
                let (i, j) = (c % grid.nx, c / grid.nx);
                let others =
                    if wrong.len() > 1 { format!(", and in {} more cells", wrong.len() - 1) } else { String::new() };
                complaints.add(file, format!("{name} is {} in column {i}, row {j}{others}", values[c]), would);
            }
        };
        column("bed_m", &self.bed_m, &|z| z.is_finite() && z.abs() < 1e5, "a level in m between -1e5 and 1e5");
        column("manning", &self.manning, &|v| (0.0..=1.0).contains(&v), "between 0 and 1 s/m^(1/3)");
        if let Some(porosity) = &self.porosity {
            column("porosity", porosity, &|v| v > 0.0 && v <= 1.0, "over 0, up to 1");
        }
        for (face, crest_m) in &self.crests {
            if face.cell >= n || !crest_m.is_finite() {
                complaints.add(
                    file,
                    format!("a crest of {crest_m} m on {face:?}"),
                    "a level in m on a face of the grid",
                );
            }
        }
        for edge in &self.edges {
            let side = edge.side.cells(grid);
            if edge.from >= edge.to || edge.to > side {
                complaints.add(
                    file,
                    format!("edge {:?} from cell {} to {}", edge.side, edge.from, edge.to),
                    format!("from < to, at most {side}"),
                );
            }
            let series = match &edge.kind {
                EdgeKind::Stage(series) | EdgeKind::Discharge(series) => series,
                EdgeKind::Wall | EdgeKind::Free => continue,
            };
            if series.is_empty() || series.iter().any(|(t, v)| !t.is_finite() || !v.is_finite()) {
                complaints.add(
                    file,
                    format!("edge {:?}: its series is empty or has a NaN", edge.side),
                    "(s, value) pairs",
                );
            } else if series.windows(2).any(|w| w[1].0 < w[0].0) {
                complaints.add(file, format!("edge {:?}: its times go back", edge.side), "times that grow");
            }
            if let EdgeKind::Stage(series) = &edge.kind {
                let top = series.iter().map(|p| p.1).fold(f64::NEG_INFINITY, f64::max);
                let lowest = (edge.from..edge.to.min(side))
                    .map(|k| self.bed_m.get(edge.side.cell(grid, k)).copied().unwrap_or(f64::NAN))
                    .fold(f64::INFINITY, f64::min);
                if top < lowest {
                    complaints.add(
                        file,
                        format!("edge {:?}: its stage never exceeds {top} m, its lowest bed is {lowest} m", edge.side),
                        "a stage above the bed somewhere, or Free",
                    );
                }
            }
        }
        complaints
    }
}

/// A side of the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EdgeSide {
    West,
    East,
    South,
    North,
}

impl EdgeSide {
    pub const ALL: [EdgeSide; 4] = [EdgeSide::West, EdgeSide::East, EdgeSide::South, EdgeSide::North];
    /// Number of cells along it.
    pub fn cells(self, grid: &Grid) -> usize {
        match self {
            EdgeSide::West | EdgeSide::East => grid.ny,
            EdgeSide::South | EdgeSide::North => grid.nx,
        }
    }
    /// The `k`-th cell along it, from the south or the west.
    pub fn cell(self, grid: &Grid, k: usize) -> usize {
        match self {
            EdgeSide::West => grid.index(0, k),
            EdgeSide::East => grid.index(grid.nx - 1, k),
            EdgeSide::South => grid.index(k, 0),
            EdgeSide::North => grid.index(k, grid.ny - 1),
        }
    }
}

/// What stands at some cells of a side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edge {
    pub side: EdgeSide,
    /// Cells along the side, from the south or the west.
    pub from: usize,
    /// Exclusive.
    pub to: usize,
    pub kind: EdgeKind,
}

/// How the rim treats water.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum EdgeKind {
    Wall,
    /// Water leaves as if the ground went on as it is; none comes in.
    Free,
    /// Level outside, (s, m), piecewise linear, held beyond the ends.
    Stage(Vec<(f64, f64)>),
    /// Discharge into the grid, (s, m3/s), over all cells of the entry, shared by depth^(5/3) under one level (evenly where dry).
    Discharge(Vec<(f64, f64)>),
}

/// Which equations and scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Scheme {
    /// Local inertia on calm lowland, second order where water is steep, fast or smooth, first order in thin sheets and as
    /// the fallback; chosen for each tile as the flow goes.
    #[default]
    Auto,
    /// Local inertia everywhere.
    Inertial,
    /// First-order Godunov everywhere.
    First,
    /// Second-order Godunov everywhere.
    Second,
}

/// How the solver goes about it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    pub scheme: Scheme,
    /// Depression storage that does not flow, m.
    pub film_m: f64,
    /// Share of the stability limit that Godunov steps take: dt = courant dx / (|u| + |v| + 2c).
    pub courant: f64,
    /// Share that inertial steps take: dt = alpha dx / sqrt(g h). Bates et al. (2010) use 0.7; with the neighbours' weight
    /// the shortest diagonal wave is stable up to sqrt(theta / 2) only (0.671 for theta = 0.9; from the amplification
    /// factor of the frictionless scheme).
    pub alpha: f64,
    /// Weight of a face's own discharge against its neighbours' (de Almeida et al. 2012).
    pub theta: f64,
    /// Longest inner step, s.
    pub step_s_max: f64,
    /// Local time step: short steps that tiles of fast waves take to a long one of the others, at most 5; 1: all step alike. What
    /// passes between them is of first order in time (and, under second order, in space): for large grids with deep or
    /// fast water in a few places, not where every centimetre of a wave counts.
    pub short_steps_most: usize,
}

impl Options {
    /// Everything that is wrong with them.
    pub fn check(&self, file: &Path) -> Complaints {
        let mut complaints = Complaints::new();
        let mut number = |name: &str, value: f64, fits: bool, would: &str| {
            if !fits {
                complaints.add(file, format!("{name} of the scheme is {value}"), would);
            }
        };
        let share = |v: f64| v > 0.0 && v <= 1.0;
        number("film_m", self.film_m, (0.0..=1.0).contains(&self.film_m), "0 to 1 m");
        number("courant", self.courant, share(self.courant), "above 0, at most 1");
        number("alpha", self.alpha, share(self.alpha), "above 0, at most 1; 0.67 is the limit for theta of 0.9");
        number("theta", self.theta, (0.0..=1.0).contains(&self.theta), "0 to 1");
        let longest = self.step_s_max > 0.0 && self.step_s_max.is_finite();
        number("step_s_max", self.step_s_max, longest, "above 0 s");
        let short = self.short_steps_most;
        number("short_steps_most", short as f64, (1..=5).contains(&short), "1 (all step alike) to 5");
        complaints
    }
}

impl Default for Options {
    fn default() -> Options {
        Options {
            scheme: Scheme::Auto,
            film_m: 0.0,
            courant: 0.9,
            alpha: 0.63,
            theta: 0.9,
            step_s_max: 60.0,
            short_steps_most: 1,
        }
    }
}
