//! The air as the original SLAB has it, for the reference mode: 1/L by class, how it fades with height, the wind, and how much steadier
//! than neutral air it is sideways. The published summary gives the classes' 1/L over rough ground alone. The rest was found from
//! numbers: the original's example outputs, and runs of a public re-implementation that keeps to the original within half a per cent
//! (slabx 1.0.7; its outputs were read, not its source). Each found form meets those runs within 0.1 % unless said.
//!
//! ```text
//! 1/L'(z) = (1/L)(za + zL)/(z + zL)      za = max(height of the wind, 3 m)      zL = 1 + 0.8 s, or exp(0.8 |s|) m
//! u(z) k/u* = F(z) - F(z0)               F = int (phi/z)(1 - z/H) dz            below e z0 a parabola with the same value and slope
//! ```
//!
//! s is the number of classes from neutral, positive for stable air.

use base::math;

/// How 1/L fades with height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fade {
    pub inverse_1_m: f64,
    pub over_m: f64,
    pub given_at_m: f64,
}

impl Fade {
    pub fn new(inverse_1_m: f64, classes_from_d: f64, wind_height_m: f64) -> Fade {
        let over_m = if classes_from_d >= 0.0 { 1.0 + 0.8 * classes_from_d } else { math::exp(-0.8 * classes_from_d) };
        Fade { inverse_1_m, over_m, given_at_m: wind_height_m.max(3.0) }
    }
    pub fn at_1_m(&self, z_m: f64) -> f64 {
        self.inverse_1_m * (self.given_at_m + self.over_m) / (z_m + self.over_m)
    }
}

/// 1/L of a class step from neutral: 0.0081 z0^-0.3044, 0.0385 z0^-0.1715, 0.0875 z0^-0.1028 as published; over ground smoother than
/// z0 = 0.0111 m the second and third stand 0.0137 z0^-0.1715 + 0.0218 and another 0.0557 above the first (found).
pub fn class_step_1_m(step: i32, roughness_m: f64) -> f64 {
    let z0 = roughness_m.max(1e-6);
    let first = 0.0081 * math::pow(z0, -0.3044);
    let size = match (step.abs(), z0 < 0.0111) {
        (0, _) => 0.0,
        (1, _) => first,
        (2, false) => 0.0385 * math::pow(z0, -0.1715),
        (_, false) => 0.0875 * math::pow(z0, -0.1028),
        (2, true) => first + 0.0137 * math::pow(z0, -0.1715) + 0.0218,
        (_, true) => first + 0.0137 * math::pow(z0, -0.1715) + 0.0218 + 0.0557,
    };
    f64::from(step.signum()) * size
}

/// Classes from neutral, a number between: a power of 1/L through the first two steps, straight to the third and no farther.
pub fn classes_from_d(inverse_1_m: f64, roughness_m: f64) -> f64 {
    let step = |k: i32| class_step_1_m(k, roughness_m);
    let sign = if inverse_1_m < 0.0 { -1.0 } else { 1.0 };
    let size = inverse_1_m.abs();
    let steps = if size <= step(2) {
        math::pow(size / step(1), std::f64::consts::LN_2 / math::ln(step(2) / step(1)))
    } else {
        (2.0 + (size - step(2)) / (step(3) - step(2))).min(3.0)
    };
    sign * steps
}

/// The wind in units of u*/k.
pub struct Shape {
    fade: Fade,
    roughness_m: f64,
    mixing_m: f64,
    /// F at the roughness.
    foot: f64,
    /// Parabola below e z0: a z + b z^2.
    low: (f64, f64),
}

