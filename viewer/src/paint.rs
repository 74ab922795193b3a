//! The map as one picture: the ground, drawn when the camera moves, and on it water, gas, roads and people, drawn when
//! the moment changes.

use crate::camera::Camera;
use crate::canvas::{Canvas, Dash, blend};
use crate::colours;
use crate::moment::{LayerNow, Moment};
use egui::Color32;
use sim_core::base::ids::*;
use sim_core::place::city::{City, RoadClass};
use sim_core::record::frame::LayerName;
use sim_core::vocab::body::{Doing, Point};
use sim_core::vocab::lever::Closure;

/// Which layers are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Show {
    pub terrain: bool,
    pub water_depth: bool,
    pub water_speed: bool,
    pub gas: bool,
    pub heat: bool,
    pub overpressure: bool,
    pub roads: bool,
    pub closures: bool,
    pub traffic: bool,
    pub people: bool,
    pub units: bool,
    pub facilities: bool,
    pub zones: bool,
}

impl Default for Show {
    fn default() -> Show {
        Show {
            terrain: true,
            water_depth: true,
            water_speed: false,
            gas: true,
            heat: true,
            overpressure: false,
            roads: true,
            closures: true,
            traffic: false,
            people: true,
            units: true,
            facilities: true,
            zones: true,
        }
    }
}

/// What is drawn from the city alone.
pub struct Ground {
    /// Colour of every cell with hillshade, and without.
    shaded: Vec<Color32>,
    flat: Vec<Color32>,
    /// Borders between zones: ends of straight runs of cell edges.
    borders: Vec<(Point, Point)>,
}

/// How much steeper the hillshade sees the ground: the land of river plains is flat.
const EXAGGERATION: f32 = 5.0;

impl Ground {
    pub fn new(city: &City) -> Ground {
        let grid = &city.grid;
        let flat: Vec<Color32> = city.cover.iter().map(|c| colours::cover(*c)).collect();
        let z = |i: usize, j: usize| city.terrain_m[grid.index(i.min(grid.nx - 1), j.min(grid.ny - 1))];
        let shaded = (0..grid.len())
            .map(|cell| {
                let (i, j) = (cell % grid.nx, cell / grid.nx);
                let run = 2.0 * grid.cell_m as f32;
                let east = (z(i + 1, j) - z(i.saturating_sub(1), j)) / run;
                let north = (z(i, j + 1) - z(i, j.saturating_sub(1))) / run;
                // Light from the north-west: a slope that rises towards the south-east is lit.
                let light = (1.0 + EXAGGERATION * 0.7 * (east - north)).clamp(0.74, 1.1);
                let c = flat[cell];
                let lit = |v: u8| (f32::from(v) * light).min(255.0) as u8;
                Color32::from_rgb(lit(c.r()), lit(c.g()), lit(c.b()))
            })
            .collect();
        Ground { shaded, flat, borders: zone_borders(city) }
    }

    /// Draws the ground into a picture of this size.
    pub fn draw(&self, city: &City, camera: &Camera, size: [usize; 2], show: &Show) -> Canvas {
        let mut canvas = Canvas::new(size[0], size[1], colours::PAPER);
        let cells = if show.terrain { &self.shaded } else { &self.flat };
        let across = Across::new(city, camera, size);
        for y in 0..size[1] {
            let Some((j0, j1, fy)) = across.row(camera, y) else { continue };
            let row = &mut canvas.px[y * size[0]..(y + 1) * size[0]];
            for (slot, (i0, i1, fx)) in across.over(row) {
                let (a, b) = (blend(cells[j0 + i0], cells[j0 + i1], fx), blend(cells[j1 + i0], cells[j1 + i1], fx));
                *slot = blend(a, b, fy);
            }
        }
        if show.zones {
            for (a, b) in &self.borders {
                canvas.line(
                    camera.to_px(size, *a),
                    camera.to_px(size, *b),
                    1.2,
                    Color32::from_rgb(128, 120, 150),
                    Dash::Dashed,
                );
            }
        }
        if camera.m_per_px < 7.0 {
            buildings(&mut canvas, city, camera);
        }
        if show.roads {
            roads(&mut canvas, city, camera);
        }
        canvas
    }
}

