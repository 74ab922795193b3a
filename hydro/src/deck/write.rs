//! What a run leaves in its folder: a layer of depth for every output moment, the layers of the whole run, gauges,
//! happenings, outlines, pictures, and a summary. Frames are written as the run goes on and outlast a kill; a resumed run
//! goes on where its checkpoint stands and writes the later ones again, to the same bits.

use super::run::Run;
use super::*;
use crate::files::contours::{self, Outlined};
use crate::files::netcdf::{self, Whole};
use crate::files::picture::{self, Overlay, Scale, Sheet};
use crate::flow::Account;
use crate::layers::extremes::Layer;
use base::raster::Raster;
use serde_json::json;
use std::fmt::Write as _;
use std::io::Write as _;

/// The folder of a run.
pub struct Folder<'a> {
    path: PathBuf,
    /// A typeface for pictures; none are drawn without one.
    font: Option<&'a [u8]>,
}

/// A layer of the whole run: file name, names, unit, CF cell methods.
const WHOLE: [(Layer, &str, &str, &str, &str); 8] = [
    (Layer::Depth, "max_depth", "最大水深", "greatest depth", "time: maximum"),
    (Layer::Speed, "max_speed", "最大流速", "greatest speed", "time: maximum"),
    (Layer::Force, "max_depth_speed", "最大单宽流量", "greatest depth times speed", "time: maximum"),
    (Layer::PeakTime, "peak_time", "洪峰时间", "time of the greatest depth", ""),
    (Layer::Arrival(0), "arrival_time", "到达时间", "first time over 0.05 m", ""),
    (Layer::Duration(0), "duration", "淹没历时", "time over 0.15 m", ""),
    (Layer::Hazard, "hazard", "危险等级", "hazard class H1 to H6", ""),
    (Layer::Rating, "hazard_rating", "危险指数", "DEFRA hazard rating, upper bound", ""),
];

