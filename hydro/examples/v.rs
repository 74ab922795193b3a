use hydro::validate::*;
fn main() {
    let only: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let quick = std::env::args().any(|a| a == "--quick");
    let start = std::time::Instant::now();
    let clock = move || start.elapsed().as_secs_f64();
    let bench = Bench { data: Some("/work/shared/data/flood".into()), quick, clock: &clock };
    for case in cases() {
        if !only.is_empty() && !only.iter().any(|o| case.name.starts_with(o.as_str())) {
            continue;
        }
        if quick && !case.quick {
            continue;
        }
        let t = start.elapsed().as_secs_f64();
        let r = (case.run)(&bench);
        println!("== {} {:.1}s {}", r.name, start.elapsed().as_secs_f64() - t, r.skipped.clone().unwrap_or_default());
        for row in &r.rows {
            let c = row.cost.unwrap_or_default();
            println!(
                "{} {:16} {:8} {} {:55} {:>10} {:14} {} | {} {:.2}s {:.1}M/s {:?}",
                if row.passes() { "ok  " } else { "FAIL" },
                row.grid,
                row.scheme,
                row.precision,
                row.what,
                case::digits(row.value),
                row.bound.to_string(),
                row.peer,
                c.steps,
                c.wall_s,
                c.cell_updates as f64 / c.wall_s / 1e6,
                c.mass_error.map(|m| case::digits(m))
            );
        }
        if std::env::args().any(|a| a == "--curves") {
            for p in &r.panels {
                println!("# {}", p.title);
                for s in &p.series {
                    println!("## {}", s.name);
                    for (x, y) in &s.points {
                        println!("{x} {y}");
                    }
                }
            }
        }
    }
}
