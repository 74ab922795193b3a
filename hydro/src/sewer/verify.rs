//! Cases of `sandtable validate flood` for sewers.

use super::inlet::Inlets;
use super::network::plan::Plan;
use super::network::section::{Section, Table};
use super::network::state::NetworkState;
use super::network::step::{Network, Opening};
use super::network::*;
use super::swmm_inp;
use crate::flow::{Account, Buckets, Flow, G};
use base::complaint::Complaints;
use base::grid::Grid;
use base::math;
use std::path::Path;

/// How the manhole of EA test 8B compares with XPSTORM.
#[derive(Debug, Clone, PartialEq)]
pub struct Ea8b {
    /// Nash-Sutcliffe efficiency over all points of the reference.
    pub nse: f64,
    /// Root mean square error over the reference's standard deviation, over the same points.
    pub rsr: f64,
    /// The same two over the points whose times are whole records of 30 s, which is what Itzi's own test compares (its
    /// series are aligned by equal times, and the reference was digitised at odd ones).
    pub nse_coincident: f64,
    pub rsr_coincident: f64,
    pub coincident: usize,
    pub peak_m3_s: f64,
    pub reference_peak_m3_s: f64,
    /// Out of the manhole in all, m3, here and in the reference.
    pub volume_m3: f64,
    pub reference_volume_m3: f64,
    /// What the ledger leaves unexplained over what came in.
    pub mass_error: f64,
    /// (time s, reference m3/s, here m3/s) at the reference's points.
    pub series: Vec<(f64, f64, f64)>,
    /// Flow out of the manhole every 30 s: (s, m3/s).
    pub hydrograph: Vec<(f64, f64)>,
}

/// Level of the manhole's rim, m (EA test 8B), and its area, m2.
const RIM_8B_M: f64 = 31.46;
const SHAFT_8B_M2: f64 = 1.0;

