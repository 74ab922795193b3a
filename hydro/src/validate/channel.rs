//! Rivers narrower than a cell (`hydro::channel`) against the same rivers resolved by cells of a third of their width or
//! less: a flood wave leaves its banks and comes back, in a straight river and in one that winds.
//!
//! The reference. A river that runs aslant through square cells has banks like stairs, and these cost it momentum: at 20
//! m3/s a river of 15 m that swings by 14 degrees stands 1.87 m deep on cells of 5 m, 1.55 m on 2.5 m, where Manning
//! gives 1.34 m. So the rivers of these cases run along the cells, and the winding one turns by right angles; there 5 m
//! and 2.5 m agree within 2 cm. The cells have no walls to rub on and their corners cost head: the channel's n is what a
//! steady flow of 20 m3/s within the banks asks for in the reference, as a modeller would calibrate it.
//!
//! Bounds. The plain's cells of 50 m stand for ground that rises by 0.1 m from their middle to their rim (1 in 1000 along,
//! 3 in 1000 across, half a cell each), so levels on and above the plain agree within that, and 0.05 m for the roughness,
//! whose calibration is off by 5 % a metre of depth (R/h falls from 0.83 to 0.75 while the bed's n stays): 0.15 m for the
//! peaks. Where the banks are not reached they agree better. What the channel adds must be plain: levels over the wave
//! and depths on the plain at least twice and three times nearer than without it.

use super::case::{Bench, Bound, Case, CaseResult, Panel, Role, Row};
use crate::channel::plan::Path as Way;
use crate::channel::{Along, ChannelSpec, ChannelStart, Channels, ChannelsSpec, End};
use crate::flow::{Account, Flow};
use crate::forcing::series::Series;
use crate::solver::{Domain, Edge, EdgeKind, EdgeSide, Options, Scheme, Solver};
use base::grid::{Grid, Point};
use base::math;
use std::path::Path;

pub fn cases() -> Vec<Case> {
    vec![
        Case {
            name: "channel-straight",
            about: "flood wave in a river narrower than a cell, straight",
            quick: true,
            run: straight,
        },
        Case {
            name: "channel-winding",
            about: "flood wave in a river narrower than a cell, winding",
            quick: false,
            run: winding,
        },
    ]
}

const LENGTH_M: f64 = 1000.0;
const BREADTH_M: f64 = 500.0;
const COARSE_M: f64 = 50.0;
const WIDTH_M: f64 = 15.0;
const DEEP_M: f64 = 2.5;
const FALL_M: f64 = 1.0;
const RIVER_N: f64 = 0.035;
const PLAIN_N: f64 = 0.05;
/// Discharge of the calibration, m3/s: the river is half full.
const WITHIN_M3_S: f64 = 20.0;
const END_S: u32 = 9000;
const BEAT_S: f64 = 100.0;
/// The wave comes from here on, s: before, the river fills.
const FROM_S: f64 = 1800.0;

/// A valley with its river, and where levels are compared.
struct Valley {
    line: Vec<Point>,
    gauges: Vec<Point>,
    way: Way,
    /// The valley's middle, m.
    middle_m: f64,
}

impl Valley {
    fn new(corners: &[(f64, f64)], gauges: &[(f64, f64)], middle_m: f64) -> Valley {
        let points = |all: &[(f64, f64)]| all.iter().map(|p| Point::new(p.0, p.1)).collect::<Vec<_>>();
        let line = points(corners);
        Valley { way: Way::new(&line), line, gauges: points(gauges), middle_m }
    }
    fn plain_m(&self, p: Point) -> f64 {
        10.0 + FALL_M * (1.0 - p.x / LENGTH_M) + 0.003 * (p.y - self.middle_m).abs()
    }
    /// Bed of the river: it falls evenly along it.
    fn bed_m(&self, along_m: f64) -> f64 {
        10.0 - DEEP_M + FALL_M * (1.0 - along_m / self.way.length_m())
    }
    fn ground(&self, p: Point) -> (f64, bool) {
        let (along_m, off_m) = self.way.nearest(p);
        let river = off_m <= 0.5 * WIDTH_M;
        (if river { self.bed_m(along_m) } else { self.plain_m(p) }, river)
    }
}

fn grid(cell_m: f64) -> Grid {
    Grid { nx: (LENGTH_M / cell_m) as usize, ny: (BREADTH_M / cell_m) as usize, cell_m, x0: 0.0, y0: 0.0 }
}

