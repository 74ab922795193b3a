//! The run told on one page: what happened and when, who knew it and when, who did what, who was harmed and why.
//! Written from the events in paragraphs with clock times, in both languages.

use super::chain;
use super::ledger::{Ledger, at};
use super::picture::{self, Learned};
use super::{cut_off_note, words};
use crate::base::{ids::*, text::Lang, text::Text, time::Tick};
use crate::record::Recording;
use crate::vocab::body::{Cause, Doing, Health};
use crate::vocab::condition::{HazardKind, Level, Quantity};
use crate::vocab::event::Event;
use crate::vocab::lever::Outage;
use crate::vocab::message::Party;
use crate::vocab::order::Warning;
use std::collections::BTreeMap;

/// A heading and what is said under it.
#[derive(Debug, Clone, PartialEq)]
pub struct Paragraph {
    pub heading: Text,
    pub text: Text,
}

/// Sentences in both languages, one after the other.
#[derive(Default)]
struct Prose(Text);

impl Prose {
    fn say(&mut self, zh: impl AsRef<str>, en: impl AsRef<str>) {
        self.0.zh += zh.as_ref();
        if !self.0.en.is_empty() {
            self.0.en.push(' ');
        }
        self.0.en += en.as_ref();
    }
    fn under(self, zh: &str, en: &str) -> Option<Paragraph> {
        (!self.0.zh.is_empty()).then(|| Paragraph { heading: Text::new(zh, en), text: self.0 })
    }
}

/// The story in paragraphs; those that have nothing to say are left out.
pub fn story(rec: &Recording) -> Vec<Paragraph> {
    story_of(&Ledger::new(rec))
}

