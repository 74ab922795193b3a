//! The cloud among the houses (街区浓度图): the highest concentration near the ground at each place of the box, with the buildings.

use super::super::build::Model;
use super::super::levels::digits;
use super::super::outcome::Outcome;
use super::super::streets::{NearField, Streets};
use super::map::wind_arrows;
use base::complaint::Complaints;
use base::grid::{Grid, Point};
use base::text::Text;
use hydro::files::picture::{self, Note, Overlay, Scale, Sheet, Stroke};
use std::path::Path;

const MAP_PX: u32 = 1400;
/// From thin to thick.
const RAMP: [[u8; 3]; 7] = [
    [0xf3, 0xf0, 0xc8],
    [0xf9, 0xe2, 0x8c],
    [0xf9, 0xbf, 0x5b],
    [0xf2, 0x8f, 0x43],
    [0xdd, 0x58, 0x3b],
    [0xb0, 0x2a, 0x4a],
    [0x6a, 0x17, 0x5e],
];
const HOUSE: [u8; 3] = [0x8d, 0x93, 0x9b];
/// What a cell with a house reads: below all concentrations.
const HOUSE_VALUE: f64 = -1.0;

/// Draws the box.
pub fn write(
    model: &Model,
    outcome: &Outcome,
    streets: &Streets,
    near: &NearField,
    file: &Path,
    font: &[u8],
) -> Result<(), Complaints> {
    let air = model.air();
    let ppm = |kg_m3: f64| model.substance.ppm(kg_m3, air.temperature_k, air.pressure_pa);
    let inner = streets.buildings.grid;
    // Finer than the cells, so that the sheet is not a chessboard; houses keep their cells.
    let parts = (600 / inner.nx.max(1)).clamp(1, 8);
    let grid = Grid {
        nx: inner.nx * parts,
        ny: inner.ny * parts,
        cell_m: inner.cell_m / parts as f64,
        x0: inner.x0,
        y0: inner.y0,
    };
    let most = near.peaks.iter().copied().fold(0.0, f32::max);
    let steps = steps(ppm(f64::from(most)), model);
    let least = steps[0];
    let mut values = vec![f32::NAN; grid.len()];
    for (k, value) in values.iter_mut().enumerate() {
        let p = grid.centre(k);
        if inner.cell_at(p).is_some_and(|c| streets.buildings.height_m[c] > 0.0) {
            *value = HOUSE_VALUE as f32;
            continue;
        }
        let here = ppm(crate::city::count::between(&near.near.grid, &near.peaks, p.x, p.y));
        if here >= least {
            *value = here as f32;
        }
    }
    let mut scale = Scale {
        name: Text::new("最大浓度", "Highest concentration"),
        unit: "ppm",
        steps: vec![(HOUSE_VALUE, HOUSE)],
        labels: vec![Text::new("建筑", "buildings")],
    };
    for (k, from) in steps.iter().enumerate() {
        scale.steps.push((*from, RAMP[k]));
        let more = digits(*from);
        let level = model.levels.concerns.iter().find(|c| c.ppm == *from).map(|c| c.name.clone());
        let text = match (level, steps.get(k + 1)) {
            (Some(name), _) => Text::new(format!("≥ {more}　{}", name.zh), format!("{more} and more ({})", name.en)),
            (None, Some(to)) => Text::new(format!("{more} – {}", digits(*to)), String::new()),
            (None, None) => Text::new(format!("≥ {more}"), String::new()),
        };
        scale.labels.push(text);
    }
    let mut over = Overlay::default();
    let blows = Stroke { colour: [0x1f, 0x4e, 0x9e], width_px: 3.0, dashed: false };
    wind_arrows(model, &grid, blows, &mut over.lines);
    over.keys.push((blows, Text::new("风的去向", "where the wind blows")));
    let minutes = digits(model.deck.model.averaging_s / 60.0);
    let note = |zh: String, en: String, warns: bool| Note { text: Text::new(zh, en), warns };
    over.notes.push(note(
        format!("离地 0–3 米平均浓度的历时最大值，湍流按 {minutes} 分钟平均；建筑占格以风场格距为准"),
        format!(
            "highest mean of the lowest 3 m over the watch, spread of {minutes}-min means; houses as the cells of the wind"
        ),
        false,
    ));
    over.notes.extend(outcome.remarks.iter().filter(|r| r.warns).map(|r| Note { text: r.text.clone(), warns: true }));
    let mut points = vec![("泄漏源 source".to_string(), model.at().x, model.at().y)];
    let shown = outcome.courses.iter().filter(|c| grid.cell_at(Point::new(c.x_m, c.y_m)).is_some());
    points.extend(shown.map(|c| {
        let name = if c.name.zh == c.name.en { c.name.zh.clone() } else { format!("{} {}", c.name.zh, c.name.en) };
        (name, c.x_m, c.y_m)
    }));
    let level_ground = vec![0.0f32; grid.len()];
    let s = &model.substance;
    let sheet = Sheet {
        title: Text::new(
            format!("{}：街区内浓度", model.deck.name.zh),
            format!("{}: among the buildings", model.deck.name.en),
        ),
        subtitle: Text::new(
            format!("{}　风速 {} 米/秒，稳定度 {:?}", s.name.zh, digits(air.wind_m_s(10.0)), air.class),
            format!("{}, {} m/s at 10 m, class {:?}", s.name.en, digits(air.wind_m_s(10.0)), air.class),
        ),
        source: "",
        grid: &grid,
        terrain_m: &level_ground,
        values: &values,
        scale: &scale,
        points: &points,
        over,
        width_px: MAP_PX,
    };
    picture::write(file, &sheet, font)
}

/// Steps of the scale, ppm, rising: the levels of concern, and thirds of a decade about them where there is room.
fn steps(most_ppm: f64, model: &Model) -> Vec<f64> {
    let mut all: Vec<f64> = model.levels.concerns.iter().map(|c| c.ppm).filter(|v| *v > 0.0 && *v < most_ppm).collect();
    let top = if most_ppm > 0.0 { most_ppm } else { 1.0 };
    let mut decade = base::math::pow(10.0, base::math::log10(top).floor());
    let mut at = 3.0;
    while all.len() < RAMP.len() && decade > 1e-9 * top {
        let v = at * decade;
        if v < top && all.iter().all(|o| v / o > 1.8 || o / v > 1.8) {
            all.push(v);
        }
        (at, decade) = if at == 3.0 { (1.0, decade) } else { (3.0, decade / 10.0) };
    }
    all.sort_by(f64::total_cmp);
    all
}
