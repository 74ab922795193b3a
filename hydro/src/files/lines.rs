//! Text files of other models as lines of words, each with its place for complaints.

use base::complaint::Complaints;
use std::path::{Path, PathBuf};

/// A line that is not empty once comments are off.
#[derive(Debug, Clone)]
pub struct Line {
    /// From 1.
    pub number: usize,
    pub words: Vec<String>,
}

/// A text file, and what is wrong with it.
#[derive(Debug)]
pub struct Lines {
    pub file: PathBuf,
    pub lines: Vec<Line>,
    pub wrong: Complaints,
}

impl Lines {
    /// Reads a file. What follows one of `comments` on a line is left out, and so are empty lines.
    pub fn read(file: &Path, comments: &[char]) -> Result<Lines, Complaints> {
        let bytes = std::fs::read(file).map_err(|e| Complaints::one(file, format!("cannot be read: {e}"), ""))?;
        // Names and comments of old models come in many encodings; numbers and keywords are ASCII in all of them.
        Ok(Lines::of(file, &String::from_utf8_lossy(&bytes), comments))
    }
    pub fn of(file: &Path, text: &str, comments: &[char]) -> Lines {
        let line = |(k, line): (usize, &str)| {
            let code = line.split(comments).next().unwrap_or("");
            let words: Vec<String> = code.split_whitespace().map(str::to_string).collect();
            (!words.is_empty()).then_some(Line { number: k + 1, words })
        };
        Lines {
            file: file.into(),
            lines: text.lines().enumerate().filter_map(line).collect(),
            wrong: Complaints::new(),
        }
    }
    /// Complains of a line.
    pub fn say(&mut self, line: usize, what: impl Into<String>, hint: impl Into<String>) {
        self.wrong.add_at(&self.file, (line, 1), what, hint);
    }
    /// The words of the line as numbers; complains of the first that is none.
    pub fn numbers(&mut self, line: &Line, from: usize) -> Option<Vec<f64>> {
        let mut numbers = Vec::new();
        for word in &line.words[from.min(line.words.len())..] {
            match number(word) {
                Some(v) => numbers.push(v),
                None => {
                    self.say(line.number, format!("`{word}` is no number"), "");
                    return None;
                }
            }
        }
        Some(numbers)
    }
    /// Exactly the first `n` words from `from` on, as numbers; what follows is not looked at.
    pub fn first(&mut self, line: &Line, from: usize, n: usize, what: &str) -> Option<Vec<f64>> {
        if line.words.len() < from + n {
            let given = line.words.join(" ");
            self.say(line.number, format!("`{given}` is too short"), format!("wanted: {what}"));
            return None;
        }
        let short = Line { number: line.number, words: line.words[..from + n].to_vec() };
        self.numbers(&short, from)
    }
}

/// A finite number; Fortran's `1.0d0` is one too.
pub fn number(word: &str) -> Option<f64> {
    word.parse().or_else(|_| word.replace(['d', 'D'], "e").parse()).ok().filter(|v: &f64| v.is_finite())
}
