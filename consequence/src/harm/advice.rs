//! Stay or leave (就地避难还是撤离): the load that people in a building would take in if they stayed, shut it and aired it when the cloud had
//! passed, against the load on the way out. A prediction, from what is known: as good as the concentrations it is given.

use super::indoor::{self, Keeping, kept_per_h};
use super::table::DoseTable;
use serde::{Deserialize, Serialize};

/// Concentrations that are expected in front of a building, or on a way, at equal steps from now on.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    pub dt_s: f64,
    pub kg_m3: &'a [f32],
}

/// A plan and what it costs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Outlook {
    /// Shares of the AEGL loads.
    pub share: [f64; 3],
    /// Dose of the probit, (mg/m3)^n min.
    pub dose: f64,
}

impl Outlook {
    fn add(&mut self, table: &DoseTable, kg_m3: f64, dt_s: f64) {
        let rates = table.rates(kg_m3 as f32);
        for (sum, rate) in self.share.iter_mut().zip(rates.share_per_s) {
            *sum += f64::from(rate) * dt_s;
        }
        self.dose += f64::from(rates.dose_per_s) * dt_s;
    }
    /// Less harm: by the highest level that either reaches, then by the shares from the highest down.
    pub fn better_than(&self, other: &Outlook) -> bool {
        let key = |o: &Outlook| {
            let reached = (1..=3).rev().find(|l| o.share[l - 1] >= 1.0).unwrap_or(0);
            (reached, o.share[2], o.share[1], o.share[0])
        };
        let (a, b) = (key(self), key(other));
        a.0 < b.0 || a.0 == b.0 && [a.1, a.2, a.3].partial_cmp(&[b.1, b.2, b.3]) == Some(std::cmp::Ordering::Less)
    }
}

/// Staying: the air inside, step by step, with the building kept one way and aired from a moment on.
pub fn stay(
    expected: Expected,
    inside_kg_m3: f64,
    usual_per_h: f64,
    keeping: Keeping,
    aired_from_s: Option<f64>,
    wind_10m_m_s: f64,
    table: &DoseTable,
) -> Outlook {
    let mut outlook = Outlook { share: [0.0; 3], dose: 0.0 };
    let mut inside = inside_kg_m3;
    for (k, outside) in expected.kg_m3.iter().enumerate() {
        let aired = aired_from_s.is_some_and(|from| k as f64 * expected.dt_s >= from);
        let per_h = kept_per_h(usual_per_h, if aired { Keeping::Open } else { keeping }, wind_10m_m_s);
        let (next, mean) = indoor::step(inside, f64::from(*outside), per_h / 3600.0, 0.0, expected.dt_s);
        outlook.add(table, mean, expected.dt_s);
        inside = next;
    }
    outlook
}

/// When to open the windows: the first moment after which the air outside stays cleaner than that inside. `None` while it does not.
pub fn air_from_s(
    expected: Expected,
    inside_kg_m3: f64,
    usual_per_h: f64,
    keeping: Keeping,
    wind_10m_m_s: f64,
) -> Option<f64> {
    let per_s = kept_per_h(usual_per_h, keeping, wind_10m_m_s) / 3600.0;
    let mut inside = inside_kg_m3;
    let mut since = None;
    for (k, outside) in expected.kg_m3.iter().enumerate() {
        let cleaner = f64::from(*outside) < inside;
        since = if cleaner { since.or(Some(k as f64 * expected.dt_s)) } else { None };
        inside = indoor::step(inside, f64::from(*outside), per_s, 0.0, expected.dt_s).0;
    }
    since
}

/// Leaving: inside until the start, then what is met on the way; at its end people are out of it.
pub fn leave(
    expected: Expected,
    inside_kg_m3: f64,
    usual_per_h: f64,
    starts_s: f64,
    way: Expected,
    wind_10m_m_s: f64,
    table: &DoseTable,
) -> Outlook {
    let steps = ((starts_s / expected.dt_s).round() as usize).min(expected.kg_m3.len());
    let before = Expected { kg_m3: &expected.kg_m3[..steps], ..expected };
    let mut outlook = stay(before, inside_kg_m3, usual_per_h, Keeping::Shut, None, wind_10m_m_s, table);
    for met in way.kg_m3 {
        outlook.add(table, f64::from(*met), way.dt_s);
    }
    outlook
}

