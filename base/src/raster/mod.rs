//! Rasters: values on a grid of square cells, with a place on the earth, read from and written to the files of
//! geographic information systems. A void (nodata) is NaN. What is read is either complete or a list of complaints:
//! no void is filled and no size is guessed here.
//!
//! `Band` is what a file holds: rows from north to south, pixels of any two sizes. `Raster` is what a model computes
//! on: square cells, row 0 in the south, in projected metres.

pub mod ascii;
pub mod geotiff;

use crate::complaint::{Complaint, Complaints};
use crate::grid::Grid;
use std::fmt;
use std::path::Path;

/// Most pixels of one raster that are read: 400 million are 1.6 GB as f32.
pub const PIXELS_MAX: u64 = 400_000_000;

/// Two rasters lie on each other when corners and cell sizes agree to this share of a cell.
const AGREE: f64 = 1e-3;

/// The coordinate system that a file names.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Crs {
    /// Longitude and latitude in degrees, with the EPSG code of the datum.
    Geographic(u16),
    /// Projected coordinates, with their EPSG code.
    Projected(u16),
    /// Projected coordinates, given by a proj4 definition.
    Proj4(String),
    /// The file does not say.
    #[default]
    Unknown,
}

impl fmt::Display for Crs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Crs::Geographic(code) => write!(f, "EPSG:{code} (degrees)"),
            Crs::Projected(code) => write!(f, "EPSG:{code}"),
            Crs::Proj4(text) => write!(f, "{text}"),
            Crs::Unknown => write!(f, "unknown"),
        }
    }
}

/// One band of a file. Row 0 is the northernmost; a void is NaN.
#[derive(Debug, Clone)]
pub struct Band {
    pub width: usize,
    pub height: usize,
    /// Model coordinates of the centre of the north-west pixel.
    pub x0: f64,
    pub y0: f64,
    /// Size of a pixel, eastward and southward, both positive, in the units of the coordinate system.
    pub dx: f64,
    pub dy: f64,
    pub crs: Crs,
    pub values: Vec<f32>,
}

/// Values on square cells, row 0 in the south, in the coordinates of `crs`. A void is NaN.
#[derive(Debug, Clone, PartialEq)]
pub struct Raster {
    pub grid: Grid,
    pub crs: Crs,
    pub values: Vec<f32>,
}

impl Band {
    /// The band on a metric grid. Refused when its pixels are not square or its coordinates are degrees.
    pub fn into_raster(self, file: &Path) -> Result<Raster, Complaints> {
        if let Crs::Geographic(_) = self.crs {
            return Err(Complaints::one(
                file,
                format!("is in degrees ({})", self.crs),
                "project it to metres: gdalwarp -t_srs EPSG:...",
            ));
        }
        if (self.dx - self.dy).abs() > 1e-6 * self.dx {
            return Err(Complaints::one(
                file,
                format!("has pixels of {} x {}", self.dx, self.dy),
                "square cells are wanted: gdalwarp -tr SIZE SIZE",
            ));
        }
        let (nx, ny, cell_m) = (self.width, self.height, self.dx);
        let grid = Grid { nx, ny, cell_m, x0: self.x0 - 0.5 * cell_m, y0: self.y0 - (ny as f64 - 0.5) * cell_m };
        Ok(Raster { grid, crs: self.crs, values: upside_down(&self.values, nx) })
    }
}

/// The rows in the other order.
pub fn upside_down<T: Copy>(values: &[T], nx: usize) -> Vec<T> {
    values.chunks_exact(nx).rev().flatten().copied().collect()
}

