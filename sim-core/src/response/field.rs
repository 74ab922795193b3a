//! What a crew can see and touch. `sim` lends it out; here it is only named, so that this room knows no other model.

use crate::base::{ids::*, time::Tick};
use crate::place::city::City;
use crate::vocab::body::{Point, VehicleClass};
use crate::vocab::condition::{Quantity, Topic};
use crate::vocab::lever::Lever;
use std::collections::BTreeSet;

/// What a portable instrument shows where it is held (便携式侦检).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// UN number of the substance it knows it by.
    pub un: u16,
    pub ppm: f64,
}

/// A leak as a crew that stands before it judges it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SizedUp {
    pub un: u16,
    pub rate_kg_s: f64,
}

/// The world around a crew.
pub trait Field {
    fn now(&self) -> Tick;
    fn seed(&self) -> u64;
    fn city(&self) -> &City;

    /// A way by what the unit knows to be closed.
    fn route(&self, from: NodeId, to: NodeId, class: VehicleClass, closed: &BTreeSet<LinkId>) -> Option<Vec<LinkId>>;
    /// True speed on a link, 0 when it cannot be passed.
    fn speed_m_s(&self, link: LinkId, class: VehicleClass) -> f64;
    fn depth_m(&self, at: Point) -> f64;
    /// AEGL level of the air at a point, by the 10-minute values.
    fn aegl(&self, at: Point) -> u8;
    /// Heat of fires at a point, W/m2, and its dose in this tick, (kW/m2)^(4/3) s.
    fn heat_w_m2(&self, at: Point) -> f64;
    fn heat_dose_tdu(&self, at: Point) -> f64;
    /// Overpressure of a blast in this tick, Pa.
    fn overpressure_pa(&self, at: Point) -> f64;
    /// A tank of the site is heated so that it may fail.
    fn tank_in_danger(&self, site: FacilityId) -> bool;
    fn seeping(&self, levee: LeveeId) -> bool;
    fn breach_width_m(&self, levee: LeveeId) -> f64;
    fn leaking(&self, site: FacilityId) -> bool;

    /// Changes the world.
    fn pull(&mut self, lever: Lever, unit: UnitId);
    /// Sees something: the unit's post will hear of it.
    fn observe(&mut self, unit: UnitId, topic: Topic, value: f64) {
        self.observe_with(unit, topic, value, &[]);
    }
    /// Sees several things at one look: the others go along when the first is told.
    fn observe_with(&mut self, unit: UnitId, topic: Topic, value: f64, also: &[(Topic, f64)]);
    /// What the unit's instrument shows at a point; `None` in clean air.
    fn measured(&self, unit: UnitId, at: Point) -> Option<Measured>;
    /// What it makes of the leak at a site; `None` where nothing leaked.
    fn leak_sized_up(&self, unit: UnitId, site: FacilityId) -> Option<SizedUp>;

    /// The building with trapped people in the zone that is nearest to a point.
    fn trapped_near(&self, zone: ZoneId, at: Point) -> Option<BuildingId>;
    /// Takes up to `room` trapped people of a building aboard.
    fn board_trapped(&mut self, unit: UnitId, building: BuildingId, room: usize) -> Vec<PersonId>;
    /// Where someone of the zone lies seriously hurt, nearest to a point.
    fn hurt_near(&self, zone: ZoneId, at: Point) -> Option<(PersonId, NodeId)>;
    fn board_hurt(&mut self, unit: UnitId, person: PersonId) -> bool;
    /// A building in the zone where people wait for transport, nearest to a point.
    fn awaiting_near(&self, zone: ZoneId, at: Point) -> Option<BuildingId>;
    fn board_awaiting(&mut self, unit: UnitId, building: BuildingId, room: usize) -> Vec<PersonId>;
    /// A building in the zone with households that nobody has called on yet, nearest to a point, and how many.
    fn uncalled_near(&self, zone: ZoneId, at: Point) -> Option<(BuildingId, u32)>;
    /// Knocks at every door of a building.
    fn call_on(&mut self, unit: UnitId, building: BuildingId);
    /// Puts out people into a shelter or hospital; returns those it would not take.
    fn alight(&mut self, unit: UnitId, people: Vec<PersonId>, refuge: FacilityId) -> Vec<PersonId>;
    /// Leaves people in the open.
    fn set_down(&mut self, unit: UnitId, people: Vec<PersonId>, at: Point);
    /// The nearest open shelter with room, or hospital with a bed when `hospital`.
    fn refuge_near(&self, at: NodeId, class: VehicleClass, hospital: bool) -> Option<FacilityId>;
    fn open_shelter(&mut self, shelter: FacilityId);
}

/// Shorthand for a topic.
pub fn topic(quantity: Quantity, about: u32) -> Topic {
    Topic { quantity, about }
}
