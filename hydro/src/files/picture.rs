//! A layer as a picture for people: ground with hillshade, the layer in steps of colour, a title in two languages, a
//! legend with units, a scale bar, north and what must be said of the source. Outlines, names and remarks may lie over it. The
//! typeface is the caller's: one that has both scripts.

use ab_glyph::{Font, FontRef, PxScale, ScaleFont, point};
use base::complaint::Complaints;
use base::grid::{Grid, Point};
use base::math;
use base::text::Text;
use image::{Rgb, RgbImage};
use std::path::Path;

pub type Colour = [u8; 3];

const INK: Colour = [0x22, 0x28, 0x30];
const QUIET: Colour = [0x5c, 0x66, 0x70];
const WARNING: Colour = [0xb0, 0x1c, 0x1c];
const PAPER: Colour = [0xff, 0xff, 0xff];
/// Cells outside the model.
const OUTSIDE: Colour = [0xf1, 0xf1, 0xef];
/// Ground in full light.
const GROUND: Colour = [0xec, 0xe8, 0xdd];

/// Steps of a layer: below the first it is not drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    pub name: Text,
    pub unit: &'static str,
    /// Lower end of each step and its colour.
    pub steps: Vec<(f64, Colour)>,
    /// What each step is called, where that is not its range.
    pub labels: Vec<Text>,
}

impl Scale {
    /// Depth, m. 0.15, 0.3 and 0.5 m: wet feet, cars stall, walking becomes unsafe; 1 and 2 m: ground floors are lost.
    pub fn depth(shown_m: f64) -> Scale {
        let steps = [
            (shown_m, [0xb8, 0xdc, 0xee]),
            (0.15, [0x86, 0xc2, 0xe4]),
            (0.3, [0x4f, 0xa3, 0xd6]),
            (0.5, [0x24, 0x7d, 0xbd]),
            (1.0, [0x13, 0x57, 0x98]),
            (2.0, [0x0a, 0x30, 0x63]),
            (4.0, [0x2b, 0x10, 0x4a]),
        ];
        let steps = steps.into_iter().enumerate().filter(|(k, s)| *k == 0 || s.0 > shown_m).map(|(_, s)| s).collect();
        Scale { name: Text::new("水深", "Depth"), unit: "m", steps, labels: Vec::new() }
    }
    /// Speed, m/s.
    pub fn speed() -> Scale {
        let steps = vec![
            (0.1, [0xfe, 0xe8, 0xb8]),
            (0.25, [0xfd, 0xc5, 0x7b]),
            (0.5, [0xf5, 0x94, 0x4d]),
            (1.0, [0xde, 0x5b, 0x3d]),
            (2.0, [0xad, 0x2a, 0x4c]),
            (3.0, [0x66, 0x12, 0x4f]),
        ];
        Scale { name: Text::new("最大流速", "Greatest speed"), unit: "m/s", steps, labels: Vec::new() }
    }
    /// Time of arrival in six steps over a run, given in s and drawn in minutes or hours: early is dark.
    pub fn arrival(run_s: f64) -> Scale {
        let colours: [Colour; 6] = [
            [0x44, 0x0f, 0x54],
            [0x40, 0x46, 0x87],
            [0x2a, 0x78, 0x8e],
            [0x22, 0xa8, 0x84],
            [0x7a, 0xd1, 0x51],
            [0xe6, 0xe0, 0x3a],
        ];
        let step_s = nice(
            run_s / 6.0,
            &[60.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 10_800.0, 14_400.0, 21_600.0, 43_200.0, 86_400.0],
        );
        let hours = step_s >= 3600.0;
        let (unit_s, zh, en) = if hours { (3600.0, "小时", "h") } else { (60.0, "分", "min") };
        let label = |k: usize| {
            let (a, b) = (k as f64 * step_s / unit_s, (k + 1) as f64 * step_s / unit_s);
            let more = k == 5;
            let range = if more { format!("≥ {a}") } else { format!("{a} – {b}") };
            Text::new(format!("{range} {zh}"), format!("{range} {en}"))
        };
        Scale {
            name: Text::new("到达时间", "Time of arrival"),
            unit: if hours { "h" } else { "min" },
            steps: colours.into_iter().enumerate().map(|(k, c)| (k as f64 * step_s, c)).collect(),
            labels: (0..6).map(label).collect(),
        }
    }
    /// Hazard classes H1 to H6 (Australian Institute for Disaster Resilience, guideline 7-3).
    pub fn hazard() -> Scale {
        let classes = [
            ("H1 基本安全", "H1 generally safe", [0xd4, 0xe9, 0xf4]),
            ("H2 小型车危险", "H2 unsafe for small cars", [0x9f, 0xcf, 0xc4]),
            ("H3 车辆、老幼危险", "H3 cars, children, elderly", [0xf2, 0xe0, 0x8a]),
            ("H4 人车均危险", "H4 all people and vehicles", [0xf0, 0xa8, 0x58]),
            ("H5 建筑可能受损", "H5 buildings at risk", [0xd5, 0x5b, 0x3e]),
            ("H6 建筑可能倒塌", "H6 buildings may fail", [0x7c, 0x1c, 0x4a]),
        ];
        Scale {
            name: Text::new("危险等级", "Hazard class"),
            unit: "",
            steps: classes.iter().enumerate().map(|(k, c)| (k as f64 + 1.0, c.2)).collect(),
            labels: classes.iter().map(|c| Text::new(c.0, c.1)).collect(),
        }
    }
    fn colour(&self, value: f32) -> Option<Colour> {
        self.steps.iter().rev().find(|(least, _)| f64::from(value) >= *least).map(|s| s.1)
    }
    fn label(&self, k: usize) -> (String, String) {
        match self.labels.get(k) {
            Some(text) => (text.zh.clone(), text.en.clone()),
            None => {
                let (from, to) = (self.steps[k].0, self.steps.get(k + 1).map(|s| s.0));
                let range =
                    to.map_or_else(|| format!("≥ {from} {}", self.unit), |to| format!("{from} – {to} {}", self.unit));
                (range, String::new())
            }
        }
    }
}

