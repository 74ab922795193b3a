//! The near field of gas leaks (近场模型) that a scenario or its script asks for. The script's goes before the scenario's.

use super::super::source::Source;
use crate::base::complaint::Complaints;
use crate::hazard::gas::NearSpec;

type Asked<'a> = (&'a Source, &'a Option<NearSpec>);

pub(super) fn near_field(scenario: Asked, script: Asked, complaints: &mut Complaints) -> Option<NearSpec> {
    for (source, spec) in [scenario, script] {
        let Some(spec) = spec else { continue };
        let mut wrong = spec.check(&source.path);
        for one in &mut wrong.0 {
            let named = ["reach_m", "cell_m", "particles"].into_iter().find(|name| one.what.contains(name));
            one.at = source.place("near_field", named.unwrap_or("near_field"));
        }
        complaints.extend(wrong);
    }
    script.1.clone().or_else(|| scenario.1.clone())
}
