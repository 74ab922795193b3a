//! A release among buildings (近场推演): particles for all that leaves, concentrations near the ground in windows of time, and puffs for what has
//! left the box.
//!
//! Windows are short after each change of rate or wind and longer while nothing changes, and each has the same number of particles, so that a
//! leak of an hour costs no more than one of minutes. Within a window a concentration is the mean of the lowest three metres, the height of mouths in
//! its middle:
//!
//! ```text
//! C(cell) = sum of mass x time there / (area x 3 m x window)
//! ```
//!
//! smoothed by a kernel that follows the streets (it spreads between open cells only): 0.8 cells wide where many
//! particles passed, up to 4 where few did. Particles beyond the box are gathered every few
//! seconds by where they are; each gathering becomes a puff with their mass, their middle, their covariance over the ground and their mean height.

use super::count::{Counting, between};
use super::flow::Flow;
use super::library::Library;
use super::particles::Normals;
use super::swarm::{Swarm, Walking};
use crate::puff::{Puff, growth};
use crate::release::Release;
use crate::weather::Weather;
use base::grid::Grid;
use serde::{Deserialize, Serialize};

/// How a release is followed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Particles for the whole release.
    pub particles: u32,
    pub seed: u64,
    /// Averaging time, s.
    pub averaging_s: f64,
    /// Until when, s.
    pub watch_s: f64,
}

/// Longest time between two gatherings of what has left the box, s.
const GATHER_S: f64 = 10.0;
/// Shortest and longest window, s, and how they grow.
const WINDOW_S: (f64, f64, f64) = (10.0, 300.0, 1.35);
/// Room about the box in which particles on their way to a gathering are counted, in cells.
const ROOM: usize = 12;
/// Rates that differ by less than this share are one.
pub(super) const SAME_RATE: f64 = 0.02;
/// A wind that turns evenly is read this often, s.
pub(super) const TURN_S: f64 = 60.0;

/// Concentrations of a stretch of time, kg/m3, on the raster of [`Near`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Window {
    pub from_s: f64,
    pub to_s: f64,
    pub kg_m3: Vec<f32>,
}

/// Puffs that take over at a moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    pub at_s: f64,
    pub puffs: Vec<Puff>,
}

/// What became of a release near its source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Near {
    pub grid: Grid,
    pub windows: Vec<Window>,
    pub batches: Vec<Batch>,
    pub released_kg: f64,
    /// In the box when the watch ended.
    pub airborne_kg: f64,
    pub handed_kg: f64,
    /// Steps of all particles, for the speed.
    pub steps: u64,
    pub particles: u64,
}

