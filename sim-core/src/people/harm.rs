//! What harms people: one row per layer, with its threshold, dose and source.
//!
//! | layer | harm | source |
//! |---|---|---|
//! | water depth over the floor where one stands | death with Φ((ln h - 7.60)/2.75); fast rise Φ((ln h - 1.46)/0.28) for h >= 2.1 m | Jonkman (2007), recalled |
//! | water force h v >= 7 m2/s and v >= 2 m/s at a low house | the house goes, death 1 | Jonkman; Clausen & Clark (LifeSim app. F, read) |
//! | gas | AEGL toxic loads by level, probit for death: [`super::breathe`] | `consequence::harm` |
//!
//! Everyone has a fate: a uniform draw fixed for life against which probabilities are held, so that a worse exposure
//! can only add victims and two runs that differ in one order share their luck.

use super::{People, choose::storey_of, depth_at_building_m};
use crate::base::chance::{Stream, draw};
use crate::base::{fold, ids::*, math, time::Tick};
use crate::place::city::City;
use crate::vocab::body::{Cause, Health, Whereabouts};

/// Height of a storey, m (assumption).
const STOREY_M: f64 = 3.0;
/// Depth over the floor from which the fast-rise curve holds, m (Jonkman 2007).
const FAST_RISE_FROM_M: f64 = 2.1;
/// Serious injuries per death in floods. Assumption: hospital admissions and deaths are of one size.
const HURT_PER_DEATH: f64 = 1.0;
/// The hurt who wait die at this rate. Assumption: half are lost in 14 h without care.
const UNTREATED_PER_H: f64 = 0.05;

/// Someone was hurt or died.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Harmed {
    pub person: PersonId,
    pub health: Health,
    pub cause: Cause,
}

impl People {
    /// Water harms those indoors. `speed_m_s` of the water by cell; `rise_m_h` how fast it rose by cell.
    pub fn drown(
        &mut self,
        city: &City,
        seed: u64,
        depth_m: &[f64],
        speed_m_s: &(dyn Fn(usize) -> f64 + Sync),
        rise_m_h: &(dyn Fn(usize) -> f64 + Sync),
    ) -> Vec<Harmed> {
        let felt: Vec<(usize, f32, Health)> = fold::map(self.len().div_ceil(fold::CHUNK), |chunk| {
            let mut felt = Vec::new();
            for i in chunk * fold::CHUNK..((chunk + 1) * fold::CHUNK).min(self.len()) {
                let Whereabouts::Building(b) = self.place[i] else { continue };
                if self.health[i] == Health::Dead {
                    continue;
                }
                let depth = depth_at_building_m(city, depth_m, b);
                let building = &city.buildings[b.index()];
                if depth <= f64::from(building.plinth_m) {
                    continue;
                }
                let cell = city.grid.nearest_cell(building.at);
                let household = self.household_of[i];
                let up = if self.households[household.index()].home == b {
                    let storey = storey_of(city, self, seed, household);
                    // Whoever can go up when the water comes does so.
                    if storey == 0 && building.storeys > 1 { 1 } else { storey }
                } else {
                    u32::from(building.storeys > 1)
                };
                let over_floor = depth - f64::from(building.plinth_m) - STOREY_M * f64::from(up);
                let speed = speed_m_s(cell);
                // Masonry of up to three storeys falls at h v >= 7 and v >= 2 (engineered buildings stand).
                let swept = depth * speed >= 7.0 && speed >= 2.0 && building.storeys <= 3;
                let p = if swept { 1.0 } else { death_by_depth(over_floor, rise_m_h(cell)) };
                let fate = f64::from(self.fate[i][0]);
                let health = if p > fate {
                    Health::Dead
                } else if p * (1.0 + HURT_PER_DEATH) > fate {
                    Health::Serious
                } else {
                    Health::Well
                };
                if over_floor as f32 > self.felt_m[i] || health > self.health[i] {
                    felt.push((i, (over_floor as f32).max(self.felt_m[i]), health));
                }
            }
            felt
        })
        .into_iter()
        .flatten()
        .collect();
        let mut harmed = Vec::new();
        for (i, over_floor, health) in felt {
            self.felt_m[i] = over_floor;
            harmed.extend(self.worsen(PersonId::of(i), health, Cause::Water));
        }
        harmed
    }

