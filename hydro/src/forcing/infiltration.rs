//! Water into the ground (下渗). Each class of ground has a law; each cell remembers one number: how much it has taken
//! (or, for curve numbers, how much has rained on it), in nanometres. As a 32-bit float that number would lose up to 1 %
//! of a drizzle after half a metre of rain; as nanometres in 32 bits it loses 1e-3 of a micrometre a step, up to 4.29 m.
//!
//! - Green & Ampt 1911: `f = Ks (1 + psi dtheta / F)`, integrated over a step: `F1 - F0 - S ln((F1 + S) / (F0 + S)) = Ks
//!   dt`, `S = psi dtheta`, solved by Newton. A cell with less water than that takes all it has: ponding happens by itself
//!   when the rain exceeds the capacity, at the moment of the closed form `tp = Ks S / (i (i - Ks))`.
//! - Horton 1940 in its integrated form: the capacity depends on the water taken so far, not on the clock.
//! - SCS curve numbers: `Q = (P - Ia)^2 / (P - Ia + S)`, `S = 25400/CN - 254` mm, `Ia = 0.2 S`; the loss over a step is
//!   `dP - dQ`. It sees only the rain on the cell itself, never what runs onto it.
//! - A constant rate; sealed ground.
//!
//! The head of the standing water adds to the suction only where asked for (`ponded_head`): one-dimensional text-book
//! figures leave it out.

use super::rain::RainStep;
use super::series::check_number;
use crate::flow::Flow;
use base::complaint::Complaints;
use base::grid::Grid;
use base::{fold, math};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Soil textures with the Green-Ampt constants of Rawls, Brakensiek & Miller 1983 (J. Hydraul. Eng. 109(1), table 2;
/// here after Chow, Maidment & Mays 1988, table 4.3.1; from memory, checked against that book's worked examples for
/// silt loam).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Soil {
    Sand,
    LoamySand,
    SandyLoam,
    Loam,
    SiltLoam,
    SandyClayLoam,
    ClayLoam,
    SiltyClayLoam,
    SandyClay,
    SiltyClay,
    Clay,
}

impl Soil {
    pub const ALL: [Soil; 11] = [
        Soil::Sand,
        Soil::LoamySand,
        Soil::SandyLoam,
        Soil::Loam,
        Soil::SiltLoam,
        Soil::SandyClayLoam,
        Soil::ClayLoam,
        Soil::SiltyClayLoam,
        Soil::SandyClay,
        Soil::SiltyClay,
        Soil::Clay,
    ];

    /// (effective porosity, suction head at the wetting front in mm, saturated conductivity in mm/h).
    pub fn green_ampt(self) -> (f64, f64, f64) {
        match self {
            Soil::Sand => (0.417, 49.5, 117.8),
            Soil::LoamySand => (0.401, 61.3, 29.9),
            Soil::SandyLoam => (0.412, 110.1, 10.9),
            Soil::Loam => (0.434, 88.9, 3.4),
            Soil::SiltLoam => (0.486, 166.8, 6.5),
            Soil::SandyClayLoam => (0.330, 218.5, 1.5),
            Soil::ClayLoam => (0.309, 208.8, 1.0),
            Soil::SiltyClayLoam => (0.432, 273.0, 1.0),
            Soil::SandyClay => (0.321, 239.0, 0.6),
            Soil::SiltyClay => (0.423, 292.2, 0.5),
            Soil::Clay => (0.385, 316.3, 0.3),
        }
    }
}

/// How a class of ground takes water.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Loss {
    /// Roofs, roads, water: none.
    #[default]
    Sealed,
    Constant {
        mm_h: f64,
    },
    Horton {
        first_mm_h: f64,
        last_mm_h: f64,
        /// Decay of the capacity, 1/h.
        decay_per_h: f64,
    },
    /// Green-Ampt by texture; `saturation` is the share of the effective porosity that is already full.
    Soil {
        soil: Soil,
        saturation: f64,
        #[serde(default)]
        ponded_head: bool,
    },
    /// Green-Ampt by its constants.
    GreenAmpt {
        conductivity_mm_h: f64,
        suction_mm: f64,
        /// Share of the volume that is still free of water.
        deficit: f64,
        #[serde(default)]
        ponded_head: bool,
    },
    /// SCS curve number (径流曲线数); `initial` is Ia/S, 0.2 by the handbook.
    CurveNumber {
        cn: f64,
        #[serde(default = "handbook_initial")]
        initial: f64,
    },
}

