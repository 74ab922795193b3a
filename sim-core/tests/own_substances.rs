//! A drill with substances of its own: the file is read once, checked, and becomes a part of the scenario and of its recording.

use consequence::substance::{Substance, Substances};
use sim_core::base::complaint::Complaints;
use sim_core::base::text::Text;
use sim_core::record::{Programme, Recording, Tally};
use sim_core::report::words;
use sim_core::scenario::{Choice, Scenario};
use sim_core::sim::{Checkpoint, Sim, programme};
use sim_core::vocab::event::Event;
use sim_core::vocab::study::Basis;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A small town, the wind from its yard to its homes, with 6 kg/s of a substance from the third minute on; lines go into the scenario
/// and the script as they are, and so does the file of substances.
struct Town<'a> {
    substance: &'a str,
    un: u16,
    in_scenario: &'a str,
    in_script: &'a str,
    file: Option<String>,
}

const PLAIN: Town = Town { substance: "chlorine", un: 1017, in_scenario: "", in_script: "", file: None };
const IN_SCENARIO: &str = "substances: \"mine.ron\",";

impl Town<'_> {
    fn write(&self, folder: &Path) -> PathBuf {
        let Town { substance, un, in_scenario, in_script, .. } = self;
        let site = "first:TankYard|Exit";
        let script = format!(
            r#"#![enable(implicit_some, unwrap_newtypes)]
(
    schema: 1,
    title: (zh: "泄漏", en: "Leak"),
    {in_script}
    objectives: [],
    injects: [(
        key: "X-1", title: (zh: "泄漏", en: "Leak"), trigger: At(time: "3min", jitter: "0s"), expires: None,
        effects: [ReleaseGas(site: "{site}", substance: "{substance}", rate_kg_s: 6.0, duration: "30min")],
        messages: [(after: "1min", persona: "操作员 operator", to: "duty_119", medium: Phone, text: (zh: "漏了", en: "A leak"),
            claims: [(Release, "{site}", 1.0), (ReleaseSubstance, "{site}", {un}.0), (ReleaseRate, "{site}", 6.0)])],
        expect: [], objective: None,
    )],
)"#
        );
        let scenario = format!(
            r#"#![enable(implicit_some, unwrap_newtypes)]
(
    schema: 1,
    title: (zh: "小城", en: "Small town"),
    {in_scenario}
    city: Synth(seed: 5, residents: 1500, width_m: 3000.0, height_m: 3000.0, cell_m: 30.0, terrain: DeltaPolder),
    start: "2026-08-20T20:00",
    duration: "40min",
    weather: (wind_m_s: 2.0, wind_from_deg: 90.0, cloud: 0.2, rain_mm_h: [("0h", 0.0)]),
    water: (stage_m: AboveStart([("0h", 0.0)]), inflow_m3_s: None, inner_level_m: None, sewer_mm_h: 18.0, soil_mm_h: 12.0),
    behaviour: (),
    roster: "{}",
    plan: "{}",
    script: "script.ron",
    monitors: [(key: "near", name: (zh: "厂界", en: "fence"), at: Toward(site: "{site}", to: "first:CommandCentre", distance_m: 150.0),
        reads: Substances(["{substance}"]), range_ppm: 20.0, t90: "30s", noise: 0.05, every: "60s", to: ["duty_119"])],
)"#,
            root().join("scenarios/any_town/roster.ron").display(),
            root().join("scenarios/quiet_evening/plan.ron").display(),
        );
        std::fs::write(folder.join("script.ron"), script).expect("written");
        if let Some(text) = &self.file {
            std::fs::write(folder.join("mine.ron"), text).expect("written");
        }
        let file = folder.join("scenario.ron");
        std::fs::write(&file, scenario).expect("written");
        file
    }
    /// Read, and its files thrown away.
    fn load(&self) -> Result<Scenario, Complaints> {
        let folder = tempfile::tempdir().expect("a folder");
        let scenario = Some(self.write(folder.path()));
        Scenario::load(&Choice { scenario, ..Choice::default() })
    }
    fn sound(&self) -> Arc<Scenario> {
        let scenario = self.load().unwrap_or_else(|e| panic!("the scenario is wrong:\n{e}"));
        Arc::new(over_town(scenario))
    }
}

