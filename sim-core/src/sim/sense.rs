//! Sense: what instruments and offices send by telemetry. Gauges with their faults, the weather office's rain, and the
//! hydrology office's flood forecast, which is run from a post's picture and can be wrong.

use super::setup;
use super::state::*;
use super::talk::{fact, send};
use crate::base::chance::{Stream, draw_normal};
use crate::base::{ids::*, text::Text, time::Clock, time::Tick};
use crate::command::{Picture, Post};
use crate::hazard::flood::FloodSpec;
use crate::place::city::{City, Cover};
use crate::place::grid::Grid;
use crate::scenario::Scenario;
use crate::vocab::condition::{Fact, Quantity};
use crate::vocab::message::{Medium, Message, MessageKind, Party};
use bevy_ecs::prelude::*;
use hydro::layers::forecast::coarse::Fine;
use hydro::layers::forecast::ensemble::{Office, ShallowWater};
use hydro::layers::forecast::rain::{RainErrors, sum_mm};
use hydro::layers::forecast::{self, Feared, ForecastSpec, Held, Outlook, Place};
use hydro::layers::gauge::{GaugeSpec, Gauges, Instrument};
use hydro::solver::{Edge, EdgeKind, EdgeSide, Options};
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// Weather stations report this often, s (10 min: hydrological telemetry practice, recalled).
const WEATHER_S: u32 = 600;
/// Error of forecast tides, m, normal, drawn anew every hour (assumption).
const TIDE_FORECAST_M: f64 = 0.15;
/// What a forecast is about: the next 3 h.
const AHEAD_S: f64 = 3.0 * 3600.0;
/// Flood forecasts come out hourly, at a quarter past (assumption: an hour's readings, and time to compute).
const OUTLOOK_S: u32 = 3600;
const OUTLOOK_AT_S: u32 = 900;
/// A gauge's cabinet stands this much above the highest ground within 100 m (assumption: on the levee or a stilt).
const CABINET_M: f64 = 1.0;

/// Who is told by telemetry.
fn told(scenario: &Scenario) -> Vec<Party> {
    scenario.duties.telemetry.iter().map(|p| Party::Post(*p)).collect()
}

/// The gauges of a city as instruments.
pub(super) fn gauges(city: &City, seed: u64) -> Gauges {
    let spec = |gauge: &crate::place::city::Gauge| {
        let cell = city.grid.nearest_cell(gauge.at);
        let around = city.grid.cells_within(gauge.at, 100.0);
        let highest = around.iter().map(|c| f64::from(city.terrain_m[*c])).fold(f64::NEG_INFINITY, f64::max);
        let bed = f64::from(city.terrain_m[cell]);
        let cabinet = highest.max(bed) + CABINET_M;
        GaugeSpec {
            name: gauge.key.clone(),
            cell: cell as u32,
            // The sensor sees from the bed to well over its cabinet.
            range_m: (bed, cabinet + 5.0),
            drowns_m: Some(cabinet),
            instrument: Instrument::default(),
        }
    };
    let specs = city.gauges.iter().map(spec).collect();
    Gauges::new(Path::new("gauges"), specs, city.grid.len(), seed).expect("gauges made here are sound")
}

/// Gauges send their readings, each at its own minute.
pub fn read_gauges(
    setting: Res<Setting>,
    now: Res<Now>,
    nature: Res<Nature>,
    mut gauging: ResMut<Gauging>,
    mut lines: ResMut<Lines>,
    mut events: ResMut<Events>,
    mut timing: ResMut<Timing>,
) {
    timing.begin("sense");
    let (tick, scenario) = (now.tick, &setting.scenario);
    if scenario.duties.telemetry.is_empty() {
        return;
    }
    let Gauging { gauges, state, .. } = &mut *gauging;
    // Telemetry has its own batteries (assumption), and nobody mends a drowned cabinet during a drill.
    let sent = gauges.step(state, now.s(), |cell| nature.flood.stage_m(cell), |_| true, |_| false);
    for reading in sent.readings {
        let (g, gauge) = (reading.gauge, &scenario.city.gauges[reading.gauge]);
        let stage = (reading.stage_m * 1000.0).round() / 1000.0;
        let message = Message {
            id: lines.comms.next_id(),
            kind: MessageKind::Reading,
            from: Party::Gauge(GaugeId::of(g)),
            to: told(scenario),
            medium: Medium::Telemetry,
            facts: vec![fact(Quantity::Stage, g as u32, stage, tick)],
            text: Text::new(
                format!("{}水位{stage:.2}米", gauge.name.zh),
                format!("{}: stage {stage:.2} m", gauge.name.en),
            ),
            sent: tick,
            inject: None,
        };
        send(&setting, tick, &mut lines, &mut events, message);
    }
}

