//! Inject, Hazard and Roads: what the script and crews move, what water and air do, which roads that closes.

use super::state::*;
use super::truth::Truth;
use super::underpass::road_lever;
use crate::base::{ids::*, time::TICK_S};
use crate::drill::{self, Progress};
use crate::hazard::flood::FloodNews;
use crate::hazard::gas::GasNews;
use crate::people::harm::Harmed;
use crate::record::Input;
use crate::vocab::body::{Cause, Health, Whereabouts};
use crate::vocab::condition::{Fact, HazardKind};
use crate::vocab::event::Event;
use crate::vocab::lever::Lever;
use crate::vocab::message::{Message, MessageKind, Party};
use bevy_ecs::prelude::*;

const DT_S: f64 = TICK_S as f64;
/// Zones and roads are looked over once a minute.
pub(super) const LOOK_S: u32 = 60;
/// A zone counts as reached by water when this share of its land is under more than 5 cm. Assumption.
const REACHED_SHARE: f64 = 0.02;
/// A breach is closed at 5 to 10 m/h from each of its two ends (parameters.md 3, assumption): 15 m/h at most.
const CLOSE_M_H: f64 = 15.0;

/// Script, controllers and seats.
pub fn inject(
    setting: Res<Setting>,
    now: Res<Now>,
    nature: Res<Nature>,
    residents: Res<Residents>,
    refuges: Res<Refuges>,
    mut lines: ResMut<Lines>,
    mut drill: ResMut<Drill>,
    mut levers: ResMut<Levers>,
    mut events: ResMut<Events>,
    mut timing: ResMut<Timing>,
    posts: Query<&crate::command::Post>,
) {
    timing.begin("inject");
    let tick = now.tick;
    let mut by_hand = Vec::new();
    let inputs = std::mem::take(&mut drill.inputs);
    for stamped in inputs {
        match &stamped.input {
            Input::FireInject(inject) => by_hand.push(*inject),
            Input::Order { .. } => drill.seat_orders.push(stamped.input.clone()),
        }
        drill.taken.push(stamped);
    }
    let level = |hazard: HazardKind| {
        let values = posts.iter().filter_map(|p| p.picture.value(hazard.level_quantity(), 0));
        values.fold(0.0, f64::max)
    };
    let mut progress = std::mem::take(&mut drill.progress);
    let truth = Truth {
        now: tick,
        scenario: &setting.scenario,
        nature: &nature,
        residents: &residents,
        refuges: &refuges,
        lines: &lines,
        fired: &progress.fired.clone(),
        levels: [level(HazardKind::Flood), level(HazardKind::Gas)],
    };
    let acts = Progress::step(&mut progress, &setting.scenario.script, setting.seed, &truth, &by_hand);
    drill.progress = progress;
    for act in acts {
        match act {
            drill::Act::Fired(inject, how) => events.tell(tick, Event::InjectFired { inject, how }),
            drill::Act::Expired(inject) => events.tell(tick, Event::InjectExpired { inject }),
            drill::Act::Pull(inject, lever) => levers.asked.push((lever, Some(inject), None)),
            drill::Act::Say(inject, say) => {
                let message = Message {
                    id: lines.comms.next_id(),
                    kind: MessageKind::Info,
                    from: Party::Persona(say.persona),
                    to: vec![Party::Post(say.to)],
                    medium: say.medium,
                    facts: say
                        .claims
                        .iter()
                        .map(|(topic, value)| Fact { topic: *topic, value: *value, observed: tick })
                        .collect(),
                    text: say.text,
                    sent: tick,
                    inject: Some(inject),
                };
                events.tell(tick, Event::MessageSent(message.clone()));
                let posts = &setting.scenario.posts;
                lines.comms.send(setting.seed, tick, message, &|party| super::talk::zone_of(posts, party), false);
            }
        }
    }
}

