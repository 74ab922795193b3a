//! What the water does to what stands in it: layers that are kept while a flood runs (extremes, arrival, duration),
//! classes and limits read from depth and velocity (hazard, people, vehicles, roads, buildings, damage), places where
//! water stands (积水点), plant that drowns (outage), and what posts get to see of it all (gauges, forecasts).
//!
//! Everything here reads the water and never moves it. Figures carry their source; "from memory, unchecked" marks
//! figures that were recalled and not compared with the publication.

pub mod building;
pub mod damage;
pub mod extremes;
pub mod forecast;
pub mod gauge;
pub mod hazard;
pub mod outage;
pub mod people;
pub mod ponding;
pub mod vehicle;

/// The parameter tables beside the repository, for tests that compare figures with their source.
#[cfg(test)]
pub(crate) mod tables {
    use std::path::PathBuf;

    /// Rows of a table without its header; `None`, said plainly, where the tables are not at hand.
    pub fn rows(name: &str) -> Option<Vec<Vec<String>>> {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
        let folders = [
            std::env::var_os("SANDTABLE_SHARED").map(PathBuf::from),
            Some(root.join("../shared")),
            Some(root.join("../../shared")),
        ];
        let path = folders.into_iter().flatten().map(|f| f.join("data/parameters").join(name)).find(|p| p.is_file());
        let Some(path) = path else {
            println!("skipped: {name} is not beside the repository");
            return None;
        };
        let text = std::fs::read_to_string(&path).expect("a table that is there can be read");
        Some(text.lines().skip(1).map(fields).collect())
    }

    /// Fields of a line, commas within quotes kept.
    fn fields(line: &str) -> Vec<String> {
        let (mut out, mut quoted) = (vec![String::new()], false);
        for c in line.chars() {
            match c {
                '"' => quoted = !quoted,
                ',' if !quoted => out.push(String::new()),
                c => out.last_mut().expect("never empty").push(c),
            }
        }
        out
    }

    /// The row whose first columns begin with `keys`.
    pub fn row<'a>(rows: &'a [Vec<String>], keys: &[&str]) -> &'a [String] {
        rows.iter()
            .find(|row| keys.iter().enumerate().all(|(k, key)| row.get(k).is_some_and(|field| field == key)))
            .unwrap_or_else(|| panic!("no row {keys:?}"))
    }
}
