//! Air exchange, doses and lethality against ALOHA's printed values and worked numbers; and how fast a million people breathe.

use super::case::{Bench, Bound, Case, CaseResult, Panel, Role, Row};
use crate::harm::enclosure::Enclosures;
use crate::harm::exposure::Exposure;
use crate::harm::indoor::{self, House, Keeping};
use crate::harm::table::DoseTable;
use crate::harm::{thermal, toxic};
use crate::substance::{ATMOSPHERE_PA, Substances};
use crate::weather::spec::{Ground, Report, Stability};
use crate::weather::{Class, WeatherSpec};
use base::fold;
use base::math::{exp, pow, sqrt};

pub fn cases() -> Vec<Case> {
    vec![
        Case { name: "indoor", about: "Air exchange and the air inside (V10, V23)", quick: true, run: indoors },
        Case { name: "doses", about: "Toxic and thermal doses: worked numbers", quick: true, run: doses },
        Case { name: "million", about: "A million people breathe: speed and bits", quick: false, run: million },
    ]
}

/// Wind at a height over open country of a class with a wind at 10 m.
fn wind_at(height_m: f64, wind_10m_m_s: f64, class: Class, temperature_c: f64) -> f64 {
    let report = Report {
        time_s: 0.0,
        wind_m_s: wind_10m_m_s,
        wind_height_m: 10.0,
        wind_from_deg: 270.0,
        stability: Stability::Class(class),
        friction_velocity_m_s: None,
        sigma_theta_deg: None,
        mixing_height_m: None,
        temperature_c,
        humidity_pct: 60.0,
        pressure_hpa: 1013.25,
    };
    let weather = WeatherSpec::steady(Ground::OpenCountry, report).check("validate").expect("sound weather");
    weather.at(0.0).wind_m_s(height_m)
}

/// Steady ground-level plume of ALOHA's open country in class D at the axis, kg/m3 per kg/s: Briggs's widths, wind at 3 m.
fn aloha_plume_s_m3(x: f64, wind_3m: f64) -> f64 {
    let sy = 0.08 * x / sqrt(1.0 + 1e-4 * x);
    let sz = 0.06 * x / sqrt(1.0 + 1.5e-3 * x);
    1.0 / (std::f64::consts::PI * wind_3m * sy * sz)
}

fn indoors(_: &Bench) -> CaseResult {
    let mut result = CaseResult::new("indoor");
    // V10: ALOHA's printed air changes; W1 and I0 are the same building in stable air.
    let cases = [
        ("V10 B1", 1u8, false, 5.0, Class::D, 15.0, 0.85, Some(70.6)),
        ("V10 B2", 2, true, 5.0, Class::D, 15.0, 0.39, Some(39.4)),
        ("W1", 2, true, 1.5, Class::F, 10.0, 0.24, None),
        ("I0", 2, true, 5.0, Class::E, 15.0, 0.37, None),
    ];
    let all = Substances::embedded();
    let ammonia = all.find("ammonia").expect("in the table");
    for (id, storeys, sheltered, wind, class, celsius, printed, peak) in cases {
        let house = House::usual(storeys, sheltered);
        let outside_k = celsius + 273.15;
        let got = house.exchange_per_h(wind_at(house.height_m(), wind, class, celsius), outside_k);
        result.rows.push(Row::near(format!("{id}: air changes per hour"), got, printed, 0.04));
        if let Some(peak) = peak {
            // 1 kg/s of ammonia for an hour, 500 m upwind.
            let outside = aloha_plume_s_m3(500.0, wind_at(3.0, wind, class, celsius));
            let (inside, _) = indoor::step(0.0, outside, got / 3600.0, 0.0, 3600.0);
            let ppm = ammonia.ppm(inside, outside_k, ATMOSPHERE_PA);
            result.rows.push(Row::near(format!("{id}: highest inside, ppm"), ppm, peak, 0.06));
        }
    }
    // V23: an hour at half an air change, by steps of 10 s.
    let (mut inside, mut load) = (0.0, [0.0; 3]);
    let exponents = [1.0, 2.0, 2.75];
    for _ in 0..360 {
        let (next, mean) = indoor::step(inside, 1.0, 0.5 / 3600.0, 0.0, 10.0);
        for (sum, n) in load.iter_mut().zip(exponents) {
            *sum += pow(mean, n) / 360.0;
        }
        inside = next;
    }
    result.rows.push(Row::near_or_within("V23: Ci/Co after 1 h", inside, 0.3935, 1e-3, 5e-5));
    for ((got, n), want) in load.into_iter().zip(exponents).zip([0.2131, 0.0582, 0.0236]) {
        result.rows.push(Row::near_or_within(format!("V23: load ratio, n {n}"), got, want, 1e-3, 5e-5));
    }
    result.rows.push(Row::near("1 - exp(-0.5)", inside, 1.0 - exp(-0.5), 1e-9));
    result.panels.push(shelter());
    result
}