/// Every lever goes to its one owner.
pub fn pull_levers(
    setting: Res<Setting>,
    now: Res<Now>,
    mut levers: ResMut<Levers>,
    mut nature: ResMut<Nature>,
    mut traffic: ResMut<Traffic>,
    mut residents: ResMut<Residents>,
    mut lines: ResMut<Lines>,
    mut events: ResMut<Events>,
) {
    let (tick, city) = (now.tick, &setting.scenario.city);
    for room in levers.closing_m.values_mut() {
        *room = (*room + CLOSE_M_H * DT_S / 3600.0).min(CLOSE_M_H / 60.0);
    }
    for (mut lever, inject, unit) in std::mem::take(&mut levers.asked) {
        if let Lever::CloseBreach { levee, metres } = &mut lever {
            let room = levers.closing_m.entry(*levee).or_insert(0.0);
            *metres = metres.min(*room);
            *room -= *metres;
        }
        // Spells of work pull small levers many times; only what changes the story is told.
        let routine = matches!(
            lever,
            Lever::StrengthenLevee { .. }
                | Lever::CloseBreach { .. }
                | Lever::MobilePump { .. }
                | Lever::CoolTanks { .. }
        );
        if !routine {
            events.tell(tick, Event::LeverPulled { lever: lever.clone(), inject, unit });
        }
        match &lever {
            Lever::SeepLevee(_)
            | Lever::BreachLevee { .. }
            | Lever::StrengthenLevee { .. }
            | Lever::CloseBreach { .. }
            | Lever::SetPump { .. }
            | Lever::MobilePump { .. }
            | Lever::Works(_)
            | Lever::AddRain { .. } => nature.flood.obey(&lever, now.s()),
            Lever::ReleaseGas { .. } | Lever::Spill { .. } | Lever::SetWind { .. } => nature.gas.obey(&lever, now.s()),
            Lever::ReduceLeak { .. } => {
                nature.gas.obey(&lever, now.s());
                super::fires::obey(&mut nature, &lever, now.s());
            }
            Lever::Burn { .. } | Lever::ExplodeDust { .. } | Lever::PlaceTank { .. } | Lever::CoolTanks { .. } => {
                super::fires::obey(&mut nature, &lever, now.s())
            }
            Lever::CloseRoad { .. } | Lever::OpenRoad { .. } => traffic.travel.obey(&lever),
            Lever::Outage { zone, medium, duration_s } => {
                lines.comms.fail(*zone, *medium, tick.plus_s(*duration_s), tick);
                events.tell(tick, Event::OutageBegan { zone: *zone, what: *medium });
            }
            Lever::Casualties { zone, people, health } => {
                for harmed in strike(&mut residents, city, *zone, *people, *health) {
                    residents.people.hurt_at[harmed.person.index()].get_or_insert(tick);
                    events.tell(
                        tick,
                        Event::PersonHarmed { person: harmed.person, health: harmed.health, cause: harmed.cause },
                    );
                }
            }
        }
    }
}

/// The first people at home in a zone are hurt, in id order.
fn strike(
    residents: &mut Residents,
    city: &crate::place::city::City,
    zone: ZoneId,
    people: u32,
    health: Health,
) -> Vec<Harmed> {
    let mut harmed = Vec::new();
    for i in 0..residents.people.len() {
        if harmed.len() as u32 == people {
            break;
        }
        let person = PersonId::of(i);
        let here = matches!(residents.people.place[i],
            Whereabouts::Building(b) if city.buildings[b.index()].zone == zone);
        if here {
            harmed.extend(residents.people.worsen(person, health, Cause::Inject));
        }
    }
    harmed
}

