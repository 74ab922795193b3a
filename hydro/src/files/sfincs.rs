//! SFINCS models: sfincs.inp with its dep, msk, manning, bnd/bzs, src/dis, precip, obs, thd and weir files, read into a
//! deck. The formats are those of the user manual (Deltares, sfincs.readthedocs.io); maps may be text (`inputformat =
//! asc`, first row in the south) or binary (index file, then one value for each active cell, columns first).
//!
//! Cells of the mask: 0 outside, 1 inside, 2 held at the level of the bnd points, 3 outflow, kept empty. A rotated grid
//! is computed in its own frame: every point is turned into it. Not taken over, each with a remark: quadtree and
//! sub-grid tables, weather grids, wind, waves, drainage structures and infiltration by cell.

use super::lines::{Line, Lines, number};
use crate::deck::*;
use crate::solver::{Options, Scheme};
use base::complaint::{Complaints, nearest};
use base::grid::Grid;
use base::math;
use base::raster::{Crs, Raster};
use base::text::Text;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Keywords that only choose what is written, how a run is watched, or physics that both always compute.
const QUIET: [&str; 32] = [
    "outputformat",
    "outputtype_map",
    "outputtype_his",
    "dtmaxout",
    "dtrstout",
    "trstout",
    "debug",
    "storevel",
    "storevelmax",
    "storefluxmax",
    "storecumprcp",
    "storetwet",
    "storehsubgrid",
    "storeqdrain",
    "storezvolume",
    "storemeteo",
    "storemaxwind",
    "storetzsmax",
    "storehmean",
    "twet_threshold",
    "timestep_analysis",
    "percentage_done",
    "regular_output_on_mesh",
    "inputformat",
    "indexfile",
    "tspinup",
    "dtmax",
    "dtmin",
    "stopdepth",
    "rhow",
    "dtwnd",
    "store_dynamic_bed_level",
];

/// Keywords that change results and are not taken over.
const NOT_TAKEN: [(&str, &str); 33] = [
    ("sbgfile", "sub-grid tables: the cells of depfile are computed"),
    ("scsfile", "infiltration by cell"),
    ("smaxfile", "infiltration by cell"),
    ("sefffile", "infiltration by cell"),
    ("ksfile", "infiltration by cell"),
    ("sigmafile", "infiltration by cell"),
    ("psifile", "infiltration by cell"),
    ("f0file", "infiltration by cell"),
    ("fcfile", "infiltration by cell"),
    ("kdfile", "infiltration by cell"),
    ("drnfile", "pumps, culverts and valves: list them under the deck's structures"),
    ("spwfile", "wind and rain of a cyclone"),
    ("netspwfile", "wind and rain of a cyclone"),
    ("amufile", "wind on a grid"),
    ("amvfile", "wind on a grid"),
    ("ampfile", "air pressure on a grid"),
    ("amprfile", "rain on a grid"),
    ("netamuamvfile", "wind on a grid"),
    ("netamprfile", "rain on a grid"),
    ("netampfile", "air pressure on a grid"),
    ("wndfile", "wind"),
    ("bzifile", "waves on the boundary levels"),
    ("bwvfile", "waves"),
    ("bhsfile", "waves"),
    ("netbndbzsbzifile", "boundary levels in netCDF: give bndfile and bzsfile"),
    ("netsrcdisfile", "discharges in netCDF: give srcfile and disfile"),
    ("rstfile", "state of an earlier run"),
    ("volfile", "storage volumes"),
    ("crsfile", "discharge through sections: points are written only"),
    ("snapwave", "waves"),
    ("viscosity", "viscosity: the equations here have none"),
    ("nuvisc", "viscosity: the equations here have none"),
    ("coriolis", "Coriolis force"),
];

struct Reading<'a> {
    inp: &'a Path,
    folder: PathBuf,
    keys: BTreeMap<String, (usize, String)>,
    grid: Grid,
    /// Cosine and sine of the grid's rotation.
    turn: (f64, f64),
    /// tstart - tref, s: series are counted from tref.
    offset_s: f64,
    /// Cells of the binary maps, by their order.
    index: Option<Vec<usize>>,
    wrong: Complaints,
    remarks: Complaints,
}

