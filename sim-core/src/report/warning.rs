//! Indicators of warning: who was told before the water or the gas came, and how long before.

use super::ledger::{Ledger, at, median};
use super::{Better, Indicator, MINUTES, PERCENT, Row, words};
use crate::base::{ids::ZoneId, text::Text, time::Tick};
use crate::vocab::condition::HazardKind;
use crate::vocab::event::Event;
use crate::vocab::order::Advice;

/// Wuxi ≥95 %, Wujiang and Taicang >95 % (drill.md 3.1).
const COVERAGE: (f64, (&str, &str)) = (
    95.0,
    (
        "无锡、吴江、太仓“十四五”应急管理规划：预警信息公众覆盖率95%以上",
        "Wuxi, Wujiang, Taicang 14th five-year plans: warnings reach 95 % of the public",
    ),
);

/// People of the zones that were reached, and how many of them had been warned by then: in all, and by zone.
fn before(l: &Ledger, reached: &[Option<Tick>]) -> (u32, u32, Vec<(ZoneId, u32, u32)>) {
    let mut zones: Vec<(u32, u32)> = vec![(0, 0); reached.len()];
    for (person, zone) in l.home_zone.iter().enumerate() {
        let Some(zone) = zone else { continue };
        if let Some(arrival) = reached[zone.index()] {
            zones[zone.index()].0 += 1;
            zones[zone.index()].1 += u32::from(at(&l.warned, person).is_some_and(|t| t <= arrival));
        }
    }
    let all = zones.iter().map(|z| z.0).sum();
    let told = zones.iter().map(|z| z.1).sum();
    let by_zone = zones.into_iter().enumerate().filter(|(_, z)| z.0 > 0).map(|(i, z)| (ZoneId::of(i), z.0, z.1));
    (all, told, by_zone.collect())
}

fn share(all: u32, part: u32) -> Option<f64> {
    (all > 0).then(|| 100.0 * f64::from(part) / f64::from(all))
}

fn share_detail(l: &Ledger, all: u32, told: u32) -> Text {
    if l.home_zone.is_empty() {
        return Text::new("记录中没有人员位置", "the recording has no positions of people");
    }
    if all == 0 {
        return Text::new("没有社区被波及", "no community was reached");
    }
    Text::new(format!("{told} / {all}人"), format!("{told} of {all} people"))
}

pub fn warned_before_water(l: &Ledger) -> Indicator {
    let (all, told, _) = before(l, &l.water_at);
    Row {
        key: "warned_before_water",
        name: ("进水前预警覆盖率", "Warned before the water came"),
        unit: PERCENT,
        better: Better::Higher,
        target: Some(COVERAGE),
        definition: (
            "街道进水的社区中（按演练开始时所在位置），进水时刻前已收到首次预警的人数占比；自己看到水的不算。",
            "Of the people of communities whose streets took water (by position at the start), the share first warned no later than the water's arrival; seeing the water oneself does not count.",
        ),
    }
    .is(share(all, told), share_detail(l, all, told))
}

pub fn warned_before_gas(l: &Ledger) -> Indicator {
    let (all, told, _) = before(l, &l.gas_at);
    Row {
        key: "warned_before_gas",
        name: ("毒气到达前预警覆盖率", "Warned before the gas came"),
        unit: PERCENT,
        better: Better::Higher,
        target: Some(COVERAGE),
        definition: (
            "室外首次达到任一AEGL级别的社区中，到达时刻前已收到预警的人数占比。",
            "Of the people of communities where any AEGL level was reached outdoors, the share warned no later than that moment.",
        ),
    }
    .is(share(all, told), share_detail(l, all, told))
}

pub fn warned_worst_zone(l: &Ledger) -> Indicator {
    let first: Vec<Option<Tick>> =
        l.water_at.iter().zip(&l.gas_at).map(|(w, g)| w.iter().chain(g).copied().min()).collect();
    let (_, _, by_zone) = before(l, &first);
    let worst = by_zone
        .iter()
        .map(|(zone, all, told)| (share(*all, *told).expect("zones without people were left out"), *zone))
        .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    Row {
        key: "warned_worst_zone",
        name: ("预警覆盖率最低的社区", "Warned in time, worst community"),
        unit: PERCENT,
        better: Better::Higher,
        target: Some(COVERAGE),
        definition: (
            "公平性：各被波及社区在水或毒气先到的时刻前的预警覆盖率中的最小值。",
            "Equity: the lowest, over the communities reached, of the share warned before water or gas, whichever came first.",
        ),
    }
    .is(
        worst.map(|w| w.0),
        worst.map_or(share_detail(l, 0, 0), |w| words::zone(l.rec, w.1)),
    )
}

