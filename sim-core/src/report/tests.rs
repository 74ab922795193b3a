//! Grade: exact. Every number below is reckoned by hand from the little drill's script (`fixture.rs`): four
//! communities of 140 people, and the moments that are written there.

use super::fixture::{EAST, MINUTES, SOUTH, WEST, little_drill, min};
use super::map::{MapStyle, draw_map};
use super::*;
use crate::base::ids::*;
use crate::base::time::{Clock, Tick};
use crate::place::fixture::grid_town;
use crate::record::{FORMAT, Header, Programme, RecordWriter};
use crate::vocab::body::Point;
use crate::vocab::condition::{Quantity, Topic};

fn drill(until: Option<u32>) -> (tempfile::TempDir, Recording) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.mcap");
    little_drill(&path, until).unwrap();
    let rec = Recording::open(&path).unwrap();
    (dir, rec)
}

fn check(all: &[Indicator], key: &str, value: Option<f64>, met: Option<bool>) {
    let i = all.iter().find(|i| i.key == key).unwrap_or_else(|| panic!("no indicator {key}"));
    match (i.value, value) {
        (Some(a), Some(b)) => assert!((a - b).abs() < 1e-9, "{key}: {a} against {b}"),
        (a, b) => assert_eq!(a, b, "{key}"),
    }
    assert_eq!(i.met, met, "{key}");
}

#[test]
fn indicators_of_the_little_drill_are_what_one_reckons_by_hand() {
    let (_dir, rec) = drill(None);
    let all = indicators(&rec);
    let yes = Some(true);
    let no = Some(false);
    check(&all, "deaths", Some(2.0), None);
    check(&all, "deaths_per_million", Some(2.0e6 / 560.0), no);
    check(&all, "seriously_hurt", Some(1.0), None);
    // 150 in flooded buildings is more than the 57 with events and the 40 above AEGL-2.
    check(&all, "affected_per_100k", Some(150.0 * 1e5 / 560.0), no);
    check(&all, "harm_worst_zone", Some(2.0 * 1000.0 / 140.0), None);
    // Half of the west and all of the east at 23:46, before 23:50 and 00:10.
    check(&all, "warned_before_water", Some(75.0), no);
    check(&all, "warned_before_gas", Some(0.0), no);
    check(&all, "warned_worst_zone", Some(0.0), no);
    check(&all, "warned_overall", Some(37.5), None);
    // 23:45 to 23:50 and to 00:10.
    check(&all, "warning_lead_water", Some(15.0), no);
    check(&all, "warning_lead_gas", None, no);
    check(&all, "first_report", Some(7.0), yes);
    check(&all, "first_report_town", Some(7.0), yes);
    check(&all, "first_report_city", Some(20.0), yes);
    // Dead in truth: 1 from minute 65, 2 from 105; the city knows of 1 from 77. 12 minutes wholly wrong, 16 by half.
    check(&all, "error_deaths", Some(100.0 * (12.0 + 16.0 * 0.5) / 56.0), None);
    check(&all, "error_trapped", Some(100.0), None);
    check(&all, "level_flood", Some(34.0), None);
    check(&all, "level_flood_3", Some(34.0), None);
    check(&all, "level_gas", Some(4.0), None);
    check(&all, "command_ready", Some(34.0), None);
    check(&all, "first_unit", Some(31.0), None);
    check(&all, "five_minutes", Some(100.0), yes);
    // Ten of the west and all of the east.
    check(&all, "moved_before_water", Some(100.0 * 150.0 / 280.0), None);
    check(&all, "picked_up", Some(8.0), None);
    check(&all, "rescue_wait", Some(12.0), None);
    check(&all, "shelter_occupancy", Some(100.0 * 40.0 / fixture::shelter_places()), yes);
    check(&all, "shelter_area", Some(1.5 * fixture::shelter_places() / 40.0), yes);
    // One was relieved; the other 39 still had time: they do not count, and nothing is judged on one alone.
    check(&all, "relief_10h", Some(100.0), None);
    check(&all, "trunk_road_reopened", None, None);
    check(&all, "hospital_load", Some(100.0 / 60.0), yes);
    check(&all, "hospital_wait", Some(20.0), None);
    check(&all, "units_lost", Some(1.0), None);
    check(&all, "orders_issued", Some(4.0), None);
    check(&all, "orders_done", Some(25.0), None);
    check(&all, "orders_failed", Some(25.0), None);
    check(&all, "orders_late", Some(50.0), None);
    check(&all, "orders_duplicate", Some(25.0), None);
    check(&all, "clauses_missed", Some(1.0), None);
    check(&all, "span_of_control", Some(0.0), yes);
    // Minutes 35 to 120: 24 + 22 + 2 + 78 samples of a ready unit.
    check(&all, "idle_unit_hours", Some(126.0 / 60.0), None);
    check(&all, "messages_lost", Some(12.5), None);
    check(&all, "message_delay", Some(60.0), None);
    check(&all, "acknowledgement", Some(2.0), None);
    let mut keys: Vec<&str> = all.iter().map(|i| i.key).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), all.len(), "two indicators share a key");
    for i in &all {
        for text in [&i.name, &i.definition, &i.detail] {
            assert!(!text.zh.is_empty() && !text.en.is_empty(), "{} has an empty text", i.key);
        }
    }
}

