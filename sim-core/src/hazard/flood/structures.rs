//! What is built in the water's way: levees at work during a tick, pump stations, mobile pumps.

use super::levee::{Breach, LeveeState, Reach};
use super::{Flood, FloodNews};
use crate::base::ids::{FacilityId, LeveeId};
use crate::base::text::Text;
use hydro::flow::{Account, Flow};
use hydro::structures::breach::verheij_m_h;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

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

impl Flood {
    pub(super) fn breach(&mut self, levee: LeveeId, width_max_m: f64, widen_m_h: f64, now_s: f64) {
        let Some(reach) = self.ground.reaches.get(levee.index()) else { return };
        if let LeveeState::Breached(breach) = &mut self.works.levees[levee.index()] {
            (breach.width_max_m, breach.widen_m_h) = (breach.width_max_m.max(width_max_m), widen_m_h);
            return;
        }
        let (along_m, at) = reach.middle(&self.ground.city);
        let width_m = self.ground.spec.breach.first_width_m.min(width_max_m);
        self.works.levees[levee.index()] = LeveeState::Breached(Breach {
            x: at.x,
            y: at.y,
            along_m,
            since_s: now_s,
            width_m,
            width_max_m,
            widen_m_h,
            closed_m: 0.0,
        });
        self.pending.push(FloodNews::Breached { levee, x: at.x, y: at.y });
    }

    /// Puts the bed of a reach where its breach has it at `at_s`. Depths stay, so no water is made or lost.
    pub(super) fn burn(&mut self, levee: usize, breach: Option<&Breach>, at_s: f64) {
        let fall_s = self.ground.spec.breach.fall_s;
        let fallen = breach.map_or(0.0, |b| if fall_s > 0.0 { (at_s - b.since_s) / fall_s } else { 1.0 });
        let ground = Arc::clone(&self.ground);
        for (cell, bed_m) in ground.reaches[levee].beds(breach, ground.city.grid.cell_m, fallen) {
            self.solver.set_bed_m(cell, bed_m);
        }
    }

    pub(super) fn levees(&mut self, now_s: f64, dt_s: f64) {
        let ground = Arc::clone(&self.ground);
        let spec = &ground.spec.breach;
        for levee in 0..self.works.levees.len() {
            let reach = &ground.reaches[levee];
            match self.works.levees[levee] {
                LeveeState::Whole => {}
                LeveeState::Seeping { strengthened, .. } => {
                    let (along_m, _) = reach.middle(&ground.city);
                    let Some((a, b)) = reach.sides(&ground.city, along_m) else { continue };
                    let (high, low) = if self.stage_m(a) >= self.stage_m(b) { (a, b) } else { (b, a) };
                    // The leak grows with the head from nothing to `seep_m2_s` with the water at the crest.
                    let head = self.stage_m(high) - self.stage_m(low).max(reach.toe_m);
                    let share = (head / (reach.crest_m - reach.toe_m).max(0.1)).clamp(0.0, 1.0);
                    let q = spec.seep_m2_s * spec.seep_length_m * share * (1.0 - strengthened).max(0.0);
                    self.pump(&[high], Some(low), q * dt_s);
                }
                LeveeState::Breached(mut breach) => {
                    let hours = (now_s + 0.5 * dt_s - breach.since_s - spec.fall_s) / 3600.0;
                    // Crews armour the heads of a breach first: it widens no more once they close it (assumption).
                    if hours > 0.0 && breach.closed_m <= 0.0 {
                        let law = verheij_m_h(self.head_m(reach, &breach), hours, spec.critical_m_s);
                        let grown = law.min(breach.widen_m_h.max(0.0)) * dt_s / 3600.0;
                        breach.width_m = (breach.width_m + grown).min(breach.width_max_m);
                    }
                    self.works.levees[levee] = LeveeState::Breached(breach);
                    self.burn(levee, Some(&breach), now_s + dt_s);
                }
            }
        }
    }

    /// Head over a breach, m: levels above the toe on the two sides.
    pub(super) fn head_m(&self, reach: &Reach, breach: &Breach) -> f64 {
        let Some((a, b)) = reach.sides(&self.ground.city, breach.along_m) else { return 0.0 };
        let level = |cell: usize| self.stage_m(cell).max(reach.toe_m);
        (level(a) - level(b)).abs()
    }

    pub(super) fn set_pump(&mut self, facility: FacilityId, running: bool) {
        let Some(k) = self.pump_of(facility) else { return };
        if running == self.works.pumps_on[k] {
            return;
        }
        if !running {
            self.works.pumps_on[k] = false;
            let why = Text::new("奉命停机", "switched off by order");
            self.pending.push(FloodNews::PumpStopped { facility, why });
        } else if self.solver.depth_m(self.ground.pump_floor[k]) <= PUMP_DROWNS_M {
            self.works.pumps_on[k] = true;
            self.pending.push(FloodNews::PumpStarted(facility));
        } else {
            let why = Text::new("机房进水，无法启动", "its floor is under water: cannot start");
            self.pending.push(FloodNews::PumpStopped { facility, why });
        }
    }

    pub(super) fn pumps(&mut self, now_s: f64, dt_s: f64, news: &mut Vec<FloodNews>) {
        let ground = Arc::clone(&self.ground);
        for (k, pump) in ground.spec.pumps.iter().enumerate() {
            if !self.works.pumps_on[k] {
                continue;
            }
            if self.solver.depth_m(ground.pump_floor[k]) > PUMP_DROWNS_M {
                self.works.pumps_on[k] = false;
                let why = Text::new("机房进水停机", "stopped: its floor is under water");
                news.push(FloodNews::PumpStopped { facility: pump.facility, why });
                continue;
            }
            self.pump(&pump.inlet_cells, pump.outlet_cell, pump.rate_m3_s * dt_s);
        }
        self.works.mobile.retain(|m| m.until_s > now_s);
        for k in 0..self.works.mobile.len() {
            let mobile = self.works.mobile[k].clone();
            let works_s = (mobile.until_s - now_s).min(dt_s);
            self.pump(&mobile.inlet_cells, mobile.outlet_cell, mobile.rate_m3_s * works_s);
        }
    }

    /// Moves up to `volume_m3` out of some cells, from each in proportion to what it has.
    pub(super) fn pump(&mut self, inlet: &[usize], outlet: Option<usize>, volume_m3: f64) {
        let there: f64 = inlet.iter().map(|&c| self.solver.free_m3(c)).sum();
        if there <= 0.0 || volume_m3 <= 0.0 {
            return;
        }
        let share = (volume_m3 / there).min(1.0);
        let account = if outlet.is_some() { Account::Structure } else { Account::Pump };
        let mut taken = 0.0;
        for &cell in inlet {
            taken += self.solver.take_m3(cell, share * self.solver.free_m3(cell), account);
        }
        if let Some(cell) = outlet {
            self.solver.give_m3(cell, taken, account);
        }
    }
}
