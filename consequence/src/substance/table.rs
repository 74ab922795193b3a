//! The table of substances: the embedded one, and a user's file that adds to it or replaces entries of it. All that is wrong with a
//! file is said at once; a name that is not there is answered with the nearest that are.

use super::curve::GAS_CONSTANT;
use super::{Curve, Known, LevelPpm, Substance, read};
use base::complaint::{Complaints, line_column, nearest};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

const EMBEDDED: &str = include_str!("../../data/substances.ron");

/// Substances by key, with the texts of their sources.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Substances {
    pub sources: BTreeMap<String, String>,
    pub substances: Vec<Substance>,
}

/// What a file laid over a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Laid {
    /// The file's substances with the sources that they cite.
    pub own: Substances,
    /// Keys of those that stood in the table before.
    pub replaced: Vec<String>,
}

/// Takes what is wrong with a substance: the fields that it is about, what is wrong, what would do.
type Tell<'a> = &'a mut dyn FnMut(&[&str], String, String);

impl Substances {
    /// The table that comes with the engine.
    pub fn embedded() -> Substances {
        Substances::shared().clone()
    }
    /// The same to look into, read once.
    pub fn shared() -> &'static Substances {
        static TABLE: OnceLock<Substances> = OnceLock::new();
        let read = || Substances::parse(Path::new("substances.ron"), EMBEDDED);
        TABLE.get_or_init(|| read().expect("the embedded table is sound: a test reads it"))
    }

    /// A table from the text of a file.
    pub fn parse(file: &Path, text: &str) -> Result<Substances, Complaints> {
        let mut table = Substances { sources: BTreeMap::new(), substances: Vec::new() };
        table.lay_over(file, text)?;
        Ok(table)
    }

    /// Lays a file over the table: its substances are added, or put in place of those of the same key. Names, aliases and UN numbers
    /// stay those of one substance each, since that is how people ask for it; a key of sources that means two things is a
    /// complaint. Where anything is wrong the table stays as it was.
    pub fn lay_over(&mut self, file: &Path, text: &str) -> Result<Laid, Complaints> {
        let mut all = Complaints::new();
        let Some((sources, entries)) = read::entries(file, text, &mut all) else {
            return Err(all);
        };
        for (key, told) in &sources {
            if self.sources.get(key).is_some_and(|known| known != told) {
                let what = format!("source {key:?} is already there with another text");
                let at = text.find(&format!("{key:?}")).map_or((1, 1), |at| line_column(text, at));
                all.add_at(file, at, what, "choose another key");
            }
        }
        let mut known = self.sources.clone();
        known.extend(sources);
        let mut laid =
            Laid { own: Substances { sources: BTreeMap::new(), substances: Vec::new() }, replaced: Vec::new() };
        let mut table = self.substances.clone();
        for (k, entry) in entries.iter().enumerate() {
            let one = &entry.substance;
            one.check(&mut |fields, what, hint| entry.complain(fields, what, hint, &mut all));
            for source in one.sources() {
                // A field that is missing stands here with a source of no name.
                if !known.contains_key(source) && !source.is_empty() {
                    let hint = match nearest(source, known.keys().map(String::as_str)) {
                        Some(near) => format!("did you mean {near:?}?"),
                        None => "add it to sources".into(),
                    };
                    entry.complain_of(
                        &format!("{source:?}"),
                        format!("source {source:?} is not in sources"),
                        hint,
                        &mut all,
                    );
                }
            }
            if entries[..k].iter().any(|other| other.substance.key == one.key) {
                entry.complain(&["key"], "stands twice".into(), "each key once in a file".into(), &mut all);
                continue;
            }
            match table.iter_mut().find(|s| s.key == one.key) {
                Some(place) => {
                    laid.replaced.push(one.key.clone());
                    *place = one.clone();
                }
                None => table.push(one.clone()),
            }
            laid.own.substances.push(one.clone());
        }
        for (k, entry) in entries.iter().enumerate() {
            // Two entries of the file are told of once, at the later.
            let later = |key: &str| entries[k..].iter().any(|e| e.substance.key == key);
            for other in table.iter().filter(|s| !later(&s.key)) {
                entry.substance.clashes(other, &mut |fields, what, hint| entry.complain(fields, what, hint, &mut all));
            }
        }
        if !all.is_empty() {
            all.0.sort_by_key(|one| one.at);
            return Err(all);
        }
        let cited: Vec<&str> = laid.own.substances.iter().flat_map(Substance::sources).collect();
        laid.own.sources = known
            .iter()
            .filter(|(key, _)| cited.contains(&key.as_str()))
            .map(|(k, t)| (k.clone(), t.clone()))
            .collect();
        (self.sources, self.substances) = (known, table);
        Ok(laid)
    }

    /// Puts substances that were read before over the table.
    pub fn put(&mut self, own: &Substances) {
        self.sources.extend(own.sources.clone());
        for one in &own.substances {
            match self.substances.iter_mut().find(|s| s.key == one.key) {
                Some(place) => *place = one.clone(),
                None => self.substances.push(one.clone()),
            }
        }
    }

    /// The embedded table with a user's file over it.
    pub fn with_file(file: &Path) -> Result<Substances, Complaints> {
        let text =
            std::fs::read_to_string(file).map_err(|e| Complaints::one(file, format!("cannot be read: {e}"), ""))?;
        let mut table = Substances::embedded();
        table.lay_over(file, &text)?;
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
        left.retain(|(name, _)| alike(&asked, name));
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

/// Whether two names share more than half of the longer one's characters: two names of two signs that share one, 硝酸 and 盐酸, are
/// two substances and no slip of the pen.
fn alike(a: &str, b: &str) -> bool {
    let mut left: Vec<char> = b.chars().collect();
    let longer = left.len().max(a.chars().count());
    let shared = a.chars().filter(|c| left.iter().position(|d| d == c).map(|at| left.swap_remove(at)).is_some());
    2 * shared.count() > longer
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

    /// Correlations with the names of their fields.
    fn curves(&self) -> Vec<(&'static str, &Curve)> {
        let all = [
            ("vapour_pressure", &self.vapour_pressure),
            ("latent_heat", &self.latent_heat),
            ("liquid_density", &self.liquid_density),
            ("liquid_cp", &self.liquid_cp),
            ("vapour_cp", &self.vapour_cp),
        ];
        all.into_iter().filter_map(|(name, curve)| Some((name, &curve.as_ref()?.value))).collect()
    }

    /// What would make it unclear which of two substances is asked for.
    fn clashes(&self, other: &Substance, tell: Tell) {
        if self.un == other.un {
            let hint =
                format!("a UN number is of one substance; to put this one in its place write key: {:?}", other.key);
            tell(&["un"], format!("UN {} is {}'s", self.un, other.key), hint);
        }
        let theirs: Vec<String> = other.names().map(plain).chain([other.key.clone()]).collect();
        let mine = self.names().map(|name| ("name", name)).chain([("key", self.key.as_str())]);
        let mut told: Vec<String> = Vec::new();
        for (field, name) in mine.filter(|(_, name)| !name.trim().is_empty()) {
            let bare = plain(name);
            if theirs.contains(&bare) && !told.contains(&bare) {
                let field = if self.aliases.iter().any(|alias| alias == name) { "aliases" } else { field };
                tell(&[field], format!("{name:?} is a name of {}", other.key), "each name for one substance".into());
                told.push(bare);
            }
        }
    }

    /// Values that cannot be, and values that contradict each other.
    fn check(&self, tell: Tell) {
        let key = &self.key;
        let mut wrong = |fields: &[&str], what: String, hint: &str| tell(fields, what, hint.into());
        if plain(key) != *key || key.is_empty() {
            wrong(&["key"], format!("{key:?} is no key"), "lower case words joined by underscores");
        }
        if self.name.zh.trim().is_empty() || self.name.en.trim().is_empty() {
            wrong(
                &["name"],
                "name has no Chinese or no English".into(),
                "both languages: (zh: \"氯\", en: \"chlorine\")",
            );
        }
        if self.un == 0 {
            wrong(
                &["un"],
                "un is 0".into(),
                "people know a substance by its UN number; 9001 to 9999 are free for made-up ones",
            );
        }
        for (name, known) in self.single_values() {
            if !(known.value.is_finite() && known.value > 0.0) {
                wrong(&[name], format!("{name} is {}", known.value), "a number above 0");
            }
        }
        for (name, curve) in self.curves() {
            if !(curve.from_k > 0.0 && curve.from_k < curve.to_k && curve.to_k.is_finite()) {
                wrong(&[name], format!("{name} goes from_k {} to_k {}", curve.from_k, curve.to_k), "K, from below to");
            }
            if curve.c.iter().any(|c| !c.is_finite()) {
                wrong(&[name], format!("{name} has coefficients {:?}", curve.c), "numbers");
            }
        }
        // Melting above boiling is possible (it sublimes) but no model here would be right for it.
        let (tb, tc, tm) = (self.boiling_point_k.value, self.critical_temperature_k.value, self.melting_point_k.value);
        if tb >= tc {
            let what = format!("boiling_point_k {tb} is not below critical_temperature_k {tc}");
            wrong(&["boiling_point_k", "critical_temperature_k"], what, "K, not degrees C");
        }
        if tm >= tc {
            let what = format!("melting_point_k {tm} is not below critical_temperature_k {tc}");
            wrong(&["melting_point_k", "critical_temperature_k"], what, "K, not degrees C");
        }
        let pc = self.critical_pressure_pa.value;
        if pc > 0.0 && pc <= super::ATMOSPHERE_PA {
            let what = format!("critical_pressure_pa is {pc}, below that at the boiling point");
            wrong(&["critical_pressure_pa"], what, "Pa: 7642400 for chlorine");
        }
        let molar = self.molar_mass_kg_mol.value;
        if molar > 1.0 {
            wrong(&["molar_mass_kg_mol"], format!("molar_mass_kg_mol is {molar}"), "kg/mol: 0.071 for chlorine");
        }
        let cp = self.vapour_cp_j_kg_k.value;
        if cp > 0.0 && cp * molar <= GAS_CONSTANT && molar > 0.0 && molar <= 1.0 {
            let what =
                format!("vapour_cp_j_kg_k is {cp}, not above the gas constant by mass {:.0}", GAS_CONSTANT / molar);
            wrong(&["vapour_cp_j_kg_k", "molar_mass_kg_mol"], what, "J/(kg K): 478 for chlorine");
        }
        if let Some(curve) = &self.vapour_pressure {
            let p = curve.value.at(tb, molar);
            if !(0.9..=1.1).contains(&(p / super::ATMOSPHERE_PA)) {
                let what = format!("vapour_pressure gives {p:.0} Pa at boiling_point_k, not 101325");
                wrong(&["vapour_pressure", "boiling_point_k"], what, "one of the two is wrong");
            }
        }
        if let Some(curve) = &self.latent_heat {
            let (at, single) = (curve.value.at(tb, molar), self.latent_heat_j_kg.value);
            if !(0.9..=1.1).contains(&(at / single)) {
                let what = format!("latent_heat gives {at:.0} J/kg at the boiling point, latent_heat_j_kg is {single}");
                let fields = ["latent_heat", "latent_heat_j_kg", "boiling_point_k", "molar_mass_kg_mol"];
                wrong(&fields, what, "one of the two is wrong");
            }
        }
        if let Some(f) = &self.flammable {
            let (lfl, ufl, mid) = (f.lfl.value, f.ufl.value, f.stoichiometric.value);
            if !(lfl < ufl && ufl <= 1.0) {
                wrong(&["lfl", "ufl"], format!("lfl {lfl} and ufl {ufl}"), "volume shares, 0 < lfl < ufl <= 1");
            } else if !(lfl..=ufl).contains(&mid) {
                let what = format!("stoichiometric {mid} is not between lfl {lfl} and ufl {ufl}");
                wrong(&["stoichiometric"], what, "a volume share");
            }
        }
        if let Some(aegl) = &self.harm.aegl {
            const FIELDS: [&str; 3] = ["discomfort_ppm", "disabling_ppm", "lethal_ppm"];
            for level in 1..=3u8 {
                let fields = &FIELDS[usize::from(level) - 1..usize::from(level)];
                let row = aegl.level(level);
                let values: Vec<f64> = row.iter().flatten().copied().collect();
                if values.iter().any(|v| !(v.is_finite() && *v > 0.0)) || values.windows(2).any(|w| w[1] > w[0]) {
                    wrong(fields, format!("AEGL-{level} {values:?}"), "above 0, not rising with the duration");
                }
                // A level that has no values in between does not part the others.
                for lower in (1..level).rev() {
                    if rises_over(aegl.level(lower), row) {
                        wrong(fields, format!("AEGL-{lower} is above AEGL-{level}"), "levels rise");
                        break;
                    }
                }
            }
            if self.harm.load_n.is_none() {
                let what = "has AEGL but no load_n".into();
                wrong(&["aegl"], what, "the exponent n of C^n t carries loads beyond the columns");
            }
        }
        if let Some(erpg) = &self.harm.erpg {
            let values: Vec<f64> = erpg.ppm.value.iter().flatten().copied().collect();
            if values.iter().any(|v| !(v.is_finite() && *v > 0.0)) || values.windows(2).any(|w| w[1] < w[0]) {
                wrong(&["erpg"], format!("ERPG {values:?}"), "above 0, rising with the level");
            }
        }
        if let Some(p) = &self.harm.probit
            && !(p.value.b > 0.0 && p.value.n > 0.0 && p.value.a.is_finite())
        {
            wrong(&["probit"], format!("probit {:?}", p.value), "b and n above 0");
        }
    }
}

fn rises_over(lower: &LevelPpm, upper: &LevelPpm) -> bool {
    lower.iter().zip(upper).any(|(l, u)| matches!((l, u), (Some(l), Some(u)) if l > u))
}
