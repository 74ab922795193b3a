//! Verification of travel against known answers (T1 to T12 of the queue-model literature) and of its contracts.

use proptest::prelude::*;
use sim_core::base::digest::Digest;
use sim_core::base::fold;
use sim_core::base::ids::{CarId, LinkId, NodeId, PersonId};
use sim_core::base::time::{TICK_S, Tick};
use sim_core::place::city::{City, Link, Node, RoadClass};
use sim_core::place::fixture::grid_town;
use sim_core::travel::{DestinationId, Mode, News, Travel, VehicleClass};
use sim_core::vocab::body::Point;
use sim_core::vocab::lever::{Closure, Lever};
use std::collections::BTreeSet;

/// A road for a small net: from, to, class, length m, lanes, speed m/s.
type Road = (u32, u32, RoadClass, f64, u8, f64);

/// A city that is nothing but these one-way roads.
fn net(nodes: usize, roads: &[Road]) -> City {
    let mut city = grid_town(2, 1);
    city.nodes = (0..nodes).map(|n| Node { at: Point::new(n as f64 * 10.0, 50.0) }).collect();
    city.links = roads
        .iter()
        .map(|&(from, to, class, length_m, lanes, speed_m_s)| Link {
            from: NodeId(from),
            to: NodeId(to),
            class,
            length_m,
            lanes,
            speed_m_s,
            bridge: false,
            tunnel: false,
            twin: None,
            line: vec![city.nodes[from as usize].at, city.nodes[to as usize].at],
            name: String::new(),
        })
        .collect();
    city.buildings.clear();
    city.facilities.clear();
    city
}

/// Runs for `seconds`; calls `see(tick, travel, news)` after each tick.
fn run(travel: &mut Travel, seconds: u32, mut see: impl FnMut(u32, &Travel, Vec<News>)) {
    for tick in 0..seconds / TICK_S {
        let news = travel.step(1, Tick(tick));
        see(tick, travel, news);
    }
}

/// Cars that arrived, as (seconds at the end of the tick, car).
fn arrivals(travel: &mut Travel, seconds: u32) -> Vec<(u32, CarId)> {
    let mut all = Vec::new();
    run(travel, seconds, |tick, _, news| {
        for one in news {
            if let News::Arrived { car: Some(car), .. } = one {
                all.push(((tick + 1) * TICK_S, car));
            }
        }
    });
    all
}

fn start_cars(travel: &mut Travel, cars: u32, first_person: u32, from: u32, to: DestinationId) -> Vec<CarId> {
    (0..cars).map(|k| travel.start_car(&[PersonId(first_person + k)], NodeId(from), to, false)).collect()
}

use RoadClass::{Path, Primary, Residential, Trunk};

/// Grade: exact (T1). 1,000 m at 20 m/s: first out after 50 s, then one per 2 s, last after 50 + 1,998 s.
#[test]
fn a_thousand_cars_leave_a_link_at_its_capacity() {
    let city = net(2, &[(0, 1, Trunk, 1000.0, 1, 20.0)]);
    let mut travel = Travel::new(&city);
    let to = travel.destination_at(NodeId(1));
    start_cars(&mut travel, 1000, 0, 0, to);
    let out = arrivals(&mut travel, 2200);
    assert_eq!(out.len(), 1000);
    assert!((50..=60).contains(&out[0].0), "first out at {}", out[0].0);
    assert!((2048..=2070).contains(&out[999].0), "last out at {}", out[999].0);
    // Five a tick in between.
    let by = |s: u32| out.iter().filter(|(at, _)| *at <= s).count() as i64;
    for s in (100..2000).step_by(100) {
        assert!((by(s) - (i64::from(s) - 50) / 2).abs() <= 5, "{} out by {s} s", by(s));
    }
}

/// Grade: exact (T2). 855 cars/h is no whole number of cars a step; the fraction is carried, so an hour passes 855.
#[test]
fn capacity_that_is_no_whole_number_of_cars_a_step_does_not_drift() {
    let city = net(2, &[(0, 1, Primary, 200.0, 1, 10.0)]);
    let mut travel = Travel::new(&city);
    let to = travel.destination_at(NodeId(1));
    start_cars(&mut travel, 1800, 0, 0, to);
    let out = arrivals(&mut travel, 5400);
    let in_the_hour = out.iter().filter(|(at, _)| (601..=4200).contains(at)).count() as i64;
    assert!((in_the_hour - 855).abs() <= 2, "{in_the_hour} cars in an hour");
}

