//! Grade: exact. A study that is drawn by hand over a cloud that is drawn by hand: the report says of both what geometry says.

use sim_core::base::{grid::Point, ids::*, text::Text, time::Clock, time::Tick};
use sim_core::place::fixture::grid_town;
use sim_core::record::frame::{LayerFrame, LayerName};
use sim_core::record::*;
use sim_core::report::studies::{compared, latest};
use sim_core::vocab::event::{Event, Stamped};
use sim_core::vocab::study::*;

/// Chlorine stands 300 m around the middle of a town of 1 km at minute 20, nowhere before; AEGL-2 of 60 min is 2 ppm, 5.9 mg/m3.
fn recording(study: Option<GasStudy>) -> (tempfile::TempDir, Recording) {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("run.mcap");
    let city = grid_town(10, 5);
    let header = Header {
        format: FORMAT,
        engine: "test".into(),
        title: Text::new("甲", "A"),
        scenario_hash: "0".into(),
        seed: 1,
        tick_s: 10,
        clock: Clock::parse("2026-08-14T18:00").expect("a clock"),
        ticks: 720,
        residents: city.residents(),
        digest_parts: vec!["all".into()],
        exercise: true,
    };
    let post = PostCard { key: "a".into(), name: Text::new("岗位", "post"), tier: 0, at: Point::default() };
    let programme = Programme { posts: vec![post], ..Programme::default() };
    let mut writer = RecordWriter::create(&path, &header, &city, &programme).expect("begun");
    let release = Event::GasReleased { site: FacilityId(0), substance: "chlorine".into(), rate_kg_s: 1.0 };
    writer.event(&Stamped { tick: Tick(30), event: release }).expect("written");
    if let Some(study) = study {
        writer.event(&Stamped { tick: Tick(60), event: Event::GasStudied(Box::new(study)) }).expect("written");
    }
    let middle = Point::new(500.0, 500.0);
    let cloud = (0..city.grid.len()).map(|c| if city.grid.centre(c).distance_m(middle) <= 300.0 { 100.0 } else { 0.0 });
    let frame = LayerFrame::pack(LayerName::Gas, cloud.collect::<Vec<f32>>().into_iter());
    writer.layer(Tick(120), LayerName::Gas, &frame).expect("written");
    writer.tally(&Tally { tick: Tick(480), ..Tally::default() }).expect("written");
    writer.digest(&DigestRow { tick: Tick(480), parts: vec![0] }).expect("written");
    writer.finish(&End { tick: Tick(480), why: "complete".into(), final_digest: "0".into() }).expect("ended");
    let rec = Recording::open(&path).expect("read back");
    (dir, rec)
}

/// A square of half side 300 m about the middle, shifted east.
fn square(east_m: i32) -> GasStudy {
    let ring = vec![(200 + east_m, 200), (800 + east_m, 200), (800 + east_m, 800), (200 + east_m, 800)];
    GasStudy {
        post: PostId(0),
        site: FacilityId(0),
        at: Point::new(500.0, 500.0),
        basis: Basis::Model,
        un: Some(1017),
        running: true,
        rate_kg_s: 1.0,
        rate_from: RateFrom::Reported,
        wind: Some((3.0, 270.0)),
        class: "D".into(),
        angle_deg: 20.0,
        levels: vec![StudiedLevel {
            level: 2,
            ppm: 2.0,
            reach_m: 900.0,
            cut: false,
            rings: vec![ring],
            lines: Vec::new(),
        }],
        zones: Vec::new(),
        buildings: Vec::new(),
        caveats: vec![Caveat::LowWind, Caveat::DenseModelsDiffer],
    }
}

#[test]
fn hits_and_false_alarms_are_those_of_a_disc_and_a_square() {
    let (_dir, rec) = recording(Some(square(0)));
    let all = compared(&rec);
    let level = &all[0].levels[0];
    // The disc in its square: nothing missed, 1 - pi/4 for nothing, in whole cells of 20 m.
    let middle = Point::new(500.0, 500.0);
    let cells = |inside: &dyn Fn(Point) -> bool| {
        (0..rec.city.grid.len()).filter(|c| inside(rec.city.grid.centre(*c))).count() as f64
    };
    let disc = cells(&|p| p.distance_m(middle) <= 300.0);
    let whole = cells(&|p| (p.x - 500.0).abs() < 300.0 && (p.y - 500.0).abs() < 300.0);
    assert_eq!(level.area_m2.hit(), Some(1.0));
    let alone = level.area_m2.false_alarm().expect("the study is not empty");
    assert!((alone - (1.0 - disc / whole)).abs() < 1e-12 && (alone - 0.2146).abs() < 0.02, "{alone} {disc} {whole}");
    assert_eq!(level.people.hit(), Some(1.0));
    // At that moment nothing had come anywhere; in the hour after it reached 300 m.
    assert_eq!(level.true_now_m, 0.0);
    assert!((level.true_hour_m - 300.0).abs() < 20.0, "{}", level.true_hour_m);
    assert!((all[0].covered_s - 3600.0).abs() < 1e-9);
    let truth: f64 = level.truth.iter().map(|p| p.area_m2()).sum();
    // The outline runs between the last cell inside and the first outside.
    let radius = (truth / std::f64::consts::PI).sqrt();
    assert!((280.0..320.0).contains(&radius), "{radius}");

    // Shifted by its half side the square holds the eastern half of the disc.
    let (_dir, rec) = recording(Some(square(300)));
    let level = &compared(&rec)[0].levels[0];
    assert!((level.area_m2.hit().expect("true") - 0.5).abs() < 0.04, "{:?}", level.area_m2);
    let people = level.people.hit().expect("true");
    assert!((people - 0.5).abs() < 0.1, "{people}");
}

#[test]
fn the_report_has_the_section_when_a_post_worked_something_out_and_only_then() {
    let (dir, rec) = recording(Some(square(0)));
    let page = dir.path().join("page.html");
    exercise::write_report(&rec, &page).expect("written");
    let html = std::fs::read_to_string(&page).expect("read");
    for part in ["气体研判与真实", "Gas: computed against true", "UN 1017", "900 m", "<svg viewBox=\"0 0 400 400\""]
    {
        assert!(html.contains(part), "{part} is missing");
    }
    for caveat in [Caveat::LowWind, Caveat::DenseModelsDiffer] {
        assert!(html.contains(caveat.about()) && html.contains(caveat.about_zh()), "{caveat} is not said");
    }
    assert!(!html.contains(Caveat::BeyondTenKilometres.about()));
    assert!(latest(&rec, PostId(0), Tick(59)).is_none() && latest(&rec, PostId(0), Tick(60)).is_some());
    assert!(latest(&rec, PostId(1), Tick(60)).is_none(), "another post has not");
    let (dir, rec) = recording(None);
    let page = dir.path().join("page.html");
    exercise::write_report(&rec, &page).expect("written");
    assert!(!std::fs::read_to_string(&page).expect("read").contains("气体研判与真实"));
}
