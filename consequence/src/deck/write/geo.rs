//! Zones as GeoJSON (RFC 7946: longitude and latitude, rings closed, outer ones counterclockwise) and as KML. Without a place GeoJSON holds
//! metres from the origin and says so, and there is no KML.

use super::super::build::Model;
use super::super::outcome::{Outcome, Threat, ThreatZone};
use crate::zones::Piece;
use base::grid::Point;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Colours of the zones: red, orange, yellow.
pub const COLOURS: [[u8; 3]; 3] = [[0xd7, 0x26, 0x2b], [0xf2, 0x8c, 0x28], [0xf5, 0xd3, 0x3c]];

/// Twice the signed area of a ring; above 0 when it runs counterclockwise.
fn area2(ring: &[Point]) -> f64 {
    (0..ring.len()).map(|k| (ring[k], ring[(k + 1) % ring.len()])).map(|(a, b)| a.x * b.y - b.x * a.y).sum()
}

/// Rings as files want them: closed, the outer one counterclockwise, holes clockwise; rings without an area left out.
fn rings(model: &Model, piece: &Piece) -> Vec<Vec<(f64, f64)>> {
    let place = |p: &Point| match &model.deck.place {
        // A hundred-thousandth of a degree is a metre; two more places.
        Some(anchor) => {
            let (lon, lat) = anchor.lon_lat(*p);
            ((lon * 1e7).round() / 1e7, (lat * 1e7).round() / 1e7)
        }
        None => ((p.x * 100.0).round() / 100.0, (p.y * 100.0).round() / 100.0),
    };
    let mut all = Vec::new();
    for (k, ring) in piece.rings.iter().enumerate() {
        let turned = (area2(ring) > 0.0) != (k == 0);
        let mut out: Vec<(f64, f64)> = ring.iter().map(place).collect();
        out.dedup();
        if turned {
            out.reverse();
        }
        if out.first() == out.last() {
            out.pop();
        }
        if out.len() >= 3 {
            out.push(out[0]);
            all.push(out);
        } else if k == 0 {
            return Vec::new();
        }
    }
    all
}

fn polygons(model: &Model, pieces: &[Piece]) -> Vec<Vec<Vec<(f64, f64)>>> {
    pieces.iter().map(|p| rings(model, p)).filter(|r| !r.is_empty()).collect()
}

