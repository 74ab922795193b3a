//! Fixed gas monitors (气体监测仪) of a scenario: keys, places, what they read. All that is wrong is said at once.

use super::super::bind::{Binder, It};
use super::super::raw::{RawMonitor, RawPlace, RawReads};
use super::super::source::Source;
use crate::base::complaint::Complaints;
use crate::base::ids::FacilityId;
use crate::base::math;
use crate::command::PostSpec;
use crate::hazard::gas::Table;
use crate::hazard::gas::monitor::MonitorSpec;
use crate::place::city::City;
use crate::vocab::body::Point;

pub(super) fn monitors(
    source: &Source,
    raw: &[RawMonitor],
    city: &City,
    posts: &[PostSpec],
    substances: &Table,
    complaints: &mut Complaints,
) -> Vec<MonitorSpec> {
    let mut checked: Vec<MonitorSpec> = Vec::new();
    for one in raw {
        let anchor = one.key.clone();
        let mut binder =
            Binder { source, city, posts, injects: &[], monitors: &[], anchor, it: It::Nothing, complaints };
        let who = format!("gas monitor \"{}\"", one.key);
        if checked.iter().any(|m| m.key == one.key) {
            binder.complain(&one.key, format!("{who} is there twice"), "keys are unique");
        }
        let reads = match &one.reads {
            RawReads::Toxic => Vec::new(),
            RawReads::Substances(asked) => {
                if asked.is_empty() {
                    binder.complain(&one.key, format!("{who} reads nothing"), "name a substance, or write Toxic");
                }
                let mut keys = Vec::new();
                for asked in asked {
                    match substances.harmful(asked, &source.path) {
                        Ok(row) => keys.push(row.key.clone()),
                        Err(wrong) => {
                            for w in wrong.0 {
                                binder.complain(asked, format!("{who}: {}", w.what), w.hint);
                            }
                        }
                    }
                }
                keys
            }
        };
        let at = match &one.at {
            RawPlace::At { x_m, y_m } => Point::new(*x_m, *y_m),
            RawPlace::Beside { site, distance_m, bearing_deg } => {
                let distance_m = binder.number(site, "distance_m", *distance_m, 0.0..=20_000.0);
                let bearing = binder.number(site, "bearing_deg", *bearing_deg, 0.0..=360.0).to_radians();
                let id = binder.facility(site);
                let from = city.facilities.get(id.index()).map_or(Point::default(), |f| f.at);
                Point::new(from.x + distance_m * math::sin(bearing), from.y + distance_m * math::cos(bearing))
            }
            RawPlace::Toward { site, to, distance_m } => {
                let distance_m = binder.number(site, "distance_m", *distance_m, 0.0..=20_000.0);
                let place = |id: FacilityId| city.facilities.get(id.index()).map_or(Point::default(), |f| f.at);
                let (from, to) = (place(binder.facility(site)), place(binder.facility(to)));
                from.toward(to, (distance_m / from.distance_m(to).max(1e-9)).min(1.0))
            }
        };
        if !(at.x.is_finite() && at.y.is_finite()) || city.grid.cell_at(at).is_none() {
            let g = &city.grid;
            let (x1, y1) = (g.x0 + g.width_m(), g.y0 + g.height_m());
            binder.complain(
                &one.key,
                format!("{who} stands at ({:.0}, {:.0}) m, off the map", at.x, at.y),
                format!("the map goes from ({:.0}, {:.0}) to ({x1:.0}, {y1:.0}) m", g.x0, g.y0),
            );
        }
        if !(one.range_ppm.is_finite() && one.range_ppm > 0.0) {
            binder.complain(
                "range_ppm",
                format!("{who}: range_ppm is {}", one.range_ppm),
                "more than 0, e.g. 100 for ammonia",
            );
        }
        if !(0.0..=1.0).contains(&one.noise) {
            binder.complain("noise", format!("{who}: noise is {}", one.noise), "a share of the reading, 0 to 1");
        }
        let (t90_s, every_s) = (binder.seconds(&one.t90), binder.seconds(&one.every));
        if !(10.0..=86_400.0).contains(&every_s) {
            binder.complain(&one.every, format!("{who} reports every {every_s} s"), "10 s (a tick) to a day would do");
        }
        if t90_s > 3600.0 {
            binder.complain(&one.t90, format!("{who}: t90 is {t90_s} s"), "0 s to 1 h; cells take half a minute");
        }
        let outage_s = one.outage.as_ref().map(|(from, lasts)| {
            let (from, lasts) = (binder.seconds(from), binder.seconds(lasts));
            (from, from + lasts)
        });
        if one.to.is_empty() {
            binder.complain(&one.key, format!("{who} tells nobody"), "name the posts that see its screen");
        }
        let to = one.to.iter().map(|key| binder.post(key, None)).collect();
        checked.push(MonitorSpec {
            key: one.key.clone(),
            name: one.name.clone(),
            at,
            reads,
            range_ppm: one.range_ppm,
            t90_s,
            noise: one.noise,
            every_s: every_s.max(10.0),
            outage_s,
            to,
        });
    }
    checked
}
