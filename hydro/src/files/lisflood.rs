//! LISFLOOD-FP models: .par, DEM and Manning rasters, .bci, .bdy, .start, .stage, .rain, .weir, read into a deck.
//!
//! What the formats mean was taken from the user manual (code release 5.9.6, Bates et al. 2013) and from what release
//! 8.1 does with its input. Discharges of LISFLOOD-FP boundaries are per unit width (m2/s): along a side they are
//! multiplied by the length of the part, at a point by the size of a cell. DEM voids are walls there (nodata
//! elevation) and here. A keyword without meaning here gets a remark, a wrong one a complaint; both name file and line.

use super::lines::{Line, Lines, number};
use crate::deck::*;
use crate::solver::{EdgeSide, Options, Scheme};
use base::complaint::{Complaints, nearest};
use base::grid::Grid;
use base::text::Text;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Manning's n where neither fpfric nor manningfile is given (LISFLOOD-FP's default).
const MANNING: f64 = 0.06;
/// Interval of map outputs where saveint is not given, s (LISFLOOD-FP's default).
const SAVEINT_S: f64 = 1000.0;
/// Interval of stage outputs where massint is not given, s (LISFLOOD-FP's default).
const MASSINT_S: f64 = 100.0;

/// Keywords that only choose what is written or said, or how a run is watched: Sandtable has its own ways.
const OUTPUT_ONLY: [&str; 37] = [
    "resroot",
    "dirroot",
    "dir",
    "v",
    "nch",
    "depthoff",
    "elevoff",
    "vtkoff",
    "qoutput",
    "voutput",
    "voutput_max",
    "voutput_stage",
    "hazard",
    "profiles",
    "debug",
    "comp_out",
    "standard_extensions_out",
    "netcdf_out",
    "binary_out",
    "ascii_out",
    "mint_hk",
    "toutput",
    "qloutput",
    "calcarea",
    "calcmeandepth",
    "calcvolume",
    "checkpoint",
    "loadcheck",
    "maxdepthonly",
    "overpass",
    "overpassfile",
    "qfile",
    "ascheader",
    "steady",
    "steadytol",
    "logfile",
    "cuda",
];

/// Keywords that change results and have no counterpart, with what is lost.
const NOT_TAKEN: [(&str, &str); 21] = [
    ("riverfile", "1D channels: cut them into the DEM, or give their banks as crests"),
    ("multiriverfile", "1D channels: cut them into the DEM, or give their banks as crests"),
    ("sgcwidth", "sub-grid channels: cut them into the DEM, or refine it"),
    ("sgcbank", "sub-grid channels: cut them into the DEM, or refine it"),
    ("sgcbed", "sub-grid channels: cut them into the DEM, or refine it"),
    ("sgc_enable", "sub-grid channels: cut them into the DEM, or refine it"),
    ("porfile", "porosity: name a raster under `porosity` in a deck"),
    ("evaporation", "evaporation"),
    ("infilfile", "infiltration by cell: name a raster under `infiltration_mm_h` in a deck"),
    ("binarystartfile", "initial state in binary: convert it to ESRI ASCII"),
    ("startq", "initial channel flow"),
    ("startq2d", "initial discharges: the run begins with water at rest"),
    ("ch_start_h", "initial channel depth"),
    ("routing", "routing of thin water: thin water is computed here"),
    ("rainfallrouting", "routing of thin water: thin water is computed here"),
    ("routing_mass_check", "routing of thin water: thin water is computed here"),
    ("routingspeed", "routing of thin water: thin water is computed here"),
    ("routesfthresh", "routing of thin water: thin water is computed here"),
    ("gaugefile", "discharge through sections: points are written only"),
    ("dynamicrainfile", "rain in netCDF"),
    ("latlong", "grids in degrees: project the DEM to metres"),
];

