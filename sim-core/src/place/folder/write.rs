//! The lists as GeoJSON, one feature a line.

use super::SCHEMA;
use crate::place::city::City;
use crate::vocab::body::Point;
use serde::Serialize;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// One feature: properties in the order they are put, then the geometry.
struct Feature(String);

impl Feature {
    fn new(id: usize) -> Feature {
        Feature(format!("{{\"type\":\"Feature\",\"properties\":{{\"id\":{id}"))
    }
    fn put<T: Serialize>(&mut self, name: &str, value: &T) -> &mut Feature {
        let text = serde_json::to_string(value).expect("plain values");
        write!(self.0, ",\"{name}\":{text}").expect("a string takes all");
        self
    }
    /// Rust's text of an f64 reads back to the same bits; a NaN gives text that is no JSON and is refused below.
    fn put_f64(&mut self, name: &str, value: f64) -> &mut Feature {
        write!(self.0, ",\"{name}\":{value:?}").expect("a string takes all");
        self
    }
    /// f32 in the shortest text that reads back to the same bits through f64.
    fn put_f32(&mut self, name: &str, value: f32) -> &mut Feature {
        let short = format!("{value:?}");
        let same = short.parse::<f64>().is_ok_and(|v| (v as f32).to_bits() == value.to_bits());
        let text = if same { short } else { format!("{:?}", f64::from(value)) };
        write!(self.0, ",\"{name}\":{text}").expect("a string takes all");
        self
    }
    fn point(self, at: Point) -> String {
        format!("{}}},\"geometry\":{{\"type\":\"Point\",\"coordinates\":{}}}}}", self.0, pair(at))
    }
    fn line(self, line: &[Point]) -> String {
        format!("{}}},\"geometry\":{{\"type\":\"LineString\",\"coordinates\":{}}}}}", self.0, pairs(line))
    }
    fn ring(self, ring: &[Point]) -> String {
        let mut closed = ring.to_vec();
        closed.push(ring[0]);
        format!("{}}},\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[{}]}}}}", self.0, pairs(&closed))
    }
}

fn pair(p: Point) -> String {
    format!("[{:?},{:?}]", p.x, p.y)
}
fn pairs(line: &[Point]) -> String {
    let all: Vec<String> = line.iter().map(|p| pair(*p)).collect();
    format!("[{}]", all.join(","))
}

fn collection(file: &Path, features: impl Iterator<Item = String>) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(file)?);
    writeln!(
        out,
        "{{\"type\":\"FeatureCollection\",\"schema\":{SCHEMA},\
         \"coordinates\":\"metres on the city's grid, x east, y north; not degrees\",\"features\":["
    )?;
    for (row, feature) in features.enumerate() {
        // Rust writes these for numbers that JSON has no text for.
        if feature.contains("NaN") || feature.contains("inf") {
            check_numbers(&feature, row, file)?;
        }
        let comma = if row == 0 { "" } else { ",\n" };
        write!(out, "{comma}{feature}")?;
    }
    writeln!(out, "\n]}}")?;
    out.flush()
}

/// A name may hold "inf"; a number may not.
fn check_numbers(feature: &str, row: usize, file: &Path) -> io::Result<()> {
    serde_json::from_str::<serde_json::Value>(feature).map(drop).map_err(|why| {
        let what = format!("{}: row {row} holds a number that JSON cannot hold: {why}", file.display());
        io::Error::new(io::ErrorKind::InvalidData, what)
    })
}

pub fn write(city: &City, dir: &Path) -> io::Result<()> {
    let nodes = city.nodes.iter().enumerate().map(|(k, node)| {
        let mut f = Feature::new(k);
        f.put("kind", &"node");
        f.point(node.at)
    });
    let links = city.links.iter().enumerate().map(|(k, link)| {
        let mut f = Feature::new(k);
        f.put("kind", &"link")
            .put("from", &link.from)
            .put("to", &link.to)
            .put("class", &link.class)
            .put_f64("length_m", link.length_m)
            .put("lanes", &link.lanes)
            .put_f64("speed_m_s", link.speed_m_s)
            .put("bridge", &link.bridge)
            .put("tunnel", &link.tunnel)
            .put("twin", &link.twin)
            .put("name", &link.name);
        f.line(&link.line)
    });
    collection(&dir.join("roads.geojson"), nodes.chain(links))?;
    let buildings = city.buildings.iter().enumerate().map(|(k, b)| {
        let mut f = Feature::new(k);
        f.put_f32("footprint_m2", b.footprint_m2)
            .put("storeys", &b.storeys)
            .put("purpose", &b.purpose)
            .put("zone", &b.zone)
            .put_f32("plinth_m", b.plinth_m)
            .put("node", &b.node)
            .put("residents", &b.residents);
        if b.outline.is_empty() {
            f.point(b.at)
        } else {
            // The middle is said only where there is an outline; else the point is the middle.
            f.put_f64("x", b.at.x).put_f64("y", b.at.y);
            f.ring(&b.outline)
        }
    });
    if let Some(row) = city.buildings.iter().position(|b| matches!(b.outline.len(), 1 | 2)) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("building {row}: an outline of too few points"),
        ));
    }
    collection(&dir.join("buildings.geojson"), buildings)?;
    let facilities = city.facilities.iter().enumerate().map(|(k, x)| {
        let mut f = Feature::new(k);
        f.put("key", &x.key)
            .put("name_zh", &x.name.zh)
            .put("name_en", &x.name.en)
            .put("kind", &x.kind)
            .put("node", &x.node)
            .put("zone", &x.zone)
            .put_f64("capacity", x.capacity);
        f.point(x.at)
    });
    collection(&dir.join("facilities.geojson"), facilities)?;
    let levees = city.levees.iter().enumerate().map(|(k, x)| {
        let mut f = Feature::new(k);
        f.put("key", &x.key)
            .put("name_zh", &x.name.zh)
            .put("name_en", &x.name.en)
            .put_f64("crest_m", x.crest_m)
            .put_f64("toe_m", x.toe_m);
        f.line(&x.line)
    });
    collection(&dir.join("levees.geojson"), levees)?;
    let gauges = city.gauges.iter().enumerate().map(|(k, x)| {
        let mut f = Feature::new(k);
        f.put("key", &x.key).put("name_zh", &x.name.zh).put("name_en", &x.name.en);
        f.point(x.at)
    });
    collection(&dir.join("gauges.geojson"), gauges)?;
    let zones = city.zones.iter().enumerate().map(|(k, x)| {
        let mut f = Feature::new(k);
        f.put("key", &x.key).put("name_zh", &x.name.zh).put("name_en", &x.name.en).put("town", &x.town);
        f.point(x.centre)
    });
    collection(&dir.join("zones.geojson"), zones)
}