/// Grade: exact (T3, T4, T5). 1,800/h meet a bottleneck of 855/h: the queue fills it, reaches the upstream link, and from then
/// on upstream passes 855/h too; nothing is lost and the total clears at the bottleneck's rate.
#[test]
fn a_queue_spills_back_and_upstream_then_passes_what_the_bottleneck_passes() {
    let city = net(4, &[(0, 1, Trunk, 300.0, 1, 15.0), (1, 2, Trunk, 300.0, 1, 15.0), (2, 3, Primary, 300.0, 1, 15.0)]);
    let mut travel = Travel::new(&city);
    let to = travel.destination_at(NodeId(3));
    start_cars(&mut travel, 600, 0, 0, to);
    let mut full_from = None;
    let mut on_first = Vec::new();
    let mut done = Vec::new();
    run(&mut travel, 3600, |tick, travel, news| {
        let s = (tick + 1) * TICK_S;
        done.extend(news.iter().filter(|n| matches!(n, News::Arrived { .. })).map(|_| s));
        on_first.push((s, done.len() as u32 + travel.link_cars(LinkId(1)) + travel.link_cars(LinkId(2))));
        // Full and moving at c, a link holds 40 - c L/w = 25.75 cars.
        if full_from.is_none() && travel.link_cars(LinkId(0)) >= 25 {
            full_from = Some(s);
        }
    });
    assert_eq!(done.len(), 600);
    // The last car leaves after free travel (60 s) and 599 headways of 3600/855 s.
    let clear = 60.0 + 599.0 * 3600.0 / 855.0;
    assert!((f64::from(done[599]) - clear).abs() <= 20.0, "clear at {} against {clear}", done[599]);
    // Newell's cumulative curves, a = 0.5/s, c = 0.2375/s, L/v = 20 s, L/w = 60 s, 40 cars a link: N_up(t) meets
    // N_down(t - L/w) + 40 on the third link at 120 s, on the second at 180 s, on the first at 240 s.
    let full_from = full_from.expect("the queue never reached the first node");
    assert!((230..=260).contains(&full_from), "spilled back at {full_from} s");
    // Flow out of the first link while the queue stands on it.
    let at = |s: u32| f64::from(on_first.iter().find(|(t, _)| *t == s).expect("a tick").1);
    let flow = (at(1500) - at(900)) * 6.0;
    assert!((flow - 855.0).abs() < 0.03 * 855.0, "upstream passes {flow}/h");
}

/// Grade: exact (T6). Two saturated links of 4,200/h and 1,800/h merge into 1,800/h: shares 0.7 and 0.3; alone, one of
/// them gets all of it.
#[test]
fn merging_queues_share_by_capacity_and_an_idle_side_leaves_all_to_the_other() {
    let roads =
        [(0, 2, Residential, 300.0, 7, 15.0), (1, 2, Residential, 300.0, 3, 15.0), (2, 3, Trunk, 300.0, 1, 15.0)];
    let city = net(4, &roads);
    let count = |left: u32, right: u32| {
        let mut travel = Travel::new(&city);
        let to = travel.destination_at(NodeId(3));
        start_cars(&mut travel, left, 0, 0, to);
        let rights: BTreeSet<CarId> = start_cars(&mut travel, right, 10_000, 1, to).into_iter().collect();
        let out = arrivals(&mut travel, 4600);
        let of = |right: bool| {
            out.iter().filter(|(at, car)| (1001..=4600).contains(at) && rights.contains(car) == right).count() as f64
        };
        (of(false), of(true))
    };
    let (left, right) = count(3000, 3000);
    let (all, share) = (left + right, left / (left + right));
    assert!((all - 1800.0).abs() <= 10.0, "{all} cars in the hour");
    // Binomial: sigma = sqrt(0.7 x 0.3 / 1800) = 0.011.
    assert!((share - 0.7).abs() < 0.04, "share of the wide link {share}");
    let (alone, none) = count(0, 3000);
    assert_eq!(alone, 0.0);
    assert!((none - 1800.0).abs() <= 10.0, "{none} cars in the hour");
}

