//! Sense, Hear and Command: reports, calls, orders, warnings.

use super::state::*;
use crate::base::chance::{Stream, draw, draw_lognormal};
use crate::base::{ids::*, text::Text, time::Tick};
use crate::command::{Post, PostSpec, plan::Decision};
use crate::comms::{News, expects_answer};
use crate::people::warn::Campaign;
use crate::place::city::{City, Facility, FacilityKind};
use crate::record::Input;
use crate::response::{Unit, skill::Skill};
use crate::scenario::Scenario;
use crate::vocab::body::{Doing, Health, Whereabouts};
use crate::vocab::condition::{Fact, Quantity, Topic};
use crate::vocab::event::Event;
use crate::vocab::message::{Medium, Message, MessageKind, Party};
use crate::vocab::order::{Advice, Order, OrderState, Task, Warning, Why};
use bevy_ecs::prelude::*;

/// A village post looks round this often, s. Assumption.
const LOOK_OUT_S: u32 = 600;
/// A control room notices a leak after this median time, s (2-10 min: parameters.md 1, assumption).
const NOTICE_LEAK_S: f64 = 240.0;
/// People trapped call once an hour and building (assumption), the first call after a median of 10 min.
const CALL_AGAIN_S: f64 = 3600.0;
/// The dead are found after a median of 2 h (assumption; Xiangshui's toll grew over three days).
const FOUND_S: f64 = 7200.0;

/// The zone whose power and network a party depends on.
pub(super) fn zone_of(posts: &[PostSpec], party: &Party) -> Option<ZoneId> {
    match party {
        Party::Post(post) => posts.get(post.index()).and_then(|p| p.zone),
        Party::Unit(_)
        | Party::Person(_)
        | Party::Gauge(_)
        | Party::Persona(_)
        | Party::Public(_)
        | Party::Monitor(_) => None,
    }
}

pub(super) fn fact(quantity: Quantity, about: u32, value: f64, observed: Tick) -> Fact {
    Fact { topic: Topic { quantity, about }, value, observed }
}

/// One sent message, told and put on the line.
pub(super) fn send(setting: &Setting, now: Tick, lines: &mut Lines, events: &mut Events, message: Message) {
    let answer = expects_answer(message.kind);
    events.tell(now, Event::MessageSent(message.clone()));
    let posts = &setting.scenario.posts;
    lines.comms.send(setting.seed, now, message, &|party| zone_of(posts, party), answer);
}

