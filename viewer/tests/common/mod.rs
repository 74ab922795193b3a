//! A small made-up drill on the grid town: a breach, a growing flood, a plume of gas, people and units on the move,
//! messages, pictures, orders. It has everything the viewer shows and takes a blink to write.

use sim_core::base::{ids::*, text::Text, time::Clock, time::Tick};
use sim_core::place::city::{City, RoadClass};
use sim_core::place::fixture::grid_town;
use sim_core::record::frame::*;
use sim_core::record::*;
use sim_core::vocab::body::{Cause, Doing, Duty, Health, Point};
use sim_core::vocab::condition::*;
use sim_core::vocab::event::{Choice, Event, Firing, Stamped};
use sim_core::vocab::lever::{Closure, Lever};
use sim_core::vocab::message::*;
use sim_core::vocab::order::*;
use std::path::Path;

pub const BREACH_AT: Tick = Tick(120);
pub const RELEASE_AT: Tick = Tick(300);

/// The facility with this key of the grid town; in another city the first of its kind.
fn facility(city: &City, key: &str) -> FacilityId {
    let town = grid_town(2, 1);
    let kind = town.facilities[town.facility_by_key(key).expect("a key of the grid town").index()].kind;
    let first = city.facilities_of(kind).next().map(|(id, _)| id);
    city.facility_by_key(key).or(first).unwrap_or(FacilityId(0))
}

fn programme(city: &City) -> Programme {
    let id = |key: &str| facility(city, key);
    let at = |key: &str| city.facilities[id(key).index()].at;
    let post = |key: &str, zh: &str, en: &str, tier, place: &str| PostCard {
        key: key.into(),
        name: Text::new(zh, en),
        tier,
        at: at(place),
    };
    let mut units = Vec::new();
    for (kind, zh, en, count, base, post) in [
        ("fire_engine", "消防车", "Fire engine", 4, "fire_1", 1),
        ("boat_team", "冲锋舟", "Rescue boat", 4, "depot_1", 2),
        ("ambulance", "救护车", "Ambulance", 4, "hospital_1", 1),
        ("police_patrol", "巡逻车", "Police patrol", 3, "police_1", 1),
        ("bus", "转运大巴", "Bus", 4, "town_hall", 2),
        ("levee_crew", "抢险队", "Levee crew", 3, "depot_1", 2),
        ("hazmat_team", "防化队", "Hazmat team", 2, "fire_1", 1),
    ] {
        for n in 1..=count {
            units.push(UnitCard {
                key: format!("{kind}_{n}"),
                name: Text::new(format!("{zh}{n}号"), format!("{en} {n}")),
                kind: kind.into(),
                kind_name: Text::new(zh, en),
                crew: 5,
                base: id(base),
                post: PostId(post),
            });
        }
    }
    let breach = ExpectedAction {
        title: Text::new("发布红色预警", "Issue a red warning"),
        what: Expected::Warning { from: PostId(0), hazard: HazardKind::Flood },
        within_s: 1200.0,
        weight: 1.0,
        clause: Some("4.2.1".into()),
        objective: "warn".into(),
    };
    Programme {
        posts: vec![
            post("city", "市应急指挥中心", "City emergency centre", 0, "centre"),
            post("fire", "消防救援支队", "Fire brigade", 1, "fire_1"),
            post("town", "河湾镇政府", "Hewan town hall", 1, "town_hall"),
            post("village", "一号社区居委会", "Community 1 office", 2, "village_1"),
        ],
        units,
        clauses: vec![ClauseCard {
            id: "4.2.1".into(),
            title: Text::new("溃口后立即发布红色预警", "Red warning at once after a breach"),
            post: PostId(0),
            within_s: 1200.0,
            source: "市防汛应急预案 4.2.1".into(),
        }],
        injects: vec![
            InjectCard {
                key: "breach".into(),
                title: Text::new("北堤夜间溃口", "North levee breaches at night"),
                planned: Planned::At(BREACH_AT),
                objective: Some("warn".into()),
                expect: vec![breach],
                at: Some(if city.levees[0].line.len() > 2 {
                    city.levees[0].line[city.levees[0].line.len() / 2]
                } else {
                    city.levees[0].line[0].toward(city.levees[0].line[1], 0.4)
                }),
            },
            InjectCard {
                key: "leak".into(),
                title: Text::new("储罐区液氨泄漏", "Ammonia leaks at the tank yard"),
                planned: Planned::When(Condition::AfterInject(InjectId(0), 1800.0)),
                objective: None,
                expect: Vec::new(),
                at: Some(at("tank_1")),
            },
            InjectCard {
                key: "call".into(),
                title: Text::new("谣言电话", "A false rumour by phone"),
                planned: Planned::Manual,
                objective: None,
                expect: Vec::new(),
                at: None,
            },
        ],
        objectives: vec![ObjectiveCard { key: "warn".into(), title: Text::new("及时预警", "Warn in time") }],
        monitors: Vec::new(),
        near_field: None,
        substances: None,
    }
}

