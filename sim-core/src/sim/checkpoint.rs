//! Checkpoint and resume: all dynamic state of a run as plain data. Read-only parts come from the scenario again.

use super::power::{Mains, MainsState};
use super::state::*;
use super::{Sim, schedule, setup};
use crate::base::ids::*;
use crate::base::time::Tick;
use crate::command::Post;
use crate::comms::Comms;
use crate::drill::Progress;
use crate::hazard::fire::{FireState, Fires};
use crate::hazard::flood::{Flood, FloodState};
use crate::hazard::gas::{Gas, GasState, monitor::MonitorState};
use crate::people::{People, warn::Campaign};
use crate::record::frame::PeopleView;
use crate::response::{Unit, orders::OrderBook};
use crate::scenario::Scenario;
use crate::travel::{DestinationId, Travel, TravelState};
use crate::vocab::condition::Topic;
use crate::vocab::order::OrderState;
use bevy_ecs::prelude::*;
use hydro::layers::gauge::GaugeState;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The dynamic state of a run after some tick.
#[derive(Clone, Serialize, Deserialize)]
pub struct Checkpoint {
    pub scenario_hash: String,
    pub seed: u64,
    pub tick: Tick,
    flood: FloodState,
    gas: GasState,
    fires: FireState,
    zones: Vec<ZoneWeather>,
    hour_ago_m: Vec<f32>,
    hour_ago_at: Tick,
    gauges: Vec<GaugeState>,
    monitors: Vec<MonitorState>,
    mains: MainsState,
    travel: TravelState,
    havens: BTreeMap<FacilityId, DestinationId>,
    public_knows_closures: bool,
    people: People,
    goals: BTreeMap<PersonId, Goal>,
    books: Books,
    comms: Comms,
    campaigns: Vec<Campaign>,
    order_states: BTreeMap<MessageId, (OrderId, OrderState)>,
    told: BTreeMap<(UnitId, Topic), (f64, Tick)>,
    leak_seen: BTreeMap<FacilityId, Tick>,
    orders: OrderBook,
    refuges: Refuges,
    progress: Progress,
    levers: Levers,
    posts: Vec<Post>,
    units: Vec<Unit>,
    last_people: PeopleView,
    last_gas_blank: bool,
    last_hot: bool,
}

/// Why a checkpoint cannot be taken up.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    #[error("the checkpoint is of scenario {found}, this is scenario {wanted}")]
    OtherScenario { found: String, wanted: String },
    #[error("the checkpoint is damaged: {0}")]
    Damaged(#[from] postcard::Error),
}

impl Checkpoint {
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_stdvec(self).expect("a checkpoint is plain data")
    }
    pub fn from_bytes(bytes: &[u8]) -> Result<Checkpoint, CheckpointError> {
        Ok(postcard::from_bytes(bytes)?)
    }
}

impl Sim {
    /// The state between two ticks.
    pub fn checkpoint(&mut self) -> Checkpoint {
        let mut posts: Vec<Post> = self.world.query::<&Post>().iter(&self.world).cloned().collect();
        posts.sort_by_key(|p| p.id);
        let mut units: Vec<Unit> = self.world.query::<&Unit>().iter(&self.world).cloned().collect();
        units.sort_by_key(|u| u.id);
        let w = &self.world;
        let (setting, nature) = (w.resource::<Setting>(), w.resource::<Nature>());
        let (traffic, residents) = (w.resource::<Traffic>(), w.resource::<Residents>());
        let (lines, drill) = (w.resource::<Lines>(), w.resource::<Drill>());
        let (last_people, last_gas_blank, last_hot) = w.resource::<super::recorder::LastFrame>().parts();
        Checkpoint {
            scenario_hash: setting.scenario.hash.clone(),
            seed: setting.seed,
            tick: w.resource::<Now>().tick,
            flood: nature.flood.state(),
            gas: nature.gas.state().clone(),
            fires: nature.fires.state().clone(),
            zones: nature.zones.clone(),
            hour_ago_m: nature.hour_ago_m.clone(),
            hour_ago_at: nature.hour_ago_at,
            gauges: w.resource::<Gauging>().state.clone(),
            monitors: w.resource::<Gauging>().monitors.clone(),
            mains: w.resource::<Mains>().state.clone(),
            travel: traffic.travel.state().clone(),
            havens: traffic.havens.clone(),
            public_knows_closures: traffic.public_knows_closures,
            people: residents.people.clone(),
            goals: residents.goals.clone(),
            books: residents.books.clone(),
            comms: lines.comms.clone(),
            campaigns: lines.campaigns.clone(),
            order_states: lines.order_states.clone(),
            told: lines.told.clone(),
            leak_seen: lines.leak_seen.clone(),
            orders: w.resource::<Orders>().book.clone(),
            refuges: w.resource::<Refuges>().clone(),
            progress: drill.progress.clone(),
            levers: w.resource::<Levers>().clone(),
            posts,
            units,
            last_people,
            last_gas_blank,
            last_hot,
        }
    }

