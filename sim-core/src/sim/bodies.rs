//! Decide, Move, Work and Harm: households make up their minds, trips go on, crews work, water and gas hurt.

use super::carry;
use super::field::Ground;
use super::state::*;
use super::talk::{advance, answer};
use crate::base::{ids::*, time::TICK_S};
use crate::people::breathe::{Airborne, Cabin, Draught, Outdoors};
use crate::people::choose::{Haven, Surroundings};
use crate::people::harm::Harmed;
use crate::people::{Intent, Plan};
use crate::place::city::FacilityKind;
use crate::response::{self, Unit};
use crate::travel::News;
use crate::vocab::body::{Duty, Health, VehicleClass, Whereabouts};
use crate::vocab::event::{Choice, Event};
use crate::vocab::message::Medium;
use crate::vocab::order::{OrderState, Why};
use bevy_ecs::prelude::*;

/// Households listen and look about once a minute, a sixth of them each tick.
const BUCKETS: usize = 6;
const BUCKET_S: f64 = BUCKETS as f64 * TICK_S as f64;
/// Speed on an e-bike against walking: 15 km/h to 4.8 km/h (assumption).
const E_BIKE_PACE: f32 = 3.1;
/// Workers who live farther than this from work ride, m (assumption).
const RIDE_FROM_M: f64 = 1500.0;
/// A shelter hands out food, water and bedding to so many an hour (assumption: four counters, 8 s a person).
const RELIEF_PER_H: usize = 1800;

/// Decide: warnings are heard.
pub fn listen(
    setting: Res<Setting>,
    now: Res<Now>,
    nature: Res<Nature>,
    lines: Res<Lines>,
    mut residents: ResMut<Residents>,
    mut events: ResMut<Events>,
    mut timing: ResMut<Timing>,
) {
    timing.begin("decide");
    let (tick, seed, scenario) = (now.tick, setting.seed, &setting.scenario);
    let bucket = (tick.0 as usize % BUCKETS, BUCKETS);
    let hour = scenario.clock.hour_of_day(tick);
    let rain = nature.flood.rain_mm_h(now.s());
    let works = |zone: ZoneId, medium: Medium| lines.comms.works(Some(zone), medium, tick);
    let heard = residents.people.listen(seed, tick, bucket, BUCKET_S, hour, rain, &lines.campaigns, &works);
    let b = &scenario.behaviour;
    for heard in heard {
        for person in residents.people.told(seed, tick, heard, false, b.mill_median_s, b.mill_sigma_ln) {
            events.tell(tick, Event::PersonWarned { person, medium: heard.medium });
        }
    }
}

