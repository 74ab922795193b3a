//! Why harm came about: outcome ← warning late ← action late ← order late ← belief late ← message lost. One chain for
//! each community with dead or seriously hurt people, put together from the log alone. It shows what came after what;
//! whether a link would have changed the outcome only a branch run with that link repaired can tell.

use super::harm;
use super::ledger::{Harm, Ledger};
use super::picture::{self, Learned};
use super::words;
use crate::base::{ids::*, text::Text, time::Tick};
use crate::vocab::body::{Cause, Health};
use crate::vocab::condition::{HazardKind, Quantity, Topic};
use crate::vocab::event::Event;
use crate::vocab::message::Party;
use crate::vocab::order::{Advice, Task};

/// What a link of a chain is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    Outcome,
    Warning,
    Action,
    Order,
    Belief,
    Message,
}

/// A link: what, when, and the event that shows it. Without a tick: it never happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    pub kind: LinkKind,
    pub what: Text,
    pub tick: Option<Tick>,
    pub event: Option<usize>,
}

/// A chain from an outcome back to its beginnings.
#[derive(Debug, Clone, PartialEq)]
pub struct Chain {
    pub zone: ZoneId,
    pub hazard: HazardKind,
    pub links: Vec<Link>,
}

impl Chain {
    /// The links in one line, from the outcome backwards.
    pub fn line(&self) -> Text {
        let join = |get: &dyn Fn(&Link) -> String| self.links.iter().map(get).collect::<Vec<_>>().join(" ← ");
        Text::new(join(&|l| l.what.zh.clone()), join(&|l| l.what.en.clone()))
    }
    /// The same as sentences.
    pub fn prose(&self) -> Text {
        let Some((first, rest)) = self.links.split_first() else { return Text::default() };
        let zh: Vec<&str> = rest.iter().map(|l| l.what.zh.as_str()).collect();
        let en: Vec<&str> = rest.iter().map(|l| l.what.en.as_str()).collect();
        Text::new(
            format!("{}。往前追：{}。", first.what.zh, zh.join("；")),
            format!("{}. Traced back: {}.", first.what.en, en.join("; ")),
        )
    }
}

/// Chains of the communities with dead or seriously hurt people, the worst first.
pub fn chains(l: &Ledger) -> Vec<Chain> {
    let learned = picture::learned(l.rec);
    let mut zones: Vec<(ZoneId, usize)> =
        harm::by_zone(l).into_iter().filter(|(_, _, n)| *n > 0).map(|(z, _, n)| (z, n)).collect();
    zones.sort_by_key(|(zone, n)| (std::cmp::Reverse(*n), *zone));
    zones.into_iter().map(|(zone, _)| chain(l, &learned, zone)).collect()
}

fn chain(l: &Ledger, learned: &[Learned], zone: ZoneId) -> Chain {
    let mut harms: Vec<&Harm> =
        l.worst.values().filter(|h| h.health >= Health::Serious && l.home_of(h.person) == Some(zone)).collect();
    harms.sort_by_key(|h| (h.tick, h.person));
    let by_gas = harms.iter().filter(|h| matches!(h.cause, Cause::Gas | Cause::Heat | Cause::Blast)).count();
    let hazard = if 2 * by_gas > harms.len() { HazardKind::Gas } else { HazardKind::Flood };
    let reached = match hazard {
        HazardKind::Flood => l.water_at[zone.index()],
        HazardKind::Gas => l.gas_at[zone.index()],
    };
    let mut links = vec![outcome(l, zone, &harms)];
    links.push(warning(l, zone, hazard, reached));
    let order =
        l.orders.values().filter(|o| touches(l, &o.order.task, zone, hazard)).min_by_key(|o| (o.issued, o.order.id));
    let arrival = l
        .orders
        .values()
        .filter(|o| touches(l, &o.order.task, zone, hazard))
        .flat_map(|o| o.arrived.iter().map(move |a| (a.0, a.2)))
        .min();
    links.push(action(l, arrival, reached));
    let belief = belief(l, learned, zone, hazard, order.map(|o| o.order.from));
    links.push(match order {
        Some(o) => {
            let (clock, name) = (words::clock(l.rec, o.issued), words::post(l.rec, o.order.from));
            let after = belief.1.map(|b| (b, words::span(o.issued.since_s(b)))).filter(|(b, _)| *b <= o.issued);
            let (zh, en) = after.map_or((String::new(), String::new()), |(_, s)| {
                (format!("，得知后{}", s.zh), format!(", {} after it knew", s.en))
            });
            Link {
                kind: LinkKind::Order,
                what: Text::new(
                    format!("{}{}才下令{zh}", name.zh, clock.zh),
                    format!("{} ordered it at {}{en}", name.en, clock.en),
                ),
                tick: Some(o.issued),
                event: Some(o.event),
            }
        }
        None => Link {
            kind: LinkKind::Order,
            what: Text::new("没有针对该社区的处置命令", "no order concerned this community"),
            tick: None,
            event: None,
        },
    });
    links.push(belief.0);
    links.extend(lost(l, zone, hazard, belief.1));
    Chain { zone, hazard, links }
}

