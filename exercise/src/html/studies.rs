//! "Computed against true": what posts worked out about a release beside what was true, a row and a picture for each study.

use super::{t, tt};
use crate::After;
use maud::{Markup, PreEscaped, html};
use sim_core::base::{ids::ZoneId, text::Text};
use sim_core::record::Recording;
use sim_core::report::studies::{Compared, ComparedLevel, compared};
use sim_core::report::words;
use sim_core::vocab::body::Point;
use sim_core::vocab::event::Event;
use sim_core::vocab::study::{AdvisedBuilding, Basis, GasStudy, Hinge, RateFrom, Ring, Way};
use std::fmt::Write;

/// Colours of the levels: as on printed threat zones.
fn colour(level: u8) -> &'static str {
    match level {
        3 => "#c8141e",
        2 => "#e66900",
        _ => "#be9600",
    }
}

/// There is something to show.
pub fn any(after: &After) -> bool {
    after.ledger.rec.events.iter().any(|e| matches!(e.event, Event::GasStudied(_)))
}

pub fn section(after: &After) -> Markup {
    let rec = after.ledger.rec;
    let all = compared(rec);
    html! {
        p { (tt(
            "岗位按自己所知（报告的物质、速率或孔径、相信的风）查应急指南、算威胁区。真实：记录中泄漏物质的浓度，按其60分钟AEGL值；“此刻”为研判那一刻达到的距离，“一小时内”为其后一小时任何时刻达到过的距离。命中：真实范围内被研判覆盖的居民（住址）与面积；误报：研判范围内实际没有达到的。",
            "Posts look into the guidebook and compute threat zones from what they know: the reported substance, rate or hole, the believed wind. Truth: the recorded gas by the 60-min AEGL of what really leaked; \"now\" is how far it reached at that moment, \"within the hour\" at any time in the hour after. Hit: the part of the truth (residents by home, area) that the study holds; false alarm: the part of the study that was not true.",
        )) }
        div.wide { table {
            thead { tr {
                th { (tt("时刻与岗位", "When and who")) } th { (tt("依据", "It stands on")) } th { (tt("当时真实", "True then")) }
                th { (tt("等级", "Level")) } th.num { (tt("研判", "Studied")) } th.num { (tt("真实：此刻", "True: now")) } th.num { (tt("真实：一小时内", "True: within the hour")) }
                th.num { (tt("居民命中 / 误报", "Residents hit / false")) } th.num { (tt("面积命中 / 误报", "Area hit / false")) } th.num { (tt("含风向线命中", "Hit with the wind's lines")) }
            } }
            @for one in &all { tbody {
                @let rows = one.levels.len().max(1);
                @for row in 0..rows { tr {
                    @if row == 0 {
                        td rowspan=(rows) { b { (t(&words::clock(rec, one.tick))) } " " (t(&words::post(rec, one.study.post)))
                            div.def { (basis(one)) } }
                        td rowspan=(rows) { (stands_on(rec, one)) }
                        td rowspan=(rows) { (true_then(one)) }
                    }
                    @match one.levels.get(row) {
                        Some(level) => (level_cells(one, level)),
                        None => td colspan="7" { (tt("没有可比的等级", "no level to compare")) },
                    }
                } }
            } }
        } }
        div.maps {
            @for one in all.iter().filter(|c| c.study.levels.iter().any(|l| l.reach_m > 0.0)).take(MOST_PICTURES) {
                figure {
                    (PreEscaped(picture(one)))
                    figcaption { b { (t(&words::clock(rec, one.tick))) } " " (t(&words::post(rec, one.study.post))) " · " (basis(one)) }
                }
            }
        }
        p.note { (tt(
            "图中实线为研判范围（红AEGL-3或初始隔离、橙AEGL-2或防护行动、黄AEGL-1），虚线为风向不确定线，浅色填充为其后一小时的真实范围。",
            "In the pictures: solid lines what was studied (red AEGL-3 or initial isolation, orange AEGL-2 or protective action, yellow AEGL-1), dashed the lines between which the wind may swing, pale fill the truth of the hour after.",
        )) }
        (advice(after, &all))
    }
}

/// Pictures shown at most.
const MOST_PICTURES: usize = 12;

fn basis(one: &Compared) -> Markup {
    match (one.study.basis, one.study.running) {
        (Basis::Guide, _) => tt("应急指南（ERG）", "guidebook (ERG)"),
        (Basis::Model, true) => tt("模型，今后一小时", "model, the hour ahead"),
        (Basis::Model, false) => tt("模型，止漏后残余云团", "model, what hangs about after the leak"),
    }
}

