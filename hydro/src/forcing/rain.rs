//! Rain in space and time (降雨): constant, measured by steps, Chicago design storms, moving storm cells, rasters.
//!
//! Every form knows the depth fallen over a step exactly, not the rate at one moment of it: sums over many steps agree
//! with the whole to rounding, however the steps are cut. Rain that differs in space is prepared once a step on its own
//! coarse raster (of the radar, or fine enough for the smallest cell's width); cells of the grid read from it.

use super::raincell::StormCell;
use super::series::{Steps, check_number};
use super::storm::{Chicago, NestedStorm, StormRecord, StormSpec};
use base::complaint::{Complaints, nearest};
use base::grid::{Grid, Point};
use base::{fold, math};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What falls. Times in s of the run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Rain {
    #[default]
    None,
    /// The same everywhere from one time to another.
    Constant { mm_h: f64, from_s: f64, until_s: f64 },
    /// (s, mm/h): each rate holds until the next; the last is 0.
    Rates(Steps),
    /// A gauge's record: depths of equal steps one after another.
    Gauge { start_s: f64, step_s: f64, mm: Vec<f64> },
    /// A design storm.
    Storm(StormSpec),
    /// A storm of given depths by duration, about its peak.
    Nested(NestedStorm),
    /// A recorded extreme by name (zhengzhou_2021, yaan_2020, emei_2021, yuyao_2013), as a nested storm.
    Record { name: String, start_s: f64, peak_position: f64 },
    /// Moving storm cells; more than one overlap by adding.
    Cells(Vec<StormCell>),
    /// Rasters of rates, as of a radar.
    Frames(Frames),
    /// Any of these times a factor (areal reduction, climate allowance, an exercise's liking).
    Scaled { by: f64, rain: Box<Rain> },
    /// The sum of several.
    Sum(Vec<Rain>),
}

/// Rasters of rain, row 0 in the south. Raster k holds from `times_s[k]` to `times_s[k + 1]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frames {
    pub raster: Grid,
    /// One more than there are rasters.
    pub times_s: Vec<f64>,
    pub mm_h: Vec<Vec<f32>>,
}

impl Rain {
    pub fn check(&self, grid: &Grid, file: &Path, complaints: &mut Complaints) {
        let inf = f64::INFINITY;
        match self {
            Rain::None => {}
            Rain::Constant { mm_h, from_s, until_s } => {
                check_number(file, "rain: mm_h", *mm_h, 0.0, inf, complaints);
                check_number(file, "rain: from_s", *from_s, -inf, inf, complaints);
                check_number(file, "rain: until_s", *until_s, *from_s, inf, complaints);
            }
            Rain::Rates(steps) => steps.check(file, "rain", complaints),
            Rain::Gauge { start_s, step_s, mm } => {
                check_number(file, "rain: start_s", *start_s, -inf, inf, complaints);
                check_number(file, "rain: step_s", *step_s, 1e-3, inf, complaints);
                for (i, &depth) in mm.iter().enumerate() {
                    check_number(file, &format!("rain: depth {} of the gauge", i + 1), depth, 0.0, inf, complaints);
                }
                if mm.is_empty() {
                    complaints.add(file, "rain: the gauge has no depths", "at least one, in mm");
                }
            }
            Rain::Storm(storm) => storm.check(file, complaints),
            Rain::Nested(storm) => storm.check(file, complaints),
            Rain::Record { name, start_s, peak_position } => match StormRecord::named(name) {
                Some(record) => record.storm(*start_s, *peak_position).check(file, complaints),
                None => {
                    let names: Vec<&str> = StormRecord::all().iter().map(|r| r.name.as_str()).collect();
                    let hint = match nearest(name, names.iter().copied()) {
                        Some(name) => format!("did you mean {name}?"),
                        None => format!("known: {}", names.join(", ")),
                    };
                    complaints.add(file, format!("rain: no record is named {name:?}"), hint);
                }
            },
            Rain::Cells(cells) => {
                for cell in cells {
                    cell.check(file, complaints);
                }
            }
            Rain::Frames(frames) => frames.check(grid, file, complaints),
            Rain::Scaled { by, rain } => {
                check_number(file, "rain: factor by", *by, 0.0, inf, complaints);
                rain.check(grid, file, complaints);
            }
            Rain::Sum(parts) => {
                for part in parts {
                    part.check(grid, file, complaints);
                }
            }
        }
    }