/// Rain as the weather office forecasts it: (s, mm/h) from its last issue on.
fn rain_forecast(nature: &Nature, seed: u64, now_s: f64) -> Vec<(f64, f64)> {
    let errors = RainErrors::default();
    let (issue, made_s) = errors.issue(now_s);
    let ahead_s = AHEAD_S + errors.issue_s;
    errors.forecast(errors.state(seed, issue), made_s, ahead_s, 300.0, |s| nature.flood.rain_mm_h(s.max(0.0)))
}

/// Error of the tide forecast that is current, m.
fn tide_error_m(seed: u64, tick: Tick) -> f64 {
    TIDE_FORECAST_M * draw_normal(seed, Stream::Gauge, 1001, Tick(tick.0 / 360), 0)
}

/// The weather office: rain, wind, and the forecasts of rain and tide.
pub fn report_weather(
    setting: Res<Setting>,
    now: Res<Now>,
    nature: Res<Nature>,
    mut lines: ResMut<Lines>,
    mut events: ResMut<Events>,
) {
    let (tick, seed, scenario) = (now.tick, setting.seed, &setting.scenario);
    let mut to = told(scenario);
    // A gas desk has a weather station.
    to.extend(
        scenario.duties.gas_models.iter().filter(|p| !scenario.duties.telemetry.contains(p)).map(|p| Party::Post(*p)),
    );
    if !tick.every_s(WEATHER_S) || to.is_empty() {
        return;
    }
    let rain = nature.flood.rain_mm_h(now.s());
    let ahead = sum_mm(&rain_forecast(&nature, seed, now.s()), now.s(), now.s() + AHEAD_S);
    let wind = nature.gas.wind();
    let mut facts = vec![
        fact(Quantity::Rain, 0, (rain * 10.0).round() / 10.0, tick),
        fact(Quantity::RainForecast, 0, ahead.round(), tick),
        fact(Quantity::WindSpeed, 0, (wind.speed_m_s * 10.0).round() / 10.0, tick),
        fact(Quantity::WindFrom, 0, wind.from_deg.round(), tick),
    ];
    if let Some(stage) = &scenario.water.stage_m {
        let high = Scenario::highest(stage, now.s(), now.s() + AHEAD_S) + tide_error_m(seed, tick);
        facts.push(fact(Quantity::TideForecast, 0, (high * 100.0).round() / 100.0, tick));
    }
    let message = Message {
        id: lines.comms.next_id(),
        kind: MessageKind::Reading,
        from: Party::Persona("气象水文台 met office".into()),
        to,
        medium: Medium::Telemetry,
        facts,
        text: Text::new(
            format!(
                "雨强{rain:.0}毫米/时，未来3小时{ahead:.0}毫米；风速{:.0}米/秒，风向{:.0}°",
                wind.speed_m_s, wind.from_deg
            ),
            format!(
                "rain {rain:.0} mm/h, {ahead:.0} mm in 3 h; wind {:.0} m/s from {:.0}°",
                wind.speed_m_s, wind.from_deg
            ),
        ),
        sent: tick,
        inject: None,
    };
    send(&setting, tick, &mut lines, &mut events, message);
}

/// The hydrology office: the ground in blocks, made when the first forecast is asked for. Nothing of it changes.
#[derive(Resource, Default)]
pub struct Hydrology {
    desk: OnceLock<Arc<Desk>>,
}

/// What the office works with.
struct Desk {
    bed_m: Vec<f64>,
    manning: Vec<f64>,
    channel: Vec<bool>,
    crests: std::collections::BTreeMap<hydro::flow::Face, f64>,
    office: Office,
    flood: FloodSpec,
    /// Usual level of every water body, at one of its cells.
    usual_m: Vec<(u32, f64)>,
    /// Levee cells around the middle of each reach, nearest first: where a breach is expected.
    middles: Vec<Vec<(u32, f64)>>,
}

