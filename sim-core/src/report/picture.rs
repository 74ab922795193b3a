//! Truth against picture. What a post believed is rebuilt from its `PictureChanged` events; what was true comes from
//! tallies, layers and the events of the world. Together they are the two lanes of the after-action timeline.

use super::words;
use crate::base::{ids::*, text::Text, time::Tick};
use crate::place::city::{Cover, FacilityKind};
use crate::record::{Recording, Tally, frame::LayerName};
use crate::vocab::body::Doing;
use crate::vocab::condition::{Quantity, Subject, Topic};
use crate::vocab::event::Event;
use std::collections::BTreeMap;

/// A value that a post came to believe.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Belief {
    pub learned: Tick,
    /// When the value was observed by whoever saw it: `learned - observed` is the age of the news.
    pub observed: Tick,
    pub value: f64,
    pub message: Option<MessageId>,
    /// Index of the event.
    pub event: usize,
}

/// One topic: what was true, and what each post believed, in time order.
#[derive(Debug, Clone, PartialEq)]
pub struct Lane {
    pub topic: Topic,
    /// Points of a curve for gauges and tallies, steps for yes and no; empty where truth was not recorded.
    pub truth: Vec<(Tick, f64)>,
    pub posts: Vec<(PostId, Vec<Belief>)>,
}

/// All beliefs by topic and post.
pub fn beliefs(rec: &Recording) -> BTreeMap<Topic, BTreeMap<PostId, Vec<Belief>>> {
    let mut all: BTreeMap<Topic, BTreeMap<PostId, Vec<Belief>>> = BTreeMap::new();
    for (event, e) in rec.events.iter().enumerate() {
        if let Event::PictureChanged { post, fact, message } = &e.event {
            all.entry(fact.topic).or_default().entry(*post).or_default().push(Belief {
                learned: e.tick,
                observed: fact.observed,
                value: fact.value,
                message: *message,
                event,
            });
        }
    }
    all
}

/// What one post believed at a moment: the newest value of each topic, in topic order.
pub fn picture_at(rec: &Recording, post: PostId, tick: Tick) -> Vec<(Topic, Belief)> {
    beliefs(rec)
        .into_iter()
        .filter_map(|(topic, mut posts)| {
            let list = posts.remove(&post)?;
            list.into_iter().rfind(|b| b.learned <= tick).map(|b| (topic, b))
        })
        .collect()
}

/// Lanes of all topics that somebody believed something about, with their truth where it was recorded.
pub fn lanes(rec: &Recording) -> Vec<Lane> {
    let depths = zone_depths(rec, 150);
    beliefs(rec)
        .into_iter()
        .map(|(topic, posts)| Lane { topic, truth: truth(rec, topic, &depths), posts: posts.into_iter().collect() })
        .collect()
}

/// Mean depth over the wet land cells of each zone, at no more than `most` recorded frames. "Wet" is 0.05 m.
pub fn zone_depths(rec: &Recording, most: usize) -> Vec<(Tick, Vec<f64>)> {
    let ticks = rec.layer_ticks(LayerName::WaterDepth);
    let step = ticks.len().div_ceil(most.max(1)).max(1);
    let zones = rec.city.zones.len();
    ticks
        .iter()
        .step_by(step)
        .filter_map(|tick| {
            let (_, frame) = rec.layer_at(LayerName::WaterDepth, *tick)?;
            let mut sums = vec![(0.0f64, 0u32); zones];
            for (cell, depth) in frame.unpack(LayerName::WaterDepth).into_iter().enumerate() {
                let zone = usize::from(*rec.city.zone_of_cell.get(cell)?);
                if depth >= 0.05 && zone < zones && rec.city.cover[cell] != Cover::Water {
                    sums[zone].0 += f64::from(depth);
                    sums[zone].1 += 1;
                }
            }
            Some((*tick, sums.iter().map(|(s, n)| if *n > 0 { s / f64::from(*n) } else { 0.0 }).collect()))
        })
        .collect()
}

