//! The right panel: what is selected and its story, and the lists of the drill.

use crate::app::{Tab, ViewerApp};
use crate::index::{MessageRow, OrderRow};
use crate::story::Selected;
use crate::truth::truth;
use crate::words::{self, number, pick, value};
use crate::{charts, map, seat};
use egui::{Color32, RichText, ScrollArea, Ui};
use sim_core::base::ids::*;
use sim_core::place::city::FacilityKind;
use sim_core::vocab::body::{Doing, Duty};
use sim_core::vocab::condition::HazardKind;
use sim_core::vocab::event::Event;
use sim_core::vocab::message::Party;
use sim_core::vocab::order::OrderState;

mod mail;
mod picture;
mod programme;
mod selection;
mod things;

const GOOD: Color32 = Color32::from_rgb(120, 205, 135);
const BAD: Color32 = Color32::from_rgb(255, 115, 105);
const WAIT: Color32 = Color32::from_rgb(250, 200, 90);

pub fn ui(app: &mut ViewerApp, ui: &mut Ui) {
    ui.add_space(4.0);
    ui.horizontal_wrapped(|ui| {
        for tab in Tab::ALL {
            ui.selectable_value(&mut app.tab, tab, pick(app.lang, tab.names()));
        }
    });
    ui.separator();
    match app.tab {
        Tab::Selection => selection::selection(app, ui),
        Tab::Injects if app.seat().is_some() => hidden(
            app,
            ui,
            (
                "双盲：席位看不到注入。勾选“对照真实”后可见。",
                "Double blind: a seat sees no injects. Tick “with the truth” for them.",
            ),
        ),
        Tab::Injects => programme::injects(app, ui),
        Tab::Messages => mail::messages(app, ui),
        Tab::Orders => programme::orders(app, ui),
        Tab::Clauses => programme::clauses(app, ui),
        Tab::Indicators if app.seat().is_some() => hidden(
            app,
            ui,
            (
                "指标统计的是真实情况，席位看不到。勾选“对照真实”后可见。",
                "The charts count what is true; a seat does not see that. Tick “with the truth” for them.",
            ),
        ),
        Tab::Indicators => charts::ui(app, ui),
    }
}

/// In place of what a seat may not see.
fn hidden(app: &ViewerApp, ui: &mut Ui, why: (&'static str, &'static str)) {
    ui.add(egui::Label::new(RichText::new(pick(app.lang, why)).weak()).wrap());
}

/// A row of a two-column table.
fn fact(ui: &mut Ui, name: &str, text: impl Into<String>) {
    ui.label(RichText::new(name).weak());
    ui.add(egui::Label::new(text.into()).wrap());
    ui.end_row();
}

fn table(ui: &mut Ui, id: &str, rows: impl FnOnce(&mut Ui)) {
    egui::Grid::new(id).num_columns(2).spacing([12.0, 4.0]).show(ui, rows);
}

/// The events that name what is selected; a click jumps there.
fn story(app: &mut ViewerApp, ui: &mut Ui) {
    let mut rows = app.story_rows();
    let now = app.tick();
    rows.retain(|row| app.seat().is_none() || app.rec.events[*row].tick <= now && app.told(*row));
    let head = format!("{}（{}）", app.lang.of("经过", "Story"), rows.len());
    ui.label(RichText::new(head).strong());
    event_list(app, ui, "story", &rows, true);
}

/// A delivery in the words of the message.
fn heard(app: &ViewerApp, event: &Event) -> Option<String> {
    let Event::MessageDelivered { message, .. } = event else { return None };
    let message = &app.index.message(*message)?.message;
    let from = app.names().party(&message.from);
    Some(format!("{} {from}：{}", app.lang.of("收到", "received from"), message.text.get(app.lang).replace('\n', " ")))
}

fn event_list(app: &mut ViewerApp, ui: &mut Ui, id: &str, rows: &[usize], future: bool) {
    let now = app.tick();
    let mut jump = None;
    let height = ui.text_style_height(&egui::TextStyle::Body) + 2.0;
    ScrollArea::vertical().id_salt(id).auto_shrink([false, false]).show_rows(ui, height, rows.len(), |ui, range| {
        for row in &rows[range] {
            let stamped = &app.rec.events[*row];
            let names = app.names();
            let what = heard(app, &stamped.event).unwrap_or_else(|| names.event(&stamped.event));
            let text = format!("{}  {what}", names.clock(stamped.tick));
            // What is still to come is paler.
            let mut rich = RichText::new(text.clone());
            if future && stamped.tick > now {
                rich = rich.weak();
            }
            let button = egui::Button::selectable(stamped.tick == now, rich).truncate();
            if ui.add(button).on_hover_text(text).clicked() {
                jump = Some(stamped.tick);
            }
        }
    });
    if let Some(tick) = jump {
        app.jump(tick);
    }
}
