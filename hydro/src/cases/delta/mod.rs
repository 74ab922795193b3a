//! Ground of a polder plain on the Yangtze, "Taicang-like": synthetic, of the size and make of Taicang (太仓), but no map of
//! it. What is taken from the place (parameter tables, section 5): plain ground 3.0-3.5 m Wusong with more than half of it
//! below flood level, water about 15 % of the area, canals every 0.5-1 km, polders with inner levels and pumps, sluices at
//! the mouths that tide shuts. Layout, levels of levees and beds are assumptions of that order.
//!
//! The river lies along the east rim; five trunk canals run to it through sluices in the sea wall (江堤), five more cross
//! them. In the low blocks between them ring levees make polders (圩区). A town stands in the middle, cut by a railway
//! embankment with underpasses (下穿立交) under it.

mod plan;

use base::grid::{Grid, Point};
use plan::Plan;

/// How large.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    pub nx: usize,
    pub ny: usize,
    pub cell_m: f64,
    /// Trunk canals along and across.
    pub rows: usize,
    pub columns: usize,
}

impl Size {
    /// 32 x 25 km at 20 m: 800 km2 and two million cells.
    pub const FULL: Size = Size { nx: 1600, ny: 1250, cell_m: 20.0, rows: 5, columns: 5 };
    /// 12 x 10 km: for a quick look.
    pub const SMALL: Size = Size { nx: 600, ny: 500, cell_m: 20.0, rows: 3, columns: 3 };
    /// 6 x 5 km at 40 m: for tests. Its small canals are as wide as a cell.
    pub const TINY: Size = Size { nx: 150, ny: 125, cell_m: 40.0, rows: 3, columns: 3 };
}

/// What a cell is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Cover {
    River,
    Canal,
    Field,
    Street,
    Block,
    /// Floor of an underpass.
    Dip,
}

impl Cover {
    /// Manning's n, s/m^(1/3) (Chow 1959 ranges, middle; built blocks 0.10 stand for the houses in the way: assumption).
    pub fn manning(self) -> f64 {
        match self {
            Cover::River => 0.020,
            Cover::Canal => 0.025,
            Cover::Field => 0.040,
            Cover::Street | Cover::Dip => 0.018,
            Cover::Block => 0.100,
        }
    }
}

/// A polder.
#[derive(Debug, Clone, PartialEq)]
pub struct Polder {
    pub name: String,
    /// Ring levee, closed: the first point again at the end.
    pub ring: Vec<Point>,
    /// Lower left and upper right corner of the ring.
    pub low: Point,
    pub high: Point,
    /// Behind the sea wall.
    pub coastal: bool,
    /// Inner and outer end of the passage through the ring, for its sluice and its pumps: a canal cell on either side.
    pub inner: Point,
    pub outer: Point,
    pub area_m2: f64,
}

/// An underpass.
#[derive(Debug, Clone, PartialEq)]
pub struct Underpass {
    pub name: String,
    /// Its lowest cell.
    pub floor: usize,
    /// Cells of the dip.
    pub cells: Vec<usize>,
    /// The street's level before it was dug, m.
    pub street_m: f64,
}

/// A trunk canal's mouth at the river.
#[derive(Debug, Clone, PartialEq)]
pub struct Mouth {
    pub name: String,
    /// Ends of the gate line across the canal, on the sea wall.
    pub south: Point,
    pub north: Point,
    pub width_m: f64,
    /// A cell of the canal and of the river a little off the gate.
    pub inner: Point,
    pub outer: Point,
}

/// The ground and what stands on it.
#[derive(Debug, Clone)]
pub struct Delta {
    pub grid: Grid,
    pub bed_m: Vec<f64>,
    pub cover: Vec<Cover>,
    /// Water level at the start, m; below the bed where it is dry.
    pub start_m: Vec<f32>,
    /// Sea wall from south to north, and the stretch of it (m along it) that is low.
    pub sea_wall: Vec<Point>,
    pub low_stretch_m: (f64, f64),
    pub polders: Vec<Polder>,
    pub mouths: Vec<Mouth>,
    pub underpasses: Vec<Underpass>,
    /// Railway embankment: pieces between underpasses.
    pub railway: Vec<Vec<Point>>,
    /// Where the sea wall is breached, and which polder lies behind.
    pub breach: Point,
    pub breached: usize,
    /// Cells of the town.
    pub town: Vec<usize>,
}

