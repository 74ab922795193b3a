//! Courses at points (定点浓度过程): concentration outside and inside in time, what someone there takes in, and when each AEGL is reached.
//!
//! ```text
//! inside: dCi/dt = lambda (Co - Ci), exact per step      load share: dt/t_level(C)      death: Pr = a + b ln(int C^n dt)
//! ```

use super::build::{Model, Spot};
use super::cloud::{Lens, square};
use crate::harm::indoor;
use crate::harm::toxic::load_rate_per_s;
use crate::substance::Substance;
use base::fold;
use base::text::Text;
use serde::{Deserialize, Serialize};

/// One moment at a point.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    pub time_s: f64,
    pub outside_kg_m3: f64,
    pub inside_kg_m3: f64,
}

/// What someone takes in who stays there from the start to the end of the watch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Taken {
    pub peak_kg_m3: f64,
    pub peak_at_s: f64,
    /// Shares of the loads of AEGL-1, -2, -3; 1 is reached.
    pub share: [f64; 3],
    pub reached_s: [Option<f64>; 3],
    /// Integral of the concentration, kg s/m3.
    pub breathed_kg_s_m3: f64,
    /// Share of people who die by the probit; none where the substance has none.
    pub dies: Option<f64>,
}

/// A point's result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Course {
    pub name: Text,
    pub x_m: f64,
    pub y_m: f64,
    pub height_m: f64,
    pub away_m: f64,
    pub exchange_per_h: f64,
    pub outside: Taken,
    pub inside: Taken,
    /// First time at which each level of concern stands outside.
    pub first_s: Vec<Option<f64>>,
    pub readings: Vec<Reading>,
}

/// Someone who breathes.
struct Breather<'a> {
    s: &'a Substance,
    t_k: f64,
    p_pa: f64,
    dose: f64,
    taken: Taken,
}

impl<'a> Breather<'a> {
    fn new(s: &'a Substance, t_k: f64, p_pa: f64) -> Breather<'a> {
        let taken = Taken {
            peak_kg_m3: 0.0,
            peak_at_s: 0.0,
            share: [0.0; 3],
            reached_s: [None; 3],
            breathed_kg_s_m3: 0.0,
            dies: None,
        };
        Breather { s, t_k, p_pa, dose: 0.0, taken }
    }
    /// A step with its mean concentration and that at its end.
    fn breathe(&mut self, end_s: f64, dt_s: f64, mean_kg_m3: f64, now_kg_m3: f64) {
        if now_kg_m3 > self.taken.peak_kg_m3 {
            (self.taken.peak_kg_m3, self.taken.peak_at_s) = (now_kg_m3, end_s);
        }
        if mean_kg_m3 <= 0.0 {
            return;
        }
        let ppm = self.s.ppm(mean_kg_m3, self.t_k, self.p_pa);
        for (k, level) in [1u8, 2, 3].into_iter().enumerate() {
            let before = self.taken.share[k];
            let after = before + dt_s * load_rate_per_s(&self.s.harm, level, ppm);
            self.taken.share[k] = after;
            if after >= 1.0 && self.taken.reached_s[k].is_none() {
                // Within the step, evenly.
                self.taken.reached_s[k] = Some(end_s - dt_s * (after - 1.0) / (after - before));
            }
        }
        self.taken.breathed_kg_s_m3 += dt_s * mean_kg_m3;
        if let Some(probit) = &self.s.harm.probit {
            self.dose += dt_s * probit.value.dose_rate_per_s(mean_kg_m3);
        }
    }
    fn end(mut self) -> Taken {
        self.taken.dies = self.s.harm.probit.as_ref().map(|p| p.value.lethality(self.dose));
        self.taken
    }
}

/// Courses at all points of a model.
pub fn courses(model: &Model, lens: &Lens) -> Vec<Course> {
    fold::map(model.spots.len(), |k| course(model, lens, &model.spots[k]))
}

fn course(model: &Model, lens: &Lens, spot: &Spot) -> Course {
    let air = model.air();
    let away_m = spot.at.distance_m(model.at());
    // Fine enough for a burst that passes, whose length is some tenth of its way.
    let dt_s = (0.03 * away_m / air.wind_m_s(3.0).max(0.3)).clamp(1.0, 10.0);
    let steps = (model.deck.watch_s / dt_s).ceil() as usize;
    let dt_s = model.deck.watch_s / steps as f64;
    let area = square(model.at(), 1.3 * away_m + 100.0, 10);
    let mut cloud = lens.cloud(away_m.max(20.0), Some(area));
    let rate_1_s = spot.exchange_per_h / 3600.0;
    let new = || Breather::new(&model.substance, air.temperature_k, air.pressure_pa);
    let (mut outside, mut inside) = (new(), new());
    let (mut before, mut room) = (0.0, 0.0);
    let mut readings = vec![Reading { time_s: 0.0, outside_kg_m3: 0.0, inside_kg_m3: 0.0 }];
    let mut first_s = vec![None; model.levels.concerns.len()];
    for step in 1..=steps {
        let end_s = dt_s * step as f64;
        lens.bring(&mut cloud, end_s);
        let now = lens.concentration_kg_m3(&cloud, spot.at, spot.height_m);
        let mean = 0.5 * (before + now);
        let (next, room_mean) = indoor::step(room, mean, rate_1_s, 0.0, dt_s);
        outside.breathe(end_s, dt_s, mean, now);
        inside.breathe(end_s, dt_s, room_mean, next);
        for (first, level) in first_s.iter_mut().zip(&model.levels.concerns) {
            if first.is_none() && now >= level.kg_m3 {
                *first = Some(end_s);
            }
        }
        readings.push(Reading { time_s: end_s, outside_kg_m3: now, inside_kg_m3: next });
        (before, room) = (now, next);
    }
    Course {
        name: spot.name.clone(),
        x_m: spot.at.x,
        y_m: spot.at.y,
        height_m: spot.height_m,
        away_m,
        exchange_per_h: spot.exchange_per_h,
        outside: outside.end(),
        inside: inside.end(),
        first_s,
        readings,
    }
}