    /// The rain over a grid, or all that is wrong with it.
    pub fn bind(&self, grid: &Grid, file: &Path) -> Result<RainField, Complaints> {
        let mut complaints = Complaints::new();
        self.check(grid, file, &mut complaints);
        let mut field = RainField { even: Vec::new(), cells: Vec::new(), frames: Vec::new(), raster: *grid };
        complaints.or(())?;
        self.flatten(1.0, &mut field);
        // A raster of an eighth of the smallest radius: between its points the Gaussian is straight to 0.2 %.
        let smallest = field.cells.iter().map(|(_, c)| c.long_m.min(c.short_m)).fold(f64::INFINITY, f64::min);
        if smallest.is_finite() {
            let side = (smallest / 8.0).max(grid.cell_m);
            let count = |metres: f64| (metres / side).ceil() as usize + 2;
            let (nx, ny) = (count(grid.width_m()), count(grid.height_m()));
            field.raster = Grid { nx, ny, cell_m: side, x0: grid.x0 - side, y0: grid.y0 - side };
        }
        Ok(field)
    }

    fn flatten(&self, factor: f64, field: &mut RainField) {
        match self {
            Rain::None => {}
            Rain::Constant { mm_h, from_s, until_s } => {
                let steps = Steps(vec![(*from_s, *mm_h), (*until_s, 0.0)]);
                field.even.push((factor, Even::Rates(steps)));
            }
            Rain::Rates(steps) => field.even.push((factor, Even::Rates(steps.clone()))),
            Rain::Gauge { start_s, step_s, mm } => {
                let rate = |(i, depth): (usize, &f64)| (start_s + i as f64 * step_s, depth * 3600.0 / step_s);
                let mut steps: Vec<(f64, f64)> = mm.iter().enumerate().map(rate).collect();
                steps.push((start_s + mm.len() as f64 * step_s, 0.0));
                field.even.push((factor, Even::Rates(Steps(steps))));
            }
            Rain::Storm(storm) => field.even.extend(storm.bind().map(|s| (factor, Even::Chicago(s)))),
            Rain::Nested(storm) => field.even.push((factor, Even::Rates(Steps(storm.rates())))),
            Rain::Record { name, start_s, peak_position } => {
                let storm = StormRecord::named(name).map(|record| record.storm(*start_s, *peak_position));
                field.even.extend(storm.map(|storm| (factor, Even::Rates(Steps(storm.rates())))));
            }
            Rain::Cells(cells) => field.cells.extend(cells.iter().map(|cell| (factor, cell.clone()))),
            Rain::Frames(frames) => field.frames.push((factor, frames.clone())),
            Rain::Scaled { by, rain } => rain.flatten(factor * by, field),
            Rain::Sum(parts) => parts.iter().for_each(|part| part.flatten(factor, field)),
        }
    }
}

