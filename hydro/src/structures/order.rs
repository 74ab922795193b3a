//! Orders to structures: what posts, crews and instructors do to them during a run. An order that cannot be carried out
//! is answered with news of its refusal and why.

use super::gate::{Fault, Working};
use super::news::{News, StructureNews};
use super::pump::MobilePump;
use super::{Structures, StructuresSpec, levee::Leak};
use crate::flow::Flow;
use base::complaint::nearest;
use base::grid::Point;
use base::text::Text;
use serde::{Deserialize, Serialize};

/// An order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Order {
    /// Opens a gate to a share of its height: 1 open, 0 shut.
    SetGate {
        gate: String,
        open: f64,
    },
    /// Back to its rules.
    AutomaticGate {
        gate: String,
    },
    /// Stuck where it stands; works by hand only; works again.
    GateFault {
        gate: String,
        fault: Fault,
    },
    /// A lock locks ships through, or stands open or shut at both heads like a gate.
    SetLock {
        gate: String,
        locking: bool,
    },
    StartPump {
        pump: String,
    },
    StopPump {
        pump: String,
    },
    /// Dries and restarts a station that drowned.
    RepairPump {
        pump: String,
    },
    StartMobilePump(MobilePump),
    StopMobilePump {
        pump: String,
    },
    /// A supply fails or comes back.
    SetPower {
        power: String,
        on: bool,
    },
    /// Opens a breach at the point of a levee nearest to this (its middle where not given).
    Breach {
        levee: String,
        #[serde(default)]
        near: Option<Point>,
        #[serde(default)]
        width_max_m: Option<f64>,
        #[serde(default)]
        widen_m_h: Option<f64>,
    },
    /// Closes so many metres more of a levee's breach nearest to a point, from its sides (堵口).
    CloseBreach {
        levee: String,
        #[serde(default)]
        near: Option<Point>,
        metres: f64,
    },
    /// Raises the crest (加高子堤) along so many metres about a point; along all of it where no point is given.
    RaiseLevee {
        levee: String,
        #[serde(default)]
        near: Option<Point>,
        length_m: f64,
        by_m: f64,
    },
    /// A leak over some metres of levee: discharge a metre with the water at the crest, m2/s.
    Leak {
        levee: String,
        #[serde(default)]
        near: Option<Point>,
        length_m: f64,
        full_m2_s: f64,
    },
    /// Works on all leaks of a levee (反滤导渗): each share of 1 stops so much more of them.
    Strengthen {
        levee: String,
        share: f64,
    },
    /// Flood boards or sandbags at all entrances of a storage, m high.
    SetBoards {
        storage: String,
        height_m: f64,
    },
    /// Blocks a bridge's or culvert's opening to a share; 0 clears it.
    Block {
        structure: String,
        share: f64,
    },
}

