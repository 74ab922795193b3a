//! What a user lays over a map: levees, shelters, pump stations, gauges... in GeoJSON or CSV, because OpenStreetMap
//! rarely knows them. The format is described in docs/models/import.md.

use super::frame::Frame;
use crate::base::complaint::{Complaints, line_column, nearest};
use crate::base::text::Text;
use crate::place::city::FacilityKind;
use crate::vocab::body::Point;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Facility(FacilityKind),
    Levee,
    Gauge,
}

/// The words for `kind`.
pub const KINDS: [(&str, Kind); 18] = [
    ("fire_station", Kind::Facility(FacilityKind::FireStation)),
    ("police_station", Kind::Facility(FacilityKind::PoliceStation)),
    ("hospital", Kind::Facility(FacilityKind::Hospital)),
    ("shelter", Kind::Facility(FacilityKind::Shelter)),
    ("pump_station", Kind::Facility(FacilityKind::PumpStation)),
    ("sluice", Kind::Facility(FacilityKind::Sluice)),
    ("tank_yard", Kind::Facility(FacilityKind::TankYard)),
    ("command_centre", Kind::Facility(FacilityKind::CommandCentre)),
    ("town_hall", Kind::Facility(FacilityKind::TownHall)),
    ("village_office", Kind::Facility(FacilityKind::VillageOffice)),
    ("school", Kind::Facility(FacilityKind::School)),
    ("store", Kind::Facility(FacilityKind::Store)),
    ("substation", Kind::Facility(FacilityKind::Substation)),
    ("base_station", Kind::Facility(FacilityKind::BaseStation)),
    ("flood_depot", Kind::Facility(FacilityKind::FloodDepot)),
    ("exit", Kind::Facility(FacilityKind::Exit)),
    ("levee", Kind::Levee),
    ("gauge", Kind::Gauge),
];

/// One entry of an overlay.
#[derive(Debug, Clone, PartialEq)]
pub struct Extra {
    pub file: PathBuf,
    /// Line and column.
    pub at: (usize, usize),
    pub kind: Kind,
    pub key: Option<String>,
    pub name: Option<Text>,
    /// Longitude and latitude: one point, or the line of a levee.
    pub lonlat: Vec<(f64, f64)>,
    pub capacity: Option<f64>,
    pub crest_m: Option<f64>,
    pub toe_m: Option<f64>,
}

impl Extra {
    pub fn points(&self, frame: &Frame) -> Vec<Point> {
        self.lonlat.iter().map(|&(lon, lat)| frame.point(lon, lat)).collect()
    }
}

/// Reads an overlay; the kind is told by the ending of its name.
pub fn read(path: &Path) -> Result<Vec<Extra>, Complaints> {
    let name = path.to_string_lossy().to_lowercase();
    let text = std::fs::read_to_string(path)
        .map_err(|e| Complaints::one(path, format!("cannot be read: {e}"), "overlays are UTF-8 text"))?;
    let mut complaints = Complaints::new();
    let extras = if name.ends_with(".geojson") || name.ends_with(".json") {
        read_geojson(path, &text, &mut complaints)
    } else if name.ends_with(".csv") {
        read_csv(path, text.trim_start_matches('\u{feff}'), &mut complaints)
    } else {
        complaints.add(path, "is of no known kind of overlay", ".geojson, .json and .csv are read");
        Vec::new()
    };
    if complaints.is_empty() && extras.is_empty() {
        complaints.add(path, "holds no entries", "");
    }
    complaints.or(extras)
}

fn kind_of(word: &str) -> Result<Kind, String> {
    if let Some((_, kind)) = KINDS.iter().find(|(name, _)| *name == word) {
        return Ok(*kind);
    }
    let known = KINDS.map(|k| k.0);
    Err(match nearest(word, known) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("known kinds: {}", known.join(", ")),
    })
}

/// Checks an entry once it is whole.
fn check(extra: &Extra, complaints: &mut Complaints) {
    for &(lon, lat) in &extra.lonlat {
        if !(-180.0..=180.0).contains(&lon) || !(-90.0..=90.0).contains(&lat) {
            complaints.add_at(
                &extra.file,
                extra.at,
                format!("lies at longitude {lon}, latitude {lat}"),
                "degrees on WGS84, longitude first",
            );
            return;
        }
    }
    if let Some(c) = extra.capacity
        && !(0.0..=1.0e6).contains(&c)
    {
        complaints.add_at(&extra.file, extra.at, format!("has a capacity of {c}"), "0 to 1000000 places, beds or m3/s");
    }
    if extra.kind == Kind::Levee {
        if extra.lonlat.len() < 2 {
            complaints.add_at(&extra.file, extra.at, "is a levee that is no line", "give a LineString in GeoJSON");
        }
        match extra.crest_m {
            None => complaints.add_at(
                &extra.file,
                extra.at,
                "is a levee without `crest_m`",
                "its crest above the datum of the elevations, m",
            ),
            Some(crest) => {
                if let Some(toe) = extra.toe_m
                    && toe >= crest
                {
                    complaints.add_at(
                        &extra.file,
                        extra.at,
                        format!("has its toe at {toe} m, not below its crest at {crest} m"),
                        "",
                    );
                }
            }
        }
    }
}