/// The town with a few wider streets, so that every class of road is seen.
fn town(blocks: usize, residents: u16) -> City {
    let mut city = grid_town(blocks, residents);
    let n = blocks + 1;
    for link in &mut city.links {
        let (a, b) = (link.from.index(), link.to.index());
        let row = (a / n == b / n).then_some(a / n);
        let column = (a % n == b % n).then_some(a % n);
        let wide = |k: Option<usize>, every: usize| k.is_some_and(|k| k % every == every / 2);
        link.class = if wide(row, 20) || wide(column, 20) {
            RoadClass::Primary
        } else if wide(row, 10) || wide(column, 10) {
            RoadClass::Secondary
        } else if wide(row, 5) || wide(column, 5) {
            RoadClass::Tertiary
        } else {
            RoadClass::Residential
        };
    }
    city
}

/// Writes the drill: `ticks` long, with an `end` or without. Returns the number of residents.
pub fn write_drill(path: &Path, blocks: usize, residents: u16, ticks: u32, finish: bool) -> usize {
    write_drill_in(path, town(blocks, residents), ticks, finish)
}

/// The same drill in any city that has the facilities it plays at.
pub fn write_drill_in(path: &Path, city: City, ticks: u32, finish: bool) -> usize {
    let programme = programme(&city);
    let people: usize = city.residents() as usize;
    let header = Header {
        format: FORMAT,
        engine: "test".into(),
        title: Text::new("河湾镇夜间溃堤与液氨泄漏双盲演练", "Hewan double-blind drill: levee breach and ammonia leak"),
        scenario_hash: "0".into(),
        seed: 1,
        tick_s: 10,
        clock: Clock::parse("2026-08-14T22:00").expect("a clock"),
        ticks,
        residents: people as u64,
        digest_parts: vec!["all".into()],
        exercise: true,
    };
    let mut writer = RecordWriter::create(path, &header, &city, &programme).expect("a file");
    let grid = city.grid;
    let homes: Vec<Point> =
        city.buildings.iter().flat_map(|b| std::iter::repeat_n(b.at, usize::from(b.residents))).collect();
    let shelter = facility(&city, "shelter_1");
    let goal = city.facilities[shelter.index()].at;
    let breach_at = programme.injects[0].at.expect("a place");
    let tank = facility(&city, "tank_1");
    let tank_at = city.facilities[tank.index()].at;
    let mut last = PeopleView::default();
    let mut events = script(&city, &homes, breach_at, tank, shelter);
    events.sort_by_key(|e| e.tick);
    let mut next_event = 0;
    for t in 0..=ticks {
        let tick = Tick(t);
        while next_event < events.len() && events[next_event].tick <= tick {
            writer.event(&events[next_event]).expect("written");
            next_event += 1;
        }
        let flood_m = f64::from(t.saturating_sub(BREACH_AT.0)) * 4.0;
        let depth_at = |p: Point| {
            let d = p.distance_m(breach_at);
            if d < flood_m && (p.y < breach_at.y || city.levees[0].line.len() > 2) {
                (2.4 * (1.0 - d / flood_m)).max(0.0)
            } else {
                0.0
            }
        };
        if t % 6 == 0 {
            let mut view = PeopleView {
                x_m: Vec::with_capacity(people),
                y_m: Vec::with_capacity(people),
                doing: Vec::with_capacity(people),
            };
            let mut counts = [0u32; Doing::ALL.len()];
            for (row, home) in homes.iter().enumerate() {
                // One in three leaves, each at an own time, at walking pace.
                let leaves = 150 + (row as u32).wrapping_mul(2_654_435_761) % 400;
                let way = home.distance_m(goal);
                let walked = f64::from(t.saturating_sub(leaves)) * 14.0;
                let (p, doing) = if row % 3 == 0 && walked >= way {
                    (goal, Doing::Sheltered)
                } else if row % 3 == 0 && walked > 0.0 {
                    (home.toward(goal, walked / way), if row % 6 == 0 { Doing::Driving } else { Doing::Walking })
                } else if depth_at(*home) > 0.9 && row % 5 == 0 {
                    (*home, Doing::Trapped)
                } else if depth_at(*home) > 0.3 {
                    (*home, Doing::Upstairs)
                } else if t > 200 && row % 2 == 0 {
                    (*home, Doing::Staying)
                } else if t > RELEASE_AT.0 + 60 && home.distance_m(tank_at) < 900.0 {
                    (*home, Doing::Sealed)
                } else {
                    (*home, Doing::Unaware)
                };
                view.x_m.push((p.x - grid.x0) as u16);
                view.y_m.push((p.y - grid.y0) as u16);
                view.doing.push(doing as u8);
                counts[doing as usize] += 1;
            }
            let frame = if t % 60 == 0 { view.key() } else { last.delta(&view) };
            writer.people(tick, &frame).expect("written");
            last = view;
            writer.units(tick, &units(&city, &programme, t, breach_at, tank_at)).expect("written");
            tally(&mut writer, tick, counts, flood_m);
        }
        if t % 30 == 0 {
            let depth = (0..grid.len()).map(|c| depth_at(grid.centre(c)) as f32);
            writer
                .layer(tick, LayerName::WaterDepth, &LayerFrame::pack(LayerName::WaterDepth, depth))
                .expect("written");
            let speed = (0..grid.len()).map(|c| (depth_at(grid.centre(c)) * 0.6) as f32);
            writer
                .layer(tick, LayerName::WaterSpeed, &LayerFrame::pack(LayerName::WaterSpeed, speed))
                .expect("written");
            let gas = (0..grid.len()).map(|c| {
                let p = grid.centre(c);
                let (along, across) = (p.x - tank_at.x, p.y - tank_at.y);
                let reach = f64::from(t.saturating_sub(RELEASE_AT.0)) * 15.0;
                if along > 0.0 && along < reach {
                    let width = 40.0 + along * 0.16;
                    (90_000.0 / (along + 15.0) * (-(across / width) * (across / width)).exp()) as f32
                } else {
                    0.0
                }
            });
            writer.layer(tick, LayerName::Gas, &LayerFrame::pack(LayerName::Gas, gas)).expect("written");
            let closed = city
                .links
                .iter()
                .enumerate()
                .filter(|(_, l)| depth_at(l.point_at(0.5)) > 0.3)
                .map(|(row, _)| (LinkId::of(row), Closure::Water))
                .chain(
                    (t > RELEASE_AT.0)
                        .then(|| {
                            city.links.iter().enumerate().filter(|(_, l)| l.point_at(0.5).distance_m(tank_at) < 350.0)
                        })
                        .into_iter()
                        .flatten()
                        .map(|(row, _)| (LinkId::of(row), Closure::Order)),
                )
                .collect();
            let filled = city
                .links
                .iter()
                .enumerate()
                .filter(|(row, l)| t > 160 && l.class <= RoadClass::Secondary && row % 3 == 0)
                .map(|(row, _)| (LinkId::of(row), (row % 256) as u8))
                .collect();
            writer.roads(tick, &RoadsFrame { closed, filled }).expect("written");
        }
        writer.digest(&DigestRow { tick, parts: vec![u64::from(t)] }).expect("written");
    }
    if finish {
        writer.finish(&End { tick: Tick(ticks), why: "complete".into(), final_digest: "0".into() }).expect("written");
    } else {
        writer.flush().expect("written");
    }
    people
}

