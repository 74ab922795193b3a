//! Indicators of reporting: how soon the first report came up the line, and how far the city's picture was off.

use super::ledger::Ledger;
use super::{Better, Indicator, MINUTES, PERCENT, Row, words};
use crate::base::{ids::PostId, text::Text, time::Tick};
use crate::record::Tally;
use crate::vocab::body::Doing;
use crate::vocab::condition::Quantity;
use crate::vocab::event::Event;
use crate::vocab::message::Party;

/// "30 min by phone, 1 h in writing" is common practice now (drill.md 2.4, not checked against a text).
const FIRST_REPORT: Option<(f64, (&str, &str))> = Some((
    30.0,
    (
        "通行做法：30分钟内电话报告、1小时内书面报告（未核对文件原文）",
        "common practice: by phone within 30 min, in writing within 1 h (not checked against a text)",
    ),
));

/// First report after the onset that reached a post of this tier (any tier: `None`).
fn first_delivery(l: &Ledger, tier: Option<u8>) -> Option<(Tick, PostId)> {
    let (onset, _) = l.onset?;
    l.reports()
        .filter(|letter| letter.message.sent >= onset)
        .flat_map(|letter| letter.delivered.iter())
        .filter_map(|(tick, to, _)| match to {
            Party::Post(p) => Some((*tick, *p)),
            _ => None,
        })
        .filter(|(_, p)| tier.is_none_or(|t| l.rec.programme.posts.get(p.index()).is_some_and(|c| c.tier == t)))
        .min_by_key(|(tick, p)| (*tick, *p))
}

fn first(l: &Ledger, tier: Option<u8>, row: Row) -> Indicator {
    let Some((onset, _)) = l.onset else {
        return row.is(None, Text::new("没有险情发生", "no hazard occurred"));
    };
    let has_tier = tier.is_none_or(|t| l.rec.programme.posts.iter().any(|p| p.tier == t));
    if !has_tier {
        return row.is(None, Text::new("没有这一级的岗位", "there is no post of this tier"));
    }
    let began = words::clock(l.rec, onset);
    match first_delivery(l, tier) {
        Some((tick, post)) => {
            let (at, name) = (words::clock(l.rec, tick), words::post(l.rec, post));
            row.is(
                Some(tick.since_s(onset) / 60.0),
                Text::new(
                    format!("险情{}出现，{}送达{}", began.zh, at.zh, name.zh),
                    format!("first sign at {}, delivered to {} at {}", began.en, name.en, at.en),
                ),
            )
        }
        None if l.last.since_s(onset) >= 1800.0 => row.never(Text::new(
            format!("险情{}出现，始终没有报告送达", began.zh),
            format!("first sign at {}, no report was delivered", began.en),
        )),
        None => row.is(None, Text::new("记录在时限前结束", "the recording ends before the limit")),
    }
}

pub fn first_report(l: &Ledger) -> Indicator {
    first(
        l,
        None,
        Row {
            key: "first_report",
            name: ("首报用时", "Time to first report"),
            unit: MINUTES,
            better: Better::Lower,
            target: FIRST_REPORT,
            definition: (
                "从险情首个征兆（渗漏、溃口、进水、泄漏，取最早）到第一份信息报告送达任一岗位。",
                "From the first sign of a hazard (seep, breach, water or gas in the streets, release) to the first report delivered to any post.",
            ),
        },
    )
}
pub fn first_report_to_city(l: &Ledger) -> Indicator {
    first(
        l,
        Some(0),
        Row {
            key: "first_report_city",
            name: ("首报到达市级用时", "Time to first report, city"),
            unit: MINUTES,
            better: Better::Lower,
            target: FIRST_REPORT,
            definition: (
                "从险情首个征兆到第一份信息报告送达市级岗位。",
                "From the first sign to the first report delivered to a post of the city tier.",
            ),
        },
    )
}
pub fn first_report_to_town(l: &Ledger) -> Indicator {
    first(
        l,
        Some(1),
        Row {
            key: "first_report_town",
            name: ("首报到达镇街/部门用时", "Time to first report, town or department"),
            unit: MINUTES,
            better: Better::Lower,
            target: FIRST_REPORT,
            definition: (
                "从险情首个征兆到第一份信息报告送达镇街或部门岗位。",
                "From the first sign to the first report delivered to a post of the town or department tier.",
            ),
        },
    )
}

