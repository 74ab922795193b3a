//! A gas pipe that is open or holed (管道泄漏). Closed at its far end it empties as Wilson (1979, 1981) has it,
//!
//! ```text
//! m(t) = m0/(1 + a) [exp(-t/(a^2 b)) + a exp(-t/b)]      b = (2/3)(L/c) sqrt(g f L/d),  a = M/(b m0)
//! ```
//!
//! M the mass in the pipe: the integral is M. Fed at its far end by what never falls in pressure it comes down to the flow that
//! friction lets through, Fanno's flow with a choked end: f L/d = (1 - Ma^2)/(g Ma^2) + (g+1)/(2g) ln((g+1)Ma^2/(2 + (g-1)Ma^2)).

use super::hole::{self, Hole};
use super::tank::expanded;
use crate::release::Step;
use crate::source::site::Site;
use crate::substance::Substance;
use base::math::{exp, ln, log10, pow, sqrt};
use serde::{Deserialize, Serialize};

/// What the far end is joined to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FarEnd {
    /// Shut.
    Closed,
    /// A main or a tank so large that its pressure does not fall.
    Endless,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PipeSpec {
    pub diameter_m: f64,
    pub length_m: f64,
    /// Roughness of the wall inside, m: 4.6e-5 for steel in use, 1.5e-6 for drawn pipe (textbook values, from memory).
    /// That of steel when not given.
    #[serde(default = "steel")]
    pub wall_roughness_m: f64,
    pub pressure_pa: f64,
    #[serde(default)]
    pub temperature_k: Option<f64>,
    pub far_end: FarEnd,
    /// A hole in it; broken across when not given.
    #[serde(default)]
    pub hole: Option<Hole>,
}

/// Commercial steel (Moody 1944: 0.00015 ft; from memory), m.
fn steel() -> f64 {
    4.6e-5
}

/// Discharge coefficient of the full bore: 1; of a hole: sharp-edged.
const FULL_BORE: f64 = 1.0;

/// The flow from a pipe.
pub struct PipeFlow {
    /// At the first moment, kg/s.
    pub first_kg_s: f64,
    /// What friction lets through for ever, kg/s; 0 for a closed pipe.
    pub last_kg_s: f64,
    pub contents_kg: f64,
    pub steps: Vec<Step>,
}

impl PipeSpec {
    /// Darcy's friction factor for rough turbulent flow (Nikuradse).
    pub fn friction(&self) -> f64 {
        let l = 2.0 * log10(3.715 * self.diameter_m / self.wall_roughness_m);
        1.0 / (l * l)
    }

    pub fn run(&self, s: &Substance, site: &Site, from_s: f64, until_s: f64) -> PipeFlow {
        let t = self.temperature_k.unwrap_or(site.temperature_k);
        let density = s.vapour_density_kg_m3(t, self.pressure_pa);
        let g = s.heat_ratio(t);
        let bore = Hole::Round { diameter_m: self.diameter_m };
        let (coefficient, area) = match self.hole {
            Some(hole) => (hole::SHARP_EDGE, hole.area_m2()),
            None => (FULL_BORE, bore.area_m2()),
        };
        let gas = hole::gas(coefficient, area, self.pressure_pa, t, density, g, site.pressure_pa);
        let contents_kg = density * bore.area_m2() * self.length_m;
        let sound = sqrt(g * self.pressure_pa / density);
        let b = 2.0 / 3.0 * self.length_m / sound * sqrt(g * self.friction() * self.length_m / self.diameter_m);
        let a = contents_kg / (b * gas.rate_kg_s);
        let last_kg_s = match self.far_end {
            FarEnd::Closed => 0.0,
            FarEnd::Endless => self.fanno_kg_s(g, density, sound, bore.area_m2()).min(gas.rate_kg_s),
        };
        // Mass that has left at time t, in closed form: steps take differences of it, so none is lost.
        let left = |t: f64| contents_kg * (1.0 - (a * exp(-t / (a * a * b)) + exp(-t / b)) / (1.0 + a));
        let rate = |t: f64| gas.rate_kg_s / (1.0 + a) * (exp(-t / (a * a * b)) + a * exp(-t / b));
        let state = expanded(s, &gas, t, site.pressure_pa);
        // Steps grow from a tenth of a second to a minute.
        let (mut steps, mut now, mut dt) = (Vec::new(), 0.0, 0.1);
        while from_s + now < until_s {
            let next = (now + dt).min(until_s - from_s);
            let wilson = (left(next) - left(now)) / (next - now);
            let rate_kg_s = wilson.max(last_kg_s);
            if last_kg_s <= 0.0 && rate(now) < 1e-6 * gas.rate_kg_s {
                break;
            }
            // The jet slows and narrows with the flow; its temperature is kept (assumption).
            let part = rate_kg_s / gas.rate_kg_s;
            let state = crate::release::Emission {
                area_m2: state.area_m2 * part,
                width_m: state.width_m * sqrt(part),
                ..state
            };
            steps.push(Step { from_s: from_s + now, to_s: from_s + next, rate_kg_s, state });
            now = next;
            dt = (1.2 * dt).min(60.0);
        }
        PipeFlow { first_kg_s: gas.rate_kg_s, last_kg_s, contents_kg, steps }
    }

