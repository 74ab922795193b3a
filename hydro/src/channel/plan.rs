//! Checked channels laid on the grid: stations along them, the nodes that hold water, the faces between them, and what
//! each node shares with which cell. A plan is made from the specification and the ground alone; the state is kept apart.

use super::section::Section;
use super::spec::{ChannelSpec, ChannelsSpec, End};
use crate::sewer::network::system::Pattern;
use crate::solver::Domain;
use base::grid::{Grid, Point};
use std::collections::BTreeMap;

/// A bank counts as raised over the ground from this height on, m.
const RAISED_M: f64 = 1e-3;
/// Stations nearer to one another than this share of a reach are one.
const SAME_SHARE: f64 = 0.1;

/// A place where a channel is cut.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Station {
    pub along_m: f64,
    pub at: Point,
    pub bed_m: f64,
    pub section: Section,
    pub manning: f64,
    pub node: usize,
}

/// A channel with its stations; face k lies between stations k and k + 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub stations: Vec<Station>,
    pub first_face: usize,
    pub length_m: f64,
}

/// Between two nodes, positive from a to b.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Face {
    pub a: usize,
    pub b: usize,
    pub length_m: f64,
    pub base_a_m: f64,
    pub base_b_m: f64,
    pub section_a: Section,
    pub section_b: Section,
    pub manning: f64,
    /// Faces of the same channel before and after.
    pub before: Option<usize>,
    pub after: Option<usize>,
}

/// What a node has in a cell: a length of channel, and where its banks are not raised the cell's water on top.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece {
    pub node: usize,
    pub cell: usize,
    pub length_m: f64,
    /// Length that holds water, m: shorter where channels would cover more than their cell.
    pub holds_m: f64,
    pub bed_m: f64,
    pub section: Section,
    /// Level from which on the water over it is the cell's, m, as the ground was laid out; infinite where none is.
    pub ground_m: f64,
    /// Manning's n of the cell.
    pub cell_manning: f64,
    /// The cell's area that is this piece's to fill, m2, and its share of the cell; none where the two do not have one level.
    pub plain: Option<Plain>,
}

/// A share of a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plain {
    pub area_m2: f64,
    pub share: f64,
}

/// Over a raised bank or out of an open end, into a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spill {
    pub node: usize,
    pub cell: usize,
    /// Below it nothing passes; nor below the cell's bed.
    pub crest_m: f64,
    pub width_m: f64,
    pub plain: Plain,
}

/// An end with something at it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mouth {
    pub channel: usize,
    /// The last end, not the first.
    pub last: bool,
    pub node: usize,
}

/// Channels on a grid.
#[derive(Debug, Clone)]
pub struct Plan {
    pub lines: Vec<Line>,
    pub faces: Vec<Face>,
    /// Pieces of node n: `pieces[ranges[n]..ranges[n + 1]]`.
    pub pieces: Vec<Piece>,
    pub ranges: Vec<usize>,
    pub spills: Vec<Spill>,
    pub mouths: Vec<Mouth>,
    /// Nodes of `ChannelsSpec::inflows`.
    pub inflow_nodes: Vec<usize>,
    pub floor_m: Vec<f64>,
    /// Where the widths no longer change, m.
    pub ceiling_m: Vec<f64>,
    pub held: Vec<bool>,
    /// Faces that end at each node, and whether the node is their side b.
    pub at_node: Vec<Vec<(usize, bool)>>,
    /// Cells whose channels would cover more than all of them, and the share that they would cover.
    pub trimmed: Vec<(usize, f64)>,
    pub(super) pattern: Pattern,
}

impl Plan {
    pub fn nodes(&self) -> usize {
        self.held.len()
    }

