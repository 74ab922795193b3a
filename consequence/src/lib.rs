//! The consequence engine (后果模型): what a chemical release, a fire or an explosion does to the air, to buildings and to
//! people. It knows a grid, weather, substances and sources; it knows no city.

pub mod blast;
pub mod city;
pub mod deck;
pub mod dense;
pub mod fire;
pub mod harm;
pub mod puff;
pub mod release;
pub mod source;
pub mod substance;
pub mod validate;
pub mod weather;
pub mod zones;