/// The wind blows from the yard to the middle of the homes.
fn over_town(mut scenario: Scenario) -> Scenario {
    let city = &scenario.city;
    let of_yard =
        |f: &&sim_core::place::city::Facility| matches!(f.kind, sim_core::place::city::FacilityKind::TankYard);
    let yard = city.facilities.iter().find(of_yard).expect("a tank yard").at;
    let n = city.buildings.len() as f64;
    let (x, y) = city.buildings.iter().fold((0.0, 0.0), |(x, y), b| (x + b.at.x / n, y + b.at.y / n));
    scenario.weather.wind_from_deg = (yard.x - x).atan2(yard.y - y).to_degrees().rem_euclid(360.0);
    scenario
}

/// Chlorine under another name and number.
fn cloud_x() -> Substance {
    let mut one = Substances::embedded().find("chlorine").expect("there").clone();
    (one.key, one.name, one.un) = ("cloud_x".into(), Text::new("云气", "cloud x"), 9001);
    one.aliases.clear();
    one
}

fn file_of(substances: Vec<Substance>) -> Option<String> {
    let table = Substances { sources: Default::default(), substances };
    Some(ron::ser::to_string_pretty(&table, ron::ser::PrettyConfig::new()).expect("written"))
}

/// AEGL, and with them the loads of people, at a quarter.
fn worse(mut one: Substance) -> Substance {
    let aegl = one.harm.aegl.as_mut().expect("chlorine has them");
    for row in [&mut aegl.discomfort_ppm, &mut aegl.disabling_ppm, &mut aegl.lethal_ppm] {
        row.value.iter_mut().flatten().for_each(|ppm| *ppm *= 0.25);
    }
    one
}

/// Digests of water, gas, traffic, people and refuges of every tick, the curves, and the programme.
fn course(scenario: &Arc<Scenario>) -> (Vec<Vec<u64>>, Vec<Tally>) {
    let mut sim = Sim::new(scenario.clone(), 3);
    let (mut digests, mut tallies) = (Vec::new(), Vec::new());
    while !sim.finished() {
        let batch = sim.tick();
        let parts = batch.digest.expect("one a tick").parts;
        digests.push([0, 1, 2, 3, 4, 7, 8].map(|k| parts[k]).to_vec());
        tallies.extend(batch.tally);
    }
    (digests, tallies)
}

#[test]
fn another_name_for_chlorine_gives_the_same_course_and_lower_levels_hurt_more() {
    // Grade: exact for the same values: gas, people, units and orders of every tick. Behaviour for the lower ones.
    let chlorine = course(&PLAIN.sound());
    let own = Town { substance: "云气", un: 9001, in_scenario: IN_SCENARIO, file: file_of(vec![cloud_x()]), ..PLAIN };
    assert!(course(&own.sound()) == chlorine, "only the name differs");
    let strong = Town { file: file_of(vec![worse(cloud_x())]), ..own };
    let replaced = worse(Substances::embedded().find("chlorine").expect("there").clone());
    let replaced = Town { in_script: IN_SCENARIO, file: file_of(vec![replaced]), ..PLAIN };
    let (strong, replaced) = (course(&strong.sound()), course(&replaced.sound()));
    let most = |of: &(Vec<Vec<u64>>, Vec<Tally>), level: usize| {
        of.1.iter().map(|t| t.over_aegl[level]).max().expect("tallies")
    };
    let over = [&chlorine, &strong, &replaced].map(|of| [0, 1, 2].map(|level| most(of, level)));
    println!("heads over AEGL-1, -2, -3: {over:?}");
    assert!(over[0][1] > 0 && over[1][1] > over[0][1] && over[1][2] > over[0][2], "{over:?}");
    assert_eq!(over[1], over[2], "in place of chlorine or beside it");
}

