//! A puff of gas: its growth with its own travelled distance, and its concentration.
//!
//!   C(x, y, z) = M / (2 pi sy^2) exp(-r^2 / 2 sy^2) V(z)
//!   V(z) = sum over images of exp(-(z + 2 n zi)^2 / 2 sz^2) 2 / (sqrt(2 pi) sz),  n = ..-1, 0, 1..
//!
//! for a release at the ground under a lid at zi: the ground and the lid throw the gas back, so mass is kept.
//! sigma by Briggs (1973), open country or town. At a change of class a puff keeps its size and goes on from the
//! distance at which the new curve has that size.

use super::weather::Pasquill;
use crate::base::math;
use crate::vocab::body::Point;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// The ground under the cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Roughness {
    Rural,
    Urban,
}

impl Roughness {
    /// Roughness length, m: open country 0.03, town 1.0 (usual values, as in ALOHA).
    pub fn z0_m(self) -> f64 {
        match self {
            Roughness::Rural => 0.03,
            Roughness::Urban => 1.0,
        }
    }
}

/// sigma = a x (1 + b x)^c.
type Curve = (f64, f64, f64);

/// (sigma y, sigma z). Briggs (1973), as in Hanna, Briggs & Hosker (1982), table 4.5.
fn curves(class: Pasquill, roughness: Roughness) -> (Curve, Curve) {
    use Pasquill::*;
    match (roughness, class) {
        (Roughness::Rural, A) => ((0.22, 0.0001, -0.5), (0.20, 0.0, 0.0)),
        (Roughness::Rural, B) => ((0.16, 0.0001, -0.5), (0.12, 0.0, 0.0)),
        (Roughness::Rural, C) => ((0.11, 0.0001, -0.5), (0.08, 0.0002, -0.5)),
        (Roughness::Rural, D) => ((0.08, 0.0001, -0.5), (0.06, 0.0015, -0.5)),
        (Roughness::Rural, E) => ((0.06, 0.0001, -0.5), (0.03, 0.0003, -1.0)),
        (Roughness::Rural, F) => ((0.04, 0.0001, -0.5), (0.016, 0.0003, -1.0)),
        (Roughness::Urban, A | B) => ((0.32, 0.0004, -0.5), (0.24, 0.001, 0.5)),
        (Roughness::Urban, C) => ((0.22, 0.0004, -0.5), (0.20, 0.0, 0.0)),
        (Roughness::Urban, D) => ((0.16, 0.0004, -0.5), (0.14, 0.0003, -0.5)),
        (Roughness::Urban, E | F) => ((0.11, 0.0004, -0.5), (0.08, 0.0015, -0.5)),
    }
}

fn curve((a, b, c): Curve, x: f64) -> f64 {
    let base = 1.0 + b * x;
    // The exponents in use are 0, 0.5, -0.5 and -1: roots and divisions are quicker than a power.
    a * x
        * if c == 0.0 {
            1.0
        } else if c == 0.5 {
            math::sqrt(base)
        } else if c == -0.5 {
            1.0 / math::sqrt(base)
        } else {
            1.0 / base
        }
}

/// sigma y and sigma z at `x_m` from a point source, m.
pub fn sigmas(class: Pasquill, roughness: Roughness, x_m: f64) -> (f64, f64) {
    let (y, z) = curves(class, roughness);
    (curve(y, x_m), curve(z, x_m))
}

/// Distance at which a curve has this sigma; `None` beyond the largest it ever has.
fn distance(c: Curve, sigma: f64) -> Option<f64> {
    let (mut low, mut high) = (0.0, 1.0);
    while curve(c, high) < sigma {
        high *= 2.0;
        if high > 1e9 {
            return None;
        }
    }
    for _ in 0..90 {
        let middle = 0.5 * (low + high);
        if curve(c, middle) < sigma { low = middle } else { high = middle }
    }
    Some(0.5 * (low + high))
}

