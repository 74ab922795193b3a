//! A file's text and where things stand in it.

use crate::base::complaint::{Complaints, line_column};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Files larger than this are refused before they are read, bytes. A script of 10,000 injects has some 5 MB.
const LARGEST_BYTES: u64 = 8 << 20;

/// The embedded default files, by the path they have in the project.
const EMBEDDED: [(&str, &str); 8] = [
    ("scenarios/port_town/scenario.ron", include_str!("../../../scenarios/port_town/scenario.ron")),
    ("scenarios/port_town/roster.ron", include_str!("../../../scenarios/port_town/roster.ron")),
    ("scenarios/port_town/plan.ron", include_str!("../../../scenarios/port_town/plan.ron")),
    ("drill-scripts/port_town_night.ron", include_str!("../../../drill-scripts/port_town_night.ron")),
    ("scenarios/any_town/scenario.ron", include_str!("../../../scenarios/any_town/scenario.ron")),
    ("scenarios/any_town/roster.ron", include_str!("../../../scenarios/any_town/roster.ron")),
    ("scenarios/any_town/plan.ron", include_str!("../../../scenarios/any_town/plan.ron")),
    ("drill-scripts/any_town_night.ron", include_str!("../../../drill-scripts/any_town_night.ron")),
];

/// The path under which the default scenario is embedded.
pub const DEFAULT: &str = "scenarios/port_town/scenario.ron";

/// The scenario for a city folder without one of its own.
pub const ANY_TOWN: &str = "scenarios/any_town/scenario.ron";

/// An embedded file's text.
pub fn embedded(path: &str) -> Option<&'static str> {
    EMBEDDED.iter().find(|(name, _)| *name == path).map(|(_, text)| *text)
}

/// A text file that was read.
#[derive(Debug, Clone)]
pub struct Source {
    pub path: PathBuf,
    pub text: String,
}

impl Source {
    /// Reads a file from disk, or from the embedded set when `built_in`.
    pub fn read(path: &Path, built_in: bool) -> Result<Source, Complaints> {
        let tidy = tidy(path);
        if built_in && let Some(text) = embedded(&tidy.to_string_lossy()) {
            return Ok(Source { path: tidy, text: text.into() });
        }
        let size = std::fs::metadata(path)
            .map_err(|e| Complaints::one(path, format!("cannot be read: {e}"), "give a file that exists"))?
            .len();
        if size > LARGEST_BYTES {
            return Err(Complaints::one(
                path,
                format!("has {size} bytes"),
                format!("at most {LARGEST_BYTES} bytes are read"),
            ));
        }
        if size == 0 {
            return Err(Complaints::one(path, "is empty", "see the files in scenarios/port_town for the form"));
        }
        let text = std::fs::read_to_string(path)
            .map_err(|e| Complaints::one(path, format!("is not text: {e}"), "files are UTF-8"))?;
        Ok(Source { path: path.into(), text })
    }

    /// Parses RON; the one error it finds comes with its line and column.
    pub fn parse<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Complaints> {
        options().from_str::<T>(&self.text).map_err(|e| {
            let mut complaints = Complaints::new();
            complaints.add_at(&self.path, (e.span.start.line, e.span.start.col), e.code.to_string(), "");
            complaints
        })
    }

    /// Where a quoted word stands: the first after the anchor (quoted, or a field's name), or the first at all.
    pub fn place(&self, anchor: &str, word: &str) -> Option<(usize, usize)> {
        let quoted = |w: &str| format!("\"{w}\"");
        let field = || if anchor.is_empty() { None } else { self.text.find(&format!("{anchor}:")) };
        let from = self.text.find(&quoted(anchor)).or_else(field).unwrap_or(0);
        let offset = self.text[from..]
            .find(&quoted(word))
            .map(|o| o + from)
            .or_else(|| self.text.find(&quoted(word)))
            .or_else(|| self.text.find(word))
            .or_else(|| self.text.find(&quoted(anchor)))?;
        Some(line_column(&self.text, offset))
    }
}

/// How every RON file of the project is read.
pub fn options() -> ron::Options {
    use ron::extensions::Extensions;
    ron::Options::default()
        .with_default_extension(Extensions::IMPLICIT_SOME)
        .with_default_extension(Extensions::UNWRAP_NEWTYPES)
        .with_default_extension(Extensions::UNWRAP_VARIANT_NEWTYPES)
}

/// "a/b/../c" as "a/c".
fn tidy(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir if out.file_name().is_some() => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}