/// Reads sfincs.inp and what it names.
pub fn read(inp: &Path) -> Result<Loaded, Complaints> {
    let bytes = std::fs::read(inp).map_err(|e| Complaints::one(inp, format!("cannot be read: {e}"), ""))?;
    let mut r = Reading {
        inp,
        folder: inp.parent().unwrap_or(Path::new("")).to_path_buf(),
        keys: BTreeMap::new(),
        grid: Grid { nx: 0, ny: 0, cell_m: 0.0, x0: 0.0, y0: 0.0 },
        turn: (1.0, 0.0),
        offset_s: 0.0,
        index: None,
        wrong: Complaints::new(),
        remarks: Complaints::new(),
    };
    r.keywords(&String::from_utf8_lossy(&bytes));
    r.place();
    if !r.wrong.is_empty() {
        return Err(r.wrong);
    }
    let duration_s = r.times();
    let Some((dep, msk)) = r.ground() else { return Err(r.wrong) };
    let crs = match r.value("epsg") {
        Some(code) if r.turn.1 == 0.0 && (1.0..=65_535.0).contains(&code) => Crs::Projected(code as u16),
        _ => Crs::Unknown,
    };
    let mut held_rasters: BTreeMap<PathBuf, Raster> = BTreeMap::new();
    let mut keep = |name: &str, values: Vec<f32>, grid: Grid| {
        let name = PathBuf::from(name);
        held_rasters.insert(name.clone(), Raster { grid, crs: crs.clone(), values });
        name
    };
    let grid = r.grid;
    let bed: Vec<f32> = dep.iter().zip(&msk).map(|(z, m)| if *m == 0 { f32::NAN } else { *z }).collect();
    let manning = match r.manning(&bed) {
        Values::Constant(n) => Field::Constant(n),
        Values::Map(values) => Field::FromRaster(RasterField { file: keep("manning.tif", values, grid), voids: None }),
    };
    let rain = r.rain();
    let infiltration = r.infiltration(&bed, rain.is_some());
    let infiltration_mm_h = infiltration.map(|values| {
        Field::FromRaster(RasterField { file: keep("infiltration.tif", values, grid), voids: Some(0.0) })
    });
    let start = Start::Stage(match r.start() {
        Values::Constant(level) => Field::Constant(level),
        Values::Map(values) => {
            Field::FromRaster(RasterField { file: keep("start.tif", values, grid), voids: Some(-1e4) })
        }
    });
    let terrain = keep("terrain.tif", bed, grid);
    let held = r.held(&msk);
    let inflows = r.inflows();
    let mut crests = r.polylines("thdfile");
    crests.extend(r.polylines("weirfile"));
    let gauges = r.gauges();
    let scheme = r.scheme();
    let every = r.value("dtout").filter(|v| *v > 0.0).unwrap_or(3600.0);
    let gauges_every = r.value("dthisout").filter(|v| *v > 0.0).unwrap_or(600.0);
    r.tell_unknown();
    let name = r.folder.file_name().map_or("SFINCS".into(), |s| s.to_string_lossy().into_owned());
    let deck = Deck {
        name: Text::new(name.clone(), name),
        source: "imported from a SFINCS model".into(),
        terrain: Terrain { file: terrain, voids: Voids::Wall },
        manning,
        porosity: None,
        edges: Vec::new(),
        held,
        start,
        rain: rain.into_iter().collect(),
        infiltration_mm_h,
        inflows,
        crests,
        weather: Default::default(),
        structures: Default::default(),
        channels: Default::default(),
        sewers: Default::default(),
        sewer_files: Vec::new(),
        gauges,
        duration: Span::from_s(duration_s),
        scheme,
        precision: Precision::F64,
        outputs: Outputs { every: Span::from_s(every), gauges_every: Span::from_s(gauges_every), ..Outputs::default() },
    };
    r.wrong.or(Loaded { deck, file: inp.into(), held: held_rasters, remarks: r.remarks })
}

/// One number, or one for each cell.
enum Values {
    Constant(f64),
    Map(Vec<f32>),
}

