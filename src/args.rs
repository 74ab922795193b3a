//! Every subcommand and flag, in one place. What was typed; what it means is made in `commands`.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Parser)]
#[command(
    name = "sandtable",
    version,
    about = "Sandtable (沙盘): disaster simulation and drills over a city",
    long_about = "Sandtable (沙盘): agent-based disaster simulation and drill engine.\n\nWithout a command it runs the \
                  default drill on the embedded default city and ends with a report and a recording.",
    after_help = "Exit codes: 0 done, 1 a check failed or recordings differ, 2 could not run.\n\nExamples:\n  sandtable                              \
                  run the default drill\n  sandtable view out/port_town-7         replay a recording\n  sandtable check my_scenario            \
                  all complaints at once\n  sandtable help run                     all flags of a command"
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Subcommand)]
pub enum Command {
    /// Run a drill: simulate, record, report
    #[command(after_help = "Examples:\n  sandtable run\n  sandtable run scenarios/port_town --seed 11 --threads 2\n  \
                            sandtable run --city out/monaco --duration 6h\n  sandtable run --fire J-07@5h --json")]
    Run(RunArgs),
    /// Check a scenario, script or city: all complaints at once, nothing is run
    #[command(
        after_help = "Examples:\n  sandtable check\n  sandtable check my_scenario\n  sandtable check --city my_city\n  sandtable check --script my_drill.ron"
    )]
    Check(CheckArgs),
    /// Write the report of a recording again, and print its indicators
    #[command(after_help = "Example:\n  sandtable report out/port_town-7 --lang en")]
    Report(ReportArgs),
    /// Compare two recordings: the first tick and the first body that differ
    #[command(after_help = "Example:\n  sandtable diff out/a out/b   # exit code 0 when identical, 1 when not")]
    Diff(DiffArgs),
    /// Replay a recording, or follow a run in progress
    #[cfg(feature = "gui")]
    #[command(
        after_help = "Examples:\n  sandtable view out/port_town-7\n  sandtable view out/port_town-7 --snapshot map.png --at 5h"
    )]
    View(ViewArgs),
    /// Make a city folder from OpenStreetMap and elevation data
    #[command(
        after_help = "Example:\n  sandtable import town.osm.pbf --dem N43E007.hgt.zip --residents 38000 --out my_city\n  sandtable run --city my_city"
    )]
    Import(ImportArgs),
    /// Invent a city and write it as a city folder
    #[command(
        after_help = "Example:\n  sandtable synth --residents 40000 --terrain mountain-valley --seed 3 --out valley"
    )]
    Synth(SynthArgs),
    /// Export a recording: events, layers, tracks
    #[command(
        after_help = "Examples:\n  sandtable export out/port_town-7 events --format csv --out events.csv\n  sandtable export out/port_town-7 \
                            layer --layer water-depth --at 6h --out depth.tif\n  sandtable export out/port_town-7 tracks --out tracks.geojson\n  sandtable export \
                            out/quiet_evening-7 advice --out advice.geojson"
    )]
    Export(ExportArgs),
    /// Run a flood on its own: a deck, or a LISFLOOD-FP or SFINCS model
    #[command(
        after_help = "Examples:\n  sandtable flood --new my_flood\n  sandtable flood my_flood/deck.ron --out out/my_flood\n  sandtable flood \
                            buscot.par --checkpoint-every 10min\n  sandtable flood buscot.par --resume out/buscot/checkpoint.zst\n  \
                            sandtable flood sfincs.inp --convert my_deck\n  sandtable flood --case taicang --small"
    )]
    Flood(FloodArgs),
    /// A chemical release on its own: threat zones, doses at points, fire and blast, as maps, GeoJSON and KML
    #[command(
        after_help = "Examples:\n  sandtable gas --new my_leak\n  sandtable gas my_leak/deck.ron --out out/my_leak\n  sandtable gas --substance 氯 \
                      --rate 2 --for 10min --wind 3 --from 290 --class D\n  sandtable gas --substance ammonia --amount 500 --wind 2 --from 90 --sky \
                      clear-night --at 121.1,31.45 --point 800,0 --level aegl60\n  sandtable gas --substance propane --rate 1 --wind 5 --from 0 --class D \
                      --level 20ppm --lang en"
    )]
    Gas(Box<GasArgs>),
    /// Check a model against exact solutions, benchmarks and experiments
    Validate {
        #[command(subcommand)]
        what: ValidateWhat,
    },
    /// Print shell completions
    Completions {
        /// For which shell
        shell: clap_complete::Shell,
    },
}

