//! The Taicang-like case: a polder plain of 800 km2 in a day of typhoon rain, while the tide and its surge stand at the sea
//! wall. The wall is low in one place and is breached in another; sluices shut by the tide; polders pump until they
//! cannot; underpasses fill before their streets do.
//!
//! Rain: Suzhou's storm formula of 2025, once in 100 years, 24 h, Chicago pattern with its peak at 0.77 (parameter tables,
//! section 5): 296 mm. Tide: M2 1.15 m and S2 0.35 m about 2.95 m Wusong, at springs, and a surge of up to 1.15 m at the
//! second high water (levels of the order of the records at Wusongkou and Jiangyin; constituents are assumptions).

use super::delta::{self, Cover, Delta, Size};
use super::run::{Acts, Cost, Fact, Layer, Marks, Outcome, Watch, advance, balance};
use crate::flow::{Account, Flow};
use crate::forcing::infiltration::{Class, Infiltration, Loss};
use crate::forcing::rain::Rain;
use crate::forcing::series::Series;
use crate::forcing::sources::{Forcing, ForcingSpec, ForcingState};
use crate::forcing::storm::StormSpec;
use crate::forcing::tide::{Constituent, Phases, StageSpec, Tide};
use crate::solver::{Domain, Edge, EdgeKind, EdgeSide, Options, Scheme, Solver};
use crate::structures::breach::{BreachLaw, BreachSpec};
use crate::structures::gate::{GateSpec, Rule};
use crate::structures::levee::{CrestLevel, LeveeSpec, Trigger};
use crate::structures::line::Joint;
use crate::structures::news::StructureNews;
use crate::structures::polder::PolderSpec;
use crate::structures::pump::{PumpSpec, SetSpec};
use crate::structures::{Structures, StructuresSpec};
use base::complaint::Complaints;
use base::grid::Point;
use std::collections::BTreeMap;
use std::path::Path;

/// What to leave out, to see what it does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Setting {
    pub size: Size,
    pub seed: u64,
    pub pumps: bool,
    pub breach: bool,
    pub end_s: f64,
    pub scheme: Scheme,
}

impl Default for Setting {
    fn default() -> Setting {
        Setting { size: Size::FULL, seed: 1, pumps: true, breach: true, end_s: 86_400.0, scheme: Scheme::Auto }
    }
}

/// When the sea wall is breached, s: the tide rises towards its second, higher peak.
pub const BREACH_S: f64 = 14.0 * 3600.0;
/// Pump capacity of a polder by its area, m3/s per m2: 11 mm/h (Wuxi: 415 m3/s over 136 km2; parameter tables, section 3).
const PUMP_M_S: f64 = 415.0 / 136.0e6;
/// Time between two looks at rain, gauges and marks, s.
const OUTER_S: f64 = 60.0;

/// Level of the river, m: tide and surge.
pub fn tide(end_s: f64) -> Vec<(f64, f64)> {
    let constituent =
        |name: &str, amplitude_m: f64, phase_deg: f64| Constituent { name: name.into(), amplitude_m, phase_deg };
    // High water 3.1 h after the start and again at 15.5 h (M2 turns by 28.98 degrees an hour, S2 by 30).
    StageSpec {
        tide: Tide {
            mean_m: 2.95,
            constituents: vec![constituent("M2", 1.15, 89.8), constituent("S2", 0.35, 93.0)],
            phases: Phases::FromStart,
        },
        residual: Series(vec![
            (0.0, 0.25),
            (8.0 * 3600.0, 0.55),
            (14.0 * 3600.0, 1.10),
            (15.5 * 3600.0, 1.15),
            (18.0 * 3600.0, 0.80),
            (24.0 * 3600.0, 0.25),
        ]),
        residual_after: Some(crate::forcing::series::After::Hold),
        surge: None,
    }
    .levels(0.0, end_s, 600.0)
}

