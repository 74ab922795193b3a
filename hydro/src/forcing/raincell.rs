//! Storm cells as a radar sees them (雷达回波): ellipses of rain that move, grow and die.
//!
//! `i(x, t) = I(t) exp(-½ |S (x - c(t))|²)`, with the centre c and the peak intensity I linear between the points of a
//! track and S the scaling by the two radii (standard deviations) after a turn. Along one leg the exponent is a
//! quadratic in time and I is linear, so the depth over a step has a closed form in exp and erf: no rain is lost or
//! made by the length of the step. Volume over the plane: `2 pi r_long r_short ∫ I dt`.

use super::series::check_number;
use base::complaint::Complaints;
use base::grid::Point;
use base::math;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// One moving, growing cell of rain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StormCell {
    /// Standard deviation along the long axis, m.
    pub long_m: f64,
    /// Standard deviation along the short axis, m.
    pub short_m: f64,
    /// Direction of the long axis, degrees counter-clockwise from east.
    #[serde(default)]
    pub axis_deg: f64,
    /// When, where, and how much it rains at the centre; it rains from the first point's time to the last's.
    pub track: Vec<CellPoint>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellPoint {
    pub t_s: f64,
    pub x_m: f64,
    pub y_m: f64,
    pub peak_mm_h: f64,
}

/// Beyond so many standard deviations a cell is left out: its rain there is below 2e-14 of its peak.
const REACH: f64 = 8.0;

impl StormCell {
    pub fn check(&self, file: &Path, complaints: &mut Complaints) {
        let inf = f64::INFINITY;
        check_number(file, "storm cell: long_m", self.long_m, 1.0, inf, complaints);
        check_number(file, "storm cell: short_m", self.short_m, 1.0, inf, complaints);
        check_number(file, "storm cell: axis_deg", self.axis_deg, -inf, inf, complaints);
        if self.track.len() < 2 {
            let was = format!("storm cell: the track has {} points", self.track.len());
            complaints.add(file, was, "at least a first and a last point");
        }
        for (i, p) in self.track.iter().enumerate() {
            check_number(file, "storm cell: t_s", p.t_s, -inf, inf, complaints);
            check_number(file, "storm cell: x_m", p.x_m, -inf, inf, complaints);
            check_number(file, "storm cell: y_m", p.y_m, -inf, inf, complaints);
            check_number(file, "storm cell: peak_mm_h", p.peak_mm_h, 0.0, inf, complaints);
            if i > 0 && p.t_s <= self.track[i - 1].t_s {
                let was = format!("storm cell: time {} s of point {} is not after the one before", p.t_s, i + 1);
                complaints.add(file, was, "times must rise");
            }
        }
    }

    /// Offset from a centre in standard deviations along both axes.
    fn scaled(&self, dx: f64, dy: f64) -> (f64, f64) {
        let turn = self.axis_deg.to_radians();
        let (sin, cos) = (math::sin(turn), math::cos(turn));
        ((dx * cos + dy * sin) / self.long_m, (dy * cos - dx * sin) / self.short_m)
    }

    /// Intensity at a point, mm/h.
    pub fn rate_mm_h(&self, p: Point, t_s: f64) -> f64 {
        let Some(leg) = self.track.windows(2).find(|leg| leg[0].t_s <= t_s && t_s < leg[1].t_s) else { return 0.0 };
        let s = (t_s - leg[0].t_s) / (leg[1].t_s - leg[0].t_s);
        let mix = |a: f64, b: f64| a + (b - a) * s;
        let (u, v) = self.scaled(p.x - mix(leg[0].x_m, leg[1].x_m), p.y - mix(leg[0].y_m, leg[1].y_m));
        mix(leg[0].peak_mm_h, leg[1].peak_mm_h) * math::exp(-0.5 * (u * u + v * v))
    }

    /// The parts of the track that fall into `from_s..to_s`, ready for many points.
    pub fn legs(&self, from_s: f64, to_s: f64) -> Vec<Leg> {
        let turn = self.axis_deg.to_radians();
        let (sin, cos) = (math::sin(turn), math::cos(turn));
        let mut legs = Vec::new();
        for pair in self.track.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let (begin, end) = (a.t_s.max(from_s), b.t_s.min(to_s));
            if end <= begin {
                continue;
            }
            let whole = b.t_s - a.t_s;
            let at = |p: f64, q: f64, t: f64| p + (q - p) * ((t - a.t_s) / whole);
            legs.push(Leg {
                x_m: at(a.x_m, b.x_m, begin),
                y_m: at(a.y_m, b.y_m, begin),
                along: (cos / self.long_m, sin / self.long_m),
                across: (-sin / self.short_m, cos / self.short_m),
                velocity: self.scaled((b.x_m - a.x_m) / whole, (b.y_m - a.y_m) / whole),
                peak_mm_h: at(a.peak_mm_h, b.peak_mm_h, begin),
                growth_mm_h_s: (b.peak_mm_h - a.peak_mm_h) / whole,
                length_s: end - begin,
            });
        }
        legs
    }
}

/// A stretch of straight, even movement and even growth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Leg {
    x_m: f64,
    y_m: f64,
    along: (f64, f64),
    across: (f64, f64),
    /// Standard deviations per second along both axes.
    velocity: (f64, f64),
    peak_mm_h: f64,
    growth_mm_h_s: f64,
    length_s: f64,
}