fn wind(wind: Option<(f64, f64)>) -> Text {
    match wind {
        None => Text::new("风向不明", "wind unknown"),
        Some((speed, from)) => {
            let name = words::wind_from(from);
            let speed = words::number((speed * 10.0).round() / 10.0);
            Text::new(
                format!("{}风（{from:.0}°）{speed} m/s", name.zh),
                format!("wind from the {} ({from:.0}°), {speed} m/s", name.en),
            )
        }
    }
}

fn stands_on(rec: &Recording, one: &Compared) -> Markup {
    let s = one.study;
    let un =
        s.un.map_or(Text::new("物质不明", "unknown substance"), |un| words::substance_of_un(&rec.programme, un));
    let rate = match (s.basis, s.rate_from) {
        (Basis::Guide, _) => None,
        (Basis::Model, RateFrom::Reported) => Some(("报告速率", "reported rate")),
        (Basis::Model, RateFrom::Hole) => Some(("报告孔径推算", "from the reported hole")),
        (Basis::Model, RateFrom::Supposed) => Some(("假定孔径25毫米", "a supposed hole of 25 mm")),
    };
    html! {
        (t(&un)) br; (t(&wind(s.wind)))
        @if let Some((zh, en)) = rate {
            br; @let kg_s = words::number((s.rate_kg_s * 10.0).round() / 10.0);
            (t(&Text::new(format!("{kg_s} kg/s（{zh}），{}类", s.class), format!("{kg_s} kg/s ({en}), class {}", s.class))))
        }
        @if !s.caveats.is_empty() {
            div.def { (tt("适用范围外：", "Outside the model's range:"))
                ul { @for caveat in &s.caveats { li { (tt(caveat.about_zh(), caveat.about())) } } }
            }
        }
    }
}

fn true_then(one: &Compared) -> Markup {
    let substance = one.substance.as_ref().map_or(Text::new("无泄漏", "no leak"), |s| {
        Text::new(format!("{} UN {}", s.name.zh, s.un), format!("{} UN {}", s.name.en, s.un))
    });
    html! {
        (t(&substance)) br; (t(&wind(one.wind)))
        @if let Some(rate) = one.rate_kg_s { br; (format!("{} kg/s", words::number((rate * 10.0).round() / 10.0))) }
        @if one.covered_s < 3599.0 { br; span.def { (t(&Text::new(
            format!("记录只到其后{:.0}分钟", one.covered_s / 60.0), format!("recorded for {:.0} min after", one.covered_s / 60.0),
        ))) } }
    }
}

fn level_cells(one: &Compared, level: &ComparedLevel) -> Markup {
    let name = match (one.study.basis, level.level) {
        (Basis::Guide, 3) => Text::new("初始隔离 对 AEGL-3", "isolation, against AEGL-3"),
        (Basis::Guide, _) => Text::new("防护行动 对 AEGL-2", "protective action, against AEGL-2"),
        (Basis::Model, l) => Text::new(format!("AEGL-{l}"), format!("AEGL-{l}")),
    };
    let percent = |share: Option<f64>| share.map_or("—".into(), |s| format!("{:.0} %", 100.0 * s));
    let metres = |m: f64| if m > 0.0 { format!("{m:.0} m") } else { "—".into() };
    html! {
        td { i style={ "display:inline-block;width:.8em;height:.8em;background:" (colour(level.level)) } {} " " (t(&name)) }
        td.num { (metres(level.studied_m)) }
        td.num { (metres(level.true_now_m)) }
        td.num { (metres(level.true_hour_m)) }
        td.num { (percent(level.people.hit())) " / " (percent(level.people.false_alarm())) }
        td.num { (percent(level.area_m2.hit())) " / " (percent(level.area_m2.false_alarm())) }
        td.num { (percent(level.people_lines.hit())) }
    }
}

