//! Names and phrases in both languages. An id that is not in the recording's lists is shown as its number: a report
//! about a strange recording must still come out.

use crate::base::{ids::*, text::Text, time::Tick};
use crate::record::{Programme, Recording};
use crate::vocab::body::Cause;
use crate::vocab::condition::{Fact, Level, Quantity, Subject, Topic};
use crate::vocab::lever::Outage;
use crate::vocab::message::{Loss, Medium, Party};
use crate::vocab::order::{Advice, Task};
use consequence::substance::Substances;

/// A pair of literals as a text.
pub fn text(pair: (&str, &str)) -> Text {
    Text::new(pair.0, pair.1)
}

fn named(name: Option<&Text>, zh: &str, en: &str, id: u32) -> Text {
    name.cloned().unwrap_or_else(|| Text::new(format!("{zh}{id}"), format!("{en} {id}")))
}

pub fn zone(rec: &Recording, id: ZoneId) -> Text {
    named(rec.city.zones.get(id.index()).map(|z| &z.name), "社区", "zone ", id.0)
}
pub fn levee(rec: &Recording, id: LeveeId) -> Text {
    named(rec.city.levees.get(id.index()).map(|l| &l.name), "堤段", "levee ", id.0)
}
pub fn facility(rec: &Recording, id: FacilityId) -> Text {
    named(rec.city.facilities.get(id.index()).map(|f| &f.name), "设施", "facility ", id.0)
}
pub fn gauge(rec: &Recording, id: GaugeId) -> Text {
    named(rec.city.gauges.get(id.index()).map(|g| &g.name), "测站", "gauge ", id.0)
}
pub fn monitor(rec: &Recording, id: MonitorId) -> Text {
    named(rec.programme.monitors.get(id.index()).map(|m| &m.name), "气体监测仪", "gas monitor ", id.0)
}
pub fn post(rec: &Recording, id: PostId) -> Text {
    named(rec.programme.posts.get(id.index()).map(|p| &p.name), "岗位", "post ", id.0)
}
pub fn unit(rec: &Recording, id: UnitId) -> Text {
    named(rec.programme.units.get(id.index()).map(|u| &u.name), "队组", "unit ", id.0)
}
pub fn tier(tier: u8) -> Text {
    match tier {
        0 => Text::new("市级", "city"),
        1 => Text::new("镇街/部门", "town or department"),
        _ => Text::new("村/社区", "village or team"),
    }
}

pub fn party(rec: &Recording, party: &Party) -> Text {
    match party {
        Party::Post(id) => post(rec, *id),
        Party::Unit(id) => unit(rec, *id),
        Party::Person(_) => Text::new("居民", "a resident"),
        Party::Gauge(id) => gauge(rec, *id),
        Party::Monitor(id) => monitor(rec, *id),
        Party::Persona(name) => {
            let name = name.trim();
            if name.is_empty() { Text::new("模拟人员", "a persona") } else { Text::new(name, name) }
        }
        Party::Public(zones) => {
            let zones = list(zones.iter().map(|z| zone(rec, *z)));
            Text::new(format!("公众（{}）", zones.zh), format!("the public ({})", zones.en))
        }
    }
}

/// The subject of a topic: a gauge, levee, zone or facility by name; the city for the rest.
pub fn subject(rec: &Recording, topic: Topic) -> Text {
    match topic.quantity.subject() {
        Subject::City => rec.city.name.clone(),
        Subject::Gauge => gauge(rec, GaugeId(topic.about)),
        Subject::Levee => levee(rec, LeveeId(topic.about)),
        Subject::Zone => zone(rec, ZoneId(topic.about)),
        Subject::Facility => facility(rec, FacilityId(topic.about)),
        Subject::Monitor => monitor(rec, MonitorId(topic.about)),
    }
}

/// "北堤 溃口宽度" / "breach width, North levee".
pub fn topic(rec: &Recording, t: Topic) -> Text {
    let (about, name) = (subject(rec, t), t.quantity.names());
    match t.quantity.subject() {
        Subject::City => text(name),
        Subject::Gauge | Subject::Levee | Subject::Zone | Subject::Facility | Subject::Monitor => {
            Text::new(format!("{} {}", about.zh, name.0), format!("{}, {}", name.1, about.en))
        }
    }
}

