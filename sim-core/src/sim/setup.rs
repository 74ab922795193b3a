//! Builds the world of a run from a scenario.

use super::recorder::{LastDigest, LastFrame};
use super::state::*;
use crate::base::{ids::*, time::Tick};
use crate::command::Post;
use crate::comms::Comms;
use crate::drill::{Progress, Trigger};
use crate::hazard::fire::{FireState, Fires};
use crate::hazard::flood::{BreachSpec, Flood, FloodSpec, Inflow, PumpSpec, StageBoundary};
use crate::hazard::gas::{Gas, GasSpec, monitor::MonitorState};
use crate::people::populate::populate;
use crate::place::city::{City, Cover, FacilityKind};
use crate::record::{ClauseCard, InjectCard, MonitorCard, Planned, PostCard, Programme, UnitCard};
use crate::response::{Unit, orders::OrderBook};
use crate::scenario::Scenario;
use crate::travel::Travel;
use bevy_ecs::prelude::*;
use std::sync::Arc;

/// The world at tick 0.
pub(super) fn world(scenario: Arc<Scenario>, seed: u64) -> World {
    let city = scenario.city.clone();
    let mut travel = Travel::new(&city);
    let havens = city
        .facilities
        .iter()
        .enumerate()
        .filter(|(_, f)| matches!(f.kind, FacilityKind::Shelter | FacilityKind::Exit))
        .map(|(i, f)| (FacilityId::of(i), travel.add_destination(&[f.node])))
        .collect();
    let people = populate(&city, &scenario.behaviour, &scenario.clock, seed);
    let flood = Flood::new(&city, &flood_spec(&scenario));
    let hour_ago_m = flood.depth_m().iter().map(|d| *d as f32).collect();

    let mut world = World::new();
    world.insert_resource(Nature {
        flood,
        gas: Gas::new(&city, &gas_spec(&scenario)),
        fires: Fires::of(&city, seed, scenario.substances.clone(), FireState::default()),
        zones: vec![ZoneWeather::default(); city.zones.len()],
        hour_ago_m,
        hour_ago_at: Tick(0),
        zone_cells: Arc::new(zone_cells(&city)),
    });
    let drive_node = Arc::new(Traffic::drive_nodes(&city));
    world.insert_resource(Traffic { travel, havens, public_knows_closures: false, drive_node });
    world.insert_resource(Residents { people, goals: Default::default(), books: Books::default() });
    world.insert_resource(Lines {
        comms: Comms::default(),
        campaigns: Vec::new(),
        order_states: Default::default(),
        told: Default::default(),
        leak_seen: Default::default(),
    });
    world.insert_resource(Orders { book: OrderBook::default() });
    world.insert_resource(Refuges {
        load: vec![0; city.facilities.len()],
        // Shelters are opened by order; the indoor ones could be opened at once, but someone has to hold the key.
        open: vec![false; city.facilities.len()],
        full_said: vec![false; city.facilities.len()],
    });
    world.insert_resource(Drill {
        progress: Progress::new(&scenario.script),
        inputs: Vec::new(),
        seat_orders: Vec::new(),
        taken: Vec::new(),
    });
    for row in 0..scenario.posts.len() {
        world.spawn(Post::new(PostId::of(row), &scenario.clauses));
    }
    for (row, spec) in scenario.units.iter().enumerate() {
        let base = &city.facilities[spec.base.index()];
        world.spawn(Unit::new(UnitId::of(row), city.nodes[base.node.index()].at, base.node));
    }
    world.insert_resource(super::power::Mains::new(&city, seed));
    let gauges = super::sense::gauges(&city, seed);
    let monitors = scenario.monitors.iter().enumerate();
    let monitors = monitors.map(|(m, spec)| MonitorState::start(spec, m as u32, seed)).collect();
    world.insert_resource(Gauging { state: gauges.start(), gauges, monitors });
    world.insert_resource(Setting { scenario, seed });
    common(&mut world);
    world.insert_resource(Now { tick: Tick(0) });
    world
}

/// Resources that hold nothing from one tick to the next, or only what the recording needs.
pub(super) fn common(world: &mut World) {
    world.insert_resource(Events::default());
    world.insert_resource(Out::default());
    world.insert_resource(LastFrame::default());
    world.insert_resource(LastDigest::default());
    world.insert_resource(Timing::default());
    world.insert_resource(super::sense::Hydrology::default());
    if world.get_resource::<Levers>().is_none() {
        world.insert_resource(Levers::default());
    }
}

