//! A fire that somebody describes (火源): liquid on the ground that burns as a pool (池火), or a jet out of a hole (喷射火), from the moment
//! it is lit until it is burnt out or what feeds it is shut. The flame of a moment is a [`PoolFire`] or a [`JetFire`] in the air of
//! that moment.
//!
//! ```text
//! pool: dM/dt = leak - m" A(t), A(t) by [`super::burning`], minute by minute;   jet: as long as it is fed
//! ```

use super::burning::{self, Burning, BurntMinute};
use super::jet::JetFeed;
use super::pool::Brightness;
use super::{FireAir, Heat, JetFire, PoolFire};
use crate::source::puddle::Inflow;
use crate::substance::{Substance, Substances};
use base::complaint::Complaints;
use base::grid::Point;
use base::math::sqrt;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;
use std::path::Path;

/// Longest fire that is computed, s: a day.
pub const LONGEST_S: f64 = 86_400.0;
/// A pool smaller than this is out: its last film goes out at the edges without end, m2 (assumption).
const LEAST_M2: f64 = 1.0;
/// Time in which a sudden spill reaches the ground, s (assumption).
const SPILLS_S: f64 = 10.0;

/// What burns, as a script gives it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BurnSpec {
    /// Key, name, CAS or UN number of the table of substances.
    pub substance: String,
    /// Place of its middle east and north of the site, m.
    #[serde(default)]
    pub offset_m: (f64, f64),
    pub what: Burns,
}

/// How it burns.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Burns {
    /// Liquid on the ground: what was spilt at once, and a leak that goes on.
    Pool {
        #[serde(default)]
        spilled_kg: f64,
        #[serde(default)]
        leak_kg_s: f64,
        #[serde(default)]
        leak_s: f64,
        /// Area that walls leave to the pool (围堰), m2; free to spread without.
        #[serde(default)]
        bund_m2: Option<f64>,
        #[serde(default)]
        brightness: Brightness,
    },
    /// Gas, or gas and drops, out of a hole.
    Jet {
        rate_kg_s: f64,
        duration_s: f64,
        /// Behind the hole, absolute, Pa.
        pressure_pa: f64,
        temperature_k: f64,
        #[serde(default)]
        two_phase: bool,
        /// Of the hole above the ground, m.
        #[serde(default)]
        height_m: f64,
    },
}

/// The substance of a fire: in the table, and it burns. Otherwise what is wrong, with near matches.
pub fn fuel<'a>(asked: &str, table: &'a Substances, file: &Path) -> Result<&'a Substance, Complaints> {
    let found = table.get(asked, file)?;
    if found.flammable.is_none() {
        let known: Vec<&str> =
            table.substances.iter().filter(|s| s.flammable.is_some()).map(|s| s.key.as_str()).collect();
        let what = format!("substance \"{asked}\" does not burn, by the table");
        return Err(Complaints::one(file, what, format!("those that do: {}", known.join(", "))));
    }
    Ok(found)
}

/// Adds a complaint when a number is not one or out of its range.
pub(super) fn number(
    name: &str,
    value: f64,
    range: std::ops::RangeInclusive<f64>,
    file: &Path,
    wrong: &mut Complaints,
) {
    if !range.contains(&value) {
        wrong.add(file, format!("{name} is {value}"), format!("{} to {} would do", range.start(), range.end()));
    }
}

/// Checks a place beside a site.
pub(super) fn offset((east, north): (f64, f64), file: &Path, wrong: &mut Complaints) {
    number("offset_m east", east, -5000.0..=5000.0, file, wrong);
    number("offset_m north", north, -5000.0..=5000.0, file, wrong);
}

impl BurnSpec {
    /// All that is wrong with it.
    pub fn check(&self, table: &Substances, file: &Path) -> Complaints {
        let mut wrong = fuel(&self.substance, table, file).err().unwrap_or_default();
        offset(self.offset_m, file, &mut wrong);
        match self.what {
            Burns::Pool { spilled_kg, leak_kg_s, leak_s, bund_m2, brightness: _ } => {
                number("spilled_kg", spilled_kg, 0.0..=5e7, file, &mut wrong);
                number("leak_kg_s", leak_kg_s, 0.0..=5000.0, file, &mut wrong);
                number("leak_s", leak_s, 0.0..=LONGEST_S, file, &mut wrong);
                if let Some(area) = bund_m2 {
                    number("bund_m2", area, 1.0..=1e5, file, &mut wrong);
                }
                if spilled_kg <= 0.0 && leak_kg_s * leak_s <= 0.0 {
                    let hint = "give spilled_kg, or leak_kg_s and leak_s";
                    wrong.add(file, "nothing burns in this pool", hint);
                }
            }
            Burns::Jet { rate_kg_s, duration_s, pressure_pa, temperature_k, two_phase: _, height_m } => {
                number("rate_kg_s", rate_kg_s, 1e-3..=5000.0, file, &mut wrong);
                number("duration_s", duration_s, 1.0..=LONGEST_S, file, &mut wrong);
                number("pressure_pa (absolute)", pressure_pa, 1.1e5..=1e8, file, &mut wrong);
                number("temperature_k", temperature_k, 90.0..=900.0, file, &mut wrong);
                number("height_m", height_m, 0.0..=200.0, file, &mut wrong);
            }
        }
        wrong
    }
    /// Where it burns, for a site.
    pub fn at(&self, site: Point) -> Point {
        Point::new(site.x + self.offset_m.0, site.y + self.offset_m.1)
    }
    pub fn is_pool(&self) -> bool {
        matches!(self.what, Burns::Pool { .. })
    }
}

