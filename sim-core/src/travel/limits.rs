//! What roads, cars and bodies can bear: speed laws and limits as plain functions of plain numbers. Limits by class of
//! vehicle and body, with their sources, are those of `hydro::layers`.

use crate::base::math;
use crate::place::city::RoadClass;
pub use crate::vocab::body::VehicleClass;
use hydro::layers::people::{ADULT_WADES, CHILD_WADES, RESCUER_WADES};
use hydro::layers::vehicle::Vehicle;

/// Road that one standing car takes, m (MATSim's default; jam density 133 cars/km/lane).
pub const CAR_SPACE_M: f64 = 7.5;
/// Speed of the backward wave in a jam, m/s: 18 km/h, the usual range is 15 to 18.
pub const WAVE_M_S: f64 = 5.0;
/// Cars that can leave the yards and kerbs around one node, 1/h (assumption: one every 2 s).
pub const ORIGIN_VEH_H: i64 = 1800;

/// Cars per hour and lane that can leave a link at its downstream end.
///
/// Motorway: below the 2,250-2,400 of HCM 2010 for ideal conditions (assumption: mixed traffic, bad weather). Trunk: 1,800,
/// one car every 2 s. Primary to tertiary: HCM saturation flow of 1,900 times a green share of 0.45, 0.42, 0.40
/// (assumption; SUMO on the same kind of net gives 800-1,020 per lane). Residential and service: assumption.
pub fn capacity_veh_h_lane(class: RoadClass) -> i64 {
    match class {
        RoadClass::Motorway => 2000,
        RoadClass::Trunk => 1800,
        RoadClass::Primary => 855,
        RoadClass::Secondary => 800,
        RoadClass::Tertiary => 760,
        RoadClass::Residential => 600,
        RoadClass::Service => 300,
        RoadClass::Path => 0,
    }
}

/// Width on which people walk, both sides together, m (assumption: two pavements; paths as narrow as they are).
pub fn walking_width_m(class: RoadClass) -> f64 {
    match class {
        RoadClass::Motorway => 2.0,
        RoadClass::Trunk | RoadClass::Primary => 6.0,
        RoadClass::Secondary => 5.0,
        RoadClass::Tertiary | RoadClass::Residential => 4.0,
        RoadClass::Service => 3.0,
        RoadClass::Path => 2.0,
    }
}

/// Depth at which a road is closed to ordinary cars, m: the end of Pregnolato's curve, and AR&R's limit for small cars.
pub const CAR_CLOSED_M: f64 = Vehicle::SmallCar.limits().depth_m;
/// Depth below which a closed road opens again, m (assumption: keeps a road from opening and closing with every ripple).
pub const CAR_OPEN_M: f64 = 0.25;
/// Depth times speed that closes a road to small cars, m2/s (Shand et al. 2011, AR&R project 10).
pub const CAR_CLOSED_DV_M2_S: f64 = Vehicle::SmallCar.limits().force_m2_s;
/// Water that no driver minds, m (assumption; 84 % of 154 drivers entered a ford of 0.10-0.30 m, LifeSim).
pub const DAMP_M: f64 = 0.10;
/// Willingness of drivers to enter water: mean and spread, m (LifeSim technical reference, cars).
pub const NERVE_M: (f64, f64) = (0.35, 0.20);
/// Depth at which a small car floats, m (LifeSim technical reference, 18 in).
pub const CAR_FLOATS_M: f64 = hydro::layers::vehicle::SMALL_CAR_FLOATS_M;
/// Depth times speed that sweeps a low car away for sure, m2/s (LifeSim table 17, best estimate).
pub const CAR_SWEPT_DV_M2_S: f64 = hydro::layers::vehicle::LOW_CLEARANCE_LOST.force_m2_s[1];

