//! Skills: what crews can do, one function each. The list is [`Skill`]; the compiler lists every place to touch.

use super::{Field, KindSpec, Unit, field::topic};
use crate::base::chance::{Stream, draw_lognormal};
use crate::base::{ids::*, time::TICK_S};
use crate::place::city::City;
use crate::vocab::body::{Point, VehicleClass};
use crate::vocab::condition::Quantity;
use crate::vocab::lever::{Closure, Lever};
use crate::vocab::order::{Task, Why};
use serde::{Deserialize, Serialize};

/// What a unit kind may be able to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Skill {
    PatrolLevee,
    CloseBreach,
    WarnDoorToDoor,
    EvacuateZone,
    RescueFromWater,
    Ambulance,
    Cordon,
    MonitorGas,
    StopLeak,
    Pump,
    OpenShelter,
}

impl Skill {
    pub fn of(task: &Task) -> Skill {
        match task {
            Task::PatrolLevee(_) => Skill::PatrolLevee,
            Task::CloseBreach(_) => Skill::CloseBreach,
            Task::WarnDoorToDoor(_) => Skill::WarnDoorToDoor,
            Task::EvacuateZone(_) => Skill::EvacuateZone,
            Task::RescueFromWater(_) => Skill::RescueFromWater,
            Task::Ambulance(_) => Skill::Ambulance,
            Task::Cordon { .. } => Skill::Cordon,
            Task::MonitorGas(_) => Skill::MonitorGas,
            Task::StopLeak(_) => Skill::StopLeak,
            Task::Pump(_) => Skill::Pump,
            Task::OpenShelter(_) => Skill::OpenShelter,
        }
    }
}

/// What a spell of work led to.
pub enum Outcome {
    /// Busy for so long, then on.
    Busy(f64),
    /// To the next place of the same task.
    GoTo(NodeId),
    /// Takes those aboard to a refuge.
    Carry(FacilityId),
    Finished,
    Failed(Why),
}

/// Patrols walk at this speed, m/s (assumption: on the crest, at night, looking).
const PATROL_M_S: f64 = 1.2;
/// Filling and placing bags: 12 bags per hour and person; 48 bags per metre of a 0.5 m dam (parameters.md 3, read). A
/// seep of some 20 m needs a filter of that size: 80 person-hours.
const SEEP_PERSON_S: f64 = 20.0 * 48.0 / 12.0 * 3600.0;
/// Closing a breach with machines, m/h per team (5-10: parameters.md 3, assumption).
const CLOSE_M_H: f64 = 7.5;
/// Bringing up material before closing begins, s (assumption).
const CLOSE_PREPARE_S: f64 = 3600.0;
/// Calling on a building: one minute, and 20 s a household (2 persons do 12-20 households/h in villages, faster in
/// stairwells: parameters.md 1, assumption).
const CALL_S: f64 = 60.0;
const CALL_PER_HOUSEHOLD_S: f64 = 20.0;
/// A boat takes this long at a roof or window, s, and this per person (assumption).
const PICK_S: f64 = 180.0;
const PICK_PER_PERSON_S: f64 = 30.0;
/// Loading a bus: 5 min a stop (parameters.md 3, recalled).
const BUS_STOP_S: f64 = 300.0;
/// On-scene care before an ambulance leaves, s (assumption).
const CARE_S: f64 = 480.0;
/// Median time to stop a leak by hand after arrival, s; lognormal, sigma 0.5 (assumption).
const STOP_LEAK_S: f64 = 2700.0;
/// Water of a crew's monitor (移动炮), kg/s: 40 L/s (GB 19156 sizes run from 20 to 100; assumption).
const MONITOR_KG_S: f64 = 40.0;
/// Spell in which a crew keeps water on a tank, s.
const COOL_S: f64 = 60.0;
/// One measurement, s (assumption).
const MEASURE_S: f64 = 120.0;
/// How far around a site gas is measured, m (assumption: ERG large-spill distance at night for ammonia, 2.3 km).
const MONITOR_REACH_M: f64 = 4000.0;
/// Flow of a mobile pump, m3/s: 3000 m3/h (parameters.md 3, read).
const PUMP_M3_S: f64 = 0.83;
/// Opening a shelter, s (assumption).
const OPEN_S: f64 = 900.0;

