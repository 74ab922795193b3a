//! A checked network laid out for the solver: cells (nodes, and the middles of conduits), the faces between them, and
//! what each cell holds. A plan is made from the spec alone; the state is kept apart from it.

use super::section::Table;
use super::system::{Holding, Pattern};
use super::*;

/// A share of what a cell holds: `scale` times the area of a table over a base level. Half a reach of pipe, a shaft.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub table: usize,
    pub base_m: f64,
    pub scale: f64,
}

/// A face of a conduit, between two of its cells.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach {
    pub a: usize,
    pub b: usize,
    pub table: usize,
    pub length_m: f64,
    /// The pipe's invert at its two ends.
    pub base_a_m: f64,
    pub base_b_m: f64,
    pub barrels: f64,
    pub manning: f64,
    /// Loss coefficient of this reach.
    pub loss: f64,
    /// Faces of the same conduit before and after.
    pub before: Option<usize>,
    pub after: Option<usize>,
    pub flap: bool,
}

/// An orifice, weir or pump between two nodes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Device {
    pub a: usize,
    pub b: usize,
    pub link: usize,
}

/// Where an outfall's last reach ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mouth {
    pub node: usize,
    /// The conduit face that ends here, if a conduit does, and whether the outfall is its side b.
    pub face: Option<(usize, bool)>,
    pub slope: f64,
}

/// The network laid out for the solver.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(super) nodes: usize,
    pub(super) tables: Vec<Table>,
    /// Parts of cell c: `parts[ranges[c]..ranges[c + 1]]`.
    pub(super) ranges: Vec<usize>,
    pub(super) parts: Vec<Part>,
    pub(super) held: Vec<bool>,
    pub(super) floor_m: Vec<f64>,
    pub(super) ceiling_m: Vec<f64>,
    pub(super) reaches: Vec<Reach>,
    pub(super) devices: Vec<Device>,
    pub(super) mouths: Vec<Mouth>,
    /// Conduit faces that end at each node: (face, whether the node is its side b).
    pub(super) at_node: Vec<Vec<(usize, bool)>>,
    /// First and last face of each link that is a conduit.
    pub(super) faces_of_link: Vec<Option<(usize, usize)>>,
    /// Rim of each node over which it spills when it has no street, m; infinite where it never does.
    pub(super) spill_m: Vec<f64>,
    pub(super) pattern: Pattern,
}

