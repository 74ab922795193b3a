//! The table of substances: the embedded one, and a user's file that adds to it or replaces entries of it. All that is wrong with a
//! file is said at once; a name that is not there is answered with the nearest that are.

use super::{Known, LevelPpm, Substance};
use base::complaint::{Complaints, nearest};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

const EMBEDDED: &str = include_str!("../../data/substances.ron");

/// Substances by key, with the texts of their sources.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Substances {
    pub sources: BTreeMap<String, String>,
    pub substances: Vec<Substance>,
}

impl Substances {
    /// The table that comes with the engine.
    pub fn embedded() -> Substances {
        Substances::parse(Path::new("substances.ron"), EMBEDDED).expect("the embedded table is sound: a test reads it")
    }

    /// A table from the text of a file.
    pub fn parse(file: &Path, text: &str) -> Result<Substances, Complaints> {
        let table: Substances = ron::from_str(text).map_err(|e| {
            let mut all = Complaints::new();
            let at = (e.span.start.line, e.span.start.col);
            all.add_at(file, at, e.code.to_string(), "see the embedded substances.ron for the form");
            all
        })?;
        let mut all = Complaints::new();
        for (k, one) in table.substances.iter().enumerate() {
            if table.substances[..k].iter().any(|other| other.key == one.key) {
                all.add(file, format!("{} stands twice", one.key), "");
            }
            one.check(file, &mut all);
            for source in one.sources() {
                if !table.sources.contains_key(source) {
                    let hint = match nearest(source, table.sources.keys().map(String::as_str)) {
                        Some(near) => format!("did you mean {near:?}?"),
                        None => "add it to sources".into(),
                    };
                    all.add(file, format!("{}: source {source:?} is not in sources", one.key), hint);
                }
            }
        }
        all.or(table)
    }

    /// Adds another table; its entries replace those of the same key. Source keys of both stay apart by prefixing none: a
    /// key that means two things is a complaint.
    pub fn extend(&mut self, file: &Path, other: Substances) -> Result<(), Complaints> {
        let mut all = Complaints::new();
        for (key, text) in &other.sources {
            if self.sources.get(key).is_some_and(|known| known != text) {
                all.add(file, format!("source {key:?} is already there with another text"), "choose another key");
            }
        }
        if !all.is_empty() {
            return Err(all);
        }
        self.sources.extend(other.sources);
        for one in other.substances {
            match self.substances.iter_mut().find(|s| s.key == one.key) {
                Some(known) => *known = one,
                None => self.substances.push(one),
            }
        }
        Ok(())
    }

    /// The embedded table with a user's file over it.
    pub fn with_file(file: &Path) -> Result<Substances, Complaints> {
        let text =
            std::fs::read_to_string(file).map_err(|e| Complaints::one(file, format!("cannot be read: {e}"), ""))?;
        let mut table = Substances::embedded();
        // A user's file may cite the sources of the embedded table.
        let mut own: Substances = match ron::from_str(&text) {
            Ok(own) => own,
            Err(_) => return Substances::parse(file, &text),
        };
        for (key, known) in &table.sources {
            own.sources.entry(key.clone()).or_insert_with(|| known.clone());
        }
        let text = ron::to_string(&own).expect("a table that was read can be written");
        let own = Substances::parse(file, &text)?;
        table.extend(file, own)?;
        Ok(table)
    }

    /// The substance of that key, name (either language), alias, CAS or UN number; case and blanks do not matter.
    pub fn find(&self, asked: &str) -> Option<&Substance> {
        let plain = plain(asked);
        self.substances.iter().find(|s| s.key == plain).or_else(|| {
            self.substances.iter().find(|s| {
                s.names().any(|name| self::plain(name) == plain)
                    || s.cas == asked.trim()
                    || plain.trim_start_matches("un") == s.un.to_string()
            })
        })
    }

