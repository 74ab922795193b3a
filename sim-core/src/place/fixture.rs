//! A small regular town for tests and benches: `blocks` x `blocks` streets of 100 m, a river along the north edge
//! behind a levee, one building a block, one facility of each kind. Flat ground at 3 m.

use crate::base::{ids::*, text::Text};
use crate::place::city::*;
use crate::place::grid::Grid;
use crate::vocab::body::Point;

/// Length of a block, m.
const BLOCK_M: f64 = 100.0;
/// Width of the river strip in the north, m.
const RIVER_M: f64 = 200.0;

/// The town. `residents` people per building.
pub fn grid_town(blocks: usize, residents: u16) -> City {
    assert!(blocks >= 2, "a town of {blocks} blocks");
    let side_m = blocks as f64 * BLOCK_M;
    let cell_m = 20.0;
    let grid = Grid {
        nx: (side_m / cell_m) as usize + 2,
        ny: ((side_m + RIVER_M) / cell_m) as usize + 2,
        cell_m,
        x0: -cell_m,
        y0: -cell_m,
    };
    let levee_y = side_m + 20.0;
    let mut terrain_m = vec![3.0f32; grid.len()];
    let mut cover = vec![Cover::Field; grid.len()];
    let mut zone_of_cell = vec![u16::MAX; grid.len()];
    let zone_of = |p: Point| u16::from(p.x > side_m / 2.0) + 2 * u16::from(p.y > side_m / 2.0);
    for cell in 0..grid.len() {
        let p = grid.centre(cell);
        if p.y > levee_y + cell_m {
            terrain_m[cell] = -1.0;
            cover[cell] = Cover::Water;
        } else if p.y > levee_y {
            terrain_m[cell] = 7.0;
            cover[cell] = Cover::Levee;
        } else {
            zone_of_cell[cell] = zone_of(p);
        }
    }
    let n = blocks + 1;
    let node = |i: usize, j: usize| NodeId::of(j * n + i);
    let at = |i: usize, j: usize| Point::new(i as f64 * BLOCK_M, j as f64 * BLOCK_M);
    let nodes: Vec<Node> = (0..n * n).map(|k| Node { at: at(k % n, k / n) }).collect();
    let mut links: Vec<Link> = Vec::new();
    let mut street = |a: NodeId, b: NodeId| {
        let first = LinkId::of(links.len());
        for (from, to, twin) in [(a, b, LinkId(first.0 + 1)), (b, a, first)] {
            links.push(Link {
                from,
                to,
                class: RoadClass::Residential,
                length_m: BLOCK_M,
                lanes: 1,
                speed_m_s: 11.0,
                bridge: false,
                tunnel: false,
                twin: Some(twin),
                line: vec![nodes[from.index()].at, nodes[to.index()].at],
                name: String::new(),
            });
        }
    };
    for j in 0..n {
        for i in 0..n {
            if i + 1 < n {
                street(node(i, j), node(i + 1, j));
            }
            if j + 1 < n {
                street(node(i, j), node(i, j + 1));
            }
        }
    }
    let mut buildings = Vec::new();
    for j in 0..blocks {
        for i in 0..blocks {
            let p = Point::new((i as f64 + 0.5) * BLOCK_M, (j as f64 + 0.5) * BLOCK_M);
            buildings.push(Building {
                at: p,
                footprint_m2: 400.0,
                storeys: 1 + ((i + j) % 6) as u8,
                purpose: if (i * 7 + j) % 5 == 0 { Use::Work } else { Use::Home },
                zone: ZoneId(u32::from(zone_of(p))),
                plinth_m: 0.3,
                node: node(i, j),
                residents: if (i * 7 + j) % 5 == 0 { 0 } else { residents },
                outline: Vec::new(),
            });
        }
    }
    let kinds = [
        (FacilityKind::FireStation, "fire_1", 0.0),
        (FacilityKind::PoliceStation, "police_1", 0.0),
        (FacilityKind::Hospital, "hospital_1", 60.0),
        (FacilityKind::Shelter, "shelter_1", f64::from(residents) * (blocks * blocks) as f64),
        (FacilityKind::PumpStation, "pump_1", 5.0),
        (FacilityKind::TankYard, "tank_1", 0.0),
        (FacilityKind::CommandCentre, "centre", 0.0),
        (FacilityKind::TownHall, "town_hall", 0.0),
        (FacilityKind::VillageOffice, "village_1", 0.0),
        (FacilityKind::FloodDepot, "depot_1", 0.0),
        (FacilityKind::Exit, "exit_south", 0.0),
    ];
    let facilities = kinds
        .iter()
        .enumerate()
        .map(|(k, (kind, key, capacity))| {
            let (i, j) = if *kind == FacilityKind::Exit { (n / 2, 0) } else { ((k * 3) % n, (k * 5) % n) };
            Facility {
                key: (*key).into(),
                name: Text::new(format!("设施 {key}"), format!("facility {key}")),
                kind: *kind,
                at: at(i, j),
                node: node(i, j),
                zone: Some(ZoneId(u32::from(zone_of(at(i, j))))),
                capacity: *capacity,
            }
        })
        .collect();
    let zones = (0..4)
        .map(|z| Zone {
            key: format!("zone_{}", z + 1),
            name: Text::new(format!("{}号社区", z + 1), format!("Community {}", z + 1)),
            town: "town".into(),
            centre: Point::new(side_m * (0.25 + 0.5 * (z % 2) as f64), side_m * (0.25 + 0.5 * (z / 2) as f64)),
        })
        .collect();
    City {
        name: Text::new("棋盘镇", "Grid Town"),
        synthetic: true,
        grid,
        projection: None,
        attribution: Vec::new(),
        terrain_m,
        cover,
        nodes,
        links,
        zones,
        buildings,
        facilities,
        levees: vec![Levee {
            key: "levee_1".into(),
            name: Text::new("北堤", "North levee"),
            line: vec![Point::new(0.0, levee_y + 10.0), Point::new(side_m, levee_y + 10.0)],
            crest_m: 7.0,
            toe_m: 3.0,
        }],
        gauges: vec![Gauge {
            key: "gauge_1".into(),
            name: Text::new("北闸站", "North gauge"),
            at: Point::new(side_m / 2.0, side_m + RIVER_M - 40.0),
        }],
        water_level_m: 4.0,
        zone_of_cell,
    }
}