/// A study over the truth, in metres, north up.
fn picture(one: &Compared) -> String {
    let rings = one.study.levels.iter().flat_map(|l| l.rings.iter().chain(&l.lines)).flatten();
    let studied = rings.map(|(x, y)| Point::new(f64::from(*x), f64::from(*y)));
    let truth = one.levels.iter().flat_map(|l| &l.truth).flat_map(|p| p.rings.iter().flatten()).copied();
    let (mut low, mut high) = (one.study.at, one.study.at);
    for p in studied.chain(truth) {
        low = Point::new(low.x.min(p.x), low.y.min(p.y));
        high = Point::new(high.x.max(p.x), high.y.max(p.y));
    }
    let side = (high.x - low.x).max(high.y - low.y).max(50.0) * 1.08;
    let (x0, y1) = (0.5 * (low.x + high.x - side), 0.5 * (low.y + high.y + side));
    let at = |x: f64, y: f64| format!("{:.1},{:.1}", 400.0 * (x - x0) / side, 400.0 * (y1 - y) / side);
    let path = |corners: &mut dyn Iterator<Item = (f64, f64)>| {
        let corners: Vec<String> = corners.map(|(x, y)| at(x, y)).collect();
        format!("M{}Z", corners.join("L"))
    };
    let ring = |r: &Ring| path(&mut r.iter().map(|(x, y)| (f64::from(*x), f64::from(*y))));
    let mut svg = String::from(
        "<svg viewBox=\"0 0 400 400\" width=\"400\" height=\"400\" style=\"max-width:100%;height:auto;background:#f7f6f2\">",
    );
    for level in one.levels.iter().rev() {
        let d: String =
            level.truth.iter().flat_map(|p| &p.rings).map(|r| path(&mut r.iter().map(|p| (p.x, p.y)))).collect();
        let _ = write!(
            svg,
            "<path d=\"{d}\" fill=\"{}\" fill-opacity=\".22\" fill-rule=\"evenodd\"/>",
            colour(level.level)
        );
    }
    for level in one.study.levels.iter().rev() {
        let (c, solid, lines) = (
            colour(level.level),
            level.rings.iter().map(&ring).collect::<String>(),
            level.lines.iter().map(&ring).collect::<String>(),
        );
        let _ = write!(svg, "<path d=\"{lines}\" fill=\"none\" stroke=\"{c}\" stroke-dasharray=\"5 4\"/>");
        let _ = write!(svg, "<path d=\"{solid}\" fill=\"none\" stroke=\"{c}\" stroke-width=\"2\"/>");
    }
    // The source, a scale of a round length, and north.
    let source = at(one.study.at.x, one.study.at.y);
    let (sx, sy) = source.split_once(',').expect("made just above");
    let _ = write!(svg, "<circle cx=\"{sx}\" cy=\"{sy}\" r=\"4\" fill=\"#222\"/>");
    let round = [50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0, 10_000.0];
    let bar_m = round.into_iter().rfind(|m| *m < 0.3 * side).unwrap_or(50.0);
    let px = 400.0 * bar_m / side;
    let _ = write!(
        svg,
        "<path d=\"M10 390h{px:.1}\" stroke=\"#222\" stroke-width=\"2\"/><text x=\"10\" y=\"383\" font-size=\"12\">{bar_m:.0} m</text>\
         <text x=\"386\" y=\"16\" font-size=\"12\" text-anchor=\"middle\">N↑</text></svg>"
    );
    svg
}

/// What its buildings are advised to do, summed by community, and what the advice hangs on.
fn by_building(after: &After, study: &GasStudy) -> Markup {
    let rec = after.ledger.rec;
    let mut zones: std::collections::BTreeMap<ZoneId, Summed> = std::collections::BTreeMap::new();
    let mut all = Summed::default();
    for row in &study.buildings {
        let Some(building) = rec.city.buildings.get(row.building.index()) else { continue };
        zones.entry(building.zone).or_default().add(row, building.residents);
        all.add(row, building.residents);
    }
    let count = |(buildings, people): (u32, u32)| format!("{buildings} / {people}");
    let cells = |sum: &Summed| {
        html! {
            @for cell in sum.ways { td.num { (count(cell)) } }
            td.num { (count(sum.swung)) } td.num { (count(sum.firm)) }
            @for cell in sum.hinges { td.num { (cell.0) } }
        }
    };
    html! {
        h4 { (tt("逐栋建议", "By building")) }
        p { (tt(
            "研判岗位对AEGL-2范围及其风向线内每栋建筑算出的建议：只用它所知的物质、速率、风和房屋登记的气密档（紧、中、松；登记本身有误差）。关窗停风、云团过后开窗，对照15分钟后横风步行（或乘车）离开；避险负荷低于AEGL-2的不劝离。“取决于”：单独改变一项假设（风摆到风向线、泄漏只持续一半时间、房屋漏风加倍或减半、无人开窗、出门早一半或晚一倍）就会翻转建议的建筑数；都不翻转为“稳”。建议可能是错的；预警仍按社区发布，居民不据此行动。人数为住户，非当时在内人数。",
            "For every building where AEGL-2 or its lines of the wind reach, from what the post knew alone: substance, rate, wind and the register's class of the house (tight, middling, leaky; the register errs). Shut, fans off and aired when the gas is gone, against leaving after 15 min across the wind on foot (or by vehicle); nobody is sent out of a house that stays below AEGL-2. \"Hangs on\": buildings whose advice one assumption alone turns round (wind at its line, leak half as long, house twice as leaky or tight, nobody airs, setting out in half or double the time); firm where none does. It may be wrong. Warnings still go by community: people do not act on this. People are residents, not who was in.",
        )) }
        div.wide { table {
            thead { tr {
                th { (tt("社区", "Community")) }
                th.num { (tt("避险：栋/人", "Stay: buildings / people")) } th.num { (tt("撤离（步行即可）", "Leave (on foot will do)")) } th.num { (tt("撤离（须乘车）", "Leave (by vehicle only)")) }
                th.num { (tt("其中仅在风向线内", "Of all: between the lines alone")) } th.num { (tt("稳", "Firm")) }
                th.num { (tt("取决于风", "Hangs on the wind")) } th.num { (tt("泄漏时长", "how long it leaks")) } th.num { (tt("房屋漏风", "the house")) }
                th.num { (tt("及时开窗", "airing in time")) } th.num { (tt("出门快慢", "setting out")) }
            } }
            tbody {
                @for (zone, sum) in &zones { tr { td { (t(&words::zone(rec, *zone))) } (cells(sum)) } }
                tr { td { b { (tt("合计", "All")) } } (cells(&all)) }
            }
        } }
    }
}

