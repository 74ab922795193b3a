//! A tank that stands beside (邻近储罐): what is in it, how it is protected, and what becomes of it when it fails.
//!
//! | tank | holds | fails as |
//! |---|---|---|
//! | pressure | easily lit (GHS category 1: lower limit at most 13 %) | fireball of what flashes three times over, and the blast of the burst |
//! | pressure | poison | blast, and a cloud of what flashes twice over (liquid goes along as drops) |
//! | at the pressure of the air | burns | a burning pool of its bund |
//! | at the pressure of the air | poison | a puddle that evaporates, out of a hole of half a metre |
//!
//! A pressure tank bursts at the temperature at which its contents press 1.21 times as hard as its relief valve is set (API 520 for
//! fire; from memory). What blows off through the valve before is left out, so that the ball is of all that was in it: on the safe side.

use super::burn::{BurnSpec, Burns, number, offset};
use super::escalation::{COOLING_KG_M2_S, TankKind, cooled_w_m2, least_heat_w_m2, time_to_failure_s};
use super::pool::Brightness;
use super::{FireAir, Fireball};
use crate::blast::{Tnt, bursting};
use crate::source::ground::Ground;
use crate::source::hole::Hole;
use crate::source::{Contents, Filled, TankSpec, Vessel};
use crate::substance::{Substance, Substances};
use base::complaint::Complaints;
use base::grid::Point;
use base::text::Text;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Pressure over the set pressure of a relief valve in a fire (API 520; from memory).
const OVER_SET: f64 = 1.21;
/// GHS category 1 of flammable gases (from memory); ammonia (15 %) lies beyond.
const EASILY_LIT: f64 = 0.13;
/// Hole of a tank that breaks at the pressure of the air, m (assumption).
const BREAKS_M: f64 = 0.5;
/// Time in which a burst tank of poison has emptied, s (assumption).
pub const BURSTS_S: f64 = 60.0;
/// Most that a tank is filled with by volume (assumption: 0.9 for liquefied gas, GB 150 practice; 0.98 here lets any sound one pass).
const FULL: f64 = 0.98;

/// The tank, as a script gives it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreSpec {
    pub name: Text,
    /// Key, name, CAS or UN number of the table of substances.
    pub substance: String,
    /// Place of its middle east and north of the site, m.
    #[serde(default)]
    pub offset_m: (f64, f64),
    pub vessel: Vessel,
    pub mass_kg: f64,
    /// Set pressure of the relief valve (安全阀), absolute, Pa; without one it is a tank at the pressure of the air.
    #[serde(default)]
    pub relief_pa: Option<f64>,
    /// How long its fireproof coat (防火涂层) keeps the heat off, s; 0 for bare steel.
    #[serde(default)]
    pub fireproof_s: f64,
    /// Area within its bund wall, m2.
    #[serde(default)]
    pub bund_m2: Option<f64>,
}

/// A gas or vapour that an everyday spark lights: GHS category 1. Ammonia is not one.
pub fn easily_lit(s: &Substance) -> bool {
    s.flammable.as_ref().is_some_and(|f| f.lfl.value <= EASILY_LIT)
}

/// What a failing tank does.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    Fireball { ball: Fireball, blast: Tnt },
    Burst { blast: Tnt, airborne_kg: f64 },
    Pool(BurnSpec),
    Spill(Box<TankSpec>),
}

