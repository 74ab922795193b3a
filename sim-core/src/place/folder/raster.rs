//! The rasters as GeoTIFF, north row first as GIS programs expect it.

use super::CELLS_MAX;
use crate::base::complaint::Complaints;
use crate::place::city::{City, Cover};
use crate::place::grid::Grid;
use std::fs::File;
use std::io::{self, BufReader, BufWriter};
use std::path::Path;
use tiff::decoder::{Decoder, DecodingResult, Limits};
use tiff::encoder::{Compression, TiffEncoder, colortype};
use tiff::tags::Tag;

pub struct Rasters {
    pub terrain_m: Vec<f32>,
    pub cover: Vec<Cover>,
    pub zone_of_cell: Vec<u16>,
}

/// Grid order (south first) to picture order (north first), and back.
fn turn<T: Copy>(grid: &Grid, cells: &[T]) -> Vec<T> {
    cells.chunks(grid.nx).rev().flatten().copied().collect()
}

fn write_one<C>(grid: &Grid, file: &Path, cells: &[C::Inner]) -> io::Result<()>
where
    C: colortype::ColorType,
    C::Inner: Copy,
    [C::Inner]: tiff::encoder::TiffValue,
{
    if cells.len() != grid.len() {
        let what = format!("{}: {} cells for a grid of {}", file.display(), cells.len(), grid.len());
        return Err(io::Error::new(io::ErrorKind::InvalidData, what));
    }
    let mut tiff = TiffEncoder::new(BufWriter::new(File::create(file)?))
        .map_err(io::Error::other)?
        .with_compression(Compression::Deflate(tiff::encoder::DeflateLevel::Fast));
    let mut image = tiff.new_image::<C>(grid.nx as u32, grid.ny as u32).map_err(io::Error::other)?;
    let north_m = grid.y0 + grid.height_m();
    let tags = image.encoder();
    tags.write_tag(Tag::ModelPixelScaleTag, &[grid.cell_m, grid.cell_m, 0.0][..]).map_err(io::Error::other)?;
    tags.write_tag(Tag::ModelTiepointTag, &[0.0, 0.0, 0.0, grid.x0, north_m, 0.0][..]).map_err(io::Error::other)?;
    image.write_data(&turn(grid, cells)).map_err(io::Error::other)
}

pub fn write(city: &City, dir: &Path) -> io::Result<()> {
    if let Some(cell) = city.terrain_m.iter().position(|v| !v.is_finite()) {
        let what = format!("terrain of cell {cell} is {}", city.terrain_m[cell]);
        return Err(io::Error::new(io::ErrorKind::InvalidData, what));
    }
    let cover: Vec<u8> = city.cover.iter().map(|c| *c as u8).collect();
    write_one::<colortype::Gray32Float>(&city.grid, &dir.join("terrain.tif"), &city.terrain_m)?;
    write_one::<colortype::Gray8>(&city.grid, &dir.join("cover.tif"), &cover)?;
    write_one::<colortype::Gray16>(&city.grid, &dir.join("zones.tif"), &city.zone_of_cell)
}

