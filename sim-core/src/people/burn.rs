//! What heat and blast do to people (热辐射与冲击波伤害). The laws are `consequence::harm`'s; here is who is where, who flees and whom walls
//! shelter.
//!
//! ```text
//! outdoors  TDU = integral q^(4/3) dt, from where one stands for 5 s, then running from the fire at 4 m/s until q < 1 kW/m2 (TNO)
//! in a car  half of the heat (assumption: glass and steel for seconds)
//! indoors   none: walls shelter; when the house is set alight its people want to leave at once
//! blast     outdoors the wave, indoors what it does to the house
//! ```
//!
//! Where someone runs is followed for the dose alone; on the map they go on where they were going.

use super::harm::Harmed;
use super::{People, breathe::Outdoors};
use crate::base::chance::{Stream, draw_normal};
use crate::base::digest::Digest;
use crate::base::{ids::*, time::Tick};
use crate::place::city::City;
use crate::vocab::body::{Cause, Health, Point, Whereabouts};
use crate::vocab::order::Advice;
use consequence::harm::Severity;
use consequence::harm::blast::{HouseDamage, severity};
use consequence::harm::thermal::{Burns, FLEES_M_S, REACTS_S};
use serde::{Deserialize, Serialize};

/// Heat that nobody runs from, W/m2.
const BEARABLE_W_M2: f64 = 1000.0;
/// Share of the heat that gets into a car (assumption).
const INTO_CAR: f64 = 0.5;
/// Step in which the way of someone who flees is followed, s.
const STEP_S: f64 = 1.0;
/// A blast below this does nothing to anybody, Pa.
const HARMLESS_PA: f64 = 500.0;

/// Someone who was in the heat of a fire. State, for checkpoints.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Burnt {
    pub burns: Burns,
    /// Time in the heat, s, and how far they ran from it, m.
    heat_s: f64,
    ran_m: f64,
}

/// Heat at the ground for a part of a tick: how long, s, and W/m2 by cell.
pub type HeatSpell<'a> = (f64, &'a [f32]);

/// A blast as people meet it.
pub struct Wave<'a> {
    pub overpressure_pa: &'a dyn Fn(Point) -> f64,
    /// What it did to a house.
    pub damage: &'a dyn Fn(BuildingId) -> HouseDamage,
}

fn health_of(severity: Severity) -> Health {
    match severity {
        Severity::Unhurt => Health::Well,
        Severity::Minor => Health::Light,
        Severity::Serious | Severity::Critical => Health::Serious,
        Severity::Dead => Health::Dead,
    }
}

impl People {
    /// Heat of a tick harms those who are not in buildings. `fires` are the middles of what burns.
    pub fn scorch(
        &mut self,
        city: &City,
        seed: u64,
        spells: &[HeatSpell],
        fires: &[Point],
        outdoors: &Outdoors,
    ) -> Vec<Harmed> {
        let mut harmed = Vec::new();
        for i in 0..self.len() {
            let person = PersonId::of(i);
            let (cell, share, runs) = match self.place[i] {
                Whereabouts::OnFoot => (outdoors.cell_of[i], 1.0, true),
                // Those who lie in the open cannot run.
                Whereabouts::Open { .. } => (outdoors.cell_of[i], 1.0, self.health[i] < Health::Serious),
                Whereabouts::Car(car) => {
                    (outdoors.cars.get(&car).map_or(Outdoors::NOWHERE, |c| c.cell), INTO_CAR, false)
                }
                Whereabouts::Aboard(unit) => {
                    (outdoors.units.get(&unit).map_or(Outdoors::NOWHERE, |c| c.cell), INTO_CAR, false)
                }
                Whereabouts::Building(_)
                | Whereabouts::Shelter(_)
                | Whereabouts::Hospital(_)
                | Whereabouts::Away(_) => continue,
            };
            if cell == Outdoors::NOWHERE || self.health[i] == Health::Dead {
                continue;
            }
            let hot = spells.iter().any(|(_, heat)| f64::from(heat[cell as usize]) * share >= BEARABLE_W_M2);
            if !hot {
                continue;
            }
            let at = city.grid.centre(cell as usize);
            let burnt = self.burns.entry(person).or_default();
            for (dt_s, heat) in spells {
                burnt.stand(&city.grid, at, *dt_s, heat, share, runs, fires);
            }
            let z = draw_normal(seed, Stream::Harm, person.0, Tick(0), 9);
            let health = health_of(burnt.burns.severity(z));
            harmed.extend(self.worsen(person, health, Cause::Heat));
        }
        harmed
    }

    /// A cloud burns through cells: who stands there in the open or sits in a car dies (as ALOHA takes it); walls shelter.
    pub fn flash(&mut self, cells: &[usize], outdoors: &Outdoors) -> Vec<Harmed> {
        if cells.is_empty() {
            return Vec::new();
        }
        let burns = |cell: u32| cell != Outdoors::NOWHERE && cells.binary_search(&(cell as usize)).is_ok();
        let caught: Vec<PersonId> = (0..self.len())
            .filter(|&i| match self.place[i] {
                Whereabouts::OnFoot | Whereabouts::Open { .. } => burns(outdoors.cell_of[i]),
                Whereabouts::Car(car) => outdoors.cars.get(&car).is_some_and(|c| burns(c.cell)),
                Whereabouts::Aboard(unit) => outdoors.units.get(&unit).is_some_and(|c| burns(c.cell)),
                Whereabouts::Building(_)
                | Whereabouts::Shelter(_)
                | Whereabouts::Hospital(_)
                | Whereabouts::Away(_) => false,
            })
            .map(PersonId::of)
            .collect();
        caught.into_iter().filter_map(|p| self.worsen(p, Health::Dead, Cause::Heat)).collect()
    }

