//! A leak of the drill (泄漏) as `consequence` computes it: a rate series, the puffs that it breathed out, and what crews left of it.
//!
//! The dense part of a cloud is computed once for the air and the rate with which a stretch of the leak begins. When wind, stability
//! or rate have changed by more than a tolerance, the rest of the leak begins a new stretch with a dense path of its own;
//! puffs of the old one go on as they are. Mass: released = airborne + deposited + gone, over all stretches.

use super::near::{Base, Moment, Near, NearField};
use super::weather::Wind as DrillWind;
use crate::base::complaint::Complaints;
use crate::base::grid::Grid;
use crate::base::ids::FacilityId;
use crate::vocab::body::Point;
use consequence::dense;
use consequence::puff::{Cloud, Ledger, Options, Wind, kernel};
use consequence::release::{Emission, Entry, Release, Step};
use consequence::source::{self, Site, SourceSpec, What};
use consequence::substance::{Substance, Substances};
use consequence::weather::{Air, Class};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Mouth of a leak whose rate is given, m: a puff enters with sigma = D/sqrt(2 pi), so 1 m (assumption: a torn flange or valve and
/// the jet's first metres).
const MOUTH_M: f64 = 2.5;
/// Steps of a rate series that are carried on: those that follow it best. ALOHA carries five into its clouds.
const STEPS: usize = 8;
/// A change of wind speed or of the rate by this share asks for a new dense path (assumption).
const RENEW_SHARE: f64 = 0.2;

/// One stretch of a leak: what began to leave in one air at one rate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Stretch {
    cloud: Cloud,
    /// The air and the share of the rate with which it began.
    wind_m_s: f64,
    class: Class,
    share: f64,
}

/// A leak. State, for checkpoints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Leak {
    pub site: FacilityId,
    /// Key of the table of substances.
    pub substance: String,
    /// What leaves while nobody works on it, in seconds of the run.
    release: Release,
    /// What crews have left of it, 1 to 0.
    share: f64,
    pub running: bool,
    stretches: Vec<Stretch>,
    /// Balance of stretches that are over.
    past: Ledger,
    /// The engine of the near field, where the drill has one.
    near: Option<NearField>,
}

/// A leak whose rate is known: vapour as warm as the air, from a mouth at the ground.
pub fn direct(substance: &Substance, at: Point, from_s: f64, to_s: f64, rate_kg_s: f64, temperature_k: f64) -> Release {
    let state = Emission {
        entry: Entry::Pool,
        // A vapour below its boiling point is taken as already mixed with air.
        temperature_k,
        vapour_share: 1.0,
        speed_m_s: 0.0,
        area_m2: 0.25 * std::f64::consts::PI * MOUTH_M * MOUTH_M,
        width_m: MOUTH_M,
    };
    let steps = if to_s > from_s { vec![Step { from_s, to_s, rate_kg_s, state }] } else { Vec::new() };
    Release { substance: substance.key.clone(), at, height_m: 0.0, steps, bursts: Vec::new() }
}

/// Any source, run between two moments; all that is wrong with it is said at once. A tank's gas leaves at its hole's height, that of others
/// at the ground.
pub fn run(
    substance: &str,
    table: &Substances,
    what: &What,
    at: Point,
    (start_s, until_s): (f64, f64),
    site: &Site,
    file: &Path,
) -> Result<Release, Complaints> {
    let height_m = match what {
        What::Tank(tank) => tank.hole_height_m.clamp(0.0, 500.0),
        _ => 0.0,
    };
    let spec = SourceSpec { substance: substance.to_string(), at, height_m, start_s, until_s, what: what.clone() };
    Ok(source::run(&spec, table, site, file)?.release)
}