/// Sense: posts with eyes look out of the window, each at its own minute.
pub fn look_out(
    setting: Res<Setting>,
    now: Res<Now>,
    nature: Res<Nature>,
    residents: Res<Residents>,
    refuges: Res<Refuges>,
    mut lines: ResMut<Lines>,
    mut events: ResMut<Events>,
    mut posts: Query<&mut Post>,
) {
    let (tick, scenario) = (now.tick, &setting.scenario);
    let city = &scenario.city;
    let mut posts: Vec<_> = posts.iter_mut().collect();
    posts.sort_by_key(|p| p.id);
    let people = &residents.people;
    for post in &mut posts {
        let spec = &scenario.posts[post.id.index()];
        if !spec.eyes || !Tick(tick.0 + post.id.0 * 7).every_s(LOOK_OUT_S) {
            continue;
        }
        let mut seen: Vec<Fact> = Vec::new();
        for &zone in &spec.area {
            if spec.area.len() > 1 {
                break;
            }
            let z = zone.index();
            let weather = &nature.zones[z];
            let depth = (weather.depth_m * 20.0).round() / 20.0;
            let known_wet = post.picture.value(Quantity::ZoneDepth, zone.0).is_some();
            if weather.wet_share > 0.02 && depth > 0.05 || known_wet {
                seen.push(fact(Quantity::ZoneDepth, zone.0, if weather.wet_share > 0.02 { depth } else { 0.0 }, tick));
            }
            // Without instruments: it stinks, or it does not.
            if weather.smelt || post.picture.value(Quantity::ZoneGas, zone.0).is_some_and(|v| v > 0.0) {
                let guess = if !weather.smelt { 0.0 } else { f64::from(weather.aegl.clamp(1, 2)) };
                seen.push(fact(Quantity::ZoneGas, zone.0, guess, tick));
            }
            let (mut trapped, mut hurt, mut warned, mut out, mut all) = (0u32, 0u32, 0u32, 0u32, 0u32);
            for household in people.households.iter().filter(|h| h.zone == zone) {
                for person in household.members() {
                    all += 1;
                    match people.doing(person) {
                        Doing::Trapped => trapped += 1,
                        Doing::Sheltered | Doing::Away | Doing::Carried => out += 1,
                        Doing::Unaware
                        | Doing::Staying
                        | Doing::Sealed
                        | Doing::Upstairs
                        | Doing::Walking
                        | Doing::Driving
                        | Doing::InHospital
                        | Doing::Hurt
                        | Doing::Dead => {}
                    }
                    warned += u32::from(people.knows[person.index()] != 0);
                }
            }
            // The hurt count where they lie, whoever they are.
            hurt += (0..people.len())
                .map(PersonId::of)
                .filter(|p| people.doing(*p) == Doing::Hurt)
                .filter(|p| super::carry::zone_of_person(city, people, *p) == zone)
                .count() as u32;
            // A village knows its people, but not where each one is tonight: rounded to five.
            let about = |n: u32| (f64::from(n) / 5.0).round() * 5.0;
            let told = |q: Quantity| post.picture.value(q, zone.0).is_some_and(|v| v > 0.0);
            if trapped > 0 || told(Quantity::ZoneTrapped) {
                seen.push(fact(Quantity::ZoneTrapped, zone.0, about(trapped), tick));
            }
            if hurt > 0 || told(Quantity::ZoneHurt) {
                seen.push(fact(Quantity::ZoneHurt, zone.0, f64::from(hurt), tick));
            }
            if all > 0 && (warned > 0 || told(Quantity::ZoneWarned)) {
                let share = |n: u32| (f64::from(n) / f64::from(all) * 20.0).round() / 20.0;
                seen.push(fact(Quantity::ZoneWarned, zone.0, share(warned), tick));
                seen.push(fact(Quantity::ZoneEvacuated, zone.0, share(out), tick));
            }
            if lines.comms.power_out(zone) {
                seen.push(fact(Quantity::ZonePowerOut, zone.0, 1.0, tick));
            }
        }
        for (id, facility) in city.facilities.iter().enumerate().map(|(i, f)| (FacilityId::of(i), f)) {
            if notices(spec, city, facility) {
                let leaking = nature.leaking(id);
                if leaking {
                    let noticed = *lines.leak_seen.entry(id).or_insert_with(|| {
                        let s = draw_lognormal(NOTICE_LEAK_S, 0.4, setting.seed, Stream::Gauge, id.0, tick, 5);
                        tick.plus_s(s)
                    });
                    if tick >= noticed {
                        seen.push(fact(Quantity::Release, id.0, 1.0, tick));
                        // The works know what they store.
                        let stored = (spec.tier == 1).then(|| stored_un(&nature, id)).flatten();
                        seen.extend(stored.map(|un| fact(Quantity::ReleaseSubstance, id.0, un, tick)));
                    }
                } else if post.picture.value(Quantity::Release, id.0) == Some(1.0) {
                    seen.push(fact(Quantity::Release, id.0, 0.0, tick));
                }
            }
            if matches!(facility.kind, FacilityKind::Shelter) && spec.area.len() > 1 && refuges.open[id.index()] {
                seen.push(fact(Quantity::ShelterLoad, id.0, f64::from(refuges.load[id.index()]), tick));
            }
        }
        for fact in seen {
            if post.picture.learn(fact, tick, None) {
                events.tell(tick, Event::PictureChanged { post: post.id, fact, message: None });
            }
        }
    }
    // The control room's alarm does not wait for its round.
    for (id, facility) in city.facilities.iter().enumerate().map(|(i, f)| (FacilityId::of(i), f)) {
        if nature.leaking(id) {
            let noticed = *lines.leak_seen.entry(id).or_insert_with(|| {
                tick.plus_s(draw_lognormal(NOTICE_LEAK_S, 0.4, setting.seed, Stream::Gauge, id.0, tick, 5))
            });
            if noticed == tick {
                for post in &mut posts {
                    let spec = &scenario.posts[post.id.index()];
                    if spec.eyes && notices(spec, city, facility) {
                        let mut seen = vec![fact(Quantity::Release, id.0, 1.0, tick)];
                        let stored = (spec.tier == 1).then(|| stored_un(&nature, id)).flatten();
                        seen.extend(stored.map(|un| fact(Quantity::ReleaseSubstance, id.0, un, tick)));
                        for fact in seen {
                            if post.picture.learn(fact, tick, None) {
                                events.tell(tick, Event::PictureChanged { post: post.id, fact, message: None });
                            }
                        }
                    }
                }
            }
        }
    }
}

