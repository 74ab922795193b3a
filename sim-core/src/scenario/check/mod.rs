//! Raw -> Scenario, with every complaint that can be found in one pass.

mod levers;
mod monitors;
mod near;
mod script;
mod substances;
mod works;

use super::bind::{Binder, It};
use super::raw::*;
use super::source::{ANY_TOWN, DEFAULT, Source};
use super::{Choice, Duties, Scenario, Series, Water, Weather};
use crate::base::complaint::{Complaints, nearest};
use crate::base::text::Text;
use crate::base::{ids::*, math, time::Clock, time::TICK_S, time::parse_duration_s};
use crate::command::{PostSpec, plan::Clause};
use crate::hazard::gas::Table;
use crate::place::city::{City, FacilityKind};
use crate::response::skill::{Skill, needs_vehicle};
use crate::response::{KindSpec, UnitSpec};
use crate::vocab::body::Point;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Longest run, s: thirty days.
const LONGEST_S: f64 = 30.0 * 86_400.0;
const SCHEMA: u32 = 1;

pub(super) fn load(choice: &Choice) -> Result<Scenario, Complaints> {
    let built_in = choice.scenario.is_none();
    let path = match &choice.scenario {
        None if choice.city.is_some() => PathBuf::from(ANY_TOWN),
        None => PathBuf::from(DEFAULT),
        Some(path) if path.is_dir() => path.join("scenario.ron"),
        Some(path) => path.clone(),
    };
    let source = Source::read(&path, built_in)?;
    let raw: RawScenario = source.parse()?;
    let mut complaints = Complaints::new();
    schema(&source, raw.schema, &mut complaints);

    // The city first: nothing can be looked up without it.
    let city = match (&choice.city, &raw.city) {
        (Some(folder), _) => crate::place::folder::load(folder),
        (None, RawCity::Folder(folder)) => crate::place::folder::load(&Scenario::beside(&path, folder)),
        (None, RawCity::Synth(spec)) => {
            let mut spec = spec.clone();
            if let Some(residents) = choice.residents {
                spec.residents = residents;
            }
            let wrong = spec.check(&path);
            if wrong.is_empty() { Ok(crate::place::synth::synthesise(&spec)) } else { Err(wrong) }
        }
    };
    let city = match city {
        Ok(city) => Arc::new(city),
        Err(more) => {
            complaints.extend(more);
            return Err(complaints);
        }
    };

    let roster_path = Scenario::beside(&path, &raw.roster);
    let plan_path = Scenario::beside(&path, &raw.plan);
    let script_path = choice.script.clone().unwrap_or_else(|| Scenario::beside(&path, &raw.script));
    let script_built_in = built_in && choice.script.is_none();
    let mut read =
        |path: &Path, built_in: bool| Source::read(path, built_in).map_err(|more| complaints.extend(more)).ok();
    let sources = (read(&roster_path, built_in), read(&plan_path, built_in), read(&script_path, script_built_in));
    let (Some(roster_source), Some(plan_source), Some(script_source)) = sources else {
        return Err(complaints);
    };
    let roster = parse_into::<RawRoster>(&roster_source, &mut complaints);
    let plan = parse_into::<RawPlan>(&plan_source, &mut complaints);
    let script = parse_into::<RawScript>(&script_source, &mut complaints);
    let (Some(roster), Some(plan), Some(script)) = (roster, plan, script) else {
        return Err(complaints);
    };
    schema(&roster_source, roster.schema, &mut complaints);
    schema(&plan_source, plan.schema, &mut complaints);
    schema(&script_source, script.schema, &mut complaints);

    let (posts, mut duties) = posts(&plan_source, &plan, &city, &mut complaints);
    duties.of_zone = zone_posts(&posts, &city);
    let kinds = kinds(&roster_source, &roster, &mut complaints);
    let units = units(&roster_source, &roster, &kinds, &posts, &city, &mut complaints);
    let inject_keys: Vec<String> = script.injects.iter().map(|i| i.key.clone()).collect();
    let monitor_keys: Vec<String> = raw.monitors.iter().map(|m| m.key.clone()).collect();
    let own = [(&source, &raw.substances, built_in), (&script_source, &script.substances, script_built_in)];
    let own_substances = substances::own(own, &mut complaints);
    let substances = Table::with(own_substances.as_ref());
    let monitors = monitors::monitors(&source, &raw.monitors, &city, &posts, &substances, &mut complaints);
    let near_field =
        near::near_field((&source, &raw.near_field), (&script_source, &script.near_field), &mut complaints);
    let clauses = clauses(&plan_source, &plan, &city, &posts, &monitor_keys, &mut complaints);
    let clause_ids: BTreeSet<String> = clauses.iter().map(|c| c.id.clone()).collect();
    let works = works::works(&path, &raw.water, &city, built_in, &mut complaints);
    let given = script::Given {
        city: &city,
        posts: &posts,
        works: works.as_ref(),
        monitors: &monitor_keys,
        substances: &substances,
    };
    let script = script::checked_script(&script_source, &script, given, &inject_keys, &clause_ids, &mut complaints);
    owners(&plan_source, &clauses, &kinds, &units, &posts, &mut complaints);
    let (clock, ticks, weather, mut water) = frame(&source, &raw, choice, &city, &mut complaints);
    water.works = works;
    behaviour(&source, &raw.behaviour, &mut complaints);

    if !complaints.is_empty() {
        return Err(complaints);
    }
    let mut scenario = Scenario {
        title: script.title.clone(),
        clock: clock.expect("a clock that does not read is a complaint"),
        ticks,
        city,
        weather,
        water,
        behaviour: raw.behaviour,
        kinds,
        units,
        posts,
        duties,
        clauses,
        monitors,
        near_field,
        own_substances,
        substances,
        script,
        hash: String::new(),
    };
    if scenario.title.zh.is_empty() {
        scenario.title = raw.title;
    }
    scenario.hash = fingerprint(&scenario);
    Ok(scenario)
}

