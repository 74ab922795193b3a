//! Floor 3, people: households, where everyone is, what they know, what they decide, what harms them.
//!
//! Columns, one row per person and one per household, fixed for life. A household's members are consecutive rows and
//! decide together. What moves them about (`travel`, responders) is glued on in `sim`: this room hands out
//! [`Intent`]s and is told of arrivals.

pub mod breathe;
pub mod burn;
pub mod choose;
pub mod harm;
pub mod populate;
pub mod warn;

use crate::base::{digest::Digest, fold, ids::*, time::Tick};
use crate::place::city::City;
use crate::vocab::body::{Cause, Doing, Health, Whereabouts};
use crate::vocab::event::Choice;
use crate::vocab::order::Advice;
use serde::{Deserialize, Serialize};

/// Parameters of people's behaviour. A named preset; a scenario may override single values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Behaviour {
    /// Cars per household (Suzhou 0.35-0.40 per person at 2.6 persons: parameters.md 7, memory/low; here by household).
    pub cars_per_household: f64,
    /// Share of working-age people who have a day place. Assumption.
    pub employed_share: f64,
    /// Share of workers still at work when the run starts in the evening. Assumption (typhoon: work stops early).
    pub late_work_share: f64,
    /// Share that follows an advice to leave heard by a message alone (25-45 %: parameters.md 1, assumption, low).
    pub comply_message: f64,
    /// Share that follows officers at the door (95-98 %: parameters.md 1, assumption, low).
    pub comply_door: f64,
    /// Share that shuts windows and stays when told so. Assumption.
    pub comply_stay_indoors: f64,
    /// Median time between hearing and acting on an evacuation advice, s; lognormal. Assumption: chemical accidents
    /// and organised transfers are faster than the 135 min of Oroville (parameters.md 1).
    pub mill_median_s: f64,
    pub mill_sigma_ln: f64,
    /// Street depth at the door above which nobody walks out, m (0.61 m: LifeSim, read).
    pub refuse_depth_m: f64,
    /// Longest walk to a shelter, m; farther households wait for transport. Assumption.
    pub walk_max_m: f64,
    /// Share of people of 65 and over who cannot walk far (22.6 %: LifeSim, read).
    pub limited_65: f64,
    /// The same under 65 (5.1 %: LifeSim, read).
    pub limited_under_65: f64,
    /// Air changes per hour of a house, median (0.5: ASHRAE spread, chemical.md 2.6, recalled).
    pub air_changes_h: f64,
    /// The same with windows and fans shut (x0.5: chemical.md 2.6, recalled).
    pub sealed_factor: f64,
    /// Mean time, once nothing smells outdoors any more, until a household that shut its windows unasked airs its rooms, s. Assumption.
    pub air_unasked_mean_s: f64,
    /// The same of a household that was told to stay indoors and hears of no all clear: its patience. Assumption.
    pub air_told_mean_s: f64,
    /// Share of households whose windows stand open on an evening without rain. Assumption.
    pub windows_open_share: f64,
    /// Share of residents leaving by car who go to relatives out of town rather than a shelter. Assumption.
    pub leave_town_share: f64,
}

impl Default for Behaviour {
    fn default() -> Self {
        Behaviour {
            cars_per_household: 0.7,
            employed_share: 0.75,
            late_work_share: 0.15,
            comply_message: 0.40,
            comply_door: 0.96,
            comply_stay_indoors: 0.80,
            mill_median_s: 1500.0,
            mill_sigma_ln: 0.7,
            refuse_depth_m: 0.61,
            walk_max_m: 2500.0,
            limited_65: 0.226,
            limited_under_65: 0.051,
            air_changes_h: 0.5,
            sealed_factor: 0.5,
            air_unasked_mean_s: 1200.0,
            air_told_mean_s: 3600.0,
            windows_open_share: 0.2,
            leave_town_share: 0.35,
        }
    }
}

/// What a household has settled on and is carrying out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Plan {
    #[default]
    Nothing,
    Sealed,
    Upstairs,
    /// Windows wide open after the all clear, or unasked when the smell is gone (通风).
    Airing,
    /// On the way, or about to be.
    Leaving,
    AwaitingTransport,
}

/// One household (户).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Household {
    pub first: PersonId,
    pub size: u8,
    pub home: BuildingId,
    pub zone: ZoneId,
    pub car: bool,
    /// Someone in it cannot walk far.
    pub limited: bool,
    pub plan: Plan,
    /// The advice it is milling over and when it will act on it.
    pub considering: Option<(Advice, Tick, bool)>,
    /// Advices heard, by bit (see [`advice_bit`]).
    pub heard: u8,
    /// First heard from officers at the door.
    pub visited: bool,
}

impl Household {
    pub fn members(&self) -> impl Iterator<Item = PersonId> + use<> {
        let first = self.first.0;
        (first..first + u32::from(self.size)).map(PersonId)
    }
}

/// The bit of an advice in `Household::heard`.
pub fn advice_bit(advice: Advice) -> u8 {
    match advice {
        Advice::Prepare => 1,
        Advice::Leave => 2,
        Advice::GoUp => 4,
        Advice::StayIndoors => 8,
        Advice::AllClear => 16,
    }
}

/// Bits of `People::knows`.
pub mod knows {
    /// Has heard a flood warning or seen water.
    pub const FLOOD: u8 = 1;
    /// Has heard a gas warning or smelt gas.
    pub const GAS: u8 = 2;
    /// Has seen water with own eyes.
    pub const SAW_WATER: u8 = 4;
    /// Has smelt gas.
    pub const SMELT_GAS: u8 = 8;
}

