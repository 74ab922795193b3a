//! Indicators of relief: shelters, the ten hours of basic relief, roads, hospitals.

use super::ledger::{Ledger, at, median};
use super::{Better, HOURS, Indicator, MINUTES, PERCENT, Row, words};
use crate::base::{ids::LinkId, text::Text, time::Tick};
use crate::place::city::{Facility, FacilityKind, RoadClass};
use crate::vocab::body::Health;
use crate::vocab::event::Event;
use crate::vocab::lever::Closure;
use std::collections::BTreeMap;

/// Fixed shelter per head: Wuxi and Wujiang 1.5 m2 by 2025 (drill.md 3.1).
const SHELTER_M2: f64 = 1.5;

/// Largest load over capacity among facilities of a kind, with its clock: (share, facility, tick).
fn peak<'a>(
    l: &'a Ledger,
    kind: FacilityKind,
    load: impl Fn(usize) -> &'a [u32],
) -> Option<(f64, &'a Facility, Tick, u32)> {
    let list: Vec<&Facility> = l.rec.city.facilities_of(kind).map(|(_, f)| f).collect();
    let mut best: Option<(f64, &Facility, Tick, u32)> = None;
    for (i, tally) in l.rec.tallies.iter().enumerate() {
        for (facility, n) in list.iter().zip(load(i)) {
            if facility.capacity <= 0.0 {
                continue;
            }
            let share = f64::from(*n) / facility.capacity;
            if best.is_none_or(|b| share > b.0) {
                best = Some((share, facility, tally.tick, *n));
            }
        }
    }
    best
}

fn peak_detail(l: &Ledger, peak: &Option<(f64, &Facility, Tick, u32)>) -> Text {
    match peak {
        Some((_, facility, tick, n)) if *n > 0 => {
            let clock = words::clock(l.rec, *tick);
            Text::new(
                format!("{}，{}，{n} / {}", facility.name.zh, clock.zh, words::number(facility.capacity)),
                format!("{}, {}, {n} of {}", facility.name.en, clock.en, words::number(facility.capacity)),
            )
        }
        Some(_) => Text::new("没有人入住", "nobody came"),
        None => Text::new("记录中没有相关统计", "the recording has no such tallies"),
    }
}

pub fn shelter_occupancy(l: &Ledger) -> Indicator {
    let peak = peak(l, FacilityKind::Shelter, |i| &l.rec.tallies[i].shelter_load);
    Row {
        key: "shelter_occupancy",
        name: ("避难场所最高负荷", "Shelter occupancy, highest"),
        unit: PERCENT,
        better: Better::Lower,
        target: Some((100.0, ("设计容量", "design capacity"))),
        definition: ("各避难场所逐分钟安置人数 ÷ 容量的最大值。", "Largest people / places over shelters and minutes."),
    }
    .is(peak.map(|p| 100.0 * p.0), peak_detail(l, &peak))
}

pub fn shelter_area(l: &Ledger) -> Indicator {
    let shelters: Vec<&Facility> = l.rec.city.facilities_of(FacilityKind::Shelter).map(|(_, f)| f).collect();
    let per_head = |load: &[u32]| {
        let used = shelters.iter().zip(load).filter(|(_, n)| **n > 0);
        let (places, people) = used.fold((0.0, 0u32), |(c, p), (f, n)| (c + f.capacity, p + n));
        (people > 0).then(|| SHELTER_M2 * places / f64::from(people))
    };
    let least = l
        .rec
        .tallies
        .iter()
        .filter_map(|t| per_head(&t.shelter_load).map(|a| (a, t.tick)))
        .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    Row {
        key: "shelter_area",
        name: ("人均避难面积（最紧张时）", "Shelter area per head, tightest"),
        unit: ("m²", "m²"),
        better: Better::Higher,
        target: Some((
            SHELTER_M2,
            (
                "无锡、吴江“十四五”规划：人均固定避难场所1.5 m²",
                "Wuxi, Wujiang 14th five-year plans: 1.5 m² of fixed shelter per head",
            ),
        )),
        definition: (
            "已启用避难场所的容量之和 × 1.5 m² ÷ 在内人数，逐分钟取最小；一个床位按1.5 m²计（假定）。",
            "Places of the shelters in use x 1.5 m² / people in them, the least over the minutes; a place is taken as 1.5 m² (assumption).",
        ),
    }
    .is(
        least.map(|a| a.0),
        least.map_or(Text::new("没有人入住", "nobody came"), |a| words::clock(l.rec, a.1)),
    )
}

