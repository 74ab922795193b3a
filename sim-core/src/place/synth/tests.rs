use super::*;
use crate::place::city::*;
use crate::place::roads::{Graph, route_tree};
use std::collections::BTreeSet;

const KINDS: [TerrainKind; 3] = [TerrainKind::DeltaPolder, TerrainKind::LakeShore, TerrainKind::MountainValley];

/// What holds in every town.
#[track_caller]
fn check(spec: &SynthSpec) -> City {
    let city = synthesise(spec);
    let what = format!("{spec:?}");
    assert_eq!(city.residents(), u64::from(spec.residents), "{what}");
    assert_eq!(city.terrain_m.len(), city.grid.len());
    assert!(city.terrain_m.iter().all(|v| v.is_finite()), "{what}");
    streets_are_one_network(&city, &what);
    for (k, b) in city.buildings.iter().enumerate() {
        assert!(b.node.index() < city.nodes.len() && b.zone.index() < city.zones.len(), "building {k}, {what}");
        assert!(b.residents == 0 || b.purpose == Use::Home, "building {k} is no home, {what}");
        let cell = city.grid.cell_at(b.at).unwrap_or_else(|| panic!("building {k} is off the map, {what}"));
        assert!(!matches!(city.cover[cell], Cover::Water | Cover::Levee), "building {k} stands in water, {what}");
        assert!((5.0..20_000.0).contains(&b.footprint_m2), "building {k}: {} m2, {what}", b.footprint_m2);
        assert!(b.storeys >= 1 && b.outline.len() == 4, "building {k}, {what}");
    }
    let zones = city.zones.len();
    assert!(city.zone_of_cell.iter().all(|z| *z == u16::MAX || usize::from(*z) < zones), "{what}");
    for (list, n) in [
        (city.zones.iter().map(|z| &z.key).collect::<BTreeSet<_>>(), zones),
        (city.facilities.iter().map(|f| &f.key).collect(), city.facilities.len()),
        (city.gauges.iter().map(|g| &g.key).collect(), city.gauges.len()),
        (city.levees.iter().map(|l| &l.key).collect(), city.levees.len()),
    ] {
        assert_eq!(list.len(), n, "a key is there twice, {what}");
    }
    for f in &city.facilities {
        assert!(f.node.index() < city.nodes.len(), "{} {what}", f.key);
        assert!(city.grid.cell_at(f.at).is_some() || f.kind == FacilityKind::Exit, "{} is off the map, {what}", f.key);
        assert!(!f.name.zh.is_empty() && !f.name.en.is_empty(), "{}", f.key);
    }
    for kind in [
        FacilityKind::FireStation,
        FacilityKind::PoliceStation,
        FacilityKind::Hospital,
        FacilityKind::TankYard,
        FacilityKind::CommandCentre,
        FacilityKind::TownHall,
        FacilityKind::School,
        FacilityKind::Store,
        FacilityKind::Substation,
        FacilityKind::BaseStation,
        FacilityKind::FloodDepot,
    ] {
        assert!(city.facilities_of(kind).count() > 0, "no {kind:?}, {what}");
    }
    assert_eq!(city.facilities_of(FacilityKind::VillageOffice).count(), zones, "an office a zone, {what}");
    assert!(city.facilities_of(FacilityKind::Exit).count() >= 2, "{what}");
    let towns: BTreeSet<&String> = city.zones.iter().map(|z| &z.town).collect();
    assert_eq!(city.facilities_of(FacilityKind::TownHall).count(), towns.len(), "a hall a town, {what}");
    let places: f64 = city.facilities_of(FacilityKind::Shelter).map(|f| f.1.capacity).sum();
    assert!((places - 0.325 * f64::from(spec.residents)).abs() <= 1.0, "{places} places, {what}");
    for key in ["central_square", "yanshan_school", "citizen_park", "command_centre", "tank_ammonia"] {
        assert!(city.facility_by_key(key).is_some(), "no {key}, {what}");
    }
    assert!(city.gauge_by_key("gauge_river").is_some(), "{what}");
    if let Some(design_m) = design_stage_m(spec.terrain) {
        the_levee_keeps_the_water_out(&city, design_m, &what);
        assert!(city.facilities_of(FacilityKind::PumpStation).count() > 0, "{what}");
        for (_, f) in city.facilities_of(FacilityKind::PumpStation) {
            assert_eq!(city.cover[city.grid.nearest_cell(f.at)], Cover::Water, "{} draws no water, {what}", f.key);
            assert!(f.capacity > 0.0);
        }
    } else {
        assert!(city.levees.is_empty());
    }
    city
}

