//! What changes in a network, and its balance.

use super::plan::Plan;
use super::*;

/// All that changes in a network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkState {
    /// Level of every cell, m: nodes in file order, then the middles of conduits.
    pub level_m: Vec<f64>,
    /// What every cell holds, m3.
    pub volume_m3: Vec<f64>,
    /// Velocity on every face of the conduits, m/s.
    pub velocity_m_s: Vec<f64>,
    /// Flow on every face of the conduits, m3/s.
    pub flow_m3_s: Vec<f64>,
    /// Flow of every orifice, weir and pump, m3/s, in file order.
    pub device_m3_s: Vec<f64>,
    /// Whether each link's pump runs (of others: false).
    pub runs: Vec<bool>,
    /// Whether each link's pump has power; orders and outages set it.
    pub powered: Vec<bool>,
    /// Opening of each link's orifice or gate, 0 to 1; orders set it.
    pub opening: Vec<f64>,
    /// Flow from the street into each node, m3/s; negative: out of it.
    pub street_m3_s: Vec<f64>,
    /// Backflow through outfalls that their cell could not give, m3: paid back out of what they discharge.
    pub owed_m3: Vec<f64>,
    /// Gone through each outfall, net, m3 (of other nodes: 0).
    pub outfall_m3: Vec<f64>,
    pub ledger: NetworkLedger,
}

/// Volumes since the start, m3. `start + inflow + from_street - to_street - outfall - flooded` is what is held now.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkLedger {
    pub start_m3: f64,
    /// By hydrographs.
    pub inflow_m3: f64,
    pub from_street_m3: f64,
    pub to_street_m3: f64,
    /// Through outfalls, net.
    pub outfall_m3: f64,
    /// Of that, given to cells of the grid, net.
    pub to_cells_m3: f64,
    /// Out of manholes that have no street, lost.
    pub flooded_m3: f64,
    /// Inner steps, and linear solves in them.
    pub steps: u64,
    pub solves: u64,
    /// Steps that plain Newton did not settle, and steps that nothing did (their balance still closes).
    pub nested: u64,
    pub unsettled: u64,
}

impl NetworkState {
    pub fn new(spec: &NetworkSpec, plan: &Plan) -> NetworkState {
        let cells = plan.cells();
        let mut level_m = plan.floor_m.clone();
        for (k, node) in spec.nodes.iter().enumerate() {
            level_m[k] = node.invert_m + node.initial_depth_m;
        }
        let faces = plan.reaches.len();
        let (mut velocity_m_s, mut flow_m3_s) = (vec![0.0; faces], vec![0.0; faces]);
        // Conduits with an initial flow begin at its uniform depth; others with the line between their ends' water.
        for (link, l) in spec.links.iter().enumerate() {
            let (LinkKind::Conduit(c), Some((first, last))) = (&l.kind, plan.faces_of_link[link]) else { continue };
            let (start, end) = (&plan.reaches[first], &plan.reaches[last]);
            let table = &plan.tables[start.table];
            let (ya, yb) = (
                (level_m[start.a] - start.base_a_m).max(0.0),
                if plan.held[end.b] { 0.0 } else { (level_m[end.b] - end.base_b_m).max(0.0) },
            );
            let slope = (start.base_a_m - end.base_b_m) / c.length_m;
            let each = c.initial_flow_m3_s / start.barrels;
            let uniform = table.normal_depth_m(each, slope, c.manning);
            for f in first..=last {
                if f < last {
                    let s = (f - first + 1) as f64 / (last - first + 1) as f64;
                    let y = (ya + (yb - ya) * s).max(uniform);
                    let b = plan.reaches[f].b;
                    level_m[b] = plan.reaches[f].base_b_m + y;
                }
                if each > 0.0 {
                    velocity_m_s[f] = each / table.conveying(uniform);
                    flow_m3_s[f] = c.initial_flow_m3_s;
                }
            }
            if each > 0.0 {
                for (n, base) in [(start.a, start.base_a_m), (end.b, end.base_b_m)] {
                    level_m[n] = level_m[n].max(base + uniform);
                }
            }
        }
        let volume_m3: Vec<f64> = (0..cells).map(|c| plan.volume_m3(c, level_m[c])).collect();
        let ledger = NetworkLedger { start_m3: volume_m3.iter().sum(), ..NetworkLedger::default() };
        NetworkState {
            level_m,
            volume_m3,
            velocity_m_s,
            flow_m3_s,
            device_m3_s: vec![0.0; plan.devices.len()],
            runs: spec
                .links
                .iter()
                .map(|l| matches!(&l.kind, LinkKind::Pump(p) if p.on_m == 0.0 && p.off_m == 0.0))
                .collect(),
            powered: vec![true; spec.links.len()],
            opening: vec![1.0; spec.links.len()],
            street_m3_s: vec![0.0; spec.nodes.len()],
            owed_m3: vec![0.0; spec.nodes.len()],
            outfall_m3: vec![0.0; spec.nodes.len()],
            ledger,
        }
    }

    /// What the network holds, m3.
    pub fn held_m3(&self) -> f64 {
        self.volume_m3.iter().sum()
    }
    /// What the ledger leaves unexplained, m3: rounding.
    pub fn error_m3(&self) -> f64 {
        let l = &self.ledger;
        l.start_m3 + l.inflow_m3 + l.from_street_m3 - l.to_street_m3 - l.outfall_m3 - l.flooded_m3 - self.held_m3()
    }
}