/// A cloud of half an hour and the air in a house that is kept in three ways.
fn shelter() -> Panel {
    let outside = |t: f64| if t < 1800.0 { 1.0 } else { 0.0 };
    let kept = |keeping: Keeping, aired: bool| {
        let mut inside = 0.0;
        let mut points = Vec::new();
        for k in 0..720 {
            let t = 10.0 * f64::from(k);
            let now = if aired && t >= 1800.0 { Keeping::Open } else { keeping };
            let per_h = indoor::kept_per_h(0.5, now, 3.0);
            inside = indoor::step(inside, outside(t), per_h / 3600.0, 0.0, 10.0).0;
            points.push((t / 60.0, inside));
        }
        points
    };
    let cloud = (0..720).map(|k| (f64::from(k) / 6.0, outside(10.0 * f64::from(k)))).collect();
    Panel::new("A house in a cloud of half an hour (0.5/h on any day)", "min", "inside over outside")
        .with("outside", Role::Exact, cloud)
        .with("as usual, not aired", Role::Peer, kept(Keeping::Usual, false))
        .with("shut, not aired", Role::ComputedToo, kept(Keeping::Shut, false))
        .with("shut, then aired", Role::Computed, kept(Keeping::Shut, true))
}

fn doses(_: &Bench) -> CaseResult {
    let mut result = CaseResult::new("doses");
    let all = Substances::embedded();
    for (key, ppm, share) in [("chlorine", 200.0, 0.184), ("ammonia", 5000.0, 0.187)] {
        let s = all.find(key).expect("in the table");
        let Some(probit) = s.harm.probit.as_ref().map(|p| p.value) else { continue };
        // The worked numbers convert at 25 C and give three digits.
        let dose = 1800.0 * probit.dose_rate_per_s(s.kg_m3(ppm, 298.15, ATMOSPHERE_PA));
        let got = probit.lethality(dose);
        result.rows.push(Row::near_or_within(
            format!("{key}, {ppm} ppm for 30 min: share dead"),
            got,
            share,
            0.0,
            1e-3,
        ));
    }
    for (kw, tdu, dead) in [(2.0, 151.0, 0.0), (5.0, 513.0, 0.034), (10.0, 1293.0, 0.705)] {
        let got = thermal::dose_tdu(1000.0 * kw, 60.0);
        result.rows.push(Row::near(format!("{kw} kW/m2 for 60 s: TDU"), got, tdu, 3e-3));
        let share = thermal::lethality_bare(got);
        result.rows.push(Row::near_or_within(format!("{kw} kW/m2 for 60 s: share dead"), share, dead, 0.0, 1.5e-3));
    }
    // Each AEGL column is reached at its own time.
    let mut worst: f64 = 0.0;
    for s in &all.substances {
        let Some(aegl) = &s.harm.aegl else { continue };
        for level in 1..=3u8 {
            for (k, ppm) in aegl.level(level).iter().enumerate() {
                let (Some(ppm), minutes) = (ppm, crate::substance::criteria::AEGL_MINUTES[k]) else { continue };
                let back = toxic::aegl_ppm(&s.harm, level, minutes).unwrap_or(f64::NAN);
                worst = worst.max((back / ppm - 1.0).abs());
            }
        }
    }
    result.rows.push(Row::bound("AEGL at the columns: largest error", worst, Bound::AtMost(1e-9)));
    result
}

