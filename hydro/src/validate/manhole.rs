//! EA test 8B: a culvert under pressure spills at its manhole (`crate::sewer`).

use super::case::{Bench, Bound, Case, CaseResult, Cost, Panel, Role, Row};
use crate::sewer::verify;

pub fn cases() -> Vec<Case> {
    vec![
        Case { name: "ea8b", about: "EA test 8B: a culvert spills at its manhole", quick: true, run: ea8b },
        Case { name: "pipes", about: "sewers: Manning, backwater, a rigid column, a slosh", quick: false, run: pipes },
    ]
}

fn row(what: &str, value: f64, bound: Bound, peer: &str, mass_error: Option<f64>) -> Row {
    Row {
        grid: "1 culvert".into(),
        scheme: "sewer".into(),
        precision: "f64".into(),
        what: what.into(),
        value,
        bound,
        peer: peer.into(),
        cost: mass_error.map(|e| Cost { mass_error: Some(e), ..Cost::default() }),
    }
}

fn ea8b(bench: &Bench) -> CaseResult {
    let mut result = CaseResult::new("ea8b");
    let texts: Vec<String> = ["test8b_drainage_ponding.inp", "xpstorm_8b.csv"]
        .iter()
        .filter_map(|name| bench.file(&format!("ea_test8/{name}")))
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .collect();
    let [inp, xpstorm] = &texts[..] else {
        return CaseResult::skipped("ea8b", "skipped: no data (ea_test8)");
    };
    let case = match verify::ea8b(inp, xpstorm) {
        Ok(case) => case,
        Err(why) => return CaseResult::skipped("ea8b", format!("not run: {why}")),
    };
    result.notes.push(
        "EA 8B: the ground is not public, so the water leaves the manhole onto a cell at its rim's level. Itzi's own \
         test compares the reference's points that fall on whole records of 30 s; all points are shown beside."
            .into(),
    );
    let mass = Some(case.mass_error);
    result.rows = vec![
        row(
            "outflow: Nash-Sutcliffe efficiency, coincident points",
            case.nse_coincident,
            Bound::AtLeast(0.99),
            "Itzi's limit 0.99",
            mass,
        ),
        row(
            "outflow: RMSE/deviation, coincident points",
            case.rsr_coincident,
            Bound::AtMost(0.01),
            "Itzi's limit 0.01",
            mass,
        ),
        row("outflow: Nash-Sutcliffe efficiency, all points", case.nse, Bound::AtLeast(0.97), "", mass),
        row(
            "outflow: peak against XPSTORM's",
            case.peak_m3_s / case.reference_peak_m3_s,
            Bound::Between(0.94, 1.06),
            "",
            mass,
        ),
        row("balance, share", case.mass_error, Bound::AtMost(1e-12), "", mass),
    ];
    let minutes = |points: Vec<(f64, f64)>| points.into_iter().map(|(t, q)| (t / 60.0, q)).collect();
    let reference = case.series.iter().map(|(t, reference, _)| (*t, *reference)).collect();
    result.panels.push(
        Panel::new("EA 8B: outflow of the manhole", "t, min", "Q, m3/s")
            .with("XPSTORM (digitised)", Role::Experiment, minutes(reference))
            .with("sewer network", Role::Computed, minutes(case.hydrograph)),
    );
    result
}

fn pipes(_: &Bench) -> CaseResult {
    let mut result = CaseResult::new("pipes");
    result.rows = verify::cases()
        .into_iter()
        .map(|case| Row { grid: "pipes".into(), ..row(case.name, case.figure, Bound::AtMost(case.limit), "", None) })
        .collect();
    result
}
