//! A simple release from flags: the deck that they mean. What is wrong with them is said all at once, flag by flag.

use crate::args::GasFlags;
use crate::commands::duration_s;
use consequence::deck::levels::OwnLevel;
use consequence::deck::{Anchor, Burning, CloudModel, Deck, Exchange, Indoors, Levels, Loaded, PointSpec, Where};
use consequence::harm::concentration::Concentration;
use consequence::harm::indoor::Keeping;
use consequence::puff::Scheme;
use consequence::release::Entry;
use consequence::source::{DirectRate, DirectSpec, SourceSpec, What};
use consequence::substance::Substances;
use consequence::weather::spec::{Ground, Report, Stability};
use consequence::weather::stability::Sky;
use consequence::weather::{Class, WeatherSpec};
use sim_core::base::complaint::{Complaints, nearest};
use sim_core::base::grid::Point;
use sim_core::base::text::Text;
use std::path::Path;

/// What complaints of a checked deck call their file.
const FILE: &str = "command line";

/// Fields of the deck and the flags from which they came.
const FIELDS: [(&str, &str); 23] = [
    ("substance", "--substance"),
    ("kg_s", "--rate"),
    ("for_s", "--for"),
    ("kg is", "--amount"),
    ("point", "--point"),
    ("wind_m_s", "--wind"),
    ("wind_10m_m_s", "--wind"),
    ("wind_height_m", "--wind-height"),
    ("wind_from_deg", "--from"),
    ("height_m", "--height"),
    ("contradicts a wind", "--class"),
    ("contradicts the sky", "--class"),
    ("temperature_c", "--temperature"),
    ("temperature_k", "--temperature"),
    ("humidity", "--humidity"),
    ("roughness length", "--ground"),
    ("mixing_height_m", "--inversion"),
    ("lon_deg", "--at"),
    ("levels", "--level"),
    ("ppm", "--level"),
    ("mg_m3", "--level"),
    ("PerHour", "--exchange"),
    ("watch_s", "--watch"),
];

/// Names the flag in place of the deck's field.
pub fn in_flags(mut complaints: Complaints) -> Complaints {
    for c in complaints.0.iter_mut().filter(|c| c.file == Path::new(FILE)) {
        if let Some((_, flag)) = FIELDS.iter().find(|(field, _)| c.what.contains(field)) {
            c.file = flag.into();
        }
    }
    complaints
}

/// The deck of a simple release.
pub fn deck(flags: &GasFlags, substance: &str) -> Result<Loaded, Complaints> {
    let mut all = Complaints::new();
    let mut needed = |flag: &str, value: Option<f64>, hint: &str| {
        value.unwrap_or_else(|| {
            all.add(flag, "is missing", hint);
            f64::NAN
        })
    };
    let wind_m_s = needed("--wind", flags.wind, "m/s");
    let wind_from_deg = needed("--from", flags.from, "degrees clockwise from north from which the wind comes");
    let mut timed = |flag: &str, text: &str| {
        duration_s(flag, text).unwrap_or_else(|told| {
            all.extend(told);
            f64::NAN
        })
    };
    let (for_s, watch_s) = (timed("--for", &flags.lasts), timed("--watch", &flags.watch));
    let rate = match (flags.rate, flags.amount) {
        (Some(kg_s), _) => DirectRate::Steady { kg_s, for_s },
        (None, Some(kg)) => DirectRate::AtOnce { kg },
        (None, None) => {
            all.add(
                "--rate",
                "is missing",
                "kg/s with --for, or --amount in kg; tanks, pipes and puddles need a deck (--new)",
            );
            DirectRate::AtOnce { kg: f64::NAN }
        }
    };
    let stability = stability(flags, &mut all);
    let ground = ground(&flags.ground, &mut all);
    let place = flags.at.as_deref().and_then(|text| pair("--at", text, "121.1,31.45", &mut all));
    let place = place.map(|(lon_deg, lat_deg)| Anchor { lon_deg, lat_deg });
    let levels = levels(&flags.level, &mut all);
    let spot = |(k, text): (usize, &String)| {
        let (along, left) = pair("--point", text, "800,-50", &mut all)?;
        let name = Text::new(format!("点{} ({along}, {left})", k + 1), format!("P{} ({along}, {left})", k + 1));
        Some(PointSpec { name, at: Where::Downwind(along, left), height_m: 1.5, indoors: None })
    };
    let points: Vec<PointSpec> = flags.point.iter().enumerate().filter_map(spot).collect();
    all.or(())?;
    let exchange = flags.exchange.map_or(Exchange::default(), Exchange::PerHour);
    let town = matches!(ground, Ground::UrbanOrForest);
    let scheme = match (flags.briggs, town) {
        (false, _) => Scheme::Similarity,
        (true, false) => Scheme::BriggsCountry,
        (true, true) => Scheme::BriggsTown,
    };
    let report = Report {
        time_s: 0.0,
        wind_m_s,
        wind_height_m: flags.wind_height,
        wind_from_deg,
        stability,
        friction_velocity_m_s: None,
        sigma_theta_deg: None,
        mixing_height_m: flags.inversion,
        temperature_c: flags.temperature,
        humidity_pct: flags.humidity,
        pressure_hpa: 1013.25,
    };
    let what = What::Direct(DirectSpec {
        rate,
        temperature_k: None,
        vapour_share: 1.0,
        entry: Entry::Cloud,
        // A square metre stands for a source without a size (assumption).
        area_m2: 1.0,
        speed_m_s: 0.0,
    });
    let source = SourceSpec {
        substance: substance.into(),
        at: Point::default(),
        height_m: flags.height,
        start_s: 0.0,
        until_s: watch_s.max(for_s),
        what,
    };
    // An unknown substance keeps its words; the check tells of it.
    let known = Substances::embedded().find(substance).map(|s| s.name.clone());
    let named = known.unwrap_or_else(|| Text::new(substance, substance));
    let deck = Deck {
        name: Text::new(format!("{}泄漏", named.zh), format!("Release of {}", named.en)),
        substances: None,
        place,
        source,
        weather: WeatherSpec::steady(ground, report),
        sky: None,
        levels,
        height_m: 0.0,
        points,
        indoors: Indoors { exchange, keeping: Keeping::Usual },
        burning: Burning::default(),
        model: CloudModel { scheme, ..CloudModel::default() },
        streets: None,
        container: None,
        ground: None,
        watch_s,
    };
    Ok(Loaded { deck, file: FILE.into(), text: String::new() })
}

