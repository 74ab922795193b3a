//! From a deck to a model that can be run: everything in it checked, all complaints at once, each with its line.

use super::ground::{self, Land};
use super::levels::Chosen;
use super::remarks::{self, Remark};
use super::streets::{self, Streets};
use super::{Deck, Exchange, Indoors, Loaded, Where, lines};
use crate::harm::indoor::{House, kept_per_h};
use crate::source::{self, Site};
use crate::substance::{Confidence, ErgContainer, Substance, Substances};
use crate::weather::spec::{Report, Stability};
use crate::weather::stability::Sky;
use crate::weather::{Air, Class, Weather};
use base::complaint::Complaints;
use base::grid::Point;
use base::text::Text;
use std::path::Path;

/// A deck that holds together, with its source already run.
#[derive(Debug, Clone)]
pub struct Model {
    pub deck: Deck,
    pub substance: Substance,
    pub weather: Weather,
    pub site: Site,
    pub night: bool,
    pub source: source::Outcome,
    pub levels: Chosen,
    pub spots: Vec<Spot>,
    /// Row of the guidebook, where it has one.
    pub erg: Option<Erg>,
    /// Ground and walls, where the deck has them.
    pub land: Option<Land>,
    /// Buildings about the source, where the deck has them.
    pub streets: Option<Streets>,
    /// What was assumed and found on the way.
    pub remarks: Vec<Remark>,
}

/// A place that is asked about, ready.
#[derive(Debug, Clone, PartialEq)]
pub struct Spot {
    pub name: Text,
    pub at: Point,
    pub height_m: f64,
    pub exchange_per_h: f64,
}

/// The guidebook's distances for this release.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Erg {
    pub container: ErgContainer,
    pub isolate_m: f64,
    pub protect_m: f64,
}

impl Model {
    pub fn air(&self) -> Air {
        self.weather.at(self.deck.source.start_s)
    }
    pub fn at(&self) -> Point {
        self.deck.source.at
    }
}

impl Loaded {
    /// Checks the deck and runs its source.
    pub fn build(&self) -> Result<Model, Complaints> {
        build(self).map_err(|mut all| {
            lines::locate(&mut all, &self.file, &self.text);
            all
        })
    }
}

/// Liquid in a small spill of the guidebook: 208 L, m3.
const SMALL_SPILL_M3: f64 = 0.208;

fn build(loaded: &Loaded) -> Result<Model, Complaints> {
    let (deck, file) = (&loaded.deck, loaded.file.as_path());
    let mut all = Complaints::new();
    let table = match &deck.substances {
        None => Substances::embedded(),
        Some(own) => {
            let path = file.parent().unwrap_or(Path::new("")).join(own);
            Substances::with_file(&path).unwrap_or_else(|told| {
                all.extend(told);
                Substances::embedded()
            })
        }
    };
    let weather = match deck.weather.check(&file.to_string_lossy()) {
        Ok(weather) => Some(weather),
        Err(told) => {
            all.extend(told);
            None
        }
    };
    check_rest(deck, file, &mut all);
    let land = ground::build(deck, file, &mut all);
    let sky = given_sky(deck).unwrap_or_else(|| sky_of(deck.weather.reports.first()));
    let air = weather.as_ref().map(|w| w.at(deck.source.start_s));
    // Without sound weather the source is still looked at, in a usual air.
    let site = match &air {
        Some(air) => Site::under(air, sky.cloud_tenths, sky.sun_elevation_deg),
        None => usual_site(deck.weather.reports.first()),
    };
    let outcome = match source::run(&deck.source, &table, &site, file) {
        Ok(outcome) => Some(outcome),
        Err(told) => {
            all.extend(told);
            None
        }
    };
    let levels = table.find(&deck.source.substance).and_then(|s| {
        let chosen = deck.levels.choose(s, site.temperature_k, site.pressure_pa, file);
        chosen.map_err(|told| all.extend(told)).ok()
    });
    if deck.ground.is_some() && deck.streets.is_some() {
        let hint = "one of them: ground for gas that is heavy and runs over terrain and round walls, streets for gas that goes with the wind among houses";
        all.add(file, "ground and streets are both given", hint);
    }
    let streets = streets::build(loaded, &mut all);
    let (Some(weather), Some(air), Some(outcome), Some(levels)) = (weather, air, outcome, levels) else {
        return Err(all);
    };
    if !all.is_empty() {
        return Err(all);
    }
    let substance = table.get(&deck.source.substance, file)?.clone();
    let night = sky.sun_elevation_deg <= 0.0;
    let mut told = Vec::new();
    notes(deck, &substance, &outcome, &levels, &mut told);
    if let Some(streets) = &streets {
        streets::notes(deck, streets, &mut told);
    }
    let erg = erg(deck, &substance, &outcome, &air, night, &mut told);
    let spots = deck.points.iter().map(|p| {
        let indoors = p.indoors.unwrap_or(deck.indoors);
        let at = place(deck, &air, p.at);
        Spot { name: p.name.clone(), at, height_m: p.height_m, exchange_per_h: exchange_per_h(indoors, &air) }
    });
    let spots = spots.collect();
    Ok(Model {
        deck: deck.clone(),
        substance,
        weather,
        site,
        night,
        source: outcome,
        levels,
        spots,
        erg,
        land,
        streets,
        remarks: told,
    })
}

