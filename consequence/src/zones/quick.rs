//! Threat zones at once (快速研判): the zones of a few levels for one leak in one steady air, coarse enough to be drawn again whenever a report
//! changes. The cloud runs on squares about the source, each two and a half times as wide as the one before; a level is drawn on
//! the first that holds it, so that its cells are at most a twenty-fifth of its reach.
//!
//! A steady leak's plume stands still once the air has crossed the square twice: looks are taken only until then, and after each
//! change of the rate.

use super::{Level, Peaks, Piece, angle_deg};
use crate::dense::Gas;
use crate::puff::{Caveat, Cloud, Options, Reach, Scheme, Wind};
use crate::release::Release;
use crate::weather::{Air, Weather};
use base::fold;
use base::grid::{Grid, Point};
use base::math;
use serde::{Deserialize, Serialize};

/// Half sides of the squares, m, and cells along a side.
pub(super) const SQUARES_M: [f64; 6] = [240.0, 600.0, 1500.0, 3750.0, 9400.0, 23_500.0];
const CELLS: usize = 128;
/// Step of the sweep, degrees.
const SWEEP_DEG: f64 = 1.5;
/// Puffs on the way across a square, and looks.
const PUFFS: f64 = 30.0;
const LOOKS: f64 = 6.0;

/// A leak and the air it is believed to be in. Times of the release count from its beginning.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    pub release: &'a Release,
    pub gas: Option<Gas>,
    pub air: Air,
    pub scheme: Scheme,
    pub averaging_s: f64,
    /// Only what is in the air between these moments counts, s.
    pub from_s: f64,
    pub to_s: f64,
}

/// A level's zone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuickZone {
    pub level: Level,
    pub pieces: Vec<Piece>,
    /// The same, swept by the wind's uncertainty.
    pub possible: Vec<Piece>,
    pub reach_m: f64,
    /// It goes on beyond the largest square.
    pub cut: bool,
    /// Where the cloud that it was drawn from left the range of its model.
    #[serde(default)]
    pub caveats: Vec<Caveat>,
}

/// What stands in front of a door, and what is met on a way from it on foot: at equal steps from `from_s` on, kg/m3.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    pub outside: Vec<f32>,
    pub way: Vec<f32>,
}

/// A door, and the way from it: unit vector, when it begins and ends, s after `from_s`, and its speed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Walk {
    pub door: Point,
    pub towards: (f64, f64),
    pub starts_s: f64,
    pub ends_s: f64,
    pub speed_m_s: f64,
}