fn zone_borders(city: &City) -> Vec<(Point, Point)> {
    let grid = &city.grid;
    let corner = |i: usize, j: usize| Point::new(grid.x0 + i as f64 * grid.cell_m, grid.y0 + j as f64 * grid.cell_m);
    let zone = |i: usize, j: usize| city.zone_of_cell[grid.index(i, j)];
    let mut borders = Vec::new();
    // Runs along rows, then along columns.
    for j in 1..grid.ny {
        let mut from = None;
        for i in 0..=grid.nx {
            let differs = i < grid.nx && zone(i, j) != zone(i, j - 1);
            match (differs, from) {
                (true, None) => from = Some(i),
                (false, Some(start)) => {
                    borders.push((corner(start, j), corner(i, j)));
                    from = None;
                }
                _ => {}
            }
        }
    }
    for i in 1..grid.nx {
        let mut from = None;
        for j in 0..=grid.ny {
            let differs = j < grid.ny && zone(i, j) != zone(i - 1, j);
            match (differs, from) {
                (true, None) => from = Some(j),
                (false, Some(start)) => {
                    borders.push((corner(i, start), corner(i, j)));
                    from = None;
                }
                _ => {}
            }
        }
    }
    borders
}

/// For every pixel column the two cells it lies between and the weight of the second, 0 to 255.
struct Across {
    columns: Vec<(usize, usize, u32)>,
    first: usize,
    last: usize,
    nx: usize,
    ny: usize,
    y0: f64,
    cell_m: f64,
    size: [usize; 2],
}

impl Across {
    fn new(city: &City, camera: &Camera, size: [usize; 2]) -> Across {
        let grid = &city.grid;
        let mut columns = vec![(0, 0, 0); size[0]];
        let (mut first, mut last) = (size[0], 0);
        for (x, column) in columns.iter_mut().enumerate() {
            let world = camera.to_world(size, x as f32 + 0.5, 0.0).x;
            if let Some(found) = between((world - grid.x0) / grid.cell_m, grid.nx) {
                *column = found;
                first = first.min(x);
                last = x + 1;
            }
        }
        Across {
            columns,
            first: first.min(last),
            last,
            nx: grid.nx,
            ny: grid.ny,
            y0: grid.y0,
            cell_m: grid.cell_m,
            size,
        }
    }
    /// The pixels of a row that lie on the grid, each with its column's cells.
    fn over<'a>(&'a self, row: &'a mut [Color32]) -> impl Iterator<Item = (&'a mut Color32, (usize, usize, u32))> + 'a {
        let columns = self.columns[self.first..self.last].iter().copied();
        row[self.first..self.last].iter_mut().zip(columns)
    }
    /// The starts of the two rows of cells that pixel row `y` lies between, and the weight of the second.
    fn row(&self, camera: &Camera, y: usize) -> Option<(usize, usize, u32)> {
        let world = camera.to_world(self.size, 0.0, y as f32 + 0.5).y;
        let (j0, j1, f) = between((world - self.y0) / self.cell_m, self.ny)?;
        Some((j0 * self.nx, j1 * self.nx, f))
    }
}

/// The two of `n` cells whose centres a position (in cells) lies between, and the weight of the second, 0 to 255.
fn between(at: f64, n: usize) -> Option<(usize, usize, u32)> {
    if at < 0.0 || at >= n as f64 {
        return None;
    }
    let c = (at - 0.5).max(0.0);
    let i0 = c as usize;
    Some((i0, (i0 + 1).min(n - 1), ((c - i0 as f64) * 255.0) as u32))
}