pub fn story_of(l: &Ledger) -> Vec<Paragraph> {
    let learned = picture::learned(l.rec);
    [
        opening(l),
        flood(l),
        knowledge(l, &learned),
        decisions(l),
        movement(l),
        gas(l, &learned),
        super::cascade::paragraph(l),
        harm(l),
        failures(l),
        close(l),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The story as plain text.
pub fn story_text(rec: &Recording, lang: Lang) -> String {
    let paragraphs: Vec<String> =
        story(rec).iter().map(|p| format!("{}\n{}\n", p.heading.get(lang), p.text.get(lang))).collect();
    paragraphs.join("\n")
}

fn opening(l: &Ledger) -> Option<Paragraph> {
    let rec = l.rec;
    let mut p = Prose::default();
    let date = rec.header.clock.start.date().to_string();
    let (start, end, long) = (words::clock(rec, Tick(0)), words::clock(rec, l.last), words::span(l.last.seconds()));
    let kind = if rec.city.synthetic {
        ("（虚构城市）", " (an invented city)")
    } else {
        ("（真实地图数据）", " (on real map data)")
    };
    let people = words::number(l.residents() as f64);
    let (posts, units) = (rec.programme.posts.len(), rec.programme.units.len());
    p.say(
        format!(
            "演练“{}”设在{}{}，{date} {}开始，记录到{}，历时{}。全市居民{people}人，{posts}个指挥岗位和{units}支队伍参演。",
            rec.header.title.zh, rec.city.name.zh, kind.0, start.zh, end.zh, long.zh
        ),
        format!(
            "The exercise \"{}\" is set in {}{}. It begins on {date} at {} and is recorded up to {}, {} in all. {people} people live there; {posts} command posts and {units} units take part.",
            rec.header.title.en, rec.city.name.en, kind.1, start.en, end.en, long.en
        ),
    );
    if let Some(note) = cut_off_note(rec) {
        p.say(note.zh, note.en);
    }
    p.under("演练概况", "The exercise")
}

fn flood(l: &Ledger) -> Option<Paragraph> {
    let rec = l.rec;
    let mut p = Prose::default();
    for e in &rec.events {
        let at = words::clock(rec, e.tick);
        match &e.event {
            Event::LeveeSeeps { levee } => {
                let name = words::levee(rec, *levee);
                p.say(format!("{}，{}开始渗漏。", at.zh, name.zh), format!("At {} {} begins to seep.", at.en, name.en));
            }
            Event::LeveeStrengthened { levee } => {
                let name = words::levee(rec, *levee);
                p.say(
                    format!("{}，{}加固完成，渗漏止住。", at.zh, name.zh),
                    format!("At {} {} is strengthened and the seep stops.", at.en, name.en),
                );
            }
            Event::LeveeBreached { levee, .. } => {
                let name = words::levee(rec, *levee);
                p.say(format!("{}，{}溃口。", at.zh, name.zh), format!("At {} {} breaches.", at.en, name.en));
            }
            Event::BreachClosed { levee } => {
                let name = words::levee(rec, *levee);
                p.say(
                    format!("{}，{}溃口封堵。", at.zh, name.zh),
                    format!("At {} the breach in {} is closed.", at.en, name.en),
                );
            }
            _ => {}
        }
    }
    let mut reached: Vec<(Tick, ZoneId)> =
        l.water_at.iter().enumerate().filter_map(|(z, t)| t.map(|t| (t, ZoneId::of(z)))).collect();
    reached.sort();
    if !reached.is_empty() {
        let some = reached.iter().take(5).map(|(t, z)| {
            let (name, at) = (words::zone(rec, *z), words::clock(rec, *t));
            Text::new(format!("{}（{}）", name.zh, at.zh), format!("{} ({})", name.en, at.en))
        });
        let some = words::list(some);
        let more = reached.len().saturating_sub(5);
        let last = words::clock(rec, reached[reached.len() - 1].0);
        p.say(
            format!(
                "街道进水的社区依次是{}{}。",
                some.zh,
                if more > 0 { format!("，此后又有{more}个社区，最晚{}", last.zh) } else { String::new() }
            ),
            format!(
                "Water reaches the streets of {}{}.",
                some.en,
                if more > 0 { format!(", then of {more} more, the last at {}", last.en) } else { String::new() }
            ),
        );
    }
    let widest =
        rec.tallies.iter().max_by(|a, b| a.flooded_land_m2.total_cmp(&b.flooded_land_m2).then(b.tick.cmp(&a.tick)));
    if let Some(t) = widest.filter(|t| t.flooded_land_m2 > 0.0) {
        let (km2, at) = (words::number((t.flooded_land_m2 / 1e4).round() / 100.0), words::clock(rec, t.tick));
        p.say(
            format!("淹没面积在{}达到最大，{km2}平方公里。", at.zh),
            format!("The flooded land is largest at {}, {km2} km².", at.en),
        );
    }
    let breach = rec.tallies.iter().map(|t| t.breach_width_m).fold(0.0, f64::max);
    if breach > 0.0 {
        let w = words::number(breach.round());
        p.say(format!("溃口最宽{w}米。"), format!("The breach widens to {w} m."));
    }
    outages(l, &mut p);
    p.under("水情", "The water")
}

fn outages(l: &Ledger, p: &mut Prose) {
    let mut kinds: BTreeMap<String, (Text, Tick, usize)> = BTreeMap::new();
    for e in &l.rec.events {
        if let Event::OutageBegan { what, .. } = e.event {
            let name = words::outage(what);
            let order = match what {
                Outage::Power => "0".to_string(),
                Outage::Medium(m) => format!("1{m:?}"),
            };
            kinds.entry(order).or_insert((name, e.tick, 0)).2 += 1;
        }
    }
    for (name, first, n) in kinds.values() {
        let at = words::clock(l.rec, *first);
        p.say(
            format!("{}起{}，共{n}处。", at.zh, name.zh),
            format!("From {} on: {}, in {n} {}.", at.en, name.en, if *n == 1 { "place" } else { "places" }),
        );
    }
}

/// Who knew when: the first seep, breach and release.
fn knowledge(l: &Ledger, learned: &[Learned]) -> Option<Paragraph> {
    let mut p = Prose::default();
    let shown = [Quantity::LeveeSeep, Quantity::BreachWidth];
    for fact in learned.iter().filter(|f| shown.contains(&f.topic.quantity)) {
        let knew = knew(l, fact, false);
        p.say(knew.zh, knew.en);
    }
    let flooded: Vec<&Learned> = learned.iter().filter(|f| f.topic.quantity == Quantity::ZoneDepth).collect();
    if !flooded.is_empty() {
        let unknown: Vec<&&Learned> = flooded.iter().filter(|f| f.first_of_tier(l.rec, 0).is_none()).collect();
        if !unknown.is_empty() {
            let names = words::short_list(unknown.iter().map(|f| words::zone(l.rec, ZoneId(f.topic.about))), 4);
            p.say(
                format!("{}进水，市级岗位到最后也不知道。", names.zh),
                format!("That water stood in {} the city tier never learned.", names.en),
            );
        }
    }
    let lost: Vec<_> = l.reports().filter(|r| r.lost.iter().any(|x| matches!(x.1, Party::Post(_)))).collect();
    let reports = l.reports().count();
    if reports > 0 {
        let detail = lost.first().map(|r| {
            let (tick, to, why, _) = r.lost[0];
            let (at, from, to, why) = (
                words::clock(l.rec, tick),
                words::party(l.rec, &r.message.from),
                words::party(l.rec, to),
                words::loss(why),
            );
            Text::new(
                format!("，其中{}份有丢失，第一份是{}由{}发往{}的（{}）", lost.len(), at.zh, from.zh, to.zh, why.zh),
                format!(
                    "; {} of them lost on the way, the first at {} from {} to {} ({})",
                    lost.len(),
                    at.en,
                    from.en,
                    to.en,
                    why.en
                ),
            )
        });
        let detail = detail.unwrap_or(Text::new("，全部送达或在途", "; none was lost"));
        p.say(
            format!("全程共发出信息报告{reports}份{}。", detail.zh),
            format!("{reports} reports were sent up the line{}.", detail.en),
        );
    }
    p.under("谁在何时知道", "Who knew, and when")
}

/// "23:10北堤渗漏，北村值班室23:11最先得知；市防指到23:30才得知。" Without the front half when it was `told` before.
fn knew(l: &Ledger, fact: &Learned, told: bool) -> Text {
    let clock = words::clock(l.rec, fact.true_at);
    let (front_zh, front_en) = match told {
        true => (String::new(), String::new()),
        false => (format!("{}{}，", clock.zh, fact.what.zh), format!("At {} {}; ", clock.en, fact.what.en)),
    };
    let Some((first, when, _)) = fact.posts.first() else {
        return Text::new(
            format!("{front_zh}没有任何岗位得知。"),
            format!("{front_en}{}o post ever learned of it.", if told { "N" } else { "n" }),
        );
    };
    let (name, when_text, late) =
        (words::post(l.rec, *first), words::clock(l.rec, *when), words::span(when.since_s(fact.true_at)));
    let (mut zh, mut en) = (
        format!("{front_zh}{}{}（{}后）最先得知", name.zh, when_text.zh, late.zh),
        format!("{front_en}{} knows it first, at {} ({} later)", name.en, when_text.en, late.en),
    );
    match fact.first_of_tier(l.rec, 0) {
        Some((post, tick)) if post != *first => {
            let (name, at, late) =
                (words::post(l.rec, post), words::clock(l.rec, tick), words::span(tick.since_s(fact.true_at)));
            zh += &format!("；{}到{}才得知，晚了{}", name.zh, at.zh, late.zh);
            en += &format!("; {} only at {}, {} after the fact", name.en, at.en, late.en);
        }
        Some(_) => {}
        None => {
            zh += "；市级岗位始终不知道";
            en += "; the city tier never does";
        }
    }
    Text::new(zh + "。", en + ".")
}

fn decisions(l: &Ledger) -> Option<Paragraph> {
    let rec = l.rec;
    let mut p = Prose::default();
    let mut levels: Vec<Text> = Vec::new();
    for e in &rec.events {
        if let Event::LevelSet { hazard, level, by } = &e.event {
            let (at, post, h, n) = (words::clock(rec, e.tick), words::post(rec, *by), hazard.names(), level.names());
            levels.push(if *level == Level::None {
                Text::new(
                    format!("{}{}终止{}响应", at.zh, post.zh, h.0),
                    format!("{} ends the {} response at {}", post.en, h.1, at.en),
                )
            } else {
                Text::new(
                    format!("{}{}启动{}{}响应", at.zh, post.zh, h.0, n.0),
                    format!("{} sets {} response level {} at {}", post.en, h.1, n.1, at.en),
                )
            });
        }
    }
    if levels.is_empty() {
        p.say("全程没有启动应急响应。", "No response level was ever set.");
    } else {
        let levels = words::short_list(levels, 6);
        p.say(format!("{}。", levels.zh), format!("{}.", levels.en));
    }
    let warnings: Vec<(Tick, &Warning)> = rec
        .events
        .iter()
        .filter_map(|e| match &e.event {
            Event::WarningIssued(w) => Some((e.tick, w)),
            _ => None,
        })
        .collect();
    for hazard in HazardKind::ALL {
        let of: Vec<_> = warnings.iter().filter(|w| w.1.hazard == hazard).collect();
        let Some((tick, first)) = of.first() else { continue };
        let (at, by, colour, advice, h) = (
            words::clock(rec, *tick),
            words::post(rec, first.by),
            first.colour.names(),
            first.advice.names(),
            hazard.names(),
        );
        let zones = words::short_list(first.zones.iter().map(|z| words::zone(rec, *z)), 3);
        let more = match of.len() {
            1 => Text::default(),
            n => Text::new(format!("，此后又发布{}次", n - 1), format!(" and {} more followed", n - 1)),
        };
        p.say(
            format!(
                "首次{}预警由{}在{}发布：{}，要求{}“{}”{}。",
                h.0, by.zh, at.zh, colour.0, zones.zh, advice.0, more.zh
            ),
            format!(
                "The first {} warning comes from {} at {}: {}, telling {} to \"{}\"{}.",
                h.1, by.en, at.en, colour.1, zones.en, advice.1, more.en
            ),
        );
    }
    if warnings.is_empty() && l.onset.is_some() {
        p.say("全程没有发布公众预警。", "The public was never warned.");
    }
    let done = l.orders.values().filter(|o| o.done().is_some()).count();
    let failed = l.orders.values().filter(|o| o.failed()).count();
    if let Some(first) = l.orders.values().min_by_key(|o| (o.issued, o.order.id)) {
        let (at, from, task) =
            (words::clock(rec, first.issued), words::post(rec, first.order.from), words::task(rec, &first.order.task));
        let open = l.orders.len() - done - failed;
        p.say(
            format!(
                "各岗位共下达{}道命令，第一道是{}{}的“{}”；完成{done}道，失败或被拒{failed}道，记录结束时未结{open}道。",
                l.orders.len(), at.zh, from.zh, task.zh
            ),
            format!(
                "Orders given: {}, the first at {} by {}: {}. Done: {done}; failed or refused: {failed}; open at the end: {open}.",
                l.orders.len(), at.en, from.en, task.en
            ),
        );
    } else {
        p.say("没有下达过命令。", "No order was given.");
    }
    p.under("决策与预警", "Decisions and warnings")
}

fn movement(l: &Ledger) -> Option<Paragraph> {
    let rec = l.rec;
    let mut p = Prose::default();
    let warned = Ledger::count(&l.warned);
    if warned > 0 {
        let first = l.warned.iter().flatten().min().copied().unwrap_or_default();
        let at = words::clock(rec, first);
        p.say(
            format!("{}起居民陆续收到预警，共{}人。", at.zh, words::number(warned as f64)),
            format!("Warnings reach people from {} on, {} in all.", at.en, words::number(warned as f64)),
        );
    }
    let (trips, sheltered) = (Ledger::count(&l.tripped), Ledger::count(&l.sheltered));
    let left = Ledger::count(&l.safe) - sheltered.min(Ledger::count(&l.safe));
    if trips + sheltered + left > 0 {
        p.say(
            format!(
                "{}人动身，{}人进入避难场所，{}人离开本市。",
                words::number(trips as f64),
                words::number(sheltered as f64),
                words::number(left as f64)
            ),
            format!(
                "{} people set out, {} enter a shelter, {} leave the city.",
                words::number(trips as f64),
                words::number(sheltered as f64),
                words::number(left as f64)
            ),
        );
    }
    // By zone: who was safe before the water, of those who live there; the three largest.
    let mut zones: Vec<(u32, u32, ZoneId)> = Vec::new();
    for (z, arrival) in l.water_at.iter().enumerate() {
        let Some(arrival) = arrival else { continue };
        let of = |person: usize| l.home_zone[person] == Some(ZoneId::of(z));
        let safe = (0..l.home_zone.len()).filter(|i| of(*i) && at(&l.safe, *i).is_some_and(|t| t <= *arrival)).count();
        if l.zone_people[z] > 0 {
            zones.push((l.zone_people[z], safe as u32, ZoneId::of(z)));
        }
    }
    zones.sort_by_key(|(all, _, z)| (std::cmp::Reverse(*all), *z));
    if !zones.is_empty() {
        let some = words::list(zones.iter().take(3).map(|(all, safe, z)| {
            let name = words::zone(rec, *z);
            Text::new(format!("{}{all}人中{safe}人", name.zh), format!("{safe} of {all} in {}", name.en))
        }));
        p.say(format!("进水前已转移到安全处的：{}。", some.zh), format!("Safe before the water came: {}.", some.en));
    }
    let shelters: Vec<_> = rec.city.facilities_of(crate::place::city::FacilityKind::Shelter).collect();
    let full: Vec<Text> = shelters
        .iter()
        .enumerate()
        .filter_map(|(i, (_, f))| {
            let most = rec.tallies.iter().filter_map(|t| t.shelter_load.get(i)).max()?;
            (f.capacity > 0.0 && f64::from(*most) >= f.capacity).then(|| f.name.clone())
        })
        .collect();
    if !full.is_empty() {
        let names = words::short_list(full, 4);
        p.say(format!("住满的避难场所：{}。", names.zh), format!("Shelters that filled up: {}.", names.en));
    }
    let first = rec.events.iter().find_map(|e| match e.event {
        Event::UnitArrived { unit, order, .. } => Some((e.tick, unit, order)),
        _ => None,
    });
    if let Some((tick, unit, order)) = first {
        let (at, name) = (words::clock(rec, tick), words::unit(rec, unit));
        let task = l.orders.get(&order).map_or(Text::default(), |o| words::task(rec, &o.order.task));
        let picked = Ledger::count(&l.picked_up);
        p.say(
            format!("最先到场的是{}（{}，{}）；各队伍共接走{picked}人。", name.zh, at.zh, task.zh),
            format!(
                "The first unit on scene is {} ({}, {}); units pick up {picked} people in all.",
                name.en, at.en, task.en
            ),
        );
    }
    p.under("转移与救援", "Evacuation and rescue")
}

fn gas(l: &Ledger, learned: &[Learned]) -> Option<Paragraph> {
    let rec = l.rec;
    let mut p = Prose::default();
    for e in &rec.events {
        let at = words::clock(rec, e.tick);
        match &e.event {
            Event::GasReleased { site, substance, rate_kg_s } => {
                let name = words::facility(rec, *site);
                let rate = words::number(*rate_kg_s);
                let what = words::substance(&rec.programme, substance);
                p.say(
                    format!("{}，{}发生{}泄漏，每秒{rate}千克。", at.zh, name.zh, what.zh),
                    format!("At {} {} begins to leak {}, {rate} kg a second.", at.en, name.en, what.en),
                );
                if let Some(fact) =
                    learned.iter().find(|f| f.topic.quantity == Quantity::Release && f.topic.about == site.0)
                {
                    let knew = knew(l, fact, true);
                    p.say(knew.zh, knew.en);
                }
            }
            Event::WindTurned { speed_m_s, from_deg } => {
                let from = words::wind_from(*from_deg);
                let speed = words::number(*speed_m_s);
                p.say(
                    format!("{}风向转为{}风，{speed}米/秒。", at.zh, from.zh),
                    format!("At {} the wind turns: from the {}, {speed} m/s.", at.en, from.en),
                );
            }
            Event::GasStopped { released_kg, .. } => {
                let kg = words::number(released_kg.round());
                p.say(
                    format!("{}泄漏停止，共漏出{kg}千克。", at.zh),
                    format!("At {} the leak stops after {kg} kg.", at.en),
                );
            }
            _ => {}
        }
    }
    let mut reached: Vec<(Tick, ZoneId)> =
        l.gas_at.iter().enumerate().filter_map(|(z, t)| t.map(|t| (t, ZoneId::of(z)))).collect();
    reached.sort();
    if !reached.is_empty() {
        let n = reached.len();
        let names = words::short_list(
            reached.into_iter().map(|(t, z)| {
                let (name, at) = (words::zone(rec, z), words::clock(rec, t));
                Text::new(format!("{}（{}）", name.zh, at.zh), format!("{} ({})", name.en, at.en))
            }),
            4,
        );
        p.say(
            format!("毒气先后到达{n}个社区：{}。", names.zh),
            format!("Gas reaches {n} {}: {}.", if n == 1 { "community" } else { "communities" }, names.en),
        );
        let warned =
            rec.events.iter().any(|e| matches!(&e.event, Event::WarningIssued(w) if w.hazard == HazardKind::Gas));
        if !warned {
            p.say("没有发布过毒气预警。", "No gas warning was issued.");
        }
    }
    p.under("毒气", "The gas")
}

fn harm(l: &Ledger) -> Option<Paragraph> {
    let rec = l.rec;
    let mut p = Prose::default();
    let light = l.worst.values().filter(|h| h.health == Health::Light).count();
    let (dead, serious) = (l.dead(), l.serious());
    if dead + serious + light == 0 {
        p.say("没有人员伤亡。", "Nobody was hurt.");
        return p.under("伤亡", "Casualties");
    }
    p.say(
        format!("共死亡{dead}人、重伤{serious}人、轻伤{light}人。"),
        format!("Dead: {dead}; seriously hurt: {serious}; lightly hurt: {light}."),
    );
    for cause in Cause::ALL {
        let mut of: Vec<_> = l.worst.values().filter(|h| h.cause == cause && h.health >= Health::Serious).collect();
        of.sort_by_key(|h| (h.tick, h.person));
        let (Some(first), Some(last)) = (of.first(), of.last()) else { continue };
        let dead = of.iter().filter(|h| h.health == Health::Dead).count();
        let mut zones: BTreeMap<ZoneId, usize> = BTreeMap::new();
        of.iter().filter_map(|h| l.home_of(h.person)).for_each(|z| *zones.entry(z).or_default() += 1);
        let mut zones: Vec<_> = zones.into_iter().collect();
        zones.sort_by_key(|(z, n)| (std::cmp::Reverse(*n), *z));
        let places = words::short_list(
            zones.into_iter().map(|(z, n)| {
                let name = words::zone(rec, z);
                Text::new(format!("{}{n}人", name.zh), format!("{} ({n})", name.en))
            }),
            4,
        );
        let (name, from, to) = (words::cause(cause), words::clock(rec, first.tick), words::clock(rec, last.tick));
        let when = if from == to {
            Text::new(format!("发生在{}", from.zh), format!("at {}", from.en))
        } else {
            Text::new(format!("发生在{}至{}之间", from.zh, to.zh), format!("between {} and {}", from.en, to.en))
        };
        p.say(
            format!("因{}死亡{dead}人、重伤{}人，{}，住处在：{}。", name.zh, of.len() - dead, when.zh, places.zh),
            format!(
                "By {}: {dead} dead and {} seriously hurt {}; their homes: {}.",
                name.en,
                of.len() - dead,
                when.en,
                places.en
            ),
        );
    }
    let (trapped, hospital) = (Ledger::count(&l.trapped), Ledger::count(&l.hospitalised));
    let out = (0..l.trapped.len())
        .filter(|i| at(&l.trapped, *i).is_some() && (at(&l.picked_up, *i).is_some() || at(&l.safe, *i).is_some()))
        .count();
    p.say(
        format!("曾有{trapped}人被困，{out}人获救；{hospital}人送入医院。"),
        format!(
            "{} had been trapped, {out} of them got out; taken to hospital: {hospital}.",
            words::many(trapped, "person", "people")
        ),
    );
    p.under("伤亡", "Casualties")
}

fn failures(l: &Ledger) -> Option<Paragraph> {
    let rec = l.rec;
    let mut p = Prose::default();
    for chain in chain::chains(l).iter().take(3) {
        let told = chain.prose();
        p.say(told.zh, told.en);
    }
    let mut missed: Vec<Text> = Vec::new();
    for e in &rec.events {
        if let Event::ClauseMissed { post, clause } = &e.event {
            let (at, name) = (words::clock(rec, e.tick), words::post(rec, *post));
            let title =
                rec.programme.clauses.iter().find(|c| &c.id == clause).map_or(Text::default(), |c| c.title.clone());
            missed.push(Text::new(
                format!("{}{}的{clause}条“{}”", at.zh, name.zh, title.zh),
                format!("{clause} \"{}\" of {} at {}", title.en, name.en, at.en),
            ));
        }
    }
    if !missed.is_empty() {
        let list = words::short_list(missed, 3);
        p.say(
            format!("预案条款到时未执行：{}。", list.zh),
            format!("Clauses of the plan not carried out in time: {}.", list.en),
        );
    }
    let failed: Vec<Text> = l
        .orders
        .values()
        .filter(|o| o.failed())
        .map(|o| {
            let (task, why) = (
                words::task(rec, &o.order.task),
                o.why.map_or_else(|| Text::new("未送达", "never arrived"), |why| why.names()),
            );
            Text::new(format!("{}（{}）", task.zh, why.zh), format!("{} ({})", task.en, why.en))
        })
        .collect();
    if !failed.is_empty() {
        let list = words::short_list(failed, 3);
        p.say(format!("没有完成的命令：{}。", list.zh), format!("Orders that came to nothing: {}.", list.en));
    }
    for e in &rec.events {
        if let Event::UnitLost { unit, why } = &e.event {
            let (at, name) = (words::clock(rec, e.tick), words::unit(rec, *unit));
            p.say(
                format!("{}{}失去战力：{}。", at.zh, name.zh, why.zh),
                format!("At {} {} is out of action: {}.", at.en, name.en, why.en),
            );
        }
    }
    p.under("哪里没有做到，为什么", "What went wrong, and why")
}

fn close(l: &Ledger) -> Option<Paragraph> {
    let rec = l.rec;
    let mut p = Prose::default();
    let t = rec.tallies.last()?;
    let of = |d: Doing| words::number(f64::from(t.doing[d as usize]));
    let at = words::clock(rec, t.tick);
    p.say(
        format!(
            "{}，{}人在避难场所，{}人在医院，{}人仍被困，{}人已离开。",
            at.zh,
            of(Doing::Sheltered),
            of(Doing::InHospital),
            of(Doing::Trapped),
            of(Doing::Away)
        ),
        format!(
            "At {}, {} people are in shelters, {} in hospital, {} still trapped, {} gone.",
            at.en,
            of(Doing::Sheltered),
            of(Doing::InHospital),
            of(Doing::Trapped),
            of(Doing::Away)
        ),
    );
    match &rec.end {
        Some(end) if end.why == "complete" => p.say("演练按计划结束。", "The exercise ends as planned."),
        Some(end) => {
            p.say(format!("演练提前结束（{}）。", end.why), format!("The exercise was ended early ({}).", end.why))
        }
        None => p.say("记录到此中断，此后情况不明。", "Here the recording breaks off; what came after is not known."),
    }
    p.under("结束时", "At the end")
}
