//! What a cloud does at any place round its source, once and for all to read (浓度过程场): the courses of concentration at the nodes of a polar net, read between
//! them. For a city's worth of doors, where a course each would be too dear ([`super::quick`]).
//!
//! One steady wind over flat ground moves a cloud from one place alike on both sides of its axis, so half the net does. Rings stand at equal
//! ratios, rays closer together near the axis, where a plume is narrow:
//!
//! ```text
//! r_i = r_0 (R/r_0)^(i/(n - 1))        a_j = pi (j/(m - 1))^2
//! c(r, a, t) = r^-p sum of r_i^p c(r_i, a_j, t), linear in ln r and in sqrt(a),   p = 1.7
//! ```
//!
//! A plume thins out about as r^-1.7, so what is read between two rings lies near the curve and not on its chord.

use super::quick::{Question, SQUARES_M};
use crate::puff::field::over_ground_1_m2;
use base::fold;
use base::grid::Point;
use base::math;
use std::f64::consts::PI;

/// Rings and rays of the net.
const RINGS: usize = 34;
const RAYS: usize = 25;
/// Innermost ring, m: nearer to the source its value holds.
const NEAREST_M: f64 = 15.0;
/// A square's cloud is good for the rings within this share of it: its puffs go out at the rim.
const WITHIN: f64 = 0.7;
/// Power by which values are evened out before they are read.
const POWER: f64 = 1.7;

/// Place by the source: along the wind and off the axis, m; the side does not matter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    pub along_m: f64,
    pub across_m: f64,
}

impl Place {
    pub fn distance_m(&self) -> f64 {
        math::hypot(self.along_m, self.across_m)
    }
    /// Angle off the axis, 0 to pi.
    pub fn angle(&self) -> f64 {
        math::atan2(self.across_m.abs(), self.along_m)
    }
    /// The same distance at another angle.
    pub fn at_angle(&self, angle: f64) -> Place {
        let r = self.distance_m();
        Place { along_m: r * math::cos(angle), across_m: r * math::sin(angle) }
    }
    pub fn moved(&self, towards: (f64, f64), way_m: f64) -> Place {
        Place { along_m: self.along_m + way_m * towards.0, across_m: self.across_m + way_m * towards.1 }
    }
    /// Unit vector of the way out: across the wind to the nearer side; upwind of the source straight away from it.
    pub fn way_out(&self) -> (f64, f64) {
        let side = if self.across_m < 0.0 { -1.0 } else { 1.0 };
        let r = self.distance_m();
        if self.along_m >= 0.0 || r < 1.0 { (0.0, side) } else { (self.along_m / r, self.across_m / r) }
    }
}

/// Courses on the net, kg/m3 times r^p, in steps of `dt_s` from the question's moment on.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    pub dt_s: f64,
    pub steps: usize,
    source: Point,
    towards: (f64, f64),
    ln_ratio: f64,
    /// By ring, ray, step.
    values: Vec<f32>,
    /// The highest of each node.
    peaks: Vec<f32>,
}

/// Where a place lies on the net: the first of four nodes, shares towards the next ring and ray, and what to multiply by.
struct Spot {
    node: usize,
    ring: f64,
    ray: f64,
    thin: f64,
}

