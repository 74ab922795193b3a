//! Which scheme computes a tile, under `Scheme::Auto`, and the fallback.
//!
//! Local inertia leaves advection out and needs friction to be stable: it is for calm water on lowland. A tile goes to the
//! shock-capturing scheme where the bed is steep or smooth, the water fast, its surface broken, or a breach opened; so
//! do its neighbours, since what is fast moves on. It comes back when all of that is over. What the ground decides, it decides
//! once: sheets are too thin to judge their speed, so a tile on which a sheet would run fast never goes to and fro.

use super::domain::{Domain, Scheme};
use super::flux::mobile;
use super::real::Real;
use super::tiles::{Kind, TILE_H, TILE_W};
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
/// Froude number that a front before dry ground would have, were its step a slope: dam breaks are far above, the fronts of
/// slow floods on a plain below (assumption; a plain's front of 0.1 m on 5 m cells at n = 0.05 has 0.6).
const FRONT_FAST: f64 = 1.0;
const FRONT_CALM: f64 = 0.7;
/// Water thinner than this decides nothing, m.
const DEEP_ENOUGH_M: f64 = 0.05;
/// A step of the surface between two cells, as a share of the greater depth, from which it counts as broken, and below
/// which it counts as whole again.
const BROKEN: f64 = 0.3;
const WHOLE: f64 = 0.2;
/// Sheets thinner than this have no shape that a second order could see, m (not on smooth ground: a laboratory's sheets do).
/// A tile comes back from first order at half as much again.
const SHEET_M: f64 = 0.01;

/// Tiles on whose ground local inertia does not hold.
pub fn rough_ground(domain: &Domain) -> Vec<bool> {
    let grid = &domain.grid;
    let (tiles_x, tiles_y) = (grid.nx.div_ceil(TILE_W), grid.ny.div_ceil(TILE_H));
    fold::map(tiles_x * tiles_y, |tile| {
        let (i0, j0) = ((tile % tiles_x) * TILE_W, (tile / tiles_x) * TILE_H);
        let (i1, j1) = ((i0 + TILE_W).min(grid.nx), (j0 + TILE_H).min(grid.ny));
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
        let sheet_froude = normal_froude(DEEP_ENOUGH_M, slope, manning / (nx * ny));
        slope > SLOPE_STEEP || sheet_froude > FROUDE_FAST || smooth
    })
}

/// Froude number of uniform flow of a depth: u = m^(2/3) S^(1/2) / n.
fn normal_froude(m: f64, slope: f64, manning: f64) -> f64 {
    math::cbrt(math::sqrt(m)) * math::sqrt(slope) / (manning.max(1e-6) * math::sqrt(G))
}

/// What a look at a tile found.
#[derive(Clone, Copy, Default)]
struct Look {
    wet: bool,
    fast: bool,
    calm: bool,
    /// Deepest water, m, where it runs as a sheet over rough ground.
    sheet_m: Option<f64>,
}

impl<R: Real> Solver<R> {
    /// Second-order tiles in which a step was refused go to first order for a while; false when there were none.
    pub(super) fn fall_back(&mut self) -> bool {
        let mut kinds = self.state.kinds.clone();
        let mut any = false;
        for (b, band) in self.bands.iter().enumerate() {
            for &start in &band.bad {
                let kind = kinds[b * self.tiles_x + start];
                let end = (start + kind.run_tiles()).min(self.tiles_x);
                for t in b * self.tiles_x + start..b * self.tiles_x + end {
                    if kinds[t] != Kind::First && kinds[t] == kinds[b * self.tiles_x + start] {
                        kinds[t] = Kind::First;
                        self.state.cooling[t] = COOLING;
                    }
                    any |= kinds[t] != self.state.kinds[t];
                }
            }
        }
        if any {
            self.change(kinds);
        }
        any
    }

