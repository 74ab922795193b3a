//! The road network from the ways of a map.
//!
//! Ways are clipped at the edge of the city, split where they meet, simplified, and turned into directed links. What
//! cars can not both reach and leave is dropped: the links that stay are strongly connected, so that every address
//! can be reached from every other. Paths stay where they hang on that network.

use super::frame::Map;
use super::shapes::{clip, length_m, point_along, simplify};
use super::tags::{Dropped, Road, road};
use crate::base::ids::{LinkId, NodeId};
use crate::place::city::{Link, Node, RoadClass};
use crate::vocab::body::Point;
use std::collections::BTreeMap;

/// Lines keep within this of the map's, m: below the width of a lane.
const TOLERANCE_M: f64 = 1.5;
/// Long streets are given nodes at least this often, m, so that doors find one nearby (assumption).
const SPACING_M: f64 = 250.0;
/// Ends of two one-way carriageways this close at the edge of the map are one road that goes on, m (assumption).
const CARRIAGEWAYS_M: f64 = 80.0;
/// No link is shorter, m, so that none has a travel time of zero.
const SHORTEST_M: f64 = 0.5;

/// A network, and where its roads leave the area.
pub struct Net {
    pub nodes: Vec<Node>,
    pub links: Vec<Link>,
    /// Nodes where roads cross the edge of the area, with class and name, in node order.
    pub border: Vec<(NodeId, RoadClass, String)>,
}

/// Identity of a point before nodes are numbered: a node of the map, or a place where a way was cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Map(usize),
    Cut(usize),
}

struct Piece {
    road: usize,
    points: Vec<(Key, Point)>,
}

/// Builds the network; lines about what was done go to `log`. `None` when no street for cars is left.
pub fn build(map: &Map, log: &mut Vec<String>) -> Option<Net> {
    let mut roads: Vec<Road> = Vec::new();
    let mut dropped: BTreeMap<Dropped, usize> = BTreeMap::new();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut cuts = 0usize;
    for way in &map.osm.ways {
        match road(&way.tags) {
            None => {}
            Some(Err(why)) => *dropped.entry(why).or_default() += 1,
            Some(Ok(r)) => {
                roads.push(r);
                cut_way(map, &way.refs, roads.len() - 1, &mut pieces, &mut cuts);
            }
        }
    }
    let count = |why| dropped.get(&why).copied().unwrap_or(0);
    log.push(format!(
        "roads: {} ways taken; left out: {} not built or gone, {} sidewalks and crossings, {} without access, {} no streets",
        roads.len(),
        count(Dropped::NotThere),
        count(Dropped::Sidewalk),
        count(Dropped::NoAccess),
        count(Dropped::NoStreet)
    ));
    let mut raw = Raw::default();
    raw.fill(map, &roads, pieces);
    let merged = raw.join_carriageways();
    if merged > 0 {
        log.push(format!("roads: {merged} pairs of one-way carriageways that end beside each other were joined (a U-turn is possible there)"));
    }
    let net = raw.keep_connected(log)?;
    let drivable = net.links.iter().filter(|l| l.drivable()).count();
    let km = net.links.iter().filter(|l| l.drivable()).map(|l| l.length_m).sum::<f64>() / 1000.0;
    log.push(format!(
        "roads: {} nodes, {} links, of which {drivable} for cars ({km:.0} km, each direction counted), {} bridges, {} tunnels or underpasses",
        net.nodes.len(),
        net.links.len(),
        net.links.iter().filter(|l| l.bridge).count(),
        net.links.iter().filter(|l| l.tunnel).count()
    ));
    Some(net)
}

