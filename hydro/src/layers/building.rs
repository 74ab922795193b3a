//! Buildings in moving water: chance of collapse by depth times speed, and up to where people upstairs are safe.
//!
//! Limits of the LifeSim technical reference manual v1.0, appendix F (read): masonry, total collapse by D V with the
//! triangle 6, 7, 8 m2/s and never below 2 m/s (Clausen & Clark 1990); engineered concrete or steel uniform from 7 to
//! 10 m2/s; anchored wood by D V^2 of 9.5 m3/s2 (Gallegos 2012) with McBean's 9 as the lower figure. Old brick houses of
//! Chinese villages: 3, 5, 7 m2/s, and soaking (more than 1 m for more than 24 h): an analyst's assumption of the
//! parameter table, low confidence. Light sheds float; the manual gives them curves (Black, Dale) that were not read:
//! they are taken as lost from the depth that floats them, 1 m, or 2 m2/s (assumption).

use super::vehicle::triangle_cdf;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Construction {
    /// 砖混
    Masonry,
    /// 框架、钢结构
    Engineered,
    /// 木结构, anchored
    Wood,
    /// 农村老旧砖房
    OldBrick,
    /// 工棚、简易房
    Light,
}

/// Below this speed masonry does not collapse by the flow, m/s (Clausen & Clark; also Jonkman's breach zone).
pub const COLLAPSE_FROM_M_S: f64 = 2.0;
/// Soaking that brings old brick down: depth and time (analyst, low).
pub const SOAK_M: f64 = 1.0;
pub const SOAK_S: f64 = 24.0 * 3600.0;
/// Chance that a soaked old brick house falls (assumption: the parameter table names the trigger and no chance).
pub const SOAK_CHANCE: f64 = 0.5;

/// What the water did at a building.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Exposure {
    pub depth_m: f64,
    pub speed_m_s: f64,
    /// Greatest depth times speed of one moment.
    pub force_m2_s: f64,
    /// Time over `SOAK_M`, s.
    pub soaked_s: f64,
}

/// Chance of total collapse.
pub fn collapse_chance(construction: Construction, water: Exposure) -> f64 {
    let fast = water.speed_m_s >= COLLAPSE_FROM_M_S;
    let by_force = |bounds: [f64; 3]| if fast { triangle_cdf(bounds, water.force_m2_s) } else { 0.0 };
    match construction {
        Construction::Masonry => by_force([6.0, 7.0, 8.0]),
        Construction::Engineered if fast => ((water.force_m2_s - 7.0) / (10.0 - 7.0)).clamp(0.0, 1.0),
        Construction::Engineered => 0.0,
        // From McBean's 9 to Gallegos' 9.5 m3/s2.
        Construction::Wood => ((water.force_m2_s * water.speed_m_s - 9.0) / (9.5 - 9.0)).clamp(0.0, 1.0),
        Construction::OldBrick => {
            let soaked = water.depth_m > SOAK_M && water.soaked_s > SOAK_S;
            by_force([3.0, 5.0, 7.0]).max(if soaked { SOAK_CHANCE } else { 0.0 })
        }
        Construction::Light => f64::from(u8::from(water.depth_m > 1.0 || water.force_m2_s > 2.0)),
    }
}

/// Storey height, m (LifeSim default 2.74, table 6, read; 2.8 to 3.0 in China).
pub const STOREY_M: f64 = 2.8;

/// Someone inside, by where he can get to (LifeSim manual, chapter 5, read with medium confidence).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refuge {
    /// Cannot climb; on the top floor: unsafe from 1.52 m (5 ft) above it.
    TopFloorLimited,
    /// Able-bodied on the top floor: unsafe from 0.30 m under its ceiling.
    TopFloor,
    /// On the roof: unsafe from 1.22 m (4 ft) above it.
    Roof,
}

