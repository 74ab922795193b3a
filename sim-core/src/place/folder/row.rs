//! One feature of a GeoJSON file, taken apart with a complaint for every part that is wrong.

use super::text_of;
use crate::base::complaint::{Complaints, nearest};
use crate::vocab::body::Point;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::path::Path;

/// Most characters of a value that a complaint repeats.
const SHOWN_MAX: usize = 60;

/// A feature and where it stands. Every getter gives a value to go on with and complains when it is not in the file.
pub struct Row<'a> {
    file: &'a Path,
    pub line: usize,
    properties: Map<String, Value>,
    geometry: Value,
    asked: Vec<&'static str>,
}

/// The features of a file, each on a line of its own. Files of other layouts are complained about.
pub fn rows<'a>(file: &'a Path, all: &mut Complaints) -> Vec<Row<'a>> {
    let Some(text) = text_of(file, all) else { return Vec::new() };
    let mut rows = Vec::new();
    let mut head = String::new();
    let mut in_list = false;
    let mut closed = false;
    let mut tail = String::new();
    let mut last = 1;
    for (k, raw) in text.lines().enumerate() {
        let line = raw.trim();
        last = k + 1;
        if closed {
            tail.push_str(line);
        } else if !in_list {
            head.push_str(line);
            // An empty list may be closed on the line that opens it.
            if line.ends_with('[') {
                in_list = true;
            }
        } else if let Some(rest) = line.strip_prefix(']') {
            closed = true;
            tail.push_str(rest);
        } else if !line.is_empty()
            && let Some(row) = one(file, k + 1, line, all)
        {
            rows.push(row);
        }
    }
    if !in_list {
        all.add_at(file, (1, 1), "holds no list of features", "a FeatureCollection with one feature a line");
        return rows;
    }
    if !closed {
        all.add_at(file, (last, 1), "ends before its list of features does", "it seems cut off; write it again");
        return rows;
    }
    let whole: Result<Value, _> = serde_json::from_str(&format!("{head}]{tail}"));
    match whole {
        Ok(whole) if whole["type"] == "FeatureCollection" => {}
        Ok(whole) => all.add_at(file, (1, 1), format!("type: {}", show(&whole["type"])), "\"FeatureCollection\""),
        Err(why) => all.add_at(file, (1, 1), format!("is no GeoJSON around its features: {why}"), ""),
    }
    rows
}

fn one<'a>(file: &'a Path, line: usize, text: &str, all: &mut Complaints) -> Option<Row<'a>> {
    let text = text.strip_suffix(',').unwrap_or(text);
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(why) => {
            all.add_at(file, (line, why.column().max(1)), format!("is no feature: {why}"), "one whole feature a line");
            return None;
        }
    };
    let Value::Object(mut feature) = value else {
        all.add_at(file, (line, 1), format!("is no feature: {}", show(&value)), "one whole feature a line");
        return None;
    };
    if feature.get("type").is_none_or(|t| t != "Feature") {
        let given = feature.get("type").map_or("nothing".into(), show);
        all.add_at(file, (line, 1), format!("type: {given}"), "\"Feature\"");
        return None;
    }
    let Some(Value::Object(properties)) = feature.remove("properties") else {
        all.add_at(file, (line, 1), "has no properties", "{\"id\": ...}");
        return None;
    };
    let geometry = feature.remove("geometry").unwrap_or(Value::Null);
    Some(Row { file, line, properties, geometry, asked: Vec::new() })
}

fn show(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= SHOWN_MAX {
        text
    } else {
        format!("{}...", text.chars().take(SHOWN_MAX).collect::<String>())
    }
}

