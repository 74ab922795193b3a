//! The pre-plan (预案) as clauses: when, who, do what, by when, else. Nearer to event-condition-action with deadlines
//! than to a flow chart (drill.md section 6). Clause ids are kept from the paper plan.

use super::{Picture, Post, Seen};
use crate::base::chance::{Stream, draw_lognormal};
use crate::base::{digest::Digest, ids::*, math, text::Text, time::Tick};
use crate::place::city::City;
use crate::vocab::condition::{Condition, Fact, HazardKind, Level, Quantity, Topic};
use crate::vocab::order::{Advice, Colour, OrderState, Task, Warning};
use serde::{Deserialize, Serialize};

/// Which zones an act is for, found in the picture at the moment of acting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Area {
    Zones(Vec<ZoneId>),
    All,
    /// Zones whose believed value is above the bound.
    Where(Quantity, f64),
    /// Zones whose centre is within `reach_m` of the site.
    Near {
        site: FacilityId,
        reach_m: f64,
    },
    /// Zones within `reach_m` of the site and within `half_angle_deg` of the way the wind is *believed* to blow; all
    /// around when no wind is known.
    Downwind {
        site: FacilityId,
        reach_m: f64,
        half_angle_deg: f64,
    },
    /// Zones whose middle lies lower than this, m: what a river in flood can reach.
    Below(f64),
    /// Zones that lie in an AEGL level as it was computed at the post, or as it was told to it; with `lines` also those between the lines
    /// of the wind; with `better` only those for which leaving or staying was computed to harm less.
    Computed {
        level: u8,
        lines: bool,
        better: Option<Advice>,
    },
    /// Zones behind a levee reach: within `reach_m` of its line.
    Behind {
        levee: LeveeId,
        reach_m: f64,
    },
}

/// The kind of task an order carries; zone tasks take their zone from the area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TaskKind {
    PatrolLevee(LeveeId),
    CloseBreach(LeveeId),
    WarnDoorToDoor,
    EvacuateZone,
    RescueFromWater,
    Ambulance,
    Cordon { site: FacilityId, radius_m: u32 },
    MonitorGas(FacilityId),
    StopLeak(FacilityId),
    Pump,
    OpenShelter(FacilityId),
    OpenAllShelters,
}

/// What a clause does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Act {
    SetLevel(HazardKind, Level),
    Warn {
        hazard: HazardKind,
        colour: Colour,
        advice: Advice,
        area: Area,
    },
    Order {
        to: PostId,
        task: TaskKind,
        units: u32,
        area: Area,
        start_within_s: f64,
        done_within_s: f64,
    },
    /// Reports what is believed of these quantities and is new since the last report to this post.
    Report {
        to: Vec<PostId>,
        about: Vec<Quantity>,
    },
    /// Tells the public which roads are closed.
    PublishClosures,
}

/// A clause of the pre-plan, bound to one post and, where it speaks of "it", to one subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Clause {
    pub id: String,
    pub title: Text,
    pub post: PostId,
    pub when: Condition,
    pub act: Vec<Act>,
    /// The acts must have been taken up (orders started, as far as the post has heard) by then, s.
    pub within_s: f64,
    pub otherwise: Vec<Act>,
    /// Acts again after this time while the condition still holds.
    pub repeat_s: Option<f64>,
    pub source: String,
}

/// Where a post stands with one of its clauses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Row of the clause in the plan.
    pub clause: usize,
    pub state: State,
    pub orders: Vec<OrderId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    Waiting,
    /// The condition holds; the decision takes until then.
    Deciding {
        since: Tick,
        until: Tick,
    },
    Acted {
        at: Tick,
        deadline: Tick,
    },
    Settled {
        at: Tick,
    },
}

/// What a post decided, for `sim` to carry out.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    Fired {
        clause: usize,
    },
    Missed {
        clause: usize,
    },
    Level {
        hazard: HazardKind,
        level: Level,
    },
    Warn(Warning),
    /// `standing` is the row in the post's list that waits for the order.
    Order {
        standing: usize,
        to: PostId,
        task: Task,
        units: u32,
        start_by: Tick,
        done_by: Tick,
        clause: String,
    },
    Report {
        to: Vec<PostId>,
        facts: Vec<Fact>,
        clause: String,
    },
    PublishClosures,
}

