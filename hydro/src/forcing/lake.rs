//! A lake as one level (湖泊水量平衡): stage, area and storage by its shape; rain and evaporation on its surface; runoff
//! of the catchments around it; outlets that drain by head, over a weir or under a gate, so many hours a day where a tide
//! shuts them; and the tilt of its surface in the wind.
//!
//! `dV/dt = A(z) (rain - evaporation) + sum inflow - sum Q_out(z, t)`, stepped by the midpoint rule in short steps. Every
//! volume is booked, so the balance closes to rounding. A catchment loses rain by an SCS retention over the whole event and
//! lets the rest out of a linear reservoir, which is exact over a step of even rain.

use super::hydrograph::Hydrograph;
use super::infiltration::scs_runoff;
use super::series::{After, Series, Steps, check_number};
use super::setup::{Drag, FRESH_KG_M3, basin_setup_m};
use crate::flow::G;
use base::complaint::Complaints;
use base::math;
use serde::{Deserialize, Serialize};
use std::path::Path;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LakeSpec {
    pub name: String,
    /// (stage m, area km2), from the bottom up; the area holds above the last stage.
    pub shape: Vec<(f64, f64)>,
    pub start_m: f64,
    /// Rain on the lake, and on catchments that have none of their own: (s, mm/h).
    #[serde(default)]
    pub rain: Steps,
    #[serde(default)]
    pub evaporation_mm_d: f64,
    #[serde(default)]
    pub catchments: Vec<LakeCatchment>,
    /// Rivers with a known flow.
    #[serde(default)]
    pub rivers: Vec<(String, Hydrograph)>,
    #[serde(default)]
    pub outlets: Vec<Outlet>,
    #[serde(default)]
    pub wind: Option<Fetch>,
}

/// Land that drains into the lake.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LakeCatchment {
    pub name: String,
    pub area_km2: f64,
    /// SCS retention S of the whole event, mm.
    pub retention_mm: f64,
    /// Time constant of the linear reservoir, h.
    pub delay_h: f64,
    #[serde(default)]
    pub rain: Option<Steps>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outlet {
    pub name: String,
    pub law: OutletLaw,
    #[serde(default)]
    pub from_s: f64,
    /// Left out: to the end.
    #[serde(default)]
    pub until_s: Option<f64>,
    /// Hours a day for which a tide lets it drain, around each low water (赶潮排水); left out: always.
    #[serde(default)]
    pub tide: Option<TideWindow>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TideWindow {
    pub hours_per_day: f64,
    /// Time of one low water, s of the run.
    pub low_water_s: f64,
}

/// Water never flows back in: gates shut. Series of outer levels hold beyond their ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum OutletLaw {
    Steady {
        m3_s: f64,
    },
    /// `Q = K sqrt(z - z_outer)`: a drowned gate with its canal; K in m3/s per square root of a metre.
    Head {
        conveyance: f64,
        outer: Series,
    },
    /// Broad-crested weir, `Q = 1.7 b h^1.5`, less by Villemonte 1947 `(1 - (h2/h1)^1.5)^0.385` where it is drowned.
    Weir {
        width_m: f64,
        crest_m: f64,
        #[serde(default)]
        outer: Option<Series>,
    },
    /// Sluice gate, `Q = 0.6 b a sqrt(2 g h)`: h over the sill where free, the difference where drowned; a weir where the
    /// gate hangs above the water.
    Gate {
        width_m: f64,
        opening_m: f64,
        sill_m: f64,
        outer: Series,
    },
}

/// Wind over the lake: length (m) and direction (degrees counter-clockwise from east) of the fetch that tilts it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fetch {
    pub length_m: f64,
    pub axis_deg: f64,
    #[serde(default)]
    pub drag: Drag,
}

/// Time from one low water to the next: half a lunar day, s.
const TIDE_S: f64 = 12.4206 * 3600.0;

impl TideWindow {
    /// Seconds of `from_s..to_s` in which it is open: around each low water, the same share of every tide.
    fn open_s(&self, from_s: f64, to_s: f64) -> f64 {
        let half = 0.5 * TIDE_S * self.hours_per_day / 24.0;
        // Open time since the window around the low water at 0 began.
        let since = |t_s: f64| {
            let t = t_s - self.low_water_s + half;
            let tides = (t / TIDE_S).floor();
            tides * 2.0 * half + (t - tides * TIDE_S).min(2.0 * half)
        };
        since(to_s) - since(from_s)
    }
}

