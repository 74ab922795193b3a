//! View factors of flames as tiles: a cone frustum that leans downwind stands for a flame; a cylinder is one of equal ends.
//!
//! The vector sum over the tiles that face the receiver, V = sum of n cos(b) dA/(pi r^2) along the line of sight, has the view
//! factor of a receiver that faces along V as its length, and no other way to face sees more: the largest view factor (Sparrow &
//! Cess 1978; ALOHA technical documentation 6.4.2 and 6.5.2). The ground hides nothing above it.

use base::math::{cos, sin, sqrt};
use std::f64::consts::PI;

type Vector = [f64; 3];

/// A piece of the surface: of the side from `along.0` to `along.1` of the axis, m, or of an end, from `along.0` to `along.1` of its radius,
/// m; between two angles.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Patch {
    part: Part,
    along: (f64, f64),
    angle: (f64, f64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Side,
    Lower,
    Upper,
}

/// A patch at its middle.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Tile {
    at: Vector,
    normal: Vector,
    area_m2: f64,
    patch: Patch,
}

/// A flame's surface. x downwind, y across, z up, from the fire's foot.
#[derive(Debug, Clone, PartialEq)]
pub struct Surface {
    shape: Frustum,
    tiles: Vec<Tile>,
}

/// Tiles around and along, and rings of the ends: the view factors change by less than 0.5 % with four times as many.
const AROUND: usize = 48;
const ALONG: usize = 32;
const RINGS: usize = 6;
/// A tile that is nearer than this many of its own sizes is cut in four, at most so many times over: near the flame the point sees
/// its curve, not a tile.
const NEAR: f64 = 4.0;
const CUTS: usize = 5;

/// A frustum: where its lower end is, how it leans, how wide it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frustum {
    /// Middle of the lower end above the foot, m.
    pub lift_m: f64,
    pub length_m: f64,
    /// Lean from the upright towards downwind, rad.
    pub lean_rad: f64,
    pub lower_width_m: f64,
    pub upper_width_m: f64,
    /// The lower end stands on the ground and does not shine.
    pub on_ground: bool,
}

impl Frustum {
    pub fn surface(&self) -> Surface {
        let mut tiles = Vec::with_capacity(AROUND * (ALONG + 2 * RINGS));
        let turn = 2.0 * PI / AROUND as f64;
        let mut cover = |part: Part, rows: usize, length: f64| {
            for i in 0..rows {
                let step = length / rows as f64;
                let along = (i as f64 * step, (i as f64 + 1.0) * step);
                for j in 0..AROUND {
                    let angle = (j as f64 * turn, (j as f64 + 1.0) * turn);
                    tiles.push(self.tile(Patch { part, along, angle }));
                }
            }
        };
        cover(Part::Side, ALONG, self.length_m);
        cover(Part::Upper, RINGS, 0.5 * self.upper_width_m);
        if !self.on_ground {
            cover(Part::Lower, RINGS, 0.5 * self.lower_width_m);
        }
        Surface { shape: *self, tiles }
    }

    fn tile(&self, patch: Patch) -> Tile {
        let axis = [sin(self.lean_rad), 0.0, cos(self.lean_rad)];
        let (e1, e2) = ([cos(self.lean_rad), 0.0, -sin(self.lean_rad)], [0.0, 1.0, 0.0]);
        let angle = 0.5 * (patch.angle.0 + patch.angle.1);
        let way: Vector = [0, 1, 2].map(|k| cos(angle) * e1[k] + sin(angle) * e2[k]);
        let (middle, step) = (0.5 * (patch.along.0 + patch.along.1), patch.along.1 - patch.along.0);
        let turn = patch.angle.1 - patch.angle.0;
        let widening = 0.5 * (self.upper_width_m - self.lower_width_m) / self.length_m;
        let slant = sqrt(1.0 + widening * widening);
        let (t, out, normal, area_m2) = match patch.part {
            Part::Side => {
                let radius = 0.5 * self.lower_width_m + widening * middle;
                let normal = [0, 1, 2].map(|k| (way[k] - widening * axis[k]) / slant);
                (middle, radius, normal, turn * radius * step * slant)
            }
            Part::Lower => (0.0, middle, axis.map(|a| -a), turn * middle * step),
            Part::Upper => (self.length_m, middle, axis, turn * middle * step),
        };
        let at = [0, 1, 2].map(|k| t * axis[k] + out * way[k]);
        Tile { at: [at[0], at[1], at[2] + self.lift_m], normal, area_m2, patch }
    }

    /// A point is in the flame.
    fn holds(&self, at: Vector) -> bool {
        let axis = [sin(self.lean_rad), 0.0, cos(self.lean_rad)];
        let d = [at[0], at[1], at[2] - self.lift_m];
        let along = d[0] * axis[0] + d[1] * axis[1] + d[2] * axis[2];
        let out2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2] - along * along;
        let share = along / self.length_m;
        let radius = 0.5 * (self.lower_width_m + share * (self.upper_width_m - self.lower_width_m));
        (0.0..=1.0).contains(&share) && out2 <= radius * radius
    }
}

impl Surface {
    /// Largest view factor at a point. Points inside the flame see nothing but flame: 1.
    pub fn view_factor(&self, at: Vector) -> f64 {
        if self.shape.holds(at) {
            return 1.0;
        }
        let mut sum = [0.0; 3];
        for tile in &self.tiles {
            self.look(tile, at, CUTS, &mut sum);
        }
        sqrt(sum[0] * sum[0] + sum[1] * sum[1] + sum[2] * sum[2]).min(1.0)
    }

