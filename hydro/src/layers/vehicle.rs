//! Vehicles in water: when they float or are swept away, and which class gets along a road.
//!
//! Three limits a class: depth, speed, depth times speed (drag and buoyancy together). Sources by row in `limits`; those
//! of the LifeSim manual were read, those of AR&R project 10 (Shand et al. 2011) recalled and unchecked, those of trucks
//! and buses are practice.
//!
//! Speed of cars in water, Pregnolato et al. (2017; from memory): v = 0.0009 w^2 - 0.5529 w + 86.9448 km/h, w in mm,
//! nearly 0 at 300 mm.

use serde::{Deserialize, Serialize};

/// Who wants to pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Vehicle {
    /// 小型车: under 4.3 m and 1.25 t.
    SmallCar,
    /// 大型轿车
    LargeCar,
    /// 越野车: clearance over 0.22 m.
    FourWheelDrive,
    /// 公交车, 12 m
    Bus,
    /// 消防车、重型卡车
    Truck,
    /// 高底盘车 (military and wading trucks)
    HighClearance,
}

impl Vehicle {
    pub const ALL: [Vehicle; 6] = [
        Vehicle::SmallCar,
        Vehicle::LargeCar,
        Vehicle::FourWheelDrive,
        Vehicle::Bus,
        Vehicle::Truck,
        Vehicle::HighClearance,
    ];
}

/// Limits up to which a class drives safely.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DriveLimits {
    pub depth_m: f64,
    pub speed_m_s: f64,
    pub force_m2_s: f64,
}

const fn limits(depth_m: f64, speed_m_s: f64, force_m2_s: f64) -> DriveLimits {
    DriveLimits { depth_m, speed_m_s, force_m2_s }
}

impl Vehicle {
    pub const fn limits(self) -> DriveLimits {
        match self {
            // Shand et al. 2011, AR&R project 10 (recalled; equal to LifeSim's low bound for cars, read).
            Vehicle::SmallCar => limits(0.3, 3.0, 0.3),
            Vehicle::LargeCar => limits(0.4, 3.0, 0.45),
            Vehicle::FourWheelDrive => limits(0.5, 3.0, 0.6),
            // Engine intake or door sill at 0.35 to 0.5 m (practice, low confidence); the lower end, for passengers. Force:
            // that of the large car, which a bus with its long sides does not surely exceed (assumption).
            Vehicle::Bus => limits(0.35, 3.0, 0.45),
            // 0.7 to 1.0 m and 1.2 m2/s at 2 m/s (manufacturers' practice, low confidence); the lower end.
            Vehicle::Truck => limits(0.7, 2.0, 1.2),
            // Upper end of heavy trucks (practice); force: LifeSim's best estimate for high clearance (read).
            Vehicle::HighClearance => limits(1.0, 3.0, 1.2),
        }
    }
}

/// Depth at which an underpass is closed to all traffic, m (Shanghai practice, press of 2015 and 2021, read).
pub const UNDERPASS_CLOSED_M: f64 = 0.25;
/// A class that was stopped goes again only this far below its limits, as a share (assumption: keeps a road from opening
/// and closing with every ripple; cars stop at 0.30 m and go at 0.25 m).
pub const REOPENS_SHARE: f64 = 0.25 / 0.30;

/// Why a class cannot pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stop {
    TooDeep,
    TooFast,
    /// Depth times speed.
    TooForceful,
}

/// What keeps a class from passing water that, along the road, is `depth_m` deep, `speed_m_s` fast and has the greatest
/// depth times speed `force_m2_s`. `stopped` says whether it was stopped before.
pub fn stop(vehicle: Vehicle, depth_m: f64, speed_m_s: f64, force_m2_s: f64, stopped: bool) -> Option<Stop> {
    let (limits, share) = (vehicle.limits(), if stopped { REOPENS_SHARE } else { 1.0 });
    if depth_m > share * limits.depth_m {
        Some(Stop::TooDeep)
    } else if force_m2_s > share * limits.force_m2_s {
        Some(Stop::TooForceful)
    } else if speed_m_s > share * limits.speed_m_s && depth_m > SHALLOW_M {
        Some(Stop::TooFast)
    } else {
        None
    }
}

/// Under this depth speed alone stops nobody, m (assumption: the film of a steep wet road).
pub const SHALLOW_M: f64 = 0.05;

