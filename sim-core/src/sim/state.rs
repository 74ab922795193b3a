//! The resources of a run: each model's state, and the small books that join them.

use crate::base::{ids::*, time::Tick};
use crate::comms::Comms;
use crate::drill::Progress;
use crate::hazard::fire::Fires;
use crate::hazard::flood::Flood;
use crate::hazard::gas::{Gas, monitor::MonitorState};
use crate::people::{People, warn::Campaign};
use crate::place::city::City;
use crate::record::StampedInput;
use crate::response::orders::OrderBook;
use crate::scenario::Scenario;
use crate::travel::{DestinationId, Travel};
use crate::vocab::body::VehicleClass;
use crate::vocab::condition::Topic;
use crate::vocab::event::{Event, Stamped};
use crate::vocab::lever::Lever;
use crate::vocab::order::OrderState;
use bevy_ecs::prelude::Resource;
use hydro::layers::gauge::{GaugeState, Gauges};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

/// What never changes.
#[derive(Resource)]
pub struct Setting {
    pub scenario: Arc<Scenario>,
    pub seed: u64,
}

/// The tick under way.
#[derive(Resource, Clone, Copy)]
pub struct Now {
    pub tick: Tick,
}

impl Now {
    pub fn advance(&mut self) {
        self.tick = self.tick.next();
    }
    pub fn s(&self) -> f64 {
        self.tick.seconds()
    }
}

/// Water and air, and what a zone has of them.
#[derive(Resource)]
pub struct Nature {
    pub flood: Flood,
    pub gas: Gas,
    pub fires: Fires,
    pub zones: Vec<ZoneWeather>,
    /// Depth an hour ago, for the rate of rise, m.
    pub hour_ago_m: Vec<f32>,
    pub hour_ago_at: Tick,
    /// Land cells of each zone.
    pub zone_cells: Arc<Vec<Vec<u32>>>,
}

impl Nature {
    /// Something escapes or burns at a site.
    pub fn leaking(&self, site: FacilityId) -> bool {
        self.gas.leak_kg_s(site) > 0.0 || self.fires.burning(site)
    }
}

/// Water and gas in a zone.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct ZoneWeather {
    /// Mean depth over the wet part of the land (more than 5 cm), m.
    pub depth_m: f64,
    /// Share of the land that is wet.
    pub wet_share: f64,
    /// AEGL level at the zone's worst cell.
    pub aegl: u8,
    pub smelt: bool,
    pub water_said: bool,
    pub aegl_said: u8,
}

/// Water gauges and gas monitors: what they are worth, and how they are.
#[derive(Resource)]
pub struct Gauging {
    pub gauges: Gauges,
    pub state: Vec<GaugeState>,
    pub monitors: Vec<MonitorState>,
}

/// Roads and those on them.
#[derive(Resource)]
pub struct Traffic {
    pub travel: Travel,
    /// Destination of each haven.
    pub havens: BTreeMap<FacilityId, DestinationId>,
    pub public_knows_closures: bool,
    /// For every node the nearest one that cars reach: doors on footpaths are served from there.
    pub drive_node: Arc<Vec<NodeId>>,
}

impl Traffic {
    /// For every node the nearest one where cars can come in and go out.
    pub fn drive_nodes(city: &City) -> Vec<NodeId> {
        let n = city.nodes.len();
        let (mut into, mut out) = (vec![false; n], vec![false; n]);
        for link in city.links.iter().filter(|l| l.drivable()) {
            out[link.from.index()] = true;
            into[link.to.index()] = true;
        }
        let drivable: Vec<usize> = (0..n).filter(|&i| into[i] && out[i]).collect();
        (0..n)
            .map(|i| {
                if into[i] && out[i] {
                    return NodeId::of(i);
                }
                let at = city.nodes[i].at;
                let nearest = drivable
                    .iter()
                    .map(|&d| (city.nodes[d].at.distance_m(at), d))
                    .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                nearest.map_or(NodeId::of(i), |(_, d)| NodeId::of(d))
            })
            .collect()
    }
    /// Where a vehicle stops for a door at this node.
    pub fn for_wheels(&self, node: NodeId, class: VehicleClass) -> NodeId {
        match class {
            VehicleClass::Foot | VehicleClass::Boat => node,
            VehicleClass::Car | VehicleClass::Truck | VehicleClass::HighClearance => self.drive_node[node.index()],
        }
    }
}

