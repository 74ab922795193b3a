//! The first guess of the wind about buildings (经验流区): the approaching profile with the zones that trials in tunnels show, building by
//! building. Equations of Röckle (1990), Kaplan & Dinar (1996) and, for roofs, Wilson (1979) and Pol et al. (2006), as the documentation of
//! QES-Winds gives them (read there; no code was read):
//!
//! ```text
//! displacement   Lf/H = 2 (W/H)/(1 + 0.8 W/H)          x^2/(Lf^2 (1 - (z/0.6H)^2)) + y^2/(W/2)^2 = 1      u = 0
//! cavity         Lr/H = 1.8 (W/H)/((L/H)^0.3 (1 + 0.24 W/H))      dn = Lr sqrt((1 - (z/H)^2)(1 - (y/(W/2))^2))
//!                u = -U(H) (1 - (x/dn)^2)     x < dn
//! wake           u = U(z) (1 - (dn/x)^1.5)    dn < x < 3 dn
//! canyon         S < Lr:  u = -U(H) x/(S/2) (S - x)/(S/2)      w = -U(H) |1/2 (1 - x/(S/2))| (1 - (S - x)/(S/2))
//! roof           R = Bs^(2/3) Bl^(1/3), Lc = 0.9 R, Hc = 0.22 R: log law from the roof up to Hc, reversed in the lower half
//! ```
//!
//! x is measured from the lee wall along the wind, which a ray finds cell by cell, so that any footprint will do. Kaplan & Dinar measure dn from
//! the building's middle and take L/2 off; Fackrell's length is from the lee wall, and so it is here. W and L are the building's extents across
//! and along the wind. L/H counts within Fackrell's 0.3 to 3.

use super::buildings::Buildings;
use super::wind::Space;
use base::grid::Point;
use base::math;

/// Fackrell's (1984) cavity length behind a building, m.
pub fn cavity_m(height_m: f64, width_m: f64, length_m: f64) -> f64 {
    let w = width_m / height_m;
    let l = (length_m / height_m).clamp(0.3, 3.0);
    height_m * 1.8 * w / (math::pow(l, 0.3) * (1.0 + 0.24 * w))
}

/// Röckle's length of the zone in front, m.
pub fn displacement_m(height_m: f64, width_m: f64) -> f64 {
    let w = width_m / height_m;
    height_m * 2.0 * w / (1.0 + 0.8 * w)
}

/// Wakes end at this many cavity lengths.
const WAKE: f64 = 3.0;
/// Height of the displacement zone over the building's.
const FRONT: f64 = 0.6;
/// A roof's vortex forms where the wind meets a wall at a right angle, within this angle, degrees.
const SQUARE_DEG: f64 = 15.0;
/// Parts of a cell by which a ray steps. Odd thirds of a cell never fall on a cell's side when the wind blows along the grid.
const STEP: f64 = 1.0 / 3.0;

/// The guess at cell centres: east, north, up, m/s; and the places where the air turns back.
#[derive(Debug, Clone)]
pub struct Guess {
    pub u: Vec<f64>,
    pub v: Vec<f64>,
    pub w: Vec<f64>,
    /// Cavity, canyon or displacement: not the open profile any more.
    pub kind: Vec<Kind>,
}

/// Which zone a cell lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Open,
    Solid,
    Wake,
    Front,
    Roof,
    Cavity,
    Canyon,
}

/// A building as the wind sees it.
struct Seen {
    id: usize,
    height_m: f64,
    width_m: f64,
    length_m: f64,
    /// Extent of its cells along and across, about the origin.
    along: (f64, f64),
    across: (f64, f64),
    square: bool,
}

