//! `sandtable validate gas`: sources, clouds, fires, blasts and harm against experiments, published outputs and worked examples.

use super::{prepare, wanted, write_plots};
use crate::args::ValidateArgs;
use crate::commands::Done;
use consequence::validate::{Bench, cases};
use std::time::Instant;

/// Where third-party data lies beside the repository, when nothing is said.
const DATA: &str = "../shared/data/chemical";

pub fn gas(args: &ValidateArgs) -> Done {
    let all = cases();
    let names: Vec<&str> = all.iter().map(|case| case.name).collect();
    let data = prepare(args, &names, DATA)?;
    let started = Instant::now();
    let clock = move || started.elapsed().as_secs_f64();
    let bench = Bench { data, quick: args.quick, clock: &clock };
    let (mut judged, mut held, mut skipped, mut failed) = (0, 0, Vec::new(), Vec::new());
    for case in all.iter().filter(|case| wanted(args, case.name, case.quick)) {
        let result = (case.run)(&bench);
        say!("\n{}: {}", case.name, case.about);
        result.skipped.iter().for_each(|why| say!("  {why}"));
        result.rows.iter().for_each(|row| say!("  {}", row.line()));
        result.notes.iter().for_each(|note| say!("  note: {note}"));
        judged += result.rows.len();
        held += result.rows.iter().filter(|row| row.passes()).count();
        if let Some(why) = &result.skipped {
            skipped.push(format!("{}: {why}", case.name));
        }
        if !result.passes() {
            failed.push(case.name);
        }
        if let Some(folder) = &args.plots {
            write_plots(folder, &result.name, &result.panels)?;
        }
    }
    say!("\n{held} of {judged} rows hold, in {:.0} s", clock());
    skipped.iter().for_each(|why| say!("  {why}"));
    if !failed.is_empty() {
        say!("FAILED: {}", failed.join(", "));
    }
    Ok(failed.is_empty())
}
