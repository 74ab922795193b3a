//! A little drill for tests and for looking at reports without running the engine: 120 min in the grid town, written
//! by hand. A levee seeps, breaches, floods two communities; a tank leaks and the wind turns. Every moment below is
//! meant to be read and reckoned with.

use crate::base::{ids::*, text::Text, time::Clock, time::Tick};
use crate::place::city::{City, FacilityKind};
use crate::place::fixture::grid_town;
use crate::record::{frame::*, *};
use crate::vocab::body::{Cause, Doing, Duty, Health, Point};
use crate::vocab::condition::*;
use crate::vocab::event::*;
use crate::vocab::lever::{Closure, Lever};
use crate::vocab::message::*;
use crate::vocab::order::*;
use std::path::Path;

/// Length of the drill, min.
pub const MINUTES: u32 = 120;
/// Residents of each home.
pub const PER_HOME: u16 = 20;

/// The tick at a minute.
pub fn min(m: u32) -> Tick {
    Tick(m * 6)
}

const CITY: PostId = PostId(0);
const TOWN: PostId = PostId(1);
const VILLAGE: PostId = PostId(2);
/// North-west and north-east communities, next to the levee.
pub const WEST: ZoneId = ZoneId(2);
pub const EAST: ZoneId = ZoneId(3);
/// South-east, downwind of the tank after the wind turns.
pub const SOUTH: ZoneId = ZoneId(1);
const LEVEE: LeveeId = LeveeId(0);

fn header(city: &City) -> Header {
    Header {
        format: FORMAT,
        engine: "0.1.0 (fixture)".into(),
        title: Text::new("棋盘镇防汛与危化品综合演练", "Grid Town flood and gas drill"),
        scenario_hash: "f1c7a2d94be03356".into(),
        seed: 42,
        tick_s: crate::base::time::TICK_S,
        clock: Clock::parse("2026-08-14T23:00").expect("a good clock"),
        ticks: MINUTES * 6,
        residents: city.residents(),
        digest_parts: vec!["all".into()],
        exercise: true,
    }
}

fn topic(quantity: Quantity, about: u32) -> Topic {
    Topic { quantity, about }
}

