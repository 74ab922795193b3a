//! Record: what goes out after a tick. Frames are taken now and then, the digest every tick.

use super::state::*;
use crate::base::{digest::Digest, fold, ids::*, time::Tick};
use crate::command::Post;
use crate::record::frame::*;
use crate::record::{DigestRow, RecordWriter, StampedInput, Tally};
use crate::response::Unit;
use crate::vocab::body::{Cause, Doing, Duty, Health, Point, Whereabouts};
use crate::vocab::event::Stamped;
use bevy_ecs::prelude::*;

/// Parts of the state that have a digest of their own, in order.
pub const PARTS: [&str; 10] =
    ["water", "gas", "travel", "people", "units", "posts", "comms", "orders", "refuges", "drill"];

/// Simulated time between frames, s.
const PEOPLE_S: u32 = 60;
const PEOPLE_KEY_S: u32 = 1800;
const UNITS_S: u32 = 30;
const ROADS_S: u32 = 300;
const WATER_S: u32 = 300;
const GAS_S: u32 = 60;
const HEAT_S: u32 = 60;
const TALLY_S: u32 = 60;

/// What a tick gives to the recording.
#[derive(Default)]
pub struct Batch {
    pub events: Vec<Stamped>,
    pub inputs: Vec<StampedInput>,
    pub people: Option<PeopleFrame>,
    pub units: Option<UnitsFrame>,
    pub roads: Option<RoadsFrame>,
    pub layers: Vec<(LayerName, LayerFrame)>,
    pub tally: Option<Tally>,
    pub digest: Option<DigestRow>,
}

impl Batch {
    /// Writes the tick; the digest comes last and closes it.
    pub fn write(&self, writer: &mut RecordWriter) -> std::io::Result<()> {
        let tick = self.digest.as_ref().expect("every tick has a digest").tick;
        for input in &self.inputs {
            writer.input(input)?;
        }
        for event in &self.events {
            writer.event(event)?;
        }
        if let Some(frame) = &self.people {
            writer.people(tick, frame)?;
        }
        if let Some(frame) = &self.units {
            writer.units(tick, frame)?;
        }
        if let Some(frame) = &self.roads {
            writer.roads(tick, frame)?;
        }
        for (name, frame) in &self.layers {
            writer.layer(tick, *name, frame)?;
        }
        if let Some(tally) = &self.tally {
            writer.tally(tally)?;
        }
        writer.digest(self.digest.as_ref().expect("checked above"))
    }
}

/// The frame before, for deltas.
#[derive(Resource, Default)]
pub struct LastFrame {
    people: PeopleView,
    gas_blank: bool,
    /// The last frame of heat had some.
    hot: bool,
}

impl LastFrame {
    pub fn of(people: PeopleView, gas_blank: bool, hot: bool) -> LastFrame {
        LastFrame { people, gas_blank, hot }
    }
    pub fn parts(&self) -> (PeopleView, bool, bool) {
        (self.people.clone(), self.gas_blank, self.hot)
    }
}

/// Fingerprint of the last tick.
#[derive(Resource, Default)]
pub struct LastDigest {
    pub parts: Vec<u64>,
}

impl LastDigest {
    pub fn text(&self) -> String {
        let mut digest = Digest::new();
        for part in &self.parts {
            digest.u64(*part);
        }
        format!("{:016x}", digest.finish())
    }
}

