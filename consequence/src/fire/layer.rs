//! Fires on the map: heat as a layer over a grid, W/m2, the sum over all that burns.

use super::Heat;
use base::fold;
use base::grid::{Grid, Point};

/// A fire at a place, with the way in which the wind blows there (a unit vector: east, north).
pub struct Placed<'a> {
    pub fire: &'a (dyn Heat + Sync),
    pub at: Point,
    pub towards: (f64, f64),
}

impl Placed<'_> {
    /// Flux at a point of the map, W/m2.
    pub fn heat_w_m2(&self, p: Point, height_m: f64) -> f64 {
        let (dx, dy) = (p.x - self.at.x, p.y - self.at.y);
        let (e, n) = self.towards;
        self.fire.heat_w_m2(dx * e + dy * n, dy * e - dx * n, height_m)
    }
}

/// Heat at `height_m` over a grid. Cells that get less than `least_w_m2` from a fire take nothing from it: a fire is painted as
/// far as it reaches.
pub fn paint(grid: &Grid, fires: &[Placed], height_m: f64, least_w_m2: f64) -> Vec<f32> {
    let mut heat = vec![0.0f32; grid.len()];
    for placed in fires {
        // The downwind reach is the longest of all directions; a cell more for the grid.
        let reach = placed.fire.reach_m(least_w_m2) + grid.cell_m;
        let cells = grid.cells_within(placed.at, reach);
        let flux = fold::map(cells.len(), |k| placed.heat_w_m2(grid.centre(cells[k]), height_m));
        for (cell, q) in cells.iter().zip(flux) {
            heat[*cell] += q as f32;
        }
    }
    heat
}

#[cfg(test)]
mod tests {
    use super::super::pool::{Brightness, PoolFire};
    use super::super::tests::night;
    use super::*;
    use crate::substance::Substances;

    #[test]
    fn turning_wind_and_city_turns_the_layer() {
        // Grade: exact. Wind to the north at (x, y) is wind to the east at (y, -x).
        let all = Substances::embedded();
        let fire =
            PoolFire::of_area(all.find("toluene").expect("there"), 50.0, Brightness::Share, night()).expect("burns");
        let grid = Grid { nx: 81, ny: 81, cell_m: 2.0, x0: -81.0, y0: -81.0 };
        let at = Point::new(0.0, 0.0);
        let east = paint(&grid, &[Placed { fire: &fire, at, towards: (1.0, 0.0) }], 1.5, 500.0);
        let north = paint(&grid, &[Placed { fire: &fire, at, towards: (0.0, 1.0) }], 1.5, 500.0);
        for j in 0..81 {
            for i in 0..81 {
                let (a, b) = (north[grid.index(i, j)], east[grid.index(j, 80 - i)]);
                assert!((a - b).abs() <= 1e-3 * b.max(500.0), "{i} {j}: {a} {b}");
            }
        }
        let reach = fire.reach_m(2000.0);
        let ahead = |x: f64| f64::from(east[grid.cell_at(Point::new(x, 0.5)).expect("on it")]);
        assert!(ahead(reach - 3.0) > 2000.0 && ahead(reach + 3.0) < 2000.0);
    }
}
