//! Pump stations (泵站) and mobile pumps (移动泵车).
//!
//! A station has sets of pumps, each with a curve Q(H) of discharge against total head. The head is what the station lifts
//! plus what its pipes lose; the working point is where the two meet:
//!
//!   H(Q) = outlet level - inlet level + k Q^2
//!
//! Sets start one after another at rising inlet levels and stop at lower ones (hysteresis), each some time after its start
//! was called for. A station stops when its power is out and when water on its own floor drowns the motors.

use super::check::Check;
use super::exchange::{Pool, give_m3, take_m3};
use super::news::{News, StructureNews};
use crate::flow::{Account, Flow};
use base::grid::{Grid, Point};
use base::math;
use base::text::Text;
use serde::{Deserialize, Serialize};

/// Water on a station's floor that stops it, m (assumption: motors and switchgear stand on plinths of 0.8 m).
pub const DROWNS_M: f64 = 0.8;
/// Radius from which a pump takes water where no other is given, m (assumption: suction hoses, sump and screens).
pub const REACH_M: f64 = 30.0;

/// Like pumps that switch together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetSpec {
    /// (Head m, discharge m3/s) of one pump: heads rising, discharges falling. One point: the same at any head.
    pub curve: Vec<(f64, f64)>,
    /// How many of them.
    #[serde(default = "one")]
    pub pumps: u32,
    /// Inlet level at which they start, and at which they stop, m.
    pub on_m: f64,
    pub off_m: f64,
    /// From the call to full discharge, s.
    #[serde(default)]
    pub start_delay_s: f64,
}

fn one() -> u32 {
    1
}

/// A pump station.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PumpSpec {
    pub name: String,
    pub inlet: Point,
    /// Where the water goes; out of the area where not given.
    #[serde(default)]
    pub outlet: Option<Point>,
    /// Level of the water it lifts to when that is not on the grid, m.
    #[serde(default)]
    pub outlet_level_m: Option<f64>,
    #[serde(default = "reach")]
    pub reach_m: f64,
    pub sets: Vec<SetSpec>,
    /// Losses of pipes and valves, k in k Q^2, m per (m3/s)^2.
    #[serde(default)]
    pub loss_s2_m5: f64,
    #[serde(default)]
    pub power: Option<String>,
    /// Where its motors stand, and the depth of water there that stops them, m.
    #[serde(default)]
    pub floor: Option<Point>,
    #[serde(default = "drowns")]
    pub drowns_m: f64,
    /// No pumping above this outlet level, m (止排水位).
    #[serde(default)]
    pub outlet_max_m: Option<f64>,
}

fn reach() -> f64 {
    REACH_M
}
fn drowns() -> f64 {
    DROWNS_M
}

/// A station on the grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Station {
    pub inlet: Vec<usize>,
    pub outlet: Vec<usize>,
    pub floor: Option<usize>,
}

/// The cells from which a pump takes: those within reach, or the one it stands in.
pub fn suction(grid: &Grid, at: Point, reach_m: f64) -> Vec<usize> {
    let cells = grid.cells_within(at, reach_m);
    if cells.is_empty() { grid.cell_at(at).into_iter().collect() } else { cells }
}

impl PumpSpec {
    pub(super) fn check(&self, check: &mut Check, powers: &[&str]) -> Option<Station> {
        check.of("pump", &self.name);
        let inlet = check.cell("inlet", self.inlet);
        let outlet = self.outlet.map(|p| check.cell("outlet", p));
        let floor = self.floor.map(|p| check.cell("floor", p));
        check.not_negative("reach_m", self.reach_m);
        check.not_negative("loss_s2_m5", self.loss_s2_m5);
        check.positive("drowns_m", self.drowns_m);
        for (field, level) in [("outlet_level_m", self.outlet_level_m), ("outlet_max_m", self.outlet_max_m)] {
            if let Some(level) = level {
                check.finite(field, level);
            }
        }
        if self.outlet.is_some() && self.outlet_level_m.is_some() {
            check.wrong("has an outlet on the grid and outlet_level_m too", "one of the two");
        }
        if let Some(power) = &self.power {
            check.known("power", power, powers);
        }
        if self.sets.is_empty() {
            check.wrong("has no sets", "one or more");
        }
        for set in &self.sets {
            if check.rising("curve", &set.curve, 1) {
                if set.curve.iter().any(|p| p.1 < 0.0) || set.curve.windows(2).any(|p| p[1].1 > p[0].1) {
                    check.wrong(
                        "curve's discharge is below 0 or rises with the head",
                        "one that falls to 0 at shut-off",
                    );
                }
                if self.outlet.is_none() && self.outlet_level_m.is_none() && set.curve.len() > 1 {
                    check.wrong(
                        "has a curve but no outlet and no outlet_level_m",
                        "one of them: without it there is no head",
                    );
                }
            }
            if set.pumps == 0 {
                check.wrong("has a set of 0 pumps", "1 or more");
            }
            if check.finite("on_m", set.on_m) && check.finite("off_m", set.off_m) && set.off_m >= set.on_m {
                check.wrong(format_args!("off_m {} is not below on_m {}", set.off_m, set.on_m), "a lower level");
            }
            check.not_negative("start_delay_s", set.start_delay_s);
        }
        let inlet_cells = suction(&check.grid, self.inlet, if self.reach_m.is_finite() { self.reach_m } else { 0.0 });
        if let (Some(inlet), Some(Some(outlet))) = (inlet, outlet)
            && (inlet == outlet || inlet_cells.contains(&outlet))
        {
            check.wrong("pumps into its own suction: the outlet is within reach of the inlet", "a shorter reach_m");
        }
        inlet?;
        Some(Station { inlet: inlet_cells, outlet: outlet.flatten().into_iter().collect(), floor: floor.flatten() })
    }
}

