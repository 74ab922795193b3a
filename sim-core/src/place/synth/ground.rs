//! The ground of a town: levels, cover and zone of every cell.

use super::houses::House;
use super::plan::{Plan, Plot, Shore, Strip};
use super::streets::Net;
use super::{Dice, TerrainKind, What};
use crate::base::math;
use crate::place::city::{Cover, RoadClass};
use crate::place::grid::Grid;

/// The rasters of a town.
pub struct Ground {
    pub terrain_m: Vec<f32>,
    pub cover: Vec<Cover>,
    pub zone_of_cell: Vec<u16>,
}

/// Fill of built-up plots over the fields, m. The old town lies low, new quarters are filled up before they are
/// built (assumption in the likeness of the Yangtze delta, where towns stand 0.5 to 1 m over the polder).
fn fill_m(plot: Plot) -> f64 {
    match plot {
        Plot::OldTown => 0.05,
        Plot::NewTown => 0.60,
        Plot::Park => 0.35,
        Plot::Works | Plot::Port => 0.75,
        Plot::Village => 0.35,
        Plot::Rail => 0.9,
        _ => 0.0,
    }
}

/// Level of the quay apron, m.
const QUAY_M: f64 = 5.6;

/// Levels, cover and zones from the plan, without the streets.
pub fn build(plan: &Plan, grid: &Grid) -> Ground {
    let n = grid.len();
    let mut cover = vec![Cover::Field; n];
    let mut zone_of_cell = vec![u16::MAX; n];
    let mut fill = vec![0.0f64; n];
    let places: Vec<(f64, f64)> = (0..n).map(|c| plan.warp.to_plan(grid.centre(c))).collect();
    let plots: Vec<usize> = places.iter().map(|(u, v)| plan.plot_at(*u, *v)).collect();
    for cell in 0..n {
        let plot = plan.plots[plots[cell]];
        fill[cell] = fill_m(plot);
        cover[cell] = cover_at(plan, places[cell], plots[cell]);
        if let Some(zone) = plan.zone_of[plots[cell]]
            && !(cover[cell] == Cover::Water && plot == Plot::Open)
        {
            zone_of_cell[cell] = zone;
        }
    }
    // Fills fade into the fields over some 60 m.
    let reach = ((40.0 / grid.cell_m).round() as usize).max(1);
    for _ in 0..2 {
        fill = blur(&fill, grid, reach);
    }
    let mut terrain_m = vec![0.0f32; n];
    for cell in 0..n {
        terrain_m[cell] = level(plan, places[cell], plots[cell], cover[cell], fill[cell]) as f32;
    }
    Ground { terrain_m, cover, zone_of_cell }
}

fn cover_at(plan: &Plan, (u, v): (f64, f64), at: usize) -> Cover {
    let plot = plan.plots[at];
    let (i, j) = (at % plan.nu(), at / plan.nu());
    let off = plan.offshore_m(u, v);
    match plan.shore {
        Shore::Valley { .. } if off > 0.0 => return Cover::Water,
        Shore::Valley { .. } => {}
        _ if off.abs() <= plan.levee_half_m || plot == Plot::Levee => return Cover::Levee,
        _ if off > 0.0 => return if plot == Plot::Quay { Cover::Industry } else { Cover::Water },
        _ => {}
    }
    // Canals run through the plots they cross, also where a lake's margin has no plots of its own.
    let within = |lines: &[f64], k: usize, x: f64| (x - 0.5 * (lines[k] + lines[k + 1])).abs() <= plan.canal_half_m;
    if (plan.cols[i] == Strip::Canal && within(&plan.us, i, u))
        || (plan.rows[j] == Strip::Canal && within(&plan.vs, j, v))
    {
        return Cover::Water;
    }
    match plot {
        Plot::OldTown | Plot::NewTown => Cover::Built,
        Plot::Works | Plot::Port | Plot::Quay => Cover::Industry,
        Plot::Park => Cover::Park,
        Plot::Rail => Cover::Paved,
        Plot::Wood => Cover::Wood,
        Plot::Levee => Cover::Levee,
        // Villages are built up where their houses stand: see `build_up`.
        Plot::Canal | Plot::River | Plot::Open | Plot::Field | Plot::Slope | Plot::Village => {
            // A wood here and there.
            let wooded = noise(plan.dice, What::Wood, u, v, 420.0);
            if wooded > if plot == Plot::Slope { 0.1 } else { 0.62 } { Cover::Wood } else { Cover::Field }
        }
    }
}

