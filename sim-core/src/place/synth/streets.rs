//! Streets: main roads through the map, collectors round the plots of the town, lanes within them.
//!
//! First whole edges between the corners of plots are chosen and joined into one network; then they are cut where
//! streets inside the plots meet them, and every piece becomes two links that are each other's twin.

use super::What;
use super::frame::{Frame, Sets};
use super::names;
use super::plan::{Plan, Plot, Strip};
use crate::base::ids::{LinkId, NodeId};
use crate::place::city::{Link, Node, RoadClass};
use crate::vocab::body::Point;
use rstar::RTree;
use rstar::primitives::GeomWithData;
use std::collections::BTreeMap;

/// The street network.
pub struct Net {
    pub nodes: Vec<Node>,
    pub links: Vec<Link>,
    /// Ways out of the map: key, node.
    pub exits: Vec<(String, NodeId)>,
    finder: RTree<GeomWithData<[f64; 2], u32>>,
}

impl Net {
    /// The node nearest to a place.
    pub fn nearest(&self, at: Point) -> NodeId {
        NodeId(self.finder.nearest_neighbor(&[at.x, at.y]).expect("a town has streets").data)
    }
}

/// Free speed (m/s) and lanes a direction. GB/T 51328-2018 design speeds: expressways 60 to 100, main roads 40 to 60,
/// secondary 30 to 50, branches 20 to 30 km/h; the lower middle of each.
fn manner(class: RoadClass) -> (f64, u8) {
    match class {
        RoadClass::Motorway => (22.2, 3),
        RoadClass::Trunk => (16.7, 3),
        RoadClass::Primary => (13.9, 2),
        RoadClass::Secondary => (11.1, 2),
        RoadClass::Tertiary => (9.7, 1),
        RoadClass::Residential => (6.9, 1),
        RoadClass::Service => (5.6, 1),
        RoadClass::Path => (1.4, 1),
    }
}

/// Inner streets of a plot: pieces across and up.
fn pieces(plot: Plot) -> (usize, usize) {
    match plot {
        Plot::OldTown => (3, 3),
        Plot::NewTown => (2, 2),
        Plot::Village => (1, 3),
        _ => (1, 1),
    }
}

/// A corner in sixths of a plot, so that halves and thirds meet.
type Corner = (u32, u32);

struct Piece {
    class: RoadClass,
    bridge: bool,
    tunnel: bool,
    name: String,
    /// May be left out if the network stays in one piece.
    spare: bool,
}

/// Builds the network of a plan.
pub fn build(plan: &Plan) -> Net {
    let frame = Frame::new(plan);
    let pieces = cut(&frame);
    let place = |c: Corner| {
        let line = |lines: &[f64], k: u32| {
            let (at, part) = ((k / 6) as usize, f64::from(k % 6) / 6.0);
            if part == 0.0 { lines[at] } else { lines[at] + (lines[at + 1] - lines[at]) * part }
        };
        (line(&plan.us, c.0), line(&plan.vs, c.1))
    };

    // Streets that may go missing are put back where the network would fall apart.
    let mut rows: BTreeMap<Corner, usize> = BTreeMap::new();
    for (a, b) in pieces.keys() {
        for c in [a, b] {
            let next = rows.len();
            rows.entry(*c).or_insert(next);
        }
    }
    let mut sets = Sets::new(rows.len());
    let mut keep = vec![false; pieces.len()];
    for spare in [false, true] {
        for (k, ((a, b), piece)) in pieces.iter().enumerate() {
            if piece.spare == spare && (sets.join(rows[a], rows[b]) || !spare) {
                keep[k] = true;
            }
        }
    }
    let mut sizes = vec![0usize; rows.len()];
    for row in 0..rows.len() {
        sizes[sets.root(row)] += 1;
    }
    let whole = (0..sizes.len()).max_by_key(|r| (sizes[*r], std::cmp::Reverse(*r))).expect("a town has streets");

    let mut nodes: Vec<Node> = Vec::new();
    let mut node_of: BTreeMap<Corner, NodeId> = BTreeMap::new();
    let mut links: Vec<Link> = Vec::new();
    for (k, ((a, b), piece)) in pieces.iter().enumerate() {
        if !keep[k] || sets.root(rows[a]) != whole {
            continue;
        }
        let ends = [*a, *b].map(|c| {
            *node_of.entry(c).or_insert_with(|| {
                let (u, v) = place(c);
                nodes.push(Node { at: plan.warp.to_map(u, v) });
                NodeId::of(nodes.len() - 1)
            })
        });
        let ((ua, va), (ub, vb)) = (place(*a), place(*b));
        let mut line = vec![nodes[ends[0].index()].at];
        if crate::base::math::hypot(ub - ua, vb - va) > 130.0 {
            line.push(plan.warp.to_map(0.5 * (ua + ub), 0.5 * (va + vb)));
        }
        line.push(nodes[ends[1].index()].at);
        let length_m: f64 = line.windows(2).map(|p| p[0].distance_m(p[1])).sum();
        let (speed_m_s, lanes) = manner(piece.class);
        let first = LinkId::of(links.len());
        for back in [false, true] {
            let mut line = line.clone();
            if back {
                line.reverse();
            }
            links.push(Link {
                from: ends[usize::from(back)],
                to: ends[usize::from(!back)],
                class: piece.class,
                length_m,
                lanes,
                speed_m_s,
                bridge: piece.bridge,
                tunnel: piece.tunnel,
                twin: Some(LinkId(if back { first.0 } else { first.0 + 1 })),
                line,
                name: piece.name.clone(),
            });
        }
    }
    let finder = RTree::bulk_load(
        nodes.iter().enumerate().map(|(k, n)| GeomWithData::new([n.at.x, n.at.y], k as u32)).collect(),
    );
    let exits = frame
        .exits
        .iter()
        .filter_map(|(key, (i, j))| Some((key.clone(), *node_of.get(&(6 * *i as u32, 6 * *j as u32))?)))
        .collect();
    Net { nodes, links, exits, finder }
}