fn outcome(l: &Ledger, zone: ZoneId, harms: &[&Harm]) -> Link {
    let dead = harms.iter().filter(|h| h.health == Health::Dead).count();
    let hurt = harms.len() - dead;
    let first = harms.first();
    let name = words::zone(l.rec, zone);
    let (at, cause) =
        first.map_or((Text::default(), Text::default()), |h| (words::clock(l.rec, h.tick), words::cause(h.cause)));
    Link {
        kind: LinkKind::Outcome,
        what: Text::new(
            format!("{}死亡{dead}人、重伤{hurt}人（首例{}，{}）", name.zh, at.zh, cause.zh),
            format!("{}: {dead} dead, {hurt} seriously hurt (first at {}, {})", name.en, at.en, cause.en),
        ),
        tick: first.map(|h| h.tick),
        event: first.map(|h| h.event),
    }
}

fn warning(l: &Ledger, zone: ZoneId, hazard: HazardKind, reached: Option<Tick>) -> Link {
    let found = l.rec.events.iter().enumerate().find_map(|(i, e)| match &e.event {
        Event::WarningIssued(w) if w.hazard == hazard && w.advice != Advice::AllClear && w.zones.contains(&zone) => {
            Some((e.tick, i))
        }
        _ => None,
    });
    let thing = match hazard {
        HazardKind::Flood => ("进水", "the water"),
        HazardKind::Gas => ("毒气到达", "the gas"),
    };
    let what = match (found, reached) {
        (None, _) => Text::new("未向该社区发布预警", "no warning was issued for it"),
        (Some((t, _)), Some(r)) if t <= r => {
            let (at, lead) = (words::clock(l.rec, t), words::span(r.since_s(t)));
            Text::new(
                format!("预警{}发布，仅早于{}{}", at.zh, thing.0, lead.zh),
                format!("warned at {}, {} before {}", at.en, lead.en, thing.1),
            )
        }
        (Some((t, _)), Some(r)) => {
            let (at, lag) = (words::clock(l.rec, t), words::span(t.since_s(r)));
            Text::new(
                format!("预警{}才发布，晚于{}{}", at.zh, thing.0, lag.zh),
                format!("warned only at {}, {} after {}", at.en, lag.en, thing.1),
            )
        }
        (Some((t, _)), None) => {
            let at = words::clock(l.rec, t);
            Text::new(format!("预警{}发布", at.zh), format!("warned at {}", at.en))
        }
    };
    Link { kind: LinkKind::Warning, what, tick: found.map(|f| f.0), event: found.map(|f| f.1) }
}

fn action(l: &Ledger, arrival: Option<(Tick, usize)>, reached: Option<Tick>) -> Link {
    let what = match arrival {
        None => Text::new("没有队伍到场", "no unit came"),
        Some((t, _)) => {
            let at = words::clock(l.rec, t);
            match reached {
                Some(r) if t > r => {
                    let lag = words::span(t.since_s(r));
                    Text::new(
                        format!("首支队伍{}到场，已过{}", at.zh, lag.zh),
                        format!("the first unit came at {}, {} later", at.en, lag.en),
                    )
                }
                _ => Text::new(format!("首支队伍{}到场", at.zh), format!("the first unit came at {}", at.en)),
            }
        }
    };
    Link { kind: LinkKind::Action, what, tick: arrival.map(|a| a.0), event: arrival.map(|a| a.1) }
}