    /// Adds what a tile sends to a point, in finer pieces where it is near.
    fn look(&self, tile: &Tile, at: Vector, cuts: usize, sum: &mut Vector) {
        let d = [0, 1, 2].map(|k| at[k] - tile.at[k]);
        let r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
        if cuts > 0 && r2 < NEAR * NEAR * tile.area_m2 {
            let Patch { part, along, angle } = tile.patch;
            let (t, a) = (0.5 * (along.0 + along.1), 0.5 * (angle.0 + angle.1));
            for along in [(along.0, t), (t, along.1)] {
                for angle in [(angle.0, a), (a, angle.1)] {
                    self.look(&self.shape.tile(Patch { part, along, angle }), at, cuts - 1, sum);
                }
            }
            return;
        }
        let facing = tile.normal[0] * d[0] + tile.normal[1] * d[1] + tile.normal[2] * d[2];
        // A tile below the ground is hidden, one that faces away sends nothing.
        if tile.at[2] >= 0.0 && facing > 0.0 {
            // cos(b)/r^2 and the direction d/r together: facing d/r^4.
            let weight = tile.area_m2 * facing / (PI * r2 * r2);
            for k in 0..3 {
                sum[k] += weight * d[k];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disc_seen_along_its_axis_has_its_closed_view_factor() {
        // Grade: exact. F = R^2/(R^2 + H^2) for the upper end of a frustum whose side cannot be seen from above (it narrows
        // upwards not at all: a flat cylinder).
        let flat = Frustum {
            lift_m: 0.0,
            length_m: 1e-4,
            lean_rad: 0.0,
            lower_width_m: 10.0,
            upper_width_m: 10.0,
            on_ground: true,
        };
        for height in [5.0, 10.0, 40.0] {
            let got = flat.surface().view_factor([0.0, 0.0, height]);
            let want = 25.0 / (25.0 + height * height);
            assert!((got / want - 1.0).abs() < 0.01, "{height}: {got} {want}");
        }
    }

    /// Largest view factor at the foot of an upright cylinder: closed forms of the upright and the level receiver (Mudan 1984, without
    /// lean), a = L/R, b = x/R.
    fn closed(a: f64, b: f64) -> f64 {
        let aa = (b + 1.0).powi(2) + a * a;
        let bb = (b - 1.0).powi(2) + a * a;
        let root = ((b - 1.0) / (b + 1.0)).sqrt();
        let fv = (1.0 / (PI * b)) * (a / (b * b - 1.0).sqrt()).atan()
            + (a / PI) * ((aa - 2.0 * b) / (b * (aa * bb).sqrt()) * ((aa / bb).sqrt() * root).atan() - root.atan() / b);
        let fh = (1.0 / PI)
            * ((1.0 / root).atan() - (b * b - 1.0 + a * a) / (aa * bb).sqrt() * ((aa / bb).sqrt() * root).atan());
        (fv * fv + fh * fh).sqrt()
    }

    #[test]
    fn an_upright_cylinder_has_the_view_factor_of_the_textbooks() {
        // Grade: exact. From the wall to seven radii away.
        let upright = Frustum {
            lift_m: 0.0,
            length_m: 40.0,
            lean_rad: 0.0,
            lower_width_m: 20.0,
            upper_width_m: 20.0,
            on_ground: true,
        };
        let surface = upright.surface();
        for b in [1.02, 1.1, 1.5, 3.0, 7.0] {
            let (got, want) = (surface.view_factor([10.0 * b, 0.0, 0.0]), closed(4.0, b));
            assert!((got / want - 1.0).abs() < 0.02, "{b}: {got} {want}");
        }
    }

    #[test]
    fn in_the_flame_one_sees_nothing_else() {
        // Grade: exact. A leaning cylinder: the point above its edge downwind is in it, the one upwind is not.
        let leaning = Frustum {
            lift_m: 0.0,
            length_m: 20.0,
            lean_rad: 0.7,
            lower_width_m: 10.0,
            upper_width_m: 10.0,
            on_ground: true,
        };
        let surface = leaning.surface();
        assert_eq!(surface.view_factor([6.0, 0.0, 3.0]), 1.0);
        assert!(surface.view_factor([-6.0, 0.0, 3.0]) < 1.0);
        assert!(surface.view_factor([6.0, 0.0, 0.2]) > 0.4);
    }

    #[test]
    fn at_its_wall_a_flame_fills_what_one_sees() {
        // Grade: exact. Ten centimetres from a tall cylinder F = R/x (the closed form of an endless one). Outwards, no dips.
        let upright = Frustum {
            lift_m: 0.0,
            length_m: 20.0,
            lean_rad: 0.0,
            lower_width_m: 10.0,
            upper_width_m: 10.0,
            on_ground: true,
        };
        let surface = upright.surface();
        let wall = surface.view_factor([5.1, 0.0, 10.0]);
        assert!((wall - 5.0 / 5.1).abs() < 0.01, "{wall}");
        let along: Vec<f64> = (0..60).map(|k| surface.view_factor([5.1 + 0.05 * f64::from(k), 0.0, 0.0])).collect();
        assert!(along.windows(2).all(|w| w[1] <= w[0] * 1.002), "{along:?}");
    }

    #[test]
    fn far_away_a_flame_looks_like_its_shadow() {
        // Grade: exact. At a great distance F = A_projected/(pi r^2), here 2 R L of an upright cylinder.
        let upright = Frustum {
            lift_m: 0.0,
            length_m: 10.0,
            lean_rad: 0.0,
            lower_width_m: 4.0,
            upper_width_m: 4.0,
            on_ground: true,
        };
        let r: f64 = 1000.0;
        let got = upright.surface().view_factor([0.0, r, 5.0]);
        assert!((got / (40.0 / (PI * r * r)) - 1.0).abs() < 0.005, "{got}");
    }
}