/// The truth of a topic over time; empty where the recording does not hold it.
pub fn truth(rec: &Recording, topic: Topic, depths: &[(Tick, Vec<f64>)]) -> Vec<(Tick, f64)> {
    let about = topic.about as usize;
    let tallied = |value: &dyn Fn(&Tally) -> Option<f64>| -> Vec<(Tick, f64)> {
        rec.tallies.iter().filter_map(|t| value(t).map(|v| (t.tick, v))).collect()
    };
    let loads = |kind: FacilityKind, load: &dyn Fn(&Tally) -> Vec<u32>| {
        let row = rec.city.facilities_of(kind).position(|(id, _)| id.0 == topic.about);
        tallied(&|t| row.and_then(|r| load(t).get(r).map(|n| f64::from(*n))))
    };
    let switched = |on: &dyn Fn(&Event) -> Option<bool>| -> Vec<(Tick, f64)> {
        let mut steps = vec![(Tick(0), 0.0)];
        for e in &rec.events {
            if let Some(on) = on(&e.event) {
                steps.push((e.tick, f64::from(u8::from(on))));
            }
        }
        steps
    };
    match topic.quantity {
        Quantity::Stage => tallied(&|t| t.stage_m.get(about).copied()),
        Quantity::LeveeSeep => switched(&|e| match e {
            Event::LeveeSeeps { levee } if levee.index() == about => Some(true),
            Event::LeveeStrengthened { levee } if levee.index() == about => Some(false),
            _ => None,
        }),
        Quantity::BreachWidth => {
            // Tallies hold one width for the city: it belongs to this reach when this reach alone has breached.
            let mut breached: Vec<usize> = rec
                .events
                .iter()
                .filter_map(|e| match e.event {
                    Event::LeveeBreached { levee, .. } => Some(levee.index()),
                    _ => None,
                })
                .collect();
            breached.dedup();
            if breached == [about] { tallied(&|t| Some(t.breach_width_m)) } else { Vec::new() }
        }
        Quantity::ZoneDepth => {
            depths.iter().filter_map(|(tick, zones)| zones.get(about).map(|d| (*tick, *d))).collect()
        }
        Quantity::ZoneGas => {
            let mut steps = vec![(Tick(0), 0.0)];
            for e in &rec.events {
                if let Event::GasReached { zone, aegl } = e.event
                    && zone.index() == about
                {
                    steps.push((e.tick, f64::from(aegl)));
                }
            }
            steps
        }
        Quantity::Release => switched(&|e| match e {
            Event::GasReleased { site, .. } | Event::FireBegan { site, .. } if site.index() == about => Some(true),
            Event::GasStopped { site, .. } | Event::FireEnded { site, .. } if site.index() == about => Some(false),
            _ => None,
        }),
        Quantity::PumpRunning => {
            let mut steps = switched(&|e| match e {
                Event::PumpStarted { facility } if facility.index() == about => Some(true),
                Event::PumpStopped { facility, .. } if facility.index() == about => Some(false),
                _ => None,
            });
            // A pump's state at the start is not recorded; only its changes are.
            steps.remove(0);
            steps
        }
        Quantity::ShelterOpen => switched(&|e| match e {
            Event::ShelterOpened { facility } if facility.index() == about => Some(true),
            _ => None,
        }),
        Quantity::ShelterLoad => loads(FacilityKind::Shelter, &|t| t.shelter_load.clone()),
        Quantity::HospitalLoad => loads(FacilityKind::Hospital, &|t| t.hospital_load.clone()),
        Quantity::Rain => tallied(&|t| Some(t.rain_mm_h)),
        Quantity::WindSpeed => tallied(&|t| Some(t.wind_speed_m_s)),
        Quantity::WindFrom => tallied(&|t| Some(t.wind_from_deg)),
        Quantity::Deaths => tallied(&|t| Some(f64::from(t.dead))),
        Quantity::Injured => tallied(&|t| Some(f64::from(t.hurt_serious))),
        Quantity::Trapped => tallied(&|t| Some(f64::from(t.doing[Doing::Trapped as usize]))),
        Quantity::FloodLevel | Quantity::GasLevel => {
            let mut steps = vec![(Tick(0), 0.0)];
            for e in &rec.events {
                if let Event::LevelSet { hazard, level, .. } = e.event
                    && hazard.level_quantity() == topic.quantity
                {
                    steps.push((e.tick, level.number()));
                }
            }
            steps
        }
        Quantity::ZoneTrapped
        | Quantity::ZoneHurt
        | Quantity::ZoneAdvice
        | Quantity::ZoneWarned
        | Quantity::ZoneEvacuated
        | Quantity::ZonePowerOut
        | Quantity::RainForecast
        | Quantity::TideForecast
        | Quantity::ZoneDepthForecast
        | Quantity::ZoneFloodChance
        | Quantity::MonitorPpm
        | Quantity::ZonePpm
        | Quantity::ReleaseSubstance
        | Quantity::ReleaseRate
        | Quantity::ReleaseHole
        | Quantity::IsolateReach
        | Quantity::ProtectReach
        | Quantity::ReachAegl3
        | Quantity::ReachAegl2
        | Quantity::ReachAegl1
        | Quantity::ZoneThreat
        | Quantity::ZoneThreatLines
        | Quantity::ZoneShelter => Vec::new(),
    }
}