    /// As [`Substances::find`]; a name that is not there is answered with the nearest that are.
    pub fn get(&self, asked: &str, file: &Path) -> Result<&Substance, Complaints> {
        self.find(asked).ok_or_else(|| {
            let near = self.near(asked, 3);
            let hint = if near.is_empty() {
                format!("known are {}", self.substances.iter().map(|s| s.key.as_str()).collect::<Vec<_>>().join(", "))
            } else {
                format!("did you mean {}?", near.join(" or "))
            };
            Complaints::one(file, format!("substance {asked:?} is not in the table"), hint)
        })
    }

    /// Up to `most` keys whose key, names or aliases are near to what was typed, nearest first.
    pub fn near(&self, asked: &str, most: usize) -> Vec<String> {
        let asked = plain(asked);
        let mut left: Vec<(String, &Substance)> = Vec::new();
        for s in &self.substances {
            left.push((s.key.clone(), s));
            left.extend(s.names().map(|name| (plain(name), s)));
        }
        let mut found: Vec<String> = Vec::new();
        while found.len() < most {
            let Some(name) = nearest(&asked, left.iter().map(|(name, _)| name.as_str())).map(str::to_string) else {
                break;
            };
            let key = left.iter().find(|(n, _)| *n == name).map(|(_, s)| s.key.clone()).unwrap_or_default();
            left.retain(|(_, s)| s.key != key);
            found.push(key);
        }
        found
    }
}

/// Lower case, words joined by underscores.
fn plain(name: &str) -> String {
    name.trim().to_lowercase().split([' ', '-', '_']).filter(|w| !w.is_empty()).collect::<Vec<_>>().join("_")
}

impl Substance {
    /// Names in both languages and aliases.
    fn names(&self) -> impl Iterator<Item = &str> {
        [self.name.zh.as_str(), self.name.en.as_str()].into_iter().chain(self.aliases.iter().map(String::as_str))
    }

    /// Keys of all sources that are cited.
    fn sources(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.single_values().iter().map(|(_, known)| known.source.as_str()).collect();
        all.extend(self.slab_saturation.iter().map(|k| k.source.as_str()));
        let curves = [&self.vapour_pressure, &self.latent_heat, &self.liquid_density, &self.liquid_cp, &self.vapour_cp];
        all.extend(curves.into_iter().flatten().map(|k| k.source.as_str()));
        if let Some(f) = &self.flammable {
            all.extend([f.reactivity.source.as_str(), f.sooty.source.as_str()]);
        }
        let h = &self.harm;
        if let Some(a) = &h.aegl {
            all.extend([&a.discomfort_ppm, &a.disabling_ppm, &a.lethal_ppm].map(|k| k.source.as_str()));
        }
        all.extend(h.erpg.iter().map(|k| k.ppm.source.as_str()));
        all.extend(h.probit.iter().map(|k| k.source.as_str()));
        all.extend(h.slot.iter().chain(&h.slod).map(|k| k.source.as_str()));
        all.extend(self.erg.iter().map(|e| e.source.as_str()));
        all
    }

    /// Every plain number with its name.
    fn single_values(&self) -> Vec<(&'static str, &Known)> {
        let mut all = vec![
            ("molar_mass_kg_mol", &self.molar_mass_kg_mol),
            ("boiling_point_k", &self.boiling_point_k),
            ("melting_point_k", &self.melting_point_k),
            ("critical_temperature_k", &self.critical_temperature_k),
            ("critical_pressure_pa", &self.critical_pressure_pa),
            ("latent_heat_j_kg", &self.latent_heat_j_kg),
            ("vapour_cp_j_kg_k", &self.vapour_cp_j_kg_k),
            ("liquid_cp_j_kg_k", &self.liquid_cp_j_kg_k),
            ("liquid_density_kg_m3", &self.liquid_density_kg_m3),
        ];
        if let Some(f) = &self.flammable {
            all.extend([
                ("lfl", &f.lfl),
                ("ufl", &f.ufl),
                ("heat_of_combustion_j_kg", &f.heat_of_combustion_j_kg),
                ("stoichiometric", &f.stoichiometric),
            ]);
            all.extend(f.burning_rate_kg_m2_s.iter().map(|k| ("burning_rate_kg_m2_s", k)));
        }
        all.extend(self.harm.idlh_ppm.iter().map(|k| ("idlh_ppm", k)));
        all.extend(self.harm.load_n.iter().map(|k| ("load_n", k)));
        all
    }