    /// A blast harms everyone within its reach.
    pub fn blast(&mut self, city: &City, wave: &Wave, outdoors: &Outdoors) -> Vec<Harmed> {
        let mut harmed = Vec::new();
        for i in 0..self.len() {
            let open = |cell: u32| (cell != Outdoors::NOWHERE).then(|| (city.grid.centre(cell as usize), None));
            let met = match self.place[i] {
                Whereabouts::Building(b) => Some((city.buildings[b.index()].at, Some((wave.damage)(b)))),
                Whereabouts::OnFoot | Whereabouts::Open { .. } => open(outdoors.cell_of[i]),
                Whereabouts::Car(car) => outdoors.cars.get(&car).and_then(|c| open(c.cell)),
                Whereabouts::Aboard(unit) => outdoors.units.get(&unit).and_then(|c| open(c.cell)),
                Whereabouts::Shelter(f) | Whereabouts::Hospital(f) => Some((city.facilities[f.index()].at, None)),
                Whereabouts::Away(_) => None,
            };
            let Some((at, house)) = met else { continue };
            let pa = (wave.overpressure_pa)(at);
            if pa < HARMLESS_PA || self.health[i] == Health::Dead {
                continue;
            }
            let health = health_of(severity(pa, house, f64::from(self.fate[i][0])));
            harmed.extend(self.worsen(PersonId::of(i), health, Cause::Blast));
        }
        harmed
    }

    /// The people of a house that burns settle at once whether and how they leave.
    pub fn driven_out(&mut self, building: BuildingId, tick: Tick) {
        for h in 0..self.households.len() {
            if self.households[h].home == building && self.at_home(HouseholdId::of(h)) {
                self.households[h].considering = Some((Advice::Leave, tick, true));
            }
        }
    }

    /// Writes nothing while nobody was burnt.
    pub(super) fn digest_burns(&self, digest: &mut Digest) {
        for (person, burnt) in &self.burns {
            digest.u32(person.0).f64(burnt.burns.tdu).f64(burnt.ran_m);
        }
    }
}

impl Burnt {
    /// Stands or runs in the heat of a spell.
    fn stand(
        &mut self,
        grid: &crate::base::grid::Grid,
        at: Point,
        dt_s: f64,
        heat_w_m2: &[f32],
        share: f64,
        runs: bool,
        fires: &[Point],
    ) {
        let nearest = fires.iter().min_by(|a, b| a.distance_m(at).total_cmp(&b.distance_m(at)));
        let away = nearest.map_or((1.0, 0.0), |fire| {
            let d = fire.distance_m(at).max(1e-6);
            ((at.x - fire.x) / d, (at.y - fire.y) / d)
        });
        let mut left = dt_s;
        while left > 0.0 {
            let step = STEP_S.min(left);
            left -= step;
            let here = Point::new(at.x + self.ran_m * away.0, at.y + self.ran_m * away.1);
            // Beyond the edge of the map there is no heat.
            let q = grid.cell_at(here).map_or(0.0, |cell| share * f64::from(heat_w_m2[cell]));
            if q < BEARABLE_W_M2 {
                continue;
            }
            self.burns.take(q, step);
            self.heat_s += step;
            if runs && self.heat_s > REACTS_S {
                self.ran_m += FLEES_M_S * step;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::fixture::grid_town;

    #[test]
    fn who_can_run_gets_out_of_the_heat_and_who_cannot_takes_all_of_it() {
        // Grade: exact for who lies (q^(4/3) t), behaviour for who runs.
        let grid = grid_town(6, 2).grid;
        let fire = Point::new(300.0, 300.0);
        let heat: Vec<f32> = (0..grid.len())
            .map(|cell| {
                let away = grid.centre(cell).distance_m(fire).max(10.0);
                (12e6 / (away * away)) as f32
            })
            .collect();
        let at = grid.centre(grid.cell_at(Point::new(340.0, 300.0)).expect("on it"));
        let (mut lies, mut runs) = (Burnt::default(), Burnt::default());
        for _ in 0..6 {
            lies.stand(&grid, at, 10.0, &heat, 1.0, false, &[fire]);
            runs.stand(&grid, at, 10.0, &heat, 1.0, true, &[fire]);
        }
        let q = f64::from(heat[grid.nearest_cell(at)]) / 1000.0;
        assert!((lies.burns.tdu / (60.0 * q.powf(4.0 / 3.0)) - 1.0).abs() < 1e-9);
        assert!(runs.burns.tdu < 0.5 * lies.burns.tdu && runs.ran_m > 40.0, "{runs:?} {lies:?}");
    }

    #[test]
    fn a_blast_strikes_those_in_falling_houses_harder_than_those_in_whole_ones() {
        // Grade: behaviour. 12 kPa: nobody's lung is in danger; of those in a house that falls half die.
        let city = grid_town(6, 20);
        let clock = crate::base::time::Clock::parse("2026-08-14T22:00").expect("a clock");
        let struck = |damage: HouseDamage| {
            let mut people = crate::people::populate::populate(&city, &Default::default(), &clock, 1);
            let outdoors = Outdoors { cell_of: vec![Outdoors::NOWHERE; people.len()], ..Outdoors::default() };
            let wave = Wave { overpressure_pa: &|_| 12e3, damage: &|_| damage };
            people.blast(&city, &wave, &outdoors);
            let indoors = people.place.iter().filter(|p| matches!(p, Whereabouts::Building(_))).count();
            (people.health.iter().filter(|h| **h == Health::Dead).count(), indoors)
        };
        let (dead, indoors) = struck(HouseDamage::Fallen);
        assert!((0.4..0.6).contains(&(dead as f64 / indoors as f64)), "{dead} of {indoors}");
        assert_eq!(struck(HouseDamage::Minor).0, 0);
    }
}
