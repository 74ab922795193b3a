//! Third-party files: tables of numbers and ESRI grids, read with plain complaints.

use base::complaint::Complaints;
use std::path::Path;

/// A table of numbers: columns split by commas, tabs or spaces. Lines whose first field is no number are headings.
/// An empty field in a line split by tabs or commas is NaN, which a reader must expect.
pub fn table(path: &Path) -> Result<Vec<Vec<f64>>, Complaints> {
    let text = std::fs::read_to_string(path).map_err(|e| Complaints::one(path, format!("cannot be read: {e}"), ""))?;
    let mut rows = Vec::new();
    for line in text.lines() {
        let split: Vec<&str> = if line.contains(',') {
            line.split(',').map(str::trim).collect()
        } else if line.contains('\t') {
            line.split('\t').map(str::trim).collect()
        } else {
            line.split_whitespace().collect()
        };
        let Some(Ok(_)) = split.first().map(|f| f.parse::<f64>()) else { continue };
        rows.push(split.iter().map(|f| f.parse().unwrap_or(f64::NAN)).collect());
    }
    if rows.is_empty() { Err(Complaints::one(path, "has no line of numbers", "")) } else { Ok(rows) }
}

/// Two columns of a table as a curve; lines where either is missing are left out.
pub fn curve(rows: &[Vec<f64>], x: usize, y: usize) -> Vec<(f64, f64)> {
    rows.iter().filter_map(|r| Some((*r.get(x)?, *r.get(y)?))).filter(|(x, y)| x.is_finite() && y.is_finite()).collect()
}

/// An ESRI ASCII grid: columns, rows, cell size m, values from the south row up.
pub struct Ascii {
    pub nx: usize,
    pub ny: usize,
    pub cell_m: f64,
    pub values: Vec<f64>,
}

pub fn ascii(path: &Path) -> Result<Ascii, Complaints> {
    let text = std::fs::read_to_string(path).map_err(|e| Complaints::one(path, format!("cannot be read: {e}"), ""))?;
    let mut words = text.split_whitespace();
    let (mut nx, mut ny, mut cell_m) = (0usize, 0usize, 0.0f64);
    for _ in 0..6 {
        let (name, value) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let number: f64 = value
            .parse()
            .map_err(|_| Complaints::one(path, format!("heading {name:?} has {value:?}"), "a number is wanted"))?;
        match name.to_ascii_lowercase().as_str() {
            "ncols" => nx = number as usize,
            "nrows" => ny = number as usize,
            "cellsize" => cell_m = number,
            _ => {}
        }
    }
    let north_first: Vec<f64> = words.map(|w| w.parse().unwrap_or(f64::NAN)).collect();
    if nx == 0 || north_first.len() != nx * ny {
        let what = format!("has {} values, {nx} x {ny} are declared", north_first.len());
        return Err(Complaints::one(path, what, ""));
    }
    let values = (0..ny).rev().flat_map(|j| north_first[j * nx..(j + 1) * nx].iter().copied()).collect();
    Ok(Ascii { nx, ny, cell_m, values })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_skip_headings_and_keep_gaps_and_grids_turn_their_south_up() {
        // Grade: exact.
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("t.txt");
        std::fs::write(&path, "\tG1\tG2\nt (s)\th\th\n0\t1\t\n1\t\t4\n").expect("written");
        let rows = table(&path).expect("read");
        assert_eq!(curve(&rows, 0, 1), [(0.0, 1.0)]);
        assert_eq!(curve(&rows, 0, 2), [(1.0, 4.0)]);
        let path = folder.path().join("g.asc");
        std::fs::write(&path, "ncols 2\nnrows 2\nxllcorner 0\nyllcorner 0\ncellsize 5\nNODATA_value -9999\n1 2\n3 4\n")
            .expect("written");
        let grid = ascii(&path).expect("read");
        assert_eq!(grid.values, [3.0, 4.0, 1.0, 2.0]);
        std::fs::write(&path, "ncols 2\nnrows 2\nxllcorner 0\nyllcorner 0\ncellsize 5\nNODATA_value -9999\n1 2\n3\n")
            .expect("written");
        assert!(ascii(&path).is_err());
    }
}
