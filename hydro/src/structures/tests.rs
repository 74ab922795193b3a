//! The bundle as a whole.
