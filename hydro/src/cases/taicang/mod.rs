//! The Taicang-like case: a polder plain of 800 km2 in a day of typhoon rain, while the tide and its surge stand at the sea
//! wall. The wall is low in one place and is breached in another; sluices shut by the tide; polders pump until they
//! cannot, one has no power for it; underpasses fill before their streets do.
//!
//! Rain: Suzhou's storm formula of 2025, once in 100 years, 24 h, Chicago pattern with its peak at 0.77 (parameter tables,
//! section 5): 296 mm. Tide: M2 1.15 m and S2 0.35 m about 2.95 m Wusong, at springs, and a surge of up to 1.15 m at the
//! second high water (levels of the order of the records at Wusongkou and Jiangyin; constituents are assumptions).

mod facts;
pub mod works;

use super::delta::{Cover, Delta, Size};
use super::run::{Acts, Drawn, Layer, Outcome, Table, Times, Watch, advance};
use crate::flow::Flow;
use crate::forcing::sources::{Forcing, ForcingState};
use crate::layers::extremes::{self, Extremes, ExtremesSpec};
use crate::solver::{Options, Scheme, Solver};
use crate::structures::Structures;
use crate::structures::news::StructureNews;
use base::complaint::Complaints;
use base::grid::Point;
use base::text::Text;
use facts::Watched;
use std::collections::BTreeMap;
use std::path::Path;

/// What to leave out, to see what it does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Setting {
    pub size: Size,
    pub seed: u64,
    /// One polder's pumping station has no power.
    pub outage: bool,
    pub breach: bool,
    pub end_s: f64,
    pub scheme: Scheme,
}

impl Default for Setting {
    fn default() -> Setting {
        Setting { size: Size::FULL, seed: 1, outage: true, breach: true, end_s: 86_400.0, scheme: Scheme::Auto }
    }
}

/// When the sea wall is breached, s: the tide has come back to its foot and rises towards the second, higher peak.
pub const BREACH_S: f64 = 12.5 * 3600.0;
/// Time between two looks at rain, layers and walls, s.
const OUTER_S: f64 = 60.0;
/// Time between two rows of gauges, s.
const GAUGED_S: f64 = 600.0;
/// Depth from which ground counts as reached, m: that on one lane which GB 50014 allows (as in `ExtremesSpec`).
const REACHED_M: f32 = 0.15;

/// Levels at a sluice: inside, outside, m; opening, m; discharge out, m3/s.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AtMouth {
    pub now_s: f64,
    pub outer_m: f64,
    pub inner_m: f64,
    pub open_m: f64,
    pub out_m3_s: f64,
}

/// The breach: level before it, its width and what its law lets through, inward.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AtBreach {
    pub now_s: f64,
    pub outer_m: f64,
    pub width_m: f64,
    pub in_m3_s: f64,
    /// Since it opened, m3.
    pub in_m3: f64,
}

/// All that acts on the plain's water.
struct Plain {
    forcing: Forcing,
    weather: ForcingState,
    works: Structures,
    watched: Watched,
    /// Gate, inner and outer cell of every mouth.
    mouths: Vec<(usize, usize, usize)>,
    before_breach: usize,
    at_mouths: Vec<Vec<AtMouth>>,
    at_breach: Vec<AtBreach>,
    through_breach_m3: f64,
    events: Vec<(f64, String)>,
}

impl Acts<f32> for Plain {
    fn weather(&mut self, solver: &mut Solver<f32>, now_s: f64, dt_s: f64) {
        self.forcing.weather(&mut self.weather, &mut self.works.books(solver), now_s, now_s + dt_s);
    }
    fn inner(&mut self, flow: &mut dyn Flow, now_s: f64, dt_s: f64) {
        for news in self.works.step(flow, now_s, dt_s) {
            self.events.push((now_s, tell(&news)));
        }
        // The wall runs from south to north: the river lies on its right hand.
        self.through_breach_m3 -=
            self.works.state.levees[0].breaches.iter().map(|b| b.discharge_m3_s).sum::<f64>() * dt_s;
    }
    fn after(&mut self, solver: &mut Solver<f32>, now_s: f64) {
        self.watched.look(&self.works, solver, OUTER_S);
        if (now_s / 3600.0).fract() < 1e-9 {
            self.events.push((now_s, schemes(solver)));
        }
        if (now_s / GAUGED_S).fract() > 1e-9 {
            return;
        }
        for (rows, &(gate, inner, outer)) in self.at_mouths.iter_mut().zip(&self.mouths) {
            let state = &self.works.state.gates[gate];
            rows.push(AtMouth {
                now_s,
                outer_m: solver.stage_m(outer),
                inner_m: solver.stage_m(inner),
                open_m: state.open_m,
                out_m3_s: state.discharge_m3_s,
            });
        }
        let breaches = &self.works.state.levees[0].breaches;
        self.at_breach.push(AtBreach {
            now_s,
            outer_m: solver.stage_m(self.before_breach),
            width_m: breaches.iter().map(|b| b.width_m).fold(0.0, f64::max),
            in_m3_s: -breaches.iter().map(|b| b.discharge_m3_s).sum::<f64>(),
            in_m3: self.through_breach_m3,
        });
    }
}

