//! Stay or leave, building by building (逐栋建议): the loads that a post expects in the hour ahead for the people of each building, from the cloud
//! that it believes in, by what they do.
//!
//! ```text
//! dCi/dt = lambda (Co - Ci)      lambda: half of the building's exchange while shut, 5 + u10 when aired
//! stay:  Ci while shut, aired from the moment after which Co stays below Ci
//! leave: Ci for 15 min, then Co along the way out; in a vehicle the cabin's air by the same law, lambda = 2 + 0.8 v
//! leave, if stay's share of AEGL-2 >= 1 and leave's highest level, then its shares, are less
//! ```
//!
//! Co is read off one field of courses ([`consequence::zones::field`]). Nothing here is known but beliefs: wind, rate, the hour that the leak is
//! taken to last, and a register's class of the house. Each advice says which of them would turn it round.

use super::GasSpec;
use super::study::{LEAVE_S, STEP_S, WALK_M_S};
use crate::base::{fold, ids::BuildingId, math};
use crate::place::city::City;
use crate::vocab::study::*;
use consequence::harm::advice::{Expected, Outlook, air_from_s, leave, stay};
use consequence::harm::indoor::{self, CITY_MEDIAN_PER_H, Keeping, vehicle_exchange_per_h, weather_factor};
use consequence::harm::table::DoseTable;
use consequence::harm::toxic;
use consequence::release::Release;
use consequence::substance::Substance;
use consequence::zones::angle_deg;
use consequence::zones::field::{Field, Place};
use consequence::zones::quick::Question;

/// The level that people are to be kept out of.
const CONCERN: u8 = 2;
/// Streets make a way longer than the straight line by this factor (assumption, usual for town grids).
const DETOUR: f64 = 1.3;
/// A vehicle among many that leave, m/s (assumption: 18 km/h).
const VEHICLE_M_S: f64 = 5.0;
/// The field reaches so much farther than the level: ways out lead beyond it.
const BEYOND: f64 = 1.4;
/// The time ahead in which a leak may well end, as a share of it, and the setting out, s, sooner and later (assumptions).
const SHORTER: f64 = 0.5;
const STARTS_S: [f64; 2] = [480.0, 1800.0];

/// What all buildings of a study share.
struct Judge<'a> {
    table: DoseTable,
    /// Air changes per hour of a middling house in the believed weather.
    usual_per_h: f64,
    wind_m_s: f64,
    /// Half the angle within which the wind stays.
    swing: f64,
    concern_kg_m3: f64,
    field: &'a Field,
    /// If the leak ends sooner.
    shorter: Option<&'a Field>,
}

/// What is expected, with everything as taken or one thing otherwise.
#[derive(Clone, Copy)]
struct Taken<'a> {
    field: &'a Field,
    place: Place,
    per_h: f64,
    starts_s: f64,
    aired: bool,
}

