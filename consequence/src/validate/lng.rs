//! LNG spilled on water (Burro, Coyote, Maplin Sands): how far 5 % by volume reaches.

use super::case::{Bench, Bound, Case, CaseResult};
use super::data::Table;
use super::statistics::{Measure, Pair, row};
use crate::dense::{Ambient, Deck, DeckStability, Gas, Source, run};
use crate::release::Entry;
use crate::weather::Class;

pub fn cases() -> Vec<Case> {
    vec![Case { name: "lng-lfl", about: "LNG pools on water: distance to 5 %, ten trials", quick: true, run: lfl }]
}

/// Vapour of LNG as methane at its boiling point: molar mass, heat capacities, heat of vaporisation and density of common tables.
pub const METHANE: Gas = Gas {
    molar_mass_kg_mol: 0.016_043,
    vapour_cp_j_kg_k: 2240.0,
    liquid_cp_j_kg_k: 3349.0,
    boiling_k: 111.66,
    latent_j_kg: 509_880.0,
    liquid_kg_m3: 424.1,
    saturation: (597.84, -7.16),
};
/// Evaporation of LNG on water, kg/(m2 s): the pool's area is the rate over it (the list's V22).
const EVAPORATION_KG_M2_S: f64 = 0.167;
/// Height of the gas sensors, m.
pub(super) const SENSOR_M: f64 = 1.0;
pub(super) const LFL: f64 = 0.05;

pub(super) struct Trial {
    pub source: Source,
    pub deck: Deck,
    pub observed_m: f64,
}

fn averaging_s(name: &str) -> f64 {
    // V22 gives those of Burro and Coyote; Maplin Sands' sensors were read every few seconds (from memory).
    match name {
        "BU03" => 100.0,
        "BU07" => 140.0,
        "BU08" => 80.0,
        "BU09" => 50.0,
        "CO3" => 50.0,
        "CO5" => 90.0,
        "CO6" => 70.0,
        _ => 3.0,
    }
}

pub(super) fn trials(table: &Table) -> Vec<Trial> {
    table
        .rows
        .iter()
        .filter_map(|line| {
            let n = |c: &str| table.number(line, c);
            let name = table.text(line, "trial").to_string();
            let class = match table.text(line, "class") {
                "C" => Class::C,
                "E" => Class::E,
                _ => Class::D,
            };
            let rate_kg_s = n("rate_kg_s")?;
            let source = Source {
                entry: Entry::Pool,
                gas: METHANE,
                rate_kg_s,
                duration_s: n("duration_s")?,
                burst_kg: 0.0,
                temperature_k: METHANE.boiling_k,
                vapour_share: 1.0,
                area_m2: rate_kg_s / EVAPORATION_KG_M2_S,
                height_m: 0.0,
            };
            let deck = Deck {
                wind_m_s: n("u_ref_m_s")?,
                wind_height_m: n("z_ref_m")?,
                roughness_m: n("z0_m")?,
                temperature_k: 290.0,
                relative_humidity: 0.5,
                averaging_s: averaging_s(&name),
                stability: DeckStability::Class(class),
            };
            Some(Trial { source, deck, observed_m: n("lfl_obs_m")? })
        })
        .collect()
}

fn reach_m(trial: &Trial, ambient: &Ambient) -> f64 {
    run(&trial.source, ambient, 3000.0).reach_m(LFL, SENSOR_M).unwrap_or(0.0)
}

fn lfl(bench: &Bench) -> CaseResult {
    let name = "lng-lfl";
    let Some(path) = bench.file("lng_pools/lfl_distances.csv") else {
        return CaseResult::skipped(name, "no table of LNG trials (chemical/lng_pools/lfl_distances.csv)");
    };
    let table = match Table::read(&path) {
        Ok(table) => table,
        Err(complaints) => return CaseResult::skipped(name, complaints.to_string()),
    };
    let trials = trials(&table);
    let mut result = CaseResult::new(name);
    let mut pairs = Vec::new();
    let mut reference = Vec::new();
    for (k, trial) in trials.iter().enumerate() {
        let corrected = reach_m(trial, &trial.deck.corrected());
        let original = reach_m(trial, &trial.deck.ambient());
        let pair = |predicted| Pair { run: k as u32, observed: trial.observed_m, predicted };
        pairs.push(pair(corrected));
        reference.push(pair(original));
    }
    use Measure::*;
    result.rows.push(
        row("distance to 5 %", Fac2, &pairs, Bound::AtLeast(1.0)).with_peer("Phast 0.90, SLAB 0.90, DEGADIS 0.80"),
    );
    result.rows.push(
        row("distance to 5 %", Mg, &pairs, Bound::Between(0.85, 1.15))
            .with_peer("Phast 0.996, SLAB 1.22, DEGADIS 0.64"),
    );
    result
        .rows
        .push(row("distance to 5 %", Vg, &pairs, Bound::AtMost(1.15)).with_peer("Phast 1.21, SLAB 1.20, DEGADIS 1.30"));
    for measure in [Fac2, Mg, Vg] {
        result.rows.push(row("reference mode", measure, &reference, Bound::Shown));
    }
    result.panels.push(super::prairie::scatter("LNG: distance to 5 %, m", "trials", &pairs));
    result
}