/// Median time from seeing that a clause applies to acting on it, s. Assumption: a duty officer asks back once.
const DECIDE_S: f64 = 90.0;

impl Standing {
    pub fn all_of(post: PostId, clauses: &[Clause]) -> Vec<Standing> {
        clauses
            .iter()
            .enumerate()
            .filter(|(_, clause)| clause.post == post)
            .map(|(row, _)| Standing { clause: row, state: State::Waiting, orders: Vec::new() })
            .collect()
    }
    pub fn digest(&self, digest: &mut Digest) {
        let (kind, at) = match self.state {
            State::Waiting => (0, 0),
            State::Deciding { until, .. } => (1, until.0),
            State::Acted { at, .. } => (2, at.0),
            State::Settled { at } => (3, at.0),
        };
        digest.u8(kind).u32(at);
    }
}

impl Post {
    /// Matches the clauses against the picture and says what is to be done now.
    pub fn act_by_plan(&mut self, plan: &[Clause], city: &City, seed: u64, now: Tick) -> Vec<Decision> {
        let mut decisions = Vec::new();
        for row in 0..self.standing.len() {
            let clause = &plan[self.standing[row].clause];
            let seen = Seen { picture: &self.picture, now };
            match self.standing[row].state {
                State::Waiting => {
                    if clause.when.holds(&seen) {
                        let k = self.standing[row].clause as u32;
                        let s = draw_lognormal(DECIDE_S, 0.4, seed, Stream::Command, self.id.0, now, 100_000 + k);
                        self.standing[row].state = State::Deciding { since: now, until: now.plus_s(s) };
                    }
                }
                State::Deciding { since, until } if until <= now => {
                    decisions.push(Decision::Fired { clause: self.standing[row].clause });
                    self.carry_out(row, &clause.act, clause, city, now, &mut decisions);
                    let deadline = since.plus_s(clause.within_s);
                    self.standing[row].state = State::Acted { at: now, deadline };
                }
                State::Deciding { .. } => {}
                State::Acted { at, deadline } => {
                    let taken_up = self.standing[row].orders.iter().all(|order| {
                        self.picture.orders.get(order).is_some_and(|state| {
                            matches!(state, OrderState::Started | OrderState::Done)
                                || (state.rank() >= 2 && !refused(state))
                        })
                    });
                    if taken_up {
                        self.standing[row].state = State::Settled { at };
                    } else if deadline <= now {
                        decisions.push(Decision::Missed { clause: self.standing[row].clause });
                        self.standing[row].orders.clear();
                        self.carry_out(row, &clause.otherwise, clause, city, now, &mut decisions);
                        self.standing[row].orders.clear();
                        self.standing[row].state = State::Settled { at };
                    }
                }
                State::Settled { at } => {
                    if let Some(repeat_s) = clause.repeat_s
                        && now.since_s(at) >= repeat_s
                    {
                        self.standing[row].state = State::Waiting;
                        self.standing[row].orders.clear();
                    }
                }
            }
        }
        decisions
    }

