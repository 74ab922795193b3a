//! What posts worked out about a release, held against what was true (研判与真实对照). The study comes from its event, the truth from the
//! recorded layer of gas: where each AEGL level of the substance that really leaked was reached at that moment, and in the hour after.
//!
//! ```text
//! hit = people (or area) in both / in the truth        false alarm = in the study alone / in the study
//! ```

use crate::base::{grid::Point, ids::PostId, time::Tick};
use crate::record::{Recording, frame::LayerName};
use crate::vocab::event::Event;
use crate::vocab::study::{Basis, GasStudy, inside};
use consequence::harm::toxic;
use consequence::substance::{ATMOSPHERE_PA, Substance, Substances};
use consequence::zones::{Peaks, Piece};

/// How far ahead a study looks, s.
const AHEAD_S: f64 = 3600.0;
/// Temperature at which ppm are read, K (20 degrees C, as in the drill).
const PPM_K: f64 = 293.15;

/// A number for what is in both, in the truth alone, in the study alone.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Overlap {
    pub both: f64,
    pub missed: f64,
    pub alone: f64,
}

impl Overlap {
    /// Share of the truth that the study holds; `None` where nothing was true.
    pub fn hit(&self) -> Option<f64> {
        (self.both + self.missed > 0.0).then(|| self.both / (self.both + self.missed))
    }
    /// Share of the study that was not true; `None` where it is empty.
    pub fn false_alarm(&self) -> Option<f64> {
        (self.both + self.alone > 0.0).then(|| self.alone / (self.both + self.alone))
    }
    fn count(&mut self, truth: bool, study: bool, amount: f64) {
        match (truth, study) {
            (true, true) => self.both += amount,
            (true, false) => self.missed += amount,
            (false, true) => self.alone += amount,
            (false, false) => {}
        }
    }
}

/// One level of a study beside the truth.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparedLevel {
    pub level: u8,
    pub studied_m: f64,
    /// How far the level truly reached at that moment, and at any time in the hour after, m.
    pub true_now_m: f64,
    pub true_hour_m: f64,
    pub people: Overlap,
    pub area_m2: Overlap,
    /// The same for what lies between the wind's lines.
    pub people_lines: Overlap,
    /// Outline of the truth of that hour.
    pub truth: Vec<Piece>,
}

/// A study and the truth.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared<'a> {
    pub tick: Tick,
    pub study: &'a GasStudy,
    /// The substance that really leaked at the site.
    pub substance: Option<Substance>,
    /// Wind of that moment: m/s, degrees it comes from.
    pub wind: Option<(f64, f64)>,
    /// Mean rate of the ten minutes about it, kg/s, as the balance has it.
    pub rate_kg_s: Option<f64>,
    pub levels: Vec<ComparedLevel>,
    /// The recording ends before the hour is over: seconds that it covers.
    pub covered_s: f64,
}

/// All studies of a recording, in time order, each beside the truth.
pub fn compared(rec: &Recording) -> Vec<Compared<'_>> {
    let table = rec.programme.substances.as_ref().map_or_else(Substances::embedded, |own| own.over_embedded());
    let studies = rec.events.iter().filter_map(|e| match &e.event {
        Event::GasStudied(study) => Some((e.tick, &**study)),
        _ => None,
    });
    studies.map(|(tick, study)| compare(rec, &table, tick, study)).collect()
}