/// Runs the case.
pub fn run(setting: &Setting, watch: Watch) -> Result<Option<Outcome>, Complaints> {
    let file = Path::new("taicang");
    let mut delta = Delta::new(setting.size, setting.seed);
    let grid = delta.grid;
    let mut domain = works::domain(&delta, setting.end_s);
    domain.check(file).or(())?;
    let mut works = Structures::new(&domain, works::structures(&delta, setting), file)?;
    works.set_power(works::FAILED, false);
    domain.crests = works.crests();
    // A film of 4 mm on fields and streets (depression storage of smooth ground; assumption).
    let options = Options { film_m: 0.004, scheme: setting.scheme, short_steps_most: 5, ..Options::default() };
    let mut solver: Solver<f32> = Solver::new(&domain, options);
    drop(domain);
    solver.set_depth_m(&start_m(&delta, works::tide(setting.end_s)[0].1));
    let forcing = works::forcing(&delta).bind(&grid, setting.end_s, file)?;
    let ground_m: Vec<f32> = std::mem::take(&mut delta.bed_m).into_iter().map(|z| z as f32).collect();
    delta.start_m = Vec::new();
    let mouths = delta
        .mouths
        .iter()
        .map(|m| {
            let k = works.spec.gates.iter().position(|g| g.name == m.name).expect("every mouth has its gate");
            (k, grid.nearest_cell(m.inner), grid.nearest_cell(m.outer))
        })
        .collect();
    let foreland = Point::new(delta.breach.x + 2.0 * grid.cell_m, delta.breach.y);
    let mut plain = Plain {
        weather: forcing.start(),
        forcing,
        watched: Watched::new(&works),
        works,
        mouths,
        before_breach: grid.nearest_cell(foreland),
        at_mouths: vec![Vec::new(); delta.mouths.len()],
        at_breach: Vec::new(),
        through_breach_m3: 0.0,
        events: Vec::new(),
    };
    let layers = ExtremesSpec {
        arrival_m: vec![REACHED_M],
        duration_m: vec![REACHED_M],
        run_s: setting.end_s,
        ..Default::default()
    };
    let times = Times { outer_s: OUTER_S, look_s: OUTER_S, end_s: setting.end_s };
    let Some(ran) = advance(&mut solver, &mut plain, layers, times, watch) else {
        return Ok(None);
    };
    let ledger = solver.ledger();
    let facts = facts::all(setting, &delta, &plain, &ran, &ledger, &solver);
    let layers = layers_of(&ran.extremes, solver.depths());
    let Plain { works, at_mouths, at_breach, events, .. } = plain;
    Ok(Some(Outcome {
        case: "taicang",
        title: Text::new(
            "太仓型圩区平原：台风暴雨、高潮与溃堤",
            "Polder plain, Taicang-like: typhoon rain, tide, breach",
        ),
        grid,
        ground_m,
        run_s: setting.end_s,
        facts,
        layers,
        tables: tables(&works, &delta, &at_mouths, &at_breach),
        places: places(&delta, setting),
        ledger,
        interventions: ran.interventions,
        events,
        cost: ran.cost,
    }))
}

/// Depths at the start: the river at its level, canals and polders at theirs.
fn start_m(delta: &Delta, river_m: f64) -> Vec<f64> {
    (0..delta.grid.len())
        .map(|cell| {
            let level = match delta.cover[cell] {
                Cover::River => river_m,
                // Canal water before the wall stands with the river.
                Cover::Canal if delta.start_m[cell] == f32::MIN => river_m,
                _ => f64::from(delta.start_m[cell]),
            };
            (level - delta.bed_m[cell]).max(0.0)
        })
        .collect()
}

fn layers_of(extremes: &Extremes, depths: &[f32]) -> Vec<Layer> {
    let layer = |name, zh: &str, en: &str, drawn, values| Layer { name, title: Text::new(zh, en), drawn, values };
    let mut arrival = extremes.raster(extremes::Layer::Arrival(0));
    // What was water from the start is not reached by it.
    arrival.iter_mut().filter(|s| **s == 0.0).for_each(|s| *s = f32::NAN);
    vec![
        layer("deepest", "最大水深", "Greatest depth", Drawn::Depth, extremes.raster(extremes::Layer::Depth)),
        layer("arrives", "水深超过 0.15 m 的时间", "First time over 0.15 m", Drawn::Arrival, arrival),
        layer("fastest", "最大流速", "Greatest speed", Drawn::Speed, extremes.raster(extremes::Layer::Speed)),
        layer("hazard", "危险等级", "Hazard classes", Drawn::Hazard, extremes.raster(extremes::Layer::Hazard)),
        layer("end", "结束时水深", "Depth at the end", Drawn::Depth, depths.to_vec()),
    ]
}