/// What the city tier believes of a quantity, minute by minute: the sum over its subjects of the newest value any of
/// its posts has. `None` until the first value.
fn believed(l: &Ledger, quantity: Quantity) -> impl Fn(Tick) -> Option<f64> {
    let mut changes: Vec<(Tick, u32, f64)> = Vec::new();
    for e in &l.rec.events {
        if let Event::PictureChanged { post, fact, .. } = &e.event
            && fact.topic.quantity == quantity
            && l.rec.programme.posts.get(post.index()).is_some_and(|p| p.tier == 0)
        {
            changes.push((e.tick, fact.topic.about, fact.value));
        }
    }
    move |tick| {
        let mut newest: std::collections::BTreeMap<u32, f64> = std::collections::BTreeMap::new();
        for (t, about, value) in &changes {
            if *t <= tick {
                newest.insert(*about, *value);
            }
        }
        (!newest.is_empty()).then(|| newest.values().sum())
    }
}

/// Mean of |believed - true| / true over the minutes in which the truth was above zero; what is not known counts as
/// zero, because the city acts on "nothing has happened".
fn error(l: &Ledger, quantity: Quantity, truth: impl Fn(&Tally) -> f64, row: Row) -> Indicator {
    let city = l.rec.programme.posts.iter().any(|p| p.tier == 0);
    let minutes: Vec<&Tally> = l.rec.tallies.iter().filter(|t| truth(t) > 0.0).collect();
    if !city || l.rec.tallies.is_empty() {
        return row.is(None, Text::new("没有市级岗位或没有逐分钟统计", "no city post, or no tallies"));
    }
    let Some(last) = minutes.last() else {
        return row.is(None, Text::new("真实值始终为零", "the truth stayed at zero"));
    };
    let picture = believed(l, quantity);
    let sum: f64 = minutes.iter().map(|t| (picture(t.tick).unwrap_or(0.0) - truth(t)).abs() / truth(t)).sum();
    let (end_true, end_known) = (truth(last), picture(last.tick));
    let known = end_known.map_or("不知道".to_string(), words::number);
    let known_en = end_known.map_or("unknown".to_string(), words::number);
    row.is(
        Some(100.0 * sum / minutes.len() as f64),
        Text::new(
            format!("最后：真实{}，市级掌握{known}", words::number(end_true)),
            format!("at the end: truth {}, the city's picture {known_en}", words::number(end_true)),
        ),
    )
}

const ERROR_DEFINITION: (&str, &str) = (
    "真实值大于零的每一分钟，|市级态势 − 真实| ÷ 真实 的平均；未知按零计。首报要快，续报要准。",
    "Mean over the minutes in which the truth was above zero of |the city tier's picture - truth| / truth; unknown counts as zero.",
);

pub fn error_casualties(l: &Ledger) -> Indicator {
    error(
        l,
        Quantity::Deaths,
        |t| f64::from(t.dead),
        Row {
            key: "error_deaths",
            name: ("死亡人数报告误差", "Error of the reported deaths"),
            unit: PERCENT,
            better: Better::Lower,
            target: None,
            definition: ERROR_DEFINITION,
        },
    )
}
pub fn error_trapped(l: &Ledger) -> Indicator {
    error(
        l,
        Quantity::Trapped,
        |t| f64::from(t.doing[Doing::Trapped as usize]),
        Row {
            key: "error_trapped",
            name: ("被困人数报告误差", "Error of the reported trapped"),
            unit: PERCENT,
            better: Better::Lower,
            target: None,
            definition: ERROR_DEFINITION,
        },
    )
}
pub fn error_breach(l: &Ledger) -> Indicator {
    error(
        l,
        Quantity::BreachWidth,
        |t| t.breach_width_m,
        Row {
            key: "error_breach",
            name: ("溃口宽度报告误差", "Error of the reported breach width"),
            unit: PERCENT,
            better: Better::Lower,
            target: None,
            definition: ERROR_DEFINITION,
        },
    )
}
