//! The text of a table of substances, entry by entry, so that a mistake in one does not hide those of the others, and every complaint
//! has its line. Fields that are missing are told all at once: the entry is read again with something in their places.

use super::Substance;
use base::complaint::{Complaints, line_column};
use ron::value::RawValue;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Fields that every substance has, with what stands in for one that is missing (nothing is checked against it) and its form.
const NEEDED: [(&str, &str, &str); 13] = [
    ("key", "\"missing\"", "lower case words joined by underscores"),
    ("name", "(zh: \"?\", en: \"?\")", "(zh: \"氯\", en: \"chlorine\")"),
    ("cas", "\"\"", "\"7782-50-5\", or \"\" where there is none"),
    ("un", "1", "the UN number; 9001 to 9999 are free for made-up ones"),
    ("molar_mass_kg_mol", STAND_IN, "kg/mol, as (0.0709, \"source\", Verified)"),
    ("boiling_point_k", STAND_IN, "K at 101325 Pa, as (239.2, \"source\", Verified)"),
    ("melting_point_k", STAND_IN, "K, as (172.2, \"source\", Verified)"),
    ("critical_temperature_k", STAND_IN, "K, as (416.9, \"source\", Verified)"),
    ("critical_pressure_pa", STAND_IN, "Pa, as (7.64e6, \"source\", Verified)"),
    ("latent_heat_j_kg", STAND_IN, "J/kg at the boiling point, as (287800.0, \"source\", Verified)"),
    ("vapour_cp_j_kg_k", STAND_IN, "J/(kg K), as (478.0, \"source\", Verified)"),
    ("liquid_cp_j_kg_k", STAND_IN, "J/(kg K), as (927.0, \"source\", Verified)"),
    ("liquid_density_kg_m3", STAND_IN, "kg/m3, as (1558.0, \"source\", Verified)"),
];
const STAND_IN: &str = "(1.0, \"\", Assumed)";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table<'a> {
    #[serde(default)]
    sources: BTreeMap<String, String>,
    #[serde(borrow)]
    substances: Vec<&'a RawValue>,
}

/// A substance that was read, with where it stands.
pub(super) struct Entry<'a> {
    pub substance: Substance,
    file: &'a Path,
    /// The whole file, and where the entry begins and ends in it.
    text: &'a str,
    from: usize,
    to: usize,
    /// Fields by name, and where each is.
    fields: Vec<(&'a str, usize)>,
    missing: Vec<&'static str>,
}

impl Entry<'_> {
    /// Something is wrong with fields: placed at the first of them that is there; a field that is missing was told of already.
    pub fn complain(&self, fields: &[&str], what: String, hint: String, all: &mut Complaints) {
        if fields.iter().any(|field| self.missing.contains(field)) {
            return;
        }
        let place = |field: &&str| self.fields.iter().find(|(name, _)| name == field).map(|(_, at)| *at);
        let at = fields.iter().find_map(place).unwrap_or(self.from);
        self.tell(at, what, hint, all);
    }
    /// Something is wrong with a word of the entry.
    pub fn complain_of(&self, word: &str, what: String, hint: String, all: &mut Complaints) {
        let at = self.text[self.from..self.to].find(word).map_or(self.from, |at| self.from + at);
        self.tell(at, what, hint, all);
    }
    fn tell(&self, at: usize, what: String, hint: String, all: &mut Complaints) {
        let what = format!("{}: {what}", self.substance.key);
        all.add_at(self.file, line_column(self.text, at), what, hint);
    }
}

