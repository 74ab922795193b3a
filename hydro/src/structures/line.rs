//! Lines on the grid: a polyline becomes an unbroken chain of faces. The chain runs from corner to corner of cells along
//! their sides, so that two faces that follow one another always share a corner and no water slips through diagonally.
//!
//! A chain is longer than its line (by up to sqrt 2 on a diagonal). What opens in it - a breach - is measured in metres of
//! chain, not of line, so that the width through which water flows is the width that was meant.

use super::check::Check;
use crate::flow::{Face, Side};
use base::grid::{Grid, Point};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A corner of cells: columns and rows from the grid's south-western corner.
type Corner = (i64, i64);

/// A face of a chain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece {
    pub face: Face,
    /// Metres along the line, of its middle.
    pub along_m: f64,
    /// Cells to the left and right of it, seen along the line.
    pub left: usize,
    pub right: usize,
}

/// A line as faces, in order along it. Each is as long as a cell.
#[derive(Debug, Clone, PartialEq)]
pub struct FaceChain {
    pub pieces: Vec<Piece>,
    pub cell_m: f64,
    /// Length of the line, m.
    pub length_m: f64,
    line: Vec<Point>,
}

impl FaceChain {
    pub fn new(grid: &Grid, line: &[Point]) -> FaceChain {
        let corner =
            |p: Point| (((p.x - grid.x0) / grid.cell_m).round() as i64, ((p.y - grid.y0) / grid.cell_m).round() as i64);
        let place = |c: (i64, i64)| Point::new(grid.x0 + c.0 as f64 * grid.cell_m, grid.y0 + c.1 as f64 * grid.cell_m);
        // Steps between corners: (from, to, metres along the line of the middle).
        let mut steps: Vec<(Corner, Corner, f64)> = Vec::new();
        let mut at = line.first().map_or((0, 0), |&p| corner(p));
        let mut before_m = 0.0;
        for pair in line.windows(2) {
            let (p, q) = (pair[0], pair[1]);
            let d = p.distance_m(q);
            let goal = corner(q);
            while at != goal {
                let (dx, dy) = ((goal.0 - at.0).signum(), (goal.1 - at.1).signum());
                // Off the line by this much; of the two moves toward the goal the one that stays nearer to the line.
                let off = |c: (i64, i64)| {
                    let v = place(c);
                    ((q.x - p.x) * (v.y - p.y) - (q.y - p.y) * (v.x - p.x)).abs()
                };
                let (east, north) = ((at.0 + dx, at.1), (at.0, at.1 + dy));
                let next = match (dx, dy) {
                    (0, _) => north,
                    (_, 0) => east,
                    _ if off(east) <= off(north) => east,
                    _ => north,
                };
                let middle = place(at).toward(place(next), 0.5);
                let s = if d > 0.0 {
                    (((middle.x - p.x) * (q.x - p.x) + (middle.y - p.y) * (q.y - p.y)) / (d * d)).clamp(0.0, 1.0)
                } else {
                    0.0
                };
                // A step that goes back over the last one undoes it: a spur holds nothing back.
                if steps.last().is_some_and(|&(from, to, _)| to == at && from == next) {
                    steps.pop();
                } else {
                    steps.push((at, next, before_m + s * d));
                }
                at = next;
            }
            before_m += d;
        }
        let mut seen = BTreeSet::new();
        let pieces = steps
            .into_iter()
            .filter_map(|(from, to, along_m)| piece(grid, from, to, along_m))
            .filter(|piece| seen.insert(piece.face))
            .collect();
        FaceChain { pieces, cell_m: grid.cell_m, length_m: before_m, line: line.to_vec() }
    }
    /// Length of the chain, m.
    pub fn chain_m(&self) -> f64 {
        self.pieces.len() as f64 * self.cell_m
    }
    /// The piece nearest to a point, by its middle.
    pub fn nearest(&self, grid: &Grid, p: Point) -> Option<usize> {
        (0..self.pieces.len()).min_by(|&a, &b| {
            let d = |k: usize| middle(grid, self.pieces[k].face).distance_m(p);
            d(a).total_cmp(&d(b)).then(a.cmp(&b))
        })
    }
    /// The piece nearest to the middle of the line.
    pub fn middle_piece(&self) -> Option<usize> {
        let half = 0.5 * self.length_m;
        let off = |k: usize| (self.pieces[k].along_m - half).abs();
        (0..self.pieces.len()).min_by(|&a, &b| off(a).total_cmp(&off(b)).then(a.cmp(&b)))
    }
    /// The cells along the side on which a point lies, and those along the other.
    fn sides(&self, grid: &Grid, p: Point) -> (Vec<usize>, Vec<usize>) {
        let mut left = 0_i64;
        for piece in &self.pieces {
            let near = grid.centre(piece.left).distance_m(p) <= grid.centre(piece.right).distance_m(p);
            left += if near { 1 } else { -1 };
        }
        let side = |of_left: bool| {
            let mut cells: Vec<usize> = Vec::new();
            for piece in &self.pieces {
                let cell = if of_left { piece.left } else { piece.right };
                if !cells.contains(&cell) {
                    cells.push(cell);
                }
            }
            cells
        };
        if left >= 0 { (side(true), side(false)) } else { (side(false), side(true)) }
    }
}

