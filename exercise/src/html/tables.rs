//! The report's tables: injects, objectives, clauses, communications, casualties, chains, orders.

use super::{pair, t, tt};
use crate::After;
use crate::clauses::ClauseOutcome;
use crate::evaluate::{Outcome, Rating};
use maud::{Markup, html};
use sim_core::base::{ids::ZoneId, text::Text, time::Tick};
use sim_core::report::ledger::{Ending, at};
use sim_core::report::{cascade, chain, words};
use sim_core::vocab::body::{Cause, Health};
use sim_core::vocab::chain::Stage;

fn clock(after: &After, tick: Option<Tick>) -> Markup {
    match tick {
        Some(tick) => t(&words::clock(after.ledger.rec, tick)),
        None => html! { "—" },
    }
}

fn badge(outcome: Outcome) -> Markup {
    let (class, mark) = match outcome {
        Outcome::Met | Outcome::Before => ("met", "✓"),
        Outcome::Late => ("late", "◐"),
        Outcome::Missing => ("unmet", "✗"),
        Outcome::NotObserved => ("open", "○"),
    };
    html! { span.verdict.(class) { (mark) " " (pair(outcome.names())) } }
}

pub fn injects(after: &After) -> Markup {
    let rec = after.ledger.rec;
    if after.injects.is_empty() {
        return html! { p.none { (tt("脚本中没有注入。", "The script has no injects.")) } };
    }
    html! {
        p { (tt(
            "按“意向性”计分：注入触发后没有回应记为缺失，不剔除。时限从触发时起算。“未观测到”表示未触发，或记录在时限前结束。",
            "Scored by intention to treat: an inject that fired and was not answered counts as missing. Limits run from the moment it fired. \"Not observed\": it did not fire, or the recording ends before the limit.",
        )) }
        div.wide { table.injects {
            thead { tr {
                th { (tt("注入", "Inject")) } th { (tt("计划", "Planned")) } th { (tt("触发", "Fired")) } th { (tt("送达", "Delivered")) }
                th { (tt("首个反应", "First reaction")) } th { (tt("期望行动", "Expected action")) } th { (tt("时限", "Limit")) } th { (tt("发现", "Found")) } th { (tt("结果", "Result")) }
            } }
            @for i in &after.injects {
                tbody {
                    @let rows = i.actions.len().max(1);
                    @for row in 0..rows {
                        tr {
                            @if row == 0 {
                                td rowspan=(rows) { b { (i.key) } " " (t(&i.title)) }
                                td rowspan=(rows) { (t(&i.planned_how)) }
                                td rowspan=(rows) {
                                    @match (i.fired, i.expired) {
                                        (Some(tick), _) => { (t(&words::clock(rec, tick))) @if let Some(how) = &i.how { div.def { (t(how)) } } }
                                        (None, Some(tick)) => { span.def { (t(&words::clock(rec, tick))) " " (tt("失效未触发", "expired unfired")) } }
                                        (None, None) => { span.def { (tt("未触发", "did not fire")) } }
                                    }
                                }
                                td rowspan=(rows) {
                                    @if i.delivered.is_some() { (clock(after, i.delivered)) }
                                    @else if i.fired.is_none() { "—" }
                                    @else if i.has_messages { span.unmet { (tt("未送达", "not delivered")) } }
                                    @else { span.def { (tt("直接作用于场景", "acts on the world")) } }
                                }
                                td rowspan=(rows) {
                                    @match &i.reaction {
                                        Some(r) => {
                                            (t(&words::clock(rec, r.tick))) " " (t(&words::post(rec, r.by)))
                                            div.def { (t(&r.what)) @if !r.refers { " " (tt("（与注入的关联不明）", "(link to the inject unclear)")) } }
                                        }
                                        None => { "—" }
                                    }
                                }
                            }
                            @match i.actions.get(row) {
                                Some(a) => {
                                    td { (t(&a.title)) div.def { (t(&a.what)) @if let Some(c) = &a.clause { " §" (c) } } }
                                    td { (clock(after, a.limit)) div.def { (t(&words::span(a.within_s))) } }
                                    td { (clock(after, a.found)) @for e in &a.evidence { div.def { "#" (e) } } }
                                    td { (badge(a.outcome)) }
                                }
                                None => { td colspan="4" { span.def { (tt("无期望行动", "no expected action")) } } }
                            }
                        }
                    }
                }
            }
        } }
        p.note { (tt("“#”后为记录中事件的序号，可据此在回放中定位。", "\"#\" is the number of the event in the recording, to find it in a replay.")) }
    }
}

