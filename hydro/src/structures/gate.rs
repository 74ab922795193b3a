//! Sluices (水闸), flap valves (拍门) and navigation locks (船闸).
//!
//! A gate opens its leaf from the sill upward. It passes the lesser of a weir over the sill and an orifice under the leaf
//! (see `weir`), so that it is a weir as soon as the leaf leaves the water. Its leaf moves at a speed, toward what its
//! order or, under automatic working, the first of its rules that says something wants.
//!
//! A lock moves, while it works, one chamber of water per lockage: Q = A (h1 - h2) / T, until the head is more than it
//! may work under; open through at both heads it is a gate.

use super::check::Check;
use super::exchange::{Pool, pass};
use super::line::{Joint, Link};
use super::news::{News, StructureNews};
use super::weir::{BROAD, Opening};
use crate::flow::Flow;
use base::math;
use base::text::Text;
use serde::{Deserialize, Serialize};

/// A rule of operation. The first of a gate's rules that says something is obeyed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Rule {
    /// Shut against high outer water (挡潮、防洪): closes above one level, says nothing again below the other.
    CloseAbove { outer_m: f64, until_m: f64 },
    /// Drain by the tide (候潮排水): opens when the outer water is lower than the inner by this much, closes when it is not
    /// lower at all by `keep_m`. Does not drain below `inner_least_m`.
    DrainWhenLower {
        by_m: f64,
        keep_m: f64,
        #[serde(default)]
        inner_least_m: Option<f64>,
    },
    /// Let water in (引水): opens while the inner level is under the target by the band and the outer is higher; closes at
    /// the target.
    FillTo { inner_m: f64, band_m: f64 },
    /// Hold an inner level: opens above target + band, closes below target, in proportion between.
    HoldAt { inner_m: f64, band_m: f64 },
    /// Opening as a share of the height at times, straight between them.
    Schedule(Vec<(f64, f64)>),
}

/// A navigation lock's chamber.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockSpec {
    pub chamber_m2: f64,
    /// Time of a lockage, up and down, s.
    pub cycle_s: f64,
    /// Head above which it stops working, m.
    pub head_max_m: f64,
}

/// A sluice, lock head or flap valve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateSpec {
    pub name: String,
    pub joint: Joint,
    pub sill_m: f64,
    /// Clear width of all bays together, m.
    pub width_m: f64,
    /// Height to which the leaf opens, m.
    pub height_m: f64,
    /// Speed of the leaf, m/s (assumption where not given: 0.005 m/s, 0.3 m a minute, usual for screw hoists), and by hand.
    #[serde(default = "leaf_m_s")]
    pub speed_m_s: f64,
    #[serde(default = "hand_m_s")]
    pub hand_m_s: f64,
    /// Opening at the start, m.
    #[serde(default)]
    pub open_m: f64,
    /// Discharge coefficient of the orifice (0.6: sharp-edged leaf).
    #[serde(default = "cd")]
    pub cd: f64,
    /// A flap: water passes only from the inner to the outer side, without any order, leaf and power.
    #[serde(default)]
    pub flap: bool,
    #[serde(default)]
    pub rules: Vec<Rule>,
    #[serde(default)]
    pub lock: Option<LockSpec>,
    /// The supply that moves it.
    #[serde(default)]
    pub power: Option<String>,
}

fn leaf_m_s() -> f64 {
    0.005
}
/// Assumption: a tenth of the hoist's speed.
fn hand_m_s() -> f64 {
    0.0005
}
fn cd() -> f64 {
    0.6
}