impl<'a> Folder<'a> {
    /// Makes the folder where it is not there.
    pub fn new(path: &Path, font: Option<&'a [u8]>) -> Result<Folder<'a>, Complaints> {
        std::fs::create_dir_all(path.join("frames"))
            .map_err(|e| Complaints::one(path, format!("cannot be made: {e}"), ""))?;
        Ok(Folder { path: path.into(), font })
    }
    pub fn checkpoint(&self) -> PathBuf {
        self.path.join("checkpoint.zst")
    }
    fn put(&self, name: &str, text: &str) -> Result<(), Complaints> {
        let file = self.path.join(name);
        std::fs::write(&file, text).map_err(|e| Complaints::one(&file, format!("cannot be written: {e}"), ""))
    }

    /// The layer of this moment.
    pub fn frame(&self, run: &Run) -> Result<(), Complaints> {
        let (model, now_s) = (&run.model, run.so_far.now_s);
        let depth = run.depths_m(0.0);
        let stem = stem(now_s);
        self.spool(&self.spooled(now_s), &depth)?;
        let shown = run.depths_m(model.outputs.shown_m);
        self.raster(run, &format!("frames/{stem}"), &shown)?;
        let clock = clock(now_s);
        let subtitle = Text::new(format!("水深，{clock}"), format!("Depth at {clock}"));
        self.picture(run, &format!("frames/{stem}.png"), subtitle, &shown, &Scale::depth(model.outputs.shown_m))?;
        self.channels(run)?;
        self.gauges(run)
    }

    /// Everything that is known at the end.
    pub fn end(&self, run: &Run, wall_s: f64) -> Result<(), Complaints> {
        let (model, extremes) = (&run.model, &run.so_far.extremes);
        let outside = model.sources.outside();
        let layer = |layer: Layer| -> Vec<f32> {
            let mut values = extremes.raster(layer);
            for (c, value) in values.iter_mut().enumerate() {
                let thin = f64::from(extremes.depth_m(c)) < model.outputs.shown_m;
                if outside[c] || thin {
                    *value = f32::NAN;
                }
            }
            values
        };
        for (which, name, ..) in WHOLE {
            self.raster(run, name, &layer(which))?;
        }
        let depth = layer(Layer::Depth);
        let subtitle = |zh: &str, en: &str| Text::new(zh, en);
        self.picture(
            run,
            "max_depth.png",
            subtitle("最大水深", "Greatest depth"),
            &depth,
            &Scale::depth(model.outputs.shown_m),
        )?;
        self.picture(
            run,
            "max_speed.png",
            subtitle("最大流速", "Greatest speed"),
            &layer(Layer::Speed),
            &Scale::speed(),
        )?;
        let arrival = Scale::arrival(model.duration_s);
        self.picture(
            run,
            "arrival_time.png",
            subtitle("水深超过 0.05 m 的时间", "First time over 0.05 m"),
            &layer(Layer::Arrival(0)),
            &arrival,
        )?;
        self.picture(
            run,
            "hazard.png",
            subtitle("危险等级", "Hazard classes"),
            &layer(Layer::Hazard),
            &Scale::hazard(),
        )?;
        let o = &model.outputs;
        if o.formats.contains(&Format::GeoJson) && !o.contours_m.is_empty() {
            let title = &model.name.en;
            let (grid, crs) = (&model.domain.grid, &model.crs);
            let outlined = Outlined { grid, crs, property: "depth_m", title, values: &depth, steps: &o.contours_m };
            contours::write(&self.path.join("max_depth.geojson"), &outlined)?;
        }
        if o.formats.contains(&Format::NetCdf) {
            self.netcdf(run, &layer)?;
        }
        self.gauges(run)?;
        self.happenings(run)?;
        self.put("summary.json", &format!("{:#}\n", summary(run, wall_s)))
    }

    fn raster(&self, run: &Run, name: &str, values: &[f32]) -> Result<(), Complaints> {
        let (model, formats) = (&run.model, &run.model.outputs.formats);
        let both = [(Format::GeoTiff, "tif"), (Format::Ascii, "asc")];
        for (_, ending) in both.into_iter().filter(|(format, _)| formats.contains(format)) {
            let raster = Raster { grid: model.domain.grid, crs: model.crs.clone(), values: values.to_vec() };
            raster.write(&self.path.join(format!("{name}.{ending}")))?;
        }
        Ok(())
    }

    fn picture(&self, run: &Run, name: &str, subtitle: Text, values: &[f32], scale: &Scale) -> Result<(), Complaints> {
        let model = &run.model;
        let (true, Some(font)) = (model.outputs.formats.contains(&Format::Png), self.font) else { return Ok(()) };
        let points: Vec<(String, f64, f64)> = model.gauges.iter().map(|g| (g.name.clone(), g.at.x, g.at.y)).collect();
        let sheet = Sheet {
            title: model.name.clone(),
            subtitle,
            source: &model.source,
            grid: &model.domain.grid,
            terrain_m: &model.terrain_m,
            values,
            scale,
            points: &points,
            over: Overlay::default(),
            width_px: model.outputs.picture_width_px,
        };
        picture::write(&self.path.join(name), &sheet, font)
    }

    /// Where the depths of a moment wait for the netCDF file, which wants to know the number of moments first.
    fn spooled(&self, at_s: f64) -> PathBuf {
        self.path.join(format!("frames/{}.f32", stem(at_s)))
    }
    fn spool(&self, file: &Path, depth: &[f32]) -> Result<(), Complaints> {
        let put = || -> std::io::Result<()> {
            let mut out = zstd::Encoder::new(std::fs::File::create(file)?, 1)?;
            for chunk in depth.chunks(1 << 16) {
                out.write_all(&chunk.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>())?;
            }
            out.finish()?.sync_all()
        };
        put().map_err(|e| Complaints::one(file, format!("cannot be written: {e}"), ""))
    }
    fn unspool(&self, file: &Path, cells: usize) -> Result<Vec<f32>, Complaints> {
        let wrong =
            |what: String| Complaints::one(file, what, "the frames of the run before must lie in the same folder");
        let opened = std::fs::File::open(file).map_err(|e| wrong(format!("cannot be read: {e}")))?;
        let bytes = zstd::decode_all(opened).map_err(|e| wrong(format!("is damaged: {e}")))?;
        if bytes.len() != 4 * cells {
            return Err(wrong(format!("holds {} bytes for {cells} cells", bytes.len())));
        }
        Ok(bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
    }

    fn netcdf(&self, run: &Run, layer: &dyn Fn(Layer) -> Vec<f32>) -> Result<(), Complaints> {
        let model = &run.model;
        let layers: Vec<Vec<f32>> = WHOLE.iter().map(|(which, ..)| layer(*which)).collect();
        let whole: Vec<Whole> = WHOLE
            .iter()
            .zip(&layers)
            .map(|((which, name, _, long_name, cell_methods), values)| Whole {
                name,
                long_name,
                unit: if which.unit() == "m2/s" {
                    "m2 s-1"
                } else if which.unit() == "m/s" {
                    "m s-1"
                } else {
                    which.unit()
                },
                cell_methods,
                values,
            })
            .collect();
        let times_s = frame_times(model);
        let cells = model.domain.grid.len();
        let at = |k: usize| {
            let depth = self.unspool(&self.spooled(times_s[k]), cells)?;
            Ok(depth.into_iter().map(|v| if v.is_nan() { netcdf::FILL } else { v }).collect())
        };
        let place = (&model.domain.grid, &model.crs);
        netcdf::write(&self.path.join("flood.nc"), place, &model.name.en, &times_s, at, &whole)
    }

    /// Takes away what only waited for the netCDF file.
    pub fn tidy(&self, run: &Run) {
        for at_s in frame_times(&run.model) {
            // One that is not there is as good as removed.
            let _ = std::fs::remove_file(self.spooled(at_s));
        }
    }

    /// One row for each moment; for each gauge depth, level and speed.
    fn gauges(&self, run: &Run) -> Result<(), Complaints> {
        let so_far = &run.so_far;
        if run.model.gauges.is_empty() {
            return Ok(());
        }
        let mut text = String::from("time_s");
        for gauge in &run.model.gauges {
            let name = gauge.name.replace([',', '"', '\n'], " ");
            let _ = write!(text, ",{name} depth_m,{name} level_m,{name} speed_m_s");
        }
        for (k, t) in so_far.times_s.iter().enumerate() {
            let _ = write!(text, "\n{t}");
            for readings in &so_far.readings {
                let r = &readings[k];
                let speed = base::math::hypot(r.u_m_s, r.v_m_s);
                let _ = write!(text, ",{:.4},{:.4},{:.4}", r.depth_m, r.stage_m, speed);
            }
        }
        self.put("gauges.csv", &(text + "\n"))
    }

    /// One row for each, in both languages.
    fn happenings(&self, run: &Run) -> Result<(), Complaints> {
        let mut text = String::from("time_s,zh,en");
        let quoted = |t: &str| t.replace('"', "'");
        for h in &run.so_far.happenings {
            let _ = write!(text, "\n{},\"{}\",\"{}\"", h.at_s, quoted(&h.what.zh), quoted(&h.what.en));
        }
        for i in &run.so_far.interventions {
            let (p, what) = (run.model.domain.grid.centre(i.cell), quoted(&i.what));
            let zh = format!("({}, {})数值干预：{what}", p.x, p.y);
            let _ = write!(text, "\n{},\"{zh}\",\"intervention at ({}, {}): {what}\"", i.at_s, p.x, p.y);
        }
        self.put("happenings.csv", &(text + "\n"))
    }

    /// Channels at this moment and the greatest so far: one row for each station.
    fn channels(&self, run: &Run) -> Result<(), Complaints> {
        let channels = run.channels();
        if channels.is_empty() {
            return Ok(());
        }
        let mut text =
            String::from("channel,along_m,x,y,bed_m,bank_m,level_m,discharge_m3_s,max_level_m,max_discharge_m3_s");
        for row in channels.table() {
            let name = row.channel.replace([',', '"', '\n'], " ");
            let _ = write!(
                text,
                "\n{name},{:.2},{:.2},{:.2},{:.4},{:.4}",
                row.along_m, row.at.x, row.at.y, row.bed_m, row.bank_m
            );
            let (now, most) = (row.now, row.most);
            let _ = write!(text, ",{:.4},{:.4},{:.4},{:.4}", now.0, now.1, most.0, most.1);
        }
        self.put(&format!("frames/channels_{}.csv", &stem(run.so_far.now_s)[6..]), &(text + "\n"))
    }
}

/// The moments at which layers are written, s.
pub fn frame_times(model: &build::Model) -> Vec<f64> {
    let every = model.outputs.every.s();
    let whole = ((model.duration_s / every) + 1e-9).floor() as usize;
    let mut times: Vec<f64> = (0..=whole).map(|k| k as f64 * every).collect();
    if model.duration_s - times[whole] > 1e-6 * every {
        times.push(model.duration_s);
    }
    times
}

fn stem(at_s: f64) -> String {
    format!("depth_{:09.1}", at_s).replace('.', "_")
}

/// Hours and minutes, with seconds where there are any.
pub fn clock(at_s: f64) -> String {
    let s = at_s.round() as u64;
    let (h, m, s) = (s / 3600, s / 60 % 60, s % 60);
    if s == 0 { format!("{h}:{m:02}") } else { format!("{h}:{m:02}:{s:02}") }
}

/// Figures of the run.
pub fn summary(run: &Run, wall_s: f64) -> serde_json::Value {
    let (model, ledger) = (&run.model, run.ledger());
    let accounts: serde_json::Map<String, serde_json::Value> =
        Account::ALL.iter().map(|a| (format!("{a:?}").to_lowercase(), json!(ledger.of(*a)))).collect();
    let extremes = &run.so_far.extremes;
    let deepest = (0..model.domain.grid.len()).map(|c| extremes.depth_m(c)).fold(0.0, f32::max);
    json!({
        "name_zh": model.name.zh,
        "name_en": model.name.en,
        "cells": model.domain.grid.len(),
        "cell_m": model.domain.grid.cell_m,
        "simulated_s": run.so_far.now_s,
        "wall_s": wall_s,
        "steps": run.steps(),
        "cell_updates": run.cell_updates(),
        "cell_updates_per_s": run.cell_updates() as f64 / wall_s.max(1e-9),
        "mass_error": ledger.error(),
        "water_at_start_m3": ledger.start_m3,
        "water_now_m3": ledger.now_m3,
        "by_account_m3": accounts,
        "stored_in_structures_m3": run.structures().stored_m3(),
        "channels_m3": channels(run),
        "greatest_depth_m": deepest,
        "flooded_m2": extremes.flooded_m2(model.outputs.shown_m as f32),
        "interventions": run.so_far.interventions.len(),
        "remarks": model.remarks.0.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

/// The balance of the channels.
fn channels(run: &Run) -> serde_json::Value {
    let (l, all) = (run.channels().ledger(), run.channels());
    json!({
        "at_start": l.start_m3,
        "now": all.held_m3(),
        "inflow": l.inflow_m3,
        "boundary": l.boundary_m3,
        "to_cells": l.to_cells_m3,
        "from_cells": l.from_cells_m3,
        "taken_by_others": l.taken_m3,
        "unexplained": all.error_m3(),
    })
}
