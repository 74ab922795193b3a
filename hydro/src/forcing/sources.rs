//! The weather and the rivers given to the water: binds the specs and, step by step, gives and takes through [`Flow`].
//!
//! Rain and infiltration are exact over steps of any length, so they are given once in a while (10-60 s); inflows with
//! every inner step of the flow, so that a river does not arrive in lumps.

use super::hydrograph::{BoundInflow, Inflow};
use super::infiltration::{Ground, GroundState, Infiltration};
use super::rain::{Rain, RainField};
use super::setup::{BoundSeaWall, SeaWall};
use crate::flow::{Account, Flow};
use base::complaint::Complaints;
use base::grid::Grid;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// All that drives a flood from above and from rivers.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ForcingSpec {
    pub rain: Rain,
    pub infiltration: Infiltration,
    pub inflows: Vec<Inflow>,
    /// Sea walls that waves overtop.
    pub sea_walls: Vec<SeaWall>,
}

/// The forcing of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Forcing {
    pub rain: RainField,
    pub ground: Ground,
    pub inflows: Vec<BoundInflow>,
    pub sea_walls: Vec<BoundSeaWall>,
}

/// What changes as the run goes on; goes into a checkpoint.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ForcingState {
    pub ground: GroundState,
}

impl ForcingSpec {
    /// The forcing over a grid for a run until `until_s`, or all that is wrong.
    pub fn bind(&self, grid: &Grid, until_s: f64, file: &Path) -> Result<Forcing, Complaints> {
        let mut complaints = Complaints::new();
        let rain = self.rain.bind(grid, file);
        let ground = self.infiltration.bind(grid.len(), file);
        let mut all = |part: Complaints| complaints.extend(part);
        let rain = rain.map_err(&mut all).ok();
        let ground = ground.map_err(&mut all).ok();
        let inflows = self
            .inflows
            .iter()
            .map(|inflow| {
                let mut own = Complaints::new();
                let bound = inflow.bind(grid, until_s, file, &mut own);
                all(own);
                bound
            })
            .collect();
        let sea_walls = self
            .sea_walls
            .iter()
            .map(|wall| {
                let mut own = Complaints::new();
                let bound = wall.bind(grid, until_s, file, &mut own);
                all(own);
                bound
            })
            .collect();
        match (rain, ground) {
            (Some(rain), Some(ground)) => complaints.or(Forcing { rain, ground, inflows, sea_walls }),
            _ => Err(complaints),
        }
    }
}

impl Forcing {
    pub fn start(&self) -> ForcingState {
        ForcingState { ground: GroundState::new(&self.ground) }
    }

    /// Rain on the cells and water into the ground, over `from_s..to_s`. The ground sees the rain of the whole step at
    /// once, so steps of 10 to 60 s do.
    pub fn weather(&self, state: &mut ForcingState, flow: &mut dyn Flow, from_s: f64, to_s: f64) {
        let grid = *flow.grid();
        let rain = self.rain.over(from_s, to_s);
        if let Some(rain) = &rain {
            flow.add_rows(Account::Rain, &|first, _, gains| rain.fill_m(&grid, first, gains));
        }
        if self.ground.is_sealed() {
            return;
        }
        let losses_m = self.ground.losses_m(&state.ground, &*flow, rain.as_ref(), to_s - from_s);
        if losses_m.iter().any(|row| row.iter().any(|loss| *loss > 0.0)) {
            flow.add_rows(Account::Infiltration, &|first, depths, gains| {
                let losses = &losses_m[first / grid.nx];
                for ((gain, loss), depth) in gains.iter_mut().zip(losses).zip(depths) {
                    // All of it where hardly anything would stay: no film of a rounding error keeps a cell wet.
                    *gain = if *loss as f64 >= depth * (1.0 - 1e-6) { -depth } else { -*loss as f64 };
                }
            });
        }
        self.ground.note(&mut state.ground, &losses_m, &grid, rain.as_ref(), to_s - from_s);
    }

