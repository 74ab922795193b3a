//! What a post can work out about a leak (态势研判) from what it believes: substance, rate or hole, wind. The guidebook's distances, or a model
//! run: zones of AEGL-3, -2 and -1 of 60 min with the lines between which the wind may swing, and for each zone of the city whether
//! staying or leaving is expected to harm less. The same puffs and sources as the drill's own cloud, fed with beliefs.
//!
//! Where nobody has named a rate, a tank is supposed (declared below), with the reported hole or, without one, a supposed one.

use super::weather::Wind;
use super::{GasSpec, advice, air, leak, weather};
use crate::base::{ids::ZoneId, math};
use crate::place::city::City;
use crate::vocab::body::Point;
use crate::vocab::study::*;
use consequence::dense;
use consequence::harm::advice::{Expected, advise};
use consequence::harm::indoor::{CITY_MEDIAN_PER_H, weather_factor};
use consequence::harm::{table::DoseTable, toxic};
use consequence::release::Release;
use consequence::source::hole::SHARP_EDGE;
use consequence::source::{Contents, Filled, Ground, Hole, TankSpec, Vessel, What};
use consequence::substance::{ErgContainer, Substance};
use consequence::weather::Air;
use consequence::zones::quick::{Question, Walk, ring_about, simplified};
use consequence::zones::{self, Level, Piece};
use std::path::Path;

/// The supposed tank: lying, 20 m3, four fifths full, with a valve's length of pipe at the hole (assumption: a middling
/// storage tank or a road tanker's).
const TANK: Vessel = Vessel::Lying { diameter_m: 2.0, length_m: 6.4 };
const FILLED: f64 = 0.8;
const PIPE_M: f64 = 0.15;
const HOLE_HEIGHT_M: f64 = 0.2;
/// The supposed hole, m: the middling of the usual classes 5, 25, 100 mm of risk studies (from memory, unchecked).
const HOLE_M: f64 = 0.025;
/// A leak whose end is not known is taken to last for this hour, s (as ALOHA takes it), and so far the zones look.
const AHEAD_S: f64 = 3600.0;
/// A leak that began long ago is followed from this long ago, s.
const BEHIND_S: f64 = 3600.0;
/// The guidebook's isolation for an unknown substance, m (ERG Guide 111; from memory, unchecked).
const UNKNOWN_M: f64 = 100.0;
/// Corners of a zone lie within this share of its reach of the computed line.
const COARSE: f64 = 0.012;
/// A zone of the city lies in a level when this share of its people live in it, or its middle does (assumption).
const PEOPLE_IN: f64 = 0.05;
/// Doors looked at in each zone of the city (assumption).
const DOORS: usize = 3;
/// Leaving: people are on their way after this time, s, and walk across the wind for so long, s, at this speed, m/s (assumptions).
pub(super) const LEAVE_S: f64 = 900.0;
const WALK_S: f64 = 900.0;
pub(super) const WALK_M_S: f64 = 1.2;
pub(super) const STEP_S: f64 = 60.0;

/// What a study stands on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Input {
    pub at: Point,
    pub un: Option<u16>,
    pub rate_kg_s: Option<f64>,
    pub hole_m: Option<f64>,
    /// m/s, degrees it comes from.
    pub wind: Option<(f64, f64)>,
    pub hour_of_day: f64,
    pub running: bool,
    /// How long it has leaked, and how long ago it stopped, s.
    pub leaked_s: f64,
    pub stopped_s: f64,
}

/// What comes of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub rate_kg_s: f64,
    pub rate_from: RateFrom,
    pub class: String,
    pub angle_deg: f64,
    pub levels: Vec<StudiedLevel>,
    pub zones: Vec<StudiedZone>,
    pub buildings: Vec<AdvisedBuilding>,
    pub caveats: Vec<Caveat>,
}

