//! What people breathe (人员暴露): outdoors, at home, in other people's buildings, in shelters, in cars and aboard responders' vehicles;
//! and what it does to them. The laws are `consequence::harm`'s; here is who is where, and how they keep their windows.
//!
//! ```text
//! dCi/dt = lambda (Co - Ci)     lambda = lambda_b w(wind, dT) k      exact per step, and the step's mean is breathed
//! ```
//!
//! lambda_b of a building is lognormal over the city, w the weather's factor, k what its people do: windows as usual, shut
//! with fans off (就地避险), wide open (open on a dry evening, or aired after the all clear 通风). Every household has rooms of its own, so
//! that gas which came in stays until it is let out: late airing costs.

use super::harm::Harmed;
use super::{Behaviour, People, Plan};
use crate::base::chance::{Stream, draw, draw_lognormal};
use crate::base::digest::Digest;
use crate::base::{fold, ids::*, math, time::Tick};
use crate::place::city::City;
use crate::vocab::body::{Cause, Health, Whereabouts};
use crate::vocab::study::Tightness;
use consequence::harm::enclosure::Enclosures;
use consequence::harm::exposure::{Exposure, Person};
use consequence::harm::indoor::{self, Keeping};
use consequence::harm::table::DoseTable;
use consequence::substance::Probit;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Spread of air change rates over a city: geometric standard deviation (assumption, as in `consequence::harm::indoor`).
const AIR_CHANGE_GSD: f64 = indoor::CITY_SPREAD;
/// Quantile of the normal that cuts off a third, and how far the register errs (assumption).
const THIRD: f64 = 0.4307;
const REGISTER_SIGMA: f64 = 0.4;
/// The weather's factor is set anew when it has changed by this share (assumption).
const WEATHER_SHARE: f64 = 0.2;
/// Speed of traffic in a town, by which air gets into a moving car, m/s (assumption: 30 km/h).
const TRAFFIC_M_S: f64 = 8.0;
/// Below this a vehicle's air counts as clean, kg/m3: a tenth of the least that a dose table knows.
const CLEAN_KG_M3: f64 = 1e-11;

/// One substance in the air of a run. `sim` answers for the gas model.
pub struct Airborne<'a> {
    pub key: &'a str,
    pub table: &'a DoseTable,
    /// Without one nobody dies of it by the model.
    pub probit: Option<&'a Probit>,
    /// Concentration at the ground by cell, kg/m3.
    pub outside_kg_m3: &'a [f32],
}

/// The weather as houses feel it.
#[derive(Debug, Clone, Copy)]
pub struct Draught {
    pub wind_10m_m_s: f64,
    pub temperature_k: f64,
    pub raining: bool,
}

/// A vehicle and where it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cabin {
    pub cell: u32,
    pub moving: bool,
}

/// Those who are not in buildings.
#[derive(Debug, Clone, Default)]
pub struct Outdoors {
    /// Cell of everyone on foot or lying in the open, by person; [`Outdoors::NOWHERE`] for the others.
    pub cell_of: Vec<u32>,
    pub cars: BTreeMap<CarId, Cabin>,
    pub units: BTreeMap<UnitId, Cabin>,
}

impl Outdoors {
    pub const NOWHERE: u32 = u32::MAX;
}

/// How the air gets in: rows of all households, then of all buildings (for those who are not at home), then of all facilities.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Windows {
    /// Air changes per hour of each building on any day in reference weather.
    pub building_per_h: Vec<f32>,
    /// By household; empty before the first gas.
    kept: Vec<Keeping>,
    /// Air changes per hour by row.
    row_per_h: Vec<f32>,
    factor: f64,
}

/// What one substance does to everyone. State, for checkpoints.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Lungs {
    pub substance: String,
    exposure: Exposure,
    rooms: Enclosures,
    cars: BTreeMap<CarId, f32>,
    units: BTreeMap<UnitId, f32>,
}

