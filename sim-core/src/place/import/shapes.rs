//! Plane geometry of the import: rings, lines, rasters of both.

use crate::base::math::sqrt;
use crate::place::grid::Grid;
use crate::vocab::body::Point;
use std::collections::BTreeMap;

/// An area: outer rings and holes, not closed (the last point is not the first again).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shape {
    pub outers: Vec<Vec<Point>>,
    pub inners: Vec<Vec<Point>>,
}

impl Shape {
    pub fn area_m2(&self) -> f64 {
        let sum = |rings: &[Vec<Point>]| rings.iter().map(|r| signed_area_m2(r).abs()).sum::<f64>();
        (sum(&self.outers) - sum(&self.inners)).max(0.0)
    }
    /// The largest outer ring.
    pub fn ring(&self) -> &[Point] {
        let mut best: &[Point] = &[];
        for ring in &self.outers {
            if signed_area_m2(ring).abs() > signed_area_m2(best).abs() {
                best = ring;
            }
        }
        best
    }
    pub fn centre(&self) -> Option<Point> {
        centroid(self.ring())
    }
    /// Even-odd rule over all rings.
    pub fn contains(&self, p: Point) -> bool {
        self.outers.iter().chain(&self.inners).filter(|ring| within(ring, p)).count() % 2 == 1
    }
    /// Lowest and highest corner.
    pub fn extent(&self) -> (Point, Point) {
        let mut low = Point::new(f64::INFINITY, f64::INFINITY);
        let mut high = Point::new(f64::NEG_INFINITY, f64::NEG_INFINITY);
        for p in self.outers.iter().flatten() {
            low = Point::new(low.x.min(p.x), low.y.min(p.y));
            high = Point::new(high.x.max(p.x), high.y.max(p.y));
        }
        (low, high)
    }
    /// The cells whose centres lie inside, in index order: scanlines through the rows of cell centres.
    pub fn cells(&self, grid: &Grid) -> Vec<usize> {
        let (low, high) = self.extent();
        let mut cells = Vec::new();
        if low.y > high.y {
            return cells;
        }
        let row = |y: f64| ((y - grid.y0) / grid.cell_m - 0.5).clamp(-1.0, grid.ny as f64);
        let (first, last) = (row(low.y).ceil().max(0.0) as usize, row(high.y).floor());
        if last < 0.0 {
            return cells;
        }
        for j in first..=(last as usize).min(grid.ny - 1) {
            let y = grid.y0 + (j as f64 + 0.5) * grid.cell_m;
            let mut crossings: Vec<f64> = Vec::new();
            for ring in self.outers.iter().chain(&self.inners) {
                for (a, b) in edges(ring) {
                    if (a.y <= y) != (b.y <= y) {
                        crossings.push(a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x));
                    }
                }
            }
            crossings.sort_by(f64::total_cmp);
            for pair in crossings.chunks_exact(2) {
                let column = |x: f64| (x - grid.x0) / grid.cell_m - 0.5;
                let from = column(pair[0]).ceil().max(0.0);
                let to = column(pair[1]).ceil().min(grid.nx as f64);
                let mut i = from;
                while i < to {
                    cells.push(grid.index(i as usize, j));
                    i += 1.0;
                }
            }
        }
        cells
    }
}

/// The edges of a ring, the closing one included.
pub fn edges(ring: &[Point]) -> impl Iterator<Item = (Point, Point)> + '_ {
    (0..ring.len()).map(|k| (ring[k], ring[(k + 1) % ring.len()]))
}

/// Area of a ring, positive when it runs counter-clockwise.
pub fn signed_area_m2(ring: &[Point]) -> f64 {
    let Some(&o) = ring.first() else { return 0.0 };
    // Relative to the first corner: coordinates of 10^5 m would cost digits of a small house.
    0.5 * edges(ring).map(|(a, b)| (a.x - o.x) * (b.y - o.y) - (b.x - o.x) * (a.y - o.y)).sum::<f64>()
}