    /// Looks at every tile and changes schemes where they should.
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
        let (tiles_x, bands) = (self.tiles_x, self.bands.len());
        let mut kinds = state.kinds.clone();
        for b in 0..bands {
            for t in 0..tiles_x {
                let k = b * tiles_x + t;
                if state.cooling[k] > 0 {
                    continue;
                }
                kinds[k] = match self.options.scheme {
                    Scheme::Inertial => Kind::Inertial,
                    Scheme::First => Kind::First,
                    Scheme::Second => Kind::Second,
                    Scheme::Auto => {
                        let near = |b: isize, t: isize| {
                            (0..bands as isize).contains(&b)
                                && (0..tiles_x as isize).contains(&t)
                                && looks[b as usize * tiles_x + t as usize].fast
                        };
                        let (bi, ti) = (b as isize, t as isize);
                        let stirred = near(bi - 1, ti) || near(bi + 1, ti) || near(bi, ti - 1) || near(bi, ti + 1);
                        let look = looks[k];
                        let was_calm = kinds[k] == Kind::Inertial;
                        let ground = self.rough_ground[k] || state.pinned[k];
                        if !ground && !look.fast && !stirred && (look.calm || was_calm || !look.wet) {
                            Kind::Inertial
                        } else if look
                            .sheet_m
                            .is_some_and(|m| m < if kinds[k] == Kind::First { 1.5 } else { 1.0 } * SHEET_M)
                        {
                            Kind::First
                        } else {
                            Kind::Second
                        }
                    }
                };
            }
        }
        for cooling in &mut self.state.cooling {
            *cooling = cooling.saturating_sub(1);
        }
        self.change(kinds);
    }

    fn looks(&self) -> Vec<Look> {
        let field = self.field(0.0);
        fold::map(self.state.kinds.len(), |k| {
            let (b, t) = (k / self.tiles_x, k % self.tiles_x);
            if !self.bands[b].tiles[t].wet { Look::default() } else { look(&field, self.grid.cell_m, b, t) }
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

fn look<R: Real>(field: &Field<R>, cell_m: f64, b: usize, t: usize) -> Look {
    let (i0, i1) = (t * TILE_W, ((t + 1) * TILE_W).min(field.nx));
    let (j0, j1) = (b * TILE_H, ((b + 1) * TILE_H).min(field.ny));
    let (mut froude2, mut deepest, mut step, mut front) = (0.0f64, 0.0f64, 0.0f64, 0.0f64);
    let mut smooth = false;
    for j in j0..j1 {
        for i in i0..i1 {
            let c = j * field.nx + i;
            let depth = |c: usize| mobile(field.water.h[c], field.film, field.least).f64();
            let m = depth(c);
            deepest = deepest.max(m);
            smooth |= field.friction[c].f64() < G * MANNING_SMOOTH * MANNING_SMOOTH;
            // What stands higher behind a levee does not break the surface.
            let crested = |list: &[(u32, R)], high: f64| {
                list.iter().any(|(column, crest)| *column as usize == i && (*crest - field.z[c]).f64() > high)
            };
            let mut against = |n: usize, list: &[(u32, R)]| {
                let m1 = depth(n);
                if m.max(m1) < DEEP_ENOUGH_M {
                    return;
                }
                let rise = (field.z[n] - field.z[c]).f64();
                if crested(list, m.max(rise + m1)) {
                    return;
                }
                let drop = -(rise + (m1 - m));
                if m.min(m1) >= DEEP_ENOUGH_M {
                    step = step.max(drop.abs() / m.max(m1));
                } else if (m > m1) == (drop > 0.0) {
                    // Water before dry ground below it: as fast as friction lets it run down its own front.
                    let manning = math::sqrt(field.friction[if m > m1 { c } else { n }].f64() / G);
                    front = front.max(normal_froude(m.max(m1), drop.abs() / cell_m, manning));
                }
            };
            if i + 1 < field.nx {
                against(c + 1, &field.crest_east[j]);
            }
            if j + 1 < field.ny {
                against(c + field.nx, &field.crest_north[j]);
            }
            if m < DEEP_ENOUGH_M {
                continue;
            }
            let (qx, qy) = field.momentum(i, j);
            let (qx, qy) = (qx.f64(), qy.f64());
            froude2 = froude2.max((qx * qx + qy * qy) / (G * m * m * m));
        }
    }
    Look {
        wet: deepest > 0.0,
        fast: step > BROKEN || front > FRONT_FAST || froude2 > FROUDE_FAST * FROUDE_FAST,
        calm: step < WHOLE && front < FRONT_CALM && froude2 < FROUDE_CALM * FROUDE_CALM,
        sheet_m: (!smooth).then_some(deepest),
    }
}
