//! All that acts on the valley's water, and what is seen of it on the way.

use super::{BLOCK_S, SLIDE_AT, SLIDE_M3, Setting};
use crate::cases::run::Acts;
use crate::cases::section::Section;
use crate::cases::valley::{Channel, FAN_SLOPE, Valley};
use crate::flow::{Flow, G};
use crate::forcing::sources::Forcing;
use crate::mountain::debris::Debris;
use crate::mountain::rheology::Friction;
use crate::mountain::runout::{self, Kind};
use crate::mountain::trigger::{Grade, JIANGHUA, Rain, Unit};
use crate::solver::Solver;
use crate::structures::Structures;
use base::grid::Point;
use base::math;

/// Time between two rows of the gauging sections, s, and between two looks along the channels.
const GAUGED_S: f64 = 30.0;
const LOOKED_S: f64 = 600.0;
/// Along the channels a profile is kept this often, s.
const PROFILE_S: f64 = 1800.0;
/// Water in a channel from which it is looked at, m.
const LOOKED_M: f64 = 0.2;
/// Slopes are taken over this way to either side, m.
const SLOPE_OVER_M: f64 = 50.0;

/// What was seen along the channels.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    pub froude_max: f64,
    pub speed_max_m_s: f64,
    /// Looks at a channel's cell with water, sub- and supercritical.
    pub slower: u64,
    pub faster: u64,
    pub concentration_max: f64,
    /// Depth over normal depth in torrents, the mean over a reach of 100 m, at every look.
    pub over_normal: Vec<f64>,
    /// Looks at single cells of torrents, and those of them that stand (Froude below 0.5) though uniform flow would be faster than
    /// its waves and the bed falls on: pools.
    pub looks: u64,
    pub pools: u64,
    pub profile: Vec<Vec<f64>>,
}

/// The slide: when, its deposit, and the water above it before and after.
#[derive(Debug, Clone, Default)]
pub struct Slide {
    pub at_s: Option<f64>,
    pub grade: Option<Grade>,
    pub deposit: Vec<(usize, f64)>,
    pub dam_m: f64,
    pub before_m: f64,
    pub after_m: f64,
    pub above: usize,
}

pub struct Torrents {
    pub setting: Setting,
    pub valley: Valley,
    pub first_bed: Vec<f32>,
    /// Manning's n, thousandths, as the solver has it.
    pub manning: Vec<u8>,
    pub forcing: Forcing,
    pub works: Structures,
    pub debris: Debris,
    pub rain: Rain,
    pub storm_mm: Vec<f64>,
    pub unit: Unit,
    pub slide: Slide,
    /// Sections of the main river, from the head down, and of the torrents.
    pub stations: Vec<Section>,
    pub torrents: Vec<Section>,
    pub seen: Seen,
    pub bridges_over_m: Vec<f64>,
    pub events: Vec<(f64, String)>,
}

impl Acts<f32> for Torrents {
    fn weather(&mut self, solver: &mut Solver<f32>, now_s: f64, dt_s: f64) {
        if self.setting.landslide && (now_s / BLOCK_S).fract() < 1e-9 {
            self.rain.falls(self.storm_mm.get((now_s / BLOCK_S) as usize).copied().unwrap_or(0.0));
            // Not before the river is up: a slide into a dry bed is another story.
            if self.slide.at_s.is_none() && now_s > 3600.0 && self.unit.failed(&self.rain, self.setting.seed) {
                self.give_way(solver, now_s);
            }
        }
        if self.setting.debris && now_s > 0.0 {
            if (now_s / 30.0).fract() < 1e-9 {
                let depths = solver.depths();
                let wet: Vec<usize> = self.valley.loose.iter().copied().filter(|&c| depths[c] > 0.02).collect();
                self.debris.wake(solver, wet);
            }
            let manning = &self.manning;
            self.debris.step(solver, |cell| f64::from(manning[cell]) / 1000.0, dt_s);
        }
    }
    fn inner(&mut self, flow: &mut dyn Flow, now_s: f64, dt_s: f64) {
        self.forcing.inflow(flow, now_s, now_s + dt_s);
        for news in self.works.step(flow, now_s, dt_s) {
            self.events.push((now_s, format!("{news:?}")));
        }
    }
    fn after(&mut self, solver: &mut Solver<f32>, now_s: f64) {
        let due = |every_s: f64| (now_s / every_s).fract() < 1e-9;
        if !due(GAUGED_S) {
            return;
        }
        self.stations.iter_mut().chain(&mut self.torrents).for_each(|s| s.look(solver, now_s));
        let grid = &self.valley.grid;
        for (bridge, over) in self.valley.bridges.iter().zip(&mut self.bridges_over_m) {
            let level =
                |d: f64| solver.stage_m(grid.nearest_cell(Point::new(bridge.at.x + d * grid.cell_m, bridge.at.y)));
            // The river's own fall between the two places does not count.
            *over = over.max(level(-3.0) - level(3.0) - 6.0 * grid.cell_m * FAN_SLOPE);
        }
        if self.slide.at_s.is_some_and(|at| now_s > at) {
            self.slide.after_m = self.slide.after_m.max(solver.depth_m(self.slide.above));
        }
        if due(LOOKED_S) {
            self.look(solver, now_s);
        }
    }
}