/// Decide: households settle what they do; trips begin.
pub fn decide(
    setting: Res<Setting>,
    now: Res<Now>,
    nature: Res<Nature>,
    refuges: Res<Refuges>,
    mut residents: ResMut<Residents>,
    mut traffic: ResMut<Traffic>,
    mut events: ResMut<Events>,
) {
    let (tick, seed, scenario) = (now.tick, setting.seed, &setting.scenario);
    let city = &scenario.city;
    // What the public knows: shelters said to be open, exits. Nobody at home knows that one is full.
    let havens: Vec<Haven> = city
        .facilities
        .iter()
        .enumerate()
        .filter(|(_, f)| matches!(f.kind, FacilityKind::Shelter | FacilityKind::Exit))
        .map(|(i, f)| Haven {
            facility: FacilityId::of(i),
            at: f.at,
            open: f.kind == FacilityKind::Exit || refuges.open[i],
            exit: f.kind == FacilityKind::Exit,
        })
        .collect();
    let smelt = |cell: usize| nature.gas.noticed(cell);
    let around = Surroundings { city, depth_m: nature.flood.depth_m(), smelt: &smelt, havens: &havens };
    let Residents { people, goals, .. } = &mut *residents;
    let bucket = (tick.0 as usize % BUCKETS, BUCKETS);
    let (sensed, mut intents, trapped) = people.decide(&scenario.behaviour, seed, tick, bucket, &around);
    for (person, hazard) in sensed {
        events.tell(tick, Event::PersonSensed { person, hazard });
    }
    for person in trapped {
        events.tell(tick, Event::PersonTrapped { person });
    }
    intents.extend(people.going_home(tick));
    for intent in intents {
        match intent {
            Intent::GoHome { person } => {
                let i = person.index();
                let Whereabouts::Building(at) = people.place[i] else { continue };
                let home = people.household(person).home;
                if at == home {
                    continue;
                }
                let far = city.buildings[at.index()].at.distance_m(city.buildings[home.index()].at) > RIDE_FROM_M;
                let by_car = far && people.household(person).car && people.age[i] >= 18;
                let known = traffic.public_knows_closures;
                let class = if by_car { VehicleClass::Car } else { VehicleClass::Foot };
                let from = traffic.for_wheels(city.buildings[at.index()].node, class);
                let to = traffic.for_wheels(city.buildings[home.index()].node, class);
                let destination = traffic.travel.destination_at(to);
                if by_car {
                    let car = traffic.travel.start_car(&[person], from, destination, known);
                    people.place[i] = Whereabouts::Car(car);
                } else {
                    let pace = if far { E_BIKE_PACE } else { pace(people.age[i]) };
                    traffic.travel.start_walk(person, from, destination, pace, known);
                    people.place[i] = Whereabouts::OnFoot;
                }
                goals.insert(person, Goal::Home);
                events.tell(tick, Event::TripStarted { person, by_car });
            }
            Intent::Chose { household, choice } => {
                events.tell(tick, Event::HouseholdDecided { household, choice });
                let (haven, by_car) = match choice {
                    Choice::WalkTo(facility) => (facility, false),
                    Choice::DriveTo(facility) => (facility, true),
                    Choice::Stay | Choice::Seal | Choice::Air | Choice::GoUp | Choice::AwaitTransport => continue,
                };
                let home = people.households[household.index()].home;
                let party: Vec<PersonId> = people.households[household.index()]
                    .members()
                    .filter(|p| {
                        people.health[p.index()] < Health::Serious
                            && people.place[p.index()] == Whereabouts::Building(home)
                    })
                    .collect();
                set_out(&party, home, haven, by_car, city, people, goals, &mut traffic, tick, &mut events);
            }
        }
    }
}

/// Share of the normal walking speed: children and old people 0.7 (0.8-1.0 against 1.3 m/s: parameters.md 1).
fn pace(age: u8) -> f32 {
    if (12..65).contains(&age) { 1.0 } else { 0.7 }
}

/// A party leaves a building for a haven.
fn set_out(
    party: &[PersonId],
    from: BuildingId,
    haven: FacilityId,
    by_car: bool,
    city: &crate::place::city::City,
    people: &mut crate::people::People,
    goals: &mut std::collections::BTreeMap<PersonId, Goal>,
    traffic: &mut Traffic,
    tick: crate::base::time::Tick,
    events: &mut Events,
) {
    if party.is_empty() {
        return;
    }
    let class = if by_car { VehicleClass::Car } else { VehicleClass::Foot };
    let node = traffic.for_wheels(city.buildings[from.index()].node, class);
    let destination = traffic.havens[&haven];
    let known = traffic.public_knows_closures;
    if by_car {
        let car = traffic.travel.start_car(party, node, destination, known);
        for person in party {
            people.place[person.index()] = Whereabouts::Car(car);
        }
    } else {
        // A family walks at the pace of its slowest.
        let slowest = party.iter().map(|p| pace(people.age[p.index()])).fold(1.0, f32::min);
        for person in party {
            traffic.travel.start_walk(*person, node, destination, slowest, known);
            people.place[person.index()] = Whereabouts::OnFoot;
        }
    }
    for person in party {
        people.trapped[person.index()] = false;
        people.displaced_at[person.index()].get_or_insert(tick);
        goals.insert(*person, Goal::Haven(haven));
        events.tell(tick, Event::TripStarted { person: *person, by_car });
    }
}

