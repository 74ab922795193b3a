//! One maths library for results that are equal to the bit on every machine: `libm`, written in Rust. The
//! platform's `exp`, `sin`... may differ in the last bit, so models call these. `sqrt` is exact by IEEE 754.

pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}
pub fn log10(x: f64) -> f64 {
    libm::log10(x)
}
pub fn pow(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}
pub fn cbrt(x: f64) -> f64 {
    libm::cbrt(x)
}
pub fn sin(x: f64) -> f64 {
    libm::sin(x)
}
pub fn cos(x: f64) -> f64 {
    libm::cos(x)
}
pub fn atan2(y: f64, x: f64) -> f64 {
    libm::atan2(y, x)
}
pub fn erf(x: f64) -> f64 {
    libm::erf(x)
}
pub fn sqrt(x: f64) -> f64 {
    x.sqrt()
}
pub fn hypot(x: f64, y: f64) -> f64 {
    (x * x + y * y).sqrt()
}

/// The cumulative standard normal distribution.
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * (1.0 + erf(x / std::f64::consts::SQRT_2))
}

/// Piecewise linear interpolation in points sorted by x; held constant beyond the ends.
pub fn interpolate(points: &[(f64, f64)], x: f64) -> f64 {
    let Some(&(first_x, first_y)) = points.first() else { return 0.0 };
    if x <= first_x {
        return first_y;
    }
    for pair in points.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        if x <= x1 {
            return if x1 > x0 { y0 + (y1 - y0) * (x - x0) / (x1 - x0) } else { y1 };
        }
    }
    points[points.len() - 1].1
}
