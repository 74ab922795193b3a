//! The fast sum: all puffs on a raster, or on a list of places, in single precision.
//!
//! ```text
//! C_i = sum_p k_p exp(-(a_p dx^2 + b_p dx dy + c_p dy^2))        k = M F(z) / (2 pi sqrt|S|)
//! ```
//!
//! Puffs are first made into [`Stamp`]s: everything that does not depend on the place. Rows are cut to where a puff reaches. The loop over
//! places has no branch and its exponential is a polynomial, so that the compiler fills the vector registers, of whatever width the
//! machine has; only operations fixed by IEEE 754 are used and none is fused, so the bits are the same on all of them and on any
//! number of threads.

use super::{Cloud, Wind};
use base::fold;
use base::grid::Grid;
use base::math;

/// One puff as the kernel wants it. Places are relative to an origin, so that single precision holds them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stamp {
    x: f64,
    y: f64,
    peak: f32,
    xx: f32,
    xy: f32,
    yy: f32,
    /// Half width of the box outside which the puff is left out, m.
    reach_x: f64,
    reach_y: f64,
}

/// Puffs are followed to five sigma: 4e-6 of the mass lies outside.
const SIGMAS: f64 = 5.0;
/// A puff smaller than this part of a cell is widened to it: then the sum over cell centres is its mass to 1e-3
/// (the first term of Poisson's sum, 2 exp(-2 pi^2 0.62^2) = 1.0e-3).
const LEAST_OF_CELL: f64 = 0.62;

/// What is stamped.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Layer {
    /// Concentration at a height above ground, kg/m3.
    Height(f64),
    /// All the gas over a square metre, kg/m2.
    Column,
}

/// Stamps of one release. `cell_m` is the raster's cell, 0 for single places: a cell holds its mean,
/// which is the puff blurred by the cell (variance cell^2/12).
pub fn stamps(cloud: &Cloud, release: usize, wind: &Wind, layer: Layer, cell_m: f64) -> Vec<Stamp> {
    let air = wind.weather.at(cloud.time_s);
    cloud
        .puffs
        .iter()
        .filter(|p| p.release as usize == release && p.mass_kg > 0.0)
        .map(|p| {
            let here = wind.place(&air, p.x_m, p.y_m);
            let over = match layer {
                Layer::Column => 1.0,
                Layer::Height(z_m) => {
                    let shape = p.shape(cloud.options.scheme, &here);
                    shape.share_1_m(z_m, p.height_m, p.depth_m, here.mixing_height_m)
                }
            };
            let blur = cell_m * cell_m / 12.0;
            let [mut xx, xy, mut yy] = p.spread_m2;
            (xx, yy) = (xx + blur, yy + blur);
            // The smaller axis is held at the least width by widening both alike.
            let small = 0.5 * (xx + yy) - math::hypot(0.5 * (xx - yy), xy);
            let wanting = (LEAST_OF_CELL * LEAST_OF_CELL * cell_m * cell_m - small).max(0.0);
            stamp(p.x_m, p.y_m, p.mass_kg * over, [xx + wanting, xy, yy + wanting])
        })
        .collect()
}

/// A Gaussian over the ground with the given integral and covariance.
pub fn stamp(x_m: f64, y_m: f64, integral: f64, [xx, xy, yy]: [f64; 3]) -> Stamp {
    let det = xx * yy - xy * xy;
    Stamp {
        x: x_m,
        y: y_m,
        peak: (integral / (2.0 * std::f64::consts::PI * math::sqrt(det))) as f32,
        xx: (0.5 * yy / det) as f32,
        xy: (-xy / det) as f32,
        yy: (0.5 * xx / det) as f32,
        reach_x: SIGMAS * math::sqrt(xx),
        reach_y: SIGMAS * math::sqrt(yy),
    }
}