    /// Lays out what has been checked.
    pub fn new(domain: &Domain, spec: &ChannelsSpec) -> Plan {
        let grid = &domain.grid;
        let reach_m = spec.options.reach_m.unwrap_or(grid.cell_m);
        let paths: Vec<Path> = spec.channels.iter().map(|c| Path::new(&c.line)).collect();
        let index: BTreeMap<&str, usize> =
            spec.channels.iter().enumerate().map(|(k, c)| (c.name.as_str(), k)).collect();
        // Where each channel must have a station: its ends, and where others join it.
        let mut fixed: Vec<Vec<f64>> = paths.iter().map(|p| vec![0.0, p.length_m()]).collect();
        let mut joins = Vec::new();
        for (k, channel) in spec.channels.iter().enumerate() {
            for (last, end) in [(false, &channel.from), (true, &channel.to)] {
                if let End::Joins(other) = end {
                    let target = index[other.as_str()];
                    let at = paths[k].at(if last { paths[k].length_m() } else { 0.0 });
                    let along_m = snapped(paths[target].nearest(at).0, &fixed[target], SAME_SHARE * reach_m);
                    if !fixed[target].contains(&along_m) {
                        fixed[target].push(along_m);
                    }
                    joins.push((k, last, target, along_m));
                }
            }
        }
        let stations: Vec<Vec<f64>> = fixed
            .into_iter()
            .map(|mut fixed| {
                fixed.sort_by(f64::total_cmp);
                let mut all = vec![0.0];
                for pair in fixed.windows(2) {
                    let parts = ((pair[1] - pair[0]) / reach_m).round().max(1.0) as usize;
                    let at = |i: usize| pair[0] + (pair[1] - pair[0]) * i as f64 / parts as f64;
                    all.extend((1..parts).map(at));
                    all.push(pair[1]);
                }
                all
            })
            .collect();
        // Stations that are joined are one node.
        let first: Vec<usize> = stations
            .iter()
            .scan(0, |sum, s| {
                let from = *sum;
                *sum += s.len();
                Some(from)
            })
            .collect();
        let mut same: Vec<usize> = (0..stations.iter().map(Vec::len).sum()).collect();
        for (k, last, target, along_m) in joins {
            let own = first[k] + if last { stations[k].len() - 1 } else { 0 };
            let there = stations[target].iter().position(|s| *s == along_m).expect("a fixed station is a station");
            let (a, b) = (root(&same, own), root(&same, first[target] + there));
            same[a.max(b)] = a.min(b);
        }
        let mut number = BTreeMap::new();
        let node_of: Vec<usize> = (0..same.len())
            .map(|s| {
                let next = number.len();
                *number.entry(root(&same, s)).or_insert(next)
            })
            .collect();

        let nodes = number.len();
        let mut plan = Plan {
            lines: Vec::new(),
            faces: Vec::new(),
            pieces: Vec::new(),
            ranges: Vec::new(),
            spills: Vec::new(),
            mouths: Vec::new(),
            inflow_nodes: Vec::new(),
            floor_m: vec![f64::INFINITY; nodes],
            ceiling_m: vec![f64::NEG_INFINITY; nodes],
            held: vec![false; nodes],
            at_node: vec![Vec::new(); nodes],
            trimmed: Vec::new(),
            pattern: Pattern::new(0, &[], &[]),
        };
        for (k, channel) in spec.channels.iter().enumerate() {
            plan.lay(domain, channel, &paths[k], &stations[k], |s| node_of[first[k] + s]);
        }
        for (k, channel) in spec.channels.iter().enumerate() {
            let line = &plan.lines[k];
            let ends = [line.stations[0].node, line.stations[line.stations.len() - 1].node];
            for (last, end) in [(false, &channel.from), (true, &channel.to)] {
                let node = ends[usize::from(last)];
                match end {
                    End::Closed | End::Joins(_) | End::Opens => {}
                    End::Stage(_) => {
                        plan.held[node] = true;
                        plan.mouths.push(Mouth { channel: k, last, node });
                    }
                    End::Inflow(_) | End::Normal { .. } => plan.mouths.push(Mouth { channel: k, last, node }),
                }
            }
        }
        plan.inflow_nodes = spec
            .inflows
            .iter()
            .map(|inflow| {
                let line = &plan.lines[index[inflow.channel.as_str()]];
                let off = |s: &Station| s.at.distance_m(inflow.at);
                let nearest = line.stations.iter().min_by(|a, b| off(a).total_cmp(&off(b)));
                nearest.expect("a channel has stations").node
            })
            .collect();
        for (f, face) in plan.faces.iter().enumerate() {
            plan.at_node[face.a].push((f, false));
            plan.at_node[face.b].push((f, true));
        }
        plan.meet_cells(domain, spec, &paths);
        let pairs: Vec<(usize, usize)> = plan.faces.iter().map(|f| (f.a, f.b)).collect();
        plan.pattern = Pattern::new(nodes, &pairs, &plan.held);
        plan
    }