impl Order {
    /// The order as a sentence, in both languages.
    pub fn said(&self) -> Text {
        let both = |zh: String, en: String| Text::new(zh, en);
        // Where along a levee.
        let at = |near: &Option<Point>| match near {
            Some(p) => (format!("({:.0}, {:.0})附近", p.x, p.y), format!(" near ({:.0}, {:.0})", p.x, p.y)),
            None => (String::new(), String::new()),
        };
        match self {
            Order::SetGate { gate, open } => {
                both(format!("{gate}开到 {:.0} %", 100.0 * open), format!("open {gate} to {:.0} %", 100.0 * open))
            }
            Order::AutomaticGate { gate } => both(format!("{gate}恢复自动"), format!("put {gate} back to its rules")),
            Order::GateFault { gate, fault } => match fault {
                Fault::None => both(format!("{gate}故障排除"), format!("{gate} works again")),
                Fault::Stuck => both(format!("{gate}卡阻"), format!("{gate} is stuck")),
                Fault::ByHand => both(format!("{gate}只能手动"), format!("{gate} works by hand only")),
            },
            Order::SetLock { gate, locking: true } => {
                both(format!("{gate}通航"), format!("{gate} locks ships through"))
            }
            Order::SetLock { gate, locking: false } => both(format!("{gate}停航"), format!("{gate} stops locking")),
            Order::StartPump { pump } => both(format!("{pump}开机"), format!("start {pump}")),
            Order::StopPump { pump } => both(format!("{pump}停机"), format!("stop {pump}")),
            Order::RepairPump { pump } => both(format!("抢修{pump}"), format!("repair {pump}")),
            Order::StartMobilePump(pump) => {
                both(format!("移动泵{}开机", pump.name), format!("start the mobile pump {}", pump.name))
            }
            Order::StopMobilePump { pump } => both(format!("移动泵{pump}停机"), format!("stop the mobile pump {pump}")),
            Order::SetPower { power, on: true } => both(format!("{power}恢复供电"), format!("{power} comes back")),
            Order::SetPower { power, on: false } => both(format!("{power}停电"), format!("{power} fails")),
            Order::Breach { levee, near, .. } => {
                let (zh, en) = at(near);
                both(format!("{levee}{zh}决口"), format!("breach {levee}{en}"))
            }
            Order::CloseBreach { levee, near, metres } => {
                let (zh, en) = at(near);
                both(format!("{levee}{zh}堵口 {metres} m"), format!("close {metres} m of the breach of {levee}{en}"))
            }
            Order::RaiseLevee { levee, near, length_m, by_m } => {
                let (zh, en) = at(near);
                both(
                    format!("{levee}{zh}加高 {by_m} m，长 {length_m} m"),
                    format!("raise {length_m} m of {levee}{en} by {by_m} m"),
                )
            }
            Order::Leak { levee, near, length_m, .. } => {
                let (zh, en) = at(near);
                both(format!("{levee}{zh}渗漏，长 {length_m} m"), format!("let {length_m} m of {levee} leak{en}"))
            }
            Order::Strengthen { levee, share } => both(
                format!("{levee}反滤导渗 {:.0} %", 100.0 * share),
                format!("stop {:.0} % more of the leaks of {levee}", 100.0 * share),
            ),
            Order::SetBoards { storage, height_m } => both(
                format!("{storage}设挡水板 {height_m} m"),
                format!("put boards of {height_m} m at the entrances of {storage}"),
            ),
            Order::Block { structure, share } => both(
                format!("{structure}堵塞 {:.0} %", 100.0 * share),
                format!("block {:.0} % of {structure}", 100.0 * share),
            ),
        }
    }
}

impl StructuresSpec {
    /// What is wrong with an order before anyone gives it: a name that is not there, a number that will not do. Gives the word
    /// it is about, what is wrong and what would do.
    pub fn check_order(&self, order: &Order) -> Result<(), (String, String, String)> {
        let named = |noun: &str, name: &String, known: Vec<&String>| {
            if known.contains(&name) {
                return Ok(());
            }
            let near = nearest(name, known.iter().map(|k| k.as_str())).map(|n| format!("did you mean \"{n}\"? "));
            let known: Vec<&str> = known.into_iter().map(String::as_str).collect();
            let hint = match known.is_empty() {
                true => format!("the works have no {noun}"),
                false => format!("{}there is: {}", near.unwrap_or_default(), known.join(", ")),
            };
            Err((name.clone(), format!("{noun} \"{name}\" is not there"), hint))
        };
        let number = |name: &String, what: &str, value: f64, least: f64, most: f64| {
            if value.is_finite() && (least..=most).contains(&value) {
                return Ok(());
            }
            Err((name.clone(), format!("{what} is {value}"), format!("a number from {least} to {most} would do")))
        };
        let gates = || self.gates.iter().map(|s| &s.name).collect();
        let pumps = || self.pumps.iter().map(|s| &s.name).collect();
        let levees = || self.levees.iter().map(|s| &s.name).collect();
        match order {
            Order::SetGate { gate, open } => {
                named("gate", gate, gates())?;
                number(gate, "open", *open, 0.0, 1.0)
            }
            Order::AutomaticGate { gate } | Order::GateFault { gate, .. } => named("gate", gate, gates()),
            Order::SetLock { gate, .. } => {
                named("lock", gate, self.gates.iter().filter(|s| s.lock.is_some()).map(|s| &s.name).collect())
            }
            Order::StartPump { pump } | Order::StopPump { pump } | Order::RepairPump { pump } => {
                named("pump", pump, pumps())
            }
            Order::StartMobilePump(pump) => number(&pump.name, "rate_m3_s", pump.rate_m3_s, 1e-6, 100.0),
            // Which mobile pumps there are, only the run knows.
            Order::StopMobilePump { .. } => Ok(()),
            Order::SetPower { power, .. } => named("power supply", power, self.power.iter().collect()),
            Order::Breach { levee, .. } => named("levee", levee, levees()),
            Order::CloseBreach { levee, metres, .. } => {
                named("levee", levee, levees())?;
                number(levee, "metres", *metres, 0.0, 1e4)
            }
            Order::RaiseLevee { levee, length_m, by_m, .. } => {
                named("levee", levee, levees())?;
                number(levee, "length_m", *length_m, 1e-3, 1e6)?;
                number(levee, "by_m", *by_m, -10.0, 10.0)
            }
            Order::Leak { levee, length_m, full_m2_s, .. } => {
                named("levee", levee, levees())?;
                number(levee, "length_m", *length_m, 1e-3, 1e6)?;
                number(levee, "full_m2_s", *full_m2_s, 1e-9, 10.0)
            }
            Order::Strengthen { levee, share } => {
                named("levee", levee, levees())?;
                number(levee, "share", *share, 0.0, 1.0)
            }
            Order::SetBoards { storage, height_m } => {
                named("storage", storage, self.storages.iter().map(|s| &s.name).collect())?;
                number(storage, "height_m", *height_m, 0.0, 5.0)
            }
            Order::Block { structure, share } => {
                let bridges = self.bridges.iter().map(|s| &s.name);
                named("bridge or culvert", structure, bridges.chain(self.culverts.iter().map(|s| &s.name)).collect())?;
                number(structure, "share", *share, 0.0, 1.0)
            }
        }
    }
}

