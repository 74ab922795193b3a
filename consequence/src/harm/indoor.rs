//! Air exchange (换气): how fast the outside comes in. For one house after Sherman and Grimsrud, as ALOHA has it; for a city a lognormal
//! spread; for vehicles and sealed rooms ranges from the literature.
//!
//! ```text
//! lambda = sqrt(Qs^2 + Qw^2)/V
//! Qs = A fs sqrt|Ti - To|,  fs = (1 + R/2)/3 sqrt(g H/Ti);   Qw = A fw u(H),  fw = C (1 - R)^(1/3)
//! dCi/dt = lambda (Co - Ci) - kd Ci
//! ```
//!
//! A = 0.00059 of the floor (Sherman 1980, 196 houses), R = 0.5, C = 0.24 sheltered and 0.32 in the open, 2.5 m a storey, 20 C inside
//! (ALOHA technical documentation 4.6, read through a public transcription); ALOHA's four printed rates come out within 3 %.

use base::chance::{Stream, draw_lognormal};
use base::math::{cbrt, exp, sqrt};
use base::time::Tick;
use serde::{Deserialize, Serialize};

const GRAVITY_M_S2: f64 = 9.80665;
/// Effective leakage area per floor area.
const LEAKAGE: f64 = 0.00059;
/// Share of the leaks in floor and ceiling.
const LEVEL_LEAKS: f64 = 0.5;

/// A house as ALOHA asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct House {
    pub floor_m2: f64,
    pub storeys: u8,
    /// Trees or other houses stand around it.
    pub sheltered: bool,
    pub inside_k: f64,
}

impl House {
    /// ALOHA's house of 160 m2 at 20 C.
    pub fn usual(storeys: u8, sheltered: bool) -> House {
        House { floor_m2: 160.0, storeys, sheltered, inside_k: 293.15 }
    }
    pub fn height_m(&self) -> f64 {
        2.5 * f64::from(self.storeys)
    }
    /// Air changes per hour in a wind at the height of the house and a temperature outside.
    pub fn exchange_per_h(&self, wind_at_height_m_s: f64, outside_k: f64) -> f64 {
        let area = LEAKAGE * self.floor_m2;
        let stack = (1.0 + 0.5 * LEVEL_LEAKS) / 3.0 * sqrt(GRAVITY_M_S2 * self.height_m() / self.inside_k);
        let shelter = if self.sheltered { 0.24 } else { 0.32 };
        let qs = area * stack * sqrt((self.inside_k - outside_k).abs());
        let qw = area * shelter * cbrt(1.0 - LEVEL_LEAKS) * wind_at_height_m_s;
        3600.0 * sqrt(qs * qs + qw * qw) / (self.floor_m2 * self.height_m())
    }
}

/// The exchange of a city's buildings in reference weather: lognormal, median 0.5 per hour, geometric deviation 2 (assumption, within the
/// published surveys of dwellings with windows shut).
pub const CITY_MEDIAN_PER_H: f64 = 0.5;
pub const CITY_SPREAD: f64 = 2.0;

/// Air changes per hour of building `id` in reference weather.
pub fn city_exchange_per_h(seed: u64, id: u32) -> f64 {
    draw_lognormal(CITY_MEDIAN_PER_H, base::math::ln(CITY_SPREAD), seed, Stream::Gas, id, Tick(0), 0)
}

/// How much more or less air comes in than in reference weather (4 m/s at 10 m, 10 K colder outside), by the formula of the usual
/// two-storey sheltered house.
pub fn weather_factor(wind_10m_m_s: f64, outside_k: f64) -> f64 {
    // At 5 m, over a town's roofs: 0.8 of the wind at 10 m (assumption; log profile with z0 0.3 m gives 0.80).
    let house = House::usual(2, true);
    house.exchange_per_h(0.8 * wind_10m_m_s, outside_k) / house.exchange_per_h(3.2, house.inside_k - 10.0)
}

/// How people keep the place they are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum Keeping {
    /// As on any day: windows shut, ventilation as it is.
    Usual,
    /// Windows open; and what "airing" (通风) after the cloud means.
    Open,
    /// Windows and doors shut, ventilation off (关窗停风).
    Shut,
    /// One room with its gaps taped (密封房间).
    Sealed,
}

