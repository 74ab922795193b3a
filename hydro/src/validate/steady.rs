//! Steady flows: over a bump, in MacDonald's channels, uniform on a slope, and rain running off a plane.

use super::analytic::{Bump, Channel, normal_depth_m};
use super::case::{Bench, Bound, Case, CaseResult, Panel, Role, digits};
use super::measure::{mean_abs, relative_l1};
use super::rig::{Precision, Run, Setup, rain, scheme_name};
use crate::solver::{EdgeKind, EdgeSide, Scheme};
use base::math::{pow, sqrt};

pub fn cases() -> Vec<Case> {
    vec![
        Case { name: "bump-sub", about: "subcritical flow over a bump", quick: true, run: bump_sub },
        Case { name: "bump-trans", about: "flow over a bump, critical on its crest", quick: true, run: bump_trans },
        Case { name: "bump-jump", about: "flow over a bump with a jump behind it", quick: true, run: bump_jump },
        Case { name: "macdonald-sub", about: "long channel, subcritical", quick: true, run: macdonald_sub },
        Case { name: "macdonald-super", about: "long channel, supercritical", quick: true, run: macdonald_super },
        Case {
            name: "macdonald-trans",
            about: "long channel, sub- to supercritical",
            quick: true,
            run: macdonald_trans,
        },
        Case {
            name: "macdonald-jump",
            about: "long channel, super- to subcritical by a jump",
            quick: true,
            run: macdonald_jump,
        },
        Case { name: "macdonald-rain", about: "long channel with rain", quick: true, run: macdonald_rain },
        Case { name: "slope", about: "uniform flow on slopes, down to 2 mm", quick: true, run: slope },
        Case { name: "rain-plane", about: "rain running off a plane", quick: true, run: rain_plane },
    ]
}

/// A series that never changes.
fn always(value: f64) -> Vec<(f64, f64)> {
    vec![(0.0, value)]
}

fn bump(name: &str, bench: &Bench, flow: Bump, start_m: f64, outlet: EdgeKind) -> CaseResult {
    let mut result = CaseResult::new(name);
    let (n, dx, ny) = (250, 0.1, 4);
    let q = flow.q_m2_s();
    let xs: Vec<f64> = (0..=500).map(|k| f64::from(k) * 0.05).collect();
    let jump = flow.jump_at();
    let mut level = Panel::new(&format!("{name}: level, 250 cells"), "x, m", "level, m")
        .with("bed", Role::Bed, xs.iter().map(|x| (*x, Bump::bed_m(*x))).collect())
        .with("exact", Role::Exact, xs.iter().map(|x| (*x, Bump::bed_m(*x) + flow.depth_m(*x))).collect());
    let mut discharge = Panel::new(&format!("{name}: discharge"), "x, m", "q, m2/s").with(
        "exact",
        Role::Exact,
        vec![(0.0, q), (25.0, q)],
    );
    for (scheme, precision, role) in [
        (Scheme::First, Precision::F64, Role::ComputedToo),
        (Scheme::Second, Precision::F64, Role::Computed),
        (Scheme::Second, Precision::F32, Role::Peer),
        (Scheme::Auto, Precision::F32, Role::Peer),
    ] {
        if bench.quick && (scheme, precision) != (Scheme::Second, Precision::F32) {
            continue;
        }
        let setup = Setup::new(n, ny, dx, |p| Bump::bed_m(p.x))
            .level(start_m)
            .by(scheme, precision)
            .edge(EdgeSide::West, 0, ny, EdgeKind::Discharge(always(q * dx * ny as f64)))
            .edge(EdgeSide::East, 0, ny, outlet.clone());
        let mut run = Run::new(bench, setup);
        run.to(if matches!(flow, Bump::Sub { .. }) { 300.0 } else { 200.0 });
        let (h, exact) = run.row_depths(|x| flow.depth_m(x));
        let qs = run.along(|tank, c| tank.depth_m(c) * tank.velocity_m_s(c).0);
        // The jump's own cell and its neighbours are left out: a captured jump has a cell of spurious discharge.
        let away = |x: f64| jump.is_none_or(|j| (x - j).abs() > 1.5 * dx);
        let away_q: Vec<f64> = qs.iter().filter(|(x, _)| away(*x)).map(|(_, q)| *q).collect();
        let off_q = mean_abs(&away_q, &vec![q; away_q.len()]) / q;
        let judged = scheme != Scheme::First;
        result.rows.push(run.row(
            "L1(q)/q away from a jump",
            off_q,
            if judged { Bound::AtMost(0.01) } else { Bound::Shown },
            "",
        ));
        let bound = if judged { Bound::AtMost(0.01) } else { Bound::Shown };
        result.rows.push(run.row("L1(h)/mean h", relative_l1(&h, &exact), bound, ""));
        if let Some(j) = jump {
            // Where the depth passes the middle between both sides of the exact jump.
            let half = 0.5 * (flow.depth_m(j - 1e-6) + flow.depth_m(j + 1e-6));
            let from = (11.0 / dx) as usize;
            let at = (from..n).find(|k| h[*k] > half).map_or(f64::NAN, |k| k as f64 * dx);
            let bound = if judged { Bound::AtMost(1.0) } else { Bound::Shown };
            result.rows.push(run.row("jump off by, cells", ((at - j) / dx).abs(), bound, ""));
        }
        if precision == Precision::F64 {
            level = level.with(scheme_name(scheme), role, run.along(|tank, c| tank.stage_m(c)));
            discharge = discharge.with(scheme_name(scheme), role, qs);
        }
    }
    result.panels = vec![level, discharge];
    result
}

