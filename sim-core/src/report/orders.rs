//! Indicators of command: levels, orders, clauses, span of control, messages.

use super::ledger::{Ending, Ledger, median};
use super::{Better, Indicator, MINUTES, PERCENT, Row, TIMES, words};
use crate::base::{ids::PostId, text::Text, time::Tick};
use crate::vocab::condition::{HazardKind, Level};
use crate::vocab::event::Event;
use crate::vocab::message::Party;
use std::collections::{BTreeMap, BTreeSet};

/// Start of the response, and of each level that was set, for the hazards that had a response or needed one.
pub fn levels(l: &Ledger) -> Vec<Indicator> {
    let mut rows = Vec::new();
    for hazard in HazardKind::ALL {
        let began = hazard_began(l, hazard);
        let sets: Vec<(Tick, Level, PostId)> = l
            .rec
            .events
            .iter()
            .filter_map(|e| match e.event {
                Event::LevelSet { hazard: h, level, by } if h == hazard && level != Level::None => {
                    Some((e.tick, level, by))
                }
                _ => None,
            })
            .collect();
        let row =
            |key, name, definition| Row { key, name, unit: MINUTES, better: Better::Lower, target: None, definition };
        let start = match hazard {
            HazardKind::Flood => row("level_flood", ("防汛响应启动", "Flood response set"), START),
            HazardKind::Gas => row("level_gas", ("危化品响应启动", "Gas response set"), START),
        };
        match (sets.first(), began) {
            (None, None) => continue,
            (None, Some(_)) => rows.push(start.never(Text::new("始终没有启动", "no level was ever set"))),
            (Some(set), _) => {
                rows.push(start.is(since(began, set.0), set_detail(l, set)));
                for level in [Level::IV, Level::III, Level::II, Level::I] {
                    if let Some(set) = sets.iter().find(|s| s.1 == level) {
                        let (key, name) = level_name(hazard, level);
                        rows.push(row(key, name, LEVEL).is(since(began, set.0), set_detail(l, set)));
                    }
                }
            }
        }
    }
    rows
}

const START: (&str, &str) = (
    "从该灾种首个征兆到首次启动任一级别响应；负值表示在征兆之前启动。",
    "From the first sign of this hazard to the first response level of any kind; negative when set before.",
);
const LEVEL: (&str, &str) = (
    "从该灾种首个征兆到首次设为该级别；没有设过的级别不列出。",
    "From the first sign of this hazard to the first time this very level was set; levels that were never set are not listed.",
);

fn since(began: Option<Tick>, tick: Tick) -> Option<f64> {
    began.map(|b| (tick.seconds() - b.seconds()) / 60.0)
}

fn set_detail(l: &Ledger, (tick, level, by): &(Tick, Level, PostId)) -> Text {
    let (clock, post, level) = (words::clock(l.rec, *tick), words::post(l.rec, *by), level.names());
    Text::new(
        format!("{}，{}，{}", clock.zh, post.zh, level.0),
        format!("{}, {}, level {}", clock.en, post.en, level.1),
    )
}

fn level_name(hazard: HazardKind, level: Level) -> (&'static str, (&'static str, &'static str)) {
    match (hazard, level) {
        (HazardKind::Flood, Level::IV) => ("level_flood_4", ("防汛Ⅳ级响应启动", "Flood response level IV set")),
        (HazardKind::Flood, Level::III) => ("level_flood_3", ("防汛Ⅲ级响应启动", "Flood response level III set")),
        (HazardKind::Flood, Level::II) => ("level_flood_2", ("防汛Ⅱ级响应启动", "Flood response level II set")),
        (HazardKind::Flood, Level::I | Level::None) => {
            ("level_flood_1", ("防汛Ⅰ级响应启动", "Flood response level I set"))
        }
        (HazardKind::Gas, Level::IV) => ("level_gas_4", ("危化品Ⅳ级响应启动", "Gas response level IV set")),
        (HazardKind::Gas, Level::III) => ("level_gas_3", ("危化品Ⅲ级响应启动", "Gas response level III set")),
        (HazardKind::Gas, Level::II) => ("level_gas_2", ("危化品Ⅱ级响应启动", "Gas response level II set")),
        (HazardKind::Gas, Level::I | Level::None) => ("level_gas_1", ("危化品Ⅰ级响应启动", "Gas response level I set")),
    }
}