fn handbook_initial() -> f64 {
    0.2
}

/// One class of ground.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    pub loss: Loss,
    /// Share of the area that lets water in at all; the rest is sealed.
    #[serde(default = "whole")]
    pub open_share: f64,
    /// Most the ground can hold, mm over the cell: thin soil on rock, a shallow water table. Left out: no bound.
    #[serde(default)]
    pub store_mm: Option<f64>,
    /// Rate at which dry ground regains its capacity, mm/h. Off (0) by default: a storm is short.
    #[serde(default)]
    pub recovery_mm_h: f64,
}

fn whole() -> f64 {
    1.0
}

/// Infiltration over a grid: classes, and which cell is of which.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Infiltration {
    pub classes: Vec<Class>,
    /// Class of every cell, row by row; left out: all of the first class.
    #[serde(default)]
    pub class_of_cell: Option<Vec<u8>>,
}

impl Infiltration {
    pub fn check(&self, cells: usize, file: &Path, complaints: &mut Complaints) {
        for (i, class) in self.classes.iter().enumerate() {
            class.check(file, &format!("infiltration class {i}"), complaints);
        }
        if self.classes.len() > 255 {
            complaints.add(file, format!("infiltration: {} classes", self.classes.len()), "at most 255");
        }
        if let Some(of_cell) = &self.class_of_cell {
            if of_cell.len() != cells {
                let was = format!("infiltration: classes for {} cells", of_cell.len());
                complaints.add(file, was, format!("the grid has {cells}"));
            }
            if let Some(cell) = of_cell.iter().position(|c| *c as usize >= self.classes.len()) {
                let was = format!("infiltration: cell {cell} is of class {}", of_cell[cell]);
                complaints.add(file, was, format!("there are {} classes, counted from 0", self.classes.len()));
            }
        }
    }

    pub fn bind(&self, cells: usize, file: &Path) -> Result<Ground, Complaints> {
        let mut complaints = Complaints::new();
        self.check(cells, file, &mut complaints);
        complaints.or(Ground {
            laws: self.classes.iter().map(Law::of).collect(),
            class_of_cell: self.class_of_cell.clone().unwrap_or_default(),
            cells,
        })
    }
}

impl Class {
    fn check(&self, file: &Path, what: &str, complaints: &mut Complaints) {
        let inf = f64::INFINITY;
        let mut number = |name: &str, value: f64, least: f64, most: f64| {
            check_number(file, &format!("{what}: {name}"), value, least, most, complaints);
        };
        match &self.loss {
            Loss::Sealed => {}
            Loss::Constant { mm_h } => number("mm_h", *mm_h, 0.0, inf),
            Loss::Horton { first_mm_h, last_mm_h, decay_per_h } => {
                number("last_mm_h", *last_mm_h, 0.0, inf);
                number("first_mm_h", *first_mm_h, *last_mm_h, inf);
                number("decay_per_h", *decay_per_h, 1e-3, inf);
            }
            Loss::Soil { saturation, .. } => number("saturation", *saturation, 0.0, 1.0),
            Loss::GreenAmpt { conductivity_mm_h, suction_mm, deficit, .. } => {
                number("conductivity_mm_h", *conductivity_mm_h, 0.0, inf);
                number("suction_mm", *suction_mm, 0.0, inf);
                number("deficit", *deficit, 0.0, 1.0);
            }
            Loss::CurveNumber { cn, initial } => {
                number("cn", *cn, 1.0, 100.0);
                number("initial", *initial, 0.0, 1.0);
            }
        }
        number("open_share", self.open_share, 0.0, 1.0);
        number("recovery_mm_h", self.recovery_mm_h, 0.0, inf);
        if let Some(store_mm) = self.store_mm {
            number("store_mm", store_mm, 0.0, inf);
        }
        if matches!(self.loss, Loss::CurveNumber { .. }) && self.recovery_mm_h > 0.0 {
            let was = format!("{what}: a curve number cannot recover, recovery_mm_h is {}", self.recovery_mm_h);
            complaints.add(file, was, "0, or another law");
        }
    }
}

