//! The waterworks (水工程) that a scenario names, checked on the ground of its city.

use crate::base::complaint::Complaints;
use crate::hazard::flood;
use crate::place::city::City;
use crate::scenario::Scenario;
use crate::scenario::raw::RawWater;
use crate::scenario::source::Source;
use hydro::structures::StructuresSpec;
use std::path::Path;

/// Reads and checks them; what is wrong is said with the place of its name in the file.
pub(super) fn works(
    scenario: &Path,
    water: &RawWater,
    city: &City,
    built_in: bool,
    complaints: &mut Complaints,
) -> Option<StructuresSpec> {
    let path = Scenario::beside(scenario, water.works.as_ref()?);
    let source = Source::read(&path, built_in).map_err(|more| complaints.extend(more)).ok()?;
    let works: StructuresSpec = source.parse().map_err(|more| complaints.extend(more)).ok()?;
    let mut wrong = flood::check_works(city, &works, &path);
    for one in wrong.0.iter_mut().filter(|one| one.at.is_none()) {
        let named = names(&works).into_iter().find(|name| one.what.contains(&format!("\"{name}\"")));
        one.at = named.and_then(|name| source.place("", name));
    }
    complaints.extend(wrong);
    Some(works)
}

/// All names in a file of waterworks, those of single works before those of supplies.
fn names(works: &StructuresSpec) -> Vec<&str> {
    let mut names: Vec<&str> = works.levees.iter().map(|s| s.name.as_str()).collect();
    names.extend(works.gates.iter().map(|s| s.name.as_str()));
    names.extend(works.weirs.iter().map(|s| s.name.as_str()));
    names.extend(works.culverts.iter().map(|s| s.name.as_str()));
    names.extend(works.bridges.iter().map(|s| s.name.as_str()));
    names.extend(works.pumps.iter().map(|s| s.name.as_str()));
    names.extend(works.storages.iter().map(|s| s.name.as_str()));
    names.extend(works.polders.iter().map(|s| s.name.as_str()));
    names.extend(works.power.iter().map(String::as_str));
    names
}
