//! When rain sets slopes and gullies moving (滑坡、泥石流雨量阈值).
//!
//! A threshold is a line I = a D^-b (mm/h, h): rain whose mean intensity over some duration lies above it has, in the
//! records, been followed by slides. Two lines bound the chance: below the lower (Guzzetti et al. 2008) nothing was
//! recorded, above the upper (Caine 1980) slides are to be expected; between them the chance rises with ln I. Rain of the
//! days before lowers both lines. The county table is a warning table: depths over 1, 3, 6, 24 h in four grades.

use base::chance::{self, Stream};
use base::math;
use base::time::Tick;
use serde::{Deserialize, Serialize};

/// I = `at_one_h_mm_h` D^-`falls`, for durations between two bounds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    pub at_one_h_mm_h: f64,
    pub falls: f64,
    pub shortest_h: f64,
    pub longest_h: f64,
}

impl Threshold {
    /// Caine 1980 (Geografiska Annaler A 62, 23), 73 slides and debris flows, 10 min to 10 days. From memory.
    pub const CAINE_1980: Threshold =
        Threshold { at_one_h_mm_h: 14.82, falls: 0.39, shortest_h: 0.167, longest_h: 240.0 };
    /// Guzzetti et al. 2008 (Landslides 5, 3), lower bound of 2 626 events, 0.1 to 1000 h. From memory.
    pub const GUZZETTI_2008: Threshold =
        Threshold { at_one_h_mm_h: 2.20, falls: 0.44, shortest_h: 0.1, longest_h: 1000.0 };
    /// Aleotti 2004 (Eng. Geol. 73, 247), Piedmont, 90 % of the points (read in the abstract: I = 19 D^-0.50).
    pub const ALEOTTI_2004: Threshold =
        Threshold { at_one_h_mm_h: 19.0, falls: 0.50, shortest_h: 1.0, longest_h: 100.0 };

    /// Intensity at a duration, mm/h; `None` outside the durations it was found for.
    pub fn intensity_mm_h(&self, duration_h: f64) -> Option<f64> {
        (self.shortest_h..=self.longest_h)
            .contains(&duration_h)
            .then(|| self.at_one_h_mm_h * math::pow(duration_h, -self.falls))
    }
}

/// Warning depths of a county, mm over 1, 3, 6, 24 h, from blue to red.
pub struct CountyTable(pub [[f64; 4]; 4]);

/// Jianghua, Hunan (parameter tables, section 5; read).
pub const JIANGHUA: CountyTable = CountyTable([
    [35.0, 55.0, 70.0, 100.0],
    [45.0, 75.0, 95.0, 130.0],
    [60.0, 100.0, 120.0, 160.0],
    [80.0, 120.0, 150.0, 200.0],
]);

/// Grade of a warning (蓝、黄、橙、红).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Grade {
    Blue,
    Yellow,
    /// Prepare to leave (准备转移).
    Orange,
    /// Leave now (立即转移).
    Red,
}

impl CountyTable {
    /// The highest grade that the rain so far has reached.
    pub fn grade(&self, rain: &Rain) -> Option<Grade> {
        let depths: Vec<f64> = [1.0, 3.0, 6.0, 24.0].iter().map(|&h| rain.most_mm(h)).collect();
        let reached = self.0.iter().rposition(|row| row.iter().zip(&depths).any(|(line, fell)| fell >= line))?;
        Some([Grade::Blue, Grade::Yellow, Grade::Orange, Grade::Red][reached])
    }
}

/// Rain on a slope or catchment so far, in equal steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rain {
    /// Length of a step, s.
    pub step_s: f64,
    /// Depth that had fallen by the end of each step, mm; the first entry is 0.
    summed_mm: Vec<f64>,
    /// Antecedent precipitation index at the start, mm.
    pub antecedent_mm: f64,
}

/// Share of the antecedent index that is left after a day (0.84 in the Japanese and Chinese practice; from memory).
pub const KEPT_PER_DAY: f64 = 0.84;

/// Antecedent precipitation index (前期雨量), mm, of daily depths, the latest last: sum of depth x 0.84^days ago.
pub fn antecedent_mm(daily_mm: &[f64]) -> f64 {
    daily_mm.iter().fold(0.0, |index, depth| KEPT_PER_DAY * (index + depth))
}