impl Raster {
    /// Reads `.asc` (ESRI ASCII; also `.ascii`, `.dem`, `.txt` and names without an ending) or `.tif`, `.tiff`.
    pub fn read(file: &Path) -> Result<Raster, Complaints> {
        let ending = file.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
        match ending.as_str() {
            "tif" | "tiff" => geotiff::read(file)?.into_raster(file),
            "nc" | "png" | "jpg" | "vrt" | "img" | "hgt" | "zip" => Err(Complaints::one(
                file,
                format!("`.{ending}` is not read here"),
                "give ESRI ASCII (.asc) or GeoTIFF (.tif): gdal_translate writes both",
            )),
            _ => ascii::read(file)?.into_raster(file),
        }
    }
    /// Writes by the ending of the name: `.tif` or `.tiff` as GeoTIFF, else ESRI ASCII.
    pub fn write(&self, file: &Path) -> Result<(), Complaints> {
        let ending = file.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
        match ending.as_str() {
            "tif" | "tiff" => geotiff::write_f32(file, &self.grid, &self.crs, None, &self.values),
            _ => ascii::write(file, &self.grid, &self.values),
        }
    }
    /// How many cells are void.
    pub fn voids(&self) -> usize {
        self.values.iter().filter(|v| v.is_nan()).count()
    }
    /// What keeps this raster (from `file`) from lying cell by cell on `other` (from `other_file`).
    pub fn mismatch(&self, file: &Path, other: &Raster, other_file: &Path) -> Complaints {
        let mut wrong = Complaints::new();
        let (a, b) = (&self.grid, &other.grid);
        let over = other_file.display();
        let hint = "rasters of one model share size, cell, corner and projection: gdalwarp -te ... -tr ... makes them";
        let mut say = |what: String| wrong.add(file, what, hint);
        if (a.nx, a.ny) != (b.nx, b.ny) {
            say(format!("has {} x {} cells, {over} has {} x {}", a.nx, a.ny, b.nx, b.ny));
        }
        if (a.cell_m - b.cell_m).abs() > AGREE * b.cell_m / b.nx.max(b.ny) as f64 {
            say(format!("has cells of {} m, {over} of {} m", a.cell_m, b.cell_m));
        } else if (a.x0 - b.x0).abs() > AGREE * b.cell_m || (a.y0 - b.y0).abs() > AGREE * b.cell_m {
            say(format!("begins at ({}, {}), {over} at ({}, {})", a.x0, a.y0, b.x0, b.y0));
        }
        if self.crs != Crs::Unknown && other.crs != Crs::Unknown && self.crs != other.crs {
            say(format!("is in {}, {over} in {}", self.crs, other.crs));
        }
        wrong
    }
    /// A complaint for every value that is not a void and not within `lowest..=highest`: the first one is named.
    pub fn outside(&self, file: &Path, lowest: f32, highest: f32, unit: &str) -> Option<Complaint> {
        let bad = |v: &f32| !v.is_nan() && !(lowest..=highest).contains(v);
        let cell = self.values.iter().position(bad)?;
        let n = self.values.iter().filter(|v| bad(v)).count();
        let p = self.grid.centre(cell);
        Some(Complaint {
            file: file.into(),
            at: None,
            what: format!("holds {} {unit} at ({}, {}), and {} more such cells", self.values[cell], p.x, p.y, n - 1),
            hint: format!("{lowest} to {highest} {unit} are taken; voids are marked as nodata"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raster() -> Raster {
        let grid = Grid { nx: 3, ny: 2, cell_m: 2.5, x0: 1000.0, y0: -20.0 };
        Raster { grid, crs: Crs::Projected(4549), values: vec![1.0, -2.5, f32::NAN, 4.0, 5.125, 1e-3] }
    }

    fn same(a: &[f32], b: &[f32]) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()))
    }

    #[test]
    fn a_raster_comes_back_bit_for_bit_from_both_formats_with_its_voids() {
        // Grade: exact.
        let folder = tempfile::tempdir().expect("temporary folder");
        for name in ["a.asc", "a.tif"] {
            let file = folder.path().join(name);
            raster().write(&file).expect("written");
            let back = Raster::read(&file).expect("read");
            assert_eq!(back.grid, raster().grid, "{name}");
            assert!(same(&back.values, &raster().values), "{name}: {:?}", back.values);
        }
        assert_eq!(Raster::read(&folder.path().join("a.tif")).expect("read").crs, Crs::Projected(4549));
    }

    #[test]
    fn rasters_that_do_not_lie_on_each_other_are_told_what_differs() {
        // Grade: behaviour.
        let (a, mut b) = (raster(), raster());
        let (fa, fb) = (Path::new("a.asc"), Path::new("b.asc"));
        assert!(a.mismatch(fa, &b, fb).is_empty());
        b.grid.nx = 4;
        b.grid.x0 += 2.5;
        b.crs = Crs::Projected(4550);
        let said = a.mismatch(fa, &b, fb).to_string();
        assert!(said.contains("3 x 2") && said.contains("begins at") && said.contains("EPSG:4550"), "{said}");
        b.crs = Crs::Unknown;
        assert!(!a.mismatch(fa, &b, fb).to_string().contains("EPSG"));
    }

    #[test]
    fn degrees_and_oblong_pixels_are_refused() {
        // Grade: behaviour.
        let band = |crs, dy| Band { width: 2, height: 1, x0: 0.0, y0: 0.0, dx: 1.0, dy, crs, values: vec![0.0; 2] };
        let file = Path::new("a.tif");
        assert!(
            band(Crs::Geographic(4326), 1.0).into_raster(file).expect_err("degrees").to_string().contains("degrees")
        );
        assert!(band(Crs::Unknown, 1.5).into_raster(file).expect_err("oblong").to_string().contains("1 x 1.5"));
    }
}