/// The guidebook's page: isolation all round, protective action downwind (all round while no wind is known).
pub fn guide(input: &Input, spec: &GasSpec) -> Vec<StudiedLevel> {
    let row = input.un.and_then(|un| spec.substances.by_un(un)).and_then(|s| s.erg_for(ErgContainer::LargeSpill));
    let (isolate_m, protect_m) = match row {
        Some(row) => {
            let night = weather::sun_elevation_deg(input.hour_of_day, spec.night_h) < 0.0;
            // Without a wind the shortest band, low wind, is the longest way.
            (row.isolate_m, row.protect_m(input.wind.map_or(0.0, |w| w.0), night))
        }
        None => (UNKNOWN_M, 0.0),
    };
    let level = |level, reach_m: f64, rings: Vec<Ring>| {
        let rings = if reach_m > 0.0 { rings } else { Vec::new() };
        StudiedLevel { level, ppm: 0.0, reach_m, cut: false, rings, lines: Vec::new() }
    };
    let circle = |radius_m: f64| vec![whole(&ring_about(input.at, radius_m).rings[0])];
    let downwind = match input.wind {
        None => circle(protect_m),
        Some((_, from_deg)) => {
            // A square of that side, its near side half behind the source (ERG, "how to use Table 1").
            let (e, n) = consequence::weather::towards(from_deg);
            let corner = |along: f64, across: f64| {
                let (along, across) = (along * protect_m, across * protect_m);
                Point::new(input.at.x + along * e - across * n, input.at.y + along * n + across * e)
            };
            vec![whole(&[corner(0.0, -0.5), corner(1.0, -0.5), corner(1.0, 0.5), corner(0.0, 0.5)])]
        }
    };
    vec![level(3, isolate_m, circle(isolate_m)), level(2, protect_m, downwind)]
}

/// A model run; `None` where the substance has no levels, or no source of it can be supposed.
pub fn model(input: &Input, spec: &GasSpec, city: &City, register: &[Tightness]) -> Option<Found> {
    let row = spec.substances.by_un(input.un?)?;
    let (speed_m_s, from_deg) = input.wind?;
    let wind = Wind { speed_m_s, from_deg };
    let air = air(spec, wind, input.hour_of_day);
    let levels: Vec<(u8, f64)> =
        [3, 2, 1].into_iter().filter_map(|l| Some((l, toxic::aegl_ppm(&row.harm, l, 60.0)?))).collect();
    if levels.is_empty() {
        return None;
    }
    let leaked_s = input.leaked_s.min(BEHIND_S);
    let (release, rate_from) = supposed(input, row, &air, wind, spec, leaked_s)?;
    let now_s = leaked_s + input.stopped_s;
    let gas = Some(dense::Gas::of(row));
    let (scheme, averaging_s) = (spec.scheme, spec.averaging_s);
    let question = Question { release: &release, gas, air, scheme, averaging_s, from_s: now_s, to_s: now_s + AHEAD_S };
    let concern = |(level, ppm): &(u8, f64)| Level {
        name: format!("AEGL-{level}"),
        concentration_kg_m3: row.kg_m3(*ppm, super::substance::PPM_TEMPERATURE_K, super::substance::PPM_PRESSURE_PA),
    };
    let drawn = question.zones(&levels.iter().map(concern).collect::<Vec<Level>>());
    let mut caveats: Vec<Caveat> = drawn.iter().flat_map(|zone| &zone.caveats).copied().collect();
    caveats.sort();
    caveats.dedup();
    let studied: Vec<StudiedLevel> = drawn
        .iter()
        .zip(&levels)
        .map(|(zone, (level, ppm))| StudiedLevel {
            level: *level,
            ppm: *ppm,
            reach_m: zone.reach_m.round(),
            cut: zone.cut,
            rings: compact(&zone.pieces, zone.reach_m),
            lines: compact(&zone.possible, zone.reach_m),
        })
        .collect();
    let mut zones = lie_in(city, input.at, &studied);
    advise_zones(&mut zones, city, &studied, &question, row, spec);
    let buildings = advice::by_building(&question, row, spec, city, register, &studied, input.running);
    Some(Found {
        rate_kg_s: release.steps.iter().map(|s| s.rate_kg_s).fold(0.0, f64::max),
        rate_from,
        class: format!("{:?}", air.class),
        angle_deg: zones::angle_deg(&air),
        levels: studied,
        zones,
        buildings,
        caveats,
    })
}

