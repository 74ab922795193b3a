//! What a user writes of a source, and all that can be wrong with it.

use super::hole::Hole;
use super::pipe::PipeSpec;
use super::puddle::{Amount, PuddleSpec};
use super::site::{EVAPORATION_WIND_M_S, Site, as_given};
use super::tank::{Contents, TankSpec};
use crate::release::Entry;
use crate::substance::Substance;
use base::complaint::Complaints;
use base::grid::Point;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A source in a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceSpec {
    /// Key, name, CAS or UN number.
    pub substance: String,
    pub at: Point,
    #[serde(default)]
    pub height_m: f64,
    /// Seconds after the scenario's start.
    #[serde(default)]
    pub start_s: f64,
    /// When it is stopped, or no longer of interest; one hour after the scenario's start when not given, as in ALOHA.
    #[serde(default = "one_hour")]
    pub until_s: f64,
    pub what: What,
}

fn one_hour() -> f64 {
    3600.0
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum What {
    /// The user knows how much goes into the air.
    Direct(DirectSpec),
    Tank(TankSpec),
    Pipe(PipeSpec),
    Puddle(PuddleSpec),
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum DirectRate {
    Steady { kg_s: f64, for_s: f64 },
    AtOnce { kg: f64 },
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DirectSpec {
    pub rate: DirectRate,
    /// Of the air when not given.
    #[serde(default)]
    pub temperature_k: Option<f64>,
    /// The rest is liquid drops.
    #[serde(default = "all_vapour")]
    pub vapour_share: f64,
    #[serde(default = "at_rest")]
    pub entry: Entry,
    #[serde(default)]
    pub area_m2: f64,
    #[serde(default)]
    pub speed_m_s: f64,
}

/// The most that goes into the air from anything that is built. Both ends of a gas main of 1.4 m at 10 MPa give some 5e4 kg/s (choked flow
/// of methane at 288 K, by hand); the largest tanks, of LNG, hold 270,000 m3, 1.2e8 kg (from memory); cylinders of hydrogen stand
/// at up to 100 MPa (from memory). Beyond, it is a unit gone wrong.
const MOST_KG_S: f64 = 1e5;
const MOST_KG: f64 = 2e8;
const MOST_VOLUME_M3: f64 = 3e5;
const MOST_PRESSURE_PA: f64 = 1e8;
/// Why pressures end there.
const PRESSED: &str = "cylinders of hydrogen stand at 100 MPa";
const MOST_BORE_M: f64 = 3.0;
const MOST_PUDDLE_M2: f64 = 1e6;

fn all_vapour() -> f64 {
    1.0
}
fn at_rest() -> Entry {
    Entry::Cloud
}

/// Gathers complaints of one source: numbers out of range first, then what contradicts what.
struct Checker<'a> {
    file: &'a Path,
    all: &'a mut Complaints,
}

impl Checker<'_> {
    fn wrong(&mut self, what: String, hint: &str) {
        self.all.add(self.file, what, hint);
    }
    /// Complains unless the value is a number above 0; says whether it is.
    fn above_zero(&mut self, name: &str, value: f64) -> bool {
        let fine = value.is_finite() && value > 0.0;
        if !fine {
            self.wrong(format!("{name} is {value}"), "a number above 0");
        }
        fine
    }
    fn within(&mut self, name: &str, value: f64, least: f64, most: f64, unit: &str) {
        if !(value >= least && value <= most) {
            self.wrong(format!("{name} is {value}"), &format!("{least} to {most}{unit}"));
        }
    }
    /// Complains unless the value is above 0 and not beyond what is built; says whether it is.
    fn up_to(&mut self, name: &str, value: f64, most: f64, why: &str) -> bool {
        let fine = self.above_zero(name, value);
        if fine && value > most {
            self.wrong(format!("{name} is {value}"), &format!("at most {most}: {why}"));
        }
        fine && value <= most
    }
    /// Evaporation asks for some wind.
    fn wind_over_liquid(&mut self, site: &Site) {
        let wind = site.wind_10m_m_s;
        if wind.is_finite() && wind > 0.0 && wind < EVAPORATION_WIND_M_S {
            self.wrong(
                format!("wind_10m_m_s is {}, over a liquid", as_given(wind)),
                &format!("at least {EVAPORATION_WIND_M_S} m/s: evaporation in less wind is not modelled; a Direct source of gas can be had"),
            );
        }
    }
    fn temperature(&mut self, given: Option<f64>) {
        if let Some(t) = given {
            self.within("temperature_k", t, 10.0, 1500.0, " K, not degrees C");
        }
    }
}

impl SourceSpec {
    pub(super) fn check(&self, substance: Option<&Substance>, site: &Site, file: &Path, all: &mut Complaints) {
        let mut c = Checker { file, all };
        c.within("height_m", self.height_m, 0.0, 500.0, " m");
        c.within("start_s", self.start_s, 0.0, 1e7, " s");
        if !(self.until_s.is_finite() && self.until_s > self.start_s) {
            c.wrong(format!("until_s is {}, start_s {}", self.until_s, self.start_s), "it ends after it starts");
        } else {
            c.within("until_s - start_s", self.until_s - self.start_s, 0.0, 172_800.0, " s (two days)");
        }
        match &self.what {
            What::Direct(direct) => direct.check(substance, site, &mut c),
            What::Tank(tank) => tank.check(substance, site, &mut c),
            What::Pipe(pipe) => pipe.check(substance, site, &mut c),
            What::Puddle(puddle) => puddle.check(substance, site, &mut c),
        }
    }
}

impl DirectSpec {
    fn check(&self, substance: Option<&Substance>, site: &Site, c: &mut Checker) {
        match self.rate {
            DirectRate::Steady { kg_s, for_s } => {
                c.up_to("kg_s", kg_s, MOST_KG_S, "both ends of the widest gas main give half of that");
                c.above_zero("for_s", for_s);
            }
            DirectRate::AtOnce { kg } => {
                c.up_to("kg", kg, MOST_KG, "the largest tanks, of LNG, hold 1.2e8 kg");
            }
        }
        c.temperature(self.temperature_k);
        c.within("vapour_share", self.vapour_share, 0.0, 1.0, ", a share");
        c.within("area_m2", self.area_m2, 0.0, 1e6, " m2");
        c.within("speed_m_s", self.speed_m_s, 0.0, 2000.0, " m/s");
        let moving = matches!(self.entry, Entry::Jet | Entry::JetUp);
        if moving && !(self.area_m2 > 0.0 && self.speed_m_s > 0.0) {
            c.wrong(
                "a jet without area_m2 or speed_m_s".into(),
                "give both, at the pressure of the air; or entry: Cloud",
            );
        }
        if !moving && self.speed_m_s > 0.0 {
            c.wrong(format!("speed_m_s {} with entry {:?}", self.speed_m_s, self.entry), "entry: Jet or JetUp");
        }
        let Some(s) = substance else { return };
        let t = self.temperature_k.unwrap_or(site.temperature_k);
        let boiling = s.boiling_at_k(site.pressure_pa);
        if moving && self.vapour_share >= 1.0 && t < boiling - 0.5 {
            let what = format!("a jet of pure {} vapour at {t:.1} K, which boils at {boiling:.1} K", s.key);
            c.wrong(what, "below its boiling point it is a liquid: a puddle, or a vapour_share below 1");
        }
        if self.vapour_share < 1.0 && t > boiling + 0.5 {
            let what = format!("drops of {} at {t:.1} K, which boils at {boiling:.1} K", s.key);
            c.wrong(what, "drops in air are at the boiling point or colder; or vapour_share: 1");
        }
    }
}

impl Hole {
    fn check(&self, c: &mut Checker) -> bool {
        match *self {
            Hole::Round { diameter_m } => c.above_zero("hole diameter_m", diameter_m),
            Hole::Slot { width_m, height_m } => {
                let wide = c.above_zero("hole width_m", width_m);
                c.above_zero("hole height_m", height_m) && wide
            }
        }
    }
}

impl TankSpec {
    fn check(&self, substance: Option<&Substance>, site: &Site, c: &mut Checker) {
        let (volume, tall) = (self.vessel.volume_m3(), self.vessel.tall_m());
        let sound = volume.is_finite() && volume > 0.0 && tall > 0.0;
        if !sound {
            c.wrong(format!("vessel {:?} has no volume", self.vessel), "measures in m, above 0");
        }
        if sound && volume > MOST_VOLUME_M3 {
            let what = format!("vessel {:?} holds {volume:.0} m3", self.vessel);
            c.wrong(
                what,
                &format!("at most {MOST_VOLUME_M3} m3: the largest tanks, of LNG, hold 270000; measures in m"),
            );
        }
        let hole = self.hole.check(c);
        if sound && hole {
            let measures = [("wide", self.hole.wide_m()), ("tall", self.hole.tall_m())];
            let over =
                measures.into_iter().zip(self.vessel.wall()).filter(|((_, hole_m), (_, side_m))| hole_m > side_m);
            let mut over: Vec<_> = over.collect();
            if let Hole::Round { .. } = self.hole {
                // As wide as it is tall: one complaint, of the smaller side.
                over.sort_by(|(_, a), (_, b)| a.1.total_cmp(&b.1));
                over.truncate(1);
            }
            for ((measure, hole_m), (side, side_m)) in over {
                let what = format!("the hole is {hole_m} m {measure}, larger than the tank's {side} of {side_m} m");
                c.wrong(what, "at most as large as the wall that it is in; m, not mm or inches");
            }
        }
        if sound && !(self.hole_height_m >= 0.0 && self.hole_height_m < tall) {
            c.wrong(format!("hole_height_m is {}, the tank is {tall} m tall", self.hole_height_m), "0 to that height");
        }
        c.within("pipe_m", self.pipe_m, 0.0, 10.0, " m; longer ones are pipes");
        c.within("coefficient", self.coefficient, 0.05, 1.0, "");
        c.within("rainout_share", self.rainout_share, 0.0, 1.0, ", a share");
        c.within("wall_w_m2_k", self.wall_w_m2_k, 0.0, 1000.0, " W/(m2 K)");
        if let Some(bund) = self.bund_m2 {
            c.above_zero("bund_m2", bund);
        }
        match self.contents {
            Contents::Liquid { filled, temperature_k } => {
                c.temperature(temperature_k);
                c.wind_over_liquid(site);
                let Some(s) = substance.filter(|_| sound) else { return };
                let t = temperature_k.unwrap_or(site.temperature_k);
                if t >= s.critical_temperature_k.value {
                    let what = format!("liquid {} at {t:.1} K", s.key);
                    c.wrong(what, &format!("above {:.1} K it is a gas", s.critical_temperature_k.value));
                    return;
                }
                if t < s.melting_point_k.value {
                    c.wrong(
                        format!("liquid {} at {t:.1} K", s.key),
                        &format!("it freezes at {:.1} K", s.melting_point_k.value),
                    );
                }
                let density = s.liquid_density_at_kg_m3(t);
                let share = filled.mass_kg(volume, s, t) / density / volume;
                if !(share > 0.0 && share <= 1.0 + 1e-9) {
                    let hint = format!("the tank holds {volume:.3} m3, {:.0} kg", volume * density);
                    c.wrong(format!("{filled:?} fills {:.1} % of the tank", 100.0 * share), &hint);
                }
                if self.vented && s.vapour_pressure_pa(t) > site.pressure_pa {
                    let what = format!("a vented tank of {} at {t:.1} K", s.key);
                    c.wrong(
                        what,
                        &format!("it would boil away: it boils at {:.1} K", s.boiling_at_k(site.pressure_pa)),
                    );
                }
            }
            Contents::Gas { pressure_pa, mass_kg, temperature_k } => {
                c.temperature(temperature_k);
                let fine = c.up_to("pressure_pa", pressure_pa, MOST_PRESSURE_PA, PRESSED);
                if fine && pressure_pa < site.pressure_pa {
                    let hint = format!("absolute, above that of the air ({:.0} Pa)", site.pressure_pa);
                    c.wrong(format!("pressure_pa is {pressure_pa}"), &hint);
                }
                let Some(s) = substance.filter(|_| sound && fine) else { return };
                let t = temperature_k.unwrap_or(site.temperature_k);
                gas_or_liquid(s, t, pressure_pa, c);
                let held = volume * s.vapour_density_kg_m3(t, pressure_pa);
                if let Some(mass) = mass_kg
                    && ((mass / held - 1.0).abs() >= 0.1 || mass.is_nan())
                {
                    let what = format!("{mass} kg in {volume:.3} m3 at {pressure_pa:.0} Pa and {t:.1} K");
                    c.wrong(what, &format!("that pressure means {held:.1} kg: leave one out"));
                }
            }
        }
    }
}

/// A gas above its saturation pressure is a liquid.
fn gas_or_liquid(s: &Substance, t: f64, pressure_pa: f64, c: &mut Checker) {
    if t < s.critical_temperature_k.value && pressure_pa > 1.001 * s.vapour_pressure_pa(t) {
        let what = format!("gas {} at {t:.1} K and {pressure_pa:.0} Pa", s.key);
        let hint = format!("above {:.0} Pa it is liquid at that temperature", s.vapour_pressure_pa(t));
        c.wrong(what, &hint);
    }
}

impl PipeSpec {
    fn check(&self, substance: Option<&Substance>, site: &Site, c: &mut Checker) {
        let bore = c.up_to("diameter_m", self.diameter_m, MOST_BORE_M, "the widest gas mains are 1.4 m");
        let long = c.above_zero("length_m", self.length_m);
        let fine = c.up_to("pressure_pa", self.pressure_pa, MOST_PRESSURE_PA, PRESSED);
        let rough = c.above_zero("wall_roughness_m", self.wall_roughness_m);
        c.temperature(self.temperature_k);
        // ALOHA's bound for its pipe model.
        if bore && long && self.length_m < 200.0 * self.diameter_m {
            let what = format!("a pipe of {} m, {} m wide", self.length_m, self.diameter_m);
            c.wrong(what, "at least 200 diameters long; a shorter one is a tank");
        }
        if bore && rough && self.wall_roughness_m > 0.05 * self.diameter_m {
            c.wrong(format!("wall_roughness_m is {}", self.wall_roughness_m), "4.6e-5 m for steel");
        }
        if let Some(hole) = &self.hole
            && hole.check(c)
            && bore
            && hole.diameter_m() > self.diameter_m
        {
            let what = format!("the hole ({:.3} m) is larger than the pipe ({} m)", hole.diameter_m(), self.diameter_m);
            c.wrong(what, "leave it out for a full break");
        }
        if fine && self.pressure_pa <= site.pressure_pa {
            let hint = format!("absolute, above that of the air ({:.0} Pa)", site.pressure_pa);
            c.wrong(format!("pressure_pa is {}", self.pressure_pa), &hint);
        }
        if let Some(s) = substance.filter(|_| fine) {
            gas_or_liquid(s, self.temperature_k.unwrap_or(site.temperature_k), self.pressure_pa, c);
        }
    }
}

impl PuddleSpec {
    fn check(&self, substance: Option<&Substance>, site: &Site, c: &mut Checker) {
        c.wind_over_liquid(site);
        let wide = c.up_to("area_m2", self.area_m2, MOST_PUDDLE_M2, "a square kilometre");
        let (name, value) = match self.amount {
            Amount::MassKg(mass) => ("MassKg", mass),
            Amount::VolumeM3(volume) => ("VolumeM3", volume),
            Amount::DepthM(depth) => ("DepthM", depth),
        };
        let amount = c.above_zero(name, value);
        c.temperature(self.temperature_k);
        let Some(s) = substance.filter(|_| wide && amount) else { return };
        let t = self.temperature_k.unwrap_or(site.temperature_k);
        if t < s.melting_point_k.value {
            c.wrong(
                format!("a puddle of {} at {t:.1} K", s.key),
                &format!("it freezes at {:.1} K", s.melting_point_k.value),
            );
        }
        if let Some(given) = self.temperature_k
            && given > s.boiling_at_k(site.pressure_pa) + 0.5
        {
            let what = format!("a puddle of {} at {given:.1} K", s.key);
            c.wrong(
                what,
                &format!("a liquid in the open is not warmer than it boils, {:.1} K", s.boiling_at_k(site.pressure_pa)),
            );
        }
        let depth = self.mass_kg(s, t.min(s.boiling_point_k.value)) / s.liquid_density_at_kg_m3(t) / self.area_m2;
        if depth > 20.0 {
            c.wrong(format!("the puddle is {depth:.0} m deep"), "is the area in m2?");
        }
    }
}
