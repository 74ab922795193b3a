//! Lake at rest (静水): still water over any ground stays still, wet and dry, with crests, with building porosity, and
//! rain on a closed basin adds up. SWASHES 3.1.1 and 3.1.2; the rest are our own grounds.

use super::analytic::Bump;
use super::case::{Bench, Bound, Case, CaseResult, Panel, Role};
use super::rig::{Precision, Run, SCHEMES, Setup, Tank, rain, scheme_name};
use crate::flow::{Face, Side};
use crate::solver::Scheme;
use base::chance::{Stream, draw};
use base::math::hypot;
use base::time::Tick;

pub fn cases() -> Vec<Case> {
    vec![
        Case { name: "rest-immersed", about: "lake at rest over a drowned bump", quick: true, run: immersed },
        Case { name: "rest-emerged", about: "lake at rest with a dry bump", quick: true, run: emerged },
        Case {
            name: "rest-random",
            about: "lake at rest on random ground, depths up to 30 m",
            quick: true,
            run: random,
        },
        Case { name: "rest-built", about: "lake at rest with crests and building porosity", quick: true, run: built },
        Case {
            name: "rest-stirred",
            about: "a millionth of a metre on a lake must not grow",
            quick: true,
            run: stirred,
        },
        Case { name: "rain-closed", about: "rain on a closed random basin adds up", quick: true, run: rain_closed },
    ]
}

/// A draw in (0, 1) for cell `k`.
pub fn at_random(k: usize, seed: u64) -> f64 {
    draw(seed, Stream::Synthesis, k as u32, Tick(0), 0)
}

/// Water shallower than this share of the lake moves by the rounding of the lake's level: a millionth of a metre pushes a
/// film at sqrt(2 g 1e-6) = 4 mm/s. There the discharge is judged, not the velocity.
const SHALLOW_SHARE: f64 = 3e-3;

/// Speed of water that is not shallow, discharge anywhere, and the largest departure of a wet cell's level from `level_m`.
fn unrest(run: &Run, level_m: f64) -> (f64, f64, f64) {
    let tank: &dyn Tank = run.tank.as_ref();
    let deepest = run.setup.depth_m.iter().copied().fold(0.0, f64::max);
    let (mut speed, mut discharge, mut off) = (0.0f64, 0.0f64, 0.0f64);
    for cell in 0..run.setup.grid.len() {
        let (u, v) = tank.velocity_m_s(cell);
        let now = hypot(u, v);
        let deep = tank.depth_m(cell) > SHALLOW_SHARE * deepest;
        speed = if (deep && now > speed) || now.is_nan() { now } else { speed };
        let now = now * tank.depth_m(cell);
        discharge = if now > discharge || now.is_nan() { now } else { discharge };
        // A cell that was dry at the start must be dry still: its level is then its bed, above the lake's.
        let start_m = run.setup.depth_m[cell];
        let now = if start_m > 0.0 { (tank.stage_m(cell) - level_m).abs() } else { tank.depth_m(cell) };
        off = if now > off || now.is_nan() { now } else { off };
    }
    (speed, discharge, off)
}

/// All schemes in both precisions on one lake; `lift` is its depth against that of 1 m, for which the bounds are given. A level
/// is off by its rounding, which grows as the depth; that drives a wave of u = sqrt(g/h) times as much, as the root of the
/// depth; and u h grows as its power 3/2.
fn lake(name: &str, bench: &Bench, setup: &Setup, level_m: f64, until_s: f64, lift: f64) -> CaseResult {
    let mut result = CaseResult::new(name);
    for precision in Precision::BOTH {
        for scheme in SCHEMES {
            let mut run = Run::new(bench, setup.clone().by(scheme, precision));
            run.to(until_s);
            let (speed, discharge, off) = unrest(&run, level_m);
            // Acceptance of the research notes: 1e-12 in f64, 1e-5 m/s and 1e-6 m in f32 at depths of the order of 1 m.
            let (most, least) = (precision.rounding(1e-12, 1e-5), precision.rounding(1e-12, 1e-6));
            result.rows.push(run.row("greatest speed, m/s", speed, Bound::AtMost(most * lift.max(1.0).sqrt()), ""));
            let with_depth = Bound::AtMost(most * lift.max(1.0) * lift.max(1.0).sqrt());
            result.rows.push(run.row("greatest discharge, m2/s", discharge, with_depth, ""));
            result.rows.push(run.row("greatest change of level, m", off, Bound::AtMost(least * lift.max(1.0)), ""));
            if precision == Precision::F32 && scheme == Scheme::Second {
                result.panels.push(
                    Panel::new(&format!("{name}: after {until_s} s, f32, second order"), "x, m", "level, m")
                        .with("bed", Role::Bed, run.along(|tank, cell| tank.bed_m(cell)))
                        .with("exact", Role::Exact, run.along(|tank, cell| level_m.max(tank.bed_m(cell))))
                        .with("computed", Role::Computed, run.along(|tank, cell| tank.stage_m(cell))),
                );
            }
        }
    }
    result
}

