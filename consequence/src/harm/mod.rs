//! Harm (伤害): from concentrations, heat and overpressure to people. Pure functions for one value, and columns for a million people.
//!
//! - [`concentration`] reads a level of concern in ppm or mg/m3;
//! - [`toxic`] has AEGL times, toxic loads and probits, [`table`] the same as a table for many;
//! - [`indoor`] has the air exchange of buildings and vehicles, [`enclosure`] the air in many of them;
//! - [`gear`] is what responders wear;
//! - [`exposure`] are the people and what they breathed;
//! - [`advice`] compares staying with leaving;
//! - [`thermal`] and [`blast`] are burns and blast injuries.
//!
//! All lethality figures are planning estimates.

pub mod advice;
pub mod blast;
pub mod concentration;
pub mod enclosure;
pub mod exposure;
pub mod gear;
pub mod indoor;
pub mod table;
pub mod thermal;
pub mod toxic;

use serde::{Deserialize, Serialize};

/// How badly someone is hurt, as triage parts it (检伤分类).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[repr(u8)]
pub enum Severity {
    #[default]
    Unhurt = 0,
    /// Walks, needs care (绿).
    Minor = 1,
    /// Needs a hospital within hours, may not get out unaided (黄).
    Serious = 2,
    /// In danger of life (红).
    Critical = 3,
    Dead = 4,
}

impl Severity {
    /// Has to be fetched.
    pub fn needs_rescue(self) -> bool {
        matches!(self, Severity::Serious | Severity::Critical)
    }
    pub fn needs_hospital(self) -> bool {
        matches!(self, Severity::Serious | Severity::Critical)
    }
}
