//! The wind among buildings on the sides of cells: first guess, adjustment, and what can be asked of the result.

use super::buildings::Buildings;
use super::solve::{self, Shape};
use super::zones;
use base::fold;
use base::grid::Grid;
use serde::{Deserialize, Serialize};

/// The box: a grid over the ground and layers of one thickness. A building fills whole layers, rounded, one at least.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Space {
    pub grid: Grid,
    pub dz_m: f64,
    pub nz: usize,
    /// Solid layers of each column.
    pub walls: Vec<u16>,
}

impl Space {
    /// A box over buildings, as high as `top_m` or a layer more.
    pub fn over(buildings: &Buildings, dz_m: f64, top_m: f64) -> Space {
        let nz = (top_m / dz_m).ceil().max(2.0) as usize;
        let layers = |h: f32| if h > 0.0 { (f64::from(h) / dz_m).round().max(1.0) } else { 0.0 };
        let walls = buildings.height_m.iter().map(|&h| (layers(h) as usize).min(nz - 1) as u16).collect();
        Space { grid: buildings.grid, dz_m, nz, walls }
    }
    pub fn cells(&self) -> usize {
        self.grid.len() * self.nz
    }
    pub fn top_m(&self) -> f64 {
        self.nz as f64 * self.dz_m
    }
    #[inline]
    pub fn solid(&self, column: usize, k: usize) -> bool {
        k < self.walls[column] as usize
    }
    /// Height of the roof or the ground in a column, m.
    pub fn floor_m(&self, column: usize) -> f64 {
        f64::from(self.walls[column]) * self.dz_m
    }
}

/// A wind, m/s, on the sides of cells: east-west sides (nx + 1 in a row), north-south sides (ny + 1 rows), floors (nz + 1 layers).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    pub u: Vec<f32>,
    pub v: Vec<f32>,
    pub w: Vec<f32>,
    pub sweeps: usize,
}

/// What is left of the divergence when the solver stops, as a part of the first guess's largest.
pub const LEFT: f64 = 1e-5;

impl Field {
    /// The wind that blows `towards` with `profile_m_s` at the middles of the layers far from buildings.
    pub fn solve(space: &Space, buildings: &Buildings, towards: (f64, f64), profile_m_s: &[f64]) -> Field {
        assert_eq!(profile_m_s.len(), space.nz, "one speed per layer");
        let guess = zones::guess(space, buildings, towards, profile_m_s);
        let (nx, ny, nz) = (space.grid.nx, space.grid.ny, space.nz);
        let layer = nx * ny;
        let solid = |i: usize, j: usize, k: usize| space.solid(j * nx + i, k);
        let mut u = vec![0.0f64; (nx + 1) * ny * nz];
        let mut v = vec![0.0f64; nx * (ny + 1) * nz];
        let mut w = vec![0.0f64; layer * (nz + 1)];
        // A side has the mean of its cells, an outer one its cell's; a wall none.
        let side = |values: &[f64], a: Option<usize>, b: Option<usize>| match (a, b) {
            (Some(a), Some(b)) => 0.5 * (values[a] + values[b]),
            (Some(a), None) | (None, Some(a)) => values[a],
            (None, None) => 0.0,
        };
        let open = |c: usize| !space.solid(c % layer, c / layer);
        let both = |a: Option<usize>, b: Option<usize>| a.is_none_or(open) && b.is_none_or(open);
        for k in 0..nz {
            for j in 0..ny {
                for i in 0..=nx {
                    let cell = |i: usize| k * layer + j * nx + i;
                    let (a, b) = ((i > 0).then(|| cell(i - 1)), (i < nx).then(|| cell(i)));
                    u[(k * ny + j) * (nx + 1) + i] = if both(a, b) { side(&guess.u, a, b) } else { 0.0 };
                }
            }
            for j in 0..=ny {
                for i in 0..nx {
                    let cell = |j: usize| k * layer + j * nx + i;
                    let (a, b) = ((j > 0).then(|| cell(j - 1)), (j < ny).then(|| cell(j)));
                    v[(k * (ny + 1) + j) * nx + i] = if both(a, b) { side(&guess.v, a, b) } else { 0.0 };
                }
            }
        }
        for k in 1..=nz {
            for c in 0..layer {
                let (a, b) = (Some((k - 1) * layer + c), (k < nz).then(|| k * layer + c));
                w[k * layer + c] = if both(a, b) { side(&guess.w, a, b) } else { 0.0 };
            }
        }
        // In cells: velocities are cells of the ground per unit of time, layers weigh by their thickness.
        let flat = space.grid.cell_m / space.dz_m;
        let source: Vec<f64> = fold::map(nz, |k| {
            let mut plane = vec![0.0; layer];
            for j in 0..ny {
                for i in 0..nx {
                    if solid(i, j, k) {
                        continue;
                    }
                    let x = (k * ny + j) * (nx + 1) + i;
                    let y = (k * (ny + 1) + j) * nx + i;
                    let z = k * layer + j * nx + i;
                    plane[j * nx + i] = u[x + 1] - u[x] + v[y + nx] - v[y] + flat * (w[z + layer] - w[z]);
                }
            }
            plane
        })
        .into_iter()
        .flatten()
        .collect();
        let shape = Shape { nx, ny, nz, up: flat * flat, solid: &solid };
        let (f, done) = solve::solve(&shape, &source, LEFT);
        let value = |c: Option<usize>| c.map_or(0.0, |c| f[c]);
        for k in 0..nz {
            for j in 0..ny {
                for i in 0..=nx {
                    let cell = |i: usize| k * layer + j * nx + i;
                    let (a, b) = ((i > 0).then(|| cell(i - 1)), (i < nx).then(|| cell(i)));
                    if both(a, b) {
                        u[(k * ny + j) * (nx + 1) + i] += value(b) - value(a);
                    }
                }
            }
            for j in 0..=ny {
                for i in 0..nx {
                    let cell = |j: usize| k * layer + j * nx + i;
                    let (a, b) = ((j > 0).then(|| cell(j - 1)), (j < ny).then(|| cell(j)));
                    if both(a, b) {
                        v[(k * (ny + 1) + j) * nx + i] += value(b) - value(a);
                    }
                }
            }
        }
        for k in 1..=nz {
            for c in 0..layer {
                let (a, b) = (Some((k - 1) * layer + c), (k < nz).then(|| k * layer + c));
                if both(a, b) {
                    w[k * layer + c] += flat * (value(b) - value(a));
                }
            }
        }
        let single = |v: Vec<f64>| v.into_iter().map(|x| x as f32).collect();
        Field { u: single(u), v: single(v), w: single(w), sweeps: done.sweeps }
    }

