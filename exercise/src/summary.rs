//! The one-page summary: five numbers, up to three strengths and three gaps, all derived from the results by fixed
//! rules, so that two readers of one recording read the same page.

use crate::After;
use crate::evaluate::{Outcome, Rating};
use serde::Serialize;
use sim_core::base::{text::Lang, text::Text};
use sim_core::report::{Indicator, chain};

/// The page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Keys of five indicators, in the order of the page.
    pub numbers: Vec<&'static str>,
    pub strengths: Vec<Text>,
    pub gaps: Vec<Text>,
}

/// The five numbers of a flood drill, and what stands in for one that was not observed.
const NUMBERS: [&str; 5] =
    ["deaths", "warned_before_water", "first_report_city", "warning_lead_water", "moved_before_water"];
const STAND_INS: [&str; 6] =
    ["warned_before_gas", "warning_lead_gas", "first_report", "first_unit", "orders_done", "messages_lost"];

/// Order in which indicators are named as strengths and gaps: what saves lives first.
const RANK: [&str; 15] = [
    "warned_before_water",
    "warned_before_gas",
    "warning_lead_water",
    "warning_lead_gas",
    "first_report_city",
    "first_report_town",
    "first_report",
    "relief_10h",
    "five_minutes",
    "warned_worst_zone",
    "hospital_load",
    "shelter_occupancy",
    "shelter_area",
    "trunk_road_reopened",
    "span_of_control",
];

pub fn summary(after: &After) -> Summary {
    let find = |key: &str| after.indicators.iter().find(|i| i.key == key);
    let shown = |key: &&str| find(key).is_some_and(|i| i.value.is_some() || i.met.is_some());
    let mut numbers: Vec<&'static str> = NUMBERS.into_iter().filter(shown).collect();
    numbers.extend(STAND_INS.into_iter().filter(shown).take(5usize.saturating_sub(numbers.len())));
    Summary { numbers, strengths: strengths(after), gaps: gaps(after) }
}

fn strengths(after: &After) -> Vec<Text> {
    let mut all: Vec<Text> = after
        .objectives
        .iter()
        // One action seen of several is no strength.
        .filter(|o| o.rating == Some(Rating::P) && (o.not_observed == 0 || o.met > 1))
        .map(|o| {
            Text::new(
                format!("目标“{}”：观测到的{}项期望行动全部在时限内完成。", o.title.zh, o.met),
                format!(
                    "Objective \"{}\": all {} expected actions that were observed came in time.",
                    o.title.en, o.met
                ),
            )
        })
        .collect();
    all.extend(ranked(after, true));
    let fired = after.clauses.iter().filter(|c| c.fired.is_some()).count();
    let in_time = after.clauses.iter().filter(|c| c.outcome == crate::clauses::ClauseOutcome::InTime).count();
    if fired > 0 && 2 * in_time > fired {
        all.push(Text::new(
            format!("触发的{fired}条预案条款中有{in_time}条按时执行。"),
            format!("Of {fired} clauses of the plan that fired, {in_time} were carried out in time."),
        ));
    }
    all.truncate(3);
    all
}

fn gaps(after: &After) -> Vec<Text> {
    let mut all: Vec<Text> = Vec::new();
    if let Some(first) = chain::chains(&after.ledger).first() {
        // The shortest telling: outcome, and the links that never happened or came last.
        let line = chain::Chain { links: first.links.iter().take(4).cloned().collect(), ..first.clone() }.line();
        all.push(Text::new(format!("{}。", line.zh), format!("{}.", line.en)));
    }
    for o in after.objectives.iter().filter(|o| matches!(o.rating, Some(Rating::U | Rating::M))) {
        let missing = after
            .injects
            .iter()
            .flat_map(|i| &i.actions)
            .find(|a| a.objective == o.key && a.outcome == Outcome::Missing);
        let (zh, en) = missing.map_or((String::new(), String::new()), |a| {
            (format!("，如“{}”", a.title.zh), format!(", such as \"{}\"", a.title.en))
        });
        all.push(Text::new(
            format!("目标“{}”：{}项期望行动缺失、{}项超时{zh}。", o.title.zh, o.missing, o.late),
            format!(
                "Objective \"{}\": {} missing and {} late{en}.",
                o.title.en,
                sim_core::report::words::many(o.missing, "expected action", "expected actions"),
                o.late
            ),
        ));
    }
    // At most two of one kind, so that the page does not say one thing three times.
    all.truncate(2);
    all.extend(ranked(after, false));
    all.truncate(3);
    all
}

/// Indicators that met (or missed) their targets, most telling first; one of each family, so that three near-equal
/// lines do not fill the page.
fn ranked(after: &After, met: bool) -> Vec<Text> {
    let say = |i: &Indicator, lang: Lang| {
        let (name, value, target, detail) =
            (i.name.get(lang), i.value_text(lang), i.target_text(lang), i.detail.get(lang));
        match (lang, &i.target) {
            (Lang::Zh, Some(_)) => format!("{name}：{value}（目标{target}）；{detail}。"),
            (Lang::Zh, None) => format!("{name}：{value}；{detail}。"),
            (Lang::En, Some(_)) => format!("{name}: {value} (target {target}); {detail}."),
            (Lang::En, None) => format!("{name}: {value}; {detail}."),
        }
    };
    let mut families: Vec<&str> = Vec::new();
    let mut all = Vec::new();
    for key in RANK {
        let family = key.split('_').next().unwrap_or(key);
        let found = after.indicators.iter().find(|i| i.key == key && i.met == Some(met));
        if let Some(i) = found.filter(|_| !families.contains(&family)) {
            families.push(family);
            all.push(Text::new(say(i, Lang::Zh), say(i, Lang::En)));
        }
    }
    all
}
