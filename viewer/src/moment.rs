//! One moment of a recording, unpacked: where everyone is and what the layers show. Moving on by a little is cheap,
//! jumping unpacks from the last key frame.

use sim_core::base::{ids::PersonId, time::TICK_S, time::Tick};
use sim_core::record::Recording;
use sim_core::record::frame::*;
use sim_core::vocab::body::{Doing, Point};

/// A layer's values and the tick at which they were recorded.
pub struct LayerNow {
    pub at: Tick,
    pub values: Vec<f32>,
}

/// What is on the screen.
#[derive(Default)]
pub struct Moment {
    pub tick: Tick,
    /// People as last recorded, the tick of that frame, and the next frame to move towards.
    pub people: PeopleView,
    people_at: Tick,
    next: PeopleView,
    next_at: Tick,
    pub units: UnitsFrame,
    pub roads: RoadsFrame,
    layers: [Option<LayerNow>; LayerName::ALL.len()],
    people_ticks: Vec<Tick>,
    layer_ticks: [Vec<Tick>; LayerName::ALL.len()],
    /// Changes whenever something that is drawn from recorded frames changes.
    pub version: u64,
    ready: bool,
}

impl Moment {
    /// To be called when the recording has grown.
    pub fn recording_grew(&mut self, rec: &Recording) {
        self.people_ticks = rec.people_ticks();
        self.layer_ticks = LayerName::ALL.map(|name| rec.layer_ticks(name));
        self.ready = false;
    }
    /// Goes to `tick`.
    pub fn seek(&mut self, rec: &Recording, tick: Tick) {
        if self.ready && tick == self.tick {
            return;
        }
        self.seek_people(rec, tick);
        let units = rec.units_at(tick).unwrap_or_default();
        let roads = rec.roads_at(tick).unwrap_or_default();
        if units != self.units || roads != self.roads {
            self.version += 1;
        }
        (self.units, self.roads) = (units, roads);
        for (k, name) in LayerName::ALL.into_iter().enumerate() {
            let list = &self.layer_ticks[k];
            let at = list.partition_point(|t| *t <= tick).checked_sub(1).map(|i| list[i]);
            if at != self.layers[k].as_ref().map(|layer| layer.at) {
                self.layers[k] = at
                    .and_then(|_| rec.layer_at(name, tick))
                    .map(|(at, frame)| LayerNow { at, values: frame.unpack(name) });
                self.version += 1;
            }
        }
        self.tick = tick;
        self.ready = true;
    }
    pub fn layer(&self, name: LayerName) -> Option<&LayerNow> {
        self.layers[name as usize].as_ref()
    }
    /// Share of the way from this people frame to the next at `at_s` seconds of the run; 0 when there is no next.
    pub fn share(&self, at_s: f64) -> f64 {
        let span_s = self.next_at.since_s(self.people_at);
        if span_s <= 0.0 || self.next.len() != self.people.len() {
            return 0.0;
        }
        ((at_s - f64::from(self.people_at.0) * f64::from(TICK_S)) / span_s).clamp(0.0, 1.0)
    }
    /// Position of a person, m from the grid's corner, `share` of the way to the next frame. Only who moves on foot
    /// or wheels is moved between frames; a jump of more than 3 km is a change of place, not a way.
    #[inline]
    pub fn place(&self, row: usize, share: f32) -> (f32, f32) {
        let (x, y) = (f32::from(self.people.x_m[row]), f32::from(self.people.y_m[row]));
        if share <= 0.0 {
            return (x, y);
        }
        let (dx, dy) = (f32::from(self.next.x_m[row]) - x, f32::from(self.next.y_m[row]) - y);
        if (dx == 0.0 && dy == 0.0) || dx.abs() > 3000.0 || dy.abs() > 3000.0 {
            return (x, y);
        }
        (x + dx * share, y + dy * share)
    }
    pub fn person(&self, rec: &Recording, person: PersonId, at_s: f64) -> Option<(Point, Doing)> {
        let row = person.index();
        let doing = Doing::from_u8(*self.people.doing.get(row)?)?;
        let (x, y) = self.place(row, self.share(at_s) as f32);
        let grid = &rec.city.grid;
        Some((Point::new(grid.x0 + f64::from(x), grid.y0 + f64::from(y)), doing))
    }
    /// When the people on the screen were recorded.
    pub fn people_recorded_at(&self) -> Tick {
        self.people_at
    }

    fn seek_people(&mut self, rec: &Recording, tick: Tick) {
        let upto = self.people_ticks.partition_point(|t| *t <= tick);
        let Some(at) = upto.checked_sub(1).map(|i| self.people_ticks[i]) else {
            if !self.people.is_empty() {
                (self.people, self.next) = Default::default();
                self.version += 1;
            }
            return;
        };
        if !self.ready && at == self.people_at && !self.people.is_empty() {
            // The recording grew: only the next frame may be new.
        } else if at == self.people_at && !self.people.is_empty() {
            return;
        } else if at == self.next_at && !self.next.is_empty() {
            self.people.clone_from(&self.next);
        } else if !self.people.is_empty() && at > self.people_at && at.since_s(self.people_at) < 900.0 {
            rec.people_forward(&mut self.people, self.people_at, at);
        } else {
            self.people = rec.people_at(at).unwrap_or_default();
        }
        self.people_at = at;
        match self.people_ticks.get(upto) {
            Some(next_at) => {
                self.next.clone_from(&self.people);
                rec.people_forward(&mut self.next, at, *next_at);
                self.next_at = *next_at;
            }
            None => {
                self.next.clone_from(&self.people);
                self.next_at = at;
            }
        }
        self.version += 1;
    }
}
