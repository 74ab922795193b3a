//! Grade: exact. The little drill's script says what was expected and when it happened; the evaluation and the report
//! must say the same.

use exercise::After;
use exercise::clauses::ClauseOutcome;
use exercise::evaluate::{Outcome, Rating, evaluate, objectives};
use sim_core::base::{ids::*, text::Lang, text::Text, time::Clock, time::Tick};
use sim_core::place::fixture::grid_town;
use sim_core::record::*;
use sim_core::report::fixture::{WEST, little_drill, min};
use sim_core::vocab::condition::{HazardKind, Level};
use sim_core::vocab::event::{Event, Firing, Stamped};
use sim_core::vocab::order::{Order, OrderState, Task, Why};

fn drill(until: Option<u32>) -> (tempfile::TempDir, Recording) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.mcap");
    little_drill(&path, until).unwrap();
    let rec = Recording::open(&path).unwrap();
    (dir, rec)
}

/// A recording of one inject at 10 min with one expected action, and these events, up to 60 min.
fn tiny(expect: Expected, within_s: f64, events: Vec<Stamped>) -> (tempfile::TempDir, Recording) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.mcap");
    let city = grid_town(3, 5);
    let header = Header {
        format: FORMAT,
        engine: "test".into(),
        title: Text::new("<script>甲</script>", "<b>A</b> & \"B\""),
        scenario_hash: "0".into(),
        seed: 1,
        tick_s: 10,
        clock: Clock::parse("2026-08-14T18:00").unwrap(),
        ticks: 360,
        residents: city.residents(),
        digest_parts: vec!["all".into()],
        exercise: true,
    };
    let post =
        |key: &str, tier| PostCard { key: key.into(), name: Text::new("岗位", key), tier, at: Default::default() };
    let programme = Programme {
        posts: vec![post("a", 0), post("b", 1)],
        injects: vec![InjectCard {
            key: "J".into(),
            title: Text::new("注入", "inject"),
            planned: Planned::At(min(10)),
            objective: Some("O".into()),
            expect: vec![ExpectedAction {
                title: Text::new("行动", "action"),
                what: expect,
                within_s,
                weight: 1.0,
                clause: None,
                objective: "O".into(),
            }],
            at: None,
        }],
        objectives: vec![ObjectiveCard { key: "O".into(), title: Text::new("目标", "objective") }],
        near_field: Some(Text::new("近源浅层<i>", "a shallow layer<i>")),
        ..Programme::default()
    };
    let mut all = events;
    all.push(Stamped { tick: min(10), event: Event::InjectFired { inject: InjectId(0), how: Firing::Timed } });
    all.sort_by_key(|e| e.tick);
    let mut writer = RecordWriter::create(&path, &header, &city, &programme).unwrap();
    all.iter().for_each(|e| writer.event(e).unwrap());
    writer.digest(&DigestRow { tick: min(60), parts: vec![0] }).unwrap();
    writer.finish(&End { tick: min(60), why: "complete".into(), final_digest: "0".into() }).unwrap();
    let rec = Recording::open(&path).unwrap();
    (dir, rec)
}

fn order(id: u32, m: u32, task: Task) -> Stamped {
    let order = Order {
        id: OrderId(id),
        from: PostId(0),
        to: PostId(1),
        task,
        units: 1,
        issued: min(m),
        start_by: min(m + 10),
        done_by: min(m + 60),
        clause: None,
    };
    Stamped { tick: min(m), event: Event::OrderIssued(order) }
}

fn outcome(rec: &Recording) -> (Outcome, Option<Tick>) {
    let action = &evaluate(rec)[0].actions[0];
    (action.outcome, action.found)
}

#[test]
fn expected_actions_are_met_late_missing_or_not_observed() {
    let (_dir, rec) = drill(None);
    let results = evaluate(&rec);
    let outcomes: Vec<Vec<Outcome>> = results.iter().map(|i| i.actions.iter().map(|a| a.outcome).collect()).collect();
    use Outcome::*;
    assert_eq!(outcomes, [vec![Met, Late], vec![Met, Missing, Met], vec![Met, NotObserved], vec![NotObserved]]);
    let first = &results[0];
    assert_eq!((first.planned, first.fired, first.delivered), (Some(min(10)), Some(min(10)), Some(min(11))));
    assert_eq!((first.actions[0].found, first.actions[0].limit), (Some(min(16)), Some(min(25))));
    assert_eq!((first.actions[1].found, first.actions[1].limit), (Some(min(35)), Some(min(30))));
    let reaction = first.reaction.as_ref().unwrap();
    assert_eq!((reaction.tick, reaction.by, reaction.refers), (min(16), PostId(2), true));
    // The breach moves the world only; the first act about its levee is the town's report.
    let breach = &results[1];
    assert!(!breach.has_messages && breach.delivered.is_none());
    assert_eq!(breach.reaction.as_ref().map(|r| (r.tick, r.by, r.refers)), Some((min(43), PostId(1), true)));
    for result in &results {
        for action in &result.actions {
            for event in &action.evidence {
                assert_eq!(Some(rec.events[*event].tick), action.found, "evidence of {}", action.title.en);
            }
        }
    }
}