impl Question<'_> {
    /// The courses out to `reach_m` from the source.
    pub fn field(&self, reach_m: f64, dt_s: f64) -> Field {
        let reach_m = reach_m.max(4.0 * NEAREST_M);
        let ln_ratio = math::ln(reach_m / NEAREST_M) / (RINGS - 1) as f64;
        let steps = ((self.to_s - self.from_s) / dt_s).round().max(0.0) as usize;
        let (source, towards) = (self.release.at, self.air.towards);
        let nodes: Vec<(Point, f64)> = (0..RINGS * RAYS)
            .map(|node| {
                let r = NEAREST_M * math::exp(ln_ratio * (node / RAYS) as f64);
                let share = (node % RAYS) as f64 / (RAYS - 1) as f64;
                let (c, s) = (math::cos(PI * share * share), math::sin(PI * share * share));
                let (x, y) = (r * (c * towards.0 - s * towards.1), r * (c * towards.1 + s * towards.0));
                (Point::new(source.x + x, source.y + y), math::pow(r, POWER))
            })
            .collect();
        let wind = self.wind();
        let mut values = vec![0.0f32; RINGS * RAYS * steps];
        let ring_m = |ring: usize| NEAREST_M * math::exp(ln_ratio * ring as f64);
        let mut first = 0;
        // Near rings are seen with small and many puffs, far ones with a few large.
        for half_m in SQUARES_M.into_iter().chain([2.0 * reach_m]) {
            let last = (first..RINGS).find(|ring| ring_m(*ring) > WITHIN * half_m).unwrap_or(RINGS);
            if last == first {
                continue;
            }
            let mut cloud = self.cloud(half_m, &wind);
            cloud.advance(&wind, self.from_s - cloud.time_s);
            for k in 0..steps {
                // The middle of a step stands for it.
                cloud.advance(&wind, self.from_s + (k as f64 + 0.5) * dt_s - cloud.time_s);
                let air = wind.weather.at(cloud.time_s);
                // Near the ground a puff's share over height is the same everywhere under it.
                let weights: Vec<f64> = cloud
                    .puffs
                    .iter()
                    .map(|p| {
                        let shape = p.shape(self.scheme, &wind.place(&air, p.x_m, p.y_m));
                        p.mass_kg * shape.share_1_m(0.0, p.height_m, p.depth_m, air.mixing_height_m)
                    })
                    .collect();
                let rings = &mut values[first * RAYS * steps..last * RAYS * steps];
                fold::each_chunk(rings, RAYS * steps.max(1), |ring, rows| {
                    for ray in 0..RAYS {
                        let (p, power) = nodes[(first + ring) * RAYS + ray];
                        let all = cloud.puffs.iter().zip(&weights);
                        let sum: f64 = all.map(|(puff, weight)| weight * over_ground_1_m2(puff, p.x, p.y)).sum();
                        rows[ray * steps + k] = (sum * power) as f32;
                    }
                });
            }
            first = last;
        }
        let peak = |node: usize| values[node * steps..(node + 1) * steps].iter().copied().fold(0.0, f32::max);
        let peaks = (0..RINGS * RAYS).map(peak).collect();
        Field { dt_s, steps, source, towards, ln_ratio, values, peaks }
    }
}

impl Field {
    /// A point of the map as the field sees it.
    pub fn place(&self, p: Point) -> Place {
        let (dx, dy) = (p.x - self.source.x, p.y - self.source.y);
        let (e, n) = self.towards;
        Place { along_m: dx * e + dy * n, across_m: dy * e - dx * n }
    }

    /// `None` beyond the outermost ring.
    fn spot(&self, place: Place) -> Option<Spot> {
        let r = place.distance_m().max(NEAREST_M);
        let ring = math::ln(r / NEAREST_M) / self.ln_ratio;
        if ring > (RINGS - 1) as f64 {
            return None;
        }
        let ray = math::sqrt(place.angle() / PI) * (RAYS - 1) as f64;
        let (i, j) = ((ring as usize).min(RINGS - 2), (ray as usize).min(RAYS - 2));
        let thin = math::exp(-POWER * (math::ln(NEAREST_M) + ring * self.ln_ratio));
        Some(Spot { node: i * RAYS + j, ring: ring - i as f64, ray: ray - j as f64, thin })
    }

    fn read(spot: &Spot, value: impl Fn(usize) -> f32) -> f32 {
        let row = |node: usize| {
            let (a, b) = (f64::from(value(node)), f64::from(value(node + 1)));
            a + (b - a) * spot.ray
        };
        let (near, far) = (row(spot.node), row(spot.node + RAYS));
        ((near + (far - near) * spot.ring) * spot.thin) as f32
    }

    /// Concentration at a place in a step, kg/m3.
    pub fn at(&self, place: Place, step: usize) -> f32 {
        self.spot(place).map_or(0.0, |spot| Field::read(&spot, |node| self.values[node * self.steps + step]))
    }

    /// The highest of the time looked at, kg/m3.
    pub fn peak(&self, place: Place) -> f32 {
        self.spot(place).map_or(0.0, |spot| Field::read(&spot, |node| self.peaks[node]))
    }

    /// The whole course at a place.
    pub fn course(&self, place: Place) -> Vec<f32> {
        let Some(spot) = self.spot(place) else { return vec![0.0; self.steps] };
        (0..self.steps).map(|k| Field::read(&spot, |node| self.values[node * self.steps + k])).collect()
    }

    /// What is met from the step that begins at `starts_s` on, on a straight way at an even speed: to the end of the time looked at.
    pub fn on_way(&self, from: Place, starts_s: f64, speed_m_s: f64) -> Vec<f32> {
        let (first, towards) = ((starts_s / self.dt_s).round() as usize, from.way_out());
        let met = |k: usize| {
            let gone_m = speed_m_s * (k as f64 + 0.5 - first as f64) * self.dt_s;
            self.at(from.moved(towards, gone_m), k)
        };
        (first..self.steps).map(met).collect()
    }

