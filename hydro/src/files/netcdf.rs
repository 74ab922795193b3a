//! netCDF classic (CDF-1 and CDF-2) by the CF conventions (CF-1.8): elevation in, depth(time, y, x) and the layers of
//! the whole run out. The bytes are left to the `netcdf3` crate, which needs no system library; netCDF-4 files, which
//! are HDF5 inside, are told to be converted.

use base::complaint::Complaints;
use base::raster::{Band, Crs, Raster, upside_down};
use netcdf3::{DataSet, DataType, FileReader, FileWriter, Version};
use std::path::Path;

/// The fill value of results: CF wants a number, netCDF's own default for floats.
pub const FILL: f32 = 9.969_21e36;

/// Names under which elevation is commonly stored, looked for in this order when no variable is named.
const ELEVATION: [&str; 9] = ["elevation", "z", "Band1", "dem", "topo", "height", "altitude", "zb", "bed_level"];

/// Reads a variable over (y, x), or the last (y, x) slice of one over (time, y, x), as a raster. Which variable: the
/// one named, else one of the usual names of elevation, else the only one over two dimensions.
pub fn read(file: &Path, variable: Option<&str>) -> Result<Raster, Complaints> {
    let wrong = |what: String, hint: &str| Complaints::one(file, what, hint);
    let magic = std::fs::read(file)
        .map(|b| b.get(..4).map(<[u8]>::to_vec).unwrap_or_default())
        .map_err(|e| wrong(format!("cannot be opened: {e}"), ""))?;
    if magic.starts_with(b"\x89HDF") {
        return Err(wrong("is netCDF-4 (HDF5)".into(), "`nccopy -k classic in.nc out.nc` makes one that is read"));
    }
    if !magic.starts_with(b"CDF\x01") && !magic.starts_with(b"CDF\x02") {
        return Err(wrong("is no netCDF classic file".into(), "`nccopy -k classic in.nc out.nc` makes one"));
    }
    let mut reader = FileReader::open(file).map_err(|e| wrong(format!("cannot be read as netCDF: {e:?}"), ""))?;
    let (name, dims) = {
        let set = reader.data_set();
        let flat = |v: &&netcdf3::Variable| (2..=3).contains(&v.num_dims());
        let all: Vec<String> = set.get_vars().into_iter().filter(flat).map(|v| v.name().to_string()).collect();
        let pick = match variable {
            Some(name) => all.iter().find(|n| *n == name),
            None => ELEVATION
                .iter()
                .find_map(|usual| all.iter().find(|n| n.eq_ignore_ascii_case(usual)))
                .or(all.first().filter(|_| all.len() == 1)),
        };
        let Some(name) = pick else {
            let asked = variable.map_or("no variable that is known as elevation".into(), |v| format!("no `{v}`"));
            return Err(wrong(format!("holds {asked}"), &format!("over (y, x) it holds: {}", all.join(", "))));
        };
        (name.clone(), set.get_var(name).expect("it was listed").dim_names())
    };
    let (y_name, x_name) = (&dims[dims.len() - 2], &dims[dims.len() - 1]);
    let xs = axis(&mut reader, x_name, file)?;
    let ys = axis(&mut reader, y_name, file)?;
    let (dx, dy) = (step(&xs, x_name, file)?, step(&ys, y_name, file)?);
    if dx <= 0.0 {
        return Err(wrong(format!("`{x_name}` falls from {} on", xs[0]), "x rises from west to east"));
    }
    let (nodata, scale, offset, geographic) = {
        let set = reader.data_set();
        let get = |attribute: &str| {
            let a = set.get_var_attr(&name, attribute)?;
            a.get_f64()
                .and_then(|v| v.first().copied())
                .or_else(|| a.get_f32().and_then(|v| v.first().map(|v| f64::from(*v))))
                .or_else(|| a.get_i32().and_then(|v| v.first().map(|v| f64::from(*v))))
                .or_else(|| a.get_i16().and_then(|v| v.first().map(|v| f64::from(*v))))
        };
        let nodata = [get("_FillValue"), get("missing_value"), Some(f64::from(FILL))];
        let units = set.get_var_attr_as_string(x_name, "units").unwrap_or_default();
        (nodata, get("scale_factor").unwrap_or(1.0), get("add_offset").unwrap_or(0.0), units.starts_with("degree"))
    };
    let data =
        reader.read_var(&name).map_err(|e| wrong(format!("`{name}` cannot be read: {e:?}"), "is it cut off?"))?;
    let raw: Vec<f64> = match data.data_type() {
        DataType::F32 => data.get_f32().unwrap_or_default().iter().map(|v| f64::from(*v)).collect(),
        DataType::F64 => data.get_f64().unwrap_or_default().to_vec(),
        DataType::I32 => data.get_i32().unwrap_or_default().iter().map(|v| f64::from(*v)).collect(),
        DataType::I16 => data.get_i16().unwrap_or_default().iter().map(|v| f64::from(*v)).collect(),
        DataType::I8 => data.get_i8().unwrap_or_default().iter().map(|v| f64::from(*v)).collect(),
        DataType::U8 => data.get_u8().unwrap_or_default().iter().map(|v| f64::from(*v)).collect(),
    };
    let n = xs.len() * ys.len();
    if n == 0 || raw.len() < n {
        return Err(wrong(format!("`{name}` holds {} values, {} x {}", raw.len(), xs.len(), ys.len()), ""));
    }
    let value = |v: &f64| {
        let void = !v.is_finite() || nodata.iter().flatten().any(|n| *n as f32 == *v as f32);
        if void { f32::NAN } else { (v * scale + offset) as f32 }
    };
    let values: Vec<f32> = raw[raw.len() - n..].iter().map(value).collect();
    // Rows from north to south, as a band has them.
    let values = if dy > 0.0 { upside_down(&values, xs.len()) } else { values };
    let crs = if geographic { Crs::Geographic(4326) } else { crs_of(&reader, &name) };
    let north = ys[0].max(ys[ys.len() - 1]);
    Band { width: xs.len(), height: ys.len(), x0: xs[0], y0: north, dx, dy: dy.abs(), crs, values }.into_raster(file)
}

