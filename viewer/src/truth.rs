//! The truth beside a post's belief, as far as a recording tells it: from tallies, events and recorded layers. It is
//! never guessed; what is not recorded stays open.

use crate::index::Index;
use crate::moment::Moment;
use sim_core::base::{ids::*, time::Tick};
use sim_core::place::city::{City, Cover, FacilityKind};
use sim_core::record::Recording;
use sim_core::record::frame::LayerName;
use sim_core::vocab::body::{Doing, Point};
use sim_core::vocab::condition::{HazardKind, Quantity, Topic};
use sim_core::vocab::event::Event;
use sim_core::vocab::lever::Outage;

/// Values by zone at one moment, from the recorded layers and people.
#[derive(Default)]
pub struct ZoneTruth {
    version: Option<u64>,
    /// Mean depth over the wet cells of the zone, m; 0 when dry.
    pub depth_m: Vec<f64>,
    pub trapped: Vec<u32>,
    pub hurt: Vec<u32>,
    pub people: Vec<u32>,
}

/// Water that counts as standing in a street, m.
const WET_M: f32 = 0.05;

impl ZoneTruth {
    pub fn update(&mut self, city: &City, moment: &Moment) {
        if self.version == Some(moment.version) {
            return;
        }
        self.version = Some(moment.version);
        let zones = city.zones.len();
        let mut sums = vec![(0.0f64, 0u32); zones];
        if let Some(layer) = moment.layer(LayerName::WaterDepth) {
            for (cell, depth) in layer.values.iter().enumerate() {
                let zone = usize::from(city.zone_of_cell[cell]);
                if *depth > WET_M && zone < zones && city.cover[cell] != Cover::Water {
                    sums[zone].0 += f64::from(*depth);
                    sums[zone].1 += 1;
                }
            }
        }
        self.depth_m = sums.iter().map(|(sum, n)| if *n > 0 { sum / f64::from(*n) } else { 0.0 }).collect();
        self.trapped = vec![0; zones];
        self.hurt = vec![0; zones];
        self.people = vec![0; zones];
        for row in 0..moment.people.len() {
            let doing = Doing::from_u8(moment.people.doing[row]);
            if doing == Some(Doing::Away) {
                continue;
            }
            let at = Point::new(
                city.grid.x0 + f64::from(moment.people.x_m[row]),
                city.grid.y0 + f64::from(moment.people.y_m[row]),
            );
            if let Some(zone) = city.zone_at(at).map(ZoneId::index).filter(|z| *z < zones) {
                self.people[zone] += 1;
                self.hurt[zone] += u32::from(doing == Some(Doing::Hurt));
                self.trapped[zone] += u32::from(doing == Some(Doing::Trapped));
            }
        }
    }
}

