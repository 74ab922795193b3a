//! Buildings, plot by plot, and who sleeps in them.

use super::What;
use super::ground::Ground;
use super::plan::{Plan, Plot, Quarter};
use super::quarters::Shares;
use super::streets::Net;
use crate::base::ids::ZoneId;
use crate::place::city::{Building, Cover, Use};
use crate::place::grid::Grid;
use crate::vocab::body::Point;

/// A building and the quarter it belongs to.
pub struct House {
    pub building: Building,
    pub plot: Plot,
}

/// A rectangle in the plan.
#[derive(Debug, Clone, Copy)]
struct Rect {
    u0: f64,
    u1: f64,
    v0: f64,
    v1: f64,
}

impl Rect {
    fn inset(self, d: f64) -> Rect {
        Rect { u0: self.u0 + d, u1: self.u1 - d, v0: self.v0 + d, v1: self.v1 - d }
    }
    fn width(self) -> f64 {
        self.u1 - self.u0
    }
    fn height(self) -> f64 {
        self.v1 - self.v0
    }
    /// Part (a, b) of na x nb equal parts.
    fn part(self, (a, na): (usize, usize), (b, nb): (usize, usize)) -> Rect {
        let (w, h) = (self.width() / na as f64, self.height() / nb as f64);
        Rect {
            u0: self.u0 + w * a as f64,
            u1: self.u0 + w * (a + 1) as f64,
            v0: self.v0 + h * b as f64,
            v1: self.v0 + h * (b + 1) as f64,
        }
    }
    fn centred(u: f64, v: f64, w: f64, h: f64) -> Rect {
        Rect { u0: u - 0.5 * w, u1: u + 0.5 * w, v0: v - 0.5 * h, v1: v + 0.5 * h }
    }
}

/// The builder's hand: where the next building goes and which draws are its own.
struct Hand<'a> {
    plan: &'a Plan,
    grid: &'a Grid,
    ground: &'a Ground,
    net: &'a Net,
    houses: Vec<House>,
    plot: usize,
    nth: u32,
}

impl Hand<'_> {
    fn dice(&mut self, low: f64, high: f64) -> f64 {
        self.nth += 1;
        self.plan.dice.between(What::House, self.plot as u32, self.nth, low, high)
    }
    fn chance(&mut self, p: f64) -> bool {
        self.dice(0.0, 1.0) < p
    }
    /// Puts up a building unless it would stand in water, on the levee or off the map.
    fn put(&mut self, r: Rect, storeys: f64, purpose: Use, plinth_m: f64) {
        if r.width() < 5.0 || r.height() < 5.0 {
            return;
        }
        let warp = &self.plan.warp;
        let outline: Vec<Point> = [(r.u0, r.v0), (r.u1, r.v0), (r.u1, r.v1), (r.u0, r.v1)]
            .map(|(u, v)| {
                let p = warp.to_map(u, v);
                // Decimetres are enough for a wall, and keep files small.
                Point::new((p.x * 10.0).round() / 10.0, (p.y * 10.0).round() / 10.0)
            })
            .to_vec();
        let at = warp.to_map(0.5 * (r.u0 + r.u1), 0.5 * (r.v0 + r.v1));
        let dry = |p: Point| {
            self.grid.cell_at(p).is_some_and(|c| !matches!(self.ground.cover[c], Cover::Water | Cover::Levee))
        };
        let Some(zone) = self.plan.zone_of[self.plot] else { return };
        if !dry(at) || !outline.iter().all(|p| dry(*p)) {
            return;
        }
        self.houses.push(House {
            building: Building {
                at,
                footprint_m2: shoelace(&outline) as f32,
                storeys: storeys.round().clamp(1.0, 33.0) as u8,
                purpose,
                zone: ZoneId(u32::from(zone)),
                plinth_m: ((plinth_m * 100.0).round() / 100.0) as f32,
                node: self.net.nearest(at),
                residents: 0,
                outline,
            },
            plot: self.plan.plots[self.plot],
        });
    }
}

fn shoelace(ring: &[Point]) -> f64 {
    let twice: f64 = (0..ring.len())
        .map(|k| {
            let (a, b) = (ring[k], ring[(k + 1) % ring.len()]);
            a.x * b.y - b.x * a.y
        })
        .sum();
    0.5 * twice.abs()
}