/// The domain: ground, roughness, rims.
pub fn domain(delta: &Delta, end_s: f64) -> Domain {
    let grid = delta.grid;
    let mut domain = Domain::new(grid, delta.bed_m.clone(), delta.cover.iter().map(|cover| cover.manning()).collect());
    let river = tide(end_s);
    // Where canals leave the map the region's level stands: half a metre higher by the end (assumption).
    let region = vec![(0.0, delta::TRUNK_M), (end_s.max(86_400.0), delta::TRUNK_M + 0.5)];
    for side in EdgeSide::ALL {
        let cells = side.cells(&grid);
        let mut from = 0;
        let kind = |k: usize| match delta.cover[side.cell(&grid, k)] {
            Cover::River => Some(true),
            // Only the trunks: a small canal at the rim lies within the map.
            Cover::Canal if delta.bed_m[side.cell(&grid, k)] < 0.5 => Some(false),
            _ => None,
        };
        for k in 1..=cells {
            if k == cells || kind(k) != kind(from) {
                if let Some(is_river) = kind(from) {
                    let series = if is_river { river.clone() } else { region.clone() };
                    domain.edges.push(Edge { side, from, to: k, kind: EdgeKind::Stage(series) });
                }
                from = k;
            }
        }
    }
    domain
}

/// Levees, sluices, pumps, polders.
pub fn structures(delta: &Delta, setting: &Setting) -> StructuresSpec {
    let (low_from, low_to) = delta.low_stretch_m;
    let mut spec = StructuresSpec { power: vec!["polders".into(), "town".into()], ..StructuresSpec::default() };
    spec.levees.push(LeveeSpec {
        name: "sea wall".into(),
        line: delta.sea_wall.clone(),
        crest: CrestLevel::Along(vec![
            (0.0, delta::WALL_M),
            (low_from - 1.0, delta::WALL_M),
            (low_from, delta::LOW_WALL_M),
            (low_to, delta::LOW_WALL_M),
            (low_to + 1.0, delta::WALL_M),
        ]),
        freeboard_m: 0.0,
        breach: BreachSpec {
            // Sandy fill: 0.2 m/s (Verheij).
            law: BreachLaw::Verheij { critical_m_s: 0.2, first_width_m: 10.0, fall_s: 600.0 },
            floor_m: None,
            width_max_m: 200.0,
        },
        seepage: None,
        triggers: if setting.breach {
            vec![Trigger::At { at_s: BREACH_S, near: Some(delta.breach) }]
        } else {
            Vec::new()
        },
    });
    for polder in &delta.polders {
        let line = if polder.coastal { coastal_line(delta, polder) } else { polder.ring.clone() };
        spec.levees.push(LeveeSpec {
            name: format!("{} ring", polder.name),
            line,
            crest: CrestLevel::Flat(delta::RING_M),
            freeboard_m: 0.0,
            breach: BreachSpec::default(),
            seepage: None,
            triggers: Vec::new(),
        });
        let rate = PUMP_M_S * polder.area_m2;
        if setting.pumps {
            spec.pumps.push(PumpSpec {
                name: format!("{} station", polder.name),
                inlet: polder.inner,
                outlet: Some(polder.outer),
                outlet_level_m: None,
                reach_m: 45.0,
                sets: (0..4)
                    .map(|k| SetSpec {
                        // Four sets; a fifth less at 3 m of head (assumption: a mixed-flow pump's curve about its point).
                        curve: vec![(0.0, 0.25 * rate), (3.0, 0.20 * rate), (6.0, 0.0)],
                        pumps: 1,
                        on_m: delta::INNER_M + 0.10 + 0.05 * f64::from(k),
                        off_m: delta::INNER_M - 0.05 + 0.02 * f64::from(k),
                        start_delay_s: 120.0,
                    })
                    .collect(),
                loss_s2_m5: 0.0,
                power: Some("polders".into()),
                floor: None,
                drowns_m: 0.5,
                // 止排水位: no pumping into a canal that stands at the ring's freeboard.
                outlet_max_m: Some(delta::RING_M - 0.2),
            });
        }
        spec.gates.push(gate(
            format!("{} sluice", polder.name),
            Joint::between(polder.inner, polder.outer),
            0.7,
            8.0,
            vec![Rule::DrainWhenLower { by_m: 0.10, keep_m: 0.02, inner_least_m: Some(delta::INNER_M) }],
        ));
        spec.polders.push(PolderSpec {
            name: polder.name.clone(),
            seed: polder.inner,
            bound_m: delta::RING_M - 0.3,
            rim: false,
            every_s: 600.0,
        });
    }
    for mouth in &delta.mouths {
        // The gate stands in the sea wall: the wall's line across the canal is its own, as high as the wall.
        let wall = vec![mouth.south, mouth.north];
        let joint = Joint { inner: mouth.inner, outer: mouth.outer, wall, wall_top_m: Some(delta::WALL_M) };
        spec.gates.push(gate(
            mouth.name.clone(),
            joint,
            -0.5,
            0.75 * mouth.width_m,
            vec![Rule::DrainWhenLower { by_m: 0.08, keep_m: 0.02, inner_least_m: Some(delta::TRUNK_M - 0.4) }],
        ));
    }
    for (k, line) in railway(delta).into_iter().enumerate() {
        spec.levees.push(LeveeSpec {
            name: format!("railway {}", k + 1),
            line,
            crest: CrestLevel::AboveBed(delta::RAILWAY_M),
            freeboard_m: 0.0,
            breach: BreachSpec::default(),
            seepage: None,
            triggers: Vec::new(),
        });
    }
    spec
}

