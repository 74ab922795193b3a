//! LISFLOOD-FP models: .par, DEM and Manning rasters, .bci, .bdy, .start, .stage, .rain, .weir, read into a deck.
//!
//! What the formats mean was taken from the user manual (code release 5.9.6, Bates et al. 2013) and from what release
//! 8.1 does with its input. Discharges of LISFLOOD-FP boundaries are per unit width (m2/s): along a side they are
//! multiplied by the length of the part, at a point by the size of a cell. DEM voids are walls there (nodata
//! elevation) and here. A keyword without meaning here gets a remark, a wrong one a complaint; both name file and line.

mod bounds;
mod channels;
mod keys;
mod places;
mod scheme;

use super::lines::{Line, Lines, number};
use crate::channel::ChannelsSpec;
use crate::deck::*;
use base::complaint::{Complaints, nearest};
use base::grid::Grid;
use base::raster::Raster;
use base::text::Text;
use bounds::Rims;
use channels::SubGrid;
use keys::{NOT_TAKEN, OUTPUT_ONLY, OWN_NUMERICS};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Manning's n where neither fpfric nor manningfile is given (LISFLOOD-FP's default).
const MANNING: f64 = 0.06;
/// Interval of map outputs where saveint is not given, s (LISFLOOD-FP's default).
const SAVEINT_S: f64 = 1000.0;
/// Interval of stage outputs where massint is not given, s (LISFLOOD-FP's default).
const MASSINT_S: f64 = 100.0;

/// What has been read so far.
struct Reading {
    folder: PathBuf,
    grid: Grid,
    wrong: Complaints,
    remarks: Complaints,
}

