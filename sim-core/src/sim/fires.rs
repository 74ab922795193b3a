//! Fire, tanks and blast in the tick: the layer of heat is drawn, tanks read it, blasts close roads with debris; people, crews and
//! roads meet it.

use super::state::*;
use crate::base::{ids::*, time::TICK_S};
use crate::hazard::fire::cloud::Sparks;
use crate::hazard::fire::{Around, FireNews, Fires};
use crate::hazard::gas::BurntOff;
use crate::people::burn::{HeatSpell, Wave};
use crate::people::{breathe::Outdoors, harm::Harmed};
use crate::place::city::City;
use crate::vocab::body::{Point, Whereabouts};
use crate::vocab::event::Event;
use crate::vocab::lever::{Closure, Lever};
use bevy_ecs::prelude::*;
use consequence::fire::burn::{BurnSpec, Burns};
use consequence::fire::store::easily_lit;
use std::collections::BTreeMap;

const DT_S: f64 = TICK_S as f64;
/// Heat through which nobody drives or walks, W/m2: pain within a quarter of a minute (ALOHA's orange line; the use for roads is an
/// assumption).
const ROAD_W_M2: f32 = 5000.0;
/// A street is looked at in so many places.
const SAMPLES: usize = 5;

/// Hazard: fires burn, tanks heat, blasts go out.
pub fn burn(
    setting: Res<Setting>,
    now: Res<Now>,
    mut nature: ResMut<Nature>,
    mut residents: ResMut<Residents>,
    traffic: Res<Traffic>,
    mut levers: ResMut<Levers>,
    mut events: ResMut<Events>,
    mut timing: ResMut<Timing>,
) {
    timing.begin("fire");
    let (tick, city) = (now.tick, &setting.scenario.city);
    let nature = &mut *nature;
    let around = Around::of(&nature.gas);
    for news in nature.fires.advance(city, now.s(), DT_S, around) {
        match news {
            FireNews::Began { node } => {
                let event = Event::FireBegan {
                    site: node.site,
                    what: node.what,
                    substance: node.substance,
                    x: node.x,
                    y: node.y,
                };
                events.tell(tick, event);
            }
            FireNews::Ended { site, what, burnt_kg } => events.tell(tick, Event::FireEnded { site, what, burnt_kg }),
            FireNews::Chain(link) => events.tell(tick, Event::Chain(link)),
            FireNews::Blast { node, houses, debris } => {
                let links = under_debris(city, &debris);
                // A street counts once for its two directions.
                let once = |l: &&LinkId| city.links[l.index()].twin.is_none_or(|twin| twin > **l);
                let roads = links.iter().filter(once).count() as u32;
                for link in links {
                    levers.asked.push((Lever::CloseRoad { link, why: Closure::Debris }, None, None));
                }
                let event = Event::Blast { site: node.site, what: node.what, x: node.x, y: node.y, houses, roads };
                events.tell(tick, event);
            }
            FireNews::Alight(building) => {
                residents.people.driven_out(building, tick);
                let zone = city.buildings[building.index()].zone;
                events.tell(tick, Event::BuildingAlight { building, zone });
            }
            FireNews::Ask(lever) => levers.asked.push((*lever, None, None)),
            FireNews::Refused(what) => events.tell(tick, Event::Intervention { model: "fire".into(), what }),
        }
    }
    if tick.every_s(super::nature::LOOK_S) {
        close_hot_roads(city, nature.fires.steady_w_m2(), &traffic, &mut levers);
    }
}

/// Hazard: clouds that can burn look for a spark; what is lit burns out of the air, and what goes on leaking burns where it leaks.
pub fn ignite(
    setting: Res<Setting>,
    now: Res<Now>,
    mut nature: ResMut<Nature>,
    residents: Res<Residents>,
    traffic: Res<Traffic>,
    mut events: ResMut<Events>,
) {
    let (tick, city) = (now.tick, &setting.scenario.city);
    let Nature { gas, fires, .. } = &mut *nature;
    let burns = |layer: &crate::hazard::gas::Layer| easily_lit(&layer.toxicant.substance);
    if !gas.layers().iter().any(burns) {
        return;
    }
    let sparks = sparks(city, fires, &residents, &traffic);
    let mut lit = Vec::new();
    for layer in gas.layers().iter().filter(|l| burns(l)) {
        if let Some(link) = fires.meet(city, gas, layer, &sparks, tick, DT_S) {
            lit.push((layer.toxicant.substance.clone(), link));
        }
    }
    let around = Around::of(gas);
    for (s, link) in lit {
        events.tell(tick, Event::Chain(link));
        for BurntOff { site, rest, released_kg } in gas.burn_off(&s.key, now.s()) {
            events.tell(tick, Event::GasStopped { site, released_kg });
            let Some((rate_kg_s, lasts_s)) = rest else { continue };
            let pressure_pa = s.vapour_pressure_pa(around.air.temperature_k);
            // What boils in the open air leaves as a jet, what does not as a pool.
            let what = if pressure_pa > 1.1 * around.air.pressure_pa {
                let temperature_k = around.air.temperature_k;
                Burns::Jet {
                    rate_kg_s,
                    duration_s: lasts_s,
                    pressure_pa,
                    temperature_k,
                    two_phase: true,
                    height_m: 0.0,
                }
            } else {
                let brightness = Default::default();
                Burns::Pool { spilled_kg: 0.0, leak_kg_s: rate_kg_s, leak_s: lasts_s, bund_m2: None, brightness }
            };
            fires.burn(site, &BurnSpec { substance: s.key.clone(), offset_m: (0.0, 0.0), what }, now.s(), &around);
        }
    }
}