impl Shape {
    pub fn new(fade: Fade, roughness_m: f64, mixing_m: f64) -> Shape {
        let mut shape = Shape { fade, roughness_m, mixing_m, foot: 0.0, low: (0.0, 0.0) };
        shape.foot = shape.integral(roughness_m);
        let edge = std::f64::consts::E * roughness_m;
        let value = shape.integral(edge) - shape.foot;
        let slope = shape.phi(edge) / edge * (1.0 - edge / mixing_m);
        shape.low = (2.0 * value / edge - slope, (slope - value / edge) / edge);
        shape
    }
    /// At a height; above the mixing height as at it.
    pub fn at(&self, z_m: f64) -> f64 {
        let z = z_m.min(self.mixing_m);
        if z < std::f64::consts::E * self.roughness_m {
            return z * (self.low.0 + self.low.1 * z);
        }
        (self.integral(z) - self.foot).max(0.0)
    }
    /// 1/L at the ground.
    fn sharpest_1_m(&self) -> f64 {
        self.fade.at_1_m(0.0)
    }
    /// Unstable air: phi falls from 1 to c = (1 - 16 zL/L')^(-1/4) as c + (1 - c)/sqrt(1 + kz), which has the slope of
    /// (1 - 16 z/L')^(-1/4) at the ground.
    fn unstable(&self) -> (f64, f64) {
        let x = -self.sharpest_1_m();
        let c = math::pow(1.0 + 16.0 * x * self.fade.over_m, -0.25);
        (c, 8.0 * x / (1.0 - c))
    }
    fn phi(&self, z_m: f64) -> f64 {
        if self.fade.inverse_1_m >= 0.0 {
            return 1.0 + 5.0 * z_m * self.fade.at_1_m(z_m);
        }
        let (c, k) = self.unstable();
        c + (1.0 - c) / math::sqrt(1.0 + k * z_m)
    }
    /// F(z) up to a constant.
    fn integral(&self, z_m: f64) -> f64 {
        if self.fade.inverse_1_m >= 0.0 {
            let over = self.fade.over_m;
            let (c, log) = (5.0 * self.sharpest_1_m() * over, math::ln(1.0 + z_m / over));
            return math::ln(z_m) + c * log - (z_m + c * (z_m - over * log)) / self.mixing_m;
        }
        let (c, k) = self.unstable();
        let root = math::sqrt(1.0 + k * z_m);
        c * math::ln(z_m) + (1.0 - c) * math::ln((root - 1.0) / (root + 1.0))
            - (c * z_m + (1.0 - c) * 2.0 * (root - 1.0) / k) / self.mixing_m
    }
}

/// Sideways turbulence over that of neutral air, by roughness (m): class C, B, A and E, F, with the wind given at 3 m or below and at
/// 10 m. Read from runs of slabx; its form was not found.
const STEADINESS: [(f64, [[f64; 5]; 2]); 7] = [
    (2e-4, [[1.80799, 2.42378, 2.85090, 0.58546, 0.45842], [1.82769, 2.45188, 2.87462, 0.61259, 0.49189]]),
    (1e-3, [[1.54249, 2.10079, 2.57348, 0.67175, 0.51774], [1.55560, 2.12407, 2.59599, 0.69126, 0.54770]]),
    (3e-3, [[1.41874, 1.95309, 2.46705, 0.72336, 0.55192], [1.42883, 1.97471, 2.49041, 0.73866, 0.58011]]),
    (1e-2, [[1.32085, 1.84458, 2.41942, 0.77141, 0.58151], [1.32862, 1.86588, 2.44579, 0.78313, 0.60867]]),
    (3e-2, [[1.25760, 1.78847, 2.43730, 0.80673, 0.59987], [1.26393, 1.81108, 2.46914, 0.81612, 0.62717]]),
    (0.1, [[1.21127, 1.76504, 2.52850, 0.83519, 0.61091], [1.21662, 1.79081, 2.57047, 0.84291, 0.63952]]),
    (1.0, [[1.21151, 2.06399, 3.56182, 0.83468, 0.54504], [1.21709, 2.11097, 3.66065, 0.84213, 0.58178]]),
];

