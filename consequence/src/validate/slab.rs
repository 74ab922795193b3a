//! The dense model against SLAB's published outputs and others: what its reference mode reproduces, and what the corrected mode does
//! better.

use super::case::{Bench, Bound, Case, CaseResult, Panel, Role, Row};
use super::data::Table;
use super::lng::METHANE;
use crate::dense::{Ambient, Deck, DeckStability, Gas, Run, Source, run};
use crate::release::Entry;
use crate::weather::Class;
use base::math;

pub fn cases() -> Vec<Case> {
    vec![
        Case { name: "slab-jet", about: "SLAB's example 2, an ammonia jet (Desert Tortoise 4)", quick: true, run: jet },
        Case {
            name: "slab-lng",
            about: "SLAB mode on LNG pools against a public re-implementation",
            quick: true,
            run: pools,
        },
        Case {
            name: "slab-others",
            about: "SLAB's chlorine stack and a ground jet of methane",
            quick: true,
            run: others,
        },
        Case {
            name: "dense-behaviour",
            about: "Conservation, scale and stability of dense clouds",
            quick: true,
            run: behaviour,
        },
        Case { name: "dense-speed", about: "Time of a dense run", quick: true, run: speed },
    ]
}

/// Ammonia as example 2 has it.
const AMMONIA: Gas = Gas {
    molar_mass_kg_mol: 0.017031,
    vapour_cp_j_kg_k: 2045.9,
    liquid_cp_j_kg_k: 4611.8,
    boiling_k: 239.57,
    latent_j_kg: 1.17e6,
    liquid_kg_m3: 603.0,
    saturation: (2976.01, 0.0),
};
const CHLORINE: Gas = Gas {
    molar_mass_kg_mol: 0.070906,
    vapour_cp_j_kg_k: 498.1,
    liquid_cp_j_kg_k: 926.3,
    boiling_k: 239.1,
    latent_j_kg: 287_840.0,
    liquid_kg_m3: 1574.0,
    saturation: (1978.34, -27.01),
};

/// Example 2 of the manual.
pub fn example_2() -> (Source, Deck) {
    let source = Source {
        entry: Entry::Jet,
        gas: AMMONIA,
        rate_kg_s: 107.87,
        duration_s: 381.0,
        burst_kg: 0.0,
        temperature_k: 239.57,
        vapour_share: 0.19,
        area_m2: 0.93,
        height_m: 1.0,
    };
    let deck = Deck {
        wind_m_s: 4.5,
        wind_height_m: 2.0,
        roughness_m: 0.003,
        temperature_k: 306.2,
        relative_humidity: 0.213,
        averaging_s: 10.0,
        stability: DeckStability::Inverse(0.0221),
    };
    (source, deck)
}

/// The original's plume begins one metre downwind of the origin.
const ORIGIN_M: f64 = 1.0;

/// The air of a deck whose printout to a distance is compared with: its plume becomes a puff at a row of that printout.
fn printed(deck: &Deck, farthest_m: f64) -> Ambient {
    deck.ambient().printed_to(farthest_m - ORIGIN_M)
}

