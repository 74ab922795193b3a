//! Winds computed beforehand (风场库), by direction and stability. A field is solved for a wind of 1 m/s at 10 m over the profile of its
//! class, because zones and adjustment grow with the speed; a wind between two directions is the sum of the two fields beside it, with
//! weights that give its direction exactly far from buildings.
//!
//! ```text
//! e = a e1 + b e2:   a = (e x e2)/(e1 x e2),  b = (e1 x e)/(e1 x e2)
//! ```

use super::buildings::Buildings;
use super::wind::{Field, Space};
use crate::weather::{Air, Class, Profile, towards};
use base::fold;
use base::math;

/// Height of the wind by which fields are scaled, m.
const UNIT_HEIGHT_M: f64 = 10.0;
/// A direction this near to one that was solved is that one, in parts of the angle between two.
const SAME: f64 = 1e-6;
/// Most fields held at once where they come as they are needed (a field of 126 x 126 x 64 cells is 12 MB).
const MOST_HELD: usize = 16;

/// Fields over one set of buildings.
#[derive(Debug, Clone)]
pub struct Library {
    pub space: Space,
    pub buildings: Buildings,
    /// How many directions there are round the compass.
    pub directions: usize,
    shelves: Vec<Shelf>,
}

/// A class with its profile and the fields that were solved.
#[derive(Debug, Clone)]
struct Shelf {
    class: Class,
    unit_m_s: Vec<f64>,
    fields: Vec<Option<Field>>,
}

impl Library {
    /// The fields that some airs need: two for each, or one where it blows along one of the directions, for each of their classes. The first air of a
    /// class gives its profile.
    pub fn for_airs(space: Space, buildings: Buildings, directions: usize, airs: &[Air]) -> Library {
        Library::build(space, buildings, directions, airs, |air| beside(air.towards, directions).0)
    }

    /// All directions for the classes of some airs.
    pub fn whole(space: Space, buildings: Buildings, directions: usize, airs: &[Air]) -> Library {
        Library::build(space, buildings, directions, airs, |_| (0..directions).collect())
    }

    fn build(
        space: Space,
        buildings: Buildings,
        directions: usize,
        airs: &[Air],
        wanted: impl Fn(&Air) -> Vec<usize>,
    ) -> Library {
        assert!(directions >= 4 && directions.is_multiple_of(4), "directions in fours, so that quarter turns agree");
        let mut shelves: Vec<Shelf> = Vec::new();
        let mut tasks: Vec<(usize, usize)> = Vec::new();
        let mut around: Vec<usize> = Vec::new();
        for air in airs {
            match shelves.iter().position(|s| s.class == air.class) {
                Some(_) => {}
                None => {
                    let unit_m_s = unit(air, &space);
                    shelves.push(Shelf { class: air.class, unit_m_s, fields: vec![None; directions] });
                }
            }
            around.extend(wanted(air));
        }
        around.sort_unstable();
        around.dedup();
        // Every class with every direction: where a wind turns, its class may change on the way.
        for shelf in 0..shelves.len() {
            tasks.extend(around.iter().map(|d| (shelf, *d)));
        }
        let solved = fold::map(tasks.len(), |k| {
            let (shelf, d) = tasks[k];
            Field::solve(&space, &buildings, direction(d, directions), &shelves[shelf].unit_m_s)
        });
        for ((shelf, d), field) in tasks.into_iter().zip(solved) {
            shelves[shelf].fields[d] = Some(field);
        }
        Library { space, buildings, directions, shelves }
    }

    /// No fields yet: they come as they are needed.
    pub fn empty(space: Space, buildings: Buildings, directions: usize) -> Library {
        Library::build(space, buildings, directions, &[], |_| Vec::new())
    }

    /// Solves what an air needs and is not held. The profile is that of its stability and ground, whatever its speed, so that a field does not depend on
    /// which air asked for it first; where many are held the others go.
    pub fn need(&mut self, air: &Air) {
        let (near, _) = beside(air.towards, self.directions);
        let shelf = match self.shelves.iter().position(|s| s.class == air.class) {
            Some(shelf) => shelf,
            None => {
                let one = Profile { friction_velocity_m_s: 1.0, ..air.profile };
                let unit_m_s = unit(&Air { profile: one, ..*air }, &self.space);
                self.shelves.push(Shelf { class: air.class, unit_m_s, fields: vec![None; self.directions] });
                self.shelves.len() - 1
            }
        };
        let missing: Vec<usize> = near.iter().copied().filter(|d| self.shelves[shelf].fields[*d].is_none()).collect();
        if missing.is_empty() {
            return;
        }
        if self.solved() + missing.len() > MOST_HELD {
            for (k, one) in self.shelves.iter_mut().enumerate() {
                let wanted = |d: usize| k == shelf && near.contains(&d);
                one.fields.iter_mut().enumerate().filter(|(d, _)| !wanted(*d)).for_each(|(_, field)| *field = None);
            }
        }
        let (space, buildings, directions) = (&self.space, &self.buildings, self.directions);
        let unit_m_s = &self.shelves[shelf].unit_m_s;
        let solved =
            fold::map(missing.len(), |k| Field::solve(space, buildings, direction(missing[k], directions), unit_m_s));
        for (d, field) in missing.into_iter().zip(solved) {
            self.shelves[shelf].fields[d] = Some(field);
        }
    }