/// The guess for a wind that blows `towards` with the speeds `profile_m_s` at the middles of the layers.
pub fn guess(space: &Space, buildings: &Buildings, towards: (f64, f64), profile_m_s: &[f64]) -> Guess {
    let n = space.cells();
    let layer = space.grid.len();
    let mut kind = vec![Kind::Open; n];
    let mut speed = vec![0.0; n];
    let mut up = vec![0.0; n];
    for k in 0..space.nz {
        speed[k * layer..(k + 1) * layer].fill(profile_m_s[k]);
        for c in 0..layer {
            if space.solid(c, k) {
                kind[k * layer + c] = Kind::Solid;
                speed[k * layer + c] = 0.0;
            }
        }
    }
    let at_height = |z_m: f64| profile_m_s[((z_m / space.dz_m) as usize).min(space.nz - 1)];
    let mut seen: Vec<Seen> = (0..buildings.all.len()).map(|id| see(buildings, id, towards)).collect();
    // From low to high, as in the models of this kind: the zones of the higher prevail. Equal heights: the file's order.
    seen.sort_by(|a, b| a.height_m.total_cmp(&b.height_m).then(a.id.cmp(&b.id)));
    let rays = Rays { space, buildings, towards };
    // Wakes first, then what is nearer to the walls.
    for s in &seen {
        behind(&rays, s, |cell, _, x, dn, _| {
            if x >= dn && kind[cell] != Kind::Solid {
                speed[cell] *= 1.0 - math::pow(dn / x, 1.5);
                kind[cell] = Kind::Wake;
            }
        });
    }
    for s in &seen {
        in_front(&rays, s, |cell| {
            if kind[cell] != Kind::Solid {
                (speed[cell], up[cell], kind[cell]) = (0.0, 0.0, Kind::Front);
            }
        });
        on_roof(&rays, s, &at_height, |cell, v| {
            if kind[cell] != Kind::Solid {
                (speed[cell], up[cell], kind[cell]) = (v, 0.0, Kind::Roof);
            }
        });
    }
    for s in &seen {
        let top = at_height(s.height_m);
        behind(&rays, s, |cell, k, x, dn, cavity_m| {
            if kind[cell] == Kind::Solid || x >= dn {
                return;
            }
            // A wall across the street within the cavity's length makes a canyon of it.
            let width = rays.to_wall_m(cell % layer, k, 1.0, cavity_m - x).map(|ahead| ahead + x);
            match width {
                Some(s_m) if s_m < cavity_m => {
                    let half = 0.5 * s_m;
                    speed[cell] = -top * (x / half) * ((s_m - x) / half);
                    up[cell] = -top * (0.5 * (1.0 - x / half)).abs() * (1.0 - (s_m - x) / half);
                    kind[cell] = Kind::Canyon;
                }
                _ => {
                    let share = x / dn;
                    speed[cell] = -top * (1.0 - share * share);
                    up[cell] = 0.0;
                    kind[cell] = Kind::Cavity;
                }
            }
        });
    }
    let u = speed.iter().map(|s| s * towards.0).collect();
    let v = speed.iter().map(|s| s * towards.1).collect();
    Guess { u, v, w: up, kind }
}

fn see(buildings: &Buildings, id: usize, (e, n): (f64, f64)) -> Seen {
    let b = &buildings.all[id];
    let (mut along, mut across) = ((f64::INFINITY, f64::NEG_INFINITY), (f64::INFINITY, f64::NEG_INFINITY));
    for &cell in &b.cells {
        let p = buildings.grid.centre(cell);
        let (s, c) = (p.x * e + p.y * n, p.y * e - p.x * n);
        along = (along.0.min(s), along.1.max(s));
        across = (across.0.min(c), across.1.max(c));
    }
    // A cell is as wide across the wind as its shadow.
    let shadow = 0.5 * buildings.grid.cell_m * (e.abs() + n.abs());
    let (along, across) = ((along.0 - shadow, along.1 + shadow), (across.0 - shadow, across.1 + shadow));
    // Walls lie along the grid, as far as a grid can tell; a house that stands askew fills less of its box.
    let askew = math::atan2(e.abs().min(n.abs()), e.abs().max(n.abs())).to_degrees();
    let filled = b.cells.len() as f64 * buildings.grid.cell_m * buildings.grid.cell_m
        / ((along.1 - along.0) * (across.1 - across.0));
    Seen {
        id,
        height_m: b.height_m,
        width_m: across.1 - across.0,
        length_m: along.1 - along.0,
        along,
        across,
        square: askew <= SQUARE_DEG && filled > 0.7,
    }
}