/// Move.
pub fn travel(
    setting: Res<Setting>,
    now: Res<Now>,
    mut residents: ResMut<Residents>,
    mut traffic: ResMut<Traffic>,
    mut refuges: ResMut<Refuges>,
    mut events: ResMut<Events>,
    mut timing: ResMut<Timing>,
) {
    timing.begin("move");
    let (tick, seed, city) = (now.tick, setting.seed, &setting.scenario.city);
    let residents = &mut *residents;
    for news in traffic.travel.step(seed, tick) {
        match news {
            News::Arrived { people, .. } => {
                for person in people {
                    let goal = residents.goals.remove(&person);
                    match goal {
                        Some(Goal::Haven(facility)) if city.facilities[facility.index()].kind == FacilityKind::Exit => {
                            residents.people.place[person.index()] = Whereabouts::Away(facility);
                            events.tell(tick, Event::PersonLeft { person, exit: facility });
                        }
                        Some(Goal::Haven(facility)) => {
                            match carry::admit(city, &mut refuges, &mut events, tick, facility) {
                                carry::Door::In => {
                                    residents.people.place[person.index()] = Whereabouts::Shelter(facility);
                                    events.tell(tick, Event::PersonSheltered { person, facility });
                                }
                                carry::Door::TryOther(other) => {
                                    let node = city.facilities[facility.index()].node;
                                    residents.people.place[person.index()] = Whereabouts::OnFoot;
                                    residents.goals.insert(person, Goal::Haven(other));
                                    let destination = traffic.havens[&other];
                                    let pace = pace(residents.people.age[person.index()]);
                                    traffic.travel.start_walk(person, node, destination, pace, true);
                                }
                            }
                        }
                        Some(Goal::Home) | None => {
                            let home = residents.people.household(person).home;
                            residents.people.place[person.index()] = Whereabouts::Building(home);
                        }
                    }
                }
            }
            News::NoWay { people, at, .. } => {
                // Into the nearest building: a stranger's door, an entrance hall.
                let building = carry::nearest_building(city, at);
                for person in people {
                    residents.goals.remove(&person);
                    residents.people.place[person.index()] = Whereabouts::Building(building);
                    let household = residents.people.household_of[person.index()];
                    residents.people.households[household.index()].plan = Plan::Nothing;
                }
            }
            News::Rerouted { person, link } => events.tell(tick, Event::TripRerouted { person, link }),
            News::Stalled { car, people, link, .. } => {
                events.tell(tick, Event::CarStalled { car, link });
                let node = city.links[link.index()].from;
                for person in people {
                    let goal = residents.goals.get(&person).copied();
                    let destination = match goal {
                        Some(Goal::Haven(facility)) => traffic.havens[&facility],
                        Some(Goal::Home) | None => {
                            let home = residents.people.household(person).home;
                            traffic.travel.destination_at(city.buildings[home.index()].node)
                        }
                    };
                    residents.people.place[person.index()] = Whereabouts::OnFoot;
                    let pace = pace(residents.people.age[person.index()]);
                    traffic.travel.start_walk(person, node, destination, pace, true);
                }
            }
            News::InWater { person, link, share, depth_m, speed_m_s } => {
                if let Some(harmed) = residents.people.swept(person, depth_m, speed_m_s, f64::from(TICK_S)) {
                    tell_harm(harmed, tick, &mut residents.people, &mut events);
                    traffic.travel.remove_walker(person);
                    residents.goals.remove(&person);
                    let at = city.links[link.index()].point_at(share);
                    residents.people.place[person.index()] =
                        Whereabouts::Open { x_dm: (at.x * 10.0) as i32, y_dm: (at.y * 10.0) as i32 };
                    residents.people.displaced_at[person.index()].get_or_insert(tick);
                }
            }
        }
    }
}

fn tell_harm(harmed: Harmed, tick: crate::base::time::Tick, people: &mut crate::people::People, events: &mut Events) {
    people.hurt_at[harmed.person.index()].get_or_insert(tick);
    events.tell(tick, Event::PersonHarmed { person: harmed.person, health: harmed.health, cause: harmed.cause });
}

