//! Sandtable's flood engine. It knows a grid, water, weather and what is built in the water's way; it knows no city,
//! no people and no drill. `sim-core` lays it over a city, `sandtable flood` runs it alone.

pub mod cases;
pub mod channel;
pub mod deck;
pub mod files;
pub mod flow;
pub mod forcing;
pub mod layers;
pub mod ledger;
pub mod mountain;
pub mod sewer;
pub mod solver;
pub mod structures;
pub mod validate;