/// Advice for every building where AEGL-2, or the lines of it, reach. `register` is by row of the city's buildings.
pub fn by_building(
    question: &Question,
    row: &Substance,
    spec: &GasSpec,
    city: &City,
    register: &[Tightness],
    levels: &[StudiedLevel],
    running: bool,
) -> Vec<AdvisedBuilding> {
    let (kelvin, pascal) = (super::substance::PPM_TEMPERATURE_K, super::substance::PPM_PRESSURE_PA);
    let Some(level) = levels.iter().find(|l| l.level == CONCERN && l.reach_m > 0.0) else { return Vec::new() };
    let Some(ppm) = toxic::aegl_ppm(&row.harm, CONCERN, 60.0) else { return Vec::new() };
    // Higher levels count as well: they may be drawn where the one of concern has crumbled away.
    let within = |p| levels.iter().any(|l| l.level >= CONCERN && inside(&l.rings, p));
    let between = |p| levels.iter().any(|l| l.level >= CONCERN && inside(&l.lines, p));
    let source = question.release.at;
    let near =
        (0..city.buildings.len()).filter(|b| city.buildings[*b].at.distance_m(source) <= 1.05 * level.reach_m + 5.0);
    let concerned: Vec<(usize, bool)> = near
        .filter_map(|b| {
            let p = city.buildings[b].at;
            match within(p) {
                true => Some((b, false)),
                false => between(p).then_some((b, true)),
            }
        })
        .collect();
    if concerned.is_empty() {
        return Vec::new();
    }
    let field = question.field(BEYOND * level.reach_m, STEP_S);
    let cut_s = question.from_s + SHORTER * (question.to_s - question.from_s);
    let cut = ends_at(question.release, cut_s);
    let shorter = running.then(|| Question { release: &cut, ..question.clone() }.field(BEYOND * level.reach_m, STEP_S));
    let wind_m_s = question.air.wind_m_s(10.0);
    let judge = Judge {
        table: DoseTable::new(row, kelvin, pascal),
        usual_per_h: CITY_MEDIAN_PER_H * weather_factor(wind_m_s, spec.temperature_k),
        wind_m_s,
        swing: angle_deg(&question.air).to_radians(),
        concern_kg_m3: row.kg_m3(ppm, kelvin, pascal),
        field: &field,
        shorter: shorter.as_ref(),
    };
    fold::map(concerned.len(), |k| {
        let (b, swung) = concerned[k];
        let tightness = register.get(b).copied().unwrap_or(Tightness::Middling);
        judge.advise(BuildingId::of(b), field.place(city.buildings[b].at), tightness, swung)
    })
}

/// The same leak, over at a moment.
fn ends_at(release: &Release, end_s: f64) -> Release {
    let mut cut = release.clone();
    cut.steps.retain(|s| s.from_s < end_s);
    cut.steps.iter_mut().for_each(|s| s.to_s = s.to_s.min(end_s));
    cut.bursts.retain(|b| b.at_s < end_s);
    cut
}