/// Grade: exact (T7). First in, first out: when every other car wants a branch that takes 300/h, the free branch gets no
/// more than 300/h either.
#[test]
fn a_blocked_branch_starves_the_other_one_behind_the_same_queue() {
    let city = net(
        4,
        &[(0, 1, Trunk, 300.0, 1, 15.0), (1, 2, RoadClass::Service, 300.0, 1, 15.0), (1, 3, Trunk, 300.0, 1, 15.0)],
    );
    let mut travel = Travel::new(&city);
    let (slow, free) = (travel.destination_at(NodeId(2)), travel.destination_at(NodeId(3)));
    for k in 0..1200 {
        travel.start_car(&[PersonId(k)], NodeId(0), if k % 2 == 0 { slow } else { free }, false);
    }
    let (mut to_slow, mut to_free) = (0, 0);
    run(&mut travel, 4600, |tick, _, news| {
        for one in news {
            if let (News::Arrived { to, .. }, true) = (one, tick >= 100) {
                *(if to == slow { &mut to_slow } else { &mut to_free }) += 1;
            }
        }
    });
    assert!((to_slow - 300i32).abs() <= 3, "{to_slow}/h into the slow branch");
    assert!((to_free - 300i32).abs() <= 4, "{to_free}/h into the free branch");
}

/// Grade: exact (T9). A ring filled beyond what it can carry locks: no flow, found and named, no car lost or teleported.
#[test]
fn a_full_ring_locks_and_says_so_and_loses_no_car() {
    let ring: Vec<Road> = (0..4).map(|n| (n, (n + 1) % 4, Residential, 100.0, 1, 11.0)).collect();
    let city = net(4, &ring);
    let mut travel = Travel::new(&city);
    let to: Vec<DestinationId> = (0..4).map(|n| travel.destination_at(NodeId(n))).collect();
    for n in 0..4 {
        start_cars(&mut travel, 200, n * 1000, n, to[(n as usize + 3) % 4]);
    }
    let mut arrived = 0;
    let mut last_arrival = 0;
    run(&mut travel, 7200, |tick, travel, news| {
        if !news.is_empty() {
            last_arrival = tick;
        }
        arrived += news.len() as u32;
        assert_eq!(arrived + travel.counts().cars_moving, 800);
        assert_eq!(travel.cars().count() as u32, travel.counts().cars_moving);
    });
    assert!(arrived < 800 && last_arrival < 600, "{arrived} cars got out, the last in tick {last_arrival}");
    assert_eq!(travel.gridlocked(), (0..4).map(LinkId).collect::<Vec<_>>());
}

