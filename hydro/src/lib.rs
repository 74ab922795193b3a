//! Sandtable's flood engine. It knows a grid, water, weather and what is built in the water's way; it knows no city,
//! no people and no drill. `sim-core` lays it over a city, `sandtable flood` runs it alone.

pub mod cases;
pub mod channel;
pub mod deck;
pub mod files;
pub mod forcing;
pub mod layers;
pub mod mountain;
pub mod sewer;
pub mod structures;
pub mod validate;

pub use shallow::{flow, ledger, solver};