impl GateSpec {
    pub(super) fn check(&self, check: &mut Check, powers: &[&str]) -> Option<Link> {
        check.of("gate", &self.name);
        check.finite("sill_m", self.sill_m);
        check.positive("width_m", self.width_m);
        if check.positive("height_m", self.height_m) && !(0.0..=self.height_m).contains(&self.open_m) {
            check.wrong(format_args!("open_m is {}", self.open_m), "from 0 to height_m");
        }
        check.positive("speed_m_s", self.speed_m_s);
        check.not_negative("hand_m_s", self.hand_m_s);
        check.positive("cd", self.cd);
        if let Some(power) = &self.power {
            check.known("power", power, powers);
        }
        if let Some(lock) = &self.lock {
            check.positive("chamber_m2", lock.chamber_m2);
            check.positive("cycle_s", lock.cycle_s);
            check.positive("head_max_m", lock.head_max_m);
        }
        for rule in &self.rules {
            match rule {
                Rule::CloseAbove { outer_m, until_m } => {
                    if check.finite("outer_m", *outer_m) && check.finite("until_m", *until_m) && until_m > outer_m {
                        check.wrong(format_args!("until_m {until_m} is above outer_m {outer_m}"), "at or below it");
                    }
                }
                Rule::DrainWhenLower { by_m, keep_m, inner_least_m } => {
                    check.not_negative("by_m", *by_m);
                    if check.not_negative("keep_m", *keep_m) && keep_m > by_m {
                        check.wrong(format_args!("keep_m {keep_m} is above by_m {by_m}"), "at or below it");
                    }
                    if let Some(level) = inner_least_m {
                        check.finite("inner_least_m", *level);
                    }
                }
                Rule::FillTo { inner_m, band_m } | Rule::HoldAt { inner_m, band_m } => {
                    check.finite("inner_m", *inner_m);
                    check.positive("band_m", *band_m);
                }
                Rule::Schedule(times) => {
                    check.rising("Schedule", times, 1);
                    for &(_, share) in times {
                        check.share("Schedule's opening", share);
                    }
                }
            }
        }
        self.joint.check(check)
    }
}

/// Why a gate does not work as it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Fault {
    #[default]
    None,
    /// The leaf does not move (卡阻).
    Stuck,
    /// Only by hand, at the hand's speed (手动启闭).
    ByHand,
}

/// Who says how far a gate opens.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub enum Working {
    /// Its rules.
    #[default]
    Automatic,
    /// An order: to this share of its height.
    Ordered(f64),
}

/// What changes in a gate.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct GateState {
    pub open_m: f64,
    pub fault: Fault,
    pub working: Working,
    /// A lock that locks ships through; otherwise its heads stand as the gate's leaf does.
    pub locking: bool,
    /// Per rule: whether it is between its two levels on the side where it acts.
    latched: Vec<bool>,
    /// Opening at which it last rested, m, and whether its being stuck has been told.
    rested_m: f64,
    told: bool,
    /// Mean discharge over the last step, m3/s, positive outward, and the sum so far, m3.
    pub discharge_m3_s: f64,
    pub passed_m3: f64,
}

impl GateState {
    pub(super) fn new(spec: &GateSpec) -> GateState {
        GateState {
            open_m: spec.open_m,
            rested_m: spec.open_m,
            locking: spec.lock.is_some(),
            latched: vec![false; spec.rules.len()],
            ..Default::default()
        }
    }
}

/// Opening, m, that the rules want under these levels; `None` when they say nothing.
fn wanted_m(spec: &GateSpec, latched: &mut [bool], inner_m: f64, outer_m: f64, now_s: f64) -> Option<f64> {
    let mut wanted = None;
    // Every rule keeps its memory up to date, also those after the one that is obeyed.
    for (rule, latch) in spec.rules.iter().zip(latched) {
        let says = match rule {
            Rule::CloseAbove { outer_m: above_m, until_m } => {
                *latch = outer_m > if *latch { *until_m } else { *above_m };
                latch.then_some(0.0)
            }
            Rule::DrainWhenLower { by_m, keep_m, inner_least_m } => {
                let lower = inner_m - outer_m;
                *latch =
                    lower > if *latch { *keep_m } else { *by_m } && inner_least_m.is_none_or(|least| inner_m > least);
                Some(if *latch { spec.height_m } else { 0.0 })
            }
            Rule::FillTo { inner_m: target_m, band_m } => {
                *latch = outer_m > inner_m && inner_m < if *latch { *target_m } else { target_m - band_m };
                latch.then_some(spec.height_m)
            }
            Rule::HoldAt { inner_m: target_m, band_m } => {
                Some(spec.height_m * ((inner_m - target_m) / band_m).clamp(0.0, 1.0))
            }
            Rule::Schedule(times) => Some(spec.height_m * math::interpolate(times, now_s)),
        };
        wanted = wanted.or(says);
    }
    wanted
}

