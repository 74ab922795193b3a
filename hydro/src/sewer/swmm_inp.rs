//! Reader of EPA SWMM 5's input files (.inp): the hydraulic network of them. Runoff, quality and controls are passed
//! over, and said so in the remarks: rain falls on the grid here, and gullies take it from there. Units of the file
//! (CMS, LPS, MLD; CFS, GPM, MGD with feet) become SI.
//!
//! Format as in the SWMM 5.2 user's manual, appendix D (from memory, tried on the file of EA test 8B and on files
//! written for the tests).

use super::network::section::Section;
use super::network::*;
use base::complaint::{Complaints, nearest};
use base::grid::Point;
use std::collections::BTreeMap;
use std::path::Path;

/// What a file held.
#[derive(Debug, Clone, PartialEq)]
pub struct SwmmModel {
    pub network: NetworkSpec,
    /// From START to END, s; 0 where the file does not say.
    pub duration_s: f64,
    /// What was passed over or taken otherwise than SWMM would, plainly.
    pub remarks: Vec<String>,
}

/// Curves by name: their kind and rows, in the file's units.
type Curves<'a> = BTreeMap<&'a str, (String, Vec<(f64, f64)>)>;
/// Time series by name.
type AllSeries<'a> = BTreeMap<&'a str, Vec<(f64, f64)>>;

/// A line of a section, cut into words.
struct Row<'a> {
    line: usize,
    words: Vec<&'a str>,
}

/// Sections that are read.
const READ: [&str; 16] = [
    "TITLE",
    "OPTIONS",
    "JUNCTIONS",
    "OUTFALLS",
    "STORAGE",
    "CONDUITS",
    "XSECTIONS",
    "LOSSES",
    "INFLOWS",
    "DWF",
    "TIMESERIES",
    "CURVES",
    "PUMPS",
    "ORIFICES",
    "WEIRS",
    "COORDINATES",
];
/// Sections that are passed over with a remark, and why that is right here or what is lost.
const PASSED: [(&str, &str); 32] = [
    ("REPORT", "output is asked for elsewhere"),
    ("FILES", "no interface files"),
    ("RAINGAGES", "rain falls on the grid"),
    ("EVAPORATION", "evaporation belongs to the grid"),
    ("TEMPERATURE", "no snow"),
    ("ADJUSTMENTS", "no climate adjustments"),
    ("SUBCATCHMENTS", "runoff comes from the grid through gullies"),
    ("SUBAREAS", "runoff comes from the grid through gullies"),
    ("INFILTRATION", "infiltration belongs to the grid"),
    ("LID_CONTROLS", "no LID"),
    ("LID_USAGE", "no LID"),
    ("AQUIFERS", "no groundwater"),
    ("GROUNDWATER", "no groundwater"),
    ("GWF", "no groundwater"),
    ("SNOWPACKS", "no snow"),
    ("STREETS", "streets are cells of the grid"),
    ("INLETS", "gullies are given with the street openings"),
    ("INLET_USAGE", "gullies are given with the street openings"),
    ("CONTROLS", "rules are not run: pumps keep to their on and off levels, gates stay open"),
    ("POLLUTANTS", "no water quality"),
    ("LANDUSES", "no water quality"),
    ("COVERAGES", "no water quality"),
    ("LOADINGS", "no water quality"),
    ("BUILDUP", "no water quality"),
    ("WASHOFF", "no water quality"),
    ("TREATMENT", "no water quality"),
    ("RDII", "no rain-derived infiltration into pipes"),
    ("HYDROGRAPHS", "no rain-derived infiltration into pipes"),
    ("PATTERNS", "dry-weather flow is taken at its mean"),
    ("EVENTS", "the whole span is run"),
    ("TRANSECTS", "only used by irregular sections"),
    ("USERFLAGS", "not hydraulic"),
];
/// Sections that only draw.
const DRAWN: [&str; 9] =
    ["MAP", "POLYGONS", "VERTICES", "LABELS", "SYMBOLS", "BACKDROP", "TAGS", "PROFILES", "POLYGON"];

struct Reader<'a> {
    file: &'a Path,
    sections: BTreeMap<&'static str, Vec<Row<'a>>>,
    wrong: Complaints,
    remarks: Vec<String>,
    /// m per unit of length, m3/s per unit of flow.
    length: f64,
    flow: f64,
    metric: bool,
    elevations: bool,
}

/// Reads a file's text; `file` is for the complaints.
pub fn read(text: &str, file: &Path) -> Result<SwmmModel, Complaints> {
    let mut r = Reader {
        file,
        sections: BTreeMap::new(),
        wrong: Complaints::new(),
        remarks: Vec::new(),
        length: 1.0,
        flow: 1.0,
        metric: true,
        elevations: false,
    };
    r.cut(text);
    let model = r.model();
    r.wrong.or(model)
}