/// Posts, units, clauses and injects of the little drill.
pub fn programme(city: &City) -> Programme {
    let post = |key: &str, zh: &str, en: &str, tier, x| PostCard {
        key: key.into(),
        name: Text::new(zh, en),
        tier,
        at: Point::new(x, 100.0),
    };
    let facility = |key: &str| city.facility_by_key(key).expect("the grid town has it");
    let unit = |key: &str, zh: &str, en: &str, kind: &str, crew, base: &str, post| UnitCard {
        key: key.into(),
        name: Text::new(zh, en),
        kind: kind.into(),
        kind_name: Text::new(zh, en),
        crew,
        base: facility(base),
        post,
    };
    let clause = |id: &str, zh: &str, en: &str, post, within_s| ClauseCard {
        id: id.into(),
        title: Text::new(zh, en),
        post,
        within_s,
        source: "p. 4".into(),
    };
    let expect = |zh: &str, en: &str, what, within_s, weight, clause: Option<&str>, objective: &str| ExpectedAction {
        title: Text::new(zh, en),
        what,
        within_s,
        weight,
        clause: clause.map(String::from),
        objective: objective.into(),
    };
    let tank = facility("tank_1");
    Programme {
        posts: vec![
            post("city", "市防指", "City flood command", 0, 100.0),
            post("town", "镇防指", "Town flood command", 1, 300.0),
            post("village", "北村值班室", "North village desk", 2, 200.0),
        ],
        units: vec![
            unit("fire_1", "消防一中队", "Fire crew 1", "fire_engine", 7, "fire_1", TOWN),
            unit("boat_1", "冲锋舟队", "Boat crew", "boat", 4, "depot_1", TOWN),
            unit("levee_1", "巡堤队", "Levee crew", "levee_crew", 12, "depot_1", VILLAGE),
        ],
        clauses: vec![
            clause("4.1", "堤防渗漏即派队巡查", "Send a crew when a levee seeps", TOWN, 1200.0),
            clause("4.2", "溃口后10分钟内发布转移预警", "Warn to leave within 10 min of a breach", CITY, 600.0),
            clause(
                "4.3",
                "泄漏后10分钟内发布就地避险预警",
                "Warn to stay indoors within 10 min of a release",
                CITY,
                600.0,
            ),
            clause("4.4", "跨区支援", "Ask neighbours for help", CITY, 3600.0),
        ],
        injects: vec![
            InjectCard {
                key: "J-01".into(),
                title: Text::new("北堤出现渗漏", "The north levee seeps"),
                planned: Planned::At(min(10)),
                objective: Some("O1".into()),
                expect: vec![
                    expect(
                        "村向镇报告",
                        "Village reports to town",
                        Expected::Report { from: VILLAGE, to: TOWN },
                        900.0,
                        3.0,
                        None,
                        "O1",
                    ),
                    expect(
                        "镇派队巡堤",
                        "Town orders a patrol",
                        Expected::Order { from: TOWN, task: Task::PatrolLevee(LEVEE) },
                        1200.0,
                        3.0,
                        Some("4.1"),
                        "O1",
                    ),
                ],
                at: Some(Point::new(150.0, 630.0)),
            },
            InjectCard {
                key: "J-02".into(),
                title: Text::new("北堤溃口", "The north levee breaches"),
                planned: Planned::When(Condition::AfterInject(InjectId(0), 1800.0)),
                objective: Some("O2".into()),
                expect: vec![
                    expect(
                        "市发布防汛预警",
                        "City warns the public",
                        Expected::Warning { from: CITY, hazard: HazardKind::Flood },
                        600.0,
                        5.0,
                        Some("4.2"),
                        "O2",
                    ),
                    expect(
                        "镇下令转移西北社区",
                        "Town orders the north-west evacuated",
                        Expected::Order { from: TOWN, task: Task::EvacuateZone(WEST) },
                        1200.0,
                        5.0,
                        None,
                        "O2",
                    ),
                    expect(
                        "冲锋舟到场",
                        "A boat arrives",
                        Expected::Arrival { task: Task::RescueFromWater(WEST) },
                        1800.0,
                        3.0,
                        None,
                        "O2",
                    ),
                ],
                at: Some(Point::new(150.0, 630.0)),
            },
            InjectCard {
                key: "J-03".into(),
                title: Text::new("储罐泄漏", "A tank leaks"),
                planned: Planned::At(min(80)),
                objective: Some("O3".into()),
                expect: vec![
                    expect(
                        "启动危化品响应",
                        "A gas response level is set",
                        Expected::Level { from: CITY, hazard: HazardKind::Gas },
                        900.0,
                        4.0,
                        None,
                        "O3",
                    ),
                    expect(
                        "堵漏完成",
                        "The leak is stopped",
                        Expected::Done { task: Task::StopLeak(tank) },
                        3600.0,
                        2.0,
                        None,
                        "O3",
                    ),
                ],
                at: city.facilities.get(tank.index()).map(|f| f.at),
            },
            InjectCard {
                key: "J-04".into(),
                title: Text::new("导调备用注入：媒体问询", "Spare inject: the press asks"),
                planned: Planned::Manual,
                objective: None,
                expect: vec![expect(
                    "市向上级报告",
                    "City reports",
                    Expected::Report { from: CITY, to: CITY },
                    600.0,
                    1.0,
                    None,
                    "O1",
                )],
                at: None,
            },
        ],
        objectives: vec![
            ObjectiveCard {
                key: "O1".into(), title: Text::new("险情报告与先期处置", "Reporting and first action")
            },
            ObjectiveCard { key: "O2".into(), title: Text::new("预警与转移", "Warning and evacuation") },
            ObjectiveCard { key: "O3".into(), title: Text::new("危化品处置", "Gas response") },
            ObjectiveCard { key: "O4".into(), title: Text::new("善后", "Aftermath") },
        ],
        monitors: Vec::new(),
        near_field: None,
        substances: None,
    }
}

