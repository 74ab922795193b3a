//! `sandtable flood`: a flood on its own, from a deck or from another model's files. The same command line that starts a
//! run resumes it; a run that is killed leaves its last checkpoint.

use crate::args::{FloodArgs, Language};
use crate::commands::{Done, duration_s};
use hydro::deck::build::Model;
use hydro::deck::run::Run;
use hydro::deck::state::Checkpoint;
use hydro::deck::write::{Folder, clock, summary};
use hydro::deck::{Deck, Loaded};
use hydro::files::{lisflood, sfincs};
use indicatif::{ProgressBar, ProgressStyle};
use sim_core::base::complaint::Complaints;
use sim_core::base::fold::with_threads;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// Both scripts for pictures.
pub const FONT: &[u8] = include_bytes!("../viewer/assets/NotoSansSC-subset.ttf");

pub fn flood(args: &FloodArgs) -> Done {
    if let Some(folder) = &args.new {
        return example(folder);
    }
    if let Some(name) = &args.case {
        return crate::case::run(args, name);
    }
    let Some(model) = &args.model else {
        let hint = "sandtable flood --new my_flood writes one to begin with";
        return Err(Complaints::one("flood", "no model is named", hint));
    };
    let loaded = load(model)?;
    if let Some(folder) = &args.convert {
        return convert(&loaded, folder);
    }
    with_threads(args.threads, || run(args, model, &loaded))
}

/// Reads a model by its name: .par is LISFLOOD-FP, .inp is SFINCS, all else a deck.
fn load(model: &Path) -> Result<Loaded, Complaints> {
    let model = if model.is_dir() { model.join("deck.ron") } else { model.to_path_buf() };
    match model.extension().map(|e| e.to_string_lossy().to_lowercase()).as_deref() {
        Some("par") => lisflood::read(&model),
        Some("inp") => sfincs::read(&model),
        _ => Deck::read(&model),
    }
}

fn run(args: &FloodArgs, file: &Path, loaded: &Loaded) -> Done {
    let model = Arc::new(loaded.build()?);
    if !model.remarks.is_empty() && !args.json {
        eprintln!("{}", model.remarks);
    }
    if args.check {
        return Ok(true);
    }
    let every_s = args.checkpoint_every.as_deref().map(|t| duration_s("--checkpoint-every", t)).transpose()?;
    let until_s = args.until.as_deref().map(|t| duration_s("--until", t)).transpose()?.unwrap_or(f64::INFINITY);
    let out = args.out.clone().unwrap_or_else(|| {
        PathBuf::from("out").join(file.file_stem().map_or("flood".into(), |s| s.to_string_lossy().into_owned()))
    });
    let folder = Folder::new(&out, Some(FONT))?;
    let mut run = match &args.resume {
        Some(checkpoint) => Run::resume(model.clone(), Checkpoint::read(checkpoint, model.fingerprint)?, checkpoint)?,
        None => {
            let run = Run::new(model.clone())?;
            folder.frame(&run)?;
            run
        }
    };
    let bar = if args.json { ProgressBar::hidden() } else { progress(&model) };
    let (started, updates) = (Instant::now(), run.cell_updates());
    let mut kept = Instant::now();
    loop {
        let due = run.advance();
        bar.set_position(run.so_far.now_s as u64);
        bar.set_message(clock(run.so_far.now_s));
        if due.frame {
            folder.frame(&run)?;
        }
        if due.end {
            break;
        }
        let stop = run.so_far.now_s >= until_s;
        if stop || every_s.is_some_and(|s| kept.elapsed().as_secs_f64() >= s) {
            run.checkpoint().write(&folder.checkpoint())?;
            kept = Instant::now();
        }
        if stop {
            bar.finish_and_clear();
            say!("{} {}", clock(run.so_far.now_s), folder.checkpoint().display());
            return Ok(true);
        }
    }
    bar.finish_and_clear();
    let wall_s = started.elapsed().as_secs_f64();
    folder.end(&run, wall_s)?;
    folder.tidy(&run);
    if args.json {
        say!("{}", summary(&run, wall_s));
    } else {
        say!("{}", table(&run, wall_s, run.cell_updates() - updates, &out, args.lang));
    }
    Ok(true)
}

