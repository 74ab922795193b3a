//! View factors of flames as tiles: a cone frustum that leans downwind stands for a flame; a cylinder is one of equal ends.
//!
//! The vector sum over the tiles that face the receiver, V = sum of n cos(b) dA/(pi r^2) along the line of sight, has the view
//! factor of a receiver that faces along V as its length, and no other way to face sees more: the largest view factor (Sparrow &
//! Cess 1978; ALOHA technical documentation 6.4.2 and 6.5.2). The ground hides nothing above it.

use base::math::{cos, sin, sqrt};
use std::f64::consts::PI;

type Vector = [f64; 3];

#[derive(Debug, Clone, Copy, PartialEq)]
struct Tile {
    at: Vector,
    normal: Vector,
    area_m2: f64,
}

/// A flame's surface. x downwind, y across, z up, from the fire's foot.
#[derive(Debug, Clone, PartialEq)]
pub struct Surface {
    shape: Frustum,
    tiles: Vec<Tile>,
}

/// Tiles around and along: the view factors change by less than 0.5 % with four times as many.
const AROUND: usize = 48;
const ALONG: usize = 32;
/// Rings of the ends.
const RINGS: usize = 6;

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
        let axis = [sin(self.lean_rad), 0.0, cos(self.lean_rad)];
        let (e1, e2) = ([cos(self.lean_rad), 0.0, -sin(self.lean_rad)], [0.0, 1.0, 0.0]);
        let widening = 0.5 * (self.upper_width_m - self.lower_width_m) / self.length_m;
        let slant = sqrt(1.0 + widening * widening);
        let mut tiles = Vec::with_capacity(AROUND * (ALONG + 2 * RINGS));
        let around: Vec<Vector> = (0..AROUND)
            .map(|j| {
                let angle = (j as f64 + 0.5) * 2.0 * PI / AROUND as f64;
                [0, 1, 2].map(|k| cos(angle) * e1[k] + sin(angle) * e2[k])
            })
            .collect();
        let place = |t: f64, out: f64, way: &Vector| {
            let at = [0, 1, 2].map(|k| t * axis[k] + out * way[k]);
            [at[0], at[1], at[2] + self.lift_m]
        };
        for i in 0..ALONG {
            let t = (i as f64 + 0.5) / ALONG as f64 * self.length_m;
            let radius = 0.5 * self.lower_width_m + widening * t;
            let area_m2 = 2.0 * PI * radius / AROUND as f64 * self.length_m / ALONG as f64 * slant;
            for way in &around {
                let normal = [0, 1, 2].map(|k| (way[k] - widening * axis[k]) / slant);
                tiles.push(Tile { at: place(t, radius, way), normal, area_m2 });
            }
        }
        let ends = [(0.0, self.lower_width_m, -1.0, !self.on_ground), (self.length_m, self.upper_width_m, 1.0, true)];
        for (t, width, sign, shines) in ends {
            for ring in (0..RINGS).filter(|_| shines) {
                let radius = (ring as f64 + 0.5) / RINGS as f64 * 0.5 * width;
                let area_m2 = 2.0 * PI * radius / AROUND as f64 * 0.5 * width / RINGS as f64;
                for way in &around {
                    tiles.push(Tile { at: place(t, radius, way), normal: axis.map(|a| sign * a), area_m2 });
                }
            }
        }
        Surface { shape: *self, tiles }
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
            // A tile below the ground is hidden.
            if tile.at[2] < 0.0 {
                continue;
            }
            let d = [0, 1, 2].map(|k| at[k] - tile.at[k]);
            let r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
            let facing = tile.normal[0] * d[0] + tile.normal[1] * d[1] + tile.normal[2] * d[2];
            if facing > 0.0 {
                // cos(b)/r^2 and the direction d/r together: facing d/r^4.
                let weight = tile.area_m2 * facing / (PI * r2 * r2);
                for k in 0..3 {
                    sum[k] += weight * d[k];
                }
            }
        }
        sqrt(sum[0] * sum[0] + sum[1] * sum[1] + sum[2] * sum[2]).min(1.0)
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

    #[test]
    fn an_upright_cylinder_has_the_view_factor_of_the_textbooks() {
        // Grade: exact. Vertical and level receivers at the foot (Mudan 1984's closed forms without tilt), combined as
        // sqrt(Fv^2 + Fh^2). L/R = 4, x/R = 3.
        let (a, b) = (4.0f64, 3.0f64);
        let aa = (b + 1.0).powi(2) + a * a;
        let bb = (b - 1.0).powi(2) + a * a;
        let root = ((b - 1.0) / (b + 1.0)).sqrt();
        let fv = (1.0 / (PI * b)) * (a / (b * b - 1.0).sqrt()).atan()
            + (a / PI) * ((aa - 2.0 * b) / (b * (aa * bb).sqrt()) * ((aa / bb).sqrt() * root).atan() - root.atan() / b);
        let fh = (1.0 / PI)
            * ((1.0 / root).atan() - (b * b - 1.0 + a * a) / (aa * bb).sqrt() * ((aa / bb).sqrt() * root).atan());
        let want = (fv * fv + fh * fh).sqrt();
        let upright = Frustum {
            lift_m: 0.0,
            length_m: 40.0,
            lean_rad: 0.0,
            lower_width_m: 20.0,
            upper_width_m: 20.0,
            on_ground: true,
        };
        let got = upright.surface().view_factor([30.0, 0.0, 0.0]);
        assert!((got / want - 1.0).abs() < 0.02, "{got} {want}");
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
