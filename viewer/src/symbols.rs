//! Signs on the map: a shape for the kind, a letter for the name, a frame for the state. Shape and letter carry the
//! meaning as well as colour does.

use crate::colours;
use crate::words::{facility_sign, pick};
use egui::{Align2, Color32, FontId, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, vec2};
use sim_core::base::text::Lang;
use sim_core::place::city::FacilityKind;

pub const LEVEE: Color32 = Color32::from_rgb(121, 92, 52);

/// Outlines of units. A roster is free to name its kinds, so the shape follows from words in the kind's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outline {
    Square,
    Cross,
    Diamond,
    Boat,
    Bus,
    Hexagon,
    Triangle,
    Circle,
}

fn outline_of(kind: &str) -> (Outline, Color32) {
    let has = |words: &[&str]| words.iter().any(|w| kind.contains(w));
    if has(&["boat", "water_rescue"]) {
        (Outline::Boat, Color32::from_rgb(2, 136, 209))
    } else if has(&["ambul", "medic", "health"]) {
        (Outline::Cross, Color32::from_rgb(233, 30, 99))
    } else if has(&["police", "cordon", "traffic"]) {
        (Outline::Diamond, Color32::from_rgb(40, 62, 150))
    } else if has(&["bus", "coach", "transport"]) {
        (Outline::Bus, Color32::from_rgb(123, 31, 162))
    } else if has(&["hazmat", "chem", "gas"]) {
        (Outline::Triangle, Color32::from_rgb(175, 140, 0))
    } else if has(&["pump", "drain"]) {
        (Outline::Circle, Color32::from_rgb(0, 121, 107))
    } else if has(&["levee", "flood", "engineer", "army", "militia"]) {
        (Outline::Hexagon, Color32::from_rgb(120, 82, 40))
    } else if has(&["fire", "rescue", "engine"]) {
        (Outline::Square, Color32::from_rgb(200, 40, 40))
    } else {
        (Outline::Circle, Color32::from_rgb(84, 98, 110))
    }
}

fn letter(painter: &Painter, at: Pos2, size: f32, text: &str, colour: Color32) {
    painter.text(at, Align2::CENTER_CENTER, text, FontId::proportional(size), colour);
}

/// A unit of a kind: shape by kind, frame in the colour of its duty, a letter where there is room.
pub fn unit(painter: &Painter, at: Pos2, r: f32, kind: &str, frame: Color32, sign: &str) {
    let (outline, fill) = outline_of(kind);
    let points = |list: &[(f32, f32)]| list.iter().map(|(x, y)| at + vec2(*x, *y) * r).collect::<Vec<_>>();
    let stroke = Stroke::new((r * 0.3).max(1.6), frame);
    painter.circle_filled(at, r * 1.45, Color32::from_rgba_unmultiplied(255, 255, 255, 200));
    match outline {
        Outline::Square => {
            let rect = Rect::from_center_size(at, vec2(r, r) * 1.8);
            painter.rect(rect, 1.0, fill, stroke, StrokeKind::Outside);
        }
        Outline::Bus => {
            let rect = Rect::from_center_size(at, vec2(r * 2.3, r * 1.5));
            painter.rect(rect, r * 0.4, fill, stroke, StrokeKind::Outside);
        }
        Outline::Circle => {
            painter.circle(at, r, fill, stroke);
        }
        Outline::Diamond => {
            let shape = points(&[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)]);
            painter.add(Shape::convex_polygon(shape, fill, stroke));
        }
        Outline::Triangle => {
            let shape = points(&[(0.0, -1.25), (1.2, 0.95), (-1.2, 0.95)]);
            painter.add(Shape::convex_polygon(shape, fill, stroke));
        }
        Outline::Hexagon => {
            let shape = points(&[(1.1, 0.0), (0.55, 0.95), (-0.55, 0.95), (-1.1, 0.0), (-0.55, -0.95), (0.55, -0.95)]);
            painter.add(Shape::convex_polygon(shape, fill, stroke));
        }
        Outline::Boat => {
            let shape = points(&[(-1.3, -0.7), (1.3, -0.7), (0.7, 0.9), (-0.7, 0.9)]);
            painter.add(Shape::convex_polygon(shape, fill, stroke));
        }
        Outline::Cross => {
            let rect = Rect::from_center_size(at, vec2(r, r) * 1.9);
            painter.rect(rect, r * 0.5, Color32::WHITE, stroke, StrokeKind::Outside);
            painter.rect_filled(Rect::from_center_size(at, vec2(r * 1.5, r * 0.55)), 0.0, fill);
            painter.rect_filled(Rect::from_center_size(at, vec2(r * 0.55, r * 1.5)), 0.0, fill);
            return;
        }
    }
    if !sign.is_empty() {
        letter(painter, at, r * 1.35, sign, Color32::WHITE);
    }
}