/// A class in SI, ready for the cells.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Law {
    kind: Kind,
    open_share: f64,
    store_m: f64,
    recovery_m_s: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Sealed,
    Constant { m_s: f64 },
    Horton { first_m_s: f64, last_m_s: f64, decay_s: f64 },
    GreenAmpt { conductivity_m_s: f64, suction_m: f64, deficit: f64, ponded_head: bool },
    CurveNumber { retention_m: f64, initial_m: f64 },
}

const M_S_PER_MM_H: f64 = 1.0 / 3.6e6;

impl Law {
    fn of(class: &Class) -> Law {
        let green_ampt = |mm_h: f64, suction_mm: f64, deficit: f64, ponded_head: bool| Kind::GreenAmpt {
            conductivity_m_s: mm_h * M_S_PER_MM_H,
            suction_m: suction_mm / 1000.0,
            deficit,
            ponded_head,
        };
        let kind = match class.loss {
            Loss::Sealed => Kind::Sealed,
            Loss::Constant { mm_h } => Kind::Constant { m_s: mm_h * M_S_PER_MM_H },
            Loss::Horton { first_mm_h, last_mm_h, decay_per_h } => Kind::Horton {
                first_m_s: first_mm_h * M_S_PER_MM_H,
                last_m_s: last_mm_h * M_S_PER_MM_H,
                decay_s: decay_per_h / 3600.0,
            },
            Loss::Soil { soil, saturation, ponded_head } => {
                let (porosity, suction_mm, mm_h) = soil.green_ampt();
                green_ampt(mm_h, suction_mm, porosity * (1.0 - saturation), ponded_head)
            }
            Loss::GreenAmpt { conductivity_mm_h, suction_mm, deficit, ponded_head } => {
                green_ampt(conductivity_mm_h, suction_mm, deficit, ponded_head)
            }
            Loss::CurveNumber { cn, initial } => {
                let retention_m = (25_400.0 / cn - 254.0) / 1000.0;
                Kind::CurveNumber { retention_m, initial_m: initial * retention_m }
            }
        };
        Law {
            kind,
            open_share: class.open_share,
            store_m: class.store_mm.map_or(f64::INFINITY, |mm| mm / 1000.0),
            recovery_m_s: class.recovery_mm_h * M_S_PER_MM_H,
        }
    }

    /// Depth over the cell that the ground would take in a step, m. `past_m` is what the open part has taken (rained, for
    /// a curve number), `rain_m` what rained in this step, `water_m` what stands on the cell with that rain.
    fn wanted_m(&self, past_m: f64, rain_m: f64, water_m: f64, dt_s: f64) -> f64 {
        let supply_m = water_m;
        let open_m = match self.kind {
            Kind::Sealed => return 0.0,
            Kind::Constant { m_s } => m_s * dt_s,
            Kind::Horton { first_m_s, last_m_s, decay_s } => horton_m(first_m_s, last_m_s, decay_s, past_m, dt_s),
            Kind::GreenAmpt { conductivity_m_s, suction_m, deficit, ponded_head } => {
                let head_m = suction_m + if ponded_head { water_m } else { 0.0 };
                green_ampt_m(conductivity_m_s * dt_s, head_m * deficit, past_m, supply_m)
            }
            Kind::CurveNumber { retention_m, initial_m } => {
                let runoff = |p: f64| scs_runoff(p, retention_m, initial_m);
                rain_m - (runoff(past_m + rain_m) - runoff(past_m))
            }
        };
        let room_m = match self.kind {
            Kind::CurveNumber { .. } => f64::INFINITY,
            Kind::Sealed | Kind::Constant { .. } | Kind::Horton { .. } | Kind::GreenAmpt { .. } => {
                (self.store_m - past_m * self.open_share).max(0.0)
            }
        };
        (open_m.min(supply_m).max(0.0) * self.open_share).min(room_m)
    }
}

