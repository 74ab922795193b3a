use base::grid::Grid;
use hydro::flow::Buckets;
use hydro::sewer::network::plan::Plan;
use hydro::sewer::network::section::Section;
use hydro::sewer::network::step::{Network, NetworkState};
use hydro::sewer::network::*;
fn main() {
    for (nx, ny, looped) in [(100usize, 10usize, false), (50, 20, true), (100, 100, true)] {
        let node = |i: usize, j: usize| format!("n{i}-{j}");
        let mut nodes = Vec::new();
        let mut links = Vec::new();
        let conduit = |d: f64| {
            LinkKind::Conduit(Conduit {
                section: Section::Circular { diameter_m: d },
                length_m: 60.0,
                manning: 0.013,
                barrels: 1,
                from_offset_m: 0.0,
                to_offset_m: 0.0,
                entry_loss: 0.0,
                exit_loss: 0.0,
                mean_loss: 0.0,
                flap: false,
                initial_flow_m3_s: 0.0,
            })
        };
        for j in 0..ny {
            for i in 0..nx {
                nodes.push(NodeSpec {
                    name: node(i, j),
                    invert_m: 0.1 * (i + j) as f64,
                    kind: NodeKind::Junction { depth_m: 3.0, shaft_m2: None, surcharge_m: 5.0, ponded_m2: 0.0 },
                    at: None,
                    initial_depth_m: 0.0,
                    inflow: vec![(0.0, 0.002), (1200.0, 0.01), (2400.0, 0.01), (3600.0, 0.0)],
                    street: None,
                });
                if i > 0 {
                    links.push(LinkSpec {
                        name: format!("x{i}-{j}"),
                        from: node(i, j),
                        to: node(i - 1, j),
                        kind: conduit(0.8),
                    });
                }
                if j > 0 && (looped || i == 0) {
                    links.push(LinkSpec {
                        name: format!("y{i}-{j}"),
                        from: node(i, j),
                        to: node(i, j - 1),
                        kind: conduit(0.8),
                    });
                }
            }
        }
        nodes.push(NodeSpec {
            name: "out".into(),
            invert_m: -0.1,
            kind: NodeKind::Outfall { stage: Stage::Free, flap: false, into: None },
            at: None,
            initial_depth_m: 0.0,
            inflow: vec![],
            street: None,
        });
        links.push(LinkSpec { name: "o".into(), from: node(0, 0), to: "out".into(), kind: conduit(2.0) });
        let spec = NetworkSpec { name: "big".into(), options: NetworkOptions::default(), nodes, links };
        let t0 = std::time::Instant::now();
        let plan = Plan::new(&spec);
        let built = t0.elapsed();
        let mut state = NetworkState::new(&spec, &plan);
        let mut flow = Buckets::new(Grid { nx: 1, ny: 1, cell_m: 1.0, x0: 0.0, y0: 0.0 }, vec![0.0], vec![0.0]);
        let receiving = vec![None; spec.nodes.len()];
        let cells = plan.cells();
        let net = Network { spec, plan, openings: vec![], receiving };
        let t0 = std::time::Instant::now();
        for k in 0..1800 {
            net.step(&mut state, &mut flow, 2.0 * k as f64, 2.0);
        }
        let l = &state.ledger;
        println!(
            "{} nodes, {} links, {cells} cells: plan {built:?}, 1 h in {:?}, {} steps, {} solves, {} nested, {} unsettled, error {:e} of {}",
            net.spec.nodes.len(),
            net.spec.links.len(),
            t0.elapsed(),
            l.steps,
            l.solves,
            l.nested,
            l.unsettled,
            state.error_m3(),
            l.inflow_m3
        );
    }
}