/// Middle of a face.
pub fn middle(grid: &Grid, face: Face) -> Point {
    let c = grid.centre(face.cell);
    match face.side {
        Side::East => Point::new(c.x + 0.5 * grid.cell_m, c.y),
        Side::North => Point::new(c.x, c.y + 0.5 * grid.cell_m),
    }
}

/// The face between two corners that are next to one another; none on the rim or off the grid.
fn piece(grid: &Grid, from: (i64, i64), to: (i64, i64), along_m: f64) -> Option<Piece> {
    let (nx, ny) = (grid.nx as i64, grid.ny as i64);
    let index = |i: i64, j: i64| grid.index(i as usize, j as usize);
    if from.1 == to.1 {
        let (i, j) = (from.0.min(to.0), from.1);
        if !(0..nx).contains(&i) || !(1..ny).contains(&j) {
            return None;
        }
        let (below, above) = (index(i, j - 1), index(i, j));
        let (left, right) = if to.0 > from.0 { (above, below) } else { (below, above) };
        Some(Piece { face: Face { cell: below, side: Side::North }, along_m, left, right })
    } else {
        let (i, j) = (from.0, from.1.min(to.1));
        if !(1..nx).contains(&i) || !(0..ny).contains(&j) {
            return None;
        }
        let (west, east) = (index(i - 1, j), index(i, j));
        let (left, right) = if to.1 > from.1 { (west, east) } else { (east, west) };
        Some(Piece { face: Face { cell: west, side: Side::East }, along_m, left, right })
    }
}

/// Checks a line: two points or more, finite, not absurdly long, with at least one face on the grid.
pub fn check_line(check: &mut Check, field: &str, line: &[Point]) -> Option<FaceChain> {
    if line.len() < 2 {
        check.wrong(format_args!("{field} has {} points", line.len()), "two or more");
        return None;
    }
    if let Some(p) = line.iter().find(|p| !p.x.is_finite() || !p.y.is_finite()) {
        check.wrong(format_args!("{field} holds the point ({}, {})", p.x, p.y), "finite numbers");
        return None;
    }
    let grid = check.grid;
    let far = 2.0 * (grid.width_m() + grid.height_m());
    if let Some(p) = line.iter().find(|p| (p.x - grid.x0).abs() > far || (p.y - grid.y0).abs() > far) {
        check.wrong(format_args!("{field} goes to ({}, {}), far off the grid", p.x, p.y), "points on the grid");
        return None;
    }
    let chain = FaceChain::new(&grid, line);
    if chain.pieces.is_empty() {
        check.wrong(
            format_args!("{field} lies on no face inside the grid"),
            "a line over the grid that is longer than half a cell and not on its rim",
        );
        return None;
    }
    Some(chain)
}

/// Where a structure joins two waters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Joint {
    /// A point of the first (inner, upstream) water.
    pub inner: Point,
    /// A point of the second (outer, downstream) water.
    pub outer: Point,
    /// The line of its wall across the water, which closes the faces that it stands on; empty where it passes through a
    /// levee that is given elsewhere.
    #[serde(default)]
    pub wall: Vec<Point>,
    /// Top of that wall, m: above it water passes as over any crest.
    #[serde(default)]
    pub wall_top_m: Option<f64>,
}

/// A joint on the grid: the cells of the two waters, and the wall.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    pub a: Vec<usize>,
    pub b: Vec<usize>,
    pub wall: Option<FaceChain>,
    pub wall_top_m: f64,
}

impl Joint {
    /// A joint between two points without a wall of its own.
    pub fn between(inner: Point, outer: Point) -> Joint {
        Joint { inner, outer, wall: Vec::new(), wall_top_m: None }
    }
    pub(super) fn check(&self, check: &mut Check) -> Option<Link> {
        let (inner, outer) = (check.cell("inner", self.inner), check.cell("outer", self.outer));
        if self.wall.is_empty() {
            if self.wall_top_m.is_some() {
                check.wrong("has wall_top_m but no wall", "give the wall's line or leave its top out");
            }
            let (inner, outer) = (inner?, outer?);
            if inner == outer {
                check.wrong("has no two sides: inner and outer are in one cell", "points in different cells");
                return None;
            }
            return Some(Link { a: vec![inner], b: vec![outer], wall: None, wall_top_m: f64::NEG_INFINITY });
        }
        let chain = check_line(check, "wall", &self.wall)?;
        let Some(wall_top_m) = self.wall_top_m else {
            check.wrong("has a wall without wall_top_m", "the level of the wall's top, m");
            return None;
        };
        if !check.finite("wall_top_m", wall_top_m) {
            return None;
        }
        inner?;
        outer?;
        let (a, b) = chain.sides(&check.grid, self.inner);
        let (b_of_outer, _) = chain.sides(&check.grid, self.outer);
        if a == b_of_outer {
            check.wrong("has no two sides: inner and outer lie on one side of its wall", "one point on each side");
            return None;
        }
        Some(Link { a, b, wall: Some(chain), wall_top_m })
    }
}