/// Whether a task serves the people of a zone against this hazard.
fn touches(l: &Ledger, task: &Task, zone: ZoneId, hazard: HazardKind) -> bool {
    match (task, hazard) {
        (Task::WarnDoorToDoor(z) | Task::EvacuateZone(z) | Task::Ambulance(z), _) => *z == zone,
        (Task::RescueFromWater(z) | Task::Pump(z), HazardKind::Flood) => *z == zone,
        (Task::StopLeak(site) | Task::Cordon { site, .. } | Task::MonitorGas(site), HazardKind::Gas) => {
            l.release.is_some_and(|r| r.1 == *site)
        }
        (Task::RescueFromWater(_) | Task::Pump(_), HazardKind::Gas) => false,
        (Task::StopLeak(_) | Task::Cordon { .. } | Task::MonitorGas(_), HazardKind::Flood) => false,
        (Task::PatrolLevee(_) | Task::CloseBreach(_) | Task::OpenShelter(_), _) => false,
    }
}

fn concerns(topic: Topic, zone: ZoneId, hazard: HazardKind) -> bool {
    match (topic.quantity, hazard) {
        (Quantity::BreachWidth | Quantity::LeveeSeep, HazardKind::Flood) => true,
        (Quantity::ZoneDepth | Quantity::ZoneTrapped, HazardKind::Flood) => topic.about == zone.0,
        (Quantity::Release, HazardKind::Gas) => true,
        (Quantity::ZoneGas, HazardKind::Gas) => topic.about == zone.0,
        _ => false,
    }
}

/// When the post that had to act first knew of the breach, the release, or the zone's trouble itself.
fn belief(
    l: &Ledger,
    learned: &[Learned],
    zone: ZoneId,
    hazard: HazardKind,
    post: Option<PostId>,
) -> (Link, Option<Tick>) {
    let acts = |p: PostId| match post {
        Some(post) => p == post,
        // Nobody ordered anything: whoever above the village could have.
        None => l.rec.programme.posts.get(p.index()).is_some_and(|c| c.tier <= 1),
    };
    let facts = learned.iter().filter(|f| concerns(f.topic, zone, hazard) && f.topic.quantity != Quantity::LeveeSeep);
    let first = facts
        .flat_map(|f| f.posts.iter().filter(|p| acts(p.0)).map(move |p| (p.1, p.0, p.2, f)))
        .min_by_key(|(tick, post, _, _)| (*tick, *post));
    match first {
        Some((tick, post, event, fact)) => {
            let (name, at, late) =
                (words::post(l.rec, post), words::clock(l.rec, tick), words::span(tick.since_s(fact.true_at)));
            let what = Text::new(
                format!("{}{}才得知{}（发生后{}）", name.zh, at.zh, fact.what.zh, late.zh),
                format!("{} knew at {} that {} ({} after)", name.en, at.en, fact.what.en, late.en),
            );
            (Link { kind: LinkKind::Belief, what, tick: Some(tick), event: Some(event) }, Some(tick))
        }
        None => {
            let what = Text::new("应处置的岗位始终不知情", "the post that had to act never knew");
            (Link { kind: LinkKind::Belief, what, tick: None, event: None }, None)
        }
    }
}

/// Messages about it that were lost on the way to a post before it knew (all, when it never did); at most three.
fn lost(l: &Ledger, zone: ZoneId, hazard: HazardKind, known: Option<Tick>) -> Vec<Link> {
    let mut links = Vec::new();
    for letter in l.messages.values() {
        if !letter.message.facts.iter().any(|f| concerns(f.topic, zone, hazard)) {
            continue;
        }
        for (tick, to, why, event) in &letter.lost {
            if matches!(to, Party::Post(_)) && known.is_none_or(|k| *tick <= k) && links.len() < 3 {
                let (from, to, at, why) = (
                    words::party(l.rec, &letter.message.from),
                    words::party(l.rec, to),
                    words::clock(l.rec, *tick),
                    words::loss(*why),
                );
                links.push(Link {
                    kind: LinkKind::Message,
                    what: Text::new(
                        format!("{}{}发往{}的信息丢失（{}）", at.zh, from.zh, to.zh, why.zh),
                        format!("a message from {} to {} was lost at {} ({})", from.en, to.en, at.en, why.en),
                    ),
                    tick: Some(*tick),
                    event: Some(*event),
                });
            }
        }
    }
    links
}
