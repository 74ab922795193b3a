//! Grade: exact. What must hold at every minute of every run: nobody is lost or doubled, no water comes from nowhere,
//! every message and order is accounted for, the dead stay dead.

use crate::town;
use proptest::prelude::*;
use sim_core::base::fold::with_threads;
use sim_core::base::ids::PersonId;
use sim_core::record::{Recording, Tally};
use sim_core::scenario::{Choice, Scenario};
use sim_core::sim::Sim;
use sim_core::vocab::body::Doing;
use std::sync::Arc;

/// Largest share of the water handled that may be unaccounted for.
const WATER_ERROR_MAX: f64 = 1e-9;

/// What water there was before the first tick, by the books of a tally, m3.
fn start_m3(t: &Tally) -> f64 {
    t.water_m3 - t.water_rain_m3 - t.water_boundary_m3 + t.water_drained_m3 + t.water_pumped_m3
}

/// Holds a tally against the one before; says what is broken.
fn broken(first: &Tally, before: Option<&Tally>, t: &Tally, residents: u64) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut must = |holds: bool, what: String| {
        if !holds {
            wrong.push(format!("tick {}: {what}", t.tick.0));
        }
    };
    let people: u64 = t.doing.iter().map(|n| u64::from(*n)).sum();
    must(people == residents, format!("{people} people of {residents}"));
    must(t.dead == t.doing[Doing::Dead as usize], "the dead are counted twice over".into());
    must(t.dead_by_water + t.dead_by_gas <= t.dead, "more causes than dead".into());
    must(t.hurt_light + t.hurt_serious + t.dead <= residents as u32, "more hurt than residents".into());
    must(t.over_aegl[0] >= t.over_aegl[1] && t.over_aegl[1] >= t.over_aegl[2], format!("AEGL {:?}", t.over_aegl));
    let start = start_m3(first);
    let handled = start + t.water_rain_m3 + t.water_boundary_m3.abs() + t.water_drained_m3 + t.water_pumped_m3;
    let error = (start_m3(t) - start).abs() / handled.max(1e-9);
    must(error < WATER_ERROR_MAX, format!("water: {error:e} of what was handled is unaccounted for"));
    must(t.water_m3 >= 0.0 && t.water_m3.is_finite(), format!("water: {} m3", t.water_m3));
    must(t.gas_airborne_kg <= t.gas_released_kg * (1.0 + 1e-6) + 1e-6, "more gas in the air than released".into());
    must(
        t.messages_sent == t.messages_delivered + t.messages_lost + t.messages_under_way,
        format!("messages: {} sent", t.messages_sent),
    );
    must(
        t.orders_issued == t.orders_done + t.orders_failed + t.orders_open,
        format!("orders: {} issued", t.orders_issued),
    );
    if let Some(b) = before {
        must(t.dead >= b.dead, format!("the dead rose: {} after {}", t.dead, b.dead));
        must(t.messages_sent >= b.messages_sent && t.messages_lost >= b.messages_lost, "messages were unsent".into());
        must(t.orders_issued >= b.orders_issued, "orders were unsaid".into());
        must(t.orders_done >= b.orders_done && t.orders_failed >= b.orders_failed, "orders were undone".into());
        must(t.water_rain_m3 >= b.water_rain_m3 && t.water_drained_m3 >= b.water_drained_m3, "rain fell up".into());
        must(t.gas_released_kg >= b.gas_released_kg, "gas went back into the tank".into());
        must((0..3).all(|k| t.over_aegl[k] >= b.over_aegl[k]), "a toxic load went down".into());
    }
    wrong
}

fn all_broken(tallies: &[Tally], residents: u64) -> Vec<String> {
    let before = |i: usize| i.checked_sub(1).map(|j| &tallies[j]);
    tallies.iter().enumerate().flat_map(|(i, t)| broken(&tallies[0], before(i), t, residents)).collect()
}

/// Everyone dead in a frame is dead in all that follow, person by person.
fn risen(recording: &Recording) -> Option<String> {
    let mut dead = vec![false; recording.header.residents as usize];
    for tick in recording.people_ticks() {
        let view = recording.people_at(tick).expect("the frame is there");
        for (i, was) in dead.iter_mut().enumerate() {
            let is = view.doing_of(PersonId::of(i)) == Doing::Dead;
            if *was && !is {
                return Some(format!("person {i} is alive again at tick {}", tick.0));
            }
            *was |= is;
        }
    }
    None
}

#[test]
fn the_books_of_the_small_town_close_every_minute() {
    let rec = &town::shared().recording;
    assert!(rec.tallies.len() >= 60);
    let wrong = all_broken(&rec.tallies, rec.header.residents);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(risen(rec), None);
}

#[test]
fn no_person_is_in_two_frames_or_off_the_map() {
    let rec = &town::shared().recording;
    let (width, height) = (rec.city.grid.width_m(), rec.city.grid.height_m());
    for tick in rec.people_ticks() {
        let view = rec.people_at(tick).expect("the frame is there");
        assert_eq!(view.len() as u64, rec.header.residents, "tick {}", tick.0);
        for i in 0..view.len() {
            let (x, y) = (f64::from(view.x_m[i]), f64::from(view.y_m[i]));
            assert!(x <= width + 1.0 && y <= height + 1.0, "tick {}: person {i} at ({x}, {y})", tick.0);
        }
    }
}