    /// Goes on from a checkpoint of the same scenario.
    pub fn resume(scenario: Arc<Scenario>, checkpoint: Checkpoint) -> Result<Sim, CheckpointError> {
        let c = checkpoint;
        if c.scenario_hash != scenario.hash {
            return Err(CheckpointError::OtherScenario { found: c.scenario_hash, wanted: scenario.hash.clone() });
        }
        let city = scenario.city.clone();
        let mut world = World::new();
        world.insert_resource(Nature {
            flood: Flood::resume(&city, &setup::flood_spec(&scenario), c.flood),
            gas: Gas::resume(&city, &setup::gas_spec(&scenario), c.gas),
            fires: Fires::of(&city, c.seed, scenario.substances.clone(), c.fires),
            zones: c.zones,
            hour_ago_m: c.hour_ago_m,
            hour_ago_at: c.hour_ago_at,
            zone_cells: Arc::new(setup::zone_cells(&city)),
        });
        world.insert_resource(Mains::resume(&city, c.seed, c.mains));
        let gauges = super::sense::gauges(&city, c.seed);
        world.insert_resource(Gauging { gauges, state: c.gauges, monitors: c.monitors });
        world.insert_resource(Traffic {
            travel: Travel::resume(&city, c.travel),
            havens: c.havens,
            public_knows_closures: c.public_knows_closures,
            drive_node: Arc::new(Traffic::drive_nodes(&city)),
        });
        world.insert_resource(Residents { people: c.people, goals: c.goals, books: c.books });
        world.insert_resource(Lines {
            comms: c.comms,
            campaigns: c.campaigns,
            order_states: c.order_states,
            told: c.told,
            leak_seen: c.leak_seen,
        });
        world.insert_resource(Orders { book: c.orders });
        world.insert_resource(c.refuges);
        world.insert_resource(Drill {
            progress: c.progress,
            inputs: Vec::new(),
            seat_orders: Vec::new(),
            taken: Vec::new(),
        });
        world.insert_resource(c.levers);
        for post in c.posts {
            world.spawn(post);
        }
        for unit in c.units {
            world.spawn(unit);
        }
        setup::common(&mut world);
        world.insert_resource(super::recorder::LastFrame::of(c.last_people, c.last_gas_blank, c.last_hot));
        world.insert_resource(Setting { scenario, seed: c.seed });
        world.insert_resource(Now { tick: c.tick });
        Ok(Sim { world, schedule: schedule() })
    }

    /// Makes every post and unit anew in another order, for tests: nothing may depend on the order of births.
    #[doc(hidden)]
    pub fn reborn(mut self, order: impl Fn(usize) -> usize) -> Sim {
        let mut bodies: Vec<(Entity, Option<Post>, Option<Unit>)> = self
            .world
            .query::<(Entity, Option<&Post>, Option<&Unit>)>()
            .iter(&self.world)
            .filter(|(_, post, unit)| post.is_some() || unit.is_some())
            .map(|(entity, post, unit)| (entity, post.cloned(), unit.cloned()))
            .collect();
        let n = bodies.len();
        bodies.sort_by_key(|(entity, ..)| order(entity.index_u32() as usize % n.max(1)));
        for (entity, ..) in &bodies {
            self.world.despawn(*entity);
        }
        for (_, post, unit) in bodies {
            if let Some(post) = post {
                self.world.spawn(post);
            }
            if let Some(unit) = unit {
                self.world.spawn(unit);
            }
        }
        self
    }
}