fn gate(name: String, joint: Joint, sill_m: f64, width_m: f64, rules: Vec<Rule>) -> GateSpec {
    GateSpec {
        name,
        joint,
        sill_m,
        width_m,
        height_m: 8.0,
        speed_m_s: 0.01,
        hand_m_s: 0.001,
        open_m: 0.0,
        cd: 0.6,
        flap: false,
        rules,
        lock: None,
        power: None,
    }
}

/// The coastal polder's ring without its sea side: it ends on the sea wall.
fn coastal_line(delta: &Delta, polder: &delta::Polder) -> Vec<Point> {
    let wall_x = |y: f64| {
        let pair = delta.sea_wall.windows(2).find(|p| y >= p[0].y && y <= p[1].y).expect("the wall spans the map");
        pair[0].x + (pair[1].x - pair[0].x) * (y - pair[0].y) / (pair[1].y - pair[0].y)
    };
    let (low, high) = (polder.low, polder.high);
    vec![Point::new(wall_x(low.y), low.y), low, Point::new(low.x, high.y), Point::new(wall_x(high.y), high.y)]
}

/// The embankment's pieces, open over canals and underpasses.
fn railway(delta: &Delta) -> Vec<Vec<Point>> {
    let grid = &delta.grid;
    let mut pieces = Vec::new();
    for line in &delta.railway {
        let (from, to) = (line[0], line[1]);
        let mut start: Option<f64> = None;
        let mut y = from.y;
        while y <= to.y + 0.1 {
            let beside = [-0.5, 0.5]
                .map(|side| grid.nearest_cell(Point::new(from.x + side * grid.cell_m, y + 0.5 * grid.cell_m)));
            let open = beside.iter().any(|&c| matches!(delta.cover[c], Cover::Canal | Cover::Dip)) || y >= to.y;
            match (open, start) {
                (false, None) => start = Some(y),
                (true, Some(s)) => {
                    if y - s >= grid.cell_m {
                        pieces.push(vec![Point::new(from.x, s), Point::new(from.x, y)]);
                    }
                    start = None;
                }
                _ => {}
            }
            y += grid.cell_m;
        }
    }
    pieces
}

/// Rain and what the ground takes.
pub fn forcing(delta: &Delta) -> ForcingSpec {
    let class = |cover: &Cover| match cover {
        Cover::Field => 0u8,
        Cover::Block => 1,
        _ => 2,
    };
    ForcingSpec {
        rain: Rain::Storm(StormSpec {
            formula: "suzhou_2025".into(),
            return_period_a: 100.0,
            duration_min: 1440.0,
            start_s: 0.0,
            peak_position: None,
        }),
        infiltration: Infiltration {
            classes: vec![
                // Paddy and clay loam over a high water table: 2 mm/h until 60 mm are held (assumption: bunds of 0.1 m, half full).
                Class { loss: Loss::Constant { mm_h: 2.0 }, open_share: 1.0, store_mm: Some(60.0), recovery_mm_h: 0.0 },
                // Built blocks: a third of them gardens and courts.
                Class {
                    loss: Loss::Constant { mm_h: 2.0 },
                    open_share: 0.33,
                    store_mm: Some(20.0),
                    recovery_mm_h: 0.0,
                },
                Class { loss: Loss::Sealed, open_share: 1.0, store_mm: None, recovery_mm_h: 0.0 },
            ],
            class_of_cell: Some(delta.cover.iter().map(class).collect()),
        },
        inflows: Vec::new(),
        sea_walls: Vec::new(),
    }
}