/// UN number of what leaks at a site: on the tank's placard.
fn stored_un(nature: &Nature, site: FacilityId) -> Option<f64> {
    let leak = nature.gas.leaks().iter().rev().find(|l| l.site == site)?;
    Some(f64::from(nature.gas.of_leak(leak).un))
}

/// A control room beside a site notices its leak, and so does the village it lies in.
fn notices(spec: &PostSpec, city: &City, facility: &Facility) -> bool {
    let village = spec.area.len() == 1 && city.zone_at(facility.at) == Some(spec.area[0]);
    village || (spec.tier == 1 && spec.eyes && facility.at.distance_m(spec.at) < 1500.0)
}

/// Sense: the trapped and the hurt call 119 and 120, if the phone works.
pub fn call_for_help(
    setting: Res<Setting>,
    now: Res<Now>,
    mut residents: ResMut<Residents>,
    mut lines: ResMut<Lines>,
    mut events: ResMut<Events>,
) {
    let (tick, seed, scenario) = (now.tick, setting.seed, &setting.scenario);
    if !tick.every_s(60) {
        return;
    }
    let city = &scenario.city;
    let Residents { people, books, .. } = &mut *residents;
    // Trapped people by building.
    let mut by_building: std::collections::BTreeMap<BuildingId, (PersonId, u32)> = Default::default();
    for i in 0..people.len() {
        if !people.trapped[i] || people.health[i] == Health::Dead {
            continue;
        }
        if let Whereabouts::Building(b) = people.place[i] {
            by_building.entry(b).or_insert((PersonId::of(i), 0)).1 += 1;
        }
    }
    let mut trapped_known: std::collections::BTreeMap<ZoneId, u32> = Default::default();
    for (building, (person, count)) in &by_building {
        let zone = city.buildings[building.index()].zone;
        if books.called.contains_key(building) {
            *trapped_known.entry(zone).or_default() += count;
        }
        let Some(post) = scenario.duties.fire_calls else { continue };
        let may_call = books.called.get(building).is_none_or(|t| tick.since_s(*t) > CALL_AGAIN_S);
        // A chance of one in ten a minute: a median wait of some seven minutes.
        let calls = may_call && draw(seed, Stream::Comms, building.0, tick, 70) < 0.1;
        if !calls || !lines.comms.works(Some(zone), Medium::Phone, tick) {
            continue;
        }
        if books.called.insert(*building, tick).is_none() {
            *trapped_known.entry(zone).or_default() += count;
        }
        let incident = IncidentId(books.next_incident);
        books.next_incident += 1;
        events.tell(tick, Event::HelpCalled { incident, person: *person, zone, people: *count });
        let total = trapped_known[&zone];
        let message = Message {
            id: lines.comms.next_id(),
            kind: MessageKind::Call(incident),
            from: Party::Person(*person),
            to: vec![Party::Post(post)],
            medium: Medium::Phone,
            facts: vec![fact(Quantity::ZoneTrapped, zone.0, f64::from(total), tick)],
            text: Text::new(
                format!("{}有{count}人被水围困，请求救援", city.zones[zone.index()].name.zh),
                format!("{count} people trapped by water in {}", city.zones[zone.index()].name.en),
            ),
            sent: tick,
            inject: None,
        };
        send(&setting, tick, &mut lines, &mut events, message);
    }
    books.calls_by_zone = trapped_known;

    // The hurt and the dead.
    let mut hurt_by_zone: std::collections::BTreeMap<ZoneId, (PersonId, u32)> = Default::default();
    let mut found = 0u32;
    for i in 0..people.len() {
        let person = PersonId::of(i);
        match people.health[i] {
            Health::Serious if people.doing(person) == Doing::Hurt => {
                if !books.hurt_called.contains(&person) && draw(seed, Stream::Comms, i as u32, tick, 71) < 0.2 {
                    let zone = super::carry::zone_of_person(&scenario.city, people, person);
                    if lines.comms.works(Some(zone), Medium::Phone, tick) {
                        books.hurt_called.insert(person);
                    }
                }
                if books.hurt_called.contains(&person) {
                    let zone = super::carry::zone_of_person(&scenario.city, people, person);
                    hurt_by_zone.entry(zone).or_insert((person, 0)).1 += 1;
                }
            }
            Health::Dead => {
                let at = *books.found.entry(person).or_insert_with(|| {
                    tick.plus_s(draw_lognormal(FOUND_S, 0.8, seed, Stream::Response, i as u32, Tick(0), 3))
                });
                found += u32::from(at <= tick);
            }
            Health::Well | Health::Light | Health::Serious => {}
        }
    }
    let Some(post) = scenario.duties.medical_calls else { return };
    if !tick.every_s(300) {
        return;
    }
    let mut facts = Vec::new();
    for (zone, (_, count)) in &hurt_by_zone {
        facts.push(fact(Quantity::ZoneHurt, zone.0, f64::from(*count), tick));
    }
    let injured = (0..people.len()).filter(|&i| {
        people.health[i] == Health::Serious
            && (books.hurt_called.contains(&PersonId::of(i)) || matches!(people.place[i], Whereabouts::Hospital(_)))
    });
    let injured = injured.count();
    if injured > 0 || found > 0 {
        facts.push(fact(Quantity::Injured, 0, injured as f64, tick));
        facts.push(fact(Quantity::Deaths, 0, f64::from(found), tick));
        let message = Message {
            id: lines.comms.next_id(),
            kind: MessageKind::Reading,
            from: Party::Persona("医院与现场 hospitals and crews".into()),
            to: vec![Party::Post(post)],
            medium: Medium::Telemetry,
            facts,
            text: Text::new(
                format!("已知重伤{injured}人、死亡{found}人"),
                format!("known so far: {injured} seriously hurt, {found} dead"),
            ),
            sent: tick,
            inject: None,
        };
        send(&setting, tick, &mut lines, &mut events, message);
    }
}

