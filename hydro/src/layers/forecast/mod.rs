//! Flood forecasts for command posts (洪水预报): a coarse run from what is believed, many times over, each time believing
//! something slightly different.

pub mod coarse;
pub mod rain;
