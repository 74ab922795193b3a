//! The report's charts: who knew when, truth against picture, curves over time, what the units did.

use super::{t, tt};
use crate::After;
use crate::svg::Chart;
use maud::{Markup, PreEscaped, html};
use sim_core::base::{ids::*, text::Text, time::Tick};
use sim_core::report::colours::{self, hex};
use sim_core::report::ledger::Ledger;
use sim_core::report::picture::{self, Lane, Learned};
use sim_core::report::words;
use sim_core::vocab::body::{Doing, Duty};
use sim_core::vocab::condition::Quantity;
use sim_core::vocab::event::Event;

const TRUTH: &str = "#1d2730";
/// City, town, village: dark to light and blue to orange, told apart without red and green.
const TIERS: [&str; 3] = ["#0072b2", "#e69f00", "#cc79a7"];

fn tier_colour(tier: u8) -> &'static str {
    TIERS[usize::from(tier).min(2)]
}

fn key(items: &[(&str, Text)]) -> Markup {
    html! { p.key { @for (colour, name) in items { span.chip { i style={ "background:" (colour) } {} (t(name)) } } } }
}

fn chart(zh: &str, en: &str, svg: String) -> Markup {
    html! { figure.chartbox { figcaption { (tt(zh, en)) } (PreEscaped(svg)) } }
}

// -- truth against picture

pub fn truth_against_picture(after: &After) -> Markup {
    let l = &after.ledger;
    let learned = picture::learned(l.rec);
    let lanes = picture::lanes(l.rec);
    let tiers = [
        (TRUTH, Text::new("真实发生", "true")),
        (TIERS[0], Text::new("市级得知", "city knows")),
        (TIERS[1], Text::new("镇街/部门得知", "town or department knows")),
        (TIERS[2], Text::new("村/队得知", "village or team knows")),
    ];
    let shown = shown_lanes(l, &lanes);
    html! {
        p { (tt(
            "下图每一行是一件事：黑色菱形是它真实发生的时刻，圆点是各级岗位得知的时刻；横线越长，信息走得越久。没有圆点的级别始终不知道。",
            "Each row below is a fact: the black diamond is the moment it came true, dots are the moments at which posts of each tier learned of it; the longer the bar, the longer the news took. A tier without a dot never knew.",
        )) }
        @if learned.is_empty() { p.none { (tt("记录中没有可追踪的险情。", "No hazard to follow in this recording.")) } }
        @else { (key(&tiers)) div.wide { (PreEscaped(who_knew(l, &learned))) } (delays(l, &learned)) }
        @if !shown.is_empty() {
            h3 { (tt("真实值与岗位掌握的值", "True values and what posts believed")) }
            p { (tt("实线为真实，阶梯线为岗位当时相信的值；线从第一次得知时开始。", "The solid line is the truth; steps are what a post believed at the time, from the moment it first knew.")) }
            div.grid2 { @for lane in shown { (lane_chart(l, lane)) } }
        }
    }
}

fn who_knew(l: &Ledger, learned: &[Learned]) -> String {
    let rows: Vec<&Learned> = learned.iter().take(16).collect();
    let row_h = 24.0;
    // Room for the longest label: a Latin letter is some 6.8 wide in this type, a Chinese character 13.5.
    let wide = |t: &Text| (6.8 * t.en.chars().count() as f64).max(13.5 * t.zh.chars().count() as f64);
    let left = rows.iter().map(|fact| wide(&fact.what) + 16.0).fold(230.0, f64::max).min(420.0);
    let mut c = Chart::new(1000.0, 40.0 + row_h * rows.len() as f64, l.last, (0.0, 1.0)).left(left);
    c.time_axis(l.rec);
    for (i, fact) in rows.iter().enumerate() {
        let y = c.top + row_h * (i as f64 + 0.5);
        c.label(c.left - 10.0, y + 4.0, "end", "row", &fact.what);
        let x0 = c.x(fact.true_at);
        if let Some((_, last, _)) = fact.posts.last() {
            let x1 = c.x(*last);
            c.push(&format!("<line class=\"reach\" x1=\"{x0:.1}\" x2=\"{x1:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>"));
        }
        // Higher tiers last, so that they lie on top.
        let mut posts = fact.posts.clone();
        posts.sort_by_key(|p| (std::cmp::Reverse(tier(l, p.0)), p.1));
        for (post, tick, _) in posts {
            let (name, at) = (words::post(l.rec, post), words::clock(l.rec, tick));
            c.push(&format!(
                "<circle cx=\"{:.1}\" cy=\"{y:.1}\" r=\"4.5\" fill=\"{}\"><title>{} {} / {} {}</title></circle>",
                c.x(tick),
                tier_colour(tier(l, post)),
                crate::svg::escape(&name.zh),
                at.zh,
                crate::svg::escape(&name.en),
                at.en
            ));
        }
        c.push(&format!(
            "<path d=\"M{x0:.1} {:.1}l5 6-5 6-5-6z\" fill=\"{TRUTH}\"><title>{}</title></path>",
            y - 6.0,
            words::clock(l.rec, fact.true_at).en
        ));
    }
    c.finish("who knew when / 谁在何时知道")
}

