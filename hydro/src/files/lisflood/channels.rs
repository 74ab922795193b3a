//! Sub-grid channels of a LISFLOOD-FP model (Neal et al. 2012): rasters of width, bank and bed become channels that run
//! from centre to centre of the cells with a width over 0, joined wherever two such cells share a side.
//!
//!   bed = min(bank - 0.01, SGCbed) where SGCbed has a value, else min(bank - r w^p, DEM - 0.01)
//!
//! with SGCr = 0.12, SGCp = 0.78 and SGCn = 0.035 where they are not given (read in the source of release 5.9); the bank is
//! SGCbank or else the DEM, and water leaves the channel at the level of the DEM, as there. Between two cells the width
//! goes from one to the other, where LISFLOOD-FP takes the lesser.

use super::Reading;
use super::bounds::Rims;
use crate::channel::{Along, ChannelSpec, ChannelStart, ChannelsSpec, End, PointInflow};
use crate::deck::{Course, EdgeSpec, Held, Place, Rim};
use crate::forcing::series::Series;
use crate::solver::EdgeSide;
use base::grid::Point;
use base::math;
use base::raster::Raster;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A channel's bed lies at least this far below its bank, m (LISFLOOD-FP's).
const LEAST_M: f64 = 0.01;
/// Of a cell: channels as wide as one are taken as this wide.
const WIDEST: f64 = 0.95;

/// What a .par file says of sub-grid channels.
#[derive(Debug, Clone, Default)]
pub struct SubGrid {
    pub width: Option<PathBuf>,
    pub bank: Option<PathBuf>,
    pub bed: Option<PathBuf>,
    pub manning: Option<PathBuf>,
    pub n: Option<f64>,
    pub r: Option<f64>,
    pub p: Option<f64>,
}

/// Cells with channels: width, bed, roughness.
struct Cells<'a> {
    dem: &'a Raster,
    width_m: BTreeMap<usize, f64>,
    bed_m: BTreeMap<usize, f64>,
    manning: BTreeMap<usize, f64>,
}

impl Cells<'_> {
    /// Channel cells that share a side with this one.
    fn near(&self, cell: usize) -> Vec<usize> {
        let (nx, ny) = (self.dem.grid.nx, self.dem.grid.ny);
        let (i, j) = (cell % nx, cell / nx);
        let around = [
            (i > 0).then(|| cell - 1),
            (i + 1 < nx).then_some(cell + 1),
            (j > 0).then(|| cell - nx),
            (j + 1 < ny).then_some(cell + nx),
        ];
        around.into_iter().flatten().filter(|c| self.width_m.contains_key(c)).collect()
    }

    /// Lines from one of the `ends` to the next, each link of two cells once; a ring is cut in two.
    fn lines(&self, mut ends: BTreeSet<usize>) -> Vec<Vec<usize>> {
        let mut done: BTreeSet<(usize, usize)> = BTreeSet::new();
        let mut lines = Vec::new();
        let mut from: Vec<usize> = ends.iter().copied().collect();
        // Rings without an end begin at their first cell.
        from.extend(self.width_m.keys());
        for start in from {
            for first in self.near(start) {
                if done.contains(&(start.min(first), start.max(first))) {
                    continue;
                }
                ends.insert(start);
                let mut line = vec![start, first];
                done.insert((start.min(first), start.max(first)));
                while !ends.contains(&line[line.len() - 1]) {
                    let (here, before) = (line[line.len() - 1], line[line.len() - 2]);
                    let Some(&next) = self.near(here).iter().find(|n| **n != before) else { break };
                    done.insert((here.min(next), here.max(next)));
                    line.push(next);
                }
                if line[0] == line[line.len() - 1] {
                    let middle = line.len() / 2;
                    ends.insert(line[middle]);
                    lines.push(line[..=middle].to_vec());
                    lines.push(line[middle..].to_vec());
                } else {
                    lines.push(line);
                }
            }
        }
        // From the higher bed to the lower.
        for line in &mut lines {
            if self.bed_m[&line[0]] < self.bed_m[&line[line.len() - 1]] {
                line.reverse();
            }
        }
        lines
    }
}

