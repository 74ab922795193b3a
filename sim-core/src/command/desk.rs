//! A post's gas desk (气体扩散研判席): when it looks into the guidebook, when it runs its model, and on what. It reads the post's picture
//! and nothing else: a wrong report makes a wrong study.
//!
//! ```text
//! release believed --60 s--> guidebook --300 s--> model --what it stands on changed, 5 min later at the earliest--> model ...
//! ```
//!
//! What the model stands on has changed when the wind has turned by 10 degrees or changed by a fifth, rate or hole by a fifth, the
//! substance is another, or the leak is said to have stopped.

use super::Picture;
use crate::base::chance::{Stream, draw_lognormal};
use crate::base::{digest::Digest, ids::*, time::Tick};
use crate::vocab::condition::{Quantity, Topic};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Median time to find a page of the guidebook, and to set a model up and read it, s (assumptions: a trained duty officer).
const GUIDE_S: f64 = 60.0;
const MODEL_S: f64 = 300.0;
/// Sigma of their logarithms (as for reading and deciding: assumption).
const SIGMA: f64 = 0.3;
/// The desk runs its model at most this often, s.
const LEAST_GAP_S: f64 = 300.0;
/// After the leak the model is run again this often until nothing is left in the air, s (assumption).
const AFTER_S: f64 = 900.0;
/// What counts as a change of what a study stands on (assumptions).
const TURN_DEG: f64 = 10.0;
const CHANGE: f64 = 0.2;
/// Draws under `Stream::Command`, apart from those of clauses and reading.
const GUIDE: u32 = 200_000;
const MODEL: u32 = 210_000;

/// What a post believes of a release and its weather.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Believed {
    pub un: Option<u16>,
    pub rate_kg_s: Option<f64>,
    pub hole_m: Option<f64>,
    /// m/s, degrees it comes from.
    pub wind: Option<(f64, f64)>,
    pub running: bool,
}

impl Believed {
    pub fn of(picture: &Picture, site: FacilityId) -> Believed {
        let at = |quantity| picture.value(quantity, site.0);
        let wind = picture.value(Quantity::WindSpeed, 0).zip(picture.value(Quantity::WindFrom, 0));
        Believed {
            un: at(Quantity::ReleaseSubstance).filter(|v| *v >= 1.0).map(|v| v.round() as u16),
            rate_kg_s: at(Quantity::ReleaseRate).filter(|v| *v > 0.0),
            hole_m: at(Quantity::ReleaseHole).filter(|v| *v > 0.0),
            wind,
            running: at(Quantity::Release).is_some_and(|v| v > 0.5),
        }
    }

    /// Whether a study made on `before` no longer stands on what is believed.
    fn differs(&self, before: &Believed) -> bool {
        let number = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() > CHANGE * b,
            (a, b) => a.is_some() != b.is_some(),
        };
        let wind = match (self.wind, before.wind) {
            (Some((speed, from)), Some((speed0, from0))) => {
                let turned = ((from - from0 + 540.0).rem_euclid(360.0) - 180.0).abs();
                turned > TURN_DEG || (speed - speed0).abs() > CHANGE * speed0
            }
            (a, b) => a.is_some() != b.is_some(),
        };
        // While it leaks the rate matters, after it no more.
        let source = self.running && (number(self.rate_kg_s, before.rate_kg_s) || number(self.hole_m, before.hole_m));
        wind || source || self.un != before.un || self.running != before.running
    }
}

/// What the desk asks for now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Asked {
    pub site: FacilityId,
    pub model: bool,
    pub believed: Believed,
    /// What the leak was taken for while it ran: a cloud that hangs about came from that.
    pub leak: Believed,
    /// How long it has been leaking, as far as is known, s, and how long ago it stopped.
    pub leaked_s: f64,
    pub stopped_s: f64,
}

/// Where the desk stands with one site.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// When the release was first believed, and when its end.
    since: Option<Tick>,
    stopped: Option<Tick>,
    /// The last of the leak that was believed while it ran.
    leak: Option<Believed>,
    guide_due: Option<Tick>,
    /// UN number for which the guidebook was last opened (0 for none), and whether the wind was known.
    guide_for: Option<(u16, bool)>,
    model_due: Option<Tick>,
    last: Option<(Believed, Tick)>,
    /// The last model found something in the air.
    found: bool,
}

