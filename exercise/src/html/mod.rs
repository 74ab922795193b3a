//! The after-action report as one HTML file: no network, no script; both languages inside, switched by style alone.
//! Order of the sections: drill.md 8.4 of the research, as far as a recording can fill them.

mod charts;
mod maps;
mod studies;
mod tables;

use crate::After;
use crate::summary::summary;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sim_core::base::text::{Lang, Text};
use sim_core::report::{Better, Indicator, cascade, cut_off_note, story, words};
use sim_core::vocab::event::Event;
use std::collections::BTreeMap;

const STYLE: &str = include_str!("style.css");

/// A text in both languages; the style shows one.
fn t(text: &Text) -> Markup {
    html! { span.zh lang="zh" { (text.zh) } span.en lang="en" { (text.en) } }
}
fn tt(zh: &str, en: &str) -> Markup {
    t(&Text::new(zh, en))
}
fn pair(p: (&str, &str)) -> Markup {
    tt(p.0, p.1)
}

/// A numbered section.
struct Sections {
    n: usize,
    /// Headings so far, for the list of contents.
    list: Vec<Text>,
    body: Vec<Markup>,
}

impl Sections {
    fn add(&mut self, zh: &str, en: &str, body: Markup) {
        self.n += 1;
        self.list.push(Text::new(zh, en));
        self.body.push(html! {
            section id={ "s" (self.n) } {
                h2 { span.no { (self.n) } (tt(zh, en)) }
                (body)
            }
        });
    }
}

/// The whole page.
pub fn page(after: &After) -> String {
    let rec = after.ledger.rec;
    let mut s = Sections { n: 0, list: Vec::new(), body: Vec::new() };
    s.add("一页摘要", "Summary on one page", summary_page(after));
    s.add("经过", "The story", story_section(after));
    s.add("地图：关键时刻", "Maps: key moments", maps::section(after));
    s.add("真实与态势：谁在何时知道", "Truth against picture: who knew when", charts::truth_against_picture(after));
    if studies::any(after) {
        s.add("气体研判与真实", "Gas: computed against true", studies::section(after));
    }
    s.add("指标", "Indicators", indicator_table(&after.indicators));
    s.add("过程曲线", "Curves", charts::curves(after));
    s.add("注入与期望行动", "Injects and expected actions", tables::injects(after));
    s.add("目标评级", "Objectives", tables::objectives(after));
    s.add("预案条款", "Clauses of the plan", tables::clauses(after));
    s.add("通信", "Communications", tables::comms(after));
    s.add("队伍", "Units", charts::gantt(after));
    s.add("伤亡：按社区和原因", "Casualties by community and cause", tables::casualties(after));
    if !cascade::rows(rec).is_empty() {
        s.add("灾害链", "The disaster chain", tables::cascade(after));
    }
    s.add("原因链", "Chains of causes", tables::chains(after));
    s.add("模型的限度与说明", "Limits and honest remarks", limits(after));
    s.add("附录", "Appendix", appendix(after));
    let page = html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (rec.header.title.zh) " · 复盘报告 After-action report" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                input #lang-zh type="radio" name="lang" checked;
                input #lang-en type="radio" name="lang";
                div.bar {
                    span.exercise { "演练 EXERCISE" }
                    span.spacer {}
                    label for="lang-zh" { "中文" }
                    label for="lang-en" { "English" }
                }
                main {
                    (cover(after))
                    nav {
                        ol {
                            @for (i, heading) in s.list.iter().enumerate() {
                                li { a href={ "#s" (i + 1) } { (t(heading)) } }
                            }
                        }
                    }
                    @for section in &s.body { (section) }
                    footer {
                        (tt("演练资料，非真实灾情。", "Exercise material; no real disaster."))
                        " "
                        @for a in &rec.city.attribution { (a) " " }
                    }
                }
            }
        }
    };
    page.into_string()
}