#[derive(Subcommand)]
pub enum ValidateWhat {
    /// The flood engine; exit code 1 when a row is outside its bound
    #[command(
        after_help = "Examples:\n  sandtable validate flood --quick\n  sandtable validate flood --only stoker-field --only ea4\n  \
                            sandtable validate flood --data flood_data --plots plots"
    )]
    Flood(ValidateArgs),
    /// The consequence engine: releases, gas clouds, fires, blasts, harm; exit code 1 when a row is outside its bound
    #[command(
        after_help = "Examples:\n  sandtable validate gas --quick\n  sandtable validate gas --only prairie-measured\n  sandtable validate gas \
                      --data chemical_data --plots plots"
    )]
    Gas(ValidateArgs),
}

#[derive(Args)]
pub struct ValidateArgs {
    /// Folder of third-party benchmark data; ../shared/data/{flood,chemical} when absent and there. Cases without data are skipped
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// Folder for one SVG per case, and all rows as rows.csv
    #[arg(long)]
    pub plots: Option<PathBuf>,
    /// Run this case alone (may be given several times)
    #[arg(long)]
    pub only: Vec<String>,
    /// Leave out the long cases, and take coarser grids
    #[arg(long)]
    pub quick: bool,
}

#[derive(Args, Clone, Default)]
pub struct RunArgs {
    /// A scenario file, a folder with scenario.ron, or a city folder; the embedded default when absent
    pub scenario: Option<PathBuf>,
    /// Run on this city folder
    #[arg(long)]
    pub city: Option<PathBuf>,
    /// Use this drill script
    #[arg(long)]
    pub script: Option<PathBuf>,
    /// Seed of every draw of chance
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// Worker threads; 0 takes one per core. Results do not depend on it
    #[arg(long, default_value_t = 0)]
    pub threads: usize,
    /// Length of the run, e.g. 6h or 90min, in place of the scenario's
    #[arg(long)]
    pub duration: Option<String>,
    /// Residents of a generated city, in place of the scenario's number
    #[arg(long)]
    pub residents: Option<u32>,
    /// Fire a manual inject: KEY@TIME, e.g. J-07@5h (may be given several times)
    #[arg(long, value_name = "KEY@TIME")]
    pub fire: Vec<String>,
    /// Take up the inputs of another recording (seats and controllers)
    #[arg(long)]
    pub inputs_of: Option<PathBuf>,
    /// Where to write; out/<scenario>-<seed> when absent
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Language of the table in the terminal
    #[arg(long, value_enum, default_value_t = Language::Zh)]
    pub lang: Language,
    /// Print the indicators as JSON, and no progress
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct FloodArgs {
    /// A deck (.ron, or a folder with deck.ron), a LISFLOOD-FP .par or a sfincs.inp
    pub model: Option<PathBuf>,
    /// Where to write; out/<model> when absent
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Worker threads; 0 takes one per core. Results do not depend on it
    #[arg(long, default_value_t = 0)]
    pub threads: usize,
    /// Write a checkpoint after this much wall time, e.g. 10min
    #[arg(long, value_name = "TIME")]
    pub checkpoint_every: Option<String>,
    /// Go on from a checkpoint of the same model
    #[arg(long, value_name = "FILE")]
    pub resume: Option<PathBuf>,
    /// Stop at this moment of the flood, leaving a checkpoint
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Check the model and print remarks; nothing is run
    #[arg(long)]
    pub check: bool,
    /// Write the model as a deck with GeoTIFFs into this folder; nothing is run
    #[arg(long, value_name = "FOLDER")]
    pub convert: Option<PathBuf>,
    /// Write a small commented example into this folder
    #[arg(long, value_name = "FOLDER", conflicts_with = "model")]
    pub new: Option<PathBuf>,
    /// Run a large generated case, taicang or emei, and check what must come out of it; exit code 1 when a fact fails
    #[arg(
        long,
        value_name = "NAME",
        conflicts_with_all = ["model", "new", "convert", "check", "resume", "until", "checkpoint_every"]
    )]
    pub case: Option<String>,
    /// With --case: a small piece of it, for a quick look
    #[arg(long, requires = "case")]
    pub small: bool,
    /// Language of the table in the terminal
    #[arg(long, value_enum, default_value_t = Language::Zh)]
    pub lang: Language,
    /// Print the summary as JSON, and no progress
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct GasArgs {
    /// A deck (.ron, or a folder with deck.ron): tanks, pipes, puddles, a wind that changes
    #[arg(conflicts_with_all = ["substance", "new"])]
    pub deck: Option<PathBuf>,
    /// Where to write; out/<deck or substance> when absent
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Worker threads; 0 takes one per core. Results do not depend on it
    #[arg(long, default_value_t = 0)]
    pub threads: usize,
    /// Check the release and print remarks; no cloud is computed
    #[arg(long)]
    pub check: bool,
    /// Write a commented example into this folder
    #[arg(long, value_name = "FOLDER", conflicts_with = "substance")]
    pub new: Option<PathBuf>,
    /// Language of the table in the terminal
    #[arg(long, value_enum, default_value_t = Language::Zh)]
    pub lang: Language,
    /// Print the summary as JSON, and nothing else
    #[arg(long)]
    pub json: bool,
    // Last, so that its heading holds for its own flags alone.
    #[command(flatten)]
    pub simple: GasFlags,
}