pub fn objectives(after: &After) -> Markup {
    if after.objectives.is_empty() {
        return html! { p.none { (tt("脚本中没有演练目标。", "The script has no objectives.")) } };
    }
    html! {
        div.wide { table {
            thead { tr {
                th { (tt("目标", "Objective")) } th { (tt("建议评级", "Proposed rating")) }
                th.num { (tt("达到", "Met")) } th.num { (tt("超时", "Late")) } th.num { (tt("缺失", "Missing")) } th.num { (tt("未观测到", "Not observed")) }
                th.num { (tt("完成的权重", "Weight found")) }
            } }
            tbody { @for o in &after.objectives { tr {
                td { b { (o.key) } " " (t(&o.title)) }
                td { @match o.rating {
                    Some(r) => { span.verdict.(match r { Rating::P => "met", Rating::S => "late", Rating::M | Rating::U => "unmet" }) { (pair(r.names())) } }
                    None => { span.def { (tt("未评：没有观测到的行动", "not rated: nothing observed")) } }
                } }
                td.num { (o.met) } td.num { (o.late) } td.num { (o.missing) } td.num { (o.not_observed) }
                td.num { @match o.found_share { Some(s) => { (words::number((s * 1000.0).round() / 10.0)) " %" } None => { "—" } } }
            } } }
        } }
        p.note { (tt(
            "评级规则（本项目建议，采用HSEEP的P/S/M/U用语）：P 全部在时限内；S 全部完成但有超时；M 有缺失，但完成的权重不少于一半；U 完成的权重不到一半。导调和评估人员的判断应优先于此评级。",
            "Rule (this project's proposal, in HSEEP's words): P all within limits; S all found, some late; M some missing, at least half of the weight found; U less than half. The judgement of evaluators comes before this rating.",
        )) }
    }
}

pub fn clauses(after: &After) -> Markup {
    if after.clauses.is_empty() {
        return html! { p.none { (tt("没有数字化预案。", "There is no digital plan.")) } };
    }
    let count = |o: ClauseOutcome| after.clauses.iter().filter(|c| c.outcome == o).count();
    let class = |o: ClauseOutcome| match o {
        ClauseOutcome::InTime => "met",
        ClauseOutcome::Late => "late",
        ClauseOutcome::Missed => "unmet",
        ClauseOutcome::Open | ClauseOutcome::NeverTriggered => "open",
    };
    html! {
        p { @for o in [ClauseOutcome::InTime, ClauseOutcome::Late, ClauseOutcome::Missed, ClauseOutcome::Open, ClauseOutcome::NeverTriggered] {
            span.verdict.(class(o)) { (pair(o.names())) " " (count(o)) } " "
        } }
        div.wide { table {
            thead { tr {
                th { (tt("条款", "Clause")) } th { (tt("岗位", "Post")) } th { (tt("触发", "Fired")) } th { (tt("动作", "Act")) }
                th { (tt("时限", "Within")) } th { (tt("结果", "Result")) } th { (tt("出处", "Source")) }
            } }
            tbody { @for c in &after.clauses { tr {
                td { b { (c.id) } " " (t(&c.title)) }
                td { (t(&words::post(after.ledger.rec, c.post))) }
                td { (clock(after, c.fired)) @if c.times > 1 { span.def { " ×" (c.times) } } }
                td { (clock(after, c.acted)) @if c.acted.is_some() && !c.named { div.def { (tt("按该岗位的下一动作推断", "inferred from the post's next act")) } } }
                td { (t(&words::span(c.within_s))) }
                td { span.verdict.(class(c.outcome)) { (pair(c.outcome.names())) } }
                td.def { (c.source) }
            } } }
        } }
    }
}