/// Work: every unit moves, works, carries, in id order.
pub fn work(
    setting: Res<Setting>,
    now: Res<Now>,
    nature: Res<Nature>,
    mut residents: ResMut<Residents>,
    mut traffic: ResMut<Traffic>,
    mut refuges: ResMut<Refuges>,
    mut lines: ResMut<Lines>,
    mut orders: ResMut<Orders>,
    mut levers: ResMut<Levers>,
    mut events: ResMut<Events>,
    mut timing: ResMut<Timing>,
    mut units: Query<&mut Unit>,
) {
    timing.begin("work");
    let (tick, scenario) = (now.tick, &setting.scenario);
    let mut units: Vec<_> = units.iter_mut().collect();
    units.sort_by_key(|u| u.id);
    if units.iter().all(|u| matches!(u.duty, Duty::Ready | Duty::Lost)) {
        return;
    }
    let mut ground = Ground::new(
        &setting,
        tick,
        &nature,
        &mut residents,
        &mut traffic,
        &mut refuges,
        &mut lines,
        &mut levers,
        &mut events,
    );
    for unit in &mut units {
        let spec = &scenario.units[unit.id.index()];
        let kind = &scenario.kinds[spec.kind];
        let order = unit.order;
        let Some(news) = unit.step(spec, kind, &mut ground) else { continue };
        let id = unit.id;
        if matches!(news, response::News::Failed(_)) {
            unit.go_home(spec, kind, &ground);
        }
        let Some(order) = order else {
            if news == response::News::Returned {
                ground.events.tell(tick, Event::UnitReturned { unit: id });
            }
            continue;
        };
        match news {
            response::News::Arrived => {
                let at = unit.at;
                ground.events.tell(tick, Event::UnitArrived { unit: id, order, x: at.x, y: at.y });
                if advance(&mut orders, ground.events, tick, order, OrderState::Started) {
                    answer(&setting, tick, ground.lines, ground.events, &orders, order);
                }
            }
            response::News::Finished => {
                ground.events.tell(tick, Event::UnitFinished { unit: id, order });
                // The first to say that nothing is left to do closes the order; others come home when they see it.
                if advance(&mut orders, ground.events, tick, order, OrderState::Done) {
                    answer(&setting, tick, ground.lines, ground.events, &orders, order);
                }
            }
            response::News::Failed(why) => give_up(&setting, tick, &mut orders, &mut ground, order, id, why),
            response::News::Lost(why) => {
                ground.events.tell(tick, Event::UnitLost { unit: id, why });
                give_up(&setting, tick, &mut orders, &mut ground, order, id, Why::CrewLost);
            }
            response::News::Returned => ground.events.tell(tick, Event::UnitReturned { unit: id }),
        }
    }
}

/// A unit came back without having done it; when all have, the order has failed.
fn give_up(
    setting: &Setting,
    tick: crate::base::time::Tick,
    orders: &mut Orders,
    ground: &mut Ground,
    order: OrderId,
    unit: UnitId,
    why: Why,
) {
    let entry = &mut orders.book.entries[order.index()];
    entry.units.retain(|u| *u != unit);
    entry.given_up += 1;
    let spent = entry.units.is_empty() && entry.given_up >= 3 * entry.order.units;
    if spent && advance(orders, ground.events, tick, order, OrderState::Failed(why)) {
        answer(setting, tick, ground.lines, ground.events, orders, order);
    }
}

