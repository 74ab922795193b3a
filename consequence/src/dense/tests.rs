use super::gas::tests::AMMONIA;
use super::*;
use crate::weather::Class;

fn example_2() -> (Source, Deck) {
    let source = Source {
        entry: Entry::Jet,
        gas: AMMONIA,
        rate_kg_s: 107.87,
        duration_s: 381.0,
        burst_kg: 0.0,
        temperature_k: 239.57,
        vapour_share: 0.19,
        area_m2: 0.93,
        height_m: 1.0,
    };
    let deck = Deck {
        wind_m_s: 4.5,
        wind_height_m: 2.0,
        roughness_m: 0.003,
        temperature_k: 306.2,
        relative_humidity: 0.213,
        averaging_s: 10.0,
        stability: DeckStability::Inverse(0.0221),
    };
    (source, deck)
}

#[test]
fn show_example_2() {
    let (source, deck) = example_2();
    let out = run(&source, &deck.ambient(), 3000.0);
    println!("{} sections, puff from {}", out.sections.len(), out.puff_from);
    for x in [
        0.45, 1.19, 2.06, 3.5, 4.97, 5.91, 7.03, 11.79, 23.4, 39.2, 92.1, 153.7, 304.3, 508.0, 847.5, 1005.0, 1427.0,
        2478.0,
    ] {
        if let Some(s) = out.at(x) {
            println!(
                "x {x} t {:.1} zc {:.3} h {:.4} B {:.3} b {:.3} Bx {:.1} bx {:.1} cv {:.6} rho {:.4} T {:.2} U {:.4} m {:.6} vg {:.4} w {:.4} v {:.4} vx {:.4}",
                s.time_s,
                s.centre_m,
                s.height_m,
                s.half_width_m,
                s.core_m,
                s.half_length_m,
                s.core_length_m,
                s.mixture.volume_share,
                s.mixture.density_kg_m3,
                s.mixture.temperature_k,
                s.speed_m_s,
                s.mixture.mass_share,
                s.across_m_s,
                s.rates.top_m_s,
                s.rates.side_m_s,
                s.rates.along_m_s
            );
        }
    }
    let _ = Class::D;
}

#[test]
fn show_burro_like() {
    let gas = Gas { molar_mass_kg_mol: 1.76 * 8.314462 * 111.15 / 101325.0, vapour_cp_j_kg_k: 2240.0, liquid_cp_j_kg_k: 3349.0, boiling_k: 111.66, latent_j_kg: 509880.0, liquid_kg_m3: 425.6, saturation: (1000.0, 0.0) };
    println!("W {}", gas.molar_mass_kg_mol);
    let source = Source { entry: Entry::Jet, gas, rate_kg_s: 0.23 * 425.6, duration_s: 174.0, burst_kg: 0.0, temperature_k: 111.15, vapour_share: 1.0, area_m2: 0.7853981634, height_m: 0.0 };
    for z0 in [0.0002, 0.01, 0.03, 0.1, 1.0] {
        let deck = Deck { wind_m_s: 10.9, wind_height_m: 10.0, roughness_m: z0, temperature_k: 298.0, relative_humidity: 0.0, averaging_s: 10.0, stability: DeckStability::Class(Class::F) };
        let out = run(&source, &deck.ambient(), 3000.0);
        println!("z0 {z0} u* {}", deck.ambient().friction_velocity_m_s);
        for (x, bbc, c0, c1, t) in [(0.62, 1.25, 1.0, 0.833, 87.1), (2.61, 2.0, 0.802, 0.5747, 87.2), (10.1, 3.3, 0.5117, 0.3555, 87.8), (38.0, 6.24, 0.279, 0.1927, 90.2), (73.6, 8.55, 0.19457, 0.13447, 93.2), (142.0, 10.9, 0.13578, 0.0935, 99.0), (276.0, 14.9, 0.05355, 0.037, 110.0), (534.0, 21.2, 2.06e-5, 1.43e-5, 132.0), (1029.0, 35.0, 9.5e-11, 6.6e-11, 174.0)] {
            if let Some(s) = out.at(x) {
                println!("x {x} B {:.3} ({bbc}) c {:.4e} ({c0:e}) c(.5B) {:.4e} ({c1:e}) t {:.1} ({t}) h {:.2} zc {:.3} U {:.2} rho {:.3} T {:.1} m {:.4}", s.half_width_m, s.volume_share(0.0, 0.0), s.volume_share(0.5 * s.half_width_m, 0.0), s.time_s, s.height_m, s.centre_m, s.speed_m_s, s.mixture.density_kg_m3, s.mixture.temperature_k, s.mixture.mass_share);
            }
        }
    }
}

#[test]
fn show_lng() {
    for (name, q, dur, u, class, tav, want) in [("BU03", 87.98, 167.0, 5.58, Class::C, 100.0, 147.0), ("BU07", 99.46, 174.0, 8.75, Class::D, 140.0, 253.0), ("BU08", 116.93, 107.0, 1.94, Class::E, 80.0, 449.0), ("BU09", 135.98, 79.0, 5.94, Class::D, 50.0, 404.0), ("CO3", 100.67, 65.0, 6.77, Class::C, 50.0, 129.0), ("CO5", 129.02, 98.0, 10.47, Class::C, 90.0, 89.0), ("CO6", 123.03, 82.0, 5.04, Class::D, 70.0, 385.0)] {
        let gas = Gas { molar_mass_kg_mol: 0.016043, vapour_cp_j_kg_k: 2240.0, liquid_cp_j_kg_k: 3349.0, boiling_k: 111.66, latent_j_kg: 509880.0, liquid_kg_m3: 424.1, saturation: (597.84, -7.16) };
        let source = Source { entry: Entry::Pool, gas, rate_kg_s: q, duration_s: dur, burst_kg: 0.0, temperature_k: 111.66, vapour_share: 1.0, area_m2: q / 0.167, height_m: 0.0 };
        let deck = Deck { wind_m_s: u, wind_height_m: 3.0, roughness_m: 0.0002, temperature_k: 290.0, relative_humidity: 0.5, averaging_s: tav, stability: DeckStability::Class(class) };
        let a = deck.ambient();
        let out = run(&source, &a, 1500.0);
        println!("{name} want {want} got {:.1} u* {:.4} 1/L {:.4} Hmx {:.0} at {:.4} u4 {:.3} mean(2) {:.3}", out.reach_m(0.05, 1.0).unwrap_or(0.0), a.friction_velocity_m_s, a.inverse_obukhov_1_m, a.mixing_height_m, a.spreading, a.reference_wind_m_s, a.mean_wind_m_s(2.0));
        if name == "BU07" || name == "BU03" {
            for x in [-12.0, 0.0, 12.0, 20.0, 40.0, 80.0, 150.0, 230.0] {
                if let Some(s) = out.at(x) {
                    println!("   x {x} h {:.2} B {:.2} b {:.2} U {:.2} m {:.4} T {:.1} cv {:.4} c(1m) {:.4} vg {:.2} w {:.3} v {:.3}", s.height_m, s.half_width_m, s.core_m, s.speed_m_s, s.mixture.mass_share, s.mixture.temperature_k, s.mixture.volume_share, s.volume_share(0.0, 1.0), s.across_m_s, s.rates.top_m_s, s.rates.side_m_s);
                }
            }
        }
    }
}