impl Judge<'_> {
    fn advise(&self, building: BuildingId, own: Place, tightness: Tightness, swung: bool) -> AdvisedBuilding {
        let place = if swung { own.at_angle(0.0) } else { own };
        let per_h = self.usual_per_h * tightness.factor();
        let taken = Taken { field: self.field, place, per_h, starts_s: LEAVE_S, aired: true };
        let course = self.field.course(place);
        let (aired, air_from_s) = self.stay(&taken, &course);
        let (shut, _) = self.stay(&Taken { aired: false, ..taken }, &course);
        let (foot, vehicle) = (self.on_foot(&taken, &course), self.by_vehicle(&taken, &course));
        let way = better(&aired, || foot, || vehicle);
        let why = match way {
            Way::Stay if aired.share[CONCERN as usize - 1] < 1.0 => Why::HouseHolds,
            Way::Stay => Why::WayThroughGas,
            Way::OnFoot | Way::ByVehicle => Why::HouseFills,
        };
        let arrives = course.iter().position(|c| f64::from(*c) >= self.concern_kg_m3);
        AdvisedBuilding {
            building,
            tightness,
            swung,
            arrives_s: arrives.map(|k| k as f64 * STEP_S),
            out_m: self.field.way_out_m(place, self.concern_kg_m3).round(),
            shut: short(shut.share),
            stay: short(aired.share),
            foot: short(foot.share),
            vehicle: short(vehicle.share),
            air_from_s,
            way,
            why,
            hinges: self.hinges(&taken, own, way),
        }
    }

    /// Which assumptions, each alone, turn staying into leaving or leaving into staying.
    fn hinges(&self, taken: &Taken, own: Place, way: Way) -> Vec<Hinge> {
        let turns = |other: Taken| (self.way(&other) == Way::Stay) != (way == Way::Stay);
        let mut hinges = Vec::new();
        let off = own.angle();
        let swung = [(off - self.swing).max(0.0), (off + self.swing).min(std::f64::consts::PI)];
        if swung.iter().any(|angle| turns(Taken { place: own.at_angle(*angle), ..*taken })) {
            hinges.push(Hinge::Wind);
        }
        if self.shorter.is_some_and(|field| turns(Taken { field, ..*taken })) {
            hinges.push(Hinge::Duration);
        }
        if [0.5, 2.0].iter().any(|factor| turns(Taken { per_h: factor * taken.per_h, ..*taken })) {
            hinges.push(Hinge::Exchange);
        }
        if turns(Taken { aired: false, ..*taken }) {
            hinges.push(Hinge::Airing);
        }
        if STARTS_S.iter().any(|starts_s| turns(Taken { starts_s: *starts_s, ..*taken })) {
            hinges.push(Hinge::Start);
        }
        hinges
    }

    fn way(&self, taken: &Taken) -> Way {
        let course = taken.field.course(taken.place);
        let stay = self.stay(taken, &course).0;
        better(&stay, || self.on_foot(taken, &course), || self.by_vehicle(taken, &course))
    }

    fn stay(&self, taken: &Taken, course: &[f32]) -> (Outlook, Option<f64>) {
        let expected = Expected { dt_s: STEP_S, kg_m3: course };
        let air_from_s =
            taken.aired.then(|| air_from_s(expected, 0.0, taken.per_h, Keeping::Shut, self.wind_m_s)).flatten();
        let out = stay(expected, 0.0, taken.per_h, Keeping::Shut, air_from_s, self.wind_m_s, &self.table);
        (out, air_from_s)
    }

    fn on_foot(&self, taken: &Taken, course: &[f32]) -> Outlook {
        self.leave(taken, course, &taken.field.on_way(taken.place, taken.starts_s, WALK_M_S / DETOUR))
    }

    /// In a vehicle with its windows shut, that stood open at the door.
    fn by_vehicle(&self, taken: &Taken, course: &[f32]) -> Outlook {
        let per_s = vehicle_exchange_per_h(VEHICLE_M_S) / 3600.0;
        let way = taken.field.on_way(taken.place, taken.starts_s, VEHICLE_M_S / DETOUR);
        let first = (taken.starts_s / STEP_S).round() as usize;
        let mut inside = course.get(first).map_or(0.0, |c| f64::from(*c));
        let cabin = way.iter().map(|outside| {
            let (next, mean) = indoor::step(inside, f64::from(*outside), per_s, 0.0, STEP_S);
            inside = next;
            mean as f32
        });
        let cabin: Vec<f32> = cabin.collect();
        self.leave(taken, course, &cabin)
    }

    fn leave(&self, taken: &Taken, course: &[f32], met: &[f32]) -> Outlook {
        let expected = Expected { dt_s: STEP_S, kg_m3: course };
        let way = Expected { dt_s: STEP_S, kg_m3: met };
        leave(expected, 0.0, taken.per_h, taken.starts_s, way, self.wind_m_s, &self.table)
    }
}

/// Nobody is sent out of a house that keeps its people below the load that disables; on foot before a vehicle, since everybody can walk.
fn better(stay: &Outlook, foot: impl FnOnce() -> Outlook, vehicle: impl FnOnce() -> Outlook) -> Way {
    if stay.share[CONCERN as usize - 1] < 1.0 {
        Way::Stay
    } else if foot().better_than(stay) {
        Way::OnFoot
    } else if vehicle().better_than(stay) {
        Way::ByVehicle
    } else {
        Way::Stay
    }
}