impl StoreSpec {
    /// All that is wrong with it.
    pub fn check(&self, table: &Substances, file: &Path) -> Complaints {
        let mut wrong = Complaints::new();
        offset(self.offset_m, file, &mut wrong);
        number("mass_kg", self.mass_kg, 1.0..=2e8, file, &mut wrong);
        number("fireproof_s", self.fireproof_s, 0.0..=86_400.0, file, &mut wrong);
        if let Some(area) = self.bund_m2 {
            number("bund_m2", area, 1.0..=1e5, file, &mut wrong);
        }
        let (diameter_m, length_m) = match self.vessel {
            Vessel::Upright { diameter_m, height_m } => (diameter_m, height_m),
            Vessel::Lying { diameter_m, length_m } => (diameter_m, length_m),
            Vessel::Sphere { diameter_m } => (diameter_m, diameter_m),
        };
        number("diameter_m of the vessel", diameter_m, 0.3..=120.0, file, &mut wrong);
        number("height_m or length_m of the vessel", length_m, 0.3..=120.0, file, &mut wrong);
        let volume_m3 = self.vessel.volume_m3();
        number("volume of the vessel, m3,", volume_m3, 0.5..=250_000.0, file, &mut wrong);
        let s = match table.get(&self.substance, file) {
            Ok(s) => s,
            Err(more) => {
                wrong.extend(more);
                return wrong;
            }
        };
        if let Some(relief) = self.relief_pa {
            number("relief_pa (absolute)", relief, 1.2e5..=1e7, file, &mut wrong);
            let warm = s.vapour_pressure_pa(298.15);
            if relief < warm {
                let what = format!("relief_pa is {relief}: {} presses {warm:.0} Pa at 25 °C", s.key);
                wrong.add(file, what, "a relief valve stays shut on a warm day");
            }
        }
        let store_k = if self.relief_pa.is_some() { 288.15 } else { s.boiling_point_k.value.min(288.15) };
        let most_kg = FULL * volume_m3 * s.liquid_density_at_kg_m3(store_k);
        if self.mass_kg > most_kg && wrong.is_empty() {
            let what = format!("mass_kg is {}: this vessel holds {most_kg:.0} kg of {}", self.mass_kg, s.key);
            wrong.add(file, what, "a larger vessel, or less in it");
        }
        let toxic = s.harm.aegl.is_some() || s.harm.probit.is_some();
        if s.flammable.is_none() && !toxic {
            wrong.add(file, format!("{} neither burns nor poisons: its tank does nothing", s.key), "another substance");
        }
        wrong
    }

    pub fn kind(&self) -> TankKind {
        if self.relief_pa.is_some() { TankKind::Pressurised } else { TankKind::Atmospheric }
    }
    pub fn at(&self, site: Point) -> Point {
        Point::new(site.x + self.offset_m.0, site.y + self.offset_m.1)
    }
    /// Half of its widest measure on the ground, m.
    pub fn radius_m(&self) -> f64 {
        match self.vessel {
            Vessel::Upright { diameter_m, .. } | Vessel::Sphere { diameter_m } | Vessel::Lying { diameter_m, .. } => {
                0.5 * diameter_m
            }
        }
    }
    /// Height at which heat is read on it, m: the middle of its shell.
    pub fn middle_m(&self) -> f64 {
        0.5 * self.vessel.tall_m()
    }
    /// Water that keeps all of its shell cool, kg/s.
    pub fn cooling_kg_s(&self) -> f64 {
        COOLING_KG_M2_S * self.vessel.surface_m2()
    }
    /// Heat from which it is in danger.
    pub fn least_heat_w_m2(&self) -> f64 {
        least_heat_w_m2(self.kind())
    }
    /// Time to failure of its bare steel under heat with so much water on it, s; `None` where it stands.
    pub fn time_to_failure_s(&self, heat_w_m2: f64, water_kg_s: f64) -> Option<f64> {
        let felt = cooled_w_m2(heat_w_m2, water_kg_s / self.cooling_kg_s());
        time_to_failure_s(self.kind(), self.vessel.volume_m3(), felt)
    }
    /// Temperature of its contents when it bursts, K.
    pub fn burst_k(&self, s: &Substance, air: &FireAir) -> f64 {
        s.boiling_at_k(self.relief_pa.map_or(air.pressure_pa, |set| OVER_SET * set))
    }

