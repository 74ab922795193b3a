//! Forecasts against a truth: the same flood computed on the full ground, which the forecast never sees.

use super::coarse::Fine;
use super::ensemble::{Office, ShallowWater};
use super::rain::RainErrors;
use super::*;
use crate::flow::{Face, Flow};
use crate::layers::extremes::{Extremes, ExtremesSpec};
use crate::solver::{Domain, EdgeKind, EdgeSide, Options, Scheme, Solver};
use base::grid::Grid;
use std::collections::BTreeMap;

/// A river along the west behind a levee of one cell's width, a polder that falls gently to the east, a canal across it.
struct Town {
    grid: Grid,
    bed_m: Vec<f64>,
    manning: Vec<f64>,
    channel: Vec<bool>,
}

const NX: usize = 48;
const NY: usize = 32;
const BREACH_S: f64 = 1800.0;
const RIVER_M: f64 = 3.0;

impl Town {
    fn new() -> Town {
        let grid = Grid { nx: NX, ny: NY, cell_m: 20.0, x0: 0.0, y0: 0.0 };
        let at = |c: usize| (c % NX, c / NX);
        let river = |i: usize| i < 5;
        let canal = |i: usize, j: usize| i > 8 && j == 9;
        let bed = |c: usize| match at(c) {
            (i, _) if river(i) => -2.0,
            (5, _) => 4.5,
            (i, j) if canal(i, j) => -1.5,
            (i, _) => 1.0 - 0.01 * (i - 5) as f64,
        };
        let n = grid.len();
        Town {
            grid,
            bed_m: (0..n).map(bed).collect(),
            manning: (0..n).map(|c| if river(c % NX) { 0.025 } else { 0.04 }).collect(),
            channel: (0..n).map(|c| river(at(c).0) || canal(at(c).0, at(c).1)).collect(),
        }
    }
    fn breach(&self) -> Vec<u32> {
        (19..23).map(|j| self.grid.index(5, j) as u32).collect()
    }
    fn edges(stage_m: f64) -> Vec<Edge> {
        let kind = EdgeKind::Stage(vec![(0.0, stage_m)]);
        vec![Edge { side: EdgeSide::West, from: 0, to: NY, kind }]
    }
    fn places(&self) -> Vec<Place> {
        let spot =
            |name: &str, i, j| Place { name: name.into(), cells: vec![self.grid.index(i, j) as u32], share: 0.0 };
        let village = (12..16).flat_map(|j| (26..30).map(move |i| (i, j)));
        let cells = village.map(|(i, j)| self.grid.index(i, j) as u32).collect();
        vec![
            spot("near", 11, 21),
            spot("middle", 24, 21),
            spot("far", 42, 24),
            Place { name: "village".into(), cells, share: 0.1 },
        ]
    }

    /// The truth: on the full ground, with the breach at `BREACH_S` or none.
    fn flood(&self, breach: bool) -> Extremes {
        let domain =
            Domain { edges: Town::edges(RIVER_M), ..Domain::new(self.grid, self.bed_m.clone(), self.manning.clone()) };
        let mut solver = Solver::<f32>::new(&domain, Options { scheme: Scheme::First, ..Default::default() });
        let start = |c: usize| if c % NX < 5 { RIVER_M - self.bed_m[c] } else { 0.0 };
        solver.set_depth_m(&(0..self.grid.len()).map(start).collect::<Vec<f64>>());
        let mut extremes = Extremes::new(self.grid, ExtremesSpec { run_s: 7200.0, ..Default::default() });
        extremes.look_at(&solver, 0.0);
        for k in 0..120 {
            let now_s = f64::from(k) * 60.0;
            if breach && now_s == BREACH_S {
                self.breach().iter().for_each(|c| solver.set_bed_m(*c as usize, 0.5));
            }
            solver.advance(now_s, 60.0, &mut |_, _, _| {});
            extremes.look_at(&solver, now_s + 60.0);
        }
        extremes
    }

