//! The wind that carries a cloud: the same everywhere, or bent from place to place on a grid (a valley, a town, a sea breeze).

use crate::weather::{Air, Weather};
use base::grid::Grid;
use serde::{Deserialize, Serialize};

/// What a place does to the wind: turns it and makes it stronger or weaker.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bend {
    /// Cosine and sine of the turn, counterclockwise.
    pub turn: (f64, f64),
    pub factor: f64,
}

impl Bend {
    pub const NONE: Bend = Bend { turn: (1.0, 0.0), factor: 1.0 };
}

/// Weather over an area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wind {
    pub weather: Weather,
    bends: Option<Bends>,
}

/// One bend per cell, row 0 in the south; beyond the grid the nearest cell holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Bends {
    grid: Grid,
    cells: Vec<Bend>,
}

impl Wind {
    /// The same everywhere.
    pub fn uniform(weather: Weather) -> Wind {
        Wind { weather, bends: None }
    }

    /// Bent by place. Panics when there is not one bend per cell.
    pub fn bent(weather: Weather, grid: Grid, cells: Vec<Bend>) -> Wind {
        assert_eq!(cells.len(), grid.nx * grid.ny, "one bend per cell");
        Wind { weather, bends: Some(Bends { grid, cells }) }
    }

    /// Side of the cells between which the wind changes, m; none where it does not.
    pub fn cell_m(&self) -> Option<f64> {
        self.bends.as_ref().map(|b| b.grid.cell_m)
    }

    pub fn at(&self, time_s: f64, x_m: f64, y_m: f64) -> Air {
        self.place(&self.weather.at(time_s), x_m, y_m)
    }

    /// The air of a moment as it is at a place.
    pub fn place(&self, air: &Air, x_m: f64, y_m: f64) -> Air {
        let Some(bends) = &self.bends else { return *air };
        let bend = bends.at(x_m, y_m);
        let (c, s) = bend.turn;
        let (x, y) = air.towards;
        air.bent((x * c - y * s, x * s + y * c), bend.factor)
    }
}

impl Bends {
    /// Between cell centres, evenly.
    fn at(&self, x_m: f64, y_m: f64) -> Bend {
        let g = &self.grid;
        let along = |v: f64, n: usize| {
            let v = v.clamp(0.0, (n - 1) as f64);
            let i = (v as usize).min(n.saturating_sub(2));
            (i, v - i as f64)
        };
        let (i, fx) = along((x_m - g.x0) / g.cell_m - 0.5, g.nx);
        let (j, fy) = along((y_m - g.y0) / g.cell_m - 0.5, g.ny);
        let cell = |i: usize, j: usize| self.cells[j.min(g.ny - 1) * g.nx + i.min(g.nx - 1)];
        let mix = |of: fn(&Bend) -> f64| {
            let row = |j| of(&cell(i, j)) * (1.0 - fx) + of(&cell(i + 1, j)) * fx;
            row(j) * (1.0 - fy) + row(j + 1) * fy
        };
        let (c, s) = (mix(|b| b.turn.0), mix(|b| b.turn.1));
        let length = base::math::hypot(c, s).max(1e-9);
        Bend { turn: (c / length, s / length), factor: mix(|b| b.factor) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weather::{Class, Profile};

    #[test]
    fn a_bend_turns_and_slows_between_its_cells_evenly() {
        // Grade: exact.
        let air = Air {
            towards: (1.0, 0.0),
            profile: Profile::through(4.0, 10.0, 0.0, 0.03, None),
            mixing_height_m: 500.0,
            sigma_theta_rad: None,
            temperature_k: 290.0,
            relative_humidity: 0.5,
            pressure_pa: 101_325.0,
            class: Class::D,
        };
        let grid = Grid { x0: 0.0, y0: 0.0, cell_m: 100.0, nx: 2, ny: 1 };
        let cells = vec![Bend::NONE, Bend { turn: (0.0, 1.0), factor: 0.5 }];
        let wind = Wind::bent(Weather::steady(air), grid, cells);
        assert_eq!(wind.at(0.0, 50.0, 50.0), air);
        let there = wind.at(0.0, 400.0, -100.0);
        assert_eq!(there.towards, (0.0, 1.0));
        assert!((there.wind_m_s(10.0) - 2.0).abs() < 1e-12);
        let between = wind.at(0.0, 100.0, 50.0);
        assert!((between.towards.0 - between.towards.1).abs() < 1e-12);
        assert!((between.wind_m_s(10.0) - 3.0).abs() < 1e-12);
    }
}
