//! Which scheme computes a block of tiles, under `Scheme::Auto`, and the fallback.
//!
//! Local inertia leaves advection out and needs friction to be stable: it is for calm water on lowland. A block goes to the
//! shock-capturing scheme where the bed is steep or smooth, the water fast, its surface broken, or a breach opened; so
//! do its neighbours, since what is fast moves on. It comes back when all of that is over. Sheets are too thin to judge their
//! speed, so a tile on which a sheet would run fast is left to the shock-capturing scheme until it is flooded.

use super::domain::{Domain, Scheme};
use super::flux::mobile;
use super::real::{Real, greater, largest, lesser};
use super::tiles::{BLOCK, BLOCK_W, Kind, TILE_H, TILE_W};
use super::{Solver, rows::Field};
use crate::flow::G;
use base::{fold, math};

/// Steps between two looks at the schemes.
pub const LOOK_STEPS: u64 = 16;
/// Looks for which a tile stays on first order after a step was refused in it.
const COOLING: u8 = 4;
/// Mean slope of a tile's bed from which local inertia is not used (LISFLOOD-FP users' practice; assumption).
const SLOPE_STEEP: f64 = 0.05;
/// Manning's n below which it is not (its instability at small friction: de Almeida et al. 2012).
const MANNING_SMOOTH: f64 = 0.015;
/// Froude number at which a tile leaves local inertia, and below which it comes back (advection is of the order of Fr^2
/// against the surface slope; 0.5: Bates et al. 2010 call it subcritical practice, de Almeida & Bates 2013 show errors from there).
const FROUDE_FAST: f64 = 0.5;
const FROUDE_CALM: f64 = 0.35;
/// A wave: its depth changes faster than friction would hold it, |dh/dt| / h > `WAVE` g n^2 |u| / h^(4/3), in water of at least
/// this Froude number. A wave runs at u + c and local inertia has it run at c: what it leaves out of a wave is of the order of the
/// Froude number, where it is of the order of its square in a flow that friction holds. Tides (2 m in 6 h, 1 m/s, 10 m deep,
/// n = 0.025) have a tenth of the ratio, the rear of a dam break ten to forty (assumptions, with their calm halves).
const FROUDE_WAVE: f64 = 0.1;
const FROUDE_RIPPLE: f64 = 0.07;
const WAVE: f64 = 2.0;
const RIPPLE: f64 = 1.0;
const WAVE_ROWS: usize = 4;
/// Froude number that water at a step of its surface, or at its front before dry ground, would have, were the step a slope: dam
/// breaks and bores are far above, the fronts of slow floods on a plain and sheets over fields below (assumption; a plain's
/// front of 0.1 m on 5 m cells at n = 0.05 has 0.6).
const FRONT_FAST: f64 = 1.0;
const FRONT_CALM: f64 = 0.7;
/// Depth from which a tile on sloping ground holds water that no longer runs down it as a sheet, m (assumption). It comes to
/// local inertia at half as much again.
const FLOODED_M: f64 = 0.5;
/// A tile is fast by one cell in so many of those that tell, so that a trickle over a bank does not decide for a thousand cells;
/// or by one cell deeper than `TORRENT_M`, m (assumptions).
const FEW: usize = 64;
const TORRENT_M: f64 = 0.3;
/// Water thinner than this decides nothing, m.
const DEEP_ENOUGH_M: f64 = 0.05;
/// A step of the surface between two cells, as a share of the greater depth over the higher bed, from which it counts as
/// broken where friction does not hold it, and below which it counts as whole again.
const BROKEN: f64 = 0.3;
const WHOLE: f64 = 0.2;
/// Sheets thinner than this have no shape that a second order could see, m (not on smooth ground: a laboratory's sheets do).
/// A tile comes back from first order at half as much again.
const SHEET_M: f64 = 0.01;

/// What a tile's ground says of local inertia.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    Plain,
    /// A sheet would run fast down it; deep water need not.
    Sloping,
    /// Mean slope of the bed over 5 %, or roughness below 0.015: local inertia does not hold.
    Rough,
}