    /// How far it is on the way out to where the highest stays below `kg_m3`, m.
    pub fn way_out_m(&self, from: Place, kg_m3: f64) -> f64 {
        let (towards, mut gone_m) = (from.way_out(), 0.0);
        loop {
            let place = from.moved(towards, gone_m);
            if f64::from(self.peak(place)) < kg_m3 {
                return gone_m;
            }
            gone_m += (0.02 * place.distance_m()).max(5.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::puff::Scheme;
    use crate::puff::plume::Aloha;
    use crate::release::{Emission, Entry, Release, Step};
    use crate::weather::WeatherSpec;

    fn release(until_s: f64) -> Release {
        let state = Emission {
            entry: Entry::Cloud,
            temperature_k: 288.15,
            vapour_share: 1.0,
            speed_m_s: 0.0,
            area_m2: 0.01,
            width_m: 0.1,
        };
        let steps = vec![Step { from_s: 0.0, to_s: until_s, rate_kg_s: 1.0, state }];
        Release { substance: "ammonia".into(), at: Point::new(50.0, -20.0), height_m: 0.0, steps, bursts: Vec::new() }
    }
    fn question(release: &Release, from_deg: f64) -> Question<'_> {
        let text = format!(
            "(ground: OpenCountry, reports: [(wind_m_s: 5, wind_from_deg: {from_deg}, stability: Class(D), mixing_height_m: Some(3000))])"
        );
        let air = ron::from_str::<WeatherSpec>(&text).expect("reads").check("test").expect("sound").at(0.0);
        let (scheme, averaging_s) = (Scheme::BriggsCountry, 600.0);
        Question { release, gas: None, air, scheme, averaging_s, from_s: 0.0, to_s: 3600.0 }
    }

    #[test]
    fn the_net_reads_as_the_plume_s_formula_at_doors_and_on_ways() {
        // Grade: reference. The standing plume of ALOHA's formula: 8 % on the axis; off it and on ways 15 %, and 2 % of the axis' value.
        let release = release(3600.0);
        let q = question(&release, 240.0);
        let field = q.field(3000.0, 60.0);
        let formula = Aloha::open_country(1.0);
        let (e, n) = q.air.towards;
        for (along, across) in
            [(60.0, 0.0), (120.0, 0.0), (300.0, 0.0), (300.0, 20.0), (700.0, -60.0), (1400.0, 90.0), (2400.0, -300.0)]
        {
            let door = Point::new(50.0 + along * e - across * n, -20.0 + along * n + across * e);
            let place = field.place(door);
            let axis = formula.steady_kg_m3(along, 0.0, 0.0);
            let want = formula.steady_kg_m3(along, across, 0.0);
            let (got, share) = (f64::from(field.course(place)[40]), if across == 0.0 { 0.08 } else { 0.15 });
            assert!((got - want).abs() < share * want + 0.02 * axis, "{place:?}: {got} {want}");
            let way: f64 = field.on_way(place, 2400.0, 0.2).iter().take(10).map(|c| f64::from(*c)).sum();
            let walked = |k: i32| formula.steady_kg_m3(along, across.abs() + 12.0 * (f64::from(k) + 0.5), 0.0);
            let walked: f64 = (0..10).map(walked).sum();
            assert!((way - walked).abs() < 0.15 * walked + 0.1 * axis, "on the way from {place:?}: {way} {walked}");
        }
        assert!(field.peak(Place { along_m: -90.0, across_m: 40.0 }) < 1e-9, "nothing goes against the wind");
    }

    #[test]
    fn both_sides_are_alike_the_way_out_is_across_and_nothing_is_read_beyond_the_net() {
        // Grade: exact.
        let release = release(3600.0);
        let field = question(&release, 270.0).field(2000.0, 60.0);
        let (left, right) = (Place { along_m: 400.0, across_m: 70.0 }, Place { along_m: 400.0, across_m: -70.0 });
        assert_eq!(field.course(left), field.course(right));
        let axis = Place { along_m: 400.0, across_m: 0.0 };
        let level = 0.1 * f64::from(field.peak(axis));
        let out_m = field.way_out_m(axis, level);
        assert!(f64::from(field.peak(axis.moved((0.0, 1.0), out_m))) < level);
        assert!(f64::from(field.peak(axis.moved((0.0, 1.0), out_m - 15.0))) >= level, "{out_m}");
        assert!(field.way_out_m(left, level) < out_m);
        let beyond = Place { along_m: 2100.0, across_m: 0.0 };
        assert!(field.peak(beyond) == 0.0 && field.course(beyond).iter().all(|c| *c == 0.0));
        let behind = Place { along_m: -50.0, across_m: 0.0 };
        assert_eq!(behind.way_out(), (-1.0, 0.0));
    }
}