/// Levels at places of interest, once every ten minutes.
#[derive(Debug, Clone, Default)]
struct Gauges {
    /// (s, outer level, inner level, discharge out) by mouth.
    mouths: Vec<Vec<(f64, f64, f64, f64)>>,
    /// (s, volume) in the breached polder.
    breached: Vec<(f64, f64)>,
}

/// All that acts on the plain's water.
struct Plain {
    forcing: Forcing,
    weather: ForcingState,
    works: Structures,
    /// Gate, inner and outer cell of every mouth.
    mouths: Vec<(usize, usize, usize)>,
    /// Cells of the breached polder.
    behind: Vec<usize>,
    gauges: Gauges,
    events: Vec<(f64, String)>,
    breach_width_m: f64,
}

impl Acts<f32> for Plain {
    fn weather(&mut self, solver: &mut Solver<f32>, now_s: f64, dt_s: f64) {
        self.forcing.weather(&mut self.weather, &mut self.works.books(solver), now_s, now_s + dt_s);
    }
    fn inner(&mut self, flow: &mut dyn Flow, now_s: f64, dt_s: f64) {
        for news in self.works.step(flow, now_s, dt_s) {
            self.events.push((now_s, tell(&news)));
        }
    }
    fn after(&mut self, solver: &mut Solver<f32>, now_s: f64) {
        if (now_s / 3600.0).fract() < 1e-9 {
            self.events.push((now_s, schemes(solver)));
        }
        if (now_s / 600.0).fract() > 1e-9 {
            return;
        }
        for (rows, &(gate, inner, outer)) in self.gauges.mouths.iter_mut().zip(&self.mouths) {
            let q = self.works.state.gates[gate].discharge_m3_s;
            rows.push((now_s, solver.stage_m(outer), solver.stage_m(inner), q));
        }
        let area = solver.grid().cell_m * solver.grid().cell_m;
        let volume: f64 = self.behind.iter().map(|&c| solver.depth_m(c)).sum::<f64>() * area;
        self.gauges.breached.push((now_s, volume));
        let widths = self.works.state.levees[0].breaches.iter().map(|b| b.width_m);
        self.breach_width_m = widths.fold(self.breach_width_m, f64::max);
    }
}

