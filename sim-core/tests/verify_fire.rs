//! Verification of the drill's fires: a tank reads the heat where it stands, fails near the published time, and what it does follows from
//! what it holds; no test names the second event. Each test says its grade: exact (holds to rounding), reference (a published
//! formula), behaviour (what must be so). The physics itself is verified in `consequence`.

use consequence::blast::Blast;
use consequence::fire::burn::BurnSpec;
use consequence::fire::escalation::{TankKind, failure_probability, time_to_failure_s};
use consequence::fire::store::StoreSpec;
use consequence::fire::{FireAir, Fireball};
use sim_core::base::digest::Digest;
use sim_core::base::fold;
use sim_core::base::ids::FacilityId;
use sim_core::hazard::fire::{Around, FireNews, FireState, Fires};
use sim_core::hazard::gas::{Wind, substance};
use sim_core::place::city::City;
use sim_core::place::fixture::grid_town;
use sim_core::vocab::chain::{Happening, Link, Load, Stage};
use sim_core::vocab::lever::Lever;

fn around() -> Around {
    let air = FireAir {
        wind_3m_m_s: 2.0,
        wind_10m_m_s: 3.0,
        temperature_k: 288.15,
        pressure_pa: 101_325.0,
        relative_humidity: 0.6,
    };
    Around { air, wind: Wind { speed_m_s: 3.0, from_deg: 270.0 } }
}

fn town() -> (City, FacilityId) {
    let city = grid_town(12, 4);
    let site = city.facility_by_key("tank_1").expect("the fixture has a yard");
    (city, site)
}

/// Toluene in a basin of 100 m2, leaking for an hour.
fn pool() -> BurnSpec {
    ron::from_str(r#"(substance: "toluene", what: Pool(spilled_kg: 4000.0, leak_kg_s: 6.0, leak_s: 3600.0, bund_m2: Some(100.0)))"#)
        .expect("a fire")
}

/// A bullet of 50 m3 so far east of the pool's middle.
fn bullet(substance: &str, east_m: f64) -> StoreSpec {
    let text = format!(
        r#"(name: (zh: "罐", en: "bullet"), substance: "{substance}", offset_m: ({east_m:?}, 0.0),
            vessel: Lying(diameter_m: 2.6, length_m: 9.4), mass_kg: 20000.0, relief_pa: Some(1.87e6))"#
    );
    ron::from_str(&text).expect("a tank")
}

/// Runs from tick to tick and gathers what is told, with the second at which it is.
fn run(fires: &mut Fires, city: &City, from: u32, to: u32) -> Vec<(f64, FireNews)> {
    let mut all = Vec::new();
    for tick in from..to {
        let now_s = f64::from(tick) * 10.0;
        all.extend(fires.advance(city, now_s, 10.0, around()).into_iter().map(|n| (now_s, n)));
    }
    all
}

fn links(news: &[(f64, FireNews)]) -> Vec<(f64, Link)> {
    let of = |(s, n): &(f64, FireNews)| match n {
        FireNews::Chain(link) => Some((*s, link.clone())),
        _ => None,
    };
    news.iter().filter_map(of).collect()
}

/// A seed under which the draws of the first tank fall that way.
fn seed_that(happens: Stage, tanks: &[StoreSpec]) -> u64 {
    let (city, site) = town();
    (0..200)
        .find(|seed| {
            let mut fires = Fires::new(&city, *seed);
            tanks.iter().for_each(|t| fires.place(site, t));
            fires.burn(site, &pool(), 0.0, &around());
            links(&run(&mut fires, &city, 0, 400)).iter().any(|(_, l)| l.stage == happens)
        })
        .expect("some seed")
}

