//! The Emei-like case: a cloudburst of 355 mm in 3 h (the recorded one of the region; parameter tables, section 5) over a
//! mountain valley at 5 m. Torrents of 5-20 % take up their beds, a slope gives way and dams the river, and the debris-laden
//! flood leaves the valley over a fan with a town and bridges that clog.
//!
//! Water comes from catchments at the channels' heads (SCS unit hydrograph): the rain on the map's own slopes is counted in
//! their areas, so that only the valleys are wet. The muds are Glenwood 1 of the quadratic law; grains of 0.15 m,
//! Takahashi's erosion and deposition.

use super::run::{Acts, Cost, Fact, Layer, Marks, Outcome, Watch, advance, balance};
use super::valley::{FAN_SLOPE, Size, Valley};
use crate::flow::{Account, Flow, G};
use crate::forcing::hydrograph::{Catchment, Hydrograph, Inflow};
use crate::forcing::place::Where;
use crate::forcing::sources::{Forcing, ForcingSpec};
use crate::mountain::debris::{self, Debris};
use crate::mountain::equilibrium::{Entrainment, Grains};
use crate::mountain::rheology::{Friction, Mud};
use crate::mountain::runout::{self, Kind};
use crate::mountain::trigger::{Grade, JIANGHUA, Rain, Unit, antecedent_mm};
use crate::solver::{Domain, Edge, EdgeKind, EdgeSide, Options, Scheme, Solver};
use crate::structures::bridge::{BridgeSpec, DebrisSpec};
use crate::structures::line::Joint;
use crate::structures::{Structures, StructuresSpec};
use base::complaint::Complaints;
use base::grid::Point;
use base::math;
use std::f64::consts::PI;
use std::path::Path;

/// What to leave out, to see what it does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Setting {
    pub size: Size,
    pub seed: u64,
    pub debris: bool,
    pub landslide: bool,
    pub end_s: f64,
}

