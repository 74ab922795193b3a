//! What particles read (粒子所用流场): for each cell the wind on its six sides, the turbulence on them, and how far the walls are; for open air above
//! and beside the box, tables over height.
//!
//! ```text
//! sigma_w^2 = sigma_w0(z)^2 + 1.69 (u*l^2 - u*^2)        sigma_h^2 = sigma_v0(z)^2 + 3.6 (u*l^2 - u*^2)
//! u*l^2 = u*^2 + min(k l |S'|, 0.15 U(H))^2              l: to the nearest wall, roof or ground
//! Tw = 0.5 l/sigma_w (1 + 5 l/L)^-1 or (1 - 6 l/L)^(1/4)  Wilson, Thurtell & Kidd (1981), Flesch et al. (1995); from memory
//! ```
//!
//! sigma_w0 and sigma_v0 are the air's (as for the puffs); S' is the shear beyond that of the open profile. The bound on it is an assumption:
//! at roofs sigma_w is some 0.2 of the wind there (street canyon trials; from memory, unchecked). The constants 1.69 and 3.6 are those of the open air.
//!
//! Across the wind two motions are laid over each other, fast and slow, so that sigma_y grows as the puffs' law q/(1 + q)^0.3 does, q the way of the
//! eddies in units of a/alpha: 0.85 of the variance with T = 0.7 units, 0.15 with 20 (fitted to that law: within 3.3 % for q of 0.1 to 100).
//!
//! Inside a cell each component is linear along its own axis. That field is free of divergence as its sides are, and no gas passes a wall. In the
//! lowest layer the wind follows the profile within the layer.

use super::library::{Library, layer_mean_m_s};
use super::wind::{Field, Space};
use crate::puff::growth;
use crate::weather::{Air, KARMAN, mixing};
use base::fold;
use base::math;

/// Fourteen numbers of a cell: one line of the cache.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[repr(align(64))]
pub struct Cell {
    /// Wind on the sides: west, east, south, north, floor, ceiling, m/s.
    pub wind: [f32; 6],
    /// Turbulence on them: of the east wind on the first two, of the north wind on the next, of the upward wind on the last, m/s.
    pub sigma: [f32; 6],
    /// To the nearest wall at this height, m.
    pub wall_m: f32,
    /// Height of roof or ground below, m.
    pub floor_m: f32,
}

/// The open air at a height.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Open {
    pub speed_m_s: f32,
    /// Integral of the speed from the ground, m2/s.
    pub below_m2_s: f32,
    pub across_m_s: f32,
    pub up_m_s: f32,
    /// d(sigma_w)/dz, 1/s.
    pub up_slope_1_s: f32,
    /// Tw sigma_w, m: how far an eddy carries upward.
    pub eddy_m: f32,
}

/// Steps of the tables by the root of the height.
const STEPS: f32 = 48.0;
/// Shear stirs no more than this part of the wind at the roofs.
const MOST_STIR: f64 = 0.15;
/// Fast and slow motion across: shares of the variance, and times in units.
pub const FAST: (f32, f32) = (0.85, 0.7);
pub const SLOW: (f32, f32) = (0.15, 20.0);
/// alpha of the puffs' law for a release at the ground, and its height; see `puff::growth`.
const ALPHA: (f64, f64, f64) = (78.0, 0.46, 0.7);
/// Longest time of upward motion over (lid/sigma_w) (Hanna 1982, from memory).
const LONGEST: f64 = 0.15;

/// A wind ready for particles.
#[derive(Debug, Clone)]
pub struct Flow {
    pub space: Space,
    pub cells: Vec<Cell>,
    open: Vec<Open>,
    pub towards: (f32, f32),
    pub lid_m: f32,
    /// Mean of the lowest layer far from buildings, m/s.
    pub lowest_m_s: f32,
    /// The unit way of the eddies across over the width of averages, m.
    pub unit_m: f32,
    /// Longest step of a particle, s: half a second, or what the fastest air takes for most of a cell.
    pub step_s: f32,
}

