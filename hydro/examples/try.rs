use base::{fold::with_threads, grid::Grid};
use hydro::flow::{Flow, G};
use hydro::solver::*;
use std::time::Instant;

fn grid(nx: usize, ny: usize, d: f64) -> Grid {
    Grid { nx, ny, cell_m: d, x0: 0.0, y0: 0.0 }
}

fn cpu() -> f64 {
    let s = std::fs::read_to_string("/proc/self/stat").unwrap();
    let f: Vec<&str> = s[s.rfind(')').unwrap() + 2..].split(' ').collect();
    (f[11].parse::<f64>().unwrap() + f[12].parse::<f64>().unwrap()) / 100.0
}

fn speed<R: Real>(scheme: Scheme, share: f64, threads: usize) {
    let n = 1000;
    let z: Vec<f64> = (0..n * n).map(|c| 0.3 * (0.05 * (c % n) as f64).sin() * (0.04 * (c / n) as f64).cos()).collect();
    let d = Domain::new(grid(n, n, 10.0), z.clone(), vec![0.03; n * n]);
    let mut s = Solver::<R>::new(&d, Options { scheme, film_m: 0.002, ..Default::default() });
    let depth: Vec<f64> =
        (0..n * n)
            .map(|c| {
                if ((c / n) as f64) < share * n as f64 { 2.0 - z[c] + 0.05 * (0.2 * (c % n) as f64).sin() } else { 0.0 }
            })
            .collect();
    s.set_depth_m(&depth);
    with_threads(threads, || {
        for i in s.advance(0.0, 30.0, &mut |_, _, _| {}) {
            println!("{i:?}");
        }
        println!("vol err {:e} steps {}", s.ledger().error(), s.steps());
        let (t, c, u) = (Instant::now(), cpu(), s.cell_updates());
        let steps = if share < 0.5 { 400 } else { 60 };
        for _ in 0..steps {
            let dt = s.stable_step_s();
            s.step(dt).unwrap();
        }
        let (w, c) = (t.elapsed().as_secs_f64(), cpu() - c);
        let u = (s.cell_updates() - u) as f64;
        println!(
            "{scheme:?} {} share {share} threads {threads}: {:.0} M/s wall, {:.0} M/cpu-s, step {:.3} ms wall {:.3} cpu",
            R::NAME,
            u / w / 1e6,
            u / c / 1e6,
            w / steps as f64 * 1e3,
            c / steps as f64 * 1e3
        );
    });
}

fn stoker<R: Real>(scheme: Scheme, hr: f64, along_y: bool) {
    let n = 1000;
    let w = 4;
    let (nx, ny) = if along_y { (w, n) } else { (n, w) };
    let d = Domain::new(grid(nx, ny, 1.0), vec![0.0; n * w], vec![0.0; n * w]);
    let mut s = Solver::<R>::new(&d, Options { scheme, ..Default::default() });
    s.set_depth_m(
        &(0..n * w)
            .map(|c| if (if along_y { c / nx } else { c % nx }) < n / 2 { 10.0 } else { hr })
            .collect::<Vec<_>>(),
    );
    let t1 = if hr > 0.0 { 30.0 } else { 20.0 };
    let iv = s.advance(0.0, t1, &mut |_, _, _| {});
    let (hm, um, sh) = (3.961748, 7.340769, 9.819295);
    let mut l1 = 0.0;
    for k in 0..n {
        let x = (k as f64 + 0.5 - 500.0) / t1;
        let c0 = (G * 10.0f64).sqrt();
        let cm = (G * hm as f64).sqrt();
        let e = if hr > 0.0 {
            if x < -c0 {
                10.0
            } else if x < um - cm {
                (2.0 * c0 - x).powi(2) / 9.0 / G
            } else if x < sh {
                hm
            } else {
                1.0
            }
        } else if x < -c0 {
            10.0
        } else if x < 2.0 * c0 {
            (2.0 * c0 - x).powi(2) / 9.0 / G
        } else {
            0.0
        };
        let h = s.depth_m(if along_y { k * nx + 1 } else { nx + k });
        l1 += (h - e).abs();
    }
    println!(
        "stoker {scheme:?} {} hr {hr} y {along_y}: L1/L*1 {:.5} steps {} err {:.2e} iv {}",
        R::NAME,
        l1 / n as f64 / 1.0,
        s.steps(),
        s.ledger().error(),
        iv.len()
    );
}