/// Hear: what has arrived, and what has been read.
pub fn hear(
    setting: Res<Setting>,
    now: Res<Now>,
    mut lines: ResMut<Lines>,
    mut orders: ResMut<Orders>,
    mut events: ResMut<Events>,
    mut timing: ResMut<Timing>,
    mut posts: Query<&mut Post>,
) {
    timing.begin("hear");
    let (tick, seed, scenario) = (now.tick, setting.seed, &setting.scenario);
    let zone = |party: &Party| zone_of(&scenario.posts, party);
    let mut posts: Vec<_> = posts.iter_mut().collect();
    posts.sort_by_key(|p| p.id);
    for news in lines.comms.step(seed, tick, &zone) {
        match news {
            News::Delivered { message, to } => {
                events.tell(tick, Event::MessageDelivered { message: message.id, to: to.clone() });
                if let Party::Post(post) = to {
                    posts[post.index()].receive(message);
                }
            }
            News::Lost { message, to, why } => events.tell(tick, Event::MessageLost { message, to, why }),
            News::Acknowledged { message, by } => events.tell(tick, Event::MessageAcknowledged { message, by }),
            News::Ended { zone, what } => events.tell(tick, Event::OutageEnded { zone, what }),
        }
    }
    for post in &mut posts {
        let id = post.id;
        for read in post.read(&scenario.posts[id.index()], seed, tick) {
            for fact in read.changes {
                events.tell(tick, Event::PictureChanged { post: id, fact, message: Some(read.message.id) });
            }
            if expects_answer(read.message.kind) {
                lines.comms.acknowledge(seed, tick, read.message.id, id, &zone);
            }
            match read.message.kind {
                MessageKind::Order(order) => {
                    if orders.book.get(order).order.to != id || orders.book.get(order).state.rank() >= 1 {
                        continue;
                    }
                    advance(&mut orders, &mut events, tick, order, OrderState::Received);
                    let task = orders.book.get(order).order.task;
                    let able = scenario
                        .units
                        .iter()
                        .any(|u| u.post == id && scenario.kinds[u.kind].skills.contains(&Skill::of(&task)));
                    let state = if able { OrderState::Accepted } else { OrderState::Refused(Why::NoUnit) };
                    advance(&mut orders, &mut events, tick, order, state.clone());
                    post.picture.orders.insert(order, state);
                    answer(&setting, tick, &mut lines, &mut events, &orders, order);
                }
                MessageKind::OrderState(_) => {
                    if let Some((order, state)) = lines.order_states.get(&read.message.id)
                        && post.picture.orders.get(order).is_none_or(|known| known.rank() < state.rank())
                    {
                        post.picture.orders.insert(*order, state.clone());
                    }
                }
                MessageKind::Report { .. }
                | MessageKind::Acknowledge(_)
                | MessageKind::Call(_)
                | MessageKind::Warning
                | MessageKind::Info
                | MessageKind::Reading => {}
            }
        }
    }
}