fn domain(grid: Grid, bed_m: Vec<f64>, manning: Vec<f64>) -> Domain {
    let mut domain = Domain::new(grid, bed_m, manning);
    domain.edges.push(Edge { side: EdgeSide::East, from: 0, to: grid.ny, kind: EdgeKind::Free });
    domain
}

fn wave() -> Series {
    Series(vec![(0.0, 10.0), (FROM_S, 10.0), (3900.0, 110.0), (6600.0, 10.0), (9000.0, 10.0)])
}

/// What a run found.
struct Found {
    /// Level at the gauges, (s, m).
    levels: Vec<Vec<(f64, f64)>>,
    /// Volume that has left, (s, m3).
    out: Vec<(f64, f64)>,
    /// Greatest depth on the plain by coarse cells, m.
    deepest_m: Vec<f64>,
    /// Share of all water that is unaccounted for.
    error: f64,
}

impl Found {
    fn start(gauges: usize) -> Found {
        Found {
            levels: vec![Vec::new(); gauges],
            out: Vec::new(),
            deepest_m: vec![0.0; grid(COARSE_M).len()],
            error: 0.0,
        }
    }
    fn peak_m(&self, gauge: usize) -> f64 {
        self.levels[gauge].iter().map(|p| p.1).fold(f64::NEG_INFINITY, f64::max)
    }
    /// Greatest outflow, mean over three beats, m3/s.
    fn peak_m3_s(&self) -> f64 {
        let mean = self.out.windows(4).map(|w| (w[3].1 - w[0].1) / (w[3].0 - w[0].0));
        mean.fold(0.0, f64::max)
    }
    fn outflow(&self) -> Vec<(f64, f64)> {
        self.out.windows(4).map(|w| (0.5 * (w[1].0 + w[2].0), (w[3].1 - w[0].1) / (w[3].0 - w[0].0))).collect()
    }
}

/// The river resolved by fine cells.
fn resolved(valley: &Valley, cell_m: f64, inflow: &Series, end_s: u32) -> Found {
    let (grid, coarse) = (grid(cell_m), grid(COARSE_M));
    let ground: Vec<(f64, bool)> = (0..grid.len()).map(|c| valley.ground(grid.centre(c))).collect();
    let manning = ground.iter().map(|g| if g.1 { RIVER_N } else { PLAIN_N }).collect();
    let options = Options { scheme: Scheme::Second, ..Options::default() };
    let mut solver = Solver::<f64>::new(&domain(grid, ground.iter().map(|g| g.0).collect(), manning), options);
    let mouth: Vec<usize> = (0..grid.len()).filter(|&c| ground[c].1 && grid.centre(c).x < 10.0).collect();
    let gauges: Vec<usize> = valley.gauges.iter().map(|p| grid.cell_at(*p).expect("a gauge on the grid")).collect();
    let plain: Vec<(usize, usize)> = (0..grid.len())
        .filter(|&c| !ground[c].1)
        .map(|c| (c, coarse.cell_at(grid.centre(c)).expect("the grids cover each other")))
        .collect();
    let mut cells = vec![0.0; coarse.len()];
    plain.iter().for_each(|(_, block)| cells[*block] += 1.0);
    let mut found = Found::start(gauges.len());
    for k in 0..(f64::from(end_s) / BEAT_S) as u32 {
        solver.advance(f64::from(k) * BEAT_S, BEAT_S, &mut |flow, now_s, dt_s| {
            let each = inflow.integral(now_s, now_s + dt_s) / mouth.len() as f64;
            mouth.iter().for_each(|c| flow.give_m3(*c, each, Account::Inflow));
        });
        let t = f64::from(k + 1) * BEAT_S;
        for (series, cell) in found.levels.iter_mut().zip(&gauges) {
            series.push((t, solver.stage_m(*cell)));
        }
        found.out.push((t, -solver.ledger().of(Account::Boundary)));
        let mut mean = vec![0.0; coarse.len()];
        plain.iter().for_each(|(c, block)| mean[*block] += solver.depth_m(*c) / cells[*block]);
        found.deepest_m.iter_mut().zip(mean).for_each(|(d, m)| *d = d.max(m));
    }
    found.error = solver.ledger().error();
    found
}

