//! Floor 3, hazards: each writes layers and owns its levers.
