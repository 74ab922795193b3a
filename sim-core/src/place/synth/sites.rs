//! Facilities, levee reaches and gauges.

use super::ground::{Ground, has_levees};
use super::houses::House;
use super::names;
use super::plan::{Plan, Plot, Quarter};
use super::streets::Net;
use super::waterside::{gauges, levees, mouths, shore_point};
use crate::base::ids::ZoneId;
use crate::base::math;
use crate::base::text::Text;
use crate::place::city::{Facility, FacilityKind, Gauge, Levee, Use};
use crate::place::grid::Grid;
use crate::vocab::body::Point;

pub struct Sites {
    pub facilities: Vec<Facility>,
    pub levees: Vec<Levee>,
    pub gauges: Vec<Gauge>,
}

/// Where something is looked for.
struct Placer<'a> {
    plan: &'a Plan,
    grid: &'a Grid,
    ground: &'a Ground,
    net: &'a Net,
    houses: &'a mut Vec<House>,
    taken: Vec<bool>,
    facilities: Vec<Facility>,
}

impl Placer<'_> {
    fn add(&mut self, key: String, name: Text, kind: FacilityKind, at: Point, capacity: f64) {
        let cell = self.grid.nearest_cell(at);
        let z = self.ground.zone_of_cell[cell];
        let zone = (z != u16::MAX).then_some(ZoneId(u32::from(z)));
        let node = self.net.nearest(at);
        self.facilities.push(Facility { key, name, kind, at, node, zone, capacity });
    }
    /// Takes the free building that fits best near a place, gives it a purpose, and makes it a facility.
    fn house(
        &mut self,
        key: String,
        name: Text,
        kind: FacilityKind,
        purpose: Use,
        near: Point,
        fits: &dyn Fn(&House) -> bool,
        capacity: f64,
    ) {
        let nearest = |fits: &dyn Fn(&House) -> bool| {
            (0..self.houses.len()).filter(|&b| !self.taken[b] && fits(&self.houses[b])).min_by(|a, b| {
                let d = |b: &usize| self.houses[*b].building.at.distance_m(near);
                d(a).total_cmp(&d(b)).then(a.cmp(b))
            })
        };
        // A town too small to have such a house takes any; the last home stays a home.
        let homes = self.houses.iter().filter(|h| h.building.purpose == Use::Home).count();
        let spare = |h: &House| h.building.purpose != Use::Home || homes > 20;
        let Some(b) = nearest(&|h| fits(h) && spare(h)).or_else(|| nearest(&spare)) else {
            self.add(key, name, kind, near, capacity);
            return;
        };
        self.taken[b] = true;
        self.houses[b].building.purpose = purpose;
        let building = &self.houses[b].building;
        let (at, node, zone) = (building.at, building.node, Some(building.zone));
        self.facilities.push(Facility { key, name, kind, at, node, zone, capacity });
    }
    fn map(&self, (u, v): (f64, f64)) -> Point {
        self.plan.warp.to_map(u, v)
    }
}

fn large(least_m2: f32) -> impl Fn(&House) -> bool {
    move |h| h.building.footprint_m2 >= least_m2 && !matches!(h.building.purpose, Use::Industry)
}

/// Places everything.
pub fn place(plan: &Plan, grid: &Grid, ground: &Ground, net: &Net, houses: &mut Vec<House>) -> Sites {
    let taken = vec![false; houses.len()];
    let mut p = Placer { plan, grid, ground, net, houses, taken, facilities: Vec::new() };
    command(&mut p);
    rescue(&mut p);
    shelters(&mut p);
    supplies(&mut p);
    water_works(&mut p);
    tanks(&mut p);
    wires(&mut p);
    for (key, node) in &net.exits {
        let (zh, en) = match key.as_str() {
            "exit_west" => ("西出口", "West exit"),
            "exit_east" => ("东出口", "East exit"),
            "exit_south" => ("南出口", "South exit"),
            "exit_south_east" => ("东南出口", "South-east exit"),
            "exit_north_west" => ("西北出口", "North-west exit"),
            _ => ("北出口", "North exit"),
        };
        let at = net.nodes[node.index()].at;
        p.add(key.clone(), Text::new(zh, en), FacilityKind::Exit, at, 0.0);
    }
    let facilities = p.facilities;
    Sites { facilities, levees: levees(plan), gauges: gauges(plan, grid, ground, net) }
}