fn units(city: &City, programme: &Programme, t: u32, breach_at: Point, tank_at: Point) -> UnitsFrame {
    let mut frame = UnitsFrame::default();
    for (row, card) in programme.units.iter().enumerate() {
        let base = city.facilities[card.base.index()].at;
        let (goal, order, from) = match card.kind.as_str() {
            "hazmat_team" | "police_patrol" => (tank_at, OrderId(3), RELEASE_AT.0 + 30),
            "levee_crew" | "boat_team" => (breach_at, OrderId(1), BREACH_AT.0 + 40),
            _ => (breach_at.toward(tank_at, 0.2 * (row % 5) as f64), OrderId(2), BREACH_AT.0 + 60),
        };
        let s = (f64::from(t.saturating_sub(from)) / 60.0).min(1.0);
        let p = base.toward(Point::new(goal.x + 30.0 * (row % 4) as f64, goal.y - 60.0), s);
        frame.x.push(p.x as f32);
        frame.y.push(p.y as f32);
        let duty = if s <= 0.0 {
            Duty::Ready
        } else if s < 1.0 {
            Duty::Travelling
        } else {
            Duty::Working
        };
        frame.duty.push(duty as u8);
        frame.aboard.push(if s >= 1.0 && card.kind == "boat_team" { 4 } else { 0 });
        frame.order.push((s > 0.0).then_some(order));
    }
    frame
}