/// Air changes per hour of a building in reference weather.
fn air_changes_h(behaviour: &Behaviour, seed: u64, building: u32) -> f64 {
    let sigma = math::ln(AIR_CHANGE_GSD);
    draw_lognormal(behaviour.air_changes_h, sigma, seed, Stream::Population, building, Tick(0), 60)
}

/// What posts know of it: a register of houses by age and windows sorts them into thirds about the median of cities, and errs by a factor,
/// lognormal (assumption; no such register is published).
pub fn register(city: &City, behaviour: &Behaviour, seed: u64) -> Vec<Tightness> {
    let third = math::exp(THIRD * math::ln(AIR_CHANGE_GSD));
    let class = |b: u32| {
        let taken = draw_lognormal(1.0, REGISTER_SIGMA, seed, Stream::Population, b, Tick(0), 61)
            * air_changes_h(behaviour, seed, b)
            / indoor::CITY_MEDIAN_PER_H;
        match taken {
            t if t < 1.0 / third => Tightness::Tight,
            t if t > third => Tightness::Leaky,
            _ => Tightness::Middling,
        }
    };
    (0..city.buildings.len() as u32).map(class).collect()
}

impl Windows {
    pub fn new(city: &City, behaviour: &Behaviour, seed: u64) -> Windows {
        Windows {
            building_per_h: (0..city.buildings.len() as u32)
                .map(|b| air_changes_h(behaviour, seed, b) as f32)
                .collect(),
            kept: Vec::new(),
            row_per_h: Vec::new(),
            factor: 0.0,
        }
    }
}

impl People {
    /// Everyone breathes from `now_s` for `dt_s`. Returns who crossed a threshold, in person order.
    pub fn breathe(
        &mut self,
        city: &City,
        behaviour: &Behaviour,
        seed: u64,
        (now_s, dt_s): (f64, f64),
        draught: Draught,
        airs: &[Airborne],
        outdoors: &Outdoors,
    ) -> Vec<Harmed> {
        let mut lungs = std::mem::take(&mut self.lungs);
        let mut windows = std::mem::take(&mut self.windows);
        self.keep_windows(&mut windows, &mut lungs, city, behaviour, seed, draught);
        let mut harmed = Vec::new();
        for air in airs {
            let k = lungs.iter().position(|l| l.substance == air.key).unwrap_or_else(|| {
                lungs.push(Lungs {
                    substance: air.key.to_string(),
                    exposure: Exposure::new(self.len(), seed, air.probit),
                    rooms: Enclosures::new(windows.row_per_h.len(), |row| per_s(windows.row_per_h[row])),
                    cars: BTreeMap::new(),
                    units: BTreeMap::new(),
                });
                lungs.len() - 1
            });
            self.breathe_one(&mut lungs[k], city, (now_s, dt_s), air, outdoors, &mut harmed);
        }
        self.lungs = lungs;
        self.windows = windows;
        harmed
    }

