//! GeoTIFF, as far as elevation and results need it: one band, north up, read with any of the usual sample types,
//! written as f32, u16 or u8. The pixels are left to the `tiff` crate; what makes a TIFF "geo" are six tags
//! (OGC 19-008r4, "GeoTIFF 1.1"), read and written here.
//!
//! A place on the raster is (column, row) with row 0 in the north. ModelTiepoint fixes one raster point to one model
//! point, ModelPixelScale gives the size of a pixel:
//!     x = x_tie + (column - column_tie) * scale_x
//!     y = y_tie - (row    - row_tie)    * scale_y

use super::{Band, Crs, PIXELS_MAX, upside_down};
use crate::complaint::Complaints;
use crate::grid::Grid;
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::Path;
use tiff::decoder::{Decoder, DecodingResult, Limits};
use tiff::encoder::{TiffEncoder, TiffValue, colortype};
use tiff::tags::Tag;

/// GeoKeys used here (OGC 19-008r4, annex B).
const KEY_MODEL_TYPE: u16 = 1024;
const KEY_RASTER_TYPE: u16 = 1025;
const KEY_GEOGRAPHIC_CRS: u16 = 2048;
const KEY_PROJECTED_CRS: u16 = 3072;
const KEY_PROJECTED_CITATION: u16 = 3073;
const KEY_LINEAR_UNITS: u16 = 3076;
/// "Defined by the user", the code for a CRS that has no number.
const USER_DEFINED: u16 = 32767;

/// Reads the first band of a GeoTIFF. Samples equal to GDAL_NODATA, and not-a-numbers, become NaN.
pub fn read(path: &Path) -> Result<Band, Complaints> {
    let wrong = |what: String, hint: &str| Complaints::one(path, what, hint);
    let broken = |e: tiff::TiffError| {
        Complaints::one(
            path,
            format!("cannot be read as a TIFF: {e}"),
            "give a complete GeoTIFF (gdal_translate writes one)",
        )
    };
    let file = File::open(path).map_err(|e| wrong(format!("cannot be opened: {e}"), ""))?;
    let mut limits = Limits::default();
    limits.decoding_buffer_size = PIXELS_MAX as usize * 4;
    limits.intermediate_buffer_size = 256 << 20;
    limits.ifd_value_size = 64 << 20;
    let mut decoder = Decoder::new(BufReader::new(file)).map_err(broken)?.with_limits(limits);
    let (width, height) = decoder.dimensions().map_err(broken)?;
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err(wrong(
            format!("holds {width} x {height} pixels, more than {PIXELS_MAX}"),
            "cut it to the area with gdalwarp",
        ));
    }
    let samples = decoder.find_tag_unsigned::<u16>(Tag::SamplesPerPixel).map_err(broken)?.unwrap_or(1);
    if samples != 1 {
        return Err(wrong(format!("has {samples} bands"), "one band of elevations is wanted: gdal_translate -b 1"));
    }
    let (x0, y0, dx, dy, keys) = {
        let mut doubles = |tag| -> Result<Option<Vec<f64>>, Complaints> {
            match decoder.find_tag(tag).map_err(broken)? {
                Some(value) => Ok(Some(value.into_f64_vec().map_err(broken)?)),
                None => Ok(None),
            }
        };
        let scale = doubles(Tag::ModelPixelScaleTag)?;
        let tie = doubles(Tag::ModelTiepointTag)?;
        let matrix = doubles(Tag::ModelTransformationTag)?;
        let (x0, y0, dx, dy) = match (scale, tie, matrix) {
            (Some(s), Some(t), _) if s.len() >= 2 && t.len() >= 6 => {
                (t[3] - t[0] * s[0], t[4] + t[1] * s[1], s[0], s[1])
            }
            (_, _, Some(m)) if m.len() >= 8 && m[1] == 0.0 && m[4] == 0.0 => (m[3], m[7], m[0], -m[5]),
            (_, _, Some(_)) => return Err(wrong("is turned against north".into(), "gdalwarp makes it north up")),
            _ => {
                return Err(wrong(
                    "says nowhere where it lies (no ModelTiepoint)".into(),
                    "a plain TIFF will not do, give a GeoTIFF",
                ));
            }
        };
        let positive = |v: f64| v.is_finite() && v > 0.0;
        if !positive(dx) || !positive(dy) || !x0.is_finite() || !y0.is_finite() {
            return Err(wrong(
                format!("has pixels of {dx} x {dy}"),
                "north-up rasters with positive pixel sizes are read",
            ));
        }
        let directory: Vec<u16> = match decoder.find_tag(Tag::GeoKeyDirectoryTag).map_err(broken)? {
            Some(value) => value.into_u16_vec().map_err(broken)?,
            None => Vec::new(),
        };
        let ascii = match decoder.find_tag(Tag::GeoAsciiParamsTag).map_err(broken)? {
            Some(value) => value.into_string().unwrap_or_default(),
            None => String::new(),
        };
        (x0, y0, dx, dy, GeoKeys { directory, ascii })
    };
    let (crs, area) = (keys.crs(), keys.short(KEY_RASTER_TYPE) != Some(2));
    let nodata = match decoder.find_tag(Tag::GdalNodata).map_err(broken)? {
        Some(value) => value.into_string().ok().and_then(|s| s.trim().trim_end_matches('\0').parse::<f64>().ok()),
        None => None,
    };
    let raw = decoder.read_image().map_err(broken)?;
    let values = to_f32(raw, nodata)
        .ok_or_else(|| wrong("has samples of an unusual type".into(), "give i16, u16, i32, f32 or f64"))?;
    if values.len() != width as usize * height as usize {
        return Err(wrong(format!("holds {} samples, {width} x {height} were announced", values.len()), ""));
    }
    // PixelIsArea: the tie point names the corner of a pixel, half a pixel off its centre.
    let half = if area { 0.5 } else { 0.0 };
    Ok(Band {
        width: width as usize,
        height: height as usize,
        x0: x0 + half * dx,
        y0: y0 - half * dy,
        dx,
        dy,
        crs,
        values,
    })
}