#[test]
fn a_recording_names_the_substances_without_their_file() {
    // Grade: behaviour. The files are gone when the drill begins; the study of the post is told by the name that was given.
    let own =
        Town { substance: "cloud_x", un: 9001, in_scenario: IN_SCENARIO, file: file_of(vec![cloud_x()]), ..PLAIN };
    let scenario = own.sound();
    let folder = tempfile::tempdir().expect("a folder");
    sim_core::sim::run(scenario.clone(), 3, &[], folder.path(), &mut |_| true).expect("written");
    let rec = Recording::open(&folder.path().join(sim_core::record::FILE_NAME)).expect("read back");
    assert_eq!(rec.programme.substances, scenario.own_substances);
    assert_eq!(words::substance(&rec.programme, "cloud_x"), Text::new("云气", "cloud x"));
    assert_eq!(words::substance(&Programme::default(), "chlorine").en, "chlorine");
    let told = rec.programme.substances.as_ref().expect("there").remark();
    assert!(told.zh.contains("增加云气（UN 9001）") && told.en.contains("adds cloud x (UN 9001)"), "{told:?}");
    let models = sim_core::report::studies::compared(&rec);
    let model = models.iter().find(|one| one.study.basis == Basis::Model).expect("a model run");
    assert_eq!(model.study.un, Some(9001));
    assert_eq!(model.substance.as_ref().map(|s| s.key.as_str()), Some("cloud_x"));
    assert!(model.levels.iter().any(|l| l.true_now_m > 0.0 && l.studied_m > 0.0), "computed and true");
    let text = rec.events.iter().any(|e| match &e.event {
        Event::MessageSent(m) => m.text.zh.contains("云气") && m.text.en.contains("cloud x"),
        _ => false,
    });
    assert!(text, "the desk's message names it");
    let guide = models.iter().find(|one| one.study.basis == Basis::Guide).expect("the guidebook");
    assert!(guide.study.level(2).is_some_and(|l| l.reach_m > 1000.0), "its own guidebook row");
}

#[test]
fn a_drill_with_own_substances_is_taken_up_bit_for_bit_and_its_file_is_in_the_fingerprint() {
    // Grade: exact. The checkpoint goes through its bytes.
    let own =
        Town { substance: "cloud_x", un: 9001, in_scenario: IN_SCENARIO, file: file_of(vec![cloud_x()]), ..PLAIN };
    let scenario = own.sound();
    let digests = |sim: &mut Sim, to: u32| -> Vec<Vec<u64>> {
        let mut all = Vec::new();
        while sim.now().0 < to {
            all.push(sim.tick().digest.expect("one a tick").parts);
        }
        all
    };
    let run = |threads: usize| {
        sim_core::base::fold::with_threads(threads, || {
            let mut sim = Sim::new(scenario.clone(), 3);
            digests(&mut sim, 48);
            let checkpoint = Checkpoint::from_bytes(&sim.checkpoint().to_bytes()).expect("it reads");
            let rest = digests(&mut sim, 90);
            let mut resumed = Sim::resume(scenario.clone(), checkpoint).expect("it fits");
            assert_eq!(digests(&mut resumed, 90), rest);
            rest
        })
    };
    assert!(run(1) == run(2));
    let other = Town { file: file_of(vec![worse(cloud_x())]), ..own };
    let (mine, others) = (scenario.hash.clone(), other.load().expect("sound").hash);
    assert!(mine != others && mine != PLAIN.load().expect("sound").hash);
    let checkpoint = Sim::new(scenario, 3).checkpoint();
    assert!(Sim::resume(Arc::new(other.load().expect("sound")), checkpoint).is_err(), "another table");
}