impl Frames {
    fn check(&self, grid: &Grid, file: &Path, complaints: &mut Complaints) {
        let r = &self.raster;
        if r.is_empty() || !r.cell_m.is_finite() || r.cell_m <= 0.0 || !r.x0.is_finite() || !r.y0.is_finite() {
            complaints.add(file, "rain rasters: the raster has no cells or no size", "nx, ny, cell_m, x0, y0");
            return;
        }
        if self.times_s.len() != self.mm_h.len() + 1 {
            let was = format!("rain rasters: {} times for {} rasters", self.times_s.len(), self.mm_h.len());
            complaints.add(file, was, "one time more than rasters: the last ends the last raster");
        }
        for pair in self.times_s.windows(2).filter(|pair| pair[1].is_nan() || pair[1] <= pair[0]) {
            let was = format!("rain rasters: time {} s is not after {} s", pair[1], pair[0]);
            complaints.add(file, was, "times must rise");
        }
        for (k, mm_h) in self.mm_h.iter().enumerate() {
            let nth = k + 1;
            if mm_h.len() != r.len() {
                let was = format!("rain raster {nth} has {} values", mm_h.len());
                complaints.add(file, was, format!("{} by {}, {} in all", r.nx, r.ny, r.len()));
            }
            if let Some(cell) = mm_h.iter().position(|v| !v.is_finite() || *v < 0.0) {
                let was = format!("rain raster {nth}: value {} in cell {cell}", mm_h[cell]);
                complaints.add(file, was, "0 or more, also where the radar saw nothing");
            }
        }
        let tolerance = 1e-6 * grid.cell_m;
        let covers = r.x0 <= grid.x0 + tolerance
            && r.y0 <= grid.y0 + tolerance
            && r.x0 + r.width_m() >= grid.x0 + grid.width_m() - tolerance
            && r.y0 + r.height_m() >= grid.y0 + grid.height_m() - tolerance;
        if !covers {
            let was =
                format!("rain rasters span x {}..{}, y {}..{} m", r.x0, r.x0 + r.width_m(), r.y0, r.y0 + r.height_m());
            let (right, top) = (grid.x0 + grid.width_m(), grid.y0 + grid.height_m());
            let hint = format!("they must cover the grid, x {}..{right}, y {}..{top} m", grid.x0, grid.y0);
            complaints.add(file, was, hint);
        }
    }
}

/// Rain that is the same everywhere.
#[derive(Debug, Clone, PartialEq)]
enum Even {
    Rates(Steps),
    Chicago(Chicago),
}

/// Rain bound to a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct RainField {
    even: Vec<(f64, Even)>,
    cells: Vec<(f64, StormCell)>,
    frames: Vec<(f64, Frames)>,
    /// The raster on which storm cells are worked out.
    raster: Grid,
}

/// The rain of one step: even rain and the rasters that differ in space.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RainStep {
    /// Depth that falls everywhere, m.
    pub even_m: f64,
    smooth: Vec<(Grid, Vec<f64>)>,
    blocky: Vec<(Grid, Vec<f64>)>,
}

impl RainField {
    /// Intensity in the middle of a cell at a moment, mm/h.
    pub fn rate_mm_h(&self, grid: &Grid, cell: usize, t_s: f64) -> f64 {
        let p = grid.centre(cell);
        let even: f64 = self
            .even
            .iter()
            .map(|(factor, rain)| match rain {
                Even::Rates(steps) => factor * steps.at(t_s),
                Even::Chicago(storm) => factor * storm.rate_mm_h(t_s),
            })
            .sum();
        let cells: f64 = self.cells.iter().map(|(factor, cell)| factor * cell.rate_mm_h(p, t_s)).sum();
        let frames: f64 = self
            .frames
            .iter()
            .map(|(factor, frames)| {
                let k = frames.times_s.partition_point(|t| *t <= t_s);
                let raster = k.checked_sub(1).and_then(|k| frames.mm_h.get(k));
                let pixel = frames.raster.cell_at(p);
                factor * raster.zip(pixel).map_or(0.0, |(raster, pixel)| raster[pixel] as f64)
            })
            .sum();
        even + cells + frames
    }

    /// Last moment at which anything can fall, s; `None` when nothing ever does.
    pub fn end_s(&self) -> Option<f64> {
        let even = self.even.iter().filter_map(|(_, rain)| match rain {
            Even::Rates(steps) => steps.0.last().map(|p| p.0),
            Even::Chicago(storm) => Some(storm.end_s()),
        });
        let cells = self.cells.iter().filter_map(|(_, cell)| cell.track.last().map(|p| p.t_s));
        let frames = self.frames.iter().filter_map(|(_, frames)| frames.times_s.last().copied());
        even.chain(cells).chain(frames).reduce(f64::max)
    }

