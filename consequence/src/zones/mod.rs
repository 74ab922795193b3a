//! Threat zones (威胁区): where a cloud comes to a level of concern at any time, as polygons, and where it would if the wind came from a
//! little to the left or right.
//!
//! The zone of a level is the outline of the highest concentration at each place. Around it stands a second outline, the zone swept about
//! the source by the angle within which the wind's direction stays in 19 hours of 20: commanders close and warn by the second.
//!
//! ```text
//! angle = 1.96 (sigma_v/u) (3600/600)^0.2        an hour's swing from that of ten minutes
//! ```

pub mod field;
pub mod quick;

use crate::puff::kernel::{self, Layer};
use crate::puff::{Caveat, Cloud, Wind, caveat};
use crate::weather::Air;
use base::fold;
use base::grid::{Grid, Point};
use base::math;
use contour::ContourBuilder;
use serde::{Deserialize, Serialize};

/// Rings of one piece of a zone: the outer one, then holes, in metres of the grid; the first point is not repeated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Piece {
    pub rings: Vec<Vec<Point>>,
}

/// Calls `put(row, columns)` for the cells of a grid whose centres lie within rings: between the crossings of all of them, taken in pairs
/// (even-odd rule).
pub fn rows_within(rings: &[Vec<Point>], grid: &Grid, mut put: impl FnMut(usize, std::ops::Range<usize>)) {
    for j in 0..grid.ny {
        let y = grid.y0 + (j as f64 + 0.5) * grid.cell_m;
        let mut crossings: Vec<f64> = Vec::new();
        for ring in rings {
            for k in 0..ring.len() {
                let (a, b) = (ring[k], ring[(k + 1) % ring.len()]);
                if (a.y > y) != (b.y > y) {
                    crossings.push(a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x));
                }
            }
        }
        crossings.sort_by(f64::total_cmp);
        for pair in crossings.chunks_exact(2) {
            let cell = |x: f64| ((x - grid.x0) / grid.cell_m - 0.5).ceil().clamp(0.0, grid.nx as f64) as usize;
            put(j, cell(pair[0])..cell(pair[1]));
        }
    }
}

/// A level of concern.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// E.g. "AEGL-3".
    pub name: String,
    pub concentration_kg_m3: f64,
}

/// What a map shows of a level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Zone {
    pub level: Level,
    pub pieces: Vec<Piece>,
    /// The same, swept by the wind's uncertainty.
    pub possible: Vec<Piece>,
    /// Farthest part of the zone from the source, m; 0 where the level is not reached.
    pub farthest_m: f64,
    pub area_m2: f64,
    /// The zone touches the edge of the grid: it reaches farther than is shown.
    pub cut: bool,
}

/// Zones with what must be said with them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Zones {
    pub zones: Vec<Zone>,
    /// Half of the angle within which the wind stays, degrees.
    pub angle_deg: f64,
    pub caveats: Vec<Caveat>,
}

/// The highest concentration that has come to each cell so far, kg/m3.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Peaks {
    pub grid: Grid,
    pub values: Vec<f32>,
}

impl Peaks {
    pub fn new(grid: Grid) -> Peaks {
        Peaks { grid, values: vec![0.0; grid.len()] }
    }

    /// Takes in the cloud as it stands: one release at a height above ground.
    pub fn see(&mut self, cloud: &Cloud, release: usize, wind: &Wind, height_m: f64) {
        self.see_with(cloud, release, wind, height_m, |_, _| {});
    }

    /// The same with what is not in puffs, which `more` adds to the raster.
    pub fn see_with(
        &mut self,
        cloud: &Cloud,
        release: usize,
        wind: &Wind,
        height_m: f64,
        more: impl FnOnce(&Grid, &mut [f32]),
    ) {
        let stamps = kernel::stamps(cloud, release, wind, Layer::Height(height_m), self.grid.cell_m);
        let mut now = vec![0.0f32; self.values.len()];
        kernel::add_to_raster(&stamps, &self.grid, &mut now);
        more(&self.grid, &mut now);
        for (peak, value) in self.values.iter_mut().zip(now) {
            *peak = peak.max(value);
        }
    }