    /// What its failure does, in the order in which it is asked.
    pub fn failure(&self, s: &Substance, air: FireAir) -> Failure {
        let toxic = s.harm.aegl.is_some() || s.harm.probit.is_some();
        match self.kind() {
            TankKind::Pressurised => {
                let burst_k = self.burst_k(s, &air);
                let blast = bursting::charge(s, self.mass_kg, self.vessel.volume_m3(), burst_k, air.pressure_pa);
                let in_ball = Fireball::mass_of(s, self.mass_kg, burst_k, air.pressure_pa);
                let ball = (easily_lit(s) && in_ball > 0.0).then(|| Fireball::new(s, in_ball, air)).flatten();
                match ball {
                    Some(ball) => Failure::Fireball { ball, blast },
                    None => {
                        let share = if toxic { (2.0 * s.flash_share(burst_k, air.pressure_pa)).min(1.0) } else { 0.0 };
                        Failure::Burst { blast, airborne_kg: share * self.mass_kg }
                    }
                }
            }
            TankKind::Atmospheric if s.flammable.is_some() => Failure::Pool(BurnSpec {
                substance: self.substance.clone(),
                offset_m: self.offset_m,
                what: Burns::Pool {
                    spilled_kg: self.mass_kg,
                    leak_kg_s: 0.0,
                    leak_s: 0.0,
                    bund_m2: self.bund_m2,
                    brightness: Brightness::Share,
                },
            }),
            TankKind::Atmospheric => Failure::Spill(Box::new(TankSpec {
                vessel: self.vessel,
                contents: Contents::Liquid { filled: Filled::MassKg(self.mass_kg), temperature_k: None },
                hole: Hole::Round { diameter_m: BREAKS_M.min(0.5 * self.vessel.smallest_m()) },
                hole_height_m: 0.0,
                pipe_m: 0.0,
                coefficient: crate::source::hole::SHARP_EDGE,
                vented: true,
                ground: Ground::Concrete,
                bund_m2: self.bund_m2,
                rainout_share: 0.0,
                wall_w_m2_k: 5.0,
            })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::night;
    use super::*;

    /// A bullet of 50 m3 with 20 t of propane.
    pub fn bullet() -> StoreSpec {
        StoreSpec {
            name: Text::new("1号罐", "tank 1"),
            substance: "propane".into(),
            offset_m: (20.0, 0.0),
            vessel: Vessel::Lying { diameter_m: 2.5, length_m: 10.2 },
            mass_kg: 20_000.0,
            relief_pa: Some(1.87e6),
            fireproof_s: 0.0,
            bund_m2: None,
        }
    }

    #[test]
    fn what_a_tank_does_follows_from_what_it_holds() {
        // Grade: behaviour.
        let all = Substances::embedded();
        let of = |spec: &StoreSpec| spec.failure(all.find(&spec.substance).expect("there"), night());
        let Failure::Fireball { ball, blast } = of(&bullet()) else { panic!("propane burns in a ball") };
        assert!((ball.diameter_m - 5.8 * ball.mass_kg.cbrt()).abs() < 1e-9 && ball.mass_kg == 20_000.0);
        assert!((20.0..300.0).contains(&blast.mass_kg), "{blast:?}");
        for poison in ["ammonia", "chlorine"] {
            let spec = StoreSpec { substance: poison.into(), ..bullet() };
            let Failure::Burst { airborne_kg, .. } = of(&spec) else { panic!("{poison} is no fireball") };
            assert!(airborne_kg > 0.3 * spec.mass_kg && airborne_kg <= spec.mass_kg);
        }
        let open = StoreSpec { relief_pa: None, bund_m2: Some(300.0), ..bullet() };
        assert!(matches!(of(&StoreSpec { substance: "toluene".into(), ..open.clone() }), Failure::Pool(_)));
        assert!(matches!(of(&StoreSpec { substance: "hydrogen_fluoride".into(), ..open }), Failure::Spill(_)));
    }

    #[test]
    fn water_on_the_whole_shell_saves_it_and_half_of_it_buys_time() {
        // Grade: behaviour, with the published times.
        let tank = bullet();
        let bare = tank.time_to_failure_s(90e3, 0.0).expect("fails");
        assert!((240.0..900.0).contains(&bare), "{bare}");
        assert!(tank.time_to_failure_s(90e3, 0.5 * tank.cooling_kg_s()).expect("fails") > 1.4 * bare);
        assert_eq!(tank.time_to_failure_s(90e3, tank.cooling_kg_s()), None);
        assert_eq!(tank.time_to_failure_s(40e3, 0.0), None);
    }

    #[test]
    fn what_is_wrong_with_a_tank_is_said_at_once() {
        // Grade: behaviour.
        let all = Substances::embedded();
        let said = |spec: StoreSpec| spec.check(&all, Path::new("test")).to_string();
        assert_eq!(said(bullet()), "");
        let told = said(StoreSpec { substance: "propan".into(), mass_kg: 0.0, ..bullet() });
        assert!(told.contains("propane") && told.contains("mass_kg is 0"), "{told}");
        assert!(said(StoreSpec { mass_kg: 60_000.0, ..bullet() }).contains("this vessel holds"));
        assert!(said(StoreSpec { relief_pa: Some(3e5), ..bullet() }).contains("presses"));
        let inside_out = Vessel::Lying { diameter_m: -2.5, length_m: 10.2 };
        assert!(said(StoreSpec { vessel: inside_out, ..bullet() }).contains("diameter_m of the vessel is -2.5"));
        assert!(said(StoreSpec { fireproof_s: f64::NAN, ..bullet() }).contains("fireproof_s is NaN"));
    }
}
