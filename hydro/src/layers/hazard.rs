//! Hazard classes of moving water.
//!
//! H1 to H6 (危险等级), the combined curves of Australian practice (Smith et al. 2014; AIDR guideline 7-3): a cell is in
//! the first class whose three limits it keeps,
//!
//! | class | depth m | speed m/s | depth x speed m2/s | unsafe for |
//! |---|---|---|---|---|
//! | H1 | 0.3 | 2.0 | 0.3 | nobody |
//! | H2 | 0.5 | 2.0 | 0.6 | small cars |
//! | H3 | 1.2 | 2.0 | 0.6 | all vehicles, children, the elderly |
//! | H4 | 2.0 | 2.0 | 1.0 | all people |
//! | H5 | 4.0 | 4.0 | 4.0 | buildings not engineered for it |
//! | H6 | - | - | - | all buildings |
//!
//! The figures were recalled and then found again in Geoscience Australia's open code for the same figure (New South
//! Wales flood risk management guideline FB03, 2023), which agrees in every limit.
//!
//! DEFRA's rating (FD2321): HR = d (v + 0.5) + DF.

use serde::{Deserialize, Serialize};

/// H1 to H6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[repr(u8)]
pub enum HazardClass {
    H1 = 1,
    H2 = 2,
    H3 = 3,
    H4 = 4,
    H5 = 5,
    H6 = 6,
}

/// Limits of a class, all kept by a cell that is in it or below it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassLimits {
    pub class: HazardClass,
    pub depth_m: f64,
    pub speed_m_s: f64,
    pub force_m2_s: f64,
}

const fn limits(class: HazardClass, depth_m: f64, speed_m_s: f64, force_m2_s: f64) -> ClassLimits {
    ClassLimits { class, depth_m, speed_m_s, force_m2_s }
}

/// The table above; what breaks the last row is H6.
pub const CLASSES: [ClassLimits; 5] = [
    limits(HazardClass::H1, 0.3, 2.0, 0.3),
    limits(HazardClass::H2, 0.5, 2.0, 0.6),
    limits(HazardClass::H3, 1.2, 2.0, 0.6),
    limits(HazardClass::H4, 2.0, 2.0, 1.0),
    limits(HazardClass::H5, 4.0, 4.0, 4.0),
];

/// The class of water `depth_m` deep at `speed_m_s`; `None` where dry.
pub fn class(depth_m: f64, speed_m_s: f64) -> Option<HazardClass> {
    class_of(depth_m, speed_m_s, depth_m * speed_m_s)
}

/// The same with depth times speed given: for maxima over time, which need not be of one moment.
pub fn class_of(depth_m: f64, speed_m_s: f64, force_m2_s: f64) -> Option<HazardClass> {
    let wet = depth_m > 0.0;
    let keeps = |l: &&ClassLimits| depth_m <= l.depth_m && speed_m_s <= l.speed_m_s && force_m2_s <= l.force_m2_s;
    wet.then(|| CLASSES.iter().find(keeps).map_or(HazardClass::H6, |l| l.class))
}

impl HazardClass {
    /// For whom it is not safe: Chinese and English.
    pub fn unsafe_for(self) -> (&'static str, &'static str) {
        match self {
            HazardClass::H1 => ("基本安全", "generally safe"),
            HazardClass::H2 => ("小型车不安全", "unsafe for small vehicles"),
            HazardClass::H3 => ("车辆、儿童、老人不安全", "unsafe for vehicles, children and the elderly"),
            HazardClass::H4 => ("车辆和人员均不安全", "unsafe for vehicles and people"),
            HazardClass::H5 => ("房屋可能损毁", "unsafe; buildings need special design"),
            HazardClass::H6 => ("各类房屋均可能倒塌", "unsafe; all building types may fail"),
        }
    }
}

/// Ground by what floats on the water: sets DEFRA's debris factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Debris {
    /// Left out.
    None,
    Pasture,
    Woodland,
    Urban,
}

