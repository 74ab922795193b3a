//! Tests of the whole program: contracts that no single room can keep alone.

mod bad_input;
mod cli;
mod determinism;
mod gas;
mod gas_drill;
mod golden;
mod import_towns;
mod invariants;
mod tidy;
mod town;