impl Near {
    /// Follows a release (its index is what the puffs bear) through a weather.
    pub fn run(release: &Release, index: u32, weather: &Weather, library: &Library, plan: &Plan) -> Near {
        let space = &library.space;
        let counting = Counting::new(space, &library.buildings, ROOM);
        let walking = Walking { counting: &counting, normals: &Normals::new(), seed: plan.seed };
        let edges = edges(release, weather, plan.watch_s);
        let released_kg = release.mass_between_kg(f64::NEG_INFINITY, plan.watch_s);
        let leaving = edges.windows(2).filter(|e| release.mass_between_kg(e[0], e[1]) > 0.0).count().max(1);
        let each = (plan.particles as usize / leaving).max(1);
        let mut swarm = Swarm::default();
        let (mut windows, mut batches, mut handed_kg) = (Vec::new(), Vec::new(), 0.0);
        let mut flow: Option<(f64, Flow)> = None;
        for edge in edges.windows(2) {
            let (from_s, to_s) = (edge[0], edge[1]);
            let air = weather.at(from_s + 1e-6 * (to_s - from_s));
            // A weather that holds keeps its flow.
            let moment = weather.moments().iter().rev().find(|(t, _)| *t <= from_s).map_or(f64::NEG_INFINITY, |m| m.0);
            let turning = weather.at(from_s) != weather.at(to_s - 1e-6 * (to_s - from_s));
            if flow.as_ref().is_none_or(|(since, _)| *since != moment) || turning {
                let middle = if turning { weather.at(0.5 * (from_s + to_s)) } else { air };
                let spread = growth::averaging(middle.class, plan.averaging_s);
                let key = if turning { f64::NAN } else { moment };
                flow = Some((key, Flow::new(library, &middle, spread, release.height_m)));
            }
            let flow = &flow.as_ref().expect("a flow was made").1;
            let mut born = swarm.births(release, space, flow, (from_s, to_s), each, &walking);
            let mut kg_s = vec![0.0f64; counting.grid.len()];
            let pieces = ((to_s - from_s) / GATHER_S).ceil().max(1.0) as usize;
            let piece_s = (to_s - from_s) / pieces as f64;
            for piece in 0..pieces {
                let (start_s, end_s) = (from_s + piece as f64 * piece_s, from_s + (piece + 1) as f64 * piece_s);
                let young = born.partition_point(|(t, _)| *t < end_s || piece + 1 == pieces);
                let young = born.drain(..young).map(|(t, p)| ((end_s - t.max(start_s)) as f32, p));
                swarm.walk(young, piece_s, flow, &walking, &mut kg_s);
                let gone = swarm.gather(&space.grid, index, false);
                if !gone.is_empty() {
                    handed_kg += gone.iter().map(|p| p.mass_kg).sum::<f64>();
                    batches.push(Batch { at_s: end_s, puffs: gone });
                }
            }
            // That of those that leave in the window where none is left.
            let grain_kg = swarm.grain_kg().unwrap_or(release.mass_between_kg(from_s, to_s) / each as f64);
            let kg_m3 = counting.concentrations(&kg_s, grain_kg, to_s - from_s);
            windows.push(Window { from_s, to_s, kg_m3 });
            if swarm.live.is_empty() && release.mass_between_kg(to_s, plan.watch_s) <= 0.0 {
                break;
            }
        }
        let airborne_kg = swarm.mass_kg();
        let grid = counting.grid;
        let (steps, particles) = (swarm.steps, swarm.born);
        Near { grid, windows, batches, released_kg, airborne_kg, handed_kg, steps, particles }
    }

    /// Concentration at a time and place, kg/m3: of the window, evenly between cells; 0 beyond the raster.
    pub fn at_kg_m3(&self, time_s: f64, x_m: f64, y_m: f64) -> f64 {
        self.window(time_s).map_or(0.0, |w| between(&self.grid, &w.kg_m3, x_m, y_m))
    }

    /// Window of a time.
    pub fn window(&self, time_s: f64) -> Option<&Window> {
        let k = self.windows.partition_point(|w| w.to_s < time_s);
        self.windows.get(k).filter(|w| w.from_s <= time_s)
    }

    /// The highest concentration of any window at each cell.
    pub fn peaks_kg_m3(&self) -> Vec<f32> {
        let mut most = vec![0.0f32; self.grid.len()];
        for w in &self.windows {
            most.iter_mut().zip(&w.kg_m3).for_each(|(m, v)| *m = m.max(*v));
        }
        most
    }
}

/// Edges of the windows: fine after each change.
fn edges(release: &Release, weather: &Weather, watch_s: f64) -> Vec<f64> {
    let Some((start, _)) = release.span_s() else { return Vec::new() };
    // A rate that goes on as before is no change.
    let goes_on = |t: f64| {
        let (a, b) = (release.rate_kg_s(t - 1e-3), release.rate_kg_s(t + 1e-3));
        (a - b).abs() <= SAME_RATE * a.max(b)
    };
    let mut changes: Vec<f64> =
        release.steps.iter().flat_map(|s| [s.from_s, s.to_s]).filter(|t| !goes_on(*t)).collect();
    changes.extend(release.bursts.iter().map(|b| b.at_s));
    changes.extend(weather.moments().iter().map(|m| m.0));
    changes.retain(|t| *t > start && *t < watch_s);
    changes.push(start);
    changes.push(watch_s);
    changes.sort_by(f64::total_cmp);
    changes.dedup_by(|b, a| *b - *a < 1.0);
    let turns = |t: f64, next: f64| weather.at(t) != weather.at(next - 1e-6 * (next - t));
    let mut edges = vec![start];
    for pair in changes.windows(2) {
        let most = if turns(pair[0], pair[1]) { TURN_S } else { WINDOW_S.1 };
        let (mut t, mut long) = (pair[0], WINDOW_S.0);
        while pair[1] - t > 1.5 * long {
            t += long;
            edges.push(t);
            long = (long * WINDOW_S.2).min(most);
        }
        edges.push(pair[1]);
    }
    edges
}
