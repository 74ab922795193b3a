//! The deck that `sandtable flood --new` writes: a river between levees beside a small town, a storm on top of it. It is
//! invented ground; its purpose is to be changed.

use base::grid::Grid;
use base::math;
use base::raster::{Crs, Raster};

/// The deck, with a comment on every line.
pub const DECK: &str = include_str!("example.ron");
/// A flood wave, m3/s.
pub const RIVER_CSV: &str = "time_s,discharge_m3_s\n0,20\n1800,20\n5400,160\n9000,80\n14400,30\n21600,20\n";

/// Ground and cover (1 water, 2 field, 3 town) on 120 x 80 cells of 10 m.
pub fn rasters() -> (Raster, Raster) {
    let grid = Grid { nx: 120, ny: 80, cell_m: 10.0, x0: 0.0, y0: 0.0 };
    let river = |x: f64| 400.0 + 90.0 * math::sin(x / 190.0);
    let (mut bed, mut cover) = (Vec::new(), Vec::new());
    for cell in 0..grid.len() {
        let p = grid.centre(cell);
        let off = (p.y - river(p.x)).abs();
        // The plain falls eastward by 1 m/km and lies a little lower away from the river; the bed is cut 2.5 m deep.
        let plain = 12.0 - 0.001 * p.x - 0.0006 * off + 0.15 * math::sin(p.x / 47.0) * math::cos(p.y / 61.0);
        let (level, class) = if off < 25.0 {
            (plain - 2.5 + 0.002 * off * off, 1.0)
        } else if p.x > 620.0 && p.y < 290.0 {
            (plain - 0.5, 3.0)
        } else {
            (plain, 2.0)
        };
        bed.push((level * 1000.0).round() as f32 / 1000.0);
        cover.push(class);
    }
    let of = |values| Raster { grid, crs: Crs::Unknown, values };
    (of(bed), of(cover))
}
