//! Channels narrower than a cell against closed forms and ordinary differential equations: what is computed in the channel
//! alone, with the plain high above it.

use base::grid::{Grid, Point};
use hydro::channel::{Along, ChannelSpec, ChannelStart, Channels, ChannelsSpec, End};
use hydro::flow::{Buckets, G};
use hydro::forcing::series::Series;
use hydro::solver::Domain;
use std::path::Path;

/// A row of cells of 50 m whose ground falls evenly to 16 m.
fn high_plain(length_m: f64, slope: f64) -> Domain {
    let grid = Grid { nx: (length_m / 50.0).ceil() as usize, ny: 1, cell_m: 50.0, x0: 0.0, y0: 0.0 };
    let bed_m = (0..grid.len()).map(|c| 16.0 + slope * (length_m - grid.centre(c).x)).collect();
    Domain::new(grid, bed_m, vec![0.03; grid.len()])
}

/// A straight channel down the middle of it with an even slope.
struct Straight {
    length_m: f64,
    width_m: f64,
    side_slope: f64,
    slope: f64,
    manning: f64,
}

impl Straight {
    fn channels(&self, reach_m: f64, flow: f64, to: End) -> (Channels, Buckets) {
        let domain = high_plain(self.length_m, self.slope);
        let mut spec = ChannelsSpec::default();
        spec.options.reach_m = Some(reach_m);
        spec.channels.push(ChannelSpec {
            name: "straight".into(),
            line: vec![Point::new(0.0, 25.0), Point::new(self.length_m, 25.0)],
            width_m: Along::Even(self.width_m),
            bed_m: Along::Corners(vec![10.0 + self.slope * self.length_m, 10.0]),
            bank_m: None,
            side_slope: self.side_slope,
            manning: Along::Even(self.manning),
            from: End::Inflow(Series(vec![(0.0, flow)])),
            to,
            start: ChannelStart::Depth(1.0),
        });
        let channels = Channels::new(&domain, spec, Path::new("channels.ron")).unwrap();
        let flow = Buckets::new(domain.grid, domain.bed_m.clone(), vec![0.0; domain.grid.len()]);
        (channels, flow)
    }
    fn area(&self, y: f64) -> f64 {
        (self.width_m + self.side_slope * y) * y
    }
    fn top(&self, y: f64) -> f64 {
        self.width_m + 2.0 * self.side_slope * y
    }
    /// Slope of friction.
    fn friction(&self, q: f64, y: f64) -> f64 {
        let p = self.width_m + 2.0 * y * (1.0 + self.side_slope * self.side_slope).sqrt();
        let r = self.area(y) / p;
        (q * self.manning / self.area(y)).powi(2) / r.powf(4.0 / 3.0)
    }
    /// Depth of uniform flow by bisection.
    fn normal_m(&self, q: f64) -> f64 {
        let (mut low, mut high) = (1e-3, 50.0);
        for _ in 0..100 {
            let y = 0.5 * (low + high);
            if self.friction(q, y) > self.slope { low = y } else { high = y }
        }
        low
    }
    fn froude(&self, q: f64, y: f64) -> f64 {
        q / self.area(y) * (self.top(y) / (G * self.area(y))).sqrt()
    }
    /// Depths every metre upstream of the end from a depth there: dy/dx = (S0 - Sf) / (1 - Fr2), fourth order.
    fn backwater(&self, q: f64, end_m: f64, to_m: usize) -> Vec<f64> {
        let rise = |y: f64| (self.slope - self.friction(q, y)) / (1.0 - self.froude(q, y).powi(2));
        let parts = 20;
        let dx = -1.0 / f64::from(parts);
        let mut all = vec![end_m];
        let mut y = end_m;
        for _ in 0..to_m {
            for _ in 0..parts {
                let k1 = rise(y);
                let k2 = rise(y + 0.5 * dx * k1);
                let k3 = rise(y + 0.5 * dx * k2);
                let k4 = rise(y + dx * k3);
                y += dx / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4);
            }
            all.push(y);
        }
        all
    }
}

fn run(channels: &mut Channels, flow: &mut Buckets, to_s: f64, dt_s: f64) {
    for k in 0..(to_s / dt_s) as usize {
        channels.step(flow, k as f64 * dt_s, dt_s);
    }
}