fn tally(writer: &mut RecordWriter, tick: Tick, doing: [u32; Doing::ALL.len()], flood_m: f64) {
    let after = f64::from(tick.0.saturating_sub(BREACH_AT.0));
    let aware = doing.iter().sum::<u32>() - doing[Doing::Unaware as usize];
    let tally = Tally {
        tick,
        doing,
        aware,
        hurt_light: (after / 30.0) as u32,
        hurt_serious: (after / 90.0) as u32,
        dead: (after / 240.0) as u32,
        water_m3: 2.0e6 + after * 9000.0,
        water_boundary_m3: after * 9000.0,
        water_rain_m3: f64::from(tick.0) * 400.0,
        flooded_land_m2: flood_m * flood_m * 1.5,
        flooded_buildings: (flood_m / 12.0) as u32,
        people_in_water: doing[Doing::Upstairs as usize] + doing[Doing::Trapped as usize],
        stage_m: vec![6.2 + 0.6 * (f64::from(tick.0) / 180.0).sin()],
        breach_width_m: (after * 0.4).min(80.0),
        gas_released_kg: f64::from(tick.0.saturating_sub(RELEASE_AT.0)) * 12.0,
        gas_airborne_kg: f64::from(tick.0.saturating_sub(RELEASE_AT.0)) * 4.0,
        wind_speed_m_s: 4.2,
        wind_from_deg: 270.0,
        rain_mm_h: 28.0,
        messages_sent: tick.0 / 12,
        messages_delivered: tick.0 / 14,
        messages_lost: tick.0 / 90,
        orders_issued: 3.min(tick.0 / 100),
        orders_done: tick.0 / 400,
        units_busy: if after > 60.0 { 18 } else { 0 },
        roads_closed: (flood_m / 4.0) as u32,
        shelter_load: vec![doing[Doing::Sheltered as usize]],
        hospital_load: vec![(after / 90.0) as u32],
        ..Tally::default()
    };
    writer.tally(&tally).expect("written");
}

