//! Volume: what comes in less what goes out is what is there, with storms, a breach, pumps, crests and open edges, in
//! both precisions; and a lake that rises too slowly for single precision to see in one step.

use super::case::{Bench, Bound, Case, CaseResult, Panel, Role};
use super::rest::at_random;
use super::rig::{Precision, Run, SCHEMES, Setup, rain};
use crate::flow::{Account, Face, Flow, Side};
use crate::solver::{EdgeKind, EdgeSide, Scheme};
use base::grid::Point;
use base::math::{cos, exp};

pub fn cases() -> Vec<Case> {
    vec![
        Case { name: "volume", about: "storms, breach, pump, open edges: the balance", quick: true, run: volume },
        Case { name: "slow-lake", about: "1 mm/h on a 10 m deep lake for 48 h", quick: true, run: slow_lake },
    ]
}

/// A rolling plain with a levee of crests across it, a river stage in the west and a free edge in the east.
fn plain(seed: u64, porous: bool) -> Setup {
    let grid = base::grid::Grid { nx: 64, ny: 48, cell_m: 10.0, x0: 0.0, y0: 0.0 };
    let mut setup = Setup::on(grid, |p| {
        let k = grid.nearest_cell(p);
        2.0 + 0.8 * cos(p.x / 70.0) * cos(p.y / 50.0) - p.x / 600.0 + 0.3 * at_random(k, seed)
    })
    .rough(0.035);
    setup.depth_m =
        (0..grid.len()).map(|c| if at_random(c, seed + 1) < 0.3 { at_random(c, seed + 2) } else { 0.0 }).collect();
    for j in 0..grid.ny {
        setup.crests.insert(Face { cell: grid.index(20, j), side: Side::East }, 4.0);
    }
    if porous {
        setup.porosity = Some((0..grid.len()).map(|c| 0.4 + 0.6 * at_random(c, seed + 3)).collect());
    }
    let stage = vec![(0.0, 3.0), (1800.0, 3.8), (3600.0, 2.5)];
    setup.edge(EdgeSide::West, 10, 40, EdgeKind::Stage(stage)).edge(EdgeSide::East, 0, 48, EdgeKind::Free).edge(
        EdgeSide::South,
        30,
        34,
        EdgeKind::Discharge(vec![(0.0, 0.0), (600.0, 8.0), (3000.0, 0.0)]),
    )
}

fn volume(bench: &Bench) -> CaseResult {
    let mut result = CaseResult::new("volume");
    let peer = "Itzi 2e-8, SFINCS 3e-3, LISFLOOD FV1 3e-11 (dam break)";
    for (seed, porous) in if bench.quick { vec![(21, true)] } else { vec![(21, false), (37, true)] } {
        for precision in Precision::BOTH {
            for scheme in SCHEMES {
                let mut run = Run::new(bench, plain(seed, porous).by(scheme, precision));
                let grid = run.setup.grid;
                let pump = grid.nearest_cell(Point::new(450.0, 240.0));
                let mut open = false;
                run.to_with(3600.0, &mut |flow: &mut dyn Flow, now_s, dt_s| {
                    // A cell of rain that wanders over the plain: 120 mm/h in its middle.
                    let (x, y) = (640.0 * now_s / 3600.0, 240.0);
                    for cell in 0..grid.len() {
                        let p = grid.centre(cell);
                        let r2 = ((p.x - x) * (p.x - x) + (p.y - y) * (p.y - y)) / (120.0 * 120.0);
                        let rate_m_s = 0.12 / 3600.0 * exp(-r2);
                        flow.give_m3(cell, rate_m_s * dt_s * 100.0, Account::Rain);
                    }
                    flow.take_m3(pump, 0.5 * dt_s, Account::Pump);
                    // After 20 min the levee gives way over 50 m and scours.
                    if now_s >= 1200.0 && !open {
                        open = true;
                        for j in 20..25 {
                            flow.set_crest_m(Face { cell: grid.index(20, j), side: Side::East }, None);
                            let cell = grid.index(20, j);
                            flow.set_bed_m(cell, flow.bed_m(cell) - 0.5);
                        }
                    }
                });
                let what =
                    format!("balance after 1 h, share of all water{}", if porous { ", with porosity" } else { "" });
                let most = precision.rounding(1e-12, 1e-6);
                result.rows.push(run.row(what, run.mass_error(), Bound::AtMost(most), peer));
                let driest = run.depths().into_iter().fold(0.0, |m, h| if h < m || h.is_nan() { h } else { m });
                result.rows.push(run.row("least depth, m", driest, Bound::AtLeast(0.0), ""));
                result.rows.push(run.row("interventions", run.interventions as f64, Bound::AtMost(0.0), ""));
            }
        }
    }
    result
}

fn slow_lake(bench: &Bench) -> CaseResult {
    let mut result = CaseResult::new("slow-lake");
    let (rate_m_s, hours) = (0.001 / 3600.0, if bench.quick { 12.0 } else { 48.0 });
    let mut panel = Panel::new("slow-lake: rise of a 10 m deep lake under 1 mm/h", "t, h", "rise, mm").with(
        "exact",
        Role::Exact,
        vec![(0.0, 0.0), (hours, hours)],
    );
    for precision in Precision::BOTH {
        for scheme in [Scheme::Second, Scheme::Auto] {
            let setup = Setup::new(8, 8, 100.0, |_| -10.0).level(0.0).by(scheme, precision);
            let mut run = Run::new(bench, setup);
            let mut rise = Vec::new();
            run.watch_with(hours * 3600.0, 3600.0, &mut rain(rate_m_s), &mut |tank, t| {
                rise.push((t / 3600.0, tank.stage_m(27) * 1000.0));
            });
            let off = (run.tank.water_m3() / 640_000.0 - 10.0) / (rate_m_s * hours * 3600.0) - 1.0;
            let most = precision.rounding(1e-9, 1e-3);
            result.rows.push(run.row(
                "rise against the rain, share of the rain",
                off.abs(),
                Bound::AtMost(most),
                "Itzi loses light rain in f32 (its issue 13)",
            ));
            let most = precision.rounding(1e-12, 1e-6);
            result.rows.push(run.row("balance, share of all water", run.mass_error(), Bound::AtMost(most), ""));
            if scheme == Scheme::Second {
                let role = if precision == Precision::F64 { Role::Computed } else { Role::ComputedToo };
                panel = panel.with(precision.name(), role, rise);
            }
        }
    }
    result.panels.push(panel);
    result
}