/// Moves an order on and tells it.
pub(super) fn advance(orders: &mut Orders, events: &mut Events, tick: Tick, order: OrderId, state: OrderState) -> bool {
    let moved = orders.book.advance(order, state.clone());
    if moved {
        events.tell(tick, Event::OrderChanged { order, state });
    }
    moved
}

/// The receiver tells the issuer how an order stands.
pub(super) fn answer(
    setting: &Setting,
    tick: Tick,
    lines: &mut Lines,
    events: &mut Events,
    orders: &Orders,
    order: OrderId,
) {
    let entry = orders.book.get(order);
    if entry.order.from == entry.order.to {
        return;
    }
    let (zh, en) = match &entry.state {
        OrderState::Issued | OrderState::Received => ("已收到", "received".to_string()),
        OrderState::Accepted => ("已受领", "accepted".to_string()),
        OrderState::Refused(why) => ("无法执行", format!("refused: {}", why.names().en)),
        OrderState::Started => ("已开始", "started".to_string()),
        OrderState::Done => ("已完成", "done".to_string()),
        OrderState::Failed(why) => ("未能完成", format!("failed: {}", why.names().en)),
        OrderState::Expired => ("已过期", "expired".to_string()),
    };
    let task = entry.order.task.names();
    let from = &setting.scenario.posts[entry.order.to.index()];
    let message = Message {
        id: lines.comms.next_id(),
        kind: MessageKind::OrderState(order),
        from: Party::Post(entry.order.to),
        to: vec![Party::Post(entry.order.from)],
        medium: lines.comms.pick(from.zone, tick, 0, from.tier <= 1),
        facts: Vec::new(),
        text: Text::new(format!("指令{order}（{}）{zh}", task.0), format!("order {order} ({}): {en}", task.1)),
        sent: tick,
        inject: None,
    };
    lines.order_states.insert(message.id, (order, entry.state.clone()));
    send(setting, tick, lines, events, message);
}

/// Where a task is, in words.
pub(super) fn place_name(city: &City, task: &Task) -> Text {
    match task {
        Task::PatrolLevee(l) | Task::CloseBreach(l) => city.levees[l.index()].name.clone(),
        Task::WarnDoorToDoor(z)
        | Task::EvacuateZone(z)
        | Task::RescueFromWater(z)
        | Task::Ambulance(z)
        | Task::Pump(z) => city.zones[z.index()].name.clone(),
        Task::Cordon { site: f, .. } | Task::MonitorGas(f) | Task::StopLeak(f) | Task::OpenShelter(f) => {
            city.facilities[f.index()].name.clone()
        }
    }
}

/// What a fact says, in words.
pub(super) fn fact_text(scenario: &Scenario, fact: &Fact) -> Text {
    let city = &scenario.city;
    use crate::vocab::condition::Subject;
    let about = fact.topic.about as usize;
    let name = match fact.topic.quantity.subject() {
        Subject::City => Text::new("全市", "city"),
        Subject::Gauge => city.gauges[about].name.clone(),
        Subject::Levee => city.levees[about].name.clone(),
        Subject::Zone => city.zones[about].name.clone(),
        Subject::Facility => city.facilities[about].name.clone(),
        Subject::Monitor => scenario.monitors[about].name.clone(),
    };
    let (zh, en) = fact.topic.quantity.names();
    let unit = fact.topic.quantity.unit();
    let unit_en = if unit == "人" { "" } else { unit };
    let value = (fact.value * 100.0).round() / 100.0;
    let english = format!("{}: {en} {value} {unit_en}", name.en);
    Text::new(format!("{}{zh}{value}{unit}", name.zh), english.trim_end())
}