fn hazard_began(l: &Ledger, hazard: HazardKind) -> Option<Tick> {
    l.rec.events.iter().find_map(|e| {
        let this = match &e.event {
            Event::LeveeSeeps { .. } | Event::LeveeBreached { .. } | Event::WaterReached { .. } => HazardKind::Flood,
            Event::GasReleased { .. } | Event::GasReached { .. } | Event::FireBegan { .. } => HazardKind::Gas,
            _ => return None,
        };
        (this == hazard).then_some(e.tick)
    })
}

pub fn command_ready(l: &Ledger) -> Indicator {
    let city = |p: &PostId| l.rec.programme.posts.get(p.index()).is_some_and(|c| c.tier == 0);
    let row = Row {
        key: "command_ready",
        name: ("市级指挥部开始指挥", "City command post at work"),
        unit: MINUTES,
        better: Better::Lower,
        target: None,
        definition: (
            "从险情首个征兆到市级岗位首次启动响应、发布预警或下达命令；记录中没有指挥部开设事件，以此代替。",
            "From the first sign to the first level, warning or order by a post of the city tier. The recording has no event for the opening of a command post; this stands for it.",
        ),
    };
    let Some((onset, _)) = l.onset else {
        return row.is(None, Text::new("没有险情发生", "no hazard occurred"));
    };
    let first = l.rec.events.iter().find_map(|e| {
        let (by, what) = match &e.event {
            Event::LevelSet { by, level, .. } if *level != Level::None => (by, ("启动响应", "set a level")),
            Event::WarningIssued(w) => (&w.by, ("发布预警", "issued a warning")),
            Event::OrderIssued(o) => (&o.from, ("下达命令", "gave an order")),
            _ => return None,
        };
        city(by).then_some((e.tick, what))
    });
    match first {
        Some((tick, what)) => {
            let clock = words::clock(l.rec, tick);
            row.is(
                Some((tick.seconds() - onset.seconds()) / 60.0),
                Text::new(format!("{}{}", clock.zh, what.0), format!("{} at {}", what.1, clock.en)),
            )
        }
        None => row.never(Text::new("市级岗位没有任何指挥动作", "no act of command by a city post")),
    }
}

fn orders_row(
    key: &'static str,
    name: (&'static str, &'static str),
    better: Better,
    definition: (&'static str, &'static str),
) -> Row {
    Row { key, name, unit: PERCENT, better, target: None, definition }
}
fn share_of(l: &Ledger, n: usize) -> Option<f64> {
    (!l.orders.is_empty()).then(|| 100.0 * n as f64 / l.orders.len() as f64)
}
fn of_orders(l: &Ledger, n: usize) -> Text {
    let all = l.orders.len();
    Text::new(format!("{n} / {all}道命令"), format!("{n} of {all} orders"))
}

pub fn issued(l: &Ledger) -> Indicator {
    let posts: BTreeSet<PostId> = l.orders.values().map(|o| o.order.from).collect();
    Row {
        key: "orders_issued",
        name: ("下达命令", "Orders issued"),
        unit: ("道", "orders"),
        better: Better::Higher,
        target: None,
        definition: (
            "全程下达的命令数；多少本身无好坏之分。",
            "Orders given in the run; more is neither better nor worse by itself.",
        ),
    }
    .is(
        l.counted(l.orders.len()),
        Text::new(format!("由{}个岗位下达", posts.len()), format!("by {} posts", posts.len())),
    )
}