/// Settings of numerics that this solver does not have.
const OWN_NUMERICS: [&str; 16] = [
    "initial_tstep",
    "qlimfact",
    "ts_multiple",
    "htol",
    "dhlin",
    "momentumthresh",
    "drycheckoff",
    "1dfriction",
    "diffusive",
    "dynsw",
    "ch_dynamic",
    "chainageoff",
    "dg2depththresh",
    "dg2thindepth_tstep",
    "depththresh",
    "nodata_elevation",
];

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
    let scheme = options(&mut take, &value, &mut wrong, &mut remarks, par);

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
    let start = match start_file {
        Some((file, _)) if start_level => Start::Stage(Field::FromRaster(RasterField { file, voids: Some(-1e4) })),
        Some((file, _)) => Start::Depth(Field::FromRaster(RasterField { file, voids: Some(0.0) })),
        None => Start::Dry,
    };
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
        sewers: Default::default(),
        sewer_files: Vec::new(),
        gauges,
        duration: Span::from_s(sim_time_s.unwrap_or(0.0)),
        scheme,
        precision: Precision::F64,
        outputs: Outputs { every: Span::from_s(save_s), gauges_every: Span::from_s(mass_s), ..Outputs::default() },
    };
    let held = BTreeMap::from([(dem, raster)]);
    reading.wrong.or(Loaded { deck, file: par.into(), held, remarks: reading.remarks })
}

/// The scheme that comes nearest to the one named.
fn options(
    take: &mut impl FnMut(&[&str]) -> Option<Line>,
    value: &impl Fn(Option<Line>, f64, &mut Complaints) -> Option<f64>,
    wrong: &mut Complaints,
    remarks: &mut Complaints,
    par: &Path,
) -> Options {
    let mut options = Options::default();
    let inertial = take(&["acceleration"]).is_some();
    let first = take(&["fv1"]).or(take(&["roe"])).or(take(&["roe_slow"])).is_some();
    let second = take(&["fv2"]).or(take(&["dg2"])).is_some();
    let adaptive = take(&["acc_nugrid"]).or(take(&["mwdg2"])).or(take(&["hwfv1"]));
    let zero_inertia = take(&["adaptoff"]);
    options.scheme = match (inertial, first, second) {
        (_, _, true) => Scheme::Second,
        (_, true, _) => Scheme::First,
        (true, _, _) => Scheme::Inertial,
        _ => Scheme::Auto,
    };
    match options.scheme {
        Scheme::Inertial => remarks.add(
            par,
            "`acceleration`: local inertia everywhere",
            "scheme: (scheme: Auto) in a deck is safer on steep or smooth ground",
        ),
        Scheme::Second => remarks.add(par, "fv2 or dg2: computed by the second-order Godunov scheme", ""),
        Scheme::Auto if adaptive.is_none() => remarks.add(
            par,
            "the diffusive solver of LISFLOOD-FP has no counterpart: computed with inertia",
            "scheme Auto",
        ),
        _ => {}
    }
    if let Some(line) = adaptive {
        remarks.add_at(
            par,
            (line.number, 1),
            format!("`{}`: computed on the DEM's own cells", line.words[0]),
            "scheme Auto",
        );
    }
    if let Some(line) = zero_inertia {
        remarks.add_at(par, (line.number, 1), "`adaptoff` has no counterpart", "steps follow the stability limit");
    }
    if let Some(cfl) = value(take(&["cfl"]), 0.0, wrong) {
        if options.scheme == Scheme::Inertial {
            options.alpha = cfl;
        } else {
            remarks.add(
                par,
                format!("cfl {cfl} is not taken over"),
                "this solver's own limit is defined in another way",
            );
        }
    }
    if let Some(theta) = value(take(&["theta"]), 0.0, wrong) {
        options.theta = theta;
    }
    options
}

/// What a .bci file says.
#[derive(Default)]
struct Rims {
    edges: Vec<EdgeSpec>,
    held: Vec<HeldSpec>,
    inflows: Vec<InflowSpec>,
    used: Vec<String>,
}

impl Rims {
    fn tell_unused(&mut self, series: &BTreeMap<String, Series>, remarks: &mut Complaints) {
        for (name, s) in series {
            if !self.used.contains(name) {
                remarks.add_at(&s.file, (s.line, 1), format!("series `{name}` is used by no boundary"), "");
            }
        }
    }
}

struct Series {
    file: PathBuf,
    line: usize,
    points: Vec<(f64, f64)>,
}

