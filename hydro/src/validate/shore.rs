//! Moving shores: Thacker's (1981) sloshing in a trough, swinging and breathing in a bowl (SWASHES 4.2).

use super::analytic::{Paraboloid, PlanarTrough};
use super::case::{Bench, Bound, Case, CaseResult, Panel, Role};
use super::measure::{harmonic, relative_l1};
use super::rig::{Precision, Run, Setup, scheme_name};
use crate::solver::Scheme;
use base::grid::Grid;
use base::math::{atan2, hypot};
use std::f64::consts::PI;

pub fn cases() -> Vec<Case> {
    vec![
        Case { name: "thacker-trough", about: "water sloshing in a trough, 5 periods", quick: true, run: trough },
        Case { name: "thacker-radial", about: "water breathing in a bowl, 3 periods", quick: false, run: radial },
        Case { name: "thacker-planar", about: "water swinging round a bowl, 3 periods", quick: false, run: planar },
    ]
}

fn trough(bench: &Bench) -> CaseResult {
    let mut result = CaseResult::new("thacker-trough");
    let exact = PlanarTrough { a_m: 1.0, h0_m: 0.5, reach_m: 0.5 };
    let (n, periods, t1) = (200, 5.0, exact.period_s());
    let grid = Grid { nx: n, ny: 4, cell_m: 4.0 / n as f64, x0: -2.0, y0: 0.0 };
    let mut sway = Panel::new("thacker-trough: middle of the water, 200 cells", "t, s", "x, m");
    let mut last = Panel::new("thacker-trough: level after 5 periods", "x, m", "level, m");
    for (scheme, judged, role) in [
        (Scheme::First, false, Role::ComputedToo),
        (Scheme::Second, true, Role::Computed),
        (Scheme::Auto, true, Role::Peer),
    ] {
        for precision in Precision::BOTH {
            let setup = Setup::on(grid, |p| exact.bed_m(p.x))
                .water(|p| {
                    let (h, u) = exact.at(p.x, 0.0);
                    (h, u, 0.0)
                })
                .by(scheme, precision);
            let mut run = Run::new(bench, setup);
            let mut middle = Vec::new();
            run.watch(periods * t1, t1 / 50.0, |tank, t| {
                let (mut volume, mut moment) = (0.0, 0.0);
                for cell in 0..grid.len() {
                    volume += tank.depth_m(cell);
                    moment += tank.depth_m(cell) * grid.centre(cell).x;
                }
                middle.push((t, moment / volume));
            });
            // Exact: -reach cos(wt). The last period's amplitude and phase by least squares.
            let whole: Vec<(f64, f64)> = middle.iter().copied().filter(|(t, _)| *t >= (periods - 1.0) * t1).collect();
            let (a, b) = harmonic(&whole, exact.omega());
            let loss = 1.0 - hypot(a, b) / exact.reach_m;
            let phase = (atan2(-b, -a) / (2.0 * PI)).abs();
            let bound = |most: f64| if judged { Bound::AtMost(most) } else { Bound::Shown };
            result.rows.push(run.row("phase error in the 5th period, share of a period", phase, bound(0.01), ""));
            result.rows.push(run.row("loss of amplitude in the 5th period, share", loss.abs(), bound(0.05), ""));
            let (computed, wanted) = run.row_depths(|x| exact.at(x, periods * t1).0);
            result.rows.push(run.row(
                "L1(h)/mean h after 5 periods",
                relative_l1(&computed, &wanted),
                Bound::Shown,
                "",
            ));
            if precision == Precision::F64 && scheme != Scheme::Auto {
                sway = sway.with(scheme_name(scheme), role, middle);
                last = last.with(scheme_name(scheme), role, run.along(|tank, c| tank.stage_m(c)));
            }
        }
    }
    let times: Vec<f64> = (0..=500).map(|k| f64::from(k) * periods * t1 / 500.0).collect();
    let exact_sway = times.iter().map(|t| (*t, -exact.reach_m * base::math::cos(exact.omega() * t))).collect();
    let xs: Vec<f64> = (0..=400).map(|k| -2.0 + f64::from(k) * 0.01).collect();
    let exact_level = xs.iter().map(|x| (*x, exact.bed_m(*x) + exact.at(*x, periods * t1).0)).collect();
    result.panels = vec![
        sway.with("exact", Role::Exact, exact_sway),
        last.with("exact", Role::Exact, exact_level).with(
            "bed",
            Role::Bed,
            xs.iter().map(|x| (*x, exact.bed_m(*x))).collect(),
        ),
    ];
    result
}

