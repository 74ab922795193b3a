//! Counting near the ground (近地浓度统计): the raster on which particles leave mass times time, and how a concentration comes of it.
//!
//! ```text
//! C(cell) = sum of mass x time there / (area x 3 m x time)
//! ```
//!
//! smoothed by a kernel that follows the streets (it spreads between open cells only): 0.8 cells wide where many particles passed, up to 4
//! where few did. A built-over cell has the air at its walls.

use super::buildings::Buildings;
use super::wind::Space;
use base::grid::Grid;

/// Height of the layer in which gas is counted, m: its middle is at 1.5 m.
pub const COUNTED_M: f64 = 3.0;
/// A cell's value is smoothed until so many particles stand behind it, by passes that spread this part to each side, so many at most (assumptions: 25 leave a
/// fifth of noise; 40 passes are a kernel of 4 cells).
const BEHIND: f64 = 25.0;
const PASS: f64 = 0.2;
const PASSES: usize = 40;

/// The raster of a box, with room about it, and which of its cells are open.
#[derive(Debug, Clone, PartialEq)]
pub struct Counting {
    pub grid: Grid,
    /// That of the box.
    pub inner: Grid,
    solid: Vec<bool>,
    /// Of each cell the nearest open one.
    nearest: Vec<u32>,
}

impl Counting {
    /// Over a box, with `room` cells about it for particles on their way to a gathering.
    pub fn new(space: &Space, buildings: &Buildings, room: usize) -> Counting {
        let inner = space.grid;
        let by = room as f64 * inner.cell_m;
        let (nx, ny) = (inner.nx + 2 * room, inner.ny + 2 * room);
        let grid = Grid { nx, ny, cell_m: inner.cell_m, x0: inner.x0 - by, y0: inner.y0 - by };
        let mut heights = vec![0.0f32; grid.len()];
        for c in 0..inner.len() {
            heights[grid.index(c % inner.nx + room, c / inner.nx + room)] = buildings.height_m[c];
        }
        let all = Buildings::from_heights(grid, heights);
        let solid = all.height_m.iter().map(|h| *h > 0.0).collect();
        Counting { grid, inner, solid, nearest: all.nearest_open() }
    }

    /// Whether a building stands on a cell.
    pub fn solid(&self, cell: usize) -> bool {
        self.solid[cell]
    }

    /// Concentrations, kg/m3, of what was counted in a time, kg s by cell. `grain_kg` is the mass of a particle.
    ///
    /// Smooths along open cells, divides by volume and time, and gives each built-over cell the air at its walls. What passes between two cells is taken
    /// from one and given to the other, so that no mass is made or lost.
    pub fn concentrations(&self, kg_s: &[f64], grain_kg: f64, for_s: f64) -> Vec<f32> {
        let grid = &self.grid;
        let mut now: Vec<f64> = kg_s.to_vec();
        let enough = BEHIND * grain_kg;
        for pass in 0..PASSES {
            let before = now.clone();
            for c in (0..grid.len()).filter(|&c| !self.solid[c]) {
                for other in
                    [(c % grid.nx + 1 < grid.nx).then(|| c + 1), (c + grid.nx < grid.len()).then(|| c + grid.nx)]
                {
                    let Some(other) = other.filter(|&o| !self.solid[o]) else { continue };
                    // The first passes smooth all.
                    if pass < 2 || before[c].max(before[other]) < enough {
                        let across = PASS * (before[other] - before[c]);
                        now[c] += across;
                        now[other] -= across;
                    }
                }
            }
        }
        let over = 1.0 / (grid.cell_m * grid.cell_m * COUNTED_M * for_s);
        self.nearest.iter().map(|&c| (now[c as usize] * over) as f32).collect()
    }
}

/// Value of a raster between its cells; 0 beyond.
pub fn between(g: &Grid, values: &[f32], x_m: f64, y_m: f64) -> f64 {
    let (u, v) = ((x_m - g.x0) / g.cell_m - 0.5, (y_m - g.y0) / g.cell_m - 0.5);
    if !(u >= 0.0 && v >= 0.0 && u < (g.nx - 1) as f64 && v < (g.ny - 1) as f64) {
        return 0.0;
    }
    let (i, j) = (u as usize, v as usize);
    let (fu, fv) = (u - i as f64, v - j as f64);
    let at = |i: usize, j: usize| f64::from(values[g.index(i, j)]);
    let row = |j: usize| at(i, j) * (1.0 - fu) + at(i + 1, j) * fu;
    row(j) * (1.0 - fv) + row(j + 1) * fv
}
