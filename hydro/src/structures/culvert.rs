//! Culverts (涵洞) by the method of FHWA's Hydraulic Design Series No. 5: the headwater for a discharge is the greater of
//! what its inlet and what its barrel and outlet ask for; the discharge is the one whose headwater is there.
//!
//! Inlet control, levels above the inlet's invert, D the rise, A the full area, Ku = 1.811 for SI:
//!
//!   unsubmerged, form 1   HW/D = Hc/D + K (Ku Q / (A D^0.5))^M - 0.5 S     Hc: specific head at critical depth
//!   unsubmerged, form 2   HW/D = K (Ku Q / (A D^0.5))^M
//!   submerged             HW/D = c (Ku Q / (A D^0.5))^2 + Y - 0.5 S        (+ 0.7 S for mitred inlets)
//!
//! unsubmerged up to Q/(A D^0.5) = 1.93 (3.5 in feet), submerged from 2.21 (4.0), straight between.
//!
//! Outlet control, with ho the greater of the tail water and (dc + D)/2 above the outlet's invert:
//!
//!   HW = ho - S L + (1 + ke + 19.63 n^2 L / R^1.33) V^2 / (2 g)
//!
//! The constants K, M, c, Y are those of table 8 and appendix A of HDS-5, as they stand in EPA SWMM's culvert.c too. HDS-5's
//! outlet control holds from HW = 0.75 D up; below it the barrel is taken as partly full: (dc + D)/2 becomes (dc + depth at
//! the inlet)/2, and the area and radius are those of the mean depth, which joins the full form at HW = D (own extension).

use super::check::Check;
use super::exchange::pass;
use super::line::{Joint, Link};
use crate::flow::{Flow, G};
use base::math;
use serde::{Deserialize, Serialize};

/// Shape of a barrel.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Barrel {
    /// Diameter, m.
    Circular { diameter_m: f64 },
    /// Width and height, m.
    Box { width_m: f64, height_m: f64 },
}

/// Kind of inlet: row of HDS-5's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Inlet {
    /// Concrete pipe, square edge with headwall.
    PipeSquare,
    /// Concrete pipe, groove end with headwall.
    PipeGroove,
    /// Corrugated metal pipe, headwall.
    MetalHeadwall,
    /// Corrugated metal pipe, mitred to the slope.
    MetalMitred,
    /// Corrugated metal pipe, projecting.
    MetalProjecting,
    /// Box, wing walls flared by 30 to 75 degrees.
    BoxFlared,
    /// Box, wing walls at 90 or 15 degrees, square edges.
    BoxSquare,
    /// Box, wing walls in the line of the barrel.
    BoxStraight,
    /// Box, 90 degree headwall, edges bevelled at 45 degrees.
    BoxBevelled,
}

impl Inlet {
    /// (form, K, M, c, Y, slope's factor, entrance loss ke by HDS-5's table of entrance losses).
    fn row(self) -> (u8, f64, f64, f64, f64, f64, f64) {
        match self {
            Inlet::PipeSquare => (1, 0.0098, 2.0, 0.0398, 0.67, -0.5, 0.5),
            Inlet::PipeGroove => (1, 0.0018, 2.0, 0.0292, 0.74, -0.5, 0.2),
            Inlet::MetalHeadwall => (1, 0.0078, 2.0, 0.0379, 0.69, -0.5, 0.5),
            Inlet::MetalMitred => (1, 0.0210, 1.33, 0.0463, 0.75, 0.7, 0.7),
            Inlet::MetalProjecting => (1, 0.0340, 1.50, 0.0553, 0.54, -0.5, 0.9),
            Inlet::BoxFlared => (1, 0.026, 1.0, 0.0347, 0.81, -0.5, 0.4),
            Inlet::BoxSquare => (1, 0.061, 0.75, 0.0400, 0.80, -0.5, 0.5),
            Inlet::BoxStraight => (1, 0.061, 0.75, 0.0423, 0.82, -0.5, 0.7),
            Inlet::BoxBevelled => (2, 0.495, 0.667, 0.0314, 0.82, -0.5, 0.2),
        }
    }
    fn of_pipe(self) -> bool {
        match self {
            Inlet::PipeSquare
            | Inlet::PipeGroove
            | Inlet::MetalHeadwall
            | Inlet::MetalMitred
            | Inlet::MetalProjecting => true,
            Inlet::BoxFlared | Inlet::BoxSquare | Inlet::BoxStraight | Inlet::BoxBevelled => false,
        }
    }
}

