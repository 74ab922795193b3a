//! Elevation models: GeoTIFF, SRTM tiles (.hgt, .hgt.zip) and ESRI ASCII grids (.asc), brought to the cells of a city.
//!
//! A cell takes the bilinear mean of the four samples around its centre, with voids left out of the mean; where
//! several files overlap, the first that has a value wins. Voids that remain are filled from the nearest filled
//! cells, ring by ring. Heights are taken as metres above the datum of the file (SRTM: EGM96 geoid).

use crate::base::complaint::Complaints;
use crate::base::raster::ascii;
use crate::place::city::Projection;
use crate::place::geotiff::{self, Crs};
use crate::place::grid::Grid;
use proj4rs::proj::Proj;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Longitude and latitude on WGS84.
const LONLAT: &str = "+proj=longlat +datum=WGS84 +no_defs";
/// SRTM's mark for a void.
const SRTM_VOID: i16 = -32768;
/// The largest uncompressed elevation file that is read, bytes: far above a 3601 x 3601 tile (26 MB).
const FILE_MAX: u64 = 2_000_000_000;
/// Heights outside are no ground on earth: the Dead Sea lies at -430 m, Everest at 8849 m. Sea beds are let pass.
const HEIGHT_M: std::ops::RangeInclusive<f32> = -11_000.0..=9_000.0;

/// How a file's coordinates relate to longitude and latitude.
#[derive(Debug)]
enum System {
    /// Degrees.
    LonLat,
    Projected(Box<Proj>),
    /// An ASCII grid says nothing; metres are taken as those of the city's own projection.
    AsCity,
}

/// An elevation raster. Row 0 is the northernmost; voids are NaN.
#[derive(Debug)]
pub struct Dem {
    pub file: PathBuf,
    /// What to say of its origin, e.g. "SRTM tile N43E007".
    pub source: String,
    width: usize,
    height: usize,
    /// Centre of the north-west sample, and the distance of samples, in the file's coordinates.
    x0: f64,
    y0: f64,
    dx: f64,
    dy: f64,
    system: System,
    values: Vec<f32>,
}

/// What became of the elevation files.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filled {
    /// Cells that took their height from the files.
    pub sampled: usize,
    /// Cells filled from their neighbours.
    pub voids: usize,
}

/// Reads an elevation file; the kind is told by the ending of its name.
pub fn read(path: &Path) -> Result<Dem, Complaints> {
    let name = path.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
    match std::fs::metadata(path) {
        Err(e) => return Err(Complaints::one(path, format!("cannot be opened: {e}"), "")),
        Ok(m) if !m.is_file() => return Err(Complaints::one(path, "is a folder", "name the files in it")),
        Ok(m) if m.len() == 0 => return Err(Complaints::one(path, "is empty", "fetch it again")),
        Ok(m) if m.len() > FILE_MAX => {
            return Err(Complaints::one(
                path,
                format!("holds {} bytes, more than {FILE_MAX}", m.len()),
                "cut it to the area",
            ));
        }
        Ok(_) => {}
    }
    let dem = if name.ends_with(".tif") || name.ends_with(".tiff") {
        read_geotiff(path)
    } else if name.ends_with(".hgt") || name.ends_with(".hgt.zip") || name.ends_with(".zip") {
        read_hgt(path, &name)
    } else if name.ends_with(".asc") {
        read_ascii(path)
    } else {
        Err(Complaints::one(
            path,
            "is of no known kind of elevation file",
            ".tif, .tiff, .hgt, .hgt.zip and .asc are read",
        ))
    }?;
    if let Some(v) = dem.values.iter().find(|v| !v.is_nan() && !HEIGHT_M.contains(v)) {
        return Err(Complaints::one(
            path,
            format!("holds a height of {v} m"),
            "metres are wanted, voids marked as nodata",
        ));
    }
    if dem.values.iter().all(|v| v.is_nan()) {
        return Err(Complaints::one(path, "holds voids only", ""));
    }
    Ok(dem)
}