/// Blocks of about this size, m (assumption: fine enough for a zone, quick enough for every hour).
const BLOCK_M: f64 = 150.0;
/// A zone's streets are judged by the twentieth part of them that lies lowest in water (assumption).
const ZONE_SHARE: f64 = 0.05;
/// Of each zone so many cells are looked at, at most (assumption: enough for a twentieth).
const ZONE_CELLS: usize = 400;
/// The row of `ForecastSpec::thresholds_m` that is told: 0.3 m, where roads close.
const TOLD: usize = 1;
/// Chance that a seeping reach breaches within the forecast (assumption).
const SEEP_FAILS: f64 = 0.3;
/// Width that is feared of such a breach, m (assumption: the slide a breach begins with here).
const SEEP_WIDTH_M: f64 = 40.0;
/// Chances below this are not worth a telephone call (assumption).
const CHANCE_MIN: f64 = 0.05;
/// Rain in 3 h, mm, and rise of the tide, m, under which the office stays quiet (assumption).
const QUIET_MM: f64 = 10.0;
const QUIET_M: f64 = 0.5;

impl Desk {
    fn new(scenario: &Scenario) -> Desk {
        let city = &scenario.city;
        let flood = setup::flood_spec(scenario);
        let grid = city.grid;
        let bed_m: Vec<f64> = city.terrain_m.iter().map(|z| f64::from(*z)).collect();
        let manning: Vec<f64> = city.cover.iter().map(|c| c.manning_n()).collect();
        let channel: Vec<bool> = city.cover.iter().map(|c| *c == Cover::Water).collect();
        let crests = Default::default();
        let losses: Vec<f64> = city
            .cover
            .iter()
            .map(|cover| flood.sinks_mm_h.iter().filter(|(c, _)| c == cover).map(|(_, mm_h)| *mm_h).sum())
            .collect();
        let spec = ForecastSpec {
            factor: ((BLOCK_M / grid.cell_m).round() as usize).clamp(1, 8),
            members: 10,
            ahead_s: AHEAD_S,
            ..ForecastSpec::default()
        };
        let places = zone_places(city);
        let fine = Fine { grid, bed_m: &bed_m, manning: &manning, crests: &crests, channel: &channel };
        let office = Office::new(spec, &fine, &losses, &places);
        let outer = setup::joined(city, &setup::open_edge(city));
        let mut usual_m: Vec<(u32, f64)> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for (cell, body) in office.coarse().body.iter().enumerate().filter(|(_, body)| **body != 0) {
            if seen.insert(*body) {
                let inner = flood.inner_level_m.unwrap_or(city.water_level_m);
                usual_m.push((cell as u32, if outer[cell] { city.water_level_m } else { inner }));
            }
        }
        let middles = city.levees.iter().map(|levee| middle(city, &levee.line)).collect();
        Desk { bed_m, manning, channel, crests, office, flood, usual_m, middles }
    }