/// What is drawn.
pub struct Sheet<'a> {
    pub title: Text,
    /// Second line: which layer, which moment.
    pub subtitle: Text,
    pub source: &'a str,
    pub grid: &'a Grid,
    /// Ground, m; NaN outside the model.
    pub terrain_m: &'a [f32],
    pub values: &'a [f32],
    pub scale: &'a Scale,
    /// Points with names: gauges.
    pub points: &'a [(String, f64, f64)],
    pub over: Overlay,
    pub width_px: u32,
}

/// What lies over the layer, and what is said beside and below it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Overlay {
    pub lines: Vec<Line>,
    /// Words without a point: distances on rings.
    pub labels: Vec<(String, Point)>,
    /// Lines that the legend explains.
    pub keys: Vec<(Stroke, Text)>,
    /// Remarks below the map, wrapped; those that warn stand in red.
    pub notes: Vec<Note>,
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stroke {
    pub colour: Colour,
    /// Of a picture that is 1400 px wide.
    pub width_px: f64,
    pub dashed: bool,
}

/// A line in the metres of the grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub points: Vec<Point>,
    pub stroke: Stroke,
}

/// A remark below a map.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    pub text: Text,
    pub warns: bool,
}

/// Draws a sheet with a typeface in TrueType or OpenType.
pub fn draw(sheet: &Sheet, font: &[u8]) -> Result<RgbImage, String> {
    let font = FontRef::try_from_slice(font).map_err(|e| format!("the typeface cannot be read: {e}"))?;
    let mut pen = Pen { image: RgbImage::new(1, 1), font };
    let g = sheet.grid;
    let width = sheet.width_px.clamp(640, 8000);
    // Sizes follow the width, so that a large picture is not printed in small type.
    let unit = f64::from(width) / 1400.0;
    let px = |v: f64| (v * unit).round() as i32;
    let (margin, legend, head, foot) = (px(24.0), px(290.0), px(104.0), px(46.0));
    let map_w = width as i32 - legend - 2 * margin;
    let map_h = ((f64::from(map_w) * g.ny as f64 / g.nx as f64).round() as i32).clamp(px(80.0), 4 * map_w);
    // A tall model is drawn narrower, so that sheets do not grow beyond measure.
    let most_h = (1.3 * f64::from(map_w)) as i32;
    let (map_w, map_h) = if map_h > most_h {
        ((f64::from(most_h) * g.nx as f64 / g.ny as f64).round() as i32, most_h)
    } else {
        (map_w, map_h)
    };
    let rows = sheet.scale.steps.len() + sheet.over.keys.len();
    let body = map_h.max(px(90.0 + 52.0 * rows as f64 + 120.0));
    let note = px(17.0) as f32;
    let notes: Vec<(Colour, String)> = sheet
        .over
        .notes
        .iter()
        .flat_map(|n| {
            let colour = if n.warns { WARNING } else { INK };
            let lines = [&n.text.zh, &n.text.en].into_iter().flat_map(|t| pen.wrap(note, width as i32 - 2 * margin, t));
            lines.map(move |line| (colour, line)).collect::<Vec<_>>()
        })
        .collect();
    let bottom = foot + notes.len() as i32 * px(23.0);
    pen.image = RgbImage::from_pixel(width, (head + body + bottom) as u32, Rgb(PAPER));

    let big = px(30.0) as f32;
    let small = px(19.0) as f32;
    let text_w = width as i32 - 2 * margin;
    pen.fit(margin, px(16.0), big, text_w, INK, &both(&sheet.title));
    pen.fit(margin, px(60.0), small, text_w, QUIET, &both(&sheet.subtitle));
    map(&mut pen.image, sheet, (margin, head), (map_w, map_h));
    let m_per_px = g.width_m() / f64::from(map_w);
    let on_sheet =
        |x: f64, y: f64| (f64::from(margin) + (x - g.x0) / m_per_px, f64::from(head + map_h) - (y - g.y0) / m_per_px);
    let frame = (margin, head, margin + map_w, head + map_h);
    for line in &sheet.over.lines {
        let dots: Vec<(f64, f64)> = line.points.iter().map(|p| on_sheet(p.x, p.y)).collect();
        pen.line(&dots, line.stroke, unit, frame);
    }
    for (label, p) in &sheet.over.labels {
        let (x, y) = on_sheet(p.x, p.y);
        let size = px(14.0) as f32;
        let (x, y) = ((x - 0.5 * f64::from(pen.measure(size, label))) as i32, y as i32 - px(9.0));
        if x > frame.0 && x + pen.measure(size, label) as i32 + 2 < frame.2 && y > frame.1 && y + px(16.0) < frame.3 {
            pen.halo(x, y, size, QUIET, label);
        }
    }
    for (name, x, y) in sheet.points {
        let (at_x, at_y) = on_sheet(*x, *y);
        let (at_x, at_y) = (at_x.round() as i32, at_y.round() as i32);
        pen.dot(at_x, at_y, px(5.0), PAPER);
        pen.dot(at_x, at_y, px(3.5), INK);
        // Names that would run off the map stand on the other side.
        let wide = pen.measure(px(16.0) as f32, name) as i32;
        let beside = if at_x + px(10.0) + wide > frame.2 { at_x - px(8.0) - wide } else { at_x + px(8.0) };
        pen.halo(beside, at_y - px(11.0), px(16.0) as f32, INK, name);
    }
    pen.frame(margin, head, map_w, map_h, QUIET);

    let left = margin + map_w + px(26.0);
    let unit_text = if sheet.scale.unit.is_empty() { String::new() } else { format!("（{}）", sheet.scale.unit) };
    pen.text(left, head, px(22.0) as f32, INK, &format!("{}{unit_text}", sheet.scale.name.zh));
    pen.text(left, head + px(28.0), small, QUIET, &sheet.scale.name.en);
    let mut y = head + px(66.0);
    for k in (0..sheet.scale.steps.len()).rev() {
        let (zh, en) = sheet.scale.label(k);
        pen.block(left, y, px(34.0), px(26.0), sheet.scale.steps[k].1);
        pen.frame(left, y, px(34.0), px(26.0), QUIET);
        let room = width as i32 - margin - left - px(44.0);
        pen.fit(left + px(44.0), y + px(1.0), px(18.0) as f32, room, INK, &zh);
        let named = !en.is_empty() && en != zh;
        if named {
            pen.fit(left + px(44.0), y + px(22.0), px(14.0) as f32, room, QUIET, &en);
        }
        y += if named { px(46.0) } else { px(34.0) };
    }
    for (stroke, name) in &sheet.over.keys {
        let middle = f64::from(y) + 13.0 * unit;
        let ends = [(f64::from(left), middle), (f64::from(left + px(34.0)), middle)];
        pen.line(&ends, *stroke, unit, (0, 0, width as i32, head + body));
        let room = width as i32 - margin - left - px(44.0);
        pen.fit(left + px(44.0), y + px(1.0), px(18.0) as f32, room, INK, &name.zh);
        pen.fit(left + px(44.0), y + px(22.0), px(14.0) as f32, room, QUIET, &name.en);
        y += px(46.0);
    }
    scale_bar(&mut pen, left, head + body - px(70.0), m_per_px, px);
    north(&mut pen, left + px(200.0), head + body - px(78.0), px);
    let cells = format!("{} × {} × {} m", g.nx, g.ny, g.cell_m);
    let below = if sheet.source.is_empty() { cells } else { format!("{cells} · {}", sheet.source) };
    pen.fit(margin, head + body + px(14.0), px(15.0) as f32, text_w, QUIET, &below);
    for (k, (colour, line)) in notes.iter().enumerate() {
        pen.text(margin, head + body + px(40.0) + k as i32 * px(23.0), note, *colour, line);
    }
    Ok(pen.image)
}