fn place(deck: &Deck, air: &Air, at: Where) -> Point {
    match at {
        Where::Metres(x, y) => Point::new(x, y),
        Where::LonLat(lon, lat) => deck.place.map_or(Point::default(), |anchor| anchor.metres(lon, lat)),
        Where::Downwind(along, left) => {
            let (e, n) = air.towards;
            let from = deck.source.at;
            Point::new(from.x + along * e - left * n, from.y + along * n + left * e)
        }
    }
}

/// Air changes per hour in the weather of the start.
pub fn exchange_per_h(indoors: Indoors, air: &Air) -> f64 {
    let usual = match indoors.exchange {
        Exchange::PerHour(rate) => rate,
        Exchange::House { storeys, sheltered } => {
            let house = House::usual(storeys, sheltered);
            house.exchange_per_h(air.wind_m_s(house.height_m()), air.temperature_k)
        }
    };
    kept_per_h(usual, indoors.keeping, air.wind_m_s(10.0))
}

fn check_rest(deck: &Deck, file: &Path, all: &mut Complaints) {
    let mut within = |name: &str, v: f64, least: f64, most: f64, hint: &str| {
        if !(v >= least && v <= most) {
            all.add(file, format!("{name} is {v}"), format!("{least} to {most}{hint}"));
        }
    };
    within("watch_s", deck.watch_s, 60.0, 86_400.0, " s: a minute to a day");
    within("height_m", deck.height_m, 0.0, 200.0, " m above the ground");
    within("averaging_s", deck.model.averaging_s, 1.0, 3600.0, " s");
    if let Some(sky) = deck.sky {
        within("cloud_tenths", sky.cloud_tenths, 0.0, 10.0, " tenths");
        if let Some(sun) = sky.sun_elevation_deg {
            within("sun_elevation_deg", sun, -90.0, 90.0, " degrees");
        }
    }
    let points = deck.points.iter().map(|p| (Some(p), p.indoors));
    for (point, indoors) in std::iter::once((None, Some(deck.indoors))).chain(points) {
        let whose = point.map_or(String::new(), |p| format!("point {:?}: ", p.name.en));
        if let Some(p) = point {
            within(&format!("{whose}height_m"), p.height_m, 0.0, 500.0, " m above the ground");
        }
        match indoors.map(|i| i.exchange) {
            Some(Exchange::PerHour(rate)) => {
                within(&format!("{whose}PerHour"), rate, 0.0, 60.0, " air changes an hour")
            }
            Some(Exchange::House { storeys, .. }) => {
                within(&format!("{whose}storeys"), f64::from(storeys), 1.0, 60.0, "")
            }
            None => {}
        }
    }
    match deck.sky.map(|sky| (sky.sun_elevation_deg, sky.when)) {
        Some((Some(_), Some(_))) => all.add(file, "sky: sun_elevation_deg and when", "one of them"),
        Some((None, None)) => {
            all.add(file, "sky: neither sun_elevation_deg nor when", "degrees, or when: (month, day, hour)")
        }
        Some((None, Some(when))) if !when.sound() => {
            all.add(
                file,
                format!("when is {when:?}"),
                "month 1 to 12, day 1 to 31, hour 0 to 24, utc_offset_h 8 in China",
            );
        }
        Some((None, Some(_))) if deck.place.is_none() => {
            all.add(file, "when without a place", "the sun needs place: (lon_deg: .., lat_deg: ..)");
        }
        _ => {}
    }
    if deck.source.start_s >= deck.watch_s {
        let what = format!("watch_s is {}, the source starts at start_s {}", deck.watch_s, deck.source.start_s);
        all.add(file, what, "the cloud is followed until watch_s: after the start");
    }
    if let Some(anchor) = deck.place
        && !anchor.sound()
    {
        let what = format!("lon_deg {} and lat_deg {}", anchor.lon_deg, anchor.lat_deg);
        all.add(file, what, "longitude -180 to 180 first, latitude -85 to 85");
    }
    for p in &deck.points {
        let finite = match p.at {
            Where::Metres(x, y) | Where::Downwind(x, y) => x.abs() < 1e6 && y.abs() < 1e6,
            Where::LonLat(lon, lat) => lon.abs() <= 180.0 && lat.abs() <= 90.0,
        };
        if !finite {
            all.add(file, format!("point {:?} is at {:?}", p.name.en, p.at), "metres from the origin, or degrees");
        }
        if matches!(p.at, Where::LonLat(..)) && deck.place.is_none() {
            all.add(
                file,
                format!("point {:?} is at {:?}", p.name.en, p.at),
                "degrees need place: (lon_deg: .., lat_deg: ..)",
            );
        }
    }
    if let (Some(sky), Some(report)) = (given_sky(deck), deck.weather.reports.first())
        && let Stability::Class(class) = report.stability
    {
        let by_day = sky.sun_elevation_deg > 0.0;
        let wrong = by_day && class >= Class::E || !by_day && class <= Class::C;
        if wrong {
            let what =
                format!("class {class:?} contradicts the sky: the sun stands at {:.0} degrees", sky.sun_elevation_deg);
            all.add(file, what, if by_day { "by day A to D" } else { "by night D to F" });
        }
    }
}

