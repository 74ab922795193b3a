//! Puffs that are led: dense at first, they follow the path of the dense model until it is passive (see [`dense::handover`]).

use super::{Cloud, LEAST_SIGMA_M, Options, Own, Puff, Wind, caveat};
use crate::dense::handover::Guide;
use crate::dense::{self, Ambient, Gas};
use crate::release::{Emission, Release};
use crate::weather::Air;

impl Cloud {
    /// A cloud of which what is dense at first follows the dense model until it is passive. `gases` holds the properties of each
    /// release's substance; a dense path is computed for the air in which its step begins.
    pub fn with_dense(options: Options, releases: Vec<Release>, gases: &[Option<Gas>], wind: &Wind) -> Cloud {
        let mut cloud = Cloud::new(options, releases);
        for (k, release) in cloud.releases.iter().enumerate() {
            let Some(gas) = gases.get(k).copied().flatten() else { continue };
            let lasting_s = release.steps.iter().map(|s| s.duration_s()).sum::<f64>();
            let steps = release.steps.iter().map(|s| (s.from_s, s.state, s.rate_kg_s, lasting_s, 0.0));
            let bursts = release.bursts.iter().map(|b| (b.at_s, b.state, 0.0, 0.0, b.mass_kg));
            for (lead, (at_s, state, rate_kg_s, duration_s, burst_kg)) in steps.chain(bursts).enumerate() {
                let air = wind.at(at_s, release.at.x, release.at.y);
                let source = dense_source(gas, &state, release.height_m, rate_kg_s, duration_s, burst_kg);
                let ambient = Ambient::of(&air, cloud.options.averaging_s);
                if source.total_kg() > 0.0 && source.is_dense(&ambient.air, air.wind_m_s(10.0)) {
                    let run = dense::run(&source, &ambient, caveat::FAR_M);
                    if dense::britter::apart(&run, &ambient, air.wind_m_s(10.0))
                        .is_some_and(|by| by > dense::britter::APART)
                    {
                        cloud.reach.models_differ();
                    }
                    if let Some(guide) = Guide::of(&run, &ambient) {
                        cloud.leads[k][lead] = Some(cloud.guides.len() as u32);
                        cloud.guides.push(guide);
                    }
                }
            }
        }
        cloud
    }
}

/// A step or burst as the dense model takes it.
pub fn dense_source(
    gas: Gas,
    state: &Emission,
    height_m: f64,
    rate_kg_s: f64,
    duration_s: f64,
    burst_kg: f64,
) -> dense::Source {
    dense::Source {
        entry: state.entry,
        gas,
        rate_kg_s,
        duration_s,
        burst_kg,
        temperature_k: state.temperature_k,
        vapour_share: state.vapour_share,
        area_m2: state.area_m2.max(1e-6),
        height_m,
    }
}

/// Sets a newborn puff at the start of its dense path.
pub(super) fn begin(puff: &mut Puff, lead: Option<u32>, guides: &[Guide], here: &Air) {
    let Some(index) = lead else { return };
    let stop = guides[index as usize].at(0.0);
    puff.guide = Some(index);
    puff.spread_m2 = [0.0; 3];
    puff.own = Own::default();
    let along = here.towards;
    puff.widen((-along.1, along.0), stop.across_m * stop.across_m);
    puff.widen(along, (stop.along_m * stop.along_m).max(LEAST_SIGMA_M * LEAST_SIGMA_M));
    (puff.x_m, puff.y_m) = (puff.x_m + along.0 * stop.way_m, puff.y_m + along.1 * stop.way_m);
    (puff.depth_m, puff.height_m) = (stop.depth_m, stop.height_m);
}

/// Leads a puff along its dense path, in the direction of the wind where it is; gives the time that is left after the path's end.
pub(super) fn lead(puff: &mut Puff, guides: &[Guide], wind: &Wind, air: &Air, dt_s: f64) -> f64 {
    let Some(index) = puff.guide else { return dt_s };
    let guide = &guides[index as usize];
    let led_s = dt_s.min(guide.end_s() - puff.age_s).max(0.0);
    let (from, to) = (guide.at(puff.age_s), guide.at(puff.age_s + led_s));
    let along = wind.place(air, puff.x_m, puff.y_m).towards;
    let grown = |a: f64, b: f64| (b * b - a * a).max(0.0);
    puff.widen((-along.1, along.0), grown(from.across_m, to.across_m));
    puff.widen(along, grown(from.along_m, to.along_m));
    let way_m = to.way_m - from.way_m;
    (puff.x_m, puff.y_m) = (puff.x_m + along.0 * way_m, puff.y_m + along.1 * way_m);
    puff.way_m += way_m.abs();
    (puff.depth_m, puff.height_m) = (to.depth_m, to.height_m);
    puff.age_s += led_s;
    if puff.age_s >= guide.end_s() - 1e-9 {
        puff.guide = None;
    }
    dt_s - led_s
}