fn weir_m3_s(width_m: f64, head_m: f64, outer_head_m: f64) -> f64 {
    if head_m <= 0.0 || outer_head_m >= head_m {
        return 0.0;
    }
    let free = 1.7 * width_m * head_m * head_m.sqrt();
    let drowned = outer_head_m.max(0.0) / head_m;
    free * math::pow(1.0 - drowned * drowned.sqrt(), 0.385)
}

impl OutletLaw {
    /// Flow out at a level, m3/s.
    pub fn flow_m3_s(&self, level_m: f64, t_s: f64) -> f64 {
        match self {
            OutletLaw::Steady { m3_s } => *m3_s,
            OutletLaw::Head { conveyance, outer } => conveyance * (level_m - outer.at(t_s)).max(0.0).sqrt(),
            OutletLaw::Weir { width_m, crest_m, outer } => {
                let outer_m = outer.as_ref().map_or(f64::NEG_INFINITY, |outer| outer.at(t_s));
                weir_m3_s(*width_m, level_m - crest_m, outer_m - crest_m)
            }
            OutletLaw::Gate { width_m, opening_m, sill_m, outer } => {
                let (head_m, outer_m) = (level_m - sill_m, outer.at(t_s) - sill_m);
                if head_m <= 0.0 || outer_m >= head_m {
                    0.0
                } else if *opening_m > 2.0 / 3.0 * head_m {
                    weir_m3_s(*width_m, head_m, outer_m)
                } else {
                    let drive_m = if outer_m > *opening_m { head_m - outer_m } else { head_m };
                    0.6 * width_m * opening_m * (2.0 * G * drive_m).sqrt()
                }
            }
        }
    }
}

impl LakeSpec {
    pub fn check(&self, until_s: f64, file: &Path, complaints: &mut Complaints) {
        let inf = f64::INFINITY;
        let lake = format!("lake {:?}", self.name);
        let mut number = |what: String, value: f64, least: f64| {
            check_number(file, &format!("{lake}: {what}"), value, least, inf, complaints);
        };
        number("start_m".into(), self.start_m, self.shape.first().map_or(-inf, |p| p.0));
        number("evaporation_mm_d".into(), self.evaporation_mm_d, 0.0);
        for &(stage_m, area_km2) in &self.shape {
            number("stage of the shape".into(), stage_m, -inf);
            number("area of the shape".into(), area_km2, 1e-9);
        }
        for c in &self.catchments {
            number(format!("area_km2 of {}", c.name), c.area_km2, 0.0);
            number(format!("retention_mm of {}", c.name), c.retention_mm, 0.0);
            number(format!("delay_h of {}", c.name), c.delay_h, 1e-3);
        }
        for o in &self.outlets {
            number(format!("from_s of {}", o.name), o.from_s, -inf);
            if let Some(until) = o.until_s {
                number(format!("until_s of {}", o.name), until, o.from_s);
            }
            match &o.law {
                OutletLaw::Steady { m3_s } => number(format!("m3_s of {}", o.name), *m3_s, 0.0),
                OutletLaw::Head { conveyance, .. } => number(format!("conveyance of {}", o.name), *conveyance, 0.0),
                OutletLaw::Weir { width_m, crest_m, .. } => {
                    number(format!("width_m of {}", o.name), *width_m, 0.0);
                    number(format!("crest_m of {}", o.name), *crest_m, -inf);
                }
                OutletLaw::Gate { width_m, opening_m, sill_m, .. } => {
                    number(format!("width_m of {}", o.name), *width_m, 0.0);
                    number(format!("opening_m of {}", o.name), *opening_m, 0.0);
                    number(format!("sill_m of {}", o.name), *sill_m, -inf);
                }
            }
        }
        if self.shape.is_empty() {
            complaints.add(file, format!("{lake}: it has no shape"), "(stage m, area km2) from the bottom up");
        }
        for pair in self.shape.windows(2).filter(|p| p[1].0 <= p[0].0 || p[1].1 < p[0].1) {
            let was =
                format!("{lake}: ({}, {}) does not lie above ({}, {})", pair[1].0, pair[1].1, pair[0].0, pair[0].1);
            complaints.add(file, was, "stages must rise, areas not shrink");
        }
        let rains = self.catchments.iter().filter_map(|c| c.rain.as_ref());
        for rain in rains.chain((!self.rain.0.is_empty()).then_some(&self.rain)) {
            rain.check(file, &format!("{lake}: rain"), complaints);
        }
        for (name, flow) in &self.rivers {
            flow.check(until_s, file, &format!("{lake}: river {name:?}"), complaints);
        }
        for o in &self.outlets {
            let what = format!("{lake}: outer level of {}", o.name);
            match &o.law {
                OutletLaw::Head { outer, .. }
                | OutletLaw::Gate { outer, .. }
                | OutletLaw::Weir { outer: Some(outer), .. } => {
                    outer.check(file, &what, f64::NEG_INFINITY, complaints);
                }
                OutletLaw::Steady { .. } | OutletLaw::Weir { outer: None, .. } => {}
            }
            if let Some(tide) = o.tide {
                let what = format!("{lake}: hours_per_day of {}", o.name);
                check_number(file, &what, tide.hours_per_day, 0.0, 24.0, complaints);
                let what = format!("{lake}: low_water_s of {}", o.name);
                check_number(file, &what, tide.low_water_s, -inf, inf, complaints);
            }
        }
        if let Some(fetch) = self.wind {
            check_number(file, &format!("{lake}: length_m of the fetch"), fetch.length_m, 1.0, inf, complaints);
            check_number(file, &format!("{lake}: axis_deg"), fetch.axis_deg, -360.0, 360.0, complaints);
        }
    }