/// A key event of the world, and when each post came to know of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Learned {
    pub what: Text,
    pub topic: Topic,
    pub true_at: Tick,
    /// Index of the world's event.
    pub event: usize,
    /// Posts in the order in which they learned, with the index of the event.
    pub posts: Vec<(PostId, Tick, usize)>,
}

impl Learned {
    pub fn by(&self, post: PostId) -> Option<Tick> {
        self.posts.iter().find(|p| p.0 == post).map(|p| p.1)
    }
    pub fn first_of_tier(&self, rec: &Recording, tier: u8) -> Option<(PostId, Tick)> {
        let of = |p: PostId| rec.programme.posts.get(p.index()).is_some_and(|c| c.tier == tier);
        self.posts.iter().find(|p| of(p.0)).map(|p| (p.0, p.1))
    }
}

/// Seeps, breaches, releases, water and gas in the zones: first times, and who knew when.
pub fn learned(rec: &Recording) -> Vec<Learned> {
    let beliefs = beliefs(rec);
    let mut all: Vec<Learned> = Vec::new();
    for (event, e) in rec.events.iter().enumerate() {
        let (quantity, about, floor) = match &e.event {
            Event::LeveeSeeps { levee } => (Quantity::LeveeSeep, levee.0, 0.5),
            Event::LeveeBreached { levee, .. } => (Quantity::BreachWidth, levee.0, 0.0),
            Event::WaterReached { zone, .. } => (Quantity::ZoneDepth, zone.0, 0.0),
            Event::GasReleased { site, .. } | Event::FireBegan { site, .. } => (Quantity::Release, site.0, 0.5),
            Event::GasReached { zone, .. } => (Quantity::ZoneGas, zone.0, 0.5),
            _ => continue,
        };
        let topic = Topic { quantity, about };
        if all.iter().any(|l| l.topic == topic) {
            continue;
        }
        let mut posts: Vec<(PostId, Tick, usize)> = beliefs
            .get(&topic)
            .into_iter()
            .flatten()
            .filter_map(|(post, list)| {
                // Only what was observed at or after the fact counts: an earlier "1" was about something else.
                let b = list.iter().find(|b| b.value > floor && b.learned >= e.tick)?;
                Some((*post, b.learned, b.event))
            })
            .collect();
        posts.sort_by_key(|p| (p.1, p.0));
        all.push(Learned { what: what(rec, topic), topic, true_at: e.tick, event, posts });
    }
    all
}

fn what(rec: &Recording, topic: Topic) -> Text {
    let about = words::subject(rec, topic);
    let (zh, en) = match topic.quantity {
        Quantity::LeveeSeep => ("渗漏", "seeps"),
        Quantity::BreachWidth => ("溃口", "breaches"),
        Quantity::Release => ("泄漏", "leaks"),
        Quantity::ZoneGas => ("出现毒气", "is reached by gas"),
        quantity => match quantity.subject() {
            Subject::Zone => ("街道进水", "takes water"),
            Subject::City | Subject::Gauge | Subject::Levee | Subject::Facility | Subject::Monitor => quantity.names(),
        },
    };
    Text::new(format!("{}{zh}", about.zh), format!("{} {en}", about.en))
}