/// A town: people in buildings, a tenth out of doors, a cloud over all of it.
struct Town {
    people: usize,
    buildings: usize,
    raster: Vec<f32>,
}

impl Town {
    fn new(people: usize) -> Town {
        let side = 1024;
        let raster = (0..side * side)
            .map(|c| {
                let (x, y) = ((c % side) as f64 / 300.0, (c / side) as f64 / 300.0);
                (2e-4 * exp(-(x - 1.7) * (x - 1.7) - (y - 1.7) * (y - 1.7)) + 1e-7) as f32
            })
            .collect();
        Town { people, buildings: people / 4, raster }
    }
    fn outside(&self, building: usize, step: usize) -> f32 {
        // Spread over the raster without order, as addresses are.
        let cell = (building.wrapping_mul(2_654_435_761) >> 3) % self.raster.len();
        self.raster[cell] * if step < 180 { 1.0 } else { 0.0 }
    }
    /// The town before the cloud.
    fn fresh(&self) -> (Enclosures, Exposure) {
        let all = Substances::embedded();
        let probit = all.find("chlorine").and_then(|s| s.harm.probit.as_ref()).map(|p| p.value);
        let rooms = Enclosures::new(self.buildings, |b| indoor::city_exchange_per_h(1, b as u32) / 3600.0);
        (rooms, Exposure::new(self.people, 1, probit.as_ref()))
    }
    fn run(&self, (rooms, people): &mut (Enclosures, Exposure), table: &DoseTable, steps: std::ops::Range<usize>) {
        for step in steps {
            rooms.step(10.0, 0.0, |b| self.outside(b, step));
            people.breathe(10.0 * step as f64, 10.0, table, |p| {
                let building = (p / 4).min(self.buildings - 1);
                if p % 10 == 0 { self.outside(building, step) } else { rooms.mean_kg_m3(building) }
            });
        }
    }
}

fn million(bench: &Bench) -> CaseResult {
    let mut result = CaseResult::new("million");
    let all = Substances::embedded();
    let table = DoseTable::new(all.find("chlorine").expect("in the table"), 288.15, ATMOSPHERE_PA);
    let (people, steps) = if bench.quick { (40_000, 30) } else { (1_000_000, 120) };
    let town = Town::new(people);
    for threads in [1usize, 2] {
        let mut state = town.fresh();
        // The first step makes the factors; the clock is read here, not in the pool.
        fold::with_threads(threads, || town.run(&mut state, &table, 0..1));
        let before = (bench.clock)();
        fold::with_threads(threads, || town.run(&mut state, &table, 1..steps + 1));
        let each = ((bench.clock)() - before) / steps as f64;
        let name = format!("{people} people indoors and out: ms a step of 10 s, {threads} thread(s)");
        result.rows.push(Row::shown(name, 1000.0 * each));
        let bound = if threads == 2 && !bench.quick { Bound::AtLeast(60.0) } else { Bound::Shown };
        let ratio = if each > 0.0 { 10.0 / each } else { 0.0 };
        result.rows.push(Row::bound(format!("times real time, {threads} thread(s)"), ratio, bound));
    }
    let few = Town::new(20_000);
    let runs = [1, 2, 8].map(|threads| {
        let mut state = few.fresh();
        fold::with_threads(threads, || few.run(&mut state, &table, 0..40));
        state
    });
    let same = runs.iter().all(|r| *r == runs[0]);
    result.rows.push(Row::bound(
        "same bits on 1, 2, 8 threads (1: yes)",
        f64::from(u8::from(same)),
        Bound::AtLeast(1.0),
    ));
    result
}
