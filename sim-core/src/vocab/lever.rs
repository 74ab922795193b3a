//! Levers: what a script, a controller or a crew at work may move in the world. One model owns each and alone obeys.

use crate::base::ids::*;
use crate::vocab::body::Health;
use crate::vocab::message::Medium;
use consequence::blast::DustExplosion;
use consequence::fire::burn::BurnSpec;
use consequence::fire::store::StoreSpec;
use consequence::source::{TankSpec, What};
use hydro::structures::order::Order;
use serde::{Deserialize, Serialize};

/// A change asked of the world.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Lever {
    /// A reach begins to seep (渗漏). Owner: flood.
    SeepLevee(LeveeId),
    /// A reach breaches and widens to `width_max_m` at `widen_m_h` (溃口). Owner: flood.
    BreachLevee {
        levee: LeveeId,
        width_max_m: f64,
        widen_m_h: f64,
    },
    /// Crews strengthen a seeping reach; 1 stops the seep. Owner: flood.
    StrengthenLevee {
        levee: LeveeId,
        share: f64,
    },
    /// Crews close this many metres of a breach. Owner: flood.
    CloseBreach {
        levee: LeveeId,
        metres: f64,
    },
    /// A pump station stops or starts. Owner: flood.
    SetPump {
        facility: FacilityId,
        running: bool,
    },
    /// A mobile pump removes water around a point. Owner: flood.
    MobilePump {
        x: f64,
        y: f64,
        rate_m3_s: f64,
        duration_s: f64,
    },
    /// An order to a gate, pump, levee or power supply of the scenario's waterworks (水工程调度). Owner: flood.
    Works(Box<Order>),
    /// Rain of this intensity on top of the scenario's. Owner: flood.
    AddRain {
        mm_h: f64,
        duration_s: f64,
    },
    /// A substance escapes, at a rate or out of a tank with a hole (泄漏). Owner: gas.
    ReleaseGas {
        site: FacilityId,
        /// Key, name, CAS or UN number of the table of substances.
        substance: String,
        /// Into the air; of a tank the largest that lasts, as computed when the script was read.
        rate_kg_s: f64,
        /// How long at most: a tank may be empty before.
        duration_s: f64,
        /// The tank it comes out of, where the rate is not simply given.
        #[serde(default)]
        tank: Option<Box<TankSpec>>,
    },
    /// Liquid evaporates where it was spilt, or a pipe is broken (液体泼洒、管道破裂). Owner: gas.
    Spill {
        site: FacilityId,
        substance: String,
        /// The largest that lasts, as computed when the script was read.
        rate_kg_s: f64,
        duration_s: f64,
        what: Box<What>,
    },
    /// Crews reduce a leak by this share. Owner: gas.
    ReduceLeak {
        site: FacilityId,
        share: f64,
    },
    /// Liquid on the ground or a jet out of a hole burns (池火、喷射火). Owner: fire.
    Burn {
        site: FacilityId,
        burn: Box<BurnSpec>,
    },
    /// Dust explodes in a workshop (粉尘爆炸). Owner: fire.
    ExplodeDust {
        site: FacilityId,
        dust: DustExplosion,
    },
    /// A tank stands there that heat and blast may break (储罐). Owner: fire.
    PlaceTank {
        site: FacilityId,
        tank: Box<StoreSpec>,
    },
    /// Water runs over the heated tanks of a site for a while (冷却). Owner: fire.
    CoolTanks {
        site: FacilityId,
        water_kg_s: f64,
        duration_s: f64,
    },
    /// The wind turns. Owner: gas (the weather it reads).
    SetWind {
        speed_m_s: f64,
        from_deg: f64,
        over_s: f64,
    },
    /// A road is closed by order or debris. Owner: travel.
    CloseRoad {
        link: LinkId,
        why: Closure,
    },
    OpenRoad {
        link: LinkId,
    },
    /// A means of communication fails in a zone, or everywhere (断网/断电). Owner: comms.
    Outage {
        zone: Option<ZoneId>,
        medium: Outage,
        duration_s: f64,
    },
    /// People are hurt by something outside the models. Owner: people.
    Casualties {
        zone: ZoneId,
        people: u32,
        health: Health,
    },
}

/// Why a road is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Closure {
    Water,
    Order,
    Debris,
    /// The heat of a fire.
    Heat,
}

/// What fails in an outage: power takes every powered medium with it after the batteries are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Outage {
    /// 断电
    Power,
    /// One medium. 断网 is `Medium(Mobile)`.
    Medium(Medium),
}
