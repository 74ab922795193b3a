//! A channel's section (断面) between its bed and its banks: a flat bed with walls or slopes, on which the water goes
//! straight up once it stands over the banks.
//!
//!   T(y) = b + 2 m y              A(y) = (b + m y) y              P(y) = b + 2 y sqrt(1 + m2)          y <= h
//!   T = T(h)                      A = A(h) + T(h) (y - h)         P = P(h)                             y >  h
//!   K(y) = A R^(2/3) / n,  R = A / P                              Q = K sqrt(S) in uniform flow
//!
//! No friction is put between the water over the channel and that over the plain beside it (as Neal et al. 2012).

use crate::flow::G;
use base::math;

/// A section at one station.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Section {
    /// Width of the bed b, m.
    pub bottom_m: f64,
    /// Run over rise of both sides m.
    pub slope: f64,
    /// From bed to bank h, m.
    pub height_m: f64,
}

/// What a section is at a depth.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Wetted {
    pub area_m2: f64,
    pub width_m: f64,
    pub radius_m: f64,
}

impl Section {
    /// Width of the surface, m.
    pub fn width_m(&self, depth_m: f64) -> f64 {
        self.bottom_m + 2.0 * self.slope * depth_m.clamp(0.0, self.height_m.max(0.0))
    }
    /// Width at the banks, m.
    pub fn top_m(&self) -> f64 {
        self.width_m(self.height_m)
    }
    pub fn area_m2(&self, depth_m: f64) -> f64 {
        let y = depth_m.clamp(0.0, self.height_m.max(0.0));
        (self.bottom_m + self.slope * y) * y + self.top_m() * (depth_m - self.height_m).max(0.0)
    }
    pub fn wetted(&self, depth_m: f64) -> Wetted {
        if depth_m <= 0.0 {
            return Wetted::default();
        }
        let y = depth_m.min(self.height_m);
        let perimeter = self.bottom_m + 2.0 * y * math::sqrt(1.0 + self.slope * self.slope);
        let area_m2 = self.area_m2(depth_m);
        Wetted { area_m2, width_m: self.width_m(depth_m), radius_m: area_m2 / perimeter }
    }
    /// Conveyance K, m3/s.
    pub fn conveyance_m3_s(&self, depth_m: f64, manning: f64) -> f64 {
        let w = self.wetted(depth_m);
        w.area_m2 * math::cbrt(w.radius_m * w.radius_m) / manning
    }
    /// Depth of uniform flow (正常水深), m; none where the bed does not fall.
    pub fn normal_m(&self, flow_m3_s: f64, fall: f64, manning: f64) -> Option<f64> {
        if fall <= 0.0 {
            return None;
        }
        let k = flow_m3_s / math::sqrt(fall);
        Some(self.depth_m(|y| self.conveyance_m3_s(y, manning) > k))
    }
    /// Depth of critical flow (临界水深), m: Q2 T = g A3.
    pub fn critical_m(&self, flow_m3_s: f64) -> f64 {
        if flow_m3_s <= 0.0 {
            return 0.0;
        }
        self.depth_m(|y| {
            let w = self.wetted(y);
            G * w.area_m2 * w.area_m2 * w.area_m2 > flow_m3_s * flow_m3_s * w.width_m
        })
    }
    /// Least depth for which something holds that holds from some depth on (bisection to rounding).
    fn depth_m(&self, over: impl Fn(f64) -> bool) -> f64 {
        let (mut low, mut high) = (0.0, self.height_m.max(0.01));
        while !over(high) && high < 1e4 {
            (low, high) = (high, 2.0 * high);
        }
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if over(middle) { high = middle } else { low = middle }
        }
        0.5 * (low + high)
    }
    /// A share `s` of the way to another section.
    pub fn toward(&self, other: &Section, s: f64) -> Section {
        let mix = |a: f64, b: f64| a + (b - a) * s;
        Section {
            bottom_m: mix(self.bottom_m, other.bottom_m),
            slope: mix(self.slope, other.slope),
            height_m: mix(self.height_m, other.height_m),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trapezoid_holds_and_carries_what_the_handbook_says_and_goes_straight_up_over_its_banks() {
        // Grade: reference (b 6 m, 1 on 2, y 1.5 m: A 13.5 m2, P 12.708 m, R 1.0623 m; S 0.001, n 0.03: Q = 14.815 m3/s, by
        // hand; critical depth of that flow: A3/T = Q2/g = 22.4 m5 at 0.779 m).
        let s = Section { bottom_m: 6.0, slope: 2.0, height_m: 2.0 };
        let w = s.wetted(1.5);
        assert!((w.area_m2 - 13.5).abs() < 1e-12 && (w.width_m - 12.0).abs() < 1e-12);
        assert!((w.radius_m - 13.5 / (6.0 + 3.0 * 5.0_f64.sqrt())).abs() < 1e-12);
        let q = s.conveyance_m3_s(1.5, 0.03) * 0.001_f64.sqrt();
        assert!((q - 14.815).abs() < 0.005, "{q}");
        assert!((s.normal_m(q, 0.001, 0.03).unwrap() - 1.5).abs() < 1e-9);
        assert_eq!(s.normal_m(q, 0.0, 0.03), None);
        let yc = s.critical_m(q);
        let (a, t) = (s.area_m2(yc), s.width_m(yc));
        assert!((q * q * t / (G * a * a * a) - 1.0).abs() < 1e-9 && (yc - 0.779).abs() < 0.001, "{yc}");
        assert!((s.area_m2(3.0) - (s.area_m2(2.0) + 14.0)).abs() < 1e-12);
        assert_eq!(s.wetted(3.0).radius_m, s.area_m2(3.0) / (6.0 + 4.0 * 5.0_f64.sqrt()));
    }
}
