//! Grade: exact. What goes in comes out, and a file cut at any byte opens up to its last whole chunk.

use super::{frame::*, *};
use crate::base::ids::ZoneId;
use crate::place::fixture::grid_town;
use crate::vocab::event::{Event, Stamped};

fn write(path: &std::path::Path, ticks: u32, finish: bool) {
    let city = grid_town(6, 10);
    let header = Header {
        format: FORMAT,
        engine: "test".into(),
        title: Text::new("演练", "drill"),
        scenario_hash: "0".into(),
        seed: 1,
        tick_s: 10,
        clock: Clock::parse("2026-08-14T18:00").unwrap(),
        ticks,
        residents: city.residents(),
        digest_parts: vec!["all".into()],
        exercise: true,
    };
    let mut writer = RecordWriter::create(path, &header, &city, &Programme::default()).unwrap();
    let mut view = PeopleView { x_m: vec![0; 500], y_m: vec![0; 500], doing: vec![0; 500] };
    for t in 0..ticks {
        let tick = Tick(t);
        writer
            .event(&Stamped { tick, event: Event::WaterReached { zone: ZoneId(t % 4), depth_m: f64::from(t) } })
            .unwrap();
        if t % 6 == 0 {
            let before = view.clone();
            view.x_m[(t as usize * 7) % 500] = t as u16;
            let frame = if t % 60 == 0 { view.key() } else { before.delta(&view) };
            writer.people(tick, &frame).unwrap();
            let depth = (0..city.grid.len()).map(|c| if c % 11 == 0 { t as f32 } else { 0.0 });
            writer.layer(tick, LayerName::WaterDepth, &LayerFrame::pack(LayerName::WaterDepth, depth)).unwrap();
        }
        writer.digest(&DigestRow { tick, parts: vec![u64::from(t)] }).unwrap();
    }
    if finish {
        writer.finish(&End { tick: Tick(ticks), why: "complete".into(), final_digest: "0".into() }).unwrap();
    }
}

#[test]
fn a_recording_reads_back_and_seeks() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(FILE_NAME);
    write(&path, 200, true);
    let recording = Recording::open(dir.path()).unwrap();
    assert_eq!(recording.events.len(), 200);
    assert_eq!(recording.last_tick(), Tick(199));
    assert_eq!(recording.torn_bytes, 0);
    assert!(recording.end.is_some());
    let people = recording.people_at(Tick(125)).unwrap();
    assert_eq!(people.x_m[(120 * 7) % 500], 120);
    assert_eq!(people.x_m[(126 * 7) % 500], 0);
    let mut played = recording.people_at(Tick(30)).unwrap();
    recording.people_forward(&mut played, Tick(30), Tick(125));
    assert_eq!(played, people);
    let (at, layer) = recording.layer_at(LayerName::WaterDepth, Tick(65)).unwrap();
    assert_eq!(at, Tick(60));
    assert!((layer.unpack(LayerName::WaterDepth)[11] - 60.0).abs() < 1e-4);
    assert!(compare(&recording, &recording).is_none());
}

#[test]
fn a_recording_cut_at_any_byte_opens_up_to_its_last_whole_chunk_or_says_why_not() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(FILE_NAME);
    write(&path, 120, true);
    let bytes = std::fs::read(&path).unwrap();
    let cut_path = dir.path().join("cut.mcap");
    let mut opened = 0;
    let mut last_len = 0;
    for cut in (0..bytes.len()).step_by(97) {
        std::fs::write(&cut_path, &bytes[..cut]).unwrap();
        match Recording::open(&cut_path) {
            Ok(recording) => {
                opened += 1;
                assert!(recording.digests.len() >= last_len, "a longer file showed less");
                last_len = recording.digests.len();
            }
            Err(RecordError::TooShort(_) | RecordError::NotARecording(_)) => assert_eq!(opened, 0),
            Err(other) => panic!("cut at {cut}: {other}"),
        }
    }
    assert!(opened > 0 && last_len == 120, "opened {opened} times, up to {last_len} ticks");
}

#[test]
fn a_run_in_progress_can_be_followed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(FILE_NAME);
    write(&path, 200, true);
    let bytes = std::fs::read(&path).unwrap();
    let live = dir.path().join("live.mcap");
    let mut recording = None;
    for part in 1..=20 {
        std::fs::write(&live, &bytes[..bytes.len() * part / 20]).unwrap();
        match &mut recording {
            None => recording = Recording::open(&live).ok(),
            Some(recording) => drop(recording.refresh().unwrap()),
        }
    }
    let recording = recording.unwrap();
    assert_eq!(recording.digests.len(), 200);
    assert!(recording.end.is_some());
    assert_eq!(recording.people_at(Tick(125)).unwrap().x_m[(120 * 7) % 500], 120);
}
