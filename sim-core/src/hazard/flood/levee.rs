//! Levee reaches: whole, seeping, breached. A breach lowers crest cells to the toe; the shallow-water kernel does
//! the rest. Overtopping needs no code: a crest cell is a bed like any other.
//!
//! Growth, Verheij & van der Knaap (2002), in the incremental form for a head that changes (as in D-Flow FM):
//!
//!   dB/dt = (f1 f2 / ln 10) (g dH)^1.5 / uc^2 / (1 + f2 g t / uc)      B in m, t in h, f1 = 1.3, f2 = 0.04
//!
//! with dH the head over the breach and uc the critical velocity of the levee's soil (sand 0.2, clay 0.5 m/s); the law itself
//! stands in `hydro::structures::breach`.

use crate::place::city::{City, Cover, Levee};
use crate::vocab::body::Point;
use serde::{Deserialize, Serialize};

/// How breaches and seeps behave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BreachSpec {
    /// Critical velocity of the soil, m/s. 0.2 sand, 0.5 clay (Verheij & van der Knaap); between them by default.
    pub critical_m_s: f64,
    /// Width at the start, m (10 m: usual in Dutch practice, assumption here). The bed opens by at least one cell.
    pub first_width_m: f64,
    /// Time in which the crest falls to the toe over the first width, s (the law's phase 1; default of SOBEK 600 s).
    pub fall_s: f64,
    /// Leak through a metre of seeping levee with the water at the crest, m3/s (assumption).
    pub seep_m2_s: f64,
    /// Length of levee that seeps, m (assumption).
    pub seep_length_m: f64,
}

impl Default for BreachSpec {
    fn default() -> Self {
        BreachSpec { critical_m_s: 0.3, first_width_m: 10.0, fall_s: 600.0, seep_m2_s: 0.02, seep_length_m: 20.0 }
    }
}

/// State of a reach.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum LeveeState {
    Whole,
    /// Water comes through; `strengthened` of 1 stops it.
    Seeping {
        since_s: f64,
        strengthened: f64,
    },
    Breached(Breach),
}

/// An open breach.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Breach {
    /// Centre, on the crest line.
    pub x: f64,
    pub y: f64,
    /// The same, as metres along the line.
    pub along_m: f64,
    pub since_s: f64,
    /// Width that the water has made, m.
    pub width_m: f64,
    pub width_max_m: f64,
    pub widen_m_h: f64,
    /// Metres closed by crews, from the sides.
    pub closed_m: f64,
}

impl Breach {
    /// Width that stands open, m.
    pub fn open_m(&self) -> f64 {
        (self.width_m - self.closed_m).max(0.0)
    }
}

/// A reach as cells. Fixed during a run.
#[derive(Debug, Clone)]
pub struct Reach {
    pub crest_m: f64,
    pub toe_m: f64,
    /// Crest cells, in order along the line: (cell, metres along, bed at the start).
    pub cells: Vec<(usize, f64, f64)>,
    line: Vec<Point>,
    length_m: f64,
}

impl Reach {
    pub fn new(city: &City, levee: &Levee) -> Reach {
        let grid = &city.grid;
        let mut cells: Vec<usize> = grid.cells_along(&levee.line);
        // A crest may be burned more than one cell wide: its neighbours that are levee open with it.
        for cell in cells.clone() {
            let (i, j) = ((cell % grid.nx) as i64, (cell / grid.nx) as i64);
            for (di, dj) in [(-1, -1), (0, -1), (1, -1), (-1, 0), (1, 0), (-1, 1), (0, 1), (1, 1)] {
                let (i, j) = (i + di, j + dj);
                if i >= 0 && j >= 0 && (i as usize) < grid.nx && (j as usize) < grid.ny {
                    let near = grid.index(i as usize, j as usize);
                    if city.cover[near] == Cover::Levee {
                        cells.push(near);
                    }
                }
            }
        }
        cells.sort_unstable();
        cells.dedup();
        let length_m = levee.line.windows(2).map(|p| p[0].distance_m(p[1])).sum();
        let mut placed: Vec<(usize, f64, f64)> = cells
            .into_iter()
            .map(|cell| (cell, along(&levee.line, grid.centre(cell)), f64::from(city.terrain_m[cell])))
            .collect();
        placed.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        Reach { crest_m: levee.crest_m, toe_m: levee.toe_m, cells: placed, line: levee.line.clone(), length_m }
    }

