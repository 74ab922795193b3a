//! A puddle that evaporates (液池蒸发): it spreads, it cools by what it loses, it takes heat from sun, sky, air and ground, and where
//! that brings it to its boiling point it boils.
//!
//! ```text
//! m cp dT/dt = A [sun + sky - eps sigma T^4 + ground + air - L E(T)] + q cp (Tin - T)
//! dr/dt = sqrt(2 g d) until the depth d is 5 mm or the bund is full (Briscoe & Shaw 1980)
//! air = rho cp jc (a/Dm)^(2/3) u* (Ta - T);  E from [`super::transfer`];  ground from [`super::ground`]
//! ```
//!
//! As in ALOHA (Jones et al. 2013, NOAA OR&R 43, sections 3.3 and 3.4.4). Each step is solved for its end temperature, so thin and
//! violently boiling puddles stay stable; the boiling rate is what the heat allows.

use super::ground::{Ground, Profile};
use super::hole::GRAVITY_M_S2;
use super::site::{EMISSIVITY, STEFAN_BOLTZMANN, Site};
use super::transfer::{BOILING_SHARE, POOL_ROUGHNESS_M, coefficient, heat_over_mass, volatility};
use crate::substance::Substance;
use crate::substance::curve::GAS_CONSTANT;
use base::math::sqrt;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// Depth at which a puddle on rough ground stops spreading, m (ALOHA technical documentation 3.4.4.2).
pub const THIN_M: f64 = 0.005;
/// Heat capacity of air, J/(kg K).
const AIR_CP_J_KG_K: f64 = 1004.0;
const STEP_S: f64 = 1.0;

/// How much was spilled.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Amount {
    MassKg(f64),
    VolumeM3(f64),
    DepthM(f64),
}

/// A puddle that lies there at the start.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PuddleSpec {
    pub amount: Amount,
    pub area_m2: f64,
    pub ground: Ground,
    /// Of the liquid; that of the air, or the boiling point where that is lower, when not given.
    #[serde(default)]
    pub temperature_k: Option<f64>,
}

/// Liquid that runs in: a constant rate from and to a time, s.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Inflow {
    pub from_s: f64,
    pub to_s: f64,
    pub rate_kg_s: f64,
    pub temperature_k: f64,
}

/// What a minute gave off, and the puddle at its end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Minute {
    pub from_s: f64,
    pub to_s: f64,
    pub evaporated_kg: f64,
    /// Mean of the surface temperature by evaporated mass.
    pub temperature_k: f64,
    pub area_m2: f64,
}

/// A puddle and its history.
pub struct Puddle<'a> {
    substance: &'a Substance,
    site: &'a Site,
    ground: Profile,
    /// The edge it cannot cross, m2.
    most_area_m2: f64,
    pub mass_kg: f64,
    pub temperature_k: f64,
    pub area_m2: f64,
    pub evaporated_kg: f64,
    pub received_kg: f64,
    /// Temperature above which Brighton's model ends and it boils.
    boiling_k: f64,
}