fn tier(l: &Ledger, post: PostId) -> u8 {
    l.rec.programme.posts.get(post.index()).map_or(2, |p| p.tier)
}

/// The same in numbers: delay of each tier.
fn delays(l: &Ledger, learned: &[Learned]) -> Markup {
    html! {
        div.wide { table {
            thead { tr {
                th { (tt("事实", "Fact")) } th { (tt("发生", "True at")) }
                @for tier in 0..3u8 { th { (t(&words::tier(tier))) } }
            } }
            tbody { @for fact in learned.iter().take(24) { tr {
                td { (t(&fact.what)) }
                td { (t(&words::clock(l.rec, fact.true_at))) }
                @for tier in 0..3u8 { td {
                    @match fact.first_of_tier(l.rec, tier) {
                        Some((post, tick)) => { (t(&words::clock(l.rec, tick))) " " small {
                            "+" (t(&words::span(tick.since_s(fact.true_at)))) " " (t(&words::post(l.rec, post)))
                        } }
                        None => { span.unmet { (tt("始终不知道", "never knew")) } }
                    }
                } }
            } } }
        } }
        @if learned.len() > 24 { p.note { (t(&Text::new(format!("另有{}项未列出。", learned.len() - 24), format!("{} more are not listed.", learned.len() - 24)))) } }
    }
}

/// Lanes worth a chart: breach, casualties, the most telling gauge and zone, at most six.
fn shown_lanes<'a>(l: &Ledger, lanes: &'a [Lane]) -> Vec<&'a Lane> {
    let change = |lane: &Lane| {
        let values = lane.truth.iter().map(|p| p.1);
        values.clone().fold(f64::MIN, f64::max) - values.fold(f64::MAX, f64::min)
    };
    let mut shown: Vec<&Lane> = Vec::new();
    for (quantity, most) in [
        (Quantity::BreachWidth, 1),
        (Quantity::Stage, 1),
        (Quantity::Deaths, 1),
        (Quantity::Trapped, 1),
        (Quantity::ZoneDepth, 2),
        (Quantity::Injured, 1),
        (Quantity::WindFrom, 1),
        (Quantity::ShelterLoad, 1),
    ] {
        let mut of: Vec<&Lane> =
            lanes.iter().filter(|x| x.topic.quantity == quantity && x.truth.len() > 1 && change(x) > 0.0).collect();
        of.sort_by(|a, b| change(b).total_cmp(&change(a)).then(a.topic.cmp(&b.topic)));
        shown.extend(of.into_iter().take(most));
    }
    let _ = l;
    shown.truncate(6);
    shown
}

