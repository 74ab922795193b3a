//! Indicators of response: first unit, five-minute reach, people moved before the water, rescues, losses, idle units.

use super::ledger::{Ledger, at, median};
use super::{Better, HOURS, Indicator, MINUTES, PEOPLE, PERCENT, Row, words};
use crate::base::{ids::UnitId, text::Text, time::Tick};
use crate::place::city::FacilityKind;
use crate::vocab::body::Duty;
use crate::vocab::event::Event;
use std::collections::BTreeSet;

pub fn first_unit(l: &Ledger) -> Indicator {
    let row = Row {
        key: "first_unit",
        name: ("首支队伍到场用时", "First unit on scene"),
        unit: MINUTES,
        better: Better::Lower,
        target: None,
        definition: (
            "从险情首个征兆到第一支队伍到达其任务地点。",
            "From the first sign of a hazard to the first arrival of a unit at its task.",
        ),
    };
    let Some((onset, _)) = l.onset else {
        return row.is(None, Text::new("没有险情发生", "no hazard occurred"));
    };
    let first = l.rec.events.iter().find_map(|e| match e.event {
        Event::UnitArrived { unit, order, .. } if e.tick >= onset => Some((e.tick, unit, order)),
        _ => None,
    });
    match first {
        Some((tick, unit, order)) => {
            let (clock, name) = (words::clock(l.rec, tick), words::unit(l.rec, unit));
            let task = l
                .orders
                .get(&order)
                .map_or(Text::new("任务不明", "unknown task"), |o| words::task(l.rec, &o.order.task));
            row.is(
                Some(tick.since_s(onset) / 60.0),
                Text::new(
                    format!("{}，{}，{}", clock.zh, name.zh, task.zh),
                    format!("{}, {}, {}", clock.en, name.en, task.en),
                ),
            )
        }
        None => row.never(Text::new("没有队伍到场", "no unit arrived")),
    }
}

/// Time from dispatch to arrival of units whose base is a fire station.
pub fn five_minutes(l: &Ledger) -> Indicator {
    let fire = |unit: UnitId| {
        let base = l.rec.programme.units.get(unit.index()).and_then(|u| l.rec.city.facilities.get(u.base.index()));
        base.is_some_and(|f| f.kind == FacilityKind::FireStation)
    };
    let (mut calls, mut in_time, mut open) = (0u32, 0u32, 0u32);
    for life in l.orders.values() {
        for (sent, unit) in life.dispatched.iter().filter(|(_, u)| fire(*u)) {
            let arrived = life.arrived.iter().find(|(t, u, _)| u == unit && t >= sent).map(|a| a.0);
            match arrived {
                Some(t) => {
                    calls += 1;
                    in_time += u32::from(t.since_s(*sent) <= 300.0);
                }
                None if l.last.since_s(*sent) > 300.0 => calls += 1,
                None => open += 1,
            }
        }
    }
    Row {
        key: "five_minutes",
        name: ("消防5分钟到场率", "Fire units there within 5 min"),
        unit: PERCENT,
        better: Better::Higher,
        target: Some((
            75.0,
            (
                "吴江、太仓“十四五”规划：消防5分钟覆盖建成区≥75%；无锡“5分钟消防救援圈”",
                "Wujiang, Taicang 14th five-year plans: 5-minute fire reach of 75 % of the built-up area; Wuxi: 5-minute circle",
            ),
        )),
        definition: (
            "驻地为消防站的队伍，自派出到到场不超过5分钟的派出次数占比；未到场且已超5分钟计为未达到。",
            "Of the dispatches of units based at fire stations, the share that arrived within 5 min of dispatch; not arrived after 5 min counts as missed.",
        ),
    }
    .is(
        (calls > 0).then(|| 100.0 * f64::from(in_time) / f64::from(calls)),
        if calls == 0 {
            Text::new("没有消防队伍被派出", "no fire unit was sent out")
        } else {
            Text::new(format!("{in_time} / {calls}次派出，{open}次未到判定时间"), format!("{in_time} of {calls} dispatches, {open} too recent to judge"))
        },
    )
}

pub fn moved_before_water(l: &Ledger) -> Indicator {
    let (mut all, mut moved) = (0u32, 0u32);
    for (person, zone) in l.home_zone.iter().enumerate() {
        if let Some(arrival) = zone.and_then(|z| l.water_at[z.index()]) {
            all += 1;
            moved += u32::from(at(&l.safe, person).is_some_and(|t| t <= arrival));
        }
    }
    Row {
        key: "moved_before_water",
        name: ("进水前已转移", "Moved before the water came"),
        unit: PERCENT,
        better: Better::Higher,
        target: None,
        definition: (
            "进水社区的居民（按演练开始时所在位置）中，进水前已到避难场所或已离开的占比。",
            "Of the people of flooded communities (by position at the start), the share in a shelter or gone before water stood in their streets.",
        ),
    }
    .is(
        (all > 0).then(|| 100.0 * f64::from(moved) / f64::from(all)),
        if all == 0 {
            Text::new("没有社区进水，或没有人员位置", "no community was flooded, or no positions of people")
        } else {
            Text::new(format!("{moved} / {all}人"), format!("{moved} of {all} people"))
        },
    )
}