/// Puts up all buildings; nobody lives in them yet.
pub fn build(plan: &Plan, grid: &Grid, ground: &Ground, net: &Net) -> Vec<House> {
    let mut hand = Hand { plan, grid, ground, net, houses: Vec::new(), plot: 0, nth: 0 };
    for plot in 0..plan.plots.len() {
        let (i, j) = (plot % plan.nu(), plot / plan.nu());
        let whole = Rect { u0: plan.us[i], u1: plan.us[i + 1], v0: plan.vs[j], v1: plan.vs[j + 1] };
        hand.plot = plot;
        hand.nth = 0;
        match plan.plots[plot] {
            Plot::OldTown => {
                for b in 0..3 {
                    for a in 0..3 {
                        old_block(&mut hand, whole.part((a, 3), (b, 3)).inset(5.0));
                    }
                }
            }
            Plot::NewTown => {
                for b in 0..2 {
                    for a in 0..2 {
                        new_block(&mut hand, whole.part((a, 2), (b, 2)).inset(11.0));
                    }
                }
            }
            Plot::Village => {
                for b in 0..3 {
                    village_rows(&mut hand, whole.part((0, 1), (b, 3)).inset(5.0));
                }
            }
            Plot::Works => works(&mut hand, whole.inset(14.0)),
            Plot::Port => port(&mut hand, whole.inset(14.0)),
            Plot::Quay => {
                let r = whole.inset(14.0);
                let v = 0.5 * (r.v0 + r.v1) - 10.0;
                hand.put(Rect::centred(0.5 * (r.u0 + r.u1), v, 0.66 * r.width(), 38.0), 1.0, Use::Industry, 0.3);
            }
            Plot::Park => {
                let (u, v) = (0.5 * (whole.u0 + whole.u1), 0.5 * (whole.v0 + whole.v1));
                hand.put(Rect::centred(u, v, 36.0, 22.0), 2.0, Use::Public, 0.45);
            }
            _ => {}
        }
    }
    hand.houses
}

/// A block of the old town: shophouses along its streets, yards within.
fn old_block(hand: &mut Hand, r: Rect) {
    let na = (r.width() / 12.6).floor().max(1.0) as usize;
    let nb = (r.height() / 14.0).floor().max(1.0) as usize;
    for b in 0..nb {
        for a in 0..na {
            let rim = a == 0 || b == 0 || a + 1 == na || b + 1 == nb;
            if !hand.chance(if rim { 0.94 } else { 0.55 }) {
                continue;
            }
            let lot = r.part((a, na), (b, nb));
            let (w, h) = (lot.width() * hand.dice(0.74, 0.95), lot.height() * hand.dice(0.62, 0.85));
            let storeys = 1.0 + hand.dice(0.0, 1.0).mul_add(2.4, 0.1).floor() + (hand.plan.crowding - 1.0).min(4.0);
            let purpose = match hand.dice(0.0, 1.0) {
                x if rim && x < 0.12 => Use::Shop,
                x if x < 0.15 => Use::Work,
                _ => Use::Home,
            };
            // Thresholds of old houses are one or two steps.
            let plinth = hand.dice(0.15, 0.35);
            let (u, v) = (0.5 * (lot.u0 + lot.u1), 0.5 * (lot.v0 + lot.v1));
            hand.put(Rect::centred(u, v, w, h), storeys, purpose, plinth);
        }
    }
}

