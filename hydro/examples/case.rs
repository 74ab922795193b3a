//! Runs one of the two large cases with progress, prints its facts and what it cost, and writes maps as PNG.
//!
//!     cargo run --release -p hydro --example case -- taicang|emei [--small] [--hours 24] [--inertial] [--events] [--out DIR]
//!
//! `--no-pumps`, `--no-breach`, `--no-debris`, `--no-landslide` leave something out; `--pumps` runs the small plain with and
//! without its pumps. Leaves with 1 when a fact does not hold.

use hydro::cases::{delta, emei, picture, run, taicang, valley};
use hydro::solver::Scheme;
use std::io::Write;
use std::process::exit;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| words.iter().any(|w| w == word);
    let after = |word: &str| words.iter().position(|w| w == word).and_then(|k| words.get(k + 1));
    let hours: Option<f64> = after("--hours").and_then(|h| h.parse().ok());
    let out = after("--out").cloned().unwrap_or_else(|| ".".into());
    let mut watch = |p: run::Progress| {
        eprintln!(
            "{:5.2} of {:.1} h, {} steps, {:.2e} cell updates, {:.1} % wet",
            p.now_s / 3600.0,
            p.end_s / 3600.0,
            p.steps,
            p.cell_updates as f64,
            100.0 * p.wet_share
        );
        let _ = std::io::stderr().flush();
        true
    };
    if has("--pumps") {
        match taicang::pumps_matter(&mut watch) {
            Ok(Some(fact)) => println!("{} {}: {}", if fact.holds { "holds" } else { "FAILS" }, fact.name, fact.found),
            _ => exit(2),
        }
        return;
    }
    let (result, grid, bed_m) = if has("taicang") {
        let mut setting = taicang::Setting {
            size: if has("--small") { delta::Size::SMALL } else { delta::Size::FULL },
            pumps: !has("--no-pumps"),
            breach: !has("--no-breach"),
            scheme: if has("--inertial") { Scheme::Inertial } else { Scheme::Auto },
            ..taicang::Setting::default()
        };
        setting.end_s = hours.map_or(setting.end_s, |h| h * 3600.0);
        let ground = delta::Delta::new(setting.size, setting.seed);
        (taicang::run(&setting, &mut watch), ground.grid, ground.bed_m)
    } else if has("emei") {
        let mut setting = emei::Setting {
            size: if has("--small") { valley::Size::COARSE } else { valley::Size::FULL },
            debris: !has("--no-debris"),
            landslide: !has("--no-landslide"),
            ..emei::Setting::default()
        };
        setting.end_s = hours.map_or(setting.end_s, |h| h * 3600.0);
        let ground = valley::Valley::new(setting.size, setting.seed);
        (emei::run(&setting, &mut watch), ground.grid, ground.bed_m)
    } else {
        eprintln!("which case: taicang or emei?");
        exit(2);
    };
    let outcome = match result {
        Err(complaints) => {
            eprintln!("{complaints}");
            exit(2)
        }
        Ok(None) => exit(2),
        Ok(Some(outcome)) => outcome,
    };
    for (s, what) in outcome.events.iter().filter(|_| has("--events")) {
        println!("{:6.2} h {what}", s / 3600.0);
    }
    for i in outcome.interventions.iter().take(8) {
        let p = grid.centre(i.cell);
        println!("{:6.2} h at ({:.0}, {:.0}): {}", i.at_s / 3600.0, p.x, p.y, i.what);
    }
    for fact in &outcome.facts {
        println!("{} {}: {}", if fact.holds { "holds" } else { "FAILS" }, fact.name, fact.found);
    }
    println!("{:#?}", outcome.cost);
    println!("{:.1} M cell updates/s", outcome.cost.cell_updates as f64 / outcome.cost.wall_s / 1e6);
    let shrink = grid.nx.div_ceil(1600);
    for layer in &outcome.layers {
        let picture = picture::of(layer, &grid, &bed_m, shrink);
        let file = format!("{out}/{}_{}.png", outcome.case, layer.name.replace(' ', "_"));
        let (width, height) = (picture.width as u32, picture.height as u32);
        if let Err(e) = image::save_buffer(&file, &picture.rgb, width, height, image::ColorType::Rgb8) {
            eprintln!("{file}: {e}");
        }
    }
    exit(i32::from(!outcome.holds()));
}