/// Land cells of every zone.
pub(super) fn zone_cells(city: &City) -> Vec<Vec<u32>> {
    let mut cells = vec![Vec::new(); city.zones.len()];
    for (cell, zone) in city.zone_of_cell.iter().enumerate() {
        if let Some(list) = cells.get_mut(usize::from(*zone))
            && city.cover[cell] != Cover::Water
        {
            list.push(cell as u32);
        }
    }
    cells
}

/// Water cells on the edge of the grid that belong to its largest body of open water there, lowest bed first.
pub fn open_edge(city: &City) -> Vec<usize> {
    let (nx, ny) = (city.grid.nx, city.grid.ny);
    let water = |c: usize| city.cover[c] == Cover::Water;
    let edge: Vec<usize> = (0..city.grid.len())
        .filter(|&c| {
            let (i, j) = (c % nx, c / nx);
            (i == 0 || j == 0 || i == nx - 1 || j == ny - 1) && water(c)
        })
        .collect();
    let mut body = vec![0u32; city.grid.len()];
    let mut sizes = vec![0usize];
    for &start in &edge {
        if body[start] != 0 {
            continue;
        }
        let id = sizes.len() as u32;
        sizes.push(0);
        let mut stack = vec![start];
        body[start] = id;
        while let Some(c) = stack.pop() {
            sizes[id as usize] += 1;
            let (i, j) = (c % nx, c / nx);
            let mut visit = |n: usize| {
                if water(n) && body[n] == 0 {
                    body[n] = id;
                    stack.push(n);
                }
            };
            if i > 0 {
                visit(c - 1);
            }
            if i + 1 < nx {
                visit(c + 1);
            }
            if j > 0 {
                visit(c - nx);
            }
            if j + 1 < ny {
                visit(c + nx);
            }
        }
    }
    let largest = (1..sizes.len()).max_by_key(|&b| (sizes[b], usize::MAX - b));
    let mut cells: Vec<usize> = edge.into_iter().filter(|&c| Some(body[c] as usize) == largest).collect();
    cells.sort_by(|a, b| city.terrain_m[*a].total_cmp(&city.terrain_m[*b]).then(a.cmp(b)));
    cells
}

pub(super) fn flood_spec(scenario: &Scenario) -> FloodSpec {
    let city = &scenario.city;
    let water = &scenario.water;
    let edge = open_edge(city);
    let mut stages = Vec::new();
    if let Some(series) = &water.stage_m
        && !edge.is_empty()
    {
        let mut cells = edge.clone();
        cells.sort_unstable();
        stages.push(StageBoundary { cells, series: series.clone() });
    }
    let mut inflows = Vec::new();
    if let Some(series) = &water.inflow_m3_s
        && let Some(&highest) = edge.last()
    {
        // The river comes in over the cells around the highest water on the edge.
        let mut cells: Vec<usize> = city
            .grid
            .cells_within(city.grid.centre(highest), 3.0 * city.grid.cell_m)
            .into_iter()
            .filter(|c| city.cover[*c] == Cover::Water)
            .collect();
        cells.sort_unstable();
        inflows.push(Inflow { cells, series: series.clone() });
        // And leaves at the lowest: held at its bed plus a metre, so that it can run off.
        if stages.is_empty() {
            let lowest = edge[0];
            let stage = f64::from(city.terrain_m[lowest]) + 1.0;
            stages.push(StageBoundary { cells: vec![lowest], series: vec![(0.0, stage)] });
        }
    }
    let open_water = joined(city, &edge);
    let pumps = city
        .facilities_of(FacilityKind::PumpStation)
        .map(|(facility, station)| {
            // Inlet: the inner water nearest to the station; outlet: the nearest open water beyond it.
            let near = |open: bool| {
                let mut cells: Vec<(f64, usize)> = city
                    .grid
                    .cells_within(station.at, 600.0)
                    .into_iter()
                    .filter(|c| city.cover[*c] == Cover::Water && open_water[*c] == open)
                    .map(|c| (city.grid.centre(c).distance_m(station.at), c))
                    .collect();
                cells.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                cells
            };
            let inner = near(false);
            let inlet_cells: Vec<usize> = if inner.is_empty() {
                vec![city.grid.nearest_cell(station.at)]
            } else {
                inner.iter().take(6).map(|(_, c)| *c).collect()
            };
            PumpSpec {
                facility,
                inlet_cells,
                outlet_cell: near(true).first().map(|(_, c)| *c),
                rate_m3_s: station.capacity,
            }
        })
        .collect();
    let sinks_mm_h = Cover::ALL
        .into_iter()
        .filter_map(|cover| match cover {
            Cover::Water | Cover::Levee => None,
            Cover::Paved | Cover::Built | Cover::Industry => Some((cover, water.sewer_mm_h)),
            Cover::Field | Cover::Park | Cover::Wood => Some((cover, water.soil_mm_h)),
        })
        .collect();
    FloodSpec {
        rain_mm_h: scenario.weather.rain_mm_h.clone(),
        stages,
        inflows,
        sinks_mm_h,
        pumps,
        inner_level_m: water.inner_level_m,
        // Ridges, paddies and yards of a polder hold some 10 mm, streets less (assumption).
        film_m: 0.01,
        // Where no sea or lake stands at the edge, the ground slopes and water runs off the map.
        open_rim: water.stage_m.is_none(),
        // River levees with a sandy core (assumption): the law's value for sand,
        // and a slide of 40 m to begin with (assumption).
        works: water.works.clone(),
        breach: BreachSpec { critical_m_s: 0.2, first_width_m: 40.0, ..BreachSpec::default() },
    }
}