impl Question<'_> {
    pub(super) fn wind(&self) -> Wind {
        Wind::uniform(Weather::steady(self.air))
    }
    fn carrier_m_s(&self) -> f64 {
        self.air.wind_m_s(3.0).max(0.3)
    }
    pub(super) fn cloud(&self, half_m: f64, wind: &Wind) -> Cloud {
        let interval_s = (half_m / (PUFFS * self.carrier_m_s())).clamp(0.5, 120.0);
        let area = Some(square(self.release.at, half_m));
        let options =
            Options { scheme: self.scheme, averaging_s: self.averaging_s, interval_s, area, ..Options::default() };
        Cloud::with_dense(options, vec![self.release.clone()], &[self.gas], wind)
    }

    /// Moments at which the peaks of a square may still change.
    fn moments(&self, half_m: f64) -> Vec<f64> {
        let passes_s = half_m / self.carrier_m_s();
        let mut all = vec![self.from_s];
        for (k, step) in self.release.steps.iter().enumerate() {
            let every_s = (passes_s / LOOKS).min(0.5 * step.duration_s()).max(1.0);
            let last = k + 1 == self.release.steps.len();
            let mut after = |start_s: f64, end_s: f64| {
                let mut t = start_s + every_s;
                while t < end_s.min(start_s + 2.0 * passes_s) {
                    all.push(t);
                    t += every_s;
                }
                all.push(end_s);
            };
            after(step.from_s, step.to_s);
            if last {
                after(step.to_s, f64::INFINITY);
            }
        }
        for burst in &self.release.bursts {
            let mut t = 0.02 * passes_s;
            while t < 4.0 * passes_s {
                all.push(burst.at_s + t);
                t *= 1.2;
            }
        }
        // What hangs about when the question is asked moves on.
        all.extend((1..=2 * LOOKS as usize).map(|k| self.from_s + k as f64 * passes_s / LOOKS));
        all.retain(|t| *t >= self.from_s && *t <= self.to_s);
        all.sort_by(f64::total_cmp);
        all.dedup_by(|a, b| (*a - *b).abs() < 0.5);
        all
    }

    fn peaks(&self, half_m: f64) -> (Peaks, Reach) {
        let wind = self.wind();
        let mut cloud = self.cloud(half_m, &wind);
        let mut peaks = Peaks::new(square(self.release.at, half_m));
        for t in self.moments(half_m) {
            cloud.advance(&wind, t - cloud.time_s);
            peaks.see(&cloud, 0, &wind, 0.0);
        }
        (peaks, cloud.range())
    }

    /// The zones of some levels at the ground, in their order.
    pub fn zones(&self, levels: &[Level]) -> Vec<QuickZone> {
        let source = self.release.at;
        let angle = angle_deg(&self.air);
        let mut found: Vec<Option<QuickZone>> = vec![None; levels.len()];
        for (k, &half_m) in SQUARES_M.iter().enumerate() {
            if found.iter().all(Option::is_some) {
                break;
            }
            let last = k + 1 == SQUARES_M.len();
            let (peaks, range) = self.peaks(half_m);
            let mut swept: Option<Peaks> = None;
            for (slot, level) in found.iter_mut().zip(levels).filter(|(slot, _)| slot.is_none()) {
                let rim = rim(&peaks, level.concentration_kg_m3);
                if rim && !last {
                    continue;
                }
                let pieces = peaks.outline(level.concentration_kg_m3);
                let far = pieces.iter().flat_map(|p| &p.rings[0]).map(|p| p.distance_m(source));
                let reach_m = far.fold(0.0, f64::max);
                let possible = if pieces.is_empty() {
                    Vec::new()
                } else if angle >= 180.0 {
                    vec![ring_about(source, reach_m)]
                } else {
                    let swept = swept.get_or_insert_with(|| swept_about(&peaks, source, angle));
                    swept.outline(level.concentration_kg_m3)
                };
                let caveats = range.caveats_within(reach_m);
                *slot = Some(QuickZone { level: level.clone(), pieces, possible, reach_m, cut: rim, caveats });
            }
        }
        found.into_iter().flatten().collect()
    }

    /// What comes to some doors and on the ways from them, in steps of `dt_s`.
    pub fn courses(&self, walks: &[Walk], dt_s: f64) -> Vec<Course> {
        let wind = self.wind();
        let far = walks.iter().map(|w| w.door.distance_m(self.release.at) + w.speed_m_s * w.ends_s);
        let mut cloud = self.cloud(far.fold(100.0, f64::max), &wind);
        cloud.advance(&wind, self.from_s - cloud.time_s);
        let steps = ((self.to_s - self.from_s) / dt_s).round() as usize;
        let mut courses = vec![Course { outside: Vec::with_capacity(steps), way: Vec::new() }; walks.len()];
        for k in 0..steps {
            // The middle of a step stands for it.
            let s = (k as f64 + 0.5) * dt_s;
            cloud.advance(&wind, self.from_s + s - cloud.time_s);
            for (walk, course) in walks.iter().zip(&mut courses) {
                let at = |p: Point| cloud.concentration_kg_m3(0, &wind, p.x, p.y, 0.0) as f32;
                course.outside.push(at(walk.door));
                if s > walk.starts_s && s < walk.ends_s {
                    let gone_m = walk.speed_m_s * (s - walk.starts_s);
                    let (x, y) = walk.towards;
                    course.way.push(at(Point::new(walk.door.x + gone_m * x, walk.door.y + gone_m * y)));
                }
            }
        }
        courses
    }
}

/// The highest value on the arc through each cell, looked at every degree and a half: finer than a plume is wide.
fn swept_about(peaks: &Peaks, about: Point, angle_deg: f64) -> Peaks {
    let each_side = (angle_deg / SWEEP_DEG).ceil().max(1.0) as i32;
    let turns: Vec<(f64, f64)> = (-each_side..=each_side)
        .map(|k| (angle_deg * f64::from(k) / f64::from(each_side)).to_radians())
        .map(|a| (math::cos(a), math::sin(a)))
        .collect();
    let g = peaks.grid;
    let mut swept = Peaks::new(g);
    fold::each_chunk(&mut swept.values, g.nx, |j, row| {
        for (i, value) in row.iter_mut().enumerate() {
            let (dx, dy) = (g.x0 + (i as f64 + 0.5) * g.cell_m - about.x, g.y0 + (j as f64 + 0.5) * g.cell_m - about.y);
            let along = turns.iter().map(|(c, s)| peaks.at(about.x + dx * c - dy * s, about.y + dx * s + dy * c));
            *value = along.fold(0.0, f32::max);
        }
    });
    swept
}