/// Level of the trunk canals and inside polders at the start, m (assumption: the usual level of the plain and half a metre
/// less, as polders are kept).
pub const TRUNK_M: f64 = 2.80;
pub const INNER_M: f64 = 2.20;
/// The sea wall's crest and its low stretch, m (assumption; below the record tides at Wusongkou, 5.99 m from memory, there
/// is no wall in use today, so the stretch stands for a wharf or works).
pub const WALL_M: f64 = 7.00;
pub const LOW_WALL_M: f64 = 5.10;
/// Ring levees of the polders, m (assumption: half a metre over the flood level of the canals).
pub const RING_M: f64 = 4.40;
/// The embankment above the ground, m.
pub const RAILWAY_M: f64 = 4.0;
/// How much lower than its street an underpass is, m (a lorry's clearance of 4.5 m less the bridge's rise: 2 to 3 m).
pub const DIP_M: f64 = 2.4;

impl Delta {
    /// The sea wall stands this far inland of the river's edge, m: a foreland lies before it.
    const FORELAND_M: f64 = 80.0;

    pub fn new(size: Size, seed: u64) -> Delta {
        let grid = Grid { nx: size.nx, ny: size.ny, cell_m: size.cell_m, x0: 0.0, y0: 0.0 };
        let plan = Plan::new(&grid, size, seed);
        let (bed_m, cover) = plan.ground();
        let mut delta = Delta {
            grid,
            start_m: Vec::new(),
            sea_wall: plan.sea_wall(),
            low_stretch_m: plan.low_stretch_m(),
            polders: plan.polders.clone(),
            mouths: plan.mouths(),
            underpasses: Vec::new(),
            railway: Vec::new(),
            breach: Point::default(),
            breached: 0,
            town: (0..grid.len()).filter(|&c| matches!(cover[c], Cover::Street | Cover::Block)).collect(),
            bed_m,
            cover,
        };
        delta.dig_underpasses(&plan);
        delta.breached = delta.polders.iter().position(|p| p.coastal).expect("a polder lies behind the sea wall");
        let behind = &delta.polders[delta.breached];
        let y = 0.5 * (behind.low.y + behind.high.y);
        delta.breach = Point::new(plan.bank_x(y) - Self::FORELAND_M, y);
        delta.start_m = delta.start(&plan);
        delta
    }

    fn start(&self, plan: &Plan) -> Vec<f32> {
        (0..self.grid.len())
            .map(|cell| {
                let p = self.grid.centre(cell);
                let level = match self.cover[cell] {
                    Cover::River => f64::from(f32::MIN),
                    Cover::Canal if self.polders.iter().any(|polder| polder.holds(p)) => INNER_M,
                    Cover::Canal if p.x > plan.bank_x(p.y) - Self::FORELAND_M => f64::from(f32::MIN),
                    Cover::Canal => TRUNK_M,
                    _ => f64::from(f32::MIN),
                };
                level as f32
            })
            .collect()
    }

    /// A railway from south to north through the town; where a street crosses, it dips under it.
    fn dig_underpasses(&mut self, plan: &Plan) {
        let (low, high) = plan.town_box();
        let x = plan.railway_x();
        let step = self.grid.cell_m;
        let mut from = low.y - 400.0;
        let mut k = 0;
        let mut y = low.y + 300.0;
        while y < high.y - 200.0 {
            // The nearest street runs along y.
            let street = ((y / plan.street_m).round()) * plan.street_m + 0.5 * step;
            let here = Point::new(x, street);
            let Some(floor) = self.grid.cell_at(here) else { break };
            let dry = (-4i64..=4).all(|d| self.cover[(floor as i64 + d) as usize] != Cover::Canal);
            if dry && self.cover[floor] == Cover::Street {
                let street_m = self.bed_m[floor];
                let mut cells = Vec::new();
                for d in -4i64..=4 {
                    let cell = (floor as i64 + d) as usize;
                    // Ramps of about 6 %: flat for 60 m under the line, up within 60 m on both sides.
                    let share = 1.0 - ((d.abs() - 1).max(0) as f64) / 4.0;
                    if self.cover[cell] == Cover::Canal {
                        continue;
                    }
                    self.bed_m[cell] = self.bed_m[cell].min(street_m - DIP_M * share);
                    self.cover[cell] = Cover::Dip;
                    cells.push(cell);
                }
                self.underpasses.push(Underpass { name: format!("underpass {}", k + 1), floor, cells, street_m });
                // The embankment leaves two cells open over the street.
                let (south, north) = (street - step, street + step);
                self.railway.push(vec![Point::new(x, from), Point::new(x, south)]);
                from = north;
                k += 1;
            }
            y += if dry { 700.0 } else { 200.0 };
        }
        self.railway.push(vec![Point::new(x, from), Point::new(x, high.y + 400.0)]);
    }