/// Who lives where: (person, home) in building order.
fn residents(city: &City) -> Vec<(Point, ZoneId)> {
    city.buildings.iter().flat_map(|b| (0..b.residents).map(|_| (b.at, b.zone))).collect()
}

/// The events in order. `people` as from [`residents`].
fn events(city: &City, people: &[(Point, ZoneId)]) -> Vec<Stamped> {
    let mut all: Vec<Stamped> = Vec::new();
    let mut say = |m: u32, event: Event| all.push(Stamped { tick: min(m), event });
    let of_zone =
        |z: ZoneId| -> Vec<PersonId> { (0..people.len()).filter(|i| people[*i].1 == z).map(PersonId::of).collect() };
    let (west, east, south) = (of_zone(WEST), of_zone(EAST), of_zone(SOUTH));
    let facility = |key: &str| city.facility_by_key(key).expect("the grid town has it");
    let (shelter, hospital, tank) = (facility("shelter_1"), facility("hospital_1"), facility("tank_1"));
    let fact = |q, about, value, m: u32| Fact { topic: topic(q, about), value, observed: min(m) };
    let send = |id: u32, m: u32, from: Party, to: PostId, kind, medium, facts: Vec<Fact>, inject| {
        Event::MessageSent(Message {
            id: MessageId(id),
            kind,
            from,
            to: vec![Party::Post(to)],
            medium,
            facts,
            text: Text::new("北堤渗漏", "The north levee seeps"),
            sent: min(m),
            inject,
        })
    };
    let arrive = |id: u32, to: PostId| Event::MessageDelivered { message: MessageId(id), to: Party::Post(to) };
    let believe = |post, fact: Fact, id: u32| Event::PictureChanged { post, fact, message: Some(MessageId(id)) };
    let order = |id: u32, from, to, task, m: u32, start: u32, done: u32, clause: Option<&str>| {
        Event::OrderIssued(Order {
            id: OrderId(id),
            from,
            to,
            task,
            units: 1,
            issued: min(m),
            start_by: min(start),
            done_by: min(done),
            clause: clause.map(String::from),
        })
    };
    let changed = |id: u32, state| Event::OrderChanged { order: OrderId(id), state };
    let seep = |m| fact(Quantity::LeveeSeep, 0, 1.0, m);

    // 23:10 The levee seeps; the village hears in a minute, the town at 23:17; the report to the city is lost.
    say(10, Event::InjectFired { inject: InjectId(0), how: Firing::Timed });
    say(10, Event::LeverPulled { lever: Lever::SeepLevee(LEVEE), inject: Some(InjectId(0)), unit: None });
    say(10, Event::LeveeSeeps { levee: LEVEE });
    let persona = Party::Persona("村民老张".into());
    say(10, send(0, 10, persona, VILLAGE, MessageKind::Info, Medium::Phone, vec![seep(10)], Some(InjectId(0))));
    say(11, arrive(0, VILLAGE));
    say(11, believe(VILLAGE, seep(10), 0));
    let report = |number| MessageKind::Report { number };
    say(16, send(1, 16, Party::Post(VILLAGE), TOWN, report(1), Medium::Phone, vec![seep(10)], None));
    say(17, arrive(1, TOWN));
    say(17, believe(TOWN, seep(10), 1));
    say(18, Event::MessageAcknowledged { message: MessageId(1), by: TOWN });
    say(18, Event::ClauseFired { post: TOWN, clause: "4.1".into() });
    say(20, send(2, 20, Party::Post(TOWN), CITY, report(1), Medium::Mobile, vec![seep(10)], None));
    say(20, Event::MessageLost { message: MessageId(2), to: Party::Post(CITY), why: Loss::Noise });
    say(29, send(3, 29, Party::Post(TOWN), CITY, report(1), Medium::Radio, vec![seep(10)], None));
    say(30, arrive(3, CITY));
    say(30, believe(CITY, seep(10), 3));
    // 23:35 The patrol is ordered 25 min after the seep: five minutes too late for the inject.
    say(35, order(0, TOWN, VILLAGE, Task::PatrolLevee(LEVEE), 35, 38, 60, Some("4.1")));
    say(36, changed(0, OrderState::Received));
    say(37, Event::UnitDispatched { unit: UnitId(2), order: OrderId(0) });
    // 23:40 The breach.
    say(40, Event::InjectFired { inject: InjectId(1), how: Firing::Conditional });
    let breach = Lever::BreachLevee { levee: LEVEE, width_max_m: 20.0, widen_m_h: 24.0 };
    say(40, Event::LeverPulled { lever: breach, inject: Some(InjectId(1)), unit: None });
    say(40, Event::LeveeBreached { levee: LEVEE, x: 150.0, y: 630.0 });
    say(41, Event::UnitArrived { unit: UnitId(2), order: OrderId(0), x: 150.0, y: 610.0 });
    say(41, changed(0, OrderState::Started));
    say(41, Event::UnitObserved { unit: UnitId(2), fact: fact(Quantity::BreachWidth, 0, 8.0, 41) });
    say(42, changed(0, OrderState::Failed(Why::RoadsClosed)));
    let width = fact(Quantity::BreachWidth, 0, 8.0, 41);
    say(42, send(4, 42, Party::Unit(UnitId(2)), TOWN, report(2), Medium::Radio, vec![width], None));
    say(43, arrive(4, TOWN));
    say(43, believe(TOWN, width, 4));
    say(43, send(5, 43, Party::Post(TOWN), CITY, report(2), Medium::Radio, vec![width], None));
    say(44, arrive(5, CITY));
    say(44, believe(CITY, width, 5));
    say(44, Event::ClauseFired { post: CITY, clause: "4.2".into() });
    say(44, Event::LevelSet { hazard: HazardKind::Flood, level: Level::III, by: CITY });
    say(
        45,
        Event::WarningIssued(Warning {
            hazard: HazardKind::Flood,
            colour: Colour::Orange,
            advice: Advice::Leave,
            zones: vec![WEST, EAST],
            by: CITY,
            clause: Some("4.2".into()),
        }),
    );
    say(46, Event::ShelterOpened { facility: shelter });
    // Half of the west and all of the east are warned at 23:46; water in the west at 23:50, in the east at 00:10.
    for (i, person) in west.iter().enumerate() {
        if i % 2 == 0 {
            say(46, Event::PersonWarned { person: *person, medium: Medium::Mobile });
        }
    }
    for person in &east {
        say(46, Event::PersonWarned { person: *person, medium: Medium::Loudspeaker });
    }
    for person in west.iter().take(40) {
        say(47, Event::TripStarted { person: *person, by_car: false });
    }
    say(48, Event::RoadClosed { link: LinkId(0), why: Closure::Water });
    for person in west.iter().take(10) {
        say(49, Event::PersonSheltered { person: *person, facility: shelter });
    }
    say(50, Event::WaterReached { zone: WEST, depth_m: 0.4 });
    for person in west.iter().skip(10).take(30) {
        say(53, Event::PersonSheltered { person: *person, facility: shelter });
    }
    for person in west.iter().skip(100).take(12) {
        say(54, Event::PersonTrapped { person: *person });
    }
    say(55, Event::HelpCalled { incident: IncidentId(0), person: west[100], zone: WEST, people: 12 });
    say(57, order(1, TOWN, TOWN, Task::RescueFromWater(WEST), 57, 70, 110, None));
    say(57, Event::UnitDispatched { unit: UnitId(1), order: OrderId(1) });
    say(58, order(2, TOWN, TOWN, Task::RescueFromWater(WEST), 58, 70, 110, None));
    say(59, Event::UnitDispatched { unit: UnitId(0), order: OrderId(2) });
    say(60, Event::PersonRelieved { person: west[0] });
    say(63, Event::UnitArrived { unit: UnitId(0), order: OrderId(2), x: 150.0, y: 500.0 });
    say(64, Event::UnitArrived { unit: UnitId(1), order: OrderId(1), x: 150.0, y: 500.0 });
    say(65, Event::PersonHarmed { person: west[110], health: Health::Dead, cause: Cause::Water });
    for person in west.iter().skip(100).take(8) {
        say(66, Event::PersonPickedUp { person: *person, unit: UnitId(1) });
    }
    for person in &east {
        say(66, Event::PersonLeft { person: *person, exit: facility("exit_south") });
    }
    say(70, Event::WaterReached { zone: EAST, depth_m: 0.2 });
    say(75, Event::PersonHarmed { person: west[111], health: Health::Serious, cause: Cause::Water });
    let dead = fact(Quantity::Deaths, 0, 1.0, 66);
    say(76, send(6, 76, Party::Post(TOWN), CITY, report(3), Medium::Radio, vec![dead], None));
    say(77, arrive(6, CITY));
    say(77, believe(CITY, dead, 6));
    // 00:20 The tank leaks; nobody warns; the wind turns at 00:30.
    say(80, Event::InjectFired { inject: InjectId(2), how: Firing::Timed });
    say(80, Event::GasReleased { site: tank, substance: "chlorine".into(), rate_kg_s: 2.0 });
    let leak = fact(Quantity::Release, tank.0, 1.0, 80);
    say(
        81,
        send(
            7,
            81,
            Party::Persona("罐区值班员".into()),
            CITY,
            MessageKind::Info,
            Medium::Phone,
            vec![leak],
            Some(InjectId(2)),
        ),
    );
    say(82, arrive(7, CITY));
    say(82, believe(CITY, leak, 7));
    say(82, Event::ClauseFired { post: CITY, clause: "4.3".into() });
    say(84, Event::LevelSet { hazard: HazardKind::Gas, level: Level::II, by: CITY });
    say(86, order(3, CITY, TOWN, Task::StopLeak(tank), 86, 100, 140, None));
    say(90, Event::WindTurned { speed_m_s: 3.0, from_deg: 315.0 });
    say(92, Event::ClauseMissed { post: CITY, clause: "4.3".into() });
    say(95, Event::GasReached { zone: SOUTH, aegl: 2 });
    say(95, Event::PersonHospitalised { person: west[111], facility: hospital });
    for person in south.iter().take(5) {
        say(97, Event::PersonHarmed { person: *person, health: Health::Light, cause: Cause::Gas });
    }
    say(105, Event::PersonHarmed { person: south[0], health: Health::Dead, cause: Cause::Gas });
    say(108, changed(1, OrderState::Done));
    say(110, Event::UnitLost { unit: UnitId(0), why: Text::new("车辆进水熄火", "engine drowned") });
    say(112, Event::GasStopped { site: tank, released_kg: 3840.0 });
    all.sort_by_key(|e| e.tick);
    all
}