    /// The rain of a step; `None` when it is dry everywhere.
    pub fn over(&self, from_s: f64, to_s: f64) -> Option<RainStep> {
        let mut step = RainStep::default();
        for (factor, rain) in &self.even {
            let mm = match rain {
                Even::Rates(steps) => steps.integral(from_s, to_s) / 3600.0,
                Even::Chicago(storm) => storm.fallen_mm(to_s) - storm.fallen_mm(from_s),
            };
            step.even_m += factor * mm.max(0.0) / 1000.0;
        }
        let legs: Vec<_> = self
            .cells
            .iter()
            .flat_map(|(factor, cell)| cell.legs(from_s, to_s).into_iter().map(move |leg| (*factor, leg)))
            .collect();
        if !legs.is_empty() {
            let rows = fold::map(self.raster.ny, |j| {
                let row = (0..self.raster.nx).map(|i| {
                    let p = self.raster.centre(self.raster.index(i, j));
                    legs.iter().map(|(factor, leg)| factor * leg.depth_mm(p)).sum::<f64>() / 1000.0
                });
                row.collect::<Vec<f64>>()
            });
            step.smooth.push((self.raster, rows.concat()));
        }
        for (factor, frames) in &self.frames {
            let mut depth_m: Vec<f64> = Vec::new();
            for (pair, mm_h) in frames.times_s.windows(2).zip(&frames.mm_h) {
                let seconds = pair[1].min(to_s) - pair[0].max(from_s);
                if seconds > 0.0 {
                    depth_m.resize(mm_h.len(), 0.0);
                    let share = factor * seconds / 3.6e6;
                    depth_m.iter_mut().zip(mm_h).for_each(|(sum, rate)| *sum += share * *rate as f64);
                }
            }
            if !depth_m.is_empty() {
                step.blocky.push((frames.raster, depth_m));
            }
        }
        let wet = |rasters: &[(Grid, Vec<f64>)]| rasters.iter().any(|(_, depth)| depth.iter().any(|d| *d > 0.0));
        (step.even_m > 0.0 || wet(&step.smooth) || wet(&step.blocky)).then_some(step)
    }
}

impl RainStep {
    pub fn is_even(&self) -> bool {
        self.smooth.is_empty() && self.blocky.is_empty()
    }

    /// Depth in the middle of a cell, m.
    #[inline]
    pub fn depth_m(&self, grid: &Grid, cell: usize) -> f64 {
        if self.is_even() {
            return self.even_m;
        }
        let p = grid.centre(cell);
        let smooth: f64 = self.smooth.iter().map(|(raster, depth_m)| between(raster, depth_m, p)).sum();
        let blocky: f64 =
            self.blocky.iter().map(|(raster, depth_m)| raster.cell_at(p).map_or(0.0, |c| depth_m[c])).sum();
        self.even_m + smooth + blocky
    }

    /// Depths of the cells from `first` on, m.
    pub fn fill_m(&self, grid: &Grid, first: usize, depths_m: &mut [f64]) {
        if self.is_even() {
            return depths_m.fill(self.even_m);
        }
        for (k, depth_m) in depths_m.iter_mut().enumerate() {
            *depth_m = self.depth_m(grid, first + k);
        }
    }

    /// Volume over a grid, m3.
    pub fn volume_m3(&self, grid: &Grid) -> f64 {
        fold::sum(grid.len(), |cell| self.depth_m(grid, cell)) * grid.cell_m * grid.cell_m
    }
}