/// The true value of a topic at `now`, if the recording holds it.
pub fn truth(
    rec: &Recording,
    index: &Index,
    moment: &Moment,
    zones: &ZoneTruth,
    topic: Topic,
    now: Tick,
) -> Option<f64> {
    let tally = rec.tally_at(now);
    let about = topic.about as usize;
    let yes = |b: bool| Some(f64::from(u8::from(b)));
    let nth = |kind: FacilityKind| rec.city.facilities_of(kind).position(|(id, _)| id.index() == about);
    // The last of the events that set a switch.
    let last = |on: &dyn Fn(&Event) -> Option<bool>| {
        let upto = rec.events.partition_point(|e| e.tick <= now);
        rec.events[..upto].iter().rev().find_map(|e| on(&e.event))
    };
    match topic.quantity {
        Quantity::Stage => tally?.stage_m.get(about).copied(),
        Quantity::LeveeSeep => yes(index
            .seeps
            .iter()
            .rev()
            .find(|(tick, levee, _)| *tick <= now && levee.index() == about)
            .is_some_and(|(_, _, seeps)| *seeps)),
        Quantity::BreachWidth => {
            let open = |b: &&crate::index::Breach| b.tick <= now && b.closed.is_none_or(|t| t > now);
            let mine = index.breaches.iter().filter(open).filter(|b| b.levee.index() == about).count();
            match (mine, index.breaches.iter().filter(open).count()) {
                (0, _) => Some(0.0),
                // The tally holds the sum over all breaches: it says the width only where there is one.
                (1, 1) => Some(tally?.breach_width_m),
                _ => None,
            }
        }
        Quantity::ZoneDepth => {
            moment.layer(LayerName::WaterDepth)?;
            zones.depth_m.get(about).copied()
        }
        Quantity::ZoneGas => {
            let levels =
                rec.events[..rec.events.partition_point(|e| e.tick <= now)].iter().filter_map(|e| match e.event {
                    Event::GasReached { zone, aegl } if zone.index() == about => Some(f64::from(aegl)),
                    _ => None,
                });
            Some(levels.fold(0.0, f64::max))
        }
        Quantity::ZoneTrapped => zones.trapped.get(about).map(|n| f64::from(*n)),
        Quantity::ZoneHurt => zones.hurt.get(about).map(|n| f64::from(*n)),
        Quantity::FloodLevel | Quantity::GasLevel => {
            let hazard = HazardKind::ALL.into_iter().find(|h| h.level_quantity() == topic.quantity)?;
            Some(index.level(hazard, now).map_or(0.0, |(_, level, _)| level.number()))
        }
        // The advice of the last public warning that names the zone.
        Quantity::ZoneAdvice => {
            let upto = rec.events.partition_point(|e| e.tick <= now);
            let last = rec.events[..upto].iter().rev().find_map(|e| match &e.event {
                Event::WarningIssued(w) if w.zones.iter().any(|z| z.index() == about) => Some(w.advice.number()),
                _ => None,
            });
            Some(last.unwrap_or(0.0))
        }
        Quantity::ZonePowerOut => yes(last(&|e| match e {
            Event::OutageBegan { zone, what: Outage::Power } if zone.is_none_or(|z| z.index() == about) => Some(true),
            Event::OutageEnded { zone, what: Outage::Power } if zone.is_none_or(|z| z.index() == about) => Some(false),
            _ => None,
        })
        .unwrap_or(false)),
        Quantity::Release => yes(index
            .releases
            .iter()
            .any(|r| r.site.index() == about && r.tick <= now && r.stopped.is_none_or(|t| t > now))),
        Quantity::ShelterLoad => tally?.shelter_load.get(nth(FacilityKind::Shelter)?).map(|n| f64::from(*n)),
        Quantity::HospitalLoad => tally?.hospital_load.get(nth(FacilityKind::Hospital)?).map(|n| f64::from(*n)),
        Quantity::ShelterOpen => yes(last(&|e| match e {
            Event::ShelterOpened { facility } if facility.index() == about => Some(true),
            _ => None,
        })
        .unwrap_or(false)),
        Quantity::PumpRunning => last(&|e| match e {
            Event::PumpStarted { facility } if facility.index() == about => Some(true),
            Event::PumpStopped { facility, .. } if facility.index() == about => Some(false),
            _ => None,
        })
        .map(|on| f64::from(u8::from(on))),
        Quantity::Rain => Some(tally?.rain_mm_h),
        Quantity::WindSpeed => Some(tally?.wind_speed_m_s),
        Quantity::WindFrom => Some(tally?.wind_from_deg),
        Quantity::Deaths => Some(f64::from(tally?.dead)),
        Quantity::Injured => Some(f64::from(tally?.hurt_serious)),
        Quantity::Trapped => Some(f64::from(tally?.doing[Doing::Trapped as usize])),
        // Forecasts are beliefs by nature; shares of zones are not recorded.
        Quantity::ZoneWarned
        | Quantity::ZoneEvacuated
        | Quantity::RainForecast
        | Quantity::TideForecast
        | Quantity::ZoneDepthForecast
        | Quantity::ZoneFloodChance
        // Readings and estimates are of one instrument or crew; what is computed is no truth.
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
        | Quantity::ZoneShelter => None,
    }
}