pub fn write(file: &Path, sheet: &Sheet, font: &[u8]) -> Result<(), Complaints> {
    let wrong = |what: String| Complaints::one(file, format!("cannot be drawn: {what}"), "");
    let image = draw(sheet, font).map_err(wrong)?;
    image.save(file).map_err(|e| wrong(e.to_string()))
}

fn both(text: &Text) -> String {
    if text.zh == text.en { text.zh.clone() } else { format!("{}  {}", text.zh, text.en) }
}

/// The smallest of the numbers that is not below `v`, or the last.
fn nice(v: f64, among: &[f64]) -> f64 {
    among.iter().copied().find(|n| *n >= v).unwrap_or(among[among.len() - 1])
}

fn mix(a: Colour, b: Colour, share: f64) -> Colour {
    std::array::from_fn(|i| (f64::from(a[i]) + (f64::from(b[i]) - f64::from(a[i])) * share).round() as u8)
}

/// Ground in light from the north-west, the layer over it. A pixel shows the deepest of the cells under it, so that thin
/// streams do not break up in small pictures.
fn map(image: &mut RgbImage, sheet: &Sheet, (x0, y0): (i32, i32), (w, h): (i32, i32)) {
    let g = sheet.grid;
    let shade = hillshade(g, sheet.terrain_m);
    let cells = |k: i32, n: i32, of: usize| {
        let from = (i64::from(k) * of as i64 / i64::from(n)) as usize;
        let to = ((k as usize + 1) * of).div_ceil(n as usize);
        if of <= n as usize { from..from + 1 } else { from..to.max(from + 1).min(of) }
    };
    for y in 0..h {
        for x in 0..w {
            let (columns, rows) = (cells(x, w, g.nx), cells(h - 1 - y, h, g.ny));
            let centre = g.index((columns.start + columns.end - 1) / 2, (rows.start + rows.end - 1) / 2);
            let mut value = f32::NAN;
            for j in rows {
                for i in columns.clone() {
                    value = value.max(sheet.values[g.index(i, j)]);
                }
            }
            let ground = match shade[centre] {
                s if s.is_nan() => OUTSIDE,
                s => GROUND.map(|c| (f32::from(c) * s).clamp(0.0, 255.0) as u8),
            };
            let colour = match sheet.scale.colour(value) {
                Some(c) if !value.is_nan() => mix(ground, c, 0.86),
                _ => ground,
            };
            image.put_pixel((x0 + x) as u32, (y0 + y) as u32, Rgb(colour));
        }
    }
}

