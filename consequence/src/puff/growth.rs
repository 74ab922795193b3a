//! How fast a puff grows, by the time or the way that it has itself travelled (烟团扩散参数). Two schemes:
//!
//! *Similarity*, the default: sideways sigma = q/(1 + alpha q/zi)^0.3 with q the integral of sigma_v dt (AERMOD's form,
//! alpha 78 at the ground, zi at least the mechanical mixing height), upwards d(depth)/dt = k u*/phi_h(1.55 depth/L) (van Ulden 1978), the puff moving with the
//! wind at 0.6 of its depth.
//!
//! *Briggs* (1973): curves over the distance by class, open country and town, moved with the wind at 3 m: what ALOHA's passive formula is.
//! The width D of its source is added as a variance, D^2/(2 pi), as ALOHA's zones about puddles ask for (see `newborn`).
//!
//! When the air changes a puff keeps its size and goes on from the place on the new curve where it has that size.

use super::Own;
use super::shape::{GAUSSIAN, GAUSSIAN_DEPTH, STABLE, UNSTABLE};
use crate::weather::{Air, Class, KARMAN, mixing};
use base::math;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Scheme {
    #[default]
    Similarity,
    /// Briggs' open-country curves.
    BriggsCountry,
    /// Briggs' urban curves.
    BriggsTown,
}

/// The sizes that grow.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Size {
    /// Standard deviations across and along the wind, m.
    pub across_m: f64,
    pub along_m: f64,
    /// Mean spread over height, m (see `shape`).
    pub depth_m: f64,
}

/// What a step of time does to a puff.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grown {
    pub size: Size,
    /// Way travelled, m.
    pub way_m: f64,
}

/// Least speed of a puff, m/s. Calm air has no direction; the caveat says so.
pub const LEAST_SPEED_M_S: f64 = 0.3;
/// The averaging time to which the schemes belong, s.
pub const TEN_MINUTES_S: f64 = 600.0;

/// Height at which a puff's wind is read, m: 0.6 of its depth (van Ulden 1978), its own height while it floats above
/// (joined by a root of squares: assumption).
pub fn riding_height_m(height_m: f64, depth_m: f64, lid_m: f64) -> f64 {
    math::hypot(0.6 * depth_m, height_m).min(0.5 * lid_m.max(2.0 * height_m))
}

/// Speed of a puff, m/s.
pub fn speed_m_s(scheme: Scheme, air: &Air, height_m: f64, depth_m: f64) -> f64 {
    let height_m = match scheme {
        Scheme::Similarity => riding_height_m(height_m, depth_m, air.mixing_height_m),
        Scheme::BriggsCountry | Scheme::BriggsTown => height_m.max(3.0),
    };
    air.wind_m_s(height_m).max(LEAST_SPEED_M_S)
}

/// Exponent of the curve over height.
pub fn exponent(scheme: Scheme, air: &Air, height_m: f64, depth_m: f64) -> f64 {
    match scheme {
        Scheme::BriggsCountry | Scheme::BriggsTown => GAUSSIAN,
        Scheme::Similarity => {
            let ground = if air.profile.inverse_obukhov_1_m > 0.0 { STABLE } else { UNSTABLE };
            // A puff that floats is Gaussian until the ground has it (assumption).
            let share = depth_m * depth_m / (depth_m * depth_m + height_m * height_m);
            GAUSSIAN + (ground - GAUSSIAN) * share
        }
    }
}

/// sigma_y of an averaging time over that of ten minutes: (t/600)^0.2, not below the time at which the plume no
/// longer meanders (Spicer & Havens 1988: 18 s, in stable air 11 and 5; read in coefficients of DEGADIS).
pub fn averaging(class: Class, averaging_s: f64) -> f64 {
    let least = match class {
        Class::A | Class::B | Class::C | Class::D => 18.0,
        Class::E => 11.0,
        Class::F => 5.0,
    };
    math::pow(averaging_s.max(least) / TEN_MINUTES_S, 0.2)
}