/// Command: every post acts by the plan on its picture; seats add their orders.
pub fn command(
    setting: Res<Setting>,
    now: Res<Now>,
    mut lines: ResMut<Lines>,
    mut orders: ResMut<Orders>,
    mut traffic: ResMut<Traffic>,
    mut residents: ResMut<Residents>,
    mut drill: ResMut<Drill>,
    mut events: ResMut<Events>,
    mut timing: ResMut<Timing>,
    mut posts: Query<&mut Post>,
) {
    timing.begin("command");
    let (tick, seed, scenario) = (now.tick, setting.seed, &setting.scenario);
    let city = &scenario.city;
    let mut posts: Vec<_> = posts.iter_mut().collect();
    posts.sort_by_key(|p| p.id);
    for input in std::mem::take(&mut drill.seat_orders) {
        if let Input::Order { from, to, task, units } = input {
            let order = give(
                &setting,
                tick,
                &mut lines,
                &mut orders,
                &mut events,
                GivenOrder {
                    from,
                    to,
                    task,
                    units,
                    start_by: tick.plus_s(1800.0),
                    done_by: tick.plus_s(6.0 * 3600.0),
                    clause: None,
                },
            );
            posts[from.index()].picture.orders.insert(order, OrderState::Issued);
        }
    }
    for post in &mut posts {
        let id = post.id;
        let spec = &scenario.posts[id.index()];
        for decision in post.act_by_plan(&scenario.clauses, city, seed, tick) {
            match decision {
                Decision::Fired { clause } => {
                    events.tell(tick, Event::ClauseFired { post: id, clause: scenario.clauses[clause].id.clone() });
                }
                Decision::Missed { clause } => {
                    events.tell(tick, Event::ClauseMissed { post: id, clause: scenario.clauses[clause].id.clone() });
                }
                Decision::Level { hazard, level } => {
                    events.tell(tick, Event::LevelSet { hazard, level, by: id });
                    let others: Vec<Party> = (0..scenario.posts.len())
                        .filter(|&p| p != id.index() && scenario.posts[p].tier <= 1)
                        .map(|p| Party::Post(PostId::of(p)))
                        .collect();
                    let (hazard_zh, hazard_en) = hazard.names();
                    let (level_zh, level_en) = level.names();
                    let message = Message {
                        id: lines.comms.next_id(),
                        kind: MessageKind::Info,
                        from: Party::Post(id),
                        to: others,
                        medium: lines.comms.pick(spec.zone, tick, 0, spec.tier <= 1),
                        facts: vec![fact(hazard.level_quantity(), 0, level.number(), tick)],
                        text: Text::new(
                            format!("启动{hazard_zh}{level_zh}应急响应"),
                            format!("{hazard_en} response level {level_en} is in force"),
                        ),
                        sent: tick,
                        inject: None,
                    };
                    send(&setting, tick, &mut lines, &mut events, message);
                }
                Decision::Warn(warning) => {
                    warn(&setting, tick, &mut lines, &mut residents.books, &mut events, spec, warning);
                }
                Decision::Order { standing, to, task, units, start_by, done_by, clause } => {
                    // What is asked already, and not closed, is not asked again.
                    let asked =
                        orders.book.entries.iter().any(|e| {
                            e.order.from == id && e.order.to == to && e.order.task == task && !e.state.closed()
                        });
                    if asked {
                        continue;
                    }
                    let given = GivenOrder { from: id, to, task, units, start_by, done_by, clause: Some(clause) };
                    let order = give(&setting, tick, &mut lines, &mut orders, &mut events, given);
                    post.picture.orders.insert(order, OrderState::Issued);
                    if to == id {
                        post.picture.orders.insert(order, orders.book.get(order).state.clone());
                    }
                    post.standing[standing].orders.push(order);
                }
                Decision::Report { to, facts, clause: _ } => {
                    let number = to.first().and_then(|p| post.reports.get(p)).map_or(1, |(n, _)| *n);
                    // The weightiest three facts are said in words; all are in the table of the message.
                    let words: Vec<Text> = facts.iter().take(3).map(|f| fact_text(scenario, f)).collect();
                    let zh: Vec<&str> = words.iter().map(|t| t.zh.as_str()).collect();
                    let en: Vec<&str> = words.iter().map(|t| t.en.as_str()).collect();
                    let name = match number {
                        1 => Text::new("首报", "first report"),
                        n => Text::new(format!("续报{}", n - 1), format!("follow-up report {}", n - 1)),
                    };
                    let message = Message {
                        id: lines.comms.next_id(),
                        kind: MessageKind::Report { number },
                        from: Party::Post(id),
                        to: to.into_iter().map(Party::Post).collect(),
                        medium: lines.comms.pick(spec.zone, tick, 0, spec.tier <= 1),
                        facts,
                        text: Text::new(
                            format!("{}：{}", name.zh, zh.join("；")),
                            format!("{}: {}", name.en, en.join("; ")),
                        ),
                        sent: tick,
                        inject: None,
                    };
                    send(&setting, tick, &mut lines, &mut events, message);
                }
                Decision::PublishClosures => {
                    traffic.travel.publish_closures();
                    traffic.public_knows_closures = true;
                }
            }
        }
    }
}