impl<'a> Puddle<'a> {
    /// Nothing yet; `most_area_m2` is the bund's, if there is one.
    pub fn empty(substance: &'a Substance, site: &'a Site, ground: Ground, most_area_m2: Option<f64>) -> Puddle<'a> {
        Puddle {
            substance,
            site,
            ground: Profile::new(ground, site.ground_k()),
            most_area_m2: most_area_m2.unwrap_or(f64::INFINITY),
            mass_kg: 0.0,
            temperature_k: site.temperature_k,
            area_m2: 0.0,
            evaporated_kg: 0.0,
            received_kg: 0.0,
            boiling_k: substance.boiling_at_k(BOILING_SHARE * site.pressure_pa),
        }
    }

    /// A given mass on a given area, which does not spread.
    pub fn lying(substance: &'a Substance, site: &'a Site, spec: &PuddleSpec) -> Puddle<'a> {
        let mut puddle = Puddle::empty(substance, site, spec.ground, Some(spec.area_m2));
        let own = spec.temperature_k.unwrap_or(site.temperature_k);
        puddle.temperature_k = own.min(puddle.boiling_k);
        puddle.area_m2 = spec.area_m2;
        puddle.mass_kg = spec.mass_kg(substance, puddle.temperature_k);
        puddle.received_kg = puddle.mass_kg;
        puddle
    }

    pub fn diameter_m(&self) -> f64 {
        sqrt(4.0 * self.area_m2 / PI)
    }

    /// Runs until a time or until it is dry and nothing more comes; minutes from the first inflow (or 0).
    pub fn run(&mut self, inflow: &[Inflow], until_s: f64) -> Vec<Minute> {
        let mut minutes = Vec::new();
        let start = if self.mass_kg > 0.0 { 0.0 } else { inflow.first().map_or(until_s, |i| i.from_s) };
        let last_inflow = inflow.iter().map(|i| i.to_s).fold(start, f64::max);
        // Inflows come in order: those before `next` are over.
        let (mut t, mut next) = (start, 0);
        while t < until_s && (self.mass_kg > 0.0 || t < last_inflow) {
            let (begin, end) = (t, (t + 60.0).min(until_s));
            let (mut evaporated, mut warmth) = (0.0, 0.0);
            while t < end && (self.mass_kg > 0.0 || t < last_inflow) {
                let dt = STEP_S.min(end - t);
                let (mut mass, mut heat) = (0.0, 0.0);
                while next < inflow.len() && inflow[next].to_s <= t {
                    next += 1;
                }
                for i in inflow[next..].iter().take_while(|i| i.from_s < t + dt) {
                    let part = (i.to_s.min(t + dt) - i.from_s.max(t)).max(0.0) * i.rate_kg_s;
                    mass += part;
                    heat += part * i.temperature_k;
                }
                if mass > 0.0 {
                    self.take_in(mass, heat / mass, dt);
                }
                let lost = self.step(dt);
                evaporated += lost;
                warmth += lost * self.temperature_k;
                t += dt;
            }
            if evaporated > 0.0 {
                minutes.push(Minute {
                    from_s: begin,
                    to_s: t,
                    evaporated_kg: evaporated,
                    temperature_k: warmth / evaporated,
                    area_m2: self.area_m2,
                });
            }
        }
        minutes
    }

    fn take_in(&mut self, mass_kg: f64, temperature_k: f64, dt_s: f64) {
        let arriving = temperature_k.min(self.boiling_k);
        let all = self.mass_kg + mass_kg;
        self.temperature_k = (self.mass_kg * self.temperature_k + mass_kg * arriving) / all;
        self.mass_kg = all;
        self.received_kg += mass_kg;
        self.spread(dt_s);
    }

    /// Gravity against inertia, in tenths of the step so that a thick young puddle does not leap.
    fn spread(&mut self, dt_s: f64) {
        let volume = self.mass_kg / self.substance.liquid_density_at_kg_m3(self.temperature_k);
        let most = self.most_area_m2.min(volume / THIN_M);
        if most <= self.area_m2 {
            return;
        }
        // The first splash: as wide as it is deep, 2 pi r^3 = 2 V (assumption; it is forgotten within seconds).
        let mut radius = if self.area_m2 > 0.0 { sqrt(self.area_m2 / PI) } else { base::math::cbrt(volume / PI) };
        for _ in 0..10 {
            let area = (PI * radius * radius).min(most);
            radius = sqrt(area / PI) + sqrt(2.0 * GRAVITY_M_S2 * volume / area) * 0.1 * dt_s;
        }
        let area = (PI * radius * radius).min(most);
        if self.area_m2 > 0.0 {
            self.ground.widen(self.area_m2, area);
        }
        self.area_m2 = area;
    }

    /// One step: finds the end temperature at which heat and evaporation balance, and gives what evaporated, kg.
    fn step(&mut self, dt_s: f64) -> f64 {
        if self.mass_kg <= 0.0 || self.area_m2 <= 0.0 {
            return 0.0;
        }
        let (s, site) = (self.substance, self.site);
        let m = s.molar_mass();
        let u = site.friction_velocity_m_s();
        let j = coefficient(m, u, site.wind_exponent(), self.diameter_m(), POOL_ROUGHNESS_M);
        let heat_ratio = heat_over_mass(m);
        let answer = self.ground.answer(dt_s);
        let capacity = self.mass_kg / self.area_m2 * s.liquid_cp_at_j_kg_k(self.temperature_k) / dt_s;
        let radiation = site.sun_w_m2() + site.sky_w_m2();
        let air = site.air_density_kg_m3() * AIR_CP_J_KG_K * heat_ratio * u;
        let flux = |t: f64| {
            let p = s.vapour_pressure_pa(t);
            p * m / (GAS_CONSTANT * t) * u * j * volatility(p, site.pressure_pa)
        };
        // What is left of the heat after the evaporation at temperature t, W/m2: falls steadily with t.
        let supply = |t: f64| {
            let jc = j * volatility(s.vapour_pressure_pa(t), site.pressure_pa);
            radiation - EMISSIVITY * STEFAN_BOLTZMANN * t * t * t * t + answer.flux.at_zero - answer.flux.slope * t
                + air * jc * (site.temperature_k - t)
                - capacity * (t - self.temperature_k)
        };
        let rest = |t: f64| supply(t) - s.latent_heat_at_j_kg(t) * flux(t);
        let (end, rate) = if rest(self.boiling_k) >= 0.0 {
            // Boiling: the temperature stays, the heat decides.
            (self.boiling_k, supply(self.boiling_k) / s.latent_heat_at_j_kg(self.boiling_k))
        } else {
            let end = falling_root(0.5 * self.boiling_k.min(self.temperature_k), self.boiling_k, rest);
            (end, flux(end))
        };
        let lost = (rate * self.area_m2 * dt_s).clamp(0.0, self.mass_kg);
        self.ground.settle(answer, end);
        self.temperature_k = end;
        self.mass_kg -= lost;
        if self.mass_kg < 1e-9 * self.received_kg {
            self.mass_kg = 0.0;
        }
        self.evaporated_kg += lost;
        lost
    }
}