pub fn done(l: &Ledger) -> Indicator {
    let n = l.orders.values().filter(|o| o.done().is_some()).count();
    orders_row(
        "orders_done",
        ("命令完成率", "Orders done"),
        Better::Higher,
        ("状态为完成的命令 ÷ 全部命令。", "Orders that ended as done / all orders."),
    )
    .is(share_of(l, n), of_orders(l, n))
}

pub fn failed(l: &Ledger) -> Indicator {
    let by = |ending: Ending| l.orders.values().filter(|o| o.ended.is_some_and(|e| e.1 == ending)).count();
    let (failed, refused, expired) = (by(Ending::Failed), by(Ending::Refused), by(Ending::Expired));
    orders_row(
        "orders_failed",
        ("命令失败率", "Orders failed"),
        Better::Lower,
        (
            "失败、被拒绝或未送达而失效的命令 ÷ 全部命令。",
            "Orders that failed, were refused or expired undelivered / all orders.",
        ),
    )
    .is(
        share_of(l, failed + refused + expired),
        Text::new(
            format!("失败{failed}，拒绝{refused}，未送达{expired}"),
            format!("{failed} failed, {refused} refused, {expired} expired"),
        ),
    )
}

pub fn late(l: &Ledger) -> Indicator {
    let n = l.orders.values().filter(|o| o.late(l.last)).count();
    orders_row(
        "orders_late",
        ("命令逾期率", "Orders late"),
        Better::Lower,
        (
            "开始或完成晚于命令时限的命令（含记录结束时已逾期未完成的）÷ 全部命令；失败的不计入。",
            "Orders begun or done after their time, or open past it / all orders; failed ones are not counted here.",
        ),
    )
    .is(share_of(l, n), of_orders(l, n))
}

pub fn duplicates(l: &Ledger) -> Indicator {
    let orders: Vec<_> = l.orders.values().collect();
    let n = orders
        .iter()
        .enumerate()
        .filter(|(i, o)| {
            orders[..*i].iter().any(|e| e.order.to == o.order.to && e.order.task == o.order.task && e.open_at(o.issued))
        })
        .count();
    orders_row(
        "orders_duplicate",
        ("重复命令率", "Duplicate orders"),
        Better::Lower,
        (
            "向同一岗位下达同一任务、而前一道尚未结束的命令 ÷ 全部命令。",
            "Orders with the same task to the same post while an earlier one was open / all orders.",
        ),
    )
    .is(share_of(l, n), of_orders(l, n))
}

pub fn clauses_missed(l: &Ledger) -> Indicator {
    let (mut fired, mut missed) = (0u32, 0u32);
    let mut names = BTreeSet::new();
    for e in &l.rec.events {
        match &e.event {
            Event::ClauseFired { .. } => fired += 1,
            Event::ClauseMissed { clause, .. } => {
                missed += 1;
                names.insert(clause.clone());
            }
            _ => {}
        }
    }
    let names: Vec<String> = names.into_iter().collect();
    Row {
        key: "clauses_missed",
        name: ("预案条款逾期", "Plan clauses missed"),
        unit: TIMES,
        better: Better::Lower,
        target: None,
        definition: (
            "触发后在时限内没有执行要求动作的预案条款次数。",
            "Times a clause of the pre-plan fired and the act it asks for did not follow in time.",
        ),
    }
    .is(
        (fired + missed > 0).then_some(f64::from(missed)),
        if fired + missed == 0 {
            Text::new("没有条款触发", "no clause fired")
        } else {
            Text::new(
                format!("触发{fired}次；逾期条款：{}", if names.is_empty() { "无".into() } else { names.join("、") }),
                format!(
                    "fired {fired} times; missed: {}",
                    if names.is_empty() { "none".into() } else { names.join(", ") }
                ),
            )
        },
    )
}

/// Span of control: ICS asks for 3 to 7, ideally 5 (drill.md 2.2).
const SPAN: usize = 7;