/// Depth above which people do not walk into a street, m (AR&R: the limit for children; NSW class H2).
pub const WALK_CLOSED_M: f64 = CHILD_WADES.depth_m;
pub const WALK_OPEN_M: f64 = 0.45;
/// Depth times speed above which people do not walk into a street, m2/s (AR&R project 10: adults, low hazard).
pub const WALK_CLOSED_DV_M2_S: f64 = ADULT_WADES.force_m2_s;
/// Depth times speed that is dangerous to the weakest who still walk, m2/s (AR&R project 10: children).
pub const DANGER_DV_M2_S: f64 = CHILD_WADES.force_m2_s;
/// Nobody wades deeper than this, m (AR&R project 10, cap for adults).
pub const WADE_MAX_M: f64 = ADULT_WADES.depth_m;
/// Thinner films of water run off and are no water on a road, m (assumption).
pub const FILM_M: f64 = 0.02;
/// From this depth in the street around it water runs into an underpass, m (assumption: the height of a gutter).
pub const TUNNEL_FILLS_M: f64 = 0.05;
/// An underpass lies this much below the street around it, m (assumption; Shanghai closes them at 0.25 m).
pub const TUNNEL_DROP_M: f64 = 0.5;

/// Speed of cars in water, Pregnolato et al. 2017: v = 0.0009 w^2 - 0.5529 w + 86.9448 km/h, w in mm. Beyond 0.30 m the
/// few who still drive crawl at the speed of the curve's end, 2.1 km/h (assumption).
pub fn water_speed_m_s(depth_m: f64) -> f64 {
    let w = (depth_m * 1000.0).clamp(0.0, 300.0);
    (0.0009 * w * w - 0.5529 * w + 86.9448) / 3.6
}

/// Chance that a car in this water stops for good within a minute: from 0 where roads close to 1 where cars float or are
/// swept away (assumption between the two sourced ends).
pub fn stall_chance_1_min(depth_m: f64, dv_m2_s: f64) -> f64 {
    let by_depth = (depth_m - CAR_CLOSED_M) / (CAR_FLOATS_M - CAR_CLOSED_M);
    let by_force = (dv_m2_s - CAR_CLOSED_DV_M2_S) / (CAR_SWEPT_DV_M2_S - CAR_CLOSED_DV_M2_S);
    by_depth.max(by_force).clamp(0.0, 1.0)
}

/// Free walking speed, m/s (Weidmann 1993).
pub const WALK_M_S: f64 = 1.34;
/// People per m2 at which a street takes no more (assumption: just below Weidmann's 5.4, where nobody moves).
pub const CROWD_FULL_1_M2: f64 = 5.0;

/// Walking speed in a crowd, Weidmann 1993: v = 1.34 (1 - exp(-1.913 (1/rho - 1/5.4))), m/s; rho in 1/m2, held at
/// `CROWD_FULL_1_M2` so that a full street still creeps.
pub fn crowd_speed_m_s(density_1_m2: f64) -> f64 {
    if density_1_m2 <= 0.0 {
        return WALK_M_S;
    }
    let rho = density_1_m2.min(CROWD_FULL_1_M2);
    WALK_M_S * (1.0 - math::exp(-1.913 * (1.0 / rho - 1.0 / 5.4)))
}

/// Share of dry speed left when wading: Ishigaki/Postacchini v = 0.53 M^-0.19, M = U^2 d/g + d^2/2; dry below 0.2 m
/// (Lee 2019); no way beyond `WADE_MAX_M`.
pub fn wading_share(depth_m: f64, speed_m_s: f64) -> f64 {
    if depth_m < 0.2 {
        return 1.0;
    }
    if depth_m > WADE_MAX_M {
        return 0.0;
    }
    let m = speed_m_s * speed_m_s * depth_m / 9.81 + depth_m * depth_m / 2.0;
    (0.53 * math::pow(m, -0.19) / WALK_M_S).min(1.0)
}

