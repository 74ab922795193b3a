//! Underpasses (下穿), metro entrances (地铁口), garages and basements (地下室): storage beside the street that fills over
//! a sill, is drained by its own pumps, and traps people.
//!
//! Each entrance passes, from the street to the storage or back, the lesser of a weir over its sill and an orifice of its
//! opening (see `weir`). The storage is a curve of volume against level; water beyond the roof stays on the street.
//!
//! What people models read: depth, rate of rise in m/h, and the times until 0.25 m (DEFRA's depth from which debris counts;
//! about where small cars float) and until the roof, both from what flows in now against the volume that is missing.

use super::check::Check;
use super::exchange::{Pool, give_m3, level_of, passed_m3, take_m3};
use super::news::{News, StructureNews};
use super::weir::{BROAD, Opening};
use crate::flow::{Account, Flow};
use base::grid::Point;
use base::math;
use serde::{Deserialize, Serialize};

/// Depth from which a storage counts as impassable, m (see above).
pub const IMPASSABLE_M: f64 = 0.25;
/// Time over which inflow and rise are smoothed, s (assumption).
const SMOOTH_S: f64 = 60.0;

/// What it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StorageKind {
    Underpass,
    MetroEntrance,
    Garage,
    Basement,
}

/// A way in for water.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entrance {
    /// Where it meets the street.
    pub at: Point,
    /// Level of its sill, flood boards (挡水板) not counted, m.
    pub sill_m: f64,
    pub width_m: f64,
    /// Height of the opening, m.
    pub height_m: f64,
}

/// Its own pumps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drain {
    pub rate_m3_s: f64,
    /// Depths at which they start and stop, m.
    pub on_m: f64,
    pub off_m: f64,
    /// Where they pump to; out of the area where not given.
    #[serde(default)]
    pub outlet: Option<Point>,
    #[serde(default)]
    pub power: Option<String>,
    /// Depth in it that drowns them, m.
    #[serde(default)]
    pub drowns_m: Option<f64>,
}

/// A storage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StorageSpec {
    pub name: String,
    pub kind: StorageKind,
    /// (Level m, volume m3), rising from (floor, 0) to (roof, all of it).
    pub curve: Vec<(f64, f64)>,
    pub entrances: Vec<Entrance>,
    #[serde(default)]
    pub drain: Option<Drain>,
    /// Volume at the start, m3.
    #[serde(default)]
    pub volume_m3: f64,
}

/// A storage on the grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Tank {
    pub cells: Vec<usize>,
    pub outlet: Vec<usize>,
}

impl StorageSpec {
    pub(super) fn check(&self, check: &mut Check, powers: &[&str]) -> Option<Tank> {
        check.of("storage", &self.name);
        if check.rising("curve", &self.curve, 2) {
            if self.curve[0].1 != 0.0 {
                check.wrong(format_args!("curve begins with {} m3", self.curve[0].1), "0 m3 at the floor");
            }
            if self.curve.windows(2).any(|p| p[1].1 <= p[0].1) {
                check.wrong("curve's volume does not rise", "more volume at each level");
            }
            let all = self.curve[self.curve.len() - 1].1;
            if !(0.0..=all).contains(&self.volume_m3) {
                check.wrong(format_args!("volume_m3 is {}", self.volume_m3), "from 0 to the curve's last volume");
            }
            for entrance in &self.entrances {
                if entrance.sill_m < self.curve[0].0 {
                    check.wrong(
                        format_args!("sill_m {} is below its floor {}", entrance.sill_m, self.curve[0].0),
                        "a sill at or above the floor",
                    );
                }
            }
        }
        if self.entrances.is_empty() {
            check.wrong("has no entrances", "one or more");
        }
        let mut cells = Vec::new();
        for entrance in &self.entrances {
            check.finite("sill_m", entrance.sill_m);
            check.positive("width_m", entrance.width_m);
            check.positive("height_m", entrance.height_m);
            cells.extend(check.cell("at", entrance.at));
        }
        let mut outlet = Vec::new();
        if let Some(drain) = &self.drain {
            check.not_negative("rate_m3_s", drain.rate_m3_s);
            if check.not_negative("off_m", drain.off_m)
                && check.positive("on_m", drain.on_m)
                && drain.off_m >= drain.on_m
            {
                check.wrong(format_args!("off_m {} is not below on_m {}", drain.off_m, drain.on_m), "a lower depth");
            }
            if let Some(power) = &drain.power {
                check.known("power", power, powers);
            }
            if let Some(depth) = drain.drowns_m {
                check.positive("drowns_m", depth);
            }
            outlet.extend(drain.outlet.and_then(|p| check.cell("outlet", p)));
        }
        (cells.len() == self.entrances.len()).then_some(Tank { cells, outlet })
    }
    fn floor_m(&self) -> f64 {
        self.curve[0].0
    }
    fn roof_m(&self) -> f64 {
        self.curve[self.curve.len() - 1].0
    }
}