/// Point `along_m` metres along a line.
pub fn at(chain: &FaceChain, along_m: f64) -> Point {
    let mut rest = along_m.max(0.0);
    for pair in chain.line.windows(2) {
        let d = pair[0].distance_m(pair[1]);
        if rest <= d && d > 0.0 {
            return pair[0].toward(pair[1], rest / d);
        }
        rest -= d;
    }
    chain.line.last().copied().unwrap_or_default()
}

/// The cells that water reaches from a seed without crossing a face that `stops` it.
pub fn filled(grid: &Grid, seed: usize, stops: &dyn Fn(Face) -> bool) -> Vec<bool> {
    let mut wet = vec![false; grid.len()];
    wet[seed] = true;
    let mut front = vec![seed];
    while let Some(cell) = front.pop() {
        let (i, j) = (cell % grid.nx, cell / grid.nx);
        let mut near = Vec::with_capacity(4);
        if i > 0 {
            near.push(cell - 1);
        }
        if i + 1 < grid.nx {
            near.push(cell + 1);
        }
        if j > 0 {
            near.push(cell - grid.nx);
        }
        if j + 1 < grid.ny {
            near.push(cell + grid.nx);
        }
        for other in near {
            let open = Face::between(grid, cell, other).is_some_and(|face| !stops(face));
            if open && !wet[other] {
                wet[other] = true;
                front.push(other);
            }
        }
    }
    wet
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::math;

    const GRID: Grid = Grid { nx: 60, ny: 50, cell_m: 10.0, x0: -100.0, y0: 300.0 };

    #[test]
    fn rings_of_any_shape_keep_water_in() {
        // Grade: exact (flood fill from the middle never reaches the rim, for 200 stars of 3 to 14 corners).
        for k in 0..200_u32 {
            let corners = 3 + k % 12;
            let mut line: Vec<Point> = (0..corners)
                .map(|c| {
                    let angle = f64::from(c) * std::f64::consts::TAU / f64::from(corners) + f64::from(k) * 0.37;
                    let radius = 90.0 + 100.0 * (0.5 + 0.5 * math::sin(f64::from(k * 7 + c * 13)));
                    Point::new(200.0 + radius * math::cos(angle), 550.0 + radius * math::sin(angle))
                })
                .collect();
            line.push(line[0]);
            let chain = FaceChain::new(&GRID, &line);
            let faces: BTreeSet<Face> = chain.pieces.iter().map(|p| p.face).collect();
            let seed = GRID.cell_at(Point::new(200.0, 550.0)).unwrap();
            let wet = filled(&GRID, seed, &|face| faces.contains(&face));
            let leaks = (0..GRID.len()).any(|c| wet[c] && (c % GRID.nx == 0 || c / GRID.nx == 0));
            assert!(!leaks, "ring {k} of {corners} corners leaks");
            // And one face less lets it out: the fill is a test that can fail.
            let lets_out =
                faces.iter().any(|&open| filled(&GRID, seed, &|face| face != open && faces.contains(&face))[0]);
            assert!(lets_out, "ring {k} holds with any face open");
        }
    }

    #[test]
    fn a_diagonal_across_the_grid_parts_it_in_two() {
        // Grade: exact.
        let chain = FaceChain::new(&GRID, &[Point::new(-130.0, 280.0), Point::new(520.0, 830.0)]);
        let faces: BTreeSet<Face> = chain.pieces.iter().map(|p| p.face).collect();
        let wet = filled(&GRID, GRID.index(59, 0), &|face| faces.contains(&face));
        assert!(!wet[GRID.index(0, 49)]);
        for p in &chain.pieces {
            assert!(wet[p.right] && !wet[p.left], "the right side is the south-east");
        }
    }

    #[test]
    fn the_chain_stays_within_a_cell_of_its_line() {
        // Grade: exact.
        let line = [Point::new(0.0, 320.0), Point::new(333.0, 477.0)];
        let chain = FaceChain::new(&GRID, &line);
        let d = line[0].distance_m(line[1]);
        for p in &chain.pieces {
            let m = middle(&GRID, p.face);
            let off =
                ((line[1].x - line[0].x) * (m.y - line[0].y) - (line[1].y - line[0].y) * (m.x - line[0].x)).abs() / d;
            assert!(off <= 10.0, "{off} m off");
            assert!(at(&chain, p.along_m).distance_m(m) <= 10.0);
        }
        // As many faces as corners differ in x and in y.
        assert_eq!(chain.pieces.len(), 33 + 16);
    }
}
