//! Buildings on a grid (建筑高度栅格): heights of obstacles by cell, and which cells belong to one building.
//!
//! Footprints may come as polygons with a height or as a raster of heights. Cells that touch and differ little in height are one building,
//! because a terrace of houses shields as one. A cell is built over when its centre lies within a footprint.

use crate::zones::rows_within;
use base::grid::{Grid, Point};
use serde::{Deserialize, Serialize};

/// A footprint: rings (the outer one, then holes; even-odd) with a height above ground, m.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Footprint {
    pub rings: Vec<Vec<Point>>,
    pub height_m: f64,
}

/// Touching cells whose heights differ by less than this, m, or this share are one building (assumption: less than a storey).
const SAME_M: f32 = 2.5;
const SAME_SHARE: f32 = 0.2;

/// One building: its cells (row-major, in order) and mean height.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Building {
    pub cells: Vec<usize>,
    pub height_m: f64,
}

/// Heights by cell and the buildings that they make up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Buildings {
    pub grid: Grid,
    /// Above ground, m; 0 where nothing stands.
    pub height_m: Vec<f32>,
    pub all: Vec<Building>,
    /// Index of the building of each cell.
    pub of_cell: Vec<Option<u32>>,
}

impl Buildings {
    /// No buildings at all: open country.
    pub fn none(grid: Grid) -> Buildings {
        Buildings::from_heights(grid, vec![0.0; grid.len()])
    }

    /// From heights by cell; what is not a height above 0 is open ground. Panics when there is not one height per cell.
    pub fn from_heights(grid: Grid, mut height_m: Vec<f32>) -> Buildings {
        assert_eq!(height_m.len(), grid.len(), "one height per cell");
        height_m.iter_mut().for_each(|h| *h = if h.is_finite() && *h > 0.0 { *h } else { 0.0 });
        let mut of_cell = vec![None; grid.len()];
        let mut all: Vec<Building> = Vec::new();
        for seed in 0..grid.len() {
            if height_m[seed] <= 0.0 || of_cell[seed].is_some() {
                continue;
            }
            let id = all.len() as u32;
            of_cell[seed] = Some(id);
            let mut cells = vec![seed];
            let mut next = 0;
            while next < cells.len() {
                let cell = cells[next];
                next += 1;
                for other in beside(&grid, cell).into_iter().flatten() {
                    let (a, b) = (height_m[cell], height_m[other]);
                    let apart = (a - b).abs();
                    if b > 0.0 && of_cell[other].is_none() && (apart < SAME_M || apart < SAME_SHARE * a.max(b)) {
                        of_cell[other] = Some(id);
                        cells.push(other);
                    }
                }
            }
            cells.sort_unstable();
            let mean = cells.iter().map(|&c| f64::from(height_m[c])).sum::<f64>() / cells.len() as f64;
            all.push(Building { cells, height_m: mean });
        }
        Buildings { grid, height_m, all, of_cell }
    }

    /// From polygons; where they overlap the higher counts.
    pub fn from_footprints(grid: Grid, footprints: &[Footprint]) -> Buildings {
        let mut height_m = vec![0.0f32; grid.len()];
        for f in footprints {
            rows_within(&f.rings, &grid, |j, columns| {
                let row = &mut height_m[j * grid.nx + columns.start..j * grid.nx + columns.end];
                row.iter_mut().for_each(|h| *h = h.max(f.height_m as f32));
            });
        }
        Buildings::from_heights(grid, height_m)
    }

    pub fn tallest_m(&self) -> f64 {
        self.height_m.iter().copied().fold(0.0, f32::max).into()
    }

    /// Share of the ground that is built over.
    pub fn plan_density(&self) -> f64 {
        self.height_m.iter().filter(|h| **h > 0.0).count() as f64 / self.grid.len() as f64
    }

    /// The same turned by a quarter, counterclockwise about the origin.
    pub fn quarter_turned(&self) -> Buildings {
        let g = self.grid;
        let grid = Grid { nx: g.ny, ny: g.nx, cell_m: g.cell_m, x0: -(g.y0 + g.height_m()), y0: g.x0 };
        let mut turned = vec![0.0; g.len()];
        for cell in 0..g.len() {
            let (i, j) = (cell % g.nx, cell / g.nx);
            turned[grid.index(g.ny - 1 - j, i)] = self.height_m[cell];
        }
        Buildings::from_heights(grid, turned)
    }

    /// For each cell itself or, where a building stands, the nearest open cell: the air at its walls. By rings of steps between cells with a
    /// common side; itself where all is built over.
    pub fn nearest_open(&self) -> Vec<u32> {
        let mut nearest: Vec<u32> =
            self.height_m.iter().enumerate().map(|(c, h)| if *h > 0.0 { u32::MAX } else { c as u32 }).collect();
        let mut front: Vec<usize> = (0..nearest.len()).filter(|&c| nearest[c] != u32::MAX).collect();
        while !front.is_empty() {
            let mut following = Vec::new();
            for cell in front {
                for other in beside(&self.grid, cell).into_iter().flatten() {
                    if nearest[other] == u32::MAX {
                        nearest[other] = nearest[cell];
                        following.push(other);
                    }
                }
            }
            front = following;
        }
        nearest.iter().enumerate().map(|(c, n)| if *n == u32::MAX { c as u32 } else { *n }).collect()
    }