fn places(delta: &Delta, setting: &Setting) -> Vec<(String, Point)> {
    let mut places: Vec<(String, Point)> = delta.mouths.iter().map(|m| (format!("闸 {}", m.name), m.inner)).collect();
    if setting.breach {
        places.push(("溃口 breach".into(), delta.breach));
    }
    let (from, to) = delta.low_stretch_m;
    let mut along = 0.0;
    for pair in delta.sea_wall.windows(2) {
        let d = pair[0].distance_m(pair[1]);
        let middle = 0.5 * (from + to);
        if (along..along + d).contains(&middle) {
            places.push(("低堤段 low crest".into(), pair[0].toward(pair[1], (middle - along) / d)));
        }
        along += d;
    }
    if let Some(k) = works::unpowered(delta).filter(|_| setting.outage) {
        let polder = &delta.polders[k];
        places.push((
            "停电圩 no power".into(),
            Point::new(0.5 * (polder.low.x + polder.high.x), 0.5 * (polder.low.y + polder.high.y)),
        ));
    }
    places
}

/// Gauges of sluices, polders and breach, every ten minutes.
fn tables(works: &Structures, delta: &Delta, at_mouths: &[Vec<AtMouth>], at_breach: &[AtBreach]) -> Vec<Table> {
    let with_time = |names: Vec<String>| std::iter::once("time_s".to_string()).chain(names).collect::<Vec<_>>();
    let mouths = Table {
        name: "sluices",
        columns: with_time(
            delta
                .mouths
                .iter()
                .flat_map(|m| ["outer_m", "inner_m", "open_m", "out_m3_s"].map(|what| format!("{} {what}", m.name)))
                .collect(),
        ),
        rows: (0..at_mouths.first().map_or(0, Vec::len))
            .map(|k| {
                let at = |rows: &Vec<AtMouth>| [rows[k].outer_m, rows[k].inner_m, rows[k].open_m, rows[k].out_m3_s];
                std::iter::once(at_mouths[0][k].now_s).chain(at_mouths.iter().flat_map(at)).collect()
            })
            .collect(),
    };
    let states = &works.state.polders;
    let polders = Table {
        name: "polders",
        columns: with_time(
            delta
                .polders
                .iter()
                .flat_map(|p| ["level_m", "volume_m3", "over_crests_m3"].map(|what| format!("{} {what}", p.name)))
                .collect(),
        ),
        rows: (0..states.iter().map(|s| s.rows.len()).min().unwrap_or(0))
            .map(|k| {
                let row = |s: &crate::structures::polder::PolderState| {
                    [s.rows[k].level_m, s.rows[k].volume_m3, s.rows[k].over_m3]
                };
                std::iter::once(states[0].rows[k].now_s).chain(states.iter().flat_map(row)).collect()
            })
            .collect(),
    };
    let breach = Table {
        name: "breach",
        columns: with_time(["outer_m", "width_m", "in_m3_s", "in_m3"].map(String::from).to_vec()),
        rows: at_breach.iter().map(|b| vec![b.now_s, b.outer_m, b.width_m, b.in_m3_s, b.in_m3]).collect(),
    };
    vec![mouths, polders, breach]
}

/// Share of the tiles under each scheme.
fn schemes(solver: &Solver<f32>) -> String {
    let grid = solver.grid();
    let mut counts = BTreeMap::new();
    for j in (0..grid.ny).step_by(crate::solver::tiles::TILE_H) {
        for i in (0..grid.nx).step_by(crate::solver::tiles::TILE_W) {
            *counts.entry(format!("{:?}", solver.kind(grid.index(i, j)))).or_insert(0usize) += 1;
        }
    }
    let all: usize = counts.values().sum();
    let shares: Vec<String> =
        counts.iter().map(|(kind, n)| format!("{kind} {:.0} %", 100.0 * *n as f64 / all as f64)).collect();
    format!("tiles: {}", shares.join(", "))
}

fn tell(news: &StructureNews) -> String {
    match news {
        StructureNews::Overtopped { levee, x, y, depth_m } => {
            format!("{levee} overtopped by {depth_m:.2} m at ({x:.0}, {y:.0})")
        }
        other => format!("{other:?}"),
    }
}