/// Rays along the wind through the cells.
struct Rays<'a> {
    space: &'a Space,
    buildings: &'a Buildings,
    towards: (f64, f64),
}

impl Rays<'_> {
    /// Distance from the centre of a cell to the first solid cell, downwind (`way` 1) or upwind (-1), m.
    fn to_wall_m(&self, cell: usize, k: usize, way: f64, most_m: f64) -> Option<f64> {
        self.march(cell, way, most_m, |c| self.space.solid(c, k)).map(|hit| hit.0)
    }
    fn is(&self, cell: usize, building: usize) -> bool {
        self.buildings.of_cell[cell] == Some(building as u32)
    }
    /// Distance from a cell to a building, unless another that is at least half as high stands between, m.
    fn to_building_m(&self, cell: usize, s: &Seen, way: f64, most_m: f64) -> Option<f64> {
        let blocks = |c: usize| f64::from(self.buildings.height_m[c]) >= 0.5 * s.height_m;
        let (far_m, hit) = self.march(cell, way, most_m, |c| self.is(c, s.id) || blocks(c))?;
        self.is(hit, s.id).then_some(far_m)
    }
    /// The first cell on the ray that will do, with its distance from the start to where it begins.
    fn march(&self, cell: usize, way: f64, most_m: f64, will_do: impl Fn(usize) -> bool) -> Option<(f64, usize)> {
        let g = &self.space.grid;
        let (from, step_m) = (g.centre(cell), STEP * g.cell_m);
        let steps = (most_m / step_m).ceil().max(0.0) as usize;
        for n in 1..=steps + 1 {
            let far = n as f64 * step_m;
            let p = Point::new(from.x + way * far * self.towards.0, from.y + way * far * self.towards.1);
            let next = g.cell_at(p)?;
            if will_do(next) {
                return Some(((far - 0.5 * step_m).max(0.5 * step_m), next));
            }
        }
        None
    }
}

/// Calls `put(cell, layer, x, dn, cavity length)` for the open cells in the cavity and wake of a building, x m behind its lee wall.
fn behind(rays: &Rays, s: &Seen, mut put: impl FnMut(usize, usize, f64, f64, f64)) {
    let (space, layer) = (rays.space, rays.space.grid.len());
    let cavity = cavity_m(s.height_m, s.width_m, s.length_m);
    let middle = 0.5 * (s.across.0 + s.across.1);
    for (cell, _, c) in within(rays, (s.along.0, s.along.1 + WAKE * cavity), s.across) {
        let y = 2.0 * (c - middle) / s.width_m;
        if y.abs() >= 1.0 || rays.is(cell, s.id) {
            continue;
        }
        let Some(x) = rays.to_building_m(cell, s, -1.0, WAKE * cavity) else { continue };
        for k in 0..space.nz {
            let z = (k as f64 + 0.5) * space.dz_m / s.height_m;
            if z >= 1.0 {
                break;
            }
            let dn = cavity * math::sqrt((1.0 - z * z) * (1.0 - y * y));
            if x < WAKE * dn {
                put(k * layer + cell, k, x, dn, cavity);
            }
        }
    }
}

fn in_front(rays: &Rays, s: &Seen, mut put: impl FnMut(usize)) {
    let (space, layer) = (rays.space, rays.space.grid.len());
    let front = displacement_m(s.height_m, s.width_m);
    let middle = 0.5 * (s.across.0 + s.across.1);
    for (cell, _, c) in within(rays, (s.along.0 - front, s.along.1), s.across) {
        let y = 2.0 * (c - middle) / s.width_m;
        if y.abs() >= 1.0 || rays.is(cell, s.id) {
            continue;
        }
        let Some(x) = rays.to_building_m(cell, s, 1.0, front) else { continue };
        for k in 0..space.nz {
            let z = (k as f64 + 0.5) * space.dz_m / (FRONT * s.height_m);
            if z >= 1.0 {
                break;
            }
            if x < front * math::sqrt((1.0 - z * z) * (1.0 - y * y)) {
                put(k * layer + cell);
            }
        }
    }
}