fn hex([r, g, b]: [u8; 3]) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// All zones, their uncertainty lines, the source and the points. Remarks stand in a member of their own and with every zone.
pub fn geojson(model: &Model, outcome: &Outcome) -> Value {
    let warnings: Vec<&str> = outcome.remarks.iter().filter(|r| r.warns).map(|r| r.key.as_str()).collect();
    let mut features = Vec::new();
    let zone = |threat: &Threat, z: &ThreatZone, pieces: &[Piece], possible: bool| {
        let polygons = polygons(model, pieces);
        (!polygons.is_empty()).then(|| {
            let colour = hex(COLOURS[z.rank]);
            json!({
                "type": "Feature",
                "properties": {
                    "threat": threat.kind.key(), "threat_zh": threat.kind.name().zh, "name_zh": z.name.zh, "name_en": z.name.en,
                    "means_zh": z.means.zh, "means_en": z.means.en, "level": z.level, "unit": z.unit,
                    "wind_uncertainty": possible, "length_m": z.reach_m, "width_m": z.width_m, "area_m2": z.area_m2,
                    "cut": z.cut, "still_growing": z.growing, "warnings": warnings,
                    "stroke": colour, "fill": colour, "fill-opacity": if possible { 0.0 } else { 0.5 },
                },
                "geometry": {"type": "MultiPolygon", "coordinates": polygons},
            })
        })
    };
    for threat in &outcome.threats {
        // The wide ones first, so that the worst lies on top.
        for z in threat.zones.iter().rev() {
            features.extend(zone(threat, z, &z.possible, true));
            features.extend(zone(threat, z, &z.pieces, false));
        }
    }
    let spot = |p: Point, zh: &str, en: &str, what: &str| {
        let at = match &model.deck.place {
            Some(anchor) => anchor.lon_lat(p),
            None => (p.x, p.y),
        };
        json!({
            "type": "Feature",
            "properties": {"what": what, "name_zh": zh, "name_en": en},
            "geometry": {"type": "Point", "coordinates": [at.0, at.1]},
        })
    };
    features.push(spot(model.at(), "泄漏源", "source", "source"));
    features.extend(outcome.courses.iter().map(|c| spot(Point::new(c.x_m, c.y_m), &c.name.zh, &c.name.en, "point")));
    let mut all = json!({
        "type": "FeatureCollection",
        "name": model.deck.name.en,
        "remarks": outcome.remarks,
        "features": features,
    });
    if model.deck.place.is_none() {
        all["coordinates_are"] = json!("metres east and north of the deck's origin: it has no place");
    }
    all
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The same as KML; `None` without a place.
pub fn kml(model: &Model, outcome: &Outcome) -> Option<String> {
    let anchor = model.deck.place?;
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<kml xmlns=\"http://www.opengis.net/kml/2.2\">\n<Document>\n",
    );
    let name = &model.deck.name;
    let remarks: Vec<String> = outcome.remarks.iter().map(|r| format!("{} {}", r.text.zh, r.text.en)).collect();
    let _ = writeln!(text, "<name>{} {}</name>", escaped(&name.zh), escaped(&name.en));
    let _ = writeln!(text, "<description>{}</description>", escaped(&remarks.join("\n")));
    for (rank, [r, g, b]) in COLOURS.into_iter().enumerate() {
        // KML writes alpha, blue, green, red.
        let _ = writeln!(
            text,
            "<Style id=\"zone{rank}\"><LineStyle><color>ff{b:02x}{g:02x}{r:02x}</color><width>2</width></LineStyle><PolyStyle><color>80{b:02x}{g:02x}{r:02x}</color></PolyStyle></Style>\n\
             <Style id=\"line{rank}\"><LineStyle><color>ff{b:02x}{g:02x}{r:02x}</color><width>2</width></LineStyle><PolyStyle><fill>0</fill></PolyStyle></Style>"
        );
    }
    for threat in &outcome.threats {
        let title = threat.kind.name();
        let _ = writeln!(text, "<Folder>\n<name>{} {}</name>", escaped(&title.zh), escaped(&title.en));
        let _ =
            writeln!(text, "<description>{}\n{}</description>", escaped(&threat.about.zh), escaped(&threat.about.en));
        for z in threat.zones.iter().rev() {
            let line = format!("{} {}", z.name.zh, z.name.en);
            placemark(&mut text, model, &format!("{line}：风向不确定线 wind uncertainty"), z, &z.possible, "line");
            placemark(&mut text, model, &line, z, &z.pieces, "zone");
        }
        text.push_str("</Folder>\n");
    }
    let mut spot = |p: Point, name: &str| {
        let (lon, lat) = anchor.lon_lat(p);
        let _ = writeln!(
            text,
            "<Placemark><name>{}</name><Point><coordinates>{lon:.7},{lat:.7},0</coordinates></Point></Placemark>",
            escaped(name)
        );
    };
    spot(model.at(), "泄漏源 source");
    outcome.courses.iter().for_each(|c| spot(Point::new(c.x_m, c.y_m), &format!("{} {}", c.name.zh, c.name.en)));
    text.push_str("</Document>\n</kml>\n");
    Some(text)
}

fn placemark(text: &mut String, model: &Model, name: &str, z: &ThreatZone, pieces: &[Piece], style: &str) {
    let polygons = polygons(model, pieces);
    if polygons.is_empty() {
        return;
    }
    let about = format!("{}；{}；{:.0} m × {:.0} m", z.means.zh, z.means.en, z.reach_m, z.width_m);
    let _ = writeln!(
        text,
        "<Placemark><name>{}</name><description>{}</description><styleUrl>#{style}{}</styleUrl><MultiGeometry>",
        escaped(name),
        escaped(&about),
        z.rank
    );
    for rings in polygons {
        text.push_str("<Polygon>");
        for (k, ring) in rings.iter().enumerate() {
            let tag = if k == 0 { "outerBoundaryIs" } else { "innerBoundaryIs" };
            let places: Vec<String> = ring.iter().map(|(lon, lat)| format!("{lon:.7},{lat:.7},0")).collect();
            let _ =
                write!(text, "<{tag}><LinearRing><coordinates>{}</coordinates></LinearRing></{tag}>", places.join(" "));
        }
        text.push_str("</Polygon>\n");
    }
    text.push_str("</MultiGeometry></Placemark>\n");
}
