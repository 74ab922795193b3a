//! Power: substations that drown, the zones they feed, and pumps without a second feed. The chain rain, substation,
//! pump, underpass needs no script.
//!
//! A zone is fed by its nearest substation (assumption: the real net is not known). A substation fails at a depth drawn for
//! it, and works again half a day after the water has gone (`hydro::layers::outage`). Pumps without a second feed (0.6 of
//! them: disaster chain table, drawn once for each) stop with their zone and are started again by their staff when power is
//! back.

use super::state::*;
use crate::base::chance::{Stream, draw};
use crate::base::{ids::*, text::Text, time::Tick};
use crate::place::city::{City, FacilityKind};
use crate::vocab::event::Event;
use crate::vocab::lever::{Lever, Outage};
use bevy_ecs::prelude::*;
use hydro::layers::outage::{Network, NodeSpec, Outages, Plant};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::Path;

/// Share of pump stations without a second feed (disaster_chains.csv, read, medium).
const SINGLE_FEED: f64 = 0.6;

/// The power net of a city; nothing of it changes.
#[derive(Resource)]
pub struct Mains {
    network: Network,
    /// The substation that feeds each zone, if the city has any.
    of_zone: Vec<Option<usize>>,
    pub state: MainsState,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct MainsState {
    outages: Outages,
    /// Zones that a drowned substation has cut off.
    dark: BTreeSet<ZoneId>,
    /// Pumps that stopped for want of power.
    stopped: BTreeSet<FacilityId>,
}

impl Mains {
    pub fn new(city: &City, seed: u64) -> Mains {
        let stations: Vec<_> = city.facilities_of(FacilityKind::Substation).map(|(_, f)| f).collect();
        let node = |facility: &&crate::place::city::Facility| NodeSpec {
            name: facility.key.clone(),
            plant: Plant::Substation,
            cell: city.grid.nearest_cell(facility.at) as u32,
            sill_m: 0.0,
            fed_by: Vec::new(),
            frailty: None,
        };
        let nodes = stations.iter().map(node).collect();
        let network =
            Network::new(Path::new("city"), nodes, city.grid.len(), seed).expect("keys of a checked city differ");
        let nearest = |zone: &crate::place::city::Zone| {
            let by_distance = stations.iter().enumerate().map(|(k, f)| (f.at.distance_m(zone.centre), k));
            by_distance.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))).map(|(_, k)| k)
        };
        let of_zone = city.zones.iter().map(nearest).collect();
        let state = MainsState { outages: network.start(), ..MainsState::default() };
        Mains { network, of_zone, state }
    }

    pub fn resume(city: &City, seed: u64, state: MainsState) -> Mains {
        Mains { state, ..Mains::new(city, seed) }
    }
}

/// Power, looked at once a minute.
pub fn supply(
    setting: Res<Setting>,
    now: Res<Now>,
    nature: Res<Nature>,
    mut mains: ResMut<Mains>,
    mut lines: ResMut<Lines>,
    mut levers: ResMut<Levers>,
    mut events: ResMut<Events>,
) {
    let (tick, city) = (now.tick, &setting.scenario.city);
    if !tick.every_s(super::nature::LOOK_S) {
        return;
    }
    let Mains { network, of_zone, state } = &mut *mains;
    let depth = nature.flood.depth_m();
    network.step(&mut state.outages, now.s(), |cell| depth[cell], |_| false);
    for (z, station) in of_zone.iter().enumerate() {
        let zone = ZoneId::of(z);
        let fed = station.is_none_or(|k| state.outages.nodes[k].works());
        if !fed && lines.comms.cut_power(zone, tick) {
            state.dark.insert(zone);
            events.tell(tick, Event::OutageBegan { zone: Some(zone), what: Outage::Power });
            for (pump, _) in city.facilities_of(FacilityKind::PumpStation).filter(|(_, f)| f.zone == Some(zone)) {
                let single = draw(setting.seed, Stream::Drill, pump.0, Tick(0), 77) < SINGLE_FEED;
                if single && nature.flood.pump_running(pump) {
                    state.stopped.insert(pump);
                    levers.asked.push((Lever::SetPump { facility: pump, running: false }, None, None));
                    let why = Text::new("停电", "no power");
                    events.tell(tick, Event::PumpStopped { facility: pump, why });
                }
            }
        } else if fed && state.dark.remove(&zone) {
            if lines.comms.restore_power(zone) {
                events.tell(tick, Event::OutageEnded { zone: Some(zone), what: Outage::Power });
            }
            for (pump, _) in city.facilities_of(FacilityKind::PumpStation).filter(|(_, f)| f.zone == Some(zone)) {
                if state.stopped.remove(&pump) {
                    levers.asked.push((Lever::SetPump { facility: pump, running: true }, None, None));
                }
            }
        }
    }
}