impl Flow {
    /// The flow of an air over the buildings of a library. `spread` multiplies what is across (averaging time); `height_m` is the release's.
    pub fn new(library: &Library, air: &Air, spread: f64, height_m: f64) -> Flow {
        Flow::of(&library.space, &library.field(air), air, spread, height_m)
    }

    pub fn of(space: &Space, field: &Field, air: &Air, spread: f64, height_m: f64) -> Flow {
        let lid_m = air.mixing_height_m.max(2.0 * space.dz_m);
        let open = table(air, spread, lid_m);
        let stir = stirred(space, field, air);
        let walls = wall_distances_m(space);
        let (nx, ny, nz) = (space.grid.nx, space.grid.ny, space.nz);
        let layer = nx * ny;
        let u = air.profile.friction_velocity_m_s;
        // Turbulence at the middles of cells.
        let sigmas: Vec<[f32; 2]> = fold::map(nz, |k| {
            let z = (k as f64 + 0.5) * space.dz_m;
            let (across, up) = (across_m_s(air, z), air.vertical_turbulence_m_s(z));
            let more = |c: usize| u * u * (stir[k * layer + c] * stir[k * layer + c] - 1.0);
            let both = |c: usize| {
                let across = spread * math::sqrt(across * across + 3.6 * more(c));
                [across as f32, math::sqrt(up * up + 1.69 * more(c)) as f32]
            };
            (0..layer).map(both).collect::<Vec<_>>()
        })
        .into_iter()
        .flatten()
        .collect();
        let mut cells = vec![Cell::default(); layer * nz];
        fold::each_chunk(&mut cells, layer, |k, plane| {
            for (c, cell) in plane.iter_mut().enumerate() {
                if space.solid(c, k) {
                    continue;
                }
                let (i, j) = (c % nx, c / nx);
                let own = sigmas[k * layer + c];
                // On a side the mean of both cells; at a wall or the edge the own value.
                let side = |inside: bool, other: usize, k2: usize, which: usize| {
                    let there = inside && !space.solid(other, k2);
                    if there { 0.5 * (own[which] + sigmas[k2 * layer + other][which]) } else { own[which] }
                };
                let floor_m = space.floor_m(c);
                *cell = Cell {
                    wind: field.sides(space, i, j, k),
                    sigma: [
                        side(i > 0, c.wrapping_sub(1), k, 0),
                        side(i + 1 < nx, c + 1, k, 0),
                        side(j > 0, c.wrapping_sub(nx), k, 0),
                        side(j + 1 < ny, c + nx, k, 0),
                        if k > 0 { side(true, c, k - 1, 1) } else { own[1] },
                        if k + 1 < nz { side(true, c, k + 1, 1) } else { own[1] },
                    ],
                    wall_m: walls[k * layer + c],
                    floor_m: floor_m as f32,
                };
            }
        });
        let eddy_m = lid_m.max(mixing::mechanical_m(u));
        let alpha = (ALPHA.0 * ALPHA.1 / height_m.max(ALPHA.1)).max(ALPHA.2);
        Flow {
            space: space.clone(),
            cells,
            open,
            towards: (air.towards.0 as f32, air.towards.1 as f32),
            lid_m: lid_m as f32,
            lowest_m_s: layer_mean_m_s(air, 0.0, space.dz_m).max(1e-6) as f32,
            unit_m: (eddy_m / alpha * spread) as f32,
            step_s: step_s(space, field),
        }
    }

    /// The open air at a height.
    #[inline]
    pub fn open(&self, z_m: f32) -> Open {
        let at = z_m.max(0.0).sqrt() * STEPS;
        let k = (at as usize).min(self.open.len() - 2);
        let f = (at - k as f32).min(1.0);
        let (a, b) = (&self.open[k], &self.open[k + 1]);
        let mix = |a: f32, b: f32| a + (b - a) * f;
        Open {
            speed_m_s: mix(a.speed_m_s, b.speed_m_s),
            below_m2_s: mix(a.below_m2_s, b.below_m2_s),
            across_m_s: mix(a.across_m_s, b.across_m_s),
            up_m_s: mix(a.up_m_s, b.up_m_s),
            up_slope_1_s: a.up_slope_1_s,
            eddy_m: mix(a.eddy_m, b.eddy_m),
        }
    }