fn script(city: &City, homes: &[Point], breach_at: Point, tank: FacilityId, shelter: FacilityId) -> Vec<Stamped> {
    let mut events = Vec::new();
    let mut at = |tick: u32, event: Event| events.push(Stamped { tick: Tick(tick), event });
    let levee = LeveeId(0);
    let fact =
        |quantity, about, value, observed| Fact { topic: Topic { quantity, about }, value, observed: Tick(observed) };
    let message = |id: u32, kind, from, to: PostId, medium, facts: Vec<Fact>, zh: &str, en: &str, sent| Message {
        id: MessageId(id),
        kind,
        from,
        to: vec![Party::Post(to)],
        medium,
        facts,
        text: Text::new(zh, en),
        sent: Tick(sent),
        inject: None,
    };
    at(60, Event::LevelSet { hazard: HazardKind::Flood, level: Level::IV, by: PostId(0) });
    at(90, Event::LeveeSeeps { levee });
    at(BREACH_AT.0, Event::InjectFired { inject: InjectId(0), how: Firing::Timed });
    at(
        BREACH_AT.0,
        Event::LeverPulled {
            lever: Lever::BreachLevee { levee, width_max_m: 80.0, widen_m_h: 120.0 },
            inject: Some(InjectId(0)),
            unit: None,
        },
    );
    at(BREACH_AT.0, Event::LeveeBreached { levee, x: breach_at.x, y: breach_at.y });
    // The village reports; the call to the city is lost, the one to the town arrives.
    let facts = vec![
        fact(Quantity::BreachWidth, 0, 20.0, BREACH_AT.0),
        fact(Quantity::ZoneDepth, 2, 0.4, BREACH_AT.0 + 6),
        fact(Quantity::ZoneTrapped, 2, 12.0, BREACH_AT.0 + 6),
    ];
    let report = message(
        1,
        MessageKind::Report { number: 1 },
        Party::Post(PostId(3)),
        PostId(2),
        Medium::Phone,
        facts.clone(),
        "北堤溃口，约20米，三号社区进水，有人被困",
        "The north levee has breached, about 20 m; Community 3 is taking water, people are trapped",
        130,
    );
    at(130, Event::MessageSent(report));
    at(133, Event::MessageDelivered { message: MessageId(1), to: Party::Post(PostId(2)) });
    for f in &facts {
        at(133, Event::PictureChanged { post: PostId(2), fact: *f, message: Some(MessageId(1)) });
    }
    let lost = message(
        2,
        MessageKind::Report { number: 1 },
        Party::Post(PostId(3)),
        PostId(0),
        Medium::Mobile,
        facts.clone(),
        "北堤溃口，请求支援",
        "The north levee has breached, help needed",
        131,
    );
    at(131, Event::MessageSent(lost));
    at(131, Event::MessageLost { message: MessageId(2), to: Party::Post(PostId(0)), why: Loss::SenderCutOff });
    let onward = message(
        3,
        MessageKind::Report { number: 1 },
        Party::Post(PostId(2)),
        PostId(0),
        Medium::Radio,
        facts.clone(),
        "接村报：北堤溃口约20米",
        "From the village: the north levee has breached, about 20 m",
        150,
    );
    at(150, Event::MessageSent(onward));
    at(156, Event::MessageDelivered { message: MessageId(3), to: Party::Post(PostId(0)) });
    for f in &facts {
        at(156, Event::PictureChanged { post: PostId(0), fact: *f, message: Some(MessageId(3)) });
    }
    at(158, Event::MessageAcknowledged { message: MessageId(3), by: PostId(0) });
    at(160, Event::LevelSet { hazard: HazardKind::Flood, level: Level::I, by: PostId(0) });
    at(161, Event::ClauseFired { post: PostId(0), clause: "4.2.1".into() });
    at(
        162,
        Event::WarningIssued(Warning {
            hazard: HazardKind::Flood,
            colour: Colour::Red,
            advice: Advice::Leave,
            zones: vec![ZoneId(2), ZoneId(3)],
            by: PostId(0),
            clause: Some("4.2.1".into()),
        }),
    );
    for (id, to, task, units, tick) in [
        (1, 2, Task::CloseBreach(levee), 3, 165),
        (2, 1, Task::RescueFromWater(ZoneId(2)), 4, 170),
        (3, 1, Task::Cordon { site: tank, radius_m: 350 }, 3, RELEASE_AT.0 + 20),
    ] {
        at(
            tick,
            Event::OrderIssued(Order {
                id: OrderId(id),
                from: PostId(0),
                to: PostId(to),
                task,
                units,
                issued: Tick(tick),
                start_by: Tick(tick + 60),
                done_by: Tick(tick + 240),
                clause: None,
            }),
        );
        at(tick + 4, Event::OrderChanged { order: OrderId(id), state: OrderState::Accepted });
        at(tick + 30, Event::OrderChanged { order: OrderId(id), state: OrderState::Started });
    }
    at(480, Event::OrderChanged { order: OrderId(3), state: OrderState::Done });
    for unit in 0..24 {
        at(175 + unit / 4, Event::UnitDispatched { unit: UnitId(unit), order: OrderId(1 + unit % 3) });
        at(235 + unit, Event::UnitArrived { unit: UnitId(unit), order: OrderId(1 + unit % 3), x: 0.0, y: 0.0 });
    }
    for zone in 0..4u32 {
        at(140 + 70 * (3 - zone), Event::WaterReached { zone: ZoneId(zone), depth_m: 0.12 });
    }
    at(RELEASE_AT.0, Event::InjectFired { inject: InjectId(1), how: Firing::Conditional });
    at(RELEASE_AT.0, Event::GasReleased { site: tank, substance: "ammonia".into(), rate_kg_s: 1.2 });
    at(
        RELEASE_AT.0 + 12,
        Event::PictureChanged {
            post: PostId(1),
            fact: fact(Quantity::Release, tank.0, 1.0, RELEASE_AT.0 + 12),
            message: None,
        },
    );
    at(RELEASE_AT.0 + 18, Event::GasReached { zone: ZoneId(1), aegl: 2 });
    at(
        RELEASE_AT.0 + 40,
        Event::PictureChanged {
            post: PostId(0),
            fact: fact(Quantity::ZoneGas, 1, 2.0, RELEASE_AT.0 + 30),
            message: None,
        },
    );
    at(RELEASE_AT.0 + 25, Event::LevelSet { hazard: HazardKind::Gas, level: Level::II, by: PostId(0) });
    at(200, Event::ShelterOpened { facility: shelter });
    at(210, Event::RoadClosed { link: LinkId(10), why: Closure::Water });
    for k in 0..40u32 {
        let person = PersonId((k * 97) % homes.len() as u32);
        at(165 + k, Event::PersonWarned { person, medium: Medium::Mobile });
        at(170 + k, Event::HouseholdDecided { household: HouseholdId(k), choice: Choice::WalkTo(shelter) });
        if k % 4 == 0 {
            at(220 + 3 * k, Event::HelpCalled { incident: IncidentId(k), person, zone: ZoneId(2), people: 1 + k % 5 });
        }
        if k % 5 == 0 {
            let health = if k % 10 == 0 { Health::Dead } else { Health::Serious };
            at(230 + 6 * k, Event::PersonHarmed { person, health, cause: Cause::Water });
        }
        if k % 8 == 0 {
            at(330 + 2 * k, Event::PersonPickedUp { person, unit: UnitId(5) });
        }
    }
    let _ = city;
    events
}