/// Record.
pub fn record(
    setting: Res<Setting>,
    now: Res<Now>,
    nature: Res<Nature>,
    residents: Res<Residents>,
    traffic: Res<Traffic>,
    (refuges, lines, orders): (Res<Refuges>, Res<Lines>, Res<Orders>),
    mut drill: ResMut<Drill>,
    mut events: ResMut<Events>,
    mut last: ResMut<LastFrame>,
    mut last_digest: ResMut<LastDigest>,
    mut out: ResMut<Out>,
    mut timing: ResMut<Timing>,
    units: Query<&Unit>,
    posts: Query<&Post>,
) {
    timing.begin("record");
    let (tick, city) = (now.tick, &setting.scenario.city);
    let mut units: Vec<&Unit> = units.iter().collect();
    units.sort_by_key(|u| u.id);
    let mut posts: Vec<&Post> = posts.iter().collect();
    posts.sort_by_key(|p| p.id);

    let mut batch = Batch {
        events: std::mem::take(&mut events.list),
        inputs: std::mem::take(&mut drill.taken),
        ..Batch::default()
    };
    if tick.every_s(PEOPLE_S) {
        let view = look(city, &residents, &traffic, &units);
        batch.people = Some(if tick.every_s(PEOPLE_KEY_S) || last.people.is_empty() {
            view.key()
        } else {
            last.people.delta(&view)
        });
        last.people = view;
    }
    if tick.every_s(UNITS_S) {
        batch.units = Some(UnitsFrame {
            x: units.iter().map(|u| u.at.x as f32).collect(),
            y: units.iter().map(|u| u.at.y as f32).collect(),
            duty: units.iter().map(|u| u.duty as u8).collect(),
            aboard: units.iter().map(|u| u.aboard.len() as u16).collect(),
            order: units.iter().map(|u| u.order).collect(),
        });
    }
    if tick.every_s(ROADS_S) {
        batch.roads = Some(RoadsFrame { closed: traffic.travel.closed(), filled: traffic.travel.filled() });
    }
    if tick.every_s(WATER_S) {
        let flood = &nature.flood;
        let depth = flood.depth_m().iter().map(|d| if *d < 0.01 { 0.0 } else { *d as f32 });
        batch.layers.push((LayerName::WaterDepth, LayerFrame::pack(LayerName::WaterDepth, depth)));
        let speed = (0..city.grid.len()).map(|c| {
            let slow = flood.depth_m()[c] < 0.05;
            // Steps of 5 cm/s are enough for a map and pack better.
            if slow { 0.0 } else { (flood.speed_m_s(c) as f32 * 20.0).round() / 20.0 }
        });
        batch.layers.push((LayerName::WaterSpeed, LayerFrame::pack(LayerName::WaterSpeed, speed)));
    }
    if tick.every_s(GAS_S) {
        let mg = nature.gas.concentration_kg_m3().iter().map(|c| c * 1e6);
        let frame = LayerFrame::pack(LayerName::Gas, mg);
        if !(frame.is_blank() && last.gas_blank) {
            last.gas_blank = frame.is_blank();
            batch.layers.push((LayerName::Gas, frame));
        }
    }
    if tick.every_s(HEAT_S) {
        let heat = nature.fires.peak_w_m2();
        let frame = LayerFrame::pack(LayerName::Heat, heat.iter().map(|q| q / 1000.0));
        if !frame.is_blank() || last.hot {
            last.hot = !frame.is_blank();
            batch.layers.push((LayerName::Heat, frame));
        }
        if nature.fires.blew_within_s(now.s(), f64::from(HEAT_S)) {
            let pa = nature.fires.worst_pa().iter().map(|p| p / 1000.0);
            batch.layers.push((LayerName::Overpressure, LayerFrame::pack(LayerName::Overpressure, pa)));
        }
    }
    if tick.every_s(TALLY_S) {
        batch.tally = Some(count(tick, &setting, &nature, &residents, &traffic, &refuges, &lines, &orders, &units));
    }
    let parts = digests(&nature, &residents, &traffic, &refuges, &lines, &orders, &drill, &units, &posts);
    batch.digest = Some(DigestRow { tick, parts: parts.clone() });
    last_digest.parts = parts;
    out.batch = batch;
    timing.begin("between ticks");
}

fn digests(
    nature: &Nature,
    residents: &Residents,
    traffic: &Traffic,
    refuges: &Refuges,
    lines: &Lines,
    orders: &Orders,
    drill: &Drill,
    units: &[&Unit],
    posts: &[&Post],
) -> Vec<u64> {
    let of = |write: &dyn Fn(&mut Digest)| {
        let mut digest = Digest::new();
        write(&mut digest);
        digest.finish()
    };
    vec![
        of(&|d| nature.flood.digest(d)),
        of(&|d| {
            nature.gas.digest(d);
            nature.fires.digest(d);
        }),
        of(&|d| traffic.travel.digest(d)),
        of(&|d| residents.people.digest(d)),
        of(&|d| units.iter().for_each(|u| u.digest(d))),
        of(&|d| posts.iter().for_each(|p| p.digest(d))),
        of(&|d| lines.comms.digest(d)),
        of(&|d| orders.book.digest(d)),
        of(&|d| {
            d.u32s(refuges.load.iter().copied());
            d.u32s(refuges.open.iter().map(|o| u32::from(*o)));
        }),
        of(&|d| drill.progress.digest(d)),
    ]
}

/// Where everyone is, to the metre, and what they are seen to be doing.
fn look(city: &crate::place::city::City, residents: &Residents, traffic: &Traffic, units: &[&Unit]) -> PeopleView {
    let people = &residents.people;
    let n = people.len();
    let mut at: Vec<Point> = fold::map(n.div_ceil(fold::CHUNK), |chunk| {
        (chunk * fold::CHUNK..((chunk + 1) * fold::CHUNK).min(n))
            .map(|i| match people.place[i] {
                Whereabouts::Building(b) => {
                    // People of one house are spread over its ground, so that the map shows how many there are.
                    let building = &city.buildings[b.index()];
                    let side = f64::from(building.footprint_m2).sqrt() * 0.8;
                    let spread = |k: usize| ((i * 2_654_435_761 + k * 40_503) % 1000) as f64 / 1000.0 - 0.5;
                    Point::new(building.at.x + side * spread(1), building.at.y + side * spread(7))
                }
                Whereabouts::Shelter(f) | Whereabouts::Hospital(f) | Whereabouts::Away(f) => {
                    let centre = city.facilities[f.index()].at;
                    let spread = |k: usize| ((i * 2_654_435_761 + k * 40_503) % 1000) as f64 / 1000.0 - 0.5;
                    Point::new(centre.x + 120.0 * spread(3), centre.y + 120.0 * spread(5))
                }
                Whereabouts::Aboard(unit) => units[unit.index()].at,
                Whereabouts::Open { x_dm, y_dm } => Point::new(f64::from(x_dm) / 10.0, f64::from(y_dm) / 10.0),
                Whereabouts::OnFoot | Whereabouts::Car(_) => Point::default(),
            })
            .collect::<Vec<Point>>()
    })
    .into_iter()
    .flatten()
    .collect();
    for (person, link, share) in traffic.travel.walkers() {
        at[person.index()] = city.links[link.index()].point_at(share);
    }
    for (car, link, share, _) in traffic.travel.cars() {
        for person in traffic.travel.car_people(car) {
            at[person.index()] = city.links[link.index()].point_at(share);
        }
    }
    let metre = |v: f64| v.round().clamp(0.0, 65_535.0) as u16;
    PeopleView {
        x_m: at.iter().map(|p| metre(p.x - city.grid.x0)).collect(),
        y_m: at.iter().map(|p| metre(p.y - city.grid.y0)).collect(),
        doing: (0..n).map(|i| people.doing(PersonId::of(i)) as u8).collect(),
    }
}