fn read_csv(path: &Path, text: &str, complaints: &mut Complaints) -> Vec<Extra> {
    const COLUMNS: [&str; 7] = ["kind", "key", "name_zh", "name_en", "lon", "lat", "capacity"];
    let mut extras = Vec::new();
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).comment(Some(b'#')).from_reader(text.as_bytes());
    let header = match reader.headers() {
        Ok(h) => h.clone(),
        Err(e) => {
            complaints.add(path, format!("cannot be read: {e}"), "");
            return extras;
        }
    };
    for column in header.iter().filter(|c| !COLUMNS.contains(c)) {
        let hint = nearest(column, COLUMNS)
            .map_or_else(|| format!("columns: {}", COLUMNS.join(",")), |n| format!("did you mean `{n}`?"));
        complaints.add_at(path, (1, 1), format!("has an unknown column `{column}`"), hint);
    }
    for column in ["kind", "lon", "lat"].into_iter().filter(|c| !header.iter().any(|h| h == *c)) {
        complaints.add_at(
            path,
            (1, 1),
            format!("lacks the column `{column}`"),
            format!("columns: {}", COLUMNS.join(",")),
        );
    }
    if !complaints.is_empty() {
        return extras;
    }
    for record in reader.records() {
        let record = match record {
            Ok(r) => r,
            Err(e) => {
                let line = e.position().map_or(1, |p| p.line() as usize);
                complaints.add_at(path, (line, 1), format!("is no row of the table: {e}"), "");
                continue;
            }
        };
        let at = (record.position().map_or(1, |p| p.line() as usize), 1);
        let field =
            |name: &str| header.iter().position(|h| h == name).and_then(|k| record.get(k)).filter(|v| !v.is_empty());
        let before = complaints.0.len();
        let mut number = |name: &str| {
            let text = field(name)?;
            match text.parse::<f64>() {
                Ok(v) if v.is_finite() => Some(v),
                _ => {
                    complaints.add_at(path, at, format!("`{text}` in column `{name}` is no number"), "");
                    None
                }
            }
        };
        let (lon, lat, capacity) = (number("lon"), number("lat"), number("capacity"));
        let word = field("kind").unwrap_or("");
        let kind = kind_of(word);
        if let Err(hint) = &kind {
            complaints.add_at(path, at, format!("`{word}` is no kind"), hint.clone());
        }
        if complaints.0.len() > before {
            continue;
        }
        let (Ok(kind), Some(lon), Some(lat)) = (kind, lon, lat) else {
            complaints.add_at(path, at, "lacks a longitude or latitude", "columns lon and lat, degrees");
            continue;
        };
        let name = text_of(field("name_zh"), field("name_en"));
        let extra = Extra {
            file: path.into(),
            at,
            kind,
            key: field("key").map(str::to_string),
            name,
            lonlat: vec![(lon, lat)],
            capacity,
            crest_m: None,
            toe_m: None,
        };
        check(&extra, complaints);
        extras.push(extra);
    }
    extras
}

fn text_of(zh: Option<&str>, en: Option<&str>) -> Option<Text> {
    match (zh, en) {
        (None, None) => None,
        (zh, en) => Some(Text::new(zh.or(en).unwrap_or_default(), en.or(zh).unwrap_or_default())),
    }
}