    /// The field filled towards a point: at each cell the highest value from there outward. Between streets a zone has gaps; where the wind may turn there are
    /// none to rely on.
    pub fn filled_towards(&self, about: Point) -> Peaks {
        let mut filled = Peaks::new(self.grid);
        let g = self.grid;
        fold::each_chunk(&mut filled.values, g.nx, |j, row| {
            for (i, value) in row.iter_mut().enumerate() {
                let p = g.centre(g.index(i, j));
                let far = math::hypot(p.x - about.x, p.y - about.y).max(1e-9);
                let (e, n) = ((p.x - about.x) / far, (p.y - about.y) / far);
                let (mut most, mut out) = (self.values[g.index(i, j)], 0.0);
                loop {
                    out += g.cell_m;
                    let next = Point::new(p.x + out * e, p.y + out * n);
                    let Some(cell) = g.cell_at(next) else { break };
                    most = most.max(self.values[cell]);
                }
                *value = most;
            }
        });
        filled
    }

    /// Value at a place, evenly between cell centres; 0 outside.
    fn at(&self, x: f64, y: f64) -> f32 {
        let g = &self.grid;
        let (u, v) = ((x - g.x0) / g.cell_m - 0.5, (y - g.y0) / g.cell_m - 0.5);
        if u < 0.0 || v < 0.0 || u >= (g.nx - 1) as f64 || v >= (g.ny - 1) as f64 {
            return 0.0;
        }
        let (i, j) = (u as usize, v as usize);
        let (fu, fv) = ((u - i as f64) as f32, (v - j as f64) as f32);
        let row = |j: usize| {
            let k = g.index(i, j);
            self.values[k] * (1.0 - fu) + self.values[k + 1] * fu
        };
        row(j) * (1.0 - fv) + row(j + 1) * fv
    }

    /// The field swept about a point by an angle to both sides: the highest value on the arc through each cell.
    pub fn swept(&self, about: Point, angle_deg: f64) -> Peaks {
        self.swept_onto(self.grid, about, angle_deg)
    }

    /// The same on another grid: what is swept needs more room than what sweeps.
    pub fn swept_onto(&self, grid: Grid, about: Point, angle_deg: f64) -> Peaks {
        let mut swept = Peaks::new(grid);
        let g = grid;
        let half = angle_deg.min(180.0).to_radians();
        fold::each_chunk(&mut swept.values, g.nx, |j, row| {
            for (i, value) in row.iter_mut().enumerate() {
                let (dx, dy) =
                    (g.x0 + (i as f64 + 0.5) * g.cell_m - about.x, g.y0 + (j as f64 + 0.5) * g.cell_m - about.y);
                let far = math::hypot(dx, dy);
                // As fine as the cells are at this distance.
                let turns = ((half * far / g.cell_m).ceil() as i32).clamp(1, 720);
                *value = (-turns..=turns)
                    .map(|k| half * f64::from(k) / f64::from(turns))
                    .map(|a| (math::cos(a), math::sin(a)))
                    .map(|(c, s)| self.at(about.x + dx * c - dy * s, about.y + dx * s + dy * c))
                    .fold(0.0, f32::max);
            }
        });
        swept
    }