/// Three digits are more than is known; the recording is smaller for it.
fn short(share: [f64; 3]) -> [f32; 3] {
    share.map(|v| {
        if v < 1e-4 {
            return 0.0;
        }
        let unit = math::pow(10.0, math::log10(v).floor() - 2.0);
        ((v / unit).round() * unit) as f32
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Wind, air, leak, substance};
    use super::*;
    use crate::place::fixture::grid_town;
    use crate::vocab::body::Point;

    const SOURCE: Point = Point { x: 100.0, y: 500.0 };

    /// A town whose buildings stand at given places; a wind of 2 m/s from the west unless said otherwise.
    struct Asked {
        at: Vec<Point>,
        register: Vec<Tightness>,
        /// Rate, and from when to when it leaks, seen from now.
        rate_kg_s: f64,
        from_s: f64,
        until_s: f64,
        from_deg: f64,
    }

    impl Asked {
        fn one(east_m: f64, north_m: f64, tightness: Tightness, rate_kg_s: f64, until_s: f64) -> Asked {
            let at = vec![Point::new(SOURCE.x + east_m, SOURCE.y + north_m)];
            Asked { at, register: vec![tightness], rate_kg_s, from_s: 0.0, until_s, from_deg: 270.0 }
        }
        /// Every building counts as within AEGL-2, unless it lies behind the source.
        fn advised(&self) -> Vec<AdvisedBuilding> {
            let mut city = grid_town(4, 5);
            city.buildings.truncate(self.at.len());
            while city.buildings.len() < self.at.len() {
                city.buildings.push(city.buildings[0].clone());
            }
            for (b, at) in city.buildings.iter_mut().zip(&self.at) {
                b.at = *at;
            }
            let row = substance("chlorine").expect("there");
            let spec = GasSpec::default();
            let air = air(&spec, Wind { speed_m_s: 2.0, from_deg: self.from_deg }, 21.0);
            let release = leak::direct(row, SOURCE, self.from_s, self.until_s, self.rate_kg_s, air.temperature_k);
            let (scheme, averaging_s) = (spec.scheme, spec.averaging_s);
            let question =
                Question { release: &release, gas: None, air, scheme, averaging_s, from_s: 0.0, to_s: 3600.0 };
            let (e, n) = air.towards;
            let corner = |along: f64, across: f64| {
                let (x, y) = (along * e - across * n, along * n + across * e);
                ((SOURCE.x + x).round() as i32, (SOURCE.y + y).round() as i32)
            };
            let ring = vec![corner(1.0, -3000.0), corner(3000.0, -3000.0), corner(3000.0, 3000.0), corner(1.0, 3000.0)];
            let level =
                StudiedLevel { level: 2, ppm: 2.0, reach_m: 3000.0, cut: false, rings: vec![ring], lines: Vec::new() };
            by_building(&question, row, &spec, &city, &self.register, &[level], self.until_s > 0.0)
        }
        fn first(&self) -> AdvisedBuilding {
            self.advised().remove(0)
        }
    }

    /// Leaky houses 1.5 km off an hour's leak of 10 kg/s, every 5 m from the axis out.
    fn across() -> Asked {
        let at: Vec<Point> = (0..=60).map(|k| Point::new(SOURCE.x + 1500.0, SOURCE.y + 5.0 * f64::from(k))).collect();
        let register = vec![Tightness::Leaky; at.len()];
        Asked { at, register, rate_kg_s: 10.0, from_s: 0.0, until_s: 3600.0, from_deg: 270.0 }
    }

    /// The first of them that is told to leave on foot, m off the axis, and what it is told.
    fn leaver() -> (f64, AdvisedBuilding) {
        let all = across().advised();
        let k = all.iter().position(|b| b.way == Way::OnFoot).unwrap_or_else(|| panic!("nobody leaves: {all:?}"));
        (5.0 * k as f64, all[k].clone())
    }

    #[test]
    fn a_tight_house_near_a_short_leak_stays_and_a_leaky_one_far_off_a_long_leak_leaves() {
        // Grade: behaviour.
        let near = Asked::one(150.0, 0.0, Tightness::Tight, 1.0, 240.0).first();
        assert!(near.way == Way::Stay && near.why == Why::HouseHolds && near.air_from_s.is_some(), "{near:?}");
        assert!(near.arrives_s.is_some_and(|s| s <= 300.0) && near.out_m > 20.0, "{near:?}");
        assert!(near.stay[1] < near.foot[1] && near.stay[1] < near.shut[1], "{near:?}");
        // 1.5 km off the cloud needs about as long as people do to set out; then it stands there for the rest of the hour.
        let (north_m, far) = leaver();
        assert!(far.why == Why::HouseFills && far.stay[1] >= 1.0 && far.air_from_s.is_none(), "{far:?}");
        assert!(far.arrives_s.is_some_and(|s| s > 300.0) && far.out_m < 600.0, "{far:?}");
        // The class of the house alone may decide, and then the advice says so.
        let houses = Tightness::ALL.map(|t| Asked::one(1500.0, north_m, t, 10.0, 3600.0).first());
        assert_eq!(houses[2].way, far.way);
        for pair in houses.windows(2) {
            assert!(pair[0].stay[1] < pair[1].stay[1] && pair[0].out_m == pair[1].out_m, "{houses:?}");
            if (pair[0].way == Way::Stay) != (pair[1].way == Way::Stay) {
                assert!(pair[0].hinges.contains(&Hinge::Exchange) && pair[1].hinges.contains(&Hinge::Exchange));
            }
        }
    }

    #[test]
    fn a_leak_that_may_end_sooner_is_named_where_that_decides() {
        // Grade: exact: `Duration` is named where the advice for a leak of half an hour is another than for an hour, and only there.
        let long = across().advised();
        let half = Asked { until_s: 1800.0, ..across() }.advised();
        let turned = |k: &usize| (long[*k].way == Way::Stay) != (half[*k].way == Way::Stay);
        for (k, b) in long.iter().enumerate() {
            assert_eq!(b.hinges.contains(&Hinge::Duration), turned(&k), "{b:?} {:?}", half[k]);
        }
        assert!((0..long.len()).any(|k| turned(&k)), "some hang on it");
    }

    #[test]
    fn a_wrong_wind_gives_wrong_advice() {
        // Grade: behaviour. A post that believes in a wind 50 degrees off has the house stay; in one turned about it has no advice for it.
        let (north_m, told) = leaver();
        let believed = |from_deg| Asked { from_deg, ..Asked::one(1500.0, north_m, Tightness::Leaky, 10.0, 3600.0) };
        let wrong = believed(320.0).first();
        assert!(wrong.way == Way::Stay && wrong.stay[1] < 0.1 * told.stay[1], "{told:?} {wrong:?}");
        assert!(believed(90.0).advised().is_empty(), "behind the source nobody is advised");
    }

    #[test]
    fn advice_has_the_same_bits_on_1_2_and_8_threads() {
        // Grade: exact.
        let at: Vec<Point> = (0..600)
            .map(|k| Point::new(SOURCE.x + 20.0 + 4.0 * f64::from(k), SOURCE.y + f64::from(k * 37 % 400) - 200.0))
            .collect();
        let register = (0..600).map(|k| Tightness::ALL[k % 3]).collect();
        let asked = Asked { at, register, rate_kg_s: 5.0, from_s: 0.0, until_s: 2400.0, from_deg: 270.0 };
        let run = |threads: usize| fold::with_threads(threads, || asked.advised());
        let once = run(1);
        assert!(
            once.len() == 600 && once.iter().any(|b| b.way != Way::Stay) && once.iter().any(|b| b.way == Way::Stay)
        );
        assert!(once == run(2), "two threads");
        assert!(once == run(8), "eight threads");
        assert!(once.iter().enumerate().all(|(k, b)| b.building.index() == k), "in the order of the buildings");
    }

    #[test]
    fn three_digits_are_kept() {
        // Grade: exact.
        assert_eq!(short([0.0, 1.23456, 0.000_012]), [0.0, 1.23, 0.0]);
        assert_eq!(short([98_765.0, 0.045_678, 1.0]), [98_800.0, 0.0457, 1.0]);
    }
}
