//! What a post works out about a release (态势研判): from the emergency guidebook in the first minutes, from a model when it knows more. It
//! is what that post believes, drawn on a map; the truth may differ.

use crate::base::ids::*;
use crate::vocab::body::Point;
use serde::{Deserialize, Serialize};

/// What the distances stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Basis {
    /// Emergency Response Guidebook: initial isolation and protective action (应急救援指南).
    Guide,
    /// Computed with a cloud model.
    Model,
}

/// How the post comes to the rate that it computes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RateFrom {
    /// Someone on the spot named it.
    Reported,
    /// Computed from the reported hole in a supposed tank.
    Hole,
    /// Nobody knows: a supposed hole in a supposed tank.
    Supposed,
}

/// A ring of corners in whole metres of the map; the first is not repeated.
pub type Ring = Vec<(i32, i32)>;

/// One level on the map: hot, warm and cold (重危区、中危区、轻危区) for 3, 2, 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StudiedLevel {
    /// AEGL level; of the guidebook 3 is the initial isolation, 2 the protective action.
    pub level: u8,
    /// 0 for the guidebook.
    pub ppm: f64,
    pub reach_m: f64,
    /// It goes on beyond what was computed.
    pub cut: bool,
    pub rings: Vec<Ring>,
    /// Lines between which the wind may swing in 19 hours of 20 (风向不确定线).
    pub lines: Vec<Ring>,
}

/// A zone of the city in the study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StudiedZone {
    pub zone: ZoneId,
    /// Highest level that it lies in, and that it lies in between the wind's lines.
    pub level: u8,
    pub lines: u8,
    /// What is expected of those who stay and air in time, and of those who leave: shares of the AEGL loads, 1 to 3.
    pub load: Option<StayOrLeave>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StayOrLeave {
    pub stay: [f64; 3],
    pub leave: [f64; 3],
    /// Staying harms less.
    pub shelter: bool,
    /// When to open the windows, s from now.
    pub air_from_s: Option<f64>,
}

/// A study, as it was told and recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GasStudy {
    pub post: PostId,
    pub site: FacilityId,
    pub at: Point,
    pub basis: Basis,
    /// UN number that the post believes; `None` while nobody has named the substance.
    pub un: Option<u16>,
    /// The leak is believed to go on.
    pub running: bool,
    /// Largest rate that it computes with, kg/s; 0 for the guidebook.
    pub rate_kg_s: f64,
    pub rate_from: RateFrom,
    /// Believed wind: m/s, degrees it comes from.
    pub wind: Option<(f64, f64)>,
    /// Pasquill's class of that wind, hour and sky, as a letter; empty for the guidebook.
    pub class: String,
    /// Half of the angle within which the wind stays, degrees.
    pub angle_deg: f64,
    /// Highest level first.
    pub levels: Vec<StudiedLevel>,
    pub zones: Vec<StudiedZone>,
}

impl GasStudy {
    pub fn level(&self, level: u8) -> Option<&StudiedLevel> {
        self.levels.iter().find(|l| l.level == level)
    }
}

/// Whether a point lies inside rings, by the even-odd rule.
pub fn inside(rings: &[Ring], p: Point) -> bool {
    let crosses = |ring: &Ring| {
        (0..ring.len())
            .filter(|&k| {
                let ((ax, ay), (bx, by)) = (ring[k], ring[(k + 1) % ring.len()]);
                let (ax, ay, bx, by) = (f64::from(ax), f64::from(ay), f64::from(bx), f64::from(by));
                (ay > p.y) != (by > p.y) && p.x < ax + (p.y - ay) / (by - ay) * (bx - ax)
            })
            .count()
    };
    rings.iter().map(crosses).sum::<usize>() % 2 == 1
}