fn thacker<R: Real>(scheme: Scheme, n: usize) {
    let (h0, a, r0, l) = (0.1f64, 1.0f64, 0.8f64, 4.0f64);
    let om = (8.0 * G * h0).sqrt() / a;
    let aa = (a * a - r0 * r0) / (a * a + r0 * r0);
    let t = 3.0 * 2.0 * std::f64::consts::PI / om;
    let eta = |r2: f64, t: f64| {
        let k = 1.0 - aa * (om * t).cos();
        h0 * ((1.0 - aa * aa).sqrt() / k - 1.0 - r2 / a / a * ((1.0 - aa * aa) / k / k - 1.0))
    };
    let dx = l / n as f64;
    let xy = |c: usize| (((c % n) as f64 + 0.5) * dx - 2.0, ((c / n) as f64 + 0.5) * dx - 2.0);
    let z: Vec<f64> = (0..n * n)
        .map(|c| {
            let (x, y) = xy(c);
            -h0 * (1.0 - (x * x + y * y) / a / a)
        })
        .collect();
    let d = Domain::new(grid(n, n, dx), z.clone(), vec![0.0; n * n]);
    let mut s = Solver::<R>::new(&d, Options { scheme, ..Default::default() });
    s.set_depth_m(
        &(0..n * n)
            .map(|c| {
                let (x, y) = xy(c);
                (eta(x * x + y * y, 0.0) - z[c]).max(0.0)
            })
            .collect::<Vec<_>>(),
    );
    let iv = s.advance(0.0, t, &mut |_, _, _| {});
    let (mut e, mut sum) = (0.0, 0.0);
    for c in 0..n * n {
        let (x, y) = xy(c);
        let h = (eta(x * x + y * y, t) - z[c]).max(0.0);
        e += (s.depth_m(c) - h).abs();
        sum += h;
    }
    println!(
        "thacker {scheme:?} {} {n}: rel L1 {:.4} steps {} err {:.2e} iv {}",
        R::NAME,
        e / sum,
        s.steps(),
        s.ledger().error(),
        iv.len()
    );
}

fn main() {
    if std::env::args().nth(1).as_deref() == Some("th") {
        thacker::<f64>(Scheme::Second, 50);
        thacker::<f64>(Scheme::Second, 100);
        thacker::<f64>(Scheme::Second, 200);
        stoker::<f64>(Scheme::Second, 1.0, false);
        stoker::<f64>(Scheme::Second, 0.0, false);
        return;
    }
    if let Some(s) = std::env::args().nth(2) {
        let sc = match s.as_str() {
            "i" => Scheme::Inertial,
            "f" => Scheme::First,
            _ => Scheme::Second,
        };
        for _ in 0..4 {
            speed::<f32>(sc, 1.0, 1);
        }
        return;
    }
    let what = std::env::args().nth(1).unwrap_or_default();
    if what != "speed" {
        for s in [Scheme::First, Scheme::Second, Scheme::Auto] {
            stoker::<f64>(s, 1.0, false);
            stoker::<f32>(s, 1.0, true);
            stoker::<f64>(s, 0.0, false);
        }
        thacker::<f64>(Scheme::First, 100);
        thacker::<f64>(Scheme::Second, 100);
        thacker::<f32>(Scheme::Second, 100);
        thacker::<f64>(Scheme::Second, 200);
        thacker::<f64>(Scheme::Auto, 100);
    }
    if what != "acc" {
        for (s, share) in [(Scheme::Inertial, 1.0), (Scheme::First, 1.0), (Scheme::Second, 1.0)] {
            for threads in [1, 2] {
                speed::<f32>(s, share, threads);
                speed::<f64>(s, share, threads);
            }
            speed::<f32>(s, 0.05, 1);
        }
    }
}