/// Centre of area; of a ring without area, the mean of its points.
pub fn centroid(ring: &[Point]) -> Option<Point> {
    let &o = ring.first()?;
    let area = signed_area_m2(ring);
    if area.abs() < 1e-6 {
        let n = ring.len() as f64;
        return Some(Point::new(ring.iter().map(|p| p.x).sum::<f64>() / n, ring.iter().map(|p| p.y).sum::<f64>() / n));
    }
    let (mut x, mut y) = (0.0, 0.0);
    for (a, b) in edges(ring) {
        let cross = (a.x - o.x) * (b.y - o.y) - (b.x - o.x) * (a.y - o.y);
        x += (a.x + b.x - 2.0 * o.x) * cross;
        y += (a.y + b.y - 2.0 * o.y) * cross;
    }
    Some(Point::new(o.x + x / (6.0 * area), o.y + y / (6.0 * area)))
}

pub fn within(ring: &[Point], p: Point) -> bool {
    edges(ring)
        .filter(|(a, b)| (a.y <= p.y) != (b.y <= p.y) && p.x < a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x))
        .count()
        % 2
        == 1
}

pub fn length_m(line: &[Point]) -> f64 {
    line.windows(2).map(|w| w[0].distance_m(w[1])).sum()
}

/// The point `along_m` from the start of a line.
pub fn point_along(line: &[Point], along_m: f64) -> Point {
    let mut rest = along_m;
    for pair in line.windows(2) {
        let d = pair[0].distance_m(pair[1]);
        if rest <= d && d > 0.0 {
            return pair[0].toward(pair[1], rest / d);
        }
        rest -= d;
    }
    line[line.len() - 1]
}

/// Distance of a point from a segment, and the share of the way along it where it is nearest.
pub fn distance_to_segment(p: Point, a: Point, b: Point) -> (f64, f64) {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let square = dx * dx + dy * dy;
    let s = if square > 0.0 { (((p.x - a.x) * dx + (p.y - a.y) * dy) / square).clamp(0.0, 1.0) } else { 0.0 };
    (p.distance_m(a.toward(b, s)), s)
}

/// Douglas-Peucker: the fewest points that keep the line within `tolerance_m`. Both ends stay.
pub fn simplify(line: &[Point], tolerance_m: f64) -> Vec<Point> {
    if line.len() < 3 {
        return line.to_vec();
    }
    let mut keep = vec![false; line.len()];
    keep[0] = true;
    keep[line.len() - 1] = true;
    let mut open = vec![(0, line.len() - 1)];
    while let Some((a, b)) = open.pop() {
        let (mut worst, mut at) = (tolerance_m, 0);
        for k in a + 1..b {
            let (d, _) = distance_to_segment(line[k], line[a], line[b]);
            if d > worst {
                (worst, at) = (d, k);
            }
        }
        if at > 0 {
            keep[at] = true;
            open.push((a, at));
            open.push((at, b));
        }
    }
    line.iter().zip(keep).filter(|(_, k)| *k).map(|(p, _)| *p).collect()
}

/// The part of a segment inside 0..width, 0..height, as shares of the way (Liang-Barsky).
pub fn clip(a: Point, b: Point, width: f64, height: f64) -> Option<(f64, f64)> {
    let (mut s0, mut s1) = (0.0f64, 1.0f64);
    for (d, low, high) in [(b.x - a.x, -a.x, width - a.x), (b.y - a.y, -a.y, height - a.y)] {
        if d == 0.0 {
            if low > 0.0 || high < 0.0 {
                return None;
            }
        } else {
            let (enter, leave) = if d > 0.0 { (low / d, high / d) } else { (high / d, low / d) };
            s0 = s0.max(enter);
            s1 = s1.min(leave);
        }
    }
    (s0 < s1).then_some((s0, s1))
}