/// A culvert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CulvertSpec {
    pub name: String,
    /// Inner: the end with the first invert; outer: the end with the second.
    pub joint: Joint,
    pub barrel: Barrel,
    #[serde(default = "one")]
    pub barrels: u32,
    pub length_m: f64,
    pub inner_invert_m: f64,
    pub outer_invert_m: f64,
    pub manning: f64,
    pub inlet: Inlet,
    /// Share of every barrel that is blocked from the start.
    #[serde(default)]
    pub blocked: f64,
    /// A flap at the outer end: nothing flows inward.
    #[serde(default)]
    pub flap: bool,
}

fn one() -> u32 {
    1
}

/// Ku of HDS-5 for SI units.
const KU: f64 = 1.811;

impl Barrel {
    fn rise_m(self) -> f64 {
        match self {
            Barrel::Circular { diameter_m } => diameter_m,
            Barrel::Box { height_m, .. } => height_m,
        }
    }
    /// Area, wetted perimeter and surface width at a depth; the full section has no surface.
    fn section(self, depth_m: f64) -> (f64, f64, f64) {
        match self {
            Barrel::Box { width_m, height_m } => {
                if depth_m >= height_m {
                    (width_m * height_m, 2.0 * (width_m + height_m), 0.0)
                } else {
                    let y = depth_m.max(0.0);
                    (width_m * y, width_m + 2.0 * y, width_m)
                }
            }
            Barrel::Circular { diameter_m: d } => {
                if depth_m >= d {
                    return (std::f64::consts::PI * d * d / 4.0, std::f64::consts::PI * d, 0.0);
                }
                let y = depth_m.max(0.0);
                // Half the chord of the surface, and the angle from the bottom to its end.
                let chord = math::sqrt(y * (d - y));
                let angle = math::atan2(chord, 0.5 * d - y);
                (0.25 * d * d * angle - (0.5 * d - y) * chord, d * angle, 2.0 * chord)
            }
        }
    }
    /// Critical depth, m: Q^2 T = g A^3; the rise when the barrel chokes.
    fn critical_m(self, q_m3_s: f64) -> f64 {
        if q_m3_s <= 0.0 {
            return 0.0;
        }
        match self {
            Barrel::Box { width_m, height_m } => math::cbrt(q_m3_s * q_m3_s / (G * width_m * width_m)).min(height_m),
            Barrel::Circular { diameter_m: d } => {
                // By the dimensionless discharge, which is the same function of y/D for every pipe.
                let x = q_m3_s / (math::sqrt(G * d) * d * d);
                let table = critical_of_pipes();
                let k = table.partition_point(|&at| at < x);
                if k >= table.len() {
                    return d;
                }
                let (x0, x1) = (if k > 0 { table[k - 1] } else { 0.0 }, table[k]);
                d * (k as f64 - 1.0 + (x - x0) / (x1 - x0)).max(0.0) / table.len() as f64
            }
        }
    }
}

/// Q / sqrt(g D^5) at which y/D = 0, 1/400, 2/400... is the critical depth of a pipe: x^2 T = A^3 for D = g = 1.
fn critical_of_pipes() -> &'static [f64] {
    static TABLE: std::sync::OnceLock<Vec<f64>> = std::sync::OnceLock::new();
    TABLE.get_or_init(|| {
        let unit = Barrel::Circular { diameter_m: 1.0 };
        let at = |k: usize| {
            let (a, _, t) = unit.section(k as f64 / 400.0);
            if t > 0.0 { a * math::sqrt(a / t) } else { 0.0 }
        };
        (0..400).map(at).collect()
    })
}

