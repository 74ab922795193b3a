//! The command line of Sandtable. Exit codes: 0 done, 1 a check failed, 2 could not run.

/// Prints a line; a reader that has had enough (`| head`) ends the program quietly.
macro_rules! say {
    ($($arg:tt)*) => {{
        use std::io::Write;
        if writeln!(std::io::stdout(), $($arg)*).is_err() {
            std::process::exit(0);
        }
    }};
}

mod args;
mod case;
mod commands;
mod export;
mod flood;
mod gas;
mod validate;

use args::{Cli, Command, ValidateWhat};
use clap::{CommandFactory, Parser};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command.unwrap_or_else(|| Command::Run(args::RunArgs { seed: 7, ..Default::default() })) {
        Command::Run(args) => commands::run(&args),
        Command::Check(args) => commands::check(&args),
        Command::Report(args) => commands::report(&args),
        Command::Diff(args) => commands::diff(&args),
        #[cfg(feature = "gui")]
        Command::View(args) => commands::view(&args),
        Command::Import(args) => commands::import(&args),
        Command::Synth(args) => commands::synth(&args),
        Command::Export(args) => export::export(&args),
        Command::Flood(args) => flood::flood(&args),
        Command::Gas(args) => gas::gas(&args),
        Command::Validate { what: ValidateWhat::Flood(args) } => validate::flood(&args),
        Command::Validate { what: ValidateWhat::Gas(args) } => validate::gas(&args),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "sandtable", &mut std::io::stdout());
            Ok(true)
        }
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(complaints) => {
            eprintln!("{complaints}");
            ExitCode::from(2)
        }
    }
}
