//! What each command does. `Ok(false)` is a check that failed; `Err` is what kept it from running, all at once.

use crate::args::*;
use indicatif::{ProgressBar, ProgressStyle};
use sim_core::base::complaint::{Complaint, Complaints};
use sim_core::base::fold::with_threads;
use sim_core::base::ids::InjectId;
use sim_core::base::text::{Lang, Text};
use sim_core::base::time::{Tick, parse_duration_s};
use sim_core::place::import::ImportSpec;
use sim_core::place::synth::{SynthSpec, TerrainKind, synthesise};
use sim_core::place::{folder, import as importer};
use sim_core::record::{Input, Recording, StampedInput, compare};
use sim_core::report::{indicators, table};
use sim_core::scenario::{Choice, Scenario};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub type Done = Result<bool, Complaints>;

impl From<Language> for Lang {
    fn from(language: Language) -> Lang {
        match language {
            Language::Zh => Lang::Zh,
            Language::En => Lang::En,
        }
    }
}

fn io(path: &Path, doing: &str) -> impl Fn(std::io::Error) -> Complaints {
    let (path, doing) = (path.to_path_buf(), doing.to_string());
    move |e| Complaints::one(&path, format!("{doing}: {e}"), "")
}

/// A duration given on the command line.
pub fn duration_s(flag: &str, text: &str) -> Result<f64, Complaints> {
    parse_duration_s(text).map_err(|what| Complaints::one(flag, what, ""))
}

/// Opens a recording, or says why not.
pub fn open(path: &Path) -> Result<Recording, Complaints> {
    let recording = Recording::open(path).map_err(|e| Complaints::one(path, e.to_string(), "give a run's folder"))?;
    if recording.end.is_none() {
        eprintln!("{}: the run was cut off; read up to tick {}", path.display(), recording.last_tick().0);
    }
    Ok(recording)
}

/// The scenario that the arguments mean. A city folder in place of a scenario takes the drill for any town.
fn chosen(scenario: &Option<PathBuf>, city: &Option<PathBuf>, script: &Option<PathBuf>) -> Choice {
    let is_city = |p: &Path| p.is_dir() && p.join("city.ron").is_file() && !p.join("scenario.ron").is_file();
    match (scenario, city) {
        (Some(path), None) if is_city(path) => {
            Choice { city: Some(path.clone()), script: script.clone(), ..Choice::default() }
        }
        _ => Choice { scenario: scenario.clone(), city: city.clone(), script: script.clone(), ..Choice::default() },
    }
}

pub fn run(args: &RunArgs) -> Done {
    let mut choice = chosen(&args.scenario, &args.city, &args.script);
    choice.residents = args.residents;
    if let Some(text) = &args.duration {
        choice.duration_s = Some(duration_s("--duration", text)?);
    }
    let scenario = Arc::new(Scenario::load(&choice)?);
    let inputs = inputs(args, &scenario)?;
    let folder = args.out.clone().unwrap_or_else(|| {
        let stem = |p: &PathBuf| p.file_stem().map(|s| s.to_string_lossy().into_owned());
        let name = choice.city.as_ref().or(choice.scenario.as_ref()).and_then(stem);
        PathBuf::from("out").join(format!("{}-{}", name.unwrap_or_else(|| "port_town".into()), args.seed))
    });
    std::fs::create_dir_all(&folder).map_err(io(&folder, "cannot be made"))?;
    let lang: Lang = args.lang.into();
    if !args.json {
        announce(&scenario, args.seed, &folder, lang);
    }
    let bar = if args.json { ProgressBar::hidden() } else { progress_bar(u64::from(scenario.ticks)) };
    let clock = scenario.clock;
    let started = std::time::Instant::now();
    let ran = with_threads(args.threads, || {
        sim_core::sim::run(scenario.clone(), args.seed, &inputs, &folder, &mut |sim| {
            bar.set_position(u64::from(sim.now().0));
            bar.set_message(clock.hhmm(Tick(sim.now().0)));
            true
        })
        .map(drop)
    });
    ran.map_err(io(&folder, "cannot be written"))?;
    bar.finish_and_clear();
    let simulated = started.elapsed().as_secs_f64();
    let recording = open(&folder)?;
    let report = folder.join("report.html");
    exercise::write_report(&recording, &report).map_err(io(&report, "cannot be written"))?;
    let all = indicators(&recording);
    if args.json {
        say!("{}", indicators_json(&recording, &all));
        return Ok(true);
    }
    say!("{}", table::table(&all, lang));
    let size = std::fs::metadata(recording.path()).map_or(0, |m| m.len());
    let text = Text::new(
        format!(
            "模拟用时 {simulated:.0} 秒（{:.1} 小时剧情）\n记录 {}（{:.1} MB）\n报告 {}\n回放 sandtable view {}",
            f64::from(scenario.ticks) / 360.0,
            recording.path().display(),
            size as f64 / 1e6,
            report.display(),
            folder.display()
        ),
        format!(
            "simulated in {simulated:.0} s ({:.1} h of story)\nrecording {} ({:.1} MB)\nreport    {}\nreplay    sandtable view {}",
            f64::from(scenario.ticks) / 360.0,
            recording.path().display(),
            size as f64 / 1e6,
            report.display(),
            folder.display()
        ),
    );
    say!("{}", text.get(lang));
    Ok(true)
}