impl Leg {
    /// Depth at a point over the leg, mm.
    pub fn depth_mm(&self, p: Point) -> f64 {
        let (dx, dy) = (p.x - self.x_m, p.y - self.y_m);
        let (u, v) = (dx * self.along.0 + dy * self.along.1, dx * self.across.0 + dy * self.across.1);
        let (q, w) = self.velocity;
        // |offset - velocity t|² = a t² - 2 b t + c
        let (a, b, c) = (q * q + w * w, u * q + v * w, u * u + v * v);
        let l = self.length_s;
        let (start, growth) = (self.peak_mm_h / 3600.0, self.growth_mm_h_s / 3600.0);
        let travelled = a.sqrt() * l;
        if c.sqrt() - travelled > REACH {
            return 0.0;
        }
        if travelled < 0.1 {
            // Gauss-Legendre with five points: its error, ~1e-16 of the peak here, is below that of the erf form.
            const NODES: [(f64, f64); 5] = [
                (0.0, 0.568_888_888_888_888_9),
                (-0.538_469_310_105_683_1, 0.478_628_670_499_366_47),
                (0.538_469_310_105_683_1, 0.478_628_670_499_366_47),
                (-0.906_179_845_938_664, 0.236_926_885_056_189_08),
                (0.906_179_845_938_664, 0.236_926_885_056_189_08),
            ];
            return NODES
                .iter()
                .map(|&(node, weight)| {
                    let t = 0.5 * l * (1.0 + node);
                    0.5 * l * weight * (start + growth * t) * math::exp(-0.5 * ((a * t - 2.0 * b) * t + c))
                })
                .sum();
        }
        let nearest_s = b / a;
        let left = -nearest_s;
        let right = l - nearest_s;
        let pass = math::exp(-0.5 * (c - b * b / a).max(0.0));
        let k = (0.5 * a).sqrt();
        let bell = (std::f64::consts::PI / (2.0 * a)).sqrt() * (math::erf(k * right) - math::erf(k * left));
        let slope = (math::exp(-0.5 * a * left * left) - math::exp(-0.5 * a * right * right)) / a;
        (pass * ((start + growth * nearest_s) * bell + growth * slope)).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell() -> StormCell {
        let at = |t_s, x_m, y_m, peak_mm_h| CellPoint { t_s, x_m, y_m, peak_mm_h };
        StormCell {
            long_m: 4000.0,
            short_m: 2000.0,
            axis_deg: 30.0,
            track: vec![
                at(0.0, -10_000.0, 0.0, 0.0),
                at(1800.0, 5000.0, 2000.0, 90.0),
                at(5400.0, 20_000.0, 2000.0, 20.0),
            ],
        }
    }

    fn depth_mm(cell: &StormCell, p: Point, from_s: f64, to_s: f64) -> f64 {
        cell.legs(from_s, to_s).iter().map(|leg| leg.depth_mm(p)).sum()
    }

    /// Grade: exact. The closed form against a fine sum, and short steps against one long one.
    #[test]
    fn the_depth_of_a_moving_cell_is_the_integral_of_its_rate_for_steps_of_any_length() {
        let cell = cell();
        for p in [Point::new(0.0, 0.0), Point::new(5000.0, 2500.0), Point::new(12_000.0, -3000.0)] {
            let whole = depth_mm(&cell, p, -100.0, 6000.0);
            let fine: f64 = (0..540_000).map(|i| cell.rate_mm_h(p, (i as f64 + 0.5) * 0.01) * 0.01 / 3600.0).sum();
            assert!((whole - fine).abs() < 1e-6 * fine, "{whole} {fine}");
            let steps: f64 = (0..600).map(|i| depth_mm(&cell, p, i as f64 * 10.0, (i + 1) as f64 * 10.0)).sum();
            assert!((whole - steps).abs() < 1e-10 * whole, "{whole} in one, {steps} in steps of 10 s");
        }
    }

    /// Grade: exact. `2 pi r_long r_short ∫ I dt`.
    #[test]
    fn the_volume_of_a_moving_cell_over_the_plane_is_the_volume_of_its_gaussian() {
        let cell = cell();
        let legs = cell.legs(0.0, 5400.0);
        let side = 500.0;
        let mut volume = 0.0;
        for j in -60..60 {
            for i in -100..120 {
                let p = Point::new((i as f64 + 0.5) * side, (j as f64 + 0.5) * side);
                volume += legs.iter().map(|leg| leg.depth_mm(p)).sum::<f64>() * side * side;
            }
        }
        let peak_h = (45.0 * 1800.0 + 55.0 * 3600.0) / 3600.0;
        let closed = 2.0 * std::f64::consts::PI * 4000.0 * 2000.0 * peak_h;
        assert!((volume / closed - 1.0).abs() < 1e-6, "{volume} {closed}");
    }

    /// Grade: exact.
    #[test]
    fn a_cell_that_stands_still_rains_its_gaussian() {
        let mut cell = cell();
        for p in &mut cell.track {
            (p.x_m, p.y_m, p.peak_mm_h) = (0.0, 0.0, 36.0);
        }
        let (u, v) = cell.scaled(1000.0, 500.0);
        let want = 36.0 * 1.5 * math::exp(-0.5 * (u * u + v * v));
        assert!((depth_mm(&cell, Point::new(1000.0, 500.0), 0.0, 5400.0) / want - 1.0).abs() < 1e-12);
    }
}