/// What the ground of every block says.
pub fn grounds(domain: &Domain) -> Vec<Ground> {
    let grid = &domain.grid;
    let (blocks_x, bands) = (grid.nx.div_ceil(BLOCK_W), grid.ny.div_ceil(TILE_H));
    fold::map(blocks_x * bands, |block| {
        let (i0, j0) = ((block % blocks_x) * BLOCK_W, (block / blocks_x) * TILE_H);
        let (i1, j1) = ((i0 + BLOCK_W).min(grid.nx), (j0 + TILE_H).min(grid.ny));
        let z = |i: usize, j: usize| domain.bed_m[grid.index(i, j)];
        // Mean slope, from side to side: steps up and down within a tile (walls, banks) do not count.
        let (mut rise_x, mut rise_y) = (0.0, 0.0);
        for j in j0..j1 {
            rise_x += z(i1 - 1, j) - z(i0, j);
        }
        for i in i0..i1 {
            rise_y += z(i, j1 - 1) - z(i, j0);
        }
        let (nx, ny) = ((i1 - i0) as f64, (j1 - j0) as f64);
        let slope_x = rise_x / ny / ((nx - 1.0).max(1.0) * grid.cell_m);
        let slope_y = rise_y / nx / ((ny - 1.0).max(1.0) * grid.cell_m);
        let smooth = (j0..j1).any(|j| (i0..i1).any(|i| domain.manning[grid.index(i, j)] < MANNING_SMOOTH));
        let manning = (j0..j1).map(|j| (i0..i1).map(|i| domain.manning[grid.index(i, j)]).sum::<f64>()).sum::<f64>();
        let slope = math::sqrt(slope_x * slope_x + slope_y * slope_y);
        // A sheet just too thin to be looked at, running as Manning says.
        let n = manning / (nx * ny);
        let sheet_froude2 = normal_froude2(DEEP_ENOUGH_M, slope, G * n * n);
        if slope > SLOPE_STEEP || smooth {
            Ground::Rough
        } else if sheet_froude2 > FROUDE_FAST * FROUDE_FAST {
            Ground::Sloping
        } else {
            Ground::Plain
        }
    })
}

/// Square of the Froude number of uniform flow of a depth, u = m^(2/3) S^(1/2) / n; `friction` is g n^2.
fn normal_froude2(m: f64, slope: f64, friction: f64) -> f64 {
    math::cbrt(m) * slope / friction.max(1e-11)
}

/// What a look at a tile found.
#[derive(Clone, Copy, Default)]
struct Look {
    wet: bool,
    fast: bool,
    calm: bool,
    deepest_m: f64,
    /// Over rough ground, where thin water runs as a sheet.
    sheet: bool,
}

impl<R: Real> Solver<R> {
    /// Second-order tiles in which a step was refused go to first order for a while; false when there were none.
    pub(super) fn fall_back(&mut self) -> bool {
        let mut kinds = self.state.kinds.clone();
        let mut any = false;
        for (b, band) in self.bands.iter().enumerate() {
            for &start in &band.bad {
                let kind = kinds[b * self.tiles_x + start];
                let (from, end) = (start / BLOCK * BLOCK, (start + kind.run_tiles()).next_multiple_of(BLOCK));
                let row = b * self.tiles_x;
                let tiles = row + from..row + end.min(self.tiles_x);
                let own = kinds[tiles.clone()].iter_mut().zip(&mut self.state.cooling[tiles.clone()]);
                for (own, cooling) in own.filter(|(own, _)| kind != Kind::First && **own == kind) {
                    (*own, *cooling) = (Kind::First, COOLING);
                }
                any |= kinds[tiles.clone()] != self.state.kinds[tiles];
            }
        }
        if any {
            self.change(kinds);
        }
        any
    }

    /// The tiles of a block, counted over all bands.
    fn tiles_of(&self, block: usize) -> std::ops::Range<usize> {
        let blocks_x = self.tiles_x.div_ceil(BLOCK);
        let (b, t) = (block / blocks_x, block % blocks_x * BLOCK);
        b * self.tiles_x + t..b * self.tiles_x + (t + BLOCK).min(self.tiles_x)
    }