/// The desk of a post: its sites.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Desk {
    pub cases: BTreeMap<FacilityId, Case>,
    last_run: Option<Tick>,
}

impl Desk {
    /// What there is to do at this tick: at most one study.
    pub fn step(&mut self, post: PostId, picture: &Picture, seed: u64, now: Tick) -> Option<Asked> {
        let from = Topic { quantity: Quantity::Release, about: 0 };
        let to = Topic { quantity: Quantity::Release, about: u32::MAX };
        let sites: Vec<FacilityId> =
            picture.beliefs.range(from..=to).map(|(topic, _)| FacilityId(topic.about)).collect();
        let mut asked = None;
        for site in sites {
            let believed = Believed::of(picture, site);
            let gap = self.last_run.is_none_or(|t| now.since_s(t) >= LEAST_GAP_S);
            let case = self.cases.entry(site).or_default();
            case.look(post, site, &believed, seed, now);
            if asked.is_none() {
                asked = case.due(site, &believed, now, gap);
                if asked.is_some_and(|a| a.model) {
                    self.last_run = Some(now);
                }
            }
        }
        asked
    }

    /// Whether the model found something in the air: then it is asked again after the leak.
    pub fn found(&mut self, site: FacilityId, found: bool) {
        if let Some(case) = self.cases.get_mut(&site) {
            case.found = found;
        }
    }

    pub fn digest(&self, digest: &mut Digest) {
        for (site, case) in &self.cases {
            let tick = |t: Option<Tick>| t.map_or(u32::MAX, |t| t.0);
            digest.u32(site.0).u32(tick(case.since)).u32(tick(case.stopped));
            digest.u32(tick(case.guide_due)).u32(tick(case.model_due)).u32(tick(case.last.map(|l| l.1)));
        }
    }
}

impl Case {
    /// Takes in what is believed, and says when the next study will be ready.
    fn look(&mut self, post: PostId, site: FacilityId, believed: &Believed, seed: u64, now: Tick) {
        if believed.running {
            if self.since.is_none() || self.stopped.is_some() {
                *self = Case { since: Some(now), last: self.last, ..Case::default() };
            }
            self.leak = Some(*believed);
        } else if self.since.is_some() && self.stopped.is_none() {
            self.stopped = Some(now);
            self.guide_due = None;
        }
        if self.since.is_none() {
            return;
        }
        let service = |median: f64, k: u32| {
            now.plus_s(draw_lognormal(median, SIGMA, seed, Stream::Command, post.0, now, k + site.0))
        };
        let page = (believed.un.unwrap_or(0), believed.wind.is_some());
        let modelled = self.last.is_some_and(|(on, _)| on.un == believed.un && believed.un.is_some());
        if believed.running && !modelled && self.guide_for != Some(page) && self.guide_due.is_none() {
            self.guide_due = Some(service(GUIDE_S, GUIDE));
        }
        if believed.un.is_none() || believed.wind.is_none() || self.model_due.is_some() {
            return;
        }
        let stale = match &self.last {
            None => believed.running,
            Some((on, at)) => {
                let changed = believed.differs(on) && (believed.running || self.found || on.running);
                changed || (!believed.running && self.found && now.since_s(*at) >= AFTER_S)
            }
        };
        if stale {
            self.model_due = Some(service(MODEL_S, MODEL));
        }
    }

