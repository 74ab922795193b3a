//! The bottom of the screen: play, speed, clock, and the run's time with a lane of marks for each class of event.

use crate::app::{SPEEDS, ViewerApp};
use crate::index::MarkClass;
use crate::words::pick;
use egui::{Align2, Color32, FontId, Pos2, Rect, RichText, Sense, Stroke, Ui, WidgetInfo, vec2};
use sim_core::base::time::{TICK_S, Tick};

const LANE_H: f32 = 13.0;
const RULER_H: f32 = 18.0;
const LABEL_W: f32 = 92.0;

fn lane_colour(class: MarkClass) -> Color32 {
    match class {
        MarkClass::Inject => Color32::from_rgb(245, 158, 11),
        MarkClass::Hazard => Color32::from_rgb(96, 165, 250),
        MarkClass::Warning => Color32::from_rgb(250, 224, 80),
        MarkClass::Level => Color32::from_rgb(200, 140, 240),
        MarkClass::Order => Color32::from_rgb(110, 215, 150),
        MarkClass::Casualty => Color32::from_rgb(248, 100, 100),
    }
}

pub fn ui(app: &mut ViewerApp, ui: &mut Ui) {
    ui.add_space(3.0);
    controls(app, ui);
    lanes(app, ui);
    ui.add_space(3.0);
}

fn controls(app: &mut ViewerApp, ui: &mut Ui) {
    let lang = app.lang;
    ui.horizontal(|ui| {
        if ui
            .button(lang.of("← 上一标记", "← mark"))
            .on_hover_text(lang.of("上一个标记（↑）", "previous mark (↑)"))
            .clicked()
        {
            app.step_mark(false);
        }
        let play = if app.playing { lang.of("‖ 暂停", "‖ Pause") } else { lang.of("▶ 播放", "▶ Play") };
        let play = egui::Button::new(RichText::new(play).strong()).min_size(vec2(74.0, 0.0));
        if ui.add(play).on_hover_text(lang.of("空格键", "space bar")).clicked() {
            app.toggle_play();
        }
        if ui
            .button(lang.of("下一标记 →", "mark →"))
            .on_hover_text(lang.of("下一个标记（↓）", "next mark (↓)"))
            .clicked()
        {
            app.step_mark(true);
        }
        ui.separator();
        let label = ui.label(lang.of("速度", "Speed"));
        let combo = egui::ComboBox::from_id_salt("speed")
            .width(70.0)
            .selected_text(format!("{:.0}×", SPEEDS[app.speed]))
            .show_ui(ui, |ui| {
                for (row, speed) in SPEEDS.iter().enumerate() {
                    ui.selectable_value(&mut app.speed, row, format!("{speed:.0}×"));
                }
            });
        combo.response.labelled_by(label.id).on_hover_text(lang.of("＋/－ 键", "+/- keys"));
        ui.separator();
        let at = app.rec.header.clock.at(app.tick());
        let clock = format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second());
        ui.label(RichText::new(clock).size(20.0).strong());
        ui.label(RichText::new(at.date().to_string()).weak());
        let (now_s, last_s) = (app.tick().seconds(), app.last().seconds());
        ui.label(RichText::new(format!("+{} / {}", app.names().duration(now_s), app.names().duration(last_s))).weak());
        ui.separator();
        // The last mark that has passed, in words.
        let upto = app.index.marks.partition_point(|m| m.tick <= app.tick());
        if let Some(mark) = app.index.marks[..upto].iter().rfind(|m| app.told(m.event)) {
            let names = app.names();
            let text = format!("{} {}", names.clock(mark.tick), names.event(&app.rec.events[mark.event].event));
            ui.add(egui::Label::new(RichText::new(text).color(lane_colour(mark.class))).truncate());
        }
    });
}

