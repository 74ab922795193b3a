//! Doors of shelters and hospitals, and small look-ups of places.

use super::state::*;
use crate::base::{ids::*, time::Tick};
use crate::people::People;
use crate::place::city::{City, FacilityKind};
use crate::vocab::body::{Point, Whereabouts};
use crate::vocab::event::Event;

/// What happens at the door of a shelter.
pub enum Door {
    In,
    /// Full: on to the nearest other shelter that is open and has room.
    TryOther(FacilityId),
}

/// Lets one person into a shelter, or sends them on. Where no other has room they are taken in all the same.
pub fn admit(city: &City, refuges: &mut Refuges, events: &mut Events, tick: Tick, facility: FacilityId) -> Door {
    let f = facility.index();
    let room = |r: &Refuges, i: usize| f64::from(r.load[i]) < city.facilities[i].capacity;
    if !refuges.open[f] || !room(refuges, f) {
        if refuges.open[f] && !refuges.full_said[f] {
            refuges.full_said[f] = true;
            events.tell(tick, Event::ShelterFull { facility });
        }
        let other = city
            .facilities_of(FacilityKind::Shelter)
            .filter(|(id, _)| *id != facility && refuges.open[id.index()] && room(refuges, id.index()))
            .map(|(id, other)| (other.at.distance_m(city.facilities[f].at), id))
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        if let Some((_, other)) = other {
            return Door::TryOther(other);
        }
    }
    refuges.load[f] += 1;
    Door::In
}

/// The zone in which a person is: of the building or shelter, of the ground where they lie; of their home when on the move.
pub fn zone_of_person(city: &City, people: &People, person: PersonId) -> ZoneId {
    let here = match people.place[person.index()] {
        Whereabouts::Building(b) => Some(city.buildings[b.index()].zone),
        Whereabouts::Open { x_dm, y_dm } => city.zone_at(Point::new(f64::from(x_dm) / 10.0, f64::from(y_dm) / 10.0)),
        Whereabouts::Shelter(f) | Whereabouts::Hospital(f) => city.facilities[f.index()].zone,
        Whereabouts::OnFoot | Whereabouts::Car(_) | Whereabouts::Aboard(_) | Whereabouts::Away(_) => None,
    };
    here.unwrap_or(people.household(person).zone)
}

/// The building nearest to a node.
pub fn nearest_building(city: &City, node: NodeId) -> BuildingId {
    let at = city.nodes[node.index()].at;
    let best = (0..city.buildings.len())
        .map(|b| (city.buildings[b].at.distance_m(at), b))
        .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
        .expect("a city has buildings");
    BuildingId::of(best.1)
}