/// EA test 8B: a 1.4 m culvert surcharges at its manhole J1. The benchmark says that the surface water shall not act on
/// the manhole, so it flows off a cell at the rim's level; outflow is through the open shaft of 1 m2 with Itzi's
/// coefficient 1. `inp` is the culvert, `xpstorm` rows of minutes and m3/s.
pub fn ea8b(inp: &str, xpstorm: &str) -> Result<Ea8b, Complaints> {
    let file = Path::new("test8b_drainage_ponding.inp");
    let mut model = swmm_inp::read(inp, file)?;
    let mut reference = Vec::new();
    let mut wrong = Complaints::new();
    for (n, line) in xpstorm.lines().enumerate().filter(|l| !l.1.trim().is_empty()) {
        let row: Vec<Option<f64>> = line.split(',').map(|w| w.trim().parse().ok()).collect();
        match row[..] {
            [Some(minutes), Some(flow)] => reference.push((minutes * 60.0, flow)),
            _ => wrong.add_at("xpstorm_8b.csv", (n + 1, 1), format!("row {line:?}"), "minutes, m3/s"),
        }
    }
    let manhole = model.network.nodes.iter().position(|n| n.name == "J1");
    if manhole.is_none() {
        wrong.add(file, "there is no node J1", "the culvert of EA test 8B");
    }
    if reference.len() < 2 {
        wrong.add("xpstorm_8b.csv", "fewer than two rows", "the reference of EA test 8B");
    }
    let (Some(manhole), true) = (manhole, wrong.is_empty()) else { return Err(wrong) };
    // No cover elsewhere opens in this case; J1's is the street.
    model.network.nodes[manhole].street = Some(StreetSpec { at: None, rim_m: None, inlets: Inlets::default() });
    model.network.options.reach_m = 10.0;
    // The culvert comes from further up: what the hydrograph brings moves already.
    for node in &mut model.network.nodes {
        node.inflow_moves = true;
    }
    let plan = Plan::new(&model.network);
    let mut state = NetworkState::new(&model.network, &plan);
    let openings = vec![Opening {
        node: manhole,
        cell: 0,
        rim_m: Some(RIM_8B_M),
        inlets: Inlets { orifice: 1.0, ..Inlets::shaft(SHAFT_8B_M2) },
    }];
    let receiving = vec![None; model.network.nodes.len()];
    let network = Network { spec: model.network, plan, openings, receiving };
    let mut street = Buckets::new(Grid { nx: 1, ny: 1, cell_m: 100.0, x0: 0.0, y0: 0.0 }, vec![RIM_8B_M], vec![0.0]);
    let end_s = reference[reference.len() - 1].0;
    let (record_s, dt) = (30.0, 1.0);
    let mut hydrograph = vec![(0.0, 0.0)];
    let (mut now, mut out) = (0.0, 0.0);
    while now < end_s {
        network.step(&mut state, &mut street, now, dt);
        let volume = street.free_m3(0);
        out += street.take_m3(0, volume, Account::Boundary);
        now += dt;
        if now % record_s == 0.0 {
            hydrograph.push((now, -state.street_m3_s[manhole]));
        }
    }
    let series: Vec<(f64, f64, f64)> =
        reference.iter().map(|&(t, q)| (t, q, math::interpolate(&hydrograph, t))).collect();
    let (nse, rsr) = efficiency(&series);
    let whole: Vec<(f64, f64, f64)> =
        series.iter().copied().filter(|r| (r.0 / record_s - (r.0 / record_s).round()).abs() < 1e-4).collect();
    let (nse_coincident, rsr_coincident) = efficiency_about(&whole, &series);
    let volume = |rows: &[(f64, f64)]| rows.windows(2).map(|w| 0.5 * (w[1].0 - w[0].0) * (w[0].1 + w[1].1)).sum();
    Ok(Ea8b {
        nse,
        rsr,
        nse_coincident,
        rsr_coincident,
        coincident: whole.len(),
        peak_m3_s: hydrograph.iter().map(|r| r.1).fold(0.0, f64::max),
        reference_peak_m3_s: reference.iter().map(|r| r.1).fold(0.0, f64::max),
        volume_m3: out,
        reference_volume_m3: volume(&reference),
        mass_error: state.error_m3().abs() / state.ledger.inflow_m3,
        series,
        hydrograph,
    })
}

/// Nash-Sutcliffe efficiency and root mean square error over standard deviation, of rows (t, reference, model).
fn efficiency(rows: &[(f64, f64, f64)]) -> (f64, f64) {
    efficiency_about(rows, rows)
}

/// The same with the spread of other rows of the reference.
fn efficiency_about(rows: &[(f64, f64, f64)], spread: &[(f64, f64, f64)]) -> (f64, f64) {
    let n = spread.len().max(1) as f64;
    let mean = spread.iter().map(|r| r.1).sum::<f64>() / n;
    let variance = spread.iter().map(|r| (r.1 - mean) * (r.1 - mean)).sum::<f64>() / n;
    let error = rows.iter().map(|r| (r.1 - r.2) * (r.1 - r.2)).sum::<f64>() / rows.len().max(1) as f64;
    (1.0 - error / variance, (error / variance).sqrt())
}

/// A figure of a case, and what it may be at most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Case {
    pub name: &'static str,
    pub figure: f64,
    pub limit: f64,
}

impl Case {
    pub fn passes(&self) -> bool {
        self.figure <= self.limit
    }
}

/// A round pipe of 1 m in a line of conduits, its upper end at a level.
struct Line {
    network: Network,
    state: NetworkState,
    flow: Buckets,
}