impl Reading {
    /// The channels of a model, if it has any. Boundaries that stand in them leave `rims`.
    pub(super) fn channels(
        &mut self,
        par: &Path,
        given: &SubGrid,
        dem: &Raster,
        levels_m: Option<&dyn Fn(usize, f64) -> f64>,
        rims: &mut Rims,
    ) -> ChannelsSpec {
        let Some(cells) = self.channel_cells(par, given, dem) else { return ChannelsSpec::default() };
        let alone = cells.width_m.keys().filter(|c| cells.near(**c).is_empty()).count();
        if alone > 0 {
            let what = format!("{alone} cells of SGCwidth have no neighbour with a channel and are left out");
            self.remarks.add(par, what, "a channel runs from cell to cell by their sides");
        }
        let special = self.channel_ends(&cells, rims);
        let mut ends: BTreeSet<usize> = special.keys().copied().collect();
        ends.extend(cells.width_m.keys().filter(|c| !matches!(cells.near(**c).len(), 0 | 2)));
        let lines = cells.lines(ends);
        let grid = &dem.grid;
        let mut owner: BTreeMap<usize, String> = BTreeMap::new();
        let mut spec = ChannelsSpec::default();
        for (k, line) in lines.iter().enumerate() {
            let name = format!("sgc {}", k + 1);
            let mut end = |cell: usize| match owner.get(&cell) {
                Some(other) => End::Joins(other.clone()),
                None => {
                    owner.insert(cell, name.clone());
                    special.get(&cell).cloned().unwrap_or(End::Closed)
                }
            };
            let (from, to) = (end(line[0]), end(line[line.len() - 1]));
            let of = |values: &BTreeMap<usize, f64>| Along::Corners(line.iter().map(|c| values[c]).collect());
            spec.channels.push(ChannelSpec {
                name,
                line: line.iter().map(|c| grid.centre(*c)).collect(),
                width_m: of(&cells.width_m),
                bed_m: of(&cells.bed_m),
                bank_m: None,
                side_slope: 0.0,
                manning: of(&cells.manning),
                from: sloped(from, line, &cells),
                to: sloped(to, line, &cells),
                start: match levels_m {
                    Some(level_m) => ChannelStart::Levels(line.iter().map(|c| level_m(*c, cells.bed_m[c])).collect()),
                    None => ChannelStart::Dry,
                },
            });
        }
        let channel_of = |cell: usize| lines.iter().position(|l| l.contains(&cell));
        rims.inflows.retain(|inflow| {
            let Place::Points(points) = &inflow.at else { return true };
            let at = Point::new(points[0].0, points[0].1);
            let Some(k) = grid.cell_at(at).and_then(channel_of) else { return true };
            spec.inflows.push(PointInflow {
                name: inflow.name.clone(),
                channel: spec.channels[k].name.clone(),
                at: grid.centre(grid.cell_at(at).expect("it was found")),
                discharge_m3_s: series(&inflow.discharge_m3_s),
            });
            false
        });
        spec
    }

