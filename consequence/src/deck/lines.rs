//! The line of a mistake. Checks of sources, weather and levels name a field or a value; here it is looked for in the deck's text.

use base::complaint::{Complaints, line_column};
use std::path::Path;

/// Words of complaints that do not name their field.
const WORDS: [(&str, &str); 13] = [
    ("wind_10m_m_s", "wind_m_s"),
    ("the hole", "hole"),
    ("contradicts a wind", "stability"),
    ("contradicts the sky", "stability"),
    ("Obukhov length", "stability"),
    ("roughness length", "ground"),
    ("fills", "filled"),
    ("the weather has no report", "reports"),
    ("a friction velocity", "friction_velocity_m_s"),
    ("vessel", "vessel"),
    ("vented tank", "vented"),
    ("AEGL", "levels"),
    ("cloud_eighths", "stability"),
];

/// Gives complaints about `file` that have no line the line of the field that they name, where the text has it.
pub fn locate(complaints: &mut Complaints, file: &Path, text: &str) {
    let bare = without_comments(text);
    for complaint in complaints.0.iter_mut().filter(|c| c.at.is_none() && c.file == file) {
        complaint.at = place_of(&complaint.what, &bare).map(|offset| line_column(text, offset));
    }
}

/// The text with its comments blanked, byte for byte.
fn without_comments(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        match line.find("//") {
            Some(at) => {
                bare.push_str(&line[..at]);
                bare.extend(line[at..].bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }));
            }
            None => bare.push_str(line),
        }
    }
    bare
}

fn place_of(what: &str, text: &str) -> Option<usize> {
    let quoted = what.split('"').nth(1).filter(|q| !q.is_empty()).and_then(|q| text.find(&format!("\"{q}\"")));
    let words = what.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|w| w.contains('_'));
    quoted
        .or_else(|| words.clone().find_map(|word| field(text, word)))
        .or_else(|| WORDS.iter().filter(|(word, _)| what.contains(word)).find_map(|(_, name)| field(text, name)))
        .or_else(|| {
            let variants = what.split(|c: char| !c.is_ascii_alphanumeric());
            variants
                .filter(|w| w.starts_with(|c: char| c.is_ascii_uppercase()))
                .find_map(|w| text.find(&format!("{w}(")))
        })
        .or_else(|| {
            ["kg_s", "kg", "ppm", "mg_m3", "share"]
                .into_iter()
                .filter(|n| what.starts_with(n))
                .find_map(|n| field(text, n))
        })
}

/// Where a field of that name is given.
fn field(text: &str, name: &str) -> Option<usize> {
    text.match_indices(name).map(|(at, _)| at).find(|&at| {
        let before = text[..at].chars().next_back();
        let after = text[at + name.len()..].trim_start();
        after.starts_with(':') && before.is_none_or(|c| !(c.is_alphanumeric() || c == '_'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_finds_the_line_of_its_field_and_comments_do_not_count() {
        // Grade: behaviour.
        let text = "(\n  // wind_m_s: 9\n  substance: \"chlorin\",\n  hole: Round(diameter_m: 9),\n  wind_m_s: -3,\n)";
        let file = Path::new("a.ron");
        let mut all = Complaints::new();
        all.add(file, "weather report 1: wind_m_s is -3", "");
        all.add(file, "substance \"chlorin\" is not in the table", "");
        all.add(file, "the hole is 9 m wide, larger than the tank's diameter of 2.5 m", "");
        all.add(file, "something else", "");
        locate(&mut all, file, text);
        let lines: Vec<Option<usize>> = all.0.iter().map(|c| c.at.map(|at| at.0)).collect();
        assert_eq!(lines, [Some(5), Some(3), Some(4), None]);
    }
}
