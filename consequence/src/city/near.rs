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

use super::flow::Flow;
use super::library::Library;
use super::particles::{Ground, Normals, Particle, born, walk};
use crate::puff::{Puff, growth};
use crate::release::{Emission, Entry, Release};
use crate::weather::Weather;
use base::fold;
use base::grid::{Grid, Point};
use base::math;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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

/// Height of the layer in which gas is counted, m: its middle is at 1.5 m.
pub const COUNTED_M: f64 = 3.0;
/// Longest time between two gatherings of what has left the box, s.
const GATHER_S: f64 = 10.0;
/// Shortest and longest window, s, and how they grow.
const WINDOW_S: (f64, f64, f64) = (10.0, 300.0, 1.35);
/// Room about the box in which particles on their way to a gathering are counted, in cells.
const ROOM: usize = 12;
/// A gathering is made by squares of this part of the box.
const SQUARES: f64 = 6.0;
/// Variance that a gathering's puff gets besides, m2: a particle has no size, a puff must have one (assumption).
pub const LEAST_M2: f64 = 1.0;
/// Rates that differ by less than this share are one.
const SAME_RATE: f64 = 0.02;
/// A cell's value is smoothed until so many particles stand behind it, by passes that spread this part to each side, so many at most (assumptions: 25 leave a
/// fifth of noise; 40 passes are a kernel of 4 cells).
const BEHIND: f64 = 25.0;
const PASS: f64 = 0.2;
const PASSES: usize = 40;
/// A wind that turns evenly is read this often, s.
const TURN_S: f64 = 60.0;
/// Particles per parcel of work.
const PARCEL: usize = 4096;

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
        let grid = roomy(&space.grid);
        let normals = Normals::new();
        let edges = edges(release, weather, plan.watch_s);
        let released_kg = release.mass_between_kg(f64::NEG_INFINITY, plan.watch_s);
        let leaving = edges.windows(2).filter(|e| release.mass_between_kg(e[0], e[1]) > 0.0).count().max(1);
        let each = (plan.particles as usize / leaving).max(1);
        let open = opened(&grid, library);
        let mut near = Near {
            grid,
            windows: Vec::new(),
            batches: Vec::new(),
            released_kg,
            airborne_kg: 0.0,
            handed_kg: 0.0,
            steps: 0,
            particles: 0,
        };
        let mut live: Vec<Particle> = Vec::new();
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
            let mut born = births(release, library, flow, from_s, to_s, each, plan.seed, &normals, near.particles);
            near.particles += born.len() as u64;
            let mut kg_s = vec![0.0f64; grid.len()];
            let pieces = ((to_s - from_s) / GATHER_S).ceil().max(1.0) as usize;
            let piece_s = (to_s - from_s) / pieces as f64;
            for piece in 0..pieces {
                let (start_s, end_s) = (from_s + piece as f64 * piece_s, from_s + (piece + 1) as f64 * piece_s);
                let young = born.partition_point(|(t, _)| *t < end_s || piece + 1 == pieces);
                let mut moving: Vec<(f32, Particle)> = live.drain(..).map(|p| (piece_s as f32, p)).collect();
                moving.extend(born.drain(..young).map(|(t, p)| ((end_s - t.max(start_s)) as f32, p)));
                near.steps += step(&mut moving, flow, &normals, plan.seed, &grid, &space.grid, &mut kg_s);
                live.extend(moving.into_iter().map(|(_, p)| p));
                let gone = gather(&mut live, &space.grid, index);
                if !gone.is_empty() {
                    near.handed_kg += gone.iter().map(|p| p.mass_kg).sum::<f64>();
                    near.batches.push(Batch { at_s: end_s, puffs: gone });
                }
            }
            // What one particle leaves that passes through a cell in a second.
            let grain_kg_s = typical_kg(release, &live, from_s, to_s, each);
            let kg_m3 = concentrations(&grid, &kg_s, grain_kg_s, &open, to_s - from_s);
            near.windows.push(Window { from_s, to_s, kg_m3 });
            if live.is_empty() && release.mass_between_kg(to_s, plan.watch_s) <= 0.0 {
                break;
            }
        }
        near.airborne_kg = live.iter().map(|p| p.mass_kg).sum();
        near
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

