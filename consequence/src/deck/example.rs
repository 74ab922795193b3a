//! The deck that `sandtable gas --new` writes: a chlorine tank with a hole, a turning wind, a school and a command post. Its purpose is to
//! be changed.

/// The deck, with a comment on every line.
pub const DECK: &str = include_str!("example.ron");
