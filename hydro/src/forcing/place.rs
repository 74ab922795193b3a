//! Where on the grid a thing acts: at a point, along a line, over a disc, or in cells by number.

use base::complaint::Complaints;
use base::grid::{Grid, Point};
use serde::{Deserialize, Serialize};
use std::path::Path;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Where {
    /// The cell that holds (x, y), m.
    Point(f64, f64),
    /// The cells a polyline passes, (x, y) in m.
    Line(Vec<(f64, f64)>),
    /// The cells whose middles lie in a disc, m.
    Disc { x: f64, y: f64, radius_m: f64 },
    /// Cells by row-major number.
    Cells(Vec<usize>),
}

impl Where {
    /// The cells, each once, in rising order. Complains of what is off the grid or holds no cell.
    pub fn cells(&self, grid: &Grid, file: &Path, what: &str, complaints: &mut Complaints) -> Vec<usize> {
        let extent = format!(
            "the grid spans x {}..{}, y {}..{} m",
            grid.x0,
            grid.x0 + grid.width_m(),
            grid.y0,
            grid.y0 + grid.height_m()
        );
        let mut off = |x: f64, y: f64| {
            let outside = grid.cell_at(Point::new(x, y)).is_none();
            if outside {
                complaints.add(file, format!("{what}: ({x}, {y}) is not on the grid"), extent.clone());
            }
            outside
        };
        let mut cells = match self {
            Where::Point(x, y) => {
                off(*x, *y);
                grid.cell_at(Point::new(*x, *y)).into_iter().collect()
            }
            Where::Line(points) => {
                let wrong = points.iter().filter(|&&(x, y)| off(x, y)).count();
                let points: Vec<Point> = points.iter().map(|&(x, y)| Point::new(x, y)).collect();
                match points.as_slice() {
                    _ if wrong > 0 => return Vec::new(),
                    [one] => grid.cell_at(*one).into_iter().collect(),
                    line => grid.cells_along(line),
                }
            }
            Where::Disc { x, y, radius_m } => {
                if off(*x, *y) {
                    return Vec::new();
                }
                if !radius_m.is_finite() || *radius_m <= 0.0 {
                    complaints.add(file, format!("{what}: radius_m is {radius_m}"), "more than 0");
                    return Vec::new();
                }
                let here = grid.cell_at(Point::new(*x, *y));
                grid.cells_within(Point::new(*x, *y), *radius_m).into_iter().chain(here).collect()
            }
            Where::Cells(cells) => {
                for &cell in cells.iter().filter(|&&cell| cell >= grid.len()) {
                    let was = format!("{what}: there is no cell {cell}");
                    complaints.add(file, was, format!("the grid has {}", grid.len()));
                }
                cells.iter().copied().filter(|&cell| cell < grid.len()).collect()
            }
        };
        cells.sort_unstable();
        cells.dedup();
        if cells.is_empty() && complaints.is_empty() {
            complaints.add(file, format!("{what}: no cell lies there"), extent);
        }
        cells
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Grade: exact.
    #[test]
    fn places_become_cells_and_places_off_the_grid_become_complaints() {
        let grid = Grid { nx: 4, ny: 3, cell_m: 10.0, x0: 100.0, y0: 0.0 };
        let file = Path::new("flood.ron");
        let mut none = Complaints::new();
        let mut cells = |place: Where| place.cells(&grid, file, "inflow", &mut none);
        assert_eq!(cells(Where::Point(105.0, 25.0)), [8]);
        assert_eq!(cells(Where::Line(vec![(105.0, 5.0), (135.0, 5.0)])), [0, 1, 2, 3]);
        assert_eq!(cells(Where::Disc { x: 115.0, y: 15.0, radius_m: 10.5 }), [1, 4, 5, 6, 9]);
        assert_eq!(cells(Where::Cells(vec![3, 1, 3])), [1, 3]);
        assert!(none.is_empty());
        let mut complaints = Complaints::new();
        Where::Point(0.0, 5.0).cells(&grid, file, "weir", &mut complaints);
        Where::Point(f64::NAN, 5.0).cells(&grid, file, "weir", &mut complaints);
        Where::Cells(vec![12]).cells(&grid, file, "well", &mut complaints);
        let said = complaints.to_string();
        assert_eq!(complaints.0.len(), 3, "{said}");
        assert!(said.contains("weir: (0, 5) is not on the grid") && said.contains("no cell 12"), "{said}");
    }
}