impl Leak {
    /// A leak with all of its rate series ahead of it.
    pub fn new(site: FacilityId, release: &Release) -> Leak {
        Leak {
            site,
            substance: release.substance.clone(),
            release: release.in_steps(STEPS),
            share: 1.0,
            running: true,
            stretches: Vec::new(),
            past: Ledger::default(),
            near: None,
        }
    }
    /// The same with an engine that takes what leaves first.
    pub fn through(self, near: NearField) -> Leak {
        Leak { near: Some(near), ..self }
    }
    /// The release as it would leave while nobody works on it.
    pub fn release(&self) -> &Release {
        &self.release
    }

    /// Rate at a moment, kg/s.
    pub fn rate_kg_s(&self, now_s: f64) -> f64 {
        if self.running { self.share * self.release.rate_kg_s(now_s) } else { 0.0 }
    }
    /// The rate that lasts longest near its largest, for messages, kg/s.
    pub fn sustained_kg_s(&self) -> f64 {
        self.release.steps.iter().map(|s| s.rate_kg_s).fold(0.0, f64::max)
    }

    /// Crews take a share of what is left of it away.
    pub fn reduce(&mut self, by: f64) {
        self.share *= 1.0 - by;
        if let Some(stretch) = self.stretches.last_mut() {
            for step in &mut stretch.cloud.releases[0].steps {
                step.rate_kg_s *= 1.0 - by;
            }
        }
        self.near.iter_mut().for_each(|near| near.reduce(by));
        if self.share <= 0.0 {
            self.hush();
        }
    }

    /// Nothing more leaves the stretches there are.
    fn hush(&mut self) {
        self.near.iter_mut().for_each(|near| near.reduce(1.0));
        for stretch in &mut self.stretches {
            for step in &mut stretch.cloud.releases[0].steps {
                step.rate_kg_s = 0.0;
            }
        }
    }

    /// What is in the air burns away, and what would still leave burns where it leaves: gives its rate, kg/s, and how long it would have
    /// gone on, s.
    pub fn burn_off(&mut self, now_s: f64) -> Option<(f64, f64)> {
        let rate_kg_s = self.rate_kg_s(now_s);
        let ends_s = self.release.span_s().map_or(now_s, |(_, to_s)| to_s);
        self.running = false;
        for stretch in &self.stretches {
            let ledger = stretch.cloud.ledger(0);
            add(&mut self.past, &ledger);
            self.past.airborne_kg -= ledger.airborne_kg;
            self.past.gone_kg += ledger.airborne_kg;
        }
        self.stretches.clear();
        self.near.iter_mut().for_each(NearField::burn_off);
        (rate_kg_s > 0.0 && ends_s > now_s).then_some((rate_kg_s, ends_s - now_s))
    }

    /// From `now_s` to `now_s + dt_s` in one air, with the near field of the moment where there is an engine. True when the leak ended in it.
    pub fn advance(
        &mut self,
        now_s: f64,
        dt_s: f64,
        air: &Air,
        options: &Options,
        substance: &Substance,
        base: Option<&Base>,
    ) -> bool {
        let wind = Wind::uniform(consequence::weather::Weather::steady(*air));
        let moment = base.map(|base| Moment { base, air, averaging_s: options.averaging_s });
        let turned = self.near.as_ref().is_some_and(|near| near.turned(air));
        if self.running && (turned || self.stretches.last().is_none_or(|s| s.renew(air, self.share))) {
            self.begin(now_s, air, &wind, options, substance, moment.as_ref());
        }
        for stretch in &mut self.stretches {
            stretch.cloud.advance(&wind, dt_s);
        }
        // Quiet stretches without a puff are booked and let go.
        let end_s = now_s + dt_s;
        let ended =
            self.running && (self.share <= 0.0 || self.release.span_s().is_none_or(|(_, to_s)| to_s <= end_s + 1e-9));
        if let (Some(near), Some(moment)) = (&mut self.near, &moment) {
            near.advance(now_s, dt_s, ended || !self.running, &wind, moment);
            if near.is_over() {
                add(&mut self.past, &near.ledger());
                self.near = None;
            }
        }
        if ended {
            self.running = false;
            self.hush();
        }
        let last = self.stretches.len().saturating_sub(usize::from(self.running));
        let (past, mut k) = (&mut self.past, 0);
        self.stretches.retain(|s| {
            k += 1;
            let over = k <= last && s.cloud.puffs.is_empty();
            if over {
                add(past, &s.cloud.ledger(0));
            }
            !over
        });
        ended
    }