/// A fire that was lit. State, for checkpoints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Burn {
    pub spec: BurnSpec,
    pub from_s: f64,
    /// When crews shut what feeds it.
    pub shut_s: Option<f64>,
    pool: Option<Burning>,
}

/// The flame of a moment.
#[derive(Debug, Clone, PartialEq)]
pub enum Flame {
    Pool(PoolFire),
    Jet(JetFire),
}

impl Heat for Flame {
    fn heat_w_m2(&self, downwind_m: f64, crosswind_m: f64, height_m: f64) -> f64 {
        match self {
            Flame::Pool(f) => f.heat_w_m2(downwind_m, crosswind_m, height_m),
            Flame::Jet(f) => f.heat_w_m2(downwind_m, crosswind_m, height_m),
        }
    }
}

impl Burn {
    /// Lights it; all that is wrong with it is said at once.
    pub fn light(
        spec: &BurnSpec,
        table: &Substances,
        from_s: f64,
        air: &FireAir,
        file: &Path,
    ) -> Result<Burn, Complaints> {
        let wrong = spec.check(table, file);
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let s = fuel(&spec.substance, table, file)?;
        let mut burn = Burn { spec: spec.clone(), from_s, shut_s: None, pool: None };
        burn.spec.substance.clone_from(&s.key);
        burn.pool = burn.spread(s, air);
        Ok(burn)
    }

    /// What feeds it is shut; what lies on the ground burns out.
    pub fn shut(&mut self, s: &Substance, now_s: f64, air: &FireAir) {
        if self.shut_s.is_none() {
            self.shut_s = Some(now_s);
            self.pool = self.spread(s, air);
        }
    }

    fn spread(&self, s: &Substance, air: &FireAir) -> Option<Burning> {
        let Burns::Pool { spilled_kg, leak_kg_s, leak_s, bund_m2, .. } = self.spec.what else { return None };
        let from_s = self.from_s;
        let leaks_to = self.shut_s.unwrap_or(f64::INFINITY).min(from_s + leak_s);
        let temperature_k = air.temperature_k;
        let mut inflow = Vec::new();
        let sudden = spilled_kg / SPILLS_S;
        if spilled_kg > 0.0 {
            inflow.push(Inflow { from_s, to_s: from_s + SPILLS_S, rate_kg_s: sudden, temperature_k });
        }
        if leak_kg_s > 0.0 && leaks_to > from_s {
            // The leak runs beside the spill: the first ten seconds carry both.
            if let Some(first) = inflow.first_mut() {
                first.rate_kg_s += leak_kg_s * (leaks_to.min(first.to_s) - from_s) / SPILLS_S;
            }
            let begins = if spilled_kg > 0.0 { from_s + SPILLS_S } else { from_s };
            if leaks_to > begins {
                inflow.push(Inflow { from_s: begins, to_s: leaks_to, rate_kg_s: leak_kg_s, temperature_k });
            }
        }
        burning::pool(s, &inflow, bund_m2, from_s + LONGEST_S, air)
    }

    /// When it is out, s.
    pub fn ends_s(&self) -> f64 {
        match self.spec.what {
            Burns::Pool { .. } => {
                let wide = |m: &&BurntMinute| m.area_m2 >= LEAST_M2;
                self.pool.iter().flat_map(|p| &p.minutes).rfind(wide).map_or(self.from_s, |m| m.to_s)
            }
            Burns::Jet { duration_s, .. } => {
                self.shut_s.unwrap_or(f64::INFINITY).min(self.from_s + duration_s).max(self.from_s)
            }
        }
    }

    /// Burnt so far, kg.
    pub fn burnt_kg(&self, now_s: f64) -> f64 {
        match self.spec.what {
            Burns::Pool { .. } => self.pool.iter().flat_map(|p| &p.minutes).fold(0.0, |sum, m| {
                sum + m.burnt_kg * ((now_s - m.from_s) / (m.to_s - m.from_s).max(1e-9)).clamp(0.0, 1.0)
            }),
            Burns::Jet { rate_kg_s, .. } => rate_kg_s * (now_s.min(self.ends_s()) - self.from_s).max(0.0),
        }
    }

