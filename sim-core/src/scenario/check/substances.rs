//! Substances (物质) that a scenario or its script brings along: files beside them, laid over the embedded table, the script's over the
//! scenario's. Their content becomes a part of the scenario.

use super::super::source::Source;
use crate::base::complaint::Complaints;
use crate::hazard::gas::substances;
use crate::scenario::Scenario;
use crate::vocab::substance::OwnSubstances;
use consequence::substance::Substances;
use std::collections::BTreeMap;

/// Who names a file, its name, and whether embedded files count.
type Asked<'a> = (&'a Source, &'a Option<String>, bool);

pub(super) fn own(asked: [Asked; 2], complaints: &mut Complaints) -> Option<OwnSubstances> {
    let embedded = substances();
    let mut table: Substances = (**embedded).clone();
    let mut own = Substances { sources: BTreeMap::new(), substances: Vec::new() };
    for (by, name, built_in) in asked {
        let Some(name) = name else { continue };
        let path = Scenario::beside(&by.path, name);
        let told = Source::read(&path, built_in).and_then(|source| table.lay_over(&path, &source.text));
        match told {
            Ok(laid) => own.put(&laid.own),
            Err(mut wrong) => {
                // A file that is not there is a mistake of the one who names it.
                for one in wrong.0.iter_mut().filter(|one| one.at.is_none()) {
                    one.what = format!("substances: {} {}", path.display(), one.what);
                    (one.file, one.at) = (by.path.clone(), by.place("substances", name));
                }
                complaints.extend(wrong);
            }
        }
    }
    let known = |key: &String| embedded.substances.iter().any(|s| s.key == *key);
    let replaced = own.substances.iter().map(|s| s.key.clone()).filter(known).collect();
    (!own.substances.is_empty()).then_some(OwnSubstances { table: own, replaced })
}