/// Sideways turbulence over that of neutral air. Between classes the logarithm is read halfway between a parabola over the classes and one
/// over 1/L, which meets example 2 within 0.1 % and another run within 0.3 %; beyond the table its ends hold.
pub fn steadiness(inverse_1_m: f64, classes_from_d: f64, roughness_m: f64, wind_height_m: f64) -> f64 {
    let upper = ((wind_height_m - 3.0) / 7.0).clamp(0.0, 1.0);
    let column = |k: usize| -> f64 {
        let points = STEADINESS.map(|(z0, [low, high])| (math::ln(z0), math::ln(low[k] + upper * (high[k] - low[k]))));
        math::interpolate(&points, math::ln(roughness_m.max(1e-6)))
    };
    let s = classes_from_d.abs();
    let (first, second) = if classes_from_d < 0.0 { (column(0), column(1)) } else { (column(3), column(4)) };
    // Through 0 at 0, `first` at a and `second` at b.
    let parabola = |x: f64, a: f64, b: f64| {
        let bend = (second / b - first / a) / (b - a);
        x * (first / a + bend * (x - a))
    };
    let step = |k: i32| class_step_1_m(k, roughness_m);
    let log = if classes_from_d < -2.0 {
        second + (s - 2.0) * (column(2) - second)
    } else {
        0.5 * (parabola(s, 1.0, 2.0) + parabola(inverse_1_m.abs(), step(1), step(2)))
    };
    math::exp(log)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_and_their_lengths_are_the_original_s() {
        // Grade: reference. Runs of slabx over water; example 2's 1/L is of class 4.518.
        for (step, want) in [(1, 0.108256), (2, 0.189089), (3, 0.244789)] {
            assert!((class_step_1_m(step, 2e-4) / want - 1.0).abs() < 1e-3, "{step}");
            assert_eq!(class_step_1_m(-step, 2e-4), -class_step_1_m(step, 2e-4));
        }
        assert!((classes_from_d(0.0221, 0.003) - 0.5185).abs() < 1e-3);
        assert!((classes_from_d(0.08, 0.003) - 1.5657).abs() < 2e-3);
        assert_eq!(classes_from_d(0.0, 0.003), 0.0);
    }

    #[test]
    fn the_wind_over_water_and_over_very_rough_ground_is_the_original_s() {
        // Grade: reference. Runs of slabx: wind over that at 3 m (C, E, F over water), over that at 10 m (F, z0 1 m).
        let over = |s: f64, z0: f64, at: f64, z: f64| {
            let inverse = class_step_1_m(s as i32, z0);
            let shape = Shape::new(Fade::new(inverse, s, at), z0, 1040.0 * math::pow(2.0, -s));
            shape.at(z) / shape.at(at)
        };
        for (s, z, want) in [
            (-1.0, 0.01, 2.208116 / 5.0),
            (-1.0, 1.0, 4.559904 / 5.0),
            (-1.0, 100.0, 6.207081 / 5.0),
            (1.0, 0.1, 2.614645 / 5.0),
            (1.0, 30.0, 7.898910 / 5.0),
            (2.0, 0.3, 2.890851 / 5.0),
            (2.0, 100.0, 11.122458 / 5.0),
        ] {
            let got = over(s, 2e-4, 3.0, z);
            assert!((got / want - 1.0).abs() < 1e-3, "class {s}, {z} m: {got} for {want}");
        }
        for (z, want) in [(0.1, 0.126770), (0.5, 0.649747), (2.0, 2.837413), (4.0, 5.875725), (30.0, 17.465116)] {
            let got = 10.9 * over(2.0, 1.0, 10.0, z);
            assert!((got / want - 1.0).abs() < 1e-3, "{z} m: {got} for {want}");
        }
    }

    #[test]
    fn sideways_turbulence_meets_example_2_and_a_run_between_two_classes() {
        // Grade: reference.
        let of = |inverse: f64| steadiness(inverse, classes_from_d(inverse, 0.003), 0.003, 2.0);
        assert!((of(0.0221) / 0.845072 - 1.0).abs() < 1e-3, "{}", of(0.0221));
        assert!((of(0.08) / 0.615605 - 1.0).abs() < 3e-3, "{}", of(0.08));
        assert!((of(-0.0221) / 1.192688 - 1.0).abs() < 1e-2, "{}", of(-0.0221));
        assert!((steadiness(0.0, 0.0, 0.003, 2.0) - 1.0).abs() < 1e-12);
    }
}