#[test]
fn what_a_recording_does_not_hold_is_not_observed_and_never_zero() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.mcap");
    let city = grid_town(3, 5);
    let header = Header {
        format: FORMAT,
        engine: "test".into(),
        title: Text::new("空", "empty"),
        scenario_hash: "0".into(),
        seed: 1,
        tick_s: 10,
        clock: Clock::parse("2026-08-14T18:00").unwrap(),
        ticks: 100,
        residents: city.residents(),
        digest_parts: vec!["all".into()],
        exercise: true,
    };
    RecordWriter::create(&path, &header, &city, &Programme::default()).unwrap().flush().unwrap();
    let rec = Recording::open(&path).unwrap();
    for i in indicators(&rec) {
        assert_eq!(i.value, None, "{} has a value without evidence", i.key);
        assert_eq!(i.met, None, "{} is judged without evidence", i.key);
        assert_eq!(i.value_text(Lang::En), "not observed");
    }
    assert!(story::story_text(&rec, Lang::En).contains("no end"));
    draw_map(&rec, Tick(50), MapStyle { width_px: 200, ..MapStyle::default() });
}

#[test]
fn a_run_that_was_cut_off_still_reports_and_says_so() {
    let (_dir, rec) = drill(Some(60));
    assert!(rec.end.is_none());
    let note = cut_off_note(&rec).unwrap();
    assert!(note.zh.contains("00:00") && note.en.contains("00:00"), "{note:?}");
    let all = indicators(&rec);
    check(&all, "warning_lead_water", Some(5.0), Some(false));
    check(&all, "deaths", Some(0.0), None);
    check(&all, "hospital_wait", None, None);
    let text = story::story_text(&rec, Lang::En);
    assert!(text.contains("breaks off") && text.contains("23:40"), "{text}");
    let (_dir, whole) = drill(None);
    assert_eq!(cut_off_note(&whole), None);
}

#[test]
fn the_story_tells_the_key_moments_in_both_languages() {
    let (_dir, rec) = drill(None);
    let (zh, en) = (story::story_text(&rec, Lang::Zh), story::story_text(&rec, Lang::En));
    // Seep, breach, water in the west and east, warning, release, gas in the south, first death.
    for clock in ["23:10", "23:40", "23:50", "00:10", "23:45", "00:20", "00:35", "00:05"] {
        assert!(zh.contains(clock), "{clock} is missing in\n{zh}");
        assert!(en.contains(clock), "{clock} is missing in\n{en}");
    }
    assert!(zh.contains("市防指到23:30才得知，晚了20分钟"), "{zh}");
    assert!(en.contains("City flood command only at 23:30, 20 min after the fact"), "{en}");
    assert!(zh.contains("没有发布过毒气预警") && en.contains("No gas warning was issued"));
    for text in [&zh, &en] {
        assert!(!text.contains(['{', '}']) && !text.contains("None"), "{text}");
    }
}

