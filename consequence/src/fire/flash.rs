//! Flash fire (闪火): a cloud of gas burns from where it is lit to where it is too thin. Whoever is in it is taken to die; outside it
//! the heat is short.
//!
//! The outline is drawn where the mean concentration is 60 % of the lower limit, because the cloud is richer here and there than
//! its mean (ALOHA's red line), and 10 % as the line of caution (ALOHA's yellow). The flame runs only through what hangs together
//! with the place of ignition.

use super::super::substance::Substance;
use base::grid::Grid;
use serde::{Deserialize, Serialize};

/// Shares of the lower flammable limit of ALOHA's red and yellow lines.
pub const RED_SHARE: f64 = 0.6;
pub const YELLOW_SHARE: f64 = 0.1;
/// Share of the lower limit above which fuel takes part in an explosion (ALOHA technical documentation 5.2).
pub const EXPLODES_SHARE: f64 = 0.9;

/// Concentrations of a substance's lines, kg/m3 at a temperature and pressure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    pub lower_kg_m3: f64,
    pub upper_kg_m3: f64,
}

impl Limits {
    pub fn of(s: &Substance, temperature_k: f64, pressure_pa: f64) -> Option<Limits> {
        let f = s.flammable.as_ref()?;
        let at = |share: f64| s.kg_m3(1e6 * share, temperature_k, pressure_pa);
        Some(Limits { lower_kg_m3: at(f.lfl.value), upper_kg_m3: at(f.ufl.value) })
    }
}

/// Cells that burn when the cloud is lit at `lit`: those at or above `share` of the lower limit that hang together with it by
/// their sides. Empty when there is too little gas at `lit`. In index order.
pub fn burnt(grid: &Grid, kg_m3: &[f32], limits: &Limits, share: f64, lit: usize) -> Vec<usize> {
    let least = (share * limits.lower_kg_m3) as f32;
    if lit >= kg_m3.len() || kg_m3[lit] < least {
        return Vec::new();
    }
    let mut reached = vec![false; grid.len()];
    reached[lit] = true;
    let mut edge = vec![lit];
    while let Some(cell) = edge.pop() {
        let (i, j) = (cell % grid.nx, cell / grid.nx);
        let sides = [
            (i > 0).then(|| cell - 1),
            (i + 1 < grid.nx).then(|| cell + 1),
            (j > 0).then(|| cell - grid.nx),
            (j + 1 < grid.ny).then(|| cell + grid.nx),
        ];
        for next in sides.into_iter().flatten() {
            if !reached[next] && kg_m3[next] >= least {
                reached[next] = true;
                edge.push(next);
            }
        }
    }
    (0..grid.len()).filter(|c| reached[*c]).collect()
}

/// Fuel that can explode in a cloud.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Explosive {
    pub mass_kg: f64,
    /// Middle of that fuel: where its blast is centred. Metres in the axes of the box.
    pub middle_m: [f64; 2],
}

/// Box in which a cloud is summed, and how finely.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    pub x_m: (f64, f64),
    pub y_m: (f64, f64),
    pub z_m: (f64, f64),
    pub cells: [usize; 3],
}

/// Fuel between 90 % of the lower limit and the upper limit in a field of concentration, kg/m3, summed at cell middles.
pub fn explosive(b: &Bounds, limits: &Limits, kg_m3: impl Fn(f64, f64, f64) -> f64) -> Explosive {
    let step = |(from, to): (f64, f64), n: usize| (to - from) / n as f64;
    let (dx, dy, dz) = (step(b.x_m, b.cells[0]), step(b.y_m, b.cells[1]), step(b.z_m, b.cells[2]));
    let volume = dx * dy * dz;
    let (mut mass, mut at) = (0.0, [0.0; 2]);
    for i in 0..b.cells[0] {
        let x = b.x_m.0 + (i as f64 + 0.5) * dx;
        for j in 0..b.cells[1] {
            let y = b.y_m.0 + (j as f64 + 0.5) * dy;
            for k in 0..b.cells[2] {
                let c = kg_m3(x, y, b.z_m.0 + (k as f64 + 0.5) * dz);
                if c >= EXPLODES_SHARE * limits.lower_kg_m3 && c <= limits.upper_kg_m3 {
                    mass += c * volume;
                    at[0] += c * volume * x;
                    at[1] += c * volume * y;
                }
            }
        }
    }
    let middle_m = if mass > 0.0 { at.map(|m| m / mass) } else { [0.0; 2] };
    Explosive { mass_kg: mass, middle_m }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::substance::Substances;

    #[test]
    fn the_flame_stops_at_a_gap() {
        // Grade: exact.
        let grid = Grid { nx: 7, ny: 3, cell_m: 1.0, x0: 0.0, y0: 0.0 };
        let limits = Limits { lower_kg_m3: 1.0, upper_kg_m3: 5.0 };
        let mut c = vec![0.0f32; 21];
        for cell in [7, 8, 9, 11, 12, 2] {
            c[cell] = 0.7;
        }
        assert_eq!(burnt(&grid, &c, &limits, RED_SHARE, 8), [2, 7, 8, 9]);
        assert_eq!(burnt(&grid, &c, &limits, RED_SHARE, 12), [11, 12]);
        assert!(burnt(&grid, &c, &limits, RED_SHARE, 0).is_empty());
        assert!(burnt(&grid, &c, &limits, 0.9, 8).is_empty());
    }

    #[test]
    fn fuel_between_the_limits_is_summed_and_its_middle_found() {
        // Grade: exact. A block of uniform gas of 10 x 4 x 2 m at x 5 to 15; beyond it nothing.
        let limits = Limits { lower_kg_m3: 0.04, upper_kg_m3: 0.17 };
        let bounds = Bounds { x_m: (0.0, 40.0), y_m: (-10.0, 10.0), z_m: (0.0, 5.0), cells: [80, 40, 20] };
        let inside = |x: f64, y: f64, z: f64| (5.0..15.0).contains(&x) && y.abs() < 2.0 && z < 2.0;
        let got = explosive(&bounds, &limits, |x, y, z| if inside(x, y, z) { 0.1 } else { 0.0 });
        assert!((got.mass_kg - 8.0).abs() < 1e-9);
        assert!((got.middle_m[0] - 10.0).abs() < 1e-9 && got.middle_m[1].abs() < 1e-9);
        let rich = explosive(&bounds, &limits, |x, y, z| if inside(x, y, z) { 0.5 } else { 0.0 });
        assert_eq!(rich, Explosive::default());
    }

    #[test]
    fn limits_are_volume_shares_in_the_air_of_the_day() {
        // Grade: exact. Propane, 2.1 % at 15 C: 0.021 M p/(R T) = 0.0392 kg/m3.
        let all = Substances::embedded();
        let l = Limits::of(all.find("propane").expect("there"), 288.15, 101_325.0).expect("burns");
        assert!((l.lower_kg_m3 - 0.021 * 0.0440956 * 101_325.0 / (8.314462618 * 288.15)).abs() < 1e-7);
        assert!(Limits::of(all.find("chlorine").expect("there"), 288.15, 101_325.0).is_none());
    }
}
