//! A household's decision: stay, shut windows, go up, or leave; and how. After PADM (Lindell & Perry): receive,
//! understand, believe, confirm, prepare, go. Milling time is in `warn`; here is what it settles on.

use super::{Behaviour, Intent, People, Plan, advice_bit, depth_at_building_m, knows};
use crate::base::chance::{Stream, draw};
use crate::base::time::{TICK_S, Tick};
use crate::base::{fold, ids::*, math};
use crate::place::city::City;
use crate::vocab::body::{Health, Point, Whereabouts};
use crate::vocab::condition::HazardKind;
use crate::vocab::event::Choice;
use crate::vocab::order::Advice;

/// A place one can go to, as the public knows it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Haven {
    pub facility: FacilityId,
    pub at: Point,
    /// A shelter that is open and not known to be full, or an exit.
    pub open: bool,
    pub exit: bool,
}

/// What a household can see around it.
pub struct Surroundings<'a> {
    pub city: &'a City,
    pub depth_m: &'a [f64],
    /// Whether a gas is smelt or stings outdoors at a cell.
    pub smelt: &'a (dyn Fn(usize) -> bool + Sync),
    pub havens: &'a [Haven],
}

/// What came of a household's minute.
#[derive(Debug, Clone, PartialEq)]
enum Outcome {
    Sensed(HouseholdId, HazardKind),
    Chose(HouseholdId, Choice),
    Trapped(HouseholdId, bool),
}

/// Senses water from this depth at the door, m (assumption).
const SEE_WATER_M: f64 = 0.05;
/// Nobody leaves a building on foot through more than this, and counts as trapped, m. Assumption between the 0.61 m of
/// refusal (LifeSim) and 1.2 m where adults float.
const TRAPPED_M: f64 = 0.8;

/// The storey a household lives on, 0 for the ground floor: by its own draw.
pub fn storey_of(city: &City, people: &People, seed: u64, household: HouseholdId) -> u32 {
    let storeys = u32::from(city.buildings[people.households[household.index()].home.index()].storeys).max(1);
    ((draw(seed, Stream::Population, household.0, Tick(0), 30) * f64::from(storeys)) as u32).min(storeys - 1)
}

impl People {
    /// One bucket of households looks around and decides. Returns what they sensed (persons, hazard), what they want
    /// done, and who became trapped or free, all in household order.
    pub fn decide(
        &mut self,
        behaviour: &Behaviour,
        seed: u64,
        tick: Tick,
        bucket: (usize, usize),
        around: &Surroundings,
    ) -> (Vec<(PersonId, HazardKind)>, Vec<Intent>, Vec<PersonId>) {
        let every_s = bucket.1 as f64 * f64::from(TICK_S);
        let outcomes: Vec<Outcome> = fold::map(self.households.len().div_ceil(fold::CHUNK), |chunk| {
            let mut out = Vec::new();
            for h in chunk * fold::CHUNK..((chunk + 1) * fold::CHUNK).min(self.households.len()) {
                if h % bucket.1 == bucket.0 && self.at_home(HouseholdId::of(h)) {
                    self.look_and_choose(behaviour, seed, tick, every_s, HouseholdId::of(h), around, &mut out);
                }
            }
            out
        })
        .into_iter()
        .flatten()
        .collect();
        let (mut sensed, mut intents, mut trapped) = (Vec::new(), Vec::new(), Vec::new());
        for outcome in outcomes {
            match outcome {
                Outcome::Sensed(h, hazard) => {
                    let bits = match hazard {
                        HazardKind::Flood => knows::FLOOD | knows::SAW_WATER,
                        HazardKind::Gas => knows::GAS | knows::SMELT_GAS,
                    };
                    for person in self.households[h.index()].members() {
                        if self.alive(person) && self.knows[person.index()] & bits != bits {
                            self.knows[person.index()] |= bits;
                            sensed.push((person, hazard));
                        }
                    }
                }
                Outcome::Chose(h, choice) => {
                    let household = &mut self.households[h.index()];
                    household.plan = match choice {
                        Choice::Stay => Plan::Nothing,
                        Choice::Air => Plan::Airing,
                        Choice::Seal => Plan::Sealed,
                        Choice::GoUp => Plan::Upstairs,
                        Choice::WalkTo(_) | Choice::DriveTo(_) => Plan::Leaving,
                        Choice::AwaitTransport => Plan::AwaitingTransport,
                    };
                    household.considering = None;
                    intents.push(Intent::Chose { household: h, choice });
                }
                Outcome::Trapped(h, now) => {
                    let home = self.households[h.index()].home;
                    for person in self.households[h.index()].members() {
                        let i = person.index();
                        if self.place[i] != Whereabouts::Building(home) || !self.alive(person) {
                            continue;
                        }
                        if now && !self.trapped[i] {
                            trapped.push(person);
                            self.displaced_at[i].get_or_insert(tick);
                        }
                        self.trapped[i] = now;
                    }
                }
            }
        }
        (sensed, intents, trapped)
    }