fn command(p: &mut Placer) {
    let centre = p.map(p.plan.new_centre);
    let name = Text::new("市应急指挥中心", "City emergency command centre");
    p.house("command_centre".into(), name, FacilityKind::CommandCentre, Use::Public, centre, &large(300.0), 0.0);
    let mut towns: Vec<String> = Vec::new();
    for z in &p.plan.zones {
        if !towns.contains(&z.zone.town) {
            towns.push(z.zone.town.clone());
        }
    }
    for town in towns {
        let mine: Vec<Point> = p.plan.zones.iter().filter(|z| z.zone.town == town).map(|z| z.zone.centre).collect();
        let n = mine.len() as f64;
        let mid = Point::new(mine.iter().map(|c| c.x).sum::<f64>() / n, mine.iter().map(|c| c.y).sum::<f64>() / n);
        let near = mine.iter().copied().min_by(|a, b| a.distance_m(mid).total_cmp(&b.distance_m(mid))).unwrap_or(mid);
        let t = names::town(&town);
        let hall = if t.zh.ends_with('镇') {
            "镇政府"
        } else if t.zh.ends_with('区') {
            "管委会"
        } else {
            "办事处"
        };
        let name = Text::new(format!("{}{hall}", t.zh), format!("{} office", t.en));
        p.house(format!("hall_{town}"), name, FacilityKind::TownHall, Use::Public, near, &large(90.0), 0.0);
    }
    let zones: Vec<_> = p.plan.zones.iter().map(|z| (z.quarter, z.zone.clone())).collect();
    for (k, (quarter, zone)) in zones.into_iter().enumerate() {
        let (zh, en) = match quarter {
            Quarter::Village => ("村委会", "committee"),
            Quarter::OldTown | Quarter::NewTown => ("居委会", "committee"),
            Quarter::Works | Quarter::Port => ("管理站", "office"),
        };
        let name = Text::new(format!("{}{zh}", zone.name.zh), format!("{} {en}", zone.name.en));
        let fits = move |h: &House| h.building.zone.index() == k && h.building.purpose != Use::Industry;
        let key = format!("office_{}", zone.key);
        p.house(key, name, FacilityKind::VillageOffice, Use::Public, zone.centre, &fits, 0.0);
    }
}

/// Fire, police, hospitals.
fn rescue(p: &mut Placer) {
    let people = f64::from(p.plan.spec.residents);
    let zones = spread(p.plan);
    // One fire station a 17,000 people, in the likeness of Taicang's 11 teams, half of which have a station of
    // their own; the other teams are firms' and villages' and come with the roster.
    let n = ((people / 17_000.0).round() as usize).clamp(1, 16);
    for k in 0..n {
        let name = Text::new(format!("{}消防救援站", ordinal(k)), format!("Fire station {}", k + 1));
        let near = zones[k % zones.len()];
        p.house(format!("fire_{}", k + 1), name, FacilityKind::FireStation, Use::Public, near, &large(120.0), 0.0);
    }
    let n = ((people / 16_000.0).round() as usize).clamp(1, 16);
    for k in 0..n {
        let name = Text::new(format!("{}派出所", ordinal(k)), format!("Police station {}", k + 1));
        let near = zones[(k * 3 + 1) % zones.len()];
        p.house(format!("police_{}", k + 1), name, FacilityKind::PoliceStation, Use::Public, near, &large(100.0), 0.0);
    }
    // 4.5 hospital beds per 1,000 residents (county towns of Jiangsu; assumption for the split).
    let beds = 4.5 * people / 1_000.0;
    let list = [
        ("hospital_1", "第一人民医院", "First People's Hospital", p.plan.new_centre, 0.55),
        ("hospital_2", "中医医院", "Hospital of Chinese Medicine", p.plan.old_centre, 0.30),
        ("hospital_3", "港区医院", "Port Hospital", p.plan.new_centre, 0.15),
    ];
    let n = if people < 15_000.0 {
        1
    } else if people < 40_000.0 {
        2
    } else {
        3
    };
    let share: f64 = list[..n].iter().map(|h| h.4).sum();
    for (k, (key, zh, en, place, part)) in list.into_iter().take(n).enumerate() {
        let mut near = p.map(place);
        if k == 2
            && let Some(z) = p.plan.zones.iter().find(|z| z.quarter == Quarter::Works)
        {
            near = z.zone.centre;
        }
        let beds = (beds * part / share).round().max(10.0);
        p.house(key.into(), Text::new(zh, en), FacilityKind::Hospital, Use::Health, near, &large(350.0), beds);
    }
}

