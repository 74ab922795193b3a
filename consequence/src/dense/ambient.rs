//! The air that a dense cloud lies in: its wind over height, what it averages to over the cloud, and how its stability hampers mixing.
//! Two kinds: as the original model has it (its profile found from its published example outputs), and by the similarity
//! of [`crate::weather`].

use super::Mode;
use super::gas::Surroundings;
use super::original::{self, Fade};
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
    /// Farthest distance of the original's grid from the mouth, m, where a run is compared with its printout: a jet's plume then becomes a puff at a
    /// row of that grid. None: where half of the mass has passed, whatever a grid.
    pub(super) rows_to_m: Option<f64>,
    /// How the original's 1/L fades with height.
    fade: Fade,
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
    fn mix(&self, real: f64, neutral: impl Fn(&(f64, Table)) -> f64) -> f64 {
        match &self.ambient.neutral {
            Some(n) if self.real < 1.0 => self.real * real + (1.0 - self.real) * neutral(n),
            _ => real,
        }
    }
    pub fn wind_m_s(&self, z_m: f64) -> f64 {
        let place = Place::at(z_m);
        self.mix(place.read(&self.ambient.table.wind_m_s), |n| place.read(&n.1.wind_m_s))
    }
    /// Wind averaged from the ground to a height.
    pub fn mean_wind_m_s(&self, z_m: f64) -> f64 {
        let place = Place::at(z_m);
        self.mix(place.read(&self.ambient.table.mean_m_s), |n| place.read(&n.1.mean_m_s))
    }
    pub fn friction_velocity_m_s(&self) -> f64 {
        self.mix(self.ambient.friction_velocity_m_s, |n| n.0)
    }
    /// 1/L as it acts at a height.
    pub fn inverse_at_1_m(&self, z_m: f64) -> f64 {
        self.real * self.ambient.inverse_at_1_m(z_m)
    }
}

/// A mean wind of the original and the height of the air that it is of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Counted {
    pub top_m: f64,
    pub mean_m_s: f64,
}

/// Wind and mean wind by height, evenly in the logarithm.
#[derive(Debug, Clone, PartialEq)]
struct Table {
    wind_m_s: Vec<f64>,
    /// The true mean, and the one that clouds are carried by: the same but in the original.
    integral_m_s: Vec<f64>,
    mean_m_s: Vec<f64>,
}

const LOWEST_M: f64 = 1e-3;
const HIGHEST_M: f64 = 3000.0;
const STEPS: usize = 160;

fn height_m(k: usize) -> f64 {
    LOWEST_M * math::exp(k as f64 / (STEPS - 1) as f64 * SPAN)
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
        Table { wind_m_s, integral_m_s: mean_m_s.clone(), mean_m_s }
    }
    fn read(values: &[f64], z_m: f64) -> f64 {
        Place::at(z_m).read(values)
    }
}

/// A height between two rows of a table.
struct Place {
    row: usize,
    share: f64,
    /// Below the table the wind falls to nothing.
    fall: f64,
}

/// ln(highest/lowest).
const SPAN: f64 = 14.914_122_846_632_385;

