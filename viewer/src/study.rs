//! What a seat has worked out about a gas cloud (态势研判), over its map: the zones of its latest study, and dashed the lines between which the
//! wind may swing. It is shown to whoever looks through that seat's eyes; the truth lies under it only "against the truth".

use crate::app::ViewerApp;
use crate::symbols;
use egui::{Align2, Color32, Painter, Pos2, Shape, Stroke, vec2};
use sim_core::base::text::Lang;
use sim_core::report::studies::latest;
use sim_core::vocab::body::Point;
use sim_core::vocab::study::{Basis, GasStudy, Ring, StudiedLevel, Way};

/// Red, orange, yellow, as on printed threat zones; the yellow dark enough for paper.
pub fn colour(level: u8) -> Color32 {
    match level {
        3 => Color32::from_rgb(200, 20, 30),
        2 => Color32::from_rgb(230, 105, 0),
        _ => Color32::from_rgb(190, 150, 0),
    }
}

/// Ink of what the model cannot say, on the dark panel.
pub const WARNING: Color32 = Color32::from_rgb(255, 183, 77);

/// What a building is advised: stay, leave on foot, leave by vehicle.
pub fn ink(way: Way) -> Color32 {
    match way {
        Way::Stay => Color32::from_rgb(20, 120, 90),
        Way::OnFoot => Color32::from_rgb(170, 20, 140),
        Way::ByVehicle => Color32::from_rgb(70, 40, 190),
    }
}

/// (中文, English)
pub fn advice(way: Way) -> (&'static str, &'static str) {
    match way {
        Way::Stay => ("建议就地避险", "advised to stay"),
        Way::OnFoot => ("建议撤离，步行即可", "advised to leave, on foot will do"),
        Way::ByVehicle => ("建议乘车撤离", "advised to leave, by vehicle only"),
    }
}

/// The study on the screen: that of the seat through whose eyes one looks.
pub fn shown(app: &ViewerApp) -> Option<&GasStudy> {
    latest(&app.rec, app.see_as?, app.tick()).map(|(_, study)| study)
}

/// What a level is called.
pub fn name(study: &GasStudy, level: &StudiedLevel, lang: Lang) -> String {
    let what = match (study.basis, level.level) {
        (Basis::Guide, 3) => lang.of("初始隔离", "initial isolation"),
        (Basis::Guide, _) => lang.of("防护行动", "protective action"),
        (Basis::Model, 3) => lang.of("重危区 AEGL-3", "hot, AEGL-3"),
        (Basis::Model, 2) => lang.of("中危区 AEGL-2", "warm, AEGL-2"),
        (Basis::Model, _) => lang.of("轻危区 AEGL-1", "cold, AEGL-1"),
    };
    let more = if level.cut { lang.of("以上", " and more") } else { "" };
    format!("{what} {:.0} m{more}", level.reach_m)
}

/// Half a building, m: what its mark is as large as, within bounds that keep it seen and apart from its neighbours.
const HALF_M: f64 = 6.0;
const MARK: std::ops::RangeInclusive<f32> = 1.1..=3.2;

/// What each building is advised: filled where no single assumption turns the advice round; elsewhere hollow, or pale where marks are
/// too small for that. Those to leave lie on top.
pub fn draw_advice(app: &ViewerApp, painter: &Painter) {
    let (Some(study), Some(camera)) = (shown(app), app.map.camera) else { return };
    let map = &app.map;
    let radius = ((HALF_M / camera.m_per_px) as f32 / map.pixels_per_point).clamp(*MARK.start(), *MARK.end());
    for leaves in [false, true] {
        for row in study.buildings.iter().filter(|row| (row.way != Way::Stay) == leaves) {
            let Some(building) = app.rec.city.buildings.get(row.building.index()) else { continue };
            let at = map.to_screen(building.at);
            if !map.rect.contains(at) {
                continue;
            }
            let ink = ink(row.way);
            match (row.hinges.is_empty(), radius > 2.0) {
                (true, _) => painter.circle_filled(at, radius, ink),
                (false, true) => painter.circle_stroke(at, radius, Stroke::new(1.2, ink)),
                (false, false) => painter.circle_filled(at, radius, ink.gamma_multiply(0.45)),
            };
        }
    }
}

pub fn draw(app: &ViewerApp, painter: &Painter) {
    let Some(study) = shown(app) else { return };
    let map = &app.map;
    let line = |ring: &Ring| -> Vec<Pos2> {
        ring.iter().map(|(x, y)| map.to_screen(Point::new(f64::from(*x), f64::from(*y)))).collect()
    };
    // The wide zones first, so that the narrow ones lie on top.
    for level in study.levels.iter().rev() {
        let ink = colour(level.level);
        for ring in &level.lines {
            let mut corners = line(ring);
            corners.extend(corners.first().copied());
            painter.extend(Shape::dashed_line(&corners, Stroke::new(1.5, ink), 7.0, 5.0));
        }
        for ring in &level.rings {
            let corners = line(ring);
            // A light edge keeps the line readable on any ground.
            painter.add(Shape::closed_line(corners.clone(), Stroke::new(4.5, Color32::from_white_alpha(190))));
            painter.add(Shape::closed_line(corners, Stroke::new(2.5, ink)));
        }
    }
    let source = map.to_screen(study.at);
    for level in &study.levels {
        let corners = level.rings.iter().flat_map(line);
        let far = corners.max_by(|a, b| a.distance(source).total_cmp(&b.distance(source)));
        let Some(far) = far.filter(|p| map.rect.contains(*p)) else { continue };
        let below = vec2(0.0, if far.y > source.y { 4.0 } else { -16.0 });
        symbols::plate(
            painter,
            far + below,
            Align2::CENTER_TOP,
            &name(study, level, app.lang),
            11.0,
            colour(level.level),
        );
    }
    // What its model cannot say stands over the map, below the banner: the legend may be scrolled away.
    if !study.caveats.is_empty() {
        let ink = Color32::from_rgb(150, 70, 0);
        let mut at = map.rect.left_top() + vec2(12.0, 42.0);
        let head = app.lang.of("模型超出适用范围：", "outside the model's range:").to_string();
        let rows = study.caveats.iter().map(|c| format!("· {}", app.lang.of(c.about_zh(), c.about())));
        for text in std::iter::once(head).chain(rows) {
            at.y = symbols::plate(painter, at, Align2::LEFT_TOP, &text, 11.0, ink).bottom();
        }
    }
}
