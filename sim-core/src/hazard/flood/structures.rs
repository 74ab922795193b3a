//! Pump stations and mobile pumps.

use crate::base::ids::FacilityId;
use serde::{Deserialize, Serialize};

/// Water on a pump station's floor that stops it, m (assumption: motors and switchgear stand on plinths of 0.8 m).
pub const PUMP_DROWNS_M: f64 = 0.8;
/// Radius from which a mobile pump takes water, m (assumption: suction hoses).
pub const MOBILE_REACH_M: f64 = 30.0;

/// A pump station: moves water from its inlet to its outlet, or out of the area when it has none on the grid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PumpSpec {
    pub facility: FacilityId,
    pub inlet_cells: Vec<usize>,
    pub outlet_cell: Option<usize>,
    pub rate_m3_s: f64,
}

/// A mobile pump at work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MobilePump {
    pub inlet_cells: Vec<usize>,
    pub outlet_cell: Option<usize>,
    pub rate_m3_s: f64,
    pub until_s: f64,
}