fn fingerprint(s: &Scenario) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(s.city.digest().as_bytes());
    let parts = serde_json::to_vec(&(
        (&s.title, &s.clock, s.ticks, &s.weather, &s.water, &s.behaviour),
        (&s.kinds, &s.units, &s.posts, &s.duties, &s.clauses, &s.script),
    ));
    hasher.update(&parts.expect("a scenario is plain data"));
    // Left out where there are none, so that scenarios from before there were monitors keep their fingerprint.
    if !s.monitors.is_empty() {
        hasher.update(&serde_json::to_vec(&s.monitors).expect("monitors are plain data"));
    }
    if let Some(near_field) = &s.near_field {
        hasher.update(&serde_json::to_vec(near_field).expect("a near field is plain data"));
    }
    if let Some(own) = &s.own_substances {
        hasher.update(&serde_json::to_vec(own).expect("substances are plain data"));
    }
    hasher.finalize().to_hex()[..16].to_string()
}

fn parse_into<'a, T: serde::Deserialize<'a>>(source: &'a Source, complaints: &mut Complaints) -> Option<T> {
    source.parse::<T>().map_err(|more| complaints.extend(more)).ok()
}

fn schema(source: &Source, found: u32, complaints: &mut Complaints) {
    if found != SCHEMA {
        let at = source.place("schema", "schema").unwrap_or((1, 1));
        complaints.add_at(
            &source.path,
            at,
            format!("schema is {found}"),
            format!("this version reads schema {SCHEMA}"),
        );
    }
}

