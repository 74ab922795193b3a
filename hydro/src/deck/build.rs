//! From a deck to a model that can be run: every file read, every number checked, every place found on the grid. All
//! that is wrong is told at once; what is only worth knowing (a series that ends early) is a remark.

pub use super::rims::along;
pub use super::sources::Sources;
use super::*;
use crate::channel::Channels;
use crate::flow::Buckets;
use crate::forcing::sources::Forcing;
use crate::sewer::network::NetworkSpec;
use crate::sewer::{Sewers, SewersSpec, swmm_inp};
use crate::solver::Domain;
use crate::structures::Structures;
use base::digest::Digest;
use base::grid::{Grid, Point};
use base::raster::Crs;

/// How far walls (voids, blocked lines) stand above the highest ground, m: above any water.
const WALL_M: f64 = 1000.0;

/// A checked model. Cells are row-major, row 0 in the south.
#[derive(Debug, Clone)]
pub struct Model {
    pub name: Text,
    pub source: String,
    pub crs: Crs,
    pub domain: Domain,
    /// Ground, m, as it was read; NaN in cells outside the model.
    pub terrain_m: Vec<f32>,
    /// Depth at the start, m.
    pub start_m: Vec<f64>,
    pub sources: Sources,
    /// Design storms, soils, catchments.
    pub weather: Forcing,
    /// As they stand at the start; their crests are in the domain.
    pub structures: Structures,
    pub sewers: SewersSpec,
    /// As they stand at the start.
    pub channels: Channels,
    /// Changes whenever anything does that a run depends on.
    pub fingerprint: u64,
    pub gauges: Vec<Gauge>,
    pub duration_s: f64,
    pub scheme: Options,
    pub precision: Precision,
    pub outputs: Outputs,
    pub remarks: Complaints,
}

/// A point whose level is written down.
#[derive(Debug, Clone, PartialEq)]
pub struct Gauge {
    pub name: String,
    pub at: Point,
    pub cell: usize,
    /// The channel that passes through its cell, and how far along it the nearest place is, m.
    pub channel: Option<(String, f64)>,
}

impl Gauge {
    /// A gauge in a cell that a channel passes reads the channel.
    fn beside(mut self, channels: &Channels, domain: &Domain) -> Gauge {
        self.channel = channels.at(domain, self.at).map(|(name, along_m)| (name.to_string(), along_m));
        self
    }
}

/// A number that changes with the deck and with all it read.
fn fingerprint(deck: &Deck, domain: &Domain, start_m: &[f64], sources: &Sources) -> u64 {
    let mut digest = Digest::new();
    let numbers = Deck { outputs: Outputs::default(), name: Text::default(), source: String::new(), ..deck.clone() };
    digest.bytes(numbers.to_ron().as_bytes());
    digest.f64s(&domain.bed_m).f64s(&domain.manning).f64s(start_m);
    digest.bytes(format!("{:?}{:?}", domain.edges, domain.porosity).as_bytes());
    for (t, v) in sources.points() {
        digest.f64(*t).f64(*v);
    }
    // Intervals are part of it: inner steps end where something is written down.
    digest.f64(deck.outputs.every.s()).f64(deck.outputs.gauges_every.s()).f64(deck.outputs.beat.s());
    digest.finish()
}

/// Gathers what is wrong and what is worth knowing while a deck is looked through.
pub(super) struct Builder<'a> {
    pub loaded: &'a Loaded,
    pub grid: Grid,
    pub outside: Vec<bool>,
    pub terrain: Raster,
    pub wrong: Complaints,
    pub remarks: Complaints,
}

impl Loaded {
    /// A pipe network from a SWMM file, with what was passed over.
    fn swmm(&self, file: &Path) -> Result<(NetworkSpec, Complaints), Complaints> {
        let path = self.path(file);
        let text =
            std::fs::read_to_string(&path).map_err(|e| Complaints::one(&path, format!("cannot be read: {e}"), ""))?;
        let model = swmm_inp::read(&text, &path)?;
        let mut remarks = Complaints::new();
        model.remarks.iter().for_each(|remark| remarks.add(&path, remark.clone(), ""));
        Ok((model.network, remarks))
    }