/// Those sheltered who had basic relief within ten hours of being driven out. People whose ten hours had not passed
/// when the recording ended are left out of the count and named in the detail.
pub fn relieved(l: &Ledger) -> Indicator {
    const LIMIT_S: f64 = 10.0 * 3600.0;
    let (mut in_time, mut missed, mut open) = (0u32, 0u32, 0u32);
    for (person, sheltered) in l.sheltered.iter().enumerate() {
        let Some(sheltered) = *sheltered else { continue };
        let zone = l.home_zone.get(person).copied().flatten();
        let reached = zone.and_then(|z| [l.water_at[z.index()], l.gas_at[z.index()]].into_iter().flatten().min());
        // The clock starts when the home is reached; for those who left before, when they entered the shelter.
        let from = reached.map_or(sheltered, |r| r.min(sheltered));
        match at(&l.relieved, person) {
            Some(t) if t.since_s(from) <= LIMIT_S => in_time += 1,
            Some(_) => missed += 1,
            None if l.last.since_s(from) > LIMIT_S => missed += 1,
            None => open += 1,
        }
    }
    let judged = in_time + missed;
    let mut indicator = Row {
        key: "relief_10h",
        name: ("10小时内基本救助", "Basic relief within 10 h"),
        unit: PERCENT,
        better: Better::Higher,
        target: Some((
            100.0,
            (
                "无锡、太仓、峨眉山“十四五”规划：受灾群众10小时内得到基本救助（吴江12小时）",
                "Wuxi, Taicang, Emeishan 14th five-year plans: within 10 h (Wujiang 12 h)",
            ),
        )),
        definition: (
            "进入避难场所的人中，自家园被水或毒气波及（先行离开者自入住）起10小时内得到食物、饮水和住处的占比；未满10小时又未得到救助的不计。",
            "Of those sheltered, the share with food, water and a place to lie within 10 h of their home being reached (of entering, for those who left before). Those whose 10 h had not passed are left out.",
        ),
    }
    .is(
        (judged > 0).then(|| 100.0 * f64::from(in_time) / f64::from(judged)),
        Text::new(
            format!("{in_time} / {judged}人，另有{open}人未到时限"),
            format!("{in_time} of {judged} people; {open} more had time left"),
        ),
    );
    if open > judged && indicator.met == Some(true) {
        // Most of those concerned still had time: too early to say "met".
        indicator.met = None;
    }
    indicator
}

pub fn road_reopened(l: &Ledger) -> Indicator {
    let trunk = |link: LinkId| l.rec.city.links.get(link.index()).is_some_and(|k| k.class <= RoadClass::Primary);
    let mut closed: BTreeMap<LinkId, Tick> = BTreeMap::new();
    let (mut longest_s, mut reopened): (f64, u32) = (0.0, 0);
    for e in &l.rec.events {
        match e.event {
            Event::RoadClosed { link, why: Closure::Water | Closure::Debris } if trunk(link) => {
                closed.entry(link).or_insert(e.tick);
            }
            Event::RoadOpened { link } => {
                if let Some(from) = closed.remove(&link) {
                    longest_s = longest_s.max(e.tick.since_s(from));
                    reopened += 1;
                }
            }
            _ => {}
        }
    }
    let still = closed.len();
    let open_s = closed.values().map(|from| l.last.since_s(*from)).fold(0.0, f64::max);
    let hours = longest_s.max(open_s) / 3600.0;
    let any = reopened > 0 || still > 0;
    let row = Row {
        key: "trunk_road_reopened",
        name: ("干线公路抢通（最长中断）", "Trunk road reopened (longest cut)"),
        unit: HOURS,
        better: Better::Lower,
        target: Some((
            8.0,
            ("无锡“十四五”规划：干线公路抢通<8小时", "Wuxi 14th five-year plan: trunk roads reopened in <8 h"),
        )),
        definition: (
            "一级及以上道路（高速、干线、主干路）因水或障碍关闭到重新开放的最长时间；未开放的计到记录结束。",
            "Longest closure by water or debris of a motorway, trunk or primary road; those still closed are counted up to the end of the recording.",
        ),
    };
    let detail = if any {
        Text::new(
            format!("{reopened}段恢复，{still}段记录结束时仍中断"),
            format!("{reopened} links reopened, {still} still closed at the end"),
        )
    } else {
        Text::new("没有干线公路中断", "no trunk road was cut")
    };
    let mut indicator = row.is(any.then_some(hours), detail);
    if still > 0 && indicator.met == Some(true) {
        // Not yet over: the limit may still be broken.
        indicator.met = None;
    }
    indicator
}

pub fn hospital_load(l: &Ledger) -> Indicator {
    let peak = peak(l, FacilityKind::Hospital, |i| &l.rec.tallies[i].hospital_load);
    Row {
        key: "hospital_load",
        name: ("医院最高负荷", "Hospital load, highest"),
        unit: PERCENT,
        better: Better::Lower,
        target: Some((100.0, ("可用床位", "beds available"))),
        definition: ("各医院逐分钟伤员数 ÷ 床位的最大值。", "Largest patients / beds over hospitals and minutes."),
    }
    .is(peak.map(|p| 100.0 * p.0), peak_detail(l, &peak))
}

pub fn hospital_wait(l: &Ledger) -> Indicator {
    let mut first: BTreeMap<usize, Tick> = BTreeMap::new();
    for harm in l.harms.iter().filter(|h| h.health == Health::Serious) {
        first.entry(harm.person.index()).or_insert(harm.tick);
    }
    let mut waits = Vec::new();
    let mut without = 0;
    for (person, hurt) in &first {
        match at(&l.hospitalised, *person) {
            Some(t) if t >= *hurt => waits.push(t.since_s(*hurt) / 60.0),
            _ => without += 1,
        }
    }
    let n = waits.len();
    Row {
        key: "hospital_wait",
        name: ("重伤到入院用时", "From serious injury to hospital"),
        unit: MINUTES,
        better: Better::Lower,
        target: None,
        definition: (
            "从重伤到进入医院的时间，取中位数；未入院者只在说明中列出。",
            "From being seriously hurt to entering a hospital; the median. Those who never did appear in the detail only.",
        ),
    }
    .is(median(waits), Text::new(format!("{n}人入院，{without}人未入院"), format!("{n} reached hospital, {without} did not")))
}
