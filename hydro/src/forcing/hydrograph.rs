//! River inflow, dam releases and point sources in time (流量过程线), m3/s.
//!
//! The unit hydrograph is that of the US Soil Conservation Service (National Engineering Handbook part 630, chapter 16;
//! ordinates from memory, scaled here so that their area is exactly one): time to peak `Tp = D/2 + 0.6 tc`, each block of
//! excess rain adds its depth times the catchment's area.

use super::infiltration::scs_runoff;
use super::place::Where;
use super::series::{After, Series, check_number};
use base::complaint::Complaints;
use base::grid::Grid;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A flow in time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Hydrograph {
    Constant {
        m3_s: f64,
    },
    /// (s, m3/s), straight between the points. Must last as long as the run, or `after` says what comes then.
    Series {
        points: Series,
        #[serde(default)]
        after: Option<After>,
    },
    /// From the base flow up to the peak and back.
    Triangle {
        base_m3_s: f64,
        peak_m3_s: f64,
        start_s: f64,
        peak_s: f64,
        end_s: f64,
    },
    /// A catchment's answer to rain.
    UnitHydrograph(Catchment),
}

/// A catchment above the grid: rain of equal blocks, its loss by curve number, its answer by the SCS unit hydrograph.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catchment {
    pub area_km2: f64,
    /// Time of concentration (汇流时间), min.
    pub concentration_min: f64,
    pub cn: f64,
    #[serde(default)]
    pub base_m3_s: f64,
    #[serde(default)]
    pub start_s: f64,
    /// Length of the blocks of rain, s; at most a quarter of the time of concentration.
    pub block_s: f64,
    pub rain_mm: Vec<f64>,
}

/// A named flow into the grid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inflow {
    pub name: String,
    pub at: Where,
    pub flow: Hydrograph,
}

/// The SCS dimensionless unit hydrograph: (t/Tp, q/qp).
const SCS: [(f64, f64); 33] = [
    (0.0, 0.0),
    (0.1, 0.03),
    (0.2, 0.10),
    (0.3, 0.19),
    (0.4, 0.31),
    (0.5, 0.47),
    (0.6, 0.66),
    (0.7, 0.82),
    (0.8, 0.93),
    (0.9, 0.99),
    (1.0, 1.0),
    (1.1, 0.99),
    (1.2, 0.93),
    (1.3, 0.86),
    (1.4, 0.78),
    (1.5, 0.68),
    (1.6, 0.56),
    (1.7, 0.46),
    (1.8, 0.39),
    (1.9, 0.33),
    (2.0, 0.28),
    (2.2, 0.207),
    (2.4, 0.147),
    (2.6, 0.107),
    (2.8, 0.077),
    (3.0, 0.055),
    (3.2, 0.040),
    (3.4, 0.029),
    (3.6, 0.021),
    (3.8, 0.015),
    (4.0, 0.011),
    (4.5, 0.005),
    (5.0, 0.0),
];

impl Hydrograph {
    pub fn check(&self, until_s: f64, file: &Path, what: &str, complaints: &mut Complaints) {
        let inf = f64::INFINITY;
        let mut number = |name: &str, value: f64, least: f64, most: f64| {
            check_number(file, &format!("{what}: {name}"), value, least, most, complaints);
        };
        match self {
            Hydrograph::Constant { m3_s } => number("m3_s", *m3_s, 0.0, inf),
            Hydrograph::Series { points, after } => {
                points.check(file, what, 0.0, complaints);
                if after.is_none() && !points.0.is_empty() && points.end_s() < until_s {
                    let was = format!("{what}: the hydrograph ends at {} s, the run at {until_s} s", points.end_s());
                    complaints.add(file, was, "lengthen it, or say after: Some(Hold) or after: Some(Zero)");
                }
            }
            Hydrograph::Triangle { base_m3_s, peak_m3_s, start_s, peak_s, end_s } => {
                number("base_m3_s", *base_m3_s, 0.0, inf);
                number("peak_m3_s", *peak_m3_s, *base_m3_s, inf);
                number("start_s", *start_s, -inf, inf);
                number("peak_s", *peak_s, *start_s, inf);
                number("end_s", *end_s, *peak_s, inf);
                if !(start_s < peak_s && peak_s < end_s) {
                    complaints.add(file, format!("{what}: start, peak and end do not follow one another"), "");
                }
            }
            Hydrograph::UnitHydrograph(c) => {
                number("area_km2", c.area_km2, 1e-6, inf);
                number("concentration_min", c.concentration_min, 1e-3, inf);
                number("cn", c.cn, 1.0, 100.0);
                number("base_m3_s", c.base_m3_s, 0.0, inf);
                number("start_s", c.start_s, -inf, inf);
                number("block_s", c.block_s, 1e-3, 15.0 * c.concentration_min.max(0.0) + 1e-9);
                for (i, &mm) in c.rain_mm.iter().enumerate() {
                    number(&format!("rain block {}", i + 1), mm, 0.0, inf);
                }
                if c.rain_mm.is_empty() {
                    complaints.add(file, format!("{what}: no rain on the catchment"), "at least one block, mm");
                }
            }
        }
    }

