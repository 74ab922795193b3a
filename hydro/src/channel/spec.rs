//! What a modeller writes of channels.

use crate::forcing::series::Series;
use base::grid::Point;
use serde::{Deserialize, Serialize};

/// All channels of a model.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChannelsSpec {
    pub options: ChannelsOptions,
    pub channels: Vec<ChannelSpec>,
    /// Tributaries, outfalls and springs that are given by hydrograph, anywhere along a channel.
    pub inflows: Vec<PointInflow>,
}

/// How the network is solved.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChannelsOptions {
    /// Channels are cut into stretches of about this length, m; as long as a cell where not given.
    pub reach_m: Option<f64>,
    /// Water crosses at most this share of a stretch in an inner step.
    pub courant: f64,
    /// Longest inner step, s. Assumption: 10, so that what is given in minutes (hydrographs) is followed.
    pub step_s_max: f64,
}

impl Default for ChannelsOptions {
    fn default() -> ChannelsOptions {
        ChannelsOptions { reach_m: None, courant: 1.0, step_s_max: 10.0 }
    }
}

/// A river, canal or ditch narrower than a cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelSpec {
    pub name: String,
    /// Corners of its middle line, in its true length (with its bends); flow from the first to the last is positive.
    pub line: Vec<Point>,
    /// Width of the bed, m.
    pub width_m: Along,
    pub bed_m: Along,
    /// Level of the banks, m. Not given: the cells' own ground. Where it stands over the ground it is a dike.
    #[serde(default)]
    pub bank_m: Option<Along>,
    /// Run over rise of both sides; 0: walls.
    #[serde(default)]
    pub side_slope: f64,
    /// Manning's n, s/m^(1/3).
    pub manning: Along,
    #[serde(default)]
    pub from: End,
    #[serde(default)]
    pub to: End,
    #[serde(default)]
    pub start: ChannelStart,
}

/// A number along a channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Along {
    Even(f64),
    /// One for each corner, straight between them.
    Corners(Vec<f64>),
}

impl Along {
    /// Value `s` of the way from corner `k` to the next.
    pub fn at(&self, k: usize, s: f64) -> f64 {
        match self {
            Along::Even(v) => *v,
            Along::Corners(all) => {
                let a = all[k.min(all.len() - 1)];
                let b = all[(k + 1).min(all.len() - 1)];
                a + (b - a) * s
            }
        }
    }
    pub fn values(&self) -> &[f64] {
        match self {
            Along::Even(v) => std::slice::from_ref(v),
            Along::Corners(all) => all,
        }
    }
}

/// What is at an end of a channel.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub enum End {
    /// Nothing: a ditch's head, or where another channel joins.
    #[default]
    Closed,
    /// Discharge that comes in, (s, m3/s).
    Inflow(Series),
    /// Level held, (s, m): a tide, a lake, a river.
    Stage(Series),
    /// Water leaves in uniform flow (正常水深); without a slope, that of the bed there.
    Normal {
        #[serde(default)]
        slope: Option<f64>,
    },
    /// It joins another channel, at the place of that one that is nearest.
    Joins(String),
    /// It opens into the cell that the end lies in: a river or lake that the grid itself resolves.
    Opens,
}

/// Water in a channel at the start.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub enum ChannelStart {
    #[default]
    Dry,
    /// Depth, m.
    Depth(f64),
    /// Level, m: dry where the bed is higher.
    Level(f64),
    /// A level for each corner, m, straight between them.
    Levels(Vec<f64>),
    /// Uniform flow of this discharge, m3/s, everywhere along it.
    Flow(f64),
}

/// Water that comes in at a place (negative: that is taken, as far as there is any).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PointInflow {
    pub name: String,
    pub channel: String,
    /// The nearest station of the channel takes it.
    pub at: Point,
    pub discharge_m3_s: Series,
}