/// A facility: a rounded plate with its letter; a red cross for a hospital, a green plate for a shelter.
pub fn facility(painter: &Painter, at: Pos2, r: f32, kind: FacilityKind, lang: Lang) {
    let fill = match kind {
        FacilityKind::FireStation => Color32::from_rgb(198, 52, 44),
        FacilityKind::PoliceStation => Color32::from_rgb(48, 70, 160),
        FacilityKind::Hospital => Color32::from_rgb(210, 48, 110),
        FacilityKind::Shelter => Color32::from_rgb(46, 125, 50),
        FacilityKind::PumpStation | FacilityKind::Sluice => Color32::from_rgb(0, 110, 140),
        FacilityKind::TankYard => Color32::from_rgb(180, 130, 0),
        FacilityKind::CommandCentre | FacilityKind::TownHall | FacilityKind::VillageOffice => {
            Color32::from_rgb(84, 60, 130)
        }
        FacilityKind::School => Color32::from_rgb(120, 110, 40),
        FacilityKind::Store | FacilityKind::FloodDepot => Color32::from_rgb(110, 84, 50),
        FacilityKind::Substation | FacilityKind::BaseStation => Color32::from_rgb(70, 80, 90),
        FacilityKind::Exit => Color32::from_rgb(60, 66, 74),
    };
    let rect = Rect::from_center_size(at, vec2(r, r) * 2.0);
    painter.rect(rect, r * 0.35, fill, Stroke::new(1.2, Color32::WHITE), StrokeKind::Outside);
    letter(painter, at, r * 1.45, pick(lang, facility_sign(kind)), Color32::WHITE);
}

/// A command post: a flag, larger for a higher tier.
pub fn post(painter: &Painter, at: Pos2, r: f32, tier: u8) {
    let r = r * [1.25, 1.0, 0.8][usize::from(tier.min(2))];
    let mast = [at + vec2(-0.7, 1.1) * r, at + vec2(-0.7, -1.2) * r];
    painter.line_segment(mast, Stroke::new(3.0, Color32::WHITE));
    painter.line_segment(mast, Stroke::new(1.5, Color32::BLACK));
    let flag = [(-0.6, -1.2), (1.1, -0.7), (-0.6, -0.1)].map(|(x, y)| at + vec2(x, y) * r);
    painter.add(Shape::convex_polygon(flag.to_vec(), Color32::from_rgb(214, 40, 40), Stroke::new(1.0, Color32::WHITE)));
}

/// A breach: a zigzag in a disc; hollow when it is closed.
pub fn breach(painter: &Painter, at: Pos2, r: f32, open: bool) {
    let fill = if open { colours::BREACH } else { Color32::from_rgb(120, 120, 120) };
    painter.circle(at, r, fill, Stroke::new(1.5, Color32::WHITE));
    let line = [(-0.55, 0.35), (-0.2, -0.4), (0.2, 0.4), (0.55, -0.35)].map(|(x, y)| at + vec2(x, y) * r);
    painter.line(line.to_vec(), Stroke::new(1.8, Color32::WHITE));
}

/// A release of gas: a triangle with "!".
pub fn release(painter: &Painter, at: Pos2, r: f32) {
    let shape = [(0.0, -1.2), (1.15, 0.85), (-1.15, 0.85)].map(|(x, y)| at + vec2(x, y) * r);
    painter.add(Shape::convex_polygon(
        shape.to_vec(),
        Color32::from_rgb(255, 193, 7),
        Stroke::new(1.5, Color32::BLACK),
    ));
    letter(painter, at + vec2(0.0, 0.1) * r, r * 1.3, "!", Color32::BLACK);
}

/// A call for help that is not answered yet.
pub fn incident(painter: &Painter, at: Pos2, r: f32) {
    painter.circle(at, r, Color32::WHITE, Stroke::new(2.0, Color32::from_rgb(229, 28, 35)));
    letter(painter, at, r * 1.7, "!", Color32::from_rgb(200, 0, 20));
}

/// Text on a plate that stays readable on any ground.
pub fn plate(painter: &Painter, at: Pos2, align: Align2, text: &str, size: f32, ink: Color32) -> Rect {
    let galley = painter.layout_no_wrap(text.into(), FontId::proportional(size), ink);
    let rect = align.anchor_size(at, galley.size());
    painter.rect_filled(rect.expand2(vec2(3.0, 0.0)), 2.0, Color32::from_rgba_unmultiplied(255, 255, 255, 190));
    painter.galley(rect.min, galley, ink);
    rect
}
