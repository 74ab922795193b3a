//! Floor 3, travel: everyone who has a trip moves here.
