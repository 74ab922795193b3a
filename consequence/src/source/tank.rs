//! A leaking tank (储罐泄漏): liquid below its boiling point runs out and makes a puddle; liquid above it flashes and goes into the air
//! whole; gas blows down.
//!
//! Liquid and vapour in the tank stay in equilibrium: what leaves makes room, vapour fills it, and its heat of vaporisation cools
//! the rest, L dmv = -(ml cpl + mv cpv) dT. Gas alone expands without exchange of entropy but for the wall's heat,
//! dT/T = (g - 1) dm/m + h A (Tw - T) dt/(m cv T). A closed tank of cold liquid draws a vacuum as it empties; then it gulps air,
//! which a floor of 1.01 times the air's pressure at the hole stands for (Belore & Buist 1986, as ALOHA takes it). A hole above the
//! liquid vents vapour; swelling of a boiling tank up to the hole is left out.

use super::hole::{self, Flashing, GRAVITY_M_S2, Hole, SHARP_EDGE};
use super::vessel::Vessel;
use crate::release::{Emission, Entry, Step};
use crate::source::ground::Ground;
use crate::source::site::Site;
use crate::substance::Substance;
use crate::substance::curve::GAS_CONSTANT;
use base::math::{exp, pow, sqrt};
use serde::{Deserialize, Serialize};

/// How much liquid there is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Filled {
    /// Of the tank's volume, 0 to 1.
    Share(f64),
    MassKg(f64),
    VolumeM3(f64),
}

/// What is in the tank. Temperatures are those of the air when not given.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Contents {
    Liquid {
        filled: Filled,
        #[serde(default)]
        temperature_k: Option<f64>,
    },
    Gas {
        pressure_pa: f64,
        /// If this is given too it must agree with the pressure.
        #[serde(default)]
        mass_kg: Option<f64>,
        #[serde(default)]
        temperature_k: Option<f64>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TankSpec {
    pub vessel: Vessel,
    pub contents: Contents,
    pub hole: Hole,
    /// Of the hole's lowest point above the bottom inside, m.
    pub hole_height_m: f64,
    /// Length of a short pipe or valve behind the hole, m.
    #[serde(default)]
    pub pipe_m: f64,
    #[serde(default = "sharp_edge")]
    pub coefficient: f64,
    /// Air can come in from above as liquid runs out.
    #[serde(default)]
    pub vented: bool,
    /// What a puddle would lie on, and how far it can spread.
    pub ground: Ground,
    #[serde(default)]
    pub bund_m2: Option<f64>,
    /// Share of the liquid drops of a flashing jet that rain out into a puddle. ALOHA lets none.
    #[serde(default)]
    pub rainout_share: f64,
    /// Heat from the wall to gas alone, W/(m2 K): natural convection of a gas (assumption: 5).
    #[serde(default = "still_gas")]
    pub wall_w_m2_k: f64,
}

fn sharp_edge() -> f64 {
    SHARP_EDGE
}
fn still_gas() -> f64 {
    5.0
}

/// How it comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Regime {
    /// Liquid below its boiling point.
    Liquid,
    /// Liquid that flashes: gas and drops together (两相流).
    TwoPhase,
    Gas,
}

/// What left in a short time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece {
    pub from_s: f64,
    pub to_s: f64,
    pub mass_kg: f64,
    pub regime: Regime,
    /// State in the air; for [`Regime::Liquid`] only its temperature has a meaning.
    pub state: Emission,
}

impl Piece {
    pub fn step(&self) -> Step {
        let rate_kg_s = self.mass_kg / (self.to_s - self.from_s);
        Step { from_s: self.from_s, to_s: self.to_s, rate_kg_s, state: self.state }
    }
}

/// Pieces are at least this long, s: finer steps are joined.
const PIECE_S: f64 = 1.0;

/// A tank as it empties.
pub struct Tank<'a> {
    spec: &'a TankSpec,
    substance: &'a Substance,
    site: &'a Site,
    pub liquid_kg: f64,
    pub vapour_kg: f64,
    pub temperature_k: f64,
    /// Room above the liquid at the start, m3: the air in a closed cold tank.
    first_room_m3: f64,
}

