//! Indicators of harm: dead, hurt, affected, and the worst-hit community.

use super::ledger::Ledger;
use super::{Better, Indicator, PEOPLE, Row, TIMES, words};
use crate::base::text::Text;
use crate::vocab::body::{Cause, Health};

/// Wuxi, Wujiang and Taicang five-year plans for emergency management, 2021-2025 (drill.md 3.1): <0.5 a year.
const DEATHS_PER_MILLION: f64 = 0.5;
/// The same plans: fewer than 5,000 person-times a year.
const AFFECTED_PER_100K: f64 = 5000.0;

pub fn deaths(l: &Ledger) -> Indicator {
    let by = |cause: Cause| l.worst.values().filter(|h| h.health == Health::Dead && h.cause == cause).count();
    let causes: Vec<Text> = Cause::ALL
        .into_iter()
        .filter(|c| by(*c) > 0)
        .map(|c| {
            let name = words::cause(c);
            Text::new(format!("{}{}人", name.zh, by(c)), format!("{} by {}", by(c), name.en))
        })
        .collect();
    let detail = if causes.is_empty() { Text::new("无人死亡", "nobody died") } else { words::list(causes) };
    Row {
        key: "deaths",
        name: ("死亡人数", "Deaths"),
        unit: PEOPLE,
        better: Better::Lower,
        target: None,
        definition: (
            "记录中健康状况变为死亡的不同人数。",
            "Distinct persons whose health became dead in the recording.",
        ),
    }
    .is(l.counted(l.dead()), detail)
}

pub fn deaths_per_million(l: &Ledger) -> Indicator {
    let value = (l.observed() && l.residents() > 0).then(|| l.dead() as f64 * 1e6 / l.residents() as f64);
    Row {
        key: "deaths_per_million",
        name: ("百万人因灾死亡率", "Deaths per million"),
        unit: TIMES,
        better: Better::Lower,
        target: Some((
            DEATHS_PER_MILLION,
            (
                "无锡、吴江、太仓“十四五”应急管理规划：<0.5（年度预期性指标；此处以单次演练对照全年限值）",
                "Wuxi, Wujiang, Taicang 14th five-year plans: <0.5 a year (one drill is held against the whole year's limit)",
            ),
        )),
        definition: ("死亡人数 ÷ 居民总数 × 100万。", "Deaths / residents x 1,000,000."),
    }
    .is(
        value,
        Text::new(
            format!("{}人 / {}名居民", l.dead(), words::number(l.residents() as f64)),
            format!("{} of {} residents", l.dead(), words::number(l.residents() as f64)),
        ),
    )
}

pub fn seriously_hurt(l: &Ledger) -> Indicator {
    let light = l.worst.values().filter(|h| h.health == Health::Light).count();
    Row {
        key: "seriously_hurt",
        name: ("重伤人数", "Seriously hurt"),
        unit: PEOPLE,
        better: Better::Lower,
        target: None,
        definition: (
            "最坏健康状况为重伤的不同人数（后死亡者计入死亡）。",
            "Distinct persons whose worst state was seriously hurt (those who died count as deaths).",
        ),
    }
    .is(l.counted(l.serious()), Text::new(format!("另有轻伤{light}人"), format!("and {light} lightly hurt")))
}

/// Affected (受灾): a lower bound, because neither list alone sees everyone.
pub fn affected_per_100k(l: &Ledger) -> Indicator {
    let columns = [&l.sheltered, &l.trapped, &l.picked_up, &l.hospitalised];
    let rows = columns.iter().map(|c| c.len()).max().unwrap_or(0);
    let by_event = (0..rows)
        .filter(|&i| columns.iter().any(|c| super::ledger::at(c, i).is_some()))
        .chain(l.worst.keys().map(|p| p.index()))
        .collect::<std::collections::BTreeSet<usize>>()
        .len() as u32;
    let in_water = l.rec.tallies.iter().map(|t| t.people_in_water).max();
    let in_gas = l.rec.tallies.iter().map(|t| t.over_aegl[1]).max();
    let affected = in_water.zip(in_gas).map(|(w, g)| by_event.max(w).max(g));
    let value = affected.filter(|_| l.residents() > 0).map(|n| f64::from(n) * 1e5 / l.residents() as f64);
    Row {
        key: "affected_per_100k",
        name: ("十万人受灾人次", "Affected per 100,000"),
        unit: TIMES,
        better: Better::Lower,
        target: Some((
            AFFECTED_PER_100K,
            (
                "无锡、吴江、太仓“十四五”应急管理规划：<5000（年度预期性指标）",
                "Wuxi, Wujiang, Taicang 14th five-year plans: <5,000 a year",
            ),
        )),
        definition: (
            "下限估计：下列三者中的最大值 ÷ 居民总数 × 10万——有安置、被困、转运、伤亡事件的不同人数；门口积水超过0.3米的建筑内人数峰值；毒性负荷超过AEGL-2的人数。",
            "A lower bound: the largest of three counts / residents x 100,000: distinct persons with an event of sheltering, trapping, rescue or harm; peak of people in buildings with over 0.3 m at the door; people above AEGL-2 by toxic load.",
        ),
    }
    .is(
        value,
        Text::new(
            format!(
                "有事件者{by_event}人，水中建筑内峰值{}人，超AEGL-2 {}人",
                in_water.map_or("—".into(), |v| v.to_string()),
                in_gas.map_or("—".into(), |v| v.to_string())
            ),
            format!(
                "{by_event} with events, peak {} in flooded buildings, {} above AEGL-2",
                in_water.map_or("—".into(), |v| v.to_string()),
                in_gas.map_or("—".into(), |v| v.to_string())
            ),
        ),
    )
}

/// Dead and seriously hurt per 1,000 residents of each zone, highest first.
pub fn by_zone(l: &Ledger) -> Vec<(crate::base::ids::ZoneId, f64, usize)> {
    let mut counts = vec![0usize; l.zone_people.len()];
    for harm in l.worst.values().filter(|h| h.health >= Health::Serious) {
        if let Some(zone) = l.home_of(harm.person) {
            counts[zone.index()] += 1;
        }
    }
    let mut rates: Vec<_> = counts
        .into_iter()
        .enumerate()
        .filter(|(z, _)| l.zone_people[*z] > 0)
        .map(|(z, n)| (crate::base::ids::ZoneId::of(z), n as f64 * 1000.0 / f64::from(l.zone_people[z]), n))
        .collect();
    rates.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    rates
}

pub fn worst_zone(l: &Ledger) -> Indicator {
    let rates = by_zone(l);
    let detail = match rates.first() {
        Some((zone, _, n)) if *n > 0 => {
            let name = words::zone(l.rec, *zone);
            Text::new(format!("{}：{n}人", name.zh), format!("{}: {n} people", name.en))
        }
        Some(_) => Text::new("各社区均无死亡和重伤", "no deaths or serious injuries in any community"),
        None => Text::new("记录中没有人员位置", "the recording has no positions of people"),
    };
    Row {
        key: "harm_worst_zone",
        name: ("伤亡最重社区的死亡和重伤率", "Deaths and serious injuries, worst community"),
        unit: ("‰", "per 1,000"),
        better: Better::Lower,
        target: None,
        definition: (
            "公平性：各社区（按演练开始时所在位置）死亡和重伤人数 ÷ 该社区人数 × 1000 中的最大值。",
            "Equity: the highest, over communities (by position at the start), of deaths and serious injuries / people x 1,000.",
        ),
    }
    .is(rates.first().filter(|_| l.observed()).map(|r| r.1), detail)
}