/// Sky and sun as they count.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Overhead {
    cloud_tenths: f64,
    sun_elevation_deg: f64,
}

/// The deck's sky, where it gives a sound one.
fn given_sky(deck: &Deck) -> Option<Overhead> {
    let sky = deck.sky?;
    let sun_elevation_deg = match (sky.sun_elevation_deg, sky.when, deck.place) {
        (Some(sun), ..) => sun,
        (None, Some(when), Some(place)) => when.sun_elevation_deg(place),
        _ => return None,
    };
    Some(Overhead { cloud_tenths: sky.cloud_tenths, sun_elevation_deg })
}

/// Sky and sun that a stability implies, where a deck gives none (assumption: the middle of what makes that class).
fn sky_of(report: Option<&Report>) -> Overhead {
    let sky = |cloud_tenths: f64, sun_elevation_deg: f64| Overhead { cloud_tenths, sun_elevation_deg };
    match report.map(|r| r.stability) {
        Some(Stability::Sky(known)) => match known {
            Sky::Sun { elevation_deg, cloud_eighths } => sky(1.25 * cloud_eighths, elevation_deg),
            Sky::StrongSun => sky(0.0, 65.0),
            Sky::ModerateSun => sky(3.0, 45.0),
            Sky::SlightSun => sky(5.0, 25.0),
            Sky::CloudyNight => sky(7.0, -20.0),
            Sky::ClearNight => sky(0.0, -20.0),
            Sky::Overcast => sky(10.0, 20.0),
        },
        Some(Stability::Class(class)) => match class {
            Class::A => sky(0.0, 65.0),
            Class::B => sky(3.0, 45.0),
            Class::C => sky(5.0, 25.0),
            Class::D => sky(10.0, 20.0),
            Class::E => sky(5.0, -20.0),
            Class::F => sky(0.0, -20.0),
        },
        Some(Stability::ObukhovLength(l)) if l < 0.0 => sky(3.0, 45.0),
        Some(Stability::ObukhovLength(_)) => sky(5.0, -20.0),
        None => sky(5.0, 0.0),
    }
}