impl Reading<'_> {
    /// `key = value`; comments begin with `!` or `#`.
    fn keywords(&mut self, text: &str) {
        for (k, line) in text.lines().enumerate() {
            let code = line.split(['!', '#']).next().unwrap_or("").trim();
            if code.is_empty() {
                continue;
            }
            match code.split_once('=') {
                Some((key, value)) => {
                    self.keys.insert(key.trim().to_lowercase(), (k + 1, value.trim().to_string()));
                }
                None => self.wrong.add_at(self.inp, (k + 1, 1), format!("`{code}` is no `key = value`"), ""),
            }
        }
    }
    fn take(&mut self, key: &str) -> Option<(usize, String)> {
        self.keys.remove(key).filter(|(_, v)| !v.is_empty() && v != "none")
    }
    fn value(&mut self, key: &str) -> Option<f64> {
        let (line, text) = self.take(key)?;
        let v = number(&text);
        if v.is_none() {
            self.wrong.add_at(self.inp, (line, 1), format!("{key} = `{text}` is no number"), "");
        }
        v
    }
    fn lines(&mut self, key: &str) -> Option<Lines> {
        let (line, name) = self.take(key)?;
        match Lines::read(&self.folder.join(&name), &['#', '!', '%']) {
            Ok(lines) => Some(lines),
            Err(_) => {
                self.wrong.add_at(self.inp, (line, 1), format!("{key}: {name} cannot be read"), "");
                None
            }
        }
    }

    /// The grid.
    fn place(&mut self) {
        if let Some((line, file)) = self.take("qtrfile") {
            let hint = "give mmax, nmax, dx, dy and a depfile on a regular grid";
            self.wrong.add_at(self.inp, (line, 1), format!("the quadtree {file} is not read"), hint);
        }
        let mut need = |key: &str| {
            let v = self.value(key);
            if v.is_none() {
                self.wrong.add(self.inp, format!("{key} is missing"), "mmax, nmax, dx and dy make the grid");
            }
            v.unwrap_or(1.0)
        };
        let (nx, ny, dx, dy) = (need("mmax"), need("nmax"), need("dx"), need("dy"));
        let whole = |v: f64| v >= 1.0 && v.fract() == 0.0 && v <= 100_000.0;
        if !whole(nx) || !whole(ny) || dx <= 0.0 {
            self.wrong.add(
                self.inp,
                format!("a grid of {nx} x {ny} cells of {dx} m"),
                "whole numbers and sizes over 0",
            );
        }
        if (dx - dy).abs() > 1e-9 * dx {
            self.wrong.add(self.inp, format!("cells of {dx} x {dy} m"), "square cells are computed");
        }
        let (x0, y0) = (self.value("x0").unwrap_or(0.0), self.value("y0").unwrap_or(0.0));
        let rotation = self.value("rotation").unwrap_or(0.0);
        self.grid = Grid { nx: nx as usize, ny: ny as usize, cell_m: dx, x0, y0 };
        if rotation != 0.0 {
            let a = rotation.to_radians();
            self.turn = (math::cos(a), math::sin(a));
            let what =
                format!("the grid is turned by {rotation} degrees: results are in its own frame about ({x0}, {y0})");
            self.remarks.add(self.inp, what, "rasters written carry no projection");
        }
    }

    /// A point of the map in the grid's own frame.
    fn local(&self, x: f64, y: f64) -> (f64, f64) {
        let (c, s) = self.turn;
        let (dx, dy) = (x - self.grid.x0, y - self.grid.y0);
        if s == 0.0 && c == 1.0 { (x, y) } else { (self.grid.x0 + c * dx + s * dy, self.grid.y0 - s * dx + c * dy) }
    }

    /// Length of the run, s.
    fn times(&mut self) -> f64 {
        let mut moment = |key: &str, other: Option<f64>| match self.take(key) {
            Some((line, text)) => {
                let t = moment_s(&text);
                if t.is_none() {
                    self.wrong.add_at(self.inp, (line, 1), format!("{key} = `{text}`"), "yyyymmdd HHMMSS is wanted");
                }
                t
            }
            None => other,
        };
        let tref = moment("tref", None);
        let start = moment("tstart", tref);
        let stop = moment("tstop", None);
        match (start, stop) {
            (Some(start), Some(stop)) if stop > start => {
                self.offset_s = start - tref.unwrap_or(start);
                stop - start
            }
            _ => {
                self.wrong.add(self.inp, "tstop does not lie after tstart", "both are given as yyyymmdd HHMMSS");
                1.0
            }
        }
    }

    /// Bed and mask by cell.
    fn ground(&mut self) -> Option<(Vec<f32>, Vec<u8>)> {
        let n = self.grid.len();
        let binary = self.keys.get("inputformat").is_none_or(|(_, f)| f != "asc");
        let msk: Option<Vec<u8>> = if binary { self.binary_mask() } else { self.text_mask() };
        let dep = self.map("depfile", binary);
        if self.wrong.is_empty() && dep.is_none() {
            self.wrong.add(self.inp, "depfile is missing", "the bed of every cell");
        }
        let (dep, msk) = (dep?, msk.unwrap_or_else(|| vec![1; n]));
        let bad = (0..n).find(|c| msk[*c] != 0 && !(-11_000.0..=9_000.0).contains(&dep[*c]));
        if let Some(cell) = bad {
            let p = self.grid.centre(cell);
            let what = format!("the bed at ({}, {}) is {} in an active cell", p.x, p.y, dep[cell]);
            self.wrong.add(self.inp, what, "-11000 to 9000 m");
            return None;
        }
        Some((dep, msk))
    }

    fn text_mask(&mut self) -> Option<Vec<u8>> {
        let (line, name) = self.keys.get("mskfile").cloned()?;
        let values = self.map("mskfile", false)?;
        let wrong = values.iter().position(|v| ![0.0, 1.0, 2.0, 3.0].contains(v));
        if let Some(cell) = wrong {
            let what = format!("{name} holds {} in column {}", values[cell], cell % self.grid.nx + 1);
            self.wrong.add_at(self.inp, (line, 1), what, "0, 1, 2 or 3");
            return None;
        }
        Some(values.into_iter().map(|v| v as u8).collect())
    }

    /// indexfile: u32 count, then u32 numbers of the active cells from 1, columns first. mskfile: one u8 for each.
    fn binary_mask(&mut self) -> Option<Vec<u8>> {
        let mut bytes_of = |key: &str| -> Option<(PathBuf, Vec<u8>)> {
            let (line, name) = self.keys.get(key).cloned()?;
            let path = self.folder.join(&name);
            match std::fs::read(&path) {
                Ok(bytes) => Some((path, bytes)),
                Err(e) => {
                    self.wrong.add_at(self.inp, (line, 1), format!("{key}: {name} cannot be read: {e}"), "");
                    None
                }
            }
        };
        let (index_path, index) = bytes_of("indexfile")?;
        let words: Vec<u32> = index.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        let (nx, ny) = (self.grid.nx, self.grid.ny);
        let cell = |k: u32| {
            let k = (k as usize).checked_sub(1)?;
            let (i, j) = (k / ny, k % ny);
            (i < nx).then_some(j * nx + i)
        };
        let cells: Option<Vec<usize>> = words.get(1..).unwrap_or_default().iter().map(|k| cell(*k)).collect();
        let announced = words.first().map_or(0, |n| *n as usize);
        let Some(cells) = cells.filter(|c| c.len() == announced && announced > 0) else {
            let what = format!("announces {announced} cells and holds {}", words.len().saturating_sub(1));
            self.wrong.add(&index_path, what, "a count, then that many cell numbers, 4 bytes each");
            return None;
        };
        let mask = bytes_of("mskfile");
        self.take("indexfile");
        self.take("mskfile");
        let mut msk = vec![0u8; self.grid.len()];
        match mask {
            Some((path, bytes)) if bytes.len() != cells.len() || bytes.iter().any(|m| *m > 3) => {
                let what = format!("holds {} bytes for {} cells, or one above 3", bytes.len(), cells.len());
                self.wrong.add(&path, what, "one byte from 0 to 3 for each active cell");
                return None;
            }
            Some((_, bytes)) => cells.iter().zip(bytes).for_each(|(c, m)| msk[*c] = m),
            None => cells.iter().for_each(|c| msk[*c] = 1),
        }
        self.index = Some(cells);
        Some(msk)
    }

    /// A map of numbers: text rows from the south, or binary f32 for each active cell.
    fn map(&mut self, key: &str, binary: bool) -> Option<Vec<f32>> {
        let (nx, ny) = (self.grid.nx, self.grid.ny);
        if binary {
            let (line, name) = self.take(key)?;
            let path = self.folder.join(&name);
            let Some(cells) = &self.index else {
                let hint = "binary maps need it; `inputformat = asc` names text";
                self.wrong.add_at(self.inp, (line, 1), format!("{key}: indexfile is missing"), hint);
                return None;
            };
            let bytes = std::fs::read(&path).unwrap_or_default();
            if bytes.len() != 4 * cells.len() {
                let what =
                    format!("holds {} bytes, {} active cells take {}", bytes.len(), cells.len(), 4 * cells.len());
                self.wrong.add(&path, what, "one f32 for each active cell; `inputformat = asc` names text");
                return None;
            }
            let mut values = vec![f32::NAN; nx * ny];
            let floats = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
            cells.iter().zip(floats).for_each(|(c, v)| values[*c] = v);
            return Some(values);
        }
        let mut lines = self.lines(key)?;
        let mut values = Vec::with_capacity(nx * ny);
        for line in lines.lines.clone() {
            let Some(row) = lines.numbers(&line, 0) else { break };
            if row.len() != nx {
                lines.say(line.number, format!("holds {} values", row.len()), format!("mmax = {nx} in every row"));
                break;
            }
            values.extend(row.into_iter().map(|v| v as f32));
        }
        if lines.wrong.is_empty() && values.len() != nx * ny {
            let what = format!("holds {} rows", values.len() / nx);
            lines.wrong.add(&lines.file, what, format!("nmax = {ny} are wanted"));
        }
        let whole = lines.wrong.is_empty();
        self.wrong.extend(lines.wrong);
        whole.then_some(values)
    }

    fn manning(&mut self, bed: &[f32]) -> Values {
        let binary = self.index.is_some();
        // manning = 0.04 is SFINCS's default, rgh_lev_land = 0 as well.
        let uniform = self.value("manning").unwrap_or(0.04);
        let (land, sea) = (self.value("manning_land"), self.value("manning_sea"));
        let level = self.value("rgh_lev_land").or(self.value("rgh_level_land")).unwrap_or(0.0);
        if let Some(values) = self.map("manningfile", binary) {
            return Values::Map(values);
        }
        match (land.filter(|v| *v > 0.0), sea.filter(|v| *v > 0.0)) {
            (Some(land), Some(sea)) => {
                let n = |z: &f32| if f64::from(*z) > level { land } else { sea };
                Values::Map(bed.iter().map(|z| n(z) as f32).collect())
            }
            _ => Values::Constant(uniform),
        }
    }

    /// mm/h by cell. SFINCS lets water seep away only in models with rain, and above qinf_zmin.
    fn infiltration(&mut self, bed: &[f32], rains: bool) -> Option<Vec<f32>> {
        let binary = self.index.is_some();
        let least = self.value("qinf_zmin").unwrap_or(0.0);
        let uniform = self.value("qinf").filter(|v| *v > 0.0);
        let map = self.map("qinffile", binary);
        if !rains {
            return None;
        }
        map.or_else(|| {
            uniform.map(|q| bed.iter().map(|z| if f64::from(*z) > least { q as f32 } else { 0.0 }).collect())
        })
    }

    /// Level at the start.
    fn start(&mut self) -> Values {
        let level = self.value("zsini").unwrap_or(0.0);
        let binary = self.index.is_some();
        match self.map("inifile", binary) {
            Some(values) => Values::Map(values),
            None => Values::Constant(level),
        }
    }

    /// "time value value ...", one column for each of `n` points; times from tref become times from the start.
    fn table(&mut self, key: &str, n: usize) -> Option<Vec<Vec<(f64, f64)>>> {
        let mut lines = self.lines(key)?;
        let mut columns: Vec<Vec<(f64, f64)>> = vec![Vec::new(); n];
        for line in lines.lines.clone() {
            let Some(row) = lines.numbers(&line, 0) else { continue };
            if row.len() < n + 1 {
                lines.say(line.number, format!("holds {} numbers", row.len()), format!("time and {n} values"));
                break;
            }
            let t = row[0] - self.offset_s;
            if columns.first().and_then(|c| c.last()).is_some_and(|last| t <= last.0) {
                lines.say(line.number, format!("time {} is not after the one before", row[0]), "times must rise");
                break;
            }
            columns.iter_mut().zip(&row[1..]).for_each(|(c, v)| c.push((t, *v)));
        }
        if lines.wrong.is_empty() && columns.iter().any(Vec::is_empty) {
            lines.wrong.add(&lines.file, "holds no row", "time and values");
        }
        let whole = lines.wrong.is_empty();
        self.wrong.extend(lines.wrong);
        whole.then_some(columns)
    }

    /// "x y" in each line, in the grid's frame; with what follows on the line.
    fn points(&mut self, key: &str) -> Option<Vec<((f64, f64), String)>> {
        let mut lines = self.lines(key)?;
        let mut points = Vec::new();
        for line in lines.lines.clone() {
            if let Some(p) = lines.first(&line, 0, 2, "x y") {
                let rest = line.words[2..].join(" ");
                points.push((self.local(p[0], p[1]), rest.trim_matches(['\'', '"', ' ']).to_string()));
            }
        }
        self.wrong.extend(lines.wrong);
        Some(points)
    }

    /// Cells of mask 2 are held at levels between the bnd points, cells of mask 3 are kept empty.
    fn held(&mut self, msk: &[u8]) -> Vec<HeldSpec> {
        let centres = |m: u8| -> Vec<(f64, f64)> {
            let of = |c: usize| (self.grid.centre(c).x, self.grid.centre(c).y);
            (0..msk.len()).filter(|c| msk[*c] == m).map(of).collect()
        };
        let (rim, out) = (centres(2), centres(3));
        let mut held = Vec::new();
        if !out.is_empty() {
            held.push(HeldSpec { name: "outflow (msk 3)".into(), at: Place::Points(out), kind: Held::Empty });
        }
        let points = self.points("bndfile").unwrap_or_default();
        let levels = if points.is_empty() { None } else { self.table("bzsfile", points.len()) };
        match levels {
            Some(levels) if !rim.is_empty() => {
                let stations = points
                    .into_iter()
                    .zip(levels)
                    .map(|((at, _), points)| Station { at, stage_m: Course::Points(points) })
                    .collect();
                let name = "boundary (msk 2)".into();
                held.push(HeldSpec { name, at: Place::Points(rim), kind: Held::Stations(stations) });
            }
            Some(_) => {
                self.remarks.add(self.inp, "bndfile and bzsfile are given, no cell has mask 2", "they do nothing")
            }
            None if !rim.is_empty() && self.wrong.is_empty() => {
                let hint = "bndfile and bzsfile give their levels";
                self.wrong.add(self.inp, format!("{} cells have mask 2, no levels are given", rim.len()), hint);
            }
            None => {}
        }
        held
    }

    fn inflows(&mut self) -> Vec<InflowSpec> {
        let Some(points) = self.points("srcfile") else { return Vec::new() };
        let Some(columns) = self.table("disfile", points.len()) else { return Vec::new() };
        points
            .into_iter()
            .zip(columns)
            .enumerate()
            .map(|(k, ((at, name), points))| InflowSpec {
                name: if name.is_empty() { format!("src {}", k + 1) } else { name },
                at: Place::Points(vec![at]),
                discharge_m3_s: Course::Points(points),
            })
            .collect()
    }

    fn rain(&mut self) -> Option<RainSpec> {
        // ampr_block = 1 is the default: blocks.
        let blocks = self.value("ampr_block").is_none_or(|v| v != 0.0);
        let column = self.table("precipfile", 1)?.remove(0);
        let within = if blocks { Within::Block } else { Within::Linear };
        Some(RainSpec { mm_h: Course::Points(column), within, share: None })
    }

    fn gauges(&mut self) -> Vec<GaugeSpec> {
        let mut gauges: Vec<GaugeSpec> = Vec::new();
        for (k, (at, name)) in self.points("obsfile").unwrap_or_default().into_iter().enumerate() {
            let mut name = if name.is_empty() { format!("obs {}", k + 1) } else { name };
            if self.grid.cell_at(base::grid::Point::new(at.0, at.1)).is_none() {
                self.remarks.add(self.inp, format!("observation point `{name}` is off the grid and left out"), "");
                continue;
            }
            if gauges.iter().any(|g| g.name == name) {
                name = format!("{name} ({})", k + 1);
            }
            gauges.push(GaugeSpec { name, at });
        }
        gauges
    }

    /// Thin dams and weirs: name, "rows columns", then x y (z Cd) in each row.
    fn polylines(&mut self, key: &str) -> Vec<CrestSpec> {
        let weirs = key == "weirfile";
        let Some(mut lines) = self.lines(key) else { return Vec::new() };
        let mut crests = Vec::new();
        let all: Vec<Line> = lines.lines.clone();
        let mut k = 0;
        while k < all.len() {
            let name = all[k].words.join(" ");
            let rows = all.get(k + 1).and_then(|l| l.words[0].parse::<usize>().ok());
            let Some(rows) = rows.filter(|rows| *rows >= 2 && k + 2 + rows <= all.len()) else {
                let hint = "a name, `rows columns`, then that many rows";
                lines.say(all[k].number, format!("the line `{name}` is not complete"), hint);
                break;
            };
            let (mut line, mut levels) = (Vec::new(), Vec::new());
            for row in &all[k + 2..k + 2 + rows] {
                let wanted = if weirs { "x y z Cd" } else { "x y" };
                let Some(p) = lines.first(row, 0, if weirs { 3 } else { 2 }, wanted) else { continue };
                line.push(self.local(p[0], p[1]));
                levels.extend(p.get(2));
            }
            let crest = if weirs { Crest::Levels(levels) } else { Crest::Blocked };
            crests.push(CrestSpec { name, line, crest });
            k += 2 + rows;
        }
        if weirs && !crests.is_empty() {
            self.remarks.add(&lines.file, "Cd is not taken over: the solver has its own law of overflow", "");
        }
        self.wrong.extend(lines.wrong);
        crests
    }

    fn scheme(&mut self) -> Options {
        let mut options = Options::default();
        if self.value("advection") == Some(0.0) {
            options.scheme = Scheme::Inertial;
        } else {
            self.remarks.add(
                self.inp,
                "computed by scheme Auto: inertia on calm ground, the full equations elsewhere",
                "",
            );
        }
        if let Some(alpha) = self.value("alpha") {
            options.alpha = alpha;
        }
        if let Some(theta) = self.value("theta") {
            options.theta = theta;
        }
        if let Some(depth) = self.value("huthresh") {
            self.remarks.add(self.inp, format!("huthresh = {depth} has no counterpart: thin water flows"), "");
        }
        options
    }

    fn tell_unknown(&mut self) {
        let known = [
            "depfile",
            "mskfile",
            "bndfile",
            "bzsfile",
            "srcfile",
            "disfile",
            "precipfile",
            "obsfile",
            "thdfile",
            "weirfile",
            "manningfile",
            "manning",
            "zsini",
            "tref",
            "tstart",
            "tstop",
            "dtout",
            "dthisout",
        ];
        for (key, (line, value)) in std::mem::take(&mut self.keys) {
            let off = value.is_empty() || value == "none" || value == "0";
            if QUIET.contains(&key.as_str()) || off && NOT_TAKEN.iter().any(|(name, _)| *name == key) {
                continue;
            }
            if let Some((_, what)) = NOT_TAKEN.iter().find(|(name, _)| *name == key) {
                self.remarks.add_at(self.inp, (line, 1), format!("`{key} = {value}` is not taken over"), *what);
            } else {
                let hint = nearest(&key, known).map_or(String::new(), |name| format!("did you mean {name}?"));
                self.remarks.add_at(self.inp, (line, 1), format!("`{key} = {value}` is not taken over"), hint);
            }
        }
    }
}

