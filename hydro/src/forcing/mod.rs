//! What drives a flood from outside: rain, infiltration, river inflow, tide and surge, typhoon, lake. Each file holds a
//! spec (read from RON, checked all at once) and what is bound from it; `sources` gives them to any [`crate::flow::Flow`].

pub mod hydrograph;
pub mod infiltration;
pub mod lake;
pub mod place;
pub mod rain;
pub mod raincell;
pub mod series;
pub mod setup;
pub mod sources;
pub mod storm;
pub mod taihu2020;
pub mod tide;
pub mod typhoon;