impl<'a> Tank<'a> {
    pub fn new(spec: &'a TankSpec, substance: &'a Substance, site: &'a Site) -> Tank<'a> {
        let volume = spec.vessel.volume_m3();
        let (liquid_kg, vapour_kg, temperature_k) = match spec.contents {
            Contents::Liquid { filled, temperature_k } => {
                let t = temperature_k.unwrap_or(site.temperature_k);
                let liquid = filled.mass_kg(volume, substance, t);
                let room = (volume - liquid / substance.liquid_density_at_kg_m3(t)).max(0.0);
                let saturated = substance.vapour_density_kg_m3(t, substance.vapour_pressure_pa(t));
                let cold = substance.vapour_pressure_pa(t) <= site.pressure_pa;
                (liquid, if cold { 0.0 } else { saturated * room }, t)
            }
            Contents::Gas { pressure_pa, temperature_k, .. } => {
                let t = temperature_k.unwrap_or(site.temperature_k);
                (0.0, volume * substance.vapour_density_kg_m3(t, pressure_pa), t)
            }
        };
        let first_room_m3 = volume - liquid_kg / substance.liquid_density_at_kg_m3(temperature_k);
        Tank { spec, substance, site, liquid_kg, vapour_kg, temperature_k, first_room_m3 }
    }

    /// Pressure of the gas above the liquid or of the gas alone, Pa.
    pub fn pressure_pa(&self) -> f64 {
        let (s, t) = (self.substance, self.temperature_k);
        if self.liquid_kg > 0.0 {
            let saturated = s.vapour_pressure_pa(t);
            if saturated > self.site.pressure_pa || self.spec.vented {
                return saturated.max(self.site.pressure_pa);
            }
            let room = self.spec.vessel.volume_m3() - self.liquid_kg / s.liquid_density_at_kg_m3(t);
            let air = if room > 0.0 { (self.first_room_m3 / room).clamp(0.0, 1.0) } else { 0.0 };
            return saturated + (self.site.pressure_pa - saturated) * air;
        }
        // p = x (1 + B p) with the virial coefficient's share B of this temperature.
        let x = self.vapour_kg / self.spec.vessel.volume_m3() * GAS_CONSTANT * t / s.molar_mass();
        let slope = (s.compressibility(t, 1e5) - 1.0) / 1e5;
        x / (1.0 - x * slope)
    }

    /// Empties until nothing comes or until a time; pieces of a second or so, in order.
    pub fn empty(&mut self, from_s: f64, until_s: f64) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut t = from_s;
        let mut most_rate: f64 = 0.0;
        while t < until_s {
            let flow = self.flow();
            let rate = flow.liquid_kg_s + flow.gas_kg_s;
            most_rate = most_rate.max(rate);
            if rate <= 1e-6 * most_rate || rate <= 0.0 {
                break;
            }
            let held = self.liquid_kg + self.vapour_kg;
            let dt = (0.005 * held / rate).clamp(1e-3, PIECE_S).min(until_s - t);
            let (liquid, gas) = self.lose(&flow, dt);
            for (mass, regime, state) in
                [(liquid, flow.liquid_regime, flow.liquid_state), (gas, Regime::Gas, flow.gas_state)]
            {
                if mass > 0.0 {
                    join(&mut pieces, Piece { from_s: t, to_s: t + dt, mass_kg: mass, regime, state });
                }
            }
            t += dt;
        }
        pieces
    }

