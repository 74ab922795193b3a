//! The same bits on 1, 2 and 8 threads, and after a checkpoint: what replays, branches and after-action reviews stand on.

use super::case::{Bench, Bound, Case, CaseResult};
use super::rest::at_random;
use super::rig::{Precision, Run, SCHEMES, Setup};
use crate::flow::{Account, Face, Flow, Side};
use crate::solver::{EdgeKind, EdgeSide};
use base::fold::with_threads;
use base::grid::Grid;

pub fn cases() -> Vec<Case> {
    vec![Case {
        name: "same-bits",
        about: "1, 2, 8 threads and a checkpoint: equal to the bit",
        quick: true,
        run: same_bits,
    }]
}

/// Half-wet random ground over many tiles, with a stage, a free edge, crests and rain.
fn setup(bench: &Bench) -> Setup {
    let (nx, ny) = if bench.quick { (130, 70) } else { (300, 200) };
    let grid = Grid { nx, ny, cell_m: 5.0, x0: 0.0, y0: 0.0 };
    let mut setup = Setup::on(grid, |p| 1.5 * at_random(grid.nearest_cell(p), 51) + p.x / 300.0).rough(0.03);
    setup.depth_m = (0..grid.len()).map(|c| if c % nx < nx / 3 { 2.0 * at_random(c / 7, 52) } else { 0.0 }).collect();
    for j in 0..ny {
        setup.crests.insert(Face { cell: grid.index(nx / 2, j), side: Side::East }, 2.5);
    }
    setup.edge(EdgeSide::West, 5, 40, EdgeKind::Stage(vec![(0.0, 1.0), (60.0, 3.0)])).edge(
        EdgeSide::East,
        0,
        ny,
        EdgeKind::Free,
    )
}

fn sources(flow: &mut dyn Flow, now_s: f64, dt_s: f64) {
    let n = flow.grid().len();
    for cell in (0..n).step_by(3) {
        flow.give_m3(cell, 1e-5 * dt_s * 25.0, Account::Rain);
    }
    if now_s > 30.0 {
        flow.take_m3(n / 2, 0.2 * dt_s, Account::Pump);
        flow.set_crest_m(Face { cell: flow.grid().nx / 2, side: Side::East }, None);
    }
}

fn same_bits(bench: &Bench) -> CaseResult {
    let mut result = CaseResult::new("same-bits");
    let until = 60.0;
    for precision in Precision::BOTH {
        for scheme in SCHEMES {
            let setup = setup(bench).by(scheme, precision);
            let (data, quick) = (&bench.data, bench.quick);
            // The clock stays outside: a pool's thread has none.
            let on = |threads: usize| {
                let setup = setup.clone();
                with_threads(threads, move || {
                    let bench = Bench { data: data.clone(), quick, clock: &|| 0.0 };
                    let mut run = Run::new(&bench, setup);
                    run.to_with(until, &mut sources);
                    run.tank.fingerprint()
                })
            };
            let prints = [on(1), on(2), on(8)];
            let mut whole = Run::new(bench, setup.clone());
            whole.to_with(0.5 * until, &mut sources);
            let half = whole.tank.fingerprint();
            let mut again = Run::new(bench, setup.clone());
            again.tank = whole.tank.resumed(&setup);
            again.now_s = whole.now_s;
            whole.to_with(until, &mut sources);
            again.to_with(until, &mut sources);
            let differ = prints.iter().filter(|p| **p != prints[0]).count();
            let row = |what: &str, n: usize| whole.row(what, n as f64, Bound::AtMost(0.0), "SFINCS and deceris differ");
            result.rows.push(row("thread counts (1, 2, 8) that differ", differ));
            let apart = usize::from(whole.tank.fingerprint() != again.tank.fingerprint());
            result.rows.push(row("resumed runs that differ", apart));
            // Something must have happened between, or the comparison says nothing.
            let moved = usize::from(half == whole.tank.fingerprint());
            result.rows.push(row("runs in which nothing moved", moved));
        }
    }
    result
}
