//! The shallow-water solver: water on a grid, given to and taken from by named accounts. A crate of its own, since its kernels
//! are compiled for three widths of vector registers and two precisions, which takes longer than all that is built on them.

pub mod flow;
pub mod ledger;
pub mod solver;