fn buildings(canvas: &mut Canvas, city: &City, camera: &Camera) {
    let size = canvas.size();
    let fill = Color32::from_rgb(206, 196, 184);
    let tall = Color32::from_rgb(190, 180, 172);
    let mut outline: Vec<(f32, f32)> = Vec::new();
    for building in &city.buildings {
        let (x, y) = camera.to_px(size, building.at);
        let reach = 200.0 / camera.m_per_px as f32;
        if x < -reach || y < -reach || x > size[0] as f32 + reach || y > size[1] as f32 + reach {
            continue;
        }
        outline.clear();
        if building.outline.is_empty() {
            let half = (building.footprint_m2.sqrt() / 2.0) / camera.m_per_px as f32;
            outline.extend([(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]);
        } else {
            outline.extend(building.outline.iter().map(|p| camera.to_px(size, *p)));
        }
        canvas.polygon(&outline, if building.storeys >= 4 { tall } else { fill });
    }
}

/// Width of a road on the screen, pixels; `None` when this scale leaves the class out.
pub fn road_width(class: RoadClass, m_per_px: f64) -> Option<f32> {
    let coarsest = match class {
        RoadClass::Motorway | RoadClass::Trunk | RoadClass::Primary => 400.0,
        RoadClass::Secondary => 60.0,
        RoadClass::Tertiary => 30.0,
        RoadClass::Residential => 18.0,
        RoadClass::Service => 7.0,
        RoadClass::Path => 4.0,
    };
    let width = colours::road(class).2 * (4.0 / m_per_px as f32).powf(0.45).clamp(0.55, 4.0);
    (m_per_px <= coarsest).then_some(width)
}

fn roads(canvas: &mut Canvas, city: &City, camera: &Camera) {
    let size = canvas.size();
    for casing in [true, false] {
        for (row, link) in city.links.iter().enumerate() {
            // A two-way street is drawn once.
            if link.twin.is_some_and(|twin| twin.index() < row) {
                continue;
            }
            let Some(width) = road_width(link.class, camera.m_per_px) else { continue };
            let (edge, fill, _) = colours::road(link.class);
            let (colour, width) = if casing { (edge, width + 1.3) } else { (fill, width) };
            // Thin streets in a coarse view are one stroke; a casing would only blur them.
            if casing && width < 2.6 {
                continue;
            }
            let colour = if width < 1.4 { blend(fill, edge, 170) } else { colour };
            stroke(canvas, camera, size, &link.line, width, colour, Dash::Solid);
        }
    }
}

fn stroke(
    canvas: &mut Canvas,
    camera: &Camera,
    size: [usize; 2],
    line: &[Point],
    width: f32,
    colour: Color32,
    dash: Dash,
) {
    for pair in line.windows(2) {
        canvas.line(camera.to_px(size, pair[0]), camera.to_px(size, pair[1]), width, colour, dash);
    }
}

/// A layer over the picture. `skip` leaves cells out (open water, for depth and speed).
pub fn layer(canvas: &mut Canvas, city: &City, camera: &Camera, name: LayerName, now: &LayerNow, skip: &[bool]) {
    let size = canvas.size();
    let steps = colours::steps(name);
    let floor = steps[0].from;
    let across = Across::new(city, camera, size);
    if across.first >= across.last {
        return;
    }
    let (i_first, i_last) = (across.columns[across.first].0, across.columns[across.last - 1].1 + 1);
    let mut line = vec![0.0f32; i_last - i_first];
    for y in 0..size[1] {
        let Some((j0, j1, fy)) = across.row(camera, y) else { continue };
        let f = fy as f32 / 255.0;
        let mut most = 0.0f32;
        for (k, slot) in line.iter_mut().enumerate() {
            let (a, b) = (j0 + i_first + k, j1 + i_first + k);
            let va = if skip[a] { 0.0 } else { now.values[a] };
            let vb = if skip[b] { 0.0 } else { now.values[b] };
            *slot = va + (vb - va) * f;
            most = most.max(*slot);
        }
        if most < floor {
            continue;
        }
        let row = &mut canvas.px[y * size[0]..(y + 1) * size[0]];
        for (slot, (i0, i1, fx)) in across.over(row) {
            let (va, vb) = (line[i0 - i_first], line[i1 - i_first]);
            if va < floor && vb < floor {
                continue;
            }
            if let Some(step) = colours::class(steps, va + (vb - va) * (fx as f32 / 255.0)) {
                *slot = blend(*slot, step.colour, u32::from(step.alpha));
            }
        }
    }
}

/// A tint over the cells of some zones: what a post believes.
pub fn zone_tint(canvas: &mut Canvas, city: &City, camera: &Camera, tint: &dyn Fn(u16) -> Option<(Color32, u8)>) {
    let size = canvas.size();
    let across = Across::new(city, camera, size);
    let tints: Vec<Option<(Color32, u8)>> = (0..city.zones.len() as u16).map(tint).collect();
    for y in 0..size[1] {
        let Some((j0, j1, fy)) = across.row(camera, y) else { continue };
        let j = if fy > 127 { j1 } else { j0 };
        for x in across.first..across.last {
            let (i0, i1, fx) = across.columns[x];
            let zone = city.zone_of_cell[j + if fx > 127 { i1 } else { i0 }];
            if let Some(Some((colour, alpha))) = tints.get(usize::from(zone)) {
                let slot = &mut canvas.px[y * size[0] + x];
                // Hatched, so that a belief never looks like the recorded water.
                let alpha = if (x + y) % 8 < 4 { u32::from(*alpha) } else { u32::from(*alpha) / 2 };
                *slot = blend(*slot, *colour, alpha);
            }
        }
    }
}

/// Busy roads: yellow to dark orange by the share of their storage in use.
pub fn traffic(canvas: &mut Canvas, city: &City, camera: &Camera, moment: &Moment) {
    let size = canvas.size();
    for (id, filled) in &moment.roads.filled {
        let Some(link) = city.links.get(id.index()) else { continue };
        let (light, dark) = (Color32::from_rgb(255, 202, 40), Color32::from_rgb(191, 54, 12));
        let width = road_width(link.class, camera.m_per_px).unwrap_or(1.0).max(2.0);
        stroke(canvas, camera, size, &link.line, width, blend(light, dark, u32::from(*filled)), Dash::Solid);
    }
}

/// Closed roads in red: solid for water, dashed for an order, dotted for debris.
pub fn closures(canvas: &mut Canvas, city: &City, camera: &Camera, moment: &Moment) {
    let size = canvas.size();
    for (id, why) in &moment.roads.closed {
        let Some(link) = city.links.get(id.index()) else { continue };
        // In a coarse view small streets would hide everything else.
        let Some(width) = road_width(link.class, camera.m_per_px * 0.6) else { continue };
        let dash = match why {
            Closure::Water => Dash::Solid,
            Closure::Order => Dash::Dashed,
            Closure::Debris | Closure::Heat => Dash::Dotted,
        };
        let width = (width * 0.8).clamp(1.2, 5.0);
        stroke(canvas, camera, size, &link.line, width, Color32::from_rgb(211, 32, 47), dash);
    }
}

/// Spread of the dots of people who are at one recorded point (a building, a shelter), m. It is for the eye only.
fn scatter(row: usize, doing: Doing) -> (f32, f32) {
    let spread_m = match doing {
        Doing::Unaware | Doing::Staying | Doing::Sealed | Doing::Upstairs | Doing::Trapped => 14.0,
        Doing::Sheltered => 60.0,
        Doing::InHospital => 30.0,
        Doing::Walking | Doing::Driving | Doing::Carried | Doing::Away | Doing::Hurt | Doing::Dead => 4.0,
    };
    let h = (row as u32).wrapping_mul(2_654_435_761);
    ((((h >> 8) & 0xff) as f32 / 255.0 - 0.5) * spread_m, (((h >> 20) & 0xff) as f32 / 255.0 - 0.5) * spread_m)
}

/// Everyone as a dot in the colour of what they are doing; those in trouble on top and larger.
pub fn people(canvas: &mut Canvas, city: &City, camera: &Camera, moment: &Moment, share: f32) {
    let size = canvas.size();
    let side = match camera.m_per_px {
        m if m > 14.0 => 1,
        m if m > 2.5 => 2,
        m if m > 1.0 => 3,
        _ => 5,
    };
    let scale = 1.0 / camera.m_per_px as f32;
    let (px0, py0) = camera.to_px(size, Point::new(city.grid.x0, city.grid.y0));
    for pass in 0..3 {
        for row in 0..moment.people.len() {
            let Some(doing) = Doing::from_u8(moment.people.doing[row]) else { continue };
            let (own_pass, extra) = match doing {
                Doing::Unaware | Doing::Staying | Doing::Sealed | Doing::Upstairs | Doing::Sheltered => (0, 0),
                Doing::Walking | Doing::Driving | Doing::Carried | Doing::InHospital => (1, 0),
                Doing::Trapped | Doing::Hurt | Doing::Dead => (2, 1),
                Doing::Away => continue,
            };
            if own_pass != pass {
                continue;
            }
            let (x, y) = moment.place(row, share);
            let (sx, sy) = scatter(row, doing);
            canvas.dot(px0 + (x + sx) * scale, py0 - (y + sy) * scale, side + extra, colours::doing(doing));
        }
    }
}

/// Where the dot of a person is drawn, m from the recorded position.
pub fn scatter_m(row: usize, doing: Doing) -> Point {
    let (x, y) = scatter(row, doing);
    Point::new(f64::from(x), f64::from(y))
}

/// The link nearest to a point, within `reach_m`, of those that this scale shows.
pub fn nearest_link(city: &City, p: Point, reach_m: f64, m_per_px: f64) -> Option<LinkId> {
    let mut best: Option<(f64, usize)> = None;
    for (row, link) in city.links.iter().enumerate() {
        if road_width(link.class, m_per_px).is_none() {
            continue;
        }
        for pair in link.line.windows(2) {
            let d = distance_to_segment(p, pair[0], pair[1]);
            if d <= reach_m && best.is_none_or(|(least, _)| d < least) {
                best = Some((d, row));
            }
        }
    }
    best.map(|(_, row)| LinkId::of(row))
}

fn distance_to_segment(p: Point, a: Point, b: Point) -> f64 {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let length2 = dx * dx + dy * dy;
    let s = if length2 > 0.0 { (((p.x - a.x) * dx + (p.y - a.y) * dy) / length2).clamp(0.0, 1.0) } else { 0.0 };
    p.distance_m(a.toward(b, s))
}
