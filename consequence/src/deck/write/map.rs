//! A map of one threat on the flood engine's picture sheet: zones in red, orange and yellow, dashed lines of the wind's uncertainty, rings of
//! distance, the wind, the places asked about, and every remark below it.

use super::super::build::Model;
use super::super::levels::digits;
use super::super::outcome::{Outcome, Threat, ThreatZone};
use super::geo::COLOURS;
use super::terrain;
use crate::deck::cloud::circle;
use crate::zones::{Piece, rows_within};
use base::complaint::Complaints;
use base::grid::{Grid, Point};
use base::math;
use base::text::Text;
use hydro::files::picture::{self, Line, Note, Overlay, Scale, Sheet, Stroke};
use std::path::Path;

/// Width of a map, px, and cells across it.
const MAP_PX: u32 = 1400;
const CELLS: f64 = 1000.0;
const RING: [u8; 3] = [0x8a, 0x93, 0x9c];
const WIND: [u8; 3] = [0x1f, 0x4e, 0x9e];
const WALL: [u8; 3] = [0x4a, 0x4f, 0x57];

/// Draws a threat.
pub fn write(model: &Model, outcome: &Outcome, threat: &Threat, file: &Path, font: &[u8]) -> Result<(), Complaints> {
    let grid = frame(model, outcome, threat);
    let values = paint(threat, &grid);
    let scale = scale(threat);
    let heights = terrain::heights(model.land.as_ref(), &grid);
    let (s, air) = (&model.substance, model.air());
    let kind = threat.kind.name();
    let from: Vec<String> =
        model.deck.weather.reports.iter().map(|r| format!("{}°", digits(r.wind_from_deg))).collect();
    let (from, wind) = (from.join("→"), digits(air.wind_m_s(10.0)));
    let place = match &model.deck.place {
        Some(anchor) => {
            let (lon, lat) = anchor.lon_lat(model.at());
            format!("泄漏源 source {lon:.5}, {lat:.5} · 无底图 no base map")
        }
        None => "无底图 no base map".to_string(),
    };
    let sheet = Sheet {
        title: Text::new(
            format!("{}：{}", model.deck.name.zh, kind.zh),
            format!("{}: {}", model.deck.name.en, kind.en),
        ),
        subtitle: Text::new(
            format!("{}　风 {from} {wind} 米/秒，稳定度 {:?}", s.name.zh, air.class),
            format!("{}, wind {from} {wind} m/s at 10 m, class {:?}", s.name.en, air.class),
        ),
        source: &place,
        grid: &grid,
        terrain_m: &heights,
        values: &values,
        scale: &scale,
        points: &points(model, outcome, &grid),
        over: overlay(model, outcome, threat, &grid),
        width_px: MAP_PX,
    };
    picture::write(file, &sheet, font)
}

/// What the map has to hold: zones, their lines, the source, and points that are not much farther.
fn frame(model: &Model, outcome: &Outcome, threat: &Threat) -> Grid {
    let source = model.at();
    let (mut low, mut high) = (source, source);
    let mut hold = |p: Point| {
        low = Point::new(low.x.min(p.x), low.y.min(p.y));
        high = Point::new(high.x.max(p.x), high.y.max(p.y));
    };
    threat
        .zones
        .iter()
        .flat_map(|z| z.pieces.iter().chain(&z.possible))
        .flat_map(|p| &p.rings[0])
        .for_each(|p| hold(*p));
    let far = threat.zones.iter().map(|z| z.reach_m).fold(1.0, f64::max);
    outcome.courses.iter().filter(|c| c.away_m < 1.4 * far).for_each(|c| hold(Point::new(c.x_m, c.y_m)));
    let size = (high.x - low.x).max(high.y - low.y).max(20.0);
    let room = 0.07 * size;
    // Never flatter or narrower than 5 to 3.
    let wide = (high.x - low.x + 2.0 * room).max(0.6 * (high.y - low.y + 2.0 * room));
    let tall = (high.y - low.y + 2.0 * room).max(0.6 * wide);
    // Two digits of a cell are enough to be read, and no less than what is needed.
    let order = math::pow(10.0, math::log10(wide / CELLS).floor() - 1.0);
    let cell_m = ((wide / CELLS / order).ceil() * order * 1e6).round() / 1e6;
    let (wide, tall) = (cell_m * CELLS, tall.max(0.6 * cell_m * CELLS));
    let middle = Point::new(0.5 * (low.x + high.x), 0.5 * (low.y + high.y));
    Grid {
        nx: CELLS as usize,
        ny: (tall / cell_m).ceil() as usize,
        cell_m,
        x0: middle.x - 0.5 * wide,
        y0: middle.y - 0.5 * tall,
    }
}