/// Buildings and their residents.
#[derive(Default)]
struct Summed {
    /// Stay, leave on foot, leave by vehicle.
    ways: [(u32, u32); 3],
    swung: (u32, u32),
    firm: (u32, u32),
    hinges: [(u32, u32); 5],
}

impl Summed {
    fn add(&mut self, row: &AdvisedBuilding, residents: u16) {
        let one = |cell: &mut (u32, u32)| {
            cell.0 += 1;
            cell.1 += u32::from(residents);
        };
        one(&mut self.ways[match row.way {
            Way::Stay => 0,
            Way::OnFoot => 1,
            Way::ByVehicle => 2,
        }]);
        if row.swung {
            one(&mut self.swung);
        }
        if row.hinges.is_empty() {
            one(&mut self.firm);
        }
        for hinge in &row.hinges {
            one(&mut self.hinges[match hinge {
                Hinge::Wind => 0,
                Hinge::Duration => 1,
                Hinge::Exchange => 2,
                Hinge::Airing => 3,
                Hinge::Start => 4,
            }]);
        }
    }
}

/// Stay or leave, by community, of each post's last model while the leak ran.
fn advice(after: &After, all: &[Compared]) -> Markup {
    let rec = after.ledger.rec;
    let mut last: std::collections::BTreeMap<_, &Compared> = std::collections::BTreeMap::new();
    for one in all.iter().filter(|c| c.study.basis == Basis::Model && c.study.running) {
        last.insert((one.study.post, one.study.site), one);
    }
    let zone = |id: ZoneId| words::zone(rec, id);
    let share = |v: f64| if v < 0.005 { "0".to_string() } else { words::number((v * 100.0).round() / 100.0) };
    html! {
        @for one in last.values() {
            h3 { (tt("就地避险还是撤离：", "Shelter or leave: ")) (t(&words::post(rec, one.study.post))) " " (t(&words::clock(rec, one.tick))) }
            p { (tt(
                "按研判的浓度过程算出的毒性负荷，1为达到该级AEGL。避险：关窗停风（换气取城市中位数），云团过后开窗；撤离：15分钟后出门，横风步行15分钟。仅在风向线内的社区按云团中心线算。",
                "Toxic loads by the computed course of the cloud; 1 reaches that AEGL. Staying: shut, fans off (the city's median air exchange), aired when it has passed; leaving: out of the door after 15 min, across the wind on foot for 15 min. Communities between the wind's lines alone are judged as if the middle of the cloud came.",
            )) }
            div.wide { table {
                thead { tr {
                    th { (tt("社区", "Community")) } th { (tt("研判等级（含风向线）", "Level (with the wind's lines)")) }
                    th.num { (tt("避险：AEGL-1/2/3负荷", "Staying: AEGL-1/2/3 load")) } th.num { (tt("撤离：AEGL-1/2/3负荷", "Leaving: AEGL-1/2/3 load")) }
                    th { (tt("伤害较小", "Harms less")) } th.num { (tt("何时开窗", "Open the windows")) }
                } }
                tbody { @for z in one.study.zones.iter().filter(|z| z.lines >= 2) { tr {
                    td { (t(&zone(z.zone))) }
                    td { (z.level) " (" (z.lines) ")" }
                    @match z.load {
                        Some(load) => {
                            td.num { (load.stay.map(share).join(" / ")) }
                            td.num { (load.leave.map(share).join(" / ")) }
                            td { @if load.shelter { (tt("就地避险", "stay indoors")) } @else { b { (tt("撤离", "leave")) } } }
                            td.num { @match load.air_from_s {
                                Some(s) => (t(&Text::new(format!("{:.0}分钟后", s / 60.0), format!("in {:.0} min", s / 60.0)))),
                                None => (tt("一小时内不宜", "not within the hour")),
                            } }
                        }
                        None => td colspan="4" { "—" },
                    }
                } } }
            } }
            @if !one.study.buildings.is_empty() { (by_building(after, one.study)) }
        }
    }
}