/// The cells whose centres lie within `half_width_m` of a line, and those it passes through; sorted, each once.
pub fn cells_near(grid: &Grid, line: &[Point], half_width_m: f64) -> Vec<usize> {
    let mut cells = grid.cells_along(line);
    if half_width_m > 0.5 * grid.cell_m {
        for pair in line.windows(2) {
            let reach = half_width_m;
            let to = |v: f64, n: usize| (v / grid.cell_m).floor().clamp(0.0, n as f64 - 1.0) as usize;
            let (i0, i1) = (
                to(pair[0].x.min(pair[1].x) - reach - grid.x0, grid.nx),
                to(pair[0].x.max(pair[1].x) + reach - grid.x0, grid.nx),
            );
            let (j0, j1) = (
                to(pair[0].y.min(pair[1].y) - reach - grid.y0, grid.ny),
                to(pair[0].y.max(pair[1].y) + reach - grid.y0, grid.ny),
            );
            for j in j0..=j1 {
                for i in i0..=i1 {
                    let cell = grid.index(i, j);
                    if distance_to_segment(grid.centre(cell), pair[0], pair[1]).0 <= half_width_m {
                        cells.push(cell);
                    }
                }
            }
        }
    }
    cells.sort_unstable();
    cells.dedup();
    cells
}

/// Joins open lines of node ids end to end into closed rings; returns the rings and how many lines stayed open.
pub fn join_rings(lines: Vec<Vec<i64>>) -> (Vec<Vec<i64>>, usize) {
    let mut rings = Vec::new();
    let mut ends: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (k, line) in lines.iter().enumerate().filter(|(_, l)| l.len() >= 2) {
        for end in [line[0], line[line.len() - 1]] {
            ends.entry(end).or_default().push(k);
        }
    }
    let mut used = vec![false; lines.len()];
    let mut open = 0;
    for start in 0..lines.len() {
        if used[start] || lines[start].len() < 2 {
            continue;
        }
        used[start] = true;
        let mut ring = lines[start].clone();
        while ring[0] != ring[ring.len() - 1] {
            let tail = ring[ring.len() - 1];
            let Some(next) = ends.get(&tail).and_then(|list| list.iter().copied().find(|&k| !used[k])) else { break };
            used[next] = true;
            let line = &lines[next];
            if line[0] == tail { ring.extend(&line[1..]) } else { ring.extend(line[..line.len() - 1].iter().rev()) }
        }
        if ring[0] == ring[ring.len() - 1] && ring.len() >= 4 {
            ring.pop();
            rings.push(ring);
        } else {
            open += 1;
        }
    }
    (rings, open)
}

/// Points in square buckets, for "the nearest of many".
pub struct Buckets {
    size_m: f64,
    columns: i64,
    rows: i64,
    lists: Vec<Vec<u32>>,
    points: Vec<Point>,
}

impl Buckets {
    pub fn new(points: Vec<Point>, width_m: f64, height_m: f64, size_m: f64) -> Buckets {
        let columns = (width_m / size_m).ceil().max(1.0) as i64;
        let rows = (height_m / size_m).ceil().max(1.0) as i64;
        let mut buckets =
            Buckets { size_m, columns, rows, lists: vec![Vec::new(); (columns * rows) as usize], points: Vec::new() };
        for p in points {
            buckets.push(p);
        }
        buckets
    }
    fn place(&self, p: Point) -> (i64, i64) {
        let to = |v: f64, n: i64| ((v / self.size_m).floor() as i64).clamp(0, n - 1);
        (to(p.x, self.columns), to(p.y, self.rows))
    }
    pub fn push(&mut self, p: Point) {
        let (i, j) = self.place(p);
        self.lists[(j * self.columns + i) as usize].push(self.points.len() as u32);
        self.points.push(p);
    }
    /// Rows of all points within `radius_m`, sorted.
    pub fn near(&self, p: Point, radius_m: f64) -> Vec<usize> {
        let (low, high) = (
            self.place(Point::new(p.x - radius_m, p.y - radius_m)),
            self.place(Point::new(p.x + radius_m, p.y + radius_m)),
        );
        let mut found = Vec::new();
        for j in low.1..=high.1 {
            for i in low.0..=high.0 {
                let list = &self.lists[(j * self.columns + i) as usize];
                found.extend(list.iter().map(|&k| k as usize).filter(|&k| self.points[k].distance_m(p) <= radius_m));
            }
        }
        found.sort_unstable();
        found
    }
    /// The nearest point, the lower row among equals; `None` only when there is none.
    pub fn nearest(&self, p: Point) -> Option<usize> {
        let (i, j) = self.place(p);
        let mut best: Option<(f64, usize)> = None;
        for ring in 0..=self.columns.max(self.rows) {
            // Everything in this ring and beyond is at least (ring - 1) buckets away from a point inside the area.
            if let Some((d, _)) = best
                && d < (ring - 1) as f64 * self.size_m
            {
                break;
            }
            for b in (j - ring).max(0)..=(j + ring).min(self.rows - 1) {
                let edge_row = b == j - ring || b == j + ring;
                let step = if edge_row || ring == 0 { 1 } else { 2 * ring };
                let mut a = i - ring;
                while a <= i + ring {
                    if (0..self.columns).contains(&a) {
                        for &k in &self.lists[(b * self.columns + a) as usize] {
                            let candidate = (self.points[k as usize].distance_m(p), k as usize);
                            if best
                                .is_none_or(|now| candidate.0 < now.0 || (candidate.0 == now.0 && candidate.1 < now.1))
                            {
                                best = Some(candidate);
                            }
                        }
                    }
                    a += step;
                }
            }
        }
        best.map(|(_, k)| k)
    }
}

