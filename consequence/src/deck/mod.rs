//! A release on its own (单次泄漏推演): what leaks from what, in which weather, where; which levels are of concern and which places are
//! asked about. One RON file, a [`Deck`]; [`build`] checks it, all at once, into a [`Model`]; [`run`] computes an [`Outcome`]: rates, threat zones,
//! courses at points indoors and out, fires and blasts, and every remark; [`write`] leaves it as files.
//!
//! Places are metres east and north of an origin, which `place` ties to a longitude and latitude. Times are from the start.

pub mod build;
pub mod burning;
pub mod cloud;
pub mod example;
pub mod ground;
pub mod laid;
pub mod levels;
pub mod lines;
pub mod outcome;
pub mod place;
pub mod points;
pub mod remarks;
pub mod streets;
pub mod sun;
pub mod write;

pub use build::Model;
pub use ground::GroundSpec;
pub use levels::Levels;
pub use outcome::{Outcome, run};
pub use place::{Anchor, Where};
pub use remarks::Remark;
pub use streets::StreetsSpec;
pub use sun::When;

use crate::blast::Congestion;
use crate::fire::pool::Brightness;
use crate::harm::indoor::Keeping;
use crate::puff::Scheme;
use crate::source::SourceSpec;
use crate::substance::ErgContainer;
use crate::weather::WeatherSpec;
use base::complaint::Complaints;
use base::text::Text;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// A release as a planner writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deck {
    pub name: Text,
    /// A table of substances that adds to the embedded one, beside the deck.
    #[serde(default)]
    pub substances: Option<PathBuf>,
    /// Longitude and latitude of the origin. Without it there is no KML, and outlines are in metres.
    #[serde(default)]
    pub place: Option<Anchor>,
    pub source: SourceSpec,
    pub weather: WeatherSpec,
    /// What warms a puddle, and whether the guidebook's day or night holds. Follows from the stability when not given.
    #[serde(default)]
    pub sky: Option<SkySpec>,
    #[serde(default)]
    pub levels: Levels,
    /// Height above ground at which zones are drawn, m.
    #[serde(default)]
    pub height_m: f64,
    #[serde(default)]
    pub points: Vec<PointSpec>,
    #[serde(default)]
    pub indoors: Indoors,
    /// What is taken to be set alight, where the substance burns.
    #[serde(default)]
    pub burning: Burning,
    #[serde(default)]
    pub model: CloudModel,
    /// Terrain, walls and buildings, over which what is heavy runs near the source.
    #[serde(default)]
    pub ground: Option<GroundSpec>,
    /// Buildings about the source, among which the cloud is followed.
    #[serde(default)]
    pub streets: Option<StreetsSpec>,
    /// Row of the Emergency Response Guidebook; by the amount when not given.
    #[serde(default)]
    pub container: Option<ErgContainer>,
    /// Until when the cloud is followed, s; an hour when not given, as in ALOHA.
    #[serde(default = "one_hour")]
    pub watch_s: f64,
}

fn one_hour() -> f64 {
    3600.0
}

/// Sky and sun.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkySpec {
    /// 0 to 10 tenths.
    pub cloud_tenths: f64,
    /// Height of the sun, degrees; negative by night. Or `when`.
    #[serde(default)]
    pub sun_elevation_deg: Option<f64>,
    /// Day and hour of the start, from which the sun follows; it needs `place`.
    #[serde(default)]
    pub when: Option<When>,
}

/// A place that is asked about: a school, a command post.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PointSpec {
    pub name: Text,
    pub at: Where,
    /// Above ground, m.
    #[serde(default = "mouth")]
    pub height_m: f64,
    /// The building there, where it is not the deck's usual one.
    #[serde(default)]
    pub indoors: Option<Indoors>,
}

fn mouth() -> f64 {
    1.5
}

/// How the air inside is renewed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Indoors {
    #[serde(default)]
    pub exchange: Exchange,
    /// Usual, Open, Shut or Sealed.
    #[serde(default = "usual")]
    pub keeping: Keeping,
}

fn usual() -> Keeping {
    Keeping::Usual
}

impl Default for Indoors {
    fn default() -> Indoors {
        Indoors { exchange: Exchange::default(), keeping: Keeping::Usual }
    }
}

/// Air changes of a building.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Exchange {
    /// Air changes per hour (每小时换气次数).
    PerHour(f64),
    /// A house by its storeys, sheltered by trees or others or not, after Sherman & Grimsrud as ALOHA has it.
    House { storeys: u8, sheltered: bool },
}

impl Default for Exchange {
    /// ALOHA's own default: one storey, unsheltered.
    fn default() -> Exchange {
        Exchange::House { storeys: 1, sheltered: false }
    }
}

/// What is taken to burn or explode.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Burning {
    /// How dense the obstacles are in the cloud: High among pipes and trees, Low in the open.
    #[serde(default = "among_pipes")]
    pub congestion: Congestion,
    /// Set off by something that makes it detonate.
    #[serde(default)]
    pub detonates: bool,
    /// Share (ALOHA's, on the safe side) or Sooty.
    #[serde(default)]
    pub brightness: Brightness,
}

fn among_pipes() -> Congestion {
    Congestion::High
}

impl Default for Burning {
    fn default() -> Burning {
        Burning { congestion: Congestion::High, detonates: false, brightness: Brightness::default() }
    }
}

/// How the cloud is computed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloudModel {
    #[serde(default)]
    pub dense: Dense,
    /// Similarity (the default), or Briggs' curves, which are ALOHA's: BriggsCountry, BriggsTown.
    #[serde(default)]
    pub scheme: Scheme,
    /// Averaging time of toxic concentrations, s.
    #[serde(default = "ten_minutes")]
    pub averaging_s: f64,
}

fn ten_minutes() -> f64 {
    600.0
}

impl Default for CloudModel {
    fn default() -> CloudModel {
        CloudModel { dense: Dense::Auto, scheme: Scheme::default(), averaging_s: 600.0 }
    }
}

/// Whether a heavy cloud is computed as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Dense {
    /// By Britter & McQuaid's criterion.
    #[default]
    Auto,
    /// Passive whatever it weighs, to compare.
    Never,
}

/// A deck with where it is from.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub deck: Deck,
    /// The file, or "command line".
    pub file: PathBuf,
    /// Its text, in which complaints find their lines.
    pub text: String,
}

impl Deck {
    /// Reads a deck from RON.
    pub fn read(file: &Path) -> Result<Loaded, Complaints> {
        let text = std::fs::read_to_string(file)
            .map_err(|e| Complaints::one(file, format!("cannot be read: {e}"), "a deck is a RON file"))?;
        let deck = Deck::parse(file, &text)?;
        Ok(Loaded { deck, file: file.into(), text })
    }
    /// The same from text; `file` is named in complaints.
    pub fn parse(file: &Path, text: &str) -> Result<Deck, Complaints> {
        let options = ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
        options.from_str(text).map_err(|e| {
            let mut complaints = Complaints::new();
            let at = (e.span.start.line, e.span.start.col);
            complaints.add_at(file, at, e.code.to_string(), "docs/planner_gas.md lists every field");
            complaints
        })
    }
}

#[cfg(test)]
mod tests;