/// The valley by coarse cells: with the river in them as a channel of this roughness, or (none) in their mean ground.
fn coarse(valley: &Valley, manning: Option<f64>, inflow: &Series) -> Found {
    let grid = grid(COARSE_M);
    let fine = 20;
    let bed_m: Vec<f64> = (0..grid.len())
        .map(|c| {
            let (mut sum, mut count) = (0.0, 0.0);
            for a in 0..fine * fine {
                let at = |cell: usize, k: usize| (cell as f64 + (k as f64 + 0.5) / fine as f64) * COARSE_M;
                let (level, river) = valley.ground(Point::new(at(c % grid.nx, a % fine), at(c / grid.nx, a / fine)));
                if !(river && manning.is_some()) {
                    sum += level;
                    count += 1.0;
                }
            }
            sum / count
        })
        .collect();
    let domain = domain(grid, bed_m, vec![PLAIN_N; grid.len()]);
    let mut spec = ChannelsSpec::default();
    if let Some(n) = manning {
        let along_m = |k: usize| if k == 0 { 0.0 } else { Way::new(&valley.line[..=k]).length_m() };
        spec.channels.push(ChannelSpec {
            name: "river".into(),
            line: valley.line.clone(),
            width_m: Along::Even(WIDTH_M),
            bed_m: Along::Corners((0..valley.line.len()).map(|k| valley.bed_m(along_m(k))).collect()),
            bank_m: None,
            side_slope: 0.0,
            manning: Along::Even(n),
            from: End::Inflow(inflow.clone()),
            to: End::Normal { slope: None },
            start: ChannelStart::Dry,
        });
    }
    let mut channels = Channels::new(&domain, spec, Path::new("valley")).expect("the case is sound");
    let first = grid.cell_at(valley.line[0]).expect("the river begins on the grid");
    let mut solver = Solver::<f64>::new(&domain, Options::default());
    let mut found = Found::start(valley.gauges.len());
    for k in 0..(f64::from(END_S) / BEAT_S) as u32 {
        solver.advance(f64::from(k) * BEAT_S, BEAT_S, &mut |flow, now_s, dt_s| {
            channels.step(flow, now_s, dt_s);
            if manning.is_none() {
                flow.give_m3(first, inflow.integral(now_s, now_s + dt_s), Account::Inflow);
            }
        });
        let t = f64::from(k + 1) * BEAT_S;
        for (series, p) in found.levels.iter_mut().zip(&valley.gauges) {
            let level = match channels.read("river", valley.way.nearest(*p).0) {
                Some(reading) => reading.level_m,
                None => solver.stage_m(grid.cell_at(*p).expect("a gauge on the grid")),
            };
            series.push((t, level));
        }
        found.out.push((t, -solver.ledger().of(Account::Boundary) - channels.ledger().boundary_m3));
        found.deepest_m.iter_mut().enumerate().for_each(|(c, d)| *d = d.max(solver.depth_m(c)));
    }
    let handled = inflow.integral(0.0, f64::from(END_S));
    found.error = solver.ledger().error().max(channels.error_m3().abs() / handled);
    found
}

/// Roughness with which the channel carries a steady flow within its banks at the depth of the resolved river.
fn calibrated(valley: &Valley, cell_m: f64) -> f64 {
    let found = resolved(valley, cell_m, &Series(vec![(0.0, WITHIN_M3_S)]), 3600);
    let depths = valley.gauges.iter().zip(&found.levels).map(|(p, series)| {
        let last = series.last().expect("it ran");
        last.1 - valley.bed_m(valley.way.nearest(*p).0)
    });
    let depth_m = depths.sum::<f64>() / valley.gauges.len() as f64;
    let area = WIDTH_M * depth_m;
    let radius = area / (WIDTH_M + 2.0 * depth_m);
    area * math::cbrt(radius * radius) * math::sqrt(FALL_M / valley.way.length_m()) / WITHIN_M3_S
}

fn straight(bench: &Bench) -> CaseResult {
    let y = 272.5;
    let gauges: Vec<(f64, f64)> = [200.0, 400.0, 600.0, 800.0].map(|x| (x, y)).to_vec();
    let valley = Valley::new(&[(0.0, y), (LENGTH_M, y)], &gauges, y);
    compare(bench, "channel-straight", &valley, 0.05)
}

