//! What a pipe's section (断面), a shaft or a basin holds and carries at a depth y.
//!
//! Every shape is turned once into a table of widths T(y), linear between its rows, so that the area is the exact
//! integral of what the solver differentiates:
//!
//!   A(y) = int_0^y T,   dA/dy = T,   R = A / P (wetted perimeter)
//!
//! The widths are split (Jordan) into what grows and what shrinks with the depth, T = p - q with p and q never falling.
//! That is what makes the nested Newton iteration of Casulli and Zanolli (2012) converge for any shape, closed pipes too.
//! Above its crown a closed pipe goes on as a Preissmann slot of width g A / c2.

use crate::flow::G;
use base::math;
use serde::{Deserialize, Serialize};

/// A conduit's section. Lengths in m.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Section {
    /// A round pipe (圆管).
    Circular { diameter_m: f64 },
    /// A box culvert (箱涵).
    RectClosed { height_m: f64, width_m: f64 },
    /// A walled channel (明渠), open above.
    RectOpen { height_m: f64, width_m: f64 },
    /// A trapezoid ditch, open above; slopes are run over rise.
    Trapezoid { height_m: f64, bottom_m: f64, left_slope: f64, right_slope: f64 },
}

impl Section {
    /// Depth to the crown or the brim, m.
    pub fn height_m(self) -> f64 {
        match self {
            Section::Circular { diameter_m } => diameter_m,
            Section::RectClosed { height_m, .. }
            | Section::RectOpen { height_m, .. }
            | Section::Trapezoid { height_m, .. } => height_m,
        }
    }
    pub fn closed(self) -> bool {
        matches!(self, Section::Circular { .. } | Section::RectClosed { .. })
    }
    /// What is wrong with the numbers, if anything.
    pub fn fault(self) -> Option<String> {
        let positive = |name: &str, v: f64| {
            (!(v.is_finite() && v > 0.0)).then(|| format!("{name} is {v} m; it must be a number above 0"))
        };
        match self {
            Section::Circular { diameter_m } => positive("the diameter", diameter_m),
            Section::RectClosed { height_m, width_m } | Section::RectOpen { height_m, width_m } => {
                positive("the height", height_m).or_else(|| positive("the width", width_m))
            }
            Section::Trapezoid { height_m, bottom_m, left_slope, right_slope } => {
                positive("the height", height_m).or_else(|| {
                    let whole = [bottom_m, left_slope, right_slope].iter().all(|v| v.is_finite() && *v >= 0.0);
                    (!(whole && bottom_m + left_slope + right_slope > 0.0)).then(|| {
                        format!(
                            "bottom {bottom_m} m with slopes {left_slope} and {right_slope}: none may be below 0, and not all 0"
                        )
                    })
                })
            }
        }
    }
}

/// Rows of a round pipe's table, evenly spaced in the angle: area within 2e-4 of the circle before it is scaled to it.
const ROUND_ROWS: usize = 96;

/// Bins that a row is first looked for in.
const START_BINS: usize = 64;

/// What a section is at a depth.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wetted {
    /// Area that conveys, m2.
    pub area_m2: f64,
    pub width_m: f64,
    pub radius_m: f64,
}

/// Widths by depth, split into p - q, with their integrals; plus the wetted perimeter.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    y: Vec<f64>,
    p: Vec<f64>,
    q: Vec<f64>,
    /// int p and int q up to each row.
    sum_p: Vec<f64>,
    sum_q: Vec<f64>,
    /// Wetted perimeter of each row (empty for shafts and basins).
    wet: Vec<f64>,
    /// For each of `START_BINS` equal bins of the height, the row below its beginning.
    starts: Vec<u32>,
    /// Area that conveys at most: without the slot; infinite for open sections.
    pub full_m2: f64,
    /// Hydraulic radius when running full, m; 0 for open sections.
    full_radius_m: f64,
    pub height_m: f64,
}

