//! A city as a folder on disk, for GIS programs and text editors.
//!
//! | file | holds |
//! |---|---|
//! | `city.ron` | names, grid, projection, attribution, water level |
//! | `terrain.tif` `cover.tif` `zones.tif` | GeoTIFF rasters on the grid: f32 m, u8, u16 (65535: none) |
//! | `roads.geojson` | nodes (points), then links (lines) |
//! | `buildings.geojson` `facilities.geojson` `levees.geojson` `gauges.geojson` `zones.geojson` | one feature a line |
//!
//! Coordinates are metres on the city's grid, not degrees; a feature's `id` is its row in its list. Numbers are
//! written so that reading gives the same bits back: `load(save(city)) == city`. Loading gathers everything that is
//! wrong, with file and line, before it gives up.

mod header;
mod raster;
mod read;
mod row;
#[cfg(test)]
mod tests;
mod write;

use crate::base::complaint::Complaints;
use crate::place::city::City;
use std::io;
use std::path::{Path, PathBuf};

/// Version of the layout, in `city.ron`.
pub const SCHEMA: u32 = 1;
/// Largest text file that is read, bytes.
pub const TEXT_MAX_BYTES: u64 = 1 << 30;
/// Largest raster, cells. The flood keeps some twenty numbers a cell.
pub const CELLS_MAX: usize = 30_000_000;

const README: &str = "\
A city of Sandtable (沙盘). Coordinates in all files are metres on the city's grid (x east, y north), not degrees;
city.ron says how the grid lies on the earth. One feature a line: complaints name the line. A feature's id is its row.
terrain.tif: bed level, m. cover.tif: 0 water, 1 paved, 2 built-up, 3 industry, 4 field, 5 park, 6 wood, 7 levee.
zones.tif: row of the zone in zones.geojson, 65535 none.
";

/// Writes a city. The folder appears whole or not at all: everything is written beside it first and then renamed.
/// An older city in the folder is replaced; a folder that holds anything else is refused.
///
/// # Errors
/// When the disk refuses, when `dir` exists and is no city folder, or when the city holds numbers that no file can
/// hold (NaN, infinities).
pub fn save(city: &City, dir: &Path) -> io::Result<()> {
    let name = dir.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a folder needs a name"))?;
    let occupied = dir.exists() && (!dir.is_dir() || std::fs::read_dir(dir)?.next().is_some());
    if occupied && !dir.join("city.ron").is_file() {
        return Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            format!("{} exists and is no city folder (no city.ron in it)", dir.display()),
        ));
    }
    let beside = |end: &str| -> PathBuf {
        let mut new = std::ffi::OsString::from(".");
        new.push(name);
        new.push(format!(".{end}-{}", std::process::id()));
        dir.with_file_name(new)
    };
    let (part, old) = (beside("part"), beside("old"));
    if let Some(parent) = dir.parent().filter(|p| !p.as_os_str().is_empty()) {
        std::fs::create_dir_all(parent)?;
    }
    if part.exists() {
        std::fs::remove_dir_all(&part)?;
    }
    let written = std::fs::create_dir(&part).and_then(|()| write_all(city, &part)).and_then(|()| {
        if !dir.exists() {
            return std::fs::rename(&part, dir);
        }
        std::fs::rename(dir, &old)?;
        // Where the new one cannot take its place, the old one goes back.
        std::fs::rename(&part, dir).inspect_err(|_| drop(std::fs::rename(&old, dir)))?;
        std::fs::remove_dir_all(&old)
    });
    if written.is_err() && part.exists() {
        std::fs::remove_dir_all(&part)?;
    }
    written
}

fn write_all(city: &City, dir: &Path) -> io::Result<()> {
    std::fs::write(dir.join("README.txt"), README)?;
    header::write(city, &dir.join("city.ron"))?;
    raster::write(city, dir)?;
    write::write(city, dir)
}

/// Reads a city.
///
/// # Errors
/// Everything that is wrong with its files, at once.
pub fn load(dir: &Path) -> Result<City, Complaints> {
    if !dir.is_dir() {
        return Err(Complaints::one(dir, "there is no such folder", "a folder with city.ron in it"));
    }
    let mut all = Complaints::new();
    let head = header::read(&dir.join("city.ron"), &mut all);
    let lists = read::read(dir, head.as_ref().map(|h| h.grid), &mut all);
    let rasters = head.as_ref().map(|h| raster::read(dir, &h.grid, lists.zones.len(), &mut all));
    match (head, rasters) {
        (Some(head), Some(rasters)) if all.is_empty() => Ok(City {
            name: head.name,
            synthetic: head.synthetic,
            grid: head.grid,
            projection: head.projection,
            attribution: head.attribution,
            terrain_m: rasters.terrain_m,
            cover: rasters.cover,
            nodes: lists.nodes,
            links: lists.links,
            zones: lists.zones,
            buildings: lists.buildings,
            facilities: lists.facilities,
            levees: lists.levees,
            gauges: lists.gauges,
            water_level_m: head.water_level_m,
            zone_of_cell: rasters.zone_of_cell,
        }),
        _ => Err(all),
    }
}

/// Reads a text file of bearable size; complains otherwise.
fn text_of(file: &Path, all: &mut Complaints) -> Option<String> {
    let size = match std::fs::metadata(file) {
        Ok(meta) => meta.len(),
        Err(why) => {
            all.add(file, format!("cannot be read: {why}"), "");
            return None;
        }
    };
    if size == 0 {
        all.add(file, "is empty", "");
        return None;
    }
    if size > TEXT_MAX_BYTES {
        all.add(file, format!("has {size} bytes"), format!("at most {TEXT_MAX_BYTES}"));
        return None;
    }
    match std::fs::read(file).map(String::from_utf8) {
        Ok(Ok(text)) => Some(text),
        Ok(Err(why)) => {
            let good = why.utf8_error().valid_up_to();
            let line = why.as_bytes()[..good].iter().filter(|b| **b == b'\n').count() + 1;
            all.add_at(file, (line, 1), "is not UTF-8 text", "save it as UTF-8");
            None
        }
        Err(why) => {
            all.add(file, format!("cannot be read: {why}"), "");
            None
        }
    }
}