pub fn comms(after: &After) -> Markup {
    let rec = after.ledger.rec;
    if after.traffic.is_empty() {
        return html! { p.none { (tt("没有信息往来。", "No messages were sent.")) } };
    }
    let share = |lost: usize, delivered: usize| {
        let all = lost + delivered;
        if all == 0 {
            "—".to_string()
        } else {
            format!("{} %", words::number((lost as f64 * 1000.0 / all as f64).round() / 10.0))
        }
    };
    let seconds = |s: Option<f64>| s.map_or(html! { "—" }, |s| t(&words::span(s)));
    html! {
        h3 { (tt("按方式", "By medium")) }
        div.wide { table {
            thead { tr {
                th { (tt("方式", "Medium")) } th.num { (tt("消息", "Messages")) } th.num { (tt("送达份数", "Copies delivered")) } th.num { (tt("丢失份数", "Copies lost")) }
                th.num { (tt("丢失率", "Loss")) } th.num { (tt("送达用时中位", "Median delay")) } th.num { (tt("90%在", "90 % within")) } th { (tt("丢失原因", "Why lost")) }
            } }
            tbody { @for m in &after.traffic { tr {
                td { (pair(m.medium.names())) }
                td.num { (words::number(m.messages as f64)) } td.num { (words::number(m.delivered as f64)) } td.num { (words::number(m.lost() as f64)) }
                td.num { (share(m.lost(), m.delivered)) }
                td.num { (seconds(m.delay_s)) } td.num { (seconds(m.delay_90_s)) }
                td.def { @if m.lost() > 0 { (t(&Text::new(
                    format!("噪声{}，发送方中断{}，接收方中断{}", m.lost_noise, m.lost_sender, m.lost_receiver),
                    format!("noise {}, sender cut off {}, receiver cut off {}", m.lost_noise, m.lost_sender, m.lost_receiver),
                ))) } }
            } } }
        } }
        h3 { (tt("谁与谁通话（前15对）", "Who talks to whom (top 15)")) }
        div.wide { table {
            thead { tr { th { (tt("发出", "From")) } th { (tt("发往", "To")) } th.num { (tt("发出", "Sent")) } th.num { (tt("送达", "Delivered")) } th.num { (tt("丢失", "Lost")) } th {} } }
            @let most = after.pairs.first().map_or(1, |p| p.sent.max(1));
            tbody { @for p in after.pairs.iter().take(15) { tr {
                td { (t(&words::post(rec, p.from))) } td { (t(&words::post(rec, p.to))) }
                td.num { (p.sent) } td.num { (p.delivered) } td.num { (p.lost) }
                td.bars { span style={ "width:" (100 * p.sent / most) "%" } {} }
            } } }
        } }
    }
}