fn winding(bench: &Bench) -> CaseResult {
    let (a, b) = (222.5, 322.5);
    let xs = [122.5, 372.5, 622.5, 872.5];
    let mut line = vec![(0.0, a)];
    for (k, x) in xs.iter().enumerate() {
        let (from, to) = if k % 2 == 0 { (a, b) } else { (b, a) };
        line.extend([(*x, from), (*x, to)]);
    }
    line.push((LENGTH_M, a));
    let valley = Valley::new(&line, &[(200.0, b), (400.0, a), (600.0, a), (800.0, b)], 272.5);
    // The wave of a winding river is held up where the plain's water crosses it, over bank and bend, at the cost of
    // momentum that a channel of one dimension does not know: outflow is shown.
    compare(bench, "channel-winding", &valley, f64::INFINITY)
}

fn compare(bench: &Bench, name: &str, valley: &Valley, outflow_within: f64) -> CaseResult {
    let mut result = CaseResult::new(name);
    let cell_m = if bench.quick || outflow_within.is_finite() { 5.0 } else { 2.5 };
    let inflow = wave();
    let n = calibrated(valley, cell_m);
    let fine = resolved(valley, cell_m, &inflow, END_S);
    let with = coarse(valley, Some(n), &inflow);
    let without = coarse(valley, None, &inflow);
    result.notes.push(format!(
        "{name}: river of {WIDTH_M} m and {DEEP_M} m depth, wave of 10 to 110 m3/s; cells of {COARSE_M} m with the river as \
         a channel (n {n:.4} by calibration at {WITHIN_M3_S} m3/s) and without it, against cells of {cell_m} m (second order)."
    ));
    let mut row = |what: String, value: f64, bound: Bound| {
        result.rows.push(Row {
            grid: format!("{COARSE_M} m"),
            scheme: "auto".into(),
            precision: "f64".into(),
            what,
            value,
            bound,
            peer: String::new(),
            cost: None,
        });
    };
    let rms = |a: &[(f64, f64)], b: &[(f64, f64)]| {
        let off: Vec<f64> =
            a.iter().zip(b).filter(|(p, _)| p.0 >= FROM_S).map(|(p, q)| (p.1 - q.1) * (p.1 - q.1)).collect();
        math::sqrt(off.iter().sum::<f64>() / off.len() as f64)
    };
    let mean = |found: &Found| {
        found.levels.iter().zip(&fine.levels).map(|(a, b)| rms(a, b)).sum::<f64>() / fine.levels.len() as f64
    };
    let deep = |found: &Found| {
        let off = found.deepest_m.iter().zip(&fine.deepest_m).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
        math::sqrt(off / fine.deepest_m.len() as f64)
    };
    for k in 0..valley.gauges.len() {
        let off = (with.peak_m(k) - fine.peak_m(k)).abs();
        row(format!("peak level at gauge {}: off by, m", k + 1), off, Bound::AtMost(0.15));
    }
    row("level over the wave, RMS, m".into(), mean(&with), Bound::Shown);
    row("... as a share of that without the channel, level".into(), mean(&with) / mean(&without), Bound::AtMost(0.5));
    row("greatest depth on the plain, RMS, m".into(), deep(&with), Bound::AtMost(0.1));
    row(
        "... as a share of that without the channel, depth".into(),
        deep(&with) / deep(&without),
        Bound::AtMost(1.0 / 3.0),
    );
    let outflow = with.peak_m3_s() / fine.peak_m3_s() - 1.0;
    let within =
        if outflow_within.is_finite() { Bound::Between(-outflow_within, outflow_within) } else { Bound::Shown };
    row("greatest outflow: off by, share".into(), outflow, within);
    let most = with.error.max(without.error).max(fine.error);
    row("mass error, share".into(), most, Bound::AtMost(1e-12));
    for k in [0, valley.gauges.len() - 1] {
        let panel = Panel::new(&format!("{name}: level at gauge {}", k + 1), "t, s", "level, m")
            .with(format!("cells of {cell_m} m"), Role::Exact, fine.levels[k].clone())
            .with("50 m with the channel", Role::Computed, with.levels[k].clone())
            .with("50 m without", Role::ComputedToo, without.levels[k].clone());
        result.panels.push(panel);
    }
    let panel = Panel::new(&format!("{name}: outflow"), "t, s", "m3/s")
        .with(format!("cells of {cell_m} m"), Role::Exact, fine.outflow())
        .with("50 m with the channel", Role::Computed, with.outflow())
        .with("50 m without", Role::ComputedToo, without.outflow());
    result.panels.push(panel);
    result
}
