//! `sandtable validate gas`: sources, clouds, fires, blasts and harm against experiments, published outputs and worked examples.

use super::{Tally, prepare, wanted, write_plots};
use crate::args::ValidateArgs;
use crate::commands::Done;
use consequence::validate::{Bench, Bound, cases};
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
    let mut tally = Tally::default();
    for case in all.iter().filter(|case| wanted(args, case.name, case.quick)) {
        let result = (case.run)(&bench);
        say!("\n{}: {}", case.name, case.about);
        result.skipped.iter().for_each(|why| say!("  {why}"));
        result.rows.iter().for_each(|row| say!("  {}", row.line()));
        result.notes.iter().for_each(|note| say!("  note: {note}"));
        let rows = result.rows.iter().map(|row| (row.bound != Bound::Shown, row.passes()));
        tally.add(case.name, rows, result.skipped.as_ref());
        if let Some(folder) = &args.plots {
            write_plots(folder, &result.name, &result.panels)?;
        }
    }
    Ok(tally.tell(clock()))
}