struct GeoKeys {
    directory: Vec<u16>,
    ascii: String,
}

impl GeoKeys {
    /// (location, count, value) of a key.
    fn entry(&self, key: u16) -> Option<(u16, u16, u16)> {
        self.directory.get(4..)?.chunks_exact(4).find(|e| e[0] == key).map(|e| (e[1], e[2], e[3]))
    }
    fn short(&self, key: u16) -> Option<u16> {
        self.entry(key).filter(|e| e.0 == 0).map(|e| e.2)
    }
    fn text(&self, key: u16) -> Option<String> {
        let (at, count, offset) = self.entry(key)?;
        (at == Tag::GeoAsciiParamsTag.to_u16()).then_some(())?;
        self.ascii
            .get(offset as usize..offset as usize + count as usize)
            .map(|s| s.trim_end_matches(['|', '\0']).to_string())
    }
    fn crs(&self) -> Crs {
        let proj4 = self.text(KEY_PROJECTED_CITATION).filter(|t| t.contains("+proj="));
        match (self.short(KEY_MODEL_TYPE), self.short(KEY_PROJECTED_CRS), self.short(KEY_GEOGRAPHIC_CRS), proj4) {
            (Some(2), _, Some(code), _) => Crs::Geographic(code),
            (_, Some(code), _, _) if code != USER_DEFINED => Crs::Projected(code),
            (_, _, _, Some(text)) => Crs::Proj4(text),
            (None, None, Some(code), _) => Crs::Geographic(code),
            _ => Crs::Unknown,
        }
    }
}

fn to_f32(raw: DecodingResult, nodata: Option<f64>) -> Option<Vec<f32>> {
    fn all<T: Copy>(values: Vec<T>, nodata: Option<f64>, f: impl Fn(T) -> f64) -> Vec<f32> {
        values
            .into_iter()
            .map(|v| {
                let v = f(v);
                // Compared as f32: a nodata of -3.4028234663852886e+38 is often written with fewer digits.
                if nodata.is_some_and(|n| n as f32 == v as f32) || !v.is_finite() { f32::NAN } else { v as f32 }
            })
            .collect()
    }
    Some(match raw {
        DecodingResult::U8(v) => all(v, nodata, f64::from),
        DecodingResult::I8(v) => all(v, nodata, f64::from),
        DecodingResult::U16(v) => all(v, nodata, f64::from),
        DecodingResult::I16(v) => all(v, nodata, f64::from),
        DecodingResult::U32(v) => all(v, nodata, f64::from),
        DecodingResult::I32(v) => all(v, nodata, f64::from),
        DecodingResult::F32(v) => all(v, nodata, f64::from),
        DecodingResult::F64(v) => all(v, nodata, |v| v),
        DecodingResult::F16(_) | DecodingResult::U64(_) | DecodingResult::I64(_) => return None,
    })
}