#[test]
fn uniform_flow_stands_at_its_normal_depth_slow_and_fast() {
    // Grade: exact (Manning's equation; within 1 % of the depth everywhere, for steps of any length). Froude 0.30, 0.34, 1.56.
    for (side_slope, slope, manning) in [(0.0, 0.001, 0.03), (2.0, 0.001, 0.03), (0.0, 0.02, 0.025)] {
        let channel = Straight { length_m: 4000.0, width_m: 10.0, side_slope, slope, manning };
        let normal = channel.normal_m(30.0);
        for dt_s in [5.0, 60.0] {
            let (mut channels, mut flow) = channel.channels(50.0, 30.0, End::Normal { slope: None });
            run(&mut channels, &mut flow, 6.0 * 3600.0, dt_s);
            for (x, bed, level, q) in channels.profile("straight") {
                let off = (level - bed) / normal - 1.0;
                assert!(off.abs() < 0.01, "slope {slope}, step {dt_s} s, x {x}: {} m, normal {normal} m", level - bed);
                assert!((q / 30.0 - 1.0).abs() < 1e-3, "{q} m3/s at {x} m");
            }
            assert!(channels.error_m3().abs() < 1e-12 * channels.ledger().inflow_m3);
        }
    }
}

#[test]
fn backwater_of_a_weir_and_drawdown_to_a_fall_follow_the_equation_of_gradually_varied_flow() {
    // Grade: reference (dy/dx = (S0 - Sf)/(1 - Fr2), integrated to fourth order). M1 within 1 mm. M2: what is carried along
    // is upwind, of first order, so its error is half a stretch of the change of velocity head along the channel, which
    // the drawdown multiplies by 1/(1 - Fr2) at its steepest: dx/2 |d(u2/2g)/dx| / (1 - Fr2) at the end, 0.03 m for 100 m
    // and Froude 0.57; half of it for half the stretch. Left out (local inertia), it would miss by u2/2g: 0.2 m.
    let channel = Straight { length_m: 8000.0, width_m: 12.0, side_slope: 1.0, slope: 0.0005, manning: 0.028 };
    let q = 40.0;
    let normal = channel.normal_m(q);
    for (kind, end_m) in [("M1", normal + 1.5), ("M2", 0.62 * normal)] {
        let expected = channel.backwater(q, end_m, 8000);
        for reach_m in [100.0, 50.0, 25.0] {
            let (mut channels, mut flow) = channel.channels(reach_m, q, End::Stage(Series(vec![(0.0, 10.0 + end_m)])));
            run(&mut channels, &mut flow, 8.0 * 3600.0, 30.0);
            let off = |(x, bed, level, _): &(f64, f64, f64, f64)| {
                (level - bed - expected[(8000.0 - x).round() as usize]).abs()
            };
            let worst = channels.profile("straight").iter().map(off).fold(0.0, f64::max);
            let head = |y: f64| (q / channel.area(y)).powi(2) / (2.0 * G);
            let steepest = (head(expected[0]) - head(expected[reach_m as usize])).abs();
            let bound = 0.001 + 0.5 * steepest / (1.0 - channel.froude(q, end_m).powi(2));
            assert!(worst < bound, "{kind}, stretches of {reach_m} m: off by {worst} m, bound {bound} m");
            println!("{kind} {reach_m} m: off by {worst:.5} m, bound {bound:.5} m");
        }
    }
}

#[test]
fn a_free_fall_draws_the_water_down_to_its_critical_depth() {
    // Grade: reference (critical depth at the brink, and the drawdown above it by the equation of gradually varied flow from
    // 5 % over it, where that equation begins to hold). What is carried along comes from half a stretch upstream: at the
    // brink, where the velocity head rises from 0.36 m to 0.49 m over the last half stretch, 0.13 m of head is missed;
    // in depth that is 0.13 / (1 - Fr2) = 0.16 m at 1.7 m, and it fades upstream as the drawdown does. 3 % of the depth
    // (0.05 m) from 200 m up, and half of that at the same places for half the stretch.
    let channel = Straight { length_m: 4000.0, width_m: 10.0, side_slope: 0.0, slope: 0.0008, manning: 0.03 };
    let q = 30.0_f64;
    let critical = (q * q / (G * 100.0)).cbrt();
    // Where that profile stands 5 % over the critical depth: a metre or two from the brink.
    let expected = channel.backwater(q, 1.05 * critical, 4000);
    for (reach_m, most) in [(20.0, 0.03), (10.0, 0.015)] {
        let (mut channels, mut flow) = channel.channels(reach_m, q, End::Stage(Series(vec![(0.0, 10.01)])));
        run(&mut channels, &mut flow, 4.0 * 3600.0, 10.0);
        let rows = channels.profile("straight");
        let (_, bed, level, _) = rows[rows.len() - 1];
        assert!((level - bed - critical).abs() < 1e-3, "{} m at the brink, critical {critical} m", level - bed);
        for (x, bed, level, _) in rows.iter().filter(|r| r.0 <= 3800.0) {
            let there = expected[(4000.0 - x).round() as usize];
            let off = (level - bed) / there - 1.0;
            assert!(off.abs() < most, "stretches of {reach_m} m, x {x}: {} m against {there} m", level - bed);
        }
    }
}