fn lanes(app: &mut ViewerApp, ui: &mut Ui) {
    let lang = app.lang;
    let height = RULER_H + LANE_H * MarkClass::ALL.len() as f32;
    let (whole, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    // Lane labels switch their lane on and off.
    for (k, class) in MarkClass::ALL.into_iter().enumerate() {
        let rect = Rect::from_min_size(
            Pos2::new(whole.left(), whole.top() + RULER_H + LANE_H * k as f32),
            vec2(LABEL_W, LANE_H),
        );
        let name = pick(lang, class.names());
        let response = ui.interact(rect, ui.scope_id().with(("lane", k)), Sense::click());
        let on = app.marks_shown[k];
        response.widget_info(|| WidgetInfo::selected(egui::Role::CheckBox, true, on, name));
        if response.clicked() {
            app.marks_shown[k] = !on;
        }
        let painter = ui.painter();
        let square = Rect::from_center_size(Pos2::new(rect.left() + 8.0, rect.center().y), vec2(8.0, 8.0));
        if on {
            painter.rect_filled(square, 2.0, lane_colour(class));
        } else {
            painter.rect_stroke(square, 2.0, Stroke::new(1.0, lane_colour(class)), egui::StrokeKind::Inside);
        }
        let colour = if on { ui.visuals().text_color() } else { ui.visuals().weak_text_color() };
        painter.text(
            Pos2::new(rect.left() + 17.0, rect.center().y),
            Align2::LEFT_CENTER,
            name,
            FontId::proportional(11.0),
            colour,
        );
    }
    let track = Rect::from_min_max(Pos2::new(whole.left() + LABEL_W, whole.top()), whole.max - vec2(6.0, 0.0));
    let response = ui.interact(track, ui.scope_id().with("scrub"), Sense::click_and_drag());
    let ticks = app.last().0.max(1);
    let now = app.tick();
    response.widget_info(|| WidgetInfo::slider(true, f64::from(now.0), lang.of("时间轴", "Timeline")));
    let x_of = |tick: Tick| track.left() + track.width() * (tick.0 as f32 / ticks as f32);
    let tick_at = |x: f32| Tick((((x - track.left()) / track.width()).clamp(0.0, 1.0) * ticks as f32).round() as u32);

    let painter = ui.painter_at(whole);
    painter.rect_filled(track, 2.0, ui.visuals().extreme_bg_color);
    // What of the run was to come, when it is live or cut off, is not on the axis: the axis is what is known.
    ruler(app, &painter, track, &x_of);
    for (k, class) in MarkClass::ALL.into_iter().enumerate() {
        let y = track.top() + RULER_H + LANE_H * k as f32;
        painter.hline(track.x_range(), y, Stroke::new(0.5, Color32::from_gray(52)));
        if !app.marks_shown[k] {
            continue;
        }
        let mut last_x = f32::MIN;
        for mark in app.index.marks.iter().filter(|m| m.class == class && app.told(m.event)) {
            let x = x_of(mark.tick);
            // One stroke a pixel is enough however many events fall on it.
            if x - last_x < 1.0 {
                continue;
            }
            last_x = x;
            let width = if class == MarkClass::Casualty { 1.0 } else { 2.0 };
            painter.vline(x, y + 2.0..=y + LANE_H - 2.0, Stroke::new(width, lane_colour(class)));
        }
    }
    let x = track.left() + track.width() * (app.at_s / (f64::from(ticks) * f64::from(TICK_S))) as f32;
    painter.vline(x, track.y_range(), Stroke::new(1.5, Color32::WHITE));
    painter.add(egui::Shape::convex_polygon(
        vec![Pos2::new(x - 5.0, track.top()), Pos2::new(x + 5.0, track.top()), Pos2::new(x, track.top() + 8.0)],
        Color32::WHITE,
        Stroke::NONE,
    ));

    if let Some(pos) = response.interact_pointer_pos()
        && (response.dragged() || response.clicked())
    {
        // A click on a mark goes to the mark.
        let near = if response.clicked() { near_marks(app, pos, track, ticks).first().copied() } else { None };
        let target = near.map_or_else(|| tick_at(pos.x), |row| app.index.marks[row].tick);
        app.jump(target);
    }
    if let Some(pos) = response.hover_pos() {
        painter.vline(pos.x, track.y_range(), Stroke::new(1.0, Color32::from_gray(120)));
        let names = app.names();
        let mut text = names.clock(tick_at(pos.x));
        let near = near_marks(app, pos, track, ticks);
        for row in near.iter().take(8) {
            let mark = app.index.marks[*row];
            let event = &app.rec.events[mark.event].event;
            text += &format!("\n{} {}", names.clock(mark.tick), names.event(event));
        }
        if near.len() > 8 {
            text += &format!("\n+ {}", near.len() - 8);
        }
        response.on_hover_text_at_pointer(text);
    }
}

fn near_marks(app: &ViewerApp, pos: Pos2, track: Rect, ticks: u32) -> Vec<usize> {
    let lane = ((pos.y - track.top() - RULER_H) / LANE_H).floor();
    if lane < 0.0 || lane as usize >= MarkClass::ALL.len() || !app.marks_shown[lane as usize] {
        return Vec::new();
    }
    let class = MarkClass::ALL[lane as usize];
    let x_of = |tick: Tick| track.left() + track.width() * (tick.0 as f32 / ticks as f32);
    (0..app.index.marks.len())
        .filter(|row| {
            let mark = &app.index.marks[*row];
            mark.class == class && (x_of(mark.tick) - pos.x).abs() <= 4.0 && app.told(mark.event)
        })
        .collect()
}

/// Clock times on whole steps that leave room for their text.
fn ruler(app: &ViewerApp, painter: &egui::Painter, track: Rect, x_of: &dyn Fn(Tick) -> f32) {
    let last_s = app.last().seconds();
    let room = f64::from(track.width() / 64.0).max(1.0);
    let step_s = [60.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 10800.0, 21600.0, 43200.0, 86400.0]
        .into_iter()
        .find(|step| last_s / step <= room)
        .unwrap_or(86400.0);
    let clock = &app.rec.header.clock;
    // Start on a whole step of the day's clock.
    let start_of_day_s = clock.hour_of_day(Tick(0)) * 3600.0;
    let mut s = (step_s - start_of_day_s % step_s) % step_s;
    while s <= last_s {
        let tick = Tick::at_or_after_s(s);
        let x = x_of(tick);
        painter.vline(x, track.top() + 13.0..=track.bottom(), Stroke::new(0.5, Color32::from_gray(60)));
        if x < track.right() - 24.0 {
            painter.text(
                Pos2::new(x + 3.0, track.top() + 9.0),
                Align2::LEFT_CENTER,
                clock.hhmm(tick),
                FontId::proportional(10.5),
                Color32::from_gray(160),
            );
        }
        s += step_s;
    }
}
