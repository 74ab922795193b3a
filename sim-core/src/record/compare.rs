//! `diff`: the first tick and the first body in which two recordings differ.

use super::{Recording, frame::LayerName};
use crate::base::{ids::PersonId, ids::UnitId, time::Tick};

/// Where two recordings part.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    pub tick: Tick,
    /// What differs first: a header field, a part of the state, an event, a body.
    pub what: Vec<String>,
}

/// Compares two recordings; `None` when every tick is equal to the last bit.
pub fn compare(a: &Recording, b: &Recording) -> Option<Difference> {
    let mut header = Vec::new();
    if a.header.scenario_hash != b.header.scenario_hash {
        header.push(format!("scenario: {} against {}", a.header.scenario_hash, b.header.scenario_hash));
    }
    if a.header.seed != b.header.seed {
        header.push(format!("seed: {} against {}", a.header.seed, b.header.seed));
    }
    if a.header.engine != b.header.engine {
        header.push(format!("engine: {} against {}", a.header.engine, b.header.engine));
    }
    let ticks = a.digests.len().min(b.digests.len());
    let first = (0..ticks).find(|&i| a.digests[i] != b.digests[i]);
    let Some(row) = first else {
        if a.digests.len() != b.digests.len() {
            let tick = Tick(ticks as u32);
            header.push(format!(
                "equal for {ticks} ticks, then one ends: {} ticks against {}",
                a.digests.len(),
                b.digests.len()
            ));
            return Some(Difference { tick, what: header });
        }
        if let Some(i) = (0..a.events.len().max(b.events.len())).find(|&i| a.events.get(i) != b.events.get(i)) {
            let tick = a.events.get(i).or(b.events.get(i)).expect("one of them has it").tick;
            header.push(event_difference(a, b, i));
            return Some(Difference { tick, what: header });
        }
        return (!header.is_empty()).then_some(Difference { tick: Tick(0), what: header });
    };
    let tick = a.digests[row].tick;
    let mut what = header;
    let parts: Vec<&str> = a.digests[row]
        .parts
        .iter()
        .zip(&b.digests[row].parts)
        .enumerate()
        .filter(|(_, (x, y))| x != y)
        .map(|(i, _)| a.header.digest_parts.get(i).map_or("?", String::as_str))
        .collect();
    what.push(format!("parts of the state: {}", parts.join(", ")));
    if let Some(i) = (0..a.events.len().max(b.events.len())).find(|&i| a.events.get(i) != b.events.get(i)) {
        what.push(event_difference(a, b, i));
    }
    what.extend(first_body(a, b, tick));
    Some(Difference { tick, what })
}

fn event_difference(a: &Recording, b: &Recording, i: usize) -> String {
    let show = |r: &Recording| {
        r.events.get(i).map_or("nothing more".to_string(), |e| {
            let text = serde_json::to_string(&e.event).expect("an event is plain data");
            format!("tick {} {}", e.tick.0, text.chars().take(160).collect::<String>())
        })
    };
    format!("first event that differs, number {i}: {} against {}", show(a), show(b))
}

/// The first person, unit or cell that differs in the first frames at or after `tick`.
fn first_body(a: &Recording, b: &Recording, tick: Tick) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(at) = a.people_ticks().into_iter().find(|t| *t >= tick)
        && let (Some(x), Some(y)) = (a.people_at(at), b.people_at(at))
    {
        let differs = |i: &usize| (x.x_m[*i], x.y_m[*i], x.doing[*i]) != (y.x_m[*i], y.y_m[*i], y.doing[*i]);
        if let Some(i) = (0..x.len().min(y.len())).find(differs) {
            let person = PersonId::of(i);
            found.push(format!(
                "first person that differs in the frame of tick {}: person {person}, {:?} at ({}, {}) against {:?} at ({}, {})",
                at.0, x.doing_of(person), x.x_m[i], x.y_m[i], y.doing_of(person), y.x_m[i], y.y_m[i]
            ));
        }
    }
    if let (Some(x), Some(y)) = (a.units_at(Tick(tick.0 + 6)), b.units_at(Tick(tick.0 + 6))) {
        let differs = |i: &usize| (x.x[*i], x.y[*i], x.duty[*i]) != (y.x[*i], y.y[*i], y.duty[*i]);
        if let Some(i) = (0..x.x.len().min(y.x.len())).find(differs) {
            let unit = UnitId::of(i);
            found.push(format!(
                "first unit that differs: unit {unit}, {:?} against {:?}",
                x.duty_of(unit),
                y.duty_of(unit)
            ));
        }
    }
    for name in LayerName::ALL {
        let Some(at) = a.layer_ticks(name).into_iter().find(|t| *t >= tick) else { continue };
        if let (Some((_, x)), Some((_, y))) = (a.layer_at(name, at), b.layer_at(name, at))
            && x != y
        {
            let (x, y) = (x.unpack(name), y.unpack(name));
            if let Some(cell) = (0..x.len().min(y.len())).find(|&i| x[i] != y[i]) {
                found.push(format!(
                    "first cell that differs in {} of tick {}: cell {cell}, {} against {} {}",
                    name.names().1,
                    at.0,
                    x[cell],
                    y[cell],
                    name.unit()
                ));
            }
        }
    }
    found
}