/// A binder for the parts of the scenario file itself.
fn frame(
    source: &Source,
    raw: &RawScenario,
    choice: &Choice,
    city: &City,
    complaints: &mut Complaints,
) -> (Option<Clock>, u32, Weather, Water) {
    // Places the word after the field that holds it: "0h" stands in every series.
    let mut add_in = |field: &str, word: &str, what: String, hint: &str| match source.place(field, word) {
        Some(at) => complaints.add_at(&source.path, at, what, hint),
        None => complaints.add(&source.path, what, hint),
    };
    let mut add = |word: &str, what: String, hint: &str| add_in("", word, what, hint);
    let clock =
        Clock::parse(&raw.start).map_err(|what| add(&raw.start, format!("start \"{}\" is {what}", raw.start), "")).ok();
    let duration_s = choice.duration_s.unwrap_or_else(|| {
        parse_duration_s(&raw.duration).unwrap_or_else(|what| {
            add(&raw.duration, what, "");
            3600.0
        })
    });
    if !(60.0..=LONGEST_S).contains(&duration_s) {
        add(&raw.duration, format!("duration of {duration_s} s"), "60 s to 30 days would do");
    }
    let mut number = |name: &str, value: f64, low: f64, high: f64| {
        if !value.is_finite() || value < low || value > high {
            add(name, format!("{name} is {value}"), &format!("a number from {low} to {high} would do"));
        }
    };
    let (w, q) = (&raw.weather, &raw.water);
    number("wind_m_s", w.wind_m_s, 0.2, 60.0);
    number("wind_from_deg", w.wind_from_deg, 0.0, 360.0);
    number("cloud", w.cloud, 0.0, 1.0);
    number("sewer_mm_h", q.sewer_mm_h, 0.0, 200.0);
    number("soil_mm_h", q.soil_mm_h, 0.0, 200.0);
    if let Some(level) = q.inner_level_m {
        number("inner_level_m", level, -100.0, 9000.0);
    }
    let rain_mm_h = series("rain_mm_h", &w.rain_mm_h, 0.0, 500.0, &mut add_in);
    let inflow_m3_s = q.inflow_m3_s.as_ref().map(|s| series("inflow_m3_s", s, 0.0, 200_000.0, &mut add_in));
    let stage_m = q.stage_m.as_ref().map(|stage| match stage {
        RawStage::AboveStart(raw) => series("stage_m", raw, -20.0, 50.0, &mut add_in)
            .into_iter()
            .map(|(t, above)| (t, city.water_level_m + above))
            .collect(),
        RawStage::Series(raw) => series("stage_m", raw, -100.0, 9000.0, &mut add_in),
        RawStage::Tide { mean_m, amplitude_m, high_at, period, surge_m } => {
            let surge = series("surge_m", surge_m, -5.0, 15.0, &mut add_in);
            let high_s = parse_duration_s(high_at);
            let period_s = parse_duration_s(period);
            match (high_s, period_s) {
                (Ok(high_s), Ok(period_s)) if period_s >= 600.0 => (0..=(duration_s / 300.0).ceil() as u32)
                    .map(|k| {
                        let t = f64::from(k) * 300.0;
                        let phase = 2.0 * std::f64::consts::PI * (t - high_s) / period_s;
                        (t, mean_m + amplitude_m * math::cos(phase) + math::interpolate(&surge, t))
                    })
                    .collect(),
                _ => {
                    add_in(
                        "",
                        period,
                        format!("a tide with high water at {high_at} and period {period}"),
                        "e.g. 12h25min",
                    );
                    vec![(0.0, *mean_m)]
                }
            }
        }
    });
    (
        clock,
        (duration_s / f64::from(TICK_S)).ceil() as u32,
        Weather { wind_m_s: w.wind_m_s, wind_from_deg: w.wind_from_deg, cloud: w.cloud, rain_mm_h },
        Water {
            stage_m,
            inflow_m3_s,
            inner_level_m: q.inner_level_m,
            sewer_mm_h: q.sewer_mm_h,
            soil_mm_h: q.soil_mm_h,
            works: None,
        },
    )
}

/// A series whose times rise and whose values are in range.
fn series(name: &str, raw: &RawSeries, low: f64, high: f64, add: &mut dyn FnMut(&str, &str, String, &str)) -> Series {
    let mut series: Series = Vec::new();
    if raw.is_empty() {
        add("", name, format!("{name} is empty"), "give at least one (time, value)");
    }
    for (time, value) in raw {
        match parse_duration_s(time) {
            Ok(t) => {
                if series.last().is_some_and(|(before, _)| *before >= t) {
                    add(
                        name,
                        time,
                        format!("{name}: {time} does not come after the time before it"),
                        "times must rise",
                    );
                }
                if !value.is_finite() || *value < low || *value > high {
                    add(name, time, format!("{name} at {time} is {value}"), &format!("{low} to {high} would do"));
                }
                series.push((t, *value));
            }
            Err(what) => add(name, time, what, ""),
        }
    }
    series
}

