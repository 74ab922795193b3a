//! What the effects of an inject ask of the world, checked as far as that can be done before the run.

use crate::base::complaint::Complaints;
use crate::base::ids::*;
use crate::base::math;
use crate::hazard::gas::{self, Table};
use crate::place::city::City;
use crate::scenario::bind::Binder;
use crate::scenario::raw::RawLever;
use crate::vocab::body::Point;
use crate::vocab::lever::{Lever, Outage};
use consequence::source::What;
use hydro::structures::StructuresSpec;

pub(super) fn levers(
    binder: &mut Binder,
    raw: &RawLever,
    city: &City,
    works: Option<&StructuresSpec>,
    table: &Table,
) -> Vec<Lever> {
    let anchor = binder.anchor.clone();
    match raw {
        RawLever::SeepLevee(key) => vec![Lever::SeepLevee(binder.levee(key))],
        RawLever::BreachLevee { levee, width_max_m, widen_m_h } => vec![Lever::BreachLevee {
            levee: binder.levee(levee),
            width_max_m: binder.number(levee, "width_max_m", *width_max_m, 1.0..=2000.0),
            widen_m_h: binder.number(levee, "widen_m_h", *widen_m_h, 0.1..=2000.0),
        }],
        RawLever::SetPump { facility, running } => {
            vec![Lever::SetPump { facility: binder.facility(facility), running: *running }]
        }
        RawLever::Works(order) => {
            match works.map(|works| works.check_order(order)) {
                Some(Ok(())) => {}
                Some(Err((word, what, hint))) => binder.complain(&word, what, hint),
                None => binder.complain(
                    "Works",
                    "orders the waterworks of a scenario that has none",
                    "name their file in the scenario: water: (works: \"works.ron\", ...)",
                ),
            }
            vec![Lever::Works(order.clone())]
        }
        RawLever::AddRain { mm_h, duration } => vec![Lever::AddRain {
            mm_h: binder.number(&anchor, "mm_h", *mm_h, 0.0..=500.0),
            duration_s: binder.seconds(duration),
        }],
        RawLever::ReleaseGas { site, substance, rate_kg_s, duration } => {
            toxic(binder, substance, table);
            vec![Lever::ReleaseGas {
                site: binder.facility(site),
                substance: substance.clone(),
                rate_kg_s: binder.number(site, "rate_kg_s", *rate_kg_s, 1e-6..=5000.0),
                duration_s: binder.seconds(duration),
                tank: None,
            }]
        }
        RawLever::LeakTank { site, substance, tank, duration } => {
            let duration_s = binder.seconds(duration);
            let rate_kg_s = if toxic(binder, substance, table) {
                rate(binder, substance, &What::Tank(**tank), duration_s, table)
            } else {
                0.0
            };
            vec![Lever::ReleaseGas {
                site: binder.facility(site),
                substance: substance.clone(),
                rate_kg_s,
                duration_s,
                tank: Some(tank.clone()),
            }]
        }
        RawLever::SpillLiquid { site, substance, puddle, duration } => {
            vec![spill(binder, site, substance, What::Puddle(*puddle), duration, table)]
        }
        RawLever::LeakPipe { site, substance, pipe, duration } => {
            vec![spill(binder, site, substance, What::Pipe(*pipe), duration, table)]
        }
        RawLever::Burn { site, burn } => {
            let wrong = burn.check(table, &binder.source.path);
            refuse(binder, &burn.substance, wrong);
            vec![Lever::Burn { site: binder.facility(site), burn: burn.clone() }]
        }
        RawLever::ExplodeDust { site, dust } => {
            // A cubic metre is a filter's housing, 1e5 m3 a large hall (assumption).
            binder.number(site, "room_m3", dust.room_m3, 1.0..=1e5);
            binder.number(site, "filled_share", dust.filled_share, 0.001..=1.0);
            // No more than the walls and the roof of a cube of that room.
            let walls_m2 = 5.0 * math::cbrt(dust.room_m3 * dust.room_m3);
            binder.number(site, "opening_m2", dust.opening_m2, 0.1..=walls_m2.max(0.1));
            vec![Lever::ExplodeDust { site: binder.facility(site), dust: *dust }]
        }
        RawLever::PlaceTank { site, tank } => {
            let wrong = tank.check(table, &binder.source.path);
            refuse(binder, &tank.substance, wrong);
            vec![Lever::PlaceTank { site: binder.facility(site), tank: tank.clone() }]
        }
        RawLever::CoolTanks { site, water_kg_s, duration } => vec![Lever::CoolTanks {
            site: binder.facility(site),
            water_kg_s: binder.number(site, "water_kg_s", *water_kg_s, 0.1..=5000.0),
            duration_s: binder.seconds(duration),
        }],
        RawLever::SetWind { speed_m_s, from_deg, over } => vec![Lever::SetWind {
            speed_m_s: binder.number(&anchor, "speed_m_s", *speed_m_s, 0.2..=60.0),
            from_deg: binder.number(&anchor, "from_deg", *from_deg, 0.0..=360.0),
            over_s: binder.seconds(over),
        }],
        RawLever::CloseRoads { around, radius_m, why } => {
            let centre = match city.zone_by_key(around) {
                Some(zone) => city.zones[zone.index()].centre,
                None => {
                    let facility = binder.facility(around);
                    city.facilities.get(facility.index()).map_or(Point::default(), |f| f.at)
                }
            };
            (0..city.links.len())
                .map(LinkId::of)
                .filter(|l| city.links[l.index()].point_at(0.5).distance_m(centre) <= *radius_m)
                .map(|link| Lever::CloseRoad { link, why: *why })
                .collect()
        }
        RawLever::PowerOut { zone, duration } => vec![Lever::Outage {
            zone: zone.as_ref().map(|z| binder.zone(z)),
            medium: Outage::Power,
            duration_s: binder.seconds(duration),
        }],
        RawLever::MediumOut { zone, medium, duration } => vec![Lever::Outage {
            zone: zone.as_ref().map(|z| binder.zone(z)),
            medium: Outage::Medium(*medium),
            duration_s: binder.seconds(duration),
        }],
        RawLever::Casualties { zone, people, health } => {
            vec![Lever::Casualties { zone: binder.zone(zone), people: *people, health: *health }]
        }
    }
}