impl Default for Setting {
    fn default() -> Setting {
        Setting { size: Size::FULL, seed: 1, debris: true, landslide: true, end_s: 5.0 * 3600.0 }
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

/// A catchment's flood at the head of every channel.
pub fn forcing(valley: &Valley) -> ForcingSpec {
    let inflows = valley
        .channels
        .iter()
        .map(|channel| {
            // Kirpich's time of concentration for a catchment as long as 1.4 km2^0.6 km (Hack), falling by its channel's slope.
            let length_m = 1400.0 * math::pow(channel.catchment_km2, 0.6);
            let minutes = 0.0195 * math::pow(length_m, 0.77) * math::pow(channel.slope.max(0.05), -0.385);
            // Five cells down from the head, so that nothing stands at the rim.
            let at = channel.line[6.min(channel.line.len() - 1)];
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

/// What is seen along the main river, every ten minutes.
#[derive(Debug, Clone, Default)]
struct Seen {
    froude_max: f64,
    speed_max_m_s: f64,
    /// Looks at a channel cell with water, sub- and supercritical.
    slower: u64,
    faster: u64,
    /// Greatest concentration.
    concentration_max: f64,
}

/// The slide: when, its deposit, and the water above it before and after.
#[derive(Debug, Clone, Default)]
struct Slide {
    at_s: Option<f64>,
    grade: Option<Grade>,
    deposit: Vec<(usize, f64)>,
    dam_m: f64,
    before_m: f64,
    after_m: f64,
    above: usize,
}

/// All that acts on the valley's water.
struct Torrents {
    setting: Setting,
    valley: Valley,
    first_bed: Vec<f32>,
    /// Manning's n, thousandths, as the solver has it.
    manning: Vec<u8>,
    forcing: Forcing,
    works: Structures,
    debris: Debris,
    rain: Rain,
    storm_mm: Vec<f64>,
    unit: Unit,
    slide: Slide,
    seen: Seen,
    bridges_over_m: Vec<f64>,
    events: Vec<(f64, String)>,
}

impl Acts<f32> for Torrents {
    fn weather(&mut self, solver: &mut Solver<f32>, now_s: f64, dt_s: f64) {
        if self.setting.landslide && (now_s / BLOCK_S).fract() < 1e-9 {
            self.rain.falls(self.storm_mm.get((now_s / BLOCK_S) as usize).copied().unwrap_or(0.0));
            // Not before the river is up: a slide into a dry bed is another story.
            if self.slide.at_s.is_none() && now_s > 3600.0 && self.unit.failed(&self.rain, self.setting.seed) {
                self.give_way(solver, now_s);
            }
        }
        if self.setting.debris && now_s > 0.0 {
            if (now_s / 30.0).fract() < 1e-9 {
                let depths = solver.depths();
                let wet: Vec<usize> = self.valley.loose.iter().copied().filter(|&c| depths[c] > 0.02).collect();
                self.debris.wake(solver, wet);
            }
            let manning = &self.manning;
            self.debris.step(solver, |cell| f64::from(manning[cell]) / 1000.0, dt_s);
        }
    }
    fn inner(&mut self, flow: &mut dyn Flow, now_s: f64, dt_s: f64) {
        self.forcing.inflow(flow, now_s, now_s + dt_s);
        for news in self.works.step(flow, now_s, dt_s) {
            self.events.push((now_s, format!("{news:?}")));
        }
    }
    fn after(&mut self, solver: &mut Solver<f32>, now_s: f64) {
        if (now_s / 120.0).fract() > 1e-9 {
            return;
        }
        let grid = &self.valley.grid;
        for (bridge, over) in self.valley.bridges.iter().zip(&mut self.bridges_over_m) {
            let level =
                |d: f64| solver.stage_m(grid.nearest_cell(Point::new(bridge.at.x + d * grid.cell_m, bridge.at.y)));
            // The river's own fall between the two places does not count.
            *over = over.max(level(-3.0) - level(3.0) - 6.0 * grid.cell_m * FAN_SLOPE);
        }
        if self.slide.at_s.is_some_and(|at| now_s > at) {
            self.slide.after_m = self.slide.after_m.max(solver.depth_m(self.slide.above));
        }
        if (now_s / 600.0).fract() < 1e-9 {
            look(&self.valley, solver, &self.debris, &mut self.seen);
        }
    }
}

/// Runs the case.
pub fn run(setting: &Setting, watch: Watch) -> Result<Option<Outcome>, Complaints> {
    let file = Path::new("emei");
    let mut valley = Valley::new(setting.size, setting.seed);
    let grid = valley.grid;
    let cell_m = grid.cell_m;
    let domain = domain(&valley);
    let complaints = domain.check(file);
    if !complaints.is_empty() {
        return Err(complaints);
    }
    let mut solver: Solver<f32> = Solver::new(&domain, Options { scheme: Scheme::Second, ..Options::default() });
    let forcing = forcing(&valley).bind(&grid, setting.end_s, file)?;
    let works = Structures::new(&domain, structures(&valley), file)?;
    works.install(&mut solver);
    drop(domain);
    let first_bed = std::mem::take(&mut valley.bed_m).into_iter().map(|z| z as f32).collect();
    let manning = std::mem::take(&mut valley.manning).into_iter().map(|n| (1000.0 * n).round() as u8).collect();
    let mut debris = Debris::new(debris_spec(), grid.len());
    for &cell in &valley.loose {
        debris.set_loose_m(cell, 1.5);
    }
    let mut marks = Marks::new(&solver, 0.10);
    // In the valley; on the fan the flood goes where it likes.
    let stations: Vec<usize> = (1..=11).map(|k| valley.along_main(0.05 * f64::from(k))).collect();
    let mut torrents = Torrents {
        setting: *setting,
        slide: Slide { above: valley.along_main(SLIDE_AT - 0.03), ..Slide::default() },
        bridges_over_m: vec![0.0; valley.bridges.len()],
        valley,
        first_bed,
        manning,
        forcing,
        works,
        debris,
        rain: Rain::new(BLOCK_S, antecedent_mm(&BEFORE_MM)),
        storm_mm: storm_mm(),
        // The slope above the river: steep, on its northern side, shaken some years ago.
        unit: Unit { name: "slope 1".into(), id: 1, slope: 0.75, lowered_to: 0.8, volume_m3: SLIDE_M3 },
        seen: Seen::default(),
        events: Vec::new(),
    };
    let times = (OUTER_S, 60.0, setting.end_s);
    let Some((interventions, wall_s)) = advance(&mut solver, &mut torrents, &mut marks, times, watch) else {
        return Ok(None);
    };
    let Torrents { valley, first_bed, works, debris, slide, seen, bridges_over_m, events, .. } = torrents;

    let ledger = solver.ledger();
    let change: Vec<f32> = (0..grid.len()).map(|c| solver.bed_m(c) as f32 - first_bed[c]).collect();
    let mut facts = vec![
        balance(&ledger, 1e-6),
        Fact::new(
            "no cell lost its numbers",
            interventions.is_empty(),
            format!("{} interventions", interventions.len()),
        ),
        Fact::new(
            "transcritical flow stays stable",
            seen.slower > 100 && seen.faster > 100 && seen.froude_max < 8.0 && seen.speed_max_m_s < 25.0,
            format!(
                "along the river {} looks slower than waves, {} faster; Froude up to {:.1}, speed up to {:.1} m/s",
                seen.slower, seen.faster, seen.froude_max, seen.speed_max_m_s
            ),
        ),
        Fact::new(
            "only the valleys are wet",
            (0.005..0.10).contains(&marks.wet_share),
            format!("{:.1} % of the cells at most", 100.0 * marks.wet_share),
        ),
        front(&valley, &marks, &stations),
        town(&valley, &marks),
        bridges(&works, &bridges_over_m),
    ];
    if setting.debris {
        facts.extend(bed(&valley, &debris, &change, &slide, &seen, &ledger, cell_m));
    }
    if setting.landslide {
        facts.push(dam(&slide, cell_m * cell_m));
    }
    let cost = Cost {
        wall_s,
        steps: solver.steps(),
        cell_updates: solver.cell_updates(),
        cells: grid.len(),
        wet_share: marks.wet_share,
        // Two sets of water (16 bytes each), bed and friction; marks; first bed and roughness; grains.
        bytes_per_cell: 40.0 + 8.0 + 4.0 + 1.0 + 8.0,
    };
    let layers = vec![
        Layer { name: "deepest", unit: "m", values: marks.deepest_m },
        Layer { name: "arrives", unit: "s", values: marks.arrives_s },
        Layer { name: "bed change", unit: "m of bed", values: change },
    ];
    Ok(Some(Outcome { case: "emei", facts, layers, ledger, interventions, events, cost }))
}

impl Torrents {
    /// The slope gives way: what comes down lies across the river and is loose.
    fn give_way(&mut self, solver: &mut Solver<f32>, now_s: f64) {
        let grid = &self.valley.grid;
        let below = grid.centre(self.valley.along_main(SLIDE_AT));
        // It starts 300 m up the northern wall.
        let source = grid.nearest_cell(Point::new(below.x, below.y + 300.0));
        let bed: Vec<f64> = self.first_bed.iter().map(|z| f64::from(*z)).collect();
        let run = runout::follow(grid, &bed, source, self.unit.volume_m3, Kind::RockAvalanche, 0.18);
        runout::lay(solver, &run.deposit);
        for &(cell, depth_m) in &run.deposit {
            self.debris.set_loose_m(cell, depth_m);
        }
        let slide = &mut self.slide;
        slide.at_s = Some(now_s);
        slide.grade = JIANGHUA.grade(&self.rain);
        slide.dam_m = run.deposit.iter().map(|(_, d)| *d).fold(0.0, f64::max);
        slide.before_m = solver.depth_m(slide.above);
        slide.deposit = run.deposit;
        self.events.push((now_s, format!("{} gives way: {:.0} m3", self.unit.name, self.unit.volume_m3)));
    }
}

fn look(valley: &Valley, solver: &Solver<f32>, debris: &Debris, seen: &mut Seen) {
    for p in &valley.main().line {
        let cell = valley.grid.nearest_cell(*p);
        let h = solver.depth_m(cell);
        if h < 0.1 {
            continue;
        }
        let (u, v) = solver.velocity_m_s(cell);
        let speed = math::hypot(u, v);
        let froude = speed / math::sqrt(G * h);
        if froude > 1.0 {
            seen.faster += 1;
        } else {
            seen.slower += 1;
        }
        seen.froude_max = seen.froude_max.max(froude);
        seen.speed_max_m_s = seen.speed_max_m_s.max(speed);
        seen.concentration_max = seen.concentration_max.max(debris.concentration(solver, cell));
    }
}

fn front(valley: &Valley, marks: &Marks, stations: &[usize]) -> Fact {
    let line = &valley.main().line;
    let length: f64 = line.windows(2).map(|p| p[0].distance_m(p[1])).sum();
    let times: Vec<f64> = stations.iter().map(|&c| f64::from(marks.arrives_s[c])).collect();
    let rising = times.windows(2).filter(|t| t[1] >= t[0]).count();
    // Torrents come in from the sides before the river's own front: not every station is later than the one above.
    let all = times.iter().all(|t| t.is_finite());
    let speed = 0.05 * (stations.len() - 1) as f64 * length / (times[times.len() - 1] - times[0]);
    Fact::new(
        "the flood comes down the valley as a front",
        all && 2 * rising > times.len() - 1 && (0.5..12.0).contains(&speed),
        format!(
            "{:.1} km from station to station in {:.0} min: {speed:.1} m/s; later at {rising} of {} stations",
            0.05 * (stations.len() - 1) as f64 * length / 1000.0,
            (times[times.len() - 1] - times[0]) / 60.0,
            times.len() - 1
        ),
    )
}

fn town(valley: &Valley, marks: &Marks) -> Fact {
    let flooded = valley.streets.iter().filter(|&&c| marks.deepest_m[c] > 0.3).count();
    let houses = valley.houses.iter().filter(|&&c| marks.deepest_m[c] > 0.05).count();
    let share = flooded as f64 / valley.streets.len() as f64;
    Fact::new(
        "the flood leaves its channel in the town and goes round the houses",
        share > 0.02 && houses * 200 < valley.houses.len(),
        format!(
            "{:.0} % of the streets under 0.3 m or more; water on {houses} of {} roof cells",
            100.0 * share,
            valley.houses.len()
        ),
    )
}

fn bridges(works: &Structures, over_m: &[f64]) -> Fact {
    let rows: Vec<String> = works
        .spec
        .bridges
        .iter()
        .zip(&works.state.bridges)
        .zip(over_m)
        .map(|((spec, state), over)| {
            format!("{} {:.0} % blocked, {over:.1} m higher above", spec.name, 100.0 * state.blocked)
        })
        .collect();
    let blocked = works.state.bridges.iter().filter(|b| b.blocked > 0.1).count();
    Fact::new("bridges clog and hold the flood back", blocked >= 1 && over_m.iter().any(|o| *o > 0.3), rows.join("; "))
}

/// Torrents are eroded, the fan is built up, and grains are neither made nor lost.
fn bed(
    valley: &Valley,
    debris: &Debris,
    change: &[f32],
    slide: &Slide,
    seen: &Seen,
    ledger: &crate::ledger::Ledger,
    cell_m: f64,
) -> Vec<Fact> {
    let area = cell_m * cell_m;
    let mut slid = vec![false; change.len()];
    slide.deposit.iter().for_each(|&(c, _)| slid[c] = true);
    let (mut steep, mut fan) = (0.0, 0.0);
    for channel in &valley.channels[1..] {
        for p in &channel.line {
            let cell = valley.grid.nearest_cell(*p);
            if !slid[cell] {
                steep += f64::from(change[cell]) / channel.line.len() as f64 / (valley.channels.len() - 1) as f64;
            }
        }
    }
    for (cell, &z) in change.iter().enumerate() {
        if valley.grid.centre(cell).x > valley.apex.x {
            fan += f64::from(z) * area;
        }
    }
    let b = debris.balance(cell_m);
    let packed = debris.spec.grains.packed;
    let off =
        (b.given_m3 + packed * (b.eroded_m3 - b.deposited_m3) - b.carried_m3).abs() / (packed * b.eroded_m3).max(1.0);
    let booked = ledger.of(Account::Entrainment);
    let moved = b.eroded_m3 - b.deposited_m3;
    vec![
        Fact::new(
            "torrents are eroded and the fan is built up",
            steep < -0.02 && fan > 0.0,
            format!(
                "torrents' beds {steep:+.2} m on the mean; {:+.0} m3 of bed on the fan of {:.1} %; concentration up to {:.2}",
                fan,
                100.0 * FAN_SLOPE,
                seen.concentration_max
            ),
        ),
        Fact::new(
            "grains are neither made nor lost",
            off < 1e-6 && (booked - moved).abs() < 1e-4 * b.eroded_m3.max(1.0),
            format!(
                "{:.0} m3 of bed taken up, {:.0} m3 laid down, {:.0} m3 of grains under way; {off:.1e} unaccounted for; {booked:.0} m3 booked",
                b.eroded_m3, b.deposited_m3, b.carried_m3
            ),
        ),
    ]
}

fn dam(slide: &Slide, area: f64) -> Fact {
    let plan = slide.deposit.len() as f64 * area;
    match slide.at_s {
        None => Fact::new("a slide dams the river and a lake grows behind it", false, "the slope held"),
        Some(at) => Fact::new(
            "a slide dams the river and a lake grows behind it",
            slide.after_m > slide.before_m + 1.0,
            format!(
                "after {:.1} h (warning {:?}): {:.0} m3 over {:.1} ha, up to {:.1} m thick; {:.1} m of water above it, {:.1} m before",
                at / 3600.0,
                slide.grade,
                SLIDE_M3,
                plan / 1e4,
                slide.dam_m,
                slide.after_m,
                slide.before_m
            ),
        ),
    }
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
        let valley = Valley::new(Size::COARSE, 1);
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
    }

    #[test]
    fn a_coarse_valley_runs_to_its_first_half_hour() {
        // Grade: behaviour. The whole case takes minutes; this is the smoke test of its machinery.
        let setting = Setting { size: Size::COARSE, end_s: 1800.0, ..Setting::default() };
        let outcome = run(&setting, &mut |_| true).map_err(|c| c.to_string()).expect("it runs").expect("to its end");
        assert!(outcome.ledger.error() < 1e-6 && outcome.interventions.is_empty());
        assert!(outcome.layers[0].values.iter().any(|d| *d > 0.2));
    }
}
