//! What a hundred thousand people cost: hearing a warning, looking around and deciding, breathing gas. Run with
//! `cargo bench --bench people`.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use sim_core::base::ids::{PostId, ZoneId};
use sim_core::base::time::Tick;
use sim_core::hazard::gas::{Toxicant, substance};
use sim_core::people::breathe::{Airborne, Draught, Outdoors};
use sim_core::people::choose::{Haven, Surroundings};
use sim_core::people::populate::populate;
use sim_core::people::warn::Campaign;
use sim_core::place::city::FacilityKind;
use sim_core::scenario::{Choice, Scenario};
use sim_core::vocab::condition::HazardKind;
use sim_core::vocab::order::{Advice, Colour, Warning};
use std::time::Duration;

const RESIDENTS: u32 = 100_000;

fn people(criterion: &mut Criterion) {
    let choice = Choice { residents: Some(RESIDENTS), ..Choice::default() };
    let scenario = Scenario::load(&choice).unwrap_or_else(|e| panic!("{e}"));
    let (city, behaviour) = (&scenario.city, &scenario.behaviour);
    let residents = populate(city, behaviour, &scenario.clock, 7);
    let mut group = criterion.benchmark_group("people");
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(4));

    let zones: Vec<ZoneId> = (0..city.zones.len()).map(ZoneId::of).collect();
    let warning = Warning {
        hazard: HazardKind::Flood,
        colour: Colour::Red,
        advice: Advice::Leave,
        zones,
        by: PostId(0),
        clause: None,
    };
    let campaigns = [Campaign { warning, issued: Tick(0) }];
    group.throughput(Throughput::Elements(residents.households.len() as u64));
    group.bench_function("households listen", |b| {
        b.iter_batched_ref(
            || residents.clone(),
            |people| people.listen(7, Tick(90), (0, 1), 60.0, 20.0, 10.0, &campaigns, &|_, _| true),
            BatchSize::LargeInput,
        );
    });

    let havens: Vec<Haven> = city
        .facilities_of(FacilityKind::Shelter)
        .map(|(facility, f)| Haven { facility, at: f.at, open: true, exit: false })
        .collect();
    // Half a metre of water everywhere: everyone has something to see.
    let depth_m = vec![0.5; city.grid.len()];
    let around = Surroundings { city, depth_m: &depth_m, smelt: &|_| false, havens: &havens };
    group.bench_function("households decide", |b| {
        b.iter_batched_ref(
            || residents.clone(),
            |people| people.decide(behaviour, 7, Tick(90), (0, 1), &around),
            BatchSize::LargeInput,
        );
    });

    let ammonia = Toxicant::new(substance("ammonia").expect("it is in the table"));
    // 100 mg/m3 everywhere: everyone takes up some.
    let foul = vec![1e-4f32; city.grid.len()];
    let air = || [Airborne { key: "ammonia", table: &ammonia.table, probit: ammonia.probit(), outside_kg_m3: &foul }];
    let draught = Draught { wind_10m_m_s: 3.0, temperature_k: 298.15, raining: false };
    let outdoors = Outdoors { cell_of: vec![Outdoors::NOWHERE; residents.len()], ..Outdoors::default() };
    let mut breathing = residents.clone();
    // The first step fills the tables of rooms and people.
    breathing.breathe(city, behaviour, 7, (0.0, 10.0), draught, &air(), &outdoors);
    group.throughput(Throughput::Elements(u64::from(RESIDENTS)));
    group.bench_function("people breathe", |b| {
        b.iter_batched_ref(
            || breathing.clone(),
            |people| people.breathe(city, behaviour, 7, (10.0, 10.0), draught, &air(), &outdoors),
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

criterion_group!(benches, people);
criterion_main!(benches);
