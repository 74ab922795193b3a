//! Floor 0 of Sandtable: ids, time, chance, ordered parallel sums, exact maths, the metric grid, complaints.

pub mod chance;
pub mod complaint;
pub mod digest;
pub mod fold;
pub mod grid;
pub mod ids;
pub mod math;
pub mod raster;
pub mod text;
pub mod time;