/// Depth above the ground floor from which the refuge is unsafe in a house of `storeys`, m.
pub fn refuge_unsafe_m(refuge: Refuge, storeys: u32) -> f64 {
    let storeys = f64::from(storeys.max(1));
    match refuge {
        Refuge::TopFloorLimited => (storeys - 1.0) * STOREY_M + 1.52,
        Refuge::TopFloor => storeys * STOREY_M - 0.30,
        Refuge::Roof => storeys * STOREY_M + 1.22,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(depth_m: f64, speed_m_s: f64) -> Exposure {
        Exposure { depth_m, speed_m_s, force_m2_s: depth_m * speed_m_s, soaked_s: 0.0 }
    }

    /// Grade: reference (LifeSim appendix F as in the parameter table: 6, 7, 8 and 2 m/s; 7 to 10; 9 to 9.5).
    #[test]
    fn collapse_has_its_published_bounds() {
        let chance = |c, d, v| collapse_chance(c, flow(d, v));
        assert_eq!(chance(Construction::Masonry, 3.0, 2.0), 0.0);
        assert!((chance(Construction::Masonry, 3.5, 2.0) - 0.5).abs() < 1e-12);
        assert_eq!(chance(Construction::Masonry, 4.0, 2.0), 1.0);
        assert_eq!(chance(Construction::Masonry, 6.0, 1.9), 0.0, "never below 2 m/s");
        assert_eq!(chance(Construction::Engineered, 3.5, 2.0), 0.0);
        assert!((chance(Construction::Engineered, 4.25, 2.0) - 0.5).abs() < 1e-12);
        assert_eq!(chance(Construction::Engineered, 5.0, 2.0), 1.0);
        assert_eq!(chance(Construction::Wood, 1.0, 3.0), 0.0);
        assert_eq!(chance(Construction::Wood, 1.0, 3.09), 1.0);
        assert!((chance(Construction::OldBrick, 2.5, 2.0) - 0.5).abs() < 1e-12);
        let soaked = Exposure { depth_m: 1.2, soaked_s: 25.0 * 3600.0, ..Default::default() };
        assert_eq!(collapse_chance(Construction::OldBrick, soaked), SOAK_CHANCE);
        assert_eq!(collapse_chance(Construction::Masonry, soaked), 0.0);
    }

    /// Grade: reference (LifeSim chapter 5: the worked example 9 + 5 = 14 ft for two storeys of 9 ft, here 2.8 m).
    #[test]
    fn refuges_have_their_published_margins() {
        assert!((refuge_unsafe_m(Refuge::TopFloorLimited, 2) - (2.8 + 1.52)).abs() < 1e-12);
        assert!((refuge_unsafe_m(Refuge::TopFloor, 1) - 2.5).abs() < 1e-12);
        assert!((refuge_unsafe_m(Refuge::Roof, 3) - (8.4 + 1.22)).abs() < 1e-12);
    }

    /// Grade: reference (the table itself, where it is at hand).
    #[test]
    fn bounds_are_those_of_the_parameter_table() {
        let Some(rows) = crate::layers::tables::rows("building_stability.csv") else { return };
        for (construction, name) in
            [(Construction::Masonry, "masonry"), (Construction::OldBrick, "rural brick house China, old")]
        {
            let row = crate::layers::tables::row(&rows, &[name]);
            for (column, chance) in [(2, 0.0), (3, 0.5), (4, 1.0)] {
                let force: f64 = row[column].parse().unwrap();
                assert!((collapse_chance(construction, flow(force / 2.0, 2.0)) - chance).abs() < 1e-12, "{row:?}");
            }
        }
        let wood = crate::layers::tables::row(&rows, &["wood anchored"]);
        let lost: f64 = wood[3].parse().unwrap();
        assert_eq!(collapse_chance(Construction::Wood, flow(lost / 9.0 + 1e-9, 3.0)), 1.0);
        let refuge = crate::layers::tables::row(&rows, &["vertical refuge, limited mobility"]);
        assert_eq!(refuge_unsafe_m(Refuge::TopFloorLimited, 1), refuge[3].parse::<f64>().unwrap());
    }
}