/// Harm.
pub fn harm(
    setting: Res<Setting>,
    now: Res<Now>,
    nature: Res<Nature>,
    refuges: Res<Refuges>,
    mut residents: ResMut<Residents>,
    mut traffic: ResMut<Traffic>,
    mut events: ResMut<Events>,
    mut timing: ResMut<Timing>,
    units: Query<&Unit>,
) {
    timing.begin("harm");
    let (tick, seed, scenario) = (now.tick, setting.seed, &setting.scenario);
    let city = &scenario.city;
    let Residents { people, goals, .. } = &mut *residents;
    let mut harmed: Vec<Harmed> = Vec::new();

    let abroad = (!nature.gas.layers().is_empty() || !nature.fires.is_idle())
        .then(|| outdoors(city, people, &traffic.travel, units.iter()));
    if let Some(outdoors) = &abroad {
        harmed.extend(super::fires::harm(&setting, &nature, people, outdoors));
    }
    if let (Some(outdoors), false) = (&abroad, nature.gas.layers().is_empty()) {
        let airs: Vec<Airborne> = nature
            .gas
            .layers()
            .iter()
            .map(|l| Airborne {
                key: l.toxicant.key(),
                table: &l.toxicant.table,
                probit: l.toxicant.probit(),
                outside_kg_m3: &l.kg_m3,
            })
            .collect();
        let draught = Draught {
            wind_10m_m_s: nature.gas.air().wind_m_s(10.0),
            temperature_k: nature.gas.air().temperature_k,
            raining: nature.flood.rain_mm_h(now.s()) > 0.0,
        };
        let span = (now.s(), f64::from(TICK_S));
        harmed.extend(people.breathe(city, &scenario.behaviour, seed, span, draught, &airs, outdoors));
    }
    if tick.every_s(60) {
        let flood = &nature.flood;
        let since_h = (tick.since_s(nature.hour_ago_at) / 3600.0).max(1.0 / 60.0);
        let depth = flood.depth_m();
        let rise = |cell: usize| (depth[cell] - f64::from(nature.hour_ago_m[cell])) / since_h;
        harmed.extend(people.drown(city, seed, depth, &|cell| flood.speed_m_s(cell), &rise));
    }
    if tick.every_s(600) {
        harmed.extend(people.wait_for_help(seed, tick, 600.0));
    }
    for harm in harmed {
        tell_harm(harm, tick, people, &mut events);
        // Who is seriously hurt in the street lies where they fell.
        if harm.health >= Health::Serious
            && people.place[harm.person.index()] == Whereabouts::OnFoot
            && let Some((link, share)) = traffic.travel.remove_walker(harm.person)
        {
            let at = city.links[link.index()].point_at(share);
            people.place[harm.person.index()] =
                Whereabouts::Open { x_dm: (at.x * 10.0) as i32, y_dm: (at.y * 10.0) as i32 };
            goals.remove(&harm.person);
        }
    }
    // Relief (基本救助): food, water, a place to lie.
    if tick.every_s(600) {
        let mut left: Vec<usize> = refuges.open.iter().map(|_| RELIEF_PER_H / 6).collect();
        for i in 0..people.len() {
            if people.relieved[i] {
                continue;
            }
            let served = match people.place[i] {
                Whereabouts::Shelter(f) if left[f.index()] > 0 => {
                    left[f.index()] -= 1;
                    true
                }
                Whereabouts::Hospital(_) => true,
                _ => false,
            };
            if served {
                people.relieved[i] = true;
                events.tell(tick, Event::PersonRelieved { person: PersonId::of(i) });
            }
        }
    }
}

/// Where everyone is who is not in a building.
fn outdoors<'a>(
    city: &crate::place::city::City,
    people: &crate::people::People,
    travel: &crate::travel::Travel,
    units: impl Iterator<Item = &'a Unit>,
) -> Outdoors {
    let cell = |link: LinkId, share: f64| city.grid.nearest_cell(city.links[link.index()].point_at(share)) as u32;
    let mut outdoors = Outdoors { cell_of: vec![Outdoors::NOWHERE; people.len()], ..Outdoors::default() };
    for (i, place) in people.place.iter().enumerate() {
        if let Some((x, y)) = people_open(place)
            && let Some(cell) = city.grid.cell_at(crate::vocab::body::Point::new(x, y))
        {
            outdoors.cell_of[i] = cell as u32;
        }
    }
    for (person, link, share) in travel.walkers() {
        outdoors.cell_of[person.index()] = cell(link, share);
    }
    for (car, link, share, stalled) in travel.cars() {
        outdoors.cars.insert(car, Cabin { cell: cell(link, share), moving: !stalled });
    }
    for unit in units.filter(|u| !u.aboard.is_empty()) {
        let moving = matches!(unit.duty, Duty::Travelling | Duty::Transporting | Duty::Returning);
        outdoors.units.insert(unit.id, Cabin { cell: city.grid.nearest_cell(unit.at) as u32, moving });
    }
    outdoors
}

fn people_open(place: &Whereabouts) -> Option<(f64, f64)> {
    match place {
        Whereabouts::Open { x_dm, y_dm } => Some((f64::from(*x_dm) / 10.0, f64::from(*y_dm) / 10.0)),
        _ => None,
    }
}