    /// A sum of two fields with weights: free of divergence as they are.
    pub fn blend(a: &Field, share_a: f64, b: &Field, share_b: f64) -> Field {
        let (p, q) = (share_a as f32, share_b as f32);
        let mix = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| p * a + q * b).collect();
        Field { u: mix(&a.u, &b.u), v: mix(&a.v, &b.v), w: mix(&a.w, &b.w), sweeps: a.sweeps.max(b.sweeps) }
    }

    /// The six sides of a cell: west, east, south, north, floor, ceiling.
    #[inline]
    pub fn sides(&self, space: &Space, i: usize, j: usize, k: usize) -> [f32; 6] {
        let (nx, ny) = (space.grid.nx, space.grid.ny);
        let x = (k * ny + j) * (nx + 1) + i;
        let y = (k * (ny + 1) + j) * nx + i;
        let z = (k * ny + j) * nx + i;
        [self.u[x], self.u[x + 1], self.v[y], self.v[y + nx], self.w[z], self.w[z + nx * ny]]
    }

    /// The wind at the middle of a cell: east, north, up, m/s.
    pub fn middle(&self, space: &Space, i: usize, j: usize, k: usize) -> [f64; 3] {
        let s = self.sides(space, i, j, k).map(f64::from);
        [0.5 * (s[0] + s[1]), 0.5 * (s[2] + s[3]), 0.5 * (s[4] + s[5])]
    }

    /// Largest divergence of the open cells, 1/s.
    pub fn divergence_1_s(&self, space: &Space) -> f64 {
        let (nx, ny) = (space.grid.nx, space.grid.ny);
        fold::max(space.nz, 0.0, |k| {
            let mut most = 0.0f64;
            for j in 0..ny {
                for i in 0..nx {
                    if !space.solid(j * nx + i, k) {
                        let [w, e, s, n, b, t] = self.sides(space, i, j, k).map(f64::from);
                        let div = (e - w + n - s) / space.grid.cell_m + (t - b) / space.dz_m;
                        most = most.max(div.abs());
                    }
                }
            }
            most
        })
    }
}
