//! Names to ids. Every name that cannot be found is a complaint with its place and the nearest name that exists.

use super::raw::*;
use super::source::Source;
use crate::base::complaint::{Complaints, nearest};
use crate::base::{ids::*, time::Tick, time::parse_duration_s};
use crate::command::{
    PostSpec,
    plan::{Act, Area, TaskKind},
};
use crate::place::city::{City, FacilityKind};
use crate::vocab::condition::{Condition, Quantity, Subject, Topic};
use crate::vocab::order::{Advice, Task};

/// What "it" is in a clause made for each of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum It {
    Nothing,
    Zone(ZoneId),
    Levee(LeveeId),
    Gauge(GaugeId),
    Facility(FacilityId),
}

/// Looks names up and gathers complaints.
pub(super) struct Binder<'a> {
    pub source: &'a Source,
    pub city: &'a City,
    pub posts: &'a [PostSpec],
    pub injects: &'a [String],
    /// Keys of the fixed gas monitors.
    pub monitors: &'a [String],
    /// The id of the clause or inject being read: complaints are placed after it.
    pub anchor: String,
    pub it: It,
    pub complaints: &'a mut Complaints,
}

impl Binder<'_> {
    pub fn complain(&mut self, word: &str, what: impl Into<String>, hint: impl Into<String>) {
        match self.source.place(&self.anchor, word) {
            Some(at) => self.complaints.add_at(&self.source.path, at, what, hint),
            None => self.complaints.add(&self.source.path, what, hint),
        }
    }
    fn unknown(&mut self, noun: &str, given: &str, known: Vec<String>) {
        let near = nearest(given, known.iter().map(String::as_str)).map(|n| format!("did you mean \"{n}\"? "));
        let few: Vec<String> = known.iter().take(12).cloned().collect();
        let more = if known.len() > few.len() { ", ..." } else { "" };
        let hint = format!("{}there is: {}{more}", near.unwrap_or_default(), few.join(", "));
        self.complain(given, format!("{noun} \"{given}\" is not there"), hint);
    }

    pub fn seconds(&mut self, text: &str) -> f64 {
        match parse_duration_s(text) {
            Ok(s) => s,
            Err(what) => {
                self.complain(text, what, "");
                0.0
            }
        }
    }
    pub fn number(&mut self, word: &str, name: &str, value: f64, range: std::ops::RangeInclusive<f64>) -> f64 {
        if value.is_finite() && range.contains(&value) {
            return value;
        }
        self.complain(
            word,
            format!("{name} is {value}"),
            format!("a number from {} to {} would do", range.start(), range.end()),
        );
        *range.start()
    }
    pub fn zone(&mut self, key: &str) -> ZoneId {
        if key == "it" {
            if let It::Zone(zone) = self.it {
                return zone;
            }
            self.complain("it", "\"it\" is not a zone here", "use `each: Zone` or name the zone");
            return ZoneId(0);
        }
        self.city.zone_by_key(key).unwrap_or_else(|| {
            self.unknown("zone", key, self.city.zones.iter().map(|z| z.key.clone()).collect());
            ZoneId(0)
        })
    }
    pub fn levee(&mut self, key: &str) -> LeveeId {
        if key == "it" {
            if let It::Levee(levee) = self.it {
                return levee;
            }
            self.complain("it", "\"it\" is not a levee here", "use `each: Levee` or name the levee");
            return LeveeId(0);
        }
        self.city.levee_by_key(key).unwrap_or_else(|| {
            self.unknown("levee", key, self.city.levees.iter().map(|l| l.key.clone()).collect());
            LeveeId(0)
        })
    }
    pub fn gauge(&mut self, key: &str) -> GaugeId {
        if key == "it" {
            if let It::Gauge(gauge) = self.it {
                return gauge;
            }
            self.complain("it", "\"it\" is not a gauge here", "use `each: Gauge` or name the gauge");
            return GaugeId(0);
        }
        self.city.gauge_by_key(key).unwrap_or_else(|| {
            self.unknown("gauge", key, self.city.gauges.iter().map(|g| g.key.clone()).collect());
            GaugeId(0)
        })
    }
    /// A facility by key, or "first:TankYard|Exit" for the first of the first kind there is: for any city.
    pub fn facility(&mut self, key: &str) -> FacilityId {
        if key == "it" {
            if let It::Facility(facility) = self.it {
                return facility;
            }
            self.complain("it", "\"it\" is not a facility here", "use `each: Shelter` or name the facility");
            return FacilityId(0);
        }
        if let Some(kinds) = key.strip_prefix("first:") {
            let found = kinds.split('|').find_map(|kind| self.city.facilities_of(kind_by_name(kind)?).next());
            if let Some((id, _)) = found {
                return id;
            }
            self.complain(key, format!("the city has no facility of kind {kinds}"), "name one that it has");
            return FacilityId(0);
        }
        self.city.facility_by_key(key).unwrap_or_else(|| {
            self.unknown("facility", key, self.city.facilities.iter().map(|f| f.key.clone()).collect());
            FacilityId(0)
        })
    }
    /// A post by key; "superior" is the one above `of`; "town" alone is the town of the zone in "it".
    pub fn post(&mut self, key: &str, of: Option<PostId>) -> PostId {
        if key == "superior" {
            if let Some(superior) = of.and_then(|p| self.posts[p.index()].superior) {
                return superior;
            }
            self.complain("superior", "this post has no superior", "name the post");
            return PostId(0);
        }
        let of_it = match self.it {
            It::Zone(zone) => {
                let zone = &self.city.zones[zone.index()];
                let names = [format!("{key}:{}", zone.key), format!("{key}:{}", zone.town)];
                self.posts.iter().position(|p| names.contains(&p.key))
            }
            It::Nothing | It::Levee(_) | It::Gauge(_) | It::Facility(_) => None,
        };
        let found = self.posts.iter().position(|p| p.key == key).or(of_it);
        found.map(PostId::of).unwrap_or_else(|| {
            self.unknown("post", key, self.posts.iter().map(|p| p.key.clone()).collect());
            PostId(0)
        })
    }
    pub fn monitor(&mut self, key: &str) -> MonitorId {
        let found = self.monitors.iter().position(|k| k == key);
        found.map(MonitorId::of).unwrap_or_else(|| {
            self.unknown("gas monitor", key, self.monitors.to_vec());
            MonitorId(0)
        })
    }
    pub fn inject(&mut self, key: &str) -> InjectId {
        let found = self.injects.iter().position(|k| k == key);
        found.map(InjectId::of).unwrap_or_else(|| {
            self.unknown("inject", key, self.injects.to_vec());
            InjectId(0)
        })
    }
    pub fn topic(&mut self, quantity: Quantity, key: &str) -> Topic {
        let about = match quantity.subject() {
            Subject::City => {
                if !key.is_empty() {
                    self.complain(key, format!("{quantity:?} is of the whole city, not of \"{key}\""), "write \"\"");
                }
                0
            }
            Subject::Gauge => self.gauge(key).0,
            Subject::Levee => self.levee(key).0,
            Subject::Zone => self.zone(key).0,
            Subject::Facility => self.facility(key).0,
            Subject::Monitor => self.monitor(key).0,
        };
        Topic { quantity, about }
    }
    pub fn condition(&mut self, raw: &RawCondition) -> Condition {
        match raw {
            RawCondition::Always => Condition::Always,
            RawCondition::All(parts) => Condition::All(parts.iter().map(|c| self.condition(c)).collect()),
            RawCondition::Any(parts) => Condition::Any(parts.iter().map(|c| self.condition(c)).collect()),
            RawCondition::Not(part) => Condition::Not(Box::new(self.condition(part))),
            RawCondition::Above(quantity, key, bound) => {
                Condition::Above(self.topic(*quantity, key), self.number(key, "bound", *bound, -1e6..=1e9))
            }
            RawCondition::Below(quantity, key, bound) => {
                Condition::Below(self.topic(*quantity, key), self.number(key, "bound", *bound, -1e6..=1e9))
            }
            RawCondition::AnyAbove(quantity, bound) => Condition::AnyAbove(*quantity, *bound),
            RawCondition::After(time) => Condition::After(Tick::at_or_after_s(self.seconds(time))),
            RawCondition::AfterInject(key, time) => Condition::AfterInject(self.inject(key), self.seconds(time)),
            RawCondition::LevelAtLeast(hazard, level) => Condition::LevelAtLeast(*hazard, *level),
        }
    }
    pub fn area(&mut self, raw: &RawArea) -> Area {
        match raw {
            RawArea::Zones(keys) => Area::Zones(keys.iter().map(|k| self.zone(k)).collect()),
            RawArea::It => Area::Zones(vec![self.zone("it")]),
            RawArea::All => Area::All,
            RawArea::Where(quantity, bound) => {
                if quantity.subject() != Subject::Zone {
                    self.complain("Where", format!("{quantity:?} is not known by zone"), "use a Zone... quantity");
                }
                Area::Where(*quantity, *bound)
            }
            RawArea::Near { site, reach_m } => Area::Near {
                site: self.facility(site),
                reach_m: self.number(site, "reach_m", *reach_m, 1.0..=100_000.0),
            },
            RawArea::Downwind { site, reach_m, half_angle_deg } => Area::Downwind {
                site: self.facility(site),
                reach_m: self.number(site, "reach_m", *reach_m, 1.0..=100_000.0),
                half_angle_deg: self.number(site, "half_angle_deg", *half_angle_deg, 1.0..=180.0),
            },
            RawArea::Computed { level, lines, better } => {
                if !(1..=3).contains(level) {
                    self.complain("Computed", format!("a computed zone of AEGL-{level}"), "levels are 1, 2 and 3");
                }
                if better.is_some_and(|a| !matches!(a, Advice::Leave | Advice::StayIndoors)) {
                    self.complain("better", format!("zones where {better:?} is better"), "Leave or StayIndoors");
                }
                Area::Computed { level: *level, lines: *lines, better: *better }
            }
            RawArea::Below(level_m) => Area::Below(*level_m),
            RawArea::Behind { levee, reach_m } => Area::Behind {
                levee: self.levee(levee),
                reach_m: self.number(levee, "reach_m", *reach_m, 1.0..=100_000.0),
            },
        }
    }
    pub fn task_kind(&mut self, raw: &RawTask) -> TaskKind {
        match raw {
            RawTask::PatrolLevee(key) => TaskKind::PatrolLevee(self.levee(key)),
            RawTask::CloseBreach(key) => TaskKind::CloseBreach(self.levee(key)),
            RawTask::WarnDoorToDoor => TaskKind::WarnDoorToDoor,
            RawTask::EvacuateZone => TaskKind::EvacuateZone,
            RawTask::RescueFromWater => TaskKind::RescueFromWater,
            RawTask::Ambulance => TaskKind::Ambulance,
            RawTask::Cordon { site, radius_m } => TaskKind::Cordon { site: self.facility(site), radius_m: *radius_m },
            RawTask::MonitorGas(key) => TaskKind::MonitorGas(self.facility(key)),
            RawTask::StopLeak(key) => TaskKind::StopLeak(self.facility(key)),
            RawTask::Pump => TaskKind::Pump,
            RawTask::OpenShelter(key) => TaskKind::OpenShelter(self.facility(key)),
            RawTask::OpenAllShelters => TaskKind::OpenAllShelters,
        }
    }
    /// A task as a pattern; zone tasks stand for any zone.
    pub fn task(&mut self, raw: &RawTask) -> Task {
        match self.task_kind(raw) {
            TaskKind::PatrolLevee(levee) => Task::PatrolLevee(levee),
            TaskKind::CloseBreach(levee) => Task::CloseBreach(levee),
            TaskKind::WarnDoorToDoor => Task::WarnDoorToDoor(ZoneId(0)),
            TaskKind::EvacuateZone => Task::EvacuateZone(ZoneId(0)),
            TaskKind::RescueFromWater => Task::RescueFromWater(ZoneId(0)),
            TaskKind::Ambulance => Task::Ambulance(ZoneId(0)),
            TaskKind::Cordon { site, radius_m } => Task::Cordon { site, radius_m },
            TaskKind::MonitorGas(site) => Task::MonitorGas(site),
            TaskKind::StopLeak(site) => Task::StopLeak(site),
            TaskKind::Pump => Task::Pump(ZoneId(0)),
            TaskKind::OpenShelter(facility) => Task::OpenShelter(facility),
            TaskKind::OpenAllShelters => {
                let first = self.city.facilities_of(FacilityKind::Shelter).next().map_or(FacilityId(0), |(id, _)| id);
                Task::OpenShelter(first)
            }
        }
    }
    pub fn act(&mut self, raw: &RawAct, post: PostId) -> Act {
        match raw {
            RawAct::SetLevel(hazard, level) => Act::SetLevel(*hazard, *level),
            RawAct::Warn { hazard, colour, advice, area } => {
                Act::Warn { hazard: *hazard, colour: *colour, advice: *advice, area: self.area(area) }
            }
            RawAct::Order { to, task, units, area, start_within, done_within } => {
                if !(1..=200).contains(units) {
                    self.complain(to, format!("an order for {units} units"), "1 to 200 would do");
                }
                let (start_within_s, done_within_s) = (self.seconds(start_within), self.seconds(done_within));
                if done_within_s < start_within_s {
                    self.complain(
                        done_within,
                        format!("to be done within {done_within} but started within {start_within}"),
                        "done comes after start",
                    );
                }
                Act::Order {
                    to: self.post(to, Some(post)),
                    task: self.task_kind(task),
                    units: *units,
                    area: self.area(area),
                    start_within_s,
                    done_within_s,
                }
            }
            RawAct::Report { to, about } => {
                Act::Report { to: to.iter().map(|k| self.post(k, Some(post))).collect(), about: about.clone() }
            }
            RawAct::PublishClosures => Act::PublishClosures,
        }
    }
}

/// Facility kinds by their name in files.
pub(super) fn kind_by_name(name: &str) -> Option<FacilityKind> {
    super::source::options().from_str::<FacilityKind>(name).ok()
}
