//! What a run leaves in its folder: zones as GeoJSON and KML, a map of each threat, the rates and the courses as CSV, and a summary.

pub mod geo;
pub mod map;
pub mod streets;
pub mod summary;
pub mod tables;
mod terrain;

use super::build::Model;
use super::outcome::Outcome;
use base::complaint::Complaints;
use std::path::{Path, PathBuf};

/// Writes all files; the maps in a typeface with both scripts, where one is given.
pub fn folder(
    model: &Model,
    outcome: &Outcome,
    folder: &Path,
    font: Option<&[u8]>,
) -> Result<Vec<PathBuf>, Complaints> {
    std::fs::create_dir_all(folder).map_err(|e| Complaints::one(folder, format!("cannot be made: {e}"), ""))?;
    let mut written = Vec::new();
    let mut put = |name: &str, text: String| {
        let file = folder.join(name);
        std::fs::write(&file, text).map_err(|e| Complaints::one(&file, format!("cannot be written: {e}"), ""))?;
        written.push(file);
        Ok::<(), Complaints>(())
    };
    put("summary.json", format!("{:#}\n", summary::json(model, outcome)))?;
    put("zones.geojson", format!("{}\n", geo::geojson(model, outcome)))?;
    if let Some(kml) = geo::kml(model, outcome) {
        put("zones.kml", kml)?;
    }
    put("release.csv", tables::release(model, outcome))?;
    if !outcome.courses.is_empty() {
        put("points.csv", tables::points(model, outcome))?;
    }
    if let Some(font) = font {
        for threat in outcome.threats.iter().filter(|t| t.zones.iter().any(|z| z.reached())) {
            let file = folder.join(format!("{}.png", threat.kind.key()));
            map::write(model, outcome, threat, &file, font)?;
            written.push(file);
        }
        if let (Some(streets), Some(near)) = (&model.streets, &outcome.near) {
            let file = folder.join("streets.png");
            streets::write(model, outcome, streets, near, &file, font)?;
            written.push(file);
        }
    }
    Ok(written)
}
