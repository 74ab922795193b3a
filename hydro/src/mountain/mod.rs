//! Floods of steep country (山洪): bulked and debris-laden flow, dams and landslide lakes that fail, the rain that sets
//! slopes and gullies moving, and how far they run. Equations, sources and limits: docs/models/mountain_flood.md.

pub mod dam;
pub mod debris;
pub mod equilibrium;
pub mod rheology;
pub mod runout;
pub mod trigger;

/// Density of water, kg/m3.
pub const WATER_KG_M3: f64 = 1000.0;
/// Density of the grains, kg/m3 (quartz and most rock).
pub const GRAIN_KG_M3: f64 = 2650.0;