fn read_geotiff(path: &Path) -> Result<Dem, Complaints> {
    let band = geotiff::read(path)?;
    let definition = |code: u16| {
        crs_definitions::from_code(code).and_then(|d| Proj::from_proj_string(d.proj4).ok()).ok_or_else(|| {
            Complaints::one(
                path,
                format!("is in EPSG:{code}, which is not known here"),
                "gdalwarp -t_srs EPSG:4326 makes one that is",
            )
        })
    };
    let system = match &band.crs {
        // Datums differ by metres at most (NAD83, CGCS2000, ETRS89 against WGS84), far below a sample.
        Crs::Geographic(_) => System::LonLat,
        Crs::Projected(code) => System::Projected(Box::new(definition(*code)?)),
        Crs::Proj4(text) => System::Projected(Box::new(Proj::from_proj_string(text).map_err(|e| {
            Complaints::one(path, format!("names the projection `{text}`, which cannot be used: {e}"), "")
        })?)),
        Crs::Unknown if degrees(band.x0, band.y0, band.dx * band.width as f64, band.dy * band.height as f64) => {
            System::LonLat
        }
        Crs::Unknown => {
            return Err(Complaints::one(
                path,
                "does not say its projection (no GeoKeys)",
                "gdal_translate -a_srs EPSG:... adds it",
            ));
        }
    };
    Ok(Dem {
        file: path.into(),
        source: format!("GeoTIFF {}", file_name(path)),
        width: band.width,
        height: band.height,
        x0: band.x0,
        y0: band.y0,
        dx: band.dx,
        dy: band.dy,
        system,
        values: band.values,
    })
}

fn read_hgt(path: &Path, name: &str) -> Result<Dem, Complaints> {
    let unreadable = |e: String| Complaints::one(path, format!("cannot be read: {e}"), "fetch it again");
    let (bytes, tile) = if name.ends_with(".zip") {
        let file = std::fs::File::open(path).map_err(|e| unreadable(e.to_string()))?;
        let mut archive = zip::ZipArchive::new(file).map_err(|e| unreadable(format!("not a zip archive: {e}")))?;
        let inside =
            (0..archive.len()).find(|&i| archive.by_index(i).is_ok_and(|f| f.name().to_lowercase().ends_with(".hgt")));
        let Some(inside) = inside else {
            return Err(Complaints::one(
                path,
                "holds no .hgt file",
                "SRTM tiles are zipped one by one, e.g. N43E007.hgt.zip",
            ));
        };
        let mut entry = archive.by_index(inside).map_err(|e| unreadable(e.to_string()))?;
        let mut bytes = Vec::new();
        entry.by_ref().take(64 << 20).read_to_end(&mut bytes).map_err(|e| unreadable(e.to_string()))?;
        (bytes, entry.name().rsplit('/').next().unwrap_or("").to_lowercase())
    } else {
        (std::fs::read(path).map_err(|e| unreadable(e.to_string()))?, name.to_string())
    };
    let side = match bytes.len() {
        2_884_802 => 1201,
        25_934_402 => 3601,
        other => {
            let what = format!("holds {other} bytes of heights");
            return Err(Complaints::one(
                path,
                what,
                "an SRTM tile has 1201 x 1201 or 3601 x 3601 samples: 2884802 or 25934402 bytes",
            ));
        }
    };
    let named = [tile.as_str(), name].into_iter().find_map(|n| tile_corner(n).map(|corner| (n, corner)));
    let Some((tile, (lon, lat))) = named else {
        return Err(Complaints::one(
            path,
            format!("is called `{tile}`"),
            "the name says where an SRTM tile lies, e.g. N43E007.hgt",
        ));
    };
    let values = bytes
        .chunks_exact(2)
        .map(|b| i16::from_be_bytes([b[0], b[1]]))
        .map(|v| if v == SRTM_VOID { f32::NAN } else { f32::from(v) })
        .collect();
    let step = 1.0 / (side - 1) as f64;
    Ok(Dem {
        file: path.into(),
        source: format!("SRTM tile {} (NASA/USGS, public domain)", tile[..7].to_uppercase()),
        width: side,
        height: side,
        x0: lon,
        y0: lat + 1.0,
        dx: step,
        dy: step,
        system: System::LonLat,
        values,
    })
}

