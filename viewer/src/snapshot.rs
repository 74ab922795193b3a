//! The screen as a picture.

use crate::app::{Tab, ViewerApp};
use crate::{fonts, raster};
use egui::{Context, Pos2, RawInput, Rect, vec2};
use sim_core::base::{text::Lang, time::Tick};
use sim_core::record::Recording;
use std::path::Path;

/// The main screen of a recording at `tick` as a picture of `size` pixels. Drawn in memory: it needs neither a
/// display nor a GPU.
pub fn snapshot(path: &Path, tick: Tick, size: [u32; 2], lang: Lang, tab: Tab) -> Result<image::RgbaImage, String> {
    let rec = Recording::open(path).map_err(|e| e.to_string())?;
    let mut app = ViewerApp::new(rec, lang);
    app.follow = false;
    app.tab = tab;
    app.go(tick);
    picture_of(&mut app, size)
}

/// The screen of an app as it stands, as a picture.
pub fn picture_of(app: &mut ViewerApp, size: [u32; 2]) -> Result<image::RgbaImage, String> {
    if !(64..=8192).contains(&size[0]) || !(64..=8192).contains(&size[1]) {
        return Err(format!("a picture of {} x {} pixels: both sides must be 64 to 8192", size[0], size[1]));
    }
    let ctx = Context::default();
    fonts::set_up(&ctx);
    let mut textures = raster::Textures::default();
    // egui settles sizes in the first passes (panels, grids, plots); the last one is the picture.
    let mut last = None;
    for pass in 0..4 {
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(size[0] as f32, size[1] as f32))),
            time: Some(f64::from(pass)),
            ..Default::default()
        };
        let mut output = ctx.run_ui(input, |ui| app.ui(ui));
        textures.apply(&output.textures_delta);
        output.textures_delta.clear();
        last = Some(output);
    }
    let output = last.expect("there was a pass");
    let primitives = ctx.tessellate(output.shapes, output.pixels_per_point);
    Ok(raster::draw(&primitives, &textures, output.pixels_per_point, [size[0] as usize, size[1] as usize]))
}
