//! The Emei-like case: a cloudburst of 355 mm in 3 h (the recorded one of the region; parameter tables, section 5) over a
//! mountain valley at 5 m. Torrents of 5-20 % take up their beds, a slope gives way and dams the river, and the debris-laden
//! flood leaves the valley over a fan with a town and bridges that clog.
//!
//! Water comes from catchments at the channels' heads (SCS unit hydrograph): the rain on the map's own slopes is counted in
//! their areas, so that only the valleys are wet. The muds are Glenwood 1 of the quadratic law; grains of 0.15 m,
//! Takahashi's erosion and deposition.

mod facts;
mod torrents;

use super::run::{Drawn, Layer, Outcome, Table, Times, Watch, advance};
use super::section::Section;
use super::valley::{Channel, Size, Valley};
use crate::flow::Flow;
use crate::forcing::hydrograph::{Catchment, Hydrograph, Inflow};
use crate::forcing::place::Where;
use crate::forcing::sources::ForcingSpec;
use crate::layers::extremes::{self, ExtremesSpec};
use crate::mountain::debris::{self, Debris};
use crate::mountain::equilibrium::{Entrainment, Grains};
use crate::mountain::rheology::{Friction, Mud};
use crate::mountain::trigger::{Rain, Unit, antecedent_mm};
use crate::solver::{Domain, Edge, EdgeKind, EdgeSide, Options, Scheme, Solver};
use crate::structures::bridge::{BridgeSpec, DebrisSpec};
use crate::structures::line::Joint;
use crate::structures::{Structures, StructuresSpec};
use base::complaint::Complaints;
use base::grid::Point;
use base::math;
use base::text::Text;
use std::f64::consts::PI;
use std::path::Path;
use torrents::{Slide, Torrents};

/// What to leave out, to see what it does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Setting {
    pub size: Size,
    pub seed: u64,
    pub debris: bool,
    pub landslide: bool,
    /// First order: its cells' beds may be tilted, so that it runs down narrow torrents whose bed falls by more than the
    /// water's depth from cell to cell; the second order has no shape beside banks and makes stairs of pools there.
    pub scheme: Scheme,
    pub end_s: f64,
}

impl Default for Setting {
    fn default() -> Setting {
        Setting { size: Size::FULL, seed: 1, debris: true, landslide: true, scheme: Scheme::First, end_s: 4.0 * 3600.0 }
    }
}

/// Storm: total, mm, and length, s.
const STORM_MM: f64 = 355.0;
const STORM_S: f64 = 3.0 * 3600.0;
const BLOCK_S: f64 = 300.0;
/// Rain of the days before, mm, the latest last (assumption: a wet week).
const BEFORE_MM: [f64; 5] = [10.0, 25.0, 0.0, 40.0, 30.0];
/// Forest and scrub on wet ground.
const CURVE_NUMBER: f64 = 80.0;
/// Debris and landslides are worked every so often, s.
const OUTER_S: f64 = 2.0;
/// The slide that may dam the river, m3, and where along the river (share of its length).
const SLIDE_M3: f64 = 250_000.0;
const SLIDE_AT: f64 = 0.42;
/// Depth of the channels' loose bed, m (assumption).
const LOOSE_M: f64 = 1.5;

/// Depths of the storm's blocks, mm: a bell with its peak in the middle, 1.9 times as strong as the mean.
pub fn storm_mm() -> Vec<f64> {
    let n = (STORM_S / BLOCK_S) as usize;
    let weight = |k: usize| {
        let s = math::sin(PI * (k as f64 + 0.5) / n as f64);
        0.2 + s * s
    };
    let sum: f64 = (0..n).map(weight).sum();
    (0..n).map(|k| STORM_MM * weight(k) / sum).collect()
}