fn behaviour(source: &Source, b: &crate::people::Behaviour, complaints: &mut Complaints) {
    let rows = [
        ("cars_per_household", b.cars_per_household, 0.0, 1.0),
        ("employed_share", b.employed_share, 0.0, 1.0),
        ("late_work_share", b.late_work_share, 0.0, 1.0),
        ("comply_message", b.comply_message, 0.0, 1.0),
        ("comply_door", b.comply_door, 0.0, 1.0),
        ("comply_stay_indoors", b.comply_stay_indoors, 0.0, 1.0),
        ("mill_median_s", b.mill_median_s, 10.0, 86_400.0),
        ("mill_sigma_ln", b.mill_sigma_ln, 0.0, 3.0),
        ("refuse_depth_m", b.refuse_depth_m, 0.05, 2.0),
        ("walk_max_m", b.walk_max_m, 0.0, 50_000.0),
        ("limited_65", b.limited_65, 0.0, 1.0),
        ("limited_under_65", b.limited_under_65, 0.0, 1.0),
        ("air_changes_h", b.air_changes_h, 0.01, 50.0),
        ("sealed_factor", b.sealed_factor, 0.0, 1.0),
        ("air_unasked_mean_s", b.air_unasked_mean_s, 10.0, 864_000.0),
        ("air_told_mean_s", b.air_told_mean_s, 10.0, 864_000.0),
        ("windows_open_share", b.windows_open_share, 0.0, 1.0),
        ("leave_town_share", b.leave_town_share, 0.0, 1.0),
    ];
    for (name, value, low, high) in rows {
        if !value.is_finite() || value < low || value > high {
            let at = source.place("", name).unwrap_or((1, 1));
            let hint = format!("{low} to {high} would do");
            complaints.add_at(&source.path, at, format!("behaviour: {name} is {value}"), hint);
        }
    }
}

/// (key, name, point, area, zone for looking up the superior)
type Seat = (String, Text, Point, Vec<ZoneId>, Option<ZoneId>);

fn posts(source: &Source, plan: &RawPlan, city: &City, complaints: &mut Complaints) -> (Vec<PostSpec>, Duties) {
    let mut posts: Vec<PostSpec> = Vec::new();
    let mut superiors: Vec<(usize, String, Option<ZoneId>)> = Vec::new();
    let mut duties = Duties::default();
    let towns: BTreeSet<String> = city.zones.iter().map(|z| z.town.clone()).collect();
    for raw in &plan.posts {
        let mut binder = Binder {
            source,
            city,
            posts: &[],
            injects: &[],
            monitors: &[],
            anchor: raw.key.clone(),
            it: It::Nothing,
            complaints,
        };
        let service_s = binder.seconds(&raw.service);
        binder.number(&raw.service, "service in seconds", service_s, 5.0..=3600.0);
        if raw.tier > 2 {
            binder.complain(&raw.key, format!("tier {}", raw.tier), "0 city, 1 department or town, 2 village");
        }
        let all: Vec<ZoneId> = (0..city.zones.len()).map(ZoneId::of).collect();
        let mut seats: Vec<Seat> = Vec::new();
        match &raw.at {
            RawSeat::Kind(kind) => {
                let first = city.facilities_of(*kind).next();
                match first {
                    Some((_, f)) => seats.push((raw.key.clone(), raw.name.clone(), f.at, all, None)),
                    None => {
                        binder.complain(&raw.key, format!("the city has no {kind:?} for this post"), "another seat")
                    }
                }
            }
            RawSeat::FirstOf(kinds) => {
                let first = kinds.iter().find_map(|kind| city.facilities_of(*kind).next());
                match first {
                    Some((_, f)) => seats.push((raw.key.clone(), raw.name.clone(), f.at, all, None)),
                    None => binder.complain(&raw.key, format!("the city has none of {kinds:?}"), "another seat"),
                }
            }
            RawSeat::Key(key) => {
                let id = binder.facility(key);
                let at = city.facilities.get(id.index()).map_or(Point::default(), |f| f.at);
                seats.push((raw.key.clone(), raw.name.clone(), at, all, None));
            }
            RawSeat::EachTown => {
                for town in &towns {
                    let area: Vec<ZoneId> =
                        all.iter().copied().filter(|z| city.zones[z.index()].town == *town).collect();
                    let hall = city
                        .facilities_of(FacilityKind::TownHall)
                        .find(|(_, f)| f.zone.is_some_and(|z| area.contains(&z)))
                        .map(|(_, f)| f.at);
                    let at = hall.unwrap_or_else(|| city.zones[area[0].index()].centre);
                    let name = town_name(city, town, &area);
                    seats.push((format!("{}:{town}", raw.key), named(&raw.name, &name), at, area, None));
                }
            }
            RawSeat::EachZone => {
                for &zone in &all {
                    let z = &city.zones[zone.index()];
                    let office = city
                        .facilities_of(FacilityKind::VillageOffice)
                        .find(|(_, f)| f.zone == Some(zone))
                        .map(|(_, f)| f.at);
                    let at = office.unwrap_or(z.centre);
                    seats.push((
                        format!("{}:{}", raw.key, z.key),
                        named(&raw.name, &z.name),
                        at,
                        vec![zone],
                        Some(zone),
                    ));
                }
            }
        }
        for (key, name, at, area, zone) in seats {
            let id = PostId::of(posts.len());
            if posts.iter().any(|p| p.key == key) {
                let place = source.place("", &raw.key).unwrap_or((1, 1));
                complaints.add_at(&source.path, place, format!("post \"{key}\" is there twice"), "keys are unique");
            }
            if raw.telemetry {
                duties.telemetry.push(id);
            }
            if raw.gas_model {
                duties.gas_models.push(id);
            }
            for call in &raw.calls {
                match call {
                    RawCalls::Fire => duties.fire_calls = Some(id),
                    RawCalls::Medical => duties.medical_calls = Some(id),
                }
            }
            if let Some(superior) = &raw.superior {
                superiors.push((id.index(), superior.clone(), zone));
            }
            posts.push(PostSpec {
                key,
                name,
                tier: raw.tier,
                at,
                zone: if raw.emergency_power { None } else { city.zone_at(at).or(zone) },
                area,
                superior: None,
                service_s,
                eyes: raw.eyes,
            });
        }
    }
    for (row, key, zone) in superiors {
        let town = zone.map(|z| format!("{key}:{}", city.zones[z.index()].town));
        match posts.iter().position(|p| p.key == key || Some(&p.key) == town.as_ref()) {
            Some(found) if found != row => posts[row].superior = Some(PostId::of(found)),
            _ => {
                let known: Vec<&str> = posts.iter().map(|p| p.key.as_str()).collect();
                let near =
                    nearest(&key, known.iter().copied()).map_or(String::new(), |n| format!("did you mean \"{n}\"?"));
                let at = source.place(&posts[row].key, &key).unwrap_or((1, 1));
                complaints.add_at(&source.path, at, format!("superior \"{key}\" is not another post"), near);
            }
        }
    }
    if posts.is_empty() && complaints.is_empty() {
        complaints.add(&source.path, "the plan has no posts", "at least one post must command");
    }
    (posts, duties)
}