fn announce(scenario: &Scenario, seed: u64, folder: &Path, lang: Lang) {
    let city = &scenario.city;
    say!(
        "{}\n{}",
        scenario.title.get(lang),
        lang.of(
            &format!(
                "{}：居民 {}，队组 {}，岗位 {}，预案条款 {}，注入 {}；种子 {seed}；{}",
                city.name.zh,
                city.residents(),
                scenario.units.len(),
                scenario.posts.len(),
                scenario.clauses.len(),
                scenario.script.injects.len(),
                folder.display()
            ),
            &format!(
                "{}: {} residents, {} units, {} posts, {} clauses, {} injects; seed {seed}; {}",
                city.name.en,
                city.residents(),
                scenario.units.len(),
                scenario.posts.len(),
                scenario.clauses.len(),
                scenario.script.injects.len(),
                folder.display()
            )
        )
    );
    if let Some(own) = &scenario.own_substances {
        say!("{}", own.remark().get(lang));
    }
}

fn progress_bar(ticks: u64) -> ProgressBar {
    let bar = ProgressBar::new(ticks);
    let style = ProgressStyle::with_template("{msg} {bar:40} {percent}% ({elapsed}, {eta} left)");
    bar.set_style(style.expect("the template is right"));
    bar
}

/// Injects fired by hand, and the inputs of another run.
fn inputs(args: &RunArgs, scenario: &Scenario) -> Result<Vec<StampedInput>, Complaints> {
    let mut complaints = Complaints::new();
    let mut inputs = Vec::new();
    for text in &args.fire {
        let Some((key, time)) = text.split_once('@') else {
            complaints.add("--fire", format!("\"{text}\" is not KEY@TIME"), "e.g. J-07@5h");
            continue;
        };
        let found = scenario.script.injects.iter().position(|i| i.key == key);
        match (found, parse_duration_s(time)) {
            (Some(row), Ok(s)) => {
                inputs.push(StampedInput { tick: Tick::at_or_after_s(s), input: Input::FireInject(InjectId::of(row)) })
            }
            (None, _) => {
                let keys: Vec<&str> = scenario.script.injects.iter().map(|i| i.key.as_str()).collect();
                complaints.add(
                    "--fire",
                    format!("inject \"{key}\" is not there"),
                    format!("there is: {}", keys.join(", ")),
                );
            }
            (_, Err(what)) => complaints.add("--fire", what, ""),
        }
    }
    if let Some(path) = &args.inputs_of {
        inputs.extend(open(path)?.inputs);
    }
    complaints.or(inputs)
}

fn indicators_json(recording: &Recording, all: &[sim_core::report::Indicator]) -> String {
    let rows: Vec<serde_json::Value> = all
        .iter()
        .map(|i| {
            serde_json::json!({
                "key": i.key, "name_zh": i.name.zh, "name_en": i.name.en, "unit": i.unit,
                "value": i.value, "met": i.met,
            })
        })
        .collect();
    serde_json::json!({
        "scenario_hash": recording.header.scenario_hash,
        "seed": recording.header.seed,
        "complete": recording.end.is_some(),
        "final_digest": recording.end.as_ref().map(|e| e.final_digest.clone()),
        "indicators": rows,
    })
    .to_string()
}

pub fn check(args: &CheckArgs) -> Done {
    match Scenario::load(&chosen(&args.scenario, &args.city, &args.script)) {
        Ok(scenario) => {
            if args.json {
                say!("{}", serde_json::json!({ "hash": scenario.hash, "complaints": [] }));
            } else {
                say!(
                    "nothing to complain about: {} posts, {} units, {} clauses, {} injects, {} residents; hash {}",
                    scenario.posts.len(),
                    scenario.units.len(),
                    scenario.clauses.len(),
                    scenario.script.injects.len(),
                    scenario.city.residents(),
                    scenario.hash
                );
                if let Some(own) = &scenario.own_substances {
                    say!("{}", own.remark().en);
                }
            }
            Ok(true)
        }
        Err(complaints) if args.json => {
            let rows: Vec<serde_json::Value> = complaints.0.iter().map(complaint_json).collect();
            say!("{}", serde_json::json!({ "complaints": rows }));
            Err(complaints)
        }
        Err(complaints) => Err(complaints),
    }
}

