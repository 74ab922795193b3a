//! What each unit did over time, from the frames of units.

use serde::Serialize;
use sim_core::base::{ids::UnitId, time::Tick};
use sim_core::report::ledger::Ledger;
use sim_core::vocab::body::Duty;

/// A stretch of one duty. `to` is the first tick after it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Stretch {
    pub duty: Duty,
    pub from: Tick,
    pub to: Tick,
}

/// A unit's day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UnitLane {
    pub unit: UnitId,
    pub stretches: Vec<Stretch>,
}

impl UnitLane {
    /// Seconds that were not spent ready at base.
    pub fn busy_s(&self) -> f64 {
        self.stretches.iter().filter(|s| s.duty != Duty::Ready).map(|s| s.to.since_s(s.from)).sum()
    }
}

/// Lanes of all units, in id order, sampled each minute.
pub fn lanes(l: &Ledger) -> Vec<UnitLane> {
    const STEP: u32 = 6;
    let mut lanes: Vec<UnitLane> =
        (0..l.rec.programme.units.len()).map(|u| UnitLane { unit: UnitId::of(u), stretches: Vec::new() }).collect();
    for tick in (0..=l.last.0).step_by(STEP as usize) {
        let Some(frame) = l.rec.units_at(Tick(tick)) else { continue };
        for (lane, duty) in lanes.iter_mut().zip(&frame.duty) {
            let Some(duty) = Duty::from_u8(*duty) else { continue };
            let to = Tick((tick + STEP).min(l.last.0.max(tick)));
            match lane.stretches.last_mut() {
                Some(last) if last.duty == duty => last.to = to,
                _ => lane.stretches.push(Stretch { duty, from: Tick(tick), to }),
            }
        }
    }
    lanes
}