    /// Cells whose middles lie inside a polder's ring.
    pub fn cells_of(&self, polder: usize) -> Vec<usize> {
        (0..self.grid.len()).filter(|&c| self.polders[polder].holds(self.grid.centre(c))).collect()
    }
}

impl Polder {
    pub fn holds(&self, p: Point) -> bool {
        // The coastal ring follows the sea wall in the east; its points tell.
        let mut inside = false;
        for pair in self.ring.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            if (a.y > p.y) != (b.y > p.y) && p.x < a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x) {
                inside = !inside;
            }
        }
        inside
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_has_the_levels_and_the_share_of_water_of_the_place() {
        // Grade: reference. Parameter tables: ground 2.5-4 m, water about 15 % of the area (with the river here).
        let delta = Delta::new(Size::SMALL, 7);
        let n = delta.grid.len() as f64;
        let water = delta.cover.iter().filter(|c| matches!(c, Cover::River | Cover::Canal)).count() as f64 / n;
        assert!((0.10..0.30).contains(&water), "water on {water} of the area");
        let fields: Vec<f64> =
            (0..delta.grid.len()).filter(|&c| delta.cover[c] == Cover::Field).map(|c| delta.bed_m[c]).collect();
        let mean = fields.iter().sum::<f64>() / fields.len() as f64;
        assert!((2.8..3.8).contains(&mean), "mean ground {mean} m");
        assert!(fields.iter().all(|z| (1.5..5.0).contains(z)));
        // Outside the rings no field lies under the canals' usual level, but for hollows and the foreland.
        let open: Vec<usize> = (0..delta.grid.len())
            .filter(|&c| delta.cover[c] == Cover::Field && delta.bed_m[c] != 2.2)
            .filter(|&c| !delta.polders.iter().any(|p| p.holds(delta.grid.centre(c))))
            .collect();
        let low = open.iter().filter(|&&c| delta.bed_m[c] < TRUNK_M).count();
        assert!(low * 20 < open.len(), "{low} of {} open fields lie under the canals", open.len());
    }

    #[test]
    fn the_same_seed_gives_the_same_ground_and_another_another() {
        // Grade: exact.
        let (a, b, c) = (Delta::new(Size::SMALL, 7), Delta::new(Size::SMALL, 7), Delta::new(Size::SMALL, 8));
        assert_eq!(a.bed_m, b.bed_m);
        assert_ne!(a.bed_m, c.bed_m);
    }

    #[test]
    fn everything_has_its_place() {
        // Grade: behaviour.
        let delta = Delta::new(Size::SMALL, 7);
        assert!(delta.polders.len() >= 2 && delta.polders.iter().filter(|p| p.coastal).count() == 1);
        assert_eq!(delta.mouths.len(), 3);
        assert!(delta.underpasses.len() >= 2, "{}", delta.underpasses.len());
        for u in &delta.underpasses {
            assert!(delta.bed_m[u.floor] < u.street_m - 2.0);
        }
        for polder in &delta.polders {
            let inner = delta.grid.cell_at(polder.inner).unwrap();
            assert_eq!(delta.cover[inner], Cover::Canal, "{} has its passage on a canal", polder.name);
            assert!(polder.holds(polder.inner) && !polder.holds(polder.outer));
            let outer = delta.grid.cell_at(polder.outer).unwrap();
            assert_eq!(delta.cover[outer], Cover::Canal, "outside {} lies a trunk", polder.name);
        }
        for mouth in &delta.mouths {
            let (inner, outer) = (delta.grid.cell_at(mouth.inner).unwrap(), delta.grid.cell_at(mouth.outer).unwrap());
            assert_eq!(delta.cover[inner], Cover::Canal);
            assert!(matches!(delta.cover[outer], Cover::Canal | Cover::River));
        }
        let breach = delta.grid.cell_at(delta.breach).unwrap();
        assert_eq!(delta.cover[breach], Cover::Field);
        assert!(delta.low_stretch_m.1 > delta.low_stretch_m.0);
    }
}