impl<'a> Reader<'a> {
    fn bad(&mut self, line: usize, what: impl Into<String>, hint: impl Into<String>) {
        self.wrong.add_at(self.file, (line, 1), what, hint);
    }

    fn cut(&mut self, text: &'a str) {
        let mut current: Option<&'static str> = None;
        let mut passed: BTreeMap<&'static str, (usize, &'static str)> = BTreeMap::new();
        let mut passing: Option<&'static str> = None;
        for (n, raw) in text.lines().enumerate() {
            let line = n + 1;
            let content = raw.split(';').next().unwrap_or("").trim();
            if content.is_empty() {
                continue;
            }
            if let Some(name) = content.strip_prefix('[') {
                let name = name.trim_end_matches(']').trim().to_uppercase();
                (current, passing) = (None, None);
                // SWMM itself goes by the beginning of the name: [OUTFALL] is [OUTFALLS].
                let same = |known: &str| known == name || (name.len() >= 4 && known.starts_with(&name));
                if let Some(known) = READ.into_iter().find(|k| same(k)) {
                    current = Some(known);
                    self.sections.entry(known).or_default();
                } else if let Some((known, why)) = PASSED.into_iter().find(|k| same(k.0)) {
                    passed.entry(known).or_insert((0, why));
                    passing = Some(known);
                } else if DRAWN.into_iter().any(same) {
                } else if ["DIVIDERS", "OUTLETS"].into_iter().any(same) {
                    self.bad(
                        line,
                        format!("[{name}] is not read"),
                        "replace its elements by junctions, weirs or pumps",
                    );
                } else {
                    let hint = nearest(&name, READ).map(|k| format!("did you mean [{k}]?")).unwrap_or_default();
                    self.bad(line, format!("there is no section [{name}]"), hint);
                }
            } else if let Some(section) = current {
                if section != "TITLE" {
                    let words = content.split_whitespace().collect();
                    self.sections.entry(section).or_default().push(Row { line, words });
                }
            } else if let Some(known) = passing {
                passed.entry(known).and_modify(|p| p.0 += 1);
            }
        }
        for (name, (rows, why)) in passed {
            if rows > 0 {
                self.remarks.push(format!("[{name}]: {rows} rows passed over: {why}"));
            }
        }
    }

    fn rows(&mut self, section: &'static str) -> Vec<Row<'a>> {
        self.sections.remove(section).unwrap_or_default()
    }

    /// The k-th word as a number; `otherwise` where it is absent, if that may be.
    fn number(&mut self, row: &Row, k: usize, name: &str, otherwise: Option<f64>) -> f64 {
        match row.words.get(k) {
            Some(&"*") if otherwise.is_some() => otherwise.unwrap_or(0.0),
            Some(word) => match word.parse::<f64>() {
                Ok(v) if v.is_finite() => v,
                _ => {
                    self.bad(row.line, format!("{name} is {word:?}"), "a number");
                    0.0
                }
            },
            None => otherwise.unwrap_or_else(|| {
                self.bad(row.line, format!("{name} is missing (word {})", k + 1), "a number");
                0.0
            }),
        }
    }
    fn word(&mut self, row: &Row<'a>, k: usize, name: &str) -> &'a str {
        match row.words.get(k) {
            Some(word) => word,
            None => {
                self.bad(row.line, format!("{name} is missing (word {})", k + 1), "");
                ""
            }
        }
    }

    fn model(&mut self) -> SwmmModel {
        let mut options = NetworkOptions::default();
        let (mut ponding, mut start, mut end) = (false, [0.0; 2], [None, None]);
        let mut day_s = 0.0;
        for row in self.rows("OPTIONS") {
            let key = row.words[0].to_uppercase();
            let value = self.word(&row, 1, &key).to_uppercase();
            match key.as_str() {
                "FLOW_UNITS" => {
                    // m3/s per unit; feet go with the customary ones.
                    let units = [
                        ("CMS", 1.0, true),
                        ("LPS", 1e-3, true),
                        ("MLD", 1e3 / 86400.0, true),
                        ("CFS", 0.028316846592, false),
                        ("GPM", 0.003785411784 / 60.0, false),
                        ("MGD", 3785.411784 / 86400.0, false),
                    ];
                    match units.into_iter().find(|u| u.0 == value) {
                        Some((_, flow, metric)) => {
                            (self.flow, self.metric, self.length) = (flow, metric, if metric { 1.0 } else { 0.3048 });
                        }
                        None => self.bad(row.line, format!("FLOW_UNITS {value}"), "CMS, LPS, MLD, CFS, GPM or MGD"),
                    }
                }
                "LINK_OFFSETS" => self.elevations = value == "ELEVATION",
                "ALLOW_PONDING" => ponding = value == "YES",
                "FLOW_ROUTING" if value != "DYNWAVE" => {
                    self.remarks.push(format!("FLOW_ROUTING {value}: solved with full dynamics all the same"));
                }
                "ROUTING_STEP" => match clock_s(&value, 1.0) {
                    Some(s) if s > 0.0 => options.step_s_max = s.min(10.0),
                    _ => self.bad(row.line, format!("ROUTING_STEP {value}"), "seconds, or hours:minutes:seconds"),
                },
                "START_TIME" | "END_TIME" => match clock_s(&value, 3600.0) {
                    Some(s) if key == "START_TIME" => {
                        start[1] = s;
                        day_s = s;
                    }
                    Some(s) => end[1] = Some(s),
                    None => self.bad(row.line, format!("{key} {value}"), "hours:minutes:seconds"),
                },
                "START_DATE" | "END_DATE" => match date_days(&value) {
                    Some(d) if key == "START_DATE" => start[0] = d,
                    Some(d) => end[0] = Some(d),
                    None => self.bad(row.line, format!("{key} {value}"), "month/day/year"),
                },
                "MIN_SURFAREA" => {
                    let area = self.number(&row, 1, "MIN_SURFAREA", None) * self.length * self.length;
                    if area > 0.0 {
                        options.shaft_m2 = area;
                    }
                }
                "INERTIAL_DAMPING"
                | "NORMAL_FLOW_LIMITED"
                | "VARIABLE_STEP"
                | "LENGTHENING_STEP"
                | "MAX_TRIALS"
                | "HEAD_TOLERANCE"
                | "MINIMUM_STEP"
                | "SURCHARGE_METHOD"
                | "THREADS" => {
                    self.remarks.push(format!("option {key} {value} steers SWMM's own solver: not needed here"));
                }
                _ => {}
            }
        }
        let duration_s = match end {
            [Some(day), time] => (day - start[0]) * 86400.0 + time.unwrap_or(0.0) - start[1],
            _ => 0.0,
        };
        let curves = self.curves();
        let series = self.time_series(start[0] * 86400.0 + start[1]);
        let mut nodes = self.nodes(ponding, &curves, &series, day_s, duration_s.max(86400.0));
        let links = self.links(&nodes, &curves);
        self.loads(&mut nodes, &series);
        // A depth of 0 means up to the highest crown that joins.
        for (node, _) in &mut nodes {
            let name = node.name.clone();
            let crown = links
                .iter()
                .filter_map(|l| match &l.kind {
                    LinkKind::Conduit(c) if l.from == name => Some(c.from_offset_m + c.section.height_m()),
                    LinkKind::Conduit(c) if l.to == name => Some(c.to_offset_m + c.section.height_m()),
                    _ => None,
                })
                .fold(0.0, f64::max);
            if let NodeKind::Junction { depth_m, .. } = &mut node.kind
                && *depth_m == 0.0
            {
                *depth_m = crown;
            }
        }
        let network = NetworkSpec {
            name: self.file.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default(),
            options,
            nodes: nodes.into_iter().map(|n| n.0).collect(),
            links,
        };
        if self.wrong.is_empty() {
            self.wrong.extend(network.check(self.file));
        }
        SwmmModel { network, duration_s, remarks: std::mem::take(&mut self.remarks) }
    }

    /// Curves by name: (kind, rows), in the file's units.
    fn curves(&mut self) -> Curves<'a> {
        let mut all: Curves<'a> = BTreeMap::new();
        for row in self.rows("CURVES") {
            let name = row.words[0];
            let kind = row.words.get(1).filter(|w| w.parse::<f64>().is_err()).map(|w| w.to_uppercase());
            let from = if kind.is_some() { 2 } else { 1 };
            let entry = all.entry(name).or_default();
            if let Some(kind) = kind {
                entry.0 = kind;
            }
            let mut pairs = Vec::new();
            let mut k = from;
            while k < row.words.len() {
                pairs.push((self.number(&row, k, "x", None), self.number(&row, k + 1, "y", None)));
                k += 2;
            }
            all.entry(name).or_default().1.extend(pairs);
        }
        all
    }

    /// Time series by name, s after the start, in the file's units.
    fn time_series(&mut self, start_s: f64) -> AllSeries<'a> {
        let mut all: AllSeries<'a> = BTreeMap::new();
        let mut date: BTreeMap<&'a str, f64> = BTreeMap::new();
        for row in self.rows("TIMESERIES") {
            let name = row.words[0];
            if row.words.get(1).is_some_and(|w| w.eq_ignore_ascii_case("FILE")) {
                self.bad(row.line, format!("time series {name} lies in another file"), "write its rows into this file");
                continue;
            }
            let mut k = 1;
            while k < row.words.len() {
                if let Some(day) = date_days(row.words[k]) {
                    date.insert(name, day);
                    k += 1;
                    continue;
                }
                let Some(time_s) = clock_s(row.words[k], 3600.0) else {
                    self.bad(row.line, format!("time {:?}", row.words[k]), "hours, or hours:minutes");
                    break;
                };
                let at = match date.get(name) {
                    Some(day) => day * 86400.0 + time_s - start_s,
                    None => time_s,
                };
                let value = self.number(&row, k + 1, "value", None);
                all.entry(name).or_default().push((at, value));
                k += 2;
            }
        }
        all
    }

    fn nodes(
        &mut self,
        ponding: bool,
        curves: &Curves<'a>,
        series: &AllSeries<'a>,
        day_s: f64,
        span_s: f64,
    ) -> Vec<(NodeSpec, usize)> {
        let (m, m2) = (self.length, self.length * self.length);
        let mut nodes = Vec::new();
        let node = |name: &str, invert_m: f64, depth: f64, kind: NodeKind| NodeSpec {
            name: name.into(),
            invert_m,
            kind,
            at: None,
            initial_depth_m: depth,
            inflow_moves: false,
            inflow: Vec::new(),
            street: None,
        };
        for row in self.rows("JUNCTIONS") {
            let invert = self.number(&row, 1, "invert", None) * m;
            let kind = NodeKind::Junction {
                depth_m: self.number(&row, 2, "maximum depth", Some(0.0)) * m,
                shaft_m2: None,
                surcharge_m: self.number(&row, 4, "surcharge depth", Some(0.0)) * m,
                ponded_m2: if ponding { self.number(&row, 5, "ponded area", Some(0.0)) * m2 } else { 0.0 },
            };
            let depth = self.number(&row, 3, "initial depth", Some(0.0)) * m;
            nodes.push((node(row.words[0], invert, depth, kind), row.line));
        }
        for row in self.rows("OUTFALLS") {
            let invert = self.number(&row, 1, "invert", None) * m;
            let kind = self.word(&row, 2, "kind of outfall").to_uppercase();
            let (stage, gate) = match kind.as_str() {
                "FREE" => (Stage::Free, 3),
                "NORMAL" => (Stage::Normal, 3),
                "FIXED" => (Stage::Fixed(self.number(&row, 3, "stage", None) * m), 4),
                "TIDAL" => {
                    let name = self.word(&row, 3, "tidal curve");
                    let mut rows = Vec::new();
                    match curves.get(name) {
                        // Hours of the day against level, day after day.
                        Some((_, curve)) => {
                            for day in -1..=(span_s / 86400.0).ceil() as i64 {
                                for &(hour, level) in curve.iter().filter(|c| c.0 < 24.0) {
                                    rows.push((day as f64 * 86400.0 + hour * 3600.0 - day_s, level * m));
                                }
                            }
                        }
                        None => self.bad(row.line, format!("there is no curve {name}"), ""),
                    }
                    (Stage::Series(rows), 4)
                }
                "TIMESERIES" => {
                    let name = self.word(&row, 3, "time series");
                    let rows = match series.get(name) {
                        Some(rows) => rows.iter().map(|r| (r.0, r.1 * m)).collect(),
                        None => {
                            self.bad(row.line, format!("there is no time series {name}"), "");
                            Vec::new()
                        }
                    };
                    (Stage::Series(rows), 4)
                }
                _ => {
                    self.bad(row.line, format!("outfall of kind {kind:?}"), "FREE, NORMAL, FIXED, TIDAL or TIMESERIES");
                    (Stage::Free, 3)
                }
            };
            let flap = row.words.get(gate).is_some_and(|w| w.eq_ignore_ascii_case("YES"));
            nodes.push((node(row.words[0], invert, 0.0, NodeKind::Outfall { stage, flap, into: None }), row.line));
        }
        for row in self.rows("STORAGE") {
            let invert = self.number(&row, 1, "invert", None) * m;
            let depth_m = self.number(&row, 2, "maximum depth", None) * m;
            let depth = self.number(&row, 3, "initial depth", None) * m;
            let shape = self.word(&row, 4, "shape").to_uppercase();
            let areas_m2 = match shape.as_str() {
                "TABULAR" => {
                    let name = self.word(&row, 5, "storage curve");
                    match curves.get(name) {
                        Some((_, c)) => c.iter().map(|r| (r.0 * m, r.1 * m2)).collect(),
                        None => {
                            self.bad(row.line, format!("there is no curve {name}"), "");
                            Vec::new()
                        }
                    }
                }
                "FUNCTIONAL" => {
                    // A = a y^b + c, in the file's units, in 20 rows.
                    let (a, b) = (self.number(&row, 5, "a", None), self.number(&row, 6, "b", None));
                    let c = self.number(&row, 7, "c", Some(0.0));
                    (0..=20)
                        .map(|k| {
                            let y = depth_m / m * k as f64 / 20.0;
                            let power = if b == 0.0 { 1.0 } else { base::math::pow(y, b) };
                            (y * m, (a * power + c) * m2)
                        })
                        .collect()
                }
                _ => {
                    self.bad(row.line, format!("storage of shape {shape:?}"), "TABULAR or FUNCTIONAL");
                    Vec::new()
                }
            };
            nodes.push((node(row.words[0], invert, depth, NodeKind::Storage { depth_m, areas_m2 }), row.line));
        }
        let place: BTreeMap<String, usize> = nodes.iter().enumerate().map(|(k, n)| (n.0.name.clone(), k)).collect();
        for row in self.rows("COORDINATES") {
            let at = Point::new(self.number(&row, 1, "x", None), self.number(&row, 2, "y", None));
            match place.get(row.words[0]) {
                Some(&k) => nodes[k].0.at = Some(at),
                None => self.remarks.push(format!("line {}: no node {} for these coordinates", row.line, row.words[0])),
            }
        }
        nodes
    }

    fn links(&mut self, nodes: &[(NodeSpec, usize)], curves: &Curves<'a>) -> Vec<LinkSpec> {
        let (m, flow) = (self.length, self.flow);
        let invert: BTreeMap<&str, f64> = nodes.iter().map(|n| (n.0.name.as_str(), n.0.invert_m)).collect();
        let elevations = self.elevations;
        // Offsets are depths over the node's invert, or levels.
        let offset = |value: f64, node: &str| {
            if elevations { (value * m - invert.get(node).copied().unwrap_or(0.0)).max(0.0) } else { value * m }
        };
        let mut shapes: BTreeMap<&str, (Section, u32, usize)> = BTreeMap::new();
        for row in self.rows("XSECTIONS") {
            let shape = self.word(&row, 1, "shape").to_uppercase();
            let mut g = |k: usize| self.number(&row, k + 1, "a dimension", Some(0.0));
            let (g1, g2, g3, g4, barrels) = (g(1) * m, g(2) * m, g(3), g(4), g(5));
            let section = match shape.as_str() {
                "CIRCULAR" => Section::Circular { diameter_m: g1 },
                "FORCE_MAIN" => {
                    self.remarks.push(format!(
                        "line {}: force main {} takes Manning's n of its conduit, not {g2}",
                        row.line, row.words[0]
                    ));
                    Section::Circular { diameter_m: g1 }
                }
                "RECT_CLOSED" => Section::RectClosed { height_m: g1, width_m: g2 },
                "RECT_OPEN" => Section::RectOpen { height_m: g1, width_m: g2 },
                "TRAPEZOIDAL" => Section::Trapezoid { height_m: g1, bottom_m: g2, left_slope: g3, right_slope: g4 },
                "TRIANGULAR" => {
                    let slope = 0.5 * g2 / g1;
                    Section::Trapezoid { height_m: g1, bottom_m: 0.0, left_slope: slope, right_slope: slope }
                }
                _ => {
                    self.bad(
                        row.line,
                        format!("section {shape} of {} is not read", row.words[0]),
                        "CIRCULAR, RECT_CLOSED, RECT_OPEN, TRAPEZOIDAL or TRIANGULAR of the same area",
                    );
                    continue;
                }
            };
            shapes.insert(row.words[0], (section, (barrels as u32).max(1), row.line));
        }
        let mut losses: BTreeMap<&str, ([f64; 3], bool)> = BTreeMap::new();
        for row in self.rows("LOSSES") {
            let k = [1, 2, 3].map(|k| self.number(&row, k, "a loss coefficient", Some(0.0)));
            losses.insert(row.words[0], (k, row.words.get(4).is_some_and(|w| w.eq_ignore_ascii_case("YES"))));
        }
        let mut links = Vec::new();
        for row in self.rows("CONDUITS") {
            let (name, from, to) = (row.words[0], self.word(&row, 1, "from"), self.word(&row, 2, "to"));
            let Some(&(section, barrels, _)) = shapes.get(name) else {
                self.bad(row.line, format!("conduit {name} has no section"), "a row in [XSECTIONS]");
                continue;
            };
            let (loss, flap) = losses.get(name).copied().unwrap_or(([0.0; 3], false));
            let at = |r: &mut Self, k: usize, node: &str| match row.words.get(k) {
                Some(&"*") | None => 0.0,
                Some(_) => offset(r.number(&row, k, "offset", Some(0.0)), node),
            };
            let conduit = Conduit {
                section,
                length_m: self.number(&row, 3, "length", None) * m,
                manning: self.number(&row, 4, "Manning's n", None),
                barrels,
                from_offset_m: at(self, 5, from),
                to_offset_m: at(self, 6, to),
                entry_loss: loss[0],
                exit_loss: loss[1],
                mean_loss: loss[2],
                flap,
                initial_flow_m3_s: self.number(&row, 7, "initial flow", Some(0.0)) * flow,
            };
            if self.number(&row, 8, "maximum flow", Some(0.0)) > 0.0 {
                self.remarks.push(format!("line {}: the maximum flow of {name} is passed over", row.line));
            }
            links.push(LinkSpec {
                name: name.into(),
                from: from.into(),
                to: to.into(),
                kind: LinkKind::Conduit(conduit),
            });
        }
        for row in self.rows("PUMPS") {
            let (name, from, to) = (row.words[0], self.word(&row, 1, "from"), self.word(&row, 2, "to"));
            let curve = self.word(&row, 3, "pump curve");
            let scaled = |c: &[(f64, f64)], x: f64| c.iter().map(|r| (r.0 * x, r.1 * flow)).collect::<Vec<_>>();
            let law = if curve == "*" {
                PumpLaw::Ideal
            } else {
                match curves.get(curve) {
                    Some((kind, c)) => match kind.as_str() {
                        "PUMP1" => PumpLaw::Volume(scaled(c, m * m * m)),
                        "PUMP2" => PumpLaw::DepthSteps(scaled(c, m)),
                        "PUMP3" => {
                            let mut c = scaled(c, m);
                            c.sort_by(|a, b| a.0.total_cmp(&b.0));
                            PumpLaw::Head(c)
                        }
                        "PUMP4" => PumpLaw::Depth(scaled(c, m)),
                        _ => {
                            self.bad(
                                row.line,
                                format!("curve {curve} of kind {kind:?}"),
                                "PUMP1, PUMP2, PUMP3 or PUMP4",
                            );
                            PumpLaw::Ideal
                        }
                    },
                    None => {
                        self.bad(row.line, format!("there is no curve {curve}"), "a curve of [CURVES], or *");
                        PumpLaw::Ideal
                    }
                }
            };
            if row.words.get(4).is_some_and(|w| w.eq_ignore_ascii_case("OFF")) {
                self.remarks
                    .push(format!("line {}: pump {name} starts OFF in the file; here its levels decide", row.line));
            }
            let on_m = self.number(&row, 5, "startup depth", Some(0.0)) * m;
            let off_m = self.number(&row, 6, "shutoff depth", Some(0.0)) * m;
            let kind = LinkKind::Pump(Pump { law, on_m, off_m });
            links.push(LinkSpec { name: name.into(), from: from.into(), to: to.into(), kind });
        }
        for row in self.rows("ORIFICES") {
            let (name, from, to) = (row.words[0], self.word(&row, 1, "from"), self.word(&row, 2, "to"));
            let (height_m, width_m) = match shapes.get(name) {
                Some((Section::Circular { diameter_m: d }, _, _)) => (*d, std::f64::consts::FRAC_PI_4 * d),
                Some((Section::RectClosed { height_m, width_m }, _, _)) => (*height_m, *width_m),
                _ => {
                    self.bad(
                        row.line,
                        format!("orifice {name} has no section"),
                        "CIRCULAR or RECT_CLOSED in [XSECTIONS]",
                    );
                    continue;
                }
            };
            if row.words.get(3).is_some_and(|w| w.eq_ignore_ascii_case("BOTTOM")) {
                self.remarks.push(format!("line {}: bottom orifice {name} is taken as one in the side", row.line));
            }
            let kind = LinkKind::Orifice(Orifice {
                offset_m: offset(self.number(&row, 4, "offset", Some(0.0)), from),
                height_m,
                width_m,
                discharge: self.number(&row, 5, "discharge coefficient", None),
                flap: row.words.get(6).is_some_and(|w| w.eq_ignore_ascii_case("YES")),
            });
            links.push(LinkSpec { name: name.into(), from: from.into(), to: to.into(), kind });
        }
        for row in self.rows("WEIRS") {
            let (name, from, to) = (row.words[0], self.word(&row, 1, "from"), self.word(&row, 2, "to"));
            let kind = self.word(&row, 3, "kind of weir").to_uppercase();
            if !["TRANSVERSE", "SIDEFLOW"].contains(&kind.as_str()) {
                self.bad(row.line, format!("weir of kind {kind:?}"), "TRANSVERSE");
                continue;
            }
            let Some(&(Section::RectOpen { width_m, .. }, _, _)) = shapes.get(name) else {
                self.bad(row.line, format!("weir {name} has no section"), "RECT_OPEN in [XSECTIONS]");
                continue;
            };
            // C of ft^0.5/s times sqrt(0.3048).
            let unit = if self.metric { 1.0 } else { 0.3048f64.sqrt() };
            let kind = LinkKind::Weir(Weir {
                offset_m: offset(self.number(&row, 4, "crest", Some(0.0)), from),
                length_m: width_m,
                coefficient: self.number(&row, 5, "coefficient", None) * unit,
                flap: row.words.get(6).is_some_and(|w| w.eq_ignore_ascii_case("YES")),
            });
            links.push(LinkSpec { name: name.into(), from: from.into(), to: to.into(), kind });
        }
        links
    }

    /// Inflows and dry-weather flows.
    fn loads(&mut self, nodes: &mut [(NodeSpec, usize)], series: &AllSeries<'a>) {
        let place: BTreeMap<String, usize> = nodes.iter().enumerate().map(|(k, n)| (n.0.name.clone(), k)).collect();
        let flow = self.flow;
        for row in self.rows("INFLOWS") {
            let Some(&k) = place.get(row.words[0]) else {
                self.bad(row.line, format!("there is no node {}", row.words[0]), "");
                continue;
            };
            if !self.word(&row, 1, "FLOW").eq_ignore_ascii_case("FLOW") {
                self.remarks.push(format!("line {}: inflow of {} is no water: passed over", row.line, row.words[1]));
                continue;
            }
            let name = self.word(&row, 2, "time series").trim_matches('"');
            let scale = self.number(&row, 5, "scale factor", Some(1.0));
            let baseline = self.number(&row, 6, "baseline", Some(0.0));
            if row.words.len() > 7 {
                self.remarks.push(format!("line {}: the baseline's pattern is passed over", row.line));
            }
            nodes[k].0.inflow = if name.is_empty() {
                vec![(0.0, baseline * flow)]
            } else {
                match series.get(name) {
                    Some(rows) => rows.iter().map(|r| (r.0, (r.1 * scale + baseline) * flow)).collect(),
                    None => {
                        let near = nearest(name, series.keys().copied());
                        let hint = near.map(|n| format!("did you mean {n}?")).unwrap_or_default();
                        self.bad(row.line, format!("there is no time series {name}"), hint);
                        continue;
                    }
                }
            };
        }
        for row in self.rows("DWF") {
            let Some(&k) = place.get(row.words[0]) else {
                self.bad(row.line, format!("there is no node {}", row.words[0]), "");
                continue;
            };
            if !self.word(&row, 1, "FLOW").eq_ignore_ascii_case("FLOW") {
                continue;
            }
            let mean = self.number(&row, 2, "mean flow", None) * flow;
            if nodes[k].0.inflow.is_empty() {
                nodes[k].0.inflow = vec![(0.0, mean)];
            } else {
                nodes[k].0.inflow.iter_mut().for_each(|r| r.1 += mean);
            }
        }
    }
}