impl Table {
    /// From rows (depth, width); the width goes on above the last row.
    fn from_widths(rows: &[(f64, f64)]) -> Table {
        let n = rows.len();
        let mut t = Table {
            y: rows.iter().map(|r| r.0).collect(),
            p: vec![0.0; n],
            q: vec![0.0; n],
            sum_p: vec![0.0; n],
            sum_q: vec![0.0; n],
            wet: Vec::new(),
            starts: Vec::new(),
            full_m2: f64::INFINITY,
            full_radius_m: 0.0,
            height_m: rows[n - 1].0,
        };
        t.p[0] = rows[0].1;
        for k in 1..n {
            let (dy, dw) = (rows[k].0 - rows[k - 1].0, rows[k].1 - rows[k - 1].1);
            t.p[k] = t.p[k - 1] + dw.max(0.0);
            t.q[k] = t.q[k - 1] + (-dw).max(0.0);
            t.sum_p[k] = t.sum_p[k - 1] + 0.5 * dy * (t.p[k] + t.p[k - 1]);
            t.sum_q[k] = t.sum_q[k - 1] + 0.5 * dy * (t.q[k] + t.q[k - 1]);
        }
        t.starts = (0..START_BINS)
            .map(|bin| {
                let y = t.height_m * bin as f64 / START_BINS as f64;
                t.y.partition_point(|v| *v <= y).saturating_sub(1) as u32
            })
            .collect();
        t
    }

    /// A conduit; the slot of a closed one is as wide as gives waves of `wave_m_s` in the full pipe.
    pub fn of_section(section: Section, wave_m_s: f64) -> Table {
        let slot = |area: f64| G * area / (wave_m_s * wave_m_s);
        match section {
            Section::Circular { diameter_m: d } => {
                let area = std::f64::consts::PI * d * d / 4.0;
                // y = d/2 (1 - cos a), T = d sin a, P = d a, for the half angle a from 0 to pi.
                let half = |k: usize| std::f64::consts::PI * k as f64 / ROUND_ROWS as f64;
                let mut rows: Vec<(f64, f64)> =
                    (0..=ROUND_ROWS).map(|k| (0.5 * d * (1.0 - math::cos(half(k))), d * math::sin(half(k)))).collect();
                rows[ROUND_ROWS] = (d, slot(area));
                let polygon: f64 = rows.windows(2).map(|w| 0.5 * (w[1].0 - w[0].0) * (w[0].1 + w[1].1)).sum();
                for row in &mut rows[..ROUND_ROWS] {
                    row.1 *= area / polygon;
                }
                let mut t = Table::from_widths(&rows);
                t.wet = (0..=ROUND_ROWS).map(|k| d * half(k)).collect();
                t.full_m2 = t.sum_p[ROUND_ROWS] - t.sum_q[ROUND_ROWS];
                t.full_radius_m = d / 4.0;
                t
            }
            Section::RectClosed { height_m: h, width_m: w } => {
                // The lid closes over the last thousandth of the height, so that the width has no jump.
                let mut t = Table::from_widths(&[(0.0, w), (h * 0.999, w), (h, slot(w * h))]);
                t.wet = vec![w, w + 2.0 * h * 0.999, 2.0 * (w + h)];
                t.full_m2 = t.sum_p[2] - t.sum_q[2];
                t.full_radius_m = w * h / (2.0 * (w + h));
                t
            }
            Section::RectOpen { height_m: h, width_m: w } => {
                let mut t = Table::from_widths(&[(0.0, w), (h, w)]);
                t.wet = vec![w, w + 2.0 * h];
                t
            }
            Section::Trapezoid { height_m: h, bottom_m: b, left_slope: l, right_slope: r } => {
                let mut t = Table::from_widths(&[(0.0, b), (h, b + (l + r) * h)]);
                t.wet = vec![b, b + h * ((1.0 + l * l).sqrt() + (1.0 + r * r).sqrt())];
                t
            }
        }
    }

    /// A shaft or basin by its water surface (depth m, area m2), rising depths.
    pub fn of_areas(areas: &[(f64, f64)]) -> Table {
        Table::from_widths(areas)
    }

