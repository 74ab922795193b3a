//! Tanks as bodies (储罐): how much liquid stands at which height.

use super::hole::{cap_m3, segment_depth_m, segment_m2};
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// Shape and inner measures.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Vessel {
    /// A cylinder that stands (立式).
    Upright { diameter_m: f64, height_m: f64 },
    /// A cylinder that lies, with flat ends (卧式).
    Lying { diameter_m: f64, length_m: f64 },
    /// A sphere (球罐).
    Sphere { diameter_m: f64 },
}

impl Vessel {
    pub fn volume_m3(&self) -> f64 {
        match *self {
            Vessel::Upright { diameter_m: d, height_m: l } | Vessel::Lying { diameter_m: d, length_m: l } => {
                0.25 * PI * d * d * l
            }
            Vessel::Sphere { diameter_m: d } => PI * d * d * d / 6.0,
        }
    }
    /// Inner height, m.
    pub fn tall_m(&self) -> f64 {
        match *self {
            Vessel::Upright { height_m, .. } => height_m,
            Vessel::Lying { diameter_m, .. } | Vessel::Sphere { diameter_m } => diameter_m,
        }
    }
    /// What its wall can bear of a hole, m: how wide and how tall, each with the name of the side that sets it. Seen from the side a
    /// cylinder that stands is as wide as its diameter, one that lies as its length.
    pub fn wall(&self) -> [(&'static str, f64); 2] {
        match *self {
            Vessel::Upright { diameter_m, height_m } => [("diameter", diameter_m), ("height", height_m)],
            Vessel::Lying { diameter_m, length_m } => [("length", length_m), ("diameter", diameter_m)],
            Vessel::Sphere { diameter_m } => [("diameter", diameter_m); 2],
        }
    }
    /// The smaller measure of its wall, m: no round hole can be larger.
    pub fn smallest_m(&self) -> f64 {
        let [wide, tall] = self.wall();
        wide.1.min(tall.1)
    }
    /// Inner surface, m2.
    pub fn surface_m2(&self) -> f64 {
        match *self {
            Vessel::Upright { diameter_m: d, height_m: l } | Vessel::Lying { diameter_m: d, length_m: l } => {
                PI * d * l + 0.5 * PI * d * d
            }
            Vessel::Sphere { diameter_m: d } => PI * d * d,
        }
    }
    /// Liquid below a height, m3.
    pub fn volume_below_m3(&self, level_m: f64) -> f64 {
        match *self {
            Vessel::Upright { diameter_m: d, height_m: l } => 0.25 * PI * d * d * level_m.clamp(0.0, l),
            Vessel::Lying { diameter_m: d, length_m: l } => segment_m2(0.5 * d, level_m) * l,
            Vessel::Sphere { diameter_m: d } => cap_m3(0.5 * d, level_m),
        }
    }
    /// Height at which a volume of liquid stands, m.
    pub fn level_m(&self, liquid_m3: f64) -> f64 {
        let share = (liquid_m3 / self.volume_m3()).clamp(0.0, 1.0);
        match *self {
            Vessel::Upright { height_m, .. } => share * height_m,
            Vessel::Lying { diameter_m, .. } => segment_depth_m(0.5 * diameter_m, share),
            Vessel::Sphere { diameter_m } => {
                let (mut low, mut high) = (0.0, diameter_m);
                for _ in 0..60 {
                    let mid = 0.5 * (low + high);
                    if cap_m3(0.5 * diameter_m, mid) < liquid_m3 { low = mid } else { high = mid }
                }
                0.5 * (low + high)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_and_volumes_turn_into_each_other_in_every_shape() {
        // Grade: exact.
        for v in [
            Vessel::Upright { diameter_m: 2.0, height_m: 5.0 },
            Vessel::Lying { diameter_m: 2.0, length_m: 5.0 },
            Vessel::Sphere { diameter_m: 2.0 },
        ] {
            for share in [0.0, 0.05, 0.3, 0.5, 0.85, 1.0] {
                let volume = share * v.volume_m3();
                assert!((v.volume_below_m3(v.level_m(volume)) - volume).abs() < 1e-6, "{v:?} {share}");
            }
            assert!((v.level_m(0.5 * v.volume_m3()) - 0.5 * v.tall_m()).abs() < 1e-9);
        }
    }
}
