//! Buildings from files: GeoJSON polygons with a height property, or a raster of heights (ESRI ASCII or GeoTIFF).
//!
//! With a place a GeoJSON file is in longitude and latitude, as its standard wants; without one it is in metres of the deck, as the files that this tool writes
//! without a place. A raster is in metres of the deck.

use super::buildings::{Buildings, Footprint};
use base::complaint::{Complaints, nearest};
use base::grid::{Grid, Point};
use base::raster::Raster;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// Mistakes of one kind that are told one by one; the rest is counted.
const TOLD: usize = 5;
/// No building is taken to be higher, m.
pub const HIGHEST_M: f64 = 700.0;

/// How heights are found in a GeoJSON file.
pub struct Heights<'a> {
    /// The property that holds it, m.
    pub property: &'a str,
    /// The height of buildings that have none, m; without it they are a mistake.
    pub otherwise_m: Option<f64>,
}

/// Footprints of a file, and how many had no height of their own. `metres` turns longitude and latitude into metres, where there is a place.
pub fn geojson(
    file: &Path,
    heights: &Heights,
    metres: Option<&dyn Fn(f64, f64) -> Point>,
) -> Result<(Vec<Footprint>, usize), Complaints> {
    let text = std::fs::read_to_string(file).map_err(|e| Complaints::one(file, format!("cannot be read: {e}"), ""))?;
    let json: Value = serde_json::from_str(&text).map_err(|e| {
        let mut all = Complaints::new();
        all.add_at(file, (e.line(), e.column()), format!("is no JSON: {e}"), "a GeoJSON file of polygons");
        all
    })?;
    let Some(features) = json["features"].as_array() else {
        return Err(Complaints::one(file, "has no \"features\"", "a GeoJSON FeatureCollection of polygons"));
    };
    let mut all = Complaints::new();
    let (mut found, mut without) = (Vec::new(), 0usize);
    let (mut no_height, mut wrong_height, mut wrong_place, mut not_polygons) = (Few::new(), Few::new(), Few::new(), 0);
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for (k, feature) in features.iter().enumerate() {
        let polygons = match feature["geometry"]["type"].as_str() {
            Some("Polygon") => vec![&feature["geometry"]["coordinates"]],
            Some("MultiPolygon") => feature["geometry"]["coordinates"].as_array().into_iter().flatten().collect(),
            _ => {
                not_polygons += 1;
                continue;
            }
        };
        let properties = feature["properties"].as_object();
        names.extend(properties.into_iter().flat_map(|p| p.keys().map(String::as_str)));
        let given = properties.and_then(|p| p.get(heights.property)).filter(|v| !v.is_null());
        let height_m = match (given.map(number), heights.otherwise_m) {
            (Some(Some(h)), _) if h > 0.0 && h <= HIGHEST_M => h,
            (Some(_), _) => {
                wrong_height.add(format!("feature {k}: {} is {}", heights.property, given.unwrap_or(&Value::Null)));
                continue;
            }
            (None, Some(h)) => {
                without += 1;
                h
            }
            (None, None) => {
                no_height.add(format!("feature {k} has no {:?}", heights.property));
                continue;
            }
        };
        for polygon in polygons {
            match rings(polygon, metres) {
                Ok(rings) => found.push(Footprint { rings, height_m }),
                Err(what) => wrong_place.add(format!("feature {k}: {what}")),
            }
        }
    }
    let near = nearest(heights.property, names.iter().copied());
    let listed = names.iter().take(12).copied().collect::<Vec<_>>().join(", ");
    let hint = match near {
        Some(name) if name != heights.property => format!("did you mean height_property: {name:?}?"),
        _ => format!("height_property names it (there are: {listed}); otherwise_m gives a height to those without"),
    };
    no_height.tell(file, &hint, &mut all);
    wrong_height.tell(file, &format!("metres above the ground, above 0 and up to {HIGHEST_M}"), &mut all);
    let degrees = if metres.is_some() {
        "longitude, then latitude, in degrees, rings of four points and more"
    } else {
        "metres east and north of the origin; for degrees the deck needs place: (lon_deg: .., lat_deg: ..)"
    };
    wrong_place.tell(file, degrees, &mut all);
    if found.is_empty() && all.is_empty() {
        all.add(file, format!("holds no polygon ({not_polygons} features of other kinds)"), "building footprints");
    }
    all.or((found, without))
}

/// A height that may stand as text.
fn number(v: &Value) -> Option<f64> {
    v.as_f64().or_else(|| v.as_str().and_then(|s| s.trim().trim_end_matches('m').trim().parse().ok()))
}

fn rings(polygon: &Value, metres: Option<&dyn Fn(f64, f64) -> Point>) -> Result<Vec<Vec<Point>>, String> {
    let mut all = Vec::new();
    for ring in polygon.as_array().ok_or("no rings")? {
        let mut points = Vec::new();
        for pair in ring.as_array().ok_or("a ring is no list")? {
            let (Some(x), Some(y)) = (pair[0].as_f64(), pair[1].as_f64()) else {
                return Err(format!("{pair} is no pair of numbers"));
            };
            points.push(match metres {
                Some(to) if x.abs() <= 180.0 && y.abs() <= 90.0 => to(x, y),
                Some(_) => return Err(format!("{x}, {y} are no degrees")),
                None if x.abs() < 1e6 && y.abs() < 1e6 => Point::new(x, y),
                None => return Err(format!("{x}, {y} are no metres from the origin")),
            });
        }
        if points.first() == points.last() {
            points.pop();
        }
        if points.len() < 3 {
            return Err(format!("a ring of {} corners", points.len()));
        }
        all.push(points);
    }
    if all.is_empty() { Err("no rings".into()) } else { Ok(all) }
}