    pub fn bind(&self, until_s: f64, file: &Path) -> Result<Lake, Complaints> {
        let mut complaints = Complaints::new();
        self.check(until_s, file, &mut complaints);
        complaints.or(())?;
        let mut storage_m3 = vec![0.0];
        for pair in self.shape.windows(2) {
            let ((z0, a0), (z1, a1)) = (pair[0], pair[1]);
            storage_m3.push(storage_m3[storage_m3.len() - 1] + 0.5 * (a0 + a1) * 1e6 * (z1 - z0));
        }
        let rivers = self.rivers.iter().map(|(_, flow)| flow.series()).collect();
        Ok(Lake { spec: self.clone(), storage_m3, rivers })
    }
}

/// A lake ready to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Lake {
    spec: LakeSpec,
    /// Storage below each stage of the shape, m3.
    storage_m3: Vec<f64>,
    rivers: Vec<(Series, After)>,
}

/// What changes; goes into a checkpoint. Volumes are since the start, m3.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LakeState {
    pub storage_m3: f64,
    /// By catchment: rain so far (mm), water still on its way to the lake (m3).
    catchments: Vec<(f64, f64)>,
    pub rain_m3: f64,
    pub evaporated_m3: f64,
    pub runoff_m3: f64,
    pub rivers_m3: f64,
    /// By outlet.
    pub drained_m3: Vec<f64>,
}

/// Longest inner step, s.
const STEP_S: f64 = 600.0;

impl Lake {
    pub fn start(&self) -> LakeState {
        LakeState {
            storage_m3: self.storage_at(self.spec.start_m),
            catchments: vec![(0.0, 0.0); self.spec.catchments.len()],
            rain_m3: 0.0,
            evaporated_m3: 0.0,
            runoff_m3: 0.0,
            rivers_m3: 0.0,
            drained_m3: vec![0.0; self.spec.outlets.len()],
        }
    }

    /// Area at a stage, m2.
    pub fn area_m2(&self, level_m: f64) -> f64 {
        1e6 * math::interpolate(&self.spec.shape, level_m)
    }

    /// Storage above the lowest stage of the shape, m3.
    pub fn storage_at(&self, level_m: f64) -> f64 {
        let shape = &self.spec.shape;
        let k = shape.partition_point(|p| p.0 <= level_m).max(1) - 1;
        let (z0, a0) = shape[k];
        let above = (level_m - z0).max(0.0);
        self.storage_m3[k] + 0.5 * (a0 * 1e6 + self.area_m2(level_m)) * above
    }

