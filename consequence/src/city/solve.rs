//! The adjustment that makes a wind conserve mass (质量守恒调整), after Sherman (1978): the nearest field to u0 in the sense of
//!
//! ```text
//! int (u - u0)^2 + (v - v0)^2 + (w - w0)^2     with div u = 0        =>     u = u0 + grad f,   lap f = -div u0
//! ```
//!
//! f = 0 beyond the open sides and the top (air may be let in and out), no gradient through walls and ground. Vertical and horizontal
//! adjustments weigh the same: about buildings of 5 to 20 m the Froude number U/(N H) of a clear night (N some 0.03 1/s, 2 m/s) is 3 to 13,
//! so that stability does not hold the air down at this scale (assumption for taller ones).
//!
//! Red-black over-relaxation: each colour has an array of its own, so a sweep reads one and writes the other, planes may be shared out among
//! threads, and the bits do not depend on how.

use base::fold;
use base::math;

/// A box of cells with the solid ones marked.
pub struct Shape<'a> {
    pub nx: usize,
    pub ny: usize,
    pub nz: usize,
    /// Vertical over horizontal weight: (cell/layer)^2.
    pub up: f64,
    pub solid: &'a (dyn Fn(usize, usize, usize) -> bool + Sync),
}

/// The two colours' arrays have a border of one row, column and plane of zeros.
struct Layout {
    ny: usize,
    nz: usize,
    row: usize,
    plane: usize,
}

impl Layout {
    fn new(s: &Shape) -> Layout {
        let row = s.nx.div_ceil(2) + 2;
        Layout { ny: s.ny, nz: s.nz, row, plane: row * (s.ny + 2) }
    }
    fn len(&self) -> usize {
        self.plane * (self.nz + 2)
    }
    fn at(&self, half: usize, j: usize, k: usize) -> usize {
        (k + 1) * self.plane + (j + 1) * self.row + half + 1
    }
}

/// What the solver did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Done {
    pub sweeps: usize,
    /// Largest residual over the largest right-hand side.
    pub residual: f64,
}

/// No more sweeps than this.
const MOST_SWEEPS: usize = 2000;
/// Sweeps between two looks at the residual.
const LOOK: usize = 10;

/// Solves lap f = -`source` for f at cell centres (x fastest), lengths in cells, down to a residual of `least`.
pub fn solve(s: &Shape, source: &[f64], least: f64) -> (Vec<f64>, Done) {
    let lay = Layout::new(s);
    let new = || vec![0.0f64; lay.len()];
    let mut f = [new(), new()];
    // By colour: 1/(sum of the open sides), 0 where nothing is solved for; and the right-hand side.
    let (mut over, mut right) = ([new(), new()], [new(), new()]);
    let mut largest = 0.0f64;
    for k in 0..s.nz {
        for j in 0..s.ny {
            for i in 0..s.nx {
                if (s.solid)(i, j, k) {
                    continue;
                }
                let side = |ok: bool, solid: &dyn Fn() -> bool| f64::from(u8::from(!ok || !solid()));
                let mut sides = side(i > 0, &|| (s.solid)(i - 1, j, k));
                sides += side(i + 1 < s.nx, &|| (s.solid)(i + 1, j, k));
                sides += side(j > 0, &|| (s.solid)(i, j - 1, k));
                sides += side(j + 1 < s.ny, &|| (s.solid)(i, j + 1, k));
                sides += s.up * side(k + 1 < s.nz, &|| (s.solid)(i, j, k + 1));
                if k > 0 {
                    sides += s.up * side(true, &|| (s.solid)(i, j, k - 1));
                }
                let colour = (i + j + k) & 1;
                let at = lay.at(i / 2, j, k);
                over[colour][at] = if sides > 0.0 { 1.0 / sides } else { 0.0 };
                right[colour][at] = source[(k * s.ny + j) * s.nx + i];
                largest = largest.max(right[colour][at].abs());
            }
        }
    }
    let mut done = Done { sweeps: 0, residual: 0.0 };
    if largest > 0.0 {
        let omega = relaxation(s);
        loop {
            for _ in 0..LOOK {
                for colour in [0, 1] {
                    let [black, white] = &mut f;
                    let (own, other) = if colour == 0 { (black, &*white) } else { (white, &*black) };
                    sweep(&lay, s.up, colour, omega, own, other, &over[colour], &right[colour]);
                }
            }
            done.sweeps += LOOK;
            // The last colour is exact after its sweep but for omega; the first shows what is left.
            done.residual = [0, 1]
                .map(|c| residual(&lay, s.up, c, &f[c], &f[1 - c], &over[c], &right[c]))
                .into_iter()
                .fold(0.0, f64::max)
                / largest;
            if done.residual <= least || done.sweeps >= MOST_SWEEPS {
                break;
            }
        }
    }
    let mut out = vec![0.0; s.nx * s.ny * s.nz];
    for k in 0..s.nz {
        for j in 0..s.ny {
            for i in 0..s.nx {
                out[(k * s.ny + j) * s.nx + i] = f[(i + j + k) & 1][lay.at(i / 2, j, k)];
            }
        }
    }
    (out, done)
}

