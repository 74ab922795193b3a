use base::grid::Grid;
use hydro::flow::*;
use hydro::solver::*;
fn main() {
    for (fall, h0) in [(0.02f64, 0.002f64), (0.02, 0.005), (0.02, 0.02), (0.001, 0.5)] {
        for scheme in [Scheme::Inertial, Scheme::First, Scheme::Second] {
            let (n, ny, dx, man) = (60usize, 4usize, 5.0, 0.03);
            let grid = Grid { nx: n, ny, cell_m: dx, x0: 0., y0: 0. };
            let bed: Vec<f64> = (0..n * ny).map(|c| (n as f64 * dx - grid.centre(c).x) * fall).collect();
            let q = h0.powf(5. / 3.) * fall.sqrt() / man;
            let mut d = Domain::new(grid, bed, vec![man; n * ny]);
            d.edges.push(Edge {
                side: EdgeSide::West,
                from: 0,
                to: ny,
                kind: EdgeKind::Discharge(vec![(0., q * dx * ny as f64)]),
            });
            d.edges.push(Edge { side: EdgeSide::East, from: 0, to: ny, kind: EdgeKind::Free });
            let mut s = Solver::<f64>::new(&d, Options { scheme, ..Options::default() });
            let t = 10. * 300. / (q / h0);
            let iv = s.advance(0., t, &mut |_, _, _| {});
            let c = grid.index(30, 2);
            println!(
                "{fall} {h0} {scheme:?} q {q:e} steps {} mean dt {:.2} h {:e} q {:?} boundary {:e} of {:e} iv {}",
                s.steps(),
                t / s.steps() as f64,
                s.depth_m(c),
                s.momentum_m2_s(c),
                s.ledger().of(Account::Boundary),
                q * dx * ny as f64 * t,
                iv.len()
            );
        }
    }
}