#[test]
fn objectives_are_rated_by_what_was_found() {
    let (_dir, rec) = drill(None);
    let ratings: Vec<_> = objectives(&rec, &evaluate(&rec))
        .iter()
        .map(|o| (o.rating, o.met, o.late, o.missing, o.not_observed))
        .collect();
    assert_eq!(
        ratings,
        [
            (Some(Rating::S), 1, 1, 0, 1),
            (Some(Rating::M), 2, 0, 1, 0),
            (Some(Rating::P), 1, 0, 0, 1),
            (None, 0, 0, 0, 0),
        ]
    );
}

#[test]
fn an_inject_that_nobody_answers_counts_as_missing_and_rates_the_objective_u() {
    let task = Task::EvacuateZone(WEST);
    let (_dir, rec) = tiny(Expected::Order { from: PostId(0), task }, 1200.0, Vec::new());
    assert_eq!(outcome(&rec), (Outcome::Missing, None));
    assert_eq!(objectives(&rec, &evaluate(&rec))[0].rating, Some(Rating::U));
    // The same with a limit beyond the end of the recording cannot be judged.
    let (_dir, rec) = tiny(Expected::Order { from: PostId(0), task }, 7200.0, Vec::new());
    assert_eq!(outcome(&rec), (Outcome::NotObserved, None));
    assert_eq!(objectives(&rec, &evaluate(&rec))[0].rating, None);
}

#[test]
fn the_same_order_given_before_counts_unless_it_came_to_nothing() {
    let task = Task::EvacuateZone(ZoneId(1));
    let expect = Expected::Order { from: PostId(0), task };
    let (_dir, rec) = tiny(expect.clone(), 1200.0, vec![order(0, 5, task)]);
    assert_eq!(outcome(&rec), (Outcome::Before, Some(min(5))));
    let failed = Stamped {
        tick: min(8),
        event: Event::OrderChanged { order: OrderId(0), state: OrderState::Failed(Why::RoadsClosed) },
    };
    let (_dir, rec) = tiny(expect.clone(), 1200.0, vec![order(0, 5, task), failed]);
    assert_eq!(outcome(&rec), (Outcome::Missing, None));
    // Another place is another order, and any place will do for a kind of order.
    let elsewhere = order(0, 12, Task::EvacuateZone(ZoneId(2)));
    let (_dir, rec) = tiny(expect, 1200.0, vec![elsewhere.clone()]);
    assert_eq!(outcome(&rec).0, Outcome::Missing);
    let (_dir, rec) = tiny(Expected::OrderKind { from: PostId(0), like: task }, 1200.0, vec![elsewhere]);
    assert_eq!(outcome(&rec), (Outcome::Met, Some(min(12))));
}

#[test]
fn a_level_counts_only_when_it_is_raised() {
    let set =
        |m, level| Stamped { tick: min(m), event: Event::LevelSet { hazard: HazardKind::Flood, level, by: PostId(0) } };
    let expect = Expected::Level { from: PostId(0), hazard: HazardKind::Flood };
    let (_dir, rec) = tiny(expect.clone(), 1200.0, vec![set(5, Level::II), set(12, Level::III)]);
    assert_eq!(outcome(&rec).0, Outcome::Missing, "lowering a level is not raising it");
    let (_dir, rec) = tiny(expect, 1200.0, vec![set(5, Level::III), set(12, Level::II)]);
    assert_eq!(outcome(&rec), (Outcome::Met, Some(min(12))));
}

#[test]
fn clauses_are_in_time_late_missed_or_never_triggered() {
    let (_dir, rec) = drill(None);
    let after = After::new(&rec);
    let outcomes: Vec<_> = after.clauses.iter().map(|c| c.outcome).collect();
    use ClauseOutcome::*;
    assert_eq!(outcomes, [InTime, InTime, Missed, NeverTriggered]);
    assert_eq!(after.clauses[0].acted, Some(min(35)));
}

