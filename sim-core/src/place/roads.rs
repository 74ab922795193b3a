//! The road network as a graph, and route trees on it.
//!
//! Many travellers go to few places, so routes are trees: one backward shortest-path search from all targets of a
//! destination gives every node its next link. Costs are whole milliseconds and ties go to the lower link id, so a
//! tree does not depend on the order in which a heap hands out equals.

use crate::base::ids::{LinkId, NodeId};
use crate::place::city::City;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// No way from here.
pub const UNREACHABLE: u64 = u64::MAX;
/// A link that may not be used.
pub const CLOSED: u32 = u32::MAX;

/// Outgoing and incoming links of every node, in link order.
#[derive(Debug, Clone)]
pub struct Graph {
    out_start: Vec<u32>,
    out_links: Vec<LinkId>,
    in_start: Vec<u32>,
    in_links: Vec<LinkId>,
    from: Vec<NodeId>,
    to: Vec<NodeId>,
}

impl Graph {
    pub fn new(city: &City) -> Graph {
        Graph::from_ends(
            city.nodes.len(),
            city.links.iter().map(|l| l.from).collect(),
            city.links.iter().map(|l| l.to).collect(),
        )
    }
    /// The graph of arcs that run `from[k]` to `to[k]`; the id of an arc is its row.
    pub fn from_ends(nodes: usize, from: Vec<NodeId>, to: Vec<NodeId>) -> Graph {
        let gather = |ends: &[NodeId]| {
            let mut start = vec![0u32; nodes + 1];
            for end in ends {
                start[end.index() + 1] += 1;
            }
            for n in 0..nodes {
                start[n + 1] += start[n];
            }
            let mut next = start.clone();
            let mut list = vec![LinkId(0); ends.len()];
            for (l, end) in ends.iter().enumerate() {
                let slot = &mut next[end.index()];
                list[*slot as usize] = LinkId::of(l);
                *slot += 1;
            }
            (start, list)
        };
        let (out_start, out_links) = gather(&from);
        let (in_start, in_links) = gather(&to);
        Graph { out_start, out_links, in_start, in_links, from, to }
    }
    pub fn nodes(&self) -> usize {
        self.out_start.len() - 1
    }
    pub fn out_of(&self, node: NodeId) -> &[LinkId] {
        &self.out_links[self.out_start[node.index()] as usize..self.out_start[node.index() + 1] as usize]
    }
    pub fn into(&self, node: NodeId) -> &[LinkId] {
        &self.in_links[self.in_start[node.index()] as usize..self.in_start[node.index() + 1] as usize]
    }
    pub fn from(&self, link: LinkId) -> NodeId {
        self.from[link.index()]
    }
    pub fn to(&self, link: LinkId) -> NodeId {
        self.to[link.index()]
    }
}

/// The way to a destination from everywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteTree {
    /// Next link from each node; `None` at a target or where there is no way.
    pub next: Vec<Option<LinkId>>,
    /// Travel time from each node, ms; `UNREACHABLE` where there is no way.
    pub time_ms: Vec<u64>,
}

impl RouteTree {
    pub fn reaches(&self, node: NodeId) -> bool {
        self.time_ms[node.index()] != UNREACHABLE
    }
    pub fn time_s(&self, node: NodeId) -> Option<f64> {
        self.reaches(node).then(|| self.time_ms[node.index()] as f64 / 1000.0)
    }
}

/// Backward Dijkstra from all targets at once. `cost_ms` holds one travel time per link, `CLOSED` where it may not
/// be used. A target may carry a cost of its own (a full shelter), in ms.
pub fn route_tree(graph: &Graph, targets: &[(NodeId, u64)], cost_ms: &[u32]) -> RouteTree {
    let n = graph.nodes();
    let mut next: Vec<Option<LinkId>> = vec![None; n];
    let mut time_ms = vec![UNREACHABLE; n];
    let mut heap: BinaryHeap<Reverse<(u64, u32)>> = BinaryHeap::new();
    for &(node, cost) in targets {
        if cost < time_ms[node.index()] {
            time_ms[node.index()] = cost;
            heap.push(Reverse((cost, node.0)));
        }
    }
    while let Some(Reverse((time, node))) = heap.pop() {
        if time > time_ms[node as usize] {
            continue;
        }
        for &link in graph.into(NodeId(node)) {
            let cost = cost_ms[link.index()];
            if cost == CLOSED {
                continue;
            }
            let from = graph.from(link).index();
            let through = time + u64::from(cost);
            let better = through < time_ms[from]
                || (through == time_ms[from] && next[from].is_some_and(|current| link < current));
            if better {
                if through < time_ms[from] {
                    heap.push(Reverse((through, from as u32)));
                }
                time_ms[from] = through;
                next[from] = Some(link);
            }
        }
    }
    RouteTree { next, time_ms }
}

/// The links from `from` to a target of the tree, in order; `None` where there is no way.
pub fn route(graph: &Graph, tree: &RouteTree, from: NodeId) -> Option<Vec<LinkId>> {
    if !tree.reaches(from) {
        return None;
    }
    let mut links = Vec::new();
    let mut node = from;
    while let Some(link) = tree.next[node.index()] {
        links.push(link);
        node = graph.to(link);
        assert!(links.len() <= tree.next.len(), "a route tree with a circle at node {node}");
    }
    Some(links)
}
