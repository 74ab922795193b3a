//! The air that a dense cloud lies in: its wind over height, what it averages to over the cloud, and how its stability hampers mixing.
//! Two kinds: as the original model has it (its profile found from its published example outputs), and by the similarity
//! of [`crate::weather`].

use super::Mode;
use super::gas::Surroundings;
use crate::weather::{Air, Class, KARMAN, Profile};
use base::math;

/// Von Karman's constant of the original.
pub const KARMAN_SLAB: f64 = 0.41;

/// Air around a cloud.
#[derive(Debug, Clone, PartialEq)]
pub struct Ambient {
    pub mode: Mode,
    pub air: Surroundings,
    pub density_kg_m3: f64,
    pub friction_velocity_m_s: f64,
    pub inverse_obukhov_1_m: f64,
    pub mixing_height_m: f64,
    /// Angle of crosswind spreading of the original, times Uab: at.
    pub spreading: f64,
    /// Wind at the height to which the original ties its entrainment, m/s.
    pub reference_wind_m_s: f64,
    table: Table,
    /// The same wind at 10 m over the same ground in neutral air: u*, m/s, and its profile. None in the original.
    neutral: Option<(f64, Table)>,
}

/// The air as a cloud of some weight feels it. A dense layer is stirred by its own motion over the ground and carried by the wind above,
/// whatever the air's stability: in Britter & McQuaid's trials stability played no part, and at Thorney Island none was seen. So a cloud
/// feels the neutral wind as far as its own weight stifles mixing, 1 - 1/(1 + 0.125 Ri), the factor of the entrainment law; and
/// the real one as it turns passive.
#[derive(Debug, Clone, Copy)]
pub struct Felt<'a> {
    pub ambient: &'a Ambient,
    /// Share of the real air, 0 to 1.
    pub real: f64,
}

impl Felt<'_> {
    fn mix(&self, of: impl Fn(&Ambient) -> f64, neutral: impl Fn(&(f64, Table)) -> f64) -> f64 {
        let real = of(self.ambient);
        match &self.ambient.neutral {
            Some(n) if self.real < 1.0 => self.real * real + (1.0 - self.real) * neutral(n),
            _ => real,
        }
    }
    pub fn wind_m_s(&self, z_m: f64) -> f64 {
        self.mix(|a| a.wind_m_s(z_m), |n| Table::read(&n.1.wind_m_s, z_m))
    }
    /// Wind averaged from the ground to a height.
    pub fn mean_wind_m_s(&self, z_m: f64) -> f64 {
        self.mix(|a| a.mean_wind_m_s(z_m), |n| Table::read(&n.1.mean_m_s, z_m))
    }
    pub fn friction_velocity_m_s(&self) -> f64 {
        self.mix(|a| a.friction_velocity_m_s, |n| n.0)
    }
    /// 1/L as it acts at a height.
    pub fn inverse_at_1_m(&self, z_m: f64) -> f64 {
        self.real * self.ambient.inverse_at_1_m(z_m)
    }
}

/// Wind and mean wind by height, evenly in the logarithm.
#[derive(Debug, Clone, PartialEq)]
struct Table {
    wind_m_s: Vec<f64>,
    mean_m_s: Vec<f64>,
}

const LOWEST_M: f64 = 1e-3;
const HIGHEST_M: f64 = 3000.0;
const STEPS: usize = 160;

fn height_m(k: usize) -> f64 {
    LOWEST_M * math::exp(k as f64 / (STEPS - 1) as f64 * math::ln(HIGHEST_M / LOWEST_M))
}