#[test]
fn traffic_adds_up_and_units_have_their_day() {
    let (_dir, rec) = drill(None);
    let after = After::new(&rec);
    let delivered: usize = after.traffic.iter().map(|t| t.delivered).sum();
    let lost: usize = after.traffic.iter().map(|t| t.lost()).sum();
    assert_eq!((delivered, lost), (7, 1));
    let town_to_city = &after.pairs[0];
    assert_eq!((town_to_city.from, town_to_city.to), (PostId(1), PostId(0)));
    assert_eq!((town_to_city.sent, town_to_city.delivered, town_to_city.lost), (4, 3, 1));
    // The engine: ready to 59, four minutes' way, work to 110, lost to the end at 120.
    assert_eq!(after.lanes[0].busy_s(), 61.0 * 60.0);
}

/// Void elements of HTML that the report uses; everything else must be closed.
const VOID: [&str; 6] = ["meta", "input", "img", "br", "!DOCTYPE", "hr"];

/// Panics with the place where tags do not nest.
fn well_formed(html: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let end = start + rest[start..].find('>').expect("a tag without an end");
        let tag = &rest[start + 1..end];
        let name = tag.trim_start_matches('/').split([' ', '/', '\n']).next().unwrap();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "near {:?}", &rest[start..(end + 1)]);
        } else if name == "style" {
            // Its content is not markup.
            rest = &rest[end..];
            let close = rest.find("</style>").expect("style is closed");
            rest = &rest[close + 8..];
            continue;
        } else if !tag.ends_with('/') && !VOID.contains(&name) {
            open.push(name);
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty(), "left open: {open:?}");
}

#[test]
fn the_report_is_one_well_formed_file_in_both_languages_without_a_network() {
    let (dir, rec) = drill(None);
    let out = dir.path().join("report.html");
    exercise::write_report(&rec, &out).unwrap();
    let html = std::fs::read_to_string(&out).unwrap();
    well_formed(&html);
    for outside in ["http:", "https:", "//www", "@import", "<script", "<link", "url("] {
        assert!(!html.contains(outside), "{outside} points outside or runs");
    }
    assert_eq!(html.matches("class=\"zh").count(), html.matches("class=\"en").count());
    assert_eq!(html.matches("data:image/png;base64,").count(), 6);
    for words in
        ["演练", "EXERCISE", "一页摘要", "Summary on one page", "23:40", "f1c7a2d94be03356", "镇下令转移西北社区"]
    {
        assert!(html.contains(words), "{words} is missing");
    }
    assert!(html.len() < 8 << 20, "{} bytes", html.len());
}

#[test]
fn names_from_a_scenario_cannot_become_markup() {
    let (dir, rec) = tiny(Expected::Report { from: PostId(0), to: PostId(1) }, 600.0, Vec::new());
    let out = dir.path().join("report.html");
    exercise::write_report(&rec, &out).unwrap();
    let html = std::fs::read_to_string(&out).unwrap();
    well_formed(&html);
    assert!(!html.contains("<script") && html.contains("&lt;script&gt;"));
    assert!(
        html.contains("近源浅层&lt;i&gt;") && html.contains("a shallow layer&lt;i&gt;"),
        "the near field is told of"
    );
}

#[test]
fn a_run_that_was_cut_off_is_reported_up_to_there_and_says_so() {
    let (dir, rec) = drill(Some(25));
    let results = evaluate(&rec);
    assert_eq!(results[0].actions[0].outcome, Outcome::Met);
    assert_eq!(results[0].actions[1].outcome, Outcome::NotObserved, "the limit lies beyond the cut");
    let out = dir.path().join("report.html");
    exercise::write_report(&rec, &out).unwrap();
    let html = std::fs::read_to_string(&out).unwrap();
    well_formed(&html);
    assert!(html.contains("没有结束标记") && html.contains("has no end"));
    assert!(exercise::golden_text(&rec, Lang::Zh).contains("没有结束标记"));
}

#[test]
fn the_text_report_is_the_same_each_time_and_in_one_language() {
    let (_dir, rec) = drill(None);
    let en = exercise::golden_text(&rec, Lang::En);
    assert_eq!(en, exercise::golden_text(&rec, Lang::En));
    let chinese = en.chars().filter(|c| ('\u{4e00}'..'\u{9fff}').contains(c)).count();
    assert_eq!(chinese, 0, "{en}");
    assert!(exercise::golden_text(&rec, Lang::Zh).contains("进水前预警覆盖率"));
}