    fn look_and_choose(
        &self,
        behaviour: &Behaviour,
        seed: u64,
        tick: Tick,
        every_s: f64,
        h: HouseholdId,
        around: &Surroundings,
        out: &mut Vec<Outcome>,
    ) {
        let household = &self.households[h.index()];
        let building = &around.city.buildings[household.home.index()];
        let depth_m = depth_at_building_m(around.city, around.depth_m, household.home);
        let known = self.knows[household.first.index()];
        let storey = storey_of(around.city, self, seed, h);
        let chance = |k| draw(seed, Stream::Decision, h.0, tick, k);

        let trapped = household
            .members()
            .any(|p| self.trapped[p.index()] && self.place[p.index()] == Whereabouts::Building(household.home));
        if trapped != (depth_m > TRAPPED_M) {
            out.push(Outcome::Trapped(h, depth_m > TRAPPED_M));
        }
        if depth_m > SEE_WATER_M && known & knows::SAW_WATER == 0 {
            out.push(Outcome::Sensed(h, HazardKind::Flood));
        }
        let smells = (around.smelt)(around.city.grid.nearest_cell(building.at));
        if smells && known & knows::SMELT_GAS == 0 {
            out.push(Outcome::Sensed(h, HazardKind::Gas));
        }
        let settled = matches!(household.plan, Plan::Leaving | Plan::AwaitingTransport);

        // Water over the doorstep leaves no time to think.
        if depth_m > f64::from(building.plinth_m) && !settled && household.plan != Plan::Upstairs {
            if building.storeys > 1 {
                if storey == 0 {
                    out.push(Outcome::Chose(h, Choice::GoUp));
                    return;
                }
            } else if depth_m < behaviour.refuse_depth_m && !household.limited {
                out.push(Outcome::Chose(h, self.way_out(behaviour, seed, h, around, depth_m, smells)));
                return;
            }
        }
        // The first smell: most shut the windows, some run, some do nothing (assumption: 0.6, 0.1, 0.3).
        if smells && known & knows::SMELT_GAS == 0 && household.plan == Plan::Nothing {
            let u = chance(40);
            if u < 0.6 {
                out.push(Outcome::Chose(h, Choice::Seal));
                return;
            }
            if u < 0.7 {
                out.push(Outcome::Chose(h, self.way_out(behaviour, seed, h, around, depth_m, smells)));
                return;
            }
        }
        // Who smelt it airs when the smell is gone, and shuts the windows when it comes again, all clear or not; who was told to shut them waits
        // longer, for the all clear.
        if known & knows::SMELT_GAS != 0 {
            match household.plan {
                Plan::Sealed if !smells => {
                    let heard = |advice| household.heard & advice_bit(advice) != 0;
                    let told = heard(Advice::StayIndoors) && !heard(Advice::AllClear);
                    let mean_s = if told { behaviour.air_told_mean_s } else { behaviour.air_unasked_mean_s };
                    if chance(43) < 1.0 - math::exp(-every_s / mean_s) {
                        out.push(Outcome::Chose(h, Choice::Air));
                        return;
                    }
                }
                Plan::Airing if smells => {
                    out.push(Outcome::Chose(h, Choice::Seal));
                    return;
                }
                Plan::Nothing
                | Plan::Sealed
                | Plan::Upstairs
                | Plan::Airing
                | Plan::Leaving
                | Plan::AwaitingTransport => {}
            }
        }
        if let Some((advice, due, visited)) = household.considering
            && tick >= due
            && !settled
        {
            // One draw for life says how ready a household is to follow: the same household follows a stronger push.
            let readiness = draw(seed, Stream::Decision, h.0, Tick(0), 41);
            let comply = |share: f64| readiness < share;
            // Who does not follow goes on as before: advice to shut the windows opens nobody's.
            let as_before = match household.plan {
                Plan::Sealed => Choice::Seal,
                Plan::Airing => Choice::Air,
                Plan::Nothing | Plan::Upstairs | Plan::Leaving | Plan::AwaitingTransport => Choice::Stay,
            };
            let choice = match advice {
                Advice::Prepare => as_before,
                // 解除并通风: whoever knew of the gas opens the windows wide.
                Advice::AllClear if known & knows::GAS != 0 && household.plan != Plan::Upstairs => Choice::Air,
                Advice::AllClear => Choice::Stay,
                Advice::StayIndoors => {
                    if comply(if visited { behaviour.comply_door } else { behaviour.comply_stay_indoors }) {
                        Choice::Seal
                    } else {
                        as_before
                    }
                }
                Advice::GoUp => {
                    if building.storeys > 1 {
                        Choice::GoUp
                    } else {
                        as_before
                    }
                }
                Advice::Leave => {
                    let saw = known & (knows::SAW_WATER | knows::SMELT_GAS) != 0;
                    let share = if visited {
                        behaviour.comply_door
                    } else {
                        // Seeing the danger oneself makes the message believed: halfway to full (assumption).
                        let base = behaviour.comply_message;
                        if saw { 0.5 * (base + 1.0) } else { base }
                    };
                    if depth_m < behaviour.refuse_depth_m && comply(share) {
                        self.way_out(behaviour, seed, h, around, depth_m, smells)
                    } else {
                        as_before
                    }
                }
            };
            out.push(Outcome::Chose(h, choice));
        }
    }