/// What changes in a station.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PumpState {
    /// By order: `false` stops it, whatever the levels.
    pub allowed: bool,
    /// Damaged until repaired: it drowned.
    pub drowned: bool,
    /// Per set: since when it has been called for; `None` when it stands.
    pub called_s: Vec<Option<f64>>,
    pub running: bool,
    /// Mean discharge over the last step, m3/s, and the sum so far, m3.
    pub discharge_m3_s: f64,
    pub pumped_m3: f64,
}

impl PumpState {
    pub(super) fn new(spec: &PumpSpec) -> PumpState {
        PumpState { allowed: true, called_s: vec![None; spec.sets.len()], ..Default::default() }
    }
}

/// Discharge of some sets together against a static head, m3/s, each set by its own curve and number of pumps.
pub fn working_point_m3_s(sets: &[&SetSpec], static_m: f64, loss_s2_m5: f64) -> f64 {
    let at =
        |head: f64| -> f64 { sets.iter().map(|set| f64::from(set.pumps) * math::interpolate(&set.curve, head)).sum() };
    // A curve ends where its maker ended it: beyond its last head nothing is lifted.
    let over = |set: &&SetSpec, head: f64| set.curve.len() > 1 && head > set.curve[set.curve.len() - 1].0;
    let lifts = |head: f64| -> f64 {
        let able: Vec<&SetSpec> = sets.iter().filter(|set| !over(set, head)).copied().collect();
        able.iter().map(|set| f64::from(set.pumps) * math::interpolate(&set.curve, head)).sum()
    };
    if loss_s2_m5 <= 0.0 {
        return lifts(static_m);
    }
    // What the pumps lift falls with the head, what the pipes ask for rises with the discharge: they meet once.
    let (mut least, mut most) = (0.0, at(f64::NEG_INFINITY));
    for _ in 0..60 {
        let middle = 0.5 * (least + most);
        if lifts(static_m + loss_s2_m5 * middle * middle) > middle { least = middle } else { most = middle }
    }
    least
}