/// Reads a .par file and what it names.
pub fn read(par: &Path) -> Result<Loaded, Complaints> {
    let lines = Lines::read(par, &['#'])?;
    let mut keys: BTreeMap<String, Line> = BTreeMap::new();
    let (mut wrong, mut remarks) = (Complaints::new(), Complaints::new());
    for line in &lines.lines {
        keys.insert(line.words[0].to_lowercase(), line.clone());
    }
    let folder = par.parent().unwrap_or(Path::new("")).to_path_buf();
    let mut take = |names: &[&str]| names.iter().find_map(|name| keys.remove(*name));
    let file = |line: Option<Line>, wrong: &mut Complaints| -> Option<(PathBuf, usize)> {
        let line = line?;
        if line.words.len() < 2 {
            wrong.add_at(par, (line.number, 1), format!("`{}` names no file", line.words[0]), "");
        }
        line.words.get(1).map(|w| (PathBuf::from(w), line.number))
    };
    let value = |line: Option<Line>, least: f64, wrong: &mut Complaints| -> Option<f64> {
        let line = line?;
        let v = line.words.get(1).and_then(|w| number(w)).filter(|v| *v >= least);
        if v.is_none() {
            let given = line.words.join(" ");
            wrong.add_at(par, (line.number, 1), format!("`{given}`"), format!("a number of {least} or more is wanted"));
        }
        v
    };

    let dem = file(take(&["demfile"]), &mut wrong);
    let sim_time_s = value(take(&["sim_time", "simtime"]), 0.0, &mut wrong);
    let save_s = value(take(&["saveint"]), 0.0, &mut wrong).filter(|v| *v > 0.0).unwrap_or(SAVEINT_S);
    let mass_s = value(take(&["massint"]), 0.0, &mut wrong).filter(|v| *v > 0.0).unwrap_or(MASSINT_S);
    let friction = value(take(&["fpfric", "nfp"]), 0.0, &mut wrong);
    let manning_file = file(take(&["manningfile"]), &mut wrong);
    let bci = file(take(&["bcifile"]), &mut wrong);
    let bdy = file(take(&["bdyfile"]), &mut wrong);
    let start_file = file(take(&["startfile"]), &mut wrong);
    let start_level = take(&["startelev"]).is_some();
    let stage_file = file(take(&["stagefile"]), &mut wrong);
    let rain_file = file(take(&["rainfall"]), &mut wrong);
    let rain_mask = file(take(&["rainfallmask"]), &mut wrong);
    let infiltration_m_s = value(take(&["infiltration", "inf"]), 0.0, &mut wrong);
    let weir_file = file(take(&["weirfile", "weir"]), &mut wrong);
    let sub_grid = SubGrid {
        width: file(take(&["sgcwidth"]), &mut wrong).map(|f| f.0),
        bank: file(take(&["sgcbank"]), &mut wrong).map(|f| f.0),
        bed: file(take(&["sgcbed"]), &mut wrong).map(|f| f.0),
        manning: file(take(&["sgcmanningfile"]), &mut wrong).map(|f| f.0),
        n: value(take(&["sgcn"]), 1e-3, &mut wrong),
        r: value(take(&["sgcr"]), 0.0, &mut wrong),
        p: value(take(&["sgcp"]), 0.0, &mut wrong),
    };
    let _ = take(&["sgc_enable"]);
    let scheme = scheme::options(&mut take, &value, &mut wrong, &mut remarks, par);

    for (key, line) in &keys {
        let at = (line.number, 1);
        if OUTPUT_ONLY.contains(&key.as_str()) {
            continue;
        } else if let Some((_, what)) = NOT_TAKEN.iter().find(|(name, _)| name == key) {
            remarks.add_at(par, at, format!("`{}` is not taken over", line.words[0]), *what);
        } else if key.starts_with("sgc") {
            remarks.add_at(par, at, format!("`{}` is not taken over", line.words[0]), "sub-grid channels");
        } else if OWN_NUMERICS.contains(&key.as_str()) {
            remarks.add_at(par, at, format!("`{}` has no counterpart", line.words[0]), "the solver chooses for itself");
        } else {
            let known = [
                "demfile",
                "sim_time",
                "saveint",
                "massint",
                "fpfric",
                "manningfile",
                "bcifile",
                "bdyfile",
                "startfile",
                "startelev",
                "stagefile",
                "rainfall",
                "infiltration",
                "weirfile",
                "sgcwidth",
                "sgcbank",
                "sgcbed",
                "sgcn",
                "acceleration",
                "fv1",
            ];
            let hint = nearest(key, known).map_or(String::new(), |name| format!("did you mean {name}?"));
            remarks.add_at(par, at, format!("`{}` is not known and not taken over", line.words[0]), hint);
        }
    }
    if sim_time_s.is_none_or(|t| t <= 0.0) && wrong.is_empty() {
        wrong.add(par, "has no sim_time", "sim_time 3600 runs an hour");
    }
    let Some((dem, _)) = dem else {
        wrong.add(par, "names no DEMfile", "every model needs one");
        return Err(wrong);
    };
    let dem_path = folder.join(&dem);
    let raster = match base::raster::ascii::read(&dem_path).and_then(|band| band.into_raster(&dem_path)) {
        Ok(raster) => raster,
        Err(more) => {
            wrong.extend(more);
            return Err(wrong);
        }
    };
    let mut reading = Reading { folder, grid: raster.grid, wrong, remarks };
    let series = bdy.map_or(BTreeMap::new(), |(file, _)| reading.bdy(&file));
    let mut rims = bci.map_or(Rims::default(), |(file, _)| reading.bci(&file, &series));
    rims.tell_unused(&series, &mut reading.remarks);
    let gauges = stage_file.map_or(Vec::new(), |(file, _)| reading.stages(&file));
    let crests = weir_file.map_or(Vec::new(), |(file, _)| reading.weirs(&file));
    let share = rain_mask.map(|(file, _)| Field::FromRaster(RasterField { file, voids: Some(0.0) }));
    let rain = rain_file.and_then(|(file, _)| reading.rain(&file)).map(|points| RainSpec {
        mm_h: Course::Points(points),
        within: Within::Linear,
        share,
    });
    let manning = match (manning_file, friction) {
        (Some((file, _)), _) => Field::FromRaster(RasterField { file, voids: Some(friction.unwrap_or(MANNING)) }),
        (None, Some(n)) => Field::Constant(n),
        (None, None) => {
            reading.remarks.add(
                par,
                format!("neither fpfric nor manningfile: n is {MANNING}"),
                "as LISFLOOD-FP has it",
            );
            Field::Constant(MANNING)
        }
    };
    let mut held = BTreeMap::new();
    let (start, channels) =
        reading.start(par, start_file.map(|f| f.0), start_level, &sub_grid, &raster, &mut rims, &mut held);
    rims.tell_free(&mut reading.remarks);
    let name = par.file_stem().map_or("LISFLOOD-FP".into(), |s| s.to_string_lossy().into_owned());
    let deck = Deck {
        name: Text::new(name.clone(), name),
        source: "imported from a LISFLOOD-FP model".into(),
        terrain: Terrain { file: dem.clone(), voids: Voids::Wall },
        manning,
        porosity: None,
        edges: rims.edges,
        held: rims.held,
        start,
        rain: rain.into_iter().collect(),
        infiltration_mm_h: infiltration_m_s.filter(|v| *v > 0.0).map(|v| Field::Constant(v * 3.6e6)),
        inflows: rims.inflows,
        crests,
        weather: Default::default(),
        structures: Default::default(),
        channels,
        sewers: Default::default(),
        sewer_files: Vec::new(),
        gauges,
        duration: Span::from_s(sim_time_s.unwrap_or(0.0)),
        scheme,
        precision: Precision::F64,
        outputs: Outputs { every: Span::from_s(save_s), gauges_every: Span::from_s(mass_s), ..Outputs::default() },
    };
    held.insert(dem, raster);
    reading.wrong.or(Loaded { deck, file: par.into(), held, remarks: reading.remarks })
}

