//! Verification of what people breathe: rooms, windows, vehicles, doses. Grades as in verify_gas.rs. The laws of dose and room are
//! verified in `consequence`; here, that everyone gets the air of where they are, and that what they do with their windows tells.

use consequence::harm::advice::{Expected, stay};
use consequence::harm::indoor::{Keeping, weather_factor};
use sim_core::base::digest::Digest;
use sim_core::base::fold;
use sim_core::base::ids::{CarId, HouseholdId, PersonId};
use sim_core::base::time::Clock;
use sim_core::hazard::gas::{Toxicant, substance};
use sim_core::people::breathe::{Airborne, Cabin, Draught, Outdoors};
use sim_core::people::populate::populate;
use sim_core::people::{Behaviour, People, Plan};
use sim_core::place::city::City;
use sim_core::place::fixture::grid_town;
use sim_core::vocab::body::{Health, Whereabouts};

const WIND_M_S: f64 = 4.0;
/// Ten degrees colder than rooms: the weather in which the exchange of a building is its own.
const DRAUGHT: Draught = Draught { wind_10m_m_s: WIND_M_S, temperature_k: 283.15, raining: true };

fn town() -> (City, Behaviour, People) {
    let city = grid_town(5, 4);
    let behaviour = Behaviour { air_changes_h: 0.5, ..Behaviour::default() };
    let clock = Clock::parse("2026-08-14T22:00").unwrap();
    let mut people = populate(&city, &behaviour, &clock, 1);
    for i in 0..people.len() {
        people.place[i] = Whereabouts::Building(people.household(PersonId::of(i)).home);
    }
    (city, behaviour, people)
}

/// Half an hour of chlorine at 60 ppm over all the town, then clean air until two hours have passed; `each` is called before each step.
fn cloud(
    city: &City,
    behaviour: &Behaviour,
    people: &mut People,
    draught: Draught,
    outdoors: &Outdoors,
    mut each: impl FnMut(usize, &mut People),
) {
    let chlorine = Toxicant::new(substance("chlorine").unwrap());
    let foul = vec![chlorine.kg_m3(60.0) as f32; city.grid.len()];
    let clean = vec![0.0; city.grid.len()];
    for step in 0..720 {
        each(step, people);
        let outside = if step < 180 { &foul } else { &clean };
        let airs =
            [Airborne { key: "chlorine", table: &chlorine.table, probit: chlorine.probit(), outside_kg_m3: outside }];
        people.breathe(city, behaviour, 1, (10.0 * step as f64, 10.0), draught, &airs, outdoors);
    }
}

fn nobody_out(people: &People) -> Outdoors {
    Outdoors { cell_of: vec![Outdoors::NOWHERE; people.len()], ..Outdoors::default() }
}

/// Share of the AEGL-3 load and breathed integral of the first member of a household.
fn taken(people: &People, h: u32) -> (f32, f32) {
    let person = people.households[h as usize].first;
    let (_, lungs) = people.inhaled(person).next().expect("there was gas");
    (lungs.share[2], lungs.breathed_kg_s_m3)
}

#[test]
fn a_household_s_dose_is_the_room_law_s_and_late_airing_costs() {
    // Grade: reference (consequence::harm::advice::stay for the same exchange, 1 %) and behaviour (the order of the doses).
    let (city, behaviour, people) = town();
    let chlorine = Toxicant::new(substance("chlorine").unwrap());
    let outside: Vec<f32> = (0..720).map(|k| if k < 180 { chlorine.kg_m3(60.0) as f32 } else { 0.0 }).collect();
    let expected = Expected { dt_s: 10.0, kg_m3: &outside };
    let dose = |shut: bool, airs_at: Option<usize>| {
        let mut people = people.clone();
        let out = nobody_out(&people);
        if shut {
            people.households.iter_mut().for_each(|h| h.plan = Plan::Sealed);
        }
        cloud(&city, &behaviour, &mut people, DRAUGHT, &out, |step, people| {
            if Some(step) == airs_at {
                people.households.iter_mut().for_each(|h| h.plan = Plan::Airing);
            }
        });
        people
    };
    let (aired, late, never, usual) =
        (dose(true, Some(180)), dose(true, Some(360)), dose(true, None), dose(false, None));
    assert!((weather_factor(WIND_M_S, 283.15) - 1.0).abs() < 1e-9);
    for h in 0..people.households.len() as u32 {
        let home = people.households[h as usize].home;
        let usual_per_h = f64::from(people.windows.building_per_h[home.index()]);
        for (run, keeping, airs_s) in [
            (&aired, Keeping::Shut, Some(1800.0)),
            (&late, Keeping::Shut, Some(3600.0)),
            (&never, Keeping::Shut, None),
            (&usual, Keeping::Usual, None),
        ] {
            let want = stay(expected, 0.0, usual_per_h, keeping, airs_s, WIND_M_S, &chlorine.table);
            let got = f64::from(taken(run, h).0);
            assert!((got / want.share[2] - 1.0).abs() < 0.01, "household {h}: {got}, the room law {}", want.share[2]);
        }
        let breathed = [&aired, &late, &never, &usual].map(|run| taken(run, h).1);
        assert!(breathed[0] < breathed[1] && breathed[1] < breathed[2] && breathed[2] < breathed[3], "{breathed:?}");
    }
}

