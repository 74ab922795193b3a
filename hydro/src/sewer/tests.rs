//! Sewers under a street: what is exchanged, booked, told, kept over a checkpoint.

use super::inlet::Inlets;
use super::network::section::Section;
use super::network::*;
use super::*;
use crate::flow::{Account, Buckets};
use base::grid::{Grid, Point};

/// A street of five cells in a row, falling to the east, and a river in the sixth.
fn street(depth_m: f64, river_m: f64) -> Buckets {
    let grid = Grid { nx: 6, ny: 1, cell_m: 10.0, x0: 0.0, y0: 0.0 };
    let mut bed: Vec<f64> = (0..6).map(|c| 10.0 - 0.1 * c as f64).collect();
    bed[5] = 6.0;
    let mut depth = vec![depth_m; 6];
    depth[5] = river_m;
    Buckets::new(grid, bed, depth)
}

/// Five manholes under it, one a cell, 2.5 m deep, in one pipe to the river.
fn spec(flap: bool) -> SewersSpec {
    let at = |k: usize| Point::new(5.0 + 10.0 * k as f64, 5.0);
    let mut nodes: Vec<NodeSpec> = (0..5)
        .map(|k| NodeSpec {
            name: format!("m{k}"),
            invert_m: 7.5 - 0.1 * k as f64,
            kind: NodeKind::Junction { depth_m: 2.5, shaft_m2: None, surcharge_m: 0.0, ponded_m2: 0.0 },
            at: Some(at(k)),
            initial_depth_m: 0.0,
            inflow_moves: false,
            inflow: vec![],
            street: Some(StreetSpec { at: None, rim_m: None, inlets: Inlets { count: 2, ..Inlets::default() } }),
        })
        .collect();
    nodes.push(NodeSpec {
        name: "river".into(),
        invert_m: 6.9,
        kind: NodeKind::Outfall { stage: Stage::Free, flap, into: Some(at(5)) },
        at: Some(at(5)),
        initial_depth_m: 0.0,
        inflow_moves: false,
        inflow: vec![],
        street: None,
    });
    let links = (0..5)
        .map(|k| LinkSpec {
            name: format!("p{k}"),
            from: format!("m{k}"),
            to: if k == 4 { "river".into() } else { format!("m{}", k + 1) },
            kind: LinkKind::Conduit(Conduit {
                section: Section::Circular { diameter_m: 0.6 },
                length_m: 40.0,
                manning: 0.013,
                barrels: 1,
                from_offset_m: 0.0,
                to_offset_m: 0.0,
                entry_loss: 0.0,
                exit_loss: 0.0,
                mean_loss: 0.0,
                flap: false,
                initial_flow_m3_s: 0.0,
            }),
        })
        .collect();
    let network = NetworkSpec { name: "high street".into(), options: NetworkOptions::default(), nodes, links };
    SewersSpec { networks: vec![network], ..SewersSpec::default() }
}

fn lay_under(spec: SewersSpec, flow: &Buckets) -> Sewers {
    Sewers::new(spec, flow, Path::new("t.ron")).unwrap_or_else(|e| panic!("{e}"))
}

fn water_m3(flow: &Buckets) -> f64 {
    flow.depth_m.iter().sum::<f64>() * 100.0
}

#[test]
fn a_street_drains_through_its_gullies_into_the_river_and_no_water_is_lost() {
    // exact: balance to rounding; behaviour: the street runs dry, the river rises
    let mut flow = street(0.2, 0.3);
    let before = water_m3(&flow);
    let mut sewers = lay_under(spec(true), &flow);
    for k in 0..3600 {
        sewers.step(&mut flow, 0.5 * k as f64, 0.5);
    }
    assert!(flow.depth_m[..5].iter().all(|d| *d < 0.02), "{:?}", flow.depth_m);
    assert!(flow.depth_m[5] > 0.8, "{:?}", flow.depth_m);
    let ledger = sewers.ledger();
    assert!((before - water_m3(&flow) - ledger.held_m3).abs() < 1e-10 * before);
    assert!(ledger.error_m3().abs() < 1e-10 * before, "{ledger:?}");
    assert!((flow.booked_m3[Account::Sewer as usize] - ledger.booked_m3()).abs() < 1e-10 * before);
}

