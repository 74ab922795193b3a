//! Grade: exact. A run is a function of scenario, script, seed and inputs: the same bits at every tick on any number
//! of threads, after a checkpoint, and in any order of births. Each comparison has also been seen to fail.

use crate::town::{self, SEED};
use sim_core::base::fold::with_threads;
use sim_core::base::ids::InjectId;
use sim_core::base::time::Tick;
use sim_core::record::{DigestRow, Input, StampedInput, compare};
use sim_core::sim::{Checkpoint, Sim};
use sim_core::vocab::event::Stamped;

/// Ends at the first tick that differs and says in which part.
fn assert_same(name: &str, parts: &[String], a: &[DigestRow], b: &[DigestRow]) {
    assert_eq!(a.len(), b.len(), "{name}: one run is shorter");
    for (x, y) in a.iter().zip(b) {
        if x != y {
            let differing: Vec<&str> = parts
                .iter()
                .zip(x.parts.iter().zip(&y.parts))
                .filter(|(_, (p, q))| p != q)
                .map(|(part, _)| part.as_str())
                .collect();
            panic!("{name}: tick {} differs in {}", x.tick.0, differing.join(", "));
        }
    }
}

/// Runs to the end; digests and events.
fn to_the_end(sim: &mut Sim, threads: usize) -> (Vec<DigestRow>, Vec<Stamped>) {
    with_threads(threads, || {
        let (mut digests, mut events) = (Vec::new(), Vec::new());
        while !sim.finished() {
            let batch = sim.tick();
            events.extend(batch.events);
            digests.push(batch.digest.expect("every tick has a digest"));
        }
        (digests, events)
    })
}

#[test]
fn the_small_town_is_not_a_quiet_one() {
    let rec = &town::shared().recording;
    assert_eq!(rec.digests.len(), 360, "an hour of ten seconds");
    let last = rec.tallies.last().expect("tallies");
    assert!(last.breach_width_m > 0.0, "the levee did not breach");
    assert!(last.flooded_land_m2 > 0.0, "no land was flooded");
    assert!(last.gas_released_kg > 1000.0, "no gas was released");
    assert!(last.messages_delivered > 10 && last.orders_issued > 3, "nobody commanded");
    assert!(rec.tallies.iter().any(|t| t.units_busy > 0), "no unit moved");
    assert!(rec.tallies.iter().any(|t| t.cars_moving > 0), "no car moved");
    let changes = |part: usize| rec.digests.windows(2).filter(|w| w[0].parts[part] != w[1].parts[part]).count();
    for (part, name) in rec.header.digest_parts.iter().enumerate() {
        assert!(changes(part) > 0, "the digest of {name} never changes: it cannot see a fault");
    }
}

#[test]
fn one_two_and_eight_threads_agree_at_every_tick() {
    let two = town::shared();
    for threads in [1, 8] {
        let other = town::run(&town::scenario(), SEED, threads, &[]);
        let name = format!("{threads} threads against 2");
        assert_same(&name, &two.recording.header.digest_parts, &two.recording.digests, &other.recording.digests);
        assert_eq!(compare(&two.recording, &other.recording), None, "{name}");
        assert_eq!(two.recording.end, other.recording.end, "{name}");
    }
}

#[test]
fn two_runs_give_the_same_file_to_the_last_byte() {
    let again = town::run(&town::scenario(), SEED, 2, &[]);
    let bytes = |run: &town::Run| std::fs::read(run.recording.path()).expect("the recording is there");
    assert!(bytes(town::shared()) == bytes(&again), "two runs wrote different files");
}

#[test]
fn another_seed_gives_another_run() {
    let other = town::run(&town::scenario(), SEED + 1, 2, &[]);
    let difference = compare(&town::shared().recording, &other.recording).expect("the seed changes the run");
    assert!(difference.what.iter().any(|w| w.starts_with("seed: ")), "{difference:?}");
    assert!(town::shared().recording.digests != other.recording.digests, "only the header differs");
}