impl Line {
    /// `pipes` conduits of `length_m`, falling by `slope`, into an outfall at a stage.
    fn new(pipes: usize, length_m: f64, slope: f64, inflow_m3_s: f64, stage: Stage, options: NetworkOptions) -> Line {
        let level = |k: usize| 10.0 - slope * length_m * k as f64;
        let node = |k: usize, kind: NodeKind| NodeSpec {
            name: format!("n{k}"),
            invert_m: level(k),
            kind,
            at: None,
            initial_depth_m: 0.0,
            inflow_moves: false,
            inflow: if k == 0 { vec![(0.0, inflow_m3_s)] } else { vec![] },
            street: None,
        };
        let manhole = NodeKind::Junction { depth_m: 20.0, shaft_m2: None, surcharge_m: 0.0, ponded_m2: 0.0 };
        let mut nodes: Vec<NodeSpec> = (0..pipes).map(|k| node(k, manhole.clone())).collect();
        nodes.push(node(pipes, NodeKind::Outfall { stage, flap: false, into: None }));
        let links = (0..pipes).map(|k| pipe(k, k + 1, length_m, Section::Circular { diameter_m: 1.0 })).collect();
        Line::of(NetworkSpec { name: "line".into(), options, nodes, links })
    }
    fn of(spec: NetworkSpec) -> Line {
        let plan = Plan::new(&spec);
        let state = NetworkState::new(&spec, &plan);
        let receiving = vec![None; spec.nodes.len()];
        let flow = Buckets::new(Grid { nx: 1, ny: 1, cell_m: 1.0, x0: 0.0, y0: 0.0 }, vec![0.0], vec![0.0]);
        Line { network: Network { spec, plan, openings: vec![], receiving }, state, flow }
    }
    fn run(&mut self, from_s: f64, to_s: f64, dt_s: f64) {
        let steps = ((to_s - from_s) / dt_s).round() as usize;
        for k in 0..steps {
            self.network.step(&mut self.state, &mut self.flow, from_s + dt_s * k as f64, dt_s);
        }
    }
}

/// Manning's n of the cases: concrete.
const CONCRETE: f64 = 0.013;

fn pipe(from: usize, to: usize, length_m: f64, section: Section) -> LinkSpec {
    let conduit = Conduit {
        section,
        length_m,
        manning: CONCRETE,
        barrels: 1,
        from_offset_m: 0.0,
        to_offset_m: 0.0,
        entry_loss: 0.0,
        exit_loss: 0.0,
        mean_loss: 0.0,
        flap: false,
        initial_flow_m3_s: 0.0,
    };
    LinkSpec {
        name: format!("c{from}-{to}"),
        from: format!("n{from}"),
        to: format!("n{to}"),
        kind: LinkKind::Conduit(conduit),
    }
}

/// All cases that need no data.
pub fn cases() -> Vec<Case> {
    vec![
        Case { name: "uniform flow in a mild pipe, depth against Manning", figure: uniform(0.001, 0.35), limit: 0.005 },
        Case { name: "uniform flow in a steep pipe, depth against Manning", figure: uniform(0.02, 1.2), limit: 0.005 },
        Case { name: "backwater in a pipe, mean depth error over depth", figure: backwater(20.0), limit: 0.01 },
        Case { name: "drawdown above a free fall, mean depth error over depth", figure: drawdown(), limit: 0.02 },
        Case { name: "head lost in a full pipe against Manning", figure: surcharged(), limit: 0.005 },
        Case { name: "volume lost in a slosh between basins", figure: slosh(), limit: 1e-12 },
        Case {
            name: "volumes booked against volumes at the levels, in the slosh",
            figure: slosh_levels(),
            limit: 1e-9,
        },
        Case { name: "period of a slosh through a full pipe", figure: slosh_period(), limit: 0.02 },
        Case { name: "speed of a front that fills a pipe", figure: bore(), limit: 0.05 },
        Case { name: "flow shared by two arms of a loop", figure: loop_share(), limit: 0.01 },
    ]
}