/// A bowl on `n` x `n` cells over 4 m, run for three periods; the exact water by (x, y, t).
fn bowl(
    name: &str,
    bench: &Bench,
    exact: &dyn Fn(f64, f64, f64) -> (f64, f64, f64),
    period_s: f64,
    bounds: &[(usize, Scheme, Precision, Bound)],
    peer: &str,
) -> CaseResult {
    let mut result = CaseResult::new(name);
    let shape = Paraboloid { a_m: 1.0, h0_m: 0.1 };
    let until = 3.0 * period_s;
    let xs: Vec<f64> = (0..=400).map(|k| -2.0 + f64::from(k) * 0.01).collect();
    let mut panel = Panel::new(&format!("{name}: level through the middle after 3 periods"), "x, m", "level, m")
        .with("bed", Role::Bed, xs.iter().filter(|x| x.abs() < 1.4).map(|x| (*x, shape.bed_m(*x, 0.0))).collect())
        .with(
            "exact",
            Role::Exact,
            xs.iter()
                .filter(|x| exact(**x, 0.0, until).0 > 0.0)
                .map(|x| (*x, shape.bed_m(*x, 0.0) + exact(*x, 0.0, until).0))
                .collect(),
        );
    for (n, scheme, precision, bound) in bounds {
        if bench.quick && *n > 100 {
            continue;
        }
        let grid = Grid { nx: *n, ny: *n, cell_m: 4.0 / *n as f64, x0: -2.0, y0: -2.0 };
        let setup = Setup::on(grid, |p| shape.bed_m(p.x, p.y)).water(|p| exact(p.x, p.y, 0.0)).by(*scheme, *precision);
        let mut run = Run::new(bench, setup);
        run.to(until);
        let wanted: Vec<f64> = (0..grid.len()).map(|c| grid.centre(c)).map(|p| exact(p.x, p.y, until).0).collect();
        let off = relative_l1(&run.depths(), &wanted);
        result.rows.push(run.row("L1(h)/mean h after 3 periods", off, *bound, peer));
        if *precision == Precision::F64 && *n == 100 && *scheme != Scheme::Auto {
            let role = if *scheme == Scheme::Second { Role::Computed } else { Role::ComputedToo };
            let line = run.along(|tank, c| if tank.depth_m(c) > 0.0 { tank.stage_m(c) } else { f64::NAN });
            let wet = line.into_iter().filter(|(_, level)| level.is_finite()).collect();
            panel = panel.with(format!("{}, {n} x {n}", scheme_name(*scheme)), role, wet);
        }
    }
    result.panels.push(panel);
    result
}

fn radial(bench: &Bench) -> CaseResult {
    let shape = Paraboloid { a_m: 1.0, h0_m: 0.1 };
    let exact = |x: f64, y: f64, t: f64| shape.radial(0.8, x, y, t);
    let bounds = [
        (100, Scheme::First, Precision::F64, Bound::Shown),
        (100, Scheme::Second, Precision::F64, Bound::AtMost(0.03)),
        (100, Scheme::Second, Precision::F32, Bound::AtMost(0.03)),
        (100, Scheme::Auto, Precision::F32, Bound::AtMost(0.03)),
        (200, Scheme::Second, Precision::F64, Bound::AtMost(0.0138)),
    ];
    let peer = "ANUGA DE1 5.1 % (10,000 triangles), 1.38 % (40,000)";
    bowl("thacker-radial", bench, &exact, 2.0 * PI / shape.radial_omega(), &bounds, peer)
}

fn planar(bench: &Bench) -> CaseResult {
    let shape = Paraboloid { a_m: 1.0, h0_m: 0.1 };
    let exact = |x: f64, y: f64, t: f64| shape.planar(0.5, x, y, t);
    // No peer was measured on it; held to the bound of the breathing bowl.
    let bounds = [
        (100, Scheme::First, Precision::F64, Bound::Shown),
        (100, Scheme::Second, Precision::F64, Bound::AtMost(0.03)),
        (100, Scheme::Second, Precision::F32, Bound::AtMost(0.03)),
        (100, Scheme::Auto, Precision::F32, Bound::AtMost(0.03)),
        (200, Scheme::Second, Precision::F64, Bound::AtMost(0.015)),
    ];
    bowl("thacker-planar", bench, &exact, 2.0 * PI / shape.planar_omega(), &bounds, "")
}