fn bump_sub(bench: &Bench) -> CaseResult {
    bump("bump-sub", bench, Bump::Sub { q_m2_s: 4.42, outlet_m: 2.0 }, 2.0, EdgeKind::Stage(always(2.0)))
}

fn bump_trans(bench: &Bench) -> CaseResult {
    // SWASHES fills to 0.66 m and holds that level while the outlet is subcritical. A free edge keeps any subcritical
    // flow that it is given, so the channel starts dry: the water reaches the outlet supercritical.
    bump("bump-trans", bench, Bump::Trans { q_m2_s: 1.53 }, 0.0, EdgeKind::Free)
}

fn bump_jump(bench: &Bench) -> CaseResult {
    bump("bump-jump", bench, Bump::Jump { q_m2_s: 0.18, outlet_m: 0.33 }, 0.33, EdgeKind::Stage(always(0.33)))
}

/// A channel of MacDonald's on `n` cells, filled from dry ground until it is steady.
pub fn channel_run<'a>(bench: &'a Bench, channel: Channel, n: usize, by: (Scheme, Precision)) -> Run<'a> {
    let (dx, ny) = (Channel::LENGTH_M / n as f64, 4);
    let bed = channel.bed_m(n);
    let mut setup = Setup::new(n, ny, dx, |_| 0.0).rough(channel.manning()).by(by.0, by.1);
    setup.bed_m = (0..n * ny).map(|c| bed[c % n]).collect();
    let slow_outlet = channel.q_m2_s(1000.0) < pow(channel.depth_m(1000.0), 1.5) * sqrt(crate::flow::G);
    let outlet = if slow_outlet { EdgeKind::Stage(always(channel.depth_m(1000.0))) } else { EdgeKind::Free };
    let setup = setup
        .edge(EdgeSide::West, 0, ny, EdgeKind::Discharge(always(channel.q_m2_s(0.0) * dx * ny as f64)))
        .edge(EdgeSide::East, 0, ny, outlet);
    let mut run = Run::new(bench, setup);
    if channel.rain_m_s() > 0.0 {
        run.to_with(6000.0, &mut rain(channel.rain_m_s()));
    } else {
        run.to(6000.0);
    }
    run
}