/// The node to drive to for a task.
pub fn goal(task: Task, at: Point, field: &dyn Field) -> NodeId {
    let city = field.city();
    match task {
        Task::PatrolLevee(levee) | Task::CloseBreach(levee) => {
            nearest_node(city, middle(&city.levees[levee.index()].line))
        }
        Task::WarnDoorToDoor(zone) | Task::EvacuateZone(zone) | Task::Pump(zone) => {
            nearest_node(city, city.zones[zone.index()].centre)
        }
        Task::RescueFromWater(zone) => field
            .trapped_near(zone, at)
            .map_or_else(|| nearest_node(city, city.zones[zone.index()].centre), |b| city.buildings[b.index()].node),
        Task::Ambulance(zone) => field
            .hurt_near(zone, at)
            .map_or_else(|| nearest_node(city, city.zones[zone.index()].centre), |(_, node)| node),
        // A cordon is held from its rim, not from beside the leak.
        Task::Cordon { site, radius_m } => {
            let (centre, radius_m) = (city.facilities[site.index()].at, f64::from(radius_m));
            let rim = (0..city.nodes.len())
                .filter(|&n| (radius_m..1.6 * radius_m).contains(&city.nodes[n].at.distance_m(centre)))
                .map(|n| (city.nodes[n].at.distance_m(at), n))
                .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            rim.map_or(city.facilities[site.index()].node, |(_, n)| NodeId::of(n))
        }
        Task::MonitorGas(site) | Task::StopLeak(site) => city.facilities[site.index()].node,
        Task::OpenShelter(facility) => city.facilities[facility.index()].node,
    }
}

fn middle(line: &[Point]) -> Point {
    let n = line.len();
    if n % 2 == 1 { line[n / 2] } else { line[n / 2 - 1].toward(line[n / 2], 0.5) }
}

/// The nearest drivable node to a point.
pub fn nearest_node(city: &City, at: Point) -> NodeId {
    let best = (0..city.nodes.len())
        .map(|n| (city.nodes[n].at.distance_m(at), n))
        .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
        .expect("a city has nodes");
    NodeId::of(best.1)
}

/// A spell of work at the place.
pub fn work(unit: &mut Unit, kind: &KindSpec, field: &mut dyn Field) -> Outcome {
    let task = unit.task.expect("a working unit has a task");
    if !unit.aboard.is_empty() {
        return carry(unit, kind, field, matches!(task, Task::Ambulance(_)));
    }
    look_around(unit, field);
    match task {
        Task::PatrolLevee(levee) => patrol(unit, kind, levee, field),
        Task::CloseBreach(levee) => close_breach(unit, levee, field),
        Task::WarnDoorToDoor(zone) => door_to_door(unit, kind, zone, field),
        Task::EvacuateZone(zone) => evacuate(unit, kind, zone, field),
        Task::RescueFromWater(zone) => rescue(unit, kind, zone, field),
        Task::Ambulance(zone) => ambulance(unit, zone, field),
        Task::Cordon { site, radius_m } => cordon(unit, site, f64::from(radius_m), field),
        Task::MonitorGas(site) => monitor(unit, site, field),
        Task::StopLeak(site) => stop_leak(unit, kind, site, field),
        Task::Pump(_) => pump(unit, field),
        Task::OpenShelter(shelter) => {
            if unit.progress == 0.0 {
                unit.progress = 1.0;
                return Outcome::Busy(OPEN_S);
            }
            field.open_shelter(shelter);
            field.observe(unit.id, topic(Quantity::ShelterOpen, shelter.0), 1.0);
            Outcome::Finished
        }
    }
}

/// Crews see the water around them.
fn look_around(unit: &Unit, field: &mut dyn Field) {
    let at = unit.at;
    if let Some(zone) = field.city().zone_at(at) {
        let depth_m = field.depth_m(at);
        if depth_m > 0.15 {
            field.observe(unit.id, topic(Quantity::ZoneDepth, zone.0), depth_m);
        }
    }
}

