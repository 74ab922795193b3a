//! Maps of a case as red, green, blue bytes: ground in shaded relief, water or any layer over it. Row 0 of the picture is
//! in the north.

use base::grid::Grid;
use base::math;

/// A picture: three bytes a pixel, one pixel a cell or `shrink` x `shrink` cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub width: usize,
    pub height: usize,
    pub rgb: Vec<u8>,
}

/// Colours by value, between them straight in each part.
pub type Scale = [(f64, [u8; 3])];

/// Depth of water, m.
pub const DEPTH: [(f64, [u8; 3]); 6] = [
    (0.05, [207, 232, 247]),
    (0.3, [140, 196, 232]),
    (0.6, [70, 147, 208]),
    (1.2, [30, 94, 178]),
    (3.0, [18, 45, 122]),
    (8.0, [40, 10, 80]),
];

/// Hours from the start.
pub const HOURS: [(f64, [u8; 3]); 5] = [
    (0.0, [165, 0, 38]),
    (6.0, [244, 109, 67]),
    (12.0, [254, 224, 144]),
    (18.0, [116, 173, 209]),
    (24.0, [49, 54, 149]),
];

/// Bed raised (brown) or lowered (green), m.
pub const BED_CHANGE: [(f64, [u8; 3]); 5] =
    [(-2.0, [0, 90, 60]), (-0.1, [128, 205, 160]), (0.0, [245, 245, 245]), (0.1, [223, 194, 125]), (2.0, [120, 60, 5])];

fn colour(scale: &Scale, value: f64) -> [u8; 3] {
    let last = scale.len() - 1;
    if value <= scale[0].0 {
        return scale[0].1;
    }
    for pair in scale.windows(2) {
        let ((a, ca), (b, cb)) = (pair[0], pair[1]);
        if value <= b {
            let t = (value - a) / (b - a);
            return std::array::from_fn(|k| (f64::from(ca[k]) * (1.0 - t) + f64::from(cb[k]) * t).round() as u8);
        }
    }
    scale[last].1
}

/// A map: relief of `bed_m`, and over it `layer` wherever it gives a value. A pixel that stands for several cells shows the
/// greatest of them (`greatest`) or the least.
pub fn map(
    grid: &Grid,
    bed_m: &[f64],
    layer: &dyn Fn(usize) -> Option<f64>,
    scale: &Scale,
    greatest: bool,
    shrink: usize,
) -> Picture {
    let shrink = shrink.max(1);
    let (width, height) = (grid.nx / shrink, grid.ny / shrink);
    let (low, high) = bed_m.iter().fold((f64::MAX, f64::MIN), |(l, h), &z| (l.min(z), h.max(z)));
    let relief = high - low > 50.0;
    let mut rgb = Vec::with_capacity(3 * width * height);
    for row in 0..height {
        let j0 = (height - 1 - row) * shrink;
        for column in 0..width {
            let i0 = column * shrink;
            let mut value: Option<f64> = None;
            for j in j0..j0 + shrink {
                for i in i0..i0 + shrink {
                    if let Some(v) = layer(grid.index(i, j)) {
                        value = Some(value.map_or(v, |w| if greatest { w.max(v) } else { w.min(v) }));
                    }
                }
            }
            let pixel = value.map_or_else(|| ground(grid, bed_m, i0, j0, low, high, relief), |v| colour(scale, v));
            rgb.extend(pixel);
        }
    }
    Picture { width, height, rgb }
}

/// A map of a case's layer in its own colours; depths under 5 cm and changes of the bed under 2 cm are left out.
pub fn of(layer: &super::run::Layer, grid: &Grid, bed_m: &[f64], shrink: usize) -> Picture {
    let value = |cell: usize| f64::from(layer.values[cell]);
    match layer.unit {
        "s" => map(grid, bed_m, &|c| Some(value(c) / 3600.0).filter(|v| v.is_finite()), &HOURS, false, shrink),
        "m of bed" => map(grid, bed_m, &|c| Some(value(c)).filter(|v| v.abs() > 0.02), &BED_CHANGE, true, shrink),
        _ => map(grid, bed_m, &|c| Some(value(c)).filter(|v| *v > 0.05), &DEPTH, true, shrink),
    }
}

/// Shaded relief lit from the north-west; on a plain the level itself in greys.
fn ground(grid: &Grid, bed_m: &[f64], i: usize, j: usize, low: f64, high: f64, relief: bool) -> [u8; 3] {
    let z = bed_m[grid.index(i, j)];
    if !relief {
        let t = ((z - low.max(0.0)) / (high - low.max(0.0)).max(1e-9)).clamp(0.0, 1.0);
        let grey = 150.0 + 95.0 * t;
        return [grey as u8, grey as u8, (grey * 0.92) as u8];
    }
    let east = bed_m[grid.index((i + 1).min(grid.nx - 1), j)] - bed_m[grid.index(i.saturating_sub(1), j)];
    let north = bed_m[grid.index(i, (j + 1).min(grid.ny - 1))] - bed_m[grid.index(i, j.saturating_sub(1))];
    let (sx, sy) = (east / (2.0 * grid.cell_m), north / (2.0 * grid.cell_m));
    // Light from the north-west, 45 degrees up.
    let light = (0.5 * sx - 0.5 * sy + std::f64::consts::FRAC_1_SQRT_2) / math::sqrt(1.0 + sx * sx + sy * sy);
    let shade = (0.45 + 0.75 * light).clamp(0.15, 1.0);
    let t = (z - low) / (high - low);
    let base = [168.0 + 70.0 * t, 178.0 + 50.0 * t, 148.0 + 70.0 * t];
    std::array::from_fn(|k| (base[k] * shade).min(255.0) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_has_north_on_top_and_the_colour_of_its_value() {
        // Grade: exact.
        let grid = Grid { nx: 4, ny: 2, cell_m: 1.0, x0: 0.0, y0: 0.0 };
        let picture = map(&grid, &[1.0; 8], &|cell| (cell == 4).then_some(3.0), &DEPTH, true, 1);
        assert_eq!((picture.width, picture.height), (4, 2));
        assert_eq!(&picture.rgb[0..3], &[18, 45, 122], "cell 4 is the north-western one");
        let shrunk = map(&grid, &[1.0; 8], &|cell| Some(cell as f64), &DEPTH, true, 2);
        assert_eq!((shrunk.width, shrunk.height), (2, 1));
    }
}