/// Bilinear between the middles of a raster's cells; the rim holds.
fn between(raster: &Grid, values: &[f64], p: Point) -> f64 {
    let place = |x: f64, n: usize| {
        let x = (x / raster.cell_m - 0.5).clamp(0.0, (n - 1) as f64);
        let i = (x as usize).min(n.saturating_sub(2));
        (i, x - i as f64, usize::from(n > 1))
    };
    let (i, u, di) = place(p.x - raster.x0, raster.nx);
    let (j, v, dj) = place(p.y - raster.y0, raster.ny);
    let at = |i, j| values[raster.index(i, j)];
    (1.0 - v) * ((1.0 - u) * at(i, j) + u * at(i + di, j)) + v * ((1.0 - u) * at(i, j + dj) + u * at(i + di, j + dj))
}

/// Areal mean of a point's rain (点面折减) after the exponential form `1 - exp(-1.1 t^0.25) + exp(-1.1 t^0.25 - 0.0039 A)`,
/// t in h, A in km2 (fit to the US Weather Bureau's TP-29 curves in Eagleson 1972; from memory, unchecked, and not for
/// Chinese rain in particular): a factor for [`Rain::Scaled`].
pub fn areal_reduction(area_km2: f64, hours: f64) -> f64 {
    let fade = math::exp(-1.1 * hours.max(0.0).sqrt().sqrt());
    1.0 - fade + fade * math::exp(-0.0039 * area_km2.max(0.0))
}

#[cfg(test)]
mod tests {
    use super::super::raincell::CellPoint;
    use super::*;

    const GRID: Grid = Grid { nx: 40, ny: 30, cell_m: 100.0, x0: 0.0, y0: 0.0 };

    fn bound(rain: &Rain) -> RainField {
        rain.bind(&GRID, Path::new("rain.ron")).expect("nothing wrong")
    }

    fn fallen_m3(field: &RainField, steps: &[f64]) -> f64 {
        steps.windows(2).filter_map(|p| field.over(p[0], p[1])).map(|step| step.volume_m3(&GRID)).sum()
    }

    /// Steps of uneven length over 0..to_s.
    fn uneven(to_s: f64) -> Vec<f64> {
        let mut times = vec![0.0];
        while times[times.len() - 1] < to_s {
            let n = times.len();
            times.push((times[n - 1] + 3.0 + (n % 7) as f64 * 5.3).min(to_s));
        }
        times
    }

    fn all_forms() -> Rain {
        let at = |t_s, x_m, y_m, peak_mm_h| CellPoint { t_s, x_m, y_m, peak_mm_h };
        let storm = "(formula: \"suzhou_2025\", return_period_a: 20, duration_min: 60, peak_position: Some(0.4))";
        Rain::Sum(vec![
            Rain::Constant { mm_h: 12.0, from_s: 600.0, until_s: 4200.0 },
            Rain::Rates(Steps(vec![(0.0, 5.0), (1000.0, 50.0), (1500.0, 0.0)])),
            Rain::Gauge { start_s: 0.0, step_s: 300.0, mm: vec![1.0, 4.0, 0.0, 2.0] },
            Rain::Storm(ron::from_str(storm).unwrap()),
            Rain::Scaled {
                by: 0.5,
                rain: Box::new(Rain::Cells(vec![StormCell {
                    long_m: 1500.0,
                    short_m: 800.0,
                    axis_deg: 20.0,
                    track: vec![at(0.0, -2000.0, 1000.0, 20.0), at(3600.0, 6000.0, 2000.0, 80.0)],
                }])),
            },
            Rain::Frames(Frames {
                raster: Grid { nx: 2, ny: 2, cell_m: 2000.0, x0: 0.0, y0: -500.0 },
                times_s: vec![0.0, 900.0, 1800.0],
                mm_h: vec![vec![0.0, 10.0, 20.0, 30.0], vec![5.0, 5.0, 0.0, 0.0]],
            }),
        ])
    }

