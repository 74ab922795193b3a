//! Sense: fixed gas monitors send what they read. Each follows the air every tick and reports at its own moment.

use super::state::*;
use super::talk::{fact, send};
use crate::base::{ids::*, text::Text, time::TICK_S};
use crate::hazard::gas::monitor;
use crate::vocab::condition::Quantity;
use crate::vocab::message::{Medium, Message, MessageKind, Party};
use bevy_ecs::prelude::*;

/// Gas monitors read the air and report.
pub fn read_monitors(
    setting: Res<Setting>,
    now: Res<Now>,
    nature: Res<Nature>,
    mut gauging: ResMut<Gauging>,
    mut lines: ResMut<Lines>,
    mut events: ResMut<Events>,
) {
    let (tick, scenario) = (now.tick, &setting.scenario);
    for (m, (spec, state)) in scenario.monitors.iter().zip(&mut gauging.monitors).enumerate() {
        let cell = scenario.city.grid.nearest_cell(spec.at);
        let ppm = monitor::in_air_ppm(spec, &nature.gas, cell);
        let Some(reading) = state.step(spec, m as u32, setting.seed, now.s(), f64::from(TICK_S), ppm) else { continue };
        let what = monitor::named(spec, &nature.gas, cell).map(|s| s.name.clone());
        let what = what.unwrap_or_else(|| Text::new("有毒气体", "toxic gas"));
        let full = if reading.full { ("（满量程）", " (end of the range)") } else { ("", "") };
        let message = Message {
            id: lines.comms.next_id(),
            kind: MessageKind::Reading,
            from: Party::Monitor(MonitorId::of(m)),
            to: spec.to.iter().map(|p| Party::Post(*p)).collect(),
            medium: Medium::Telemetry,
            facts: vec![fact(Quantity::MonitorPpm, m as u32, reading.ppm, tick)],
            text: Text::new(
                format!("{}：{} {:.1} ppm{}", spec.name.zh, what.zh, reading.ppm, full.0),
                format!("{}: {} {:.1} ppm{}", spec.name.en, what.en, reading.ppm, full.1),
            ),
            sent: tick,
            inject: None,
        };
        send(&setting, tick, &mut lines, &mut events, message);
    }
}