impl Structures {
    /// Carries an order out.
    pub fn order(&mut self, flow: &mut dyn Flow, now_s: f64, order: &Order) -> News {
        let mut news = News::new();
        if let Err(why) = self.carry_out(flow, now_s, order, &mut news) {
            news.push(StructureNews::Refused { what: order.said(), why });
        }
        news
    }

    fn carry_out(&mut self, flow: &mut dyn Flow, now_s: f64, order: &Order, news: &mut News) -> Result<(), Text> {
        match order {
            Order::SetGate { gate, open } => {
                let k = self.gate(gate)?;
                self.state.gates[k].working = Working::Ordered(share(*open)?);
            }
            Order::AutomaticGate { gate } => {
                let k = self.gate(gate)?;
                self.state.gates[k].working = Working::Automatic;
            }
            Order::GateFault { gate, fault } => {
                let k = self.gate(gate)?;
                self.state.gates[k].fault = *fault;
            }
            Order::SetLock { gate, locking } => {
                let k = self.gate(gate)?;
                if self.spec.gates[k].lock.is_none() {
                    return Err(Text::new(format!("{gate}不是船闸"), format!("{gate} is no lock")));
                }
                self.state.gates[k].locking = *locking;
            }
            Order::StartPump { pump } => {
                let k = self.pump(pump)?;
                if self.state.pumps[k].drowned {
                    return Err(Text::new("机房进水，无法启动", "it has drowned and must be repaired first"));
                }
                self.state.pumps[k].allowed = true;
            }
            Order::StopPump { pump } => {
                let k = self.pump(pump)?;
                self.state.pumps[k].allowed = false;
            }
            Order::RepairPump { pump } => {
                let k = self.pump(pump)?;
                let floor = self.built.stations[k].floor;
                if floor.is_some_and(|cell| flow.depth_m(cell) > self.spec.pumps[k].drowns_m) {
                    return Err(Text::new("机房仍在水中", "its floor is still under water"));
                }
                self.state.pumps[k].drowned = false;
            }
            Order::StartMobilePump(pump) => {
                let on = |p: Point| flow.grid().cell_at(p).is_some();
                if !on(pump.inlet) || pump.outlet.is_some_and(|p| !on(p)) {
                    return Err(Text::new("移动泵不在图上", "the mobile pump is not on the grid"));
                }
                positive(pump.rate_m3_s)?;
                not_negative(pump.reach_m)?;
                finite(pump.from_s)?;
                finite(pump.until_s)?;
                self.state.mobile.retain(|p| p.name != pump.name);
                self.state.mobile.push(pump.clone());
                news.push(StructureNews::PumpStarted { pump: pump.name.clone() });
            }
            Order::StopMobilePump { pump } => {
                let before = self.state.mobile.len();
                self.state.mobile.retain(|p| &p.name != pump);
                if self.state.mobile.len() == before {
                    return Err(unknown("移动泵", "mobile pump", pump));
                }
                let why = Text::new("奉命停机", "switched off by order");
                news.push(StructureNews::PumpStopped { pump: pump.clone(), why });
            }
            Order::SetPower { power, on } => {
                if !self.spec.power.contains(power) {
                    return Err(unknown("电源", "power supply", power));
                }
                self.set_power(power, *on);
            }
            Order::Breach { levee, near, width_max_m, widen_m_h } => {
                let k = self.levee(levee)?;
                let (spec, built) = (&self.spec.levees[k], &self.built.levees[k]);
                if let Some(width) = width_max_m {
                    positive(*width)?;
                }
                if let Some(rate) = widen_m_h {
                    not_negative(*rate)?;
                }
                let piece = built.piece_near(flow.grid(), point(*near)?).ok_or_else(|| off_levee(levee))?;
                let state = &mut self.state.levees[k];
                let opened = built.breach(flow, spec, state, piece, now_s);
                let chain_m = (piece as f64 + 0.5) * built.chain.cell_m;
                let which = opened.unwrap_or_else(|| nearest_breach(&state.breaches, chain_m));
                let breach = &mut state.breaches[which];
                if let Some(width) = width_max_m {
                    breach.width_max_m = *width;
                    breach.width_m = if opened.is_some() { breach.width_m.min(*width) } else { breach.width_m };
                }
                if let Some(rate) = widen_m_h {
                    breach.widen_m_h = *rate;
                }
                if opened.is_some() {
                    let (x, y) = (breach.x, breach.y);
                    news.push(StructureNews::Breached { levee: levee.clone(), breach: which, x, y });
                }
                self.set_crests(flow, k);
            }
            Order::CloseBreach { levee, near, metres } => {
                let k = self.levee(levee)?;
                not_negative(*metres)?;
                let built = &self.built.levees[k];
                let state = &mut self.state.levees[k];
                if state.breaches.iter().all(|b| b.open_m() <= 0.0) {
                    return Err(Text::new(format!("{levee}没有溃口"), format!("{levee} has no open breach")));
                }
                let piece = built.piece_near(flow.grid(), point(*near)?).ok_or_else(|| off_levee(levee))?;
                let chain_m = (piece as f64 + 0.5) * built.chain.cell_m;
                let open: Vec<usize> =
                    (0..state.breaches.len()).filter(|&b| state.breaches[b].open_m() > 0.0).collect();
                let off = |b: usize| (state.breaches[b].chain_m - chain_m).abs();
                let which = open.into_iter().min_by(|&a, &b| off(a).total_cmp(&off(b))).unwrap_or(0);
                let breach = &mut state.breaches[which];
                breach.closed_m = (breach.closed_m + metres).min(breach.width_m);
                if breach.open_m() <= 0.0 {
                    breach.discharge_m3_s = 0.0;
                    news.push(StructureNews::BreachClosed { levee: levee.clone(), breach: which });
                }
                self.set_crests(flow, k);
            }
            Order::RaiseLevee { levee, near, length_m, by_m } => {
                let k = self.levee(levee)?;
                positive(*length_m)?;
                finite(*by_m)?;
                let built = &self.built.levees[k];
                let all = built.chain.pieces.len();
                let (from, to) = match point(*near)? {
                    None => (0, all),
                    some => {
                        let piece = built.piece_near(flow.grid(), some).ok_or_else(|| off_levee(levee))?;
                        let half = 0.5 * length_m / built.chain.cell_m;
                        let at = piece as f64 + 0.5;
                        (
                            (at - half).round().max(0.0) as usize,
                            ((at + half).round().max(0.0) as usize).max(piece + 1).min(all),
                        )
                    }
                };
                for raised in &mut self.state.levees[k].raised_m[from..to] {
                    *raised = (*raised + by_m).max(0.0);
                }
                self.set_crests(flow, k);
            }
            Order::Leak { levee, near, length_m, full_m2_s } => {
                let k = self.levee(levee)?;
                positive(*length_m)?;
                positive(*full_m2_s)?;
                let built = &self.built.levees[k];
                let piece = built.piece_near(flow.grid(), point(*near)?).ok_or_else(|| off_levee(levee))?;
                let leak = Leak { piece, full_m3_s: full_m2_s * length_m, strengthened: 0.0 };
                self.state.levees[k].leaks.push(leak);
                let at = super::line::middle(flow.grid(), built.chain.pieces[piece].face);
                news.push(StructureNews::Leaking { levee: levee.clone(), x: at.x, y: at.y });
            }
            Order::Strengthen { levee, share: more } => {
                let k = self.levee(levee)?;
                not_negative(*more)?;
                let leaks = &mut self.state.levees[k].leaks;
                if leaks.is_empty() {
                    return Err(Text::new(format!("{levee}没有渗漏"), format!("{levee} does not leak")));
                }
                for leak in leaks.iter_mut() {
                    leak.strengthened = (leak.strengthened + more).min(1.0);
                }
                leaks.retain(|leak| leak.strengthened < 1.0);
                if leaks.is_empty() {
                    news.push(StructureNews::LeakStopped { levee: levee.clone() });
                }
            }
            Order::SetBoards { storage, height_m } => {
                let k = find(self.spec.storages.iter().map(|s| &s.name), storage)
                    .ok_or_else(|| unknown("地下空间", "storage", storage))?;
                not_negative(*height_m)?;
                self.state.storages[k].boards_m = *height_m;
            }
            Order::Block { structure, share: blocked } => {
                let blocked = share(*blocked)?;
                if let Some(k) = find(self.spec.bridges.iter().map(|s| &s.name), structure) {
                    self.state.bridges[k].blocked = blocked;
                } else if let Some(k) = find(self.spec.culverts.iter().map(|s| &s.name), structure) {
                    self.state.culverts[k].blocked = blocked;
                } else {
                    return Err(unknown("桥涵", "bridge or culvert", structure));
                }
            }
        }
        Ok(())
    }
    fn gate(&self, name: &str) -> Result<usize, Text> {
        find(self.spec.gates.iter().map(|s| &s.name), name).ok_or_else(|| unknown("闸", "gate", name))
    }
    fn pump(&self, name: &str) -> Result<usize, Text> {
        find(self.spec.pumps.iter().map(|s| &s.name), name).ok_or_else(|| unknown("泵站", "pump", name))
    }
    fn levee(&self, name: &str) -> Result<usize, Text> {
        find(self.spec.levees.iter().map(|s| &s.name), name).ok_or_else(|| unknown("堤", "levee", name))
    }
}