    /// Stations and faces of one channel.
    fn lay(
        &mut self,
        domain: &Domain,
        channel: &ChannelSpec,
        path: &Path,
        stations: &[f64],
        node: impl Fn(usize) -> usize,
    ) {
        let grid = &domain.grid;
        let open: Vec<usize> = open_cells(grid, channel);
        let mut laid: Vec<Station> = Vec::with_capacity(stations.len());
        for (s, &along_m) in stations.iter().enumerate() {
            let (at, corner, share) = path.place(along_m);
            let bed_m = channel.bed_m.at(corner, share);
            let cell = grid.nearest_cell(at);
            let bank_m = match &channel.bank_m {
                Some(bank) => bank.at(corner, share),
                None if open.contains(&cell) => f64::NAN,
                None => domain.bed_m[cell],
            };
            let section = Section {
                bottom_m: channel.width_m.at(corner, share),
                slope: channel.side_slope,
                height_m: bank_m - bed_m,
            };
            let manning = channel.manning.at(corner, share);
            laid.push(Station { along_m, at, bed_m, section, manning, node: node(s) });
        }
        // In a cell that it opens into the ground says nothing of its banks: they go on as before it.
        let known: Vec<(f64, f64)> =
            laid.iter().filter(|s| !s.section.height_m.is_nan()).map(|s| (s.along_m, s.section.height_m)).collect();
        for s in &mut laid {
            if s.section.height_m.is_nan() {
                let near = known.iter().min_by(|a, b| (a.0 - s.along_m).abs().total_cmp(&(b.0 - s.along_m).abs()));
                s.section.height_m = near.map_or(0.0, |n| n.1);
            }
        }
        let first_face = self.faces.len();
        let last = laid.len() - 2;
        for (k, pair) in laid.windows(2).enumerate() {
            let (a, b) = (&pair[0], &pair[1]);
            self.faces.push(Face {
                a: a.node,
                b: b.node,
                length_m: b.along_m - a.along_m,
                base_a_m: a.bed_m,
                base_b_m: b.bed_m,
                section_a: a.section,
                section_b: b.section,
                manning: 0.5 * (a.manning + b.manning),
                before: (k > 0).then(|| first_face + k - 1),
                after: (k < last).then_some(first_face + k + 1),
            });
        }
        for s in &laid {
            self.floor_m[s.node] = self.floor_m[s.node].min(s.bed_m);
            self.ceiling_m[s.node] = self.ceiling_m[s.node].max(s.bed_m + s.section.height_m);
        }
        self.lines.push(Line { stations: laid, first_face, length_m: path.length_m() });
    }

    /// What each node has in which cells.
    fn meet_cells(&mut self, domain: &Domain, spec: &ChannelsSpec, paths: &[Path]) {
        let grid = &domain.grid;
        let mut own: Vec<Vec<Piece>> = vec![Vec::new(); self.nodes()];
        let mut spills: Vec<Spill> = Vec::new();
        // Metres of bank (or of open end) that ask for a share of each cell.
        let mut ask_m: BTreeMap<usize, f64> = BTreeMap::new();
        let none = Plain { area_m2: 0.0, share: 0.0 };
        for (k, channel) in spec.channels.iter().enumerate() {
            let line = &self.lines[k];
            let open = open_cells(grid, channel);
            for pair in line.stations.windows(2) {
                let middle_m = 0.5 * (pair[0].along_m + pair[1].along_m);
                for (station, from, to) in
                    [(&pair[0], pair[0].along_m, middle_m), (&pair[1], middle_m, pair[1].along_m)]
                {
                    for (cell, length_m) in paths[k].cells(grid, from, to) {
                        let ground_m = domain.bed_m[cell];
                        let bank_m = station.bed_m + station.section.height_m;
                        let shares = !open.contains(&cell) && !self.held[station.node];
                        let raised = channel.bank_m.is_some() && bank_m > ground_m + RAISED_M;
                        if shares {
                            *ask_m.entry(cell).or_default() += length_m;
                        }
                        let all = &mut own[station.node];
                        match all
                            .iter_mut()
                            .find(|p| p.cell == cell && p.bed_m == station.bed_m && p.section == station.section)
                        {
                            Some(piece) => {
                                piece.length_m += length_m;
                                piece.holds_m += length_m;
                            }
                            None => all.push(Piece {
                                node: station.node,
                                cell,
                                length_m,
                                holds_m: length_m,
                                bed_m: station.bed_m,
                                section: station.section,
                                ground_m: if shares && !raised { ground_m } else { f64::INFINITY },
                                cell_manning: domain.manning[cell],
                                plain: (shares && !raised).then_some(none),
                            }),
                        }
                        if shares && raised {
                            // Both banks.
                            let width_m = 2.0 * length_m;
                            match spills
                                .iter_mut()
                                .rev()
                                .take(4)
                                .find(|s| s.node == station.node && s.cell == cell && s.crest_m == bank_m)
                            {
                                Some(spill) => spill.width_m += width_m,
                                None => spills.push(Spill {
                                    node: station.node,
                                    cell,
                                    crest_m: bank_m,
                                    width_m,
                                    plain: none,
                                }),
                            }
                        }
                    }
                }
            }
            for (last, end) in [(false, &channel.from), (true, &channel.to)] {
                if *end == End::Opens {
                    let station = if last { line.stations[line.stations.len() - 1] } else { line.stations[0] };
                    let cell = grid.nearest_cell(station.at);
                    let width_m = station.section.top_m();
                    *ask_m.entry(cell).or_default() += 0.5 * width_m;
                    spills.push(Spill { node: station.node, cell, crest_m: station.bed_m, width_m, plain: none });
                }
            }
        }
        let cell_m2 = grid.cell_m * grid.cell_m;
        let plain = |cell: usize, metres: f64| {
            let share = metres / ask_m[&cell];
            let open = domain.porosity.as_ref().map_or(1.0, |p| p[cell]);
            Plain { area_m2: cell_m2 * open * share, share }
        };
        // Channels hold no more than the cells have room for (LISFLOOD-FP shortens them likewise).
        let mut cover_m2: BTreeMap<usize, f64> = BTreeMap::new();
        for p in own.iter().flatten() {
            *cover_m2.entry(p.cell).or_default() += p.length_m * p.section.top_m();
        }
        cover_m2.retain(|_, m2| *m2 > cell_m2);
        for p in own.iter_mut().flatten() {
            if let Some(m2) = cover_m2.get(&p.cell) {
                p.holds_m *= cell_m2 / m2;
            }
        }
        self.trimmed = cover_m2.into_iter().map(|(cell, m2)| (cell, m2 / cell_m2)).collect();
        for spill in &mut spills {
            spill.plain = plain(spill.cell, 0.5 * spill.width_m);
        }
        self.spills = spills;
        self.ranges = vec![0];
        for pieces in own {
            for mut piece in pieces {
                if piece.plain.is_some() {
                    piece.plain = Some(plain(piece.cell, piece.length_m));
                }
                self.pieces.push(piece);
            }
            self.ranges.push(self.pieces.len());
        }
    }

