//! Chance as a pure function: `draw(seed, stream, id, tick)`. No generator has a state, so a draw depends on who,
//! why and when, and on nothing else: not on thread, order, or what was drawn before.

use crate::{math, time::Tick};
use rand_philox::{philox4x32_10, u32_to_unit_f64};

/// Why a number is drawn. Each purpose has a stream of its own, so that adding one never shifts another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Stream {
    Synthesis = 1,
    Population = 2,
    Warning = 3,
    Decision = 4,
    Departure = 5,
    Harm = 6,
    Comms = 7,
    Command = 8,
    Response = 9,
    Gauge = 10,
    Travel = 11,
    Drill = 12,
    Gas = 13,
}

/// Four 32-bit words for (seed, stream, id, tick, k): Philox4x32-10.
#[inline]
pub fn block(seed: u64, stream: Stream, id: u32, tick: Tick, k: u32) -> [u32; 4] {
    philox4x32_10([id, tick.0, stream as u32, k], [seed as u32, (seed >> 32) as u32])
}

/// A uniform draw on the open interval (0, 1).
#[inline]
pub fn draw(seed: u64, stream: Stream, id: u32, tick: Tick, k: u32) -> f64 {
    u32_to_unit_f64(block(seed, stream, id, tick, k)[0])
}

/// A standard normal draw (Box-Muller).
pub fn draw_normal(seed: u64, stream: Stream, id: u32, tick: Tick, k: u32) -> f64 {
    let w = block(seed, stream, id, tick, k);
    let (u, v) = (u32_to_unit_f64(w[0]), u32_to_unit_f64(w[1]));
    math::sqrt(-2.0 * math::ln(u)) * math::cos(2.0 * std::f64::consts::PI * v)
}

/// A lognormal draw with the given median and sigma of the logarithm.
pub fn draw_lognormal(median: f64, sigma_ln: f64, seed: u64, stream: Stream, id: u32, tick: Tick, k: u32) -> f64 {
    median * math::exp(sigma_ln * draw_normal(seed, stream, id, tick, k))
}

/// An exponential waiting time with the given mean.
pub fn draw_exponential(mean: f64, seed: u64, stream: Stream, id: u32, tick: Tick, k: u32) -> f64 {
    -mean * math::ln(draw(seed, stream, id, tick, k))
}

/// A whole number in `0..n`.
#[inline]
pub fn draw_below(n: u32, seed: u64, stream: Stream, id: u32, tick: Tick, k: u32) -> u32 {
    ((u64::from(block(seed, stream, id, tick, k)[0]) * u64::from(n)) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_pure_and_streams_are_apart() {
        let a = draw(7, Stream::Harm, 3, Tick(9), 0);
        assert_eq!(a, draw(7, Stream::Harm, 3, Tick(9), 0));
        assert_ne!(a, draw(7, Stream::Warning, 3, Tick(9), 0));
        assert_ne!(a, draw(8, Stream::Harm, 3, Tick(9), 0));
    }

    #[test]
    fn normal_draws_have_mean_zero_and_variance_one() {
        let n = 20_000;
        let (mut sum, mut squares) = (0.0, 0.0);
        for id in 0..n {
            let x = draw_normal(1, Stream::Synthesis, id, Tick(0), 0);
            sum += x;
            squares += x * x;
        }
        // Standard errors are 0.007 and 0.01; four of them each.
        assert!((sum / f64::from(n)).abs() < 0.03);
        assert!((squares / f64::from(n) - 1.0).abs() < 0.04);
    }
}