    /// Width, bed and roughness of every cell with a channel.
    fn channel_cells<'a>(&mut self, par: &Path, given: &SubGrid, dem: &'a Raster) -> Option<Cells<'a>> {
        let width = given.width.as_ref()?;
        let (width, bank, bed) = (
            self.beside(Some(width), dem),
            self.beside(given.bank.as_ref(), dem),
            self.beside(given.bed.as_ref(), dem),
        );
        let manning = self.beside(given.manning.as_ref(), dem);
        let width = width?;
        let (r, p) = (given.r.unwrap_or(0.12), given.p.unwrap_or(0.78));
        let n = given.n.unwrap_or_else(|| {
            self.remarks.add(par, "no SGCn: n of the sub-grid channels is 0.035", "as LISFLOOD-FP has it");
            0.035
        });
        let cell_m = dem.grid.cell_m;
        let mut cells = Cells { dem, width_m: BTreeMap::new(), bed_m: BTreeMap::new(), manning: BTreeMap::new() };
        let (mut wide, mut bad) = (0, 0);
        let value = |raster: &Option<Raster>, cell: usize| {
            raster.as_ref().map(|r| f64::from(r.values[cell])).filter(|v| v.is_finite())
        };
        for (cell, w) in width.values.iter().enumerate() {
            let (w, ground_m) = (f64::from(*w), f64::from(dem.values[cell]));
            if w.is_nan() || w <= 0.0 || !ground_m.is_finite() {
                bad += usize::from(w < 0.0);
                continue;
            }
            let bank_m = value(&bank, cell).unwrap_or(ground_m);
            let bed_m = match value(&bed, cell) {
                Some(bed_m) => bed_m.min(bank_m - LEAST_M),
                None => bank_m - r * math::pow(w, p),
            };
            wide += usize::from(w >= WIDEST * cell_m);
            cells.width_m.insert(cell, w.min(WIDEST * cell_m));
            cells.bed_m.insert(cell, bed_m.min(ground_m - LEAST_M));
            cells.manning.insert(cell, value(&manning, cell).filter(|v| *v > 0.0).unwrap_or(n));
        }
        if bad > 0 {
            self.remarks.add(par, format!("SGCwidth is below 0 in {bad} cells: no channel there"), "");
        }
        if wide > 0 {
            let what = format!("{wide} cells of SGCwidth are as wide as a cell or wider: taken as {WIDEST} of it");
            self.remarks.add(par, what, "a river that wide belongs into the DEM");
        }
        if cells.width_m.is_empty() {
            self.remarks.add(par, "SGCwidth names no channel", "widths over 0 where one runs");
            return None;
        }
        Some(cells)
    }

    /// A raster on the DEM's grid; what is wrong with it is kept.
    fn beside(&mut self, file: Option<&PathBuf>, dem: &Raster) -> Option<Raster> {
        let path = self.folder.join(file?);
        match base::raster::ascii::read(&path).and_then(|band| band.into_raster(&path)) {
            Ok(raster) => {
                let apart = raster.mismatch(&path, dem, Path::new("DEMfile"));
                let fits = apart.is_empty();
                self.wrong.extend(apart);
                fits.then_some(raster)
            }
            Err(more) => {
                self.wrong.extend(more);
                None
            }
        }
    }

    /// What stands at cells of channels: held levels and free outflow at points, and the rims that dead ends lie on.
    fn channel_ends(&mut self, cells: &Cells, rims: &mut Rims) -> BTreeMap<usize, End> {
        let grid = &cells.dem.grid;
        let mut special = BTreeMap::new();
        for &cell in cells.width_m.keys().filter(|c| cells.near(**c).len() <= 1) {
            for (k, edge) in rims.edges.iter().enumerate() {
                if stands_at(edge, cells, cell) {
                    match &edge.kind {
                        Rim::Wall => drop(special.remove(&cell)),
                        Rim::Free => drop(special.insert(cell, End::Normal { slope: rims.slopes[k] })),
                        Rim::Stage(course) => drop(special.insert(cell, End::Stage(series(course)))),
                        // What comes in over the rim runs from the cell into its channel.
                        Rim::Discharge(_) => {}
                    }
                }
            }
        }
        let channel = |x: f64, y: f64| grid.cell_at(Point::new(x, y)).filter(|c| cells.width_m.contains_key(c));
        rims.held.retain(|held| match (&held.at, &held.kind) {
            (Place::Points(points), Held::Stage(course)) => match channel(points[0].0, points[0].1) {
                Some(cell) => {
                    special.insert(cell, End::Stage(series(course)));
                    false
                }
                None => true,
            },
            _ => true,
        });
        rims.free.retain(|free| match channel(free.at.0, free.at.1) {
            Some(cell) => {
                special.insert(cell, End::Normal { slope: free.slope });
                false
            }
            None => true,
        });
        special
    }
}

/// Whether a dead end lies on the part of a rim that is meant.
fn stands_at(edge: &EdgeSpec, cells: &Cells, cell: usize) -> bool {
    let g = &cells.dem.grid;
    let (i, j, c) = (cell % g.nx, cell / g.nx, g.centre(cell));
    let (on, at) = match edge.side {
        EdgeSide::West => (i == 0, c.y),
        EdgeSide::East => (i + 1 == g.nx, c.y),
        EdgeSide::South => (j == 0, c.x),
        EdgeSide::North => (j + 1 == g.ny, c.x),
    };
    on && edge.from_m.is_none_or(|from| at >= from) && edge.to_m.is_none_or(|to| at <= to)
}

/// An end in uniform flow without a slope takes the mean of its line where the bed does not fall right at the end.
fn sloped(end: End, line: &[usize], cells: &Cells) -> End {
    let End::Normal { slope: None } = end else { return end };
    let bed = |k: usize| cells.bed_m[&line[k]];
    let (n, cell_m) = (line.len(), cells.dem.grid.cell_m);
    let mean = (bed(0) - bed(n - 1)) / ((n - 1) as f64 * cell_m);
    let falls = bed(n - 2) > bed(n - 1);
    End::Normal { slope: (!falls && mean > 0.0).then_some(mean) }
}

/// The points of a course that this reader made: never a file.
fn series(course: &Course) -> Series {
    Series(match course {
        Course::Constant(v) => vec![(0.0, *v)],
        Course::Points(points) => points.clone(),
        Course::Hours(points) => points.iter().map(|(h, v)| (h * 3600.0, *v)).collect(),
        Course::File(_) => Vec::new(),
    })
}