#[test]
fn broken_books_are_seen() {
    let tallies = &town::shared().recording.tallies;
    let residents = town::shared().recording.header.residents;
    type Fault = fn(&mut Tally);
    let faults: [(&str, Fault); 6] = [
        ("people of", |t| t.doing[0] += 1),
        ("water:", |t| t.water_m3 += 1e-6 * t.water_m3),
        ("messages:", |t| t.messages_lost += 1),
        ("orders:", |t| t.orders_open += 1),
        ("more gas", |t| t.gas_airborne_kg = t.gas_released_kg + 1.0),
        ("AEGL", |t| t.over_aegl = [0, 1, 0]),
    ];
    for (said, fault) in faults {
        let mut cooked = tallies.clone();
        fault(&mut cooked[30]);
        let wrong = all_broken(&cooked, residents).join("\n");
        assert!(wrong.contains("tick 180: ") && wrong.contains(said), "\"{said}\" was not seen: {wrong}");
    }
    let mut risen = tallies.clone();
    risen[29].dead = risen[30].dead + 1;
    assert!(all_broken(&risen, residents).join("\n").contains("the dead rose"));
}

/// A small town, its weather and its script, as drawn.
#[derive(Debug, Clone)]
struct Drawn {
    terrain: &'static str,
    city_seed: u64,
    residents: u32,
    wind_m_s: f64,
    wind_from_deg: f64,
    rain_mm_h: f64,
    stage_m: f64,
    breach_min: u32,
    gas_kg_s: f64,
    run_seed: u64,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    (
        prop::sample::select(vec!["DeltaPolder", "LakeShore", "MountainValley"]),
        (1u64..1000, 400u32..1500, 1u64..1_000_000),
        (0.5f64..20.0, 0.0f64..360.0, 0.0f64..120.0),
        (3.0f64..7.0, 0u32..6, 0.1f64..200.0),
    )
        .prop_map(|(terrain, (city_seed, residents, run_seed), (wind, from, rain), (stage_m, breach_min, gas))| {
            Drawn {
                terrain,
                city_seed,
                residents,
                wind_m_s: wind,
                wind_from_deg: from,
                rain_mm_h: rain,
                stage_m,
                breach_min,
                gas_kg_s: gas,
                run_seed,
            }
        })
}

impl Drawn {
    fn scenario(&self, folder: &std::path::Path) -> Scenario {
        let data = town::root().join("scenarios/port_town");
        let breach = if self.terrain == "MountainValley" {
            String::new()
        } else {
            "BreachLevee(levee: \"levee_1\", width_max_m: 80.0, widen_m_h: 900.0),".into()
        };
        let (stage, inflow) = match self.terrain {
            "MountainValley" => ("None".to_string(), "[(\"0h\", 20.0), (\"15min\", 200.0)]".to_string()),
            _ => (format!("Series([(\"0h\", {:.3})])", self.stage_m), "None".to_string()),
        };
        let Drawn { terrain, city_seed, residents, wind_m_s, wind_from_deg, rain_mm_h, breach_min, gas_kg_s, .. } =
            self;
        let head = "#![enable(implicit_some, unwrap_newtypes)]\n";
        let scenario = format!(
            "{head}(schema: 1, title: (zh: \"随机小城\", en: \"Random town\"),
             city: Synth(seed: {city_seed}, residents: {residents}, width_m: 3000.0, height_m: 3000.0, cell_m: 50.0, terrain: {terrain}),
             start: \"2026-08-14T22:00\", duration: \"15min\",
             weather: (wind_m_s: {wind_m_s:.3}, wind_from_deg: {wind_from_deg:.3}, cloud: 0.5, rain_mm_h: [(\"0h\", {rain_mm_h:.3})]),
             water: (stage_m: {stage}, inflow_m3_s: {inflow}, inner_level_m: None, sewer_mm_h: 10.0, soil_mm_h: 5.0),
             behaviour: (), roster: {:?}, plan: {:?}, script: \"drill.ron\")",
            data.join("roster.ron"),
            data.join("plan.ron"),
        );
        let drill = format!(
            "{head}(schema: 1, title: (zh: \"随机\", en: \"Random\"), objectives: [], injects: [
             (key: \"A\", title: (zh: \"一\", en: \"one\"), trigger: At(time: \"{breach_min}min\", jitter: \"1min\"), expires: None,
              effects: [{breach} PowerOut(zone: None, duration: \"4min\"),
                        ReleaseGas(site: \"tank_ammonia\", substance: \"ammonia\", rate_kg_s: {gas_kg_s:.4}, duration: \"6min\"),
                        Casualties(zone: \"old_town_1\", people: 5, health: Serious)],
              messages: [], expect: [], objective: None)])"
        );
        std::fs::write(folder.join("scenario.ron"), scenario).expect("written");
        std::fs::write(folder.join("drill.ron"), drill).expect("written");
        let choice = Choice { scenario: Some(folder.to_path_buf()), ..Choice::default() };
        Scenario::load(&choice).unwrap_or_else(|e| panic!("{self:?}\n{e}"))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, max_shrink_iters: 8, ..ProptestConfig::default() })]
    #[test]
    fn the_books_of_any_small_town_close_every_minute(drawn in drawn()) {
        let folder = tempfile::tempdir().expect("a folder");
        let scenario = Arc::new(drawn.scenario(folder.path()));
        let residents = scenario.city.residents();
        prop_assert_eq!(residents, u64::from(drawn.residents));
        let tallies: Vec<Tally> = with_threads(2, || {
            let mut sim = Sim::new(scenario, drawn.run_seed);
            let mut tallies = Vec::new();
            while !sim.finished() {
                tallies.extend(sim.tick().tally);
            }
            tallies
        });
        prop_assert_eq!(tallies.len(), 15);
        let wrong = all_broken(&tallies, residents);
        prop_assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