    fn fine<'a>(&'a self, city: &City) -> Fine<'a> {
        Fine {
            grid: city.grid,
            bed_m: &self.bed_m,
            manning: &self.manning,
            crests: &self.crests,
            channel: &self.channel,
        }
    }

    /// What the office believes, from what a post knows.
    fn picture(
        &self,
        scenario: &Scenario,
        known: &Picture,
        rain_mm_h: Vec<(f64, f64)>,
        tide_m: f64,
        now_s: f64,
    ) -> forecast::Picture {
        let city = &scenario.city;
        let stage = |g: usize| known.value(Quantity::Stage, g as u32);
        let stages_m = (0..city.gauges.len())
            .filter_map(|g| stage(g).map(|m| (city.grid.nearest_cell(city.gauges[g].at) as u32, m)))
            .collect();
        let feared = (0..city.levees.len())
            .filter_map(|l| {
                let width = known.value(Quantity::BreachWidth, l as u32).unwrap_or(0.0);
                let seeps = known.value(Quantity::LeveeSeep, l as u32).unwrap_or(0.0) > 0.5;
                let (width, chance, opens_s) = match width > 0.5 {
                    true => (width, 1.0, (now_s, now_s)),
                    false if seeps => (SEEP_WIDTH_M, SEEP_FAILS, (now_s, now_s + AHEAD_S)),
                    false => return None,
                };
                let near = self.middles[l].iter().filter(|(_, d)| *d <= 0.5 * width + city.grid.cell_m);
                let cells = near.map(|(cell, _)| *cell).collect();
                Some(Feared { cells, sill_m: city.levees[l].toe_m, chance, opens_s })
            })
            .collect();
        let reports_m = (0..city.zones.len())
            .filter_map(|z| {
                let depth = known.value(Quantity::ZoneDepth, z as u32).filter(|d| *d > 0.05)?;
                Some((city.grid.nearest_cell(city.zones[z].centre) as u32, depth))
            })
            .collect();
        let shifted = |series: &[(f64, f64)]| series.iter().map(|(s, m)| (*s, m + tide_m)).collect();
        let held = self.flood.stages.iter().map(|stage| Held {
            cells: stage.cells.iter().map(|c| *c as u32).collect(),
            stage_m: shifted(&stage.series),
        });
        let mut inflows_m3_s: Vec<(u32, Vec<(f64, f64)>)> = Vec::new();
        for inflow in self.flood.inflows.iter().filter(|inflow| !inflow.cells.is_empty()) {
            inflows_m3_s.push((inflow.cells[0] as u32, inflow.series.clone()));
        }
        for pump in self.flood.pumps.iter().filter(|pump| !pump.inlet_cells.is_empty()) {
            // Pumps run unless someone said that they do not.
            if known.value(Quantity::PumpRunning, pump.facility.0).is_none_or(|running| running > 0.5) {
                inflows_m3_s.push((pump.inlet_cells[0] as u32, vec![(0.0, -pump.rate_m3_s)]));
            }
        }
        forecast::Picture {
            made_s: now_s,
            stages_m,
            usual_m: self.usual_m.clone(),
            reports_m,
            rain_mm_h,
            held: held.collect(),
            edges: if self.flood.open_rim { open_rims(&city.grid) } else { Vec::new() },
            inflows_m3_s,
            feared,
        }
    }
}

/// Rims over which water runs off the map.
fn open_rims(grid: &Grid) -> Vec<Edge> {
    let edge = |side: EdgeSide| Edge { side, from: 0, to: side.cells(grid), kind: EdgeKind::Free };
    EdgeSide::ALL.into_iter().map(edge).collect()
}

/// The streets of each zone, thinned out.
fn zone_places(city: &City) -> Vec<Place> {
    let mut cells: Vec<Vec<u32>> = vec![Vec::new(); city.zones.len()];
    for (cell, zone) in city.zone_of_cell.iter().enumerate() {
        let street = matches!(city.cover[cell], Cover::Paved | Cover::Built | Cover::Industry);
        if let Some(list) = cells.get_mut(usize::from(*zone)).filter(|_| street) {
            list.push(cell as u32);
        }
    }
    let thin = |list: Vec<u32>| {
        let step = list.len().div_ceil(ZONE_CELLS).max(1);
        list.into_iter().step_by(step).collect()
    };
    let place =
        |(z, list): (usize, Vec<u32>)| Place { name: city.zones[z].key.clone(), cells: thin(list), share: ZONE_SHARE };
    cells.into_iter().enumerate().map(place).collect()
}

/// Levee cells by their distance from the middle of a reach.
fn middle(city: &City, line: &[crate::vocab::body::Point]) -> Vec<(u32, f64)> {
    let along = city.grid.cells_along(line);
    let Some(centre) = along.get(along.len() / 2).map(|c| city.grid.centre(*c)) else { return Vec::new() };
    let mut near: Vec<(u32, f64)> = city
        .grid
        .cells_within(centre, 300.0)
        .into_iter()
        .filter(|c| city.cover[*c] == Cover::Levee || along.contains(c))
        .map(|c| (c as u32, city.grid.centre(c).distance_m(centre)))
        .collect();
    near.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    near
}

