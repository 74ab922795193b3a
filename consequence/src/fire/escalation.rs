//! What heat and blast do to the tank next to them (多米诺效应): how long it stands, and how likely it goes.
//!
//! ```text
//! ln ttf = -1.128 ln q - 2.667e-5 V + 9.877      tanks at the pressure of the air
//! ln ttf = -0.947 ln q + 8.835 V^0.032           pressure tanks;   ttf s, q kW/m2, V m3
//! Pr = 9.25 - 1.85 ln(ttf/60)                    will it go before the fire brigade cools it
//! Pr = a + b ln(dp)                              by blast, dp Pa
//! ```
//!
//! Landucci, Gubinelli, Antonioni & Cozzani 2009 (times) and Cozzani & Salzano 2004 (blast); from memory, unchecked. The times hold
//! for steady heat; under changing heat the shares of them add up (Palmgren and Miner's rule, an assumption).

use super::FireAir;
use super::fireball::Fireball;
use crate::substance::Substance;
use base::math::{exp, ln, normal_cdf, pow};
use serde::{Deserialize, Serialize};

/// The tank beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TankKind {
    Atmospheric,
    Pressurised,
}

/// Heat below which a tank does not fail by it in the time of a fire, W/m2: 15 and 45 kW/m2 (Cozzani et al. 2006, from memory).
pub fn least_heat_w_m2(kind: TankKind) -> f64 {
    match kind {
        TankKind::Atmospheric => 15_000.0,
        TankKind::Pressurised => 45_000.0,
    }
}

/// Time to failure under steady heat, s; `None` below the threshold.
pub fn time_to_failure_s(kind: TankKind, volume_m3: f64, heat_w_m2: f64) -> Option<f64> {
    if heat_w_m2 < least_heat_w_m2(kind) {
        return None;
    }
    let q = ln(heat_w_m2 / 1000.0);
    Some(exp(match kind {
        TankKind::Atmospheric => -1.128 * q - 2.667e-5 * volume_m3 + 9.877,
        TankKind::Pressurised => -0.947 * q + 8.835 * pow(volume_m3, 0.032),
    }))
}

/// Probability that a tank with a time to failure goes before it is cooled.
pub fn failure_probability(time_to_failure_s: f64) -> f64 {
    normal_cdf(9.25 - 1.85 * ln(time_to_failure_s / 60.0) - 5.0)
}

/// Water that keeps a shell cool (冷却水), kg/(m2 s): 10.2 L/min on each square metre (NFPA 15; GB 50160 asks for 9 on spheres; from
/// memory, unchecked).
pub const COOLING_KG_M2_S: f64 = 10.2 / 60.0;
/// Heat that gets through to a shell under that much water, W/m2: what NFPA 15 counts with (6,000 Btu/h on a square foot; from
/// memory, unchecked).
pub const THROUGH_WATER_W_M2: f64 = 18_930.0;

/// Heat that a shell takes when a share of the water that it needs runs over it: the wetted share gets at most what comes through.
pub fn cooled_w_m2(heat_w_m2: f64, wet_share: f64) -> f64 {
    let wet = wet_share.clamp(0.0, 1.0);
    (1.0 - wet) * heat_w_m2 + wet * heat_w_m2.min(THROUGH_WATER_W_M2)
}

/// Probability that blast opens a tank: probits on the peak overpressure, Pa.
pub fn blast_probability(kind: TankKind, overpressure_pa: f64) -> f64 {
    if overpressure_pa <= 0.0 {
        return 0.0;
    }
    let (a, b) = match kind {
        TankKind::Atmospheric => (-18.96, 2.44),
        TankKind::Pressurised => (-42.44, 4.33),
    };
    normal_cdf(a + b * ln(overpressure_pa) - 5.0)
}

/// A tank in a fire: how much of its time it has used up. State, for checkpoints.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Wear {
    /// 1: it fails.
    pub used: f64,
}

impl Wear {
    /// Takes heat for a while; true when the tank fails in it.
    pub fn heat(&mut self, kind: TankKind, volume_m3: f64, heat_w_m2: f64, dt_s: f64) -> bool {
        let before = self.used;
        if let Some(time) = time_to_failure_s(kind, volume_m3, heat_w_m2) {
            self.used += dt_s / time;
        }
        before < 1.0 && self.used >= 1.0
    }
}

/// A line of the chain table: what would follow from the fire, when and how likely.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Link {
    pub heat_w_m2: f64,
    pub delay_s: f64,
    pub probability: f64,
    /// The ball of a pressure tank of what burns.
    pub fireball: Option<Fireball>,
}