/// Warns the public of zones that have not had this advice yet, and tells the posts that look after them.
fn warn(
    setting: &Setting,
    tick: Tick,
    lines: &mut Lines,
    books: &mut Books,
    events: &mut Events,
    spec: &PostSpec,
    mut warning: Warning,
) {
    let scenario = &setting.scenario;
    // The last word on a hazard in a zone is what is in force there.
    let in_force = |zone: &ZoneId| {
        let last =
            lines.campaigns.iter().rev().find(|c| c.warning.hazard == warning.hazard && c.warning.zones.contains(zone));
        last.is_some_and(|c| c.warning.advice == warning.advice && c.warning.colour >= warning.colour)
    };
    let fresh: Vec<ZoneId> = warning.zones.iter().filter(|z| !in_force(z)).copied().collect();
    if fresh.is_empty() {
        return;
    }
    warning.zones = fresh;
    if warning.advice != Advice::Prepare {
        // Officers go round again with the new advice.
        let city = &scenario.city;
        books.called_on.retain(|b| !warning.zones.contains(&city.buildings[b.index()].zone));
    }
    events.tell(tick, Event::WarningIssued(warning.clone()));
    let concerned = |p: &PostSpec| p.tier <= 1 || p.area.iter().any(|z| warning.zones.contains(z));
    let to: Vec<Party> = (0..scenario.posts.len())
        .filter(|&p| PostId::of(p) != warning.by && concerned(&scenario.posts[p]))
        .map(|p| Party::Post(PostId::of(p)))
        .collect();
    let advice = warning.advice.number();
    let (hazard, colour, what) = (warning.hazard.names(), warning.colour.names(), warning.advice.names());
    let message = Message {
        id: lines.comms.next_id(),
        kind: MessageKind::Warning,
        from: Party::Post(warning.by),
        to,
        medium: lines.comms.pick(spec.zone, tick, 0, spec.tier <= 1),
        facts: warning.zones.iter().map(|z| fact(Quantity::ZoneAdvice, z.0, advice, tick)).collect(),
        text: Text::new(
            format!("【演练】{}{}预警：{}个社区{}", hazard.0, colour.0, warning.zones.len(), what.0),
            format!("EXERCISE {} warning, {}: {} zones, {}", hazard.1, colour.1, warning.zones.len(), what.1),
        ),
        sent: tick,
        inject: None,
    };
    send(setting, tick, lines, events, message);
    lines.campaigns.push(Campaign { warning, issued: tick });
}

struct GivenOrder {
    from: PostId,
    to: PostId,
    task: Task,
    units: u32,
    start_by: Tick,
    done_by: Tick,
    clause: Option<String>,
}

/// Writes an order into the book and sends it; an order to oneself is received at once.
fn give(
    setting: &Setting,
    tick: Tick,
    lines: &mut Lines,
    orders: &mut Orders,
    events: &mut Events,
    given: GivenOrder,
) -> OrderId {
    let scenario = &setting.scenario;
    let order = Order {
        id: orders.book.next_id(),
        from: given.from,
        to: given.to,
        task: given.task,
        units: given.units,
        issued: tick,
        start_by: given.start_by,
        done_by: given.done_by,
        clause: given.clause,
    };
    let id = order.id;
    events.tell(tick, Event::OrderIssued(order.clone()));
    orders.book.open(order.clone());
    if given.from == given.to {
        advance(orders, events, tick, id, OrderState::Received);
        advance(orders, events, tick, id, OrderState::Accepted);
        return id;
    }
    let spec = &scenario.posts[given.from.index()];
    let (zh, en) = given.task.names();
    let place = place_name(&scenario.city, &given.task);
    let message = Message {
        id: lines.comms.next_id(),
        kind: MessageKind::Order(id),
        from: Party::Post(given.from),
        to: vec![Party::Post(given.to)],
        medium: lines.comms.pick(spec.zone, tick, 0, spec.tier <= 1),
        facts: Vec::new(),
        text: Text::new(
            format!("指令{id}：{zh}（{}），{}支队伍", place.zh, given.units),
            format!("order {id}: {en} ({}), {} units", place.en, given.units),
        ),
        sent: tick,
        inject: None,
    };
    send(setting, tick, lines, events, message);
    id
}

