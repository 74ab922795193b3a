//! Storm sewers (雨水管网).

pub mod inlet;
pub mod network;
pub mod swmm_inp;
pub mod verify;