/// Lets a puff of a size, centre height and age drift for `dt_s`. `own` is what of the size is the source's: Briggs' curves are followed
/// by the rest alone. `spread` multiplies the growth across (averaging time).
pub fn grow(
    scheme: Scheme,
    air: &Air,
    (size, own): (Size, Own),
    height_m: f64,
    age_s: f64,
    dt_s: f64,
    spread: f64,
) -> Grown {
    match scheme {
        Scheme::Similarity => similar(air, size, height_m, age_s, dt_s, spread),
        Scheme::BriggsCountry | Scheme::BriggsTown => {
            let way_m = speed_m_s(scheme, air, height_m, size.depth_m) * dt_s;
            let (across, up) = briggs(scheme, air.class);
            let beside = |whole_m: f64, own_m2: f64, curve: Curve, factor: f64| {
                let rest_m = math::sqrt((whole_m * whole_m - own_m2).max(0.0));
                math::hypot(factor * curve.after(rest_m / factor, way_m), math::sqrt(own_m2)).max(whole_m)
            };
            Grown {
                size: Size {
                    across_m: beside(size.across_m, own.variance_m2, across, spread),
                    along_m: beside(size.along_m, own.variance_m2, across, spread),
                    depth_m: beside(size.depth_m, own.depth_m * own.depth_m, up, GAUSSIAN_DEPTH),
                },
                way_m,
            }
        }
    }
}

// --- similarity -----------------------------------------------------------------------------------------------

/// alpha of a release at the ground and the exponent (AERMOD, Cimorelli et al. 2005, fitted there on Prairie Grass as a whole;
/// from memory, unchecked).
const ALPHA_GROUND: f64 = 78.0;
const ALPHA_HEIGHT_M: f64 = 0.46;
/// alpha does not fall below this for high sources (the same).
const ALPHA_LEAST: f64 = 0.7;
const POWER: f64 = 0.3;
/// van Ulden (1978): where in the cloud the stability is felt.
const FELT: f64 = 1.55;

fn similar(air: &Air, size: Size, height_m: f64, age_s: f64, dt_s: f64, spread: f64) -> Grown {
    let lid_m = air.mixing_height_m;
    let alpha = (ALPHA_GROUND * (ALPHA_HEIGHT_M / height_m.max(ALPHA_HEIGHT_M))).max(ALPHA_LEAST);
    let mut depth_m = size.depth_m;
    // Eddies reach as far as the ground stirs, even where a lower inversion was seen: AERMOD takes the larger height.
    let eddy_m = lid_m.max(mixing::mechanical_m(air.profile.friction_velocity_m_s));
    let mut across_q_m = untwist(size.across_m / spread, alpha / eddy_m);
    let mut along_q_m = untwist(size.along_m / spread, alpha / eddy_m);
    let (mut left_s, mut way_m, mut sheared_m2, mut age_s) = (dt_s, 0.0, 0.0, age_s);
    while left_s > 0.0 {
        let rate = rise_m_s(air, height_m, depth_m);
        // A quarter of the depth at a time, so that the wind and phi_h that belong to it are met.
        let step_s = if rate > 0.0 { left_s.min(0.25 * depth_m.max(0.02) / rate) } else { left_s };
        let half_m = depth_m + 0.5 * step_s * rate;
        let speed = speed_m_s(Scheme::Similarity, air, height_m, half_m);
        way_m += speed * step_s;
        let turbulence = air.crosswind_turbulence_m_s(speed);
        across_q_m += turbulence * step_s;
        // Slow swings of the wind, which sigma_v of ten minutes holds, move a puff but do not stretch it along its way.
        along_q_m += turbulence.min(LONGEST * speed) * step_s;
        // Wilson (1981): sigma_x = 0.6 sz (du/dz at 0.6 sz) t, from memory; d(sigma_x^2) = 2 r^2 t dt.
        let sz_m = half_m / GAUSSIAN_DEPTH;
        let sheared = 0.6 * sz_m * air.profile.shear_1_s(riding_height_m(height_m, half_m, lid_m));
        let r = sheared.min(LONGEST * speed);
        sheared_m2 += r * r * (2.0 * age_s + step_s) * step_s;
        depth_m = (depth_m + step_s * rise_m_s(air, height_m, half_m)).min(MOST_DEPTH * lid_m.max(size.depth_m));
        age_s += step_s;
        left_s -= step_s;
    }
    let twist = |q_m: f64| spread * q_m / math::pow(1.0 + alpha * q_m / eddy_m, POWER);
    let across_m = twist(across_q_m).max(size.across_m);
    let along_m = math::hypot(twist(along_q_m).max(size.along_m), math::sqrt(sheared_m2));
    Grown { size: Size { across_m, along_m, depth_m }, way_m }
}

