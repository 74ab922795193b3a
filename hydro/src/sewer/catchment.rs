//! Sewers where no pipe is known: each catchment (排水分区) takes up to its capacity out of its cells into one trunk, a
//! store with a level, which empties through its outfall against the level outside:
//!
//!   uptake per cell   min(efficiency x capacity x dt, free depth), all scaled down to the room in the trunk
//!   trunk level       Z = invert + (lowest street - invert) stored / storage
//!   outfall           Q = Qd sign(Z - S) sqrt(|Z - S| / H),  S = max(level outside, mouth),  H = lowest street - mouth
//!   pumped outfall    + its capacity, while it has power and water
//!
//! Qd is the capacity times the area: with the trunk full to the street and the mouth free it carries just its design
//! flow, as losses grow with the square of the flow. A drowned mouth carries less, none, or (without a flap) backwards;
//! what the full trunk cannot hold comes out on the lowest street cells (倒灌, 冒溢).

use crate::flow::{Account, Flow};
use base::complaint::Complaints;
use base::grid::{Grid, Point};
use base::math;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A catchment drained at a capacity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatchmentSpec {
    pub name: String,
    pub area: Area,
    pub capacity: Capacity,
    /// Share of the capacity that works: leaves, silt, age.
    #[serde(default = "whole")]
    pub efficiency: f64,
    /// What trunk and pipes hold, m3.
    pub storage_m3: f64,
    /// Invert of the trunk, m.
    pub invert_m: f64,
    pub outlet: Outlet,
}

fn whole() -> f64 {
    1.0
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Area {
    /// By row-major index.
    Cells(Vec<usize>),
    /// The cells whose centres lie within.
    Polygon(Vec<Point>),
    Everywhere,
}

/// What the sewers were designed for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Capacity {
    /// Rain that they carry off, mm/h.
    MmPerHour(f64),
    /// By the design storm (暴雨强度公式) i = A (1 + C lg P) / (t + b)^n in mm/min, over the time of concentration t,
    /// times the runoff coefficient.
    Storm { a_mm_min: f64, c: f64, b_min: f64, n: f64, return_period_a: f64, minutes: f64, runoff: f64 },
}

impl Capacity {
    pub fn mm_h(self) -> f64 {
        match self {
            Capacity::MmPerHour(v) => v,
            Capacity::Storm { a_mm_min, c, b_min, n, return_period_a, minutes, runoff } => {
                60.0 * runoff * a_mm_min * (1.0 + c * math::log10(return_period_a)) / math::pow(minutes + b_min, n)
            }
        }
    }
}

/// Where the trunk ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outlet {
    pub name: String,
    /// The cell it discharges into; none: off the grid.
    #[serde(default)]
    pub into: Option<Point>,
    /// Level of the mouth, m: water below it does not back up.
    pub mouth_m: f64,
    /// Level off the grid (s, m); empty: it never drowns.
    #[serde(default)]
    pub stage_m: Vec<(f64, f64)>,
    /// A flap gate (拍门) lets nothing back.
    #[serde(default)]
    pub flap: bool,
    /// A gate at the mouth can only be closed if it is there: closed, nothing passes by gravity.
    #[serde(default)]
    pub gravity: Gravity,
    /// Pumps (雨水泵站), m3/s in all; 0: none. They lift against any level.
    #[serde(default)]
    pub pump_m3_s: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Gravity {
    #[default]
    Open,
    /// All water is pumped.
    None,
}

/// What changes in a catchment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatchmentState {
    pub stored_m3: f64,
    /// Whether its pumps have power; orders and outages set it.
    pub powered: bool,
    /// Whether its mouth's gate is open; orders set it.
    pub open: bool,
    /// Share of the capacity left by what has happened since (litter), 0 to 1; times the spec's efficiency.
    pub clear: f64,
    /// Flow out of the mouth in the last step, pumps included, m3/s; negative: backwards.
    pub out_m3_s: f64,
    pub level_m: f64,
    /// Taken from the street, given back to it, gone through the mouth (net), m3.
    pub taken_m3: f64,
    pub returned_m3: f64,
    pub discharged_m3: f64,
}

/// A catchment laid over a grid.
#[derive(Debug, Clone)]
pub struct Catchment {
    pub spec: CatchmentSpec,
    pub cells: Vec<usize>,
    /// The lowest cells, lowest first: where water comes back out.
    low: Vec<usize>,
    /// Lowest bed, m.
    street_m: f64,
    pub outfall: Option<usize>,
    design_m3_s: f64,
}