fn square(about: Point, half_m: f64) -> Grid {
    let cell_m = 2.0 * half_m / CELLS as f64;
    Grid { nx: CELLS, ny: CELLS, cell_m, x0: about.x - half_m, y0: about.y - half_m }
}

/// Cells of the rim are at or above a level.
fn rim(peaks: &Peaks, level: f64) -> bool {
    let g = &peaks.grid;
    let high = |i: usize, j: usize| f64::from(peaks.values[g.index(i, j)]) >= level;
    (0..g.nx).any(|i| high(i, 0) || high(i, g.ny - 1)) || (0..g.ny).any(|j| high(0, j) || high(g.nx - 1, j))
}

/// A circle of 72 corners.
pub fn ring_about(about: Point, radius_m: f64) -> Piece {
    let ring = (0..72).map(|k| f64::from(5 * k).to_radians());
    let ring = ring.map(|a| Point::new(about.x + radius_m * math::cos(a), about.y + radius_m * math::sin(a)));
    Piece { rings: vec![ring.collect()] }
}

/// A ring with fewer corners: none of those left out lies farther than `tolerance_m` from the line (Ramer, Douglas and Peucker).
pub fn simplified(ring: &[Point], tolerance_m: f64) -> Vec<Point> {
    if ring.len() < 5 {
        return ring.to_vec();
    }
    // The ring is cut at the corner farthest from its first.
    let far = (0..ring.len()).max_by(|a, b| ring[*a].distance_m(ring[0]).total_cmp(&ring[*b].distance_m(ring[0])));
    let far = far.expect("a ring of five corners has one");
    let mut closed = ring.to_vec();
    closed.push(ring[0]);
    let mut keep = vec![false; closed.len()];
    keep[0] = true;
    keep[far] = true;
    thin(&closed, 0, far, tolerance_m, &mut keep);
    thin(&closed, far, ring.len(), tolerance_m, &mut keep);
    keep.pop();
    closed.iter().zip(keep).filter(|(_, kept)| *kept).map(|(p, _)| *p).collect()
}

fn thin(line: &[Point], a: usize, b: usize, tolerance_m: f64, keep: &mut [bool]) {
    if b <= a + 1 {
        return;
    }
    let off = |k: usize| from_line_m(line[k], line[a], line[b]);
    let worst = (a + 1..b).max_by(|x, y| off(*x).total_cmp(&off(*y))).expect("there is one between");
    if off(worst) > tolerance_m {
        keep[worst] = true;
        thin(line, a, worst, tolerance_m, keep);
        thin(line, worst, b, tolerance_m, keep);
    }
}