/// A point of a channel as it is looked at.
struct AtPoint {
    along_m: f64,
    cell: usize,
    depth_m: f64,
    speed_m_s: f64,
    concentration: f64,
    /// Fall of the bed about here, rise over run.
    slope: f64,
    /// Depth over that of uniform flow of the same discharge; NaN where the bed does not fall.
    over_normal: f64,
    /// The bed falls from this cell to all that follow within 15 m.
    falls_on: bool,
}

impl Torrents {
    /// Discharge of a channel's catchment, m3/s.
    pub fn inflow_m3_s(&self, channel: usize, at_s: f64) -> f64 {
        self.forcing.inflows[channel].volume_m3(at_s - 15.0, at_s + 15.0) / 30.0
    }

    /// The slope gives way: what comes down lies across the river and is loose.
    fn give_way(&mut self, solver: &mut Solver<f32>, now_s: f64) {
        let grid = &self.valley.grid;
        let below = grid.centre(self.valley.along_main(SLIDE_AT));
        // It starts 300 m up the northern wall.
        let source = grid.nearest_cell(Point::new(below.x, below.y + 300.0));
        let bed: Vec<f64> = self.first_bed.iter().map(|z| f64::from(*z)).collect();
        let run = runout::follow(grid, &bed, source, self.unit.volume_m3, Kind::RockAvalanche, 0.18);
        runout::lay(solver, &run.deposit);
        if self.setting.debris {
            run.deposit.iter().for_each(|&(cell, depth_m)| self.debris.set_loose_m(cell, depth_m));
        }
        let slide = &mut self.slide;
        slide.at_s = Some(now_s);
        slide.grade = JIANGHUA.grade(&self.rain);
        slide.dam_m = run.deposit.iter().map(|(_, d)| *d).fold(0.0, f64::max);
        slide.before_m = solver.depth_m(slide.above);
        slide.deposit = run.deposit;
        self.events.push((now_s, format!("{} gives way: {SLIDE_M3:.0} m3", self.unit.name)));
    }

    fn concentration(&self, solver: &Solver<f32>, cell: usize) -> f64 {
        if self.setting.debris { self.debris.concentration(solver, cell) } else { 0.0 }
    }