    /// Stage of a storage, m.
    pub fn level_at(&self, storage_m3: f64) -> f64 {
        let shape = &self.spec.shape;
        let k = self.storage_m3.partition_point(|v| *v <= storage_m3).max(1) - 1;
        let ((z0, a0), rest) = (shape[k], (storage_m3 - self.storage_m3[k]).max(0.0));
        let a0 = a0 * 1e6;
        // rest = a0 d + s d²/2, s the growth of the area with the stage
        let s = shape.get(k + 1).map_or(0.0, |&(z1, a1)| (a1 * 1e6 - a0) / (z1 - z0));
        z0 + 2.0 * rest / (a0 + (a0 * a0 + 2.0 * s * rest).sqrt())
    }

    pub fn level_m(&self, state: &LakeState) -> f64 {
        self.level_at(state.storage_m3)
    }

    /// Runs from one time to another.
    pub fn advance(&self, state: &mut LakeState, from_s: f64, to_s: f64) {
        let steps = ((to_s - from_s) / STEP_S).ceil().max(0.0);
        for k in 0..steps as usize {
            let at = |k: usize| from_s + (to_s - from_s) * k as f64 / steps;
            self.step(state, at(k), at(k + 1));
        }
    }

    fn step(&self, state: &mut LakeState, from_s: f64, to_s: f64) {
        let dt_s = to_s - from_s;
        let level_m = self.level_m(state);
        let area_m2 = self.area_m2(level_m);
        let rain_m3 = self.spec.rain.integral(from_s, to_s) / 3.6e6 * area_m2;
        let evaporated_m3 = (self.spec.evaporation_mm_d / 8.64e7 * dt_s * area_m2).min(state.storage_m3 + rain_m3);
        let runoff_m3: f64 = self
            .spec
            .catchments
            .iter()
            .zip(&mut state.catchments)
            .map(|(catchment, own)| catchment.step(own, &self.spec.rain, from_s, to_s))
            .sum();
        let river = |(flow, after): &(Series, After)| {
            let to_s = if *after == After::Zero { to_s.min(flow.end_s()) } else { to_s };
            flow.integral(from_s, to_s)
        };
        let rivers_m3: f64 = self.rivers.iter().map(river).sum();
        let gained_m3 = rain_m3 + runoff_m3 + rivers_m3 - evaporated_m3;
        // Outflow at the level half a step on, with half of what came and went by then.
        let out_m3 = |level_m: f64| -> Vec<f64> {
            self.spec.outlets.iter().map(|o| o.volume_m3(level_m, from_s, to_s)).collect()
        };
        let first_m3: f64 = out_m3(level_m).iter().sum();
        let middle_m = self.level_at((state.storage_m3 + 0.5 * (gained_m3 - first_m3)).max(0.0));
        let mut drained_m3 = out_m3(middle_m);
        let (there_m3, wanted_m3) = (state.storage_m3 + gained_m3, drained_m3.iter().sum::<f64>());
        if wanted_m3 > there_m3 {
            drained_m3.iter_mut().for_each(|v| *v *= there_m3 / wanted_m3);
        }
        state.storage_m3 = (there_m3 - drained_m3.iter().sum::<f64>()).max(0.0);
        state.rain_m3 += rain_m3;
        state.evaporated_m3 += evaporated_m3;
        state.runoff_m3 += runoff_m3;
        state.rivers_m3 += rivers_m3;
        state.drained_m3.iter_mut().zip(drained_m3).for_each(|(sum, v)| *sum += v);
    }

    /// How far the wind (toward east, toward north, m/s) lifts the water at the downwind end of the fetch, m; negative
    /// when it blows the other way. Nought for a lake without a fetch.
    pub fn wind_setup_m(&self, state: &LakeState, wind_m_s: (f64, f64)) -> f64 {
        let Some(fetch) = self.spec.wind else { return 0.0 };
        let level_m = self.level_m(state);
        let turn = fetch.axis_deg.to_radians();
        let speed = math::hypot(wind_m_s.0, wind_m_s.1);
        let along = wind_m_s.0 * math::cos(turn) + wind_m_s.1 * math::sin(turn);
        if speed == 0.0 {
            return 0.0;
        }
        let depth_m = state.storage_m3 / self.area_m2(level_m);
        basin_setup_m(fetch.drag.stress_pa(speed) * along / speed, fetch.length_m, depth_m, FRESH_KG_M3, 1.0)
    }
}