    /// One substance: rooms and cabins fill, then everyone takes a share of what is in front of their mouth.
    fn breathe_one(
        &mut self,
        lungs: &mut Lungs,
        city: &City,
        (now_s, dt_s): (f64, f64),
        air: &Airborne,
        outdoors: &Outdoors,
        harmed: &mut Vec<Harmed>,
    ) {
        let (homes, buildings) = (self.households.len(), city.buildings.len());
        let outside = |row: usize| {
            let at = if row < homes {
                city.buildings[self.households[row].home.index()].at
            } else if row < homes + buildings {
                city.buildings[row - homes].at
            } else {
                city.facilities[row - homes - buildings].at
            };
            air.outside_kg_m3[city.grid.nearest_cell(at)]
        };
        lungs.rooms.step(dt_s, 0.0, outside);
        let cars = ride(&mut lungs.cars, &outdoors.cars, air.outside_kg_m3, dt_s);
        let units = ride(&mut lungs.units, &outdoors.units, air.outside_kg_m3, dt_s);

        let mut mouth = vec![0.0f32; self.len()];
        let rooms = &lungs.rooms;
        fold::each_chunk(&mut mouth, fold::CHUNK, |chunk, part| {
            for (k, concentration) in part.iter_mut().enumerate() {
                let i = chunk * fold::CHUNK + k;
                *concentration = match self.place[i] {
                    _ if self.health[i] == Health::Dead => 0.0,
                    Whereabouts::Building(b) => {
                        let household = self.household_of[i].index();
                        let home = self.households[household].home == b;
                        rooms.mean_kg_m3(if home { household } else { homes + b.index() })
                    }
                    Whereabouts::Shelter(f) | Whereabouts::Hospital(f) => {
                        rooms.mean_kg_m3(homes + buildings + f.index())
                    }
                    Whereabouts::OnFoot | Whereabouts::Open { .. } => {
                        let cell = outdoors.cell_of[i];
                        if cell == Outdoors::NOWHERE { 0.0 } else { air.outside_kg_m3[cell as usize] }
                    }
                    Whereabouts::Car(car) => cars.get(&car).copied().unwrap_or(0.0),
                    Whereabouts::Aboard(unit) => units.get(&unit).copied().unwrap_or(0.0),
                    Whereabouts::Away(_) => 0.0,
                };
            }
        });
        lungs.exposure.breathe(now_s, dt_s, air.table, |i| mouth[i]);

        let exposure = &lungs.exposure;
        let worse: Vec<(usize, Health)> = fold::map(self.len().div_ceil(fold::CHUNK), |chunk| {
            (chunk * fold::CHUNK..((chunk + 1) * fold::CHUNK).min(self.len()))
                .filter(|&i| mouth[i] > 0.0)
                .map(|i| (i, health_of(&exposure.person(i))))
                .filter(|(i, health)| *health > self.health[*i])
                .collect::<Vec<_>>()
        })
        .into_iter()
        .flatten()
        .collect();
        for (i, health) in worse {
            harmed.extend(self.worsen(PersonId::of(i), health, Cause::Gas));
        }
    }

    /// Windows as people keep them now; rows whose exchange changes are told to the rooms.
    fn keep_windows(
        &self,
        windows: &mut Windows,
        lungs: &mut [Lungs],
        city: &City,
        behaviour: &Behaviour,
        seed: u64,
        draught: Draught,
    ) {
        let factor = indoor::weather_factor(draught.wind_10m_m_s, draught.temperature_k);
        let anew = windows.kept.is_empty() || (factor - windows.factor).abs() > WEATHER_SHARE * windows.factor;
        if anew {
            windows.factor = factor;
            windows.kept = vec![Keeping::Usual; self.households.len()];
            let at_rest = |b: usize| windows.building_per_h[b] * windows.factor as f32;
            // Shelters and hospitals are managed: shut, fans off as soon as gas is about (assumption), of a median building.
            let managed = (behaviour.air_changes_h * behaviour.sealed_factor * factor) as f32;
            let homes = self.households.iter().map(|h| at_rest(h.home.index()));
            let others = (0..city.buildings.len()).map(at_rest);
            windows.row_per_h = homes.chain(others).chain(city.facilities.iter().map(|_| managed)).collect();
            for (row, per_h) in windows.row_per_h.iter().enumerate() {
                for l in &mut *lungs {
                    l.rooms.set_exchange_per_s(row, per_s(*per_h));
                }
            }
        }
        for h in 0..self.households.len() {
            let keeping = match self.households[h].plan {
                Plan::Sealed => Keeping::Shut,
                Plan::Airing => Keeping::Open,
                Plan::Nothing | Plan::Upstairs | Plan::Leaving | Plan::AwaitingTransport => {
                    // Whose windows stand open on a dry evening is settled once, by an own draw.
                    let open = !draught.raining
                        && behaviour.windows_open_share > 0.0
                        && draw(seed, Stream::Gas, h as u32, Tick(0), 1) < behaviour.windows_open_share;
                    if open { Keeping::Open } else { Keeping::Usual }
                }
            };
            if keeping == windows.kept[h] {
                continue;
            }
            windows.kept[h] = keeping;
            let usual = f64::from(windows.building_per_h[self.households[h].home.index()]) * windows.factor;
            windows.row_per_h[h] = match keeping {
                Keeping::Shut => usual * behaviour.sealed_factor,
                Keeping::Usual | Keeping::Open | Keeping::Sealed => {
                    indoor::kept_per_h(usual, keeping, draught.wind_10m_m_s)
                }
            } as f32;
            for l in &mut *lungs {
                l.rooms.set_exchange_per_s(h, per_s(windows.row_per_h[h]));
            }
        }
    }