/// Ground and rims: the east is open, and wherever water reaches another rim it leaves.
pub fn domain(valley: &Valley) -> Domain {
    let mut domain = Domain::new(valley.grid, valley.bed_m.clone(), valley.manning.clone());
    for side in [EdgeSide::East, EdgeSide::North, EdgeSide::South] {
        domain.edges.push(Edge { side, from: 0, to: side.cells(&valley.grid), kind: EdgeKind::Free });
    }
    domain
}

/// Point of a channel's line at which its catchment's water comes in: six cells down from the head, so that nothing stands
/// at the rim.
fn source_of(channel: &Channel) -> usize {
    6.min(channel.line.len() - 1)
}

/// A catchment's flood at the head of every channel.
pub fn forcing(valley: &Valley) -> ForcingSpec {
    let inflows = valley
        .channels
        .iter()
        .map(|channel| {
            // Kirpich's time of concentration for a catchment as long as 1.4 km2^0.6 km (Hack), falling by its channel's slope.
            let length_m = 1400.0 * math::pow(channel.catchment_km2, 0.6);
            let minutes = 0.0195 * math::pow(length_m, 0.77) * math::pow(channel.slope.max(0.05), -0.385);
            let at = channel.line[source_of(channel)];
            Inflow {
                name: channel.name.clone(),
                at: Where::Disc { x: at.x, y: at.y, radius_m: (0.5 * channel.width_m).max(valley.grid.cell_m) },
                flow: Hydrograph::UnitHydrograph(Catchment {
                    area_km2: channel.catchment_km2,
                    concentration_min: minutes.max(4.0 * BLOCK_S / 60.0),
                    cn: CURVE_NUMBER,
                    base_m3_s: 0.05 * channel.catchment_km2,
                    start_s: 0.0,
                    block_s: BLOCK_S,
                    rain_mm: storm_mm(),
                }),
            }
        })
        .collect();
    ForcingSpec { inflows, ..ForcingSpec::default() }
}

/// Three bridges whose openings clog with what the flood brings.
pub fn structures(valley: &Valley) -> StructuresSpec {
    let reach = 3.0 * valley.grid.cell_m;
    let bridges = valley
        .bridges
        .iter()
        .map(|bridge| BridgeSpec {
            name: bridge.name.clone(),
            joint: Joint {
                inner: Point::new(bridge.at.x - reach, bridge.at.y),
                outer: Point::new(bridge.at.x + reach, bridge.at.y),
                wall: vec![bridge.south, bridge.north],
                // Deck and parapet: 5 m over the bed of the river.
                wall_top_m: Some(bridge.bed_m + 5.0),
            },
            width_m: 0.9 * valley.main().width_m,
            bed_m: bridge.bed_m,
            soffit_m: bridge.bed_m + 3.8,
            cd: 0.8,
            blocked: 0.0,
            debris: Some(DebrisSpec { from_m3_s: 80.0, per_hour: 0.35, most: 0.6 }),
        })
        .collect();
    StructuresSpec { bridges, ..StructuresSpec::default() }
}

/// What debris flows here.
fn debris_spec() -> debris::Spec {
    debris::Spec {
        friction: Friction::Quadratic { n: 0.045, laminar: 2285.0, mud: Mud::GLENWOOD_1 },
        entrainment: Entrainment::TAKAHASHI,
        grains: Grains { diameter_m: 0.15, ..Grains::default() },
        erodible_m: 0.0,
    }
}

/// Sections across the main river between torrents' mouths, and in the middle of every torrent.
fn sections(valley: &Valley) -> (Vec<Section>, Vec<Section>) {
    let grid = &valley.grid;
    let across = |channel: &Channel, k: usize, half_m: f64, name: String| {
        let (a, b) = (channel.line[k.saturating_sub(10)], channel.line[(k + 10).min(channel.line.len() - 1)]);
        Section::new(&name, grid, channel.line[k], (b.x - a.x, b.y - a.y), half_m)
    };
    let mut stations = Vec::new();
    let mut along_m = 0.0;
    let mut before = 0;
    for k in valley.stations() {
        let line = &valley.main().line;
        along_m += line[before..=k].windows(2).map(|w| w[0].distance_m(w[1])).sum::<f64>();
        before = k;
        // The valley's floor is 20 to 90 m wide to either side.
        stations.push(across(valley.main(), k, 110.0, format!("km {:.1}", along_m / 1000.0)));
    }
    let torrents = valley.channels[1..].iter().map(|c| across(c, c.line.len() / 2, 50.0, c.name.clone())).collect();
    (stations, torrents)
}

