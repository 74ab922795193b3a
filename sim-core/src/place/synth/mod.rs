//! Invented towns, drawn from a seed: terrain, roads, buildings, levees, facilities and people's homes.
//!
//! A town is planned on a rectangle of strips (`plan`): streets, canals, the railway and the levee are straight
//! there, and one smooth warp bends everything at once into the map. What is planned is then built: the ground
//! (`ground`), the streets (`streets`), the houses and who sleeps in them (`houses`), and the facilities (`sites`).
//! docs/models/city.md says where the numbers come from and what the towns are not.

mod frame;
mod ground;
mod houses;
mod names;
mod plan;
mod quarters;
mod sites;
mod streets;
#[cfg(test)]
mod tests;
mod waterside;

use crate::base::chance::{self, Stream};
use crate::base::complaint::Complaints;
use crate::base::time::Tick;
use crate::place::city::City;
use crate::place::grid::Grid;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The lie of the land.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum TerrainKind {
    /// Low polders with canals behind the levee of a tidal river in the north.
    #[default]
    DeltaPolder,
    /// Low polders with canals around a lake with a ring levee.
    LakeShore,
    /// A steep valley with its river in the floor; no levees.
    MountainValley,
}

/// What town to invent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SynthSpec {
    pub seed: u64,
    pub residents: u32,
    /// East to west, m.
    pub width_m: f64,
    /// South to north, m.
    pub height_m: f64,
    /// Side of a terrain cell, m.
    pub cell_m: f64,
    pub terrain: TerrainKind,
}

impl Default for SynthSpec {
    /// The port town of the drills: 100,000 residents on 12 km x 10 km in cells of 25 m.
    fn default() -> Self {
        SynthSpec {
            seed: 1,
            residents: 100_000,
            width_m: 12_000.0,
            height_m: 10_000.0,
            cell_m: 25.0,
            terrain: TerrainKind::DeltaPolder,
        }
    }
}

/// Most cells of a map: 8 bytes a cell in a dozen rasters must stay well below a gigabyte.
const CELLS_MAX: f64 = 8e6;
/// Most residents per km2 of the whole map. Beyond this the plots overflow (assumption; Macau has 21,000).
const DENSITY_MAX_KM2: f64 = 6_000.0;

impl SynthSpec {
    /// What is wrong with the numbers; `file` is the file they came from.
    pub fn check(&self, file: impl AsRef<Path>) -> Complaints {
        let file = file.as_ref();
        let mut all = Complaints::new();
        let mut within = |name: &str, value: f64, low: f64, high: f64, unit: &str| {
            let fits = value.is_finite() && value >= low && value <= high;
            if !fits {
                all.add(file, format!("{name}: {value} is out of range"), format!("{low} to {high} {unit}"));
            }
            fits
        };
        within("residents", f64::from(self.residents), 200.0, 1_000_000.0, "people");
        let sides = within("width_m", self.width_m, 2_500.0, 50_000.0, "m")
            & within("height_m", self.height_m, 2_500.0, 50_000.0, "m");
        let cells = within("cell_m", self.cell_m, 5.0, 50.0, "m");
        if sides && cells {
            let n = (self.width_m / self.cell_m) * (self.height_m / self.cell_m);
            if n > CELLS_MAX {
                all.add(
                    file,
                    format!("width_m, height_m and cell_m make {n:.0} cells"),
                    format!("at most {CELLS_MAX:.0}: take a larger cell_m or a smaller map"),
                );
            }
        }
        if sides {
            let km2 = self.width_m * self.height_m / 1e6;
            if f64::from(self.residents) > DENSITY_MAX_KM2 * km2 {
                all.add(
                    file,
                    format!("residents: {} on {km2:.1} km2", self.residents),
                    format!("at most {DENSITY_MAX_KM2:.0} per km2"),
                );
            }
        }
        all
    }
}

/// Stage that the levees of a kind of terrain are built for, m above the town's datum; `None` where there are none.
/// Their crests are higher: freeboard for waves.
pub fn design_stage_m(kind: TerrainKind) -> Option<f64> {
    match kind {
        // Assumption: 0.8 m below the crest, for waves and settling.
        TerrainKind::DeltaPolder => Some(6.2),
        // Lake Tai: highest level 4.97 m (1999).
        TerrainKind::LakeShore => Some(5.0),
        TerrainKind::MountainValley => None,
    }
}

/// Chance by purpose: each `What` is a family of draws of its own, so that a new one never shifts another.
#[derive(Debug, Clone, Copy)]
struct Dice {
    seed: u64,
}

/// Purposes of draws. Never renumber: that would change every town.
#[derive(Debug, Clone, Copy)]
#[repr(u32)]
enum What {
    Warp = 1,
    ColumnWidth = 2,
    RowWidth = 3,
    Blob = 4,
    VillageSite = 5,
    Relief = 6,
    House = 8,
    MissingStreet = 9,
    Wood = 10,
    Crowding = 11,
}

impl Dice {
    /// A uniform draw on (0, 1).
    fn unit(self, what: What, id: u32, k: u32) -> f64 {
        chance::draw(self.seed, Stream::Synthesis, id, Tick(what as u32), k)
    }
    /// A uniform draw on (low, high).
    fn between(self, what: What, id: u32, k: u32, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit(what, id, k)
    }
}

/// Invents the town. The spec must have passed `check`. Equal specs give equal towns, to the bit.
pub fn synthesise(spec: &SynthSpec) -> City {
    let wrong = spec.check("spec");
    assert!(wrong.is_empty(), "a spec that was not checked: {wrong}");
    let dice = Dice { seed: spec.seed };
    let grid = Grid {
        nx: (spec.width_m / spec.cell_m).round() as usize,
        ny: (spec.height_m / spec.cell_m).round() as usize,
        cell_m: spec.cell_m,
        x0: 0.0,
        y0: 0.0,
    };
    let plan = plan::Plan::draw(spec, &grid, dice);
    let net = streets::build(&plan);
    let mut ground = ground::build(&plan, &grid);
    ground::pave(&mut ground, &grid, &net);
    let mut buildings = houses::build(&plan, &grid, &ground, &net);
    ground::build_up(&mut ground, &grid, &buildings);
    let sites = sites::place(&plan, &grid, &ground, &net, &mut buildings);
    houses::settle(&plan, &mut buildings);
    City {
        name: names::city(spec.terrain),
        synthetic: true,
        grid,
        projection: None,
        attribution: vec!["虚构城市，由沙盘生成 / An invented town, generated by Sandtable".into()],
        terrain_m: ground.terrain_m,
        cover: ground.cover,
        nodes: net.nodes,
        links: net.links,
        zones: plan.zones.iter().map(|z| z.zone.clone()).collect(),
        buildings: buildings.into_iter().map(|b| b.building).collect(),
        facilities: sites.facilities,
        levees: sites.levees,
        gauges: sites.gauges,
        water_level_m: plan.levels.water_m,
        zone_of_cell: ground.zone_of_cell,
    }
}