fn macdonald(name: &str, bench: &Bench, channel: Channel, schemes: &[Scheme], peer: &str) -> CaseResult {
    let mut result = CaseResult::new(name);
    let n = 200;
    let bed = channel.bed_m(1000);
    let xs: Vec<f64> = (0..1000).map(|k| f64::from(k) + 0.5).collect();
    let mut level = Panel::new(&format!("{name}: level, {n} cells"), "x, m", "level, m")
        .with("bed", Role::Bed, xs.iter().zip(&bed).map(|(x, z)| (*x, *z)).collect())
        .with("exact", Role::Exact, xs.iter().zip(&bed).map(|(x, z)| (*x, z + channel.depth_m(*x))).collect());
    let mut depth = Panel::new(&format!("{name}: depth"), "x, m", "h, m").with(
        "exact",
        Role::Exact,
        xs.iter().map(|x| (*x, channel.depth_m(*x))).collect(),
    );
    // An inlet gives a discharge and no depth, and a supercritical flow begins at the critical one. By dh/dx = (S - Sf)/(1 - Fr^2) what it is
    // off falls over h (Fr^2 - 1) / (10/3 Sf): 17 m in the channel with the jump (h 0.54 m, Fr^2 2.5, Sf 0.0145 at its inlet),
    // 5 m in the other. Seven of these, to a thousandth, are left out: an eighth of the length.
    let fast_inlet = matches!(channel, Channel::Supercritical | Channel::Jump);
    let first = if fast_inlet { n / 8 } else { 0 };
    if fast_inlet {
        result.notes.push(format!(
            "{name}: an inlet gives a discharge and no depth, so the depth is compared from x = {} m on, where the \
             supercritical flow has come to the exact one.",
            first * 1000 / n
        ));
    }
    for scheme in schemes {
        for precision in Precision::BOTH {
            if bench.quick && precision == Precision::F64 {
                continue;
            }
            let run = channel_run(bench, channel, n, (*scheme, precision));
            let dx = Channel::LENGTH_M / n as f64;
            let (h, exact) = run.row_depths(|x| channel.depth_m(x));
            let near_jump = |k: usize| channel == Channel::Jump && (k as f64 * dx - 500.0).abs() < 2.5 * dx;
            let (h, exact): (Vec<f64>, Vec<f64>) =
                (first..n).filter(|k| !near_jump(*k)).map(|k| (h[k], exact[k])).unzip();
            let most = if *scheme == Scheme::First { 0.03 } else { 0.005 };
            result.rows.push(run.row("mean |dh|, m", mean_abs(&h, &exact), Bound::AtMost(most), peer));
            if channel == Channel::Jump {
                let profile = run.along(|tank, c| tank.depth_m(c));
                let half = 0.5 * (channel.depth_m(499.9) + channel.depth_m(500.1));
                let at = profile[n / 4..].iter().find(|(_, h)| *h > half).map_or(f64::NAN, |(x, _)| x - 0.5 * dx);
                let bound = if *scheme == Scheme::First { Bound::AtMost(3.0) } else { Bound::AtMost(2.0) };
                result.rows.push(run.row("jump off by, cells", ((at - 500.0) / dx).abs(), bound, ""));
            }
            let qs = run.along(|tank, c| tank.depth_m(c) * tank.velocity_m_s(c).0);
            let (q, q_exact): (Vec<f64>, Vec<f64>) = qs
                .iter()
                .enumerate()
                .filter(|(k, _)| !near_jump(*k))
                .map(|(_, (x, q))| (*q, channel.q_m2_s(*x)))
                .unzip();
            let bound = if *scheme == Scheme::Inertial { Bound::Shown } else { Bound::AtMost(0.01) };
            result.rows.push(run.row("L1(q)/mean q", relative_l1(&q, &q_exact), bound, ""));
            if precision == Precision::F64 && matches!(scheme, Scheme::First | Scheme::Second) {
                let role = if *scheme == Scheme::Second { Role::Computed } else { Role::ComputedToo };
                level = level.with(scheme_name(*scheme), role, run.along(|tank, c| tank.stage_m(c)));
                depth = depth.with(scheme_name(*scheme), role, run.along(|tank, c| tank.depth_m(c)));
            }
        }
    }
    result.panels = vec![level, depth];
    result
}

const GODUNOV: [Scheme; 3] = [Scheme::First, Scheme::Second, Scheme::Auto];

fn macdonald_sub(bench: &Bench) -> CaseResult {
    macdonald("macdonald-sub", bench, Channel::Subcritical, &GODUNOV, "Itzi's limit 0.03 (5 m cells)")
}

fn macdonald_super(bench: &Bench) -> CaseResult {
    macdonald("macdonald-super", bench, Channel::Supercritical, &GODUNOV, "")
}

fn macdonald_trans(bench: &Bench) -> CaseResult {
    macdonald("macdonald-trans", bench, Channel::Transcritical, &GODUNOV, "")
}

fn macdonald_jump(bench: &Bench) -> CaseResult {
    macdonald("macdonald-jump", bench, Channel::Jump, &GODUNOV, "")
}

fn macdonald_rain(bench: &Bench) -> CaseResult {
    macdonald("macdonald-rain", bench, Channel::Rain, &GODUNOV, "Itzi's limit 0.035 (5 m cells)")
}

