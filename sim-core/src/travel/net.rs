//! The road network as travel needs it: columns that never change during a run. Rebuilt from the city.
//!
//! People walk both ways in every street. So the walking graph has one *arc* per link, and one more for each one-way
//! link, against its direction: arcs `0..links` are the links, the rest are backward arcs.

use crate::base::ids::{LinkId, NodeId};
use crate::place::city::{City, RoadClass};
use crate::place::roads::{CLOSED, Graph};
use crate::travel::limits::*;

/// No link, node or car.
pub const NONE: u32 = u32::MAX;
/// Inner step of the car queues, ms.
pub const STEP_MS: i64 = 2000;
/// Credit that one car costs when it leaves a link: (cars/h) x ms.
pub const CAR_CREDIT: i64 = 3_600_000;
/// Spacing of depth samples along a street, m (engine notes: 10 to 25).
const SAMPLE_M: f64 = 10.0;

pub struct Net {
    pub links: usize,
    pub nodes: usize,
    pub graph: Graph,
    pub walk: Graph,
    pub length_m: Vec<f64>,
    pub free_m_s: Vec<f64>,
    pub lanes: Vec<u32>,
    pub drivable: Vec<bool>,
    /// Cars a link holds.
    pub storage: Vec<u32>,
    /// Cars per hour out of a link, then out of the yards around a node (rows from `links` on).
    pub rate_veh_h: Vec<i64>,
    /// Time a freed place takes to reach the tail, ms.
    pub wave_ms: Vec<i64>,
    /// Free travel times, ms; `CLOSED` where that mode may never go.
    pub car_ms: Vec<u32>,
    /// The same per arc on foot, at Weidmann's free speed.
    pub walk_ms: Vec<u32>,
    /// Street (both directions together) of an arc: the lower link id of the two.
    pub street: Vec<u32>,
    /// The arc against this arc.
    pub back: Vec<u32>,
    /// For a backward arc the link it runs against; for a link itself.
    pub arc_link: Vec<u32>,
    /// Area on which people walk, by street, m2.
    pub area_m2: Vec<f64>,
    /// Cells sampled along each street: rows `samples[street]..samples[street + 1]`, from the street's own start to its end.
    pub samples: Vec<u32>,
    pub sample_cell: Vec<u32>,
    pub tunnel: Vec<bool>,
}

impl Net {
    pub fn new(city: &City) -> Net {
        let links = city.links.len();
        let nodes = city.nodes.len();
        let graph = Graph::new(city);
        let twin = |l: usize| {
            let link = &city.links[l];
            link.twin.map(LinkId::index).filter(|&t| {
                t != l
                    && t < links
                    && city.links[t].twin == Some(LinkId::of(l))
                    && city.links[t].from == link.to
                    && city.links[t].to == link.from
            })
        };
        let (mut from, mut to): (Vec<NodeId>, Vec<NodeId>) = city.links.iter().map(|l| (l.from, l.to)).unzip();
        let mut arc_link: Vec<u32> = (0..links as u32).collect();
        let mut back = vec![NONE; links];
        let mut street: Vec<u32> = arc_link.clone();
        for l in 0..links {
            match twin(l) {
                Some(t) => {
                    back[l] = t as u32;
                    street[l] = t.min(l) as u32;
                }
                None => {
                    back[l] = from.len() as u32;
                    from.push(city.links[l].to);
                    to.push(city.links[l].from);
                    arc_link.push(l as u32);
                    back.push(l as u32);
                    street.push(l as u32);
                }
            }
        }
        let length_m: Vec<f64> = city.links.iter().map(|l| l.length_m.max(0.0)).collect();
        let free_m_s: Vec<f64> = city.links.iter().map(|l| l.speed_m_s.max(1.0)).collect();
        let lanes: Vec<u32> = city.links.iter().map(|l| u32::from(l.lanes.max(1))).collect();
        let mut rate_veh_h: Vec<i64> =
            (0..links).map(|l| capacity_veh_h_lane(city.links[l].class) * i64::from(lanes[l])).collect();
        rate_veh_h.extend(std::iter::repeat_n(ORIGIN_VEH_H, nodes));
        let storage = (0..links)
            .map(|l| {
                // A link must hold the cars and holes under way at its capacity, or rounding to steps would choke it.
                let under_way = rate_veh_h[l] as f64 / 3600.0
                    * (length_m[l] / free_m_s[l] + length_m[l] / WAVE_M_S + 2.0 * STEP_MS as f64 / 1000.0);
                (length_m[l] * f64::from(lanes[l]) / CAR_SPACE_M).floor().max(under_way.ceil()).max(1.0) as u32
            })
            .collect();
        let ms = |s: f64| (s * 1000.0).round().clamp(1.0, f64::from(CLOSED - 1)) as u32;
        let car_ms =
            (0..links).map(|l| if city.links[l].drivable() { ms(length_m[l] / free_m_s[l]) } else { CLOSED }).collect();
        let walk_ms = arc_link
            .iter()
            .map(|&l| match city.links[l as usize].class {
                // Nobody walks on a motorway who has another way (assumption: three times as far will do).
                RoadClass::Motorway => ms(3.0 * length_m[l as usize] / WALK_M_S),
                _ => ms(length_m[l as usize] / WALK_M_S),
            })
            .collect();
        let area_m2 = (0..links).map(|l| length_m[l].max(1.0) * walking_width_m(city.links[l].class)).collect();
        let mut samples = vec![0u32];
        let mut sample_cell = Vec::new();
        for l in 0..links {
            if street[l] == l as u32 && !city.links[l].bridge {
                let n = (length_m[l] / SAMPLE_M).ceil().max(1.0) as usize;
                for k in 0..=n {
                    sample_cell.push(
                        city.grid.cell_at(city.links[l].point_at(k as f64 / n as f64)).map_or(NONE, |c| c as u32),
                    );
                }
            }
            samples.push(sample_cell.len() as u32);
        }
        Net {
            links,
            nodes,
            graph,
            walk: Graph::from_ends(nodes, from, to),
            wave_ms: length_m.iter().map(|l| (l / WAVE_M_S * 1000.0).round() as i64).collect(),
            length_m,
            free_m_s,
            lanes,
            drivable: city.links.iter().map(|l| l.drivable()).collect(),
            storage,
            rate_veh_h,
            car_ms,
            walk_ms,
            street,
            back,
            arc_link,
            area_m2,
            samples,
            sample_cell,
            tunnel: city.links.iter().map(|l| l.tunnel).collect(),
        }
    }

    /// Link and share for a place `share` of the way along an arc.
    pub fn place(&self, arc: usize, share: f64) -> (LinkId, f64) {
        if arc < self.links { (LinkId::of(arc), share) } else { (LinkId(self.arc_link[arc]), 1.0 - share) }
    }

    /// The depth sample nearest to a place on an arc, if its street has any (bridges have none).
    pub fn sample_at(&self, arc: usize, share: f64) -> Option<usize> {
        let street = self.street[arc] as usize;
        let (first, end) = (self.samples[street] as usize, self.samples[street + 1] as usize);
        if first == end {
            return None;
        }
        let along = if arc == street { share } else { 1.0 - share };
        Some(first + (along.clamp(0.0, 1.0) * (end - first - 1) as f64).round() as usize)
    }

    /// The node at the downstream end of a queue: of a link, or of the yards around a node.
    pub fn queue_node(&self, queue: usize) -> NodeId {
        if queue < self.links { self.graph.to(LinkId::of(queue)) } else { NodeId::of(queue - self.links) }
    }
}