impl Plan {
    /// Lays out a network that has been checked.
    pub fn new(spec: &NetworkSpec) -> Plan {
        let index: BTreeMap<&str, usize> = spec.nodes.iter().enumerate().map(|(k, n)| (n.name.as_str(), k)).collect();
        let nodes = spec.nodes.len();
        let mut tables = Vec::new();
        let mut own: Vec<Vec<Part>> = vec![Vec::new(); nodes];
        let mut floor_m: Vec<f64> = spec.nodes.iter().map(|n| n.invert_m).collect();
        let mut ceiling_m = floor_m.clone();
        let mut held = vec![false; nodes];
        let mut spill_m = vec![f64::INFINITY; nodes];
        for (k, node) in spec.nodes.iter().enumerate() {
            let areas = match &node.kind {
                NodeKind::Junction { depth_m, shaft_m2, surcharge_m, ponded_m2 } => {
                    let shaft = shaft_m2.unwrap_or(spec.options.shaft_m2);
                    let open = depth_m + surcharge_m;
                    if *ponded_m2 > shaft && node.street.is_none() {
                        // The shaft widens to the pond over a centimetre.
                        vec![(0.0, shaft), (open, shaft), (open + 0.01, *ponded_m2)]
                    } else {
                        if node.street.is_none() {
                            spill_m[k] = node.invert_m + open;
                        }
                        vec![(0.0, shaft), (*depth_m, shaft)]
                    }
                }
                NodeKind::Storage { depth_m, areas_m2 } => {
                    if node.street.is_none() {
                        spill_m[k] = node.invert_m + depth_m;
                    }
                    if areas_m2.len() == 1 { vec![areas_m2[0], (*depth_m, areas_m2[0].1)] } else { areas_m2.clone() }
                }
                NodeKind::Outfall { .. } => {
                    held[k] = true;
                    continue;
                }
            };
            own[k].push(Part { table: tables.len(), base_m: node.invert_m, scale: 1.0 });
            ceiling_m[k] = node.invert_m + areas[areas.len() - 1].0;
            tables.push(Table::of_areas(&areas));
        }
        let (mut reaches, mut devices): (Vec<Reach>, Vec<Device>) = (Vec::new(), Vec::new());
        let mut at_node = vec![Vec::new(); nodes];
        let mut faces_of_link = Vec::new();
        for (link, l) in spec.links.iter().enumerate() {
            let (from, to) = (index[l.from.as_str()], index[l.to.as_str()]);
            let LinkKind::Conduit(c) = &l.kind else {
                devices.push(Device { a: from, b: to, link });
                faces_of_link.push(None);
                continue;
            };
            let table = tables.len();
            tables.push(Table::of_section(c.section, spec.options.pressure_wave_m_s));
            let count = ((c.length_m / spec.options.reach_m).round() as usize).max(1);
            let dx = c.length_m / count as f64;
            let top = spec.nodes[from].invert_m + c.from_offset_m;
            let end = spec.nodes[to].invert_m + c.to_offset_m;
            let base = |k: usize| top + (end - top) * k as f64 / count as f64;
            let barrels = f64::from(c.barrels);
            let first = reaches.len();
            let mut cell = from;
            for k in 0..count {
                let next = if k + 1 == count {
                    to
                } else {
                    own.push(Vec::new());
                    floor_m.push(base(k + 1));
                    ceiling_m.push(base(k + 1) + c.section.height_m());
                    held.push(false);
                    own.len() - 1
                };
                for (cell, at) in [(cell, k), (next, k + 1)] {
                    if !held[cell] {
                        own[cell].push(Part { table, base_m: base(at), scale: 0.5 * dx * barrels });
                        floor_m[cell] = floor_m[cell].min(base(at));
                        ceiling_m[cell] = ceiling_m[cell].max(base(at) + c.section.height_m());
                    }
                }
                let face = reaches.len();
                reaches.push(Reach {
                    a: cell,
                    b: next,
                    table,
                    length_m: dx,
                    base_a_m: base(k),
                    base_b_m: base(k + 1),
                    barrels,
                    manning: c.manning,
                    loss: c.mean_loss / count as f64
                        + if k == 0 { c.entry_loss } else { 0.0 }
                        + if k + 1 == count { c.exit_loss } else { 0.0 },
                    before: (k > 0).then(|| face - 1),
                    after: (k + 1 < count).then_some(face + 1),
                    flap: c.flap,
                });
                cell = next;
            }
            let last = reaches.len() - 1;
            at_node[from].push((first, false));
            at_node[to].push((last, true));
            faces_of_link.push(Some((first, last)));
        }
        let mouths = (0..nodes)
            .filter(|&n| held[n])
            .map(|node| {
                let face = at_node[node].first().copied();
                let slope = face.map_or(0.0, |(f, at_b)| {
                    let r: &Reach = &reaches[f];
                    let fall = (r.base_a_m - r.base_b_m) / r.length_m;
                    if at_b { fall } else { -fall }
                });
                Mouth { node, face, slope }
            })
            .collect();
        let mut ranges = vec![0];
        let mut parts = Vec::new();
        for of_cell in own {
            parts.extend(of_cell);
            ranges.push(parts.len());
        }
        let pairs: Vec<(usize, usize)> =
            reaches.iter().map(|r| (r.a, r.b)).chain(devices.iter().map(|d| (d.a, d.b))).collect();
        let pattern = Pattern::new(held.len(), &pairs, &held);
        Plan {
            nodes,
            tables,
            ranges,
            parts,
            held,
            floor_m,
            ceiling_m,
            reaches,
            devices,
            mouths,
            at_node,
            faces_of_link,
            spill_m,
            pattern,
        }
    }

    /// Nodes and the middles of conduits.
    pub fn cells(&self) -> usize {
        self.held.len()
    }
    /// What a cell holds at a level, m3.
    pub fn volume_m3(&self, cell: usize, level_m: f64) -> f64 {
        let (_, sum_p, _, sum_q) = self.parts(cell, level_m);
        sum_p - sum_q
    }
}

impl Holding for Plan {
    fn cells(&self) -> usize {
        self.held.len()
    }
    #[inline]
    fn parts(&self, cell: usize, level_m: f64) -> (f64, f64, f64, f64) {
        let mut sum = (0.0, 0.0, 0.0, 0.0);
        for part in &self.parts[self.ranges[cell]..self.ranges[cell + 1]] {
            let y = level_m - part.base_m;
            if y <= 0.0 {
                continue;
            }
            let table = &self.tables[part.table];
            let (p, sum_p, q, sum_q) = table.parts(y);
            sum.0 += part.scale * p;
            sum.1 += part.scale * sum_p;
            sum.2 += part.scale * q;
            sum.3 += part.scale * sum_q;
        }
        sum
    }
    fn held(&self, cell: usize) -> bool {
        self.held[cell]
    }
    fn ceiling_m(&self, cell: usize) -> f64 {
        self.ceiling_m[cell] + 1.0
    }
    fn floor_m(&self, cell: usize) -> f64 {
        self.floor_m[cell]
    }
}
