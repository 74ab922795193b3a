//! Looking through a seat (席位视角): what of a recording may be told to who sits at a post.
//!
//! A post knows what it did itself, what was delivered to it, and where its own units are and what they are about (they are on its radio net).
//! All else is truth, and stays hidden until the seat is compared with it: injects, what became of a message that nobody answered, other posts' orders,
//! tallies, and everything that is still to come.

use crate::index::{Index, MessageRow, OrderRow};
use sim_core::base::ids::{PostId, UnitId};
use sim_core::base::time::Tick;
use sim_core::record::Programme;
use sim_core::vocab::event::Event;
use sim_core::vocab::message::Party;
use sim_core::vocab::order::OrderState;

/// Whether a post knows of an event as it happens.
pub fn knows(event: &Event, index: &Index, programme: &Programme, post: PostId) -> bool {
    let party = Party::Post(post);
    let own = |unit: &UnitId| programme.units.get(unit.index()).is_some_and(|u| u.post == post);
    match event {
        Event::MessageSent(message) => message.from == party,
        Event::MessageDelivered { to, .. } => *to == party,
        Event::MessageAcknowledged { message, .. } => index.message(*message).is_some_and(|m| m.message.from == party),
        Event::OrderIssued(order) => order.from == post,
        // The receiver moves it on; the issuer hears of that by message.
        Event::OrderChanged { order, state } => {
            *state != OrderState::Expired && index.order(*order).is_some_and(|row| row.order.to == post)
        }
        Event::LevelSet { by, .. } => *by == post,
        Event::WarningIssued(warning) => warning.by == post,
        Event::ClauseFired { post: at, .. } => *at == post,
        Event::GasStudied(study) => study.post == post,
        Event::UnitDispatched { unit, .. }
        | Event::UnitArrived { unit, .. }
        | Event::UnitFinished { unit, .. }
        | Event::UnitReturned { unit } => own(unit),
        _ => false,
    }
}

/// When a message came to a post, if it has by `now`.
pub fn received(m: &MessageRow, post: PostId, now: Tick) -> Option<Tick> {
    let party = Party::Post(post);
    m.delivered.iter().find(|(tick, to)| *tick <= now && *to == party).map(|(tick, _)| *tick)
}

/// Whether a message is in a post's hands by `now`: sent by it, or delivered to it.
pub fn holds(m: &MessageRow, post: PostId, now: Tick) -> bool {
    m.message.from == Party::Post(post) && m.message.sent <= now || received(m, post, now).is_some()
}

/// Whether a post knows of an order by `now`: it gave it, or it has read it.
pub fn knows_order(row: &OrderRow, post: PostId, now: Tick) -> bool {
    let read = || {
        let upto = row.states.partition_point(|(tick, _)| *tick <= now);
        row.states[..upto].iter().any(|(_, s)| !matches!(s, OrderState::Issued | OrderState::Expired))
    };
    row.order.from == post && row.order.issued <= now || row.order.to == post && read()
}

/// How an order stands as a post knows it: the receiver knows, the issuer what the last answer said that has arrived.
pub fn order_state(index: &Index, row: &OrderRow, post: PostId, now: Tick) -> (Tick, OrderState) {
    if row.order.to == post {
        return row.state_at(now);
    }
    let answers = index.answers(row.order.id).filter(|m| received(m, post, now).is_some());
    let last = answers.map(|m| m.message.sent).max();
    last.map_or((row.order.issued, OrderState::Issued), |sent| row.state_at(sent))
}
