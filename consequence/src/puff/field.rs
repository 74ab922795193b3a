//! The concentration of a cloud at a point, in f64 and without a cut: what tests and tables ask. Rasters go by `kernel`.

use super::{Cloud, Puff, Scheme, Wind};
use crate::weather::Air;
use base::math;

/// Concentration of one puff at a point, kg/m3.
pub fn at(puff: &Puff, scheme: Scheme, air: &Air, x_m: f64, y_m: f64, z_m: f64) -> f64 {
    let over = over_ground_1_m2(puff, x_m, y_m);
    if over == 0.0 {
        return 0.0;
    }
    let share = puff.shape(scheme, air).share_1_m(z_m, puff.height_m, puff.depth_m, air.mixing_height_m);
    puff.mass_kg * over * share
}

/// Share of a puff over a square metre of ground, 1/m2.
pub fn over_ground_1_m2(puff: &Puff, x_m: f64, y_m: f64) -> f64 {
    let [xx, xy, yy] = puff.spread_m2;
    let (dx, dy) = (x_m - puff.x_m, y_m - puff.y_m);
    let det = xx * yy - xy * xy;
    let q = (yy * dx * dx - 2.0 * xy * dx * dy + xx * dy * dy) / det;
    if q > 200.0 { 0.0 } else { math::exp(-0.5 * q) / (2.0 * std::f64::consts::PI * math::sqrt(det)) }
}

impl Cloud {
    /// Concentration of one release at a point, kg/m3.
    pub fn concentration_kg_m3(&self, release: usize, wind: &Wind, x_m: f64, y_m: f64, z_m: f64) -> f64 {
        let air = wind.weather.at(self.time_s);
        self.puffs
            .iter()
            .filter(|p| p.release as usize == release)
            .map(|p| at(p, self.options.scheme, &wind.place(&air, p.x_m, p.y_m), x_m, y_m, z_m))
            .sum()
    }
}