impl Rain {
    pub fn new(step_s: f64, antecedent_mm: f64) -> Rain {
        Rain { step_s, summed_mm: vec![0.0], antecedent_mm }
    }
    /// Adds the depth of the next step, mm.
    pub fn falls(&mut self, depth_mm: f64) {
        self.summed_mm.push(self.total_mm() + depth_mm);
    }
    pub fn total_mm(&self) -> f64 {
        self.summed_mm[self.summed_mm.len() - 1]
    }
    /// Most that fell in any window of `duration_h` hours (shorter when the rain is), mm.
    pub fn most_mm(&self, duration_h: f64) -> f64 {
        let window = ((duration_h * 3600.0 / self.step_s).round() as usize).max(1);
        let n = self.summed_mm.len() - 1;
        (1..=n).map(|end| self.summed_mm[end] - self.summed_mm[end.saturating_sub(window)]).fold(0.0, f64::max)
    }
    /// How far the rain lies above a threshold: the largest I(D)/I_c(D) over its durations, by steps. Full windows only.
    pub fn exceeds(&self, threshold: &Threshold) -> f64 {
        let n = self.summed_mm.len() - 1;
        let mut most: f64 = 0.0;
        // Durations a tenth apart in proportion: the lines are straight in the logarithm.
        let mut window = 1;
        while window <= n {
            let hours = window as f64 * self.step_s / 3600.0;
            if let Some(line) = threshold.intensity_mm_h(hours) {
                let fell = (window..=n).map(|e| self.summed_mm[e] - self.summed_mm[e - window]).fold(0.0, f64::max);
                most = most.max(fell / hours / line);
            }
            window = (window + 1).max(window * 11 / 10);
        }
        most
    }
}

/// A slope unit or a gully's catchment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    pub name: String,
    pub id: u32,
    /// Mean slope, rise over run.
    pub slope: f64,
    /// Share of the threshold that is left on disturbed ground: 1 as found, 0.5 to 0.7 in the years after a strong
    /// earthquake or a fire (Wenchuan studies, from memory).
    #[serde(default = "undisturbed")]
    pub lowered_to: f64,
    /// Volume that would come down, m3.
    pub volume_m3: f64,
}

fn undisturbed() -> f64 {
    1.0
}

/// Between these slopes a hillside becomes able to slide: none below 15 degrees, fully from 30 degrees (assumption, after the
/// ranges in which shallow slides are mapped).
const SLIDES_FROM: f64 = 0.268;
const SLIDES_FULLY: f64 = 0.577;
/// Antecedent index at which the thresholds are down by `WET_LOWERS` (assumption; the sense is that of every study).
const WET_MM: f64 = 100.0;
const WET_LOWERS: f64 = 0.4;
/// Keeps these draws apart from others of the same stream.
const DRAW: u32 = 0x5354_4F4E;