    /// Looks at every block and changes schemes where they should.
    pub(super) fn switch(&mut self) {
        let state = &self.state;
        let fixed = match self.options.scheme {
            Scheme::Auto => None,
            Scheme::Inertial => Some(Kind::Inertial),
            Scheme::First => Some(Kind::First),
            Scheme::Second => Some(Kind::Second),
        };
        if let Some(kind) = fixed
            && state.kinds.iter().all(|k| *k == kind)
        {
            return;
        }
        let looks = match self.options.scheme {
            Scheme::Auto => self.looks(),
            Scheme::Inertial | Scheme::First | Scheme::Second => Vec::new(),
        };
        let (blocks_x, bands) = (self.tiles_x.div_ceil(BLOCK), self.bands.len());
        let mut kinds = state.kinds.clone();
        for b in 0..bands {
            for t in 0..blocks_x {
                let k = b * blocks_x + t;
                let tiles = self.tiles_of(k);
                let was = kinds[tiles.start];
                if state.cooling[tiles.start] > 0 {
                    continue;
                }
                let kind = match self.options.scheme {
                    Scheme::Inertial => Kind::Inertial,
                    Scheme::First => Kind::First,
                    Scheme::Second => Kind::Second,
                    Scheme::Auto => {
                        let near = |b: isize, t: isize| {
                            (0..bands as isize).contains(&b)
                                && (0..blocks_x as isize).contains(&t)
                                && looks[b as usize * blocks_x + t as usize].fast
                        };
                        let (bi, ti) = (b as isize, t as isize);
                        let stirred = near(bi - 1, ti) || near(bi + 1, ti) || near(bi, ti - 1) || near(bi, ti + 1);
                        let look = looks[k];
                        let was_calm = was == Kind::Inertial;
                        let pinned = state.pinned[tiles.clone()].contains(&true);
                        let ground = match self.grounds[k] {
                            Ground::Plain => false,
                            Ground::Sloping => look.deepest_m < if was_calm { FLOODED_M } else { 1.5 * FLOODED_M },
                            Ground::Rough => true,
                        };
                        if !ground && !pinned && !look.fast && !stirred && (look.calm || was_calm || !look.wet) {
                            Kind::Inertial
                        } else if look.sheet && look.deepest_m < if was == Kind::First { 1.5 } else { 1.0 } * SHEET_M {
                            Kind::First
                        } else {
                            Kind::Second
                        }
                    }
                };
                kinds[tiles].fill(kind);
            }
        }
        for cooling in &mut self.state.cooling {
            *cooling = cooling.saturating_sub(1);
        }
        self.change(kinds);
    }

    fn looks(&self) -> Vec<Look> {
        let field = self.field(0.0);
        let blocks_x = self.tiles_x.div_ceil(BLOCK);
        fold::map(blocks_x * self.bands.len(), |block| {
            let b = block / blocks_x;
            let wet = self.tiles_of(block).any(|k| self.bands[b].tiles[k - b * self.tiles_x].wet);
            if !wet {
                return Look::default();
            }
            pulp::Arch::new().dispatch(At { field: &field, cell_m: self.grid.cell_m, b, block: block % blocks_x })
        })
    }

