//! Fires and explosions against ALOHA's printed distances and the textbooks' worked numbers.

use super::case::{Bench, Bound, Case, CaseResult, Panel, Role, Row, scatter};
use super::data::Table;
use crate::blast::*;
use crate::fire::pool::Brightness;
use crate::fire::*;
use crate::substance::{Substance, Substances};

pub fn cases() -> Vec<Case> {
    vec![
        Case {
            name: "aloha-fires",
            about: "ALOHA's pool fires, fireballs, jet fires (V3, V4, V5)",
            quick: true,
            run: fires,
        },
        Case { name: "aloha-blasts", about: "ALOHA's explosions for its mass (V6)", quick: true, run: blasts },
        Case { name: "tnt", about: "TNT: EPA's 1 psi and the K factors (V24, V25)", quick: true, run: tnt },
    ]
}

/// The night of its runs: 5 m/s at 10 m over open country, 15 C, 60 %.
fn night() -> FireAir {
    let z0 = 0.03;
    let at = |z: f64| base::math::ln((z + z0) / z0);
    FireAir {
        wind_3m_m_s: 5.0 * at(3.0) / at(10.0),
        wind_10m_m_s: 5.0,
        temperature_k: 288.15,
        pressure_pa: 101_325.0,
        relative_humidity: 0.6,
    }
}

/// What ALOHA printed for a run: distances to 10, 5, 2 kW/m2.
fn printed(table: &Table, id: &str) -> [f64; 3] {
    let row = table.rows.iter().find(|row| table.text(row, "id") == id);
    ["q10_m", "q5_m", "q2_m"].map(|c| row.and_then(|row| table.number(row, c)).unwrap_or(f64::NAN))
}

fn distances(result: &mut CaseResult, id: &str, fire: &dyn Heat, want: [f64; 3], share: f64) {
    for (level, want) in ALOHA_LEVELS_W_M2.into_iter().zip(want) {
        let name = format!("{id}: m to {} kW/m2", level / 1000.0);
        // Printed to the metre.
        result.rows.push(Row::near_or_within(name, fire.reach_m(level), want, share, 0.5));
    }
    let far = 1.3 * want[2];
    let flux = (0..120)
        .map(|k| far * (0.05 + 0.95 * f64::from(k) / 119.0))
        .map(|x| (x, fire.heat_w_m2(x, 0.0, 0.0) / 1000.0))
        .collect();
    let printed = want.into_iter().zip(ALOHA_LEVELS_W_M2.map(|q| q / 1000.0)).collect();
    let panel = Panel { log: true, ..Panel::new(id, "m downwind", "kW/m2") };
    result.panels.push(panel.with("ALOHA", Role::Experiment, printed).with("computed", Role::Computed, flux));
}

fn fires(bench: &Bench) -> CaseResult {
    let name = "aloha-fires";
    let Some(path) = bench.file("aloha_runs/fires.csv") else {
        return CaseResult::skipped(name, "aloha_runs/fires.csv is not at hand");
    };
    let table = match Table::read(&path) {
        Ok(table) => table,
        Err(told) => return CaseResult::skipped(name, told.to_string()),
    };
    let mut result = CaseResult::new(name);
    let all = Substances::embedded();
    let (toluene, propane) = (the(&all, "toluene"), the(&all, "propane"));
    for (id, area, flame) in [("F1", 20.0, 10.0), ("F2", 200.0, 23.0)] {
        let Some(fire) = PoolFire::of_area(toluene, area, Brightness::Share, night()) else { continue };
        let what = format!("{id} toluene pool, {area} m2");
        result.rows.push(Row::near(format!("{what}: flame, m"), fire.flame_m, flame, 0.15));
        distances(&mut result, &what, &fire, printed(&table, id), 0.15);
    }
    for (id, mass, wide) in [("F3", 16_037.0, 146.0), ("F4", 962.0, 57.0)] {
        let Some(ball) = Fireball::new(propane, mass, night()) else { continue };
        let what = format!("{id} fireball of {mass} kg propane");
        result.rows.push(Row::near_or_within(format!("{what}: diameter, m"), ball.diameter_m, wide, 0.0, 0.5));
        distances(&mut result, &what, &ball, printed(&table, id), 0.03);
    }
    for (id, rate) in [("F5", 30.5), ("F6", 27.2)] {
        // ALOHA's burn rates; the tank at the temperature of the night.
        let feed = jet::JetFeed {
            rate_kg_s: rate,
            pressure_pa: propane.vapour_pressure_pa(288.15),
            temperature_k: 288.15,
            two_phase: true,
            height_m: 0.0,
        };
        let Some(fire) = JetFire::new(propane, &feed, night()) else { continue };
        distances(&mut result, &format!("{id} jet of {rate} kg/s propane"), &fire, printed(&table, id), 0.10);
    }
    let all = scatter("Fires: all numbers", "ALOHA", &result.rows);
    result.panels.insert(0, all);
    result.notes.push("the fireball's radiated share, 0.36, was fitted on the six distances of F3 and F4".into());
    result
}

