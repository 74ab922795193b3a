//! A flood on its own: which ground, which water, what is to be written. A deck is one RON file beside its rasters and
//! series; LISFLOOD-FP and SFINCS models are read into the same deck (`crate::files`). `build` checks it, all at once,
//! into a model that can be run; `run` runs it with gauges, outputs and checkpoints.
//!
//! Coordinates are those of the terrain raster, m; times are from the start of the run; levels are above the datum of
//! the terrain.

pub mod build;
pub mod course;
pub mod example;
mod ground;
pub mod happen;
pub mod place;
mod rims;
pub mod run;
mod sources;
pub mod state;
pub mod write;

pub use course::{Course, Span};
pub use place::Place;

use crate::channel::ChannelsSpec;
use crate::forcing::sources::ForcingSpec;
use crate::sewer::SewersSpec;
use crate::solver::{EdgeSide, Options};
use crate::structures::StructuresSpec;
use base::complaint::Complaints;
use base::raster::Raster;
use base::text::Text;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A flood model as its author writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deck {
    pub name: Text,
    /// Where the model comes from, and what must be said wherever it is shown.
    #[serde(default)]
    pub source: String,
    pub terrain: Terrain,
    /// Manning's n, s/m^(1/3).
    pub manning: Field,
    /// Share of each cell that water can fill, over 0 up to 1.
    #[serde(default)]
    pub porosity: Option<Field>,
    /// What stands at the rims; walls where nothing is said. Later entries win.
    #[serde(default)]
    pub edges: Vec<EdgeSpec>,
    /// Cells inside the grid that are held at a level or kept empty.
    #[serde(default)]
    pub held: Vec<HeldSpec>,
    #[serde(default)]
    pub start: Start,
    #[serde(default)]
    pub rain: Vec<RainSpec>,
    /// Loss into the ground, mm/h, wherever water stands.
    #[serde(default)]
    pub infiltration_mm_h: Option<Field>,
    #[serde(default)]
    pub inflows: Vec<InflowSpec>,
    /// Levees, walls, dikes and sills narrower than a cell.
    #[serde(default)]
    pub crests: Vec<CrestSpec>,
    /// Design storms, moving cells, soils, catchments, sea walls, beside `rain`, `infiltration_mm_h` and `inflows`.
    #[serde(default)]
    pub weather: ForcingSpec,
    /// Levees that can breach, gates, weirs, culverts, bridges, pumps, polders, storage under the streets.
    #[serde(default)]
    pub structures: StructuresSpec,
    /// Rivers, canals and ditches narrower than a cell.
    #[serde(default)]
    pub channels: ChannelsSpec,
    #[serde(default)]
    pub sewers: SewersSpec,
    /// Pipe networks in the format of EPA SWMM (.inp).
    #[serde(default)]
    pub sewer_files: Vec<PathBuf>,
    /// Points whose level, depth and velocity are written down.
    #[serde(default)]
    pub gauges: Vec<GaugeSpec>,
    pub duration: Span,
    #[serde(default)]
    pub scheme: Options,
    #[serde(default)]
    pub precision: Precision,
    #[serde(default)]
    pub outputs: Outputs,
}

/// The ground.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terrain {
    /// ESRI ASCII, GeoTIFF or netCDF, m.
    pub file: PathBuf,
    #[serde(default)]
    pub voids: Voids,
}

/// What becomes of cells without a height.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Voids {
    /// They are complained of.
    #[default]
    Refuse,
    /// They are outside the model: no water enters, no rain falls.
    Wall,
}

/// A number for every cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Field {
    Constant(f64),
    /// From a raster on the terrain's grid. `voids` is taken where the raster has none; without it voids on ground are
    /// complained of.
    #[serde(rename = "Raster")]
    FromRaster(#[serde(default)] RasterField),
    /// By class, e.g. land use: a raster of whole numbers, and the value of each.
    Classes(ClassField),
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RasterField {
    pub file: PathBuf,
    #[serde(default)]
    pub voids: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassField {
    pub file: PathBuf,
    /// (class, value)
    pub values: Vec<(i32, f64)>,
}

/// Part of a rim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EdgeSpec {
    pub side: EdgeSide,
    /// Map coordinates along the side (x for south and north, y for west and east), m; all of it where absent.
    #[serde(default)]
    pub from_m: Option<f64>,
    #[serde(default)]
    pub to_m: Option<f64>,
    pub kind: Rim,
}

/// How a rim treats water.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Rim {
    Wall,
    /// Water leaves as if the ground went on as it is; none comes in.
    Free,
    /// Level outside, m.
    Stage(Course),
    /// Discharge into the grid over all cells of the part, m3/s.
    Discharge(Course),
}

