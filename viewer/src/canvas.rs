//! A picture in memory and the few strokes the map is made of. Drawing on the CPU into one texture is the fastest
//! way without a GPU, and the same strokes draw the pictures of reports.

use egui::Color32;

/// Opaque pixels, row by row from the top.
#[derive(Clone, Default)]
pub struct Canvas {
    pub w: usize,
    pub h: usize,
    pub px: Vec<Color32>,
}

/// How a line is broken up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dash {
    Solid,
    Dashed,
    Dotted,
}

/// `over` on top of `under`, where `alpha` is 0 to 255.
#[inline]
pub fn blend(under: Color32, over: Color32, alpha: u32) -> Color32 {
    let mix = |a: u8, b: u8| ((u32::from(a) * (255 - alpha) + u32::from(b) * alpha + 127) / 255) as u8;
    Color32::from_rgb(mix(under.r(), over.r()), mix(under.g(), over.g()), mix(under.b(), over.b()))
}

impl Canvas {
    pub fn new(w: usize, h: usize, fill: Color32) -> Canvas {
        Canvas { w, h, px: vec![fill; w * h] }
    }
    pub fn size(&self) -> [usize; 2] {
        [self.w, self.h]
    }
    #[inline]
    pub fn blend_at(&mut self, x: i32, y: i32, colour: Color32, alpha: u32) {
        if x >= 0 && y >= 0 && (x as usize) < self.w && (y as usize) < self.h {
            let slot = &mut self.px[y as usize * self.w + x as usize];
            *slot = blend(*slot, colour, alpha);
        }
    }
    /// A square of `side` pixels around a point.
    #[inline]
    pub fn dot(&mut self, x: f32, y: f32, side: i32, colour: Color32) {
        let (x0, y0) = (x as i32 - side / 2, y as i32 - side / 2);
        if x0 < 0 || y0 < 0 || x0 + side > self.w as i32 || y0 + side > self.h as i32 {
            return;
        }
        for row in y0..y0 + side {
            let at = row as usize * self.w + x0 as usize;
            self.px[at..at + side as usize].fill(colour);
        }
    }
    /// A line of this width; its edges are smoothed along the minor axis.
    pub fn line(&mut self, a: (f32, f32), b: (f32, f32), width: f32, colour: Color32, dash: Dash) {
        let (w, h) = (self.w as f32, self.h as f32);
        let margin = width + 1.0;
        if a.0.max(b.0) < -margin || a.1.max(b.1) < -margin || a.0.min(b.0) > w + margin || a.1.min(b.1) > h + margin {
            return;
        }
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let flat = dx.abs() >= dy.abs();
        // Along the major axis one step a pixel; across it the line covers `half` pixels to both sides.
        let (mut u0, mut v0, mut u1, mut v1) = if flat { (a.0, a.1, b.0, b.1) } else { (a.1, a.0, b.1, b.0) };
        if u0 > u1 {
            (u0, u1) = (u1, u0);
            (v0, v1) = (v1, v0);
        }
        let slope = if u1 > u0 { (v1 - v0) / (u1 - u0) } else { 0.0 };
        let half = 0.5 * width * (1.0 + slope * slope).sqrt();
        let limit = if flat { w } else { h };
        let (first, last) = ((u0 - 0.5).floor().max(0.0) as i32, (u1 + 0.5).ceil().min(limit) as i32);
        for u in first..last {
            let gap = match dash {
                Dash::Solid => false,
                Dash::Dashed => u.rem_euclid(9) >= 6,
                Dash::Dotted => u.rem_euclid(5) >= 2,
            };
            if gap {
                continue;
            }
            let at = (u as f32 + 0.5).clamp(u0, u1);
            let v = v0 + (at - u0) * slope;
            let (lo, hi) = (v - half, v + half);
            for cell in lo.floor() as i32..=hi.floor() as i32 {
                let cover = (hi.min(cell as f32 + 1.0) - lo.max(cell as f32)).clamp(0.0, 1.0);
                let alpha = (cover * 255.0) as u32;
                if alpha > 8 {
                    let (x, y) = if flat { (u, cell) } else { (cell, u) };
                    self.blend_at(x, y, colour, alpha);
                }
            }
        }
    }
    /// Fills a polygon (even-odd), row by row.
    pub fn polygon(&mut self, points: &[(f32, f32)], colour: Color32) {
        let top = points.iter().map(|p| p.1).fold(f32::MAX, f32::min).max(0.0) as usize;
        let bottom = points.iter().map(|p| p.1).fold(f32::MIN, f32::max).min(self.h as f32 - 1.0);
        if bottom < 0.0 || points.len() < 3 {
            return;
        }
        let mut cuts: Vec<f32> = Vec::new();
        for row in top..=bottom as usize {
            let y = row as f32 + 0.5;
            cuts.clear();
            for k in 0..points.len() {
                let (a, b) = (points[k], points[(k + 1) % points.len()]);
                if (a.1 <= y) != (b.1 <= y) {
                    cuts.push(a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0));
                }
            }
            cuts.sort_by(f32::total_cmp);
            for pair in cuts.chunks_exact(2) {
                let from = pair[0].round().clamp(0.0, self.w as f32) as usize;
                let to = pair[1].round().clamp(0.0, self.w as f32) as usize;
                if from < to {
                    self.px[row * self.w + from..row * self.w + to].fill(colour);
                }
            }
        }
    }
}
