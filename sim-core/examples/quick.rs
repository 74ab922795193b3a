use sim_core::scenario::*;
use std::sync::Arc;
fn main() {
    let mut args = std::env::args().skip(1);
    let hours: f64 = args.next().and_then(|a| a.parse().ok()).unwrap_or(12.0);
    let threads: usize = args.next().and_then(|a| a.parse().ok()).unwrap_or(2);
    let s = Scenario::load(&Choice {
        duration_s: Some(hours * 3600.0),
        scenario: Some("scenarios/port_town".into()),
        ..Choice::default()
    });
    let s = match s {
        Ok(s) => Arc::new(s),
        Err(e) => {
            eprintln!("{e}");
            std::process::exit(2)
        }
    };
    println!("posts {} units {} clauses {} hash {}", s.posts.len(), s.units.len(), s.clauses.len(), s.hash);
    std::fs::create_dir_all("/tmp/q").unwrap();
    let t = std::time::Instant::now();
    sim_core::base::fold::with_threads(threads, || {
        let sim = sim_core::sim::run(s.clone(), 7, &[], std::path::Path::new("/tmp/q"), &mut |sim| {
            if sim.now().0 % 180 == 0 {
                println!("tick {} wall {:.1}", sim.now().0, t.elapsed().as_secs_f64());
            }
            true
        })
        .unwrap();
        for (k, v) in sim.phase_times() {
            println!("{k:16} {v:.2} s");
        }
        println!("cells {} M", sim.flood_cell_updates() / 1_000_000);
    });
}
