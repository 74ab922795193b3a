//! What is selected, and its story: the events that name it.

use crate::index::Index;
use sim_core::base::ids::*;
use sim_core::place::city::City;
use sim_core::vocab::event::{Event, Stamped};
use sim_core::vocab::lever::Lever;
use sim_core::vocab::message::{Message, Party};
use sim_core::vocab::order::Task;

/// Something on the map that was clicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selected {
    Person(PersonId),
    Unit(UnitId),
    Road(LinkId),
    Facility(FacilityId),
    Post(PostId),
    Zone(ZoneId),
}

/// Rows of the events that name it, in time order. What a post learned is not among them: its picture shows that.
pub fn story(events: &[Stamped], index: &Index, city: &City, selected: Selected) -> Vec<usize> {
    (0..events.len()).filter(|row| names(&events[*row].event, index, city, selected)).collect()
}

fn in_message(message: &Message, party: &Party) -> bool {
    message.from == *party || message.to.contains(party)
}

fn task_names(task: &Task, selected: Selected) -> bool {
    match *task {
        Task::PatrolLevee(_) | Task::CloseBreach(_) => false,
        Task::WarnDoorToDoor(z)
        | Task::EvacuateZone(z)
        | Task::RescueFromWater(z)
        | Task::Ambulance(z)
        | Task::Pump(z) => selected == Selected::Zone(z),
        Task::Cordon { site: f, .. } | Task::MonitorGas(f) | Task::StopLeak(f) | Task::OpenShelter(f) => {
            selected == Selected::Facility(f)
        }
    }
}

fn lever_names(lever: &Lever, selected: Selected) -> bool {
    match (lever, selected) {
        (Lever::SetPump { facility, .. }, Selected::Facility(f)) => *facility == f,
        (
            Lever::ReleaseGas { site, .. } | Lever::Spill { site, .. } | Lever::ReduceLeak { site, .. },
            Selected::Facility(f),
        ) => *site == f,
        (Lever::CloseRoad { link, .. } | Lever::OpenRoad { link }, Selected::Road(l)) => *link == l,
        (Lever::Outage { zone, .. }, Selected::Zone(z)) => *zone == Some(z),
        (Lever::Casualties { zone, .. }, Selected::Zone(z)) => *zone == z,
        _ => false,
    }
}

fn names(event: &Event, index: &Index, city: &City, selected: Selected) -> bool {
    // A message is told when it is sent; its way is told to those it was for.
    let party = match selected {
        Selected::Post(id) => Some(Party::Post(id)),
        Selected::Unit(id) => Some(Party::Unit(id)),
        Selected::Person(id) => Some(Party::Person(id)),
        _ => None,
    };
    match event {
        Event::MessageSent(message) => return party.is_some_and(|p| in_message(message, &p)),
        Event::MessageLost { message, to, .. } => {
            return party.is_some_and(|p| *to == p || index.message(*message).is_some_and(|m| m.message.from == p));
        }
        Event::OrderIssued(order) => {
            return matches!(selected, Selected::Post(id) if order.from == id || order.to == id)
                || task_names(&order.task, selected);
        }
        Event::OrderChanged { order, .. } => {
            let Some(row) = index.order(*order) else { return false };
            return matches!(selected, Selected::Post(id) if row.order.from == id || row.order.to == id)
                || task_names(&row.order.task, selected);
        }
        Event::LeverPulled { lever, unit, .. } => {
            return matches!(selected, Selected::Unit(id) if *unit == Some(id)) || lever_names(lever, selected);
        }
        _ => {}
    }
    match selected {
        Selected::Person(id) => matches!(event,
            Event::PersonWarned { person, .. }
            | Event::PersonSensed { person, .. }
            | Event::TripStarted { person, .. }
            | Event::TripRerouted { person, .. }
            | Event::PersonSheltered { person, .. }
            | Event::PersonLeft { person, .. }
            | Event::PersonTrapped { person }
            | Event::HelpCalled { person, .. }
            | Event::PersonPickedUp { person, .. }
            | Event::PersonHarmed { person, .. }
            | Event::PersonHospitalised { person, .. }
            | Event::PersonRelieved { person } if *person == id),
        Selected::Unit(id) => matches!(event,
            Event::UnitDispatched { unit, .. }
            | Event::UnitArrived { unit, .. }
            | Event::UnitObserved { unit, .. }
            | Event::UnitFinished { unit, .. }
            | Event::UnitReturned { unit }
            | Event::UnitLost { unit, .. }
            | Event::PersonPickedUp { unit, .. } if *unit == id),
        Selected::Road(id) => {
            let twin = city.links.get(id.index()).and_then(|l| l.twin);
            matches!(event,
                Event::RoadClosed { link, .. }
                | Event::RoadOpened { link }
                | Event::TripRerouted { link, .. }
                | Event::CarStalled { link, .. } if *link == id || Some(*link) == twin)
        }
        Selected::Facility(id) => match event {
            Event::GasReleased { site: f, .. }
            | Event::GasStopped { site: f, .. }
            | Event::FireBegan { site: f, .. }
            | Event::FireEnded { site: f, .. }
            | Event::Blast { site: f, .. }
            | Event::PumpStopped { facility: f, .. }
            | Event::PumpStarted { facility: f }
            | Event::ShelterOpened { facility: f }
            | Event::ShelterFull { facility: f }
            | Event::HospitalFull { facility: f } => *f == id,
            _ => false,
        },
        Selected::Post(id) => match event {
            Event::LevelSet { by, .. } | Event::MessageAcknowledged { by, .. } => *by == id,
            Event::ClauseFired { post, .. } | Event::ClauseMissed { post, .. } => *post == id,
            Event::GasStudied(study) => study.post == id,
            Event::WarningIssued(warning) => warning.by == id,
            _ => false,
        },
        Selected::Zone(id) => match event {
            Event::WaterReached { zone, .. } | Event::GasReached { zone, .. } | Event::HelpCalled { zone, .. } => {
                *zone == id
            }
            Event::OutageBegan { zone, .. } | Event::OutageEnded { zone, .. } => zone.is_none_or(|z| z == id),
            Event::WarningIssued(warning) => warning.zones.contains(&id),
            Event::GasStudied(study) => study.zones.iter().any(|z| z.zone == id),
            _ => false,
        },
    }
}
