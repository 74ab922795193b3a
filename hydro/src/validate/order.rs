//! Orders of convergence where the water is smooth: a wave running before it breaks, a vortex at rest, a channel of
//! MacDonald's; and a small standing wave for all schemes, local inertia too.

use super::analytic::{Channel, Seiche, SimpleWave, Vortex};
use super::case::{Bench, Bound, Case, CaseResult, Panel, Role};
use super::measure::{harmonic, mean_abs, order};
use super::rig::{Precision, Run, SCHEMES, Setup, scheme_name};
use super::steady::channel_run;
use crate::solver::Scheme;
use base::grid::Grid;
use base::math::{atan2, hypot};
use std::f64::consts::PI;

pub fn cases() -> Vec<Case> {
    vec![
        Case { name: "order-wave", about: "order on a smooth running wave", quick: true, run: wave },
        Case { name: "order-vortex", about: "order on a smooth vortex in two dimensions", quick: false, run: vortex },
        Case { name: "order-channel", about: "order on a smooth steady channel", quick: true, run: channel },
        Case { name: "seiche", about: "a small standing wave, all schemes", quick: true, run: seiche },
    ]
}

/// Rows and a log-log plot of errors on finer and finer grids; the order is that of the last refinement.
fn ladder(
    result: &mut CaseResult,
    title: &str,
    what: &str,
    schemes: &[(Scheme, f64, &[usize])],
    error: &mut dyn FnMut(usize, Scheme) -> (f64, super::case::Row),
) {
    let mut panel = Panel::new(title, "cells along x", what);
    panel.log = true;
    for (scheme, least, grids) in schemes {
        let mut errors = Vec::new();
        for n in *grids {
            let (e, row) = error(*n, *scheme);
            errors.push((*n as f64, e));
            result.rows.push(super::case::Row { what: what.into(), value: e, bound: Bound::Shown, ..row.clone() });
            if let [.., (n0, e0), (n1, e1)] = errors[..]
                && n == grids.last().expect("grids to refine")
            {
                let value = order(e0, e1, n1 / n0);
                let what = format!("order of {what}, {n0} to {n1} cells");
                result.rows.push(super::case::Row { what, value, bound: Bound::AtLeast(*least), cost: None, ..row });
            }
        }
        let role = if *scheme == Scheme::Second { Role::Computed } else { Role::ComputedToo };
        let (n0, e0) = errors[0];
        let slope = if *scheme == Scheme::Second { 2.0 } else { 1.0 };
        let guide = grids.iter().map(|n| (*n as f64, e0 * base::math::pow(n0 / *n as f64, slope))).collect();
        panel = panel.with(scheme_name(*scheme), role, errors);
        panel = panel.with(format!("slope -{slope}"), Role::Exact, guide);
    }
    result.panels.push(panel);
}

/// The orders that are asked for, each on its own ladder of grids.
fn bounds<'a>(first: &'a [usize], second: &'a [usize]) -> [(Scheme, f64, &'a [usize]); 2] {
    [(Scheme::First, 0.9, first), (Scheme::Second, 1.6, second)]
}

fn wave(bench: &Bench) -> CaseResult {
    let mut result = CaseResult::new("order-wave");
    let exact = SimpleWave { still_m: 1.0, share: 0.1, width_m: 4.0 };
    let t = 0.5 * exact.breaks_s();
    let run_on = |n: usize, scheme: Scheme| {
        let grid = Grid { nx: n, ny: 4, cell_m: 70.0 / n as f64, x0: -30.0, y0: 0.0 };
        let setup = Setup::on(grid, |_| 0.0)
            .water(|p| {
                let (h, u) = exact.at(p.x, 0.0);
                (h, u, 0.0)
            })
            .by(scheme, Precision::F64);
        let mut run = Run::new(bench, setup);
        run.to(t);
        run
    };
    let grids: &[usize] = if bench.quick { &[280, 560] } else { &[140, 280, 560, 1120] };
    ladder(&mut result, "order-wave: L1(h) against cells", "L1(h), m", &bounds(grids, grids), &mut |n, scheme| {
        let run = run_on(n, scheme);
        let (h, wanted) = run.row_depths(|x| exact.at(x, t).0);
        (mean_abs(&h, &wanted), run.row("", 0.0, Bound::Shown, ""))
    });
    let xs: Vec<f64> = (-300..400).map(|k| f64::from(k) * 0.1).collect();
    let panel = Panel::new("order-wave: depth half way to breaking, 280 cells", "x, m", "h, m")
        .with("exact", Role::Exact, xs.iter().map(|x| (*x, exact.at(*x, t).0)).collect())
        .with("first", Role::ComputedToo, run_on(280, Scheme::First).along(|tank, c| tank.depth_m(c)))
        .with("second", Role::Computed, run_on(280, Scheme::Second).along(|tank, c| tank.depth_m(c)));
    result.panels.push(panel);
    result
}

