//! Colours and classes of the map, with the numbers the legend shows. Classes are told apart by lightness as well
//! as by hue, and every state is also written in words in the side panel.

use egui::Color32;
use sim_core::place::city::{Cover, RoadClass};
use sim_core::record::frame::LayerName;
use sim_core::vocab::body::{Doing, Duty};

const fn rgb(r: u8, g: u8, b: u8) -> Color32 {
    Color32::from_rgb(r, g, b)
}

pub const PAPER: Color32 = rgb(214, 216, 214);
pub const BREACH: Color32 = rgb(198, 20, 20);
pub const BELIEF: Color32 = rgb(126, 60, 170);
pub const EXERCISE: Color32 = rgb(245, 158, 11);

pub fn cover(cover: Cover) -> Color32 {
    match cover {
        Cover::Water => rgb(158, 194, 216),
        Cover::Paved => rgb(224, 221, 214),
        Cover::Built => rgb(233, 227, 217),
        Cover::Industry => rgb(223, 214, 224),
        Cover::Field => rgb(234, 237, 218),
        Cover::Park => rgb(206, 227, 192),
        Cover::Wood => rgb(181, 208, 168),
        Cover::Levee => rgb(196, 176, 142),
    }
}

/// (casing, fill, width in pixels at 4 m per pixel)
pub fn road(class: RoadClass) -> (Color32, Color32, f32) {
    match class {
        RoadClass::Motorway => (rgb(176, 92, 52), rgb(236, 150, 98), 4.2),
        RoadClass::Trunk => (rgb(184, 110, 60), rgb(244, 178, 118), 3.8),
        RoadClass::Primary => (rgb(178, 140, 72), rgb(250, 212, 140), 3.4),
        RoadClass::Secondary => (rgb(172, 160, 104), rgb(253, 240, 182), 2.8),
        RoadClass::Tertiary => (rgb(172, 168, 158), rgb(255, 255, 255), 2.3),
        RoadClass::Residential => (rgb(186, 182, 174), rgb(255, 255, 255), 1.7),
        RoadClass::Service => (rgb(196, 192, 186), rgb(250, 250, 248), 1.1),
        RoadClass::Path => (rgb(190, 170, 150), rgb(214, 190, 168), 0.9),
    }
}

pub fn doing(doing: Doing) -> Color32 {
    match doing {
        Doing::Unaware => rgb(112, 118, 128),
        Doing::Staying => rgb(133, 88, 62),
        Doing::Sealed => rgb(0, 121, 107),
        Doing::Upstairs => rgb(63, 81, 181),
        Doing::Walking => rgb(239, 108, 0),
        Doing::Driving => rgb(142, 36, 170),
        Doing::Carried => rgb(27, 94, 32),
        Doing::Sheltered => rgb(56, 142, 60),
        Doing::InHospital => rgb(216, 67, 130),
        Doing::Away => rgb(158, 158, 158),
        Doing::Trapped => rgb(229, 28, 35),
        Doing::Hurt => rgb(150, 0, 20),
        Doing::Dead => rgb(0, 0, 0),
    }
}

pub fn duty(duty: Duty) -> Color32 {
    match duty {
        Duty::Ready => rgb(120, 130, 140),
        Duty::TurningOut => rgb(255, 193, 7),
        Duty::Travelling => rgb(33, 150, 243),
        Duty::Working => rgb(67, 180, 80),
        Duty::Transporting => rgb(171, 71, 188),
        Duty::Returning => rgb(0, 172, 193),
        Duty::Lost => rgb(20, 20, 20),
    }
}

/// A class of a layer: from this value on, this colour at this opacity.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    pub from: f32,
    pub colour: Color32,
    pub alpha: u8,
}

const fn step(from: f32, r: u8, g: u8, b: u8, alpha: u8) -> Step {
    Step { from, colour: rgb(r, g, b), alpha }
}

/// Water depth classes, m. 0.3 m stops cars and is knee-deep, 1 m is beyond wading, 2 m reaches the ceiling of a
/// ground floor's first half; the other bounds halve the way.
const DEPTH: [Step; 7] = [
    step(0.05, 190, 224, 240, 150),
    step(0.15, 140, 200, 232, 180),
    step(0.3, 88, 166, 218, 200),
    step(0.6, 48, 128, 196, 210),
    step(1.0, 24, 92, 168, 218),
    step(2.0, 14, 60, 132, 225),
    step(3.5, 12, 34, 92, 230),
];
/// Water speed classes, m/s.
const SPEED: [Step; 4] = [
    step(0.2, 214, 180, 224, 150),
    step(0.5, 190, 120, 200, 180),
    step(1.0, 160, 60, 170, 200),
    step(2.0, 106, 10, 120, 220),
];
/// Gas classes, mg/m3, about half a decade each.
const GAS: [Step; 7] = [
    step(1.0, 236, 240, 150, 110),
    step(10.0, 222, 222, 80, 150),
    step(30.0, 202, 190, 40, 170),
    step(100.0, 180, 146, 30, 185),
    step(300.0, 160, 96, 50, 198),
    step(1000.0, 134, 48, 76, 210),
    step(3000.0, 92, 16, 92, 222),
];

/// Heat classes, kW/m2: pain, second-degree burns, death within a minute (ALOHA), tanks at the pressure of the air fail (15), pressure
/// tanks (45).
const HEAT: [Step; 5] = [
    step(2.0, 255, 213, 154, 130),
    step(5.0, 247, 155, 74, 160),
    step(10.0, 226, 104, 40, 185),
    step(15.0, 200, 50, 24, 205),
    step(45.0, 138, 18, 10, 225),
];
/// Overpressure classes, kPa: panes break (1, 6.9), people are thrown (24), houses fall (55).
const PRESSURE: [Step; 4] = [
    step(1.0, 206, 214, 224, 120),
    step(6.9, 150, 164, 190, 150),
    step(24.0, 96, 104, 150, 180),
    step(55.0, 52, 46, 104, 205),
];

pub fn steps(name: LayerName) -> &'static [Step] {
    match name {
        LayerName::WaterDepth => &DEPTH,
        LayerName::WaterSpeed => &SPEED,
        LayerName::Gas => &GAS,
        LayerName::Heat => &HEAT,
        LayerName::Overpressure => &PRESSURE,
    }
}

/// The class that holds `v`, if it reaches the first.
#[inline]
pub fn class(steps: &[Step], v: f32) -> Option<&Step> {
    steps.iter().rev().find(|s| v >= s.from)
}