    fn carry_out(
        &mut self,
        row: usize,
        acts: &[Act],
        clause: &Clause,
        city: &City,
        now: Tick,
        out: &mut Vec<Decision>,
    ) {
        for act in acts {
            match act {
                Act::SetLevel(hazard, level) => {
                    // A level is raised by a clause, not repeated, and never lowered by one that raises.
                    let topic = Topic { quantity: hazard.level_quantity(), about: 0 };
                    let current = self.picture.beliefs.get(&topic).map_or(0.0, |b| b.value);
                    if level.number() > current {
                        self.picture.learn(Fact { topic, value: level.number(), observed: now }, now, None);
                        out.push(Decision::Level { hazard: *hazard, level: *level });
                    }
                }
                Act::Warn { hazard, colour, advice, area } => {
                    let zones = zones_of(area, &self.picture, city);
                    if !zones.is_empty() {
                        out.push(Decision::Warn(Warning {
                            hazard: *hazard,
                            colour: *colour,
                            advice: *advice,
                            zones,
                            by: self.id,
                            clause: Some(clause.id.clone()),
                        }));
                    }
                }
                Act::Order { to, task, units, area, start_within_s, done_within_s } => {
                    for task in tasks_of(*task, area, &self.picture, city) {
                        out.push(Decision::Order {
                            standing: row,
                            to: *to,
                            task,
                            units: *units,
                            start_by: now.plus_s(*start_within_s),
                            done_by: now.plus_s(*done_within_s),
                            clause: clause.id.clone(),
                        });
                    }
                }
                Act::Report { to, about } => {
                    for &post in to {
                        let since = self.reports.get(&post).map(|(_, at)| *at);
                        let facts: Vec<Fact> = self
                            .picture
                            .beliefs
                            .iter()
                            .filter(|(topic, _)| about.contains(&topic.quantity))
                            .filter(|(_, belief)| since.is_none_or(|at| belief.learned > at))
                            .map(|(topic, b)| Fact { topic: *topic, value: b.value, observed: b.observed })
                            .collect();
                        if !facts.is_empty() {
                            let number = self.reports.get(&post).map_or(0, |(n, _)| *n) + 1;
                            self.reports.insert(post, (number, now));
                            out.push(Decision::Report { to: vec![post], facts, clause: clause.id.clone() });
                        }
                    }
                }
                Act::PublishClosures => out.push(Decision::PublishClosures),
            }
        }
    }
}

fn refused(state: &OrderState) -> bool {
    matches!(state, OrderState::Refused(_) | OrderState::Failed(_) | OrderState::Expired)
}

/// The zones of an area, as the picture has it, in id order.
pub fn zones_of(area: &Area, picture: &Picture, city: &City) -> Vec<ZoneId> {
    let all = || (0..city.zones.len()).map(ZoneId::of);
    match area {
        Area::Zones(zones) => zones.clone(),
        Area::All => all().collect(),
        Area::Where(quantity, bound) => {
            all().filter(|z| picture.value(*quantity, z.0).is_some_and(|v| v > *bound)).collect()
        }
        Area::Near { site, reach_m } => {
            let at = city.facilities[site.index()].at;
            all().filter(|z| city.zones[z.index()].centre.distance_m(at) <= *reach_m).collect()
        }
        Area::Downwind { site, reach_m, half_angle_deg } => {
            let at = city.facilities[site.index()].at;
            let from_deg = picture.value(Quantity::WindFrom, 0);
            all()
                .filter(|z| {
                    let centre = city.zones[z.index()].centre;
                    let distance = centre.distance_m(at);
                    let Some(from_deg) = from_deg else { return distance <= *reach_m };
                    // Bearing from the site to the zone, clockwise from north.
                    let bearing = math::atan2(centre.x - at.x, centre.y - at.y).to_degrees();
                    let off = (bearing - (from_deg + 180.0) + 540.0).rem_euclid(360.0) - 180.0;
                    // All around close by (ERG initial isolation is a circle), a sector beyond.
                    distance <= *reach_m && (off.abs() <= *half_angle_deg || distance <= 0.2 * reach_m)
                })
                .collect()
        }
        Area::Computed { level, lines, better } => {
            let quantity = if *lines { Quantity::ZoneThreatLines } else { Quantity::ZoneThreat };
            let lies = |z: &ZoneId| picture.value(quantity, z.0).is_some_and(|v| v >= f64::from(*level));
            let told = |z: &ZoneId| picture.value(Quantity::ZoneShelter, z.0);
            all().filter(lies).filter(|z| better.is_none_or(|a| told(z) == Some(a.number()))).collect()
        }
        Area::Below(level_m) => all().filter(|z| city.ground_m(city.zones[z.index()].centre) < *level_m).collect(),
        Area::Behind { levee, reach_m } => {
            let line = &city.levees[levee.index()].line;
            all()
                .filter(|z| {
                    let centre = city.zones[z.index()].centre;
                    line.windows(2).any(|pair| {
                        // Distance to the segment's ends and middle is near enough for reaches of kilometres.
                        (0..=4).any(|s| centre.distance_m(pair[0].toward(pair[1], f64::from(s) / 4.0)) <= *reach_m)
                    })
                })
                .collect()
        }
    }
}