/// Uniform flow: relative error of the depth in the middle of a long line against Manning's.
fn uniform(slope: f64, flow_m3_s: f64) -> f64 {
    let mut line = Line::new(4, 250.0, slope, flow_m3_s, Stage::Normal, NetworkOptions::default());
    line.run(0.0, 3600.0, 2.0);
    let table = Table::of_section(Section::Circular { diameter_m: 1.0 }, 100.0);
    let depth = table.normal_depth_m(flow_m3_s, slope, CONCRETE);
    let manhole = 2;
    let here = line.state.level_m[manhole] - line.network.spec.nodes[manhole].invert_m;
    (here / depth - 1.0).abs()
}

/// Backwater: 0.35 m3/s at 0.001 runs into standing water of 0.9 m, the profile by dy/dx = (S0 - Sf) / (1 - Fr2)
/// integrated upstream by Runge and Kutta; mean error over the mean depth, in the manholes of a line.
pub fn backwater(reach_m: f64) -> f64 {
    let (slope, q, end_depth) = (0.001, 0.35, 0.9);
    let (pipes, length) = (5, 200.0);
    let end_level = 10.0 - slope * length * pipes as f64;
    let options = NetworkOptions { reach_m, ..NetworkOptions::default() };
    let mut line = Line::new(pipes, length, slope, q, Stage::Fixed(end_level + end_depth), options);
    line.run(0.0, 5400.0, 2.0);
    let profile = profile(slope, q, end_depth, (pipes as f64 * length) as usize);
    let (mut error, mut depth) = (0.0, 0.0);
    // The first manhole stands higher by the head that sets the water moving: it is not part of the profile.
    for k in 1..pipes {
        let exact = profile[((pipes - k) as f64 * length) as usize];
        error += (line.state.level_m[k] - line.network.spec.nodes[k].invert_m - exact).abs();
        depth += exact;
    }
    error / depth
}

/// Depth every metre upstream of an end where it is known: dy/dx = (S0 - Sf) / (1 - Fr2), by Runge and Kutta.
fn profile(slope: f64, q: f64, end_depth_m: f64, metres: usize) -> Vec<f64> {
    let table = Table::of_section(Section::Circular { diameter_m: 1.0 }, 100.0);
    let rise = |y: f64| {
        let (a, r) = (table.area(y), table.radius(y));
        let friction = q * q * CONCRETE * CONCRETE / (a * a * r * math::cbrt(r));
        (slope - friction) / (1.0 - q * q * table.width(y) / (G * a * a * a))
    };
    let mut profile = vec![end_depth_m];
    for k in 0..metres {
        let y = profile[k];
        let k1 = rise(y);
        let k2 = rise(y - 0.5 * k1);
        let k3 = rise(y - 0.5 * k2);
        let k4 = rise(y - k3);
        profile.push(y - (k1 + 2.0 * k2 + 2.0 * k3 + k4) / 6.0);
    }
    profile
}

/// A mild pipe ends 3 m above the water of a drop manhole: critical depth at the brink, and the drawdown above it as
/// integrated from there (from 5 % over critical, where the equation is singular, a metre from the brink).
fn drawdown() -> f64 {
    let (slope, q, length, dx) = (0.001, 0.35, 400.0, 20.0);
    let options = NetworkOptions { reach_m: dx, ..NetworkOptions::default() };
    let mut spec = Line::new(2, length, slope, q, Stage::Free, options).network.spec.clone();
    spec.nodes[1].invert_m -= 3.0;
    spec.nodes[2].invert_m = spec.nodes[1].invert_m - 8.0;
    if let LinkKind::Conduit(c) = &mut spec.links[0].kind {
        c.to_offset_m = 3.0;
    }
    let mut line = Line::of(spec);
    line.run(0.0, 3600.0, 2.0);
    let table = Table::of_section(Section::Circular { diameter_m: 1.0 }, 100.0);
    let exact = profile(slope, q, 1.05 * table.critical_depth_m(q), length as usize);
    let (mut error, mut depth) = (0.0, 0.0);
    for k in 1..(length / dx) as usize {
        // Middles of the first pipe come after the three nodes.
        let x = dx * k as f64;
        let y = exact[(length - x) as usize - 1];
        error += (line.state.level_m[2 + k] - (10.0 - slope * x) - y).abs();
        depth += y;
    }
    error / depth
}