    /// How far an eddy carries upward at a distance from ground and walls, m: Tw sigma_w.
    #[inline]
    pub fn eddy_m(&self, far_m: f32) -> f32 {
        let at = far_m.max(0.0).sqrt() * STEPS;
        let k = (at as usize).min(self.open.len() - 2);
        let (a, b) = (self.open[k].eddy_m, self.open[k + 1].eddy_m);
        a + (b - a) * (at - k as f32).min(1.0)
    }
}

/// Parts of a second and of a cell that a step may take.
const STEP_S: f64 = 0.5;
const COURANT: f64 = 0.8;

fn step_s(space: &Space, field: &Field) -> f32 {
    let most = |v: &[f32]| f64::from(v.iter().fold(0.0f32, |m, x| m.max(x.abs())));
    let flat = most(&field.u).max(most(&field.v)) / space.grid.cell_m;
    let upright = most(&field.w) / space.dz_m;
    STEP_S.min(COURANT / flat.max(upright).max(1e-9)) as f32
}

/// Turbulence across at a height, m/s: the angle of the vanes times the wind, as for the puffs, but not below 1 m, where the angle grows.
fn across_m_s(air: &Air, z_m: f64) -> f64 {
    air.crosswind_turbulence_m_s(air.wind_m_s(z_m.max(1.0)).max(growth::LEAST_SPEED_M_S))
}

fn table(air: &Air, spread: f64, lid_m: f64) -> Vec<Open> {
    let root = |n: usize| n as f64 / f64::from(STEPS);
    let height = |n: usize| root(n) * root(n);
    let n = (math::sqrt(lid_m) * f64::from(STEPS)).ceil() as usize + 2;
    let mut below = 0.0;
    (0..n)
        .map(|n| {
            let z = height(n);
            if n > 0 {
                let low = height(n - 1);
                below += air.wind_m_s(0.5 * (z + low)) * (z - low);
            }
            let up = air.vertical_turbulence_m_s(z);
            let slope = (air.vertical_turbulence_m_s(height(n + 1)) - up) / (height(n + 1) - z);
            // z = 0 of the profile lies a roughness above where eddies end.
            let far = z + air.profile.roughness_m.min(0.5);
            let stability = far * air.profile.inverse_obukhov_1_m;
            let eddy = 0.5
                * far
                * if stability > 0.0 {
                    1.0 / (1.0 + 5.0 * stability)
                } else {
                    math::sqrt(math::sqrt(1.0 - 6.0 * stability))
                };
            Open {
                speed_m_s: air.wind_m_s(z) as f32,
                below_m2_s: below as f32,
                across_m_s: (spread * across_m_s(air, z)) as f32,
                up_m_s: up as f32,
                up_slope_1_s: slope as f32,
                eddy_m: eddy.min(LONGEST * lid_m) as f32,
            }
        })
        .collect()
}

