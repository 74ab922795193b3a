//! Series as CSV. The last column of every row holds the keys of the warnings, so that no row travels without them.

use super::super::build::Model;
use super::super::outcome::Outcome;
use std::fmt::Write as _;

fn warnings(outcome: &Outcome) -> String {
    let keys: Vec<&str> = outcome.remarks.iter().filter(|r| r.warns).map(|r| r.key.as_str()).collect();
    keys.join(";")
}

/// The rate into the air.
pub fn release(model: &Model, outcome: &Outcome) -> String {
    let warned = warnings(outcome);
    let mut text =
        String::from("from_s,to_s,rate_kg_s,mass_kg,temperature_k,vapour_share,speed_m_s,area_m2,entry,warnings\n");
    let r = &model.source.release;
    for s in &r.steps {
        let e = &s.state;
        let _ = writeln!(
            text,
            "{:.1},{:.1},{:.6},{:.4},{:.2},{:.4},{:.2},{:.5},{:?},{warned}",
            s.from_s,
            s.to_s,
            s.rate_kg_s,
            s.mass_kg(),
            e.temperature_k,
            e.vapour_share,
            e.speed_m_s,
            e.area_m2,
            e.entry
        );
    }
    for b in &r.bursts {
        let e = &b.state;
        let _ = writeln!(
            text,
            "{:.1},{:.1},,{:.4},{:.2},{:.4},{:.2},{:.5},{:?},{warned}",
            b.at_s, b.at_s, b.mass_kg, e.temperature_k, e.vapour_share, e.speed_m_s, e.area_m2, e.entry
        );
    }
    text
}

/// Concentrations at the points, outside and inside.
pub fn points(model: &Model, outcome: &Outcome) -> String {
    let warned = warnings(outcome);
    let air = model.air();
    let ppm = |kg_m3: f64| model.substance.ppm(kg_m3, air.temperature_k, air.pressure_pa);
    let mut text = String::from("point,time_s,outside_ppm,inside_ppm,outside_mg_m3,inside_mg_m3,warnings\n");
    for course in &outcome.courses {
        let name = course.name.en.replace('"', "\"\"");
        for r in &course.readings {
            let _ = writeln!(
                text,
                "\"{name}\",{:.1},{:.5e},{:.5e},{:.5e},{:.5e},{warned}",
                r.time_s,
                ppm(r.outside_kg_m3),
                ppm(r.inside_kg_m3),
                1e6 * r.outside_kg_m3,
                1e6 * r.inside_kg_m3
            );
        }
    }
    text
}