fn carry(unit: &Unit, kind: &KindSpec, field: &dyn Field, hospital: bool) -> Outcome {
    match field
        .refuge_near(unit.node, kind.vehicle, hospital)
        .or_else(|| field.refuge_near(unit.node, kind.vehicle, false))
    {
        Some(refuge) => Outcome::Carry(refuge),
        None => Outcome::Busy(120.0),
    }
}

fn patrol(unit: &mut Unit, kind: &KindSpec, levee: LeveeId, field: &mut dyn Field) -> Outcome {
    let breach_m = field.breach_width_m(levee);
    if breach_m > 0.0 {
        field.observe(unit.id, topic(Quantity::BreachWidth, levee.0), breach_m);
        return Outcome::Finished;
    }
    if field.seeping(levee) {
        field.observe(unit.id, topic(Quantity::LeveeSeep, levee.0), 1.0);
        let spell_s = 60.0;
        let share = f64::from(kind.crew) * spell_s / SEEP_PERSON_S;
        field.pull(Lever::StrengthenLevee { levee, share }, unit.id);
        if !field.seeping(levee) {
            field.observe(unit.id, topic(Quantity::LeveeSeep, levee.0), 0.0);
        }
        return Outcome::Busy(spell_s);
    }
    let line = &field.city().levees[levee.index()].line;
    let length_m: f64 = line.windows(2).map(|pair| pair[0].distance_m(pair[1])).sum();
    unit.progress += PATROL_M_S * 60.0;
    // There and back, four times: patrols go on until they are relieved (assumption: the order's time).
    if unit.progress > 8.0 * length_m { Outcome::Finished } else { Outcome::Busy(60.0) }
}

fn close_breach(unit: &mut Unit, levee: LeveeId, field: &mut dyn Field) -> Outcome {
    let open_m = field.breach_width_m(levee);
    field.observe(unit.id, topic(Quantity::BreachWidth, levee.0), open_m);
    if open_m <= 0.0 {
        return Outcome::Finished;
    }
    if unit.progress == 0.0 {
        // Stone, sheet piles and machines have to come first.
        unit.progress = 1.0;
        return Outcome::Busy(CLOSE_PREPARE_S);
    }
    // Work goes on in short spells so that the breach closes as metres are won.
    field.pull(Lever::CloseBreach { levee, metres: CLOSE_M_H * 60.0 / 3600.0 }, unit.id);
    Outcome::Busy(60.0)
}

fn door_to_door(unit: &mut Unit, kind: &KindSpec, zone: ZoneId, field: &mut dyn Field) -> Outcome {
    match field.uncalled_near(zone, unit.at) {
        Some((building, households)) => {
            let here = field.city().buildings[building.index()].at;
            let walk_s = unit.at.distance_m(here) / 1.2;
            // Pairs share the work.
            let pairs = (f64::from(kind.crew) / 2.0).max(1.0);
            unit.at = here;
            field.call_on(unit.id, building);
            unit.progress += f64::from(households);
            Outcome::Busy(((CALL_S + CALL_PER_HOUSEHOLD_S * f64::from(households) + walk_s) / pairs).max(10.0))
        }
        None => {
            field.observe(unit.id, topic(Quantity::ZoneWarned, zone.0), 1.0);
            Outcome::Finished
        }
    }
}

fn evacuate(unit: &mut Unit, kind: &KindSpec, zone: ZoneId, field: &mut dyn Field) -> Outcome {
    match field.awaiting_near(zone, unit.at) {
        Some(building) => {
            let node = field.city().buildings[building.index()].node;
            if node != unit.node && unit.progress != f64::from(building.0) + 0.5 {
                unit.progress = f64::from(building.0) + 0.5;
                return Outcome::GoTo(node);
            }
            // People of the buildings around walk to the stop while it stands there.
            while unit.aboard.len() < kind.carries as usize {
                let Some(next) = field.awaiting_near(zone, unit.at) else { break };
                if field.city().buildings[next.index()].at.distance_m(unit.at) > 300.0 && !unit.aboard.is_empty() {
                    break;
                }
                let room = kind.carries as usize - unit.aboard.len();
                let boarded = field.board_awaiting(unit.id, next, room);
                if boarded.is_empty() {
                    break;
                }
                unit.aboard.extend(boarded);
            }
            Outcome::Busy(BUS_STOP_S)
        }
        None => {
            // Nobody waits now; others may still make up their minds: an hour more (assumption).
            idle(unit, 3600.0)
        }
    }
}

