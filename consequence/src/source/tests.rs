use super::site::tests::night;
use super::*;
use crate::weather::Class;
use base::grid::Point;

fn lying(fill: f64) -> TankSpec {
    TankSpec {
        vessel: Vessel::Lying { diameter_m: 2.5, length_m: 8.0 },
        contents: Contents::Liquid { filled: Filled::Share(fill), temperature_k: None },
        hole: Hole::Round { diameter_m: 0.05 },
        hole_height_m: 0.1,
        pipe_m: 0.0,
        coefficient: hole::SHARP_EDGE,
        vented: false,
        ground: Ground::Concrete,
        bund_m2: None,
        rainout_share: 0.0,
        wall_w_m2_k: 5.0,
    }
}

fn source(substance: &str, what: What) -> SourceSpec {
    SourceSpec {
        substance: substance.into(),
        at: Point::new(0.0, 0.0),
        height_m: 0.0,
        start_s: 0.0,
        until_s: 3600.0,
        what,
    }
}

fn outcome(spec: &SourceSpec) -> Outcome {
    run(spec, &Substances::embedded(), &night(5.0, Class::D, 15.0), Path::new("test.ron")).expect("sound")
}

#[test]
fn a_tank_loses_no_mass_on_the_way_to_the_air() {
    // Grade: exact. What was in it = what went into the air + what lies there + what is left inside.
    let all = Substances::embedded();
    let site = night(5.0, Class::D, 15.0);
    for (key, rainout) in [("chlorine", 0.0), ("chlorine", 0.5), ("ammonia", 0.2), ("propane", 0.0), ("acetone", 0.0)] {
        let tank = TankSpec { rainout_share: rainout, hole_height_m: 0.6, ..lying(0.8) };
        let before = Tank::new(&tank, all.find(key).expect("there"), &site);
        let held = before.liquid_kg + before.vapour_kg;
        let got = outcome(&source(key, What::Tank(tank)));
        let lying_there = got.puddle.map_or(0.0, |p| p.left_kg);
        let sum = got.airborne_kg() + lying_there + got.left_inside_kg;
        assert!((sum / held - 1.0).abs() < 1e-9, "{key} {rainout}: {sum} of {held}");
        let staged: f64 = got.stages.iter().map(|s| s.mass_kg).sum();
        assert!((staged + got.left_inside_kg - held).abs() < 1e-6 * held, "{key}");
        assert!(got.release.check(Path::new("r")).is_empty());
    }
}

#[test]
fn a_tank_of_liquefied_gas_cools_to_its_boiling_point_and_stops() {
    // Grade: behaviour. A hole in the vapour space: it vents until the rest is as cold as it boils in the open.
    let all = Substances::embedded();
    let s = all.find("ammonia").expect("there");
    let site = night(5.0, Class::D, 15.0);
    let spec = TankSpec { hole_height_m: 2.3, hole: Hole::Round { diameter_m: 0.08 }, ..lying(0.3) };
    let mut tank = Tank::new(&spec, s, &site);
    let liquid = tank.liquid_kg;
    let pieces = tank.empty(0.0, 40_000.0);
    assert!(pieces.iter().all(|p| p.regime == Regime::Gas));
    let boiling = s.boiling_at_k(site.pressure_pa);
    assert!((tank.temperature_k - boiling).abs() < 1.5, "{} {boiling}", tank.temperature_k);
    // The share that boils off to cool the rest is about that of a flash.
    let boiled = 1.0 - tank.liquid_kg / liquid;
    let flash = s.flash_share(288.15, site.pressure_pa);
    assert!((boiled / flash - 1.0).abs() < 0.1, "{boiled} {flash}");
}

#[test]
fn a_gas_tank_without_wall_heat_blows_down_along_the_isentrope() {
    // Grade: exact. T/T0 = (m/m0)^(g-1) for a heat ratio that barely changes; it ends at the pressure of the air.
    let all = Substances::embedded();
    let s = all.find("methane").expect("there");
    let site = night(5.0, Class::D, 15.0);
    let contents = Contents::Gas { pressure_pa: 2e6, mass_kg: None, temperature_k: None };
    let spec = TankSpec { contents, wall_w_m2_k: 0.0, ..lying(0.0) };
    let mut tank = Tank::new(&spec, s, &site);
    let held = tank.vapour_kg;
    assert!((tank.pressure_pa() / 2e6 - 1.0).abs() < 1e-3);
    tank.empty(0.0, 20_000.0);
    let g = s.heat_ratio(220.0);
    let isentrope = 288.15 * base::math::pow(tank.vapour_kg / held, g - 1.0);
    assert!((tank.temperature_k / isentrope - 1.0).abs() < 0.01, "{} {isentrope}", tank.temperature_k);
    assert!((tank.pressure_pa() / site.pressure_pa - 1.0).abs() < 0.01);
    let warm = TankSpec { wall_w_m2_k: 500.0, ..spec };
    let mut tank_warm = Tank::new(&warm, s, &site);
    tank_warm.empty(0.0, 20_000.0);
    // With much heat from the wall it ends at the air's temperature and holds the mass of that.
    assert!((tank_warm.temperature_k - 288.15).abs() < 1.0);
    assert!(tank_warm.vapour_kg < tank.vapour_kg);
}