fn lane_chart(l: &Ledger, lane: &Lane) -> Markup {
    let believed = lane.posts.iter().flat_map(|p| p.1.iter().map(|b| b.value));
    let values: Vec<f64> = lane.truth.iter().map(|p| p.1).chain(believed).collect();
    let (low, high) =
        (values.iter().copied().fold(f64::MAX, f64::min), values.iter().copied().fold(f64::MIN, f64::max));
    let base = if lane.topic.quantity == Quantity::Stage { low - 0.1 } else { low.min(0.0) };
    let mut c = Chart::new(480.0, 190.0, l.last, (base, high + 0.06 * (high - base)));
    c.time_axis(l.rec);
    c.value_axis();
    c.line(&lane.truth, "truth", TRUTH);
    // One post of each tier: the one that changed its mind most often.
    let mut key_items = vec![(TRUTH, Text::new("真实", "truth"))];
    for tier_shown in 0..3u8 {
        let best = lane
            .posts
            .iter()
            .filter(|p| tier(l, p.0).min(2) == tier_shown)
            .max_by_key(|p| (p.1.len(), std::cmp::Reverse(p.0)));
        if let Some((post, beliefs)) = best {
            let points: Vec<(Tick, f64)> = beliefs.iter().map(|b| (b.learned, b.value)).collect();
            c.steps(&points, "belief", tier_colour(tier_shown));
            key_items.push((tier_colour(tier_shown), words::post(l.rec, *post)));
        }
    }
    let name = words::topic(l.rec, lane.topic);
    let unit = lane.topic.quantity.unit();
    let unit = if unit.is_empty() { String::new() } else { format!(" ({unit})") };
    html! {
        figure.chartbox {
            figcaption { (t(&name)) @if unit != " (人)" { (unit) } }
            (PreEscaped(c.finish(&name.en)))
            (key(&key_items))
        }
    }
}

// -- curves

pub fn curves(after: &After) -> Markup {
    let l = &after.ledger;
    if l.rec.tallies.len() < 2 {
        return html! { p.none { (tt("记录中没有逐分钟统计。", "The recording has no tallies.")) } };
    }
    let tallies = &l.rec.tallies;
    let of = |f: &dyn Fn(&sim_core::record::Tally) -> f64| -> Vec<(Tick, f64)> {
        tallies.iter().map(|t| (t.tick, f(t))).collect()
    };
    let dead = of(&|t| f64::from(t.dead));
    let serious = of(&|t| f64::from(t.doing[Doing::Hurt as usize]));
    let trapped = of(&|t| f64::from(t.doing[Doing::Trapped as usize]));
    let flooded = of(&|t| t.flooded_land_m2 / 1e6);
    let in_water = of(&|t| f64::from(t.people_in_water));
    html! {
        (people(l))
        div.grid2 {
            (simple(l, "水位（m）", "Stage (m)", &stages(l), false))
            (simple(l, "淹没面积（km²）", "Flooded land (km²)", &[("#0072b2", Text::new("淹没面积", "flooded land"), flooded)], true))
            (simple(l, "被困与重伤待救（人）", "Trapped, and hurt and waiting (people)", &[
                ("#d55e00", Text::new("被困", "trapped"), trapped),
                ("#d01c3b", Text::new("重伤待救", "hurt, waiting"), serious),
            ], true))
            (simple(l, "死亡（人，累计）", "Deaths (people, so far)", &[("#101010", Text::new("死亡", "dead"), dead)], true))
            (simple(l, "水中建筑内人数", "People in flooded buildings", &[("#24609b", Text::new("门口积水超过0.3米", "over 0.3 m at the door"), in_water)], true))
            (simple(l, "避难场所人数", "People in shelters", &shelters(l), true))
            (messages(l))
            (simple(l, "忙碌的队伍与封闭道路", "Busy units and closed roads", &[
                ("#0072b2", Text::new("忙碌队伍", "busy units"), of(&|t| f64::from(t.units_busy))),
                ("#9a1f40", Text::new("封闭道路", "closed roads"), of(&|t| f64::from(t.roads_closed))),
            ], true))
        }
    }
}

type Curve = (&'static str, Text, Vec<(Tick, f64)>);

/// Six colours told apart with any common colour vision (Okabe and Ito).
const SIX: [&str; 6] = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00"];

fn simple(l: &Ledger, zh: &str, en: &str, curves: &[Curve], from_zero: bool) -> Markup {
    let values = curves.iter().flat_map(|c| c.2.iter().map(|p| p.1));
    let (low, high) = values.fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(v), b.max(v)));
    if low > high {
        return html! {};
    }
    let y0 = if from_zero { 0.0 } else { low - 0.05 * (high - low) };
    let mut c = Chart::new(480.0, 180.0, l.last, (y0, high + 0.06 * (high - y0)));
    c.time_axis(l.rec);
    c.value_axis();
    moments(l, &mut c);
    for (colour, _, points) in curves {
        c.line(points, "curve", colour);
    }
    let items: Vec<(&str, Text)> = curves.iter().map(|c| (c.0, c.1.clone())).collect();
    html! { figure.chartbox { figcaption { (tt(zh, en)) } (PreEscaped(c.finish(en))) (key(&items)) } }
}

