//! A concentration as a user writes it: ppm, mg/m3 or a volume share. The usual slip is to take one for another; what can be
//! noticed is a complaint.

use crate::substance::Substance;
use base::complaint::Complaints;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// One of the ways to write it; the one is enough, and two that are given must agree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Concentration {
    #[serde(default)]
    pub ppm: Option<f64>,
    #[serde(default)]
    pub mg_m3: Option<f64>,
    /// Volume share, 0 to 1: for flammable limits.
    #[serde(default)]
    pub share: Option<f64>,
}

impl Concentration {
    pub fn ppm(value: f64) -> Concentration {
        Concentration { ppm: Some(value), ..Default::default() }
    }

    /// In kg/m3, at the temperature and pressure of the air.
    pub fn kg_m3(&self, s: &Substance, temperature_k: f64, pressure_pa: f64, file: &Path) -> Result<f64, Complaints> {
        let mut all = Complaints::new();
        let given = [
            ("ppm", self.ppm, self.ppm.map(|v| s.kg_m3(v, temperature_k, pressure_pa))),
            ("mg_m3", self.mg_m3, self.mg_m3.map(|v| 1e-6 * v)),
            ("share", self.share, self.share.map(|v| s.kg_m3(1e6 * v, temperature_k, pressure_pa))),
        ];
        let pure = s.kg_m3(1e6, temperature_k, pressure_pa);
        let mut values: Vec<(&str, f64)> = Vec::new();
        for (name, raw, kg_m3) in given {
            let (Some(raw), Some(kg_m3)) = (raw, kg_m3) else { continue };
            if !(raw.is_finite() && raw > 0.0) {
                all.add(file, format!("{name} is {raw}"), "a number above 0");
            } else if kg_m3 > pure {
                let hint = match name {
                    "ppm" => format!(
                        "more than the pure gas (1,000,000 ppm); {raw} mg/m3 is {:.3} ppm",
                        s.ppm(1e-6 * raw, temperature_k, pressure_pa)
                    ),
                    "mg_m3" => format!(
                        "more than the pure gas ({:.0} mg/m3); {raw} ppm is {:.0} mg/m3",
                        1e6 * pure,
                        1e6 * s.kg_m3(raw, temperature_k, pressure_pa)
                    ),
                    _ => "a share of the volume, at most 1; per cent are hundredths".into(),
                };
                all.add(file, format!("{name} is {raw}"), hint);
            } else {
                values.push((name, kg_m3));
            }
        }
        if let [(a, first), rest @ ..] = values.as_slice() {
            for (b, other) in rest {
                if (other / first - 1.0).abs() >= 0.02 {
                    let what = format!("{a} and {b} contradict each other for {}", s.key);
                    let ppm = |kg: f64| s.ppm(kg, temperature_k, pressure_pa);
                    let hint = format!("{a} means {:.4} ppm, {b} {:.4} ppm: leave one out", ppm(*first), ppm(*other));
                    all.add(file, what, hint);
                }
            }
        } else if all.is_empty() {
            all.add(file, "no concentration is given", "ppm, mg_m3 or share");
        }
        let value = values.first().map_or(f64::NAN, |(_, v)| *v);
        all.or(value)
    }

    /// What looks like one unit taken for another, measured by the substance's own levels: above 100 times its AEGL-3 of 10 min, or
    /// below a thousandth of its AEGL-1 of 8 h. A remark, not a refusal.
    pub fn doubt(&self, s: &Substance, temperature_k: f64, pressure_pa: f64) -> Option<String> {
        let kg_m3 = self.kg_m3(s, temperature_k, pressure_pa, Path::new("")).ok()?;
        let ppm = s.ppm(kg_m3, temperature_k, pressure_pa);
        let aegl = s.harm.aegl.as_ref()?;
        let high = 100.0 * aegl.level(3).iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
        let low = 1e-3 * aegl.level(1).iter().chain(aegl.level(2)).flatten().copied().fold(f64::INFINITY, f64::min);
        let (as_mg, as_ppm) = (1e6 * kg_m3, ppm);
        (ppm > high || ppm < low).then(|| {
            format!("{as_ppm:.4} ppm ({as_mg:.4} mg/m3) is far from the levels of {}: is the unit right?", s.key)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::substance::Substances;

    fn read(c: Concentration) -> Result<f64, String> {
        let all = Substances::embedded();
        let s = all.find("chlorine").expect("there");
        c.kg_m3(s, 298.15, 101_325.0, Path::new("zones.ron")).map_err(|e| e.to_string())
    }

    #[test]
    fn ppm_and_milligrams_agree_or_are_refused() {
        // Grade: exact. 20 ppm of chlorine at 25 C are 57.96 mg/m3.
        let a = read(Concentration::ppm(20.0)).expect("sound");
        let b = read(Concentration { mg_m3: Some(57.96), ..Default::default() }).expect("sound");
        assert!((a / b - 1.0).abs() < 1e-3);
        assert!(read(Concentration { ppm: Some(20.0), mg_m3: Some(57.9), share: None }).is_ok());
        let told = read(Concentration { ppm: Some(20.0), mg_m3: Some(20.0), share: None }).expect_err("contradiction");
        assert!(told.contains("contradict") && told.contains("leave one out"), "{told}");
    }

    #[test]
    fn what_cannot_be_is_told_all_at_once() {
        // Grade: behaviour.
        let told = read(Concentration { ppm: Some(2e6), mg_m3: Some(-1.0), share: Some(30.0) }).expect_err("wrong");
        assert_eq!(told.lines().count(), 3, "{told}");
        assert!(told.contains("pure gas") && told.contains("hundredths"));
        assert!(read(Concentration::default()).expect_err("nothing").contains("ppm, mg_m3 or share"));
        let all = Substances::embedded();
        let s = all.find("chlorine").expect("there");
        assert!(Concentration::ppm(58_000.0).doubt(s, 298.15, 101_325.0).is_some());
        assert!(Concentration::ppm(20.0).doubt(s, 298.15, 101_325.0).is_none());
    }
}