/// The leak as the post takes it, from its beginning at 0 on.
fn supposed(
    input: &Input,
    row: &Substance,
    air: &Air,
    wind: Wind,
    spec: &GasSpec,
    leaked_s: f64,
) -> Option<(Release, RateFrom)> {
    let until_s = if input.running { leaked_s + AHEAD_S } else { leaked_s };
    let hole = Hole::Round { diameter_m: input.hole_m.unwrap_or(HOLE_M) };
    let boils = row.critical_temperature_k.value > air.temperature_k;
    let contents = match boils {
        true => Contents::Liquid { filled: Filled::Share(FILLED), temperature_k: None },
        // A gas that no pressure makes liquid at this warmth: a tank at 2 MPa (assumption).
        false => Contents::Gas { pressure_pa: 2.0e6, mass_kg: None, temperature_k: None },
    };
    let tank = TankSpec {
        vessel: TANK,
        contents,
        hole,
        hole_height_m: HOLE_HEIGHT_M,
        pipe_m: PIPE_M,
        coefficient: SHARP_EDGE,
        vented: false,
        ground: Ground::Concrete,
        bund_m2: None,
        rainout_share: 0.0,
        wall_w_m2_k: 5.0,
    };
    let sun_deg = weather::sun_elevation_deg(input.hour_of_day, spec.night_h);
    let place = leak::site_under(air, wind, spec.cloud, sun_deg);
    let run =
        leak::run(&row.key, &spec.substances, &What::Tank(tank), input.at, (0.0, until_s), &place, Path::new("study"));
    match (input.rate_kg_s, run) {
        (Some(rate_kg_s), run) => {
            // The state in which it leaves is that of the supposed tank; where that cannot be run, vapour as warm as the air.
            let mut release = leak::direct(row, input.at, 0.0, until_s, rate_kg_s, air.temperature_k);
            let first =
                run.ok().and_then(|r| r.steps.iter().find(|s| s.rate_kg_s > 0.0).map(|s| (s.state, s.rate_kg_s)));
            if let (Some((state, run_kg_s)), Some(step)) = (first, release.steps.first_mut()) {
                // The opening grows with the rate.
                let share = rate_kg_s / run_kg_s;
                step.state = state;
                step.state.area_m2 *= share;
                step.state.width_m *= math::sqrt(share);
            }
            (!release.steps.is_empty()).then_some((release, RateFrom::Reported))
        }
        (None, Ok(release)) => {
            let from = if input.hole_m.is_some() { RateFrom::Hole } else { RateFrom::Supposed };
            let release = release.in_steps(5);
            (!release.steps.is_empty()).then_some((release, from))
        }
        (None, Err(_)) => None,
    }
}

/// Rings with few corners, in whole metres; crumbs are left out.
fn compact(pieces: &[Piece], reach_m: f64) -> Vec<Ring> {
    let rings = pieces.iter().flat_map(|p| &p.rings);
    let few = rings.map(|ring| whole(&simplified(ring, (COARSE * reach_m).max(1.0))));
    few.filter(|ring| ring.len() >= 3).collect()
}

fn whole(ring: &[Point]) -> Ring {
    let mut ring: Ring = ring.iter().map(|p| (p.x.round() as i32, p.y.round() as i32)).collect();
    ring.dedup();
    ring
}

/// Which zones of the city lie in which level.
pub fn lie_in(city: &City, source: Point, levels: &[StudiedLevel]) -> Vec<StudiedZone> {
    // People by zone: all, and inside each level and its lines.
    let mut people = vec![0.0; city.zones.len()];
    let mut within = vec![[0.0f64; 8]; city.zones.len()];
    let levels_at = |p: Point| {
        let mut at = [false; 8];
        for l in levels {
            if p.distance_m(source) <= l.reach_m * 1.05 + 5.0 {
                at[usize::from(l.level)] = inside(&l.rings, p);
                at[4 + usize::from(l.level)] = inside(&l.lines, p);
            }
        }
        at
    };
    for b in city.buildings.iter().filter(|b| b.residents > 0) {
        let z = b.zone.index();
        people[z] += f64::from(b.residents);
        for (sum, is) in within[z].iter_mut().zip(levels_at(b.at)) {
            *sum += if is { f64::from(b.residents) } else { 0.0 };
        }
    }
    (0..city.zones.len())
        .filter_map(|z| {
            let middle = levels_at(city.zones[z].centre);
            let lies = |k: usize| middle[k] || (people[z] > 0.0 && within[z][k] >= PEOPLE_IN * people[z]);
            let highest = |base: usize| (1..=3).rev().find(|l| lies(base + l)).unwrap_or(0) as u8;
            let (level, lines) = (highest(0), highest(4));
            (level > 0 || lines > 0).then_some(StudiedZone {
                zone: ZoneId::of(z),
                level,
                lines: lines.max(level),
                load: None,
            })
        })
        .collect()
}