fn zone_posts(posts: &[PostSpec], city: &City) -> Vec<Option<PostId>> {
    (0..city.zones.len())
        .map(|z| posts.iter().position(|p| p.eyes && p.area == [ZoneId::of(z)]).map(PostId::of))
        .collect()
}

fn named(pattern: &Text, name: &Text) -> Text {
    Text::new(pattern.zh.replace("{name}", &name.zh), pattern.en.replace("{name}", &name.en))
}

/// A town is called after its town hall where it has one, else after its key.
fn town_name(city: &City, town: &str, area: &[ZoneId]) -> Text {
    city.facilities_of(FacilityKind::TownHall)
        .find(|(_, f)| f.zone.is_some_and(|z| area.contains(&z)))
        .map_or_else(|| Text::new(town, town), |(_, f)| f.name.clone())
}

fn kinds(source: &Source, roster: &RawRoster, complaints: &mut Complaints) -> Vec<KindSpec> {
    let mut keys = BTreeSet::new();
    let mut kinds = Vec::new();
    for raw in &roster.kinds {
        let at = |word: &str| source.place(&raw.key, word).unwrap_or((1, 1));
        if !keys.insert(raw.key.clone()) {
            complaints.add_at(
                &source.path,
                at(&raw.key),
                format!("kind \"{}\" is there twice", raw.key),
                "keys are unique",
            );
        }
        let turnout_s = parse_duration_s(&raw.turnout).unwrap_or_else(|what| {
            complaints.add_at(&source.path, at(&raw.turnout), what, "");
            60.0
        });
        if !(1..=200).contains(&raw.crew) {
            complaints.add_at(&source.path, at(&raw.key), format!("a crew of {}", raw.crew), "1 to 200 would do");
        }
        if raw.carries > 500 {
            complaints.add_at(&source.path, at(&raw.key), format!("carries {}", raw.carries), "at most 500");
        }
        for skill in &raw.skills {
            if needs_vehicle(*skill).is_some_and(|v| v != raw.vehicle) {
                let what = format!("kind \"{}\" has the skill {skill:?} but moves by {:?}", raw.key, raw.vehicle);
                complaints.add_at(&source.path, at(&raw.key), what, "that skill needs a boat");
            }
            let must_carry = matches!(skill, Skill::RescueFromWater | Skill::EvacuateZone | Skill::Ambulance);
            if must_carry && raw.carries == 0 {
                let what = format!("kind \"{}\" has the skill {skill:?} but carries nobody", raw.key);
                complaints.add_at(&source.path, at(&raw.key), what, "give it places");
            }
        }
        kinds.push(KindSpec {
            key: raw.key.clone(),
            name: raw.name.clone(),
            vehicle: raw.vehicle,
            crew: raw.crew,
            carries: raw.carries,
            skills: raw.skills.clone(),
            turnout_s,
            protected: raw.protected,
        });
    }
    kinds
}

