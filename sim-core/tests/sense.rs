//! Grade: behaviour. What posts on telemetry are sent, in the small town's hour: readings with gauges' faults, and a flood
//! forecast made from their own picture; and that both, with the mains, go on from a checkpoint as if nothing had been.

use sim_core::base::fold::with_threads;
use sim_core::base::time::Tick;
use sim_core::scenario::{Choice, Scenario};
use sim_core::sim::{Checkpoint, Sim};
use sim_core::vocab::condition::Quantity;
use sim_core::vocab::event::{Event, Stamped};
use sim_core::vocab::message::{Message, Party};
use std::path::Path;
use std::sync::{Arc, OnceLock};

fn scenario() -> Arc<Scenario> {
    static ONCE: OnceLock<Arc<Scenario>> = OnceLock::new();
    ONCE.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/small");
        let choice = Choice { scenario: Some(folder), ..Choice::default() };
        Arc::new(Scenario::load(&choice).unwrap_or_else(|e| panic!("the small scenario is wrong:\n{e}")))
    })
    .clone()
}

/// Events of the first 50 min on so many threads; with a checkpoint taken up at 12 min, before the first forecast, and one
/// at 20 min, after it, where `broken` says so.
fn events(threads: usize, broken: bool) -> Vec<Stamped> {
    with_threads(threads, || {
        let mut sim = Sim::new(scenario(), 7);
        let mut all = Vec::new();
        while sim.now().whole_s() < 3000 {
            if broken && [720, 1200].contains(&sim.now().whole_s()) {
                let bytes = sim.checkpoint().to_bytes();
                sim = Sim::resume(scenario(), Checkpoint::from_bytes(&bytes).unwrap()).unwrap();
            }
            all.extend(sim.tick().events);
        }
        all
    })
}

fn shared() -> &'static [Stamped] {
    static ONCE: OnceLock<Vec<Stamped>> = OnceLock::new();
    ONCE.get_or_init(|| events(2, false))
}

/// Messages of instruments and offices whose facts speak of a quantity, in order.
fn about(quantity: Quantity) -> Vec<&'static Message> {
    let sent = shared().iter().filter_map(|e| match &e.event {
        Event::MessageSent(message) => Some(message),
        _ => None,
    });
    let instruments = |m: &&Message| matches!(m.from, Party::Gauge(_) | Party::Persona(_));
    sent.filter(instruments).filter(|m| m.facts.iter().any(|f| f.topic.quantity == quantity)).collect()
}

#[test]
fn telemetry_is_the_same_on_other_threads_and_over_checkpoints() {
    let whole = shared();
    assert!(events(1, false) == whole, "one thread and two differ");
    assert!(events(2, true) == whole, "a checkpoint changed what was told");
}

#[test]
fn a_flood_forecast_is_sent_while_a_breach_is_known_and_gives_chances_depths_and_times() {
    let forecasts = about(Quantity::ZoneFloodChance);
    assert!(!forecasts.is_empty(), "rain, high tide and a breach, and no forecast");
    for forecast in &forecasts {
        assert_eq!(forecast.sent.whole_s() % 3600, 900, "at a quarter past");
        let mut likely = 0;
        for fact in &forecast.facts {
            match fact.topic.quantity {
                Quantity::ZoneFloodChance => {
                    assert!((0.0..=1.0).contains(&fact.value), "a chance of {}", fact.value);
                    likely += u32::from(fact.value >= 0.5);
                }
                Quantity::ZoneDepthForecast => assert!((0.0..20.0).contains(&fact.value), "{} m", fact.value),
                other => panic!("a flood forecast speaks of {other:?}"),
            }
        }
        println!("{}: {} zones likely; {}", forecast.sent.0, likely, forecast.text.en);
        assert!(forecast.text.zh.contains("积水") && !forecast.text.en.is_empty());
    }
    let seen = shared().iter().any(
        |e| matches!(&e.event, Event::PictureChanged { fact, .. } if fact.topic.quantity == Quantity::ZoneFloodChance),
    );
    assert!(seen, "a post read it");
}

#[test]
fn gauges_report_each_at_its_own_minute_and_in_whole_centimetres() {
    let readings = about(Quantity::Stage);
    let mut offsets = std::collections::BTreeMap::new();
    for reading in &readings {
        let Party::Gauge(gauge) = reading.from else { panic!("a stage from {:?}", reading.from) };
        let value = reading.facts[0].value * 100.0;
        assert!((value - value.round()).abs() < 1e-6, "{} m", reading.facts[0].value);
        let offset = Tick(reading.sent.0 % 60);
        assert_eq!(*offsets.entry(gauge).or_insert(offset), offset, "every ten minutes");
    }
    assert!(offsets.len() > 2, "{} gauges", offsets.len());
    assert!(offsets.values().collect::<std::collections::BTreeSet<_>>().len() > 1, "not all at once");
}
