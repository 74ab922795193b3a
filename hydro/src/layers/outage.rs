//! Outages (停电、停泵、断站): plant that drowns, and what goes down with it.
//!
//! A node stands at a cell with its sill above the ground. Each has a depth at which it fails, drawn once for the node
//! from a table of chances; water that stays over it for `delay_s` stops it. A node that needs power takes it from its
//! feeders (any one suffices); without a live feeder it lives on its battery for a while. When the water has gone, a
//! drowned node stays out for `recovery_s` of dry time: drying, testing, switching on. A node without power is back when
//! a feeder is. So the chain of 暴雨—变电站跳闸—泵站停机—下穿积水 needs no code of its own.
//!
//! The network is a pure state machine: `step(now, depth at each cell)` gives what changed, in node order.

use base::chance::{Stream, draw};
use base::complaint::{Complaints, nearest};
use base::time::Tick;
use serde::{Deserialize, Serialize};
use std::path::Path;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Plant {
    /// 变电站
    Substation,
    /// 配电房, often in a basement
    SwitchRoom,
    /// 泵站
    PumpStation,
    /// 通信基站
    BaseStation,
    /// 闸站
    Gate,
}

/// How a kind of plant takes water.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frailty {
    /// (depth over the sill, m; chance to have failed up to it), both rising.
    pub fails: Vec<(f64, f64)>,
    /// Time over its depth until it stops, s.
    pub delay_s: f64,
    /// Dry time until it works again, s.
    pub recovery_s: f64,
    /// Time it lives without a feeder, s.
    pub battery_s: f64,
}

impl Plant {
    pub fn frailty(self) -> Frailty {
        let of = |fails: &[(f64, f64)], delay_s, recovery_s, battery_s| Frailty {
            fails: fails.to_vec(),
            delay_s,
            recovery_s,
            battery_s,
        };
        match self {
            // 0.5 at 0.5 m and 0.9 beyond 1.0 m: disaster chain table (analyst, low). That all have failed at 1.5 m, the
            // minute it takes the protection to trip and half a day to dry and test are assumptions.
            Plant::Substation => of(&[(0.5, 0.5), (1.0, 0.9), (1.5, 1.0)], 60.0, 12.0 * 3600.0, 0.0),
            // Low-voltage boards stand 0.1 to 0.4 m over the floor (assumption).
            Plant::SwitchRoom => of(&[(0.1, 0.2), (0.4, 1.0)], 60.0, 24.0 * 3600.0, 0.0),
            // Motors stand on the floor that the sill speaks of; 0.8 m is the drill engine's own floor limit (assumption).
            Plant::PumpStation => of(&[(0.3, 0.2), (0.8, 1.0)], 60.0, 6.0 * 3600.0, 0.0),
            // Cabinets on plinths of 0.3 to 0.5 m (assumption); batteries for 2 to 4 h (parameter table, analyst): 3 h.
            Plant::BaseStation => of(&[(0.3, 0.2), (0.6, 0.8), (1.0, 1.0)], 60.0, 12.0 * 3600.0, 3.0 * 3600.0),
            Plant::Gate => of(&[(0.5, 0.5), (1.0, 1.0)], 60.0, 6.0 * 3600.0, 0.0),
        }
    }
}

/// One plant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeSpec {
    pub name: String,
    pub plant: Plant,
    /// Cell of the grid it stands in.
    pub cell: u32,
    /// Sill above the ground of that cell, m: flood wall, plinth, threshold of the door. Below ground it is negative.
    #[serde(default)]
    pub sill_m: f64,
    /// Names of what feeds it with power; any live one suffices. Empty: it feeds itself.
    #[serde(default)]
    pub fed_by: Vec<String>,
    /// Own figures in place of the kind's.
    #[serde(default)]
    pub frailty: Option<Frailty>,
}

/// How a node is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Health {
    Up,
    /// Water over its depth since; not yet out.
    Wetting {
        since_s: f64,
    },
    /// Out; `dry_s` since when the water has been gone.
    Drowned {
        dry_s: Option<f64>,
    },
}

/// Power of a node.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Power {
    Fed,
    Battery { since_s: f64 },
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct NodeState {
    pub health: Health,
    pub power: Power,
}

impl NodeState {
    pub fn works(&self) -> bool {
        !matches!(self.health, Health::Drowned { .. }) && !matches!(self.power, Power::None)
    }
}

/// What changed at a node.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum OutageNews {
    /// Stopped by water.
    Drowned { node: usize, depth_m: f64 },
    /// Lives on its battery now.
    OnBattery { node: usize },
    /// Stopped for want of power.
    Unpowered { node: usize },
    /// Works again.
    Back { node: usize },
}