/// Switches a station's sets and pumps for a step.
pub(super) fn step(
    spec: &PumpSpec,
    station: &Station,
    state: &mut PumpState,
    powered: bool,
    flow: &mut dyn Flow,
    now_s: f64,
    dt_s: f64,
    news: &mut News,
) {
    state.discharge_m3_s = 0.0;
    if station.floor.is_some_and(|cell| flow.depth_m(cell) > spec.drowns_m) {
        state.drowned = true;
    }
    let inlet_m = Pool::of_cells(flow, &station.inlet).level_m;
    let outlet_m = match (station.outlet.is_empty(), spec.outlet_level_m) {
        (false, _) => Pool::of_cells(flow, &station.outlet).level_m,
        (true, Some(level_m)) => level_m,
        (true, None) => inlet_m,
    };
    let too_high = spec.outlet_max_m.is_some_and(|most| outlet_m > most);
    let why = if state.drowned {
        Some(Text::new("机房进水停机", "its floor is under water"))
    } else if !powered {
        Some(Text::new("停电停机", "no power"))
    } else if !state.allowed {
        Some(Text::new("奉命停机", "switched off by order"))
    } else if too_high {
        Some(Text::new("外河超过止排水位", "the outer water is above the level at which pumping stops"))
    } else {
        None
    };
    for (set, called) in spec.sets.iter().zip(&mut state.called_s) {
        if why.is_some() || inlet_m <= set.off_m {
            *called = None;
        } else if called.is_none() && inlet_m >= set.on_m {
            *called = Some(now_s);
        }
    }
    let runs = state.called_s.iter().any(Option::is_some);
    if runs != state.running {
        state.running = runs;
        news.push(if runs {
            StructureNews::PumpStarted { pump: spec.name.clone() }
        } else {
            let why = why.unwrap_or_else(|| Text::new("已到停机水位", "the inlet is at the level at which it stops"));
            StructureNews::PumpStopped { pump: spec.name.clone(), why }
        });
    }
    // A set that comes on line within the step works for the rest of it.
    let mut working: Vec<(&SetSpec, f64)> = Vec::new();
    for (set, called) in spec.sets.iter().zip(&state.called_s) {
        if let Some(since_s) = called {
            let works_s = (now_s + dt_s - since_s - set.start_delay_s).clamp(0.0, dt_s);
            if works_s > 0.0 {
                working.push((set, works_s / dt_s));
            }
        }
    }
    if working.is_empty() {
        return;
    }
    let sets: Vec<&SetSpec> = working.iter().map(|w| w.0).collect();
    let full = working_point_m3_s(&sets, outlet_m - inlet_m, spec.loss_s2_m5);
    let share = working.iter().map(|w| w.1).sum::<f64>() / working.len() as f64;
    // Not below the level at which the last of them stops.
    let off_m = sets.iter().map(|set| set.off_m).fold(f64::INFINITY, f64::min);
    let cell_m2 = flow.grid().cell_m * flow.grid().cell_m;
    let above: f64 =
        station.inlet.iter().map(|&cell| (flow.stage_m(cell) - off_m).clamp(0.0, flow.depth_m(cell)) * cell_m2).sum();
    let account = if station.outlet.is_empty() { Account::Pump } else { Account::Structure };
    let taken = take_m3(flow, &station.inlet, (full * share * dt_s).min(above), account);
    give_m3(flow, &station.outlet, taken, account);
    state.discharge_m3_s = taken / dt_s;
    state.pumped_m3 += taken;
}

/// A mobile pump at work: what it can at any head, from the ground up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MobilePump {
    pub name: String,
    pub inlet: Point,
    #[serde(default)]
    pub outlet: Option<Point>,
    pub rate_m3_s: f64,
    #[serde(default = "reach")]
    pub reach_m: f64,
    /// From when until when it works, s.
    pub from_s: f64,
    pub until_s: f64,
}

