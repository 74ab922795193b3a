//! Physical properties of a substance at a temperature and pressure: from its correlations where it has them, else by textbook
//! relations from the single values.
//!
//! Without a vapour-pressure curve: Clausius and Clapeyron, d ln p/dT = L(T) M/(R T^2), anchored at the boiling point, with
//! L(T) = Lb ((Tc - T)/(Tc - Tb))^0.38 (Watson 1943). Gases: p v = Z R T/M with Z from the second virial coefficient of
//! Pitzer and Curl as fitted by Abbott (Smith, Van Ness & Abbott, chapter 3; from memory, unchecked).

use super::curve::GAS_CONSTANT;
use super::{Curve, Known, Substance};
use base::math::{exp, ln, log10, pow};
use base::text::Text;

/// Pressure of the standard atmosphere, Pa.
pub const ATMOSPHERE_PA: f64 = 101_325.0;

impl Substance {
    pub fn molar_mass(&self) -> f64 {
        self.molar_mass_kg_mol.value
    }
    fn curve(&self, curve: &Option<Known<Curve>>, temperature_k: f64) -> Option<f64> {
        curve.as_ref().map(|known| known.value.at(temperature_k, self.molar_mass()))
    }

    /// Vapour pressure over the liquid (饱和蒸气压), Pa.
    pub fn vapour_pressure_pa(&self, temperature_k: f64) -> f64 {
        let t = temperature_k.min(self.critical_temperature_k.value);
        self.curve(&self.vapour_pressure, t).unwrap_or_else(|| self.clausius_pa(t))
    }

    /// Clausius and Clapeyron with Watson's heat of vaporisation, by Simpson's rule in 1/T.
    fn clausius_pa(&self, t: f64) -> f64 {
        let per_r = self.molar_mass() / GAS_CONSTANT;
        let n = 32;
        let (from, to) = (1.0 / self.boiling_point_k.value, 1.0 / t);
        let h = (to - from) / f64::from(n);
        let sum: f64 = (0..=n)
            .map(|k| {
                let weight = if k == 0 || k == n { 1.0 } else { f64::from(2 + 2 * (k % 2)) };
                weight * self.latent_heat_at_j_kg(1.0 / (from + h * f64::from(k)))
            })
            .sum();
        ATMOSPHERE_PA * exp(-per_r * sum * h / 3.0)
    }

    /// Temperature at which the liquid boils under a pressure, K; at the critical pressure and above the critical temperature.
    pub fn boiling_at_k(&self, pressure_pa: f64) -> f64 {
        let (mut low, mut high) = (0.3 * self.boiling_point_k.value, self.critical_temperature_k.value);
        if pressure_pa >= self.vapour_pressure_pa(high) {
            return high;
        }
        for _ in 0..60 {
            let mid = 0.5 * (low + high);
            if self.vapour_pressure_pa(mid) < pressure_pa { low = mid } else { high = mid }
        }
        0.5 * (low + high)
    }

    /// Heat of vaporisation (汽化热), J/kg; 0 at the critical temperature.
    pub fn latent_heat_at_j_kg(&self, temperature_k: f64) -> f64 {
        let (tc, tb) = (self.critical_temperature_k.value, self.boiling_point_k.value);
        let t = temperature_k.min(tc);
        self.curve(&self.latent_heat, t)
            .unwrap_or_else(|| self.latent_heat_j_kg.value * pow(((tc - t) / (tc - tb)).max(0.0), 0.38))
    }

    /// Density of the liquid, kg/m3. Without a curve: the single value at every temperature.
    pub fn liquid_density_at_kg_m3(&self, temperature_k: f64) -> f64 {
        self.curve(&self.liquid_density, temperature_k).unwrap_or(self.liquid_density_kg_m3.value)
    }

    /// Heat capacity of the liquid, J/(kg K).
    pub fn liquid_cp_at_j_kg_k(&self, temperature_k: f64) -> f64 {
        self.curve(&self.liquid_cp, temperature_k).unwrap_or(self.liquid_cp_j_kg_k.value)
    }

    /// Heat capacity of the vapour at constant pressure, J/(kg K).
    pub fn vapour_cp_at_j_kg_k(&self, temperature_k: f64) -> f64 {
        self.curve(&self.vapour_cp, temperature_k).unwrap_or(self.vapour_cp_j_kg_k.value)
    }

    /// Ratio of the heat capacities of the vapour as an ideal gas.
    pub fn heat_ratio(&self, temperature_k: f64) -> f64 {
        let cp = self.vapour_cp_at_j_kg_k(temperature_k);
        cp / (cp - GAS_CONSTANT / self.molar_mass())
    }

