//! A leak that burns (燃烧泄漏): liquid runs into a pool that spreads and burns at the same time. Rate, area and how long it lasts, in
//! minutes; the flame of a minute is a [`PoolFire`] of its area.
//!
//! ```text
//! dM/dt = inflow - m" A;   the pool spreads to 5 mm or its bund (as [`crate::source::puddle`])
//! ```
//!
//! A burning pool thinner than a millimetre goes out at its edge: the area then follows the mass (assumption: 1 mm).

use super::FireAir;
use super::pool::{Brightness, PoolFire, burning_rate_kg_m2_s};
use crate::source::hole::GRAVITY_M_S2;
use crate::source::puddle::{Inflow, THIN_M};
use crate::substance::Substance;
use base::math::sqrt;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

const LEAST_M: f64 = 1e-3;
const STEP_S: f64 = 0.5;

/// What a minute burnt.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BurntMinute {
    pub from_s: f64,
    pub to_s: f64,
    pub burnt_kg: f64,
    /// The largest area of the minute, m2.
    pub area_m2: f64,
}

/// The history of a burning pool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Burning {
    pub minutes: Vec<BurntMinute>,
    pub burning_kg_m2_s: f64,
    pub burnt_kg: f64,
    /// Liquid that still lies there at the end.
    pub left_kg: f64,
}

/// Burns liquid that runs in, until it is gone or until a time; `None` for what does not burn.
pub fn pool(s: &Substance, inflow: &[Inflow], bund_m2: Option<f64>, until_s: f64, air: &FireAir) -> Option<Burning> {
    let rate = burning_rate_kg_m2_s(s, air.temperature_k)?;
    let start = inflow.first().map_or(until_s, |i| i.from_s);
    let last = inflow.iter().map(|i| i.to_s).fold(start, f64::max);
    let density = s.liquid_density_at_kg_m3(air.temperature_k.min(s.boiling_point_k.value));
    let (mut mass, mut area, mut burnt) = (0.0f64, 0.0f64, 0.0);
    let (mut t, mut next) = (start, 0);
    let mut minutes = Vec::new();
    while t < until_s && (mass > 0.0 || t < last) {
        let (begin, end) = (t, (t + 60.0).min(until_s));
        let mut minute = BurntMinute { from_s: begin, to_s: end, burnt_kg: 0.0, area_m2: 0.0 };
        while t < end && (mass > 0.0 || t < last) {
            let dt = STEP_S.min(end - t);
            while next < inflow.len() && inflow[next].to_s <= t {
                next += 1;
            }
            for i in inflow[next..].iter().take_while(|i| i.from_s < t + dt) {
                mass += (i.to_s.min(t + dt) - i.from_s.max(t)).max(0.0) * i.rate_kg_s;
            }
            area = spread(mass / density, area, bund_m2.unwrap_or(f64::INFINITY), dt);
            let lost = (rate * area * dt).min(mass);
            mass -= lost;
            if mass < 1e-9 {
                mass = 0.0;
            }
            minute.burnt_kg += lost;
            minute.area_m2 = minute.area_m2.max(area);
            t += dt;
        }
        minute.to_s = t;
        burnt += minute.burnt_kg;
        minutes.push(minute);
    }
    Some(Burning { minutes, burning_kg_m2_s: rate, burnt_kg: burnt, left_kg: mass })
}

/// Area after a step: gravity against inertia in tenths of the step, no wider than the bund or 5 mm, no thinner than a millimetre.
fn spread(volume_m3: f64, area_m2: f64, bund_m2: f64, dt_s: f64) -> f64 {
    let most = bund_m2.min(volume_m3 / THIN_M);
    let held = area_m2.min(volume_m3 / LEAST_M);
    if most <= held || volume_m3 <= 0.0 {
        return held;
    }
    let mut radius = if held > 0.0 { sqrt(held / PI) } else { base::math::cbrt(volume_m3 / PI) };
    for _ in 0..10 {
        let area = (PI * radius * radius).min(most);
        radius = sqrt(area / PI) + sqrt(2.0 * GRAVITY_M_S2 * volume_m3 / area) * 0.1 * dt_s;
    }
    (PI * radius * radius).min(most)
}

impl Burning {
    /// The largest burning rate of a minute, kg/s.
    pub fn most_kg_s(&self) -> f64 {
        self.minutes.iter().map(|m| m.burnt_kg / (m.to_s - m.from_s)).fold(0.0, f64::max)
    }
    pub fn lasts_s(&self) -> f64 {
        match (self.minutes.first(), self.minutes.last()) {
            (Some(first), Some(last)) => last.to_s - first.from_s,
            _ => 0.0,
        }
    }
    /// The flame at its widest.
    pub fn largest(&self, s: &Substance, brightness: Brightness, air: FireAir) -> Option<PoolFire> {
        let area = self.minutes.iter().map(|m| m.area_m2).fold(0.0, f64::max);
        PoolFire::new(s, sqrt(4.0 * area / PI), self.burning_kg_m2_s, brightness, air)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::night;
    use super::*;
    use crate::substance::Substances;

    fn leak(rate_kg_s: f64, to_s: f64) -> [Inflow; 1] {
        [Inflow { from_s: 0.0, to_s, rate_kg_s, temperature_k: 288.15 }]
    }

    #[test]
    fn what_runs_in_burns_and_nothing_is_lost() {
        // Grade: exact.
        let all = Substances::embedded();
        let s = all.find("benzene").expect("there");
        let got = pool(s, &leak(15.0, 92.0), None, 3600.0, &night()).expect("burns");
        assert!((got.burnt_kg + got.left_kg - 1380.0).abs() < 1e-6 && got.left_kg == 0.0);
        assert!(pool(all.find("chlorine").expect("there"), &leak(1.0, 60.0), None, 600.0, &night()).is_none());
    }

    #[test]
    fn a_long_leak_burns_as_fast_as_it_comes() {
        // Grade: exact. In balance m" A is the inflow; in a bund of less area the rest gathers.
        let all = Substances::embedded();
        let s = all.find("toluene").expect("there");
        let got = pool(s, &leak(2.0, 3600.0), None, 3600.0, &night()).expect("burns");
        let last = got.minutes[got.minutes.len() - 2];
        assert!((last.burnt_kg / 120.0 - 1.0).abs() < 0.01, "{last:?}");
        let bund = pool(s, &leak(2.0, 3600.0), Some(10.0), 3600.0, &night()).expect("burns");
        assert!((bund.minutes[30].burnt_kg - 60.0 * 10.0 * bund.burning_kg_m2_s).abs() < 1e-6);
        assert!(bund.left_kg > 1000.0);
    }
}