/// Where a person on the move is going.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Goal {
    Home,
    Haven(FacilityId),
}

/// Residents and their trips.
#[derive(Resource)]
pub struct Residents {
    pub people: People,
    pub goals: BTreeMap<PersonId, Goal>,
    pub books: Books,
}

/// Small books about people.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Books {
    /// Households (by building) that have been called on by officers for the advice in force.
    pub called_on: BTreeSet<BuildingId>,
    /// Buildings that have called for help, with the tick of the last call.
    pub called: BTreeMap<BuildingId, Tick>,
    /// The hurt for whom an ambulance was called.
    pub hurt_called: BTreeSet<PersonId>,
    /// The dead who have been found, and when the others will be.
    pub found: BTreeMap<PersonId, Tick>,
    /// Trapped people by zone as calls have it.
    pub calls_by_zone: BTreeMap<ZoneId, u32>,
    pub next_incident: u32,
}

/// Lines and warnings.
#[derive(Resource)]
pub struct Lines {
    pub comms: Comms,
    pub campaigns: Vec<Campaign>,
    /// What a message about an order says of it.
    pub order_states: BTreeMap<MessageId, (OrderId, OrderState)>,
    /// What units last said of a topic, and when.
    pub told: BTreeMap<(UnitId, Topic), (f64, Tick)>,
    /// When the post at a site first could have noticed a leak.
    pub leak_seen: BTreeMap<FacilityId, Tick>,
}

/// Orders.
#[derive(Resource)]
pub struct Orders {
    pub book: OrderBook,
}

/// Shelters and hospitals.
#[derive(Resource, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refuges {
    /// People in each facility.
    pub load: Vec<u32>,
    pub open: Vec<bool>,
    pub full_said: Vec<bool>,
}

/// The drill and what is handed in from outside.
#[derive(Resource)]
pub struct Drill {
    pub progress: Progress,
    pub inputs: Vec<StampedInput>,
    /// Orders by seats, waiting for the Command phase.
    pub seat_orders: Vec<crate::record::Input>,
    pub taken: Vec<StampedInput>,
}

/// Levers asked for and not yet pulled.
#[derive(Resource, Default, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Levers {
    pub asked: Vec<(Lever, Option<InjectId>, Option<UnitId>)>,
    /// Metres of a breach that may be closed at once: a breach is closed from its two ends only, however many come.
    pub closing_m: BTreeMap<LeveeId, f64>,
    /// Streets closed by the heat of a fire.
    pub hot: BTreeSet<LinkId>,
}

/// Events of the tick.
#[derive(Resource, Default)]
pub struct Events {
    pub list: Vec<Stamped>,
}

impl Events {
    pub fn tell(&mut self, tick: Tick, event: Event) {
        self.list.push(Stamped { tick, event });
    }
}

/// What goes out after a tick.
#[derive(Resource, Default)]
pub struct Out {
    pub batch: super::recorder::Batch,
}

impl Out {
    pub fn take(&mut self) -> super::recorder::Batch {
        std::mem::take(&mut self.batch)
    }
}

/// Wall time by phase, for benches. Never read by a model.
#[derive(Resource, Default)]
pub struct Timing {
    spent: BTreeMap<&'static str, f64>,
    since: Option<(&'static str, Instant)>,
}

impl Timing {
    /// Ends the phase under way and begins another.
    #[allow(clippy::disallowed_methods, reason = "wall time is shown, never used in a result")]
    pub fn begin(&mut self, phase: &'static str) {
        let now = Instant::now();
        if let Some((before, since)) = self.since.replace((phase, now)) {
            *self.spent.entry(before).or_default() += now.duration_since(since).as_secs_f64();
        }
    }
    pub fn rows(&self) -> Vec<(&'static str, f64)> {
        self.spent.iter().map(|(k, v)| (*k, *v)).collect()
    }
}
