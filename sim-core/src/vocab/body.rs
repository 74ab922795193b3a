//! Bodies: what several models need to know of persons and units.

use crate::base::ids::*;
use serde::{Deserialize, Serialize};

pub use base::grid::Point;

/// The one place where a person is. Everyone is in exactly one at every tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Whereabouts {
    /// Inside a building.
    Building(BuildingId),
    /// On foot in the streets (travel knows where).
    OnFoot,
    /// In a private car.
    Car(CarId),
    /// Aboard a responder's vehicle or boat.
    Aboard(UnitId),
    /// In a shelter (避难场所).
    Shelter(FacilityId),
    /// In a hospital.
    Hospital(FacilityId),
    /// Left the area by this exit.
    Away(FacilityId),
    /// In the open at a point (a body, someone who lost their footing).
    Open { x_dm: i32, y_dm: i32 },
}

/// How badly someone is hurt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum Health {
    #[default]
    Well,
    /// Lightly hurt: walks, needs first aid (轻伤).
    Light,
    /// Seriously hurt: needs an ambulance (重伤).
    Serious,
    /// 死亡
    Dead,
}

/// What hurt someone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Cause {
    Water,
    Gas,
    /// Waiting too long for help after an earlier injury.
    Untreated,
    /// Put there by an inject.
    Inject,
    /// Burnt by the heat of a fire (热辐射).
    Heat,
    /// Struck by a blast, or by what it threw down (冲击波).
    Blast,
}

impl Cause {
    pub const ALL: [Cause; 6] = [Cause::Water, Cause::Gas, Cause::Heat, Cause::Blast, Cause::Untreated, Cause::Inject];
}

/// What a person is seen to be doing: the colour of a dot on the map and the rows of the population table. Every
/// person is in exactly one of these at every tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Doing {
    /// Indoors and unaware.
    Unaware = 0,
    /// Indoors, has heard, stays.
    Staying = 1,
    /// Indoors, doors and windows shut against gas (就地避险).
    Sealed = 2,
    /// Indoors, moved to an upper floor (垂直避险).
    Upstairs = 3,
    /// On foot.
    Walking = 4,
    /// In a car.
    Driving = 5,
    /// Aboard a responder's vehicle or boat.
    Carried = 6,
    /// In a shelter.
    Sheltered = 7,
    /// In a hospital.
    InHospital = 8,
    /// Left the area.
    Away = 9,
    /// Cannot get away: water around, upper floor or roof (被困).
    Trapped = 10,
    /// Seriously hurt, waiting.
    Hurt = 11,
    /// Dead.
    Dead = 12,
}

impl Doing {
    pub const ALL: [Doing; 13] = [
        Doing::Unaware,
        Doing::Staying,
        Doing::Sealed,
        Doing::Upstairs,
        Doing::Walking,
        Doing::Driving,
        Doing::Carried,
        Doing::Sheltered,
        Doing::InHospital,
        Doing::Away,
        Doing::Trapped,
        Doing::Hurt,
        Doing::Dead,
    ];
    pub fn from_u8(v: u8) -> Option<Doing> {
        Doing::ALL.get(v as usize).copied()
    }
    /// (中文, English)
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Doing::Unaware => ("在室内、不知情", "indoors, unaware"),
            Doing::Staying => ("知情、留守", "indoors, aware, staying"),
            Doing::Sealed => ("就地避险（关窗）", "sheltering in place, sealed"),
            Doing::Upstairs => ("上楼避险", "moved upstairs"),
            Doing::Walking => ("步行中", "on foot"),
            Doing::Driving => ("驾车中", "in a car"),
            Doing::Carried => ("由队伍转运", "carried by responders"),
            Doing::Sheltered => ("在避难场所", "in a shelter"),
            Doing::InHospital => ("在医院", "in hospital"),
            Doing::Away => ("已离开", "left the area"),
            Doing::Trapped => ("被困", "trapped"),
            Doing::Hurt => ("重伤待救", "seriously hurt, waiting"),
            Doing::Dead => ("死亡", "dead"),
        }
    }
}

/// What a responder unit is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Duty {
    /// At its base, free.
    Ready = 0,
    /// Getting out of the door (出动准备).
    TurningOut = 1,
    /// On the way to the task.
    Travelling = 2,
    /// Working at the task.
    Working = 3,
    /// Carrying people to a shelter or hospital.
    Transporting = 4,
    /// On the way home.
    Returning = 5,
    /// Out of action.
    Lost = 6,
}

impl Duty {
    pub const ALL: [Duty; 7] = [
        Duty::Ready,
        Duty::TurningOut,
        Duty::Travelling,
        Duty::Working,
        Duty::Transporting,
        Duty::Returning,
        Duty::Lost,
    ];
    pub fn from_u8(v: u8) -> Option<Duty> {
        Duty::ALL.get(v as usize).copied()
    }
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Duty::Ready => ("待命", "ready"),
            Duty::TurningOut => ("出动准备", "turning out"),
            Duty::Travelling => ("赶赴途中", "on the way"),
            Duty::Working => ("作业中", "working"),
            Duty::Transporting => ("转运中", "transporting"),
            Duty::Returning => ("返回途中", "returning"),
            Duty::Lost => ("失去战力", "out of action"),
        }
    }
}

/// What a unit moves in: how deep it wades and how fast it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum VehicleClass {
    Foot,
    Car,
    /// Fire engine, bus, lorry.
    Truck,
    /// High-clearance lorry, tracked carrier.
    HighClearance,
    /// Hauled on dry roads, under way on flooded ones.
    Boat,
}