/// Adds all stamps to a raster of cell values, row 0 in the south. Rows are worked on in parallel; each adds the stamps in their
/// order.
pub fn add_to_raster(stamps: &[Stamp], grid: &Grid, values: &mut [f32]) {
    assert_eq!(values.len(), grid.len(), "one value per cell");
    if grid.is_empty() || stamps.is_empty() {
        return;
    }
    fold::each_chunk(values, grid.nx, |j, row| {
        let y = grid.y0 + (j as f64 + 0.5) * grid.cell_m;
        pulp::Arch::new().dispatch(Row { stamps, grid, y, row });
    });
}

/// Adds all stamps to places given relative to `origin`.
pub fn add_to_places(stamps: &[Stamp], origin: (f64, f64), xs: &[f32], ys: &[f32], values: &mut [f32]) {
    assert!(xs.len() == ys.len() && xs.len() == values.len(), "one value per place");
    fold::each_chunk(values, PLACES, |k, part| {
        let from = k * PLACES;
        let (xs, ys) = (&xs[from..from + part.len()], &ys[from..from + part.len()]);
        pulp::Arch::new().dispatch(Places { stamps, origin, xs, ys, part });
    });
}

/// Places that are worked on together: as many as stay in the nearest cache.
const PLACES: usize = 1024;

struct Row<'a> {
    stamps: &'a [Stamp],
    grid: &'a Grid,
    y: f64,
    row: &'a mut [f32],
}

impl pulp::NullaryFnOnce for Row<'_> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        let Row { stamps, grid, y, row } = self;
        for s in stamps {
            let dy = y - s.y;
            if dy.abs() > s.reach_y {
                continue;
            }
            let cell = |x: f64| ((x - grid.x0) / grid.cell_m - 0.5).clamp(0.0, grid.nx as f64);
            let first = cell(s.x - s.reach_x).ceil() as usize;
            let last = ((cell(s.x + s.reach_x).floor() + 1.0) as usize).min(grid.nx);
            if first >= last || s.x + s.reach_x < grid.x0 || s.x - s.reach_x > grid.x0 + grid.width_m() {
                continue;
            }
            let start = (grid.x0 + (first as f64 + 0.5) * grid.cell_m - s.x) as f32;
            let (dy, cell_m) = (dy as f32, grid.cell_m as f32);
            let (flat, slope) = (s.yy * dy * dy, s.xy * dy);
            let (peak, xx) = (s.peak, s.xx);
            for (i, value) in row[first..last].iter_mut().enumerate() {
                let dx = start + i as i32 as f32 * cell_m;
                *value += peak * exp_minus((xx * dx + slope) * dx + flat);
            }
        }
    }
}

struct Places<'a> {
    stamps: &'a [Stamp],
    origin: (f64, f64),
    xs: &'a [f32],
    ys: &'a [f32],
    part: &'a mut [f32],
}

impl pulp::NullaryFnOnce for Places<'_> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        let Places { stamps, origin, xs, ys, part } = self;
        for s in stamps {
            let (x0, y0) = ((s.x - origin.0) as f32, (s.y - origin.1) as f32);
            let (peak, xx, xy, yy) = (s.peak, s.xx, s.xy, s.yy);
            for ((value, &x), &y) in part.iter_mut().zip(xs).zip(ys) {
                let (dx, dy) = (x - x0, y - y0);
                *value += peak * exp_minus((xx * dx + xy * dy) * dx + yy * dy * dy);
            }
        }
    }
}