pub fn casualties(after: &After) -> Markup {
    let l = &after.ledger;
    let rec = l.rec;
    if l.worst.is_empty() {
        return html! { p { (tt("没有人员伤亡。", "Nobody was hurt.")) } };
    }
    let count = |zone: Option<ZoneId>, cause: Option<Cause>, health: Health| {
        l.worst
            .values()
            .filter(|h| {
                h.health == health
                    && cause.is_none_or(|c| c == h.cause)
                    && (zone.is_none() || l.home_of(h.person) == zone)
            })
            .count()
    };
    let mut zones: Vec<(usize, usize, ZoneId)> = (0..l.zone_people.len())
        .map(|z| {
            let id = ZoneId::of(z);
            (count(Some(id), None, Health::Dead), count(Some(id), None, Health::Serious), id)
        })
        .filter(|z| z.0 + z.1 + count(Some(z.2), None, Health::Light) > 0)
        .collect();
    zones.sort_by_key(|z| (std::cmp::Reverse((z.0, z.1)), z.2));
    // Fire and blast have a row where there was one.
    let always = |c: Cause| !matches!(c, Cause::Heat | Cause::Blast);
    let causes: Vec<Cause> =
        Cause::ALL.into_iter().filter(|c| always(*c) || l.worst.values().any(|h| h.cause == *c)).collect();
    let warned = |zone: ZoneId| {
        let people = (0..l.home_zone.len()).filter(|i| l.home_zone[*i] == Some(zone));
        people.filter(|i| at(&l.warned, *i).is_some()).count()
    };
    html! {
        h3 { (tt("按原因", "By cause")) }
        div.wide { table {
            thead { tr { th { (tt("原因", "Cause")) } th.num { (tt("死亡", "Dead")) } th.num { (tt("重伤", "Serious")) } th.num { (tt("轻伤", "Light")) } } }
            tbody {
                @for c in causes {
                    tr { td { (t(&words::cause(c))) }
                        @for h in [Health::Dead, Health::Serious, Health::Light] { td.num { (count(None, Some(c), h)) } } }
                }
                tr.sum { td { (tt("合计", "All")) } @for h in [Health::Dead, Health::Serious, Health::Light] { td.num { (count(None, None, h)) } } }
            }
        } }
        h3 { (tt("按社区（演练开始时所在位置）", "By community (position at the start)")) }
        @if l.home_zone.is_empty() { p.none { (tt("记录中没有人员位置。", "The recording has no positions of people.")) } }
        @else { div.wide { table {
            thead { tr {
                th { (tt("社区", "Community")) } th.num { (tt("居民", "People")) } th.num { (tt("死亡", "Dead")) } th.num { (tt("重伤", "Serious")) } th.num { (tt("轻伤", "Light")) }
                th.num { (tt("收到预警", "Warned")) } th { (tt("进水", "Water")) } th { (tt("毒气", "Gas")) }
            } }
            tbody { @for (dead, serious, zone) in zones.iter().take(25) { tr {
                td { (t(&words::zone(rec, *zone))) }
                td.num { (l.zone_people[zone.index()]) } td.num { (dead) } td.num { (serious) } td.num { (count(Some(*zone), None, Health::Light)) }
                td.num { (warned(*zone)) }
                td { (clock(after, l.water_at[zone.index()])) } td { (clock(after, l.gas_at[zone.index()])) }
            } } }
        } }
        @if zones.len() > 25 { p.note { (t(&Text::new(format!("另有{}个社区未列出。", zones.len() - 25), format!("{} more communities are not listed.", zones.len() - 25)))) } }
        }
    }
}

/// Which disaster led, or might have led, to which.
pub fn cascade(after: &After) -> Markup {
    let rec = after.ledger.rec;
    let figures = |found: Option<(Tick, f64, f64)>| match found {
        Some((tick, delay_s, probability)) => html! {
            td { (t(&words::clock(rec, tick))) } td.num { (t(&words::span(delay_s))) } td.num { (cascade::percent(probability)) }
        },
        None => html! { td { "—" } td.num { "—" } td.num { "—" } },
    };
    let class = |stage: Stage| match stage {
        Stage::Happened => "unmet",
        Stage::Spared => "met",
        Stage::Threatens => "open",
    };
    html! {
        p { (tt(
            "由图层得出：储罐读取所在位置的热辐射和超压，时间到了按发布的概率抽签；脚本中没有写明后果。预期值按受威胁时的热辐射估算，实际值按实际受热时间。",
            "Found by layers alone: a tank reads heat and overpressure where it stands, and when its time is up the published probability decides by a draw. No script names the consequence. Expected figures are those of the heat when it first threatened; actual ones those of the time it was heated.",
        )) }
        div.wide { table {
            thead {
                tr {
                    th rowspan="2" { (tt("起因", "Cause")) } th rowspan="2" { (tt("后果", "Effect")) } th rowspan="2" { (tt("作用", "Load")) }
                    th colspan="3" { (tt("预期", "Expected")) } th colspan="3" { (tt("实际", "Actual")) } th rowspan="2" { (tt("结果", "Outcome")) }
                }
                tr {
                    th { (tt("受威胁", "From")) } th.num { (tt("延时", "Delay")) } th.num { (tt("概率", "Probability")) }
                    th { (tt("定局", "Settled")) } th.num { (tt("受热历时", "After")) } th.num { (tt("概率", "Probability")) }
                }
            }
            tbody { @for r in cascade::rows(rec) { tr {
                td { (t(&r.cause)) } td { (t(&r.effect)) } td { (t(&r.load)) }
                (figures(r.expected)) (figures(r.settled))
                td { span.verdict.(class(r.stage)) { (pair(r.stage.names())) } " " span.def { "#" (r.event) } }
            } } }
        } }
    }
}