fn jet(bench: &Bench) -> CaseResult {
    let mut result = CaseResult::new("slab-jet");
    let (source, deck) = example_2();
    let out = run(&source, &printed(&deck, 2800.0), 3000.0);
    // V20: height, half width, volume share, temperature; 2 %, shares 5 %.
    let wanted = [
        (305.34, 4.991, 105.75, 0.031661, 292.44),
        (848.52, 12.619, 187.74, 0.0063483, 303.93),
        (2478.83, 36.936, 303.99, 0.0010561, 305.88),
    ];
    for (x, height, width, share, kelvin) in wanted {
        let Some(s) = out.at(x - ORIGIN_M) else {
            result.rows.push(Row::bound(format!("V20, {x:.0} m: reached"), 0.0, Bound::AtLeast(1.0)));
            continue;
        };
        result.rows.push(Row::near(format!("V20, {x:.0} m: height, m"), s.height_m, height, 0.02));
        result.rows.push(Row::near(format!("V20, {x:.0} m: half width, m"), s.half_width_m, width, 0.02));
        result.rows.push(Row::near(format!("V20, {x:.0} m: volume share"), s.mixture.volume_share, share, 0.05));
        result.rows.push(Row::near(format!("V20, {x:.0} m: temperature, K"), s.mixture.temperature_k, kelvin, 0.02));
    }
    let Some(table) = bench.file("slab_reference/dt4_ammonia_jet.csv").and_then(|p| Table::read(&p).ok()) else {
        result.notes.push("no slab_reference/dt4_ammonia_jet.csv: three distances only".into());
        return result;
    };
    let curve = |column: &str| -> Vec<(f64, f64)> {
        table
            .rows
            .iter()
            .filter_map(|r| Some((table.number(r, "x_m")?, table.number(r, column)?)))
            .filter(|p| p.0 > 1.2)
            .collect()
    };
    let ours = |of: fn(&crate::dense::Section) -> f64| -> Vec<(f64, f64)> {
        out.sections.iter().filter(|s| s.x_m > 0.2).map(|s| (s.x_m + ORIGIN_M, of(s))).collect()
    };
    let corrected = run(&source, &deck.corrected(), 3000.0);
    let theirs = |of: fn(&crate::dense::Section) -> f64| -> Vec<(f64, f64)> {
        corrected.sections.iter().filter(|s| s.x_m > 0.2).map(|s| (s.x_m + ORIGIN_M, of(s))).collect()
    };
    type Of = fn(&crate::dense::Section) -> f64;
    let columns: [(&str, &str, Of); 3] = [
        ("vol_frac", "volume share", |s| s.mixture.volume_share),
        ("h_m", "height, m", |s| s.height_m),
        ("B_half_m", "half width, m", |s| s.half_width_m),
    ];
    for (column, title, of) in columns {
        let mut panel = Panel::new(&format!("Desert Tortoise 4: {title}"), "m", title)
            .with("SLAB", Role::Experiment, curve(column))
            .with("reference mode", Role::Computed, ours(of))
            .with("corrected mode", Role::ComputedToo, theirs(of));
        panel.log = true;
        result.panels.push(panel);
    }
    // Everywhere beyond the first ten metres.
    for (column, of) in [("vol_frac", columns[0].2), ("h_m", columns[1].2), ("B_half_m", columns[2].2)] {
        let far = curve(column).into_iter().filter(|(x, _)| *x > 20.0);
        let worst =
            far.filter_map(|(x, want)| Some((of(&out.at(x - ORIGIN_M)?) / want - 1.0).abs())).fold(0.0, f64::max);
        result.rows.push(Row::bound(
            format!("{column} beyond 20 m: largest departure, %"),
            100.0 * worst,
            Bound::AtMost(10.0),
        ));
    }
    result
}

fn pools(_: &Bench) -> CaseResult {
    let mut result = CaseResult::new("slab-lng");
    // V22: rate kg/s, duration s, wind at 3 m, class, averaging s, distance that the public re-implementation (slabx 1.0.7) gives. It
    // takes ten steps over the pool, as the original does, and widens Burro 8's to a half width of 28.2 m, which is ours; with 40, 160 and 320
    // steps it widens it to 28.0, 30.0 and 29.95 m and comes to 458.5 m and more. No other trial moves by half a metre.
    let trials = [
        ("Burro 3", 87.98, 167.0, 5.58, Class::C, 100.0, 147.0),
        ("Burro 7", 99.46, 174.0, 8.75, Class::D, 140.0, 253.0),
        ("Burro 8", 116.93, 107.0, 1.94, Class::E, 80.0, 449.0),
        ("Burro 9", 135.98, 79.0, 5.94, Class::D, 50.0, 404.0),
        ("Coyote 3", 100.67, 65.0, 6.77, Class::C, 50.0, 129.0),
        ("Coyote 5", 129.02, 98.0, 10.47, Class::C, 90.0, 89.0),
        ("Coyote 6", 123.03, 82.0, 5.04, Class::D, 70.0, 385.0),
    ];
    let mut logs = Vec::new();
    for (name, rate_kg_s, duration_s, wind_m_s, class, averaging_s, want) in trials {
        let source = Source {
            entry: Entry::Pool,
            gas: METHANE,
            rate_kg_s,
            duration_s,
            burst_kg: 0.0,
            temperature_k: METHANE.boiling_k,
            vapour_share: 1.0,
            area_m2: rate_kg_s / 0.167,
            height_m: 0.0,
        };
        let deck = Deck {
            wind_m_s,
            wind_height_m: 3.0,
            roughness_m: 0.0002,
            temperature_k: 290.0,
            relative_humidity: 0.5,
            averaging_s,
            stability: DeckStability::Class(class),
        };
        let ambient = deck.ambient();
        let got = run(&source, &ambient, 2000.0).averaged(&ambient, averaging_s).reach_m(0.05, 1.0).unwrap_or(0.0);
        logs.push(math::ln((got / want).max(1e-9)));
        let row = Row::near(format!("V22, {name}: 5 % at, m"), got, want, 0.02);
        result.rows.push(if name == "Burro 8" { row.with_peer("459.8 with its 160 steps over the pool") } else { row });
    }
    let mean = logs.iter().sum::<f64>() / logs.len() as f64;
    result.rows.push(Row::bound(
        "V22, all: geometric mean of ours over theirs",
        math::exp(mean),
        Bound::Between(0.98, 1.02),
    ));
    result
}

