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