/// Head lost over 600 m of full pipe, against n2 Q2 L / (A2 R^(4/3)).
fn surcharged() -> f64 {
    let q = 1.5;
    let mut line = Line::new(4, 200.0, 0.0, q, Stage::Fixed(12.0), NetworkOptions::default());
    line.run(0.0, 1800.0, 2.0);
    let (a, r) = (std::f64::consts::FRAC_PI_4, 0.25f64);
    let lost = CONCRETE * CONCRETE * q * q * 400.0 / (a * a * r * math::cbrt(r));
    ((line.state.level_m[1] - line.state.level_m[3]) / lost - 1.0).abs()
}

/// Two basins of 4 m2 joined by 100 m of pipe, one filled 1.5 m higher, nothing in or out.
fn basins(high_m: f64, low_m: f64, manning: f64) -> Line {
    let node = |k: usize, depth: f64| NodeSpec {
        name: format!("n{k}"),
        invert_m: 0.0,
        kind: NodeKind::Storage { depth_m: 20.0, areas_m2: vec![(0.0, 4.0)] },
        at: None,
        initial_depth_m: depth,
        inflow_moves: false,
        inflow: vec![],
        street: None,
    };
    let mut link = pipe(0, 1, 100.0, Section::Circular { diameter_m: 1.0 });
    if let LinkKind::Conduit(c) = &mut link.kind {
        c.manning = manning;
    }
    let options = NetworkOptions { step_s_max: 0.25, ..NetworkOptions::default() };
    Line::of(NetworkSpec {
        name: "basins".into(),
        options,
        nodes: vec![node(0, high_m), node(1, low_m)],
        links: vec![link],
    })
}

/// Share of the volume that a slosh of ten minutes makes or loses; the water falls below the crown on the way.
fn slosh() -> f64 {
    let mut line = basins(1.6, 0.1, CONCRETE);
    let start = line.state.held_m3();
    line.run(0.0, 600.0, 1.0);
    (line.state.held_m3() / start - 1.0).abs()
}

/// How far what is booked and what the levels stand for part in the same slosh, over the volume.
fn slosh_levels() -> f64 {
    let mut line = basins(1.6, 0.1, CONCRETE);
    line.run(0.0, 600.0, 1.0);
    let s = &line.state;
    let apart: f64 =
        (0..s.level_m.len()).map(|c| (line.network.plan.volume_m3(c, s.level_m[c]) - s.volume_m3[c]).abs()).sum();
    apart / s.held_m3()
}

/// A full pipe between two basins swings with T = 2 pi sqrt(L A_s / (2 g A)) (rigid column); error of the first half swing.
fn slosh_period() -> f64 {
    let mut line = basins(5.2, 4.8, 1e-4);
    let exact = 2.0 * std::f64::consts::PI * (100.0 * 4.0 / (2.0 * G * std::f64::consts::FRAC_PI_4)).sqrt();
    // The flow turns after half a period.
    let (mut t, dt) = (0.0, 0.05);
    line.network.spec.options.step_s_max = dt;
    let mut last = 0.0;
    while t < exact {
        line.run(t, t + dt, dt);
        t += dt;
        let q = line.state.flow_m3_s[2];
        if t > 1.0 && q <= 0.0 {
            let turn = t - dt * (-q) / (last - q);
            return (turn / (0.5 * exact) - 1.0).abs();
        }
        last = q;
    }
    f64::INFINITY
}