    /// What would flow at this moment.
    fn flow(&self) -> Flow {
        let (s, spec, air_pa, t) = (self.substance, self.spec, self.site.pressure_pa, self.temperature_k);
        let pressure = self.pressure_pa();
        let mut flow = Flow::none(t);
        let mut dry_m2 = spec.hole.area_m2();
        if self.liquid_kg > 0.0 {
            let density = s.liquid_density_at_kg_m3(t);
            let level = spec.vessel.level_m(self.liquid_kg / density);
            let over = level - spec.hole_height_m;
            let wet_m2 = spec.hole.wet_area_m2(over);
            dry_m2 -= wet_m2;
            // Above the middle of the wet part.
            let head = (over - 0.5 * over.clamp(0.0, spec.hole.tall_m())).max(0.0);
            let inside = pressure + density * GRAVITY_M_S2 * head;
            if wet_m2 > 0.0 && s.vapour_pressure_pa(t) > air_pa {
                let flashing = Flashing {
                    temperature_k: t,
                    latent_heat_j_kg: s.latent_heat_at_j_kg(t),
                    liquid_cp_j_kg_k: s.liquid_cp_at_j_kg_k(t),
                    liquid_density_kg_m3: density,
                    vapour_density_kg_m3: s.vapour_density_kg_m3(t, s.vapour_pressure_pa(t)),
                    overpressure_pa: inside - air_pa,
                };
                flow.liquid_kg_s = hole::flashing_kg_s(spec.coefficient, wet_m2, spec.pipe_m, &flashing);
                flow.liquid_regime = Regime::TwoPhase;
                flow.liquid_state = flashed(s, t, inside - air_pa, flow.liquid_kg_s, air_pa);
            } else if wet_m2 > 0.0 {
                let over = inside.max(1.01 * air_pa) - air_pa;
                flow.liquid_kg_s = hole::liquid_kg_s(spec.coefficient, wet_m2, density, over);
            }
        }
        if self.vapour_kg > 0.0 && dry_m2 > 0.0 && pressure > 1.001 * air_pa {
            let density = s.vapour_density_kg_m3(t, pressure);
            let gas = hole::gas(spec.coefficient, dry_m2, pressure, t, density, s.heat_ratio(t), air_pa);
            flow.gas_kg_s = gas.rate_kg_s;
            flow.gas_state = expanded(s, &gas, t, air_pa);
        }
        flow
    }

    /// Takes out what flowed and brings the rest to equilibrium; gives the masses that left as liquid and as gas.
    fn lose(&mut self, flow: &Flow, dt_s: f64) -> (f64, f64) {
        let s = self.substance;
        let liquid = (flow.liquid_kg_s * dt_s).min(self.liquid_kg);
        let gas = (flow.gas_kg_s * dt_s).min(self.vapour_kg);
        let volume = self.spec.vessel.volume_m3();
        self.liquid_kg -= liquid;
        let before = self.vapour_kg;
        self.vapour_kg -= gas;
        let t = self.temperature_k;
        if self.liquid_kg > 0.0 && s.vapour_pressure_pa(t) > self.site.pressure_pa {
            // Vapour boils off until the room is full at the new temperature: two rounds settle it.
            let mut boiled = 0.0;
            for _ in 0..3 {
                let heat = s.liquid_cp_at_j_kg_k(t) * self.liquid_kg + s.vapour_cp_at_j_kg_k(t) * self.vapour_kg;
                let cooler = t - boiled * s.latent_heat_at_j_kg(t) / heat;
                let left = self.liquid_kg - boiled;
                let room = (volume - left / s.liquid_density_at_kg_m3(cooler)).max(0.0);
                let saturated = s.vapour_density_kg_m3(cooler, s.vapour_pressure_pa(cooler)) * room;
                boiled = (saturated - self.vapour_kg).clamp(0.0, self.liquid_kg);
                self.temperature_k = cooler;
            }
            self.liquid_kg -= boiled;
            self.vapour_kg += boiled;
            if self.liquid_kg < 1e-6 * self.vapour_kg {
                self.vapour_kg += self.liquid_kg;
                self.liquid_kg = 0.0;
            }
        } else if self.liquid_kg <= 0.0 && before > 0.0 && self.vapour_kg > 0.0 {
            let ratio = s.heat_ratio(t);
            let expanded = t * pow(self.vapour_kg / before, ratio - 1.0);
            let cv = s.vapour_cp_at_j_kg_k(t) / ratio;
            let rate = self.spec.wall_w_m2_k * self.spec.vessel.surface_m2() / (self.vapour_kg * cv);
            // The wall stays at the temperature of the air (assumption).
            let wall = self.site.temperature_k;
            self.temperature_k = wall + (expanded - wall) * exp(-rate * dt_s);
        }
        (liquid, gas)
    }
}