fn vortex(bench: &Bench) -> CaseResult {
    let mut result = CaseResult::new("order-vortex");
    let exact = Vortex { far_m: 1.0, spin: 2.0, width_m: 1.0 };
    // First order damps a slow vortex so much that its order shows on finer grids only.
    let (first, second): (&[usize], &[usize]) =
        if bench.quick { (&[320, 640], &[40, 80]) } else { (&[80, 160, 320, 640], &[40, 80, 160, 320]) };
    let mut slice = Panel::new("order-vortex: velocity through the middle after 2 s, 80 cells", "x, m", "v, m/s");
    let xs: Vec<f64> = (-400..=400).map(|k| f64::from(k) * 0.01).collect();
    slice = slice.with("exact", Role::Exact, xs.iter().map(|x| (*x, exact.at(*x, 0.05).2)).collect());
    ladder(&mut result, "order-vortex: L1 of velocity", "L1(u, v), m/s", &bounds(first, second), &mut |n, scheme| {
        let grid = Grid { nx: n, ny: n, cell_m: 8.0 / n as f64, x0: -4.0, y0: -4.0 };
        let setup = Setup::on(grid, |_| 0.0).water(|p| exact.at(p.x, p.y)).by(scheme, Precision::F64);
        let mut run = Run::new(bench, setup);
        run.to(2.0);
        let error = (0..grid.len())
            .map(|c| {
                let (p, (u, v)) = (grid.centre(c), run.tank.velocity_m_s(c));
                let (_, eu, ev) = exact.at(p.x, p.y);
                (u - eu).abs() + (v - ev).abs()
            })
            .sum::<f64>()
            / grid.len() as f64;
        if n == 80 {
            let role = if scheme == Scheme::Second { Role::Computed } else { Role::ComputedToo };
            slice = slice.clone().with(scheme_name(scheme), role, run.along(|tank, c| tank.velocity_m_s(c).1));
        }
        (error, run.row("", 0.0, Bound::Shown, ""))
    });
    result.panels.push(slice);
    result
}

fn channel(bench: &Bench) -> CaseResult {
    let mut result = CaseResult::new("order-channel");
    // At inlet and outlet the Froude number is 0.986, where what a rim is off comes out 37 times (1 / (1 - Fr^2)) in the depth: on 200 cells
    // a steady ripple of 1 to 3 mm stands on the last twenty, on 100 and 400 on the last three. Hence the kink in the ladder
    // of second order at 200; from 50 to 400 cells its order is 1.65.
    let grids: &[usize] = if bench.quick { &[50, 100] } else { &[50, 100, 200, 400] };
    ladder(
        &mut result,
        "order-channel: MacDonald, subcritical",
        "L1(h), m",
        &bounds(grids, grids),
        &mut |n, scheme| {
            let run = channel_run(bench, Channel::Subcritical, n, (scheme, Precision::F64));
            let (h, wanted) = run.row_depths(|x| Channel::Subcritical.depth_m(x));
            (mean_abs(&h, &wanted), run.row("", 0.0, Bound::Shown, ""))
        },
    );
    result
}

fn seiche(bench: &Bench) -> CaseResult {
    let mut result = CaseResult::new("seiche");
    let exact = Seiche { depth_m: 10.0, length_m: 1000.0, amplitude_m: 0.01 };
    let (n, periods, t1) = (100, 5.0, exact.period_s());
    let times: Vec<f64> = (0..=500).map(|k| f64::from(k) * periods * t1 / 500.0).collect();
    let mut panel = Panel::new("seiche: level at the wall, 100 cells", "t, s", "level, m").with(
        "exact",
        Role::Exact,
        times.iter().map(|t| (*t, exact.level_m(5.0, *t))).collect(),
    );
    for scheme in SCHEMES {
        for precision in Precision::BOTH {
            let setup =
                Setup::new(n, 4, 10.0, |_| -10.0).by(scheme, precision).depth(|p| 10.0 + exact.level_m(p.x, 0.0));
            let mut run = Run::new(bench, setup);
            let mut level = Vec::new();
            run.watch(periods * t1, t1 / 50.0, |tank, t| level.push((t, tank.stage_m(2 * n))));
            let whole: Vec<(f64, f64)> = level.iter().copied().filter(|(t, _)| *t >= (periods - 1.0) * t1).collect();
            let (a, b) = harmonic(&whole, 2.0 * PI / t1);
            let loss = 1.0 - hypot(a, b) / exact.level_m(5.0, 0.0);
            let phase = (atan2(b, a) / (2.0 * PI)).abs();
            // Same gates as Thacker's trough; first order damps, and local inertia's filter does so by design.
            let judged = matches!(scheme, Scheme::Second);
            let bound = |most: f64| if judged { Bound::AtMost(most) } else { Bound::Shown };
            result.rows.push(run.row(
                "phase error in the 5th period, share of a period",
                phase,
                Bound::AtMost(0.01),
                "",
            ));
            result.rows.push(run.row("loss of amplitude in the 5th period, share", loss, bound(0.05), ""));
            if precision == Precision::F64 {
                let role = match scheme {
                    Scheme::Second => Role::Computed,
                    Scheme::First => Role::ComputedToo,
                    Scheme::Inertial => Role::Peer,
                    Scheme::Auto => continue,
                };
                panel = panel.with(scheme_name(scheme), role, level);
            }
        }
    }
    result.panels.push(panel);
    result
}