fn units(
    source: &Source,
    roster: &RawRoster,
    kinds: &[KindSpec],
    posts: &[PostSpec],
    city: &City,
    complaints: &mut Complaints,
) -> Vec<UnitSpec> {
    let mut units: Vec<UnitSpec> = Vec::new();
    for raw in &roster.units {
        let mut binder = Binder {
            source,
            city,
            posts,
            injects: &[],
            monitors: &[],
            anchor: raw.name.en.clone(),
            it: It::Nothing,
            complaints,
        };
        let Some(kind) = kinds.iter().position(|k| k.key == raw.kind) else {
            let known: Vec<&str> = kinds.iter().map(|k| k.key.as_str()).collect();
            let near = nearest(&raw.kind, known.iter().copied()).unwrap_or("see `kinds`");
            binder.complain(&raw.kind, format!("unit kind \"{}\" is not there", raw.kind), near);
            continue;
        };
        let bases: Vec<FacilityId> = match &raw.at {
            RawAt::Kind(kind) => city.facilities_of(*kind).map(|(id, _)| id).collect(),
            RawAt::Key(key) => vec![binder.facility(key)],
        };
        if bases.is_empty() {
            binder.complain(&raw.kind, format!("the city has no facility for {:?}", raw.at), "another `at` would do");
            continue;
        }
        let count = match raw.count {
            RawCount::Units(n) => n as usize,
            RawCount::Each(n) => n as usize * bases.len(),
            RawCount::OnePer(residents) => (city.residents() / u64::from(residents.max(1))).max(1) as usize,
        };
        if count > 5000 {
            binder.complain(&raw.kind, format!("{count} units of one kind"), "at most 5000");
            continue;
        }
        let per_base = if let RawCount::Each(n) = raw.count { n.max(1) as usize } else { 1 };
        for n in 0..count {
            let base = if per_base > 1 { bases[n / per_base] } else { bases[n % bases.len()] };
            let name = |pattern: &str| {
                let zone = city.facilities[base.index()].zone.map(|z| &city.zones[z.index()].name);
                let zone_name = zone.map_or("", |t| if pattern == raw.name.zh { &t.zh } else { &t.en });
                pattern.replace("{n}", &(n + 1).to_string()).replace("{zone}", zone_name)
            };
            // A unit of a village belongs to the village's post.
            let post = match city.facilities[base.index()].zone {
                Some(zone) if !posts.iter().any(|p| p.key == raw.post) => {
                    binder.it = It::Zone(zone);
                    let post = binder.post(&raw.post, None);
                    binder.it = It::Nothing;
                    post
                }
                _ => binder.post(&raw.post, None),
            };
            units.push(UnitSpec {
                key: format!("{}_{}", raw.kind, units.iter().filter(|u| u.kind == kind).count() + 1),
                name: Text::new(name(&raw.name.zh), name(&raw.name.en)),
                kind,
                base,
                post,
            });
        }
    }
    units
}