/// What becomes of a tank under steady heat; `None` below the threshold. A pressure tank bursts at the temperature at which its
/// relief valve holds the pressure (`burst_k`).
pub fn link(
    s: &Substance,
    kind: TankKind,
    volume_m3: f64,
    held_kg: f64,
    burst_k: f64,
    heat_w_m2: f64,
    air: FireAir,
) -> Option<Link> {
    let delay_s = time_to_failure_s(kind, volume_m3, heat_w_m2)?;
    let ball = match kind {
        TankKind::Pressurised => Fireball::new(s, Fireball::mass_of(s, held_kg, burst_k, air.pressure_pa), air),
        TankKind::Atmospheric => None,
    };
    let fireball = ball.filter(|b| b.mass_kg > 0.0);
    Some(Link { heat_w_m2, delay_s, probability: failure_probability(delay_s), fireball })
}

#[cfg(test)]
mod tests {
    use super::super::Heat;
    use super::super::pool::{Brightness, PoolFire};
    use super::super::tests::night;
    use super::*;
    use crate::substance::Substances;

    #[test]
    fn times_to_failure_are_the_published_ones() {
        // Grade: exact, by hand from the formulas; and behaviour: more heat, less time; big pressure tanks stand longer.
        let t = time_to_failure_s(TankKind::Pressurised, 100.0, 100e3).expect("above");
        assert!((t - (-0.947 * 100f64.ln() + 8.835 * 100f64.powf(0.032)).exp()).abs() < 1e-6 * t);
        assert!((300.0..1500.0).contains(&t), "{t}");
        assert!(time_to_failure_s(TankKind::Pressurised, 100.0, 200e3).expect("above") < t);
        assert!(time_to_failure_s(TankKind::Pressurised, 10.0, 100e3).expect("above") < t);
        assert!(time_to_failure_s(TankKind::Atmospheric, 1000.0, 10e3).is_none());
        // Probit 5 at 10 min: 9.25 - 1.85 ln 10 = 4.99.
        assert!((failure_probability(600.0) - 0.496).abs() < 0.005);
    }

    #[test]
    fn a_wetted_shell_stands_and_a_half_wetted_one_lasts_longer() {
        // Grade: exact, by hand: half of 100 and half of 18.93 kW/m2.
        let kind = TankKind::Pressurised;
        assert_eq!(cooled_w_m2(100e3, 0.0), 100e3);
        assert!((cooled_w_m2(100e3, 0.5) - 59_465.0).abs() < 1e-6);
        assert_eq!(cooled_w_m2(10e3, 1.0), 10e3);
        assert!(time_to_failure_s(kind, 100.0, cooled_w_m2(100e3, 1.0)).is_none());
        assert!(time_to_failure_s(kind, 100.0, cooled_w_m2(100e3, 0.5)) > time_to_failure_s(kind, 100.0, 100e3));
    }

    #[test]
    fn shares_of_the_time_add_up_under_changing_heat() {
        // Grade: exact.
        let (kind, v) = (TankKind::Pressurised, 50.0);
        let times = [60e3, 120e3].map(|q| time_to_failure_s(kind, v, q).expect("above"));
        let mut wear = Wear::default();
        let mut at = 0.0;
        while !wear.heat(kind, v, if at < 0.5 * times[0] { 60e3 } else { 120e3 }, 0.1) {
            at += 0.1;
        }
        assert!((at - 0.5 * (times[0] + times[1])).abs() < 0.5, "{at}");
        assert!(!wear.heat(kind, v, 120e3, 10.0), "it fails once");
    }

    #[test]
    fn a_pool_fire_at_a_tank_leads_to_a_fireball_with_delay_and_probability() {
        // Grade: behaviour. A propane tank of 50 m3 that a pool fire of 200 m2 of toluene touches.
        let all = Substances::embedded();
        let fire = PoolFire::of_area(all.find("toluene").expect("there"), 200.0, Brightness::Share, night());
        let heat = fire.expect("burns").heat_w_m2(9.0, 0.0, 1.5);
        let s = all.find("propane").expect("there");
        let chain = link(s, TankKind::Pressurised, 50.0, 20_000.0, 330.0, heat, night()).expect("above the threshold");
        assert!((120.0..1200.0).contains(&chain.delay_s), "{chain:?}");
        assert!(chain.probability > 0.2 && chain.fireball.is_some_and(|b| b.mass_kg == 20_000.0));
        assert!(link(s, TankKind::Pressurised, 50.0, 20_000.0, 330.0, 5e3, night()).is_none());
    }
}
