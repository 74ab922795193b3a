//! Frames: where bodies are and what layers show, now and then. Values are quantised; the unit and step of each is
//! on the type.

use crate::base::{ids::*, time::Tick};
use crate::place::grid::Grid;
use crate::vocab::body::{Doing, Duty, Point};
use crate::vocab::lever::Closure;
use serde::{Deserialize, Serialize};

/// Positions and doings of people. A key frame has every person; the frames between hold those that changed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PeopleFrame {
    pub key: bool,
    /// Gaps between consecutive person ids (the first counts from 0); empty in a key frame.
    pub gaps: Vec<u32>,
    /// Position, m east and north of the grid's corner.
    pub x_m: Vec<u16>,
    pub y_m: Vec<u16>,
    /// `Doing` as its number.
    pub doing: Vec<u8>,
}

/// Everyone at a moment, put together from a key frame and what followed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PeopleView {
    pub x_m: Vec<u16>,
    pub y_m: Vec<u16>,
    pub doing: Vec<u8>,
}

impl PeopleView {
    /// Applies a frame.
    pub fn apply(&mut self, frame: &PeopleFrame) {
        if frame.key {
            self.x_m.clone_from(&frame.x_m);
            self.y_m.clone_from(&frame.y_m);
            self.doing.clone_from(&frame.doing);
            return;
        }
        let mut id = 0usize;
        for (row, gap) in frame.gaps.iter().enumerate() {
            id += *gap as usize;
            if id < self.doing.len() {
                self.x_m[id] = frame.x_m[row];
                self.y_m[id] = frame.y_m[row];
                self.doing[id] = frame.doing[row];
            }
        }
    }
    /// The frame that leads from `self` to `to`.
    pub fn delta(&self, to: &PeopleView) -> PeopleFrame {
        let mut frame = PeopleFrame::default();
        let mut last = 0u32;
        for id in 0..to.doing.len() {
            if self.x_m[id] != to.x_m[id] || self.y_m[id] != to.y_m[id] || self.doing[id] != to.doing[id] {
                frame.gaps.push(id as u32 - last);
                last = id as u32;
                frame.x_m.push(to.x_m[id]);
                frame.y_m.push(to.y_m[id]);
                frame.doing.push(to.doing[id]);
            }
        }
        frame
    }
    pub fn key(&self) -> PeopleFrame {
        PeopleFrame {
            key: true,
            gaps: Vec::new(),
            x_m: self.x_m.clone(),
            y_m: self.y_m.clone(),
            doing: self.doing.clone(),
        }
    }
    pub fn len(&self) -> usize {
        self.doing.len()
    }
    pub fn is_empty(&self) -> bool {
        self.doing.is_empty()
    }
    pub fn at(&self, grid: &Grid, person: PersonId) -> Point {
        let i = person.index();
        Point::new(grid.x0 + f64::from(self.x_m[i]), grid.y0 + f64::from(self.y_m[i]))
    }
    pub fn doing_of(&self, person: PersonId) -> Doing {
        Doing::from_u8(self.doing[person.index()]).expect("a frame holds known doings")
    }
}

/// All units at a moment, in id order.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct UnitsFrame {
    /// Grid coordinates, m.
    pub x: Vec<f32>,
    pub y: Vec<f32>,
    pub duty: Vec<u8>,
    /// People aboard.
    pub aboard: Vec<u16>,
    /// The order it works on.
    pub order: Vec<Option<OrderId>>,
}

impl UnitsFrame {
    pub fn duty_of(&self, unit: UnitId) -> Duty {
        Duty::from_u8(self.duty[unit.index()]).expect("a frame holds known duties")
    }
}

/// Roads that are closed, and links with traffic.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RoadsFrame {
    pub closed: Vec<(LinkId, Closure)>,
    /// Links with cars on them: share of the storage in use, 0 to 255.
    pub filled: Vec<(LinkId, u8)>,
}

/// The layers that are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LayerName {
    /// Water depth on land and in channels, m (水深).
    WaterDepth,
    /// Speed of the water, m/s (流速).
    WaterSpeed,
    /// Gas at breathing height, mg/m3 (浓度).
    Gas,
    /// Strongest heat of fires since the frame before, kW/m2 (热辐射).
    Heat,
    /// Strongest overpressure of blasts so far, kPa (超压).
    Overpressure,
}