fn tally(city: &City, t: u32, dots: &PeopleView, events: &[Stamped]) -> Tally {
    let mut tally = Tally { tick: min(t), ..Tally::default() };
    for d in &dots.doing {
        tally.doing[*d as usize] += 1;
    }
    for e in events.iter().filter(|e| e.tick <= min(t)) {
        match &e.event {
            Event::PersonHarmed { health: Health::Dead, cause, .. } => {
                tally.dead += 1;
                tally.dead_by_water += u32::from(*cause == Cause::Water);
                tally.dead_by_gas += u32::from(*cause == Cause::Gas);
            }
            Event::PersonHarmed { health: Health::Serious, .. } => tally.hurt_serious += 1,
            Event::PersonHarmed { health: Health::Light, .. } => tally.hurt_light += 1,
            Event::PersonWarned { .. } => tally.aware += 1,
            Event::MessageSent(_) => tally.messages_sent += 1,
            Event::MessageDelivered { .. } => tally.messages_delivered += 1,
            Event::MessageLost { .. } => tally.messages_lost += 1,
            Event::OrderIssued(_) => tally.orders_issued += 1,
            _ => {}
        }
    }
    let m = f64::from(t);
    tally.stage_m = vec![4.0 + 0.02 * m.min(60.0) - 0.01 * (m - 60.0).max(0.0)];
    tally.breach_width_m = if t >= 40 { (8.0 + 0.4 * (m - 40.0)).min(20.0) } else { 0.0 };
    tally.flooded_land_m2 = depth(city, t).iter().filter(|d| **d > 0.05 && **d < 5.0).count() as f64 * 400.0;
    tally.people_in_water = if t >= 50 { 150 } else { 0 };
    tally.over_aegl = if t >= 95 { [60, 40, 3] } else { [0, 0, 0] };
    tally.wind_speed_m_s = if t >= 90 { 3.0 } else { 4.0 };
    tally.wind_from_deg = if t >= 90 { 315.0 } else { 180.0 };
    tally.gas_released_kg = 120.0 * f64::from(t.clamp(80, 112) - 80);
    tally.shelter_load = vec![dots.doing.iter().filter(|d| **d == Doing::Sheltered as u8).count() as u32];
    tally.hospital_load = vec![u32::from(t >= 95)];
    tally.rain_mm_h = 20.0;
    tally
}

