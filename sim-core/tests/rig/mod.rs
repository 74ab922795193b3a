//! What the tests of a drill's gas share: leaks, time, the balance, and the same bits on any number of threads and over a checkpoint.

use sim_core::base::digest::Digest;
use sim_core::base::fold;
use sim_core::base::ids::FacilityId;
use sim_core::hazard::gas::{Gas, GasNews, GasSpec};
use sim_core::place::city::City;
use sim_core::vocab::lever::Lever;

/// Vapour at a known rate.
pub fn leak(site: FacilityId, substance: &str, rate_kg_s: f64, duration_s: f64) -> Lever {
    Lever::ReleaseGas { site, substance: substance.into(), rate_kg_s, duration_s, tank: None }
}

/// Ticks of ten seconds at an hour of the day.
pub fn run_at(hour_of_day: f64, gas: &mut Gas, from: u32, to: u32) -> Vec<GasNews> {
    (from..to).flat_map(|tick| gas.advance(f64::from(tick) * 10.0, 10.0, hour_of_day)).collect()
}

/// What was released is in the air, on the ground or gone, to 1e-9.
pub fn balanced(gas: &Gas, released_kg: f64) {
    let l = gas.ledger();
    assert!((l.released_kg - released_kg).abs() < 1e-9 * released_kg.max(1.0), "{l:?}, released {released_kg}");
    let kept = l.airborne_kg + l.deposited_kg + l.gone_kg;
    assert!((kept / l.released_kg - 1.0).abs() < 1e-9, "{l:?}");
}

/// What engines of near fields hold, kg.
pub fn held_kg(gas: &Gas) -> f64 {
    gas.leaks().iter().map(|l| l.near().zip(gas.base(l)).map_or(0.0, |(n, b)| n.airborne_kg(b))).sum()
}

/// Runs from `hour_of_day` on, through dusk where that is 18.9, with what `act` does before each tick: the same bits on 1, 2 and 8 threads, and where
/// it is taken up at tick `pause` from the bytes of its state. `near`: whether gas lies in an engine of a near field then.
pub fn has_the_same_bits_however_it_is_run(
    city: &City,
    spec: &GasSpec,
    hour_of_day: f64,
    ticks: u32,
    pause: u32,
    near: bool,
    act: &(dyn Fn(&mut Gas, u32) + Sync),
) {
    let run = |threads: usize, paused: bool| {
        fold::with_threads(threads, || {
            let mut gas = Gas::new(city, spec);
            let mut digests = Vec::new();
            for tick in 0..ticks {
                act(&mut gas, tick);
                if paused && tick == pause {
                    let bytes = postcard::to_stdvec(gas.state()).unwrap();
                    gas = Gas::resume(city, spec, postcard::from_bytes(&bytes).unwrap());
                    assert_eq!(held_kg(&gas) > 0.0, near, "{} kg in near fields at the pause", held_kg(&gas));
                }
                gas.advance(f64::from(tick) * 10.0, 10.0, hour_of_day + f64::from(tick) / 360.0);
                let mut digest = Digest::new();
                gas.digest(&mut digest);
                digests.push(digest.finish());
            }
            digests
        })
    };
    let one = run(1, false);
    assert_eq!(one, run(2, false), "two threads");
    assert_eq!(one, run(8, false), "eight threads");
    assert_eq!(one, run(2, true), "from a checkpoint");
}
