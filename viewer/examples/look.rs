//! Opens the viewer on a recording, or writes and opens a made-up drill: `cargo run -p viewer --example look -- [path]`.
//! With `--snapshot OUT.png TICK zh|en TAB` it draws a picture instead.

#[path = "../tests/common/mod.rs"]
mod common;

use sim_core::base::{text::Lang, time::Tick};
use std::path::PathBuf;

fn main() -> Result<(), String> {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let path = if args.first().is_some_and(|a| !a.starts_with("--")) {
        PathBuf::from(args.remove(0))
    } else {
        let path = std::env::temp_dir().join("sandtable-look.mcap");
        let people = common::write_drill(&path, 60, 35, 720, true);
        eprintln!("{} with {people} residents", path.display());
        path
    };
    if args.first().is_some_and(|a| a == "--snapshot") {
        let out = args.get(1).ok_or("--snapshot OUT.png TICK zh|en TAB")?;
        let tick = args.get(2).and_then(|t| t.parse().ok()).unwrap_or(0);
        let lang = if args.get(3).is_some_and(|l| l == "en") { Lang::En } else { Lang::Zh };
        let tab = viewer::Tab::ALL[args.get(4).and_then(|t| t.parse().ok()).unwrap_or(0usize).min(5)];
        let picture = viewer::snapshot(&path, Tick(tick), [1440, 900], lang, tab)?;
        return picture.save(out).map_err(|e| e.to_string());
    }
    let lang = if args.iter().any(|a| a == "--en") { Lang::En } else { Lang::Zh };
    viewer::run(path, viewer::ViewOptions { lang, play: args.iter().any(|a| a == "--play") })
}
