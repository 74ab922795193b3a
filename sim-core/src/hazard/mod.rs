//! Floor 3, hazards: each writes layers and owns its levers.

pub mod fire;
pub mod flood;
pub mod gas;
