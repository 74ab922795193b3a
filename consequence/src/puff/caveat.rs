//! Where a cloud leaves the range in which its model was tested (适用范围): said with the result, never silently.

use super::{Cloud, Puff, Wind};
use crate::weather::{Air, Class};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One reason to trust a result less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Caveat {
    /// Wind below 1.5 m/s at 10 m: direction and spread are unreliable.
    LowWind,
    /// Class F or 1/L > 0.1: drainage, layers and patches that no Gaussian knows.
    VeryStable,
    /// Cloud beyond 10 km: wind and stability change on the way.
    BeyondTenKilometres,
    /// More than an hour old.
    BeyondOneHour,
    /// Between the roofs of a town: walls steer a cloud more than any coefficient.
    InStreets,
    /// The cloud is as deep as the mixing layer, whose height is assumed unless it was reported.
    AtTheLid,
    /// Dense model and Britter & McQuaid's workbook differ by more than a factor of three.
    DenseModelsDiffer,
}

impl Caveat {
    pub const ALL: [Caveat; 7] = [
        Caveat::LowWind,
        Caveat::VeryStable,
        Caveat::BeyondTenKilometres,
        Caveat::BeyondOneHour,
        Caveat::InStreets,
        Caveat::AtTheLid,
        Caveat::DenseModelsDiffer,
    ];
    pub fn about(self) -> &'static str {
        match self {
            Caveat::LowWind => "wind below 1.5 m/s: direction and spread are unreliable, gas may go anywhere",
            Caveat::VeryStable => "very stable air: gas drains downhill and lies in patches that are not computed",
            Caveat::BeyondTenKilometres => "cloud beyond 10 km: wind and stability change on the way",
            Caveat::BeyondOneHour => "cloud older than an hour: the weather of the release no longer holds",
            Caveat::InStreets => "between buildings: walls and streets steer the gas, single places may differ tenfold",
            Caveat::AtTheLid => {
                "the cloud fills the mixing layer: its depth follows the mixing height, assumed unless reported"
            }
            Caveat::DenseModelsDiffer => "dense cloud: two models differ by more than three times, expect either",
        }
    }
    pub fn about_zh(self) -> &'static str {
        match self {
            Caveat::LowWind => "风速低于1.5米/秒：风向与扩散不可靠，气体可能飘向任何方向",
            Caveat::VeryStable => "大气非常稳定：气体沿低处流动、呈斑块分布，模型未计算",
            Caveat::BeyondTenKilometres => "云团超过10公里：沿途风与稳定度会变化",
            Caveat::BeyondOneHour => "云团已超过1小时：释放时的气象不再适用",
            Caveat::InStreets => "建筑之间：墙体与街道引导气体，个别地点可相差十倍",
            Caveat::AtTheLid => "云团充满混合层：其厚度取决于混合层高度，未给出时为假定值",
            Caveat::DenseModelsDiffer => "重气：两种模型结果相差三倍以上，两者皆有可能",
        }
    }
}

impl fmt::Display for Caveat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.about())
    }
}

/// Wind at 10 m below which directions are unreliable, m/s (ALOHA's manual names very low wind; the value is an assumption).
pub const LOW_WIND_M_S: f64 = 1.5;
/// 1/L beyond which surface-layer similarity is known to fail, 1/m (assumption: z/L = 1 at 10 m).
pub const VERY_STABLE_1_M: f64 = 0.1;
pub const FAR_M: f64 = 10_000.0;
pub const LONG_S: f64 = 3600.0;

/// How far outside its range a cloud has been.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reach {
    seen: u8,
    /// How far the nearest puff that filled the mixing layer had come, m.
    lid_way_m: Option<u32>,
}

impl Reach {
    fn note(&mut self, caveat: Caveat, holds: bool) {
        if holds {
            self.seen |= 1 << caveat as u8;
        }
    }

    /// Looks at the weather alone.
    pub fn see_air(&mut self, air: &Air) {
        let canopy = air.profile.canopy;
        self.note(Caveat::LowWind, air.wind_m_s(canopy.map_or(10.0, |c| c.height_m.max(10.0))) < LOW_WIND_M_S);
        let inverse = air.profile.inverse_obukhov_1_m;
        self.note(Caveat::VeryStable, air.class == Class::F || inverse > VERY_STABLE_1_M);
    }

    /// Looks at the puffs of a moment.
    pub fn see(&mut self, puffs: &[Puff], wind: &Wind, air: &Air) {
        for puff in puffs {
            let here = wind.place(air, puff.x_m, puff.y_m);
            self.see_air(&here);
            self.note(Caveat::BeyondTenKilometres, puff.way_m > FAR_M);
            self.note(Caveat::BeyondOneHour, puff.age_s > LONG_S);
            let below_roofs = here.profile.canopy.is_some_and(|c| puff.depth_m + puff.height_m < 2.0 * c.height_m);
            self.note(Caveat::InStreets, below_roofs);
            // A mean depth of 0.7 lids is a sigma of 0.9: well mixed, as Turner (1970) takes it from 0.9 on (from memory).
            if puff.depth_m + puff.height_m > 0.7 * here.mixing_height_m {
                self.note(Caveat::AtTheLid, true);
                let way_m = puff.way_m as u32;
                self.lid_way_m = Some(self.lid_way_m.map_or(way_m, |least| least.min(way_m)));
            }
        }
    }

    /// The check beside the dense model disagrees.
    pub fn models_differ(&mut self) {
        self.note(Caveat::DenseModelsDiffer, true);
    }

    /// Those that bear on a zone whose gas has come so far, m: a cloud is followed beyond its zones, where it grows old, wide and deep.
    pub fn caveats_within(&self, way_m: f64) -> Vec<Caveat> {
        let counts = |c: &Caveat| match c {
            Caveat::BeyondTenKilometres => way_m > FAR_M,
            Caveat::AtTheLid => self.lid_way_m.is_some_and(|least_m| f64::from(least_m) <= way_m),
            Caveat::LowWind
            | Caveat::VeryStable
            | Caveat::BeyondOneHour
            | Caveat::InStreets
            | Caveat::DenseModelsDiffer => true,
        };
        self.caveats().into_iter().filter(counts).collect()
    }

    pub fn caveats(&self) -> Vec<Caveat> {
        Caveat::ALL.into_iter().filter(|&c| self.seen & (1 << c as u8) != 0).collect()
    }
}

impl Cloud {
    /// How far outside its range it has been so far.
    pub fn range(&self) -> Reach {
        self.reach
    }
}