/// Water on land: from the breach southward, deeper with time; the east later.
fn depth(city: &City, t: u32) -> Vec<f32> {
    (0..city.grid.len())
        .map(|cell| {
            let p = city.grid.centre(cell);
            if city.terrain_m[cell] < 0.0 {
                return 5.0;
            }
            let from = match city.zone_at(p) {
                Some(WEST) => 50.0,
                Some(EAST) => 70.0,
                _ => return 0.0,
            };
            let since = f64::from(t) - from;
            if since < 0.0 { 0.0 } else { (0.2 + 0.012 * since - (600.0 - p.y) * 0.001).clamp(0.0, 1.2) as f32 }
        })
        .collect()
}

/// Gas at breathing height after the release, a plume that turns with the wind, mg/m3.
fn gas(city: &City, t: u32, tank: Point) -> Vec<f32> {
    let (dx, dy) = if t >= 90 { (0.71, -0.71) } else { (0.0, 1.0) };
    (0..city.grid.len())
        .map(|cell| {
            let p = city.grid.centre(cell);
            let (along, across) =
                ((p.x - tank.x) * dx + (p.y - tank.y) * dy, (p.x - tank.x) * dy - (p.y - tank.y) * dx);
            let reach = f64::from(t.saturating_sub(80)) * 60.0;
            if t < 80 || along < 0.0 || along > reach || across.abs() > 15.0 + 0.3 * along {
                return 0.0;
            }
            (400.0 / (1.0 + along / 60.0) * (1.0 - across.abs() / (20.0 + 0.3 * along))) as f32
        })
        .collect()
}

