//! GeoTIFFs of a city: its grid laid back where its projection put it. The format itself is in `base::raster`.

use crate::base::complaint::Complaints;
use crate::base::raster::geotiff as format;
pub use crate::base::raster::{Band, Crs, geotiff::read};
use crate::place::city::Projection;
use crate::place::grid::Grid;
use std::path::Path;

/// Writes values of the city's cells (row 0 south, as everywhere) as a GeoTIFF of f32. NaN is nodata.
pub fn write_f32(path: &Path, grid: &Grid, projection: Option<&Projection>, values: &[f32]) -> Result<(), Complaints> {
    let Some(p) = projection else {
        return format::write_f32(path, grid, &Crs::Unknown, None, values);
    };
    let placed = Grid { x0: grid.x0 + p.false_east_m, y0: grid.y0 + p.false_north_m, ..*grid };
    let crs = p.epsg.map_or_else(|| Crs::Proj4(p.proj4.clone()), Crs::Projected);
    format::write_f32(path, &placed, &crs, Some(&p.proj4), values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_citys_raster_lies_where_its_projection_put_it() {
        // Grade: exact.
        let dir = tempfile::tempdir().expect("temporary folder");
        let path = dir.path().join("depth.tif");
        let grid = Grid { nx: 3, ny: 2, cell_m: 20.0, x0: 0.0, y0: 0.0 };
        let projection = Projection {
            proj4: "+proj=utm +zone=51 +datum=WGS84 +units=m".into(),
            epsg: Some(32651),
            false_east_m: 350_000.0,
            false_north_m: 3_450_000.0,
        };
        write_f32(&path, &grid, Some(&projection), &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).expect("written");
        let band = read(&path).expect("read");
        assert_eq!((band.x0, band.y0, band.crs), (350_010.0, 3_450_030.0, Crs::Projected(32651)));
    }
}