    /// The flame at a moment, in the air of that moment; `None` before it is lit and when it is out.
    pub fn flame(&self, s: &Substance, now_s: f64, air: FireAir) -> Option<Flame> {
        if now_s < self.from_s || now_s >= self.ends_s() {
            return None;
        }
        match self.spec.what {
            Burns::Pool { brightness, .. } => {
                let pool = self.pool.as_ref()?;
                let area_m2 = pool.minutes.iter().find(|m| now_s < m.to_s)?.area_m2;
                let width_m = sqrt(4.0 * area_m2 / PI);
                (area_m2 >= LEAST_M2)
                    .then(|| PoolFire::new(s, width_m, pool.burning_kg_m2_s, brightness, air))
                    .flatten()
                    .map(Flame::Pool)
            }
            Burns::Jet { rate_kg_s, pressure_pa, temperature_k, two_phase, height_m, .. } => {
                let feed = JetFeed { rate_kg_s, pressure_pa, temperature_k, two_phase, height_m };
                JetFire::new(s, &feed, air).map(Flame::Jet)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::night;
    use super::*;

    fn pool(spilled_kg: f64, leak_kg_s: f64, leak_s: f64) -> BurnSpec {
        BurnSpec {
            substance: "toluene".into(),
            offset_m: (0.0, 0.0),
            what: Burns::Pool {
                spilled_kg,
                leak_kg_s,
                leak_s,
                bund_m2: Some(100.0),
                brightness: Brightness::default(),
            },
        }
    }

    #[test]
    fn a_pool_burns_its_mass_and_goes_out_earlier_when_its_leak_is_shut() {
        // Grade: exact. In a bund of 100 m2 it burns m" A each second; a leak that is shut halfway leaves half.
        let all = Substances::embedded();
        let s = all.find("toluene").expect("there");
        let light = |spec: &BurnSpec| Burn::light(spec, &all, 60.0, &night(), Path::new("test")).expect("sound");
        let spilt = light(&pool(3000.0, 0.0, 0.0));
        let rate = super::super::pool::burning_rate_kg_m2_s(s, night().temperature_k).expect("burns");
        let full = spilt.flame(s, 150.0, night()).expect("burns");
        let Flame::Pool(full) = full else { panic!("a pool") };
        assert!((full.area_m2() - 100.0).abs() < 1e-6);
        assert!((spilt.burnt_kg(1e6) - 3000.0).abs() < 1e-6);
        // As long as the mass lasts at full area; the last millimetre thins out over ln 100 of its own times (density x 1 mm/m"), and
        // whole minutes are counted.
        let (full_s, thins_s) =
            (3000.0 / (100.0 * rate), 100f64.ln() * s.liquid_density_at_kg_m3(288.15) * 1e-3 / rate);
        let lasts_s = spilt.ends_s() - 60.0;
        assert!((full_s..full_s + thins_s + 60.0).contains(&lasts_s), "{lasts_s} {full_s} {thins_s}");
        let mut fed = light(&pool(0.0, 2.0, 3000.0));
        let long = fed.ends_s();
        fed.shut(s, 1560.0, &night());
        assert!((fed.burnt_kg(1e6) - 3000.0).abs() < 1e-6 && fed.ends_s() < long - 1000.0);
        assert!(fed.flame(s, 30.0, night()).is_none() && fed.flame(s, 1e5, night()).is_none());
    }

    #[test]
    fn what_is_wrong_with_a_fire_is_said_at_once() {
        // Grade: behaviour.
        let all = Substances::embedded();
        let said = |spec: BurnSpec| spec.check(&all, Path::new("test")).to_string();
        assert!(said(BurnSpec { substance: "chlorine".into(), ..pool(1.0, 0.0, 0.0) }).contains("does not burn"));
        let near = said(BurnSpec { substance: "toluen".into(), ..pool(-1.0, f64::NAN, 0.0) });
        for part in ["toluene", "spilled_kg is -1", "leak_kg_s is NaN"] {
            assert!(near.contains(part), "{part}: {near}");
        }
        assert!(said(pool(0.0, 0.0, 0.0)).contains("nothing burns"));
        let jet = Burns::Jet {
            rate_kg_s: 5.0,
            duration_s: 600.0,
            pressure_pa: 1e4,
            temperature_k: 288.0,
            two_phase: false,
            height_m: 1.0,
        };
        let jet = BurnSpec { what: jet, ..pool(0.0, 0.0, 0.0) };
        assert!(said(jet).contains("pressure_pa (absolute) is 10000"));
    }
}