impl Reading {
    /// A file of lines, or a complaint and none.
    fn lines(&mut self, file: &Path) -> Option<Lines> {
        Lines::read(&self.folder.join(file), &['#']).map_err(|e| self.wrong.extend(e)).ok()
    }

    /// "n units", then n lines "value time", from the `k`-th line on; gives the points in s and the next line.
    fn series(&mut self, lines: &mut Lines, k: usize) -> Option<(Vec<(f64, f64)>, usize)> {
        let Some(head) = lines.lines.get(k).cloned() else {
            lines.wrong.add(&lines.file, "ends where `number units` is wanted", "e.g. `5 seconds`");
            return None;
        };
        let Some(n) = head.words[0].parse::<usize>().ok().filter(|n| *n > 0) else {
            lines.say(head.number, format!("`{}` is no number of points", head.words[0]), "e.g. `5 seconds`");
            return None;
        };
        let unit = head.words.get(1).map_or("seconds".into(), |w| w.to_lowercase());
        let unit_s = match unit.trim_end_matches('s') {
            "second" | "sec" => 1.0,
            "minute" | "min" => 60.0,
            "hour" | "hr" => 3600.0,
            "day" => 86_400.0,
            _ => {
                lines.say(head.number, format!("`{unit}` is no unit of time"), "seconds, minutes, hours or days");
                return None;
            }
        };
        let mut points: Vec<(f64, f64)> = Vec::new();
        for i in k + 1..=k + n {
            let Some(line) = lines.lines.get(i).cloned() else {
                let what = format!("holds {} of the {n} points announced in line {}", points.len(), head.number);
                lines.wrong.add(&lines.file, what, "is it cut off?");
                return None;
            };
            let pair = lines.first(&line, 0, 2, "value time")?;
            let t = pair[1] * unit_s;
            if points.last().is_some_and(|p| t <= p.0) {
                lines.say(line.number, format!("time {} is not after the one before", pair[1]), "times must rise");
                return None;
            }
            points.push((t, pair[0]));
        }
        Some((points, k + 1 + n))
    }

    /// All series of a .bdy file. Its first line is a comment, whatever it holds.
    fn bdy(&mut self, file: &Path) -> BTreeMap<String, Series> {
        let mut all = BTreeMap::new();
        let Some(mut lines) = self.lines(file) else { return all };
        let mut k = lines.lines.iter().take_while(|l| l.number == 1).count();
        while let Some(line) = lines.lines.get(k).cloned() {
            let Some((points, next)) = self.series(&mut lines, k + 1) else { break };
            all.insert(line.words[0].clone(), Series { file: lines.file.clone(), line: line.number, points });
            k = next;
        }
        self.wrong.extend(lines.wrong);
        all
    }