/// Among so many of the lowest cells water comes back out (assumption: gullies of one low spot).
const LOW_CELLS: usize = 64;

impl CatchmentSpec {
    pub fn check(&self, file: &Path) -> Complaints {
        let mut all = Complaints::new();
        let mut say = |what: String, hint: &str| all.add(file, format!("sewer catchment {}: {what}", self.name), hint);
        let rate = self.capacity.mm_h();
        if !(rate.is_finite() && rate > 0.0) {
            say(format!("a capacity of {rate} mm/h"), "above 0; Chinese cities: 36 mm/h (1 year) to 58 mm/h (5 years)");
        }
        if !(0.0..=1.0).contains(&self.efficiency) {
            say(format!("efficiency {}", self.efficiency), "a share from 0 to 1");
        }
        if !(self.storage_m3.is_finite() && self.storage_m3 > 0.0) {
            say(format!("storage {} m3", self.storage_m3), "above 0: what its pipes hold");
        }
        if !(self.invert_m.is_finite() && self.outlet.mouth_m.is_finite()) {
            say(format!("invert {} m, mouth {} m", self.invert_m, self.outlet.mouth_m), "levels in m");
        }
        if !(self.outlet.pump_m3_s.is_finite() && self.outlet.pump_m3_s >= 0.0) {
            say(format!("pumps of {} m3/s", self.outlet.pump_m3_s), "0 or more");
        }
        if self.outlet.gravity == Gravity::None && self.outlet.pump_m3_s == 0.0 {
            say("neither gravity nor pumps empty it".into(), "give it one of them");
        }
        if let Some(fault) = super::network::series_fault(&self.outlet.stage_m, true) {
            say(format!("stage of outlet {}: {fault}", self.outlet.name), "rows (s, m) in order of time");
        }
        match &self.area {
            Area::Polygon(p) if p.len() < 3 => say(format!("a polygon of {} points", p.len()), "three or more"),
            Area::Polygon(p) if p.iter().any(|p| !(p.x.is_finite() && p.y.is_finite())) => {
                say("a point of its polygon is no point".into(), "x and y in m")
            }
            Area::Cells(cells) if cells.is_empty() => say("no cells".into(), "cells, a polygon or Everywhere"),
            _ => {}
        }
        all
    }
}

/// Whether a point lies in a polygon (even-odd rule).
fn inside(polygon: &[Point], p: Point) -> bool {
    let mut odd = false;
    for (k, a) in polygon.iter().enumerate() {
        let b = polygon[(k + 1) % polygon.len()];
        if (a.y > p.y) != (b.y > p.y) && p.x < a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x) {
            odd = !odd;
        }
    }
    odd
}

impl Catchment {
    /// Lays a checked catchment over a grid.
    pub fn new(spec: CatchmentSpec, flow: &dyn Flow, file: &Path) -> Result<Catchment, Complaints> {
        let grid: &Grid = flow.grid();
        let mut all = Complaints::new();
        let mut say =
            |what: String, hint: String| all.add(file, format!("sewer catchment {}: {what}", spec.name), hint);
        let cells: Vec<usize> = match &spec.area {
            Area::Everywhere => (0..grid.len()).collect(),
            Area::Polygon(p) => (0..grid.len()).filter(|&c| inside(p, grid.centre(c))).collect(),
            Area::Cells(cells) => {
                let mut sorted = cells.clone();
                sorted.sort_unstable();
                if let Some(w) = sorted.windows(2).find(|w| w[0] == w[1]) {
                    say(format!("cell {} is named twice", w[0]), String::new());
                }
                if let Some(&last) = sorted.last().filter(|c| **c >= grid.len()) {
                    say(format!("there is no cell {last}"), format!("the grid has {} cells", grid.len()));
                    sorted.retain(|c| *c < grid.len());
                }
                sorted
            }
        };
        if cells.is_empty() {
            say("none of its cells lies on the grid".into(), "coordinates in the grid's own metres".into());
        }
        let outfall = spec.outlet.into.and_then(|p| grid.cell_at(p));
        if let (Some(p), None) = (spec.outlet.into, outfall) {
            let what = format!("outlet {} at ({}, {}) lies off the grid", spec.outlet.name, p.x, p.y);
            say(what, "leave `into` out if the water leaves the grid".into());
        }
        let mut low = cells.clone();
        low.sort_by(|a, b| flow.bed_m(*a).total_cmp(&flow.bed_m(*b)).then(a.cmp(b)));
        low.truncate(LOW_CELLS);
        let street_m = low.first().map_or(f64::NAN, |c| flow.bed_m(*c));
        let need = spec.invert_m.max(spec.outlet.mouth_m);
        if street_m <= need {
            let what = format!("its lowest street lies at {street_m:.2} m, not above invert and mouth ({need:.2} m)");
            say(what, "levels of one datum; drop the mouth or raise the street".into());
        }
        let area = cells.len() as f64 * grid.cell_m * grid.cell_m;
        let design_m3_s = spec.capacity.mm_h() / 3.6e6 * area;
        all.or(()).map(|()| Catchment { spec, cells, low, street_m, outfall, design_m3_s })
    }