#[test]
fn without_the_fire_nothing_happens_and_a_run_without_tanks_writes_no_digest() {
    // Grade: exact.
    let (city, site) = town();
    let mut fires = Fires::new(&city, 1);
    let empty = Digest::new().finish();
    let print = |fires: &Fires| {
        let mut digest = Digest::new();
        fires.digest(&mut digest);
        digest.finish()
    };
    assert!(run(&mut fires, &city, 0, 10).is_empty() && print(&fires) == empty);
    fires.place(site, &bullet("propane", 6.5));
    assert!(run(&mut fires, &city, 10, 730).is_empty());
    assert!(print(&fires) != empty && fires.spells().is_empty() && fires.worst_pa().is_empty());
}

#[test]
fn a_pool_fire_beside_a_tank_leads_by_layers_alone_to_a_fireball() {
    // Grade: reference. Time to failure and probability by the published formulas from the heat that the link names; the ball that of
    // consequence; the far tank lives.
    let (city, site) = town();
    let tanks = [bullet("propane", 6.5), bullet("propane", 45.0)];
    let seed = seed_that(Stage::Happened, &tanks);
    let mut fires = Fires::new(&city, seed);
    tanks.iter().for_each(|t| fires.place(site, t));
    fires.burn(site, &pool(), 600.0, &around());
    let news = run(&mut fires, &city, 60, 400);
    let links = links(&news);
    let (at_s, link) = links.iter().find(|(_, l)| l.stage == Stage::Happened).expect("the tank fails");
    assert_eq!((link.cause.what, link.effect.what), (Happening::PoolFire, Happening::Fireball));
    let Load::Heat { w_m2 } = link.load else { panic!("by heat") };
    let ttf = time_to_failure_s(TankKind::Pressurised, tanks[0].vessel.volume_m3(), w_m2).expect("above");
    // The pool grows for a minute, and a step is ten seconds: later by that at most.
    assert!((ttf..ttf + 90.0).contains(&link.delay_s), "{} {ttf}", link.delay_s);
    assert!((at_s - 600.0 - link.delay_s).abs() < 90.0, "{at_s}");
    assert_eq!(link.probability, failure_probability(link.delay_s));
    let (threat_s, threat) = links.iter().find(|(_, l)| l.stage == Stage::Threatens).expect("it was foretold");
    assert!(threat_s < at_s && threat.id == link.id && (threat.delay_s / link.delay_s - 1.0).abs() < 0.35);
    // The tank at 45 m stands in the fire's heat; only ball and blast trouble it.
    let by_pool = links.iter().filter(|(_, l)| l.cause.what == Happening::PoolFire).count();
    assert_eq!(by_pool, 2, "{links:?}");
    // The ball stands in the layer of heat for its time, and the blast went out.
    let s = substance("propane").expect("there");
    let burst_k = tanks[0].burst_k(s, &around().air);
    let mass = Fireball::mass_of(s, 20_000.0, burst_k, around().air.pressure_pa);
    let ball = Fireball::new(s, mass, around().air).expect("burns");
    assert!(fires.peak_w_m2().len() == city.grid.len());
    let mut again = Fires::new(&city, seed);
    tanks.iter().for_each(|t| again.place(site, t));
    again.burn(site, &pool(), 600.0, &around());
    let (mut burns_s, mut hottest, mut blasts) = (0.0, 0.0f32, 0);
    for tick in 60..400 {
        again.advance(&city, f64::from(tick) * 10.0, 10.0, around());
        for spell in again.spells() {
            let most = spell.heat_w_m2.iter().copied().fold(0.0, f32::max);
            let wide = spell.heat_w_m2.iter().filter(|q| **q > 35_000.0).count();
            if wide > 20 {
                burns_s += spell.dt_s;
                hottest = hottest.max(most);
            }
        }
        blasts += again.hits().len();
    }
    assert!((burns_s - ball.lasts_s).abs() < 1e-6, "{burns_s} {}", ball.lasts_s);
    assert!(f64::from(hottest) >= 0.9 * ball.emissive_w_m2);
    assert_eq!(blasts, 1);
    assert!(again.worst_pa().iter().any(|p| *p > 7000.0));
}