/// The sources and substances of a file. Entries that cannot be read become complaints; nothing, where the file is no table at all.
pub(super) fn entries<'a>(
    file: &'a Path,
    text: &'a str,
    all: &mut Complaints,
) -> Option<(BTreeMap<String, String>, Vec<Entry<'a>>)> {
    let form = "see the embedded substances.ron for the form";
    let table: Table = options()
        .from_str(text)
        .map_err(|e| all.add_at(file, (e.span.start.line, e.span.start.col), e.code.to_string(), form))
        .ok()?;
    let mut read = Vec::new();
    for (k, raw) in table.substances.iter().enumerate() {
        let own = raw.get_ron();
        let begins = own.as_ptr() as usize - text.as_ptr() as usize;
        let (from, to) = (begins + opening(own), begins + own.len());
        let fields = fields(text, from, to);
        let needed =
            NEEDED.iter().filter(|(name, ..)| !fields.iter().any(|(given, _, depth)| given == name && *depth == 1));
        let needed: Vec<_> = needed.collect();
        let key = fields.iter().find(|(name, _, depth)| *name == "key" && *depth == 1);
        let key = key.and_then(|(_, at, _)| text[*at..to].split('"').nth(1));
        let who = key.map_or(format!("substance {}", k + 1), str::to_string);
        let (line, column) = line_column(text, from);
        let body = text[from..to].strip_prefix('(');
        let filled: String = needed.iter().map(|(name, stand_in, _)| format!("{name}: {stand_in}, ")).collect();
        // What is no struct at all is read as it is, and refused with its place.
        let whole = body.map_or(text[from..to].to_string(), |body| format!("({filled}{body}"));
        if body.is_some() {
            for (name, _, form) in &needed {
                all.add_at(file, (line, column), format!("{who}: {name} is missing"), *form);
            }
        }
        match options().from_str::<Substance>(&whole) {
            Ok(substance) => read.push(Entry {
                substance,
                file,
                text,
                from,
                to,
                fields: fields.into_iter().map(|(name, at, _)| (name, at)).collect(),
                missing: needed.iter().map(|(name, ..)| *name).collect(),
            }),
            Err(e) => {
                let (down, right) = (e.span.start.line, e.span.start.col);
                let at = match down {
                    0 | 1 => (line, (column + right).saturating_sub(1 + filled.chars().count()).max(column)),
                    _ => (line + down - 1, right),
                };
                all.add_at(file, at, format!("{who}: {}", e.code), form);
            }
        }
    }
    Some((table.sources, read))
}

/// `Some` may be left out, as in the other files of a drill or deck.
fn options() -> ron::Options {
    ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME)
}

/// Where the entry itself begins in the text that was kept of it, after blanks and comments.
fn opening(text: &str) -> usize {
    let mut at = 0;
    loop {
        at += text[at..].len() - text[at..].trim_start().len();
        match skipped(&text[at..]) {
            Some(long) if !text[at..].starts_with('"') => at += long,
            _ => return at,
        }
    }
}

/// Length of a comment or a string that the text begins with.
fn skipped(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if text.starts_with("/*") {
        return Some(text.find("*/").map_or(text.len(), |at| at + 2));
    }
    let inside = text.strip_prefix('"')?;
    let mut escaped = false;
    for (at, c) in inside.char_indices() {
        match c {
            '"' if !escaped => return Some(at + 2),
            _ => escaped = c == '\\' && !escaped,
        }
    }
    Some(text.len())
}

/// The fields between two places of a text: name, where it stands, and in how many brackets. Comments and strings do not count.
fn fields(text: &str, from: usize, to: usize) -> Vec<(&str, usize, usize)> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let (mut found, mut at, mut depth) = (Vec::new(), from, 0usize);
    while let Some(c) = text[at..to].chars().next() {
        let rest = &text[at..to];
        if let Some(long) = skipped(rest) {
            at += long;
        } else if word(c) {
            let long = rest.find(|c| !word(c)).unwrap_or(rest.len());
            if rest[long..].trim_start().starts_with(':') {
                found.push((&rest[..long], at, depth));
            }
            at += long;
        } else {
            match c {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            at += c.len_utf8();
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_outside_comments_and_strings() {
        // Grade: behaviour.
        let text = "( // un: 3\n  key: \"a: \\\" b\", /* cas: 1 */ harm : (aegl: 1),\n)";
        let found: Vec<(&str, usize)> = fields(text, 0, text.len()).into_iter().map(|(n, _, d)| (n, d)).collect();
        assert_eq!(found, [("key", 1), ("harm", 1), ("aegl", 2)]);
        assert_eq!(opening(" // x\n  /* y */ (a"), 16);
    }
}
