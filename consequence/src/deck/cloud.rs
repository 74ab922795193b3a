//! The cloud of a model, run at the scale of a question. How far a level reaches is not known before: the cloud is followed on squares about
//! the source, each four times as wide as the one before, until the level's zone lies inside; then once more on a grid that
//! fits that zone alone. Puffs leave at a fortieth of the way, so that near and far zones are equally fine.

use super::Dense;
use super::build::Model;
use super::laid::Laid;
use super::streets::NearField;
use crate::dense::{Ambient, Gas};
use crate::puff::{Caveat, Cloud, Options, Scheme, Wind, led};
use crate::release::Release;
use crate::zones::{self, Peaks, Piece};
use base::fold;
use base::grid::{Grid, Point};
use base::math;

/// A cloud that can be run again and again.
pub struct Lens<'a> {
    /// What of it runs over the ground as a layer.
    pub laid: Option<&'a Laid<'a>>,
    pub release: &'a Release,
    gas: Option<Gas>,
    pub wind: Wind,
    scheme: Scheme,
    averaging_s: f64,
    watch_s: f64,
    /// Wind that carries a thin cloud at the start, m/s.
    carrier_m_s: f64,
    /// What happens among buildings, where the deck has them.
    near: Option<NearField>,
    silent: Option<Release>,
}

/// Half sides of the squares, m.
const SQUARES_M: [f64; 6] = [40.0, 160.0, 640.0, 2560.0, 10_240.0, 40_960.0];
/// Cells along the side of a square, and along the longer side of a fitted grid.
const COARSE: usize = 160;
const FINE: f64 = 320.0;
/// A puff for every such part of the way.
const PUFFS: f64 = 40.0;

/// A level's zone.
#[derive(Debug, Clone, PartialEq)]
pub struct Zone {
    pub pieces: Vec<Piece>,
    pub possible: Vec<Piece>,
    /// Farthest part from the source, m.
    pub reach_m: f64,
    /// Across the line from the source to its farthest part, m.
    pub width_m: f64,
    pub area_m2: f64,
    /// It goes on beyond the largest square.
    pub cut: bool,
    /// It was still growing when the watch ended.
    pub growing: bool,
    pub caveats: Vec<Caveat>,
}

