//! How a cloud is spread over height (垂直分布). For a release at the ground, van Ulden (1978):
//!
//! ```text
//! F(z) = A/zm exp(-(B z/zm)^s)      A = s G(2/s)/G(1/s)^2      B = G(2/s)/G(1/s)      G the gamma function
//! ```
//!
//! with its mean height zm; s = 2 is the Gaussian with sigma = zm sqrt(pi/2). A cloud at a height h is the same curve about h, half as
//! strong and thrown back by the ground and the lid.

use base::math;
use serde::{Deserialize, Serialize};

/// A curve over height: exponent s and what belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Shape {
    pub exponent: f64,
    a: f64,
    b: f64,
}

impl Shape {
    pub fn new(exponent: f64) -> Shape {
        let (one, two) = (libm::tgamma(1.0 / exponent), libm::tgamma(2.0 / exponent));
        Shape { exponent, a: exponent * two / (one * one), b: two / one }
    }

    /// Share of the mass in a metre of height at `z_m`, 1/m, of a cloud about `height_m` with the mean spread `depth_m`,
    /// between the ground and a lid.
    pub fn share_1_m(&self, z_m: f64, height_m: f64, depth_m: f64, lid_m: f64) -> f64 {
        // Spread beyond the lid's height: mixed. The curve with its images differs by less than 1 % from there on.
        if depth_m >= MIXED * lid_m {
            return if z_m <= lid_m { 1.0 / lid_m } else { 0.0 };
        }
        if z_m > lid_m && height_m <= lid_m {
            return 0.0;
        }
        let curve = |apart_m: f64| {
            let r = self.b * apart_m.abs() / depth_m;
            if r > 60.0 { 0.0 } else { math::exp(-math::pow(r, self.exponent)) }
        };
        // The curve falls below 1e-7 of its top where (B r)^s = 16.
        let reach_m = depth_m / self.b * math::pow(16.0, 1.0 / self.exponent);
        let images = if height_m > lid_m { 0 } else { (reach_m / (2.0 * lid_m)).ceil() as i64 };
        let sum: f64 = (-images..=images)
            .map(|n| 2.0 * n as f64 * lid_m)
            .map(|up| curve(z_m - height_m + up) + curve(z_m + height_m + up))
            .sum();
        0.5 * self.a / depth_m * sum
    }
}

/// From this mean spread over the lid's height on a cloud counts as mixed over height.
pub const MIXED: f64 = 1.2;

/// The mean height of a Gaussian that starts at the ground, for its sigma: sqrt(2/pi).
pub const GAUSSIAN_DEPTH: f64 = 0.797_884_560_802_865_4;
/// The exponent of a Gaussian.
pub const GAUSSIAN: f64 = 2.0;
/// Exponents of clouds at the ground: Gryning, van Ulden & Larsen's choice for Prairie Grass, 1.5 in stable and 1.3 in other
/// air (read in a summary).
pub const STABLE: f64 = 1.5;
pub const UNSTABLE: f64 = 1.3;

#[cfg(test)]
mod tests {
    use super::*;

    fn integral(shape: &Shape, height_m: f64, depth_m: f64, lid_m: f64, of: impl Fn(f64) -> f64) -> f64 {
        let top = lid_m.min(height_m + 40.0 * depth_m);
        let steps = 100_000;
        (0..steps)
            .map(|k| (k as f64 + 0.5) * top / steps as f64)
            .map(|z| shape.share_1_m(z, height_m, depth_m, lid_m) * of(z) * top / steps as f64)
            .sum()
    }

    #[test]
    fn every_shape_holds_all_of_the_mass_wherever_it_stands() {
        // Grade: exact.
        for exponent in [1.3, 1.5, 2.0] {
            let shape = Shape::new(exponent);
            for (height, depth, lid) in [(0.0, 2.0, 1e4), (0.46, 1.0, 1e4), (30.0, 9.0, 200.0), (0.0, 80.0, 100.0)] {
                let mass = integral(&shape, height, depth, lid, |_| 1.0);
                assert!((mass - 1.0).abs() < 1e-4, "s {exponent}, h {height}, depth {depth}, lid {lid}: {mass}");
            }
            assert!((integral(&shape, 0.0, 3.0, 1e5, |z| z) - 3.0).abs() < 1e-3, "its mean height is its depth");
        }
    }

    #[test]
    fn two_is_the_gaussian_and_its_lid_mixes_it() {
        // Grade: exact.
        let (sigma, shape) = (12.0, Shape::new(GAUSSIAN));
        for z in [0.0, 5.0, 20.0] {
            let wanted = 2.0 / ((2.0 * std::f64::consts::PI).sqrt() * sigma) * (-z * z / (2.0 * sigma * sigma)).exp();
            let got = shape.share_1_m(z, 0.0, sigma * GAUSSIAN_DEPTH, 1e5);
            assert!((got / wanted - 1.0).abs() < 1e-12, "{z}");
        }
        let near = shape.share_1_m(3.0, 0.0, 0.999 * MIXED * 50.0, 50.0);
        assert!((near * 50.0 - 1.0).abs() < 0.01, "{near}");
    }
}