fn tasks_of(kind: TaskKind, area: &Area, picture: &Picture, city: &City) -> Vec<Task> {
    let each = |make: fn(ZoneId) -> Task| zones_of(area, picture, city).into_iter().map(make).collect();
    match kind {
        TaskKind::PatrolLevee(levee) => vec![Task::PatrolLevee(levee)],
        TaskKind::CloseBreach(levee) => vec![Task::CloseBreach(levee)],
        TaskKind::WarnDoorToDoor => each(Task::WarnDoorToDoor),
        TaskKind::EvacuateZone => each(Task::EvacuateZone),
        TaskKind::RescueFromWater => each(Task::RescueFromWater),
        TaskKind::Ambulance => each(Task::Ambulance),
        TaskKind::Cordon { site, radius_m } => vec![Task::Cordon { site, radius_m }],
        TaskKind::MonitorGas(site) => vec![Task::MonitorGas(site)],
        TaskKind::StopLeak(site) => vec![Task::StopLeak(site)],
        TaskKind::Pump => each(Task::Pump),
        TaskKind::OpenShelter(facility) => vec![Task::OpenShelter(facility)],
        TaskKind::OpenAllShelters => {
            city.facilities_of(crate::place::city::FacilityKind::Shelter).map(|(id, _)| Task::OpenShelter(id)).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    //! Grade: behaviour.
    use super::*;
    use crate::place::fixture::grid_town;

    fn clause(when: Condition, act: Vec<Act>, otherwise: Vec<Act>) -> Clause {
        Clause {
            id: "1".into(),
            title: Text::new("", ""),
            post: PostId(0),
            when,
            act,
            within_s: 600.0,
            otherwise,
            repeat_s: None,
            source: String::new(),
        }
    }
    fn stage(value: f64) -> Fact {
        Fact { topic: Topic { quantity: Quantity::Stage, about: 0 }, value, observed: Tick(0) }
    }

    #[test]
    fn a_clause_fires_on_the_picture_and_escalates_when_nobody_takes_it_up() {
        let city = grid_town(4, 4);
        let order = Act::Order {
            to: PostId(1),
            task: TaskKind::PatrolLevee(LeveeId(0)),
            units: 1,
            area: Area::All,
            start_within_s: 600.0,
            done_within_s: 3600.0,
        };
        let plan = [clause(
            Condition::Above(stage(0.0).topic, 4.2),
            vec![order],
            vec![Act::SetLevel(HazardKind::Flood, Level::II)],
        )];
        let mut post = Post::new(PostId(0), &plan);
        post.picture.learn(stage(4.0), Tick(0), None);
        assert!((0..50).all(|t| post.act_by_plan(&plan, &city, 1, Tick(t)).is_empty()));
        post.picture.learn(stage(4.5), Tick(50), None);
        let mut seen = Vec::new();
        for t in 50..250 {
            for decision in post.act_by_plan(&plan, &city, 1, Tick(t)) {
                if let Decision::Order { standing, .. } = decision {
                    post.standing[standing].orders.push(OrderId(9));
                }
                seen.push((t, decision));
            }
        }
        assert!(matches!(seen[0].1, Decision::Fired { clause: 0 }));
        assert!(matches!(seen[1].1, Decision::Order { task: Task::PatrolLevee(LeveeId(0)), .. }));
        assert!(matches!(seen[2].1, Decision::Missed { clause: 0 }), "{seen:?}");
        assert!(matches!(seen[3].1, Decision::Level { level: Level::II, .. }));
        assert_eq!(seen.len(), 4);
    }

    #[test]
    fn downwind_is_where_the_wind_is_believed_to_blow() {
        let city = grid_town(40, 1);
        let site = city.facility_by_key("tank_1").unwrap();
        let mut picture = Picture::default();
        let topic = Topic { quantity: Quantity::WindFrom, about: 0 };
        let area = Area::Downwind { site, reach_m: 6000.0, half_angle_deg: 60.0 };
        assert_eq!(zones_of(&area, &picture, &city).len(), 4);
        picture.learn(Fact { topic, value: 180.0, observed: Tick(0) }, Tick(0), None);
        let north = zones_of(&area, &picture, &city);
        picture.learn(Fact { topic, value: 0.0, observed: Tick(1) }, Tick(1), None);
        assert_ne!(north, zones_of(&area, &picture, &city));
    }
}