/// A block of the new town: a housing estate, towers, shops and offices, a school, or green.
fn new_block(hand: &mut Hand, r: Rect) {
    let crowd = hand.plan.crowding.min(3.0);
    let (u, v) = (0.5 * (r.u0 + r.u1), 0.5 * (r.v0 + r.v1));
    match hand.dice(0.0, 1.0) {
        x if x < 0.58 => {
            // Slabs that face south, further apart the higher they are (daylight rule, about 1.2 heights).
            let storeys = match hand.dice(0.0, 1.0) {
                x if x < 0.55 => 6.0,
                x if x < 0.85 => 11.0,
                _ => 18.0,
            } * crowd;
            let gap = if storeys < 7.0 { 26.0 } else { 36.0 };
            let nb = (r.height() / gap).floor().max(1.0) as usize;
            let na = (r.width() / 46.0).floor().max(1.0) as usize;
            for b in 0..nb {
                for a in 0..na {
                    let lot = r.part((a, na), (b, nb));
                    let purpose = if b == 0 && hand.chance(0.18) { Use::Shop } else { Use::Home };
                    let depth = if storeys < 7.0 { 12.0 } else { 15.0 };
                    let length = lot.width() * hand.dice(0.72, 0.86);
                    let plinth = hand.dice(0.3, 0.6);
                    let (u, v) = (0.5 * (lot.u0 + lot.u1), 0.5 * (lot.v0 + lot.v1));
                    hand.put(Rect::centred(u, v, length, depth), storeys, purpose, plinth);
                }
            }
        }
        x if x < 0.70 => {
            for b in 0..2 {
                for a in 0..2 {
                    let lot = r.part((a, 2), (b, 2)).inset(4.0);
                    let storeys = hand.dice(26.0, 33.0).min(18.0 * crowd.max(1.2));
                    let (u, v) = (0.5 * (lot.u0 + lot.u1), 0.5 * (lot.v0 + lot.v1));
                    hand.put(Rect::centred(u, v, 24.0, 21.0), storeys, Use::Home, 0.45);
                }
            }
        }
        x if x < 0.83 => {
            for b in 0..2 {
                for a in 0..2 {
                    let lot = r.part((a, 2), (b, 2)).inset(5.0);
                    let purpose = if hand.chance(0.5) { Use::Shop } else { Use::Work };
                    let (w, h) = (lot.width() * hand.dice(0.6, 0.95), lot.height() * hand.dice(0.55, 0.9));
                    let storeys = hand.dice(3.0, 12.0);
                    let (u, v) = (0.5 * (lot.u0 + lot.u1), 0.5 * (lot.v0 + lot.v1));
                    hand.put(Rect::centred(u, v, w, h), storeys, purpose, 0.3);
                }
            }
        }
        x if x < 0.91 => {
            let purpose = if hand.chance(0.6) { Use::School } else { Use::Public };
            for k in 0..3 {
                let at = r.v0 + r.height() * (0.3 + 0.25 * f64::from(k));
                let w = r.width() * hand.dice(0.45, 0.7);
                hand.put(Rect::centred(u, at, w, 14.0), 4.0, purpose, 0.45);
            }
        }
        _ => {
            let storeys = hand.dice(1.0, 2.4);
            hand.put(Rect::centred(u, v, 20.0, 14.0), storeys, Use::Public, 0.3);
        }
    }
}

/// Rows of farmhouses on both sides of a lane, all facing south.
fn village_rows(hand: &mut Hand, r: Rect) {
    let n = (r.width() / 17.0).floor().max(1.0) as usize;
    for row in 0..2 {
        // Rows are of all lengths, so that a village has no straight edge.
        let (from, to) = (hand.dice(-0.25, 0.35), hand.dice(0.65, 1.25));
        for k in 0..n {
            let along = (k as f64 + 0.5) / n as f64;
            if along < from || along > to || !hand.chance(0.80) {
                continue;
            }
            let lot = r.part((k, n), (row, 2));
            let (w, h) = (hand.dice(9.0, 13.5), hand.dice(8.5, 11.5));
            let storeys = if hand.chance(0.30) { 1.0 } else { 2.0 } + (hand.plan.crowding - 1.0).min(3.0);
            let purpose = if hand.chance(0.025) { Use::Shop } else { Use::Home };
            let v = if row == 0 { lot.v0 + 0.5 * h + 3.0 } else { lot.v1 - 0.5 * h - 3.0 } + hand.dice(-1.5, 1.5);
            let u = 0.5 * (lot.u0 + lot.u1);
            let plinth = hand.dice(0.2, 0.45);
            hand.put(Rect::centred(u, v, w, h), storeys, purpose, plinth);
        }
    }
}

