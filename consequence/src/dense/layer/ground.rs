//! What a layer lies on (地形、围堰、围墙、建筑): the height of the ground by cell, raised where buildings stand, and crests of walls and dikes
//! on the faces between cells, which keep their height however thin they are.

use base::grid::{Grid, Point};
use hydro::flow::Side;
use hydro::structures::line::FaceChain;
use serde::{Deserialize, Serialize};

/// No wall.
const NONE_M: f64 = -1e9;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ground {
    pub grid: Grid,
    /// Height of the ground by cell, m, row 0 in the south; roofs where there are buildings.
    bed_m: Vec<f64>,
    /// Level of the crest on the eastern and northern face of each cell, m.
    east_m: Vec<f64>,
    north_m: Vec<f64>,
}

impl Ground {
    pub fn new(grid: Grid, bed_m: Vec<f64>) -> Ground {
        assert_eq!(bed_m.len(), grid.len(), "one bed level per cell");
        let none = vec![NONE_M; grid.len()];
        Ground { grid, bed_m, east_m: none.clone(), north_m: none }
    }
    pub fn level(grid: Grid) -> Ground {
        Ground::new(grid, vec![0.0; grid.len()])
    }
    pub fn area_m2(&self) -> f64 {
        self.grid.cell_m * self.grid.cell_m
    }
    pub fn bed_m(&self) -> &[f64] {
        &self.bed_m
    }

    /// A wall, dike or fence that holds gas back, this much above the higher ground at its foot. Gives how many faces it takes.
    pub fn wall(&mut self, line: &[Point], height_m: f64) -> usize {
        self.raise(line, |foot_m| foot_m + height_m)
    }

    /// A dike whose crest is at this level, m, however the ground at its foot lies. Gives how many faces it takes.
    pub fn dike(&mut self, line: &[Point], crest_m: f64) -> usize {
        self.raise(line, |_| crest_m)
    }

    fn raise(&mut self, line: &[Point], crest_m: impl Fn(f64) -> f64) -> usize {
        let chain = FaceChain::new(&self.grid, line);
        for piece in &chain.pieces {
            let crest = crest_m(self.bed_m[piece.left].max(self.bed_m[piece.right]));
            let side = match piece.face.side {
                Side::East => &mut self.east_m,
                Side::North => &mut self.north_m,
            };
            side[piece.face.cell] = side[piece.face.cell].max(crest);
        }
        chain.pieces.len()
    }

    /// A building: the cells whose centres lie inside a ring stand this much above the highest ground under it. Gives how many cells.
    pub fn building(&mut self, ring: &[Point], height_m: f64) -> usize {
        let cells = self.inside(ring);
        let foot = cells.iter().map(|&k| self.bed_m[k]).fold(f64::NEG_INFINITY, f64::max);
        cells.iter().for_each(|&k| self.bed_m[k] = foot + height_m);
        cells.len()
    }

    /// Cells whose centres lie in a ring (even-odd rule).
    pub fn inside(&self, ring: &[Point]) -> Vec<usize> {
        let holds = |p: Point| {
            let crosses = |k: usize| {
                let (a, b) = (ring[k], ring[(k + 1) % ring.len()]);
                (a.y > p.y) != (b.y > p.y) && p.x < a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x)
            };
            (0..ring.len()).filter(|&k| crosses(k)).count() % 2 == 1
        };
        // Only rows and columns that the ring spans can lie in it.
        let g = &self.grid;
        let span = |of: fn(&Point) -> f64, low: f64, n: usize| {
            let least = ring.iter().map(of).fold(f64::INFINITY, f64::min);
            let most = ring.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
            let cell = |v: f64| ((v - low) / g.cell_m).floor().clamp(0.0, n as f64) as usize;
            cell(least)..(cell(most) + 1).min(n)
        };
        let columns = span(|p| p.x, g.x0, g.nx);
        let rows = span(|p| p.y, g.y0, g.ny);
        let all = rows.flat_map(|j| columns.clone().map(move |i| j * g.nx + i));
        all.filter(|&k| holds(g.centre(k))).collect()
    }

    /// Crest between a cell and its eastern neighbour.
    pub(super) fn crest_east_m(&self, k: usize) -> f64 {
        self.east_m[k]
    }
    pub(super) fn crest_north_m(&self, k: usize) -> f64 {
        self.north_m[k]
    }

    /// Steepest slope of the ground between neighbours within some cells of a place, without walls: rise over run.
    pub fn steepest_near(&self, p: Point, radius_m: f64) -> f64 {
        let g = &self.grid;
        let slope = |a: usize, b: usize| ((self.bed_m[a] - self.bed_m[b]) / g.cell_m).abs();
        let cells = g.cells_within(p, radius_m);
        let steep = cells.iter().map(|&k| {
            let (i, j) = (k % g.nx, k / g.nx);
            let east = if i + 1 < g.nx { slope(k, k + 1) } else { 0.0 };
            let north = if j + 1 < g.ny { slope(k, k + g.nx) } else { 0.0 };
            east.max(north)
        });
        steep.fold(0.0, f64::max)
    }
}
