//! Rain as it is forecast (降雨预报): the rain that will fall, wrong in amount and in time.
//!
//! Issue k of the forecast, made at time t, says for the moment t + L
//!
//!   i'(t + L) = i(t + L - shift(L)) exp(s(L) a_k - s(L)^2 / 2)
//!
//! with the lead L, s(L) = s1 sqrt(min(L, 24 h) / 1 h) and shift(L) = shift L / (L + 1 h) b_k: what is near is known better
//! than what is far. a_k and b_k are standard normal and carry over from issue to issue, a_k = r a_(k-1) + sqrt(1 - r^2) e,
//! so a forecast that is wrong stays wrong for a while, as forecasts do, and is then corrected. The mean of the amount is
//! right at every lead. That its error grows with the square root of the lead is an assumption, as are all figures.

use base::chance::{Stream, draw_normal};
use base::math;
use base::time::Tick;
use serde::{Deserialize, Serialize};

/// Draws under `Stream::Gauge`.
const AMOUNT: u32 = 611;
const TIMING: u32 = 612;

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RainErrors {
    /// Sigma of the logarithm of the amount at a lead of one hour (0.2: 0.35 at 3 h, 1 at a day; assumption).
    pub amount_1h: f64,
    /// Standard deviation of the shift in time at long leads, s (assumption).
    pub shift_s: f64,
    /// Correlation between the errors of successive issues (assumption).
    pub persistence: f64,
    /// Time between issues, s (1 h: practice of nowcasting offices, from memory).
    pub issue_s: f64,
}

impl Default for RainErrors {
    fn default() -> Self {
        RainErrors { amount_1h: 0.2, shift_s: 2700.0, persistence: 0.7, issue_s: 3600.0 }
    }
}

impl RainErrors {
    pub fn none() -> RainErrors {
        RainErrors { amount_1h: 0.0, shift_s: 0.0, ..Default::default() }
    }
    /// Number of the issue that is current at `now_s`, and when it was made.
    pub fn issue(&self, now_s: f64) -> (u32, f64) {
        let k = (now_s.max(0.0) / self.issue_s).floor();
        (k as u32, k * self.issue_s)
    }
    /// The errors a_k, b_k of an issue.
    pub fn state(&self, seed: u64, issue: u32) -> (f64, f64) {
        let (keep, fresh) = (self.persistence, math::sqrt(1.0 - self.persistence * self.persistence));
        let normal = |k, word| draw_normal(seed, Stream::Gauge, 0, Tick(k), word);
        let first = (normal(0, AMOUNT), normal(0, TIMING));
        (1..=issue)
            .fold(first, |(a, b), k| (keep * a + fresh * normal(k, AMOUNT), keep * b + fresh * normal(k, TIMING)))
    }
    fn sigma(&self, lead_s: f64) -> f64 {
        self.amount_1h * math::sqrt(lead_s.clamp(0.0, 86_400.0) / 3600.0)
    }
    /// Factor on the rain and shift in time, s, at a lead, for the errors (a, b).
    pub fn at(&self, (a, b): (f64, f64), lead_s: f64) -> (f64, f64) {
        let (s, lead) = (self.sigma(lead_s), lead_s.max(0.0));
        (math::exp(s * a - 0.5 * s * s), self.shift_s * b * lead / (lead + 3600.0))
    }
    /// The forecast made at `made_s` for the next `ahead_s`: (time, mm/h), every `step_s`. `truth_mm_h` is the rain that
    /// will fall.
    pub fn forecast(
        &self,
        errors: (f64, f64),
        made_s: f64,
        ahead_s: f64,
        step_s: f64,
        truth_mm_h: impl Fn(f64) -> f64,
    ) -> Vec<(f64, f64)> {
        let steps = (ahead_s / step_s).ceil() as u32;
        let at = |k: u32| {
            let lead = f64::from(k) * step_s;
            let (factor, shift) = self.at(errors, lead);
            (made_s + lead, factor * truth_mm_h(made_s + lead - shift).max(0.0))
        };
        (0..=steps).map(at).collect()
    }
}

/// Sum of a forecast between two moments, mm (trapezes between its points).
pub fn sum_mm(forecast_mm_h: &[(f64, f64)], from_s: f64, to_s: f64) -> f64 {
    let part = |pair: &[(f64, f64)]| {
        let (s0, s1) = (pair[0].0.max(from_s), pair[1].0.min(to_s));
        if s1 <= s0 {
            return 0.0;
        }
        let both = math::interpolate(pair, s0) + math::interpolate(pair, s1);
        0.5 * both * (s1 - s0) / 3600.0
    };
    forecast_mm_h.windows(2).map(part).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn storm_mm_h(s: f64) -> f64 {
        (60.0 - ((s - 10_800.0) / 120.0).abs()).max(0.0)
    }

    /// Grade: exact.
    #[test]
    fn without_errors_the_forecast_is_the_rain() {
        let errors = RainErrors::none();
        let forecast = errors.forecast(errors.state(3, 5), 3600.0, 14_400.0, 300.0, storm_mm_h);
        assert_eq!(forecast.len(), 49);
        assert!(forecast.iter().all(|(s, i)| *i == storm_mm_h(*s)));
        assert!((sum_mm(&forecast, 3600.0, 18_000.0) - 60.0 * 7200.0 / 3600.0).abs() < 0.5);
    }

    /// Grade: exact in distribution (lognormal with mean 1; four standard errors over 4000 seeds).
    #[test]
    fn the_amount_is_right_on_average_and_wrong_each_time_more_so_at_longer_leads() {
        let errors = RainErrors::default();
        for (lead, sigma) in [(3600.0, 0.2), (4.0 * 3600.0, 0.4)] {
            let factors: Vec<f64> = (0..4000).map(|seed| errors.at(errors.state(seed, 2), lead).0).collect();
            let mean = factors.iter().sum::<f64>() / 4000.0;
            let logs: Vec<f64> = factors.iter().map(|f| f.ln()).collect();
            let mean_log = logs.iter().sum::<f64>() / 4000.0;
            let sd = (logs.iter().map(|l| (l - mean_log) * (l - mean_log)).sum::<f64>() / 3999.0).sqrt();
            let spread = f64::exp_m1(sigma * sigma).sqrt();
            assert!((mean - 1.0).abs() < 4.0 * spread / 4000f64.sqrt(), "mean {mean} at {lead} s");
            assert!((sd - sigma).abs() < 4.0 * sigma / 8000f64.sqrt(), "sigma {sd} at {lead} s");
        }
        assert_eq!(errors.at(errors.state(1, 2), 0.0), (1.0, 0.0), "now is known");
    }

    /// Grade: exact in distribution (correlation 0.7 between neighbours, 0.7^4 over four issues; four standard errors).
    #[test]
    fn a_wrong_forecast_stays_wrong_for_a_while() {
        let errors = RainErrors::default();
        for (apart, expected) in [(1, 0.7), (4, 0.2401)] {
            let product = |seed| errors.state(seed, 3).0 * errors.state(seed, 3 + apart).0;
            let correlation = (0..4000).map(product).sum::<f64>() / 4000.0;
            assert!((correlation - expected).abs() < 4.0 * 1.25 / 4000f64.sqrt(), "{correlation} over {apart} issues");
        }
    }
}
