//! `sandtable gas`: a chemical release on its own, from a deck or from a few flags, to threat zones, doses, maps and files.

mod flags;
mod table;

use crate::args::GasArgs;
use crate::commands::Done;
use crate::flood::FONT;
use consequence::deck::{self, Deck, Loaded, write};
use sim_core::base::complaint::Complaints;
use sim_core::base::fold::with_threads;
use std::path::{Path, PathBuf};

pub fn gas(args: &GasArgs) -> Done {
    if let Some(folder) = &args.new {
        return example(folder);
    }
    let loaded = match (&args.deck, &args.simple.substance) {
        (Some(path), _) => read(path)?,
        (None, Some(substance)) => flags::deck(&args.simple, substance)?,
        (None, None) => {
            let hint = "sandtable gas --new my_leak writes one to begin with; sandtable gas --help lists the flags of a simple release";
            return Err(Complaints::one("gas", "neither a deck nor a --substance is named", hint));
        }
    };
    with_threads(args.threads, || run(args, &loaded))
}

fn read(path: &Path) -> Result<Loaded, Complaints> {
    let file = if path.is_dir() { path.join("deck.ron") } else { path.to_path_buf() };
    Deck::read(&file)
}

fn run(args: &GasArgs, loaded: &Loaded) -> Done {
    let model = match &args.deck {
        Some(_) => loaded.build()?,
        None => loaded.build().map_err(flags::in_flags)?,
    };
    if args.check {
        if !args.json {
            say!("{}", table::checked(&model, args.lang.into()));
        }
        return Ok(true);
    }
    let outcome = deck::run(&model);
    let out = args.out.clone().unwrap_or_else(|| PathBuf::from("out").join(stem(args, &model.substance.key)));
    let written = write::folder(&model, &outcome, &out, Some(FONT))?;
    if args.json {
        say!("{:#}", write::summary::json(&model, &outcome));
    } else {
        say!("{}", table::table(&model, &outcome, &written, args.lang.into()));
    }
    Ok(true)
}

/// Name of the usual output folder: the deck's, or that of the folder in which a `deck.ron` lies, or the substance's.
fn stem(args: &GasArgs, substance: &str) -> String {
    let name = |p: &Path| p.file_stem().map(|s| s.to_string_lossy().into_owned());
    match &args.deck {
        None => format!("gas_{substance}"),
        Some(path) => match name(path) {
            Some(stem) if stem != "deck" => stem,
            _ => path.parent().and_then(name).unwrap_or_else(|| format!("gas_{substance}")),
        },
    }
}

/// A release with a comment on every line, ready to run.
fn example(folder: &Path) -> Done {
    let wrong = |e: std::io::Error| Complaints::one(folder, format!("cannot be written: {e}"), "");
    let file = folder.join("deck.ron");
    if file.exists() {
        return Err(Complaints::one(folder, "holds a deck.ron already", "name another folder"));
    }
    std::fs::create_dir_all(folder).map_err(wrong)?;
    std::fs::write(&file, deck::example::DECK).map_err(wrong)?;
    say!("sandtable gas {} --out {}", file.display(), folder.join("out").display());
    Ok(true)
}