fn pair(flag: &str, text: &str, example: &str, all: &mut Complaints) -> Option<(f64, f64)> {
    let parts: Vec<f64> = text.split([',', '，']).filter_map(|p| p.trim().parse().ok()).collect();
    match parts.as_slice() {
        [a, b] => Some((*a, *b)),
        _ => {
            all.add(flag, format!("{text:?} is not two numbers"), format!("like {example}"));
            None
        }
    }
}

const SKIES: [(&str, Sky); 6] = [
    ("strong-sun", Sky::StrongSun),
    ("moderate-sun", Sky::ModerateSun),
    ("slight-sun", Sky::SlightSun),
    ("overcast", Sky::Overcast),
    ("cloudy-night", Sky::CloudyNight),
    ("clear-night", Sky::ClearNight),
];

fn stability(flags: &GasFlags, all: &mut Complaints) -> Stability {
    if let Some(text) = &flags.class {
        let class = Class::ALL.into_iter().find(|c| format!("{c:?}") == text.trim().to_uppercase());
        if class.is_none() {
            all.add("--class", format!("{text:?} is no stability class"), "A, B, C, D, E or F");
        }
        return Stability::Class(class.unwrap_or(Class::D));
    }
    let Some(text) = &flags.sky else {
        let hint = "--class A to F, or --sky strong-sun, moderate-sun, slight-sun, overcast, cloudy-night, clear-night";
        all.add("--class", "is missing", hint);
        return Stability::Class(Class::D);
    };
    match SKIES.iter().find(|(name, _)| name == text) {
        Some((_, sky)) => Stability::Sky(*sky),
        None => {
            let names = SKIES.map(|(name, _)| name);
            let hint = match nearest(text, names) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("one of {}", names.join(", ")),
            };
            all.add("--sky", format!("there is no sky {text:?}"), hint);
            Stability::Class(Class::D)
        }
    }
}

fn ground(text: &str, all: &mut Complaints) -> Ground {
    match text {
        "country" => Ground::OpenCountry,
        "urban" => Ground::UrbanOrForest,
        "water" => Ground::Water,
        other => match other.parse() {
            Ok(roughness_m) => Ground::Roughness(roughness_m),
            Err(_) => {
                all.add(
                    "--ground",
                    format!("{text:?} is no ground"),
                    "country, urban, water, or a roughness length in m",
                );
                Ground::OpenCountry
            }
        },
    }
}

fn levels(given: &[String], all: &mut Complaints) -> Levels {
    let mut own = Vec::new();
    let mut named = Vec::new();
    for text in given {
        let plain = text.trim().to_lowercase();
        let number = |unit: &str| plain.strip_suffix(unit).and_then(|n| n.trim().parse::<f64>().ok());
        if let Some(ppm) = number("ppm") {
            own.push(OwnLevel { name: Text::default(), at: Concentration::ppm(ppm) });
        } else if let Some(mg_m3) = number("mg/m3").or_else(|| number("mg/m³")) {
            let at = Concentration { mg_m3: Some(mg_m3), ..Concentration::default() };
            own.push(OwnLevel { name: Text::default(), at });
        } else if let Some(minutes) =
            plain.strip_prefix("aegl").and_then(|m| if m.is_empty() { Some(60.0) } else { m.parse().ok() })
        {
            named.push(Levels::Aegl { minutes });
        } else {
            match plain.as_str() {
                "erpg" => named.push(Levels::Erpg),
                "idlh" => named.push(Levels::Idlh),
                "flammable" | "lfl" => named.push(Levels::Flammable),
                _ => {
                    let hint = "aegl60, erpg, idlh, flammable, or a number with its unit: 20ppm, 50mg/m3";
                    all.add("--level", format!("{text:?} is no level"), hint);
                }
            }
        }
    }
    if named.len() + usize::from(!own.is_empty()) > 1 {
        all.add(
            "--level",
            format!("{} kinds of levels at once", given.len()),
            "one of aegl.., erpg, idlh, flammable; or up to three numbers",
        );
    }
    match named.pop() {
        Some(level) => level,
        None if own.is_empty() => Levels::Usual,
        None => Levels::Own(own),
    }
}
