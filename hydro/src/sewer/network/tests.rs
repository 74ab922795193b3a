//! Checks of the network against theory.

use crate::sewer::verify;
use std::path::PathBuf;

/// The folder of the shared flood data, if it is there.
fn flood_data() -> Option<PathBuf> {
    let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let candidates = [
        std::env::var_os("SANDTABLE_SHARED").map(PathBuf::from),
        Some(workspace.join("../shared")),
        Some(workspace.join("../../shared")),
    ];
    let found = candidates.into_iter().flatten().map(|p| p.join("data/flood")).find(|p| p.is_dir());
    if found.is_none() {
        println!("skipped: shared data not present");
    }
    found
}

#[test]
fn the_manhole_of_ea_test_8b_spills_as_in_xpstorm() {
    // reference: XPSTORM's outflow of EA test 8B (digitised)
    let Some(data) = flood_data() else { return };
    let text = |name: &str| std::fs::read_to_string(data.join("ea_test8").join(name)).expect("data of EA test 8B");
    let case = verify::ea8b(&text("test8b_drainage_ponding.inp"), &text("xpstorm_8b.csv")).expect("a clean case");
    println!("NSE {:.4}, RSR {:.4} over {} points", case.nse, case.rsr, case.series.len());
    println!(
        "peak {:.3} against {:.3} m3/s, volume {:.0} against {:.0} m3, mass error {:.1e}",
        case.peak_m3_s, case.reference_peak_m3_s, case.volume_m3, case.reference_volume_m3, case.mass_error
    );
    for (t, reference, here) in &case.series {
        println!("{:8.2} min {reference:8.4} {here:8.4}", t / 60.0);
    }
    assert!(case.nse > 0.97, "NSE {}", case.nse);
    assert!((case.peak_m3_s / case.reference_peak_m3_s - 1.0).abs() < 0.06, "peak {}", case.peak_m3_s);
    // What Itzi's own test asks, on the points it asks it of.
    assert!(case.nse_coincident > 0.99 && case.rsr_coincident < 0.01);
    assert!(case.mass_error < 1e-12);
}

#[test]
fn pipes_do_what_theory_says() {
    // exact: Manning, gradually varied flow, rigid column, continuity of a front; limits as in `verify::cases`
    let cases = verify::cases();
    for case in &cases {
        println!("{:60} {:10.2e} of {:.0e}", case.name, case.figure, case.limit);
    }
    for case in cases {
        assert!(case.passes(), "{}: {:e} over {:e}", case.name, case.figure, case.limit);
    }
}