/// What changes in a storage.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct StorageState {
    pub volume_m3: f64,
    /// Flood boards and sandbags on all its entrances, m.
    pub boards_m: f64,
    /// Net inflow, smoothed, m3/s, and rise, smoothed, m/s.
    inflow_m3_s: f64,
    rise_m_s: f64,
    pumping: bool,
    pub pumps_drowned: bool,
    impassable: bool,
    full: bool,
    /// Sum of what came in from the street, net, and of what was pumped out, m3.
    pub entered_m3: f64,
    pub pumped_m3: f64,
}

/// What a storage does to people in it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Trap {
    pub level_m: f64,
    pub depth_m: f64,
    pub volume_m3: f64,
    /// Net inflow, m3/s, smoothed over a minute.
    pub inflow_m3_s: f64,
    /// Rate of rise, m/h, smoothed over a minute.
    pub rise_m_h: f64,
    /// Time until 0.25 m stand in it, s: 0 when they do; `None` when it does not come to that as things go.
    pub impassable_in_s: Option<f64>,
    /// Time until it is full to the roof, s, likewise.
    pub roof_in_s: Option<f64>,
}

impl StorageState {
    pub(super) fn new(spec: &StorageSpec) -> StorageState {
        StorageState { volume_m3: spec.volume_m3, ..Default::default() }
    }
    pub fn trap(&self, spec: &StorageSpec) -> Trap {
        let level_m = level_of(&spec.curve, self.volume_m3);
        let until = |level: f64| {
            let missing = volume_of(&spec.curve, level) - self.volume_m3;
            if missing <= 1e-9 { Some(0.0) } else { (self.inflow_m3_s > 1e-9).then(|| missing / self.inflow_m3_s) }
        };
        Trap {
            level_m,
            depth_m: level_m - spec.floor_m(),
            volume_m3: self.volume_m3,
            inflow_m3_s: self.inflow_m3_s,
            rise_m_h: self.rise_m_s * 3600.0,
            impassable_in_s: until((spec.floor_m() + IMPASSABLE_M).min(spec.roof_m())),
            roof_in_s: until(spec.roof_m()),
        }
    }
}

/// Volume up to a level, m3.
pub fn volume_of(curve: &[(f64, f64)], level_m: f64) -> f64 {
    math::interpolate(curve, level_m)
}

