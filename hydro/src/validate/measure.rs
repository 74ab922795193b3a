//! How far a computed curve is from the one it should be.

use base::math::{interpolate, ln, sqrt};

/// Mean of |a - b|.
pub fn mean_abs(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len(), "two curves on one grid");
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum::<f64>() / a.len() as f64
}

/// Sum of |a - b| as a share of the sum of |b|.
pub fn relative_l1(a: &[f64], b: &[f64]) -> f64 {
    mean_abs(a, b) * b.len() as f64 / b.iter().map(|b| b.abs()).sum::<f64>()
}

pub fn max_abs(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len(), "two curves on one grid");
    // A NaN must not hide behind `max`.
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, |m, d| if d > m || d.is_nan() { d } else { m })
}

/// Order at which the error falls from a grid to one `ratio` times finer.
pub fn order(coarse: f64, fine: f64, ratio: f64) -> f64 {
    ln(coarse / fine) / ln(ratio)
}

/// Root of the mean square difference of two curves at the reference's times between `from` and `to`.
pub fn rmse(curve: &[(f64, f64)], reference: &[(f64, f64)], from: f64, to: f64) -> f64 {
    let squares: Vec<f64> = reference
        .iter()
        .filter(|(t, _)| *t >= from && *t <= to)
        .map(|(t, y)| (interpolate(curve, *t) - y) * (interpolate(curve, *t) - y))
        .collect();
    sqrt(squares.iter().sum::<f64>() / squares.len() as f64)
}

/// Mean absolute difference of two curves at the reference's times between `from` and `to`.
pub fn mean_difference(curve: &[(f64, f64)], reference: &[(f64, f64)], from: f64, to: f64) -> f64 {
    let off: Vec<f64> = reference
        .iter()
        .filter(|(t, _)| *t >= from && *t <= to)
        .map(|(t, y)| (interpolate(curve, *t) - y).abs())
        .collect();
    off.iter().sum::<f64>() / off.len() as f64
}

/// When the curve first passes `level`, between its points by a straight line.
pub fn arrival(curve: &[(f64, f64)], level: f64) -> Option<f64> {
    let k = curve.iter().position(|(_, y)| *y >= level)?;
    if k == 0 {
        return Some(curve[0].0);
    }
    let ((t0, y0), (t1, y1)) = (curve[k - 1], curve[k]);
    Some(t0 + (t1 - t0) * (level - y0) / (y1 - y0))
}

/// Largest value of a curve.
pub fn peak(curve: &[(f64, f64)]) -> f64 {
    curve.iter().map(|(_, y)| *y).fold(f64::NEG_INFINITY, |m, y| if y > m || y.is_nan() { y } else { m })
}

/// Amplitudes (a, b) of a cos(wt) + b sin(wt) that fit a curve best.
pub fn harmonic(curve: &[(f64, f64)], omega: f64) -> (f64, f64) {
    use base::math::{cos, sin};
    let (mut cc, mut cs, mut ss, mut yc, mut ys) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (t, y) in curve {
        let (c, s) = (cos(omega * t), sin(omega * t));
        cc += c * c;
        cs += c * s;
        ss += s * s;
        yc += y * c;
        ys += y * s;
    }
    let det = cc * ss - cs * cs;
    ((yc * ss - ys * cs) / det, (ys * cc - yc * cs) / det)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_say_what_they_are_called() {
        // Grade: exact.
        assert_eq!(mean_abs(&[1.0, 2.0], &[1.5, 2.5]), 0.5);
        assert_eq!(relative_l1(&[1.0, 2.0], &[1.5, 2.5]), 0.25);
        assert!(max_abs(&[1.0, f64::NAN], &[1.0, 0.0]).is_nan());
        assert!((order(4.0, 1.0, 2.0) - 2.0).abs() < 1e-12);
        assert_eq!(arrival(&[(0.0, 0.0), (10.0, 1.0)], 0.25), Some(2.5));
        assert_eq!(arrival(&[(0.0, 0.0), (10.0, 1.0)], 2.0), None);
        let curve: Vec<(f64, f64)> =
            (0..50).map(|k| f64::from(k) * 0.1).map(|t| (t, 3.0 * (2.0 * t).cos() - 4.0 * (2.0 * t).sin())).collect();
        let (a, b) = harmonic(&curve, 2.0);
        assert!((a - 3.0).abs() < 1e-12 && (b + 4.0).abs() < 1e-12);
        assert_eq!(rmse(&[(0.0, 0.0), (2.0, 2.0)], &[(1.0, 2.0), (5.0, 9.0)], 0.0, 2.0), 1.0);
    }
}
