//! Tables of third-party data: CSV files with a heading, whose columns are asked for by name.

use base::complaint::Complaints;
use std::path::Path;

/// A table with named columns, as text.
pub struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// Reads a file; fields hold no quoted commas.
    pub fn read(path: &Path) -> Result<Table, Complaints> {
        let text =
            std::fs::read_to_string(path).map_err(|e| Complaints::one(path, format!("cannot be read: {e}"), ""))?;
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        let split = |line: &str| line.split(',').map(|f| f.trim().to_string()).collect::<Vec<_>>();
        let columns = lines.next().map(split).unwrap_or_default();
        let rows: Vec<_> = lines.map(split).collect();
        if rows.is_empty() { Err(Complaints::one(path, "has no rows", "")) } else { Ok(Table { columns, rows }) }
    }
    /// The text in a row's column; empty where there is none.
    pub fn text<'a>(&self, row: &'a [String], column: &str) -> &'a str {
        self.columns.iter().position(|c| c == column).and_then(|k| row.get(k)).map_or("", String::as_str)
    }
    /// The number in a row's column; `None` where there is none.
    pub fn number(&self, row: &[String], column: &str) -> Option<f64> {
        self.text(row, column).parse().ok()
    }
}