    /// What the office makes of it: a gauge at the river (which says nothing of the canal behind the levee, empty here), a
    /// breach that it knows of or not.
    fn forecast(&self, feared: Vec<Feared>, stage_m: f64) -> Outlook {
        let crests: BTreeMap<Face, f64> = BTreeMap::new();
        let fine = Fine {
            grid: self.grid,
            bed_m: &self.bed_m,
            manning: &self.manning,
            crests: &crests,
            channel: &self.channel,
        };
        let spec = ForecastSpec {
            factor: 4,
            members: 10,
            ahead_s: 7200.0,
            look_s: 120.0,
            spread: Spread { rain: RainErrors::none(), start_m: 0.0, ..Spread::default() },
            ..Default::default()
        };
        assert!(spec.check(Path::new("forecast")).is_empty());
        let office = Office::new(spec, &fine, &vec![0.0; self.grid.len()], &self.places());
        let gauge = self.grid.index(2, 16) as u32;
        let picture =
            Picture { stages_m: vec![(gauge, stage_m)], edges: Town::edges(stage_m), feared, ..Default::default() };
        office.issue(&fine, &picture, 5, 0, &ShallowWater::default())
    }
}

/// Grade: behaviour. A known breach: each place is told with certainty, in the order in which water comes; where the
/// truth lies is printed and kept within what such a forecast resolves: arrivals within two and a half looks, depths
/// within 0.1 m.
#[test]
fn a_known_breach_is_forecast_roughly_right_on_blocks_sixteen_times_as_large() {
    let town = Town::new();
    let truth = town.flood(true);
    let known = Feared { cells: town.breach(), sill_m: 0.5, chance: 1.0, opens_s: (BREACH_S, BREACH_S) };
    let outlook = town.forecast(vec![known], RIVER_M);
    let mut last_s = 0.0;
    for (place, told) in town.places().iter().zip(&outlook.places).take(3) {
        let cell = place.cells[0] as usize;
        let came_s = truth.arrival_s(cell, 1).expect("the truth floods all three");
        let arrival = told.arrival[0].expect("and so does the forecast");
        println!(
            "{}: truth {:.0} s, {:.2} m; told {:.0} to {:.0} s, {:.2} m ({:.2} to {:.2})",
            told.name,
            came_s,
            truth.depth_m(cell),
            arrival.earliest_s,
            arrival.latest_s,
            told.control_m,
            told.depth_m[0],
            told.depth_m[2]
        );
        assert_eq!(told.chance[0], 1.0, "{}", told.name);
        let off_s = (arrival.likely_s - came_s).abs();
        assert!(off_s <= 300.0, "{}: {off_s} s off", told.name);
        assert!((told.control_m - f64::from(truth.depth_m(cell))).abs() < 0.1, "{}", told.name);
        assert!(arrival.likely_s > last_s, "the far are told later");
        last_s = arrival.likely_s;
    }
    let cells: Vec<f32> = town.places()[3].cells.iter().map(|c| truth.depth_m(*c as usize)).collect();
    println!("village: truth {:?} to told {:?}", cells.iter().copied().fold(0.0, f32::max), outlook.places[3].depth_m);
    assert!(outlook.places[3].chance[0] == 1.0);
}

/// Grade: behaviour. The levee holds in the truth and in the forecast; and a breach that nobody feared is missed.
#[test]
fn a_levee_holds_on_blocks_too_and_an_unfeared_breach_is_missed() {
    let town = Town::new();
    let dry = town.flood(false);
    let surprise = town.flood(true);
    let outlook = town.forecast(Vec::new(), RIVER_M);
    for (place, told) in town.places().iter().zip(&outlook.places).take(3) {
        let cell = place.cells[0] as usize;
        assert_eq!(dry.depth_m(cell), 0.0, "{}", place.name);
        assert_eq!(told.depth_m, [0.0; 3], "{}", told.name);
        assert!(surprise.depth_m(cell) > 0.1, "what came was not told");
    }
}

/// Grade: exact.
#[test]
fn a_bad_forecast_is_complained_about_all_at_once() {
    let spec = ForecastSpec {
        factor: 0,
        members: 0,
        look_s: f64::NAN,
        thresholds_m: vec![0.5, 0.1],
        spread: Spread {
            stage_m: -1.0,
            rain: RainErrors { persistence: 1.0, ..Default::default() },
            ..Default::default()
        },
        ..Default::default()
    };
    let complaints = spec.check(Path::new("forecast.ron"));
    assert_eq!(complaints.0.len(), 7, "{complaints}");
}