impl Place {
    fn at(z_m: f64) -> Place {
        let place = math::ln(z_m.clamp(LOWEST_M, HIGHEST_M) / LOWEST_M) * ((STEPS - 1) as f64 / SPAN);
        let row = (place as usize).min(STEPS - 2);
        Place { row, share: place - row as f64, fall: (z_m / LOWEST_M).min(1.0) }
    }
    fn read(&self, values: &[f64]) -> f64 {
        let (low, high) = (values[self.row], values[self.row + 1]);
        (low + self.share * (high - low)) * self.fall
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
            rows_to_m: None,
            fade: Fade { inverse_1_m: profile.inverse_obukhov_1_m, over_m: 1.0, given_at_m: 0.0 },
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
    /// The original's mean winds: up to the first height that a run asks for, by Simpson's rule over the whole height with nothing at the
    /// ground; from there on by the integral. (Found: with 0.296 m the mean winds of example 2 are met within 1e-4, and over pools
    /// runs of slabx with the height of the cloud over the first thirtieth of the pool.) For air of the reference mode alone.
    pub fn counted_from(mut self, first_m: f64) -> Ambient {
        let simpson = |z: f64| (4.0 * self.wind_m_s(0.5 * z) + self.wind_m_s(z)) / 6.0;
        let lost = first_m * (Table::read(&self.table.integral_m_s, first_m) - simpson(first_m));
        self.table.mean_m_s = (0..STEPS)
            .map(|k| match height_m(k) {
                z if z <= first_m => simpson(z),
                z => self.table.integral_m_s[k] - lost / z,
            })
            .collect();
        self
    }
    /// For a run that is compared with the original's printout to a distance from the mouth: see [`Ambient::rows_to_m`].
    pub fn printed_to(mut self, farthest_m: f64) -> Ambient {
        self.rows_to_m = Some(farthest_m);
        self
    }
    /// Wind averaged from the ground to a height, by the integral in every mode.
    pub fn true_mean_m_s(&self, z_m: f64) -> f64 {
        Table::read(&self.table.integral_m_s, z_m)
    }
    /// Mean wind under a height, counted on from a mean under another one, and no more than the wind at the top: the original's rule.
    pub fn mean_on_m_s(&self, known: Counted, z_m: f64) -> f64 {
        let through = |z: f64| z * Table::read(&self.table.integral_m_s, z);
        let mean = (known.top_m * known.mean_m_s + through(z_m) - through(known.top_m)) / z_m.max(LOWEST_M);
        mean.clamp(0.0, self.wind_m_s(z_m))
    }
    /// The same air with all its mean winds so counted.
    pub fn counted_on(mut self, known: Counted) -> Ambient {
        self.table.mean_m_s = (0..STEPS).map(|k| self.mean_on_m_s(known, height_m(k))).collect();
        self
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
            Mode::Reference => self.fade.at_1_m(z_m),
            Mode::Corrected => self.inverse_obukhov_1_m,
        }
    }
}

/// See [`Ambient::counted_from`].
const FIRST_HEIGHT_M: f64 = 0.296;
/// Height to which the original ties its entrainment, m.
const REFERENCE_HEIGHT_M: f64 = 4.0;

/// What a cloud of its own spreads by meander while it is followed, whatever the averaging time that is asked for: the original's
/// at = 0.08 (10 s/900 s)^0.2 (example 2: 0.0275 with its stability). Longer averages widen the finished cloud: see
/// [`super::averaging`].
const SHORT_S: f64 = 10.0;

/// Crosswind spreading for an averaging time in the air of the corrected mode: at = 0.08 (t/900)^0.2 stby; stby falls by 0.299 for each
/// class from neutral to stable (found from example 2, whose class is 4.518 and stby 0.845); towards unstable it is taken to grow
/// alike (assumption).
fn spreading(classes_from_d: f64, averaging_s: f64) -> f64 {
    0.08 * math::pow(averaging_s.max(1.0) / 900.0, 0.2) * (1.0 - 0.299 * classes_from_d).max(0.3)
}

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

impl Deck {
    fn inverse_1_m(&self) -> f64 {
        match self.stability {
            DeckStability::Inverse(inverse) => inverse,
            DeckStability::Class(class) => original::class_step_1_m(class.index() as i32 - 3, self.roughness_m),
        }
    }

    /// The original's air.
    pub fn ambient(&self) -> Ambient {
        let inverse = self.inverse_1_m();
        let from_d = match self.stability {
            DeckStability::Class(class) => class.index() as f64 - 3.0,
            DeckStability::Inverse(inverse) => original::classes_from_d(inverse, self.roughness_m),
        };
        // 1040 m in neutral air, half for each class towards stable (example 2: 726.04 m at 0.5185).
        let mixing = 1040.0 * math::pow(2.0, -from_d);
        let fade = Fade::new(inverse, from_d, self.wind_height_m);
        let shape = original::Shape::new(fade, self.roughness_m, mixing);
        let scale = self.wind_m_s / shape.at(self.wind_height_m);
        let table = Table::new(|z| scale * shape.at(z));
        let surroundings = Surroundings::new(self.temperature_k, 101_325.0, self.relative_humidity);
        Ambient {
            mode: Mode::Reference,
            air: surroundings,
            density_kg_m3: surroundings.density_kg_m3(),
            friction_velocity_m_s: scale * KARMAN_SLAB,
            inverse_obukhov_1_m: inverse,
            mixing_height_m: mixing,
            spreading: 0.08
                * math::pow(SHORT_S / 900.0, 0.2)
                * original::steadiness(inverse, from_d, self.roughness_m, self.wind_height_m),
            reference_wind_m_s: scale * shape.at(REFERENCE_HEIGHT_M),
            rows_to_m: None,
            fade,
            table,
            neutral: None,
        }
        .counted_from(FIRST_HEIGHT_M)
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