/// Writes the little drill to `path`. With `until` it is cut off after that minute, without an end.
pub fn little_drill(path: &Path, until: Option<u32>) -> std::io::Result<()> {
    let city = grid_town(6, PER_HOME);
    let people = residents(&city);
    let events = events(&city, &people);
    let programme = programme(&city);
    let mut writer = RecordWriter::create(path, &header(&city), &city, &programme)?;
    let mut dots = PeopleView::default();
    for (i, (at, _)) in people.iter().enumerate() {
        dots.x_m.push((at.x - city.grid.x0) as u16 + (i % 5) as u16 * 8);
        dots.y_m.push((at.y - city.grid.y0) as u16 + (i / 5 % 4) as u16 * 8);
        dots.doing.push(Doing::Unaware as u8);
    }
    let spot = |key: &str| city.facilities[city.facility_by_key(key).expect("the grid town has it").index()].at;
    let (shelter, exit, tank) = (spot("shelter_1"), spot("exit_south"), spot("tank_1"));
    let place = |dots: &mut PeopleView, person: PersonId, p: Point, doing: Doing| {
        let i = person.index();
        dots.x_m[i] = (p.x - city.grid.x0) as u16 + (i % 6) as u16 * 4;
        dots.y_m[i] = (p.y - city.grid.y0) as u16 + (i / 6 % 6) as u16 * 4;
        dots.doing[i] = doing as u8;
    };
    let mut next = 0;
    for t in 0..=until.unwrap_or(MINUTES).min(MINUTES) {
        let before = dots.clone();
        while next < events.len() && events[next].tick <= min(t) {
            writer.event(&events[next])?;
            let set = |dots: &mut PeopleView, p: PersonId, d: Doing| dots.doing[p.index()] = d as u8;
            match &events[next].event {
                Event::PersonWarned { person, .. } => set(&mut dots, *person, Doing::Staying),
                Event::TripStarted { person, .. } => set(&mut dots, *person, Doing::Walking),
                Event::PersonSheltered { person, .. } => place(&mut dots, *person, shelter, Doing::Sheltered),
                Event::PersonLeft { person, .. } => place(&mut dots, *person, exit, Doing::Away),
                Event::PersonTrapped { person } => set(&mut dots, *person, Doing::Trapped),
                Event::PersonPickedUp { person, .. } => set(&mut dots, *person, Doing::Carried),
                Event::PersonHospitalised { person, .. } => set(&mut dots, *person, Doing::InHospital),
                Event::PersonHarmed { person, health: Health::Dead, .. } => set(&mut dots, *person, Doing::Dead),
                Event::PersonHarmed { person, health: Health::Serious, .. } => set(&mut dots, *person, Doing::Hurt),
                _ => {}
            }
            next += 1;
        }
        let frame = if t % 20 == 0 { dots.key() } else { before.delta(&dots) };
        writer.people(min(t), &frame)?;
        writer.units(min(t), &units(t, &programme, &city))?;
        let closed = if t >= 48 { vec![(LinkId(0), Closure::Water), (LinkId(1), Closure::Water)] } else { Vec::new() };
        writer.roads(min(t), &RoadsFrame { closed, filled: Vec::new() })?;
        if t % 5 == 0 {
            let water = LayerFrame::pack(LayerName::WaterDepth, depth(&city, t).into_iter());
            writer.layer(min(t), LayerName::WaterDepth, &water)?;
            let gas = LayerFrame::pack(LayerName::Gas, gas(&city, t, tank).into_iter());
            writer.layer(min(t), LayerName::Gas, &gas)?;
        }
        writer.tally(&tally(&city, t, &dots, &events))?;
        writer.digest(&DigestRow { tick: min(t), parts: vec![u64::from(t)] })?;
    }
    writer.flush()?;
    if until.is_some() {
        return Ok(());
    }
    writer.finish(&End { tick: min(MINUTES), why: "complete".into(), final_digest: "5eed".into() })
}

