//! What comes out of a model: rates, the model of the cloud and why, threats with their zones, courses at points, and remarks.

use super::build::{Erg, Model};
use super::burning::{self, BlazeKind, FLAMMABLE_AVERAGING_S};
use super::cloud::{Lens, Zone};
use super::laid::Laid;
use super::levels::digits;
use super::points::{self, Course};
use super::remarks::{self, Remark};
use super::streets;
use crate::blast::{ALOHA_LEVELS_PA, Congestion};
use crate::fire::ALOHA_LEVELS_W_M2;
use crate::fire::flash::{Limits, RED_SHARE, YELLOW_SHARE};
use crate::puff::Reach;
use crate::zones::Piece;
use base::grid::Point;
use base::text::Text;

/// The whole result.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub threats: Vec<Threat>,
    pub courses: Vec<Course>,
    pub cloud: CloudUsed,
    pub erg: Option<Erg>,
    /// Half of the angle within which the wind stays in 19 hours of 20, degrees; 180 is all round.
    pub angle_deg: f64,
    /// Warnings first.
    pub remarks: Vec<Remark>,
    /// What the particles found, where the deck has buildings.
    pub near: Option<streets::NearField>,
}

/// Which model the cloud was given, and the number that decided.
#[derive(Debug, Clone, PartialEq)]
pub struct CloudUsed {
    pub dense: bool,
    /// Britter & McQuaid's number and the value from which a cloud is dense.
    pub heaviness: f64,
    pub dense_from: f64,
    pub why: Text,
}

/// What kind of harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Toxic,
    Flammable,
    Explosion,
    PoolFire,
    JetFire,
    Fireball,
}

impl Kind {
    /// Name of its files.
    pub fn key(self) -> &'static str {
        match self {
            Kind::Toxic => "toxic",
            Kind::Flammable => "flammable",
            Kind::Explosion => "explosion",
            Kind::PoolFire => "pool_fire",
            Kind::JetFire => "jet_fire",
            Kind::Fireball => "fireball",
        }
    }
    pub fn name(self) -> Text {
        match self {
            Kind::Toxic => Text::new("毒性威胁区", "Toxic threat zones"),
            Kind::Flammable => Text::new("可燃区（闪火）", "Flammable area (flash fire)"),
            Kind::Explosion => Text::new("蒸气云爆炸超压", "Overpressure of a vapour cloud explosion"),
            Kind::PoolFire => Text::new("池火热辐射", "Heat of a pool fire"),
            Kind::JetFire => Text::new("喷射火热辐射", "Heat of a jet fire"),
            Kind::Fireball => Text::new("火球热辐射", "Heat of a fireball (BLEVE)"),
        }
    }
}