/// The network as built: checked, with feeders before what they feed.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    nodes: Vec<NodeSpec>,
    frailty: Vec<Frailty>,
    feeders: Vec<Vec<usize>>,
    order: Vec<usize>,
    /// Depth over the ground at which each fails.
    fails_m: Vec<f64>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Outages {
    pub nodes: Vec<NodeState>,
}

/// Which of a plant's draws this is: others under the same stream use other numbers.
const OUTAGE_DRAW: u32 = 501;

/// The depth at which a node with this draw fails: the table read from chance to depth, straight lines between, all of
/// the first chance at the first depth.
pub fn fails_at_m(fails: &[(f64, f64)], draw: f64) -> f64 {
    let mut below = fails[0];
    for &(depth, chance) in fails {
        if draw <= chance {
            let rise = chance - below.1;
            return if rise > 0.0 { below.0 + (depth - below.0) * (draw - below.1) / rise } else { depth };
        }
        below = (depth, chance);
    }
    f64::INFINITY
}

impl Network {
    /// Checks the nodes and draws the depth at which each fails.
    pub fn new(file: &Path, nodes: Vec<NodeSpec>, cells: usize, seed: u64) -> Result<Network, Complaints> {
        let mut complaints = Complaints::new();
        let names: Vec<&str> = nodes.iter().map(|n| n.name.as_str()).collect();
        let mut feeders = Vec::new();
        let mut frailty = Vec::new();
        for (k, node) in nodes.iter().enumerate() {
            let who = format!("plant \"{}\"", node.name);
            if names[..k].contains(&node.name.as_str()) {
                complaints.add(file, format!("{who} is there twice"), "give each a name of its own");
            }
            if node.cell as usize >= cells {
                complaints.add(
                    file,
                    format!("{who} stands in cell {}", node.cell),
                    format!("the grid has cells 0 to {}", cells.saturating_sub(1)),
                );
            }
            if !node.sill_m.is_finite() {
                complaints.add(file, format!("{who} has a sill of {} m", node.sill_m), "a number of metres");
            }
            let mut from = Vec::new();
            for feeder in &node.fed_by {
                match names.iter().position(|name| name == feeder) {
                    Some(f) if f == k => complaints.add(file, format!("{who} feeds itself"), "leave it out"),
                    Some(f) => from.push(f),
                    None => complaints.add(
                        file,
                        format!("{who} is fed by \"{feeder}\", which is not there"),
                        nearest(feeder, names.iter().copied())
                            .map(|n| format!("did you mean \"{n}\"?"))
                            .unwrap_or_default(),
                    ),
                }
            }
            feeders.push(from);
            let figures = node.frailty.clone().unwrap_or_else(|| node.plant.frailty());
            let rising = figures.fails.windows(2).all(|p| p[0].0 < p[1].0 && p[0].1 <= p[1].1);
            let sane = figures.fails.iter().all(|(d, p)| d.is_finite() && (0.0..=1.0).contains(p));
            if figures.fails.is_empty() || !rising || !sane {
                complaints.add(
                    file,
                    format!("{who} fails by {:?}", figures.fails),
                    "pairs of depth and chance, both rising, chances from 0 to 1",
                );
            }
            for (what, s) in
                [("delay", figures.delay_s), ("recovery", figures.recovery_s), ("battery", figures.battery_s)]
            {
                if !(s.is_finite() && s >= 0.0) {
                    complaints.add(file, format!("{who} has a {what} of {s} s"), "0 or more");
                }
            }
            frailty.push(figures);
        }
        if !complaints.is_empty() {
            return Err(complaints);
        }
        // Feeders first (Kahn), lowest number first; what is left is in a circle.
        let mut order: Vec<usize> = Vec::new();
        let mut placed = vec![false; nodes.len()];
        while let Some(next) = (0..nodes.len()).find(|&k| !placed[k] && feeders[k].iter().all(|&f| placed[f])) {
            placed[next] = true;
            order.push(next);
        }
        if order.len() < nodes.len() {
            let circle: Vec<&str> = (0..nodes.len()).filter(|&k| !placed[k]).map(|k| names[k]).collect();
            return Err(Complaints::one(
                file,
                format!("power goes in a circle: {}", circle.join(", ")),
                "one of them has to be fed from outside",
            ));
        }
        let fails_m = nodes
            .iter()
            .enumerate()
            .map(|(k, n)| {
                n.sill_m + fails_at_m(&frailty[k].fails, draw(seed, Stream::Drill, k as u32, Tick(0), OUTAGE_DRAW))
            })
            .collect();
        Ok(Network { nodes, frailty, feeders, order, fails_m })
    }