#[test]
fn what_burns_by_its_own_table_burns_in_the_drill() {
    // Grade: behaviour. A pool fire of a substance that only the file knows to burn.
    let mut fuel = Substances::embedded().find("benzene").expect("there").clone();
    (fuel.key, fuel.name, fuel.un) = ("fuel_y".into(), Text::new("燃料", "fuel y"), 9002);
    fuel.aliases.clear();
    let burn = r#"Burn(site: "first:TankYard|Exit", burn: (substance: "fuel_y", what: Pool(spilled_kg: 2000.0)))"#;
    let town = Town { in_scenario: IN_SCENARIO, file: file_of(vec![fuel, cloud_x()]), ..PLAIN };
    let folder = tempfile::tempdir().expect("a folder");
    let file = town.write(folder.path());
    let script = std::fs::read_to_string(folder.path().join("script.ron")).expect("there");
    let script = script.replace("effects: [", &format!("effects: [{burn}, "));
    std::fs::write(folder.path().join("script.ron"), script).expect("written");
    let scenario = Scenario::load(&Choice { scenario: Some(file), ..Choice::default() });
    let scenario = Arc::new(scenario.unwrap_or_else(|e| panic!("{e}")));
    let mut sim = Sim::new(scenario, 3);
    let mut began = false;
    while sim.now().0 < 24 {
        let events = sim.tick().events;
        began |= events.iter().any(|e| matches!(&e.event, Event::FireBegan { substance, .. } if substance == "fuel_y"));
    }
    assert!(began);
}

#[test]
fn everything_wrong_with_the_file_and_with_its_names_is_told_at_once() {
    // Grade: behaviour. Values of the file that contradict each other, and a scenario, script and monitor that name what is in neither table.
    let mut wrong = cloud_x();
    wrong.boiling_point_k.value = 500.0;
    wrong.harm.aegl.as_mut().expect("there").disabling_ppm.value[0] = Some(0.1);
    let text = file_of(vec![wrong]).map(|text| text.replace("    cas:", "    // cas:"));
    let town = Town { substance: "cloud_z", un: 9009, in_scenario: IN_SCENARIO, file: text.clone(), ..PLAIN };
    let told = town.load().expect_err("wrong");
    let said = told.to_string();
    let parts = ["cloud_x: cas is missing", "boiling_point_k 500", "AEGL-1 is above AEGL-2", "\"cloud_z\"", "9009"];
    for part in parts {
        assert!(said.contains(part), "nothing of {part} in:\n{said}");
    }
    let line = text.expect("there").lines().position(|l| l.contains("boiling_point_k")).expect("there") + 1;
    let boiling = told.0.iter().find(|one| one.what.contains("boiling_point_k")).expect("told");
    assert!(boiling.file.ends_with("mine.ron") && boiling.at.is_some_and(|at| at.0 == line), "{said}");
    // Near matches over both tables.
    let town = Town { substance: "clod_x", un: 9001, file: file_of(vec![cloud_x()]), ..town };
    let said = town.load().expect_err("unknown").to_string();
    assert!(said.contains("did you mean cloud_x"), "{said}");
    let said = Town { substance: "clorine", ..town }.load().expect_err("unknown").to_string();
    assert!(said.contains("did you mean chlorine"), "{said}");
    // A file that is not there is a mistake of the line that names it.
    let told = Town { in_scenario: "substances: \"yours.ron\",", ..PLAIN }.load().expect_err("no file");
    assert!(told.0[0].file.ends_with("scenario.ron") && told.0[0].at.is_some_and(|at| at.0 == 5), "{told}");
    assert!(told.to_string().contains("yours.ron"), "{told}");
}

#[test]
fn the_example_of_the_docs_is_sound_and_can_leak() {
    // Grade: behaviour.
    let text = std::fs::read_to_string(root().join("docs/substances_example.ron")).expect("there");
    let town = Town { substance: "甲硫醇", un: 1064, in_script: IN_SCENARIO, file: Some(text), ..PLAIN };
    let scenario = town.sound();
    let told = programme(&scenario).substances.expect("there");
    assert!(told.replaced.is_empty() && told.table.sources.contains_key("formula"), "{told:?}");
    let (_, tallies) = course(&scenario);
    assert!(tallies.iter().any(|t| t.over_aegl[0] > 0));
}