/// Light from the north-west on the ground, about 1 where it is level; NaN outside. Heights are raised so that the
/// steepest tenth of the slopes comes out clearly, flat cities and mountains alike.
fn hillshade(g: &Grid, z: &[f32]) -> Vec<f32> {
    let slope = |cell: usize| -> (f32, f32) {
        let (i, j) = (cell % g.nx, cell / g.nx);
        let at = |a: usize, b: usize| {
            let v = z[g.index(a, b)];
            if v.is_nan() { z[cell] } else { v }
        };
        let (west, east) = (at(i.saturating_sub(1), j), at((i + 1).min(g.nx - 1), j));
        let (south, north) = (at(i, j.saturating_sub(1)), at(i, (j + 1).min(g.ny - 1)));
        let d = 2.0 * g.cell_m as f32;
        ((east - west) / d, (north - south) / d)
    };
    let mut steep: Vec<f32> = (0..g.len())
        .step_by(g.len().div_ceil(20_000))
        .filter(|c| !z[*c].is_nan())
        .map(|c| {
            let (sx, sy) = slope(c);
            sx.abs().max(sy.abs())
        })
        .collect();
    steep.sort_by(f32::total_cmp);
    let usual = steep.get(steep.len() * 9 / 10).copied().unwrap_or(0.0);
    let raise = if usual > 0.0 { (0.5 / usual).clamp(0.5, 40.0) } else { 1.0 };
    let light = |cell: usize| {
        if z[cell].is_nan() {
            return f32::NAN;
        }
        let (sx, sy) = slope(cell);
        let (sx, sy) = (sx * raise, sy * raise);
        let light = (sx - sy + 1.4) / (sx * sx + sy * sy + 1.0).sqrt() / 1.4;
        light.clamp(0.55, 1.08)
    };
    (0..g.len()).map(light).collect()
}