    /// Acentric factor, from its definition: -1 - log10(p(0.7 Tc)/pc).
    pub fn acentric_factor(&self) -> f64 {
        let p = self.vapour_pressure_pa(0.7 * self.critical_temperature_k.value);
        -1.0 - log10(p / self.critical_pressure_pa.value)
    }

    /// Compressibility factor of the vapour: 1 + (B0 + omega B1) pr/Tr, held between 0.3 and 1.2 where the second virial
    /// coefficient alone says nothing.
    pub fn compressibility(&self, temperature_k: f64, pressure_pa: f64) -> f64 {
        let tr = temperature_k / self.critical_temperature_k.value;
        let pr = pressure_pa / self.critical_pressure_pa.value;
        let b0 = 0.083 - 0.422 / pow(tr, 1.6);
        let b1 = 0.139 - 0.172 / pow(tr, 4.2);
        (1.0 + (b0 + self.acentric_factor() * b1) * pr / tr).clamp(0.3, 1.2)
    }

    /// Density of the vapour, kg/m3.
    pub fn vapour_density_kg_m3(&self, temperature_k: f64, pressure_pa: f64) -> f64 {
        let z = self.compressibility(temperature_k, pressure_pa);
        pressure_pa * self.molar_mass() / (z * GAS_CONSTANT * temperature_k)
    }

    /// Volume share as ppm of a concentration, in air at a temperature and pressure.
    pub fn ppm(&self, kg_m3: f64, temperature_k: f64, pressure_pa: f64) -> f64 {
        1e6 * kg_m3 * GAS_CONSTANT * temperature_k / (self.molar_mass() * pressure_pa)
    }
    /// The way back from [`Substance::ppm`].
    pub fn kg_m3(&self, ppm: f64, temperature_k: f64, pressure_pa: f64) -> f64 {
        1e-6 * ppm * self.molar_mass() * pressure_pa / (GAS_CONSTANT * temperature_k)
    }

    /// Share of a liquid that flashes to vapour when its pressure falls to that of the air: the heat it holds above the
    /// boiling point, taken up by vaporisation. 0 below the boiling point.
    pub fn flash_share(&self, temperature_k: f64, air_pa: f64) -> f64 {
        let boiling = self.boiling_at_k(air_pa);
        if temperature_k <= boiling {
            return 0.0;
        }
        // The heat capacity half way stands for the range.
        let cp = self.liquid_cp_at_j_kg_k(0.5 * (temperature_k + boiling));
        // 1 - exp(-x) and not x: each bit that flashes cools what is left, not what is gone.
        1.0 - exp(-cp * (temperature_k - boiling) / self.latent_heat_at_j_kg(boiling))
    }

    /// Constants (B K, C K) of SLAB's saturation pressure ln(p/atm) = B/(Tb + C) - B/(T + C). From the table; else through the
    /// vapour pressure at 0.85 and 0.925 of the boiling point, where aerosol lives; else, if that gives no sense, C = 0 and
    /// B = L M/R.
    pub fn slab_saturation_k(&self) -> (f64, f64) {
        if let Some(known) = &self.slab_saturation {
            return known.value;
        }
        let tb = self.boiling_point_k.value;
        let (t1, t2) = (0.85 * tb, 0.925 * tb);
        let (y1, y2) =
            (-ln(self.vapour_pressure_pa(t1) / ATMOSPHERE_PA), -ln(self.vapour_pressure_pa(t2) / ATMOSPHERE_PA));
        // y = B (Tb - T)/((T + C)(Tb + C)) at both: the ratio is linear in C.
        let r = y1 * (tb - t2) / (y2 * (tb - t1));
        let c = (t2 - r * t1) / (r - 1.0);
        let b = y1 * (t1 + c) * (tb + c) / (tb - t1);
        if c.is_finite() && b.is_finite() && b > 0.0 && c > -0.5 * tb && c < tb {
            (b, c)
        } else {
            (self.latent_heat_j_kg.value * self.molar_mass() / GAS_CONSTANT, 0.0)
        }
    }

    /// What had to be taken from textbook relations because the table has no curve for it.
    pub fn gaps(&self) -> Vec<Text> {
        let all = [
            (
                self.vapour_pressure.is_none(),
                "蒸气压由沸点与汽化热推算",
                "vapour pressure from the boiling point and heat of vaporisation",
            ),
            (self.latent_heat.is_none(), "汽化热按沃森公式", "heat of vaporisation by Watson's relation"),
            (self.liquid_density.is_none(), "液体密度不随温度变化", "one liquid density for all temperatures"),
            (self.liquid_cp.is_none(), "液体比热不随温度变化", "one liquid heat capacity for all temperatures"),
            (self.vapour_cp.is_none(), "蒸气比热不随温度变化", "one vapour heat capacity for all temperatures"),
        ];
        all.into_iter().filter(|(gap, ..)| *gap).map(|(_, zh, en)| Text::new(zh, en)).collect()
    }
}