/// One kind of harm with its zones, the worst first.
#[derive(Debug, Clone, PartialEq)]
pub struct Threat {
    pub kind: Kind,
    /// The facts behind it, in a line.
    pub about: Text,
    pub zones: Vec<ThreatZone>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ThreatZone {
    pub name: Text,
    /// What happens within.
    pub means: Text,
    pub level: f64,
    pub unit: &'static str,
    /// 0 red, 1 orange, 2 yellow.
    pub rank: usize,
    /// Farthest part from the source, m; 0 where the level is not reached.
    pub reach_m: f64,
    pub width_m: f64,
    pub area_m2: f64,
    pub pieces: Vec<Piece>,
    /// Swept by the wind's uncertainty; empty for heat and blast.
    pub possible: Vec<Piece>,
    pub cut: bool,
    pub growing: bool,
}

impl ThreatZone {
    pub fn reached(&self) -> bool {
        self.reach_m > 0.0
    }
}

/// Computes everything that a model asks for. The bits do not depend on the number of threads.
pub fn run(model: &Model) -> Outcome {
    let laid = Laid::of(model);
    let lens = Lens::in_streets(model, laid.as_ref(), model.deck.model.averaging_s);
    let mut told = Vec::new();
    ground_told(model, laid.as_ref(), &mut told);
    let mut reach = Reach::default();
    model.weather.moments().iter().for_each(|(_, air)| reach.see_air(air));
    reach.caveats().into_iter().for_each(|c| remarks::add(&mut told, c.into()));
    let mut threats = Vec::new();
    threats.extend(toxic(model, &lens, &mut told));
    if model.streets.is_some() && lens.heaviness().0 {
        streets::heavy(&mut told);
    }
    let brief = match &model.substance.flammable {
        Some(_) => Lens::in_streets(model, laid.as_ref(), FLAMMABLE_AVERAGING_S),
        None => Lens::new(model, laid.as_ref(), FLAMMABLE_AVERAGING_S),
    };
    if let Some((flammable, explosion)) = flammable(model, &brief, &mut told) {
        threats.push(flammable);
        threats.extend(explosion);
    }
    threats.extend(fires(model, &mut told));
    let courses = points::courses(model, &lens);
    model.remarks.iter().for_each(|r| remarks::add(&mut told, r.clone()));
    let cloud = cloud_used(model, &lens);
    Outcome {
        threats,
        courses,
        cloud,
        erg: model.erg,
        angle_deg: lens.angle_deg(),
        remarks: told,
        near: lens.near().cloned(),
    }
}

/// What the ground did, or that it did nothing.
fn ground_told(model: &Model, laid: Option<&Laid>, told: &mut Vec<Remark>) {
    match (laid, &model.land) {
        (Some(laid), _) => laid.remarks(model).into_iter().for_each(|r| remarks::add(told, r)),
        (None, Some(_)) => remarks::add(
            told,
            Remark::warning(
                "ground_unused",
                "气云不重（或按要求不用重气模型，或射流不落地）：给出的地形与墙对结果没有作用",
                "the cloud is not heavy (or the dense model is off, or a jet never comes down): the ground and walls that were given did nothing",
            ),
        ),
        (None, None) => {}
    }
}

fn cloud_used(model: &Model, lens: &Lens) -> CloudUsed {
    let (dense, heaviness, dense_from) = lens.heaviness();
    let (have, need) = (digits(heaviness), digits(dense_from));
    let why = if model.deck.model.dense == super::Dense::Never {
        Text::new("被动扩散（烟团）：按要求不用重气模型", "passive (puffs): the dense model was switched off")
    } else if let (true, Some(laid)) = (dense, lens.laid) {
        let (most, area) = (digits(laid.most_kg), digits(laid.most_m2));
        Text::new(
            format!(
                "重气浅层沿地形流动：布里特-麦奎德数 {have}，不小于 {need}；层内最多 {most} 千克、{area} 平方米；稀释后转为烟团"
            ),
            format!(
                "dense layer over the ground: Britter & McQuaid's number is {have}, at least {need}; at most {most} kg on {area} m2 in it; puffs once it has thinned"
            ),
        )
    } else if dense {
        Text::new(
            format!("重气模型：布里特-麦奎德数 {have}，不小于 {need}；稀释后转为烟团"),
            format!("dense gas: Britter & McQuaid's number is {have}, at least {need}; puffs once it has thinned"),
        )
    } else if heaviness > 0.0 {
        Text::new(
            format!("被动扩散（烟团）：布里特-麦奎德数 {have}，小于 {need}"),
            format!("passive (puffs): Britter & McQuaid's number is {have}, below {need}"),
        )
    } else {
        Text::new("被动扩散（烟团）：不比空气重", "passive (puffs): no heavier than the air")
    };
    CloudUsed { dense, heaviness, dense_from, why }
}

/// Remarks of zones that are cut, still growing or outside the range.
fn told_of(zone: &Zone, name: &Text, model: &Model, told: &mut Vec<Remark>) {
    zone.caveats.iter().for_each(|c| remarks::add(told, (*c).into()));
    if zone.cut {
        let zh = format!("{}：威胁区超出 40 公里，图上被截断", name.zh);
        remarks::add(
            told,
            Remark::warning("cut", zh, format!("{}: the zone goes on beyond 40 km and is cut", name.en)),
        );
    }
    if zone.growing {
        let minutes = digits(model.deck.watch_s / 60.0);
        let zh = format!("{}：到 {minutes} 分钟推演结束时威胁区仍在扩大，请加长 watch_s（--watch）", name.zh);
        let en = format!(
            "{}: the zone was still growing when the watch of {minutes} min ended; lengthen watch_s (--watch)",
            name.en
        );
        remarks::add(told, Remark::warning("still_growing", zh, en));
    }
}

fn cloud_zone(zone: Zone, name: Text, means: Text, level: f64, unit: &'static str, rank: usize) -> ThreatZone {
    ThreatZone {
        name,
        means,
        level,
        unit,
        rank,
        reach_m: zone.reach_m,
        width_m: zone.width_m,
        area_m2: zone.area_m2,
        pieces: zone.pieces,
        possible: zone.possible,
        cut: zone.cut,
        growing: zone.growing,
    }
}

fn toxic(model: &Model, lens: &Lens, told: &mut Vec<Remark>) -> Option<Threat> {
    let concerns = &model.levels.concerns;
    if concerns.is_empty() {
        return None;
    }
    let levels: Vec<f64> = concerns.iter().map(|c| c.kg_m3).collect();
    let found = lens.zones(&levels, model.deck.height_m);
    let zones = found.into_iter().zip(concerns).enumerate().map(|(rank, (zone, concern))| {
        told_of(&zone, &concern.name, model, told);
        cloud_zone(zone, concern.name.clone(), concern.means.clone(), concern.ppm, "ppm", rank)
    });
    let minutes = digits(model.deck.model.averaging_s / 60.0);
    let h = digits(model.deck.height_m);
    let about = Text::new(
        format!("离地 {h} 米、{minutes} 分钟平均浓度的历时最大值"),
        format!("highest {minutes}-min mean concentration at {h} m above ground"),
    );
    Some(Threat { kind: Kind::Toxic, about, zones: zones.collect() })
}

fn flammable(model: &Model, lens: &Lens, told: &mut Vec<Remark>) -> Option<(Threat, Option<Threat>)> {
    let f = model.substance.flammable.as_ref()?;
    let air = model.air();
    let limits = Limits::of(&model.substance, air.temperature_k, air.pressure_pa)?;
    let levels = [RED_SHARE, YELLOW_SHARE, 1.0].map(|share| share * limits.lower_kg_m3);
    let mut found = lens.zones(&levels, model.deck.height_m);
    let lower = found.pop()?;
    let means = [
        Text::new("遇火源可燃（局部浓度可达爆炸下限）", "can be lit: pockets reach the lower limit"),
        Text::new("警戒范围", "line of caution"),
    ];
    let shares = [RED_SHARE, YELLOW_SHARE];
    let zones = found.into_iter().zip(means).zip(shares).enumerate().map(|(k, ((zone, means), share))| {
        let name = Text::new(format!("爆炸下限的 {}%", 100.0 * share), format!("{} % of the LFL", 100.0 * share));
        told_of(&zone, &name, model, told);
        cloud_zone(zone, name, means, 1e6 * share * f.lfl.value, "ppm", 2 * k)
    });
    let percent = digits(100.0 * f.lfl.value);
    let about = Text::new(
        format!("爆炸下限 {percent}%（体积），{FLAMMABLE_AVERAGING_S} 秒平均"),
        format!("lower flammable limit {percent} % by volume, means of {FLAMMABLE_AVERAGING_S} s"),
    );
    let threat = Threat { kind: Kind::Flammable, about, zones: zones.collect() };
    if model.streets.is_none() {
        return Some((threat, explosion(model, lens, &limits, lower.reach_m)));
    }
    // The fuel of a cloud is summed over puffs: as if no building stood there.
    let open = Lens::new(model, None, FLAMMABLE_AVERAGING_S);
    let reach_m = open.zones(&[limits.lower_kg_m3], model.deck.height_m)[0].reach_m;
    let explosion = explosion(model, &open, &limits, reach_m);
    if explosion.is_some() {
        let en = "the explosion is that of the cloud over open ground; buildings were left out of it";
        remarks::add(told, Remark::note("explosion_in_open", "蒸气云爆炸按空旷地面的云团计算，未计建筑影响", en));
    }
    Some((threat, explosion))
}

fn explosion(model: &Model, lens: &Lens, limits: &Limits, reach_m: f64) -> Option<Threat> {
    let bang = burning::explosion(model, lens, limits, reach_m)?;
    let middle = Point::new(bang.fuel.middle_m[0], bang.fuel.middle_m[1]);
    let offset = middle.distance_m(model.at());
    let names =
        [("建筑物毁坏", "buildings destroyed"), ("可能重伤", "serious injury likely"), ("玻璃破碎", "glass shatters")];
    let zones = burning::circles(&bang).into_iter().zip(bang.radii_m).zip(ALOHA_LEVELS_PA).zip(names).enumerate();
    let zones = zones.map(|(rank, (((pieces, radius), pa), (zh, en)))| {
        let kpa = pa / 1000.0;
        ThreatZone {
            name: Text::new(format!("{kpa:.1} 千帕"), format!("{kpa:.1} kPa ({:.1} psi)", pa / crate::blast::PSI_PA)),
            means: Text::new(zh, en),
            level: kpa,
            unit: "kPa",
            rank,
            reach_m: radius.map_or(0.0, |r| r + offset),
            width_m: radius.map_or(0.0, |r| 2.0 * r),
            area_m2: pieces.iter().map(Piece::area_m2).sum(),
            pieces,
            possible: Vec::new(),
            cut: false,
            growing: false,
        }
    });
    let crowded = match (model.deck.burning.detonates, model.deck.burning.congestion) {
        (true, _) => ("爆轰", "detonation"),
        (false, Congestion::High) => ("障碍物密集", "high congestion"),
        (false, Congestion::Medium) => ("障碍物中等", "medium congestion"),
        (false, Congestion::Low) => ("空旷", "low congestion"),
    };
    let (mass, at, minutes) = (digits(bang.fuel.mass_kg), digits(offset), digits(bang.at_s / 60.0));
    let about = Text::new(
        format!("可爆燃料 {mass} 千克（最多时，第 {minutes} 分钟），中心距源 {at} 米，{}", crowded.0),
        format!("{mass} kg can explode (most, at {minutes} min), centred {at} m from the source, {}", crowded.1),
    );
    Some(Threat { kind: Kind::Explosion, about, zones: zones.collect() })
}

fn fires(model: &Model, told: &mut Vec<Remark>) -> Vec<Threat> {
    let names = [
        ("60 秒内可能致死", "potentially lethal within 60 s"),
        ("60 秒内二度烧伤", "second-degree burns within 60 s"),
        ("60 秒内疼痛", "pain within 60 s"),
    ];
    let make = |blaze: burning::Blaze| {
        let (flame, wide) = (digits(blaze.flame_m), digits(blaze.wide_m));
        let (burns, lasts) = (digits(blaze.burns), digits(blaze.lasts_s));
        let (kind, about) = match blaze.kind {
            BlazeKind::Pool => (
                Kind::PoolFire,
                Text::new(
                    format!("池径 {wide} 米，火焰长 {flame} 米，燃烧 {burns} 千克/秒，持续约 {lasts} 秒"),
                    format!("pool {wide} m wide, flame {flame} m, burning {burns} kg/s for some {lasts} s"),
                ),
            ),
            BlazeKind::Jet => (
                Kind::JetFire,
                Text::new(
                    format!("火焰长 {flame} 米，燃烧 {burns} 千克/秒，持续约 {lasts} 秒（竖直喷射）"),
                    format!("flame {flame} m, burning {burns} kg/s for some {lasts} s (upright jet)"),
                ),
            ),
            BlazeKind::Fireball => (
                Kind::Fireball,
                Text::new(
                    format!("{burns} 千克，火球直径 {flame} 米，持续 {lasts} 秒"),
                    format!("{burns} kg, ball {flame} m across, lasting {lasts} s"),
                ),
            ),
        };
        let zones = blaze.zones.into_iter().zip(ALOHA_LEVELS_W_M2).zip(names).enumerate();
        let zones = zones.map(|(rank, (((pieces, reach_m), w), (zh, en)))| {
            let kw = w / 1000.0;
            ThreatZone {
                name: Text::new(format!("{kw} 千瓦/平方米"), format!("{kw} kW/m²")),
                means: Text::new(zh, en),
                level: kw,
                unit: "kW/m2",
                rank,
                reach_m,
                width_m: wide_of(&pieces, model),
                area_m2: pieces.iter().map(Piece::area_m2).sum(),
                pieces,
                possible: Vec::new(),
                cut: false,
                growing: false,
            }
        });
        Threat { kind, about, zones: zones.collect() }
    };
    burning::blazes(model, told).into_iter().map(make).collect()
}

/// Extent across the wind, m.
fn wide_of(pieces: &[Piece], model: &Model) -> f64 {
    let (e, n) = model.air().towards;
    let across = pieces.iter().flat_map(|p| &p.rings[0]).map(|p| p.y * e - p.x * n);
    let (low, high) = across.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
    (high - low).max(0.0)
}