/// Three shelters that hold 32,500 people in a town of 100,000 (Taicang: 中心广场, 弇山小学, 市民公园, together
/// 32,500), and schools.
fn shelters(p: &mut Placer) {
    let places = (0.325 * f64::from(p.plan.spec.residents)).round();
    let (square, school) = ((places * 0.46).round(), (places * 0.11).round());
    let mut parks: Vec<usize> = (0..p.plan.plots.len()).filter(|&q| p.plan.plots[q] == Plot::Park).collect();
    let to_old = |q: usize| {
        let (u, v) = p.plan.middle(q);
        math::hypot(u - p.plan.old_centre.0, v - p.plan.old_centre.1)
    };
    parks.sort_by(|a, b| to_old(*a).total_cmp(&to_old(*b)));
    let park = |k: usize| parks.get(k).map_or(p.plan.new_centre, |q| p.plan.middle(*q));
    let (first, last) = (p.map(park(0)), p.map(park(parks.len().saturating_sub(1))));
    let kind = FacilityKind::Shelter;
    p.add("central_square".into(), Text::new("中心广场", "Central Square"), kind, first, square);
    let old = p.map(p.plan.old_centre);
    let is_school = |h: &House| h.building.purpose == Use::School;
    let name = Text::new("弇山小学", "Yanshan Primary School");
    p.house("yanshan_school".into(), name, kind, Use::School, old, &is_school, school);
    p.add("citizen_park".into(), Text::new("市民公园", "Citizens' Park"), kind, last, places - square - school);

    // A school a 8,000 residents (assumption: some 12 % are children, 1,000 a school).
    let zones = spread(p.plan);
    let n = ((f64::from(p.plan.spec.residents) / 8_000.0).round() as usize).clamp(1, 30);
    for k in 0..n {
        let near = zones[(k * 2 + 1) % zones.len()];
        let name = Text::new(format!("{}学校", ordinal(k)), format!("School {}", k + 1));
        let kind = FacilityKind::School;
        let fits = |h: &House| h.building.purpose == Use::School && h.building.at.distance_m(near) < 900.0;
        let fits_any = |h: &House| fits(h) || (h.building.footprint_m2 >= 95.0 && h.building.storeys <= 6);
        p.house(format!("school_{}", k + 1), name, kind, Use::School, near, &fits_any, 0.0);
    }
}

/// Flood-fighting depots by the water, stores.
fn supplies(p: &mut Placer) {
    let people = f64::from(p.plan.spec.residents);
    let n = ((people / 20_000.0).round() as usize).clamp(1, 6);
    let kind = FacilityKind::FloodDepot;
    for k in 0..n {
        let s = (k as f64 + 0.5) / n as f64;
        let near = shore_point(p.plan, s, -(p.plan.levee_half_m + 180.0));
        let fits = |h: &House| h.building.purpose != Use::Home;
        let name = Text::new(format!("防汛抢险队{}驻地", k + 1), format!("Flood depot {}", k + 1));
        let far = p.houses.iter().all(|h| h.building.at.distance_m(near) > 700.0);
        if far {
            // A yard of its own by the levee road.
            let at = p.net.nodes[p.net.nearest(near).index()].at;
            p.add(format!("depot_{}", k + 1), name, kind, at, 0.0);
        } else {
            p.house(format!("depot_{}", k + 1), name, kind, Use::Public, near, &fits, 0.0);
        }
    }
    let zones = spread(p.plan);
    let n = ((people / 33_000.0).round() as usize).clamp(1, 6);
    for k in 0..n {
        let (zh, en) = if k == 0 { ("市", "City") } else { ("镇级", "Town") };
        let name = Text::new(format!("{zh}应急物资仓库{}", k + 1), format!("{en} relief store {}", k + 1));
        let near = zones[(k * 5 + 2) % zones.len()];
        p.house(format!("store_{}", k + 1), name, FacilityKind::Store, Use::Other, near, &large(150.0), 0.0);
    }
}