#[test]
fn outdoors_is_worst_a_car_is_between_and_a_dry_evening_s_open_windows_let_it_in() {
    // Grade: behaviour; the dose outdoors exact (1.6 % of the dose table).
    let (city, behaviour, mut people) = town();
    let (walker, driver) = (people.households[0].first, people.households[1].first);
    people.place[walker.index()] = Whereabouts::OnFoot;
    people.place[driver.index()] = Whereabouts::Car(CarId(0));
    let mut out = nobody_out(&people);
    out.cell_of[walker.index()] = 0;
    out.cars.insert(CarId(0), Cabin { cell: 0, moving: true });
    let mut dry = people.clone();
    cloud(&city, &behaviour, &mut people, DRAUGHT, &out, |_, _| {});
    let chlorine = Toxicant::new(substance("chlorine").unwrap());
    let wanted = 1800.0 * chlorine.kg_m3(60.0);
    let (foot, car, home) = (taken(&people, 0), taken(&people, 1), taken(&people, 2));
    assert!((f64::from(foot.1) / wanted - 1.0).abs() < 1e-4, "{foot:?}");
    assert!(foot.0 > car.0 && car.0 > home.0, "{foot:?} {car:?} {home:?}");
    // The air of a car changes within minutes: near the end it is that of the street, so it is no shelter.
    assert!(car.1 > 0.7 * foot.1);
    let (_, lungs) = people.inhaled(walker).next().unwrap();
    let times = lungs.reached_s.map(|t| t.expect("60 ppm for half an hour is above every level"));
    assert!(times[0] <= times[1] && times[1] <= times[2] && times[2] <= 600, "{times:?}");
    assert!(people.health[walker.index()] >= Health::Serious);

    let half_open = Behaviour { windows_open_share: 0.5, ..behaviour };
    cloud(&city, &half_open, &mut dry, Draught { raining: false, ..DRAUGHT }, &out, |_, _| {});
    let worse = (2..dry.households.len() as u32).filter(|h| taken(&dry, *h).0 > 1.5 * taken(&people, *h).0).count();
    let homes = dry.households.len() - 2;
    assert!(worse > homes / 5 && worse < homes, "{worse} of {homes} had their windows open");
    assert!(dry.over_aegl()[2] > people.over_aegl()[2]);
}

#[test]
fn doses_have_the_same_bits_on_1_2_and_8_threads_and_a_checkpoint_goes_on() {
    // Grade: exact.
    let (city, behaviour, start) = town();
    let run = |threads: usize, checkpoint: bool| {
        fold::with_threads(threads, || {
            let mut people = start.clone();
            let out = nobody_out(&people);
            cloud(&city, &behaviour, &mut people, DRAUGHT, &out, |step, people| {
                if step == 100 {
                    people.households.iter_mut().step_by(2).for_each(|h| h.plan = Plan::Sealed);
                }
                if checkpoint && step == 170 {
                    let bytes = postcard::to_stdvec(people).unwrap();
                    *people = postcard::from_bytes(&bytes).unwrap();
                }
            });
            let mut digest = Digest::new();
            people.digest(&mut digest);
            digest.finish()
        })
    };
    let one = run(1, false);
    assert_eq!(one, run(2, false));
    assert_eq!(one, run(8, false));
    assert_eq!(one, run(2, true));
    let mut other = start.clone();
    let out = nobody_out(&other);
    cloud(&city, &behaviour, &mut other, DRAUGHT, &out, |_, _| {});
    let mut digest = Digest::new();
    other.digest(&mut digest);
    assert_ne!(one, digest.finish(), "shut windows show in the digest");
    assert!(other.at_home_kg_m3(HouseholdId(0)).next().is_some_and(|(_, c)| c > 0.0));
}