/// Moves a gate and lets water through it for a step.
pub(super) fn step(
    spec: &GateSpec,
    link: &Link,
    state: &mut GateState,
    powered: bool,
    flow: &mut dyn Flow,
    now_s: f64,
    dt_s: f64,
    news: &mut News,
) {
    let (inner, outer) = (Pool::of_cells(flow, &link.a), Pool::of_cells(flow, &link.b));
    let by_rule = wanted_m(spec, &mut state.latched, inner.level_m, outer.level_m, now_s);
    let target_m = match state.working {
        Working::Ordered(share) => Some(share * spec.height_m),
        Working::Automatic => by_rule,
    };
    if !spec.flap
        && let Some(target_m) = target_m
    {
        travel(spec, state, target_m.clamp(0.0, spec.height_m), powered, dt_s, news);
    }
    let head_m = (inner.level_m - outer.level_m).abs();
    let passed = match &spec.lock {
        Some(lock) if state.locking && state.open_m <= 0.0 => {
            if head_m > lock.head_max_m {
                0.0
            } else {
                let per_m = lock.chamber_m2 / lock.cycle_s;
                pass(flow, &link.a, &link.b, spec.sill_m, dt_s, &|a, b| per_m * (a - b))
            }
        }
        _ => {
            let height_m = if spec.flap { spec.height_m } else { state.open_m };
            let opening = Opening { width_m: spec.width_m, sill_m: spec.sill_m, height_m, cd: spec.cd, weir: BROAD };
            pass(flow, &link.a, &link.b, spec.sill_m, dt_s, &|a, b| {
                let q = opening.discharge_m3_s(a, b);
                if spec.flap { q.max(0.0) } else { q }
            })
        }
    };
    state.discharge_m3_s = if dt_s > 0.0 { passed / dt_s } else { 0.0 };
    state.passed_m3 += passed;
}