#[test]
fn a_high_river_comes_up_in_the_street_through_an_outfall_without_a_flap_and_not_through_one_with() {
    // behaviour; exact: balance
    for flap in [false, true] {
        let mut flow = street(0.0, 5.0);
        let before = water_m3(&flow);
        let mut sewers = lay_under(spec(flap), &flow);
        let mut news = Vec::new();
        for k in 0..1800 {
            news.extend(sewers.step(&mut flow, k as f64, 1.0));
        }
        let up: f64 = flow.depth_m[..5].iter().sum();
        assert_eq!(up > 0.1, !flap, "flap {flap}: {:?}", flow.depth_m);
        assert_eq!(news.iter().any(|n| n.what == SewerChange::Spills), !flap);
        assert!((before - water_m3(&flow) - sewers.ledger().held_m3).abs() < 1e-10 * before);
        assert!(sewers.ledger().error_m3().abs() < 1e-10 * before);
        let gone = sewers.outfalls(&flow, 1800.0)[0].volume_m3;
        assert!(if flap { gone == 0.0 } else { gone < -60.0 }, "{gone} m3 through the outfall");
    }
}

#[test]
fn levels_of_street_and_manhole_meet_without_swinging() {
    // exact: the exchange never turns within a step, so a closed manhole and its cell come to one level from one side
    let mut one = spec(true);
    one.networks[0].nodes[0].inflow = vec![(0.0, 0.05)];
    let mut flow = street(0.0, 5.0);
    let mut sewers = lay_under(one, &flow);
    let mut turns = 0;
    let mut last = 0.0;
    for k in 0..900 {
        sewers.step(&mut flow, 2.0 * k as f64, 2.0);
        let q = sewers.state.networks[0].street_m3_s[4];
        if q * last < 0.0 {
            turns += 1;
        }
        if q != 0.0 {
            last = q;
        }
    }
    assert!(turns <= 2, "{turns} turns");
    let stage = flow.bed_m[4] + flow.depth_m[4];
    let head = sewers.state.networks[0].level_m[4];
    assert!(flow.depth_m[4] > 0.05 && (head - stage).abs() < 0.05, "street {stage}, manhole {head}");
}

#[test]
fn a_checkpoint_goes_on_with_the_same_bits() {
    // exact
    let run = |split: Option<usize>| {
        let mut flow = street(0.3, 3.5);
        let mut sewers = lay_under(spec(false), &flow);
        for k in 0..600 {
            if Some(k) == split {
                sewers = Sewers::resume(sewers.spec.clone(), sewers.state.clone(), &flow, Path::new("t.ron"))
                    .unwrap_or_else(|e| panic!("{e}"));
            }
            sewers.step(&mut flow, k as f64, 1.0);
        }
        let bits = |v: &[f64]| v.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        let s = &sewers.state.networks[0];
        (bits(&s.level_m), bits(&s.volume_m3), bits(&s.flow_m3_s), bits(&flow.depth_m))
    };
    assert_eq!(run(None), run(Some(137)));
}

#[test]
fn a_checkpoint_of_other_sewers_is_refused() {
    // behaviour
    let flow = street(0.0, 0.0);
    let sewers = lay_under(spec(false), &flow);
    let mut other = spec(false);
    other.networks[0].links.remove(0);
    other.networks[0].nodes.remove(0);
    assert!(Sewers::resume(other, sewers.state, &flow, Path::new("t.ron")).is_err());
}

#[test]
fn orders_reach_the_pump_or_gate_they_name_and_a_wrong_name_is_answered() {
    // behaviour
    let flow = street(0.0, 0.0);
    let mut with_pump = spec(false);
    with_pump.networks[0].links[4].kind =
        LinkKind::Pump(Pump { law: PumpLaw::Depth(vec![(0.0, 0.0), (1.0, 0.1)]), on_m: 0.5, off_m: 0.1 });
    let mut sewers = lay_under(with_pump, &flow);
    sewers.set_power("high street/p4", false).expect("a pump");
    assert!(!sewers.state.networks[0].powered[4]);
    let told = sewers.set_power("high street/p44", true).expect_err("no such link").to_string();
    assert!(told.contains("p4"), "{told}");
    assert!(sewers.set_opening("high street/p1", 0.5).is_err(), "a conduit has no gate");
}

