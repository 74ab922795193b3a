//! Blast injuries (爆炸伤害) and broken glass and walls.
//!
//! ```text
//! eardrum  Pr = -15.6 + 1.93 ln P     lung  Pr = -77.1 + 6.91 ln P     glass  Pr = -18.1 + 2.79 ln P     P Pa (Eisenberg 1975)
//! houses   minor  Pr = 5 - 0.26 ln[(4600/P)^3.9 + (110/i)^5.0];   major  5 - 0.26 ln[(17500/P)^8.4 + (290/i)^9.3]
//!          fall   Pr = 5 - 0.22 ln[(40000/P)^7.4 + (460/i)^11.3]   i Pa s (TNO Green Book)
//! ```
//!
//! All recalled. Who is in a house that falls is in more danger than by the wave itself.

use super::Severity;
use base::math::{ln, normal_cdf, pow};
use serde::{Deserialize, Serialize};

fn by_pressure(a: f64, b: f64, pressure_pa: f64) -> f64 {
    if pressure_pa > 0.0 { normal_cdf(a + b * ln(pressure_pa) - 5.0) } else { 0.0 }
}
/// Share with a broken eardrum.
pub fn eardrum(pressure_pa: f64) -> f64 {
    by_pressure(-15.6, 1.93, pressure_pa)
}
/// Share who die of the lung.
pub fn lung(pressure_pa: f64) -> f64 {
    by_pressure(-77.1, 6.91, pressure_pa)
}
/// Share of panes that break.
pub fn glass(pressure_pa: f64) -> f64 {
    by_pressure(-18.1, 2.79, pressure_pa)
}

/// How badly a house is hit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[repr(u8)]
pub enum HouseDamage {
    #[default]
    None = 0,
    /// Doors, windows, tiles.
    Minor = 1,
    /// Walls cracked, parts of the roof gone.
    Major = 2,
    Fallen = 3,
}

/// Shares of houses with at least minor, at least major damage, fallen.
pub fn houses(pressure_pa: f64, impulse_pa_s: f64) -> [f64; 3] {
    if pressure_pa <= 0.0 || impulse_pa_s <= 0.0 {
        return [0.0; 3];
    }
    let share = |k: f64, (p, pn): (f64, f64), (i, im): (f64, f64)| {
        let v = pow(p / pressure_pa, pn) + pow(i / impulse_pa_s, im);
        normal_cdf(-k * ln(v))
    };
    let minor = share(0.26, (4600.0, 3.9), (110.0, 5.0));
    let major = share(0.26, (17_500.0, 8.4), (290.0, 9.3)).min(minor);
    let fallen = share(0.22, (40_000.0, 7.4), (460.0, 11.3)).min(major);
    [minor, major, fallen]
}

/// Damage of a house that stands at share `u` (0 to 1, drawn once) in the order of strength: the weakest first.
pub fn house_damage(pressure_pa: f64, impulse_pa_s: f64, u: f64) -> HouseDamage {
    let [minor, major, fallen] = houses(pressure_pa, impulse_pa_s);
    if u < fallen {
        HouseDamage::Fallen
    } else if u < major {
        HouseDamage::Major
    } else if u < minor {
        HouseDamage::Minor
    } else {
        HouseDamage::None
    }
}

/// Share who die in a house that falls: 0.5 in masonry (assumption; earthquake and bombing surveys range from 0.2 to 0.6).
pub const DIE_IN_FALLEN: f64 = 0.5;

/// How badly someone is hurt. `u` (0 to 1) is drawn once per person: their place in the order of luck. Indoors the house decides,
/// outdoors the wave, with what it throws.
pub fn severity(pressure_pa: f64, house: Option<HouseDamage>, u: f64) -> Severity {
    let wave = if u < lung(pressure_pa) {
        Severity::Dead
    } else if pressure_pa >= 55_158.0 {
        // 8 psi: thrown, hit by what flies (ALOHA's red: destruction of buildings).
        Severity::Critical
    } else if pressure_pa >= 24_132.0 && u < 0.5 {
        // 3.5 psi: serious injury likely (ALOHA's orange).
        Severity::Serious
    } else if u < eardrum(pressure_pa) || u < 0.1 * glass(pressure_pa) {
        // Cut by glass: a tenth of those behind or beside broken panes (assumption).
        Severity::Minor
    } else {
        Severity::Unhurt
    };
    let house = match house {
        None | Some(HouseDamage::None) => Severity::Unhurt,
        Some(HouseDamage::Minor) => {
            if u < 0.1 {
                Severity::Minor
            } else {
                Severity::Unhurt
            }
        }
        Some(HouseDamage::Major) => {
            if u < 0.1 {
                Severity::Serious
            } else if u < 0.5 {
                Severity::Minor
            } else {
                Severity::Unhurt
            }
        }
        Some(HouseDamage::Fallen) => {
            if u < DIE_IN_FALLEN {
                Severity::Dead
            } else if u < 0.8 {
                Severity::Critical
            } else {
                Severity::Serious
            }
        }
    };
    wave.max(house)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probits_are_half_at_their_own_pressures() {
        // Grade: exact. Pr = 5: eardrum exp(20.6/1.93) = 43.3 kPa, lung exp(82.1/6.91) = 144.6 kPa, glass exp(23.1/2.79) = 3.95 kPa.
        assert!((eardrum((20.6f64 / 1.93).exp()) - 0.5).abs() < 1e-9);
        assert!((lung((82.1f64 / 6.91).exp()) - 0.5).abs() < 1e-9);
        assert!((glass((23.1f64 / 2.79).exp()) - 0.5).abs() < 1e-9);
        assert_eq!(lung(0.0), 0.0);
    }

    #[test]
    fn harder_blows_do_more_and_houses_fall_before_lungs_give_way() {
        // Grade: behaviour.
        let mut last = [0.0; 3];
        for kpa in [2.0, 5.0, 10.0, 20.0, 40.0, 80.0] {
            let now = houses(1e3 * kpa, 20.0 * kpa);
            assert!(now.iter().zip(&last).all(|(a, b)| a >= b) && now[0] >= now[1] && now[1] >= now[2], "{now:?}");
            last = now;
        }
        assert!(houses(70e3, 3000.0)[2] > 0.5 && lung(70e3) < 0.01);
        for u in [0.05, 0.3, 0.6, 0.95] {
            let mut worst = Severity::Unhurt;
            for kpa in [1.0, 7.0, 25.0, 60.0, 200.0, 400.0] {
                let s = severity(1e3 * kpa, None, u);
                assert!(s >= worst, "{u} {kpa}");
                worst = s;
            }
        }
        assert_eq!(severity(1e3, Some(HouseDamage::Fallen), 0.3), Severity::Dead);
        assert_eq!(severity(7e3, None, 0.99), Severity::Unhurt);
    }
}