/// Duties by the clock: the levee crew from 37 to 42, the boat from 57, the engine from 59 until it is lost at 110.
fn units(t: u32, programme: &Programme, city: &City) -> UnitsFrame {
    let duty = [
        match t {
            0..59 => Duty::Ready,
            59..63 => Duty::Travelling,
            63..110 => Duty::Working,
            _ => Duty::Lost,
        },
        match t {
            0..57 => Duty::Ready,
            57..64 => Duty::Travelling,
            64..100 => Duty::Working,
            100..108 => Duty::Transporting,
            _ => Duty::Returning,
        },
        match t {
            0..37 => Duty::Ready,
            37..41 => Duty::Travelling,
            41..43 => Duty::Working,
            _ => Duty::Ready,
        },
    ];
    let at = |u: usize| match duty[u] {
        Duty::Ready | Duty::TurningOut => city.facilities[programme.units[u].base.index()].at,
        _ => Point::new(150.0 + 25.0 * u as f64, 500.0),
    };
    UnitsFrame {
        x: (0..3).map(|u| at(u).x as f32).collect(),
        y: (0..3).map(|u| at(u).y as f32).collect(),
        duty: duty.iter().map(|d| *d as u8).collect(),
        aboard: vec![0, if (66..108).contains(&t) { 8 } else { 0 }, 0],
        order: vec![None; 3],
    }
}

/// The facilities of a kind, for tests that reckon loads.
pub fn shelter_places() -> f64 {
    grid_town(6, PER_HOME).facilities_of(FacilityKind::Shelter).map(|(_, f)| f.capacity).sum()
}