impl Table {
    fn new(wind: impl Fn(f64) -> f64) -> Table {
        let wind_m_s: Vec<f64> = (0..STEPS).map(|k| wind(height_m(k))).collect();
        let mut mean_m_s = vec![0.5 * wind_m_s[0]; STEPS];
        // The integral between two heights by Simpson in the logarithm, where the wind is nearly straight.
        let mut integral = mean_m_s[0] * LOWEST_M;
        for k in 1..STEPS {
            let (a, b) = (height_m(k - 1), height_m(k));
            let middle = math::sqrt(a * b);
            integral += math::ln(b / a) / 6.0 * (a * wind_m_s[k - 1] + 4.0 * middle * wind(middle) + b * wind_m_s[k]);
            mean_m_s[k] = integral / b;
        }
        Table { wind_m_s, mean_m_s }
    }
    fn read(values: &[f64], z_m: f64) -> f64 {
        let place = math::ln(z_m.clamp(LOWEST_M, HIGHEST_M) / LOWEST_M) / math::ln(HIGHEST_M / LOWEST_M);
        let place = place * (STEPS - 1) as f64;
        let k = (place as usize).min(STEPS - 2);
        let f = place - k as f64;
        let value = values[k] + f * (values[k + 1] - values[k]);
        // Below the table the wind falls to nothing.
        value * (z_m / LOWEST_M).min(1.0)
    }
}

impl Ambient {
    /// By the similarity of the weather.
    pub fn of(air: &Air, averaging_s: f64) -> Ambient {
        let surroundings = Surroundings::new(air.temperature_k, air.pressure_pa, air.relative_humidity);
        let profile = air.profile;
        let table = Table::new(|z| profile.wind_m_s(z));
        let over = profile.canopy.map_or(10.0, |c| c.height_m.max(10.0));
        let still = Profile::through(profile.wind_m_s(over), over, 0.0, profile.roughness_m, profile.canopy);
        let neutral = Some((still.friction_velocity_m_s, Table::new(|z| still.wind_m_s(z))));
        Ambient {
            neutral,
            mode: Mode::Corrected,
            air: surroundings,
            density_kg_m3: surroundings.density_kg_m3(),
            friction_velocity_m_s: profile.friction_velocity_m_s,
            inverse_obukhov_1_m: profile.inverse_obukhov_1_m,
            mixing_height_m: air.mixing_height_m,
            spreading: spreading(air.class.index() as f64 - 3.0, averaging_s),
            reference_wind_m_s: profile.wind_m_s(REFERENCE_HEIGHT_M),
            table,
        }
    }

    /// As a cloud of a density and height feels it.
    pub fn felt(&self, density_kg_m3: f64, height_m: f64) -> Felt<'_> {
        let Some((u, _)) = &self.neutral else { return Felt { ambient: self, real: 1.0 } };
        let excess = (density_kg_m3 / self.density_kg_m3 - 1.0).max(0.0);
        let richardson = crate::weather::GRAVITY_M_S2 * excess * height_m / (u * u).max(1e-9);
        Felt { ambient: self, real: 1.0 / (1.0 + 0.125 * richardson) }
    }
    pub fn wind_m_s(&self, z_m: f64) -> f64 {
        Table::read(&self.table.wind_m_s, z_m)
    }
    /// Wind averaged from the ground to a height.
    pub fn mean_wind_m_s(&self, z_m: f64) -> f64 {
        Table::read(&self.table.mean_m_s, z_m)
    }
    pub fn karman(&self) -> f64 {
        match self.mode {
            Mode::Reference => KARMAN_SLAB,
            Mode::Corrected => KARMAN,
        }
    }
    /// 1/L as it acts at a height: in the original it fades above some metres.
    pub fn inverse_at_1_m(&self, z_m: f64) -> f64 {
        match self.mode {
            Mode::Reference => faded_1_m(self.inverse_obukhov_1_m, z_m),
            Mode::Corrected => self.inverse_obukhov_1_m,
        }
    }
}

/// Height to which the original ties its entrainment, m.
const REFERENCE_HEIGHT_M: f64 = 4.0;

/// Crosswind spreading of the original: at = 0.08 (t/900)^0.2 stby. stby falls by 0.299 for each class from neutral to stable
/// (found from example 2, whose class is 4.518 and stby 0.845); towards unstable it is taken to grow alike (assumption).
fn spreading(classes_from_d: f64, averaging_s: f64) -> f64 {
    0.08 * math::pow(averaging_s.max(1.0) / 900.0, 0.2) * (1.0 - 0.299 * classes_from_d).max(0.3)
}