fn cover(after: &After) -> Markup {
    let rec = after.ledger.rec;
    let h = &rec.header;
    let fact = |zh: &str, en: &str, value: Markup| html! { div { dt { (tt(zh, en)) } dd { (value) } } };
    let verdict = match &rec.end {
        Some(end) if end.why == "complete" => Text::new("完整", "complete"),
        Some(end) => Text::new(format!("提前结束：{}", end.why), format!("ended early: {}", end.why)),
        None => Text::new("无结束标记", "no end mark"),
    };
    html! {
        header.cover {
            div.stamp { "演练" span { "EXERCISE" } }
            p.kind { (tt("复盘报告", "After-action report")) }
            h1 { (t(&h.title)) }
            p.where {
                (t(&rec.city.name))
                @if rec.city.synthetic { " " (tt("（虚构城市）", "(invented city)")) }
            }
            @if let Some(near) = &rec.programme.near_field { li.near { (t(near)) } }
            @if let Some(own) = &rec.programme.substances { li.near { (t(&own.remark())) } }
            @if let Some(note) = cut_off_note(rec) { p.cut { (t(&note)) } }
            dl.facts {
                (fact("开始", "Begins", html! { (h.clock.start.date().to_string()) " " (h.clock.hhmm(sim_core::base::time::Tick(0))) }))
                (fact("记录到", "Recorded to", t(&words::clock(rec, after.ledger.last))))
                (fact("居民", "Residents", html! { (words::number(after.ledger.residents() as f64)) }))
                (fact("岗位 / 队伍", "Posts / units", html! { (rec.programme.posts.len()) " / " (rec.programme.units.len()) }))
                (fact("场景指纹", "Scenario hash", html! { code { (h.scenario_hash) } }))
                (fact("种子", "Seed", html! { code { (h.seed) } }))
                (fact("引擎", "Engine", html! { code { (h.engine) } }))
                (fact("记录", "Recording", t(&verdict)))
            }
        }
    }
}

fn summary_page(after: &After) -> Markup {
    let page = summary(after);
    let bullets = |list: &[Text], zh: &str, en: &str| {
        html! {
            @if list.is_empty() { p.none { (tt(zh, en)) } }
            @else { ol { @for item in list { li { (t(item)) } } } }
        }
    };
    html! {
        div.numbers {
            @for key in &page.numbers {
                @if let Some(i) = after.indicators.iter().find(|i| i.key == *key) {
                    div.number.(met_class(i.met)) {
                        div.label { (t(&i.name)) }
                        div.value { (value(i)) }
                        div.target {
                            (tt("目标", "target")) " " (both(|l| i.target_text(l))) " " (verdict(i.met))
                        }
                        div.detail { (t(&i.detail)) }
                    }
                }
            }
        }
        div.two {
            div.good { h3 { (tt("做得好的", "Strengths")) } (bullets(&page.strengths, "按规则没有可列的强项。", "By the rules there is none to name.")) }
            div.bad { h3 { (tt("差距", "Gaps")) } (bullets(&page.gaps, "按规则没有可列的差距。", "By the rules there is none to name.")) }
        }
        p.note {
            (tt(
                "数字、强项和差距按固定规则从结果得出：先看目标评级，再看与规划目标对照的指标，次序是先救命、后效率。评级规则是本项目的建议，不是标准。",
                "Numbers, strengths and gaps follow from the results by fixed rules: objectives first, then indicators against their targets, what saves lives before what saves effort. The rating rule is this project's proposal, not a standard.",
            ))
        }
    }
}

/// A text that depends on the language through a function.
fn both(f: impl Fn(Lang) -> String) -> Markup {
    t(&Text::new(f(Lang::Zh), f(Lang::En)))
}

fn value(i: &Indicator) -> Markup {
    match i.value {
        Some(v) => html! { (words::number(v)) small { " " (t(&i.unit)) } },
        None => html! { small { (both(|l| i.value_text(l))) } },
    }
}

fn met_class(met: Option<bool>) -> &'static str {
    match met {
        Some(true) => "met",
        Some(false) => "unmet",
        None => "open",
    }
}

/// Mark and word, never colour alone.
fn verdict(met: Option<bool>) -> Markup {
    match met {
        Some(true) => html! { span.verdict.met { "✓ " (tt("达到", "met")) } },
        Some(false) => html! { span.verdict.unmet { "✗ " (tt("未达到", "not met")) } },
        None => html! {},
    }
}

fn story_section(after: &After) -> Markup {
    html! {
        div.story {
            @for p in story::story_of(&after.ledger) {
                h3 { (t(&p.heading)) }
                p { (t(&p.text)) }
            }
        }
    }
}

fn indicator_table(list: &[Indicator]) -> Markup {
    html! {
        div.wide {
            table.indicators {
                thead { tr {
                    th { (tt("指标", "Indicator")) }
                    th.num { (tt("结果", "Value")) }
                    th.num { (tt("目标", "Target")) }
                    th { (tt("判定", "Verdict")) }
                    th { (tt("说明", "Detail")) }
                } }
                tbody {
                    @for i in list {
                        tr.(met_class(i.met)) {
                            td.name {
                                b { (t(&i.name)) }
                                div.def { (t(&i.definition)) }
                            }
                            td.num { (value(i)) }
                            td.num {
                                (both(|l| i.target_text(l)))
                            }
                            td { (verdict(i.met)) @if i.target.is_none() {
                                span.better { @match i.better {
                                    Better::Higher => (tt("越高越好", "higher is better")),
                                    Better::Lower => (tt("越低越好", "lower is better")),
                                } }
                            } }
                            td {
                                (t(&i.detail))
                                @if let Some(target) = &i.target { div.def { (tt("目标出处：", "Target from: ")) (t(&target.source)) } }
                            }
                        }
                    }
                }
            }
        }
        p.note { (tt("“未观测到”表示记录中没有证据，不等于零。", "\"Not observed\" means that the recording holds no evidence; it is not zero.")) }
    }
}

