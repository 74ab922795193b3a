//! Points and the metric grid. Row 0 is the southernmost; cell (i, j) covers
//! x0 + i*cell .. x0 + (i+1)*cell and likewise in y.

use crate::math;
use serde::{Deserialize, Serialize};

/// A point on the city's metric grid: x east, y north, m.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

impl Point {
    pub fn new(x: f64, y: f64) -> Point {
        Point { x, y }
    }
    pub fn distance_m(self, other: Point) -> f64 {
        math::hypot(self.x - other.x, self.y - other.y)
    }
    /// The point a share `s` of the way to `other`.
    pub fn toward(self, other: Point, s: f64) -> Point {
        Point::new(self.x + (other.x - self.x) * s, self.y + (other.y - self.y) * s)
    }
}

/// A regular grid of square cells. x east, y north, m.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    pub nx: usize,
    pub ny: usize,
    pub cell_m: f64,
    pub x0: f64,
    pub y0: f64,
}

impl Grid {
    pub fn len(&self) -> usize {
        self.nx * self.ny
    }
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    pub fn width_m(&self) -> f64 {
        self.nx as f64 * self.cell_m
    }
    pub fn height_m(&self) -> f64 {
        self.ny as f64 * self.cell_m
    }
    /// Row-major index of cell (i, j).
    #[inline]
    pub fn index(&self, i: usize, j: usize) -> usize {
        j * self.nx + i
    }
    /// The cell that holds the point, if it is on the grid.
    pub fn cell_at(&self, p: Point) -> Option<usize> {
        let i = ((p.x - self.x0) / self.cell_m).floor();
        let j = ((p.y - self.y0) / self.cell_m).floor();
        (i >= 0.0 && j >= 0.0 && i < self.nx as f64 && j < self.ny as f64).then(|| self.index(i as usize, j as usize))
    }
    /// The cell nearest to the point, also for points off the grid.
    pub fn nearest_cell(&self, p: Point) -> usize {
        let clamp = |v: f64, n: usize| (v.floor().max(0.0) as usize).min(n - 1);
        self.index(clamp((p.x - self.x0) / self.cell_m, self.nx), clamp((p.y - self.y0) / self.cell_m, self.ny))
    }
    /// Middle of the cell with this row-major index.
    pub fn centre(&self, cell: usize) -> Point {
        let (i, j) = (cell % self.nx, cell / self.nx);
        Point::new(self.x0 + (i as f64 + 0.5) * self.cell_m, self.y0 + (j as f64 + 0.5) * self.cell_m)
    }
    /// The cells whose centres lie within `radius_m` of `p`, in index order.
    pub fn cells_within(&self, p: Point, radius_m: f64) -> Vec<usize> {
        let to = |v: f64, n: usize| v.floor().clamp(0.0, n as f64 - 1.0) as usize;
        let (i0, i1) = (
            to((p.x - radius_m - self.x0) / self.cell_m, self.nx),
            to((p.x + radius_m - self.x0) / self.cell_m, self.nx),
        );
        let (j0, j1) = (
            to((p.y - radius_m - self.y0) / self.cell_m, self.ny),
            to((p.y + radius_m - self.y0) / self.cell_m, self.ny),
        );
        let mut cells = Vec::new();
        for j in j0..=j1 {
            for i in i0..=i1 {
                let cell = self.index(i, j);
                if self.centre(cell).distance_m(p) <= radius_m {
                    cells.push(cell);
                }
            }
        }
        cells
    }
    /// The cells a polyline passes through, in order along it, each once in a row.
    pub fn cells_along(&self, line: &[Point]) -> Vec<usize> {
        let mut cells: Vec<usize> = Vec::new();
        for pair in line.windows(2) {
            let steps = (pair[0].distance_m(pair[1]) / (0.25 * self.cell_m)).ceil().max(1.0) as usize;
            for s in 0..=steps {
                if let Some(cell) = self.cell_at(pair[0].toward(pair[1], s as f64 / steps as f64))
                    && cells.last() != Some(&cell)
                {
                    cells.push(cell);
                }
            }
        }
        cells
    }
}