/// The cells in grid order; complains of everything else than a picture of the grid's size.
fn read_one(file: &Path, grid: &Grid, all: &mut Complaints) -> Option<DecodingResult> {
    let mut fail = |what: String, hint: &str| {
        all.add(file, what, hint);
        None
    };
    let opened = match File::open(file) {
        Ok(opened) => opened,
        Err(why) => return fail(format!("cannot be read: {why}"), ""),
    };
    if opened.metadata().map(|m| m.len()).unwrap_or(0) == 0 {
        return fail("is empty".into(), "a GeoTIFF of one band");
    }
    let mut limits = Limits::default();
    limits.decoding_buffer_size = CELLS_MAX * 4;
    limits.intermediate_buffer_size = CELLS_MAX * 4;
    let mut tiff = match Decoder::new(BufReader::new(opened)) {
        Ok(tiff) => tiff.with_limits(limits),
        Err(why) => return fail(format!("is no readable TIFF: {why}"), "a GeoTIFF of one band"),
    };
    let size = match tiff.dimensions() {
        Ok((w, h)) => (w as usize, h as usize),
        Err(why) => return fail(format!("is no readable TIFF: {why}"), "a GeoTIFF of one band"),
    };
    if size != (grid.nx, grid.ny) {
        let hint = format!("{} x {}, as the grid in city.ron", grid.nx, grid.ny);
        return fail(format!("has {} x {} cells", size.0, size.1), &hint);
    }
    // Where the file says how it lies, it must lie on the grid.
    if let Ok(scale) = tiff.get_tag_f64_vec(Tag::ModelPixelScaleTag)
        && scale.iter().take(2).any(|s| (s - grid.cell_m).abs() > 1e-6 * grid.cell_m)
    {
        return fail(format!("has cells of {scale:?} m"), &format!("{} m, as the grid in city.ron", grid.cell_m));
    }
    match tiff.read_image() {
        Ok(cells) => Some(cells),
        Err(why) => fail(format!("is damaged: {why}"), "write it again"),
    }
}

pub fn read(dir: &Path, grid: &Grid, zones: usize, all: &mut Complaints) -> Rasters {
    let mut rasters = Rasters { terrain_m: Vec::new(), cover: Vec::new(), zone_of_cell: Vec::new() };
    let wrong = |file: &Path, bands: &str, all: &mut Complaints| {
        all.add(file, "has cells of another kind", format!("one band of {bands}"));
    };
    let file = dir.join("terrain.tif");
    match read_one(&file, grid, all) {
        Some(DecodingResult::F32(cells)) if cells.len() == grid.len() => {
            rasters.terrain_m = turn(grid, &cells);
            let bad = |v: &f32| !(v.is_finite() && (-500.0..=9_000.0).contains(v));
            complain_cells(&file, grid, &rasters.terrain_m, bad, "-500 to 9000 m", all);
        }
        Some(_) => wrong(&file, "32-bit floats (m)", all),
        None => {}
    }
    let file = dir.join("cover.tif");
    match read_one(&file, grid, all) {
        Some(DecodingResult::U8(cells)) if cells.len() == grid.len() => {
            let cells = turn(grid, &cells);
            complain_cells(&file, grid, &cells, |v| Cover::from_u8(*v).is_none(), "0 to 7, see README.txt", all);
            rasters.cover = cells.iter().filter_map(|v| Cover::from_u8(*v)).collect();
        }
        Some(_) => wrong(&file, "8-bit whole numbers", all),
        None => {}
    }
    let file = dir.join("zones.tif");
    match read_one(&file, grid, all) {
        Some(DecodingResult::U16(cells)) if cells.len() == grid.len() => {
            rasters.zone_of_cell = turn(grid, &cells);
            let bad = |v: &u16| *v != u16::MAX && usize::from(*v) >= zones;
            let hint = format!("a row of zones.geojson (it has {zones}), or 65535 for none");
            complain_cells(&file, grid, &rasters.zone_of_cell, bad, &hint, all);
        }
        Some(_) => wrong(&file, "16-bit whole numbers", all),
        None => {}
    }
    rasters
}

/// One complaint for all bad cells of a raster, with the first of them.
fn complain_cells<T: std::fmt::Debug>(
    file: &Path,
    grid: &Grid,
    cells: &[T],
    bad: impl Fn(&T) -> bool,
    hint: &str,
    all: &mut Complaints,
) {
    let mut found = cells.iter().enumerate().filter(|(_, v)| bad(v));
    if let Some((cell, value)) = found.next() {
        let more = found.count();
        let at = grid.centre(cell);
        let rest = if more > 0 { format!(", and {more} more") } else { String::new() };
        all.add(file, format!("cell at x {}, y {} holds {value:?}{rest}", at.x, at.y), hint);
    }
}