    /// Flow through friction with a choked end, kg/s.
    fn fanno_kg_s(&self, g: f64, density: f64, sound: f64, area_m2: f64) -> f64 {
        let wanted = self.friction() * self.length_m / self.diameter_m;
        let length = |m: f64| {
            let m2 = m * m;
            (1.0 - m2) / (g * m2) + (g + 1.0) / (2.0 * g) * ln((g + 1.0) * m2 / (2.0 + (g - 1.0) * m2))
        };
        let (mut low, mut high) = (1e-5, 1.0);
        for _ in 0..80 {
            let mid = 0.5 * (low + high);
            if length(mid) > wanted { low = mid } else { high = mid }
        }
        let mach = 0.5 * (low + high);
        // From rest to the inlet without loss: rho = rho0 (1 + (g-1)/2 Ma^2)^(-1/(g-1)), c = c0 (..)^(-1/2).
        let grown = 1.0 + 0.5 * (g - 1.0) * mach * mach;
        density * pow(grown, -1.0 / (g - 1.0)) * mach * sound / sqrt(grown) * area_m2
    }
}

#[cfg(test)]
mod tests {
    use super::super::site::tests::night;
    use super::*;
    use crate::substance::Substances;
    use crate::weather::Class;

    fn pipe(far_end: FarEnd) -> PipeSpec {
        PipeSpec {
            diameter_m: 0.2,
            length_m: 2000.0,
            wall_roughness_m: 4.6e-5,
            pressure_pa: 2e6,
            temperature_k: None,
            far_end,
            hole: None,
        }
    }

    #[test]
    fn a_closed_pipe_gives_up_its_contents_and_no_more() {
        // Grade: exact. The double exponential integrates to the mass in the pipe.
        let all = Substances::embedded();
        let flow = pipe(FarEnd::Closed).run(all.find("methane").expect("there"), &night(5.0, Class::D, 15.0), 0.0, 1e5);
        let sum: f64 = flow.steps.iter().map(Step::mass_kg).sum();
        assert!((sum / flow.contents_kg - 1.0).abs() < 1e-5, "{sum} {}", flow.contents_kg);
        assert!((flow.steps[0].rate_kg_s / flow.first_kg_s - 1.0).abs() < 0.1);
        assert!(flow.steps.windows(2).all(|w| w[1].rate_kg_s < w[0].rate_kg_s));
    }

    #[test]
    fn friction_lets_through_what_fanno_says() {
        // Grade: reference. Isothermal long-pipe flow, G^2 = rho p (1 - (p2/p1)^2)/(f L/d + 2 ln(p1/p2)), holds for long pipes
        // to some per cent: f L/d is 140 here, and the end's pressure a few hundredths of the first.
        let all = Substances::embedded();
        let s = all.find("methane").expect("there");
        let site = night(5.0, Class::D, 15.0);
        let p = pipe(FarEnd::Endless);
        let flow = p.run(s, &site, 0.0, 3600.0);
        let density = s.vapour_density_kg_m3(288.15, 2e6);
        let resistance = p.friction() * p.length_m / p.diameter_m;
        let isothermal = sqrt(density * 2e6 / (resistance + 5.0)) * 0.25 * std::f64::consts::PI * 0.04;
        let ratio = flow.last_kg_s / isothermal;
        assert!((0.93..1.07).contains(&ratio), "{ratio}");
        assert!((flow.steps.last().expect("some").rate_kg_s - flow.last_kg_s).abs() < 1e-9);
    }

    #[test]
    fn a_hole_in_a_pipe_lets_out_less_than_a_break() {
        // Grade: behaviour.
        let all = Substances::embedded();
        let s = all.find("ammonia").expect("there");
        let site = night(5.0, Class::D, 15.0);
        let whole = PipeSpec { pressure_pa: 5e5, ..pipe(FarEnd::Closed) };
        let holed = PipeSpec { hole: Some(Hole::Round { diameter_m: 0.02 }), ..whole };
        let (a, b) = (whole.run(s, &site, 0.0, 3600.0), holed.run(s, &site, 0.0, 3600.0));
        assert!(b.first_kg_s < 0.01 * a.first_kg_s);
        assert_eq!(a.contents_kg, b.contents_kg);
    }
}
