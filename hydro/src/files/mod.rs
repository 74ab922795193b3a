//! Files of other models and of geographic information systems: rasters in (ESRI ASCII, GeoTIFF, netCDF), models in
//! (LISFLOOD-FP, SFINCS), results out (GeoTIFF, netCDF-CF, pictures with a legend, outlines as GeoJSON).

pub mod contours;
pub mod lines;
pub mod lisflood;
pub mod netcdf;
pub mod picture;
pub mod sfincs;

use base::complaint::Complaints;
use base::raster::Raster;
use std::path::Path;

/// Reads a raster by the ending of its name: `.nc` as netCDF (classic), `.tif` as GeoTIFF, else ESRI ASCII.
pub fn read_raster(file: &Path) -> Result<Raster, Complaints> {
    match file.extension().map(|e| e.to_string_lossy().to_lowercase()).as_deref() {
        Some("nc" | "nc3" | "cdf") => netcdf::read(file, None),
        _ => Raster::read(file),
    }
}