/// Fills and drains a storage for a step.
pub(super) fn step(
    spec: &StorageSpec,
    tank: &Tank,
    state: &mut StorageState,
    powered: &dyn Fn(&str) -> bool,
    flow: &mut dyn Flow,
    dt_s: f64,
    news: &mut News,
) {
    if dt_s <= 0.0 {
        return;
    }
    let before_m3 = state.volume_m3;
    let before_m = level_of(&spec.curve, before_m3);
    for (entrance, &cell) in spec.entrances.iter().zip(&tank.cells) {
        let sill_m = entrance.sill_m + state.boards_m;
        let opening = Opening {
            width_m: entrance.width_m,
            sill_m,
            height_m: (entrance.height_m - state.boards_m).max(0.0),
            cd: 0.6,
            weir: BROAD,
        };
        let street = Pool::of_cells(flow, &[cell]);
        let inside = Pool::of_curve(&spec.curve, state.volume_m3);
        let passed = passed_m3(&street, &inside, sill_m, dt_s, &|a, b| opening.discharge_m3_s(a, b));
        if passed > 0.0 {
            let taken = take_m3(flow, &[cell], passed, Account::Storage);
            state.volume_m3 += taken;
            state.entered_m3 += taken;
        } else if passed < 0.0 {
            give_m3(flow, &[cell], -passed, Account::Storage);
            state.volume_m3 += passed;
            state.entered_m3 += passed;
        }
    }
    if let Some(drain) = &spec.drain {
        let depth_m = level_of(&spec.curve, state.volume_m3) - spec.floor_m();
        state.pumps_drowned |= drain.drowns_m.is_some_and(|most| depth_m > most);
        let able = !state.pumps_drowned && drain.power.as_deref().is_none_or(powered);
        state.pumping = able && if state.pumping { depth_m > drain.off_m } else { depth_m >= drain.on_m };
        if state.pumping {
            let above = state.volume_m3 - volume_of(&spec.curve, spec.floor_m() + drain.off_m);
            let out = (drain.rate_m3_s * dt_s).min(above).max(0.0);
            state.volume_m3 -= out;
            state.pumped_m3 += out;
            // What goes out of the area never comes to the grid: `pumped_m3` is its account.
            give_m3(flow, &tank.outlet, out, Account::Storage);
        }
    }
    let now_m = level_of(&spec.curve, state.volume_m3);
    let keep = math::exp(-dt_s / SMOOTH_S);
    state.inflow_m3_s = keep * state.inflow_m3_s + (1.0 - keep) * (state.volume_m3 - before_m3) / dt_s;
    state.rise_m_s = keep * state.rise_m_s + (1.0 - keep) * (now_m - before_m) / dt_s;
    let depth_m = now_m - spec.floor_m();
    if depth_m >= IMPASSABLE_M && !state.impassable {
        state.impassable = true;
        news.push(StructureNews::StorageImpassable { storage: spec.name.clone(), depth_m });
    } else if state.impassable && depth_m < 0.8 * IMPASSABLE_M {
        // A fifth lower, so that a surface that rocks does not chatter (assumption).
        state.impassable = false;
        news.push(StructureNews::StoragePassable { storage: spec.name.clone() });
    }
    let all = spec.curve[spec.curve.len() - 1].1;
    if state.volume_m3 >= 0.999 * all && !state.full {
        state.full = true;
        news.push(StructureNews::StorageFull { storage: spec.name.clone() });
    } else if state.volume_m3 < 0.95 * all {
        state.full = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Buckets;
    use base::grid::Grid;

    /// A box of 100 m2 and 4 m under the street.
    fn spec() -> StorageSpec {
        StorageSpec {
            name: "station road".into(),
            kind: StorageKind::Underpass,
            curve: vec![(-4.0, 0.0), (0.0, 400.0)],
            entrances: vec![Entrance { at: Point::new(5.0, 5.0), sill_m: 0.1, width_m: 5.0, height_m: 3.0 }],
            drain: None,
            volume_m3: 0.0,
        }
    }
    fn street(depth_m: f64, cell_m: f64) -> (Buckets, Tank) {
        let grid = Grid { nx: 1, ny: 1, cell_m, x0: 0.0, y0: 0.0 };
        (Buckets::new(grid, vec![0.0], vec![depth_m]), Tank { cells: vec![0], outlet: vec![] })
    }

    #[test]
    fn an_underpass_fills_by_the_weir_and_tells_how_long_it_leaves() {
        // Grade: reference (weir 1.7 x 5 x 0.2^1.5 = 0.76026 m3/s on 100 m2: 27.37 m/h; 0.25 m after 32.9 s, roof 526 s).
        let (spec, mut news) = (spec(), News::new());
        let mut state = StorageState::new(&spec);
        let (mut flow, tank) = street(0.3, 1e4);
        let (mut impassable_s, mut full_s) = (0.0, 0.0);
        for k in 0..600 {
            step(&spec, &tank, &mut state, &|_| true, &mut flow, 1.0, &mut news);
            if k == 299 {
                let trap = state.trap(&spec);
                assert!((trap.inflow_m3_s - 0.76026).abs() < 0.01, "{trap:?}");
                assert!((trap.rise_m_h - 27.37).abs() < 0.4, "{trap:?}");
                assert_eq!(trap.impassable_in_s, Some(0.0));
                assert!((trap.roof_in_s.unwrap() - 226.0).abs() < 4.0, "{trap:?}");
            }
            for n in news.drain(..) {
                match n {
                    StructureNews::StorageImpassable { .. } => impassable_s = f64::from(k + 1),
                    StructureNews::StorageFull { .. } => full_s = f64::from(k + 1),
                    other => panic!("{other:?}"),
                }
            }
        }
        assert!((impassable_s - 33.0_f64).abs() <= 1.0 && (full_s - 526.0_f64).abs() <= 3.0, "{impassable_s} {full_s}");
        assert!((flow.booked_m3[Account::Storage as usize] + 400.0).abs() < 1e-6, "no more than it holds");
    }

    #[test]
    fn water_is_kept_for_tiny_streets_and_long_steps_and_comes_back_when_the_street_falls() {
        // Grade: exact.
        for dt_s in [0.1, 10.0, 3600.0] {
            let spec = spec();
            let mut state = StorageState::new(&spec);
            let (mut flow, tank) = street(1.5, 2.0);
            let sum = |flow: &Buckets, state: &StorageState| flow.depth_m[0] * 4.0 + state.volume_m3;
            let before = sum(&flow, &state);
            for _ in 0..100 {
                step(&spec, &tank, &mut state, &|_| true, &mut flow, dt_s, &mut News::new());
                assert!((sum(&flow, &state) - before).abs() < 1e-9 && flow.depth_m[0] >= 0.1 - 1e-9);
            }
        }
        let spec = StorageSpec { curve: vec![(-4.0, 0.0), (1.0, 500.0)], ..spec() };
        let mut state = StorageState { volume_m3: 500.0, ..StorageState::new(&spec) };
        let (mut flow, tank) = street(0.0, 10.0);
        for _ in 0..1000 {
            step(&spec, &tank, &mut state, &|_| true, &mut flow, 10.0, &mut News::new());
        }
        let level = level_of(&spec.curve, state.volume_m3);
        assert!((level - flow.depth_m[0]).abs() < 0.02, "{level} {}", flow.depth_m[0]);
        assert!((flow.depth_m[0] * 100.0 + state.volume_m3 - 500.0).abs() < 1e-9);
    }

    #[test]
    fn flood_boards_hold_the_street_back_and_pumps_without_power_do_not_drain() {
        // Grade: exact.
        let drain =
            Drain { rate_m3_s: 0.1, on_m: 0.2, off_m: 0.05, outlet: None, power: Some("p".into()), drowns_m: None };
        let spec = StorageSpec { drain: Some(drain), volume_m3: 30.0, ..spec() };
        let mut state = StorageState { boards_m: 0.5, ..StorageState::new(&spec) };
        let (mut flow, tank) = street(0.3, 1e3);
        for _ in 0..100 {
            step(&spec, &tank, &mut state, &|_| false, &mut flow, 10.0, &mut News::new());
        }
        assert_eq!(state.volume_m3, 30.0);
        for _ in 0..100 {
            step(&spec, &tank, &mut state, &|_| true, &mut flow, 10.0, &mut News::new());
        }
        assert!((state.volume_m3 - 5.0).abs() < 1e-9, "down to the depth at which they stop: {}", state.volume_m3);
        assert!((state.pumped_m3 - 25.0).abs() < 1e-9 && flow.depth_m[0] == 0.3);
    }
}
