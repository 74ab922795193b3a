//! How high the ground stirs the air when nobody measured it (混合层高度).

use super::stability::Class;
use base::math;

/// The least and the most that is believed, m.
pub const LEAST_M: f64 = 20.0;
pub const MOST_M: f64 = 3000.0;

/// The mixing height in neutral and stable air, m: 2300 u*^1.5 (Venkatram 1980, as AERMOD and others carry it; from
/// memory). It holds for the mechanical layer; in sun it is the floor.
pub fn mechanical_m(friction_velocity_m_s: f64) -> f64 {
    2300.0 * math::pow(friction_velocity_m_s.max(0.0), 1.5)
}

/// The mixing height of a sunny day, m. It depends on the hour, which a spill's weather report does not tell; typical
/// afternoon values over land (assumption; 26 summer days at O'Neill, Nebraska span 100 to 1900 m).
pub fn sunny_m(class: Class) -> f64 {
    match class {
        Class::A => 1300.0,
        Class::B => 1100.0,
        Class::C => 900.0,
        Class::D | Class::E | Class::F => 0.0,
    }
}

/// The mixing height when none was measured, m.
pub fn height_m(class: Class, friction_velocity_m_s: f64) -> f64 {
    mechanical_m(friction_velocity_m_s).max(sunny_m(class)).clamp(LEAST_M, MOST_M)
}

/// Nieuwstadt's stable boundary layer, m: 0.4 sqrt(u* L / f). Shown beside the mechanical height where the latitude is known.
pub fn nieuwstadt_m(friction_velocity_m_s: f64, obukhov_m: f64, latitude_deg: f64) -> f64 {
    let coriolis_1_s = 1.458e-4 * math::sin(latitude_deg.to_radians()).abs();
    0.4 * math::sqrt(friction_velocity_m_s * obukhov_m / coriolis_1_s)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_are_of_the_order_that_the_hour_brings() {
        // Grade: behaviour.
        assert!((mechanical_m(0.4) - 581.9).abs() < 0.1);
        assert_eq!(height_m(Class::A, 0.2), 1300.0);
        assert_eq!(height_m(Class::F, 0.01), LEAST_M);
        assert!(height_m(Class::F, 0.1) < 100.0 && height_m(Class::D, 0.5) > 500.0);
        let stable = nieuwstadt_m(0.2, 40.0, 45.0);
        assert!((100.0..150.0).contains(&stable), "{stable}");
    }
}