#[test]
fn over_many_seeds_tanks_fail_as_often_as_the_link_says() {
    // Grade: reference. 150 draws against their probability, within four deviations.
    let (city, site) = town();
    let (mut failed, mut expected, mut variance) = (0.0, 0.0, 0.0);
    for seed in 0..150 {
        let mut fires = Fires::new(&city, seed);
        fires.place(site, &bullet("propane", 6.5));
        fires.burn(site, &pool(), 0.0, &around());
        let links = links(&run(&mut fires, &city, 0, 200));
        let (_, last) = links.last().expect("in danger");
        let p = last.probability;
        (expected, variance) = (expected + p, variance + p * (1.0 - p));
        failed += f64::from(u8::from(last.stage == Stage::Happened));
    }
    assert!((failed - expected).abs() < 4.0 * variance.sqrt().max(1.0), "{failed} {expected}");
    assert!(failed > 10.0 && failed < 150.0, "both ways occur: {failed}");
}

#[test]
fn a_cooled_tank_stands_a_half_cooled_one_lasts_longer_and_a_coat_buys_its_time() {
    // Grade: behaviour, and exact for the coat.
    let (city, site) = town();
    let bare = bullet("propane", 6.5);
    let seed = seed_that(Stage::Happened, std::slice::from_ref(&bare));
    let settled = |tank: &StoreSpec, water_kg_s: f64| {
        let mut fires = Fires::new(&city, seed);
        fires.place(site, tank);
        fires.burn(site, &pool(), 0.0, &around());
        let mut all = run(&mut fires, &city, 0, 6);
        for tick in 6..500 {
            if water_kg_s > 0.0 {
                fires.cool(site, water_kg_s, f64::from(tick) * 10.0 + 10.0);
            }
            all.extend(run(&mut fires, &city, tick, tick + 1));
        }
        links(&all).into_iter().find(|(_, l)| l.stage != Stage::Threatens)
    };
    let (dry_s, dry) = settled(&bare, 0.0).expect("settled");
    assert_eq!(dry.stage, Stage::Happened);
    let (wet_s, wet) = settled(&bare, bare.cooling_kg_s()).expect("settled when the fire is out");
    assert!(wet.stage == Stage::Spared && wet_s > dry_s + 1500.0, "{wet_s} {wet:?}");
    let (half_s, half) = settled(&bare, 0.4 * bare.cooling_kg_s()).expect("settled");
    assert!(half_s > 1.3 * dry_s && half.probability < dry.probability, "{half_s} {dry_s}");
    let coated = StoreSpec { fireproof_s: 600.0, ..bare.clone() };
    let (coat_s, _) = settled(&coated, 0.0).expect("settled");
    assert!((coat_s - dry_s - 600.0).abs() <= 60.0, "{coat_s} {dry_s}");
}

#[test]
fn what_follows_is_what_the_tank_holds() {
    // Grade: behaviour. Benzene in an open tank burns in its bund, ammonia under pressure goes into the air: the gas model is asked.
    let (city, site) = town();
    let open: StoreSpec = ron::from_str(
        r#"(name: (zh: "罐", en: "tank"), substance: "benzene", offset_m: (12.0, 0.0),
            vessel: Upright(diameter_m: 6.0, height_m: 8.0), mass_kg: 120000.0, bund_m2: Some(400.0))"#,
    )
    .expect("a tank");
    let after = |tank: &StoreSpec| {
        let seed = seed_that(Stage::Happened, std::slice::from_ref(tank));
        let mut fires = Fires::new(&city, seed);
        fires.place(site, tank);
        fires.burn(site, &pool(), 0.0, &around());
        run(&mut fires, &city, 0, 420)
    };
    let burnt = after(&open);
    let pools = burnt.iter().filter(|(_, n)| matches!(n, FireNews::Began { .. })).count();
    assert_eq!(pools, 2, "{burnt:?}");
    let poison = after(&bullet("ammonia", 6.5));
    let asked = poison.iter().find_map(|(_, n)| match n {
        FireNews::Ask(lever) => Some(lever.clone()),
        _ => None,
    });
    let Some(Lever::ReleaseGas { substance, rate_kg_s, duration_s, .. }) = asked.as_deref() else {
        panic!("{poison:?}")
    };
    assert!(substance == "ammonia" && (2000.0..20_000.0).contains(&(rate_kg_s * duration_s)));
    assert!(poison.iter().any(|(_, n)| matches!(n, FireNews::Blast { .. })));
}