impl Law {
    /// What the ground remembers after a step.
    fn past_nm(&self, past_nm: u32, taken_m: f64, rain_m: f64, dt_s: f64) -> u32 {
        let past_m = past_nm as f64 / NM;
        let now_m = match self.kind {
            Kind::Sealed => return past_nm,
            Kind::CurveNumber { .. } => past_m + rain_m,
            Kind::Constant { .. } | Kind::Horton { .. } | Kind::GreenAmpt { .. } => {
                let dry = taken_m == 0.0 && rain_m == 0.0;
                let regained_m = if dry { self.recovery_m_s * dt_s } else { 0.0 };
                let open_m = if self.open_share > 0.0 { taken_m / self.open_share } else { 0.0 };
                (past_m + open_m - regained_m).max(0.0)
            }
        };
        // To the nearest; the cast saturates: beyond 4.29 m the law stays where it is.
        (now_m * NM + 0.5) as u32
    }
}

/// Runoff of a storm's rain by the curve-number method; all in one unit of depth.
pub fn scs_runoff(rain: f64, retention: f64, initial: f64) -> f64 {
    let beyond = rain - initial;
    if beyond <= 0.0 { 0.0 } else { beyond * beyond / (beyond + retention) }
}

/// `ln(1 + x)` for x >= 0: a series where a step is small against what is already in the ground.
#[inline]
fn ln_1p(x: f64) -> f64 {
    if x < 0.03 {
        // ln(1 + x) = 2 artanh(x / (2 + x)); the next term is below 1e-17 here.
        let z = x / (2.0 + x);
        let zz = z * z;
        2.0 * z * (1.0 + zz * (1.0 / 3.0 + zz * (1.0 / 5.0 + zz * (1.0 / 7.0))))
    } else {
        math::ln(1.0 + x)
    }
}

/// What ponded ground takes: the root x of `x - S ln(1 + x / (F + S)) = K dt`, at most `supply_m`.
pub fn green_ampt_m(k_dt_m: f64, s_m: f64, taken_m: f64, supply_m: f64) -> f64 {
    if supply_m <= k_dt_m || k_dt_m <= 0.0 {
        return if k_dt_m <= 0.0 { 0.0 } else { supply_m };
    }
    let total = taken_m + s_m;
    if s_m <= 0.0 || total <= 0.0 {
        return k_dt_m;
    }
    let gap = |x: f64| x - s_m * ln_1p(x / total) - k_dt_m;
    // The gap rises with x: when the ground could take the whole supply, it does.
    if gap(supply_m) <= 0.0 {
        return supply_m;
    }
    // Begin at the root of the quadratic for small x, `x F / total + S x^2 / (2 total^2) = K dt`, which lies below the
    // root; the gap is convex, so the first Newton step overshoots and the rest come down without fail.
    let (linear, square) = (taken_m / total, s_m / (total * total));
    let mut x = 2.0 * k_dt_m / (linear + (linear * linear + 2.0 * square * k_dt_m).sqrt());
    for _ in 0..20 {
        let step = gap(x) * (total + x) / (taken_m + x);
        x -= step;
        if step.abs() <= 1e-14 + 1e-12 * x {
            break;
        }
    }
    x.clamp(0.0, supply_m)
}

/// What Horton's ground takes when it is ponded for `dt_s`: the equivalent time of what it has taken is found first.
pub fn horton_m(first_m_s: f64, last_m_s: f64, decay_s: f64, taken_m: f64, dt_s: f64) -> f64 {
    let extra = (first_m_s - last_m_s) / decay_s;
    let taken_by = |t: f64| last_m_s * t + extra * (1.0 - math::exp(-decay_s * t));
    let rate = |t: f64| last_m_s + (first_m_s - last_m_s) * math::exp(-decay_s * t);
    // taken_by is concave and rises, so Newton from the left comes up to the root without passing it.
    let mut t = if first_m_s > 0.0 { taken_m / first_m_s } else { return 0.0 };
    for _ in 0..60 {
        let slope = rate(t);
        if slope <= 1e-18 {
            return 0.0;
        }
        let step = (taken_m - taken_by(t)) / slope;
        t += step.max(0.0);
        if step <= 1e-9 * (1.0 + t) {
            break;
        }
    }
    taken_by(t + dt_s) - taken_by(t)
}