fn on_roof(rays: &Rays, s: &Seen, at_height: &impl Fn(f64) -> f64, mut put: impl FnMut(usize, f64)) {
    if !s.square {
        return;
    }
    let (space, layer) = (rays.space, rays.space.grid.len());
    let (small, large) = (s.height_m.min(s.width_m), s.height_m.max(s.width_m));
    let r = math::cbrt(small * small * large);
    let (long, high) = (0.9 * r, 0.22 * r);
    let top = at_height(s.height_m + high);
    for &cell in &rays.buildings.all[s.id].cells {
        let Some((x, _)) = rays.march(cell, -1.0, long, |c| !rays.is(c, s.id)) else { continue };
        let half = 2.0 * x / long - 1.0;
        if half.abs() >= 1.0 {
            continue;
        }
        let arch = high * math::sqrt(1.0 - half * half);
        for k in 0..space.nz {
            let over = (k as f64 + 0.5) * space.dz_m - s.height_m;
            if over <= 0.0 || over >= arch {
                continue;
            }
            let z0 = ROOF_ROUGHNESS_M;
            let law = top * math::ln((over + z0) / z0) / math::ln((high + z0) / z0);
            put(k * layer + cell, if over < 0.5 * arch { -law } else { law });
        }
    }
}

/// Roughness of a roof, m (assumption).
const ROOF_ROUGHNESS_M: f64 = 0.05;

/// Cells whose centres lie within extents along and across the wind: index, along, across.
fn within(rays: &Rays, along: (f64, f64), across: (f64, f64)) -> Vec<(usize, f64, f64)> {
    let g = &rays.space.grid;
    let (e, n) = rays.towards;
    // The box of the turned rectangle.
    let corner = |s: f64, c: f64| (s * e - c * n, s * n + c * e);
    let corners =
        [corner(along.0, across.0), corner(along.0, across.1), corner(along.1, across.0), corner(along.1, across.1)];
    let (mut low, mut high) = ((f64::INFINITY, f64::INFINITY), (f64::NEG_INFINITY, f64::NEG_INFINITY));
    for (x, y) in corners {
        low = (low.0.min(x), low.1.min(y));
        high = (high.0.max(x), high.1.max(y));
    }
    let index = |v: f64, n: usize| v.floor().clamp(0.0, n as f64) as usize;
    let columns = index((low.0 - g.x0) / g.cell_m, g.nx)..index((high.0 - g.x0) / g.cell_m + 1.0, g.nx);
    let rows = index((low.1 - g.y0) / g.cell_m, g.ny)..index((high.1 - g.y0) / g.cell_m + 1.0, g.ny);
    let mut all = Vec::new();
    for j in rows {
        for i in columns.clone() {
            let cell = g.index(i, j);
            let p = g.centre(cell);
            let (s, c) = (p.x * e + p.y * n, p.y * e - p.x * n);
            if s >= along.0 && s <= along.1 && c >= across.0 && c <= across.1 {
                all.push((cell, s, c));
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cube_s_zones_are_as_long_as_the_formulas_say() {
        // Grade: exact. W = L = H: 1.8/1.24 = 1.4516 H behind; 2/1.8 = 1.1111 H in front.
        assert!((cavity_m(10.0, 10.0, 10.0) - 14.516_129).abs() < 1e-5);
        assert!((displacement_m(10.0, 10.0) - 11.111_111).abs() < 1e-5);
        // An endless wall: 1.8/0.24 H at L = H.
        assert!((cavity_m(10.0, 1e7, 10.0) - 75.0).abs() < 1e-3);
        // Beyond Fackrell's range the length does not count further.
        assert_eq!(cavity_m(10.0, 10.0, 1.0), cavity_m(10.0, 10.0, 3.0));
    }
}