/// Step of a zone in the scale: 3 red, 2 orange, 1 yellow.
fn step(z: &ThreatZone) -> f32 {
    3.0 - z.rank as f32
}

/// The highest zone of each cell; none outside.
fn paint(threat: &Threat, grid: &Grid) -> Vec<f32> {
    let mut values = vec![f32::NAN; grid.len()];
    for z in threat.zones.iter().rev() {
        for piece in &z.pieces {
            rows_within(&piece.rings, grid, |j, columns| {
                values[j * grid.nx + columns.start..j * grid.nx + columns.end].fill(step(z));
            });
        }
    }
    values
}

/// How far a zone reaches, short: a legend's line has room for some twenty letters.
fn far(z: &ThreatZone) -> Text {
    if !z.reached() {
        return Text::new("未达到", "not reached");
    }
    let more = if z.cut { "> " } else { "" };
    if z.reach_m >= 1000.0 {
        let km = digits(z.reach_m / 1000.0);
        Text::new(format!("{more}{km} 公里"), format!("{more}{km} km"))
    } else {
        let m = digits(z.reach_m);
        Text::new(format!("{more}{m} 米"), format!("{more}{m} m"))
    }
}

fn scale(threat: &Threat) -> Scale {
    let mut steps = Vec::new();
    let mut labels = Vec::new();
    for z in threat.zones.iter().rev() {
        steps.push((f64::from(step(z)), COLOURS[z.rank]));
        let value = match z.unit {
            "ppm" => format!(" {} ppm", digits(z.level)),
            _ => String::new(),
        };
        let far = far(z);
        labels.push(Text::new(format!("{} {}", z.name.zh, far.zh), format!("{}{value}, {}", z.name.en, far.en)));
    }
    Scale { name: Text::new("威胁区", "Threat zones"), unit: "", steps, labels }
}

/// Dots with their names, the source first. A name that would lie on another is left out; those are told below the map.
fn points(model: &Model, outcome: &Outcome, grid: &Grid) -> Vec<(String, f64, f64)> {
    let mut all = vec![("泄漏源 source".to_string(), model.at().x, model.at().y)];
    let inside = |x: f64, y: f64| grid.cell_at(Point::new(x, y)).is_some();
    for c in outcome.courses.iter().filter(|c| inside(c.x_m, c.y_m)) {
        let name = both(&c.name);
        let covered = all.iter().any(|(other, x, y)| {
            let beside = (c.y_m - y).abs() < 0.02 * grid.width_m();
            beside && c.x_m < x + long_m(other, grid) && *x < c.x_m + long_m(&name, grid)
        });
        all.push((if covered { String::new() } else { name }, c.x_m, c.y_m));
    }
    all
}

/// Room that a name takes on the map, m: its type is 1.5 % of the map's width high, Chinese as wide as high, others a little over half.
fn long_m(name: &str, grid: &Grid) -> f64 {
    let letters: f64 = name.chars().map(|c| if c.is_ascii() { 0.55 } else { 1.0 }).sum();
    (1.5 + letters) * 0.015 * grid.width_m()
}

fn both(name: &Text) -> String {
    if name.zh == name.en || name.en.is_empty() { name.zh.clone() } else { format!("{} {}", name.zh, name.en) }
}

/// A round number near to a third of the map.
fn ring_step_m(span_m: f64) -> f64 {
    let wanted = span_m / 4.0;
    let mut best = 1.0;
    for decade in [1.0, 10.0, 100.0, 1000.0, 10_000.0] {
        for k in [1.0, 2.0, 5.0] {
            if k * decade <= wanted {
                best = k * decade;
            }
        }
    }
    best
}

fn closed(ring: &[Point]) -> Vec<Point> {
    ring.iter().chain(ring.first()).copied().collect()
}