fn scale_bar(pen: &mut Pen, x: i32, y: i32, m_per_px: f64, px: impl Fn(f64) -> i32) {
    let most_m = f64::from(px(160.0)) * m_per_px;
    let mut length_m: f64 = 0.01;
    for decade_m in [0.01, 0.1, 1.0, 10.0, 100.0, 1e3, 1e4, 1e5] {
        for step in [1.0, 2.0, 5.0] {
            let candidate = step * decade_m;
            if candidate <= most_m {
                length_m = candidate;
            }
        }
    }
    let w = (length_m / m_per_px).round() as i32;
    let label = if length_m >= 1000.0 {
        format!("{} km", length_m / 1000.0)
    } else {
        format!("{} m", (length_m * 100.0).round() / 100.0)
    };
    pen.block(x, y + px(26.0), w / 2, px(7.0), INK);
    pen.frame(x, y + px(26.0), w, px(7.0), INK);
    pen.text(x, y, px(16.0) as f32, INK, &label);
}

fn north(pen: &mut Pen, x: i32, y: i32, px: impl Fn(f64) -> i32) {
    let (half, high) = (px(9.0), px(30.0));
    for row in 0..high {
        let w = half * row / high;
        pen.block(x + half - w, y + px(20.0) + row, 2 * w + 1, 1, INK);
    }
    pen.text(x + px(3.0), y - px(4.0), px(18.0) as f32, INK, "N");
}

struct Pen<'a> {
    image: RgbImage,
    font: FontRef<'a>,
}

