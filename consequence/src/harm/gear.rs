//! What protects those who go in (个人防护装备): by how much it thins what they breathe, and for how long.
//!
//! Assigned protection factors after 29 CFR 1910.134, table 1: half mask 10, full-face filter 50, self-contained with pressure demand
//! 10,000 (from memory, unchecked). Air by work: some 40 L/min at work, 60 to 80 at hard work (fire-service planning figures, from
//! memory); a 6.8 L cylinder at 30 MPa holds about 2,000 L.

use serde::{Deserialize, Serialize};

/// A kind of gear.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gear {
    /// Concentration outside over inside.
    pub protection_factor: f64,
    /// Air that is carried, L at the pressure of the air; `None` for filters.
    #[serde(default)]
    pub air_l: Option<f64>,
    /// Concentration above which a filter lets through, kg/m3; `None` where there is no such limit.
    #[serde(default)]
    pub most_kg_m3: Option<f64>,
    /// Gas-tight over the skin (重型防化服).
    #[serde(default)]
    pub gas_tight: bool,
}

impl Gear {
    /// A half mask with a filter.
    pub const HALF_MASK: Gear = Gear { protection_factor: 10.0, air_l: None, most_kg_m3: None, gas_tight: false };
    /// A full-face mask with a filter (过滤式防毒面具).
    pub const FULL_FACE: Gear = Gear { protection_factor: 50.0, air_l: None, most_kg_m3: None, gas_tight: false };
    /// Self-contained (正压式空气呼吸器), 6.8 L at 30 MPa.
    pub const SELF_CONTAINED: Gear =
        Gear { protection_factor: 10_000.0, air_l: Some(2000.0), most_kg_m3: None, gas_tight: false };
    /// The same in a gas-tight suit.
    pub const SUIT: Gear = Gear { gas_tight: true, ..Gear::SELF_CONTAINED };
}

/// How hard someone works: what they breathe, L/min.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effort {
    Rest,
    Work,
    Hard,
}

impl Effort {
    pub fn air_l_min(self) -> f64 {
        match self {
            Effort::Rest => 15.0,
            Effort::Work => 40.0,
            Effort::Hard => 70.0,
        }
    }
}

/// Share of the air that is kept for the way out: the whistle blows at 5.5 MPa of 30 (5.5/30 = 0.18).
pub const WHISTLE: f64 = 5.5 / 30.0;

/// Someone who wears it. State, for checkpoints.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Wearer {
    pub gear: Gear,
    /// Left, L; without a meaning for filters.
    pub air_l: f64,
}

impl Wearer {
    pub fn new(gear: Gear) -> Wearer {
        Wearer { gear, air_l: gear.air_l.unwrap_or(0.0) }
    }
    /// Breathes for a while where the air holds `kg_m3`; gives the mean concentration in the lungs, kg/m3. When the bottle runs
    /// empty in this time the rest is breathed unprotected.
    pub fn breathe(&mut self, kg_m3: f64, effort: Effort, dt_s: f64) -> f64 {
        let protected = match self.gear.air_l {
            None => 1.0,
            Some(_) => {
                let used = effort.air_l_min() * dt_s / 60.0;
                let share = if used > 0.0 { (self.air_l / used).min(1.0) } else { 1.0 };
                self.air_l = (self.air_l - used).max(0.0);
                share
            }
        };
        let through =
            if self.gear.most_kg_m3.is_some_and(|most| kg_m3 > most) { 1.0 } else { 1.0 / self.gear.protection_factor };
        kg_m3 * (protected * through + (1.0 - protected))
    }
    /// Time until the whistle at an effort, s; `None` for filters.
    pub fn time_to_whistle_s(&self, effort: Effort) -> Option<f64> {
        let all = self.gear.air_l?;
        Some(((self.air_l - WHISTLE * all) / effort.air_l_min() * 60.0).max(0.0))
    }
    /// Has to go out now: the whistle blows.
    pub fn low(&self) -> bool {
        self.gear.air_l.is_some_and(|all| self.air_l <= WHISTLE * all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bottle_protects_until_it_is_empty_and_not_a_second_longer() {
        // Grade: exact. 2,000 L at 40 L/min are 50 min, the whistle blows after 40.8.
        let mut w = Wearer::new(Gear::SELF_CONTAINED);
        assert!(
            (w.time_to_whistle_s(Effort::Work).expect("air") - 60.0 * 2000.0 * (1.0 - WHISTLE) / 40.0).abs() < 1e-9
        );
        let mut dose = 0.0;
        for _ in 0..300 {
            dose += w.breathe(1e-3, Effort::Work, 10.0) * 10.0;
        }
        assert!((dose - 1e-7 * 3000.0).abs() < 1e-9 && w.air_l < 1e-9 && w.low());
        assert_eq!(w.breathe(1e-3, Effort::Work, 10.0), 1e-3);
        // Half of a step on the last air.
        let mut half = Wearer { air_l: 20.0 / 6.0, ..Wearer::new(Gear::SELF_CONTAINED) };
        assert!((half.breathe(1e-3, Effort::Work, 10.0) - 1e-3 * (0.5 + 0.5e-4)).abs() < 1e-12);
    }

    #[test]
    fn a_filter_holds_to_its_limit() {
        // Grade: exact.
        let mut w = Wearer::new(Gear { most_kg_m3: Some(1e-4), ..Gear::FULL_FACE });
        assert!((w.breathe(9e-5, Effort::Hard, 60.0) - 9e-5 / 50.0).abs() < 1e-15);
        assert_eq!(w.breathe(2e-4, Effort::Hard, 60.0), 2e-4);
        assert!(!w.low() && w.time_to_whistle_s(Effort::Rest).is_none());
    }
}