/// "1:30:00", "1:30" as hours, minutes; a bare number in units of `unit_s`.
fn clock_s(word: &str, unit_s: f64) -> Option<f64> {
    if !word.contains(':') {
        return word.parse::<f64>().ok().filter(|v| v.is_finite()).map(|v| v * unit_s);
    }
    let mut seconds = 0.0;
    let mut weight = 3600.0;
    for part in word.split(':') {
        seconds += part.trim().parse::<f64>().ok().filter(|v| v.is_finite())? * weight;
        weight /= 60.0;
    }
    Some(seconds)
}

/// Days since 1 March of year 0 of "month/day/year" (or with hyphens).
fn date_days(word: &str) -> Option<f64> {
    let parts: Vec<&str> = word.split(['/', '-']).collect();
    let [month, day, year] = parts[..] else { return None };
    let (month, day, year): (i64, i64, i64) = (month.parse().ok()?, day.parse().ok()?, year.parse().ok()?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Days of the civil calendar, with the year beginning in March.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    Some((365 * y + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) + (153 * m + 2) / 5 + day - 1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "[TITLE]\nA small town\n[OPTIONS]\nFLOW_UNITS LPS\nLINK_OFFSETS ELEVATION\n\
        START_DATE 07/01/2026\nSTART_TIME 06:00\nEND_DATE 07/02/2026\nEND_TIME 00:00:00\nALLOW_PONDING YES\n\
        [SUBCATCHMENTS]\nS1 G1 J1 1 50 100 1 0\n[JUNCTIONS] ; name\nJ1 10 0 0 0 25 ; depth from the pipe\nJ2 9.5 3\n\
        [STORAGE]\nW 8 4 0.5 TABULAR area\n[OUTFALLS]\nO1 7.9 TIDAL tide YES\n[CONDUITS]\n\
        C1 J1 J2 100 0.013 10.2 * 0 0\nC2 J2 W 50 0.015 9.5 8.4\n[PUMPS]\nP1 W O1 curve ON 1.2 0.4\n\
        [XSECTIONS]\nC1 CIRCULAR 0.5 0 0 0 1\nC2 RECT_CLOSED 0.6 0.8 0 0 2\n[LOSSES]\nC1 0.5 1 0 YES\n\
        [CURVES]\narea STORAGE 0 10\narea 4 30\ntide TIDAL 0 7 12 9\ncurve PUMP2 1 20\ncurve 4 60\n\
        [INFLOWS]\nJ1 FLOW storm FLOW 1 2 3\n[DWF]\nJ2 FLOW 4\n\
        [TIMESERIES]\nstorm 07/01/2026 06:30 10\nstorm 7:30 30\n[COORDINATES]\nJ1 100 200\n";

    #[test]
    fn a_file_in_litres_and_elevations_is_read_as_cubic_metres_and_offsets() {
        // exact
        let m = read(SMALL, Path::new("town.inp")).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(m.duration_s, 18.0 * 3600.0);
        let node = |name: &str| m.network.nodes.iter().find(|n| n.name == name).expect("a node");
        let link = |name: &str| m.network.links.iter().find(|n| n.name == name).expect("a link");
        let LinkKind::Conduit(c1) = &link("C1").kind else { panic!("C1") };
        assert!((c1.from_offset_m - 0.2).abs() < 1e-12 && c1.to_offset_m == 0.0);
        assert_eq!((c1.entry_loss, c1.exit_loss, c1.flap), (0.5, 1.0, true));
        let LinkKind::Conduit(c2) = &link("C2").kind else { panic!("C2") };
        assert_eq!((c2.barrels, c2.section), (2, Section::RectClosed { height_m: 0.6, width_m: 0.8 }));
        assert!((c2.to_offset_m - 0.4).abs() < 1e-12);
        let NodeKind::Junction { depth_m, ponded_m2, .. } = node("J1").kind else { panic!("J1") };
        assert!((depth_m - 0.7).abs() < 1e-12, "the crown of C1: {depth_m}");
        assert_eq!(ponded_m2, 25.0);
        assert_eq!(node("J1").at, Some(Point::new(100.0, 200.0)));
        // (10 x 2 + 3) L/s at half past six, (30 x 2 + 3) at half past seven.
        let inflow: Vec<(f64, f64)> = node("J1").inflow.iter().map(|r| (r.0, (r.1 * 1e6).round())).collect();
        assert_eq!(inflow, [(1800.0, 23000.0), (5400.0, 63000.0)]);
        assert_eq!(node("J2").inflow, [(0.0, 0.004)]);
        let LinkKind::Pump(p) = &link("P1").kind else { panic!("P1") };
        assert_eq!((p.on_m, p.off_m, &p.law), (1.2, 0.4, &PumpLaw::DepthSteps(vec![(1.0, 0.02), (4.0, 0.06)])));
        let NodeKind::Outfall { stage: Stage::Series(tide), flap: true, .. } = &node("O1").kind else { panic!("O1") };
        assert!(
            (base::math::interpolate(tide, 6.0 * 3600.0) - 9.0).abs() < 1e-12,
            "noon comes six hours after the start"
        );
        assert!(m.remarks.iter().any(|r| r.contains("[SUBCATCHMENTS]: 1 rows")), "{:?}", m.remarks);
    }

    #[test]
    fn feet_and_cubic_feet_become_metres() {
        // exact: 1 ft = 0.3048 m
        let text = "[OPTIONS]\nFLOW_UNITS CFS\n[JUNCTIONS]\nA 100 10\n[OUTFALLS]\nB 99 FREE\n[CONDUITS]\nC A B 1000 0.01 0 0\n\
            [XSECTIONS]\nC CIRCULAR 3\n[TIMESERIES]\nq 0 35.3146667\n[INFLOWS]\nA FLOW q\n";
        let m = read(text, Path::new("feet.inp")).unwrap_or_else(|e| panic!("{e}"));
        let LinkKind::Conduit(c) = &m.network.links[0].kind else { panic!("C") };
        assert!((c.length_m - 304.8).abs() < 1e-9);
        assert_eq!(c.section, Section::Circular { diameter_m: 3.0 * 0.3048 });
        assert!((m.network.nodes[0].inflow[0].1 - 1.0).abs() < 1e-8);
    }

    #[test]
    fn every_fault_is_named_with_its_line() {
        // behaviour
        let text = "[OPTIONS]\nFLOW_UNITS CUPS\n[JUNCTIONS]\nA ten 10\nB 5 3\n[OUTFALLS]\nO 4 SOMEWHERE\n[CONDUITS]\n\
            C1 A B 100 0.013 0 0\nC2 B O 100 0.013 0 0\n[XSECTIONS]\nC1 EGG 1\nC2 CIRCULAR 1\n[INFLOWS]\nX FLOW q\nB FLOW qq\n\
            [DIVIDERS]\n[JUNCTION]\n[CONDUTS]\n";
        let wrong = read(text, Path::new("bad.inp")).expect_err("faults").to_string();
        println!("{wrong}");
        for part in [
            "bad.inp:2:1  FLOW_UNITS CUPS",
            "bad.inp:4:1  invert is \"ten\"",
            "bad.inp:7:1  outfall of kind",
            "bad.inp:12:1  section EGG",
            "bad.inp:9:1  conduit C1 has no section",
            "bad.inp:15:1  there is no node X",
            "bad.inp:16:1  there is no time series qq",
            "bad.inp:17:1  [DIVIDERS] is not read",
            "did you mean [CONDUITS]?",
        ] {
            assert!(wrong.contains(part), "{part:?} is not in:\n{wrong}");
        }
    }
}