    /// By car if there is one and the street can be driven, on foot if a shelter is near, else by bus.
    fn way_out(
        &self,
        behaviour: &Behaviour,
        seed: u64,
        h: HouseholdId,
        around: &Surroundings,
        depth_m: f64,
        hurried: bool,
    ) -> Choice {
        let household = &self.households[h.index()];
        let home = around.city.buildings[household.home.index()].at;
        let nearest = |exit: bool| {
            around
                .havens
                .iter()
                .filter(|haven| haven.open && haven.exit == exit)
                .map(|haven| (haven.at.distance_m(home), haven.facility))
                .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
        };
        let (shelter, exit) = (nearest(false), nearest(true));
        // A car floats from 0.3 m on (parameters.md 2: small car floats at 0.46 m; drivers refuse earlier).
        if household.car && depth_m < 0.3 {
            let out_of_town = draw(seed, Stream::Decision, h.0, Tick(0), 42) < behaviour.leave_town_share;
            let goal = if out_of_town || shelter.is_none() { exit.or(shelter) } else { shelter };
            if let Some((_, facility)) = goal {
                return Choice::DriveTo(facility);
            }
        }
        match shelter {
            Some((distance_m, facility))
                if !household.limited && (distance_m <= behaviour.walk_max_m || (hurried && depth_m < 0.3)) =>
            {
                Choice::WalkTo(facility)
            }
            _ => Choice::AwaitTransport,
        }
    }

    /// People at their day place who set out for home now.
    pub fn going_home(&mut self, tick: Tick) -> Vec<Intent> {
        let mut intents = Vec::new();
        for i in 0..self.len() {
            if self.home_at[i].is_some_and(|t| t <= tick) {
                self.home_at[i] = None;
                let at_day_place = self.day_place[i].map(Whereabouts::Building) == Some(self.place[i]);
                if at_day_place && self.health[i] < Health::Serious {
                    intents.push(Intent::GoHome { person: PersonId::of(i) });
                }
            }
        }
        intents
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Clock;
    use crate::people::populate::populate;
    use crate::place::fixture::grid_town;

    #[test]
    fn who_shut_the_windows_unasked_airs_when_the_smell_is_gone_and_who_was_told_to_waits_longer() {
        // Behaviour; the mean waits exactly.
        let city = grid_town(20, 60);
        let behaviour = Behaviour::default();
        let mut people = populate(&city, &behaviour, &Clock::parse("2026-08-14T22:00").unwrap(), 5);
        let dry = vec![0.0; city.grid.len()];
        let minute = |people: &mut People, ticks: std::ops::Range<u32>, gas: bool| {
            let smelt = |_: usize| gas;
            let around = Surroundings { city: &city, depth_m: &dry, smelt: &smelt, havens: &[] };
            for t in ticks {
                people.decide(&behaviour, 7, Tick(t), (t as usize % 6, 6), &around);
            }
        };
        let count = |people: &People, plan: Plan| people.households.iter().filter(|h| h.plan == plan).count() as f64;
        minute(&mut people, 0..6, true);
        let shut = count(&people, Plan::Sealed);
        assert!(
            (shut / people.households.len() as f64 - 0.6).abs() < 0.05,
            "{shut} shut their windows at the first smell"
        );
        // Every tenth was told to stay indoors.
        for household in people.households.iter_mut().step_by(10) {
            household.heard |= advice_bit(Advice::StayIndoors);
        }
        let of_told =
            |people: &People| people.households.iter().step_by(10).filter(|h| h.plan == Plan::Sealed).count() as f64;
        let told = of_told(&people);
        minute(&mut people, 6..126, true);
        assert_eq!(count(&people, Plan::Sealed), shut, "nobody airs while it smells");
        minute(&mut people, 126..246, false);
        let left = (count(&people, Plan::Sealed) - of_told(&people)) / (shut - told);
        // Twenty minutes of a mean of twenty: 1/e.
        assert!((left - 0.368).abs() < 0.04, "{left} still shut after the mean wait");
        let patient = of_told(&people) / told;
        assert!((patient - 0.717).abs() < 0.12, "{patient} of those told wait on after a third of their mean patience");
        let (sealed, airing) = (count(&people, Plan::Sealed), count(&people, Plan::Airing));
        minute(&mut people, 246..252, true);
        assert_eq!(count(&people, Plan::Sealed), sealed + airing, "windows are shut again when it comes back");
    }
}