/// Water.
pub fn flow(
    setting: Res<Setting>,
    now: Res<Now>,
    lines: Res<Lines>,
    mut nature: ResMut<Nature>,
    mut traffic: ResMut<Traffic>,
    mut events: ResMut<Events>,
    mut timing: ResMut<Timing>,
) {
    timing.begin("flood");
    let (tick, city) = (now.tick, &setting.scenario.city);
    if nature.flood.structures().is_some() {
        for (z, zone) in city.zones.iter().enumerate() {
            nature.flood.zone_power(&zone.key, !lines.comms.power_out(ZoneId::of(z)));
        }
    }
    for news in nature.flood.advance(now.s(), DT_S) {
        let event = match news {
            FloodNews::Seeping(levee) => Event::LeveeSeeps { levee },
            FloodNews::Strengthened(levee) => Event::LeveeStrengthened { levee },
            FloodNews::Breached { levee, x, y } => Event::LeveeBreached { levee, x, y },
            FloodNews::BreachClosed(levee) => Event::BreachClosed { levee },
            FloodNews::PumpStopped { facility, why } => Event::PumpStopped { facility, why },
            FloodNews::PumpStarted(facility) => Event::PumpStarted { facility },
            FloodNews::Works(news) => {
                if let Some(lever) = road_lever(city, &nature.flood, &news) {
                    traffic.travel.obey(&lever);
                }
                Event::Works(news)
            }
            FloodNews::Intervention(what) => Event::Intervention { model: "flood".into(), what },
        };
        events.tell(tick, event);
    }
    if !tick.every_s(LOOK_S) {
        return;
    }
    let nature = &mut *nature;
    let depth = nature.flood.depth_m();
    for (z, cells) in nature.zone_cells.iter().enumerate() {
        let wet: Vec<f64> = cells.iter().map(|c| depth[*c as usize]).filter(|d| *d > 0.05).collect();
        let zone = &mut nature.zones[z];
        zone.wet_share = wet.len() as f64 / (cells.len().max(1)) as f64;
        zone.depth_m = if wet.is_empty() { 0.0 } else { wet.iter().sum::<f64>() / wet.len() as f64 };
        if !zone.water_said && zone.wet_share > REACHED_SHARE && zone.depth_m > 0.1 {
            zone.water_said = true;
            events.tell(tick, Event::WaterReached { zone: ZoneId::of(z), depth_m: zone.depth_m });
        }
    }
    if tick.since_s(nature.hour_ago_at) >= 3600.0 {
        nature.hour_ago_at = tick;
        for (before, depth) in nature.hour_ago_m.iter_mut().zip(nature.flood.depth_m()) {
            *before = *depth as f32;
        }
    }
}

/// Air.
pub fn drift(
    setting: Res<Setting>,
    now: Res<Now>,
    mut nature: ResMut<Nature>,
    mut events: ResMut<Events>,
    mut timing: ResMut<Timing>,
) {
    timing.begin("gas");
    let (tick, clock) = (now.tick, setting.scenario.clock);
    for news in nature.gas.advance(now.s(), DT_S, clock.hour_of_day(tick)) {
        let event = match news {
            GasNews::Released { site, substance, rate_kg_s } => Event::GasReleased { site, substance, rate_kg_s },
            GasNews::Stopped { site, released_kg } => Event::GasStopped { site, released_kg },
            GasNews::Refused(what) => Event::Intervention { model: "gas".into(), what },
            GasNews::WindTurned { speed_m_s, from_deg } => Event::WindTurned { speed_m_s, from_deg },
        };
        events.tell(tick, event);
    }
    if !tick.every_s(LOOK_S) {
        return;
    }
    let Nature { gas, zones, zone_cells, .. } = &mut *nature;
    if gas.layers().is_empty() {
        return;
    }
    for (z, cells) in zone_cells.iter().enumerate() {
        (zones[z].aegl, zones[z].smelt) = (0, false);
        for layer in gas.layers() {
            let worst = f64::from(cells.iter().map(|c| layer.kg_m3[*c as usize]).fold(0.0, f32::max));
            zones[z].aegl = zones[z].aegl.max(layer.toxicant.aegl_level(worst, 10.0));
            zones[z].smelt |= worst > layer.toxicant.noticed_kg_m3;
        }
        if zones[z].aegl > zones[z].aegl_said {
            zones[z].aegl_said = zones[z].aegl;
            events.tell(tick, Event::GasReached { zone: ZoneId::of(z), aegl: zones[z].aegl });
        }
    }
}

/// Roads.
pub fn close_roads(
    setting: Res<Setting>,
    now: Res<Now>,
    nature: Res<Nature>,
    mut traffic: ResMut<Traffic>,
    mut events: ResMut<Events>,
    mut timing: ResMut<Timing>,
) {
    timing.begin("roads");
    if !now.tick.every_s(LOOK_S) {
        return;
    }
    let flood = &nature.flood;
    let changes = traffic.travel.update_roads(
        &setting.scenario.city,
        flood.depth_m(),
        &|cell| flood.speed_m_s(cell),
        nature.gas.concentration_kg_m3(),
    );
    for (link, closure) in changes {
        let event = match closure {
            Some(why) => Event::RoadClosed { link, why },
            None => Event::RoadOpened { link },
        };
        events.tell(now.tick, event);
    }
}
