//! Floor 3, hazards: each writes layers and owns its levers.

pub mod flood;
pub mod gas;
