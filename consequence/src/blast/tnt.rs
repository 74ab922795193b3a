//! TNT equivalence: W = yield x M Hc/4.68 MJ/kg on the ground, overpressure by the simplified Kingery fits of Swisdak (1994),
//! P kPa = exp(A + B ln Z + C ln^2 Z + ..), Z = r/W^(1/3); recalled, checked on the distances of the explosive-safety K factors. The
//! positive phase lasts as in Kinney & Graham (1985), t/W^(1/3) = 0.98 (1 + (Z/0.54)^10)/((1 + (Z/0.02)^3)(1 + (Z/0.74)^6)
//! sqrt(1 + (Z/6.9)^2)) s (from memory, unchecked), with twice the charge for the ground; its impulse is that of a triangle, P t/2
//! (assumption).
//!
//! Blunt near a vapour cloud, whose own flame speed decides: for distances where glass breaks it serves.

use super::Blast;
use crate::substance::Substance;
use base::math::{cbrt, exp, ln, sqrt};
use serde::{Deserialize, Serialize};

/// Heat of TNT that EPA takes, J/kg (40 CFR 68 guidance, appendix C).
pub const TNT_J_KG: f64 = 4.68e6;
/// Share of a cloud's heat that goes into the blast (EPA).
pub const EPA_YIELD: f64 = 0.1;

/// A charge on the ground.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tnt {
    pub mass_kg: f64,
}

/// Swisdak's fits: from Z, to Z, A to E.
const KINGERY: [(f64, f64, [f64; 5]); 3] = [
    (0.2, 2.9, [7.2106, -2.1069, -0.3229, 0.1117, 0.0685]),
    (2.9, 23.8, [7.5938, -3.0523, 0.40977, 0.0261, -0.01267]),
    (23.8, 198.5, [6.0536, -1.4066, 0.0, 0.0, 0.0]),
];

impl Tnt {
    /// The charge that a mass of fuel stands for; `None` for what does not burn.
    pub fn of_fuel(s: &Substance, fuel_kg: f64, share: f64) -> Option<Tnt> {
        let heat = s.flammable.as_ref()?.heat_of_combustion_j_kg.value;
        Some(Tnt { mass_kg: share * fuel_kg * heat / TNT_J_KG })
    }
    /// Distance to 1 psi by EPA's form, 17 W^(1/3), m.
    pub fn epa_one_psi_m(&self) -> f64 {
        17.0 * cbrt(self.mass_kg)
    }
    fn scaled(&self, away_m: f64) -> f64 {
        (away_m / cbrt(self.mass_kg)).clamp(KINGERY[0].0, KINGERY[2].1)
    }
    /// Duration of the positive phase, s.
    pub fn lasts_s(&self, away_m: f64) -> f64 {
        let charge = cbrt(2.0 * self.mass_kg);
        let z = away_m / charge;
        let up = |x: f64, n: i32| (0..n).fold(1.0, |p, _| p * x);
        0.98 * charge * (1.0 + up(z / 0.54, 10))
            / ((1.0 + up(z / 0.02, 3)) * (1.0 + up(z / 0.74, 6)) * sqrt(1.0 + up(z / 6.9, 2)))
    }
}

impl Blast for Tnt {
    fn overpressure_pa(&self, away_m: f64) -> f64 {
        let z = self.scaled(away_m);
        let (_, _, c) = KINGERY.iter().find(|(_, to, _)| z <= *to).unwrap_or(&KINGERY[2]);
        let x = ln(z);
        let near = 1000.0 * exp(c[0] + x * (c[1] + x * (c[2] + x * (c[3] + x * c[4]))));
        // Beyond the fits a weak wave falls as 1/r.
        near * (z * cbrt(self.mass_kg) / away_m).min(1.0)
    }
    fn impulse_pa_s(&self, away_m: f64) -> f64 {
        0.5 * self.overpressure_pa(away_m) * self.lasts_s(away_m)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blast::PSI_PA;

    #[test]
    fn overpressure_is_that_of_the_k_factors_v25() {
        // Grade: reference. K9, K18, K30, K40, K50 ft/lb^(1/3): 11.7, 3.51, 1.71, 1.18, 0.90 psi, 2 %.
        let one = Tnt { mass_kg: 1.0 };
        for (z, psi) in [(3.57, 11.7), (7.14, 3.51), (11.9, 1.71), (15.87, 1.18), (19.8, 0.90)] {
            let got = one.overpressure_pa(z) / PSI_PA;
            assert!((got / psi - 1.0).abs() < 0.02, "{z}: {got} {psi}");
        }
    }

    #[test]
    fn charges_scale_with_the_cube_root_and_the_fits_meet() {
        // Grade: exact (scaling), reference (joints: 2 %).
        let (a, b) = (Tnt { mass_kg: 1.0 }, Tnt { mass_kg: 1000.0 });
        assert!((a.overpressure_pa(5.0) / b.overpressure_pa(50.0) - 1.0).abs() < 1e-12);
        assert!((a.impulse_pa_s(5.0) * 10.0 / b.impulse_pa_s(50.0) - 1.0).abs() < 1e-12);
        for joint in [2.9, 23.8] {
            let ratio = a.overpressure_pa(joint - 1e-6) / a.overpressure_pa(joint + 1e-6);
            assert!((ratio - 1.0).abs() < 0.02, "{joint}: {ratio}");
        }
        assert!(a.overpressure_pa(400.0) < a.overpressure_pa(200.0));
    }

    #[test]
    fn a_blast_wave_carries_the_impulse_of_the_handbooks() {
        // Grade: reference. One tonne at 40 m (Z 4): positive phase about 20 to 35 ms, impulse 300 to 800 Pa s (UFC 3-340-02
        // charts, read from memory).
        let t = Tnt { mass_kg: 1000.0 };
        assert!((0.015..0.04).contains(&t.lasts_s(40.0)), "{}", t.lasts_s(40.0));
        assert!((300.0..900.0).contains(&t.impulse_pa_s(40.0)), "{}", t.impulse_pa_s(40.0));
    }
}