/// The substance is in the table and has levels to judge it by; says so if not.
fn toxic(binder: &mut Binder, asked: &str, table: &Table) -> bool {
    let wrong = table.harmful(asked, &binder.source.path).err().unwrap_or_default();
    let sound = wrong.is_empty();
    refuse(binder, asked, wrong);
    sound
}

/// Complaints of a model, placed at a word of the script.
fn refuse(binder: &mut Binder, word: &str, wrong: Complaints) {
    for one in wrong.0 {
        binder.complain(word, one.what, one.hint);
    }
}

/// A puddle or a pipe, with the rate for the story; what is wrong with it becomes complaints.
fn spill(binder: &mut Binder, site: &str, substance: &str, what: What, duration: &str, table: &Table) -> Lever {
    let duration_s = binder.seconds(duration);
    let rate_kg_s =
        if toxic(binder, substance, table) { rate(binder, substance, &what, duration_s, table) } else { 0.0 };
    Lever::Spill {
        site: binder.facility(site),
        substance: substance.to_string(),
        rate_kg_s,
        duration_s,
        what: Box::new(what),
    }
}

/// The largest lasting rate of a source in a breeze on a mild evening, kg/s, for the story; what is wrong with the source becomes
/// complaints. The run itself computes the leak in the air of its moment.
fn rate(binder: &mut Binder, substance: &str, what: &What, duration_s: f64, table: &Table) -> f64 {
    let spec = gas::GasSpec::default();
    let air = gas::air(&spec, spec.wind, 20.0);
    let site = gas::leak::site_under(&air, spec.wind, spec.cloud, -10.0);
    let (path, at) = (binder.source.path.clone(), Point::default());
    match gas::leak::run(substance, table, what, at, (0.0, duration_s), &site, &path) {
        Ok(release) if release.total_mass_kg() > 0.0 => release.most_sustained_kg_s(),
        Ok(_) => {
            let (none, hint) = match what {
                What::Tank(_) => {
                    ("nothing leaves this tank", "is the hole below the liquid, and the duration above 0?")
                }
                _ => ("nothing leaves this source", "is the duration above 0?"),
            };
            binder.complain(substance, none, hint);
            0.0
        }
        Err(wrong) => {
            refuse(binder, substance, wrong);
            0.0
        }
    }
}

pub(super) fn place_of(lever: &Lever, city: &City) -> Option<Point> {
    match lever {
        Lever::SeepLevee(levee) | Lever::BreachLevee { levee, .. } => {
            let line = &city.levees.get(levee.index())?.line;
            line.get(line.len() / 2).copied()
        }
        Lever::ReleaseGas { site, .. }
        | Lever::Spill { site, .. }
        | Lever::Burn { site, .. }
        | Lever::ExplodeDust { site, .. }
        | Lever::PlaceTank { site, .. }
        | Lever::CoolTanks { site, .. } => Some(city.facilities.get(site.index())?.at),
        Lever::SetPump { facility, .. } => Some(city.facilities.get(facility.index())?.at),
        Lever::Outage { zone: Some(zone), .. } | Lever::Casualties { zone, .. } => {
            Some(city.zones.get(zone.index())?.centre)
        }
        Lever::StrengthenLevee { .. }
        | Lever::CloseBreach { .. }
        | Lever::MobilePump { .. }
        | Lever::Works(_)
        | Lever::AddRain { .. }
        | Lever::ReduceLeak { .. }
        | Lever::SetWind { .. }
        | Lever::CloseRoad { .. }
        | Lever::OpenRoad { .. }
        | Lever::Outage { zone: None, .. } => None,
    }
}
