//! How a warm plume rises (Briggs 1969 to 1975) before it drifts at one height.
//!
//! ```text
//! F = g w d^2/4 (1 - Ta/Ts)      dh = 1.6 F^(1/3) x^(2/3)/u up to xf      stable: dh = 2.6 (F/(u s))^(1/3)
//! ```

use base::math;

/// Fall acceleration as the handbooks of this rise have it, m/s2.
const GRAVITY_M_S2: f64 = 9.806_16;

/// Buoyancy flux of a round mouth, m4/s3.
pub fn buoyancy_m4_s3(speed_m_s: f64, diameter_m: f64, gas_k: f64, air_k: f64) -> f64 {
    GRAVITY_M_S2 * speed_m_s * diameter_m * diameter_m / 4.0 * (1.0 - air_k / gas_k)
}

/// Distance to the final rise in neutral and unstable air, m: 49 F^(5/8), from F = 55 on 119 F^(2/5).
pub fn final_distance_m(buoyancy_m4_s3: f64) -> f64 {
    if buoyancy_m4_s3 < 55.0 { 49.0 * math::pow(buoyancy_m4_s3, 0.625) } else { 119.0 * math::pow(buoyancy_m4_s3, 0.4) }
}

/// Rise at a distance in neutral and unstable air, m.
pub fn rise_m(buoyancy_m4_s3: f64, wind_m_s: f64, x_m: f64) -> f64 {
    let x = x_m.min(final_distance_m(buoyancy_m4_s3));
    1.6 * math::cbrt(buoyancy_m4_s3 * x * x) / wind_m_s
}

/// Final rise in stable air, m; `gradient_k_m` of the potential temperature is about 0.02 in class E, 0.035 in F.
pub fn stable_rise_m(buoyancy_m4_s3: f64, wind_m_s: f64, air_k: f64, gradient_k_m: f64) -> f64 {
    let s = GRAVITY_M_S2 / air_k * gradient_k_m;
    2.6 * math::cbrt(buoyancy_m4_s3 / (wind_m_s * s))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buoyant_stack_rises_as_the_handbook_computes() {
        // Grade: reference. V18: F = 50, u = 4 m/s; class A 565.0 m, 100.7 m and 20.0 m at 50 m; E 68.6; F 56.9 m; 0.5 %.
        let f = buoyancy_m4_s3(72.938_196_996_726_69, 1.0, 400.0, 288.15);
        let near = |got: f64, want: f64| (got / want - 1.0).abs() < 5e-3;
        assert!(near(f, 50.0));
        assert!(
            near(final_distance_m(f), 565.0) && near(rise_m(f, 4.0, 1e4), 100.7) && near(rise_m(f, 4.0, 50.0), 20.0)
        );
        assert!(near(stable_rise_m(f, 4.0, 288.15, 0.02), 68.6));
        assert!(near(stable_rise_m(f, 4.0, 288.15, 0.035), 56.9));
        assert!(near(final_distance_m(60.0), 612.08));
    }
}