/// Runs the case.
pub fn run(setting: &Setting, watch: Watch) -> Result<Option<Outcome>, Complaints> {
    let file = Path::new("emei");
    let mut valley = Valley::new(setting.size, setting.seed);
    let (grid, cell_m) = (valley.grid, valley.grid.cell_m);
    let mut domain = domain(&valley);
    domain.check(file).or(())?;
    let works = Structures::new(&domain, structures(&valley), file)?;
    domain.crests = works.crests();
    let mut solver: Solver<f32> =
        Solver::new(&domain, Options { scheme: setting.scheme, short_steps_most: 5, ..Options::default() });
    drop(domain);
    let forcing = forcing(&valley).bind(&grid, setting.end_s, file)?;
    let ground_m: Vec<f32> = std::mem::take(&mut valley.bed_m).into_iter().map(|z| z as f32).collect();
    let manning = std::mem::take(&mut valley.manning).into_iter().map(|n| (1000.0 * n).round() as u8).collect();
    let mut debris = Debris::new(debris_spec(), if setting.debris { grid.len() } else { 0 });
    if setting.debris {
        valley.loose.iter().for_each(|&cell| debris.set_loose_m(cell, LOOSE_M));
    }
    let (stations, torrents) = sections(&valley);
    let mut acts = Torrents {
        setting: *setting,
        slide: Slide { above: valley.along_main(SLIDE_AT - 0.03), ..Slide::default() },
        bridges_over_m: vec![0.0; valley.bridges.len()],
        valley,
        first_bed: ground_m,
        manning,
        forcing,
        works,
        debris,
        rain: Rain::new(BLOCK_S, antecedent_mm(&BEFORE_MM)),
        storm_mm: storm_mm(),
        // The slope above the river: steep, on its northern side, shaken some years ago.
        unit: Unit { name: "slope 1".into(), id: 1, slope: 0.75, lowered_to: 0.8, volume_m3: SLIDE_M3 },
        stations,
        torrents,
        seen: Default::default(),
        events: Vec::new(),
    };
    let layers =
        ExtremesSpec { arrival_m: vec![0.1], duration_m: vec![0.15], run_s: setting.end_s, ..Default::default() };
    let times = Times { outer_s: OUTER_S, look_s: 30.0, end_s: setting.end_s };
    let Some(ran) = advance(&mut solver, &mut acts, layers, times, watch) else {
        return Ok(None);
    };
    let ledger = solver.ledger();
    let change: Vec<f32> = (0..grid.len()).map(|c| solver.bed_m(c) as f32 - acts.first_bed[c]).collect();
    let facts = facts::all(&acts, &ran, &ledger, &solver, &change, cell_m);
    let layer = |name, zh: &str, en: &str, drawn, values| Layer { name, title: Text::new(zh, en), drawn, values };
    let kept = |what| ran.extremes.raster(what);
    let mut layers = vec![
        layer("deepest", "最大水深", "Greatest depth", Drawn::Depth, kept(extremes::Layer::Depth)),
        layer(
            "arrives",
            "水深超过 0.1 m 的时间",
            "First time over 0.1 m",
            Drawn::Arrival,
            kept(extremes::Layer::Arrival(0)),
        ),
        layer("fastest", "最大流速", "Greatest speed", Drawn::Speed, kept(extremes::Layer::Speed)),
        layer("hazard", "危险等级", "Hazard classes", Drawn::Hazard, kept(extremes::Layer::Hazard)),
    ];
    if setting.debris {
        layers.push(layer("bed_change", "河床冲淤", "Change of the bed", Drawn::BedChange, change));
    }
    let tables = tables(&acts, &solver);
    let Torrents { valley, first_bed, events, .. } = acts;
    Ok(Some(Outcome {
        case: "emei",
        title: Text::new(
            "峨眉型山谷：短历时强降雨、泥石流与堰塞",
            "Mountain valley, Emei-like: cloudburst, debris, landslide dam",
        ),
        grid,
        ground_m: first_bed,
        run_s: setting.end_s,
        facts,
        layers,
        tables,
        places: places(&valley, setting),
        ledger,
        interventions: ran.interventions,
        events,
        cost: ran.cost,
    }))
}