fn from_line_m(p: Point, a: Point, b: Point) -> f64 {
    let long = a.distance_m(b);
    if long < 1e-9 {
        return p.distance_m(a);
    }
    let share = (((p.x - a.x) * (b.x - a.x) + (p.y - a.y) * (b.y - a.y)) / (long * long)).clamp(0.0, 1.0);
    p.distance_m(a.toward(b, share))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::puff::plume::Aloha;
    use crate::release::{Emission, Entry, Step};
    use crate::weather::WeatherSpec;

    fn air(class: &str, wind_m_s: f64, from_deg: f64) -> Air {
        let text = format!(
            "(ground: OpenCountry, reports: [(wind_m_s: {wind_m_s}, wind_from_deg: {from_deg}, \
             stability: Class({class}), mixing_height_m: Some(3000))])"
        );
        ron::from_str::<WeatherSpec>(&text).expect("reads").check("test").expect("sound").at(0.0)
    }
    fn leak(rate_kg_s: f64, until_s: f64) -> Release {
        let state = Emission {
            entry: Entry::Cloud,
            temperature_k: 288.15,
            vapour_share: 1.0,
            speed_m_s: 0.0,
            area_m2: 0.01,
            width_m: 0.1,
        };
        let steps = vec![Step { from_s: 0.0, to_s: until_s, rate_kg_s, state }];
        Release { substance: "ammonia".into(), at: Point::new(50.0, -20.0), height_m: 0.0, steps, bursts: Vec::new() }
    }
    fn question<'a>(release: &'a Release, air: Air, from_s: f64) -> Question<'a> {
        let (scheme, averaging_s) = (Scheme::BriggsCountry, 600.0);
        Question { release, gas: None, air, scheme, averaging_s, from_s, to_s: from_s + 3600.0 }
    }
    fn level(ppm: f64) -> Level {
        let kg_m3 = ppm * 1e-6 * 0.01703 * 101_325.0 / (8.314_462_6 * 288.15);
        Level { name: format!("{ppm} ppm"), concentration_kg_m3: kg_m3 }
    }

    #[test]
    fn quick_zones_reach_as_far_as_aloha_s() {
        // Grade: reference. ALOHA I1: 1 kg/s of ammonia, class D, 5 m/s: 570 m to 100 ppm, 1200 m to 30, 2300 m to 10; 6 %, for cells of
        // a twenty-fifth.
        let release = leak(1.0, 3600.0);
        let zones = question(&release, air("D", 5.0, 270.0), 0.0).zones(&[level(100.0), level(30.0), level(10.0)]);
        let aloha = Aloha::open_country(1.0);
        for (zone, printed_m) in zones.iter().zip([570.0, 1200.0, 2300.0]) {
            assert!((zone.reach_m / printed_m - 1.0).abs() < 0.06, "{} for {printed_m}", zone.reach_m);
            let formula_m = aloha.zone_m(zone.level.concentration_kg_m3).expect("it reaches");
            assert!((zone.reach_m / formula_m - 1.0).abs() < 0.06, "{} for {formula_m}", zone.reach_m);
            let area = |pieces: &[Piece]| pieces.iter().map(Piece::area_m2).sum::<f64>();
            assert!(!zone.cut && area(&zone.possible) > 1.5 * area(&zone.pieces));
        }
    }

    #[test]
    fn a_turned_wind_turns_the_zone_and_a_leak_that_stopped_leaves_what_hangs_about() {
        // Grade: behaviour; the turn by a right angle is exact to rounding.
        let release = leak(1.0, 3600.0);
        let reach = |from_deg: f64| question(&release, air("D", 5.0, from_deg), 0.0).zones(&[level(30.0)])[0].reach_m;
        assert!((reach(270.0) / reach(180.0) - 1.0).abs() < 1e-3);
        // Ten minutes of leak, asked a minute after its end: the tail is on its way; an hour later nothing is left.
        let short = leak(1.0, 600.0);
        let at = |from_s: f64| question(&short, air("D", 5.0, 270.0), from_s).zones(&[level(30.0)]);
        let (soon, late) = (at(660.0), at(4200.0));
        assert!(soon[0].reach_m > 900.0, "{}", soon[0].reach_m);
        let near = Point::new(90.0, -20.0);
        assert!(!soon[0].pieces.iter().any(|p| p.holds(near)), "the source has been clean for a minute");
        assert!(late[0].pieces.is_empty() && late[0].reach_m == 0.0);
    }

    #[test]
    fn a_door_downwind_sees_the_cloud_come_and_a_walk_across_gets_out_of_it() {
        // Grade: behaviour; the plateau is that of the closed formula to 3 %.
        let release = leak(1.0, 1800.0);
        let q = question(&release, air("D", 5.0, 270.0), 0.0);
        let door = Point::new(550.0, -20.0);
        let walk = Walk { door, towards: (0.0, 1.0), starts_s: 600.0, ends_s: 900.0, speed_m_s: 1.2 };
        let course = &q.courses(&[walk], 60.0)[0];
        let formula = Aloha::open_country(1.0).steady_kg_m3(500.0, 0.0, 0.0);
        assert_eq!((course.outside.len(), course.way.len()), (60, 5));
        assert!((f64::from(course.outside[15]) / formula - 1.0).abs() < 0.03, "{} {formula}", course.outside[15]);
        assert!(f64::from(course.outside[0]) < 0.01 * formula && f64::from(course.outside[50]) < 1e-3 * formula);
        assert!(course.way[4] < 0.01 * course.way[0], "{:?}", course.way);
    }

    #[test]
    fn a_simplified_ring_stays_within_its_tolerance() {
        // Grade: exact.
        let ring = &ring_about(Point::new(3.0, 4.0), 1000.0).rings[0];
        let few = simplified(ring, 20.0);
        assert!(few.len() < 30 && few.len() > 8, "{}", few.len());
        let mut closed = few.clone();
        closed.push(few[0]);
        for p in ring {
            let off = closed.windows(2).map(|l| from_line_m(*p, l[0], l[1])).fold(f64::INFINITY, f64::min);
            assert!(off <= 20.0 + 1e-9, "{off}");
        }
    }
}