/// Command: posts that own units send the nearest free ones that can do what was accepted.
pub fn dispatch(
    setting: Res<Setting>,
    now: Res<Now>,
    mut lines: ResMut<Lines>,
    mut orders: ResMut<Orders>,
    mut events: ResMut<Events>,
    mut units: Query<&mut Unit>,
) {
    let (tick, scenario) = (now.tick, &setting.scenario);
    for order in orders.book.overdue(tick) {
        if advance(&mut orders, &mut events, tick, order, OrderState::Failed(Why::NotBegun)) {
            answer(&setting, tick, &mut lines, &mut events, &orders, order);
        }
    }
    if !tick.every_s(30) {
        return;
    }
    let mut units: Vec<_> = units.iter_mut().collect();
    units.sort_by_key(|u| u.id);
    for id in orders.book.short_of_units() {
        let entry = orders.book.get(id);
        let (to, task, short) = (entry.order.to, entry.order.task, entry.order.units as usize - entry.units.len());
        let goal = goal_point(&scenario.city, &task);
        let mut able: Vec<(f64, usize)> = units
            .iter()
            .enumerate()
            .filter(|(_, unit)| {
                let spec = &scenario.units[unit.id.index()];
                spec.post == to && unit.free() && scenario.kinds[spec.kind].skills.contains(&Skill::of(&task))
            })
            .map(|(row, unit)| (unit.at.distance_m(goal), row))
            .collect();
        able.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for (_, row) in able.into_iter().take(short) {
            let unit = &mut units[row];
            let kind = &scenario.kinds[scenario.units[unit.id.index()].kind];
            unit.take(id, task, kind, tick);
            orders.book.entries[id.index()].units.push(unit.id);
            events.tell(tick, Event::UnitDispatched { unit: unit.id, order: id });
        }
    }
}

/// Where a task is on the map.
fn goal_point(city: &City, task: &Task) -> crate::vocab::body::Point {
    match task {
        Task::PatrolLevee(l) | Task::CloseBreach(l) => {
            let line = &city.levees[l.index()].line;
            line[line.len() / 2]
        }
        Task::WarnDoorToDoor(z)
        | Task::EvacuateZone(z)
        | Task::RescueFromWater(z)
        | Task::Ambulance(z)
        | Task::Pump(z) => city.zones[z.index()].centre,
        Task::Cordon { site: f, .. } | Task::MonitorGas(f) | Task::StopLeak(f) | Task::OpenShelter(f) => {
            city.facilities[f.index()].at
        }
    }
}

/// What a unit saw at one look goes to its post by radio, unless the post knows it already from the same unit lately.
pub(super) fn sighting(
    setting: &Setting,
    tick: Tick,
    lines: &mut Lines,
    events: &mut Events,
    unit: UnitId,
    facts: Vec<Fact>,
) {
    let spec = &setting.scenario.units[unit.index()];
    let words: Vec<Text> = facts.iter().map(|f| fact_text(&setting.scenario, f)).collect();
    let zh: Vec<&str> = words.iter().map(|t| t.zh.as_str()).collect();
    let en: Vec<&str> = words.iter().map(|t| t.en.as_str()).collect();
    let message = Message {
        id: lines.comms.next_id(),
        kind: MessageKind::Info,
        from: Party::Unit(unit),
        to: vec![Party::Post(spec.post)],
        medium: Medium::Radio,
        facts,
        text: Text::new(
            format!("{}报告：{}", spec.name.zh, zh.join("；")),
            format!("{} reports: {}", spec.name.en, en.join("; ")),
        ),
        sent: tick,
        inject: None,
    };
    send(setting, tick, lines, events, message);
}