pub fn warned_overall(l: &Ledger) -> Indicator {
    let told = Ledger::count(&l.warned);
    let issued = l.rec.events.iter().any(|e| matches!(e.event, Event::WarningIssued(_)));
    let value = (issued && l.residents() > 0).then(|| 100.0 * told as f64 / l.residents() as f64);
    let detail = if issued {
        Text::new(format!("{told}人收到预警"), format!("{told} people were warned"))
    } else {
        Text::new("没有发布过公众预警", "no public warning was issued")
    };
    Row {
        key: "warned_overall",
        name: ("全市收到预警的居民", "Residents warned, whole city"),
        unit: PERCENT,
        better: Better::Higher,
        target: None,
        definition: (
            "全程收到过任何预警的不同人数 ÷ 居民总数；预警可只发给部分社区，故无目标值。",
            "Distinct persons warned at any time / residents. Warnings may be meant for some communities only, so there is no target.",
        ),
    }
    .is(value, detail)
}

/// Lead of the first public warning, by zone reached: minutes, negative when it came after.
fn leads(l: &Ledger, hazard: HazardKind, reached: &[Option<Tick>]) -> (Vec<f64>, usize) {
    let (mut leads, mut unwarned) = (Vec::new(), 0);
    for (z, arrival) in reached.iter().enumerate() {
        let Some(arrival) = arrival else { continue };
        let warned = l.rec.events.iter().find_map(|e| match &e.event {
            Event::WarningIssued(w)
                if w.hazard == hazard && w.advice != Advice::AllClear && w.zones.contains(&ZoneId::of(z)) =>
            {
                Some(e.tick)
            }
            _ => None,
        });
        match warned {
            Some(t) => leads.push((arrival.seconds() - t.seconds()) / 60.0),
            None => unwarned += 1,
        }
    }
    (leads, unwarned)
}

fn lead(l: &Ledger, hazard: HazardKind, reached: &[Option<Tick>], row: Row) -> Indicator {
    let (leads, unwarned) = leads(l, hazard, reached);
    let zones = leads.len() + unwarned;
    if zones == 0 {
        return row.is(None, Text::new("没有社区被波及", "no community was reached"));
    }
    let shortest = leads.iter().copied().min_by(f64::total_cmp);
    let detail = Text::new(
        format!(
            "{zones}个社区被波及，其中{unwarned}个始终没有发布预警{}",
            shortest.map_or(String::new(), |s| format!("；最短{}分钟", words::number(s)))
        ),
        format!(
            "{zones} communities reached, {unwarned} of them never warned{}",
            shortest.map_or(String::new(), |s| format!("; shortest {} min", words::number(s)))
        ),
    );
    match median(leads) {
        Some(m) => row.is(Some(m), detail),
        None => row.never(detail),
    }
}

/// No plan sets a lead; 30 min is an assumption: a household's own preparation takes most of it.
const LEAD: Option<(f64, (&str, &str))> = Some((
    30.0,
    (
        "假定值：居民准备和离开约需30分钟（规划未给出）",
        "assumption: a household needs about 30 min to get ready and leave (no plan sets one)",
    ),
));

pub fn lead_water(l: &Ledger) -> Indicator {
    let row = Row {
        key: "warning_lead_water",
        name: ("防汛预警提前量", "Lead of the flood warning"),
        unit: MINUTES,
        better: Better::Higher,
        target: LEAD,
        definition: (
            "各进水社区：首条覆盖该社区的防汛预警发布到街道进水的时间，取中位数；负值表示先进水后预警。",
            "For each flooded community, from the first flood warning that names it to water in its streets; the median. Negative: the water came first.",
        ),
    };
    lead(l, HazardKind::Flood, &l.water_at, row)
}

pub fn lead_gas(l: &Ledger) -> Indicator {
    let row = Row {
        key: "warning_lead_gas",
        name: ("毒气预警提前量", "Lead of the gas warning"),
        unit: MINUTES,
        better: Better::Higher,
        target: None,
        definition: (
            "各受影响社区：首条覆盖该社区的毒气预警发布到室外首次达到AEGL的时间，取中位数。",
            "For each community reached by gas, from the first gas warning that names it to AEGL outdoors; the median.",
        ),
    };
    lead(l, HazardKind::Gas, &l.gas_at, row)
}