    pub fn nodes(&self) -> &[NodeSpec] {
        &self.nodes
    }
    /// Depth over the ground at which a node fails, m; infinite where its table leaves it standing.
    pub fn fails_m(&self, node: usize) -> f64 {
        self.fails_m[node]
    }
    pub fn start(&self) -> Outages {
        Outages { nodes: vec![NodeState { health: Health::Up, power: Power::Fed }; self.nodes.len()] }
    }

    /// Looks at every node; `mended` says of a node that a crew has just mended it.
    pub fn step(
        &self,
        state: &mut Outages,
        now_s: f64,
        depth_m: impl Fn(usize) -> f64,
        mended: impl Fn(usize) -> bool,
    ) -> Vec<OutageNews> {
        let mut news = Vec::new();
        for &k in &self.order {
            let before = state.nodes[k];
            let depth = depth_m(self.nodes[k].cell as usize);
            let health = self.wet(k, before.health, now_s, depth, mended(k));
            let fed = self.feeders[k].is_empty() || self.feeders[k].iter().any(|&f| state.nodes[f].works());
            let power = match before.power {
                _ if fed => Power::Fed,
                Power::Fed if self.frailty[k].battery_s > 0.0 => Power::Battery { since_s: now_s },
                Power::Battery { since_s } if now_s - since_s < self.frailty[k].battery_s => before.power,
                _ => Power::None,
            };
            let after = NodeState { health, power };
            state.nodes[k] = after;
            let drowns = |s: &NodeState| matches!(s.health, Health::Drowned { .. });
            if drowns(&after) && !drowns(&before) {
                news.push(OutageNews::Drowned { node: k, depth_m: depth });
            } else if after.works() && matches!(power, Power::Battery { .. }) && matches!(before.power, Power::Fed) {
                news.push(OutageNews::OnBattery { node: k });
            } else if before.works() && !after.works() {
                news.push(OutageNews::Unpowered { node: k });
            }
            if !before.works() && after.works() {
                news.push(OutageNews::Back { node: k });
            }
        }
        news.sort_by_key(|n| match *n {
            OutageNews::Drowned { node, .. }
            | OutageNews::OnBattery { node }
            | OutageNews::Unpowered { node }
            | OutageNews::Back { node } => node,
        });
        news
    }

