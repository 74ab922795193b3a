//! Floor 2, the ground: terrain, layers, roads, buildings, facilities; where cities come from.

pub mod city;
pub mod dem;
pub mod fixture;
pub mod folder;
pub mod geotiff;
pub use base::grid;
pub mod import;
pub mod roads;
pub mod synth;