/// Runs the case.
pub fn run(setting: &Setting, watch: Watch) -> Result<Option<Outcome>, Complaints> {
    let file = Path::new("taicang");
    let mut delta = Delta::new(setting.size, setting.seed);
    let grid = delta.grid;
    let domain = domain(&delta, setting.end_s);
    let complaints = domain.check(file);
    if !complaints.is_empty() {
        return Err(complaints);
    }
    let mut solver: Solver<f32> =
        Solver::new(&domain, Options { film_m: 0.004, scheme: setting.scheme, ..Options::default() });
    let river_m = tide(setting.end_s)[0].1;
    let start: Vec<f64> = (0..grid.len())
        .map(|cell| {
            let level = match delta.cover[cell] {
                Cover::River => river_m,
                // Canal water before the wall stands with the river.
                Cover::Canal if delta.start_m[cell] == f32::MIN => river_m,
                _ => f64::from(delta.start_m[cell]),
            };
            (level - delta.bed_m[cell]).max(0.0)
        })
        .collect();
    solver.set_depth_m(&start);
    drop(start);
    let forcing = forcing(&delta).bind(&grid, setting.end_s, file)?;
    let works = Structures::new(&domain, structures(&delta, setting), file)?;
    works.install(&mut solver);
    drop(domain);
    // The solver holds the bed from here on.
    delta.bed_m = Vec::new();
    delta.start_m = Vec::new();
    let mut marks = Marks::new(&solver, 0.15);
    let mouths = delta
        .mouths
        .iter()
        .map(|m| {
            let k = works.spec.gates.iter().position(|g| g.name == m.name).expect("every mouth has its gate");
            (k, grid.nearest_cell(m.inner), grid.nearest_cell(m.outer))
        })
        .collect();
    let mut plain = Plain {
        weather: forcing.start(),
        forcing,
        works,
        mouths,
        behind: delta.cells_of(delta.breached),
        gauges: Gauges { mouths: vec![Vec::new(); delta.mouths.len()], breached: Vec::new() },
        events: Vec::new(),
        breach_width_m: 0.0,
    };
    let times = (OUTER_S, OUTER_S, setting.end_s);
    let Some((interventions, wall_s)) = advance(&mut solver, &mut plain, &mut marks, times, watch) else {
        return Ok(None);
    };
    let Plain { works, behind, gauges, events, breach_width_m, .. } = plain;
    let ledger = solver.ledger();
    let mut facts = vec![balance(&ledger, 1e-6)];
    facts.push(Fact::new(
        "no cell lost its numbers",
        interventions.is_empty(),
        format!("{} interventions", interventions.len()),
    ));
    facts.push(overtopping(&works, &delta));
    if setting.breach {
        facts.extend(filling(&delta, &gauges, &marks, &behind, breach_width_m));
    }
    facts.push(underpasses(&delta, &marks));
    facts.push(sluices(&gauges, &delta));
    if setting.pumps {
        facts.push(pumping(&works, &ledger));
    }
    let cost = Cost {
        wall_s,
        steps: solver.steps(),
        cell_updates: solver.cell_updates(),
        cells: grid.len(),
        wet_share: marks.wet_share,
        // Two sets of water (depth, its remainder, momentum), bed and friction: 40; marks 8; what the ground has
        // taken 4, its class 1; cover 1.
        bytes_per_cell: 54.0,
    };
    let depth_now: Vec<f32> = solver.depths().to_vec();
    let layers = vec![
        Layer { name: "deepest", unit: "m", values: marks.deepest_m },
        Layer { name: "arrives", unit: "s", values: marks.arrives_s },
        Layer { name: "at the end", unit: "m", values: depth_now },
    ];
    Ok(Some(Outcome { case: "taicang", facts, layers, ledger, interventions, events, cost }))
}