/// A fact's value with its unit; yes and no for conditions that are either.
pub fn value(fact: &Fact) -> Text {
    let v = fact.value;
    match fact.topic.quantity {
        Quantity::LeveeSeep
        | Quantity::Release
        | Quantity::ShelterOpen
        | Quantity::PumpRunning
        | Quantity::ZonePowerOut => {
            if v > 0.5 {
                Text::new("是", "yes")
            } else {
                Text::new("否", "no")
            }
        }
        Quantity::ZoneWarned | Quantity::ZoneEvacuated => {
            Text::new(format!("{}%", number(v * 100.0)), format!("{} %", number(v * 100.0)))
        }
        Quantity::FloodLevel | Quantity::GasLevel => text(Level::from_number(v).names()),
        Quantity::ReleaseSubstance => Text::new(format!("UN {v:.0}"), format!("UN {v:.0}")),
        Quantity::ZoneAdvice | Quantity::ZoneShelter => {
            [Advice::Prepare, Advice::Leave, Advice::GoUp, Advice::StayIndoors, Advice::AllClear]
                .into_iter()
                .find(|a| a.number() == v.round())
                .map_or_else(|| Text::new(number(v), number(v)), |a| text(a.names()))
        }
        quantity => {
            let unit = quantity.unit();
            let en = if unit == "人" { "people" } else { unit };
            Text::new(format!("{} {unit}", number(v)).trim(), format!("{} {en}", number(v)).trim())
        }
    }
}

/// A task with its place.
pub fn task(rec: &Recording, task: &Task) -> Text {
    let name = task.names();
    let place = match task {
        Task::PatrolLevee(l) | Task::CloseBreach(l) => levee(rec, *l),
        Task::WarnDoorToDoor(z)
        | Task::EvacuateZone(z)
        | Task::RescueFromWater(z)
        | Task::Ambulance(z)
        | Task::Pump(z) => zone(rec, *z),
        Task::Cordon { site: f, .. } | Task::MonitorGas(f) | Task::StopLeak(f) | Task::OpenShelter(f) => {
            facility(rec, *f)
        }
    };
    Text::new(format!("{}（{}）", name.0, place.zh), format!("{} ({})", name.1, place.en))
}

pub fn cause(cause: Cause) -> Text {
    match cause {
        Cause::Water => Text::new("洪水", "water"),
        Cause::Gas => Text::new("毒气", "gas"),
        Cause::Untreated => Text::new("救治不及时", "waiting for help"),
        Cause::Inject => Text::new("注入设定", "inject"),
        Cause::Heat => Text::new("热辐射", "the heat of fires"),
        Cause::Blast => Text::new("爆炸", "blast"),
    }
}

pub fn loss(why: Loss) -> Text {
    match why {
        Loss::Noise => Text::new("噪声或占线", "noise or a busy line"),
        Loss::SenderCutOff => Text::new("发送方通信中断", "the sender was cut off"),
        Loss::ReceiverCutOff => Text::new("接收方通信中断", "the receiver was cut off"),
    }
}

pub fn outage(what: Outage) -> Text {
    match what {
        Outage::Power => Text::new("停电", "power failure"),
        Outage::Medium(m) => medium_failure(m),
    }
}
fn medium_failure(m: Medium) -> Text {
    let (zh, en) = m.names();
    Text::new(format!("{zh}中断"), format!("failure of {en}"))
}

/// "甲、乙和丙" / "A, B and C".
pub fn list(items: impl IntoIterator<Item = Text>) -> Text {
    let items: Vec<Text> = items.into_iter().collect();
    let Some((last, front)) = items.split_last() else { return Text::new("无", "none") };
    if front.is_empty() {
        return last.clone();
    }
    let zh: Vec<&str> = front.iter().map(|t| t.zh.as_str()).collect();
    let en: Vec<&str> = front.iter().map(|t| t.en.as_str()).collect();
    Text::new(format!("{}和{}", zh.join("、"), last.zh), format!("{} and {}", en.join(", "), last.en))
}

/// The first `most` of a list, and how many more there are.
pub fn short_list(items: impl IntoIterator<Item = Text>, most: usize) -> Text {
    let mut items: Vec<Text> = items.into_iter().collect();
    if items.len() > most {
        let (all, more) = (items.len(), items.len() - most);
        items.truncate(most);
        let (zh, en): (Vec<_>, Vec<_>) = items.iter().map(|t| (t.zh.as_str(), t.en.as_str())).unzip();
        return Text::new(format!("{}等{all}个", zh.join("、")), format!("{} and {more} more", en.join(", ")));
    }
    list(items)
}