/// u*l/u* of every cell.
fn stirred(space: &Space, field: &Field, air: &Air) -> Vec<f64> {
    let (nx, ny, nz) = (space.grid.nx, space.grid.ny, space.nz);
    let layer = nx * ny;
    let u = air.profile.friction_velocity_m_s.max(1e-6);
    let built: Vec<usize> = (0..layer).filter(|&c| space.walls[c] > 0).collect();
    if built.is_empty() {
        return vec![1.0; layer * nz];
    }
    let roofs_m = built.iter().map(|&c| space.floor_m(c)).sum::<f64>() / built.len() as f64;
    let most = MOST_STIR * air.wind_m_s(roofs_m);
    let walls = wall_distances_m(space);
    let mean: Vec<f64> = (0..nz).map(|k| layer_mean_m_s(air, k as f64 * space.dz_m, space.dz_m)).collect();
    let planes = fold::map(nz, |k| {
        let mut plane = vec![1.0; layer];
        for (c, value) in plane.iter_mut().enumerate() {
            if space.solid(c, k) {
                continue;
            }
            let (i, j) = (c % nx, c / nx);
            let here = field.middle(space, i, j, k);
            let at = |i: usize, j: usize, k: usize| {
                if space.solid(j * nx + i, k) { None } else { Some(field.middle(space, i, j, k)) }
            };
            // Differences between the open cells beside; none across a wall.
            let slope = |low: Option<[f64; 3]>, high: Option<[f64; 3]>, d: f64| {
                let steps = f64::from(u8::from(low.is_some())) + f64::from(u8::from(high.is_some()));
                let (a, b) = (low.unwrap_or(here), high.unwrap_or(here));
                std::array::from_fn::<f64, 3, _>(|n| if steps > 0.0 { (b[n] - a[n]) / (steps * d) } else { 0.0 })
            };
            let (dx, dz) = (space.grid.cell_m, space.dz_m);
            let east =
                slope((i > 0).then(|| at(i - 1, j, k)).flatten(), (i + 1 < nx).then(|| at(i + 1, j, k)).flatten(), dx);
            let north =
                slope((j > 0).then(|| at(i, j - 1, k)).flatten(), (j + 1 < ny).then(|| at(i, j + 1, k)).flatten(), dx);
            let below = (k > 0).then(|| at(i, j, k - 1)).flatten();
            let above = (k + 1 < nz).then(|| at(i, j, k + 1)).flatten();
            let up = slope(below, above, dz);
            let square = |a: f64| a * a;
            let all = square(up[0]) + square(up[1]) + square(north[0] + east[1]) + square(east[2]) + square(north[2]);
            // The open profile's own, over the same cells.
            let (a, b) = (if below.is_some() { k - 1 } else { k }, if above.is_some() { k + 1 } else { k });
            let own = if b > a { (mean[b] - mean[a]) / ((b - a) as f64 * dz) } else { 0.0 };
            let long = f64::from(walls[k * layer + c]).min((k as f64 + 0.5) * dz - space.floor_m(c));
            let more = (KARMAN * long * math::sqrt((all - own * own).max(0.0))).min(most);
            *value = math::sqrt(1.0 + more * more / (u * u));
        }
        plane
    });
    planes.into_iter().flatten().collect()
}

/// Distance over the ground from the middle of each open cell to the nearest wall at its height, m: by steps of 1 and root 2 cells, less half a
/// cell. Far from all walls a large number.
fn wall_distances_m(space: &Space) -> Vec<f32> {
    let (nx, ny) = (space.grid.nx, space.grid.ny);
    let planes = fold::map(space.nz, |k| {
        let mut far: Vec<f32> = (0..nx * ny).map(|c| if space.solid(c, k) { 0.0 } else { 1e6 }).collect();
        let diagonal = std::f32::consts::SQRT_2;
        let mut pass = |order: &mut dyn Iterator<Item = usize>, way: isize| {
            for c in order {
                let (i, j) = ((c % nx) as isize, (c / nx) as isize);
                for (di, dj, step) in [(-1, 0, 1.0), (0, -1, 1.0), (-1, -1, diagonal), (1, -1, diagonal)] {
                    let (a, b) = (i + way * di, j + way * dj);
                    if a >= 0 && b >= 0 && (a as usize) < nx && (b as usize) < ny {
                        far[c] = far[c].min(far[b as usize * nx + a as usize] + step);
                    }
                }
            }
        };
        pass(&mut (0..nx * ny), 1);
        pass(&mut (0..nx * ny).rev(), -1);
        let cell = space.grid.cell_m as f32;
        far.into_iter().map(|d| ((d - 0.5) * cell).max(0.0)).collect::<Vec<_>>()
    });
    planes.into_iter().flatten().collect()
}