/// Flames, running cars and people at home, by cell.
fn sparks(city: &City, fires: &Fires, residents: &Residents, traffic: &Traffic) -> Sparks {
    let cell = |p: Point| city.grid.nearest_cell(p);
    let mut inside = vec![0u32; city.buildings.len()];
    for place in &residents.people.place {
        if let Whereabouts::Building(b) = place {
            inside[b.index()] += 1;
        }
    }
    let cars = traffic.travel.cars().filter(|(.., stalled)| !stalled);
    Sparks {
        flames: fires.flames_at().map(|(at, _)| cell(at)).collect(),
        cars: cars.map(|(car, link, share, _)| (car, cell(city.links[link.index()].point_at(share)))).collect(),
        homes: inside
            .iter()
            .enumerate()
            .filter(|(_, people)| **people > 0)
            .map(|(b, people)| (BuildingId::of(b), cell(city.buildings[b].at), *people))
            .collect(),
    }
}

/// Streets that lead through a circle of debris.
fn under_debris(city: &City, debris: &[(Point, f64)]) -> Vec<LinkId> {
    let buried = |link: &crate::place::city::Link| {
        samples().any(|share| debris.iter().any(|(middle, r)| link.point_at(share).distance_m(*middle) <= *r))
    };
    city.links.iter().enumerate().filter(|(_, l)| buried(l)).map(|(row, _)| LinkId::of(row)).collect()
}

fn samples() -> impl Iterator<Item = f64> {
    (0..SAMPLES).map(|k| k as f64 / (SAMPLES - 1) as f64)
}

/// Streets in great heat are closed, and open again when it is over.
fn close_hot_roads(city: &City, heat_w_m2: &[f32], traffic: &Traffic, levers: &mut Levers) {
    if heat_w_m2.is_empty() && levers.hot.is_empty() {
        return;
    }
    let at = |p: Point| city.grid.cell_at(p).and_then(|cell| heat_w_m2.get(cell)).copied().unwrap_or(0.0);
    // What was closed by order or debris stays as it is.
    let closed: BTreeMap<LinkId, Closure> = traffic.travel.closed().into_iter().collect();
    for (row, link) in city.links.iter().enumerate() {
        let id = LinkId::of(row);
        let hot = samples().any(|share| at(link.point_at(share)) >= ROAD_W_M2);
        if hot && !closed.contains_key(&id) && levers.hot.insert(id) {
            levers.asked.push((Lever::CloseRoad { link: id, why: Closure::Heat }, None, None));
        } else if !hot && levers.hot.remove(&id) && closed.get(&id) == Some(&Closure::Heat) {
            levers.asked.push((Lever::OpenRoad { link: id }, None, None));
        }
    }
}

/// Harm by heat and blast.
pub fn harm(
    setting: &Setting,
    nature: &Nature,
    people: &mut crate::people::People,
    outdoors: &Outdoors,
) -> Vec<Harmed> {
    let (city, fires) = (&setting.scenario.city, &nature.fires);
    let spells: Vec<HeatSpell> = fires.spells().iter().map(|s| (s.dt_s, s.heat_w_m2.as_slice())).collect();
    let mut harmed = if spells.is_empty() {
        Vec::new()
    } else {
        people.scorch(city, setting.seed, &spells, &fires.middles(), outdoors)
    };
    harmed.extend(people.flash(fires.flashed(), outdoors));
    for hit in fires.hits() {
        let overpressure_pa = |p: Point| hit.overpressure_pa(p);
        let damage = |b: BuildingId| hit.struck.0.get(&b).copied().unwrap_or_default();
        let wave = Wave { overpressure_pa: &overpressure_pa, damage: &damage };
        harmed.extend(people.blast(city, &wave, outdoors));
    }
    harmed
}

/// The lever of a fire, by its owner.
pub fn obey(nature: &mut Nature, lever: &Lever, now_s: f64) {
    let around = Around::of(&nature.gas);
    match lever {
        Lever::Burn { site, burn } => nature.fires.burn(*site, burn, now_s, &around),
        Lever::ExplodeDust { site, dust } => nature.fires.explode_dust(*site, dust, now_s),
        Lever::PlaceTank { site, tank } => nature.fires.place(*site, tank),
        Lever::CoolTanks { site, water_kg_s, duration_s } => {
            nature.fires.cool(*site, *water_kg_s, now_s + duration_s);
        }
        // Who stops a leak stops what feeds the fire.
        Lever::ReduceLeak { site, share } if *share >= 1.0 => nature.fires.shut(*site, now_s, &around),
        _ => {}
    }
}