    fn wet(&self, k: usize, health: Health, now_s: f64, depth_m: f64, mended: bool) -> Health {
        let over = depth_m >= self.fails_m[k];
        // It dries only when the water is off the sill, or for what lies below ground, gone.
        let gone = depth_m <= self.nodes[k].sill_m.max(0.02);
        match health {
            Health::Up if over && self.frailty[k].delay_s <= 0.0 => Health::Drowned { dry_s: None },
            Health::Up if over => Health::Wetting { since_s: now_s },
            Health::Up => Health::Up,
            Health::Wetting { since_s } if over && now_s - since_s >= self.frailty[k].delay_s => {
                Health::Drowned { dry_s: None }
            }
            Health::Wetting { .. } if over => health,
            Health::Wetting { .. } => Health::Up,
            Health::Drowned { .. } if !gone => Health::Drowned { dry_s: None },
            Health::Drowned { .. } if mended => Health::Up,
            Health::Drowned { dry_s: None } => Health::Drowned { dry_s: Some(now_s) },
            Health::Drowned { dry_s: Some(since_s) } if now_s - since_s >= self.frailty[k].recovery_s => Health::Up,
            Health::Drowned { .. } => health,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(name: &str, plant: Plant, cell: u32, fed_by: &[&str]) -> NodeSpec {
        let fed_by = fed_by.iter().map(|s| s.to_string()).collect();
        NodeSpec { name: name.into(), plant, cell, sill_m: 0.0, fed_by, frailty: None }
    }

    fn town() -> Vec<NodeSpec> {
        let exact = |fails_m: f64, battery_s: f64| {
            Some(Frailty { fails: vec![(fails_m, 1.0)], delay_s: 60.0, recovery_s: 7200.0, battery_s })
        };
        let mut nodes = vec![
            node("pump", Plant::PumpStation, 2, &["east", "west"]),
            node("mast", Plant::BaseStation, 3, &["east"]),
            node("east", Plant::Substation, 0, &[]),
            node("west", Plant::Substation, 1, &[]),
        ];
        nodes[0].frailty = exact(0.8, 0.0);
        nodes[1].frailty = exact(0.5, 10_800.0);
        nodes[2].frailty = exact(0.5, 0.0);
        nodes[3].frailty = exact(1.0, 0.0);
        nodes
    }

    /// Grade: behaviour. The chain that drills tell: a substation drowns, the mast lives on its battery, the pump on its
    /// second feeder until that drowns too; all come back, in their time, when the water has gone.
    #[test]
    fn a_drowned_substation_takes_down_what_it_feeds_when_nothing_else_feeds_it() {
        let network = Network::new(Path::new("plant.ron"), town(), 4, 1).unwrap();
        let mut state = network.start();
        // Water at both substations: 0.6 m from 600 s, 1.2 m from 3600 s, gone from 20 000 s.
        let depth = |s: f64| {
            move |cell: usize| match (cell, s) {
                (0 | 1, s) if (600.0..3600.0).contains(&s) => 0.6,
                (0 | 1, s) if (3600.0..20_000.0).contains(&s) => 1.2,
                _ => 0.0,
            }
        };
        let mut told = Vec::new();
        let mut s = 0.0;
        while s <= 40_000.0 {
            told.extend(network.step(&mut state, s, depth(s), |_| false).into_iter().map(|n| (s, n)));
            s += 20.0;
        }
        assert_eq!(
            told,
            vec![
                (660.0, OutageNews::OnBattery { node: 1 }),
                (660.0, OutageNews::Drowned { node: 2, depth_m: 0.6 }),
                (3660.0, OutageNews::Unpowered { node: 0 }),
                (3660.0, OutageNews::Drowned { node: 3, depth_m: 1.2 }),
                (11_460.0, OutageNews::Unpowered { node: 1 }),
                (27_200.0, OutageNews::Back { node: 0 }),
                (27_200.0, OutageNews::Back { node: 1 }),
                (27_200.0, OutageNews::Back { node: 2 }),
                (27_200.0, OutageNews::Back { node: 3 }),
            ]
        );
    }

    /// Grade: behaviour.
    #[test]
    fn a_splash_shorter_than_the_delay_stops_nothing_and_a_crew_mends_only_what_is_dry() {
        let network = Network::new(Path::new("plant.ron"), town(), 4, 1).unwrap();
        let mut state = network.start();
        let at = |depth: f64| move |cell: usize| if cell == 0 { depth } else { 0.0 };
        assert!(network.step(&mut state, 0.0, at(0.6), |_| false).is_empty());
        assert!(network.step(&mut state, 50.0, at(0.4), |_| false).is_empty());
        assert!(network.step(&mut state, 70.0, at(0.6), |_| false).is_empty());
        assert_eq!(network.step(&mut state, 130.0, at(0.6), |_| false).len(), 2);
        assert!(network.step(&mut state, 140.0, at(0.6), |k| k == 2).is_empty(), "under water no crew mends");
        let back = network.step(&mut state, 200.0, at(0.0), |k| k == 2);
        assert!(back.contains(&OutageNews::Back { node: 2 }));
        assert_eq!(state.nodes[1].power, Power::Fed);
    }

    /// Grade: reference (chances of the disaster chain table: 0.5 at 0.5 m, 0.9 at 1 m), by the share of many draws;
    /// four standard errors.
    #[test]
    fn substations_fail_as_often_as_the_table_says() {
        let nodes: Vec<NodeSpec> = (0..4000).map(|k| node(&format!("s{k}"), Plant::Substation, 0, &[])).collect();
        let network = Network::new(Path::new("plant.ron"), nodes, 1, 5).unwrap();
        for (depth, chance) in [(0.49, 0.0), (0.5, 0.5), (1.0, 0.9), (1.5, 1.0)] {
            let failed = (0..4000).filter(|&k| network.fails_m(k) <= depth).count() as f64 / 4000.0;
            assert!(
                (failed - chance).abs() <= 4.0 * (chance * (1.0 - chance) / 4000.0).sqrt(),
                "{failed} at {depth} m"
            );
        }
    }

    /// Grade: exact.
    #[test]
    fn bad_networks_are_complained_about_all_at_once() {
        let mut nodes = town();
        nodes[0].fed_by = vec!["easst".into()];
        nodes[1].cell = 99;
        nodes[2].frailty.as_mut().unwrap().fails = vec![(1.0, 0.5), (0.5, 0.9)];
        nodes[3].sill_m = f64::NAN;
        let complaints = Network::new(Path::new("plant.ron"), nodes, 4, 1).unwrap_err();
        assert_eq!(complaints.0.len(), 4, "{complaints}");
        assert!(complaints.to_string().contains("did you mean \"east\"?"));
        let mut nodes = town();
        nodes[2].fed_by = vec!["west".into()];
        nodes[3].fed_by = vec!["east".into()];
        let complaints = Network::new(Path::new("plant.ron"), nodes, 4, 1).unwrap_err();
        assert!(complaints.to_string().contains("circle"), "{complaints}");
    }
}