#[test]
fn an_expanded_jet_keeps_its_momentum_and_widens() {
    // Grade: exact. Thrust at the throat, m u + (p - pa) A, is m u after it; the area is the volume flow over the speed.
    let all = Substances::embedded();
    let s = all.find("propane").expect("there");
    let g = hole::gas(1.0, 1e-3, 8e5, 290.0, s.vapour_density_kg_m3(290.0, 8e5), s.heat_ratio(290.0), 101_325.0);
    let e = tank::expanded(s, &g, 290.0, 101_325.0);
    let thrust = g.rate_kg_s * g.throat_speed_m_s + (g.throat_pressure_pa - 101_325.0) * 1e-3;
    assert!((g.rate_kg_s * e.speed_m_s / thrust - 1.0).abs() < 1e-6);
    assert!(e.area_m2 > 1e-3 && e.temperature_k < 290.0);
    let f = tank::flashed(s, 290.0, 7e5, 10.0, 101_325.0);
    let mass_flow = f.area_m2 * f.speed_m_s
        / (f.vapour_share / s.vapour_density_kg_m3(f.temperature_k, 101_325.0)
            + (1.0 - f.vapour_share) / s.liquid_density_at_kg_m3(f.temperature_k));
    assert!((mass_flow / 10.0 - 1.0).abs() < 1e-9);
}

#[test]
fn a_source_with_many_faults_is_told_all_of_them() {
    // Grade: behaviour.
    let tell = |spec: &SourceSpec, site: &Site| {
        run(spec, &Substances::embedded(), site, Path::new("leak.ron")).expect_err("wrong").to_string()
    };
    let site = night(5.0, Class::D, 15.0);
    let bad = TankSpec {
        hole: Hole::Round { diameter_m: 50.0 },
        hole_height_m: 3.0,
        contents: Contents::Liquid { filled: Filled::MassKg(1e6), temperature_k: Some(288.0) },
        bund_m2: Some(-2.0),
        vented: true,
        ..lying(0.8)
    };
    let told = tell(&source("clorine", What::Tank(bad)), &Site { wind_10m_m_s: -1.0, ..site });
    for part in ["clorine", "did you mean chlorine", "larger than the tank", "hole_height_m", "bund_m2", "wind_10m_m_s"]
    {
        assert!(told.contains(part), "{part} missing in\n{told}");
    }
    let told = tell(&source("chlorine", What::Tank(bad)), &site);
    for part in ["fills", "vented", "boils at"] {
        assert!(told.contains(part), "{part} missing in\n{told}");
    }
    // A gas above its saturation pressure, and a pressure that contradicts the mass.
    let gas = Contents::Gas { pressure_pa: 2e6, mass_kg: Some(10.0), temperature_k: None };
    let told = tell(&source("chlorine", What::Tank(TankSpec { contents: gas, ..lying(0.8) })), &site);
    assert!(told.contains("liquid at that temperature") && told.contains("leave one out"), "{told}");
    // A jet of vapour below its boiling point.
    let jet = DirectSpec {
        rate: DirectRate::Steady { kg_s: 1.0, for_s: 60.0 },
        temperature_k: Some(288.15),
        vapour_share: 1.0,
        entry: Entry::Jet,
        area_m2: 0.01,
        speed_m_s: 10.0,
    };
    let told = tell(&source("benzene", What::Direct(jet)), &site);
    assert!(told.contains("boils at") && told.contains("puddle"), "{told}");
    let hot =
        PuddleSpec { amount: Amount::MassKg(f64::NAN), area_m2: 0.0, ground: Ground::Soil, temperature_k: Some(15.0) };
    assert!(tell(&source("benzene", What::Puddle(hot)), &site).lines().count() >= 2);
}