#[test]
fn a_checkpoint_goes_on_as_if_nothing_had_happened() {
    let shared = &town::shared().recording;
    let scenario = town::scenario();
    let mut sim = Sim::new(scenario.clone(), SEED);
    // Before anything, amid the flood, and while gas is in the air.
    let mut saved: Vec<Vec<u8>> = Vec::new();
    while !sim.finished() {
        if [0, 61, 137].contains(&sim.now().0) {
            saved.push(sim.checkpoint().to_bytes());
        }
        sim.tick();
    }
    assert_eq!(saved.len(), 3);
    for bytes in saved {
        let checkpoint = Checkpoint::from_bytes(&bytes).expect("a checkpoint reads back");
        let from = checkpoint.tick;
        let mut resumed = Sim::resume(scenario.clone(), checkpoint).expect("the scenario is the same");
        let (digests, events) = to_the_end(&mut resumed, 2);
        let name = format!("resumed at tick {}", from.0);
        assert_same(&name, &shared.header.digest_parts, &shared.digests[from.0 as usize..], &digests);
        let later: Vec<Stamped> = shared.events.iter().filter(|e| e.tick >= from).cloned().collect();
        assert!(later == events, "{name}: the events differ");
    }
}

#[test]
fn a_checkpoint_of_another_scenario_or_a_torn_one_is_refused() {
    let scenario = town::scenario();
    let bytes = Sim::new(scenario.clone(), SEED).checkpoint().to_bytes();
    assert!(Checkpoint::from_bytes(&bytes[..bytes.len() / 2]).is_err(), "half a checkpoint was read");
    let mut other = (*scenario).clone();
    other.hash = "another".into();
    let checkpoint = Checkpoint::from_bytes(&bytes).expect("whole");
    let refused = Sim::resume(std::sync::Arc::new(other), checkpoint).err().expect("refused");
    assert!(refused.to_string().contains(&scenario.hash), "{refused}");
}

#[test]
fn the_order_of_births_changes_nothing() {
    let shared = &town::shared().recording;
    type Order = fn(usize) -> usize;
    let orders: [(&str, Order); 3] =
        [("backwards", |i| usize::MAX - i), ("shuffled", |i| (i * 7919 + 13) % 1009), ("odd first", |i| (i + 1) % 2)];
    for (name, order) in orders {
        let mut sim = Sim::new(town::scenario(), SEED).reborn(order);
        let (digests, events) = to_the_end(&mut sim, 2);
        assert_same(name, &shared.header.digest_parts, &shared.digests, &digests);
        assert!(shared.events == events, "{name}: the events differ");
    }
}

#[test]
fn bodies_born_anew_in_the_midst_of_a_run_change_nothing() {
    let shared = &town::shared().recording;
    let mut sim = Sim::new(town::scenario(), SEED);
    let mut digests = Vec::new();
    while !sim.finished() {
        if sim.now().0 % 40 == 20 {
            sim = sim.reborn(|i| (i * 31 + 7) % 97);
        }
        digests.push(sim.tick().digest.expect("every tick has a digest"));
    }
    assert_same("born anew every 40 ticks", &shared.header.digest_parts, &shared.digests, &digests);
}

#[test]
fn a_planted_fault_is_seen_at_its_tick_and_named() {
    let scenario = town::scenario();
    let spare = scenario.script.injects.iter().position(|i| i.key == "J-05").expect("the spare inject");
    let fault = StampedInput { tick: Tick(100), input: Input::FireInject(InjectId::of(spare)) };
    let faulty = town::run(&scenario, SEED, 2, std::slice::from_ref(&fault));
    let shared = &town::shared().recording;
    assert_eq!(faulty.recording.inputs, [fault], "the input is in the recording");
    let difference = compare(shared, &faulty.recording).expect("the comparison is blind");
    assert_eq!(difference.tick, Tick(100), "{difference:?}");
    let what = difference.what.join("\n");
    for word in ["drill", "people", "first event that differs"] {
        assert!(what.contains(word), "\"{word}\" is not named in:\n{what}");
    }
    let before = |rec: &sim_core::record::Recording| rec.digests[..100].to_vec();
    assert_eq!(before(shared), before(&faulty.recording), "a later input reached back");
    // The same inputs give the same run again.
    let again = town::run(&scenario, SEED, 1, &faulty.recording.inputs);
    assert_eq!(compare(&faulty.recording, &again.recording), None);
}

#[test]
#[should_panic(expected = "tick 3 differs in b")]
fn the_comparison_of_digests_can_fail() {
    let row = |tick: u32, b: u64| DigestRow { tick: Tick(tick), parts: vec![1, b] };
    let (x, y): (Vec<_>, Vec<_>) = (0..5).map(|t| (row(t, 2), row(t, if t == 3 { 9 } else { 2 }))).unzip();
    assert_same("planted", &["a".into(), "b".into()], &x, &y);
}