/// Bed level of a cell, m.
fn level(plan: &Plan, (u, v): (f64, f64), at: usize, cover: Cover, fill: f64) -> f64 {
    let l = plan.levels;
    let off = plan.offshore_m(u, v);
    let relief = 0.16 * noise(plan.dice, What::Relief, u, v, 900.0)
        + 0.07 * noise(plan.dice, What::Relief, u + 7_777.0, v, 240.0);
    match plan.shore {
        Shore::Valley { half_m, floor_m, .. } => {
            // A fall of 6 m in a km, a floor that rises gently to its sides, and slopes of 2 in 5 that steepen.
            let bed = l.open_bed_m + 0.006 * (plan.spec.width_m - u);
            if off > 0.0 {
                return bed + 0.15 * relief;
            }
            let away = -off;
            let floor = 3.2 + 0.012 * away;
            let up = (away - (floor_m - half_m)).max(0.0);
            let slope = 0.40 * up * up / (up + 120.0);
            let rough = noise(plan.dice, What::Relief, u, v, 700.0) * (0.10 * up).min(60.0)
                + noise(plan.dice, What::Relief, u, v + 5_555.0, 220.0) * (0.04 * up).min(15.0);
            bed + floor + (slope + rough).max(0.0) + 2.0 * relief + 0.5 * fill
        }
        _ => {
            if cover == Cover::Levee {
                return l.crest_m;
            }
            if off > 0.0 && cover == Cover::Water {
                // The bed falls away from the foot of the levee over 250 m.
                let share = ((off - plan.levee_half_m) / 250.0).clamp(0.0, 1.0);
                let foot = l.water_m - 0.6;
                return foot + (l.open_bed_m - foot) * share + 1.5 * relief;
            }
            if cover == Cover::Water {
                return l.canal_bed_m + 0.6 * relief;
            }
            if plan.plots[at] == Plot::Quay {
                // The apron outside the levee: dry in ordinary tides, under water in the design storm (assumption).
                return QUAY_M + 0.3 * relief;
            }
            // Silt of old floods lifts the land by the water.
            let silt = 0.55 * math::exp(off.min(0.0) / 700.0);
            (l.land_m + silt + fill + relief).clamp(l.water_m + 0.25, l.land_max_m)
        }
    }
}

/// Paints the wide streets, and digs the underpasses.
pub fn pave(ground: &mut Ground, grid: &Grid, net: &Net) {
    for link in &net.links {
        if link.class > RoadClass::Secondary || link.bridge {
            continue;
        }
        for cell in grid.cells_along(&link.line) {
            if !matches!(ground.cover[cell], Cover::Water | Cover::Levee) {
                ground.cover[cell] = Cover::Paved;
            }
        }
    }
    for link in net.links.iter().filter(|l| l.tunnel) {
        for cell in grid.cells_along(&link.line) {
            // The roadway lies 1.6 m below the street (assumption; old underpasses of the delta are 1 to 3 m deep).
            let street = ground.terrain_m[grid.nearest_cell(link.line[0])];
            ground.terrain_m[cell] = ground.terrain_m[cell].min(street - UNDERPASS_M);
        }
    }
}

/// Marks the yards of village houses as built up.
pub fn build_up(ground: &mut Ground, grid: &Grid, houses: &[House]) {
    for house in houses.iter().filter(|h| h.plot == Plot::Village) {
        for cell in grid.cells_within(house.building.at, 22.0_f64.max(0.71 * grid.cell_m)) {
            if matches!(ground.cover[cell], Cover::Field | Cover::Wood) {
                ground.cover[cell] = Cover::Built;
            }
        }
    }
}

/// Depth of an underpass below the streets, m.
pub const UNDERPASS_M: f32 = 1.6;

/// Smooth noise between -1 and 1: random values on a lattice of `step_m`, joined by smooth steps.
fn noise(dice: Dice, what: What, u: f64, v: f64, step_m: f64) -> f64 {
    let (x, y) = (u / step_m + 64.0, v / step_m + 64.0);
    let (i, j) = (x.floor(), y.floor());
    let smooth = |t: f64| t * t * (3.0 - 2.0 * t);
    let (s, t) = (smooth(x - i), smooth(y - j));
    let value =
        |di: f64, dj: f64| 2.0 * dice.unit(what, (i + di) as u32 * 65_536 + (j + dj) as u32, step_m as u32) - 1.0;
    let low = value(0.0, 0.0) + (value(1.0, 0.0) - value(0.0, 0.0)) * s;
    let high = value(0.0, 1.0) + (value(1.0, 1.0) - value(0.0, 1.0)) * s;
    low + (high - low) * t
}

/// Mean over a square of `reach` cells to each side, edges repeated.
fn blur(field: &[f64], grid: &Grid, reach: usize) -> Vec<f64> {
    let (nx, ny) = (grid.nx as isize, grid.ny as isize);
    let r = reach as isize;
    let n = (2 * r + 1) as f64;
    let mut rows = vec![0.0; field.len()];
    for j in 0..ny {
        let at = |i: isize| field[(j * nx + i.clamp(0, nx - 1)) as usize];
        let mut sum: f64 = (-r..=r).map(at).sum();
        for i in 0..nx {
            rows[(j * nx + i) as usize] = sum / n;
            sum += at(i + r + 1) - at(i - r);
        }
    }
    let mut out = vec![0.0; field.len()];
    for i in 0..nx {
        let at = |j: isize| rows[(j.clamp(0, ny - 1) * nx + i) as usize];
        let mut sum: f64 = (-r..=r).map(at).sum();
        for j in 0..ny {
            out[(j * nx + i) as usize] = sum / n;
            sum += at(j + r + 1) - at(j - r);
        }
    }
    out
}

/// Whether a kind of terrain has levees.
pub fn has_levees(kind: TerrainKind) -> bool {
    kind != TerrainKind::MountainValley
}