    /// Someone lost their footing in deep or fast water for `dt_s` s.
    pub fn swept(&mut self, person: PersonId, depth_m: f64, speed_m_s: f64, dt_s: f64) -> Option<Harmed> {
        // Chance of drowning per minute in water one cannot stand in: 2 % per m2/s beyond the limit of standing,
        // adults 0.6 m2/s (AR&R class H3, recalled); the 2 % is an assumption.
        let over = (depth_m * speed_m_s - 0.6).max(0.0) + (depth_m - 1.2).max(0.0);
        let p = 1.0 - math::exp(-0.02 * over * dt_s / 60.0);
        let i = person.index();
        // The fate used up so far is kept in `felt_m` for walkers too: exposure adds up.
        self.felt_m[i] += p as f32;
        let fate = f64::from(self.fate[i][1]);
        let spent = f64::from(self.felt_m[i]);
        if spent > fate {
            self.worsen(person, Health::Dead, Cause::Water)
        } else if spent * 2.0 > fate {
            self.worsen(person, Health::Serious, Cause::Water)
        } else {
            None
        }
    }

    /// The seriously hurt who wait for help for another `dt_s`.
    pub fn wait_for_help(&mut self, seed: u64, tick: Tick, dt_s: f64) -> Vec<Harmed> {
        let p = 1.0 - math::exp(-UNTREATED_PER_H * dt_s / 3600.0);
        let waiting: Vec<PersonId> = (0..self.len())
            .filter(|&i| self.health[i] == Health::Serious && !matches!(self.place[i], Whereabouts::Hospital(_)))
            .map(PersonId::of)
            .collect();
        waiting
            .into_iter()
            .filter(|person| draw(seed, Stream::Harm, person.0, tick, 0) < p)
            .collect::<Vec<_>>()
            .into_iter()
            .filter_map(|person| self.worsen(person, Health::Dead, Cause::Untreated))
            .collect()
    }

    /// Health never gets better here; the dead stay dead. Returns the change, if any.
    pub fn worsen(&mut self, person: PersonId, health: Health, cause: Cause) -> Option<Harmed> {
        let i = person.index();
        if health <= self.health[i] {
            return None;
        }
        self.health[i] = health;
        self.cause[i] = Some(cause);
        Some(Harmed { person, health, cause })
    }
}

/// Chance of death in standing water of depth `h_m` over the floor, rising at `rise_m_h` (Jonkman 2007).
pub fn death_by_depth(h_m: f64, rise_m_h: f64) -> f64 {
    if h_m <= 0.0 {
        0.0
    } else if h_m >= FAST_RISE_FROM_M && rise_m_h >= 0.5 {
        math::normal_cdf((math::ln(h_m) - 1.46) / 0.28)
    } else {
        math::normal_cdf((math::ln(h_m) - 7.60) / 2.75)
    }
}

#[cfg(test)]
mod tests {
    //! Grade: reference. Check values of parameters.md section 2.
    use super::*;

    #[test]
    fn deaths_by_depth_meet_the_published_check_values() {
        for (h, fast, slow) in [(3.0, 0.098, 0.0090), (4.0, 0.396, 0.0119), (5.0, 0.700, 0.0147)] {
            assert!((death_by_depth(h, 1.0) - fast).abs() < 0.004, "fast {h}: {}", death_by_depth(h, 1.0));
            assert!((death_by_depth(h, 0.1) - slow).abs() < 0.0001, "slow {h}: {}", death_by_depth(h, 0.1));
        }
        assert!((death_by_depth(1.0, 5.0) - 0.0029).abs() < 0.0001);
    }

    #[test]
    fn the_dead_stay_dead_and_health_never_improves() {
        let city = crate::place::fixture::grid_town(3, 4);
        let clock = crate::base::time::Clock::parse("2026-08-14T22:00").unwrap();
        let mut people = crate::people::populate::populate(&city, &crate::people::Behaviour::default(), &clock, 1);
        let someone = PersonId(0);
        assert!(people.worsen(someone, Health::Dead, Cause::Water).is_some());
        assert!(people.worsen(someone, Health::Serious, Cause::Gas).is_none());
        assert_eq!(people.health[0], Health::Dead);
        assert_eq!(people.cause[0], Some(Cause::Water));
    }
}