#[test]
fn a_blast_may_break_the_tank_next_to_it_at_once() {
    // Grade: behaviour. An open tank 12 m from a bullet that bursts: over 30 kPa, which the probit makes all but certain.
    let (city, site) = town();
    let open: StoreSpec = ron::from_str(
        r#"(name: (zh: "罐", en: "tank"), substance: "benzene", offset_m: (6.5, 14.0),
            vessel: Upright(diameter_m: 4.0, height_m: 6.0), mass_kg: 50000.0, fireproof_s: 7200.0)"#,
    )
    .expect("a tank");
    let tanks = [bullet("propane", 6.5), open];
    let seed = seed_that(Stage::Happened, &tanks[..1]);
    let mut fires = Fires::new(&city, seed);
    tanks.iter().for_each(|t| fires.place(site, t));
    fires.burn(site, &pool(), 0.0, &around());
    let links = links(&run(&mut fires, &city, 0, 400));
    let second = links.iter().find(|(_, l)| matches!(l.load, Load::Overpressure { .. })).expect("struck");
    let Load::Overpressure { pa } = second.1.load else { unreachable!("found by it") };
    let kind = TankKind::Atmospheric;
    assert_eq!(second.1.cause.what, Happening::Fireball);
    assert_eq!(second.1.probability, consequence::fire::escalation::blast_probability(kind, pa));
    // Farther off the wave is weaker, as TNT's.
    assert!(consequence::blast::Tnt { mass_kg: 50.0 }.overpressure_pa(50.0) < pa);
}

#[test]
fn a_checkpoint_and_any_number_of_threads_give_the_same_bits() {
    // Grade: exact. Broken off at the worst moments: heated, a tick before the ball, amid it.
    let (city, site) = town();
    let tanks = [bullet("propane", 6.5), bullet("butane", 25.0)];
    let seed = seed_that(Stage::Happened, &tanks);
    let digest = |fires: &Fires| {
        let mut d = Digest::new();
        fires.digest(&mut d);
        d.finish()
    };
    let start = || {
        let mut fires = Fires::new(&city, seed);
        tanks.iter().for_each(|t| fires.place(site, t));
        fires.burn(site, &pool(), 0.0, &around());
        fires
    };
    let whole = |threads: usize| {
        fold::with_threads(threads, || {
            let mut fires = start();
            (0..120u32)
                .map(|t| (fires.advance(&city, f64::from(t) * 10.0, 10.0, around()), digest(&fires)))
                .collect::<Vec<_>>()
        })
    };
    let one = whole(1);
    let failed = one.iter().position(|(news, _)| news.iter().any(|n| matches!(n, FireNews::Blast { .. })));
    let failed = failed.expect("the tank fails within the time") as u32;
    assert!(one == whole(2) && one == whole(8));
    for at in [3, failed - 1, failed, failed + 1] {
        let mut fires = start();
        (0..at).for_each(|t| drop(fires.advance(&city, f64::from(t) * 10.0, 10.0, around())));
        let text = ron::to_string(fires.state()).expect("plain data");
        let state: FireState = ron::from_str(&text).expect("reads back");
        let mut resumed = Fires::resume(&city, seed, state);
        for t in at..120 {
            let news = resumed.advance(&city, f64::from(t) * 10.0, 10.0, around());
            assert!((news, digest(&resumed)) == one[t as usize], "resumed at {at}, tick {t}");
        }
    }
}