impl Unit {
    /// Chance that the unit has failed by now.
    pub fn chance(&self, rain: &Rain) -> f64 {
        let wet = 1.0 - WET_LOWERS * (rain.antecedent_mm / WET_MM).clamp(0.0, 1.0);
        let lowered = (self.lowered_to * wet).max(0.05);
        let (above_lower, above_upper) =
            (rain.exceeds(&Threshold::GUZZETTI_2008) / lowered, rain.exceeds(&Threshold::CAINE_1980) / lowered);
        if above_lower <= 1.0 {
            return 0.0;
        }
        // Where between the lines: 0 on the lower, 1 on the upper.
        let (low, high) = (math::ln(above_lower), math::ln(above_upper.max(1e-9)));
        let between = if high >= 0.0 { 1.0 } else { low / (low - high) };
        let able = ((self.slope - SLIDES_FROM) / (SLIDES_FULLY - SLIDES_FROM)).clamp(0.0, 1.0);
        between * able
    }
    /// Has it failed by now in this run? One draw for each unit and run: more rain never undoes a slide, and how often one
    /// looks changes nothing.
    pub fn failed(&self, rain: &Rain, seed: u64) -> bool {
        chance::draw(seed, Stream::Synthesis, self.id, Tick(0), DRAW) < self.chance(rain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_have_their_published_ordinates() {
        // Grade: reference. Caine at 1, 10 h: 14.82, 6.04 mm/h; Guzzetti at 1, 24 h: 2.20, 0.5434 mm/h.
        let at = |t: Threshold, h| t.intensity_mm_h(h).unwrap();
        assert!((at(Threshold::CAINE_1980, 1.0) - 14.82).abs() < 1e-12);
        assert!((at(Threshold::CAINE_1980, 10.0) - 6.037).abs() < 1e-3);
        assert!((at(Threshold::GUZZETTI_2008, 24.0) - 0.5434).abs() < 2e-4);
        assert_eq!(Threshold::CAINE_1980.intensity_mm_h(300.0), None);
    }

    fn even(mm_h: f64, hours: f64) -> Rain {
        let mut rain = Rain::new(600.0, 0.0);
        for _ in 0..(hours * 6.0) as usize {
            rain.falls(mm_h / 6.0);
        }
        rain
    }

    #[test]
    fn even_rain_exceeds_most_by_its_whole_duration() {
        // Grade: exact. I/I_c = 12/(14.82 x 8^-0.39), since the line falls with duration.
        let rain = even(12.0, 8.0);
        let expected = 12.0 / (14.82 * 8f64.powf(-0.39));
        let got = rain.exceeds(&Threshold::CAINE_1980);
        assert!((got / expected - 1.0).abs() < 0.03, "{got} against {expected}");
        assert!((rain.most_mm(3.0) - 36.0).abs() < 1e-9);
        assert!((rain.total_mm() - 96.0).abs() < 1e-9);
    }

    #[test]
    fn the_cloudburst_of_355_mm_in_3_h_is_red_and_drizzle_is_nothing() {
        // Grade: reference. County table against the recorded storm of the region.
        assert_eq!(JIANGHUA.grade(&even(355.0 / 3.0, 3.0)), Some(Grade::Red));
        assert_eq!(JIANGHUA.grade(&even(2.0, 6.0)), None);
        assert_eq!(JIANGHUA.grade(&even(20.0, 3.0)), Some(Grade::Blue));
    }

    #[test]
    fn antecedent_rain_decays_by_the_day() {
        // Grade: exact.
        assert!((antecedent_mm(&[100.0]) - 84.0).abs() < 1e-12);
        assert!((antecedent_mm(&[100.0, 0.0]) - 70.56).abs() < 1e-12);
    }

    fn gully(slope: f64) -> Unit {
        Unit { name: "沟".into(), id: 1, slope, lowered_to: 1.0, volume_m3: 1e4 }
    }

    #[test]
    fn the_chance_rises_with_rain_wetness_steepness_and_disturbance() {
        // Grade: behaviour.
        assert_eq!(gully(0.6).chance(&even(1.0, 3.0)), 0.0, "below the lower line");
        assert_eq!(gully(0.6).chance(&even(60.0, 3.0)), 1.0, "above the upper line");
        let between = gully(0.6).chance(&even(5.0, 3.0));
        assert!(between > 0.3 && between < 0.7, "{between}");
        let mut wet = even(5.0, 3.0);
        wet.antecedent_mm = 80.0;
        assert!(gully(0.6).chance(&wet) > between);
        assert!(gully(0.4).chance(&even(5.0, 3.0)) < between);
        assert_eq!(gully(0.2).chance(&even(60.0, 3.0)), 0.0, "flat ground does not slide");
        assert!(Unit { lowered_to: 0.6, ..gully(0.6) }.chance(&even(5.0, 3.0)) > between);
    }

    #[test]
    fn over_many_units_the_share_that_fails_is_the_chance() {
        // Grade: exact. 2000 draws: four standard errors are 0.045.
        let rain = even(5.0, 3.0);
        let failed = (0..2000).filter(|&id| Unit { id, ..gully(0.6) }.failed(&rain, 9)).count();
        assert!((failed as f64 / 2000.0 - gully(0.6).chance(&rain)).abs() < 0.045);
        // What has failed stays failed as more falls.
        let more = even(5.0, 6.0);
        assert!((0..2000).all(|id| {
            let unit = Unit { id, ..gully(0.6) };
            !unit.failed(&rain, 9) || unit.failed(&more, 9)
        }));
    }
}
