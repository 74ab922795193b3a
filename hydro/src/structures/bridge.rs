//! Bridges (桥) whose embankments and decks stand in the water: an opening under the deck, debris before it, and the road
//! on top.
//!
//! Low flow passes the opening as over a drowned weir on the bed, pressure flow (deck in the water) as through an orifice
//! with Cd 0.8 when both faces are under (value of HEC-RAS's manual, from memory). Above the deck's top water passes over the
//! faces in the solver.
//!
//! Debris (漂浮物): the blocked share of the opening grows while the discharge is above a reference,
//!
//!   dB/dt = rate (Q/Qref - 1)       up to a most;    cleared by crews
//!
//! which is a form of our own (assumption): guides give blockage by design only (10-50 %), not in time.

use super::check::Check;
use super::exchange::pass;
use super::line::{Joint, Link};
use super::news::{News, StructureNews};
use super::weir::{BROAD, Opening};
use crate::flow::Flow;
use serde::{Deserialize, Serialize};

/// How debris gathers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DebrisSpec {
    /// Discharge from which debris comes along, m3/s.
    pub from_m3_s: f64,
    /// Blocked share an hour at twice that discharge.
    pub per_hour: f64,
    /// Never more than this share.
    pub most: f64,
}

/// A bridge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BridgeSpec {
    pub name: String,
    /// The wall is the line of embankments and deck; its top is the road or parapet.
    pub joint: Joint,
    /// Clear width of all spans, piers taken off, m.
    pub width_m: f64,
    pub bed_m: f64,
    /// Underside of the deck, m.
    pub soffit_m: f64,
    #[serde(default = "cd")]
    pub cd: f64,
    /// Blocked share at the start.
    #[serde(default)]
    pub blocked: f64,
    #[serde(default)]
    pub debris: Option<DebrisSpec>,
}

fn cd() -> f64 {
    0.8
}

impl BridgeSpec {
    pub(super) fn check(&self, check: &mut Check) -> Option<Link> {
        check.of("bridge", &self.name);
        check.positive("width_m", self.width_m);
        check.positive("cd", self.cd);
        if check.finite("bed_m", self.bed_m) && check.finite("soffit_m", self.soffit_m) && self.soffit_m <= self.bed_m {
            check.wrong(format_args!("soffit_m {} is not above bed_m {}", self.soffit_m, self.bed_m), "a higher level");
        }
        check.share("blocked", self.blocked);
        if let Some(debris) = &self.debris {
            check.positive("from_m3_s", debris.from_m3_s);
            check.not_negative("per_hour", debris.per_hour);
            check.share("most", debris.most);
        }
        self.joint.check(check)
    }
}

/// What changes in a bridge.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct BridgeState {
    pub blocked: f64,
    told: bool,
    /// Mean discharge over the last step, m3/s, positive from the inner to the outer side.
    pub discharge_m3_s: f64,
}

impl BridgeState {
    pub(super) fn new(spec: &BridgeSpec) -> BridgeState {
        BridgeState { blocked: spec.blocked, ..Default::default() }
    }
}

/// Lets water under a bridge for a step and gathers its debris.
pub(super) fn step(
    spec: &BridgeSpec,
    link: &Link,
    state: &mut BridgeState,
    flow: &mut dyn Flow,
    dt_s: f64,
    news: &mut News,
) {
    let opening = Opening {
        width_m: spec.width_m * (1.0 - state.blocked),
        sill_m: spec.bed_m,
        height_m: spec.soffit_m - spec.bed_m,
        cd: spec.cd,
        weir: BROAD,
    };
    let passed = pass(flow, &link.a, &link.b, spec.bed_m, dt_s, &|a, b| opening.discharge_m3_s(a, b));
    state.discharge_m3_s = if dt_s > 0.0 { passed / dt_s } else { 0.0 };
    if let Some(debris) = &spec.debris {
        let more = (state.discharge_m3_s.abs() / debris.from_m3_s - 1.0).max(0.0) * debris.per_hour * dt_s / 3600.0;
        state.blocked = (state.blocked + more).min(debris.most.max(state.blocked));
    }
    if state.blocked > 0.5 && !state.told {
        news.push(StructureNews::BridgeBlocked { bridge: spec.name.clone(), share: state.blocked });
    }
    state.told = state.blocked > 0.5;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Buckets;
    use base::grid::{Grid, Point};

    fn spec() -> BridgeSpec {
        BridgeSpec {
            name: "old bridge".into(),
            joint: Joint::between(Point::new(50.0, 50.0), Point::new(150.0, 50.0)),
            width_m: 20.0,
            bed_m: 0.0,
            soffit_m: 3.0,
            cd: 0.8,
            blocked: 0.0,
            debris: Some(DebrisSpec { from_m3_s: 50.0, per_hour: 0.2, most: 0.7 }),
        }
    }

    #[test]
    fn debris_grows_with_the_discharge_raises_the_afflux_and_is_told_once() {
        // Grade: behaviour (20 m x 1.7 x 2^1.5 = 96.2 m3/s at first: 0.2 x (96.2/50 - 1) = 0.185 an hour).
        let (spec, mut news) = (spec(), News::new());
        let mut state = BridgeState::new(&spec);
        let grid = Grid { nx: 2, ny: 1, cell_m: 1e4, x0: 0.0, y0: 0.0 };
        let mut flow = Buckets::new(grid, vec![0.0; 2], vec![2.0, 0.0]);
        let link = Link { a: vec![0], b: vec![1], wall: None, wall_top_m: 0.0 };
        step(&spec, &link, &mut state, &mut flow, 1.0, &mut news);
        let first = state.discharge_m3_s;
        assert!((first - 96.17).abs() < 0.05, "{first}");
        for _ in 0..359 {
            step(&spec, &link, &mut state, &mut flow, 10.0, &mut news);
        }
        assert!(state.blocked > 0.14 && state.blocked < 0.19, "{}", state.blocked);
        assert!(state.discharge_m3_s < 0.87 * first);
        for _ in 0..100 {
            (flow.depth_m[0], flow.depth_m[1]) = (5.0, 0.0);
            step(&spec, &link, &mut state, &mut flow, 600.0, &mut news);
        }
        assert_eq!(state.blocked, 0.7);
        assert_eq!(news.len(), 1, "{news:?}");
    }

    #[test]
    fn a_deck_in_the_water_passes_an_orifice_and_less_than_the_open_river() {
        // Grade: reference (pressure flow, both sides under: 0.8 x 20 x 3 x sqrt(2 g 0.5) = 150.3 m3/s).
        let opening = Opening { width_m: 20.0, sill_m: 0.0, height_m: 3.0, cd: 0.8, weir: BROAD };
        let q = opening.discharge_m3_s(5.5, 5.0);
        assert!((q - 150.34).abs() < 0.05, "{q}");
    }
}
