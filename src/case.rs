//! `sandtable flood --case`: one of the large generated cases, with what must come out of it as a table of facts.

use crate::args::FloodArgs;
use crate::commands::Done;
use crate::flood::FONT;
use hydro::cases::{self, picture, run::Outcome, run::Progress};
use hydro::flow::Account;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use sim_core::base::complaint::Complaints;
use sim_core::base::fold::with_threads;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Width of the maps, px.
const MAP_PX: u32 = 1400;

/// Runs a case by its name; exit code 1 when one of its facts does not hold.
pub fn run(args: &FloodArgs, name: &str) -> Done {
    let bar = if args.json { ProgressBar::hidden() } else { ProgressBar::new(1000) };
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {msg}  {elapsed} / {eta}");
    bar.set_style(style.expect("the template is a constant"));
    let mut watch = |p: Progress| {
        bar.set_position((1000.0 * p.now_s / p.end_s) as u64);
        bar.set_message(format!(
            "{:.1} h, {} steps, {:.1} G cell updates, {:.0} % wet",
            p.now_s / 3600.0,
            p.steps,
            p.cell_updates as f64 / 1e9,
            100.0 * p.wet_share
        ));
        true
    };
    let outcome = with_threads(args.threads, || cases::run(name, args.small, &mut watch))?;
    bar.finish_and_clear();
    let outcome = outcome.expect("this watch never calls a run off");
    let folder = args.out.clone().unwrap_or_else(|| PathBuf::from("out").join(name));
    write(&outcome, &folder)?;
    if args.json {
        say!("{:#}", summary(&outcome));
    } else {
        print(&outcome);
        say!("{}", folder.display());
    }
    Ok(outcome.holds())
}

/// Facts, balance and cost.
fn print(outcome: &Outcome) {
    for fact in &outcome.facts {
        say!("{}  {}", if fact.holds { "pass" } else { "FAIL" }, fact.name);
        say!("      {}", fact.found);
    }
    let (ledger, cost) = (&outcome.ledger, &outcome.cost);
    let accounts: Vec<String> = Account::ALL
        .iter()
        .filter(|account| ledger.of(**account) != 0.0)
        .map(|account| format!("{account:?} {:+.4e}", ledger.of(*account)))
        .collect();
    say!(
        "\nledger, m3: start {:.6e}, {}, now {:.6e}; error {:.1e}",
        ledger.start_m3,
        accounts.join(", "),
        ledger.now_m3,
        ledger.error()
    );
    let solver_s = cost.wall_s - cost.weather_s - cost.works_s - cost.looks_s;
    say!(
        "time: {:.1} s, of which solver {solver_s:.1}, rain and debris {:.1}, structures {:.1}, layers and gauges {:.1}",
        cost.wall_s,
        cost.weather_s,
        cost.works_s,
        cost.looks_s
    );
    say!(
        "{} cells, {:.1} % wet at most; {} steps, {:.2} G cell updates, {:.1} M/s",
        cost.cells,
        100.0 * cost.wet_share,
        cost.steps,
        cost.cell_updates as f64 / 1e9,
        cost.cell_updates as f64 / cost.wall_s.max(1e-9) / 1e6
    );
    let peak = peak_bytes()
        .map_or(String::new(), |bytes| format!("; whole program {:.0} at its peak", bytes / cost.cells as f64));
    say!("bytes a cell: solver {:.1}, layers {:.1}{peak}", cost.solver_bytes, cost.layers_bytes);
}

/// Most memory that the program ever held, where the system tells (Linux).
fn peak_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<f64>().ok().map(|kib| 1024.0 * kib)
}

fn summary(outcome: &Outcome) -> Value {
    let ledger = &outcome.ledger;
    let accounts: Vec<(String, Value)> =
        Account::ALL.iter().map(|account| (format!("{account:?}"), json!(ledger.of(*account)))).collect();
    json!({
        "case": outcome.case,
        "holds": outcome.holds(),
        "facts": outcome.facts,
        "cost": outcome.cost,
        "ledger_m3": {
            "start": ledger.start_m3,
            "accounts": accounts.into_iter().collect::<serde_json::Map<String, Value>>(),
            "now": ledger.now_m3,
            "error": ledger.error(),
        },
        "interventions": outcome.interventions,
    })
}

/// Maps, tables, events and the summary.
fn write(outcome: &Outcome, folder: &Path) -> Result<(), Complaints> {
    let put = |file: PathBuf, text: String| {
        std::fs::write(&file, text).map_err(|e| Complaints::one(&file, format!("cannot be written: {e}"), ""))
    };
    std::fs::create_dir_all(folder).map_err(|e| Complaints::one(folder, format!("cannot be made: {e}"), ""))?;
    for layer in &outcome.layers {
        picture::write(outcome, layer, &folder.join(format!("{}.png", layer.name)), MAP_PX, FONT)?;
    }
    for table in &outcome.tables {
        let mut text = table.columns.join(",") + "\n";
        for row in &table.rows {
            let cells: Vec<String> = row.iter().map(|v| format!("{v:.6}")).collect();
            text += &(cells.join(",") + "\n");
        }
        put(folder.join(format!("{}.csv", table.name)), text)?;
    }
    let mut events = String::new();
    for (at_s, what) in &outcome.events {
        let _ = writeln!(events, "{:.2} h {what}", at_s / 3600.0);
    }
    put(folder.join("events.txt"), events)?;
    put(folder.join("summary.json"), format!("{:#}\n", summary(outcome)))
}