/// A plot of works: halls, an office, now and then a dormitory.
fn works(hand: &mut Hand, r: Rect) {
    for b in 0..2 {
        for a in 0..2 {
            let lot = r.part((a, 2), (b, 2)).inset(7.0);
            let (u, v) = (0.5 * (lot.u0 + lot.u1), 0.5 * (lot.v0 + lot.v1));
            if a == 1 && b == 0 {
                hand.put(Rect::centred(u, lot.v0 + 9.0, 0.7 * lot.width(), 15.0), 4.0, Use::Work, 0.45);
                // Dormitories of the works.
                if hand.chance(0.55) {
                    hand.put(Rect::centred(u, lot.v1 - 12.0, 0.75 * lot.width(), 14.0), 5.0, Use::Home, 0.3);
                }
                continue;
            }
            let (w, h) = (lot.width() * hand.dice(0.7, 1.0), lot.height() * hand.dice(0.6, 1.0));
            let storeys = if hand.chance(0.7) { 1.0 } else { 3.0 };
            hand.put(Rect::centred(u, v, w, h), storeys, Use::Industry, 0.3);
        }
    }
}

/// A plot of the chemical park: tanks in their bunds, a control house.
fn port(hand: &mut Hand, r: Rect) {
    for b in 0..3 {
        for a in 0..3 {
            let lot = r.part((a, 3), (b, 3)).inset(4.0);
            let (u, v) = (0.5 * (lot.u0 + lot.u1), 0.5 * (lot.v0 + lot.v1));
            if (a, b) == (0, 0) {
                hand.put(Rect::centred(u, v, 0.7 * lot.width(), 18.0), 3.0, Use::Work, 0.45);
            } else if b == 2 || hand.chance(0.4) {
                let side = hand.dice(26.0, 38.0);
                hand.put(Rect::centred(u, v, side, side), 3.0, Use::Industry, 0.3);
            } else if hand.chance(0.75) {
                let (w, h) = (lot.width() * 0.85, lot.height() * hand.dice(0.4, 0.7));
                hand.put(Rect::centred(u, v, w, h), 2.0, Use::Industry, 0.3);
            }
        }
    }
}

/// Gives every resident a home: shares of the quarters first, then by floor area and chance within a quarter.
pub fn settle(plan: &Plan, houses: &mut [House]) {
    let shares = Shares::of(plan.spec.terrain);
    let quarter = |plot: Plot| match plot {
        Plot::OldTown => Quarter::OldTown,
        Plot::Village => Quarter::Village,
        Plot::Works | Plot::Port | Plot::Quay => Quarter::Works,
        _ => Quarter::NewTown,
    };
    let wanted = [
        (Quarter::OldTown, shares.old_town),
        (Quarter::NewTown, shares.new_town),
        (Quarter::Village, shares.village),
        (Quarter::Works, shares.works),
    ];
    let homes: Vec<usize> = (0..houses.len()).filter(|&b| houses[b].building.purpose == Use::Home).collect();
    let crowd = |b: usize| plan.dice.between(What::Crowding, b as u32, 0, 0.6, 1.4);
    let area = |h: &House| f64::from(h.building.footprint_m2) * f64::from(h.building.storeys);
    let mut weight = vec![0.0f64; houses.len()];
    for (kind, share) in wanted {
        let mine: Vec<usize> = homes.iter().copied().filter(|&b| quarter(houses[b].plot) == kind).collect();
        let sum: f64 = mine.iter().map(|&b| area(&houses[b]) * crowd(b)).sum();
        for &b in &mine {
            weight[b] = share * area(&houses[b]) * crowd(b) / sum;
        }
    }
    // A quarter without homes leaves its people to the others. Whole people by running sum: exact in total.
    let total: f64 = weight.iter().sum();
    assert!(total > 0.0, "a town without homes (seed {})", plan.spec.seed);
    let people = f64::from(plan.spec.residents);
    let (mut sum, mut given) = (0.0, 0u32);
    let last = homes.iter().copied().rfind(|&b| weight[b] > 0.0).expect("a home");
    for &b in &homes {
        sum += weight[b];
        let upto = if b >= last { plan.spec.residents } else { (people * sum / total).round() as u32 };
        let mine = upto.max(given) - given;
        houses[b].building.residents = u16::try_from(mine).expect("a building for at most 65,535 people");
        given += mine;
    }
}