/// What to tell a building.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Advice {
    pub stay: Outlook,
    pub leave: Outlook,
    /// When to open the windows, if they stay.
    pub air_from_s: Option<f64>,
    pub shelter: bool,
}

/// Compares shutting the building and airing it in time with leaving.
pub fn advise(
    expected: Expected,
    inside_kg_m3: f64,
    usual_per_h: f64,
    starts_s: f64,
    way: Expected,
    wind_10m_m_s: f64,
    table: &DoseTable,
) -> Advice {
    let airs = air_from_s(expected, inside_kg_m3, usual_per_h, Keeping::Shut, wind_10m_m_s);
    let stay = stay(expected, inside_kg_m3, usual_per_h, Keeping::Shut, airs, wind_10m_m_s, table);
    let leave = leave(expected, inside_kg_m3, usual_per_h, starts_s, way, wind_10m_m_s, table);
    Advice { stay, leave, air_from_s: airs, shelter: !leave.better_than(&stay) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::substance::Substances;

    fn table() -> (DoseTable, f64) {
        let all = Substances::embedded();
        let s = all.find("chlorine").expect("there");
        (DoseTable::new(s, 293.15, 101_325.0), s.kg_m3(1.0, 293.15, 101_325.0))
    }

    /// `ppm` for half an hour, then clean air for an hour and a half.
    fn passing(ppm: f64, one: f64) -> Vec<f32> {
        (0..720).map(|k| if k < 180 { (ppm * one) as f32 } else { 0.0 }).collect()
    }

    #[test]
    fn shelter_saves_while_the_cloud_passes_and_late_airing_costs() {
        // Grade: behaviour. 60 ppm of chlorine for 30 min, a house of half an exchange.
        let (table, one) = table();
        let cloud = passing(60.0, one);
        let expected = Expected { dt_s: 10.0, kg_m3: &cloud };
        let at = |keeping, airs| stay(expected, 0.0, 0.5, keeping, airs, 3.0, &table);
        let from = air_from_s(expected, 0.0, 0.5, Keeping::Shut, 3.0).expect("it passes");
        assert_eq!(from, 1800.0);
        let (outside, shut) = (at(Keeping::Open, Some(0.0)), at(Keeping::Shut, Some(from)));
        let (usual, late) = (at(Keeping::Usual, Some(from)), at(Keeping::Shut, None));
        assert!(shut.better_than(&usual) && usual.better_than(&outside));
        assert!(shut.better_than(&late), "not airing keeps the gas in: {shut:?} {late:?}");
        assert!(outside.share[2] > 1.0 && shut.share[2] < 0.2, "{outside:?} {shut:?}");
    }

    #[test]
    fn a_short_way_out_beats_a_long_cloud_and_a_way_through_it_does_not() {
        // Grade: behaviour.
        let (table, one) = table();
        let long: Vec<f32> = vec![(40.0 * one) as f32; 1440];
        let short_way = vec![(40.0 * one) as f32; 12];
        let expected = Expected { dt_s: 10.0, kg_m3: &long };
        let out = advise(expected, 0.0, 1.0, 120.0, Expected { dt_s: 10.0, kg_m3: &short_way }, 3.0, &table);
        assert!(!out.shelter, "{out:?}");
        assert_eq!(out.air_from_s, None);
        let cloud = passing(40.0, one);
        let through = vec![(300.0 * one) as f32; 60];
        let expected = Expected { dt_s: 10.0, kg_m3: &cloud };
        let in_it = advise(expected, 0.0, 0.5, 120.0, Expected { dt_s: 10.0, kg_m3: &through }, 3.0, &table);
        assert!(in_it.shelter && in_it.air_from_s == Some(1800.0), "{in_it:?}");
    }
}