impl VehicleClass {
    /// Deepest water it passes, m. Car: AR&R large car 0.40 and van intake 0.5, kept at 0.5 for trained drivers; truck 0.7
    /// (manufacturers' low end); high clearance 1.0; on foot `WADE_MAX_M` is for staying alive, work stops at 0.8 (all low
    /// confidence: parameters notes).
    pub fn wading_m(self) -> f64 {
        match self {
            VehicleClass::Foot => 0.8,
            VehicleClass::Car => Vehicle::FourWheelDrive.limits().depth_m,
            VehicleClass::Truck => Vehicle::Truck.limits().depth_m,
            VehicleClass::HighClearance => Vehicle::HighClearance.limits().depth_m,
            VehicleClass::Boat => f64::INFINITY,
        }
    }
    /// Largest depth times speed it stands, m2/s. Foot: AR&R moderate hazard for trained adults; car: AR&R large 4WD; truck:
    /// practice; high clearance: LifeSim best; boat: assumption (3 m/s in 1 m of water).
    pub fn force_m2_s(self) -> f64 {
        match self {
            VehicleClass::Foot => RESCUER_WADES.force_m2_s,
            VehicleClass::Car => Vehicle::FourWheelDrive.limits().force_m2_s,
            VehicleClass::Truck => Vehicle::Truck.limits().force_m2_s,
            VehicleClass::HighClearance => Vehicle::HighClearance.limits().force_m2_s,
            VehicleClass::Boat => 3.0,
        }
    }
    /// Speed on a dry, empty road with this free speed, m/s (shares: assumption; lights and horn win back what weight costs).
    pub fn dry_speed_m_s(self, free_m_s: f64) -> f64 {
        match self {
            VehicleClass::Foot => WALK_M_S,
            VehicleClass::Car => free_m_s,
            VehicleClass::Truck => 0.9 * free_m_s,
            VehicleClass::HighClearance => 0.7 * free_m_s,
            VehicleClass::Boat => HAUL_M_S,
        }
    }
}

/// A boat on its trailer or on shoulders, m/s (assumption: walking pace with a load).
pub const HAUL_M_S: f64 = 1.0;
/// A rescue boat in streets, m/s (10-15 km/h loaded, parameters notes).
pub const BOAT_M_S: f64 = 3.5;
/// Water a boat needs, m.
pub const BOAT_FLOATS_M: f64 = 0.4;
/// With lights and horn a responder's vehicle gets through standing traffic at this speed, m/s (assumption: 11 km/h).
pub const SQUEEZE_M_S: f64 = 3.0;

#[cfg(test)]
mod tests {
    use super::*;

    /// Grade: reference (Weidmann 1993; pedestrian notes, table of check values).
    #[test]
    fn walking_speed_in_a_crowd_has_weidmanns_values() {
        for (rho, v) in
            [(0.5, 1.298), (1.0, 1.058), (1.5, 0.807), (2.0, 0.606), (3.0, 0.331), (4.0, 0.156), (5.0, 0.037)]
        {
            assert!((crowd_speed_m_s(rho) - v).abs() < 1e-3, "rho {rho}: {} against {v}", crowd_speed_m_s(rho));
        }
    }

    /// Grade: reference (Pregnolato et al. 2017: 86.9, 24.3, 2.1 km/h; wading values of the Sheffield code).
    #[test]
    fn speed_in_water_has_the_published_values() {
        for (depth, km_h) in [(0.0, 86.9), (0.15, 24.3), (0.30, 2.1)] {
            assert!((water_speed_m_s(depth) * 3.6 - km_h).abs() < 0.06);
        }
        for (depth, u, v) in [(0.2, 0.0, 1.11), (0.5, 0.0, 0.79), (0.7, 0.0, 0.69), (0.2, 1.0, 0.98), (0.5, 1.0, 0.74)]
        {
            assert!((wading_share(depth, u) * WALK_M_S - v).abs() < 0.011, "{depth} m, {u} m/s");
        }
    }
}
