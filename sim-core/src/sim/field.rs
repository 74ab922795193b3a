//! The ground as crews find it: the [`Field`] that `response` asks for, made of everything else.

use super::carry;
use super::state::*;
use super::talk::sighting;
use crate::base::chance::{Stream, draw_lognormal, draw_normal};
use crate::base::{ids::*, time::Tick};
use crate::hazard::gas::monitor;
use crate::people::Plan;
use crate::people::warn::Heard;
use crate::place::city::{City, FacilityKind};
use crate::response::field::{Field, Measured, SizedUp};
use crate::vocab::body::{Doing, Health, Point, VehicleClass, Whereabouts};
use crate::vocab::condition::{Fact, HazardKind, Topic};
use crate::vocab::event::Event;
use crate::vocab::lever::Lever;
use crate::vocab::message::Medium;
use crate::vocab::order::Advice;
use consequence::harm::thermal::dose_tdu;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// A sighting is radioed again when it changed, or after this time, s. Assumption.
const TELL_AGAIN_S: f64 = 600.0;

/// Throw of a fire crew's monitor, m: it works from that far (60 m and more for portable monitors of 40 L/s; from memory).
const THROW_M: f64 = 60.0;

/// Draws of crews under `Stream::Gas`: the error of a portable instrument, and how far a guess at a leak is off.
const PORTABLE: u32 = 301;
const SIZED_UP: u32 = 302;
/// Sigma of the logarithm of a crew's guess at the rate of a leak it stands before (assumption: half to double in four of five cases).
const SIZE_UP_SIGMA: f64 = 0.5;

/// Everything a crew can reach in one tick.
pub struct Ground<'a> {
    pub setting: &'a Setting,
    pub tick: Tick,
    pub nature: &'a Nature,
    pub residents: &'a mut Residents,
    pub traffic: &'a mut Traffic,
    pub refuges: &'a mut Refuges,
    pub lines: &'a mut Lines,
    pub levers: &'a mut Levers,
    pub events: &'a mut Events,
    /// Made when the first crew of the tick asks: most ticks nobody does.
    needs: OnceCell<Needs>,
}

/// Who needs what, where: lists by zone for all crews of a tick.
#[derive(Default)]
struct Needs {
    trapped: BTreeMap<ZoneId, BTreeSet<BuildingId>>,
    awaiting: BTreeMap<ZoneId, BTreeSet<BuildingId>>,
    hurt: BTreeMap<ZoneId, BTreeSet<PersonId>>,
    uncalled: BTreeMap<ZoneId, BTreeMap<BuildingId, u32>>,
}

impl Needs {
    fn survey(city: &City, residents: &Residents) -> Needs {
        let mut needs = Needs::default();
        let people = &residents.people;
        for i in 0..people.len() {
            let person = PersonId::of(i);
            if people.trapped[i]
                && people.doing(person) == Doing::Trapped
                && let Whereabouts::Building(b) = people.place[i]
            {
                needs.trapped.entry(city.buildings[b.index()].zone).or_default().insert(b);
            }
            if people.health[i] == Health::Serious && people.doing(person) == Doing::Hurt {
                let zone = carry::zone_of_person(city, people, person);
                needs.hurt.entry(zone).or_default().insert(person);
            }
        }
        for (h, household) in people.households.iter().enumerate() {
            if !people.at_home(HouseholdId::of(h)) {
                continue;
            }
            if household.plan == Plan::AwaitingTransport {
                needs.awaiting.entry(household.zone).or_default().insert(household.home);
            }
            if !residents.books.called_on.contains(&household.home) {
                *needs.uncalled.entry(household.zone).or_default().entry(household.home).or_insert(0) += 1;
            }
        }
        needs
    }
}