    /// The flow as a series, and what it is afterwards.
    pub fn series(&self) -> (Series, After) {
        match self {
            Hydrograph::Constant { m3_s } => (Series(vec![(0.0, *m3_s)]), After::Hold),
            Hydrograph::Series { points, after } => (points.clone(), after.unwrap_or(After::Hold)),
            Hydrograph::Triangle { base_m3_s, peak_m3_s, start_s, peak_s, end_s } => {
                (Series(vec![(*start_s, *base_m3_s), (*peak_s, *peak_m3_s), (*end_s, *base_m3_s)]), After::Hold)
            }
            Hydrograph::UnitHydrograph(catchment) => (catchment.answer(), After::Hold),
        }
    }
}

impl Catchment {
    /// Excess rain of every block, mm.
    fn excess_mm(&self) -> Vec<f64> {
        let retention = 25_400.0 / self.cn - 254.0;
        let (mut rained, mut run_off) = (0.0, 0.0);
        let block = |mm: &f64| {
            rained += mm;
            let now = scs_runoff(rained, retention, 0.2 * retention);
            let excess = now - run_off;
            run_off = now;
            excess
        };
        self.rain_mm.iter().map(block).collect()
    }

    /// The flow at the catchment's mouth.
    fn answer(&self) -> Series {
        let to_peak_s = 0.5 * self.block_s + 0.6 * self.concentration_min * 60.0;
        let area: f64 = SCS.windows(2).map(|p| 0.5 * (p[0].1 + p[1].1) * (p[1].0 - p[0].0)).sum();
        let ordinates = Series(SCS.iter().map(|&(t, q)| (t * to_peak_s, q / (area * to_peak_s))).collect());
        let excess = self.excess_mm();
        let m3_per_mm = self.area_km2 * 1000.0;
        // Sampled at a twentieth of the time to peak, then scaled so that the sampled volume is the rain's.
        let step_s = to_peak_s / 20.0;
        let length_s = 5.0 * to_peak_s + self.block_s * excess.len() as f64;
        let flow = |t_s: f64| -> f64 {
            let of_block = |(i, mm): (usize, &f64)| {
                let since = t_s - i as f64 * self.block_s;
                if since <= 0.0 || since >= 5.0 * to_peak_s { 0.0 } else { mm * m3_per_mm * ordinates.at(since) }
            };
            excess.iter().enumerate().map(of_block).sum()
        };
        let steps = (length_s / step_s).ceil() as usize;
        let mut points: Vec<(f64, f64)> = (0..=steps).map(|k| (k as f64 * step_s, flow(k as f64 * step_s))).collect();
        let sampled: f64 = points.windows(2).map(|p| 0.5 * (p[0].1 + p[1].1) * step_s).sum();
        let volume = excess.iter().sum::<f64>() * m3_per_mm;
        let scale = if sampled > 0.0 { volume / sampled } else { 0.0 };
        points.iter_mut().for_each(|p| *p = (p.0 + self.start_s, p.1 * scale + self.base_m3_s));
        Series(points)
    }
}

/// An inflow bound to cells.
#[derive(Debug, Clone, PartialEq)]
pub struct BoundInflow {
    pub name: String,
    pub cells: Vec<usize>,
    pub flow: Series,
    pub after: After,
}

impl Inflow {
    pub fn bind(&self, grid: &Grid, until_s: f64, file: &Path, complaints: &mut Complaints) -> BoundInflow {
        let what = format!("inflow {:?}", self.name);
        self.flow.check(until_s, file, &what, complaints);
        let cells = self.at.cells(grid, file, &what, complaints);
        let (flow, after) = if complaints.is_empty() { self.flow.series() } else { (Series::default(), After::Zero) };
        BoundInflow { name: self.name.clone(), cells, flow, after }
    }
}