fn nearest_breach(breaches: &[super::breach::Breach], chain_m: f64) -> usize {
    let off = |b: usize| (breaches[b].chain_m - chain_m).abs();
    (0..breaches.len()).min_by(|&a, &b| off(a).total_cmp(&off(b))).unwrap_or(0)
}
fn find<'a>(names: impl Iterator<Item = &'a String>, name: &str) -> Option<usize> {
    names.into_iter().position(|known| known == name)
}
fn unknown(zh: &str, en: &str, name: &str) -> Text {
    Text::new(format!("没有名为“{name}”的{zh}"), format!("no {en} is called \"{name}\""))
}
fn off_levee(name: &str) -> Text {
    Text::new(format!("{name}不在图上"), format!("{name} has no face on the grid"))
}
fn bad(value: f64) -> Text {
    Text::new(format!("数值{value}不合要求"), format!("the value {value} will not do"))
}
fn finite(value: f64) -> Result<f64, Text> {
    if value.is_finite() { Ok(value) } else { Err(bad(value)) }
}
fn positive(value: f64) -> Result<f64, Text> {
    if value.is_finite() && value > 0.0 { Ok(value) } else { Err(bad(value)) }
}
fn not_negative(value: f64) -> Result<f64, Text> {
    if value.is_finite() && value >= 0.0 { Ok(value) } else { Err(bad(value)) }
}
fn share(value: f64) -> Result<f64, Text> {
    if (0.0..=1.0).contains(&value) { Ok(value) } else { Err(bad(value)) }
}
fn point(p: Option<Point>) -> Result<Option<Point>, Text> {
    if let Some(p) = p {
        finite(p.x)?;
        finite(p.y)?;
    }
    Ok(p)
}