    pub fn pieces_of(&self, node: usize) -> std::ops::Range<usize> {
        self.ranges[node]..self.ranges[node + 1]
    }

    /// The channel nearest to a point and how far along it, m; no farther away than a cell's diagonal.
    pub fn nearest(&self, spec: &ChannelsSpec, p: Point, cell: usize) -> Option<(usize, f64)> {
        let inside = |line: &Line| {
            let nodes = line.stations.iter().map(|s| s.node);
            nodes.into_iter().any(|n| self.pieces[self.pieces_of(n)].iter().any(|piece| piece.cell == cell))
        };
        let through = (0..self.lines.len()).filter(|&k| inside(&self.lines[k]));
        let places = through.map(|k| (k, Path::new(&spec.channels[k].line).nearest(p)));
        places.min_by(|a, b| a.1.1.total_cmp(&b.1.1).then(a.0.cmp(&b.0))).map(|(k, (along_m, _))| (k, along_m))
    }
}

/// The cells that a channel opens into.
pub fn open_cells(grid: &Grid, channel: &ChannelSpec) -> Vec<usize> {
    let ends = [(&channel.from, channel.line.first()), (&channel.to, channel.line.last())];
    let open = ends.into_iter().filter(|(end, _)| **end == End::Opens);
    open.filter_map(|(_, p)| p.map(|p| grid.nearest_cell(*p))).collect()
}

fn root(same: &[usize], mut s: usize) -> usize {
    while same[s] != s {
        s = same[s];
    }
    s
}

/// The station that is there already, if there is one that near.
fn snapped(along_m: f64, fixed: &[f64], within_m: f64) -> f64 {
    let near = fixed.iter().copied().filter(|f| (f - along_m).abs() <= within_m);
    near.min_by(|a, b| (a - along_m).abs().total_cmp(&(b - along_m).abs())).unwrap_or(along_m)
}

/// A polyline by metres along it.
#[derive(Debug, Clone)]
pub struct Path {
    corners: Vec<Point>,
    along_m: Vec<f64>,
}