    /// The wind of an air, from the nearest directions to both sides that were solved. Panics when its class was not.
    pub fn field(&self, air: &Air) -> Field {
        let shelf = self.shelves.iter().find(|s| s.class == air.class).expect("the class is in the library");
        let speed = air.wind_m_s(UNIT_HEIGHT_M);
        let (near, _) = beside(air.towards, self.directions);
        let n = self.directions;
        let held = |from: usize, step: usize| {
            (0..n).map(|k| (from + k * step) % n).find(|d| shelf.fields[*d].is_some()).expect("a class has a field")
        };
        let one = held(near[0], n - 1);
        let two = if near.len() == 1 && one == near[0] { one } else { held(near.get(1).map_or(near[0], |d| *d), 1) };
        let [a, b] = shares(air.towards, direction(one, n), direction(two, n));
        let of = |d: usize| shelf.fields[d].as_ref().expect("it was found above");
        Field::blend(of(one), speed * a, of(two), speed * b)
    }

    /// Speeds of a class far from buildings for 1 m/s at 10 m, at the layers.
    pub fn unit_m_s(&self, class: Class) -> Option<&[f64]> {
        self.shelves.iter().find(|s| s.class == class).map(|s| s.unit_m_s.as_slice())
    }
    /// How many fields are held.
    pub fn solved(&self) -> usize {
        self.shelves.iter().map(|s| s.fields.iter().flatten().count()).sum()
    }
}

/// Means of the layers over the wind at 10 m.
fn unit(air: &Air, space: &Space) -> Vec<f64> {
    let at_unit = air.wind_m_s(UNIT_HEIGHT_M).max(1e-6);
    (0..space.nz).map(|k| layer_mean_m_s(air, k as f64 * space.dz_m, space.dz_m) / at_unit).collect()
}

/// Mean wind of a layer, m/s, by parts that are finer near the ground.
pub fn layer_mean_m_s(air: &Air, from_m: f64, thick_m: f64) -> f64 {
    const PARTS: usize = 64;
    let edge = |n: usize| thick_m * (n as f64 / PARTS as f64) * (n as f64 / PARTS as f64);
    let part = |n: usize| {
        let (a, b) = (edge(n), edge(n + 1));
        air.wind_m_s(from_m + 0.5 * (a + b)) * (b - a)
    };
    (0..PARTS).map(part).sum::<f64>() / thick_m
}

/// Unit vector of a direction, counterclockwise from east; right angles exact.
pub fn direction(index: usize, directions: usize) -> (f64, f64) {
    towards(270.0 - 360.0 * index as f64 / directions as f64)
}

/// The one or two directions beside a vector, and their weights.
fn beside(e: (f64, f64), directions: usize) -> (Vec<usize>, [f64; 2]) {
    let sector = std::f64::consts::TAU / directions as f64;
    let turn = math::atan2(e.1, e.0).rem_euclid(std::f64::consts::TAU) / sector;
    let nearest = turn.round();
    if (turn - nearest).abs() < SAME {
        return (vec![nearest as usize % directions], [1.0, 0.0]);
    }
    let (one, two) = (turn.floor() as usize % directions, (turn.floor() as usize + 1) % directions);
    (vec![one, two], shares(e, direction(one, directions), direction(two, directions)))
}

/// Weights of two directions that give a third; all to the first where the two are one or opposed.
fn shares(e: (f64, f64), a: (f64, f64), b: (f64, f64)) -> [f64; 2] {
    let cross = |p: (f64, f64), q: (f64, f64)| p.0 * q.1 - p.1 * q.0;
    let all = cross(a, b);
    if all.abs() < 1e-9 { [1.0, 0.0] } else { [cross(e, b) / all, cross(a, e) / all] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_give_back_the_direction_and_right_angles_are_one_field() {
        // Grade: exact.
        assert_eq!(direction(0, 16), (1.0, 0.0));
        assert_eq!(direction(4, 16), (0.0, 1.0));
        for degrees in [10.0f64, 100.0, 191.0, 355.0] {
            let e = (degrees.to_radians().cos(), degrees.to_radians().sin());
            let (near, shares) = beside(e, 16);
            assert_eq!(near.len(), 2);
            let (a, b) = (direction(near[0], 16), direction(near[1], 16));
            assert!((shares[0] * a.0 + shares[1] * b.0 - e.0).abs() < 1e-12);
            assert!((shares[0] * a.1 + shares[1] * b.1 - e.1).abs() < 1e-12);
            assert!(shares.iter().all(|s| (0.0..=1.0).contains(s)));
        }
        assert_eq!(beside((-1.0, 0.0), 16), (vec![8], [1.0, 0.0]));
    }
}