/// How 1/L fades with height in the original's profile: L'(z) = L (z + 1.433 m)/4.433 m. Found from the mean winds of example 2
/// (2e-5 of them); that it scales so at other L, and that it does not in unstable air, are assumptions.
fn faded_1_m(inverse_1_m: f64, z_m: f64) -> f64 {
    if inverse_1_m > 0.0 { inverse_1_m * (FADE_M + 3.0) / (FADE_M + z_m) } else { inverse_1_m }
}
const FADE_M: f64 = 1.433;
/// Below this the original's wind is a straight line to the ground, m (found from the same).
const LINEAR_M: f64 = 0.111;

/// Weather as the original's decks give it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Deck {
    pub wind_m_s: f64,
    pub wind_height_m: f64,
    pub roughness_m: f64,
    pub temperature_k: f64,
    pub relative_humidity: f64,
    pub averaging_s: f64,
    pub stability: DeckStability,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DeckStability {
    Class(Class),
    /// 1/L, 1/m.
    Inverse(f64),
}

/// 1/L of a class step from neutral in the original: 0.0081 z0^-0.3044, 0.0385 z0^-0.1715, 0.0875 z0^-0.1028. Below z0 = 0.0111 m
/// the slope is 0.728 of it: that meets the value that example 2 shows for the first (0.0426 at 3 mm); the others are taken alike.
fn class_step_1_m(step: i32, roughness_m: f64) -> f64 {
    let (a, b) = match step.abs() {
        0 => return 0.0,
        1 => (0.0081, -0.3044),
        2 => (0.0385, -0.1715),
        _ => (0.0875, -0.1028),
    };
    let edge = 0.0111;
    let smooth = math::pow(roughness_m.min(edge) / edge, 0.728 * b);
    f64::from(step.signum()) * a * math::pow(roughness_m.max(edge), b) * smooth
}

impl Deck {
    fn inverse_1_m(&self) -> f64 {
        match self.stability {
            DeckStability::Inverse(inverse) => inverse,
            DeckStability::Class(class) => class_step_1_m(class.index() as i32 - 3, self.roughness_m),
        }
    }
    /// Classes from neutral, a number between.
    fn classes_from_d(&self) -> f64 {
        match self.stability {
            DeckStability::Class(class) => class.index() as f64 - 3.0,
            DeckStability::Inverse(inverse) => {
                let sign = if inverse < 0.0 { -1.0 } else { 1.0 };
                let step = |k: i32| class_step_1_m(k, self.roughness_m);
                let size = inverse.abs();
                if size <= step(1) {
                    sign * size / step(1)
                } else if size <= step(2) {
                    sign * (1.0 + (size - step(1)) / (step(2) - step(1)))
                } else {
                    sign * (2.0 + (size - step(2)) / (step(3) - step(2))).min(3.0)
                }
            }
        }
    }

    /// The original's air.
    pub fn ambient(&self) -> Ambient {
        let inverse = self.inverse_1_m();
        let from_d = self.classes_from_d();
        // 1040 m in neutral air, half for each class towards stable (example 2: 726.04 m at 0.5185).
        let mixing = 1040.0 * math::pow(2.0, -from_d);
        let shape = profile(inverse, self.roughness_m, mixing);
        let unit = Table::new(&shape);
        let scale = self.wind_m_s / shape(self.wind_height_m);
        let table = Table {
            wind_m_s: unit.wind_m_s.iter().map(|u| u * scale).collect(),
            mean_m_s: unit.mean_m_s.iter().map(|u| u * scale).collect(),
        };
        let surroundings = Surroundings::new(self.temperature_k, 101_325.0, self.relative_humidity);
        Ambient {
            mode: Mode::Reference,
            air: surroundings,
            density_kg_m3: surroundings.density_kg_m3(),
            friction_velocity_m_s: scale * KARMAN_SLAB,
            inverse_obukhov_1_m: inverse,
            mixing_height_m: mixing,
            spreading: spreading(from_d, self.averaging_s),
            reference_wind_m_s: scale * shape(REFERENCE_HEIGHT_M),
            table,
            neutral: None,
        }
    }