/// Grade: exact (T12). No demand, one car, all in one tick, links of no length, loops, travellers who are there already.
#[test]
fn degenerate_links_and_trips_do_no_harm_and_free_trips_take_length_by_speed() {
    let city = net(
        4,
        &[
            (0, 1, Trunk, 0.0, 1, 10.0),
            (1, 1, Trunk, 50.0, 1, 10.0),
            (1, 2, Trunk, 333.0, 1, 10.0),
            (2, 3, Trunk, 333.0, 1, 10.0),
        ],
    );
    let mut travel = Travel::new(&city);
    assert!(travel.step(1, Tick(0)).is_empty());
    let (end, start) = (travel.destination_at(NodeId(3)), travel.destination_at(NodeId(0)));
    let nowhere = travel.add_destination(&[]);
    let car = travel.start_car(&[PersonId(0)], NodeId(0), end, false);
    let there = travel.start_car(&[PersonId(1)], NodeId(3), end, false);
    let lost = travel.start_car(&[PersonId(2)], NodeId(0), nowhere, false);
    travel.start_walk(PersonId(3), NodeId(0), start, 1.0, true);
    travel.start_walk(PersonId(4), NodeId(0), end, 1.0, true);
    let mut when = std::collections::BTreeMap::new();
    for tick in 1..100 {
        for one in travel.step(1, Tick(tick)) {
            match one {
                News::Arrived { people, .. } => assert!(when.insert(people[0], tick * TICK_S).is_none()),
                News::NoWay { car, at, .. } => assert_eq!((car, at), (Some(lost), NodeId(0))),
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(travel.car_at(car), None);
    assert_eq!(travel.car_at(there), None);
    // 66.6 s after 10 s ends within the tick that begins at 70 s; 666 m on foot take 497 s.
    assert!((70..=80).contains(&when[&PersonId(0)]), "car after {} s", when[&PersonId(0)]);
    assert_eq!(when[&PersonId(1)], 10);
    assert_eq!(when[&PersonId(3)], 10);
    assert!((500..=510).contains(&when[&PersonId(4)]), "walker after {} s", when[&PersonId(4)]);
}

/// Grade: reference (Weidmann 1993: 1.34 m/s alone, 0.606 m/s at 2 per m2), both directions sharing the space.
#[test]
fn walkers_slow_down_in_a_crowd_as_weidmann_measured() {
    // A path of 200 m, 2 m wide: 800 people are 2 per m2.
    let city = net(2, &[(0, 1, Path, 200.0, 1, 1.0)]);
    let mut travel = Travel::new(&city);
    let ends = [travel.destination_at(NodeId(1)), travel.destination_at(NodeId(0))];
    for k in 0..800 {
        travel.start_walk(PersonId(k), NodeId(k % 2), ends[k as usize % 2], 1.0, false);
    }
    travel.step(1, Tick(0));
    assert!((travel.crowd_1_m2(LinkId(0)) - 2.0).abs() < 1e-9);
    let share = |travel: &Travel, p| travel.walker_at(PersonId(p)).expect("under way").1;
    let (there, back) = (share(&travel, 0), share(&travel, 1));
    assert!((there * 200.0 - 13.4).abs() < 0.01, "alone at first: {} m in 10 s", there * 200.0);
    for tick in 1..=10 {
        travel.step(1, Tick(tick));
    }
    let walked_m = (share(&travel, 0) - there) * 200.0;
    assert!((walked_m - 60.6).abs() < 0.1, "{walked_m} m in 100 s at 2 per m2");
    assert!(((back - share(&travel, 1)) * 200.0 - walked_m).abs() < 1e-6, "the other way");
}

/// Water of `depth_m` in the square with these corners, still.
fn pool(city: &City, x: (f64, f64), y: (f64, f64), depth_m: f64) -> Vec<f64> {
    (0..city.grid.len())
        .map(|cell| {
            let p = city.grid.centre(cell);
            if p.x >= x.0 && p.x <= x.1 && p.y >= y.0 && p.y <= y.1 { depth_m } else { 0.0 }
        })
        .collect()
}

/// Grade: behaviour (T11). Water closes the straight street; cars and walkers who did not know turn off before it, those
/// who know never come near; when it falls the street opens and is used again.
#[test]
fn a_flood_closes_a_street_and_people_go_round_until_it_falls() {
    let city = grid_town(4, 1);
    let still = |_: usize| 0.0;
    let mut travel = Travel::new(&city);
    let (west, east) = (NodeId(10), NodeId(14));
    let to = travel.destination_at(east);
    let wet = pool(&city, (140.0, 260.0), (180.0, 220.0), 1.3);
    let changes = travel.update_roads(&city, &wet, &still, &[]);
    assert!(changes.iter().all(|(_, why)| *why == Some(Closure::Water)));
    let closed: BTreeSet<LinkId> = changes.iter().map(|(link, _)| *link).collect();
    assert_eq!(closed, travel.closed().iter().map(|(link, _)| *link).collect());
    assert!(!closed.is_empty());
    travel.start_car(&[PersonId(0)], west, to, false);
    travel.start_walk(PersonId(1), west, to, 1.0, false);
    let mut arrived = 0;
    let mut rerouted = BTreeSet::new();
    run(&mut travel, 1200, |_, travel, news| {
        for (_, link, _, stalled) in travel.cars() {
            assert!(!closed.contains(&link) && !stalled, "a car on the flooded {link}");
        }
        assert!(travel.walkers().all(|(_, link, _)| !closed.contains(&link)));
        for one in news {
            match one {
                News::Arrived { .. } => arrived += 1,
                News::Rerouted { person, .. } => rerouted.extend([person]),
                other => panic!("{other:?}"),
            }
        }
    });
    assert_eq!((arrived, rerouted.len()), (2, 2));
    // Published, the straight way of 400 m costs those who know 200 m more.
    assert_eq!(travel.time_s(west, to, Mode::Walk, false), travel.time_s(west, to, Mode::Walk, true));
    travel.publish_closures();
    let (naive, knows) = (travel.time_s(west, to, Mode::Walk, false), travel.time_s(west, to, Mode::Walk, true));
    assert!(knows.expect("a way") > naive.expect("a way") + 100.0);
    let changes = travel.update_roads(&city, &pool(&city, (0.0, 0.0), (0.0, 0.0), 0.0), &still, &[]);
    assert!(changes.iter().all(|(_, why)| why.is_none()));
    assert_eq!(changes.len(), closed.len());
    travel.publish_closures();
    assert_eq!(travel.time_s(west, to, Mode::Walk, true), naive);
}

/// Grade: behaviour. A town cut in two by an order: cars end in NoWay at the node before the cut, none slips through.
#[test]
fn where_every_way_is_closed_travellers_are_told_so_where_they_stand() {
    let city = net(3, &[(0, 1, Trunk, 200.0, 1, 10.0), (1, 2, Trunk, 200.0, 1, 10.0)]);
    let mut travel = Travel::new(&city);
    travel.obey(&Lever::CloseRoad { link: LinkId(1), why: Closure::Order });
    let to = travel.destination_at(NodeId(2));
    let car = travel.start_car(&[PersonId(5), PersonId(6)], NodeId(0), to, false);
    travel.start_walk(PersonId(7), NodeId(0), to, 1.0, false);
    let mut ends = Vec::new();
    run(&mut travel, 400, |_, _, news| ends.extend(news));
    assert_eq!(
        ends,
        [
            News::NoWay { people: vec![PersonId(5), PersonId(6)], at: NodeId(1), to, car: Some(car) },
            News::NoWay { people: vec![PersonId(7)], at: NodeId(1), to, car: None },
        ]
    );
    assert!(!travel.reaches(NodeId(0), to, Mode::Car) && travel.reaches(NodeId(2), to, Mode::Car));
}

/// Grade: behaviour. Water rises over a street full of cars: they drown, their people get out, the wrecks stay and fill
/// the street; walkers caught in it are reported every tick.
#[test]
fn cars_caught_by_rising_water_stall_and_stay_in_the_way() {
    let city = grid_town(4, 1);
    let mut travel = Travel::new(&city);
    let to = travel.destination_at(NodeId(14));
    for k in 0..10 {
        travel.start_car(&[PersonId(2 * k), PersonId(2 * k + 1)], NodeId(10), to, false);
    }
    travel.start_walk(PersonId(100), NodeId(10), to, 1.0, false);
    run(&mut travel, 20, |_, _, news| assert!(news.is_empty()));
    travel.update_roads(&city, &pool(&city, (-20.0, 420.0), (-20.0, 420.0), 0.6), &|_| 0.0, &[]);
    let (mut stalled, mut out, mut in_water) = (0, 0, 0);
    for tick in 2..30 {
        for one in travel.step(1, Tick(tick)) {
            match one {
                News::Stalled { car, people, link, .. } => {
                    stalled += 1;
                    out += people.len();
                    assert_eq!(travel.car_at(car).map(|(l, _)| l), Some(link));
                    assert!(travel.car_people(car).is_empty());
                }
                News::InWater { depth_m, .. } => {
                    assert!((depth_m - 0.6).abs() < 1e-6);
                    in_water += 1;
                }
                _ => {}
            }
        }
    }
    let counts = travel.counts();
    assert!(stalled >= 3, "{stalled} of 10 cars stalled");
    assert_eq!(out, 2 * stalled as usize);
    assert_eq!(counts.cars_stalled, stalled);
    assert!(in_water > 5);
    assert_eq!(travel.unit_speed_m_s(LinkId(0), VehicleClass::Car), 0.0);
    assert!(travel.unit_speed_m_s(LinkId(0), VehicleClass::Truck) > 0.0);
    assert!(travel.unit_speed_m_s(LinkId(0), VehicleClass::Boat) > 2.0);
}

/// Grade: behaviour. A street full of drowned cars stays shut after the water has gone, until it is opened and they are towed.
#[test]
fn a_street_full_of_wrecks_is_closed_until_it_is_cleared() {
    // 30 m hold 4 cars (7.5 m each) and 7 with those under way at capacity.
    let city = net(3, &[(0, 1, Trunk, 30.0, 1, 10.0), (1, 2, RoadClass::Service, 30.0, 1, 10.0)]);
    let mut travel = Travel::new(&city);
    let to = travel.destination_at(NodeId(2));
    start_cars(&mut travel, 60, 0, 0, to);
    run(&mut travel, 120, |_, _, _| {});
    let depth = vec![0.5; city.grid.len()];
    travel.update_roads(&city, &depth, &|_| 0.0, &[]);
    travel.step(1, Tick(12));
    let wrecks = travel.counts().cars_stalled;
    assert_eq!(wrecks, travel.cars().filter(|c| c.3).count() as u32);
    assert!(wrecks >= travel.link_storage(LinkId(1)), "{wrecks} wrecks");
    let changes = travel.update_roads(&city, &vec![0.0; city.grid.len()], &|_| 0.0, &[]);
    assert!(travel.closed().contains(&(LinkId(1), Closure::Debris)), "{changes:?}");
    assert_eq!(travel.unit_speed_m_s(LinkId(1), VehicleClass::Truck), 0.0);
    let walked = travel.start_car(&[PersonId(900)], NodeId(1), to, false);
    let ends: Vec<News> = (13..30).flat_map(|t| travel.step(1, Tick(t))).collect();
    assert!(ends.iter().any(|n| matches!(n, News::NoWay { car: Some(car), .. } if *car == walked)));
    travel.obey(&Lever::OpenRoad { link: LinkId(1) });
    assert!(travel.counts().cars_stalled < wrecks && !travel.closed().contains(&(LinkId(1), Closure::Debris)));
    let again = travel.start_car(&[PersonId(901)], NodeId(1), to, false);
    let ends: Vec<News> = (36..60).flat_map(|t| travel.step(1, Tick(t))).collect();
    assert!(ends.iter().any(|n| matches!(n, News::Arrived { car: Some(car), .. } if *car == again)));
}

/// Grade: behaviour. In the middle of a long street whose far half floods a walker turns round; with both ends flooded he
/// waits on the dry stretch and is counted as cut off, and walks on when the water has gone.
#[test]
fn walkers_turn_back_from_deep_water_or_wait_between_two_waters() {
    let mut city = net(2, &[(0, 1, Path, 400.0, 1, 1.0)]);
    city.nodes[1].at = Point::new(200.0, 0.0);
    city.nodes[0].at = Point::new(0.0, 0.0);
    city.links[0].line = vec![city.nodes[0].at, city.nodes[1].at];
    city.links[0].length_m = 200.0;
    let still = |_: usize| 0.0;
    let share_after = |west: bool| {
        let mut travel = Travel::new(&city);
        let to = travel.destination_at(NodeId(1));
        travel.start_walk(PersonId(0), NodeId(0), to, 1.0, false);
        (0..7).for_each(|t| assert!(travel.step(1, Tick(t)).is_empty()));
        let mut depth = pool(&city, (130.0, 240.0), (-20.0, 40.0), 1.5);
        if west {
            pool(&city, (-20.0, 60.0), (-20.0, 40.0), 1.5).iter().zip(&mut depth).for_each(|(w, d)| *d = d.max(*w));
        }
        travel.update_roads(&city, &depth, &still, &[]);
        let news = travel.step(1, Tick(7));
        assert!(news.is_empty(), "{news:?}");
        (travel, to)
    };
    let (mut back, to) = share_after(false);
    // 93.8 m out, and then 13.4 m back.
    let (_, share) = back.walker_at(PersonId(0)).expect("on the way back");
    assert!((share * 200.0 - 80.4).abs() < 0.1, "{} m from the start", share * 200.0);
    assert!(back.cut_off().is_empty());
    let ends: Vec<News> = (8..20).flat_map(|t| back.step(1, Tick(t))).collect();
    assert_eq!(ends, [News::NoWay { people: vec![PersonId(0)], at: NodeId(0), to, car: None }]);

    let (mut between, to) = share_after(true);
    (8..20).for_each(|t| assert!(between.step(1, Tick(t)).is_empty()));
    assert!((between.walker_at(PersonId(0)).expect("waits").1 * 200.0 - 93.8).abs() < 0.1);
    assert_eq!(between.cut_off(), [PersonId(0)]);
    between.update_roads(&city, &vec![0.0; city.grid.len()], &still, &[]);
    let ends: Vec<News> = (20..40).flat_map(|t| between.step(1, Tick(t))).collect();
    assert_eq!(ends, [News::Arrived { people: vec![PersonId(0)], at: NodeId(1), to, car: None }]);
}

/// A morning of trips with water that comes and goes; digest after each tick.
fn eventful(travel: &mut Travel, city: &City, seed: u64, ticks: std::ops::Range<u32>, people: u32) -> Vec<u64> {
    let still = |_: usize| 0.3;
    let mut digests = Vec::new();
    for t in ticks {
        if t == 0 {
            let exits = travel.add_destination(&[NodeId(3), NodeId(60)]);
            for k in 0..people {
                let from = NodeId(k * 7 % city.nodes.len() as u32);
                let to = if k % 3 == 0 { exits } else { travel.destination_at(NodeId(k % 19)) };
                if k % 2 == 0 {
                    travel.start_walk(PersonId(k), from, to, 0.6 + 0.1 * (k % 5) as f32, k % 4 == 0);
                } else {
                    travel.start_car(&[PersonId(k)], from, to, k % 4 == 1);
                }
            }
        }
        let reach = 30.0 * f64::from(t);
        travel.update_roads(city, &pool(city, (0.0, reach), (300.0, 500.0), 0.02 * f64::from(t)), &still, &[]);
        if t % 30 == 29 {
            travel.publish_closures();
        }
        let told = travel.step(seed, Tick(t)).len();
        let mut digest = Digest::new();
        travel.digest(&mut digest);
        digests.push(digest.u64(told as u64).finish());
    }
    digests
}

/// Grade: exact. The state has the same bits after every tick on 1, 2 and 8 threads, and another seed gives another run.
#[test]
fn threads_do_not_change_a_bit() {
    let city = grid_town(8, 1);
    let on = |threads, seed| fold::with_threads(threads, || eventful(&mut Travel::new(&city), &city, seed, 0..60, 800));
    let one = on(1, 9);
    assert_eq!(one, on(2, 9));
    assert_eq!(one, on(8, 9));
    assert_ne!(one, on(1, 10));
}

/// Grade: exact. A run that was saved and loaded again goes on as if nothing had happened.
#[test]
fn a_checkpoint_continues_to_the_bit() {
    let city = grid_town(8, 1);
    let mut whole = Travel::new(&city);
    eventful(&mut whole, &city, 9, 0..25, 800);
    let bytes = postcard::to_stdvec(whole.state()).expect("plain data");
    let mut again = Travel::resume(&city, postcard::from_bytes(&bytes).expect("what was written"));
    assert_eq!(again.state(), whole.state());
    assert_eq!(eventful(&mut whole, &city, 9, 25..60, 800), eventful(&mut again, &city, 9, 25..60, 800));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Grade: exact (T10, T11). Under random closures, openings, floods, redirections and removals every traveller is in
    /// exactly one place at every tick, and nobody enters a street that an order has closed.
    #[test]
    fn every_traveller_is_in_exactly_one_place(
        events in prop::collection::vec((0u32..60, 0u32..80, 0u8..4, 0.0f64..1.5), 0..40),
        seed in 0u64..1000,
    ) {
        let city = grid_town(4, 1);
        let mut travel = Travel::new(&city);
        let mut walking: BTreeSet<PersonId> = BTreeSet::new();
        let mut driving: BTreeSet<PersonId> = BTreeSet::new();
        let (mut cars, mut stalled) = (BTreeSet::new(), BTreeSet::new());
        for k in 0..120u32 {
            let (from, to) = (NodeId(k % 25), travel.destination_at(NodeId((k * 11 + 3) % 25)));
            if k % 2 == 0 {
                travel.start_walk(PersonId(k), from, to, 1.0, k % 4 == 0);
                walking.insert(PersonId(k));
            } else {
                cars.insert(travel.start_car(&[PersonId(k), PersonId(k + 1000)], from, to, k % 4 == 1));
                driving.extend([PersonId(k), PersonId(k + 1000)]);
            }
        }
        let mut depth = vec![0.0; city.grid.len()];
        let mut barred: BTreeSet<LinkId> = BTreeSet::new();
        for tick in 0..70u32 {
            for &(_, link, what, depth_m) in events.iter().filter(|e| e.0 == tick) {
                let link = LinkId(link);
                let both = [link, city.links[link.index()].twin.expect("two-way")];
                match what {
                    0 => {
                        travel.obey(&Lever::CloseRoad { link, why: Closure::Order });
                        barred.extend(both);
                    }
                    1 => {
                        travel.obey(&Lever::OpenRoad { link });
                        // Opening a street that was full of wrecks tows them away.
                        stalled.retain(|&car| travel.car_at(car).is_some());
                        barred.retain(|l| !both.contains(l));
                    }
                    2 => {
                        let p = city.links[link.index()].point_at(0.5);
                        city.grid.cells_within(p, 70.0).into_iter().for_each(|cell| depth[cell] = depth_m);
                    }
                    _ => {
                        let to = travel.destination_at(NodeId(link.0 % 25));
                        let person = PersonId(link.0);
                        if link.0.is_multiple_of(3) {
                            prop_assert_eq!(travel.remove_walker(person).is_some(), walking.remove(&person));
                        }
                        travel.redirect_walker(person, to);
                        travel.redirect_car(CarId(link.0), to);
                    }
                }
            }
            travel.update_roads(&city, &depth, &|_| 0.2, &[]);
            let before: BTreeSet<(CarId, LinkId)> = travel.cars().map(|(c, l, ..)| (c, l)).collect();
            for one in travel.step(seed, Tick(tick)) {
                match one {
                    News::Arrived { people, car, .. } | News::NoWay { people, car, .. } => {
                        for p in people {
                            let set = if car.is_some() { &mut driving } else { &mut walking };
                            prop_assert!(set.remove(&p), "person {} left twice", p);
                        }
                        if let Some(car) = car {
                            prop_assert!(cars.remove(&car));
                        }
                    }
                    News::Stalled { car, people, .. } => {
                        prop_assert!(cars.remove(&car) && stalled.insert(car));
                        people.iter().for_each(|p| assert!(driving.remove(p)));
                    }
                    News::Rerouted { .. } | News::InWater { .. } => {}
                }
            }
            prop_assert_eq!(travel.walkers().map(|(p, ..)| p).collect::<BTreeSet<_>>(), walking.clone());
            let seen: Vec<_> = travel.cars().collect();
            prop_assert_eq!(seen.iter().filter(|c| !c.3).map(|c| c.0).collect::<BTreeSet<_>>(), cars.clone());
            prop_assert_eq!(seen.iter().filter(|c| c.3).map(|c| c.0).collect::<BTreeSet<_>>(), stalled.clone());
            prop_assert_eq!(seen.len(), cars.len() + stalled.len());
            let aboard: Vec<PersonId> = cars.iter().flat_map(|&c| travel.car_people(c).to_vec()).collect();
            prop_assert_eq!(aboard.len(), driving.len());
            prop_assert_eq!(aboard.into_iter().collect::<BTreeSet<_>>(), driving.clone());
            let counts = travel.counts();
            prop_assert_eq!(counts.walking as usize, walking.len());
            prop_assert_eq!(counts.driving_people as usize, driving.len());
            prop_assert_eq!(counts.cars_moving as usize, cars.len());
            prop_assert_eq!(counts.cars_stalled as usize, stalled.len());
            for &(car, link, share, _) in &seen {
                prop_assert!((0.0..=1.0).contains(&share));
                // Cars in the yards are shown on the first road of their node and have not entered it.
                prop_assert!(share == 0.0 || !barred.contains(&link) || before.contains(&(car, link)), "{} {}", car, link);
            }
        }
    }
}