/// V21: the chlorine stack is judged from 0.6 m behind its mouth on, the ground jet of methane from 1 m until it has left the ground.
fn others(bench: &Bench) -> CaseResult {
    let mut result = CaseResult::new("slab-others");
    let chlorine = Source {
        entry: Entry::JetUp,
        gas: CHLORINE,
        rate_kg_s: 3.33,
        duration_s: 300.0,
        burst_kg: 0.0,
        temperature_k: 239.1,
        vapour_share: 0.12,
        area_m2: 0.02,
        height_m: 1.0,
    };
    let deck = Deck {
        wind_m_s: 1.0,
        wind_height_m: 10.0,
        roughness_m: 0.1,
        temperature_k: 276.0,
        relative_humidity: 0.3,
        averaging_s: 1.0,
        stability: DeckStability::Class(Class::D),
    };
    let out = run(&chlorine, &printed(&deck, 10_000.0), 10_000.0);
    if let Some(table) = bench.file("slab_reference/chlorine_vertical_jet_300s.csv").and_then(|p| Table::read(&p).ok())
    {
        let column = |c: &str| -> Vec<(f64, f64)> {
            table
                .rows
                .iter()
                .filter_map(|r| Some((table.number(r, "x_m")?, table.number(r, c)?)))
                .filter(|p| p.0 > 1.0)
                .collect()
        };
        compare(&mut result, "V21, chlorine stack", &out, &column("vol_frac"), &column("h_m"), &column("B_half_m"));
    } else {
        result.notes.push("no slab_reference/chlorine_vertical_jet_300s.csv".into());
    }
    result.notes.push(
        "V21 asks 5 %. Not judged: the chlorine stack's slump in the first 0.6 m (half width up to 9 % small); the methane beyond 234 m, where its cloud is in the \
         air and what is left on the ground is the tail of its profile"
            .into(),
    );
    let methane = Gas { molar_mass_kg_mol: 0.016052, liquid_kg_m3: 425.6, ..METHANE };
    let ground = Source {
        entry: Entry::Jet,
        gas: methane,
        rate_kg_s: 0.23 * 425.6,
        duration_s: 174.0,
        burst_kg: 0.0,
        temperature_k: 111.15,
        vapour_share: 1.0,
        area_m2: 0.25 * std::f64::consts::PI,
        height_m: 0.0,
    };
    let deck = Deck {
        wind_m_s: 10.9,
        temperature_k: 298.0,
        relative_humidity: 0.0,
        averaging_s: 10.0,
        roughness_m: 1.0,
        stability: DeckStability::Class(Class::F),
        ..deck
    };
    let out = run(&ground, &deck.ambient(), 3000.0);
    if let Some(table) = bench.file("slab_reference/burro_like_lng_pool_z0.csv").and_then(|p| Table::read(&p).ok()) {
        let printed: Vec<(f64, f64)> =
            table.rows.iter().filter_map(|r| Some((table.number(r, "x_m")?, table.number(r, "c_y0")?))).collect();
        let name = "V21, methane ground jet: share on the axis";
        let ours = |x: f64| out.at(x).map_or(0.0, |s| s.volume_share(0.0, 0.0));
        for far in [10.1, 38.0, 73.6, 142.0, 234.0] {
            if let Some((x, want)) = printed.iter().find(|p| p.0 == far) {
                result.rows.push(Row::near(format!("{name} at {far} m"), ours(*x), *want, 0.05));
            }
        }
        let near = printed.iter().filter(|p| p.0 > 1.0 && p.0 < 240.0);
        let worst = near.map(|(x, want)| (ours(*x) / want - 1.0).abs()).fold(0.0, f64::max);
        result.rows.push(Row::bound(
            format!("{name}, all rows from 1 to 234 m: largest departure, %"),
            100.0 * worst,
            Bound::AtMost(5.0),
        ));
        let mut panel = Panel::new("Ground jet of methane: share on the axis", "m", "share")
            .with("SLAB", Role::Experiment, printed.iter().filter(|p| p.0 > 0.5 && p.0 < 300.0).copied().collect())
            .with(
                "reference mode",
                Role::Computed,
                out.sections
                    .iter()
                    .filter(|s| s.x_m > 0.5 && s.x_m < 300.0)
                    .map(|s| (s.x_m, s.volume_share(0.0, 0.0)))
                    .collect(),
            );
        panel.log = true;
        result.panels.push(panel);
    }
    result
}

