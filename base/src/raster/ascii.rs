//! ESRI ASCII grids: five or six heading lines (ncols, nrows, xllcorner or xllcenter, yllcorner or yllcenter, cellsize,
//! NODATA_value), then the values from the north-west, row by row. The format says nothing of its projection.

use super::{Band, Crs, PIXELS_MAX};
use crate::complaint::Complaints;
use crate::grid::Grid;
use std::io::Write;
use std::path::Path;

/// Nodata where the file names none (Esri's own default).
const NODATA: f64 = -9999.0;

/// Reads an ESRI ASCII grid. Values equal to NODATA_value, and `nan`, become NaN.
pub fn read(path: &Path) -> Result<Band, Complaints> {
    let text = std::fs::read_to_string(path)
        .map_err(|e| Complaints::one(path, format!("cannot be read: {e}"), "ESRI ASCII grids are plain text"))?;
    parse(path, &text)
}

/// The same from text; `path` is named in complaints.
pub fn parse(path: &Path, text: &str) -> Result<Band, Complaints> {
    let mut complaints = Complaints::new();
    let (mut columns, mut rows, mut cell, mut nodata) = (None, None, None, NODATA);
    let (mut x, mut y) = (None, None);
    let mut lines = text.lines().enumerate().peekable();
    while let Some(&(number, line)) = lines.peek() {
        let mut words = line.split_whitespace();
        let Some(key) = words.next() else {
            lines.next();
            continue;
        };
        if key.parse::<f64>().is_ok() {
            break;
        }
        lines.next();
        let Some(value) = words.next().and_then(|w| w.parse::<f64>().ok()).filter(|v| v.is_finite()) else {
            complaints.add_at(path, (number + 1, 1), format!("`{line}` gives no number"), "e.g. `cellsize 30`");
            continue;
        };
        match key.to_lowercase().as_str() {
            "ncols" => columns = Some(value),
            "nrows" => rows = Some(value),
            "cellsize" => cell = Some(value),
            "nodata_value" => nodata = value,
            "xllcorner" => x = Some((value, 0.5)),
            "yllcorner" => y = Some((value, 0.5)),
            "xllcenter" | "xllcentre" => x = Some((value, 0.0)),
            "yllcenter" | "yllcentre" => y = Some((value, 0.0)),
            other => {
                complaints.add_at(path, (number + 1, 1), format!("`{other}` is no heading of an ESRI ASCII grid"), "")
            }
        }
    }
    let size = |v: Option<f64>| v.filter(|v| *v >= 1.0 && *v <= 1_000_000.0 && v.fract() == 0.0);
    let (Some(columns), Some(rows), Some(cell), Some(x), Some(y)) =
        (size(columns), size(rows), cell.filter(|c| *c > 0.0), x, y)
    else {
        complaints.add(
            path,
            "lacks one of ncols, nrows, xllcorner, yllcorner, cellsize, or it is out of range",
            "these five head an ESRI ASCII grid",
        );
        return Err(complaints);
    };
    if columns * rows > PIXELS_MAX as f64 {
        complaints.add(path, format!("announces {columns} x {rows} cells, more than {PIXELS_MAX}"), "cut it");
        return Err(complaints);
    }
    let (width, height) = (columns as usize, rows as usize);
    let mut values: Vec<f32> = Vec::with_capacity((width * height).min(text.len()));
    for (number, line) in lines {
        for word in line.split_whitespace() {
            match word.parse::<f32>() {
                Ok(v) => values.push(if v == nodata as f32 || !v.is_finite() { f32::NAN } else { v }),
                Err(_) => {
                    complaints.add_at(path, (number + 1, 1), format!("`{word}` is no number"), "");
                    return Err(complaints);
                }
            }
        }
    }
    if values.len() != width * height {
        complaints.add(
            path,
            format!("holds {} values, {width} x {height} = {} were announced", values.len(), width * height),
            "is it cut off?",
        );
    }
    let (x0, south) = (x.0 + x.1 * cell, y.0 + y.1 * cell);
    let y0 = south + (height - 1) as f64 * cell;
    complaints.or(Band { width, height, x0, y0, dx: cell, dy: cell, crs: Crs::Unknown, values })
}

/// Writes values of the grid's cells (row 0 south). NaN becomes -9999; every other value is written so that reading
/// gives back its bits. A value of -9999 itself would come back as a void and is refused.
pub fn write(path: &Path, grid: &Grid, values: &[f32]) -> Result<(), Complaints> {
    assert_eq!(values.len(), grid.len(), "a raster of {} values for a grid of {} cells", values.len(), grid.len());
    let wrong = |e: String| Complaints::one(path, format!("cannot be written: {e}"), "");
    if values.iter().any(|v| f64::from(*v) == NODATA || v.is_infinite()) {
        return Err(wrong(format!("it holds {NODATA}, the mark of a void, or an infinite value")));
    }
    let put = || -> std::io::Result<()> {
        let mut out = std::io::BufWriter::new(std::fs::File::create(path)?);
        writeln!(out, "ncols {}\nnrows {}", grid.nx, grid.ny)?;
        writeln!(out, "xllcorner {}\nyllcorner {}\ncellsize {}\nNODATA_value {NODATA}", grid.x0, grid.y0, grid.cell_m)?;
        for row in values.chunks_exact(grid.nx).rev() {
            for (i, v) in row.iter().enumerate() {
                let gap = if i == 0 { "" } else { " " };
                if v.is_nan() { write!(out, "{gap}{NODATA}")? } else { write!(out, "{gap}{v}")? }
            }
            writeln!(out)?;
        }
        out.flush()
    };
    put().map_err(|e| wrong(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_that_are_wrong_are_named_with_their_lines_all_at_once() {
        // Grade: behaviour.
        let path = Path::new("dem.asc");
        let said = parse(path, "ncols 2\nnrows two\nxllcorner 0\nyllcorner 0\ncelsize 5\n1 2\n").expect_err("wrong");
        let said = said.to_string();
        assert!(said.contains("dem.asc:2:1") && said.contains("dem.asc:5:1") && said.contains("celsize"), "{said}");
        let head = "ncols 2\nnrows 2\nxllcorner 0\nyllcorner 0\ncellsize 5\nNODATA_value -1\n";
        assert!(parse(path, &format!("{head}1 2 3")).expect_err("cut").to_string().contains("3 values"));
        assert!(parse(path, &format!("{head}1 2\n3 x")).expect_err("word").to_string().contains("dem.asc:8:1"));
        let band = parse(path, &format!("{head}1 -1\n3 nan")).expect("read");
        assert!(band.values[1].is_nan() && band.values[3].is_nan());
        assert_eq!((band.x0, band.y0), (2.5, 7.5));
    }
}
