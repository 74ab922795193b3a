//! The report as plain text: for terminals and for tests that hold a run against a stored one.

use crate::After;
use crate::summary::summary;
use sim_core::base::text::Lang;
use sim_core::record::Recording;
use sim_core::report::{self, table, words};

/// Story, indicators, injects, objectives, clauses and traffic, in one language.
pub fn golden_text(rec: &Recording, lang: Lang) -> String {
    let after = After::new(rec);
    let mut out = String::new();
    let mut head = |zh: &str, en: &str, body: String| {
        let title = lang.of(zh, en);
        out += &format!("{title}\n{}\n{}\n\n", "=".repeat(table::width(title)), body.trim_end());
    };
    let h = &rec.header;
    let mut cover = format!(
        "{} / {}\n{} {}  {} {}  {} {}",
        h.title.get(lang),
        lang.of("演练", "EXERCISE"),
        lang.of("场景", "scenario"),
        h.scenario_hash,
        lang.of("种子", "seed"),
        h.seed,
        lang.of("引擎", "engine"),
        h.engine
    );
    if let Some(note) = report::cut_off_note(rec) {
        cover += &format!("\n{}", note.get(lang));
    }
    head("复盘报告", "After-action report", cover);
    let page = summary(&after);
    let bullets =
        |list: &[sim_core::base::text::Text]| list.iter().map(|t| format!("- {}\n", t.get(lang))).collect::<String>();
    head("做得好的", "Strengths", bullets(&page.strengths));
    head("差距", "Gaps", bullets(&page.gaps));
    head("经过", "Story", report::story::story_text(rec, lang));
    head("指标", "Indicators", table::table(&after.indicators, lang));
    let pick = |pair: (&'static str, &'static str)| lang.of(pair.0, pair.1).to_string();
    let clock =
        |t: Option<sim_core::base::time::Tick>| t.map_or("—".into(), |t| words::clock(rec, t).get(lang).to_string());
    let mut rows = vec![
        [
            ("注入", "inject"),
            ("计划", "planned"),
            ("触发", "fired"),
            ("送达", "delivered"),
            ("首个反应", "reaction"),
            ("期望行动", "expected"),
            ("时限", "limit"),
            ("发现", "found"),
            ("结果", "result"),
        ]
        .map(pick)
        .to_vec(),
    ];
    for i in &after.injects {
        let reaction = i.reaction.as_ref().map_or("—".into(), |r| {
            format!("{} {}", words::clock(rec, r.tick).get(lang), words::post(rec, r.by).get(lang))
        });
        let front = [i.key.clone(), i.planned_how.get(lang).into(), clock(i.fired), clock(i.delivered), reaction];
        if i.actions.is_empty() {
            rows.push(front.iter().cloned().chain(std::iter::repeat_n("—".to_string(), 4)).collect());
        }
        for (n, a) in i.actions.iter().enumerate() {
            let front = if n == 0 { front.clone() } else { std::array::from_fn(|_| String::new()) };
            rows.push(
                front
                    .into_iter()
                    .chain([a.title.get(lang).into(), clock(a.limit), clock(a.found), pick(a.outcome.names())])
                    .collect(),
            );
        }
    }
    head("注入", "Injects", table::columns(&rows, &[]));
    let mut rows = vec![
        [
            ("目标", "objective"),
            ("评级", "rating"),
            ("达到", "met"),
            ("超时", "late"),
            ("缺失", "missing"),
            ("未观测", "not observed"),
        ]
        .map(pick)
        .to_vec(),
    ];
    for o in &after.objectives {
        rows.push(vec![
            o.title.get(lang).into(),
            o.rating.map_or(pick(("未评", "not rated")), |r| pick(r.names())),
            o.met.to_string(),
            o.late.to_string(),
            o.missing.to_string(),
            o.not_observed.to_string(),
        ]);
    }
    head("目标评级（建议）", "Objectives (proposed rating)", table::columns(&rows, &[2, 3, 4, 5]));
    let mut rows = vec![
        [
            ("条款", "clause"),
            ("题目", "title"),
            ("岗位", "post"),
            ("触发", "fired"),
            ("动作", "acted"),
            ("结果", "result"),
        ]
        .map(pick)
        .to_vec(),
    ];
    for c in &after.clauses {
        rows.push(vec![
            c.id.clone(),
            c.title.get(lang).into(),
            words::post(rec, c.post).get(lang).into(),
            clock(c.fired),
            clock(c.acted),
            pick(c.outcome.names()),
        ]);
    }
    head("预案条款", "Clauses of the plan", table::columns(&rows, &[]));
    let mut rows = vec![
        [
            ("方式", "medium"),
            ("消息", "messages"),
            ("送达", "delivered"),
            ("丢失", "lost"),
            ("用时中位(秒)", "median delay (s)"),
        ]
        .map(pick)
        .to_vec(),
    ];
    for t in &after.traffic {
        rows.push(vec![
            pick(t.medium.names()),
            t.messages.to_string(),
            t.delivered.to_string(),
            t.lost().to_string(),
            t.delay_s.map_or("—".into(), words::number),
        ]);
    }
    head("通信", "Communications", table::columns(&rows, &[1, 2, 3, 4]));
    out
}