/// Share of the tiles under each scheme.
fn schemes(solver: &Solver<f32>) -> String {
    let grid = solver.grid();
    let mut counts = BTreeMap::new();
    for j in (0..grid.ny).step_by(16) {
        for i in (0..grid.nx).step_by(64) {
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

/// Largest overtopping of the sea wall within and outside of its low stretch.
fn overtopping(works: &Structures, delta: &Delta) -> Fact {
    let (state, levee) = (&works.state.levees[0], &works.levees()[0]);
    let (from, to) = delta.low_stretch_m;
    // Where the crest is low, from the levee itself.
    let low = levee.chain.pieces.iter().filter(|p| p.along_m >= from && p.along_m <= to).count();
    let over = state.over_max_m;
    let highest = levee.crest_m.iter().copied().fold(f64::MAX, f64::min);
    Fact::new(
        "the sea wall is overtopped where it is low, and only there",
        over > 0.05 && highest + over < delta::WALL_M,
        format!(
            "overtopped by up to {over:.2} m at the low stretch of {} m (crest {highest:.2} m); the rest stands at {:.1} m",
            low as f64 * delta.grid.cell_m,
            delta::WALL_M
        ),
    )
}

/// The polder behind the breach fills from it: its volume rises when it opens, and water comes later the farther off.
fn filling(delta: &Delta, gauges: &Gauges, marks: &Marks, behind: &[usize], width_m: f64) -> Vec<Fact> {
    let at = |s: f64| gauges.breached.iter().find(|row| row.0 >= s).map_or(0.0, |row| row.1);
    let hours = 3.0 * 3600.0;
    let (earlier, before, after) = (at(BREACH_S - hours), at(BREACH_S), at(BREACH_S + hours));
    let area = behind.len() as f64 * delta.grid.cell_m * delta.grid.cell_m;
    let (rain_m, rise_m) = ((before - earlier) / area, (after - before) / area);
    // The same rain falls on the inland polders: what this one has more is the breach's. (How early water comes is no
    // measure of distance here: canals bring it to the low ground in the west first.)
    let mean_m = |cells: &[usize]| {
        let fields: Vec<f64> =
            cells.iter().filter(|&&c| delta.cover[c] == Cover::Field).map(|&c| f64::from(marks.deepest_m[c])).collect();
        fields.iter().sum::<f64>() / fields.len().max(1) as f64
    };
    let here_m = mean_m(behind);
    let inland: Vec<f64> =
        (0..delta.polders.len()).filter(|&k| !delta.polders[k].coastal).map(|k| mean_m(&delta.cells_of(k))).collect();
    let others_m = inland.iter().sum::<f64>() / inland.len().max(1) as f64;
    vec![
        Fact::new(
            "the polder fills from the breach",
            rise_m > 0.15 && rise_m > 3.0 * rain_m,
            format!(
                "{rise_m:.2} m over its {:.1} km2 in the three hours after, {rain_m:.2} m by rain in the three before; breach {width_m:.0} m wide",
                area / 1e6
            ),
        ),
        Fact::new(
            "the breached polder stands deeper than those the breach does not reach",
            here_m > 1.3 * others_m && here_m > others_m + 0.1,
            format!(
                "its fields {here_m:.2} m at the deepest on the mean, those of the {} inland polders {others_m:.2} m",
                inland.len()
            ),
        ),
    ]
}

/// Underpasses are under water before the streets around them.
fn underpasses(delta: &Delta, marks: &Marks) -> Fact {
    let mut first = 0;
    let mut leads = Vec::new();
    for underpass in &delta.underpasses {
        let here = f64::from(marks.arrives_s[underpass.floor]);
        let centre = delta.grid.centre(underpass.floor);
        let streets: Vec<f64> = delta
            .grid
            .cells_within(centre, 400.0)
            .into_iter()
            .filter(|&c| delta.cover[c] == Cover::Street)
            .map(|c| f64::from(marks.arrives_s[c]))
            .map(|t| if t.is_nan() { f64::INFINITY } else { t })
            .collect();
        let earlier = streets.iter().filter(|&&t| t < here).count();
        if here.is_finite() && earlier * 20 <= streets.len() {
            first += 1;
        }
        let mut sorted = streets;
        sorted.sort_by(f64::total_cmp);
        if let Some(&half) = sorted.get(sorted.len() / 2) {
            leads.push(if half.is_finite() { (half - here) / 3600.0 } else { f64::INFINITY });
        }
    }
    leads.sort_by(f64::total_cmp);
    let lead = leads.get(leads.len() / 2).copied().unwrap_or(0.0);
    let lead =
        if lead.is_finite() { format!("{lead:.1} h before half of the streets") } else { "most streets never".into() };
    Fact::new(
        "underpasses are under water first",
        !delta.underpasses.is_empty() && first * 10 >= delta.underpasses.len() * 9,
        format!(
            "{first} of {} have 0.15 m before 95 % of the streets within 400 m do; {lead}",
            delta.underpasses.len()
        ),
    )
}

/// The tide shuts the sluices: nothing comes in, and water goes out at ebb.
fn sluices(gauges: &Gauges, delta: &Delta) -> Fact {
    let mut wrong = Vec::new();
    let (mut out_m3, mut in_m3, mut shut_h, mut n) = (0.0, 0.0, 0.0, 0.0);
    for (mouth, rows) in delta.mouths.iter().zip(&gauges.mouths) {
        let mut closings = 0;
        for pair in rows.windows(2) {
            let (dt, q) = (pair[1].0 - pair[0].0, pair[1].3);
            out_m3 += q.max(0.0) * dt;
            in_m3 += (-q).max(0.0) * dt;
            if pair[1].1 > pair[1].2 + 0.05 && q.abs() < 1.0 {
                shut_h += dt / 3600.0;
            }
            closings += usize::from(pair[0].3 > 5.0 && pair[1].3 <= 1.0);
        }
        n += 1.0;
        if closings == 0 {
            wrong.push(mouth.name.clone());
        }
    }
    Fact::new(
        "the tide closes the sluices",
        wrong.is_empty() && in_m3 < 0.02 * out_m3 && shut_h / n > 2.0,
        format!(
            "{:.1} million m3 out at ebb, {:.2} in; shut against the tide {:.1} h of the day on average{}",
            out_m3 / 1e6,
            in_m3 / 1e6,
            shut_h / n,
            if wrong.is_empty() { String::new() } else { format!("; never shut: {}", wrong.join(", ")) }
        ),
    )
}

fn pumping(works: &Structures, ledger: &crate::ledger::Ledger) -> Fact {
    let pumped: f64 = works.state.pumps.iter().map(|p| p.pumped_m3).sum();
    let rain = ledger.of(Account::Rain);
    Fact::new(
        "the polders' pumps work",
        pumped > 0.05 * rain,
        format!("{:.1} million m3 pumped of {:.1} million m3 of rain", pumped / 1e6, rain / 1e6),
    )
}

/// What pumps do: the same plain, small, with and without them.
pub fn pumps_matter(watch: Watch) -> Result<Option<Fact>, Complaints> {
    let mut means = BTreeMap::new();
    for pumps in [true, false] {
        let setting = Setting { size: Size::SMALL, pumps, breach: false, ..Setting::default() };
        let Some(outcome) = run(&setting, watch)? else { return Ok(None) };
        let delta = Delta::new(setting.size, setting.seed);
        let end = &outcome.layers[2].values;
        // Flooded fields of the inland polders at the end.
        let (mut wet, mut all, mut depth) = (0.0, 0.0, 0.0);
        for (k, polder) in delta.polders.iter().enumerate() {
            if polder.coastal {
                continue;
            }
            for cell in delta.cells_of(k) {
                if delta.cover[cell] == Cover::Field {
                    all += 1.0;
                    depth += f64::from(end[cell]);
                    wet += f64::from(u8::from(end[cell] > 0.15));
                }
            }
        }
        means.insert(pumps, (wet / all, depth / all));
    }
    let (with, without) = (means[&true], means[&false]);
    Ok(Some(Fact::new(
        "pumps matter",
        with.0 < 0.7 * without.0 && without.0 > 0.05,
        format!(
            "fields of the polders under 0.15 m or more at the end: {:.1} % with pumps (mean {:.2} m), {:.1} % without ({:.2} m)",
            100.0 * with.0,
            with.1,
            100.0 * without.0,
            without.1
        ),
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tide_has_two_highs_and_the_second_carries_the_surge() {
        // Grade: behaviour.
        let levels = tide(86_400.0);
        let highest = levels.iter().copied().fold((0.0, f64::MIN), |a, b| if b.1 > a.1 { b } else { a });
        assert!((14.5..16.5).contains(&(highest.0 / 3600.0)), "highest at {} h", highest.0 / 3600.0);
        assert!((5.3..5.8).contains(&highest.1), "{} m", highest.1);
        assert!(highest.1 > delta::LOW_WALL_M + 0.2 && highest.1 < delta::WALL_M - 1.0);
        let lowest = levels.iter().map(|p| p.1).fold(f64::MAX, f64::min);
        assert!(lowest < delta::TRUNK_M - 0.3, "the canals can drain at ebb: {lowest}");
    }

    #[test]
    fn the_case_is_sound_before_it_runs() {
        // Grade: behaviour.
        let setting = Setting { size: Size::SMALL, ..Setting::default() };
        let delta = Delta::new(setting.size, setting.seed);
        let domain = domain(&delta, setting.end_s);
        assert!(domain.check(Path::new("taicang")).is_empty());
        let works = Structures::new(&domain, structures(&delta, &setting), Path::new("taicang"));
        let works = works.map_err(|c| c.to_string()).expect("the structures stand");
        assert_eq!(works.spec.polders.len(), delta.polders.len());
        forcing(&delta).bind(&delta.grid, 86_400.0, Path::new("taicang")).expect("the forcing stands");
    }
}