    pub fn start(&self) -> CatchmentState {
        CatchmentState {
            stored_m3: 0.0,
            powered: true,
            open: true,
            clear: 1.0,
            out_m3_s: 0.0,
            level_m: self.spec.invert_m,
            taken_m3: 0.0,
            returned_m3: 0.0,
            discharged_m3: 0.0,
        }
    }

    /// Flow that it was designed for, m3/s.
    pub fn design_m3_s(&self) -> f64 {
        self.design_m3_s
    }
    pub fn street_m(&self) -> f64 {
        self.street_m
    }
    /// Level outside its mouth, m; the mouth's own where nothing stands against it.
    pub fn outside_m(&self, flow: &dyn Flow, at_s: f64) -> f64 {
        let outlet = &self.spec.outlet;
        let mut outside = outlet.mouth_m;
        if !outlet.stage_m.is_empty() {
            outside = outside.max(math::interpolate(&outlet.stage_m, at_s));
        }
        match self.outfall {
            Some(cell) if flow.depth_m(cell) > 0.0 => outside.max(flow.stage_m(cell)),
            _ => outside,
        }
    }

    fn level_at(&self, stored_m3: f64) -> f64 {
        self.spec.invert_m + (self.street_m - self.spec.invert_m) * (stored_m3 / self.spec.storage_m3).min(1.0)
    }

    /// Advances by `dt_s`.
    pub fn step(&self, state: &mut CatchmentState, flow: &mut dyn Flow, now_s: f64, dt_s: f64) {
        self.discharge(state, flow, now_s, dt_s);
        self.take(state, flow, dt_s);
        let over = state.stored_m3 - self.spec.storage_m3;
        if over > 0.0 {
            self.give_back(flow, over);
            state.stored_m3 -= over;
            state.returned_m3 += over;
        }
        state.level_m = self.level_at(state.stored_m3);
    }

    /// Lets water out of the mouth, or in.
    fn discharge(&self, state: &mut CatchmentState, flow: &mut dyn Flow, now_s: f64, dt_s: f64) {
        let outlet = &self.spec.outlet;
        let outside = self.outside_m(flow, now_s);
        let fall = self.street_m - outlet.mouth_m;
        let head = self.level_at(state.stored_m3) - outside;
        let mut wanted = 0.0;
        if outlet.gravity == Gravity::Open && state.open {
            if head > 0.0 {
                // As far as the trunk has fallen to the level outside, and not past it.
                let per_m = self.spec.storage_m3 / (self.street_m - self.spec.invert_m);
                wanted = (self.design_m3_s * (head / fall).sqrt() * dt_s).min(head * per_m);
            } else if head < 0.0 && !outlet.flap {
                wanted = -self.design_m3_s * (-head / fall).sqrt() * dt_s;
            }
        }
        if state.powered {
            wanted += outlet.pump_m3_s * dt_s;
        }
        let mut volume = wanted.min(state.stored_m3);
        match self.outfall {
            Some(cell) if volume > 0.0 => flow.give_m3(cell, volume, Account::Sewer),
            Some(cell) if volume < 0.0 => volume = -flow.take_m3(cell, -volume, Account::Sewer),
            _ => {}
        }
        state.stored_m3 -= volume;
        state.discharged_m3 += volume;
        state.out_m3_s = volume / dt_s;
    }