fn overlay(model: &Model, outcome: &Outcome, threat: &Threat, grid: &Grid) -> Overlay {
    let source = model.at();
    let mut over = Overlay::default();
    if let Some(land) = &model.land {
        terrain::draw(land, grid, &mut over);
    }
    let thin = Stroke { colour: RING, width_px: 1.0, dashed: false };
    let span = grid.width_m().max(grid.height_m());
    let step = ring_step_m(span);
    let mut radius = step;
    while radius < 1.5 * span {
        over.lines.push(Line { points: closed(&circle(source, radius).rings[0]), stroke: thin });
        let label = if radius >= 1000.0 { format!("{} km", radius / 1000.0) } else { format!("{radius} m") };
        // Written on four sides: some of them are on the map.
        for (e, n) in [(0.0, 1.0), (0.0, -1.0), (1.0, 0.0), (-1.0, 0.0)] {
            over.labels.push((label.clone(), Point::new(source.x + e * radius, source.y + n * radius)));
        }
        radius += step;
    }
    for z in threat.zones.iter().rev() {
        // Darker than the fill, so that a yellow line is seen on paper.
        let colour = COLOURS[z.rank].map(|c| (f64::from(c) * 0.72) as u8);
        let mut outline = |pieces: &[Piece], stroke: Stroke| {
            let rings = pieces.iter().flat_map(|p| &p.rings);
            over.lines.extend(rings.map(|ring| Line { points: closed(ring), stroke }));
        };
        outline(&z.pieces, Stroke { colour, width_px: 1.6, dashed: false });
        outline(&z.possible, Stroke { colour, width_px: 2.2, dashed: true });
    }
    if threat.zones.iter().any(|z| !z.possible.is_empty()) {
        let angle = outcome.angle_deg;
        let (zh, en) = if angle >= 180.0 {
            ("风向不定：可能四面".to_string(), "no sure wind: may go anywhere".to_string())
        } else {
            (format!("风向不确定线 ±{angle:.0}°"), format!("wind uncertainty ±{angle:.0}° (19 of 20 h)"))
        };
        let stroke = Stroke { colour: [0x60, 0x40, 0x20], width_px: 2.2, dashed: true };
        over.keys.push((stroke, Text::new(zh, en)));
    }
    let blows = Stroke { colour: WIND, width_px: 3.0, dashed: false };
    wind_arrows(model, grid, blows, &mut over.lines);
    if let Some(streets) = &model.streets {
        let wall = Stroke { colour: WALL, width_px: 1.2, dashed: false };
        let walls = streets.buildings.walls().into_iter();
        over.lines.extend(walls.map(|w| Line { points: w.to_vec(), stroke: wall }));
        over.keys.push((wall, Text::new("建筑（街区范围内）", "buildings (within the streets)")));
    }
    over.keys.push((blows, Text::new("风的去向", "where the wind blows")));
    over.keys.push((
        thin,
        Text::new(format!("距离环，间隔 {} 米", digits(step)), format!("rings every {} m", digits(step))),
    ));
    over.notes.push(Note { text: threat.about.clone(), warns: false });
    over.notes.push(Note { text: outcome.cloud.why.clone(), warns: false });
    over.notes.extend(outcome.remarks.iter().filter(|r| r.warns).map(|r| Note { text: r.text.clone(), warns: true }));
    let hidden = points(model, outcome, grid).into_iter().filter(|(name, ..)| name.is_empty());
    let names = hidden.filter_map(|(_, x, y)| outcome.courses.iter().find(|c| c.x_m == x && c.y_m == y));
    let names: Vec<String> = names.map(|c| format!("{} ({:.0} m)", both(&c.name), c.away_m)).collect();
    if !names.is_empty() {
        let names = names.join("; ");
        let text = Text::new(format!("未注名的点：{names}"), format!("dots without a name: {names}"));
        over.notes.push(Note { text, warns: false });
    }
    // Assumptions would fill the sheet; they stand in the table and in the summary.
    if outcome.remarks.iter().any(|r| !r.warns) {
        let text = Text::new("其余说明与假定见 summary.json", "assumptions and notes: summary.json");
        over.notes.push(Note { text, warns: false });
    }
    over
}

/// An arrow for each wind of the watch, side by side in the upper left corner.
pub fn wind_arrows(model: &Model, grid: &Grid, stroke: Stroke, lines: &mut Vec<Line>) {
    let long = 0.07 * grid.width_m();
    let moments = model.weather.moments().iter().filter(|(t, _)| *t <= model.deck.watch_s).take(6);
    for (k, (_, air)) in moments.enumerate() {
        let middle = Point::new(grid.x0 + long * (0.75 + 1.25 * k as f64), grid.y0 + grid.height_m() - 0.75 * long);
        let (e, n) = air.towards;
        let at = |along: f64, left: f64| Point::new(middle.x + along * e - left * n, middle.y + along * n + left * e);
        let (tail, head) = (at(-0.5 * long, 0.0), at(0.5 * long, 0.0));
        let (one, other) = (at(0.22 * long, 0.16 * long), at(0.22 * long, -0.16 * long));
        lines.push(Line { points: vec![tail, head], stroke });
        lines.push(Line { points: vec![one, head, other], stroke });
    }
}