impl Reading {
    /// Water at the start on the plain, and the channels with theirs. A depth at the start is one over the bed of the
    /// channel where there is one: what stands over its bank is the plain's.
    #[allow(clippy::too_many_arguments)]
    fn start(
        &mut self,
        par: &Path,
        file: Option<PathBuf>,
        is_level: bool,
        sub_grid: &SubGrid,
        dem: &Raster,
        rims: &mut Rims,
        held: &mut BTreeMap<PathBuf, Raster>,
    ) -> (Start, ChannelsSpec) {
        let raster = |voids: f64| move |file: PathBuf| Field::FromRaster(RasterField { file, voids: Some(voids) });
        let Some(file) = file else { return (Start::Dry, self.channels(par, sub_grid, dem, None, rims)) };
        // A raster that cannot be read is complained of when the deck is built.
        let path = self.folder.join(&file);
        let given = base::raster::ascii::read(&path).and_then(|band| band.into_raster(&path)).ok();
        let Some(given) = given.filter(|g| sub_grid.width.is_some() && g.grid == dem.grid) else {
            let start = if is_level { Start::Stage(raster(-1e4)(file)) } else { Start::Depth(raster(0.0)(file)) };
            return (start, self.channels(par, sub_grid, dem, None, rims));
        };
        let at = |cell: usize| Some(f64::from(given.values[cell])).filter(|v| v.is_finite());
        if is_level {
            let level = |cell: usize, bed_m: f64| at(cell).unwrap_or(bed_m).max(bed_m);
            return (Start::Stage(raster(-1e4)(file)), self.channels(par, sub_grid, dem, Some(&level), rims));
        }
        let level = |cell: usize, bed_m: f64| bed_m + at(cell).unwrap_or(0.0).max(0.0);
        let spec = self.channels(par, sub_grid, dem, Some(&level), rims);
        let mut plain = given.clone();
        for channel in &spec.channels {
            for (k, p) in channel.line.iter().enumerate() {
                if let Some(cell) = dem.grid.cell_at(*p) {
                    let over = level(cell, channel.bed_m.at(k, 0.0)) - f64::from(dem.values[cell]);
                    plain.values[cell] = over.max(0.0) as f32;
                }
            }
        }
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let name = PathBuf::from(format!("{stem}_plain.asc"));
        held.insert(name.clone(), plain);
        (Start::Depth(raster(0.0)(name)), spec)
    }
}
