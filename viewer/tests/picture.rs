//! Grade: reference. The main screen as it was looked at and found right. It is drawn in memory, so that no GPU, driver
//! or display has a say; the tolerance is for rounding of other processors.
//!
//! After a wanted change: `UPDATE_SNAPSHOTS=1 cargo test -p viewer --test picture`, look at the picture, commit it.

mod common;

use sim_core::base::{text::Lang, time::Tick};
use std::path::Path;
use viewer::Tab;

/// A pixel differs when a channel is off by more than this.
const CHANNEL: u8 = 24;
/// Share of pixels that may differ.
const SHARE: f64 = 0.01;

#[test]
fn the_main_screen_looks_as_it_did() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join(sim_core::record::FILE_NAME);
    common::write_drill(&path, 20, 8, 420, true);
    let now = viewer::snapshot(&path, Tick(330), [1280, 800], Lang::Zh, Tab::Selection).expect("a picture");
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots/main_screen.png");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        now.save(&reference).expect("saved");
        return;
    }
    let was = image::open(&reference).expect("tests/snapshots/main_screen.png").to_rgba8();
    assert_eq!(now.dimensions(), was.dimensions());
    let differs = now.pixels().zip(was.pixels()).filter(|(a, b)| (0..3).any(|k| a[k].abs_diff(b[k]) > CHANNEL)).count();
    let share = differs as f64 / f64::from(now.width() * now.height());
    if share > SHARE {
        let seen = std::env::temp_dir().join("sandtable-main_screen.png");
        now.save(&seen).expect("saved");
        panic!("{:.2} % of the pixels differ; the new picture is {}", share * 100.0, seen.display());
    }
    assert!(share <= SHARE);
}

#[test]
fn the_picture_differs_between_moments_and_languages() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join(sim_core::record::FILE_NAME);
    common::write_drill(&path, 6, 4, 200, true);
    let at = |tick, lang| viewer::snapshot(&path, Tick(tick), [900, 600], lang, Tab::Selection).expect("a picture");
    let early = at(0, Lang::Zh);
    assert_ne!(early, at(180, Lang::Zh));
    assert_ne!(early, at(0, Lang::En));
    assert_eq!(early, at(0, Lang::Zh), "the same moment gives the same picture");
    assert!(viewer::snapshot(&path, Tick(0), [5, 5], Lang::Zh, Tab::Selection).is_err());
}
