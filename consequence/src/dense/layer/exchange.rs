//! What a layer exchanges with air and ground: it draws in air through its top, is dragged by the wind and held by the ground and by the air
//! ahead of its front.
//!
//! ```text
//! we = sqrt 3 1.25 k ue (1 - h/H)/Phi      Phi = 1 + 5 h l      l = [u*^2/L + 0.025 g (rho - rhoa)/rho]/ue^2
//! ue^2 = ut^2 + 0.02 (rhoa/rho)^2 |u - ua|^2      ut = cf |u|, at most the larger of u* and |u|/4      cf = u*/ua(h)
//! ```
//!
//! The law and its constants are those of the one-dimensional model ([`super::super::mixing`]). So is the spreading across the wind by its
//! swings over the averaging time, there v = at ua/(1 + 0.0002 x): the sigma of gas grows by v dt with its own age t,
//!
//! ```text
//! K = v sigma      sigma = at ua t/(1 + 0.0001 ua t)      across the wind alone, whole where it blows along the cells' axes
//! ```
//!
//! What a cell loses by it on balance is filled up with air, the rest changes places. Below some roughness lengths cf passes all measure: what such a thin film
//! draws in is bounded (assumption).

use super::super::ambient::Ambient;
use super::super::mixing::{SQRT_3, TOP, phi};
use super::{Cell, DRY_M, Ground, Look, SHAPE};
use crate::weather::GRAVITY_M_S2;
use base::math;

/// Drag of a front's height, of rhoa |u|^2: the pressure 0.46 g d h^2 behind a front is held by c rhoa h u^2 at u^2 = Fr^2 g' h with
/// Fr = 0.90, so c = 0.46/Fr^2. Van Ulden's 1.05 is against the mean depth of a block; against the depth at the front, which is larger, a
/// block that spreads in a circle needs less to keep to his law. The side of a cloud that meets the wind is shoved by the same (assumption).
const FRONT: f64 = 0.5 * SHAPE / (0.90 * 0.90);
/// Stress of the slip between layer and air, of its square: the one-dimensional model's.
const SLIP: f64 = 0.02;
/// Most that the ground under a film thinner than some roughness lengths stirs, of its speed (assumption).
const GRIP_MOST: f64 = 0.25;

/// How a layer ends ahead of its motion through the air.
pub(super) struct Steep {
    slope: f64,
}

impl Steep {
    /// Fall of the depth to the next cell in the direction in which the cell moves through the air, for each metre.
    pub(super) fn of(ground: &Ground, looks: &[Look], i: usize, j: usize, towards: (f64, f64)) -> Steep {
        let g = &ground.grid;
        let k = g.index(i, j);
        let here = &looks[k];
        if here.h <= 0.0 {
            return Steep { slope: 0.0 };
        }
        let (u, v) = (here.u - here.wind * towards.0, here.v - here.wind * towards.1);
        let bed = ground.bed_m();
        let fall = |o: Option<usize>, crest: f64| {
            o.map_or(0.0, |o| {
                let next = &looks[o];
                let level = bed[k] + here.h;
                // A front shoves air only where it can go on.
                if crest >= level || bed[o] >= level {
                    return 0.0;
                }
                ((here.h - next.h).min(level - bed[o] - next.h) / g.cell_m).max(0.0)
            })
        };
        let sx = if u > 0.0 {
            fall((i + 1 < g.nx).then_some(k + 1), ground.crest_east_m(k))
        } else {
            i.checked_sub(1).map_or(0.0, |_| fall(Some(k - 1), ground.crest_east_m(k - 1)))
        };
        let sy = if v > 0.0 {
            fall((j + 1 < g.ny).then_some(k + g.nx), ground.crest_north_m(k))
        } else {
            j.checked_sub(1).map_or(0.0, |_| fall(Some(k - g.nx), ground.crest_north_m(k - g.nx)))
        };
        let speed = math::hypot(u, v).max(1e-9);
        Steep { slope: (u.abs() * sx + v.abs() * sy) / speed }
    }
}

/// How fast the wind's swings spread gas of an age across the wind, m2/s.
pub(super) fn spread_m2_s(angle: f64, wind_m_s: f64, age_s: f64) -> f64 {
    let way_m = wind_m_s * age_s;
    angle * wind_m_s / (1.0 + 2e-4 * way_m) * (angle * way_m / (1.0 + 1e-4 * way_m))
}