    fn due(&mut self, site: FacilityId, believed: &Believed, now: Tick, gap: bool) -> Option<Asked> {
        let (since, leak) = (self.since?, self.leak?);
        let end = self.stopped.unwrap_or(now);
        let asked = |model| Asked {
            site,
            model,
            believed: *believed,
            leak,
            leaked_s: end.since_s(since),
            stopped_s: now.since_s(end),
        };
        if self.guide_due.is_some_and(|due| due <= now) {
            self.guide_due = None;
            self.guide_for = Some((believed.un.unwrap_or(0), believed.wind.is_some()));
            return Some(asked(false));
        }
        if gap && self.model_due.is_some_and(|due| due <= now) {
            self.model_due = None;
            self.guide_due = None;
            self.last = Some((*believed, now));
            return Some(asked(true));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    //! Grade: behaviour.
    use super::*;
    use crate::vocab::condition::Fact;

    const SITE: FacilityId = FacilityId(3);

    fn learn(picture: &mut Picture, quantity: Quantity, about: u32, value: f64, now: u32) {
        let topic = Topic { quantity, about };
        picture.learn(Fact { topic, value, observed: Tick(now) }, Tick(now), None);
    }
    fn run(desk: &mut Desk, picture: &Picture, ticks: std::ops::Range<u32>) -> Vec<(u32, Asked)> {
        ticks.filter_map(|t| desk.step(PostId(1), picture, 7, Tick(t)).map(|a| (t, a))).collect()
    }

    #[test]
    fn the_guidebook_comes_first_the_model_when_substance_and_wind_are_known() {
        let (mut desk, mut picture) = (Desk::default(), Picture::default());
        assert!(run(&mut desk, &picture, 0..100).is_empty());
        learn(&mut picture, Quantity::Release, SITE.0, 1.0, 100);
        let unknown = run(&mut desk, &picture, 100..400);
        assert_eq!(unknown.len(), 1, "{unknown:?}");
        assert!(!unknown[0].1.model && unknown[0].1.believed.un.is_none());
        learn(&mut picture, Quantity::ReleaseSubstance, SITE.0, 1005.0, 400);
        learn(&mut picture, Quantity::WindSpeed, 0, 2.5, 400);
        learn(&mut picture, Quantity::WindFrom, 0, 350.0, 400);
        let known = run(&mut desk, &picture, 400..900);
        assert_eq!(known.iter().map(|(_, a)| a.model).collect::<Vec<_>>(), [false, true], "{known:?}");
        assert!((known[1].1.leaked_s - f64::from(known[1].0 - 100) * 10.0).abs() < 1e-9);
    }

    #[test]
    fn a_model_is_run_again_when_what_it_stands_on_has_changed_and_not_oftener_than_every_five_minutes() {
        let (mut desk, mut picture) = (Desk::default(), Picture::default());
        for (quantity, about, value) in [
            (Quantity::Release, SITE.0, 1.0),
            (Quantity::ReleaseSubstance, SITE.0, 1017.0),
            (Quantity::WindSpeed, 0, 2.5),
            (Quantity::WindFrom, 0, 355.0),
        ] {
            learn(&mut picture, quantity, about, value, 0);
        }
        let first = run(&mut desk, &picture, 0..300);
        assert_eq!(first.iter().filter(|(_, a)| a.model).count(), 1);
        learn(&mut picture, Quantity::WindFrom, 0, 4.0, 300);
        assert!(run(&mut desk, &picture, 300..600).is_empty(), "nine degrees, through north");
        learn(&mut picture, Quantity::WindFrom, 0, 30.0, 600);
        let turned = run(&mut desk, &picture, 600..900);
        assert_eq!(turned.len(), 1);
        assert_eq!(turned[0].1.believed.wind, Some((2.5, 30.0)));
        // A rate that changes all the time.
        let mut runs = Vec::new();
        for t in 900..1500 {
            learn(&mut picture, Quantity::ReleaseRate, SITE.0, f64::from(t), t);
            if t % 7 == 0 {
                learn(&mut picture, Quantity::ReleaseRate, SITE.0, 1.0, t);
            }
            runs.extend(run(&mut desk, &picture, t..t + 1));
        }
        assert!(runs.len() > 5 && runs.windows(2).all(|w| w[1].0 - w[0].0 >= 30), "{}", runs.len());
    }

    #[test]
    fn after_the_leak_the_desk_goes_on_until_nothing_is_found() {
        let (mut desk, mut picture) = (Desk::default(), Picture::default());
        for (quantity, about, value) in [
            (Quantity::Release, SITE.0, 1.0),
            (Quantity::ReleaseSubstance, SITE.0, 1017.0),
            (Quantity::WindSpeed, 0, 2.5),
            (Quantity::WindFrom, 0, 90.0),
        ] {
            learn(&mut picture, quantity, about, value, 0);
        }
        run(&mut desk, &picture, 0..200);
        desk.found(SITE, true);
        learn(&mut picture, Quantity::Release, SITE.0, 0.0, 200);
        let after = run(&mut desk, &picture, 200..1000);
        assert!(after.len() >= 4, "{after:?}");
        assert!(after.iter().all(|(_, a)| a.model && !a.believed.running && a.leak.running && a.leaked_s == 2000.0));
        desk.found(SITE, false);
        assert!(run(&mut desk, &picture, 1000..2000).len() <= 1, "one may have been under way");
    }
}
