//! Blasts on the map: peak overpressure as a layer over a grid, Pa; the larger where waves of several meet (they come one after the
//! other).

use super::Blast;
use base::grid::{Grid, Point};

/// A blast at a place.
pub struct Placed<'a> {
    pub blast: &'a dyn Blast,
    pub at: Point,
}

/// Peak overpressure over a grid, down to `least_pa`.
pub fn paint(grid: &Grid, blasts: &[Placed], least_pa: f64) -> Vec<f32> {
    let mut peak = vec![0.0f32; grid.len()];
    for placed in blasts {
        let Some(reach) = placed.blast.reach_m(least_pa) else { continue };
        for cell in grid.cells_within(placed.at, reach + grid.cell_m) {
            // In the cell of the blast itself the mean distance stands for the middle.
            let away = grid.centre(cell).distance_m(placed.at).max(0.38 * grid.cell_m);
            peak[cell] = peak[cell].max(placed.blast.overpressure_pa(away) as f32);
        }
    }
    peak
}

#[cfg(test)]
mod tests {
    use super::super::Tnt;
    use super::*;

    #[test]
    fn a_layer_holds_the_blast_of_each_distance() {
        // Grade: exact.
        let grid = Grid { nx: 51, ny: 51, cell_m: 10.0, x0: -255.0, y0: -255.0 };
        let t = Tnt { mass_kg: 500.0 };
        let at = Point::new(0.0, 0.0);
        let layer = paint(&grid, &[Placed { blast: &t, at }], 1000.0);
        let cell = grid.cell_at(Point::new(100.0, 0.0)).expect("on it");
        assert!((f64::from(layer[cell]) / t.overpressure_pa(100.0) - 1.0).abs() < 1e-6);
        let twice = paint(&grid, &[Placed { blast: &t, at }, Placed { blast: &t, at }], 1000.0);
        assert_eq!(layer, twice);
    }
}