/// One barrel seen from the end where the water goes in.
#[derive(Debug, Clone, Copy)]
struct Run {
    barrel: Barrel,
    length_m: f64,
    manning: f64,
    inlet: Inlet,
    in_m: f64,
    out_m: f64,
}

impl Run {
    /// Headwater above the inlet's invert that inlet control asks for, m.
    fn inlet_m(&self, q: f64) -> f64 {
        let d = self.barrel.rise_m();
        let area = self.barrel.section(d).0;
        let (form, k, m, c, y, slope, _) = self.inlet.row();
        let s = ((self.in_m - self.out_m) / self.length_m).max(0.0);
        let unsubmerged = |q: f64| {
            let x = KU * q / (area * math::sqrt(d));
            if form == 1 {
                let dc = self.barrel.critical_m(q);
                let a = self.barrel.section(dc).0;
                let v = if a > 0.0 { q / a } else { 0.0 };
                (dc + v * v / (2.0 * G) + d * (k * math::pow(x, m) + slope * s)).max(0.0)
            } else {
                d * k * math::pow(x, m)
            }
        };
        let submerged = |q: f64| {
            let x = KU * q / (area * math::sqrt(d));
            d * (c * x * x + y + slope * s)
        };
        let x = q / (area * math::sqrt(d));
        let (from, to) = (1.93, 2.21);
        if x <= from {
            unsubmerged(q)
        } else if x >= to {
            submerged(q)
        } else {
            let (q0, q1) = (from * area * math::sqrt(d), to * area * math::sqrt(d));
            let (a, b) = (unsubmerged(q0), submerged(q1));
            a + (b - a) * (x - from) / (to - from)
        }
    }
    /// Level of the headwater that outlet control asks for, m, for a tail water level and the depth that is at the inlet.
    fn outlet_level_m(&self, q: f64, tail_m: f64, inlet_depth_m: f64) -> f64 {
        let d = self.barrel.rise_m();
        let dc = self.barrel.critical_m(q);
        let up_m = inlet_depth_m.clamp(0.0, d);
        let down_m = (0.5 * (dc + up_m.max(dc))).max(tail_m - self.out_m);
        // Share of the full form: all from a headwater of D up or with a drowned outlet.
        let mean_m = if inlet_depth_m >= d || down_m >= d {
            d
        } else {
            let w = ((inlet_depth_m / d - 0.75) / 0.25).clamp(0.0, 1.0);
            let part = 0.5 * (up_m + down_m.min(d));
            (part + w * (d - part)).max(dc)
        };
        // Loss over Q^2 / (2 g). No less than of the full barrel: a pipe carries most at 94 % of its depth, but no pipe
        // stays there, and a discharge that falls as the headwater rises would swing.
        let ke = self.inlet.row().6;
        let loss = |depth_m: f64| {
            let (area, perimeter, _) = self.barrel.section(depth_m);
            let radius = area / perimeter;
            let friction = 2.0 * G * self.manning * self.manning * self.length_m / (radius * math::cbrt(radius));
            (1.0 + ke + friction) / (area * area)
        };
        if mean_m <= 0.0 {
            return self.out_m + down_m;
        }
        self.out_m + down_m + loss(mean_m).max(loss(d)) * q * q / (2.0 * G)
    }
    /// Discharge for a headwater and a tail water level, m3/s.
    fn discharge_m3_s(&self, head_m: f64, tail_m: f64) -> f64 {
        let depth = head_m - self.in_m;
        if depth <= 0.0 || head_m <= tail_m || head_m <= self.out_m {
            return 0.0;
        }
        let fits = |q: f64| self.inlet_m(q) <= depth && self.outlet_level_m(q, tail_m, depth) <= head_m;
        let area = self.barrel.section(self.barrel.rise_m()).0;
        // More than an orifice without any loss is not to be had.
        let (mut least, mut most) =
            (0.0, area * math::sqrt(2.0 * G * (head_m - tail_m.max(self.out_m.min(self.in_m)))));
        for _ in 0..48 {
            let q = 0.5 * (least + most);
            if fits(q) { least = q } else { most = q }
        }
        least
    }
}