    /// Row below y and the way beyond it.
    #[inline]
    fn row(&self, y: f64) -> (usize, f64) {
        let bin = (y / self.height_m * START_BINS as f64) as usize;
        // A bin may begin a rounding above y: one row back is the row below it.
        let mut k = self.starts.get(bin).map_or(self.y.len() - 1, |k| (*k as usize).saturating_sub(1));
        while k + 1 < self.y.len() && self.y[k + 1] <= y {
            k += 1;
        }
        (k, y - self.y[k])
    }
    /// p, its integral, q, its integral at depth y.
    #[inline]
    pub fn parts(&self, y: f64) -> (f64, f64, f64, f64) {
        if y <= 0.0 {
            return (0.0, 0.0, 0.0, 0.0);
        }
        let (k, dy) = self.row(y);
        if k + 1 == self.y.len() {
            return (self.p[k], self.sum_p[k] + self.p[k] * dy, self.q[k], self.sum_q[k] + self.q[k] * dy);
        }
        let share = dy / (self.y[k + 1] - self.y[k]);
        let (rise_p, rise_q) = (share * (self.p[k + 1] - self.p[k]), share * (self.q[k + 1] - self.q[k]));
        (
            self.p[k] + rise_p,
            self.sum_p[k] + (self.p[k] + 0.5 * rise_p) * dy,
            self.q[k] + rise_q,
            self.sum_q[k] + (self.q[k] + 0.5 * rise_q) * dy,
        )
    }
    /// Area, width and hydraulic radius at depth y, of one look.
    #[inline]
    pub fn wetted(&self, y: f64) -> Wetted {
        if y <= 0.0 {
            return Wetted::default();
        }
        let (p, sum_p, q, sum_q) = self.parts(y);
        let area = sum_p - sum_q;
        if self.full_m2.is_finite() && y >= self.height_m {
            return Wetted { area_m2: self.full_m2, width_m: p - q, radius_m: self.full_radius_m };
        }
        let k = self.row(y).0.min(self.y.len() - 2);
        let wet = self.wet[k] + (self.wet[k + 1] - self.wet[k]) / (self.y[k + 1] - self.y[k]) * (y - self.y[k]);
        Wetted { area_m2: area.min(self.full_m2), width_m: p - q, radius_m: area / wet }
    }
    /// The growing part: p(y) and its integral.
    #[inline]
    pub fn growing(&self, y: f64) -> (f64, f64) {
        let (p, sum_p, _, _) = self.parts(y);
        (p, sum_p)
    }
    /// The shrinking part: q(y) and its integral.
    #[inline]
    pub fn shrinking(&self, y: f64) -> (f64, f64) {
        let (_, _, q, sum_q) = self.parts(y);
        (q, sum_q)
    }
    /// Area below depth y, m2 (m3 for basins).
    pub fn area(&self, y: f64) -> f64 {
        let (_, sum_p, _, sum_q) = self.parts(y);
        sum_p - sum_q
    }
    /// Width of the surface at depth y.
    pub fn width(&self, y: f64) -> f64 {
        let (p, _, q, _) = self.parts(y);
        p - q
    }
    /// Area that conveys: the slot does not.
    #[inline]
    pub fn conveying(&self, y: f64) -> f64 {
        self.area(y).min(self.full_m2)
    }
    /// Hydraulic radius, m.
    #[inline]
    pub fn radius(&self, y: f64) -> f64 {
        self.wetted(y).radius_m
    }
    /// Depth at which a given area is reached (bisection; the area grows with the depth).
    pub fn depth_of_area(&self, area: f64) -> f64 {
        let (mut low, mut high) = (0.0, self.height_m);
        while self.area(high) < area {
            high *= 2.0;
        }
        for _ in 0..100 {
            let middle = 0.5 * (low + high);
            if self.area(middle) < area { low = middle } else { high = middle }
        }
        0.5 * (low + high)
    }
    /// Flow in uniform (Manning) state at depth y on slope s, m3/s.
    pub fn manning_m3_s(&self, y: f64, slope: f64, manning: f64) -> f64 {
        let r = self.radius(y);
        self.conveying(y) * math::cbrt(r * r) * slope.max(0.0).sqrt() / manning
    }
    /// Depth of uniform flow (正常水深); the crown where the pipe cannot carry it.
    pub fn normal_depth_m(&self, flow_m3_s: f64, slope: f64, manning: f64) -> f64 {
        if flow_m3_s <= 0.0 {
            return 0.0;
        }
        // A round pipe carries most at 0.938 of its height: below that the rating is single-valued.
        let mut high = if self.full_m2.is_finite() { 0.938 * self.height_m } else { self.height_m };
        if self.manning_m3_s(high, slope, manning) <= flow_m3_s {
            if self.full_m2.is_finite() || slope <= 0.0 {
                return self.height_m;
            }
            while self.manning_m3_s(high, slope, manning) < flow_m3_s && high < 1e3 * self.height_m {
                high *= 2.0;
            }
        }
        let mut low = 0.0;
        for _ in 0..80 {
            let middle = 0.5 * (low + high);
            if self.manning_m3_s(middle, slope, manning) < flow_m3_s { low = middle } else { high = middle }
        }
        0.5 * (low + high)
    }
    /// Depth of critical flow (临界水深): Q2 T = g A3. Of a closed pipe at most its crown.
    pub fn critical_depth_m(&self, flow_m3_s: f64) -> f64 {
        if flow_m3_s <= 0.0 {
            return 0.0;
        }
        let over = |y: f64| {
            let (p, sum_p, q, sum_q) = self.parts(y);
            let a = sum_p - sum_q;
            G * a * a * a > flow_m3_s * flow_m3_s * (p - q).max(1e-12)
        };
        let (mut low, mut high) = (0.0, self.height_m);
        if self.full_m2.is_finite() {
            if !over(high * 0.9999) {
                return self.height_m;
            }
            high *= 0.9999;
        }
        while !over(high) {
            high *= 2.0;
        }
        for _ in 0..40 {
            let middle = 0.5 * (low + high);
            if over(middle) { high = middle } else { low = middle }
        }
        0.5 * (low + high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circle(d: f64, y: f64) -> (f64, f64) {
        let a = (1.0 - 2.0 * y / d).acos();
        (d * d / 4.0 * (a - math::sin(a) * math::cos(a)), d * a)
    }

    #[test]
    fn a_round_pipe_holds_and_carries_what_the_circle_does() {
        // exact: the circle's own area and wetted perimeter
        let t = Table::of_section(Section::Circular { diameter_m: 1.4 }, 100.0);
        for y in [0.05, 0.2, 0.7, 1.0, 1.3] {
            let (a, p) = circle(1.4, y);
            assert!((t.area(y) / a - 1.0).abs() < 3e-3, "area at {y}: {} against {a}", t.area(y));
            assert!((t.radius(y) / (a / p) - 1.0).abs() < 5e-3, "radius at {y}");
        }
        assert!((t.area(1.4) / (std::f64::consts::PI * 0.49) - 1.0).abs() < 1e-3);
    }

    #[test]
    fn a_round_pipe_carries_most_at_94_percent_of_its_height() {
        // reference: 1.076 times the full flow at 0.938 D (Chow, Open-Channel Hydraulics, from memory)
        let t = Table::of_section(Section::Circular { diameter_m: 1.0 }, 100.0);
        let full = t.manning_m3_s(1.0, 0.01, 0.013);
        let most = (1..1000).map(|k| t.manning_m3_s(k as f64 / 1000.0, 0.01, 0.013)).fold(0.0, f64::max);
        assert!((most / full - 1.076).abs() < 0.004, "{}", most / full);
    }

    #[test]
    fn parts_that_grow_and_shrink_never_fall_and_make_up_the_width() {
        // exact
        let t = Table::of_section(Section::Circular { diameter_m: 2.0 }, 100.0);
        let mut last = (0.0, 0.0);
        for k in 0..300 {
            let y = k as f64 * 0.01;
            let now = (t.growing(y).0, t.shrinking(y).0);
            assert!(now.0 >= last.0 && now.1 >= last.1 && now.0 > now.1 - 1e-12);
            last = now;
        }
    }

    #[test]
    fn critical_and_normal_depth_of_a_walled_channel_are_the_textbook_ones() {
        // exact: yc = (q2/g)^(1/3); Manning
        let t = Table::of_section(Section::RectOpen { height_m: 2.0, width_m: 3.0 }, 100.0);
        let yc = math::cbrt((6.0f64 / 3.0).powi(2) / G);
        assert!((t.critical_depth_m(6.0) - yc).abs() < 1e-9);
        let y = t.normal_depth_m(6.0, 0.001, 0.015);
        assert!((t.manning_m3_s(y, 0.001, 0.015) - 6.0).abs() < 1e-9);
        let by_hand = (3.0 * y) * math::cbrt((3.0 * y / (3.0 + 2.0 * y)).powi(2)) * 0.001f64.sqrt() / 0.015;
        assert!((by_hand - 6.0).abs() < 1e-9);
    }
}