/// Where canals meet the levee: a gate on the crest, a pump station on the canal just inside.
fn water_works(p: &mut Placer) {
    if !has_levees(p.plan.spec.terrain) {
        return;
    }
    let mouths = mouths(p.plan);
    // 11 mm an hour off the whole polder (Wuxi's design figure).
    let km2 = (0..p.grid.len()).filter(|c| p.ground.zone_of_cell[*c] != u16::MAX).count() as f64
        * p.grid.cell_m
        * p.grid.cell_m
        / 1e6;
    let each = (km2 * 1e6 * 0.011 / 3_600.0 / mouths.len().max(1) as f64).round().max(1.0);
    for (k, (gate, inside)) in mouths.into_iter().enumerate() {
        let (zh, en) = names::canal(k);
        let (gate, inside) = (p.map(gate), p.map(inside));
        let name = Text::new(format!("{zh}闸"), format!("{en} Sluice"));
        p.add(format!("sluice_{}", k + 1), name, FacilityKind::Sluice, gate, 0.0);
        let name = Text::new(format!("{zh}泵站"), format!("{en} Pump Station"));
        p.add(format!("pump_{}", k + 1), name, FacilityKind::PumpStation, inside, each);
    }
}

fn tanks(p: &mut Placer) {
    let list = [
        ("tank_ammonia", "液氨储罐区", "Ammonia tank yard"),
        ("tank_chlorine", "液氯储罐区", "Chlorine tank yard"),
        ("tank_lpg", "液化石油气储罐区", "LPG tank yard"),
        ("tank_benzene", "苯类储罐区", "Benzene tank yard"),
    ];
    let n = if p.plan.spec.residents < 20_000 { 1 } else { list.len() };
    let ports: Vec<Point> =
        (0..p.plan.plots.len()).filter(|&q| p.plan.plots[q] == Plot::Port).map(|q| p.map(p.plan.middle(q))).collect();
    for (k, (key, zh, en)) in list.into_iter().take(n).enumerate() {
        let near = ports[k * ports.len() / n];
        let fits = |h: &House| h.plot == Plot::Port && h.building.purpose == Use::Industry;
        p.house(key.into(), Text::new(zh, en), FacilityKind::TankYard, Use::Industry, near, &fits, 0.0);
    }
}

/// Substations and base stations.
fn wires(p: &mut Placer) {
    let people = f64::from(p.plan.spec.residents);
    let zones = spread(p.plan);
    let n = ((people / 20_000.0).round() as usize).clamp(2, 10);
    for k in 0..n {
        let c = zones[(k * zones.len() / n + 2) % zones.len()];
        let at = on_land(p, Point::new(c.x + 130.0, c.y - 90.0));
        let name = Text::new(format!("110千伏{}变电站", ordinal(k)), format!("Substation {}", k + 1));
        p.add(format!("substation_{}", k + 1), name, FacilityKind::Substation, at, 0.0);
    }
    let n = ((people / 4_000.0).round() as usize).clamp(4, 60);
    for k in 0..n {
        let c = zones[k % zones.len()];
        let round = (k / zones.len()) as f64;
        let at = on_land(p, Point::new(c.x - 60.0 - 250.0 * round, c.y + 70.0 + 180.0 * round));
        let name = Text::new(format!("{}号基站", k + 1), format!("Base station {}", k + 1));
        p.add(format!("base_{}", k + 1), name, FacilityKind::BaseStation, at, 0.0);
    }
}

/// The place itself, or the nearest street corner if it is in water or off the map.
fn on_land(p: &Placer, at: Point) -> Point {
    use crate::place::city::Cover;
    let dry = p.grid.cell_at(at).is_some_and(|c| !matches!(p.ground.cover[c], Cover::Water | Cover::Levee));
    if dry { at } else { p.net.nodes[p.net.nearest(at).index()].at }
}

/// Zone centres in an order that spreads: each next one is far from those before. The new town comes first.
fn spread(plan: &Plan) -> Vec<Point> {
    let mut left: Vec<Point> = plan.zones.iter().map(|z| z.zone.centre).collect();
    let start = plan.zones.iter().position(|z| z.quarter == Quarter::NewTown).unwrap_or(0);
    let mut order = vec![left.remove(start)];
    while !left.is_empty() {
        let gap = |p: &Point| order.iter().map(|o| o.distance_m(*p)).fold(f64::INFINITY, f64::min);
        let far = (0..left.len()).max_by(|a, b| gap(&left[*a]).total_cmp(&gap(&left[*b]))).expect("not empty");
        order.push(left.remove(far));
    }
    order
}

/// 第一, 第二... for names.
fn ordinal(k: usize) -> String {
    const DIGITS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
    let n = k + 1;
    match n {
        1..=10 => format!("第{}", DIGITS[n - 1]),
        11..=19 => format!("第十{}", DIGITS[n - 11]),
        _ => format!("第{n}"),
    }
}