#[test]
fn a_hole_is_held_against_each_side_of_its_wall() {
    // Grade: behaviour. A round hole of 1.5 m in a tank of 1.0 x 2.0 m passed for its being shorter than the longest side.
    let site = night(5.0, Class::D, 15.0);
    let holed = |vessel: Vessel, hole: Hole| source("chlorine", What::Tank(TankSpec { vessel, hole, ..lying(0.8) }));
    let tell = |vessel: Vessel, hole: Hole| match run(
        &holed(vessel, hole),
        &Substances::embedded(),
        &site,
        Path::new("leak.ron"),
    ) {
        Ok(_) => String::new(),
        Err(told) => told.to_string(),
    };
    let upright = Vessel::Upright { diameter_m: 1.0, height_m: 2.0 };
    let flat = Vessel::Upright { diameter_m: 6.0, height_m: 2.0 };
    let lies = Vessel::Lying { diameter_m: 1.0, length_m: 4.0 };
    let sphere = Vessel::Sphere { diameter_m: 1.0 };
    let round = |diameter_m: f64| Hole::Round { diameter_m };
    let slot = |width_m: f64, height_m: f64| Hole::Slot { width_m, height_m };
    for (vessel, hole, want) in [
        (upright, round(1.5), "1.5 m wide, larger than the tank's diameter of 1 m"),
        (flat, round(2.5), "2.5 m tall, larger than the tank's height of 2 m"),
        (lies, round(1.5), "1.5 m tall, larger than the tank's diameter of 1 m"),
        (sphere, round(1.5), "larger than the tank's diameter of 1 m"),
        (upright, slot(1.2, 0.01), "1.2 m wide, larger than the tank's diameter of 1 m"),
        (lies, slot(5.0, 0.01), "5 m wide, larger than the tank's length of 4 m"),
        (lies, slot(0.01, 1.1), "1.1 m tall, larger than the tank's diameter of 1 m"),
    ] {
        let told = tell(vessel, hole);
        assert!(told.contains(want) && told.matches("larger than").count() == 1, "{vessel:?} {hole:?}:\n{told}");
    }
    assert_eq!(tell(upright, slot(1.2, 2.5)).matches("larger than").count(), 2);
    for (vessel, hole) in [(upright, slot(0.01, 1.9)), (lies, slot(3.9, 0.01)), (lies, round(0.05))] {
        assert_eq!(tell(vessel, hole), "");
    }
}

#[test]
fn more_than_industry_has_is_refused_with_the_reason() {
    // Grade: behaviour. A thousand million kg/s passed.
    let site = night(5.0, Class::D, 15.0);
    let direct = |rate: DirectRate| DirectSpec {
        rate,
        temperature_k: None,
        vapour_share: 1.0,
        entry: Entry::Cloud,
        area_m2: 1.0,
        speed_m_s: 0.0,
    };
    let told = |what: What| match run(&source("methane", what), &Substances::embedded(), &site, Path::new("a.ron")) {
        Ok(_) => String::new(),
        Err(told) => told.to_string(),
    };
    let steady = |kg_s: f64| told(What::Direct(direct(DirectRate::Steady { kg_s, for_s: 60.0 })));
    assert!(steady(1e9).contains("kg_s is 1000000000") && steady(1e9).contains("gas main"), "{}", steady(1e9));
    assert_eq!(steady(5e4), "");
    assert!(told(What::Direct(direct(DirectRate::AtOnce { kg: 1e9 }))).contains("the largest tanks"));
    let vast = Vessel::Sphere { diameter_m: 2500.0 };
    let contents = Contents::Gas { pressure_pa: 2e9, mass_kg: None, temperature_k: None };
    let tank = told(What::Tank(TankSpec { vessel: vast, contents, ..lying(0.0) }));
    assert!(tank.contains("at most 300000 m3") && tank.contains("hydrogen"), "{tank}");
    let text = "(diameter_m: 14, length_m: 5000, pressure_pa: 5e6, far_end: Closed)";
    let pipe: PipeSpec = ron::from_str(text).expect("the wall's roughness has a default");
    assert_eq!(pipe.wall_roughness_m, 4.6e-5);
    assert!(told(What::Pipe(pipe)).contains("gas mains"));
}

#[test]
fn little_wind_is_refused_over_liquids_alone_and_with_the_number_given() {
    // Grade: behaviour. A profile through 0.3 m/s gives 0.29999999999999993 back.
    let site = night(0.299_999_999_999_999_93, Class::F, 15.0);
    let told = |what: What| match run(&source("ammonia", what), &Substances::embedded(), &site, Path::new("a.ron")) {
        Ok(_) => String::new(),
        Err(told) => told.to_string(),
    };
    let rate = DirectRate::Steady { kg_s: 1.0, for_s: 60.0 };
    let (vapour_share, entry) = (1.0, Entry::Cloud);
    let direct = DirectSpec { rate, temperature_k: None, vapour_share, entry, area_m2: 1.0, speed_m_s: 0.0 };
    assert_eq!(told(What::Direct(direct)), "");
    let gas = Contents::Gas { pressure_pa: 3e5, mass_kg: None, temperature_k: None };
    assert_eq!(told(What::Tank(TankSpec { contents: gas, ..lying(0.0) })), "");
    let liquid = told(What::Tank(lying(0.8)));
    assert!(liquid.contains("wind_10m_m_s is 0.3, over a liquid") && liquid.contains("evaporation"), "{liquid}");
}

#[test]
fn a_source_read_from_a_file_refuses_what_it_does_not_know() {
    // Grade: behaviour.
    let text = r#"(substance: "chlorine", at: (x: 0, y: 0), what: Tank((
        vessel: Lying(diameter_m: 2.5, length_m: 8), contents: Liquid(filled: Share(0.8)),
        hole: Round(diameter_m: 0.05), hole_height_m: 0.1, ground: Concrete)))"#;
    let spec: SourceSpec = ron::from_str(text).expect("read");
    assert_eq!(spec, source("chlorine", What::Tank(lying(0.8))));
    assert!(ron::from_str::<SourceSpec>(&text.replace("ground", "grund")).is_err());
}