impl CulvertSpec {
    pub(super) fn check(&self, check: &mut Check) -> Option<Link> {
        check.of("culvert", &self.name);
        match self.barrel {
            Barrel::Circular { diameter_m } => {
                check.positive("diameter_m", diameter_m);
                if !self.inlet.of_pipe() {
                    check.wrong("is a pipe with a box's inlet", "PipeSquare, PipeGroove, MetalHeadwall...");
                }
            }
            Barrel::Box { width_m, height_m } => {
                check.positive("width_m", width_m);
                check.positive("height_m", height_m);
                if self.inlet.of_pipe() {
                    check.wrong("is a box with a pipe's inlet", "BoxFlared, BoxSquare, BoxStraight, BoxBevelled");
                }
            }
        }
        if self.barrels == 0 {
            check.wrong("has 0 barrels", "1 or more");
        }
        check.positive("length_m", self.length_m);
        check.finite("inner_invert_m", self.inner_invert_m);
        check.finite("outer_invert_m", self.outer_invert_m);
        check.positive("manning", self.manning);
        check.share("blocked", self.blocked);
        self.joint.check(check)
    }
    fn run(&self, outward: bool) -> Run {
        let (in_m, out_m) = if outward {
            (self.inner_invert_m, self.outer_invert_m)
        } else {
            (self.outer_invert_m, self.inner_invert_m)
        };
        Run { barrel: self.barrel, length_m: self.length_m, manning: self.manning, inlet: self.inlet, in_m, out_m }
    }
    /// Discharge of all barrels for two levels, m3/s, positive outward.
    pub fn discharge_m3_s(&self, inner_m: f64, outer_m: f64, blocked: f64) -> f64 {
        let open = f64::from(self.barrels) * (1.0 - blocked).clamp(0.0, 1.0);
        if inner_m >= outer_m {
            open * self.run(true).discharge_m3_s(inner_m, outer_m)
        } else if self.flap {
            0.0
        } else {
            -open * self.run(false).discharge_m3_s(outer_m, inner_m)
        }
    }
    /// Lets water through for a step; gives the volume outward, m3.
    pub(super) fn step(&self, link: &Link, blocked: f64, flow: &mut dyn Flow, dt_s: f64) -> f64 {
        let sill_m = self.inner_invert_m.min(self.outer_invert_m);
        pass(flow, &link.a, &link.b, sill_m, dt_s, &|a, b| self.discharge_m3_s(a, b, blocked))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::grid::Point;

    /// HDS-5, chapter III, example 4 (SI): box of 2.134 m, 60.96 m long, slope 5 %, inlet invert at 30.48 m, square edges.
    fn example_4() -> CulvertSpec {
        CulvertSpec {
            name: "example 4".into(),
            joint: Joint::between(Point::new(0.0, 0.0), Point::new(1.0, 0.0)),
            barrel: Barrel::Box { width_m: 2.134, height_m: 2.134 },
            barrels: 1,
            length_m: 60.96,
            inner_invert_m: 30.48,
            outer_invert_m: 30.48 - 0.05 * 60.96,
            manning: 0.012,
            inlet: Inlet::BoxSquare,
            blocked: 0.0,
            flap: false,
        }
    }

    #[test]
    fn the_performance_curve_of_hds_5_example_4_is_met() {
        // Grade: reference (headwater levels that the example reads off its nomographs: discharges at these levels within
        // 3 % where the inlet is submerged, 6.5 % in the first row, where the equation itself is 4 % under the chart).
        let culvert = example_4();
        for (q, level_m, tail_m, within) in [
            (11.327, 32.96, 0.793, 0.065),
            (16.990, 33.93, 0.945, 0.03),
            (19.822, 34.71, 1.05, 0.03),
            (22.654, 35.52, 1.158, 0.03),
        ] {
            let found = culvert.discharge_m3_s(level_m, culvert.outer_invert_m + tail_m, 0.0);
            assert!((found / q - 1.0_f64).abs() < within, "{level_m} m: {found} m3/s, HDS-5 has {q}");
        }
    }

    #[test]
    fn inlet_control_is_the_equation_of_hds_5_on_both_sides_of_submergence() {
        // Grade: reference (by hand for the same box: 11.327 m3/s: Hc = 1.5 x 1.42145 = 2.13217, K (Ku Q/(A sqrt D))^M =
        // 0.061 x 3.08371^0.75 = 0.14196, HW = 2.13217 + 2.134 (0.14196 - 0.025) = 2.3818 m; 16.990: 0.04 x 4.62544^2 +
        // 0.8 - 0.025 = 1.63079, HW = 3.4801 m).
        let run = example_4().run(true);
        assert!((run.inlet_m(11.327) - 2.3818).abs() < 2e-3, "{}", run.inlet_m(11.327));
        assert!((run.inlet_m(16.990) - 3.4801).abs() < 2e-3, "{}", run.inlet_m(16.990));
    }

    #[test]
    fn a_full_pipe_under_outlet_control_is_the_full_flow_equation() {
        // Grade: reference (by hand: D 1 m, L 50 m, n 0.012, ke 0.5, level pipe, drowned both ends, 1 m of head:
        // R = 0.25, friction 19.62 x 1.44e-4 x 50 / 0.157490 = 0.89697; V = sqrt(19.62 / 2.39697) = 2.8610; Q = 2.2470).
        let culvert = CulvertSpec {
            barrel: Barrel::Circular { diameter_m: 1.0 },
            length_m: 50.0,
            inner_invert_m: 0.0,
            outer_invert_m: 0.0,
            inlet: Inlet::PipeSquare,
            ..example_4()
        };
        let q = culvert.discharge_m3_s(4.0, 3.0, 0.0);
        assert!((q - 2.2470).abs() < 1e-3, "{q}");
        assert!((culvert.discharge_m3_s(3.0, 4.0, 0.0) + q).abs() < 1e-9);
        assert!((culvert.discharge_m3_s(4.0, 3.0, 0.25) - 0.75 * q).abs() < 1e-9);
        assert_eq!(CulvertSpec { flap: true, ..culvert }.discharge_m3_s(3.0, 4.0, 0.0), 0.0);
    }

    #[test]
    fn critical_depth_in_a_half_full_pipe_is_where_the_froude_number_is_one() {
        // Grade: exact (Q = A sqrt(g A / T) at half depth of a pipe of 2 m: A = pi/2, T = 2).
        let pipe = Barrel::Circular { diameter_m: 2.0 };
        let a = std::f64::consts::PI / 2.0;
        let q = a * math::sqrt(G * a / 2.0);
        assert!((pipe.critical_m(q) - 1.0).abs() < 1e-6);
        let (area, perimeter, top) = pipe.section(1.0);
        assert!((area - a).abs() < 1e-12 && (perimeter - 2.0 * a).abs() < 1e-12 && (top - 2.0).abs() < 1e-12);
    }

    #[test]
    fn discharge_never_falls_with_the_headwater_nor_rises_with_the_tail_water() {
        // Grade: behaviour.
        for culvert in [
            example_4(),
            CulvertSpec { outer_invert_m: 30.47, ..example_4() },
            CulvertSpec {
                barrel: Barrel::Circular { diameter_m: 1.5 },
                inlet: Inlet::MetalProjecting,
                manning: 0.024,
                outer_invert_m: 30.3,
                ..example_4()
            },
        ] {
            let mut before = 0.0;
            for k in 0..700 {
                let q = culvert.discharge_m3_s(30.48 + f64::from(k) * 0.01, 29.0, 0.0);
                assert!(q >= before - 1e-9, "headwater {k} cm: {before} to {q}");
                before = q;
            }
            for k in 0..700 {
                let q = culvert.discharge_m3_s(37.0, 30.0 + f64::from(k) * 0.01, 0.0);
                assert!(q <= before + 0.02 * before.max(0.1), "tail water {k} cm: {before} to {q}");
                before = q;
            }
            assert_eq!(culvert.discharge_m3_s(37.0, 37.0, 0.0), 0.0);
        }
    }
}
