//! Floor 2, the ground: terrain, layers, roads, buildings, facilities; where cities come from.

pub mod city;
pub mod fixture;
pub mod folder;
pub mod grid;
pub mod roads;
pub mod synth;
