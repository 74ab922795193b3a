//! Burns (热辐射伤害): thermal dose TDU = integral of q^(4/3) dt, (kW/m2)^(4/3) s, and what it does.
//!
//! ```text
//! fatal, bare skin   Pr = -36.38 + 2.56 ln(t q^(4/3))     q W/m2, t s (TNO CPR 16E; clothes save: 0.14 of it)
//! second degree      Pr = -43.14 + 3.0186 ln(t q^(4/3));  first degree  Pr = -39.83 + 3.0186 ln(t q^(4/3))
//! ```
//!
//! Recalled from the Green Book. HSE: 1,000 TDU about 1 % die, 1,800 half. The two disagree by nature (HSE counts escape and clothes).

use super::Severity;
use base::math::{ln, normal_cdf, pow};
use serde::{Deserialize, Serialize};

/// ln of (1000^(4/3)): from kW to W in the dose.
fn per_kw() -> f64 {
    4.0 / 3.0 * ln(1000.0)
}
/// Share of the deaths of bare skin that ordinary clothes leave (CPR 16E).
pub const CLOTHED: f64 = 0.14;
/// Doses at which it hurts, blisters, chars, TDU (HSE and TNO reviews; recalled).
pub const PAIN_TDU: f64 = 92.0;
pub const SECOND_DEGREE_TDU: f64 = 290.0;
pub const THIRD_DEGREE_TDU: f64 = 1000.0;
/// HSE's dangerous doses: about 1 % of average, of vulnerable people die.
pub const DANGEROUS_TDU: f64 = 1000.0;
pub const DANGEROUS_VULNERABLE_TDU: f64 = 500.0;

/// What a flux adds in a while, TDU.
pub fn dose_tdu(heat_w_m2: f64, dt_s: f64) -> f64 {
    if heat_w_m2 > 0.0 { pow(heat_w_m2 / 1000.0, 4.0 / 3.0) * dt_s } else { 0.0 }
}

fn share(a: f64, b: f64, tdu: f64) -> f64 {
    if tdu > 0.0 { normal_cdf(a + b * (ln(tdu) + per_kw()) - 5.0) } else { 0.0 }
}
/// Share who die with bare skin.
pub fn lethality_bare(tdu: f64) -> f64 {
    share(-36.38, 2.56, tdu)
}
/// Share who die in ordinary clothes. Clothes catch fire at high doses: above 35 kW/m2 TNO counts all as dead, which the caller has to
/// judge by the flux ([`IGNITES_CLOTHES_W_M2`]).
pub fn lethality_clothed(tdu: f64) -> f64 {
    CLOTHED * lethality_bare(tdu)
}
pub const IGNITES_CLOTHES_W_M2: f64 = 35_000.0;
pub fn second_degree(tdu: f64) -> f64 {
    share(-43.14, 3.0186, tdu)
}
pub fn first_degree(tdu: f64) -> f64 {
    share(-39.83, 3.0186, tdu)
}

/// Dose of someone who turns away: stands for `reacts_s`, then runs at `speed_m_s` outward until the flux falls below 1 kW/m2 (or
/// the fire ends). `heat_w_m2(distance)` is the flux along the way.
pub fn escape_dose_tdu(
    heat_w_m2: impl Fn(f64) -> f64,
    from_m: f64,
    lasts_s: f64,
    reacts_s: f64,
    speed_m_s: f64,
) -> f64 {
    let stands = reacts_s.min(lasts_s);
    let mut tdu = dose_tdu(heat_w_m2(from_m), stands);
    let (dt, mut t): (f64, f64) = (0.25, stands);
    let mut away = from_m;
    while t < lasts_s {
        let step = dt.min(lasts_s - t);
        let q = heat_w_m2(away + 0.5 * speed_m_s * step);
        if q < 1000.0 {
            break;
        }
        tdu += dose_tdu(q, step);
        away += speed_m_s * step;
        t += step;
    }
    tdu
}

/// Usual reaction and speed of those who flee from heat: 5 s and 4 m/s (TNO).
pub const REACTS_S: f64 = 5.0;
pub const FLEES_M_S: f64 = 4.0;

/// How badly a dose burns someone in ordinary clothes who stands `z` deviations above the median in tolerance.
pub fn severity(tdu: f64, z: f64) -> Severity {
    let above = |share: f64| share >= normal_cdf(z);
    if above(lethality_clothed(tdu)) {
        Severity::Dead
    } else if tdu >= THIRD_DEGREE_TDU {
        Severity::Critical
    } else if above(second_degree(tdu)) {
        Severity::Serious
    } else if tdu >= PAIN_TDU {
        Severity::Minor
    } else {
        Severity::Unhurt
    }
}

/// The burns of one person. State, for checkpoints.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Burns {
    pub tdu: f64,
    /// The largest flux met, W/m2.
    pub most_w_m2: f64,
}

impl Burns {
    pub fn take(&mut self, heat_w_m2: f64, dt_s: f64) {
        self.tdu += dose_tdu(heat_w_m2, dt_s);
        self.most_w_m2 = self.most_w_m2.max(heat_w_m2);
    }
    pub fn severity(&self, z: f64) -> Severity {
        if self.most_w_m2 > IGNITES_CLOTHES_W_M2 && self.tdu >= SECOND_DEGREE_TDU {
            return Severity::Dead;
        }
        severity(self.tdu, z)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_of_heat_gives_the_worked_doses() {
        // Grade: reference. 60 s at 2, 5, 10 kW/m2: 151, 513, 1293 TDU; lethality of bare skin 0.000, 0.034, 0.705.
        for (kw, tdu, dead) in [(2.0, 151.0, 0.000), (5.0, 513.0, 0.034), (10.0, 1293.0, 0.705)] {
            let got = dose_tdu(1000.0 * kw, 60.0);
            assert!((got / tdu - 1.0).abs() < 3e-3, "{got}");
            assert!((lethality_bare(got) - dead).abs() < 1.5e-3, "{}", lethality_bare(got));
        }
        assert!(lethality_clothed(1293.0) < 0.11);
    }

    #[test]
    fn burns_come_before_death_and_fleeing_saves() {
        // Grade: behaviour.
        // Below some 100 TDU the three lines cross, at shares of 1e-7.
        for tdu in [150.0, 300.0, 700.0, 1500.0] {
            assert!(first_degree(tdu) >= second_degree(tdu) && second_degree(tdu) >= lethality_clothed(tdu));
        }
        let flux = |x: f64| 1e7 / (x * x);
        let stays = dose_tdu(flux(40.0), 60.0);
        let flees = escape_dose_tdu(flux, 40.0, 60.0, REACTS_S, FLEES_M_S);
        assert!(flees < 0.5 * stays, "{flees} {stays}");
        // No faster than the fire ends: a short one gives the same to both.
        assert!((escape_dose_tdu(flux, 40.0, 3.0, REACTS_S, FLEES_M_S) - dose_tdu(flux(40.0), 3.0)).abs() < 1e-9);
        assert_eq!(severity(20.0, 0.0), Severity::Unhurt);
        assert_eq!(severity(1200.0, 0.0), Severity::Critical);
        assert_eq!(severity(1200.0, -3.0), Severity::Dead);
    }
}
