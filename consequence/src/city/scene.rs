//! Small scenes for checks and benches: a cube, a street, some houses, an air and a leak.

use super::buildings::{Buildings, Footprint};
use crate::release::{Emission, Entry, Release, Step};
use crate::weather::spec::{Ground, Report, Stability};
use crate::weather::{Air, Class, WeatherSpec};
use base::grid::{Grid, Point};

/// An air over open country.
pub fn air(from_deg: f64, class: Class, wind_m_s: f64) -> Air {
    let report = Report {
        time_s: 0.0,
        wind_m_s,
        wind_height_m: 10.0,
        wind_from_deg: from_deg,
        stability: Stability::Class(class),
        friction_velocity_m_s: None,
        sigma_theta_deg: None,
        mixing_height_m: None,
        temperature_c: 15.0,
        humidity_pct: 50.0,
        pressure_hpa: 1013.25,
    };
    let spec = WeatherSpec::steady(Ground::Roughness(0.03), report);
    spec.check("scene").unwrap_or_else(|told| panic!("a scene's air holds together: {told}")).at(0.0)
}

/// A square about the origin.
pub fn square(half: usize, cell_m: f64) -> Grid {
    let by = half as f64 * cell_m;
    Grid { nx: 2 * half, ny: 2 * half, cell_m, x0: -by, y0: -by }
}

pub fn block(x0: f64, y0: f64, x1: f64, y1: f64, height_m: f64) -> Footprint {
    let ring = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)].map(|(x, y)| Point::new(x, y)).to_vec();
    Footprint { rings: vec![ring], height_m }
}

/// A cube of 20 m with its lee wall at x = -10 m.
pub fn cube(grid: Grid) -> Buildings {
    Buildings::from_footprints(grid, &[block(-30.0, -10.0, -10.0, 10.0, 20.0)])
}

/// Two rows of houses, 16 m high, with a street of 16 m from south to north between x = -10 and 6 m.
pub fn street(grid: Grid) -> Buildings {
    let rows = [block(-30.0, -60.0, -10.0, 60.0, 16.0), block(6.0, -60.0, 26.0, 60.0, 16.0)];
    Buildings::from_footprints(grid, &rows)
}

/// Some houses, none like another.
pub fn town(grid: Grid) -> Buildings {
    Buildings::from_footprints(
        grid,
        &[
            block(-40.0, -30.0, -24.0, 10.0, 12.0),
            block(-8.0, -44.0, 12.0, -28.0, 20.0),
            block(-8.0, -8.0, 8.0, 12.0, 9.0),
            block(24.0, -20.0, 40.0, 28.0, 15.0),
            block(-30.0, 24.0, 4.0, 36.0, 8.0),
        ],
    )
}

/// Blocks of 40 m with streets of 20 m between them over all of a grid, 8 to 20 m high.
pub fn quarter(grid: Grid) -> Buildings {
    let mut blocks = Vec::new();
    let (nx, ny) = ((grid.width_m() / 60.0) as usize, (grid.height_m() / 60.0) as usize);
    for j in 0..ny {
        for i in 0..nx {
            let (x, y) = (grid.x0 + 60.0 * i as f64 + 10.0, grid.y0 + 60.0 * j as f64 + 10.0);
            blocks.push(block(x, y, x + 40.0, y + 40.0, 8.0 + 4.0 * ((i * 7 + j * 5) % 4) as f64));
        }
    }
    Buildings::from_footprints(grid, &blocks)
}

/// A steady leak from a puddle of a metre.
pub fn leak(at: Point, kg_s: f64, for_s: f64) -> Release {
    let state = Emission {
        entry: Entry::Pool,
        temperature_k: 288.0,
        vapour_share: 1.0,
        speed_m_s: 0.0,
        area_m2: 1.0,
        width_m: 1.0,
    };
    let steps = vec![Step { from_s: 0.0, to_s: for_s, rate_kg_s: kg_s, state }];
    Release { substance: "ammonia".into(), at, height_m: 0.5, steps, bursts: vec![] }
}