impl Filled {
    /// Mass in a volume at a temperature, kg.
    pub fn mass_kg(&self, tank_m3: f64, substance: &Substance, temperature_k: f64) -> f64 {
        let density = substance.liquid_density_at_kg_m3(temperature_k);
        match *self {
            Filled::Share(share) => share * tank_m3 * density,
            Filled::MassKg(mass) => mass,
            Filled::VolumeM3(volume) => volume * density,
        }
    }
}

struct Flow {
    liquid_kg_s: f64,
    liquid_regime: Regime,
    liquid_state: Emission,
    gas_kg_s: f64,
    gas_state: Emission,
}

impl Flow {
    fn none(temperature_k: f64) -> Flow {
        let state = Emission {
            entry: Entry::Pool,
            temperature_k,
            vapour_share: 0.0,
            speed_m_s: 0.0,
            area_m2: 0.0,
            width_m: 0.0,
        };
        Flow { liquid_kg_s: 0.0, liquid_regime: Regime::Liquid, liquid_state: state, gas_kg_s: 0.0, gas_state: state }
    }
}

/// Adds a piece to the last one of its regime if that is still short.
fn join(pieces: &mut Vec<Piece>, piece: Piece) {
    if let Some(last) = pieces.iter_mut().rev().take(2).find(|p| p.regime == piece.regime)
        && last.to_s - last.from_s < PIECE_S - 1e-9
        && (last.to_s - piece.from_s).abs() < 1e-9
    {
        let mass = last.mass_kg + piece.mass_kg;
        let share = piece.mass_kg / mass;
        let (a, b) = (&mut last.state, &piece.state);
        for (to, from) in [
            (&mut a.temperature_k, b.temperature_k),
            (&mut a.vapour_share, b.vapour_share),
            (&mut a.speed_m_s, b.speed_m_s),
            (&mut a.area_m2, b.area_m2),
            (&mut a.width_m, b.width_m),
        ] {
            *to += share * (from - *to);
        }
        last.mass_kg = mass;
        last.to_s = piece.to_s;
    } else {
        pieces.push(piece);
    }
}

/// A flashed jet at the pressure of the air: it leaves the hole as liquid at Bernoulli's speed and flashes at once, its momentum
/// unchanged; its area is that of the mixture, not of the hole.
pub fn flashed(s: &Substance, temperature_k: f64, overpressure_pa: f64, rate_kg_s: f64, air_pa: f64) -> Emission {
    let boiling = s.boiling_at_k(air_pa);
    let vapour_share = s.flash_share(temperature_k, air_pa);
    let speed = sqrt(2.0 * overpressure_pa.max(0.0) / s.liquid_density_at_kg_m3(temperature_k));
    let volume = vapour_share / s.vapour_density_kg_m3(boiling, air_pa)
        + (1.0 - vapour_share) / s.liquid_density_at_kg_m3(boiling);
    jet(boiling, vapour_share, speed, rate_kg_s * volume)
}

/// A gas jet after it has come down to the pressure of the air: the excess pressure in the throat still pushes,
/// u = ut + (pt - pa)/(rho ut); the temperature follows from the energy, T = T0 - u^2/(2 cp).
pub fn expanded(s: &Substance, gas: &hole::GasFlow, inside_k: f64, air_pa: f64) -> Emission {
    let push = (gas.throat_pressure_pa - air_pa).max(0.0) / (gas.throat_density_kg_m3 * gas.throat_speed_m_s.max(1e-9));
    let speed = gas.throat_speed_m_s + push;
    let cooled = inside_k - speed * speed / (2.0 * s.vapour_cp_at_j_kg_k(inside_k));
    // It would condense before it got colder than it boils (drops are left out).
    let temperature = cooled.max(s.boiling_at_k(air_pa).min(inside_k));
    jet(temperature, 1.0, speed, gas.rate_kg_s / s.vapour_density_kg_m3(temperature, air_pa))
}

/// A jet of a volume flow, m3/s.
fn jet(temperature_k: f64, vapour_share: f64, speed_m_s: f64, volume_m3_s: f64) -> Emission {
    let area_m2 = if speed_m_s > 0.0 { volume_m3_s / speed_m_s } else { 0.0 };
    Emission {
        entry: Entry::Jet,
        temperature_k,
        vapour_share,
        speed_m_s,
        area_m2,
        width_m: sqrt(4.0 * area_m2 / std::f64::consts::PI),
    }
}