    /// Turns the momenta of tiles that change between staggered and centred.
    fn change(&mut self, kinds: Vec<Kind>) {
        let field = self.field(0.0);
        let (nx, ny) = (field.nx, field.ny);
        let mut new: Vec<(usize, R, R)> = Vec::new();
        for (k, (from, to)) in self.state.kinds.iter().zip(&kinds).enumerate() {
            let (was, will) = (*from == Kind::Inertial, *to == Kind::Inertial);
            let (b, t) = (k / self.tiles_x, k % self.tiles_x);
            if was == will || !self.bands[b].tiles[t].wet {
                continue;
            }
            for j in b * TILE_H..((b + 1) * TILE_H).min(ny) {
                for i in t * TILE_W..((t + 1) * TILE_W).min(nx) {
                    let own = field.momentum(i, j);
                    let (qx, qy) = if was {
                        let (c, w) = (j * nx + i, field.water);
                        let kept = |mean: R, face: R| if mean.is_sound() { mean } else { face };
                        (kept(own.0, w.qx[c]), kept(own.1, w.qy[c]))
                    } else {
                        // A number that is none stays in its own cell, so that the cell to blame is named.
                        let mean = |own: R, next: R| if next.is_sound() { R::of(0.5) * (own + next) } else { own };
                        let east = if i + 1 < nx { mean(own.0, field.momentum(i + 1, j).0) } else { R::of(0.0) };
                        let north = if j + 1 < ny { mean(own.1, field.momentum(i, j + 1).1) } else { R::of(0.0) };
                        (east, north)
                    };
                    new.push((j * nx + i, qx, qy));
                }
            }
        }
        let changed: Vec<usize> = (0..kinds.len())
            .filter(|&k| (self.state.kinds[k] == Kind::Inertial) != (kinds[k] == Kind::Inertial))
            .collect();
        self.state.kinds = kinds;
        for (cell, qx, qy) in new {
            (self.state.water.qx[cell], self.state.water.qy[cell]) = (qx, qy);
        }
        for k in changed {
            self.bands[k / self.tiles_x].tiles[k % self.tiles_x].synced = false;
            // The bound of the step is another one.
            self.unseen = true;
        }
        if self.unseen {
            self.look();
        }
    }
}

/// A block to be looked at.
struct At<'a, R> {
    field: &'a Field<'a, R>,
    cell_m: f64,
    b: usize,
    block: usize,
}

impl<R: Real> pulp::NullaryFnOnce for At<'_, R> {
    type Output = Look;
    #[inline(always)]
    fn call(self) -> Look {
        look(self.field, self.cell_m, self.b, self.block)
    }
}

/// One cell's row of a tile, and the row north of it: depths, with the next column's at the end.
struct Pair<'a, R> {
    m: &'a [R],
    north: &'a [R],
}

/// Whether any cell of a row might tell of broken or moving water; on calm water the cells need not be asked one by one. (No
/// fewer than would: margins are on the safe side, crests are left out.)
#[inline(always)]
fn suspicious<R: Real>(field: &Field<R>, (i0, n): (usize, usize), j: usize, staggered: bool, row: Pair<R>) -> bool {
    let c0 = j * field.nx + i0;
    let deep = R::of(DEEP_ENOUGH_M);
    let step = |rise: R, m: R, m1: R| {
        let (over, over1) = (m - greater(rise, R::of(0.0)), m1 + lesser(rise, R::of(0.0)));
        let (high, low) = (greater(over, over1), lesser(over, over1));
        let whole = (low >= deep) & ((high - low) < R::of(0.95 * WHOLE) * high);
        u32::from((high >= deep) & !whole)
    };
    let mut any = 0;
    let z = &field.z[c0..c0 + n];
    let across = n - usize::from(i0 + n == field.nx);
    let (m, m1, z0, z1) = (&row.m[..across], &row.m[1..across + 1], &z[..across], &field.z[c0 + 1..c0 + 1 + across]);
    for k in 0..across {
        any |= step(z1[k] - z0[k], m[k], m1[k]);
    }
    let m = &row.m[..n];
    if j + 1 < field.ny {
        let (m1, z1) = (&row.north[..n], &field.z[c0 + field.nx..c0 + field.nx + n]);
        for k in 0..n {
            any |= step(z1[k] - z[k], m[k], m1[k]);
        }
    }
    let (qx, qy) = (&field.water.qx, &field.water.qy);
    let stirred = |m: R, qx: R, qy: R| {
        let wave = R::of(0.95 * FROUDE_CALM * FROUDE_CALM * G) * (m * m * m);
        u32::from((m >= deep) & (qx * qx + qy * qy > wave))
    };
    let (east, north) = (&qx[c0..c0 + n], &qy[c0..c0 + n]);
    if staggered {
        // Twice the mean through both faces is at most the sum of their sizes; at a rim the one face counts for both.
        let half = R::of(0.5);
        if c0 == 0 {
            return true;
        }
        let west = &qx[c0 - 1..c0 - 1 + n];
        let south = if j > 0 { &qy[c0 - field.nx..c0 - field.nx + n] } else { north };
        for k in 0..n {
            any |= stirred(m[k], half * (west[k].size() + east[k].size()), half * (south[k].size() + north[k].size()));
        }
        if i0 == 0 {
            any |= stirred(m[0], east[0], greater(south[0].size(), north[0].size()));
        }
    } else {
        for k in 0..n {
            any |= stirred(m[k], east[k], north[k]);
        }
    }
    any != 0
}

