//! What a hundred thousand people cost: hearing a warning, looking around and deciding, breathing gas. Run with
//! `cargo bench --bench people`.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use sim_core::base::ids::{PersonId, PostId, ZoneId};
use sim_core::base::time::Tick;
use sim_core::hazard::gas::substance::{Substance, death_probability, dose_rate_per_s, load_rate_per_s};
use sim_core::hazard::gas::{Gas, GasSpec};
use sim_core::people::choose::{Haven, Surroundings};
use sim_core::people::harm::Toxic;
use sim_core::people::populate::populate;
use sim_core::people::warn::Campaign;
use sim_core::place::city::FacilityKind;
use sim_core::scenario::{Choice, Scenario};
use sim_core::vocab::condition::HazardKind;
use sim_core::vocab::lever::Lever;
use sim_core::vocab::order::{Advice, Colour, Warning};
use std::time::Duration;

const RESIDENTS: u32 = 100_000;

/// The dose-response of a substance, as the simulation joins it to the people.
struct Breath(&'static Substance);

impl Toxic for Breath {
    fn load_rate_per_s(&self, level: u8, concentration_kg_m3: f64) -> f64 {
        load_rate_per_s(self.0, level, concentration_kg_m3)
    }
    fn dose_rate_per_s(&self, concentration_kg_m3: f64) -> f64 {
        dose_rate_per_s(self.0, concentration_kg_m3)
    }
    fn death_probability(&self, dose: f64) -> f64 {
        death_probability(self.0, dose)
    }
}

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
    let clean = vec![0.0f32; city.grid.len()];
    let around =
        Surroundings { city, depth_m: &depth_m, gas_kg_m3: &clean, odour_kg_m3: f64::INFINITY, havens: &havens };
    group.bench_function("households decide", |b| {
        b.iter_batched_ref(
            || residents.clone(),
            |people| people.decide(behaviour, 7, Tick(90), (0, 1), &around),
            BatchSize::LargeInput,
        );
    });

    let mut gas = Gas::new(city, &GasSpec::default());
    let (site, _) = city.facilities_of(FacilityKind::TankYard).next().expect("the port has tanks");
    gas.obey(&Lever::ReleaseGas { site, substance: "ammonia".into(), rate_kg_s: 25.0, duration_s: 3600.0 }, 0.0);
    gas.advance(0.0, 10.0, 20.0);
    let substance = gas.substance().expect("a gas was released");
    // 100 mg/m3 everywhere: everyone takes up some.
    let foul = vec![1e-4f32; city.grid.len()];
    group.throughput(Throughput::Elements(u64::from(RESIDENTS)));
    group.bench_function("people breathe", |b| {
        b.iter_batched_ref(
            || residents.clone(),
            |people| people.breathe(city, &foul, &Breath(substance), &|_: PersonId| None, 10.0),
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

criterion_group!(benches, people);
criterion_main!(benches);