    /// Walls as lines between corners of cells, for maps: straight pieces, rows first.
    pub fn walls(&self) -> Vec<[Point; 2]> {
        let g = &self.grid;
        let id = |i: isize, j: isize| {
            let inside = i >= 0 && j >= 0 && (i as usize) < g.nx && (j as usize) < g.ny;
            if inside { self.of_cell[g.index(i as usize, j as usize)] } else { None }
        };
        let corner = |i: usize, j: usize| Point::new(g.x0 + i as f64 * g.cell_m, g.y0 + j as f64 * g.cell_m);
        let mut lines = Vec::new();
        for (outer, inner, flat) in [(g.ny, g.nx, true), (g.nx, g.ny, false)] {
            for o in 0..=outer {
                let wall = |n: usize| {
                    let (o, n) = (o as isize, n as isize);
                    if flat { id(n, o - 1) != id(n, o) } else { id(o - 1, n) != id(o, n) }
                };
                let mut n = 0;
                while n < inner {
                    let from = n;
                    while n < inner && wall(n) {
                        n += 1;
                    }
                    if n > from {
                        let at = |n: usize| if flat { corner(n, o) } else { corner(o, n) };
                        lines.push([at(from), at(n)]);
                    }
                    n += 1;
                }
            }
        }
        lines
    }
}

/// The cells with a common side: west, east, south, north.
pub fn beside(grid: &Grid, cell: usize) -> [Option<usize>; 4] {
    let (i, j) = (cell % grid.nx, cell / grid.nx);
    [
        (i > 0).then(|| cell - 1),
        (i + 1 < grid.nx).then(|| cell + 1),
        (j > 0).then(|| cell - grid.nx),
        (j + 1 < grid.ny).then(|| cell + grid.nx),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> Grid {
        Grid { nx: 20, ny: 12, cell_m: 2.0, x0: -10.0, y0: 4.0 }
    }

    fn house(x0: f64, y0: f64, x1: f64, y1: f64, height_m: f64) -> Footprint {
        let ring = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)].map(|(x, y)| Point::new(x, y)).to_vec();
        Footprint { rings: vec![ring], height_m }
    }

    #[test]
    fn touching_houses_of_like_height_are_one_building_and_a_tower_is_another() {
        // Grade: exact.
        let b = Buildings::from_footprints(
            grid(),
            &[
                house(-6.0, 8.0, -2.0, 12.0, 9.0),
                house(-2.0, 8.0, 4.0, 12.0, 10.0),
                house(4.0, 8.0, 8.0, 12.0, 30.0),
                house(14.0, 8.0, 18.0, 12.0, 9.0),
            ],
        );
        assert_eq!(b.all.len(), 3);
        assert_eq!(b.all[0].cells.len(), 10);
        assert!((b.all[0].height_m - 9.6).abs() < 1e-6);
        assert_eq!(b.tallest_m(), 30.0);
        assert!((b.plan_density() - 18.0 / 240.0).abs() < 1e-12);
    }

    #[test]
    fn a_court_stays_open_and_its_walls_are_drawn() {
        // Grade: exact. A ring of 8 x 8 m with a court of 4 x 4 m: outer and inner wall are 4 lines each.
        let mut block = house(-2.0, 8.0, 6.0, 16.0, 12.0);
        block.rings.extend(house(0.0, 10.0, 4.0, 14.0, 0.0).rings);
        let b = Buildings::from_footprints(grid(), &[block]);
        assert_eq!(b.all[0].cells.len(), 12);
        let walls = b.walls();
        let long: f64 = walls.iter().map(|w| w[0].distance_m(w[1])).sum();
        assert_eq!(walls.len(), 8);
        assert!((long - (32.0 + 16.0)).abs() < 1e-9);
        let open = b.nearest_open();
        assert!(b.height_m.iter().enumerate().all(|(c, h)| (open[c] as usize == c) == (*h == 0.0)));
        assert!(open.iter().all(|&n| b.height_m[n as usize] == 0.0));
    }

    #[test]
    fn four_quarter_turns_are_none() {
        // Grade: exact.
        let b = Buildings::from_footprints(grid(), &[house(-6.0, 8.0, -2.0, 20.0, 9.0)]);
        let once = b.quarter_turned();
        // The middle (-4, 14) comes to (-14, -4).
        assert_eq!(once.grid.cell_at(Point::new(-14.0, -4.0)).map(|c| once.height_m[c]), Some(9.0));
        let round = once.quarter_turned().quarter_turned().quarter_turned();
        assert_eq!(round, b);
    }
}