impl Pen<'_> {
    fn put(&mut self, x: i32, y: i32, c: Colour, share: f64) {
        if x >= 0 && y >= 0 && (x as u32) < self.image.width() && (y as u32) < self.image.height() {
            let under = self.image.get_pixel(x as u32, y as u32).0;
            self.image.put_pixel(x as u32, y as u32, Rgb(mix(under, c, share)));
        }
    }
    fn block(&mut self, x: i32, y: i32, w: i32, h: i32, c: Colour) {
        for b in y..y + h {
            for a in x..x + w {
                self.put(a, b, c, 1.0);
            }
        }
    }
    fn frame(&mut self, x: i32, y: i32, w: i32, h: i32, c: Colour) {
        self.block(x, y, w, 1, c);
        self.block(x, y + h - 1, w, 1, c);
        self.block(x, y, 1, h, c);
        self.block(x + w - 1, y, 1, h, c);
    }
    fn dot(&mut self, x: i32, y: i32, r: i32, c: Colour) {
        for b in -r..=r {
            for a in -r..=r {
                if a * a + b * b <= r * r {
                    self.put(x + a, y + b, c, 1.0);
                }
            }
        }
    }
    /// A line through places on the sheet, inside a frame (left, top, right, bottom).
    fn line(
        &mut self,
        dots: &[(f64, f64)],
        stroke: Stroke,
        unit: f64,
        (left, top, right, bottom): (i32, i32, i32, i32),
    ) {
        let half = (0.5 * stroke.width_px * unit).max(0.5);
        let (dash, gap) = (9.0 * unit, 6.0 * unit);
        let mut gone = 0.0;
        for pair in dots.windows(2) {
            let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
            let long = math::hypot(x1 - x0, y1 - y0);
            // Far outside lines are not walked.
            if x0.max(x1) < f64::from(left)
                || x0.min(x1) > f64::from(right)
                || y0.max(y1) < f64::from(top)
                || y0.min(y1) > f64::from(bottom)
            {
                gone += long;
                continue;
            }
            let steps = (2.0 * long).ceil().max(1.0) as usize;
            for k in 0..steps {
                let s = k as f64 / steps as f64;
                if stroke.dashed && (gone + s * long) % (dash + gap) > dash {
                    continue;
                }
                let (x, y) = (x0 + s * (x1 - x0), y0 + s * (y1 - y0));
                let reach = half.ceil() as i32;
                for b in -reach..=reach {
                    for a in -reach..=reach {
                        let (px, py) = (x.floor() as i32 + a, y.floor() as i32 + b);
                        let near = math::hypot(f64::from(px) + 0.5 - x, f64::from(py) + 0.5 - y) <= half;
                        if near && px >= left && px < right && py >= top && py < bottom {
                            self.put(px, py, stroke.colour, 1.0);
                        }
                    }
                }
            }
            gone += long;
        }
    }
    /// A text in lines that fit: broken at blanks, and between any two characters of Chinese.
    fn wrap(&self, size: f32, room: i32, text: &str) -> Vec<String> {
        let mut lines = vec![String::new()];
        let mut word = String::new();
        let breaks = |c: char| c == ' ' || !c.is_ascii();
        for c in text.chars().chain([' ']) {
            word.push(c);
            if !breaks(c) {
                continue;
            }
            let so_far = lines.last_mut().expect("there is a line");
            if !so_far.is_empty() && self.measure(size, &format!("{so_far}{}", word.trim_end())) > room as f32 {
                lines.push(std::mem::take(&mut word));
            } else {
                so_far.push_str(&std::mem::take(&mut word));
            }
        }
        lines.iter().map(|l| l.trim_end().to_string()).filter(|l| !l.is_empty()).collect()
    }
    /// Width of a line, px.
    fn measure(&self, size: f32, text: &str) -> f32 {
        let font = self.font.as_scaled(PxScale::from(size));
        text.chars().map(|c| font.h_advance(self.font.glyph_id(c))).sum()
    }
    fn text(&mut self, x: i32, y: i32, size: f32, c: Colour, text: &str) {
        let scale = PxScale::from(size);
        let (ascent, advances): (f32, Vec<_>) = {
            let font = self.font.as_scaled(scale);
            let ids = text.chars().map(|ch| self.font.glyph_id(ch));
            (font.ascent(), ids.map(|id| (id, font.h_advance(id))).collect())
        };
        let mut at = x as f32;
        for (id, advance) in advances {
            let glyph = id.with_scale_and_position(scale, point(at, y as f32 + ascent));
            if let Some(outline) = self.font.outline_glyph(glyph) {
                let bounds = outline.px_bounds();
                let mut dots = Vec::new();
                outline.draw(|a, b, cover| dots.push((a, b, cover)));
                for (a, b, cover) in dots {
                    let (px, py) = (bounds.min.x as i32 + a as i32, bounds.min.y as i32 + b as i32);
                    self.put(px, py, c, f64::from(cover.clamp(0.0, 1.0)));
                }
            }
            at += advance;
        }
    }
    /// A line made smaller, and at last cut, so that it fits.
    fn fit(&mut self, x: i32, y: i32, size: f32, room: i32, c: Colour, text: &str) {
        let width = self.measure(size, text);
        let size = if width > room as f32 { (size * room as f32 / width).max(0.6 * size) } else { size };
        let mut cut: Vec<char> = text.chars().collect();
        while cut.len() > 1 && self.measure(size, &cut.iter().collect::<String>()) > room as f32 {
            cut.truncate(cut.len() - 2);
            cut.push('…');
        }
        self.text(x, y, size, c, &cut.into_iter().collect::<String>());
    }
    /// Dark type with a light rim, readable on any ground.
    fn halo(&mut self, x: i32, y: i32, size: f32, c: Colour, text: &str) {
        for (dx, dy) in [(-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, 1), (-1, 1), (1, -1)] {
            self.text(x + dx, y + dy, size, PAPER, text);
        }
        self.text(x, y, size, c, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_take_the_colour_of_their_step_and_thin_water_is_not_drawn() {
        // Grade: exact.
        let scale = Scale::depth(0.05);
        assert_eq!(scale.colour(0.04), None);
        assert_eq!(scale.colour(0.05), Some(scale.steps[0].1));
        assert_eq!(scale.colour(9.0), Some(scale.steps[6].1));
        assert_eq!(scale.colour(f32::NAN), None);
        assert_eq!(scale.label(1).0, "0.15 – 0.3 m");
        assert_eq!(Scale::depth(0.2).steps[1].0, 0.3, "steps below the first are left out");
        let arrival = Scale::arrival(24.0 * 3600.0);
        assert_eq!((arrival.steps[1].0, arrival.label(1).1), (7200.0 * 3.0 / 1.5, "4 – 8 h".into()));
    }
}