/// Turbulence and shear each lengthen a puff by no more than this part of its way: the yellow book's sigma_x = 0.13 x. In
/// very stable air the estimate of shear above would let gas run upwind.
const LONGEST: f64 = 0.13;
/// A puff is not let grow beyond this part of the mixing height: it is mixed by then.
const MOST_DEPTH: f64 = 1.5;

/// d(depth)/dt, m/s. Near the ground van Ulden's k u*/phi_h(1.55 depth/L). A floating puff has the diffusivity of its own height, which
/// makes a thin one grow faster, d(depth^2)/dt = 2 K, but no faster than the turbulence itself, sqrt(2/pi) sigma_w (Taylor 1921).
fn rise_m_s(air: &Air, height_m: f64, depth_m: f64) -> f64 {
    let felt_m = math::hypot(depth_m, height_m);
    let here =
        KARMAN * air.profile.friction_velocity_m_s / air.profile.phi_h(FELT * felt_m + air.profile.displacement_m);
    let most = (GAUSSIAN_DEPTH * air.vertical_turbulence_m_s(felt_m) / here).max(1.0);
    here * (felt_m / depth_m.max(1e-3)).min(most)
}

/// The q with q/(1 + a q)^0.3 = sigma. The left side grows and bends down, so Newton from below does not overshoot.
fn untwist(sigma_m: f64, a: f64) -> f64 {
    if sigma_m <= 0.0 {
        return 0.0;
    }
    let mut q = sigma_m;
    for _ in 0..60 {
        let wide = 1.0 + a * q;
        let f = q / math::pow(wide, POWER) - sigma_m;
        let slope = math::pow(wide, -POWER) * (1.0 - POWER * a * q / wide);
        let step = f / slope;
        q -= step;
        if step.abs() <= 1e-13 * q {
            break;
        }
    }
    q
}

// --- Briggs ---------------------------------------------------------------------------------------------------

/// sigma = a x (1 + b x)^c.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Curve {
    a: f64,
    b: f64,
    c: f64,
}

impl Curve {
    pub fn at(&self, x_m: f64) -> f64 {
        self.a * x_m * math::pow(1.0 + self.b * x_m, self.c)
    }
    /// The distance at which the curve has a value. Newton, from the straight line on; curves with c = -1 end at a/b.
    pub fn distance_m(&self, sigma_m: f64) -> f64 {
        let mut x = sigma_m / self.a;
        if self.b == 0.0 {
            return x;
        }
        for _ in 0..200 {
            let wide = 1.0 + self.b * x;
            let slope = self.a * math::pow(wide, self.c) * (1.0 + self.c * self.b * x / wide);
            let step = (self.at(x) - sigma_m) / slope;
            x = (x - step).max(0.0);
            if x.is_nan() || x >= FARTHEST_M {
                return FARTHEST_M;
            }
            if step.abs() <= 1e-12 * x.max(1e-9) {
                break;
            }
        }
        x
    }
    fn after(&self, sigma_m: f64, way_m: f64) -> f64 {
        self.at(self.distance_m(sigma_m) + way_m).max(sigma_m)
    }
}

/// Curves are not followed beyond this, m.
const FARTHEST_M: f64 = 1e7;