/// South-west corner of a tile named like "n43e007.hgt".
fn tile_corner(name: &str) -> Option<(f64, f64)> {
    let sign = |c: &str| match c {
        "n" | "e" => Some(1.0),
        "s" | "w" => Some(-1.0),
        _ => None,
    };
    let lat = sign(name.get(0..1)?)? * f64::from(name.get(1..3)?.parse::<u8>().ok()?);
    let lon = sign(name.get(3..4)?)? * f64::from(name.get(4..7)?.parse::<u8>().ok()?);
    (lat.abs() <= 90.0 && lon.abs() <= 180.0).then_some((lon, lat))
}

fn read_ascii(path: &Path) -> Result<Dem, Complaints> {
    let band = ascii::read(path)?;
    let (width, height) = (band.dx * band.width as f64, band.dy * band.height as f64);
    let system = if degrees(band.x0, band.y0, width, height) { System::LonLat } else { System::AsCity };
    Ok(Dem {
        file: path.into(),
        source: format!("ESRI ASCII grid {}", file_name(path)),
        width: band.width,
        height: band.height,
        x0: band.x0,
        y0: band.y0,
        dx: band.dx,
        dy: band.dy,
        system,
        values: band.values,
    })
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Could a raster from (x, y) of this size be in degrees?
fn degrees(x: f64, y: f64, width: f64, height: f64) -> bool {
    (-181.0..=181.0).contains(&x) && (-91.0..=91.0).contains(&y) && width <= 362.0 && height <= 182.0
}

impl Dem {
    /// Height at (x, y) in the file's own coordinates: bilinear over the samples around it that are no voids.
    fn sample(&self, x: f64, y: f64) -> Option<f64> {
        let u = (x - self.x0) / self.dx;
        let v = (self.y0 - y) / self.dy;
        let (last_u, last_v) = ((self.width - 1) as f64, (self.height - 1) as f64);
        // Half a sample beyond the outer centres still is the outer pixel.
        if !(u >= -0.5 && v >= -0.5 && u <= last_u + 0.5 && v <= last_v + 0.5) {
            return None;
        }
        let (u, v) = (u.clamp(0.0, last_u), v.clamp(0.0, last_v));
        let (i, j) = (u.floor() as usize, v.floor() as usize);
        let (fu, fv) = (u - i as f64, v - j as f64);
        let (mut sum, mut weight) = (0.0, 0.0);
        for (di, dj, w) in
            [(0, 0, (1.0 - fu) * (1.0 - fv)), (1, 0, fu * (1.0 - fv)), (0, 1, (1.0 - fu) * fv), (1, 1, fu * fv)]
        {
            if w <= 0.0 {
                continue;
            }
            let value = self.values[(j + dj) * self.width + i + di];
            if !value.is_nan() {
                sum += w * f64::from(value);
                weight += w;
            }
        }
        (weight > 0.0).then(|| sum / weight)
    }
}

/// Heights of the cells of `grid`, m. The files must cover at least half of it.
pub fn onto_grid(dems: &[Dem], grid: &Grid, projection: &Projection) -> Result<(Vec<f32>, Filled), Complaints> {
    assert!(!dems.is_empty(), "heights wanted from no file");
    let own = |p: &str| Proj::from_proj_string(p).unwrap_or_else(|e| panic!("our own projection `{p}`: {e}"));
    let (city, lonlat) = (own(&projection.proj4), own(LONLAT));
    let mut heights = vec![f32::NAN; grid.len()];
    let mut sampled = 0;
    let mut each = Vec::new();
    for dem in dems {
        // Where this file sees every 8th grid corner; between them the mapping is as good as linear.
        let lattice = Lattice::new(grid, |x, y| {
            let (x, y) = (x + projection.false_east_m, y + projection.false_north_m);
            match &dem.system {
                System::AsCity => Some((x, y)),
                System::LonLat => convert(&city, &lonlat, x, y),
                System::Projected(proj) => convert(&city, proj, x, y),
            }
        });
        let mut hit = 0;
        for j in 0..grid.ny {
            for i in 0..grid.nx {
                let cell = grid.index(i, j);
                if let Some(h) = lattice.at(i, j).and_then(|(x, y)| dem.sample(x, y)) {
                    hit += 1;
                    if heights[cell].is_nan() {
                        heights[cell] = h as f32;
                        sampled += 1;
                    }
                }
            }
        }
        each.push(hit);
    }
    let mut complaints = Complaints::new();
    if sampled * 2 < grid.len() {
        let share = 100.0 * sampled as f64 / grid.len() as f64;
        for (dem, hit) in dems.iter().zip(each) {
            let what = format!(
                "{} covers {:.0} % of the area, all elevation files together {share:.0} %",
                dem.source,
                100.0 * hit as f64 / grid.len() as f64
            );
            complaints.add(&dem.file, what, "give the tiles of the area, or a bbox inside them");
        }
        return Err(complaints);
    }
    let voids = fill_voids(grid, &mut heights);
    Ok((heights, Filled { sampled, voids }))
}

/// (x, y) of one system in another; degrees where that is one of longitude and latitude.
pub(crate) fn convert(from: &Proj, to: &Proj, x: f64, y: f64) -> Option<(f64, f64)> {
    let mut p = if from.is_latlong() { (x.to_radians(), y.to_radians(), 0.0) } else { (x, y, 0.0) };
    proj4rs::transform::transform(from, to, &mut p).ok()?;
    let (x, y) = if to.is_latlong() { (p.0.to_degrees(), p.1.to_degrees()) } else { (p.0, p.1) };
    (x.is_finite() && y.is_finite()).then_some((x, y))
}

/// A mapping of the plane, known at every 8th cell.
struct Lattice {
    columns: usize,
    at: Vec<Option<(f64, f64)>>,
}

const STEP: usize = 8;

impl Lattice {
    fn new(grid: &Grid, map: impl Fn(f64, f64) -> Option<(f64, f64)>) -> Lattice {
        let (columns, rows) = (grid.nx / STEP + 2, grid.ny / STEP + 2);
        let place = |origin: f64, k: usize| origin + ((k * STEP) as f64 + 0.5) * grid.cell_m;
        let at = (0..rows * columns).map(|k| map(place(grid.x0, k % columns), place(grid.y0, k / columns))).collect();
        Lattice { columns, at }
    }
    fn at(&self, i: usize, j: usize) -> Option<(f64, f64)> {
        let (a, b) = (i / STEP, j / STEP);
        let (s, t) = ((i % STEP) as f64 / STEP as f64, (j % STEP) as f64 / STEP as f64);
        let corner = |da: usize, db: usize| self.at[(b + db) * self.columns + a + da];
        let (p, q, r, o) = (corner(0, 0)?, corner(1, 0)?, corner(0, 1)?, corner(1, 1)?);
        let blend = |p: f64, q: f64, r: f64, o: f64| (p * (1.0 - s) + q * s) * (1.0 - t) + (r * (1.0 - s) + o * s) * t;
        Some((blend(p.0, q.0, r.0, o.0), blend(p.1, q.1, r.1, o.1)))
    }
}

/// Fills NaN cells with the mean of their filled neighbours, ring by ring; returns how many were filled.
pub fn fill_voids(grid: &Grid, heights: &mut [f32]) -> usize {
    let mut void: Vec<usize> = (0..grid.len()).filter(|&c| heights[c].is_nan()).collect();
    let count = void.len();
    if count == grid.len() {
        return 0;
    }
    while !void.is_empty() {
        let mut found: Vec<(usize, f32)> = Vec::new();
        let mut rest = Vec::new();
        for &cell in &void {
            let (i, j) = (cell % grid.nx, cell / grid.nx);
            let (mut sum, mut n) = (0.0f64, 0u32);
            for b in j.saturating_sub(1)..=(j + 1).min(grid.ny - 1) {
                for a in i.saturating_sub(1)..=(i + 1).min(grid.nx - 1) {
                    let h = heights[grid.index(a, b)];
                    if !h.is_nan() {
                        sum += f64::from(h);
                        n += 1;
                    }
                }
            }
            if n > 0 { found.push((cell, (sum / f64::from(n)) as f32)) } else { rest.push(cell) }
        }
        for (cell, h) in found {
            heights[cell] = h;
        }
        void = rest;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utm(zone: u16, east: f64, north: f64) -> Projection {
        Projection {
            proj4: format!("+proj=utm +zone={zone} +datum=WGS84 +units=m +no_defs"),
            epsg: Some(32600 + zone),
            false_east_m: east,
            false_north_m: north,
        }
    }

    #[test]
    fn bilinear_sampling_gives_back_a_plane_exactly_and_voids_are_filled_from_around() {
        // Grade: exact. h = x + 2 y on samples 100 m apart is linear, so every cell must hold it.
        let dir = tempfile::tempdir().expect("temporary folder");
        let path = dir.path().join("plane.asc");
        let mut text =
            String::from("ncols 6\nnrows 5\nxllcenter 500000\nyllcenter 4000000\ncellsize 100\nNODATA_value -9999\n");
        for row in (0..5).rev() {
            let line: Vec<String> = (0..6).map(|c| format!("{}", c * 100 + 2 * row * 100)).collect();
            text += &format!("{}\n", line.join(" "));
        }
        std::fs::write(&path, &text).expect("written");
        let grid = Grid { nx: 20, ny: 16, cell_m: 25.0, x0: 0.0, y0: 0.0 };
        let dem = read(&path).expect("read");
        let (heights, filled) = onto_grid(&[dem], &grid, &utm(51, 500_000.0, 4_000_000.0)).expect("on the grid");
        assert_eq!(filled, Filled { sampled: 320, voids: 0 });
        for (cell, h) in heights.iter().enumerate() {
            let p = grid.centre(cell);
            assert!((f64::from(*h) - (p.x + 2.0 * p.y)).abs() < 1e-3, "cell {cell}: {h}");
        }
        let mut holed = heights.clone();
        holed[grid.index(10, 8)] = f32::NAN;
        assert_eq!(fill_voids(&grid, &mut holed), 1);
        // The mean of the eight around a point of a plane is its value.
        assert!((holed[grid.index(10, 8)] - heights[grid.index(10, 8)]).abs() < 1e-3);
    }

    #[test]
    fn srtm_tiles_are_placed_by_their_name() {
        assert_eq!(tile_corner("n43e007.hgt"), Some((7.0, 43.0)));
        assert_eq!(tile_corner("s34w151.hgt"), Some((-151.0, -34.0)));
        assert_eq!(tile_corner("heights.hgt"), None);
        let dir = tempfile::tempdir().expect("temporary folder");
        let path = dir.path().join("N31E121.hgt");
        // One degree square whose height is its row from the north, with a void in its first sample.
        let mut bytes: Vec<u8> = (0..1201i16).flat_map(|row| vec![row.to_be_bytes(); 1201].concat()).collect();
        bytes[0..2].copy_from_slice(&SRTM_VOID.to_be_bytes());
        std::fs::write(&path, &bytes).expect("written");
        let dem = read(&path).expect("read");
        assert!((dem.sample(121.5, 31.25).expect("inside") - 900.0).abs() < 1e-6);
        assert_eq!(dem.sample(121.0, 32.0), None, "a void");
        assert_eq!(dem.sample(122.1, 31.5), None, "outside");
        std::fs::write(&path, &bytes[..1000]).expect("cut");
        assert!(read(&path).expect_err("cut").to_string().contains("1000 bytes"));
    }

    #[test]
    fn a_file_from_elsewhere_or_of_another_kind_is_a_complaint_that_names_it() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let path = dir.path().join("far.asc");
        std::fs::write(&path, "ncols 2\nnrows 2\nxllcorner 10\nyllcorner 10\ncellsize 1\n1 2\n3 4\n").expect("written");
        let grid = Grid { nx: 4, ny: 4, cell_m: 25.0, x0: 0.0, y0: 0.0 };
        let found =
            onto_grid(&[read(&path).expect("read")], &grid, &utm(51, 350_000.0, 3_450_000.0)).expect_err("far away");
        assert!(found.to_string().contains("covers 0 %"), "{found}");
        std::fs::write(&path, "ncols 2\nnrows 2\nxllcorner 10\nyllcorner 10\ncellsize 1\n1 2\n3\n").expect("written");
        assert!(read(&path).expect_err("cut").to_string().contains("3 values"));
        std::fs::write(&path, "ncols 2\nnrows x\n").expect("written");
        assert!(read(&path).expect_err("no number").to_string().contains("far.asc:2:1"));
        assert!(read(&dir.path().join("ground.png")).is_err());
    }
}