/// Cells of a row that stand in a wave, and those that stand in a wave or a ripple (see `WAVE`; cubed, so that no root is
/// asked for, and with |q| as the sum of both sizes). What passes a rim is not kept, so cells at rims are not asked.
#[inline(always)]
fn waves<R: Real>(field: &Field<R>, cell_m: f64, (i0, n): (usize, usize), j: usize, row: &[R]) -> (usize, usize) {
    let nx = field.nx;
    let (from, to) = (i0.max(1), (i0 + n).min(nx - 1));
    if j == 0 || j + 1 == field.ny || from >= to {
        return (0, 0);
    }
    let staggered = field.kind_at(i0, j) == Kind::Inertial;
    let (c, n) = (j * nx + from, to - from);
    let (qx, qy) = (&field.water.qx, &field.water.qy);
    let (west, own_x, east) = (&qx[c - 1..c - 1 + n], &qx[c..c + n], &qx[c + 1..c + 1 + n]);
    let (south, own_y, north) = (&qy[c - nx..c - nx + n], &qy[c..c + n], &qy[c + nx..c + nx + n]);
    let (m, friction) = (&row[from - i0..to - i0], &field.friction[c..c + n]);
    let (deep, two) = (R::of(DEEP_ENOUGH_M), R::of(2.0));
    let (held, held_calm) = (R::of(WAVE * cell_m), R::of(RIPPLE * cell_m));
    let (swift, swift_calm) =
        (R::of(4.0 * FROUDE_WAVE * FROUDE_WAVE * G), R::of(4.0 * FROUDE_RIPPLE * FROUDE_RIPPLE * G));
    let (mut waves, mut ripples) = (0, 0);
    for k in 0..n {
        // All twice: what comes in, and the discharge.
        let (gain, q) = if staggered {
            let gain = two * ((own_x[k] - west[k]) + (own_y[k] - south[k]));
            (gain, (own_x[k] + west[k]).size() + (own_y[k] + south[k]).size())
        } else {
            let gain = (east[k] - west[k]) + (north[k] - south[k]);
            (gain, two * (own_x[k].size() + own_y[k].size()))
        };
        let (m, gain) = (m[k], gain.size());
        let (m2, drag) = (m * m, friction[k] * q);
        let change = (gain * gain) * gain * (m2 * m2);
        let cubed = |held: R| (held * drag) * (held * drag) * (held * drag);
        let tells = m >= deep;
        waves += u32::from(tells & (q * q > swift * (m2 * m)) & (change > cubed(held)));
        ripples += u32::from(tells & (q * q > swift_calm * (m2 * m)) & (change > cubed(held_calm)));
    }
    (waves as usize, ripples as usize)
}

