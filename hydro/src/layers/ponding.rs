//! Waterlogging points (积水点): areas of standing water, each one connected, with where it is deepest, where the ground is
//! lowest, how much water it holds and for how long.
//!
//! Two cells belong together when they touch by a side and both are deeper than `depth_m`. Rivers and ponds that were
//! there before are left out by the caller's mask.

use base::grid::{Grid, Point};
use base::text::Text;
use serde::{Deserialize, Serialize};

/// What counts as a waterlogging point. The defaults are the usual Chinese reading of urban waterlogging (内涝): deeper
/// than 0.15 m, longer than 30 min, wider than 1000 m2 (from memory, unchecked).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PondingSpec {
    pub depth_m: f64,
    pub duration_s: f64,
    pub area_m2: f64,
}

impl Default for PondingSpec {
    fn default() -> Self {
        PondingSpec { depth_m: 0.15, duration_s: 1800.0, area_m2: 1000.0 }
    }
}

/// One waterlogging point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pond {
    pub cells: u32,
    pub area_m2: f64,
    pub volume_m3: f64,
    pub depth_m: f64,
    /// Cell with the deepest water.
    pub deepest: u32,
    /// Cell with the lowest ground: where a pump or a gully would be put.
    pub lowest: u32,
    pub lowest_bed_m: f64,
    /// Middle of the lowest cell.
    pub at: Point,
    /// Longest time that a cell of it has been over the depth, s.
    pub duration_s: f64,
    /// Street or place it is called after, where the caller knows one.
    pub name: Option<Text>,
}

/// All ponds, largest volume first (ties by lowest cell). `watched` leaves out what is always wet; `duration_s` is the
/// time a cell has been over `spec.depth_m`; `name` gives a name to the lowest point.
pub fn ponds(
    grid: &Grid,
    spec: &PondingSpec,
    depth_m: impl Fn(usize) -> f64,
    bed_m: impl Fn(usize) -> f64,
    watched: impl Fn(usize) -> bool,
    duration_s: impl Fn(usize) -> f64,
    name: impl Fn(Point) -> Option<Text>,
) -> Vec<Pond> {
    let cell_m2 = grid.cell_m * grid.cell_m;
    let mut open: Vec<bool> = (0..grid.len()).map(|c| watched(c) && depth_m(c) > spec.depth_m).collect();
    let mut found = Vec::new();
    let mut queue = Vec::new();
    for start in 0..grid.len() {
        if !std::mem::take(&mut open[start]) {
            continue;
        }
        let mut pond = Pond {
            cells: 0,
            area_m2: 0.0,
            volume_m3: 0.0,
            depth_m: 0.0,
            deepest: start as u32,
            lowest: start as u32,
            lowest_bed_m: bed_m(start),
            at: grid.centre(start),
            duration_s: 0.0,
            name: None,
        };
        queue.push(start);
        while let Some(cell) = queue.pop() {
            let (depth, bed) = (depth_m(cell), bed_m(cell));
            pond.cells += 1;
            pond.volume_m3 += depth * cell_m2;
            pond.duration_s = pond.duration_s.max(duration_s(cell));
            // Ties go to the lower cell number, so that the way of the search does not show.
            if depth > pond.depth_m || (depth == pond.depth_m && cell < pond.deepest as usize) {
                (pond.depth_m, pond.deepest) = (depth, cell as u32);
            }
            if bed < pond.lowest_bed_m || (bed == pond.lowest_bed_m && cell < pond.lowest as usize) {
                (pond.lowest_bed_m, pond.lowest) = (bed, cell as u32);
            }
            let (i, j) = (cell % grid.nx, cell / grid.nx);
            let beside = [
                (i > 0).then(|| cell - 1),
                (i + 1 < grid.nx).then_some(cell + 1),
                (j > 0).then(|| cell - grid.nx),
                (j + 1 < grid.ny).then_some(cell + grid.nx),
            ];
            for next in beside.into_iter().flatten() {
                if std::mem::take(&mut open[next]) {
                    queue.push(next);
                }
            }
        }
        pond.area_m2 = f64::from(pond.cells) * cell_m2;
        pond.at = grid.centre(pond.lowest as usize);
        if pond.area_m2 >= spec.area_m2 && pond.duration_s >= spec.duration_s {
            pond.name = name(pond.at);
            found.push(pond);
        }
    }
    found.sort_by(|a, b| b.volume_m3.total_cmp(&a.volume_m3).then(a.lowest.cmp(&b.lowest)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Grade: exact. Two basins with a dry sill, a river, and a puddle too small to count.
    #[test]
    fn connected_water_is_one_pond_and_what_is_small_short_or_always_wet_is_none() {
        let grid = Grid { nx: 20, ny: 10, cell_m: 10.0, x0: 100.0, y0: 200.0 };
        let map = |i: usize, j: usize| match (i, j) {
            (1..=5, 1..=4) => 0.4 + 0.01 * (i * j) as f64,
            (8..=12, 1..=4) => 0.3,
            (8, 5..=7) => 0.2,
            (15, 2) => 1.0,
            (18, _) => 3.0,
            _ => 0.1,
        };
        let depth = |c: usize| map(c % 20, c / 20);
        let bed = |c: usize| 4.0 - depth(c);
        let spec = PondingSpec::default();
        let name = |p: Point| (p.x < 160.0).then(|| Text::new("人民路下穿", "Renmin Road underpass"));
        let found = ponds(&grid, &spec, depth, bed, |c| c % 20 != 18, |_| 3600.0, name);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].cells, found[1].cells), (20, 23), "larger volume first");
        assert_eq!(found[0].lowest as usize, grid.index(5, 4));
        assert_eq!(found[0].deepest, found[0].lowest);
        let volume: f64 = (1..=5).flat_map(|i| (1..=4).map(move |j| map(i, j) * 100.0)).sum();
        assert!((found[0].volume_m3 - volume).abs() < 1e-9);
        assert_eq!(found[0].name.as_ref().unwrap().en, "Renmin Road underpass");
        assert_eq!(found[1].name, None);
        assert_eq!(found[1].lowest as usize, grid.index(8, 1), "a tie goes to the lower cell");
        assert!(ponds(&grid, &spec, depth, bed, |c| c % 20 != 18, |_| 1700.0, name).is_empty(), "too short");
        let rivers = ponds(&grid, &spec, depth, bed, |_| true, |_| 3600.0, name);
        assert_eq!(rivers.len(), 3, "without a mask the river is the largest");
    }

    /// Grade: exact. The grid's edge does not join the end of one row with the start of the next.
    #[test]
    fn rows_are_not_joined_around_the_edge() {
        let grid = Grid { nx: 4, ny: 2, cell_m: 100.0, x0: 0.0, y0: 0.0 };
        let found = ponds(
            &grid,
            &PondingSpec { area_m2: 0.0, ..Default::default() },
            |c| if c == 3 || c == 4 { 1.0 } else { 0.0 },
            |_| 0.0,
            |_| true,
            |_| 3600.0,
            |_| None,
        );
        assert_eq!(found.len(), 2);
    }
}