fn immersed(bench: &Bench) -> CaseResult {
    let setup = Setup::new(100, 4, 0.25, |p| Bump::bed_m(p.x)).level(0.5);
    lake("rest-immersed", bench, &setup, 0.5, 100.0, 1.0)
}

fn emerged(bench: &Bench) -> CaseResult {
    let setup = Setup::new(100, 4, 0.25, |p| Bump::bed_m(p.x)).level(0.1);
    lake("rest-emerged", bench, &setup, 0.1, 100.0, 1.0)
}

/// Random ground of 0 to 40 m on 10 m cells, filled to 30 m: every slope is a cliff, a quarter of it is dry.
fn rough_ground(nx: usize, ny: usize) -> Setup {
    let grid = base::grid::Grid { nx, ny, cell_m: 10.0, x0: 0.0, y0: 0.0 };
    Setup::on(grid, |p| 40.0 * at_random(grid.nearest_cell(p), 11)).rough(0.03).level(30.0)
}

fn random(bench: &Bench) -> CaseResult {
    lake("rest-random", bench, &rough_ground(70, 50), 30.0, 300.0, 30.0)
}

fn built(bench: &Bench) -> CaseResult {
    let mut setup = rough_ground(70, 50);
    let n = setup.grid.len();
    setup.porosity = Some((0..n).map(|c| 0.3 + 0.7 * at_random(c, 12)).collect());
    for cell in 0..n {
        for (side, seed) in [(Side::East, 13), (Side::North, 14)] {
            let face = Face { cell, side };
            if face.cells(&setup.grid).is_some() && at_random(cell, seed) < 0.1 {
                setup.crests.insert(face, 45.0 * at_random(cell, seed + 10));
            }
        }
    }
    lake("rest-built", bench, &setup, 30.0, 300.0, 30.0)
}

/// A lake at rest to rounding shows that the scheme is balanced, not that it is stable there: so it is stirred by half a
/// micrometre at random. Nothing feeds the motion, and friction and the scheme only take from it: the disturbance may
/// focus, but not grow tenfold.
fn stirred(bench: &Bench) -> CaseResult {
    let mut result = CaseResult::new("rest-stirred");
    let (stir_m, until) = (5e-7, 150.0);
    for (relief, crests) in [(1.5, false), (6.0, false), (6.0, true), (40.0, false), (40.0, true)] {
        for scheme in SCHEMES {
            let grid = base::grid::Grid { nx: 70, ny: 50, cell_m: 10.0, x0: 0.0, y0: 0.0 };
            let level = 0.75 * relief;
            let mut setup = Setup::on(grid, |p| relief * at_random(grid.nearest_cell(p), 11)).rough(0.03).level(level);
            for cell in 0..if crests { grid.len() } else { 0 } {
                for (side, seed) in [(Side::East, 13), (Side::North, 14)] {
                    let face = Face { cell, side };
                    if face.cells(&grid).is_some() && at_random(cell, seed) < 0.1 {
                        setup.crests.insert(face, 1.1 * relief * at_random(cell, seed + 10));
                    }
                }
            }
            setup.level_m = None;
            for (cell, h) in setup.depth_m.iter_mut().enumerate() {
                if *h > 2.0 * stir_m {
                    *h += 2.0 * stir_m * (at_random(cell, 99) - 0.5);
                }
            }
            let mut run = Run::new(bench, setup.by(scheme, Precision::F64));
            run.to(until);
            let (_, _, off) = unrest(&run, level);
            let with = if crests { " with crests" } else { "" };
            let what = format!("greatest departure from level after {until} s, relief {relief} m{with}, m");
            result.rows.push(run.row(what, off, Bound::AtMost(10.0 * stir_m), ""));
        }
    }
    result
}

fn rain_closed(bench: &Bench) -> CaseResult {
    let mut result = CaseResult::new("rain-closed");
    let rate_m_s = 0.05 / 3600.0;
    for precision in Precision::BOTH {
        for scheme in SCHEMES {
            let grid = base::grid::Grid { nx: 48, ny: 32, cell_m: 10.0, x0: 0.0, y0: 0.0 };
            let setup = Setup::on(grid, |p| 2.0 * at_random(grid.nearest_cell(p), 17)).rough(0.03);
            let mut run = Run::new(bench, setup.by(scheme, precision));
            run.to_with(3600.0, &mut rain(rate_m_s));
            let fallen_m3 = rate_m_s * 3600.0 * grid.width_m() * grid.height_m();
            let most = precision.rounding(1e-12, 1e-6);
            let off = (run.tank.water_m3() / fallen_m3 - 1.0).abs();
            let peer = "Itzi 2e-8, ANUGA 1e-12, SFINCS 2.6e-3 (rain on an egg-box)";
            let what = format!("volume against 50 mm/h for 1 h ({}), share", scheme_name(scheme));
            result.rows.push(run.row(what, off, Bound::AtMost(most), peer));
        }
    }
    result
}
