//! Heat from the ground into a puddle (地面传热): conduction into a half-space, rho c dT/dt = k d2T/dz2, solved on cells that grow with
//! depth, backward in time. The puddle's temperature changes and its edge moves; because conduction is linear and every part of
//! the wetted ground has the same surface temperature, the mean profile under the puddle obeys the same equation as each
//! part, and fresh ground enters it by its share of the area: one profile is exact for all rings.

use serde::{Deserialize, Serialize};

/// What a puddle lies on. Conductivities are the effective ones of ALOHA's table 9 (Briscoe & Shaw 1980; Jones et al. 2013, read
/// through a public transcription), which fit spills better than laboratory values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ground {
    Soil,
    Concrete,
    DrySand,
    MoistSand,
    /// Open water that stays at its temperature.
    Water,
}

/// Heat transfer from water to a floating or sinking cold liquid, W/(m2 K) (Webber; ALOHA takes it; from memory, unchecked).
const WATER_W_M2_K: f64 = 500.0;

impl Ground {
    /// Conductivity W/(m K) and diffusivity m2/s; `None` on water.
    fn conduction(self) -> Option<(f64, f64)> {
        match self {
            Ground::Soil => Some((8.64, 4.13e-6)),
            Ground::Concrete => Some((8.28, 3.74e-6)),
            Ground::DrySand => Some((2.34, 1.74e-6)),
            Ground::MoistSand => Some((5.31, 3.02e-6)),
            Ground::Water => None,
        }
    }
}

/// Cells and the depth of the first, m; each is a sixth deeper than the one above: 40 reach 1.8 m, far below an hour's wave.
const CELLS: usize = 40;
const FIRST_M: f64 = 5e-4;
const GROWTH: f64 = 7.0 / 6.0;

/// Temperatures under a puddle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    ground: Ground,
    undisturbed_k: f64,
    temperatures_k: Vec<f64>,
}

/// Flux into the puddle, linear in the surface temperature at the end of the step: `at_zero - slope T`, W/m2.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Flux {
    pub at_zero: f64,
    pub slope: f64,
}

/// Profiles after a step for a surface at 0 K and their change per K.
pub struct Answer {
    base: Vec<f64>,
    per_k: Vec<f64>,
    pub flux: Flux,
}

impl Profile {
    pub fn new(ground: Ground, temperature_k: f64) -> Profile {
        Profile { ground, undisturbed_k: temperature_k, temperatures_k: vec![temperature_k; CELLS] }
    }

    /// The puddle has grown from `before_m2` to `after_m2`: fresh ground joins the mean.
    pub fn widen(&mut self, before_m2: f64, after_m2: f64) {
        let fresh = 1.0 - before_m2 / after_m2;
        for t in &mut self.temperatures_k {
            *t += fresh * (self.undisturbed_k - *t);
        }
    }

    /// What the ground answers in a step of `dt_s` to any surface temperature.
    pub fn answer(&self, dt_s: f64) -> Answer {
        let Some((k, diffusivity)) = self.ground.conduction() else {
            let flux = Flux { at_zero: WATER_W_M2_K * self.undisturbed_k, slope: WATER_W_M2_K };
            return Answer { base: Vec::new(), per_k: Vec::new(), flux };
        };
        let mut depth = [FIRST_M; CELLS];
        for i in 1..CELLS {
            depth[i] = GROWTH * depth[i - 1];
        }
        let heat = k / diffusivity;
        // Conductance between cells i - 1 and i (cell -1 is the surface), W/(m2 K).
        let link = |i: usize| if i == 0 { 2.0 * k / depth[0] } else { 2.0 * k / (depth[i - 1] + depth[i]) };
        let mut below = vec![0.0; CELLS];
        let (mut base, mut per_k) = (vec![0.0; CELLS], vec![0.0; CELLS]);
        for i in 0..CELLS {
            let f = dt_s / (heat * depth[i]);
            let (up, down) = (f * link(i), if i + 1 < CELLS { f * link(i + 1) } else { 0.0 });
            let (above, from_base, from_per_k) =
                if i == 0 { (0.0, 0.0, 1.0) } else { (below[i - 1], base[i - 1], per_k[i - 1]) };
            let pivot = 1.0 + up + down - up * above;
            below[i] = down / pivot;
            base[i] = (self.temperatures_k[i] + up * from_base) / pivot;
            per_k[i] = up * from_per_k / pivot;
        }
        for i in (0..CELLS - 1).rev() {
            base[i] += below[i] * base[i + 1];
            per_k[i] += below[i] * per_k[i + 1];
        }
        let flux = Flux { at_zero: link(0) * base[0], slope: link(0) * (1.0 - per_k[0]) };
        Answer { base, per_k, flux }
    }

    /// Takes the step with the surface at `surface_k`.
    pub fn settle(&mut self, answer: Answer, surface_k: f64) {
        for (t, (base, per_k)) in self.temperatures_k.iter_mut().zip(answer.base.iter().zip(&answer.per_k)) {
            *t = base + per_k * surface_k;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::math::sqrt;

    fn flux_after(ground: Ground, surface: impl Fn(f64) -> f64, seconds: usize) -> f64 {
        let mut profile = Profile::new(ground, 300.0);
        let mut flux = 0.0;
        for s in 1..=seconds {
            let t = surface(s as f64);
            let answer = profile.answer(1.0);
            flux = answer.flux.at_zero - answer.flux.slope * t;
            profile.settle(answer, t);
        }
        flux
    }

    #[test]
    fn a_cold_surface_draws_the_heat_of_the_half_space() {
        // Grade: exact. k dT/sqrt(pi a t) for a step, twice that for a temperature that falls as a ramp.
        for (ground, k, a) in [(Ground::Concrete, 8.28, 3.74e-6), (Ground::DrySand, 2.34, 1.74e-6)] {
            for seconds in [60, 600, 3600] {
                let t = seconds as f64;
                let step = k * 20.0 / sqrt(std::f64::consts::PI * a * t);
                let got = flux_after(ground, |_| 280.0, seconds);
                assert!((got / step - 1.0).abs() < 0.02, "{ground:?} {seconds}: {got} {step}");
                let got = flux_after(ground, |s| 300.0 - 20.0 * s / t, seconds);
                assert!((got / (2.0 * step) - 1.0).abs() < 0.02, "{ground:?} {seconds}: {got}");
            }
        }
    }

    #[test]
    fn one_mean_profile_gives_the_same_heat_as_two_rings() {
        // Grade: exact. Two rings wetted 100 s apart against one mean profile.
        let (mut inner, mut outer) = (Profile::new(Ground::Soil, 300.0), Profile::new(Ground::Soil, 300.0));
        let mut mean = Profile::new(Ground::Soil, 300.0);
        let surface = |s: usize| 270.0 + 10.0 * base::math::sin(s as f64 / 40.0);
        for s in 0..300 {
            if s == 100 {
                mean.widen(1.0, 4.0);
            }
            let (a, m) = (inner.answer(1.0), mean.answer(1.0));
            let mut rings = a.flux.at_zero - a.flux.slope * surface(s);
            inner.settle(a, surface(s));
            if s >= 100 {
                let b = outer.answer(1.0);
                rings += 3.0 * (b.flux.at_zero - b.flux.slope * surface(s));
                outer.settle(b, surface(s));
            }
            let one = (m.flux.at_zero - m.flux.slope * surface(s)) * if s >= 100 { 4.0 } else { 1.0 };
            mean.settle(m, surface(s));
            assert!((one - rings).abs() < 1e-6 * rings.abs(), "{s}: {one} {rings}");
        }
    }
}