/// Writes values of the grid's cells (row 0 south, as everywhere) as a GeoTIFF of f32. NaN is nodata. The grid is in the
/// coordinates of `crs`; `citation`, a proj4 definition, may be said beside an EPSG code.
pub fn write_f32(
    path: &Path,
    grid: &Grid,
    crs: &Crs,
    citation: Option<&str>,
    values: &[f32],
) -> Result<(), Complaints> {
    write::<colortype::Gray32Float>(path, grid, crs, citation, values, Some("nan"))
}

/// The same for u16, for ids; `u16::MAX` is nodata.
pub fn write_u16(
    path: &Path,
    grid: &Grid,
    crs: &Crs,
    citation: Option<&str>,
    values: &[u16],
) -> Result<(), Complaints> {
    write::<colortype::Gray16>(path, grid, crs, citation, values, Some("65535"))
}

/// The same for u8, for classes.
pub fn write_u8(path: &Path, grid: &Grid, crs: &Crs, citation: Option<&str>, values: &[u8]) -> Result<(), Complaints> {
    write::<colortype::Gray8>(path, grid, crs, citation, values, None)
}

fn write<C: colortype::ColorType>(
    path: &Path,
    grid: &Grid,
    crs: &Crs,
    citation: Option<&str>,
    values: &[C::Inner],
    nodata: Option<&str>,
) -> Result<(), Complaints>
where
    C::Inner: Copy,
    [C::Inner]: TiffValue,
{
    assert_eq!(values.len(), grid.len(), "a raster of {} values for a grid of {} cells", values.len(), grid.len());
    let rows = upside_down(values, grid.nx);
    let wrong = |e: String| Complaints::one(path, format!("cannot be written: {e}"), "");
    let (directory, ascii) = geo_keys(crs, citation);
    let tie = [0.0, 0.0, 0.0, grid.x0, grid.y0 + grid.height_m(), 0.0];
    let file = File::create(path).map_err(|e| wrong(e.to_string()))?;
    let put = || -> tiff::TiffResult<()> {
        let mut encoder = TiffEncoder::new(BufWriter::new(file))?;
        let mut image = encoder.new_image::<C>(grid.nx as u32, grid.ny as u32)?;
        let tags = image.encoder();
        tags.write_tag(Tag::ModelPixelScaleTag, &[grid.cell_m, grid.cell_m, 0.0][..])?;
        tags.write_tag(Tag::ModelTiepointTag, &tie[..])?;
        tags.write_tag(Tag::GeoKeyDirectoryTag, &directory[..])?;
        if !ascii.is_empty() {
            tags.write_tag(Tag::GeoAsciiParamsTag, ascii.as_str())?;
        }
        if let Some(nodata) = nodata {
            tags.write_tag(Tag::GdalNodata, nodata)?;
        }
        image.write_data(&rows)
    };
    put().map_err(|e| wrong(e.to_string()))
}

