//! Evidence: the solver against exact solutions, the published benchmarks, experiments and other packages.

pub mod analytic;
