//! `city.ron`: what there is one of.

use super::{CELLS_MAX, SCHEMA, text_of};
use crate::base::complaint::Complaints;
use crate::base::text::Text;
use crate::place::city::{City, Projection};
use crate::place::grid::Grid;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::Path;

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename = "Grid")]
struct GridHead {
    nx: usize,
    ny: usize,
    cell_m: f64,
    x0: f64,
    y0: f64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename = "Projection")]
struct ProjectionHead {
    proj4: String,
    epsg: Option<u16>,
    false_east_m: f64,
    false_north_m: f64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename = "City")]
struct CityHead {
    schema: u32,
    name: Text,
    synthetic: bool,
    grid: GridHead,
    projection: Option<ProjectionHead>,
    attribution: Vec<String>,
    water_level_m: f64,
}

/// A checked header.
pub struct Header {
    pub name: Text,
    pub synthetic: bool,
    pub grid: Grid,
    pub projection: Option<Projection>,
    pub attribution: Vec<String>,
    pub water_level_m: f64,
}

pub fn write(city: &City, file: &Path) -> io::Result<()> {
    let g = city.grid;
    let head = CityHead {
        schema: SCHEMA,
        name: city.name.clone(),
        synthetic: city.synthetic,
        grid: GridHead { nx: g.nx, ny: g.ny, cell_m: g.cell_m, x0: g.x0, y0: g.y0 },
        projection: city.projection.as_ref().map(|p| ProjectionHead {
            proj4: p.proj4.clone(),
            epsg: p.epsg,
            false_east_m: p.false_east_m,
            false_north_m: p.false_north_m,
        }),
        attribution: city.attribution.clone(),
        water_level_m: city.water_level_m,
    };
    let numbers = [g.cell_m, g.x0, g.y0, city.water_level_m];
    if numbers.iter().any(|v| !v.is_finite()) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("grid or water level: {numbers:?}")));
    }
    let text = ron::ser::to_string_pretty(&head, ron::ser::PrettyConfig::default()).map_err(io::Error::other)?;
    std::fs::write(file, format!("// One city of Sandtable; the other files of this folder belong to it.\n{text}\n"))
}

pub fn read(file: &Path, all: &mut Complaints) -> Option<Header> {
    let text = text_of(file, all)?;
    let head: CityHead = match ron::from_str(&text) {
        Ok(head) => head,
        Err(why) => {
            all.add_at(file, (why.span.start.line, why.span.start.col), why.code.to_string(), "");
            return None;
        }
    };
    let before = all.0.len();
    if head.schema != SCHEMA {
        all.add(file, format!("schema: {} is not known", head.schema), format!("{SCHEMA}"));
    }
    if head.name.zh.trim().is_empty() || head.name.en.trim().is_empty() {
        all.add(file, "name: one of zh and en is empty", "a name in both languages");
    }
    let g = head.grid;
    if g.nx == 0 || g.ny == 0 || g.nx.checked_mul(g.ny).is_none_or(|n| n > CELLS_MAX) {
        all.add(
            file,
            format!("grid: {} x {} cells", g.nx, g.ny),
            format!("at least 1 each way, at most {CELLS_MAX} together"),
        );
    }
    let mut within = |name: &str, value: f64, low: f64, high: f64| {
        if !(value.is_finite() && value >= low && value <= high) {
            all.add(file, format!("{name}: {value} is out of range"), format!("{low} to {high} m"));
        }
    };
    within("grid.cell_m", g.cell_m, 0.5, 1_000.0);
    within("grid.x0", g.x0, -1e8, 1e8);
    within("grid.y0", g.y0, -1e8, 1e8);
    within("water_level_m", head.water_level_m, -500.0, 9_000.0);
    if let Some(p) = &head.projection {
        within("projection.false_east_m", p.false_east_m, -1e9, 1e9);
        within("projection.false_north_m", p.false_north_m, -1e9, 1e9);
    }
    (all.0.len() == before).then(|| Header {
        name: head.name,
        synthetic: head.synthetic,
        grid: Grid { nx: g.nx, ny: g.ny, cell_m: g.cell_m, x0: g.x0, y0: g.y0 },
        projection: head.projection.map(|p| Projection {
            proj4: p.proj4,
            epsg: p.epsg,
            false_east_m: p.false_east_m,
            false_north_m: p.false_north_m,
        }),
        attribution: head.attribution,
        water_level_m: head.water_level_m,
    })
}