/// Cuts a way at the edge of the grid and at nodes that the file does not hold.
fn cut_way(map: &Map, refs: &[i64], road: usize, pieces: &mut Vec<Piece>, cuts: &mut usize) {
    let (width, height) = (map.frame.grid.width_m(), map.frame.grid.height_m());
    let mut points: Vec<(Key, Point)> = Vec::new();
    let mut finish = |points: &mut Vec<(Key, Point)>| {
        let points = std::mem::take(points);
        if points.len() >= 2 {
            pieces.push(Piece { road, points });
        }
    };
    for pair in refs.windows(2) {
        let (Some(a), Some(b)) = (map.row(pair[0]), map.row(pair[1])) else {
            finish(&mut points);
            continue;
        };
        let (p, q) = (map.points[a], map.points[b]);
        if a == b {
            continue;
        }
        let Some((s0, s1)) = clip(p, q, width, height) else {
            finish(&mut points);
            continue;
        };
        let mut cut = |s: f64| {
            *cuts += 1;
            (Key::Cut(*cuts - 1), p.toward(q, s))
        };
        if s0 > 0.0 || points.is_empty() {
            finish(&mut points);
            points.push(if s0 > 0.0 { cut(s0) } else { (Key::Map(a), p) });
        }
        if s1 < 1.0 {
            points.push(cut(s1));
            finish(&mut points);
        } else {
            points.push((Key::Map(b), q));
        }
    }
    finish(&mut points);
}

/// Links before anything is dropped.
#[derive(Default)]
struct Raw {
    nodes: Vec<Point>,
    links: Vec<Link>,
    border: Vec<(NodeId, RoadClass, String)>,
}

impl Raw {
    fn fill(&mut self, map: &Map, roads: &[Road], pieces: Vec<Piece>) {
        let mut uses = vec![0u8; map.points.len()];
        for piece in &pieces {
            let last = piece.points.len() - 1;
            for (k, (key, _)) in piece.points.iter().enumerate() {
                if let Key::Map(row) = key {
                    // The end of a way is a node whether or not another way is there.
                    uses[*row] = uses[*row].saturating_add(if k == 0 || k == last { 2 } else { 1 });
                }
            }
        }
        let mut numbered: BTreeMap<Key, NodeId> = BTreeMap::new();
        for piece in pieces {
            let road = &roads[piece.road];
            let mut start = 0;
            for k in 1..piece.points.len() {
                let junction = match piece.points[k].0 {
                    Key::Map(row) => uses[row] >= 2,
                    Key::Cut(_) => true,
                };
                if junction || k == piece.points.len() - 1 {
                    let part = &piece.points[start..=k];
                    // A loop gets a node in its middle, so that no link ends where it starts.
                    if part[0].0 == part[part.len() - 1].0 {
                        let middle = part.len() / 2;
                        if middle > 0 && part.len() > 2 {
                            self.street(&mut numbered, road, &part[..=middle]);
                            self.street(&mut numbered, road, &part[middle..]);
                        }
                    } else {
                        self.street(&mut numbered, road, part);
                    }
                    start = k;
                }
            }
        }
        for (key, node) in &numbered {
            if let Key::Cut(_) = key {
                let at = self.links.iter().find(|l| l.from == *node || l.to == *node);
                if let Some(link) = at {
                    self.border.push((*node, link.class, link.name.clone()));
                }
            }
        }
    }
    fn street(&mut self, numbered: &mut BTreeMap<Key, NodeId>, road: &Road, part: &[(Key, Point)]) {
        let nodes = &mut self.nodes;
        let mut node = |key: Key, p: Point| {
            *numbered.entry(key).or_insert_with(|| {
                nodes.push(p);
                NodeId::of(nodes.len() - 1)
            })
        };
        let from = node(part[0].0, part[0].1);
        let to = node(part[part.len() - 1].0, part[part.len() - 1].1);
        let line: Vec<Point> = part.iter().map(|(_, p)| *p).collect();
        let line = simplify(&line, TOLERANCE_M);
        let length = length_m(&line);
        // Bridges and tunnels have no doors.
        let whole = road.class == RoadClass::Path || road.bridge || road.tunnel;
        let parts = if whole { 1 } else { (length / SPACING_M).round().max(1.0) as usize };
        let mut ends = vec![from];
        let mut cuts = Vec::new();
        for k in 1..parts {
            let along_m = length * k as f64 / parts as f64;
            let p = point_along(&line, along_m);
            cuts.push((along_m, p));
            self.nodes.push(p);
            ends.push(NodeId::of(self.nodes.len() - 1));
        }
        ends.push(to);
        for (k, line) in cut_line(&line, &cuts).into_iter().enumerate() {
            self.two_way(road, ends[k], ends[k + 1], line);
        }
    }
    fn two_way(&mut self, road: &Road, from: NodeId, to: NodeId, line: Vec<Point>) {
        let first = LinkId::of(self.links.len());
        let both = road.forward && road.backward;
        let twin = |other: u32| both.then_some(LinkId(other));
        let link = |from, to, lanes, line: Vec<Point>, twin| Link {
            from,
            to,
            class: road.class,
            length_m: length_m(&line).max(SHORTEST_M),
            lanes,
            speed_m_s: road.speed_m_s,
            bridge: road.bridge,
            tunnel: road.tunnel,
            twin,
            line,
            name: road.name.clone(),
        };
        let back: Vec<Point> = line.iter().rev().copied().collect();
        if road.forward {
            self.links.push(link(from, to, road.lanes_forward, line, twin(first.0 + 1)));
        }
        if road.backward {
            self.links.push(link(to, from, road.lanes_backward, back, twin(first.0)));
        }
    }