/// Breach and release as dashed lines on every chart.
fn moments(l: &Ledger, c: &mut Chart) {
    if let Some((tick, _)) = l.breach {
        c.moment(tick, "#b3202c");
    }
    if let Some((tick, _)) = l.release {
        c.moment(tick, "#b07a00");
    }
}

fn stages(l: &Ledger) -> Vec<Curve> {
    let gauges = l.rec.tallies[0].stage_m.len().min(6);
    (0..gauges)
        .map(|g| {
            let points = l.rec.tallies.iter().filter_map(|t| t.stage_m.get(g).map(|v| (t.tick, *v))).collect();
            (SIX[g], words::gauge(l.rec, GaugeId::of(g)), points)
        })
        .collect()
}

/// The five fullest shelters and the sum of all.
fn shelters(l: &Ledger) -> Vec<Curve> {
    let list: Vec<_> = l.rec.city.facilities_of(sim_core::place::city::FacilityKind::Shelter).map(|(_, f)| f).collect();
    let peak = |i: usize| l.rec.tallies.iter().filter_map(|t| t.shelter_load.get(i)).max().copied().unwrap_or(0);
    let mut order: Vec<usize> = (0..list.len()).filter(|i| peak(*i) > 0).collect();
    order.sort_by_key(|i| (std::cmp::Reverse(peak(*i)), *i));
    let mut curves: Vec<Curve> = order
        .into_iter()
        .take(5)
        .enumerate()
        .map(|(n, i)| {
            let points = l
                .rec
                .tallies
                .iter()
                .map(|t| (t.tick, f64::from(t.shelter_load.get(i).copied().unwrap_or(0))))
                .collect();
            (SIX[n], list[i].name.clone(), points)
        })
        .collect();
    if list.len() > 1 {
        let sum = l.rec.tallies.iter().map(|t| (t.tick, t.shelter_load.iter().map(|n| f64::from(*n)).sum())).collect();
        curves.push((TRUTH, Text::new("合计", "all"), sum));
    }
    curves
}

/// Everyone who is not simply at home unaware, stacked by what they are doing.
fn people(l: &Ledger) -> Markup {
    const ORDER: [Doing; 11] = [
        Doing::Dead,
        Doing::Hurt,
        Doing::InHospital,
        Doing::Trapped,
        Doing::Carried,
        Doing::Walking,
        Doing::Driving,
        Doing::Upstairs,
        Doing::Sealed,
        Doing::Sheltered,
        Doing::Away,
    ];
    let tallies = &l.rec.tallies;
    let ticks: Vec<Tick> = tallies.iter().map(|t| t.tick).collect();
    let used: Vec<Doing> = ORDER.into_iter().filter(|d| tallies.iter().any(|t| t.doing[*d as usize] > 0)).collect();
    let top =
        tallies.iter().map(|t| used.iter().map(|d| f64::from(t.doing[*d as usize])).sum::<f64>()).fold(1.0, f64::max);
    let mut c = Chart::new(1000.0, 260.0, l.last, (0.0, 1.05 * top));
    c.time_axis(l.rec);
    c.value_axis();
    let mut low = vec![0.0; ticks.len()];
    for d in &used {
        let high: Vec<f64> = low.iter().zip(tallies).map(|(a, t)| a + f64::from(t.doing[*d as usize])).collect();
        c.band(&ticks, &low, &high, &hex(colours::doing(*d)));
        low = high;
    }
    moments(l, &mut c);
    html! {
        figure.chartbox {
            figcaption { (tt("人员状态（人；不含在家中不知情和知情留守的人）", "People by what they are doing (without those at home, unaware or staying)")) }
            (PreEscaped(c.finish("people by doing")))
            p.key { @for d in used { span.chip { i style={ "background:" (hex(colours::doing(d))) } {} (t(&words::text(d.names()))) } } }
        }
    }
}