impl LayerName {
    pub const ALL: [LayerName; 5] =
        [LayerName::WaterDepth, LayerName::WaterSpeed, LayerName::Gas, LayerName::Heat, LayerName::Overpressure];
    pub fn topic(self) -> &'static str {
        match self {
            LayerName::WaterDepth => "frame/layer/water_depth",
            LayerName::WaterSpeed => "frame/layer/water_speed",
            LayerName::Gas => "frame/layer/gas",
            LayerName::Heat => "frame/layer/heat",
            LayerName::Overpressure => "frame/layer/overpressure",
        }
    }
    pub fn unit(self) -> &'static str {
        match self {
            LayerName::WaterDepth => "m",
            LayerName::WaterSpeed => "m/s",
            LayerName::Gas => "mg/m³",
            LayerName::Heat => "kW/m²",
            LayerName::Overpressure => "kPa",
        }
    }
    /// Value of one step of the stored whole numbers.
    pub fn step(self) -> f32 {
        match self {
            LayerName::WaterDepth | LayerName::WaterSpeed => 0.001,
            LayerName::Gas => 1.0,
            LayerName::Heat | LayerName::Overpressure => 0.01,
        }
    }
    /// (中文, English)
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            LayerName::WaterDepth => ("水深", "water depth"),
            LayerName::WaterSpeed => ("流速", "water speed"),
            LayerName::Gas => ("毒气浓度", "gas concentration"),
            LayerName::Heat => ("热辐射", "heat of fires"),
            LayerName::Overpressure => ("爆炸超压", "overpressure"),
        }
    }
}

/// A layer at a moment: whole steps per cell in grid order, larger values cut at 65,535 steps. Runs of zeros are
/// packed: `(zeros, values)`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LayerFrame {
    pub cells: u32,
    pub runs: Vec<(u32, Vec<u16>)>,
}

impl LayerFrame {
    /// Packs values in the layer's unit. Not-a-number and negatives are stored as 0.
    pub fn pack(name: LayerName, values: impl ExactSizeIterator<Item = f32>) -> LayerFrame {
        let mut frame = LayerFrame { cells: values.len() as u32, runs: Vec::new() };
        let mut zeros = 0u32;
        let mut run: Vec<u16> = Vec::new();
        for value in values {
            let q = (value / name.step()).round().clamp(0.0, 65_535.0);
            let q = if q.is_nan() { 0 } else { q as u16 };
            if q == 0 {
                if !run.is_empty() {
                    frame.runs.push((zeros, std::mem::take(&mut run)));
                    zeros = 0;
                }
                zeros += 1;
            } else {
                run.push(q);
            }
        }
        if !run.is_empty() {
            frame.runs.push((zeros, run));
        }
        frame
    }
    /// Values in the layer's unit, in grid order.
    pub fn unpack(&self, name: LayerName) -> Vec<f32> {
        let mut values = vec![0.0f32; self.cells as usize];
        let mut cell = 0usize;
        for (zeros, run) in &self.runs {
            cell += *zeros as usize;
            for q in run {
                if let Some(slot) = values.get_mut(cell) {
                    *slot = f32::from(*q) * name.step();
                }
                cell += 1;
            }
        }
        values
    }
    pub fn is_blank(&self) -> bool {
        self.runs.is_empty()
    }
}

/// A stored frame's place in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FrameAt {
    pub tick: Tick,
    pub(super) chunk: u32,
    pub(super) offset: u32,
    pub(super) len: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_comes_back_to_half_a_step() {
        let values: Vec<f32> = (0..1000).map(|i| if i % 7 < 3 { 0.0 } else { i as f32 * 0.01 }).collect();
        let frame = LayerFrame::pack(LayerName::WaterDepth, values.iter().copied());
        for (a, b) in values.iter().zip(frame.unpack(LayerName::WaterDepth)) {
            assert!((a - b).abs() <= 0.0005 + 1e-6);
        }
    }

    #[test]
    fn a_delta_leads_from_one_view_to_the_next() {
        let a = PeopleView { x_m: vec![1, 2, 3], y_m: vec![4, 5, 6], doing: vec![0, 0, 0] };
        let b = PeopleView { x_m: vec![1, 9, 3], y_m: vec![4, 5, 6], doing: vec![0, 4, 12] };
        let mut c = a.clone();
        c.apply(&a.delta(&b));
        assert_eq!(b, c);
        assert_eq!(a.delta(&b).gaps, [1, 1]);
    }
}