/// Water cells joined to the given ones through water.
pub(super) fn joined(city: &City, from: &[usize]) -> Vec<bool> {
    let nx = city.grid.nx;
    let mut seen = vec![false; city.grid.len()];
    let mut stack: Vec<usize> = from.to_vec();
    for &c in from {
        seen[c] = true;
    }
    while let Some(c) = stack.pop() {
        let (i, j) = (c % nx, c / nx);
        let mut next = Vec::with_capacity(4);
        if i > 0 {
            next.push(c - 1);
        }
        if i + 1 < nx {
            next.push(c + 1);
        }
        if j > 0 {
            next.push(c - nx);
        }
        if j + 1 < city.grid.ny {
            next.push(c + nx);
        }
        for n in next {
            if !seen[n] && city.cover[n] == Cover::Water {
                seen[n] = true;
                stack.push(n);
            }
        }
    }
    seen
}

pub(super) fn gas_spec(scenario: &Scenario) -> GasSpec {
    GasSpec {
        wind: crate::hazard::gas::weather::Wind {
            speed_m_s: scenario.weather.wind_m_s,
            from_deg: scenario.weather.wind_from_deg,
        },
        cloud: scenario.weather.cloud,
        near: scenario.near_field.clone(),
        substances: scenario.substances.clone(),
        ..GasSpec::default()
    }
}

/// Who takes part and what is planned, for the recording.
pub fn programme(scenario: &Scenario) -> Programme {
    Programme {
        posts: scenario
            .posts
            .iter()
            .map(|p| PostCard { key: p.key.clone(), name: p.name.clone(), tier: p.tier, at: p.at })
            .collect(),
        units: scenario
            .units
            .iter()
            .map(|u| {
                let kind = &scenario.kinds[u.kind];
                UnitCard {
                    key: u.key.clone(),
                    name: u.name.clone(),
                    kind: kind.key.clone(),
                    kind_name: kind.name.clone(),
                    crew: kind.crew,
                    base: u.base,
                    post: u.post,
                }
            })
            .collect(),
        clauses: scenario
            .clauses
            .iter()
            .map(|c| ClauseCard {
                id: c.id.clone(),
                title: c.title.clone(),
                post: c.post,
                within_s: c.within_s,
                source: c.source.clone(),
            })
            .collect(),
        injects: scenario
            .script
            .injects
            .iter()
            .map(|i| InjectCard {
                key: i.key.clone(),
                title: i.title.clone(),
                planned: match &i.trigger {
                    Trigger::At { tick, .. } => Planned::At(*tick),
                    Trigger::When(condition) => Planned::When(condition.clone()),
                    Trigger::Manual => Planned::Manual,
                },
                objective: i.objective.clone(),
                expect: i.expect.clone(),
                at: i.at,
            })
            .collect(),
        objectives: scenario.script.objectives.clone(),
        monitors: scenario
            .monitors
            .iter()
            .map(|m| MonitorCard { key: m.key.clone(), name: m.name.clone(), at: m.at, range_ppm: m.range_ppm })
            .collect(),
        near_field: scenario.near_field.as_ref().map(|near| near.remark()),
        substances: scenario.own_substances.clone(),
    }
}
