//! Gates, bridges and culverts beside walls in the solver: what passes must be what the published rating gives for the
//! head of the water before and the level of the water behind, on grids of any fineness.

use base::grid::{Grid, Point};
use hydro::flow::{Account, Flow, G};
use hydro::solver::{Domain, Edge, EdgeKind, EdgeSide, Options, Scheme, Solver};
use hydro::structures::line::Joint;
use hydro::structures::weir::{BROAD, Opening};
use hydro::structures::{Structures, StructuresSpec};
use std::path::Path;

/// What was found about an opening.
#[derive(Debug, Clone, Copy)]
struct Found {
    discharge_m3_s: f64,
    /// Energy head of the water before it and level behind it, m.
    head_m: f64,
    tail_m: f64,
}

/// A canal of `breadth_m` with a wall across its middle and what `spec` says in it, held at two levels at its ends.
fn canal(cell_m: f64, breadth_m: f64, spec: &str, levels_m: (f64, f64), scheme: Scheme) -> Found {
    let length_m = 800.0;
    let grid = Grid { nx: (length_m / cell_m) as usize, ny: (breadth_m / cell_m) as usize, cell_m, x0: 0.0, y0: 0.0 };
    let mut domain = Domain::new(grid, vec![0.0; grid.len()], vec![0.02; grid.len()]);
    for (side, level) in [(EdgeSide::West, levels_m.0), (EdgeSide::East, levels_m.1)] {
        domain.edges.push(Edge { side, from: 0, to: grid.ny, kind: EdgeKind::Stage(vec![(0.0, level)]) });
    }
    let options = ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
    let spec: StructuresSpec = options.from_str(spec).unwrap();
    let mut structures = Structures::new(&domain, spec, Path::new("openings.ron")).unwrap();
    domain.crests = structures.crests();
    let mut solver = Solver::<f64>::new(&domain, Options { scheme, ..Options::default() });
    let depths: Vec<f64> =
        (0..grid.len()).map(|c| if grid.centre(c).x < 0.5 * length_m { levels_m.0 } else { levels_m.1 }).collect();
    solver.set_depth_m(&depths);
    let mut sum = (0.0, 0.0, 0.0, 0.0);
    let passed = |s: &Structures| {
        s.state.gates.iter().map(|g| g.passed_m3).sum::<f64>()
            + s.state.culverts.iter().map(|c| c.passed_m3).sum::<f64>()
    };
    let mut bridged = 0.0;
    for k in 0..240 {
        let before = passed(&structures);
        let mut through = 0.0;
        solver.advance(f64::from(k) * 10.0, 10.0, &mut |flow, now_s, dt_s| {
            structures.step(flow, now_s, dt_s);
            through += structures.state.bridges.iter().map(|b| b.discharge_m3_s * dt_s).sum::<f64>();
        });
        bridged += through;
        if k < 180 {
            continue;
        }
        // Over the breadth: energy head 150 m before the wall, level 150 m behind it.
        let column = |x: f64| (0..grid.ny).map(move |j| grid.index((x / cell_m) as usize, j));
        let n = grid.ny as f64;
        let head: f64 = column(250.0)
            .map(|c| {
                let (u, v) = solver.velocity_m_s(c);
                solver.stage_m(c) + (u * u + v * v) / (2.0 * G)
            })
            .sum();
        let tail: f64 = column(550.0).map(|c| solver.stage_m(c)).sum();
        sum = (sum.0 + passed(&structures) - before + through, sum.1 + head / n, sum.2 + tail / n, sum.3 + 1.0);
    }
    let _ = bridged;
    assert!(solver.ledger().error() < 1e-12);
    let _ = Account::Structure;
    Found { discharge_m3_s: sum.0 / (10.0 * sum.3), head_m: sum.1 / sum.3, tail_m: sum.2 / sum.3 }
}

fn gate(breadth_m: f64, width_m: f64, height_m: f64) -> String {
    let y = 0.5 * breadth_m;
    format!(
        r#"(gates: [(name: "g", joint: (inner: (x: 390, y: {y}), outer: (x: 410, y: {y}),
            wall: [(x: 400, y: -50), (x: 400, y: {b})], wall_top_m: 20), sill_m: 0, width_m: {width_m}, height_m: {height_m}, open_m: {height_m})])"#,
        b = breadth_m + 50.0
    )
}

#[test]
fn probe() {
    if std::env::var("PROBE").is_err() {
        return;
    }
    let _ = Joint::between(Point::new(0.0, 0.0), Point::new(1.0, 1.0));
    for (breadth, width) in [(60.0, 20.0), (60.0, 50.0), (200.0, 10.0)] {
        for (what, height, levels) in [
            ("weir free", 9.0, (3.0, 0.8)),
            ("weir drowned", 9.0, (3.0, 2.7)),
            ("orifice", 0.6, (3.0, 1.5)),
            ("orifice free", 0.6, (3.0, 0.4)),
        ] {
            for cell in [4.0, 10.0, 20.0] {
                for scheme in [Scheme::Auto, Scheme::Second] {
                    let f = canal(cell, breadth, &gate(breadth, width, height), levels, scheme);
                    let law = Opening { width_m: width, sill_m: 0.0, height_m: height, cd: 0.6, weir: BROAD };
                    let q = law.discharge_m3_s(f.head_m, f.tail_m);
                    println!(
                        "{what} {width} of {breadth}, cells {cell} {scheme:?}: {:.2} m3/s, rating {q:.2} ({:+.1} %), head {:.3} tail {:.3}",
                        f.discharge_m3_s,
                        100.0 * (f.discharge_m3_s / q - 1.0),
                        f.head_m,
                        f.tail_m
                    );
                }
            }
        }
    }
}