/// A pipe carrying uniform flow is shut at its lower end: the pipe fills and a front runs up it. Behind the front the
/// water stands; by continuity the front moves at w = Q / (A_full - A) up the pipe, the slot and the fall apart.
fn bore() -> f64 {
    let (slope, q) = (0.002, 0.5);
    let table = Table::of_section(Section::Circular { diameter_m: 1.0 }, 100.0);
    let options = NetworkOptions { reach_m: 5.0, step_s_max: 0.5, ..NetworkOptions::default() };
    let mut line = Line::new(1, 500.0, slope, q, Stage::Normal, options);
    line.run(0.0, 1200.0, 1.0);
    // The outfall becomes a shut end: a basin so small that it counts for nothing.
    let mut spec = line.network.spec.clone();
    spec.nodes[1].kind = NodeKind::Junction { depth_m: 50.0, shaft_m2: Some(0.05), surcharge_m: 0.0, ponded_m2: 0.0 };
    let mut shut = Line::of(spec);
    let depth = table.normal_depth_m(q, slope, CONCRETE);
    for c in 0..shut.state.level_m.len() {
        shut.state.level_m[c] =
            if c == 1 { line.network.spec.nodes[1].invert_m + depth } else { line.state.level_m[c] };
        shut.state.volume_m3[c] = shut.network.plan.volume_m3(c, shut.state.level_m[c]);
    }
    shut.state.velocity_m_s.clone_from(&line.state.velocity_m_s);
    shut.state.flow_m3_s.clone_from(&line.state.flow_m3_s);
    // Time between the front's passing 350 m and 150 m from the upper end: cells 2.. are the reaches' ends, 5 m apart.
    let crown = |line: &Line, x: f64| {
        let c = 2 + (x / 5.0) as usize - 1;
        line.state.level_m[c] - (10.0 - slope * x) >= 0.98
    };
    let (mut t, dt) = (0.0, 0.5);
    let mut passed: [Option<f64>; 2] = [None, None];
    while t < 900.0 && passed[1].is_none() {
        shut.run(t, t + dt, dt);
        t += dt;
        for (k, x) in [350.0, 150.0].into_iter().enumerate() {
            if passed[k].is_none() && crown(&shut, x) {
                passed[k] = Some(t);
            }
        }
    }
    let [Some(first), Some(second)] = passed else { return f64::INFINITY };
    let exact = q / (table.full_m2 - table.area(depth));
    (200.0 / (second - first) / exact - 1.0).abs()
}

/// Two full arms of a loop, 100 m and 400 m long: the head lost is the same, so the flows share as sqrt(400 / 100) = 2.
fn loop_share() -> f64 {
    let manhole = NodeKind::Junction { depth_m: 20.0, shaft_m2: None, surcharge_m: 0.0, ponded_m2: 0.0 };
    let node = |k: usize, kind: &NodeKind| NodeSpec {
        name: format!("n{k}"),
        invert_m: 0.0,
        kind: kind.clone(),
        at: None,
        initial_depth_m: 0.0,
        inflow_moves: false,
        inflow: if k == 0 { vec![(0.0, 1.2)] } else { vec![] },
        street: None,
    };
    let out = NodeKind::Outfall { stage: Stage::Fixed(4.0), flap: false, into: None };
    let round = Section::Circular { diameter_m: 1.0 };
    let links = vec![
        pipe(0, 1, 100.0, round),
        pipe(1, 2, 100.0, round),
        pipe(1, 3, 200.0, round),
        pipe(3, 2, 200.0, round),
        pipe(2, 4, 100.0, round),
    ];
    let nodes = vec![node(0, &manhole), node(1, &manhole), node(2, &manhole), node(3, &manhole), node(4, &out)];
    let options = NetworkOptions { reach_m: 25.0, ..NetworkOptions::default() };
    let mut line = Line::of(NetworkSpec { name: "loop".into(), options, nodes, links });
    line.run(0.0, 1800.0, 2.0);
    // Reaches of 25 m: four of the first pipe, then four of the short arm, then eight and eight.
    let (short, long) = (line.state.flow_m3_s[4], line.state.flow_m3_s[8]);
    (short / long / 2.0 - 1.0).abs()
}