    /// The rest of the leak begins a new stretch.
    fn begin(
        &mut self,
        now_s: f64,
        air: &Air,
        wind: &Wind,
        options: &Options,
        substance: &Substance,
        moment: Option<&Moment>,
    ) {
        self.hush();
        let mut rest = self.release.clone();
        rest.steps.retain_mut(|s| {
            s.from_s = s.from_s.max(now_s);
            s.rate_kg_s *= self.share;
            s.to_s > s.from_s
        });
        rest.bursts.retain(|b| b.at_s >= now_s);
        if let (Some(near), Some(moment)) = (&mut self.near, moment) {
            rest = near.begin(rest, substance, moment);
        }
        let mut cloud = Cloud::with_dense(options.clone(), vec![rest], &[Some(dense::Gas::of(substance))], wind);
        cloud.time_s = now_s;
        self.stretches.push(Stretch { cloud, wind_m_s: air.wind_m_s(10.0), class: air.class, share: self.share });
    }

    pub fn ledger(&self) -> Ledger {
        let mut all = self.past;
        for stretch in &self.stretches {
            add(&mut all, &stretch.cloud.ledger(0));
        }
        self.near.iter().for_each(|near| add(&mut all, &near.ledger()));
        all
    }
    pub fn clouds(&self) -> impl Iterator<Item = &Cloud> {
        self.stretches.iter().map(|s| &s.cloud).chain(self.near.iter().map(NearField::cloud))
    }
    /// The engine of the near field, while it has anything to do.
    pub fn near(&self) -> Option<&Near> {
        self.near.as_ref().and_then(NearField::near)
    }
    /// The puffs as the raster wants them, in the order of their release.
    pub fn stamps(&self, air: &Air, grid: &Grid) -> Vec<kernel::Stamp> {
        let wind = Wind::uniform(consequence::weather::Weather::steady(*air));
        self.clouds().flat_map(|c| kernel::stamps(c, 0, &wind, kernel::Layer::Height(0.0), grid.cell_m)).collect()
    }
    /// Concentration at a point, kg/m3.
    pub fn concentration_kg_m3(&self, air: &Air, base: Option<&Base>, p: Point, z_m: f64) -> f64 {
        let wind = Wind::uniform(consequence::weather::Weather::steady(*air));
        let puffs: f64 = self.clouds().map(|c| c.concentration_kg_m3(0, &wind, p.x, p.y, z_m)).sum();
        puffs + self.near().zip(base).map_or(0.0, |(near, base)| near.concentration_kg_m3(base, p, z_m))
    }
}

impl Stretch {
    fn renew(&self, air: &Air, share: f64) -> bool {
        let apart = |a: f64, b: f64| (a - b).abs() > RENEW_SHARE * b;
        air.class != self.class || apart(air.wind_m_s(10.0), self.wind_m_s) || apart(share, self.share)
    }
}

fn add(sum: &mut Ledger, more: &Ledger) {
    sum.released_kg += more.released_kg;
    sum.airborne_kg += more.airborne_kg;
    sum.deposited_kg += more.deposited_kg;
    sum.gone_kg += more.gone_kg;
}

/// What a source feels of the drill's weather.
pub fn site_under(air: &Air, wind: DrillWind, cloud: f64, sun_elevation_deg: f64) -> Site {
    Site { wind_10m_m_s: wind.speed_m_s, ..Site::under(air, 10.0 * cloud, sun_elevation_deg) }
}