/// Copies delivered and lost per ten minutes, from the events.
fn messages(l: &Ledger) -> Markup {
    const BIN: u32 = 60;
    let bins = (l.last.0 / BIN + 1) as usize;
    let (mut arrived, mut lost) = (vec![0.0f64; bins], vec![0.0f64; bins]);
    for e in &l.rec.events {
        match e.event {
            Event::MessageDelivered { .. } => arrived[(e.tick.0 / BIN) as usize] += 1.0,
            Event::MessageLost { .. } => lost[(e.tick.0 / BIN) as usize] += 1.0,
            _ => {}
        }
    }
    let high = arrived.iter().zip(&lost).map(|(a, b)| a + b).fold(1.0, f64::max);
    let mut c = Chart::new(480.0, 180.0, l.last, (0.0, 1.06 * high));
    c.time_axis(l.rec);
    c.value_axis();
    for i in 0..bins {
        let (from, to) = (Tick(i as u32 * BIN + 6), Tick((i as u32 + 1) * BIN - 6).min(l.last));
        let (base, mid, top) = (c.y(0.0), c.y(arrived[i]), c.y(arrived[i] + lost[i]));
        if arrived[i] > 0.0 {
            c.rect(from, to, mid, base - mid, "#56b4e9", &format!("{} 送达 delivered", arrived[i]));
        }
        if lost[i] > 0.0 {
            c.rect(from, to, top, mid - top, "#d55e00", &format!("{} 丢失 lost", lost[i]));
        }
    }
    let items = [("#56b4e9", Text::new("送达", "delivered")), ("#d55e00", Text::new("丢失", "lost"))];
    html! {
        figure.chartbox {
            figcaption { (tt("信息（份 / 10分钟）", "Messages (copies per 10 min)")) }
            (PreEscaped(c.finish("messages"))) (key(&items))
        }
    }
}

// -- units

pub fn gantt(after: &After) -> Markup {
    let l = &after.ledger;
    let mut lanes: Vec<_> = after.lanes.iter().filter(|lane| !lane.stretches.is_empty()).collect();
    if lanes.is_empty() {
        return html! { p.none { (tt("记录中没有队伍状态。", "The recording has no states of units.")) } };
    }
    let all = lanes.len();
    let never: usize = lanes.iter().filter(|x| x.busy_s() == 0.0).count();
    lanes.retain(|x| x.busy_s() > 0.0);
    lanes.sort_by(|a, b| b.busy_s().total_cmp(&a.busy_s()).then(a.unit.cmp(&b.unit)));
    lanes.truncate(60);
    lanes.sort_by_key(|x| x.unit);
    let row_h = 16.0;
    let mut c = Chart::new(1000.0, 40.0 + row_h * lanes.len() as f64, l.last, (0.0, 1.0)).left(190.0);
    c.time_axis(l.rec);
    for (i, lane) in lanes.iter().enumerate() {
        let y = c.top + row_h * i as f64;
        c.label(c.left - 8.0, y + 11.0, "end", "row", &words::unit(l.rec, lane.unit));
        for s in &lane.stretches {
            let (zh, en) = s.duty.names();
            let title = format!("{zh} {en} {}–{}", words::clock(l.rec, s.from).en, words::clock(l.rec, s.to).en);
            c.rect(s.from, s.to, y + 2.0, row_h - 4.0, &hex(colours::duty(s.duty)), &title);
        }
    }
    let svg = c.finish("units / 队伍");
    html! {
        p { (t(&Text::new(
            format!("{all}支队伍中{never}支全程待命。下图为出动过的队伍（最多60支，按编号排列）。"),
            format!("Of {all} units {never} stood ready throughout. The chart shows those that were sent out (at most 60, by number)."),
        ))) }
        p.key { @for d in Duty::ALL { span.chip { i style={ "background:" (hex(colours::duty(d))) } {} (t(&words::text(d.names()))) } } }
        @if lanes.is_empty() { p.none { (tt("没有队伍出动。", "No unit was sent out.")) } }
        @else { (chart("队伍状态", "What the units did", svg)) }
    }
}