    /// Reads what the deck names and checks all of it.
    pub fn build(&self) -> Result<Model, Complaints> {
        let deck = &self.deck;
        let terrain = self.raster(&deck.terrain.file)?;
        let mut b = Builder {
            loaded: self,
            grid: terrain.grid,
            outside: terrain.values.iter().map(|v| v.is_nan()).collect(),
            terrain,
            wrong: Complaints::new(),
            remarks: self.remarks.clone(),
        };
        b.ground();
        let highest = b.terrain.values.iter().filter(|v| !v.is_nan()).fold(f32::NEG_INFINITY, |a, v| a.max(*v));
        let wall_m = f64::from(highest) + WALL_M;
        let bed_m: Vec<f64> =
            b.terrain.values.iter().map(|v| if v.is_nan() { wall_m } else { f64::from(*v) }).collect();
        let manning = b.field(&deck.manning, "manning", 0.0, 1.0, "s/m^(1/3)");
        let porosity = deck.porosity.as_ref().map(|f| b.field(f, "porosity", 0.0, 1.0, ""));
        let start_m = b.start(&bed_m);
        let crests = b.crests(wall_m);
        let edges = b.edges();
        let sources = b.sources(&bed_m);
        let gauges = b.gauges();
        let duration_s = deck.duration.s();
        if duration_s <= 0.0 {
            b.wrong.add(&self.file, "duration is 0", "e.g. \"6h\"");
        }
        for (what, span) in [("outputs.every", deck.outputs.every), ("outputs.gauges_every", deck.outputs.gauges_every)]
        {
            if span.s() < 1.0 {
                b.wrong.add(&self.file, format!("{what} is {} s", span.s()), "1s or more");
            }
        }
        if deck.outputs.contours_m.windows(2).any(|w| w[1] <= w[0]) || deck.outputs.contours_m.iter().any(|c| *c <= 0.0)
        {
            b.wrong.add(&self.file, format!("contours_m is {:?}", deck.outputs.contours_m), "rising depths over 0 m");
        }
        let weather = deck.weather.bind(&b.grid, duration_s, &self.file).map_err(|e| b.wrong.extend(e)).ok();
        let mut domain = Domain { grid: b.grid, bed_m, manning, porosity, crests, edges };
        if b.wrong.is_empty() {
            b.wrong.extend(domain.check(&self.file));
        }
        let (Some(weather), true) = (weather, b.wrong.is_empty()) else { return Err(b.wrong) };
        let structures = Structures::new(&domain, deck.structures.clone(), &self.file)?;
        domain.crests.extend(structures.crests());
        let channels = b.channels(&domain);
        let mut sewers = deck.sewers.clone();
        for file in &deck.sewer_files {
            match self.swmm(file) {
                Ok(model) => {
                    b.remarks.extend(model.1);
                    sewers.networks.push(model.0);
                }
                Err(more) => b.wrong.extend(more),
            }
        }
        let still = Buckets::new(b.grid, domain.bed_m.clone(), start_m.clone());
        if let Err(more) = Sewers::new(sewers.clone(), &still, &self.file) {
            b.wrong.extend(more);
        }
        b.wrong.extend(deck.scheme.check(&self.file));
        let fingerprint = fingerprint(deck, &domain, &start_m, &sources);
        let (Some(channels), true) = (channels, b.wrong.is_empty()) else { return Err(b.wrong) };
        let gauges = gauges.into_iter().map(|g| g.beside(&channels, &domain)).collect();
        Ok(Model {
            name: deck.name.clone(),
            source: deck.source.clone(),
            crs: b.terrain.crs.clone(),
            domain,
            terrain_m: b.terrain.values,
            start_m,
            sources,
            weather,
            structures,
            sewers,
            channels,
            fingerprint,
            gauges,
            duration_s,
            scheme: deck.scheme,
            precision: deck.precision,
            outputs: deck.outputs.clone(),
            remarks: b.remarks,
        })
    }
}

impl Builder<'_> {
    /// The channels on the ground of the model.
    fn channels(&mut self, domain: &Domain) -> Option<Channels> {
        let channels = match Channels::new(domain, self.loaded.deck.channels.clone(), self.file()) {
            Ok(channels) => channels,
            Err(more) => {
                self.wrong.extend(more);
                return None;
            }
        };
        if let Some(piece) = channels.plan().pieces.iter().find(|p| self.outside[p.cell]) {
            let p = self.grid.centre(piece.cell);
            let said = format!("channels: one passes the void cell at ({}, {}), outside the model", p.x, p.y);
            self.wrong.add(&self.loaded.file, said, "end it before, or give the cell a height");
        }
        self.remarks.extend(channels.remarks(domain, &self.loaded.file));
        Some(channels)
    }

    pub(super) fn file(&self) -> &Path {
        &self.loaded.file
    }

    /// Points of a series; remarks when it ends before the run.
    pub(super) fn course(&mut self, course: &Course, what: &str) -> Vec<(f64, f64)> {
        let folder = self.file().parent().unwrap_or(Path::new("")).to_path_buf();
        match course.points(&folder, self.file(), what) {
            Ok(points) => {
                let (end, last) = *points.last().expect("checked: at least one");
                let run = self.loaded.deck.duration.s();
                if points.len() > 1 && end < run {
                    let said = format!("{what}: the series ends at {end} s, the run at {run} s: {last} is held");
                    self.remarks.add(&self.loaded.file, said, "");
                }
                points
            }
            Err(more) => {
                self.wrong.extend(more);
                vec![(0.0, 0.0)]
            }
        }
    }

    /// The cells of a place; complains when one lies outside the model.
    pub(super) fn cells(&mut self, place: &Place, what: &str) -> Vec<usize> {
        let cells = match place.cells(&self.grid, &self.loaded.file, what) {
            Ok(cells) => cells,
            Err(more) => {
                self.wrong.extend(more);
                return Vec::new();
            }
        };
        if let Some(cell) = cells.iter().find(|c| self.outside[**c]) {
            let p = self.grid.centre(*cell);
            let said = format!("{what}: the cell at ({}, {}) is void, outside the model", p.x, p.y);
            self.wrong.add(self.loaded.file.clone(), said, "move it onto ground");
            return Vec::new();
        }
        cells
    }

    fn gauges(&mut self) -> Vec<Gauge> {
        let mut gauges: Vec<Gauge> = Vec::new();
        for spec in &self.loaded.deck.gauges {
            let what = format!("gauge `{}`", spec.name);
            if gauges.iter().any(|g| g.name == spec.name) {
                self.wrong.add(&self.loaded.file, format!("{what} is there twice"), "each needs its own name");
            }
            if let [cell] = self.cells(&Place::Points(vec![spec.at]), &what)[..] {
                gauges.push(Gauge {
                    name: spec.name.clone(),
                    at: Point::new(spec.at.0, spec.at.1),
                    cell,
                    channel: None,
                });
            }
        }
        gauges
    }
}