    fn bci(&mut self, file: &Path, series: &BTreeMap<String, Series>) -> Rims {
        let mut rims = Rims::default();
        let Some(mut lines) = self.lines(file) else { return rims };
        for line in lines.lines.clone() {
            let side = match line.words[0].chars().next().map(|c| c.to_ascii_uppercase()) {
                Some('N') => Some(EdgeSide::North),
                Some('S') => Some(EdgeSide::South),
                Some('E') => Some(EdgeSide::East),
                Some('W') => Some(EdgeSide::West),
                Some('P' | 'F') => None,
                _ => {
                    let what = format!("`{}` is no place of a boundary", line.words[0]);
                    lines.say(line.number, what, "N, S, E, W or P");
                    continue;
                }
            };
            let Some(at) = lines.first(&line, 1, 2, "place, two coordinates, kind, value or name") else { continue };
            let Some(kind) = line.words.get(3).map(|w| w.to_uppercase()) else {
                lines.say(line.number, "has no kind of boundary", "FREE, HFIX, HVAR, QFIX, QVAR or CLOSED");
                continue;
            };
            // Constant or series, times `width_m` where it is a discharge per metre.
            let mut course = |lines: &mut Lines, width_m: f64| -> Option<Course> {
                let given = line.words.get(4).cloned().unwrap_or_default();
                if kind.ends_with("FIX") {
                    let v = number(&given);
                    if v.is_none() {
                        lines.say(line.number, format!("{kind} `{given}` is no number"), "");
                    }
                    return v.map(|v| Course::Constant(v * width_m));
                }
                match series.get(&given) {
                    Some(s) => {
                        rims.used.push(given);
                        Some(Course::Points(s.points.iter().map(|(t, v)| (*t, v * width_m)).collect()))
                    }
                    None => {
                        let hint = nearest(&given, series.keys().map(String::as_str))
                            .map_or("the .bdy file holds it under its name".into(), |n| format!("did you mean {n}?"));
                        lines.say(line.number, format!("{kind}: there is no series `{given}`"), hint);
                        None
                    }
                }
            };
            match side {
                Some(side) => {
                    let (from, to) = (at[0].min(at[1]), at[0].max(at[1]));
                    let length_m = self.covered_m(side, from, to);
                    let rim = match kind.as_str() {
                        "CLOSED" => Some(Rim::Wall),
                        "FREE" => {
                            if let Some(slope) = line.words.get(4).and_then(|w| number(w)).filter(|s| *s >= 0.0) {
                                let what = format!("FREE: the slope {slope} is not taken over");
                                self.remarks.add_at(
                                    &lines.file,
                                    (line.number, 1),
                                    what,
                                    "water leaves by its own slope",
                                );
                            }
                            Some(Rim::Free)
                        }
                        "HFIX" | "HVAR" => course(&mut lines, 1.0).map(Rim::Stage),
                        "QFIX" | "QVAR" => course(&mut lines, length_m).map(Rim::Discharge),
                        _ => {
                            let what = format!("`{kind}` is no kind of boundary");
                            lines.say(line.number, what, "FREE, HFIX, HVAR, QFIX, QVAR or CLOSED");
                            None
                        }
                    };
                    if length_m <= 0.0 {
                        let what = format!("{side:?} from {from} to {to} touches no cell");
                        lines.say(line.number, what, self.span(side));
                    } else if let Some(kind) = rim {
                        rims.edges.push(EdgeSpec { side, from_m: Some(from), to_m: Some(to), kind });
                    }
                }
                None => {
                    let place = Place::Points(vec![(at[0], at[1])]);
                    let name = format!("P({}, {})", at[0], at[1]);
                    match kind.as_str() {
                        "QFIX" | "QVAR" => {
                            if let Some(discharge_m3_s) = course(&mut lines, self.grid.cell_m) {
                                rims.inflows.push(InflowSpec { name, at: place, discharge_m3_s });
                            }
                        }
                        "HFIX" | "HVAR" => {
                            if let Some(stage) = course(&mut lines, 1.0) {
                                rims.held.push(HeldSpec { name, at: place, kind: Held::Stage(stage) });
                            }
                        }
                        "FREE" | "CLOSED" => {
                            let what = format!("{kind} at a point belongs to sub-grid channels and is not taken over");
                            self.remarks.add_at(&lines.file, (line.number, 1), what, "");
                        }
                        _ => lines.say(
                            line.number,
                            format!("`{kind}` is no kind of a point"),
                            "HFIX, HVAR, QFIX or QVAR",
                        ),
                    }
                }
            }
        }
        self.wrong.extend(lines.wrong);
        rims
    }

    /// Length of the cells of a side whose centres lie between two coordinates, m.
    fn covered_m(&self, side: EdgeSide, from: f64, to: f64) -> f64 {
        let g = &self.grid;
        build::along(side, g, Some(from), Some(to)).len() as f64 * g.cell_m
    }

    fn span(&self, side: EdgeSide) -> String {
        let g = &self.grid;
        match side {
            EdgeSide::North | EdgeSide::South => format!("x runs from {} to {}", g.x0, g.x0 + g.width_m()),
            EdgeSide::West | EdgeSide::East => format!("y runs from {} to {}", g.y0, g.y0 + g.height_m()),
        }
    }