pub fn chains(after: &After) -> Markup {
    let chains = chain::chains(&after.ledger);
    if chains.is_empty() {
        return html! { p { (tt("没有死亡或重伤，无需追溯。", "No deaths or serious injuries to trace.")) } };
    }
    html! {
        p { (tt(
            "从结果往回追：结果 ← 预警 ← 行动 ← 命令 ← 知情 ← 丢失的信息。链条只说明先后；某一环修好后结果会不会改变，要用分支重跑来回答。",
            "Traced back from the outcome: outcome ← warning ← action ← order ← knowledge ← lost message. A chain shows what came after what; whether repairing a link would have changed the outcome only a branch run can tell.",
        )) }
        @for c in chains.iter().take(8) {
            ol.chain {
                @for link in &c.links {
                    li.(if link.tick.is_none() { "never" } else { "was" }) {
                        (t(&link.what)) @if let Some(e) = link.event { " " span.def { "#" (e) } }
                    }
                }
            }
        }
    }
}

/// All orders, at most 150.
pub fn orders(after: &After) -> Markup {
    let l = &after.ledger;
    let state = |o: &sim_core::report::ledger::OrderLife| {
        let why = o.why.map_or_else(Text::default, |why| why.names());
        let of = |zh: &str, en: &str| Text::new(format!("{zh}：{}", why.zh), format!("{en}: {}", why.en));
        match o.ended {
            Some((_, Ending::Done, _)) => ("met", Text::new("完成", "done")),
            Some((_, Ending::Failed, _)) => ("unmet", of("失败", "failed")),
            Some((_, Ending::Refused, _)) => ("unmet", of("拒绝", "refused")),
            Some((_, Ending::Expired, _)) => ("unmet", Text::new("未送达", "expired")),
            None => ("open", Text::new("未结", "open")),
        }
    };
    html! {
        @if !l.orders.is_empty() {
            h3 { (tt("命令", "Orders")) }
            div.wide { table {
                thead { tr {
                    th { (tt("下达", "Issued")) } th { (tt("由", "From")) } th { (tt("至", "To")) } th { (tt("任务", "Task")) } th { (tt("条款", "Clause")) }
                    th { (tt("到场", "Arrived")) } th { (tt("结束", "Ended")) } th { (tt("状态", "State")) }
                } }
                tbody { @for o in l.orders.values().take(150) { tr {
                    td { (clock(after, Some(o.issued))) }
                    td { (t(&words::post(l.rec, o.order.from))) } td { (t(&words::post(l.rec, o.order.to))) }
                    td { (t(&words::task(l.rec, &o.order.task))) }
                    td.def { (o.order.clause.as_deref().unwrap_or("—")) }
                    td { (clock(after, o.arrived.first().map(|a| a.0))) }
                    td { (clock(after, o.ended.map(|e| e.0))) }
                    td { @let (class, text) = state(o); span.verdict.(class) { (t(&text)) } @if o.late(l.last) { " " span.verdict.late { (tt("逾期", "late")) } } }
                } } }
            } }
            @if l.orders.len() > 150 { p.note { (t(&Text::new(format!("共{}道，此处列前150道。", l.orders.len()), format!("{} in all; the first 150 are listed.", l.orders.len())))) } }
        }
    }
}
