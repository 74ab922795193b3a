//! Which of LISFLOOD-FP's solvers a .par file asks for, and which of ours comes nearest.

use crate::files::lines::Line;
use crate::solver::{Options, Scheme};
use base::complaint::Complaints;
use std::path::Path;

/// The scheme that comes nearest to the one named.
pub fn options(
    take: &mut impl FnMut(&[&str]) -> Option<Line>,
    value: &impl Fn(Option<Line>, f64, &mut Complaints) -> Option<f64>,
    wrong: &mut Complaints,
    remarks: &mut Complaints,
    par: &Path,
) -> Options {
    let mut options = Options::default();
    let inertial = take(&["acceleration"]).is_some();
    let first = take(&["fv1"]).or(take(&["roe"])).or(take(&["roe_slow"])).is_some();
    let second = take(&["fv2"]).or(take(&["dg2"])).is_some();
    let adaptive = take(&["acc_nugrid"]).or(take(&["mwdg2"])).or(take(&["hwfv1"]));
    let zero_inertia = take(&["adaptoff"]);
    options.scheme = match (inertial, first, second) {
        (_, _, true) => Scheme::Second,
        (_, true, _) => Scheme::First,
        (true, _, _) => Scheme::Inertial,
        _ => Scheme::Auto,
    };
    match options.scheme {
        Scheme::Inertial => remarks.add(
            par,
            "`acceleration`: local inertia everywhere",
            "scheme: (scheme: Auto) in a deck is safer on steep or smooth ground",
        ),
        Scheme::Second => remarks.add(par, "fv2 or dg2: computed by the second-order Godunov scheme", ""),
        Scheme::Auto if adaptive.is_none() => remarks.add(
            par,
            "the diffusive solver of LISFLOOD-FP has no counterpart: computed with inertia",
            "scheme Auto",
        ),
        _ => {}
    }
    if let Some(line) = adaptive {
        remarks.add_at(
            par,
            (line.number, 1),
            format!("`{}`: computed on the DEM's own cells", line.words[0]),
            "scheme Auto",
        );
    }
    if let Some(line) = zero_inertia {
        remarks.add_at(par, (line.number, 1), "`adaptoff` has no counterpart", "steps follow the stability limit");
    }
    if let Some(cfl) = value(take(&["cfl"]), 0.0, wrong) {
        if options.scheme == Scheme::Inertial {
            options.alpha = cfl;
        } else {
            remarks.add(
                par,
                format!("cfl {cfl} is not taken over"),
                "this solver's own limit is defined in another way",
            );
        }
    }
    if let Some(theta) = value(take(&["theta"]), 0.0, wrong) {
        options.theta = theta;
    }
    options
}