/// The ground under a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Ground {
    laws: Vec<Law>,
    class_of_cell: Vec<u8>,
    cells: usize,
}

/// What the ground remembers, nm by cell: taken by its open part, or rained on it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct GroundState {
    past_nm: Vec<u32>,
}

const NM: f64 = 1e9;

impl GroundState {
    pub fn new(ground: &Ground) -> GroundState {
        GroundState { past_nm: if ground.is_sealed() { Vec::new() } else { vec![0; ground.cells] } }
    }

    /// What the open part of a cell has taken (rained on it, for a curve number), m.
    pub fn past_m(&self, cell: usize) -> f64 {
        self.past_nm.get(cell).map_or(0.0, |nm| *nm as f64 / NM)
    }
}

impl Ground {
    /// No cell takes any water.
    pub fn is_sealed(&self) -> bool {
        self.laws.iter().all(|law| law.kind == Kind::Sealed || law.open_share == 0.0)
    }

    fn law(&self, cell: usize) -> Option<&Law> {
        self.laws.get(self.class_of_cell.get(cell).copied().unwrap_or(0) as usize)
    }

    /// Depth that every cell's ground takes in a step, m, by rows of the grid; the step's rain already stands on the cells.
    pub fn losses_m(&self, state: &GroundState, flow: &dyn Flow, rain: Option<&RainStep>, dt_s: f64) -> Vec<Vec<f32>> {
        let grid = *flow.grid();
        fold::map(grid.ny, |j| {
            let loss_m = |cell: usize| {
                let water_m = flow.depth_m(cell);
                match self.law(cell) {
                    Some(law) if water_m > 0.0 => {
                        let rain_m = rain.map_or(0.0, |rain| rain.depth_m(&grid, cell));
                        law.wanted_m(state.past_m(cell), rain_m, water_m, dt_s) as f32
                    }
                    _ => 0.0,
                }
            };
            (j * grid.nx..(j + 1) * grid.nx).map(loss_m).collect()
        })
    }