impl<'a> Ground<'a> {
    pub fn new(
        setting: &'a Setting,
        tick: Tick,
        nature: &'a Nature,
        residents: &'a mut Residents,
        traffic: &'a mut Traffic,
        refuges: &'a mut Refuges,
        lines: &'a mut Lines,
        levers: &'a mut Levers,
        events: &'a mut Events,
    ) -> Ground<'a> {
        Ground { setting, tick, nature, residents, traffic, refuges, lines, levers, events, needs: OnceCell::new() }
    }

    fn needs(&self) -> &Needs {
        self.needs.get_or_init(|| Needs::survey(&self.setting.scenario.city, self.residents))
    }
    fn needs_mut(&mut self) -> &mut Needs {
        if self.needs.get().is_none() {
            let needs = Needs::survey(&self.setting.scenario.city, self.residents);
            self.needs = OnceCell::from(needs);
        }
        self.needs.get_mut().expect("made just above")
    }
    fn nearest(&self, buildings: impl Iterator<Item = BuildingId>, at: Point) -> Option<BuildingId> {
        let city = self.city();
        buildings
            .map(|b| (city.buildings[b.index()].at.distance_m(at), b))
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
            .map(|(_, b)| b)
    }
    /// Where a crew stands that works at a point beside a fire: the coolest cell within the throw of its monitor.
    fn stand(&self, at: Point) -> Option<usize> {
        let fires = &self.nature.fires;
        if fires.spells().is_empty() {
            return None;
        }
        let cells = self.city().grid.cells_within(at, THROW_M).into_iter().chain(self.city().grid.cell_at(at));
        cells.min_by(|a, b| fires.heat_w_m2(*a).total_cmp(&fires.heat_w_m2(*b)).then(a.cmp(b)))
    }
    /// Takes people aboard: one door for all ways of being carried.
    fn aboard(&mut self, unit: UnitId, person: PersonId) {
        let people = &mut self.residents.people;
        if people.place[person.index()] == Whereabouts::OnFoot {
            self.traffic.travel.remove_walker(person);
        }
        if let Whereabouts::Shelter(f) = people.place[person.index()] {
            self.refuges.load[f.index()] -= 1;
        }
        people.place[person.index()] = Whereabouts::Aboard(unit);
        people.trapped[person.index()] = false;
        people.displaced_at[person.index()].get_or_insert(self.tick);
        self.residents.goals.remove(&person);
        self.events.tell(self.tick, Event::PersonPickedUp { person, unit });
    }
}