fn compare(
    result: &mut CaseResult,
    name: &str,
    out: &Run,
    share: &[(f64, f64)],
    height: &[(f64, f64)],
    width: &[(f64, f64)],
) {
    // Between its rows, a fifth farther each, the printout goes as a power.
    let read = |curve: &[(f64, f64)], x: f64| {
        let logs: Vec<(f64, f64)> = curve.iter().map(|p| (math::ln(p.0), math::ln(p.1))).collect();
        math::exp(math::interpolate(&logs, math::ln(x)))
    };
    for x in [10.0, 30.0, 60.0, 100.0, 1000.0, 5000.0] {
        let Some(s) = out.at(x - ORIGIN_M) else { continue };
        for (what, got, want) in [
            ("volume share", s.mixture.volume_share, read(share, x)),
            ("height, m", s.height_m, read(height, x)),
            ("half width, m", s.half_width_m, read(width, x)),
        ] {
            result.rows.push(Row::near(format!("{name}, {x:.0} m: {what}"), got, want, 0.05));
        }
    }
    // And on every row of the printout but those of the slump.
    type Of = fn(&crate::dense::Section) -> f64;
    let all: [(&str, Of); 3] =
        [("volume share", |s| s.mixture.volume_share), ("height", |s| s.height_m), ("half width", |s| s.half_width_m)];
    for ((what, of), curve) in all.into_iter().zip([share, height, width]) {
        let far = curve.iter().filter(|(x, _)| *x > 1.6);
        let worst =
            far.filter_map(|(x, want)| Some((of(&out.at(x - ORIGIN_M)?) / want - 1.0).abs())).fold(0.0, f64::max);
        let name = format!("{name}, {what}, all rows from 1.6 m on: largest departure, %");
        result.rows.push(Row::bound(name, 100.0 * worst, Bound::AtMost(5.0)));
    }
    let mut panel =
        Panel::new(&format!("{name}: volume share"), "m", "share").with("SLAB", Role::Experiment, share.to_vec()).with(
            "reference mode",
            Role::Computed,
            out.sections.iter().filter(|s| s.x_m > 1.0).map(|s| (s.x_m, s.mixture.volume_share)).collect(),
        );
    panel.log = true;
    result.panels.push(panel);
}

/// A Thorney Island-like cloud: 2000 m3 of a heavy gas at once.
fn heavy_block(scale: f64) -> Source {
    // Freon-12 and nitrogen of 1.63 times the density of air: 47 g/mol; it does not condense.
    let gas = Gas {
        molar_mass_kg_mol: 0.0472,
        vapour_cp_j_kg_k: 800.0,
        liquid_cp_j_kg_k: 1000.0,
        boiling_k: 100.0,
        latent_j_kg: 2e5,
        liquid_kg_m3: 1000.0,
        saturation: (1000.0, 0.0),
    };
    let volume = 2000.0 * scale * scale * scale;
    let density = 101_325.0 * 0.0472 / (8.314_462_6 * 290.0);
    Source {
        entry: Entry::Cloud,
        gas,
        rate_kg_s: 0.0,
        duration_s: 0.0,
        burst_kg: volume * density,
        temperature_k: 290.0,
        vapour_share: 1.0,
        area_m2: 0.25 * std::f64::consts::PI * 14.0 * 14.0 * scale * scale,
        height_m: 0.0,
    }
}