    /// Pieces where the field is at or above a level.
    pub fn outline(&self, level: f64) -> Vec<Piece> {
        let g = &self.grid;
        // A frame of zeros closes what touches the edge. The contours run in single steps of the level, where a plume's field, which
        // falls by powers of ten, is far from straight: the logarithm is.
        let log = |v: f32| math::ln((f64::from(v) / level).max(1e-12));
        let (nx, ny) = (g.nx + 2, g.ny + 2);
        let mut framed = vec![math::ln(1e-12); nx * ny];
        for j in 0..g.ny {
            for i in 0..g.nx {
                framed[(j + 1) * nx + i + 1] = log(self.values[g.index(i, j)]);
            }
        }
        let builder = ContourBuilder::new(nx, ny, true).x_origin(-1.0).y_origin(-1.0);
        let areas = builder.contours(&framed, &[0.0]).expect("as many values as cells");
        let point = |p: &contour::Pt| Point::new(g.x0 + p.x * g.cell_m, g.y0 + p.y * g.cell_m);
        let ring = |points: &[contour::Pt]| {
            let mut ring: Vec<Point> = points.iter().map(point).collect();
            if ring.len() > 1 && ring.first() == ring.last() {
                ring.pop();
            }
            ring
        };
        areas[0]
            .geometry()
            .0
            .iter()
            .map(|p| Piece { rings: std::iter::once(p.exterior()).chain(p.interiors()).map(|l| ring(&l.0)).collect() })
            .collect()
    }
}

impl Piece {
    /// Whether a point lies inside (even-odd rule over all rings).
    pub fn holds(&self, p: Point) -> bool {
        let crosses = |ring: &Vec<Point>| {
            (0..ring.len())
                .filter(|&k| {
                    let (a, b) = (ring[k], ring[(k + 1) % ring.len()]);
                    (a.y > p.y) != (b.y > p.y) && p.x < a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x)
                })
                .count()
        };
        self.rings.iter().map(crosses).sum::<usize>() % 2 == 1
    }
    pub fn area_m2(&self) -> f64 {
        let area = |ring: &Vec<Point>| {
            (0..ring.len())
                .map(|k| (ring[k], ring[(k + 1) % ring.len()]))
                .map(|(a, b)| 0.5 * (a.x * b.y - b.x * a.y))
                .sum::<f64>()
                .abs()
        };
        let (outer, holes) = self.rings.split_first().map_or((0.0, 0.0), |(o, h)| (area(o), h.iter().map(area).sum()));
        outer - holes
    }
}

/// Half of the angle within which the wind's direction stays in 19 hours of 20, degrees: all round below the lowest wind that has
/// a direction.
pub fn angle_deg(air: &Air) -> f64 {
    if air.wind_m_s(10.0f64.max(air.profile.canopy.map_or(0.0, |c| c.height_m))) < caveat::LOW_WIND_M_S {
        return 180.0;
    }
    let spread = air.sigma_v_m_s() / air.angle_wind_m_s();
    (1.96 * spread * math::pow(6.0, 0.2)).to_degrees().min(180.0)
}

/// The zones of some levels from the peaks of a release at a source.
pub fn zones(peaks: &Peaks, source: Point, air: &Air, levels: &[Level], caveats: Vec<Caveat>) -> Zones {
    let angle_deg = angle_deg(air);
    let swept = peaks.swept(source, angle_deg);
    let g = &peaks.grid;
    let edge = |level: f64| {
        let high = |k: usize| f64::from(peaks.values[k]) >= level;
        (0..g.nx).any(|i| high(g.index(i, 0)) || high(g.index(i, g.ny - 1)))
            || (0..g.ny).any(|j| high(g.index(0, j)) || high(g.index(g.nx - 1, j)))
    };
    let zones = levels
        .iter()
        .map(|level| {
            let pieces = peaks.outline(level.concentration_kg_m3);
            let far = pieces.iter().flat_map(|p| p.rings.iter().flatten()).map(|p| p.distance_m(source));
            Zone {
                level: level.clone(),
                farthest_m: far.fold(0.0, f64::max),
                area_m2: pieces.iter().map(Piece::area_m2).sum(),
                possible: swept.outline(level.concentration_kg_m3),
                cut: edge(level.concentration_kg_m3),
                pieces,
            }
        })
        .collect();
    Zones { zones, angle_deg, caveats }
}

#[cfg(test)]
mod tests;
