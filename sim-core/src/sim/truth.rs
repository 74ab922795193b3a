//! The truth as conditions see it: what conditional injects and evaluators may ask.

use super::state::*;
use crate::base::{ids::*, time::Tick};
use crate::scenario::Scenario;
use crate::vocab::body::{Doing, Health};
use crate::vocab::condition::{Known, Quantity, Subject, Topic};

/// Everything that is so.
pub struct Truth<'a> {
    pub now: Tick,
    pub scenario: &'a Scenario,
    pub nature: &'a Nature,
    pub residents: &'a Residents,
    pub refuges: &'a Refuges,
    pub lines: &'a Lines,
    pub fired: &'a [Option<Tick>],
    /// Levels in force, as the highest post set them.
    pub levels: [f64; 2],
}

impl Truth<'_> {
    fn count(&self, test: impl Fn(usize) -> bool) -> f64 {
        (0..self.residents.people.len()).filter(|&i| test(i)).count() as f64
    }
    fn in_zone(&self, zone: u32, test: impl Fn(PersonId) -> bool) -> f64 {
        let people = &self.residents.people;
        self.count(|i| people.household(PersonId::of(i)).zone.0 == zone && test(PersonId::of(i)))
    }
}

impl Known for Truth<'_> {
    fn now(&self) -> Tick {
        self.now
    }
    fn value(&self, topic: Topic) -> Option<f64> {
        let (people, about) = (&self.residents.people, topic.about);
        let city = &self.scenario.city;
        Some(match topic.quantity {
            Quantity::Stage => {
                let gauge = city.gauges.get(about as usize)?;
                self.nature.flood.stage_m(city.grid.nearest_cell(gauge.at))
            }
            Quantity::LeveeSeep => f64::from(u8::from(self.nature.flood.seeping(LeveeId(about)))),
            Quantity::BreachWidth => self.nature.flood.breach_width_m(LeveeId(about)),
            Quantity::ZoneDepth => self.nature.zones.get(about as usize)?.depth_m,
            Quantity::ZoneGas => f64::from(self.nature.zones.get(about as usize)?.aegl),
            Quantity::ZoneTrapped => self.in_zone(about, |p| people.doing(p) == Doing::Trapped),
            Quantity::ZoneHurt => self.in_zone(about, |p| people.doing(p) == Doing::Hurt),
            Quantity::ZoneWarned => {
                let all = self.in_zone(about, |_| true).max(1.0);
                self.in_zone(about, |p| people.knows[p.index()] != 0) / all
            }
            Quantity::ZoneEvacuated => {
                let all = self.in_zone(about, |_| true).max(1.0);
                self.in_zone(about, |p| matches!(people.doing(p), Doing::Sheltered | Doing::Away)) / all
            }
            Quantity::ZoneAdvice => {
                let said = self.lines.campaigns.iter().rev().find(|c| c.warning.zones.contains(&ZoneId(about)));
                said?.warning.advice.number()
            }
            Quantity::ZonePowerOut => f64::from(u8::from(self.lines.comms.power_out(ZoneId(about)))),
            Quantity::Release => f64::from(u8::from(self.nature.leaking(FacilityId(about)))),
            Quantity::ShelterLoad | Quantity::HospitalLoad => f64::from(*self.refuges.load.get(about as usize)?),
            Quantity::ShelterOpen => f64::from(u8::from(*self.refuges.open.get(about as usize)?)),
            Quantity::PumpRunning => f64::from(u8::from(self.nature.flood.pump_running(FacilityId(about)))),
            Quantity::Rain => self.nature.flood.rain_mm_h(self.now.seconds()),
            Quantity::RainForecast => self.nature.flood.rain_ahead_mm(self.now.seconds(), 3.0 * 3600.0),
            Quantity::TideForecast => {
                let s = self.now.seconds();
                Scenario::highest(self.scenario.water.stage_m.as_ref()?, s, s + 3.0 * 3600.0)
            }
            Quantity::MonitorPpm => {
                let monitor = self.scenario.monitors.get(about as usize)?;
                crate::hazard::gas::monitor::in_air_ppm(monitor, &self.nature.gas, city.grid.nearest_cell(monitor.at))
            }
            Quantity::ZonePpm => {
                let cells = self.nature.zone_cells.get(about as usize)?;
                let ppm = |cell: &u32| {
                    let layers = self.nature.gas.layers().iter();
                    layers.map(|l| l.toxicant.ppm(f64::from(l.kg_m3[*cell as usize]))).sum::<f64>()
                };
                cells.iter().map(ppm).fold(0.0, f64::max)
            }
            Quantity::ReleaseSubstance => {
                let leak = self.nature.gas.leaks().iter().rev().find(|l| l.site.0 == about)?;
                f64::from(self.nature.gas.of_leak(leak).un)
            }
            Quantity::ReleaseRate => self.nature.gas.leak_kg_s(FacilityId(about)),
            // The engine knows rates; a hole is what someone says of it. What posts compute is not truth.
            Quantity::ReleaseHole
            | Quantity::IsolateReach
            | Quantity::ProtectReach
            | Quantity::ReachAegl3
            | Quantity::ReachAegl2
            | Quantity::ReachAegl1
            | Quantity::ZoneThreat
            | Quantity::ZoneThreatLines
            | Quantity::ZoneShelter => return None,
            // What will be is nobody's truth yet.
            Quantity::ZoneDepthForecast | Quantity::ZoneFloodChance => return None,
            Quantity::WindSpeed => self.nature.gas.wind().speed_m_s,
            Quantity::WindFrom => self.nature.gas.wind().from_deg,
            Quantity::Deaths => self.count(|i| people.health[i] == Health::Dead),
            Quantity::Injured => self.count(|i| people.health[i] == Health::Serious),
            Quantity::Trapped => self.count(|i| people.doing(PersonId::of(i)) == Doing::Trapped),
            Quantity::FloodLevel => self.levels[0],
            Quantity::GasLevel => self.levels[1],
        })
    }
    fn largest(&self, quantity: Quantity) -> Option<f64> {
        let city = &self.scenario.city;
        let rows = match quantity.subject() {
            Subject::City => 1,
            Subject::Gauge => city.gauges.len(),
            Subject::Levee => city.levees.len(),
            Subject::Zone => city.zones.len(),
            Subject::Facility => city.facilities.len(),
            Subject::Monitor => self.scenario.monitors.len(),
        };
        (0..rows).filter_map(|about| self.value(Topic { quantity, about: about as u32 })).max_by(f64::total_cmp)
    }
    fn fired(&self, inject: InjectId) -> Option<Tick> {
        self.fired.get(inject.index()).copied().flatten()
    }
}