/// The pair sigma_y, sigma_z by class: Briggs (1973) as in Hanna, Briggs & Hosker (1982).
pub fn briggs(scheme: Scheme, class: Class) -> (Curve, Curve) {
    let curve = |a, b, c| Curve { a, b, c };
    match scheme {
        Scheme::BriggsCountry | Scheme::Similarity => match class {
            Class::A => (curve(0.22, 1e-4, -0.5), curve(0.20, 0.0, 0.0)),
            Class::B => (curve(0.16, 1e-4, -0.5), curve(0.12, 0.0, 0.0)),
            Class::C => (curve(0.11, 1e-4, -0.5), curve(0.08, 2e-4, -0.5)),
            Class::D => (curve(0.08, 1e-4, -0.5), curve(0.06, 1.5e-3, -0.5)),
            Class::E => (curve(0.06, 1e-4, -0.5), curve(0.03, 3e-4, -1.0)),
            Class::F => (curve(0.04, 1e-4, -0.5), curve(0.016, 3e-4, -1.0)),
        },
        Scheme::BriggsTown => match class {
            Class::A | Class::B => (curve(0.32, 4e-4, -0.5), curve(0.24, 1e-3, 0.5)),
            Class::C => (curve(0.22, 4e-4, -0.5), curve(0.20, 0.0, 0.0)),
            Class::D => (curve(0.16, 4e-4, -0.5), curve(0.14, 3e-4, -0.5)),
            Class::E | Class::F => (curve(0.11, 4e-4, -0.5), curve(0.08, 1.5e-3, -0.5)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weather::{Profile, towards};

    pub(crate) fn air(inverse: f64, class: Class) -> Air {
        Air {
            towards: towards(270.0),
            profile: Profile::through(5.0, 10.0, inverse, 0.03, None),
            mixing_height_m: 800.0,
            sigma_theta_rad: None,
            temperature_k: 288.15,
            relative_humidity: 0.5,
            pressure_pa: 101_325.0,
            class,
        }
    }

    #[test]
    fn a_puff_s_growth_does_not_depend_on_how_its_time_is_cut() {
        // Grade: exact. One step of 100 s against 1000 of 0.1 s.
        for scheme in [Scheme::Similarity, Scheme::BriggsCountry, Scheme::BriggsTown] {
            for (inverse, class) in [(-0.05, Class::B), (0.0, Class::D), (0.03, Class::F)] {
                let air = air(inverse, class);
                let start = Size { across_m: 0.5, along_m: 0.5, depth_m: 0.4 };
                let once = grow(scheme, &air, (start, Own::default()), 0.0, 0.0, 100.0, 1.0);
                let (mut size, mut way) = (start, 0.0);
                for k in 0..1000 {
                    let grown = grow(scheme, &air, (size, Own::default()), 0.0, k as f64 * 0.1, 0.1, 1.0);
                    (size, way) = (grown.size, way + grown.way_m);
                }
                assert!((size.across_m / once.size.across_m - 1.0).abs() < 0.01, "{scheme:?} {class:?} across");
                assert!((size.depth_m / once.size.depth_m - 1.0).abs() < 0.01, "{scheme:?} {class:?} depth");
                assert!((way / once.way_m - 1.0).abs() < 0.01, "{scheme:?} {class:?} way");
                // Cut in pieces, what shear has done is taken for turbulence by the next piece: a few per cent along.
                assert!((size.along_m / once.size.along_m - 1.0).abs() < 0.1, "{scheme:?} {class:?} along");
            }
        }
    }

    #[test]
    fn a_pool_s_width_and_briggs_curve_add_as_variances() {
        // Grade: exact. At any way from the source, whatever the steps.
        let wind = air(0.0, Class::D);
        for own_m2 in [0.0, 4.0, 900.0] {
            let own = Own { variance_m2: own_m2, depth_m: 0.0 };
            let across_m = math::sqrt(own_m2);
            let (mut size, mut way_m) = (Size { across_m, along_m: across_m, depth_m: 0.0 }, 0.0);
            for _ in 0..200 {
                let grown = grow(Scheme::BriggsCountry, &wind, (size, own), 0.0, 0.0, 0.5, 1.0);
                (size, way_m) = (grown.size, way_m + grown.way_m);
            }
            let curve_m = 0.08 * way_m / math::sqrt(1.0 + 1e-4 * way_m);
            let wanted_m = math::hypot(curve_m, across_m);
            assert!((size.across_m / wanted_m - 1.0).abs() < 1e-9, "{} for {wanted_m} at {way_m} m", size.across_m);
        }
    }

    #[test]
    fn near_the_source_a_similarity_puff_spreads_with_the_turbulence() {
        // Grade: exact. sigma -> sigma_v t as t -> 0; neutral depth -> k u* t.
        let air = air(0.0, Class::D);
        let grown = grow(
            Scheme::Similarity,
            &air,
            (Size { across_m: 0.0, along_m: 0.0, depth_m: 0.01 }, Own::default()),
            0.0,
            0.0,
            0.05,
            1.0,
        );
        let turbulence = air.crosswind_turbulence_m_s(grown.way_m / 0.05);
        assert!((grown.size.across_m / (turbulence * 0.05) - 1.0).abs() < 0.01);
        let later = grow(
            Scheme::Similarity,
            &air,
            (Size { across_m: 0.0, along_m: 0.0, depth_m: 0.01 }, Own::default()),
            0.0,
            0.0,
            50.0,
            1.0,
        );
        let u = air.profile.friction_velocity_m_s;
        assert!(((later.size.depth_m - 0.01) / (KARMAN * u * 50.0) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn curves_are_turned_round_without_loss() {
        // Grade: exact.
        for scheme in [Scheme::BriggsCountry, Scheme::BriggsTown] {
            for class in Class::ALL {
                let (across, up) = briggs(scheme, class);
                for x in [1.0, 50.0, 800.0, 9000.0] {
                    assert!((across.distance_m(across.at(x)) / x - 1.0).abs() < 1e-9, "{scheme:?} {class:?} {x}");
                    assert!((up.distance_m(up.at(x)) / x - 1.0).abs() < 1e-7, "{scheme:?} {class:?} {x}");
                }
            }
        }
        for a in [0.0, 0.01, 0.5] {
            for sigma in [0.1, 3.0, 200.0] {
                let q = untwist(sigma, a);
                assert!((q / (1.0 + a * q).powf(0.3) / sigma - 1.0).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn a_change_of_class_keeps_the_size() {
        // Grade: exact.
        let (day, night) = (air(-0.05, Class::B), air(0.03, Class::F));
        for scheme in [Scheme::Similarity, Scheme::BriggsCountry] {
            let start = Size { across_m: 0.1, along_m: 0.1, depth_m: 0.1 };
            let before = grow(scheme, &day, (start, Own::default()), 0.0, 0.0, 60.0, 1.0).size;
            let after = grow(scheme, &night, (before, Own::default()), 0.0, 60.0, 1e-6, 1.0).size;
            assert!((after.across_m - before.across_m).abs() < 1e-4);
            assert!((after.depth_m - before.depth_m).abs() < 1e-4);
            let later = grow(scheme, &night, (before, Own::default()), 0.0, 60.0, 60.0, 1.0).size;
            let by_day = grow(scheme, &day, (before, Own::default()), 0.0, 60.0, 60.0, 1.0).size;
            assert!(later.depth_m < by_day.depth_m);
        }
    }

    #[test]
    fn short_averages_are_narrower_down_to_the_end_of_meander() {
        // Grade: exact.
        assert!((averaging(Class::D, 600.0) - 1.0).abs() < 1e-12);
        assert!((averaging(Class::D, 60.0) - 0.1f64.powf(0.2)).abs() < 1e-12);
        assert_eq!(averaging(Class::D, 1.0), averaging(Class::D, 18.0));
        assert!(averaging(Class::F, 1.0) < averaging(Class::D, 1.0));
    }
}