    /// Middle of the reach, at the middle of a crest cell: (metres along, point).
    pub fn middle(&self, city: &City) -> (f64, Point) {
        let half = self.length_m / 2.0;
        let nearest = self.cells.iter().min_by(|a, b| (a.1 - half).abs().total_cmp(&(b.1 - half).abs()));
        match nearest {
            Some((cell, along_m, _)) => (*along_m, city.grid.centre(*cell)),
            None => (half, self.at(half).0),
        }
    }

    /// Point and direction `along_m` metres along the line.
    fn at(&self, along_m: f64) -> (Point, Point) {
        let mut rest = along_m;
        let mut found = (self.line.first().copied().unwrap_or_default(), Point::new(1.0, 0.0));
        for pair in self.line.windows(2) {
            let d = pair[0].distance_m(pair[1]);
            if d <= 0.0 {
                continue;
            }
            let direction = Point::new((pair[1].x - pair[0].x) / d, (pair[1].y - pair[0].y) / d);
            found = (pair[0].toward(pair[1], (rest / d).clamp(0.0, 1.0)), direction);
            if rest <= d {
                break;
            }
            rest -= d;
        }
        found
    }

    /// The cells on the two sides of the levee at `along_m`, one cell beyond its crest.
    pub fn sides(&self, city: &City, along_m: f64) -> Option<(usize, usize)> {
        let (p, direction) = self.at(along_m);
        let side = |sign: f64| {
            let mut left = None;
            for step in 1..24 {
                let d = 0.5 * city.grid.cell_m * f64::from(step) * sign;
                let cell = city.grid.cell_at(Point::new(p.x - direction.y * d, p.y + direction.x * d))?;
                if left.is_some_and(|first: i32| step >= first + 2) {
                    return Some(cell);
                }
                if left.is_none() && !self.cells.iter().any(|c| c.0 == cell) {
                    left = Some(step);
                }
            }
            None
        };
        Some((side(1.0)?, side(-1.0)?))
    }

    /// Bed of every crest cell under this breach: (cell, bed m). `fallen` is the share of phase 1 that is over.
    pub fn beds(&self, breach: Option<&Breach>, cell_m: f64, fallen: f64) -> Vec<(usize, f64)> {
        let open = breach.filter(|b| b.open_m() > 0.0).map(|b| {
            // No gap is narrower than the cell that carries it.
            let half = 0.5 * b.open_m().max(cell_m);
            (b.along_m - half, b.along_m + half)
        });
        self.cells
            .iter()
            .map(|&(cell, along_m, bed_m)| {
                let share = open.map_or(0.0, |(from, to)| {
                    let (a, z) = (along_m - 0.5 * cell_m, along_m + 0.5 * cell_m);
                    ((to.min(z) - from.max(a)) / cell_m).clamp(0.0, 1.0)
                });
                // Rounding at the rim of a cell must not open its neighbour by a hair.
                let share = if share < 1e-9 { 0.0 } else { share };
                (cell, bed_m + share * fallen.clamp(0.0, 1.0) * (self.toe_m.min(bed_m) - bed_m))
            })
            .collect()
    }
}

/// Metres along a line to the point of it that is nearest to `p`.
fn along(line: &[Point], p: Point) -> f64 {
    let (mut best_d, mut best, mut before) = (f64::INFINITY, 0.0, 0.0);
    for pair in line.windows(2) {
        let d = pair[0].distance_m(pair[1]);
        if d <= 0.0 {
            continue;
        }
        let dot = (p.x - pair[0].x) * (pair[1].x - pair[0].x) + (p.y - pair[0].y) * (pair[1].y - pair[0].y);
        let s = (dot / (d * d)).clamp(0.0, 1.0);
        let away = pair[0].toward(pair[1], s).distance_m(p);
        if away < best_d {
            (best_d, best) = (away, before + s * d);
        }
        before += d;
    }
    best
}