/// The hydrology office's flood forecast, hourly while there is something to fear. It is run from the picture of the first
/// post on telemetry, and told to all of them.
pub fn forecast_flood(
    setting: Res<Setting>,
    now: Res<Now>,
    nature: Res<Nature>,
    hydrology: Res<Hydrology>,
    mut lines: ResMut<Lines>,
    mut events: ResMut<Events>,
    posts: Query<&Post>,
) {
    let (tick, seed, scenario) = (now.tick, setting.seed, &setting.scenario);
    let due = tick.whole_s() % u64::from(OUTLOOK_S) == u64::from(OUTLOOK_AT_S);
    let Some(asked) = scenario.duties.telemetry.first().filter(|_| due) else { return };
    let Some(known) = posts.iter().find(|p| p.id == *asked).map(|p| &p.picture) else { return };
    let city = &scenario.city;
    let rain = rain_forecast(&nature, seed, now.s());
    let tide_m = tide_error_m(seed, tick);
    let high = scenario.water.stage_m.as_ref().map(|s| Scenario::highest(s, now.s(), now.s() + AHEAD_S) + tide_m);
    let any = |quantity| known.beliefs.iter().any(|(topic, b)| topic.quantity == quantity && b.value > 0.02);
    let quiet = sum_mm(&rain, now.s(), now.s() + AHEAD_S) < QUIET_MM
        && high.is_none_or(|m| m < city.water_level_m + QUIET_M)
        && ![Quantity::BreachWidth, Quantity::LeveeSeep, Quantity::ZoneFloodChance].into_iter().any(any);
    if quiet {
        return;
    }
    let desk = hydrology.desk.get_or_init(|| Arc::new(Desk::new(scenario)));
    let picture = desk.picture(scenario, known, rain, tide_m, now.s());
    let engine = ShallowWater { options: Options { film_m: desk.flood.film_m, ..Options::default() } };
    let issue = (tick.whole_s() / u64::from(OUTLOOK_S)) as u32;
    let outlook = desk.office.issue(&desk.fine(city), &picture, seed, issue, &engine);
    let facts = facts(&outlook, known, tick);
    if facts.is_empty() {
        return;
    }
    let message = Message {
        id: lines.comms.next_id(),
        kind: MessageKind::Reading,
        from: Party::Persona("水文局 hydrology office".into()),
        to: told(scenario),
        medium: Medium::Telemetry,
        facts,
        text: words(city, &scenario.clock, &outlook),
        sent: tick,
        inject: None,
    };
    send(&setting, tick, &mut lines, &mut events, message);
}

/// Two facts for every zone that may be flooded, or was said to be before.
fn facts(outlook: &Outlook, known: &Picture, tick: Tick) -> Vec<Fact> {
    let mut facts = Vec::new();
    for (z, place) in outlook.places.iter().enumerate() {
        let z = z as u32;
        let before = known.value(Quantity::ZoneFloodChance, z).is_some_and(|c| c > 0.0);
        if place.chance[TOLD] >= CHANCE_MIN || before {
            facts.push(fact(Quantity::ZoneFloodChance, z, (place.chance[TOLD] * 20.0).round() / 20.0, tick));
            facts.push(fact(Quantity::ZoneDepthForecast, z, (place.depth_m[2] * 20.0).round() / 20.0, tick));
        }
    }
    facts
}

/// The three zones with the greatest chance, and when the water is expected.
fn words(city: &City, clock: &Clock, outlook: &Outlook) -> Text {
    let mut worst: Vec<usize> = (0..outlook.places.len()).filter(|z| outlook.places[*z].chance[TOLD] > 0.0).collect();
    let chance = |z: usize| outlook.places[z].chance[TOLD];
    worst.sort_by(|a, b| chance(*b).total_cmp(&chance(*a)).then(a.cmp(b)));
    if worst.is_empty() {
        return Text::new("未来3小时积水预报：各片区预计不超过0.3米", "forecast, 3 h: no zone over 0.3 m expected");
    }
    let at = |s: f64| clock.hhmm(Tick::at_or_after_s((s / 60.0).round() * 60.0));
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    for z in worst.into_iter().take(3) {
        let (place, percent) = (&outlook.places[z], chance(z) * 100.0);
        let name = &city.zones[z].name;
        let Some(arrival) = place.arrival[TOLD] else { continue };
        let [early, likely, late] = [arrival.earliest_s, arrival.likely_s, arrival.latest_s].map(at);
        zh.push(format!("{}{percent:.0}%，约{likely}（{early}至{late}）", name.zh));
        en.push(format!("{} {percent:.0} %, about {likely} ({early} to {late})", name.en));
    }
    Text::new(
        format!("未来3小时积水超过0.3米的可能性：{}", zh.join("；")),
        format!("chance of over 0.3 m within 3 h: {}", en.join("; ")),
    )
}
