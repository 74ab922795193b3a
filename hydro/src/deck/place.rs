//! Where on the grid something is, as a deck says it, and which faces a line crosses.

use crate::flow::{Face, Side};
use base::complaint::Complaints;
use base::grid::{Grid, Point};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Cells, named by map coordinates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Place {
    /// The cells that hold these points.
    Points(Vec<(f64, f64)>),
    /// The cells that a line passes through.
    Line(Vec<(f64, f64)>),
    /// The cells whose centres lie within an axis-parallel box: (x_min, y_min, x_max, y_max).
    Box(f64, f64, f64, f64),
}

impl Place {
    /// The cells in rising order, each once. None at all is complained of, and so is a point off the grid.
    pub fn cells(&self, grid: &Grid, file: &Path, what: &str) -> Result<Vec<usize>, Complaints> {
        let area = format!(
            "the grid spans x {} to {}, y {} to {}",
            grid.x0,
            grid.x0 + grid.width_m(),
            grid.y0,
            grid.y0 + grid.height_m()
        );
        let mut wrong = Complaints::new();
        let mut cells = match self {
            Place::Points(points) => {
                let mut cells = Vec::with_capacity(points.len());
                for (x, y) in points {
                    match grid.cell_at(Point::new(*x, *y)) {
                        Some(cell) => cells.push(cell),
                        None => wrong.add(file, format!("{what}: ({x}, {y}) is off the grid"), &area),
                    }
                }
                cells
            }
            Place::Line(points) => {
                if points.len() < 2 {
                    wrong.add(file, format!("{what}: a line of {} points", points.len()), "two or more");
                }
                grid.cells_along(&points.iter().map(|(x, y)| Point::new(*x, *y)).collect::<Vec<_>>())
            }
            Place::Box(x0, y0, x1, y1) => (0..grid.len())
                .filter(|c| {
                    let p = grid.centre(*c);
                    (*x0..=*x1).contains(&p.x) && (*y0..=*y1).contains(&p.y)
                })
                .collect(),
        };
        cells.sort_unstable();
        cells.dedup();
        if cells.is_empty() && wrong.is_empty() {
            wrong.add(file, format!("{what}: no cell of the grid lies there"), area);
        }
        wrong.or(cells)
    }
}

/// The faces that a line stands on: those between two cells whose centres it parts. Water passes from cell to cell
/// through faces only, so a line that parts two areas of the plane parts the cells as well, without a gap. With each
/// face goes where the line crosses: the segment's number plus the share of it.
pub fn faces_across(grid: &Grid, line: &[Point]) -> Vec<(Face, f64)> {
    let mut faces: Vec<(Face, f64)> = Vec::new();
    for (k, pair) in line.windows(2).enumerate() {
        let (a, b) = (aside(grid, pair[0]), aside(grid, pair[1]));
        let column = |x: f64| ((x - grid.x0) / grid.cell_m - 0.5).floor();
        let row = |y: f64| ((y - grid.y0) / grid.cell_m - 0.5).floor();
        let clamp = |v: f64, n: usize| v.clamp(0.0, n as f64 - 1.0) as usize;
        // One cell more on every side: a crossing exactly on a centre belongs to one side only.
        let (i0, i1) = (clamp(column(a.x.min(b.x)) - 1.0, grid.nx), clamp(column(a.x.max(b.x)) + 1.0, grid.nx));
        let (j0, j1) = (clamp(row(a.y.min(b.y)) - 1.0, grid.ny), clamp(row(a.y.max(b.y)) + 1.0, grid.ny));
        for j in j0..=j1 {
            for i in i0..=i1 {
                let cell = grid.index(i, j);
                let c = grid.centre(cell);
                if i + 1 < grid.nx
                    && let Some(s) = crossing((a.y, a.x), (b.y, b.x), c.y, c.x, grid.cell_m)
                {
                    faces.push((Face { cell, side: Side::East }, k as f64 + s));
                }
                if j + 1 < grid.ny
                    && let Some(s) = crossing((a.x, a.y), (b.x, b.y), c.x, c.y, grid.cell_m)
                {
                    faces.push((Face { cell, side: Side::North }, k as f64 + s));
                }
            }
        }
    }
    faces
}

