//! The ground of a deck on its maps: heights for the hillshade, contours with their heights, walls and buildings, the frame of what the
//! layer knows.

use crate::deck::ground::Land;
use crate::deck::levels::digits;
use base::grid::{Grid, Point};
use base::text::Text;
use contour::ContourBuilder;
use hydro::files::picture::{Line, Overlay, Stroke};

const CONTOUR: Stroke = Stroke { colour: [0x9a, 0x7b, 0x4f], width_px: 1.0, dashed: false };
const WALL: Stroke = Stroke { colour: [0x30, 0x1a, 0x50], width_px: 3.4, dashed: false };
const HOUSE: Stroke = Stroke { colour: [0x40, 0x40, 0x48], width_px: 2.0, dashed: false };
const FRAME: Stroke = Stroke { colour: [0x6a, 0x70, 0x5a], width_px: 1.4, dashed: true };
/// Contours on a map, about.
const CONTOURS: f64 = 8.0;

/// Heights on a map's cells, where the whole map lies on the ground; else level, so that no edge of the data looks like a cliff.
pub fn heights(land: Option<&Land>, grid: &Grid) -> Vec<f32> {
    let level = || vec![0.0; grid.len()];
    let Some(land) = land else { return level() };
    let g = land.ground.grid;
    let corners = [0, grid.nx - 1, grid.len() - grid.nx, grid.len() - 1];
    if corners.iter().any(|&k| g.cell_at(grid.centre(k)).is_none()) {
        return level();
    }
    let between = |p: Point| {
        let (u, v) = ((p.x - g.x0) / g.cell_m - 0.5, (p.y - g.y0) / g.cell_m - 0.5);
        let (u, v) = (u.clamp(0.0, g.nx as f64 - 1.0), v.clamp(0.0, g.ny as f64 - 1.0));
        let (i, j) = (u as usize, v as usize);
        let (fu, fv) = ((u - i as f64) as f32, (v - j as f64) as f32);
        let at = |i: usize, j: usize| land.bare_m[g.index(i.min(g.nx - 1), j.min(g.ny - 1))];
        let row = |j: usize| at(i, j) * (1.0 - fu) + at(i + 1, j) * fu;
        row(j) * (1.0 - fv) + row(j + 1) * fv
    };
    (0..grid.len()).map(|k| between(grid.centre(k))).collect()
}

/// A round step that gives some contours.
fn step_m(span_m: f64) -> f64 {
    let wanted = span_m / CONTOURS;
    let steps = [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0];
    steps.into_iter().find(|s| *s >= wanted).unwrap_or(1000.0)
}

/// Contours, walls and buildings as lines with their keys.
pub fn draw(land: &Land, map: &Grid, over: &mut Overlay) {
    let g = land.ground.grid;
    let on_map: Vec<f64> =
        (0..g.len()).filter(|&k| map.cell_at(g.centre(k)).is_some()).map(|k| f64::from(land.bare_m[k])).collect();
    let low = on_map.iter().copied().fold(f64::INFINITY, f64::min);
    let high = on_map.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if land.terrain && high - low > 0.2 {
        let step = step_m(high - low);
        let levels: Vec<f64> =
            ((low / step).ceil() as i64..=(high / step).floor() as i64).map(|k| k as f64 * step).collect();
        let values: Vec<f64> = land.bare_m.iter().map(|v| f64::from(*v)).collect();
        // Values stand at the centres of cells.
        let place = |p: &contour::Pt| Point::new(g.x0 + p.x * g.cell_m, g.y0 + p.y * g.cell_m);
        let lines = ContourBuilder::new(g.nx, g.ny, true).lines(&values, &levels).expect("as many values as cells");
        for (line, level) in lines.iter().zip(&levels) {
            let mut longest: Option<Vec<Point>> = None;
            for part in &line.geometry().0 {
                let points: Vec<Point> = part.0.iter().map(place).collect();
                let inside = points.iter().filter(|p| map.cell_at(**p).is_some()).count();
                if longest.as_ref().is_none_or(|l| l.iter().filter(|p| map.cell_at(**p).is_some()).count() < inside) {
                    longest = Some(points.clone());
                }
                over.lines.push(Line { points, stroke: CONTOUR });
            }
            if let Some(points) = longest {
                let seen: Vec<&Point> = points.iter().filter(|p| map.cell_at(**p).is_some()).collect();
                if let Some(p) = seen.get(seen.len() / 2) {
                    over.labels.push((format!("{} m", digits(*level)), **p));
                }
            }
        }
        let step = digits(step);
        over.keys.push((CONTOUR, Text::new(format!("等高线，间隔 {step} 米"), format!("contours every {step} m"))));
    }
    let (west, south) = (g.x0, g.y0);
    let (east, north) = (west + g.width_m(), south + g.height_m());
    let corners = [(west, south), (east, south), (east, north), (west, north), (west, south)];
    over.lines.push(Line { points: corners.iter().map(|&(x, y)| Point::new(x, y)).collect(), stroke: FRAME });
    over.keys.push((FRAME, Text::new("重气层计算范围", "where the layer is computed")));
    for (building, stroke, name) in
        [(false, WALL, Text::new("围墙、围堰、堤", "walls and dikes")), (true, HOUSE, Text::new("建筑", "buildings"))]
    {
        let mut any = false;
        for wall in land.walls.iter().filter(|w| w.building == building) {
            any = true;
            let mut points = wall.points.clone();
            if building {
                points.extend(wall.points.first());
            }
            over.lines.push(Line { points, stroke });
        }
        if any {
            over.keys.push((stroke, name));
        }
    }
}