/// The EPSG code that the grid mapping names, where it does.
fn crs_of(reader: &FileReader, variable: &str) -> Crs {
    let set = reader.data_set();
    let code = set.get_var_attr_as_string(variable, "grid_mapping").and_then(|mapping| {
        let text = set.get_var_attr_as_string(&mapping, "epsg_code");
        let digits = text.map(|t| t.trim_start_matches("EPSG:").to_string());
        digits.and_then(|d| d.trim().parse::<u16>().ok())
    });
    code.map_or(Crs::Unknown, Crs::Projected)
}

fn axis(reader: &mut FileReader, name: &str, file: &Path) -> Result<Vec<f64>, Complaints> {
    let missing = || Complaints::one(file, format!("has no coordinate variable `{name}`"), "CF wants x(x) and y(y)");
    let data = reader.read_var(name).map_err(|_| missing())?;
    let values = data.get_f64().map(<[f64]>::to_vec).or_else(|| {
        let floats = data.get_f32().map(|v| v.iter().map(|v| f64::from(*v)).collect());
        floats.or_else(|| data.get_i32().map(|v| v.iter().map(|v| f64::from(*v)).collect()))
    });
    values.filter(|v| !v.is_empty()).ok_or_else(missing)
}

/// The distance of a regular axis. Coordinates kept as f32 are allowed their rounding.
fn step(values: &[f64], name: &str, file: &Path) -> Result<f64, Complaints> {
    let n = values.len();
    if n < 2 {
        return Err(Complaints::one(file, format!("`{name}` has {n} value"), "two or more rows and columns"));
    }
    let mean = (values[n - 1] - values[0]) / (n - 1) as f64;
    let largest = values[0].abs().max(values[n - 1].abs());
    let allowed = 1e-3 * mean.abs() + 4.0 * f64::from(f32::EPSILON) * largest;
    match values.windows(2).find(|w| (w[1] - w[0] - mean).abs() > allowed) {
        Some(w) => {
            let what = format!("`{name}` goes from {} to {}, elsewhere in steps of {mean}", w[0], w[1]);
            Err(Complaints::one(file, what, "a regular grid is wanted"))
        }
        None => Ok(mean),
    }
}

/// A layer of the whole run.
pub struct Whole<'a> {
    pub name: &'a str,
    pub long_name: &'a str,
    pub unit: &'a str,
    /// CF's cell_methods, e.g. "time: maximum"; empty where none fits.
    pub cell_methods: &'a str,
    /// By cell, row 0 in the south; NaN is no value.
    pub values: &'a [f32],
}