/// The clock at a tick to the minute. In runs of a day or more, days after the first are marked ("次日01:05",
/// "01:05 next day"); in shorter runs no two moments share a clock time.
pub fn clock(rec: &Recording, tick: Tick) -> Text {
    let at = rec.header.clock.at(tick);
    let hhmm = format!("{:02}:{:02}", at.hour(), at.minute());
    if Tick(rec.header.ticks).max(rec.last_tick()).seconds() < 86_400.0 {
        return Text::new(hhmm.clone(), hhmm);
    }
    match day(rec, tick) {
        0 => Text::new(hhmm.clone(), hhmm),
        1 => Text::new(format!("次日{hhmm}"), format!("{hhmm} next day")),
        n => Text::new(format!("第{}日{hhmm}", n + 1), format!("{hhmm} on day {}", n + 1)),
    }
}

/// Days since the day the run began.
pub fn day(rec: &Recording, tick: Tick) -> u64 {
    let start_s = rec.header.clock.hour_of_day(Tick(0)) * 3600.0;
    ((start_s + tick.seconds()) / 86_400.0) as u64
}

/// "25分钟", "1小时5分钟" / "25 min", "1 h 5 min". Rounded to the minute; seconds below two minutes.
pub fn span(s: f64) -> Text {
    if s < 120.0 && s != 60.0 {
        let s = s.round();
        return Text::new(format!("{s}秒"), format!("{s} s"));
    }
    let min = (s / 60.0).round() as u64;
    match (min / 60, min % 60) {
        (0, m) => Text::new(format!("{m}分钟"), format!("{m} min")),
        (h, 0) => Text::new(format!("{h}小时"), format!("{h} h")),
        (h, m) => Text::new(format!("{h}小时{m}分钟"), format!("{h} h {m} min")),
    }
}

/// Reads well: whole numbers whole, small ones to two digits, others to one.
pub fn number(v: f64) -> String {
    let plain = if (v - v.round()).abs() < 1e-9 {
        format!("{}", v.round())
    } else if v.abs() < 1.0 {
        format!("{v:.2}")
    } else {
        format!("{v:.1}")
    };
    grouped(&plain)
}

/// Commas between thousands.
fn grouped(plain: &str) -> String {
    let (sign, rest) = plain.strip_prefix('-').map_or(("", plain), |r| ("-", r));
    let (whole, part) = rest.split_once('.').map_or((rest, None), |(w, p)| (w, Some(p)));
    let mut out = String::new();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    match part {
        Some(part) => format!("{sign}{out}.{part}"),
        None => format!("{sign}{out}"),
    }
}

/// "1 person", "2 people": English nouns with their number.
pub fn many(n: usize, one: &str, more: &str) -> String {
    format!("{} {}", number(n as f64), if n == 1 { one } else { more })
}

/// Name of a substance as the drill's table has it; one that is not in it is shown as it is written.
pub fn substance(programme: &Programme, key: &str) -> Text {
    let own = programme.substances.as_ref().and_then(|own| own.table.find(key));
    match own.or_else(|| Substances::shared().find(key)) {
        Some(known) => known.name.clone(),
        None => Text::new(key, key.replace('_', " ")),
    }
}

/// "氯（UN 1017）": the substance of a UN number; the number alone where it is in no table.
pub fn substance_of_un(programme: &Programme, un: u16) -> Text {
    let of = |table: &Substances| table.substances.iter().find(|s| s.un == un).map(|s| s.name.clone());
    let own = programme.substances.as_ref().and_then(|own| of(&own.table));
    match own.or_else(|| of(Substances::shared())) {
        Some(name) => Text::new(format!("{}（UN {un}）", name.zh), format!("{} (UN {un})", name.en)),
        None => Text::new(format!("UN {un}"), format!("UN {un}")),
    }
}

/// Names a compass direction the wind comes from.
pub fn wind_from(deg: f64) -> Text {
    const NAMES: [(&str, &str); 8] = [
        ("北", "north"),
        ("东北", "north-east"),
        ("东", "east"),
        ("东南", "south-east"),
        ("南", "south"),
        ("西南", "south-west"),
        ("西", "west"),
        ("西北", "north-west"),
    ];
    text(NAMES[((deg.rem_euclid(360.0) + 22.5) / 45.0) as usize % 8])
}