    /// Main roads that leave the map as two one-way carriageways end in a node that can not be left and one that can
    /// not be reached. The two become one node, or the whole road would be dropped. Returns how many were joined.
    fn join_carriageways(&mut self) -> usize {
        let n = self.nodes.len();
        let (mut into, mut out, mut main) = (vec![0u32; n], vec![0u32; n], vec![false; n]);
        for link in self.links.iter().filter(|l| l.drivable()) {
            out[link.from.index()] += 1;
            into[link.to.index()] += 1;
            for end in [link.from, link.to] {
                main[end.index()] |= link.class <= RoadClass::Secondary;
            }
        }
        let sinks: Vec<usize> = (0..n).filter(|&k| main[k] && into[k] > 0 && out[k] == 0).collect();
        let mut sources: Vec<usize> = (0..n).filter(|&k| main[k] && out[k] > 0 && into[k] == 0).collect();
        let mut becomes: Vec<Option<NodeId>> = vec![None; n];
        let mut joined = 0;
        for sink in sinks {
            let near = sources
                .iter()
                .enumerate()
                .map(|(k, &s)| (self.nodes[s].distance_m(self.nodes[sink]), k))
                .filter(|(d, _)| *d <= CARRIAGEWAYS_M)
                .min_by(|a, b| a.0.total_cmp(&b.0));
            if let Some((_, k)) = near {
                becomes[sources.remove(k)] = Some(NodeId::of(sink));
                let arriving =
                    self.links.iter().find(|l| l.drivable() && l.to.index() == sink).expect("a sink is reached");
                self.border.push((NodeId::of(sink), arriving.class, arriving.name.clone()));
                joined += 1;
            }
        }
        for link in &mut self.links {
            if let Some(node) = becomes[link.from.index()] {
                link.from = node;
                link.line.insert(0, self.nodes[node.index()]);
                link.length_m = length_m(&link.line).max(SHORTEST_M);
            }
            if let Some(node) = becomes[link.to.index()] {
                link.to = node;
                link.line.push(self.nodes[node.index()]);
                link.length_m = length_m(&link.line).max(SHORTEST_M);
            }
        }
        for entry in &mut self.border {
            if let Some(node) = becomes[entry.0.index()] {
                entry.0 = node;
            }
        }
        self.links.retain(|l| l.from != l.to || l.twin.is_some());
        self.renumber_twins();
        joined
    }
    /// Twins stand side by side; after links went, their ids are set anew.
    fn renumber_twins(&mut self) {
        let mut k = 0;
        while k < self.links.len() {
            if self.links[k].twin.is_some() {
                self.links[k].twin = Some(LinkId::of(k + 1));
                self.links[k + 1].twin = Some(LinkId::of(k));
                k += 2;
            } else {
                k += 1;
            }
        }
    }