impl<'a> Lens<'a> {
    pub fn new(model: &'a Model, laid: Option<&'a Laid<'a>>, averaging_s: f64) -> Lens<'a> {
        let gas = (model.deck.model.dense == Dense::Auto).then(|| Gas::of(&model.substance));
        let wind = Wind::uniform(model.weather.clone());
        let carrier_m_s = model.air().wind_m_s(3.0).max(0.3);
        let (scheme, watch_s) = (model.deck.model.scheme, model.deck.watch_s);
        let release = &model.source.release;
        Lens { laid, release, gas, wind, scheme, averaging_s, watch_s, carrier_m_s, near: None, silent: None }
    }

    /// The same among the buildings of the deck, where it has any.
    pub fn in_streets(model: &'a Model, laid: Option<&'a Laid<'a>>, averaging_s: f64) -> Lens<'a> {
        let lens = Lens::new(model, laid, averaging_s);
        let near = model.streets.as_ref().map(|streets| NearField::of(model, streets, averaging_s));
        let silent = near.as_ref().map(|_| NearField::silent(lens.release));
        Lens { near, silent, ..lens }
    }

    pub fn near(&self) -> Option<&NearField> {
        self.near.as_ref()
    }

    /// An empty cloud whose puffs are fine enough for what lies `reach_m` away.
    pub fn cloud(&self, reach_m: f64, area: Option<Grid>) -> Cloud {
        let interval_s = (reach_m / (PUFFS * self.carrier_m_s)).clamp(0.1, 10.0);
        let options =
            Options { scheme: self.scheme, averaging_s: self.averaging_s, interval_s, area, ..Options::default() };
        if let Some(silent) = &self.silent {
            return Cloud::new(options, vec![silent.clone()]);
        }
        let airborne = self.laid.map_or(self.release, |laid| &laid.rest);
        Cloud::with_dense(options, vec![airborne.clone()], &[self.gas], &self.wind)
    }

    /// Brings a cloud of this lens to a moment; what the layer, or the streets, give away on the way joins it when they do.
    pub fn bring(&self, cloud: &mut Cloud, to_s: f64) {
        if let Some(near) = &self.near {
            return near.advance(cloud, &self.wind, to_s);
        }
        let from_s = cloud.time_s;
        for (t, puffs) in self.laid.iter().flat_map(|laid| laid.given(from_s, to_s)) {
            cloud.advance(&self.wind, t - cloud.time_s);
            cloud.take_over(puffs);
        }
        cloud.advance(&self.wind, to_s - cloud.time_s);
    }

    /// Concentration at a place in a cloud of this lens, kg/m3.
    pub fn concentration_kg_m3(&self, cloud: &Cloud, at: Point, height_m: f64) -> f64 {
        let near = self.near.as_ref().map_or(0.0, |n| n.near.at_kg_m3(cloud.time_s, at.x, at.y));
        let laid = self.laid.map_or(0.0, |laid| laid.at_kg_m3(cloud.time_s, at, height_m));
        near + laid + cloud.concentration_kg_m3(0, &self.wind, at.x, at.y, height_m)
    }

    /// Takes in the cloud, and what is below it or among houses, as they stand.
    fn see(&self, peaks: &mut Peaks, cloud: &Cloud, height_m: f64) {
        if let Some(near) = &self.near {
            return peaks.see_with(cloud, 0, &self.wind, height_m, |grid, now| near.add(cloud.time_s, grid, now));
        }
        match self.laid.and_then(|laid| laid.field(cloud.time_s)) {
            Some(field) => peaks.see_with(cloud, 0, &self.wind, height_m, |grid, now| {
                fold::each_chunk(now, grid.nx, |j, row| {
                    row.iter_mut().enumerate().for_each(|(i, value)| {
                        *value += field.at_kg_m3(grid.centre(grid.index(i, j)), height_m) as f32;
                    });
                });
            }),
            None => peaks.see(cloud, 0, &self.wind, height_m),
        }
    }

    /// Moments at which a cloud that is looked at over `reach_m` has to be seen, up to the end of the watch. Between them no more than
    /// a twentieth of the way is gone, or 20 s where the rates of minutes rule; after a burst each is 6 % later than the last.
    pub fn moments(&self, reach_m: f64) -> Vec<f64> {
        let Some((from, to)) = self.release.span_s() else { return Vec::new() };
        let passes_s = reach_m / self.carrier_m_s;
        let mut all = Vec::new();
        let shortest = self.release.steps.iter().map(|s| s.duration_s()).fold(f64::INFINITY, f64::min);
        if shortest.is_finite() {
            let every = if passes_s < 200.0 { 20.0 } else { (0.05 * passes_s).clamp(10.0, 30.0) };
            let every = every.min(0.5 * shortest).max(0.5);
            let mut t = from + every;
            while t < self.watch_s {
                all.push(t);
                // When the source has ended its tail passes: finer where the way is short.
                t += if t > to { every.min((0.05 * passes_s).max(1.0)) } else { every };
            }
        }
        for burst in &self.release.bursts {
            let mut after = 0.5;
            while burst.at_s + after < self.watch_s {
                all.push(burst.at_s + after);
                after *= 1.06;
            }
        }
        all.push(self.watch_s);
        all.sort_by(f64::total_cmp);
        all.dedup_by(|a, b| (*a - *b).abs() < 0.25);
        all
    }

    /// Follows the cloud over an area and shows it at its moments, until nothing of it is left there.
    pub fn follow(&self, reach_m: f64, area: Option<Grid>, mut look: impl FnMut(&Cloud)) -> Cloud {
        let mut cloud = self.cloud(reach_m, area);
        let over_s = self.release.span_s().map_or(0.0, |(_, to)| to).max(self.laid.map_or(0.0, |laid| laid.ends_s));
        for t in self.moments(reach_m) {
            self.bring(&mut cloud, t);
            look(&cloud);
            let more = self.near.as_ref().is_some_and(|n| n.goes_on(cloud.time_s));
            if cloud.time_s > over_s && cloud.puffs.is_empty() && !more {
                break;
            }
        }
        cloud
    }

    /// The zones of some levels, kg/m3, at a height above ground, in the order of the levels.
    pub fn zones(&self, levels: &[f64], height_m: f64) -> Vec<Zone> {
        let source = self.release.at;
        let mut found: Vec<Option<Coarse>> = vec![None; levels.len()];
        for (k, &half_m) in SQUARES_M.iter().enumerate() {
            if found.iter().all(Option::is_some) {
                break;
            }
            let grid = square(source, half_m, COARSE);
            let mut peaks = Peaks::new(grid);
            self.follow(half_m, Some(grid), |cloud| self.see(&mut peaks, cloud, height_m));
            self.near.iter().for_each(|n| n.raise(&mut peaks));
            for (slot, &level) in found.iter_mut().zip(levels).filter(|(slot, _)| slot.is_none()) {
                let coarse = Coarse::of(&peaks, source, level);
                // A high source may reach the ground only far away (sigma-z of class F is 0.016 of the way).
                let too_near = coarse.reach_m <= 0.0 && half_m < 300.0 * (self.release.height_m - height_m).abs();
                if !coarse.edge && !too_near || k + 1 == SQUARES_M.len() {
                    *slot = Some(coarse);
                }
            }
        }
        fold::map(levels.len(), |k| match &found[k] {
            Some(coarse) if coarse.reach_m > 0.0 => self.zone(levels[k], height_m, coarse),
            _ => Zone::none(),
        })
    }

    fn zone(&self, level: f64, height_m: f64, coarse: &Coarse) -> Zone {
        let source = self.release.at;
        let grid = coarse.fitted();
        let mut peaks = Peaks::new(grid);
        let mut early_m = None;
        let half = square(source, 1.2 * coarse.reach_m + 20.0, 10);
        let end = self.follow(coarse.reach_m, Some(half), |cloud| {
            self.see(&mut peaks, cloud, height_m);
            if early_m.is_none() && cloud.time_s >= 0.85 * self.watch_s {
                early_m = Some(Coarse::of(&peaks, source, level).reach_m);
            }
        });
        self.near.iter().for_each(|n| n.raise(&mut peaks));
        let pieces = peaks.outline(level);
        let corners = || pieces.iter().flat_map(|p| &p.rings[0]);
        let far = corners()
            .copied()
            .fold(source, |far, p| if p.distance_m(source) > far.distance_m(source) { p } else { far });
        let reach_m = far.distance_m(source);
        let late_m = Coarse::of(&peaks, source, level).reach_m;
        let growing = !end.puffs.is_empty() && early_m.is_some_and(|early| late_m > 1.03 * early);
        let angle = self.angle_deg();
        // In a wind that turns gas comes farther than the straight line (assumption: by less than half).
        let straight = if self.wind.weather.moments().len() == 1 { 1.0 } else { 1.5 };
        Zone {
            possible: possible(&peaks, &pieces, source, reach_m, angle, level, self.near.is_some()),
            reach_m,
            width_m: across(corners(), source, far),
            area_m2: pieces.iter().map(Piece::area_m2).sum(),
            cut: coarse.edge,
            growing,
            caveats: end.range().caveats_within(straight * reach_m),
            pieces,
        }
    }

    /// Half of the angle within which the wind stays, degrees: the widest of the watch.
    pub fn angle_deg(&self) -> f64 {
        let moments = self.wind.weather.moments().iter().filter(|(t, _)| *t <= self.watch_s).map(|(_, air)| air);
        moments.map(zones::angle_deg).fold(0.0, f64::max)
    }

    /// Whether any of the release is heavy enough for the dense model, and the numbers that decide: the largest of its steps and bursts
    /// and the value from which a cloud is dense.
    pub fn heaviness(&self) -> (bool, f64, f64) {
        let r = self.release;
        let Some(gas) = self.gas else { return (false, 0.0, 0.15) };
        let lasting_s: f64 = r.steps.iter().map(|s| s.duration_s()).sum();
        let steps = r.steps.iter().map(|s| (s.from_s, s.state, s.rate_kg_s, lasting_s, 0.0));
        let bursts = r.bursts.iter().map(|b| (b.at_s, b.state, 0.0, 0.0, b.mass_kg));
        let mut most = (false, 0.0, if r.bursts.is_empty() { 0.15 } else { 0.20 });
        for (at_s, state, rate_kg_s, duration_s, burst_kg) in steps.chain(bursts) {
            let air = self.wind.at(at_s, r.at.x, r.at.y);
            let source = led::dense_source(gas, &state, r.height_m, rate_kg_s, duration_s, burst_kg);
            if source.total_kg() <= 0.0 {
                continue;
            }
            let (value, least) = source.heaviness(&Ambient::of(&air, self.averaging_s).air, air.wind_m_s(10.0));
            if value / least > most.1 / most.2 {
                most = (value >= least, value, least);
            }
        }
        most
    }
}

impl Zone {
    fn none() -> Zone {
        Zone {
            pieces: Vec::new(),
            possible: Vec::new(),
            reach_m: 0.0,
            width_m: 0.0,
            area_m2: 0.0,
            cut: false,
            growing: false,
            caveats: Vec::new(),
        }
    }
}

/// A square of cells about a place.
pub fn square(about: Point, half_m: f64, cells: usize) -> Grid {
    Grid { nx: cells, ny: cells, cell_m: 2.0 * half_m / cells as f64, x0: about.x - half_m, y0: about.y - half_m }
}

/// Where a level was reached on a coarse grid.
#[derive(Debug, Clone, PartialEq)]
struct Coarse {
    low: Point,
    high: Point,
    cell_m: f64,
    reach_m: f64,
    /// Cells of the rim reach it too.
    edge: bool,
}

impl Coarse {
    fn of(peaks: &Peaks, source: Point, level: f64) -> Coarse {
        let g = peaks.grid;
        let mut found = Coarse {
            low: Point::new(f64::INFINITY, f64::INFINITY),
            high: Point::new(f64::NEG_INFINITY, f64::NEG_INFINITY),
            cell_m: g.cell_m,
            reach_m: 0.0,
            edge: false,
        };
        for (cell, _) in peaks.values.iter().enumerate().filter(|(_, v)| f64::from(**v) >= level) {
            let p = g.centre(cell);
            let (i, j) = (cell % g.nx, cell / g.nx);
            found.edge |= i == 0 || j == 0 || i + 1 == g.nx || j + 1 == g.ny;
            found.low = Point::new(found.low.x.min(p.x), found.low.y.min(p.y));
            found.high = Point::new(found.high.x.max(p.x), found.high.y.max(p.y));
            found.reach_m = found.reach_m.max(p.distance_m(source)).max(0.5 * g.cell_m);
        }
        found
    }

    /// A grid that holds the zone with room around it.
    fn fitted(&self) -> Grid {
        let room = 2.5 * self.cell_m + 0.04 * self.reach_m;
        let (wide, high) = (self.high.x - self.low.x + 2.0 * room, self.high.y - self.low.y + 2.0 * room);
        let cell_m = wide.max(high) / FINE;
        let cells = |v: f64| ((v / cell_m).ceil() as usize).max(4);
        Grid { nx: cells(wide), ny: cells(high), cell_m, x0: self.low.x - room, y0: self.low.y - room }
    }
}

/// Extent across the line from the source to the farthest point, m.
fn across<'p>(corners: impl Iterator<Item = &'p Point>, source: Point, far: Point) -> f64 {
    let long = far.distance_m(source).max(1e-9);
    let (e, n) = ((far.x - source.x) / long, (far.y - source.y) / long);
    let span = corners
        .map(|p| (p.y - source.y) * e - (p.x - source.x) * n)
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
    (span.1 - span.0).max(0.0)
}

/// Points of a circle.
pub fn circle(about: Point, radius_m: f64) -> Piece {
    let ring = (0..180).map(|k| f64::from(2 * k).to_radians());
    let ring = ring.map(|a| Point::new(about.x + radius_m * math::cos(a), about.y + radius_m * math::sin(a)));
    Piece { rings: vec![ring.collect()] }
}

/// The zone swept about the source by the angle of the wind to both sides.
fn possible(
    peaks: &Peaks,
    pieces: &[Piece],
    source: Point,
    reach_m: f64,
    angle_deg: f64,
    level: f64,
    fill: bool,
) -> Vec<Piece> {
    if angle_deg >= 180.0 {
        return vec![circle(source, reach_m)];
    }
    let turned = (-12..=12).map(|k| (f64::from(k) / 12.0 * angle_deg).to_radians()).flat_map(|a| {
        let (s, c) = (math::sin(a), math::cos(a));
        pieces.iter().flat_map(|p| &p.rings[0]).map(move |p| {
            let (dx, dy) = (p.x - source.x, p.y - source.y);
            Point::new(source.x + dx * c - dy * s, source.y + dx * s + dy * c)
        })
    });
    let (mut low, mut high) = (source, source);
    for p in turned {
        low = Point::new(low.x.min(p.x), low.y.min(p.y));
        high = Point::new(high.x.max(p.x), high.y.max(p.y));
    }
    let room = 0.04 * reach_m;
    let (wide, tall) = (high.x - low.x + 2.0 * room, high.y - low.y + 2.0 * room);
    let cell_m = wide.max(tall) / FINE;
    let cells = |v: f64| ((v / cell_m).ceil() as usize).max(4);
    let grid = Grid { nx: cells(wide), ny: cells(tall), cell_m, x0: low.x - room, y0: low.y - room };
    let swept = peaks.swept_onto(grid, source, angle_deg);
    if fill { swept.filled_towards(source).outline(level) } else { swept.outline(level) }
}