/// Waits in place, up to a limit, in spells of two minutes.
fn idle(unit: &mut Unit, limit_s: f64) -> Outcome {
    unit.stuck_s += 120.0;
    if unit.stuck_s > limit_s {
        unit.stuck_s = 0.0;
        return Outcome::Finished;
    }
    Outcome::Busy(120.0)
}

fn rescue(unit: &mut Unit, kind: &KindSpec, zone: ZoneId, field: &mut dyn Field) -> Outcome {
    match field.trapped_near(zone, unit.at) {
        Some(building) => {
            let node = field.city().buildings[building.index()].node;
            if node != unit.node && unit.progress != f64::from(building.0) + 0.5 {
                unit.progress = f64::from(building.0) + 0.5;
                return Outcome::GoTo(node);
            }
            unit.at = field.city().buildings[building.index()].at;
            let boarded = field.board_trapped(unit.id, building, kind.carries as usize);
            let s = PICK_S + PICK_PER_PERSON_S * boarded.len() as f64;
            unit.aboard.extend(boarded);
            unit.stuck_s = 0.0;
            Outcome::Busy(s)
        }
        None => {
            field.observe(unit.id, topic(Quantity::ZoneTrapped, zone.0), 0.0);
            idle(unit, 1200.0)
        }
    }
}

fn ambulance(unit: &mut Unit, zone: ZoneId, field: &mut dyn Field) -> Outcome {
    match field.hurt_near(zone, unit.at) {
        Some((person, node)) => {
            if node != unit.node && unit.progress != f64::from(person.0) + 0.5 {
                unit.progress = f64::from(person.0) + 0.5;
                return Outcome::GoTo(node);
            }
            if field.board_hurt(unit.id, person) {
                unit.aboard.push(person);
            }
            Outcome::Busy(CARE_S)
        }
        None => Outcome::Finished,
    }
}

fn cordon(unit: &mut Unit, site: FacilityId, radius_m: f64, field: &mut dyn Field) -> Outcome {
    if unit.progress == 0.0 {
        for link in rim(site, radius_m, field.city()) {
            field.pull(Lever::CloseRoad { link, why: Closure::Order }, unit.id);
        }
    }
    unit.progress += 60.0;
    // A cordon stands as long as the leak lasts, and half an hour more; then the roads are open again.
    if field.leaking(site) {
        unit.stuck_s = 0.0;
        return Outcome::Busy(60.0);
    }
    let outcome = idle(unit, 1800.0);
    if matches!(outcome, Outcome::Finished) {
        for link in rim(site, radius_m, field.city()) {
            field.pull(Lever::OpenRoad { link }, unit.id);
        }
    }
    outcome
}

/// The roads that lead into the circle around a site.
fn rim(site: FacilityId, radius_m: f64, city: &City) -> Vec<LinkId> {
    let centre = city.facilities[site.index()].at;
    let inside = |node: NodeId| city.nodes[node.index()].at.distance_m(centre) <= radius_m;
    (0..city.links.len())
        .map(LinkId::of)
        .filter(|l| !inside(city.links[l.index()].from) && inside(city.links[l.index()].to))
        .collect()
}

fn monitor(unit: &mut Unit, site: FacilityId, field: &mut dyn Field) -> Outcome {
    let centre = field.city().facilities[site.index()].at;
    let at = unit.at;
    let aegl = field.aegl(at);
    let measured = field.measured(unit.id, at);
    if let Some(zone) = field.city().zone_at(at) {
        let ppm = (topic(Quantity::ZonePpm, zone.0), measured.map_or(0.0, |m| m.ppm));
        field.observe_with(unit.id, topic(Quantity::ZoneGas, zone.0), f64::from(aegl), &[ppm]);
    }
    // An instrument that shows something also shows what it is.
    let known = measured.map(|m| (topic(Quantity::ReleaseSubstance, site.0), f64::from(m.un)));
    let leaks = f64::from(u8::from(field.leaking(site)));
    field.observe_with(unit.id, topic(Quantity::Release, site.0), leaks, known.as_slice());
    if !field.leaking(site) && aegl == 0 {
        unit.stuck_s += MEASURE_S;
        if unit.stuck_s > 1800.0 {
            return Outcome::Finished;
        }
    } else {
        unit.stuck_s = 0.0;
    }
    // Around the zones within reach, in turn; each unit starts at a place of its own.
    let zones: Vec<ZoneId> = (0..field.city().zones.len())
        .map(ZoneId::of)
        .filter(|z| field.city().zones[z.index()].centre.distance_m(centre) <= MONITOR_REACH_M)
        .collect();
    unit.progress += 1.0;
    let step = unit.progress as usize;
    if zones.is_empty() || step % 2 == 1 {
        return Outcome::Busy(MEASURE_S);
    }
    let zone = zones[(step / 2 + unit.id.index() * 3) % zones.len()];
    Outcome::GoTo(nearest_node(field.city(), field.city().zones[zone.index()].centre))
}

