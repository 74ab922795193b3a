//! Cases of `sandtable validate flood` for sewers.

use super::inlet::Inlets;
use super::network::plan::Plan;
use super::network::step::{Network, NetworkState, Opening};
use super::network::*;
use super::swmm_inp;
use crate::flow::{Account, Buckets, Flow};
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