/// The leaf moves toward its target.
fn travel(spec: &GateSpec, state: &mut GateState, target_m: f64, powered: bool, dt_s: f64, news: &mut News) {
    let speed_m_s = match state.fault {
        Fault::Stuck => 0.0,
        Fault::ByHand => spec.hand_m_s,
        Fault::None if powered => spec.speed_m_s,
        Fault::None => spec.hand_m_s,
    };
    let way_m = target_m - state.open_m;
    if way_m != 0.0 && speed_m_s <= 0.0 {
        if !state.told {
            state.told = true;
            let why = match state.fault {
                Fault::Stuck => Text::new("闸门卡阻", "the leaf is stuck"),
                _ => Text::new("停电且不能手动启闭", "no power, and it cannot be moved by hand"),
            };
            news.push(StructureNews::GateStuck { gate: spec.name.clone(), why });
        }
        return;
    }
    state.told = false;
    let step_m = speed_m_s * dt_s;
    state.open_m = if way_m.abs() <= step_m { target_m } else { state.open_m + step_m * way_m.signum() };
    // Come to rest: told for a change of a hundredth of the height, so that a gate that holds a level does not chatter.
    if state.open_m == target_m && (state.open_m - state.rested_m).abs() > 0.01 * spec.height_m {
        state.rested_m = state.open_m;
        news.push(StructureNews::GateMoved { gate: spec.name.clone(), open: state.open_m / spec.height_m });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Buckets;
    use base::grid::{Grid, Point};

    fn spec() -> GateSpec {
        GateSpec {
            name: "river mouth".into(),
            joint: Joint::between(Point::new(5.0, 5.0), Point::new(15.0, 5.0)),
            sill_m: 0.0,
            width_m: 4.0,
            height_m: 4.0,
            speed_m_s: 0.01,
            hand_m_s: 0.001,
            open_m: 0.0,
            cd: 0.6,
            flap: false,
            rules: vec![
                Rule::CloseAbove { outer_m: 3.5, until_m: 3.2 },
                Rule::DrainWhenLower { by_m: 0.2, keep_m: 0.05, inner_least_m: Some(2.0) },
            ],
            lock: None,
            power: None,
        }
    }
    fn waters(inner_m: f64, outer_m: f64, cell_m: f64) -> (Buckets, Link) {
        let grid = Grid { nx: 2, ny: 1, cell_m, x0: 0.0, y0: 0.0 };
        let link = Link { a: vec![0], b: vec![1], wall: None, wall_top_m: 0.0 };
        (Buckets::new(grid, vec![0.0; 2], vec![inner_m, outer_m]), link)
    }

    #[test]
    fn a_gate_opens_at_its_speed_when_the_tide_is_out_and_shuts_against_the_surge() {
        // Grade: behaviour (0.01 m/s over 4 m: 400 s).
        let (spec, mut news) = (spec(), News::new());
        let mut state = GateState::new(&spec);
        let (mut flow, link) = waters(3.0, 2.0, 1e4);
        for k in 0..500 {
            step(&spec, &link, &mut state, true, &mut flow, f64::from(k), 1.0, &mut news);
            if k == 199 {
                assert!((state.open_m - 2.0).abs() < 1e-9, "{}", state.open_m);
            }
        }
        assert_eq!(state.open_m, 4.0);
        assert_eq!(news, vec![StructureNews::GateMoved { gate: spec.name.clone(), open: 1.0 }]);
        flow.depth_m[1] = 2.96;
        step(&spec, &link, &mut state, true, &mut flow, 500.0, 1.0, &mut news);
        assert!(state.open_m < 4.0, "the rise shuts it: {}", state.open_m);
        flow.depth_m[1] = 3.6;
        for k in 0..500 {
            step(&spec, &link, &mut state, true, &mut flow, 501.0 + f64::from(k), 1.0, &mut news);
        }
        assert_eq!(state.open_m, 0.0);
        // Below the closing level but above the other: still shut, though the inner water is now the higher.
        (flow.depth_m[0], flow.depth_m[1]) = (4.0, 3.3);
        step(&spec, &link, &mut state, true, &mut flow, 1200.0, 1.0, &mut news);
        assert_eq!(state.open_m, 0.0);
        flow.depth_m[1] = 3.1;
        step(&spec, &link, &mut state, true, &mut flow, 1201.0, 1.0, &mut news);
        assert!(state.open_m > 0.0);
    }

    #[test]
    fn without_power_it_moves_by_hand_and_stuck_not_at_all_and_says_so_once() {
        // Grade: exact.
        let (spec, mut news) = (spec(), News::new());
        let mut state = GateState::new(&spec);
        let (mut flow, link) = waters(3.0, 2.0, 1e4);
        for k in 0..100 {
            step(&spec, &link, &mut state, false, &mut flow, f64::from(k), 1.0, &mut news);
        }
        assert!((state.open_m - 0.1).abs() < 1e-9);
        state.fault = Fault::Stuck;
        for k in 0..100 {
            step(&spec, &link, &mut state, true, &mut flow, f64::from(k), 1.0, &mut news);
        }
        assert!((state.open_m - 0.1).abs() < 1e-9);
        assert!(matches!(news.as_slice(), [StructureNews::GateStuck { .. }]), "{news:?}");
        // Stuck is not shut: water goes on.
        assert!(state.discharge_m3_s > 1.0);
    }

    #[test]
    fn a_flap_lets_water_out_and_never_in() {
        // Grade: exact.
        let spec = GateSpec { flap: true, rules: Vec::new(), ..spec() };
        let mut state = GateState::new(&spec);
        let (mut flow, link) = waters(2.0, 3.0, 10.0);
        step(&spec, &link, &mut state, true, &mut flow, 0.0, 10.0, &mut News::new());
        assert_eq!(flow.depth_m, vec![2.0, 3.0]);
        flow.depth_m = vec![3.0, 2.0];
        step(&spec, &link, &mut state, true, &mut flow, 0.0, 1e5, &mut News::new());
        assert!(flow.depth_m[0] >= flow.depth_m[1] && flow.depth_m[0] < 2.51);
    }

    #[test]
    fn a_lock_passes_a_chamber_a_lockage_and_rests_under_too_high_a_head() {
        // Grade: exact (2000 m2 x 0.5 m / 1800 s = 0.5556 m3/s).
        let lock = LockSpec { chamber_m2: 2000.0, cycle_s: 1800.0, head_max_m: 2.0 };
        let spec = GateSpec { lock: Some(lock), rules: Vec::new(), ..spec() };
        let mut state = GateState::new(&spec);
        let (mut flow, link) = waters(3.0, 2.5, 1e4);
        step(&spec, &link, &mut state, true, &mut flow, 0.0, 1.0, &mut News::new());
        assert!((state.discharge_m3_s - 0.5556).abs() < 1e-4, "{}", state.discharge_m3_s);
        flow.depth_m[0] = 5.0;
        step(&spec, &link, &mut state, true, &mut flow, 0.0, 1.0, &mut News::new());
        assert_eq!(state.discharge_m3_s, 0.0);
        // Both heads open through: a gate of full height.
        (state.locking, state.working) = (false, Working::Ordered(1.0));
        for k in 0..500 {
            step(&spec, &link, &mut state, true, &mut flow, f64::from(k), 1.0, &mut News::new());
        }
        assert!(state.discharge_m3_s > 20.0);
    }
}