    /// The same weather for the corrected model.
    pub fn corrected(&self) -> Ambient {
        let (inverse, class) = match self.stability {
            DeckStability::Inverse(inverse) => {
                (inverse, crate::weather::stability::class_of(inverse, self.roughness_m))
            }
            DeckStability::Class(class) => (crate::weather::stability::golder_1_m(class, self.roughness_m), class),
        };
        let profile = Profile::through(self.wind_m_s, self.wind_height_m, inverse, self.roughness_m, None);
        let air = Air {
            towards: (1.0, 0.0),
            profile,
            mixing_height_m: crate::weather::mixing::height_m(class, profile.friction_velocity_m_s),
            sigma_theta_rad: None,
            temperature_k: self.temperature_k,
            relative_humidity: self.relative_humidity,
            pressure_pa: 101_325.0,
            class,
        };
        Ambient::of(&air, self.averaging_s)
    }
}

/// The original's wind in units of u*/k: ln((z + z0)/z0) and what stability adds, a straight line below 0.111 m, weaker by z/H
/// towards the mixing height.
fn profile(inverse_1_m: f64, roughness_m: f64, mixing_m: f64) -> impl Fn(f64) -> f64 {
    let log = move |z: f64| {
        let c = 5.0 * inverse_1_m * (FADE_M + 3.0);
        let stability = if inverse_1_m >= 0.0 {
            c * math::ln(1.0 + z / FADE_M)
        } else {
            // Integral of (phi - 1)/z with phi = (1 - 16 z/L')^(-1/4), by thirty steps in the logarithm.
            let steps = 30;
            let low = 0.01f64.min(0.5 * z);
            let each = math::ln(z / low) / steps as f64;
            let sum: f64 = (0..steps)
                .map(|k| low * math::exp((k as f64 + 0.5) * each))
                .map(|z| math::pow(1.0 - 16.0 * z * faded_1_m(inverse_1_m, z), -0.25) - 1.0)
                .sum();
            sum * each
        };
        let lid = z.min(mixing_m) / mixing_m;
        math::ln((z + roughness_m) / roughness_m) + stability - lid * (1.0 + c.max(0.0))
    };
    let edge = LINEAR_M.max(3.0 * roughness_m);
    move |z: f64| if z < edge { log(edge) * z / edge } else { log(z).max(0.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_wind_is_that_of_example_2() {
        // Grade: reference. u* 0.26632 m/s, mixing height 726.04 m, and mean winds over the cloud's height.
        let deck = Deck {
            wind_m_s: 4.5,
            wind_height_m: 2.0,
            roughness_m: 0.003,
            temperature_k: 306.2,
            relative_humidity: 0.213,
            averaging_s: 10.0,
            stability: DeckStability::Inverse(0.0221),
        };
        let ambient = deck.ambient();
        assert!((ambient.friction_velocity_m_s / 0.26632 - 1.0).abs() < 1e-3, "{}", ambient.friction_velocity_m_s);
        assert!((ambient.mixing_height_m / 726.04 - 1.0).abs() < 2e-3, "{}", ambient.mixing_height_m);
        assert!((ambient.spreading / 0.0274875 - 1.0).abs() < 2e-3, "{}", ambient.spreading);
        for (h, mean) in [(2.08261, 3.74224), (4.99078, 4.45312), (12.61863, 5.25063), (44.03004, 6.37074)] {
            let got = ambient.mean_wind_m_s(h);
            assert!((got / mean - 1.0).abs() < 2e-3, "{h} m: {got} for {mean}");
        }
    }
}