/// Stay or leave, by zone: of a few doors the one where most is expected counts. Where only the wind's lines reach, the door is taken to stand
/// at its distance in the middle of the plume.
fn advise_zones(
    zones: &mut [StudiedZone],
    city: &City,
    levels: &[StudiedLevel],
    question: &Question,
    row: &Substance,
    spec: &GasSpec,
) {
    let source = question.release.at;
    let (e, n) = question.air.towards;
    let lowest = levels.last().map_or(0.0, |l| l.reach_m);
    let mut walks: Vec<Walk> = Vec::new();
    let mut rows: Vec<(usize, usize)> = Vec::new();
    for one in zones.iter() {
        let mut doors: Vec<Point> = homes(city, one.zone, source, lowest);
        if one.level == 0 {
            let axis = |p: &Point| p.distance_m(source);
            doors = doors.iter().map(axis).map(|d| Point::new(source.x + d * e, source.y + d * n)).collect();
        }
        let from = walks.len();
        walks.extend(doors.into_iter().map(|door| {
            let side = (door.y - source.y) * e - (door.x - source.x) * n;
            let side = if side < 0.0 { -1.0 } else { 1.0 };
            let towards = (-n * side, e * side);
            Walk { door, towards, starts_s: LEAVE_S, ends_s: LEAVE_S + WALK_S, speed_m_s: WALK_M_S }
        }));
        rows.push((from, walks.len()));
    }
    if walks.is_empty() {
        return;
    }
    let courses = question.courses(&walks, STEP_S);
    let table = DoseTable::new(row, super::substance::PPM_TEMPERATURE_K, super::substance::PPM_PRESSURE_PA);
    let wind_m_s = question.air.wind_m_s(10.0);
    let usual_per_h = CITY_MEDIAN_PER_H * weather_factor(wind_m_s, spec.temperature_k);
    for (one, (from, to)) in zones.iter_mut().zip(rows) {
        let total = |k: &usize| courses[*k].outside.iter().map(|c| f64::from(*c)).sum::<f64>();
        let Some(worst) = (from..to).max_by(|a, b| total(a).total_cmp(&total(b))) else { continue };
        let course = &courses[worst];
        let expected = Expected { dt_s: STEP_S, kg_m3: &course.outside };
        let way = Expected { dt_s: STEP_S, kg_m3: &course.way };
        let out = advise(expected, 0.0, usual_per_h, LEAVE_S, way, wind_m_s, &table);
        one.load = Some(StayOrLeave {
            stay: out.stay.share,
            leave: out.leave.share,
            // Who stays below the load that disables has no cause to go out (assumption).
            shelter: out.shelter || out.stay.share[1] < 1.0,
            air_from_s: out.air_from_s,
        });
    }
}

/// A few homes of a zone, spread over those within reach; its middle where there are none.
fn homes(city: &City, zone: ZoneId, source: Point, reach_m: f64) -> Vec<Point> {
    let lived = city.buildings.iter().filter(|b| b.zone == zone && b.residents > 0).map(|b| b.at);
    let near: Vec<Point> = lived.filter(|p| p.distance_m(source) <= reach_m.max(1.0)).collect();
    if near.is_empty() {
        return vec![city.zones[zone.index()].centre];
    }
    (0..DOORS.min(near.len())).map(|k| near[(2 * k + 1) * near.len() / (2 * DOORS.min(near.len()))]).collect()
}