/// A puff.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Puff {
    /// Row of the substance table.
    pub substance: u8,
    /// Row of the list of releases.
    pub source: u32,
    pub at: Point,
    pub mass_kg: f64,
    pub sigma_y_m: f64,
    pub sigma_z_m: f64,
    class: Pasquill,
    /// Distances on the curves of `class` that give the sigmas; `None`: past the curve's end, grows no more.
    x_y_m: Option<f64>,
    x_z_m: Option<f64>,
}

impl Puff {
    pub fn new(
        substance: u8,
        source: u32,
        at: Point,
        mass_kg: f64,
        sigma_m: f64,
        class: Pasquill,
        roughness: Roughness,
    ) -> Puff {
        let mut puff = Puff {
            substance,
            source,
            at,
            mass_kg,
            sigma_y_m: sigma_m,
            sigma_z_m: sigma_m,
            class,
            x_y_m: None,
            x_z_m: None,
        };
        puff.enter(class, roughness);
        puff
    }

    fn enter(&mut self, class: Pasquill, roughness: Roughness) {
        let (y, z) = curves(class, roughness);
        self.class = class;
        self.x_y_m = distance(y, self.sigma_y_m);
        self.x_z_m = distance(z, self.sigma_z_m);
    }

    /// Moves with the air and grows with the way it makes through it.
    pub fn travel(&mut self, step: (f64, f64), way_m: f64, class: Pasquill, roughness: Roughness) {
        self.at.x += step.0;
        self.at.y += step.1;
        if class != self.class {
            self.enter(class, roughness);
        }
        let (y, z) = curves(class, roughness);
        if let Some(x) = &mut self.x_y_m {
            *x += way_m;
            self.sigma_y_m = self.sigma_y_m.max(curve(y, *x));
        }
        if let Some(x) = &mut self.x_z_m {
            *x += way_m;
            self.sigma_z_m = self.sigma_z_m.max(curve(z, *x));
        }
    }

    /// Takes in the next puff of the same release, keeping mass, centre of mass and spread about it.
    pub fn absorb(&mut self, other: &Puff, roughness: Roughness) {
        let mass = self.mass_kg + other.mass_kg;
        let share = other.mass_kg / mass;
        let d = self.at.distance_m(other.at);
        // Half the variance of the two centres for each of the two axes of a round puff.
        let between = 0.5 * share * (1.0 - share) * d * d;
        let mix = |a: f64, b: f64| (1.0 - share) * a * a + share * b * b;
        self.sigma_y_m = math::sqrt(mix(self.sigma_y_m, other.sigma_y_m) + between);
        self.sigma_z_m = math::sqrt(mix(self.sigma_z_m, other.sigma_z_m));
        self.at = self.at.toward(other.at, share);
        self.mass_kg = mass;
        self.enter(self.class, roughness);
    }

    /// Close enough to the other to be one with it without being seen.
    pub fn near(&self, other: &Puff) -> bool {
        self.source == other.source
            && self.class == other.class
            && self.at.distance_m(other.at) < 0.4 * self.sigma_y_m.min(other.sigma_y_m)
    }

    /// Vertical share at height `z_m`, 1/m.
    pub fn vertical(&self, z_m: f64, lid_m: f64) -> f64 {
        if self.sigma_z_m > 1.6 * lid_m {
            // Mixed through: the images then add up to 1/lid within 2 in a million.
            return 1.0 / lid_m;
        }
        let s = self.sigma_z_m;
        let image = |height: f64| math::exp(-height * height / (2.0 * s * s));
        let mut sum = image(z_m);
        for n in 1..=6 {
            let up = 2.0 * lid_m * f64::from(n);
            if up - z_m > 6.5 * s {
                break;
            }
            sum += image(z_m + up) + image(z_m - up);
        }
        2.0 * sum / (math::sqrt(2.0 * PI) * s)
    }

    /// Concentration at a point, kg/m3.
    pub fn concentration_kg_m3(&self, p: Point, z_m: f64, lid_m: f64) -> f64 {
        let r = self.at.distance_m(p);
        let s2 = self.sigma_y_m * self.sigma_y_m;
        self.mass_kg / (2.0 * PI * s2) * math::exp(-r * r / (2.0 * s2)) * self.vertical(z_m, lid_m)
    }
}