fn behaviour(_: &Bench) -> CaseResult {
    let mut result = CaseResult::new("dense-behaviour");
    let (source, deck) = example_2();
    for (name, ambient) in [("reference", deck.ambient()), ("corrected", deck.corrected())] {
        let out = run(&source, &ambient, 3000.0);
        let fault = out.sections[..out.puff_from]
            .iter()
            .map(|s| 2.0 * s.mixture.density_kg_m3 * s.speed_m_s * s.half_width_m * s.height_m * s.mixture.mass_share)
            .chain(out.sections[out.puff_from..].iter().map(|s| {
                let quarter = s.mixture.density_kg_m3 * s.half_width_m * s.height_m * s.half_length_m;
                4.0 * quarter * s.mixture.mass_share / source.duration_s
            }))
            .map(|flux| (flux / source.rate_kg_s - 1.0).abs())
            .fold(0.0, f64::max);
        result.rows.push(Row::bound(
            format!("V27, {name} mode: mass through any plane, largest error"),
            fault,
            Bound::AtMost(1e-3),
        ));
    }
    // Thorney Island 8's weather in three classes; peak on the ground at 300 m.
    let at = |class: Class, corrected: bool| {
        let deck = Deck {
            wind_m_s: 2.4,
            wind_height_m: 10.0,
            roughness_m: 0.005,
            temperature_k: 290.0,
            relative_humidity: 0.88,
            averaging_s: 10.0,
            stability: DeckStability::Class(class),
        };
        let ambient = if corrected { deck.corrected() } else { deck.ambient() };
        run(&heavy_block(1.0), &ambient, 2000.0).at(300.0).map_or(0.0, |s| s.volume_share(0.0, 0.4))
    };
    for (name, corrected) in [("reference", false), ("corrected", true)] {
        let ratio = at(Class::F, corrected) / at(Class::B, corrected);
        let row = if corrected {
            Row::bound(format!("Thorney-like block, {name} mode: 300 m, class F over B"), ratio, Bound::AtMost(3.0))
        } else {
            Row::shown(format!("Thorney-like block, {name} mode: 300 m, class F over B"), ratio)
        };
        result.rows.push(row.with_peer("SLAB 6, trials show none"));
    }
    // Froude's rule: lengths times 4, speeds times 2, roughness times 4: the same shares at four times the distance.
    for (name, corrected) in [("reference", false), ("corrected", true)] {
        let reach = |scale: f64| {
            let deck = Deck {
                wind_m_s: 2.4 * math::sqrt(scale),
                wind_height_m: 10.0 * scale,
                roughness_m: 0.005 * scale,
                temperature_k: 290.0,
                relative_humidity: 0.0,
                averaging_s: 10.0 * math::sqrt(scale),
                stability: DeckStability::Class(Class::D),
            };
            let ambient: Ambient = if corrected { deck.corrected() } else { deck.ambient() };
            run(&heavy_block(scale), &ambient, 3000.0 * scale).reach_m(0.02, 0.4 * scale).unwrap_or(0.0) / scale
        };
        let ratio = reach(4.0) / reach(1.0);
        let row = if corrected {
            Row::bound(
                format!("Froude scaling by 4, {name} mode: scaled distance to 2 % over the small one's"),
                ratio,
                Bound::Between(0.7, 1.43),
            )
        } else {
            Row::shown(format!("Froude scaling by 4, {name} mode: scaled distance to 2 % over the small one's"), ratio)
        };
        result.rows.push(row);
    }
    result
}

fn speed(bench: &Bench) -> CaseResult {
    let mut result = CaseResult::new("dense-speed");
    let (source, deck) = example_2();
    let ambient = deck.corrected();
    let times = if bench.quick { 3 } else { 200 };
    let start = (bench.clock)();
    let mut sections = 0;
    for _ in 0..times {
        sections += run(&source, &ambient, 3000.0).sections.len();
    }
    let each_ms = ((bench.clock)() - start) * 1e3 / f64::from(times);
    result.rows.push(Row::shown("sections of a run", sections as f64 / f64::from(times)));
    if each_ms > 0.0 && !bench.quick {
        let row = Row::bound("dense run, ms", each_ms, Bound::AtMost(1.0));
        result.rows.push(row.with_peer("slabx 130 to 220 ms, degali 140 to 170 ms (Python)"));
    }
    result
}
