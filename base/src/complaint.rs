//! What is wrong with a user's file. Complaints are values: a check gathers all of them, and the command line
//! prints them all at once and leaves with exit code 2 (could not run).

use std::fmt;
use std::path::{Path, PathBuf};

/// One thing that is wrong: where, what was given, what would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    pub file: PathBuf,
    /// Line and column, both from 1, where known.
    pub at: Option<(usize, usize)>,
    /// What is wrong, with the value that was given.
    pub what: String,
    /// What would do instead; empty when the first part says it.
    pub hint: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some((line, column)) = self.at {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, "  {}", self.what)?;
        if !self.hint.is_empty() {
            write!(f, " ({})", self.hint)?;
        }
        Ok(())
    }
}

/// All that is wrong, in the order it was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Complaints(pub Vec<Complaint>);

impl Complaints {
    pub fn new() -> Self {
        Self::default()
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// Adds a complaint without a position.
    pub fn add(&mut self, file: impl AsRef<Path>, what: impl Into<String>, hint: impl Into<String>) {
        self.0.push(Complaint { file: file.as_ref().into(), at: None, what: what.into(), hint: hint.into() });
    }
    /// Adds a complaint at a line and column (from 1).
    pub fn add_at(
        &mut self,
        file: impl AsRef<Path>,
        at: (usize, usize),
        what: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.0.push(Complaint { file: file.as_ref().into(), at: Some(at), what: what.into(), hint: hint.into() });
    }
    /// One complaint alone.
    pub fn one(file: impl AsRef<Path>, what: impl Into<String>, hint: impl Into<String>) -> Self {
        let mut all = Self::new();
        all.add(file, what, hint);
        all
    }
    pub fn extend(&mut self, other: Complaints) {
        self.0.extend(other.0);
    }
    /// `value` if nothing is wrong, else the complaints.
    pub fn or<T>(self, value: T) -> Result<T, Complaints> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl fmt::Display for Complaints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, complaint) in self.0.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            write!(f, "{complaint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Complaints {}

/// Line and column (from 1, in characters) of byte `offset` in `text`.
pub fn line_column(text: &str, offset: usize) -> (usize, usize) {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line, column)
}

/// The nearest of the known names to what was typed, for "did you mean".
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| (edit_distance(given, name), name))
        .filter(|(distance, name)| *distance <= 1 + name.chars().count() / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let change = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_so_that_chinese_text_does_not_shift_them() {
        assert_eq!(line_column("a: 1,\nname: \"双盲\", x", 6 + "name: \"双盲\", ".len()), (2, 13));
    }

    #[test]
    fn the_nearest_name_is_offered_and_nonsense_is_not() {
        assert_eq!(nearest("levee_ned", ["levee_seep", "levee_end", "tank"]), Some("levee_end"));
        assert_eq!(nearest("qqqqqqqq", ["levee", "tank"]), None);
    }
}