pub fn span_of_control(l: &Ledger) -> Indicator {
    let mut minutes = 0u32;
    let mut widest: Option<(usize, PostId, Tick)> = None;
    for tick in (0..=l.last.0).step_by(6).map(Tick) {
        let mut open: BTreeMap<PostId, usize> = BTreeMap::new();
        for life in l.orders.values().filter(|o| o.open_at(tick)) {
            *open.entry(life.order.from).or_default() += 1;
        }
        for (post, n) in open {
            minutes += u32::from(n > SPAN);
            if widest.is_none_or(|w| n > w.0) {
                widest = Some((n, post, tick));
            }
        }
    }
    Row {
        key: "span_of_control",
        name: ("指挥幅度超限", "Span of control exceeded"),
        unit: MINUTES,
        better: Better::Lower,
        target: Some((0.0, ("ICS：管理幅度3—7，以5为宜", "ICS: span of control 3 to 7, ideally 5"))),
        definition: (
            "各岗位同时未结束的自发命令超过7道的岗位·分钟数；以未结命令代替直接下属数。",
            "Post-minutes with more than seven orders of the post's own open at once; open orders stand for direct subordinates.",
        ),
    }
    .is(
        widest.map(|_| f64::from(minutes)),
        widest.map_or(Text::new("没有下达过命令", "no order was given"), |(n, post, tick)| {
            let (name, clock) = (words::post(l.rec, post), words::clock(l.rec, tick));
            Text::new(format!("最多{n}道，{}，{}", name.zh, clock.zh), format!("at most {n}, {}, {}", name.en, clock.en))
        }),
    )
}

pub fn messages_lost(l: &Ledger) -> Indicator {
    let arrived: usize = l.messages.values().map(|m| m.delivered.len()).sum();
    let lost: usize = l.messages.values().map(|m| m.lost.len()).sum();
    Row {
        key: "messages_lost",
        name: ("信息丢失率", "Messages lost"),
        unit: PERCENT,
        better: Better::Lower,
        target: None,
        definition: (
            "丢失的收件 ÷（送达 + 丢失的收件）；在途的不计。",
            "Copies lost / copies delivered or lost; those under way are not counted.",
        ),
    }
    .is(
        (arrived + lost > 0).then(|| 100.0 * lost as f64 / (arrived + lost) as f64),
        Text::new(format!("{lost} / {}份", arrived + lost), format!("{lost} of {} copies", arrived + lost)),
    )
}

pub fn message_delay(l: &Ledger) -> Indicator {
    let delays: Vec<f64> = l
        .messages
        .values()
        .flat_map(|m| {
            m.delivered
                .iter()
                .filter(|(_, to, _)| matches!(to, Party::Post(_)))
                .map(|(t, _, _)| t.since_s(m.message.sent))
        })
        .collect();
    let n = delays.len();
    Row {
        key: "message_delay",
        name: ("岗位间信息送达用时", "Delay of messages to posts"),
        unit: ("秒", "s"),
        better: Better::Lower,
        target: None,
        definition: ("从发出到送达岗位的时间，取中位数。", "From sending to delivery to a post; the median."),
    }
    .is(median(delays), Text::new(format!("{n}份"), format!("{n} copies")))
}

pub fn acknowledged(l: &Ledger) -> Indicator {
    let times: Vec<f64> =
        l.messages.values().filter_map(|m| m.acknowledged.map(|t| t.since_s(m.message.sent) / 60.0)).collect();
    let n = times.len();
    Row {
        key: "acknowledgement",
        name: ("回执用时", "Time to acknowledgement"),
        unit: MINUTES,
        better: Better::Lower,
        target: None,
        definition: ("从发出到收到回执的时间，取中位数。", "From sending to the acknowledgement; the median."),
    }
    .is(median(times), Text::new(format!("{n}份有回执"), format!("{n} acknowledged")))
}
