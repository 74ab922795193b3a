//! Grade: exact. Check numbers computed apart from this code (research notes on SWASHES cases), and the equations
//! themselves by finite differences.

use super::*;

fn near(what: &str, value: f64, expected: f64, tolerance: f64) {
    assert!((value - expected).abs() <= tolerance, "{what}: {value}, expected {expected} within {tolerance}");
}

#[test]
fn ritter_and_stoker_have_the_known_middle_states() {
    let dry = DamBreak { left_m: 0.005, right_m: 0.0 };
    let (h, u) = dry.at(0.0);
    near("depth at the dam", h, 0.0022222, 1e-7);
    near("discharge at the dam", h * u, 3.2811e-4, 1e-8);
    near("front", 2.0 * dry.celerity_m_s(), 0.44294, 1e-5);
    for (left_m, right_m, hm, um, shock, digits) in [
        (0.005, 0.001, 0.00253936, 0.127280, 0.209963, 1e-6),
        (10.0, 1.0, 3.961748, 7.340769, 9.819295, 1e-6),
        (2.0, 0.5, 1.103494, 2.278537, 4.166325, 1e-6),
    ] {
        let m = DamBreak { left_m, right_m }.middle().expect("it is wet on the right");
        near("middle depth", m.depth_m, hm, digits);
        near("middle velocity", m.velocity_m_s, um, digits);
        near("shock", m.shock_m_s, shock, digits);
    }
    let m = DamBreak { left_m: 10.0, right_m: 1.0 }.middle().expect("it is wet on the right");
    near("end of the fan", m.velocity_m_s - sqrt(G * m.depth_m), 1.106609, 1e-6);
}

#[test]
fn dressler_corrections_are_his_for_chezy() {
    let dam = RoughDamBreak { left_m: 6.0, roughness: Roughness::Chezy(40.0) };
    for s in [0.2, 0.4, 0.7, 0.95, 1.0] {
        let q = 3.0 * s;
        let root3 = 3f64.sqrt();
        let a1 = 6.0 / (5.0 * q) - 2.0 / 3.0 + 4.0 * root3 / 135.0 * q * q.sqrt();
        let a2 = 12.0 / q - 8.0 / 3.0 + 8.0 * root3 / 189.0 * q * q.sqrt() - 108.0 / (7.0 * q * q);
        let (c1, u1) = dam.corrections(s);
        let scale = G * G / 1600.0;
        near("a1", c1 / scale, a1, 1e-12 * a1.abs().max(1.0));
        near("a2", u1 / scale, a2, 1e-12 * a2.abs().max(1.0));
    }
}

/// Central differences of (h, u) in the equations of one dimension with the given bed slope and friction; gives the
/// residuals of mass and momentum.
fn residual(at: impl Fn(f64, f64) -> (f64, f64), x: f64, t: f64, e: f64, bed_slope: f64, friction: f64) -> (f64, f64) {
    let (h, u) = at(x, t);
    let ((hw, uw), (he, ue)) = (at(x - e, t), at(x + e, t));
    let ((hb, ub), (ha, ua)) = (at(x, t - e), at(x, t + e));
    let d = |a: f64, b: f64| (b - a) / (2.0 * e);
    let mass = d(hb, ha) + d(hw * uw, he * ue);
    let momentum = d(ub, ua) + u * d(uw, ue) + G * (d(hw, he) + bed_slope) + friction;
    (mass / h, momentum)
}

#[test]
fn the_rough_dam_break_satisfies_the_equations_to_first_order_in_friction() {
    // A residual of second order: a hundredth of the friction leaves a ten thousandth.
    let t = 20.0;
    let leftover = |n: f64| {
        let dam = RoughDamBreak { left_m: 6.0, roughness: Roughness::Manning(n) };
        let at = |x, t| dam.at(x, t);
        let x = 40.0;
        let (h, u) = at(x, t);
        let friction = G * n * n * u * u / pow(h, 4.0 / 3.0);
        let (mass, momentum) = residual(at, x, t, 1e-3, 0.0, friction);
        (mass.abs(), momentum.abs(), friction)
    };
    let (coarse, fine) = (leftover(0.01), leftover(0.001));
    assert!(coarse.1 < 0.05 * coarse.2, "{coarse:?}");
    assert!(fine.0 < 1e-6 && fine.1 < 0.001 * fine.2, "{fine:?}");
}

#[test]
fn thacker_and_the_simple_wave_satisfy_the_equations() {
    let trough = PlanarTrough { a_m: 1.0, h0_m: 0.5, reach_m: 0.5 };
    near("omega/2: SWASHES' B", 0.5 * trough.omega(), 1.566046, 1e-6);
    near("period", trough.period_s(), 2.006067, 1e-6);
    for (x, t) in [(0.1, 0.3), (-0.3, 1.1)] {
        let (mass, momentum) = residual(|x, t| trough.at(x, t), x, t, 1e-5, 2.0 * trough.h0_m * x, 0.0);
        assert!(mass.abs() < 1e-7 && momentum.abs() < 1e-7, "{mass} {momentum}");
    }
    let wave = SimpleWave { still_m: 1.0, share: 0.1, width_m: 4.0 };
    assert!(wave.breaks_s() > 3.0, "breaks at {} s", wave.breaks_s());
    for x in [4.0, 8.0, 11.0] {
        let (mass, momentum) = residual(|x, t| wave.at(x, t), x, 2.0, 1e-4, 0.0, 0.0);
        assert!(mass.abs() < 1e-6 && momentum.abs() < 1e-6, "{mass} {momentum}");
    }
}

