//! The disaster chain (灾害链): which happening led, or may lead, to which, how likely, and after how long. The happenings do not know
//! each other; links are told by the owner of a layer that finds out what it did.

use crate::base::{ids::FacilityId, text::Text};
use serde::{Deserialize, Serialize};

/// What happens, as cause or effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Happening {
    /// 池火
    PoolFire,
    /// 喷射火
    JetFire,
    /// A pressure tank bursts and its liquefied gas burns in a ball (沸腾液体扩展蒸气爆炸).
    Fireball,
    /// A tank bursts without fire (容器爆裂).
    Burst,
    /// Poison gets out of a failed tank (毒物泄漏).
    Release,
    /// A cloud of gas that can burn drifts (可燃气云).
    GasCloud,
    /// A cloud burns through without blast (闪火).
    FlashFire,
    /// A cloud explodes (蒸气云爆炸).
    CloudExplosion,
    /// Whirled-up dust explodes in a workshop (粉尘爆炸).
    DustExplosion,
}

impl Happening {
    /// (中文, English)
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Happening::PoolFire => ("池火", "pool fire"),
            Happening::JetFire => ("喷射火", "jet fire"),
            Happening::Fireball => ("火球（BLEVE）", "fireball (BLEVE)"),
            Happening::Burst => ("容器爆裂", "tank burst"),
            Happening::Release => ("毒物泄漏", "toxic release"),
            Happening::GasCloud => ("可燃气云", "flammable cloud"),
            Happening::FlashFire => ("闪火", "flash fire"),
            Happening::CloudExplosion => ("蒸气云爆炸", "vapour-cloud explosion"),
            Happening::DustExplosion => ("粉尘爆炸", "dust explosion"),
        }
    }
}

/// One end of a link.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    pub what: Happening,
    pub substance: String,
    pub site: FacilityId,
    /// The tank it is of, if it is of one.
    pub tank: Option<Text>,
    pub x: f64,
    pub y: f64,
}

/// What the cause does at the place of the effect.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Load {
    Heat {
        w_m2: f64,
    },
    Overpressure {
        pa: f64,
    },
    /// Concentration of gas as a share of the lower flammable limit.
    Gas {
        of_lower_limit: f64,
    },
}

/// How far a link has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// It may happen: delay and probability are what is expected as things stand.
    Threatens,
    /// It has happened.
    Happened,
    /// It did not: the cause ended before, or the draw fell that way.
    Spared,
}

impl Stage {
    /// (中文, English)
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Stage::Threatens => ("受威胁", "threatens"),
            Stage::Happened => ("已发生", "happened"),
            Stage::Spared => ("未发生", "spared"),
        }
    }
}

/// A link of the chain (链条一环).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// The same for all that is told of one link.
    pub id: u32,
    pub cause: Node,
    pub effect: Node,
    pub load: Load,
    /// Chance that the effect follows.
    pub probability: f64,
    /// From the moment at which the load is dangerous to the effect, s.
    pub delay_s: f64,
    pub stage: Stage,
}