/// GeoKeyDirectory and GeoAsciiParams of a coordinate system. Without one only the raster type is said.
fn geo_keys(crs: &Crs, citation: Option<&str>) -> (Vec<u16>, String) {
    let mut keys: Vec<[u16; 4]> = Vec::new();
    let (code, proj4) = match crs {
        Crs::Projected(code) => (*code, citation),
        Crs::Proj4(text) => (USER_DEFINED, Some(text.as_str())),
        Crs::Geographic(code) => (*code, None),
        Crs::Unknown => (USER_DEFINED, None),
    };
    // Model type: 1 projected, 2 geographic. Raster type: 1 pixel is area.
    let model = if matches!(crs, Crs::Geographic(_)) { 2 } else { 1 };
    if *crs != Crs::Unknown {
        keys.push([KEY_MODEL_TYPE, 0, 1, model]);
    }
    keys.push([KEY_RASTER_TYPE, 0, 1, 1]);
    let mut ascii = String::new();
    match crs {
        Crs::Unknown => {}
        Crs::Geographic(_) => keys.push([KEY_GEOGRAPHIC_CRS, 0, 1, code]),
        Crs::Projected(_) | Crs::Proj4(_) => {
            keys.push([KEY_PROJECTED_CRS, 0, 1, code]);
            if let Some(text) = proj4 {
                ascii = format!("{text}|");
                keys.push([KEY_PROJECTED_CITATION, Tag::GeoAsciiParamsTag.to_u16(), ascii.len() as u16, 0]);
            }
            // 9001: metre.
            keys.push([KEY_LINEAR_UNITS, 0, 1, 9001]);
        }
    }
    let mut directory = vec![1, 1, 1, keys.len() as u16];
    directory.extend(keys.into_iter().flatten());
    (directory, ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> Grid {
        Grid { nx: 3, ny: 2, cell_m: 20.0, x0: 0.0, y0: 0.0 }
    }

    #[test]
    fn a_written_raster_reads_back_with_its_place_its_voids_and_its_projection() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let path = dir.path().join("depth.tif");
        let grid = Grid { x0: 350_000.0, y0: 3_450_000.0, ..grid() };
        let proj4 = Some("+proj=utm +zone=51 +datum=WGS84 +units=m");
        write_f32(&path, &grid, &Crs::Projected(32651), proj4, &[1.0, 2.0, 3.0, 4.0, f32::NAN, 6.0]).expect("written");
        let band = read(&path).expect("read");
        assert_eq!((band.width, band.height, band.dx, band.dy), (3, 2, 20.0, 20.0));
        assert_eq!((band.x0, band.y0), (350_010.0, 3_450_030.0));
        assert_eq!(band.crs, Crs::Projected(32651));
        // Row 0 of the file is the north, so the second row of the grid comes first.
        assert_eq!((band.values[0], band.values[2], band.values[3]), (4.0, 6.0, 1.0));
        assert!(band.values[1].is_nan());
    }

    #[test]
    fn a_projection_without_a_code_is_kept_as_its_definition() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let path = dir.path().join("classes.tif");
        let proj4 = "+proj=tmerc +lat_0=0 +lon_0=120.5 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m";
        write_u8(&path, &grid(), &Crs::Proj4(proj4.into()), None, &[0, 1, 2, 3, 4, 5]).expect("written");
        assert_eq!(read(&path).expect("read").crs, Crs::Proj4(proj4.into()));
    }

    #[test]
    fn a_raster_cut_off_in_the_middle_and_a_text_called_tif_are_complaints() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let path = dir.path().join("cut.tif");
        write_u16(&path, &grid(), &Crs::Unknown, None, &[1; 6]).expect("written");
        let bytes = std::fs::read(&path).expect("bytes");
        std::fs::write(&path, &bytes[..bytes.len() / 2]).expect("cut");
        assert!(read(&path).is_err());
        std::fs::write(&path, "ncols 3").expect("text");
        assert!(read(&path).expect_err("no TIFF").to_string().contains("TIFF"));
    }

    proptest::proptest! {
        /// Grade: behaviour. Damage anywhere gives a raster or a complaint, never a panic or a giant allocation.
        #[test]
        fn a_damaged_raster_never_panics(at in 0usize..2000, byte in 0u8..=255, cut in 0usize..40) {
            let dir = tempfile::tempdir().expect("temporary folder");
            let path = dir.path().join("a.tif");
            write_f32(&path, &grid(), &Crs::Proj4("+proj=utm +zone=51".into()), None, &[1.0; 6]).expect("written");
            let mut bytes = std::fs::read(&path).expect("bytes");
            let at = at % bytes.len();
            bytes[at] = byte;
            bytes.truncate(bytes.len() - cut);
            std::fs::write(&path, bytes).expect("damaged");
            if let Ok(band) = read(&path) {
                proptest::prop_assert_eq!(band.values.len(), band.width * band.height);
            }
        }
    }
}