fn progress(model: &Model) -> ProgressBar {
    let bar = ProgressBar::new(model.duration_s as u64);
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {msg}  {elapsed} / {eta}");
    bar.set_style(style.expect("the template is a constant"));
    bar
}

fn table(run: &Run, wall_s: f64, updates: u64, out: &Path, lang: Language) -> String {
    let (ledger, zh) = (run.ledger(), lang == Language::Zh);
    let word = |a: &str, b: &str| if zh { a.to_string() } else { b.to_string() };
    let extremes = &run.so_far.extremes;
    let shown_m = run.model.outputs.shown_m as f32;
    let deepest = (0..run.model.domain.grid.len()).map(|c| extremes.depth_m(c)).fold(0.0, f32::max);
    let mut rows = vec![
        (word("模拟时长", "Simulated"), clock(run.so_far.now_s)),
        (word("用时", "Wall time"), format!("{wall_s:.1} s")),
        (word("计算步数", "Steps"), run.steps().to_string()),
        (word("单元更新", "Cell updates"), format!("{:.1} M/s", updates as f64 / wall_s.max(1e-9) / 1e6)),
        (word("水量误差", "Mass error"), format!("{:.1e}", ledger.error())),
        (word("最大水深", "Greatest depth"), format!("{deepest:.2} m")),
        (word("新淹没面积", "Newly flooded"), format!("{:.3} km²", extremes.flooded_m2(shown_m) / 1e6)),
        (word("起始水量", "Water at start"), format!("{:.0} m³", ledger.start_m3)),
    ];
    for account in hydro::flow::Account::ALL {
        let volume = ledger.of(account);
        if volume != 0.0 {
            rows.push((format!("  {account:?}"), format!("{volume:+.0} m³")));
        }
    }
    rows.push((word("结束水量", "Water now"), format!("{:.0} m³", ledger.now_m3)));
    if !run.so_far.interventions.is_empty() {
        rows.push((word("数值干预", "Interventions"), run.so_far.interventions.len().to_string()));
    }
    rows.push((word("结果", "Results"), out.display().to_string()));
    // A Chinese character is as wide as two others.
    let wide = |text: &str| text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
    let widest = rows.iter().map(|r| wide(&r.0)).max().unwrap_or(0);
    let line = |(a, b): &(String, String)| format!("{a}{}  {b}", " ".repeat(widest - wide(a)));
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Writes an imported model as a deck with its rasters; the model itself is checked on the way.
fn convert(loaded: &Loaded, folder: &Path) -> Done {
    let model = loaded.build()?;
    let wrong = |e: std::io::Error| Complaints::one(folder, format!("cannot be written: {e}"), "");
    std::fs::create_dir_all(folder).map_err(wrong)?;
    let mut names: Vec<PathBuf> = Vec::new();
    let mut deck = loaded.deck.clone();
    deck.each_raster(&mut |file| {
        let name = PathBuf::from(file.file_stem().unwrap_or_default()).with_extension("tif");
        names.push(file.clone());
        *file = name;
    });
    for old in &names {
        let name = PathBuf::from(old.file_stem().unwrap_or_default()).with_extension("tif");
        loaded.raster(old)?.write(&folder.join(name))?;
    }
    std::fs::write(folder.join("deck.ron"), deck.to_ron()).map_err(wrong)?;
    eprintln!("{}", model.remarks);
    say!("sandtable flood {}", folder.join("deck.ron").display());
    Ok(true)
}

/// A small model with a comment on every line, ready to run.
fn example(folder: &Path) -> Done {
    let wrong = |e: std::io::Error| Complaints::one(folder, format!("cannot be written: {e}"), "");
    if folder.join("deck.ron").exists() {
        return Err(Complaints::one(folder, "holds a deck.ron already", "name another folder"));
    }
    std::fs::create_dir_all(folder).map_err(wrong)?;
    let (terrain, cover) = hydro::deck::example::rasters();
    terrain.write(&folder.join("terrain.asc"))?;
    cover.write(&folder.join("cover.asc"))?;
    std::fs::write(folder.join("river.csv"), hydro::deck::example::RIVER_CSV).map_err(wrong)?;
    std::fs::write(folder.join("deck.ron"), hydro::deck::example::DECK).map_err(wrong)?;
    say!("sandtable flood {} --out {}", folder.join("deck.ron").display(), folder.join("out").display());
    Ok(true)
}