pub fn rescued(l: &Ledger) -> Indicator {
    let trapped = Ledger::count(&l.trapped);
    let picked = Ledger::count(&l.picked_up);
    Row {
        key: "picked_up",
        name: ("由队伍转运和救出", "Picked up by responders"),
        unit: PEOPLE,
        better: Better::Higher,
        target: None,
        definition: (
            "被队伍接走的不同人数（转移和救援）。",
            "Distinct persons picked up by a unit, evacuation and rescue together.",
        ),
    }
    .is(l.counted(picked), Text::new(format!("曾被困{trapped}人"), format!("{trapped} had been trapped")))
}

/// From being trapped to being picked up or safe.
pub fn rescue_wait(l: &Ledger) -> Indicator {
    let mut waits = Vec::new();
    let mut waiting = 0;
    for (person, trapped) in l.trapped.iter().enumerate() {
        let Some(trapped) = trapped else { continue };
        let out = [at(&l.picked_up, person), at(&l.safe, person)].into_iter().flatten().filter(|t| t >= trapped).min();
        match out {
            Some(t) => waits.push(t.since_s(*trapped) / 60.0),
            None => waiting += 1,
        }
    }
    let n = waits.len();
    Row {
        key: "rescue_wait",
        name: ("被困到获救用时", "From trapped to rescued"),
        unit: MINUTES,
        better: Better::Lower,
        target: None,
        definition: (
            "从被困到被接走或到达安全处的时间，取中位数；尚未获救的人只在说明中列出。",
            "From being trapped to being picked up or safe; the median. Those not yet out appear in the detail only.",
        ),
    }
    .is(
        median(waits),
        Text::new(
            format!("{n}人获救，{waiting}人记录结束时未获救"),
            format!("{n} got out, {waiting} had not when the recording ends"),
        ),
    )
}

pub fn responders_lost(l: &Ledger) -> Indicator {
    let lost: BTreeSet<UnitId> = l
        .rec
        .events
        .iter()
        .filter_map(|e| match e.event {
            Event::UnitLost { unit, .. } => Some(unit),
            _ => None,
        })
        .collect();
    let crew: u32 = lost.iter().filter_map(|u| l.rec.programme.units.get(u.index())).map(|u| u.crew).sum();
    let detail = if lost.is_empty() {
        Text::new("没有队伍失去战力", "no unit was lost")
    } else {
        let names = words::short_list(lost.iter().map(|u| words::unit(l.rec, *u)), 4);
        Text::new(format!("{}（共{crew}人）", names.zh), format!("{} ({crew} crew)", names.en))
    };
    Row {
        key: "units_lost",
        name: ("失去战力的队伍", "Units lost"),
        unit: ("支", "units"),
        better: Better::Lower,
        target: None,
        definition: (
            "失去战力的不同队伍数；记录不含队员个人伤亡。",
            "Distinct units out of action; the recording does not hold harm to single responders.",
        ),
    }
    .is(l.counted(lost.len()).filter(|_| !l.rec.programme.units.is_empty()), detail)
}

/// Hours of units that stood ready at base while orders were being given.
pub fn idle(l: &Ledger) -> Indicator {
    let row = Row {
        key: "idle_unit_hours",
        name: ("闲置队伍小时", "Idle unit-hours"),
        unit: HOURS,
        better: Better::Lower,
        target: None,
        definition: (
            "从第一道命令到记录结束，各队伍处于待命状态的时间之和（每分钟取一次）。必要的预备队也计入，请结合说明看。",
            "From the first order to the end of the recording, unit-hours in the state ready, sampled each minute. A reserve that is kept on purpose counts too.",
        ),
    };
    let Some(from) = l.orders.values().map(|o| o.issued).min() else {
        return row.is(None, Text::new("没有下达过命令", "no order was given"));
    };
    let (mut ready, mut all) = (0u64, 0u64);
    for tick in (from.0..=l.last.0).step_by(6) {
        let Some(units) = l.rec.units_at(Tick(tick)) else { continue };
        all += units.duty.len() as u64;
        ready += units.duty.iter().filter(|d| Duty::from_u8(**d) == Some(Duty::Ready)).count() as u64;
    }
    row.is(
        (all > 0).then(|| ready as f64 / 60.0),
        if all == 0 {
            Text::new("记录中没有队伍状态", "the recording has no states of units")
        } else {
            let share = words::number((1000.0 * ready as f64 / all as f64).round() / 10.0);
            Text::new(format!("占全部队伍时间的{share}%"), format!("{share} % of all unit time"))
        },
    )
}