impl PuddleSpec {
    /// Mass at a liquid temperature, kg.
    pub fn mass_kg(&self, substance: &Substance, temperature_k: f64) -> f64 {
        match self.amount {
            Amount::MassKg(mass) => mass,
            Amount::VolumeM3(volume) => volume * substance.liquid_density_at_kg_m3(temperature_k),
            Amount::DepthM(depth) => depth * self.area_m2 * substance.liquid_density_at_kg_m3(temperature_k),
        }
    }
}

/// Zero of a falling function between two points, by false position with the Illinois weight; the ends where there is none.
fn falling_root(low: f64, high: f64, f: impl Fn(f64) -> f64) -> f64 {
    let (mut a, mut b) = (low, high);
    let (mut fa, mut fb) = (f(a), f(b));
    if fa <= 0.0 {
        return a;
    }
    if fb >= 0.0 {
        return b;
    }
    let mut side = 0;
    for _ in 0..60 {
        let c = (a * fb - b * fa) / (fb - fa);
        let fc = f(c);
        if (b - a).abs() < 1e-7 || fc == 0.0 {
            return c;
        }
        if fc > 0.0 {
            (a, fa) = (c, fc);
            if side == 1 {
                fb *= 0.5;
            }
            side = 1;
        } else {
            (b, fb) = (c, fc);
            if side == 2 {
                fa *= 0.5;
            }
            side = 2;
        }
        if (b - a).abs() < 1e-7 || fc.abs() < 1e-6 {
            return c;
        }
    }
    0.5 * (a + b)
}

#[cfg(test)]
mod tests {
    use super::super::site::tests::night;
    use super::*;
    use crate::substance::Substances;
    use crate::weather::Class;

