//! x
pub mod osm;