    /// Rivers and overtopping waves over `from_s..to_s`; gives the volume, m3.
    pub fn inflow(&self, flow: &mut dyn Flow, from_s: f64, to_s: f64) -> f64 {
        let mut sum = 0.0;
        let rivers = self.inflows.iter().map(|i| (&i.cells, i.volume_m3(from_s, to_s)));
        let waves = self.sea_walls.iter().map(|w| (&w.cells, w.volume_m3(from_s, to_s)));
        for (cells, volume_m3) in rivers.chain(waves).filter(|(_, volume)| *volume > 0.0) {
            let each = volume_m3 / cells.len() as f64;
            cells.iter().for_each(|&cell| flow.give_m3(cell, each, Account::Inflow));
            sum += volume_m3;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Buckets;

    const GRID: Grid = Grid { nx: 20, ny: 10, cell_m: 5.0, x0: 0.0, y0: 0.0 };

    fn spec() -> ForcingSpec {
        ron::from_str(
            r#"(
                rain: Sum([
                    Gauge(start_s: 0, step_s: 600, mm: [2, 10, 20, 5, 0, 0]),
                    Cells([(long_m: 60, short_m: 30, track: [
                        (t_s: 0, x_m: 0, y_m: 0, peak_mm_h: 10), (t_s: 3600, x_m: 100, y_m: 50, peak_mm_h: 60),
                    ])]),
                ]),
                infiltration: (
                    classes: [
                        (loss: Sealed),
                        (loss: Soil(soil: Clay, saturation: 0.4)),
                        (loss: CurveNumber(cn: 75)),
                        (loss: Constant(mm_h: 15), recovery_mm_h: 2),
                    ],
                    class_of_cell: Some(CLASSES),
                ),
                inflows: [(name: "brook", at: Point(52, 27), flow: Triangle(
                    base_m3_s: 0.1, peak_m3_s: 0.5, start_s: 600, peak_s: 1200, end_s: 3000,
                ))],
            )"#
            .replace("CLASSES", &format!("{:?}", (0..200).map(|c| c % 4).collect::<Vec<u8>>()))
            .as_str(),
        )
        .expect("the spec parses")
    }

    fn run(macro_s: f64) -> (Buckets, ForcingState, f64) {
        let forcing = spec().bind(&GRID, 3600.0, Path::new("f.ron")).expect("nothing wrong");
        let mut state = forcing.start();
        let mut flow = Buckets::new(GRID, vec![0.0; 200], vec![0.0; 200]);
        let mut given = 0.0;
        for k in 0..(3600.0 / macro_s) as usize {
            let (from, to) = (k as f64 * macro_s, (k + 1) as f64 * macro_s);
            forcing.weather(&mut state, &mut flow, from, to);
            given += forcing.inflow(&mut flow, from, to);
        }
        (flow, state, given)
    }

    /// Grade: exact. Booked volumes are those of the specs, and what stands is what was booked.
    #[test]
    fn rain_ground_and_rivers_are_booked_to_the_last_drop() {
        let (flow, state, given) = run(10.0);
        let booked = |account: Account| flow.booked_m3[account as usize];
        assert!((booked(Account::Inflow) - given).abs() < 1e-9);
        assert!((given - (0.1 * 3600.0 + 0.5 * 0.4 * 2400.0)).abs() < 1e-9, "{given}");
        let field = spec().rain.bind(&GRID, Path::new("f.ron")).unwrap();
        let rain = field.over(0.0, 3600.0).unwrap().volume_m3(&GRID);
        assert!((booked(Account::Rain) / rain - 1.0).abs() < 1e-10, "{} {rain}", booked(Account::Rain));
        let standing: f64 = flow.depth_m.iter().sum::<f64>() * 25.0;
        let balance = booked(Account::Rain) + booked(Account::Inflow) + booked(Account::Infiltration) - standing;
        assert!(balance.abs() < 1e-10 * rain, "{balance}");
        // A curve number's cell: its loss is that of the whole storm on it.
        let at = |cell: usize| field.over(0.0, 3600.0).unwrap().depth_m(&GRID, cell);
        for cell in [2, 98, 150] {
            assert!((state.ground.past_m(cell) - at(cell)).abs() < 1e-6);
            let retention = 0.001 * (25_400.0 / 75.0 - 254.0);
            let want = super::super::infiltration::scs_runoff(at(cell), retention, 0.2 * retention);
            assert!((flow.depth_m[cell] - want).abs() < 1e-5, "cell {cell}: {} {want}", flow.depth_m[cell]);
        }
        assert_eq!(state.ground.past_m(0), 0.0);
    }

    /// Grade: behaviour. The rain is exact; the ground sees the rain of a longer step as one gulp.
    #[test]
    fn a_minute_long_step_changes_what_stands_by_little() {
        let ((fine, ..), (coarse, ..)) = (run(5.0), run(60.0));
        let (a, b) = (fine.booked_m3[1], coarse.booked_m3[1]);
        assert!((a / b - 1.0).abs() < 0.03, "infiltrated {a} m3 and {b} m3");
        assert!((fine.booked_m3[0] / coarse.booked_m3[0] - 1.0).abs() < 1e-10);
    }

    /// Grade: exact.
    #[test]
    fn a_run_resumed_from_its_state_goes_on_the_same_to_the_bit() {
        let forcing = spec().bind(&GRID, 3600.0, Path::new("f.ron")).unwrap();
        let mut flow = Buckets::new(GRID, vec![0.0; 200], vec![0.0; 200]);
        let mut state = forcing.start();
        for k in 0..60 {
            forcing.weather(&mut state, &mut flow, k as f64 * 30.0, (k + 1) as f64 * 30.0);
        }
        let saved = ron::to_string(&state).expect("a state is saved");
        let mut other: (Buckets, ForcingState) = (flow.clone(), ron::from_str(&saved).expect("and read"));
        for k in 60..120 {
            let (from, to) = (k as f64 * 30.0, (k + 1) as f64 * 30.0);
            forcing.weather(&mut state, &mut flow, from, to);
            forcing.weather(&mut other.1, &mut other.0, from, to);
        }
        assert_eq!(flow.depth_m, other.0.depth_m);
        assert_eq!(state, other.1);
    }

    /// Grade: behaviour.
    #[test]
    fn all_that_is_wrong_in_a_forcing_is_told_at_once() {
        let mut spec = spec();
        spec.rain = Rain::Constant { mm_h: -1.0, from_s: 0.0, until_s: 10.0 };
        spec.infiltration.class_of_cell = Some(vec![9; 200]);
        spec.inflows[0].at = super::super::place::Where::Point(1e6, 0.0);
        let said = spec.bind(&GRID, 3600.0, Path::new("f.ron")).expect_err("three things").to_string();
        for part in ["mm_h is -1", "class 9", "\"brook\": (1000000, 0) is not on the grid"] {
            assert!(said.contains(part), "{part} not in:\n{said}");
        }
    }
}