/// Maps are drawn along round numbers, and so are grids: a line moved by a millionth of a cell (by unlike amounts in x
/// and y) does not run through a centre, where its sides would be told apart differently for rows and columns.
fn aside(grid: &Grid, p: Point) -> Point {
    Point::new(p.x - 1.3e-6 * grid.cell_m, p.y - 0.7e-6 * grid.cell_m)
}

/// Share of the segment from `a` to `b` (along, across) at which it crosses the link from (`along`, `across`) to
/// (`along`, `across + length`). Half-open in both directions, so that two segments meeting at a link's line, or two
/// links meeting at a centre, count a crossing once.
fn crossing(a: (f64, f64), b: (f64, f64), along: f64, across: f64, length: f64) -> Option<f64> {
    if (a.0 <= along) == (b.0 <= along) {
        return None;
    }
    let s = (along - a.0) / (b.0 - a.0);
    let at = a.1 + s * (b.1 - a.1);
    (at > across && at <= across + length).then_some(s)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> Grid {
        Grid { nx: 12, ny: 9, cell_m: 10.0, x0: 100.0, y0: -40.0 }
    }

    /// The cells reached from cell 0 without passing one of the faces.
    fn reached(grid: &Grid, walls: &[(Face, f64)]) -> Vec<bool> {
        let shut = |a: usize, b: usize| {
            let face = Face::between(grid, a, b).expect("neighbours");
            walls.iter().any(|w| w.0 == face)
        };
        let mut seen = vec![false; grid.len()];
        let mut open = vec![0];
        seen[0] = true;
        while let Some(c) = open.pop() {
            let (i, j) = (c % grid.nx, c / grid.nx);
            let mut go = |to: usize| {
                if !seen[to] && !shut(c, to) {
                    seen[to] = true;
                    open.push(to);
                }
            };
            if i > 0 {
                go(c - 1);
            }
            if i + 1 < grid.nx {
                go(c + 1);
            }
            if j > 0 {
                go(c - grid.nx);
            }
            if j + 1 < grid.ny {
                go(c + grid.nx);
            }
        }
        seen
    }

    proptest::proptest! {
        /// Grade: exact. A line right through the grid leaves no gap, whatever its direction, corners on centres included.
        #[test]
        fn a_line_through_the_grid_parts_it(x in 0u32..13, dx in 0u32..13, mid in 0u32..10, bend in 0u32..13) {
            let grid = grid();
            let at = |k: u32| 100.0 + 10.0 * f64::from(k).clamp(0.5, 11.5);
            let line = [
                Point::new(at(x), -60.0),
                Point::new(at(bend), -40.0 + 10.0 * f64::from(mid).min(8.5)),
                Point::new(at(dx), 80.0),
            ];
            let walls = faces_across(&grid, &line);
            let seen = reached(&grid, &walls);
            let line = line.map(|p| aside(&grid, p));
            // A centre west of the line (its crossing at the centre's height counted half-open) is reached from cell 0.
            for (cell, seen) in seen.iter().enumerate() {
                let c = grid.centre(cell);
                let pair = if (line[0].y <= c.y) != (line[1].y <= c.y) { (line[0], line[1]) } else { (line[1], line[2]) };
                let s = (c.y - pair.0.y) / (pair.1.y - pair.0.y);
                let west = c.x < pair.0.x + s * (pair.1.x - pair.0.x);
                let first = grid.centre(0);
                let from = first.x < line[0].x + (first.y - line[0].y) / (line[1].y - line[0].y) * (line[1].x - line[0].x);
                if line[1].y > first.y && *seen {
                    proptest::prop_assert_eq!(west, from, "cell {} at {:?}", cell, c);
                }
            }
        }
    }

    #[test]
    fn points_off_the_grid_are_named_and_lines_outside_hold_no_cell() {
        // Grade: behaviour.
        let (grid, file) = (grid(), Path::new("a.ron"));
        let said = Place::Points(vec![(105.0, -35.0), (99.0, 0.0)]).cells(&grid, file, "river").expect_err("off");
        assert!(said.to_string().contains("(99, 0)") && said.to_string().contains("x 100 to 220"), "{said}");
        assert!(Place::Line(vec![(0.0, 0.0), (50.0, 0.0)]).cells(&grid, file, "river").is_err());
        assert_eq!(Place::Box(100.0, -40.0, 120.0, -30.0).cells(&grid, file, "pond").expect("cells"), vec![0, 1]);
    }
}