    /// Grade: exact.
    #[test]
    fn rain_in_many_steps_is_the_rain_in_one_to_rounding() {
        let field = bound(&all_forms());
        let one = fallen_m3(&field, &[0.0, 5000.0]);
        let many = fallen_m3(&field, &uneven(5000.0));
        assert!((many / one - 1.0).abs() < 1e-11, "{one} in one step, {many} in many");
        assert_eq!(field.end_s(), Some(4200.0));
        assert!(field.over(5000.0, 6000.0).is_none(), "after the end it is dry");
    }

    /// Grade: exact.
    #[test]
    fn the_depth_of_a_short_step_is_the_rate_times_its_length() {
        let field = bound(&all_forms());
        for (cell, t_s) in [(0, 700.0), (777, 1230.0), (1199, 2000.0)] {
            let step = field.over(t_s - 0.01, t_s + 0.01).unwrap();
            let rate = step.depth_m(&GRID, cell) / 0.02 * 3.6e6;
            let want = field.rate_mm_h(&GRID, cell, t_s);
            assert!((rate / want - 1.0).abs() < 3e-3, "cell {cell}: {rate} mm/h for {want}");
        }
    }

    /// Grade: exact.
    #[test]
    fn a_gauge_and_rasters_drop_what_they_recorded() {
        let gauge = bound(&Rain::Gauge { start_s: 100.0, step_s: 600.0, mm: vec![3.0, 0.5, 7.25] });
        assert!((fallen_m3(&gauge, &uneven(3000.0)) - 10.75e-3 * 12e6).abs() < 1e-6);
        let raster = Grid { nx: 2, ny: 1, cell_m: 3000.0, x0: -2000.0, y0: 0.0 };
        let frames = Frames { raster, times_s: vec![0.0, 1800.0], mm_h: vec![vec![36.0, 0.0]] };
        // The raster's first pixel covers the western 1000 m of the grid: 1000 m by 3000 m, 18 mm.
        assert!((fallen_m3(&bound(&Rain::Frames(frames)), &uneven(2000.0)) - 18e-3 * 3e6).abs() < 1e-6);
    }

    /// Grade: behaviour.
    #[test]
    fn negative_rain_short_rasters_and_rasters_beside_the_grid_are_all_told_at_once() {
        let raster = Grid { nx: 2, ny: 2, cell_m: 100.0, x0: 0.0, y0: 0.0 };
        let rain = Rain::Sum(vec![
            Rain::Constant { mm_h: -3.0, from_s: 0.0, until_s: f64::NAN },
            Rain::Gauge { start_s: 0.0, step_s: 0.0, mm: vec![1.0, -1.0] },
            Rain::Frames(Frames { raster, times_s: vec![0.0, 60.0], mm_h: vec![vec![1.0, f32::NAN, 2.0]] }),
            Rain::Scaled { by: -1.0, rain: Box::new(Rain::None) },
            Rain::Record { name: "zhengzhou_2012".into(), start_s: 0.0, peak_position: 0.4 },
        ]);
        let said = rain.bind(&GRID, Path::new("rain.ron")).expect_err("much is wrong").to_string();
        for part in [
            "mm_h is -3",
            "until_s is NaN",
            "step_s is 0",
            "depth 2 of the gauge is -1",
            "raster 1 has 3 values",
            "value NaN in cell 1",
            "must cover the grid",
            "factor by is -1",
            "did you mean zhengzhou_2021?",
        ] {
            assert!(said.contains(part), "{part} not in:\n{said}");
        }
    }

    /// Grade: reference. A 72 h storm over 25 km2 keeps nearly all, an hour's over 1000 km2 loses a third.
    #[test]
    fn areal_reduction_falls_with_area_and_rises_with_duration() {
        assert_eq!(areal_reduction(0.0, 1.0), 1.0);
        let hour = areal_reduction(1000.0, 1.0);
        assert!((0.65..0.70).contains(&hour), "{hour}");
        assert!(areal_reduction(1000.0, 24.0) > hour && areal_reduction(100.0, 1.0) > hour);
    }
}
