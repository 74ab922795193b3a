//! What the plain is given: tide, rims, rain and ground, levees, sluices, pumps, polders.

use super::{BREACH_S, Setting};
use crate::cases::delta::{self, Cover, Delta};
use crate::forcing::infiltration::{Class, Infiltration, Loss};
use crate::forcing::rain::Rain;
use crate::forcing::series::{After, Series};
use crate::forcing::sources::ForcingSpec;
use crate::forcing::storm::StormSpec;
use crate::forcing::tide::{Constituent, Phases, StageSpec, Tide};
use crate::solver::{Domain, Edge, EdgeKind, EdgeSide};
use crate::structures::StructuresSpec;
use crate::structures::breach::{BreachLaw, BreachSpec};
use crate::structures::gate::{GateSpec, Rule};
use crate::structures::levee::{CrestLevel, LeveeSpec, Trigger};
use crate::structures::line::Joint;
use crate::structures::polder::PolderSpec;
use crate::structures::pump::{PumpSpec, SetSpec};
use base::grid::Point;

/// Pump capacity of a polder by its area, m3/s per m2: 11 mm/h (Wuxi: 415 m3/s over 136 km2; parameter tables, section 3).
const PUMP_M_S: f64 = 415.0 / 136.0e6;
/// Names of the supplies: of all stations, and of the one that loses its feeder.
pub const FEEDER: &str = "feeder";
pub const FAILED: &str = "failed feeder";

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
        residual_after: Some(After::Hold),
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
    let mut spec = StructuresSpec { power: vec![FEEDER.into(), FAILED.into()], ..StructuresSpec::default() };
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
            // Sandy fill: 0.2 m/s (Verheij). At Jiujiang in 1998 some 30 m gave way at once and 61 m were open in the end
            // (from memory, unchecked); 40 m are two cells.
            // A longer wall, with a larger polder behind it, falls over a longer stretch at once (assumption): 40 m, 100 m in the whole plain.
            law: BreachLaw::Verheij {
                critical_m_s: 0.2,
                first_width_m: 40.0 * (delta.grid.height_m() / 10_000.0).max(1.0),
                fall_s: 600.0,
            },
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
    let without = unpowered(delta);
    for (number, polder) in delta.polders.iter().enumerate() {
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
            power: Some(if setting.outage && Some(number) == without { FAILED.into() } else { FEEDER.into() }),
            floor: None,
            drowns_m: 0.5,
            // 止排水位: no pumping into a canal that stands at the ring's freeboard.
            outlet_max_m: Some(delta::RING_M - 0.2),
        });
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

/// The polder whose pumping station has no power: the last of the inland ones.
pub fn unpowered(delta: &Delta) -> Option<usize> {
    delta.polders.iter().rposition(|polder| !polder.coastal)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::delta::Size;
    use crate::structures::Structures;
    use std::path::Path;

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
        let setting = Setting { size: Size::TINY, ..Setting::default() };
        let delta = Delta::new(setting.size, setting.seed);
        let domain = domain(&delta, setting.end_s);
        assert!(domain.check(Path::new("taicang")).is_empty());
        let works = Structures::new(&domain, structures(&delta, &setting), Path::new("taicang"));
        let works = works.map_err(|c| c.to_string()).expect("the structures stand");
        assert_eq!(works.spec.polders.len(), delta.polders.len());
        forcing(&delta).bind(&delta.grid, 86_400.0, Path::new("taicang")).expect("the forcing stands");
    }
}