/// Air changes per hour of a building that has `usual_per_h` on any day.
pub fn kept_per_h(usual_per_h: f64, keeping: Keeping, wind_10m_m_s: f64) -> f64 {
    match keeping {
        Keeping::Usual => usual_per_h,
        // Windows on one side wide open: 5 per hour and more in wind (assumption; single-sided airing is 3 to 15 per hour).
        Keeping::Open => usual_per_h.max(5.0 + 1.0 * wind_10m_m_s),
        // Half of it (assumption within published tests of ventilation off).
        Keeping::Shut => 0.5 * usual_per_h,
        // 0.1 to 0.2 per hour (tests of taped rooms, from memory); tighter than the house in any case.
        Keeping::Sealed => (0.3 * usual_per_h).clamp(0.1, 0.2).min(0.5 * usual_per_h),
    }
}

/// Air changes per hour of a car with its windows shut: 2 when it stands, and more with its speed up to some 20 to 40 in the country
/// (published: 1 to 3 standing, 10 and more moving; slope an assumption).
pub fn vehicle_exchange_per_h(speed_m_s: f64) -> f64 {
    2.0 + 0.8 * speed_m_s.abs()
}

/// Concentration inside after `dt_s` and its mean in that time, with the outside constant: exact.
pub fn step(inside: f64, outside: f64, exchange_per_s: f64, removal_per_s: f64, dt_s: f64) -> (f64, f64) {
    let rate = exchange_per_s + removal_per_s;
    if rate * dt_s < 1e-12 {
        return (inside, inside);
    }
    let level = outside * exchange_per_s / rate;
    let stays = exp(-rate * dt_s);
    (level + (inside - level) * stays, level + (inside - level) * (1.0 - stays) / (rate * dt_s))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_in_a_house_with_half_an_exchange_is_v23() {
        // Grade: exact. lambda 0.5/h, 1 h: Ci/Co 0.3935; loads of n 1, 2, 2.75 as shares of the outdoor's 0.2131, 0.0582,
        // 0.0236, by steps of ten seconds: 0.1 %, or half of the last digit printed.
        let (mut inside, mut load) = (0.0, [0.0; 3]);
        for _ in 0..360 {
            let (next, mean) = step(inside, 1.0, 0.5 / 3600.0, 0.0, 10.0);
            for (sum, n) in load.iter_mut().zip([1.0, 2.0, 2.75]) {
                *sum += base::math::pow(mean, n) / 360.0;
            }
            inside = next;
        }
        assert!((inside / 0.3935 - 1.0).abs() < 1e-3, "{inside}");
        for (got, want) in load.into_iter().zip([0.2131, 0.0582, 0.0236]) {
            assert!((got - want).abs() < (1e-3 * want).max(5e-5), "{got} {want}");
        }
    }

    #[test]
    fn what_comes_in_and_what_the_walls_take_balance() {
        // Grade: exact. Steady state lambda Co/(lambda + kd); any number of steps is one long one.
        let (once, _) = step(0.2, 1.0, 1e-3, 5e-4, 1000.0);
        let mut inside = 0.2;
        for _ in 0..100 {
            inside = step(inside, 1.0, 1e-3, 5e-4, 10.0).0;
        }
        assert!((once - inside).abs() < 1e-12);
        assert!((step(0.0, 1.0, 1e-3, 5e-4, 1e6).0 - 2.0 / 3.0).abs() < 1e-9);
        assert_eq!(step(0.3, 1.0, 0.0, 0.0, 10.0), (0.3, 0.3));
    }

    #[test]
    fn the_city_s_buildings_are_spread_as_said() {
        // Grade: exact within the standard error of 20,000 draws.
        let mut logs: Vec<f64> = (0..20_000).map(|id| city_exchange_per_h(3, id).ln()).collect();
        let mean = logs.iter().sum::<f64>() / logs.len() as f64;
        let spread = (logs.iter().map(|l| (l - mean) * (l - mean)).sum::<f64>() / logs.len() as f64).sqrt();
        assert!((mean - 0.5f64.ln()).abs() < 0.02 && (spread - 2f64.ln()).abs() < 0.02, "{mean} {spread}");
        logs.clear();
        assert!((weather_factor(4.0, 283.15) - 1.0).abs() < 1e-9);
        assert!(weather_factor(10.0, 283.15) > 1.5 && weather_factor(1.0, 293.15) < 0.5);
    }

    #[test]
    fn tighter_keeping_lets_less_in() {
        // Grade: behaviour.
        for usual in [0.15, 0.5, 2.0] {
            let at = |k| kept_per_h(usual, k, 3.0);
            assert!(at(Keeping::Sealed) <= at(Keeping::Shut));
            assert!(at(Keeping::Shut) < at(Keeping::Usual) && at(Keeping::Usual) < at(Keeping::Open));
        }
        assert!(vehicle_exchange_per_h(20.0) > 10.0 && vehicle_exchange_per_h(0.0) <= 3.0);
    }
}