fn streets_are_one_network(city: &City, what: &str) {
    let graph = Graph::new(city);
    let cost = vec![1u32; city.links.len()];
    let to_first = route_tree(&graph, &[(crate::base::ids::NodeId(0), 0)], &cost);
    assert!(
        (0..city.nodes.len()).all(|n| to_first.reaches(crate::base::ids::NodeId::of(n))),
        "a node is cut off, {what}"
    );
    for (k, link) in city.links.iter().enumerate() {
        // All streets are two-way, so reaching one node from all is reaching all from all.
        let twin = &city.links[link.twin.expect("two-way").index()];
        assert_eq!((twin.from, twin.to, twin.twin.map(|t| t.index())), (link.to, link.from, Some(k)), "{what}");
        assert_eq!(link.line[0], city.nodes[link.from.index()].at, "{what}");
        assert_eq!(*link.line.last().expect("a line"), city.nodes[link.to.index()].at, "{what}");
        assert!(link.length_m > 1.0 && link.length_m < 2_000.0, "link {k}: {} m, {what}", link.length_m);
    }
}

/// Water at the design stage, let in from the open water, reaches no cell with a zone but the quay: neither over the
/// crest nor between two cells that touch at a corner. At the start nothing but the water's own cells is wet.
fn the_levee_keeps_the_water_out(city: &City, design_m: f64, what: &str) {
    assert!(!city.levees.is_empty(), "{what}");
    let (nx, ny) = (city.grid.nx, city.grid.ny);
    let river = city.gauges[city.gauge_by_key("gauge_river").expect("a gauge").index()].at;
    let mut wet = vec![false; city.grid.len()];
    let mut todo = vec![city.grid.nearest_cell(river)];
    wet[todo[0]] = true;
    while let Some(cell) = todo.pop() {
        let (i, j) = (cell % nx, cell / nx);
        for dj in -1i64..=1 {
            for di in -1i64..=1 {
                let (a, b) = (i as i64 + di, j as i64 + dj);
                if a < 0 || b < 0 || a >= nx as i64 || b >= ny as i64 {
                    continue;
                }
                let next = b as usize * nx + a as usize;
                if !wet[next] && f64::from(city.terrain_m[next]) < design_m {
                    wet[next] = true;
                    todo.push(next);
                }
            }
        }
    }
    assert!(wet.iter().filter(|w| **w).count() > 100, "the gauge stands in no open water, {what}");
    let drowned = city.buildings.iter().filter(|b| wet[city.grid.nearest_cell(b.at)] && b.residents > 0).count();
    assert_eq!(drowned, 0, "the levee leaks, {what}");
    for levee in &city.levees {
        assert!(levee.crest_m > design_m && levee.toe_m < design_m && levee.toe_m < levee.crest_m, "{what}");
        for cell in city.grid.cells_along(&levee.line) {
            let level = f64::from(city.terrain_m[cell]);
            assert!((level - levee.crest_m).abs() < 1e-6, "{} is {level} m at cell {cell}, {what}", levee.key);
        }
    }
    for (cell, cover) in city.cover.iter().enumerate() {
        let level = f64::from(city.terrain_m[cell]);
        match cover {
            Cover::Water => assert!(level < city.water_level_m, "cell {cell} of water is dry, {what}"),
            Cover::Levee => assert!(level > design_m, "cell {cell}, {what}"),
            // Underpasses lie below the water level, but nothing joins them to it.
            _ if wet[cell] => {}
            _ => assert!(level < design_m, "land behind the levee is higher than the stage it is built for, {what}"),
        }
    }
}

