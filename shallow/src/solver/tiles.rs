//! Tiles: which are wet, which are computed, by which scheme.

use super::real::{Real, greater, largest};
use crate::flow::G;

/// Cells across a tile: one vector of single precision. With `TILE_H` the grain at which dry ground is left out: in a torrent a few
/// cells wide nearly all of a wide tile is dry.
pub const TILE_W: usize = 16;
/// Tiles side by side that share their scheme and their pace, so that a plain is worked in long rows. Constants of speed under a
/// fixed scheme and like steps; otherwise a constant of results.
pub const BLOCK: usize = 4;
/// Cells across a block.
pub const BLOCK_W: usize = BLOCK * TILE_W;
/// Rows of a tile and of a band (the unit of parallel work).
pub const TILE_H: usize = 16;

/// Scheme of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum Kind {
    Inertial,
    #[default]
    First,
    Second,
}

/// Tiles of a run at most under the Godunov schemes, so that their row buffers stay in the nearest cache.
pub const RUN_TILES: usize = 16;
/// The same under local inertia: it has few buffers, and memory is read ahead best along long rows.
const RUN_TILES_INERTIAL: usize = 64;

impl Kind {
    pub fn run_tiles(self) -> usize {
        match self {
            Kind::Inertial => RUN_TILES_INERTIAL,
            Kind::First | Kind::Second => RUN_TILES,
        }
    }
}

/// What a tile's last visit found: mobile water at all, and at its four edges; how fast waves run in it, and along its edges.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Tile {
    pub wet: bool,
    pub south: bool,
    pub north: bool,
    pub west: bool,
    pub east: bool,
    /// Both buffers hold the same values, so a skipped tile needs no copy.
    pub synced: bool,
    /// Largest |u| + |v| + 2c, or its equal under local inertia, m/s: in the tile, and in the cells at its western, eastern,
    /// southern and northern edge. While local inertia is at work on the tile, the depths it comes from, m.
    pub speed: f32,
    pub edges: [f32; 4],
}

/// Speeds (and depths) are told up to this, so that a step never shrinks to nothing: the step itself refuses what is far less.
pub const OUT_OF_THIS_WORLD: f32 = 1e5;

/// Where an edge of a tile stands in `Tile::edges`.
pub const WEST: usize = 0;
pub const EAST: usize = 1;
pub const SOUTH: usize = 2;
pub const NORTH: usize = 3;

impl Tile {
    /// Takes note of a row of mobile depths, and of what the speed of its waves comes from: speeds, or the depths again.
    #[inline(always)]
    pub fn note<R: Real>(&mut self, mobile: &[R], telling: &[R], first: bool, last: bool) {
        let most = largest(telling);
        let one = (most.f64() as f32).min(OUT_OF_THIS_WORLD);
        self.speed = self.speed.max(one);
        if most > R::of(0.0) {
            self.wet = true;
            let end = mobile.len() - 1;
            self.west |= mobile[0] > R::of(0.0);
            self.east |= mobile[end] > R::of(0.0);
            self.edges[WEST] = self.edges[WEST].max((telling[0].f64() as f32).min(one));
            self.edges[EAST] = self.edges[EAST].max((telling[end].f64() as f32).min(one));
            if first {
                self.south = true;
                self.edges[SOUTH] = one;
            }
            if last {
                self.north = true;
                self.edges[NORTH] = one;
            }
        }
    }

    /// Takes note of row `j` of a run of rows `j0..j1`: of what the speed of its waves comes from, speeds or depths, which are above
    /// zero where there is mobile water. What lies between the edges is gathered in `most` and asked for once in a run: a
    /// vector's largest number costs as much as the vector.
    #[inline(always)]
    pub fn note_row<R: Real>(tiles: &mut [Tile], (j, j0, j1): (usize, usize, usize), row: &[R], most: &mut [R]) {
        let (first, last) = (j == j0, j + 1 == j1);
        if first {
            most.fill(R::of(0.0));
        }
        for (most, one) in most.iter_mut().zip(row) {
            *most = greater(*one, *most);
        }
        if !first && !last {
            return;
        }
        for (s, tile) in tiles.iter_mut().enumerate() {
            let columns = s * TILE_W..((s + 1) * TILE_W).min(row.len());
            let part = &row[columns.clone()];
            tile.note(part, part, first, last);
            if last {
                tile.note(&most[columns.clone()], &most[columns], false, false);
            }
        }
    }

    /// Turns what was noted of depths into the speeds of waves, sqrt(g m) `per_wave`.
    pub fn waves(&mut self, per_wave: f64) {
        for s in std::iter::once(&mut self.speed).chain(&mut self.edges) {
            *s = ((G * f64::from(*s)).sqrt() * per_wave) as f32;
        }
    }

    /// Takes note of one cell's mobile water, at these edges of the tile (west, east, south, north).
    pub fn note_cell(&mut self, speed_m_s: f64, at: [bool; 4]) {
        let speed = (speed_m_s as f32).min(OUT_OF_THIS_WORLD);
        self.wet = true;
        self.speed = self.speed.max(speed);
        for (edge, at) in self.edges.iter_mut().zip(at) {
            *edge = if at { edge.max(speed) } else { *edge };
        }
        self.west |= at[WEST];
        self.east |= at[EAST];
        self.south |= at[SOUTH];
        self.north |= at[NORTH];
    }
}
