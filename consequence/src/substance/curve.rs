//! Correlations of physical properties with temperature, in the forms and units in which the handbooks print them, so that a
//! reader can lay the file beside the page. Molar units become mass units with the substance's molar mass.
//!
//! Beyond the range of a curve its end value is held: a polynomial says nothing there.

use base::math::{exp, ln, pow};
use serde::{Deserialize, Serialize};

/// J/(mol K).
pub const GAS_CONSTANT: f64 = 8.314462618;

/// The form of a correlation; `c` in [`Curve`] are its coefficients, T is in K.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// c1 + c2 T + c3 T^2 + c4 T^3 + c5 T^4 (DIPPR 100): liquid heat capacity, J/(kmol K).
    Polynomial,
    /// exp(c1 + c2/T + c3 ln T + c4 T^c5) (DIPPR 101): vapour pressure, Pa.
    VapourPressure,
    /// c1 / c2^(1 + (1 - T/c3)^c4) (DIPPR 105): liquid density, kmol/m3.
    LiquidDensity,
    /// c1 (1 - Tr)^(c2 + c3 Tr + c4 Tr^2), Tr = T/c5 (DIPPR 106, c5 the critical temperature): heat of vaporisation, J/kmol.
    LatentHeat,
    /// c1^2/t + c2 - 2 c1 c3 t - c1 c4 t^2 - c3^2 t^3/3 - c3 c4 t^4/2 - c4^2 t^5/5, t = 1 - T/c5 (DIPPR 114, c5 the critical
    /// temperature): liquid heat capacity, J/(kmol K).
    LiquidHeat,
    /// R (c1 + c2 T + c3 T^2 + c4 T^3 + c5 T^4): ideal-gas heat capacity, J/(mol K) (Poling, Prausnitz & O'Connell).
    GasHeat,
}

/// A correlation with its range.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curve {
    pub form: Form,
    pub c: [f64; 5],
    pub from_k: f64,
    pub to_k: f64,
}

impl Curve {
    /// Value in SI by mass: Pa, kg/m3, J/kg or J/(kg K).
    pub fn at(&self, temperature_k: f64, molar_mass_kg_mol: f64) -> f64 {
        let t = temperature_k.clamp(self.from_k, self.to_k);
        let [c1, c2, c3, c4, c5] = self.c;
        match self.form {
            Form::Polynomial => (c1 + t * (c2 + t * (c3 + t * (c4 + t * c5)))) / (1000.0 * molar_mass_kg_mol),
            Form::VapourPressure => exp(c1 + c2 / t + c3 * ln(t) + c4 * pow(t, c5)),
            Form::LiquidDensity => c1 / pow(c2, 1.0 + pow((1.0 - t / c3).max(0.0), c4)) * 1000.0 * molar_mass_kg_mol,
            Form::LatentHeat => {
                let tr = t / c5;
                c1 * pow((1.0 - tr).max(0.0), c2 + tr * (c3 + tr * c4)) / (1000.0 * molar_mass_kg_mol)
            }
            Form::LiquidHeat => {
                // At the critical point itself the form is singular.
                let x = (1.0 - t / c5).max(1e-3);
                let x2 = x * x;
                let molar = c1 * c1 / x + c2
                    - 2.0 * c1 * c3 * x
                    - c1 * c4 * x2
                    - c3 * c3 * x2 * x / 3.0
                    - c3 * c4 * x2 * x2 / 2.0
                    - c4 * c4 * x2 * x2 * x / 5.0;
                molar / (1000.0 * molar_mass_kg_mol)
            }
            Form::GasHeat => GAS_CONSTANT * (c1 + t * (c2 + t * (c3 + t * (c4 + t * c5)))) / molar_mass_kg_mol,
        }
    }
    /// The temperature is within the range for which the curve was published.
    pub fn covers(&self, temperature_k: f64) -> bool {
        temperature_k >= self.from_k && temperature_k <= self.to_k
    }
}