/// Unit vector from a to b; `None` when they coincide.
pub fn direction(a: Point, b: Point) -> Option<(f64, f64)> {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let d = sqrt(dx * dx + dy * dy);
    (d > 0.0).then(|| (dx / d, dy / d))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x: f64, y: f64, side: f64) -> Vec<Point> {
        vec![Point::new(x, y), Point::new(x + side, y), Point::new(x + side, y + side), Point::new(x, y + side)]
    }

    #[test]
    fn area_centre_and_cells_of_a_square_with_a_hole_are_exact() {
        // Grade: exact.
        let shape = Shape { outers: vec![square(100.0, 100.0, 100.0)], inners: vec![square(140.0, 140.0, 20.0)] };
        assert_eq!(shape.area_m2(), 9600.0);
        assert_eq!(shape.centre(), Some(Point::new(150.0, 150.0)));
        assert!(shape.contains(Point::new(110.0, 150.0)) && !shape.contains(Point::new(150.0, 150.0)));
        let grid = Grid { nx: 30, ny: 30, cell_m: 10.0, x0: 0.0, y0: 0.0 };
        let cells = shape.cells(&grid);
        assert_eq!(cells.len(), 96);
        assert!(cells.iter().all(|&c| shape.contains(grid.centre(c))));
    }

    #[test]
    fn a_line_is_simplified_within_the_tolerance_and_clipped_at_the_edge() {
        let line: Vec<Point> =
            (0..=20).map(|k| Point::new(k as f64 * 10.0, if k % 2 == 0 { 0.0 } else { 0.8 })).collect();
        assert_eq!(simplify(&line, 1.0).len(), 2);
        assert_eq!(simplify(&line, 0.1).len(), 21);
        assert_eq!(clip(Point::new(-10.0, 5.0), Point::new(30.0, 5.0), 20.0, 10.0), Some((0.25, 0.75)));
        assert_eq!(clip(Point::new(-10.0, 15.0), Point::new(30.0, 15.0), 20.0, 10.0), None);
    }

    #[test]
    fn rings_are_joined_from_parts_in_any_order_and_direction() {
        let (rings, open) = join_rings(vec![vec![1, 2, 3], vec![5, 4, 3], vec![5, 1], vec![7, 8]]);
        assert_eq!((rings.len(), open), (1, 1));
        assert_eq!(rings[0], vec![1, 2, 3, 4, 5]);
    }

    #[test]
    fn the_nearest_point_is_the_one_a_full_search_finds() {
        use crate::base::{
            chance::{Stream, draw},
            time::Tick,
        };
        let at = |k: u32, s: f64| {
            Point::new(draw(3, Stream::Synthesis, k, Tick(0), 0) * s, draw(3, Stream::Synthesis, k, Tick(0), 1) * s)
        };
        let points: Vec<Point> = (0..300).map(|k| at(k, 1000.0)).collect();
        let buckets = Buckets::new(points.clone(), 1000.0, 1000.0, 60.0);
        for k in 300..500 {
            let p = at(k, 1300.0);
            let full = (0..300).min_by(|&a, &b| points[a].distance_m(p).total_cmp(&points[b].distance_m(p)));
            assert_eq!(buckets.nearest(p), full, "at {p:?}");
        }
    }
}