    /// Takes water from the street, up to the capacity and the room.
    fn take(&self, state: &mut CatchmentState, flow: &mut dyn Flow, dt_s: f64) {
        let room = self.spec.storage_m3 - state.stored_m3;
        if room <= 0.0 {
            return;
        }
        let area = flow.grid().cell_m * flow.grid().cell_m;
        let most = self.spec.capacity.mm_h() / 3.6e6 * self.spec.efficiency * state.clear * dt_s * area;
        let wanted: f64 = self.cells.iter().map(|&c| flow.free_m3(c).min(most)).sum();
        if wanted <= 0.0 {
            return;
        }
        let share = (room / wanted).min(1.0);
        let mut taken = 0.0;
        for &cell in &self.cells {
            let here = flow.free_m3(cell).min(most) * share;
            if here > 0.0 {
                taken += flow.take_m3(cell, here, Account::Sewer);
            }
        }
        state.stored_m3 += taken;
        state.taken_m3 += taken;
    }

    /// Gives water back to the lowest cells, filling them to one level.
    fn give_back(&self, flow: &mut dyn Flow, volume_m3: f64) {
        let area = flow.grid().cell_m * flow.grid().cell_m;
        let mut by_stage: Vec<(f64, usize)> = self.low.iter().map(|&c| (flow.stage_m(c), c)).collect();
        by_stage.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        // The level at which the cells below it take the volume.
        let (mut below, mut count) = (0.0, 0.0);
        let mut level = by_stage[0].0;
        for (k, &(stage, _)) in by_stage.iter().enumerate() {
            below += stage;
            count = (k + 1) as f64;
            level = (volume_m3 / area + below) / count;
            if by_stage.get(k + 1).is_none_or(|next| level <= next.0) {
                break;
            }
        }
        let mut rest = volume_m3;
        for &(stage, cell) in by_stage.iter().take(count as usize) {
            let here = ((level - stage) * area).max(0.0).min(rest);
            flow.give_m3(cell, here, Account::Sewer);
            rest -= here;
        }
        if rest > 0.0 {
            flow.give_m3(by_stage[0].1, rest, Account::Sewer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Buckets;

    fn grid() -> Grid {
        Grid { nx: 10, ny: 10, cell_m: 10.0, x0: 0.0, y0: 0.0 }
    }

    fn spec() -> CatchmentSpec {
        CatchmentSpec {
            name: "west".into(),
            area: Area::Cells((0..90).collect()),
            capacity: Capacity::MmPerHour(36.0),
            efficiency: 1.0,
            storage_m3: 50.0,
            invert_m: 1.0,
            outlet: Outlet {
                name: "river".into(),
                into: Some(Point::new(95.0, 95.0)),
                mouth_m: 1.5,
                stage_m: vec![],
                flap: true,
                gravity: Gravity::Open,
                pump_m3_s: 0.0,
            },
        }
    }

    fn water(depth_m: f64, river_m: f64) -> Buckets {
        let mut bed: Vec<f64> = (0..100).map(|c| 4.0 + 0.001 * c as f64).collect();
        bed[99] = 0.0;
        let mut depth = vec![depth_m; 100];
        depth[99] = river_m;
        Buckets::new(grid(), bed, depth)
    }

    fn run(spec: CatchmentSpec, flow: &mut Buckets, hours: f64) -> (Catchment, CatchmentState) {
        let catchment = Catchment::new(spec, flow, Path::new("t.ron")).expect("a clean catchment");
        let mut state = catchment.start();
        let steps = (hours * 720.0) as usize;
        for k in 0..steps {
            catchment.step(&mut state, flow, 5.0 * k as f64, 5.0);
        }
        (catchment, state)
    }

    #[test]
    fn rain_within_the_capacity_leaves_no_water_standing_and_rain_beyond_it_does() {
        // exact: 36 mm/h carried off of 30 and of 60
        for (rate, left) in [(30.0, false), (60.0, true)] {
            let mut flow = water(0.0, 0.1);
            let off = CatchmentSpec { outlet: Outlet { into: None, ..spec().outlet }, ..spec() };
            let catchment = Catchment::new(off, &flow, Path::new("t.ron")).expect("clean");
            let mut state = catchment.start();
            for k in 0..1440 {
                for c in 0..90 {
                    flow.give_m3(c, rate / 3.6e6 * 5.0 * 100.0, Account::Rain);
                }
                catchment.step(&mut state, &mut flow, 5.0 * k as f64, 5.0);
            }
            let standing: f64 = flow.depth_m[..90].iter().sum::<f64>() / 90.0;
            assert_eq!(standing > 1e-6, left, "{rate} mm/h leaves {standing} m");
            if left {
                // Two hours of 24 mm/h too much, less what the trunk took in beyond what it let out.
                assert!((standing - 0.048).abs() < 0.004, "{standing}");
            }
        }
    }

    #[test]
    fn a_drowned_outfall_carries_less_and_a_flap_lets_nothing_back() {
        // behaviour
        let discharged = |river: f64| {
            let mut flow = water(0.05, river);
            run(spec(), &mut flow, 1.0).1.discharged_m3
        };
        let (free, half, shut) = (discharged(0.5), discharged(2.8), discharged(4.5));
        assert!(free > half && half > 0.0, "{free} {half}");
        assert_eq!(shut, 0.0);
    }

    #[test]
    fn without_a_flap_a_high_river_comes_up_in_the_lowest_street() {
        // behaviour
        let mut flow = water(0.0, 4.8);
        let open = CatchmentSpec { outlet: Outlet { flap: false, ..spec().outlet }, ..spec() };
        let (_, state) = run(open, &mut flow, 0.5);
        assert!(state.returned_m3 > 1.0);
        assert!(flow.depth_m[0] > 0.0 && flow.depth_m[89] <= flow.depth_m[0]);
    }

    #[test]
    fn pumps_lift_over_a_high_river_until_their_power_fails() {
        // behaviour
        let pumped =
            CatchmentSpec { outlet: Outlet { pump_m3_s: 0.05, gravity: Gravity::None, ..spec().outlet }, ..spec() };
        let mut flow = water(0.05, 4.8);
        let catchment = Catchment::new(pumped, &flow, Path::new("t.ron")).expect("clean");
        let mut state = catchment.start();
        for k in 0..100 {
            catchment.step(&mut state, &mut flow, 5.0 * k as f64, 5.0);
        }
        assert!(state.out_m3_s > 0.049);
        state.powered = false;
        let before = state.discharged_m3;
        for k in 100..200 {
            catchment.step(&mut state, &mut flow, 5.0 * k as f64, 5.0);
        }
        assert_eq!(state.discharged_m3, before);
        assert!((state.stored_m3 - 50.0).abs() < 1e-9, "the trunk fills: {}", state.stored_m3);
    }

    #[test]
    fn what_is_taken_is_stored_returned_or_gone_to_rounding() {
        // exact
        for river in [0.3, 2.8, 4.9] {
            let mut flow = water(0.03, river);
            let start: f64 = flow.depth_m.iter().sum::<f64>() * 100.0;
            let open = CatchmentSpec { outlet: Outlet { flap: false, ..spec().outlet }, ..spec() };
            let (_, s) = run(open, &mut flow, 1.0);
            let end: f64 = flow.depth_m.iter().sum::<f64>() * 100.0;
            assert!((start - end - s.stored_m3).abs() < 1e-9 * start);
            assert!((s.taken_m3 - s.returned_m3 - s.discharged_m3 - s.stored_m3).abs() < 1e-9 * start);
            assert!((flow.booked_m3[Account::Sewer as usize] + s.stored_m3).abs() < 1e-9 * start);
        }
    }

    #[test]
    fn the_shanghai_storm_formula_gives_its_five_year_standard() {
        // reference: DB31/T 1043, 58.1 mm in 60 minutes once in 5 years
        let storm = Capacity::Storm {
            a_mm_min: 1600.0 / 167.0,
            c: 0.846,
            b_min: 7.0,
            n: 0.656,
            return_period_a: 5.0,
            minutes: 60.0,
            runoff: 1.0,
        };
        assert!((storm.mm_h() - 58.1).abs() < 0.2, "{}", storm.mm_h());
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        // behaviour
        let bad = CatchmentSpec {
            capacity: Capacity::MmPerHour(-1.0),
            efficiency: 2.0,
            storage_m3: 0.0,
            area: Area::Polygon(vec![]),
            ..spec()
        };
        assert_eq!(bad.check(Path::new("t.ron")).0.len(), 4);
        let flow = water(0.0, 0.0);
        let off = CatchmentSpec {
            outlet: Outlet { into: Some(Point::new(-5.0, 0.0)), mouth_m: 9.0, ..spec().outlet },
            ..spec()
        };
        assert_eq!(Catchment::new(off, &flow, Path::new("t.ron")).map(|_| ()).expect_err("bad").0.len(), 2);
    }
}