fn places(valley: &Valley, setting: &Setting) -> Vec<(String, Point)> {
    let mut places: Vec<(String, Point)> = valley.bridges.iter().map(|b| (format!("桥 {}", b.name), b.at)).collect();
    if setting.landslide {
        places.push(("滑坡坝 slide".into(), valley.grid.centre(valley.along_main(SLIDE_AT))));
    }
    places
}

/// Hydrographs at all sections, and profiles of all channels at the end.
fn tables(acts: &Torrents, solver: &Solver<f32>) -> Vec<Table> {
    let all: Vec<&Section> = acts.stations.iter().chain(&acts.torrents).collect();
    let columns = all.iter().flat_map(|s| ["m3_s", "stage_m", "depth_m"].map(|what| format!("{} {what}", s.name)));
    let sections = Table {
        name: "sections",
        columns: std::iter::once("time_s".to_string()).chain(columns).collect(),
        rows: (0..all.first().map_or(0, |s| s.moments.len()))
            .map(|k| {
                let at = |s: &&Section| [s.moments[k].discharge_m3_s, s.moments[k].stage_m, s.moments[k].depth_m];
                std::iter::once(all[0].moments[k].now_s).chain(all.iter().flat_map(at)).collect()
            })
            .collect(),
    };
    let profile = Table {
        name: "profile",
        columns: ["time_s", "channel", "along_m", "bed_m", "depth_m", "speed_m_s", "concentration", "over_normal"]
            .map(String::from)
            .to_vec(),
        rows: acts.seen.profile.iter().chain(&acts.profile(solver, acts.setting.end_s)).cloned().collect(),
    };
    vec![sections, profile]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_storm_has_the_recorded_depth() {
        // Grade: exact.
        let storm = storm_mm();
        assert!((storm.iter().sum::<f64>() - 355.0).abs() < 1e-9);
        let hour = storm.windows(12).map(|w| w.iter().sum::<f64>()).fold(0.0, f64::max);
        assert!((150.0..200.0).contains(&hour), "peak hour {hour} mm: 187 mm/h was recorded at Ya'an");
    }

    #[test]
    fn the_case_is_sound_before_it_runs() {
        // Grade: behaviour.
        let valley = Valley::new(Size::TINY, 1);
        let domain = domain(&valley);
        assert!(domain.check(Path::new("emei")).is_empty());
        Structures::new(&domain, structures(&valley), Path::new("emei"))
            .map_err(|c| c.to_string())
            .expect("bridges stand");
        let forcing = forcing(&valley).bind(&valley.grid, 18_000.0, Path::new("emei")).expect("the forcing stands");
        let water: f64 = forcing.inflows.iter().map(|i| i.volume_m3(0.0, 36_000.0)).sum();
        let rain: f64 = valley.channels.iter().map(|c| c.catchment_km2 * 355e3).sum();
        assert!(water > 0.6 * rain && water < rain, "{water} m3 of {rain} m3 run off");
        assert!(debris_spec().check(Path::new("emei")).is_empty());
        let (stations, torrents) = sections(&valley);
        assert_eq!((stations.len(), torrents.len()), (11, 10));
    }
}