    /// Points whose depth is written. Those off the grid are left out, as LISFLOOD-FP does.
    fn stages(&mut self, file: &Path) -> Vec<GaugeSpec> {
        let mut gauges = Vec::new();
        let Some(mut lines) = self.lines(file) else { return gauges };
        let all = lines.lines.clone();
        let announced = all.first().and_then(|l| l.words[0].parse::<usize>().ok());
        if announced.is_none() {
            lines.say(all.first().map_or(1, |l| l.number), "does not begin with the number of points", "");
        }
        for line in all.iter().skip(1).take(announced.unwrap_or(0)) {
            let Some(p) = lines.first(line, 0, 2, "x y") else { continue };
            let name = format!("{}", gauges.len() + 1);
            if self.grid.cell_at(base::grid::Point::new(p[0], p[1])).is_none() {
                let what = format!("({}, {}) is off the grid and left out", p[0], p[1]);
                self.remarks.add_at(&lines.file, (line.number, 1), what, "");
                continue;
            }
            gauges.push(GaugeSpec { name, at: (p[0], p[1]) });
        }
        if announced.is_some_and(|n| all.len() < n + 1) {
            let what = format!("holds {} of {} points", all.len() - 1, announced.unwrap_or(0));
            lines.wrong.add(&lines.file, what, "is it cut off?");
        }
        self.wrong.extend(lines.wrong);
        gauges
    }

    /// Rain in mm/h. The first line is a comment, whatever it holds.
    fn rain(&mut self, file: &Path) -> Option<Vec<(f64, f64)>> {
        let mut lines = self.lines(file)?;
        let first = lines.lines.iter().take_while(|l| l.number == 1).count();
        let points = self.series(&mut lines, first).map(|s| s.0);
        if let Some((t, v)) = points.iter().flatten().find(|p| p.1 < 0.0) {
            lines.wrong.add(&lines.file, format!("rain of {v} mm/h at {t} s"), "0 or more");
        }
        self.wrong.extend(lines.wrong);
        points
    }

    /// Weirs: "x y direction Cd crest m [width]". The letter names where the water goes, so a weir `W` stands on the
    /// east face of its cell. They become crests on those faces.
    fn weirs(&mut self, file: &Path) -> Vec<CrestSpec> {
        let mut crests = Vec::new();
        let Some(mut lines) = self.lines(file) else { return crests };
        let g = self.grid;
        for line in lines.lines.clone().iter().skip(1) {
            let Some(p) = lines.first(line, 0, 2, "x y direction Cd crest m width") else { continue };
            let letters = line.words.get(2).map(|w| w.to_uppercase()).unwrap_or_default();
            let Some(v) = lines.first(line, 3, 2, "x y direction Cd crest m width") else { continue };
            let Some(cell) = g.cell_at(base::grid::Point::new(p[0], p[1])) else {
                lines.say(line.number, format!("the weir at ({}, {}) is off the grid", p[0], p[1]), "");
                continue;
            };
            let (c, half) = (g.centre(cell), 0.5 * g.cell_m);
            let line_of = |dx: f64, dy: f64| {
                // The face's two ends, turned by a quarter from the way to its middle.
                let (mx, my) = (c.x + dx * half, c.y + dy * half);
                vec![(mx - dy * half, my - dx * half), (mx + dy * half, my + dx * half)]
            };
            let ends = match letters.chars().next() {
                Some('W') => line_of(1.0, 0.0),
                Some('E') => line_of(-1.0, 0.0),
                Some('S') => line_of(0.0, 1.0),
                Some('N') => line_of(0.0, -1.0),
                _ => {
                    lines.say(line.number, format!("`{letters}` is no direction"), "W, E, S, N");
                    continue;
                }
            };
            match letters.get(1..) {
                Some("B") => {
                    self.remarks.add_at(&lines.file, (line.number, 1), "bridges are not taken over", "");
                    continue;
                }
                Some("F") => {
                    let what = "the weir lets water pass both ways, not one way only";
                    self.remarks.add_at(&lines.file, (line.number, 1), what, "a flap gate in a deck is one-way");
                }
                _ => {}
            }
            crests.push(CrestSpec {
                name: format!("weir {}", crests.len() + 1),
                line: ends,
                crest: Crest::Level(v[1]),
            });
        }
        if !crests.is_empty() {
            let what = format!("{} weirs stand as crests: Cd and the modular limit are the solver's own", crests.len());
            self.remarks.add(&lines.file, what, "");
        }
        self.wrong.extend(lines.wrong);
        crests
    }
}