impl LakeCatchment {
    /// Volume that reaches the lake in a step, m3.
    fn step(&self, own: &mut (f64, f64), lake_rain: &Steps, from_s: f64, to_s: f64) -> f64 {
        let (rained_mm, store_m3) = *own;
        let rain_mm = self.rain.as_ref().unwrap_or(lake_rain).integral(from_s, to_s) / 3600.0;
        let runoff = |mm: f64| scs_runoff(mm, self.retention_mm, 0.2 * self.retention_mm);
        let excess_m3 = (runoff(rained_mm + rain_mm) - runoff(rained_mm)) * self.area_km2 * 1000.0;
        let (dt_s, delay_s) = (to_s - from_s, self.delay_h * 3600.0);
        let fade = math::exp(-dt_s / delay_s);
        let left_m3 = store_m3 * fade + excess_m3 / dt_s * delay_s * (1.0 - fade);
        *own = (rained_mm + rain_mm, left_m3);
        store_m3 + excess_m3 - left_m3
    }
}

impl Outlet {
    fn volume_m3(&self, level_m: f64, from_s: f64, to_s: f64) -> f64 {
        let (from, to) = (from_s.max(self.from_s), self.until_s.map_or(to_s, |until| to_s.min(until)));
        if to <= from {
            return 0.0;
        }
        let open_s = self.tide.map_or(to - from, |tide| tide.open_s(from, to));
        self.law.flow_m3_s(level_m, 0.5 * (from + to)) * open_s
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lake(more: &str) -> Lake {
        let text = format!(r#"(name: "l", shape: [(0.0, 2.0), (10.0, 2.0)], start_m: 5.0, {more})"#);
        let spec: LakeSpec = ron::from_str(&text).expect("parses");
        spec.bind(86_400.0, Path::new("l.ron")).expect("nothing wrong")
    }

    /// Grade: exact. `h = (1/sqrt h0 + 1.7 b t/(2 A))^-2` over a weir, `h = (sqrt h0 - K t/(2 A))²` by head.
    #[test]
    fn a_lake_empties_over_a_weir_and_through_a_canal_as_the_closed_forms_say() {
        let weir = lake(r#"outlets: [(name: "w", law: Weir(width_m: 30.0, crest_m: 4.0))]"#);
        let mut state = weir.start();
        weir.advance(&mut state, 0.0, 86_400.0);
        let closed = 4.0 + 1.0 / (1.0 + 1.7 * 30.0 * 86_400.0 / 4e6_f64) / (1.0 + 1.7 * 30.0 * 86_400.0 / 4e6);
        assert!((weir.level_m(&state) - closed).abs() < 1e-4, "{} {closed}", weir.level_m(&state));
        let head = lake(r#"outlets: [(name: "c", law: Head(conveyance: 20.0, outer: [(0, 3.0)]))]"#);
        let mut state = head.start();
        head.advance(&mut state, 0.0, 86_400.0);
        let root = 2f64.sqrt() - 20.0 * 86_400.0 / 4e6;
        assert!((head.level_m(&state) - 3.0 - root * root).abs() < 1e-4);
    }

    /// Grade: exact.
    #[test]
    fn every_volume_of_a_lake_is_booked() {
        let spec: LakeSpec = ron::from_str(
            r#"(name: "l", shape: [(0.0, 1.0), (3.0, 2.0), (4.0, 5.0)], start_m: 2.5, rain: [(0, 10), (36000, 0)],
                evaporation_mm_d: 5,
                catchments: [(name: "west", area_km2: 40, retention_mm: 60, delay_h: 6)],
                rivers: [("brook", Triangle(base_m3_s: 1, peak_m3_s: 9, start_s: 0, peak_s: 9000, end_s: 30000))],
                outlets: [(name: "gate", law: Gate(width_m: 6, opening_m: 0.8, sill_m: 1, outer: [(0, 1), (90000, 2)]),
                           tide: Some((hours_per_day: 13.5, low_water_s: 7000)))])"#,
        )
        .unwrap();
        let lake = spec.bind(200_000.0, Path::new("l.ron")).expect("nothing wrong");
        let mut state = lake.start();
        let before = state.storage_m3;
        lake.advance(&mut state, 0.0, 200_000.0);
        let booked = state.rain_m3 + state.runoff_m3 + state.rivers_m3 - state.evaporated_m3 - state.drained_m3[0];
        assert!((state.storage_m3 - before - booked).abs() < 1e-6, "{}", state.storage_m3 - before - booked);
        let excess = scs_runoff(100.0, 60.0, 12.0) * 40e3;
        assert!((state.runoff_m3 + state.catchments[0].1 - excess).abs() < 1e-6 * excess);
        assert!(state.drained_m3[0] > 0.0 && state.evaporated_m3 > 0.0);
        for level in [0.0, 1.2, 3.0, 3.7, 6.0] {
            assert!((lake.level_at(lake.storage_at(level)) - level).abs() < 1e-12, "{level}");
        }
    }

    /// Grade: exact.
    #[test]
    fn a_tide_window_is_open_its_hours_a_day_around_each_low_water() {
        let window = TideWindow { hours_per_day: 13.5, low_water_s: 1000.0 };
        let days = 40.0 * TIDE_S;
        assert!((window.open_s(0.0, days) / days - 13.5 / 24.0).abs() < 1e-12);
        let parts: f64 = (0..4000).map(|k| window.open_s(k as f64 * 77.0, (k + 1) as f64 * 77.0)).sum();
        assert!((parts - window.open_s(0.0, 308_000.0)).abs() < 1e-6);
        assert_eq!(window.open_s(990.0, 1010.0), 20.0);
        assert_eq!(window.open_s(1000.0 + 0.5 * TIDE_S - 10.0, 1000.0 + 0.5 * TIDE_S + 10.0), 0.0);
    }

    /// Grade: behaviour.
    #[test]
    fn wind_along_the_fetch_lifts_the_far_shore_and_water_never_flows_back_in() {
        let lake = lake(
            r#"wind: Some((length_m: 60000, axis_deg: 90)),
               outlets: [(name: "g", law: Gate(width_m: 10, opening_m: 1, sill_m: 0, outer: [(0, 7)])),
                         (name: "h", law: Head(conveyance: 100, outer: [(0, 6)])),
                         (name: "w", law: Weir(width_m: 10, crest_m: 1, outer: Some([(0, 6)])))]"#,
        );
        let mut state = lake.start();
        let lifted = lake.wind_setup_m(&state, (0.0, 15.0));
        assert!((0.1..1.0).contains(&lifted), "{lifted}");
        assert!(lake.wind_setup_m(&state, (0.0, -15.0)) < -0.1);
        assert!(lake.wind_setup_m(&state, (15.0, 0.0)).abs() < 1e-9, "across the fetch");
        lake.advance(&mut state, 0.0, 3600.0);
        assert_eq!(lake.level_m(&state), 5.0);
    }

    /// Grade: behaviour.
    #[test]
    fn a_lake_that_cannot_be_is_told() {
        let spec: LakeSpec = ron::from_str(
            r#"(name: "l", shape: [(3.0, 2.0), (2.0, 2.0)], start_m: 1.0, rain: [(0, 5)],
                catchments: [(name: "west", area_km2: -1, retention_mm: 60, delay_h: 0)],
                outlets: [(name: "gate", law: Gate(width_m: -6, opening_m: 0.8, sill_m: 1, outer: []),
                           tide: Some((hours_per_day: 30, low_water_s: 0)))])"#,
        )
        .unwrap();
        let said = spec.bind(10.0, Path::new("l.ron")).expect_err("much is wrong").to_string();
        for part in [
            "start_m is 1",
            "does not lie above",
            "has no end",
            "area_km2 of west is -1",
            "delay_h of west is 0",
            "width_m of gate is -6",
            "outer level of gate: the series is empty",
            "hours_per_day of gate is 30",
        ] {
            assert!(said.contains(part), "{part} not in:\n{said}");
        }
    }
}