    /// Heads at or above each AEGL level by toxic load, of any substance.
    pub fn over_aegl(&self) -> [u32; 3] {
        if let [only] = self.lungs.as_slice() {
            return only.exposure.tally().reached.map(|n| n as u32);
        }
        let level = |i: usize| self.lungs.iter().map(|l| l.exposure.person(i).level()).max().unwrap_or(0);
        let mut count = [0; 3];
        for i in 0..if self.lungs.is_empty() { 0 } else { self.len() } {
            count.iter_mut().take(usize::from(level(i))).for_each(|n| *n += 1);
        }
        count
    }
    /// What a person has taken in of each substance that was in the air.
    pub fn inhaled(&self, person: PersonId) -> impl Iterator<Item = (&str, Person)> {
        self.lungs.iter().map(move |l| (l.substance.as_str(), l.exposure.person(person.index())))
    }
    /// Concentration in a household's rooms, kg/m3, of each substance.
    pub fn at_home_kg_m3(&self, household: HouseholdId) -> impl Iterator<Item = (&str, f32)> {
        self.lungs.iter().map(move |l| (l.substance.as_str(), l.rooms.inside_kg_m3(household.index())))
    }

    pub(super) fn digest_lungs(&self, digest: &mut Digest) {
        for l in &self.lungs {
            digest.pieces(self.len().div_ceil(fold::CHUNK), |chunk, digest| {
                for i in chunk * fold::CHUNK..((chunk + 1) * fold::CHUNK).min(self.len()) {
                    let person = l.exposure.person(i);
                    digest.f32s(&person.share).f32(person.dose);
                }
            });
            digest.pieces(self.households.len().div_ceil(fold::CHUNK), |chunk, digest| {
                for h in chunk * fold::CHUNK..((chunk + 1) * fold::CHUNK).min(self.households.len()) {
                    digest.f32(l.rooms.inside_kg_m3(h));
                }
            });
        }
    }
}

fn per_s(per_h: f32) -> f64 {
    f64::from(per_h) / 3600.0
}

/// AEGL-2 walks and needs first aid, AEGL-3 needs an ambulance (assumption: AEGL protect the sensitive, so that of all who
/// reach level 2 few lie down).
fn health_of(person: &Person) -> Health {
    match (person.died_s, person.level()) {
        (Some(_), _) => Health::Dead,
        (None, 3..) => Health::Serious,
        (None, 2) => Health::Light,
        (None, _) => Health::Well,
    }
}

/// Vehicles take up and lose air; gives the mean of the step in each. Those with clean air in clean air are left out.
fn ride<K: Ord + Copy>(
    inside: &mut BTreeMap<K, f32>,
    now: &BTreeMap<K, Cabin>,
    outside_kg_m3: &[f32],
    dt_s: f64,
) -> BTreeMap<K, f32> {
    inside.retain(|key, _| now.contains_key(key));
    let mut means = BTreeMap::new();
    for (key, cabin) in now {
        let (was, out) = (inside.get(key).copied().unwrap_or(0.0), outside_kg_m3[cabin.cell as usize]);
        if was == 0.0 && out == 0.0 {
            continue;
        }
        let exchange_per_s = indoor::vehicle_exchange_per_h(if cabin.moving { TRAFFIC_M_S } else { 0.0 }) / 3600.0;
        let (next, mean) = indoor::step(f64::from(was), f64::from(out), exchange_per_s, 0.0, dt_s);
        means.insert(*key, mean as f32);
        if next > CLEAN_KG_M3 {
            inside.insert(*key, next as f32);
        } else {
            inside.remove(key);
        }
    }
    means
}