/// Writes depth(time, y, x) and layers of the whole run. `depth_at(k)` gives the depths of the k-th time, one frame at
/// a time, so that a long run need not fit into memory. Times are s from the start of the run.
pub fn write(
    file: &Path,
    raster: (&base::grid::Grid, &Crs),
    title: &str,
    times_s: &[f64],
    mut depth_at: impl FnMut(usize) -> Result<Vec<f32>, Complaints>,
    whole: &[Whole],
) -> Result<(), Complaints> {
    let (grid, crs) = raster;
    let wrong = |what: String| Complaints::one(file, format!("cannot be written: {what}"), "");
    let mut set = DataSet::new();
    define(&mut set, grid, crs, title, times_s.len(), whole).map_err(|e| wrong(format!("{e:?}")))?;
    let mut writer = FileWriter::open(file).map_err(|e| wrong(format!("{e:?}")))?;
    let mut put = || -> Result<(), netcdf3::error::WriteError> {
        writer.set_def(&set, Version::Offset64Bit, 0)?;
        let xs: Vec<f64> = (0..grid.nx).map(|i| grid.centre(i).x).collect();
        let ys: Vec<f64> = (0..grid.ny).map(|j| grid.centre(j * grid.nx).y).collect();
        writer.write_var_f64("x", &xs)?;
        writer.write_var_f64("y", &ys)?;
        if *crs != Crs::Unknown {
            writer.write_var_i32("crs", &[0])?;
        }
        for layer in whole {
            let filled: Vec<f32> = layer.values.iter().map(|v| if v.is_nan() { FILL } else { *v }).collect();
            writer.write_var_f32(layer.name, &filled)?;
        }
        Ok(())
    };
    put().map_err(|e| wrong(format!("{e:?}")))?;
    for (k, t) in times_s.iter().enumerate() {
        let depth = depth_at(k)?;
        let mut put = || -> Result<(), netcdf3::error::WriteError> {
            writer.write_record_f64("time", k, &[*t])?;
            writer.write_record_f32("depth", k, &depth)
        };
        put().map_err(|e| wrong(format!("{e:?}")))?;
    }
    writer.close().map_err(|e| wrong(format!("{e:?}")))
}

fn define(
    set: &mut DataSet,
    grid: &base::grid::Grid,
    crs: &Crs,
    title: &str,
    times: usize,
    whole: &[Whole],
) -> Result<(), netcdf3::error::InvalidDataSet> {
    set.set_unlimited_dim("time", times)?;
    set.add_fixed_dim("y", grid.ny)?;
    set.add_fixed_dim("x", grid.nx)?;
    set.add_global_attr_string("Conventions", "CF-1.8")?;
    set.add_global_attr_string("title", title)?;
    set.add_global_attr_string("source", concat!("Sandtable flood engine ", env!("CARGO_PKG_VERSION")))?;
    for (name, standard, axis) in [("x", "projection_x_coordinate", "X"), ("y", "projection_y_coordinate", "Y")] {
        set.add_var_f64(name, &[name])?;
        set.add_var_attr_string(name, "standard_name", standard)?;
        set.add_var_attr_string(name, "units", "m")?;
        set.add_var_attr_string(name, "axis", axis)?;
    }
    set.add_var_f64("time", &["time"])?;
    set.add_var_attr_string("time", "standard_name", "time")?;
    // CF asks for a date; a deck has none, so the first second of 2000 stands for the start of the run.
    set.add_var_attr_string("time", "units", "seconds since 2000-01-01 00:00:00")?;
    set.add_var_attr_string("time", "long_name", "time from the start of the run (the date is a stand-in)")?;
    set.add_var_attr_string("time", "calendar", "standard")?;
    set.add_var_attr_string("time", "axis", "T")?;
    let mapped = *crs != Crs::Unknown;
    if mapped {
        set.add_var_i32::<&str>("crs", &[])?;
        grid_mapping(set, crs)?;
    }
    let variable = |set: &mut DataSet, name: &str, dims: &[&str], unit: &str, long: &str| {
        set.add_var_f32(name, dims)?;
        set.add_var_attr_string(name, "units", unit)?;
        set.add_var_attr_string(name, "long_name", long)?;
        set.add_var_attr_f32(name, "_FillValue", vec![FILL])?;
        if mapped {
            set.add_var_attr_string(name, "grid_mapping", "crs")?;
        }
        Ok::<(), netcdf3::error::InvalidDataSet>(())
    };
    for layer in whole {
        variable(set, layer.name, &["y", "x"], layer.unit, layer.long_name)?;
        if !layer.cell_methods.is_empty() {
            set.add_var_attr_string(layer.name, "cell_methods", layer.cell_methods)?;
        }
    }
    variable(set, "depth", &["time", "y", "x"], "m", "depth of flood water")?;
    // A standard name of the CF table (version 79, from memory).
    set.add_var_attr_string("depth", "standard_name", "flood_water_thickness")
}