/// exp(-q) for q >= 0 to 3e-7 of itself down to exp(-80), where it stays. 2^(i + f) with i whole and |f| <= 1/2: i goes into the bits of
/// the exponent, 2^f is its Taylor polynomial (seven terms: (0.5 ln 2)^7/7! = 1.2e-7).
#[inline(always)]
pub fn exp_minus(q: f32) -> f32 {
    let q = if q > 80.0 { 80.0 } else { q };
    let t = -q * std::f32::consts::LOG2_E;
    // Adding and taking away 1.5 * 2^23 rounds to a whole number.
    let rounded = t + 12_582_912.0;
    let f = t - (rounded - 12_582_912.0);
    let power = 1.0
        + f * (std::f32::consts::LN_2
            + f * (0.240_226_5
                + f * (0.055_504_11 + f * (0.009_618_129 + f * (0.001_333_355_8 + f * 0.000_154_035_3)))));
    f32::from_bits(rounded.to_bits().wrapping_add(127) << 23) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quick_exponential_is_as_good_as_it_says() {
        // Grade: exact.
        let mut q = 0.0f32;
        while q < 79.0 {
            let want = (-f64::from(q)).exp();
            let got = f64::from(exp_minus(q));
            // Half a unit in the last place of q is a relative error of q * 6e-8 in the result, whatever computes it.
            assert!((got / want - 1.0).abs() < 3e-7 + f64::from(q) * 1.2e-7, "{q}: {got} {want}");
            q += 0.01937;
        }
        assert!(exp_minus(1e9) < 1e-34);
    }

    fn some() -> Vec<Stamp> {
        (0..40)
            .map(|k| {
                let k = f64::from(k);
                let (sx, sy) = (20.0 + 3.0 * k, 15.0 + 2.0 * k);
                let tilt = 0.5 * (k * 0.7).sin() * sx * sy;
                stamp(500_000.0 + 30.0 * k, 3_400_000.0 + 5.0 * k, 2.0, [sx * sx, tilt, sy * sy])
            })
            .collect()
    }

    #[test]
    fn a_raster_holds_the_mass_and_the_values_of_its_puffs() {
        // Grade: exact. Sum over cells against the mass, cells against the formula in f64.
        let grid = Grid { x0: 499_000.0, y0: 3_399_000.0, cell_m: 10.0, nx: 400, ny: 240 };
        let stamps = some();
        let mut values = vec![0.0; grid.len()];
        add_to_raster(&stamps, &grid, &mut values);
        let sum: f64 = values.iter().map(|v| f64::from(*v)).sum::<f64>() * 100.0;
        assert!((sum / 80.0 - 1.0).abs() < 1e-4, "{sum}");
        for (i, j) in [(105, 102), (160, 110), (220, 130), (250, 100)] {
            let (x, y) = (499_000.0 + (i as f64 + 0.5) * 10.0, 3_399_000.0 + (j as f64 + 0.5) * 10.0);
            let want: f64 = stamps
                .iter()
                .map(|s| {
                    let (dx, dy) = (x - s.x, y - s.y);
                    let q = f64::from(s.xx) * dx * dx + f64::from(s.xy) * dx * dy + f64::from(s.yy) * dy * dy;
                    f64::from(s.peak) * (-q).exp()
                })
                .sum();
            let got = f64::from(values[grid.index(i, j)]);
            assert!((got / want - 1.0).abs() < 1e-4, "{i} {j}: {got} {want}");
            let mut place = vec![0.0];
            let origin = (500_000.0, 3_400_000.0);
            add_to_places(&stamps, origin, &[(x - origin.0) as f32], &[(y - origin.1) as f32], &mut place);
            assert!((f64::from(place[0]) / want - 1.0).abs() < 1e-4);
        }
    }

    #[test]
    fn threads_change_no_bit_and_narrow_puffs_keep_their_mass() {
        // Grade: exact.
        let grid = Grid { x0: 499_500.0, y0: 3_399_700.0, cell_m: 15.0, nx: 200, ny: 60 };
        let on = |threads| {
            let mut values = vec![0.0f32; grid.len()];
            fold::with_threads(threads, || add_to_raster(&some(), &grid, &mut values));
            values.iter().map(|v| v.to_bits()).collect::<Vec<_>>()
        };
        assert_eq!(on(1), on(2));
        assert_eq!(on(1), on(8));
        for k in 0..7 {
            let at = (500_000.0 + 2.1 * f64::from(k), 3_400_000.0 + 1.3 * f64::from(k));
            let least = LEAST_OF_CELL * LEAST_OF_CELL * 225.0;
            let mut values = vec![0.0f32; grid.len()];
            add_to_raster(&[stamp(at.0, at.1, 1.0, [least, 0.0, least])], &grid, &mut values);
            let sum: f64 = values.iter().map(|v| f64::from(*v)).sum::<f64>() * 225.0;
            assert!((sum - 1.0).abs() < 2.5e-3, "{k}: {sum}");
        }
    }
}