    fn keep_connected(mut self, log: &mut Vec<String>) -> Option<Net> {
        let n = self.nodes.len();
        let core = largest_component(n, &self.links);
        let drivable = self.links.iter().filter(|l| l.drivable()).count();
        let mut stays = core.clone();
        // Paths are open both ways, so they belong where they touch.
        let mut beside: Vec<Vec<u32>> = vec![Vec::new(); n];
        for link in self.links.iter().filter(|l| !l.drivable()) {
            beside[link.from.index()].push(link.to.0);
        }
        let mut open: Vec<usize> = (0..n).filter(|&k| core[k]).collect();
        while let Some(node) = open.pop() {
            for &next in &beside[node] {
                if !stays[next as usize] {
                    stays[next as usize] = true;
                    open.push(next as usize);
                }
            }
        }
        let before = self.links.len();
        let keep = |l: &Link| {
            let within: &[bool] = if l.drivable() { &core } else { &stays };
            within[l.from.index()] && within[l.to.index()]
        };
        self.links.retain(keep);
        self.renumber_twins();
        let kept = self.links.iter().filter(|l| l.drivable()).count();
        if kept == 0 {
            return None;
        }
        log.push(format!(
            "roads: {} of {drivable} links for cars and {} of {} paths dropped, because they do not connect both ways with the rest",
            drivable - kept,
            (before - drivable) - (self.links.len() - kept),
            before - drivable
        ));
        let mut used = vec![false; n];
        for link in &self.links {
            used[link.from.index()] = true;
            used[link.to.index()] = true;
        }
        let mut number = vec![None; n];
        let mut nodes = Vec::new();
        for k in (0..n).filter(|&k| used[k]) {
            number[k] = Some(NodeId::of(nodes.len()));
            nodes.push(Node { at: self.nodes[k] });
        }
        for link in &mut self.links {
            link.from = number[link.from.index()].expect("the end of a kept link is kept");
            link.to = number[link.to.index()].expect("the end of a kept link is kept");
        }
        let mut border: Vec<(NodeId, RoadClass, String)> = self
            .border
            .into_iter()
            .filter(|(node, class, _)| core[node.index()] && *class != RoadClass::Path)
            .filter_map(|(node, class, name)| number[node.index()].map(|node| (node, class, name)))
            .collect();
        border.sort();
        border.dedup_by_key(|b| b.0);
        Some(Net { nodes, links: self.links, border })
    }
}

/// Cuts a line at points on it, given with their distance from its start, in order.
fn cut_line(line: &[Point], cuts: &[(f64, Point)]) -> Vec<Vec<Point>> {
    let mut lines = vec![vec![line[0]]];
    let mut done = 0.0;
    for pair in line.windows(2) {
        let d = pair[0].distance_m(pair[1]);
        while let Some(&(along_m, p)) = cuts.get(lines.len() - 1).filter(|c| done + d >= c.0) {
            debug_assert!(along_m >= done - 1e-6);
            lines.last_mut().expect("begun").push(p);
            lines.push(vec![p]);
        }
        done += d;
        lines.last_mut().expect("begun").push(pair[1]);
    }
    lines
}

/// Marks the nodes of the largest strongly connected component of the links for cars; the first found among equals.
/// Tarjan's algorithm, without recursion.
fn largest_component(n: usize, links: &[Link]) -> Vec<bool> {
    let mut out: Vec<Vec<u32>> = vec![Vec::new(); n];
    for link in links.iter().filter(|l| l.drivable()) {
        out[link.from.index()].push(link.to.0);
    }
    const NEW: u32 = u32::MAX;
    let (mut index, mut low, mut on_stack) = (vec![NEW; n], vec![0u32; n], vec![false; n]);
    let mut stack: Vec<u32> = Vec::new();
    let mut next_index = 0;
    let mut best: Vec<u32> = Vec::new();
    for root in 0..n {
        if index[root] != NEW || out[root].is_empty() {
            continue;
        }
        let mut calls: Vec<(u32, usize)> = vec![(root as u32, 0)];
        while let Some(&mut (v, ref mut k)) = calls.last_mut() {
            let v = v as usize;
            if *k == 0 {
                index[v] = next_index;
                low[v] = next_index;
                next_index += 1;
                stack.push(v as u32);
                on_stack[v] = true;
            }
            if let Some(&w) = out[v].get(*k) {
                *k += 1;
                let w = w as usize;
                if index[w] == NEW {
                    calls.push((w as u32, 0));
                } else if on_stack[w] {
                    low[v] = low[v].min(index[w]);
                }
                continue;
            }
            calls.pop();
            if let Some(&(parent, _)) = calls.last() {
                low[parent as usize] = low[parent as usize].min(low[v]);
            }
            if low[v] == index[v] {
                let mut component = Vec::new();
                while let Some(w) = stack.pop() {
                    on_stack[w as usize] = false;
                    component.push(w);
                    if w as usize == v {
                        break;
                    }
                }
                if component.len() > best.len() {
                    best = component;
                }
            }
        }
    }
    let mut marks = vec![false; n];
    for v in best {
        marks[v as usize] = true;
    }
    marks
}
