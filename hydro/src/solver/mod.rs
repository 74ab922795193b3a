//! The shallow-water solvers.
