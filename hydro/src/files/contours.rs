//! Outlines of a layer as GeoJSON: for every step, the area where the layer lies at or above it, as polygons with holes
//! (marching squares, by the `contour` crate), in the coordinates of the model.

use base::complaint::Complaints;
use base::grid::Grid;
use base::raster::Crs;
use contour::ContourBuilder;
use serde_json::{Value, json};
use std::path::Path;

/// What the outlines are of.
pub struct Outlined<'a> {
    pub grid: &'a Grid,
    pub crs: &'a Crs,
    /// Name of the property that holds the step, e.g. "depth_m".
    pub property: &'a str,
    pub title: &'a str,
    /// By cell, row 0 in the south; NaN counts as below every step.
    pub values: &'a [f32],
    pub steps: &'a [f64],
}

/// A GeoJSON feature for every step that is reached somewhere.
///
/// RFC 7946 wants longitude and latitude; models are in projected metres, so the file names its system in the older
/// `crs` member (GeoJSON 2008), which QGIS and GDAL still read.
pub fn geojson(o: &Outlined) -> Value {
    let g = o.grid;
    let place = |p: &contour::Pt| {
        let mm = |v: f64| (v * 1000.0).round() / 1000.0;
        json!([mm(g.x0 + p.x * g.cell_m), mm(g.y0 + p.y * g.cell_m)])
    };
    let ring = |points: &[contour::Pt]| points.iter().map(place).collect::<Vec<_>>();
    let builder = ContourBuilder::new(g.nx + 2, g.ny + 2, true).x_origin(-1.0).y_origin(-1.0);
    let mut features: Vec<Value> = Vec::new();
    for step in o.steps {
        let areas = builder.contours(&framed(g, o.values, *step), &[*step]).expect("as many values as cells");
        let polygons: Vec<Vec<_>> = areas[0]
            .geometry()
            .0
            .iter()
            .map(|p| std::iter::once(p.exterior()).chain(p.interiors()).map(|line| ring(&line.0)).collect())
            .collect();
        if !polygons.is_empty() {
            features.push(json!({
                "type": "Feature",
                "properties": { o.property: step, "title": o.title },
                "geometry": { "type": "MultiPolygon", "coordinates": polygons },
            }));
        }
    }
    let mut all = json!({ "type": "FeatureCollection", "name": o.title, "features": features });
    if let Crs::Projected(code) | Crs::Geographic(code) = o.crs {
        let name = format!("urn:ogc:def:crs:EPSG::{code}");
        all["crs"] = json!({ "type": "name", "properties": { "name": name } });
    }
    all
}

/// The values with a frame of one cell around them. Cells of the frame, and cells without a value, mirror their highest
/// neighbour on the other side of `step`: so an area that reaches the grid's edge, or a cell outside the model, is closed
/// along the side of its last cells.
fn framed(g: &Grid, values: &[f32], step: f64) -> Vec<f64> {
    let at = |i: isize, j: isize| -> f64 {
        let inside = i >= 0 && j >= 0 && (i as usize) < g.nx && (j as usize) < g.ny;
        if inside { f64::from(values[g.index(i as usize, j as usize)]) } else { f64::NAN }
    };
    let mut framed = Vec::with_capacity((g.nx + 2) * (g.ny + 2));
    for j in -1..=g.ny as isize {
        for i in -1..=g.nx as isize {
            let own = at(i, j);
            let around = [at(i - 1, j), at(i + 1, j), at(i, j - 1), at(i, j + 1)];
            // `max` passes over NaN.
            let most = around.into_iter().fold(f64::NEG_INFINITY, f64::max);
            framed.push(match own.is_nan() {
                false => own,
                true if most > step => 2.0 * step - most,
                true => step - 1.0,
            });
        }
    }
    framed
}

pub fn write(file: &Path, o: &Outlined) -> Result<(), Complaints> {
    std::fs::write(file, geojson(o).to_string())
        .map_err(|e| Complaints::one(file, format!("cannot be written: {e}"), ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twice the signed area of a ring.
    fn area2(ring: &[Value]) -> f64 {
        let at = |p: &Value| (p[0].as_f64().expect("x"), p[1].as_f64().expect("y"));
        ring.windows(2).map(|w| at(&w[0]).0 * at(&w[1]).1 - at(&w[1]).0 * at(&w[0]).1).sum()
    }

    #[test]
    fn outlines_of_a_cone_lie_where_it_has_that_height_and_a_pond_with_an_island_has_a_hole() {
        // Grade: exact up to the cell. h = 10 - r: the outline of 4 is the circle of radius 6.
        let grid = Grid { nx: 80, ny: 80, cell_m: 0.25, x0: 500.0, y0: 900.0 };
        let cone = |c: usize| {
            let p = grid.centre(c);
            (10.0 - ((p.x - 510.0).powi(2) + (p.y - 910.0).powi(2)).sqrt()) as f32
        };
        let values: Vec<f32> = (0..grid.len()).map(cone).collect();
        let outlined = |values: &[f32], steps: &[f64]| {
            geojson(&Outlined { grid: &grid, crs: &Crs::Projected(4549), property: "h", title: "t", values, steps })
        };
        let all = outlined(&values, &[4.0, 50.0]);
        assert_eq!(all["features"].as_array().expect("list").len(), 1, "no feature for a step never reached");
        assert_eq!(all["crs"]["properties"]["name"], "urn:ogc:def:crs:EPSG::4549");
        let polygons = all["features"][0]["geometry"]["coordinates"].as_array().expect("polygons");
        assert_eq!((polygons.len(), polygons[0].as_array().expect("rings").len()), (1, 1));
        let area = 0.5 * area2(polygons[0][0].as_array().expect("ring")).abs();
        let circle = std::f64::consts::PI * 36.0;
        // Straight between cells of 0.25 m on a radius of 6 m.
        assert!((area / circle - 1.0).abs() < 2e-3, "{area} {circle}");
        let pond: Vec<f32> = values.iter().map(|v| if *v > 6.0 { f32::NAN } else { 1.0 }).collect();
        let all = outlined(&pond, &[0.5]);
        let rings = all["features"][0]["geometry"]["coordinates"][0].as_array().expect("rings");
        assert_eq!(rings.len(), 2, "the rim of the grid and the island");
        let outer = 0.5 * area2(rings[0].as_array().expect("ring")).abs();
        assert!((outer - 400.0).abs() < 1.0, "{outer}: the whole grid, no more");
    }
}
