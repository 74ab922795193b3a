//! Colours of maps and charts, shared with the viewer. Chosen so that no meaning hangs on red against green alone:
//! people follow Okabe and Ito (2008), the ramps change in lightness from end to end, and every screen that uses
//! them also prints the word. The four warning colours are those of the Chinese signal standard (blue lowest).

use crate::place::city::Cover;
use crate::vocab::body::{Doing, Duty};
use crate::vocab::order::Colour;

/// Red, green, blue, 0 to 255.
pub type Rgb = [u8; 3];

/// "#rrggbb" for SVG and CSS.
pub fn hex(c: Rgb) -> String {
    format!("#{:02x}{:02x}{:02x}", c[0], c[1], c[2])
}

/// A share `s` (0 to 1) of the way from `a` to `b`.
pub fn mix(a: Rgb, b: Rgb, s: f32) -> Rgb {
    let s = s.clamp(0.0, 1.0);
    std::array::from_fn(|i| (f32::from(a[i]) + (f32::from(b[i]) - f32::from(a[i])) * s).round() as u8)
}

/// Land cover: quiet, so that water, gas and people stand out.
pub fn cover(c: Cover) -> Rgb {
    match c {
        Cover::Water => [0xb5, 0xd0, 0xe0],
        Cover::Paved => [0xe4, 0xe2, 0xdd],
        Cover::Built => [0xe3, 0xdd, 0xd2],
        Cover::Industry => [0xdc, 0xd4, 0xd9],
        Cover::Field => [0xee, 0xec, 0xdc],
        Cover::Park => [0xdd, 0xe8, 0xcf],
        Cover::Wood => [0xcd, 0xdd, 0xc3],
        Cover::Levee => [0xc4, 0xb3, 0x92],
    }
}

/// Upper ends of the water-depth classes, m, and the colour of each. 0.3 m is where cars stall, 0.5 m where walking
/// becomes unsafe in still water, 1 and 2 m where ground floors are lost.
pub const DEPTH_CLASSES: [(f32, Rgb); 6] = [
    (0.15, [0xb8, 0xdc, 0xee]),
    (0.3, [0x86, 0xc2, 0xe4]),
    (0.5, [0x4f, 0xa3, 0xd6]),
    (1.0, [0x24, 0x7d, 0xbd]),
    (2.0, [0x13, 0x57, 0x98]),
    (f32::INFINITY, [0x0a, 0x30, 0x63]),
];
/// Water shallower than this is not drawn, m: a wet street is not a flood.
pub const DEPTH_SHOWN_M: f32 = 0.05;

pub fn depth(depth_m: f32) -> Option<Rgb> {
    (depth_m >= DEPTH_SHOWN_M)
        .then(|| DEPTH_CLASSES.iter().find(|(top, _)| depth_m < *top).expect("the last class has no top").1)
}

/// Upper ends of the gas classes, mg/m3, with colour and opacity: yellow through orange to purple, unlike any water.
pub const GAS_CLASSES: [(f32, Rgb, f32); 5] = [
    (6.0, [0xf6, 0xe0, 0x6a], 0.45),
    (30.0, [0xf2, 0xb1, 0x3c], 0.55),
    (120.0, [0xe0, 0x76, 0x2e], 0.65),
    (600.0, [0xb0, 0x3a, 0x5b], 0.72),
    (f32::INFINITY, [0x5f, 0x1a, 0x6e], 0.80),
];
/// Gas below this is not drawn, mg/m3: near AEGL-1 of chlorine (0.5 ppm, 1.5 mg/m3).
pub const GAS_SHOWN_MG_M3: f32 = 1.5;

pub fn gas(mg_m3: f32) -> Option<(Rgb, f32)> {
    (mg_m3 >= GAS_SHOWN_MG_M3)
        .then(|| GAS_CLASSES.iter().find(|(top, _, _)| mg_m3 < *top).expect("the last class has no top"))
        .map(|c| (c.1, c.2))
}

/// Upper ends of the heat classes, kW/m2, with colour and opacity: pain, second-degree burns, death within a minute (ALOHA's 2, 5, 10),
/// and what breaks pressure tanks (45).
pub const HEAT_CLASSES: [(f32, Rgb, f32); 4] = [
    (5.0, [0xff, 0xd5, 0x9a], 0.50),
    (10.0, [0xf7, 0x9b, 0x4a], 0.60),
    (45.0, [0xd9, 0x4a, 0x1e], 0.70),
    (f32::INFINITY, [0x8a, 0x12, 0x0a], 0.80),
];
/// Heat below this is not drawn, kW/m2.
pub const HEAT_SHOWN_KW_M2: f32 = 2.0;