#[test]
fn a_chain_leads_from_the_outcome_back_to_the_lost_message() {
    use chain::LinkKind::*;
    let (_dir, rec) = drill(None);
    let chains = chain::chains(&Ledger::new(&rec));
    let zones: Vec<ZoneId> = chains.iter().map(|c| c.zone).collect();
    assert_eq!(zones, [WEST, SOUTH]);
    let kinds: Vec<_> = chains[0].links.iter().map(|l| (l.kind, l.tick)).collect();
    let at = |m| Some(min(m));
    assert_eq!(
        kinds,
        [(Outcome, at(65)), (Warning, at(45)), (Action, at(63)), (Order, at(57)), (Belief, at(43)), (Message, at(20))]
    );
    let never: Vec<_> = chains[1].links.iter().filter(|l| l.tick.is_none()).map(|l| l.kind).collect();
    assert_eq!(never, [Warning, Action]);
}

#[test]
fn a_picture_holds_what_was_delivered_and_no_more() {
    let (_dir, rec) = drill(None);
    let city = PostId(0);
    assert!(picture::picture_at(&rec, city, min(29)).is_empty(), "the city knew before it was told");
    let known = picture::picture_at(&rec, city, min(30));
    assert_eq!(known.len(), 1);
    assert_eq!((known[0].1.learned, known[0].1.observed), (min(30), min(10)));
    let learned = picture::learned(&rec);
    let seep = &learned[0];
    assert_eq!(seep.true_at, min(10));
    assert_eq!(seep.posts.iter().map(|p| (p.0.0, p.1)).collect::<Vec<_>>(), [(2, min(11)), (1, min(17)), (0, min(30))]);
    let depth = learned.iter().find(|l| l.topic == Topic { quantity: Quantity::ZoneDepth, about: EAST.0 }).unwrap();
    assert_eq!((depth.true_at, depth.by(city)), (min(70), None));
    let lanes = picture::lanes(&rec);
    let breach = lanes.iter().find(|l| l.topic.quantity == Quantity::BreachWidth).unwrap();
    assert_eq!(breach.truth.iter().find(|p| p.1 > 0.0), Some(&(min(40), 8.0)));
    let levee = Topic { quantity: Quantity::LeveeSeep, about: 0 };
    assert_eq!(picture::truth(&rec, levee, &[]), [(Tick(0), 0.0), (min(10), 1.0)]);
}

#[test]
fn the_map_shows_water_where_it_is_and_only_then() {
    let (_dir, rec) = drill(None);
    let bare = MapStyle { width_px: 310, people: false, units: false, facilities: false, ..MapStyle::default() };
    let (before, after) = (draw_map(&rec, min(45), bare), draw_map(&rec, min(75), bare));
    assert_eq!(before, draw_map(&rec, min(45), bare), "one moment gives two pictures");
    let pixel = |image: &image::RgbImage, p: Point| {
        let k = 310.0 / rec.city.grid.width_m();
        let y = f64::from(image.height()) - (p.y - rec.city.grid.y0) * k;
        image.get_pixel(((p.x - rec.city.grid.x0) * k) as u32, y as u32).0
    };
    let blue = |c: [u8; 3]| i32::from(c[2]) - i32::from(c[0]);
    let west = Point::new(130.0, 530.0);
    assert!(blue(pixel(&before, west)) < 0 && blue(pixel(&after, west)) > 60, "no flood is drawn in the west");
    let dry = Point::new(130.0, 130.0);
    assert_eq!(pixel(&before, dry), pixel(&after, dry), "dry ground changed its colour");
    // Gas after the release lies over the south-east once the wind has turned.
    let gassed = draw_map(&rec, min(MINUTES), bare);
    let south = Point::new(470.0, 130.0);
    assert_ne!(pixel(&before, south), pixel(&gassed, south), "no gas is drawn");
    let dry_gas_free = MapStyle { gas: false, ..bare };
    assert_eq!(pixel(&before, south), pixel(&draw_map(&rec, min(MINUTES), dry_gas_free), south));
}

#[test]
fn clock_times_carry_the_day_only_when_the_run_is_longer_than_a_day() {
    let (_dir, mut rec) = drill(None);
    assert_eq!(words::clock(&rec, min(65)).en, "00:05");
    rec.header.ticks = 30 * 360;
    assert_eq!(words::clock(&rec, min(65)), Text::new("次日00:05", "00:05 next day"));
    assert_eq!(words::number(-12_345.67), "-12,345.7");
    assert_eq!(words::number(1_000_000.0), "1,000,000");
}