/// Cells that are held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldSpec {
    pub name: String,
    pub at: Place,
    pub kind: Held,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Held {
    /// At this level, m.
    Stage(Course),
    /// Between stations with a level each: every cell takes the two nearest, weighed by 1 / distance.
    Stations(Vec<Station>),
    /// Empty: what flows in is gone.
    Empty,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Station {
    pub at: (f64, f64),
    pub stage_m: Course,
}

/// Water at the start.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub enum Start {
    #[default]
    Dry,
    /// Depth, m.
    Depth(Field),
    /// Level, m: every cell whose bed lies below it is filled up to it.
    Stage(Field),
}

/// Rain in time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RainSpec {
    /// Intensity, mm/h.
    pub mm_h: Course,
    #[serde(default)]
    pub within: Within,
    /// Share of the intensity by cell; 1 where absent.
    #[serde(default)]
    pub share: Option<Field>,
}

/// What a series means between two points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Within {
    /// A straight line.
    #[default]
    Linear,
    /// The earlier value (a hyetograph in blocks).
    Block,
}

/// A river, a dam release, a burst main: water that comes in at cells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InflowSpec {
    pub name: String,
    pub at: Place,
    /// In all, shared evenly by the cells, m3/s; negative takes out, as far as there is water.
    pub discharge_m3_s: Course,
}

/// A line that water must rise over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrestSpec {
    pub name: String,
    /// Corners, m.
    pub line: Vec<(f64, f64)>,
    pub crest: Crest,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Crest {
    /// The same level along the line, m.
    Level(f64),
    /// One level for each corner, straight between them, m.
    Levels(Vec<f64>),
    /// Higher than any water.
    Blocked,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GaugeSpec {
    pub name: String,
    pub at: (f64, f64),
}

/// How numbers are held while the water is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Precision {
    /// Twice as fast; mass error below 1e-6.
    F32,
    /// Mass error below 1e-12.
    #[default]
    F64,
}

/// What is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Outputs {
    /// Depth (and what else `layers` names) every so often.
    pub every: Span,
    /// Gauges every so often.
    pub gauges_every: Span,
    /// Rain falls, and extremes are looked at, in steps of this.
    pub beat: Span,
    pub formats: Vec<Format>,
    /// Depths whose outlines are written as GeoJSON, m.
    pub contours_m: Vec<f64>,
    /// Water shallower than this is not drawn and not counted as flooded, m.
    pub shown_m: f64,
    pub picture_width_px: u32,
}

impl Default for Outputs {
    fn default() -> Outputs {
        Outputs {
            every: Span::from_s(3600.0),
            gauges_every: Span::from_s(60.0),
            beat: Span::from_s(10.0),
            formats: vec![Format::GeoTiff, Format::Png, Format::GeoJson],
            contours_m: vec![0.05, 0.15, 0.3, 0.5, 1.0, 2.0],
            shown_m: 0.05,
            picture_width_px: 1400,
        }
    }
}

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    GeoTiff,
    /// ESRI ASCII.
    Ascii,
    /// One file with depth(time, y, x) by the CF conventions.
    NetCdf,
    Png,
    /// Outlines of `contours_m`.
    GeoJson,
}

/// A deck with the files it names: on disk, or already held by whoever read them from another model's formats.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub deck: Deck,
    /// The file that was given; complaints name it.
    pub file: PathBuf,
    /// Rasters that are not on disk in a form that is read here, by the name under which the deck knows them.
    pub held: BTreeMap<PathBuf, Raster>,
    /// What was read and not taken over, or taken over in another way.
    pub remarks: Complaints,
}