/// Spreads a cell and its neighbours across the wind into each other in a step: parcels change places, each with its depth, substance
/// and momentum.
pub(super) fn spread(
    ground: &Ground,
    looks: &[Look],
    cell: &mut Cell,
    (i, j): (usize, usize),
    towards: (f64, f64),
    step_s: f64,
    air: f64,
) {
    let g = &ground.grid;
    let (k, bed) = (g.index(i, j), ground.bed_m());
    let here = looks[k];
    let mut net_m = 0.0;
    let mut with = |o: usize, crest: f64, (east, north): (f64, f64)| {
        let next = looks[o];
        if here.h <= 0.0 && next.h <= 0.0 {
            return;
        }
        let (own, other) = (here.m * here.h, next.m * next.h);
        let comes = other > own;
        let (from, level) = if comes { (next, bed[o] + next.h) } else { (here, bed[k] + here.h) };
        // It spreads only where it could flow, and never against the wind: `ahead` is how far it goes with it.
        let ahead = (east * towards.0 + north * towards.1) * if comes { -1.0 } else { 1.0 };
        if crest >= level || bed[o].max(bed[k]) >= level || from.m <= 0.0 || ahead < AGAINST {
            return;
        }
        let across = east * towards.1 - north * towards.0;
        let wide = if here.h > 0.0 && next.h > 0.0 { 0.5 * (here.spread + next.spread) } else { from.spread };
        let gained = across * across * wide * step_s / ground.area_m2() * (other - own);
        let deep = gained / from.m;
        net_m += deep;
        cell.depth_m += deep;
        cell.mass_kg_m2 += gained;
        cell.excess_kg_m2 += deep * from.d;
        cell.age_kg_s_m2 += gained * from.age_s;
        cell.east += deep * from.rho * from.u;
        cell.north += deep * from.rho * from.v;
    };
    if i > 0 {
        with(k - 1, ground.crest_east_m(k - 1), (-1.0, 0.0));
    }
    if i + 1 < g.nx {
        with(k + 1, ground.crest_east_m(k), (1.0, 0.0));
    }
    if j > 0 {
        with(k - g.nx, ground.crest_north_m(k - g.nx), (0.0, -1.0));
    }
    if j + 1 < g.ny {
        with(k + g.nx, ground.crest_north_m(k), (0.0, 1.0));
    }
    if net_m < 0.0 {
        // Air from the sides takes the room of what has spread away, with the wind's momentum.
        cell.depth_m -= net_m;
        cell.east -= net_m * air * here.wind * towards.0;
        cell.north -= net_m * air * here.wind * towards.1;
    }
}

/// Cosine of the steepest way against the wind on which swings spread gas.
const AGAINST: f64 = -0.5;

/// Brings a cell through a step of exchange. Drags are taken implicitly, so that they stop a layer and never turn it.
pub(super) fn exchange(cell: &mut Cell, steep: &Steep, ambient: &Ambient, towards: (f64, f64), step_s: f64) {
    let look = Look::of(cell, ambient.density_kg_m3);
    if look.h <= 0.0 {
        return;
    }
    let (h, air) = (look.h, ambient.density_kg_m3);
    let felt = ambient.felt(look.rho, h);
    let (wind, friction) = (felt.mean_wind_m_s(h), felt.friction_velocity_m_s());
    let wind_east_north = (wind * towards.0, wind * towards.1);
    let speed = math::hypot(look.u, look.v);
    let slip = math::hypot(look.u - wind_east_north.0, look.v - wind_east_north.1);
    let grip = if wind > 0.0 { friction / wind } else { 0.0 };
    let stirred = (grip * speed).min(friction.max(GRIP_MOST * speed));
    let thin = air / look.rho;
    let ue2 = (stirred * stirred + SLIP * thin * thin * slip * slip).max(1e-12);
    let fade = (1.0 - h / ambient.mixing_height_m).max(0.0);
    let heavy = 0.025 * GRAVITY_M_S2 * look.d / look.rho;
    let phi = phi(h, (friction * friction * felt.inverse_at_1_m(h) + heavy) / ue2);
    let drawn = SQRT_3 * TOP * ambient.karman() * math::sqrt(ue2) * fade / phi * step_s;
    let inertia = look.rho * h + air * drawn;
    let ahead = FRONT * air * steep.slope * slip * step_s;
    let hold = look.rho * grip * grip * speed * step_s + ahead;
    let keep = inertia / (inertia + hold);
    let push = air * (drawn * wind + friction * friction * step_s) + ahead * wind;
    cell.depth_m = h + drawn;
    cell.east = (cell.east + push * towards.0) * keep;
    cell.north = (cell.north + push * towards.1) * keep;
    debug_assert!(cell.depth_m > DRY_M && cell.east.is_finite() && cell.north.is_finite());
}
