//! The camera over the map: which part of the city is seen, how large.

use sim_core::place::grid::Grid;
use sim_core::vocab::body::Point;

/// Where the camera looks. Pixels count from the top left corner of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Camera {
    pub centre: Point,
    pub m_per_px: f64,
}

impl Camera {
    /// All of the grid in a picture of this size.
    pub fn fit(grid: &Grid, width: f64, height: f64) -> Camera {
        let m_per_px = (grid.width_m() / width.max(1.0)).max(grid.height_m() / height.max(1.0)) * 1.02;
        Camera {
            centre: Point::new(grid.x0 + grid.width_m() / 2.0, grid.y0 + grid.height_m() / 2.0),
            m_per_px: m_per_px.max(0.05),
        }
    }
    pub fn to_px(self, size: [usize; 2], p: Point) -> (f32, f32) {
        (
            ((p.x - self.centre.x) / self.m_per_px + size[0] as f64 / 2.0) as f32,
            ((self.centre.y - p.y) / self.m_per_px + size[1] as f64 / 2.0) as f32,
        )
    }
    pub fn to_world(self, size: [usize; 2], x: f32, y: f32) -> Point {
        Point::new(
            self.centre.x + (f64::from(x) - size[0] as f64 / 2.0) * self.m_per_px,
            self.centre.y - (f64::from(y) - size[1] as f64 / 2.0) * self.m_per_px,
        )
    }
    /// Changes the scale by `factor` (below 1 zooms in) and keeps what is under the pixel where it is.
    pub fn zoom(&mut self, size: [usize; 2], x: f32, y: f32, factor: f64) {
        let before = self.to_world(size, x, y);
        self.m_per_px = (self.m_per_px * factor).clamp(0.1, 500.0);
        let after = self.to_world(size, x, y);
        self.centre.x += before.x - after.x;
        self.centre.y += before.y - after.y;
    }
    pub fn pan(&mut self, dx_px: f32, dy_px: f32) {
        self.centre.x -= f64::from(dx_px) * self.m_per_px;
        self.centre.y += f64::from(dy_px) * self.m_per_px;
    }
    /// A round length for the scale bar and its width in pixels, at most `px_max` wide.
    pub fn scale_bar(&self, px_max: f64) -> (f64, f32) {
        let most = self.m_per_px * px_max;
        let decade = 10f64.powf(most.log10().floor());
        let length = [5.0, 2.0, 1.0].into_iter().map(|k| k * decade).find(|l| *l <= most).unwrap_or(decade);
        (length, (length / self.m_per_px) as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zooming_keeps_the_point_under_the_cursor() {
        let mut camera = Camera { centre: Point::new(1000.0, 500.0), m_per_px: 4.0 };
        let size = [800, 600];
        let before = camera.to_world(size, 120.0, 77.0);
        camera.zoom(size, 120.0, 77.0, 0.37);
        let after = camera.to_world(size, 120.0, 77.0);
        assert!(before.distance_m(after) < 1e-6);
        let (x, y) = camera.to_px(size, before);
        assert!((x - 120.0).abs() < 1e-3 && (y - 77.0).abs() < 1e-3);
    }

    #[test]
    fn the_scale_bar_is_a_round_length_that_fits() {
        for m_per_px in [0.3, 1.0, 3.7, 25.0, 180.0] {
            let (length, px) = Camera { centre: Point::default(), m_per_px }.scale_bar(120.0);
            assert!(px <= 120.0 && px > 40.0, "{length} m is {px} px at {m_per_px}");
        }
    }
}