/// Share of dry speed left to a car in this depth (Pregnolato et al. 2017, normalised by its value on a dry road); 0 from
/// 0.3 m on.
pub fn car_speed_share(depth_m: f64) -> f64 {
    let w = depth_m.max(0.0) * 1000.0;
    if w >= 300.0 { 0.0 } else { (0.0009 * w * w - 0.5529 * w + 86.9448) / 86.9448 }
}

/// Classes that pass, as bits in the order of `Vehicle::ALL`.
pub fn passable(depth_m: f64, speed_m_s: f64, force_m2_s: f64) -> u8 {
    let bit = |(k, v): (usize, &Vehicle)| u8::from(stop(*v, depth_m, speed_m_s, force_m2_s, false).is_none()) << k;
    Vehicle::ALL.iter().enumerate().map(bit).sum()
}

/// Bounds between which a standing or driving car is lost: LifeSim technical reference manual v1.0, chapter 7, table 17
/// (read): low, best, high.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LossBounds {
    pub depth_m: [f64; 3],
    pub speed_m_s: [f64; 3],
    pub force_m2_s: [f64; 3],
}

pub const LOW_CLEARANCE_LOST: LossBounds =
    LossBounds { depth_m: [0.3, 1.2, 1.5], speed_m_s: [3.0, 4.5, 6.0], force_m2_s: [0.3, 0.8, 1.3] };
pub const HIGH_CLEARANCE_LOST: LossBounds =
    LossBounds { depth_m: [0.5, 1.5, 2.0], speed_m_s: [3.0, 6.0, 6.0], force_m2_s: [0.6, 1.2, 2.4] };

/// Depths at which cars float in still water, m: small cars 0.46, SUVs and large cars 0.61 to 0.76 (LifeSim manual,
/// chapter 7, 18 and 24 to 30 in; read). The lower end of the latter.
pub const SMALL_CAR_FLOATS_M: f64 = 0.46;
pub const LARGE_CAR_FLOATS_M: f64 = 0.61;

impl LossBounds {
    /// Chance that the vehicle is lost: each criterion has a triangular distribution (low, best, high), and the worst of
    /// the three decides (taking them as fully dependent: one car is light in all respects; assumption).
    pub fn chance(&self, depth_m: f64, speed_m_s: f64, force_m2_s: f64) -> f64 {
        triangle_cdf(self.depth_m, depth_m)
            .max(triangle_cdf(self.speed_m_s, speed_m_s))
            .max(triangle_cdf(self.force_m2_s, force_m2_s))
    }
}