#[test]
fn a_pump_without_power_lets_the_wet_well_fill_and_starts_and_stops_at_its_levels() {
    // behaviour; exact: balance
    let mut flow = street(0.0, 0.0);
    let mut pumped = spec(false);
    let network = &mut pumped.networks[0];
    network.nodes[4].kind = NodeKind::Storage { depth_m: 2.5, areas_m2: vec![(0.0, 8.0)] };
    network.nodes[4].street = None;
    network.nodes[0].inflow = vec![(0.0, 0.02)];
    network.links[4].kind = LinkKind::Pump(Pump { law: PumpLaw::DepthSteps(vec![(9.0, 0.06)]), on_m: 0.5, off_m: 0.2 });
    let mut sewers = lay_under(pumped, &flow);
    let (mut highest, mut starts, mut ran) = (0.0f64, 0, false);
    for k in 0..5400 {
        sewers.step(&mut flow, k as f64, 1.0);
        let depth = sewers.state.networks[0].level_m[4] - 7.1;
        highest = highest.max(depth);
        let runs = sewers.state.networks[0].runs[4];
        starts += u32::from(runs && !ran);
        ran = runs;
    }
    println!("{starts} starts, up to {highest} m");
    assert!(starts >= 3 && highest < 0.55, "{starts} starts, up to {highest} m");
    sewers.set_power("high street/p4", false).expect("a pump");
    for k in 5400..9000 {
        sewers.step(&mut flow, k as f64, 1.0);
    }
    assert!(sewers.state.networks[0].level_m[4] > 8.5, "{}", sewers.state.networks[0].level_m[4]);
    assert!(sewers.ledger().error_m3().abs() < 1e-9, "{:?}", sewers.ledger());
}

#[test]
fn what_is_wrong_with_the_sewers_is_said_all_at_once() {
    // behaviour
    let flow = street(0.0, 0.0);
    let mut bad = spec(false);
    let network = &mut bad.networks[0];
    network.nodes[0].name = "m1".into();
    network.nodes[2].invert_m = f64::NAN;
    network.nodes[3].inflow = vec![(10.0, 1.0), (5.0, 1.0)];
    network.links[3].to = "rivr".into();
    if let LinkKind::Conduit(c) = &mut network.links[1].kind {
        c.manning = 13.0;
        c.section = Section::Circular { diameter_m: -0.6 };
    }
    let wrong = Sewers::new(bad, &flow, Path::new("t.ron")).map(|_| ()).expect_err("bad");
    let text = wrong.to_string();
    println!("{text}");
    for part in ["two of this name", "NaN", "row 2", "did you mean river", "13", "-0.6", "there is no node m0"] {
        assert!(text.contains(part), "{part:?} is not in:\n{text}");
    }
    let mut off = spec(false);
    off.networks[0].nodes[0].at = Some(Point::new(-50.0, 0.0));
    assert!(Sewers::new(off, &flow, Path::new("t.ron")).is_err());
}

#[test]
fn an_imported_network_can_be_moved_and_opened_to_the_street() {
    // exact
    let mut network = spec(true).networks.remove(0);
    network.nodes.iter_mut().for_each(|n| n.street = None);
    network.shift(100.0, -5.0);
    network.open_to_street(Inlets::default());
    assert_eq!(network.nodes[1].at, Some(Point::new(115.0, 0.0)));
    assert_eq!(network.nodes.iter().filter(|n| n.street.is_some()).count(), 5);
    let NodeKind::Outfall { into: Some(river), .. } = network.nodes[5].kind else { panic!("an outfall") };
    assert_eq!(river, Point::new(155.0, 0.0));
}