fn the<'a>(all: &'a Substances, key: &str) -> &'a Substance {
    all.find(key).expect("a substance of the embedded table")
}

fn blasts(bench: &Bench) -> CaseResult {
    let name = "aloha-blasts";
    if bench.file("aloha_runs/explosions.csv").is_none() {
        return CaseResult::skipped(name, "aloha_runs/explosions.csv is not at hand");
    }
    let mut result = CaseResult::new(name);
    let all = Substances::embedded();
    // V2, V4, R2: the explosive mass and the offset of the middle that ALOHA's own distances imply.
    let offset = 9.5;
    let cloud = |key: &str, mass: f64, congestion: Congestion, detonated: bool| {
        VapourCloud::new(the(&all, key), mass, congestion, Expansion::ThreeD, detonated, 101_325.0)
    };
    for (id, key, mass, detonated, want) in [
        ("V2 congested spark", "propane", 4.60, false, [None, Some(18.0), Some(34.0)]),
        ("V4 detonation", "propane", 4.60, true, [Some(23.0), Some(33.0), Some(71.0)]),
    ] {
        let Some(blast) = cloud(key, mass, Congestion::High, detonated) else { continue };
        for (level, want) in ALOHA_LEVELS_PA.into_iter().zip(want) {
            let row = format!("{id}, {mass} kg: m to {:.1} psi", level / PSI_PA);
            let got = blast.reach_m(level);
            result.rows.push(match want {
                Some(want) => Row::near(row, got.map_or(f64::NAN, |r| r + offset), want, 0.15),
                None => Row::bound(format!("{row} (never: 0)"), got.unwrap_or(0.0), Bound::AtMost(0.0)),
            });
        }
    }
    let curve = |b: &VapourCloud| {
        (1..200).map(|k| 0.5 * f64::from(k)).map(|r| (r + offset, b.overpressure_pa(r) / PSI_PA)).collect::<Vec<_>>()
    };
    if let (Some(fast), Some(slow)) =
        (cloud("propane", 4.60, Congestion::High, true), cloud("propane", 4.60, Congestion::High, false))
    {
        let title = "4.6 kg of propane: detonation and congested spark";
        let panel = Panel { log: true, ..Panel::new(title, "m from the leak", "psi") };
        result.panels.push(
            panel
                .with(
                    "ALOHA V4, V2",
                    Role::Experiment,
                    vec![(23.0, 8.0), (33.0, 3.5), (71.0, 1.0), (18.0, 3.5), (34.0, 1.0)],
                )
                .with("detonation", Role::Computed, curve(&fast))
                .with("spark", Role::ComputedToo, curve(&slow)),
        );
    }
    if let Some(open) = cloud("propane", 4.60, Congestion::Low, false) {
        let got = open.reach_m(ALOHA_LEVELS_PA[2]).unwrap_or(0.0);
        result.rows.push(Row::bound("V3 uncongested spark: m to 1 psi (never: 0)", got, Bound::AtMost(0.0)));
    }
    // Another set of curves for detonations, from a digitised figure.
    if let Some(Ok(curves)) = bench.file("blast/bst_overpressure.csv").map(|p| Table::read(&p)) {
        for row in &curves.rows {
            let (Some(x), Some(p)) = (curves.number(row, "scaled_distance_R"), curves.number(row, "Mf_5.2")) else {
                continue;
            };
            let name = format!("detonation at x {x}: dP/p0, digitised curves");
            let got = bst::scaled_overpressure(bst::DETONATION, x);
            // Where both are for the same thing, near the cloud: 25 % (the figure's reading error is 5 to 10 %, and steep).
            let near = (0.5..=1.4).contains(&x);
            result.rows.push(if near {
                Row::near(name, got, p, 0.25)
            } else {
                Row { want: Some(p), ..Row::shown(name, got) }
            });
        }
    }
    result.notes.push("here with ALOHA's own mass; aloha-flammable starts at the leak".into());
    result
}

fn tnt(_: &Bench) -> CaseResult {
    let mut result = CaseResult::new("tnt");
    let all = Substances::embedded();
    // With EPA's own heat of combustion, 46.33 MJ/kg, and with the table's.
    let epa = Tnt { mass_kg: 0.1 * 22_680.0 * 46.33e6 / tnt::TNT_J_KG };
    result.rows.push(Row::near("V24 22,680 kg propane: m to 1 psi", epa.epa_one_psi_m(), 479.6, 1e-3));
    if let Some(ours) = Tnt::of_fuel(the(&all, "propane"), 22_680.0, tnt::EPA_YIELD) {
        result.rows.push(Row::near("V24 with the table's heat of combustion", ours.epa_one_psi_m(), 479.6, 5e-3));
    }
    let one = Tnt { mass_kg: 1.0 };
    for (z, psi) in [(3.57, 11.7), (7.14, 3.51), (11.9, 1.71), (15.87, 1.18), (19.8, 0.90)] {
        let got = one.overpressure_pa(z) / PSI_PA;
        result.rows.push(Row::near(format!("V25 Z {z} m/kg^(1/3): psi"), got, psi, 0.02));
    }
    result
}