/// A site for looking at a source while the weather is wrong: what is sound of the report, else a mild day.
fn usual_site(report: Option<&Report>) -> Site {
    let sound =
        |v: Option<f64>, least: f64, most: f64, usual: f64| v.filter(|v| (least..=most).contains(v)).unwrap_or(usual);
    Site {
        wind_10m_m_s: 3.0,
        class: Class::D,
        temperature_k: 273.15 + sound(report.map(|r| r.temperature_c), -60.0, 60.0, 15.0),
        pressure_pa: 100.0 * sound(report.map(|r| r.pressure_hpa), 500.0, 1100.0, 1013.25),
        relative_humidity: 0.5,
        cloud_tenths: 5.0,
        sun_elevation_deg: 0.0,
        ground_temperature_k: None,
    }
}

fn notes(deck: &Deck, s: &Substance, outcome: &source::Outcome, levels: &Chosen, told: &mut Vec<Remark>) {
    for note in &outcome.notes {
        remarks::add(told, Remark { key: "source".into(), warns: false, text: note.clone() });
    }
    for doubt in &levels.doubts {
        let zh = format!("关注浓度与{}的已知水平相差很远，单位是否正确（ppm 与 mg/m³）？", s.name.zh);
        remarks::add(told, Remark::warning("unit_in_doubt", zh, doubt.clone()));
    }
    if levels.from_memory {
        let zh = format!("{}的部分浓度限值凭记忆录入，使用前请核对原文", s.name.zh);
        let en = format!("levels of {} were in part written from memory: read the original before use", s.name.en);
        remarks::add(told, Remark::note("levels_from_memory", zh, en));
    }
    if let Some(f) = &s.flammable
        && f.lfl.confidence >= Confidence::FromMemory
    {
        let zh = format!("{}的爆炸极限凭记忆录入", s.name.zh);
        remarks::add(
            told,
            Remark::note("limits_from_memory", zh, format!("flammable limits of {} are from memory", s.name.en)),
        );
    }
    if deck.sky.is_none()
        && matches!(deck.weather.reports[0].stability, Stability::Class(_) | Stability::ObukhovLength(_))
    {
        let sky = sky_of(deck.weather.reports.first());
        let (tenths, sun) = (sky.cloud_tenths, sky.sun_elevation_deg);
        let zh =
            format!("未给云量与太阳高度，按稳定度取云量{tenths}成、太阳高度{sun}°（假定；只影响液池蒸发与昼夜判断）");
        let en = format!(
            "no sky given: {tenths} tenths of cloud and the sun at {sun} degrees by the stability (assumption; it counts for puddles and for day or night only)"
        );
        remarks::add(told, Remark::note("sky_assumed", zh, en));
    }
}

fn erg(
    deck: &Deck,
    s: &Substance,
    outcome: &source::Outcome,
    air: &Air,
    night: bool,
    told: &mut Vec<Remark>,
) -> Option<Erg> {
    let held = outcome.airborne_kg() + outcome.left_inside_kg + outcome.puddle.map_or(0.0, |p| p.left_kg);
    let container = deck.container.unwrap_or(if held / s.liquid_density_kg_m3.value <= SMALL_SPILL_M3 {
        ErgContainer::SmallSpill
    } else {
        ErgContainer::LargeSpill
    });
    let row = s.erg_for(container)?;
    if row.confidence >= Confidence::FromMemory {
        let zh = "应急响应指南（ERG）距离凭记忆录入，使用前请核对原书";
        remarks::add(
            told,
            Remark::note("erg_from_memory", zh, "ERG distances are from memory: read the guidebook before use"),
        );
    }
    let protect_m = row.protect_m(air.wind_m_s(10.0), night);
    Some(Erg { container: row.container, isolate_m: row.isolate_m, protect_m })
}