    /// A channel's points with water, where the bed can be seen for some way up and down.
    fn points(&self, solver: &Solver<f32>, channel: &Channel) -> Vec<AtPoint> {
        let grid = &self.valley.grid;
        let cells: Vec<usize> = channel.line.iter().map(|p| grid.nearest_cell(*p)).collect();
        let mut along_m = vec![0.0];
        for pair in channel.line.windows(2) {
            along_m.push(along_m[along_m.len() - 1] + pair[0].distance_m(pair[1]));
        }
        let far = (SLOPE_OVER_M / grid.cell_m).ceil() as usize;
        let near = (15.0 / grid.cell_m).ceil() as usize;
        let n = cells.len();
        (far..n.saturating_sub(far))
            .map(|k| {
                let (a, b) = (k - far, k + far);
                let slope = (solver.bed_m(cells[a]) - solver.bed_m(cells[b])) / (along_m[b] - along_m[a]);
                let cell = cells[k];
                let (u, v) = solver.velocity_m_s(cell);
                let (depth_m, speed_m_s) = (solver.depth_m(cell), math::hypot(u, v));
                let concentration = self.concentration(solver, cell);
                let friction = if self.setting.debris && concentration > 0.0 {
                    self.debris.spec.friction
                } else {
                    Friction::Manning { n: f64::from(self.manning[cell]) / 1000.0 }
                };
                let uniform = friction.terms(depth_m, concentration, slope.max(0.0)).uniform_m_s(slope);
                // Of a given discharge, h/hn = (vn(h)/v)^(3/5), since vn h grows as h^(5/3).
                let over_normal =
                    if uniform > 0.0 && speed_m_s > 0.0 { math::pow(uniform / speed_m_s, 0.6) } else { f64::NAN };
                let falls_on = (k + 1..=k + near).all(|next| solver.bed_m(cells[next]) <= solver.bed_m(cell) + 0.02);
                AtPoint { along_m: along_m[k], cell, depth_m, speed_m_s, concentration, slope, over_normal, falls_on }
            })
            .collect()
    }

    fn look(&mut self, solver: &Solver<f32>, now_s: f64) {
        let mut seen = std::mem::take(&mut self.seen);
        if (now_s / PROFILE_S).fract() < 1e-9 {
            seen.profile.extend(self.profile(solver, now_s));
        }
        let slid: Vec<usize> = self.slide.deposit.iter().map(|(cell, _)| *cell).collect();
        for (number, channel) in self.valley.channels.iter().enumerate() {
            let points = self.points(solver, channel);
            let end_m = points.last().map_or(0.0, |p| p.along_m);
            let mut reach: Vec<(usize, f64)> = Vec::new();
            for (k, p) in points.iter().enumerate().filter(|(_, p)| p.depth_m > LOOKED_M) {
                let froude = p.speed_m_s / math::sqrt(G * p.depth_m);
                seen.froude_max = seen.froude_max.max(froude);
                seen.speed_max_m_s = seen.speed_max_m_s.max(p.speed_m_s);
                seen.concentration_max = seen.concentration_max.max(p.concentration);
                if number == 0 {
                    seen.faster += u64::from(froude > 1.0);
                    seen.slower += u64::from(froude <= 1.0);
                    continue;
                }
                // Uniform flow is looked for in torrents, away from their heads and mouths, and where no slide lies.
                let away = p.along_m > 100.0 && p.along_m < end_m - 100.0;
                if away && p.slope > 0.02 && p.over_normal.is_finite() && slid.binary_search(&p.cell).is_err() {
                    reach.push((k, p.over_normal));
                    // At the discharge that there is, the Froude number of uniform flow is (h/hn)^1.5 times the present one.
                    let uniform = froude * p.over_normal * math::sqrt(p.over_normal);
                    seen.looks += 1;
                    seen.pools += u64::from(froude < 0.5 && uniform > 1.0 && p.falls_on);
                }
            }
            // Means over reaches without gaps, as long as those over which slopes are taken.
            let far = (SLOPE_OVER_M / self.valley.grid.cell_m).ceil() as usize;
            let whole = reach.windows(2 * far + 1).filter(|w| w[2 * far].0 - w[0].0 == 2 * far);
            seen.over_normal.extend(whole.map(|w| w.iter().map(|p| p.1).sum::<f64>() / w.len() as f64));
        }
        self.seen = seen;
    }

    /// Rows of the table of profiles.
    pub fn profile(&self, solver: &Solver<f32>, now_s: f64) -> Vec<Vec<f64>> {
        let mut rows = Vec::new();
        for (number, channel) in self.valley.channels.iter().enumerate() {
            for p in self.points(solver, channel) {
                let bed_m = solver.bed_m(p.cell);
                let number = number as f64;
                rows.push(vec![
                    now_s,
                    number,
                    p.along_m,
                    bed_m,
                    p.depth_m,
                    p.speed_m_s,
                    p.concentration,
                    p.over_normal,
                ]);
            }
        }
        rows
    }
}