/// Cuts the edges where streets inside the plots meet them, and adds those streets.
fn cut(frame: &Frame) -> BTreeMap<(Corner, Corner), Piece> {
    let plan = frame.plan;
    let (nu, nv) = (plan.nu(), plan.nv());
    let mut all: BTreeMap<(Corner, Corner), Piece> = BTreeMap::new();
    let order = |main: &[bool], k: usize| main[..k].iter().filter(|m| **m).count();
    // Underpasses: the main roads over the railway nearest to the new town; the others go over it.
    let mut under: Vec<usize> = (1..nu).filter(|i| frame.main_u[*i]).collect();
    under.sort_by(|a, b| {
        let d = |i: usize| (plan.us[i] - plan.new_centre.0).abs();
        d(*a).total_cmp(&d(*b))
    });
    under.truncate(4);

    let marks = |plots: [Option<Plot>; 2], across: bool| {
        let mut at = vec![0u32];
        for k in 1..6u32 {
            let cut = plots.iter().flatten().any(|p| {
                let n = if across { pieces(*p).0 } else { pieces(*p).1 };
                n > 1 && (k as usize).is_multiple_of(6 / n)
            });
            if cut {
                at.push(k);
            }
        }
        at.push(6);
        at
    };
    let plot = |i: usize, j: usize| (i < nu && j < nv).then(|| plan.plot(i, j));
    for j in 0..=nv {
        for i in 0..nu {
            let Some(class) = frame.across[frame.across_at(i, j)] else { continue };
            let beside = [j.checked_sub(1).and_then(|b| plot(i, b)), plot(i, j)];
            let bridge = plan.cols[i] == Strip::Canal && !frame.plan.rows.get(j).is_some_and(|r| *r == Strip::Quay);
            let name = if frame.main_v[j] { names::road(true, order(&frame.main_v, j)) } else { String::new() };
            let at = if bridge { vec![0, 6] } else { marks(beside, true) };
            for pair in at.windows(2) {
                let y = 6 * j as u32;
                let (a, b) = ((6 * i as u32 + pair[0], y), (6 * i as u32 + pair[1], y));
                all.insert((a, b), Piece { class, bridge, tunnel: false, name: name.clone(), spare: false });
            }
        }
    }
    for j in 0..nv {
        for i in 0..=nu {
            let Some(class) = frame.up[frame.up_at(i, j)] else { continue };
            let beside = [i.checked_sub(1).and_then(|l| plot(l, j)), plot(i, j)];
            let water = matches!(plan.rows[j], Strip::Canal | Strip::River);
            let tunnel = plan.rows[j] == Strip::Rail && under.contains(&i);
            let bridge = water || (plan.rows[j] == Strip::Rail && !tunnel);
            let name = if frame.main_u[i] { names::road(false, order(&frame.main_u, i)) } else { String::new() };
            let at = if bridge || tunnel { vec![0, 6] } else { marks(beside, false) };
            for pair in at.windows(2) {
                let x = 6 * i as u32;
                let (a, b) = ((x, 6 * j as u32 + pair[0]), (x, 6 * j as u32 + pair[1]));
                all.insert((a, b), Piece { class, bridge, tunnel, name: name.clone(), spare: false });
            }
        }
    }
    for j in 0..nv {
        for i in 0..nu {
            let kind = plan.plot(i, j);
            let (nx, ny) = pieces(kind);
            let (x0, y0) = (6 * i as u32, 6 * j as u32);
            let class = if kind == Plot::Village { RoadClass::Service } else { RoadClass::Residential };
            let missing = match kind {
                Plot::OldTown => 0.16,
                Plot::NewTown => 0.06,
                _ => 0.0,
            };
            let mut add = |a: Corner, b: Corner| {
                let id = plan.plot_index(i, j) as u32;
                let spare = plan.dice.unit(What::MissingStreet, id, (b.0 - x0) * 7 + (b.1 - y0)) < missing;
                all.insert((a, b), Piece { class, bridge: false, tunnel: false, name: String::new(), spare });
            };
            let (dx, dy) = (6 / nx as u32, 6 / ny as u32);
            for a in 1..nx as u32 {
                for b in 0..ny as u32 {
                    add((x0 + a * dx, y0 + b * dy), (x0 + a * dx, y0 + (b + 1) * dy));
                }
            }
            for b in 1..ny as u32 {
                for a in 0..nx as u32 {
                    add((x0 + a * dx, y0 + b * dy), (x0 + (a + 1) * dx, y0 + b * dy));
                }
            }
        }
    }
    all
}