fn stop_leak(unit: &mut Unit, kind: &KindSpec, site: FacilityId, field: &mut dyn Field) -> Outcome {
    let leaks = f64::from(u8::from(field.leaking(site)));
    let judged = field.leak_sized_up(unit.id, site).map_or(Vec::new(), |l| {
        let substance = (topic(Quantity::ReleaseSubstance, site.0), f64::from(l.un));
        vec![substance, (topic(Quantity::ReleaseRate, site.0), l.rate_kg_s)]
    });
    field.observe_with(unit.id, topic(Quantity::Release, site.0), leaks, &judged);
    if !field.leaking(site) {
        return Outcome::Finished;
    }
    if !kind.protected {
        return Outcome::Failed(Why::NoBreathing);
    }
    // A tank in the heat comes first: whoever goes past it to shut a valve goes under water.
    if field.tank_in_danger(site) {
        field
            .pull(Lever::CoolTanks { site, water_kg_s: MONITOR_KG_S, duration_s: COOL_S + f64::from(TICK_S) }, unit.id);
    }
    if unit.progress == 0.0 {
        unit.progress = 1.0;
        let order = unit.order.map_or(0, |o| o.0);
        let takes_s = draw_lognormal(STOP_LEAK_S, 0.5, field.seed(), Stream::Response, site.0, field.now(), order);
        if !field.tank_in_danger(site) {
            return Outcome::Busy(takes_s);
        }
        unit.stuck_s = takes_s;
    }
    // Work beside a heated tank goes on in spells, under water, until it has taken its time.
    if field.tank_in_danger(site) && unit.stuck_s > 0.0 {
        unit.stuck_s -= COOL_S;
        return Outcome::Busy(COOL_S);
    }
    unit.stuck_s = 0.0;
    field.pull(Lever::ReduceLeak { site, share: 1.0 }, unit.id);
    // What lies on the ground burns on; the water stays as long as a tank is in its heat.
    if field.tank_in_danger(site) {
        return Outcome::Busy(COOL_S);
    }
    field.observe(unit.id, topic(Quantity::Release, site.0), 0.0);
    Outcome::Finished
}

fn pump(unit: &mut Unit, field: &mut dyn Field) -> Outcome {
    if field.depth_m(unit.at) < 0.05 {
        return idle(unit, 1200.0);
    }
    unit.stuck_s = 0.0;
    let duration_s = 300.0;
    field.pull(Lever::MobilePump { x: unit.at.x, y: unit.at.y, rate_m3_s: PUMP_M3_S, duration_s }, unit.id);
    Outcome::Busy(duration_s)
}

/// The vehicle class that a skill asks for at least, if any: a check for rosters.
pub fn needs_vehicle(skill: Skill) -> Option<VehicleClass> {
    match skill {
        Skill::RescueFromWater => Some(VehicleClass::Boat),
        Skill::PatrolLevee
        | Skill::CloseBreach
        | Skill::WarnDoorToDoor
        | Skill::EvacuateZone
        | Skill::Ambulance
        | Skill::Cordon
        | Skill::MonitorGas
        | Skill::StopLeak
        | Skill::Pump
        | Skill::OpenShelter => None,
    }
}

/// Ticks are what a spell of work is counted in; nothing is done faster than one.
pub const SHORTEST_SPELL_S: f64 = TICK_S as f64;