fn clauses(
    source: &Source,
    plan: &RawPlan,
    city: &City,
    posts: &[PostSpec],
    monitors: &[String],
    complaints: &mut Complaints,
) -> Vec<Clause> {
    let mut clauses = Vec::new();
    let mut ids = BTreeSet::new();
    for raw in &plan.clauses {
        if !ids.insert(raw.id.clone()) {
            let at = source.place("", &raw.id).unwrap_or((1, 1));
            complaints.add_at(&source.path, at, format!("clause \"{}\" is there twice", raw.id), "ids are unique");
        }
        let facilities = |kind| city.facilities_of(kind).map(|(id, _)| It::Facility(id)).collect::<Vec<It>>();
        let subjects: Vec<It> = match raw.each {
            None => vec![It::Nothing],
            Some(RawEach::Zone) => (0..city.zones.len()).map(|z| It::Zone(ZoneId::of(z))).collect(),
            Some(RawEach::Town) => {
                let mut seen = BTreeSet::new();
                let first = |z: &usize| seen.insert(city.zones[*z].town.clone());
                (0..city.zones.len()).filter(first).map(|z| It::Zone(ZoneId::of(z))).collect()
            }
            Some(RawEach::Levee) => (0..city.levees.len()).map(|l| It::Levee(LeveeId::of(l))).collect(),
            Some(RawEach::Gauge) => (0..city.gauges.len()).map(|g| It::Gauge(GaugeId::of(g))).collect(),
            Some(RawEach::Shelter) => facilities(FacilityKind::Shelter),
            Some(RawEach::TankYard) => facilities(FacilityKind::TankYard),
        };
        let before = complaints.0.len();
        for it in subjects {
            let mut binder =
                Binder { source, city, posts, injects: &[], monitors, anchor: raw.id.clone(), it, complaints };
            let post = binder.post(&raw.post, None);
            let clause = Clause {
                id: raw.id.clone(),
                title: raw.title.clone(),
                post,
                when: binder.condition(&raw.when),
                act: raw.act.iter().map(|a| binder.act(a, post)).collect(),
                within_s: binder.seconds(&raw.within),
                otherwise: raw.otherwise.iter().map(|a| binder.act(a, post)).collect(),
                repeat_s: raw.repeat.as_ref().map(|r| binder.seconds(r)),
                source: raw.source.clone(),
            };
            clauses.push(clause);
            if complaints.0.len() > before {
                // The same mistake for each of thirty zones is one mistake.
                break;
            }
        }
    }
    clauses
}

/// Every order of the plan must go to a post that owns a unit with the skill: "no owner" is a hole in the plan.
fn owners(
    source: &Source,
    clauses: &[Clause],
    kinds: &[KindSpec],
    units: &[UnitSpec],
    posts: &[PostSpec],
    complaints: &mut Complaints,
) {
    use crate::command::plan::{Act, TaskKind};
    let skill = |task: &TaskKind| match task {
        TaskKind::PatrolLevee(_) => Skill::PatrolLevee,
        TaskKind::CloseBreach(_) => Skill::CloseBreach,
        TaskKind::WarnDoorToDoor => Skill::WarnDoorToDoor,
        TaskKind::EvacuateZone => Skill::EvacuateZone,
        TaskKind::RescueFromWater => Skill::RescueFromWater,
        TaskKind::Ambulance => Skill::Ambulance,
        TaskKind::Cordon { .. } => Skill::Cordon,
        TaskKind::MonitorGas(_) => Skill::MonitorGas,
        TaskKind::StopLeak(_) => Skill::StopLeak,
        TaskKind::Pump => Skill::Pump,
        TaskKind::OpenShelter(_) | TaskKind::OpenAllShelters => Skill::OpenShelter,
    };
    let mut said = BTreeSet::new();
    for clause in clauses {
        for act in clause.act.iter().chain(&clause.otherwise) {
            let Act::Order { to, task, .. } = act else { continue };
            let skill = skill(task);
            let able = units.iter().any(|u| u.post == *to && kinds[u.kind].skills.contains(&skill));
            if !able && said.insert((clause.id.clone(), skill)) {
                let at = source.place("", &clause.id).unwrap_or((1, 1));
                let post = posts.get(to.index()).map_or("?", |p| p.key.as_str());
                complaints.add_at(
                    &source.path,
                    at,
                    format!(
                        "clause \"{}\" orders {skill:?} from post \"{post}\", which owns no unit that can",
                        clause.id
                    ),
                    "add such a unit to the roster, or order it from another post",
                );
            }
        }
    }
}