impl Path {
    pub fn new(corners: &[Point]) -> Path {
        let mut along_m = vec![0.0];
        for pair in corners.windows(2) {
            along_m.push(along_m[along_m.len() - 1] + pair[0].distance_m(pair[1]));
        }
        Path { corners: corners.to_vec(), along_m }
    }
    pub fn length_m(&self) -> f64 {
        self.along_m[self.along_m.len() - 1]
    }
    /// The point there, the corner before it, and the share of the way to the next.
    pub fn place(&self, along_m: f64) -> (Point, usize, f64) {
        let last = self.corners.len() - 2;
        let k = self.along_m.partition_point(|a| *a <= along_m).saturating_sub(1).min(last);
        let d = self.along_m[k + 1] - self.along_m[k];
        let s = if d > 0.0 { ((along_m - self.along_m[k]) / d).clamp(0.0, 1.0) } else { 0.0 };
        (self.corners[k].toward(self.corners[k + 1], s), k, s)
    }
    pub fn at(&self, along_m: f64) -> Point {
        self.place(along_m).0
    }
    /// Metres along it of the place nearest to a point, and how far off that is, m.
    pub fn nearest(&self, p: Point) -> (f64, f64) {
        let mut best = (0.0, f64::INFINITY);
        for (k, pair) in self.corners.windows(2).enumerate() {
            let (a, b) = (pair[0], pair[1]);
            let d = self.along_m[k + 1] - self.along_m[k];
            let s = if d > 0.0 {
                (((p.x - a.x) * (b.x - a.x) + (p.y - a.y) * (b.y - a.y)) / (d * d)).clamp(0.0, 1.0)
            } else {
                0.0
            };
            let off_m = a.toward(b, s).distance_m(p);
            if off_m < best.1 {
                best = (self.along_m[k] + s * d, off_m);
            }
        }
        best
    }
    /// The cells between two places along it and the metres in each.
    pub fn cells(&self, grid: &Grid, from_m: f64, to_m: f64) -> Vec<(usize, f64)> {
        let mut all: Vec<(usize, f64)> = Vec::new();
        for (k, pair) in self.corners.windows(2).enumerate() {
            let (start, end) = (self.along_m[k].max(from_m), self.along_m[k + 1].min(to_m));
            if end <= start {
                continue;
            }
            let d = self.along_m[k + 1] - self.along_m[k];
            let at = |along: f64| pair[0].toward(pair[1], (along - self.along_m[k]) / d);
            let (p, q) = (at(start), at(end));
            // Shares of the way at which it crosses from cell to cell.
            let mut cuts = vec![0.0, 1.0];
            for (a, b, origin) in [(p.x, q.x, grid.x0), (p.y, q.y, grid.y0)] {
                let (low, high) = ((a.min(b) - origin) / grid.cell_m, (a.max(b) - origin) / grid.cell_m);
                let mut side = low.floor() + 1.0;
                while side < high {
                    cuts.push((origin + side * grid.cell_m - a) / (b - a));
                    side += 1.0;
                }
            }
            cuts.sort_by(f64::total_cmp);
            for w in cuts.windows(2) {
                let length_m = (w[1] - w[0]) * (end - start);
                if length_m > 0.0 {
                    let cell = grid.nearest_cell(p.toward(q, 0.5 * (w[0] + w[1])));
                    match all.last_mut() {
                        Some(last) if last.0 == cell => last.1 += length_m,
                        _ => all.push((cell, length_m)),
                    }
                }
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_shared_out_among_the_cells_it_passes_by_its_true_length() {
        // Grade: exact (a slanting line of 5 m: 3-4-5 triangle over cells of 1 m, corners and all).
        let grid = Grid { nx: 6, ny: 6, cell_m: 1.0, x0: 0.0, y0: 0.0 };
        let path = Path::new(&[Point::new(0.5, 0.5), Point::new(3.5, 4.5), Point::new(3.5, 5.5)]);
        assert_eq!(path.length_m(), 6.0);
        let cells = path.cells(&grid, 0.0, 6.0);
        assert!((cells.iter().map(|c| c.1).sum::<f64>() - 6.0).abs() < 1e-12);
        assert_eq!((cells[0].0, cells[cells.len() - 1].0), (grid.index(0, 0), grid.index(3, 5)));
        for w in cells.windows(2) {
            let (a, b) = (w[0].0, w[1].0);
            let step = (a % 6).abs_diff(b % 6) + (a / 6).abs_diff(b / 6);
            assert_eq!(step, 1, "{cells:?}: it crosses one side at a time");
        }
        let (near, off) = path.nearest(Point::new(4.5, 5.0));
        assert!((near - 5.5).abs() < 1e-12 && (off - 1.0).abs() < 1e-12);
    }
}
