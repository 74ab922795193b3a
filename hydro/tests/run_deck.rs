//! The example deck is run, cut, resumed and written out.

use hydro::deck::build::Model;
use hydro::deck::run::Run;
use hydro::deck::state::Checkpoint;
use hydro::deck::write::Folder;
use hydro::deck::{Deck, Span, example};
use std::path::Path;
use std::sync::Arc;

/// The typeface that `sandtable flood` draws with.
const FONT: &[u8] = include_bytes!("../../viewer/assets/NotoSansSC-subset.ttf");

/// A ditch beside the example's river that drains the fields into it, and its head that a spring feeds.
const CHANNELS: &str = r#"(channels: [(
    name: "ditch", line: [(x: 250, y: 120), (x: 330, y: 230), (x: 330, y: 475)], width_m: Even(3), side_slope: 0.5,
    bed_m: Corners([10.2, 9.9, 9.6]), bank_m: None, manning: Even(0.035),
    from: Inflow([(0, 0.4), (1800, 1.5)]), to: Opens, start: Depth(0.2))])"#;

/// The example, cut to 40 min with layers every 10, so that debug tests are quick.
fn model(folder: &Path) -> Arc<Model> {
    let (terrain, cover) = example::rasters();
    terrain.write(&folder.join("terrain.asc")).expect("written");
    cover.write(&folder.join("cover.asc")).expect("written");
    std::fs::write(folder.join("river.csv"), example::RIVER_CSV).expect("written");
    std::fs::write(folder.join("deck.ron"), example::DECK).expect("written");
    let mut loaded = Deck::read(&folder.join("deck.ron")).expect("the example parses");
    loaded.deck.duration = Span::from_s(2400.0);
    loaded.deck.outputs.every = Span::from_s(600.0);
    loaded.deck.channels = ron::from_str(CHANNELS).expect("channels");
    Arc::new(loaded.build().expect("nothing is wrong with the example"))
}

fn to_the_end(run: &mut Run) {
    while !run.advance().end {}
}

#[test]
fn a_run_resumed_from_its_checkpoint_file_ends_with_the_same_bits() {
    // Grade: exact.
    let folder = tempfile::tempdir().expect("temporary folder");
    let model = model(folder.path());
    let mut whole = Run::new(model.clone()).expect("starts");
    to_the_end(&mut whole);
    assert!(whole.ledger().error() < 1e-12, "{}", whole.ledger().error());
    assert!(whole.flow().depth_m(model.gauges[0].cell).is_finite());
    let ditch = whole.channels().ledger();
    assert!(
        whole.channels().error_m3().abs() < 1e-9 && ditch.inflow_m3 > 2000.0 && ditch.to_cells_m3 > 100.0,
        "{ditch:?}"
    );

    let mut first = Run::new(model.clone()).expect("starts");
    while first.so_far.now_s < 1330.0 {
        first.advance();
    }
    let file = folder.path().join("checkpoint.zst");
    first.checkpoint().write(&file).expect("written");
    let back = Checkpoint::read(&file, model.fingerprint).expect("read");
    let mut second = Run::resume(model.clone(), back, &file).expect("resumed");
    to_the_end(&mut second);
    assert!(whole.checkpoint() == second.checkpoint(), "water, structures, sewers, extremes, gauges: all of it");
    let bits = |run: &Run| (0..model.domain.grid.len()).map(|c| run.flow().depth_m(c).to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&whole), bits(&second));

    // One that belongs to another model, a damaged one and a text are refused.
    let said = Checkpoint::read(&file, model.fingerprint + 1).expect_err("another").to_string();
    assert!(said.contains("another model"), "{said}");
    let mut bytes = std::fs::read(&file).expect("bytes");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    std::fs::write(&file, &bytes).expect("damaged");
    assert!(Checkpoint::read(&file, model.fingerprint).expect_err("damaged").to_string().contains("damaged"));
    std::fs::write(&file, "hello").expect("text");
    assert!(Checkpoint::read(&file, model.fingerprint).is_err());
}

#[test]
fn a_run_leaves_rasters_netcdf_outlines_gauges_and_a_summary_that_agree_with_it() {
    // Grade: exact.
    let folder = tempfile::tempdir().expect("temporary folder");
    let model = model(folder.path());
    // Kept, to be looked at.
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("run_deck");
    let written = Folder::new(&out, Some(FONT)).expect("made");
    let mut run = Run::new(model.clone()).expect("starts");
    written.frame(&run).expect("written");
    loop {
        let due = run.advance();
        if due.frame {
            written.frame(&run).expect("written");
        }
        if due.end {
            break;
        }
    }
    written.end(&run, 1.0).expect("written");
    let last = hydro::files::netcdf::read(&out.join("flood.nc"), Some("depth")).expect("read");
    let depth = run.depths_m(0.0);
    assert_eq!(last.values, depth);
    assert!(depth.iter().any(|d| *d > 0.3), "the river has water");
    let most = base::raster::Raster::read(&out.join("max_depth.tif")).expect("read");
    for (cell, d) in most.values.iter().enumerate() {
        assert!(d.is_nan() || f64::from(*d) >= run.flow().depth_m(cell) - 1e-6);
    }
    let rows = std::fs::read_to_string(out.join("gauges.csv")).expect("gauges");
    assert_eq!(rows.lines().count(), 1 + 41, "a heading and a row for each minute from 0 to 40");
    let outlines = std::fs::read_to_string(out.join("max_depth.geojson")).expect("outlines");
    assert!(outlines.contains("MultiPolygon") && outlines.contains("depth_m"));
    let channels = std::fs::read_to_string(out.join("frames/channels_0002400_0.csv")).expect("channels");
    assert!(
        channels.starts_with("channel,along_m,") && channels.lines().count() > 20 && channels.contains("\nditch,0.00,")
    );
    let happened = std::fs::read_to_string(out.join("happenings.csv")).expect("happenings");
    assert!(happened.starts_with("time_s,zh,en") && !happened.contains(" { "), "{happened}");
    assert!(std::fs::read_to_string(out.join("summary.json")).expect("summary").contains("\"mass_error\""));
    let picture = image::open(out.join("max_depth.png")).expect("drawn").to_rgb8();
    assert_eq!(picture.width(), model.outputs.picture_width_px);
    let deep = image::Rgb([0x13, 0x57, 0x98]);
    assert!(picture.pixels().filter(|p| **p == deep).count() > 300, "the legend's box of 1 to 2 m");
}
