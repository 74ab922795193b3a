//! How good forecasts were, once the truth is known (预报检验): for the review after a drill.
//!
//!   Brier score = mean of (p - o)^2, o = 1 where it came and 0 where not; 0 is perfect, 0.25 is a coin.
//!   Skill = 1 - Brier / Brier of always telling the mean frequency.
//!
//! With a decision taken at a chance of `level`: hits, misses, false alarms, and of the hits how long before the water
//! came the forecast was made (预见期).

use super::Outlook;
use serde::{Deserialize, Serialize};

/// One thing told and how it turned out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Told {
    pub chance: f64,
    pub came: bool,
    /// From the forecast's making until the water came, s.
    pub lead_s: Option<f64>,
    /// Likely arrival less the true one, s: positive when told too late.
    pub late_s: Option<f64>,
}

/// A forecast against the truth. `came_s(place, threshold)` is when the water first stood over the threshold at the place,
/// if it ever did; what was there before the forecast was made, or came after its end, is left out of it or did not come.
pub fn told(outlook: &Outlook, came_s: impl Fn(usize, usize) -> Option<f64>) -> Vec<Told> {
    let mut all = Vec::new();
    for (p, place) in outlook.places.iter().enumerate() {
        for (t, chance) in place.chance.iter().enumerate() {
            let truth_s = came_s(p, t);
            if truth_s.is_some_and(|s| s <= outlook.made_s) {
                continue;
            }
            let truth_s = truth_s.filter(|s| *s <= outlook.until_s);
            let likely_s = place.arrival[t].map(|a| a.likely_s);
            all.push(Told {
                chance: *chance,
                came: truth_s.is_some(),
                lead_s: truth_s.map(|s| s - outlook.made_s),
                late_s: likely_s.zip(truth_s).map(|(told, truth)| told - truth),
            });
        }
    }
    all
}

/// Numbers over many things told.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Score {
    pub told: usize,
    pub came: usize,
    pub brier: f64,
    /// `None` where all came or none: there is nothing to be skilful about.
    pub skill: Option<f64>,
    pub hits: usize,
    pub misses: usize,
    pub false_alarms: usize,
    /// Mean lead of the hits, s.
    pub lead_s: Option<f64>,
    /// Mean of how late the likely arrival was told for the hits, s.
    pub late_s: Option<f64>,
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, n) = values.fold((0.0, 0usize), |(sum, n), x| (sum + x, n + 1));
    (n > 0).then(|| sum / n as f64)
}

pub fn score(told: &[Told], level: f64) -> Option<Score> {
    let outcome = |t: &Told| if t.came { 1.0 } else { 0.0 };
    let square = |x: f64| x * x;
    let brier = mean(told.iter().map(|t| square(t.chance - outcome(t))))?;
    let frequency = mean(told.iter().map(outcome))?;
    let climate = frequency * (1.0 - frequency);
    let count = |test: &dyn Fn(&Told) -> bool| told.iter().filter(|t| test(t)).count();
    let hit = |t: &&Told| t.chance >= level && t.came;
    Some(Score {
        told: told.len(),
        came: count(&|t| t.came),
        brier,
        skill: (climate > 0.0).then(|| 1.0 - brier / climate),
        hits: count(&|t| t.chance >= level && t.came),
        misses: count(&|t| t.chance < level && t.came),
        false_alarms: count(&|t| t.chance >= level && !t.came),
        lead_s: mean(told.iter().filter(hit).filter_map(|t| t.lead_s)),
        late_s: mean(told.iter().filter(hit).filter_map(|t| t.late_s)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::forecast::{Arrival, PlaceOutlook};

    fn place(chance: f64, likely_s: Option<f64>) -> PlaceOutlook {
        let arrival = likely_s.map(|s| Arrival { earliest_s: s - 600.0, likely_s: s, latest_s: s + 600.0 });
        PlaceOutlook {
            name: "p".into(),
            chance: vec![chance],
            arrival: vec![arrival],
            depth_m: [0.0; 3],
            control_m: 0.0,
        }
    }

    /// Grade: exact (worked by hand).
    #[test]
    fn scores_are_those_of_the_textbook() {
        let outlook = Outlook {
            made_s: 1000.0,
            until_s: 8200.0,
            members: 10,
            thresholds_m: vec![0.3],
            places: vec![
                place(0.9, Some(4000.0)),
                place(0.6, Some(5000.0)),
                place(0.2, Some(6000.0)),
                place(0.0, None),
                place(1.0, Some(1000.0)),
            ],
        };
        // Came as told; did not come; came unexpectedly; came only after the end; was there before.
        let came = [Some(3700.0), None, Some(3000.0), Some(9000.0), Some(500.0)];
        let told = told(&outlook, |p, _| came[p]);
        assert_eq!(told.len(), 4);
        let score = score(&told, 0.5).unwrap();
        assert_eq!((score.came, score.hits, score.misses, score.false_alarms), (2, 1, 1, 1));
        assert!((score.brier - (0.01 + 0.36 + 0.64 + 0.0) / 4.0).abs() < 1e-12);
        assert!((score.skill.unwrap() - (1.0 - 0.2525 / 0.25)).abs() < 1e-12, "just worse than the mean frequency");
        assert_eq!((score.lead_s, score.late_s), (Some(2700.0), Some(300.0)));
        assert_eq!(super::score(&[], 0.5), None);
        let sure = [Told { chance: 1.0, came: true, lead_s: Some(60.0), late_s: None }];
        assert_eq!(super::score(&sure, 0.5).unwrap().skill, None);
    }
}