/// A release of a known rate or amount, without a deck.
#[derive(Args)]
#[command(next_help_heading = "A simple release, without a deck")]
pub struct GasFlags {
    /// Key, Chinese or English name, CAS or UN number
    #[arg(long)]
    pub substance: Option<String>,
    /// Rate into the air, kg/s
    #[arg(long, value_name = "KG_S", requires = "substance", allow_hyphen_values = true)]
    pub rate: Option<f64>,
    /// How long it lasts, e.g. 10min
    #[arg(long = "for", value_name = "TIME", default_value = "1h", requires = "substance")]
    pub lasts: String,
    /// All at once, kg, in place of a rate
    #[arg(long, value_name = "KG", requires = "substance", conflicts_with = "rate", allow_hyphen_values = true)]
    pub amount: Option<f64>,
    /// Height of the leak above ground, m
    #[arg(long, default_value_t = 0.0, requires = "substance", allow_hyphen_values = true)]
    pub height: f64,
    /// Wind, m/s
    #[arg(long, value_name = "M_S", requires = "substance", allow_hyphen_values = true)]
    pub wind: Option<f64>,
    /// Height at which the wind was measured, m
    #[arg(long, value_name = "M", default_value_t = 10.0, requires = "substance", allow_hyphen_values = true)]
    pub wind_height: f64,
    /// Where the wind comes from, degrees clockwise from north
    #[arg(long, value_name = "DEG", requires = "substance", allow_hyphen_values = true)]
    pub from: Option<f64>,
    /// Stability class, A to F
    #[arg(long, requires = "substance", conflicts_with = "sky")]
    pub class: Option<String>,
    /// In place of a class: strong-sun, moderate-sun, slight-sun, overcast, cloudy-night, clear-night
    #[arg(long, requires = "substance")]
    pub sky: Option<String>,
    /// Temperature of the air, degrees Celsius
    #[arg(long, value_name = "C", default_value_t = 15.0, requires = "substance", allow_hyphen_values = true)]
    pub temperature: f64,
    /// Relative humidity, per cent
    #[arg(long, value_name = "PCT", default_value_t = 50.0, requires = "substance", allow_hyphen_values = true)]
    pub humidity: f64,
    /// country, urban, water, or a roughness length in m
    #[arg(long, default_value = "country", requires = "substance", allow_hyphen_values = true)]
    pub ground: String,
    /// Height of an inversion, m
    #[arg(long, value_name = "M", requires = "substance", allow_hyphen_values = true)]
    pub inversion: Option<f64>,
    /// LON,LAT of the leak, for KML and points in degrees
    #[arg(long, value_name = "LON,LAT", requires = "substance", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// aegl60 (or another duration in minutes), erpg, idlh, flammable, or up to three of one's own: 20ppm, 50mg/m3 (may be given several times)
    #[arg(long, requires = "substance", allow_hyphen_values = true)]
    pub level: Vec<String>,
    /// A place that is asked about: metres DOWNWIND,LEFT of the leak (may be given several times)
    #[arg(long, value_name = "DOWNWIND,LEFT", requires = "substance", allow_hyphen_values = true)]
    pub point: Vec<String>,
    /// Air changes per hour of buildings; a house of one storey in that wind when absent
    #[arg(long, value_name = "PER_H", requires = "substance", allow_hyphen_values = true)]
    pub exchange: Option<f64>,
    /// How long the cloud is followed
    #[arg(long, value_name = "TIME", default_value = "1h", requires = "substance")]
    pub watch: String,
    /// Briggs' curves as in ALOHA's passive formula, in place of the similarity form
    #[arg(long, requires = "substance")]
    pub briggs: bool,
}