fn count(
    tick: Tick,
    setting: &Setting,
    nature: &Nature,
    residents: &Residents,
    traffic: &Traffic,
    refuges: &Refuges,
    lines: &Lines,
    orders: &Orders,
    units: &[&Unit],
) -> Tally {
    let (people, city) = (&residents.people, &setting.scenario.city);
    let doing = people.count_doing();
    assert_eq!(
        doing.iter().map(|c| *c as usize).sum::<usize>(),
        people.len(),
        "people were lost or doubled at tick {}",
        tick.0
    );
    let depth = nature.flood.depth_m();
    let land = |c: usize| city.cover[c] != crate::place::city::Cover::Water;
    let cell_m2 = city.grid.cell_m * city.grid.cell_m;
    let at_door = |b: usize| depth[city.grid.nearest_cell(city.buildings[b].at)];
    let dead_by = |cause: Cause| {
        (0..people.len()).filter(|&i| people.health[i] == Health::Dead && people.cause[i] == Some(cause)).count() as u32
    };
    let health = |h: Health| people.health.iter().filter(|x| **x == h).count() as u32;
    let ledger = nature.flood.ledger();
    let gas = nature.gas.ledger();
    let wind = nature.gas.wind();
    let roads = traffic.travel.counts();
    let (issued, done, failed, open) = orders.book.counts();
    let loads = |kind| city.facilities_of(kind).map(|(id, _)| refuges.load[id.index()]).collect();
    Tally {
        tick,
        doing,
        aware: (0..people.len()).filter(|&i| people.knows[i] != 0 && people.health[i] != Health::Dead).count() as u32,
        hurt_light: health(Health::Light),
        hurt_serious: health(Health::Serious),
        dead: doing[Doing::Dead as usize],
        dead_by_water: dead_by(Cause::Water),
        dead_by_gas: dead_by(Cause::Gas),
        water_m3: ledger.now_m3,
        water_rain_m3: ledger.rain_m3,
        water_boundary_m3: ledger.boundary_m3,
        water_drained_m3: ledger.drained_m3,
        water_pumped_m3: ledger.pumped_m3,
        flooded_land_m2: (0..depth.len()).filter(|&c| depth[c] > 0.15 && land(c)).count() as f64 * cell_m2,
        flooded_buildings: (0..city.buildings.len())
            .filter(|&b| at_door(b) > f64::from(city.buildings[b].plinth_m))
            .count() as u32,
        people_in_water: (0..people.len())
            .filter(|&i| matches!(people.place[i], Whereabouts::Building(b) if at_door(b.index()) > 0.3))
            .count() as u32,
        stage_m: city.gauges.iter().map(|g| nature.flood.stage_m(city.grid.nearest_cell(g.at))).collect(),
        breach_width_m: (0..city.levees.len()).map(|l| nature.flood.breach_width_m(LeveeId::of(l))).sum(),
        gas_released_kg: gas.released_kg,
        gas_airborne_kg: gas.airborne_kg,
        over_aegl: people.over_aegl(),
        wind_speed_m_s: wind.speed_m_s,
        wind_from_deg: wind.from_deg,
        rain_mm_h: nature.flood.rain_mm_h(tick.seconds()),
        messages_sent: lines.comms.counts.sent,
        messages_delivered: lines.comms.counts.delivered,
        messages_lost: lines.comms.counts.lost,
        messages_under_way: lines.comms.under_way(),
        orders_issued: issued,
        orders_done: done,
        orders_failed: failed,
        orders_open: open,
        units_busy: units.iter().filter(|u| !matches!(u.duty, Duty::Ready | Duty::Lost)).count() as u32,
        cars_moving: roads.cars_moving,
        cars_stalled: roads.cars_stalled,
        roads_closed: traffic.travel.closed().len() as u32,
        shelter_load: loads(crate::place::city::FacilityKind::Shelter),
        hospital_load: loads(crate::place::city::FacilityKind::Hospital),
    }
}
