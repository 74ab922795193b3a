//! The air in many rooms (建筑物与车内空气): each row is a building, a sealed room or a car with its own exchange; a step is exact for an
//! outside that stays during it. Columns in chunks of fixed size: the same bits on any number of threads.

use base::fold;
use base::math::exp;
use serde::{Deserialize, Serialize};

/// Rows per chunk.
const CHUNK: usize = 4096;
/// Below this the air counts as clean, kg/m3: a millionth of the least AEGL; and no time is lost on numbers that vanish.
const CLEAN_KG_M3: f32 = 1e-14;

/// Rooms of one chunk.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Rooms {
    exchange_per_s: Vec<f32>,
    inside_kg_m3: Vec<f32>,
    /// Of the last step.
    mean_kg_m3: Vec<f32>,
    /// What a step does, for the step and removal of the whole: share of the way to the level that is gone at its end, and in
    /// its mean. Not the share that stays: that is too near to 1 for single precision.
    gained: Vec<f32>,
    gained_mean: Vec<f32>,
    /// Steady level over the outside's concentration.
    level: Vec<f32>,
}

/// Rooms and the air in them, for one substance. State, for checkpoints.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Enclosures {
    rows: usize,
    dt_s: f32,
    removal_per_s: f32,
    chunks: Vec<Rooms>,
}

impl Enclosures {
    /// `rows` rooms with clean air; exchange in air changes per second.
    pub fn new(rows: usize, exchange_per_s: impl Fn(usize) -> f64) -> Enclosures {
        let chunks = (0..rows.div_ceil(CHUNK))
            .map(|c| {
                let n = CHUNK.min(rows - c * CHUNK);
                let exchange: Vec<f32> = (0..n).map(|i| exchange_per_s(c * CHUNK + i) as f32).collect();
                Rooms {
                    exchange_per_s: exchange,
                    inside_kg_m3: vec![0.0; n],
                    mean_kg_m3: vec![0.0; n],
                    gained: vec![0.0; n],
                    gained_mean: vec![0.0; n],
                    level: vec![1.0; n],
                }
            })
            .collect();
        Enclosures { rows, dt_s: 0.0, removal_per_s: 0.0, chunks }
    }
    pub fn len(&self) -> usize {
        self.rows
    }
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }
    /// Concentration in a room, kg/m3.
    pub fn inside_kg_m3(&self, row: usize) -> f32 {
        self.chunks[row / CHUNK].inside_kg_m3[row % CHUNK]
    }
    /// Mean of the last step, kg/m3: what someone breathed who was there all of it.
    #[inline]
    pub fn mean_kg_m3(&self, row: usize) -> f32 {
        self.chunks[row / CHUNK].mean_kg_m3[row % CHUNK]
    }
    pub fn exchange_per_s(&self, row: usize) -> f64 {
        f64::from(self.chunks[row / CHUNK].exchange_per_s[row % CHUNK])
    }
    /// A window is opened or a fan shut off: from the next step on.
    pub fn set_exchange_per_s(&mut self, row: usize, exchange_per_s: f64) {
        let (dt, removal) = (self.dt_s, self.removal_per_s);
        let rooms = &mut self.chunks[row / CHUNK];
        rooms.exchange_per_s[row % CHUNK] = exchange_per_s as f32;
        rooms.prepare(row % CHUNK, dt, removal);
    }

    /// A step: `outside(row)` is the concentration outside, kg/m3; `removal_per_s` what walls take from the air inside.
    pub fn step(&mut self, dt_s: f64, removal_per_s: f64, outside: impl Fn(usize) -> f32 + Sync) {
        let (dt, removal) = (dt_s as f32, removal_per_s as f32);
        let anew = dt != self.dt_s || removal != self.removal_per_s;
        (self.dt_s, self.removal_per_s) = (dt, removal);
        fold::each(&mut self.chunks, |c, rooms| {
            if anew {
                for i in 0..rooms.exchange_per_s.len() {
                    rooms.prepare(i, dt, removal);
                }
            }
            rooms.step(|i| outside(c * CHUNK + i));
        });
    }
}

impl Rooms {
    fn prepare(&mut self, i: usize, dt_s: f32, removal_per_s: f32) {
        let exchange = f64::from(self.exchange_per_s[i]);
        let rate = exchange + f64::from(removal_per_s);
        let x = rate * f64::from(dt_s);
        let gained = 1.0 - exp(-x);
        self.gained[i] = gained as f32;
        // For little exchange the way is straight: half of it in the mean.
        self.gained_mean[i] = if x > 1e-5 { (1.0 - gained / x) as f32 } else { (0.5 * x) as f32 };
        self.level[i] = if rate > 0.0 { (exchange / rate) as f32 } else { 0.0 };
    }

    fn step(&mut self, outside: impl Fn(usize) -> f32) {
        let rows = self.inside_kg_m3.iter_mut().zip(&mut self.mean_kg_m3);
        let steps = self.gained.iter().zip(&self.gained_mean).zip(&self.level);
        for (i, ((inside, mean), ((gained, in_mean), level))) in rows.zip(steps).enumerate() {
            let way = level * outside(i) - *inside;
            *mean = *inside + way * in_mean;
            let next = *inside + way * gained;
            *inside = if next < CLEAN_KG_M3 { 0.0 } else { next };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::indoor;
    use super::*;

    #[test]
    fn many_rooms_do_what_one_room_does() {
        // Grade: exact to single precision, also when a window is opened on the way.
        let exchange = |i: usize| (0.1 + 0.02 * i as f64) / 3600.0;
        let mut rooms = Enclosures::new(5000, exchange);
        let mut alone = [(0.0, 0.0); 3];
        let watched = [0usize, 17, 4999];
        for s in 0..720 {
            let outside = if s < 360 { 1e-4 } else { 0.0 };
            if s == 400 {
                rooms.set_exchange_per_s(17, 8.0 / 3600.0);
            }
            rooms.step(10.0, 1e-5, |i| outside * (1.0 + i as f32 * 1e-4));
            for (k, row) in watched.into_iter().enumerate() {
                let rate = if row == 17 && s >= 400 { 8.0 / 3600.0 } else { exchange(row) };
                let out = f64::from(outside * (1.0 + row as f32 * 1e-4));
                alone[k] = indoor::step(alone[k].0, out, rate, 1e-5, 10.0);
                let got = f64::from(rooms.inside_kg_m3(row));
                assert!((got - alone[k].0).abs() <= 2e-5 * alone[k].0.max(1e-7), "{row} {s}: {got} {:?}", alone[k]);
                let got = f64::from(rooms.mean_kg_m3(row));
                assert!((got - alone[k].1).abs() <= 2e-4 * alone[k].1.max(1e-7), "{row} {s}: {got} {:?}", alone[k]);
            }
        }
    }

    #[test]
    fn the_bits_are_the_same_on_any_number_of_threads() {
        // Grade: exact.
        let run = |threads| {
            fold::with_threads(threads, || {
                let mut rooms = Enclosures::new(20_000, |i| 1e-4 + 1e-8 * i as f64);
                for s in 0..20 {
                    rooms.step(10.0, 0.0, |i| (i % 97) as f32 * 1e-6 * s as f32);
                }
                rooms
            })
        };
        assert_eq!(run(1), run(2));
        assert_eq!(run(1), run(8));
    }
}