#[derive(Args)]
pub struct CheckArgs {
    /// A scenario file or folder; the embedded default when absent
    pub scenario: Option<PathBuf>,
    /// Check this city folder (with the scenario)
    #[arg(long)]
    pub city: Option<PathBuf>,
    /// Check this script (with the scenario)
    #[arg(long)]
    pub script: Option<PathBuf>,
    /// Print the complaints as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct ReportArgs {
    /// A recording, or a run's folder
    pub recording: PathBuf,
    /// Where to write report.html; beside the recording when absent
    #[arg(long)]
    pub out: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t = Language::Zh)]
    pub lang: Language,
    /// Print the indicators as JSON
    #[arg(long)]
    pub json: bool,
    /// Print the story and the tables as plain text
    #[arg(long)]
    pub text: bool,
}

#[derive(Args)]
pub struct DiffArgs {
    pub a: PathBuf,
    pub b: PathBuf,
    #[arg(long)]
    pub json: bool,
}

#[cfg(feature = "gui")]
#[derive(Args)]
pub struct ViewArgs {
    /// A recording, or a run's folder
    pub recording: PathBuf,
    #[arg(long, value_enum, default_value_t = Language::Zh)]
    pub lang: Language,
    /// Begin to play at once
    #[arg(long)]
    pub play: bool,
    /// Write a picture of the main screen instead of opening a window
    #[arg(long, value_name = "PNG")]
    pub snapshot: Option<PathBuf>,
    /// Moment of the picture, from the start
    #[arg(long, default_value = "6h")]
    pub at: String,
    /// Size of the picture
    #[arg(long, default_value = "1600x1000")]
    pub size: String,
}

#[derive(Args)]
pub struct ImportArgs {
    /// .osm.pbf, .osm or .osm.gz
    pub osm: PathBuf,
    /// Elevation: GeoTIFF, SRTM .hgt or .hgt.zip, ESRI ASCII .asc (may be given several times)
    #[arg(long)]
    pub dem: Vec<PathBuf>,
    /// GeoJSON or CSV with what the map does not hold: levees, teams, shelters
    #[arg(long)]
    pub overlay: Vec<PathBuf>,
    /// Residents in all
    #[arg(long)]
    pub residents: u32,
    /// Side of a terrain cell, m
    #[arg(long, default_value_t = 25.0)]
    pub cell: f64,
    /// lon_min,lat_min,lon_max,lat_max
    #[arg(long, allow_hyphen_values = true)]
    pub bbox: Option<String>,
    /// Stage of open water at the start, m
    #[arg(long, allow_hyphen_values = true)]
    pub water_level: Option<f64>,
    /// The city folder to write
    #[arg(long)]
    pub out: PathBuf,
}

#[derive(Args)]
pub struct SynthArgs {
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    #[arg(long, default_value_t = 100_000)]
    pub residents: u32,
    /// East to west, m
    #[arg(long, default_value_t = 12_000.0)]
    pub width: f64,
    /// South to north, m
    #[arg(long, default_value_t = 10_000.0)]
    pub height: f64,
    /// Side of a terrain cell, m
    #[arg(long, default_value_t = 25.0)]
    pub cell: f64,
    #[arg(long, value_enum, default_value_t = Terrain::DeltaPolder)]
    pub terrain: Terrain,
    /// The city folder to write
    #[arg(long)]
    pub out: PathBuf,
}

#[derive(Args)]
pub struct ExportArgs {
    /// A recording, or a run's folder
    pub recording: PathBuf,
    pub what: What,
    /// Format of events
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    pub format: Format,
    /// Which layer
    #[arg(long, value_enum, default_value_t = Layer::WaterDepth)]
    pub layer: Layer,
    /// Moment of the layer, from the start; the highest value of all moments with "max"
    #[arg(long, default_value = "max")]
    pub at: String,
    #[arg(long)]
    pub out: PathBuf,
}

#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum What {
    /// All events, one row each
    Events,
    /// A layer as GeoTIFF
    Layer,
    /// Tracks of the units as GeoJSON lines
    Tracks,
    /// What gas desks advise each building, as GeoJSON
    Advice,
    /// The curves of the report, one row a minute
    Tallies,
}

#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum Format {
    Csv,
    Parquet,
}

#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum Layer {
    WaterDepth,
    WaterSpeed,
    Gas,
}

#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum Terrain {
    DeltaPolder,
    LakeShore,
    MountainValley,
}

#[derive(Clone, Copy, ValueEnum, PartialEq, Eq, Default)]
pub enum Language {
    #[default]
    Zh,
    En,
}