#[test]
fn the_paraboloids_and_the_vortex_satisfy_the_equations_in_two_dimensions() {
    let bowl = Paraboloid { a_m: 1.0, h0_m: 0.1 };
    near("radial omega", bowl.radial_omega(), 2.801428, 1e-6);
    near("planar period", 2.0 * std::f64::consts::PI / bowl.planar_omega(), 4.485701, 1e-6);
    near("centre at t = 0", bowl.radial(0.8, 0.0, 0.0, 0.0).0, 0.125, 1e-12);
    let vortex = Vortex { far_m: 1.0, spin: 1.0, width_m: 1.0 };
    type Field<'a> = &'a dyn Fn(f64, f64, f64) -> (f64, f64, f64);
    let (radial, planar) = (|x, y, t| bowl.radial(0.8, x, y, t), |x, y, t| bowl.planar(0.5, x, y, t));
    let turning = |x, y, _: f64| vortex.at(x, y);
    let cases: [(Field, bool); 3] = [(&radial, true), (&planar, true), (&turning, false)];
    for (field, bowled) in cases {
        let (x, y, t, e) = (0.21, 0.13, 0.4, 1e-5);
        let (h, u, v) = field(x, y, t);
        assert!(h > 0.0);
        let d = |f: &dyn Fn(f64) -> f64| (f(e) - f(-e)) / (2.0 * e);
        let bed = |x: f64, y: f64| if bowled { bowl.bed_m(x, y) } else { 0.0 };
        let mass = d(&|e| field(x, y, t + e).0)
            + d(&|e| {
                let f = field(x + e, y, t);
                f.0 * f.1
            })
            + d(&|e| {
                let f = field(x, y + e, t);
                f.0 * f.2
            });
        let along_x = d(&|e| field(x, y, t + e).1)
            + u * d(&|e| field(x + e, y, t).1)
            + v * d(&|e| field(x, y + e, t).1)
            + G * d(&|e| field(x + e, y, t).0 + bed(x + e, y));
        let along_y = d(&|e| field(x, y, t + e).2)
            + u * d(&|e| field(x + e, y, t).2)
            + v * d(&|e| field(x, y + e, t).2)
            + G * d(&|e| field(x, y + e, t).0 + bed(x, y + e));
        assert!(mass.abs() < 1e-7 && along_x.abs() < 1e-7 && along_y.abs() < 1e-7, "{mass} {along_x} {along_y}");
    }
}

#[test]
fn steady_flows_over_the_bump_have_the_known_depths() {
    let sub = Bump::Sub { q_m2_s: 4.42, outlet_m: 2.0 };
    near("crest, subcritical", sub.depth_m(10.0), 1.707347, 1e-6);
    let trans = Bump::Trans { q_m2_s: 1.53 };
    near("crest, critical", trans.depth_m(10.0), 0.620256, 1e-6);
    near("upstream", trans.depth_m(2.0), 1.014447, 1e-6);
    near("downstream", trans.depth_m(20.0), 0.405781, 1e-6);
    let jump = Bump::Jump { q_m2_s: 0.18, outlet_m: 0.33 };
    near("upstream of the jump", jump.depth_m(2.0), 0.413736, 1e-6);
    near("crest before the jump", jump.critical_m(), 0.148922, 1e-6);
    let x = jump.jump_at().expect("this one has a jump");
    near("jump", x, 11.66562, 1e-5);
    near("before it", jump.depth_m(x - 1e-7), 0.075970, 1e-5);
    near("behind it", jump.depth_m(x + 1e-7), 0.259322, 1e-5);
}

#[test]
fn macdonald_channels_fall_as_known_and_jump_with_momentum() {
    let sub = Channel::Subcritical;
    near("inlet", sub.depth_m(0.0), 0.748324, 1e-6);
    near("middle", sub.depth_m(500.0), 1.112299, 1e-6);
    let n = 4000;
    let bed = sub.bed_m(n);
    // From the first middle to the inlet half a cell more.
    near("total fall", bed[0] - 0.125 * sub.bed_slope(0.0), 6.952246, 1e-5);
    let force = |h: f64| 4.0 / h + 0.5 * G * h * h;
    let (before, behind) = (Channel::Jump.depth_m(500.0), Channel::Jump.depth_m(500.0 + 1e-9));
    near("momentum across the jump", force(before) / force(behind), 1.0, 1e-4);
    let froude = |c: Channel, x: f64| c.q_m2_s(x) / (c.depth_m(x) * sqrt(G * c.depth_m(x)));
    assert!(froude(Channel::Supercritical, 500.0) > 1.0 && froude(Channel::Supercritical, 10.0) > 1.0);
    near("critical in the middle", froude(Channel::Transcritical, 500.0), 1.0, 1e-9);
}

#[test]
fn uniform_flow_balances_slope_and_friction() {
    let h = normal_depth_m(0.01, 0.03, 0.02);
    near("q", pow(h, 5.0 / 3.0) * sqrt(0.02) / 0.03, 0.01, 1e-15);
}