fn limits(after: &After) -> Markup {
    let rec = after.ledger.rec;
    let mut interventions: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for e in &rec.events {
        if let Event::Intervention { model, what } = &e.event {
            *interventions.entry((model, what)).or_default() += 1;
        }
    }
    let ratio = rec.header.ticks.saturating_sub(after.ledger.last.0);
    html! {
        ul {
            li { (tt("人员、灾害、通信都是模型，不是预报；数字适合比较方案和练习决策，不适合预测某一次真实灾害。", "People, hazards and communications are models, not forecasts. The numbers serve to compare plans and to practise decisions, not to predict a real event.")) }
            li { (tt("只运行一次：结果含运气。比较两份预案时应使用同一种子成对多次运行，看差值的分布。", "This is one run, luck included. To compare two plans, run them in pairs on the same seeds and look at the spread of the differences.")) }
            li { (tt("人员所属社区取演练开始时的位置；记录不含年龄等个人属性，因此公平性只按社区衡量。", "A person's community is where it was at the start. The recording holds no age or other traits, so equity is measured by community only.")) }
            li { (tt("经济损失、民众对预警的信任、指挥部内部讨论质量不在记录中，本报告不评。", "Economic loss, trust in warnings and the quality of talk inside a post are not in the recording and are not judged.")) }
            li { (tt("规划目标多为年度指标，这里以单次演练对照，仅供参考。", "Most targets of the plans are yearly; one drill is held against them for orientation only.")) }
            @if rec.city.synthetic { li { (tt("城市由程序生成，不对应任何真实地点。", "The city was made by a generator and is no real place.")) } }
            @if let Some(note) = cut_off_note(rec) { li.cut { (t(&note)) } }
            @if rec.end.is_some() && ratio > 0 { li { (tt("演练在计划时间之前结束，后面的期望行动按“未观测到”处理。", "The run ended before its planned time; later expected actions count as not observed.")) } }
            @if rec.torn_bytes > 0 { li { (both(|l| match l {
                Lang::Zh => format!("文件末尾有{}字节不完整，未读取。", rec.torn_bytes),
                Lang::En => format!("{} bytes at the end of the file are incomplete and were not read.", rec.torn_bytes),
            })) } }
        }
        h3 { (tt("模型自行干预", "Interventions by models")) }
        @if interventions.is_empty() { p { (tt("没有记录到干预。", "None recorded.")) } }
        @else {
            div.wide { table {
                thead { tr { th { (tt("模型", "Model")) } th { (tt("内容", "What")) } th.num { (tt("次数", "Times")) } } }
                tbody { @for ((model, what), n) in interventions.iter().take(30) {
                    tr { td { (model) } td { (what) } td.num { (n) } }
                } }
            } }
        }
    }
}

fn appendix(after: &After) -> Markup {
    let rec = after.ledger.rec;
    let h = &rec.header;
    let row = |zh: &str, en: &str, v: String| html! { tr { td { (tt(zh, en)) } td { code { (v) } } } };
    html! {
        div.wide { table {
            tbody {
                (row("记录格式", "Recording format", h.format.to_string()))
                (row("引擎版本", "Engine", h.engine.clone()))
                (row("场景指纹", "Scenario hash", h.scenario_hash.clone()))
                (row("城市指纹", "City fingerprint", rec.city.digest()))
                (row("种子", "Seed", h.seed.to_string()))
                (row("时间步", "Tick", format!("{} s", h.tick_s)))
                (row("计划 / 记录的时间步", "Ticks planned / recorded", format!("{} / {}", h.ticks, rec.digests.len())))
                (row("结束时状态指纹", "Final digest", rec.end.as_ref().map_or("—".into(), |e| e.final_digest.clone())))
                (row("事件数", "Events", rec.events.len().to_string()))
                (row("席位输入", "Inputs of seats", rec.inputs.len().to_string()))
            }
        } }
        (tables::orders(after))
        p.note { (tt(
            "复核：用相同的场景、种子和输入再运行一次，用 diff 命令比较两份记录，应逐时间步一致。",
            "To check: run the same scenario, seed and inputs again and compare the two recordings with the diff command; they agree tick by tick.",
        )) }
        p.note { (tt("指标定义见上表；完整说明见 docs/models/indicators.md。", "Definitions of the indicators stand in the table above, and in full in docs/models/indicators.md.")) }
    }
}