/// Value of a raster between its cells; 0 beyond.
pub fn between(g: &Grid, values: &[f32], x_m: f64, y_m: f64) -> f64 {
    let (u, v) = ((x_m - g.x0) / g.cell_m - 0.5, (y_m - g.y0) / g.cell_m - 0.5);
    if !(u >= 0.0 && v >= 0.0 && u < (g.nx - 1) as f64 && v < (g.ny - 1) as f64) {
        return 0.0;
    }
    let (i, j) = (u as usize, v as usize);
    let (fu, fv) = (u - i as f64, v - j as f64);
    let at = |i: usize, j: usize| f64::from(values[g.index(i, j)]);
    let row = |j: usize| at(i, j) * (1.0 - fu) + at(i + 1, j) * fu;
    row(j) * (1.0 - fv) + row(j + 1) * fv
}

fn roomy(g: &Grid) -> Grid {
    let by = ROOM as f64 * g.cell_m;
    Grid { nx: g.nx + 2 * ROOM, ny: g.ny + 2 * ROOM, cell_m: g.cell_m, x0: g.x0 - by, y0: g.y0 - by }
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

/// Cells of the raster that are open, and for each the nearest open one.
struct Opened {
    solid: Vec<bool>,
    nearest: Vec<u32>,
}

fn opened(grid: &Grid, library: &Library) -> Opened {
    let mut heights = vec![0.0f32; grid.len()];
    let inner = &library.space.grid;
    for c in 0..inner.len() {
        heights[grid.index(c % inner.nx + ROOM, c / inner.nx + ROOM)] = library.buildings.height_m[c];
    }
    let all = super::Buildings::from_heights(*grid, heights);
    Opened { solid: all.height_m.iter().map(|h| *h > 0.0).collect(), nearest: all.nearest_open() }
}

/// Mass of a particle, kg: the mean of those on their way, else of those that leave in the window.
fn typical_kg(release: &Release, live: &[Particle], from_s: f64, to_s: f64, each: usize) -> f64 {
    if live.is_empty() {
        return release.mass_between_kg(from_s, to_s) / each as f64;
    }
    live.iter().map(|p| p.mass_kg).sum::<f64>() / live.len() as f64
}

/// Smooths along open cells, divides by volume and time, and gives each built-over cell the air at its walls. What passes between two cells is taken from one
/// and given to the other, so that no mass is made or lost.
fn concentrations(grid: &Grid, kg_s: &[f64], grain_kg_s: f64, open: &Opened, for_s: f64) -> Vec<f32> {
    let mut now: Vec<f64> = kg_s.to_vec();
    let enough = BEHIND * grain_kg_s;
    for pass in 0..PASSES {
        let before = now.clone();
        for c in (0..grid.len()).filter(|&c| !open.solid[c]) {
            for other in [(c % grid.nx + 1 < grid.nx).then(|| c + 1), (c + grid.nx < grid.len()).then(|| c + grid.nx)] {
                let Some(other) = other.filter(|&o| !open.solid[o]) else { continue };
                // The first passes smooth all.
                if pass < 2 || before[c].max(before[other]) < enough {
                    let across = PASS * (before[other] - before[c]);
                    now[c] += across;
                    now[other] -= across;
                }
            }
        }
    }
    let over = 1.0 / (grid.cell_m * grid.cell_m * COUNTED_M * for_s);
    open.nearest.iter().map(|&c| (now[c as usize] * over) as f32).collect()
}

/// Walks particles for their times; adds what they leave near the ground.
fn step(
    moving: &mut [(f32, Particle)],
    flow: &Flow,
    normals: &Normals,
    seed: u64,
    grid: &Grid,
    inner: &Grid,
    kg_s: &mut [f64],
) -> u64 {
    let shift_m = ((grid.x0 - inner.x0) as f32, (grid.y0 - inner.y0) as f32);
    let parcels = moving.len().div_ceil(PARCEL);
    let source: &[(f32, Particle)] = moving;
    let done = fold::map(parcels, |n| {
        let mut own = source[n * PARCEL..((n + 1) * PARCEL).min(source.len())].to_vec();
        let mut left = vec![0.0f32; grid.len()];
        let mut ground = Ground { grid, shift_m, thick_m: COUNTED_M as f32, kg_s: &mut left };
        let mut steps = 0u64;
        for (for_s, p) in own.iter_mut() {
            steps += u64::from(walk(p, flow, normals, seed, *for_s, &mut ground));
        }
        (own, left, steps)
    });
    let mut steps = 0;
    for (n, (own, left, took)) in done.into_iter().enumerate() {
        moving[n * PARCEL..n * PARCEL + own.len()].copy_from_slice(&own);
        kg_s.iter_mut().zip(left).for_each(|(sum, v)| *sum += f64::from(v));
        steps += took;
    }
    steps
}

/// Births of a window in order of time: equal masses, at the moments at which equal parts of its mass have left.
#[allow(clippy::too_many_arguments)]
fn births(
    release: &Release,
    library: &Library,
    flow: &Flow,
    from_s: f64,
    to_s: f64,
    each: usize,
    seed: u64,
    normals: &Normals,
    first: u64,
) -> Vec<(f64, Particle)> {
    let inner = &library.space.grid;
    let at = (release.at.x - inner.x0, release.at.y - inner.y0);
    let mut all: Vec<(f64, Particle)> = Vec::new();
    let mut put = |t: f64, mass_kg: f64, state: &Emission| {
        let id = (first + all.len() as u64) as u32;
        let n = normals.five(seed, id, u32::MAX);
        let wide = (state.width_m / math::sqrt(2.0 * std::f64::consts::PI)).max(LEAST_WIDTH_M);
        let deep = match state.entry {
            Entry::Jet | Entry::JetUp => wide,
            Entry::Pool | Entry::Cloud => LEAST_WIDTH_M,
        };
        let spread = |k: usize, by: f64| by * f64::from(n[k]);
        let (mut x, mut y) = (at.0 + spread(0, wide), at.1 + spread(1, wide));
        let z = (release.height_m + spread(2, deep)).abs().max(0.01);
        let column = inner.cell_at(Point::new(inner.x0 + x, inner.y0 + y));
        if column.is_some_and(|c| library.space.floor_m(c) > z) {
            // A wide pool ends at walls: what would lie inside leaves at the middle.
            (x, y) = at;
        }
        let z = z.max(inner.cell_at(release.at).map_or(0.0, |c| library.space.floor_m(c)) + 0.01);
        all.push((t, born(normals, seed, id, (x as f32, y as f32, z.min(f64::from(flow.lid_m)) as f32), mass_kg)));
    };
    let steady: Vec<_> =
        release.steps.iter().filter(|s| s.from_s < to_s && s.to_s > from_s && s.rate_kg_s > 0.0).collect();
    for s in &steady {
        let (a, b) = (s.from_s.max(from_s), s.to_s.min(to_s));
        let n = (each / steady.len()).max(1);
        for k in 0..n {
            put(a + (b - a) * (k as f64 + 0.5) / n as f64, s.rate_kg_s * (b - a) / n as f64, &s.state);
        }
    }
    for burst in release.bursts.iter().filter(|b| b.at_s >= from_s && b.at_s < to_s) {
        for _ in 0..each {
            put(burst.at_s, burst.mass_kg / each as f64, &burst.state);
        }
    }
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    all
}

/// Least half width of a mouth, m: that of a puff's.
const LEAST_WIDTH_M: f64 = 0.05;

/// Takes the particles beyond the box and makes puffs of them, by squares.
fn gather(live: &mut Vec<Particle>, inner: &Grid, release: u32) -> Vec<Puff> {
    let (wide, tall) = (inner.width_m() as f32, inner.height_m() as f32);
    let side = f64::from(wide.max(tall)) / SQUARES;
    let mut groups: BTreeMap<(i64, i64), Vec<Particle>> = BTreeMap::new();
    live.retain(|p| {
        let inside = p.x_m >= 0.0 && p.y_m >= 0.0 && p.x_m < wide && p.y_m < tall;
        if !inside {
            let square = |v: f32| (f64::from(v) / side).floor() as i64;
            groups.entry((square(p.y_m), square(p.x_m))).or_default().push(*p);
        }
        inside
    });
    groups.values().map(|group| puff_of(group, inner, release)).collect()
}

fn puff_of(group: &[Particle], inner: &Grid, release: u32) -> Puff {
    let mass_kg: f64 = group.iter().map(|p| p.mass_kg).sum();
    let mean = |of: &dyn Fn(&Particle) -> f64| group.iter().map(|p| p.mass_kg * of(p)).sum::<f64>() / mass_kg;
    let (x, y) = (mean(&|p| f64::from(p.x_m)), mean(&|p| f64::from(p.y_m)));
    let spread = |a: &dyn Fn(&Particle) -> f64, b: &dyn Fn(&Particle) -> f64| mean(&|p| a(p) * b(p));
    let (dx, dy) = (move |p: &Particle| f64::from(p.x_m) - x, move |p: &Particle| f64::from(p.y_m) - y);
    Puff {
        release,
        mass_kg,
        x_m: inner.x0 + x,
        y_m: inner.y0 + y,
        height_m: 0.0,
        spread_m2: [spread(&dx, &dx) + LEAST_M2, spread(&dx, &dy), spread(&dy, &dy) + LEAST_M2],
        depth_m: mean(&|p| f64::from(p.z_m)).max(0.05),
        age_s: mean(&|p| f64::from(p.age_s)),
        way_m: mean(&|p| f64::from(p.way_m)),
        guide: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::particles::{Normals, born};

    #[test]
    fn a_puff_has_the_mass_middle_and_spread_of_its_particles() {
        // Grade: exact. Over all puffs of a gathering: spread within and between them (law of total variance), besides each puff's own square metre.
        let inner = Grid { nx: 10, ny: 10, cell_m: 5.0, x0: 100.0, y0: -40.0 };
        let normals = Normals::new();
        let mut live: Vec<Particle> = (0..300)
            .map(|id| {
                let (a, b) = ((id * 37 % 101) as f32, (id * 53 % 89) as f32);
                born(
                    &normals,
                    1,
                    id,
                    (30.0 + 0.7 * a, -10.0 + 0.4 * a + 0.3 * b, 1.0 + 0.05 * b),
                    0.1 + 0.01 * f64::from(id % 7),
                )
            })
            .collect();
        let out: Vec<Particle> =
            live.iter().filter(|p| p.x_m >= 50.0 || p.y_m < 0.0 || p.y_m >= 50.0).copied().collect();
        let puffs = gather(&mut live, &inner, 0);
        assert!(puffs.len() > 5 && live.len() + out.len() == 300);
        // Mass, middle, second moments about the origin of the box.
        let moments = |all: &mut dyn Iterator<Item = (f64, f64, f64, [f64; 3])>| {
            all.fold([0.0; 6], |[m, x, y, xx, xy, yy], (dm, dx, dy, s)| {
                let second = [xx + dm * (s[0] + dx * dx), xy + dm * (s[1] + dx * dy), yy + dm * (s[2] + dy * dy)];
                [m + dm, x + dm * dx, y + dm * dy, second[0], second[1], second[2]]
            })
        };
        let of_particles = moments(&mut out.iter().map(|p| (p.mass_kg, f64::from(p.x_m), f64::from(p.y_m), [0.0; 3])));
        let of_puffs = moments(&mut puffs.iter().map(|p| {
            let [xx, xy, yy] = p.spread_m2;
            (p.mass_kg, p.x_m - inner.x0, p.y_m - inner.y0, [xx - LEAST_M2, xy, yy - LEAST_M2])
        }));
        for (a, b) in of_particles.iter().zip(&of_puffs) {
            assert!((a - b).abs() < 1e-9 * a.abs().max(1.0), "{of_particles:?} {of_puffs:?}");
        }
    }
}