    /// Notes what the cells took in a step and what rained on them.
    pub fn note(
        &self,
        state: &mut GroundState,
        losses_m: &[Vec<f32>],
        grid: &Grid,
        rain: Option<&RainStep>,
        dt_s: f64,
    ) {
        let counts_rain = |law: &Law| rain.is_some() && matches!(law.kind, Kind::CurveNumber { .. });
        let always = self.laws.iter().any(|law| counts_rain(law) || law.recovery_m_s > 0.0);
        fold::each_chunk(&mut state.past_nm, grid.nx, |j, row| {
            if !always && losses_m[j].iter().all(|loss| *loss == 0.0) {
                return;
            }
            for (i, past_nm) in row.iter_mut().enumerate() {
                let cell = j * grid.nx + i;
                if let Some(law) = self.law(cell) {
                    let rain_m = rain.map_or(0.0, |rain| rain.depth_m(grid, cell));
                    *past_nm = law.past_nm(*past_nm, losses_m[j][i] as f64, rain_m, dt_s);
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn law(loss: Loss) -> Law {
        Law::of(&Class { loss, open_share: 1.0, store_mm: None, recovery_mm_h: 0.0 })
    }

    fn silt_loam() -> Law {
        law(Loss::Soil { soil: Soil::SiltLoam, saturation: 0.3, ponded_head: false })
    }

    /// Rain on one cell whose water stays; gives (taken, standing) in m after `hours`.
    fn rained_on(law: &Law, mm_h: f64, hours: f64, dt_s: f64) -> (f64, f64) {
        let (mut past, mut taken, mut water) = (0.0, 0.0, 0.0);
        for _ in 0..(hours * 3600.0 / dt_s).round() as usize {
            let rain = mm_h * M_S_PER_MM_H * dt_s;
            water += rain;
            let loss = law.wanted_m(past, rain, water, dt_s);
            water -= loss;
            taken += loss;
            past += if matches!(law.kind, Kind::CurveNumber { .. }) { rain } else { loss };
        }
        (taken, water)
    }

    /// Grade: reference. Chow, Maidment & Mays 1988, examples 4.3.1, 4.4.1 and 4.4.2 (silt loam, 30 % saturated).
    #[test]
    fn green_ampt_gives_the_ponding_times_and_depths_of_the_textbook() {
        let law = silt_loam();
        // Ponded for one hour: 3.17 cm.
        let ponded = law.wanted_m(0.0, 0.0, 10.0, 3600.0);
        assert!((ponded - 0.0317).abs() < 5e-5, "{ponded}");
        // 5 cm/h: ponding after 0.17 h with 0.85 cm in the ground; 3.02 cm after an hour.
        let (before, standing) = rained_on(&law, 50.0, 0.16, 1.0);
        assert!(standing == 0.0 && (before - 0.0080).abs() < 1e-4);
        assert!(rained_on(&law, 50.0, 0.18, 1.0).1 > 0.0);
        let (hour, _) = rained_on(&law, 50.0, 1.0, 1.0);
        assert!((hour - 0.0302).abs() < 5e-5, "{hour}");
        // 1 cm/h: ponding after 10.5 h.
        assert_eq!(rained_on(&law, 10.0, 10.4, 10.0).1, 0.0);
        assert!(rained_on(&law, 10.0, 10.7, 10.0).1 > 0.0);
    }

    /// Grade: exact. tp = K S / (i (i - K)), and after it the implicit curve from there.
    #[test]
    fn green_ampt_ponds_at_the_closed_forms_moment_and_follows_its_curve() {
        for (mm_h, soil) in [(80.0, Soil::SandyLoam), (40.0, Soil::Loam), (20.0, Soil::Clay)] {
            let law = law(Loss::Soil { soil, saturation: 0.5, ponded_head: false });
            let (porosity, suction_mm, k) = soil.green_ampt();
            let s = suction_mm * porosity * 0.5;
            let ponding_h = k * s / (mm_h * (mm_h - k));
            let (mut past, mut first) = (0.0, None);
            let dt_s = 0.5;
            for step in 0..14_400 {
                let rain = mm_h * M_S_PER_MM_H * dt_s;
                let loss = law.wanted_m(past, rain, rain, dt_s);
                if loss < rain * (1.0 - 1e-9) && first.is_none() {
                    first = Some(step as f64 * dt_s / 3600.0);
                }
                past += loss;
            }
            let first = first.expect("it ponds");
            assert!((first - ponding_h).abs() < 1.1 * dt_s / 3600.0, "{soil:?}: {first} h, closed form {ponding_h}");
            // F - Fp - S ln((S + F) / (S + Fp)) = K (t - tp) after two hours, in mm and h.
            let (f, fp) = (past * 1000.0, mm_h * ponding_h);
            let gap = f - fp - s * math::ln((s + f) / (s + fp)) - k * (2.0 - ponding_h);
            assert!(gap.abs() < 2e-3 * f, "{soil:?}: {gap} of {f} mm");
        }
    }

    /// Grade: exact.
    #[test]
    fn ponded_green_ampt_takes_the_same_in_one_step_as_in_many_for_every_soil() {
        for soil in Soil::ALL {
            let law = law(Loss::Soil { soil, saturation: 0.2, ponded_head: false });
            let one = law.wanted_m(0.0, 0.0, 1e3, 86_400.0);
            let mut past = 0.0;
            for _ in 0..8640 {
                past += law.wanted_m(past, 0.0, 1e3, 10.0);
            }
            assert!((past / one - 1.0).abs() < 1e-9, "{soil:?}: {one} in one, {past} in many");
        }
    }

    /// Grade: exact.
    #[test]
    fn a_curve_number_loses_what_the_handbook_says_however_the_storm_is_cut() {
        // CN 80, 100 mm: S = 63.5, Ia = 12.7, runoff 87.3² / 150.8 = 50.54 mm.
        let law = law(Loss::CurveNumber { cn: 80.0, initial: 0.2 });
        for dt_s in [1.0, 60.0, 7200.0] {
            let (taken, standing) = rained_on(&law, 50.0, 2.0, dt_s);
            assert!((standing * 1000.0 - 87.3 * 87.3 / 150.8).abs() < 1e-6, "{standing}");
            assert!((taken + standing - 0.1).abs() < 1e-12);
        }
        assert_eq!(scs_runoff(12.0, 63.5, 12.7), 0.0);
    }

    /// Grade: exact. Horton ponded from the start: `fc t + (f0 - fc)/k (1 - e^-kt)`; under light rain its capacity waits.
    #[test]
    fn horton_follows_its_integral_and_waits_while_the_rain_is_light() {
        let law = law(Loss::Horton { first_mm_h: 76.0, last_mm_h: 13.0, decay_per_h: 4.14 });
        let closed = 13.0 * 2.0 + 63.0 / 4.14 * (1.0 - math::exp(-8.28));
        let mut past = 0.0;
        for _ in 0..720 {
            past += law.wanted_m(past, 0.0, 1e3, 10.0);
        }
        assert!((past * 1000.0 / closed - 1.0).abs() < 1e-7, "{} {closed}", past * 1000.0);
        assert_eq!(rained_on(&law, 12.0, 3.0, 10.0).1, 0.0);
    }

    /// Grade: behaviour.
    #[test]
    fn ground_never_takes_more_than_stands_on_it_nor_more_than_it_can_hold() {
        let class = |loss| Class { loss, open_share: 0.5, store_mm: Some(20.0), recovery_mm_h: 0.0 };
        for loss in [
            Loss::Constant { mm_h: 30.0 },
            Loss::Horton { first_mm_h: 76.0, last_mm_h: 13.0, decay_per_h: 4.0 },
            Loss::Soil { soil: Soil::Sand, saturation: 0.0, ponded_head: true },
            Loss::Sealed,
        ] {
            let law = Law::of(&class(loss.clone()));
            let mut past = 0.0;
            let mut taken = 0.0;
            for water in [0.0, 1e-7, 1e-3, 2.0].into_iter().cycle().take(4000) {
                let loss = law.wanted_m(past, 0.0, water, 60.0);
                assert!(loss >= 0.0 && loss <= 0.5 * water, "{loss} of {water}");
                taken += loss;
                past += loss / 0.5;
            }
            assert!(taken <= 0.020 + 1e-12, "{taken} m into a store of 20 mm: {law:?}");
            assert!(loss == Loss::Sealed || taken > 0.0199, "{taken} m: {law:?}");
        }
        let sealed = Infiltration { classes: vec![Class::default()], class_of_cell: None };
        assert!(sealed.bind(10, Path::new("g.ron")).unwrap().is_sealed());
    }

    /// Grade: behaviour.
    #[test]
    fn ground_that_makes_no_sense_is_told() {
        let class = |loss| Class { loss, open_share: 1.5, store_mm: None, recovery_mm_h: 1.0 };
        let spec = Infiltration {
            classes: vec![
                class(Loss::CurveNumber { cn: 0.0, initial: 0.2 }),
                class(Loss::Horton { first_mm_h: 1.0, last_mm_h: 5.0, decay_per_h: f64::NAN }),
            ],
            class_of_cell: Some(vec![0, 1, 2]),
        };
        let said = spec.bind(4, Path::new("ground.ron")).expect_err("much is wrong").to_string();
        for part in [
            "class 0: cn is 0",
            "open_share is 1.5",
            "first_mm_h is 1",
            "decay_per_h is NaN",
            "a curve number cannot recover",
            "classes for 3 cells",
            "cell 2 is of class 2",
        ] {
            assert!(said.contains(part), "{part} not in:\n{said}");
        }
    }
}