/// The best factor for an empty box, whose slowest wave is half a wave from side to side and a quarter from ground to top.
fn relaxation(s: &Shape) -> f64 {
    let pi = std::f64::consts::PI;
    let wave = |n: f64| math::cos(pi / n);
    let sum = wave(s.nx as f64 + 1.0) + wave(s.ny as f64 + 1.0) + s.up * wave(2.0 * s.nz as f64 + 1.0);
    let rho = sum / (2.0 + s.up);
    2.0 / (1.0 + math::sqrt(1.0 - rho * rho))
}

/// Rows of the other colour about row (j, k) of a colour: west, east, south, north, below, above.
fn about<'a>(lay: &Layout, other: &'a [f64], colour: usize, j: usize, k: usize) -> [&'a [f64]; 6] {
    // Cell i = 2 half + odd; its neighbours in x lie at half - 1 and half, or at half and half + 1.
    let odd = (j + k + colour) & 1;
    let start = lay.at(0, j, k);
    let n = lay.row - 2;
    let row = |from: usize| &other[from..from + n];
    [
        row(start + odd - 1),
        row(start + odd),
        row(start - lay.row),
        row(start + lay.row),
        row(start - lay.plane),
        row(start + lay.plane),
    ]
}

fn sweep(
    lay: &Layout,
    up: f64,
    colour: usize,
    omega: f64,
    own: &mut [f64],
    other: &[f64],
    over: &[f64],
    right: &[f64],
) {
    fold::each_chunk(own, lay.plane, |plane, values| {
        if plane == 0 || plane > lay.nz {
            return;
        }
        let k = plane - 1;
        for j in 0..lay.ny {
            let [w, e, s, n, b, t] = about(lay, other, colour, j, k);
            let start = lay.at(0, j, k);
            let long = lay.row - 2;
            let (over, right) = (&over[start..start + long], &right[start..start + long]);
            let from = start - plane * lay.plane;
            let row = &mut values[from..from + long];
            for h in 0..long {
                let sum = ((w[h] + e[h]) + (s[h] + n[h])) + up * (b[h] + t[h]);
                row[h] += omega * ((sum + right[h]) * over[h] - row[h]);
            }
        }
    });
}

/// Largest of |sum of differences + source| of a colour.
fn residual(lay: &Layout, up: f64, colour: usize, own: &[f64], other: &[f64], over: &[f64], right: &[f64]) -> f64 {
    fold::max(lay.nz, 0.0, |k| {
        let mut most = 0.0f64;
        for j in 0..lay.ny {
            let [w, e, s, n, b, t] = about(lay, other, colour, j, k);
            let start = lay.at(0, j, k);
            for h in 0..lay.row - 2 {
                let o = over[start + h];
                if o > 0.0 {
                    let sum = ((w[h] + e[h]) + (s[h] + n[h])) + up * (b[h] + t[h]);
                    most = most.max((sum + right[start + h] - own[start + h] / o).abs());
                }
            }
        }
        most
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_wave_is_found_again() {
        // Grade: exact. f = sin(pi (i+1)/(nx+1)) sin(pi (j+1)/(ny+1)) cos(pi (k+1/2)/(2 nz + 1)) is a wave of the discrete operator: its
        // Laplacian is -(2 - 2 cos a) f and so on.
        let (nx, ny, nz) = (13, 10, 7);
        let pi = std::f64::consts::PI;
        let (a, b, c) = (pi / 14.0, pi / 11.0, pi / 15.0);
        let wave = |i: usize, j: usize, k: usize| {
            (a * (i as f64 + 1.0)).sin() * (b * (j as f64 + 1.0)).sin() * (c * (k as f64 + 0.5)).cos()
        };
        let up = 2.25;
        let shape = Shape { nx, ny, nz, up, solid: &|_, _, _| false };
        let eigen = 2.0 - 2.0 * a.cos() + 2.0 - 2.0 * b.cos() + up * (2.0 - 2.0 * c.cos());
        let mut source = Vec::new();
        for k in 0..nz {
            for j in 0..ny {
                source.extend((0..nx).map(|i| eigen * wave(i, j, k)));
            }
        }
        let (f, done) = solve(&shape, &source, 1e-11);
        assert!(done.residual <= 1e-11 && done.sweeps < 200, "{done:?}");
        for k in 0..nz {
            for j in 0..ny {
                for i in 0..nx {
                    assert!((f[(k * ny + j) * nx + i] - wave(i, j, k)).abs() < 1e-8);
                }
            }
        }
    }
}