fn compare<'a>(rec: &'a Recording, table: &Substances, tick: Tick, study: &'a GasStudy) -> Compared<'a> {
    let leaked = rec.events.iter().take_while(|e| e.tick <= tick).filter_map(|e| match &e.event {
        Event::GasReleased { site, substance, .. } if *site == study.site => Some(substance.as_str()),
        _ => None,
    });
    let substance = leaked.last().and_then(|key| table.find(key)).cloned();
    let tally = rec.tally_at(tick);
    let wind = tally.map(|t| (t.wind_speed_m_s, t.wind_from_deg));
    let released = |t: Tick| rec.tally_at(t).map(|t| (t.tick.seconds(), t.gas_released_kg));
    let about = (released(Tick(tick.0.saturating_sub(30))), released(Tick(tick.0 + 30)));
    let rate_kg_s = match about {
        (Some((a_s, a)), Some((b_s, b))) if b_s > a_s => Some((b - a) / (b_s - a_s)),
        _ => None,
    };
    let end = tick.plus_s(AHEAD_S);
    let blank = || vec![0.0f32; rec.city.grid.len()];
    let layer = |t: Tick| rec.layer_at(LayerName::Gas, t).map(|(_, frame)| frame.unpack(LayerName::Gas));
    let now = layer(tick).unwrap_or_else(blank);
    let mut hour = now.clone();
    let ahead = rec.layer_ticks(LayerName::Gas).into_iter().filter(|t| *t > tick && *t <= end);
    for t in ahead {
        for (peak, value) in hour.iter_mut().zip(layer(t).unwrap_or_else(blank)) {
            *peak = peak.max(value);
        }
    }
    let last = rec.tallies.last().map_or(tick, |t| t.tick).min(end);
    let levels = study.levels.iter().filter_map(|studied| {
        let ppm = toxic::aegl_ppm(&substance.as_ref()?.harm, studied.level, 60.0)?;
        let mg_m3 = substance.as_ref()?.kg_m3(ppm, PPM_K, ATMOSPHERE_PA) * 1e6;
        let mut found = ComparedLevel {
            level: studied.level,
            studied_m: studied.reach_m,
            true_now_m: reach_m(rec, &now, mg_m3, study.at),
            true_hour_m: reach_m(rec, &hour, mg_m3, study.at),
            people: Overlap::default(),
            area_m2: Overlap::default(),
            people_lines: Overlap::default(),
            truth: Peaks { grid: rec.city.grid, values: hour.clone() }.outline(mg_m3),
        };
        let is_true = |cell: usize| f64::from(hour[cell]) >= mg_m3;
        let within = |p: Point| p.distance_m(study.at) <= 1.05 * studied.reach_m.max(1.0) + rec.city.grid.cell_m;
        let (lines, cell_m) =
            (if studied.lines.is_empty() { &studied.rings } else { &studied.lines }, rec.city.grid.cell_m);
        for cell in 0..rec.city.grid.len() {
            let p = rec.city.grid.centre(cell);
            found.area_m2.count(is_true(cell), within(p) && inside(&studied.rings, p), cell_m * cell_m);
        }
        for b in rec.city.buildings.iter().filter(|b| b.residents > 0) {
            let truth = is_true(rec.city.grid.nearest_cell(b.at));
            let people = f64::from(b.residents);
            found.people.count(truth, within(b.at) && inside(&studied.rings, b.at), people);
            let between = within(b.at) && (inside(lines, b.at) || inside(&studied.rings, b.at));
            found.people_lines.count(truth, between, people);
        }
        Some(found)
    });
    let levels = levels.collect();
    Compared { tick, study, substance, wind, rate_kg_s, levels, covered_s: last.since_s(tick) }
}

/// The farthest cell at or above a level, m.
fn reach_m(rec: &Recording, mg_m3: &[f32], level: f64, from: Point) -> f64 {
    let at = mg_m3.iter().enumerate().filter(|(_, v)| f64::from(**v) >= level);
    at.map(|(cell, _)| rec.city.grid.centre(cell).distance_m(from)).fold(0.0, f64::max)
}

/// The study that a post last made for a site up to a moment: of a model before that of the guidebook.
pub fn latest(rec: &Recording, post: PostId, tick: Tick) -> Option<(Tick, &GasStudy)> {
    let upto = rec.events.partition_point(|e| e.tick <= tick);
    let mine = rec.events[..upto].iter().rev().filter_map(|e| match &e.event {
        Event::GasStudied(study) if study.post == post => Some((e.tick, &**study)),
        _ => None,
    });
    let mine: Vec<(Tick, &GasStudy)> = mine.collect();
    mine.iter().find(|(_, s)| s.basis == Basis::Model).or(mine.first()).copied()
}