#[test]
fn the_default_town_is_as_described() {
    // Behaviour: sizes the documentation and the drill scenarios count on.
    let city = check(&SynthSpec::default());
    assert!((2_500..=6_000).contains(&city.links.len()), "{} links", city.links.len());
    assert!((9_000..=25_000).contains(&city.buildings.len()), "{} buildings", city.buildings.len());
    assert!((24..=36).contains(&city.zones.len()), "{} zones", city.zones.len());
    let places: f64 = city.facilities_of(FacilityKind::Shelter).map(|f| f.1.capacity).sum();
    assert_eq!(places, 32_500.0);
    assert!((3..=4).contains(&(city.links.iter().filter(|l| l.tunnel).count() / 2)), "underpasses");
    assert!(city.links.iter().any(|l| l.bridge));
    let exits = city.facilities_of(FacilityKind::Exit).count();
    assert!((4..=5).contains(&exits), "{exits} exits");
    for key in ["old_town_1", "newtown_3", "village_7", "port_1", "industry_1"] {
        assert!(city.zone_by_key(key).is_some(), "no zone {key}");
    }
    assert!(city.levee_by_key("levee_1").is_some());
    for levee in &city.levees {
        let length: f64 = levee.line.windows(2).map(|p| p[0].distance_m(p[1])).sum();
        assert!((1_400.0..2_100.0).contains(&length), "{}: {length} m", levee.key);
    }
    // Underpasses are the lowest places of the streets around them.
    for link in city.links.iter().filter(|l| l.tunnel) {
        let low = city.ground_m(link.point_at(0.5));
        assert!(low < city.ground_m(link.line[0]).max(city.ground_m(link.line[1])) - 0.5, "{low}");
    }
}

#[test]
fn one_seed_gives_one_town_and_another_seed_another() {
    // Exact.
    let spec = |seed| SynthSpec { seed, residents: 8_000, width_m: 5_000.0, height_m: 4_000.0, ..SynthSpec::default() };
    let first = synthesise(&spec(7)).digest();
    assert_eq!(first, synthesise(&spec(7)).digest());
    assert_ne!(first, synthesise(&spec(8)).digest());
}

#[test]
fn towns_of_all_kinds_and_sizes_hold_together() {
    // Behaviour: the same invariants from a village to a city of 300,000.
    for terrain in KINDS {
        for (residents, width_m, height_m, cell_m) in [
            (2_000, 2_500.0, 2_500.0, 25.0),
            (2_000, 12_000.0, 10_000.0, 50.0),
            (30_000, 6_000.0, 5_000.0, 20.0),
            (300_000, 12_000.0, 10_000.0, 50.0),
        ] {
            check(&SynthSpec { seed: 3, residents, width_m, height_m, cell_m, terrain });
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]
    #[test]
    fn any_spec_that_passes_the_check_makes_a_town(
        seed: u64,
        kind in 0usize..3,
        residents in 200u32..40_000,
        width_m in 2_500.0f64..8_000.0,
        height_m in 2_500.0f64..8_000.0,
        cell_m in 15.0f64..50.0,
    ) {
        let spec = SynthSpec { seed, residents, width_m, height_m, cell_m, terrain: KINDS[kind] };
        if spec.check("spec").is_empty() {
            check(&spec);
        }
    }
}

#[test]
fn a_spec_out_of_range_gets_all_its_complaints_at_once() {
    // Behaviour.
    let spec = SynthSpec { residents: 5, width_m: f64::NAN, cell_m: 0.0, ..SynthSpec::default() };
    let said = spec.check("city.ron").to_string();
    for part in ["residents: 5", "width_m: NaN", "cell_m: 0"] {
        assert!(said.contains(part), "no {part} in {said}");
    }
    let dense = SynthSpec { residents: 900_000, ..SynthSpec::default() };
    assert!(dense.check("city.ron").to_string().contains("per km2"));
    let fine = SynthSpec { width_m: 50_000.0, height_m: 50_000.0, cell_m: 5.0, ..SynthSpec::default() };
    assert!(fine.check("city.ron").to_string().contains("cells"));
    assert!(SynthSpec::default().check("city.ron").is_empty());
}
