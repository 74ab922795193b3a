//! Tiles: which are wet, which are computed, by which scheme.

/// Cells across a tile. With `TILE_H`, constants of speed under a fixed scheme; under `Scheme::Auto` also the grain at
/// which schemes change.
pub const TILE_W: usize = 64;
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
pub const RUN_TILES: usize = 4;
/// The same under local inertia: it has few buffers, and memory is read ahead best along long rows.
const RUN_TILES_INERTIAL: usize = 16;

impl Kind {
    pub fn run_tiles(self) -> usize {
        match self {
            Kind::Inertial => RUN_TILES_INERTIAL,
            Kind::First | Kind::Second => RUN_TILES,
        }
    }
}

/// What a tile's last visit found: mobile water at all, and at its four edges.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tile {
    pub wet: bool,
    pub south: bool,
    pub north: bool,
    pub west: bool,
    pub east: bool,
    /// Both buffers hold the same values, so a skipped tile needs no copy.
    pub synced: bool,
}

impl Tile {
    /// Takes note of a row of mobile depths; gives the greatest.
    #[inline(always)]
    pub fn note<R: super::real::Real>(&mut self, mobile: &[R], first: bool, last: bool) -> R {
        let deepest = super::real::largest(mobile);
        if deepest > R::of(0.0) {
            self.wet = true;
            self.south |= first;
            self.north |= last;
            self.west |= mobile[0] > R::of(0.0);
            self.east |= mobile[mobile.len() - 1] > R::of(0.0);
        }
        deepest
    }
}