    /// Values that cannot be, and values that contradict each other.
    fn check(&self, file: &Path, all: &mut Complaints) {
        let key = &self.key;
        let mut wrong = |what: String, hint: &str| all.add(file, format!("{key}: {what}"), hint);
        if plain(key) != *key || key.is_empty() {
            wrong(format!("{key:?} is no key"), "lower case words joined by underscores");
        }
        for (name, known) in self.single_values() {
            if !(known.value.is_finite() && known.value > 0.0) {
                wrong(format!("{name} is {}", known.value), "a number above 0");
            }
        }
        // Melting above boiling is possible (it sublimes) but no model here would be right for it.
        let (tb, tc) = (self.boiling_point_k.value, self.critical_temperature_k.value);
        if tb >= tc {
            wrong(format!("boiling_point_k {tb} is not below critical_temperature_k {tc}"), "K, not degrees C");
        }
        if self.molar_mass_kg_mol.value > 1.0 {
            wrong(format!("molar_mass_kg_mol is {}", self.molar_mass_kg_mol.value), "kg/mol: 0.071 for chlorine");
        }
        if let Some(curve) = &self.vapour_pressure {
            let p = curve.value.at(tb, self.molar_mass());
            if !(0.9..=1.1).contains(&(p / super::ATMOSPHERE_PA)) {
                let what = format!("vapour_pressure gives {p:.0} Pa at boiling_point_k, not 101325");
                wrong(what, "one of the two is wrong");
            }
        }
        if let Some(curve) = &self.latent_heat {
            let (at, single) = (curve.value.at(tb, self.molar_mass()), self.latent_heat_j_kg.value);
            if !(0.9..=1.1).contains(&(at / single)) {
                wrong(format!("latent_heat gives {at:.0} J/kg at the boiling point, latent_heat_j_kg is {single}"), "");
            }
        }
        if let Some(f) = &self.flammable {
            let (lfl, ufl, mid) = (f.lfl.value, f.ufl.value, f.stoichiometric.value);
            if !(lfl < ufl && ufl <= 1.0) {
                wrong(format!("lfl {lfl} and ufl {ufl}"), "volume shares, 0 < lfl < ufl <= 1");
            } else if !(lfl..=ufl).contains(&mid) {
                wrong(format!("stoichiometric {mid} is not between lfl {lfl} and ufl {ufl}"), "");
            }
        }
        if let Some(aegl) = &self.harm.aegl {
            for level in 1..=3u8 {
                let row = aegl.level(level);
                let values: Vec<f64> = row.iter().flatten().copied().collect();
                if values.iter().any(|v| !(v.is_finite() && *v > 0.0)) || values.windows(2).any(|w| w[1] > w[0]) {
                    wrong(format!("AEGL-{level} {values:?}"), "above 0, not rising with the duration");
                }
                if level > 1 && rises_over(aegl.level(level - 1), row) {
                    wrong(format!("AEGL-{} is above AEGL-{level}", level - 1), "levels rise");
                }
            }
            if self.harm.load_n.is_none() {
                wrong("has AEGL but no load_n".into(), "the exponent n of C^n t carries loads beyond the columns");
            }
        }
        if let Some(p) = &self.harm.probit
            && !(p.value.b > 0.0 && p.value.n > 0.0 && p.value.a.is_finite())
        {
            wrong(format!("probit {:?}", p.value), "b and n above 0");
        }
    }
}

fn rises_over(lower: &LevelPpm, upper: &LevelPpm) -> bool {
    lower.iter().zip(upper).any(|(l, u)| matches!((l, u), (Some(l), Some(u)) if l > u))
}