/// Seconds of a moment written "yyyymmdd HHMMSS", from an arbitrary origin.
fn moment_s(text: &str) -> Option<f64> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let part = |from: usize, to: usize| digits.get(from..to)?.parse::<i64>().ok();
    let (y, m, d) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let (h, min, s) = (part(8, 10)?, part(10, 12)?, part(12, 14)?);
    let ok = digits.len() == 14 && (1..=12).contains(&m) && (1..=31).contains(&d) && h < 24 && min < 60 && s < 60;
    // Days of the civil calendar, counted from March so that the leap day comes last.
    let (y, m) = if m <= 2 { (y - 1, m + 9) } else { (y, m - 3) };
    let days = 365 * y + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) + (153 * m + 2) / 5 + d;
    ok.then_some((days * 86_400 + h * 3600 + min * 60 + s) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_count_leap_days() {
        // Grade: exact.
        let s = |text: &str| moment_s(text).expect("a moment");
        assert_eq!(s("20240301 000000") - s("20240228 120000"), 1.5 * 86_400.0);
        assert_eq!(s("20230301 000000") - s("20230228 120000"), 0.5 * 86_400.0);
        assert_eq!(s("20250101 000001") - s("20241231 235959"), 2.0);
        assert_eq!(moment_s("20241301 000000"), None);
    }
}