fn read_geojson(path: &Path, text: &str, complaints: &mut Complaints) -> Vec<Extra> {
    let mut extras = Vec::new();
    let root: Value = match serde_json::from_str(text) {
        Ok(v) => v,
        Err(e) => {
            complaints.add_at(path, (e.line(), e.column()), format!("is no JSON: {e}"), "");
            return extras;
        }
    };
    let Some(features) = root.get("features").and_then(Value::as_array).filter(|_| root["type"] == "FeatureCollection")
    else {
        complaints.add_at(
            path,
            (1, 1),
            "is no FeatureCollection",
            r#"{"type": "FeatureCollection", "features": [...]}"#,
        );
        return extras;
    };
    // The parser keeps no positions; the n-th "Feature" in the text heads the n-th feature.
    let heads: Vec<usize> = text.match_indices("\"Feature\"").map(|m| m.0).collect();
    for (k, feature) in features.iter().enumerate() {
        let at = heads.get(k).map_or((1, 1), |&offset| line_column(text, offset));
        let before = complaints.0.len();
        let property = |name: &str| feature.get("properties").and_then(|p| p.get(name)).filter(|v| !v.is_null());
        let word = |name: &str| property(name).and_then(Value::as_str);
        let kind = kind_of(word("kind").unwrap_or(""));
        if let Err(hint) = &kind {
            let given = property("kind").map_or("nothing".to_string(), Value::to_string);
            complaints.add_at(path, at, format!("has {given} as property `kind`"), hint.clone());
        }
        let mut number = |name: &str| match property(name) {
            None => None,
            Some(v) => {
                let n = v.as_f64().filter(|n| n.is_finite());
                if n.is_none() {
                    complaints.add_at(path, at, format!("has {v} as property `{name}`"), "a number is wanted");
                }
                n
            }
        };
        let (capacity, crest_m, toe_m) = (number("capacity"), number("crest_m"), number("toe_m"));
        let lonlat = geometry(feature.get("geometry"));
        if lonlat.is_empty() {
            complaints.add_at(
                path,
                at,
                "has no usable geometry",
                "Point, LineString or Polygon with [longitude, latitude]",
            );
        }
        let Ok(kind) = kind else { continue };
        let mut extra = Extra {
            file: path.into(),
            at,
            kind,
            key: word("key").map(str::to_string),
            name: text_of(word("name_zh").or(word("name")), word("name_en").or(word("name"))),
            lonlat,
            capacity,
            crest_m,
            toe_m,
        };
        if complaints.0.len() == before {
            check(&extra, complaints);
            if kind != Kind::Levee && extra.lonlat.len() > 1 {
                // A drawn outline stands at the mean of its corners.
                let n = extra.lonlat.len() as f64;
                let sum = extra.lonlat.iter().fold((0.0, 0.0), |s, p| (s.0 + p.0, s.1 + p.1));
                extra.lonlat = vec![(sum.0 / n, sum.1 / n)];
            }
            extras.push(extra);
        }
    }
    extras
}

/// The points of a geometry; empty when it is none.
fn geometry(geometry: Option<&Value>) -> Vec<(f64, f64)> {
    let Some(geometry) = geometry else { return Vec::new() };
    let coordinates = &geometry["coordinates"];
    let point = |v: &Value| Some((v.get(0)?.as_f64()?, v.get(1)?.as_f64()?));
    let line = |v: &Value| {
        v.as_array().and_then(|list| list.iter().map(point).collect::<Option<Vec<_>>>()).unwrap_or_default()
    };
    match geometry["type"].as_str() {
        Some("Point") => point(coordinates).into_iter().collect(),
        Some("LineString") => line(coordinates),
        Some("Polygon") => {
            let mut ring = coordinates.get(0).map(line).unwrap_or_default();
            if ring.len() > 1 && ring.first() == ring.last() {
                ring.pop();
            }
            ring
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(name: &str, text: &str) -> Result<Vec<Extra>, Complaints> {
        let dir = tempfile::tempdir().expect("temporary folder");
        let path = dir.path().join(name);
        std::fs::write(&path, text).expect("written");
        read(&path)
    }

    #[test]
    fn both_formats_give_entries_with_their_line() {
        let csv = read_text("a.csv", "kind,key,name_zh,name_en,lon,lat,capacity\nshelter,s1,一中,No. 1 School,121.5,31.2,800\n\npump_station,,,,121.51,31.21,\n")
            .expect("read");
        assert_eq!(csv.len(), 2);
        assert_eq!((csv[0].at.0, csv[0].capacity, csv[0].key.as_deref()), (2, Some(800.0), Some("s1")));
        let json = "{\"type\":\"FeatureCollection\",\"features\":[\n{\"type\":\"Feature\",\"properties\":{\"kind\":\"levee\",\"crest_m\":7.5},\n\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[121.5,31.2],[121.6,31.2]]}}]}";
        let levees = read_text("b.geojson", json).expect("read");
        assert_eq!(
            (levees[0].kind, levees[0].crest_m, levees[0].lonlat.len(), levees[0].at.0),
            (Kind::Levee, Some(7.5), 2, 2)
        );
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once_with_its_line() {
        let found = read_text(
            "a.csv",
            "kind,lon,lat,capacity\nshelterr,121.5,31.2,3\nhospital,x,31.2,\nhospital,121.5,95,-1\n",
        )
        .expect_err("wrong")
        .to_string();
        for want in ["a.csv:2:1", "did you mean `shelter`", "a.csv:3:1", "`x` in column `lon`", "latitude 95"] {
            assert!(found.contains(want), "{want} in {found}");
        }
        assert!(read_text("a.csv", "kind,lan,lat\n").expect_err("wrong").to_string().contains("did you mean `lon`"));
        let found = read_text("b.geojson", "{\"type\":\"FeatureCollection\",\"features\":[\n\n{\"type\":\"Feature\",\"properties\":{\"kind\":\"levee\"},\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[1,2],[2,2]]}}]}")
            .expect_err("no crest")
            .to_string();
        assert!(found.contains("b.geojson:3:") && found.contains("crest_m"), "{found}");
        assert!(
            read_text("c.geojson", "{\n  \"type\": nothing}")
                .expect_err("no JSON")
                .to_string()
                .contains("c.geojson:2:")
        );
        assert!(read_text("d.csv", "").is_err());
    }
}
