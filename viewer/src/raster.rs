//! Draws egui's triangles in memory, so that the whole screen becomes a picture on a machine without display or GPU.

use egui::epaint::{ClippedPrimitive, Mesh, Primitive, Vertex};
use egui::{Color32, ImageData, TextureId, TexturesDelta};
use std::collections::BTreeMap;

/// Textures as egui hands them over: the atlas of glyphs and the map.
#[derive(Default)]
pub struct Textures(BTreeMap<TextureId, ([usize; 2], Vec<Color32>)>);

impl Textures {
    pub fn apply(&mut self, delta: &TexturesDelta) {
        for (id, change) in delta.set.iter().flat_map(|(id, list)| list.iter().map(move |change| (id, change))) {
            let ImageData::Color(image) = &change.image;
            match change.pos {
                None => drop(self.0.insert(*id, (image.size, image.pixels.clone()))),
                Some([x, y]) => {
                    let Some((size, pixels)) = self.0.get_mut(id) else { continue };
                    for row in 0..image.size[1] {
                        let to = (y + row) * size[0] + x;
                        let from = row * image.size[0];
                        pixels[to..to + image.size[0]].copy_from_slice(&image.pixels[from..from + image.size[0]]);
                    }
                }
            }
        }
    }
}

/// The picture, opaque.
pub fn draw(primitives: &[ClippedPrimitive], textures: &Textures, ppp: f32, size: [usize; 2]) -> image::RgbaImage {
    let mut pixels = vec![[0.0f32; 3]; size[0] * size[1]];
    for clipped in primitives {
        let Primitive::Mesh(mesh) = &clipped.primitive else { continue };
        let clip = clipped.clip_rect;
        let clip = [
            (clip.min.x * ppp).round().clamp(0.0, size[0] as f32) as usize,
            (clip.min.y * ppp).round().clamp(0.0, size[1] as f32) as usize,
            (clip.max.x * ppp).round().clamp(0.0, size[0] as f32) as usize,
            (clip.max.y * ppp).round().clamp(0.0, size[1] as f32) as usize,
        ];
        mesh_into(&mut pixels, size, mesh, textures, ppp, clip);
    }
    image::RgbaImage::from_fn(size[0] as u32, size[1] as u32, |x, y| {
        let p = pixels[y as usize * size[0] + x as usize];
        let byte = |v: f32| v.round().clamp(0.0, 255.0) as u8;
        image::Rgba([byte(p[0]), byte(p[1]), byte(p[2]), 255])
    })
}

fn mesh_into(pixels: &mut [[f32; 3]], size: [usize; 2], mesh: &Mesh, textures: &Textures, ppp: f32, clip: [usize; 4]) {
    let Some((tex_size, texels)) = textures.0.get(&mesh.texture_id) else { return };
    for triangle in mesh.indices.chunks_exact(3) {
        let [a, b, c] = [0, 1, 2].map(|k| mesh.vertices[triangle[k] as usize]);
        let at = |v: &Vertex| (v.pos.x * ppp, v.pos.y * ppp);
        let ((ax, ay), (bx, by), (cx, cy)) = (at(&a), at(&b), at(&c));
        let area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
        if area == 0.0 {
            continue;
        }
        let (lo_x, hi_x) = (ax.min(bx).min(cx), ax.max(bx).max(cx));
        let (lo_y, hi_y) = (ay.min(by).min(cy), ay.max(by).max(cy));
        let x0 = (lo_x.floor().max(0.0) as usize).max(clip[0]);
        let x1 = (hi_x.ceil().max(0.0) as usize).min(clip[2]);
        let y0 = (lo_y.floor().max(0.0) as usize).max(clip[1]);
        let y1 = (hi_y.ceil().max(0.0) as usize).min(clip[3]);
        // A pixel on a shared edge belongs to one triangle only (top-left rule), or blending would show the seam.
        let owns = |dx: f32, dy: f32| {
            if area > 0.0 { dy < 0.0 || (dy == 0.0 && dx > 0.0) } else { dy > 0.0 || (dy == 0.0 && dx < 0.0) }
        };
        let own = [owns(cx - bx, cy - by), owns(ax - cx, ay - cy), owns(bx - ax, by - ay)];
        for y in y0..y1 {
            let py = y as f32 + 0.5;
            for x in x0..x1 {
                let px = x as f32 + 0.5;
                let w = [
                    ((bx - px) * (cy - py) - (by - py) * (cx - px)) / area,
                    ((cx - px) * (ay - py) - (cy - py) * (ax - px)) / area,
                    ((ax - px) * (by - py) - (ay - py) * (bx - px)) / area,
                ];
                if (0..3).any(|k| w[k] < 0.0 || (w[k] == 0.0 && !own[k])) {
                    continue;
                }
                let mix = |f: &dyn Fn(&Vertex) -> f32| w[0] * f(&a) + w[1] * f(&b) + w[2] * f(&c);
                let (u, v) = (mix(&|p| p.uv.x) * tex_size[0] as f32, mix(&|p| p.uv.y) * tex_size[1] as f32);
                let texel = sample(*tex_size, texels, u, v);
                // Colours and texels are premultiplied and blended as they stand (egui blends in gamma space).
                let channel = |f: &dyn Fn(Color32) -> u8, t: f32| mix(&|p| f32::from(f(p.color))) * t / 255.0;
                let colour =
                    [channel(&|c| c.r(), texel[0]), channel(&|c| c.g(), texel[1]), channel(&|c| c.b(), texel[2])];
                let alpha = channel(&|c| c.a(), texel[3]);
                let slot = &mut pixels[y * size[0] + x];
                for k in 0..3 {
                    slot[k] = slot[k] * (1.0 - alpha / 255.0) + colour[k];
                }
            }
        }
    }
}

/// The texture at (u, v) in texels, linear between the four nearest.
fn sample(size: [usize; 2], texels: &[Color32], u: f32, v: f32) -> [f32; 4] {
    let (u, v) = (u - 0.5, v - 0.5);
    let (fu, fv) = (u - u.floor(), v - v.floor());
    let clamp = |v: f32, n: usize| v.clamp(0.0, n as f32 - 1.0) as usize;
    let (x0, x1) = (clamp(u.floor(), size[0]), clamp(u.floor() + 1.0, size[0]));
    let (y0, y1) = (clamp(v.floor(), size[1]), clamp(v.floor() + 1.0, size[1]));
    let at = |x: usize, y: usize| texels[y * size[0] + x].to_array().map(f32::from);
    let mut out = [0.0; 4];
    let (a, b, c, d) = (at(x0, y0), at(x1, y0), at(x0, y1), at(x1, y1));
    for k in 0..4 {
        out[k] = (a[k] * (1.0 - fu) + b[k] * fu) * (1.0 - fv) + (c[k] * (1.0 - fu) + d[k] * fu) * fv;
    }
    out
}