pub fn heat(kw_m2: f32) -> Option<(Rgb, f32)> {
    (kw_m2 >= HEAT_SHOWN_KW_M2)
        .then(|| HEAT_CLASSES.iter().find(|(top, _, _)| kw_m2 < *top).expect("the last class has no top"))
        .map(|c| (c.1, c.2))
}

/// A person by what it is doing.
pub fn doing(d: Doing) -> Rgb {
    match d {
        Doing::Unaware => [0x8c, 0x8c, 0x8c],
        Doing::Staying => [0xc9, 0xa2, 0x27],
        Doing::Sealed => [0xf0, 0xe4, 0x42],
        Doing::Upstairs => [0xe6, 0x9f, 0x00],
        Doing::Walking => [0x00, 0x9e, 0x73],
        Doing::Driving => [0x00, 0x6d, 0x4f],
        Doing::Carried => [0x2a, 0xb5, 0xc0],
        Doing::Sheltered => [0x56, 0xb4, 0xe9],
        Doing::InHospital => [0xcc, 0x79, 0xa7],
        Doing::Away => [0xbf, 0xd7, 0xea],
        Doing::Trapped => [0xd5, 0x5e, 0x00],
        Doing::Hurt => [0xd0, 0x1c, 0x3b],
        Doing::Dead => [0x10, 0x10, 0x10],
    }
}

/// A unit by its duty.
pub fn duty(d: Duty) -> Rgb {
    match d {
        Duty::Ready => [0xd9, 0xdd, 0xe1],
        Duty::TurningOut => [0xf0, 0xe4, 0x42],
        Duty::Travelling => [0x56, 0xb4, 0xe9],
        Duty::Working => [0x00, 0x72, 0xb2],
        Duty::Transporting => [0x00, 0x9e, 0x73],
        Duty::Returning => [0xb9, 0xc9, 0xb0],
        Duty::Lost => [0x30, 0x30, 0x30],
    }
}

/// The four warning colours (蓝黄橙红). Always shown with the word.
pub fn warning(c: Colour) -> Rgb {
    match c {
        Colour::Blue => [0x1f, 0x6f, 0xd1],
        Colour::Yellow => [0xf2, 0xc2, 0x00],
        Colour::Orange => [0xf0, 0x7c, 0x00],
        Colour::Red => [0xd0, 0x1c, 0x2a],
    }
}

/// Closed roads: by water, by order, by debris.
pub const CLOSED_WATER: Rgb = [0x9a, 0x1f, 0x40];
pub const CLOSED_ORDER: Rgb = [0x6a, 0x3d, 0x9a];
pub const CLOSED_DEBRIS: Rgb = [0x6b, 0x4a, 0x2b];
/// Streets and larger roads of the base map.
pub const STREET: Rgb = [0xfb, 0xfa, 0xf6];
pub const MAIN_ROAD: Rgb = [0xf3, 0xd9, 0x9a];
/// Buildings of the base map.
pub const BUILDING: Rgb = [0xcf, 0xc6, 0xb8];
/// Outlines and text.
pub const INK: Rgb = [0x26, 0x2c, 0x33];
/// A call for help that is open.
pub const INCIDENT: Rgb = [0xd0, 0x1c, 0x3b];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_depth_ramp_only_gets_darker() {
        let light = |c: Rgb| 0.2126 * f64::from(c[0]) + 0.7152 * f64::from(c[1]) + 0.0722 * f64::from(c[2]);
        assert!(DEPTH_CLASSES.windows(2).all(|w| light(w[1].1) < light(w[0].1)));
        assert!(GAS_CLASSES.windows(2).all(|w| light(w[1].1) < light(w[0].1)));
        assert_eq!(depth(0.04), None);
        assert_eq!(depth(0.3), Some(DEPTH_CLASSES[2].1));
        assert_eq!(depth(9.0), Some(DEPTH_CLASSES[5].1));
    }

    #[test]
    fn no_two_doings_share_a_colour() {
        for (i, a) in Doing::ALL.into_iter().enumerate() {
            for b in &Doing::ALL[..i] {
                assert_ne!(doing(a), doing(*b), "{a:?} and {b:?}");
            }
        }
    }
}