fn slope(bench: &Bench) -> CaseResult {
    let mut result = CaseResult::new("slope");
    let (n, ny, dx, manning) = (60, 4, 5.0, 0.03);
    let mut panel = Panel::new("slope: depth over Manning's depth, second order", "x, m", "h / normal depth");
    // The slow, deep flow feels its outlet over the whole length: once that is held at the normal depth, and once it is free
    // and the water stands half as high again at first, as a river does after its flood.
    let flows =
        [(0.001, 0.5, true), (0.001, 0.5, false), (0.01, 0.05, false), (0.05, 0.02, false), (0.02, 0.002, false)];
    let roles = [Role::Computed, Role::Experiment, Role::ComputedToo, Role::Peer, Role::PeerToo];
    for ((fall, wanted_m, held), role) in flows.into_iter().zip(roles) {
        let outlet = if held { EdgeKind::Stage(always(wanted_m)) } else { EdgeKind::Free };
        let start_m = if wanted_m > 0.1 && !held { 1.5 * wanted_m } else { 0.0 };
        let q = pow(wanted_m, 5.0 / 3.0) * sqrt(fall) / manning;
        for scheme in [Scheme::Inertial, Scheme::First, Scheme::Second, Scheme::Auto] {
            // Local inertia is out of its range on steep, deep flow; a thin sheet is friction alone, and within it.
            let froude = q / (wanted_m * sqrt(crate::flow::G * wanted_m));
            let precision = if scheme == Scheme::Second { Precision::F64 } else { Precision::F32 };
            let setup = Setup::new(n, ny, dx, |p| (n as f64 * dx - p.x) * fall)
                .rough(manning)
                .depth(|_| start_m)
                .by(scheme, precision)
                .edge(EdgeSide::West, 0, ny, EdgeKind::Discharge(always(q * dx * ny as f64)))
                .edge(EdgeSide::East, 0, ny, outlet.clone());
            let mut run = Run::new(bench, setup);
            // Ten times the way of the kinematic wave, 5/3 of the velocity.
            run.to(10.0 * n as f64 * dx / (q / wanted_m));
            let depths = run.along(|tank, c| tank.depth_m(c));
            let middle: Vec<f64> = depths[n / 3..2 * n / 3].iter().map(|(_, h)| *h).collect();
            let off = mean_abs(&middle, &vec![normal_depth_m(q, manning, fall); middle.len()]) / wanted_m;
            let bound = if scheme == Scheme::Inertial && froude > 0.8 { Bound::Shown } else { Bound::AtMost(0.02) };
            let what = format!(
                "depth off Manning's, {} edge, slope {}, {} mm (Froude {})",
                if held { "held" } else { "free" },
                digits(fall),
                digits(wanted_m * 1e3),
                digits(froude)
            );
            result.rows.push(run.row(what, off, bound, ""));
            // A free edge is to act as if the ground went on as it is: then the depth is Manning's up to the rim.
            if !held {
                let last = &depths[n - 3..];
                let off = last.iter().map(|(_, h)| (h / wanted_m - 1.0).abs()).sum::<f64>() / last.len() as f64;
                let bound = if bound == Bound::Shown { bound } else { Bound::AtMost(0.05) };
                let what = format!(
                    "the same in the last three cells, free edge, slope {}, {} mm",
                    digits(fall),
                    digits(wanted_m * 1e3)
                );
                result.rows.push(run.row(what, off, bound, ""));
            }
            if scheme == Scheme::Second {
                let edge = if start_m > 0.0 { ", free edge" } else { "" };
                let name = format!("slope {}, {} mm{edge}", digits(fall), digits(wanted_m * 1e3));
                panel = panel.with(name, role, depths.iter().map(|(x, h)| (*x, h / wanted_m)).collect());
            }
        }
    }
    result.panels.push(panel);
    result
}

fn rain_plane(bench: &Bench) -> CaseResult {
    let mut result = CaseResult::new("rain-plane");
    let (n, ny, dx, manning, fall) = (40, 4, 5.0, 0.03, 0.02);
    let rate_m_s = 0.05 / 3600.0;
    // The kinematic wave: steady, q = R x, h = (n q / sqrt S)^(3/5).
    let exact = |x: f64| normal_depth_m(rate_m_s * x, manning, fall);
    let xs: Vec<f64> = (0..=200).map(f64::from).collect();
    let mut panel = Panel::new("rain-plane: 50 mm/h on a slope of 2 %, 5 m cells", "x from the divide, m", "h, m")
        .with("kinematic wave", Role::Exact, xs.iter().map(|x| (*x, exact(*x))).collect());
    for scheme in [Scheme::Inertial, Scheme::First, Scheme::Second, Scheme::Auto] {
        for precision in Precision::BOTH {
            let setup = Setup::new(n, ny, dx, |p| (n as f64 * dx - p.x) * fall)
                .rough(manning)
                .by(scheme, precision)
                .edge(EdgeSide::East, 0, ny, EdgeKind::Free);
            let mut run = Run::new(bench, setup);
            run.to_with(3600.0, &mut rain(rate_m_s));
            let (h, wanted) = run.row_depths(exact);
            // The last cell sees the free edge.
            let off = relative_l1(&h[..n - 1], &wanted[..n - 1]);
            result.rows.push(run.row("L1(h)/mean h of the sheet", off, Bound::AtMost(0.03), ""));
            if precision == Precision::F64 && matches!(scheme, Scheme::Inertial | Scheme::Second) {
                let role = if scheme == Scheme::Second { Role::Computed } else { Role::ComputedToo };
                panel = panel.with(scheme_name(scheme), role, run.along(|tank, c| tank.depth_m(c)));
            }
        }
    }
    result.panels.push(panel);
    result
}