impl Row<'_> {
    pub fn complain(&self, all: &mut Complaints, what: impl Into<String>, hint: impl Into<String>) {
        all.add_at(self.file, (self.line, 1), what, hint);
    }
    fn get(&mut self, name: &'static str, all: &mut Complaints, want: &str) -> Option<Value> {
        self.asked.push(name);
        let value = self.properties.get(name).cloned();
        if value.is_none() {
            self.complain(all, format!("{name} is missing"), want);
        }
        value
    }
    fn wrong(&self, all: &mut Complaints, name: &str, value: &Value, want: &str) {
        self.complain(all, format!("{name}: {}", show(value)), want);
    }
    /// A property that may be absent: whether it is "kind": "link", say.
    pub fn peek(&self, name: &str) -> Option<&str> {
        self.properties.get(name).and_then(Value::as_str)
    }
    /// The `id`, which is the row.
    pub fn id(&mut self, row: usize, all: &mut Complaints) {
        if let Some(value) = self.get("id", all, &format!("{row}"))
            && value.as_u64() != Some(row as u64)
        {
            self.wrong(all, "id", &value, &format!("{row}: ids count the features from 0 without a gap"));
        }
    }
    pub fn number(&mut self, name: &'static str, low: f64, high: f64, all: &mut Complaints) -> f64 {
        let want = format!("a number from {low} to {high}");
        let Some(value) = self.get(name, all, &want) else { return low };
        match value.as_f64() {
            Some(v) if v >= low && v <= high => v,
            _ => {
                self.wrong(all, name, &value, &want);
                low
            }
        }
    }
    pub fn whole(&mut self, name: &'static str, low: u64, high: u64, all: &mut Complaints) -> u64 {
        let want = format!("a whole number from {low} to {high}");
        let Some(value) = self.get(name, all, &want) else { return low };
        match value.as_u64() {
            Some(v) if v >= low && v <= high => v,
            _ => {
                self.wrong(all, name, &value, &want);
                low
            }
        }
    }
    /// A row of another list, which has `n` rows.
    pub fn reference(&mut self, name: &'static str, list: &str, n: usize, all: &mut Complaints) -> u32 {
        let Some(value) = self.get(name, all, &format!("a row of {list}")) else { return 0 };
        self.referred(name, &value, list, n, all)
    }
    /// The same, or null.
    pub fn maybe_reference(&mut self, name: &'static str, list: &str, n: usize, all: &mut Complaints) -> Option<u32> {
        let value = self.get(name, all, &format!("a row of {list}, or null"))?;
        (!value.is_null()).then(|| self.referred(name, &value, list, n, all))
    }
    fn referred(&self, name: &str, value: &Value, list: &str, n: usize, all: &mut Complaints) -> u32 {
        match value.as_u64() {
            Some(v) if v < n as u64 => v as u32,
            _ => {
                self.wrong(all, name, value, &format!("a row of {list}, which has {n}"));
                0
            }
        }
    }
    pub fn flag(&mut self, name: &'static str, all: &mut Complaints) -> bool {
        let Some(value) = self.get(name, all, "true or false") else { return false };
        value.as_bool().unwrap_or_else(|| {
            self.wrong(all, name, &value, "true or false");
            false
        })
    }
    pub fn text(&mut self, name: &'static str, may_be_empty: bool, all: &mut Complaints) -> String {
        let Some(value) = self.get(name, all, "a text") else { return String::new() };
        match value.as_str() {
            Some(text) if may_be_empty || !text.trim().is_empty() => text.into(),
            _ => {
                self.wrong(all, name, &value, if may_be_empty { "a text" } else { "a text that is not empty" });
                String::new()
            }
        }
    }
    /// One of the names of an enum.
    pub fn choice<T: DeserializeOwned>(&mut self, name: &'static str, otherwise: T, all: &mut Complaints) -> T {
        let Some(value) = self.get(name, all, "a name") else { return otherwise };
        serde_json::from_value(value.clone()).unwrap_or_else(|why| {
            self.complain(all, format!("{name}: {}", show(&value)), why.to_string());
            otherwise
        })
    }
    pub fn kind_is_asked(&mut self) {
        self.asked.push("kind");
    }
    /// Complains of properties that nobody asked for.
    pub fn done(&self, all: &mut Complaints) {
        for name in self.properties.keys().filter(|n| !self.asked.contains(&n.as_str())) {
            let hint = match nearest(name, self.asked.iter().copied()) {
                Some(known) => format!("did you mean {known}?"),
                None => format!("known are {}", self.asked.join(", ")),
            };
            self.complain(all, format!("{name} is not a property here"), hint);
        }
    }
    pub fn is(&self, geometry: &str) -> bool {
        self.geometry["type"] == geometry
    }
    fn expect(&self, geometry: &str, all: &mut Complaints) -> bool {
        if !self.is(geometry) {
            let given = &self.geometry["type"];
            self.complain(all, format!("geometry: {}", show(given)), format!("a {geometry}"));
            return false;
        }
        true
    }
    fn pair(value: &Value) -> Option<Point> {
        let pair = value.as_array()?;
        let (x, y) = (pair.first()?.as_f64()?, pair.get(1)?.as_f64()?);
        (x.is_finite() && y.is_finite() && x.abs() < 1e9 && y.abs() < 1e9).then(|| Point::new(x, y))
    }
    fn pairs(&self, value: &Value, least: usize, all: &mut Complaints) -> Vec<Point> {
        let points: Option<Vec<Point>> = value.as_array().and_then(|list| list.iter().map(Self::pair).collect());
        match points {
            Some(points) if points.len() >= least => points,
            _ => {
                self.complain(
                    all,
                    format!("coordinates: {}", show(value)),
                    format!("at least {least} points [x, y] in metres"),
                );
                Vec::new()
            }
        }
    }
    pub fn point(&self, all: &mut Complaints) -> Point {
        if !self.expect("Point", all) {
            return Point::default();
        }
        Self::pair(&self.geometry["coordinates"]).unwrap_or_else(|| {
            self.complain(all, format!("coordinates: {}", show(&self.geometry["coordinates"])), "[x, y] in metres");
            Point::default()
        })
    }
    pub fn line(&self, all: &mut Complaints) -> Vec<Point> {
        if !self.expect("LineString", all) {
            return Vec::new();
        }
        self.pairs(&self.geometry["coordinates"], 2, all)
    }
    /// The outer ring of a polygon, not closed.
    pub fn ring(&self, all: &mut Complaints) -> Vec<Point> {
        if !self.expect("Polygon", all) {
            return Vec::new();
        }
        let mut ring = self.pairs(&self.geometry["coordinates"][0], 4, all);
        if !ring.is_empty() && ring.pop() != ring.first().copied() {
            self.complain(all, "coordinates: the ring is not closed", "the first point again at its end");
        }
        ring
    }
}