/// Mistakes of a kind: the first few, and how many.
struct Few {
    first: Vec<String>,
    count: usize,
}

impl Few {
    fn new() -> Few {
        Few { first: Vec::new(), count: 0 }
    }
    fn add(&mut self, what: String) {
        self.count += 1;
        if self.first.len() < TOLD {
            self.first.push(what);
        }
    }
    fn tell(self, file: &Path, hint: &str, all: &mut Complaints) {
        let more = self.count - self.first.len();
        self.first.into_iter().for_each(|what| all.add(file, what, hint));
        if more > 0 {
            all.add(file, format!("{more} more features of this kind"), hint);
        }
    }
}

/// A raster of heights, brought onto a grid: the highest of the raster's cells whose centres lie in a cell, or, where the raster is coarser, that of the cell in
/// which the centre lies.
pub fn raster(file: &Path, grid: Grid) -> Result<Buildings, Complaints> {
    let raster = Raster::read(file)?;
    let mut heights = vec![0.0f32; grid.len()];
    let (mut wrong, mut worst) = (0usize, 0.0f32);
    for (cell, &h) in raster.values.iter().enumerate() {
        if h.is_nan() {
            continue;
        }
        if !(-0.01..=HIGHEST_M as f32).contains(&h) {
            (wrong, worst) = (wrong + 1, h);
        }
        if let Some(c) = grid.cell_at(raster.grid.centre(cell)) {
            heights[c] = heights[c].max(h);
        }
    }
    if wrong > 0 {
        let hint = format!("heights above the ground, 0 to {HIGHEST_M} m, 0 or void where nothing stands");
        return Err(Complaints::one(file, format!("{wrong} cells are no heights of buildings, e.g. {worst}"), hint));
    }
    if raster.grid.cell_m > grid.cell_m {
        for (c, h) in heights.iter_mut().enumerate() {
            if let Some(cell) = raster.grid.cell_at(grid.centre(c)).filter(|&cell| !raster.values[cell].is_nan()) {
                *h = raster.values[cell];
            }
        }
    }
    Ok(Buildings::from_heights(grid, heights))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), text).expect("written");
        file
    }

    const HOUSES: &str = r#"{"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"heigth": 9}, "geometry": {"type": "Polygon", "coordinates": [[[0,0],[8,0],[8,8],[0,8],[0,0]]]}},
        {"type": "Feature", "properties": {"height": "12 m"}, "geometry": {"type": "MultiPolygon", "coordinates": [[[[20,0],[28,0],[28,8],[20,0]]]]}},
        {"type": "Feature", "properties": {"height": -3}, "geometry": {"type": "Polygon", "coordinates": [[[0,0],[8,0],[8,8],[0,0]]]}},
        {"type": "Feature", "properties": {"height": 5}, "geometry": {"type": "Polygon", "coordinates": [[[0,0],[8,0],[0,0]]]}},
        {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [0,0]}}]}"#;

    #[test]
    fn footprints_are_read_and_all_mistakes_are_told_at_once() {
        // Grade: behaviour.
        let f = file(HOUSES);
        let told = geojson(f.path(), &Heights { property: "height", otherwise_m: None }, None).expect_err("mistakes");
        let told = told.to_string();
        for part in ["feature 0 has no", "feature 2: height is -3", "feature 3: a ring of 2 corners"] {
            assert!(told.contains(part), "{part:?} is missing in\n{told}");
        }
        let good = file(&HOUSES.replace("-3", "3").replace("[[[0,0],[8,0],[0,0]]]", "[[[0,0],[8,0],[0,9],[0,0]]]"));
        let (found, without) =
            geojson(good.path(), &Heights { property: "height", otherwise_m: Some(6.0) }, None).expect("sound");
        assert_eq!((found.len(), without), (4, 1));
        assert_eq!((found[0].height_m, found[1].height_m), (6.0, 12.0));
        let near = geojson(good.path(), &Heights { property: "hight", otherwise_m: None }, None).expect_err("none");
        assert!(near.to_string().contains("did you mean height_property: \"height\"?"), "{near}");
        let told = geojson(
            good.path(),
            &Heights { property: "height", otherwise_m: Some(6.0) },
            Some(&|x, y| Point::new(x, y)),
        );
        assert!(told.is_ok(), "small numbers may be degrees");
        let broken = file("{\"features\": [");
        let told = geojson(broken.path(), &Heights { property: "height", otherwise_m: None }, None).expect_err("JSON");
        assert!(told.to_string().contains("is no JSON") && told.0[0].at.is_some(), "{told}");
    }

    #[test]
    fn a_raster_of_heights_lands_on_its_cells() {
        // Grade: exact.
        let f = file("ncols 3\nnrows 2\nxllcorner 0\nyllcorner 0\ncellsize 4\nNODATA_value -9999\n0 9 -9999\n0 0 12\n");
        let grid = Grid { nx: 8, ny: 4, cell_m: 2.0, x0: -2.0, y0: 0.0 };
        let b = raster(f.path(), grid).expect("sound");
        let at = |x: f64, y: f64| b.height_m[grid.cell_at(Point::new(x, y)).expect("on the grid")];
        assert_eq!((at(5.0, 5.0), at(7.0, 7.0), at(9.0, 1.0), at(1.0, 1.0), at(9.0, 5.0)), (9.0, 9.0, 12.0, 0.0, 0.0));
        let odd = file("ncols 2\nnrows 1\nxllcorner 0\nyllcorner 0\ncellsize 4\n-30 9\n");
        assert!(raster(odd.path(), grid).expect_err("a depth").to_string().contains("1 cells are no heights"));
    }
}