impl BoundInflow {
    /// Volume over a step, m3.
    pub fn volume_m3(&self, from_s: f64, to_s: f64) -> f64 {
        let to_s = if self.after == After::Zero { to_s.min(self.flow.end_s()) } else { to_s };
        self.flow.integral(from_s, to_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catchment() -> Catchment {
        Catchment {
            area_km2: 12.5,
            concentration_min: 90.0,
            cn: 75.0,
            base_m3_s: 3.0,
            start_s: 600.0,
            block_s: 600.0,
            rain_mm: vec![5.0, 12.0, 30.0, 18.0, 6.0],
        }
    }

    /// Grade: exact. Volume of the excess, and the handbook's peak `0.208 A Q / Tp` (km2, mm, h; 484 in its own units).
    #[test]
    fn a_unit_hydrograph_brings_the_volume_of_the_excess_rain_and_the_handbooks_peak() {
        let c = catchment();
        let (series, _) = Hydrograph::UnitHydrograph(c.clone()).series();
        let retention = 25_400.0 / 75.0 - 254.0;
        let excess_mm = scs_runoff(71.0, retention, 0.2 * retention);
        let span = series.end_s() - 600.0;
        let volume = series.integral(600.0, series.end_s()) - 3.0 * span;
        assert!((volume / (excess_mm * 12.5e3) - 1.0).abs() < 1e-9, "{volume}");
        let one = Catchment { cn: 100.0, base_m3_s: 0.0, start_s: 0.0, rain_mm: vec![10.0], ..c };
        let (series, _) = Hydrograph::UnitHydrograph(one).series();
        let peak = series.0.iter().fold(0.0, |m: f64, p| m.max(p.1));
        let to_peak_h = (300.0 + 0.6 * 5400.0) / 3600.0;
        let handbook = 0.208 * 12.5 * 10.0 / to_peak_h;
        assert!((peak / handbook - 1.0).abs() < 0.01, "{peak} for {handbook}");
    }

    /// Grade: behaviour.
    #[test]
    fn a_hydrograph_that_is_negative_or_ends_before_the_run_is_told_unless_it_says_what_comes_then() {
        let grid = Grid { nx: 3, ny: 3, cell_m: 10.0, x0: 0.0, y0: 0.0 };
        let series = |points: Vec<(f64, f64)>, after| Inflow {
            name: "west".into(),
            at: Where::Point(5.0, 5.0),
            flow: Hydrograph::Series { points: Series(points), after },
        };
        let told = |inflow: &Inflow| {
            let mut complaints = Complaints::new();
            inflow.bind(&grid, 3600.0, Path::new("in.ron"), &mut complaints);
            complaints.to_string()
        };
        let said = told(&series(vec![(0.0, 1.0), (1800.0, 2.0)], None));
        assert!(said.contains("ends at 1800 s, the run at 3600 s") && said.contains("Hold"), "{said}");
        assert_eq!(told(&series(vec![(0.0, 1.0), (1800.0, 2.0)], Some(After::Zero))), "");
        assert!(told(&series(vec![(0.0, -1.0), (3600.0, 2.0)], None)).contains("point 1 is -1"));
        let mut none = Complaints::new();
        let ends = series(vec![(0.0, 1.0), (1800.0, 2.0)], Some(After::Zero));
        assert_eq!(ends.bind(&grid, 3600.0, Path::new("in.ron"), &mut none).volume_m3(0.0, 3600.0), 2700.0);
        let holds = series(vec![(0.0, 1.0), (1800.0, 2.0)], Some(After::Hold));
        assert_eq!(holds.bind(&grid, 3600.0, Path::new("in.ron"), &mut none).volume_m3(0.0, 3600.0), 6300.0);
        let back = Hydrograph::Triangle { base_m3_s: 5.0, peak_m3_s: 2.0, start_s: 9.0, peak_s: 3.0, end_s: 20.0 };
        let mut complaints = Complaints::new();
        back.check(60.0, Path::new("in.ron"), "dam", &mut complaints);
        assert!(complaints.to_string().contains("peak_m3_s is 2"));
    }
}