impl Deck {
    /// Reads a deck from RON.
    pub fn read(file: &Path) -> Result<Loaded, Complaints> {
        let text = std::fs::read_to_string(file)
            .map_err(|e| Complaints::one(file, format!("cannot be read: {e}"), "a deck is a RON file"))?;
        let deck = Deck::parse(file, &text)?;
        Ok(Loaded { deck, file: file.into(), held: BTreeMap::new(), remarks: Complaints::new() })
    }
    /// The same from text; `file` is named in complaints.
    pub fn parse(file: &Path, text: &str) -> Result<Deck, Complaints> {
        ron_options().from_str(text).map_err(|e| {
            let mut complaints = Complaints::new();
            let at = (e.span.start.line, e.span.start.col);
            complaints.add_at(file, at, e.code.to_string(), "docs/modeller.md lists every field");
            complaints
        })
    }
    /// Every raster that the deck names, to be looked at or renamed.
    pub fn each_raster(&mut self, look: &mut dyn FnMut(&mut PathBuf)) {
        look(&mut self.terrain.file);
        let start = match &mut self.start {
            Start::Dry => None,
            Start::Depth(field) | Start::Stage(field) => Some(field),
        };
        let others = [self.porosity.as_mut(), self.infiltration_mm_h.as_mut(), start];
        let shares = self.rain.iter_mut().filter_map(|r| r.share.as_mut());
        for field in std::iter::once(&mut self.manning).chain(others.into_iter().flatten()).chain(shares) {
            match field {
                Field::Constant(_) => {}
                Field::FromRaster(raster) => look(&mut raster.file),
                Field::Classes(classes) => look(&mut classes.file),
            }
        }
    }
    /// The deck as RON, for reading again.
    pub fn to_ron(&self) -> String {
        let pretty = ron::ser::PrettyConfig::new().struct_names(false).compact_arrays(false);
        ron_options().to_string_pretty(self, pretty).expect("a deck is plain data")
    }
}

fn ron_options() -> ron::Options {
    ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME)
}

impl Loaded {
    /// A file that the deck names, seen from where the deck lies.
    pub fn path(&self, file: &Path) -> PathBuf {
        self.file.parent().unwrap_or(Path::new("")).join(file)
    }
    /// A raster that the deck names.
    pub fn raster(&self, file: &Path) -> Result<Raster, Complaints> {
        match self.held.get(file) {
            Some(raster) => Ok(raster.clone()),
            None => crate::files::read_raster(&self.path(file)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"(
        name: (zh: "例", en: "Example"),
        terrain: (file: "dem.asc", voids: Wall),
        manning: Classes((file: "cover.tif", values: [(1, 0.015), (2, 0.06)])),
        edges: [(side: West, from_m: 10, to_m: 90, kind: Stage(Hours([(0, 9.7), (1, 10.35)]))), (side: East, kind: Free)],
        start: Stage(Constant(9.7)),
        inflows: [(name: "river", at: Points([(5, 5)]), discharge_m3_s: Constant(3))],
        gauges: [(name: "P1", at: (400, 50))],
        duration: "20h",
        outputs: (every: "30min", formats: [NetCdf]),
    )"#;

    #[test]
    fn a_deck_written_as_ron_is_read_back_as_it_was() {
        // Grade: exact.
        let deck = Deck::parse(Path::new("a.ron"), TEXT).expect("read");
        assert_eq!(deck.duration.s(), 72_000.0);
        assert_eq!(deck.outputs.gauges_every.s(), 60.0, "what is not said keeps its default");
        assert_eq!(Deck::parse(Path::new("b.ron"), &deck.to_ron()).expect("read again"), deck);
    }

    #[test]
    fn a_field_that_is_not_known_is_told_with_its_line() {
        // Grade: behaviour.
        let said = Deck::parse(Path::new("a.ron"), &TEXT.replace("gauges:", "gages:")).expect_err("typo").to_string();
        assert!(said.contains("a.ron:8:") && said.contains("gages"), "{said}");
        let said = Deck::parse(Path::new("a.ron"), &TEXT.replace("20h", "20 parsec")).expect_err("span").to_string();
        assert!(said.contains("20 parsec"), "{said}");
    }
}
