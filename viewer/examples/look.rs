//! Opens the viewer on a recording, or writes and opens a made-up drill: `cargo run -p viewer --example look -- [path]`.
//! With `--fps` it plays at 60x and prints how many frames a second it draws.
//! With `--snapshot OUT.png TICK zh|en TAB` it draws a picture instead.

#[path = "../tests/common/mod.rs"]
mod common;

use sim_core::base::{ids::*, text::Lang, time::Tick};
use std::path::PathBuf;

fn main() -> Result<(), String> {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let path = if args.first().is_some_and(|a| !a.starts_with("--")) {
        PathBuf::from(args.remove(0))
    } else {
        let path = std::env::temp_dir().join("sandtable-look.mcap");
        let people = if args.iter().any(|a| a == "--port-town") {
            common::write_drill_in(&path, sim_core::place::synth::synthesise(&Default::default()), 720, true)
        } else {
            common::write_drill(&path, 60, 35, 720, true)
        };
        eprintln!("{} with {people} residents", path.display());
        path
    };
    if args.first().is_some_and(|a| a == "--snapshot") {
        let out = args.get(1).ok_or("--snapshot OUT.png TICK zh|en TAB")?;
        let tick = args.get(2).and_then(|t| t.parse().ok()).unwrap_or(0);
        let lang = if args.get(3).is_some_and(|l| l == "en") { Lang::En } else { Lang::Zh };
        let tab = viewer::Tab::ALL[args.get(4).and_then(|t| t.parse().ok()).unwrap_or(0usize).min(5)];
        let rec = sim_core::record::Recording::open(&path).map_err(|e| e.to_string())?;
        let mut app = viewer::ViewerApp::new(rec, lang);
        app.follow = false;
        app.tab = tab;
        app.go(Tick(tick));
        for extra in args.iter().skip(5) {
            let (key, value) = extra.split_once('=').ok_or("key=value")?;
            let n: Vec<f64> = value.split(',').filter_map(|v| v.parse().ok()).collect();
            let id = n.first().map_or(0, |v| *v as u32);
            match key {
                "at" => app.look_at(sim_core::vocab::body::Point::new(n[0], n[1]), n[2]),
                "post" => app.select(viewer::Selected::Post(PostId(id))),
                "unit" => app.select(viewer::Selected::Unit(UnitId(id))),
                "zone" => app.select(viewer::Selected::Zone(ZoneId(id))),
                "see" => app.see_as = Some(PostId(id)),
                "against" => app.against_truth = true,
                "message" => app.message = Some(MessageId(id)),
                "traffic" => app.show.traffic = true,
                other => return Err(format!("no such key: {other}")),
            }
        }
        let picture = viewer::picture_of(&mut app, [1440, 900])?;
        return picture.save(out).map_err(|e| e.to_string());
    }
    if args.iter().any(|a| a == "--fps") {
        return frames_per_second(&path);
    }
    let lang = if args.iter().any(|a| a == "--en") { Lang::En } else { Lang::Zh };
    viewer::run(path, viewer::ViewOptions { lang, play: args.iter().any(|a| a == "--play") })
}

/// Plays from the middle of the run and prints the frames of every two seconds.
fn frames_per_second(path: &std::path::Path) -> Result<(), String> {
    struct Counter {
        app: viewer::ViewerApp,
        frames: u32,
        since: std::time::Instant,
        busy: std::time::Duration,
    }
    impl eframe::App for Counter {
        fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
            let begun = std::time::Instant::now();
            self.app.playing = true;
            self.app.ui(ui);
            self.frames += 1;
            self.busy += begun.elapsed();
            let s = self.since.elapsed().as_secs_f64();
            if s >= 2.0 {
                let own_ms = self.busy.as_secs_f64() * 1000.0 / f64::from(self.frames);
                println!(
                    "{:.1} frames/s, {own_ms:.1} ms each before the GL, tick {}",
                    f64::from(self.frames) / s,
                    self.app.tick().0
                );
                (self.frames, self.since, self.busy) = (0, std::time::Instant::now(), std::time::Duration::ZERO);
            }
        }
    }
    let rec = sim_core::record::Recording::open(path).map_err(|e| e.to_string())?;
    let mut app = viewer::ViewerApp::new(rec, Lang::Zh);
    app.go(Tick(app.last().0 / 2));
    let native = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default().with_inner_size([1440.0, 900.0]),
        ..Default::default()
    };
    eframe::run_native(
        "fps",
        native,
        Box::new(|creation| {
            viewer::set_up(&creation.egui_ctx);
            let (since, busy) = (std::time::Instant::now(), std::time::Duration::ZERO);
            Ok(Box::new(Counter { app, frames: 0, since, busy }))
        }),
    )
    .map_err(|e| e.to_string())
}