/// Cumulative triangular distribution with the bounds low, best (mode), high.
pub fn triangle_cdf([low, best, high]: [f64; 3], x: f64) -> f64 {
    if x <= low {
        0.0
    } else if x >= high {
        1.0
    } else if x < best {
        (x - low) * (x - low) / ((high - low) * (best - low))
    } else {
        1.0 - (high - x) * (high - x) / ((high - low) * (high - best))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Grade: reference (Shand et al. 2011 and LifeSim table 17 as in the parameter table).
    #[test]
    fn classes_stop_at_their_published_limits() {
        for (vehicle, depth, force) in
            [(Vehicle::SmallCar, 0.3, 0.3), (Vehicle::LargeCar, 0.4, 0.45), (Vehicle::FourWheelDrive, 0.5, 0.6)]
        {
            assert_eq!(stop(vehicle, depth, 0.0, 0.0, false), None);
            assert_eq!(stop(vehicle, depth + 1e-6, 0.0, 0.0, false), Some(Stop::TooDeep));
            assert_eq!(
                stop(vehicle, 0.1, force / 0.1, force, false),
                Some(Stop::TooFast).filter(|_| force / 0.1 > 3.0)
            );
            assert_eq!(stop(vehicle, depth - 0.05, 1.0, force + 1e-6, false), Some(Stop::TooForceful));
        }
        assert_eq!(LOW_CLEARANCE_LOST.chance(0.3, 3.0, 0.3), 0.0);
        assert_eq!(LOW_CLEARANCE_LOST.chance(0.3, 0.0, 1.3), 1.0);
        assert_eq!(HIGH_CLEARANCE_LOST.chance(0.5, 3.0, 0.6), 0.0);
        assert_eq!(HIGH_CLEARANCE_LOST.chance(0.0, 6.0, 0.0), 1.0);
        assert!((LOW_CLEARANCE_LOST.chance(0.5, 1.6, 0.8) - 0.5).abs() < 1e-12, "best in the middle of low and high");
    }

    /// Grade: exact.
    #[test]
    fn a_class_that_was_stopped_waits_for_the_water_to_fall_a_little() {
        assert_eq!(stop(Vehicle::SmallCar, 0.27, 0.0, 0.0, false), None);
        assert_eq!(stop(Vehicle::SmallCar, 0.27, 0.0, 0.0, true), Some(Stop::TooDeep));
        assert_eq!(stop(Vehicle::SmallCar, 0.249, 0.0, 0.0, true), None);
    }

    /// Grade: behaviour.
    #[test]
    fn rising_water_stops_small_cars_first_and_high_trucks_last() {
        let passes = |depth: f64, speed: f64| passable(depth, speed, depth * speed);
        assert_eq!(passes(0.1, 0.3), 0b11_1111);
        assert_eq!(passes(0.32, 0.3), 0b11_1110);
        assert_eq!(passes(0.45, 0.3), 0b11_0100);
        assert_eq!(passes(0.65, 0.3), 0b11_0000);
        assert_eq!(passes(0.9, 0.3), 0b10_0000);
        assert_eq!(passes(1.1, 0.0), 0);
        assert_eq!(passes(0.28, 1.2), 0b11_1110, "force stops the small car in water it could stand");
    }

    /// Grade: reference (Pregnolato et al. 2017: 86.9, 24.3, 2.1 km/h at 0, 150 and just under 300 mm).
    #[test]
    fn cars_slow_down_by_the_published_curve() {
        for (depth, km_h) in [(0.0, 86.9), (0.15, 24.3), (0.2999, 2.1)] {
            assert!((car_speed_share(depth) * 86.9448 - km_h).abs() < 0.06, "{depth}");
        }
        assert_eq!(car_speed_share(0.3), 0.0);
    }

    /// Grade: reference (the table itself, where it is at hand).
    #[test]
    fn limits_are_those_of_the_parameter_table() {
        let Some(rows) = crate::layers::tables::rows("vehicle_stability.csv") else { return };
        let number = |text: &String| text.parse::<f64>().unwrap();
        for (vehicle, keys) in [
            (Vehicle::SmallCar, ["small passenger car", "ARR stable limit"]),
            (Vehicle::LargeCar, ["large passenger car", "ARR stable limit"]),
            (Vehicle::FourWheelDrive, ["large 4WD", "ARR stable limit"]),
        ] {
            let row = crate::layers::tables::row(&rows, &keys);
            assert_eq!(vehicle.limits(), limits(number(&row[2]), number(&row[3]), number(&row[4])), "{row:?}");
        }
        for (bounds, name) in [(LOW_CLEARANCE_LOST, "low-clearance car"), (HIGH_CLEARANCE_LOST, "high-clearance car")] {
            let row = crate::layers::tables::row(&rows, &[name]);
            let best = [bounds.depth_m[1], bounds.speed_m_s[1], bounds.force_m2_s[1]];
            assert_eq!(best, [number(&row[2]), number(&row[3]), number(&row[4])], "{row:?}");
            let ends = |k: usize| format!("{}/{}/{}", bounds.depth_m[k], bounds.speed_m_s[k], bounds.force_m2_s[k]);
            assert_eq!(row[8].replace(".0", ""), format!("low {}; high {}", ends(0), ends(2)));
        }
        let truck = crate::layers::tables::row(&rows, &["fire engine / heavy truck"]);
        assert!(truck[2].starts_with(&format!("{}-", Vehicle::Truck.limits().depth_m)), "{truck:?}");
        let floats = crate::layers::tables::row(&rows, &["small car", "floats in still water"]);
        assert_eq!(number(&floats[2]), SMALL_CAR_FLOATS_M);
        let underpass = crate::layers::tables::row(&rows, &["underpass"]);
        assert_eq!(number(&underpass[2]), UNDERPASS_CLOSED_M);
        for limits in crate::layers::hazard::CLASSES {
            let row = rows.iter().find(|row| row[1].starts_with(&format!("ARR {:?} ", limits.class))).unwrap();
            let given = [limits.depth_m, limits.speed_m_s, limits.force_m2_s];
            assert_eq!(given, [number(&row[2]), number(&row[3]), number(&row[4])], "{row:?}");
        }
    }
}