    fn spec(mass: f64, area: f64) -> PuddleSpec {
        PuddleSpec { amount: Amount::MassKg(mass), area_m2: area, ground: Ground::Concrete, temperature_k: None }
    }

    #[test]
    fn what_evaporates_and_what_lies_there_is_what_was_spilled() {
        // Grade: exact.
        let all = Substances::embedded();
        let site = night(5.0, Class::D, 15.0);
        let feed = [Inflow { from_s: 30.0, to_s: 390.0, rate_kg_s: 1.5, temperature_k: 288.15 }];
        for key in ["acetone", "propane", "benzene"] {
            let s = all.find(key).expect("there");
            let mut p = Puddle::empty(s, &site, Ground::Concrete, None);
            let minutes = p.run(&feed, 3600.0);
            let sum: f64 = minutes.iter().map(|m| m.evaporated_kg).sum();
            assert!((p.received_kg - 540.0).abs() < 1e-9);
            assert!((sum + p.mass_kg - 540.0).abs() < 1e-9 && (sum - p.evaporated_kg).abs() < 1e-9, "{key}");
            assert!(minutes.windows(2).all(|w| w[1].from_s >= w[0].to_s - 1e-9));
            assert_eq!(minutes[0].from_s, 30.0);
        }
    }

    #[test]
    fn a_cold_liquefied_gas_boils_as_fast_as_the_ground_brings_heat() {
        // Grade: reference. LNG on concrete: E = k dT/(L sqrt(pi a t)) in the first minutes, when the ground brings nearly all.
        let all = Substances::embedded();
        let s = all.find("methane").expect("there");
        let site = night(2.0, Class::D, 15.0);
        let cold = PuddleSpec { temperature_k: Some(111.0), ..spec(20_000.0, 100.0) };
        let mut p = Puddle::lying(s, &site, &cold);
        let minutes = p.run(&[], 120.0);
        let t: f64 = 60.0;
        // Between one and two minutes: integral of t^-1/2.
        let want =
            8.28 * (288.15 - 111.4) / (5.11e5 * (PI * 3.74e-6).sqrt()) * 2.0 * ((2.0 * t).sqrt() - t.sqrt()) * 100.0;
        let ratio = minutes[1].evaporated_kg / want;
        assert!((1.0..1.12).contains(&ratio), "{ratio}");
        assert!((minutes[1].temperature_k - 111.4).abs() < 0.5);
    }

    #[test]
    fn a_puddle_spreads_to_five_millimetres_or_to_its_bund() {
        // Grade: behaviour.
        let all = Substances::embedded();
        let s = all.find("toluene").expect("there");
        let site = night(5.0, Class::D, 15.0);
        let feed = [Inflow { from_s: 0.0, to_s: 120.0, rate_kg_s: 5.0, temperature_k: 288.15 }];
        let mut free = Puddle::empty(s, &site, Ground::Concrete, None);
        free.run(&feed, 300.0);
        let depth = free.received_kg / 872.0 / free.area_m2;
        assert!((0.005..0.0052).contains(&depth), "{depth}");
        let mut bund = Puddle::empty(s, &site, Ground::Concrete, Some(20.0));
        bund.run(&feed, 300.0);
        assert!((bund.area_m2 - 20.0).abs() < 1e-9);
    }

    #[test]
    fn more_wind_more_warmth_and_more_sun_evaporate_more() {
        // Grade: behaviour.
        let all = Substances::embedded();
        let s = all.find("benzene").expect("there");
        let total = |site: Site| {
            let mut p = Puddle::lying(s, &site, &spec(1000.0, 20.0));
            p.run(&[], 3600.0);
            p.evaporated_kg
        };
        let base = total(night(5.0, Class::D, 15.0));
        assert!(total(night(8.0, Class::D, 15.0)) > base);
        assert!(total(night(5.0, Class::D, 25.0)) > base);
        assert!(total(Site { sun_elevation_deg: 50.0, cloud_tenths: 0.0, ..night(5.0, Class::D, 15.0) }) > base);
    }
}