impl Debris {
    /// DF. Urban: 0 up to 0.25 m, 1 beyond or above 2 m/s (read in a modelling package's manual that quotes DEFRA 2008).
    /// Pasture 0, 0, 0.5 and woodland 0, 0.5, 1 by the depths 0.25 and 0.75 m (FD2321/TR1 table 3.1, from memory,
    /// unchecked). The supplementary note of 2008 puts 0.5 for all ground up to 0.25 m (from memory, unchecked), which
    /// rates films on a street "danger for some" from 1 m/s on: not taken.
    pub fn factor(self, depth_m: f64, speed_m_s: f64) -> f64 {
        let band = if depth_m > 0.75 || speed_m_s > 2.0 {
            2
        } else if depth_m > 0.25 {
            1
        } else {
            0
        };
        match self {
            Debris::None => 0.0,
            Debris::Pasture => [0.0, 0.0, 0.5][band],
            Debris::Woodland => [0.0, 0.5, 1.0][band],
            Debris::Urban => [0.0, 1.0, 1.0][band],
        }
    }
}

/// DEFRA's hazard rating, HR = d (v + 0.5) + DF; 0 where dry.
pub fn rating(depth_m: f64, speed_m_s: f64, debris: Debris) -> f64 {
    if depth_m <= 0.0 {
        return 0.0;
    }
    depth_m * (speed_m_s + 0.5) + debris.factor(depth_m, speed_m_s)
}

/// DEFRA's classes of people in danger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Danger {
    /// Shallow or slow water: caution.
    Low,
    /// Danger for some: children, the elderly, the infirm.
    Some,
    /// Danger for most: the general public.
    Most,
    /// Danger for all, rescuers included.
    All,
}

/// Ratings at which the three upper classes begin (from memory, unchecked). The last is 2.0 in the supplementary note of
/// 2008 and 2.5 in FD2321; the stricter is taken.
pub const DANGER_FROM: [f64; 3] = [0.75, 1.25, 2.0];

pub fn danger(rating: f64) -> Danger {
    match DANGER_FROM.iter().filter(|from| rating >= **from).count() {
        0 => Danger::Low,
        1 => Danger::Some,
        2 => Danger::Most,
        _ => Danger::All,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use HazardClass::*;

    /// Grade: reference (the limits of AIDR 7-3 as in Geoscience Australia's code for FB03 figure 1: still water by
    /// depth, fast water by speed, and the product between).
    #[test]
    fn the_curves_have_their_published_corners() {
        for (depth, speed, expected) in [
            (0.15, 0.3, H1),
            (0.30, 1.0, H1),
            (0.31, 0.3, H2),
            (0.20, 1.6, H2),
            (0.50, 1.2, H2),
            (0.51, 0.3, H3),
            (1.20, 0.5, H3),
            (1.21, 0.3, H4),
            (0.40, 1.6, H4),
            (2.00, 0.5, H4),
            (2.01, 0.3, H5),
            (0.10, 2.1, H5),
            (0.60, 1.7, H5),
            (4.00, 1.0, H5),
            (4.01, 0.3, H6),
            (0.10, 4.1, H6),
            (2.00, 2.1, H6),
        ] {
            assert_eq!(class(depth, speed), Some(expected), "{depth} m at {speed} m/s");
        }
        assert_eq!(class(0.0, 0.0), None);
    }

    /// Grade: exact.
    #[test]
    fn more_depth_or_speed_never_lowers_the_class() {
        for a in 0..60 {
            for b in 0..60 {
                let (d, v) = (f64::from(a) * 0.1 + 0.01, f64::from(b) * 0.1);
                assert!(class(d + 0.1, v) >= class(d, v) && class(d, v + 0.1) >= class(d, v), "{d} m, {v} m/s");
            }
        }
    }

    /// Grade: reference (HR by hand from the formula; classes at their bounds).
    #[test]
    fn the_rating_has_its_formula_and_classes() {
        assert!((rating(0.2, 1.0, Debris::Urban) - 0.3).abs() < 1e-12);
        assert!((rating(0.5, 1.0, Debris::Urban) - 1.75).abs() < 1e-12);
        assert!((rating(0.2, 2.5, Debris::Urban) - 1.6).abs() < 1e-12, "fast water brings debris at any depth");
        assert!((rating(0.5, 1.0, Debris::Woodland) - 1.25).abs() < 1e-12);
        assert!((rating(1.0, 1.0, Debris::Pasture) - 2.0).abs() < 1e-12);
        assert_eq!(rating(0.0, 0.0, Debris::Urban), 0.0);
        assert_eq!(
            [0.74, 0.75, 1.25, 1.99, 2.0].map(danger),
            [Danger::Low, Danger::Some, Danger::Most, Danger::Most, Danger::All]
        );
    }
}