/// The parameters of the projections in use: UTM on WGS 84 (EPSG 326xx, 327xx) and the 3-degree Gauss-Krueger zones of
/// CGCS2000 by central meridian (EPSG 4534 to 4554: 75E to 135E, from memory). Others carry their code or definition.
fn grid_mapping(set: &mut DataSet, crs: &Crs) -> Result<(), netcdf3::error::InvalidDataSet> {
    let mut mercator = |lon: f64, scale: f64, north: f64, flattening: f64| {
        set.add_var_attr_string("crs", "grid_mapping_name", "transverse_mercator")?;
        for (name, value) in [
            ("scale_factor_at_central_meridian", scale),
            ("longitude_of_central_meridian", lon),
            ("latitude_of_projection_origin", 0.0),
            ("false_easting", 500_000.0),
            ("false_northing", north),
            ("semi_major_axis", 6_378_137.0),
            ("inverse_flattening", flattening),
        ] {
            set.add_var_attr_f64("crs", name, vec![value])?;
        }
        Ok::<(), netcdf3::error::InvalidDataSet>(())
    };
    match crs {
        Crs::Projected(code @ 32601..=32660) => {
            mercator(f64::from(code - 32600) * 6.0 - 183.0, 0.9996, 0.0, 298.257_223_563)?
        }
        Crs::Projected(code @ 32701..=32760) => {
            mercator(f64::from(code - 32700) * 6.0 - 183.0, 0.9996, 1e7, 298.257_223_563)?
        }
        Crs::Projected(code @ 4534..=4554) => mercator(75.0 + 3.0 * f64::from(code - 4534), 1.0, 0.0, 298.257_222_101)?,
        _ => {}
    }
    match crs {
        Crs::Projected(code) | Crs::Geographic(code) => {
            set.add_var_attr_string("crs", "epsg_code", format!("EPSG:{code}"))
        }
        Crs::Proj4(text) => set.add_var_attr_string("crs", "proj4", text),
        Crs::Unknown => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::grid::Grid;

    fn grid() -> Grid {
        Grid { nx: 4, ny: 3, cell_m: 20.0, x0: 500_000.0, y0: 3_450_000.0 }
    }

    #[test]
    fn depths_written_by_the_conventions_are_read_back_with_their_place() {
        // Grade: exact.
        let folder = tempfile::tempdir().expect("temporary folder");
        let file = folder.path().join("run.nc");
        let frame = |k: usize| (0..12).map(|c| (k * 100 + c) as f32 * 0.125).collect::<Vec<f32>>();
        let mut worst = frame(2);
        worst[5] = f32::NAN;
        let most = Whole {
            name: "max_depth",
            long_name: "greatest depth",
            unit: "m",
            cell_methods: "time: maximum",
            values: &worst,
        };
        write(&file, (&grid(), &Crs::Projected(32651)), "test", &[0.0, 600.0, 1200.0], |k| Ok(frame(k)), &[most])
            .expect("written");
        let last = read(&file, Some("depth")).expect("read");
        assert_eq!((last.grid, last.crs.clone()), (grid(), Crs::Projected(32651)));
        assert_eq!(last.values, frame(2), "the last of the three times");
        let most = read(&file, Some("max_depth")).expect("read");
        assert!(most.values[5].is_nan());
        assert_eq!((most.values[0], most.values[11]), (frame(2)[0], frame(2)[11]));
        let said = read(&file, None).expect_err("no elevation in it").to_string();
        assert!(said.contains("max_depth, depth"), "{said}");
    }

    #[test]
    fn elevation_from_north_to_south_in_whole_numbers_is_turned_and_scaled() {
        // Grade: exact.
        let folder = tempfile::tempdir().expect("temporary folder");
        let file = folder.path().join("dem.nc");
        let mut set = DataSet::new();
        set.add_fixed_dim("lat", 2).expect("dim");
        set.add_fixed_dim("lon", 2).expect("dim");
        set.add_var_f64("lat", &["lat"]).expect("var");
        set.add_var_f64("lon", &["lon"]).expect("var");
        set.add_var_i16("z", &["lat", "lon"]).expect("var");
        set.add_var_attr_f64("z", "scale_factor", vec![0.5]).expect("attribute");
        set.add_var_attr_f32("z", "_FillValue", vec![-99.0]).expect("attribute");
        let mut writer = FileWriter::open(&file).expect("opened");
        writer.set_def(&set, Version::Classic, 0).expect("defined");
        writer.write_var_f64("lat", &[30.0, 10.0]).expect("written");
        writer.write_var_f64("lon", &[0.0, 20.0]).expect("written");
        writer.write_var_i16("z", &[2, 4, 6, -99]).expect("written");
        writer.close().expect("closed");
        let dem = read(&file, None).expect("read");
        assert_eq!(dem.grid, Grid { nx: 2, ny: 2, cell_m: 20.0, x0: -10.0, y0: 0.0 });
        assert_eq!((dem.values[0], dem.values[2], dem.values[3]), (3.0, 1.0, 2.0));
        assert!(dem.values[1].is_nan());
        std::fs::write(&file, b"\x89HDF\r\n\x1a\n").expect("written");
        assert!(read(&file, None).expect_err("HDF5").to_string().contains("nccopy"));
    }
}