/// All residents, and the buildings' inner air.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct People {
    pub household_of: Vec<HouseholdId>,
    pub age: Vec<u8>,
    pub place: Vec<Whereabouts>,
    pub health: Vec<Health>,
    pub cause: Vec<Option<Cause>>,
    pub knows: Vec<u8>,
    /// Where the person spends the day, if not at home.
    pub day_place: Vec<Option<BuildingId>>,
    /// When the person sets out for home from the day place.
    pub home_at: Vec<Option<Tick>>,
    /// The person's own thresholds for death by water indoors and outdoors: uniform draws fixed for life. That for gas is a dose, drawn
    /// with [`breathe::Lungs`].
    pub fate: Vec<[f32; 2]>,
    pub trapped: Vec<bool>,
    /// Deepest water felt so far above the floor where the person stands, m.
    pub felt_m: Vec<f32>,
    /// When the person had to leave home or was trapped: the relief clock starts.
    pub displaced_at: Vec<Option<Tick>>,
    pub relieved: Vec<bool>,
    /// When a serious injury happened.
    pub hurt_at: Vec<Option<Tick>>,
    pub households: Vec<Household>,
    /// What was breathed, one row per substance that was in the air.
    pub lungs: Vec<breathe::Lungs>,
    pub windows: breathe::Windows,
    /// Those who were in the heat of a fire.
    pub burns: std::collections::BTreeMap<PersonId, burn::Burnt>,
}

/// What a household wants done that other rooms must carry out.
#[derive(Debug, Clone, PartialEq)]
pub enum Intent {
    /// The household settled on this. `sim` starts trips where it asks for them.
    Chose { household: HouseholdId, choice: Choice },
    /// One person goes home from the day place.
    GoHome { person: PersonId },
}

impl People {
    pub fn len(&self) -> usize {
        self.place.len()
    }
    pub fn is_empty(&self) -> bool {
        self.place.is_empty()
    }
    pub fn household(&self, person: PersonId) -> &Household {
        &self.households[self.household_of[person.index()].index()]
    }
    pub fn alive(&self, person: PersonId) -> bool {
        self.health[person.index()] != Health::Dead
    }
    /// The building the person is in, if any.
    pub fn building_of(&self, person: PersonId) -> Option<BuildingId> {
        match self.place[person.index()] {
            Whereabouts::Building(building) => Some(building),
            _ => None,
        }
    }
    /// What the person is seen to be doing. Exactly one for everyone.
    pub fn doing(&self, person: PersonId) -> Doing {
        let i = person.index();
        if self.health[i] == Health::Dead {
            return Doing::Dead;
        }
        match self.place[i] {
            Whereabouts::Hospital(_) => Doing::InHospital,
            Whereabouts::Aboard(_) => Doing::Carried,
            _ if self.health[i] == Health::Serious => Doing::Hurt,
            Whereabouts::Shelter(_) => Doing::Sheltered,
            Whereabouts::Away(_) => Doing::Away,
            Whereabouts::OnFoot => Doing::Walking,
            Whereabouts::Car(_) => Doing::Driving,
            Whereabouts::Open { .. } => Doing::Trapped,
            Whereabouts::Building(_) if self.trapped[i] => Doing::Trapped,
            Whereabouts::Building(_) => match self.household(person).plan {
                Plan::Sealed => Doing::Sealed,
                Plan::Upstairs => Doing::Upstairs,
                Plan::Airing => Doing::Staying,
                Plan::Nothing | Plan::Leaving | Plan::AwaitingTransport if self.knows[i] == 0 => Doing::Unaware,
                Plan::Nothing | Plan::Leaving | Plan::AwaitingTransport => Doing::Staying,
            },
        }
    }
    /// How many people are doing what, by `Doing`.
    pub fn count_doing(&self) -> [u32; Doing::ALL.len()] {
        let mut count = [0u32; Doing::ALL.len()];
        for i in 0..self.len() {
            count[self.doing(PersonId::of(i)) as usize] += 1;
        }
        count
    }
    pub fn digest(&self, digest: &mut Digest) {
        let rows = |chunk: usize, n: usize| chunk * fold::CHUNK..((chunk + 1) * fold::CHUNK).min(n);
        digest.pieces(self.len().div_ceil(fold::CHUNK), |chunk, digest| {
            for i in rows(chunk, self.len()) {
                let (kind, what) = match self.place[i] {
                    Whereabouts::Building(b) => (0u32, b.0),
                    Whereabouts::OnFoot => (1, 0),
                    Whereabouts::Car(c) => (2, c.0),
                    Whereabouts::Aboard(u) => (3, u.0),
                    Whereabouts::Shelter(f) => (4, f.0),
                    Whereabouts::Hospital(f) => (5, f.0),
                    Whereabouts::Away(f) => (6, f.0),
                    Whereabouts::Open { x_dm, y_dm } => (7, (x_dm ^ y_dm.rotate_left(16)) as u32),
                };
                let state = (self.health[i] as u32) << 16
                    | u32::from(self.knows[i]) << 8
                    | u32::from(self.trapped[i]) << 4
                    | u32::from(self.relieved[i]);
                digest.u32(kind << 29 | state).u32(what);
            }
            for i in rows(chunk, self.len()) {
                digest.f32(self.felt_m[i]);
            }
        });
        self.digest_lungs(digest);
        self.digest_burns(digest);
        for household in &self.households {
            let considering = household.considering.map_or(0, |(a, t, v)| (t.0 << 4) | (a as u32) << 1 | u32::from(v));
            digest.u32(household.plan as u32).u32(u32::from(household.heard)).u32(considering);
        }
    }
}

/// Depth of the water that stands at a building's door, m: the deepest of its cell.
pub fn depth_at_building_m(city: &City, depth_m: &[f64], building: BuildingId) -> f64 {
    depth_m[city.grid.nearest_cell(city.buildings[building.index()].at)]
}