impl Field for Ground<'_> {
    fn now(&self) -> Tick {
        self.tick
    }
    fn seed(&self) -> u64 {
        self.setting.seed
    }
    fn city(&self) -> &City {
        &self.setting.scenario.city
    }
    fn route(&self, from: NodeId, to: NodeId, class: VehicleClass, closed: &BTreeSet<LinkId>) -> Option<Vec<LinkId>> {
        let (from, to) = (self.traffic.for_wheels(from, class), self.traffic.for_wheels(to, class));
        self.traffic.travel.unit_route(from, to, class, &|link| closed.contains(&link))
    }
    fn speed_m_s(&self, link: LinkId, class: VehicleClass) -> f64 {
        self.traffic.travel.unit_speed_m_s(link, class)
    }
    fn depth_m(&self, at: Point) -> f64 {
        self.nature.flood.depth_m()[self.city().grid.nearest_cell(at)]
    }
    fn aegl(&self, at: Point) -> u8 {
        self.city().grid.cell_at(at).map_or(0, |cell| self.nature.gas.aegl(cell))
    }
    fn seeping(&self, levee: LeveeId) -> bool {
        self.nature.flood.seeping(levee)
    }
    fn breach_width_m(&self, levee: LeveeId) -> f64 {
        self.nature.flood.breach_width_m(levee)
    }
    fn leaking(&self, site: FacilityId) -> bool {
        self.nature.leaking(site)
    }
    fn heat_w_m2(&self, at: Point) -> f64 {
        self.stand(at).map_or(0.0, |cell| self.nature.fires.heat_w_m2(cell))
    }
    fn heat_dose_tdu(&self, at: Point) -> f64 {
        let Some(cell) = self.stand(at) else { return 0.0 };
        let dose = |s: &crate::hazard::fire::Spell| dose_tdu(f64::from(s.heat_w_m2[cell]), s.dt_s);
        self.nature.fires.spells().iter().map(dose).sum()
    }
    fn overpressure_pa(&self, at: Point) -> f64 {
        self.nature.fires.hits().iter().map(|h| h.overpressure_pa(at)).fold(0.0, f64::max)
    }
    fn tank_in_danger(&self, site: FacilityId) -> bool {
        self.nature.fires.tank_in_danger(site)
    }
    fn pull(&mut self, lever: Lever, unit: UnitId) {
        self.levers.asked.push((lever, None, Some(unit)));
    }
    fn measured(&self, unit: UnitId, at: Point) -> Option<Measured> {
        let cell = self.city().grid.cell_at(at)?;
        let error = draw_normal(self.setting.seed, Stream::Gas, unit.0, self.tick, PORTABLE);
        monitor::portable(&self.nature.gas, cell, error).map(|(un, ppm)| Measured { un, ppm })
    }
    fn leak_sized_up(&self, unit: UnitId, site: FacilityId) -> Option<SizedUp> {
        let leak = self.nature.gas.leaks().iter().rev().find(|l| l.site == site)?;
        let un = self.nature.gas.of_leak(leak).un;
        // One crew keeps to its guess; another makes its own.
        let off = draw_lognormal(1.0, SIZE_UP_SIGMA, self.setting.seed, Stream::Gas, unit.0, Tick(site.0), SIZED_UP);
        Some(SizedUp { un, rate_kg_s: off * self.nature.gas.leak_kg_s(site) })
    }
    fn observe_with(&mut self, unit: UnitId, topic: Topic, value: f64, also: &[(Topic, f64)]) {
        let value = (value * 20.0).round() / 20.0;
        let fact = Fact { topic, value, observed: self.tick };
        let told = self.lines.told.get(&(unit, topic));
        if told.is_some_and(|(v, t)| *v == value && self.tick.since_s(*t) < TELL_AGAIN_S) {
            return;
        }
        self.lines.told.insert((unit, topic), (value, self.tick));
        let seen = also.iter().map(|(topic, value)| {
            let value = (value * 20.0).round() / 20.0;
            Fact { topic: *topic, value, observed: self.tick }
        });
        let facts: Vec<Fact> = std::iter::once(fact).chain(seen).collect();
        for fact in &facts {
            self.events.tell(self.tick, Event::UnitObserved { unit, fact: *fact });
        }
        sighting(self.setting, self.tick, self.lines, self.events, unit, facts);
    }
    fn trapped_near(&self, zone: ZoneId, at: Point) -> Option<BuildingId> {
        self.nearest(self.needs().trapped.get(&zone)?.iter().copied(), at)
    }
    fn board_trapped(&mut self, unit: UnitId, building: BuildingId, room: usize) -> Vec<PersonId> {
        let people = &self.residents.people;
        let waiting: Vec<PersonId> = (0..people.len())
            .map(PersonId::of)
            .filter(|p| people.place[p.index()] == Whereabouts::Building(building) && people.trapped[p.index()])
            .filter(|p| people.alive(*p))
            .collect();
        if waiting.len() <= room {
            let zone = self.city().buildings[building.index()].zone;
            if let Some(list) = self.needs_mut().trapped.get_mut(&zone) {
                list.remove(&building);
            }
        }
        let taken: Vec<PersonId> = waiting.into_iter().take(room).collect();
        for person in &taken {
            self.aboard(unit, *person);
        }
        taken
    }
    fn hurt_near(&self, zone: ZoneId, at: Point) -> Option<(PersonId, NodeId)> {
        let people = &self.residents.people;
        let city = self.city();
        let spot = |person: &PersonId| match people.place[person.index()] {
            Whereabouts::Building(b) => {
                let b = &city.buildings[b.index()];
                Some((b.at, b.node))
            }
            Whereabouts::Open { x_dm, y_dm } => {
                let p = Point::new(f64::from(x_dm) / 10.0, f64::from(y_dm) / 10.0);
                Some((p, crate::response::skill::nearest_node(city, p)))
            }
            Whereabouts::Shelter(f) => {
                let f = &city.facilities[f.index()];
                Some((f.at, f.node))
            }
            _ => None,
        };
        self.needs()
            .hurt
            .get(&zone)?
            .iter()
            .filter_map(|person| spot(person).map(|(p, node)| (p.distance_m(at), *person, node)))
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
            .map(|(_, person, node)| (person, node))
    }
    fn board_hurt(&mut self, unit: UnitId, person: PersonId) -> bool {
        let waiting = self.needs_mut().hurt.values_mut().any(|list| list.remove(&person));
        if waiting {
            self.aboard(unit, person);
        }
        waiting
    }
    fn awaiting_near(&self, zone: ZoneId, at: Point) -> Option<BuildingId> {
        self.nearest(self.needs().awaiting.get(&zone)?.iter().copied(), at)
    }
    fn board_awaiting(&mut self, unit: UnitId, building: BuildingId, room: usize) -> Vec<PersonId> {
        let people = &self.residents.people;
        let mut taken = Vec::new();
        let mut left = false;
        for h in 0..people.households.len() {
            let household = &people.households[h];
            if household.home != building || household.plan != Plan::AwaitingTransport {
                continue;
            }
            let here: Vec<PersonId> = household
                .members()
                .filter(|p| {
                    people.place[p.index()] == Whereabouts::Building(building)
                        && people.health[p.index()] < Health::Serious
                })
                .collect();
            // Families are not split unless the bus alone is too small for them.
            if taken.len() + here.len() > room && !(taken.is_empty() && here.len() > room) {
                left = true;
                continue;
            }
            taken.extend(here.into_iter().take(room));
        }
        if !left || taken.is_empty() {
            let zone = self.city().buildings[building.index()].zone;
            if let Some(list) = self.needs_mut().awaiting.get_mut(&zone) {
                list.remove(&building);
            }
        }
        for person in &taken {
            let household = self.residents.people.household_of[person.index()];
            self.residents.people.households[household.index()].plan = Plan::Leaving;
            self.aboard(unit, *person);
        }
        taken
    }
    fn uncalled_near(&self, zone: ZoneId, at: Point) -> Option<(BuildingId, u32)> {
        let list = self.needs().uncalled.get(&zone)?;
        let building = self.nearest(list.keys().copied(), at)?;
        Some((building, list[&building]))
    }
    fn call_on(&mut self, _unit: UnitId, building: BuildingId) {
        let zone = self.city().buildings[building.index()].zone;
        if let Some(list) = self.needs_mut().uncalled.get_mut(&zone) {
            list.remove(&building);
        }
        self.residents.books.called_on.insert(building);
        // Officers bring the advice of the strongest warning that is out for the zone; without one, to be ready.
        let campaign = self
            .lines
            .campaigns
            .iter()
            .rev()
            .find(|c| c.warning.zones.contains(&zone))
            .map(|c| (c.warning.advice, c.warning.hazard));
        let (advice, hazard) = campaign.unwrap_or((Advice::Prepare, HazardKind::Flood));
        let b = self.setting.scenario.behaviour.clone();
        let seed = self.setting.seed;
        let people = &mut self.residents.people;
        let at_door: Vec<HouseholdId> = (0..people.households.len())
            .map(HouseholdId::of)
            .filter(|h| people.households[h.index()].home == building && people.at_home(*h))
            .collect();
        for household in at_door {
            let heard = Heard { household, advice, hazard, medium: Medium::DoorToDoor };
            for person in people.told(seed, self.tick, heard, true, b.mill_median_s, b.mill_sigma_ln) {
                self.events.tell(self.tick, Event::PersonWarned { person, medium: Medium::DoorToDoor });
            }
        }
    }
    fn alight(&mut self, _unit: UnitId, people: Vec<PersonId>, refuge: FacilityId) -> Vec<PersonId> {
        let kind = self.city().facilities[refuge.index()].kind;
        let mut left = Vec::new();
        for person in people {
            let i = person.index();
            if kind == FacilityKind::Hospital {
                let full = f64::from(self.refuges.load[refuge.index()])
                    >= self.setting.scenario.city.facilities[refuge.index()].capacity;
                if full && !self.refuges.full_said[refuge.index()] {
                    self.refuges.full_said[refuge.index()] = true;
                    self.events.tell(self.tick, Event::HospitalFull { facility: refuge });
                }
                self.refuges.load[refuge.index()] += 1;
                self.residents.people.place[i] = Whereabouts::Hospital(refuge);
                self.events.tell(self.tick, Event::PersonHospitalised { person, facility: refuge });
                continue;
            }
            let city = self.setting.scenario.city.clone();
            match carry::admit(&city, self.refuges, self.events, self.tick, refuge) {
                carry::Door::In => {
                    self.residents.people.place[i] = Whereabouts::Shelter(refuge);
                    self.events.tell(self.tick, Event::PersonSheltered { person, facility: refuge });
                }
                carry::Door::TryOther(_) => left.push(person),
            }
        }
        left
    }
    fn set_down(&mut self, _unit: UnitId, people: Vec<PersonId>, at: Point) {
        for person in people {
            self.residents.people.place[person.index()] =
                Whereabouts::Open { x_dm: (at.x * 10.0) as i32, y_dm: (at.y * 10.0) as i32 };
        }
    }
    fn refuge_near(&self, at: NodeId, _class: VehicleClass, hospital: bool) -> Option<FacilityId> {
        let city = self.city();
        let here = city.nodes[at.index()].at;
        let kind = if hospital { FacilityKind::Hospital } else { FacilityKind::Shelter };
        city.facilities_of(kind)
            .filter(|(id, f)| {
                let room = f64::from(self.refuges.load[id.index()]) < f.capacity;
                let open = hospital || self.refuges.open[id.index()];
                // Dry at the door.
                room && open && self.depth_m(f.at) < 0.5
            })
            .map(|(id, f)| (f.at.distance_m(here), id))
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
            .map(|(_, id)| id)
    }
    fn open_shelter(&mut self, shelter: FacilityId) {
        if !self.refuges.open[shelter.index()] {
            self.refuges.open[shelter.index()] = true;
            self.events.tell(self.tick, Event::ShelterOpened { facility: shelter });
        }
    }
}