impl MobilePump {
    /// Pumps for a step; gives the volume, m3.
    pub(super) fn step(&self, flow: &mut dyn Flow, now_s: f64, dt_s: f64) -> f64 {
        let works_s = (self.until_s.min(now_s + dt_s) - self.from_s.max(now_s)).clamp(0.0, dt_s);
        let grid = *flow.grid();
        let inlet = suction(&grid, self.inlet, self.reach_m);
        let outlet: Vec<usize> = self.outlet.and_then(|p| grid.cell_at(p)).into_iter().collect();
        let account = if outlet.is_empty() { Account::Pump } else { Account::Structure };
        let taken = take_m3(flow, &inlet, self.rate_m3_s * works_s, account);
        give_m3(flow, &outlet, taken, account);
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Buckets;

    fn set(on_m: f64, off_m: f64) -> SetSpec {
        SetSpec { curve: vec![(0.0, 2.0), (4.0, 1.5), (8.0, 0.0)], pumps: 1, on_m, off_m, start_delay_s: 0.0 }
    }
    fn spec() -> PumpSpec {
        PumpSpec {
            name: "Liuhe".into(),
            inlet: Point::new(5.0, 5.0),
            outlet: Some(Point::new(15.0, 5.0)),
            outlet_level_m: None,
            reach_m: 0.0,
            sets: vec![set(2.0, 1.0), SetSpec { start_delay_s: 60.0, pumps: 2, ..set(2.5, 1.5) }],
            loss_s2_m5: 0.0,
            power: None,
            floor: None,
            drowns_m: DROWNS_M,
            outlet_max_m: None,
        }
    }
    fn waters(inner_m: f64, outer_m: f64, cell_m: f64) -> (Buckets, Station) {
        let grid = Grid { nx: 2, ny: 1, cell_m, x0: 0.0, y0: 0.0 };
        let station = Station { inlet: vec![0], outlet: vec![1], floor: None };
        (Buckets::new(grid, vec![0.0; 2], vec![inner_m, outer_m]), station)
    }

    #[test]
    fn discharge_is_read_off_the_curve_and_the_pipes_take_their_part() {
        // Grade: reference (at 2 m: 1.75; three pumps at 6 m: 2.25; with k = 0.5: Q = 2 - (2 + Q^2/2)/8 at
        // Q = 8 (sqrt 1.4375 - 1) = 1.591663).
        let s = set(2.0, 1.0);
        assert!((working_point_m3_s(&[&s], 2.0, 0.0) - 1.75).abs() < 1e-12);
        let two = SetSpec { pumps: 2, ..s.clone() };
        assert!((working_point_m3_s(&[&s, &two], 6.0, 0.0) - 2.25).abs() < 1e-12);
        let q = working_point_m3_s(&[&s], 2.0, 0.5);
        assert!((q - 1.591663).abs() < 1e-6, "{q}");
        assert_eq!(working_point_m3_s(&[&s], 8.5, 0.0), 0.0);
    }

    #[test]
    fn sets_start_and_stop_with_hysteresis_and_after_their_delay() {
        // Grade: exact.
        let (spec, mut news) = (spec(), News::new());
        let mut state = PumpState::new(&spec);
        let (mut flow, station) = waters(1.9, 1.9, 1e3);
        let mut run = |flow: &mut Buckets, state: &mut PumpState, now_s: f64| {
            step(&spec, &station, state, true, flow, now_s, 10.0, &mut news);
            state.discharge_m3_s
        };
        assert_eq!(run(&mut flow, &mut state, 0.0), 0.0);
        flow.depth_m = vec![2.6, 2.6];
        assert!((run(&mut flow, &mut state, 10.0) - 2.0).abs() < 1e-9, "only the first set is up at once");
        flow.depth_m = vec![2.6, 2.6];
        assert!((run(&mut flow, &mut state, 80.0) - 6.0).abs() < 1e-9);
        flow.depth_m = vec![1.6, 1.6];
        assert!((run(&mut flow, &mut state, 90.0) - 6.0).abs() < 1e-9, "between the levels they go on");
        flow.depth_m = vec![1.4, 1.4];
        assert!((run(&mut flow, &mut state, 100.0) - 2.0).abs() < 1e-9);
        flow.depth_m = vec![0.9, 0.9];
        assert_eq!(run(&mut flow, &mut state, 110.0), 0.0);
        assert_eq!(news.len(), 2, "{news:?}");
    }

    #[test]
    fn an_outage_and_a_drowned_floor_stop_it_and_the_water_is_still_there() {
        // Grade: exact.
        let (spec, mut news) = (spec(), News::new());
        let mut state = PumpState::new(&spec);
        let (mut flow, mut station) = waters(3.0, 3.0, 1e3);
        step(&spec, &station, &mut state, true, &mut flow, 0.0, 10.0, &mut news);
        step(&spec, &station, &mut state, false, &mut flow, 10.0, 10.0, &mut news);
        assert_eq!(state.discharge_m3_s, 0.0);
        station.floor = Some(0);
        step(&spec, &station, &mut state, true, &mut flow, 20.0, 10.0, &mut news);
        assert!(state.drowned && state.discharge_m3_s == 0.0);
        assert!((flow.depth_m[0] + flow.depth_m[1] - 6.0).abs() < 1e-12);
        assert!(matches!(news[1], StructureNews::PumpStopped { .. }), "{news:?}");
    }

    #[test]
    fn it_never_draws_below_the_level_at_which_it_stops_for_any_step() {
        // Grade: exact.
        for dt_s in [1.0, 60.0, 3600.0] {
            let spec = spec();
            let mut state = PumpState::new(&spec);
            let (mut flow, station) = waters(2.6, 0.0, 5.0);
            for k in 0..200 {
                step(&spec, &station, &mut state, true, &mut flow, f64::from(k) * dt_s, dt_s, &mut News::new());
            }
            assert!(flow.depth_m[0] >= 1.0 - 1e-9 && flow.depth_m[0] < 1.01, "dt {dt_s}: {}", flow.depth_m[0]);
        }
    }

    #[test]
    fn a_truck_of_3000_m3_h_clears_the_kaifeng_garage_in_an_hour() {
        // Grade: reference (Kaifeng: 2000 m2 x 1.5 m = 3000 m3 took a 3000 m3/h truck about one hour).
        let grid = Grid { nx: 1, ny: 1, cell_m: math::sqrt(2000.0), x0: 0.0, y0: 0.0 };
        let mut flow = Buckets::new(grid, vec![0.0], vec![1.5]);
        let truck = MobilePump {
            name: "truck".into(),
            inlet: Point::new(20.0, 20.0),
            outlet: None,
            rate_m3_s: 3000.0 / 3600.0,
            reach_m: REACH_M,
            from_s: 0.0,
            until_s: 1e6,
        };
        let mut now_s = 0.0;
        while flow.depth_m[0] > 1e-6 && now_s < 1e5 {
            truck.step(&mut flow, now_s, 10.0);
            now_s += 10.0;
        }
        assert!((now_s - 3600.0).abs() <= 20.0, "{now_s} s");
        assert!((flow.booked_m3[Account::Pump as usize] + 3000.0).abs() < 1e-6);
    }
}