#[inline(always)]
fn look<R: Real>(field: &Field<R>, cell_m: f64, b: usize, block: usize) -> Look {
    let (i0, i1) = (block * BLOCK_W, ((block + 1) * BLOCK_W).min(field.nx));
    let (j0, j1) = (b * TILE_H, ((b + 1) * TILE_H).min(field.ny));
    let (zero, deep) = (R::of(0.0), R::of(DEEP_ENOUGH_M));
    let smooth_at = R::of(G * MANNING_SMOOTH * MANNING_SMOOTH);
    let (mut deepest, mut smooth) = (zero, false);
    let (mut broken, mut whole) = (false, true);
    // Cells deep enough to tell, and of them the fast ones, those not calm, and whether one of the fast is deep.
    let (mut telling, mut fast, mut stirred, mut torrent) = (0, 0, 0, false);
    let mut waved = (0, 0);
    let depth = |c: usize| mobile(field.water.h[c], field.film, field.least);
    let (n, staggered) = (i1 - i0, field.kind_at(i0, j0) == Kind::Inertial);
    // Depths of a row and of the next column; of the row north of it.
    let fill = |j: usize, row: &mut [R]| {
        let c0 = j * field.nx + i0;
        let end = (n + 1).min(field.nx - i0);
        row.iter_mut().zip(&field.water.h[c0..c0 + end]).for_each(|(m, h)| *m = mobile(*h, field.film, field.least));
    };
    let (mut here, mut north) = ([zero; BLOCK_W + 1], [zero; BLOCK_W + 1]);
    fill(j0, &mut here);
    for j in j0..j1 {
        if j > j0 {
            std::mem::swap(&mut here, &mut north);
        }
        if j + 1 < field.ny {
            fill(j + 1, &mut north);
        }
        let friction = &field.friction[j * field.nx + i0..j * field.nx + i1];
        friction.iter().for_each(|f| smooth |= *f < smooth_at);
        let most = largest(&here[..n]);
        deepest = greater(deepest, most);
        // One row stands for four: waves are longer than that, and the question costs as much as all others together.
        if j % WAVE_ROWS == 1 {
            let found = waves(field, cell_m, (i0, n), j, &here);
            waved = (waved.0 + WAVE_ROWS * found.0, waved.1 + WAVE_ROWS * found.1);
        }
        let row = Pair { m: &here, north: &north };
        if !suspicious(field, (i0, n), j, staggered, row) {
            telling += here[..n].iter().filter(|m| **m >= deep).count();
            continue;
        }
        for i in i0..i1 {
            let c = j * field.nx + i;
            let m = depth(c);
            let mut against = |n: usize, list: &[(u32, R)]| {
                let m1 = depth(n);
                if m < deep && m1 < deep {
                    return;
                }
                let rise = field.z[n] - field.z[c];
                // What stands higher behind a levee does not break the surface.
                if !list.is_empty()
                    && let Ok(at) = list.binary_search_by_key(&i, |(column, _)| *column as usize)
                    && list[at].1 - field.z[c] > greater(m, rise + m1)
                {
                    return;
                }
                // Depths over the higher of the two beds: what falls from a bank runs as over a weir, and breaks nothing.
                let (over, over1) = (m - greater(rise, zero), m1 + lesser(rise, zero));
                let (high, low) = (greater(over, over1), lesser(over, over1));
                if high < deep {
                    return;
                }
                let share = if low >= deep { (high - low).f64() / high.f64() } else { 1.0 };
                if share < WHOLE {
                    return;
                }
                // As fast as friction lets it run down its own step.
                let slope = (high - greater(low, zero)).f64() / cell_m;
                let friction = field.friction[if over > over1 { c } else { n }].f64();
                let run2 = normal_froude2(high.f64(), slope, friction);
                broken |= share > BROKEN && run2 > FRONT_FAST * FRONT_FAST;
                whole &= run2 < FRONT_CALM * FRONT_CALM;
            };
            if i + 1 < field.nx {
                against(c + 1, &field.crest_east[j]);
            }
            if j + 1 < field.ny {
                against(c + field.nx, &field.crest_north[j]);
            }
            if m < deep {
                continue;
            }
            let (qx, qy) = field.momentum(i, j);
            let (q2, wave) = (qx * qx + qy * qy, R::of(G) * m * m * m);
            telling += 1;
            if q2 > R::of(FROUDE_CALM * FROUDE_CALM) * wave {
                stirred += 1;
                if q2 > R::of(FROUDE_FAST * FROUDE_FAST) * wave {
                    fast += 1;
                    torrent |= m > R::of(TORRENT_M);
                }
            }
        }
    }
    Look {
        wet: deepest > zero,
        fast: broken || torrent || fast.max(waved.0) * FEW > telling,
        calm: whole && stirred.max(waved.1) * FEW <= telling,
        deepest_m: deepest.f64(),
        sheet: !smooth,
    }
}