fn complaint_json(c: &Complaint) -> serde_json::Value {
    serde_json::json!({
        "file": c.file, "line": c.at.map(|a| a.0), "column": c.at.map(|a| a.1), "what": c.what, "hint": c.hint,
    })
}

pub fn report(args: &ReportArgs) -> Done {
    let recording = open(&args.recording)?;
    let lang: Lang = args.lang.into();
    if args.text {
        say!("{}", exercise::golden_text(&recording, lang));
        return Ok(true);
    }
    let beside = recording.path().with_file_name("report.html");
    let out = args.out.clone().unwrap_or(beside);
    exercise::write_report(&recording, &out).map_err(io(&out, "cannot be written"))?;
    let all = indicators(&recording);
    if args.json {
        say!("{}", indicators_json(&recording, &all));
    } else {
        say!("{}", table::table(&all, lang));
        say!("{}", out.display());
    }
    Ok(true)
}

pub fn diff(args: &DiffArgs) -> Done {
    let (a, b) = (open(&args.a)?, open(&args.b)?);
    match compare(&a, &b) {
        None => {
            if args.json {
                say!("{}", serde_json::json!({ "identical": true, "ticks": a.digests.len() }));
            } else {
                say!("identical: {} ticks, {} events", a.digests.len(), a.events.len());
            }
            Ok(true)
        }
        Some(difference) => {
            if args.json {
                say!("{}", serde_json::json!({ "identical": false, "tick": difference.tick, "what": difference.what }));
            } else {
                say!("first difference at tick {} ({})", difference.tick.0, a.header.clock.hhmm(difference.tick));
                for line in difference.what {
                    say!("  {line}");
                }
            }
            Ok(false)
        }
    }
}

#[cfg(feature = "gui")]
pub fn view(args: &ViewArgs) -> Done {
    let lang: Lang = args.lang.into();
    let failed = |what: String| Complaints::one(&args.recording, what, "");
    if let Some(out) = &args.snapshot {
        let tick = Tick::at_or_after_s(duration_s("--at", &args.at)?);
        let size = args.size.split_once('x').and_then(|(w, h)| Some([w.parse().ok()?, h.parse().ok()?]));
        let Some(size) = size else {
            return Err(Complaints::one("--size", format!("\"{}\"", args.size), "e.g. 1600x1000"));
        };
        let picture = viewer::snapshot(&args.recording, tick, size, lang, viewer::Tab::default()).map_err(failed)?;
        picture.save(out).map_err(|e| Complaints::one(out, e.to_string(), ""))?;
        return Ok(true);
    }
    let options = viewer::ViewOptions { lang, play: args.play };
    viewer::run(args.recording.clone(), options).map_err(failed)?;
    Ok(true)
}

pub fn import(args: &ImportArgs) -> Done {
    let mut spec = ImportSpec::new(&args.osm, args.residents);
    spec.dem.clone_from(&args.dem);
    spec.overlay.clone_from(&args.overlay);
    spec.cell_m = args.cell;
    spec.water_level_m = args.water_level;
    if let Some(text) = &args.bbox {
        let parts: Vec<f64> = text.split(',').filter_map(|p| p.trim().parse().ok()).collect();
        spec.bbox = Some(parts.try_into().map_err(|_| {
            Complaints::one("--bbox", format!("\"{text}\" is not four numbers"), "lon_min,lat_min,lon_max,lat_max")
        })?);
    }
    let imported = importer::import(&spec)?;
    for line in &imported.log {
        say!("{line}");
    }
    folder::save(&imported.city, &args.out).map_err(io(&args.out, "cannot be written"))?;
    say!("{}", args.out.display());
    say!("sandtable run --city {}", args.out.display());
    Ok(true)
}

pub fn synth(args: &SynthArgs) -> Done {
    let spec = SynthSpec {
        seed: args.seed,
        residents: args.residents,
        width_m: args.width,
        height_m: args.height,
        cell_m: args.cell,
        terrain: match args.terrain {
            Terrain::DeltaPolder => TerrainKind::DeltaPolder,
            Terrain::LakeShore => TerrainKind::LakeShore,
            Terrain::MountainValley => TerrainKind::MountainValley,
        },
    };
    let wrong = spec.check("command line");
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let city = synthesise(&spec);
    folder::save(&city, &args.out).map_err(io(&args.out, "cannot be written"))?;
    say!(
        "{}: {} residents, {} buildings, {} links; {}",
        city.name.en,
        city.residents(),
        city.buildings.len(),
        city.links.len(),
        args.out.display()
    );
    Ok(true)
}
